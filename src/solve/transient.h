/* How a distribution over the states moves on in time.
 *
 * Uniformization (Jensen 1953) with Fox and Glynn's (1988) weights and an error bound. Where the time holds so many
 * steps that this would take too long, the distribution is followed until what the known eigenvectors do not explain of
 * it is below the tolerance, and by these from there on (the rest only shrinks: a generator's semigroup contracts in
 * the 1-norm). While that does not help, Krylov's exponential (Saad 1992; Sidje 1998) goes as far as its error estimate
 * permits where that is quicker than uniformization, which goes on where it is not. */
#ifndef SJ_SOLVE_TRANSIENT_H
#define SJ_SOLVE_TRANSIENT_H

#include <signal.h>
#include <stddef.h>

#include "solve/chain.h"
#include "solve/krylov.h"
#include "solve/modes.h"
#include "solve/projection.h"
#include "solve/spectrum.h"
#include "solve/uniformized.h"

/* A chain prepared for it. `spectrum` and `pi` (by state, of sum 1) may be NULL: then there is no short cut. All three
 * are needed as long as this. The caller may set `tolerance` and `stop` after the start. */
struct sj_transient {
  const struct sj_chain *chain;
  const struct sj_spectrum *spectrum;
  const double *pi;
  double tolerance; /* of the 1-norm, for each call; 1e-10 to begin with */
  /* The part of it that may be cut off at the ends of a vector; 0 to begin with, so that the least probabilities keep
   * their digits. */
  double negligible;
  const volatile sig_atomic_t *stop;
  struct sj_uniformized uniformized;
  struct sj_modes modes;           /* of pi, if there is one */
  struct sj_krylov krylov;         /* made when needed, as the next one */
  struct sj_projection projection; /* of a large chain: the states where the distribution is */
  double *work;
  size_t products;      /* by how many products with the chain all calls were done so far */
  size_t most_products; /* where that passes this, calls fail; SIZE_MAX to begin with */
};
enum sj_status sj_transient_start(struct sj_transient *transient, const struct sj_chain *chain,
                                  const struct sj_spectrum *spectrum, const double *pi);
void sj_transient_clear(struct sj_transient *transient); /* zeroed is cleared */

/* p, by state, becomes p exp(Q time). SJ_NO_MEMORY, SJ_INTERRUPTED and SJ_FAILED (too many products) without a message;
 * p is then spoilt. `*error` (NULL allowed) bounds the
 * 1-norm of what is wrong with it; what is in it of the eigenvectors' own errors and of Krylov's is an estimate. */
enum sj_status sj_transient_advance(struct sj_transient *transient, double *p, double time, double *error);

/* The time after which the total variation distance of the distribution that starts as `p` (left unchanged) from `pi`
 * stays below `distance`: to 6 digits. NAN if it cannot be had: without pi, or not within SJ_MIXING_PRODUCTS products.
 */
enum { SJ_MIXING_PRODUCTS = 1000000 };
enum sj_status sj_mixing_time(struct sj_transient *transient, const double *p, double distance, double *time);

#endif
