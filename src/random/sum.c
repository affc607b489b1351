/* The law of a sum of two independent laws: P(A + B <= x) = E[P(A <= x - B)]. */
#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "random/special.h"
#include "random/tails.h"

/* A bounded function of a random value, and where it is not analytic. */
struct function {
  struct tails (*value)(const void *context, double y);
  const void *context;
  const struct marks *marks;
  bool rough; /* looks up tables */
};

static struct tails value_at(struct function f, double y) { return f.value(f.context, y); }

static void add_value(struct tails *total, struct function f, double y, double weight) {
  const struct tails t = value_at(f, y);
  total->below += weight * t.below;
  total->above += weight * t.above;
}

static void expect(const struct sj_distribution *d, struct function f, double weight, struct tails *total);

/* --- E f(X) as the integral of f(Q(u)) over the probability u, from both ends to the middle. --- */

struct by_probability {
  const struct sj_distribution *d;
  struct function f;
  unsigned how;
};

static struct tails at_probability(const void *context, double u) {
  const struct by_probability *const c = context;
  return value_at(c->f, sj_tails_quantile(c->d, u, c->how));
}

/* The probabilities, counted from one end, at which the integrand has to be cut: where X passes a mark. */
static void add_cuts(const struct sj_distribution *d, const struct marks *marks, struct marks *below,
                     struct marks *above) {
  for (size_t i = 0; i < marks->count; i++) {
    for (int strict = 0; strict < 2; strict++) {
      const struct tails t = sj_tails(d, marks->points[i], SJ_TABULATED | (strict ? SJ_STRICT : 0));
      if (t.below < 0.5)
        sj_marks_add(below, t.below);
      else
        sj_marks_add(above, t.above);
    }
  }
}

static void integrate_side(struct by_probability c, struct marks *cuts, double weight, struct tails *total) {
  sj_marks_add(cuts, 0);
  sj_marks_add(cuts, 0.5);
  sj_marks_sort(cuts);
  const struct integrand integrand = {at_probability, &c, c.f.rough};
  struct tails sum = {0, 0};
  for (size_t i = 0; i + 1 < cuts->count; i++) {
    const double a = cuts->points[i], b = cuts->points[i + 1];
    const double first = sj_tails_quantile(c.d, a + (b - a) * 0x1p-10, c.how);
    const double last = sj_tails_quantile(c.d, b - (b - a) * 0x1p-10, c.how);
    if (first == last) /* an atom */
      add_value(&sum, c.f, first, b - a);
    else
      sj_integrate(integrand, a, b, &sum);
  }
  total->below += weight * sum.below;
  total->above += weight * sum.above;
}

static void expect_by_probability(const struct sj_distribution *d, struct function f, double weight,
                                  struct tails *total) {
  struct marks own = {.limit = SIZE_MAX}, below = {.limit = SIZE_MAX}, above = {.limit = SIZE_MAX};
  sj_marks_collect(d, &own);
  add_cuts(d, &own, &below, &above);
  add_cuts(d, f.marks, &below, &above);
  integrate_side((struct by_probability){d, f, SJ_TABULATED}, &below, weight, total);
  integrate_side((struct by_probability){d, f, SJ_TABULATED | SJ_ABOVE}, &above, weight, total);
  sj_marks_free(&own);
  sj_marks_free(&below);
  sj_marks_free(&above);
}

/* --- E f(o + s X) --- */

struct shifted_function {
  struct function f;
  double offset, scale;
};

static struct tails at_shifted(const void *context, double y) {
  const struct shifted_function *const c = context;
  return value_at(c->f, c->offset + c->scale * y);
}

static struct marks shift_marks(const struct marks *marks, double offset, double scale) {
  struct marks shifted = {.limit = SIZE_MAX};
  for (size_t i = 0; i < marks->count; i++) sj_marks_add(&shifted, (marks->points[i] - offset) / scale);
  sj_marks_sort(&shifted);
  return shifted;
}

static void expect_shifted(const struct node *n, struct function f, double weight, struct tails *total) {
  struct marks marks = shift_marks(f.marks, n->shifted.offset, n->shifted.scale);
  const struct shifted_function c = {f, n->shifted.offset, n->shifted.scale};
  expect(n->shifted.inner, (struct function){at_shifted, &c, &marks, f.rough}, weight, total);
  sj_marks_free(&marks);
}

/* --- Whole numbers --- */

/* More values of uniform_int, which are cheap, than of a rounded law are taken one by one. */
enum { MOST_EQUAL = 1 << 20, MOST_ROUNDED = 1 << 16 };

static void expect_uniform_int(const struct node *n, struct function f, double weight, struct tails *total) {
  const double min = n->uniform_int.min, max = n->uniform_int.max;
  if (n->uniform_int.count <= MOST_EQUAL) {
    const double share = weight / (double)n->uniform_int.count;
    for (double x = min; x <= max; x++) add_value(total, f, x, share);
    return;
  }
  /* The midpoint rule read backwards; its error is of the order of 1 / count^2. */
  const struct node wide = {.head.kind = SJ_UNIFORM, .nodes = 1, .levels = 1, .uniform = {min - 0.5, max + 0.5}};
  expect_by_probability(&wide.head, f, weight, total);
}

struct beyond {
  const struct sj_distribution *inner;
  struct function f;
  double probability; /* of lying beyond */
  double shift;       /* by which rounding moves a smooth law on average */
};

static struct tails at_beyond(const void *context, double v) {
  const struct beyond *const c = context;
  return value_at(c->f, sj_tails_quantile(c->inner, v, SJ_TABULATED | SJ_ABOVE) + c->shift);
}

/* Lists the values of a rounded law; of one with a long tail the first ones, then takes the rest for smooth, half a
 * unit away. */
static void expect_rounded(const struct node *n, struct function f, double weight, struct tails *total) {
  const struct sj_distribution *const d = &n->head;
  const double first = sj_tails_quantile(d, 1e-18, SJ_TABULATED);
  const double last = fmin(sj_tails_quantile(d, 1e-18, SJ_TABULATED | SJ_ABOVE), first + MOST_ROUNDED);
  struct tails before = sj_tails(d, first, SJ_TABULATED | SJ_STRICT);
  if (before.below > 0) add_value(total, f, first - 1, weight * before.below);
  for (double x = first; x <= last; x++) {
    const struct tails now = sj_tails(d, x, SJ_TABULATED);
    const double p = now.below < 0.5 ? now.below - before.below : before.above - now.above;
    if (p > 0) add_value(total, f, x, weight * p);
    before = now;
  }
  if (before.above <= 0) return;
  struct beyond c = {.inner = n->rounded.inner, .f = f, .probability = before.above};
  c.shift = sj_has_atoms(c.inner) ? 0 : d->kind == SJ_FLOOR ? -0.5 : d->kind == SJ_CEIL ? 0.5 : 0;
  struct marks cuts = {.limit = SIZE_MAX};
  sj_marks_add(&cuts, 0);
  sj_marks_add(&cuts, c.probability);
  for (size_t i = 0; i < f.marks->count; i++) {
    const double v = sj_tails(c.inner, f.marks->points[i] - c.shift, SJ_TABULATED).above;
    if (v < c.probability) sj_marks_add(&cuts, v);
  }
  sj_marks_sort(&cuts);
  struct tails rest = {0, 0};
  for (size_t i = 0; i + 1 < cuts.count; i++)
    sj_integrate((struct integrand){at_beyond, &c, f.rough}, cuts.points[i], cuts.points[i + 1], &rest);
  sj_marks_free(&cuts);
  total->below += weight * rest.below;
  total->above += weight * rest.above;
}

/* --- Pairs with so many atoms that they have to be taken one by one --- */

struct outer {
  const struct node *pair;
  struct function f;
};

struct inner {
  const struct outer *outer;
  double a;
};

static double combined(enum sj_distribution_kind kind, double a, double b) {
  return kind == SJ_SUM ? a + b : kind == SJ_MAX ? fmax(a, b) : fmin(a, b);
}

static struct tails at_inner(const void *context, double b) {
  const struct inner *const c = context;
  return value_at(c->outer->f, combined(c->outer->pair->head.kind, c->a, b));
}

static struct tails at_outer(const void *context, double a) {
  const struct outer *const c = context;
  const struct inner inner = {c, a};
  const bool sum = c->pair->head.kind == SJ_SUM;
  struct marks marks = shift_marks(c->f.marks, sum ? a : 0, 1);
  if (!sum) {
    sj_marks_add(&marks, a);
    sj_marks_sort(&marks);
  }
  struct tails total = {0, 0};
  expect(c->pair->pair.b, (struct function){at_inner, &inner, &marks, c->f.rough}, 1, &total);
  sj_marks_free(&marks);
  return total;
}

enum { MOST_MARKS = 1000 };

static bool has_many_marks(const struct sj_distribution *d) {
  struct marks m = {.limit = MOST_MARKS};
  sj_marks_collect(d, &m);
  const bool many = m.overflow;
  sj_marks_free(&m);
  return many;
}

static void expect_pair(const struct node *n, struct function f, double weight, struct tails *total) {
  if (!has_many_marks(&n->head)) {
    expect_by_probability(&n->head, f, weight, total);
    return;
  }
  const struct outer c = {n, f};
  expect(n->pair.a, (struct function){at_outer, &c, f.marks, f.rough}, weight, total);
}

/* Adds weight * E f(X) to `total`. */
static void expect(const struct sj_distribution *d, struct function f, double weight, struct tails *total) {
  const struct node *const n = node_of(d);
  switch (d->kind) {
    case SJ_CONSTANT:
      add_value(total, f, d->location, weight);
      break;
    case SJ_UNIFORM_INT:
      expect_uniform_int(n, f, weight, total);
      break;
    case SJ_EMPIRICAL:
      for (size_t i = 0; i < n->empirical.count; i++)
        add_value(total, f, n->empirical.sorted[i], weight / (double)n->empirical.count);
      break;
    case SJ_MIXTURE:
      for (size_t i = 0; i < n->mixture.count; i++) {
        const double p = n->mixture.branches[i].probability;
        if (p > 0) expect(n->mixture.parts[i], f, weight * p, total);
      }
      break;
    case SJ_SHIFTED:
      expect_shifted(n, f, weight, total);
      break;
    case SJ_SUM:
    case SJ_MAX:
    case SJ_MIN:
      expect_pair(n, f, weight, total);
      break;
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      expect_rounded(n, f, weight, total);
      break;
    default:
      expect_by_probability(d, f, weight, total);
      break;
  }
}

/* --- The sum --- */

struct remainder {
  const struct sj_distribution *a;
  double x;
  bool strict, atoms;
};

/* P(A <= x - b) and P(A > x - b). */
static struct tails at_remainder(const void *context, double b) {
  const struct remainder *const c = context;
  if (c->atoms) return sj_tails(c->a, sj_inverse_shift(b, 1, c->x, c->strict), SJ_TABULATED);
  return sj_tails(c->a, c->x - b, SJ_TABULATED | (c->strict ? SJ_STRICT : 0));
}

/* How much work it is to take the expectation over a law, roughly. */
static int work(const struct sj_distribution *d) {
  const struct node *const n = node_of(d);
  switch (d->kind) {
    case SJ_CONSTANT:
    case SJ_UNIFORM_INT:
    case SJ_EMPIRICAL:
      return 0;
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      return 1;
    case SJ_ERLANG:
    case SJ_GAMMA:
      return 3;
    case SJ_SHIFTED:
      return work(n->shifted.inner);
    case SJ_MIXTURE: {
      int most = 0;
      for (size_t i = 0; i < n->mixture.count; i++) {
        const int part = work(n->mixture.parts[i]);
        if (part > most) most = part;
      }
      return most;
    }
    case SJ_HYPEREXPONENTIAL:
      return 5;
    case SJ_MAX:
    case SJ_MIN:
      return 6;
    case SJ_PHASE_TYPE:
      return 7;
    case SJ_SUM:
      return 8;
    default:
      return 2;
  }
}

/* Whether a law is a gamma law (offset aside): of the exponential's family, or a sum of such with one scale. */
static bool is_gamma(const struct sj_distribution *d, double *shape, double *scale, double *offset) {
  const struct node *const n = node_of(d);
  *offset = 0;
  if (d->kind == SJ_EXPONENTIAL) {
    *shape = 1;
    *scale = d->location;
  } else if (d->kind == SJ_ERLANG) {
    *shape = (double)n->erlang.k;
    *scale = n->erlang.phase_mean;
  } else if (d->kind == SJ_GAMMA) {
    *shape = n->gamma.shape;
    *scale = n->gamma.scale;
  } else if (d->kind == SJ_SHIFTED && n->shifted.scale > 0) {
    if (!is_gamma(n->shifted.inner, shape, scale, offset)) return false;
    *offset = n->shifted.offset + n->shifted.scale * *offset;
    *scale *= n->shifted.scale;
  } else if (d->kind == SJ_SUM) {
    double other_shape, other_scale, other_offset;
    if (!is_gamma(n->pair.a, shape, scale, offset)) return false;
    if (!is_gamma(n->pair.b, &other_shape, &other_scale, &other_offset) || other_scale != *scale) return false;
    *shape += other_shape;
    *offset += other_offset;
  } else {
    return false;
  }
  return true;
}

struct tails sj_tails_sum(const struct node *n, double x, unsigned how) {
  double shape, scale, offset;
  if (isinf(x)) return x > 0 ? (struct tails){1, 0} : (struct tails){0, 1};
  if (is_gamma(&n->head, &shape, &scale, &offset)) {
    const double y = (x - offset) / scale;
    return y > 0 ? (struct tails){sj_gamma_p(shape, y), sj_gamma_q(shape, y)} : (struct tails){0, 1};
  }
  /* `b` is the law the expectation is over: the one whose atoms must be listed, else the one that is less work. */
  const struct sj_distribution *a = n->pair.a, *b = n->pair.b;
  const bool a_many = has_many_marks(a), b_many = has_many_marks(b);
  if (a_many != b_many ? a_many : work(a) < work(b)) {
    a = n->pair.b;
    b = n->pair.a;
  }
  struct marks edges = {.limit = MOST_MARKS};
  sj_marks_collect(a, &edges);
  struct marks marks = shift_marks(&edges, x, -1);
  sj_marks_free(&edges);
  const struct remainder c = {a, x, how & SJ_STRICT, sj_has_atoms(a)};
  struct tails total = {0, 0};
  expect(b, (struct function){at_remainder, &c, &marks, sj_has_sums(a) || sj_has_sums(b)}, 1, &total);
  sj_marks_free(&marks);
  return total;
}
