#include <string.h>

#include "measure/ring_order.h"
#include "measure/ring_slots.h"
#include "measure/ring_system.h"
#include "measure/ring_wait.h"

static void describe(const struct sj_ring_member *member, uint32_t slot, uint64_t word,
                     struct sj_ring_message *message) {
  const struct sj_ring *ring = member->ring;
  message->data = ring_payload(ring, slot);
  message->capacity = ring->layout.stride;
  message->handle =
      (struct sj_ring_handle){.ring = ring->header->identity, .slot = slot, .generation = ring_word_generation(word)};
}

/* Whether the member holds the message's slot, in `state`. */
static bool holds(const struct sj_ring_member *member, const struct sj_ring_message *message, enum ring_state state) {
  const struct sj_ring *ring = member->ring;
  return message->handle.slot < ring->slot_count && message->handle.ring == ring->header->identity &&
         ring_load(&ring->slots[message->handle.slot].word) ==
             ring_word(state, member->index, message->handle.generation);
}

static bool attempt_claim(struct sj_ring_member *member, struct sj_ring_message *message) {
  uint32_t slot;
  uint64_t word;
  if (!sj_ring_slots_claim(member->ring, member->index, &slot, &word)) return false;
  ring_put(&member->ring->slots[slot].claimed_ns, sj_ring_system_now());
  ring_member_count(member, RING_COUNT_CLAIMS, 1);
  describe(member, slot, word, message);
  message->bytes = 0;
  return true;
}

enum sj_ring_result sj_ring_claim(struct sj_ring_member *member, int64_t timeout_ns, struct sj_ring_message *message) {
  if (attempt_claim(member, message)) return SJ_RING_OK;
  return sj_ring_wait_for(member, RING_EVENT_RELEASED, timeout_ns, attempt_claim, message) ? SJ_RING_OK
                                                                                           : SJ_RING_TIMEOUT;
}

enum sj_ring_result sj_ring_publish(struct sj_ring_member *member, struct sj_ring_message *message) {
  struct sj_ring *ring = member->ring;
  if (!holds(member, message, RING_CLAIMED) || message->bytes > ring->layout.stride) return SJ_RING_MISUSED;
  uint32_t index = message->handle.slot;
  struct ring_slot *slot = &ring->slots[index];
  uint64_t claimed = ring_word(RING_CLAIMED, member->index, message->handle.generation);
  uint64_t published = ring_word(RING_PUBLISHED, member->index, message->handle.generation);
  message->handle.bytes = message->bytes;
  ring_put(&slot->bytes, message->bytes);
  if (ring->order == SJ_RING_BY_HANDLE) {
    message->handle.sequence = ring_next(&ring->header->tail);
    ring_put(&slot->sequence, message->handle.sequence);
  }
  if (!ring_swap(&slot->word, claimed, published)) return SJ_RING_MISUSED;
  if (ring->order == SJ_RING_ORDERED) {
    message->handle.sequence = sj_ring_order_add(ring, index);
    sj_ring_wake(member, RING_EVENT_PUBLISHED);
  }
  ring_member_count(member, RING_COUNT_PUBLICATIONS, 1);
  return SJ_RING_OK;
}

static enum sj_ring_result give_back(struct sj_ring_member *member, const struct sj_ring_message *message,
                                     enum ring_state state, enum ring_counter counter) {
  if (!holds(member, message, state)) return SJ_RING_MISUSED;
  uint64_t word = ring_word(state, member->index, message->handle.generation);
  if (!sj_ring_slots_free(member->ring, member->owner, message->handle.slot, word)) return SJ_RING_MISUSED;
  ring_member_count(member, counter, 1);
  sj_ring_wake(member, RING_EVENT_RELEASED);
  return SJ_RING_OK;
}

enum sj_ring_result sj_ring_abandon(struct sj_ring_member *member, const struct sj_ring_message *message) {
  return give_back(member, message, RING_CLAIMED, RING_COUNT_ABANDONED);
}

enum sj_ring_result sj_ring_release(struct sj_ring_member *member, const struct sj_ring_message *message) {
  return give_back(member, message, RING_TAKEN, RING_COUNT_RELEASES);
}

/* Another process may have written anything into a slot; a size beyond it must not lead its reader out of it. */
static uint64_t believable(const struct sj_ring *ring, uint64_t bytes) {
  return bytes < ring->layout.stride ? bytes : ring->layout.stride;
}

static void describe_taken(struct sj_ring_member *member, uint32_t slot, uint64_t word, uint64_t sequence,
                           struct sj_ring_message *message) {
  describe(member, slot, word, message);
  message->bytes = believable(member->ring, ring_peek(&member->ring->slots[slot].bytes));
  message->handle.bytes = message->bytes;
  message->handle.sequence = sequence;
  ring_member_count(member, RING_COUNT_TAKES, 1);
}

static bool attempt_take(struct sj_ring_member *member, struct sj_ring_message *message) {
  uint32_t slot;
  uint64_t word, position;
  if (!sj_ring_order_take(member->ring, member->index, &slot, &word, &position)) return false;
  describe_taken(member, slot, word, position, message);
  return true;
}

enum sj_ring_result sj_ring_take(struct sj_ring_member *member, int64_t timeout_ns, struct sj_ring_message *message) {
  if (member->ring->order != SJ_RING_ORDERED) return SJ_RING_MISUSED;
  if (attempt_take(member, message)) return SJ_RING_OK;
  return sj_ring_wait_for(member, RING_EVENT_PUBLISHED, timeout_ns, attempt_take, message) ? SJ_RING_OK
                                                                                           : SJ_RING_TIMEOUT;
}

enum sj_ring_result sj_ring_take_handle(struct sj_ring_member *member, const struct sj_ring_handle *handle,
                                        struct sj_ring_message *message) {
  struct sj_ring *ring = member->ring;
  if (ring->order != SJ_RING_BY_HANDLE) return SJ_RING_MISUSED;
  if (handle->ring != ring->header->identity) return SJ_RING_STALE;
  if (handle->slot >= ring->slot_count || handle->generation == 0) return SJ_RING_FORGED;
  struct ring_slot *slot = &ring->slots[handle->slot];
  uint64_t word = ring_load(&slot->word);
  enum ring_state state = ring_word_state(word);
  if (handle->generation > ring_word_generation(word)) return SJ_RING_FORGED;
  if (handle->generation < ring_word_generation(word) || state == RING_FREE || state == RING_TAKEN)
    return SJ_RING_STALE;
  // Read before the swap, which fails if they have changed since.
  if (state == RING_CLAIMED || ring_peek(&slot->bytes) != handle->bytes ||
      ring_peek(&slot->sequence) != handle->sequence)
    return SJ_RING_FORGED;
  uint64_t taken = ring_word(RING_TAKEN, member->index, handle->generation);
  // A reclaim may have made the message an orphan meanwhile, which changes its word but not who may take it.
  while (!ring_swap(&slot->word, word, taken)) {
    word = ring_load(&slot->word);
    if (ring_word_state(word) != RING_PUBLISHED || ring_word_generation(word) != handle->generation)
      return SJ_RING_STALE;
  }
  describe_taken(member, handle->slot, taken, handle->sequence, message);
  return SJ_RING_OK;
}

enum sj_ring_result sj_ring_revoke(struct sj_ring_member *member, const struct sj_ring_handle *handle) {
  struct sj_ring_message message;
  enum sj_ring_result result = sj_ring_take_handle(member, handle, &message);
  if (result == SJ_RING_OK) result = give_back(member, &message, RING_TAKEN, RING_COUNT_LOST_PUBLISHED);
  return result;
}

uint32_t sj_ring_expire(struct sj_ring_member *member, int64_t age_ns, bool orphans_only) {
  struct sj_ring *ring = member->ring;
  if (ring->order != SJ_RING_BY_HANDLE) return 0;
  uint32_t expired = 0;
  for (uint32_t i = 0; i < ring->slot_count; i++) {
    struct ring_slot *slot = &ring->slots[i];
    uint64_t word = ring_load(&slot->word);
    struct sj_ring_handle handle = {ring->header->identity, i, ring_word_generation(word), ring_peek(&slot->sequence),
                                    ring_peek(&slot->bytes)};
    int64_t age = (int64_t)(sj_ring_system_now() - ring_peek(&slot->claimed_ns));
    if (ring_word_state(word) != RING_PUBLISHED || age < age_ns) continue;
    if (orphans_only && ring_word_owner(word) != RING_NOBODY) continue;
    if (sj_ring_revoke(member, &handle) == SJ_RING_OK) expired++;
  }
  return expired;
}
