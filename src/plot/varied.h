/* Charts of points that differ in the values of parameters: a sweep. */
#ifndef SJ_PLOT_VARIED_H
#define SJ_PLOT_VARIED_H

#include "plot/charts.h"
#include "sojourn/sweep.h"

/* The points, in any order. Nothing is owned. */
struct sj_varied {
  size_t axis_count, count;
  size_t wanted;            /* points that there were to be; 0: as many as there are */
  const char *const *paths; /* [axis_count]: "web.arrivals.rate" */
  const char *const *units; /* [axis_count]: as field schemas have them; NULL: not known; itself NULL: none is */
  const bool *logarithmic;  /* [axis_count]: the values were chosen so; NULL: none */
  const char *const *texts; /* [count * axis_count], point by point: the values as the command line has them */
  bool sample;              /* no grid: values as chance, or a sequence, has them */
  const struct sj_results *const *results; /* [count] */
  const struct sj_results *indices;        /* of a sample, those of a sweep's `indices`; NULL: there are none */
};

/* Appends what shows one metric:
 *
 *   one axis     "sweep.METRIC": a curve with its 95 % band; of values that are words, points
 *   two axes     "sweep.METRIC": a map; and where the second has at most six values "sweep.METRIC.curves", one for each
 *   three, more  "sweep.METRIC.map-K": maps over the two axes with most values, one for each combination of values of
 *                the others, up to six, with common colours
 *   two, more    "sweep.METRIC.PATH" for each axis: the mean over the values of the others, from least to greatest
 *   a sample     "sweep.METRIC.indices": Sobol's indices; "sweep.METRIC.PATH" for each axis: points over it
 *
 * Nothing where fewer than two points have the metric. */
void sj_charts_of_varied_metric(const struct sj_varied *varied, const char *metric, struct sj_charts *charts);

/* Of a sample "sweep.indices", all total indices as a map, and all that there are by metric. Then the points, as above,
 * of each client's mean latency, its 99th percentile, the share that fails and its goodput, and each server's
 * utilization and number in the system, where they vary. */
void sj_charts_of_varied(const struct sj_varied *varied, struct sj_charts *charts);

/* Whether the metric is one of these. */
bool sj_varied_wants(const char *metric);

/* ---- Sobol's indices of a sample ---- */

/* How many metrics have them; the name of one, a new string. */
size_t sj_varied_index_count(const struct sj_varied *varied);
char *sj_varied_indexed(const struct sj_varied *varied, size_t index);

/* The first-order or the total index of a metric for an axis; NANs: there is none. */
struct sj_sensitivity sj_varied_first(const struct sj_varied *varied, const char *metric, size_t axis);
struct sj_sensitivity sj_varied_total(const struct sj_varied *varied, const char *metric, size_t axis);

/* The axes by the metric's total index, largest first; equal ones, and those without, in their order. A new array. */
size_t *sj_varied_by_total(const struct sj_varied *varied, const char *metric);

/* ---- words and all charts ---- */

/* "web.arrivals.rate=5, api.threads=2", numbers of a sample with four digits; a new string. */
char *sj_varied_point_text(const struct sj_varied *varied, size_t point);

/* All charts that there are of results that belong together: the points of a sweep (`varied`, else NULL), a simulation
 * and what was solved of the same model, measurements, scenarios side by side, or one result. At least one. */
enum sj_status sj_charts_of_all(const struct sj_results *const *results, size_t count, const struct sj_varied *varied,
                                struct sj_charts *charts, struct sj_error *error);

#endif
