/* Sources of requests: what happens when an interval or a thought is over. */
#include "solve/compose/walk.h"

void sj_source_request(struct walk *walk, uint32_t source) {
  const struct source *const s = &walk->network->sources[source];
  walk->tally.arrived[source]++;
  const uint32_t member = s->member_count > 1 ? sj_walk_choose(walk, s->member_count, NULL) : 0;
  sj_call_make(walk, &s->ways[member]);
}

void sj_source_arrival(struct walk *walk, uint32_t source, uint32_t phase) {
  const struct source *const s = &walk->network->sources[source];
  uint32_t *const slots = walk->slots + s->first_phase;
  if (s->closed) {
    slots[phase]--;
  } else if (!s->modulated) {
    slots[phase]--;
    slots[sj_walk_begin_phase(walk, &s->phases)]++;
  }
  sj_source_request(walk, source);
}

void sj_source_think(struct walk *walk, uint32_t source) {
  const struct source *const s = &walk->network->sources[source];
  const uint32_t phase = sj_walk_begin_phase(walk, &s->phases);
  if (phase < s->phases.count)
    walk->slots[s->first_phase + phase]++;
  else
    sj_walk_later(walk, DUE_THOUGHT)->member = source;
}

void sj_source_closed(struct walk *walk, uint32_t source, bool ok) {
  *(ok ? &walk->tally.answered[source] : &walk->tally.failed[source]) += 1;
  if (walk->network->sources[source].closed) sj_source_think(walk, source);
}
