/* Join the shortest queue: of all members the one with the fewest requests, any of them where several have as few
 * (Winston, "Optimality of the shortest line discipline", J. Applied Probability 14(1), 1977). The queue is what the
 * caller has in flight there, or, with sees = "servers", what really is there, which no real client can know.
 *
 * Join the idle queue: a member that has said it is idle, the longest ago first; if none has, any at random
 * (queue_lengths.h). */
#include <stdlib.h>

#include "balance/allowed.h"
#include "balance/queue_lengths.h"
#include "balance/shared.h"

/* ---- join the shortest queue ---- */

struct shortest {
  struct sj_ranking own; /* by what this caller has in flight */
};

static bool sees_all(const struct sj_balancer *balancer, const struct sj_policy *spec) {
  return spec->sees_servers && balancer->publishers && balancer->publishers->lengths;
}

static uint32_t shortest_needs(const struct sj_policy *spec) {
  return spec->sees_servers ? SJ_NEEDS_LIVE | SJ_NEEDS_LENGTHS : SJ_NEEDS_COUNTS;
}

static bool shortest_create(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  struct shortest *const state = policy->memory;
  return sees_all(balancer, policy->spec) || sj_ranking_create(&state->own, balancer->channel_count);
}

static void shortest_destroy(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  (void)balancer;
  struct shortest *const state = policy->memory;
  if (state->own.size) sj_ranking_destroy(&state->own);
}

static uint32_t length_of(const struct sj_balancer *balancer, const struct sj_ranking *ranking, bool all,
                          uint32_t channel) {
  return sj_ranking_number(ranking, all ? balancer->channels[channel].member : channel);
}

/* The least of a list, drawn evenly among those that tie, as each is met. */
static uint32_t least_of(const struct sj_balancer *balancer, const struct sj_ranking *ranking, bool all,
                         const struct sj_turn *turn) {
  uint32_t best = sj_choice(&turn->choices, 0), ties = 1;
  uint32_t least = length_of(balancer, ranking, all, best);
  for (uint32_t i = 1; i < turn->choices.count; i++) {
    const uint32_t channel = sj_choice(&turn->choices, i), length = length_of(balancer, ranking, all, channel);
    if (length > least) continue;
    ties = length < least ? 1 : ties + 1;
    least = length;
    if (ties == 1 || sj_stream_below(turn->stream, ties) == 0) best = channel;
  }
  return best;
}

static enum sj_picked shortest_pick(struct sj_balancer *balancer, struct sj_policy_state *policy,
                                    const struct sj_turn *turn, uint32_t *channel) {
  const bool all = sees_all(balancer, policy->spec);
  const struct sj_ranking *const ranking =
      all ? &balancer->publishers->lengths->ranking : &((struct shortest *)policy->memory)->own;
  /* Channels are members in their order where the caller knows all of them. */
  if (turn->choices.list || ranking->size != balancer->channel_count || (all && !balancer->all_members))
    *channel = least_of(balancer, ranking, all, turn);
  else
    *channel = sj_ranking_least(ranking, turn->stream);
  return SJ_PICKED;
}

static void shortest_counted(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t channel,
                             bool sent) {
  (void)balancer;
  struct sj_ranking *const own = &((struct shortest *)policy->memory)->own;
  if (!own->size) return;
  if (sent)
    sj_ranking_raise(own, channel);
  else
    sj_ranking_lower(own, channel);
}

const struct sj_policy_operations sj_policy_join_shortest_queue = {.size = sizeof(struct shortest),
                                                                   .needs = shortest_needs,
                                                                   .create = shortest_create,
                                                                   .destroy = shortest_destroy,
                                                                   .pick = shortest_pick,
                                                                   .counted = shortest_counted};

/* ---- join the idle queue ---- */

struct idle {
  struct sj_idle_queues *queues; /* of all callers, or `own` */
  struct sj_idle_queues own;
  uint32_t caller; /* whose of them is this balancer's */
};

static uint32_t idle_needs(const struct sj_policy *spec) {
  (void)spec;
  return SJ_NEEDS_LIVE | SJ_NEEDS_LENGTHS;
}

static void destroy_queues(void *queues) { sj_idle_queues_destroy(queues); }

static bool idle_create(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  struct idle *const state = policy->memory;
  const uint32_t callers = balancer->shared && balancer->caller_count ? balancer->caller_count : 1;
  bool made = true;
  state->queues = balancer->shared ? sj_shared_part(balancer->shared, policy->spec->place, sizeof *state->queues,
                                                    destroy_queues, &made)
                                   : &state->own;
  state->caller = balancer->shared ? balancer->caller : 0;
  if (!state->queues) return false;
  if (!made) return true;
  const uint64_t key = balancer->shared ? balancer->shared->key : balancer->key;
  if (!sj_idle_queues_create(state->queues, callers, balancer->channel_count, policy->spec->choices, key)) return false;
  if (balancer->publishers && balancer->publishers->lengths) {
    state->queues->others = balancer->publishers->lengths->told;
    balancer->publishers->lengths->told = state->queues;
  }
  return true;
}

static void idle_destroy(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  (void)balancer;
  sj_idle_queues_destroy(&((struct idle *)policy->memory)->own);
}

static enum sj_picked idle_pick(struct sj_balancer *balancer, struct sj_policy_state *policy,
                                const struct sj_turn *turn, uint32_t *channel) {
  struct idle *const state = policy->memory;
  const uint32_t tokens = state->queues->length[state->caller];
  if (tokens) sj_allowed_mark(balancer, &turn->choices);
  for (uint32_t i = 0; i < tokens; i++) {
    *channel = sj_idle_queues_take(state->queues, state->caller);
    if (sj_allowed(balancer, &turn->choices, *channel)) return SJ_PICKED;
    sj_idle_queues_return(state->queues, state->caller, *channel);
  }
  *channel = sj_choice_at_random(turn);
  return SJ_PICKED;
}

const struct sj_policy_operations sj_policy_join_idle_queue = {.size = sizeof(struct idle),
                                                               .needs = idle_needs,
                                                               .create = idle_create,
                                                               .destroy = idle_destroy,
                                                               .pick = idle_pick};
