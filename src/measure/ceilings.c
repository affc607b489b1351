#include "measure/ceilings.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "measure/clock.h"

enum { ROUNDS = 5, ROUND_NS = 40000000, MOST_BYTES = 1 << 28 };

static uint64_t read_all(const unsigned char *bytes, size_t size) {
  uint64_t sums[8] = {0}, words[8];
  for (size_t i = 0; i + sizeof words <= size; i += sizeof words) {
    memcpy(words, bytes + i, sizeof words);
    for (int k = 0; k < 8; k++) sums[k] ^= words[k];
  }
  return sums[0] ^ sums[1] ^ sums[2] ^ sums[3] ^ sums[4] ^ sums[5] ^ sums[6] ^ sums[7];
}

/* Bytes/s of the fastest round. */
static double rate_of(unsigned char *buffers, unsigned char *to, size_t bytes, size_t count, volatile uint64_t *sink) {
  double best = 0;
  size_t at = 0;
  for (int round = 0; round < ROUNDS; round++) {
    const uint64_t begun = sj_now_ns();
    uint64_t done = 0, now = begun;
    while (now - begun < ROUND_NS) {
      unsigned char *const from = buffers + bytes * at;
      at = (at + 1) % count;
      if (to)
        memcpy(to, from, bytes);
      else
        *sink ^= read_all(from, bytes);
      done += bytes;
      now = sj_now_ns();
    }
    const double rate = (double)done / ((double)(now - begun) / 1e9);
    if (rate > best) best = rate;
  }
  if (to) *sink ^= to[bytes / 2];
  return best;
}

struct sj_ceilings sj_ceilings_measure(size_t bytes, size_t count) {
  struct sj_ceilings ceilings = {(double)NAN, (double)NAN};
  while (count > 1 && bytes * count > MOST_BYTES) count--;
  unsigned char *const buffers = malloc(bytes * count), *const to = malloc(bytes);
  volatile uint64_t sink = 0;
  if (buffers && to) {
    memset(buffers, 1, bytes * count);
    memset(to, 2, bytes);
    ceilings.memcpy_rate = rate_of(buffers, to, bytes, count, &sink);
    ceilings.read_rate = rate_of(buffers, NULL, bytes, count, &sink);
  }
  free(buffers);
  free(to);
  return ceilings;
}
