/* Whole numbers as LEB128: seven bits a byte, lowest first, the eighth bit set in all but the last. */
#ifndef SJ_STATS_LEB128_H
#define SJ_STATS_LEB128_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SJ_LEB128_LONGEST = 10 }; /* bytes of a 64-bit number */

/* Writes the number to `at`, where there is room; returns how many bytes it took. */
static inline size_t sj_leb128_put(unsigned char *at, uint64_t number) {
  size_t length = 0;
  while (number >= 128) {
    at[length++] = (unsigned char)(number | 128);
    number >>= 7;
  }
  at[length++] = (unsigned char)number;
  return length;
}

struct sj_leb128_reader {
  const unsigned char *at, *end;
};

/* Takes one number; false at the end of the data, past 64 bits, and for a text longer than the number needs: each
 * number has exactly one text. */
static inline bool sj_leb128_take(struct sj_leb128_reader *r, uint64_t *number) {
  *number = 0;
  for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
    const unsigned char byte = *r->at++;
    if (shift == 63 && byte > 1) return false;
    *number |= (uint64_t)(byte & 127) << shift;
    if (byte < 128) return byte != 0 || shift == 0;
  }
  return false;
}

#endif
