#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "results/results.h"

static struct sj_results *three_columns(void) {
  struct sj_results *const results = sj_results_create("simulate", "models/mm1.lua", NULL);
  assert_non_null(results);
  assert_true(sj_results_add_metric(results, "web.latency.mean", SJ_REDUCE_MEAN));
  assert_true(sj_results_add_metric(results, "web.latency.min", SJ_REDUCE_MIN));
  assert_true(sj_results_add_metric(results, "web.latency.max", SJ_REDUCE_MAX));
  assert_true(sj_results_add_histogram(results, "web.latency"));
  results->grid_count = 4;
  assert_true(sj_results_add_series(results, "db.waiting", "requests"));
  return results;
}

static void add(struct sj_results *results, uint64_t number, double mean, double min, double max) {
  struct sj_run run;
  assert_true(sj_run_prepare(results, &run, number));
  for (size_t i = 0; i < 3; i++) assert_true(isnan(run.values[i]));
  for (size_t i = 0; i < 4; i++) assert_true(isnan(run.series[i]));
  assert_int_equal(sj_histogram_total(&run.histograms[0]), 0);
  run.values[0] = mean;
  run.values[1] = min;
  run.values[2] = max;
  sj_histogram_add(&run.histograms[0], mean > 0 ? mean : 0);
  assert_true(sj_results_add_run(results, &run));
  assert_null(run.values);
  assert_null(run.histograms);
}

static void columns_are_found(void **state) {
  (void)state;
  struct sj_results *const results = three_columns();
  assert_int_equal(sj_results_find(results, "web.latency.mean"), 0);
  assert_int_equal(sj_results_find(results, "web.latency.max"), 2);
  assert_true(sj_results_find(results, "web.latency") == SIZE_MAX);
  assert_string_equal(results->series[0].unit, "requests");
  for (int i = 0; i < 1000; i++) {
    char name[32];
    snprintf(name, sizeof name, "m%d", i);
    assert_true(sj_results_add_metric(results, name, SJ_REDUCE_MEAN));
  }
  assert_int_equal(sj_results_find(results, "m999"), 1002);
  assert_string_equal(results->metrics[0].name, "web.latency.mean");
  sj_results_destroy(results);
  sj_results_destroy(NULL);
}

static void runs_stand_in_order_of_number(void **state) {
  (void)state;
  struct sj_results *const results = three_columns();
  const uint64_t numbers[] = {5, 0, 9, 3, 1, 8, 7, 2, 6, 4};
  for (size_t i = 0; i < 10; i++) add(results, numbers[i], (double)numbers[i], 0, 1);
  assert_int_equal(results->run_count, 10);
  for (size_t i = 0; i < 10; i++) {
    assert_int_equal(results->runs[i].number, i);
    assert_true(results->runs[i].values[0] == (double)i);
  }
  sj_results_destroy(results);
}

/* Mean 5, deviation 2 of {3, 5, 7}; t(0.975, 2) = 4.302652729749462 (scipy.stats.t.ppf), so the half width is
 * 4.302652729749462 * 2 / sqrt(3). */
static void figures_over_runs(void **state) {
  (void)state;
  struct sj_results *const results = three_columns();
  struct sj_figure figure = sj_results_figure(results, 0);
  assert_true(isnan(figure.value) && isnan(figure.ci95));
  add(results, 1, 5, 0.5, NAN);
  figure = sj_results_figure(results, 0);
  assert_true(figure.value == 5 && isnan(figure.ci95));
  assert_true(isnan(sj_results_figure(results, 2).value));
  add(results, 0, 3, 0.25, 30);
  add(results, 2, 7, 0.75, 20);
  figure = sj_results_figure(results, 0);
  assert_true(figure.value == 5);
  assert_true(fabs(figure.ci95 - 4.302652729749462 * 2 / sqrt(3)) < 1e-12);
  figure = sj_results_figure(results, 1);
  assert_true(figure.value == 0.25 && isnan(figure.ci95));
  figure = sj_results_figure(results, 2);
  assert_true(figure.value == 30 && isnan(figure.ci95));
  results->metrics[2].suppressed = true;
  assert_true(isnan(sj_results_figure(results, 2).value));
  add(results, 3, NAN, 1, 1);
  figure = sj_results_figure(results, 0);
  assert_true(isnan(figure.value) && isnan(figure.ci95));
  sj_results_destroy(results);
}

static void notes_and_runs_that_are_dropped(void **state) {
  (void)state;
  struct sj_results *const results = sj_results_create("simulate", "a.lua", "burst");
  for (int i = 0; i < 5; i++) assert_true(sj_results_add_note(results, "note %d of %s", i, "five"));
  assert_int_equal(results->note_count, 5);
  assert_string_equal(results->notes[4], "note 4 of five");
  assert_string_equal(results->scenario, "burst");
  struct sj_run run;
  assert_true(sj_run_prepare(results, &run, 0));
  sj_run_clear(results, &run);
  sj_run_clear(results, &run);
  sj_results_destroy(results);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns_are_found),
      cmocka_unit_test(runs_stand_in_order_of_number),
      cmocka_unit_test(figures_over_runs),
      cmocka_unit_test(notes_and_runs_that_are_dropped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
