/* Giving back what the dead held. */
#ifndef SJ_MEASURE_RING_RECLAIM_H
#define SJ_MEASURE_RING_RECLAIM_H

#include "measure/ring_layout.h"

/* Does it all, unless another living process is at it. `self` is the caller's word, of a member or made of its process.
 * `loss` may be NULL. */
void sj_ring_bury(struct sj_ring *ring, uint64_t self, struct sj_ring_loss *loss);

/* Counts the members, for who chooses how to wait. */
void sj_ring_count_parties(struct sj_ring *ring);

#endif
