/* Waiting for a slot or a message, and telling those who wait. */
#ifndef SJ_MEASURE_RING_WAIT_H
#define SJ_MEASURE_RING_WAIT_H

#include "measure/ring_layout.h"

typedef bool ring_attempt(struct sj_ring_member *member, struct sj_ring_message *message);

/* Calls `attempt`, which has failed once, again until it succeeds (true) or the time is over (false). What it needs to
 * succeed comes with `event`. While nothing changes, `attempt` must only read. */
bool sj_ring_wait_for(struct sj_ring_member *member, enum ring_event_name event, int64_t timeout_ns,
                      ring_attempt *attempt, struct sj_ring_message *message);

/* To be called after what one waiter waits for was done: wakes one who sleeps, if any. */
void sj_ring_wake(struct sj_ring_member *member, enum ring_event_name name);

/* For who buries an owner. */
void sj_ring_forget_sleeper(struct sj_ring *ring, uint32_t index);

#endif
