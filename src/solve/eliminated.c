#include "solve/eliminated.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static size_t natural_bandwidth(const struct sj_chain *chain) {
  size_t bandwidth = 0;
  for (size_t i = 0; i < chain->count; i++)
    for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) {
      const size_t j = chain->to[t], distance = i > j ? i - j : j - i;
      if (distance > bandwidth) bandwidth = distance;
    }
  return bandwidth;
}

enum sj_status sj_eliminated_order(const struct sj_chain *chain, bool natural, size_t first, struct sj_order *order) {
  if (!natural || first != 0) return sj_order_find(chain, first, order);
  *order = (struct sj_order){.bandwidth = natural_bandwidth(chain)};
  return SJ_OK;
}

double sj_eliminated_bytes(size_t count, size_t bandwidth, size_t eigenvalues) {
  /* Distributions, hitting times with their deviations, what quantities the states have; and eigenvectors. */
  const double vectors = 40 + 4.0 * (double)eigenvalues;
  return 2 * sj_factors_bytes(count, bandwidth) + vectors * sizeof(double) * (double)count;
}

void sj_eliminated_clear(struct sj_eliminated *eliminated) {
  sj_factors_destroy(eliminated->down);
  sj_factors_destroy(eliminated->up);
  sj_order_clear(&eliminated->order);
  free(eliminated->pi);
  free(eliminated->p);
  *eliminated = (struct sj_eliminated){0};
}

/* The largest relative difference of the distribution and that by the other way. */
static enum sj_status compare_ways(const struct sj_eliminated *e, double *difference) {
  struct sj_scaled *const other = calloc(e->chain->count, sizeof *other);
  if (!other) return SJ_NO_MEMORY;
  const enum sj_status status = sj_stationary(e->up, other);
  *difference = 0;
  for (size_t i = 0; status == SJ_OK && i < e->chain->count; i++) {
    if (e->pi[i].fraction == 0) continue;
    const double ratio = sj_scaled_double(sj_scaled_divide(other[i], e->pi[i]));
    *difference = fmax(*difference, fabs(ratio - 1));
  }
  free(other);
  return status;
}

static enum sj_status find_stationary(struct sj_eliminated *e) {
  const size_t count = e->chain->count;
  e->pi = calloc(count, sizeof *e->pi);
  e->p = calloc(count, sizeof *e->p);
  if (!e->pi || !e->p) return SJ_NO_MEMORY;
  enum sj_status status = sj_stationary(e->down, e->pi);
  if (status != SJ_OK) return status;
  for (size_t i = 0; i < count; i++) e->p[i] = sj_scaled_double(e->pi[i]);
  /* Errors of the sums of products that make a component, added up as if they were independent. */
  e->roundings = 4 * DBL_EPSILON * sqrt((double)count * (double)(e->order.bandwidth + 1));
  double difference = 0;
  if (e->up) status = compare_ways(e, &difference);
  e->roundings = fmax(e->roundings, difference);
  return status;
}

enum sj_status sj_eliminated_create(const struct sj_chain *chain, struct sj_order order,
                                    const volatile sig_atomic_t *stop, struct sj_eliminated *e) {
  *e = (struct sj_eliminated){.chain = chain, .order = order, .stop = stop};
  enum sj_status status = sj_factors_create_both(chain, &e->order, stop, &e->down, &e->up);
  if (status == SJ_INVALID) status = sj_factors_create(chain, NULL, &e->order, false, stop, &e->down);
  if (status == SJ_OK) status = find_stationary(e);
  if (status != SJ_OK) sj_eliminated_clear(e);
  return status;
}

static enum sj_status find_spectrum(const struct sj_eliminated *e, size_t wanted, struct sj_spectrum *spectrum) {
  size_t likeliest = 0;
  for (size_t i = 0; i < e->chain->count; i++)
    if (sj_scaled_compare(e->pi[i], e->pi[likeliest]) > 0) likeliest = i;
  struct sj_pinned *pinned = NULL;
  enum sj_status status = sj_pinned_create(e->down, e->up, likeliest, &pinned);
  if (status == SJ_OK) status = sj_spectrum_find(e->chain, pinned, e->pi, wanted, spectrum);
  sj_pinned_destroy(pinned);
  return status;
}

/* Vectors over some of the states become vectors over all `size`, 0 elsewhere. Left ones follow right ones. */
static enum sj_status spread_spectrum(struct sj_spectrum *spectrum, const size_t *state_of, size_t count, size_t size) {
  double *const all = calloc(2 * spectrum->count * size, sizeof *all);
  if (!all) return SJ_NO_MEMORY;
  double *const left = all + spectrum->count * size;
  for (size_t k = 0; k < spectrum->count; k++)
    for (size_t i = 0; i < count; i++) {
      all[k * size + state_of[i]] = spectrum->right[k * count + i];
      left[k * size + state_of[i]] = spectrum->left[k * count + i];
    }
  free(spectrum->right);
  spectrum->right = all;
  spectrum->left = left;
  return SJ_OK;
}

/* That of the states that are met in the long run. */
static enum sj_status spectrum_of_class(const struct sj_eliminated *e, size_t wanted, struct sj_spectrum *spectrum) {
  const size_t size = e->chain->count;
  bool *const closed = malloc(size * sizeof *closed);
  size_t *const state_of = malloc(size * sizeof *state_of);
  struct sj_chain part = {0};
  struct sj_order order = {0};
  struct sj_eliminated inner = {0};
  enum sj_status status = closed && state_of ? SJ_OK : SJ_NO_MEMORY;
  for (size_t i = 0; status == SJ_OK && i < size; i++) closed[i] = e->pi[i].fraction > 0;
  if (status == SJ_OK) status = sj_chain_part(e->chain, &e->order, closed, &part, NULL, state_of);
  if (status == SJ_OK) status = sj_eliminated_order(&part, true, 0, &order);
  if (status == SJ_OK) status = sj_eliminated_create(&part, order, e->stop, &inner);
  if (status == SJ_OK) status = inner.up ? find_spectrum(&inner, wanted, spectrum) : SJ_FAILED;
  if (status == SJ_OK) status = spread_spectrum(spectrum, state_of, part.count, size);
  sj_eliminated_clear(&inner);
  sj_chain_clear(&part);
  free(closed);
  free(state_of);
  return status;
}

enum sj_status sj_eliminated_spectrum(const struct sj_eliminated *e, size_t wanted, struct sj_spectrum *spectrum) {
  *spectrum = (struct sj_spectrum){0};
  const enum sj_status status = (e->up ? find_spectrum : spectrum_of_class)(e, wanted, spectrum);
  if (status != SJ_OK) sj_spectrum_clear(spectrum);
  return status;
}
