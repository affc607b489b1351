#include "random/sum_table.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/base.h"

enum { NODES = 14, MOST_PANELS = 2000, MOST_LEVELS = 60 };

static const double pi = 3.14159265358979323846;

enum content {
  LOG_BELOW, /* ln P(X <= x) */
  LOG_ABOVE, /* ln P(X > x) */
  NOTHING    /* not smooth enough, or not worth it: integrate */
};

/* A polynomial on (start, end) as Chebyshev coefficients. Integrals ask for the ends often, because they are cut there.
 */
struct panel {
  double start, end;
  enum content content;
  double coefficients[NODES];
  struct tails at_start[2]; /* P(X <= start) and P(X < start), if the sum has atoms; else the polynomial holds there */
};

struct sum_table {
  struct panel *panels; /* adjacent, ascending */
  size_t count, capacity;
  double low, high; /* beyond, the tail is negligible ... */
  bool atoms;
  bool heavy[2]; /* ... unless it is heavy below (above): moments need all of it */
};

static void add_panel(const struct node *n, struct sum_table *t, struct panel *p) {
  if (t->atoms) {
    p->at_start[0] = sj_tails_sum(n, p->start, 0);
    p->at_start[1] = sj_tails_sum(n, p->start, SJ_STRICT);
  }
  if (t->count == t->capacity) {
    t->capacity = t->capacity ? 2 * t->capacity : 64;
    t->panels = sj_reallocate_array(t->panels, t->capacity, sizeof *t->panels);
  }
  t->panels[t->count++] = *p;
}

/* Samples the smaller tail; false if a logarithm does not exist. `largest` becomes the largest value, which is at an
 * end and not among the samples. */
static bool sample(const struct node *n, struct panel *p, double *largest) {
  const double middle = p->start + (p->end - p->start) / 2;
  const struct tails at_middle = sj_tails_sum(n, middle, 0);
  p->content = at_middle.below < at_middle.above ? LOG_BELOW : LOG_ABOVE;
  double values[NODES];
  *largest = p->content == LOG_BELOW ? sj_tails_sum(n, p->end, 0).below : sj_tails_sum(n, p->start, SJ_STRICT).above;
  for (int i = 0; i < NODES; i++) {
    const double x = middle + (p->end - p->start) / 2 * cos(pi * (i + 0.5) / NODES);
    const struct tails t = sj_tails_sum(n, x, 0);
    const double value = p->content == LOG_BELOW ? t.below : t.above;
    if (!(value > 0)) return false;
    values[i] = log(value);
  }
  for (int k = 0; k < NODES; k++) {
    double sum = 0;
    for (int i = 0; i < NODES; i++) sum += values[i] * cos(pi * k * (i + 0.5) / NODES);
    p->coefficients[k] = sum * (k ? 2.0 : 1.0) / NODES;
  }
  return true;
}

/* Halves a panel until the last coefficients are negligible, where the tail itself is not. */
static void fill(const struct node *n, struct sum_table *t, double start, double end, int level) {
  struct panel p = {.start = start, .end = end};
  double largest;
  const bool sampled = sample(n, &p, &largest);
  const double error = fabs(p.coefficients[NODES - 1]) + fabs(p.coefficients[NODES - 2]);
  const bool heavy = t->heavy[p.content == LOG_ABOVE];
  if (sampled && (error <= 1e-11 || (!heavy && error * largest <= 1e-16))) {
    add_panel(n, t, &p);
    return;
  }
  const double middle = start > 0 && end > 16 * start ? sqrt(start) * sqrt(end) : start + (end - start) / 2;
  if (level >= MOST_LEVELS || t->count >= MOST_PANELS || middle <= start || middle >= end) {
    p.content = NOTHING;
    add_panel(n, t, &p);
    return;
  }
  fill(n, t, start, middle, level + 1);
  fill(n, t, middle, end, level + 1);
}

static struct sum_table *create(const struct node *n) {
  enum { MOST_MARKS = 300 };
  const double cut = 1e-18;
  struct sum_table *const t = sj_allocate(sizeof *t);
  struct marks marks = {.limit = MOST_MARKS};
  sj_marks_collect(&n->head, &marks);
  t->atoms = sj_has_atoms(&n->head);
  if (!marks.overflow) {
    const double low = t->low = sj_tails_quantile(&n->head, cut, 0);
    const double high = t->high = sj_tails_quantile(&n->head, cut, SJ_ABOVE);
    t->heavy[0] = isfinite(sj_tail_index(&n->head, false));
    t->heavy[1] = isfinite(sj_tail_index(&n->head, true));
    marks.limit += 2;
    sj_marks_add(&marks, low);
    sj_marks_add(&marks, high);
    sj_marks_sort(&marks);
    for (size_t i = 0; i + 1 < marks.count; i++)
      if (marks.points[i] >= low && marks.points[i + 1] <= high) fill(n, t, marks.points[i], marks.points[i + 1], 0);
  }
  sj_marks_free(&marks);
  return t;
}

void sj_sum_table_destroy(struct sum_table *table) {
  if (!table) return;
  free(table->panels);
  free(table);
}

/* Several threads may make the table at once; one of the equal tables stays. */
static const struct sum_table *table_of(const struct node *n) {
  struct sum_table *_Atomic *const place = (struct sum_table * _Atomic *)&n->pair.table;
  struct sum_table *table = atomic_load(place);
  if (table) return table;
  struct sum_table *const made = create(n);
  if (atomic_compare_exchange_strong(place, &table, made)) return made;
  sj_sum_table_destroy(made);
  return table;
}

/* The panel with start <= x <= end, the later of two, or NULL. */
static const struct panel *find(const struct sum_table *t, double x) {
  size_t low = 0, high = t->count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (x < t->panels[middle].start)
      high = middle;
    else
      low = middle + 1;
  }
  return low > 0 && x <= t->panels[low - 1].end ? &t->panels[low - 1] : NULL;
}

/* Clenshaw's recurrence. */
static double evaluate(const struct panel *p, double x) {
  const double y = ((x - p->start) - (p->end - x)) / (p->end - p->start);
  double b1 = 0, b2 = 0;
  for (int k = NODES - 1; k > 0; k--) {
    const double b = p->coefficients[k] + 2 * y * b1 - b2;
    b2 = b1;
    b1 = b;
  }
  return p->coefficients[0] + y * b1 - b2;
}

struct tails sj_tails_tabulated(const struct node *n, double x, unsigned how) {
  const struct sum_table *const t = table_of(n);
  if (t->count && x < t->low && !t->heavy[0]) return (struct tails){0, 1};
  if (t->count && x > t->high && !t->heavy[1]) return (struct tails){1, 0};
  const struct panel *const p = find(t, x);
  if (p && t->atoms && x == p->start) return p->at_start[how & SJ_STRICT ? 1 : 0];
  if (!p || p->content == NOTHING || (t->atoms && x == p->end)) return sj_tails_sum(n, x, how);
  const double value = exp(evaluate(p, x));
  return p->content == LOG_BELOW ? (struct tails){value, 1 - value} : (struct tails){1 - value, value};
}
