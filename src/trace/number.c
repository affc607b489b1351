#include "trace/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

int64_t sj_power_of_ten(int32_t n) {
  static const int64_t powers[] = {1,
                                   10,
                                   100,
                                   1000,
                                   10000,
                                   100000,
                                   1000000,
                                   10000000,
                                   100000000,
                                   1000000000,
                                   10000000000,
                                   100000000000,
                                   1000000000000,
                                   10000000000000,
                                   100000000000000,
                                   1000000000000000,
                                   10000000000000000,
                                   100000000000000000,
                                   1000000000000000000};
  return powers[n];
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The exponent after 'e', clamped far outside what a double can hold; NULL if there is no digit. */
static const char *scan_exponent(const char *p, int32_t *exponent) {
  const bool negative = *p == '-';
  if (*p == '-' || *p == '+') p++;
  if (!is_digit(*p)) return NULL;
  int32_t sum = 0;
  for (; is_digit(*p); p++)
    if (sum < 100000) sum = 10 * sum + (*p - '0');
  *exponent = negative ? -sum : sum;
  return p;
}

const char *sj_scan_decimal(const char *text, struct sj_decimal *number) {
  const char *p = text;
  const bool negative = *p == '-';
  if (*p == '-' || *p == '+') p++;
  uint64_t mantissa = 0;
  int32_t decimals = 0;
  bool cut = false;
  const char *const digits = p;
  for (; is_digit(*p); p++) mantissa = 10 * mantissa + (uint64_t)(*p - '0');
  const char *const point = p;
  if (*p == '.') {
    for (p++; is_digit(*p); p++) mantissa = 10 * mantissa + (uint64_t)(*p - '0');
    if (p - digits < 2) return NULL;
    decimals = (int32_t)(p - point - 1);
  } else if (p == digits) {
    return NULL;
  }
  if (p - digits > 19) {
    /* Maybe too many to hold: count again, without the zeros in front, keeping the first 19. */
    int significant = 0;
    mantissa = 0;
    decimals = 0;
    for (const char *q = digits; q < p; q++) {
      if (*q == '.') continue;
      if (significant < 19) {
        mantissa = 10 * mantissa + (uint64_t)(*q - '0');
        if (mantissa) significant++;
        if (q > point) decimals++;
      } else {
        cut = cut || *q != '0';
        if (q < point) decimals--;
      }
    }
  }
  if (*p == 'e' || *p == 'E') {
    int32_t exponent;
    p = scan_exponent(p + 1, &exponent);
    if (!p) return NULL;
    decimals -= exponent;
  }
  *number = (struct sj_decimal){mantissa, decimals, negative, cut, text};
  return p;
}

double sj_decimal_value(const struct sj_decimal *number) {
  const uint64_t m = number->mantissa;
  const int32_t k = number->decimals;
  const double sign = number->negative ? -1.0 : 1.0;
  if (!number->cut) {
    if (m == 0) return 0.0;
    /* Both exact in a double: one operation, one rounding. */
    if (m <= UINT64_C(1) << DBL_MANT_DIG && k >= 0 && k <= 22) return sign * ((double)m / exact_powers[k]);
    if (m <= UINT64_C(1) << DBL_MANT_DIG && k < 0 && k >= -22) return sign * ((double)m * exact_powers[-k]);
#if LDBL_MANT_DIG == 64
    /* Both exact in 64 bits, so the quotient is rounded once to 64 bits, and then to 53. Rounding twice
     * differs from rounding once only where the first result is half way between two doubles. */
    if (k >= 0 && k <= 22) {
      const long double quotient = (long double)m / (long double)exact_powers[k];
      uint64_t bits;
      memcpy(&bits, &quotient, sizeof bits);
      if ((bits & 0x7ff) != 0x400) return sign * (double)quotient;
    }
#endif
  }
  const locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* static in glibc and musl: nothing is allocated */
  const double value = strtod_l(number->text, NULL, c);
  freelocale(c);
  return value;
}

bool sj_decimal_ticks(const struct sj_decimal *number, int32_t decimals, int64_t *ticks) {
  if (number->cut || (number->negative && number->mantissa)) return false;
  const int32_t up = decimals - number->decimals;
  if (number->mantissa == 0) {
    *ticks = 0;
    return true;
  }
  if (up < 0 || up > 18) return false;
  uint64_t product;
  if (__builtin_mul_overflow(number->mantissa, (uint64_t)sj_power_of_ten(up), &product) || product > INT64_MAX)
    return false;
  *ticks = (int64_t)product;
  return true;
}

const char *sj_quote(const char *text, size_t length, char buffer[SJ_QUOTED]) {
  const size_t limit = 40;
  size_t n = 0;
  buffer[n++] = '`';
  for (size_t i = 0; i < length && i < limit; i++) {
    const bool printable = text[i] >= 0x20 && text[i] < 0x7f;
    buffer[n] = '?';
    if (printable) buffer[n] = text[i];
    n++;
  }
  if (length > limit)
    for (int i = 0; i < 3; i++) buffer[n++] = '.';
  buffer[n++] = '`';
  buffer[n] = 0;
  return buffer;
}
