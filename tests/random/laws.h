/* The laws that expected.h has figures for, by their names there. */
#ifndef SJ_TESTS_RANDOM_LAWS_H
#define SJ_TESTS_RANDOM_LAWS_H

#include "check.h"
#include "expected.h"

static inline struct sj_distribution *expect_made(struct sj_distribution *d, const struct sj_error *error) {
  if (!d) fail_msg("%s", error->message);
  return d;
}

/* One of `laws`. */
static inline struct sj_distribution *make_law(const char *name, const double *p) {
  struct sj_error error = {0};
  struct sj_distribution *d = NULL;
  if (!strcmp(name, "exponential")) d = sj_distribution_exponential(p[0], &error);
  if (!strcmp(name, "erlang")) d = sj_distribution_erlang((uint64_t)p[0], p[1], &error);
  if (!strcmp(name, "gamma")) d = sj_distribution_gamma(p[0], p[1], &error);
  if (!strcmp(name, "uniform")) d = sj_distribution_uniform(p[0], p[1], &error);
  if (!strcmp(name, "uniform_int")) d = sj_distribution_uniform_int(p[0], p[1], &error);
  if (!strcmp(name, "normal")) d = sj_distribution_normal(p[0], p[1], &error);
  if (!strcmp(name, "lognormal")) d = sj_distribution_lognormal(p[0], p[1], &error);
  if (!strcmp(name, "lognormal_mean_cv")) d = sj_distribution_lognormal_mean_cv(p[0], p[1], &error);
  if (!strcmp(name, "weibull")) d = sj_distribution_weibull(p[0], p[1], &error);
  if (!strcmp(name, "pareto")) d = sj_distribution_pareto(p[0], p[1], &error);
  if (!strcmp(name, "hyperexponential"))
    d = sj_distribution_hyperexponential(2, (double[]){p[0], p[2]}, (double[]){p[1], p[3]}, &error);
  if (!strcmp(name, "phase_type")) d = sj_distribution_phase_type(3, phase_alpha, phase_generator, &error);
  return expect_made(d, &error);
}

static inline struct sj_distribution *constant(double x) { return sj_distribution_constant(x, NULL); }
static inline struct sj_distribution *exponential(double mean) { return sj_distribution_exponential(mean, NULL); }
static inline struct sj_distribution *gamma_law(double shape, double scale) {
  return sj_distribution_gamma(shape, scale, NULL);
}
static inline struct sj_distribution *shifted(double offset, double scale, struct sj_distribution *d) {
  return sj_distribution_shifted(offset, scale, d, NULL);
}
static inline struct sj_distribution *sum(struct sj_distribution *a, struct sj_distribution *b) {
  return sj_distribution_combine(SJ_SUM, a, b, NULL);
}
static inline struct sj_distribution *maximum(struct sj_distribution *a, struct sj_distribution *b) {
  return sj_distribution_combine(SJ_MAX, a, b, NULL);
}
static inline struct sj_distribution *minimum(struct sj_distribution *a, struct sj_distribution *b) {
  return sj_distribution_combine(SJ_MIN, a, b, NULL);
}
static inline struct sj_distribution *rounded_to(enum sj_distribution_kind kind, struct sj_distribution *d) {
  return sj_distribution_rounded(kind, d, NULL);
}
static inline struct sj_distribution *die(void) { return sj_distribution_uniform_int(1, 6, NULL); }
static inline struct sj_distribution *pareto(double shape) { return sj_distribution_pareto(shape, 1, NULL); }
static inline struct sj_distribution *weibull(void) { return sj_distribution_weibull(0.7, 2, NULL); }
static inline struct sj_distribution *uniform(void) { return sj_distribution_uniform(0, 1, NULL); }
static inline struct sj_distribution *phases(void) { return make_law("phase_type", NULL); }

static inline struct sj_distribution *recording(void) {
  return sj_distribution_empirical(4, (double[]){0.3, 1, 2.5, 7}, NULL);
}

static inline struct sj_distribution *mixed(void) {
  struct sj_distribution *parts[] = {recording(), gamma_law(0.3, 1), constant(4)};
  return sj_distribution_mixture(3, (double[]){2, 5, 1}, parts, NULL);
}

/* One of `arithmetic_cdf` or `arithmetic_moments`. */
static inline struct sj_distribution *make_arithmetic(const char *name) {
#define LAW(text, law) \
  if (!strcmp(name, text)) return law;
  LAW("exponential 1 + exponential 2", sum(exponential(1), exponential(2)))
  LAW("exponentials 1 + 2 + 3", sum(sum(exponential(1), exponential(2)), exponential(3)))
  LAW("exponentials 1 + 2 + 3 + 4", sum(sum(exponential(1), exponential(2)), sum(exponential(3), exponential(4))))
  if (!strcmp(name, "eight exponentials")) {
    struct sj_distribution *d = exponential(1);
    for (int mean = 2; mean <= 8; mean++) d = sum(d, exponential(mean));
    return d;
  }
  LAW("three equal exponentials", sum(exponential(2), sum(exponential(2), shifted(0, 4, exponential(0.5)))))
  LAW("gamma 2.5 + weibull 0.7", sum(gamma_law(2.5, 1), weibull()))
  LAW("gamma 0.5 + gamma 0.3", sum(gamma_law(0.5, 1), gamma_law(0.3, 2)))
  LAW("pareto 1.5 + exponential", sum(pareto(1.5), exponential(1)))
  LAW("lognormal + uniform", sum(sj_distribution_lognormal(0, 1, NULL), uniform()))
  LAW("gamma 1e4 + exponential 1000", sum(gamma_law(1e4, 1e-4), exponential(1000)))
  LAW("normal 1 2 + exponential 3", sum(sj_distribution_normal(1, 2, NULL), exponential(3)))
  LAW("two dice", sum(die(), die()))
  LAW("uniform_int 0 9 + gamma 0.3", sum(sj_distribution_uniform_int(0, 9, NULL), gamma_law(0.3, 1)))
  LAW("exponential 1 - exponential 2", sum(exponential(1), shifted(0, -1, exponential(2))))
  LAW("phase_type + exponential 3", sum(phases(), exponential(3)))
  LAW("max gamma weibull", maximum(gamma_law(2.5, 1), weibull()))
  LAW("min gamma weibull", minimum(gamma_law(2.5, 1), weibull()))
  LAW("max exponentials 1 2", maximum(exponential(1), exponential(2)))
  LAW("max of four exponentials",
      maximum(maximum(exponential(1), exponential(1)), maximum(exponential(1), exponential(1))))
  LAW("min pareto 0.7 0.8", minimum(pareto(0.7), pareto(0.8)))
  LAW("min pareto 2.5 2.5", minimum(pareto(2.5), pareto(2.5)))
  LAW("max pareto 2.5 2.5", maximum(pareto(2.5), pareto(2.5)))
  LAW("max of two sums", maximum(sum(exponential(1), exponential(2)), sum(exponential(1), exponential(3))))
  LAW("max 2 exponential 5", maximum(constant(2), exponential(5)))
  LAW("max die exponential 3", maximum(die(), exponential(3)))
  LAW("floor 1 + gamma", rounded_to(SJ_FLOOR, shifted(1, 1, gamma_law(2.5, 1))))
  LAW("ceil gamma", rounded_to(SJ_CEIL, gamma_law(2.5, 1)))
  LAW("round gamma", rounded_to(SJ_ROUND, gamma_law(2.5, 1)))
  LAW("floor pareto 3", rounded_to(SJ_FLOOR, pareto(3)))
  LAW("floor exponential 1e7", rounded_to(SJ_FLOOR, exponential(1e7)))
  LAW("floor 1 + exponential 1", rounded_to(SJ_FLOOR, shifted(1, 1, exponential(1))))
  LAW("3 - 2 uniform", shifted(3, -2, uniform()))
#undef LAW
  fail_msg("no law is called %s", name);
  return NULL;
}

#endif
