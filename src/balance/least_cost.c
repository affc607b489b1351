/* least_cost: the smallest cost of all, or of a few drawn first (the power of choices: Mitzenmacher, "The power of two
 * choices in randomized load balancing", IEEE TPDS 12(10), 2001). What is unknown counts as 0, so members of which
 * nothing is known are tried first; negative costs as 0 too. Ties are broken at random. */
#include <math.h>

#include "balance/policy.h"

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  const struct sj_policy *const spec = policy->spec;
  struct sj_choices choices = turn->choices;
  if (spec->choices && spec->choices < choices.count) {
    sj_choices_sample(&turn->choices, spec->choices, turn->stream, balancer->scratch);
    choices = (struct sj_choices){balancer->scratch, spec->choices};
  }
  uint32_t *const best = balancer->scratch + turn->choices.count;
  uint32_t ties = 0;
  double least = INFINITY;
  for (uint32_t i = 0; i < choices.count; i++) {
    const uint32_t candidate = sj_choice(&choices, i);
    double cost = sj_cost_of(balancer, &spec->cost, candidate, turn->now);
    if (!(cost > 0)) cost = 0;
    if (cost > least) continue;
    if (cost < least) ties = 0;
    least = cost;
    best[ties++] = candidate;
  }
  *channel = best[ties > 1 ? sj_stream_below(turn->stream, ties) : 0];
  return SJ_PICKED;
}

static uint32_t needs(const struct sj_policy *spec) { return sj_cost_needs(&spec->cost); }

const struct sj_policy_operations sj_policy_least_cost = {.pick = pick, .needs = needs};
