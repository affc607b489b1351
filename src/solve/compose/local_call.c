/* Requests, as the one who calls sees them. */
#include "solve/compose/walk.h"

/* Waits for the next try. False: so many wait already that this one gives up. */
static bool pauses(struct walk *walk, const struct way *way, uint32_t target, uint32_t tries) {
  const struct pauses *const pauses = &way->pauses;
  const uint32_t number = pauses->endless ? 0 : tries - 1;
  const struct sj_phases *const law = &pauses->laws[number];
  if (sj_way_paused(way, walk->slots) >= way->most_paused) return false;
  const uint32_t phase = sj_walk_begin_phase(walk, law);
  walk->slots[way->paused[target * pauses->count + number] + phase]++;
  return true;
}

/* A try has failed, after which there were so many: whether another one follows. */
static bool tries_again(struct walk *walk, const struct way *way, uint32_t target, uint32_t tries) {
  if (tries > way->call->retries) return false;
  if (way->paused) return pauses(walk, way, target, tries);
  struct due *const retry = sj_walk_later(walk, DUE_RETRY);
  retry->way = way;
  retry->target = target;
  retry->tries = tries;
  return true;
}

void sj_call_try(struct walk *walk, const struct way *way, uint32_t target, uint32_t tries) {
  const uint32_t member = sj_pick_member(walk, way, target);
  if (sj_server_takes(walk, kind_at(way, target, tries), member)) return;
  if (tries_again(walk, way, target, tries + 1)) return;
  walk->tally.lost[way->call->targets[target].server]++;
  sj_call_ended(walk, &way->origin, false);
}

void sj_call_make(struct walk *walk, const struct way *way) {
  const struct sj_call *const call = way->call;
  uint32_t target = 0;
  if (call->target_count > 1) {
    for (size_t t = 0; t < call->target_count; t++) walk->weights[t] = call->targets[t].weight;
    target = sj_walk_choose(walk, call->target_count, walk->weights);
  }
  sj_call_try(walk, way, target, 0);
}

void sj_call_ended(struct walk *walk, const struct origin *origin, bool ok) {
  if (!ok && origin->retry) {
    if (!tries_again(walk, origin->retry, origin->target, origin->tries + 1))
      sj_call_ended(walk, &origin->retry->origin, false);
  } else if (origin->requests > 0)
    sj_batch_ended(walk, origin, ok);
  else if (origin->kind != NONE)
    sj_server_call_ends(walk, origin, ok);
  else if (origin->source != NONE)
    sj_source_closed(walk, origin->source, ok);
}
