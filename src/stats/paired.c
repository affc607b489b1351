#include "stats/paired.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "random/special.h"
#include "stats/interval.h"

/* P(|T| >= |t|) for Student's T: the regularised incomplete beta function (Abramowitz and Stegun 26.7.1, 26.5.27). */
static double two_sided(double t, double degrees) { return sj_beta_i(degrees / 2, 0.5, degrees / (degrees + t * t)); }

static double p_value(const double *differences, size_t count, double mean) {
  if (count < 2) return NAN;
  double squares = 0;
  bool same = true;
  for (size_t i = 0; i < count; i++) {
    squares += (differences[i] - mean) * (differences[i] - mean);
    same = same && differences[i] == differences[0];
  }
  if (same) return differences[0] == 0 ? 1 : 0;
  const double n = (double)count, error = sqrt(squares / (n - 1) / n);
  return error > 0 ? two_sided(mean / error, n - 1) : 0;
}

struct sj_paired sj_paired_compare(const double *x, const double *base, size_t count, double level) {
  struct sj_paired result = {NAN, NAN, NAN, NAN, NAN};
  double *const part = sj_allocate_array(count, sizeof *part);
  double sum_x = 0, sum_base = 0, ignored;
  for (size_t i = 0; i < count; i++) {
    part[i] = x[i] - base[i];
    sum_x += x[i];
    sum_base += base[i];
  }
  sj_interval(part, count, level, &result.difference, &result.half_width);
  if (!isnan(result.difference)) {
    result.p = p_value(part, count, result.difference);
    if (sum_base != 0) {
      const double ratio = sum_x / sum_base, mean_base = fabs(sum_base / (double)count);
      for (size_t i = 0; i < count; i++) part[i] = x[i] - ratio * base[i];
      sj_interval(part, count, level, &ignored, &result.ratio_half_width);
      result.ratio = ratio - 1;
      result.ratio_half_width /= mean_base;
    }
  }
  free(part);
  return result;
}

/* Mean, and the variance of that mean: NAN with fewer than two values. */
static void mean_of(const double *values, size_t count, double *mean, double *variance) {
  const double n = (double)count;
  double sum = 0, squares = 0;
  for (size_t i = 0; i < count; i++) sum += values[i];
  *mean = count ? sum / n : (double)NAN;
  for (size_t i = 0; i < count; i++) squares += (values[i] - *mean) * (values[i] - *mean);
  *variance = count > 1 ? squares / (n - 1) / n : (double)NAN;
}

struct sj_paired sj_unpaired_compare(const double *x, size_t count, const double *base, size_t base_count,
                                     double level) {
  struct sj_paired result = {NAN, NAN, NAN, NAN, NAN};
  double mean, variance, base_mean, base_variance;
  mean_of(x, count, &mean, &variance);
  mean_of(base, base_count, &base_mean, &base_variance);
  result.difference = mean - base_mean;
  if (isnan(result.difference)) return result;
  if (base_mean != 0) result.ratio = mean / base_mean - 1;
  const double sum = variance + base_variance;
  if (isnan(sum)) return result;
  if (sum == 0) { /* the same in every run */
    result.half_width = 0;
    result.ratio_half_width = base_mean != 0 ? 0 : (double)NAN;
    result.p = result.difference == 0 ? 1 : 0;
    return result;
  }
  const double degrees =
      sum * sum /
      (variance * variance / ((double)count - 1) + base_variance * base_variance / ((double)base_count - 1));
  const double t = sj_student_quantile(degrees, 0.5 + level / 2);
  result.half_width = t * sqrt(sum);
  result.p = two_sided(result.difference / sqrt(sum), degrees);
  if (base_mean != 0) {
    const double ratio = mean / base_mean;
    result.ratio_half_width = t * sqrt(variance + ratio * ratio * base_variance) / fabs(base_mean);
  }
  return result;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The values that are numbers, sorted; the caller frees them. */
static double *sorted(const double *values, size_t count, size_t *numbers) {
  double *const copy = sj_allocate_array(count, sizeof *copy);
  *numbers = 0;
  for (size_t i = 0; i < count; i++)
    if (!isnan(values[i])) copy[(*numbers)++] = values[i];
  qsort(copy, *numbers, sizeof *copy, ascending);
  return copy;
}

void sj_holm(double *p, size_t count) {
  size_t tests;
  double *const order = sorted(p, count, &tests);
  /* adjusted[j] = max over i <= j of (tests - i) p(i); equal p-values share the largest. */
  double *const adjusted = sj_allocate_array(tests, sizeof *adjusted);
  double largest = 0;
  for (size_t i = 0; i < tests; i++) {
    const double corrected = (double)(tests - i) * order[i];
    if (corrected > largest) largest = corrected;
    adjusted[i] = largest < 1 ? largest : 1;
  }
  for (size_t i = 0; i < count; i++) {
    if (isnan(p[i])) continue;
    size_t place = 0;
    while (order[place] < p[i]) place++;
    p[i] = adjusted[place];
  }
  free(order);
  free(adjusted);
}

void sj_quintiles(const double *values, size_t count, int *fifths) {
  enum { FIFTHS = 5 };
  size_t numbers;
  double *const order = sorted(values, count, &numbers);
  double edges[FIFTHS - 1] = {0};
  for (size_t k = 1; k < FIFTHS && numbers > 0; k++) {
    const size_t scaled = k * (numbers - 1), low = scaled / FIFTHS;
    const double part = (double)(scaled % FIFTHS) / FIFTHS;
    edges[k - 1] = part > 0 ? order[low] + part * (order[low + 1] - order[low]) : order[low];
  }
  for (size_t i = 0; i < count; i++) {
    fifths[i] = isnan(values[i]) ? 0 : 1;
    for (size_t k = 0; k < FIFTHS - 1 && fifths[i]; k++) fifths[i] += values[i] > edges[k];
  }
  free(order);
}
