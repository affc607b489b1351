/* Reading results: figures by name, time series, notes. Whatever engine made them, the same name means the same thing;
 * docs/ lists the names. Results do not change while they are read, so any number of threads may read them. */
#ifndef SOJOURN_RESULTS_H
#define SOJOURN_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sojourn/export.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sj_results;

/* Ends results and all that was read from them. NULL is allowed. */
SJ_PUBLIC void sj_results_destroy(struct sj_results *results);

/* How many runs there are, and whether they are fewer than asked for because the simulation was interrupted. */
SJ_PUBLIC size_t sj_results_run_count(const struct sj_results *results);
SJ_PUBLIC bool sj_results_partial(const struct sj_results *results);

/* The model's unit of time, "s" unless the model says otherwise. Durations are in it, rates are per it. */
SJ_PUBLIC const char *sj_results_time_unit(const struct sj_results *results);

/* What the runs covered: requests that arrive in [warmup, duration), in the model's unit of time. */
SJ_PUBLIC double sj_results_duration(const struct sj_results *results);
SJ_PUBLIC double sj_results_warmup(const struct sj_results *results);

/* A metric over the runs. `value` is the mean over runs of each run's figure (for minima and maxima the extreme),
 * `ci95` the half width of its 95 % confidence interval by Student's t. NAN: there is no such number, as a percentile
 * of nothing, or an interval from one run. */
struct sj_figure {
  double value, ci95;
};

/* The metrics there are, in their order; _name is NULL past the end. _find gives the index of a name, SIZE_MAX if there
 * is none; _figure the metric at an index, which must exist. */
SJ_PUBLIC size_t sj_results_metric_count(const struct sj_results *results);
SJ_PUBLIC const char *sj_results_metric_name(const struct sj_results *results, size_t metric);
SJ_PUBLIC size_t sj_results_find(const struct sj_results *results, const char *name);
SJ_PUBLIC struct sj_figure sj_results_figure(const struct sj_results *results, size_t metric);

/* The value of the metric `name` ("web.latency.p99"), over all runs; NAN if there is no such metric or no such number.
 * Looks the name up: for tables, not for loops. */
SJ_PUBLIC double sj_results_value(const struct sj_results *results, const char *name);

/* What solving tells beside the value. `word`: the metric is this word ("metastable") and no number; else NULL.
 * `error`: the estimated absolute error of the value; `log10`: the decimal logarithm of its size, of hitting times and
 * rare states' probabilities, which may pass what a double holds (then the value is infinite, or 0). NAN where that is
 * not known, as of all that was simulated. `doubtful`: the value cannot be had to 6 digits. Words belong to the
 * results. */
struct sj_exact_figure {
  const char *word;
  double error, log10;
  bool doubtful;
};
SJ_PUBLIC struct sj_exact_figure sj_results_exact(const struct sj_results *results, size_t metric);

/* The value in one run, 0 ... run count - 1. */
SJ_PUBLIC double sj_results_run_value(const struct sj_results *results, const char *name, size_t run);

/* Sentences about the results that a reader should know, in the order they were made; NULL past the end. */
SJ_PUBLIC size_t sj_results_note_count(const struct sj_results *results);
SJ_PUBLIC const char *sj_results_note(const struct sj_results *results, size_t note);

/* A time series of one run: `count` cells of `step` time units each, the first from `start`. values[i] belongs to the
 * cell [start + i * step, start + (i + 1) * step); NAN where there is no number. Valid as long as the results. */
struct sj_series_view {
  const double *values;
  size_t count;
  double start, step;
};

/* Finds the series `name` ("db.in_system") of a run. False, and an empty view, if there is no such series (they are
 * collected on request: options.series) or no such run. */
SJ_PUBLIC bool sj_results_series(const struct sj_results *results, const char *name, size_t run,
                                 struct sj_series_view *view);

/* The series there are, in their order, and each one's unit ("requests", "requests/time"); NULL past the end. */
SJ_PUBLIC size_t sj_results_series_count(const struct sj_results *results);
SJ_PUBLIC const char *sj_results_series_name(const struct sj_results *results, size_t series);
SJ_PUBLIC const char *sj_results_series_unit(const struct sj_results *results, size_t series);

/* How what the points of a series are means of is spread, in one run: counts[c * rows + r] is how many requests were
 * answered in column c of time with a latency in row r. Column c is the time [start + c * step, start + (c + 1) *
 * step), `step` a whole number of the series' cells, in the model's unit of time; the last column ends with the series,
 * at `end`, and may be shorter. There are at most 100 columns. Row r is the latency [b(r), b(r + 1)), where b(r) is
 * sj_heatmap_row_bound(view, r): row 0 holds those of no time at all, and above the rows are sixteenths of octaves. The
 * counts of a column add up to those that the series `CLIENT.goodput` counts there. Valid as long as the results. */
struct sj_heatmap_view {
  const uint64_t *counts;
  size_t columns, rows;
  double start, step, end;
  unsigned first; /* for sj_heatmap_row_bound */
};

/* Finds the heat map of the series `name` of a run: each client has one, "web.latency", where time series were asked
 * for. False, and an empty view, if there is no such map, as in a file of an earlier version, or no such run. */
SJ_PUBLIC bool sj_results_heatmap(const struct sj_results *results, const char *name, size_t run,
                                  struct sj_heatmap_view *view);
/* The lower bound of a row, 0 ... rows; that of `rows` is the upper one of the last. */
SJ_PUBLIC double sj_heatmap_row_bound(const struct sj_heatmap_view *view, size_t row);

#ifdef __cplusplus
}
#endif
#endif
