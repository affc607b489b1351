#include <math.h>
#include <stdlib.h>

#include "plot/charts.h"

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t count, double p) {
  const double rank = p * (double)(count - 1);
  const size_t below = (size_t)rank, next = below + 1 < count ? below + 1 : below;
  return sorted[below] + (rank - (double)below) * (sorted[next] - sorted[below]);
}

void sj_box(double *values, size_t count, double box[5]) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++)
    if (isfinite(values[i])) values[kept++] = values[i];
  for (size_t k = 0; k < 5; k++) box[k] = NAN;
  if (kept == 0) return;
  qsort(values, kept, sizeof *values, ascending);
  for (size_t k = 1; k < 4; k++) box[k] = quantile(values, kept, 0.25 * (double)k);
  const double reach = 1.5 * (box[3] - box[1]);
  size_t low = 0, high = kept - 1;
  while (values[low] < box[1] - reach) low++;
  while (values[high] > box[3] + reach) high--;
  box[0] = fmin(values[low], box[1]);
  box[4] = fmax(values[high], box[3]);
}
