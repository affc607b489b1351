/* Reading numbers out of text that ends with a zero byte: fast, exact, and without regard to the locale. */
#ifndef SJ_TRACE_NUMBER_H
#define SJ_TRACE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A whole number of 1 to 18 digits, no sign. Returns what follows it, or NULL if there is none or it is longer. */
static inline const char *sj_scan_whole(const char *text, int64_t *value) {
  const char *p = text;
  int64_t sum = 0;
  while (*p >= '0' && *p <= '9') {
    if (p - text == 18) return NULL;
    sum = 10 * sum + (*p++ - '0');
  }
  *value = sum;
  return p > text ? p : NULL;
}

/* A decimal number as it was written: mantissa * 10^-decimals, which is exact unless `cut`: then it has more than 19
 * significant digits and the mantissa lacks some of them. */
struct sj_decimal {
  uint64_t mantissa;
  int32_t decimals; /* within +-2 * 10^6 */
  bool negative, cut;
  const char *text;
};

/* Reads [+-]digits[.digits][e[+-]digits], with a digit before or after the point. Returns what follows it, or NULL if
 * no such number is there. The text is at most 10^6 bytes long. */
const char *sj_scan_decimal(const char *text, struct sj_decimal *number);

/* The double nearest to the number (ties to even); +inf if it is beyond all. The text must still be there. */
double sj_decimal_value(const struct sj_decimal *number);

/* number * 10^decimals if that is a whole number within int64_t and exact; false otherwise, or if it is negative. */
bool sj_decimal_ticks(const struct sj_decimal *number, int32_t decimals, int64_t *ticks);

/* 10^n for n in 0 ... 18. */
int64_t sj_power_of_ten(int32_t n);

/* `length` bytes at `text` for a message: in backquotes, what is not printable ASCII as '?', cut after 40 bytes. */
enum { SJ_QUOTED = 48 };
const char *sj_quote(const char *text, size_t length, char buffer[SJ_QUOTED]);

#endif
