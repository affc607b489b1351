#include <math.h>
#include <string.h>

#include "results/results.h"
#include "sojourn/results.h"

size_t sj_results_run_count(const struct sj_results *results) { return results->run_count; }

bool sj_results_partial(const struct sj_results *results) { return results->partial; }

const char *sj_results_time_unit(const struct sj_results *results) { return results->time_unit; }

double sj_results_duration(const struct sj_results *results) { return results->duration; }

double sj_results_warmup(const struct sj_results *results) { return results->warmup; }

size_t sj_results_metric_count(const struct sj_results *results) { return results->metric_count; }

const char *sj_results_metric_name(const struct sj_results *results, size_t metric) {
  return metric < results->metric_count ? results->metrics[metric].name : NULL;
}

double sj_results_value(const struct sj_results *results, const char *name) {
  const size_t metric = sj_results_find(results, name);
  return metric == SIZE_MAX ? (double)NAN : sj_results_figure(results, metric).value;
}

struct sj_exact_figure sj_results_exact(const struct sj_results *results, size_t metric) {
  struct sj_exact_figure figure = {.error = NAN, .log10 = NAN};
  if (results->run_count == 0 || !results->runs[0].exact) return figure;
  const struct sj_exact *const exact = &results->runs[0].exact[metric];
  figure.word = exact->word;
  figure.error = exact->error;
  figure.log10 = exact->log10;
  const double value = results->runs[0].values[metric];
  figure.doubtful = isfinite(value) && exact->error > SJ_EXACT_DIGITS * fabs(value);
  return figure;
}

double sj_results_run_value(const struct sj_results *results, const char *name, size_t run) {
  const size_t metric = sj_results_find(results, name);
  return metric == SIZE_MAX || run >= results->run_count ? (double)NAN : results->runs[run].values[metric];
}

size_t sj_results_note_count(const struct sj_results *results) { return results->note_count; }

const char *sj_results_note(const struct sj_results *results, size_t note) {
  return note < results->note_count ? results->notes[note] : NULL;
}

bool sj_results_series(const struct sj_results *results, const char *name, size_t run, struct sj_series_view *view) {
  *view = (struct sj_series_view){0};
  if (run >= results->run_count || !results->runs[run].series) return false;
  const size_t series = sj_results_find_series(results, name);
  if (series == SIZE_MAX) return false;
  *view = (struct sj_series_view){.values = results->runs[run].series + series * results->grid_count,
                                  .count = results->grid_count,
                                  .start = results->grid_start,
                                  .step = results->grid_step};
  return true;
}

bool sj_results_heatmap(const struct sj_results *results, const char *name, size_t run, struct sj_heatmap_view *view) {
  *view = (struct sj_heatmap_view){0};
  if (run >= results->run_count || !results->runs[run].heatmaps) return false;
  const size_t which = sj_results_heatmap_of(results, sj_results_find_series(results, name));
  if (which == SIZE_MAX || results->runs[run].heatmaps[which].columns == 0) return false;
  const struct sj_heatmap *const map = &results->runs[run].heatmaps[which];
  *view = (struct sj_heatmap_view){.counts = map->counts,
                                   .columns = map->columns,
                                   .rows = map->length + 1,
                                   .start = results->grid_start,
                                   .step = (double)sj_heatmap_cells_of_column(results->grid_count) * results->grid_step,
                                   .end = results->grid_start + (double)results->grid_count * results->grid_step,
                                   .first = map->first};
  return true;
}

double sj_heatmap_row_bound(const struct sj_heatmap_view *view, size_t row) {
  return sj_heatmap_bound(view->first, row);
}

size_t sj_results_series_count(const struct sj_results *results) { return results->series_count; }

const char *sj_results_series_name(const struct sj_results *results, size_t series) {
  return series < results->series_count ? results->series[series].name : NULL;
}

const char *sj_results_series_unit(const struct sj_results *results, size_t series) {
  return series < results->series_count ? results->series[series].unit : NULL;
}
