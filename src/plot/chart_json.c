#include "plot/chart_json.h"

#include <math.h>

#include "plot/contour.h"
#include "results/json.h"

static json_t *numbers(const double *values, size_t count) {
  json_t *const list = json_array();
  for (size_t i = 0; i < count; i++) json_array_append_new(list, sj_json_number(values[i]));
  return list;
}

static json_t *axis_json(const struct sj_axis *axis, double low, double high, bool map) {
  json_t *const object = json_object();
  json_object_set_new(object, "label", sj_json_string(axis->label));
  json_object_set_new(object, "unit", sj_json_string(axis->unit));
  json_object_set_new(object, "log", json_boolean(axis->scale == SJ_SCALE_LOG && !map));
  json_object_set_new(object, "logarithms", json_boolean(axis->scale == SJ_SCALE_LOG && map));
  json_object_set_new(object, "low", sj_json_number(low));
  json_object_set_new(object, "high", sj_json_number(high));
  if (axis->tick_count == 0) return object;
  json_t *const ticks = json_array();
  for (size_t i = 0; i < axis->tick_count; i++) {
    json_t *const tick = json_array();
    json_array_append_new(tick, sj_json_number(axis->ticks[i].at));
    json_array_append_new(tick, sj_json_string(axis->ticks[i].label));
    json_array_append_new(ticks, tick);
  }
  json_object_set_new(object, "ticks", ticks);
  return object;
}

static const char *kind_name(enum sj_series_kind kind) {
  static const char *const names[] = {
      [SJ_LINE] = "line",           [SJ_STEPS] = "steps",      [SJ_POINTS] = "points",    [SJ_BAND] = "band",
      [SJ_BARS] = "bars",           [SJ_BLOCKS] = "blocks",    [SJ_ARROWS] = "arrows",    [SJ_BOXES] = "boxes",
      [SJ_INTERVALS] = "intervals", [SJ_HEAT_MAP] = "heatmap", [SJ_CONTOURS] = "contours"};
  return names[kind];
}

static const char *marker_name(enum sj_marker marker) {
  static const char *const names[] = {
      [SJ_DOT] = "dot",     [SJ_DISC] = "disc",     [SJ_DIAMOND] = "diamond",  [SJ_CIRCLE] = "circle",
      [SJ_CROSS] = "cross", [SJ_SQUARE] = "square", [SJ_TRIANGLE] = "triangle"};
  return names[marker];
}

static json_t *grid_json(const struct sj_chart_grid *grid) {
  json_t *const object = json_object();
  json_object_set_new(object, "x", numbers(grid->x, grid->columns));
  json_object_set_new(object, "y", numbers(grid->y, grid->rows));
  json_object_set_new(object, "value", numbers(grid->value, grid->columns * grid->rows));
  return object;
}

static json_t *contours_json(const struct sj_chart_series *series) {
  json_t *const list = json_array();
  for (size_t k = 0; k < series->level_count; k++) {
    size_t count;
    struct sj_polyline *const lines = sj_contours(&series->grid, series->levels[k].at, &count);
    for (size_t i = 0; i < count; i++) {
      json_t *const line = json_object();
      json_object_set_new(line, "label", sj_json_string(series->levels[k].label));
      json_object_set_new(line, "x", numbers(lines[i].x, lines[i].count));
      json_object_set_new(line, "y", numbers(lines[i].y, lines[i].count));
      json_array_append_new(list, line);
    }
    sj_contours_destroy(lines, count);
  }
  return list;
}

static json_t *series_json(const struct sj_chart_series *series) {
  json_t *const object = json_object();
  json_object_set_new(object, "kind", json_string(kind_name(series->kind)));
  json_object_set_new(object, "name", sj_json_string(series->name));
  json_object_set_new(object, "colour", json_integer(series->colour));
  json_object_set_new(object, "marker", json_string(marker_name(series->marker)));
  if (series->thinned_from > 0)
    json_object_set_new(object, "thinned_from", json_integer((json_int_t)series->thinned_from));
  if (series->kind == SJ_HEAT_MAP) json_object_set_new(object, "grid", grid_json(&series->grid));
  if (series->written) json_object_set_new(object, "written", json_true());
  if (series->kind == SJ_CONTOURS) json_object_set_new(object, "lines", contours_json(series));
  json_t *const columns = json_array();
  for (size_t c = 0; c < sj_series_columns(series->kind); c++)
    json_array_append_new(columns, numbers(series->columns[c], series->count));
  json_object_set_new(object, "columns", columns);
  return object;
}

static json_t *rule_json(const struct sj_rule *rule) {
  json_t *const object = json_object();
  json_object_set_new(object, "vertical", json_boolean(rule->vertical));
  json_object_set_new(object, "at", sj_json_number(rule->at));
  json_object_set_new(object, "name", sj_json_string(rule->name));
  json_object_set_new(object, "colour", json_integer(rule->colour));
  json_object_set_new(object, "dash", json_integer(rule->dash));
  return object;
}

static json_t *span_json(const struct sj_span *span) {
  json_t *const object = json_object();
  json_object_set_new(object, "from", sj_json_number(span->from));
  json_object_set_new(object, "to", sj_json_number(span->to));
  json_object_set_new(object, "name", sj_json_string(span->name));
  return object;
}

json_t *sj_chart_json(const struct sj_chart *chart) {
  const struct sj_view view = sj_chart_view(chart);
  json_t *const object = json_object(), *const series = json_array(), *const rules = json_array(),
                *const spans = json_array();
  json_object_set_new(object, "name", sj_json_string(chart->name));
  json_object_set_new(object, "title", sj_json_string(chart->title));
  json_object_set_new(object, "subtitle", sj_json_string(chart->subtitle));
  json_object_set_new(object, "x", axis_json(&chart->x, view.x_low, view.x_high, view.map));
  json_object_set_new(object, "y", axis_json(&chart->y, view.y_low, view.y_high, view.map));
  json_object_set_new(object, "map", json_boolean(view.map));
  json_object_set_new(object, "same_scale", json_boolean(chart->same_scale));
  if (view.map) {
    double low, high;
    sj_chart_range(chart, &chart->colours, &low, &high);
    json_t *const colours = axis_json(&chart->colours, low, high, true);
    json_object_set_new(colours, "diverging", json_boolean(chart->diverging));
    json_object_set_new(object, "colours", colours);
  }
  for (size_t i = 0; i < chart->series_count; i++) json_array_append_new(series, series_json(&chart->series[i]));
  for (size_t i = 0; i < chart->rule_count; i++) json_array_append_new(rules, rule_json(&chart->rules[i]));
  for (size_t i = 0; i < chart->span_count; i++) json_array_append_new(spans, span_json(&chart->spans[i]));
  json_object_set_new(object, "series", series);
  json_object_set_new(object, "rules", rules);
  json_object_set_new(object, "spans", spans);
  return object;
}
