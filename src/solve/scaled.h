/* Numbers of any size: a fraction and a power of two. Hitting times of deep wells pass 10^308, stationary probabilities
 * fall below 10^-308; neither overflows here. */
#ifndef SJ_SOLVE_SCALED_H
#define SJ_SOLVE_SCALED_H

#include <math.h>
#include <stdint.h>

/* fraction * 2^exponent, with 0.5 <= |fraction| < 1, or both 0. */
struct sj_scaled {
  double fraction;
  int64_t exponent;
};

static inline struct sj_scaled sj_scaled_of(double fraction, int64_t exponent) {
  int shift = 0;
  const double f = frexp(fraction, &shift);
  return (struct sj_scaled){f, f == 0 ? 0 : exponent + shift};
}
static inline struct sj_scaled sj_scaled(double x) { return sj_scaled_of(x, 0); }

/* x * 2^shift as a double: 0 where it is too small, infinite where it is too large. */
static inline double sj_scaled_shifted(struct sj_scaled x, int64_t shift) {
  const int64_t e = x.exponent + shift;
  return ldexp(x.fraction, e > 4000 ? 4000 : e < -4000 ? -4000 : (int)e);
}
static inline double sj_scaled_double(struct sj_scaled x) { return sj_scaled_shifted(x, 0); }

struct sj_scaled sj_scaled_add(struct sj_scaled a, struct sj_scaled b);
struct sj_scaled sj_scaled_multiply(struct sj_scaled a, struct sj_scaled b);
struct sj_scaled sj_scaled_divide(struct sj_scaled a, struct sj_scaled b);
struct sj_scaled sj_scaled_sqrt(struct sj_scaled a);           /* a >= 0 */
int sj_scaled_compare(struct sj_scaled a, struct sj_scaled b); /* as strcmp: the sign of a - b */

/* log10 |x|, -INFINITY of 0. */
double sj_scaled_log10(struct sj_scaled x);

#endif
