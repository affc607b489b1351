#include "solve/exponential.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

extern void dgesv_(const int *n, const int *columns, double *a, const int *stride, int *pivots, double *b,
                   const int *stride_of_b, int *info);

/* Higham's theta: up to this 1-norm degree 13 is exact to double precision. */
static const double most_norm = 5.371920351148152;
static const double pade[] = {64764752532480000.,
                              32382376266240000.,
                              7771770303897600.,
                              1187353796428800.,
                              129060195264000.,
                              10559470521600.,
                              670442572800.,
                              33522128640.,
                              1323241920.,
                              40840800.,
                              960960.,
                              16380.,
                              182.,
                              1.};

struct small {
  size_t order, size;
  double *a, *a2, *a4, *a6, *u, *v, *t;
};

/* c = a b; all are square, in either storage order alike. */
static void multiply(size_t order, const double *restrict a, const double *restrict b, double *restrict c) {
  memset(c, 0, order * order * sizeof *c);
  for (size_t i = 0; i < order; i++)
    for (size_t k = 0; k < order; k++) {
      const double factor = a[i * order + k];
      if (factor == 0) continue;
      for (size_t j = 0; j < order; j++) c[i * order + j] += factor * b[k * order + j];
    }
}

/* y = c6 a6 + c4 a4 + c2 a2 + c0 I */
static void combine(const struct small *s, double c6, double c4, double c2, double c0, double *y) {
  for (size_t i = 0; i < s->size; i++) y[i] = c6 * s->a6[i] + c4 * s->a4[i] + c2 * s->a2[i];
  for (size_t i = 0; i < s->order; i++) y[i * (s->order + 1)] += c0;
}

/* exp(a) is (v - u)^-1 (v + u), with u odd and v even in a. */
static void find_numerator_and_denominator(const struct small *s) {
  const double *const b = pade;
  combine(s, b[13], b[11], b[9], 0, s->t);
  multiply(s->order, s->a6, s->t, s->v);
  combine(s, b[7], b[5], b[3], b[1], s->t);
  for (size_t i = 0; i < s->size; i++) s->t[i] += s->v[i];
  multiply(s->order, s->a, s->t, s->u);
  combine(s, b[12], b[10], b[8], 0, s->t);
  multiply(s->order, s->a6, s->t, s->v);
  combine(s, b[6], b[4], b[2], b[0], s->t);
  for (size_t i = 0; i < s->size; i++) {
    const double even = s->v[i] + s->t[i], odd = s->u[i];
    s->u[i] = even + odd;
    s->v[i] = even - odd;
  }
}

static double norm_1(const double *matrix, size_t order, double factor) {
  double most = 0;
  for (size_t i = 0; i < order; i++) {
    double sum = 0;
    for (size_t j = 0; j < order; j++) sum += fabs(factor * matrix[i * order + j]);
    if (!(sum <= most)) most = sum;
  }
  return most;
}

enum sj_status sj_exponential(const double *matrix, size_t order, double time, double *result) {
  struct small s = {.order = order, .size = order * order};
  double *const work = malloc((7 * s.size + 1) * sizeof *work);
  int *const pivots = malloc((order + 1) * sizeof *pivots);
  if (!work || !pivots) {
    free(work);
    free(pivots);
    return SJ_NO_MEMORY;
  }
  double **const parts[] = {&s.a, &s.a2, &s.a4, &s.a6, &s.u, &s.v, &s.t};
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) *parts[k] = work + k * s.size;

  int halvings = 0;
  const double norm = norm_1(matrix, order, time);
  if (norm > most_norm && isfinite(norm)) halvings = ilogb(norm / most_norm) + 1;
  for (size_t i = 0; i < s.size; i++) s.a[i] = ldexp(time * matrix[i], -halvings);
  multiply(order, s.a, s.a, s.a2);
  multiply(order, s.a2, s.a2, s.a4);
  multiply(order, s.a2, s.a4, s.a6);
  find_numerator_and_denominator(&s);
  /* By rows for us, transposed for LAPACK; as all of these are polynomials in one matrix, it is the same. */
  const int n = (int)order;
  int info = 0;
  dgesv_(&n, &n, s.v, &n, pivots, s.u, &n, &info);
  for (int k = 0; k < halvings; k++) {
    multiply(order, s.u, s.u, s.t);
    double *const swap = s.u;
    s.u = s.t;
    s.t = swap;
  }
  memcpy(result, s.u, s.size * sizeof *result);
  if (info != 0) result[0] = NAN;
  free(work);
  free(pivots);
  return SJ_OK;
}
