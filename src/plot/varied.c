#include "plot/varied.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "plot/engines.h"
#include "plot/source.h"
#include "plot/varied_parts.h"

enum { MOST_CURVES = 6 };

/* ---- the values of an axis ---- */

static bool number_of(const char *text, double *number) {
  char *end;
  *number = strtod(text, &end);
  return *text && !*end && isfinite(*number);
}

static const char *text_of(const struct sj_varied *varied, size_t point, size_t axis) {
  return varied->texts[point * varied->axis_count + axis];
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Which of the ascending values `at` is. */
static size_t place_of(const struct sj_varied_axis *axis, double at) {
  size_t low = 0, high = axis->distinct - 1;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (axis->values[middle] < at)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void take_numbers(const struct sj_varied *varied, size_t which, struct sj_varied_axis *axis) {
  memcpy(axis->values, axis->at, varied->count * sizeof *axis->values);
  qsort(axis->values, varied->count, sizeof *axis->values, ascending);
  for (size_t i = 0; i < varied->count; i++)
    if (axis->distinct == 0 || axis->values[axis->distinct - 1] != axis->values[i])
      axis->values[axis->distinct++] = axis->values[i];
  for (size_t i = 0; i < varied->count; i++) {
    axis->place[i] = place_of(axis, axis->at[i]);
    if (!axis->words[axis->place[i]]) axis->words[axis->place[i]] = text_of(varied, i, which);
  }
}

/* Words stand in the order in which the points bring them. */
static void take_words(const struct sj_varied *varied, size_t which, struct sj_varied_axis *axis) {
  for (size_t i = 0; i < varied->count; i++) {
    const char *const word = text_of(varied, i, which);
    size_t k = 0;
    while (k < axis->distinct && strcmp(axis->words[k], word) != 0) k++;
    if (k == axis->distinct) {
      axis->words[k] = word;
      axis->values[k] = (double)(k + 1);
      axis->distinct++;
    }
    axis->place[i] = k;
    axis->at[i] = axis->values[k];
  }
}

struct sj_varied_axis sj_varied_axis(const struct sj_varied *varied, size_t axis) {
  struct sj_varied_axis found = {.path = varied->paths[axis],
                                 .at = sj_allocate_array(varied->count, sizeof(double)),
                                 .place = sj_allocate_array(varied->count, sizeof(size_t)),
                                 .values = sj_allocate_array(varied->count, sizeof(double)),
                                 .words = sj_allocate_array(varied->count, sizeof(char *)),
                                 .numbers = true};
  for (size_t i = 0; i < varied->count; i++)
    found.numbers = number_of(text_of(varied, i, axis), &found.at[i]) && found.numbers;
  if (found.numbers)
    take_numbers(varied, axis, &found);
  else
    take_words(varied, axis, &found);
  const char *const unit = varied->units ? varied->units[axis] : NULL;
  snprintf(found.unit, sizeof found.unit, "%s", found.numbers ? "in the model's unit" : "");
  if (unit && found.numbers) sj_field_unit(unit, varied->results[0]->time_unit, found.unit);
  const double low = found.values[0], high = found.values[found.distinct - 1];
  found.logarithm =
      found.numbers && low > 0 && ((varied->logarithmic && varied->logarithmic[axis]) || high / low >= 100);
  return found;
}

void sj_varied_axis_clear(struct sj_varied_axis *axis) {
  free(axis->at);
  free(axis->place);
  free(axis->values);
  free(axis->words);
}

void sj_varied_set_axis(struct sj_axis *axis, const struct sj_varied_axis *values) {
  sj_axis_set(axis, values->path, *values->unit ? values->unit : NULL,
              values->logarithm ? SJ_SCALE_LOG : SJ_SCALE_LINEAR);
  if (values->numbers) return;
  for (size_t i = 0; i < values->distinct; i++) sj_axis_add_tick(axis, values->values[i], values->words[i]);
  axis->low = 0.4;
  axis->high = (double)values->distinct + 0.6;
}

/* ---- charts ---- */

/* The metric's figure at each point, a new array. Most points have it in the place where the first has it: looking for
 * it among thousands at each would take longer than all else. */
static struct sj_figure *figures_of(const struct sj_varied *varied, const char *metric) {
  struct sj_figure *const figures = sj_allocate_array(varied->count, sizeof *figures);
  const size_t usual = sj_results_find(varied->results[0], metric);
  for (size_t i = 0; i < varied->count; i++) {
    const struct sj_results *const results = varied->results[i];
    const bool there = usual < results->metric_count && strcmp(results->metrics[usual].name, metric) == 0;
    const size_t index = there ? usual : sj_results_find(results, metric);
    figures[i] = index == SIZE_MAX ? (struct sj_figure){NAN, NAN} : sj_results_figure(results, index);
  }
  return figures;
}

double *sj_varied_figures(const struct sj_varied *varied, const char *metric) {
  struct sj_figure *const figures = figures_of(varied, metric);
  double *const values = sj_allocate_array(varied->count, sizeof *values);
  for (size_t i = 0; i < varied->count; i++) values[i] = figures[i].value;
  free(figures);
  return values;
}

/* How many points have the metric; the least and the greatest figure, infinities of none. */
static size_t range_of(const struct sj_varied *varied, const char *metric, double *low, double *high) {
  double *const figures = sj_varied_figures(varied, metric);
  size_t known = 0;
  *low = INFINITY;
  *high = -INFINITY;
  for (size_t i = 0; i < varied->count; i++) {
    if (!isfinite(figures[i])) continue;
    *low = fmin(*low, figures[i]);
    *high = fmax(*high, figures[i]);
    known++;
  }
  free(figures);
  return known;
}

/* Whether the metric spans so much that a linear axis would hide most of it. */
static bool is_wide(const struct sj_varied *varied, const char *metric) {
  double low, high;
  return range_of(varied, metric, &low, &high) > 0 && low > 0 && high / low > 20;
}

struct sj_chart *sj_varied_chart(const struct sj_varied *varied, const char *metric, const char *more,
                                 const char *title, const char *remark, struct sj_charts *charts) {
  const struct sj_results *const first = varied->results[0];
  const char *const model = first->model ? first->model : "", *const slash = strrchr(model, '/');
  size_t runs = SIZE_MAX;
  for (size_t i = 0; i < varied->count; i++)
    if (varied->results[i]->run_count < runs) runs = varied->results[i]->run_count;
  char *const name = sj_format("sweep.%s%s%s", metric, *more ? "." : "", more);
  struct sj_text subtitle = {0};
  sj_text_add(&subtitle, "%s; %zu points", slash ? slash + 1 : model, varied->count);
  if (strcmp(first->engine, "simulate") == 0) sj_text_add(&subtitle, ", %zu runs of each", runs);
  if (remark) sj_text_add(&subtitle, "; %s", remark);
  struct sj_chart *const chart = sj_chart_create(name, title, subtitle.data);
  sj_charts_append(charts, chart);
  free(name);
  free(subtitle.data);
  return chart;
}

void sj_varied_set_metric(const struct sj_varied *varied, const char *metric, struct sj_axis *axis) {
  char unit[SJ_UNIT_LENGTH];
  sj_metric_unit(metric, varied->results[0]->time_unit, unit);
  sj_axis_set(axis, metric, *unit ? unit : NULL, is_wide(varied, metric) ? SJ_SCALE_LOG : SJ_SCALE_LINEAR);
}

/* The curve of the points whose second axis has its value number `only` (without a second: of all), with its band. */
static void add_curve(const struct sj_varied *varied, const struct sj_figure *figures, const struct sj_varied_axis *x,
                      const struct sj_varied_axis *second, size_t only, const char *name, unsigned colour,
                      struct sj_chart *chart) {
  double *const columns = sj_allocate_array(4 * x->distinct, sizeof *columns);
  double *const value = columns + x->distinct, *const low = value + x->distinct, *const high = low + x->distinct;
  bool band = false;
  for (size_t k = 0; k < x->distinct; k++) {
    columns[k] = x->values[k];
    value[k] = low[k] = high[k] = NAN;
  }
  for (size_t i = 0; i < varied->count; i++) {
    if (second && second->place[i] != only) continue;
    const struct sj_figure figure = figures[i];
    const size_t k = x->place[i];
    value[k] = figure.value;
    low[k] = figure.value - figure.ci95;
    high[k] = figure.value + figure.ci95;
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

static void add_line(const struct sj_varied *varied, const char *metric, const struct sj_varied_axis *x,
                     struct sj_charts *charts) {
  char *const title = sj_format("%s by %s", metric, x->path);
  struct sj_chart *const chart = sj_varied_chart(varied, metric, "", title, NULL, charts);
  sj_varied_set_axis(&chart->x, x);
  sj_varied_set_metric(varied, metric, &chart->y);
  struct sj_figure *const figures = figures_of(varied, metric);
  add_curve(varied, figures, x, NULL, 0, metric, 0, chart);
  free(figures);
  free(title);
}

/* Where the values lie in a map. */
static double *places(const struct sj_varied_axis *axis) {
  double *const at = sj_allocate_array(axis->distinct, sizeof *at);
  for (size_t i = 0; i < axis->distinct; i++) at[i] = axis->logarithm ? log10(axis->values[i]) : axis->values[i];
  return at;
}

void sj_varied_add_map(const struct sj_varied *varied, const double *figures, const char *metric,
                       const struct sj_varied_axis *x, const struct sj_varied_axis *y, const bool *chosen,
                       struct sj_chart *chart) {
  struct sj_chart_grid grid = {.columns = x->distinct, .rows = y->distinct};
  grid.value = sj_allocate_array(grid.columns * grid.rows, sizeof *grid.value);
  for (size_t i = 0; i < grid.columns * grid.rows; i++) grid.value[i] = NAN;
  sj_varied_set_axis(&chart->x, x);
  sj_varied_set_axis(&chart->y, y);
  grid.x = places(x);
  grid.y = places(y);
  sj_varied_set_metric(varied, metric, &chart->colours);
  for (size_t i = 0; i < varied->count; i++)
    if (!chosen || chosen[i])
      grid.value[x->place[i] * grid.rows + y->place[i]] =
          chart->colours.scale == SJ_SCALE_LOG ? log10(figures[i]) : figures[i];
  sj_chart_add_grid(chart, SJ_HEAT_MAP, NULL, &grid);
  free(grid.x);
  free(grid.y);
  free(grid.value);
}

static void add_curves(const struct sj_varied *varied, const char *metric, const struct sj_varied_axis *x,
                       const struct sj_varied_axis *y, struct sj_charts *charts) {
  char *const title = sj_format("%s by %s", metric, x->path);
  struct sj_chart *const chart = sj_varied_chart(varied, metric, "curves", title, NULL, charts);
  sj_varied_set_axis(&chart->x, x);
  sj_varied_set_metric(varied, metric, &chart->y);
  struct sj_figure *const figures = figures_of(varied, metric);
  for (size_t k = 0; k < y->distinct; k++) {
    char *const name = sj_format("%s %s", y->path, y->words[k]);
    add_curve(varied, figures, x, y, k, name, (unsigned)k, chart);
    free(name);
  }
  free(figures);
  free(title);
}

static void add_plane(const struct sj_varied *varied, const char *metric, const struct sj_varied_axis *axes,
                      struct sj_charts *charts) {
  const struct sj_varied_axis *const x = &axes[0], *const y = &axes[1];
  if (x->distinct > 1 && y->distinct > 1) {
    char *const title = sj_format("%s by %s and %s", metric, x->path, y->path);
    double *const figures = sj_varied_figures(varied, metric);
    sj_varied_add_map(varied, figures, metric, x, y, NULL, sj_varied_chart(varied, metric, "", title, NULL, charts));
    free(figures);
    free(title);
  }
  if (y->distinct <= MOST_CURVES) add_curves(varied, metric, x, y, charts);
}

static void add_scatter(const struct sj_varied *varied, const char *metric, const struct sj_varied_axis *x,
                        struct sj_charts *charts) {
  char *const title = sj_format("%s by %s, all else varied too", metric, x->path);
  struct sj_chart *const chart = sj_varied_chart(varied, metric, x->path, title, NULL, charts);
  double *const value = sj_varied_figures(varied, metric);
  sj_varied_set_axis(&chart->x, x);
  sj_varied_set_metric(varied, metric, &chart->y);
  struct sj_chart_series *const points =
      sj_chart_add(chart, SJ_POINTS, NULL, varied->count, (const double *const[]){x->at, value});
  points->colour = 0;
  points->marker = SJ_DISC;
  free(value);
  free(title);
}

/* The points themselves, as grid or sample. */
static void add_points(const struct sj_varied *varied, const char *metric, const struct sj_varied_axis *axes,
                       struct sj_charts *charts) {
  double low, high;
  if (range_of(varied, metric, &low, &high) < 2) return;
  for (size_t axis = 0; axis < varied->axis_count && varied->sample; axis++)
    add_scatter(varied, metric, &axes[axis], charts);
  if (varied->sample) return;
  if (varied->axis_count == 1) add_line(varied, metric, &axes[0], charts);
  if (varied->axis_count == 2) add_plane(varied, metric, axes, charts);
  if (varied->axis_count > 2) sj_varied_add_panels(varied, metric, axes, charts);
  if (varied->axis_count > 1) sj_varied_add_effects(varied, metric, axes, charts);
}

static struct sj_varied_axis *read_axes(const struct sj_varied *varied) {
  struct sj_varied_axis *const axes = sj_allocate_array(varied->axis_count, sizeof *axes);
  for (size_t axis = 0; axis < varied->axis_count; axis++) axes[axis] = sj_varied_axis(varied, axis);
  return axes;
}

static void forget_axes(const struct sj_varied *varied, struct sj_varied_axis *axes) {
  for (size_t axis = 0; axis < varied->axis_count; axis++) sj_varied_axis_clear(&axes[axis]);
  free(axes);
}

void sj_charts_of_varied_metric(const struct sj_varied *varied, const char *metric, struct sj_charts *charts) {
  struct sj_varied_axis *const axes = read_axes(varied);
  sj_varied_add_indices(varied, metric, charts);
  add_points(varied, metric, axes, charts);
  forget_axes(varied, axes);
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
  double low, high;
  range_of(varied, metric, &low, &high);
  return low < high;
}

void sj_charts_of_varied(const struct sj_varied *varied, struct sj_charts *charts) {
  struct sj_varied_axis *const axes = read_axes(varied);
  sj_varied_add_all_indices(varied, charts);
  const size_t indexed = sj_varied_index_count(varied);
  for (size_t i = 0; i < indexed; i++) {
    char *const metric = sj_varied_indexed(varied, i);
    sj_varied_add_indices(varied, metric, charts);
    free(metric);
  }
  for (size_t m = 0; m < varied->results[0]->metric_count; m++) {
    const char *const metric = varied->results[0]->metrics[m].name;
    if (sj_varied_wants(metric) && varies(varied, metric)) add_points(varied, metric, axes, charts);
  }
  forget_axes(varied, axes);
}

char *sj_varied_point_text(const struct sj_varied *varied, size_t point) {
  struct sj_text text = {0};
  for (size_t axis = 0; axis < varied->axis_count; axis++) {
    char number[32];
    double value;
    const char *const its = text_of(varied, point, axis);
    const bool any = varied->sample && number_of(its, &value); /* no round number */
    if (any) snprintf(number, sizeof number, "%.4g", value);
    sj_text_add(&text, "%s%s=%s", axis > 0 ? ", " : "", varied->paths[axis], any ? number : its);
  }
  return text.data;
}

enum sj_status sj_charts_of_all(const struct sj_results *const *results, size_t count, const struct sj_varied *varied,
                                struct sj_charts *charts, struct sj_error *error) {
  if (varied)
    sj_charts_of_varied(varied, charts);
  else if (sj_are_engines(results, count))
    return sj_charts_of_engines(results[0], results[1], charts, error);
  else if (count > 1 && strcmp(results[0]->engine, "measure") == 0)
    sj_charts_of_measurements(results, count, charts);
  else if (count > 1)
    sj_charts_of_scenarios(results, count, charts);
  else
    return sj_charts_of_result(results[0], charts, error);
  return SJ_OK;
}
