#include "solve/krylov.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solve/exponential.h"
#include "solve/multiply.h"

enum { ORDER = SJ_KRYLOV_DIMENSION + 2, TRIES = 60 };

/* Of the step that the error estimate would permit, so that most steps succeed at once. */
static const double caution = 0.9;

enum sj_status sj_krylov_create(const struct sj_uniformized *uniformized, struct sj_krylov *krylov) {
  const size_t n = uniformized->count;
  *krylov = (struct sj_krylov){.uniformized = uniformized};
  krylov->basis = malloc((SJ_KRYLOV_DIMENSION + 1) * (n + 1) * sizeof *krylov->basis);
  krylov->flow = malloc((n + 1) * sizeof *krylov->flow);
  krylov->projected = malloc(sizeof(double) * ORDER * ORDER);
  krylov->exponential = malloc(sizeof(double) * ORDER * ORDER);
  if (krylov->basis && krylov->flow && krylov->projected && krylov->exponential) return SJ_OK;
  sj_krylov_clear(krylov);
  return SJ_NO_MEMORY;
}

void sj_krylov_clear(struct sj_krylov *krylov) {
  free(krylov->basis);
  free(krylov->flow);
  free(krylov->projected);
  free(krylov->exponential);
  *krylov = (struct sj_krylov){0};
}

static double norm_1(const double *x, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += fabs(x[i]);
  return sum;
}

/* Arnoldi's basis from p, whose Euclidean norm is `length`. Returns how many vectors it has: fewer than all if the
 * space is closed under the generator, and then what follows is exact. projected[i * ORDER + j] is the part of the flow
 * of vector j along vector i. */
static size_t find_basis(struct sj_krylov *k, const double *p, double length) {
  const size_t n = k->uniformized->count;
  const enum sj_processor processor = sj_processor();
  memset(k->projected, 0, sizeof(double) * ORDER * ORDER);
  for (size_t i = 0; i < n; i++) k->basis[i] = p[i] / length;
  for (size_t j = 0; j < SJ_KRYLOV_DIMENSION; j++) {
    double *const next = k->basis + (j + 1) * n;
    sj_uniformized_flow(k->uniformized, k->basis + j * n, next);
    const double before = sqrt(sj_dot(processor, next, next, n));
    /* Twice is enough (Kahan, Parlett). */
    for (int round = 0; round < 2; round++)
      for (size_t i = 0; i <= j; i++) {
        const double part = sj_dot(processor, k->basis + i * n, next, n);
        k->projected[i * ORDER + j] += part;
        sj_add_multiple(processor, -part, k->basis + i * n, next, n);
      }
    const double left = sqrt(sj_dot(processor, next, next, n));
    if (!(left > 1e-14 * before)) return j + 1;
    k->projected[(j + 1) * ORDER + j] = left;
    for (size_t i = 0; i < n; i++) next[i] /= left;
  }
  return SJ_KRYLOV_DIMENSION + 1;
}

/* Sidje's estimate of a step's error from the last two components, which stand for the first two terms left out, of
 * norms `first` and `second` by unit; *root is how it depends on the step. */
static double estimate_error(const struct sj_krylov *k, double length, double first, double second, double *root) {
  const double a = fabs(length * k->exponential[(ORDER - 2) * ORDER]) * first;
  const double b = fabs(length * k->exponential[(ORDER - 1) * ORDER]) * second;
  *root = 1.0 / (a > b ? SJ_KRYLOV_DIMENSION : SJ_KRYLOV_DIMENSION - 1);
  return a > 10 * b ? b : a > b ? a * b / (a - b) : a;
}

static void recombine(const struct sj_krylov *k, size_t vectors, double length, double *p) {
  const size_t n = k->uniformized->count;
  memset(p, 0, n * sizeof *p);
  for (size_t j = 0; j < vectors; j++)
    sj_add_multiple(sj_processor(), length * k->exponential[j * ORDER], k->basis + j * n, p, n);
}

enum sj_status sj_krylov_step(struct sj_krylov *k, double *p, double most, double tolerance, double *step,
                              double *error) {
  const size_t n = k->uniformized->count;
  const double length = sqrt(sj_dot(sj_processor(), p, p, n));
  const size_t vectors = find_basis(k, p, length);
  double first = 0, second = 0;
  if (vectors > SJ_KRYLOV_DIMENSION) {
    const double *const last = k->basis + SJ_KRYLOV_DIMENSION * n;
    sj_uniformized_flow(k->uniformized, last, k->flow);
    first = norm_1(last, n);
    second = norm_1(k->flow, n);
    k->projected[(ORDER - 1) * ORDER + ORDER - 2] = 1;
  }
  if (k->try_next <= 0) k->try_next = 0.5 * SJ_KRYLOV_DIMENSION / k->uniformized->rate;
  *step = vectors <= SJ_KRYLOV_DIMENSION || k->try_next > most ? most : k->try_next;
  for (int tries = 0; tries < TRIES; tries++) {
    if (sj_exponential(k->projected, ORDER, *step, k->exponential) != SJ_OK) return SJ_NO_MEMORY;
    double root = 1;
    const double wrong = estimate_error(k, length, first, second, &root);
    const double permitted = *step * caution * pow(*step * tolerance / fmax(wrong, 1e-300), root);
    if (wrong <= *step * tolerance) {
      /* Where the estimate is all rounding it permits anything. */
      k->try_next = fmin(permitted, 4 * *step);
      *error += wrong;
      recombine(k, vectors, length, p);
      return SJ_OK;
    }
    *step = permitted > 0 && permitted < 0.5 * *step ? fmax(permitted, 0.01 * *step) : 0.5 * *step;
  }
  return SJ_FAILED;
}
