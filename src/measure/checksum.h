/* A checksum that reads every byte of a message, as fast as memory gives them. */
#ifndef SJ_MEASURE_CHECKSUM_H
#define SJ_MEASURE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* The 64-bit XXH3 (seed 0) of `size` bytes at any alignment: Y. Collet's hash as specified in the xxHash repository,
 * doc/xxhash_spec.md (stable since 0.8.0); `xxhsum -H3` and Python's xxhash.xxh3_64 give the same number. Every byte
 * and its position count: a message with some bytes of an older one, zeros, or two blocks swapped is told from the
 * right one but with a chance of 2^-64. It is no defence against someone who wants to deceive. The same result on every
 * machine; AVX2 and AVX-512 are used where the processor has them. */
uint64_t sj_checksum(const void *bytes, size_t size);

/* Copies `size` bytes and returns the checksum of what was copied, in one pass. The two must not overlap. */
uint64_t sj_checksum_copy(void *restrict to, const void *restrict from, size_t size);

#endif
