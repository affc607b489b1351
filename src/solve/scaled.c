#include "solve/scaled.h"

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
