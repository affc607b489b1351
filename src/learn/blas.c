#include "learn/blas.h"

#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* LAPACK is Fortran: the lengths of the texts come last. */
void dgemm_(const char *turn_a, const char *turn_b, const int *m, const int *n, const int *k, const double *alpha,
            const double *a, const int *a_stride, const double *b, const int *b_stride, const double *beta, double *c,
            const int *c_stride, size_t turn_a_length, size_t turn_b_length);
void dgesvd_(const char *left, const char *right, const int *m, const int *n, double *a, const int *a_stride, double *s,
             double *u, const int *u_stride, double *v, const int *v_stride, double *work, const int *work_size,
             int *info, size_t left_length, size_t right_length);
void dgesv_(const int *n, const int *columns, double *a, const int *a_stride, int *pivots, double *b,
            const int *b_stride, int *info);
void dgelsd_(const int *m, const int *n, const int *columns, double *a, const int *a_stride, double *b,
             const int *b_stride, double *s, const double *limit, int *rank, double *work, const int *work_size,
             int *whole_work, int *info);

void sj_multiply(bool a_turned, bool b_turned, size_t rows, size_t columns, size_t inner, double alpha, const double *a,
                 const double *b, double beta, double *c) {
  const int m = (int)rows, n = (int)columns, k = (int)inner;
  const int a_stride = a_turned ? k : m, b_stride = b_turned ? n : k;
  if (m == 0 || n == 0) return;
  dgemm_(a_turned ? "T" : "N", b_turned ? "T" : "N", &m, &n, &k, &alpha, a, &a_stride, b, &b_stride, &beta, c, &m, 1,
         1);
}

double sj_spectral_norm(size_t size, const double *a) {
  const int n = (int)size, one = 1, work_size = 8 * n + 64;
  double none = 0, *const memory = malloc((size * size + size + (size_t)work_size) * sizeof *memory);
  if (!memory) return -1;
  double *const copy = memory, *const singular = copy + size * size, *const work = singular + size;
  memcpy(copy, a, size * size * sizeof *copy);
  int info = 0;
  for (size_t i = 0; i < size * size; i++)
    if (!isfinite(a[i])) info = 1;
  if (info == 0) dgesvd_("N", "N", &n, &n, copy, &n, singular, &none, &one, &none, &one, work, &work_size, &info, 1, 1);
  const double norm = info == 0 ? singular[0] : (double)NAN;
  free(memory);
  return norm;
}

enum sj_status sj_solve_linear(size_t size, size_t columns, double *a, double *b) {
  const int n = (int)size, count = (int)columns;
  int info = 0, *const pivots = malloc(size * sizeof *pivots);
  if (!pivots) return SJ_NO_MEMORY;
  dgesv_(&n, &count, a, &n, pivots, b, &n, &info);
  free(pivots);
  return info == 0 ? SJ_OK : SJ_FAILED;
}

enum sj_status sj_least_squares(size_t rows, size_t size, size_t columns, double *a, double *b) {
  const int m = (int)rows, n = (int)size, count = (int)columns, ask = -1;
  const double limit = 1e-12;
  double best_size = 0, *const singular = malloc(size * sizeof *singular);
  int info = 0, rank = 0, whole_size = 0;
  if (!singular) return SJ_NO_MEMORY;
  dgelsd_(&m, &n, &count, a, &m, b, &m, singular, &limit, &rank, &best_size, &ask, &whole_size, &info);
  const int work_size = (int)best_size;
  double *const work = malloc((size_t)(work_size > 0 ? work_size : 1) * sizeof *work);
  int *const whole = malloc((size_t)(whole_size > 0 ? whole_size : 1) * sizeof *whole);
  const bool fits = work && whole;
  if (fits) dgelsd_(&m, &n, &count, a, &m, b, &m, singular, &limit, &rank, work, &work_size, whole, &info);
  free(singular);
  free(work);
  free(whole);
  if (!fits) return SJ_NO_MEMORY;
  return info == 0 ? SJ_OK : SJ_FAILED;
}

/* A pointer to data becomes one to a function; C has no other way from dlsym. */
static void *symbol(const char *name) { return dlsym(RTLD_DEFAULT, name); }

int sj_blas_begin(void) {
  int (*get)(void) = NULL;
  void (*set)(int) = NULL;
  void *const found_get = symbol("openblas_get_num_threads"), *const found_set = symbol("openblas_set_num_threads");
  if (!found_get || !found_set) return 0;
  memcpy(&get, &found_get, sizeof get);
  memcpy(&set, &found_set, sizeof set);
  const int before = get();
  set(1);
  return before;
}

void sj_blas_end(int before) {
  void (*set)(int) = NULL;
  void *const found = symbol("openblas_set_num_threads");
  if (!found || before <= 0) return;
  memcpy(&set, &found, sizeof set);
  set(before);
}
