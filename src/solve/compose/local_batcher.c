/* A batcher: requests wait, leave together, and are answered together; as in src/simulate/batcher.c. A request's kind
 * has a way for each size of a batch. The timer's slot holds the phase of the age of the first that waits; its last
 * value says that this one has waited long enough. */
#include "solve/compose/walk.h"

static const struct part *part_of(const struct walk *walk, uint32_t kind) {
  return &walk->network->parts[kind_of(walk->network, kind)->part];
}

static bool has_slot(const struct walk *walk, const struct part *part, uint32_t member) {
  const uint32_t most = part->spec->batcher.in_flight;
  return most == 0 || walk->levels[level_of(part, member)].slots < most;
}

static bool is_due(const struct walk *walk, const struct part *part, uint32_t member, uint32_t waiting) {
  const struct sj_batcher *const spec = &part->spec->batcher;
  if (waiting == 0) return false;
  if (waiting >= part->most_in_batch || spec->when_idle || spec->after <= 0) return true;
  return part->timer && walk->slots[part->timer[member]] == erlang_phases(walk->network);
}

/* Sends what is due. What is sent may end at once and come back here: the outer look goes on with it. */
void sj_batches_look(struct walk *walk, uint32_t number, uint32_t member) {
  const struct kind *const kind = kind_of(walk->network, number);
  const struct part *const part = part_of(walk, number);
  uint32_t *const waiting = &walk->slots[kind->waiting[member]];
  struct level *const level = &walk->levels[level_of(part, member)];
  if (level->looking) return;
  level->looking = true;
  while (has_slot(walk, part, member) && is_due(walk, part, member, *waiting)) {
    const uint32_t requests = *waiting < part->most_in_batch ? *waiting : part->most_in_batch;
    *waiting -= requests;
    if (part->timer) walk->slots[part->timer[member]] = 0;
    level->slots++;
    sj_call_make(walk, way_of(kind, member, requests - 1));
  }
  level->looking = false;
}

void sj_batch_answers(struct walk *walk, uint32_t number, uint32_t member, uint32_t requests, bool ok) {
  const struct part *const part = part_of(walk, number);
  walk->levels[level_of(part, member)].in_system -= requests;
  *(ok ? &walk->tally.completions[part->index] : &walk->tally.failures[part->index]) += requests;
  for (uint32_t i = 0; i < requests; i++) sj_call_ended(walk, &kind_of(walk->network, number)->origin, ok);
}

void sj_batch_ended(struct walk *walk, const struct origin *origin, bool ok) {
  const struct part *const part = part_of(walk, origin->kind);
  struct level *const level = &walk->levels[level_of(part, origin->member)];
  level->slots--;
  if (level->looking) {
    struct due *const due = sj_walk_later(walk, DUE_BATCH);
    due->kind_number = origin->kind;
    due->member = origin->member;
    due->requests = origin->requests;
    due->ok = ok;
    return;
  }
  sj_batch_answers(walk, origin->kind, origin->member, origin->requests, ok);
  sj_batches_look(walk, origin->kind, origin->member);
}
