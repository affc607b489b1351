/* Comparisons and statistics that several of these tests use. */
#ifndef SJ_TESTS_RANDOM_CHECK_H
#define SJ_TESTS_RANDOM_CHECK_H

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random/distribution.h"
#include "random/special.h"

/* Every statistical test here rejects what a correct generator does with at most this probability; seeds are fixed, so
 * it passes always or never. */
static const double significance = 1e-4;

/* |got - wanted| <= relative * |wanted| + absolute, with a message that shows both. */
static inline bool near(const char *what, double got, double wanted, double relative, double absolute) {
  const bool fine = got == wanted || fabs(got - wanted) <= relative * fabs(wanted) + absolute;
  if (!fine) print_error("%s: got %.17g, wanted %.17g, off by %.2g\n", what, got, wanted, got / wanted - 1);
  return fine;
}

/* Pearson's test: whether counts come from the probabilities. Bins that expect less than 10 are joined to the next. */
static inline double chi_square_p(size_t bins, const uint64_t *counts, const double *probabilities, double draws) {
  double statistic = 0, expected = 0, observed = 0;
  size_t used = 0;
  for (size_t i = 0; i < bins; i++) {
    expected += probabilities[i] * draws;
    observed += (double)counts[i];
    if (expected < 10 && i + 1 < bins) continue;
    statistic += (observed - expected) * (observed - expected) / fmax(expected, 1e-9);
    expected = observed = 0;
    used++;
  }
  return used > 1 ? sj_gamma_q((double)(used - 1) / 2, statistic / 2) : 1;
}

/* The same for bins of equal probability. */
static inline double uniform_p(size_t bins, const uint64_t *counts, double draws) {
  double statistic = 0;
  const double expected = draws / (double)bins;
  for (size_t i = 0; i < bins; i++)
    statistic += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
  return sj_gamma_q((double)(bins - 1) / 2, statistic / 2);
}

/* The probability that |Z| exceeds |z| for a standard normal Z. */
static inline double normal_p(double z) { return 2 * sj_normal_cdf(-fabs(z)); }

/* Kolmogorov's test of sorted values against a continuous cdf (the asymptotic law, Stephens' correction for finite n).
 */
static inline double kolmogorov_p(size_t n, const double *sorted, const struct sj_distribution *d) {
  double largest = 0;
  for (size_t i = 0; i < n; i++) {
    const double f = sj_distribution_cdf(d, sorted[i]);
    largest = fmax(largest, fmax(f - (double)i / (double)n, (double)(i + 1) / (double)n - f));
  }
  const double root = sqrt((double)n), t = (root + 0.12 + 0.11 / root) * largest;
  double sum = 0;
  for (int k = 1; k < 100; k++) sum += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * t * t);
  return t < 0.2 ? 1 : fmin(fmax(sum, 0), 1);
}

static inline bool plausible(const char *what, double p) {
  if (p >= significance) return true;
  print_error("%s: p = %.3g\n", what, p);
  return false;
}

static inline int compare_doubles(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

#endif
