#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cli/cli.h"
#include "cli/wrap.h"

enum { MOST_RUNS = 1000000, MOST_THREADS = 1024, MOST_EIGENVALUES = 1000 };

struct entry {
  uint64_t option;
  const char *name, *argument; /* argument: NULL for a flag */
  const char *help;
};

static const struct entry entries[] = {
    {SJ_OPTION_SET, "--set", "PATH=VALUE", "override a parameter or a field of the model (repeatable)"},
    {SJ_OPTION_SCENARIO, "--scenario", "NAME", "one scenario of the file (compare: only this one; repeatable)"},
    {SJ_OPTION_SEED, "--seed", "N", "seed of the random numbers (default: that of the model, if any, else 1)"},
    {SJ_OPTION_RUNS, "--runs", "N", "independent runs (default: the model's, else 8)"},
    {SJ_OPTION_DURATION, "--duration", "T", "arrivals stop then, in the model's time unit"},
    {SJ_OPTION_WARMUP, "--warmup", "T", "what arrives before does not count"},
    {SJ_OPTION_DRAIN, "--drain", "T", "time to finish what is left after the duration"},
    {SJ_OPTION_THREADS, "--threads", "N", "runs computed at once (default: all cores); results do not depend on it"},
    {SJ_OPTION_MEMBERS, "--members", NULL, "also the figures of each member of a pool"},
    {SJ_OPTION_OUTPUT, "-o", "FILE.db", "keep everything in a results file; what it holds is not computed again"},
    {SJ_OPTION_AGAIN, "--again", NULL, "with -o: a new result even if the file holds it"},
    {SJ_OPTION_JSON, "--json", NULL, "one JSON document on standard output, nothing else there"},
    {SJ_OPTION_CSV, "--csv", "FILE", "rows with a header; - is standard output"},
    {SJ_OPTION_HTML, "--html", "FILE",
     "one interactive page with all of it, for a browser; nothing is loaded from anywhere"},
    {SJ_OPTION_DATA, "--data", "DIR", "data files named in the model may also lie here"},
    {SJ_OPTION_QUIET, "--quiet", NULL, "no progress, no table"},
    {SJ_OPTION_BY, "--by", "METRIC",
     "rank by this figure (default: what the model says, else the first client's latency.p99); +METRIC if high is "
     "good"},
    {SJ_OPTION_AGAINST, "--against", "NAME", "also the differences of each scenario to this one"},
    {SJ_OPTION_SCORE, "--score", "quintile", "also points by quintiles of several figures"},
    {SJ_OPTION_SCORE_BY, "--score-by", "METRIC", "with --score: one of the figures (repeatable)"},
    {SJ_OPTION_FIND, "--find", "PATH",
     "find the value of a parameter or field where --such-that begins or ends to hold"},
    {SJ_OPTION_SUCH_THAT, "--such-that", "EXPECT", "with --find: as in \"web.latency.p99 < 0.5\""},
    {SJ_OPTION_BETWEEN, "--between", "A:B",
     "with --find: where to look first (default: half to twice the model's value)"},
    {SJ_OPTION_HORIZON, "--horizon", "T",
     "end of the transient, in the model's time unit (default: the model's, else 60)"},
    {SJ_OPTION_STEP, "--step", "T", "between the transient's points (default: the model's, else 10)"},
    {SJ_OPTION_EIGENVALUES, "--eigenvalues", "N",
     "how many eigenvalues are printed, 0 included (default: 10, of large chains 3)"},
    {SJ_OPTION_CHANGES, "--changes", NULL,
     "the smallest change of each parameter that would make a server stable, too"},
    {SJ_OPTION_PICTURE, "--picture", NULL, "drift field, fixed points, density and hitting times of all states, too"},
    {SJ_OPTION_APPROXIMATE, "--approximate", NULL, "laws that are not phase-type are fitted by three moments"},
    {SJ_OPTION_MEMORY, "--memory", "BYTES",
     "the most memory that it may take (default: three quarters of what is free)"},
    {SJ_OPTION_LARGE, "--large", NULL,
     "by PETSc and SLEPc, as what is too large for elimination is anyway; also in parallel, by mpirun"},
    {SJ_OPTION_ENGINES, "--engines", NULL,
     "instead: one model, simulated and solved, each metric that both have side by side"},
    {SJ_OPTION_CALIBRATE, "--calibrate", NULL,
     "simulate it first, and fit the chain of one server with an orbit to that"},
    {SJ_OPTION_CHART, "--chart", "NAME", "this chart, or all of this kind (repeatable; default: all there are)"},
    {SJ_OPTION_LIST, "--list", NULL, "only print the names of the charts there are"},
    {SJ_OPTION_RESULT, "--result", "N",
     "of this result, as sojourn show numbers them (default: the newest; show: all)"},
    {SJ_OPTION_FORMAT, "--format", "svg|png|pdf", "for a folder: what kind of files (default: svg)"},
    {SJ_OPTION_PLACE, "-o", "DIR|FILE", "the folder, or the file of one chart, by its ending .svg, .png or .pdf"},
    {SJ_OPTION_HELP, "--help", NULL, "this text"},
};
enum { ENTRY_COUNT = sizeof entries / sizeof *entries };

/* The option of that name; of several the one that the command accepts. */
static const struct entry *find(const struct sj_command *command, const char *name, size_t length) {
  if (length == 2 && !memcmp(name, "-h", 2)) return &entries[ENTRY_COUNT - 1];
  const struct entry *found = NULL;
  for (size_t i = 0; i < ENTRY_COUNT; i++) {
    if (strlen(entries[i].name) != length || memcmp(entries[i].name, name, length) != 0) continue;
    if (!found || (entries[i].option & command->accepted)) found = &entries[i];
  }
  return found;
}

static enum sj_status unknown(const struct sj_command *command, const char *name, struct sj_error *error) {
  const char *candidates[ENTRY_COUNT + SJ_MOST_OWN + 1];
  size_t count = 0;
  for (size_t i = 0; command->own && command->own[i].name; i++) candidates[count++] = command->own[i].name;
  for (size_t i = 0; i < ENTRY_COUNT; i++)
    if (entries[i].option & command->accepted) candidates[count++] = entries[i].name;
  candidates[count] = NULL;
  const char *const nearest = sj_nearest(name, candidates);
  if (nearest) return sj_error_set(error, SJ_INVALID, "unknown option %s, did you mean %s?", name, nearest);
  return sj_error_set(error, SJ_INVALID, "unknown option %s; see sojourn %s --help", name, command->name);
}

/* A plain decimal number: none of strtod's spaces, hexadecimal, infinities and nans. */
static bool number_of(const char *text, double *x) {
  if (!*text || strspn(text, "0123456789+-.eE") != strlen(text)) return false;
  char *end = NULL;
  *x = strtod(text, &end);
  return !*end && isfinite(*x);
}

static bool whole_of(const char *text, uint64_t *n) {
  if (!*text || strspn(text, "0123456789") != strlen(text)) return false;
  errno = 0;
  *n = strtoull(text, NULL, 10);
  return errno == 0;
}

enum sj_status sj_read_whole(const char *name, const char *text, uint64_t least, uint64_t most, uint64_t *n,
                             struct sj_error *error) {
  if (whole_of(text, n) && *n >= least && *n <= most) return SJ_OK;
  return sj_error_set(error, SJ_INVALID, "%s %s: expected a whole number from %llu to %llu", name, text,
                      (unsigned long long)least, (unsigned long long)most);
}

enum sj_status sj_read_positive(const char *name, const char *text, bool zero, double *x, struct sj_error *error) {
  if (number_of(text, x) && (*x > 0 || (zero && *x == 0))) return SJ_OK;
  return sj_error_set(error, SJ_INVALID, "%s %s: expected a number %s 0", name, text, zero ? "of at least" : "above");
}

static enum sj_status read_whole(const struct entry *entry, const char *text, uint64_t least, uint64_t most,
                                 uint64_t *n, struct sj_error *error) {
  return sj_read_whole(entry->name, text, least, most, n, error);
}

static enum sj_status read_time(const struct entry *entry, const char *text, bool zero, double *x,
                                struct sj_error *error) {
  if (number_of(text, x) && (*x > 0 || (zero && *x == 0))) return SJ_OK;
  return sj_error_set(error, SJ_INVALID, "%s %s: expected a number %s 0, in the model's time unit", entry->name, text,
                      zero ? "of at least" : "above");
}

static enum sj_status read_bytes(const struct entry *entry, const char *text, double *x, struct sj_error *error) {
  if (number_of(text, x) && *x > 0) return SJ_OK;
  return sj_error_set(error, SJ_INVALID, "%s %s: expected a number of bytes above 0, such as 8e9", entry->name, text);
}

static enum sj_status read_between(const char *text, struct sj_options *options, struct sj_error *error) {
  const char *const colon = strchr(text, ':');
  char *const low = colon ? sj_format("%.*s", (int)(colon - text), text) : NULL;
  const bool good = low && number_of(low, &options->between_low) && number_of(colon + 1, &options->between_high) &&
                    options->between_low < options->between_high;
  free(low);
  if (good) return SJ_OK;
  return sj_error_set(error, SJ_INVALID, "--between %s: expected A:B with A below B, as in --between 1:100", text);
}

/* A new place at the end of the list. */
static const char **lengthen(const char ***list, size_t *count) {
  *list = sj_reallocate_array(*list, *count + 1, sizeof **list);
  return &(*list)[(*count)++];
}

static enum sj_status read_override(const char *text, struct sj_options *options, struct sj_error *error) {
  const char *const equals = strchr(text, '=');
  if (!equals || equals == text)
    return sj_error_set(error, SJ_INVALID, "--set %s: expected PATH=VALUE, as in --set web.arrivals.rate=9", text);
  *lengthen(&options->overrides, &options->override_count) = text;
  return SJ_OK;
}

static enum sj_status read_text(const struct entry *entry, const char *text, const char **place,
                                struct sj_error *error) {
  if (!*text) return sj_error_set(error, SJ_INVALID, "%s: expected %s, got nothing", entry->name, entry->argument);
  *place = text;
  return SJ_OK;
}

/* Where the text of an option that takes any text goes; NULL for others. */
static const char **text_place(uint64_t option, struct sj_options *options) {
  switch (option) {
    case SJ_OPTION_SCENARIO:
      return lengthen(&options->scenarios, &options->scenario_count);
    case SJ_OPTION_SCORE_BY:
      return lengthen(&options->score_by, &options->score_by_count);
    case SJ_OPTION_CHART:
      return lengthen(&options->charts, &options->chart_count);
    case SJ_OPTION_BY:
      return &options->by;
    case SJ_OPTION_AGAINST:
      return &options->against;
    case SJ_OPTION_SCORE:
      return &options->score;
    case SJ_OPTION_FIND:
      return &options->find;
    case SJ_OPTION_SUCH_THAT:
      return &options->such_that;
    case SJ_OPTION_OUTPUT:
      return &options->output;
    case SJ_OPTION_CSV:
      return &options->csv;
    case SJ_OPTION_DATA:
      return &options->data;
    case SJ_OPTION_HTML:
      return &options->html;
    case SJ_OPTION_FORMAT:
      return &options->format;
    case SJ_OPTION_PLACE:
      return &options->place;
    default:
      return NULL;
  }
}

static enum sj_status read_value(const struct entry *entry, const char *text, struct sj_options *options,
                                 struct sj_error *error) {
  const char **const place = text_place(entry->option, options);
  if (place) return read_text(entry, text, place, error);
  uint64_t n = 0;
  enum sj_status status = SJ_OK;
  switch (entry->option) {
    case SJ_OPTION_SET:
      return read_override(text, options, error);
    case SJ_OPTION_BETWEEN:
      return read_between(text, options, error);
    case SJ_OPTION_SEED:
      return read_whole(entry, text, 0, UINT64_MAX, &options->seed, error);
    case SJ_OPTION_RESULT:
      return read_whole(entry, text, 1, INT64_MAX, &options->result, error);
    case SJ_OPTION_RUNS:
      status = read_whole(entry, text, 1, MOST_RUNS, &n, error);
      options->runs = (uint32_t)n;
      return status;
    case SJ_OPTION_THREADS:
      status = read_whole(entry, text, 1, MOST_THREADS, &n, error);
      options->threads = (uint32_t)n;
      return status;
    case SJ_OPTION_DURATION:
      return read_time(entry, text, false, &options->duration, error);
    case SJ_OPTION_WARMUP:
      return read_time(entry, text, true, &options->warmup, error);
    case SJ_OPTION_DRAIN:
      return read_time(entry, text, true, &options->drain, error);
    case SJ_OPTION_HORIZON:
      return read_time(entry, text, false, &options->horizon, error);
    case SJ_OPTION_STEP:
      return read_time(entry, text, false, &options->step, error);
    case SJ_OPTION_MEMORY:
      return read_bytes(entry, text, &options->memory, error);
    case SJ_OPTION_EIGENVALUES:
      status = read_whole(entry, text, 1, MOST_EIGENVALUES, &n, error);
      options->eigenvalues = (uint32_t)n;
      return status;
    default: /* a flag */
      break;
  }
  return SJ_OK;
}

/* The place of an option among the command's own; SIZE_MAX: it is none of them. */
static size_t find_own(const struct sj_command *command, const char *name, size_t length) {
  for (size_t i = 0; command->own && command->own[i].name; i++)
    if (strlen(command->own[i].name) == length && !memcmp(command->own[i].name, name, length)) return i;
  return SIZE_MAX;
}

static enum sj_status read_own(const struct sj_own_option *own, bool repeatable, const char *value, int argc,
                               char **argv, int *at, const char **text, struct sj_error *error) {
  if (*text && !repeatable) return sj_error_set(error, SJ_INVALID, "%s was given twice", own->name);
  if (!own->argument) {
    *text = "";
    return value ? sj_error_set(error, SJ_INVALID, "%s takes no value", own->name) : SJ_OK;
  }
  *text = value ? value : *at + 1 < argc ? argv[++*at] : "";
  if (**text) return SJ_OK;
  return sj_error_set(error, SJ_INVALID, "%s: expected %s, got nothing", own->name, own->argument);
}

static enum sj_status read_option(const struct sj_command *command, int argc, char **argv, int *at,
                                  struct sj_options *options, struct sj_error *error) {
  const char *const word = argv[*at];
  const char *const equals = strncmp(word, "--", 2) ? NULL : strchr(word, '=');
  const size_t length = equals ? (size_t)(equals - word) : strlen(word);
  const size_t own = find_own(command, word, length);
  if (own != SIZE_MAX) {
    const bool repeatable = command->repeatable_own >> own & 1;
    const enum sj_status status =
        read_own(&command->own[own], repeatable, equals ? equals + 1 : NULL, argc, argv, at, &options->own[own], error);
    struct sj_texts *const all = &options->repeated[own];
    if (status == SJ_OK && repeatable) *lengthen(&all->texts, &all->count) = options->own[own];
    return status;
  }
  const struct entry *const entry = find(command, word, length);
  if (!entry) {
    char *const name = sj_format("%.*s", (int)length, word);
    const enum sj_status status = unknown(command, name, error);
    free(name);
    return status;
  }
  if (!(entry->option & command->accepted))
    return sj_error_set(error, SJ_INVALID, "%s is not an option of sojourn %s", entry->name, command->name);
  if ((options->given & entry->option) && !(entry->option & (command->repeatable | SJ_OPTION_SET)))
    return sj_error_set(error, SJ_INVALID, "%s was given twice", entry->name);
  options->given |= entry->option;
  if (!entry->argument) {
    if (equals) return sj_error_set(error, SJ_INVALID, "%s takes no value", entry->name);
    return SJ_OK;
  }
  if (equals) return read_value(entry, equals + 1, options, error);
  if (*at + 1 >= argc)
    return sj_error_set(error, SJ_INVALID, "%s: expected %s, got nothing", entry->name, entry->argument);
  return read_value(entry, argv[++*at], options, error);
}

/* What may not stand together. */
static enum sj_status check_together(const struct sj_command *command, const struct sj_options *options,
                                     struct sj_error *error) {
  if (!options->file && *command->argument)
    return sj_error_set(error, SJ_INVALID, "%s: expected %s; see sojourn %s --help", command->name, command->argument,
                        command->name);
  const bool csv_to_stdout = options->csv && !strcmp(options->csv, "-");
  if (csv_to_stdout && (options->given & SJ_OPTION_JSON))
    return sj_error_set(error, SJ_INVALID, "--json and --csv - both want standard output");
  if ((options->given & SJ_OPTION_AGAIN) && !options->output)
    return sj_error_set(error, SJ_INVALID, "--again needs -o FILE.db");
  if (options->score && strcmp(options->score, "quintile") != 0)
    return sj_error_set(error, SJ_INVALID, "--score %s: the only score is quintile", options->score);
  if (options->score_by_count && !options->score)
    return sj_error_set(error, SJ_INVALID, "--score-by needs --score quintile");
  if (!options->find != !options->such_that)
    return sj_error_set(error, SJ_INVALID, "--find PATH and --such-that \"METRIC < BOUND\" go together");
  if ((options->given & SJ_OPTION_BETWEEN) && !options->find)
    return sj_error_set(error, SJ_INVALID, "--between needs --find PATH");
  const bool picture = !options->format || !strcmp(options->format, "svg") || !strcmp(options->format, "png") ||
                       !strcmp(options->format, "pdf");
  if (!picture) return sj_error_set(error, SJ_INVALID, "--format %s: expected svg, png or pdf", options->format);
  if (options->find && options->html)
    return sj_error_set(error, SJ_INVALID, "--html is a page of one model's results, and --find tries many");
  if (options->find && options->csv)
    return sj_error_set(error, SJ_INVALID, "--csv has rows of requests, which --find does not give");
  return SJ_OK;
}

enum sj_status sj_options_parse(const struct sj_command *command, int argc, char **argv, struct sj_options *options,
                                struct sj_error *error) {
  *options = (struct sj_options){.command = command->name,
                                 .words = argv,
                                 .word_count = argc,
                                 .duration = NAN,
                                 .warmup = NAN,
                                 .drain = NAN,
                                 .between_low = NAN,
                                 .between_high = NAN,
                                 .horizon = NAN,
                                 .step = NAN,
                                 .memory = NAN};
  bool only_files = false;
  for (int i = 0; i < argc; i++) {
    const char *const word = argv[i];
    if (!only_files && !strcmp(word, "--")) {
      only_files = true;
    } else if (!only_files && word[0] == '-' && word[1]) {
      const enum sj_status status = read_option(command, argc, argv, &i, options, error);
      if (status != SJ_OK || (options->given & SJ_OPTION_HELP)) return status;
    } else if (!*command->argument) {
      return sj_error_set(error, SJ_INVALID, "%s takes no file, got %s; see sojourn %s --help", command->name, word,
                          command->name);
    } else if (options->file && !command->several_files) {
      return sj_error_set(error, SJ_INVALID, "expected one %s, got %s and %s", command->argument, options->file, word);
    } else {
      *lengthen(&options->files, &options->file_count) = word;
      options->file = options->files[0];
    }
  }
  return check_together(command, options, error);
}

void sj_options_clear(struct sj_options *options) {
  free(options->overrides);
  free(options->scenarios);
  free(options->score_by);
  free(options->files);
  free(options->charts);
  for (size_t i = 0; i < SJ_MOST_OWN; i++) free(options->repeated[i].texts);
  *options = (struct sj_options){0};
}

static void print_option(const char *name, const char *argument, const char *help) {
  char *const left = sj_format("%s%s%s", name, argument ? " " : "", argument ? argument : "");
  const int width = printf("  %-18s ", left);
  sj_print_wrapped(help, (size_t)width, 21);
  free(left);
}

bool sj_option_at(const struct sj_command *command, size_t index, struct sj_own_option *option) {
  size_t at = 0;
  for (; command->own && command->own[at].name; at++) {
    if (at != index) continue;
    *option = command->own[at];
    return true;
  }
  for (size_t i = 0; i < ENTRY_COUNT; i++) {
    if (!(entries[i].option & command->accepted) || at++ != index) continue;
    *option = (struct sj_own_option){entries[i].name, entries[i].argument, entries[i].help};
    return true;
  }
  return false;
}

void sj_options_print(const struct sj_command *command) {
  struct sj_own_option option;
  for (size_t i = 0; sj_option_at(command, i, &option); i++) print_option(option.name, option.argument, option.help);
}
