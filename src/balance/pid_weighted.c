/* pid_weighted: at random by weights that the caller itself controls, one PID a channel, from the utilizations that
 * servers reported to it. */
#include <math.h>
#include <stdlib.h>

#include "balance/policy.h"

static bool create(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  struct sj_pid **const pids = policy->memory;
  *pids = calloc(balancer->channel_count, sizeof **pids);
  return *pids != NULL;
}

static void destroy(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  (void)balancer;
  free(*(struct sj_pid **)policy->memory);
}

/* Steps all controllers; false if no utilization is known. `by_name` is the utilization last reported on any channel
 * of a name, the later channel's where twins differ. */
static bool step(struct sj_balancer *balancer, const struct sj_policy *spec, struct sj_pid *pids) {
  double *const by_name = balancer->scratch_costs;
  double sum = 0;
  uint32_t known = 0;
  for (uint32_t i = 0; i < balancer->channel_count; i++) by_name[i] = NAN;
  for (uint32_t i = 0; i < balancer->channel_count; i++) {
    const struct sj_channel *const channel = &balancer->channels[i];
    if (channel->report && !isnan(channel->report->utilization.latest))
      by_name[channel->name] = channel->report->utilization.latest;
  }
  for (uint32_t i = 0; i < balancer->channel_count; i++) {
    if (balancer->channels[i].name != i || isnan(by_name[i])) continue;
    sum += by_name[i];
    known++;
  }
  if (!known) return false;
  const double mean = sum / known, target = sj_pid_target(&spec->pid, mean);
  for (uint32_t i = 0; i < balancer->channel_count; i++) {
    const double utilization = by_name[balancer->channels[i].name];
    sj_pid_step(&pids[i], &spec->pid, target - (isnan(utilization) ? mean : utilization));
  }
  return true;
}

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  struct sj_pid *const pids = *(struct sj_pid **)policy->memory;
  if (!step(balancer, policy->spec, pids)) {
    *channel = sj_choice_at_random(turn);
    return SJ_PICKED;
  }
  double *const weights = balancer->scratch_costs;
  const uint32_t count = turn->choices.count;
  double least = INFINITY;
  for (uint32_t i = 0; i < count; i++) {
    weights[i] = pids[sj_choice(&turn->choices, i)].weight;
    if (weights[i] < least) least = weights[i];
  }
  for (uint32_t i = 0; i < count; i++) weights[i] += 0.1 - least;
  *channel = sj_choice(&turn->choices, sj_draw_weighted(weights, count, turn->stream));
  return SJ_PICKED;
}

static uint32_t needs(const struct sj_policy *spec) {
  (void)spec;
  return SJ_NEEDS_REPORTS | SJ_NEEDS_WINDOWS;
}

const struct sj_policy_operations sj_policy_pid_weighted = {
    .size = sizeof(struct sj_pid *), .create = create, .destroy = destroy, .pick = pick, .needs = needs};
