/* A continuous-time Markov chain on finitely many states, as its transitions, row by row. */
#ifndef SJ_SOLVE_CHAIN_H
#define SJ_SOLVE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sojourn/status.h"

/* The transitions out of state i are begin[i] ... begin[i + 1] - 1: each to another state, at a positive rate (per the
 * model's time unit). The diagonal of the generator, minus the sum of the row, is kept nowhere: whoever needs it adds
 * it up, so that nothing cancels. Transitions of a row are sorted by `to`, which is there once. */
struct sj_chain {
  size_t count;  /* states (while it is built: rows ended so far) */
  size_t *begin; /* [count + 1] */
  uint32_t *to;
  double *rate;
  size_t end;            /* transitions in all */
  size_t rows, capacity; /* there is room for */
};

/* Builds a chain row by row: sj_chain_add for each transition out of state 0, in any order, then sj_chain_end_row, then
 * those of state 1, ... Rates to the same state add up; a rate of 0 and a transition to the state itself are left out.
 * `count` states in all (below 2^32); rows are checked to be that many by assert. SJ_NO_MEMORY without a message. */
enum sj_status sj_chain_start(struct sj_chain *chain, size_t count, size_t transitions_expected);
enum sj_status sj_chain_add(struct sj_chain *chain, size_t to, double rate);
void sj_chain_end_row(struct sj_chain *chain);
void sj_chain_clear(struct sj_chain *chain); /* zeroed is cleared */

/* The rate at which state i is left: the sum of its row. */
double sj_chain_exit_rate(const struct sj_chain *chain, size_t i);

/* The transposed chain: its row j holds the transitions into j. */
enum sj_status sj_chain_transpose(const struct sj_chain *chain, struct sj_chain *transposed);

/* The closed communicating classes (Tarjan 1972), those that the chain never leaves: `*classes` of them. `class_of` of
 * `count` elements tells each state's, SIZE_MAX for a transient state. A chain with one class has one stationary
 * distribution. */
enum sj_status sj_chain_closed_classes(const struct sj_chain *chain, size_t *classes, size_t *class_of);

#endif
