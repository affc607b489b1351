/* A checksum that reads every byte of a message, as fast as memory gives them.
 *
 * It is the 64-bit XXH3 with seed 0, Y. Collet's hash: doc/xxhash_spec.md in the xxHash repository; stable since its
 * version 0.8.0; `xxhsum -H3` and xxh3_64 of Python's xxhash give the same number. Every byte and its place count: a
 * message with some bytes of an older one or zeros in it, or with two blocks exchanged, goes unnoticed with a chance
 * of about 2^-64. It is no defence against someone who wants to deceive. The same number on every machine; AVX2 and
 * AVX-512 are used where the processor has them. */
#ifndef SJ_MEASURE_CHECKSUM_H
#define SJ_MEASURE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/processor.h"

/* The checksum of `size` bytes, at any alignment. */
uint64_t sj_checksum(const void *bytes, size_t size);

/* The same, piece by piece: what the pieces are does not matter. A producer adds each piece (of some 64 kB) right after
 * it wrote it, while it is in the cache. The fields are private; copy the whole to go on from a common beginning. */
struct sj_checksum_sum {
  uint64_t lanes[8];
  unsigned char waiting[256];
  size_t waiting_size, stripe;
  uint64_t size;
  enum sj_processor processor;
};
void sj_checksum_begin(struct sj_checksum_sum *sum);
void sj_checksum_add(struct sj_checksum_sum *sum, const void *bytes, size_t size);
uint64_t sj_checksum_end(const struct sj_checksum_sum *sum); /* more may be added afterwards */

#endif
