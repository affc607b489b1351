#include "balance/hash_ring.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "balance/keys.h"

static const uint64_t place_bits = ~(uint64_t)(SJ_HASH_RING_MOST_MEMBERS - 1);

static int compare(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

bool sj_hash_ring_create(struct sj_hash_ring *ring, uint32_t members, const uint32_t *names, uint32_t points,
                         uint64_t salt) {
  assert(members > 0 && members <= SJ_HASH_RING_MOST_MEMBERS && points > 0);
  *ring = (struct sj_hash_ring){.members = members, .count = members * points};
  ring->points = malloc(ring->count * sizeof *ring->points);
  if (!ring->points) return false;
  for (uint32_t i = 0; i < members; i++) {
    const uint64_t name = names ? names[i] : i;
    for (uint32_t k = 0; k < points; k++)
      ring->points[(uint64_t)i * points + k] = (sj_key_hash(salt, name << 32 | k) & place_bits) | i;
  }
  qsort(ring->points, ring->count, sizeof *ring->points, compare);
  return true;
}

void sj_hash_ring_destroy(struct sj_hash_ring *ring) {
  free(ring->points);
  *ring = (struct sj_hash_ring){0};
}

uint32_t sj_hash_ring_find(const struct sj_hash_ring *ring, uint64_t hash) {
  const uint64_t place = hash & place_bits;
  uint32_t low = 0, high = ring->count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (ring->points[middle] >= place)
      high = middle;
    else
      low = middle + 1;
  }
  return low < ring->count ? low : 0;
}

uint64_t sj_bounded_load(double load_factor, uint64_t in_flight, uint32_t members) {
  return (uint64_t)ceil(load_factor * (double)(in_flight + 1) / members);
}
