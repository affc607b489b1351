/* How the states lie between two regimes. */
#ifndef SJ_SOLVE_LEVELS_H
#define SJ_SOLVE_LEVELS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "solve/chain.h"
#include "solve/scaled.h"

/* The committor: h[i] is the probability that the chain, started in state i, is in one of the states `high` before it
 * is in one of `low`; 1 on `high`, 0 on `low`. Both by state, with no state in both. Found by elimination without
 * subtractions, so that the smallest of them have their digits too; 1 - h has them with `low` and `high` exchanged.
 * SJ_INVALID: from some state neither is ever reached; SJ_NO_MEMORY, SJ_INTERRUPTED: all without a message. */
enum sj_status sj_committor(const struct sj_chain *chain, const bool *low, const bool *high,
                            const volatile sig_atomic_t *stop, struct sj_scaled *h);

#endif
