/* States as rows of small numbers, packed, each known by its number: in the order in which they were first met. */
#ifndef SJ_SOLVE_STATES_H
#define SJ_SOLVE_STATES_H

#include <stddef.h>
#include <stdint.h>

#include "sojourn/status.h"

/* Where one number of a state lies in its words. */
struct state_place {
  uint32_t word, shift, low;
  uint64_t mask;
};

struct states {
  size_t slots, words;
  struct state_place *places;
  size_t count, capacity;
  uint64_t *packed; /* [state * words] */
  uint32_t *table;  /* of hashes: state + 1, or 0 */
  size_t table_size;
};

/* Slot i holds numbers from low[i] to high[i]. Zeroed is cleared. */
void sj_states_create(struct states *states, size_t slots, const uint32_t *low, const uint32_t *high);
void sj_states_clear(struct states *states);
/* The number of the state, which is added if it is new. SJ_NO_MEMORY, or more than 2^32 - 2 of them. */
enum sj_status sj_states_number(struct states *states, const uint32_t *slots, size_t *number);
void sj_states_read(const struct states *states, size_t number, uint32_t *slots);
/* A number that tells states apart, and is the same in all spaces whose slots are. */
uint64_t sj_states_fingerprint(const struct states *states, size_t number);
/* What they take, tables included. */
double sj_states_bytes(const struct states *states);

#endif
