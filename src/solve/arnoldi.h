/* Arnoldi's method for the largest eigenvalues of an operator that is given by what it does to a vector. */
#ifndef SJ_SOLVE_ARNOLDI_H
#define SJ_SOLVE_ARNOLDI_H

#include <stdbool.h>
#include <stddef.h>

#include "sojourn/status.h"

struct sj_operator {
  size_t size;
  void (*apply)(void *context, const double *x, double *y); /* y = A x; they differ */
  void (*project)(void *context, double *x);                /* takes out of x what is not to be found */
  void *context;
};

/* Eigenvalues by falling modulus, each pair together (positive imaginary part first), with vectors by columns of `size`
 * as sj_dense_eigen lays them out, and the residual |A x - value x| / |value| for |x| = 1 (Euclidean). */
struct sj_ritz {
  size_t count;
  double *re, *im, *residual, *vectors;
  double next, after; /* the moduli of the largest two that are not given, as far as they are known; 0: none */
};

/* The `wanted` largest, once their residuals are below `tolerance` or the space has `most` dimensions; more are given
 * where they converged too. A space that is exhausted gives all there are. */
enum sj_status sj_arnoldi(const struct sj_operator *a, size_t wanted, size_t most, double tolerance,
                          struct sj_ritz *ritz);
void sj_ritz_clear(struct sj_ritz *ritz);

/* Fills x with numbers in [-1, 1] that look random, the same ones for the same `which`. */
void sj_arbitrary_vector(size_t size, unsigned which, double *x);

#endif
