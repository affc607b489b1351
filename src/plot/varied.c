#include "plot/varied.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "plot/source.h"
#include "plot/units.h"

enum { MOST_CURVES = 6 };

/* ---- the values of an axis ---- */

/* Where each point lies: its number, or of words the place of its word in their order, from 1. */
struct axis_values {
  double *at;              /* [count] */
  size_t distinct;         /* different values */
  double *values;          /* [distinct], ascending */
  const char **words;      /* [distinct]: their texts */
  bool numbers, logarithm; /* all are numbers; far apart, or chosen so */
};

static bool number_of(const char *text, double *number) {
  char *end;
  *number = strtod(text, &end);
  return *text && !*end && isfinite(*number);
}

static const char *text_of(const struct sj_varied *varied, size_t point, size_t axis) {
  return varied->texts[point * varied->axis_count + axis];
}

static void add_distinct(struct axis_values *axis, double value, const char *word) {
  size_t i = axis->distinct;
  for (size_t k = 0; k < axis->distinct; k++)
    if (axis->values[k] == value) return;
  while (i > 0 && axis->values[i - 1] > value) {
    axis->values[i] = axis->values[i - 1];
    axis->words[i] = axis->words[i - 1];
    i--;
  }
  axis->values[i] = value;
  axis->words[i] = word;
  axis->distinct++;
}

/* Words stand in the order in which the points bring them. */
static double word_place(const struct sj_varied *varied, size_t axis, size_t point) {
  double place = 0;
  for (size_t i = 0; i <= point; i++) {
    bool known = false;
    for (size_t k = 0; k < i && !known; k++) known = strcmp(text_of(varied, k, axis), text_of(varied, i, axis)) == 0;
    place += !known;
    if (strcmp(text_of(varied, i, axis), text_of(varied, point, axis)) == 0) break;
  }
  return place;
}

static struct axis_values values_of(const struct sj_varied *varied, size_t axis) {
  struct axis_values found = {.at = sj_allocate_array(varied->count, sizeof(double)),
                              .values = sj_allocate_array(varied->count, sizeof(double)),
                              .words = sj_allocate_array(varied->count, sizeof(char *)),
                              .numbers = true};
  for (size_t i = 0; i < varied->count; i++)
    found.numbers = number_of(text_of(varied, i, axis), &found.at[i]) && found.numbers;
  for (size_t i = 0; i < varied->count; i++) {
    if (!found.numbers) found.at[i] = word_place(varied, axis, i);
    add_distinct(&found, found.at[i], text_of(varied, i, axis));
  }
  const double low = found.values[0], high = found.values[found.distinct - 1];
  found.logarithm =
      found.numbers && low > 0 && ((varied->logarithmic && varied->logarithmic[axis]) || high / low >= 100);
  return found;
}

static void clear(struct axis_values *axis) {
  free(axis->at);
  free(axis->values);
  free(axis->words);
}

static void set_axis(struct sj_axis *axis, const struct axis_values *values, const char *path) {
  sj_axis_set(axis, path, values->numbers ? "in the model's unit" : NULL,
              values->logarithm ? SJ_SCALE_LOG : SJ_SCALE_LINEAR);
  if (values->numbers) return;
  for (size_t i = 0; i < values->distinct; i++) sj_axis_add_tick(axis, values->values[i], values->words[i]);
  axis->low = 0.4;
  axis->high = (double)values->distinct + 0.6;
}

/* ---- charts ---- */

static struct sj_figure figure_of(const struct sj_results *results, const char *metric) {
  const size_t index = sj_results_find(results, metric);
  return index == SIZE_MAX ? (struct sj_figure){NAN, NAN} : sj_results_figure(results, index);
}

/* Whether the metric spans so much that a linear axis would hide most of it. */
static bool is_wide(const struct sj_varied *varied, const char *metric) {
  double low = INFINITY, high = 0;
  for (size_t i = 0; i < varied->count; i++) {
    const double value = figure_of(varied->results[i], metric).value;
    if (!isfinite(value)) continue;
    low = fmin(low, value);
    high = fmax(high, value);
  }
  return low > 0 && high / low > 20;
}

static struct sj_chart *chart_of(const struct sj_varied *varied, const char *metric, const char *more,
                                 const char *title, struct sj_charts *charts) {
  const struct sj_results *const first = varied->results[0];
  const char *const model = first->model ? first->model : "", *const slash = strrchr(model, '/');
  size_t runs = SIZE_MAX;
  for (size_t i = 0; i < varied->count; i++)
    if (varied->results[i]->run_count < runs) runs = varied->results[i]->run_count;
  char *const name = sj_format("sweep.%s%s%s", metric, *more ? "." : "", more);
  char *const subtitle =
      strcmp(first->engine, "simulate") == 0
          ? sj_format("%s; %zu points, %zu runs of each", slash ? slash + 1 : model, varied->count, runs)
          : sj_format("%s; %zu points", slash ? slash + 1 : model, varied->count);
  struct sj_chart *const chart = sj_chart_create(name, title, subtitle);
  sj_charts_append(charts, chart);
  free(name);
  free(subtitle);
  return chart;
}

static void metric_axis(const struct sj_varied *varied, const char *metric, struct sj_axis *axis) {
  char unit[SJ_UNIT_LENGTH];
  sj_metric_unit(metric, varied->results[0]->time_unit, unit);
  sj_axis_set(axis, metric, *unit ? unit : NULL, is_wide(varied, metric) ? SJ_SCALE_LOG : SJ_SCALE_LINEAR);
}

/* The curve of the points whose second axis has the value `only` (without a second: of all), with its band. */
static void add_curve(const struct sj_varied *varied, const char *metric, const struct axis_values *x,
                      const struct axis_values *second, double only, const char *name, unsigned colour,
                      struct sj_chart *chart) {
  double *const columns = sj_allocate_array(4 * x->distinct, sizeof *columns);
  double *const value = columns + x->distinct, *const low = value + x->distinct, *const high = low + x->distinct;
  bool band = false;
  for (size_t k = 0; k < x->distinct; k++) {
    columns[k] = x->values[k];
    value[k] = low[k] = high[k] = NAN;
    for (size_t i = 0; i < varied->count; i++) {
      if (x->at[i] != x->values[k] || (second && second->at[i] != only)) continue;
      const struct sj_figure figure = figure_of(varied->results[i], metric);
      value[k] = figure.value;
      low[k] = figure.value - figure.ci95;
      high[k] = figure.value + figure.ci95;
    }
    if (chart->y.scale == SJ_SCALE_LOG && low[k] <= 0) low[k] = value[k] / 10;
    band = band || isfinite(low[k]);
  }
  if (band)
    sj_chart_add(chart, SJ_BAND, second ? NULL : "95 % confidence, over runs", x->distinct,
                 (const double *const[]){columns, low, high})
        ->colour = colour;
  if (x->numbers)
    sj_chart_add(chart, SJ_LINE, name, x->distinct, (const double *const[]){columns, value})->colour = colour;
  struct sj_chart_series *const points =
      sj_chart_add(chart, SJ_POINTS, x->numbers ? NULL : name, x->distinct, (const double *const[]){columns, value});
  points->colour = colour;
  points->marker = SJ_DISC;
  free(columns);
}

static void add_line(const struct sj_varied *varied, const char *metric, struct sj_charts *charts) {
  struct axis_values x = values_of(varied, 0);
  char *const title = sj_format("%s by %s", metric, varied->paths[0]);
  struct sj_chart *const chart = chart_of(varied, metric, "", title, charts);
  set_axis(&chart->x, &x, varied->paths[0]);
  metric_axis(varied, metric, &chart->y);
  add_curve(varied, metric, &x, NULL, NAN, metric, 0, chart);
  free(title);
  clear(&x);
}

/* Where the values lie in a map. */
static double *places(const struct axis_values *axis) {
  double *const at = sj_allocate_array(axis->distinct, sizeof *at);
  for (size_t i = 0; i < axis->distinct; i++) at[i] = axis->logarithm ? log10(axis->values[i]) : axis->values[i];
  return at;
}

static void add_map(const struct sj_varied *varied, const char *metric, const struct axis_values *x,
                    const struct axis_values *y, struct sj_charts *charts) {
  char *const title = sj_format("%s by %s and %s", metric, varied->paths[0], varied->paths[1]);
  struct sj_chart *const chart = chart_of(varied, metric, "", title, charts);
  struct sj_chart_grid grid = {.columns = x->distinct, .rows = y->distinct};
  grid.value = sj_allocate_array(grid.columns * grid.rows, sizeof *grid.value);
  for (size_t i = 0; i < grid.columns * grid.rows; i++) grid.value[i] = NAN;
  set_axis(&chart->x, x, varied->paths[0]);
  set_axis(&chart->y, y, varied->paths[1]);
  grid.x = places(x);
  grid.y = places(y);
  metric_axis(varied, metric, &chart->colours);
  for (size_t i = 0; i < varied->count; i++) {
    size_t column = 0, row = 0;
    while (x->values[column] != x->at[i]) column++;
    while (y->values[row] != y->at[i]) row++;
    const double value = figure_of(varied->results[i], metric).value;
    grid.value[column * grid.rows + row] = chart->colours.scale == SJ_SCALE_LOG ? log10(value) : value;
  }
  sj_chart_add_grid(chart, SJ_HEAT_MAP, NULL, &grid);
  free(grid.x);
  free(grid.y);
  free(grid.value);
  free(title);
}

static void add_curves(const struct sj_varied *varied, const char *metric, const struct axis_values *x,
                       const struct axis_values *y, struct sj_charts *charts) {
  char *const title = sj_format("%s by %s", metric, varied->paths[0]);
  struct sj_chart *const chart = chart_of(varied, metric, "curves", title, charts);
  set_axis(&chart->x, x, varied->paths[0]);
  metric_axis(varied, metric, &chart->y);
  for (size_t k = 0; k < y->distinct; k++) {
    char *const name = sj_format("%s %s", varied->paths[1], y->words[k]);
    add_curve(varied, metric, x, y, y->values[k], name, (unsigned)k, chart);
    free(name);
  }
  free(title);
}

static void add_plane(const struct sj_varied *varied, const char *metric, struct sj_charts *charts) {
  struct axis_values x = values_of(varied, 0), y = values_of(varied, 1);
  if (x.distinct > 1 && y.distinct > 1) add_map(varied, metric, &x, &y, charts);
  if (y.distinct <= MOST_CURVES) add_curves(varied, metric, &x, &y, charts);
  clear(&x);
  clear(&y);
}

static void add_scatter(const struct sj_varied *varied, const char *metric, size_t axis, struct sj_charts *charts) {
  struct axis_values x = values_of(varied, axis);
  char *const title = sj_format("%s by %s, all else varied too", metric, varied->paths[axis]);
  struct sj_chart *const chart = chart_of(varied, metric, varied->paths[axis], title, charts);
  double *const value = sj_allocate_array(varied->count, sizeof *value);
  for (size_t i = 0; i < varied->count; i++) value[i] = figure_of(varied->results[i], metric).value;
  set_axis(&chart->x, &x, varied->paths[axis]);
  metric_axis(varied, metric, &chart->y);
  struct sj_chart_series *const points =
      sj_chart_add(chart, SJ_POINTS, NULL, varied->count, (const double *const[]){x.at, value});
  points->colour = 0;
  points->marker = SJ_DISC;
  free(value);
  free(title);
  clear(&x);
}

void sj_charts_of_varied_metric(const struct sj_varied *varied, const char *metric, struct sj_charts *charts) {
  size_t known = 0;
  for (size_t i = 0; i < varied->count; i++) known += isfinite(figure_of(varied->results[i], metric).value) != 0;
  if (known < 2) return;
  if (varied->axis_count == 1 && !varied->sample)
    add_line(varied, metric, charts);
  else if (varied->axis_count == 2 && !varied->sample)
    add_plane(varied, metric, charts);
  else
    for (size_t axis = 0; axis < varied->axis_count; axis++) add_scatter(varied, metric, axis, charts);
}

bool sj_varied_wants(const char *metric) {
  static const char *const endings[] = {"latency.mean", "latency.p99",      "failed.ratio",
                                        "goodput",      "utilization.mean", "in_system.mean"};
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    char *const component = sj_component_of(metric, endings[i]);
    const bool wanted =
        component && !strstr(component, ".batch") && !strstr(component, ".recorded") && !strstr(component, ".fault");
    free(component);
    if (wanted) return true;
  }
  return false;
}

/* A figure that is the same everywhere is not worth a picture. */
static bool varies(const struct sj_varied *varied, const char *metric) {
  double low = INFINITY, high = -INFINITY;
  for (size_t i = 0; i < varied->count; i++) {
    const double value = figure_of(varied->results[i], metric).value;
    if (!isfinite(value)) continue;
    low = fmin(low, value);
    high = fmax(high, value);
  }
  return low < high;
}

void sj_charts_of_varied(const struct sj_varied *varied, struct sj_charts *charts) {
  for (size_t m = 0; m < varied->results[0]->metric_count; m++) {
    const char *const metric = varied->results[0]->metrics[m].name;
    if (sj_varied_wants(metric) && varies(varied, metric)) sj_charts_of_varied_metric(varied, metric, charts);
  }
}

char *sj_varied_point_text(const struct sj_varied *varied, size_t point) {
  struct sj_text text = {0};
  for (size_t axis = 0; axis < varied->axis_count; axis++)
    sj_text_add(&text, "%s%s=%s", axis > 0 ? ", " : "", varied->paths[axis], text_of(varied, point, axis));
  return text.data;
}

enum sj_status sj_charts_of_all(const struct sj_results *const *results, size_t count, const struct sj_varied *varied,
                                struct sj_charts *charts, struct sj_error *error) {
  if (varied)
    sj_charts_of_varied(varied, charts);
  else if (count > 1 && strcmp(results[0]->engine, "measure") == 0)
    sj_charts_of_measurements(results, count, charts);
  else if (count > 1)
    sj_charts_of_scenarios(results, count, charts);
  else
    return sj_charts_of_result(results[0], charts, error);
  return SJ_OK;
}
