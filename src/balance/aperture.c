/* Twitter's deterministic aperture: of two members under the caller's stretch of the ring (subset.h), drawn in
 * proportion to how much of each lies under it, the one with fewer requests in flight. So every server is offered the
 * same load while every caller knows few of them. Where members may not be picked it draws again, a few times (Finagle:
 * 5), then takes any that may. */
#include "balance/allowed.h"
#include "balance/subset.h"

enum { ATTEMPTS = 5 };

static bool create(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  struct sj_aperture *const aperture = policy->memory;
  const uint32_t callers = balancer->caller_count ? balancer->caller_count : 1;
  *aperture = sj_aperture_of(balancer->caller, callers, balancer->channel_count, policy->spec->size);
  return true;
}

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  const struct sj_aperture *const aperture = policy->memory;
  sj_allowed_mark(balancer, &turn->choices);
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    const uint32_t first = sj_aperture_pick(aperture, turn->stream);
    const uint32_t second = sj_aperture_pick_other(aperture, first, turn->stream);
    const bool first_allowed = sj_allowed(balancer, &turn->choices, first);
    const bool second_allowed = sj_allowed(balancer, &turn->choices, second);
    if (!first_allowed && !second_allowed) continue;
    const bool first_less = balancer->channels[first].in_flight <= balancer->channels[second].in_flight;
    *channel = first_allowed && (first_less || !second_allowed) ? first : second;
    return SJ_PICKED;
  }
  *channel = sj_choice_at_random(turn);
  return SJ_PICKED;
}

const struct sj_policy_operations sj_policy_aperture = {
    .size = sizeof(struct sj_aperture), .create = create, .pick = pick};
