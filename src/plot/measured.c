/* Charts of measurements: one by itself, and the five figures of a suite. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "plot/source.h"
#include "plot/ticks.h"

static const double mega = 1e6, gigabit = 1e9 / 8;

/* ---- one measurement ---- */

void sj_charts_measured(const struct sj_source *source, struct sj_charts *charts) {
  static const struct {
    const char *series, *name;
  } lines[] = {{"throughput", "payload"}, {"control.throughput", "over the bus"}};
  const struct sj_results *const results = source->results;
  struct sj_series_view view;
  if (results->grid_count < 2 || !sj_results_series(results, "throughput", 0, &view)) return;
  double *const time = sj_allocate_array(2 * view.count, sizeof *time), *const rate = time + view.count;
  struct sj_chart *const chart = sj_source_chart(source, charts, "", "throughput-over-time", "Throughput over time");
  sj_source_time_axis(source, chart, view.start + (double)view.count * view.step);
  sj_axis_set(&chart->y, "throughput", "MB/s", SJ_SCALE_LINEAR);
  chart->y.low = 0;
  for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
    if (!sj_results_series(results, lines[k].series, 0, &view)) continue;
    for (size_t i = 0; i < view.count; i++) {
      time[i] = view.start + (double)i * view.step;
      rate[i] = view.values[i] / mega;
    }
    sj_chart_add(chart, SJ_STEPS, lines[k].name, view.count, (const double *const[]){time, rate});
  }
  free(time);
}

/* ---- a suite ---- */

/* What was measured at one point. Bytes of payload are 16 a row. */
struct point {
  const struct sj_results *results;
  double producers, rows;
};

struct suite {
  size_t count;
  struct point *points;
  char *subtitle;
};

static double parameter(const struct sj_results *results, const char *name) {
  json_t *const asked = results->canonical ? json_loads(results->canonical, 0, NULL) : NULL;
  const json_t *const value = json_object_get(asked, name);
  const double number = json_is_number(value) ? json_number_value(value) : (double)NAN;
  json_decref(asked);
  return number;
}

static char *word_parameter(const struct sj_results *results, const char *name) {
  json_t *const asked = results->canonical ? json_loads(results->canonical, 0, NULL) : NULL;
  const char *const value = json_string_value(json_object_get(asked, name));
  char *const text = sj_copy_string(value ? value : "");
  json_decref(asked);
  return text;
}

static double value(const struct point *point, const char *metric) { return sj_results_value(point->results, metric); }

static int by_producers_and_rows(const void *a, const void *b) {
  const struct point *const x = a, *const y = b;
  if (x->producers != y->producers) return x->producers < y->producers ? -1 : 1;
  return (x->rows > y->rows) - (x->rows < y->rows);
}

/* The points over the transport of the last one, each as it was measured last. */
static struct suite gather(const struct sj_results *const *results, size_t count) {
  struct suite suite = {.points = sj_allocate_array(count, sizeof *suite.points)};
  char *const transport = word_parameter(results[count - 1], "transport");
  for (size_t i = count; i-- > 0;) {
    struct point point = {results[i], parameter(results[i], "producers"), parameter(results[i], "payload")};
    char *const its = word_parameter(results[i], "transport");
    bool wanted = strcmp(its, transport) == 0 && isfinite(point.producers) && isfinite(point.rows);
    for (size_t k = 0; k < suite.count && wanted; k++)
      wanted = suite.points[k].producers != point.producers || suite.points[k].rows != point.rows;
    if (wanted) suite.points[suite.count++] = point;
    free(its);
  }
  qsort(suite.points, suite.count, sizeof *suite.points, by_producers_and_rows);
  suite.subtitle = sj_format("measured over %s, %g s each", transport, results[count - 1]->duration);
  free(transport);
  return suite;
}

/* The longest series of points with one producer count, and different payloads. */
static size_t payload_series(const struct suite *suite, const struct point **points) {
  size_t longest = 0;
  for (size_t i = 0; i < suite->count;) {
    size_t end = i;
    while (end < suite->count && suite->points[end].producers == suite->points[i].producers) end++;
    if (end - i > longest) {
      longest = end - i;
      *points = &suite->points[i];
    }
    i = end;
  }
  return longest;
}

static struct sj_chart *suite_chart(const struct suite *suite, struct sj_charts *charts, const char *name,
                                    const char *title) {
  char *const full = sj_format("measure.%s", name);
  struct sj_chart *const chart = sj_chart_create(full, title, suite->subtitle);
  sj_charts_append(charts, chart);
  free(full);
  return chart;
}

static void payload_axis(struct sj_chart *chart) {
  sj_axis_set(&chart->x, "payload of a message", "rows of 16 bytes", SJ_SCALE_LOG);
}

/* A line through what the metric has at each point, times `scale`. */
static void add_metric(struct sj_chart *chart, const struct point *points, size_t count, const char *metric,
                       double scale, const char *name) {
  double *const x = sj_allocate_array(2 * count, sizeof *x), *const y = x + count;
  for (size_t i = 0; i < count; i++) {
    x[i] = points[i].rows;
    y[i] = scale * value(&points[i], metric);
  }
  const unsigned colour = (unsigned)chart->series_count / 2;
  sj_chart_add(chart, SJ_LINE, name, count, (const double *const[]){x, y})->colour = colour;
  struct sj_chart_series *const marks = sj_chart_add(chart, SJ_POINTS, NULL, count, (const double *const[]){x, y});
  marks->colour = colour;
  marks->marker = SJ_DISC;
  free(x);
}

static void add_ceiling(struct sj_chart *chart, const struct suite *suite, const char *metric, const char *words) {
  const double ceiling = value(&suite->points[suite->count - 1], metric) / mega;
  if (!isfinite(ceiling) || ceiling <= 0) return;
  char number[48];
  sj_short_text(ceiling / 1000, number);
  char *const name = sj_format("%s: %s GB/s", words, number);
  sj_chart_add_rule(chart, false, ceiling, name);
  free(name);
}

static void add_throughput(const struct suite *suite, const struct point *points, size_t count,
                           struct sj_charts *charts) {
  char *const title = sj_format("Throughput by payload, %.0f producers", points[0].producers);
  struct sj_chart *const chart = suite_chart(suite, charts, "throughput", title);
  payload_axis(chart);
  sj_axis_set(&chart->y, "throughput", "MB/s", SJ_SCALE_LOG);
  add_metric(chart, points, count, "throughput.avg", 1 / mega, "payload, average");
  add_metric(chart, points, count, "throughput.peak", 1 / mega, "payload, best second");
  add_metric(chart, points, count, "control.throughput", 1 / mega, "over the bus");
  sj_chart_add_rule(chart, false, 10 * gigabit / mega, "10 Gbit/s Ethernet");
  add_ceiling(chart, suite, "ceilings.memcpy", "memcpy, one thread");
  free(title);
}

static void add_jitter(const struct suite *suite, const struct point *points, size_t count, struct sj_charts *charts) {
  char *const title = sj_format("Latency by payload, %.0f producers", points[0].producers);
  struct sj_chart *const chart = suite_chart(suite, charts, "jitter", title);
  payload_axis(chart);
  sj_axis_set(&chart->y, "latency, from the intended time of sending", "ms", SJ_SCALE_LOG);
  add_metric(chart, points, count, "latency.p95", 1000, "95th percentile");
  add_metric(chart, points, count, "latency.p99", 1000, "99th percentile");
  sj_chart_add_rule(chart, false, 10, "soft real time: 10 ms");
  free(title);
}

/* Bars side by side, a word below each. */
static void add_bars(struct sj_chart *chart, size_t count, const double *height, const char *name) {
  double *const left = sj_allocate_array(2 * count, sizeof *left), *const right = left + count;
  for (size_t i = 0; i < count; i++) {
    left[i] = (double)(i + 1) - 0.35;
    right[i] = (double)(i + 1) + 0.35;
  }
  sj_chart_add(chart, SJ_BARS, name, count, (const double *const[]){left, right, height})->colour = 0;
  chart->x.low = 0.4;
  chart->x.high = (double)count + 0.6;
  free(left);
}

static void add_payload_bars(struct sj_chart *chart, const struct point *points, size_t count, const double *height) {
  add_bars(chart, count, height, NULL);
  sj_axis_set(&chart->x, "payload of a message", "rows of 16 bytes", SJ_SCALE_LINEAR);
  for (size_t i = 0; i < count; i++) {
    char number[48];
    sj_short_text(points[i].rows, number);
    sj_axis_add_tick(&chart->x, (double)(i + 1), number);
  }
}

static void add_efficiency(const struct suite *suite, const struct point *points, size_t count,
                           struct sj_charts *charts) {
  char *const title = sj_format("Throughput per processor time, %.0f producers", points[0].producers);
  struct sj_chart *const chart = suite_chart(suite, charts, "efficiency", title);
  double *const height = sj_allocate_array(count, sizeof *height);
  for (size_t i = 0; i < count; i++)
    height[i] = value(&points[i], "throughput.avg") / mega / (100 * value(&points[i], "cpu.utilization"));
  add_payload_bars(chart, points, count, height);
  sj_axis_set(&chart->y, "throughput per 1 % of a core", "MB/s", SJ_SCALE_LINEAR);
  chart->y.low = 0;
  free(height);
  free(title);
}

/* How many times what an experiment needs: a water Cherenkov detector, 8 photomultipliers at 100 Hz with 500 samples.
 */
static void add_headroom(const struct suite *suite, const struct point *points, size_t count,
                         struct sj_charts *charts) {
  static const double need = 4e6;
  struct sj_chart *const chart =
      suite_chart(suite, charts, "headroom", "Headroom: times what a water Cherenkov detector needs, 4 MB/s");
  double *const height = sj_allocate_array(count, sizeof *height);
  for (size_t i = 0; i < count; i++) height[i] = value(&points[i], "throughput.avg") / need;
  add_payload_bars(chart, points, count, height);
  sj_axis_set(&chart->y, "throughput over need", "times", SJ_SCALE_LOG);
  chart->y.low = 0.5;
  sj_chart_add_rule(chart, false, 1, "what is needed");
  chart->rules[0].colour = 1;
  free(height);
}

static void add_scaling(const struct suite *suite, struct sj_charts *charts) {
  double rows = 0;
  for (size_t i = 0; i < suite->count; i++) rows = fmax(rows, suite->points[i].rows);
  double *const height = sj_allocate_array(suite->count, sizeof *height);
  char number[48];
  sj_short_text(rows, number);
  char *const title = sj_format("Throughput by producers, %s rows a message", number);
  struct sj_chart *const chart = suite_chart(suite, charts, "scaling", title);
  size_t count = 0;
  for (size_t i = 0; i < suite->count; i++) {
    if (suite->points[i].rows != rows) continue;
    height[count] = value(&suite->points[i], "throughput.avg") / mega;
    sj_short_text(height[count] * mega / gigabit, number);
    char *const words = sj_format("%.0f: %s Gbit/s", suite->points[i].producers, number);
    sj_axis_add_tick(&chart->x, (double)(++count), words);
    free(words);
  }
  add_bars(chart, count, height, "payload, average");
  sj_axis_set(&chart->x, "producers", NULL, SJ_SCALE_LINEAR);
  sj_axis_set(&chart->y, "throughput", "MB/s", SJ_SCALE_LINEAR);
  chart->y.low = 0;
  add_ceiling(chart, suite, "ceilings.memcpy", "memcpy, one thread");
  free(height);
  free(title);
}

void sj_charts_of_measurements(const struct sj_results *const *results, size_t count, struct sj_charts *charts) {
  struct suite suite = gather(results, count);
  const struct point *points = NULL;
  const size_t length = payload_series(&suite, &points);
  if (length > 1) {
    add_throughput(&suite, points, length, charts);
    add_jitter(&suite, points, length, charts);
    add_efficiency(&suite, points, length, charts);
  }
  if (suite.count > 1) add_scaling(&suite, charts);
  if (length > 1) add_headroom(&suite, points, length, charts);
  free(suite.points);
  free(suite.subtitle);
}
