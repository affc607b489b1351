/* A policy over the few members that the caller knows (subset.h). Where none of them may be picked, any that may. */
#include <stdlib.h>

#include "balance/allowed.h"
#include "balance/shared.h"
#include "balance/subset.h"

struct caller_subset {
  uint32_t *known, *open;
  uint32_t count;
};

static bool create(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  struct caller_subset *const state = policy->memory;
  const uint32_t callers = balancer->caller_count ? balancer->caller_count : 1, members = balancer->channel_count;
  state->known = calloc(members, sizeof *state->known);
  if (!state->known) return false;
  state->count = sj_subset_choose(policy->spec->subsetting, balancer->caller, callers, members, policy->spec->size,
                                  balancer->shared ? balancer->shared->key : 0, state->known);
  uint32_t *const kept = realloc(state->known, state->count * sizeof *kept);
  if (kept) state->known = kept;
  state->open = calloc(state->count, sizeof *state->open);
  return state->open != NULL;
}

static void destroy(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  (void)balancer;
  struct caller_subset *const state = policy->memory;
  free(state->known);
  free(state->open);
}

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  struct caller_subset *const state = policy->memory;
  struct sj_turn inside = *turn;
  inside.choices = sj_allowed_among(balancer, &turn->choices, state->known, state->count, state->open);
  if (inside.choices.count == 0) inside.choices = turn->choices;
  return sj_policy_pick(balancer, policy->inner, &inside, channel);
}

static void arrived(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn) {
  struct caller_subset *const state = policy->memory;
  struct sj_turn inside = *turn;
  inside.choices = sj_allowed_among(balancer, &turn->choices, state->known, state->count, state->open);
  if (inside.choices.count == 0) inside.choices = turn->choices;
  sj_policy_arrived(balancer, policy->inner, &inside);
}

const struct sj_policy_operations sj_policy_caller_subset = {.size = sizeof(struct caller_subset),
                                                             .hands_on = true,
                                                             .create = create,
                                                             .destroy = destroy,
                                                             .arrived = arrived,
                                                             .pick = pick};
