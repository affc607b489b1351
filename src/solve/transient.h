/* How a distribution over the states moves on in time.
 *
 * Uniformization (Jensen 1953) with Fox and Glynn's (1988) weights and an error bound; where the rates are so large
 * that it would take too many steps, the distribution is followed until what the known eigenvectors do not explain of
 * it is below the tolerance, and by these from there on (the rest only shrinks: a generator's semigroup contracts in
 * the 1-norm). Failing that, Krylov's exponential (Saad 1992; Sidje 1998) with steps by its error estimate. */
#ifndef SJ_SOLVE_TRANSIENT_H
#define SJ_SOLVE_TRANSIENT_H

#include <signal.h>
#include <stddef.h>

#include "solve/chain.h"
#include "solve/spectrum.h"

/* A chain prepared for it; `incoming` is its transpose. `spectrum` and `pi` may be NULL: then there is no short cut. */
struct sj_transient {
  const struct sj_chain *chain;
  const struct sj_spectrum *spectrum;
  const double *pi;
  double tolerance; /* of the 1-norm, for each call */
  const volatile sig_atomic_t *stop;
  struct sj_chain incoming;
  double fastest; /* largest rate out of a state */
  double *work;
  size_t products; /* by how many products with the chain all calls were done so far */
};
enum sj_status sj_transient_start(struct sj_transient *transient, const struct sj_chain *chain,
                                  const struct sj_spectrum *spectrum, const double *pi);
void sj_transient_clear(struct sj_transient *transient);

/* p, by state, becomes p exp(Q time). SJ_NO_MEMORY, SJ_INTERRUPTED without a message. `*error` (NULL allowed) is a
 * bound or, of Krylov's, an estimate of the 1-norm of what is wrong with it. */
enum sj_status sj_transient_advance(struct sj_transient *transient, double *p, double time, double *error);

/* The time after which the total variation distance of the distribution that starts as `p` (left unchanged) from `pi`
 * stays below `distance`: to 6 digits. NAN if it cannot be had. */
enum sj_status sj_mixing_time(struct sj_transient *transient, const double *p, double distance, double *time);

#endif
