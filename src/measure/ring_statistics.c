#include <string.h>

#include "measure/ring_order.h"
#include "measure/ring_system.h"

static void count_slots(const struct sj_ring *ring, struct sj_ring_statistics *statistics) {
  uint32_t by_state[4] = {0};
  uint64_t now = sj_ring_system_now();
  for (uint32_t i = 0; i < ring->slot_count; i++) {
    const struct ring_slot *slot = &ring->slots[i];
    uint64_t claimed_ns = ring_peek(&slot->claimed_ns), word = ring_load(&slot->word);
    by_state[ring_word_state(word)]++;
    statistics->claims += ring_word_generation(word);
    if (ring_word_state(word) != RING_FREE && claimed_ns != 0 && claimed_ns < now)
      statistics->in_use_ns += now - claimed_ns;
  }
  statistics->slots = ring->slot_count;
  statistics->free = by_state[RING_FREE];
  statistics->claimed = by_state[RING_CLAIMED];
  statistics->published = by_state[RING_PUBLISHED];
  statistics->taken = by_state[RING_TAKEN];
}

static void add_owner(const struct ring_owner *owner, struct sj_ring_statistics *statistics) {
  const _Atomic uint64_t *counters = owner->counters;
  statistics->members += ring_owner_state(ring_load(&owner->word)) == RING_OWNER_JOINED;
  statistics->takes += ring_peek(&counters[RING_COUNT_TAKES]);
  statistics->releases += ring_peek(&counters[RING_COUNT_RELEASES]);
  statistics->abandoned += ring_peek(&counters[RING_COUNT_ABANDONED]);
  statistics->lost_published += ring_peek(&counters[RING_COUNT_LOST_PUBLISHED]);
  statistics->waits_full += ring_peek(&counters[RING_COUNT_WAITS_FULL]);
  statistics->waits_empty += ring_peek(&counters[RING_COUNT_WAITS_EMPTY]);
  statistics->timeouts += ring_peek(&counters[RING_COUNT_TIMEOUTS]);
  statistics->sleeps += ring_peek(&counters[RING_COUNT_SLEEPS]);
  statistics->wakes += ring_peek(&counters[RING_COUNT_WAKES]);
  statistics->in_use_ns += ring_peek(&counters[RING_COUNT_IN_USE_NS]);
  statistics->publications += ring_peek(&counters[RING_COUNT_PUBLICATIONS]);
}

void sj_ring_statistics_read(const struct sj_ring *ring, struct sj_ring_statistics *statistics) {
  memset(statistics, 0, sizeof *statistics);
  const struct ring_header *header = ring->header;
  for (uint32_t i = 0; i < ring->member_count; i++) add_owner(&ring->owners[i], statistics);
  count_slots(ring, statistics);
  statistics->in_use_max = (uint32_t)ring_peek(&header->in_use_max);
  statistics->lost_claimed = ring_peek(&header->losses[RING_LOST_CLAIMED]);
  statistics->lost_taken = ring_peek(&header->losses[RING_LOST_TAKEN]);
  statistics->handed_on = ring_peek(&header->losses[RING_HANDED_ON]);
  statistics->dead_members = ring_peek(&header->dead_members);
  // The order counts every publication, also of who was killed before it could.
  if (ring->order == SJ_RING_ORDERED) statistics->publications = sj_ring_order_end(ring) - statistics->handed_on;
}

bool sj_ring_owner_read(const struct sj_ring *ring, uint32_t index, struct sj_ring_owner *owner) {
  if (index >= ring->member_count) return false;
  const struct ring_owner *place = &ring->owners[index];
  uint64_t word = ring_load(&place->word), since[RING_COUNTERS];
  for (int i = 0; i < RING_COUNTERS; i++) since[i] = ring_peek(&place->counters[i]) - ring_peek(&place->before[i]);
  uint64_t losses[RING_LOSSES];
  for (int i = 0; i < RING_LOSSES; i++) losses[i] = ring_peek(&place->losses[i]) - ring_peek(&place->losses_before[i]);
  *owner = (struct sj_ring_owner){.pid = ring_owner_pid(word),
                                  .joined = ring_owner_state(word) == RING_OWNER_JOINED,
                                  .died = ring_owner_state(word) == RING_OWNER_BURIED,
                                  .claims = since[RING_COUNT_CLAIMS],
                                  .publications = since[RING_COUNT_PUBLICATIONS],
                                  .takes = since[RING_COUNT_TAKES],
                                  .releases = since[RING_COUNT_RELEASES],
                                  .abandoned = since[RING_COUNT_ABANDONED],
                                  .lost_claimed = losses[RING_LOST_CLAIMED],
                                  .lost_taken = losses[RING_LOST_TAKEN],
                                  .handed_on = losses[RING_HANDED_ON]};
  return true;
}
