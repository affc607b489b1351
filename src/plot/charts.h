/* The charts of what a results file holds. Each has a name like a metric's: the component, then what is drawn,
 * "52.field", "web.latency". docs/plot.md lists them. */
#ifndef SJ_PLOT_CHARTS_H
#define SJ_PLOT_CHARTS_H

#include "plot/chart.h"
#include "results/results.h"

/* Charts, owned. Zero-initialize. */
struct sj_charts {
  size_t count;
  struct sj_chart **charts;
};
void sj_charts_clear(struct sj_charts *charts);

/* Appends every chart that one result gives, by its engine. What it lacks (no runs, no series, no picture) gives none.
 * SJ_FAILED: its picture or its model cannot be read, with a message. */
enum sj_status sj_charts_of_result(const struct sj_results *results, struct sj_charts *charts, struct sj_error *error);

/* Appends the charts of scenarios side by side, at least two of them, in the order given: "scenarios.METRIC", box plots
 * over runs. Of each client the mean, median, 95th and 99th percentile of its latency, its goodput and its failures; of
 * each server its utilization; where all scenarios have the figure. And "scenarios.CLIENT.distribution". */
void sj_charts_of_scenarios(const struct sj_results *const *scenarios, size_t count, struct sj_charts *charts);

/* Appends the charts of a sweep. Of a grid over one path "sweep.METRIC": the metric over the path's values, with its 95
 * % confidence band over runs. Over two paths the same over the one with more values, a curve for each value of the
 * other (up to seven), and where both are numbers with at least three values each "sweep.METRIC.map", a heat map. Of a
 * sample "sweep.METRIC.PATH": its points. The metrics are those of scenarios, where a point has the figure. A grid over
 * more paths gives none. */
struct sj_store_swept;
void sj_charts_of_sweep(const struct sj_store_swept *swept, struct sj_charts *charts);
/* The same of any metric. */
void sj_charts_of_swept_metric(const struct sj_store_swept *swept, const char *metric, struct sj_charts *charts);

/* Whether a metric is drawn of scenarios and sweeps unasked. */
bool sj_metric_is_drawn(const char *metric);
/* The unit of a metric, to be freed; NULL: a pure number. */
char *sj_metric_unit(const char *metric, const struct sj_results *results);

/* Box plots of any metric that each scenario has; NULL if one lacks it. */
struct sj_chart *sj_chart_of_metric(const struct sj_results *const *scenarios, size_t count, const char *metric);

/* The five numbers of a box, ascending: the extremes within 1.5 times the interquartile range from the quartiles
 * (Tukey 1977), and the quartiles, which interpolate linearly between order statistics (type 7 of Hyndman and Fan
 * 1996). What is not finite is left out; NANs if nothing is left. `values` is sorted. */
void sj_box(double *values, size_t count, double box[5]);

#endif
