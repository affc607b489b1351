#include "balance/keys.h"

#include <stdlib.h>

#include "random/elementary.h"
#include "random/stream.h"

bool sj_keys_create(struct sj_keys *keys, uint32_t count, double exponent) {
  *keys = (struct sj_keys){.count = count};
  if (count == 0 || exponent == 0) return true;
  keys->cumulative = malloc(count * sizeof *keys->cumulative);
  if (!keys->cumulative) return false;
  double sum = 0;
  for (uint32_t k = 0; k < count; k++) {
    sum += 1 / sj_power(k + 1, exponent);
    keys->cumulative[k] = sum;
  }
  return true;
}

void sj_keys_destroy(struct sj_keys *keys) {
  free(keys->cumulative);
  *keys = (struct sj_keys){0};
}

uint64_t sj_keys_of(const struct sj_keys *keys, uint64_t stream_key, uint64_t number) {
  if (keys->count == 0) return number;
  struct sj_stream stream;
  sj_stream_seed(&stream, stream_key, number);
  if (!keys->cumulative) return sj_stream_below(&stream, keys->count);
  const double at = sj_stream_uniform(&stream) * keys->cumulative[keys->count - 1];
  uint32_t low = 0, high = keys->count - 1;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (keys->cumulative[middle] > at)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

uint64_t sj_key_hash(uint64_t salt, uint64_t value) {
  return sj_mix(salt ^ sj_mix(value + UINT64_C(0x9e3779b97f4a7c15)));
}
