#include "solve/projection.h"

#include <stdlib.h>
#include <string.h>

struct ranked {
  double rate;
  uint32_t state;
};

static int by_falling_rate(const void *a, const void *b) {
  const struct ranked *const x = a, *const y = b;
  if (x->rate != y->rate) return x->rate < y->rate ? 1 : -1;
  return (x->state > y->state) - (x->state < y->state);
}

enum sj_status sj_projection_start(const struct sj_chain *chain, struct sj_projection *projection) {
  const size_t n = chain->count;
  *projection = (struct sj_projection){.chain = chain};
  projection->exit_rate = malloc((n + 1) * sizeof *projection->exit_rate);
  projection->by_rate = malloc((n + 1) * sizeof *projection->by_rate);
  projection->state = malloc((n + 1) * sizeof *projection->state);
  struct ranked *const ranked = malloc((n + 1) * sizeof *ranked);
  const bool ok = projection->exit_rate && projection->by_rate && projection->state && ranked;
  for (size_t i = 0; ok && i < n; i++)
    ranked[i] = (struct ranked){projection->exit_rate[i] = sj_chain_exit_rate(chain, i), (uint32_t)i};
  if (ok) qsort(ranked, n, sizeof *ranked, by_falling_rate);
  for (size_t i = 0; ok && i < n; i++) projection->by_rate[i] = ranked[i].state;
  free(ranked);
  if (!ok) sj_projection_clear(projection);
  return ok ? SJ_OK : SJ_NO_MEMORY;
}

void sj_projection_clear(struct sj_projection *projection) {
  free(projection->exit_rate);
  free(projection->by_rate);
  free(projection->state);
  sj_uniformized_clear(&projection->uniformized);
  *projection = (struct sj_projection){0};
}

double sj_projection_limit(const struct sj_projection *projection, const double *p, const double *pi, double mass) {
  double of_p = 0, of_pi = 0;
  size_t k = 0;
  for (; k + 1 < projection->chain->count; k++) {
    of_p += p[projection->by_rate[k]];
    of_pi += pi[projection->by_rate[k]];
    if (of_p > mass || of_pi > mass) break;
  }
  return 1.05 * projection->exit_rate[projection->by_rate[k]];
}

/* The kept states' chain; transitions to others lead to the one further state. */
static enum sj_status build(const struct sj_projection *projection, const uint32_t *place, struct sj_chain *kept) {
  const struct sj_chain *const chain = projection->chain;
  enum sj_status status = sj_chain_start(kept, projection->count + 1, chain->end);
  for (size_t k = 0; status == SJ_OK && k < projection->count; k++) {
    const size_t i = projection->state[k];
    for (size_t t = chain->begin[i]; status == SJ_OK && t < chain->begin[i + 1]; t++)
      status = sj_chain_add(kept, place[chain->to[t]], chain->rate[t]);
    sj_chain_end_row(kept);
  }
  if (status == SJ_OK) sj_chain_end_row(kept);
  return status;
}

enum sj_status sj_projection_set(struct sj_projection *projection, double limit) {
  if (limit == projection->limit) return SJ_OK;
  const size_t n = projection->chain->count;
  uint32_t *const place = malloc((n + 1) * sizeof *place);
  if (!place) return SJ_NO_MEMORY;
  projection->count = 0;
  for (size_t i = 0; i < n; i++)
    if (projection->exit_rate[i] <= limit) {
      place[i] = (uint32_t)projection->count;
      projection->state[projection->count++] = (uint32_t)i;
    }
  for (size_t i = 0; i < n; i++)
    if (!(projection->exit_rate[i] <= limit)) place[i] = (uint32_t)projection->count;
  struct sj_chain kept = {0};
  sj_uniformized_clear(&projection->uniformized);
  enum sj_status status = build(projection, place, &kept);
  if (status == SJ_OK) status = sj_uniformized_create(&kept, &projection->uniformized);
  projection->limit = status == SJ_OK ? limit : 0;
  sj_chain_clear(&kept);
  free(place);
  return status;
}

void sj_projection_gather(const struct sj_projection *projection, const double *p, double *kept) {
  double others = 0;
  for (size_t i = 0; i < projection->chain->count; i++)
    if (!(projection->exit_rate[i] <= projection->limit)) others += p[i];
  for (size_t k = 0; k < projection->count; k++) kept[k] = p[projection->state[k]];
  kept[projection->count] = others;
}

void sj_projection_scatter(const struct sj_projection *projection, const double *kept, double *p) {
  memset(p, 0, projection->chain->count * sizeof *p);
  for (size_t k = 0; k < projection->count; k++) p[projection->state[k]] = kept[k];
}
