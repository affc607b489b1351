/* Before and after, of results made by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "results/results.h"
#include "sojourn/compare.h"

enum { RUNS = 6 };
static const double noise[RUNS] = {-1, 0.5, 2, -0.25, -1.5, 0.25};

/* Runs whose latency is `mean` and the noise, which is the same for the same `shift`. */
static struct sj_results *make(const char *engine, uint64_t seed, double mean, size_t shift, size_t runs) {
  struct sj_results *const results = sj_results_create(engine, "m.lua", NULL);
  results->seed = seed;
  assert_true(sj_results_add_metric(results, "web.latency.mean", SJ_REDUCE_MEAN));
  assert_true(sj_results_add_metric(results, "web.goodput", SJ_REDUCE_MEAN));
  for (size_t r = 0; r < runs; r++) {
    struct sj_run run;
    assert_true(sj_run_prepare(results, &run, r));
    run.values[0] = mean + noise[(r + shift) % RUNS] + 0.01 * (double)r;
    run.values[1] = mean + noise[(r + shift) % RUNS] + 0.01 * (double)r;
    assert_true(sj_results_add_run(results, &run));
  }
  return results;
}

static enum sj_outcome outcome(struct sj_results *before, struct sj_results *after, const char *metric,
                               struct sj_floor floor) {
  struct sj_metric_change change = sj_compare_change(before, after, metric, sj_compare_direction(metric));
  sj_compare_judge(&change, 1, floor);
  sj_results_destroy(before);
  sj_results_destroy(after);
  return change.outcome;
}

static void outcomes(void **state) {
  (void)state;
  const struct sj_floor none = {0, 0}, five = {.relative = 0.05}, one = {.absolute = 1};
  const char *const latency = "web.latency.mean", *const goodput = "web.goodput";
  /* With common noise a difference of 0.1 is seen, and without it one of 10. */
  assert_int_equal(outcome(make("simulate", 1, 10, 0, RUNS), make("simulate", 1, 10.1, 0, RUNS), latency, none),
                   SJ_OUTCOME_WORSE);
  assert_int_equal(outcome(make("simulate", 1, 10, 0, RUNS), make("simulate", 1, 10.1, 0, RUNS), goodput, none),
                   SJ_OUTCOME_BETTER);
  assert_int_equal(outcome(make("simulate", 1, 10, 0, RUNS), make("simulate", 1, 9.9, 0, RUNS), latency, none),
                   SJ_OUTCOME_BETTER);
  assert_int_equal(outcome(make("simulate", 1, 10, 0, RUNS), make("simulate", 2, 10.1, 2, RUNS), latency, none),
                   SJ_OUTCOME_INCONCLUSIVE);
  assert_int_equal(outcome(make("simulate", 1, 10, 0, RUNS), make("simulate", 2, 20, 2, RUNS), latency, none),
                   SJ_OUTCOME_WORSE);
  /* The floors. */
  assert_int_equal(outcome(make("simulate", 1, 10, 0, RUNS), make("simulate", 1, 10.1, 0, RUNS), latency, five),
                   SJ_OUTCOME_SAME);
  assert_int_equal(outcome(make("simulate", 1, 10, 0, RUNS), make("simulate", 1, 10.9, 0, RUNS), latency, one),
                   SJ_OUTCOME_SAME);
  assert_int_equal(outcome(make("simulate", 1, 10, 0, RUNS), make("simulate", 1, 11.1, 0, RUNS), latency, one),
                   SJ_OUTCOME_WORSE);
  /* Nothing changed; nothing can be said. */
  assert_int_equal(outcome(make("simulate", 1, 10, 0, RUNS), make("simulate", 1, 10, 0, RUNS), latency, none),
                   SJ_OUTCOME_SAME);
  assert_int_equal(outcome(make("simulate", 1, 10, 0, 1), make("simulate", 1, 30, 0, 1), latency, none),
                   SJ_OUTCOME_INCONCLUSIVE);
  assert_int_equal(outcome(make("solve", 1, 10, 0, 1), make("solve", 1, 10.1, 0, 1), latency, none), SJ_OUTCOME_WORSE);
}

static void pairs(void **state) {
  (void)state;
  struct sj_results *const before = make("simulate", 1, 10, 0, RUNS), *const after =
                                                                          make("simulate", 1, 11, 0, RUNS - 2);
  assert_true(sj_compare_paired(before, after));
  struct sj_metric_change change = sj_compare_change(before, after, "web.latency.mean", SJ_LOW_IS_GOOD);
  assert_int_equal(change.difference.pairs, RUNS - 2);
  assert_true(fabs(change.difference.absolute.value - 1) < 1e-12 && change.difference.absolute.ci95 < 1e-12);
  after->metrics[0].suppressed = true;
  change = sj_compare_change(before, after, "web.latency.mean", SJ_LOW_IS_GOOD);
  assert_int_equal(sj_compare_judge(&change, 1, (struct sj_floor){0.05, 0}), 1);
  assert_true(change.vanished && isnan(change.after.value));
  sj_results_destroy(before);
  sj_results_destroy(after);
}

/* Twenty figures without a difference: by themselves one of them would be called worse or better. */
static void many_figures(void **state) {
  (void)state;
  enum { FIGURES = 40 };
  struct sj_metric_change changes[FIGURES];
  for (size_t i = 0; i < FIGURES; i++)
    changes[i] = (struct sj_metric_change){
        .direction = SJ_LOW_IS_GOOD, .before = {10, 1}, .difference = {.absolute = {2, 1.9}, .p = i ? 0.5 : 0.04}};
  assert_int_equal(sj_compare_judge(changes, 1, (struct sj_floor){0, 0}), 1);
  assert_int_equal(sj_compare_judge(changes, FIGURES, (struct sj_floor){0, 0}), 0);
  assert_int_equal(changes[0].outcome, SJ_OUTCOME_INCONCLUSIVE);
  changes[0].difference.p = 1e-3;
  assert_int_equal(sj_compare_judge(changes, FIGURES, (struct sj_floor){0, 0}), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(outcomes), cmocka_unit_test(pairs),
                                     cmocka_unit_test(many_figures)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
