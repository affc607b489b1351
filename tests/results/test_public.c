/* The public accessors, against results made by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "results/results.h"
#include "sojourn/results.h"

static struct sj_results *make(void) {
  struct sj_results *const results = sj_results_create("simulate", "a.lua", NULL);
  assert_non_null(results);
  strcpy(results->time_unit, "ms");
  results->duration = 120;
  results->warmup = 20;
  results->partial = true;
  results->grid_count = 3;
  results->grid_start = 0;
  results->grid_step = 40;
  assert_true(sj_results_add_metric(results, "web.latency.mean", SJ_REDUCE_MEAN));
  assert_true(sj_results_add_metric(results, "web.latency.max", SJ_REDUCE_MAX));
  assert_true(sj_results_add_series(results, "db.waiting", "requests"));
  assert_true(sj_results_add_series(results, "web.goodput", "requests/time"));
  assert_true(sj_results_add_series(results, "web.latency", "time"));
  assert_true(sj_results_add_heatmap(results, 2));
  assert_true(sj_results_add_note(results, "a note with %d", 7));
  for (uint64_t number = 0; number < 2; number++) {
    struct sj_run run;
    assert_true(sj_run_prepare(results, &run, number));
    run.values[0] = 1 + 2 * (double)number;  /* 1, 3 */
    run.values[1] = 10 + 5 * (double)number; /* 10, 15 */
    for (size_t i = 0; i < 9; i++) run.series[i] = 100 * (double)number + (double)i;
    assert_true(sj_results_add_run(results, &run));
  }
  return results;
}

static void test_settings(void **state) {
  (void)state;
  struct sj_results *const results = make();
  assert_string_equal(sj_results_time_unit(results), "ms");
  assert_true(sj_results_duration(results) == 120);
  assert_true(sj_results_warmup(results) == 20);
  assert_true(sj_results_partial(results));
  assert_int_equal(sj_results_run_count(results), 2);
  assert_int_equal(sj_results_note_count(results), 1);
  assert_string_equal(sj_results_note(results, 0), "a note with 7");
  assert_null(sj_results_note(results, 1));
  sj_results_destroy(results);
}

static void test_values(void **state) {
  (void)state;
  struct sj_results *const results = make();
  assert_int_equal(sj_results_metric_count(results), 2);
  assert_string_equal(sj_results_metric_name(results, 1), "web.latency.max");
  assert_null(sj_results_metric_name(results, 2));
  assert_true(sj_results_value(results, "web.latency.mean") == 2);
  assert_true(sj_results_value(results, "web.latency.max") == 15);
  assert_true(isnan(sj_results_value(results, "web.latency.p99")));
  assert_true(sj_results_run_value(results, "web.latency.mean", 1) == 3);
  assert_true(isnan(sj_results_run_value(results, "web.latency.mean", 2)));
  assert_true(isnan(sj_results_run_value(results, "web.latency.p99", 0)));
  /* Student's t with one degree of freedom at 97.5 % is 12.7062 (tables), the standard error of 1 and 3 is 1. */
  const struct sj_figure figure = sj_results_figure(results, sj_results_find(results, "web.latency.mean"));
  assert_true(fabs(figure.ci95 - 12.7062047) < 1e-6);
  sj_results_destroy(results);
}

static void test_series(void **state) {
  (void)state;
  struct sj_results *const results = make();
  struct sj_series_view view;
  assert_int_equal(sj_results_series_count(results), 3);
  assert_string_equal(sj_results_series_name(results, 1), "web.goodput");
  assert_string_equal(sj_results_series_unit(results, 1), "requests/time");
  assert_null(sj_results_series_name(results, 3));
  assert_null(sj_results_series_unit(results, 3));
  assert_true(sj_results_series(results, "web.goodput", 1, &view));
  assert_int_equal(view.count, 3);
  assert_true(view.start == 0 && view.step == 40);
  assert_true(view.values[0] == 103 && view.values[2] == 105);
  assert_false(sj_results_series(results, "web.goodput", 2, &view));
  assert_int_equal(view.count, 0);
  assert_false(sj_results_series(results, "nothing", 0, &view));
  sj_results_destroy(results);
}

static void test_heatmap(void **state) {
  (void)state;
  struct sj_results *const results = make();
  struct sj_heatmap *const map = &results->runs[1].heatmaps[0];
  sj_heatmap_start(map, 3);
  sj_heatmap_add(map, 1, 0);
  sj_heatmap_add(map, 2, 5.2);
  sj_heatmap_add(map, 2, 4);
  struct sj_heatmap_view view;
  assert_false(sj_results_heatmap(results, "web.latency", 0, &view)); /* unknown */
  assert_null(view.counts);
  assert_false(sj_results_heatmap(results, "web.latency", 2, &view));
  assert_false(sj_results_heatmap(results, "web.goodput", 1, &view));
  assert_true(sj_results_heatmap(results, "web.latency", 1, &view));
  assert_true(view.columns == 3 && view.start == 0 && view.step == 40 && view.end == 120);
  assert_int_equal(view.rows, 17);
  /* Quarters from 4 to 8. */
  for (size_t row = 1; row <= view.rows; row++)
    assert_true(sj_heatmap_row_bound(&view, row) == 4 + 0.25 * (double)(row - 1));
  assert_true(sj_heatmap_row_bound(&view, 0) == 0);
  for (size_t c = 0; c < 3; c++)
    for (size_t row = 0; row < view.rows; row++)
      assert_int_equal(view.counts[c * view.rows + row], (c == 1 && row == 0) || (c == 2 && (row == 1 || row == 5)));
  sj_results_destroy(results);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_settings), cmocka_unit_test(test_values),
                                     cmocka_unit_test(test_series), cmocka_unit_test(test_heatmap)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
