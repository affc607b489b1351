#include "plot/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static char *copy(const char *text) { return text ? sj_copy_string(text) : NULL; }

static double *copy_numbers(const double *numbers, size_t count) {
  double *const made = sj_allocate_array(count > 0 ? count : 1, sizeof *made);
  if (count > 0) memcpy(made, numbers, count * sizeof *made);
  return made;
}

struct sj_chart *sj_chart_create(const char *name, const char *title, const char *subtitle) {
  struct sj_chart *const chart = sj_allocate(sizeof *chart);
  chart->name = copy(name);
  chart->title = copy(title);
  chart->subtitle = copy(subtitle);
  struct sj_axis *const axes[] = {&chart->x, &chart->y, &chart->colours};
  for (size_t i = 0; i < 3; i++) axes[i]->low = axes[i]->high = NAN;
  return chart;
}

static void clear_axis(struct sj_axis *axis) {
  free(axis->label);
  free(axis->unit);
  for (size_t i = 0; i < axis->tick_count; i++) free(axis->ticks[i].label);
  free(axis->ticks);
}

static void clear_series(struct sj_chart_series *series) {
  free(series->name);
  for (size_t i = 0; i < SJ_CHART_COLUMNS; i++) free(series->columns[i]);
  free(series->grid.x);
  free(series->grid.y);
  free(series->grid.value);
  for (size_t i = 0; i < series->level_count; i++) free(series->levels[i].label);
  free(series->levels);
}

void sj_chart_destroy(struct sj_chart *chart) {
  if (!chart) return;
  free(chart->name);
  free(chart->title);
  free(chart->subtitle);
  clear_axis(&chart->x);
  clear_axis(&chart->y);
  clear_axis(&chart->colours);
  for (size_t i = 0; i < chart->series_count; i++) clear_series(&chart->series[i]);
  for (size_t i = 0; i < chart->rule_count; i++) free(chart->rules[i].name);
  for (size_t i = 0; i < chart->span_count; i++) free(chart->spans[i].name);
  free(chart->series);
  free(chart->rules);
  free(chart->spans);
  free(chart);
}

void sj_axis_set(struct sj_axis *axis, const char *label, const char *unit, enum sj_scale scale) {
  free(axis->label);
  free(axis->unit);
  axis->label = copy(label);
  axis->unit = copy(unit);
  axis->scale = scale;
}

void sj_axis_add_tick(struct sj_axis *axis, double at, const char *label) {
  axis->ticks = sj_reallocate_array(axis->ticks, axis->tick_count + 1, sizeof *axis->ticks);
  axis->ticks[axis->tick_count++] = (struct sj_tick){.at = at, .label = copy(label)};
}

static unsigned named(const struct sj_chart *chart) {
  unsigned count = 0;
  for (size_t i = 0; i < chart->series_count; i++) count += chart->series[i].name != NULL;
  return count + (unsigned)chart->rule_count;
}

static struct sj_chart_series *append(struct sj_chart *chart, enum sj_series_kind kind, const char *name) {
  const unsigned colour = named(chart);
  chart->series = sj_reallocate_array(chart->series, chart->series_count + 1, sizeof *chart->series);
  struct sj_chart_series *const series = &chart->series[chart->series_count++];
  *series = (struct sj_chart_series){.kind = kind, .name = copy(name), .colour = colour};
  return series;
}

size_t sj_series_columns(enum sj_series_kind kind) {
  static const size_t columns[] = {
      [SJ_LINE] = 2,  [SJ_STEPS] = 2,  [SJ_POINTS] = 2,    [SJ_BAND] = 3,     [SJ_BARS] = 3,    [SJ_BLOCKS] = 4,
      [SJ_BOXES] = 6, [SJ_ARROWS] = 4, [SJ_INTERVALS] = 4, [SJ_HEAT_MAP] = 0, [SJ_CONTOURS] = 0};
  return columns[kind];
}

struct sj_chart_series *sj_chart_add(struct sj_chart *chart, enum sj_series_kind kind, const char *name, size_t count,
                                     const double *const *columns) {
  struct sj_chart_series *const series = append(chart, kind, name);
  series->count = count;
  for (size_t i = 0; i < sj_series_columns(kind); i++) series->columns[i] = copy_numbers(columns[i], count);
  return series;
}

struct sj_chart_series *sj_chart_add_grid(struct sj_chart *chart, enum sj_series_kind kind, const char *name,
                                          const struct sj_chart_grid *grid) {
  struct sj_chart_series *const series = append(chart, kind, name);
  series->grid = (struct sj_chart_grid){.columns = grid->columns,
                                        .rows = grid->rows,
                                        .x = copy_numbers(grid->x, grid->columns),
                                        .y = copy_numbers(grid->y, grid->rows),
                                        .value = copy_numbers(grid->value, grid->columns * grid->rows)};
  return series;
}

void sj_series_add_level(struct sj_chart_series *series, double at, const char *label) {
  series->levels = sj_reallocate_array(series->levels, series->level_count + 1, sizeof *series->levels);
  series->levels[series->level_count++] = (struct sj_level){.at = at, .label = copy(label)};
}

void sj_chart_add_rule(struct sj_chart *chart, bool vertical, double at, const char *name) {
  const unsigned colour = named(chart);
  chart->rules = sj_reallocate_array(chart->rules, chart->rule_count + 1, sizeof *chart->rules);
  chart->rules[chart->rule_count++] =
      (struct sj_rule){.vertical = vertical, .at = at, .name = copy(name), .colour = colour, .dash = colour};
}

void sj_chart_add_span(struct sj_chart *chart, double from, double to, const char *name) {
  chart->spans = sj_reallocate_array(chart->spans, chart->span_count + 1, sizeof *chart->spans);
  chart->spans[chart->span_count++] = (struct sj_span){.from = from, .to = to, .name = copy(name)};
}

/* ---- ranges ---- */

struct range {
  bool logarithmic;
  double low, high;
};

static void include(struct range *range, const double *numbers, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(numbers[i]) || (range->logarithmic && numbers[i] <= 0)) continue;
    range->low = fmin(range->low, numbers[i]);
    range->high = fmax(range->high, numbers[i]);
  }
}

/* Whether column `c` of the kind lies along x. */
static bool along_x(enum sj_series_kind kind, size_t c) {
  return c == 0 || ((kind == SJ_BARS || kind == SJ_BLOCKS) && c == 1);
}

/* An arrow's changes are lengths, not places. */
static size_t places(enum sj_series_kind kind) { return kind == SJ_ARROWS ? 2 : sj_series_columns(kind); }

static void include_series(struct range *range, const struct sj_chart *chart, const struct sj_axis *axis,
                           const struct sj_chart_series *series) {
  const struct sj_chart_grid *const grid = &series->grid;
  if (axis == &chart->colours) {
    if (series->kind == SJ_HEAT_MAP) include(range, grid->value, grid->columns * grid->rows);
    return;
  }
  for (size_t c = 0; c < places(series->kind); c++)
    if (along_x(series->kind, c) == (axis == &chart->x)) include(range, series->columns[c], series->count);
  const double zero = 0;
  if (series->kind == SJ_BARS && axis == &chart->y) include(range, &zero, 1);
  if (grid->columns > 0 && axis == &chart->x) include(range, grid->x, grid->columns);
  if (grid->columns > 0 && axis == &chart->y) include(range, grid->y, grid->rows);
}

static void widen(struct range *range) {
  if (range->low < range->high) return;
  const double middle = range->low;
  range->low = range->logarithmic ? middle / 2 : middle - (middle != 0 ? fabs(middle) / 10 : 1);
  range->high = range->logarithmic ? middle * 2 : middle + (middle != 0 ? fabs(middle) / 10 : 1);
}

bool sj_chart_range(const struct sj_chart *chart, const struct sj_axis *axis, double *low, double *high) {
  /* A map's values are logarithms already. */
  struct range range = {
      .logarithmic = axis->scale == SJ_SCALE_LOG && axis != &chart->colours, .low = INFINITY, .high = -INFINITY};
  for (size_t i = 0; i < chart->series_count; i++) include_series(&range, chart, axis, &chart->series[i]);
  for (size_t i = 0; i < chart->rule_count; i++)
    if ((chart->rules[i].vertical ? &chart->x : &chart->y) == axis) include(&range, &chart->rules[i].at, 1);
  if (!isnan(axis->low)) range.low = axis->low;
  if (!isnan(axis->high)) range.high = axis->high;
  const bool any = isfinite(range.low) && isfinite(range.high);
  if (!any) {
    range.low = range.logarithmic ? 1 : 0;
    range.high = range.logarithmic ? 10 : 1;
  }
  widen(&range);
  *low = range.low;
  *high = range.high;
  return any;
}
