/* Policies that look at nothing: random, round_robin, pick_first. */
#include "balance/policy.h"

static enum sj_picked pick_random(struct sj_balancer *balancer, struct sj_policy_state *policy,
                                  const struct sj_turn *turn, uint32_t *channel) {
  (void)balancer;
  (void)policy;
  *channel = sj_choice_at_random(turn);
  return SJ_PICKED;
}

static enum sj_picked pick_in_turn(struct sj_balancer *balancer, struct sj_policy_state *policy,
                                   const struct sj_turn *turn, uint32_t *channel) {
  (void)balancer;
  uint64_t *const next = policy->memory;
  *channel = sj_choice(&turn->choices, (uint32_t)(*next % turn->choices.count));
  ++*next;
  return SJ_PICKED;
}

static enum sj_picked pick_first(struct sj_balancer *balancer, struct sj_policy_state *policy,
                                 const struct sj_turn *turn, uint32_t *channel) {
  (void)balancer;
  (void)policy;
  *channel = sj_choice(&turn->choices, 0);
  return SJ_PICKED;
}

const struct sj_policy_operations sj_policy_random = {.pick = pick_random};
const struct sj_policy_operations sj_policy_round_robin = {.size = sizeof(uint64_t), .pick = pick_in_turn};
const struct sj_policy_operations sj_policy_pick_first = {.pick = pick_first};
