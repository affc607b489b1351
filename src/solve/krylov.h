/* How a distribution moves on in time by Krylov's spaces (Saad 1992): the exponential of the generator as it acts on a
 * few dozen dimensions, in steps as long as its error estimate permits (Sidje 1998). */
#ifndef SJ_SOLVE_KRYLOV_H
#define SJ_SOLVE_KRYLOV_H

#include <stddef.h>

#include "solve/uniformized.h"

enum { SJ_KRYLOV_DIMENSION = 30 };

struct sj_krylov {
  const struct sj_uniformized *uniformized; /* needed as long as this */
  double *basis;                            /* [(dimension + 1) * states], of norm 1 each */
  double *flow;                             /* [states] */
  double *projected, *exponential;          /* of order dimension + 2 */
  double try_next;                          /* a step; 0: not known */
};
enum sj_status sj_krylov_create(const struct sj_uniformized *uniformized, struct sj_krylov *krylov);
void sj_krylov_clear(struct sj_krylov *krylov); /* zeroed is cleared */

/* p, by state, becomes p exp(Q *step), with *step <= `most` so long that the error estimate in the 1-norm, which is
 * added to *error, is at most `tolerance` by the unit of time. Does SJ_KRYLOV_DIMENSION + 1 products. SJ_NO_MEMORY
 * without a message; SJ_FAILED: not even a tiny step is exact enough. */
enum sj_status sj_krylov_step(struct sj_krylov *krylov, double *p, double most, double tolerance, double *step,
                              double *error);

#endif
