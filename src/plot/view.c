/* What a renderer needs of a chart beside its data: ranges, colours, fewer points. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "plot/chart.h"

const char *sj_chart_colour(unsigned colour) {
  static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"};
  return colours[colour % (sizeof colours / sizeof *colours)];
}

/* ---- ranges ---- */

static void widen(const struct sj_axis *axis, double *low, double *high) {
  const bool logarithmic = axis->scale == SJ_SCALE_LOG;
  const double range = logarithmic ? log10(*high / *low) : *high - *low;
  if (isnan(axis->low)) *low = logarithmic ? *low / pow(10, 0.04 * range) : *low - 0.04 * range;
  if (isnan(axis->high)) *high = logarithmic ? *high * pow(10, 0.04 * range) : *high + 0.04 * range;
}

/* Of a map the outer cells lie half outside. */
static double half_cell(const double *places, size_t count) {
  return count > 1 ? (places[count - 1] - places[0]) / (double)(count - 1) / 2 : 0.5;
}

struct sj_view sj_chart_view(const struct sj_chart *chart) {
  struct sj_view view = {0};
  sj_chart_range(chart, &chart->x, &view.x_low, &view.x_high);
  sj_chart_range(chart, &chart->y, &view.y_low, &view.y_high);
  for (size_t i = 0; i < chart->series_count; i++) {
    const struct sj_chart_grid *const grid = &chart->series[i].grid;
    if (chart->series[i].kind != SJ_HEAT_MAP || grid->columns == 0 || grid->rows == 0) continue;
    view.map = true;
    view.x_low = grid->x[0] - half_cell(grid->x, grid->columns);
    view.x_high = grid->x[grid->columns - 1] + half_cell(grid->x, grid->columns);
    view.y_low = grid->y[0] - half_cell(grid->y, grid->rows);
    view.y_high = grid->y[grid->rows - 1] + half_cell(grid->y, grid->rows);
  }
  if (view.map) return view;
  widen(&chart->x, &view.x_low, &view.x_high);
  widen(&chart->y, &view.y_low, &view.y_high);
  return view;
}

/* ---- thinning ---- */

static void keep(struct sj_chart_series *series, size_t to, size_t from) {
  for (size_t c = 0; c < sj_series_columns(series->kind); c++) series->columns[c][to] = series->columns[c][from];
}

/* The points [from, end) of a line become at most two, and one for a gap; returns where the next go. Nothing is read
 * behind what was written: of each piece at most three of its at least four points stay. */
static size_t thin_piece(struct sj_chart_series *series, size_t from, size_t end, size_t kept) {
  const double *const y = series->columns[1];
  size_t least = SIZE_MAX, greatest = SIZE_MAX, gap = SIZE_MAX;
  for (size_t i = from; i < end; i++) {
    if (!isfinite(y[i])) {
      gap = i;
      continue;
    }
    if (least == SIZE_MAX || y[i] < y[least]) least = i;
    if (greatest == SIZE_MAX || y[i] > y[greatest]) greatest = i;
  }
  size_t stays[3] = {least, greatest == least ? SIZE_MAX : greatest, gap};
  for (size_t round = 0; round < 3; round++) {
    size_t first = 0;
    for (size_t k = 1; k < 3; k++)
      if (stays[k] < stays[first]) first = k;
    if (stays[first] == SIZE_MAX) break;
    keep(series, kept++, stays[first]);
    stays[first] = SIZE_MAX;
  }
  return kept;
}

static size_t thin_band_piece(struct sj_chart_series *series, size_t from, size_t end, size_t kept) {
  double low = INFINITY, high = -INFINITY;
  bool gap = false;
  for (size_t i = from; i < end; i++) {
    gap = gap || !isfinite(series->columns[1][i]) || !isfinite(series->columns[2][i]);
    low = fmin(low, series->columns[1][i]);
    high = fmax(high, series->columns[2][i]);
  }
  series->columns[0][kept] = series->columns[0][from + (end - from) / 2];
  series->columns[1][kept] = gap ? (double)NAN : low;
  series->columns[2][kept] = gap ? (double)NAN : high;
  return kept + 1;
}

static void thin(struct sj_chart_series *series, size_t most) {
  const size_t pieces = series->kind == SJ_POINTS ? most : series->kind == SJ_BAND ? most : most / 2;
  const size_t before = series->count;
  size_t kept = 0;
  for (size_t p = 0; p < pieces; p++) {
    const size_t from = p * before / pieces, end = (p + 1) * before / pieces;
    if (series->kind == SJ_BAND)
      kept = thin_band_piece(series, from, end, kept);
    else if (series->kind == SJ_POINTS)
      keep(series, kept++, from);
    else
      kept = thin_piece(series, from, end, kept);
  }
  series->count = kept;
  if (series->thinned_from == 0) series->thinned_from = before;
}

void sj_chart_thin(struct sj_chart *chart, size_t most) {
  for (size_t i = 0; i < chart->series_count; i++) {
    struct sj_chart_series *const series = &chart->series[i];
    const bool thinnable =
        series->kind == SJ_LINE || series->kind == SJ_STEPS || series->kind == SJ_BAND || series->kind == SJ_POINTS;
    if (thinnable && series->count > 2 * most) thin(series, most);
  }
}
