/* Power of d choices: the least loaded of a few members drawn at random, which is nearly as good as the least loaded of
 * all (Vvedenskaya, Dobrushin and Karpelevich 1996; Mitzenmacher, "The power of two choices in randomized load
 * balancing", IEEE TPDS 12(10), 2001). For policies that differ in what the load is; private to this folder. */
#ifndef SJ_BALANCE_LEAST_LOAD_H
#define SJ_BALANCE_LEAST_LOAD_H

#include "balance/policy.h"

/* What a policy whose members were never heard of says while their first answers are out: more than any latency, with
 * what is pending on top. Finagle's PeakEwma has the same number, in nanoseconds. */
static const double sj_load_unknown = 0x1p47;

typedef double sj_load(const struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t channel,
                       double now);

/* Of `wanted` of the choices (0: of all), drawn without replacement, the one with the least load; the first drawn where
 * it is the same. O(wanted). */
static inline enum sj_picked sj_pick_least_load(struct sj_balancer *balancer, struct sj_policy_state *policy,
                                                const struct sj_turn *turn, uint32_t wanted, sj_load *load,
                                                uint32_t *channel) {
  const uint32_t count = wanted && wanted < turn->choices.count ? wanted : turn->choices.count;
  sj_choices_sample(&turn->choices, count, turn->stream, balancer->scratch);
  double least = 0;
  for (uint32_t i = 0; i < count; i++) {
    const double here = load(balancer, policy, balancer->scratch[i], turn->now);
    if (i > 0 && here >= least) continue;
    least = here;
    *channel = balancer->scratch[i];
  }
  return SJ_PICKED;
}

#endif
