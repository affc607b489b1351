/* The charts of sweeps made by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "plot/charts.h"
#include "results/store_sweep.h"

/* Two runs, 1 below and above `mean`. */
static struct sj_results *point(double mean) {
  struct sj_results *const results = sj_results_create("simulate", "models/small.lua", NULL);
  strcpy(results->time_unit, "s");
  assert_true(sj_results_add_metric(results, "web.latency.mean", SJ_REDUCE_MEAN));
  assert_true(sj_results_add_metric(results, "web.arrivals", SJ_REDUCE_MEAN));
  for (uint64_t r = 0; r < 2; r++) {
    struct sj_run run;
    assert_true(sj_run_prepare(results, &run, r));
    run.values[0] = mean + (r ? 1 : -1);
    run.values[1] = 7;
    assert_true(sj_results_add_run(results, &run));
  }
  return results;
}

static struct sj_store_swept *sweep(const char *const *paths, size_t axes, const char *const *values, size_t points) {
  struct sj_store_swept *const swept = sj_allocate(sizeof *swept);
  *swept = (struct sj_store_swept){.axis_count = axes,
                                   .point_count = points,
                                   .paths = sj_allocate_array(axes, sizeof(char *)),
                                   .logarithmic = sj_allocate_array(axes, sizeof(bool)),
                                   .numbers = sj_allocate_array(axes * points, sizeof(double)),
                                   .words = sj_allocate_array(axes * points, sizeof(char *)),
                                   .results = sj_allocate_array(points, sizeof(struct sj_results *))};
  for (size_t a = 0; a < axes; a++) swept->paths[a] = sj_copy_string(paths[a]);
  for (size_t i = 0; i < axes * points; i++) {
    char *end;
    swept->words[i] = sj_copy_string(values[i]);
    swept->numbers[i] = strtod(values[i], &end);
    if (*end) swept->numbers[i] = NAN;
  }
  for (size_t p = 0; p < points; p++) swept->results[p] = point(10 * (double)(p + 1));
  return swept;
}

static struct sj_charts charts_of(struct sj_store_swept *swept, const char *expected) {
  struct sj_charts charts = {0};
  struct sj_text names = {0};
  sj_charts_of_sweep(swept, &charts);
  for (size_t i = 0; i < charts.count; i++) sj_text_add(&names, "%s%s", i ? " " : "", charts.charts[i]->name);
  assert_string_equal(names.data ? names.data : "", expected);
  free(names.data);
  sj_store_swept_destroy(swept);
  return charts;
}

static void one_path(void **state) {
  (void)state;
  /* Not in order, as after a sweep whose values go down. */
  static const char *const values[] = {"9", "5", "7"};
  struct sj_charts charts = charts_of(sweep((const char *const[]){"rate"}, 1, values, 3), "sweep.web.latency.mean");
  const struct sj_chart *const chart = charts.charts[0];
  assert_string_equal(chart->x.label, "rate");
  assert_string_equal(chart->y.unit, "s");
  assert_int_equal(chart->series_count, 2);
  const struct sj_chart_series *const band = &chart->series[0], *const line = &chart->series[1];
  assert_true(band->kind == SJ_BAND && line->kind == SJ_LINE && band->colour == line->colour);
  static const double x[] = {5, 7, 9}, y[] = {20, 30, 10};
  const double half_width = 12.706204736174694; /* Student's t with one degree of freedom, of runs 1 from the mean */
  for (size_t i = 0; i < 3; i++) {
    assert_true(line->columns[0][i] == x[i] && line->columns[1][i] == y[i]);
    assert_true(fabs(y[i] - band->columns[1][i] - half_width) < 1e-9);
    assert_true(fabs(band->columns[2][i] - y[i] - half_width) < 1e-9);
  }
  sj_charts_clear(&charts);
}

static void two_paths(void **state) {
  (void)state;
  static const char *const values[] = {"1",  "10", "1",  "20", "1",  "40", "2",  "10", "2",
                                       "20", "2",  "40", "3",  "10", "3",  "20", "3",  "40"};
  struct sj_charts charts = charts_of(sweep((const char *const[]){"threads", "rate"}, 2, values, 9),
                                      "sweep.web.latency.mean sweep.web.latency.mean.map");
  const struct sj_chart *const curves = charts.charts[0], *const map = charts.charts[1];
  assert_int_equal(curves->series_count, 6);
  assert_string_equal(curves->series[1].name, "rate = 10");
  assert_true(curves->series[3].columns[1][2] == 80); /* rate 20, threads 3: the eighth point */
  assert_true(curves->series[2].colour == curves->series[3].colour &&
              curves->series[2].colour != curves->series[1].colour);
  const struct sj_chart_grid *const grid = &map->series[0].grid;
  assert_true(grid->columns == 3 && grid->rows == 3 && grid->x[2] == 3 && grid->y[2] == 40);
  for (size_t i = 0; i < 9; i++)
    assert_true(grid->value[i] == log10(10 * (double)(i + 1)) || grid->value[i] == 10 * (double)(i + 1));
  assert_string_equal(map->y.label, "rate");
  sj_charts_clear(&charts);
}

static void words(void **state) {
  (void)state;
  static const char *const values[] = {"random", "round_robin", "least_requests"};
  struct sj_charts charts = charts_of(sweep((const char *const[]){"balance"}, 1, values, 3), "sweep.web.latency.mean");
  const struct sj_chart *const chart = charts.charts[0];
  assert_int_equal(chart->x.tick_count, 3);
  assert_string_equal(chart->x.ticks[2].label, "least_requests");
  assert_true(chart->series[1].kind == SJ_POINTS && chart->series[1].columns[1][2] == 30);
  sj_charts_clear(&charts);
}

static void samples(void **state) {
  (void)state;
  static const char *const values[] = {"0.5", "3", "0.25", "2", "0.75", "1"};
  struct sj_store_swept *const swept = sweep((const char *const[]){"a", "b"}, 2, values, 3);
  swept->samples = 1;
  struct sj_charts charts = charts_of(swept, "sweep.web.latency.mean.a sweep.web.latency.mean.b");
  assert_true(charts.charts[1]->series[0].kind == SJ_POINTS && charts.charts[1]->series[0].columns[0][0] == 3);
  sj_charts_clear(&charts);
  /* Of three paths there is no picture. */
  static const char *const three[] = {"1", "1", "1", "2", "1", "1"};
  charts = charts_of(sweep((const char *const[]){"a", "b", "c"}, 3, three, 2), "");
  sj_charts_clear(&charts);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(one_path), cmocka_unit_test(two_paths), cmocka_unit_test(words),
                                     cmocka_unit_test(samples)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
