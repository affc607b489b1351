#include <sched.h>
#include <stdlib.h>

#include "measure/ring_reclaim.h"
#include "measure/ring_slots.h"
#include "measure/ring_system.h"
#include "measure/ring_wait.h"

static uint32_t available_cores(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return (uint32_t)CPU_COUNT(&set);
}

/* The free place that was left longest ago, or RING_NOBODY. */
static uint32_t oldest_place(struct sj_ring *ring, uint64_t *word) {
  uint32_t oldest = RING_NOBODY;
  uint64_t used = UINT64_MAX;
  for (uint32_t i = 0; i < ring->member_count; i++) {
    uint64_t found = ring_load(&ring->owners[i].word), last = ring_peek(&ring->owners[i].used);
    enum ring_owner_state state = ring_owner_state(found);
    if ((state != RING_OWNER_LEFT && state != RING_OWNER_BURIED) || last >= used) continue;
    oldest = i;
    used = last;
    *word = found;
  }
  return oldest;
}

/* Takes a place: its word becomes `*word`. */
static uint32_t take_place(struct sj_ring *ring, uint64_t self, uint64_t *word) {
  for (;;) {
    uint64_t found = 0;
    uint32_t place = oldest_place(ring, &found);
    if (place == RING_NOBODY) return place;
    uint64_t turn = ((found >> 2) + 1) & 0xff;
    *word = self | turn << 2 | RING_OWNER_JOINED;
    if (ring_swap(&ring->owners[place].word, found, *word)) return place;
  }
}

static void begin_counts(struct ring_owner *owner) {
  for (int i = 0; i < RING_COUNTERS; i++) ring_put(&owner->before[i], ring_peek(&owner->counters[i]));
  for (int i = 0; i < RING_LOSSES; i++) ring_put(&owner->losses_before[i], ring_peek(&owner->losses[i]));
}

enum sj_status sj_ring_join(struct sj_ring *ring, struct sj_ring_member **member, struct sj_error *error) {
  struct sj_ring_member *made = calloc(1, sizeof *made);
  if (!made) return sj_error_set(error, SJ_NO_MEMORY, "no memory for a member of a ring");
  uint64_t self = sj_ring_system_self();
  made->ring = ring;
  made->index = take_place(ring, self, &made->word);
  if (made->index == RING_NOBODY) {
    // Places of the dead may be had. This process is no member, but may do what one does as the lock knows processes.
    made->word = ring_owner_with(self, RING_OWNER_JOINED);
    sj_ring_bury(ring, made->word, NULL);
    made->index = take_place(ring, self, &made->word);
  }
  if (made->index == RING_NOBODY) {
    free(made);
    return sj_error_set(error, SJ_FAILED, "the ring has %u members already", ring->member_count);
  }
  made->owner = &ring->owners[made->index];
  begin_counts(made->owner);
  made->wait = (enum sj_ring_wait)ring->header->wait;
  made->cores = available_cores();
  for (int i = 0; i < RING_EVENTS; i++) made->spin_ns[i] = 20000;
  sj_ring_count_parties(ring);
  *member = made;
  return SJ_OK;
}

static void give_all_back(struct sj_ring_member *member) {
  struct sj_ring *ring = member->ring;
  for (uint32_t i = 0; i < ring->slot_count; i++) {
    uint64_t word = ring_load(&ring->slots[i].word);
    enum ring_state state = ring_word_state(word);
    if (ring_word_owner(word) != member->index || (state != RING_CLAIMED && state != RING_TAKEN)) continue;
    if (!sj_ring_slots_free(ring, member->owner, i, word)) continue;
    ring_member_count(member, state == RING_CLAIMED ? RING_COUNT_ABANDONED : RING_COUNT_RELEASES, 1);
    sj_ring_wake(member, RING_EVENT_RELEASED);
  }
}

void sj_ring_leave(struct sj_ring_member *member) {
  if (!member) return;
  struct sj_ring *ring = member->ring;
  give_all_back(member);
  ring_put(&member->owner->used, ring_next(&ring->header->uses) + 1);
  ring_swap(&member->owner->word, member->word, ring_owner_with(member->word, RING_OWNER_LEFT));
  sj_ring_count_parties(ring);
  free(member);
}
