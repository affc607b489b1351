/* A chain, eliminated both ways, with its stationary distribution: what most figures are computed from. */
#ifndef SJ_SOLVE_ELIMINATED_H
#define SJ_SOLVE_ELIMINATED_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "solve/chain.h"
#include "solve/eliminate.h"
#include "solve/scaled.h"
#include "solve/spectrum.h"

/* Zeroed is cleared. */
struct sj_eliminated {
  const struct sj_chain *chain;
  struct sj_order order;
  struct sj_factors *down;
  struct sj_factors *up; /* NULL where the order's last state is a transient one */
  struct sj_scaled *pi;  /* the stationary distribution, by state */
  double *p;             /* the same; 0 where it is below what a double holds */
  /* The relative error of what elimination gives, estimated: what roundings add up to, or the largest relative
   * difference of the stationary distributions by the two ways, whichever is more. */
  double roundings;
  const volatile sig_atomic_t *stop;
};

/* The order that elimination will go by, so that its bandwidth is known first: `natural`, as the states are; else a
 * narrow one that begins at `first`. */
enum sj_status sj_eliminated_order(const struct sj_chain *chain, bool natural, size_t first, struct sj_order *order);
/* The bytes that a chain of so many states takes in all, with `eigenvalues` of them. */
double sj_eliminated_bytes(size_t count, size_t bandwidth, size_t eigenvalues);

/* `chain` has one closed class, which holds the first state of the order; it is needed as long as this. The order
 * becomes its own in any case. SJ_NO_MEMORY and SJ_INTERRUPTED without a message. */
enum sj_status sj_eliminated_create(const struct sj_chain *chain, struct sj_order order,
                                    const volatile sig_atomic_t *stop, struct sj_eliminated *eliminated);
void sj_eliminated_clear(struct sj_eliminated *eliminated);

/* The eigenvalues nearest to 0, as sj_spectrum_find; where there is no `up` those of the closed class alone, with right
 * eigenvectors that are 0 on the transient states. */
enum sj_status sj_eliminated_spectrum(const struct sj_eliminated *eliminated, size_t wanted,
                                      struct sj_spectrum *spectrum);

/* The mean and deviation (NULL: not wanted) of the time to reach one of the states with `target`, from every state. By
 * the factors at hand if the targets are the first or the last of the order; else what is left of the chain is
 * eliminated once more. SJ_INVALID: from some state no target can be reached; the others without a message, too. */
enum sj_status sj_passage(const struct sj_eliminated *eliminated, const bool *target, struct sj_scaled *mean,
                          struct sj_scaled *deviation);

/* The part of `chain` within the states with `kept`, numbered in the order's order; what leaves it is left out, or
 * (kill not NULL) adds to `kill`, by the new number. `state_of`, by the new number, has room for all that are kept. */
enum sj_status sj_chain_part(const struct sj_chain *chain, const struct sj_order *order, const bool *kept,
                             struct sj_chain *part, double *kill, size_t *state_of);

#endif
