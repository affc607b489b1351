#include "random/distribution.h"

#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "random/elementary.h"
#include "random/node.h"
#include "random/special.h"
#include "random/sum_table.h"

static const double most_exact_integer = 0x1p53;

const char *sj_distribution_kind_name(enum sj_distribution_kind kind) {
  static const char *const names[] = {
      [SJ_CONSTANT] = "constant",
      [SJ_EXPONENTIAL] = "exponential",
      [SJ_ERLANG] = "erlang",
      [SJ_GAMMA] = "gamma",
      [SJ_UNIFORM] = "uniform",
      [SJ_UNIFORM_INT] = "uniform_int",
      [SJ_NORMAL] = "normal",
      [SJ_LOGNORMAL] = "lognormal",
      [SJ_WEIBULL] = "weibull",
      [SJ_PARETO] = "pareto",
      [SJ_HYPEREXPONENTIAL] = "hyperexponential",
      [SJ_MIXTURE] = "mixture",
      [SJ_PHASE_TYPE] = "phase_type",
      [SJ_EMPIRICAL] = "empirical",
      [SJ_RECORDED] = "recorded",
      [SJ_SHIFTED] = "arithmetic",
      [SJ_SUM] = "sum",
      [SJ_MAX] = "max",
      [SJ_MIN] = "min",
      [SJ_ROUND] = "round",
      [SJ_FLOOR] = "floor",
      [SJ_CEIL] = "ceil",
  };
  return names[kind];
}

struct node *sj_node_create(enum sj_distribution_kind kind) {
  struct node *const n = sj_allocate(sizeof *n);
  n->head.kind = kind;
  n->nodes = n->levels = 1;
  return n;
}

bool sj_node_check(bool fine, enum sj_distribution_kind kind, const char *rule, double got, struct sj_error *error) {
  if (fine) return true;
  char text[32];
  sj_error_set(error, SJ_INVALID, "%s: %s, got %s", sj_distribution_kind_name(kind), rule, sj_number_text(got, text));
  return false;
}

static bool positive(double x) { return x > 0 && isfinite(x); }

struct sj_distribution *sj_distribution_constant(double value, struct sj_error *error) {
  if (!sj_node_check(isfinite(value), SJ_CONSTANT, "value must be finite", value, error)) return NULL;
  struct node *const n = sj_node_create(SJ_CONSTANT);
  n->head.location = value;
  return &n->head;
}

struct sj_distribution *sj_distribution_exponential(double mean, struct sj_error *error) {
  if (!sj_node_check(positive(mean), SJ_EXPONENTIAL, "mean must be positive and finite", mean, error)) return NULL;
  struct node *const n = sj_node_create(SJ_EXPONENTIAL);
  n->head.location = mean;
  return &n->head;
}

static struct gamma_sampler gamma_sampler(double shape) {
  const double d = shape - 1.0 / 3;
  return (struct gamma_sampler){.d = d, .c = 1 / sqrt(9 * d)};
}

struct sj_distribution *sj_distribution_erlang(uint64_t k, double mean, struct sj_error *error) {
  const double phases = (double)k;
  if (!sj_node_check(k >= 1 && phases <= most_exact_integer, SJ_ERLANG, "k must be a whole number from 1 to 2^53",
                     phases, error) ||
      !sj_node_check(positive(mean) && mean / phases > 0, SJ_ERLANG, "mean must be positive and finite", mean, error))
    return NULL;
  struct node *const n = sj_node_create(SJ_ERLANG);
  n->erlang.k = k;
  n->erlang.mean = mean;
  n->erlang.phase_mean = mean / phases;
  n->erlang.sampler = gamma_sampler(phases);
  return &n->head;
}

struct sj_distribution *sj_distribution_gamma(double shape, double scale, struct sj_error *error) {
  if (!sj_node_check(positive(shape), SJ_GAMMA, "shape must be positive and finite", shape, error) ||
      !sj_node_check(positive(scale), SJ_GAMMA, "scale must be positive and finite", scale, error))
    return NULL;
  struct node *const n = sj_node_create(SJ_GAMMA);
  n->gamma.shape = shape;
  n->gamma.scale = scale;
  n->gamma.sampler = gamma_sampler(shape < 1 ? shape + 1 : shape);
  return &n->head;
}

struct sj_distribution *sj_distribution_uniform(double min, double max, struct sj_error *error) {
  if (!sj_node_check(isfinite(min), SJ_UNIFORM, "min must be finite", min, error) ||
      !sj_node_check(isfinite(max), SJ_UNIFORM, "max must be finite", max, error) ||
      !sj_node_check(max >= min, SJ_UNIFORM, "max must not be below min", max, error) ||
      !sj_node_check(isfinite(max - min), SJ_UNIFORM, "max - min must be finite", max - min, error))
    return NULL;
  if (min == max) return sj_distribution_constant(min, error);
  struct node *const n = sj_node_create(SJ_UNIFORM);
  n->uniform.min = min;
  n->uniform.max = max;
  return &n->head;
}

struct sj_distribution *sj_distribution_uniform_int(double min, double max, struct sj_error *error) {
  if (!sj_node_check(min == trunc(min) && fabs(min) <= most_exact_integer, SJ_UNIFORM_INT,
                     "min must be a whole number of at most 2^53", min, error) ||
      !sj_node_check(max == trunc(max) && fabs(max) <= most_exact_integer, SJ_UNIFORM_INT,
                     "max must be a whole number of at most 2^53", max, error) ||
      !sj_node_check(max >= min, SJ_UNIFORM_INT, "max must not be below min", max, error))
    return NULL;
  if (min == max) return sj_distribution_constant(min, error);
  struct node *const n = sj_node_create(SJ_UNIFORM_INT);
  n->uniform_int.min = min;
  n->uniform_int.max = max;
  n->uniform_int.count = (uint64_t)((int64_t)max - (int64_t)min) + 1;
  return &n->head;
}

struct sj_distribution *sj_distribution_normal(double mean, double std, struct sj_error *error) {
  if (!sj_node_check(isfinite(mean), SJ_NORMAL, "mean must be finite", mean, error) ||
      !sj_node_check(std >= 0 && isfinite(std), SJ_NORMAL, "std must be finite and not negative", std, error))
    return NULL;
  if (std == 0) return sj_distribution_constant(mean > 0 ? mean : 0, error);
  struct node *const n = sj_node_create(SJ_NORMAL);
  n->normal.mean = mean;
  n->normal.std = std;
  return &n->head;
}

struct sj_distribution *sj_distribution_lognormal(double mu, double sigma, struct sj_error *error) {
  /* exp(mu), the median, must be a number. */
  if (!sj_node_check(fabs(mu) <= 700, SJ_LOGNORMAL, "mu must lie between -700 and 700", mu, error) ||
      !sj_node_check(sigma >= 0 && isfinite(sigma), SJ_LOGNORMAL, "sigma must be finite and not negative", sigma,
                     error))
    return NULL;
  if (sigma == 0) return sj_distribution_constant(sj_exp(mu), error);
  struct node *const n = sj_node_create(SJ_LOGNORMAL);
  n->lognormal.mu = mu;
  n->lognormal.sigma = sigma;
  return &n->head;
}

struct sj_distribution *sj_distribution_lognormal_mean_cv(double mean, double cv, struct sj_error *error) {
  if (!sj_node_check(positive(mean), SJ_LOGNORMAL, "mean must be positive and finite", mean, error) ||
      !sj_node_check(cv >= 0 && isfinite(cv * cv), SJ_LOGNORMAL, "cv must be finite and not negative", cv, error))
    return NULL;
  if (cv == 0) return sj_distribution_constant(mean, error);
  const double variance = sj_log1p(cv * cv);
  return sj_distribution_lognormal(sj_log(mean) - variance / 2, sqrt(variance), error);
}

struct sj_distribution *sj_distribution_lognormal_p50_p99(double p50, double p99, struct sj_error *error) {
  if (!sj_node_check(positive(p50), SJ_LOGNORMAL, "p50 must be positive and finite", p50, error) ||
      !sj_node_check(positive(p99), SJ_LOGNORMAL, "p99 must be positive and finite", p99, error) ||
      !sj_node_check(p99 >= p50, SJ_LOGNORMAL, "p99 must be at least p50", p99, error))
    return NULL;
  const double sigma = (sj_log(p99) - sj_log(p50)) / sj_normal_quantile(0.99);
  return sj_distribution_lognormal(sj_log(p50), sigma, error);
}

struct sj_distribution *sj_distribution_weibull(double shape, double scale, struct sj_error *error) {
  if (!sj_node_check(positive(shape), SJ_WEIBULL, "shape must be positive and finite", shape, error) ||
      !sj_node_check(positive(scale), SJ_WEIBULL, "scale must be positive and finite", scale, error))
    return NULL;
  struct node *const n = sj_node_create(SJ_WEIBULL);
  n->weibull.shape = shape;
  n->weibull.scale = scale;
  return &n->head;
}

struct sj_distribution *sj_distribution_pareto(double shape, double scale, struct sj_error *error) {
  if (!sj_node_check(positive(shape), SJ_PARETO, "shape must be positive and finite", shape, error) ||
      !sj_node_check(positive(scale), SJ_PARETO, "scale must be positive and finite", scale, error))
    return NULL;
  struct node *const n = sj_node_create(SJ_PARETO);
  n->pareto.shape = shape;
  n->pareto.scale = scale;
  return &n->head;
}

struct sj_distribution *sj_distribution_recorded(struct sj_error *error) {
  (void)error;
  return &sj_node_create(SJ_RECORDED)->head;
}

static int compare_doubles(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

struct sj_distribution *sj_distribution_empirical(size_t count, const double *values, struct sj_error *error) {
  if (!sj_node_check(count >= 1, SJ_EMPIRICAL, "at least one value is needed", (double)count, error)) return NULL;
  for (size_t i = 0; i < count; i++) {
    if (isfinite(values[i])) continue;
    sj_error_set(error, SJ_INVALID, "empirical: values must be finite, number %zu is not", i + 1);
    return NULL;
  }
  double *const sorted = reallocarray(NULL, count, sizeof *sorted);
  if (!sorted) {
    sj_error_set(error, SJ_NO_MEMORY, "empirical: no memory for %zu values", count);
    return NULL;
  }
  for (size_t i = 0; i < count; i++) sorted[i] = values[i] + 0.0; /* -0 and 0 would sort in any order */
  qsort(sorted, count, sizeof *sorted, compare_doubles);
  struct node *const n = sj_node_create(SJ_EMPIRICAL);
  n->empirical.count = count;
  n->empirical.sorted = sorted;
  return &n->head;
}

static void destroy_children(struct node *n) {
  switch (n->head.kind) {
    case SJ_HYPEREXPONENTIAL:
      free(n->hyperexponential.branches);
      free(n->hyperexponential.rates);
      free(n->hyperexponential.means);
      break;
    case SJ_MIXTURE:
      for (size_t i = 0; i < n->mixture.count; i++) sj_distribution_destroy(n->mixture.parts[i]);
      free(n->mixture.parts);
      free(n->mixture.branches);
      free(n->mixture.weights);
      break;
    case SJ_PHASE_TYPE:
      free(n->phase_type.alpha);
      free(n->phase_type.generator);
      free(n->phase_type.exit);
      free(n->phase_type.holding);
      free(n->phase_type.start);
      free(n->phase_type.jumps);
      break;
    case SJ_EMPIRICAL:
      free(n->empirical.sorted);
      break;
    case SJ_SHIFTED:
      sj_distribution_destroy(n->shifted.inner);
      break;
    case SJ_SUM:
    case SJ_MAX:
    case SJ_MIN:
      sj_sum_table_destroy(n->pair.table);
      sj_distribution_destroy(n->pair.a);
      sj_distribution_destroy(n->pair.b);
      break;
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      sj_distribution_destroy(n->rounded.inner);
      break;
    default:
      break;
  }
}

void sj_distribution_destroy(struct sj_distribution *d) {
  if (!d) return;
  destroy_children((struct node *)d);
  free(d);
}
