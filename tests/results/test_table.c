#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "results/table.h"

static void figures_as_people_read_them(void **state) {
  (void)state;
  static const struct {
    double value, ci95, scale;
    const char *text, *half_width;
  } known[] = {
      {0.50123, 0.0031, 1000, "501.2", "3.1"},
      {0.50123, 0.00316, 1, "0.5012", "0.0032"},
      {501.234, 31.2, 1, "501", "31"},
      {501234, 3120, 1, "501234", "3120"},
      {1.23456789, 1e-9, 1, "1.234568", "0.000000"},
      {0.1, 0, 1, "0.1000", ""},
      {80, 0, 1, "80", ""},
      {79990, (double)NAN, 1, "79990", ""},
      {79990.5, (double)NAN, 1, "79990", ""}, /* halves to even */
      {3.14159, (double)NAN, 1, "3.142", ""},
      {31.4159, (double)NAN, 1, "31.42", ""},
      {0.00314159, (double)NAN, 1, "0.003142", ""},
      {0.000314159, (double)NAN, 1, "0.0003142", ""},
      {0.0000314159, (double)NAN, 1, "3.142e-05", ""},
      {0.5, (double)NAN, 100, "50", ""},
      {0, (double)NAN, 1, "0", ""},
      {0, 0.5, 1, "0.00", "0.50"},
      {-2.5, 0.25, 1, "-2.50", "0.25"},
      {1e12, (double)NAN, 1, "1.000e+12", ""},
      {1e12, 1e10, 1, "1.000e+12", "1.0e+10"},
      {1.5e-7, (double)NAN, 1, "1.500e-07", ""},
      {(double)NAN, (double)NAN, 1, "-", ""},
      {(double)INFINITY, (double)NAN, 1, "inf", ""},
  };
  char text[32], half_width[32];
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    sj_figure_text((struct sj_figure){known[i].value, known[i].ci95}, known[i].scale, text, half_width);
    assert_string_equal(text, known[i].text);
    assert_string_equal(half_width, known[i].half_width);
  }
}

static void units_of_time(void **state) {
  (void)state;
  static const struct {
    double typical;
    const char *unit, *shown;
    double scale;
  } known[] = {{1.5, "s", "s", 1},
               {0.5, "s", "ms", 1e3},
               {0.0005, "s", "µs", 1e6},
               {5e-7, "s", "ns", 1e9},
               {5e-11, "s", "ns", 1e9},
               {1500, "ms", "s", 1e-3},
               {2, "ms", "ms", 1},
               {0.02, "ms", "µs", 1e3},
               {30, "us", "µs", 1},
               {0, "s", "s", 1},
               {(double)NAN, "s", "s", 1},
               {0.001, "h", "h", 1},
               {0.001, "slots", "slots", 1},
               {(double)INFINITY, "ms", "ms", 1},
               {1, "s", "s", 1}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    double scale;
    assert_string_equal(sj_time_unit_for(known[i].typical, known[i].unit, &scale), known[i].shown);
    assert_true(fabs(scale / known[i].scale - 1) < 1e-12);
  }
}

static void a_grid_is_aligned(void **state) {
  (void)state;
  struct sj_grid grid = {0};
  sj_grid_start(&grid, 3);
  sj_grid_add(&grid, "");
  sj_grid_add(&grid, "µs");
  sj_grid_add(&grid, "n");
  sj_grid_add(&grid, "mean");
  sj_grid_add_figure(&grid, (struct sj_figure){501.23, 3.1}, 1);
  sj_grid_add(&grid, "1");
  sj_grid_add(&grid, "longest");
  sj_grid_add_figure(&grid, (struct sj_figure){3, (double)NAN}, 1);
  sj_grid_add(&grid, "12345");
  sj_grid_add(&grid, "short");
  struct sj_text text = {0};
  sj_grid_print(&grid, 2, &text);
  assert_string_equal(text.data,
                      "                    µs      n\n"
                      "  mean     501.2 ± 3.1      1\n"
                      "  longest      3        12345\n"
                      "  short\n");
  free(text.data);
  sj_grid_clear(&grid);
}

/* Results as the engine makes them: a client, a server with two apis, another figure. */
static struct sj_results *service(void) {
  struct sj_results *const results = sj_results_create("simulate", "models/service.lua", "burst");
  results->seed = 1;
  results->duration = 10000;
  results->warmup = 100;
  results->warmup_found = true;
  strcpy(results->time_unit, "s");
  static const char *const latency[] = {"mean", "std", "min", "max", "p50", "p90", "p95", "p99", "p99.9", NULL};
  static const char *const counts[] = {"arrivals",       "completed", "failed",  "unfinished", "failed.timeout",
                                       "failed.refused", "attempts",  "retries", NULL};
  static const char *const times[] = {"web.latency",     "db.sojourn",       "db.wait",
                                      "db.read.sojourn", "db.write.sojourn", NULL};
  static const char *const singles[] = {"web.goodput",      "db.in_system.mean", "db.in_system.std",
                                        "db.in_system.max", "db.waiting.mean",   "db.utilization.mean",
                                        "db.full",          "db.empty",          "db.throughput",
                                        "db.dropped",       "original.figure",   NULL};
  char name[64];
  bool ok = true;
  for (size_t i = 0; times[i]; i++)
    for (size_t s = 0; latency[s]; s++) {
      snprintf(name, sizeof name, "%s.%s", times[i], latency[s]);
      ok &= sj_results_add_metric(results, name, s == 2 ? SJ_REDUCE_MIN : s == 3 ? SJ_REDUCE_MAX : SJ_REDUCE_MEAN);
    }
  for (size_t i = 0; counts[i]; i++) {
    static const char *const endings[] = {"", ".ratio", ".rate"};
    for (size_t e = 0; e < 3; e++) {
      snprintf(name, sizeof name, "web.%s%s", counts[i], endings[e]);
      ok &= sj_results_add_metric(results, name, SJ_REDUCE_MEAN);
    }
  }
  for (size_t i = 0; singles[i]; i++) ok &= sj_results_add_metric(results, singles[i], SJ_REDUCE_MEAN);
  assert_true(ok);
  for (uint64_t number = 0; number < 3; number++) {
    struct sj_run run;
    assert_true(sj_run_prepare(results, &run, number));
    run.events = 123456;
    for (size_t i = 0; i < results->metric_count; i++) run.values[i] = 0.0125 * (1 + 0.01 * (double)number);
#define SET(metric, value) run.values[sj_results_find(results, metric)] = (value)
    SET("web.arrivals", 80000 + (double)number);
    SET("web.arrivals.ratio", 1);
    SET("web.arrivals.rate", 8.08);
    SET("web.completed", 79900);
    SET("web.failed.refused", 0);
    SET("web.unfinished", 12);
    SET("db.utilization.mean", 0.8 + 0.001 * (double)number);
    SET("db.in_system.max", 31);
#undef SET
    assert_true(sj_results_add_run(results, &run));
  }
  assert_true(sj_results_add_note(
      results, "a note that is so long that it does not fit on one line of eighty columns, and is broken at a blank"));
  return results;
}

static size_t width_of(const char *line) {
  size_t width = 0;
  for (; *line && *line != '\n'; line++) width += ((unsigned char)*line & 0xc0) != 0x80;
  return width;
}

static void a_report(void **state) {
  (void)state;
  struct sj_results *const results = service();
  struct sj_text text = {0};
  sj_results_table(results, &text);
  static const char *const lines[] = {
      "models/service.lua, scenario burst\n",
      "3 runs of 10000 s, seed 1, counted from 100 s (found by MSER-5); 370368 events\n",
      "\nclient web\n",
      "\n  arrivals    80001.0 ± 2.5        100            8.080\n",
      "\n  unfinished  ",
      "\n  latencies are of completed requests; 12 unfinished ones are not in them\n",
      "latency (ms)",
      "\n  p99.9  12.63 ± 0.31\n",
      "\nserver db\n",
      "\n  utilization (%)       80.10 ± 0.25\n",
      "\n  api read\n",
      "\n  api write\n",
      "\nother figures\n                               value\n  original.figure  0.01263 ± 0.00031\n",
      ("\nnote: a note that is so long that it does not fit on one line of eighty columns,\n"
       "      and is broken at a blank\n"),
  };
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    if (!strstr(text.data, lines[i])) fprintf(stderr, "missing: %s\nin:\n%s", lines[i], text.data);
    assert_non_null(strstr(text.data, lines[i]));
  }
  assert_null(strstr(text.data, "refused"));      /* there were none */
  assert_null(strstr(text.data, "web.latency.")); /* every figure is in one table only */
  for (const char *line = text.data; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
    assert_true(width_of(line) <= 80);
    assert_true(*line == 0 || *line == '\n' || strcspn(line, "\n") == 0 || line[strcspn(line, "\n") - 1] != ' ');
  }
  free(text.data);
  sj_results_destroy(results);
}

static void nothing_found_is_said(void **state) {
  (void)state;
  struct sj_results *const results = sj_results_create("simulate", "a.lua", NULL);
  strcpy(results->time_unit, "s");
  results->partial = true;
  assert_true(sj_results_add_metric(results, "web.arrivals", SJ_REDUCE_MEAN));
  assert_true(sj_results_add_metric(results, "web.latency.mean", SJ_REDUCE_MEAN));
  struct sj_text text = {0};
  sj_results_table(results, &text);
  assert_non_null(strstr(text.data, "partial: fewer runs than were asked for\n"));
  assert_non_null(strstr(text.data, "\n  arrivals         -\n"));
  assert_non_null(strstr(text.data, "\n  no figures: web latency\n"));
  free(text.data);
  sj_results_destroy(results);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(figures_as_people_read_them), cmocka_unit_test(units_of_time),
      cmocka_unit_test(a_grid_is_aligned),           cmocka_unit_test(a_report),
      cmocka_unit_test(nothing_found_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
