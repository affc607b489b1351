/* Which channels may be picked, looked up by channel: for policies that go through their channels in an order of their
 * own. Private to this folder. */
#ifndef SJ_BALANCE_ALLOWED_H
#define SJ_BALANCE_ALLOWED_H

#include "balance/policy.h"

/* Marks the choices in the upper half of the balancer's scratch; O(channels) where there is a list, else nothing. */
static inline void sj_allowed_mark(struct sj_balancer *balancer, const struct sj_choices *choices) {
  if (!choices->list) return;
  uint32_t *const marks = balancer->scratch + balancer->channel_count;
  for (uint32_t i = 0; i < balancer->channel_count; i++) marks[i] = 0;
  for (uint32_t i = 0; i < choices->count; i++) marks[choices->list[i]] = 1;
}

static inline bool sj_allowed(const struct sj_balancer *balancer, const struct sj_choices *choices, uint32_t channel) {
  return !choices->list || balancer->scratch[balancer->channel_count + channel];
}

/* Those of a list of channels that may be picked, in its order; `open` has room for all of it. */
static inline struct sj_choices sj_allowed_among(struct sj_balancer *balancer, const struct sj_choices *choices,
                                                 const uint32_t *list, uint32_t count, uint32_t *open) {
  if (!choices->list) return (struct sj_choices){.list = list, .count = count};
  sj_allowed_mark(balancer, choices);
  uint32_t allowed = 0;
  for (uint32_t i = 0; i < count; i++)
    if (sj_allowed(balancer, choices, list[i])) open[allowed++] = list[i];
  return (struct sj_choices){.list = open, .count = allowed};
}

#endif
