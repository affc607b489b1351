#include "random/stream.h"

#include <string.h>

/* For a fixed word a bijection of the hash, for a fixed hash a bijection of the word: two chains that differ in one
 * word only never meet. */
static uint64_t absorb(uint64_t hash, uint64_t word) { return sj_mix((hash ^ word) + UINT64_C(0x9e3779b97f4a7c15)); }

/* The length, then eight bytes at a time, little end first on every machine: so the end of one string cannot be taken
 * for the beginning of the next. */
static uint64_t absorb_string(uint64_t hash, const char *s) {
  const size_t length = strlen(s);
  hash = absorb(hash, length);
  for (size_t i = 0; i < length; i += 8) {
    uint64_t word = 0;
    for (size_t j = 0; j < 8 && i + j < length; j++) word |= (uint64_t)(unsigned char)s[i + j] << (8 * j);
    hash = absorb(hash, word);
  }
  return hash;
}

uint64_t sj_stream_key(uint64_t seed, uint64_t run, const char *component, const char *purpose) {
  uint64_t hash = absorb(absorb(0, seed), run);
  hash = absorb_string(hash, component);
  return absorb_string(hash, purpose);
}
