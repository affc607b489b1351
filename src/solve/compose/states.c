#include "solve/compose/states.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static uint32_t bits_of(uint32_t x) {
  uint32_t bits = 0;
  for (; x; x >>= 1) bits++;
  return bits;
}

void sj_states_create(struct states *states, size_t slots, const uint32_t *low, const uint32_t *high) {
  *states = (struct states){.slots = slots};
  states->places = sj_allocate_array(slots, sizeof *states->places);
  uint32_t word = 0, used = 0;
  for (size_t i = 0; i < slots; i++) {
    const uint32_t bits = bits_of(high[i] - low[i]);
    if (used + bits > 64) {
      word++;
      used = 0;
    }
    states->places[i] = (struct state_place){word, used % 64, low[i], (UINT64_C(1) << bits) - 1};
    if (bits == 0) states->places[i].shift = 0;
    used += bits;
  }
  states->words = (size_t)word + 1;
}

void sj_states_clear(struct states *states) {
  free(states->places);
  free(states->packed);
  free(states->table);
  *states = (struct states){0};
}

/* The finalizer of MurmurHash3 over the words. */
static uint64_t hash(const uint64_t *words, size_t count) {
  uint64_t h = UINT64_C(0x9e3779b97f4a7c15);
  for (size_t i = 0; i < count; i++) {
    h ^= words[i];
    h = (h ^ h >> 33) * UINT64_C(0xff51afd7ed558ccd);
    h = (h ^ h >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    h ^= h >> 33;
  }
  return h;
}

static enum sj_status grow_table(struct states *states) {
  const size_t size = states->table_size ? 2 * states->table_size : 1024;
  uint32_t *const table = calloc(size, sizeof *table);
  if (!table) return SJ_NO_MEMORY;
  for (size_t n = 0; n < states->count; n++) {
    size_t place = hash(states->packed + n * states->words, states->words) & (size - 1);
    while (table[place]) place = (place + 1) & (size - 1);
    table[place] = (uint32_t)n + 1;
  }
  free(states->table);
  states->table = table;
  states->table_size = size;
  return SJ_OK;
}

static enum sj_status make_room(struct states *states) {
  if (states->count >= UINT32_MAX - 1) return SJ_NO_MEMORY;
  if (4 * (states->count + 1) > 3 * states->table_size && grow_table(states) != SJ_OK) return SJ_NO_MEMORY;
  if (states->count < states->capacity) return SJ_OK;
  const size_t capacity = states->capacity + states->capacity / 2 + 256;
  uint64_t *const packed = reallocarray(states->packed, capacity * states->words, sizeof *packed);
  if (!packed) return SJ_NO_MEMORY;
  states->packed = packed;
  states->capacity = capacity;
  return SJ_OK;
}

enum sj_status sj_states_number(struct states *states, const uint32_t *slots, size_t *number) {
  if (make_room(states) != SJ_OK) return SJ_NO_MEMORY;
  uint64_t *const words = states->packed + states->count * states->words;
  memset(words, 0, states->words * sizeof *words);
  for (size_t i = 0; i < states->slots; i++) {
    const struct state_place *const place = &states->places[i];
    const uint64_t value = slots[i] - place->low;
    assert(value <= place->mask);
    words[place->word] |= value << place->shift;
  }
  size_t at = hash(words, states->words) & (states->table_size - 1);
  for (; states->table[at]; at = (at + 1) & (states->table_size - 1)) {
    *number = states->table[at] - 1;
    if (memcmp(states->packed + *number * states->words, words, states->words * sizeof *words) == 0) return SJ_OK;
  }
  *number = states->count++;
  states->table[at] = (uint32_t)states->count;
  return SJ_OK;
}

void sj_states_read(const struct states *states, size_t number, uint32_t *slots) {
  const uint64_t *const words = states->packed + number * states->words;
  for (size_t i = 0; i < states->slots; i++) {
    const struct state_place *const place = &states->places[i];
    slots[i] = place->low + (uint32_t)(words[place->word] >> place->shift & place->mask);
  }
}

uint64_t sj_states_fingerprint(const struct states *states, size_t number) {
  return hash(states->packed + number * states->words, states->words);
}

double sj_states_bytes(const struct states *states) {
  return (double)states->capacity * (double)states->words * sizeof *states->packed +
         (double)states->table_size * sizeof *states->table;
}
