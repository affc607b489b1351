#include "random/elementary.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "random/elementary_table.h"

static double from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static uint64_t to_bits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/* 2^k for a normal result. */
static double power_of_two(int64_t k) { return from_bits((uint64_t)(k + 1023) << 52); }

/* Tang, "Table-driven implementation of the exponential function in IEEE floating-point arithmetic", ACM TOMS 15(2),
 * 1989: x = (32 k + j) ln 2 / 32 + r, so e^x = 2^k 2^(j/32) e^r with |r| < 0.011. */
double sj_exp(double x) {
  if (x > 709.782712893384) return INFINITY;
  if (x < -745.1332191019412) return 0;
  /* Adding and taking away 1.5 * 2^52 rounds to a whole number. */
  const double steps = x * steps_per_unit + 0x1.8p52 - 0x1.8p52;
  const double r = (x - steps * step_high) - steps * step_low;
  const int64_t n = (int64_t)steps;
  const double *const power = powers[n & 31];
  const int64_t k = (n - (n & 31)) / 32;
  const double r2 = r * r;
  const double p = r + r2 * ((0.5 + r * (1.0 / 6)) + r2 * ((1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720)));
  const double y = power[0] + (power[1] + power[0] * p);
  if (k >= -1021 && k <= 1022) return y * power_of_two(k);
  return k > 0 ? y * power_of_two(k - 1) * 2 : y * power_of_two(k + 200) * 0x1p-200;
}

/* x = 2^k (1 + f), 1 + f between sqrt(1/2) and sqrt(2); with s = f / (2 + f), ln(1 + f) = 2 (s + s^3/3 + s^5/5 + ...),
 * of which 2 s = f - s f is kept apart so that the leading f is exact (as in Sun's fdlibm, 1993). */
double sj_log(double x) {
  const uint64_t bits = to_bits(x);
  const uint64_t offset = bits - UINT64_C(0x3fe6a09e667f3bcd); /* of sqrt(1/2) */
  const int64_t k = (int64_t)offset >> 52;
  const double f = from_bits(bits - ((uint64_t)k << 52)) - 1;
  const double s = f / (2 + f);
  const double z = s * s, z2 = z * z, z4 = z2 * z2;
  const double low = (2.0 / 3 + z * (2.0 / 5)) + z2 * (2.0 / 7 + z * (2.0 / 9));
  const double high = (2.0 / 11 + z * (2.0 / 13)) + z2 * (2.0 / 15 + z * (2.0 / 17)) + z4 * (2.0 / 19 + z * (2.0 / 21));
  const double rest = z * (low + z4 * high);
  const double half = 0.5 * f * f;
  const double scale = (double)k;
  return scale * ln2_high - ((half - (s * (half + rest) + scale * ln2_low)) - f);
}

double sj_log1p(double x) {
  const double sum = 1 + x;
  return sum == 1 ? x : sj_log(sum) * (x / (sum - 1));
}

double sj_power(double x, double y) { return x > 0 ? sj_exp(y * sj_log(x)) : 0; }
