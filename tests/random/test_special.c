#include "check.h"
#include "expected.h"
#include "random/elementary.h"
#include "random/special.h"

enum { SPECIAL = sizeof special_values / sizeof *special_values };

static double computed(const char *function, double a, double b, double c) {
  if (!strcmp(function, "gamma_p")) return sj_gamma_p(a, b);
  if (!strcmp(function, "gamma_q")) return sj_gamma_q(a, b);
  if (!strcmp(function, "gamma_p_inverse")) return sj_gamma_p_inverse(a, b);
  if (!strcmp(function, "normal_cdf")) return sj_normal_cdf(a);
  if (!strcmp(function, "normal_quantile")) return sj_normal_quantile(a);
  if (!strcmp(function, "beta_i")) return sj_beta_i(a, b, c);
  if (!strcmp(function, "student_quantile")) return sj_student_quantile(a, b);
  fail_msg("unknown function %s", function);
  return NAN;
}

static void check(const char *function, double relative) {
  int wrong = 0, compared = 0;
  for (int i = 0; i < SPECIAL; i++) {
    if (strcmp(special_values[i].function, function)) continue;
    const double a = special_values[i].a, b = special_values[i].b, c = special_values[i].c;
    char what[128];
    snprintf(what, sizeof what, "%s(%g, %g, %g)", function, a, b, c);
    wrong += !near(what, computed(function, a, b, c), special_values[i].value, relative, 0);
    compared++;
  }
  assert_true(compared > 5);
  assert_int_equal(wrong, 0);
}

static void incomplete_gamma_functions_agree_with_mpmath(void **state) {
  (void)state;
  check("gamma_p", 2e-13);
  check("gamma_q", 2e-13);
}

static void incomplete_gamma_is_a_sum_of_poisson_probabilities(void **state) {
  (void)state;
  /* Q(20, 30), the probability that an Erlang(20, 10) time exceeds 3: fewer than 20 events of a Poisson process. */
  double term = exp(-30), sum = 0;
  for (int k = 0; k < 20; k++) {
    sum += term;
    term *= 30.0 / (k + 1);
  }
  assert_true(near("the sum", sum, 0.0218734684413908, 1e-14, 0));
  assert_true(near("Q(20, 30)", sj_gamma_q(20, 30), sum, 1e-14, 0));
}

static void incomplete_gamma_for_a_hundred_million(void **state) {
  (void)state;
  /* Two terms of Temme's expansion at x = a: Q(a, a) = 1/2 - (1/3 - 1/(540 a)) / sqrt(2 pi a) + ... (DLMF 8.11.12). */
  const double a = 1e8;
  const double first = (-1.0 / 3 - 1 / (540 * a)) / sqrt(2 * 3.14159265358979323846 * a);
  assert_true(near("Q(a, a)", sj_gamma_q(a, a), 0.5 + first, 0, 1e-15));
  assert_true(near("P(a, a)", sj_gamma_p(a, a), 0.5 - first, 0, 1e-15));
}

static void inverse_gamma_agrees_with_mpmath(void **state) {
  (void)state;
  check("gamma_p_inverse", 1e-13);
  assert_true(sj_gamma_p_inverse(3, 0) == 0);
}

static void inverse_gamma_returns_to_its_probability(void **state) {
  (void)state;
  static const double shapes[] = {1e-3, 0.05, 0.3, 0.9, 1, 1.5, 3, 11.9, 12, 20, 100, 1e3, 1e5};
  static const double levels[] = {1e-300, 1e-100, 1e-20, 1e-8,  1e-3,     0.1,      0.3,
                                  0.5,    0.6,    0.9,   0.999, 1 - 1e-9, 1 - 1e-15};
  int wrong = 0;
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    for (size_t j = 0; j < sizeof levels / sizeof *levels; j++) {
      const double a = shapes[i], p = levels[j], x = sj_gamma_p_inverse(a, p);
      if (x < 1e-290) continue; /* beyond the doubles */
      char what[64];
      snprintf(what, sizeof what, "a = %g, p = %g", a, p);
      const double back = p <= 0.5 ? sj_gamma_p(a, x) : sj_gamma_q(a, x);
      wrong += !near(what, back, p <= 0.5 ? p : 1 - p, 1e-12, 0);
    }
  }
  assert_int_equal(wrong, 0);
}

static void normal_cdf_and_quantile_agree_with_mpmath(void **state) {
  (void)state;
  check("normal_cdf", 1e-14);
  check("normal_quantile", 1e-14);
}

static void incomplete_beta_agrees_with_mpmath(void **state) {
  (void)state;
  check("beta_i", 2e-13);
  assert_true(sj_beta_i(2, 3, 0) == 0 && sj_beta_i(2, 3, 1) == 1);
}

static void student_quantile_agrees_with_mpmath(void **state) {
  (void)state;
  check("student_quantile", 1e-13);
  assert_true(sj_student_quantile(4, 0.5) == 0);
  /* Tables print 12.706 for one degree and 1.960 for infinitely many. */
  assert_true(near("t(1, 0.975)", sj_student_quantile(1, 0.975), 12.706204736174698, 1e-14, 0));
  assert_true(near("t(1e12, 0.975)", sj_student_quantile(1e12, 0.975), 1.959963984540054, 1e-11, 0));
}

static void what_is_outside_the_domain_is_nan(void **state) {
  (void)state;
  assert_true(isnan(sj_gamma_p(0, 1)) && isnan(sj_gamma_p(-1, 1)) && isnan(sj_gamma_p(1, -1)) &&
              isnan(sj_gamma_q(1, NAN)));
  assert_true(isnan(sj_gamma_p_inverse(1, -0.1)) && isnan(sj_gamma_p_inverse(1, 1.1)) &&
              isnan(sj_gamma_p_inverse(0, 0.5)));
  assert_true(isnan(sj_normal_quantile(-0.1)) && isnan(sj_normal_quantile(NAN)));
  assert_true(isnan(sj_beta_i(0, 1, 0.5)) && isnan(sj_beta_i(1, 1, 1.5)));
  assert_true(isnan(sj_student_quantile(0, 0.5)) && isnan(sj_student_quantile(1, 0)));
}

/* Distance in units of the last place of the exact value, which is taken from long double arithmetic (64 bits). */
static double ulps(double got, long double exact) {
  const double rounded = (double)exact;
  return (double)(fabsl((long double)got - exact) / (long double)(nextafter(fabs(rounded), INFINITY) - fabs(rounded)));
}

static void exponential_and_logarithm_are_good_to_the_last_place(void **state) {
  (void)state;
  double exp_worst = 0, log_worst = 0, log1p_worst = 0;
  struct sj_stream s;
  sj_stream_seed(&s, 1, 1);
  for (int i = 0; i < 1000000; i++) {
    const double x = (2 * sj_stream_uniform(&s) - 1) * (i % 2 ? 700 : 1);
    exp_worst = fmax(exp_worst, ulps(sj_exp(x), expl((long double)x)));
    const double y = i % 2 ? sj_exp(x) : 0.5 + sj_stream_uniform(&s);
    log_worst = fmax(log_worst, ulps(sj_log(y), logl((long double)y)));
    const double z = sj_stream_uniform(&s) * (i % 2 ? 1e-3 : 10);
    log1p_worst = fmax(log1p_worst, ulps(sj_log1p(z), log1pl((long double)z)));
  }
  print_message("worst errors in units of the last place: exp %.3f, log %.3f, log1p %.3f\n", exp_worst, log_worst,
                log1p_worst);
  assert_true(exp_worst < 1);
  assert_true(log_worst < 1);
  assert_true(log1p_worst < 4);
}

static void exponential_and_logarithm_at_the_ends(void **state) {
  (void)state;
  assert_true(sj_exp(0) == 1 && sj_log(1) == 0 && sj_log1p(0) == 0);
  assert_true(sj_exp(710) == INFINITY && sj_exp(-746) == 0 && sj_exp(-INFINITY) == 0);
  assert_true(near("e^709.7", sj_exp(709.7), 0x1.d75ae7a50ee14p+1023, 1e-15, 0));
  assert_true(near("e^-740, subnormal", sj_exp(-740), 0x55p-1074, 0, 0x1p-1074));
  assert_true(near("ln of the largest", sj_log(DBL_MAX), 709.782712893384, 1e-15, 0));
  assert_true(near("ln of the smallest", sj_log(DBL_MIN), -708.3964185322641, 1e-15, 0));
  assert_true(near("2^0.5", sj_power(2, 0.5), sqrt(2), 1e-15, 0));
  assert_true(sj_power(0, 0.5) == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(incomplete_gamma_functions_agree_with_mpmath),
      cmocka_unit_test(incomplete_gamma_is_a_sum_of_poisson_probabilities),
      cmocka_unit_test(incomplete_gamma_for_a_hundred_million),
      cmocka_unit_test(inverse_gamma_agrees_with_mpmath),
      cmocka_unit_test(inverse_gamma_returns_to_its_probability),
      cmocka_unit_test(normal_cdf_and_quantile_agree_with_mpmath),
      cmocka_unit_test(incomplete_beta_agrees_with_mpmath),
      cmocka_unit_test(student_quantile_agrees_with_mpmath),
      cmocka_unit_test(what_is_outside_the_domain_is_nan),
      cmocka_unit_test(exponential_and_logarithm_are_good_to_the_last_place),
      cmocka_unit_test(exponential_and_logarithm_at_the_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
