/* A simulation against what was solved: charts and answers of results made by hand. */
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
#include "plot/document.h"
#include "plot/engines.h"

enum { METRICS = 4, RUNS = 4, CELLS = 8 };

/* Means over the runs are means[m], their deviation 0.01; the last one is never seen. */
static const char *const names[METRICS] = {"web.latency.mean", "web.goodput", "api.in_system.mean", "api.full"};
static const double means[METRICS] = {0.5, 8, 4, 0}, exact[METRICS] = {0.505, 8.02, 5, 1e-9};
/* Student's t with three degrees of freedom times the deviation of the mean. */
static const double half_width = 3.182446305 * 0.01 / 2;

static struct sj_results *create(const char *engine) {
  struct sj_results *const results = sj_results_create(engine, "models/m.lua", NULL);
  results->canonical = sj_copy_string("{\"clients\":[{\"name\":\"web\"}],\"servers\":[{\"name\":\"api\"}]}");
  strcpy(results->time_unit, "s");
  results->duration = 8;
  for (size_t m = 0; m < METRICS; m++) assert_true(sj_results_add_metric(results, names[m], SJ_REDUCE_MEAN));
  assert_true(sj_results_add_series(results, "api.in_system", "requests"));
  return results;
}

static void add_run(struct sj_results *results, struct sj_run *run) {
  assert_true(sj_results_add_run(results, run));
  sj_run_clear(results, run);
}

static struct sj_results *simulated(unsigned runs) {
  static const double sides[RUNS] = {1, -1, 1, -1};
  struct sj_results *const results = create("simulate");
  results->grid_step = 1;
  results->grid_count = CELLS;
  for (unsigned r = 0; r < runs; r++) {
    struct sj_run run;
    assert_true(sj_run_prepare(results, &run, r));
    /* So that the deviation of four, with three degrees of freedom, is 0.01. */
    for (size_t m = 0; m < METRICS; m++) run.values[m] = means[m] > 0 ? means[m] + sides[r] * 0.01 * sqrt(0.75) : 0;
    for (int i = 0; i < CELLS; i++) run.series[i] = i + (double)r;
    add_run(results, &run);
  }
  return results;
}

static struct sj_results *solved(void) {
  struct sj_results *const results = create("solve");
  results->grid_step = 2;
  results->grid_count = 4;
  struct sj_run run;
  assert_true(sj_run_prepare(results, &run, 0));
  memcpy(run.values, exact, sizeof exact);
  for (int i = 0; i < 4; i++) run.series[i] = 10 * i;
  add_run(results, &run);
  return results;
}

static const struct sj_chart *chart_of(const struct sj_charts *charts, const char *name) {
  for (size_t i = 0; i < charts->count; i++)
    if (strcmp(charts->charts[i]->name, name) == 0) return charts->charts[i];
  fail_msg("no chart %s", name);
  return NULL;
}

static void near(double got, double wanted, double within) {
  if (!(fabs(got - wanted) <= within)) fail_msg("got %.10g, wanted %.10g within %g", got, wanted, within);
}

static void differences_stand_beside_their_intervals(void **state) {
  (void)state;
  struct sj_results *const both[] = {simulated(RUNS), solved()};
  struct sj_charts charts = {0};
  struct sj_error error;
  assert_int_equal(sj_charts_of_all((const struct sj_results *const *)both, 2, NULL, &charts, &error), SJ_OK);
  const struct sj_chart *const widths = chart_of(&charts, "engines.half-widths");
  assert_int_equal(widths->x.tick_count, 3); /* not the one that was never seen */
  const struct sj_chart_series *const agree = &widths->series[0], *const differ = &widths->series[1];
  assert_true(agree->kind == SJ_INTERVALS && agree->count == 2 && differ->count == 1);
  near(agree->columns[1][0], -0.005 / half_width, 1e-6);
  near(agree->columns[1][1], -0.02 / half_width, 1e-6);
  near(agree->columns[2][1], -0.02 / half_width - 1, 1e-6);
  near(differ->columns[0][0], 3, 0);
  near(differ->columns[1][0], -1 / half_width, 1e-5);
  const struct sj_chart *const relative = chart_of(&charts, "engines.differences");
  near(relative->series[0].columns[1][0], 100 * -0.005 / 0.505, 1e-9);
  near(relative->series[0].columns[3][0], 100 * (-0.005 + half_width) / 0.505, 1e-6);
  near(relative->rules[0].at, 0, 0);
  const struct sj_chart *const filling = chart_of(&charts, "engines.api.in_system");
  near(filling->x.high, 6, 1e-9); /* as far as both go */
  const struct sj_chart_series *const line = &filling->series[1], *const chain = &filling->series[2];
  assert_true(line->count == 6 && chain->count == 4);
  near(line->columns[0][5], 6, 1e-12); /* a level, at the end of its cell */
  near(line->columns[1][5], 5 + 1.5, 1e-12);
  assert_true(chain->columns[0][3] == 6 && chain->columns[1][3] == 30);
  chart_of(&charts, "api.queue"); /* those of each by itself are there, too */
  chart_of(&charts, "api.transient");
  sj_charts_clear(&charts);
  sj_results_destroy(both[0]);
  sj_results_destroy(both[1]);
}

static json_t *document_of(unsigned runs) {
  struct sj_results *const both[] = {simulated(runs), solved()};
  struct sj_charts charts = {0};
  json_t *const document = sj_document((const struct sj_results *const *)both, 2, NULL, &charts, 1000000);
  sj_results_destroy(both[0]);
  sj_results_destroy(both[1]);
  return document;
}

static const char *member(const json_t *document, const char *name) {
  const char *const text = json_string_value(json_object_get(document, name));
  return text ? text : "(none)";
}

static void expect_answer(const json_t *document, size_t index, const char *state, const char *text) {
  const json_t *const answer = json_array_get(json_object_get(document, "answers"), index);
  assert_string_equal(member(answer, "text"), text);
  assert_string_equal(member(answer, "state"), state);
}

static void what_differs_comes_first(void **state) {
  (void)state;
  json_t *const document = document_of(RUNS);
  assert_string_equal(member(document, "title"), "m.lua: simulated and solved, side by side");
  assert_string_equal(member(document, "headline"), "1 of 3 figures differ by more than chance");
  assert_string_equal(member(document, "state"), "bad");
  expect_answer(document, 0, "bad",
                "api.in_system.mean differs: simulated 4.000 ± 0.016 requests, solved 5 requests: −20 %, 62.8 half "
                "widths");
  expect_answer(document, 1, "good", "1 figure within the 95 % interval of the simulation: web.latency.mean");
  expect_answer(
      document, 2, "plain",
      "1 figure outside of it (one in twenty is expected there), not far enough to be told from chance among so "
      "many looks: web.goodput (−0.249 %, 1.3 half widths)");
  expect_answer(document, 3, "unsure", "1 figure never seen in the simulation, maybe too rare: api.full");
  const json_t *const table = json_array_get(json_object_get(document, "tables"), 0);
  static const char *const verdicts[METRICS] = {"agrees", "agrees", "differs", "not seen"};
  for (size_t m = 0; m < METRICS; m++) {
    const json_t *const row = json_array_get(json_object_get(table, "rows"), m);
    assert_string_equal(json_string_value(json_array_get(row, 0)), names[m]);
    near(json_number_value(json_array_get(json_array_get(row, 1), 0)), means[m], 1e-12);
    near(json_number_value(json_array_get(json_array_get(row, 2), 0)), exact[m], 1e-12);
    assert_string_equal(json_string_value(json_array_get(row, 7)), verdicts[m]);
  }
  json_decref(document);
}

static void one_run_tells_nothing(void **state) {
  (void)state;
  json_t *const document = document_of(1);
  assert_string_equal(member(document, "headline"),
                      "Nothing can be told from one run: how much it scatters is not known");
  assert_string_equal(member(document, "state"), "unsure");
  assert_int_equal(json_array_size(json_object_get(document, "answers")), 0);
  json_decref(document);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(differences_stand_beside_their_intervals),
      cmocka_unit_test(what_differs_comes_first),
      cmocka_unit_test(one_run_tells_nothing),
  };
  return cmocka_run_group_tests_name("plot.both_engines", tests, NULL, NULL);
}
