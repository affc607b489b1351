/* The four triangular solves of an eliminated band, in numbers of any size.
 *
 * -Q = (I - U) S (I - L / S), see band.h. Each sweep works on places [first, last), and takes or gives entries of U or
 * L only in columns as its function says. Vectors are by place. Within the band's reach of a place numbers may differ
 * by 2^900; what is smaller counts as 0. */
#ifndef SJ_SOLVE_SWEEP_H
#define SJ_SOLVE_SWEEP_H

#include <stddef.h>

#include "solve/band.h"
#include "solve/scaled.h"
#include "solve/triangles.h"

/* The factors of `count` places: L(p, c) is left[p * step + c], U(p, c) is right[p * step + c]. */
struct sj_sweep {
  size_t bandwidth, step;
  const double *left, *right, *exit;
  double *work; /* room for `count` doubles */
};
struct sj_sweep sj_sweep_of_band(const struct sj_band *band, double *work);
struct sj_sweep sj_sweep_of_triangles(const struct sj_triangles *triangles, double *work);

/* (I - U) x = b, from the last place to the first: x_p = b_p + sum of U(p, c) x_c over c > p that are at least `limit`.
 * With `limit` > first the places below it only collect what comes from above. x and b may be the same. */
void sj_sweep_collect_down(const struct sj_sweep *sweep, size_t first, size_t last, size_t limit,
                           const struct sj_scaled *b, struct sj_scaled *x);

/* S (I - L / S) x = b, from the first place to the last: x_p = (b_p + sum of L(p, c) x_c over c < p, c >= limit) /
 * exit_p; x_c of limit <= c < first are given. x and b may be the same. */
void sj_sweep_collect_up(const struct sj_sweep *sweep, size_t first, size_t last, size_t limit,
                         const struct sj_scaled *b, struct sj_scaled *x);

/* y (I - L / S) = b, from the last place to `first`, what goes on to places below `first`, down to `bottom`, added
 * there: y_p = b_p + sum of y_k L(k, p) / exit_k over k > p, k >= first. y and b may be the same. */
void sj_sweep_spread_down(const struct sj_sweep *sweep, size_t bottom, size_t first, size_t last,
                          const struct sj_scaled *b, struct sj_scaled *y);

/* y (I - U) = b, from the first place to the last: y_p = b_p + sum of y_k U(k, p) over k < p; of k < middle only what
 * goes to places from `middle` on counts, and y_k = b_k. y and b may be the same. */
void sj_sweep_spread_up(const struct sj_sweep *sweep, size_t first, size_t middle, size_t last,
                        const struct sj_scaled *b, struct sj_scaled *y);

#endif
