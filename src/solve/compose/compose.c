#include "solve/compose.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "solve/compose/composed.h"
#include "solve/compose/states.h"
#include "solve/compose/walk.h"

/* An exploration: states are numbered as they are met, and left in that order. */
struct explorer {
  const struct network *network;
  const struct sj_space_options *options;
  struct sj_space *space;
  struct sj_error *error;
  struct states states;
  struct walk walk;
  struct clocks clocks;
  uint32_t *slots; /* of the state that is left */
  struct level *levels;
  uint32_t *spare; /* room for one member */
  uint32_t *to;    /* the row being made */
  double *rate;
  size_t row, row_capacity, begin_capacity;
  struct sj_composed *composed;
};

static enum sj_status out_of_memory(const struct explorer *e) {
  return sj_error_set(e->error, SJ_NO_MEMORY, "out of memory: the chain has more than %zu states", e->states.count);
}

/* ---- states ---- */

static int compare_members(const uint32_t *a, const uint32_t *b, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

/* Members that may be exchanged stand in order: one state for all their permutations. */
static void sort_members(const struct explorer *e, const struct part *part, uint32_t *slots) {
  const size_t stride = part->member_stride, bytes = stride * sizeof *slots;
  uint32_t *const first = slots + part->member_slots;
  for (uint32_t m = 1; m < part->members; m++) {
    uint32_t place = m;
    memcpy(e->spare, first + m * stride, bytes);
    while (place > 0 && compare_members(e->spare, first + (place - 1) * stride, stride) > 0) {
      memcpy(first + place * stride, first + (place - 1) * stride, bytes);
      place--;
    }
    memcpy(first + place * stride, e->spare, bytes);
  }
}

static enum sj_status number_state(struct explorer *e, uint32_t *slots, size_t *number) {
  for (size_t i = 0; i < e->network->model->server_count; i++) {
    const struct part *const part = &e->network->parts[i];
    if (part->members > 1 && !part->asymmetric) sort_members(e, part, slots);
  }
  return sj_states_number(&e->states, slots, number) == SJ_OK ? SJ_OK : out_of_memory(e);
}

/* ---- rows ---- */

static void add_to_row(struct explorer *e, uint32_t to, double rate) {
  size_t place = e->row;
  while (place > 0 && e->to[place - 1] >= to) place--;
  if (place < e->row && e->to[place] == to) {
    e->rate[place] += rate;
    return;
  }
  if (e->row == e->row_capacity) {
    e->row_capacity = 2 * e->row_capacity + 64;
    e->to = sj_reallocate_array(e->to, e->row_capacity, sizeof *e->to);
    e->rate = sj_reallocate_array(e->rate, e->row_capacity, sizeof *e->rate);
  }
  memmove(e->to + place + 1, e->to + place, (e->row - place) * sizeof *e->to);
  memmove(e->rate + place + 1, e->rate + place, (e->row - place) * sizeof *e->rate);
  e->to[place] = to;
  e->rate[place] = rate;
  e->row++;
}

static enum sj_status make_room(struct explorer *e) {
  struct sj_chain *const chain = &e->space->chain;
  if (chain->count + 2 > e->begin_capacity) {
    e->begin_capacity += e->begin_capacity / 2 + 256;
    size_t *const begin = reallocarray(chain->begin, e->begin_capacity, sizeof *begin);
    if (!begin) return SJ_NO_MEMORY;
    if (!chain->begin) begin[0] = 0;
    chain->begin = begin;
  }
  if (chain->end + e->row <= chain->capacity) return SJ_OK;
  const size_t capacity = chain->end + e->row + (chain->end + e->row) / 2 + 256;
  uint32_t *const to = reallocarray(chain->to, capacity, sizeof *to);
  if (to) chain->to = to;
  double *const rate = reallocarray(chain->rate, capacity, sizeof *rate);
  if (rate) chain->rate = rate;
  if (!to || !rate) return SJ_NO_MEMORY;
  chain->capacity = capacity;
  return SJ_OK;
}

static enum sj_status end_row(struct explorer *e) {
  if (make_room(e) != SJ_OK) return out_of_memory(e);
  struct sj_chain *const chain = &e->space->chain;
  if (e->row) {
    memcpy(chain->to + chain->end, e->to, e->row * sizeof *e->to);
    memcpy(chain->rate + chain->end, e->rate, e->row * sizeof *e->rate);
  }
  chain->end += e->row;
  chain->begin[++chain->count] = chain->end;
  chain->rows = chain->count;
  e->row = 0;
  return SJ_OK;
}

static double bytes_so_far(const struct explorer *e) {
  const struct sj_chain *const chain = &e->space->chain;
  return sj_states_bytes(&e->states) + sj_composed_bytes(e->composed) +
         (double)e->begin_capacity * sizeof *chain->begin +
         (double)chain->capacity * (sizeof *chain->to + sizeof *chain->rate);
}

static enum sj_status check_size(const struct explorer *e) {
  const double bytes = bytes_so_far(e);
  char taken[32], most[32];
  if (bytes <= e->options->most_bytes) return SJ_OK;
  return sj_error_set(e->error, SJ_NO_MEMORY,
                      "the chain has more than %zu states: those found so far, %zu of them with their transitions, "
                      "take %s, more than the %s that it may",
                      e->states.count, e->space->chain.count, sj_bytes_text(bytes, taken),
                      sj_bytes_text(e->options->most_bytes, most));
}

/* ---- exploring ---- */

static enum sj_status endless(const struct explorer *e) {
  return sj_error_set(e->error, SJ_INVALID,
                      "%s:1: something happens again and again at one instant: a client without think time whose "
                      "requests are refused?",
                      e->network->model->file);
}

static enum sj_status follow(struct explorer *e, const struct clock *clock) {
  struct walk *const walk = &e->walk;
  sj_walk_start(walk);
  do {
    sj_walk_begin(walk, e->slots, e->levels);
    sj_clock_happen(walk, clock);
    if (walk->endless) return endless(e);
    const double rate = clock->rate * walk->probability;
    size_t to = 0;
    sj_composed_count(e->composed, walk, clock, rate);
    const enum sj_status status = number_state(e, walk->slots, &to);
    if (status != SJ_OK) return status;
    if (to != e->space->chain.count) add_to_row(e, (uint32_t)to, rate);
  } while (sj_walk_again(walk));
  return SJ_OK;
}

static enum sj_status leave_state(struct explorer *e) {
  sj_states_read(&e->states, e->space->chain.count, e->slots);
  sj_walk_levels(&e->walk, e->slots, e->levels);
  if (sj_composed_begin_state(e->composed, e->network, &e->walk, e->slots, e->levels) != SJ_OK) return out_of_memory(e);
  sj_clocks_find(e->network, e->slots, e->levels, &e->clocks);
  enum sj_status status = SJ_OK;
  for (size_t i = 0; i < e->clocks.count && status == SJ_OK; i++) status = follow(e, &e->clocks.all[i]);
  if (status == SJ_OK) status = end_row(e);
  return status == SJ_OK ? check_size(e) : status;
}

/* The phase in which most begin. */
static uint32_t likeliest_start(const struct sj_phases *phases) {
  uint32_t best = 0;
  for (size_t i = 1; i < phases->count; i++)
    if (phases->start[i] > phases->start[best]) best = (uint32_t)i;
  return best;
}

/* Nothing anywhere: intervals and thoughts have just begun, buckets are full. */
static void empty_state(const struct network *network, uint32_t *slots) {
  for (size_t i = 0; i < network->slot_count; i++) slots[i] = network->slots[i].low;
  for (size_t s = 0; s < network->source_count; s++) {
    const struct source *const source = &network->sources[s];
    if (source->phases.at_once < 1) slots[source->first_phase + likeliest_start(&source->phases)] = source->copies;
  }
  for (size_t i = 0; i < network->model->server_count; i++) {
    const struct part *const part = &network->parts[i];
    for (size_t a = 0; a < part->spec->admission_count; a++)
      for (uint32_t m = 0; m < part->members && part->buckets[a]; m++)
        slots[part->buckets[a][m]] = network->slots[part->buckets[a][m]].high;
  }
}

/* The states after everybody who does not think has made a request. */
static enum sj_status begin_from(struct explorer *e) {
  struct walk *const walk = &e->walk;
  sj_walk_levels(walk, e->slots, e->levels);
  sj_walk_start(walk);
  do {
    sj_walk_begin(walk, e->slots, e->levels);
    for (uint32_t s = 0; s < e->network->source_count; s++) {
      const struct source *const source = &e->network->sources[s];
      for (uint32_t i = 0; source->closed && source->phases.at_once >= 1 && i < source->copies; i++)
        sj_walk_later(walk, DUE_THOUGHT)->member = s;
    }
    sj_walk_finish(walk);
    if (walk->endless) return endless(e);
    size_t number;
    const enum sj_status status = number_state(e, walk->slots, &number);
    if (status != SJ_OK) return status;
  } while (sj_walk_again(walk));
  return SJ_OK;
}

/* From the empty state; and with a modulated source in each of its phases, in case they are not all reached. */
static enum sj_status begin(struct explorer *e) {
  empty_state(e->network, e->slots);
  enum sj_status status = begin_from(e);
  for (size_t s = 0; s < e->network->source_count && status == SJ_OK; s++) {
    const struct source *const source = &e->network->sources[s];
    for (size_t i = 1; source->modulated && i < source->phases.count && status == SJ_OK; i++) {
      empty_state(e->network, e->slots);
      e->slots[source->first_phase] = 0;
      e->slots[source->first_phase + i] = source->copies;
      status = begin_from(e);
    }
  }
  return status;
}

static void create_explorer(struct explorer *e) {
  const struct network *const network = e->network;
  uint32_t *const low = sj_allocate_array(2 * network->slot_count, sizeof *low), *const high =
                                                                                     low + network->slot_count;
  for (size_t i = 0; i < network->slot_count; i++) {
    low[i] = network->slots[i].low;
    high[i] = network->slots[i].high;
  }
  sj_states_create(&e->states, network->slot_count, low, high);
  free(low);
  sj_walk_create(&e->walk, network);
  e->slots = sj_allocate_array(2 * network->slot_count, sizeof *e->slots);
  e->spare = e->slots + network->slot_count;
  e->levels = sj_allocate_array(network->level_count, sizeof *e->levels);
  e->composed = sj_composed_create(network, e->space);
}

static void clear_explorer(struct explorer *e) {
  sj_states_clear(&e->states);
  sj_walk_clear(&e->walk);
  free(e->clocks.all);
  free(e->slots);
  free(e->levels);
  free(e->to);
  free(e->rate);
}

static enum sj_status explore(const struct network *network, const struct sj_space_options *options,
                              struct sj_space *space, struct sj_error *error) {
  struct explorer e = {.network = network, .options = options, .space = space, .error = error};
  create_explorer(&e);
  enum sj_status status = begin(&e);
  while (status == SJ_OK && space->chain.count < e.states.count) status = leave_state(&e);
  if (status == SJ_OK && sj_composed_finish(space, &e.states) != SJ_OK) status = out_of_memory(&e);
  clear_explorer(&e);
  return status;
}

enum sj_status sj_space_compose(const struct sj_model *model, const struct sj_space_options *options,
                                struct sj_space *space, struct sj_error *error) {
  struct network network;
  space->kind = SJ_SPACE_EXACT;
  enum sj_status status = sj_network_create(model, options, space, &network, error);
  if (status == SJ_OK) status = explore(&network, options, space, error);
  sj_network_clear(&network);
  return status;
}
