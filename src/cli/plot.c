#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "cli/cli.h"
#include "cli/page.h"
#include "plot/charts.h"
#include "plot/engines.h"
#include "plot/gnuplot.h"
#include "plot/varied.h"
#include "results/store.h"
#include "results/store_points.h"
#include "results/store_sweep.h"

/* One run of the command: what is drawn, and where to. */
struct job {
  const struct sj_options *options;
  struct sj_store *store;
  struct sj_store_entry *entries;
  size_t entry_count;
  struct sj_results **loaded; /* one result, or scenarios side by side */
  size_t loaded_count;
  struct sj_store_points points; /* of a sweep; count 0: it is none */
  struct sj_varied varied;
  struct sj_results *indices; /* of a sample; NULL: there are none */
  struct sj_charts all;
  struct sj_chart **chosen; /* those of `all` that are drawn */
  size_t chosen_count;
  struct sj_charts asked; /* made because they were asked for by name */
};

static void append(struct job *job, struct sj_results *results) {
  job->loaded = sj_reallocate_array(job->loaded, job->loaded_count + 1, sizeof *job->loaded);
  job->loaded[job->loaded_count++] = results;
}

static enum sj_status load(struct job *job, int64_t result, struct sj_error *error) {
  struct sj_results *results = NULL;
  const enum sj_status status = sj_store_load(job->store, result, &results, error);
  if (status == SJ_OK) append(job, results);
  return status;
}

/* ---- which results ---- */

static const struct sj_store_entry *chosen_entry(const struct job *job) {
  const struct sj_options *const options = job->options;
  const struct sj_store_entry *found = NULL;
  for (size_t i = 0; i < job->entry_count; i++) {
    const struct sj_store_entry *const entry = &job->entries[i];
    if (options->result > 0 && entry->result != (int64_t)options->result) continue;
    if (options->scenario_count > 0 && (!entry->scenario || strcmp(entry->scenario, options->scenarios[0]) != 0))
      continue;
    if (entry->runs > 0) found = entry;
  }
  return found;
}

static bool together(const struct sj_store_entry *a, const struct sj_store_entry *b) {
  return a->runs > 0 && b->runs > 0 && a->scenario && b->scenario && strcmp(a->engine, b->engine) == 0 &&
         strcmp(a->model, b->model) == 0;
}

/* Whether a later entry of the same comparison has the same scenario. */
static bool outdated(const struct job *job, size_t i) {
  for (size_t k = i + 1; k < job->entry_count; k++)
    if (together(&job->entries[i], &job->entries[k]) && strcmp(job->entries[i].scenario, job->entries[k].scenario) == 0)
      return true;
  return false;
}

static enum sj_status nothing(const struct job *job, struct sj_error *error) {
  const struct sj_options *const options = job->options;
  if (job->entry_count == 0) return sj_error_set(error, SJ_INVALID, "%s holds no results", options->file);
  if (options->result > 0)
    return sj_error_set(error, SJ_INVALID,
                        "%s holds no result %" PRIu64 " that has runs; sojourn show %s lists what it holds",
                        options->file, options->result, options->file);
  if (options->scenario_count > 0) {
    const char **const names = sj_allocate_array(job->entry_count + 1, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < job->entry_count; i++)
      if (job->entries[i].scenario) names[count++] = job->entries[i].scenario;
    const char *const nearest = sj_nearest(options->scenarios[0], names);
    free(names);
    return sj_error_set(error, SJ_INVALID, "%s holds no result of scenario %s%s%s%s", options->file,
                        options->scenarios[0], nearest ? ", did you mean " : "", nearest ? nearest : "",
                        nearest ? "?" : "");
  }
  return sj_error_set(error, SJ_INVALID, "%s holds no finished run", options->file);
}

/* All points of the sweep that the result belongs to, if it does. */
static enum sj_status load_sweep(struct job *job, int64_t result, struct sj_error *error) {
  enum sj_status status = sj_store_points_read(job->store, result, &job->points, error);
  for (size_t i = 0; i < job->points.count && status == SJ_OK; i++) {
    struct sj_results *results = NULL;
    status = sj_store_load_metrics(job->store, job->points.results[i], &results, error);
    if (status == SJ_OK) append(job, results);
  }
  if (status == SJ_OK && job->points.indices)
    status = sj_store_load_metrics(job->store, job->points.indices, &job->indices, error);
  job->varied = (struct sj_varied){.axis_count = job->points.axis_count,
                                   .count = job->points.count,
                                   .wanted = job->points.wanted,
                                   .paths = (const char *const *)job->points.paths,
                                   .units = (const char *const *)job->points.units,
                                   .logarithmic = job->points.logarithmic,
                                   .texts = (const char *const *)job->points.texts,
                                   .sample = job->points.samples > 0,
                                   .indices = job->indices,
                                   .results = (const struct sj_results *const *)job->loaded};
  return status;
}

static void forget_sweep(struct job *job) {
  while (job->loaded_count > 0) sj_results_destroy(job->loaded[--job->loaded_count]);
  sj_results_destroy(job->indices);
  job->indices = NULL;
  sj_store_points_clear(&job->points);
}

/* When a sweep is interrupted the newest results are points that were begun: no part of it yet. */
static enum sj_status load_interrupted_sweep(struct job *job, const struct sj_store_entry *newest,
                                             struct sj_error *error) {
  const struct sj_store_entry *entry = newest;
  while (entry > job->entries && entry->runs < entry->runs_wanted && strcmp(entry->model, newest->model) == 0) entry--;
  if (entry == newest || !entry->point) return SJ_OK;
  const enum sj_status status = sj_store_points_read(job->store, entry->result, &job->points, error);
  const bool unfinished = status == SJ_OK && job->points.count < job->points.wanted;
  sj_store_points_clear(&job->points);
  return unfinished ? load_sweep(job, entry->result, error) : status;
}

/* Both results of a comparison of engines, if that is what was asked last of the newest. */
static enum sj_status load_engines(struct job *job, int64_t newest, struct sj_error *error) {
  static const char *const engines[] = {"simulate", "solve"};
  struct sj_results *asked = NULL;
  enum sj_status status = sj_store_load_metrics(job->store, newest, &asked, error);
  if (status != SJ_OK) return status;
  json_t *const question = asked->question ? json_loads(asked->question, 0, NULL) : NULL;
  const json_t *const pair = json_object_get(question, "engines");
  int64_t found[2] = {0, 0};
  for (size_t i = 0; i < 2 && status == SJ_OK; i++) {
    const char *const identity = json_string_value(json_object_get(pair, engines[i]));
    if (identity) status = sj_store_find(job->store, identity, &found[i], error);
  }
  for (size_t i = 0; i < 2 && found[0] && found[1] && status == SJ_OK; i++) status = load(job, found[i], error);
  json_decref(question);
  sj_results_destroy(asked);
  return status;
}

/* All measurements of a suite lie in one file. */
static bool measured(const struct sj_store_entry *a) { return a->runs > 0 && strcmp(a->engine, "measure") == 0; }

/* The result that was asked for; else the sweep that the newest belongs to, both engines of a comparison, all scenarios
 * of one, else the newest result. */
static enum sj_status load_results(struct job *job, struct sj_error *error) {
  enum sj_status status = sj_store_list(job->store, &job->entries, &job->entry_count, error);
  if (status != SJ_OK) return status;
  const struct sj_store_entry *const newest = chosen_entry(job);
  if (!newest) return nothing(job, error);
  const bool one = job->options->result > 0 || job->options->scenario_count > 0;
  if (!one) status = load_sweep(job, newest->result, error);
  if (job->points.count == 1 && !job->options->html) forget_sweep(job); /* no figure goes over anything */
  if (!one && job->loaded_count == 0 && status == SJ_OK) status = load_interrupted_sweep(job, newest, error);
  for (size_t i = 0; i < job->entry_count && !one && measured(newest) && status == SJ_OK; i++)
    if (measured(&job->entries[i])) status = load(job, job->entries[i].result, error);
  if (!one && job->loaded_count == 0 && status == SJ_OK) status = load_engines(job, newest->result, error);
  const bool found = one || job->loaded_count > 0;
  for (size_t i = 0; i < job->entry_count && !found && status == SJ_OK; i++)
    if (together(newest, &job->entries[i]) && !outdated(job, i)) status = load(job, job->entries[i].result, error);
  if (status == SJ_OK && job->loaded_count == 0) status = load(job, newest->result, error);
  return status;
}

/* ---- which charts ---- */

static enum sj_status make_charts(struct job *job, struct sj_error *error) {
  const enum sj_status status = sj_charts_of_all((const struct sj_results *const *)job->loaded, job->loaded_count,
                                                 job->points.count > 0 ? &job->varied : NULL, &job->all, error);
  if (status == SJ_OK && job->all.count == 0 && !job->options->html)
    return sj_error_set(error, SJ_INVALID, "%s: there is nothing to draw in this result", job->options->file);
  return status;
}

/* "52.field" is called "52.field", or "field" with all others of its kind. */
static bool is_called(const char *chart, const char *name) {
  const size_t length = strlen(chart), its = strlen(name);
  if (strcmp(chart, name) == 0) return true;
  return its > 0 && length > its && chart[length - its - 1] == '.' && strcmp(chart + length - its, name) == 0;
}

static void choose(struct job *job, struct sj_chart *chart) {
  for (size_t i = 0; i < job->chosen_count; i++)
    if (job->chosen[i] == chart) return;
  job->chosen = sj_reallocate_array(job->chosen, job->chosen_count + 1, sizeof *job->chosen);
  job->chosen[job->chosen_count++] = chart;
}

/* Whether the chart is one of a client without any answer. */
static bool unanswered(const struct job *job, const char *chart) {
  const char *const dot = strrchr(chart, '.');
  char *const completed = sj_format("%.*s.completed", dot ? (int)(dot - chart) : 0, chart);
  const bool none = dot && job->loaded_count == 1 && sj_results_value(job->loaded[0], completed) == 0;
  free(completed);
  return none;
}

static enum sj_status unknown(const struct job *job, const char *name, struct sj_error *error) {
  if (unanswered(job, name))
    return sj_error_set(error, SJ_INVALID, "chart %s: no request of that client was answered", name);
  const size_t count = job->all.count;
  const char **const names = sj_allocate_array(2 * count + 1, sizeof *names);
  for (size_t i = 0; i < count; i++) {
    const char *const dot = strrchr(job->all.charts[i]->name, '.');
    names[i] = job->all.charts[i]->name;
    names[count + i] = dot ? dot + 1 : names[i];
  }
  const char *const nearest = sj_nearest(name, names);
  free(names);
  const bool picture = job->loaded_count == 1 && strcmp(job->loaded[0]->engine, "solve") == 0 &&
                       !job->loaded[0]->picture &&
                       (is_called("field", name) || is_called("committor", name) || strstr(name, ".field") ||
                        strstr(name, ".committor"));
  if (picture)
    return sj_error_set(error, SJ_INVALID,
                        "chart %s: the result has no picture; sojourn solve --picture -o FILE.db keeps one", name);
  if (nearest) return sj_error_set(error, SJ_INVALID, "unknown chart %s, did you mean %s?", name, nearest);
  const bool side_by_side = job->loaded_count > 1 && job->loaded[0]->scenario;
  return sj_error_set(error, SJ_INVALID, "unknown chart %s; sojourn plot %s --list names those there are%s", name,
                      job->options->file, side_by_side ? ", with --scenario NAME those of one scenario" : "");
}

static bool are_engines(const struct job *job) {
  return sj_are_engines((const struct sj_results *const *)job->loaded, job->loaded_count);
}

/* Any metric of scenarios, or of a sweep's points, can be asked for by its name. */
static bool make_asked(struct job *job, const char *name) {
  static const char side_by_side[] = "scenarios.", sweep[] = "sweep.";
  const size_t before = job->asked.count;
  if (job->points.count > 0 && strncmp(name, sweep, strlen(sweep)) == 0) {
    sj_charts_of_varied_metric(&job->varied, name + strlen(sweep), &job->asked);
  } else if (job->points.count == 0 && job->loaded_count > 1 && !are_engines(job) &&
             strncmp(name, side_by_side, strlen(side_by_side)) == 0) {
    struct sj_chart *const chart = sj_chart_of_metric((const struct sj_results *const *)job->loaded, job->loaded_count,
                                                      name + strlen(side_by_side));
    if (chart) sj_charts_append(&job->asked, chart);
  }
  for (size_t i = before; i < job->asked.count; i++) choose(job, job->asked.charts[i]);
  return job->asked.count > before;
}

static enum sj_status choose_charts(struct job *job, struct sj_error *error) {
  for (size_t i = 0; i < job->all.count && job->options->chart_count == 0; i++) choose(job, job->all.charts[i]);
  for (size_t k = 0; k < job->options->chart_count; k++) {
    const char *const name = job->options->charts[k];
    bool found = false;
    for (size_t i = 0; i < job->all.count; i++) {
      if (!is_called(job->all.charts[i]->name, name)) continue;
      choose(job, job->all.charts[i]);
      found = true;
    }
    if (!found) found = make_asked(job, name);
    if (!found) return unknown(job, name, error);
  }
  return SJ_OK;
}

static void list(const struct job *job) {
  struct sj_text text = {0};
  for (size_t i = 0; i < job->chosen_count; i++)
    sj_text_add(&text, "%-32s %s\n", job->chosen[i]->name, job->chosen[i]->title);
  sj_print(text.data);
  free(text.data);
}

/* ---- drawing ---- */

/* The format that a file's ending names; false if it names none. */
static bool format_of(const char *path, enum sj_image_format *format) {
  const char *const dot = strrchr(path, '.');
  for (enum sj_image_format f = 0; dot && f < SJ_IMAGE_FORMATS; f++) {
    if (strcmp(dot + 1, sj_image_format_name(f)) != 0) continue;
    *format = f;
    return true;
  }
  return false;
}

/* What in a name is neither a letter nor a digit nor harmless becomes "_"; bytes beyond ASCII stay. */
static char *file_name(const char *chart, enum sj_image_format format) {
  char *const name = sj_format("%s.%s", chart, sj_image_format_name(format));
  for (char *c = name; *c; c++) {
    const unsigned char byte = (unsigned char)*c;
    if (!isalnum(byte) && byte < 128 && !strchr("._-", byte)) *c = '_';
  }
  if (name[0] == '.') name[0] = '_';
  return name;
}

/* "FILE-charts" of FILE.db. */
static char *default_folder(const char *file) {
  const size_t length = strlen(file);
  const bool database = length > 3 && !strcmp(file + length - 3, ".db");
  return sj_format("%.*s-charts", (int)(database ? length - 3 : length), file);
}

static enum sj_status draw_one(const struct job *job, const struct sj_chart *chart, enum sj_image_format format,
                               const char *path, struct sj_error *error) {
  const enum sj_status status = sj_gnuplot_draw(chart, format, path, error);
  if (status == SJ_OK && !(job->options->given & SJ_OPTION_QUIET)) {
    char *const line = sj_format("%s\n", path);
    sj_print(line);
    free(line);
  }
  return status;
}

static enum sj_status draw_folder(const struct job *job, const char *folder, struct sj_error *error) {
  enum sj_image_format format = SJ_IMAGE_SVG;
  for (enum sj_image_format f = 0; job->options->format && f < SJ_IMAGE_FORMATS; f++)
    if (!strcmp(job->options->format, sj_image_format_name(f))) format = f;
  if (mkdir(folder, 0777) != 0 && errno != EEXIST)
    return sj_error_set(error, SJ_FAILED, "%s: %s", folder, strerror(errno));
  enum sj_status status = SJ_OK;
  for (size_t i = 0; i < job->chosen_count && status == SJ_OK; i++) {
    if (*sj_signals_defer()) return sj_error_set(error, SJ_INTERRUPTED, "interrupted");
    char *const name = file_name(job->chosen[i]->name, format), *const path = sj_format("%s/%s", folder, name);
    status = draw_one(job, job->chosen[i], format, path, error);
    free(name);
    free(path);
  }
  return status;
}

static enum sj_status draw(const struct job *job, struct sj_error *error) {
  const struct sj_options *const options = job->options;
  enum sj_image_format format;
  if (options->place && format_of(options->place, &format)) {
    if (options->format && strcmp(options->format, sj_image_format_name(format)) != 0)
      return sj_error_set(error, SJ_INVALID, "-o %s and --format %s disagree", options->place, options->format);
    if (job->chosen_count > 1)
      return sj_error_set(
          error, SJ_INVALID,
          "-o %s is one picture, and there are %zu charts; choose one by --chart (--list names them), or "
          "give a folder",
          options->place, job->chosen_count);
    return draw_one(job, job->chosen[0], format, options->place, error);
  }
  struct stat there;
  const char *const dot = options->place ? strrchr(options->place, '.') : NULL;
  if (dot && dot > options->place && dot[-1] != '/' && dot[1] && !strchr(dot, '/') && strlen(dot) <= 5 &&
      stat(options->place, &there) != 0)
    return sj_error_set(error, SJ_INVALID, "-o %s: expected a folder, or a file that ends in .svg, .png or .pdf",
                        options->place);
  char *const folder = options->place ? sj_copy_string(options->place) : default_folder(options->file);
  const enum sj_status status = draw_folder(job, folder, error);
  free(folder);
  return status;
}

/* ---- the page ---- */

/* With the charts that were chosen, those asked for by name as well. */
static enum sj_status page(const struct job *job, struct sj_error *error) {
  struct sj_charts chosen = {job->chosen_count, job->chosen};
  const enum sj_status status =
      sj_page_write(job->options, (const struct sj_results *const *)job->loaded, job->loaded_count,
                    job->points.count > 0 ? &job->varied : NULL, &chosen, error);
  if (status == SJ_OK && !(job->options->given & SJ_OPTION_QUIET)) printf("%s\n", job->options->html);
  return status;
}

static enum sj_status check_together(const struct sj_options *options, struct sj_error *error) {
  if (options->html && (options->place || options->format || (options->given & SJ_OPTION_LIST)))
    return sj_error_set(error, SJ_INVALID, "--html makes a page; -o, --format and --list are for pictures");
  return SJ_OK;
}

static enum sj_status plot(struct job *job, struct sj_error *error) {
  enum sj_status status = check_together(job->options, error);
  if (status == SJ_OK) status = sj_page_check(job->options, error);
  if (status == SJ_OK) status = sj_store_open(job->options->file, SJ_STORE_READ, &job->store, error);
  if (status == SJ_OK) status = load_results(job, error);
  if (status == SJ_OK) status = make_charts(job, error);
  if (status == SJ_OK) status = choose_charts(job, error);
  if (status != SJ_OK) return status;
  if (job->options->html) return page(job, error);
  if (!(job->options->given & SJ_OPTION_LIST)) return draw(job, error);
  list(job);
  return SJ_OK;
}

static enum sj_exit run(const struct sj_options *options) {
  struct job job = {.options = options};
  struct sj_error error = {{0}};
  const enum sj_status status = plot(&job, &error);
  free(job.chosen);
  sj_charts_clear(&job.all);
  sj_charts_clear(&job.asked);
  for (size_t i = 0; i < job.loaded_count; i++) sj_results_destroy(job.loaded[i]);
  free(job.loaded);
  sj_results_destroy(job.indices);
  sj_store_points_clear(&job.points);
  sj_store_list_destroy(job.entries, job.entry_count);
  sj_store_close(job.store);
  return status == SJ_OK ? SJ_EXIT_DONE : sj_complain(status, &error);
}

const struct sj_command sj_command_plot = {
    .name = "plot",
    .argument = "RESULTS",
    .summary = "charts of results; --html: one page",
    .help =
        "Draws what -o kept: of a simulation latencies, percentiles, queues and utilization over time; of what was\n"
        "solved the drift field, the way into and out of a fault, the spectrum; of a comparison its scenarios side by\n"
        "side, or its engines; of a sweep each figure over the parameters, and which of them matter; of measurements\n"
        "throughput, latency and efficiency. All charts go into the folder FILE-charts as SVG, unless -o and --chart\n"
        "say otherwise. It needs the program gnuplot (Debian: gnuplot-nox). With --html they go into one interactive\n"
        "page, with the answer, tables and the command, which any browser opens offline; that needs no other program.\n"
        "Exit codes: 0 done, 2 the command is wrong, 3 it could not be done, 130 interrupted.\n"
        "\n"
        "Example: sojourn plot results.db --chart latency -o latency.png\n"
        "Example: sojourn plot sample.db --chart indices -o indices\n"
        "Example: sojourn plot results.db --html report.html",
    .accepted = SJ_OPTION_CHART | SJ_OPTION_LIST | SJ_OPTION_RESULT | SJ_OPTION_SCENARIO | SJ_OPTION_FORMAT |
                SJ_OPTION_PLACE | SJ_OPTION_QUIET | SJ_OPTION_HELP | SJ_OPTION_HTML,
    .repeatable = SJ_OPTION_CHART,
    .run = run,
};
