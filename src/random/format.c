#include <stdarg.h>
#include <stdio.h>

#include "base/base.h"
#include "random/node.h"

/* Writes on past the end of the buffer without storing, to learn the full length. */
struct writer {
  char *buffer;
  size_t size, length;
};

static void add(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct writer *w, const char *format, ...) {
  const size_t room = w->length < w->size ? w->size - w->length : 0;
  va_list arguments;
  va_start(arguments, format);
  const int wanted = vsnprintf(room ? w->buffer + w->length : NULL, room, format, arguments);
  va_end(arguments);
  if (wanted > 0) w->length += (size_t)wanted;
}

static void add_number(struct writer *w, double x) {
  char text[32];
  add(w, "%s", sj_number_text(x, text));
}

static void add_two(struct writer *w, const char *name, const char *first, double x, const char *second, double y) {
  add(w, "%s{%s=", name, first);
  add_number(w, x);
  add(w, ", %s=", second);
  add_number(w, y);
  add(w, "}");
}

static void add_list(struct writer *w, size_t count, const double *values) {
  add(w, "{");
  for (size_t i = 0; i < count; i++) {
    if (i) add(w, ", ");
    add_number(w, values[i]);
  }
  add(w, "}");
}

static void add_law(struct writer *w, const struct sj_distribution *d);

static bool is_sum(const struct sj_distribution *d) {
  return d->kind == SJ_SUM || (d->kind == SJ_SHIFTED && node_of(d)->shifted.offset != 0);
}

static void add_shifted(struct writer *w, const struct node *n) {
  const double offset = n->shifted.offset;
  double scale = n->shifted.scale;
  if (offset != 0) {
    add_number(w, offset);
    add(w, scale < 0 ? " - " : " + ");
    if (scale < 0) scale = -scale;
  }
  if (scale != 1) {
    add_number(w, scale);
    add(w, " * ");
  }
  const bool parentheses = is_sum(n->shifted.inner) && (scale != 1 || n->shifted.scale < 0);
  if (parentheses) add(w, "(");
  add_law(w, n->shifted.inner);
  if (parentheses) add(w, ")");
}

static void add_branches(struct writer *w, const struct node *n) {
  const bool mixture = n->head.kind == SJ_MIXTURE;
  const size_t count = mixture ? n->mixture.count : n->hyperexponential.count;
  add(w, "%s{", sj_distribution_kind_name(n->head.kind));
  for (size_t i = 0; i < count; i++) {
    add(w, i ? ", {" : "{");
    add_number(w, mixture ? n->mixture.weights[i] : n->hyperexponential.branches[i].probability);
    add(w, ", ");
    if (mixture)
      add_law(w, n->mixture.parts[i]);
    else
      add_number(w, n->hyperexponential.rates[i]);
    add(w, "}");
  }
  add(w, "}");
}

static void add_phase_type(struct writer *w, const struct node *n) {
  const size_t count = n->phase_type.count;
  add(w, "phase_type{alpha=");
  add_list(w, count, n->phase_type.alpha);
  add(w, ", T={");
  for (size_t i = 0; i < count; i++) {
    if (i) add(w, ", ");
    add_list(w, count, n->phase_type.generator + i * count);
  }
  add(w, "}}");
}

static void add_empirical(struct writer *w, const struct node *n) {
  enum { MOST_SHOWN = 12 };
  const size_t count = n->empirical.count;
  if (count <= MOST_SHOWN) {
    add(w, "empirical{values=");
    add_list(w, count, n->empirical.sorted);
    add(w, "}");
    return;
  }
  add(w, "empirical{%zu values from ", count);
  add_number(w, n->empirical.sorted[0]);
  add(w, " to ");
  add_number(w, n->empirical.sorted[count - 1]);
  add(w, "}");
}

static void add_call(struct writer *w, const char *name, const struct sj_distribution *a,
                     const struct sj_distribution *b) {
  add(w, "%s(", name);
  add_law(w, a);
  if (b) {
    add(w, ", ");
    add_law(w, b);
  }
  add(w, ")");
}

static void add_law(struct writer *w, const struct sj_distribution *d) {
  const struct node *const n = node_of(d);
  const char *const name = sj_distribution_kind_name(d->kind);
  switch (d->kind) {
    case SJ_CONSTANT:
      add_number(w, d->location);
      break;
    case SJ_EXPONENTIAL:
      add(w, "exponential{mean=");
      add_number(w, d->location);
      add(w, "}");
      break;
    case SJ_ERLANG:
      add_two(w, name, "k", (double)n->erlang.k, "mean", n->erlang.mean);
      break;
    case SJ_GAMMA:
      add_two(w, name, "shape", n->gamma.shape, "scale", n->gamma.scale);
      break;
    case SJ_UNIFORM:
      add_two(w, name, "min", n->uniform.min, "max", n->uniform.max);
      break;
    case SJ_UNIFORM_INT:
      add_two(w, name, "min", n->uniform_int.min, "max", n->uniform_int.max);
      break;
    case SJ_NORMAL:
      add_two(w, name, "mean", n->normal.mean, "std", n->normal.std);
      break;
    case SJ_LOGNORMAL:
      add_two(w, name, "mu", n->lognormal.mu, "sigma", n->lognormal.sigma);
      break;
    case SJ_WEIBULL:
      add_two(w, name, "shape", n->weibull.shape, "scale", n->weibull.scale);
      break;
    case SJ_PARETO:
      add_two(w, name, "shape", n->pareto.shape, "scale", n->pareto.scale);
      break;
    case SJ_HYPEREXPONENTIAL:
    case SJ_MIXTURE:
      add_branches(w, n);
      break;
    case SJ_PHASE_TYPE:
      add_phase_type(w, n);
      break;
    case SJ_EMPIRICAL:
      add_empirical(w, n);
      break;
    case SJ_RECORDED:
      add(w, "recorded()");
      break;
    case SJ_SHIFTED:
      add_shifted(w, n);
      break;
    case SJ_SUM:
      add_law(w, n->pair.a);
      add(w, " + ");
      add_law(w, n->pair.b);
      break;
    case SJ_MAX:
    case SJ_MIN:
      add_call(w, name, n->pair.a, n->pair.b);
      break;
    case SJ_ROUND:
    case SJ_FLOOR:
    case SJ_CEIL:
      add_call(w, name, n->rounded.inner, NULL);
      break;
  }
}

int sj_distribution_format(const struct sj_distribution *d, char *buffer, size_t size) {
  struct writer w = {.buffer = buffer, .size = size};
  if (size) buffer[0] = 0;
  add_law(&w, d);
  return (int)w.length;
}
