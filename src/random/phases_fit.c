/* Phase-type laws with given moments.
 *
 * Three moments: Bobbio, Horvath and Telek, "Matching three moments with minimal acyclic phase type distributions",
 * Stochastic Models 21 (2005). Two shapes of n phases, one exponential phase and an Erlang law of the others in a row,
 * the first of the row being left out with some probability: the exponential phase last, or first. The fewest phases
 * that will do are taken; every fit is checked by its own moments.
 *
 * Two moments, where the third is out of reach or infinite: a mixture of Erlang laws of k - 1 and k phases with the
 * same rate, or a hyperexponential law with balanced means (Tijms, "Stochastic Models", 1994, appendix B). */
#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "random/phases.h"
#include "random/tails.h"

enum { MOST_PHASES = 20 };

/* ---- third moments ---- */

static double third_of(const struct sj_distribution *d);

static struct tails cubes(const void *context, double u) {
  const struct sj_distribution *const d = context;
  const double low = sj_tails_quantile(d, u, SJ_TABULATED), high = sj_tails_quantile(d, u, SJ_ABOVE | SJ_TABULATED);
  return (struct tails){low * low * low, high * high * high};
}

static double third_by_quantiles(const struct sj_distribution *d) {
  if (!(sj_tail_index(d, true) > 3)) return INFINITY;
  struct tails total = {0, 0};
  sj_integrate((struct integrand){cubes, d, true}, 0, 0.5, &total);
  return total.below + total.above;
}

static double third_of_mixture(const struct node *n) {
  double sum = 0;
  for (size_t i = 0; i < n->mixture.count; i++) {
    const double weight = n->mixture.branches[i].probability;
    if (weight > 0) sum += weight * third_of(n->mixture.parts[i]);
  }
  return sum;
}

static double third_of_empirical(const struct node *n) {
  double sum = 0;
  for (size_t i = 0; i < n->empirical.count; i++) sum += pow(n->empirical.sorted[i], 3);
  return sum / (double)n->empirical.count;
}

/* E[X^3] of a law whose central third moment is `central`. */
static double third_around(const struct sj_distribution *d, double central) {
  const double mean = sj_distribution_mean(d), variance = sj_distribution_variance(d);
  return central + 3 * mean * variance + mean * mean * mean;
}

static double central_third(const struct sj_distribution *d) { return third_of(d) - third_around(d, 0); }

static double third_of(const struct sj_distribution *d) {
  const struct node *const n = node_of(d);
  struct sj_phases phases;
  switch (d->kind) {
    case SJ_UNIFORM:
    case SJ_UNIFORM_INT:
      return third_around(d, 0);
    case SJ_GAMMA: {
      const double a = n->gamma.shape;
      return pow(n->gamma.scale, 3) * a * (a + 1) * (a + 2);
    }
    case SJ_LOGNORMAL:
      return exp(3 * n->lognormal.mu + 4.5 * n->lognormal.sigma * n->lognormal.sigma);
    case SJ_WEIBULL:
      return pow(n->weibull.scale, 3) * tgamma(1 + 3 / n->weibull.shape);
    case SJ_PARETO: {
      const double a = n->pareto.shape;
      return a > 3 ? a / (a - 3) * pow(n->pareto.scale, 3) : INFINITY;
    }
    case SJ_MIXTURE:
      return third_of_mixture(n);
    case SJ_EMPIRICAL:
      return third_of_empirical(n);
    case SJ_SHIFTED:
      return third_around(d, pow(n->shifted.scale, 3) * central_third(n->shifted.inner));
    case SJ_SUM:
      return third_around(d, central_third(n->pair.a) + central_third(n->pair.b));
    case SJ_CONSTANT:
      return pow(d->location, 3);
    default:
      break;
  }
  if (sj_phases_of(d, &phases)) return third_by_quantiles(d);
  double moments[3];
  sj_phases_moments(&phases, moments);
  sj_phases_clear(&phases);
  return moments[2];
}

void sj_distribution_moments(const struct sj_distribution *d, double moments[3]) {
  const double mean = sj_distribution_mean(d), variance = sj_distribution_variance(d);
  moments[0] = mean;
  moments[1] = mean * mean + variance;
  moments[2] = isfinite(moments[1]) ? third_of(d) : INFINITY;
}

/* ---- fits ---- */

static bool matches(const struct sj_phases *p, const double *moments, size_t count) {
  double own[3];
  sj_phases_moments(p, own);
  for (size_t k = 0; k < count; k++)
    if (!(fabs(own[k] - moments[k]) <= 1e-8 * moments[k])) return false;
  return true;
}

/* A row of `count` phases, at rate `lone` in phase `at` and `row` in the others; begins in phase 0 with probability
 * `begin`, else in phase `late`. False if that is none, or has not the moments. */
static bool make_row(size_t count, size_t at, double lone, double row, double begin, size_t late, const double *moments,
                     size_t matched, struct sj_phases *p) {
  if (!(begin >= 0 && begin <= 1 && lone > 0 && row > 0 && isfinite(lone) && isfinite(row))) return false;
  sj_phases_erlang(count, 1, p);
  for (size_t i = 0; i < count; i++) {
    const double rate = i == at ? lone : row;
    if (i + 1 < count) p->rate[i * count + i + 1] = rate;
    p->exit[i] = i + 1 < count ? 0 : rate;
  }
  p->start[0] = begin;
  p->start[late] += 1 - begin;
  if (matches(p, moments, matched)) return true;
  sj_phases_clear(p);
  return false;
}

/* The exponential phase last: n2 and n3 are the moments over those of lower order. */
static bool lone_last(size_t count, const double *moments, double n2, double n3, struct sj_phases *p) {
  const double n = (double)count;
  const double root = 12 * n2 * n2 * (n + 1) + 16 * n3 * (n + 1) + n2 * (n * (n3 - 15) * (n3 + 1) - 8 * (n3 + 3));
  if (root < 0) return false;
  const double b = 2 * (4 - n * (3 * n2 - 4)) / (n2 * (4 + n - n * n3) + sqrt(n * n2) * sqrt(root));
  const double a = (b * n2 - 2) * (n - 1) * b / (b - 1) / n, begin = (b - 1) / a;
  const double lone = (begin * a + 1) / moments[0];
  return make_row(count, count - 1, lone, (n - 1) * lone / a, begin, count - 1, moments, 3, p);
}

static double polynomial(const double *c, size_t degree, double x) {
  double y = 0;
  for (size_t k = degree + 1; k-- > 0;) y = y * x + c[k];
  return y;
}

static double between(const double *c, size_t degree, double low, double high) {
  const bool rises = polynomial(c, degree, high) > 0;
  for (int i = 0; i < 200; i++) {
    const double middle = low + (high - low) / 2;
    *((polynomial(c, degree, middle) > 0) == rises ? &high : &low) = middle;
  }
  return low + (high - low) / 2;
}

/* The real roots of c[0] + c[1] x + ..., of degree at most 4: one between two neighbours among those of the derivative
 * and the ends, if any. */
static size_t real_roots(const double *c, size_t degree, double *roots) {
  while (degree > 0 && c[degree] == 0) degree--;
  if (degree == 0) return 0;
  double derivative[4], ends[6], largest = 0;
  for (size_t k = 1; k <= degree; k++) derivative[k - 1] = (double)k * c[k];
  for (size_t k = 0; k < degree; k++) largest = fmax(largest, fabs(c[k] / c[degree]));
  const size_t turns = real_roots(derivative, degree - 1, ends + 1);
  ends[0] = -1 - largest;
  ends[turns + 1] = 1 + largest;
  size_t count = 0;
  for (size_t i = 0; i <= turns; i++) {
    const double low = polynomial(c, degree, ends[i]), high = polynomial(c, degree, ends[i + 1]);
    if ((low > 0) != (high > 0)) roots[count++] = between(c, degree, ends[i], ends[i + 1]);
  }
  return count;
}

/* The exponential phase first. */
static bool lone_first(size_t count, const double *moments, double n2, double n3, struct sj_phases *p) {
  const double n = (double)count, m = n - 1;
  const double c[] = {n * (n - 2), 4 * n * (2 - n), 6 * m * (n - n2), 2 * n2 * (n3 - 3) * m * m,
                      n2 * (3 * n2 - 2 * n3) * m * m};
  double roots[4];
  const size_t found = real_roots(c, 4, roots);
  for (size_t i = 0; i < found; i++) {
    const double f = roots[i];
    const double a = 2 * (f - 1) * m / (m * (n2 * f * f - 2 * f + 2) - n), begin = (f - 1) * a;
    const double lone = (a + begin) / moments[0], row = m / (moments[0] - begin / lone);
    if (make_row(count, 0, lone, row, begin, 1, moments, 3, p)) return true;
  }
  return false;
}

static bool fit_three(const double *moments, struct sj_phases *p) {
  const double n2 = moments[1] / (moments[0] * moments[0]), n3 = moments[2] / (moments[0] * moments[1]);
  if (!isfinite(n2) || !isfinite(n3)) return false;
  for (size_t count = 2; count <= MOST_PHASES; count++)
    if (lone_last(count, moments, n2, n3, p) || lone_first(count, moments, n2, n3, p)) return true;
  return false;
}

static bool fit_two(const double *moments, struct sj_phases *p) {
  const double mean = moments[0], square = moments[1] / (mean * mean) - 1; /* of the coefficient of variation */
  if (!isfinite(square)) return false;
  if (square >= 1) {
    const double share = 0.5 * (1 + sqrt((square - 1) / (square + 1)));
    sj_phases_erlang(2, 1, p);
    p->rate[1] = 0;
    p->start[0] = share;
    p->start[1] = 1 - share;
    p->exit[0] = 2 * share / mean;
    p->exit[1] = 2 * (1 - share) / mean;
    return true;
  }
  const double k = ceil(1 / square);
  if (!(k <= MOST_PHASES)) return false;
  const double shorter = (k * square - sqrt(k * (1 + square) - k * k * square)) / (1 + square);
  const double rate = (k - shorter) / mean;
  return make_row((size_t)k, (size_t)k - 1, rate, rate, 1 - shorter, k > 1 ? 1 : 0, moments, 2, p);
}

unsigned sj_phases_fit(const struct sj_distribution *d, struct sj_phases *phases) {
  double moments[3] = {NAN, NAN, NAN};
  *phases = (struct sj_phases){0};
  if (!sj_distribution_uses_recorded(d)) sj_distribution_moments(d, moments);
  if (!(moments[0] > 0 && isfinite(moments[0]))) return 0;
  if (fit_three(moments, phases)) return 3;
  if (fit_two(moments, phases)) return 2;
  sj_phases_erlang(MOST_PHASES, moments[0], phases);
  return 1;
}
