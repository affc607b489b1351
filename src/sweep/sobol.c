#include "sojourn/sweep.h"

#include <assert.h>

#include "random/stream.h"
#include "sweep/sobol_table.h"

enum { BITS = 32 };

static_assert(sizeof sobol_table / sizeof *sobol_table == SJ_SOBOL_DIMENSIONS, "a row a dimension");

/* The direction numbers of a dimension: Joe and Kuo 2008, equations 1 to 3. */
static void directions_of(size_t dimension, uint32_t v[BITS]) {
  const uint32_t polynomial = sobol_table[dimension].polynomial;
  unsigned degree = 0;
  while (polynomial >> (degree + 1)) degree++;
  if (dimension == 0) {
    for (unsigned i = 0; i < BITS; i++) v[i] = UINT32_C(1) << (BITS - 1 - i);
    return;
  }
  for (unsigned i = 0; i < BITS; i++) {
    if (i < degree) {
      v[i] = sobol_table[dimension].first[i] << (BITS - 1 - i);
      continue;
    }
    v[i] = v[i - degree] ^ (v[i - degree] >> degree);
    for (unsigned k = 1; k < degree; k++)
      if (polynomial >> (degree - k) & 1) v[i] ^= v[i - k];
  }
}

static uint32_t reversed(uint32_t x) {
  x = (x >> 1 & 0x55555555) | (x & 0x55555555) << 1;
  x = (x >> 2 & 0x33333333) | (x & 0x33333333) << 2;
  x = (x >> 4 & 0x0f0f0f0f) | (x & 0x0f0f0f0f) << 4;
  return __builtin_bswap32(x);
}

/* Each bit is flipped by a hash of those above it. */
static uint32_t scrambled(uint32_t x, uint32_t seed) {
  x = reversed(x);
  x ^= x * 0x3d20adea;
  x += seed;
  x *= (seed >> 16) | 1;
  x ^= x * 0x05526c56;
  x ^= x * 0x53a22864;
  return reversed(x);
}

void sj_sobol(uint32_t index, size_t dimensions, uint64_t scramble, double *x) {
  assert(dimensions <= SJ_SOBOL_DIMENSIONS);
  const uint64_t key = scramble ? sj_stream_key(scramble, 0, "", "sobol") : 0;
  for (size_t k = 0; k < dimensions; k++) {
    uint32_t v[BITS], bits = 0;
    directions_of(k, v);
    for (unsigned i = 0; index >> i; i++) {
      if (index >> i & 1) bits ^= v[i];
      if (i == BITS - 1) break;
    }
    if (scramble) bits = scrambled(bits, (uint32_t)sj_stream_first(key, k));
    x[k] = bits * 0x1p-32;
  }
}

void sj_sensitivity_design(uint32_t row, size_t k, size_t dimensions, uint64_t scramble, double *x) {
  double both[SJ_SOBOL_DIMENSIONS] = {0};
  sj_sobol(row, 2 * dimensions, scramble, both);
  for (size_t i = 0; i < dimensions; i++) x[i] = both[k == 1 || k == i + 2 ? dimensions + i : i];
}
