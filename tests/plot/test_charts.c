/* The charts of small results made by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "plot/charts.h"

static const struct sj_chart *chart_of(const struct sj_charts *charts, const char *name) {
  for (size_t i = 0; i < charts->count; i++)
    if (strcmp(charts->charts[i]->name, name) == 0) return charts->charts[i];
  fail_msg("no chart %s", name);
  return NULL;
}

static const struct sj_chart_series *series_of(const struct sj_chart *chart, enum sj_series_kind kind, size_t nth) {
  for (size_t i = 0; i < chart->series_count; i++)
    if (chart->series[i].kind == kind && nth-- == 0) return &chart->series[i];
  fail_msg("%s has no such series", chart->name);
  return NULL;
}

static void expect_names(const struct sj_charts *charts, const char *expected) {
  struct sj_text text = {0};
  for (size_t i = 0; i < charts->count; i++) sj_text_add(&text, "%s%s", i ? " " : "", charts->charts[i]->name);
  assert_string_equal(text.data ? text.data : "", expected);
  free(text.data);
}

static void expect_near(double got, double wanted, double within) {
  if (!(fabs(got - wanted) <= within)) fail_msg("got %.10g, wanted %.10g within %g", got, wanted, within);
}

static struct sj_results *create(const char *engine, const char *scenario, const char *canonical) {
  struct sj_results *const results = sj_results_create(engine, "models/small.lua", scenario);
  assert_non_null(results);
  results->canonical = sj_copy_string(canonical);
  strcpy(results->time_unit, "s");
  results->duration = 4;
  results->seed = 1;
  return results;
}

static void add_run(struct sj_results *results, struct sj_run *run) {
  assert_true(sj_results_add_run(results, run));
  sj_run_clear(results, run);
}

/* ---- simulated ---- */

static const char simulated_model[] =
    "{\"clients\":[{\"name\":\"web\",\"arrivals\":{\"kind\":\"poisson\",\"rate\":6}}],"
    "\"servers\":[{\"name\":\"db\",\"capacity\":10}],"
    "\"faults\":[{\"kind\":\"change\",\"at\":2,\"every\":null,\"lasts\":1}]}";

/* Two runs of four cells of 1 s; in run r the latencies are 1 ... 1000 ms, times 1 + r. */
static struct sj_results *simulated(void) {
  struct sj_results *const results = create("simulate", NULL, simulated_model);
  results->grid_step = 1;
  results->grid_count = 4;
  assert_true(sj_results_add_metric(results, "web.latency.mean", SJ_REDUCE_MEAN) &&
              sj_results_add_metric(results, "web.latency.p95", SJ_REDUCE_MEAN) &&
              sj_results_add_metric(results, "db.utilization.mean", SJ_REDUCE_MEAN) &&
              sj_results_add_histogram(results, "web.latency") &&
              sj_results_add_series(results, "web.latency", "time") &&
              sj_results_add_series(results, "db.in_system", "requests") &&
              sj_results_add_series(results, "db.waiting", "requests") &&
              sj_results_add_series(results, "db.utilization", "share") &&
              sj_results_add_series(results, "log.in_flight", "batches") &&
              sj_results_add_series(results, "log.in_flight.limit", "batches"));
  for (unsigned r = 0; r < 2; r++) {
    struct sj_run run;
    assert_true(sj_run_prepare(results, &run, r));
    for (int i = 1; i <= 1000; i++) sj_histogram_add(&run.histograms[0], i * 0.001 * (1 + r));
    run.values[0] = 0.5 * (1 + r);
    run.values[1] = 0.95 * (1 + r);
    run.values[2] = 0.5;
    for (int cell = 0; cell < 4; cell++) {
      run.series[cell] = cell == 3 ? (double)NAN : 0.5 * (1 + r);
      run.series[4 + cell] = cell + 2 * (int)r;
      run.series[8 + cell] = cell;
      run.series[12 + cell] = 0.25 * cell;
      run.series[16 + cell] = 4 - cell;
      run.series[20 + cell] = 5;
    }
    add_run(results, &run);
  }
  return results;
}

static void a_simulation_gives_its_charts(void **state) {
  (void)state;
  struct sj_results *const results = simulated();
  struct sj_charts charts = {0};
  struct sj_error error;
  assert_int_equal(sj_charts_of_result(results, &charts, &error), SJ_OK);
  expect_names(&charts,
               "web.latency web.percentiles web.distribution web.latency-over-time db.queue log.in-flight "
               "utilization");
  assert_string_equal(charts.charts[0]->subtitle, "small.lua, web 6 per s; 2 runs of 4 s, seed 1");
  for (size_t i = 0; i < charts.count; i++) {
    assert_non_null(charts.charts[i]->x.unit);
    assert_non_null(charts.charts[i]->y.unit);
  }
  sj_charts_clear(&charts);
  sj_results_destroy(results);
}

static void a_histogram_shares_out_all_that_it_shows(void **state) {
  (void)state;
  struct sj_results *const results = simulated();
  struct sj_charts charts = {0};
  assert_int_equal(sj_charts_of_result(results, &charts, NULL), SJ_OK);
  const struct sj_chart *const chart = chart_of(&charts, "web.latency");
  const struct sj_chart_series *const bars = series_of(chart, SJ_BARS, 0);
  double sum = 0;
  for (size_t i = 0; i < bars->count; i++) {
    if (i > 0) expect_near(bars->columns[0][i], bars->columns[1][i - 1], 1e-12);
    sum += bars->columns[2][i];
    /* Both runs are uniform, up to 1 and up to 2. */
    const double left = bars->columns[0][i], right = bars->columns[1][i];
    expect_near(bars->columns[2][i], 50 * (fmin(right, 1) - fmin(left, 1)) + 25 * (right - left), 0.2);
  }
  expect_near(sum, 99.85, 0.1);
  assert_int_equal(chart->rule_count, 2);
  expect_near(chart->rules[0].at, 0.75, 1e-12);
  assert_string_equal(chart->rules[0].name, "mean 0.75 s");
  expect_near(chart->rules[1].at, 1.425, 1e-12);
  sj_charts_clear(&charts);
  sj_results_destroy(results);
}

static void percentiles_are_those_of_the_runs(void **state) {
  (void)state;
  struct sj_results *const results = simulated();
  struct sj_charts charts = {0};
  assert_int_equal(sj_charts_of_result(results, &charts, NULL), SJ_OK);
  const struct sj_chart *const chart = chart_of(&charts, "web.percentiles");
  const struct sj_chart_series *const line = series_of(chart, SJ_LINE, 0), *const band = series_of(chart, SJ_BAND, 0);
  /* 2000 values: ten lie beyond the 99.5th percentile. */
  expect_near(line->columns[0][line->count - 1], -log10(0.005), 1e-9);
  for (size_t i = 0; i < line->count; i++) {
    const double p = 1 - pow(10, -line->columns[0][i]), quantile = 0.001 + 0.999 * p;
    expect_near(line->columns[1][i], 1.5 * quantile, 0.003 * quantile);
    /* Student's t with one degree of freedom is 12.7062; the runs' quantiles are q and 2 q. */
    expect_near(band->columns[2][i], (1.5 + 12.7062 * 0.5) * quantile, 0.02 * quantile);
    assert_true(band->columns[1][i] == 0);
  }
  assert_int_equal(chart->x.tick_count, 4);
  assert_string_equal(chart->x.ticks[3].label, "99");
  expect_near(chart->x.ticks[3].at, 2, 1e-12);
  const struct sj_chart *const distribution = chart_of(&charts, "web.distribution");
  const struct sj_chart_series *const share = series_of(distribution, SJ_LINE, 0);
  for (size_t i = 0; i < share->count; i++) {
    const double x = share->columns[0][i];
    expect_near(share->columns[1][i], 50 * fmin(x, 1) + 50 * fmin(x / 2, 1), 0.2);
  }
  sj_charts_clear(&charts);
  sj_results_destroy(results);
}

static void what_goes_over_time_is_at_its_time(void **state) {
  (void)state;
  struct sj_results *const results = simulated();
  struct sj_charts charts = {0};
  assert_int_equal(sj_charts_of_result(results, &charts, NULL), SJ_OK);
  const struct sj_chart *const queue = chart_of(&charts, "db.queue");
  const struct sj_chart_series *const all = series_of(queue, SJ_LINE, 0), *const waiting = series_of(queue, SJ_LINE, 1);
  for (int cell = 0; cell < 4; cell++) {
    expect_near(all->columns[0][cell], cell + 1, 1e-12); /* a level, at the cell's end */
    expect_near(all->columns[1][cell], cell + 1, 1e-12); /* the mean of cell and cell + 2 */
    expect_near(waiting->columns[1][cell], cell, 1e-12);
  }
  assert_int_equal(queue->rule_count, 1);
  assert_string_equal(queue->rules[0].name, "capacity 10");
  assert_int_equal(queue->span_count, 1);
  assert_true(queue->spans[0].from == 2 && queue->spans[0].to == 3);
  const struct sj_chart *const batches = chart_of(&charts, "log.in-flight");
  expect_near(series_of(batches, SJ_LINE, 0)->columns[1][3], 1, 1e-12);
  expect_near(series_of(batches, SJ_LINE, 1)->columns[1][3], 5, 1e-12);
  const struct sj_chart *const latency = chart_of(&charts, "web.latency-over-time");
  const struct sj_chart_series *const mean = series_of(latency, SJ_LINE, 0);
  expect_near(mean->columns[0][0], 0.5, 1e-12); /* a mean, in the middle of its cell */
  expect_near(mean->columns[1][0], 0.75, 1e-12);
  assert_true(isnan(mean->columns[1][3]));
  expect_near(series_of(latency, SJ_BAND, 0)->columns[2][0], 0.75 + 12.7062 * 0.25, 1e-4);
  const struct sj_chart *const load = chart_of(&charts, "utilization");
  expect_near(series_of(load, SJ_LINE, 0)->columns[1][3], 75, 1e-9);
  sj_charts_clear(&charts);
  sj_results_destroy(results);
}

static void a_result_without_runs_has_no_charts(void **state) {
  (void)state;
  struct sj_results *const results = create("simulate", NULL, simulated_model);
  struct sj_charts charts = {0};
  assert_int_equal(sj_charts_of_result(results, &charts, NULL), SJ_OK);
  assert_int_equal(charts.count, 0);
  sj_results_destroy(results);
}

/* ---- solved ---- */

static const char solved_model[] =
    "{\"clients\":[],\"servers\":[{\"name\":\"api\"}],"
    "\"faults\":[{\"kind\":\"change\",\"at\":10,\"every\":null,\"lasts\":5}]}";

/* Three by two states; the drift is along q alone but at (0, 1), where it is along o. */
static const char picture[] =
    "[{\"server\":\"api\",\"low\":0,\"high\":2,\"q\":[0,1,2],\"o\":[0,1],"
    "\"drift\":{\"q\":[[1,0],[-2,4],[-1,1]],\"o\":[[0,-3],[0,0],[0,0]]},"
    "\"density\":[[0.5,0.1],[0.2,0.1],[0.1,0]],\"log10_density\":[[-0.3,-1],[-0.7,-1],[-1,null]],"
    "\"log10_to_empty\":[[null,0.2],[0.5,1.2],[2.2,3.1]],\"committor\":[[0,0],[0.25,0.5],[1,1]],"
    "\"fixed_points\":[{\"q\":0.5,\"o\":0,\"kind\":\"attractor\",\"focus\":false,\"eigenvalues\":[]},"
    "{\"q\":1.5,\"o\":0.5,\"kind\":\"saddle\",\"focus\":false,\"eigenvalues\":[]}]}]";

static struct sj_results *solved(void) {
  static const char *const metrics[] = {"spectral_gap",   "spectrum[0].re", "spectrum[0].im",
                                        "spectrum[1].re", "spectrum[1].im", "spectrum[2].re",
                                        "spectrum[2].im", "spectrum[3].re", "spectrum[3].im"};
  static const double values[] = {0.01, 0, 0, -0.01, 0, -0.5, 0.25, -0.5, -0.25};
  struct sj_results *const results = create("solve", NULL, solved_model);
  results->picture = sj_copy_string(picture);
  results->grid_step = 10;
  results->grid_count = 3;
  for (size_t i = 0; i < 9; i++) assert_true(sj_results_add_metric(results, metrics[i], SJ_REDUCE_MEAN));
  assert_true(sj_results_add_series(results, "api.in_system", "requests") &&
              sj_results_add_series(results, "api.full", "") &&
              sj_results_add_series(results, "api.orbit", "requests"));
  struct sj_run run;
  assert_true(sj_run_prepare(results, &run, 0));
  memcpy(run.values, values, sizeof values);
  memcpy(run.series, (const double[]){0, 1, 2, 0, 1e-20, 0.25, 0, 0.5, 0.75}, 9 * sizeof(double));
  add_run(results, &run);
  return results;
}

static void the_field_has_density_drift_times_and_fixed_points(void **state) {
  (void)state;
  struct sj_results *const results = solved();
  struct sj_charts charts = {0};
  struct sj_error error;
  assert_int_equal(sj_charts_of_result(results, &charts, &error), SJ_OK);
  expect_names(&charts, "api.field api.committor api.transient api.full spectrum");
  const struct sj_chart *const chart = chart_of(&charts, "api.field");
  assert_string_equal(chart->subtitle, "small.lua; solved");
  const struct sj_chart_grid *const density = &series_of(chart, SJ_HEAT_MAP, 0)->grid;
  assert_true(density->columns == 3 && density->rows == 2);
  expect_near(density->value[1 * 2 + 0], -0.7, 0);
  assert_true(isnan(density->value[2 * 2 + 1]));
  /* At (0, 1) it points down, everywhere else along q. */
  const struct sj_chart_series *const arrows = series_of(chart, SJ_ARROWS, 0);
  assert_int_equal(arrows->count, 6);
  assert_true(arrows->columns[2][1] == 0 && arrows->columns[3][1] < 0);
  assert_true(arrows->columns[2][2] < 0 && arrows->columns[3][2] == 0);
  expect_near(arrows->columns[0][2] + arrows->columns[2][2] / 2, 1, 1e-12); /* its middle */
  expect_near(arrows->columns[2][3], 0.9, 1e-12);                           /* the fastest is the longest */
  expect_near(arrows->columns[2][0], 0.3, 1e-12);                           /* the slowest */
  const struct sj_chart_series *const times = series_of(chart, SJ_CONTOURS, 0);
  static const char *const labels[] = {"3 s", "10 s", "30 s", "100 s", "300 s", "1000 s"};
  assert_int_equal(times->level_count, 6);
  for (size_t i = 0; i < 6; i++) assert_string_equal(times->levels[i].label, labels[i]);
  expect_near(times->levels[3].at, 2, 1e-12);
  const struct sj_chart_series *const attractor = series_of(chart, SJ_POINTS, 0), *const saddle =
                                                                                      series_of(chart, SJ_POINTS, 1);
  assert_string_equal(attractor->name, "attractor");
  assert_true(attractor->count == 1 && attractor->columns[0][0] == 0.5 && attractor->columns[1][0] == 0);
  assert_string_equal(saddle->name, "saddle");
  assert_true(chart->rule_count == 2 && chart->rules[0].at == 0 && chart->rules[1].at == 2);
  const struct sj_chart *const committor = chart_of(&charts, "api.committor");
  expect_near(series_of(committor, SJ_HEAT_MAP, 0)->grid.value[1 * 2 + 1], 0.5, 0);
  sj_charts_clear(&charts);
  sj_results_destroy(results);
}

static void the_transient_and_the_spectrum(void **state) {
  (void)state;
  struct sj_results *const results = solved();
  struct sj_charts charts = {0};
  assert_int_equal(sj_charts_of_result(results, &charts, NULL), SJ_OK);
  const struct sj_chart *const transient = chart_of(&charts, "api.transient");
  const struct sj_chart_series *const in_system = series_of(transient, SJ_LINE, 0), *const orbit = series_of(
                                                                                        transient, SJ_LINE, 1);
  assert_true(in_system->count == 3 && in_system->columns[0][2] == 20 && in_system->columns[1][2] == 2);
  assert_true(orbit->columns[1][1] == 0.5);
  assert_true(transient->span_count == 1 && transient->spans[0].from == 10 && transient->spans[0].to == 15);
  const struct sj_chart *const full = chart_of(&charts, "api.full");
  assert_true(isnan(series_of(full, SJ_LINE, 0)->columns[1][0]) && series_of(full, SJ_LINE, 0)->columns[1][2] == 0.25);
  const struct sj_chart *const spectrum = chart_of(&charts, "spectrum");
  const struct sj_chart_series *const points = series_of(spectrum, SJ_POINTS, 0);
  assert_int_equal(points->count, 3);
  assert_true(points->columns[0][1] == 0.5 && points->columns[1][1] == 0.25);
  assert_string_equal(spectrum->rules[0].name, "the slowest: relaxation time 100 s");
  sj_charts_clear(&charts);
  sj_results_destroy(results);
}

static void damaged_texts_are_refused(void **state) {
  (void)state;
  struct sj_results *const results = solved();
  struct sj_charts charts = {0};
  struct sj_error error;
  results->picture[5] = 0;
  assert_int_equal(sj_charts_of_result(results, &charts, &error), SJ_FAILED);
  assert_non_null(strstr(error.message, "picture"));
  sj_charts_clear(&charts);
  results->canonical[3] = 0;
  assert_int_equal(sj_charts_of_result(results, &charts, &error), SJ_FAILED);
  assert_non_null(strstr(error.message, "model"));
  sj_charts_clear(&charts);
  sj_results_destroy(results);
}

/* ---- scenarios ---- */

static void scenarios_stand_side_by_side(void **state) {
  (void)state;
  static const char *const names[] = {"few", "many"};
  struct sj_results *results[2];
  for (int s = 0; s < 2; s++) {
    results[s] = create("simulate", names[s], simulated_model);
    assert_true(sj_results_add_metric(results[s], "web.latency.mean", SJ_REDUCE_MEAN) &&
                sj_results_add_metric(results[s], "web.failed.ratio", SJ_REDUCE_MEAN) &&
                sj_results_add_metric(results[s], "web.late", SJ_REDUCE_MEAN) &&
                sj_results_add_metric(results[s], names[s], SJ_REDUCE_MEAN));
    for (unsigned r = 0; r < 5; r++) {
      struct sj_run run;
      assert_true(sj_run_prepare(results[s], &run, r));
      run.values[0] = s + (int)r;
      run.values[1] = run.values[2] = 0;
      add_run(results[s], &run);
    }
  }
  struct sj_charts charts = {0};
  const struct sj_results *const both[] = {results[0], results[1]};
  sj_charts_of_scenarios(both, 2, &charts);
  expect_names(&charts, "scenarios.web.latency.mean"); /* that nothing failed anywhere is no picture */
  const struct sj_chart_series *const boxes = series_of(charts.charts[0], SJ_BOXES, 0);
  assert_int_equal(boxes->count, 2);
  for (int k = 0; k < 5; k++) assert_true(boxes->columns[k + 1][1] == k + 1); /* 1 ... 5 */
  assert_string_equal(charts.charts[0]->x.ticks[1].label, "many");
  assert_string_equal(charts.charts[0]->y.unit, "s");
  struct sj_chart *const asked = sj_chart_of_metric(both, 2, "web.late");
  assert_string_equal(asked->name, "scenarios.web.late");
  sj_chart_destroy(asked);
  assert_null(sj_chart_of_metric(both, 2, "few"));
  sj_charts_clear(&charts);
  sj_results_destroy(results[0]);
  sj_results_destroy(results[1]);
}

/* A line a scenario, the mean over its runs; of more scenarios than lines can be told apart there is no such chart. */
static void scenarios_over_time(void **state) {
  (void)state;
  enum { COUNT = 8 };
  struct sj_results *made[COUNT];
  const struct sj_results *list[COUNT];
  for (int i = 0; i < COUNT; i++) list[i] = made[i] = simulated();
  made[1]->runs[0].series[4] = 7; /* in the first cell 7 and 2 in the system, instead of 0 and 2 */
  struct sj_charts charts = {0};
  sj_charts_of_scenarios(list, 2, &charts);
  const struct sj_chart *const queue = chart_of(&charts, "scenarios.db.queue"), *const latency = chart_of(
                                                                                    &charts,
                                                                                    "scenarios.web.latency-over-time");
  assert_true(queue && latency);
  assert_int_equal(queue->series_count, 2);
  assert_int_equal(queue->span_count, 1);
  assert_true(queue->spans[0].from == 2 && queue->spans[0].to == 3);
  for (int cell = 0; cell < 4; cell++) {
    assert_true(queue->series[0].columns[0][cell] == cell + 1 && latency->series[0].columns[0][cell] == cell + 0.5);
    assert_true(queue->series[0].columns[1][cell] == cell + 1);
    assert_true(cell == 3 ? isnan(latency->series[1].columns[1][cell]) : latency->series[1].columns[1][cell] == 0.75);
  }
  assert_true(queue->series[1].columns[1][0] == 4.5);
  assert_string_equal(queue->y.unit, "requests");
  assert_string_equal(latency->y.unit, "s");
  sj_charts_clear(&charts);
  sj_charts_of_scenarios(list, COUNT, &charts);
  for (size_t i = 0; i < charts.count; i++) assert_null(strstr(charts.charts[i]->name, "queue"));
  sj_charts_clear(&charts);
  for (int i = 0; i < COUNT; i++) sj_results_destroy(made[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scenarios_over_time),
      cmocka_unit_test(a_simulation_gives_its_charts),
      cmocka_unit_test(a_histogram_shares_out_all_that_it_shows),
      cmocka_unit_test(percentiles_are_those_of_the_runs),
      cmocka_unit_test(what_goes_over_time_is_at_its_time),
      cmocka_unit_test(a_result_without_runs_has_no_charts),
      cmocka_unit_test(the_field_has_density_drift_times_and_fixed_points),
      cmocka_unit_test(the_transient_and_the_spectrum),
      cmocka_unit_test(damaged_texts_are_refused),
      cmocka_unit_test(scenarios_stand_side_by_side),
  };
  return cmocka_run_group_tests_name("plot.charts", tests, NULL, NULL);
}
