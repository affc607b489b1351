/* A generator that is stored nowhere: its rows are made when they are asked for. For chains that are too large to be
 * kept (banded_stream.h), or whose rows are assembled by several processes, each its own (large.h). */
#ifndef SJ_SOLVE_GENERATOR_H
#define SJ_SOLVE_GENERATOR_H

#include <stddef.h>
#include <stdint.h>

#include "solve/chain.h"

struct sj_generator {
  size_t count; /* states, below 2^31 */
  size_t most;  /* transitions out of one state, at the most */
  const void *context;
  /* Writes the transitions out of state i, each to another state, at a positive rate, a state at most once, in any
   * order; returns how many. The same each time it is asked, from any thread or process. */
  size_t (*row)(const void *context, size_t i, uint32_t *to, double *rate);

  /* Coordinates of a state, for what tells regimes apart: queue length, orbit. Whether flow up and flow down balance is
   * checked between any two neighbouring values of each. 0 of them: the state's number, in 256 steps. */
  size_t coordinates;
  size_t (*coordinate)(const void *context, size_t which, size_t i);
};

/* The rows of a chain that is stored, which must outlive it. */
void sj_generator_of_chain(const struct sj_chain *chain, struct sj_generator *generator);

/* The number of values (one more than the largest) of a coordinate, or 256 if there are none. */
size_t sj_generator_values(const struct sj_generator *generator, size_t which);
size_t sj_generator_value(const struct sj_generator *generator, size_t which, size_t i);

/* A state in which the chain often is, if it starts in `start`: where `jumps` jumps lead it, drawn from random numbers
 * that are the same each time. 0 jumps: 200 for each state, at least 1,000 and at most two million. SJ_NO_MEMORY. */
enum sj_status sj_generator_walk(const struct sj_generator *generator, size_t start, size_t jumps, size_t *state);

#endif
