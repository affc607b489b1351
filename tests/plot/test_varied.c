/* Charts and answers of sweeps: Sobol's indices against functions whose indices are known, grids against what their
 * function says. */
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

enum { MOST_AXES = 4, MOST_POINTS = 512 };

static const char metric[] = "web.latency.mean", other_metric[] = "web.goodput";

/* A sweep made by hand, and what is to be freed of it. */
struct made {
  struct sj_varied varied;
  struct sj_results *results[MOST_POINTS], *indices;
  const struct sj_results *list[MOST_POINTS];
  char *texts[MOST_POINTS * MOST_AXES];
};

static struct sj_results *one_run(const char *engine, const char *const *names, const double *values, size_t count) {
  struct sj_results *const results = sj_results_create(engine, "m.lua", NULL);
  strcpy(results->time_unit, "s");
  for (size_t m = 0; m < count; m++) assert_true(sj_results_add_metric(results, names[m], SJ_REDUCE_MEAN));
  struct sj_run run;
  assert_true(sj_run_prepare(results, &run, 0));
  for (size_t m = 0; m < count; m++) run.values[m] = values[m];
  assert_true(sj_results_add_run(results, &run));
  sj_run_clear(results, &run);
  return results;
}

static void add_point(struct made *made, const double *x, double value) {
  const size_t point = made->varied.count++;
  assert_true(point < MOST_POINTS);
  for (size_t axis = 0; axis < made->varied.axis_count; axis++)
    made->texts[point * made->varied.axis_count + axis] = sj_format("%g", x[axis]);
  const char *const names[] = {metric};
  made->list[point] = made->results[point] = one_run("solve", names, &value, 1);
}

static void start(struct made *made, size_t axes, const char *const *paths) {
  *made = (struct made){.varied = {.axis_count = axes, .paths = paths}};
  made->varied.texts = (const char *const *)made->texts;
  made->varied.results = made->list;
}

static void clear(struct made *made) {
  for (size_t i = 0; i < made->varied.count; i++) sj_results_destroy(made->results[i]);
  for (size_t i = 0; i < made->varied.count * made->varied.axis_count; i++) free(made->texts[i]);
  sj_results_destroy(made->indices);
}

static const struct sj_chart *chart_of(const struct sj_charts *charts, const char *name) {
  for (size_t i = 0; i < charts->count; i++)
    if (strcmp(charts->charts[i]->name, name) == 0) return charts->charts[i];
  fail_msg("no chart %s", name);
  return NULL;
}

static bool has(const struct sj_charts *charts, const char *name) {
  for (size_t i = 0; i < charts->count; i++)
    if (strcmp(charts->charts[i]->name, name) == 0) return true;
  return false;
}

static void near(double got, double wanted, double within) {
  if (!(fabs(got - wanted) <= within)) fail_msg("got %.10g, wanted %.10g within %g", got, wanted, within);
}

/* ---- a sample ---- */

static const char *const three[] = {"x.one", "x.two", "x.three"};

/* Results of the engine "sweep" as sweep/indices.c makes them. */
static struct sj_results *indices_of(const char *const *metrics, size_t metric_count, const char *const *paths,
                                     size_t axes, const struct sj_sensitivity *first,
                                     const struct sj_sensitivity *total) {
  char *names[64];
  double values[64];
  size_t count = 0;
  for (size_t m = 0; m < metric_count; m++)
    for (size_t o = 0; o < 2; o++)
      for (size_t axis = 0; axis < axes; axis++) {
        const struct sj_sensitivity index = (o ? total : first)[m * axes + axis];
        const double numbers[] = {index.value, index.low, index.high};
        static const char *const ends[] = {"", ".low", ".high"};
        for (size_t k = 0; k < 3; k++) {
          names[count] = sj_format("%s.sobol.%s[%s]%s", metrics[m], o ? "total" : "first", paths[axis], ends[k]);
          values[count++] = numbers[k];
        }
      }
  struct sj_results *const results = one_run("sweep", (const char *const *)names, values, count);
  for (size_t i = 0; i < count; i++) free(names[i]);
  return results;
}

static double ishigami(const double *u) {
  const double pi = acos(-1), a = pi * (2 * u[0] - 1), b = pi * (2 * u[1] - 1), c = pi * (2 * u[2] - 1);
  return sin(a) + 7 * sin(b) * sin(b) + 0.1 * c * c * c * c * sin(a);
}

/* What is drawn are the indices of Ishigami and Homma's function (1990), which are known: first order 0.3139, 0.4424,
 * 0; total 0.5576, 0.4424, 0.2437. The third parameter matters only together with the first. */
static void indices_are_drawn_with_their_intervals(void **state) {
  (void)state;
  enum { ROWS = 4096, D = 3 };
  double *const values = malloc(ROWS * (D + 2) * sizeof *values);
  for (uint32_t row = 0; row < ROWS; row++)
    for (size_t k = 0; k < D + 2; k++) {
      double u[D];
      sj_sensitivity_design(row, k, D, 1, u);
      values[row * (D + 2) + k] = ishigami(u);
    }
  struct sj_sensitivity first[D], total[D];
  assert_int_equal(sj_sensitivity(values, ROWS, D, 1, first, total), ROWS);
  free(values);
  struct made made;
  start(&made, D, three);
  made.varied.sample = true;
  add_point(&made, (const double[]){1, 2, 3}, 4);
  add_point(&made, (const double[]){2, 3, 4}, 5);
  made.indices = indices_of((const char *const[]){metric}, 1, three, D, first, total);
  made.varied.indices = made.indices;
  struct sj_charts charts = {0};
  sj_charts_of_varied(&made.varied, &charts);
  assert_false(has(&charts, "sweep.indices")); /* a map of one metric says no more */
  const struct sj_chart *const chart = chart_of(&charts, "sweep.web.latency.mean.indices");
  static const double known[2][D] = {{0.3139, 0.4424, 0}, {0.5576, 0.4424, 0.2437}};
  assert_int_equal(chart->series_count, 2);
  for (size_t o = 0; o < 2; o++)
    for (size_t k = 0; k < D; k++) { /* by the totals they are in the order of the paths */
      const struct sj_chart_series *const series = &chart->series[o];
      assert_true(series->kind == SJ_INTERVALS);
      assert_string_equal(chart->x.ticks[k].label, three[k]);
      near(series->columns[0][k], (double)(k + 1), 0.2);
      near(series->columns[1][k], known[o][k], 0.02);
      assert_true(series->columns[2][k] <= known[o][k] && series->columns[3][k] >= known[o][k]);
    }
  assert_true(chart->y.low <= 0 && chart->y.high >= 1 && chart->y.low > -0.1 && chart->y.high < 1.1);
  json_t *const document = sj_document(made.list, 2, &made.varied, &charts, 1000000);
  const json_t *const answer = json_array_get(json_object_get(document, "answers"), 0);
  const char *const text = json_string_value(json_object_get(answer, "text"));
  assert_true(strstr(text, "web.latency.mean depends most on x.one, which has a part in 5") == text);
  assert_non_null(strstr(text, "; the rest of its part is together with others"));
  assert_null(strstr(text, "hardly"));
  json_decref(document);
  sj_charts_clear(&charts);
  clear(&made);
}

static const char *text_of(const json_t *document, size_t answer, const char *member) {
  return json_string_value(json_object_get(json_array_get(json_object_get(document, "answers"), answer), member));
}

/* Nothing is claimed that the intervals do not carry. */
static void only_what_the_intervals_carry_is_said(void **state) {
  (void)state;
  static const char *const metrics[] = {metric, other_metric, "api.utilization.mean"};
  static const struct sj_sensitivity first[] = {{0.6, 0.5, 0.7},   {0.2, 0.1, 0.3}, {0, -0.01, 0.01},
                                                {0.5, 0.3, 0.7},   {0.4, 0.2, 0.6}, {0, -0.1, 0.1},
                                                {0.95, 0.9, 1.02}, {0.01, 0, 0.02}, {0, -0.01, 0.01}};
  static const struct sj_sensitivity total[] = {{0.7, 0.61, 0.8},  {0.3, 0.2, 0.6},  {0.01, 0, 0.02},
                                                {0.55, 0.46, 0.8}, {0.45, 0.3, 0.7}, {0.04, 0.01, 0.08},
                                                {0.98, 0.9, 1.06}, {0.01, 0, 0.021}, {0.02, 0, 0.031}};
  struct made made;
  start(&made, 3, three);
  made.varied.sample = true;
  add_point(&made, (const double[]){1.23456789, 2, 3}, 4);
  add_point(&made, (const double[]){2, 3, 4}, 5);
  made.indices = indices_of(metrics, 3, three, 3, first, total);
  made.varied.indices = made.indices;
  struct sj_charts charts = {0};
  sj_charts_of_varied(&made.varied, &charts);
  const struct sj_chart *const map = chart_of(&charts, "sweep.indices");
  assert_true(map->series[0].written);
  assert_true(map->series[0].grid.value[0 * 3 + 2] == 0.7 && map->series[0].grid.value[2 * 3 + 0] == 0.02);
  assert_string_equal(map->y.ticks[2].label, metric); /* on top */
  near(map->colours.high, 1, 0);
  json_t *const document = sj_document(made.list, 2, &made.varied, &charts, 1000000);
  assert_string_equal(
      json_string_value(json_object_get(document, "headline")),
      "x.one matters most for 2 figures; for 1 of 3 figures it cannot be told (2 points of x.one, x.two, "
      "x.three)");
  assert_string_equal(
      text_of(document, 0, "text"),
      "web.latency.mean depends most on x.one, which has a part in 70 % of its variance (95 %: 61 to 80 "
      "%) and explains 60 % by itself (50 to 70 %). It hardly depends on x.three (at most 2 %)");
  /* Beyond 1 there is only chance. */
  assert_string_equal(
      text_of(document, 1, "text"),
      "api.utilization.mean depends most on x.one, which has a part in 98 % of its variance (95 %: 90 to "
      "100 %) and explains 95 % by itself (90 to 100 %). It hardly depends on x.three, x.two (at most 4 "
      "% each)");
  assert_string_equal(
      text_of(document, 2, "text"),
      "web.goodput: which of x.one (a part in 46 to 80 % of its variance) and x.two (a part in 30 to 70 "
      "%) matters most cannot be told from this sample");
  assert_string_equal(text_of(document, 2, "state"), "unsure");
  assert_string_equal(text_of(document, 3, "text"),
                      "web.latency.mean goes from 4 s (x.one=1.235, x.two=2, x.three=3) to 5 s (x.one=2, "
                      "x.two=3, x.three=4)");
  const json_t *const table = json_array_get(json_object_get(document, "tables"), 0);
  assert_int_equal(json_array_size(json_object_get(table, "rows")), 9);
  json_decref(document);
  sj_charts_clear(&charts);
  clear(&made);
}

/* The largest of three totals is a third at least: who is certainly below is none of those that may be the first, even
 * where the first one's interval begins at 0. */
static void the_largest_total_is_not_small(void **state) {
  (void)state;
  static const struct sj_sensitivity total[] = {{0.9, 0, 3}, {0.8, 0.1, 2}, {0.2, 0.1, 0.33}};
  struct made made;
  start(&made, 3, three);
  made.varied.sample = true;
  add_point(&made, (const double[]){1, 2, 3}, 4);
  made.indices = indices_of((const char *const[]){metric}, 1, three, 3, total, total);
  made.varied.indices = made.indices;
  struct sj_charts charts = {0};
  json_t *const document = sj_document(made.list, 1, &made.varied, &charts, 1000000);
  assert_string_equal(
      text_of(document, 0, "text"),
      "web.latency.mean: which of x.one (a part in 0 to 100 % of its variance) and x.two (a part in 10 to "
      "100 %) matters most cannot be told from this sample");
  assert_string_equal(
      json_string_value(json_object_get(document, "headline")),
      "Which parameter matters most cannot be told from this sample (1 points of x.one, x.two, x.three)");
  json_decref(document);
  clear(&made);
}

/* What can be anything between nothing and all is no colour. */
static void an_index_that_is_not_known_is_an_empty_cell(void **state) {
  (void)state;
  static const char *const metrics[] = {metric, other_metric};
  static const struct sj_sensitivity any[] = {{1.2, 0.02, 11}, {0.3, 0.2, 0.4}, {0.6, 0.5, 0.7}, {NAN, NAN, NAN}};
  struct made made;
  start(&made, 2, three);
  made.varied.sample = true;
  add_point(&made, (const double[]){1, 2}, 4);
  made.indices = indices_of(metrics, 2, three, 2, any, any);
  made.varied.indices = made.indices;
  struct sj_charts charts = {0};
  sj_charts_of_varied(&made.varied, &charts);
  const struct sj_chart_grid *const grid = &chart_of(&charts, "sweep.indices")->series[0].grid;
  assert_true(isnan(grid->value[0 * 2 + 1]) && grid->value[1 * 2 + 1] == 0.3);
  assert_true(grid->value[0 * 2 + 0] == 0.6 && isnan(grid->value[1 * 2 + 0]));
  /* Its interval runs out of the picture of the others, itself it does not. */
  const struct sj_chart *const chart = chart_of(&charts, "sweep.web.latency.mean.indices");
  assert_true(chart->y.high > 1.2 && chart->y.high < 2);
  sj_charts_clear(&charts);
  clear(&made);
}

/* ---- grids ---- */

static const char *const four[] = {"a", "b", "c", "d"};

/* a, b, c have 3, 4 and 2 values; the figure is a + 10 b + 100 c + a c, so a matters with c. */
static void fill_grid(struct made *made, size_t without) {
  start(made, 3, four);
  for (int a = 1; a <= 3; a++)
    for (int b = 1; b <= 4; b++)
      for (int c = 1; c <= 2; c++)
        if (without-- != 0) add_point(made, (const double[]){a, b, c}, a + 10 * b + 100 * c + a * c);
}

static void three_axes_are_maps_with_common_colours(void **state) {
  (void)state;
  struct made made;
  fill_grid(&made, SIZE_MAX);
  struct sj_charts charts = {0};
  sj_charts_of_varied_metric(&made.varied, metric, &charts);
  assert_int_equal(charts.count, 2 + 3);
  for (int c = 1; c <= 2; c++) {
    char *const name = sj_format("sweep.web.latency.mean.map-%d", c), *const title = sj_format(
                                                                          "web.latency.mean by a and b, c = %d", c);
    const struct sj_chart *const map = chart_of(&charts, name);
    assert_string_equal(map->title, title);
    const struct sj_chart_grid *const grid = &map->series[0].grid;
    assert_true(grid->columns == 3 && grid->rows == 4);
    for (int a = 1; a <= 3; a++)
      for (int b = 1; b <= 4; b++) near(grid->value[(a - 1) * 4 + b - 1], a + 10 * b + 100 * c + a * c, 1e-9);
    near(map->colours.low, 1 + 10 + 100 + 1, 1e-9);
    near(map->colours.high, 3 + 40 + 200 + 6, 1e-9);
    free(name);
    free(title);
  }
  sj_charts_clear(&charts);
  clear(&made);
}

static const struct sj_chart_series *kind_of(const struct sj_chart *chart, enum sj_series_kind kind) {
  for (size_t i = 0; i < chart->series_count; i++)
    if (chart->series[i].kind == kind) return &chart->series[i];
  fail_msg("%s has no such series", chart->name);
  return NULL;
}

static void main_effects_are_means_over_the_others(void **state) {
  (void)state;
  struct made made;
  fill_grid(&made, SIZE_MAX);
  struct sj_charts charts = {0};
  sj_charts_of_varied_metric(&made.varied, metric, &charts);
  const struct sj_chart *const chart = chart_of(&charts, "sweep.web.latency.mean.a");
  const struct sj_chart_series *const line = kind_of(chart, SJ_LINE), *const band = kind_of(chart, SJ_BAND);
  assert_non_null(strstr(band->name, "no confidence interval"));
  for (int a = 1; a <= 3; a++) {
    near(line->columns[0][a - 1], a, 0);
    near(line->columns[1][a - 1], a + 10 * 2.5 + 100 * 1.5 + 1.5 * a, 1e-9);
    near(band->columns[1][a - 1], a + 10 + 100 + a, 1e-9);
    near(band->columns[2][a - 1], a + 40 + 200 + 2 * a, 1e-9);
  }
  assert_int_equal(kind_of(chart, SJ_POINTS)->count, 24); /* the single points */
  const struct sj_chart_series *const of_c = kind_of(chart_of(&charts, "sweep.web.latency.mean.c"), SJ_LINE);
  for (int c = 1; c <= 2; c++) near(of_c->columns[1][c - 1], 2 + 25 + 100 * c + 2 * c, 1e-9);
  sj_charts_clear(&charts);
  clear(&made);
}

/* Without the point a = 2, b = 3, c = 1 the combination b = 3, c = 1 is left out of the mean over a: else a = 2 would
 * be averaged over others than a = 1. */
static void a_mean_is_over_the_same_everywhere(void **state) {
  (void)state;
  struct made made;
  fill_grid(&made, 8 + 2 * 2);
  assert_int_equal(made.varied.count, 23);
  struct sj_charts charts = {0};
  sj_charts_of_varied_metric(&made.varied, metric, &charts);
  const struct sj_chart *const chart = chart_of(&charts, "sweep.web.latency.mean.a");
  assert_non_null(strstr(chart->subtitle, "over the 7 of 8 combinations"));
  const struct sj_chart_series *const line = kind_of(chart, SJ_LINE);
  for (int a = 1; a <= 3; a++) {
    const double all = 8 * (a + 25 + 150 + 1.5 * a), one = a + 30 + 100 + a;
    near(line->columns[1][a - 1], (all - one) / 7, 1e-9);
  }
  sj_charts_clear(&charts);
  clear(&made);
}

static void few_panels_or_none(void **state) {
  (void)state;
  struct made made;
  start(&made, 4, four);
  for (int a = 1; a <= 2; a++)
    for (int b = 1; b <= 4; b++)
      for (int c = 1; c <= 3; c++)
        for (int d = 1; d <= 5; d++) add_point(&made, (const double[]){a, b, c, d}, a * b + c * d);
  struct sj_charts charts = {0};
  sj_charts_of_varied_metric(&made.varied, metric, &charts);
  assert_int_equal(charts.count, 6 + 4); /* of b and d; a and c have six combinations */
  assert_string_equal(chart_of(&charts, "sweep.web.latency.mean.map-4")->title,
                      "web.latency.mean by b and d, a = 2, c = 1");
  near(chart_of(&charts, "sweep.web.latency.mean.map-4")->series[0].grid.value[1 * 5 + 3], 2 * 2 + 1 * 4, 1e-9);
  sj_charts_clear(&charts);
  clear(&made);
  start(&made, 3, four);
  for (int a = 1; a <= 7; a++)
    for (int b = 1; b <= 7; b++)
      for (int c = 1; c <= 7; c++) add_point(&made, (const double[]){a, b, c}, a + b + c);
  sj_charts_of_varied_metric(&made.varied, metric, &charts);
  assert_int_equal(charts.count, 3);
  sj_charts_clear(&charts);
  clear(&made);
}

/* Of an axis of words the means are points, and how far the others move them blocks. */
static void words_have_no_lines(void **state) {
  (void)state;
  static const char *const words[] = {"random", "ring"};
  struct made made;
  start(&made, 2, four);
  for (int a = 0; a < 2; a++)
    for (int b = 1; b <= 3; b++) {
      add_point(&made, (const double[]){a, b}, 10 * a + b);
      char **const text = &made.texts[(made.varied.count - 1) * 2];
      free(*text);
      *text = sj_copy_string(words[a]);
    }
  struct sj_charts charts = {0};
  sj_charts_of_varied_metric(&made.varied, metric, &charts);
  const struct sj_chart *const chart = chart_of(&charts, "sweep.web.latency.mean.a");
  assert_string_equal(chart->x.ticks[1].label, "ring");
  const struct sj_chart_series *const blocks = kind_of(chart, SJ_BLOCKS), *const means = kind_of(chart, SJ_POINTS);
  assert_true(blocks->columns[2][1] == 11 && blocks->columns[3][1] == 13 && means->columns[1][1] == 12);
  for (size_t i = 0; i < chart->series_count; i++) assert_true(chart->series[i].kind != SJ_LINE);
  sj_charts_clear(&charts);
  clear(&made);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(indices_are_drawn_with_their_intervals),
      cmocka_unit_test(only_what_the_intervals_carry_is_said),
      cmocka_unit_test(the_largest_total_is_not_small),
      cmocka_unit_test(an_index_that_is_not_known_is_an_empty_cell),
      cmocka_unit_test(three_axes_are_maps_with_common_colours),
      cmocka_unit_test(main_effects_are_means_over_the_others),
      cmocka_unit_test(a_mean_is_over_the_same_everywhere),
      cmocka_unit_test(few_panels_or_none),
      cmocka_unit_test(words_have_no_lines),
  };
  return cmocka_run_group_tests_name("plot.varied", tests, NULL, NULL);
}
