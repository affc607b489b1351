/* What a generator does backwards: the group inverse of -Q as an operator on functions of the state (right) or on
 * measures (left), with eigenvectors taken out. */
#ifndef SJ_SOLVE_INVERSE_H
#define SJ_SOLVE_INVERSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "solve/eliminate.h"

/* Pairs of eigenvectors that are taken out, the stationary one first: right[k] and left[k], left right = 1. */
struct sj_taken_out {
  size_t size, count, room;
  double **right, **left;
  double *weight; /* [size]: roots of the stationary probabilities */
};
enum sj_status sj_taken_out_start(struct sj_taken_out *out, const struct sj_scaled *pi, size_t size, size_t room);
enum sj_status sj_take_out(struct sj_taken_out *out, const double *right, const double *left); /* copies them */
void sj_taken_out_clear(struct sj_taken_out *out);

/* One side of it; one thread at a time. */
struct sj_inverse {
  const struct sj_taken_out *out;
  struct sj_pinned *pinned;
  bool left;
  bool weighted; /* vectors are in coordinates weighted by the root of the stationary probability: in these a reversible
                    chain is symmetric, and any chain is far less askew */
  double *work;  /* [size] */
  int64_t unit;  /* results are in units of 2^unit, which the first one sets */
  bool unit_known;
};

/* y = A x, as struct sj_operator wants it; the context is a struct sj_inverse. */
void sj_inverse_apply(void *context, const double *x, double *y);
/* Takes out of x what is taken out. */
void sj_inverse_project(void *context, double *x);
/* From weighted coordinates to states; or, with `back`, from states to weighted ones. x and y may be the same. */
void sj_inverse_weigh(const struct sj_inverse *inverse, const double *x, bool back, double *y);

#endif
