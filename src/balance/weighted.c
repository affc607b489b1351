/* weighted: at random, each member with weight 1 / cost. A member whose cost is unknown gets the mean cost of the
 * others; where nothing is known of any the pick is uniform. Members with cost 0 (infinite weight) share all picks,
 * unless 0 says nothing (`zero_is_unknown`, the notebook's way). */
#include <math.h>

#include "balance/policy.h"

static bool known(const struct sj_policy *spec, double cost) {
  return !isnan(cost) && !(spec->zero_is_unknown && cost == 0);
}

/* Puts the mean of the known costs where none is known; false if there is none at all. */
static bool fill_in(const struct sj_policy *spec, double *costs, uint32_t count) {
  double sum = 0;
  uint32_t known_count = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (!known(spec, costs[i])) continue;
    sum += costs[i];
    known_count++;
  }
  if (!known_count) return false;
  for (uint32_t i = 0; i < count; i++)
    if (!known(spec, costs[i])) costs[i] = sum / known_count;
  return true;
}

/* Costs become weights, none negative. */
static void weigh(const struct sj_policy *spec, double *costs, uint32_t count) {
  bool any_zero = false;
  for (uint32_t i = 0; i < count; i++) any_zero |= costs[i] == 0;
  double least = INFINITY;
  for (uint32_t i = 0; i < count; i++) {
    costs[i] = any_zero ? costs[i] == 0 : 1 / costs[i];
    if (costs[i] < least) least = costs[i];
  }
  if (any_zero || least > 0) return;
  for (uint32_t i = 0; i < count; i++) {
    if (spec->negative)
      costs[i] += 0.1 - least;
    else if (costs[i] < 0)
      costs[i] = 0;
  }
}

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  const struct sj_policy *const spec = policy->spec;
  double *const costs = balancer->scratch_costs;
  const uint32_t count = turn->choices.count;
  sj_costs_of_choices(balancer, &spec->cost, turn, costs);
  if (!fill_in(spec, costs, count)) {
    *channel = sj_choice_at_random(turn);
    return SJ_PICKED;
  }
  weigh(spec, costs, count);
  *channel = sj_choice(&turn->choices, sj_draw_weighted(costs, count, turn->stream));
  return SJ_PICKED;
}

static uint32_t needs(const struct sj_policy *spec) { return sj_cost_needs(&spec->cost); }

const struct sj_policy_operations sj_policy_weighted = {.pick = pick, .needs = needs};
