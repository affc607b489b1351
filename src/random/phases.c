#include "random/phases.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "random/tails.h"

enum { MOST_PHASES = 2000 };

static void create(size_t count, struct sj_phases *p) {
  *p = (struct sj_phases){.count = count};
  p->start = sj_allocate_array(count, sizeof *p->start);
  p->rate = sj_allocate_array(count * count, sizeof *p->rate);
  p->exit = sj_allocate_array(count, sizeof *p->exit);
}

void sj_phases_clear(struct sj_phases *phases) {
  free(phases->start);
  free(phases->rate);
  free(phases->exit);
  *phases = (struct sj_phases){0};
}

void sj_phases_speed_up(struct sj_phases *phases, double factor) {
  for (size_t i = 0; i < phases->count * phases->count; i++) phases->rate[i] *= factor;
  for (size_t i = 0; i < phases->count; i++) phases->exit[i] *= factor;
}

void sj_phases_erlang(size_t count, double mean, struct sj_phases *phases) {
  create(count, phases);
  const double rate = (double)count / mean;
  phases->start[0] = 1;
  for (size_t i = 0; i + 1 < count; i++) phases->rate[i * count + i + 1] = rate;
  phases->exit[count - 1] = rate;
}

static void of_hyperexponential(const struct node *n, struct sj_phases *p) {
  create(n->hyperexponential.count, p);
  for (size_t i = 0; i < p->count; i++) {
    p->start[i] = n->hyperexponential.branches[i].probability;
    p->exit[i] = n->hyperexponential.rates[i];
  }
}

static void of_phase_type(const struct node *n, struct sj_phases *p) {
  const size_t count = n->phase_type.count;
  create(count, p);
  p->at_once = n->phase_type.start[count].probability;
  memcpy(p->start, n->phase_type.alpha, count * sizeof *p->start);
  memcpy(p->exit, n->phase_type.exit, count * sizeof *p->exit);
  memcpy(p->rate, n->phase_type.generator, count * count * sizeof *p->rate);
  for (size_t i = 0; i < count; i++) p->rate[i * count + i] = 0;
}

/* Writes the rates of `part` into those of `whole`, whose phases first, first + step, ... stand for its phases. */
static void embed(const struct sj_phases *part, struct sj_phases *whole, size_t first, size_t step) {
  for (size_t i = 0; i < part->count; i++)
    for (size_t j = 0; j < part->count; j++)
      whole->rate[(first + i * step) * whole->count + first + j * step] += part->rate[i * part->count + j];
}

static const char *of_mixture(const struct node *n, struct sj_phases *p) {
  const size_t parts = n->mixture.count;
  struct sj_phases *const part = sj_allocate_array(parts, sizeof *part);
  const char *obstacle = NULL;
  size_t total = 0, first = 0;
  for (size_t k = 0; k < parts && !obstacle; k++) {
    if (n->mixture.branches[k].probability > 0) obstacle = sj_phases_of(n->mixture.parts[k], &part[k]);
    total += part[k].count;
    if (total > MOST_PHASES) obstacle = "many phases";
  }
  if (!obstacle) create(total, p);
  for (size_t k = 0; k < parts && !obstacle; first += part[k++].count) {
    const double weight = n->mixture.branches[k].probability;
    embed(&part[k], p, first, 1);
    p->at_once += weight * part[k].at_once;
    for (size_t i = 0; i < part[k].count; i++) {
      p->start[first + i] = weight * part[k].start[i];
      p->exit[first + i] = part[k].exit[i];
    }
  }
  for (size_t k = 0; k < parts; k++) sj_phases_clear(&part[k]);
  free(part);
  return obstacle;
}

/* First the phases of a, then those of b. */
static void add_up(const struct sj_phases *a, const struct sj_phases *b, struct sj_phases *p) {
  create(a->count + b->count, p);
  embed(a, p, 0, 1);
  embed(b, p, a->count, 1);
  p->at_once = a->at_once * b->at_once;
  for (size_t i = 0; i < a->count; i++) {
    p->start[i] = a->start[i];
    p->exit[i] = a->exit[i] * b->at_once;
    for (size_t j = 0; j < b->count; j++) p->rate[i * p->count + a->count + j] = a->exit[i] * b->start[j];
  }
  for (size_t j = 0; j < b->count; j++) {
    p->start[a->count + j] = a->at_once * b->start[j];
    p->exit[a->count + j] = b->exit[j];
  }
}

/* Both run: phase (i, j) is number i * b->count + j. Of a maximum then those of a alone, then those of b alone. */
static void run_both(const struct sj_phases *a, const struct sj_phases *b, bool maximum, struct sj_phases *p) {
  const size_t both = a->count * b->count, alone_a = both, alone_b = both + a->count;
  create(maximum ? alone_b + b->count : both, p);
  p->at_once = maximum ? a->at_once * b->at_once : 1 - (1 - a->at_once) * (1 - b->at_once);
  for (size_t j = 0; j < b->count; j++) embed(a, p, j, b->count);
  for (size_t i = 0; i < a->count; i++) embed(b, p, i * b->count, 1);
  for (size_t i = 0; i < a->count; i++)
    for (size_t j = 0; j < b->count; j++) {
      const size_t here = i * b->count + j;
      p->start[here] = a->start[i] * b->start[j];
      if (maximum) {
        p->rate[here * p->count + alone_b + j] = a->exit[i];
        p->rate[here * p->count + alone_a + i] = b->exit[j];
      } else {
        p->exit[here] = a->exit[i] + b->exit[j];
      }
    }
  if (!maximum) return;
  embed(a, p, alone_a, 1);
  embed(b, p, alone_b, 1);
  for (size_t i = 0; i < a->count; i++) {
    p->start[alone_a + i] = a->start[i] * b->at_once;
    p->exit[alone_a + i] = a->exit[i];
  }
  for (size_t j = 0; j < b->count; j++) {
    p->start[alone_b + j] = b->start[j] * a->at_once;
    p->exit[alone_b + j] = b->exit[j];
  }
}

static const char *of_pair(const struct node *n, struct sj_phases *p) {
  struct sj_phases a = {0}, b = {0};
  const char *obstacle = sj_phases_of(n->pair.a, &a);
  if (!obstacle) obstacle = sj_phases_of(n->pair.b, &b);
  const size_t sum = a.count + b.count;
  const bool sums = n->head.kind == SJ_SUM;
  if (!obstacle && (sums ? sum : a.count * b.count + sum) > MOST_PHASES) obstacle = "many phases";
  if (!obstacle && sums) add_up(&a, &b, p);
  if (!obstacle && !sums) run_both(&a, &b, n->head.kind == SJ_MAX, p);
  sj_phases_clear(&a);
  sj_phases_clear(&b);
  return obstacle;
}

static const char *of_shifted(const struct node *n, struct sj_phases *p) {
  if (n->shifted.offset != 0) return "constant";
  if (n->shifted.scale < 0) return "negative";
  const char *const obstacle = sj_phases_of(n->shifted.inner, p);
  if (!obstacle) sj_phases_speed_up(p, 1 / n->shifted.scale);
  return obstacle;
}

const char *sj_phases_of(const struct sj_distribution *d, struct sj_phases *phases) {
  const struct node *const n = node_of(d);
  *phases = (struct sj_phases){0};
  switch (d->kind) {
    case SJ_CONSTANT:
      if (d->location != 0) break;
      create(0, phases);
      phases->at_once = 1;
      return NULL;
    case SJ_EXPONENTIAL:
      sj_phases_erlang(1, d->location, phases);
      return NULL;
    case SJ_ERLANG:
      if (n->erlang.k > MOST_PHASES) return "many phases";
      sj_phases_erlang((size_t)n->erlang.k, n->erlang.mean, phases);
      return NULL;
    case SJ_HYPEREXPONENTIAL:
      if (n->hyperexponential.count > MOST_PHASES) return "many phases";
      of_hyperexponential(n, phases);
      return NULL;
    case SJ_PHASE_TYPE:
      of_phase_type(n, phases);
      return NULL;
    case SJ_MIXTURE:
      return of_mixture(n, phases);
    case SJ_SHIFTED:
      return of_shifted(n, phases);
    case SJ_SUM:
    case SJ_MAX:
    case SJ_MIN:
      return of_pair(n, phases);
    default:
      break;
  }
  return sj_distribution_kind_name(d->kind);
}

/* x = (-T)^-1 b in place. */
static void solve(const struct sj_phases *p, double *b) {
  const size_t n = p->count;
  double *const rates = sj_allocate_array(n * n + n, sizeof *rates);
  memcpy(rates, p->rate, n * n * sizeof *rates);
  memcpy(rates + n * n, p->exit, n * sizeof *rates);
  sj_phase_type_solve(n, rates, rates + n * n, b);
  free(rates);
}

void sj_phases_moments(const struct sj_phases *phases, double moments[3]) {
  double *const b = sj_allocate_array(phases->count, sizeof *b);
  for (size_t i = 0; i < phases->count; i++) b[i] = 1;
  double factorial = 1;
  for (size_t k = 0; k < 3; k++) {
    solve(phases, b);
    factorial *= (double)k + 1;
    moments[k] = 0;
    for (size_t i = 0; i < phases->count; i++) moments[k] += factorial * phases->start[i] * b[i];
  }
  free(b);
}
