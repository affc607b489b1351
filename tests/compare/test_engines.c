/* What was simulated against what was solved. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "results/results.h"
#include "sojourn/compare.h"

enum { METRICS = 6, RUNS = 4 };
static const char *const names[METRICS] = {"db.full",       "db.in_system.mean", "db.dropped",
                                           "db.throughput", "db.empty",          "db.lost"};

static struct sj_results *results_of(const char *engine, size_t runs, const double values[][METRICS]) {
  struct sj_results *const results = sj_results_create(engine, "m.lua", NULL);
  for (size_t m = 0; m < METRICS; m++) assert_true(sj_results_add_metric(results, names[m], SJ_REDUCE_MEAN));
  for (size_t r = 0; r < runs; r++) {
    struct sj_run run;
    assert_true(sj_run_prepare(results, &run, r));
    memcpy(run.values, values[r], sizeof values[r]);
    assert_true(sj_results_add_run(results, &run));
  }
  return results;
}

static void tells_a_difference_from_chance(void **state) {
  (void)state;
  /* No value in one run; 0.1 too much each time; nothing solved; equal but for rounding; the same within chance; too
   * rare to be seen. */
  const double simulated[RUNS][METRICS] = {
      {NAN, 1.1, 3, 7, 0.50, 0}, {0.1, 1.1001, 3, 7, 0.52, 0}, {0.1, 1.0999, 3, 7, 0.49, 0}, {0.1, 1.1, 3, 7, 0.47, 0}};
  const double solved[1][METRICS] = {{0.1, 1.0, NAN, 7 * (1 + 1e-15), 0.497, 1e-9}};
  struct sj_results *const a = results_of("simulate", RUNS, simulated), *const b = results_of("solve", 1, solved);
  struct sj_agreement found[METRICS];
  assert_int_equal(sj_compare_engines(a, b, found), 4);

  assert_string_equal(found[0].metric, "db.in_system.mean");
  assert_true(fabs(found[0].difference.absolute.value - 0.1) < 1e-12 && found[0].difference.distinguishable);
  assert_true(fabs(found[0].difference.relative.value - 0.1) < 1e-12 && found[0].difference.pairs == RUNS);

  assert_string_equal(found[1].metric, "db.throughput");
  assert_true(found[1].difference.absolute.value == 0 && !found[1].difference.distinguishable);

  /* Mean 0.495, deviation 0.0208: t = 0.002 / 0.0104 = 0.192 with 3 degrees of freedom. */
  assert_string_equal(found[2].metric, "db.empty");
  assert_true(fabs(found[2].difference.p - 0.860) < 1e-3 && !found[2].difference.distinguishable);
  assert_true(found[2].difference.adjusted_p >= found[2].difference.p);

  assert_string_equal(found[3].metric, "db.lost");
  assert_true(isnan(found[3].difference.p) && !found[3].difference.distinguishable);
  sj_results_destroy(a);
  sj_results_destroy(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(tells_a_difference_from_chance)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
