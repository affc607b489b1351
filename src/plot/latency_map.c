/* The heat map of a client's latencies over time (Gregg 2010, "Visualizing system latency"): where a mean or a
 * percentile is one line, it shows every mode that answers have, and when each begins and ends. */
#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "plot/source.h"

enum { FEWEST_ROWS = 8, MOST_ROWS = 60 };

struct map {
  const struct sj_results *results;
  struct sj_heatmap all; /* of all runs */
  size_t runs;           /* that have one */
  double low, high;      /* decimal logarithms of the latencies from the lowest row to the highest, which is empty */
  size_t rows;
  bool zeros; /* so many answers take no time at all that they cannot be left out: they are in the lowest row */
};

static void add_runs(struct map *map, size_t series) {
  const struct sj_results *const results = map->results;
  const size_t which = sj_results_heatmap_of(results, series);
  for (size_t r = 0; which != SIZE_MAX && r < results->run_count; r++) {
    const struct sj_heatmap *const its = results->runs[r].heatmaps ? &results->runs[r].heatmaps[which] : NULL;
    if (!its || its->columns == 0) continue;
    sj_heatmap_merge(&map->all, its);
    map->runs++;
  }
}

/* What lies in one of the map's own rows at any time. */
static uint64_t count_of_row(const struct map *map, size_t row) {
  uint64_t sum = 0;
  for (size_t c = 0; c < map->all.columns; c++) sum += sj_heatmap_column(&map->all, c)[row];
  return sum;
}

/* From the 0.05th percentile to the slowest answer, in rows that are not finer than the map's own; false if nothing was
 * answered, or all at once. */
static bool find_range(struct map *map) {
  static const double left_out = 5e-4;
  uint64_t total = 0, below = 0;
  size_t first = 0, last = 0;
  for (size_t c = 0; c < map->all.columns; c++) total += sj_heatmap_total(&map->all, c);
  for (size_t row = 0; row <= map->all.length; row++) {
    const uint64_t count = count_of_row(map, row);
    if (row > 0 && count > 0) last = row;
    below += count;
    if (row == 0) map->zeros = (double)count > left_out * (double)total;
    if (first == 0 && row > 0 && count > 0 && (double)below > left_out * (double)total) first = row;
  }
  if (last == 0) return false;
  map->low = log10(sj_heatmap_bound(map->all.first, first));
  map->high = log10(sj_heatmap_bound(map->all.first, last + 1));
  const double octaves = (map->high - map->low) / log10(2);
  map->rows = (size_t)fmin(MOST_ROWS - 1, fmax(FEWEST_ROWS, octaves * (1 << SJ_HEATMAP_SUBBITS)));
  map->high += (map->high - map->low) / (double)map->rows++; /* an empty row, so that the highest is seen to end */
  return true;
}

/* Shares the count of one of the map's own rows among those drawn, by how much of it lies in each. */
static void share(const struct map *map, size_t row, double count, double *sums) {
  if (row == 0) {
    if (map->zeros) sums[0] += count;
    return;
  }
  const double low = log10(sj_heatmap_bound(map->all.first, row));
  const double high = log10(sj_heatmap_bound(map->all.first, row + 1));
  const double height = (map->high - map->low) / (double)map->rows;
  for (size_t k = 0; k < map->rows; k++) {
    const double from = map->low + (double)k * height, to = from + height;
    if (high > from && low < to) sums[k] += count * (fmin(high, to) - fmax(low, from)) / (high - low);
  }
}

/* How long a column lasts: the last may be shorter. */
static double duration_of(const struct map *map, size_t column) {
  const size_t cells = map->results->grid_count, each = sj_heatmap_cells_of_column(cells);
  const size_t left = cells - column * each;
  return (double)(left < each ? left : each) * map->results->grid_step;
}

/* Rates as decimal logarithms, to three digits; returns the least. */
static double fill(const struct map *map, struct sj_chart_grid *grid) {
  double least = INFINITY;
  double *const sums = sj_allocate_array(map->rows, sizeof *sums);
  for (size_t c = 0; c < map->all.columns; c++) {
    const uint64_t *const counts = sj_heatmap_column(&map->all, c);
    const double unit = (double)map->runs * duration_of(map, c);
    for (size_t k = 0; k < map->rows; k++) sums[k] = 0;
    for (size_t row = 0; row <= map->all.length; row++)
      if (counts[row] > 0) share(map, row, (double)counts[row], sums);
    for (size_t k = 0; k < map->rows; k++) {
      /* Less than a tenth of an answer is the rim of a neighbour. */
      const double value = sums[k] > 0.1 ? rint(1000 * log10(sums[k] / unit)) / 1000 : (double)NAN;
      grid->value[c * map->rows + k] = value;
      least = fmin(least, value);
    }
  }
  free(sums);
  return least;
}

/* The quantile in a column, by linear interpolation inside a row of the map's own; NAN of nothing. */
static double quantile_of(const struct map *map, size_t column, double p) {
  const uint64_t *const counts = sj_heatmap_column(&map->all, column);
  const double rank = p * (double)sj_heatmap_total(&map->all, column);
  double below = 0;
  for (size_t row = 0; row <= map->all.length; row++) {
    const double count = (double)counts[row];
    if (count == 0) continue;
    const double low = sj_heatmap_bound(map->all.first, row), high = sj_heatmap_bound(map->all.first, row + 1);
    if (below + count >= rank) return row > 0 ? low + (high - low) * fmax(0, rank - below) / count : 0;
    below += count;
  }
  return NAN;
}

static double mean_of(const struct map *map, size_t column) {
  const uint64_t *const counts = sj_heatmap_column(&map->all, column);
  double sum = 0, count = 0;
  for (size_t row = 0; row <= map->all.length; row++) {
    const double low = sj_heatmap_bound(map->all.first, row), high = sj_heatmap_bound(map->all.first, row + 1);
    if (row > 0) sum += (double)counts[row] * (low + high) / 2;
    count += (double)counts[row];
  }
  return sum / count;
}

/* The mean and the 99th percentile of each column, where it has answers enough for that. */
static void add_lines(const struct map *map, struct sj_chart *chart, const double *x) {
  enum { ENOUGH_FOR_P99 = 100 };
  const size_t columns = map->all.columns;
  double *const mean = sj_allocate_array(2 * columns, sizeof *mean), *const p99 = mean + columns;
  for (size_t c = 0; c < columns; c++) {
    const uint64_t total = sj_heatmap_total(&map->all, c);
    mean[c] = total > 0 ? log10(mean_of(map, c)) : (double)NAN;
    p99[c] = total >= ENOUGH_FOR_P99 ? log10(quantile_of(map, c, 0.99)) : (double)NAN;
    if (mean[c] < map->low) mean[c] = NAN;
    if (p99[c] < map->low) p99[c] = NAN;
  }
  sj_chart_add(chart, SJ_LINE, "99th percentile", columns, (const double *const[]){x, p99})->colour = 1;
  sj_chart_add(chart, SJ_LINE, "mean", columns, (const double *const[]){x, mean})->colour = 6;
  free(mean);
}

static void draw(const struct sj_source *source, struct sj_charts *charts, const char *client, const struct map *map) {
  const struct sj_results *const results = map->results;
  const size_t columns = map->all.columns;
  struct sj_chart *const chart =
      sj_source_chart(source, charts, client, "latency-map", "Latencies of * over time, mean over runs");
  const double end = results->grid_start + (double)results->grid_count * results->grid_step;
  sj_source_time_axis(source, chart, end);
  sj_source_add_faults(source, chart, end);
  sj_axis_set(&chart->y, "latency", results->time_unit, SJ_SCALE_LOG);
  char *const unit = sj_format("requests/%s", results->time_unit);
  sj_axis_set(&chart->colours, "answered in each rectangle", unit, SJ_SCALE_LOG);
  free(unit);
  struct sj_chart_grid grid = {.columns = columns, .rows = map->rows};
  grid.x = sj_allocate_array(columns, sizeof *grid.x);
  grid.y = sj_allocate_array(map->rows, sizeof *grid.y);
  grid.value = sj_allocate_array(columns * map->rows, sizeof *grid.value);
  for (size_t c = 0; c < columns; c++) grid.x[c] = results->grid_start + ((double)c + 0.5) * duration_of(map, 0);
  for (size_t k = 0; k < map->rows; k++)
    grid.y[k] = map->low + (map->high - map->low) * ((double)k + 0.5) / (double)map->rows;
  chart->colours.low = fill(map, &grid) - 0.5; /* the rarest is not as pale as nothing */
  sj_chart_add_grid(chart, SJ_HEAT_MAP, NULL, &grid);
  add_lines(map, chart, grid.x);
  free(grid.x);
  free(grid.y);
  free(grid.value);
}

void sj_charts_add_latency_map(const struct sj_source *source, struct sj_charts *charts, const char *client,
                               size_t series) {
  struct map map = {.results = source->results};
  add_runs(&map, series);
  if (map.all.columns > 1 && find_range(&map)) draw(source, charts, client, &map);
  sj_heatmap_destroy(&map.all);
}
