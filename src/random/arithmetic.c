/* The laws made from others: shifted and scaled, sum, max, min, rounded; and what a tree says about itself. */
#include <math.h>
#include <stdlib.h>

#include "random/node.h"

bool sj_node_limits(uint64_t nodes, uint64_t levels, struct sj_error *error) {
  if (nodes > DISTRIBUTION_MOST_NODES) {
    sj_error_set(error, SJ_INVALID, "a distribution may have at most %d parts", (int)DISTRIBUTION_MOST_NODES);
    return false;
  }
  if (levels > DISTRIBUTION_MOST_LEVELS) {
    sj_error_set(error, SJ_INVALID, "a distribution may be nested at most %d deep", (int)DISTRIBUTION_MOST_LEVELS);
    return false;
  }
  return true;
}

/* A node over `a` and, unless NULL, `b`; NULL if the tree would be too large. */
static struct node *create_above(enum sj_distribution_kind kind, const struct sj_distribution *a,
                                 const struct sj_distribution *b, struct sj_error *error) {
  uint64_t nodes = 1 + (uint64_t)node_of(a)->nodes, levels = node_of(a)->levels;
  if (b) {
    nodes += node_of(b)->nodes;
    if (node_of(b)->levels > levels) levels = node_of(b)->levels;
  }
  levels++;
  if (!sj_node_limits(nodes, levels, error)) return NULL;
  struct node *const n = sj_node_create(kind);
  n->nodes = (uint32_t)nodes;
  n->levels = (uint32_t)levels;
  return n;
}

static struct sj_distribution *replace_by_constant(struct sj_distribution *d, double value, struct sj_error *error) {
  sj_distribution_destroy(d);
  return sj_distribution_constant(value, error);
}

/* Takes the inner law out of a shift. */
static struct sj_distribution *unwrap(struct sj_distribution *shifted) {
  struct sj_distribution *const inner = node_of(shifted)->shifted.inner;
  free(shifted);
  return inner;
}

struct sj_distribution *sj_distribution_shifted(double offset, double scale, struct sj_distribution *d,
                                                struct sj_error *error) {
  if (!d) return NULL;
  if (d->kind == SJ_CONSTANT) return replace_by_constant(d, offset + scale * d->location, error);
  if (d->kind == SJ_SHIFTED) {
    offset += scale * node_of(d)->shifted.offset;
    scale *= node_of(d)->shifted.scale;
    d = unwrap(d);
  }
  if (!sj_node_check(isfinite(offset), SJ_SHIFTED, "what is added must be finite", offset, error) ||
      !sj_node_check(isfinite(scale), SJ_SHIFTED, "the factor must be finite", scale, error)) {
    sj_distribution_destroy(d);
    return NULL;
  }
  if (scale == 0) return replace_by_constant(d, offset, error);
  if (scale == 1 && offset == 0) return d;
  struct node *const n = create_above(SJ_SHIFTED, d, NULL, error);
  if (!n) {
    sj_distribution_destroy(d);
    return NULL;
  }
  n->shifted.offset = offset;
  n->shifted.scale = scale;
  n->shifted.inner = d;
  return &n->head;
}

static double combine(enum sj_distribution_kind kind, double a, double b) {
  return kind == SJ_SUM ? a + b : kind == SJ_MAX ? fmax(a, b) : fmin(a, b);
}

struct sj_distribution *sj_distribution_combine(enum sj_distribution_kind kind, struct sj_distribution *a,
                                                struct sj_distribution *b, struct sj_error *error) {
  struct node *n = NULL;
  if (!a || !b) goto failed;
  if (a->kind == SJ_CONSTANT && b->kind == SJ_CONSTANT) {
    const double value = combine(kind, a->location, b->location);
    sj_distribution_destroy(a);
    return replace_by_constant(b, value, error);
  }
  if (kind == SJ_SUM && (a->kind == SJ_CONSTANT || b->kind == SJ_CONSTANT)) {
    struct sj_distribution *const constant = a->kind == SJ_CONSTANT ? a : b;
    struct sj_distribution *const other = a->kind == SJ_CONSTANT ? b : a;
    const double offset = constant->location;
    sj_distribution_destroy(constant);
    return sj_distribution_shifted(offset, 1, other, error);
  }
  n = create_above(kind, a, b, error);
  if (!n) goto failed;
  n->pair.a = a;
  n->pair.b = b;
  return &n->head;
failed:
  sj_distribution_destroy(a);
  sj_distribution_destroy(b);
  return NULL;
}

static double rounded(enum sj_distribution_kind kind, double x) {
  return kind == SJ_ROUND ? round(x) : kind == SJ_FLOOR ? floor(x) : ceil(x);
}

struct sj_distribution *sj_distribution_rounded(enum sj_distribution_kind kind, struct sj_distribution *d,
                                                struct sj_error *error) {
  if (!d) return NULL;
  if (d->kind == SJ_CONSTANT) return replace_by_constant(d, rounded(kind, d->location), error);
  struct node *const n = create_above(kind, d, NULL, error);
  if (!n) {
    sj_distribution_destroy(d);
    return NULL;
  }
  n->rounded.inner = d;
  return &n->head;
}

/* The smallest (or the largest) value of a mixture's possible parts. */
static double mixture_bound(const struct node *n, bool smallest) {
  double bound = smallest ? INFINITY : -INFINITY;
  for (size_t i = 0; i < n->mixture.count; i++) {
    if (n->mixture.branches[i].probability <= 0) continue;
    const struct sj_distribution *const part = n->mixture.parts[i];
    bound = smallest ? fmin(bound, sj_distribution_min(part)) : fmax(bound, sj_distribution_max(part));
  }
  return bound;
}

double sj_distribution_min(const struct sj_distribution *d) {
  const struct node *const n = node_of(d);
  switch (d->kind) {
    case SJ_CONSTANT:
      return d->location;
    case SJ_UNIFORM:
      return n->uniform.min;
    case SJ_UNIFORM_INT:
      return n->uniform_int.min;
    case SJ_PARETO:
      return n->pareto.scale;
    case SJ_MIXTURE:
      return mixture_bound(n, true);
    case SJ_EMPIRICAL:
      return n->empirical.sorted[0];
    case SJ_SHIFTED: {
      const struct sj_distribution *const inner = n->shifted.inner;
      const double x = n->shifted.scale > 0 ? sj_distribution_min(inner) : sj_distribution_max(inner);
      return n->shifted.offset + n->shifted.scale * x;
    }
    case SJ_SUM:
    case SJ_MAX:
    case SJ_MIN:
      return combine(d->kind, sj_distribution_min(n->pair.a), sj_distribution_min(n->pair.b));
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      return rounded(d->kind, sj_distribution_min(n->rounded.inner));
    default:
      return 0;
  }
}

double sj_distribution_max(const struct sj_distribution *d) {
  const struct node *const n = node_of(d);
  switch (d->kind) {
    case SJ_CONSTANT:
      return d->location;
    case SJ_UNIFORM:
      return n->uniform.max;
    case SJ_UNIFORM_INT:
      return n->uniform_int.max;
    case SJ_MIXTURE:
      return mixture_bound(n, false);
    case SJ_EMPIRICAL:
      return n->empirical.sorted[n->empirical.count - 1];
    case SJ_SHIFTED: {
      const struct sj_distribution *const inner = n->shifted.inner;
      const double x = n->shifted.scale > 0 ? sj_distribution_max(inner) : sj_distribution_min(inner);
      return n->shifted.offset + n->shifted.scale * x;
    }
    case SJ_SUM:
    case SJ_MAX:
    case SJ_MIN:
      return combine(d->kind, sj_distribution_max(n->pair.a), sj_distribution_max(n->pair.b));
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      return rounded(d->kind, sj_distribution_max(n->rounded.inner));
    default:
      return INFINITY;
  }
}

bool sj_distribution_uses_recorded(const struct sj_distribution *d) {
  const struct node *const n = node_of(d);
  switch (d->kind) {
    case SJ_RECORDED:
      return true;
    case SJ_MIXTURE:
      for (size_t i = 0; i < n->mixture.count; i++)
        if (sj_distribution_uses_recorded(n->mixture.parts[i])) return true;
      return false;
    case SJ_SHIFTED:
      return sj_distribution_uses_recorded(n->shifted.inner);
    case SJ_SUM:
    case SJ_MAX:
    case SJ_MIN:
      return sj_distribution_uses_recorded(n->pair.a) || sj_distribution_uses_recorded(n->pair.b);
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      return sj_distribution_uses_recorded(n->rounded.inner);
    default:
      return false;
  }
}

bool sj_distribution_is_random(const struct sj_distribution *d) {
  const struct node *const n = node_of(d);
  /* Bounds settle it where no recorded value takes part. */
  if (!sj_distribution_uses_recorded(d)) return sj_distribution_min(d) < sj_distribution_max(d);
  switch (d->kind) {
    case SJ_MIXTURE: {
      size_t possible = 0;
      for (size_t i = 0; i < n->mixture.count; i++) {
        if (n->mixture.branches[i].probability <= 0) continue;
        possible++;
        if (sj_distribution_is_random(n->mixture.parts[i])) return true;
      }
      return possible > 1;
    }
    case SJ_SHIFTED:
      return sj_distribution_is_random(n->shifted.inner);
    case SJ_SUM:
    case SJ_MAX:
    case SJ_MIN:
      return sj_distribution_is_random(n->pair.a) || sj_distribution_is_random(n->pair.b);
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      return sj_distribution_is_random(n->rounded.inner);
    default:
      return false; /* the recorded value itself */
  }
}
