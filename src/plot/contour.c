#include "plot/contour.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/base.h"

/* Edges are numbered: 2 p from grid point p to its right, 2 p + 1 upwards. A line crosses an edge at most once and has
 * one segment in each of the two cells beside it, so every crossing has at most two neighbours. */
struct tracing {
  const struct sj_chart_grid *grid;
  double level;
  size_t edges;
  size_t (*next)[2]; /* SIZE_MAX: none */
};

static size_t point(const struct tracing *t, size_t i, size_t j) { return i * t->grid->rows + j; }

static void join(struct tracing *t, size_t a, size_t b) {
  t->next[a][t->next[a][0] != SIZE_MAX] = b;
  t->next[b][t->next[b][0] != SIZE_MAX] = a;
}

static bool above(const struct tracing *t, size_t p) { return t->grid->value[p] >= t->level; }

/* The corners of a cell go round: c, then its right, the far one, the upper one; edge k joins corners k and k + 1. */
static void cell(struct tracing *t, size_t i, size_t j) {
  const size_t corner[4] = {point(t, i, j), point(t, i + 1, j), point(t, i + 1, j + 1), point(t, i, j + 1)};
  const size_t edge[4] = {2 * corner[0], 2 * corner[1] + 1, 2 * corner[3], 2 * corner[0] + 1};
  size_t crossed[4], count = 0;
  double sum = 0;
  for (size_t k = 0; k < 4; k++) {
    const double value = t->grid->value[corner[k]];
    if (isnan(value)) return;
    sum += value;
    if (above(t, corner[k]) != above(t, corner[(k + 1) % 4])) crossed[count++] = edge[k];
  }
  if (count == 2) join(t, crossed[0], crossed[1]);
  if (count < 4) return;
  /* Corner 1 is cut off by edges 0 and 1 where it differs from the middle, else 0 and 2 are cut off. */
  const bool cut = above(t, corner[1]) != (sum / 4 >= t->level);
  join(t, edge[0], edge[cut ? 1 : 3]);
  join(t, edge[2], edge[cut ? 3 : 1]);
}

static void place(const struct tracing *t, size_t edge, double *x, double *y) {
  const struct sj_chart_grid *const grid = t->grid;
  const size_t p = edge / 2, i = p / grid->rows, j = p % grid->rows;
  const bool up = edge % 2;
  const size_t q = up ? p + 1 : p + grid->rows;
  const double a = grid->value[p], b = grid->value[q];
  double share = (t->level - a) / (b - a);
  if (isinf(a)) share = 1;
  if (isinf(b)) share = isinf(a) ? 0.5 : 0;
  *x = up ? grid->x[i] : grid->x[i] + share * (grid->x[i + 1] - grid->x[i]);
  *y = up ? grid->y[j] + share * (grid->y[j + 1] - grid->y[j]) : grid->y[j];
}

static void add_place(const struct tracing *t, size_t edge, struct sj_polyline *line) {
  line->x = sj_reallocate_array(line->x, line->count + 1, sizeof *line->x);
  line->y = sj_reallocate_array(line->y, line->count + 1, sizeof *line->y);
  place(t, edge, &line->x[line->count], &line->y[line->count]);
  line->count++;
}

/* Follows the line from `start`, and takes it out. */
static struct sj_polyline follow(struct tracing *t, size_t start) {
  struct sj_polyline line = {0};
  size_t at = start, before = SIZE_MAX;
  do {
    add_place(t, at, &line);
    const size_t forward = t->next[at][0] != before ? t->next[at][0] : t->next[at][1];
    t->next[at][0] = t->next[at][1] = SIZE_MAX;
    before = at;
    at = forward;
  } while (at != SIZE_MAX && at != start);
  if (at == start) add_place(t, start, &line);
  return line;
}

struct sj_polyline *sj_contours(const struct sj_chart_grid *grid, double level, size_t *count) {
  struct tracing t = {.grid = grid, .level = level, .edges = 2 * grid->columns * grid->rows};
  struct sj_polyline *lines = NULL;
  *count = 0;
  t.next = sj_allocate_array(t.edges + 1, sizeof *t.next);
  for (size_t e = 0; e < t.edges; e++) t.next[e][0] = t.next[e][1] = SIZE_MAX;
  for (size_t i = 0; i + 1 < grid->columns; i++)
    for (size_t j = 0; j + 1 < grid->rows; j++) cell(&t, i, j);
  /* Open lines from one of their ends first; what is then left is closed. */
  for (int closed = 0; closed < 2; closed++) {
    for (size_t e = 0; e < t.edges; e++) {
      if (t.next[e][0] == SIZE_MAX || (t.next[e][1] == SIZE_MAX) == (closed == 1)) continue;
      lines = sj_reallocate_array(lines, *count + 1, sizeof *lines);
      lines[(*count)++] = follow(&t, e);
    }
  }
  free(t.next);
  return lines;
}

void sj_contours_destroy(struct sj_polyline *lines, size_t count) {
  for (size_t i = 0; i < count; i++) {
    free(lines[i].x);
    free(lines[i].y);
  }
  free(lines);
}
