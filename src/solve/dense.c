#include "solve/dense.h"

#include <stdlib.h>

/* LAPACK is Fortran: the lengths of the texts come last. */
void dgeev_(const char *left, const char *right, const int *n, double *a, const int *a_stride, double *re, double *im,
            double *left_vectors, const int *left_stride, double *right_vectors, const int *right_stride, double *work,
            const int *work_size, int *info, size_t left_length, size_t right_length);

enum sj_status sj_dense_eigen(size_t size, double *a, double *re, double *im, double *vectors) {
  const int n = (int)size, one = 1, work_size = 8 * n + 16;
  double none = 0, *const work = malloc((size_t)work_size * sizeof *work);
  if (!work) return SJ_NO_MEMORY;
  int info = 0;
  dgeev_("N", "V", &n, a, &n, re, im, &none, &one, vectors, &n, work, &work_size, &info, 1, 1);
  free(work);
  return info == 0 ? SJ_OK : SJ_FAILED;
}
