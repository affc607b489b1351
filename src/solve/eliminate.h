/* Elimination without subtractions: stationary distributions and hitting times with about 12 digits in every component,
 * however deep the wells.
 *
 * States are taken out one by one from the last of an order to the first; what went through state k then goes on
 * directly, and the rate at which k is left is recomputed from what remains of its row (Grassmann, Taksar and Heyman
 * 1985; with killing: Alfa, Xue and Ye 2002; error analysis: O'Cinneide 1996). Rates only add up and multiply, so
 * nothing cancels. The chain is banded in the order; blocks of it are worked in at a time (eliminate.c). */
#ifndef SJ_SOLVE_ELIMINATE_H
#define SJ_SOLVE_ELIMINATE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "solve/chain.h"
#include "solve/scaled.h"

/* An order of the states: place p holds state `state[p]`, and state i is at `place[i]`. NULL arrays: as they are. */
struct sj_order {
  size_t *state, *place;
  size_t bandwidth; /* the largest distance of two places that a transition joins */
};
/* As they are, or Cuthill and McKee's (1969) if that band is narrower, begun at state `first`, which then
 * comes first. */
enum sj_status sj_order_find(const struct sj_chain *chain, size_t first, struct sj_order *order);
void sj_order_clear(struct sj_order *order);

/* What the factors of `count` states at `bandwidth` take, in bytes. */
double sj_factors_bytes(size_t count, size_t bandwidth);

/* The eliminated chain. Immutable once made. */
struct sj_factors;
/* Takes all states out but the first of the order. `kill` is a further rate out of each state, into nowhere (by state;
 * NULL: none); with it the first state is factored too, if it has a rate out. `order` and `chain` are needed as long as
 * the factors. `reversed`: from the first of the order to the last. SJ_NO_MEMORY and SJ_INTERRUPTED (*stop) without a
 * message; SJ_INVALID: from some state the first cannot be reached. */
enum sj_status sj_factors_create(const struct sj_chain *chain, const double *kill, const struct sj_order *order,
                                 bool reversed, const volatile sig_atomic_t *stop, struct sj_factors **out);
/* Both ways at once, in two threads: `down` as it is, `up` reversed. Without killing. */
enum sj_status sj_factors_create_both(const struct sj_chain *chain, const struct sj_order *order,
                                      const volatile sig_atomic_t *stop, struct sj_factors **down,
                                      struct sj_factors **up);
void sj_factors_destroy(struct sj_factors *factors);

/* The stationary distribution of a chain with one closed class that holds the factors' last state, by state, as scaled
 * numbers that sum to 1. */
enum sj_status sj_stationary(const struct sj_factors *factors, struct sj_scaled *pi);

/* The expected reward until the first of the factors' kept states is reached, from every state: solves
 * sum_j q_ij (h_i - h_j) = reward_i outside of the targets, h = 0 on them. Targets are the first `targets` states of
 * the factors' order (the last ones if reversed), at least one; or none (0) with killing, where it ends by that too.
 * With reward 1 it is the mean hitting time; with twice that, the second moment. Rewards may have any sign: each
 * component's error is relative to what the same sum would be with absolute values. By state. */
enum sj_status sj_expected_until(const struct sj_factors *factors, size_t targets, const struct sj_scaled *reward,
                                 struct sj_scaled *h);

/* The mean and deviation of the time to reach the targets, as above. `deviation` may be NULL; it is the root of a
 * difference, which costs digits where it is much smaller than the mean. */
enum sj_status sj_hitting_times(const struct sj_factors *factors, size_t targets, struct sj_scaled *mean,
                                struct sj_scaled *deviation);

/* Both directions together, pinned at a state in the middle: for right-hand sides of both signs (spectrum.h). `down`
 * is of an order, `up` of the same one reversed; both are needed as long as this. The pinned state should be a likely
 * one: then what is small in y is not the difference of large numbers. It holds room of its own: one thread at a time.
 */
struct sj_pinned;
enum sj_status sj_pinned_create(const struct sj_factors *down, const struct sj_factors *up, size_t state,
                                struct sj_pinned **out);
/* Another one of the same, with room of its own, for a second thread; to be destroyed before `pinned`. */
enum sj_status sj_pinned_share(const struct sj_pinned *pinned, struct sj_pinned **out);
void sj_pinned_destroy(struct sj_pinned *pinned);
/* Solves -Q y = x with y = 0 at the pinned state, whose own equation is left out; y times 2^exponent is the solution,
 * with the largest |y| in [0.5, 1). By state; x and y may be the same. */
void sj_pinned_solve(struct sj_pinned *pinned, const double *x, double *y, int64_t *exponent);
/* The transposed: y (-Q) = x, likewise. */
void sj_pinned_solve_left(struct sj_pinned *pinned, const double *x, double *y, int64_t *exponent);

#endif
