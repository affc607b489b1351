/* The lines along which values on a grid are equal. */
#ifndef SJ_PLOT_CONTOUR_H
#define SJ_PLOT_CONTOUR_H

#include <stddef.h>

#include "plot/chart.h"

/* One line: `count` places, from one border to another, or closed (then the first is there again at the end). */
struct sj_polyline {
  size_t count;
  double *x, *y;
};

/* The lines on which the grid's values are `level`, by marching squares (Lorensen and Cline 1987, in the plane), with
 * linear interpolation on the edges of cells; in a cell whose corners alternate the mean of the four decides. Cells
 * with a corner that is NAN are left out; an infinite one counts as far above or below. An array of `*count`, ended by
 * sj_contours_destroy. */
struct sj_polyline *sj_contours(const struct sj_chart_grid *grid, double level, size_t *count);
void sj_contours_destroy(struct sj_polyline *lines, size_t count);

#endif
