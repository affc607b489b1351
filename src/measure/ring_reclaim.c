#include "measure/ring_reclaim.h"

#include <string.h>

#include "measure/ring_order.h"
#include "measure/ring_slots.h"
#include "measure/ring_system.h"
#include "measure/ring_wait.h"

/* Counts a loss and makes the step it counts, so that both happen or none, whoever is killed. The slot's word is of a
 * dead owner: only who holds the lock changes it. */
static void count_and_step(struct sj_ring *ring, enum ring_loss loss, uint32_t slot, uint64_t from, uint64_t to) {
  struct ring_journal *journal = &ring->header->journal;
  struct ring_owner *owner = &ring->owners[ring_word_owner(from)];
  ring_put(&journal->slot, slot);
  ring_put(&journal->from, from);
  ring_put(&journal->loss, (uint64_t)loss);
  ring_put(&journal->owner, ring_word_owner(from));
  ring_put(&journal->total_after, ring_peek(&ring->header->losses[loss]) + 1);
  ring_put(&journal->owner_after, ring_peek(&owner->losses[loss]) + 1);
  ring_store(&journal->valid, 1);
  ring_swap(&ring->slots[slot].word, from, to);
  ring_store(&ring->header->losses[loss], ring_peek(&journal->total_after));
  ring_store(&owner->losses[loss], ring_peek(&journal->owner_after));
  ring_store(&journal->valid, 0);
}

/* The last holder was killed in count_and_step: if its step was made, counts it. */
static void recover_count(struct sj_ring *ring) {
  struct ring_journal *journal = &ring->header->journal;
  if (ring_load(&journal->valid) == 0) return;
  uint64_t slot = ring_peek(&journal->slot), loss = ring_peek(&journal->loss), owner = ring_peek(&journal->owner);
  if (slot < ring->slot_count && loss < RING_LOSSES && owner < ring->member_count &&
      ring_load(&ring->slots[slot].word) != ring_peek(&journal->from)) {
    ring_store(&ring->header->losses[loss], ring_peek(&journal->total_after));
    ring_store(&ring->owners[owner].losses[loss], ring_peek(&journal->owner_after));
  }
  ring_store(&journal->valid, 0);
}

/* `*inherited`: from one who was killed with it. */
static bool lock(struct sj_ring *ring, uint64_t self, bool *inherited) {
  uint64_t holder = ring_load(&ring->header->lock);
  if (holder != 0 && sj_ring_system_alive(holder)) return false;
  if (!ring_swap(&ring->header->lock, holder, self)) return false;
  recover_count(ring);
  *inherited = holder != 0;
  return true;
}

static void free_counted(struct sj_ring *ring, enum ring_loss loss, uint32_t slot, uint64_t word) {
  uint64_t used = sj_ring_slots_end_use(ring, slot);
  count_and_step(ring, loss, slot, word, ring_word(RING_FREE, 0, ring_word_generation(word)));
  ring_set_bits(&ring->free_bits[slot / 64], UINT64_C(1) << slot % 64);
  ring_count(&ring->owners[ring_word_owner(word)].counters[RING_COUNT_IN_USE_NS], used);
}

/* A published message whose publisher died may be in the order, or not yet. If the word is still the same after the
 * search, nobody took it meanwhile, so that an entry would have been found. */
static void restore_order(struct sj_ring *ring, uint32_t slot, uint64_t word) {
  if (!sj_ring_order_has(ring, slot) && ring_load(&ring->slots[slot].word) == word) sj_ring_order_add(ring, slot);
}

static void bury_slot(struct sj_ring *ring, uint32_t slot, uint64_t word, struct sj_ring_loss *loss) {
  uint64_t generation = ring_word_generation(word), orphan = ring_word(RING_PUBLISHED, RING_NOBODY, generation);
  switch (ring_word_state(word)) {
    case RING_CLAIMED:
      free_counted(ring, RING_LOST_CLAIMED, slot, word);
      loss->claimed++;
      break;
    case RING_TAKEN:
      if (ring->hand_on) {
        count_and_step(ring, RING_HANDED_ON, slot, word, orphan);
        loss->handed_on++;
      } else {
        free_counted(ring, RING_LOST_TAKEN, slot, word);
        loss->taken++;
      }
      break;
    case RING_PUBLISHED:
      if (ring_swap(&ring->slots[slot].word, word, orphan)) loss->orphaned++;
      break;
    case RING_FREE:
      break;
  }
}

static void bury_owner(struct sj_ring *ring, uint32_t index, struct sj_ring_loss *loss) {
  struct ring_owner *owner = &ring->owners[index];
  uint64_t dead = ring_load(&owner->word);
  // An entry that it had not emptied yet would be mistaken for the slot's next message.
  if (ring->order == SJ_RING_ORDERED) sj_ring_order_empty_taken(ring, index);
  for (uint32_t slot = 0; slot < ring->slot_count; slot++) {
    uint64_t word = ring_load(&ring->slots[slot].word);
    if (ring_word_state(word) != RING_FREE && ring_word_owner(word) == index) bury_slot(ring, slot, word, loss);
  }
  sj_ring_forget_sleeper(ring, index);
  ring_put(&owner->used, ring_next(&ring->header->uses) + 1);
  loss->members++;
  ring_count(&ring->header->dead_members, 1);
  ring_store(&owner->word, ring_owner_with(dead, RING_OWNER_BURIED));
}

static bool found_dead(struct sj_ring *ring, uint32_t index, uint64_t self) {
  uint64_t word = ring_load(&ring->owners[index].word);
  if (ring_owner_state(word) == RING_OWNER_DEAD) return true;
  if (ring_owner_state(word) != RING_OWNER_JOINED || word == self || sj_ring_system_alive(word)) return false;
  return ring_swap(&ring->owners[index].word, word, ring_owner_with(word, RING_OWNER_DEAD));
}

/* Puts the orphans in the order that are not: those just handed on, those whose publisher was killed before he could,
 * and those that one who reclaimed left so when he was killed. */
static void restore_orphans(struct sj_ring *ring) {
  if (ring->order != SJ_RING_ORDERED) return;
  uint64_t seen[SJ_RING_SLOTS_MAX / 64] = {0};
  sj_ring_order_mark(ring, seen);
  for (uint32_t slot = 0; slot < ring->slot_count; slot++) {
    uint64_t word = ring_load(&ring->slots[slot].word);
    // An entry seen and then emptied was of a message taken: that slot is no orphan now, as only this call makes them.
    bool orphan = ring_word_state(word) == RING_PUBLISHED && ring_word_owner(word) == RING_NOBODY;
    if (orphan && (seen[slot / 64] >> slot % 64 & 1) == 0) restore_order(ring, slot, word);
  }
}

void sj_ring_bury(struct sj_ring *ring, uint64_t self, struct sj_ring_loss *loss) {
  struct sj_ring_loss found = {0};
  bool inherited;
  if (lock(ring, self, &inherited)) {
    for (uint32_t i = 0; i < ring->member_count; i++)
      if (found_dead(ring, i, self)) bury_owner(ring, i, &found);
    if (found.members > 0 || inherited) restore_orphans(ring);
    sj_ring_slots_find(ring);
    ring_store(&ring->header->lock, 0);
  }
  if (found.members > 0) sj_ring_count_parties(ring);
  if (loss) *loss = found;
}

void sj_ring_count_parties(struct sj_ring *ring) {
  uint64_t joined = 0;
  for (uint32_t i = 0; i < ring->member_count; i++)
    if (ring_owner_state(ring_load(&ring->owners[i].word)) == RING_OWNER_JOINED) joined++;
  ring_put(&ring->header->parties, joined);
}

void sj_ring_reclaim(struct sj_ring_member *member, struct sj_ring_loss *loss) {
  struct sj_ring_loss found;
  sj_ring_bury(member->ring, member->word, &found);
  for (uint32_t i = 0; i < found.claimed + found.taken; i++) sj_ring_wake(member, RING_EVENT_RELEASED);
  for (uint32_t i = 0; i < found.handed_on + found.orphaned; i++) sj_ring_wake(member, RING_EVENT_PUBLISHED);
  if (loss) *loss = found;
}
