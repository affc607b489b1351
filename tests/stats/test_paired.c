#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stats/paired.h"

static int near(double a, double b) { return fabs(a - b) <= 1e-12 * fabs(b); }

/* Student's distribution is elementary at 1 and 2 degrees of freedom. */
static void p_values_are_students(void **state) {
  (void)state;
  const double two[] = {11, 23}, base_of_two[] = {10, 20};
  struct sj_paired paired = sj_paired_compare(two, base_of_two, 2, 0.95);
  assert_true(paired.difference == 2);
  assert_true(near(paired.p, 1 - 2 / M_PI * atan(2)));
  assert_true(near(paired.half_width, tan(M_PI * 0.475)));
  const double three[] = {11, 22, 33}, base_of_three[] = {10, 20, 30};
  paired = sj_paired_compare(three, base_of_three, 3, 0.95);
  const double t = 2 * sqrt(3);
  assert_true(near(paired.p, 1 - t / sqrt(2 + t * t)));
  const double critical = 0.95 * sqrt(2 / (1 - 0.95 * 0.95));
  assert_true(near(paired.half_width, critical / sqrt(3)));
  const struct sj_paired reversed = sj_paired_compare(base_of_three, three, 3, 0.95);
  assert_true(reversed.difference == -2 && reversed.p == paired.p && reversed.half_width == paired.half_width);
}

static void ratios_are_of_the_means(void **state) {
  (void)state;
  const double x[] = {11, 22, 33}, base[] = {10, 20, 30};
  struct sj_paired paired = sj_paired_compare(x, base, 3, 0.95);
  assert_true(near(paired.ratio, 0.1) || fabs(paired.ratio - 0.1) < 1e-15);
  assert_true(paired.ratio_half_width < 1e-13); /* exactly proportional */
  const double y[] = {12, 20, 31};
  paired = sj_paired_compare(y, base, 3, 0.95);
  /* Residuals y - 1.05 base: 1.5, -1, -0.5; their deviation sqrt(3.5 / 2). */
  const double critical = 0.95 * sqrt(2 / (1 - 0.95 * 0.95));
  assert_true(fabs(paired.ratio - 0.05) < 1e-15);
  assert_true(near(paired.ratio_half_width, critical * sqrt(1.75 / 3) / 20));
  const double negative[] = {-10, -20, -30};
  paired = sj_paired_compare(y, negative, 3, 0.95);
  assert_true(paired.ratio_half_width > 0);
  const double zero[] = {-1, 0, 1};
  paired = sj_paired_compare(y, zero, 3, 0.95);
  assert_true(isnan(paired.ratio) && isnan(paired.ratio_half_width) && paired.difference == 21);
}

static void pairs_that_say_nothing_or_all(void **state) {
  (void)state;
  const double x[] = {0.1, 0.2, 0.7}, y[] = {1.5, 1.75, 1.5}, base[] = {1, 1.25, 1};
  struct sj_paired paired = sj_paired_compare(x, x, 3, 0.95);
  assert_true(paired.difference == 0 && paired.half_width == 0 && paired.p == 1 && paired.ratio == 0);
  paired = sj_paired_compare(y, base, 3, 0.95);
  assert_true(paired.difference == 0.5 && paired.half_width == 0 && paired.p == 0);
  paired = sj_paired_compare(x, base, 1, 0.95);
  assert_true(near(paired.difference, -0.9) && isnan(paired.half_width) && isnan(paired.p));
  paired = sj_paired_compare(x, base, 0, 0.95);
  assert_true(isnan(paired.difference) && isnan(paired.p) && isnan(paired.ratio));
  const double hole[] = {1, NAN, 3};
  paired = sj_paired_compare(hole, base, 3, 0.95);
  assert_true(isnan(paired.difference) && isnan(paired.p) && isnan(paired.ratio));
}

static void holm_is_holms(void **state) {
  (void)state;
  double p[] = {0.01, 0.04, NAN, 0.03, 0.005};
  sj_holm(p, 5);
  assert_true(near(p[0], 0.03) && near(p[1], 0.06) && isnan(p[2]) && near(p[3], 0.06) && near(p[4], 0.02));
  double large[] = {0.6, 0.5, 0.5};
  sj_holm(large, 3);
  assert_true(large[0] == 1 && large[1] == 1 && large[2] == 1);
  double equal[] = {0.02, 0.02};
  sj_holm(equal, 2);
  assert_true(near(equal[0], 0.04) && near(equal[1], 0.04));
  double single[] = {0.04};
  sj_holm(single, 1);
  assert_true(single[0] == 0.04);
  sj_holm(NULL, 0);
}

/* scipy.stats.ttest_ind(x, y, equal_var=False) and its confidence interval. */
static void welch_is_scipys(void **state) {
  (void)state;
  const double x[] = {2.1, 2.9, 3.4, 2.6, 3.0}, y[] = {1.7, 2.2, 1.9, 2.05}, same[] = {4, 4, 4}, bad[] = {1, NAN};
  struct sj_paired found = sj_unpaired_compare(x, 5, y, 4, 0.95);
  assert_true(fabs(found.difference - 0.8375) < 1e-14 && fabs(found.half_width - 0.5982469766229704) < 1e-9);
  assert_true(fabs(found.p - 0.01441441506949744) < 1e-10);
  assert_true(fabs(found.ratio - 0.4267515923566878) < 1e-14 &&
              fabs(found.ratio_half_width - 0.33424726473980354) < 1e-9);
  found = sj_unpaired_compare(same, 3, same, 2, 0.95);
  assert_true(found.difference == 0 && found.half_width == 0 && found.p == 1 && found.ratio == 0);
  found = sj_unpaired_compare(same, 3, y, 1, 0.95);
  assert_true(found.difference == 4 - 1.7 && isnan(found.half_width) && isnan(found.p));
  assert_true(isnan(sj_unpaired_compare(bad, 2, y, 4, 0.95).difference));
  assert_true(isnan(sj_unpaired_compare(x, 0, y, 4, 0.95).difference));
}

static void check_fifths(const double *values, size_t count, const int *wanted) {
  int fifths[16];
  sj_quintiles(values, count, fifths);
  for (size_t i = 0; i < count; i++) assert_int_equal(fifths[i], wanted[i]);
}

/* pandas.qcut(values, 5, labels=False) + 1, where the edges differ from each other. */
static void quintiles_are_pandas(void **state) {
  (void)state;
  check_fifths((const double[]){1, 2, 3, 4}, 4, (const int[]){1, 2, 4, 5});
  check_fifths((const double[]){10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 10, (const int[]){5, 5, 4, 4, 3, 3, 2, 2, 1, 1});
  check_fifths((const double[]){1, 2, 3, 4, 5, 6}, 6, (const int[]){1, 1, 2, 3, 4, 5});
  check_fifths((const double[]){0.5, 100, 0.1, 7, 7, 3, -2}, 7, (const int[]){2, 5, 1, 4, 4, 3, 1});
  check_fifths((const double[]){3, NAN, 3, 4, 3}, 5, (const int[]){1, 0, 1, 5, 1});
  check_fifths((const double[]){2}, 1, (const int[]){1});
  check_fifths((const double[]){NAN}, 1, (const int[]){0});
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(p_values_are_students),         cmocka_unit_test(ratios_are_of_the_means),
      cmocka_unit_test(pairs_that_say_nothing_or_all), cmocka_unit_test(holm_is_holms),
      cmocka_unit_test(quintiles_are_pandas),          cmocka_unit_test(welch_is_scipys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
