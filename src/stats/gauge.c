#include "stats/gauge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

void sj_gauge_grow(struct sj_gauge *g, uint32_t level) {
  uint64_t capacity = g->capacity > 0 ? g->capacity : 16;
  while (capacity <= level) capacity *= 2;
  if (capacity > UINT32_MAX) capacity = UINT32_MAX;
  g->time_at = sj_reallocate_array(g->time_at, (size_t)capacity, sizeof *g->time_at);
  memset(g->time_at + g->capacity, 0, ((size_t)capacity - g->capacity) * sizeof *g->time_at);
  g->capacity = (uint32_t)capacity;
}

void sj_gauge_reset(struct sj_gauge *g, double now) {
  if (g->capacity > 0) memset(g->time_at, 0, g->capacity * sizeof *g->time_at);
  g->since = now;
}

void sj_gauge_destroy(struct sj_gauge *g) {
  free(g->time_at);
  *g = (struct sj_gauge){0};
}

static double time_from(const struct sj_gauge *g, uint32_t level) {
  double sum = 0;
  for (uint32_t n = level; n < g->capacity; n++) sum += g->time_at[n];
  return sum;
}

double sj_gauge_area(const struct sj_gauge *g) {
  double sum = 0;
  for (uint32_t n = 1; n < g->capacity; n++) sum += n * g->time_at[n];
  return sum;
}

double sj_gauge_mean(const struct sj_gauge *g) {
  const double total = time_from(g, 0);
  return total > 0 ? sj_gauge_area(g) / total : NAN;
}

double sj_gauge_std(const struct sj_gauge *g) {
  const double total = time_from(g, 0);
  if (!(total > 0)) return NAN;
  const double mean = sj_gauge_area(g) / total;
  double squares = 0;
  for (uint32_t n = 0; n < g->capacity; n++) squares += (n - mean) * (n - mean) * g->time_at[n];
  return sqrt(squares / total);
}

double sj_gauge_max(const struct sj_gauge *g) {
  for (uint32_t n = g->capacity; n > 0; n--)
    if (g->time_at[n - 1] > 0) return n - 1;
  return NAN;
}

double sj_gauge_share_at(const struct sj_gauge *g, uint32_t level) {
  const double total = time_from(g, 0);
  if (!(total > 0)) return NAN;
  return level < g->capacity ? g->time_at[level] / total : 0;
}

double sj_gauge_share_from(const struct sj_gauge *g, uint32_t level) {
  const double total = time_from(g, 0);
  return total > 0 ? time_from(g, level) / total : NAN;
}

double sj_gauge_quantile(const struct sj_gauge *g, double p) {
  const double total = time_from(g, 0);
  if (!(total > 0) || !(p >= 0 && p <= 1)) return NAN;
  double below = 0;
  for (uint32_t n = 0; n < g->capacity; n++) {
    below += g->time_at[n];
    if (g->time_at[n] > 0 && below >= p * total) return n;
  }
  return sj_gauge_max(g);
}
