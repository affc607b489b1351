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
/* Appends the chart, which becomes theirs. */
void sj_charts_append(struct sj_charts *charts, struct sj_chart *chart);

/* Appends every chart that one result gives, by its engine. What it lacks (no runs, no series, no picture) gives none.
 * SJ_FAILED: its picture or its model cannot be read, with a message. */
enum sj_status sj_charts_of_result(const struct sj_results *results, struct sj_charts *charts, struct sj_error *error);

/* Appends the charts of scenarios side by side, at least two of them, in the order given: "scenarios.METRIC", box plots
 * over runs. Of each client the mean, median, 95th and 99th percentile of its latency, its goodput and its failures; of
 * each server its utilization; where all scenarios have the figure. "scenarios.CLIENT.distribution", and of models with
 * faults "scenarios.CLIENT.latency-over-time" and "scenarios.SERVER.queue". */
void sj_charts_of_scenarios(const struct sj_results *const *scenarios, size_t count, struct sj_charts *charts);

/* Appends the five figures of a suite of measurements, from at least one of them in the order in which they were made:
 * "measure.throughput", "measure.jitter" and "measure.efficiency" over the payload, "measure.scaling" over the
 * producers, "measure.headroom". Those over the transport of the last one count, each point as it was measured last;
 * producers, payload (rows) and transport are members of the canonical text. */
void sj_charts_of_measurements(const struct sj_results *const *results, size_t count, struct sj_charts *charts);

/* Box plots of any metric that each scenario has; NULL if one lacks it. */
struct sj_chart *sj_chart_of_metric(const struct sj_results *const *scenarios, size_t count, const char *metric);

/* The five numbers of a box, ascending: the extremes within 1.5 times the interquartile range from the quartiles
 * (Tukey 1977), and the quartiles, which interpolate linearly between order statistics (type 7 of Hyndman and Fan
 * 1996). What is not finite is left out; NANs if nothing is left. `values` is sorted. */
void sj_box(double *values, size_t count, double box[5]);

#endif
