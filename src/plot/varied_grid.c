/* A grid over several axes: maps over two of them for values of the others, and each one's main effect. */
#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "plot/varied_parts.h"

enum { MOST_PANELS = 6, MOST_DOTS = 500, MOST_CELLS = 1000000 };

/* ---- small multiples ---- */

/* The two axes with most values, in their order; of equals the first. */
static void choose_plane(const struct sj_varied_axis *axes, size_t count, size_t plane[2]) {
  size_t most = 0, next = SIZE_MAX;
  for (size_t axis = 1; axis < count; axis++)
    if (axes[axis].distinct > axes[most].distinct) most = axis;
  for (size_t axis = 0; axis < count; axis++)
    if (axis != most && (next == SIZE_MAX || axes[axis].distinct > axes[next].distinct)) next = axis;
  plane[0] = most < next ? most : next;
  plane[1] = most < next ? next : most;
}

/* Which panel a point belongs to: the others' values count it, the last one's fastest. */
static size_t panel_of(const struct sj_varied_axis *axes, size_t count, const size_t plane[2], size_t point) {
  size_t panel = 0;
  for (size_t axis = 0; axis < count; axis++)
    if (axis != plane[0] && axis != plane[1]) panel = panel * axes[axis].distinct + axes[axis].place[point];
  return panel;
}

/* "threads = 3, queue = 10" of the axes that have several values; a new string, NULL if none has. */
static char *panel_text(const struct sj_varied_axis *axes, size_t count, const size_t plane[2], size_t panel) {
  struct sj_text text = {0};
  size_t left = panel, before = 1;
  for (size_t axis = 0; axis < count; axis++)
    if (axis != plane[0] && axis != plane[1]) before *= axes[axis].distinct;
  for (size_t axis = 0; axis < count; axis++) {
    if (axis == plane[0] || axis == plane[1]) continue;
    before /= axes[axis].distinct;
    const size_t place = left / before;
    left %= before;
    if (axes[axis].distinct > 1)
      sj_text_add(&text, "%s%s = %s", text.length > 0 ? ", " : "", axes[axis].path, axes[axis].words[place]);
  }
  return text.data;
}

/* All maps have the colours of the least and the greatest figure of all. */
static void common_colours(const double *figures, size_t count, struct sj_axis *colours) {
  double low = INFINITY, high = -INFINITY;
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(figures[i])) continue;
    low = fmin(low, figures[i]);
    high = fmax(high, figures[i]);
  }
  if (!(low < high)) return;
  colours->low = colours->scale == SJ_SCALE_LOG ? log10(low) : low;
  colours->high = colours->scale == SJ_SCALE_LOG ? log10(high) : high;
}

void sj_varied_add_panels(const struct sj_varied *varied, const char *metric, const struct sj_varied_axis *axes,
                          struct sj_charts *charts) {
  size_t plane[2], panels = 1;
  choose_plane(axes, varied->axis_count, plane);
  for (size_t axis = 0; axis < varied->axis_count; axis++)
    if (axis != plane[0] && axis != plane[1] && panels <= MOST_PANELS) panels *= axes[axis].distinct;
  if (panels > MOST_PANELS || axes[plane[0]].distinct < 2 || axes[plane[1]].distinct < 2) return;
  double *const figures = sj_varied_figures(varied, metric);
  bool *const chosen = sj_allocate_array(varied->count, sizeof *chosen);
  for (size_t panel = 0; panel < panels; panel++) {
    bool any = false;
    for (size_t i = 0; i < varied->count; i++) {
      chosen[i] = panel_of(axes, varied->axis_count, plane, i) == panel;
      any = any || (chosen[i] && isfinite(figures[i]));
    }
    if (!any) continue;
    char *const where = panel_text(axes, varied->axis_count, plane, panel);
    char *const title = sj_format("%s by %s and %s%s%s", metric, axes[plane[0]].path, axes[plane[1]].path,
                                  where ? ", " : "", where ? where : "");
    char *const more = panels > 1 ? sj_format("map-%zu", panel + 1) : sj_copy_string("");
    struct sj_chart *const chart = sj_varied_chart(varied, metric, more, title,
                                                   panels > 1 ? "all maps of it have the same colours" : NULL, charts);
    sj_varied_add_map(varied, figures, metric, &axes[plane[0]], &axes[plane[1]], chosen, chart);
    common_colours(figures, varied->count, &chart->colours);
    free(where);
    free(title);
    free(more);
  }
  free(chosen);
  free(figures);
}

/* ---- main effects ---- */

/* The figures by the combination of the others' values and the value of one axis: cells[combination * distinct + k]. */
struct table {
  size_t combinations, distinct;
  double *cells;
};

static struct table table_of(const struct sj_varied *varied, const double *figures, const struct sj_varied_axis *axes,
                             size_t which) {
  struct table table = {.combinations = 1, .distinct = axes[which].distinct};
  for (size_t axis = 0; axis < varied->axis_count; axis++) {
    if (axis != which) table.combinations *= axes[axis].distinct;
    if (table.combinations * table.distinct > MOST_CELLS) return (struct table){0};
  }
  table.cells = sj_allocate_array(table.combinations * table.distinct, sizeof *table.cells);
  for (size_t k = 0; k < table.combinations * table.distinct; k++) table.cells[k] = NAN;
  for (size_t i = 0; i < varied->count; i++) {
    size_t combination = 0;
    for (size_t axis = 0; axis < varied->axis_count; axis++)
      if (axis != which) combination = combination * axes[axis].distinct + axes[axis].place[i];
    table.cells[combination * table.distinct + axes[which].place[i]] = figures[i];
  }
  return table;
}

/* Leaves the combinations that have the figure at every value: a mean over others here than there would tell nothing.
 * Returns how many there were before. */
static size_t keep_whole(struct table *table) {
  const size_t before = table->combinations;
  size_t kept = 0;
  for (size_t c = 0; c < before; c++) {
    bool whole = true;
    for (size_t k = 0; k < table->distinct; k++) whole = whole && isfinite(table->cells[c * table->distinct + k]);
    for (size_t k = 0; whole && k < table->distinct; k++)
      table->cells[kept * table->distinct + k] = table->cells[c * table->distinct + k];
    kept += whole;
  }
  table->combinations = kept;
  return before;
}

static void add_dots(const struct table *table, const struct sj_varied_axis *axis, struct sj_chart *chart) {
  const size_t count = table->combinations * table->distinct;
  if (count > MOST_DOTS) return;
  double *const at = sj_allocate_array(count, sizeof *at);
  for (size_t i = 0; i < count; i++) at[i] = axis->values[i % table->distinct];
  struct sj_chart_series *const dots =
      sj_chart_add(chart, SJ_POINTS, "single points", count, (const double *const[]){at, table->cells});
  dots->colour = 5;
  dots->marker = SJ_DOT;
  free(at);
}

/* The mean, and how far the others move the figure: as a band, or for words as blocks. */
static void add_mean(const struct table *table, const struct sj_varied_axis *axis, struct sj_chart *chart) {
  static const char spread[] = "from least to greatest as the others vary: no confidence interval";
  const size_t count = table->distinct;
  double *const columns = sj_allocate_array(6 * count, sizeof *columns);
  double *const mean = columns + count, *const low = mean + count, *const high = low + count;
  double *const left = high + count, *const right = left + count;
  for (size_t k = 0; k < count; k++) {
    columns[k] = axis->values[k];
    left[k] = columns[k] - 0.25;
    right[k] = columns[k] + 0.25;
    low[k] = INFINITY;
    high[k] = -INFINITY;
    for (size_t c = 0; c < table->combinations; c++) {
      const double value = table->cells[c * count + k];
      mean[k] += value / (double)table->combinations;
      low[k] = fmin(low[k], value);
      high[k] = fmax(high[k], value);
    }
  }
  if (axis->numbers)
    sj_chart_add(chart, SJ_BAND, spread, count, (const double *const[]){columns, low, high})->colour = 0;
  else
    sj_chart_add(chart, SJ_BLOCKS, spread, count, (const double *const[]){left, right, low, high})->colour = 5;
  if (axis->numbers) add_dots(table, axis, chart);
  static const char words[] = "mean over the others' values";
  if (axis->numbers) sj_chart_add(chart, SJ_LINE, words, count, (const double *const[]){columns, mean})->colour = 0;
  struct sj_chart_series *const points =
      sj_chart_add(chart, SJ_POINTS, axis->numbers ? NULL : words, count, (const double *const[]){columns, mean});
  points->colour = 0;
  points->marker = SJ_DISC;
  free(columns);
}

static void add_effect(const struct sj_varied *varied, const char *metric, const double *figures,
                       const struct sj_varied_axis *axes, size_t which, struct sj_charts *charts) {
  struct table table = table_of(varied, figures, axes, which);
  const size_t all = keep_whole(&table);
  if (table.combinations > 1 && table.distinct > 1) {
    const char *const others = varied->axis_count == 2 ? axes[1 - which].path : "the others";
    char *const title = sj_format("%s by %s, averaged over %s", metric, axes[which].path, others);
    char *const remark =
        table.combinations < all
            ? sj_format("over the %zu of %zu combinations of the others that have the figure at every value",
                        table.combinations, all)
            : sj_format("over the %zu combinations of the others", all);
    struct sj_chart *const chart = sj_varied_chart(varied, metric, axes[which].path, title, remark, charts);
    sj_varied_set_axis(&chart->x, &axes[which]);
    sj_varied_set_metric(varied, metric, &chart->y);
    add_mean(&table, &axes[which], chart);
    free(title);
    free(remark);
  }
  free(table.cells);
}

void sj_varied_add_effects(const struct sj_varied *varied, const char *metric, const struct sj_varied_axis *axes,
                           struct sj_charts *charts) {
  double *const figures = sj_varied_figures(varied, metric);
  for (size_t axis = 0; axis < varied->axis_count; axis++) add_effect(varied, metric, figures, axes, axis, charts);
  free(figures);
}
