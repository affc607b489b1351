/* Confidence intervals of a mean over independent runs. */
#ifndef SJ_STATS_INTERVAL_H
#define SJ_STATS_INTERVAL_H

#include <stddef.h>

/* Mean of `values` in `mean`, and the half width of its confidence interval at `level` (0.95) by Student's t in
 * `half_width`: NAN with fewer than two values. If any value is NAN (a figure that does not exist in some run), both
 * are NAN. */
void sj_interval(const double *values, size_t count, double level, double *mean, double *half_width);

#endif
