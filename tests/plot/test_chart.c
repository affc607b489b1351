/* What a chart is made of: ticks, ranges, contour lines, boxes. */
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
#include "plot/contour.h"
#include "plot/ticks.h"

/* The labels of the large ticks, joined by blanks. */
static void expect_ticks(enum sj_scale scale, double low, double high, const char *expected) {
  const struct sj_axis axis = {.scale = scale};
  size_t count;
  struct sj_tick *const ticks = sj_axis_ticks(&axis, low, high, &count);
  struct sj_text text = {0};
  for (size_t i = 0; i < count; i++) {
    assert_true(ticks[i].at >= low * (1 - 1e-9) && ticks[i].at <= high * (1 + 1e-9));
    if (i > 0) assert_true(ticks[i].at > ticks[i - 1].at);
    if (ticks[i].label) sj_text_add(&text, "%s%s", text.length ? " " : "", ticks[i].label);
  }
  assert_string_equal(text.data, expected);
  free(text.data);
  sj_ticks_destroy(ticks, count);
}

static void axes_are_labelled_with_round_numbers(void **state) {
  (void)state;
  expect_ticks(SJ_SCALE_LINEAR, 0, 100, "0 20 40 60 80 100");
  expect_ticks(SJ_SCALE_LINEAR, 0, 1, "0.0 0.2 0.4 0.6 0.8 1.0");
  expect_ticks(SJ_SCALE_LINEAR, 0.23, 0.51, "0.25 0.30 0.35 0.40 0.45 0.50");
  expect_ticks(SJ_SCALE_LINEAR, 0, 3e9, "0 5×10⁸ 10⁹ 1.5×10⁹ 2×10⁹ 2.5×10⁹ 3×10⁹");
  expect_ticks(SJ_SCALE_LOG, 1e-3, 10, "0.001 0.01 0.1 1 10");
  expect_ticks(SJ_SCALE_LOG, 1e-6, 1, "10⁻⁶ 10⁻⁵ 10⁻⁴ 10⁻³ 10⁻² 10⁻¹ 1");
  expect_ticks(SJ_SCALE_LOG, 1e-100, 1, "10⁻¹⁰⁰ 10⁻⁸⁰ 10⁻⁶⁰ 10⁻⁴⁰ 10⁻²⁰ 1");
  expect_ticks(SJ_SCALE_LOG, 1, 60, "1 2 5 10 20 50");
  expect_ticks(SJ_SCALE_LOG, 3, 4, "3.0 3.2 3.4 3.6 3.8 4.0");
}

/* A heat map whose answers all take nearly the same time: its axis is in their unit, not in logarithms. */
static void logarithms_of_a_narrow_range_are_labelled_in_the_unit(void **state) {
  (void)state;
  size_t count;
  struct sj_tick *const ticks = sj_logarithm_ticks(log10(0.0822), log10(0.0858), &count);
  assert_true(count >= 2);
  for (size_t i = 0; i < count; i++) assert_float_equal(strtod(ticks[i].label, NULL), pow(10, ticks[i].at), 1e-9);
  sj_ticks_destroy(ticks, count);
}

static void numbers_are_short(void **state) {
  (void)state;
  static const struct {
    double x;
    const char *text;
  } known[] = {{0, "0"},       {0.25, "0.25"}, {0.7591, "0.759"}, {12.34, "12.3"},
               {99.96, "100"}, {9.996, "10"},  {1234, "1234"},    {437000, "4.37×10⁵"},
               {1e9, "10⁹"},   {-0.5, "-0.5"}, {2e-7, "2×10⁻⁷"},  {0.001, "0.001"}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    char text[48];
    sj_short_text(known[i].x, text);
    assert_string_equal(text, known[i].text);
  }
}

static void ranges_cover_what_is_drawn(void **state) {
  (void)state;
  const double x[] = {1, 2, 3}, low[] = {-1, (double)NAN, 0}, high[] = {5, (double)INFINITY, 7};
  struct sj_chart *const chart = sj_chart_create("c", "C", NULL);
  double from, to;
  assert_false(sj_chart_range(chart, &chart->y, &from, &to));
  assert_true(from == 0 && to == 1);
  sj_chart_add(chart, SJ_BAND, NULL, 3, (const double *const[]){x, low, high});
  assert_true(sj_chart_range(chart, &chart->x, &from, &to));
  assert_true(from == 1 && to == 3);
  assert_true(sj_chart_range(chart, &chart->y, &from, &to));
  assert_true(from == -1 && to == 7);
  sj_chart_add_rule(chart, false, 9, "limit");
  sj_chart_range(chart, &chart->y, &from, &to);
  assert_true(from == -1 && to == 9);
  chart->y.scale = SJ_SCALE_LOG;
  sj_chart_range(chart, &chart->y, &from, &to);
  assert_true(from == 5 && to == 9);
  chart->y.low = 2;
  sj_chart_range(chart, &chart->y, &from, &to);
  assert_true(from == 2 && to == 9);
  sj_chart_destroy(chart);
}

static void one_number_has_a_range_around_it(void **state) {
  (void)state;
  const double x[] = {4}, y[] = {0};
  double from, to;
  struct sj_chart *const chart = sj_chart_create("c", "C", NULL);
  sj_chart_add(chart, SJ_POINTS, NULL, 1, (const double *const[]){x, y});
  sj_chart_range(chart, &chart->x, &from, &to);
  assert_true(from < 4 && to > 4);
  sj_chart_range(chart, &chart->y, &from, &to);
  assert_true(from < 0 && to > 0);
  sj_chart_destroy(chart);
}

static void bars_stand_on_zero_and_arrows_are_where_they_begin(void **state) {
  (void)state;
  const double left[] = {1, 2}, right[] = {2, 3}, height[] = {5, 6}, far[] = {100, -100};
  double from, to;
  struct sj_chart *chart = sj_chart_create("c", "C", NULL);
  sj_chart_add(chart, SJ_BARS, NULL, 2, (const double *const[]){left, right, height});
  sj_chart_range(chart, &chart->x, &from, &to);
  assert_true(from == 1 && to == 3);
  sj_chart_range(chart, &chart->y, &from, &to);
  assert_true(from == 0 && to == 6);
  sj_chart_destroy(chart);
  chart = sj_chart_create("c", "C", NULL);
  sj_chart_add(chart, SJ_ARROWS, NULL, 2, (const double *const[]){left, height, far, far});
  sj_chart_range(chart, &chart->x, &from, &to);
  assert_true(from == 1 && to == 2);
  sj_chart_destroy(chart);
}

/* ---- contours ---- */

enum { SIDE = 41 };
struct field {
  double x[SIDE], y[SIDE], value[SIDE * SIDE];
  struct sj_chart_grid grid;
};

static void fill(struct field *field, double (*f)(double, double)) {
  field->grid = (struct sj_chart_grid){SIDE, SIDE, field->x, field->y, field->value};
  for (size_t i = 0; i < SIDE; i++) field->x[i] = field->y[i] = -2 + 4 * (double)i / (SIDE - 1);
  for (size_t i = 0; i < SIDE; i++)
    for (size_t j = 0; j < SIDE; j++) field->value[i * SIDE + j] = f(field->x[i], field->y[j]);
}

static double plane(double x, double y) { return x + 2 * y; }
static double square(double x, double y) { return x * x + y * y; }

static void the_contour_of_a_plane_is_a_straight_line(void **state) {
  (void)state;
  struct field field;
  fill(&field, plane);
  size_t count;
  struct sj_polyline *const lines = sj_contours(&field.grid, 0.3, &count);
  assert_int_equal(count, 1);
  assert_true(lines[0].count > SIDE);
  for (size_t k = 0; k < lines[0].count; k++) {
    assert_true(fabs(lines[0].x[k] + 2 * lines[0].y[k] - 0.3) < 1e-12);
    if (k > 0) /* and does not jump */
      assert_true(hypot(lines[0].x[k] - lines[0].x[k - 1], lines[0].y[k] - lines[0].y[k - 1]) < 0.15);
  }
  sj_contours_destroy(lines, count);
  assert_null(sj_contours(&field.grid, 7, &count));
  assert_int_equal(count, 0);
}

static void the_contour_of_a_bowl_is_a_closed_circle(void **state) {
  (void)state;
  struct field field;
  fill(&field, square);
  size_t count;
  struct sj_polyline *const lines = sj_contours(&field.grid, 1.7, &count);
  assert_int_equal(count, 1);
  const size_t last = lines[0].count - 1;
  double area = 0;
  for (size_t k = 0; k < last; k++) area += (lines[0].x[k] * lines[0].y[k + 1] - lines[0].x[k + 1] * lines[0].y[k]) / 2;
  assert_true(lines[0].x[0] == lines[0].x[last] && lines[0].y[0] == lines[0].y[last]);
  assert_true(fabs(fabs(area) / (M_PI * 1.7) - 1) < 0.005);
  sj_contours_destroy(lines, count);
}

static void corners_that_alternate_are_parted_by_their_mean(void **state) {
  (void)state;
  double x[] = {0, 1}, y[] = {0, 1};
  for (int sign = -1; sign <= 1; sign += 2) {
    /* (0, 0) and (1, 1) are high; the mean of the four is above or below the level. */
    double value[] = {1 + sign * 0.5, -1, -1, 1 + sign * 0.5};
    const struct sj_chart_grid grid = {2, 2, x, y, value};
    size_t count;
    struct sj_polyline *const lines = sj_contours(&grid, 0, &count);
    assert_int_equal(count, 2);
    for (size_t k = 0; k < 2; k++) {
      assert_int_equal(lines[k].count, 2);
      /* Above: the low corners (1, 0), (0, 1) are cut off; below: the high ones. */
      const double middle_x = (lines[k].x[0] + lines[k].x[1]) / 2, middle_y = (lines[k].y[0] + lines[k].y[1]) / 2;
      assert_true(((middle_x - 0.5) * (middle_y - 0.5) > 0) == (sign < 0));
    }
    sj_contours_destroy(lines, count);
  }
}

static void what_is_not_known_has_no_contour(void **state) {
  (void)state;
  double x[] = {0, 1, 2}, y[] = {0, 1}, value[] = {(double)NAN, 0, 0, 1, 1, 2};
  const struct sj_chart_grid grid = {3, 2, x, y, value};
  size_t count;
  struct sj_polyline *const lines = sj_contours(&grid, 0.5, &count);
  assert_int_equal(count, 1);
  for (size_t k = 0; k < lines[0].count; k++) assert_true(lines[0].x[k] >= 1);
  sj_contours_destroy(lines, count);
}

static void infinite_values_are_far_above(void **state) {
  (void)state;
  double x[] = {0, 1}, y[] = {0, 1}, value[] = {0, 0, (double)INFINITY, (double)INFINITY};
  const struct sj_chart_grid grid = {2, 2, x, y, value};
  size_t count;
  struct sj_polyline *const lines = sj_contours(&grid, 5, &count);
  assert_int_equal(count, 1);
  assert_true(lines[0].x[0] == 0 && lines[0].x[1] == 0);
  sj_contours_destroy(lines, count);
}

/* ---- boxes ---- */

/* Quartiles as numpy.percentile gives them. */
static void boxes_are_those_of_tukey(void **state) {
  (void)state;
  static const struct {
    size_t count;
    double values[8], box[5];
  } known[] = {
      {5, {5, 3, 1, 4, 2}, {1, 2, 3, 4, 5}},
      {5, {1, 100, 3, 2, 4}, {1, 2, 3, 4, 4}},
      {4, {1, 2, 3, 4}, {1, 1.75, 2.5, 3.25, 4}},
      {7, {0.1, 0.5, 0.52, 0.53, 0.55, 0.56, 0.9}, {0.5, 0.51, 0.53, 0.555, 0.56}},
      {1, {7}, {7, 7, 7, 7, 7}},
      {4, {2, (double)NAN, 4, (double)INFINITY}, {2, 2.5, 3, 3.5, 4}},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    double values[8], box[5];
    memcpy(values, known[i].values, sizeof values);
    sj_box(values, known[i].count, box);
    for (size_t k = 0; k < 5; k++) assert_true(fabs(box[k] - known[i].box[k]) < 1e-12);
  }
  double none[] = {(double)NAN}, box[5];
  sj_box(none, 1, box);
  for (size_t k = 0; k < 5; k++) assert_true(isnan(box[k]));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(axes_are_labelled_with_round_numbers),
      cmocka_unit_test(logarithms_of_a_narrow_range_are_labelled_in_the_unit),
      cmocka_unit_test(numbers_are_short),
      cmocka_unit_test(ranges_cover_what_is_drawn),
      cmocka_unit_test(one_number_has_a_range_around_it),
      cmocka_unit_test(bars_stand_on_zero_and_arrows_are_where_they_begin),
      cmocka_unit_test(the_contour_of_a_plane_is_a_straight_line),
      cmocka_unit_test(the_contour_of_a_bowl_is_a_closed_circle),
      cmocka_unit_test(corners_that_alternate_are_parted_by_their_mean),
      cmocka_unit_test(what_is_not_known_has_no_contour),
      cmocka_unit_test(infinite_values_are_far_above),
      cmocka_unit_test(boxes_are_those_of_tukey),
  };
  return cmocka_run_group_tests_name("plot.chart", tests, NULL, NULL);
}
