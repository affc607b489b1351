#include "measure/ring_slots.h"
#include "measure/ring_system.h"

/* By its bits, which may be a little behind. */
uint32_t sj_ring_in_use(const struct sj_ring *ring) {
  uint32_t free_slots = 0;
  for (uint32_t i = 0; i < ring->layout.bit_words; i++)
    free_slots += (uint32_t)__builtin_popcountll(ring_peek(&ring->free_bits[i]));
  return free_slots < ring->slot_count ? ring->slot_count - free_slots : 0;
}

/* The lowest free slot is taken, so more than ever before can be in use only when a slot beyond that many is. */
static void note_use(struct sj_ring *ring, uint32_t slot) {
  uint64_t most = ring_peek(&ring->header->in_use_max);
  while (slot >= most) {
    uint64_t in_use = sj_ring_in_use(ring);
    if (in_use <= most || atomic_compare_exchange_weak(&ring->header->in_use_max, &most, in_use)) return;
  }
}

static bool seems_free(const struct ring_slot *slot) { return ring_word_state(ring_load(&slot->word)) == RING_FREE; }

static bool claim_one(struct sj_ring *ring, uint32_t owner, uint32_t index, uint64_t *word) {
  struct ring_slot *slot = &ring->slots[index];
  _Atomic uint64_t *bits = &ring->free_bits[index / 64];
  uint64_t bit = UINT64_C(1) << index % 64, found = ring_load(&slot->word);
  *word = ring_word(RING_CLAIMED, owner, ring_word_generation(found) + 1);
  bool claimed = ring_word_state(found) == RING_FREE && ring_swap(&slot->word, found, *word);
  ring_clear_bits(bits, bit);
  // Another's slot may have been freed between the look and the clearing.
  if (!claimed && seems_free(slot)) ring_set_bits(bits, bit);
  return claimed;
}

bool sj_ring_slots_claim(struct sj_ring *ring, uint32_t owner, uint32_t *slot, uint64_t *word) {
  for (uint32_t i = 0; i < ring->layout.bit_words; i++) {
    uint64_t bits = ring_load(&ring->free_bits[i]);
    for (; bits != 0; bits &= bits - 1) {
      *slot = i * 64 + (uint32_t)__builtin_ctzll(bits);
      if (*slot >= ring->slot_count || !claim_one(ring, owner, *slot, word)) continue;
      note_use(ring, *slot);
      return true;
    }
  }
  return false;
}

uint64_t sj_ring_slots_end_use(struct sj_ring *ring, uint32_t slot) {
  uint64_t claimed = ring_peek(&ring->slots[slot].claimed_ns);
  ring_put(&ring->slots[slot].claimed_ns, 0);
  return claimed == 0 ? 0 : sj_ring_system_now() - claimed;
}

bool sj_ring_slots_free(struct sj_ring *ring, struct ring_owner *owner, uint32_t slot, uint64_t word) {
  uint64_t used = sj_ring_slots_end_use(ring, slot);
  if (!ring_swap(&ring->slots[slot].word, word, ring_word(RING_FREE, 0, ring_word_generation(word)))) return false;
  ring_set_bits(&ring->free_bits[slot / 64], UINT64_C(1) << slot % 64);
  ring_count(&owner->counters[RING_COUNT_IN_USE_NS], used);
  return true;
}

void sj_ring_slots_find(struct sj_ring *ring) {
  for (uint32_t slot = 0; slot < ring->slot_count; slot++) {
    uint64_t bit = UINT64_C(1) << slot % 64;
    if ((ring_load(&ring->free_bits[slot / 64]) & bit) == 0 && seems_free(&ring->slots[slot]))
      ring_set_bits(&ring->free_bits[slot / 64], bit);
  }
}
