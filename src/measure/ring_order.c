#include "measure/ring_order.h"

/* An entry: filled (1 bit), slot (16), lap (47). All zero is empty, ready for lap 0. */
static uint64_t empty_entry(uint64_t lap) { return lap << 17; }
static uint64_t filled_entry(uint64_t lap, uint32_t slot) { return 1 | (uint64_t)slot << 1 | lap << 17; }
static bool entry_filled(uint64_t entry) { return (entry & 1) != 0; }
static uint32_t entry_slot(uint64_t entry) { return (uint32_t)(entry >> 1) & 0xffff; }
static uint64_t entry_lap(uint64_t entry) { return entry >> 17; }

static _Atomic uint64_t *entry_at(struct sj_ring *ring, uint64_t position) {
  return &ring->entries[position & (ring->layout.entry_count - 1)];
}

uint64_t sj_ring_order_add(struct sj_ring *ring, uint32_t slot) {
  for (;;) {
    uint64_t position = ring_load(&ring->header->tail);
    uint64_t lap = position >> ring->entry_shift;
    _Atomic uint64_t *place = entry_at(ring, position);
    uint64_t entry = ring_load(place);
    if (entry == empty_entry(lap)) {
      if (!ring_swap(place, entry, filled_entry(lap, slot))) continue;
      ring_swap(&ring->header->tail, position, position + 1);
      return position;
    }
    // Filled, perhaps taken already, by one who has not moved the tail on yet.
    if (entry_lap(entry) >= lap) ring_swap(&ring->header->tail, position, position + 1);
  }
}

bool sj_ring_order_take(struct sj_ring *ring, uint32_t owner, uint32_t *slot, uint64_t *word, uint64_t *position) {
  for (;;) {
    uint64_t first = ring_load(&ring->header->head);
    uint64_t lap = first >> ring->entry_shift;
    _Atomic uint64_t *place = entry_at(ring, first);
    uint64_t entry = ring_load(place);
    if (entry == empty_entry(lap)) return false;
    bool taken = false;
    if (entry == filled_entry(lap, entry_slot(entry))) {
      uint32_t candidate = entry_slot(entry) % ring->slot_count;
      uint64_t found = ring_load(&ring->slots[candidate].word);
      // Only if the entry still stands was this word the one it was made for.
      if (ring_load(place) != entry) continue;
      if (ring_word_state(found) == RING_PUBLISHED) {
        *slot = candidate;
        *word = ring_word(RING_TAKEN, owner, ring_word_generation(found));
        *position = first;
        if (!ring_swap(&ring->slots[candidate].word, found, *word)) continue;
        taken = true;
      }
      ring_swap(place, entry, empty_entry(lap + 1));
    } else if (entry_lap(entry) <= lap) {
      continue;  // the head was read too long ago
    }
    ring_swap(&ring->header->head, first, first + 1);
    if (taken) return true;
  }
}

uint64_t sj_ring_order_end(const struct sj_ring *ring) {
  uint64_t tail = ring_load(&ring->header->tail), lap = tail >> ring->entry_shift;
  uint64_t entry = ring_load(&ring->entries[tail & (ring->layout.entry_count - 1)]);
  bool behind = entry_lap(entry) > lap || (entry_lap(entry) == lap && entry_filled(entry));
  return behind ? tail + 1 : tail;
}

bool sj_ring_order_has(struct sj_ring *ring, uint32_t slot) {
  for (uint32_t i = 0; i < ring->layout.entry_count; i++) {
    uint64_t entry = ring_load(&ring->entries[i]);
    if (entry_filled(entry) && entry_slot(entry) == slot) return true;
  }
  return false;
}

void sj_ring_order_mark(struct sj_ring *ring, uint64_t *slots) {
  for (uint32_t i = 0; i < ring->layout.entry_count; i++) {
    uint64_t entry = ring_load(&ring->entries[i]);
    if (entry_filled(entry)) slots[entry_slot(entry) / 64] |= UINT64_C(1) << entry_slot(entry) % 64;
  }
}

void sj_ring_order_empty_taken(struct sj_ring *ring, uint32_t owner) {
  for (uint32_t i = 0; i < ring->layout.entry_count; i++) {
    uint64_t entry = ring_load(&ring->entries[i]);
    if (!entry_filled(entry)) continue;
    uint64_t word = ring_load(&ring->slots[entry_slot(entry) % ring->slot_count].word);
    if (ring_word_state(word) == RING_TAKEN && ring_word_owner(word) == owner)
      ring_swap(&ring->entries[i], entry, empty_entry(entry_lap(entry) + 1));
  }
}
