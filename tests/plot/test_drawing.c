/* The commands for gnuplot, and each kind of series drawn by it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "plot/gnuplot.h"

static char *script_of(const struct sj_chart *chart) {
  struct sj_text script = {0};
  sj_gnuplot_script(chart, SJ_IMAGE_SVG, &script);
  return script.data;
}

static void texts_are_never_commands(void **state) {
  (void)state;
  const double x[] = {1, 2};
  struct sj_chart *const chart = sj_chart_create("c", "it's `touch bad`\nset output 'bad' \"\\", "@x 100 %");
  sj_axis_set(&chart->x, "50 %'", NULL, SJ_SCALE_LINEAR);
  sj_axis_add_tick(&chart->x, 1, "90 %'");
  sj_chart_add(chart, SJ_LINE, "a'b\nEND", 2, (const double *const[]){x, x});
  char *const script = script_of(chart);
  assert_non_null(strstr(script, "'it''s `touch bad` set output ''bad'' \"\\'"));
  assert_non_null(strstr(script, "'90 %%'''"));
  assert_non_null(strstr(script, "title 'a''b END'"));
  assert_null(strstr(script, "\nset output"));
  free(script);
  sj_chart_destroy(chart);
}

static void what_is_not_a_number_is_a_gap(void **state) {
  (void)state;
  const double x[] = {1, 2, 3, 4}, y[] = {4, 5, (double)NAN, (double)INFINITY};
  struct sj_chart *const chart = sj_chart_create("c", "c", NULL);
  sj_chart_add(chart, SJ_LINE, "y", 4, (const double *const[]){x, y});
  char *const script = script_of(chart);
  assert_non_null(strstr(script, "$series0 << END\n 1 4\n 2 5\n\n\nEND\n"));
  free(script);
  sj_chart_destroy(chart);
}

/* A line through one point has no length. */
static void a_point_between_gaps_is_a_dash(void **state) {
  (void)state;
  const double x[] = {0, 100, 200, 300}, y[] = {1, (double)NAN, 5, (double)NAN};
  double from = NAN, to = NAN, at = NAN, again = NAN;
  struct sj_chart *const chart = sj_chart_create("c", "c", NULL);
  sj_chart_add(chart, SJ_LINE, "y", 4, (const double *const[]){x, y});
  char *const script = script_of(chart);
  const char *const data = strstr(script, "$series0 << END\n");
  assert_non_null(data);
  const char *const second = strstr(data, "\n\n"); /* the first gap */
  assert_non_null(second);
  assert_int_equal(sscanf(second, " %lf %lf %lf %lf", &from, &at, &to, &again), 4);
  assert_true(from < 200 && to > 200 && to - from < 10 && at == 5 && again == 5);
  free(script);
  sj_chart_destroy(chart);
}

static void long_titles_take_several_lines(void **state) {
  (void)state;
  static const char name[] =
      "a-server-with-quite-a-long-name.in_system.mean by another-server-with-a-name.service.rate";
  struct sj_chart *const chart = sj_chart_create("c", name, NULL);
  sj_axis_set(&chart->y, "a-server-with-quite-a-long-name.in_system.mean", "requests", SJ_SCALE_LINEAR);
  char *const script = script_of(chart);
  assert_non_null(strstr(script, "set label 'a-server-with-quite-a-long-name.in_system.mean by'.\"\\n\".'another"));
  assert_non_null(strstr(script, "set ylabel 'a-server-with-quite-a-long-name.in_system.mean'.\"\\n\".'(requests)'"));
  free(script);
  sj_chart_destroy(chart);
}

static void many_words_below_the_axis_make_it_wider(void **state) {
  (void)state;
  double width, height, wide, high;
  struct sj_chart *const chart = sj_chart_create("c", "c", NULL);
  sj_chart_size(chart, &width, &height);
  assert_true(width == 6.5 && height == 4.4);
  for (int i = 0; i < 46; i++) sj_axis_add_tick(&chart->x, i, "a scenario's long name");
  sj_chart_size(chart, &wide, &high);
  assert_true(wide > width && high > height);
  char *const script = script_of(chart);
  assert_non_null(strstr(script, "rotate by 90"));
  free(script);
  sj_chart_destroy(chart);
}

static void words_that_fit_are_cut_into_lines(void **state) {
  (void)state;
  struct sj_chart *const chart = sj_chart_create("c", "c", NULL);
  chart->x.low = 0;
  chart->x.high = 4;
  for (int i = 0; i < 4; i++) sj_axis_add_tick(&chart->x, i, i == 2 ? "one queue, two slow servers" : "one");
  char *const script = script_of(chart);
  assert_non_null(strstr(script, "'one queue, two'.\"\\n\".'slow servers'"));
  assert_null(strstr(script, "rotate by 90"));
  free(script);
  sj_chart_destroy(chart);
}

static void names_of_metrics_are_cut_before_a_dot(void **state) {
  (void)state;
  struct sj_chart *const chart = sj_chart_create("c", "c", NULL);
  chart->x.low = 0;
  chart->x.high = 6;
  for (int i = 0; i < 6; i++) sj_axis_add_tick(&chart->x, i, "in_system.mean");
  char *const script = script_of(chart);
  assert_non_null(strstr(script, "'in_system'.\"\\n\".'.mean'"));
  assert_null(strstr(script, "rotate by 90"));
  free(script);
  sj_chart_destroy(chart);
}

/* An interval that is not known is left away, its point is not; a map's values stand where they are numbers. */
static void intervals_and_written_values(void **state) {
  (void)state;
  const double x[] = {1, 2}, y[] = {4, 5}, low[] = {3, NAN}, high[] = {6, NAN};
  struct sj_chart *const chart = sj_chart_create("c", "c", NULL);
  sj_chart_add(chart, SJ_INTERVALS, "y", 2, (const double *const[]){x, y, low, high});
  char *script = script_of(chart);
  assert_non_null(strstr(script, "$series0 << END\n 1 4 3 6\n 2 5 5 5\nEND\n"));
  assert_non_null(strstr(script, "using 1:2:3:4 with yerrorbars"));
  free(script);
  double places[] = {1, 2}, values[] = {0.256, 1, 0.5, NAN};
  const struct sj_chart_grid grid = {2, 2, places, places, values};
  sj_chart_add_grid(chart, SJ_HEAT_MAP, NULL, &grid)->written = true;
  script = script_of(chart);
  assert_non_null(strstr(script, "set label '0.26' at 1,1 center"));
  assert_non_null(strstr(script, "set label '0.50' at 2,1 center"));
  assert_null(strstr(script, "at 2,2 center"));
  free(script);
  sj_chart_destroy(chart);
}

/* ---- with gnuplot ---- */

static bool gnuplot(void) {
  const char *path = getenv("PATH");
  while (path && *path) {
    const size_t length = strcspn(path, ":");
    char *const program = sj_format("%.*s/gnuplot", (int)length, path);
    const bool found = access(program, X_OK) == 0;
    free(program);
    if (found) return true;
    path += length + (path[length] == ':');
  }
  print_message("gnuplot is not on the PATH: nothing is drawn\n");
  return false;
}

static const double one[] = {1, 2, 3, 4}, two[] = {2, 3, 4, 5}, three[] = {1, 4, 2, 3}, four[] = {2, 5, 3, 4},
                    five[] = {3, 6, 4, 5}, six[] = {4, 7, 5, 6};

static struct sj_chart *chart_with(enum sj_series_kind kind) {
  struct sj_chart *const chart = sj_chart_create("kind", "Every kind of series", "made by hand");
  sj_axis_set(&chart->x, "time", "s", SJ_SCALE_LINEAR);
  sj_axis_set(&chart->y, "number", "requests", SJ_SCALE_LINEAR);
  if (kind == SJ_HEAT_MAP || kind == SJ_CONTOURS) {
    double x[] = {1, 2, 3, 4}, y[] = {0, 1}, value[] = {0, 1, 2, 3, 4, 5, 6, (double)NAN};
    const struct sj_chart_grid grid = {4, 2, x, y, value};
    struct sj_chart_series *const series = sj_chart_add_grid(chart, kind, "values", &grid);
    if (kind == SJ_CONTOURS) sj_series_add_level(series, 2.5, "2.5 s");
  } else if (kind == SJ_BARS) {
    sj_chart_add(chart, kind, "values", 4, (const double *const[]){one, two, three});
  } else if (kind == SJ_BOXES) {
    sj_chart_add(chart, kind, "values", 4, (const double *const[]){one, three, three, four, five, six});
  } else {
    sj_chart_add(chart, kind, "values", 4, (const double *const[]){one, three, four, five});
  }
  return chart;
}

static char *drawn(const struct sj_chart *chart, enum sj_image_format format, size_t *size) {
  char path[] = "/tmp/sojourn-drawing-XXXXXX";
  const int descriptor = mkstemp(path);
  assert_true(descriptor >= 0);
  close(descriptor);
  struct sj_error error = {{0}};
  if (sj_gnuplot_draw(chart, format, path, &error) != SJ_OK) fail_msg("%s", error.message);
  FILE *const file = fopen(path, "rb");
  assert_non_null(file);
  char *const bytes = calloc(1, 4000001);
  *size = fread(bytes, 1, 4000000, file);
  fclose(file);
  unlink(path);
  return bytes;
}

static void every_kind_is_drawn(void **state) {
  (void)state;
  if (!gnuplot()) skip();
  static const char *const marks[] = {[SJ_LINE] = "<path stroke='rgb(  0, 114, 178)'",
                                      [SJ_STEPS] = "<path stroke='rgb(  0, 114, 178)'",
                                      [SJ_POINTS] = "<use xlink:href='#gpPt",
                                      [SJ_BAND] = "fill = 'rgb(  0, 114, 178)'",
                                      [SJ_BARS] = "fill = 'rgb(  0, 114, 178)'",
                                      [SJ_BLOCKS] = "fill = 'rgb(  0, 114, 178)'",
                                      [SJ_ARROWS] = "fill = 'rgb( 51,  51,  51)'",
                                      [SJ_BOXES] = "<path stroke='rgb(  0, 114, 178)'",
                                      [SJ_INTERVALS] = "<use xlink:href='#gpPt",
                                      [SJ_HEAT_MAP] = "<image ",
                                      [SJ_CONTOURS] = "2.5 s"};
  for (enum sj_series_kind kind = SJ_LINE; kind <= SJ_CONTOURS; kind++) {
    struct sj_chart *const chart = chart_with(kind);
    size_t size;
    char *const svg = drawn(chart, SJ_IMAGE_SVG, &size);
    assert_memory_equal(svg, "<?xml", 5);
    assert_non_null(strstr(svg, "viewBox=\"0 0 624 422\""));
    assert_non_null(strstr(svg, "</svg>"));
    assert_non_null(strstr(svg, "number (requests)"));
    if (!strstr(svg, marks[kind])) fail_msg("kind %d is not in its picture", (int)kind);
    free(svg);
    sj_chart_destroy(chart);
  }
}

static uint32_t big_endian(const char *bytes) {
  const unsigned char *const b = (const unsigned char *)bytes;
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static void a_png_has_300_dots_an_inch(void **state) {
  (void)state;
  if (!gnuplot()) skip();
  struct sj_chart *const chart = chart_with(SJ_LINE);
  size_t size;
  char *const png = drawn(chart, SJ_IMAGE_PNG, &size);
  assert_memory_equal(png, "\x89PNG\r\n\x1a\n", 8);
  assert_int_equal(big_endian(png + 16), 1950);
  assert_int_equal(big_endian(png + 20), 1320);
  assert_memory_equal(png + 37, "pHYs", 4);
  assert_int_equal(big_endian(png + 41), 11811); /* a metre has 39.37 inches */
  assert_int_equal(big_endian(png + 45), 11811);
  assert_int_equal(png[49], 1);
  assert_memory_equal(png + size - 8, "IEND", 4);
  free(png);
  sj_chart_destroy(chart);
}

static void a_pdf_has_its_size(void **state) {
  (void)state;
  if (!gnuplot()) skip();
  struct sj_chart *const chart = chart_with(SJ_LINE);
  size_t size;
  char *const pdf = drawn(chart, SJ_IMAGE_PDF, &size);
  assert_memory_equal(pdf, "%PDF-", 5);
  const char *const box = memmem(pdf, size, "/MediaBox [", 11);
  assert_non_null(box);
  double corner[4];
  assert_int_equal(sscanf(box, "/MediaBox [ %lf %lf %lf %lf", &corner[0], &corner[1], &corner[2], &corner[3]), 4);
  assert_true(corner[0] == 0 && fabs(corner[2] - 468) < 1.5 && fabs(corner[3] - 316.8) < 1.5);
  free(pdf);
  sj_chart_destroy(chart);
}

static void an_empty_chart_is_still_a_picture(void **state) {
  (void)state;
  if (!gnuplot()) skip();
  struct sj_chart *const chart = sj_chart_create("empty", "Nothing", NULL);
  chart->y.scale = SJ_SCALE_LOG;
  size_t size;
  char *const svg = drawn(chart, SJ_IMAGE_SVG, &size);
  assert_non_null(strstr(svg, "Nothing"));
  free(svg);
  sj_chart_destroy(chart);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts_are_never_commands),
      cmocka_unit_test(what_is_not_a_number_is_a_gap),
      cmocka_unit_test(a_point_between_gaps_is_a_dash),
      cmocka_unit_test(long_titles_take_several_lines),
      cmocka_unit_test(many_words_below_the_axis_make_it_wider),
      cmocka_unit_test(words_that_fit_are_cut_into_lines),
      cmocka_unit_test(names_of_metrics_are_cut_before_a_dot),
      cmocka_unit_test(intervals_and_written_values),
      cmocka_unit_test(every_kind_is_drawn),
      cmocka_unit_test(a_png_has_300_dots_an_inch),
      cmocka_unit_test(a_pdf_has_its_size),
      cmocka_unit_test(an_empty_chart_is_still_a_picture),
  };
  return cmocka_run_group_tests_name("plot.drawing", tests, NULL, NULL);
}
