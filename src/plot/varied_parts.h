/* What the files that draw sweeps share. */
#ifndef SJ_PLOT_VARIED_PARTS_H
#define SJ_PLOT_VARIED_PARTS_H

#include "plot/units.h"
#include "plot/varied.h"

/* Where each point lies on an axis: its number, or of words the place of its word in their order, from 1. */
struct sj_varied_axis {
  const char *path;
  double *at;                /* [count] */
  size_t *place;             /* [count]: which of the values it is */
  size_t distinct;           /* different values */
  double *values;            /* [distinct], ascending */
  const char **words;        /* [distinct]: their texts */
  bool numbers, logarithm;   /* all are numbers; far apart, or chosen so */
  char unit[SJ_UNIT_LENGTH]; /* "" of plain numbers, and of words */
};
struct sj_varied_axis sj_varied_axis(const struct sj_varied *varied, size_t axis);
void sj_varied_axis_clear(struct sj_varied_axis *axis);

/* Sets an axis of a chart to the values of a path, and to a metric. */
void sj_varied_set_axis(struct sj_axis *axis, const struct sj_varied_axis *values);
void sj_varied_set_metric(const struct sj_varied *varied, const char *metric, struct sj_axis *axis);

/* The metric's value at each point, NAN where there is none; a new array. */
double *sj_varied_figures(const struct sj_varied *varied, const char *metric);

/* An empty chart "sweep.METRIC", or with `more` "sweep.METRIC.MORE", appended to `charts`. `remark`, unless NULL, ends
 * the subtitle. */
struct sj_chart *sj_varied_chart(const struct sj_varied *varied, const char *metric, const char *more,
                                 const char *title, const char *remark, struct sj_charts *charts);

/* Adds the map of the points that are `chosen` ([count]; NULL: all), its axes with all values there are. */
void sj_varied_add_map(const struct sj_varied *varied, const double *figures, const char *metric,
                       const struct sj_varied_axis *x, const struct sj_varied_axis *y, const bool *chosen,
                       struct sj_chart *chart);

/* varied_grid.c, of a grid: maps of two of at least three axes, one for each value of the others; and of each axis the
 * metric over it, averaged over the others. */
void sj_varied_add_panels(const struct sj_varied *varied, const char *metric, const struct sj_varied_axis *axes,
                          struct sj_charts *charts);
void sj_varied_add_effects(const struct sj_varied *varied, const char *metric, const struct sj_varied_axis *axes,
                           struct sj_charts *charts);

/* varied_indices.c, of a sample: all indices as a map, and those of one metric. Nothing where there are none. */
void sj_varied_add_all_indices(const struct sj_varied *varied, struct sj_charts *charts);
void sj_varied_add_indices(const struct sj_varied *varied, const char *metric, struct sj_charts *charts);

#endif
