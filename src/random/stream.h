/* Reproducible random numbers.
 *
 * A stream is a pure function of a key and a number. The key is made of (seed, run, component's name, purpose); the
 * number tells the requests of a component apart, so that a request's draws do not depend on what happened before it
 * and scenarios that share a component share its random numbers. The generator is xoshiro256++ 1.0 (Blackman and Vigna,
 * "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021); its state is filled by SplitMix64 (Steele,
 * Lea and Flood 2014, with the finalizer "variant 13" of Stafford), as its authors advise. */
#ifndef SJ_RANDOM_STREAM_H
#define SJ_RANDOM_STREAM_H

#include <assert.h>
#include <stdint.h>

/* State of one generator; 32 bytes, copied freely. Never all zero after sj_stream_seed. */
struct sj_stream {
  uint64_t s[4];
};

/* The finalizer of SplitMix64: a bijection of 64-bit words whose output looks random whatever pattern the input has. */
static inline uint64_t sj_mix(uint64_t z) {
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* The key of a purpose ("arrivals", "service", "size", ...) of a component in one run. Computed once a run, not in the
 * hot loop. `component` may be empty but not NULL. Distinct arguments give unrelated keys. */
uint64_t sj_stream_key(uint64_t seed, uint64_t run, const char *component, const char *purpose);

/* Starts `stream` at the beginning of the stream (key, number). About 3 ns.
 *
 * The state is four outputs of SplitMix64 taken from two sequences, a and b, that advance by different odd steps. The
 * map from (key, number) to (a, b) is a bijection (its determinant, 0xd1342543de82ef95 - multiplier *
 * 0x9e3779b97f4a7c15, is odd), so no two of the 2^128 streams start in the same state, not even those of keys that
 * happen to lie near each other; and the four words are never all zero, because a and a plus a constant are not both.
 */
static inline void sj_stream_seed(struct sj_stream *stream, uint64_t key, uint64_t number) {
  const uint64_t a = key + number * UINT64_C(0x9e3779b97f4a7c15);
  const uint64_t b = key * UINT64_C(0xaf251af3b0f025b4) + number * UINT64_C(0xd1342543de82ef95);
  stream->s[0] = sj_mix(a);
  stream->s[1] = sj_mix(b);
  stream->s[2] = sj_mix(a + UINT64_C(0xa24baed4963ee407));
  stream->s[3] = sj_mix(b + UINT64_C(0x9fb21c651e98df25));
}

/* What sj_stream_next gives first after sj_stream_seed(stream, key, number). */
static inline uint64_t sj_stream_first(uint64_t key, uint64_t number) {
  const uint64_t a = key + number * UINT64_C(0x9e3779b97f4a7c15);
  const uint64_t b = key * UINT64_C(0xaf251af3b0f025b4) + number * UINT64_C(0xd1342543de82ef95);
  const uint64_t s0 = sj_mix(a);
  const uint64_t sum = s0 + sj_mix(b + UINT64_C(0x9fb21c651e98df25));
  return ((sum << 23) | (sum >> 41)) + s0;
}

/* The next 64 random bits. 0.8 ns. */
static inline uint64_t sj_stream_next(struct sj_stream *stream) {
  uint64_t *const s = stream->s;
  const uint64_t sum = s[0] + s[3];
  const uint64_t result = ((sum << 23) | (sum >> 41)) + s[0];
  const uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = (s[3] << 45) | (s[3] >> 19);
  return result;
}

/* A double uniform on [0, 1): 53 random bits. */
static inline double sj_stream_uniform(struct sj_stream *stream) {
  return (double)(sj_stream_next(stream) >> 11) * 0x1p-53;
}

/* A double uniform on the open interval (0, 1): never 0, never 1; for logarithms and quantile functions. */
static inline double sj_stream_uniform_open(struct sj_stream *stream) {
  return ((double)(sj_stream_next(stream) >> 12) + 0.5) * 0x1p-52;
}

/* An integer uniform on 0 ... n-1, exactly (Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1),
 * 2019). n must be at least 1. */
static inline uint64_t sj_stream_below(struct sj_stream *stream, uint64_t n) {
  assert(n > 0);
  __extension__ typedef unsigned __int128 wide;
  wide product = (wide)sj_stream_next(stream) * n;
  uint64_t low = (uint64_t)product;
  if (low < n) {
    const uint64_t threshold = (0 - n) % n;
    while (low < threshold) {
      product = (wide)sj_stream_next(stream) * n;
      low = (uint64_t)product;
    }
  }
  return (uint64_t)(product >> 64);
}

#endif
