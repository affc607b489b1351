#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "random/tails.h"

/* Where a law is cut off when its whole numbers are listed. */
static const double negligible = 1e-20;

void sj_marks_add(struct marks *m, double x) {
  if (!isfinite(x)) return;
  if (m->count == m->limit) {
    m->overflow = true;
    return;
  }
  if (m->count == m->capacity) {
    m->capacity = m->capacity ? 2 * m->capacity : 64;
    m->points = sj_reallocate_array(m->points, m->capacity, sizeof *m->points);
  }
  m->points[m->count++] = x;
}

static void add_whole_numbers(struct marks *m, double first, double last) {
  if (last - first >= (double)(m->limit - m->count)) {
    m->overflow = true;
    return;
  }
  for (double x = first; x <= last; x++) sj_marks_add(m, x);
}

static int compare_doubles(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

void sj_marks_sort(struct marks *m) {
  if (m->count == 0) return;
  qsort(m->points, m->count, sizeof *m->points, compare_doubles);
  size_t kept = 1;
  for (size_t i = 1; i < m->count; i++)
    if (m->points[i] != m->points[kept - 1]) m->points[kept++] = m->points[i];
  m->count = kept;
}

static void add_edges(const struct sj_distribution *d, struct marks *m);
static void add_scales(const struct sj_distribution *d, struct marks *m);

/* Keeps at most five, the ends among them. */
static void thin(struct marks *m) {
  enum { KEPT = 5 };
  if (m->count <= KEPT) return;
  for (size_t i = 0; i < KEPT; i++) m->points[i] = m->points[i * (m->count - 1) / (KEPT - 1)];
  m->count = KEPT;
}

/* Those of the parts of a sum, combined in pairs: around each edge of one, the other. */
static void add_pairs(const struct node *n, struct marks *m,
                      void (*collect)(const struct sj_distribution *, struct marks *)) {
  struct marks a = {.limit = m->limit}, b = {.limit = m->limit};
  collect(n->pair.a, &a);
  collect(n->pair.b, &b);
  sj_marks_sort(&a);
  sj_marks_sort(&b);
  if (collect == add_scales) {
    thin(&a);
    thin(&b);
  }
  m->overflow |= a.overflow || b.overflow;
  for (size_t i = 0; i < a.count && !m->overflow; i++)
    for (size_t j = 0; j < b.count && !m->overflow; j++) sj_marks_add(m, a.points[i] + b.points[j]);
  sj_marks_free(&a);
  sj_marks_free(&b);
}

static void add_shifted(const struct node *n, struct marks *m,
                        void (*collect)(const struct sj_distribution *, struct marks *)) {
  const size_t before = m->count;
  collect(n->shifted.inner, m);
  for (size_t i = before; i < m->count; i++) m->points[i] = n->shifted.offset + n->shifted.scale * m->points[i];
}

static void add_edges(const struct sj_distribution *d, struct marks *m) {
  const struct node *const n = node_of(d);
  switch (d->kind) {
    case SJ_CONSTANT:
      sj_marks_add(m, d->location);
      break;
    case SJ_UNIFORM:
      sj_marks_add(m, n->uniform.min);
      sj_marks_add(m, n->uniform.max);
      break;
    case SJ_UNIFORM_INT:
      add_whole_numbers(m, n->uniform_int.min, n->uniform_int.max);
      break;
    case SJ_PARETO:
      sj_marks_add(m, n->pareto.scale);
      break;
    case SJ_MIXTURE:
      for (size_t i = 0; i < n->mixture.count; i++)
        if (n->mixture.branches[i].probability > 0) add_edges(n->mixture.parts[i], m);
      break;
    case SJ_EMPIRICAL:
      for (size_t i = 0; i < n->empirical.count && !m->overflow; i++)
        if (i == 0 || n->empirical.sorted[i] != n->empirical.sorted[i - 1]) sj_marks_add(m, n->empirical.sorted[i]);
      break;
    case SJ_SHIFTED:
      add_shifted(n, m, add_edges);
      break;
    case SJ_SUM:
      add_pairs(n, m, add_edges);
      break;
    case SJ_MAX:
    case SJ_MIN:
      add_edges(n->pair.a, m);
      add_edges(n->pair.b, m);
      break;
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      add_whole_numbers(m, sj_tails_quantile(d, negligible, SJ_TABULATED),
                        sj_tails_quantile(d, negligible, SJ_TABULATED | SJ_ABOVE));
      break;
    case SJ_RECORDED:
      break;
    default:
      sj_marks_add(m, 0);
      break;
  }
}

/* Scales are worth having only where there is room for all. */
static void add_scales(const struct sj_distribution *d, struct marks *m) {
  const struct node *const n = node_of(d);
  switch (d->kind) {
    case SJ_CONSTANT:
      sj_marks_add(m, d->location);
      break;
    case SJ_MIXTURE:
      for (size_t i = 0; i < n->mixture.count; i++)
        if (n->mixture.branches[i].probability > 0) add_scales(n->mixture.parts[i], m);
      break;
    case SJ_HYPEREXPONENTIAL:
      for (size_t i = 0; i < n->hyperexponential.count; i++) sj_marks_add(m, n->hyperexponential.means[i]);
      break;
    case SJ_SHIFTED:
      add_shifted(n, m, add_scales);
      break;
    case SJ_SUM:
      add_pairs(n, m, add_scales);
      break;
    case SJ_MAX:
    case SJ_MIN:
      add_scales(n->pair.a, m);
      add_scales(n->pair.b, m);
      break;
    case SJ_RECORDED:
      break;
    default:
      sj_marks_add(m, sj_tails_quantile(d, 1e-3, SJ_TABULATED));
      sj_marks_add(m, sj_tails_quantile(d, 0.5, SJ_TABULATED));
      sj_marks_add(m, sj_tails_quantile(d, 1e-3, SJ_TABULATED | SJ_ABOVE));
      break;
  }
}

void sj_marks_collect(const struct sj_distribution *d, struct marks *m) {
  add_edges(d, m);
  if (m->overflow) {
    m->count = 0;
    return;
  }
  struct marks scales = {.limit = 200};
  add_scales(d, &scales);
  if (!scales.overflow && m->count + scales.count <= m->limit)
    for (size_t i = 0; i < scales.count; i++) sj_marks_add(m, scales.points[i]);
  sj_marks_free(&scales);
  sj_marks_sort(m);
}

void sj_marks_free(struct marks *m) {
  free(m->points);
  *m = (struct marks){0};
}
