#include "solve/poisson.h"

#include <math.h>
#include <stdlib.h>

/* The terms are relative to that of the mode, which is 1, so their sum is at least 1. With ratios falling, the tail
 * after a term w with ratio r to the next one is at most w r / (1 - r). */
static size_t find_left(double mean, size_t mode, double tolerance) {
  double w = 1;
  size_t n = mode;
  for (; n > 0; n--) {
    const double ratio = (double)n / mean;
    if (ratio < 1 && w * ratio <= tolerance * (1 - ratio)) break;
    w *= ratio;
  }
  return n;
}

static size_t find_right(double mean, size_t mode, double tolerance) {
  double w = 1;
  for (size_t n = mode;; n++) {
    const double ratio = mean / ((double)n + 1);
    if (ratio < 1 && w * ratio <= tolerance * (1 - ratio)) return n;
    w *= ratio;
  }
}

enum sj_status sj_poisson_create(double mean, double tolerance, struct sj_poisson *poisson) {
  const size_t mode = (size_t)mean, left = find_left(mean, mode, tolerance / 4);
  const size_t right = find_right(mean, mode, tolerance / 4);
  double *const weight = calloc(right - left + 1, sizeof *weight);
  *poisson = (struct sj_poisson){left, right, weight};
  if (!weight) return SJ_NO_MEMORY;
  weight[mode - left] = 1;
  for (size_t n = mode; n > left; n--) weight[n - 1 - left] = weight[n - left] * ((double)n / mean);
  for (size_t n = mode; n < right; n++) weight[n + 1 - left] = weight[n - left] * (mean / ((double)n + 1));
  /* Small ones first, from both ends. */
  double sum = 0;
  for (size_t low = 0, high = right - left; low <= high;) {
    if (low == high) {
      sum += weight[low];
      break;
    }
    sum += weight[low] < weight[high] ? weight[low++] : weight[high--];
  }
  for (size_t k = 0; k <= right - left; k++) weight[k] /= sum;
  return SJ_OK;
}

void sj_poisson_clear(struct sj_poisson *poisson) {
  free(poisson->weight);
  *poisson = (struct sj_poisson){0};
}
