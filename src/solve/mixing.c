#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solve/transient.h"

/* The distance from pi never rises, so it is below the wanted one from its only crossing on. The way there is gone in
 * ever longer steps, then the crossing is cornered between `low`, whose distribution is kept, and `high`. */
struct crossing {
  struct sj_transient *t;
  double distance; /* wanted */
  double low, high;
  double low_excess, high_excess; /* log(distance there / distance wanted): > 0 and <= 0 */
  double *at_low, *trial;
};

/* Of the time. The distance falls as an exponential of it at last, so it must be as exact. */
static const double relative_precision = 1e-7;
enum { MOST_TRIALS = 200 };

static double excess(const struct crossing *c, const double *p) {
  double distance = 0;
  for (size_t i = 0; i < c->t->chain->count; i++) distance += fabs(p[i] - c->t->pi[i]) / 2;
  return log(distance / c->distance);
}

/* Makes `trial` the distribution at `time` >= low, and low or high of it. */
static enum sj_status try_at(struct crossing *c, double time) {
  memcpy(c->trial, c->at_low, c->t->chain->count * sizeof *c->trial);
  const enum sj_status status = sj_transient_advance(c->t, c->trial, time - c->low, NULL);
  if (status != SJ_OK) return status;
  const double found = excess(c, c->trial);
  if (found > 0) {
    double *const swap = c->at_low;
    c->at_low = c->trial;
    c->trial = swap;
    c->low = time;
    c->low_excess = found;
  } else {
    c->high = time;
    c->high_excess = found;
  }
  return SJ_OK;
}

static enum sj_status find_high(struct crossing *c) {
  enum sj_status status = SJ_OK;
  c->high = INFINITY;
  while (status == SJ_OK && isinf(c->high)) {
    const double next = fmax(c->low + 4 / c->t->uniformized.rate, 1.5 * c->low);
    if (!isfinite(next)) return SJ_FAILED;
    status = try_at(c, next);
  }
  return status;
}

/* False position on the logarithm, which is nearly straight; a side that stays a second time counts half (Illinois). */
static enum sj_status corner(struct crossing *c) {
  double low_part = c->low_excess, high_part = c->high_excess;
  int same = 0; /* how often the low side moved in a row; negative: the high one */
  for (int trials = 0; trials < MOST_TRIALS; trials++) {
    const double width = c->high - c->low, low = c->low;
    if (!(width > relative_precision * c->high)) break;
    /* Not quite to either end, so that the other one follows when this one has arrived. */
    const double margin = fmin(0.3 * relative_precision * c->high / width, 0.25);
    const double share = isfinite(high_part) ? low_part / (low_part - high_part) : 0.5;
    const enum sj_status status = try_at(c, low + fmin(fmax(share, margin), 1 - margin) * width);
    if (status != SJ_OK) return status;
    if (c->low > low) {
      low_part = c->low_excess;
      same = same > 0 ? same + 1 : 1;
      if (same > 1) high_part /= 2;
    } else {
      high_part = c->high_excess;
      same = same < 0 ? same - 1 : -1;
      if (same < -1) low_part /= 2;
    }
  }
  return SJ_OK;
}

enum sj_status sj_mixing_time(struct sj_transient *t, const double *p, double distance, double *time) {
  struct crossing c = {.t = t, .distance = distance};
  *time = NAN;
  if (!t->pi) return SJ_OK;
  const size_t n = t->chain->count, most = t->most_products, spent = t->products;
  const double tolerance = t->tolerance, negligible = t->negligible;
  c.low_excess = excess(&c, p);
  if (c.low_excess <= 0 || !(t->uniformized.rate > 0)) {
    if (c.low_excess <= 0) *time = 0;
    return SJ_OK;
  }
  double *const copies = malloc((2 * n + 1) * sizeof *copies);
  if (!copies) return SJ_NO_MEMORY;
  c.at_low = copies;
  c.trial = copies + n;
  memcpy(c.at_low, p, n * sizeof *p);
  if (most - spent > SJ_MIXING_PRODUCTS) t->most_products = spent + SJ_MIXING_PRODUCTS;
  t->tolerance = relative_precision * distance;
  t->negligible = 1.0 / 64; /* more would hide how well the eigenvectors explain the rest */
  enum sj_status status = find_high(&c);
  if (status == SJ_OK) status = corner(&c);
  t->most_products = most;
  t->tolerance = tolerance;
  t->negligible = negligible;
  if (status == SJ_OK) *time = (c.low + c.high) / 2;
  free(copies);
  return status == SJ_FAILED ? SJ_OK : status;
}
