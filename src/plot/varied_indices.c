/* Sobol's indices of a sample: which parameters matter. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "plot/varied_parts.h"

/* ---- reading them ---- */

/* The number `index` of the metrics, each of which has one column of total indices of the first path; a new string, or
 * NULL and how many there are. */
static char *nth(const struct sj_varied *varied, size_t index, size_t *count) {
  char *const ending = sj_format(".sobol.total[%s]", varied->paths[0]), *found = NULL;
  const size_t behind = strlen(ending);
  *count = 0;
  for (size_t column = 0; varied->indices && column < varied->indices->metric_count && !found; column++) {
    const char *const name = varied->indices->metrics[column].name;
    const size_t length = strlen(name);
    if (length > behind && strcmp(name + length - behind, ending) == 0 && (*count)++ == index)
      found = sj_format("%.*s", (int)(length - behind), name);
  }
  free(ending);
  return found;
}

size_t sj_varied_index_count(const struct sj_varied *varied) {
  size_t count;
  free(nth(varied, SIZE_MAX, &count));
  return count;
}

char *sj_varied_indexed(const struct sj_varied *varied, size_t index) {
  size_t count;
  return nth(varied, index, &count);
}

static struct sj_sensitivity index_of(const struct sj_varied *varied, const char *metric, const char *order,
                                      size_t axis) {
  static const char *const ends[] = {"", ".low", ".high"};
  double found[3] = {NAN, NAN, NAN};
  for (size_t k = 0; varied->indices && k < 3; k++) {
    char *const name = sj_format("%s.sobol.%s[%s]%s", metric, order, varied->paths[axis], ends[k]);
    found[k] = sj_results_value(varied->indices, name);
    free(name);
  }
  return (struct sj_sensitivity){found[0], found[1], found[2]};
}

struct sj_sensitivity sj_varied_first(const struct sj_varied *varied, const char *metric, size_t axis) {
  return index_of(varied, metric, "first", axis);
}

struct sj_sensitivity sj_varied_total(const struct sj_varied *varied, const char *metric, size_t axis) {
  return index_of(varied, metric, "total", axis);
}

/* The axes by a weight each, largest first; NANs last. */
static size_t *by_weight(const double *weights, size_t count) {
  size_t *const order = sj_allocate_array(count, sizeof *order);
  for (size_t axis = 0; axis < count; axis++) {
    size_t at = axis;
    for (;
         at > 0 && (weights[order[at - 1]] < weights[axis] || (isnan(weights[order[at - 1]]) && !isnan(weights[axis])));
         at--)
      order[at] = order[at - 1];
    order[at] = axis;
  }
  return order;
}

size_t *sj_varied_by_total(const struct sj_varied *varied, const char *metric) {
  double *const totals = sj_allocate_array(varied->axis_count, sizeof *totals);
  for (size_t axis = 0; axis < varied->axis_count; axis++) totals[axis] = sj_varied_total(varied, metric, axis).value;
  size_t *const order = by_weight(totals, varied->axis_count);
  free(totals);
  return order;
}

/* ---- drawing them ---- */

static void words_along(struct sj_axis *axis, size_t count) {
  axis->low = 0.4;
  axis->high = (double)count + 0.6;
}

/* Shares of a whole: all of 0 to 1 is shown, and some of what chance adds. An interval may be so long that nothing else
 * could be seen beside it: it runs out of the picture. */
static void include(struct sj_axis *axis, double low, double value, double high) {
  const double room = 0.03, far = 0.3;
  axis->low = fmin(axis->low, fmin(value, fmax(low, -far)) - room);
  axis->high = fmax(axis->high, fmax(value, fmin(high, 1 + far)) + room);
}

/* Two points for each parameter, side by side. */
static void add_order(const struct sj_varied *varied, const char *metric, const size_t *order, bool total,
                      struct sj_chart *chart) {
  const size_t count = varied->axis_count;
  double *const columns = sj_allocate_array(4 * count, sizeof *columns);
  double *const value = columns + count, *const low = value + count, *const high = low + count;
  for (size_t k = 0; k < count; k++) {
    const struct sj_sensitivity index =
        total ? sj_varied_total(varied, metric, order[k]) : sj_varied_first(varied, metric, order[k]);
    columns[k] = (double)(k + 1) + (total ? 0.12 : -0.12);
    value[k] = index.value;
    low[k] = index.low;
    high[k] = index.high;
    include(&chart->y, low[k], value[k], high[k]);
  }
  struct sj_chart_series *const points =
      sj_chart_add(chart, SJ_INTERVALS, total ? "total: by itself and together with others" : "first order: by itself",
                   count, (const double *const[]){columns, value, low, high});
  points->marker = total ? SJ_DISC : SJ_DIAMOND;
  points->colour = total ? 0 : 1;
  free(columns);
}

static const char remark[] = "whiskers: 95 % confidence, over resamples of the rows";

void sj_varied_add_indices(const struct sj_varied *varied, const char *metric, struct sj_charts *charts) {
  if (isnan(sj_varied_total(varied, metric, 0).value)) return;
  size_t *const order = sj_varied_by_total(varied, metric);
  char *const title = sj_format("What %s depends on", metric);
  struct sj_chart *const chart = sj_varied_chart(varied, metric, "indices", title, remark, charts);
  sj_axis_set(&chart->x, "", NULL, SJ_SCALE_LINEAR); /* its ticks say all */
  words_along(&chart->x, varied->axis_count);
  for (size_t k = 0; k < varied->axis_count; k++) sj_axis_add_tick(&chart->x, (double)(k + 1), varied->paths[order[k]]);
  sj_axis_set(&chart->y, "share of the variance", NULL, SJ_SCALE_LINEAR);
  chart->y.low = -0.03;
  chart->y.high = 1.03;
  add_order(varied, metric, order, false, chart);
  add_order(varied, metric, order, true, chart);
  free(title);
  free(order);
}

/* All of 0 to 1 is no answer. */
static bool is_told(struct sj_sensitivity index) { return index.high - index.low < 1; }

/* The parameters from left to right by what they matter for all metrics together. */
static size_t *by_all(const struct sj_varied *varied, size_t metrics) {
  double *const sums = sj_allocate_array(varied->axis_count, sizeof *sums);
  for (size_t i = 0; i < metrics; i++) {
    char *const metric = sj_varied_indexed(varied, i);
    for (size_t axis = 0; axis < varied->axis_count; axis++) {
      const struct sj_sensitivity total = sj_varied_total(varied, metric, axis);
      if (is_told(total)) sums[axis] += total.value;
    }
    free(metric);
  }
  size_t *const order = by_weight(sums, varied->axis_count);
  free(sums);
  return order;
}

void sj_varied_add_all_indices(const struct sj_varied *varied, struct sj_charts *charts) {
  const size_t metrics = sj_varied_index_count(varied), axes = varied->axis_count;
  if (metrics < 2 || axes < 2) return;
  size_t *const order = by_all(varied, metrics);
  struct sj_chart *const chart =
      sj_varied_chart(varied, "indices", "", "What depends on what: total indices",
                      "share of a figure's variance that a parameter has a part in; empty: cannot be told", charts);
  struct sj_chart_grid grid = {.columns = axes, .rows = metrics};
  grid.x = sj_allocate_array(axes, sizeof *grid.x);
  grid.y = sj_allocate_array(metrics, sizeof *grid.y);
  grid.value = sj_allocate_array(axes * metrics, sizeof *grid.value);
  sj_axis_set(&chart->x, "", NULL, SJ_SCALE_LINEAR);
  sj_axis_set(&chart->y, "", NULL, SJ_SCALE_LINEAR);
  sj_axis_set(&chart->colours, "total index", NULL, SJ_SCALE_LINEAR);
  chart->colours.low = 0;
  chart->colours.high = 1;
  for (size_t k = 0; k < axes; k++) {
    grid.x[k] = (double)(k + 1);
    sj_axis_add_tick(&chart->x, grid.x[k], varied->paths[order[k]]);
  }
  for (size_t row = 0; row < metrics; row++) {
    char *const metric = sj_varied_indexed(varied, metrics - 1 - row); /* the first one on top */
    grid.y[row] = (double)(row + 1);
    sj_axis_add_tick(&chart->y, grid.y[row], metric);
    for (size_t k = 0; k < axes; k++) {
      const struct sj_sensitivity total = sj_varied_total(varied, metric, order[k]);
      grid.value[k * metrics + row] = is_told(total) ? total.value : (double)NAN;
      if (is_told(total)) chart->colours.high = fmax(chart->colours.high, total.value);
    }
    free(metric);
  }
  sj_chart_add_grid(chart, SJ_HEAT_MAP, NULL, &grid)->written = true;
  free(grid.x);
  free(grid.y);
  free(grid.value);
  free(order);
}
