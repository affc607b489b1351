/* Finding a free slot, and freeing one. */
#ifndef SJ_MEASURE_RING_SLOTS_H
#define SJ_MEASURE_RING_SLOTS_H

#include "measure/ring_layout.h"

/* Claims the lowest slot that seems free, for the owner; false when none is. */
bool sj_ring_slots_claim(struct sj_ring *ring, uint32_t owner, uint32_t *slot, uint64_t *word);

/* Frees a slot whose word is `word`, which only the caller may change (it holds the slot, or reclaims it). `owner`
 * counts how long it was in use. False when the word is another. */
bool sj_ring_slots_free(struct sj_ring *ring, struct ring_owner *owner, uint32_t slot, uint64_t word);

/* How long a slot about to be freed was in use, in ns. From now on to its next claim it counts as not in use, so that
 * who reads statistics does not add up from the last claim to the present. */
uint64_t sj_ring_slots_end_use(struct sj_ring *ring, uint32_t slot);

/* Sets the bits that were lost with one killed between freeing a slot and saying so. */
void sj_ring_slots_find(struct sj_ring *ring);

#endif
