/* A policy within zones: the zone of each request by Envoy's rule (zones.h), then the wrapped policy among the members
 * there. Member i of a pool is in zone i mod zones, and so is caller i. Below `least` members (Envoy: 6) zones are not
 * looked at; where none of a zone's members may be picked, all that may are. */
#include <stdlib.h>

#include "balance/allowed.h"
#include "balance/zones.h"

struct zone_aware {
  double *shares;     /* [zone] */
  uint32_t *channels; /* sorted by zone: those of zone z from start[z] to start[z + 1] */
  uint32_t *start;
  uint32_t *open; /* those of the zone picked that may be picked */
};

static uint32_t zone_of(const struct sj_balancer *balancer, const struct sj_policy *spec, uint32_t channel) {
  return balancer->channels[channel].member % spec->zones;
}

/* Sorts the channels by zone (counting sort). */
static void sort(const struct sj_balancer *balancer, const struct sj_policy *spec, struct zone_aware *state) {
  const uint32_t zones = spec->zones;
  for (uint32_t i = 0; i < balancer->channel_count; i++) state->start[zone_of(balancer, spec, i) + 1]++;
  for (uint32_t z = 0; z < zones; z++) state->start[z + 1] += state->start[z];
  for (uint32_t i = balancer->channel_count; i-- > 0;) {
    const uint32_t zone = zone_of(balancer, spec, i);
    state->channels[--state->start[zone + 1]] = i;
  }
  for (uint32_t z = 0; z < zones; z++) state->start[z] = state->start[z + 1];
  state->start[zones] = balancer->channel_count;
}

static bool fill_shares(const struct sj_balancer *balancer, const struct sj_policy *spec, struct zone_aware *state) {
  const uint32_t zones = spec->zones, callers = balancer->caller_count ? balancer->caller_count : 1;
  uint32_t *const counts = calloc((size_t)zones * 2, sizeof *counts);
  if (!counts) return false;
  for (uint32_t z = 0; z < zones; z++) {
    counts[z] = callers / zones + (z < callers % zones ? 1 : 0);
    counts[zones + z] = state->start[z + 1] - state->start[z];
  }
  sj_zone_shares(zones, balancer->caller % zones, counts, counts + zones, state->shares);
  free(counts);
  return true;
}

static bool create(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  struct zone_aware *const state = policy->memory;
  const uint32_t zones = policy->spec->zones;
  state->shares = calloc(zones, sizeof *state->shares);
  state->start = calloc(zones + (size_t)1, sizeof *state->start);
  state->channels = calloc(balancer->channel_count, sizeof *state->channels);
  state->open = calloc(balancer->channel_count, sizeof *state->open);
  if (!state->shares || !state->start || !state->channels || !state->open) return false;
  sort(balancer, policy->spec, state);
  return fill_shares(balancer, policy->spec, state);
}

static void destroy(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  (void)balancer;
  struct zone_aware *const state = policy->memory;
  free(state->shares);
  free(state->start);
  free(state->channels);
  free(state->open);
}

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  struct zone_aware *const state = policy->memory;
  struct sj_turn inside = *turn;
  if (balancer->channel_count >= policy->spec->least_members) {
    const uint32_t zone = sj_draw_weighted(state->shares, policy->spec->zones, turn->stream);
    inside.choices = sj_allowed_among(balancer, &turn->choices, state->channels + state->start[zone],
                                      state->start[zone + 1] - state->start[zone], state->open);
    if (inside.choices.count == 0) inside.choices = turn->choices;
  }
  return sj_policy_pick(balancer, policy->inner, &inside, channel);
}

const struct sj_policy_operations sj_policy_zone_aware = {
    .size = sizeof(struct zone_aware), .create = create, .destroy = destroy, .pick = pick};
