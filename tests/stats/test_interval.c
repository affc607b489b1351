#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "expected.h"
#include "stats/interval.h"

enum { LATENCIES = sizeof latencies_us / sizeof *latencies_us };

static int near(double a, double b, double relative) { return fabs(a - b) <= relative * fabs(b); }

static void intervals_are_scipys(void **state) {
  (void)state;
  double values[LATENCIES], mean, half_width;
  for (int i = 0; i < LATENCIES; i++) values[i] = latencies_us[i] * 1e-6;
  for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++) {
    sj_interval(values, intervals[i].count, intervals[i].level, &mean, &half_width);
    assert_true(near(mean, intervals[i].mean, 1e-14));
    assert_true(near(half_width, intervals[i].half_width, 1e-13));
  }
  sj_interval(values, 1, 0.95, &mean, &half_width);
  assert_true(mean == values[0] && isnan(half_width));
  sj_interval(values, 0, 0.95, &mean, &half_width);
  assert_true(isnan(mean) && isnan(half_width));
  values[3] = NAN;
  sj_interval(values, 8, 0.95, &mean, &half_width);
  assert_true(isnan(mean) && isnan(half_width));
  sj_interval((const double[]){2, 2, 2}, 3, 0.95, &mean, &half_width);
  assert_true(mean == 2 && half_width == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(intervals_are_scipys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
