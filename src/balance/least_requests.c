/* Least requests, with weights: Envoy's "weighted least request" (its documentation, "Supported load balancers"; the
 * bias since 1.17, 2021).
 *
 * Where all weights are the same: of two members drawn at random the one with fewer requests in flight, the first where
 * they are equal. Where they differ: earliest deadline first with the weights
 *
 *     weight / (requests in flight + 1)^active_request_bias
 *
 * each taken when its member is picked, the new request not counted. Schedules of different callers begin at random
 * places, so that they do not go in step. */
#include <stdlib.h>

#include "balance/allowed.h"
#include "balance/least_load.h"
#include "balance/schedule.h"
#include "random/elementary.h"

struct least_requests {
  struct sj_schedule schedule; /* without entries where all weights are the same */
};

static double weight_of(const struct sj_balancer *balancer, const struct sj_policy *spec, uint32_t channel) {
  return spec->weights[balancer->channels[channel].member % spec->weight_count];
}

static bool weights_differ(const struct sj_balancer *balancer, const struct sj_policy *spec) {
  if (spec->weight_count == 0) return false;
  for (uint32_t i = 1; i < balancer->channel_count; i++)
    if (weight_of(balancer, spec, i) != weight_of(balancer, spec, 0)) return true;
  return false;
}

static double period(const struct sj_balancer *balancer, const struct sj_policy *spec, uint32_t channel) {
  const double requests = balancer->channels[channel].in_flight + 1.0, bias = spec->active_request_bias;
  const double load = bias == 1 ? requests : bias == 0 ? 1 : sj_power(requests, bias);
  return load / weight_of(balancer, spec, channel);
}

static bool create(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  struct least_requests *const state = policy->memory;
  if (!weights_differ(balancer, policy->spec)) return true;
  if (!sj_schedule_create(&state->schedule, balancer->channel_count)) return false;
  struct sj_stream stream;
  sj_stream_seed(&stream, balancer->key, 0);
  for (uint32_t i = 0; i < balancer->channel_count; i++)
    sj_schedule_add(&state->schedule, i, sj_stream_uniform(&stream) / weight_of(balancer, policy->spec, i));
  return true;
}

static void destroy(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  (void)balancer;
  sj_schedule_destroy(&((struct least_requests *)policy->memory)->schedule);
}

static double load(const struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t channel, double now) {
  (void)policy;
  (void)now;
  return balancer->channels[channel].in_flight;
}

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  struct sj_schedule *const schedule = &((struct least_requests *)policy->memory)->schedule;
  if (schedule->count == 0) return sj_pick_least_load(balancer, policy, turn, policy->spec->choices, load, channel);
  sj_allowed_mark(balancer, &turn->choices);
  do {
    *channel = sj_schedule_take(schedule);
    sj_schedule_add(schedule, *channel, period(balancer, policy->spec, *channel));
  } while (!sj_allowed(balancer, &turn->choices, *channel));
  return SJ_PICKED;
}

const struct sj_policy_operations sj_policy_least_requests = {
    .size = sizeof(struct least_requests), .create = create, .destroy = destroy, .pick = pick};
