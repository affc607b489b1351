#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "random/special.h"
#include "random/special_private.h"
#include "random/tails.h"

struct moments {
  double mean, variance;
};

static struct moments moments_of(const struct sj_distribution *d);

/* --- Closed forms --- */

/* The normal law whose negative draws become 0. With z = mean / std, max(Z + z, 0) has the mean phi(z) + z Phi(z) and
 * the second moment (1 + z^2) Phi(z) + z phi(z). Where little is cut off its complement is computed instead: max(Y, 0)
 * = Y + W with W = max(-Y, 0) and Y W = -W^2. */
static struct moments of_normal(const struct node *n) {
  const double std = n->normal.std, z = n->normal.mean / std;
  const double density = 0.39894228040143267794 * exp(-0.5 * z * z);
  const double tail = sj_normal_cdf(-fabs(z));
  const double first = density - fabs(z) * tail;
  const double second = (1 + z * z) * tail - fabs(z) * density;
  if (z < 0) return (struct moments){std * first, std * std * (second - first * first)};
  return (struct moments){n->normal.mean + std * first, std * std * (1 - second - 2 * z * first - first * first)};
}

static struct moments of_lognormal(const struct node *n) {
  const double square = n->lognormal.sigma * n->lognormal.sigma;
  const double mean = exp(n->lognormal.mu + square / 2);
  return (struct moments){mean, mean * mean * expm1(square)};
}

static struct moments of_weibull(const struct node *n) {
  const double x = 1 / n->weibull.shape;
  const double mean = n->weibull.scale * tgamma(1 + x);
  return (struct moments){mean, mean * mean * expm1(sj_log_gamma_excess(x))};
}

static struct moments of_pareto(const struct node *n) {
  const double a = n->pareto.shape, scale = n->pareto.scale;
  const double mean = a > 1 ? scale * (a / (a - 1)) : INFINITY;
  return (struct moments){mean, a > 2 ? mean * mean / a / (a - 2) : INFINITY};
}

static struct moments of_hyperexponential(const struct node *n) {
  struct moments m = {0, 0};
  const struct branch *const branches = n->hyperexponential.branches;
  const double *const means = n->hyperexponential.means;
  for (size_t i = 0; i < n->hyperexponential.count; i++) m.mean += branches[i].probability * means[i];
  for (size_t i = 0; i < n->hyperexponential.count; i++) {
    const double distance = means[i] - m.mean;
    m.variance += branches[i].probability * (means[i] * means[i] + distance * distance);
  }
  return m;
}

static struct moments of_mixture(const struct node *n) {
  struct moments m = {0, 0};
  struct moments *const parts = sj_allocate_array(n->mixture.count, sizeof *parts);
  for (size_t i = 0; i < n->mixture.count; i++) {
    const double p = n->mixture.branches[i].probability;
    if (p <= 0) continue;
    parts[i] = moments_of(n->mixture.parts[i]);
    m.mean += p * parts[i].mean;
  }
  for (size_t i = 0; i < n->mixture.count; i++) {
    const double p = n->mixture.branches[i].probability;
    if (p <= 0) continue;
    const double distance = parts[i].mean - m.mean;
    m.variance += p * (parts[i].variance + distance * distance);
  }
  if (!isfinite(m.mean)) m.variance = INFINITY;
  free(parts);
  return m;
}

/* Compensated (Neumaier 1974): a recording can have millions of values. */
static void add_exactly(double *sum, double *lost, double x) {
  const double next = *sum + x;
  *lost += fabs(*sum) >= fabs(x) ? (*sum - next) + x : (x - next) + *sum;
  *sum = next;
}

static struct moments of_empirical(const struct node *n) {
  const double count = (double)n->empirical.count;
  double sum = 0, lost = 0;
  for (size_t i = 0; i < n->empirical.count; i++) add_exactly(&sum, &lost, n->empirical.sorted[i]);
  const double mean = (sum + lost) / count;
  sum = lost = 0;
  for (size_t i = 0; i < n->empirical.count; i++) {
    const double distance = n->empirical.sorted[i] - mean;
    add_exactly(&sum, &lost, distance * distance);
  }
  return (struct moments){mean, (sum + lost) / count};
}

/* --- Maxima, minima and rounded laws: integrals of the tails --- */

/* About a center c: E max(X - c, 0) is the integral of P(X > x) over x > c, and E max(X - c, 0)^2 that of 2 (x - c) P(X
 * > x); likewise below. Summed up in a pair, the first in `below`, the second in `above`. */
struct tail_integrand {
  const struct sj_distribution *d;
  double center, shift;
  bool downward, second;
};

static struct tails at_tail(const void *context, double x) {
  const struct tail_integrand *const c = context;
  const struct tails t = sj_tails(c->d, x + c->shift, SJ_TABULATED | (c->downward ? SJ_STRICT : 0));
  const double p = c->downward ? t.below : t.above;
  return (struct tails){p, c->second && p > 0 ? 2 * fabs(x - c->center) * p : 0};
}

/* Over all that lies beyond `start`, cut at the law's marks. */
static struct tails integrate_tail(const struct tail_integrand *c, double start) {
  struct marks marks = {.limit = 1 << 20};
  sj_marks_collect(c->d, &marks);
  const double end = c->downward ? sj_distribution_min(c->d) : sj_distribution_max(c->d);
  sj_marks_add(&marks, end);
  sj_marks_sort(&marks);
  const struct integrand f = {at_tail, c, sj_has_sums(c->d)};
  struct tails total = {0, 0};
  double from = start;
  for (size_t i = 0; i < marks.count; i++) {
    const double to = marks.points[c->downward ? marks.count - 1 - i : i];
    if (c->downward ? to >= from : to <= from) continue;
    sj_integrate(f, fmin(from, to), fmax(from, to), &total);
    from = to;
  }
  if (!isfinite(end)) {
    const double spread = fabs(sj_tails_quantile(c->d, 0.25, SJ_TABULATED | (c->downward ? 0 : SJ_ABOVE)) - c->center);
    sj_integrate_to_infinity(f, from, fmax(fabs(from - c->center), spread), c->downward, &total);
  }
  sj_marks_free(&marks);
  return total;
}

static struct tails whole_number_tail(const struct sj_distribution *d, double center, bool downward, bool second) {
  enum { MOST_TERMS = 1 << 17 };
  struct tails sum = {0, 0};
  for (double k = 1; k <= MOST_TERMS; k++) {
    const double p = downward ? sj_tails(d, center - k, SJ_TABULATED).below
                              : sj_tails(d, center + k, SJ_TABULATED | SJ_STRICT).above;
    sum.below += p;
    if (second) sum.above += (2 * k - 1) * p;
    if (p * k * k <= 1e-18 * (sum.below + sum.above)) return sum;
  }
  /* What is left is smooth on the scale of 1: the sum over k > n of h(k) is the integral of h over x > n + 1/2, up to
   * h'(n) / 24. */
  const double start = MOST_TERMS + 0.5;
  struct tail_integrand c = {.d = node_of(d)->rounded.inner, .downward = downward, .second = second};
  /* P(floor Y >= k) = P(Y >= k), P(ceil Y >= k) = P(Y > k - 1), P(round Y >= k) = P(Y >= k - 1/2); P(floor Y <= k) =
   * P(Y < k + 1) and so on. The weight 2 k - 1 is 2 (k - 1/2). */
  c.shift = d->kind == SJ_ROUND ? -0.5 : d->kind == SJ_CEIL ? -1 : 0;
  if (downward) c.shift += 1;
  c.center = downward ? center - 0.5 : center + 0.5;
  const struct tails rest = integrate_tail(&c, downward ? center - start : center + start);
  return (struct tails){sum.below + rest.below, sum.above + rest.above};
}

static struct moments by_tails(const struct sj_distribution *d) {
  const double upper = sj_tail_index(d, true), lower = sj_tail_index(d, false);
  if (!(upper > 1) || !(lower > 1)) {
    const double mean = lower > 1 ? INFINITY : upper > 1 ? -INFINITY : NAN;
    return (struct moments){mean, INFINITY};
  }
  const bool second = upper > 2 && lower > 2;
  const double center = sj_tails_quantile(d, 0.5, SJ_TABULATED);
  struct tails up, down;
  if (d->kind == SJ_MAX || d->kind == SJ_MIN) {
    up = integrate_tail(&(struct tail_integrand){d, center, 0, false, second}, center);
    down = integrate_tail(&(struct tail_integrand){d, center, 0, true, second}, center);
  } else {
    up = whole_number_tail(d, center, false, second);
    down = whole_number_tail(d, center, true, second);
  }
  const double distance = up.below - down.below;
  return (struct moments){center + distance, second ? up.above + down.above - distance * distance : INFINITY};
}

static struct moments moments_of(const struct sj_distribution *d) {
  const struct node *const n = node_of(d);
  switch (d->kind) {
    case SJ_CONSTANT:
      return (struct moments){d->location, 0};
    case SJ_EXPONENTIAL:
      return (struct moments){d->location, d->location * d->location};
    case SJ_ERLANG:
      return (struct moments){n->erlang.mean, n->erlang.mean * n->erlang.phase_mean};
    case SJ_GAMMA: {
      const double mean = n->gamma.shape * n->gamma.scale;
      return (struct moments){mean, mean * n->gamma.scale};
    }
    case SJ_UNIFORM: {
      const double width = n->uniform.max - n->uniform.min;
      return (struct moments){n->uniform.min + width / 2, width * width / 12};
    }
    case SJ_UNIFORM_INT: {
      const double count = (double)n->uniform_int.count;
      const double mean = n->uniform_int.min + (n->uniform_int.max - n->uniform_int.min) / 2;
      return (struct moments){mean, (count - 1) * (count + 1) / 12};
    }
    case SJ_NORMAL:
      return of_normal(n);
    case SJ_LOGNORMAL:
      return of_lognormal(n);
    case SJ_WEIBULL:
      return of_weibull(n);
    case SJ_PARETO:
      return of_pareto(n);
    case SJ_HYPEREXPONENTIAL:
      return of_hyperexponential(n);
    case SJ_MIXTURE:
      return of_mixture(n);
    case SJ_PHASE_TYPE: {
      struct moments m;
      sj_phase_type_moments(n, &m.mean, &m.variance);
      return m;
    }
    case SJ_EMPIRICAL:
      return of_empirical(n);
    case SJ_RECORDED:
      return (struct moments){NAN, NAN};
    case SJ_SHIFTED: {
      const struct moments m = moments_of(n->shifted.inner);
      const double scale = n->shifted.scale;
      return (struct moments){n->shifted.offset + scale * m.mean, scale * scale * m.variance};
    }
    case SJ_SUM: {
      const struct moments a = moments_of(n->pair.a), b = moments_of(n->pair.b);
      return (struct moments){a.mean + b.mean, a.variance + b.variance};
    }
    case SJ_MAX:
    case SJ_MIN:
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      return by_tails(d);
  }
  __builtin_unreachable();
}

double sj_distribution_mean(const struct sj_distribution *d) {
  return sj_distribution_uses_recorded(d) ? NAN : moments_of(d).mean;
}

double sj_distribution_variance(const struct sj_distribution *d) {
  return sj_distribution_uses_recorded(d) ? NAN : moments_of(d).variance;
}
