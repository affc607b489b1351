/* Whether a server lets a request in. Buckets hold parts of tokens: erlang_phases() are one. */
#include "solve/compose/walk.h"

double sj_bucket_refill_rate(const struct network *network, const struct part *part, size_t admission) {
  return part->spec->admissions[admission].bucket.rate * erlang_phases(network);
}

static bool throttle_admits(struct walk *walk, const struct part *part, const struct sj_admission *spec,
                            uint32_t in_system) {
  if ((double)in_system < spec->above * part->spec->capacity) return true;
  const double weights[] = {spec->admit, 1 - spec->admit};
  return sj_walk_choose(walk, 2, weights) == 0;
}

bool sj_part_admits(struct walk *walk, const struct part *part, uint32_t member) {
  const struct level *const level = &walk->levels[level_of(part, member)];
  const size_t count = part->spec->admission_count;
  const uint32_t token = erlang_phases(walk->network);
  for (size_t i = 0; i < count; i++) {
    const struct sj_admission *const spec = &part->spec->admissions[i];
    switch (spec->kind) {
      case SJ_ADMIT_TOKEN_BUCKET:
        if (walk->slots[part->buckets[i][member]] < token) return false;
        break;
      case SJ_ADMIT_THROTTLE:
        if (!throttle_admits(walk, part, spec, level->in_system)) return false;
        break;
      case SJ_ADMIT_MAX_IN_FLIGHT:
        if (level->in_system - level->waiting >= spec->limit) return false;
        break;
      case SJ_ADMIT_CODEL:
        break;
    }
  }
  for (size_t i = 0; i < count; i++)
    if (part->spec->admissions[i].kind == SJ_ADMIT_TOKEN_BUCKET) walk->slots[part->buckets[i][member]] -= token;
  return true;
}
