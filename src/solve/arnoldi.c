#include "solve/arnoldi.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "solve/dense.h"
#include "solve/multiply.h"

void sj_arbitrary_vector(size_t size, unsigned which, double *x) {
  uint64_t state = 0x9e3779b97f4a7c15U * (which + 1);
  for (size_t i = 0; i < size; i++) {
    /* splitmix64 (Steele, Lea and Flood 2014) */
    uint64_t z = state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    z ^= z >> 31;
    x[i] = (double)(z >> 11) * 0x1p-52 - 1;
  }
}

/* An orthonormal basis of `length` vectors, and A in it: column j of `h` has its first entries[j] + 1 ones set. */
struct space {
  const struct sj_operator *a;
  enum sj_processor processor;
  size_t most, length;
  double **basis; /* [most + 1] */
  double *h;      /* [most + 1][most], by columns of most + 1 */
  bool exhausted; /* it holds all that A can reach */
};

static double norm(const struct space *s, const double *x) { return sqrt(sj_dot(s->processor, x, x, s->a->size)); }

/* Takes the basis out of x, twice, since once leaves rounding; what was taken is added to `coefficients`. */
static double orthogonalize(const struct space *s, size_t count, double *x, double *coefficients) {
  for (int round = 0; round < 2; round++) {
    for (size_t k = 0; k < count; k++) {
      const double c = sj_dot(s->processor, s->basis[k], x, s->a->size);
      sj_add_multiple(s->processor, -c, s->basis[k], x, s->a->size);
      if (coefficients) coefficients[k] += c;
    }
  }
  return norm(s, x);
}

static void scale(double *x, size_t size, double factor) {
  for (size_t i = 0; i < size; i++) x[i] *= factor;
}

/* A vector that the basis does not hold yet; false if there is none. */
static bool begin_again(struct space *s, size_t place) {
  double *const x = s->basis[place];
  for (unsigned attempt = 0; attempt < 3; attempt++) {
    sj_arbitrary_vector(s->a->size, (unsigned)place + 1000 * attempt, x);
    s->a->project(s->a->context, x);
    const double before = norm(s, x);
    if (before == 0) continue;
    orthogonalize(s, place, x, NULL);
    s->a->project(s->a->context, x);
    const double length = orthogonalize(s, place, x, NULL);
    if (length < 1e-8 * before) continue;
    scale(x, s->a->size, 1 / length);
    return true;
  }
  return false;
}

static double largest_so_far(const struct space *s) {
  double largest = 0;
  for (size_t j = 0; j < s->length; j++)
    for (size_t i = 0; i <= j; i++)
      if (fabs(s->h[j * (s->most + 1) + i]) > largest) largest = fabs(s->h[j * (s->most + 1) + i]);
  return largest;
}

static enum sj_status extend(struct space *s) {
  const size_t j = s->length, size = s->a->size;
  if (!s->basis[j + 1]) s->basis[j + 1] = malloc(size * sizeof **s->basis);
  if (!s->basis[j + 1]) return SJ_NO_MEMORY;
  double *const next = s->basis[j + 1], *const column = s->h + j * (s->most + 1);
  s->a->apply(s->a->context, s->basis[j], next);
  const double length = orthogonalize(s, j + 1, next, column);
  s->length++;
  if (length > 1e-14 * largest_so_far(s) && s->length < size) {
    column[j + 1] = length;
    scale(next, size, 1 / length);
  } else {
    column[j + 1] = 0;
    s->exhausted = s->length >= size || !begin_again(s, j + 1);
  }
  return SJ_OK;
}

/* The eigenvalues of what there is of h, sorted, and how much of each vector points out of the space. */
struct values {
  double *re, *im, *vectors, *residual;
  size_t *order; /* by falling modulus */
};

static bool values_start(struct values *v, size_t most) {
  v->re = calloc((3 + most) * most, sizeof *v->re);
  v->order = calloc(most, sizeof *v->order);
  if (!v->re || !v->order) return false;
  v->im = v->re + most;
  v->residual = v->im + most;
  v->vectors = v->residual + most;
  return true;
}

static void values_clear(struct values *v) {
  free(v->re);
  free(v->order);
}

/* Pairs stay together: their moduli are the same, and the sort is stable. */
static void sort(struct values *v, size_t count) {
  for (size_t k = 0; k < count; k++) {
    const double modulus = hypot(v->re[k], v->im[k]);
    size_t place = k;
    for (; place > 0; place--) {
      const size_t other = v->order[place - 1];
      if (!(hypot(v->re[other], v->im[other]) < modulus)) break;
      v->order[place] = other;
    }
    v->order[place] = k;
  }
}

static enum sj_status find_values(const struct space *s, struct values *v) {
  const size_t m = s->length, stride = s->most + 1;
  double *const copy = malloc(m * m * sizeof *copy);
  if (!copy) return SJ_NO_MEMORY;
  for (size_t j = 0; j < m; j++) memcpy(copy + j * m, s->h + j * stride, m * sizeof *copy);
  const enum sj_status status = sj_dense_eigen(m, copy, v->re, v->im, v->vectors);
  free(copy);
  if (status != SJ_OK) return status;
  const double outward = s->exhausted ? 0 : fabs(s->h[(m - 1) * stride + m]);
  for (size_t k = 0; k < m; k++) {
    const bool pair = v->im[k] != 0;
    const size_t first = pair && v->im[k] < 0 ? k - 1 : k;
    const double last = v->vectors[first * m + m - 1], other = pair ? v->vectors[(first + 1) * m + m - 1] : 0;
    const double modulus = hypot(v->re[k], v->im[k]);
    v->residual[k] = modulus > 0 ? outward * hypot(last, other) / modulus : INFINITY;
  }
  sort(v, m);
  return SJ_OK;
}

static bool converged(const struct space *s, const struct values *v, size_t wanted, double tolerance) {
  if (s->exhausted) return true;
  if (wanted > s->length) return false;
  for (size_t k = 0; k < wanted; k++)
    if (!(v->residual[v->order[k]] < tolerance)) return false;
  return true;
}

static double modulus_of(const struct space *s, const struct values *v, size_t place) {
  return place < s->length ? hypot(v->re[v->order[place]], v->im[v->order[place]]) : 0;
}

/* Ritz vectors: the basis times the small ones. */
static enum sj_status give(const struct space *s, const struct values *v, size_t wanted, double tolerance,
                           struct sj_ritz *ritz) {
  size_t count = 0;
  while (count < s->length && (count < wanted || v->residual[v->order[count]] < tolerance)) count++;
  if (count > 0 && count < s->length && v->im[v->order[count - 1]] > 0) count++;
  const size_t size = s->a->size;
  ritz->re = calloc(3 * count + 1, sizeof *ritz->re);
  ritz->vectors = calloc(count * size + 1, sizeof *ritz->vectors);
  if (!ritz->re || !ritz->vectors) return SJ_NO_MEMORY;
  ritz->im = ritz->re + count;
  ritz->residual = ritz->im + count;
  ritz->count = count;
  ritz->next = modulus_of(s, v, count);
  ritz->after = modulus_of(s, v, count + 1);
  for (size_t k = 0; k < count; k++) {
    const size_t from = v->order[k];
    ritz->re[k] = v->re[from];
    ritz->im[k] = v->im[from];
    ritz->residual[k] = v->residual[from];
    for (size_t j = 0; j < s->length; j++)
      sj_add_multiple(s->processor, v->vectors[from * s->length + j], s->basis[j], ritz->vectors + k * size, size);
  }
  return SJ_OK;
}

enum sj_status sj_arnoldi(const struct sj_operator *a, size_t wanted, size_t most, double tolerance,
                          struct sj_ritz *ritz) {
  *ritz = (struct sj_ritz){0};
  if (most > a->size) most = a->size;
  if (most == 0 || wanted == 0) return SJ_OK;
  struct space s = {.a = a, .processor = sj_processor(), .most = most};
  struct values v = {0};
  s.basis = calloc(most + 1, sizeof *s.basis);
  s.h = calloc(most * (most + 1), sizeof *s.h);
  enum sj_status status = s.basis && s.h && values_start(&v, most) ? SJ_OK : SJ_NO_MEMORY;
  if (status == SJ_OK) {
    s.basis[0] = malloc(a->size * sizeof **s.basis);
    status = s.basis[0] ? SJ_OK : SJ_NO_MEMORY;
  }
  if (status == SJ_OK) s.exhausted = !begin_again(&s, 0);
  bool done = s.exhausted;
  while (status == SJ_OK && !done) {
    status = extend(&s);
    /* Where applying is dear one looks often, else looking is. */
    const size_t often = a->size < 50000 ? 4 : 1;
    const bool look = s.exhausted || s.length == most || (s.length > wanted + 4 && s.length % often == 0);
    if (status != SJ_OK || !look) continue;
    status = find_values(&s, &v);
    done = status == SJ_OK && (s.length == most || converged(&s, &v, wanted, tolerance));
  }
  if (status == SJ_OK && s.length > 0) status = give(&s, &v, wanted, tolerance, ritz);
  for (size_t k = 0; s.basis && k <= most; k++) free(s.basis[k]);
  free(s.basis);
  free(s.h);
  values_clear(&v);
  if (status != SJ_OK) sj_ritz_clear(ritz);
  return status;
}

void sj_ritz_clear(struct sj_ritz *ritz) {
  free(ritz->re);
  free(ritz->vectors);
  *ritz = (struct sj_ritz){0};
}
