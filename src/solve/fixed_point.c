/* The roots of a field that is bilinear in every cell of a grid. */
#include <math.h>
#include <stdlib.h>

#include "solve/field.h"

/* One component in a cell: c0 + cx x + cy y + cxy x y, x and y in [0, 1], divided by its largest corner. */
struct bilinear {
  double c0, cx, cy, cxy, scale;
};

/* The linear part of the field at a point: of both components, by x and by y. */
struct linear {
  double qx, qy, ox, oy;
};

/* A root as it was found, with the sum of the linear parts of the cells that it was found from. */
struct found {
  double q, o;
  struct linear linear;
  size_t cells;
};

struct search {
  const struct sj_drift_field *field;
  struct found *list;
  size_t count, capacity;
  enum sj_status status;
};

/* Roots so near to each other, in units of the grid, are one; and roots may lie so far outside of a cell. */
static const double same = 1e-7, outside = 1e-9;
/* Of components with largest corner 1. */
static const double negligible = 1e-13;

static void keep(struct search *s, double q, double o, struct linear linear) {
  for (size_t i = 0; i < s->count; i++) {
    struct found *const f = &s->list[i];
    if (fabs(f->q - q) > same || fabs(f->o - o) > same) continue;
    f->linear.qx += linear.qx;
    f->linear.qy += linear.qy;
    f->linear.ox += linear.ox;
    f->linear.oy += linear.oy;
    f->cells++;
    return;
  }
  if (s->count == s->capacity) {
    const size_t capacity = 2 * s->capacity + 8;
    struct found *const list = realloc(s->list, capacity * sizeof *list);
    if (!list) {
      s->status = SJ_NO_MEMORY;
      return;
    }
    s->list = list;
    s->capacity = capacity;
  }
  s->list[s->count++] = (struct found){q, o, linear, 1};
}

/* ---- cells ---- */

/* False if the component has no root in the cell, or is not known there. */
static bool bilinear_of(double at00, double at10, double at01, double at11, struct bilinear *b) {
  const double largest = fmax(fmax(at00, at10), fmax(at01, at11)), least = fmin(fmin(at00, at10), fmin(at01, at11));
  if (isnan(at00 + at10 + at01 + at11) || least > 0 || largest < 0) return false;
  const double scale = fmax(largest, -least);
  if (scale == 0) {
    *b = (struct bilinear){0};
    return true;
  }
  at00 /= scale;
  *b = (struct bilinear){at00, at10 / scale - at00, at01 / scale - at00, 0, scale};
  b->cxy = at11 / scale - at10 / scale - b->cy;
  return true;
}

static double value(const struct bilinear *b, double x, double y) {
  return b->c0 + b->cx * x + (b->cy + b->cxy * x) * y;
}

/* The real roots of a x^2 + b x + c; a pair that rounding may have parted counts as a double one. */
static size_t quadratic_roots(double a, double b, double c, double roots[2]) {
  const double size = fabs(a) + fabs(b) + fabs(c);
  if (size <= negligible) return 0;
  if (fabs(a) <= 1e-15 * size) {
    if (fabs(b) <= 1e-15 * size) return 0;
    roots[0] = -c / b;
    return 1;
  }
  double square = b * b - 4 * a * c;
  if (square < 0 && square > -1e-14 * size * size) square = 0;
  if (square < 0) return 0;
  const double half = -0.5 * (b + copysign(sqrt(square), b));
  roots[0] = half / a;
  if (half == 0) return 1;
  roots[1] = c / half;
  return 2;
}

/* A root's y, given its x: from the component that depends on y the more. */
static double other_coordinate(const struct bilinear *u, const struct bilinear *v, double x) {
  const double of_u = u->cy + u->cxy * x, of_v = v->cy + v->cxy * x;
  const struct bilinear *const b = fabs(of_u) >= fabs(of_v) ? u : v;
  const double slope = fabs(of_u) >= fabs(of_v) ? of_u : of_v;
  return fabs(slope) <= negligible ? NAN : -(b->c0 + b->cx * x) / slope;
}

static void keep_if_root(struct search *s, const struct bilinear *u, const struct bilinear *v, size_t column,
                         size_t row, double x, double y) {
  if (!(x >= -outside && x <= 1 + outside && y >= -outside && y <= 1 + outside)) return;
  x = fmin(1, fmax(0, x));
  y = fmin(1, fmax(0, y));
  if (fabs(value(u, x, y)) > 1e-8 || fabs(value(v, x, y)) > 1e-8) return;
  const struct linear linear = {u->scale * (u->cx + u->cxy * y), u->scale * (u->cy + u->cxy * x),
                                v->scale * (v->cx + v->cxy * y), v->scale * (v->cy + v->cxy * x)};
  keep(s, (double)column + x, (double)row + y, linear);
}

static void search_cell(struct search *s, size_t column, size_t row) {
  const size_t rows = s->field->rows, at = column * rows + row;
  const double *const q = s->field->drift_q, *const o = s->field->drift_o;
  struct bilinear u, v;
  if (!bilinear_of(q[at], q[at + rows], q[at + 1], q[at + rows + 1], &u)) return;
  if (!bilinear_of(o[at], o[at + rows], o[at + 1], o[at + rows + 1], &v)) return;
  /* Both vanish for the same y: (u.c0 + u.cx x) (v.cy + v.cxy x) = (v.c0 + v.cx x) (u.cy + u.cxy x). */
  double roots[2];
  const size_t count =
      quadratic_roots(u.cx * v.cxy - v.cx * u.cxy, u.c0 * v.cxy + u.cx * v.cy - v.c0 * u.cxy - v.cx * u.cy,
                      u.c0 * v.cy - v.c0 * u.cy, roots);
  for (size_t r = 0; r < count; r++) keep_if_root(s, &u, &v, column, row, roots[r], other_coordinate(&u, &v, roots[r]));
}

/* ---- a single row or column ---- */

static void search_interval(struct search *s, const double *drift, size_t at, bool along_q) {
  const double before = drift[at], after = drift[at + 1];
  if (isnan(before + after) || before == after || fmin(before, after) > 0 || fmax(before, after) < 0) return;
  const double slope = after - before, place = (double)at - before / slope;
  if (along_q)
    keep(s, place, 0, (struct linear){.qx = slope});
  else
    keep(s, 0, place, (struct linear){.oy = slope});
}

/* ---- kinds ---- */

static enum sj_fixed_kind kind_of(double first, double second, double size) {
  if (fmin(fabs(first), fabs(second)) <= 1e-9 * size) return SJ_UNDECIDED;
  if (first < 0 && second < 0) return SJ_ATTRACTOR;
  return first > 0 && second > 0 ? SJ_REPELLER : SJ_SADDLE;
}

static struct sj_fixed_point classified(const struct found *f, bool line) {
  struct sj_fixed_point point = {.q = f->q, .o = f->o, .re = {NAN, NAN}, .im = {0, 0}};
  const double qx = f->linear.qx / (double)f->cells, qy = f->linear.qy / (double)f->cells;
  const double ox = f->linear.ox / (double)f->cells, oy = f->linear.oy / (double)f->cells;
  if (line) {
    point.re[0] = qx + oy; /* one of them is 0 */
    point.im[1] = NAN;
    point.kind = kind_of(point.re[0], point.re[0], 1e-300);
    return point;
  }
  const double half = (qx + oy) / 2, square = (qx - oy) / 2 * ((qx - oy) / 2) + qy * ox;
  const double size = fmax(fmax(fabs(qx), fabs(qy)), fmax(fabs(ox), fabs(oy)));
  if (square < 0) {
    point.focus = true;
    point.re[0] = point.re[1] = half;
    point.im[0] = sqrt(-square);
    point.im[1] = -point.im[0];
    point.kind = kind_of(half, half, size);
    return point;
  }
  /* The smaller one from the determinant: their difference would cancel. */
  const double larger = half + copysign(sqrt(square), half);
  point.re[0] = larger;
  point.re[1] = larger == 0 ? 0 : (qx * oy - qy * ox) / larger;
  point.kind = kind_of(point.re[0], point.re[1], size);
  return point;
}

static int by_place(const void *a, const void *b) {
  const struct sj_fixed_point *const x = a, *const y = b;
  if (x->q != y->q) return x->q < y->q ? -1 : 1;
  return (x->o > y->o) - (x->o < y->o);
}

enum sj_status sj_fixed_points(const struct sj_drift_field *field, struct sj_fixed_point **points, size_t *count) {
  struct search s = {.field = field};
  const size_t columns = field->columns, rows = field->rows;
  const bool line = columns == 1 || rows == 1;
  for (size_t q = 0; q + 1 < columns; q++) {
    if (rows == 1) search_interval(&s, field->drift_q, q, true);
    for (size_t o = 0; o + 1 < rows; o++) search_cell(&s, q, o);
  }
  for (size_t o = 0; columns == 1 && o + 1 < rows; o++) search_interval(&s, field->drift_o, o, false);
  *count = s.count;
  *points = malloc((s.count + 1) * sizeof **points);
  if (!*points) s.status = SJ_NO_MEMORY;
  for (size_t i = 0; i < s.count && *points; i++) (*points)[i] = classified(&s.list[i], line);
  if (*points) qsort(*points, s.count, sizeof **points, by_place);
  free(s.list);
  if (s.status == SJ_OK) return SJ_OK;
  free(*points);
  *points = NULL;
  *count = 0;
  return s.status;
}

const char *sj_fixed_kind_name(enum sj_fixed_kind kind) {
  static const char *const names[] = {
      [SJ_ATTRACTOR] = "attractor", [SJ_SADDLE] = "saddle", [SJ_REPELLER] = "repeller", [SJ_UNDECIDED] = "undecided"};
  return names[kind];
}
