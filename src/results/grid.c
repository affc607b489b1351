#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/table.h"

void sj_grid_start(struct sj_grid *grid, size_t columns) {
  sj_grid_clear(grid);
  grid->columns = columns;
  grid->headings = 1;
}

static void add(struct sj_grid *grid, const char *text, const char *half_width) {
  if (grid->cells == grid->capacity) {
    grid->capacity = grid->capacity > 0 ? 2 * grid->capacity : 64;
    grid->cell = sj_reallocate_array(grid->cell, grid->capacity, sizeof *grid->cell);
  }
  grid->cell[grid->cells++] =
      (struct sj_grid_cell){.text = sj_copy_string(text), .half_width = sj_copy_string(half_width)};
}

void sj_grid_add(struct sj_grid *grid, const char *text) { add(grid, text, ""); }

void sj_grid_add_figure(struct sj_grid *grid, struct sj_figure figure, double scale) {
  char value[32], half_width[32];
  sj_figure_text(figure, scale, value, half_width);
  add(grid, value, half_width);
}

void sj_grid_clear(struct sj_grid *grid) {
  for (size_t i = 0; i < grid->cells; i++) {
    free(grid->cell[i].text);
    free(grid->cell[i].half_width);
  }
  free(grid->cell);
  *grid = (struct sj_grid){0};
}

/* Characters, not bytes. */
static size_t width_of(const char *text) {
  size_t width = 0;
  for (; *text; text++) width += ((unsigned char)*text & 0xc0) != 0x80;
  return width;
}

struct widths {
  size_t text, half_width;
};

static size_t total_of(struct widths width) { return width.text + (width.half_width > 0 ? width.half_width + 3 : 0); }

/* A heading may stretch over value and half width. */
static struct widths *widths_of(const struct sj_grid *grid) {
  struct widths *const widths = sj_allocate_array(grid->columns, sizeof *widths);
  const size_t headings = grid->headings * grid->columns;
  for (size_t i = headings; i < grid->cells; i++) {
    struct widths *const column = &widths[i % grid->columns];
    const size_t text = width_of(grid->cell[i].text), half_width = width_of(grid->cell[i].half_width);
    if (text > column->text) column->text = text;
    if (half_width > column->half_width) column->half_width = half_width;
  }
  for (size_t i = 0; i < headings && i < grid->cells; i++) {
    struct widths *const column = &widths[i % grid->columns];
    const size_t heading = width_of(grid->cell[i].text), total = total_of(*column);
    if (heading > total) column->text += heading - total;
  }
  return widths;
}

static void print_heading(const struct sj_grid_cell *cell, struct widths width, bool first, struct sj_text *line) {
  const int padding = (int)(total_of(width) - width_of(cell->text));
  if (first)
    sj_text_add(line, "%s%*s", cell->text, padding, "");
  else
    sj_text_add(line, "  %*s%s", padding, "", cell->text);
}

static void print_cell(const struct sj_grid_cell *cell, struct widths width, bool first, struct sj_text *line) {
  const int padding = (int)(width.text - width_of(cell->text));
  if (first) {
    sj_text_add(line, "%s%*s", cell->text, padding, "");
    return;
  }
  sj_text_add(line, "  %*s%s", padding, "", cell->text);
  if (width.half_width == 0) return;
  const int after = (int)(width.half_width - width_of(cell->half_width));
  sj_text_add(line, " %s %s%*s", *cell->half_width ? "±" : " ", cell->half_width, after, "");
}

void sj_grid_print(const struct sj_grid *grid, size_t indent, struct sj_text *text) {
  if (grid->cells == 0) return;
  struct widths *const widths = widths_of(grid);
  for (size_t start = 0; start < grid->cells; start += grid->columns) {
    struct sj_text line = {0};
    sj_text_add(&line, "%*s", (int)indent, "");
    for (size_t i = start; i < grid->cells && i < start + grid->columns; i++)
      (start < grid->headings * grid->columns ? print_heading : print_cell)(&grid->cell[i], widths[i - start],
                                                                            i == start, &line);
    size_t length = line.length;
    while (length > 0 && line.data[length - 1] == ' ') length--;
    sj_text_add_bytes(text, line.data, length);
    sj_text_add_bytes(text, "\n", 1);
    free(line.data);
  }
  free(widths);
}

/* The exponent of the first digit. */
static int magnitude(double x) { return x == 0 ? 0 : (int)floor(log10(fabs(x))); }

enum { WIDEST = 9, SMALLEST = -4 }; /* magnitudes beyond which an exponent is written */

static int between(int low, int x, int high) { return x < low ? low : x > high ? high : x; }

void sj_figure_text(struct sj_figure figure, double scale, char value[32], char half_width[32]) {
  enum { DIGITS = 4, MOST_DIGITS = 7 };
  const double x = figure.value * scale, half = figure.ci95 * scale;
  *half_width = 0;
  if (!isfinite(x)) {
    snprintf(value, 32, "%s", isnan(x) ? "-" : x < 0 ? "-inf" : "inf");
    return;
  }
  const bool interval = isfinite(half);
  const int size = magnitude(x);
  if (size > WIDEST || size < SMALLEST) {
    snprintf(value, 32, "%.*e", DIGITS - 1, x);
    if (interval) snprintf(half_width, 32, "%.1e", half);
    return;
  }
  const bool whole = x == rint(x) && size < MOST_DIGITS;
  if (interval && half > 0) {
    const int decimals = between(0, 1 - magnitude(half), MOST_DIGITS - 1 - size);
    snprintf(value, 32, "%.*f", decimals, x);
    snprintf(half_width, 32, "%.*f", decimals, half);
    return;
  }
  snprintf(value, 32, "%.*f", whole ? 0 : between(0, DIGITS - 1 - size, 12), x);
}

const char *sj_time_unit_for(double typical, const char *time_unit, double *scale) {
  static const struct {
    const char *name;
    double seconds;
  } units[] = {{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}, {"ns", 1e-9}};
  enum { UNITS = sizeof units / sizeof *units };
  *scale = 1;
  const char *const name = strcmp(time_unit, "us") == 0 ? "µs" : time_unit;
  for (size_t own = 0; own < UNITS; own++) {
    if (strcmp(name, units[own].name) != 0) continue;
    if (!(typical > 0 && isfinite(typical))) return name;
    size_t best = 0;
    while (best + 1 < UNITS && typical * units[own].seconds < units[best].seconds) best++;
    *scale = units[own].seconds / units[best].seconds;
    return units[best].name;
  }
  return time_unit;
}
