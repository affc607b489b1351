#include "cli/gate.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cli/heading.h"
#include "results/json.h"
#include "results/results.h"
#include "results/store.h"
#include "results/table.h"
#include "sojourn/compare.h"

/* In the order of sj_gate_options. */
enum { RELATIVE, ABSOLUTE, METRIC, ALL };

const struct sj_own_option sj_gate_options[] = {
    [RELATIVE] = {"--relative", "SHARE", "A.db B.db: changes up to that share do not matter (default: 0.05)"},
    [ABSOLUTE] = {"--absolute", "X", "A.db B.db: nor do changes up to that amount (default: 0)"},
    [METRIC] = {"--metric", "METRIC", "A.db B.db: judge this, +METRIC or -METRIC says what is good (repeatable)"},
    [ALL] = {"--all", NULL, "A.db B.db: judge every metric of which it is known what is good"},
    {NULL, NULL, NULL},
};

/* A result of one file and its like in the other. */
struct pair {
  char *label;
  struct sj_results *before, *after;
  size_t first, count; /* its changes */
};

struct gate {
  const struct sj_options *options;
  struct sj_floor floor;
  size_t pair_count;
  struct pair *pairs;
  size_t change_count;
  struct sj_metric_change *changes;
  char **notes;
  size_t note_count;
};

static void add_note(struct gate *gate, char *note) {
  gate->notes = sj_reallocate_array(gate->notes, gate->note_count + 1, sizeof *gate->notes);
  gate->notes[gate->note_count++] = note;
}

bool sj_gate_asked(const struct sj_options *options) {
  return options->file_count > 1 || sj_store_is_database(options->file);
}

/* ---- which results belong together ---- */

static const char *base_name(const char *path) {
  const char *const slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* "mm1.lua, scenario busy, web.arrivals.rate=9": what a result is called; of a sweep with the point's values. */
static char *label_of(const struct sj_store_entry *entry) {
  struct sj_text text = {0};
  sj_text_add(&text, "%s %s", entry->engine, base_name(entry->model));
  if (entry->scenario) sj_text_add(&text, ", scenario %s", entry->scenario);
  if (entry->point) sj_text_add(&text, ", %s", entry->point);
  return text.data;
}

/* What a result is called. */
struct labelled {
  char *label;
  size_t entry;
};

/* A file with its list. */
struct side {
  const char *path;
  struct sj_store *store;
  struct sj_store_entry *entries;
  size_t count;
  struct labelled *labels; /* [count], by label, equal ones by entry: there may be a hundred thousand */
};

static int by_label(const void *a, const void *b) {
  const struct labelled *const x = a, *const y = b;
  const int order = strcmp(x->label, y->label);
  return order ? order : (x->entry > y->entry) - (x->entry < y->entry);
}

static void label_all(struct side *side) {
  side->labels = sj_allocate_array(side->count, sizeof *side->labels);
  for (size_t i = 0; i < side->count; i++)
    side->labels[i] = (struct labelled){.label = label_of(&side->entries[i]), .entry = i};
  if (side->count) qsort(side->labels, side->count, sizeof *side->labels, by_label);
}

/* Where those of the label begin, if there are any. */
static size_t place_of(const struct side *side, const char *label) {
  size_t low = 0, high = side->count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (strcmp(side->labels[middle].label, label) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The newest result of that label; NULL: there is none. */
static const struct sj_store_entry *find(const struct side *side, const char *label, size_t *alike) {
  const struct sj_store_entry *found = NULL;
  *alike = 0;
  for (size_t i = place_of(side, label); i < side->count && !strcmp(side->labels[i].label, label); i++) {
    const struct sj_store_entry *const entry = &side->entries[side->labels[i].entry];
    if (!entry->runs || !strcmp(entry->engine, "sweep")) continue;
    if (!found || entry->result > found->result) found = entry;
    ++*alike;
  }
  return found;
}

/* The points of sweeps by their number: the order in which they were done is chance. */
static int by_point(const void *a, const void *b) {
  const struct sj_store_entry *const x = a, *const y = b;
  if (x->point_number != y->point_number) return x->point_number < y->point_number ? -1 : 1;
  return (x->result > y->result) - (x->result < y->result);
}

static enum sj_status open_side(struct side *side, const char *path, struct sj_error *error) {
  side->path = path;
  enum sj_status status = sj_store_open(path, SJ_STORE_READ, &side->store, error);
  if (status == SJ_OK) status = sj_store_list(side->store, &side->entries, &side->count, error);
  if (status == SJ_OK && side->count) qsort(side->entries, side->count, sizeof *side->entries, by_point);
  if (status == SJ_OK) label_all(side);
  return status;
}

static void close_side(struct side *side) {
  for (size_t i = 0; side->labels && i < side->count; i++) free(side->labels[i].label);
  free(side->labels);
  sj_store_list_destroy(side->entries, side->count);
  sj_store_close(side->store);
}

/* What has nothing to do with the service, but may make a difference. */
static void note_settings(struct gate *gate, const struct pair *pair) {
  static const char *const words[] = {"durations", "warm-ups"};
  const struct sj_results *const before = pair->before, *const after = pair->after;
  const double values[2][2] = {{before->duration, after->duration}, {before->warmup, after->warmup}};
  /* A warm-up that was found differs by chance. */
  for (size_t i = 0; i < (before->warmup_found || after->warmup_found ? 1U : 2U); i++) {
    char a[32], b[32];
    if (!isfinite(values[i][0]) || !isfinite(values[i][1]) || values[i][0] == values[i][1]) continue;
    add_note(gate, sj_format("%s: the %s differ, %s and then %s %s", pair->label, words[i],
                             sj_number_text(values[i][0], a), sj_number_text(values[i][1], b), before->time_unit));
  }
}

static enum sj_status add_pair(struct gate *gate, const struct side sides[2], const struct sj_store_entry *before,
                               const struct sj_store_entry *after, char *label, struct sj_error *error) {
  gate->pairs = sj_reallocate_array(gate->pairs, gate->pair_count + 1, sizeof *gate->pairs);
  struct pair *const pair = &gate->pairs[gate->pair_count++];
  *pair = (struct pair){0};
  pair->label = label;
  enum sj_status status = sj_store_load_metrics(sides[0].store, before->result, &pair->before, error);
  if (status == SJ_OK) status = sj_store_load_metrics(sides[1].store, after->result, &pair->after, error);
  if (status == SJ_OK) note_settings(gate, pair);
  return status;
}

static bool is_first_of_its_label(const struct side *side, size_t i, const char *label) {
  return side->labels[place_of(side, label)].entry == i;
}

static enum sj_status pair_entry(struct gate *gate, const struct side sides[2], size_t i, struct sj_error *error) {
  size_t alike[2];
  char *const label = label_of(&sides[0].entries[i]);
  const struct sj_store_entry *const before = find(&sides[0], label, &alike[0]), *const after =
                                                                                     find(&sides[1], label, &alike[1]);
  if (!before || !is_first_of_its_label(&sides[0], i, label)) {
    free(label);
    return SJ_OK;
  }
  if (!after) {
    add_note(gate, sj_format("%s is in %s alone", label, sides[0].path));
    free(label);
    return SJ_OK;
  }
  for (size_t side = 0; side < 2; side++)
    if (alike[side] > 1)
      add_note(gate, sj_format("%s has %zu results of %s: the newest is taken", sides[side].path, alike[side], label));
  return add_pair(gate, sides, before, after, label, error);
}

/* "FILE has simulate a.lua, simulate b.lua", each once and the first few. */
static void list_labels(const struct side *side, struct sj_text *text) {
  const size_t most = 5;
  size_t listed = 0, labels = 0;
  for (size_t i = 0; i < side->count; i++) {
    char *const label = label_of(&side->entries[i]);
    if (is_first_of_its_label(side, i, label) && ++labels <= most)
      sj_text_add(text, "%s %s", listed++ ? "," : " has", label);
    free(label);
  }
  if (labels > most) sj_text_add(text, " and %zu more", labels - most);
}

static enum sj_status nothing_in_common(const struct side sides[2], struct sj_error *error) {
  struct sj_text text = {0};
  sj_text_add(&text,
              "%s and %s have no result in common: results belong together by engine, model file, scenario "
              "and, of a sweep, the values of the point",
              sides[0].path, sides[1].path);
  for (size_t i = 0; i < 2; i++) {
    sj_text_add(&text, "; %s", sides[i].path);
    list_labels(&sides[i], &text);
  }
  sj_error_set(error, SJ_INVALID, "%s", text.data);
  free(text.data);
  return SJ_INVALID;
}

/* A single result each are before and after, whatever they are called. */
static enum sj_status pair_up(struct gate *gate, const struct side sides[2], struct sj_error *error) {
  enum sj_status status = SJ_OK;
  if (sides[0].count == 1 && sides[1].count == 1 && !strcmp(sides[0].entries->engine, sides[1].entries->engine))
    return add_pair(gate, sides, &sides[0].entries[0], &sides[1].entries[0], label_of(&sides[1].entries[0]), error);
  for (size_t i = 0; i < sides[0].count && status == SJ_OK; i++) status = pair_entry(gate, sides, i, error);
  return status == SJ_OK && !gate->pair_count ? nothing_in_common(sides, error) : status;
}

/* ---- what is judged ---- */

static bool ends_with(const char *text, const char *ending) {
  const size_t length = strlen(text), more = strlen(ending);
  return length > more && !strcmp(text + length - more, ending);
}

/* What a service is held to, of components themselves: few enough that a difference is still found among them. */
static bool is_usual(const char *metric) {
  static const char *const endings[] = {".latency.mean", ".latency.p50", ".latency.p99", ".failed.ratio",
                                        ".goodput",      ".dropped",     ".lost.rate",   ".hitting.full_to_low.mean"};
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    if (!ends_with(metric, endings[i])) continue;
    const size_t component = strlen(metric) - strlen(endings[i]);
    return !memchr(metric, '.', component) && !memchr(metric, '[', component);
  }
  return false;
}

static void add_change(struct gate *gate, struct pair *pair, const char *metric, enum sj_direction direction) {
  gate->changes = sj_reallocate_array(gate->changes, gate->change_count + 1, sizeof *gate->changes);
  gate->changes[gate->change_count++] = sj_compare_change(pair->before, pair->after, metric, direction);
  pair->count++;
}

static enum sj_direction direction_of(const char *metric) {
  /* A long way from full to low is what takes a service down. */
  return strstr(metric, ".hitting.full_to_") ? SJ_LOW_IS_GOOD : sj_compare_direction(metric);
}

static enum sj_status take_asked(struct gate *gate, struct pair *pair, struct sj_error *error) {
  const struct sj_texts *const asked = &gate->options->repeated[METRIC];
  for (size_t i = 0; i < asked->count; i++) {
    const char *const text = asked->texts[i], *const name = text + (*text == '+' || *text == '-');
    const enum sj_direction direction = *text == '+'   ? SJ_HIGH_IS_GOOD
                                        : *text == '-' ? SJ_LOW_IS_GOOD
                                                       : direction_of(name);
    if (direction == SJ_DIRECTION_UNKNOWN)
      return sj_error_set(error, SJ_INVALID,
                          "--metric %s: is high good or low? Say --metric +%s (high is) or --metric -%s (low is)", name,
                          name, name);
    if (sj_results_find(pair->before, name) == SIZE_MAX) {
      const char **const names = sj_allocate_array(pair->before->metric_count + 1, sizeof *names);
      for (size_t m = 0; m < pair->before->metric_count; m++) names[m] = pair->before->metrics[m].name;
      const char *const nearest = sj_nearest(name, names);
      free(names);
      return sj_error_set(error, SJ_INVALID, "--metric %s: %s has no such metric%s%s%s", name, pair->label,
                          nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
    }
    add_change(gate, pair, name, direction);
  }
  return SJ_OK;
}

static enum sj_status take_changes(struct gate *gate, struct sj_error *error) {
  for (size_t i = 0; i < gate->pair_count; i++) {
    struct pair *const pair = &gate->pairs[i];
    pair->first = gate->change_count;
    if (gate->options->repeated[METRIC].count) {
      const enum sj_status status = take_asked(gate, pair, error);
      if (status != SJ_OK) return status;
      continue;
    }
    for (size_t m = 0; m < pair->before->metric_count; m++) {
      const char *const name = pair->before->metrics[m].name;
      const enum sj_direction direction = direction_of(name);
      const bool wanted =
          gate->options->own[ALL] ? pair->before->metrics[m].reduction == SJ_REDUCE_MEAN : is_usual(name);
      if (wanted && direction != SJ_DIRECTION_UNKNOWN && !isnan(sj_results_figure(pair->before, m).value))
        add_change(gate, pair, name, direction);
    }
  }
  if (gate->change_count) return SJ_OK;
  return sj_error_set(error, SJ_INVALID, "there is nothing to judge; --metric METRIC says what");
}

/* ---- report ---- */

static const char *word_of(enum sj_outcome outcome) {
  static const char *const words[] = {[SJ_OUTCOME_SAME] = "same",
                                      [SJ_OUTCOME_BETTER] = "better",
                                      [SJ_OUTCOME_WORSE] = "WORSE",
                                      [SJ_OUTCOME_INCONCLUSIVE] = "inconclusive"};
  return words[outcome];
}

static size_t count_of(const struct gate *gate, enum sj_outcome outcome) {
  size_t count = 0;
  for (size_t i = 0; i < gate->change_count; i++) count += gate->changes[i].outcome == outcome;
  return count;
}

static void add_row(const struct pair *pair, const struct sj_metric_change *change, struct sj_grid *grid) {
  double scale;
  const double least = fmin(change->before.value, change->after.value);
  char *const heading = sj_heading(change->metric, change->metric, least, pair->before->time_unit, &scale);
  sj_grid_add(grid, heading);
  sj_grid_add_figure(grid, (struct sj_figure){change->before.value, NAN}, scale);
  sj_grid_add_figure(grid, (struct sj_figure){change->after.value, NAN}, scale);
  if (isnan(change->difference.relative.value))
    sj_grid_add_figure(grid, (struct sj_figure){NAN, NAN}, 1);
  else
    sj_grid_add_figure(grid, change->difference.relative, 100);
  sj_grid_add(grid, change->vanished ? "WORSE: unstable" : word_of(change->outcome));
  free(heading);
}

static void add_pair_table(const struct gate *gate, const struct pair *pair, struct sj_text *text) {
  static const char *const headings[] = {"", "before", "after", "change (%)", ""};
  const bool paired = sj_compare_paired(pair->before, pair->after), solved = !strcmp(pair->before->engine, "solve");
  struct sj_grid grid = {0};
  sj_text_add(text, "\n%s\n", pair->label);
  if (!solved)
    sj_text_add(text, "%zu and %zu runs, %s\n", pair->before->run_count, pair->after->run_count,
                paired ? "the same random numbers: compared run by run" : "other random numbers: Welch's t");
  sj_grid_start(&grid, 5);
  for (size_t i = 0; i < 5; i++) sj_grid_add(&grid, headings[i]);
  for (size_t i = 0; i < pair->count; i++) add_row(pair, &gate->changes[pair->first + i], &grid);
  sj_grid_print(&grid, 2, text);
  sj_grid_clear(&grid);
}

static void print_table(const struct gate *gate) {
  char relative[32], absolute[32];
  struct sj_text text = {0};
  sj_text_add(&text, "%s, then %s; changes up to %s %%", gate->options->files[0], gate->options->files[1],
              sj_number_text(100 * gate->floor.relative, relative));
  if (gate->floor.absolute > 0) sj_text_add(&text, " or %s", sj_number_text(gate->floor.absolute, absolute));
  sj_text_add(&text, " do not matter\n");
  for (size_t i = 0; i < gate->pair_count; i++) add_pair_table(gate, &gate->pairs[i], &text);
  sj_text_add(&text, "\n%zu worse, %zu better, %zu the same, %zu inconclusive\n", count_of(gate, SJ_OUTCOME_WORSE),
              count_of(gate, SJ_OUTCOME_BETTER), count_of(gate, SJ_OUTCOME_SAME),
              count_of(gate, SJ_OUTCOME_INCONCLUSIVE));
  for (size_t i = 0; i < gate->note_count; i++) sj_note_text(gate->notes[i], &text);
  sj_print(text.data);
  free(text.data);
}

static json_t *change_json(const struct sj_metric_change *change) {
  static const char *const words[] = {"same", "better", "worse", "inconclusive"};
  const struct sj_difference *const d = &change->difference;
  json_t *const object = json_object();
  json_object_set_new(object, "good", json_string(change->direction == SJ_HIGH_IS_GOOD ? "high" : "low"));
  json_object_set_new(object, "before", sj_json_number(change->before.value));
  json_object_set_new(object, "after", sj_json_number(change->after.value));
  json_object_set_new(object, "difference", sj_json_number(d->absolute.value));
  json_object_set_new(object, "ci95", sj_json_number(d->absolute.ci95));
  json_object_set_new(object, "relative", sj_json_number(d->relative.value));
  json_object_set_new(object, "relative_ci95", sj_json_number(d->relative.ci95));
  json_object_set_new(object, "p", sj_json_number(d->p));
  json_object_set_new(object, "p_holm", sj_json_number(d->adjusted_p));
  json_object_set_new(object, "change", json_string(words[change->outcome]));
  return object;
}

static json_t *pair_json(const struct gate *gate, const struct pair *pair) {
  json_t *const object = json_object(), *const metrics = json_object();
  json_object_set_new(object, "result", sj_json_string(pair->label));
  json_object_set_new(object, "engine", sj_json_string(pair->before->engine));
  json_object_set_new(object, "paired", json_boolean(sj_compare_paired(pair->before, pair->after)));
  for (size_t i = 0; i < pair->count; i++) {
    const struct sj_metric_change *const change = &gate->changes[pair->first + i];
    sj_json_set(metrics, change->metric, change_json(change));
  }
  json_object_set_new(object, "metrics", metrics);
  return object;
}

static enum sj_status print_json(const struct gate *gate, struct sj_error *error) {
  json_t *const document = json_object(), *const floor = json_object(), *const results = json_array(),
                *const notes = json_array();
  json_object_set_new(document, "sojourn", json_string(SJ_VERSION));
  json_object_set_new(document, "command", json_string("compare"));
  json_object_set_new(document, "before", sj_json_string(gate->options->files[0]));
  json_object_set_new(document, "after", sj_json_string(gate->options->files[1]));
  json_object_set_new(floor, "relative", sj_json_number(gate->floor.relative));
  json_object_set_new(floor, "absolute", sj_json_number(gate->floor.absolute));
  json_object_set_new(document, "floor", floor);
  json_object_set_new(document, "worse", json_integer((json_int_t)count_of(gate, SJ_OUTCOME_WORSE)));
  json_object_set_new(document, "better", json_integer((json_int_t)count_of(gate, SJ_OUTCOME_BETTER)));
  json_object_set_new(document, "same", json_integer((json_int_t)count_of(gate, SJ_OUTCOME_SAME)));
  json_object_set_new(document, "inconclusive", json_integer((json_int_t)count_of(gate, SJ_OUTCOME_INCONCLUSIVE)));
  for (size_t i = 0; i < gate->note_count; i++) json_array_append_new(notes, sj_json_string(gate->notes[i]));
  json_object_set_new(document, "notes", notes);
  for (size_t i = 0; i < gate->pair_count; i++) json_array_append_new(results, pair_json(gate, &gate->pairs[i]));
  json_object_set_new(document, "results", results);
  char *const text = sj_json_text(document);
  if (text) sj_print(text);
  free(text);
  json_decref(document);
  return text ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}

/* Names each regression where no table does. */
static enum sj_exit report(const struct gate *gate) {
  struct sj_error error;
  const bool json = gate->options->given & SJ_OPTION_JSON, table = !json && !(gate->options->given & SJ_OPTION_QUIET);
  if (json && print_json(gate, &error) != SJ_OK) return sj_complain(SJ_NO_MEMORY, &error);
  if (table) print_table(gate);
  for (size_t i = 0; i < gate->pair_count && !table; i++)
    for (size_t k = 0; k < gate->pairs[i].count; k++) {
      const struct sj_metric_change *const change = &gate->changes[gate->pairs[i].first + k];
      if (change->outcome == SJ_OUTCOME_WORSE)
        fprintf(stderr, "sojourn: %s: %s is worse\n", gate->pairs[i].label, change->metric);
    }
  return count_of(gate, SJ_OUTCOME_WORSE) ? SJ_EXIT_UNMET : SJ_EXIT_DONE;
}

/* ---- all of it ---- */

static enum sj_status read_options(struct gate *gate, struct sj_error *error) {
  const struct sj_options *const options = gate->options;
  const uint64_t fit = SJ_OPTION_JSON | SJ_OPTION_QUIET;
  gate->floor = (struct sj_floor){.relative = 0.05};
  if (options->file_count != 2)
    return sj_error_set(error, SJ_INVALID, "expected two results files, before and after: sojourn compare A.db B.db");
  if (options->given & ~fit)
    return sj_error_set(error, SJ_INVALID,
                        "of two results files only --relative, --absolute, --metric, --all, --json and --quiet can be "
                        "asked");
  enum sj_status status = SJ_OK;
  if (options->own[RELATIVE])
    status = sj_read_positive("--relative", options->own[RELATIVE], true, &gate->floor.relative, error);
  if (status == SJ_OK && options->own[ABSOLUTE])
    status = sj_read_positive("--absolute", options->own[ABSOLUTE], true, &gate->floor.absolute, error);
  return status;
}

static enum sj_status compare(struct gate *gate, struct sj_error *error) {
  struct side sides[2] = {{0}, {0}};
  enum sj_status status = read_options(gate, error);
  for (size_t i = 0; i < 2 && status == SJ_OK; i++) status = open_side(&sides[i], gate->options->files[i], error);
  if (status == SJ_OK) status = pair_up(gate, sides, error);
  if (status == SJ_OK) status = take_changes(gate, error);
  for (size_t i = 0; i < 2; i++) close_side(&sides[i]);
  if (status == SJ_OK) sj_compare_judge(gate->changes, gate->change_count, gate->floor);
  return status;
}

enum sj_exit sj_gate_command(const struct sj_options *options) {
  struct gate gate = {.options = options};
  struct sj_error error = {{0}};
  const enum sj_status status = compare(&gate, &error);
  const enum sj_exit code = status == SJ_OK ? report(&gate) : sj_complain(status, &error);
  for (size_t i = 0; i < gate.pair_count; i++) {
    free(gate.pairs[i].label);
    sj_results_destroy(gate.pairs[i].before);
    sj_results_destroy(gate.pairs[i].after);
  }
  for (size_t i = 0; i < gate.note_count; i++) free(gate.notes[i]);
  free(gate.notes);
  free(gate.pairs);
  free(gate.changes);
  return code;
}
