#include "solve/transient.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "solve/multiply.h"
#include "solve/poisson.h"
#include "solve/squaring.h"

/* In steps of the uniformized chain: up to how many are simply done; how many between two attempts at Krylov's, first
 * and at most; when it is first seen whether the rest can be explained, and the least and most between two such looks.
 */
enum { FEW = 8192, FIRST_STRETCH = 4096, LONGEST_STRETCH = 65536, FIRST_LOOK = 16, LEAST_WAIT = 16, MOST_WAIT = 512 };
/* How many of Krylov's steps may in a row gain less than they cost; the first ones are short. */
enum { KRYLOV_PATIENCE = 5 };
/* Chains of fewer states are followed as a whole; of more states, Krylov's basis takes too long. */
enum { LEAST_TO_PROJECT = 1024, MOST_FOR_KRYLOV = 20000 };

enum sj_status sj_transient_start(struct sj_transient *t, const struct sj_chain *chain,
                                  const struct sj_spectrum *spectrum, const double *pi) {
  *t = (struct sj_transient){
      .chain = chain, .spectrum = spectrum, .pi = pi, .tolerance = 1e-10, .most_products = SIZE_MAX};
  enum sj_status status = sj_uniformized_create(chain, &t->uniformized);
  if (status == SJ_OK && pi) status = sj_modes_create(&t->uniformized, spectrum, pi, &t->modes);
  if (status == SJ_OK) {
    t->work = malloc((4 * chain->count + 1) * sizeof *t->work);
    if (!t->work) status = SJ_NO_MEMORY;
  }
  if (status != SJ_OK) sj_transient_clear(t);
  return status;
}

void sj_transient_clear(struct sj_transient *t) {
  sj_uniformized_clear(&t->uniformized);
  sj_modes_clear(&t->modes);
  sj_krylov_clear(&t->krylov);
  sj_projection_clear(&t->projection);
  free(t->work);
  *t = (struct sj_transient){0};
}

/* One call of sj_transient_advance. */
struct advance {
  struct sj_transient *t;
  double *p;
  double left, tolerance_by_time, error;
  double least_limit; /* of the projection, as lower ones leaked */
};

static enum sj_status count_products(struct sj_transient *t, size_t products) {
  t->products += products;
  if (t->stop && *t->stop) return SJ_INTERRUPTED;
  return t->products > t->most_products ? SJ_FAILED : SJ_OK;
}

/* To the end at once, if the known eigenvectors explain p. */
static bool jump(struct advance *a) {
  struct sj_transient *const t = a->t;
  if (!t->pi) return false;
  const double error = sj_modes_split(&t->modes, a->p, a->left);
  if (!(error <= t->tolerance / 4)) return false;
  double _Complex *const factor = malloc((t->modes.count + 1) * sizeof *factor);
  if (!factor) return false;
  for (size_t k = 0; k < t->modes.used; k++) factor[k] = cexp(t->modes.mode[k].value * a->left);
  memset(a->p, 0, t->chain->count * sizeof *a->p);
  sj_modes_add(&t->modes, 1, factor, a->p);
  free(factor);
  a->error += error;
  a->left = 0;
  return true;
}

/* One stretch of uniformization: the distribution after n steps is `now`, that after n - 1 `before`. */
struct stretch {
  struct sj_transient *t;
  const struct sj_projection *projection; /* NULL: all states */
  const struct sj_uniformized *u;         /* of the chain or of its projection */
  struct sj_poisson poisson;
  double time, *now, *before, *sum, *full;
  size_t n, look, last_look;
  double last_rest, error;
  double most_lost;        /* how much may leave the projection */
  struct sj_window window; /* of `now` and `before` */
  double trim, trimmed;    /* how much may be cut off at either end of it in each step; how much was */
  double still;            /* from here on each step changes so little that it is not worth while; NAN: it is */
  double explained;        /* weight of what the eigenvectors explain, with these factors of their shares */
  double _Complex *factor;
};

/* Of one product, in the 1-norm. */
static double rounding(const struct sj_transient *t) { return (double)t->uniformized.terms * DBL_EPSILON / 2; }

static double weights_left(const struct stretch *s) {
  double sum = 0;
  for (size_t n = s->poisson.right; n > s->n && n >= s->poisson.left; n--)
    sum += s->poisson.weight[n - s->poisson.left];
  return sum;
}

/* What is left of the sum, if the eigenvectors explain the distribution: in each step the k-th part is multiplied by 1
 * + value_k / rate. */
static bool end_by_modes(struct stretch *s) {
  struct sj_transient *const t = s->t;
  if (s->projection) sj_projection_scatter(s->projection, s->now, s->full);
  const double rest = sj_modes_split(&t->modes, s->projection ? s->full : s->now, s->time);
  /* The next look is due halfway to where the rest, falling as it did, would be small enough. */
  const double fall = log(s->last_rest / rest) / (double)(s->n - s->last_look);
  const double due = fall > 0 ? log(rest / t->tolerance) / fall / 2 : MOST_WAIT;
  s->last_rest = rest;
  s->last_look = s->n;
  s->look = s->n + (size_t)fmin(fmax(due, LEAST_WAIT), MOST_WAIT);
  if (!(rest <= t->tolerance / 4)) return false;

  s->factor = malloc((t->modes.count + 1) * sizeof *s->factor);
  if (!s->factor) return false;
  const size_t first = s->n + 1 > s->poisson.left ? s->n + 1 : s->poisson.left;
  for (size_t k = 0; k < t->modes.used; k++) {
    const double _Complex by_step = 1 + t->modes.mode[k].value / s->u->rate;
    double _Complex sum = 0; /* Horner's scheme */
    for (size_t n = s->poisson.right; n >= first; n--) sum = sum * by_step + s->poisson.weight[n - s->poisson.left];
    s->factor[k] = sum * cpow(by_step, (double)(first - s->n));
  }
  s->explained = weights_left(s);
  s->error += rest;
  return true;
}

/* What is left of the sum, if the distribution hardly changes any more: each later step changes it by no more than the
 * last one did. Below what steps round it is as good to do none, in this stretch and later. */
static bool end_by_rest(struct stretch *s) {
  double change = 0, steps = 0;
  for (size_t i = s->window.low; i < s->window.high; i++) change += fabs(s->now[i] - s->before[i]);
  if (s->u->sink) change += fabs(s->now[s->u->count - 1] - s->before[s->u->count - 1]);
  for (size_t n = s->poisson.right; n > s->n && n >= s->poisson.left; n--)
    steps += s->poisson.weight[n - s->poisson.left] * (double)(n - s->n);
  const bool still = change <= rounding(s->t);
  if (!still && !(change * steps <= s->t->tolerance / 4)) return false;
  sj_add_multiple(sj_processor(), weights_left(s), s->now, s->sum, s->u->count);
  s->error += change * steps;
  if (still) s->still = change;
  return true;
}

/* ---- the window: the states where there is anything ---- */

static void open_window(struct stretch *s) {
  size_t low = 0, high = s->u->count - (s->u->sink ? 1 : 0);
  while (low < high && s->now[low] == 0) low++;
  while (high > low && s->now[high - 1] == 0) high--;
  s->window = (struct sj_window){low, high};
  memset(s->before, 0, s->u->count * sizeof *s->before);
}

/* Cuts off at both ends what holds no more than `most`. It would be somewhere at any later time, of the same total. */
static void trim_window(struct stretch *s, double most) {
  size_t low = s->window.low, high = s->window.high;
  double below = 0, above = 0;
  for (; low < high && below + fabs(s->now[low]) <= most; low++) below += fabs(s->now[low]);
  for (; high > low && above + fabs(s->now[high - 1]) <= most; high--) above += fabs(s->now[high - 1]);
  for (size_t side = 0; side < 2; side++) {
    double *const x = side ? s->before : s->now;
    memset(x + s->window.low, 0, (low - s->window.low) * sizeof *x);
    memset(x + high, 0, (s->window.high - high) * sizeof *x);
  }
  s->trimmed += below + above;
  s->window = (struct sj_window){low, high};
}

/* As many steps as are done at once, but none beyond the next look. */
static enum sj_status step(struct stretch *s) {
  const struct sj_poisson *const w = &s->poisson;
  size_t steps = w->right - s->n < SJ_STEPS ? w->right - s->n : SJ_STEPS;
  if (s->look > s->n && s->look - s->n < steps) steps = s->look - s->n;
  double weight[SJ_STEPS];
  for (size_t k = 0; k < steps; k++) weight[k] = s->n + 1 + k >= w->left ? w->weight[s->n + 1 + k - w->left] : 0;
  const bool counts = s->n + steps >= w->left;
  sj_uniformized_steps(s->u, steps, &s->now, &s->before, &s->window, counts ? weight : NULL, s->sum);
  s->n += steps;
  trim_window(s, s->trim * (double)steps);
  return count_products(s->t, steps);
}

static bool has_leaked(const struct stretch *s) { return s->projection && s->now[s->projection->count] > s->most_lost; }

static enum sj_status run_stretch(struct stretch *s) {
  const struct sj_poisson *const w = &s->poisson;
  if (w->left == 0) sj_add_multiple(sj_processor(), w->weight[0], s->now, s->sum, s->u->count);
  while (s->n < w->right && !has_leaked(s)) {
    const enum sj_status status = step(s);
    if (status != SJ_OK) return status;
    if (s->n != s->look || s->n + LEAST_WAIT >= w->right) continue;
    s->look += MOST_WAIT;
    if (end_by_rest(s) || (s->t->pi && end_by_modes(s))) break;
  }
  return SJ_OK;
}

/* The chain's part where p is and goes, if it makes for longer steps. */
static enum sj_status choose_projection(struct advance *a, struct stretch *s) {
  struct sj_transient *const t = a->t;
  s->projection = NULL;
  s->u = &t->uniformized;
  if (!t->pi || t->chain->count < LEAST_TO_PROJECT) return SJ_OK;
  struct sj_projection *const projection = &t->projection;
  if (!projection->chain) {
    const enum sj_status status = sj_projection_start(t->chain, projection);
    if (status != SJ_OK) return status;
  }
  /* What stands at its edge may leave in each step. */
  const double mass = s->most_lost / (2 + 2 * t->uniformized.rate * s->time);
  double limit = fmax(sj_projection_limit(projection, a->p, t->pi, mass), a->least_limit);
  if (limit > 0.95 * t->uniformized.rate) return SJ_OK;
  if (projection->limit >= limit && projection->limit <= 1.2 * limit) limit = projection->limit;
  const enum sj_status status = sj_projection_set(projection, limit);
  s->projection = projection;
  s->u = &projection->uniformized;
  return status;
}

/* Makes a->p what the stretch led to. */
static void end_stretch(struct advance *a, const struct stretch *s) {
  struct sj_transient *const t = a->t;
  if (s->projection)
    sj_projection_scatter(s->projection, s->sum, a->p);
  else
    memcpy(a->p, s->sum, t->chain->count * sizeof *a->p);
  if (s->factor) sj_modes_add(&t->modes, s->explained, s->factor, a->p);
  a->error += s->error + s->trimmed + (double)s->n * rounding(t);
  /* What left the projection is missing there and would be elsewhere. */
  if (s->projection) a->error += 2 * s->now[s->projection->count];
  a->left = s->time < a->left ? a->left - s->time : 0;
  if (!isnan(s->still)) {
    a->error += s->still * s->u->rate * a->left;
    a->left = 0;
  }
}

static enum sj_status uniformize(struct advance *a, double time) {
  struct sj_transient *const t = a->t;
  const size_t n = t->chain->count;
  const double tolerance = fmax(a->tolerance_by_time * time, DBL_EPSILON);
  bool leaked = true;
  while (leaked) {
    struct stretch s = {.t = t, .time = time, .now = t->work, .before = t->work + n, .sum = t->work + 2 * n};
    s.full = t->work + 3 * n;
    s.look = FIRST_LOOK;
    s.last_rest = 1;
    s.still = NAN;
    s.error = tolerance;
    s.most_lost = tolerance / 4 + t->tolerance / 64;
    enum sj_status status = choose_projection(a, &s);
    if (status == SJ_OK) status = sj_poisson_create(s.u->rate * time, tolerance, &s.poisson);
    if (status != SJ_OK) return status;
    if (s.projection)
      sj_projection_gather(s.projection, a->p, s.now);
    else
      memcpy(s.now, a->p, n * sizeof *s.now);
    memset(s.sum, 0, s.u->count * sizeof *s.sum);
    open_window(&s);
    s.trim = t->negligible * tolerance / (double)(s.poisson.right + 1);
    status = run_stretch(&s);
    leaked = status == SJ_OK && has_leaked(&s);
    if (leaked)
      a->least_limit = 1.12 * s.projection->limit;
    else if (status == SJ_OK)
      end_stretch(a, &s);
    sj_poisson_clear(&s.poisson);
    free(s.factor);
    if (status != SJ_OK) return status;
  }
  return SJ_OK;
}

/* Krylov's steps, as long as they go further than as much work by uniformization would. */
static enum sj_status follow_krylov(struct advance *a) {
  struct sj_transient *const t = a->t;
  const double terms = (double)t->uniformized.terms;
  const double cost = SJ_KRYLOV_DIMENSION + 2 * SJ_KRYLOV_DIMENSION * SJ_KRYLOV_DIMENSION / (terms + 1);
  if (!t->krylov.basis) {
    const enum sj_status status = sj_krylov_create(&t->uniformized, &t->krylov);
    if (status != SJ_OK) return status;
  }
  for (int poor = 0; poor < KRYLOV_PATIENCE && a->left > 0;) {
    double step = 0;
    enum sj_status status = sj_krylov_step(&t->krylov, a->p, a->left, a->tolerance_by_time, &step, &a->error);
    if (status == SJ_FAILED) break;
    if (status == SJ_OK) status = count_products(t, SJ_KRYLOV_DIMENSION + 1);
    if (status != SJ_OK) return status;
    /* The projected generator is rounded as one product is, and what that does grows with the time. */
    a->error += rounding(t) * t->uniformized.rate * step;
    a->left = step >= a->left ? 0 : a->left - step;
    poor = step * t->uniformized.rate > cost ? 0 : poor + 1;
    if (a->left > 0 && jump(a)) break;
  }
  return SJ_OK;
}

static enum sj_status go_on(struct advance *a) {
  struct sj_transient *const t = a->t;
  const double rate = t->uniformized.rate;
  double longest = FIRST_STRETCH;
  enum sj_status status = SJ_OK;
  while (status == SJ_OK && a->left > 0 && !jump(a)) {
    if (rate * a->left <= FEW) {
      status = uniformize(a, a->left);
    } else if (sj_squaring_pays(&t->uniformized, a->left)) {
      status = sj_squaring_advance(&t->uniformized, a->p, a->left, &a->error);
      a->left = 0;
    } else {
      status = uniformize(a, fmin(longest / rate, a->left));
      if (status == SJ_OK && a->left > 0 && t->chain->count <= MOST_FOR_KRYLOV && !jump(a)) status = follow_krylov(a);
      longest = fmin(2 * longest, LONGEST_STRETCH);
    }
  }
  return status;
}

enum sj_status sj_transient_advance(struct sj_transient *t, double *p, double time, double *error) {
  struct advance a = {.t = t, .left = time, .tolerance_by_time = t->tolerance / 4 / time};
  a.p = p;
  if (!(t->uniformized.rate > 0)) a.left = 0;
  const unsigned before = sj_flush_tiny();
  const enum sj_status status = go_on(&a);
  sj_restore_tiny(before);
  if (error) *error = a.error;
  return status;
}
