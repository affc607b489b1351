#include "laws.h"

static struct sj_error error;

/* Takes what a constructor returned; it must be nothing, with this message. */
static void refused(struct sj_distribution *d, const char *message) {
  assert_null(d);
  assert_string_equal(error.message, message);
  error = (struct sj_error){0};
}

static void exponential_and_its_family(void **state) {
  (void)state;
  refused(sj_distribution_constant(NAN, &error), "constant: value must be finite, got nan");
  refused(sj_distribution_constant(INFINITY, &error), "constant: value must be finite, got inf");
  refused(sj_distribution_exponential(0, &error), "exponential: mean must be positive and finite, got 0");
  refused(sj_distribution_exponential(-1, &error), "exponential: mean must be positive and finite, got -1");
  refused(sj_distribution_exponential(INFINITY, &error), "exponential: mean must be positive and finite, got inf");
  refused(sj_distribution_erlang(0, 1, &error), "erlang: k must be a whole number from 1 to 2^53, got 0");
  refused(sj_distribution_erlang(UINT64_MAX, 1, &error),
          "erlang: k must be a whole number from 1 to 2^53, got 1.8446744073709552e+19");
  refused(sj_distribution_erlang(2, -0.5, &error), "erlang: mean must be positive and finite, got -0.5");
  refused(sj_distribution_gamma(0, 1, &error), "gamma: shape must be positive and finite, got 0");
  refused(sj_distribution_gamma(NAN, 1, &error), "gamma: shape must be positive and finite, got nan");
  refused(sj_distribution_gamma(1, -2, &error), "gamma: scale must be positive and finite, got -2");
}

static void laws_on_intervals(void **state) {
  (void)state;
  refused(sj_distribution_uniform(-INFINITY, 0, &error), "uniform: min must be finite, got -inf");
  refused(sj_distribution_uniform(0, NAN, &error), "uniform: max must be finite, got nan");
  refused(sj_distribution_uniform(2, 1, &error), "uniform: max must not be below min, got 1");
  refused(sj_distribution_uniform(-1e308, 1e308, &error), "uniform: max - min must be finite, got inf");
  refused(sj_distribution_uniform_int(0.5, 2, &error),
          "uniform_int: min must be a whole number of at most 2^53, got 0.5");
  refused(sj_distribution_uniform_int(0, 1e17, &error),
          "uniform_int: max must be a whole number of at most 2^53, got 1e+17");
  refused(sj_distribution_uniform_int(0, INFINITY, &error),
          "uniform_int: max must be a whole number of at most 2^53, got inf");
  refused(sj_distribution_uniform_int(NAN, 2, &error),
          "uniform_int: min must be a whole number of at most 2^53, got nan");
  refused(sj_distribution_uniform_int(3, 2, &error), "uniform_int: max must not be below min, got 2");
}

static void laws_with_two_parameters(void **state) {
  (void)state;
  refused(sj_distribution_normal(INFINITY, 1, &error), "normal: mean must be finite, got inf");
  refused(sj_distribution_normal(0, -1, &error), "normal: std must be finite and not negative, got -1");
  refused(sj_distribution_normal(0, NAN, &error), "normal: std must be finite and not negative, got nan");
  refused(sj_distribution_lognormal(NAN, 1, &error), "lognormal: mu must lie between -700 and 700, got nan");
  refused(sj_distribution_lognormal(701, 1, &error), "lognormal: mu must lie between -700 and 700, got 701");
  refused(sj_distribution_lognormal(0, -0.1, &error), "lognormal: sigma must be finite and not negative, got -0.1");
  refused(sj_distribution_lognormal_mean_cv(0, 1, &error), "lognormal: mean must be positive and finite, got 0");
  refused(sj_distribution_lognormal_p50_p99(0, 1, &error), "lognormal: p50 must be positive and finite, got 0");
  refused(sj_distribution_lognormal_p50_p99(2, 1, &error), "lognormal: p99 must be at least p50, got 1");
  refused(sj_distribution_lognormal_mean_cv(1, -1, &error), "lognormal: cv must be finite and not negative, got -1");
  refused(sj_distribution_weibull(0, 1, &error), "weibull: shape must be positive and finite, got 0");
  refused(sj_distribution_weibull(1, 0, &error), "weibull: scale must be positive and finite, got 0");
  refused(sj_distribution_pareto(-1, 1, &error), "pareto: shape must be positive and finite, got -1");
  refused(sj_distribution_pareto(1, INFINITY, &error), "pareto: scale must be positive and finite, got inf");
}

static void laws_with_branches(void **state) {
  (void)state;
  const double half[] = {0.5, 0.5}, rates[] = {1, 2};
  refused(sj_distribution_hyperexponential(0, half, rates, &error),
          "hyperexponential: at least one branch is needed, got 0");
  refused(sj_distribution_hyperexponential(2, (double[]){0.5, 0.4}, rates, &error),
          "hyperexponential: probabilities must sum to 1, got 0.9");
  refused(sj_distribution_hyperexponential(2, (double[]){1.5, -0.5}, rates, &error),
          "hyperexponential: probabilities must lie between 0 and 1, got 1.5");
  refused(sj_distribution_hyperexponential(2, (double[]){-0.5, 1.5}, rates, &error),
          "hyperexponential: probabilities must lie between 0 and 1, got -0.5");
  refused(sj_distribution_hyperexponential(2, half, (double[]){1, 0}, &error),
          "hyperexponential: rates must be positive and finite, got 0");
  refused(sj_distribution_mixture(0, NULL, NULL, &error), "mixture: at least one part is needed, got 0");
  struct sj_distribution *parts[] = {exponential(1), exponential(2)};
  refused(sj_distribution_mixture(2, (double[]){1, -1}, parts, &error),
          "mixture: weights must be finite and not negative, got -1");
  struct sj_distribution *more[] = {exponential(1), exponential(2)};
  refused(sj_distribution_mixture(2, (double[]){0, 0}, more, &error),
          "mixture: weights must have a positive, finite sum, got 0");
  refused(sj_distribution_empirical(0, NULL, &error), "empirical: at least one value is needed, got 0");
  refused(sj_distribution_empirical(3, (double[]){1, 2, NAN}, &error),
          "empirical: values must be finite, number 3 is not");
}

static void phase_type_laws(void **state) {
  (void)state;
  const double start[] = {1, 0};
  refused(sj_distribution_phase_type(0, start, start, &error), "phase_type: the phases must be 1 to 1000, got 0");
  refused(sj_distribution_phase_type(2, (double[]){0.5, 0.6}, (double[]){-1, 1, 0, -1}, &error),
          "phase_type: alpha must sum to at most 1, got 1.1");
  refused(sj_distribution_phase_type(2, (double[]){-0.1, 1}, (double[]){-1, 1, 0, -1}, &error),
          "phase_type: alpha must lie between 0 and 1, got -0.1");
  refused(sj_distribution_phase_type(2, start, (double[]){-1, -0.5, 0, -1}, &error),
          "phase_type: T[1][2] must be finite and not negative, got -0.5");
  refused(sj_distribution_phase_type(2, start, (double[]){-1, 0.5, 0, 0}, &error),
          "phase_type: T[2][2] must be finite and negative, got 0");
  refused(sj_distribution_phase_type(2, start, (double[]){-1, 1.5, 0, -1}, &error),
          "phase_type: row 1 of T must not sum to more than 0, got 0.5");
  refused(sj_distribution_phase_type(2, start, (double[]){-1, 1, 1, -1}, &error),
          "phase_type: absorption cannot be reached from phase 1");
}

static void rounding_is_not_held_against_sums_to_one(void **state) {
  (void)state;
  /* Sums that are 1 or 0 on paper only. */
  const double tenths[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, rates[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  struct sj_distribution *d = sj_distribution_hyperexponential(10, tenths, rates, &error);
  assert_non_null(d);
  assert_true(sj_distribution_cdf(d, 1e3) == 1);
  sj_distribution_destroy(d);
  /* The second phase loses 5e-17 a time unit by rounding, which is no way out of it. */
  const double generator[] = {-1, 0, 0.5, 0.1, -0.3, 0.2, 0.25, 0.25, -0.5};
  d = sj_distribution_phase_type(3, (double[]){0.1, 0.2, 0.7}, generator, &error);
  assert_non_null(d);
  assert_true(sj_distribution_cdf(d, 0) == 0);
  sj_distribution_destroy(d);
}

static void arithmetic_with_impossible_numbers(void **state) {
  (void)state;
  refused(sj_distribution_shifted(INFINITY, 1, exponential(1), &error),
          "arithmetic: what is added must be finite, got inf");
  refused(sj_distribution_shifted(0, NAN, exponential(1), &error), "arithmetic: the factor must be finite, got nan");
  refused(sj_distribution_shifted(0, 1e200, shifted(0, 1e200, exponential(1)), &error),
          "arithmetic: the factor must be finite, got inf");
  refused(sj_distribution_shifted(0, 1e200, constant(1e200), &error), "constant: value must be finite, got inf");
  refused(sj_distribution_combine(SJ_SUM, constant(1e308), constant(1e308), &error),
          "constant: value must be finite, got inf");
}

static void a_failure_passes_through_what_is_built_on_it(void **state) {
  (void)state;
  const char *const message = "gamma: shape must be positive and finite, got -1";
  refused(sj_distribution_shifted(1, 2, sj_distribution_gamma(-1, 1, &error), &error), message);
  refused(sj_distribution_combine(SJ_MAX, exponential(1), sj_distribution_gamma(-1, 1, &error), &error), message);
  refused(sj_distribution_combine(SJ_SUM, sj_distribution_gamma(-1, 1, &error), exponential(1), &error), message);
  refused(sj_distribution_rounded(SJ_FLOOR, sj_distribution_gamma(-1, 1, &error), &error), message);
  struct sj_distribution *parts[] = {exponential(1), sj_distribution_gamma(-1, 1, &error)};
  refused(sj_distribution_mixture(2, (double[]){1, 1}, parts, &error), message);
}

static void trees_have_a_limit(void **state) {
  (void)state;
  struct sj_distribution *d = exponential(1);
  for (int i = 1; i < 500; i++) d = sj_distribution_combine(SJ_MAX, d, exponential(1), &error);
  assert_non_null(d);
  refused(sj_distribution_combine(SJ_MAX, d, exponential(1), &error), "a distribution may be nested at most 500 deep");
  struct sj_distribution *parts[2];
  for (int k = 0; k < 2; k++) {
    enum { PARTS = 50000 };
    struct sj_distribution **const many = malloc(PARTS * sizeof(struct sj_distribution *));
    double *const weights = malloc(PARTS * sizeof *weights);
    for (int i = 0; i < PARTS; i++) {
      many[i] = constant(i);
      weights[i] = 1;
    }
    parts[k] = sj_distribution_mixture(PARTS, weights, many, &error);
    assert_non_null(parts[k]);
    free(many);
    free(weights);
  }
  refused(sj_distribution_combine(SJ_SUM, parts[0], parts[1], &error), "a distribution may have at most 100000 parts");
}

static void errors_may_be_ignored(void **state) {
  (void)state;
  assert_null(sj_distribution_exponential(-1, NULL));
  assert_null(sj_distribution_empirical(1, (double[]){NAN}, NULL));
  sj_distribution_destroy(NULL);
}

/* --- What the constructors simplify, seen in how it is written --- */

static void written(struct sj_distribution *d, const char *text) {
  char buffer[512];
  assert_non_null(d);
  const int length = sj_distribution_format(d, buffer, sizeof buffer);
  assert_string_equal(buffer, text);
  assert_int_equal(length, strlen(text));
  sj_distribution_destroy(d);
}

static void laws_are_written_as_the_language_writes_them(void **state) {
  (void)state;
  written(constant(0.03), "0.03");
  written(exponential(0.1), "exponential{mean=0.1}");
  written(sj_distribution_erlang(3, 2, NULL), "erlang{k=3, mean=2}");
  written(gamma_law(2, 0.025), "gamma{shape=2, scale=0.025}");
  written(sj_distribution_uniform(-1, 1e30, NULL), "uniform{min=-1, max=1e+30}");
  written(die(), "uniform_int{min=1, max=6}");
  written(sj_distribution_normal(50, 3, NULL), "normal{mean=50, std=3}");
  written(sj_distribution_lognormal(-1, 0.5, NULL), "lognormal{mu=-1, sigma=0.5}");
  written(weibull(), "weibull{shape=0.7, scale=2}");
  written(pareto(2.5), "pareto{shape=2.5, scale=1}");
  written(sj_distribution_hyperexponential(2, (double[]){0.25, 0.75}, (double[]){3, 0.1}, NULL),
          "hyperexponential{{0.25, 3}, {0.75, 0.1}}");
  written(sj_distribution_mixture(2, (double[]){7, 3}, (struct sj_distribution *[]){constant(1), die()}, NULL),
          "mixture{{7, 1}, {3, uniform_int{min=1, max=6}}}");
  written(sj_distribution_phase_type(2, (double[]){1, 0}, (double[]){-2, 1, 0, -0.5}, NULL),
          "phase_type{alpha={1, 0}, T={{-2, 1}, {0, -0.5}}}");
  written(sj_distribution_empirical(3, (double[]){3, 1, 2}, NULL), "empirical{values={1, 2, 3}}");
  double many[1000];
  for (int i = 0; i < 1000; i++) many[i] = 0.5 * i;
  written(sj_distribution_empirical(1000, many, NULL), "empirical{1000 values from 0 to 499.5}");
  written(sj_distribution_recorded(NULL), "recorded()");
}

static void arithmetic_is_written_with_its_operators(void **state) {
  (void)state;
  written(shifted(0.03, 1, gamma_law(2, 0.025)), "0.03 + gamma{shape=2, scale=0.025}");
  written(shifted(0, 2, exponential(1)), "2 * exponential{mean=1}");
  written(shifted(3, -2, uniform()), "3 - 2 * uniform{min=0, max=1}");
  written(shifted(3, -1, uniform()), "3 - uniform{min=0, max=1}");
  written(shifted(0, -1, uniform()), "-1 * uniform{min=0, max=1}");
  written(sum(exponential(1), shifted(2, 1, exponential(3))), "exponential{mean=1} + 2 + exponential{mean=3}");
  written(shifted(0, 2, sum(exponential(1), exponential(3))), "2 * (exponential{mean=1} + exponential{mean=3})");
  written(shifted(1, -1, sum(exponential(1), exponential(3))), "1 - (exponential{mean=1} + exponential{mean=3})");
  written(maximum(constant(1), exponential(1)), "max(1, exponential{mean=1})");
  written(minimum(exponential(2), exponential(1)), "min(exponential{mean=2}, exponential{mean=1})");
  written(rounded_to(SJ_FLOOR, shifted(1, 1, gamma_law(2, 1))), "floor(1 + gamma{shape=2, scale=1})");
  written(rounded_to(SJ_CEIL, exponential(1)), "ceil(exponential{mean=1})");
  written(rounded_to(SJ_ROUND, exponential(1)), "round(exponential{mean=1})");
}

static void constants_and_shifts_fold(void **state) {
  (void)state;
  written(shifted(1, 2, constant(3)), "7");
  written(shifted(1, 2, shifted(3, 4, exponential(1))), "7 + 8 * exponential{mean=1}");
  written(shifted(-3, 1, shifted(3, 1, exponential(1))), "exponential{mean=1}");
  written(shifted(5, 0, exponential(1)), "5");
  written(sum(constant(1), constant(2)), "3");
  written(sum(constant(1), exponential(2)), "1 + exponential{mean=2}");
  written(sum(shifted(1, 1, exponential(2)), constant(1)), "2 + exponential{mean=2}");
  written(maximum(constant(1), constant(2)), "2");
  written(minimum(constant(1), constant(2)), "1");
  written(rounded_to(SJ_ROUND, constant(2.5)), "3");
  written(rounded_to(SJ_ROUND, constant(-2.5)), "-3");
  written(sj_distribution_uniform(2, 2, NULL), "2");
  written(sj_distribution_uniform_int(2, 2, NULL), "2");
  written(sj_distribution_normal(2, 0, NULL), "2");
  written(sj_distribution_normal(-2, 0, NULL), "0");
  written(sj_distribution_lognormal(0, 0, NULL), "1");
  written(sj_distribution_lognormal_mean_cv(2, 0, NULL), "2");
  written(sj_distribution_lognormal_p50_p99(1, 1, NULL), "1");
  written(sj_distribution_phase_type(1, (double[]){0}, (double[]){-1}, NULL), "0");
}

static void text_that_does_not_fit_is_cut(void **state) {
  (void)state;
  struct sj_distribution *const d = maximum(exponential(1), exponential(2));
  char buffer[10] = "xxxxxxxxx";
  assert_int_equal(sj_distribution_format(d, buffer, sizeof buffer),
                   strlen("max(exponential{mean=1}, exponential{mean=2})"));
  assert_string_equal(buffer, "max(expon");
  assert_int_equal(sj_distribution_format(d, NULL, 0), strlen("max(exponential{mean=1}, exponential{mean=2})"));
  sj_distribution_destroy(d);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exponential_and_its_family),
      cmocka_unit_test(laws_on_intervals),
      cmocka_unit_test(laws_with_two_parameters),
      cmocka_unit_test(laws_with_branches),
      cmocka_unit_test(phase_type_laws),
      cmocka_unit_test(rounding_is_not_held_against_sums_to_one),
      cmocka_unit_test(arithmetic_with_impossible_numbers),
      cmocka_unit_test(a_failure_passes_through_what_is_built_on_it),
      cmocka_unit_test(trees_have_a_limit),
      cmocka_unit_test(errors_may_be_ignored),
      cmocka_unit_test(laws_are_written_as_the_language_writes_them),
      cmocka_unit_test(arithmetic_is_written_with_its_operators),
      cmocka_unit_test(constants_and_shifts_fold),
      cmocka_unit_test(text_that_does_not_fit_is_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
