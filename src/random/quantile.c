#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "random/special.h"
#include "random/special_private.h"
#include "random/tails.h"

/* A probability as seen from one side: P(X <= x) = p, or P(X > x) = p if `above`. */
struct level {
  double p;
  bool above;
  unsigned tabulated; /* SJ_TABULATED or 0 */
};

/* -ln P(X > x). */
static double hazard_of(struct level l) { return l.above ? -log(l.p) : -log1p(-l.p); }

static double normal_of(struct level l) { return l.above ? -sj_normal_quantile(l.p) : sj_normal_quantile(l.p); }

static double gamma_of(double shape, struct level l) { return sj_gamma_inverse(shape, l.p, l.above); }

static bool enough(double k, double count, struct level l) {
  return l.above ? (count - k) / count <= l.p : k / count >= l.p;
}

/* The number, from 0, of the first of `count` equally likely values that reaches the level: computed, then corrected
 * for rounding, so that it agrees with the cdf. */
static double index_of(double count, struct level l) {
  double k = ceil((l.above ? 1 - l.p : l.p) * count);
  k = fmin(fmax(k, 1), count);
  while (k > 1 && enough(k - 1, count, l)) k--;
  while (k < count && !enough(k, count, l)) k++;
  return k - 1;
}

/* log of how much the level is exceeded at x: not negative where x is far enough up. */
static double excess(const struct sj_distribution *d, double x, struct level l) {
  const struct tails t = sj_tails(d, x, l.tabulated);
  return l.above ? log(l.p / t.above) : log(t.below / l.p);
}

static int64_t order_of(double x) {
  int64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits < 0 ? INT64_MIN - bits : bits;
}

static double of_order(int64_t order) {
  const int64_t bits = order < 0 ? INT64_MIN - order : order;
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* Half way between: in value when the two are near each other, in their floating-point order otherwise. */
static double middle_of(double low, double high) {
  const bool near = low > 0 ? high / low < 4 : high < 0 && low / high < 4;
  if (near) return low + (high - low) / 2;
  const int64_t a = order_of(low), b = order_of(high);
  return of_order((a & b) + ((a ^ b) >> 1));
}

/* A step of inverse quadratic interpolation where Chandrupatla ("A new hybrid quadratic/bisection algorithm", Adv. Eng.
 * Software 28, 1997) finds it safe, as a share of the way from x1 to x2; else a negative number. */
static double interpolated_share(const double x[3], const double f[3]) {
  if (!isfinite(f[0]) || !isfinite(f[1]) || !isfinite(f[2])) return -1;
  const double xi = (x[0] - x[1]) / (x[2] - x[1]), phi = (f[0] - f[1]) / (f[2] - f[1]);
  if (!(phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi)) return -1;
  return f[0] / (f[1] - f[0]) * f[2] / (f[1] - f[2]) +
         (x[2] - x[0]) / (x[1] - x[0]) * f[0] / (f[2] - f[0]) * f[1] / (f[2] - f[1]);
}

/* Where to look next: interpolated, but at every third step and wherever that does not lie inside, in the middle;
 * always some last digits away from the last point, so that both ends close in. */
static double next_candidate(const double x[3], const double f[3], double low, double high, int step) {
  const double middle = middle_of(low, high);
  const double share = step % 3 == 2 ? -1 : interpolated_share(x, f);
  const double least = 2 * DBL_EPSILON * fabs(x[0]) / fabs(x[1] - x[0]);
  if (share < 0 || least >= 0.25) return middle;
  const double candidate = x[0] + fmin(fmax(share, least), 1 - least) * (x[1] - x[0]);
  return candidate > low && candidate < high ? candidate : middle;
}

/* The smallest double in (low, high] that reaches the level, where `high` does and `low` does not. */
static double search(const struct sj_distribution *d, struct level l, double low, double high) {
  double x[3] = {high, low, low}; /* the last point, the other end of the bracket, the point before */
  double f[3] = {excess(d, high, l), excess(d, low, l), 0};
  f[2] = f[1];
  double candidate = middle_of(low, high);
  for (int step = 0; candidate > low && candidate < high; step++) {
    const double value = excess(d, candidate, l);
    if ((value >= 0) == (f[0] >= 0)) {
      x[2] = x[0];
      f[2] = f[0];
    } else {
      x[2] = x[1];
      f[2] = f[1];
      x[1] = x[0];
      f[1] = f[0];
    }
    x[0] = candidate;
    f[0] = value;
    if (value >= 0)
      high = candidate;
    else
      low = candidate;
    candidate = next_candidate(x, f, low, high, step);
  }
  return high;
}

static double quantile(const struct sj_distribution *d, struct level l) {
  return sj_tails_quantile(d, l.p, (l.above ? SJ_ABOVE : 0) | l.tabulated);
}

/* A share of what lies on the given side of the level. */
static struct level part(struct level l, double share, bool above) {
  return (struct level){(l.above == above ? l.p : 1 - l.p) * share, above, l.tabulated};
}

static double bound(const struct sj_distribution *d, struct level l, bool upper);

static double pair_bound(const struct node *n, struct level l, bool upper) {
  const struct sj_distribution *const a = n->pair.a, *const b = n->pair.b;
  struct level a_level = l, b_level = l;
  const bool maximum = n->head.kind == SJ_MAX, minimum = n->head.kind == SJ_MIN;
  /* A maximum is at least each, a minimum at most each. For the other bounds the probability is divided (Bonferroni),
   * by the sizes of the two trees so that long chains do not starve their ends. */
  if (!(maximum && !upper) && !(minimum && upper)) {
    const double share = (double)node_of(a)->nodes / ((double)node_of(a)->nodes + node_of(b)->nodes);
    a_level = part(l, share, upper);
    b_level = part(l, 1 - share, upper);
  }
  const double x = bound(a, a_level, upper), y = bound(b, b_level, upper);
  return maximum ? fmax(x, y) : minimum ? fmin(x, y) : x + y;
}

/* A lower or an upper bound of the quantile that needs no search, in time linear in the tree. */
static double bound(const struct sj_distribution *d, struct level l, bool upper) {
  const struct node *const n = node_of(d);
  switch (d->kind) {
    case SJ_MIXTURE: {
      double x = upper ? -INFINITY : INFINITY;
      for (size_t i = 0; i < n->mixture.count; i++) {
        if (n->mixture.branches[i].probability <= 0) continue;
        const double y = bound(n->mixture.parts[i], l, upper);
        x = upper ? fmax(x, y) : fmin(x, y);
      }
      return x;
    }
    case SJ_SHIFTED: {
      const bool flip = n->shifted.scale < 0;
      const struct level inner = {l.p, l.above != flip, l.tabulated};
      return n->shifted.offset + n->shifted.scale * bound(n->shifted.inner, inner, upper != flip);
    }
    case SJ_SUM:
    case SJ_MAX:
    case SJ_MIN:
      return pair_bound(n, l, upper);
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      return upper ? ceil(bound(n->rounded.inner, l, true)) : floor(bound(n->rounded.inner, l, false));
    default:
      return quantile(d, l);
  }
}

/* The smallest double that reaches the level, in a bracket that holds but for rounding. */
static double search_between(const struct sj_distribution *d, struct level l, double low, double high) {
  const double min = sj_distribution_min(d), max = sj_distribution_max(d);
  double step = DBL_EPSILON * fabs(low) + DBL_MIN;
  for (; low > min && excess(d, low, l) >= 0; step *= 16) low -= step;
  if (low <= min) {
    low = min;
    if (excess(d, low, l) >= 0) return low;
  }
  high = fmin(high, max);
  step = DBL_EPSILON * fabs(high) + DBL_MIN;
  for (; high < max && excess(d, high, l) < 0; step *= 16) high += step;
  return isfinite(high) ? search(d, l, low, fmin(high, max)) : high;
}

static double search_bounded(const struct sj_distribution *d, struct level l) {
  return search_between(d, l, bound(d, l, false), bound(d, l, true));
}

static double of_hyperexponential(const struct sj_distribution *d, struct level l) {
  const struct node *const n = node_of(d);
  double least = INFINITY, most = 0;
  for (size_t i = 0; i < n->hyperexponential.count; i++) {
    if (n->hyperexponential.branches[i].probability <= 0) continue;
    least = fmin(least, n->hyperexponential.means[i]);
    most = fmax(most, n->hyperexponential.means[i]);
  }
  return search_between(d, l, least * hazard_of(l), most * hazard_of(l));
}

static double of_phase_type(const struct sj_distribution *d, struct level l) {
  if (excess(d, 0, l) >= 0) return 0;
  double high = sj_distribution_mean(d);
  while (excess(d, high, l) < 0) high *= 2;
  return search_between(d, l, 0, high);
}

static double of_shifted(const struct sj_distribution *d, struct level l) {
  const struct node *const n = node_of(d);
  const double offset = n->shifted.offset, scale = n->shifted.scale;
  if (scale > 0) return offset + scale * quantile(n->shifted.inner, l);
  /* Turned around, a step of the cdf includes its other end. */
  if (sj_has_atoms(n->shifted.inner)) return search_bounded(d, l);
  return offset + scale * quantile(n->shifted.inner, (struct level){l.p, !l.above, l.tabulated});
}

static double of_rounded(const struct sj_distribution *d, struct level l) {
  const double inner = quantile(node_of(d)->rounded.inner, l);
  double x = d->kind == SJ_ROUND ? round(inner) : d->kind == SJ_FLOOR ? floor(inner) : ceil(inner);
  if (!(fabs(x) < 0x1p53)) return x; /* every double is a whole number there */
  while (x > sj_distribution_min(d) && excess(d, x - 1, l) >= 0) x--;
  while (excess(d, x, l) < 0) x++;
  return x;
}

static double within(const struct sj_distribution *d, struct level l) {
  const struct node *const n = node_of(d);
  switch (d->kind) {
    case SJ_CONSTANT:
      return d->location;
    case SJ_EXPONENTIAL:
      return d->location * hazard_of(l);
    case SJ_ERLANG:
      return n->erlang.phase_mean * gamma_of((double)n->erlang.k, l);
    case SJ_GAMMA:
      return n->gamma.scale * gamma_of(n->gamma.shape, l);
    case SJ_UNIFORM: {
      const double width = n->uniform.max - n->uniform.min;
      return l.above ? n->uniform.max - l.p * width : n->uniform.min + l.p * width;
    }
    case SJ_UNIFORM_INT:
      return n->uniform_int.min + index_of((double)n->uniform_int.count, l);
    case SJ_NORMAL:
      return fmax(0, n->normal.mean + n->normal.std * normal_of(l));
    case SJ_LOGNORMAL:
      return exp(n->lognormal.mu + n->lognormal.sigma * normal_of(l));
    case SJ_WEIBULL:
      return n->weibull.scale * pow(hazard_of(l), 1 / n->weibull.shape);
    case SJ_PARETO:
      return n->pareto.scale * exp(hazard_of(l) / n->pareto.shape);
    case SJ_HYPEREXPONENTIAL:
      return of_hyperexponential(d, l);
    case SJ_PHASE_TYPE:
      return of_phase_type(d, l);
    case SJ_EMPIRICAL:
      return n->empirical.sorted[(size_t)index_of((double)n->empirical.count, l)];
    case SJ_RECORDED:
      return NAN;
    case SJ_SHIFTED:
      return of_shifted(d, l);
    case SJ_MIXTURE:
    case SJ_SUM:
    case SJ_MAX:
    case SJ_MIN:
      return search_bounded(d, l);
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      return of_rounded(d, l);
  }
  __builtin_unreachable();
}

double sj_tails_quantile(const struct sj_distribution *d, double p, unsigned how) {
  const bool above = how & SJ_ABOVE;
  if (p <= 0 || p >= 1) return (p <= 0) == above ? sj_distribution_max(d) : sj_distribution_min(d);
  return within(d, (struct level){p, above, how & SJ_TABULATED});
}
