/* The order of an ordered ring: positions 0, 1, 2 ... in a circle of entries. An entry says which slot is next, never
 * who holds it: taking is a step of the slot's word.
 *
 * An entry is empty and ready for one position, or filled for it; filling and emptying are compare-and-swaps of a word
 * that holds the position's lap, so one that comes late fails. `head` and `tail` follow, moved on by whoever finds them
 * behind; a member may be killed between any two steps. A slot has one entry at most: it is filled by who published,
 * and emptied before whoever took the message returns. */
#ifndef SJ_MEASURE_RING_ORDER_H
#define SJ_MEASURE_RING_ORDER_H

#include "measure/ring_layout.h"

/* Puts a published slot at the end; returns its position. */
uint64_t sj_ring_order_add(struct sj_ring *ring, uint32_t slot);

/* Takes the first slot for `owner`: changes its word from published to taken. Returns false when there is none; else
 * `*slot`, `*word` (the new one) and `*position`. */
bool sj_ring_order_take(struct sj_ring *ring, uint32_t owner, uint32_t *slot, uint64_t *word, uint64_t *position);

/* How many positions were filled since the ring was made. */
uint64_t sj_ring_order_end(const struct sj_ring *ring);

/* For who reclaims. Whether there is an entry of the slot; sets a bit for each slot that has one; and empties the
 * entry, if there is one, of a slot that the dead owner took without coming to that. */
bool sj_ring_order_has(struct sj_ring *ring, uint32_t slot);
void sj_ring_order_mark(struct sj_ring *ring, uint64_t *slots);
void sj_ring_order_empty_taken(struct sj_ring *ring, uint32_t owner);

#endif
