/* Functions whose least value is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stats/minimize.h"

static double rosenbrock(void *context, const double *x) {
  (void)context;
  return 100 * pow(x[1] - x[0] * x[0], 2) + pow(1 - x[0], 2);
}

static void finds_the_end_of_a_curved_valley(void **state) {
  (void)state;
  const struct sj_minimize question = {.variables = 2,
                                       .value = rosenbrock,
                                       .low = {-5, -5},
                                       .high = {5, 5},
                                       .step = {0.5, 0.5},
                                       .tolerance = 1e-8,
                                       .most = 2000};
  double x[2] = {-1.2, 1};
  size_t calls = 0;
  const double value = sj_minimize(&question, x, &calls);
  assert_true(fabs(x[0] - 1) < 1e-6 && fabs(x[1] - 1) < 1e-6 && value < 1e-11);
  assert_true(calls > 50 && calls < 2000);
}

/* Its centre is outside of what is allowed, or where there is no value. */
static double bowl(void *context, const double *x) {
  const double *const centre = context;
  double sum = 0;
  for (int i = 0; i < 3; i++) sum += (i + 1) * pow(x[i] - centre[i], 2);
  return x[2] > 2 ? (double)NAN : sum;
}

static void stays_within_the_bounds(void **state) {
  (void)state;
  double centre[3] = {3, -0.5, 0.25}, x[3] = {0, 0, 0};
  const struct sj_minimize question = {.variables = 3,
                                       .value = bowl,
                                       .context = centre,
                                       .low = {-1, -1, -1},
                                       .high = {1, 1, 3},
                                       .step = {0.3, 0.3, 0.3},
                                       .tolerance = 1e-7,
                                       .most = 3000};
  sj_minimize(&question, x, NULL);
  assert_true(fabs(x[0] - 1) < 1e-5 && fabs(x[1] + 0.5) < 1e-4 && fabs(x[2] - 0.25) < 1e-4);
}

static void goes_around_where_there_is_no_value(void **state) {
  (void)state;
  double centre[3] = {0, 0, 1.9}, x[3] = {0, 0, 0};
  const struct sj_minimize question = {.variables = 3,
                                       .value = bowl,
                                       .context = centre,
                                       .low = {-1, -1, -1},
                                       .high = {1, 1, 3},
                                       .step = {0.3, 0.3, 1},
                                       .tolerance = 1e-7,
                                       .most = 3000};
  assert_true(sj_minimize(&question, x, NULL) < 1e-6);
  assert_true(fabs(x[2] - 1.9) < 1e-3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_the_end_of_a_curved_valley),
      cmocka_unit_test(stays_within_the_bounds),
      cmocka_unit_test(goes_around_where_there_is_no_value),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
