#include "results/results.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "stats/interval.h"

struct sj_results *sj_results_create(const char *engine, const char *model, const char *scenario) {
  struct sj_results *const results = calloc(1, sizeof *results);
  if (!results) return NULL;
  results->engine = strdup(engine);
  results->model = strdup(model);
  results->scenario = scenario ? strdup(scenario) : NULL;
  if (!results->engine || !results->model || (scenario && !results->scenario)) {
    sj_results_destroy(results);
    return NULL;
  }
  return results;
}

void sj_results_destroy(struct sj_results *results) {
  if (!results) return;
  for (size_t i = 0; i < results->run_count; i++) sj_run_clear(results, &results->runs[i]);
  free(results->runs);
  for (size_t i = 0; i < results->metric_count; i++) free(results->metrics[i].name);
  free(results->metrics);
  for (size_t i = 0; i < results->histogram_count; i++) free(results->histogram_names[i]);
  free(results->histogram_names);
  for (size_t i = 0; i < results->series_count; i++) {
    free(results->series[i].name);
    free(results->series[i].unit);
  }
  free(results->series);
  free(results->heatmap_series);
  for (size_t i = 0; i < results->note_count; i++) free(results->notes[i]);
  free(results->notes);
  free(results->engine);
  free(results->model);
  free(results->scenario);
  free(results->canonical);
  free(results->picture);
  free(results->question);
  free(results);
}

/* The array with room for one more element: itself, or where `count` is zero or a power of two a larger copy in its
 * place, so that an array without a capacity of its own grows geometrically. NULL, and nothing changed, without memory.
 */
static void *with_room(void *array, size_t count, size_t size) {
  return count & (count - 1) ? array : reallocarray(array, count > 0 ? 2 * count : 1, size);
}

bool sj_results_add_metric(struct sj_results *results, const char *name, enum sj_reduction reduction) {
  assert(results->run_count == 0);
  struct sj_metric *const metrics = with_room(results->metrics, results->metric_count, sizeof *metrics);
  if (!metrics) return false;
  results->metrics = metrics;
  char *const copy = strdup(name);
  if (!copy) return false;
  metrics[results->metric_count++] = (struct sj_metric){.name = copy, .reduction = reduction};
  return true;
}

bool sj_results_add_histogram(struct sj_results *results, const char *name) {
  assert(results->run_count == 0);
  char **const names = with_room(results->histogram_names, results->histogram_count, sizeof *names);
  if (!names) return false;
  results->histogram_names = names;
  char *const copy = strdup(name);
  if (!copy) return false;
  names[results->histogram_count++] = copy;
  return true;
}

bool sj_results_add_series(struct sj_results *results, const char *name, const char *unit) {
  assert(results->run_count == 0);
  struct sj_series *const series = with_room(results->series, results->series_count, sizeof *series);
  if (!series) return false;
  results->series = series;
  const struct sj_series added = {.name = strdup(name), .unit = strdup(unit)};
  if (!added.name || !added.unit) {
    free(added.name);
    free(added.unit);
    return false;
  }
  series[results->series_count++] = added;
  return true;
}

bool sj_results_add_heatmap(struct sj_results *results, size_t series) {
  assert(results->run_count == 0 && series < results->series_count);
  size_t *const all = with_room(results->heatmap_series, results->heatmap_count, sizeof *all);
  if (!all) return false;
  results->heatmap_series = all;
  all[results->heatmap_count++] = series;
  return true;
}

bool sj_results_add_note(struct sj_results *results, const char *format, ...) {
  char **const notes = with_room(results->notes, results->note_count, sizeof *notes);
  if (!notes) return false;
  results->notes = notes;
  va_list arguments;
  va_start(arguments, format);
  char *note = NULL;
  const int length = vasprintf(&note, format, arguments);
  va_end(arguments);
  if (length < 0) return false;
  notes[results->note_count++] = note;
  return true;
}

static double *array_of_nan(size_t count) {
  double *const values = reallocarray(NULL, count > 0 ? count : 1, sizeof *values);
  if (values)
    for (size_t i = 0; i < count; i++) values[i] = NAN;
  return values;
}

bool sj_run_prepare(const struct sj_results *results, struct sj_run *run, uint64_t number) {
  *run = (struct sj_run){.number = number};
  size_t points;
  if (__builtin_mul_overflow(results->series_count, results->grid_count, &points)) return false;
  run->values = array_of_nan(results->metric_count);
  run->histograms = calloc(results->histogram_count > 0 ? results->histogram_count : 1, sizeof *run->histograms);
  run->series = array_of_nan(points);
  run->heatmaps = calloc(results->heatmap_count > 0 ? results->heatmap_count : 1, sizeof *run->heatmaps);
  if (run->values && run->histograms && run->series && run->heatmaps) return true;
  sj_run_clear(results, run);
  return false;
}

void sj_run_keep_values(const struct sj_results *results, struct sj_run *run) {
  if (run->histograms)
    for (size_t i = 0; i < results->histogram_count; i++) sj_histogram_destroy(&run->histograms[i]);
  for (size_t i = 0; run->heatmaps && i < results->heatmap_count; i++) sj_heatmap_destroy(&run->heatmaps[i]);
  free(run->histograms);
  free(run->series);
  free(run->heatmaps);
  run->histograms = NULL;
  run->series = NULL;
  run->heatmaps = NULL;
}

bool sj_run_make_exact(const struct sj_results *results, struct sj_run *run) {
  run->exact = calloc(results->metric_count > 0 ? results->metric_count : 1, sizeof *run->exact);
  if (!run->exact) return false;
  for (size_t i = 0; i < results->metric_count; i++) run->exact[i] = (struct sj_exact){NAN, NAN, NULL};
  return true;
}

void sj_run_clear(const struct sj_results *results, struct sj_run *run) {
  sj_run_keep_values(results, run);
  for (size_t i = 0; run->exact && i < results->metric_count; i++) free(run->exact[i].word);
  free(run->exact);
  free(run->values);
  *run = (struct sj_run){0};
}

bool sj_results_add_run(struct sj_results *results, struct sj_run *run) {
  size_t place = results->run_count;
  while (place > 0 && results->runs[place - 1].number > run->number) place--;
  assert(place == 0 || results->runs[place - 1].number != run->number);
  if (results->run_count == results->run_capacity) {
    const size_t capacity = results->run_capacity > 0 ? 2 * results->run_capacity : 8;
    struct sj_run *const runs = reallocarray(results->runs, capacity, sizeof *runs);
    if (!runs) return false;
    results->runs = runs;
    results->run_capacity = capacity;
  }
  memmove(results->runs + place + 1, results->runs + place, (results->run_count - place) * sizeof *results->runs);
  results->runs[place] = *run;
  results->run_count++;
  *run = (struct sj_run){0};
  return true;
}

size_t sj_results_find(const struct sj_results *results, const char *name) {
  for (size_t i = 0; i < results->metric_count; i++)
    if (strcmp(results->metrics[i].name, name) == 0) return i;
  return SIZE_MAX;
}

size_t sj_results_find_series(const struct sj_results *results, const char *name) {
  for (size_t i = 0; i < results->series_count; i++)
    if (strcmp(results->series[i].name, name) == 0) return i;
  return SIZE_MAX;
}

size_t sj_results_heatmap_of(const struct sj_results *results, size_t series) {
  for (size_t i = 0; i < results->heatmap_count; i++)
    if (results->heatmap_series[i] == series) return i;
  return SIZE_MAX;
}

static double extreme(const struct sj_results *results, size_t metric, bool largest) {
  double found = NAN;
  for (size_t i = 0; i < results->run_count; i++) {
    const double value = results->runs[i].values[metric];
    if (isnan(found) || (largest ? value > found : value < found)) found = value;
  }
  return found;
}

struct sj_figure sj_results_figure(const struct sj_results *results, size_t metric) {
  struct sj_figure figure = {.value = NAN, .ci95 = NAN};
  if (results->run_count == 0) return figure;
  if (results->metrics[metric].suppressed) return figure;
  const enum sj_reduction reduction = results->metrics[metric].reduction;
  if (reduction != SJ_REDUCE_MEAN) {
    figure.value = extreme(results, metric, reduction == SJ_REDUCE_MAX);
    return figure;
  }
  double *const values = sj_allocate_array(results->run_count, sizeof *values);
  for (size_t i = 0; i < results->run_count; i++) values[i] = results->runs[i].values[metric];
  sj_interval(values, results->run_count, 0.95, &figure.value, &figure.ci95);
  free(values);
  return figure;
}
