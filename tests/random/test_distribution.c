#include "laws.h"

enum {
  LAWS = sizeof laws / sizeof *laws,
  ARITHMETIC_CDFS = sizeof arithmetic_cdf / sizeof *arithmetic_cdf,
  ARITHMETIC_MOMENTS = sizeof arithmetic_moments / sizeof *arithmetic_moments
};

static void moments_agree_with_scipy(void **state) {
  (void)state;
  int wrong = 0;
  for (int i = 0; i < LAWS; i++) {
    struct sj_distribution *const d = make_law(laws[i].law, laws[i].parameters);
    wrong += !near(laws[i].law, sj_distribution_mean(d), laws[i].mean, 1e-12, 0);
    wrong += !near(laws[i].law, sj_distribution_variance(d), laws[i].variance, 1e-12, 0);
    sj_distribution_destroy(d);
  }
  assert_int_equal(wrong, 0);
}

static void cdfs_agree_with_scipy(void **state) {
  (void)state;
  int wrong = 0;
  for (int i = 0; i < LAWS; i++) {
    struct sj_distribution *const d = make_law(laws[i].law, laws[i].parameters);
    for (int k = 0; k < POINTS; k++)
      wrong += !near(laws[i].law, sj_distribution_cdf(d, laws[i].at[k]), laws[i].cdf[k], 1e-10, 0);
    sj_distribution_destroy(d);
  }
  assert_int_equal(wrong, 0);
}

static void quantiles_agree_with_scipy(void **state) {
  (void)state;
  int wrong = 0;
  for (int i = 0; i < LAWS; i++) {
    struct sj_distribution *const d = make_law(laws[i].law, laws[i].parameters);
    for (int k = 0; k < POINTS; k++)
      wrong += !near(laws[i].law, sj_distribution_quantile(d, probabilities[k]), laws[i].quantile[k], 1e-10, 0);
    sj_distribution_destroy(d);
  }
  assert_int_equal(wrong, 0);
}

static void cdfs_of_arithmetic_agree_with_theory_and_quadrature(void **state) {
  (void)state;
  int wrong = 0;
  for (int i = 0; i < ARITHMETIC_CDFS; i++) {
    struct sj_distribution *const d = make_arithmetic(arithmetic_cdf[i].law);
    wrong +=
        !near(arithmetic_cdf[i].law, sj_distribution_cdf(d, arithmetic_cdf[i].at), arithmetic_cdf[i].cdf, 1e-10, 0);
    sj_distribution_destroy(d);
  }
  assert_int_equal(wrong, 0);
}

static void moments_of_arithmetic_agree_with_theory_and_quadrature(void **state) {
  (void)state;
  int wrong = 0;
  for (int i = 0; i < ARITHMETIC_MOMENTS; i++) {
    struct sj_distribution *const d = make_arithmetic(arithmetic_moments[i].law);
    wrong += !near(arithmetic_moments[i].law, sj_distribution_mean(d), arithmetic_moments[i].mean, 1e-9, 0);
    wrong += !near(arithmetic_moments[i].law, sj_distribution_variance(d), arithmetic_moments[i].variance, 1e-9, 0);
    sj_distribution_destroy(d);
  }
  assert_int_equal(wrong, 0);
}

/* The definition: cdf(x) >= p, and not just below x. */
static bool is_quantile(const struct sj_distribution *d, const char *name, double p) {
  const double x = sj_distribution_quantile(d, p);
  const double step = 1e-11 * fabs(x) + 1e-300;
  const bool fine = sj_distribution_cdf(d, x + step) >= p && sj_distribution_cdf(d, x - step) < p;
  if (!fine) print_error("%s: quantile(%.17g) = %.17g is none\n", name, p, x);
  return fine;
}

static void quantiles_of_arithmetic_invert_the_cdf(void **state) {
  (void)state;
  static const double levels[] = {1e-6, 0.01, 0.25, 0.5, 0.9, 0.999};
  int wrong = 0;
  for (int i = 0; i < ARITHMETIC_CDFS; i++) {
    if (i && !strcmp(arithmetic_cdf[i].law, arithmetic_cdf[i - 1].law)) continue;
    struct sj_distribution *const d = make_arithmetic(arithmetic_cdf[i].law);
    for (size_t k = 0; k < sizeof levels / sizeof *levels; k++)
      wrong += !is_quantile(d, arithmetic_cdf[i].law, levels[k]);
    sj_distribution_destroy(d);
  }
  assert_int_equal(wrong, 0);
}

static void moments_without_a_limit_are_infinite(void **state) {
  (void)state;
  struct sj_distribution *d = pareto(1);
  assert_true(sj_distribution_mean(d) == INFINITY && sj_distribution_variance(d) == INFINITY);
  d = shifted(0, -1, d);
  assert_true(sj_distribution_mean(d) == -INFINITY);
  d = sum(d, pareto(2.5));
  assert_true(sj_distribution_mean(d) == -INFINITY && sj_distribution_variance(d) == INFINITY);
  sj_distribution_destroy(d);
  d = maximum(pareto(1.5), exponential(1));
  assert_true(isfinite(sj_distribution_mean(d)) && sj_distribution_variance(d) == INFINITY);
  sj_distribution_destroy(d);
  d = rounded_to(SJ_CEIL, pareto(0.9));
  assert_true(sj_distribution_mean(d) == INFINITY);
  sj_distribution_destroy(d);
  d = minimum(constant(7), pareto(0.5));
  assert_true(near("mean of min(7, pareto)", sj_distribution_mean(d), 2 * sqrt(7) - 1, 1e-9, 0));
  sj_distribution_destroy(d);
}

static void mixture_weighs_its_parts(void **state) {
  (void)state;
  struct sj_distribution *parts[] = {constant(2), exponential(3), constant(100)};
  struct sj_distribution *const d = sj_distribution_mixture(3, (double[]){1, 3, 0}, parts, NULL);
  assert_true(near("mean", sj_distribution_mean(d), 0.25 * 2 + 0.75 * 3, 1e-15, 0));
  assert_true(near("variance", sj_distribution_variance(d), 0.25 * 4 + 0.75 * 18 - 2.75 * 2.75, 1e-14, 0));
  assert_true(near("cdf before the atom", sj_distribution_cdf(d, 1.9), 0.75 * -expm1(-1.9 / 3), 1e-14, 0));
  assert_true(near("cdf at the atom", sj_distribution_cdf(d, 2), 0.25 + 0.75 * -expm1(-2.0 / 3), 1e-14, 0));
  assert_true(sj_distribution_quantile(d, 0.5) == 2); /* inside the jump */
  assert_true(near("beyond", sj_distribution_quantile(d, 0.9), -3 * log(0.1 / 0.75), 1e-13, 0));
  assert_true(sj_distribution_max(d) == INFINITY && sj_distribution_min(d) == 0);
  sj_distribution_destroy(d);
}

static void empirical_law_is_the_step_function_of_its_values(void **state) {
  (void)state;
  const double values[] = {3, 1, 4, 1, 5};
  struct sj_distribution *const d = sj_distribution_empirical(5, values, NULL);
  assert_true(near("mean", sj_distribution_mean(d), 2.8, 1e-15, 0));
  assert_true(near("variance", sj_distribution_variance(d), 2.56, 1e-15, 0));
  assert_true(sj_distribution_cdf(d, 0.999) == 0 && sj_distribution_cdf(d, 1) == 0.4 &&
              sj_distribution_cdf(d, 3.5) == 0.6);
  assert_true(sj_distribution_cdf(d, 5) == 1 && sj_distribution_min(d) == 1 && sj_distribution_max(d) == 5);
  static const double levels[][2] = {{0, 1}, {0.1, 1}, {0.4, 1}, {0.41, 3}, {0.6, 3}, {0.8, 4}, {0.81, 5}, {1, 5}};
  for (size_t i = 0; i < 8; i++) assert_true(sj_distribution_quantile(d, levels[i][0]) == levels[i][1]);
  sj_distribution_destroy(d);
}

static void large_empirical_law_keeps_its_digits(void **state) {
  (void)state;
  enum { VALUES = 1000000 };
  double *const values = malloc(VALUES * sizeof *values);
  /* 10^9 + i / 10^6: the naive sum of squares would lose all of the variance. */
  for (int i = 0; i < VALUES; i++) values[i] = 1e9 + (double)i / VALUES;
  struct sj_distribution *const d = sj_distribution_empirical(VALUES, values, NULL);
  free(values);
  assert_true(near("mean", sj_distribution_mean(d), 1e9 + 0.4999995, 1e-15, 0));
  assert_true(near("variance", sj_distribution_variance(d), (1 - 1e-12) / 12, 1e-6, 0)); /* 1e9 has steps of 1e-7 */
  sj_distribution_destroy(d);
}

static void phase_type_with_an_atom(void **state) {
  (void)state;
  /* 0 with probability 1/4, else exponential with rate 2. */
  struct sj_distribution *const d = sj_distribution_phase_type(1, (double[]){0.75}, (double[]){-2}, NULL);
  assert_true(sj_distribution_cdf(d, -1e-9) == 0 && sj_distribution_cdf(d, 0) == 0.25);
  assert_true(near("cdf", sj_distribution_cdf(d, 1), 1 - 0.75 * exp(-2), 1e-14, 0));
  assert_true(sj_distribution_quantile(d, 0.2) == 0 && sj_distribution_quantile(d, 0.25) == 0);
  assert_true(near("mean", sj_distribution_mean(d), 0.375, 1e-15, 0));
  assert_true(near("variance", sj_distribution_variance(d), 0.375 - 0.375 * 0.375, 1e-14, 0));
  sj_distribution_destroy(d);
}

static void phase_type_of_an_erlang_is_an_erlang(void **state) {
  (void)state;
  enum { PHASES = 40 };
  double alpha[PHASES] = {1}, generator[PHASES * PHASES] = {0};
  for (int i = 0; i < PHASES; i++) {
    generator[i * PHASES + i] = -20;
    if (i + 1 < PHASES) generator[i * PHASES + i + 1] = 20;
  }
  struct sj_distribution *const d = sj_distribution_phase_type(PHASES, alpha, generator, NULL);
  struct sj_distribution *const e = sj_distribution_erlang(PHASES, 2, NULL);
  for (double x = 0.5; x < 200; x *= 1.5)
    assert_true(near("cdf", sj_distribution_cdf(d, x), sj_distribution_cdf(e, x), 1e-12, 0));
  assert_true(near("quantile", sj_distribution_quantile(d, 0.3), sj_distribution_quantile(e, 0.3), 1e-12, 0));
  assert_true(near("mean", sj_distribution_mean(d), 2, 1e-14, 0));
  assert_true(near("variance", sj_distribution_variance(d), 2 * 2.0 / PHASES, 1e-12, 0));
  sj_distribution_destroy(d);
  sj_distribution_destroy(e);
}

/* Rates 12 orders apart: absorption about once in 10^12 visits. Exactly, the mean is (1 + 2 / e) / 1 for exit rate e.
 */
static void phase_type_keeps_the_digits_of_rare_absorption(void **state) {
  (void)state;
  const double e = 0x1p-40;
  const double generator[] = {-1, 1, 1 - e, -1};
  struct sj_distribution *const d = sj_distribution_phase_type(2, (double[]){1, 0}, generator, NULL);
  assert_true(near("mean", sj_distribution_mean(d), 2 / e, 1e-14, 0));
  assert_true(near("cdf", sj_distribution_cdf(d, 2 / e), 1 - exp(-1), 1e-11, 0));
  assert_true(near("cdf", sj_distribution_cdf(d, 100 / e), 1, 1e-15, 0));
  sj_distribution_destroy(d);
}

/* A draw of offset + scale k is rounded; its cdf there must still count that k, and not the next. */
static void atoms_survive_the_rounding_of_a_shift(void **state) {
  (void)state;
  static const double shifts[][2] = {{0.1, 0.7}, {0.1, 1}, {1e6, 1e-3}, {-0.3, 0.1}, {1.0 / 3, 1.0 / 7}};
  for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++) {
    struct sj_distribution *const up = shifted(shifts[i][0], shifts[i][1], sj_distribution_uniform_int(0, 9, NULL));
    struct sj_distribution *const down = shifted(shifts[i][0], -shifts[i][1], sj_distribution_uniform_int(0, 9, NULL));
    for (int k = 0; k < 10; k++) {
      const double x = shifts[i][0] + shifts[i][1] * k, y = shifts[i][0] - shifts[i][1] * k;
      assert_true(sj_distribution_cdf(up, x) == (k + 1) / 10.0);
      assert_true(sj_distribution_cdf(up, nextafter(x, -INFINITY)) == k / 10.0);
      assert_true(sj_distribution_cdf(down, y) == (10 - k) / 10.0);
      assert_true(sj_distribution_cdf(down, nextafter(y, -INFINITY)) == (9 - k) / 10.0);
      assert_true(sj_distribution_quantile(up, (k + 1) / 10.0) == x);
      assert_true(sj_distribution_quantile(down, (10 - k) / 10.0) == y);
    }
    sj_distribution_destroy(up);
    sj_distribution_destroy(down);
  }
}

static void atoms_survive_the_rounding_of_a_sum(void **state) {
  (void)state;
  /* 0.1 i + 0.7 j for i, j = 0, 1: four atoms, none of which is a double. */
  struct sj_distribution *const d = sum(shifted(0, 0.1, sj_distribution_uniform_int(0, 1, NULL)),
                                        shifted(0, 0.7, sj_distribution_uniform_int(0, 1, NULL)));
  const double atoms[] = {0, 0.1, 0.7, 0.1 + 0.7};
  for (int i = 0; i < 4; i++) {
    assert_true(sj_distribution_cdf(d, atoms[i]) == (i + 1) / 4.0);
    assert_true(sj_distribution_cdf(d, nextafter(atoms[i], -INFINITY)) == i / 4.0);
    assert_true(sj_distribution_quantile(d, (i + 1) / 4.0) == atoms[i]);
  }
  sj_distribution_destroy(d);
}

static void quantiles_of_whole_numbers_step_where_the_cdf_does(void **state) {
  (void)state;
  struct sj_distribution *const d = sum(die(), die());
  for (int x = 2; x <= 12; x++) {
    const double p = sj_distribution_cdf(d, x);
    assert_true(sj_distribution_quantile(d, p) == x);
    if (x < 12) assert_true(sj_distribution_quantile(d, nextafter(p, 1)) == x + 1);
  }
  sj_distribution_destroy(d);
  struct sj_distribution *const f = rounded_to(SJ_FLOOR, shifted(1, 1, gamma_law(2.5, 1)));
  for (int x = 1; x < 9; x++) {
    const double p = sj_distribution_cdf(f, x);
    assert_true(sj_distribution_quantile(f, p) == x && sj_distribution_quantile(f, nextafter(p, 1)) == x + 1);
  }
  sj_distribution_destroy(f);
}

static void halves_round_away_from_zero(void **state) {
  (void)state;
  const double values[] = {-1.5, -0.5, 0.5, 2.5};
  struct sj_distribution *const d = rounded_to(SJ_ROUND, sj_distribution_empirical(4, values, NULL));
  static const double steps[][2] = {{-2.1, 0}, {-2, 0.25}, {-1, 0.5}, {0, 0.5}, {1, 0.75}, {2, 0.75}, {3, 1}};
  for (size_t i = 0; i < 7; i++) assert_true(sj_distribution_cdf(d, steps[i][0]) == steps[i][1]);
  assert_true(near("mean", sj_distribution_mean(d), 0.25, 1e-14, 0));
  assert_true(near("variance", sj_distribution_variance(d), (4 + 1 + 1 + 9) / 4.0 - 0.0625, 1e-14, 0));
  sj_distribution_destroy(d);
}

static void supports_are_bounded_as_they_should(void **state) {
  (void)state;
  struct {
    struct sj_distribution *d;
    double min, max;
  } cases[] = {
      {constant(-3), -3, -3},
      {exponential(1), 0, INFINITY},
      {sj_distribution_normal(-50, 1, NULL), 0, INFINITY},
      {sj_distribution_uniform(-1, 2, NULL), -1, 2},
      {pareto(2), 1, INFINITY},
      {shifted(1, -2, pareto(2)), -INFINITY, -1},
      {shifted(1, -2, uniform()), -1, 1},
      {sum(die(), shifted(-5, 1, exponential(1))), -4, INFINITY},
      {maximum(die(), constant(3)), 3, 6},
      {minimum(die(), exponential(3)), 0, 6},
      {rounded_to(SJ_CEIL, shifted(0.2, 1, uniform())), 1, 2},
      {rounded_to(SJ_FLOOR, shifted(-0.5, 1, uniform())), -1, 0},
      {sj_distribution_recorded(NULL), 0, INFINITY},
      {shifted(-1, 2, sj_distribution_recorded(NULL)), -1, INFINITY},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_true(sj_distribution_min(cases[i].d) == cases[i].min && sj_distribution_max(cases[i].d) == cases[i].max);
    if (!sj_distribution_uses_recorded(cases[i].d)) {
      assert_true(sj_distribution_quantile(cases[i].d, 0) == cases[i].min);
      assert_true(sj_distribution_quantile(cases[i].d, 1) == cases[i].max);
    }
    sj_distribution_destroy(cases[i].d);
  }
}

static void only_what_can_vary_is_random(void **state) {
  (void)state;
  struct {
    struct sj_distribution *d;
    bool random, recorded;
  } cases[] = {
      {constant(1), false, false},
      {exponential(1), true, false},
      {sj_distribution_uniform(3, 3, NULL), false, false},
      {shifted(1, 0, exponential(1)), false, false},
      {sj_distribution_empirical(2, (double[]){7, 7}, NULL), false, false},
      {rounded_to(SJ_CEIL, sj_distribution_uniform(0.1, 0.9, NULL)), false, false},
      {maximum(constant(3), uniform()), false, false},
      {sj_distribution_recorded(NULL), false, true},
      {shifted(1, 2, sj_distribution_recorded(NULL)), false, true},
      {maximum(constant(5), sj_distribution_recorded(NULL)), false, true},
      {sum(exponential(1), sj_distribution_recorded(NULL)), true, true},
      {shifted(0, 0, sj_distribution_recorded(NULL)), false, false},
      {sj_distribution_mixture(2, (double[]){1, 1},
                               (struct sj_distribution *[]){constant(1), sj_distribution_recorded(NULL)}, NULL),
       true, true},
      {sj_distribution_mixture(2, (double[]){0, 1},
                               (struct sj_distribution *[]){constant(1), sj_distribution_recorded(NULL)}, NULL),
       false, true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(sj_distribution_is_random(cases[i].d), cases[i].random);
    assert_int_equal(sj_distribution_uses_recorded(cases[i].d), cases[i].recorded);
    const bool unknown = isnan(sj_distribution_mean(cases[i].d)) && isnan(sj_distribution_variance(cases[i].d)) &&
                         isnan(sj_distribution_cdf(cases[i].d, 1)) && isnan(sj_distribution_quantile(cases[i].d, 0.5));
    assert_int_equal(unknown, cases[i].recorded);
    sj_distribution_destroy(cases[i].d);
  }
}

static void cdf_and_quantile_at_the_ends(void **state) {
  (void)state;
  struct sj_distribution *const d = sum(exponential(1), exponential(2));
  assert_true(sj_distribution_cdf(d, -INFINITY) == 0 && sj_distribution_cdf(d, INFINITY) == 1);
  assert_true(sj_distribution_cdf(d, 0) == 0 && sj_distribution_cdf(d, 1e300) == 1);
  assert_true(isnan(sj_distribution_cdf(d, NAN)) && isnan(sj_distribution_quantile(d, NAN)));
  assert_true(isnan(sj_distribution_quantile(d, -0.1)) && isnan(sj_distribution_quantile(d, 1.1)));
  sj_distribution_destroy(d);
}

/* A hundred thousand recorded values plus noise: a sum over atoms, not an integral over a staircase. */
static void sum_with_a_recording_is_exact(void **state) {
  (void)state;
  enum { VALUES = 20000 };
  double *const values = malloc(VALUES * sizeof *values);
  for (int i = 0; i < VALUES; i++) values[i] = (i + 0.5) / VALUES;
  struct sj_distribution *const d = sum(sj_distribution_empirical(VALUES, values, NULL), exponential(0.001));
  const double x = 0.31415;
  double expected = 0;
  for (int i = 0; i < VALUES && values[i] < x; i++) expected -= expm1(-(x - values[i]) / 0.001) / VALUES;
  assert_true(near("cdf", sj_distribution_cdf(d, x), expected, 1e-12, 0));
  free(values);
  sj_distribution_destroy(d);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments_agree_with_scipy),
      cmocka_unit_test(cdfs_agree_with_scipy),
      cmocka_unit_test(quantiles_agree_with_scipy),
      cmocka_unit_test(cdfs_of_arithmetic_agree_with_theory_and_quadrature),
      cmocka_unit_test(moments_of_arithmetic_agree_with_theory_and_quadrature),
      cmocka_unit_test(quantiles_of_arithmetic_invert_the_cdf),
      cmocka_unit_test(moments_without_a_limit_are_infinite),
      cmocka_unit_test(mixture_weighs_its_parts),
      cmocka_unit_test(empirical_law_is_the_step_function_of_its_values),
      cmocka_unit_test(large_empirical_law_keeps_its_digits),
      cmocka_unit_test(phase_type_with_an_atom),
      cmocka_unit_test(phase_type_of_an_erlang_is_an_erlang),
      cmocka_unit_test(phase_type_keeps_the_digits_of_rare_absorption),
      cmocka_unit_test(atoms_survive_the_rounding_of_a_shift),
      cmocka_unit_test(atoms_survive_the_rounding_of_a_sum),
      cmocka_unit_test(quantiles_of_whole_numbers_step_where_the_cdf_does),
      cmocka_unit_test(halves_round_away_from_zero),
      cmocka_unit_test(supports_are_bounded_as_they_should),
      cmocka_unit_test(only_what_can_vary_is_random),
      cmocka_unit_test(cdf_and_quantile_at_the_ends),
      cmocka_unit_test(sum_with_a_recording_is_exact),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
