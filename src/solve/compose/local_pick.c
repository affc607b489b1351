/* Which member of a pool is called: the policies of src/balance whose choice follows from the state. */
#include "solve/compose/walk.h"

/* Requests of the kind at the member, those that wait for calls of theirs included. */
static uint32_t count_kind(const struct walk *walk, uint32_t number, uint32_t member) {
  const struct network *const network = walk->network;
  const struct kind *const kind = kind_of(network, number);
  const struct part *const part = &network->parts[kind->part];
  uint32_t count = kind->waiting[member] == NONE ? 0 : walk->slots[kind->waiting[member]];
  const size_t phases = phase_slots(service_of(network, kind));
  for (size_t i = 0; i < phases; i++) count += walk->slots[kind->first_phase[member] + i];
  const struct line *const line = &part->lines[kind->line];
  for (uint32_t i = 0; line->first && i < walk->levels[level_of(part, member)].waiting; i++)
    count += walk->slots[line->first[member] + i] == kind->number + 1;
  if (kind->instances) return count + sj_parallel_waiting(kind, member, walk->slots);
  for (size_t c = 0; c < kind->way_count; c++) {
    const struct way *const way = way_of(kind, member, c);
    if (way->origin.kind != number) continue;
    if (way->paused) count += sj_way_paused(way, walk->slots);
    for (size_t t = 0; t < kinds_at(way); t++) {
      bool seen = false;
      for (size_t u = 0; u < t; u++) seen = seen || way->kinds[u] == way->kinds[t];
      const uint32_t members = network->parts[kind_of(network, way->kinds[t])->part].members;
      for (uint32_t m = 0; m < members && !seen; m++) count += count_kind(walk, way->kinds[t], m);
    }
  }
  return count;
}

/* What this caller has out at the member. */
static uint32_t own_requests(const struct walk *walk, const struct way *way, uint32_t target, uint32_t member) {
  const struct sj_target *const targets = way->call->targets;
  uint32_t count = 0;
  for (size_t t = 0; t < kinds_at(way); t++) {
    if (targets[t / way->tries].server != targets[target].server) continue;
    bool seen = false;
    for (size_t u = 0; u < t; u++) seen = seen || way->kinds[u] == way->kinds[t];
    if (!seen) count += count_kind(walk, way->kinds[t], member);
  }
  return count;
}

static bool sees_servers(const struct sj_policy *policy) {
  return policy->kind == SJ_POLICY_JOIN_SHORTEST_QUEUE ? policy->sees_servers : policy->cost.kind == SJ_COST_ACTUAL;
}

/* (n - a) choose d, divided by n choose d: the chance that none of `a` is among d of n. */
static double chance_of_none(uint32_t n, uint32_t a, uint32_t d) {
  double chance = 1;
  for (uint32_t i = 0; i < d; i++) chance *= (double)(n > a + i ? n - a - i : 0) / (n - i);
  return chance;
}

/* The least loaded of `few` members drawn without replacement, any of those that tie. */
static uint32_t least_loaded(struct walk *walk, const struct way *way, uint32_t target, uint32_t few) {
  const struct part *const part = &walk->network->parts[way->call->targets[target].server];
  const uint32_t n = part->members, drawn = few && few < n ? few : n;
  double *const weights = walk->weights, *const loads = weights + n;
  const bool all = sees_servers(&way->call->policy);
  for (uint32_t m = 0; m < n; m++)
    loads[m] = all ? walk->levels[level_of(part, m)].in_system : own_requests(walk, way, target, m);
  for (uint32_t m = 0; m < n; m++) {
    uint32_t less = 0, alike = 0;
    for (uint32_t k = 0; k < n; k++) {
      less += loads[k] < loads[m];
      alike += loads[k] == loads[m];
    }
    weights[m] = (chance_of_none(n, less, drawn) - chance_of_none(n, less + alike, drawn)) / alike;
    if (less + drawn > n) weights[m] = 0;
  }
  return sj_walk_choose(walk, n, weights);
}

uint32_t sj_pick_member(struct walk *walk, const struct way *way, uint32_t target) {
  const struct sj_policy *const policy = &way->call->policy;
  const uint32_t members = walk->network->parts[way->call->targets[target].server].members;
  uint32_t turn = 0;
  if (way->turn != NONE) {
    turn = walk->slots[way->turn];
    walk->slots[way->turn] = (turn + 1) % way->turns;
  }
  if (members == 1) return 0;
  switch (policy->kind) {
    case SJ_POLICY_ROUND_ROBIN:
      return turn % members;
    case SJ_POLICY_PICK_FIRST:
      return 0;
    case SJ_POLICY_JOIN_SHORTEST_QUEUE:
      return least_loaded(walk, way, target, 0);
    case SJ_POLICY_LEAST_COST:
    case SJ_POLICY_POWER_OF_CHOICES:
    case SJ_POLICY_LEAST_REQUESTS:
      return least_loaded(walk, way, target, policy->choices);
    default:
      return sj_walk_choose(walk, members, NULL);
  }
}
