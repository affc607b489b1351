#include "random/tails.h"

#include <float.h>
#include <math.h>

#include "random/special.h"
#include "random/sum_table.h"

static const struct tails all_above = {0, 1};

static struct tails swap(struct tails t) { return (struct tails){t.above, t.below}; }

static struct tails of_exponential(double mean, double x) {
  return x > 0 ? (struct tails){-expm1(-x / mean), exp(-x / mean)} : all_above;
}

static struct tails of_gamma(double shape, double x) {
  return x > 0 ? (struct tails){sj_gamma_p(shape, x), sj_gamma_q(shape, x)} : all_above;
}

static struct tails of_standard_normal(double z) { return (struct tails){sj_normal_cdf(z), sj_normal_cdf(-z)}; }

static struct tails of_uniform(const struct node *n, double x) {
  const double min = n->uniform.min, max = n->uniform.max;
  if (x <= min) return all_above;
  if (x >= max) return swap(all_above);
  return (struct tails){(x - min) / (max - min), (max - x) / (max - min)};
}

static struct tails of_uniform_int(const struct node *n, double x, bool strict) {
  const double count = (double)n->uniform_int.count;
  const double passed = strict ? ceil(x) - n->uniform_int.min : floor(x) - n->uniform_int.min + 1;
  const double k = fmin(fmax(passed, 0), count);
  return (struct tails){k / count, (count - k) / count};
}

static struct tails of_weibull(const struct node *n, double x) {
  if (x <= 0) return all_above;
  const double hazard = pow(x / n->weibull.scale, n->weibull.shape);
  return (struct tails){-expm1(-hazard), exp(-hazard)};
}

static struct tails of_pareto(const struct node *n, double x) {
  if (x <= n->pareto.scale) return all_above;
  const double hazard = n->pareto.shape * log1p((x - n->pareto.scale) / n->pareto.scale);
  return (struct tails){-expm1(-hazard), exp(-hazard)};
}

static struct tails of_hyperexponential(const struct node *n, double x) {
  struct tails sum = {0, 0};
  for (size_t i = 0; i < n->hyperexponential.count; i++) {
    const struct tails t = of_exponential(n->hyperexponential.means[i], x);
    sum.below += n->hyperexponential.branches[i].probability * t.below;
    sum.above += n->hyperexponential.branches[i].probability * t.above;
  }
  return sum;
}

static struct tails of_mixture(const struct node *n, double x, unsigned how) {
  struct tails sum = {0, 0};
  for (size_t i = 0; i < n->mixture.count; i++) {
    const double p = n->mixture.branches[i].probability;
    if (p <= 0) continue;
    const struct tails t = sj_tails(n->mixture.parts[i], x, how);
    sum.below += p * t.below;
    sum.above += p * t.above;
  }
  return sum;
}

static struct tails of_empirical(const struct node *n, double x, bool strict) {
  size_t low = 0, high = n->empirical.count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const double value = n->empirical.sorted[middle];
    if (strict ? value < x : value <= x)
      low = middle + 1;
    else
      high = middle;
  }
  const double count = (double)n->empirical.count;
  return (struct tails){(double)low / count, (double)(n->empirical.count - low) / count};
}

double sj_inverse_shift(double offset, double scale, double x, bool strict) {
  const double guess = (x - offset) / scale;
  if (!isfinite(guess)) return guess;
  const double spread = 4 * DBL_EPSILON * (fabs(guess) + (fabs(x) + fabs(offset)) / fabs(scale)) + DBL_MIN;
  /* `inside` fulfils the condition, `outside` does not. */
  const double toward = scale > 0 ? 1 : -1;
  double inside = guess - toward * spread, outside = guess + toward * spread;
  for (;;) {
    const double middle = inside + (outside - inside) / 2;
    if (middle == inside || middle == outside) return inside;
    const double y = offset + scale * middle;
    if (strict ? y < x : y <= x)
      inside = middle;
    else
      outside = middle;
  }
}

static struct tails of_shifted(const struct node *n, double x, unsigned how) {
  const double offset = n->shifted.offset, scale = n->shifted.scale;
  const struct sj_distribution *const inner = n->shifted.inner;
  const double y = sj_has_atoms(inner) ? sj_inverse_shift(offset, scale, x, how & SJ_STRICT) : (x - offset) / scale;
  const unsigned tabulated = how & SJ_TABULATED;
  return scale > 0 ? sj_tails(inner, y, tabulated) : swap(sj_tails(inner, y, tabulated | SJ_STRICT));
}

static struct tails of_max(struct tails a, struct tails b) {
  return (struct tails){a.below * b.below, a.above + a.below * b.above};
}

/* A rounded law is at most x where its inner law is below (or at) a threshold. */
static struct tails of_rounded(const struct node *n, double x, unsigned how) {
  const unsigned tabulated = how & SJ_TABULATED;
  const double last = how & SJ_STRICT ? ceil(x) - 1 : floor(x); /* the last whole number that counts as below */
  const struct sj_distribution *const inner = n->rounded.inner;
  if (!isfinite(last)) return last > 0 ? swap(all_above) : all_above;
  if (n->head.kind == SJ_FLOOR) return sj_tails(inner, last + 1, tabulated | SJ_STRICT);
  if (n->head.kind == SJ_CEIL) return sj_tails(inner, last, tabulated);
  return sj_tails(inner, last + 0.5, tabulated | (last >= 0 ? SJ_STRICT : 0));
}

struct tails sj_tails(const struct sj_distribution *d, double x, unsigned how) {
  const struct node *const n = node_of(d);
  const bool strict = how & SJ_STRICT;
  switch (d->kind) {
    case SJ_CONSTANT:
      return (strict ? d->location < x : d->location <= x) ? swap(all_above) : all_above;
    case SJ_EXPONENTIAL:
      return of_exponential(d->location, x);
    case SJ_ERLANG:
      return of_gamma((double)n->erlang.k, x / n->erlang.phase_mean);
    case SJ_GAMMA:
      return of_gamma(n->gamma.shape, x / n->gamma.scale);
    case SJ_UNIFORM:
      return of_uniform(n, x);
    case SJ_UNIFORM_INT:
      return of_uniform_int(n, x, strict);
    case SJ_NORMAL:
      if (strict ? x <= 0 : x < 0) return all_above;
      return of_standard_normal((x - n->normal.mean) / n->normal.std);
    case SJ_LOGNORMAL:
      return x > 0 ? of_standard_normal((log(x) - n->lognormal.mu) / n->lognormal.sigma) : all_above;
    case SJ_WEIBULL:
      return of_weibull(n, x);
    case SJ_PARETO:
      return of_pareto(n, x);
    case SJ_HYPEREXPONENTIAL:
      return of_hyperexponential(n, x);
    case SJ_MIXTURE:
      return of_mixture(n, x, how);
    case SJ_PHASE_TYPE:
      if (strict ? x <= 0 : x < 0) return all_above;
      return sj_tails_phase_type(n, x);
    case SJ_EMPIRICAL:
      return of_empirical(n, x, strict);
    case SJ_RECORDED:
      return (struct tails){NAN, NAN};
    case SJ_SHIFTED:
      return of_shifted(n, x, how);
    case SJ_SUM:
      return how & SJ_TABULATED ? sj_tails_tabulated(n, x, how) : sj_tails_sum(n, x, how);
    case SJ_MAX:
      return of_max(sj_tails(n->pair.a, x, how), sj_tails(n->pair.b, x, how));
    case SJ_MIN:
      return swap(of_max(swap(sj_tails(n->pair.a, x, how)), swap(sj_tails(n->pair.b, x, how))));
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      return of_rounded(n, x, how);
  }
  __builtin_unreachable();
}

bool sj_has_atoms(const struct sj_distribution *d) {
  const struct node *const n = node_of(d);
  switch (d->kind) {
    case SJ_CONSTANT:
    case SJ_UNIFORM_INT:
    case SJ_NORMAL:
    case SJ_EMPIRICAL:
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      return true;
    case SJ_PHASE_TYPE:
      return n->phase_type.start[n->phase_type.count].probability > 0;
    case SJ_MIXTURE:
      for (size_t i = 0; i < n->mixture.count; i++)
        if (n->mixture.branches[i].probability > 0 && sj_has_atoms(n->mixture.parts[i])) return true;
      return false;
    case SJ_SHIFTED:
      return sj_has_atoms(n->shifted.inner);
    case SJ_SUM:
      return sj_has_atoms(n->pair.a) && sj_has_atoms(n->pair.b);
    case SJ_MAX:
    case SJ_MIN:
      return sj_has_atoms(n->pair.a) || sj_has_atoms(n->pair.b);
    default:
      return false;
  }
}

double sj_tail_index(const struct sj_distribution *d, bool upper) {
  const struct node *const n = node_of(d);
  switch (d->kind) {
    case SJ_PARETO:
      return upper ? n->pareto.shape : INFINITY;
    case SJ_MIXTURE: {
      double least = INFINITY;
      for (size_t i = 0; i < n->mixture.count; i++)
        if (n->mixture.branches[i].probability > 0) least = fmin(least, sj_tail_index(n->mixture.parts[i], upper));
      return least;
    }
    case SJ_SHIFTED:
      return sj_tail_index(n->shifted.inner, upper == (n->shifted.scale > 0));
    case SJ_SUM:
    case SJ_MAX:
    case SJ_MIN: {
      const double a = sj_tail_index(n->pair.a, upper), b = sj_tail_index(n->pair.b, upper);
      /* A maximum is very small, or a minimum very large, only where both are. */
      return d->kind != SJ_SUM && (d->kind == SJ_MIN) == upper ? a + b : fmin(a, b);
    }
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      return sj_tail_index(n->rounded.inner, upper);
    default:
      return INFINITY;
  }
}

bool sj_has_sums(const struct sj_distribution *d) {
  const struct node *const n = node_of(d);
  switch (d->kind) {
    case SJ_SUM:
      return true;
    case SJ_MIXTURE:
      for (size_t i = 0; i < n->mixture.count; i++)
        if (sj_has_sums(n->mixture.parts[i])) return true;
      return false;
    case SJ_SHIFTED:
      return sj_has_sums(n->shifted.inner);
    case SJ_MAX:
    case SJ_MIN:
      return sj_has_sums(n->pair.a) || sj_has_sums(n->pair.b);
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      return sj_has_sums(n->rounded.inner);
    default:
      return false;
  }
}

double sj_distribution_cdf(const struct sj_distribution *d, double x) {
  if (isnan(x) || sj_distribution_uses_recorded(d)) return NAN;
  if (isinf(x)) return x > 0 ? 1 : 0;
  return fmin(sj_tails(d, x, 0).below, 1);
}

double sj_distribution_quantile(const struct sj_distribution *d, double p) {
  if (!(p >= 0 && p <= 1) || sj_distribution_uses_recorded(d)) return NAN;
  return sj_tails_quantile(d, p, 0);
}
