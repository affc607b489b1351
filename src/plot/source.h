/* What the files that make charts of results share. */
#ifndef SJ_PLOT_SOURCE_H
#define SJ_PLOT_SOURCE_H

#include <jansson.h>

#include "plot/charts.h"

/* The results and their model as it was, parsed. */
struct sj_source {
  const struct sj_results *results;
  json_t *model; /* NULL: not known */
  char *subtitle;
};
enum sj_status sj_source_open(const struct sj_results *results, struct sj_source *source, struct sj_error *error);
void sj_source_close(struct sj_source *source);

/* The engines' charts. */
void sj_charts_simulated(const struct sj_source *source, struct sj_charts *charts);
void sj_charts_learned(const struct sj_source *source, struct sj_charts *charts);
void sj_charts_measured(const struct sj_source *source, struct sj_charts *charts);
enum sj_status sj_charts_solved(const struct sj_source *source, struct sj_charts *charts, struct sj_error *error);

/* Appends "stages": mean waiting and service at each server, stacked. */
void sj_charts_add_stages(const struct sj_source *source, struct sj_charts *charts);
/* The same of scenarios side by side, with at most three servers; NULL: more, or none. */
struct sj_chart *sj_chart_of_stages(const struct sj_results *const *scenarios, size_t count, const char *subtitle);

/* Appends "scenarios.CLIENT.latency-over-time" and "scenarios.SERVER.queue", means over runs with a line a scenario,
 * where all of at most seven scenarios have the series, and the first has a fault. */
void sj_charts_add_scenarios_over_time(const struct sj_results *const *scenarios, size_t count,
                                       struct sj_charts *charts);

/* Appends "CLIENT.latency-map", the heat map of the series of that index; nothing where it has none. And
 * "CLIENT.latency-spread", the distribution over at least four runs of the series' value in each cell of time; nothing
 * where there is too little. */
void sj_charts_add_latency_map(const struct sj_source *source, struct sj_charts *charts, const char *client,
                               size_t series);
void sj_charts_add_latency_spread(const struct sj_source *source, struct sj_charts *charts, const char *client,
                                  size_t series);

/* An empty chart "COMPONENT.KIND" of the source, appended to `charts`. `title` is a printf format of the component. */
struct sj_chart *sj_source_chart(const struct sj_source *source, struct sj_charts *charts, const char *component,
                                 const char *kind, const char *title);

/* The member `name` of the list `list` ("clients", "servers") of the model; NULL. */
const json_t *sj_source_component(const struct sj_source *source, const char *list, const char *name);

/* Shades the model's faults where they fall into [0, end). */
void sj_source_add_faults(const struct sj_source *source, struct sj_chart *chart, double end);

/* Sets the axis of time, from 0. */
void sj_source_time_axis(const struct sj_source *source, struct sj_chart *chart, double end);

/* The mean over those runs that have a value in the cell of a series, and half of its 95 % interval where there are at
 * least two. `values` has room for one of each run. */
void sj_series_over_runs(const struct sj_results *results, size_t series, size_t cell, double *values, double *mean,
                         double *half);

/* Whether values differ by so much that a linear axis would press most of them flat: the 99.9th percentile is more than
 * 30 times the median. Of a law of one exponential phase it is 10 times. Never with zeros among the lowest 5 %. */
bool sj_histogram_is_wide(const struct sj_histogram *histogram);

/* "COMPONENT" if `name` is "COMPONENT.ENDING", to be freed; else NULL. */
char *sj_component_of(const char *name, const char *ending);

#endif
