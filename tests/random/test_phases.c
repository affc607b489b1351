/* Laws as phase-type laws: the same cdf where they are; the same moments where they are fitted. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/base.h"
#include "random/phases.h"

static void close_to(double value, double expected, double tolerance) {
  if (value != expected && !(fabs(value - expected) <= tolerance * fabs(expected)))
    fail_msg("%.15g, expected %.15g", value, expected);
}

/* The phases, as a law of its own. */
static struct sj_distribution *as_law(const struct sj_phases *p) {
  double *const generator = sj_allocate_array(p->count * p->count, sizeof *generator);
  for (size_t i = 0; i < p->count; i++) {
    double out = p->exit[i];
    for (size_t j = 0; j < p->count; j++) out += generator[i * p->count + j] = p->rate[i * p->count + j];
    generator[i * p->count + i] = -out;
  }
  struct sj_distribution *const d = sj_distribution_phase_type(p->count, p->start, generator, NULL);
  free(generator);
  assert_non_null(d);
  return d;
}

/* Takes the law. */
static void same_law(struct sj_distribution *d, size_t phases) {
  struct sj_phases p;
  assert_null(sj_phases_of(d, &p));
  assert_int_equal(p.count, phases);
  struct sj_distribution *const other = as_law(&p);
  for (double x = 0; x < 6; x += 0.37) {
    const double expected = sj_distribution_cdf(d, x);
    if (expected > 0) close_to(sj_distribution_cdf(other, x), expected, 1e-9);
  }
  double moments[3];
  sj_phases_moments(&p, moments);
  close_to(moments[0], sj_distribution_mean(d), 1e-9);
  close_to(moments[1] - moments[0] * moments[0], sj_distribution_variance(d), 1e-8);
  sj_distribution_destroy(other);
  sj_distribution_destroy(d);
  sj_phases_clear(&p);
}

static struct sj_distribution *fast(void) { return sj_distribution_exponential(0.4, NULL); }
static struct sj_distribution *branching(void) {
  const double p[] = {0.3, 0.7}, rates[] = {0.5, 4};
  return sj_distribution_hyperexponential(2, p, rates, NULL);
}
static struct sj_distribution *with_atom(void) {
  const double weights[] = {1, 3};
  struct sj_distribution *parts[] = {sj_distribution_constant(0, NULL), sj_distribution_erlang(2, 1, NULL)};
  return sj_distribution_mixture(2, weights, parts, NULL);
}

static void exact(void **state) {
  (void)state;
  const double alpha[] = {0.5, 0.3}, generator[] = {-3, 1, 0.5, -1};
  same_law(fast(), 1);
  same_law(branching(), 2);
  same_law(with_atom(), 2);
  same_law(sj_distribution_phase_type(2, alpha, generator, NULL), 2);
  same_law(sj_distribution_shifted(0, 2.5, branching(), NULL), 2);
  same_law(sj_distribution_combine(SJ_SUM, with_atom(), branching(), NULL), 4);
  same_law(sj_distribution_combine(SJ_SUM, branching(), with_atom(), NULL), 4);
  same_law(sj_distribution_combine(SJ_MAX, with_atom(), branching(), NULL), 8);
  same_law(sj_distribution_combine(SJ_MIN, branching(), sj_distribution_erlang(3, 1, NULL), NULL), 6);
}

static void named(void **state) {
  (void)state;
  struct sj_phases p;
  struct sj_distribution *const d = sj_distribution_combine(
      SJ_SUM, fast(), sj_distribution_shifted(0, 2, sj_distribution_gamma(2.5, 1, NULL), NULL), NULL);
  assert_string_equal(sj_phases_of(d, &p), "gamma");
  sj_distribution_destroy(d);
  struct sj_distribution *const shifted = sj_distribution_shifted(1, 1, fast(), NULL);
  assert_string_equal(sj_phases_of(shifted, &p), "constant");
  sj_distribution_destroy(shifted);
}

/* Takes the law. */
static void fits(struct sj_distribution *d, unsigned matched, double first, double second, double third) {
  const double expected[] = {first, second, third};
  struct sj_phases p;
  double moments[3];
  sj_distribution_moments(d, moments);
  close_to(moments[2], third, 1e-7);
  assert_int_equal(sj_phases_fit(d, &p), matched);
  sj_phases_moments(&p, moments);
  for (unsigned k = 0; k < matched; k++) close_to(moments[k], expected[k], 1e-7);
  sj_phases_clear(&p);
  sj_distribution_destroy(d);
}

static struct sj_distribution *few_values(void) {
  const double values[] = {0.5, 1, 6};
  return sj_distribution_empirical(3, values, NULL);
}

static void fitted(void **state) {
  (void)state;
  fits(sj_distribution_gamma(2.5, 0.4, NULL), 3, 1, 1.4, 2.52);
  fits(sj_distribution_gamma(0.5, 2, NULL), 3, 1, 3, 15);
  fits(sj_distribution_lognormal_mean_cv(1, 1, NULL), 3, 1, 2, 8);
  fits(sj_distribution_lognormal_mean_cv(2, 0.5, NULL), 3, 2, 5, 15.625);
  fits(sj_distribution_lognormal_mean_cv(1, 2, NULL), 3, 1, 5, 125);
  fits(sj_distribution_uniform(0, 1, NULL), 3, 0.5, 1.0 / 3, 0.25);
  fits(sj_distribution_weibull(2, 1, NULL), 3, 0.886226925452758, 1, 1.32934038817914);
  fits(sj_distribution_weibull(0.7, 1, NULL), 3, 1.26582350605728, 5.02914470214031, 37.2340189326622);
  fits(few_values(), 3, 2.5, 37.25 / 3, 217.125 / 3);
  /* The exponential law of mean 1, and a gamma law: third central moments 2 and 4 add up. */
  fits(sj_distribution_combine(SJ_SUM, sj_distribution_exponential(1, NULL), sj_distribution_gamma(2, 1, NULL), NULL),
       3, 3, 12, 60);
  /* Half of the larger of two uniform draws: moments of 2 x on (0, 1), over 2, 4, 8. */
  fits(sj_distribution_shifted(0, 0.5,
                               sj_distribution_combine(SJ_MAX, sj_distribution_uniform(0, 1, NULL),
                                                       sj_distribution_uniform(0, 1, NULL), NULL),
                               NULL),
       3, 1.0 / 3, 1.0 / 8, 1.0 / 20);
  /* No finite third moment; no spread that 20 phases could have. */
  fits(sj_distribution_pareto(2.5, 1, NULL), 2, 5.0 / 3, 5, INFINITY);
  fits(sj_distribution_uniform(1, 1.5, NULL), 1, 1.25, 1.25 * 1.25 + 0.25 / 12, 2.03125);
  fits(sj_distribution_constant(2, NULL), 1, 2, 4, 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exact),
      cmocka_unit_test(named),
      cmocka_unit_test(fitted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
