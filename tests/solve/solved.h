/* A chain whose first and last state both stay, with its factors, stationary distribution and spectrum. */
#ifndef TESTS_SOLVE_SOLVED_H
#define TESTS_SOLVE_SOLVED_H

#include <stddef.h>

#include "solve/chain.h"
#include "solve/eliminate.h"
#include "solve/spectrum.h"

struct solved {
  struct sj_order order; /* as they are */
  struct sj_factors *down, *up;
  struct sj_scaled *pi;
  double *pi_rounded;
  struct sj_spectrum spectrum;
};

/* Solves `chain`, which is needed as long as the result, with `wanted` eigenvalues (0: no spectrum); each failure is
 * one of the test. `solved` stays where it is. */
void solve_chain(const struct sj_chain *chain, size_t wanted, struct solved *solved);
void solved_clear(struct solved *solved);

/* The widest band of the chain in the order as it is. */
size_t bandwidth_as_it_is(const struct sj_chain *chain);

#endif
