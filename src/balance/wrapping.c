/* Policies around another: with_probes sends probes when a request comes, so that the other knows more; subset_of lets
 * the other choose among a few, drawn when the request comes. */
#include <stdlib.h>

#include "balance/policy.h"

/* Positions of probes that no round of fastest_probe counts among its own. */
#define OF_NO_ROUND UINT32_MAX

/* ---- with_probes ---- */

static uint32_t idle_channels(const struct sj_balancer *balancer, const struct sj_choices *choices) {
  uint32_t idle = 0;
  for (uint32_t i = 0; i < choices->count; i++)
    if (!balancer->channels[sj_choice(choices, i)].in_flight) idle++;
  return idle;
}

static void probe(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn) {
  const struct sj_policy *const spec = policy->spec;
  uint32_t count = spec->per_request < turn->choices.count ? spec->per_request : turn->choices.count;
  if (spec->at_most_idle) {
    const uint32_t idle = idle_channels(balancer, &turn->choices);
    if (idle < count) count = idle;
  }
  sj_choices_sample(&turn->choices, count, turn->stream, balancer->scratch);
  for (uint32_t i = 0; i < count; i++) sj_balancer_want_probe(balancer, balancer->scratch[i], NULL, OF_NO_ROUND);
  sj_policy_arrived(balancer, policy->inner, turn);
}

static enum sj_picked pick_by_inner(struct sj_balancer *balancer, struct sj_policy_state *policy,
                                    const struct sj_turn *turn, uint32_t *channel) {
  return sj_policy_pick(balancer, policy->inner, turn, channel);
}

static uint32_t probes(const struct sj_policy *spec) {
  (void)spec;
  return SJ_NEEDS_PROBES;
}

const struct sj_policy_operations sj_policy_with_probes = {.arrived = probe, .pick = pick_by_inner, .needs = probes};

/* ---- subset_of ---- */

struct subset {
  uint32_t *channels;
  uint32_t count, capacity; /* count 0: none drawn */
};

static bool make_room(struct subset *subset, uint32_t capacity) {
  if (capacity <= subset->capacity) return true;
  uint32_t *const channels = realloc(subset->channels, capacity * sizeof *channels);
  if (!channels) return false;
  subset->channels = channels;
  subset->capacity = capacity;
  return true;
}

static void draw(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn) {
  const struct sj_policy *const spec = policy->spec;
  struct subset *const subset = sj_errand_block(turn->errand, policy);
  const uint32_t all = turn->choices.count;
  subset->count = spec->replacement || spec->size < all ? spec->size : all;
  if (!make_room(subset, subset->count > all ? subset->count : all)) {
    subset->count = 0;
    balancer->no_memory = true;
    return;
  }
  for (uint32_t i = 0; spec->replacement && i < subset->count; i++)
    subset->channels[i] = sj_choice(&turn->choices, (uint32_t)sj_stream_below(turn->stream, all));
  if (!spec->replacement) sj_choices_sample(&turn->choices, subset->count, turn->stream, subset->channels);
  struct sj_turn inner = *turn;
  inner.choices = (struct sj_choices){subset->channels, subset->count};
  sj_policy_arrived(balancer, policy->inner, &inner);
}

static bool may_be_picked(const struct sj_choices *choices, uint32_t channel) {
  for (uint32_t i = 0; i < choices->count; i++)
    if (choices->list[i] == channel) return true;
  return false;
}

/* Of the subset only what may be picked now; if that is nothing, whatever may. */
static enum sj_picked pick_of_subset(struct sj_balancer *balancer, struct sj_policy_state *policy,
                                     const struct sj_turn *turn, uint32_t *channel) {
  const struct subset *const subset = sj_errand_block(turn->errand, policy);
  if (!subset->count) return sj_policy_pick(balancer, policy->inner, turn, channel);
  struct sj_turn inner = *turn;
  inner.choices = (struct sj_choices){subset->channels, subset->count};
  if (!turn->choices.list) return sj_policy_pick(balancer, policy->inner, &inner, channel);
  uint32_t *const open = malloc(subset->count * sizeof *open);
  if (!open) {
    balancer->no_memory = true;
    return SJ_PICK_NOBODY;
  }
  inner.choices = (struct sj_choices){open, 0};
  for (uint32_t i = 0; i < subset->count; i++)
    if (may_be_picked(&turn->choices, subset->channels[i])) open[inner.choices.count++] = subset->channels[i];
  const enum sj_picked picked = sj_policy_pick(balancer, policy->inner, inner.choices.count ? &inner : turn, channel);
  free(open);
  return picked;
}

static void forget(struct sj_policy_state *policy, struct sj_errand *errand) {
  struct subset *const subset = sj_errand_block(errand, policy);
  subset->count = 0;
}

static void gone(struct sj_policy_state *policy, struct sj_errand *errand) {
  struct subset *const subset = sj_errand_block(errand, policy);
  free(subset->channels);
}

const struct sj_policy_operations sj_policy_subset_of = {.errand_size = sizeof(struct subset),
                                                         .arrived = draw,
                                                         .pick = pick_of_subset,
                                                         .errand_over = forget,
                                                         .errand_gone = gone};
