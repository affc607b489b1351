/* Charts of a sweep: curves over one or two paths, heat maps, the points of a sample. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "plot/source.h"
#include "results/store_sweep.h"

/* ---- the values of a path ---- */

/* The different values of a path, ascending where they are numbers, else in their order; `of` says which one a point
 * has. */
struct levels {
  bool words;
  size_t count;
  double *numbers;
  const char **texts;
  size_t *of; /* [point] */
};

static size_t find_text(const struct levels *levels, const char *text) {
  size_t i = 0;
  while (i < levels->count && strcmp(levels->texts[i], text) != 0) i++;
  return i;
}

static void insert(struct levels *levels, double number, const char *text) {
  size_t place = levels->count++;
  for (; place > 0 && !levels->words && levels->numbers[place - 1] > number; place--) {
    levels->numbers[place] = levels->numbers[place - 1];
    levels->texts[place] = levels->texts[place - 1];
  }
  levels->numbers[place] = number;
  levels->texts[place] = text;
}

static struct levels levels_of(const struct sj_store_swept *swept, size_t axis) {
  const size_t n = swept->point_count, axes = swept->axis_count;
  struct levels levels = {.numbers = sj_allocate_array(n, sizeof(double)),
                          .texts = sj_allocate_array(n, sizeof(char *)),
                          .of = sj_allocate_array(n, sizeof(size_t))};
  for (size_t i = 0; i < n; i++) levels.words = levels.words || isnan(swept->numbers[i * axes + axis]);
  for (size_t i = 0; i < n; i++) {
    const char *const text = swept->words[i * axes + axis] ? swept->words[i * axes + axis] : "";
    if (find_text(&levels, text) == levels.count) insert(&levels, swept->numbers[i * axes + axis], text);
  }
  for (size_t i = 0; i < n; i++)
    levels.of[i] = find_text(&levels, swept->words[i * axes + axis] ? swept->words[i * axes + axis] : "");
  /* Words stand side by side. */
  for (size_t i = 0; i < levels.count && levels.words; i++) levels.numbers[i] = (double)(i + 1);
  return levels;
}

static void free_levels(struct levels *levels) {
  free(levels->numbers);
  free(levels->texts);
  free(levels->of);
}

/* By factors rather than by steps: the last step is much wider than the first. */
static bool is_logarithmic(const struct levels *levels) {
  const size_t n = levels->count;
  return !levels->words && n > 2 && levels->numbers[0] > 0 &&
         levels->numbers[n - 1] - levels->numbers[n - 2] > 4 * (levels->numbers[1] - levels->numbers[0]);
}

static void set_axis(struct sj_axis *axis, const char *path, const struct levels *levels) {
  sj_axis_set(axis, path, NULL, is_logarithmic(levels) ? SJ_SCALE_LOG : SJ_SCALE_LINEAR);
  if (!levels->words) return;
  for (size_t i = 0; i < levels->count; i++) sj_axis_add_tick(axis, levels->numbers[i], levels->texts[i]);
  axis->low = 0.6;
  axis->high = (double)levels->count + 0.4;
}

/* ---- charts ---- */

static struct sj_figure figure_of(const struct sj_store_swept *swept, size_t point, const char *metric) {
  const size_t index = sj_results_find(swept->results[point], metric);
  return index == SIZE_MAX ? (struct sj_figure){NAN, NAN} : sj_results_figure(swept->results[point], index);
}

static const char *base_name(const char *path) {
  const char *const slash = path ? strrchr(path, '/') : NULL;
  return slash ? slash + 1 : path ? path : "";
}

static char *subtitle(const struct sj_store_swept *swept, bool bands) {
  const struct sj_results *const first = swept->results[0];
  const char *const comma = first->scenario ? ", " : "", *const scenario = first->scenario ? first->scenario : "";
  if (!strcmp(first->engine, "solve"))
    return sj_format("%s%s%s; %zu points, solved", base_name(first->model), comma, scenario, swept->point_count);
  return sj_format("%s%s%s; %zu points, %zu run%s each, the same random numbers%s", base_name(first->model), comma,
                   scenario, swept->point_count, first->run_count, first->run_count == 1 ? "" : "s",
                   bands && first->run_count > 1 ? "; bands: 95 % over runs" : "");
}

static struct sj_chart *chart_of(const struct sj_store_swept *swept, const char *metric, const char *kind,
                                 const char *over) {
  char *const name = sj_format("sweep.%s%s%s", metric, *kind ? "." : "", kind);
  char *const title = sj_format("%s over %s", metric, over), *const under = subtitle(swept, !*kind);
  struct sj_chart *const chart = sj_chart_create(name, title, under);
  free(name);
  free(title);
  free(under);
  return chart;
}

static void set_metric(struct sj_axis *axis, const struct sj_store_swept *swept, const char *metric) {
  char *const unit = sj_metric_unit(metric, swept->results[0]);
  sj_axis_set(axis, metric, unit, SJ_SCALE_LINEAR);
  free(unit);
}

/* The points whose other value is `which` (SIZE_MAX: all), in the order of the levels. */
static void add_curve(struct sj_chart *chart, const struct sj_store_swept *swept, const char *metric,
                      const struct levels *x, const struct levels *other, size_t which, const char *name) {
  double *const at = sj_allocate_array(3 * x->count, sizeof *at), *const low = at + x->count,
                *const high = low + x->count, *const value = sj_allocate_array(x->count, sizeof *value);
  bool band = false;
  for (size_t i = 0; i < x->count; i++) {
    at[i] = x->numbers[i];
    value[i] = low[i] = high[i] = NAN;
  }
  for (size_t p = 0; p < swept->point_count; p++) {
    if (other && other->of[p] != which) continue;
    const struct sj_figure figure = figure_of(swept, p, metric);
    const size_t i = x->of[p];
    value[i] = figure.value;
    if (isnan(figure.ci95)) continue;
    low[i] = figure.value - figure.ci95;
    high[i] = figure.value + figure.ci95;
    band = true;
  }
  /* The band is of its line's colour, which the line, being named, takes next. */
  if (band) sj_chart_add(chart, SJ_BAND, NULL, x->count, (const double *const[]){at, low, high});
  const unsigned colour =
      sj_chart_add(chart, x->words ? SJ_POINTS : SJ_LINE, name, x->count, (const double *const[]){at, value})->colour;
  if (band) chart->series[chart->series_count - 2].colour = colour;
  free(at);
  free(value);
}

static void add_curves(const struct sj_store_swept *swept, const char *metric, const struct levels *levels,
                       struct sj_charts *charts) {
  enum { MOST = 7 };
  const bool two = swept->axis_count == 2;
  const size_t x = two && levels[1].count > levels[0].count ? 1 : 0, other = 1 - x;
  if (two && levels[other].count > MOST) return;
  struct sj_chart *const chart = chart_of(swept, metric, "", swept->paths[x]);
  set_axis(&chart->x, swept->paths[x], &levels[x]);
  set_metric(&chart->y, swept, metric);
  if (!two) add_curve(chart, swept, metric, &levels[x], NULL, 0, NULL);
  for (size_t i = 0; two && i < levels[other].count; i++) {
    char *const name = sj_format("%s = %s", swept->paths[other], levels[other].texts[i]);
    add_curve(chart, swept, metric, &levels[x], &levels[other], i, name);
    free(name);
  }
  sj_charts_append(charts, chart);
}

/* Positive values that differ by factors are shown by their logarithms. */
static void choose_scale(double *value, size_t count, struct sj_axis *colours) {
  const double factor = 10;
  double low = INFINITY, high = 0;
  for (size_t i = 0; i < count; i++) {
    if (isnan(value[i])) continue; /* no such number there */
    low = fmin(low, value[i]);
    high = fmax(high, value[i]);
  }
  if (!(low > 0 && high < INFINITY && high > factor * low)) return;
  colours->scale = SJ_SCALE_LOG;
  for (size_t i = 0; i < count; i++) value[i] = log10(value[i]);
}

static void add_map(const struct sj_store_swept *swept, const char *metric, const struct levels *levels,
                    struct sj_charts *charts) {
  enum { LEAST = 3 };
  const struct levels *const x = &levels[0], *const y = &levels[1];
  if (x->words || y->words || x->count < LEAST || y->count < LEAST) return;
  double *const value = sj_allocate_array(x->count * y->count, sizeof *value);
  for (size_t i = 0; i < x->count * y->count; i++) value[i] = NAN;
  for (size_t p = 0; p < swept->point_count; p++)
    value[x->of[p] * y->count + y->of[p]] = figure_of(swept, p, metric).value;
  char *const over = sj_format("%s and %s", swept->paths[0], swept->paths[1]);
  struct sj_chart *const chart = chart_of(swept, metric, "map", over);
  set_axis(&chart->x, swept->paths[0], x);
  set_axis(&chart->y, swept->paths[1], y);
  set_metric(&chart->colours, swept, metric);
  choose_scale(value, x->count * y->count, &chart->colours);
  sj_chart_add_grid(
      chart, SJ_HEAT_MAP, NULL,
      &(struct sj_chart_grid){.columns = x->count, .rows = y->count, .x = x->numbers, .y = y->numbers, .value = value});
  sj_charts_append(charts, chart);
  free(over);
  free(value);
}

static void add_scatter(const struct sj_store_swept *swept, const char *metric, size_t axis, struct sj_charts *charts) {
  const size_t n = swept->point_count;
  double *const x = sj_allocate_array(2 * n, sizeof *x), *const y = x + n;
  for (size_t p = 0; p < n; p++) {
    x[p] = swept->numbers[p * swept->axis_count + axis];
    y[p] = figure_of(swept, p, metric).value;
  }
  struct sj_chart *const chart = chart_of(swept, metric, swept->paths[axis], swept->paths[axis]);
  sj_axis_set(&chart->x, swept->paths[axis], NULL, swept->logarithmic[axis] ? SJ_SCALE_LOG : SJ_SCALE_LINEAR);
  set_metric(&chart->y, swept, metric);
  sj_chart_add(chart, SJ_POINTS, NULL, n, (const double *const[]){x, y});
  sj_charts_append(charts, chart);
  free(x);
}

/* A metric that is nowhere, or the same nothing everywhere, is not worth a picture. */
static bool shows_something(const struct sj_store_swept *swept, const char *metric) {
  for (size_t p = 0; p < swept->point_count; p++) {
    const double value = figure_of(swept, p, metric).value;
    if (isfinite(value) && value != 0) return true;
  }
  return false;
}

void sj_charts_of_swept_metric(const struct sj_store_swept *swept, const char *metric, struct sj_charts *charts) {
  enum { MOST_AXES = 2 };
  if (!shows_something(swept, metric)) return;
  if (swept->samples) {
    for (size_t a = 0; a < swept->axis_count; a++) add_scatter(swept, metric, a, charts);
    return;
  }
  if (swept->axis_count > MOST_AXES || !swept->axis_count) return;
  struct levels levels[MOST_AXES] = {{0}};
  for (size_t a = 0; a < swept->axis_count; a++) levels[a] = levels_of(swept, a);
  add_curves(swept, metric, levels, charts);
  if (swept->axis_count == MOST_AXES) add_map(swept, metric, levels, charts);
  for (size_t a = 0; a < swept->axis_count; a++) free_levels(&levels[a]);
}

void sj_charts_of_sweep(const struct sj_store_swept *swept, struct sj_charts *charts) {
  const struct sj_results *const first = swept->results[0];
  for (size_t m = 0; m < first->metric_count; m++)
    if (sj_metric_is_drawn(first->metrics[m].name)) sj_charts_of_swept_metric(swept, first->metrics[m].name, charts);
}
