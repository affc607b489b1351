#include "stats/minimize.h"

#include <math.h>
#include <string.h>

struct point {
  double x[SJ_MINIMIZE_VARIABLES], value;
};

struct simplex {
  const struct sj_minimize *question;
  struct point corner[SJ_MINIMIZE_VARIABLES + 1]; /* sorted, best first */
  size_t calls;
};

static void look(struct simplex *s, struct point *p) {
  for (size_t i = 0; i < s->question->variables; i++) {
    if (p->x[i] < s->question->low[i]) p->x[i] = s->question->low[i];
    if (p->x[i] > s->question->high[i]) p->x[i] = s->question->high[i];
  }
  p->value = s->question->value(s->question->context, p->x);
  if (isnan(p->value)) p->value = INFINITY;
  s->calls++;
}

/* The corner `last` to where it belongs. */
static void sort_in(struct simplex *s, size_t last) {
  const struct point p = s->corner[last];
  size_t place = last;
  for (; place > 0 && s->corner[place - 1].value > p.value; place--) s->corner[place] = s->corner[place - 1];
  s->corner[place] = p;
}

/* The point on the line from the middle of all but the worst corner through the worst: at 1 the worst itself. */
static struct point on_line(struct simplex *s, double where) {
  const size_t n = s->question->variables;
  struct point p = {{0}, 0};
  for (size_t i = 0; i < n; i++) {
    double middle = 0;
    for (size_t k = 0; k < n; k++) middle += s->corner[k].x[i] / (double)n;
    p.x[i] = middle + where * (s->corner[n].x[i] - middle);
  }
  look(s, &p);
  return p;
}

static void shrink(struct simplex *s) {
  const size_t n = s->question->variables;
  for (size_t k = 1; k <= n; k++) {
    for (size_t i = 0; i < n; i++) s->corner[k].x[i] = (s->corner[k].x[i] + s->corner[0].x[i]) / 2;
    look(s, &s->corner[k]);
    sort_in(s, k);
  }
}

static void replace_worst(struct simplex *s, struct point p) {
  s->corner[s->question->variables] = p;
  sort_in(s, s->question->variables);
}

static void step(struct simplex *s) {
  const size_t n = s->question->variables;
  const struct point reflected = on_line(s, -1);
  if (reflected.value < s->corner[0].value) {
    const struct point expanded = on_line(s, -2);
    replace_worst(s, expanded.value < reflected.value ? expanded : reflected);
  } else if (reflected.value < s->corner[n - 1].value) {
    replace_worst(s, reflected);
  } else {
    const bool outside = reflected.value < s->corner[n].value;
    const struct point contracted = on_line(s, outside ? -0.5 : 0.5);
    if (contracted.value < (outside ? reflected.value : s->corner[n].value))
      replace_worst(s, contracted);
    else
      shrink(s);
  }
}

/* The largest distance of a corner from the best one, in units of the steps. */
static double extent(const struct simplex *s) {
  double largest = 0;
  for (size_t k = 1; k <= s->question->variables; k++)
    for (size_t i = 0; i < s->question->variables; i++)
      largest = fmax(largest, fabs(s->corner[k].x[i] - s->corner[0].x[i]) / s->question->step[i]);
  return largest;
}

/* Goes off from corner[0]. */
static void search(struct simplex *s, double scale) {
  const struct sj_minimize *const question = s->question;
  for (size_t k = 1; k <= question->variables; k++) {
    struct point p = s->corner[0];
    const size_t i = k - 1;
    const double step_here = scale * question->step[i];
    p.x[i] += p.x[i] + step_here <= question->high[i] ? step_here : -step_here;
    look(s, &p);
    s->corner[k] = p;
  }
  for (size_t k = 1; k <= question->variables; k++) sort_in(s, k);
  while (s->calls < question->most && extent(s) > question->tolerance) step(s);
}

double sj_minimize(const struct sj_minimize *question, double *x, size_t *calls) {
  struct simplex s = {.question = question};
  memcpy(s.corner[0].x, x, question->variables * sizeof *x);
  look(&s, &s.corner[0]);
  double before = INFINITY;
  for (double scale = 1; s.calls < question->most; scale /= 2) {
    before = s.corner[0].value;
    search(&s, scale);
    if (!(s.corner[0].value < before - 1e-9 * fabs(before))) break;
  }
  memcpy(x, s.corner[0].x, question->variables * sizeof *x);
  if (calls) *calls = s.calls;
  return s.corner[0].value;
}
