/* The expected time to a success: of a few members the one from which a good answer is to be had soonest, failures and
 * the attempts after them included.
 *
 * ELS, Spotify's expected latency selector (Polacek, "ELS: a latency-based load balancer", parts 1 and 2, 2015): with
 * success rate s, success latency l and failure latency f of a member, trying it until it succeeds takes 1/s - 1
 * failures on average, so E = l + f (1/s - 1). So a member that fails fast is not taken for a fast one. The rate and
 * the latencies are means that forget by e^(-age / decay), the decay being a minute (forward decay there). How E is
 * used is Finagle's: the load is E * (pending + 1), of `choices` members the least wins. One success is counted in
 * advance, so that a member of which only failures are known has an E still, and one that is good from the start has s
 * = 1. A member never heard of has load 0 and is tried, but not by a second request before it has answered the first.
 */
#include <stdlib.h>

#include "balance/least_load.h"
#include "random/elementary.h"

/* Sums that decay together. */
struct record {
  double successes, success_latency, failures, failure_latency, stamp;
};
struct success_latency {
  struct record *records; /* [channel] */
};

static uint32_t needs(const struct sj_policy *spec) {
  (void)spec;
  return SJ_NEEDS_ENDS;
}

static bool create(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  struct success_latency *const state = policy->memory;
  state->records = calloc(balancer->channel_count, sizeof *state->records);
  return state->records != NULL;
}

static void destroy(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  (void)balancer;
  free(((struct success_latency *)policy->memory)->records);
}

/* E; 0 where nothing is known. */
static double expected(const struct record *record, double now, double decay) {
  const double kept = sj_exp((record->stamp - now) / decay);
  const double successes = record->successes * kept, failures = record->failures * kept;
  const double failure_latency = record->failures > 0 ? record->failure_latency / record->failures : 0;
  const double success_latency = record->successes > 0 ? record->success_latency / record->successes : failure_latency;
  /* 1/s - 1 with s = (successes + 1) / (successes + failures + 1) */
  return success_latency + failure_latency * failures / (successes + 1);
}

static double load(const struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t channel, double now) {
  const struct record *const record = &((struct success_latency *)policy->memory)->records[channel];
  const uint32_t pending = balancer->channels[channel].in_flight;
  const double e = expected(record, now, policy->spec->decay);
  return e == 0 && pending > 0 ? sj_load_unknown + pending : e * (pending + 1.0);
}

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  return sj_pick_least_load(balancer, policy, turn, policy->spec->choices, load, channel);
}

static void ended(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t channel,
                  const struct sj_ended *ended, const struct sj_probe *probe) {
  (void)balancer;
  if (probe || ended->end == SJ_END_ABANDONED) return;
  struct record *const record = &((struct success_latency *)policy->memory)->records[channel];
  const double kept = sj_exp((record->stamp - ended->now) / policy->spec->decay);
  record->successes *= kept;
  record->success_latency *= kept;
  record->failures *= kept;
  record->failure_latency *= kept;
  record->stamp = ended->now;
  const bool success = ended->end == SJ_END_OK;
  *(success ? &record->successes : &record->failures) += 1;
  *(success ? &record->success_latency : &record->failure_latency) += ended->latency;
}

static void replaced(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t member) {
  struct success_latency *const state = policy->memory;
  for (uint32_t i = 0; i < balancer->channel_count; i++)
    if (balancer->channels[i].member == member) state->records[i] = (struct record){0};
}

const struct sj_policy_operations sj_policy_success_latency = {.size = sizeof(struct success_latency),
                                                               .needs = needs,
                                                               .create = create,
                                                               .destroy = destroy,
                                                               .pick = pick,
                                                               .ended = ended,
                                                               .replaced = replaced};
