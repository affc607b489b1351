/* The time of a message between a caller and a server's member. */
#ifndef SJ_SIMULATE_LINK_H
#define SJ_SIMULATE_LINK_H

#include "simulate/engine.h"

/* The time that a message without bytes takes, and whether it is lost. `lineage` is that of the attempt (or probe) it
 * belongs to; `there` and `direction` are the purposes of the caller's draws for the way there and for this way. A
 * round trip (`rtt`) is drawn once an attempt, and each direction takes half of it. */
double sj_link_delay(const struct caller *caller, size_t there, size_t direction, uint64_t lineage, bool *lost);

#endif
