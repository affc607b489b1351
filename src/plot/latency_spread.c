/* How the runs' latencies spread over time: where runs part, as when some recover from a fault and others do not, a
 * mean over runs shows what none of them does. */
#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "plot/source.h"

enum { FEWEST_RUNS = 4, MOST_COLUMNS = 100, ROWS = 40 };

struct map {
  const struct sj_results *results;
  size_t series, columns;
  double low, high; /* of the latencies */
  bool logarithmic;
};

static double cell_of(const struct map *map, size_t run, size_t cell) {
  const struct sj_run *const its = &map->results->runs[run];
  return its->series ? its->series[map->series * map->results->grid_count + cell] : (double)NAN;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* From the least to the 99.9th percentile of all that is drawn; false if there is too little. */
static bool find_range(struct map *map) {
  const size_t all = map->results->run_count * map->results->grid_count;
  double *const values = sj_allocate_array(all, sizeof *values);
  size_t count = 0;
  for (size_t r = 0; r < map->results->run_count; r++)
    for (size_t i = 0; i < map->results->grid_count; i++) {
      const double value = cell_of(map, r, i);
      if (isfinite(value) && value > 0) values[count++] = value;
    }
  const bool enough = count >= 10 * map->results->run_count;
  if (enough) {
    qsort(values, count, sizeof *values, ascending);
    map->low = values[0];
    map->high = values[(size_t)(0.999 * (double)(count - 1))];
    map->logarithmic = map->high > 20 * map->low;
    if (!map->logarithmic) map->low = 0;
  }
  free(values);
  return enough && map->high > map->low;
}

static size_t row_of(const struct map *map, double value) {
  const double part = map->logarithmic ? log(value / map->low) / log(map->high / map->low)
                                       : (value - map->low) / (map->high - map->low);
  return (size_t)fmin(ROWS - 1, fmax(0, floor(part * ROWS)));
}

/* Each column holds the shares of its cells of time, over all runs, as logarithms of per cents; empty cells are left
 * out. Returns the least of them. */
static double fill(const struct map *map, struct sj_chart_grid *grid) {
  double least = 2;
  const size_t cells = map->results->grid_count;
  for (size_t c = 0; c < map->columns; c++) {
    size_t counts[ROWS] = {0}, total = 0;
    for (size_t i = c * cells / map->columns; i < (c + 1) * cells / map->columns; i++)
      for (size_t r = 0; r < map->results->run_count; r++) {
        const double value = cell_of(map, r, i);
        if (!isfinite(value) || value <= 0) continue;
        counts[row_of(map, value)]++;
        total++;
      }
    for (size_t k = 0; k < ROWS; k++)
      grid->value[c * ROWS + k] = counts[k] > 0 ? log10(100 * (double)counts[k] / (double)total) : (double)NAN;
    for (size_t k = 0; k < ROWS; k++) least = fmin(least, grid->value[c * ROWS + k]);
  }
  return least;
}

static void set_rows(const struct map *map, struct sj_chart *chart, struct sj_chart_grid *grid) {
  const double low = map->logarithmic ? log10(map->low) : map->low;
  const double high = map->logarithmic ? log10(map->high) : map->high;
  for (size_t k = 0; k < ROWS; k++) grid->y[k] = low + (high - low) * ((double)k + 0.5) / ROWS;
  sj_axis_set(&chart->y, "mean latency of a cell of time", map->results->time_unit,
              map->logarithmic ? SJ_SCALE_LOG : SJ_SCALE_LINEAR);
}

void sj_charts_add_latency_spread(const struct sj_source *source, struct sj_charts *charts, const char *client,
                                  size_t series) {
  struct map map = {.results = source->results, .series = series};
  const size_t cells = source->results->grid_count;
  if (source->results->run_count < FEWEST_RUNS || cells < 10 || !find_range(&map)) return;
  map.columns = cells < MOST_COLUMNS ? cells : MOST_COLUMNS;
  struct sj_chart *const chart =
      sj_source_chart(source, charts, client, "latency-spread", "How the runs' mean latencies of * spread over time");
  const double end = source->results->grid_start + (double)cells * source->results->grid_step;
  sj_source_time_axis(source, chart, end);
  sj_axis_set(&chart->colours, "share of the runs' cells at that time", "%", SJ_SCALE_LOG);
  struct sj_chart_grid grid = {.columns = map.columns, .rows = ROWS};
  grid.x = sj_allocate_array(map.columns, sizeof *grid.x);
  grid.y = sj_allocate_array(ROWS, sizeof *grid.y);
  grid.value = sj_allocate_array(map.columns * ROWS, sizeof *grid.value);
  for (size_t c = 0; c < map.columns; c++)
    grid.x[c] =
        source->results->grid_start + (end - source->results->grid_start) * ((double)c + 0.5) / (double)map.columns;
  set_rows(&map, chart, &grid);
  chart->colours.low = fill(&map, &grid) - 0.5; /* the rarest is not as pale as nothing */
  sj_chart_add_grid(chart, SJ_HEAT_MAP, NULL, &grid);
  free(grid.x);
  free(grid.y);
  free(grid.value);
}
