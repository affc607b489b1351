/* The table of policies, and what they share. */
#include "balance/policy.h"

#include <assert.h>
#include <stdlib.h>

const struct sj_policy_operations *sj_policy_operations(enum sj_policy_kind kind) {
  static const struct sj_policy_operations *const table[SJ_POLICY_KINDS] = {
      [SJ_POLICY_RANDOM] = &sj_policy_random,
      [SJ_POLICY_ROUND_ROBIN] = &sj_policy_round_robin,
      [SJ_POLICY_PICK_FIRST] = &sj_policy_pick_first,
      [SJ_POLICY_LEAST_COST] = &sj_policy_least_cost,
      [SJ_POLICY_WEIGHTED] = &sj_policy_weighted,
      [SJ_POLICY_HOT_COLD] = &sj_policy_hot_cold,
      [SJ_POLICY_PID_WEIGHTED] = &sj_policy_pid_weighted,
      [SJ_POLICY_FASTEST_PROBE] = &sj_policy_fastest_probe,
      [SJ_POLICY_WITH_PROBES] = &sj_policy_with_probes,
      [SJ_POLICY_SUBSET_OF] = &sj_policy_subset_of,
      [SJ_POLICY_POWER_OF_CHOICES] = &sj_policy_least_cost,
      [SJ_POLICY_JOIN_SHORTEST_QUEUE] = &sj_policy_join_shortest_queue,
      [SJ_POLICY_JOIN_IDLE_QUEUE] = &sj_policy_join_idle_queue,
      [SJ_POLICY_LEAST_REQUESTS] = &sj_policy_least_requests,
      [SJ_POLICY_PEAK_EWMA] = &sj_policy_peak_ewma,
      [SJ_POLICY_SUCCESS_LATENCY] = &sj_policy_success_latency,
      [SJ_POLICY_WEIGHTED_ROUND_ROBIN] = &sj_policy_weighted_round_robin,
      [SJ_POLICY_PREQUAL] = &sj_policy_prequal,
      [SJ_POLICY_BOUNDED_HASH] = &sj_policy_bounded_hash,
      [SJ_POLICY_MAGLEV] = &sj_policy_maglev,
      [SJ_POLICY_APERTURE] = &sj_policy_aperture,
      [SJ_POLICY_ZONE_AWARE] = &sj_policy_zone_aware,
      [SJ_POLICY_CALLER_SUBSET] = &sj_policy_caller_subset,
      [SJ_POLICY_FUNCTION] = &sj_policy_function,
  };
  return table[kind];
}

uint32_t sj_policy_needs(const struct sj_policy *policy) {
  const struct sj_policy_operations *const operations = sj_policy_operations(policy->kind);
  uint32_t needs = operations->needs ? operations->needs(policy) : 0;
  if (operations->errand_size || (operations->arrived && !operations->hands_on)) needs |= SJ_NEEDS_ERRANDS;
  return policy->inner ? needs | sj_policy_needs(policy->inner) : needs;
}

uint32_t sj_policy_most_choices(const struct sj_policy *policy, uint32_t channel_count) {
  uint32_t most = channel_count;
  for (const struct sj_policy *p = policy; p; p = p->inner)
    if (p->kind == SJ_POLICY_SUBSET_OF && p->size > most) most = p->size;
  return most;
}

enum sj_picked sj_policy_pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                              uint32_t *channel) {
  return policy->operations->pick(balancer, policy, turn, channel);
}

void sj_policy_arrived(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn) {
  if (policy->operations->arrived)
    policy->operations->arrived(balancer, policy, turn);
  else if (policy->inner)
    sj_policy_arrived(balancer, policy->inner, turn);
}

uint32_t sj_choice_at_random(const struct sj_turn *turn) {
  const uint32_t count = turn->choices.count;
  return sj_choice(&turn->choices, count > 1 ? (uint32_t)sj_stream_below(turn->stream, count) : 0);
}

void sj_costs_of_choices(const struct sj_balancer *balancer, const struct sj_cost *cost, const struct sj_turn *turn,
                         double *costs) {
  for (uint32_t i = 0; i < turn->choices.count; i++)
    costs[i] = sj_cost_of(balancer, cost, sj_choice(&turn->choices, i), turn->now);
}

static void swap(uint32_t *a, uint32_t *b) {
  const uint32_t kept = *a;
  *a = *b;
  *b = kept;
}

/* Few of many: Floyd's sampling (Bentley and Floyd, "A sample of brilliance", Communications of the ACM 30(9), 1987),
 * which leaves the set random but not its order. */
static void sample_few(const struct sj_choices *choices, uint32_t count, struct sj_stream *stream, uint32_t *sample) {
  const uint32_t all = choices->count;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t last = all - count + i;
    uint32_t drawn = (uint32_t)sj_stream_below(stream, (uint64_t)last + 1);
    for (uint32_t j = 0; j < i; j++)
      if (sample[j] == drawn) {
        drawn = last;
        break;
      }
    sample[i] = drawn;
  }
  for (uint32_t i = count; i-- > 1;) swap(&sample[i], &sample[sj_stream_below(stream, (uint64_t)i + 1)]);
  for (uint32_t i = 0; i < count; i++) sample[i] = sj_choice(choices, sample[i]);
}

void sj_choices_sample(const struct sj_choices *choices, uint32_t count, struct sj_stream *stream, uint32_t *sample) {
  const uint32_t all = choices->count;
  assert(count <= all);
  if ((uint64_t)count * count < all) {
    sample_few(choices, count, stream, sample);
    return;
  }
  for (uint32_t i = 0; i < all; i++) sample[i] = sj_choice(choices, i);
  for (uint32_t i = 0; i < count && i + 1 < all; i++) swap(&sample[i], &sample[i + sj_stream_below(stream, all - i)]);
}

uint32_t sj_draw_weighted(const double *weights, uint32_t count, struct sj_stream *stream) {
  double total = 0;
  for (uint32_t i = 0; i < count; i++) total += weights[i];
  if (!(total > 0)) return (uint32_t)sj_stream_below(stream, count);
  double left = sj_stream_uniform(stream) * total;
  uint32_t last = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (weights[i] <= 0) continue;
    last = i; /* roundings may leave a little after the last one */
    left -= weights[i];
    if (left < 0) break;
  }
  return last;
}
