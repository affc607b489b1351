/* What the page is given: charts as JSON, thinned; the answers and tables of small results made by hand; sweeps,
 * measurements, what was learned. */
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
#include "plot/chart_json.h"
#include "plot/document.h"
#include "plot/units.h"

static const char *text_of(const json_t *object, const char *member) {
  const char *const text = json_string_value(json_object_get(object, member));
  return text ? text : "(none)";
}

/* ---- charts ---- */

static void a_chart_as_json_has_all_that_is_drawn(void **state) {
  (void)state;
  struct sj_chart *const chart = sj_chart_create("web.latency", "</script>", "of \"what\"");
  sj_axis_set(&chart->x, "time", "s", SJ_SCALE_LINEAR);
  sj_axis_set(&chart->y, "latency", "s", SJ_SCALE_LOG);
  chart->x.low = 0;
  chart->y.low = 0.5;
  const double x[] = {1, 2, 3}, y[] = {1, NAN, 4};
  sj_chart_add(chart, SJ_LINE, "mean", 3, (const double *const[]){x, y})->colour = 4;
  sj_chart_add_rule(chart, false, 2, "two");
  sj_chart_add_span(chart, 1, 2, "fault");
  sj_axis_add_tick(&chart->x, 2, "two");
  json_t *const json = sj_chart_json(chart), *const series = json_array_get(json_object_get(json, "series"), 0);
  assert_string_equal(text_of(json, "title"), "</script>");
  assert_string_equal(text_of(series, "kind"), "line");
  assert_int_equal(json_integer_value(json_object_get(series, "colour")), 4);
  const json_t *const columns = json_object_get(series, "columns"), *const values = json_array_get(columns, 1);
  assert_int_equal(json_array_size(columns), 2);
  assert_true(json_is_null(json_array_get(values, 1)) && json_real_value(json_array_get(values, 2)) == 4);
  const json_t *const its_x = json_object_get(json, "x"), *const its_y = json_object_get(json, "y");
  assert_true(json_real_value(json_object_get(its_x, "low")) == 0);
  assert_true(json_real_value(json_object_get(its_x, "high")) > 3);
  assert_true(json_is_true(json_object_get(its_y, "log")) && json_is_false(json_object_get(its_x, "log")));
  assert_int_equal(json_array_size(json_object_get(its_x, "ticks")), 1);
  assert_null(json_object_get(its_y, "ticks"));
  assert_string_equal(text_of(json_array_get(json_object_get(json, "spans"), 0), "name"), "fault");
  assert_true(json_number_value(json_object_get(json_array_get(json_object_get(json, "rules"), 0), "at")) == 2);
  char *const text = sj_document_text(json);
  assert_null(strchr(text, '<'));
  json_t *const again = json_loads(text, 0, NULL);
  assert_string_equal(text_of(again, "title"), "</script>");
  json_decref(again);
  free(text);
  json_decref(json);
  sj_chart_destroy(chart);
}

static void maps_and_contours_as_json(void **state) {
  (void)state;
  struct sj_chart *const chart = sj_chart_create("m", "map", NULL);
  double x[] = {0, 1}, y[] = {0, 1, 2}, value[] = {0, 1, 2, 1, 2, 3};
  const struct sj_chart_grid grid = {2, 3, x, y, value};
  sj_chart_add_grid(chart, SJ_HEAT_MAP, NULL, &grid);
  sj_series_add_level(sj_chart_add_grid(chart, SJ_CONTOURS, "levels", &grid), 1.5, "1.5 s");
  json_t *const json = sj_chart_json(chart), *const list = json_object_get(json, "series");
  assert_int_equal(json_array_size(json_object_get(json_object_get(json_array_get(list, 0), "grid"), "value")), 6);
  const json_t *const line = json_array_get(json_object_get(json_array_get(list, 1), "lines"), 0);
  assert_string_equal(text_of(line, "label"), "1.5 s");
  /* value = x + y: on the line that is 1.5. */
  for (size_t i = 0; i < json_array_size(json_object_get(line, "x")); i++) {
    const double sum = json_number_value(json_array_get(json_object_get(line, "x"), i)) +
                       json_number_value(json_array_get(json_object_get(line, "y"), i));
    assert_true(fabs(sum - 1.5) < 1e-12);
  }
  assert_true(json_real_value(json_object_get(json_object_get(json, "x"), "low")) == -0.5); /* half a cell outside */
  assert_true(json_real_value(json_object_get(json_object_get(json, "colours"), "high")) == 3);
  json_decref(json);
  sj_chart_destroy(chart);
}

static void thinning_keeps_peaks_order_and_gaps(void **state) {
  (void)state;
  enum { COUNT = 100000, MOST = 1000 };
  double *const x = malloc(COUNT * sizeof *x), *const y = malloc(COUNT * sizeof *y);
  for (size_t i = 0; i < COUNT; i++) {
    x[i] = (double)i;
    y[i] = sin((double)i / 5000) + 0.01 * (double)(i % 7);
  }
  y[31416] = 50;
  y[77777] = -50;
  for (size_t i = 40000; i < 45000; i++) y[i] = NAN;
  struct sj_chart *const chart = sj_chart_create("t", "thin", NULL);
  sj_chart_add(chart, SJ_LINE, "line", COUNT, (const double *const[]){x, y});
  sj_chart_add(chart, SJ_BAND, "band", COUNT, (const double *const[]){x, y, y});
  sj_chart_add(chart, SJ_LINE, "short", MOST, (const double *const[]){x, y});
  sj_chart_thin(chart, MOST);
  const struct sj_chart_series *const line = &chart->series[0], *const band = &chart->series[1];
  assert_true(line->count <= MOST * 3 / 2 && line->count > MOST / 2);
  assert_int_equal(line->thinned_from, COUNT);
  assert_true(chart->series[2].count == MOST && chart->series[2].thinned_from == 0);
  bool high = false, low = false, gap = false;
  for (size_t i = 0; i < line->count; i++) {
    const double at = line->columns[0][i];
    assert_true(i == 0 || at > line->columns[0][i - 1]);
    high = high || (at == 31416 && line->columns[1][i] == 50);
    low = low || (at == 77777 && line->columns[1][i] == -50);
    gap = gap || (at >= 40000 && at < 45000 && isnan(line->columns[1][i]));
    const double was = y[(size_t)at];
    assert_true(line->columns[1][i] == was || (isnan(was) && isnan(line->columns[1][i])));
  }
  assert_true(high && low && gap);
  double least = INFINITY, greatest = -INFINITY;
  for (size_t i = 0; i < band->count; i++) {
    least = fmin(least, band->columns[1][i]);
    greatest = fmax(greatest, band->columns[2][i]);
  }
  assert_true(least == -50 && greatest == 50);
  free(x);
  free(y);
  sj_chart_destroy(chart);
}

static void metrics_have_their_units(void **state) {
  (void)state;
  static const struct {
    const char *metric, *unit;
  } known[] = {{"web.latency.p99", "ms"},
               {"web.goodput", "requests per ms"},
               {"web.failed", "requests"},
               {"web.failed.ratio", "share"},
               {"web.arrivals.rate", "requests per ms"},
               {"api.utilization.mean", "share"},
               {"api.in_system.max", "requests"},
               {"api.hitting.full_to_empty.mean", "ms"},
               {"latency.latency.mean", "ms"}, /* a component may be called anything */
               {"queue.wait.mean", "ms"},
               {"throughput.goodput", "requests per ms"},
               {"throughput.avg", "bytes per s"},
               {"latency.p99", "s"},
               {"settling[0.1].mean", "ms"},
               {"spectral_gap", "1/ms"},
               {"api.verdict", ""}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    char unit[SJ_UNIT_LENGTH];
    assert_string_equal(sj_metric_unit(known[i].metric, "ms", unit), known[i].unit);
  }
}

static void fields_have_their_units(void **state) {
  (void)state;
  static const struct {
    const char *schema, *unit;
  } known[] = {{"time", "ms"},
               {"1/time", "per ms"},
               {"tokens/time", "tokens per ms"},
               {"time/byte", "ms per byte"},
               {"bytes", "bytes"},
               {"", ""}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    char unit[SJ_UNIT_LENGTH];
    assert_string_equal(sj_field_unit(known[i].schema, "ms", unit), known[i].unit);
  }
}

/* ---- results made by hand ---- */

static struct sj_results *create(const char *engine, const char *model, const char *scenario, const char *canonical) {
  struct sj_results *const results = sj_results_create(engine, model, scenario);
  assert_non_null(results);
  results->canonical = sj_copy_string(canonical);
  strcpy(results->time_unit, "s");
  results->duration = 4;
  results->seed = 1;
  return results;
}

/* Runs whose values are values[metric] + run / 100. */
static void fill(struct sj_results *results, const char *const *metrics, const double *values, size_t count,
                 unsigned runs) {
  for (size_t m = 0; m < count; m++) assert_true(sj_results_add_metric(results, metrics[m], SJ_REDUCE_MEAN));
  for (unsigned r = 0; r < runs; r++) {
    struct sj_run run;
    assert_true(sj_run_prepare(results, &run, r));
    for (size_t m = 0; m < count; m++) run.values[m] = values[m] + 0.01 * r;
    assert_true(sj_results_add_run(results, &run));
    sj_run_clear(results, &run);
  }
}

static const char *const client_metrics[] = {"web.goodput", "web.latency.mean", "web.latency.p99", "web.failed.ratio"};

static void the_document_of_a_simulation(void **state) {
  (void)state;
  struct sj_results *const results = create("simulate", "models/small.lua", NULL, "{\"clients\":[{\"name\":\"web\"}]}");
  fill(results, client_metrics, (const double[]){8, 0.5, 2, 0.25}, 4, 3);
  results->question = sj_copy_string(
      "{\"command\":\"sojourn simulate x\",\"source\":\"-- x\",\"changes\":[\"a=1\",\"b=2\"],\"expectations\":["
      "{\"met\":true,\"uncertain\":true,\"line\":\"first\"},{\"met\":null,\"uncertain\":false,\"line\":\"second\"}]}");
  sj_results_add_note(results, "a note");
  struct sj_charts charts = {0};
  const struct sj_results *const one[] = {results};
  json_t *const document = sj_document(one, 1, NULL, &charts, 1000000);
  assert_string_equal(text_of(document, "title"), "small.lua: simulated, event by event");
  assert_string_equal(text_of(document, "state"), "unsure");
  assert_string_equal(text_of(document, "command"), "sojourn simulate x");
  assert_string_equal(text_of(document, "source"), "-- x");
  const json_t *const answers = json_object_get(document, "answers");
  assert_int_equal(json_array_size(answers), 3);
  assert_string_equal(text_of(json_array_get(answers, 0), "text"), "first");
  assert_string_equal(text_of(json_array_get(answers, 1), "state"), "plain");
  const json_t *const tables = json_object_get(document, "tables");
  const json_t *const rows = json_object_get(json_array_get(tables, json_array_size(tables) - 1), "rows");
  const json_t *const cell = json_array_get(json_array_get(rows, 1), 1);
  assert_true(fabs(json_real_value(json_array_get(cell, 0)) - 0.51) < 1e-12);
  assert_string_equal(json_string_value(json_array_get(cell, 1)), "0.510");
  assert_string_equal(json_string_value(json_array_get(cell, 2)), "0.025"); /* 4.303 0.01 / sqrt(3) */
  assert_string_equal(json_string_value(json_array_get(json_object_get(document, "notes"), 0)), "a note");
  json_decref(document);
  free(results->question);
  results->question = NULL;
  json_t *const silent = sj_document(one, 1, NULL, &charts, 1000000);
  assert_true(json_is_null(json_object_get(silent, "command")));
  assert_string_equal(text_of(silent, "headline"), "26 % of the requests of web fail");
  json_decref(silent);
  sj_results_destroy(results);
}

static void scenarios_are_ranked(void **state) {
  (void)state;
  static const double p99[] = {3, 1, 1.001};
  static const char *const names[] = {"slow", "fast", "as fast"};
  const struct sj_results *list[3];
  struct sj_results *made[3];
  for (int i = 0; i < 3; i++) {
    list[i] = made[i] = create("simulate", "m.lua", names[i], "{}");
    fill(made[i], client_metrics, (const double[]){8, 0.5, p99[i], 0}, 4, 4);
  }
  /* So that they cannot be told apart. */
  made[2]->runs[0].values[2] += 0.05;
  made[2]->runs[1].values[2] -= 0.05;
  made[0]->question =
      sj_copy_string("{\"compare\":{\"by\":\"web.latency.p99\",\"high_is_good\":false,\"against\":\"slow\"}}");
  struct sj_charts charts = {0};
  sj_charts_of_scenarios(list, 3, &charts);
  json_t *const document = sj_document(list, 3, NULL, &charts, 1000000);
  assert_string_equal(text_of(document, "headline"),
                      "Lowest web.latency.p99: fast; the next cannot be told apart from it");
  const json_t *const ranking = json_array_get(json_object_get(document, "tables"), 0);
  static const char *const order[] = {"fast", "as fast", "slow"};
  for (size_t k = 0; k < 3; k++) {
    const json_t *const row = json_array_get(json_object_get(ranking, "rows"), k);
    assert_string_equal(json_string_value(json_array_get(row, 1)), order[k]);
  }
  assert_string_equal(text_of(json_array_get(json_object_get(document, "tables"), 1), "caption"),
                      "Differences in web.latency.p99 to slow");
  json_decref(document);
  sj_charts_clear(&charts);
  for (int i = 0; i < 3; i++) sj_results_destroy(made[i]);
}

static void a_document_is_thinned_until_it_fits(void **state) {
  (void)state;
  enum { COUNT = 20000, LIMIT = 60000 };
  struct sj_results *const results = create("simulate", "m.lua", NULL, "{}");
  fill(results, client_metrics, (const double[]){8, 0.5, 2, 0}, 4, 1);
  double *const x = malloc(COUNT * sizeof *x);
  for (size_t i = 0; i < COUNT; i++) x[i] = sqrt((double)i);
  struct sj_charts charts = {0};
  for (int k = 0; k < 5; k++) {
    struct sj_chart *const chart = sj_chart_create("c", "chart", NULL);
    sj_chart_add(chart, SJ_LINE, "line", COUNT, (const double *const[]){x, x});
    sj_charts_append(&charts, chart);
  }
  const struct sj_results *const one[] = {results};
  json_t *const document = sj_document(one, 1, NULL, &charts, LIMIT);
  char *const text = sj_document_text(document);
  assert_true(strlen(text) <= LIMIT);
  assert_int_equal(charts.charts[4]->series[0].thinned_from, COUNT);
  free(text);
  free(x);
  json_decref(document);
  sj_charts_clear(&charts);
  sj_results_destroy(results);
}

/* Half of the runs answer in 1 s all the time, the others in 100 s from the middle on. */
static void a_latency_spread_shows_where_runs_part(void **state) {
  (void)state;
  enum { RUNS = 4, CELLS = 20 };
  struct sj_results *const results = create("simulate", "m.lua", NULL, "{\"clients\":[{\"name\":\"web\"}]}");
  results->grid_step = 1;
  results->grid_count = CELLS;
  assert_true(sj_results_add_series(results, "web.latency", "time"));
  fill(results, client_metrics, (const double[]){8, 0.5, 2, 0}, 4, RUNS);
  for (size_t r = 0; r < RUNS; r++)
    for (size_t i = 0; i < CELLS; i++) results->runs[r].series[i] = r % 2 && i >= CELLS / 2 ? 100 : 1;
  struct sj_charts charts = {0};
  assert_int_equal(sj_charts_of_result(results, &charts, NULL), SJ_OK);
  const struct sj_chart *chart = NULL;
  for (size_t i = 0; i < charts.count; i++)
    if (strcmp(charts.charts[i]->name, "web.latency-spread") == 0) chart = charts.charts[i];
  assert_non_null(chart);
  const struct sj_chart_grid *const grid = &chart->series[0].grid;
  assert_int_equal(grid->columns, CELLS);
  for (size_t c = 0; c < CELLS; c++) {
    const double *const column = &grid->value[c * grid->rows];
    const double half = log10(50);
    assert_true(fabs(column[0] - (c < CELLS / 2 ? 2 : half)) < 1e-12);
    assert_true(c < CELLS / 2 ? isnan(column[grid->rows - 1]) : fabs(column[grid->rows - 1] - half) < 1e-12);
    for (size_t k = 1; k + 1 < grid->rows; k++) assert_true(isnan(column[k]));
  }
  /* Its axis has logarithms, of 1 to 100. */
  json_t *const json = sj_chart_json(chart);
  assert_true(json_is_true(json_object_get(json_object_get(json, "y"), "logarithms")));
  assert_true(fabs(json_real_value(json_object_get(json_object_get(json, "y"), "low"))) < 1e-9);
  assert_true(fabs(json_real_value(json_object_get(json_object_get(json, "y"), "high")) - 2) < 1e-9);
  json_decref(json);
  sj_charts_clear(&charts);
  sj_results_destroy(results);
}

static const struct sj_chart *chart_of(const struct sj_charts *charts, const char *name) {
  for (size_t i = 0; i < charts->count; i++)
    if (strcmp(charts->charts[i]->name, name) == 0) return charts->charts[i];
  fail_msg("no chart %s", name);
  return NULL;
}

enum { MAP_CELLS = 205, MAP_COLUMNS = 69, MAP_EACH = 3 };

static struct sj_results *with_heatmaps(unsigned runs) {
  struct sj_results *const results =
      create("simulate", "m.lua", NULL, "{\"clients\":[{\"name\":\"web\"}],\"faults\":[{\"at\":100,\"lasts\":50}]}");
  results->grid_step = 2;
  results->grid_count = MAP_CELLS;
  assert_true(sj_results_add_series(results, "web.latency", "time"));
  assert_true(sj_results_add_heatmap(results, 0));
  fill(results, client_metrics, (const double[]){8, 0.5, 2, 0}, 4, runs);
  return results;
}

static void add_latencies(struct sj_heatmap *map, size_t column, double latency, int count) {
  for (int i = 0; i < count; i++) sj_heatmap_add(map, column, latency);
}

/* 300 answers in 0.1 s all the time, and in the second half 100 more in 6.4 s; of two runs of three, the third has no
 * map. One answer of 50 s is seen, one of 1e-9 s left out. */
static void a_latency_map_counts_answers(void **state) {
  (void)state;
  struct sj_results *const results = with_heatmaps(3);
  for (size_t r = 0; r < 2; r++) {
    struct sj_heatmap *const map = &results->runs[r].heatmaps[0];
    sj_heatmap_start(map, MAP_COLUMNS);
    for (size_t c = 0; c < MAP_COLUMNS; c++) {
      add_latencies(map, c, 0.1, 300);
      if (c >= 40) add_latencies(map, c, 6.4, 100);
    }
    if (r == 0) add_latencies(map, 3, 50, 1);
    if (r == 1) add_latencies(map, 4, 1e-9, 1);
  }
  struct sj_charts charts = {0};
  assert_int_equal(sj_charts_of_result(results, &charts, NULL), SJ_OK);
  const struct sj_chart *const chart = chart_of(&charts, "web.latency-map");
  const struct sj_chart_grid *const grid = &chart->series[0].grid;
  assert_int_equal(chart->series[0].kind, SJ_HEAT_MAP);
  assert_int_equal(grid->columns, MAP_COLUMNS);
  assert_true(grid->rows >= 50 && grid->rows <= 60);
  assert_int_equal(chart->span_count, 1);
  const double height = grid->y[1] - grid->y[0];
  for (size_t c = 0; c < MAP_COLUMNS; c++) {
    double fast = 0, slow = 0, all = 0;
    for (size_t k = 0; k < grid->rows; k++) {
      const double value = grid->value[c * grid->rows + k], rate = isnan(value) ? 0 : pow(10, value);
      all += rate;
      if (fabs(grid->y[k] - log10(0.1)) < height) fast += rate;
      if (fabs(grid->y[k] - log10(6.4)) < height) slow += rate;
    }
    /* Per second; the last column is one cell long: 205 = 68 x 3 + 1. */
    const double seconds = c + 1 < MAP_COLUMNS ? 2 * MAP_EACH : 2;
    assert_true(fabs(fast / (300 / seconds) - 1) < 0.003);
    assert_true(fabs(slow - (c >= 40 ? 100 / seconds : 0)) < 0.003 * 50);
    assert_true(fabs(all - fast - slow - (c == 3 ? 0.5 / seconds : 0)) < 0.001);
    assert_true(isnan(grid->value[c * grid->rows + grid->rows - 1]));
  }
  /* 1 of 4 is slow: the 99th percentile is in the slow ones' row, [6.25, 6.5), the mean between. */
  const struct sj_chart_series *const p99 = &chart->series[1], *const mean = &chart->series[2];
  assert_string_equal(p99->name, "99th percentile");
  assert_string_equal(mean->name, "mean");
  for (size_t c = 0; c < MAP_COLUMNS; c++) {
    const double high = pow(10, p99->columns[1][c]), middle = pow(10, mean->columns[1][c]);
    assert_true(c < 40 ? high < 0.105 : high >= 6.25 && high < 6.5);
    if (c > 4) assert_true(fabs(middle / (c < 40 ? 0.1 : 0.25 * 6.4 + 0.75 * 0.1) - 1) < 0.04);
  }
  sj_charts_clear(&charts);
  sj_results_destroy(results);
}

/* Results of an earlier version have no map, and where nothing was answered there is nothing to see. */
static void a_latency_map_of_little(void **state) {
  (void)state;
  for (int k = 0; k < 4; k++) {
    struct sj_results *const results = with_heatmaps(2);
    struct sj_heatmap *const map = &results->runs[1].heatmaps[0];
    if (k > 0) sj_heatmap_start(map, MAP_COLUMNS);
    if (k == 2) add_latencies(map, 7, 0, 100);
    if (k == 3) add_latencies(map, 7, 1, 1);
    struct sj_charts charts = {0};
    assert_int_equal(sj_charts_of_result(results, &charts, NULL), SJ_OK);
    size_t found = 0;
    for (size_t i = 0; i < charts.count; i++) found += strcmp(charts.charts[i]->name, "web.latency-map") == 0;
    assert_int_equal(found, k == 3);
    sj_charts_clear(&charts);
    sj_results_destroy(results);
  }
}

/* ---- sweeps ---- */

static void a_sweep_of_one_axis_is_a_curve(void **state) {
  (void)state;
  static const char *const texts[] = {"9", "2", "5"}, *const path[] = {"web.arrivals.rate"};
  const struct sj_results *list[3];
  struct sj_results *made[3];
  for (int i = 0; i < 3; i++) {
    list[i] = made[i] = create("simulate", "m.lua", NULL, "{}");
    fill(made[i], client_metrics, (const double[]){8, strtod(texts[i], NULL), 2, 0}, 4, 3);
  }
  const struct sj_varied varied = {.axis_count = 1, .count = 3, .paths = path, .texts = texts, .results = list};
  struct sj_charts charts = {0};
  sj_charts_of_varied(&varied, &charts);
  assert_int_equal(charts.count, 1); /* the others are the same everywhere */
  const struct sj_chart *const chart = chart_of(&charts, "sweep.web.latency.mean");
  assert_string_equal(chart->y.unit, "s");
  const struct sj_chart_series *const band = &chart->series[0], *const line = &chart->series[1];
  static const double order[] = {2, 5, 9};
  for (int k = 0; k < 3; k++) {
    assert_true(line->columns[0][k] == order[k] && fabs(line->columns[1][k] - order[k] - 0.01) < 1e-12);
    assert_true(fabs(band->columns[2][k] - line->columns[1][k] - 4.30265 * 0.01 / sqrt(3)) < 1e-6);
  }
  json_t *const document = sj_document(list, 3, &varied, &charts, 1000000);
  assert_string_equal(text_of(document, "headline"), "3 points of web.arrivals.rate");
  assert_string_equal(text_of(json_array_get(json_object_get(document, "answers"), 0), "text"),
                      "web.latency.mean goes from 2.010 ± 0.025 s (web.arrivals.rate=2) to 9.010 ± 0.025 s "
                      "(web.arrivals.rate=9)");
  const json_t *const table = json_array_get(json_object_get(document, "tables"), 0);
  assert_int_equal(json_array_size(json_object_get(table, "rows")), 3);
  json_decref(document);
  sj_charts_clear(&charts);
  for (int i = 0; i < 3; i++) sj_results_destroy(made[i]);
}

static void a_sweep_of_two_axes_is_a_map_and_curves(void **state) {
  (void)state;
  enum { RATES = 3, POLICIES = 2, POINTS = RATES * POLICIES - 1 };
  static const char *const texts[2 * POINTS] = {"1", "random", "1", "ring", "2", "random", "2", "ring", "4", "ring"};
  static const char *const paths[] = {"web.arrivals.rate", "api.policy"};
  const struct sj_results *list[POINTS];
  struct sj_results *made[POINTS];
  for (int i = 0; i < POINTS; i++) {
    list[i] = made[i] = create("simulate", "m.lua", NULL, "{}");
    fill(made[i], client_metrics, (const double[]){8, 1 + 0.5 * i, 2, 0}, 4, 1);
  }
  const struct sj_varied varied = {.axis_count = 2, .count = POINTS, .paths = paths, .texts = texts, .results = list};
  struct sj_charts charts = {0};
  sj_charts_of_varied_metric(&varied, "web.latency.mean", &charts);
  assert_int_equal(charts.count, 3); /* and the mean over the rates; that over the policies has one whole rate */
  const struct sj_chart *const map = chart_of(&charts, "sweep.web.latency.mean");
  const struct sj_chart_grid *const grid = &map->series[0].grid;
  assert_true(grid->columns == RATES && grid->rows == POLICIES);
  assert_true(grid->value[0] == 1 && grid->value[1] == 1.5 && grid->value[3] == 2.5 && grid->value[5] == 3);
  assert_true(isnan(grid->value[4])); /* (4, random) was not computed */
  assert_string_equal(map->y.ticks[1].label, "ring");
  const struct sj_chart *const curves = chart_of(&charts, "sweep.web.latency.mean.curves");
  assert_string_equal(curves->series[0].name, "api.policy random");
  assert_string_equal(curves->series[2].name, "api.policy ring");
  assert_true(curves->series[0].colour != curves->series[2].colour);
  sj_charts_clear(&charts);
  for (int i = 0; i < POINTS; i++) sj_results_destroy(made[i]);
}

/* ---- measurements ---- */

static void a_suite_gives_its_five_figures(void **state) {
  (void)state;
  enum { POINTS = 5 };
  static const char *const metrics[] = {"throughput.avg", "throughput.peak", "control.throughput", "latency.p95",
                                        "latency.p99",    "cpu.utilization", "ceilings.memcpy"};
  static const int producers[POINTS] = {3, 3, 3, 1, 3}, rows[POINTS] = {1000, 10000, 500000, 500000, 1000};
  const struct sj_results *list[POINTS];
  struct sj_results *made[POINTS];
  for (int i = 0; i < POINTS; i++) {
    char canonical[128];
    snprintf(canonical, sizeof canonical, "{\"transport\":\"shm\",\"producers\":%d,\"payload\":%d}", producers[i],
             rows[i]);
    list[i] = made[i] = create("measure", "shm", NULL, canonical);
    /* The last one measures the first again. */
    fill(made[i], metrics, (const double[]){4e6 * (i + 1), 5e6 * (i + 1), 1e5, 0.001, 0.002, 2, 1e10}, 7, 1);
  }
  struct sj_charts charts = {0};
  sj_charts_of_measurements(list, POINTS, &charts);
  assert_int_equal(charts.count, 5);
  const struct sj_chart_series *const line = &chart_of(&charts, "measure.throughput")->series[0];
  assert_true(line->count == 3 && line->columns[0][0] == 1000 && line->columns[1][0] == 20);
  const struct sj_chart *const jitter = chart_of(&charts, "measure.jitter");
  assert_true(jitter->series[0].columns[1][0] == 1 && jitter->rules[0].at == 10);
  /* 20 MB/s at 200 % of a core. */
  assert_true(fabs(chart_of(&charts, "measure.efficiency")->series[0].columns[2][0] - 0.1) < 1e-12);
  assert_true(chart_of(&charts, "measure.headroom")->series[0].columns[2][0] == 5);
  const struct sj_chart *const scaling = chart_of(&charts, "measure.scaling");
  assert_true(scaling->series[0].count == 2 && scaling->series[0].columns[2][0] == 16);
  assert_string_equal(scaling->x.ticks[0].label, "1: 0.128 Gbit/s");
  sj_charts_clear(&charts);
  for (int i = 0; i < POINTS; i++) sj_results_destroy(made[i]);
}

/* ---- learned ---- */

static void what_was_learned_gives_its_charts(void **state) {
  (void)state;
  static const char *const metrics[] = {"settling[0.1].mean", "settling[0.1].std", "settling[0.1].bound",
                                        "settling[1].mean",   "settling[1].std",   "settling[1].bound",
                                        "spectrum[0].re",     "spectrum[0].im",    "error.test"};
  struct sj_results *const results = create("learn", "m.lua", NULL, "{}");
  results->grid_step = 2;
  results->grid_count = 3;
  assert_true(sj_results_add_series(results, "trajectory[0].q.in_system.recorded", "") &&
              sj_results_add_series(results, "trajectory[0].q.in_system.predicted", "") &&
              sj_results_add_series(results, "trajectory[0].q.sojourn.recorded", "") &&
              sj_results_add_series(results, "trajectory[0].c.goodput.recorded", "") &&
              sj_results_add_series(results, "trajectory[0].heat.recorded", "") &&
              sj_results_add_series(results, "trajectory[0].latent[0]", ""));
  fill(results, metrics, (const double[]){30, 2, 40, 10, 1, 15, 0.9, 0, 0.25}, 9, 1);
  for (size_t i = 0; i < 18; i++) results->runs[0].series[i] = (double)i;
  struct sj_charts charts = {0};
  assert_int_equal(sj_charts_of_result(results, &charts, NULL), SJ_OK);
  assert_int_equal(charts.count, 7);
  assert_string_equal(chart_of(&charts, "q.sojourn.trajectory-0")->y.unit, "s");
  assert_string_equal(chart_of(&charts, "c.goodput.trajectory-0")->y.unit, "requests per s");
  assert_string_equal(chart_of(&charts, "heat.trajectory-0")->y.unit, "in its own unit");
  const struct sj_chart *const chart = chart_of(&charts, "q.in_system.trajectory-0");
  assert_string_equal(chart->y.unit, "requests");
  assert_true(chart->series[1].columns[0][2] == 4 && chart->series[1].columns[1][2] == 5);
  const struct sj_chart *const settling = chart_of(&charts, "settling");
  assert_true(settling->series[0].columns[1][0] == 28 && settling->series[2].columns[1][1] == 15);
  assert_true(chart_of(&charts, "modes")->series[1].columns[0][0] == 0.9);
  assert_true(chart_of(&charts, "modes")->same_scale && !settling->same_scale);
  assert_true(chart_of(&charts, "trajectory-0.latent")->series[0].columns[1][0] == 15);
  const struct sj_results *const one[] = {results};
  json_t *const document = sj_document(one, 1, NULL, &charts, 1000000);
  assert_string_equal(text_of(document, "headline"),
                      "After a disturbance it settles to within 0.1 of its rest after 30 s");
  json_decref(document);
  sj_charts_clear(&charts);
  sj_results_destroy(results);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_chart_as_json_has_all_that_is_drawn),
      cmocka_unit_test(maps_and_contours_as_json),
      cmocka_unit_test(thinning_keeps_peaks_order_and_gaps),
      cmocka_unit_test(metrics_have_their_units),
      cmocka_unit_test(fields_have_their_units),
      cmocka_unit_test(the_document_of_a_simulation),
      cmocka_unit_test(scenarios_are_ranked),
      cmocka_unit_test(a_document_is_thinned_until_it_fits),
      cmocka_unit_test(a_latency_spread_shows_where_runs_part),
      cmocka_unit_test(a_latency_map_counts_answers),
      cmocka_unit_test(a_latency_map_of_little),
      cmocka_unit_test(a_sweep_of_one_axis_is_a_curve),
      cmocka_unit_test(a_sweep_of_two_axes_is_a_map_and_curves),
      cmocka_unit_test(a_suite_gives_its_five_figures),
      cmocka_unit_test(what_was_learned_gives_its_charts),
  };
  return cmocka_run_group_tests_name("plot.document", tests, NULL, NULL);
}
