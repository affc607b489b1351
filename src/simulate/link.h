/* The way between a caller and a server's member: how long a message takes. Private to src/simulate.
 *
 * A law with a drawn parameter (per_member) has one for each channel: for each place in the list of members that a
 * caller knows of a pool, so that one that it knows twice has two. It is drawn when the channel is first used, as if it
 * had been at the start: with the member's first `rtt` as server_rtt. With `redraw` one of all the caller's channels,
 * any, is drawn anew at exponential intervals, with the rtt that its member has then. A replacement changes no channel.
 *
 * In a pipeline the first message goes before a member is picked: it has the way of place 0. */
#ifndef SJ_SIMULATE_LINK_H
#define SJ_SIMULATE_LINK_H

#include "simulate/engine.h"

/* A message's way. */
struct way {
  struct caller *caller;
  size_t target;
  uint32_t place;              /* see sj_link_place */
  const struct server *server; /* NULL: not picked yet */
};

/* Before the caller's first message; a fault has changed caller->spec. False: no memory. */
bool sj_link_create(struct engine *engine, struct caller *caller);
void sj_link_changed(struct engine *engine, struct caller *caller, const struct sj_link *before);
void sj_link_destroy(struct caller *caller);

/* The place of a member that is not one of a list: all are known, or it must be this one, known or not (at a join). */
uint32_t sj_link_place(const struct caller *caller, size_t target, uint32_t member);

/* The time that a message without bytes takes, and whether it is lost. `lineage` is that of the attempt (or probe) it
 * belongs to; `there` and `direction` are the purposes of the caller's draws for the way there and for this way. A
 * round trip (`rtt`) is drawn once an attempt, and each direction takes half of it. */
double sj_link_delay(struct engine *engine, const struct way *way, size_t there, size_t direction, uint64_t lineage,
                     bool *lost);

/* The handler of EVENT_REDRAW. */
void sj_link_redraw(struct engine *engine, struct caller *caller);

#endif
