#include "solve/scaled.h"

/* Beyond this distance of exponents the smaller number does not count. */
enum { NEGLIGIBLE = 120 };

struct sj_scaled sj_scaled_add(struct sj_scaled a, struct sj_scaled b) {
  if (a.fraction == 0) return b;
  if (b.fraction == 0) return a;
  if (a.exponent < b.exponent) {
    const struct sj_scaled c = a;
    a = b;
    b = c;
  }
  const int64_t distance = a.exponent - b.exponent;
  if (distance > NEGLIGIBLE) return a;
  return sj_scaled_of(a.fraction + ldexp(b.fraction, (int)-distance), a.exponent);
}

struct sj_scaled sj_scaled_multiply(struct sj_scaled a, struct sj_scaled b) {
  return sj_scaled_of(a.fraction * b.fraction, a.exponent + b.exponent);
}

struct sj_scaled sj_scaled_divide(struct sj_scaled a, struct sj_scaled b) {
  return sj_scaled_of(a.fraction / b.fraction, a.exponent - b.exponent);
}

struct sj_scaled sj_scaled_sqrt(struct sj_scaled a) {
  const int64_t odd = a.exponent & 1;
  return sj_scaled_of(sqrt(ldexp(a.fraction, (int)odd)), (a.exponent - odd) / 2);
}

int sj_scaled_compare(struct sj_scaled a, struct sj_scaled b) {
  const struct sj_scaled c = sj_scaled_add(a, (struct sj_scaled){-b.fraction, b.exponent});
  return (c.fraction > 0) - (c.fraction < 0);
}

double sj_scaled_log10(struct sj_scaled x) {
  static const double log10_of_2 = 0.30102999566398119521;
  return log10(fabs(x.fraction)) + (double)x.exponent * log10_of_2;
}
