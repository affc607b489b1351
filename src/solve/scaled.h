/* Numbers of any size: a fraction and a power of two. Hitting times of deep wells pass 10^308, stationary probabilities
 * fall below 10^-308; neither overflows here. */
#ifndef SJ_SOLVE_SCALED_H
#define SJ_SOLVE_SCALED_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* fraction * 2^exponent, with 0.5 <= |fraction| < 1, or both 0. */
struct sj_scaled {
  double fraction;
  int64_t exponent;
};

static inline struct sj_scaled sj_scaled_of(double fraction, int64_t exponent) {
  enum { FRACTION_BITS = 52, MOST = 0x7ff, HALF = 0x3fe };
  uint64_t bits;
  memcpy(&bits, &fraction, sizeof bits);
  const int64_t biased = (int64_t)(bits >> FRACTION_BITS) & MOST;
  if (biased > 0 && biased < MOST) { /* what frexp does, for nearly all numbers */
    bits = (bits & ~((uint64_t)MOST << FRACTION_BITS)) | (uint64_t)HALF << FRACTION_BITS;
    memcpy(&fraction, &bits, sizeof bits);
    return (struct sj_scaled){fraction, exponent + biased - HALF};
  }
  int shift = 0;
  const double f = frexp(fraction, &shift);
  return (struct sj_scaled){f, f == 0 ? 0 : exponent + shift};
}
static inline struct sj_scaled sj_scaled(double x) { return sj_scaled_of(x, 0); }

/* 2^exponent, for |exponent| <= 1000. */
static inline double sj_power_of_2(int64_t exponent) {
  enum { FRACTION_BITS = 52, ONE = 0x3ff };
  const uint64_t bits = (uint64_t)(exponent + ONE) << FRACTION_BITS;
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* x * 2^shift as a double: 0 where it is too small, infinite where it is too large. */
static inline double sj_scaled_shifted(struct sj_scaled x, int64_t shift) {
  const int64_t e = x.exponent + shift;
  if (e >= -1000 && e <= 1000) return x.fraction * sj_power_of_2(e);
  return ldexp(x.fraction, e > 4000 ? 4000 : e < -4000 ? -4000 : (int)e);
}
static inline double sj_scaled_double(struct sj_scaled x) { return sj_scaled_shifted(x, 0); }

static inline struct sj_scaled sj_scaled_add(struct sj_scaled a, struct sj_scaled b) {
  enum { NEGLIGIBLE = 120 }; /* beyond this distance of exponents the smaller number does not count */
  if (a.fraction == 0) return b;
  if (b.fraction == 0) return a;
  const int64_t distance = a.exponent - b.exponent;
  if (distance > NEGLIGIBLE) return a;
  if (distance < -NEGLIGIBLE) return b;
  if (distance >= 0) return sj_scaled_of(a.fraction + b.fraction * sj_power_of_2(-distance), a.exponent);
  return sj_scaled_of(b.fraction + a.fraction * sj_power_of_2(distance), b.exponent);
}
struct sj_scaled sj_scaled_multiply(struct sj_scaled a, struct sj_scaled b);
struct sj_scaled sj_scaled_divide(struct sj_scaled a, struct sj_scaled b);
struct sj_scaled sj_scaled_sqrt(struct sj_scaled a);           /* a >= 0 */
int sj_scaled_compare(struct sj_scaled a, struct sj_scaled b); /* as strcmp: the sign of a - b */

/* log10 |x|, -INFINITY of 0. */
double sj_scaled_log10(struct sj_scaled x);

#endif
