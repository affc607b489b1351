/* What the states of a composed space mean: levels and rates, kept state by state. Private to the composer. */
#ifndef SJ_SOLVE_COMPOSED_H
#define SJ_SOLVE_COMPOSED_H

#include "solve/compose/states.h"
#include "solve/compose/walk.h"
#include "solve/space.h"

struct sj_composed;

/* Becomes space->own; the space's names and functions are set too. */
struct sj_composed *sj_composed_create(const struct network *network, struct sj_space *space);
/* The next state; then each outcome of what may happen in it, at its rate. */
enum sj_status sj_composed_begin_state(struct sj_composed *composed, const struct network *network, struct walk *walk,
                                       const uint32_t *slots, const struct level *levels);
void sj_composed_count(struct sj_composed *composed, const struct walk *walk, const struct clock *clock, double rate);
double sj_composed_bytes(const struct sj_composed *composed);
/* All states are there: finds the largest levels, the states that are full, and how to tell states apart. */
enum sj_status sj_composed_finish(struct sj_space *space, const struct states *states);

#endif
