#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "random/stream.h"
#include "sojourn/sweep.h"

enum { RESAMPLES = 1000 };

/* The rows all of whose values are numbers, each with its d + 2 values, from which the mean of all is taken: the
 * estimators are the same in theory and far less noisy. */
struct rows {
  size_t count, dimensions;
  double *values;
};

static struct rows whole_rows(const double *values, size_t rows, size_t dimensions) {
  const size_t width = dimensions + 2;
  struct rows whole = {.dimensions = dimensions, .values = sj_allocate_array(rows * width + 1, sizeof(double))};
  double sum = 0;
  for (size_t row = 0; row < rows; row++) {
    const double *const from = values + row * width;
    bool numbers = true;
    for (size_t k = 0; k < width; k++) numbers = numbers && isfinite(from[k]);
    if (!numbers) continue;
    double *const to = whole.values + whole.count++ * width;
    for (size_t k = 0; k < width; k++) to[k] = from[k];
    sum += from[0] + from[1];
  }
  const double mean = whole.count ? sum / (2 * (double)whole.count) : 0;
  for (size_t i = 0; i < whole.count * width; i++) whole.values[i] -= mean;
  return whole;
}

/* Saltelli et al. 2010, table 2 (b) and (f), over the rows that `chosen` names (NULL: each once). */
static void estimate(const struct rows *rows, const size_t *chosen, double *first, double *total) {
  const size_t d = rows->dimensions;
  const double n = (double)rows->count;
  double sum = 0, squares = 0;
  for (size_t i = 0; i < d; i++) first[i] = total[i] = 0;
  for (size_t r = 0; r < rows->count; r++) {
    const double *const row = rows->values + (chosen ? chosen[r] : r) * (d + 2), a = row[0], b = row[1];
    sum += a + b;
    squares += a * a + b * b;
    for (size_t i = 0; i < d; i++) {
      const double mixed = row[2 + i];
      first[i] += b * (mixed - a);
      total[i] += (a - mixed) * (a - mixed);
    }
  }
  const double variance = squares / (2 * n) - (sum / (2 * n)) * (sum / (2 * n));
  for (size_t i = 0; i < d; i++) {
    first[i] = variance > 0 ? first[i] / n / variance : (double)NAN;
    total[i] = variance > 0 ? total[i] / (2 * n) / variance : (double)NAN;
  }
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The numbers among `values`, which are sorted, between the 2.5 % and 97.5 % quantiles. */
static void interval_of(double *values, size_t count, struct sj_sensitivity *index) {
  size_t numbers = 0;
  for (size_t i = 0; i < count; i++)
    if (!isnan(values[i])) values[numbers++] = values[i];
  if (numbers < 2) return;
  qsort(values, numbers, sizeof *values, ascending);
  const double last = (double)(numbers - 1);
  index->low = values[(size_t)(0.025 * last)];
  index->high = values[(size_t)ceil(0.975 * last)];
}

static void bootstrap(const struct rows *rows, uint64_t seed, struct sj_sensitivity *first,
                      struct sj_sensitivity *total) {
  const size_t d = rows->dimensions;
  double *const estimates = sj_allocate_array(2 * d * (RESAMPLES + 1), sizeof *estimates);
  double *const one = estimates + 2 * d * RESAMPLES;
  size_t *const chosen = sj_allocate_array(rows->count, sizeof *chosen);
  const uint64_t key = sj_stream_key(seed, 0, "", "bootstrap");
  for (size_t resample = 0; resample < RESAMPLES; resample++) {
    struct sj_stream stream;
    sj_stream_seed(&stream, key, resample);
    for (size_t r = 0; r < rows->count; r++) chosen[r] = (size_t)(sj_stream_uniform(&stream) * (double)rows->count);
    estimate(rows, chosen, one, one + d);
    for (size_t i = 0; i < 2 * d; i++) estimates[i * RESAMPLES + resample] = one[i];
  }
  for (size_t i = 0; i < d; i++) {
    interval_of(estimates + i * RESAMPLES, RESAMPLES, &first[i]);
    interval_of(estimates + (d + i) * RESAMPLES, RESAMPLES, &total[i]);
  }
  free(estimates);
  free(chosen);
}

size_t sj_sensitivity(const double *values, size_t rows, size_t dimensions, uint64_t seed, struct sj_sensitivity *first,
                      struct sj_sensitivity *total) {
  struct rows whole = whole_rows(values, rows, dimensions);
  double *const indices = sj_allocate_array(2 * dimensions + 1, sizeof *indices);
  for (size_t i = 0; i < dimensions; i++) first[i] = total[i] = (struct sj_sensitivity){NAN, NAN, NAN};
  if (whole.count > 1) {
    estimate(&whole, NULL, indices, indices + dimensions);
    for (size_t i = 0; i < dimensions; i++) {
      first[i].value = indices[i];
      total[i].value = indices[dimensions + i];
    }
    if (dimensions && !isnan(indices[0])) bootstrap(&whole, seed, first, total);
  }
  free(indices);
  free(whole.values);
  return whole.count;
}
