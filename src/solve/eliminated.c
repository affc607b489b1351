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

enum sj_status sj_eliminated_spectrum(const struct sj_eliminated *e, size_t wanted, struct sj_spectrum *spectrum) {
  *spectrum = (struct sj_spectrum){0};
  if (!e->up) return SJ_FAILED;
  size_t likeliest = 0;
  for (size_t i = 0; i < e->chain->count; i++)
    if (sj_scaled_compare(e->pi[i], e->pi[likeliest]) > 0) likeliest = i;
  struct sj_pinned *pinned = NULL;
  enum sj_status status = sj_pinned_create(e->down, e->up, likeliest, &pinned);
  if (status == SJ_OK) status = sj_spectrum_find(e->chain, pinned, e->pi, wanted, spectrum);
  sj_pinned_destroy(pinned);
  return status;
}
