/* Peak EWMA: of a few members the one whose recent latency, weighted by what is pending there, is least.
 *
 * Finagle, loadbalancer/PeakEwma.scala (2015 on) and Linkerd ("Beyond round robin: load balancing for latency", 2016).
 * A member's cost follows its latency up at once and down slowly: cost = latency if that is more, else the mean of the
 * two with weight e^(-time since the last / decay) on the old; and it decays likewise while nothing is heard. The load
 * is cost * (pending + 1). A member never heard of has cost 0 and is tried, but while its first answers are out its
 * load is a penalty beyond any latency (2^47, as there, plus what is pending). */
#include <stdlib.h>

#include "balance/least_load.h"
#include "random/elementary.h"

struct metric {
  double cost, stamp;
};
struct peak_ewma {
  struct metric *metrics; /* [channel] */
};

static uint32_t needs(const struct sj_policy *spec) {
  (void)spec;
  return SJ_NEEDS_ENDS;
}

static bool create(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  struct peak_ewma *const state = policy->memory;
  state->metrics = calloc(balancer->channel_count, sizeof *state->metrics);
  return state->metrics != NULL;
}

static void destroy(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  (void)balancer;
  free(((struct peak_ewma *)policy->memory)->metrics);
}

static void observe(struct metric *metric, double now, double latency, double decay) {
  if (latency > metric->cost) {
    metric->cost = latency;
  } else if (now > metric->stamp) {
    const double kept = sj_exp((metric->stamp - now) / decay);
    metric->cost = metric->cost * kept + latency * (1 - kept);
  }
  metric->stamp = now;
}

static double load(const struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t channel, double now) {
  struct metric *const metric = &((struct peak_ewma *)policy->memory)->metrics[channel];
  const uint32_t pending = balancer->channels[channel].in_flight;
  observe(metric, now, 0, policy->spec->decay);
  return metric->cost == 0 && pending > 0 ? sj_load_unknown + pending : metric->cost * (pending + 1.0);
}

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  return sj_pick_least_load(balancer, policy, turn, policy->spec->choices, load, channel);
}

static void ended(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t channel,
                  const struct sj_ended *ended, const struct sj_probe *probe) {
  (void)balancer;
  if (probe) return;
  struct peak_ewma *const state = policy->memory;
  observe(&state->metrics[channel], ended->now, ended->latency, policy->spec->decay);
}

static void replaced(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t member) {
  struct peak_ewma *const state = policy->memory;
  for (uint32_t i = 0; i < balancer->channel_count; i++)
    if (balancer->channels[i].member == member) state->metrics[i] = (struct metric){0};
}

const struct sj_policy_operations sj_policy_peak_ewma = {.size = sizeof(struct peak_ewma),
                                                         .needs = needs,
                                                         .create = create,
                                                         .destroy = destroy,
                                                         .pick = pick,
                                                         .ended = ended,
                                                         .replaced = replaced};
