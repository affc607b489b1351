/* Results whose every number follows from the run's number, so that a stored run can be told whole from broken. */
#ifndef SJ_TESTS_RESULTS_SAMPLE_H
#define SJ_TESTS_RESULTS_SAMPLE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/results.h"

enum { SAMPLE_METRICS = 60, SAMPLE_GRID = 50 };

static inline struct sj_results *sample_results(const char *scenario, uint64_t seed) {
  struct sj_results *const results = sj_results_create("simulate", "models/sample.lua", scenario);
  if (!results) abort();
  char canonical[128];
  snprintf(canonical, sizeof canonical, "{\"scenario\":\"%s\"}", scenario ? scenario : "");
  results->canonical = strdup(canonical);
  results->seed = seed;
  results->duration = 10000;
  results->warmup = 12.5;
  results->warmup_found = true;
  results->drain = 100000;
  strcpy(results->time_unit, "s");
  results->grid_start = 12.5;
  results->grid_step = 0.5;
  results->grid_count = SAMPLE_GRID;
  bool ok = true;
  for (int i = 0; i < SAMPLE_METRICS; i++) {
    char name[32];
    snprintf(name, sizeof name, "web.figure%d", i);
    ok &= sj_results_add_metric(results, name, i == 1 ? SJ_REDUCE_MIN : i == 2 ? SJ_REDUCE_MAX : SJ_REDUCE_MEAN);
  }
  ok &= sj_results_add_histogram(results, "web.latency") && sj_results_add_histogram(results, "db.wait");
  ok &= sj_results_add_series(results, "db.waiting", "requests");
  ok &= sj_results_add_series(results, "web.goodput", "requests/time");
  ok &= sj_results_add_series(results, "web.latency", "time") && sj_results_add_heatmap(results, 2);
  if (!ok) abort();
  return results;
}

static inline double sample_value(uint64_t run, int metric) {
  if (metric == 5) return (double)NAN;
  if (metric == 6) return (double)INFINITY;
  return (double)(run + 1) / (metric + 3);
}

static inline double sample_point(uint64_t run, int series, int cell) {
  return cell == 7 ? (double)NAN : (double)run + series * 1000 + sqrt(cell);
}

static inline void sample_histogram(uint64_t run, int which, struct sj_histogram *h) {
  if (which == 1) return; /* stays empty */
  for (int i = 0; i < 300; i++) sj_histogram_add(h, pow(1.05, i % 100) * 1e-3 * (double)(run + 1));
  for (uint64_t i = 0; i <= run; i++) sj_histogram_add(h, 0);
}

/* Each of the 50 cells is a column: nothing in the first and the fourth, zeros in every seventh. */
static inline void sample_heatmap(uint64_t run, struct sj_heatmap *map) {
  sj_heatmap_start(map, SAMPLE_GRID);
  for (size_t c = 1; c < SAMPLE_GRID; c++) {
    for (size_t i = 0; i < 10 * (c % 4 + 1) && c != 3; i++)
      sj_heatmap_add(map, c, pow(1.1, (double)(i % 30)) * 1e-3 * (double)(run + 1));
    if (c % 7 == 0) sj_heatmap_add(map, c, 0);
  }
}

static inline void sample_run(const struct sj_results *results, uint64_t number, struct sj_run *run) {
  if (!sj_run_prepare(results, run, number)) abort();
  run->events = 1000000000000 + number;
  run->truncated = number % 3 == 1;
  for (size_t i = 0; i < results->metric_count; i++)
    run->values[i] = sample_value(number, atoi(results->metrics[i].name + 10));
  for (size_t i = 0; i < results->histogram_count; i++) sample_histogram(number, (int)i, &run->histograms[i]);
  for (size_t i = 0; i < results->series_count; i++)
    for (size_t cell = 0; cell < results->grid_count; cell++)
      run->series[i * results->grid_count + cell] = sample_point(number, (int)i, (int)cell);
  if (results->heatmap_count > 0) sample_heatmap(number, &run->heatmaps[0]);
}

static inline bool sample_same(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static inline bool sample_same_heatmap(const struct sj_heatmap *a, const struct sj_heatmap *b) {
  bool same = a->columns == b->columns;
  for (size_t c = 0; c < a->columns && same; c++) {
    size_t size, other_size;
    unsigned char *const bytes = sj_heatmap_serialize(a, c, &size), *const others =
                                                                        sj_heatmap_serialize(b, c, &other_size);
    same = size == other_size && memcmp(bytes, others, size) == 0;
    free(bytes);
    free(others);
  }
  return same;
}

/* Whether a run read back is what sample_run made. */
static inline bool sample_is_whole(const struct sj_results *results, const struct sj_run *run) {
  struct sj_run wanted;
  sample_run(results, run->number, &wanted);
  bool whole = run->events == wanted.events && run->truncated == wanted.truncated;
  for (size_t i = 0; i < results->metric_count; i++) whole &= sample_same(run->values[i], wanted.values[i]);
  for (size_t i = 0; i < results->series_count * results->grid_count; i++)
    whole &= sample_same(run->series[i], wanted.series[i]);
  for (size_t i = 0; i < results->histogram_count; i++) {
    size_t size, size_wanted;
    unsigned char *const bytes = sj_histogram_serialize(&run->histograms[i], &size);
    unsigned char *const bytes_wanted = sj_histogram_serialize(&wanted.histograms[i], &size_wanted);
    whole &= size == size_wanted && memcmp(bytes, bytes_wanted, size) == 0;
    free(bytes);
    free(bytes_wanted);
  }
  for (size_t i = 0; i < results->heatmap_count; i++)
    whole &= sample_same_heatmap(&run->heatmaps[i], &wanted.heatmaps[i]);
  sj_run_clear(results, &wanted);
  return whole;
}

#endif
