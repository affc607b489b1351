#include "solve/levels.h"

#include <stdlib.h>

#include "solve/eliminate.h"

/* The states in between, as a chain of their own that is killed where it would leave for one of the regimes; the reward
 * is the rate at which it leaves for the high one. */
struct between {
  struct sj_chain chain;
  uint32_t *number; /* [state] in `chain` */
  double *kill;
  struct sj_scaled *reward, *h;
};

static void clear(struct between *b) {
  sj_chain_clear(&b->chain);
  free(b->number);
  free(b->kill);
  free(b->reward);
}

static enum sj_status add_row(struct between *b, const struct sj_chain *chain, const bool *low, const bool *high,
                              size_t i) {
  double to_low = 0, to_high = 0;
  for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) {
    const uint32_t j = chain->to[t];
    if (low[j])
      to_low += chain->rate[t];
    else if (high[j])
      to_high += chain->rate[t];
    else if (sj_chain_add(&b->chain, b->number[j], chain->rate[t]) != SJ_OK)
      return SJ_NO_MEMORY;
  }
  b->kill[b->number[i]] = to_low + to_high;
  b->reward[b->number[i]] = sj_scaled(to_high);
  sj_chain_end_row(&b->chain);
  return SJ_OK;
}

static enum sj_status start(struct between *b, const struct sj_chain *chain, const bool *low, const bool *high) {
  *b = (struct between){.number = malloc((chain->count + 1) * sizeof *b->number)};
  if (!b->number) return SJ_NO_MEMORY;
  size_t count = 0;
  for (size_t i = 0; i < chain->count; i++) b->number[i] = low[i] || high[i] ? UINT32_MAX : (uint32_t)count++;
  b->kill = malloc((count + 1) * sizeof *b->kill);
  b->reward = malloc((2 * count + 1) * sizeof *b->reward);
  if (!b->kill || !b->reward) return SJ_NO_MEMORY;
  b->h = b->reward + count;
  enum sj_status status = sj_chain_start(&b->chain, count, chain->end);
  for (size_t i = 0; i < chain->count && status == SJ_OK; i++)
    if (b->number[i] != UINT32_MAX) status = add_row(b, chain, low, high, i);
  return status;
}

static enum sj_status eliminate(struct between *b, const volatile sig_atomic_t *stop) {
  if (b->chain.count == 0) return SJ_OK;
  struct sj_order order = {0};
  struct sj_factors *factors = NULL;
  enum sj_status status = sj_order_find(&b->chain, 0, &order);
  if (status == SJ_OK) status = sj_factors_create(&b->chain, b->kill, &order, false, stop, &factors);
  if (status == SJ_OK) status = sj_expected_until(factors, 0, b->reward, b->h);
  sj_factors_destroy(factors);
  sj_order_clear(&order);
  return status;
}

enum sj_status sj_committor(const struct sj_chain *chain, const bool *low, const bool *high,
                            const volatile sig_atomic_t *stop, struct sj_scaled *h) {
  struct between b;
  enum sj_status status = start(&b, chain, low, high);
  if (status == SJ_OK) status = eliminate(&b, stop);
  for (size_t i = 0; i < chain->count && status == SJ_OK; i++)
    h[i] = low[i] || high[i] ? sj_scaled(high[i]) : b.h[b.number[i]];
  clear(&b);
  return status;
}
