#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/heading.h"
#include "cli/sweep.h"
#include "model/model.h"
#include "results/results.h"
#include "results/table.h"

enum { WIDTH = 80, MOST_ROWS = 100 };

/* A heading of two lines: the component, and what of it. */
static void split(const char *name, char **above, char **below) {
  const char *const dot = strchr(name, '.');
  *above = dot ? sj_format("%.*s", (int)(dot - name), name) : sj_copy_string("");
  *below = sj_copy_string(dot ? dot + 1 : name);
}

/* ---- points ---- */

struct column {
  const char *metric;
  char *above, *below;
  double scale;
};

static double least_of(const struct sj_sweep *sweep, const char *metric) {
  double least = NAN;
  for (size_t i = 0; i < sweep->point_count; i++)
    if (sweep->points[i].results) least = fmin(least, sj_results_value(sweep->points[i].results, metric));
  return least;
}

static struct column column_of(const struct sj_sweep_job *job, const char *metric) {
  struct column column = {.metric = metric};
  char *name;
  split(metric, &column.above, &name);
  column.below =
      sj_heading(metric, name, least_of(job->sweep, metric), sj_sweep_any(job->sweep)->time_unit, &column.scale);
  free(name);
  return column;
}

static void add_headings(const struct sj_sweep_job *job, const struct column *columns, size_t count, bool expected,
                         struct sj_grid *grid) {
  const struct sj_sweep *const sweep = job->sweep;
  for (size_t line = 0; line < 2; line++) {
    for (size_t a = 0; a < sweep->axis_count; a++) {
      char *parts[2];
      split(sweep->axes[a].path, &parts[0], &parts[1]);
      sj_grid_add(grid, parts[line]);
      free(parts[0]);
      free(parts[1]);
    }
    for (size_t i = 0; i < count; i++) sj_grid_add(grid, line ? columns[i].below : columns[i].above);
    if (expected) sj_grid_add(grid, line ? "expected" : "");
  }
}

static void add_cell(const struct sj_results *results, const struct column *column, struct sj_grid *grid) {
  const size_t metric = results ? sj_results_find(results, column->metric) : SIZE_MAX;
  if (metric == SIZE_MAX) {
    sj_grid_add(grid, results ? "-" : "failed");
    return;
  }
  const struct sj_exact_figure exact = sj_results_exact(results, metric);
  if (exact.word)
    sj_grid_add(grid, exact.word);
  else
    sj_grid_add_figure(grid, sj_results_figure(results, metric), column->scale);
}

static void add_row(const struct sj_sweep_job *job, size_t point, const struct column *columns, size_t count,
                    bool expected, struct sj_grid *grid) {
  const struct sj_sweep *const sweep = job->sweep;
  for (size_t a = 0; a < sweep->axis_count; a++) {
    char *const value = sj_sweep_value_text(sweep, point, a);
    if (sweep->axes[a].continuous)
      sj_grid_add_figure(grid, (struct sj_figure){sj_sweep_value(sweep, point, a), NAN}, 1);
    else
      sj_grid_add(grid, value);
    free(value);
  }
  for (size_t i = 0; i < count; i++) add_cell(sweep->points[point].results, &columns[i], grid);
  if (expected) sj_grid_add(grid, sj_sweep_unmet(job, point) ? "not met" : "met");
}

static bool is_done(const struct sj_sweep *sweep, size_t point) {
  return sweep->points[point].results || sweep->points[point].failure;
}

static void fill(const struct sj_sweep_job *job, const struct column *columns, size_t count, struct sj_grid *grid) {
  const struct sj_sweep *const sweep = job->sweep;
  const bool expected = sj_sweep_checked(job) > 0;
  sj_grid_start(grid, sweep->axis_count + count + expected);
  grid->headings = 2;
  add_headings(job, columns, count, expected, grid);
  size_t rows = 0;
  for (size_t i = 0; i < sweep->point_count && rows < MOST_ROWS; i++) {
    if (!is_done(sweep, i)) continue;
    add_row(job, i, columns, count, expected, grid);
    rows++;
  }
}

/* As many of the columns as fit, at least the first. */
static void add_points(const struct sj_sweep_job *job, struct sj_text *text) {
  const size_t all = job->column_count;
  struct column *const columns = sj_allocate_array(all, sizeof *columns);
  for (size_t i = 0; i < all; i++) columns[i] = column_of(job, job->columns[i]);
  for (size_t count = all;; count--) {
    struct sj_grid grid = {0};
    struct sj_text table = {0};
    fill(job, columns, count, &grid);
    sj_grid_print(&grid, 0, &table);
    sj_grid_clear(&grid);
    const bool fits = count <= 1 || sj_widest(table.data) <= WIDTH;
    if (fits) sj_text_add(text, "\n%s", table.data);
    free(table.data);
    if (fits) break;
  }
  for (size_t i = 0; i < all; i++) {
    free(columns[i].above);
    free(columns[i].below);
  }
  free(columns);
  const size_t done = job->sweep->done + job->sweep->failed;
  if (done > MOST_ROWS) sj_text_add(text, "and %zu more points; --csv has all of them\n", done - MOST_ROWS);
}

/* ---- indices ---- */

static void add_index(const struct sj_sensitivity *index, struct sj_grid *grid) {
  char value[32] = "-", interval[64] = "";
  if (!isnan(index->value)) {
    snprintf(value, sizeof value, "%.3f", index->value + 0.0);
    snprintf(interval, sizeof interval, "%.3f ... %.3f", index->low, index->high);
  }
  sj_grid_add(grid, value);
  sj_grid_add(grid, interval);
}

static void add_indices(const struct sj_sweep *sweep, struct sj_text *text) {
  static const char *const headings[] = {"first", "95 %", "total", "95 %"};
  sj_text_add(text,
              "\nshare of the variance that a parameter explains by itself (first), and has a part\n"
              "in (total)\n");
  for (size_t m = 0; m < sweep->index_count; m++) {
    struct sj_grid grid = {0};
    sj_grid_start(&grid, 5);
    sj_grid_add(&grid, sweep->index_names[m]);
    for (size_t k = 0; k < 4; k++) sj_grid_add(&grid, headings[k]);
    for (size_t a = 0; a < sweep->axis_count; a++) {
      char *const path = sj_format("  %s", sweep->axes[a].path);
      sj_grid_add(&grid, path);
      free(path);
      add_index(&sweep->first[m * sweep->axis_count + a], &grid);
      add_index(&sweep->total[m * sweep->axis_count + a], &grid);
    }
    sj_text_add(text, "\n");
    sj_grid_print(&grid, 0, text);
    sj_grid_clear(&grid);
  }
  if (sweep->rows_used < sweep->samples)
    sj_text_add(text, "\n%zu of %" PRIu32 " rows are used: the others have points without such a figure\n",
                sweep->rows_used, sweep->samples);
}

/* ---- all of it ---- */

static void add_heading(const struct sj_sweep_job *job, struct sj_text *text) {
  const struct sj_sweep *const sweep = job->sweep;
  const struct sj_results *const any = sj_sweep_any(sweep);
  char number[32], other[32];
  uint64_t events = 0;
  for (size_t i = 0; i < sweep->point_count; i++)
    for (size_t r = 0; sweep->points[i].results && r < sweep->points[i].results->run_count; r++)
      events += sweep->points[i].results->runs[r].events;
  sj_text_add(text, "%s", job->options->file);
  if (job->how.model.scenario) sj_text_add(text, ", scenario %s", job->how.model.scenario);
  sj_text_add(text, ": %zu point%s", sweep->done, sweep->done == 1 ? "" : "s");
  if (sweep->done < sweep->point_count) sj_text_add(text, " of %zu", sweep->point_count);
  if (sweep->samples) sj_text_add(text, ", a sample of %" PRIu32 " rows", sweep->samples);
  if (sweep->kept) sj_text_add(text, ", %zu of them kept from before", sweep->kept);
  sj_text_add(text, "\n");
  if (!any) return;
  if (job->how.solve) {
    sj_text_add(text, "solved\n");
    return;
  }
  sj_figure_text((struct sj_figure){(double)events, NAN}, 1, number, other);
  sj_text_add(text, "%zu run%s each of", any->run_count, any->run_count == 1 ? "" : "s");
  sj_text_add(text, " %s %s, seed %" PRIu64 "; %s events\n", sj_length_text(any->duration, other), any->time_unit,
              any->seed, number);
}

void sj_sweep_table(const struct sj_sweep_job *job, struct sj_text *text) {
  add_heading(job, text);
  if (!sj_sweep_any(job->sweep)) return;
  if (job->sweep->first)
    add_indices(job->sweep, text);
  else
    add_points(job, text);
  if (job->model->expectation_count) sj_text_add(text, "\n");
}
