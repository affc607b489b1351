/* The Poisson distribution as weights of uniformization (Fox and Glynn 1988). */
#ifndef SJ_SOLVE_POISSON_H
#define SJ_SOLVE_POISSON_H

#include <stddef.h>

#include "sojourn/status.h"

/* weight[n - left] of n = left ... right, scaled to sum to 1. Found from the mode outwards as ratios, so nothing under-
 * or overflows, until the bound of each tail by a geometric series is below a quarter of `tolerance`: what is left out
 * and the scaling change the distribution by at most `tolerance` in the 1-norm. `mean` >= 0, below 10^12. */
struct sj_poisson {
  size_t left, right;
  double *weight;
};
enum sj_status sj_poisson_create(double mean, double tolerance, struct sj_poisson *poisson);
void sj_poisson_clear(struct sj_poisson *poisson);

#endif
