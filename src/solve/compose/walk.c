#include "solve/compose/walk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static size_t most_alternatives(const struct network *network) {
  size_t most = 2;
  for (size_t i = 0; i < network->model->server_count; i++) {
    const struct part *const part = &network->parts[i];
    if (part->members > most) most = part->members;
    if (part->kind_count > most) most = part->kind_count;
    for (size_t s = 0; s < part->service_count; s++)
      if (part->services[s].phases.count + 1 > most) most = part->services[s].phases.count + 1;
  }
  for (size_t s = 0; s < network->source_count; s++) {
    const struct source *const source = &network->sources[s];
    if (source->phases.count + 1 > most) most = source->phases.count + 1;
    if (source->client->call.target_count > most) most = source->client->call.target_count;
  }
  for (size_t i = 0; i < network->paused_count; i++)
    for (size_t j = 0; j < network->paused[i]->pauses.count; j++)
      if (network->paused[i]->pauses.laws[j].count + 1 > most) most = network->paused[i]->pauses.laws[j].count + 1;
  for (size_t k = 0; k < network->kind_count; k++) {
    const struct kind *const kind = &network->kinds[k];
    for (size_t c = 0; c < kind->way_count; c++)
      if (kind->ways[c]->call->target_count > most) most = kind->ways[c]->call->target_count;
  }
  return most;
}

void sj_walk_create(struct walk *walk, const struct network *network) {
  const size_t parts = network->model->server_count, sources = network->source_count;
  *walk = (struct walk){.network = network, .count_count = 3 * parts + 3 * sources};
  walk->slots = sj_allocate_array(network->slot_count, sizeof *walk->slots);
  walk->levels = sj_allocate_array(network->level_count, sizeof *walk->levels);
  walk->waiting = sj_allocate_array(2 * network->token_count, sizeof *walk->waiting);
  walk->calling = walk->waiting + network->token_count;
  walk->counts = sj_allocate_array(walk->count_count, sizeof *walk->counts);
  walk->tally.completions = walk->counts;
  walk->tally.failures = walk->tally.completions + parts;
  walk->tally.lost = walk->tally.failures + parts;
  walk->tally.arrived = walk->tally.lost + parts;
  walk->tally.answered = walk->tally.arrived + sources;
  walk->tally.failed = walk->tally.answered + sources;
  walk->weights = sj_allocate_array(2 * most_alternatives(network), sizeof *walk->weights);
}

void sj_walk_clear(struct walk *walk) {
  free(walk->slots);
  free(walk->levels);
  free(walk->waiting);
  free(walk->script);
  free(walk->queue);
  free(walk->counts);
  free(walk->weights);
  *walk = (struct walk){0};
}

void sj_walk_start(struct walk *walk) { walk->length = 0; }

void sj_walk_begin(struct walk *walk, const uint32_t *slots, const struct level *levels) {
  memcpy(walk->slots, slots, walk->network->slot_count * sizeof *slots);
  memcpy(walk->levels, levels, walk->network->level_count * sizeof *levels);
  memset(walk->counts, 0, walk->count_count * sizeof *walk->counts);
  walk->depth = walk->queue_first = walk->queue_end = walk->steps = 0;
  walk->probability = 1;
}

bool sj_walk_again(struct walk *walk) {
  assert(walk->depth == walk->length || walk->endless);
  while (walk->length > 0) {
    struct choice *const last = &walk->script[walk->length - 1];
    if (last->other != NONE) {
      last->chosen = last->other;
      return !walk->endless;
    }
    walk->length--;
  }
  return false;
}

/* The next that can be chosen from `from` on. */
static uint32_t possible(size_t from, size_t count, const double *weights) {
  for (size_t i = from; i < count; i++)
    if (!weights || weights[i] > 0) return (uint32_t)i;
  return NONE;
}

uint32_t sj_walk_choose(struct walk *walk, size_t count, const double *weights) {
  if (walk->depth == walk->length) {
    const uint32_t first = possible(0, count, weights);
    assert(first != NONE);
    if (possible(first + 1u, count, weights) == NONE) return first;
    if (walk->length == walk->script_capacity) {
      walk->script_capacity = 2 * walk->script_capacity + 16;
      walk->script = sj_reallocate_array(walk->script, walk->script_capacity, sizeof *walk->script);
    }
    walk->script[walk->length++].chosen = first;
  } else {
    const uint32_t first = possible(0, count, weights);
    if (possible(first + 1u, count, weights) == NONE) return first;
  }
  struct choice *const choice = &walk->script[walk->depth++];
  choice->other = possible(choice->chosen + 1u, count, weights);
  double total = 0;
  for (size_t i = 0; i < count && weights; i++) total += weights[i];
  walk->probability *= weights ? weights[choice->chosen] / total : 1 / (double)count;
  return choice->chosen;
}

uint32_t sj_walk_begin_phase(struct walk *walk, const struct sj_phases *phases) {
  for (size_t i = 0; i < phases->count; i++) walk->weights[i] = phases->start[i];
  walk->weights[phases->count] = phases->at_once;
  return sj_walk_choose(walk, phases->count + 1, walk->weights);
}

struct due *sj_walk_later(struct walk *walk, enum due_kind kind) {
  if (walk->queue_end == walk->queue_capacity) {
    walk->queue_capacity = 2 * walk->queue_capacity + 16;
    walk->queue = sj_reallocate_array(walk->queue, walk->queue_capacity, sizeof *walk->queue);
  }
  struct due *const due = &walk->queue[walk->queue_end++];
  *due = (struct due){.kind = kind};
  return due;
}
