/* Client-side weighted round robin by reported utilization: gRFC A58, "weighted_round_robin LB policy" (Suh and Roth,
 * gRPC, 2023).
 *
 * A member's weight follows from what came with its last answer,
 *
 *     weight = rate / (utilization + error rate / rate * error_penalty)
 *
 * the rate of requests it serves for the share of itself that it uses. It is believed once reports have come for
 * `blackout`, and no longer than `expiry` after the last. Every `update` the weights go into a new schedule, earliest
 * deadline first, in which a member begins at a random place of its period; one without a weight has the mean of the
 * others. With fewer than two weights it is round robin. Out-of-band reports are off, as by default there. */
#include <math.h>
#include <stdlib.h>

#include "balance/allowed.h"
#include "balance/schedule.h"

struct reported_weight {
  double weight, last, since; /* since: of reports without a gap; NAN: none */
};
struct weighted_round_robin {
  struct reported_weight *reported; /* [channel] */
  double *weights;                  /* [channel] of the schedule in use; 0: none */
  struct sj_schedule schedule;      /* empty: round robin */
  struct sj_stream stream;          /* of the places where members begin */
  double next_update;
  uint32_t next; /* round robin */
};

static uint32_t needs(const struct sj_policy *spec) {
  (void)spec;
  return SJ_NEEDS_ANSWER_REPORTS | SJ_NEEDS_WINDOWS | SJ_NEEDS_ERRORS;
}

static void forget(struct reported_weight *reported) {
  *reported = (struct reported_weight){.weight = 0, .last = -INFINITY, .since = NAN};
}

static bool create(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  struct weighted_round_robin *const state = policy->memory;
  state->reported = calloc(balancer->channel_count, sizeof *state->reported);
  state->weights = calloc(balancer->channel_count, sizeof *state->weights);
  if (!state->reported || !state->weights || !sj_schedule_create(&state->schedule, balancer->channel_count))
    return false;
  for (uint32_t i = 0; i < balancer->channel_count; i++) forget(&state->reported[i]);
  sj_stream_seed(&state->stream, balancer->key, 0);
  state->next_update = -INFINITY;
  state->next = (uint32_t)sj_stream_below(&state->stream, balancer->channel_count);
  return true;
}

static void destroy(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  (void)balancer;
  struct weighted_round_robin *const state = policy->memory;
  free(state->reported);
  free(state->weights);
  sj_schedule_destroy(&state->schedule);
}

/* ---- weights ---- */

static double current_weight(struct reported_weight *reported, const struct sj_policy *spec, double now) {
  if (now - reported->last >= spec->utilization_weights.expiry) {
    reported->since = NAN;
    return 0;
  }
  return now - reported->since < spec->utilization_weights.blackout ? 0 : reported->weight;
}

/* The mean of the weights that are known, and how many are. */
static double mean_weight(const double *weights, uint32_t count, uint32_t *known) {
  double sum = 0;
  *known = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (weights[i] <= 0) continue;
    sum += weights[i];
    ++*known;
  }
  return *known ? sum / *known : 0;
}

static void update(struct sj_balancer *balancer, const struct sj_policy *spec, struct weighted_round_robin *state,
                   double now) {
  const uint32_t count = balancer->channel_count;
  for (uint32_t i = 0; i < count; i++) state->weights[i] = current_weight(&state->reported[i], spec, now);
  uint32_t known;
  const double mean = mean_weight(state->weights, count, &known);
  sj_schedule_clear(&state->schedule);
  if (known < 2) return;
  for (uint32_t i = 0; i < count; i++) {
    if (state->weights[i] <= 0) state->weights[i] = mean;
    sj_schedule_add(&state->schedule, i, sj_stream_uniform(&state->stream) / state->weights[i]);
  }
}

/* Updates are due at multiples of the period; one that nobody saw need not be made. */
static void update_if_due(struct sj_balancer *balancer, const struct sj_policy *spec,
                          struct weighted_round_robin *state, double now) {
  if (now < state->next_update) return;
  update(balancer, spec, state, now);
  state->next_update = (floor(now / spec->utilization_weights.update) + 1) * spec->utilization_weights.update;
}

static void ended(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t channel,
                  const struct sj_ended *ended, const struct sj_probe *probe) {
  (void)balancer;
  if (probe || !ended->report) return;
  const double rate = ended->report->request_rate.mean, used = ended->report->utilization.mean / 100;
  if (!(rate > 0) || !(used > 0)) return;
  const double errors = ended->report->error_rate.mean;
  struct reported_weight *const reported = &((struct weighted_round_robin *)policy->memory)->reported[channel];
  reported->weight = rate / (used + (errors > 0 ? errors / rate * policy->spec->utilization_weights.error_penalty : 0));
  /* A weight that expired unseen starts over as one that was looked at does. */
  if (isnan(reported->since) || ended->now - reported->last >= policy->spec->utilization_weights.expiry)
    reported->since = ended->now;
  reported->last = ended->now;
}

static void replaced(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t member) {
  struct weighted_round_robin *const state = policy->memory;
  for (uint32_t i = 0; i < balancer->channel_count; i++)
    if (balancer->channels[i].member == member) forget(&state->reported[i]);
}

/* ---- picks ---- */

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  struct weighted_round_robin *const state = policy->memory;
  update_if_due(balancer, policy->spec, state, turn->now);
  sj_allowed_mark(balancer, &turn->choices);
  do {
    if (state->schedule.count) {
      *channel = sj_schedule_take(&state->schedule);
      sj_schedule_add(&state->schedule, *channel, 1 / state->weights[*channel]);
    } else {
      *channel = state->next;
      state->next = state->next + 1 < balancer->channel_count ? state->next + 1 : 0;
    }
  } while (!sj_allowed(balancer, &turn->choices, *channel));
  return SJ_PICKED;
}

const struct sj_policy_operations sj_policy_weighted_round_robin = {.size = sizeof(struct weighted_round_robin),
                                                                    .needs = needs,
                                                                    .create = create,
                                                                    .destroy = destroy,
                                                                    .pick = pick,
                                                                    .ended = ended,
                                                                    .replaced = replaced};
