/* hot_cold: hot/cold lexicographic (Wydrowski, Kleinberg, Rumble and Archer, "Load is not what you should balance:
 * introducing Prequal", NSDI 2024), in the notebook's form. A member is healthy while its health cost is within a
 * quantile of the last 100 health costs that this caller has seen of each of its members, pooled; among the healthy the
 * best rank is taken, and if there is none the best health. The first of equals. What is unknown gets the mean of what
 * is known; where nothing is the pick is uniform. With `zero_is_unknown` (the notebook) a 0 does not count for that
 * mean, and where there are only zeros nothing is known. */
#include <math.h>
#include <stdlib.h>

#include "balance/policy.h"
#include "balance/running_quantile.h"

enum { HISTORY = 100 };

struct hot_cold {
  struct sj_running_quantile pool; /* places channel * HISTORY ...: each channel has its copy of its name's history */
  uint32_t *next;                  /* [name]: where the next sample goes */
  uint32_t *twin;                  /* [channel]: the next of the same name, or UINT32_MAX */
};

static bool create(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  struct hot_cold *const state = policy->memory;
  const uint32_t count = balancer->channel_count;
  state->next = calloc(count, sizeof *state->next);
  state->twin = calloc(count, sizeof *state->twin);
  if (!state->next || !state->twin || count > UINT32_MAX / HISTORY ||
      !sj_running_quantile_create(&state->pool, count * HISTORY, policy->spec->cutoff))
    return false;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t name = balancer->channels[i].name;
    state->twin[i] = UINT32_MAX;
    if (name == i) continue;
    state->twin[i] = state->twin[name];
    state->twin[name] = i;
  }
  return true;
}

static void destroy(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  struct hot_cold *const state = policy->memory;
  (void)balancer;
  sj_running_quantile_destroy(&state->pool);
  free(state->next);
  free(state->twin);
}

static bool remember(struct hot_cold *state, uint32_t name, double health) {
  bool ok = true;
  for (uint32_t i = name; i != UINT32_MAX; i = state->twin[i])
    ok &= sj_running_quantile_set(&state->pool, i * HISTORY + state->next[name], health);
  state->next[name] = (state->next[name] + 1) % HISTORY;
  return ok;
}

/* The mean of what is known (and not 0, if that says nothing); NAN if there is none. */
static double usual(const struct sj_policy *spec, const double *costs, uint32_t count) {
  double sum = 0;
  uint32_t known = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (isnan(costs[i]) || (spec->zero_is_unknown && costs[i] == 0)) continue;
    sum += costs[i];
    known++;
  }
  return known ? sum / known : NAN;
}

static void fill_in(double *costs, uint32_t count, double value) {
  for (uint32_t i = 0; i < count; i++)
    if (isnan(costs[i])) costs[i] = value;
}

static uint32_t best(const double *costs, const double *health, uint32_t count, double limit) {
  uint32_t found = UINT32_MAX;
  for (uint32_t i = 0; i < count; i++)
    if (health[i] <= limit && (found == UINT32_MAX || costs[i] < costs[found])) found = i;
  return found;
}

static enum sj_picked at_random(const struct sj_turn *turn, uint32_t *channel) {
  *channel = sj_choice_at_random(turn);
  return SJ_PICKED;
}

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  struct hot_cold *const state = policy->memory;
  const uint32_t count = turn->choices.count;
  double *const health = balancer->scratch_costs, *const ranks = health + count;
  sj_costs_of_choices(balancer, &policy->spec->health, turn, health);
  sj_costs_of_choices(balancer, &policy->spec->cost, turn, ranks);
  const double usual_health = usual(policy->spec, health, count);
  const double usual_rank = usual(policy->spec, ranks, count);
  if (isnan(usual_health)) return at_random(turn, channel);
  for (uint32_t i = 0; i < count; i++)
    if (!isnan(health[i]) && !remember(state, balancer->channels[sj_choice(&turn->choices, i)].name, health[i]))
      balancer->no_memory = true;
  if (isnan(usual_rank)) return at_random(turn, channel);
  fill_in(health, count, usual_health);
  fill_in(ranks, count, usual_rank);
  uint32_t found = best(ranks, health, count, sj_running_quantile_get(&state->pool));
  if (found == UINT32_MAX) found = best(health, health, count, INFINITY);
  *channel = sj_choice(&turn->choices, found);
  return SJ_PICKED;
}

static uint32_t needs(const struct sj_policy *spec) {
  return sj_cost_needs(&spec->cost) | sj_cost_needs(&spec->health);
}

const struct sj_policy_operations sj_policy_hot_cold = {
    .size = sizeof(struct hot_cold), .create = create, .destroy = destroy, .pick = pick, .needs = needs};
