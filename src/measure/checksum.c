#include "measure/checksum.h"

#include <stdbool.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Names as in the specification: a stripe of 64 bytes goes into 8 lanes, a block has 16 stripes, each with its own part
 * of the secret. */
enum { STRIPE = 64, BLOCK_STRIPES = 16, LANES = 8, SECRET = 192, SHORT_MOST = 240, WAITING = 256 };

static const uint32_t prime32_1 = 0x9E3779B1U, prime32_2 = 0x85EBCA77U, prime32_3 = 0xC2B2AE3DU;
static const uint64_t prime64_1 = 0x9E3779B185EBCA87U, prime64_2 = 0xC2B2AE3D27D4EB4FU, prime64_3 = 0x165667B19E3779F9U,
                      prime64_4 = 0x85EBCA77C2B2AE63U, prime64_5 = 0x27D4EB2F165667C5U,
                      prime_avalanche = 0x165667919E3779F9U, prime_short = 0x9FB21C651E98DF25U;

static const unsigned char secret[SECRET] = {
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c, 0xde, 0xd4,
    0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f, 0xcb, 0x79, 0xe6, 0x4e,
    0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21, 0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43,
    0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c, 0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb,
    0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3, 0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19,
    0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8, 0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7,
    0xc7, 0x0b, 0x4f, 0x1d, 0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78,
    0x73, 0x64, 0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e, 0x2b, 0x16,
    0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce, 0x45, 0xcb, 0x3a, 0x8f,
    0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e};

static uint64_t read64(const unsigned char *at) {
  uint64_t value;
  memcpy(&value, at, sizeof value);
  return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(value) : value;
}

static uint32_t read32(const unsigned char *at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap32(value) : value;
}

static uint64_t rotate(uint64_t x, unsigned bits) { return x << bits | x >> (64 - bits); }

__extension__ typedef unsigned __int128 wide;

static uint64_t fold(uint64_t a, uint64_t b) {
  const wide product = (wide)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t avalanche(uint64_t h) {
  h = (h ^ h >> 37) * prime_avalanche;
  return h ^ h >> 32;
}

static uint64_t avalanche_64(uint64_t h) {
  h = (h ^ h >> 33) * prime64_2;
  h = (h ^ h >> 29) * prime64_3;
  return h ^ h >> 32;
}

/* --- Up to 240 bytes --- */

static uint64_t mix(const unsigned char *in, const unsigned char *key) {
  return fold(read64(in) ^ read64(key), read64(in + 8) ^ read64(key + 8));
}

static uint64_t of_16(const unsigned char *in, size_t size) {
  if (size > 8) {
    const uint64_t low = read64(in) ^ read64(secret + 24) ^ read64(secret + 32);
    const uint64_t high = read64(in + size - 8) ^ read64(secret + 40) ^ read64(secret + 48);
    return avalanche(size + __builtin_bswap64(low) + high + fold(low, high));
  }
  if (size >= 4) {
    uint64_t h = (read32(in + size - 4) + ((uint64_t)read32(in) << 32)) ^ read64(secret + 8) ^ read64(secret + 16);
    h ^= rotate(h, 49) ^ rotate(h, 24);
    h *= prime_short;
    h = (h ^ ((h >> 35) + size)) * prime_short;
    return h ^ h >> 28;
  }
  if (size == 0) return avalanche_64(read64(secret + 56) ^ read64(secret + 64));
  const uint32_t all =
      (uint32_t)in[0] << 16 | (uint32_t)in[size >> 1] << 24 | (uint32_t)in[size - 1] | (uint32_t)size << 8;
  return avalanche_64(all ^ (uint64_t)(read32(secret) ^ read32(secret + 4)));
}

static uint64_t of_short(const unsigned char *in, size_t size) {
  if (size <= 16) return of_16(in, size);
  uint64_t sum = size * prime64_1;
  if (size <= 128) {
    const size_t pairs = (size - 1) / 32 + 1;
    for (size_t i = 0; i < pairs; i++)
      sum += mix(in + 16 * i, secret + 32 * i) + mix(in + size - 16 * (i + 1), secret + 32 * i + 16);
    return avalanche(sum);
  }
  for (size_t i = 0; i < 8; i++) sum += mix(in + 16 * i, secret + 16 * i);
  sum = avalanche(sum);
  for (size_t i = 8; i < size / 16; i++) sum += mix(in + 16 * i, secret + 16 * (i - 8) + 3);
  return avalanche(sum + mix(in + size - 16, secret + 136 - 17));
}

/* --- Stripes --- */

/* Takes in `count` stripes, of which the first is number *stripe of its block. */
typedef void take_function(uint64_t lanes[LANES], const unsigned char *in, size_t count, size_t *stripe);

static void take_stripe(uint64_t lanes[LANES], const unsigned char *in, const unsigned char *key) {
  for (size_t i = 0; i < LANES; i++) {
    const uint64_t word = read64(in + 8 * i), keyed = word ^ read64(key + 8 * i);
    lanes[i ^ 1] += word;
    lanes[i] += (keyed & 0xffffffff) * (keyed >> 32);
  }
}

static void take_any(uint64_t lanes[LANES], const unsigned char *in, size_t count, size_t *stripe) {
  for (; count > 0; count--, in += STRIPE) {
    take_stripe(lanes, in, secret + 8 * *stripe);
    if (++*stripe < BLOCK_STRIPES) continue;
    *stripe = 0;
    for (size_t i = 0; i < LANES; i++)
      lanes[i] = (lanes[i] ^ lanes[i] >> 47 ^ read64(secret + SECRET - STRIPE + 8 * i)) * prime32_1;
  }
}

#if defined(__x86_64__)
/* How far ahead memory is asked for; past the end of the bytes that is harmless. */
enum { AHEAD = 1024 };

__attribute__((target("avx512f"))) static void take_avx512(uint64_t lanes[LANES], const unsigned char *in, size_t count,
                                                           size_t *stripe) {
  __m512i sum = _mm512_loadu_si512(lanes);
  const __m512i last = _mm512_loadu_si512(secret + SECRET - STRIPE), prime = _mm512_set1_epi64((long long)prime32_1);
  /* In registers, or at least on whole lines: where the secret lies, nearly each stripe's part straddles two. */
  __m512i key[BLOCK_STRIPES];
  for (size_t s = 0; s < BLOCK_STRIPES; s++) key[s] = _mm512_loadu_si512(secret + 8 * s);
  while (count > 0) {
    const size_t left = BLOCK_STRIPES - *stripe, now = count < left ? count : left;
    for (size_t s = *stripe; s < *stripe + now; s++, in += STRIPE) {
      _mm_prefetch((const char *)in + AHEAD, _MM_HINT_T0);
      const __m512i word = _mm512_loadu_si512(in);
      const __m512i keyed = _mm512_xor_si512(word, key[s]);
      const __m512i product = _mm512_mul_epu32(keyed, _mm512_srli_epi64(keyed, 32));
      sum = _mm512_add_epi64(sum, _mm512_add_epi64(product, _mm512_shuffle_epi32(word, _MM_PERM_BADC)));
    }
    count -= now;
    *stripe += now;
    if (*stripe < BLOCK_STRIPES) break;
    *stripe = 0;
    const __m512i mixed = _mm512_xor_si512(_mm512_xor_si512(sum, _mm512_srli_epi64(sum, 47)), last);
    const __m512i high = _mm512_mul_epu32(_mm512_srli_epi64(mixed, 32), prime);
    sum = _mm512_add_epi64(_mm512_mul_epu32(mixed, prime), _mm512_slli_epi64(high, 32));
  }
  _mm512_storeu_si512(lanes, sum);
}

__attribute__((target("avx2"))) static __m256i half_stripe(__m256i sum, const unsigned char *in,
                                                           const unsigned char *key) {
  const __m256i word = _mm256_loadu_si256((const __m256i_u *)in);
  const __m256i keyed = _mm256_xor_si256(word, _mm256_loadu_si256((const __m256i_u *)key));
  const __m256i product = _mm256_mul_epu32(keyed, _mm256_srli_epi64(keyed, 32));
  return _mm256_add_epi64(sum, _mm256_add_epi64(product, _mm256_shuffle_epi32(word, 0x4e)));
}

__attribute__((target("avx2"))) static __m256i half_mixed(__m256i sum, const unsigned char *key) {
  const __m256i prime = _mm256_set1_epi64x((long long)prime32_1);
  const __m256i mixed =
      _mm256_xor_si256(_mm256_xor_si256(sum, _mm256_srli_epi64(sum, 47)), _mm256_loadu_si256((const __m256i_u *)key));
  const __m256i high = _mm256_mul_epu32(_mm256_srli_epi64(mixed, 32), prime);
  return _mm256_add_epi64(_mm256_mul_epu32(mixed, prime), _mm256_slli_epi64(high, 32));
}

__attribute__((target("avx2"))) static void take_avx2(uint64_t lanes[LANES], const unsigned char *in, size_t count,
                                                      size_t *stripe) {
  __m256i low = _mm256_loadu_si256((const __m256i_u *)lanes), high = _mm256_loadu_si256((const __m256i_u *)lanes + 1);
  for (; count > 0; count--, in += STRIPE) {
    _mm_prefetch((const char *)in + AHEAD, _MM_HINT_T0);
    low = half_stripe(low, in, secret + 8 * *stripe);
    high = half_stripe(high, in + 32, secret + 8 * *stripe + 32);
    if (++*stripe < BLOCK_STRIPES) continue;
    *stripe = 0;
    low = half_mixed(low, secret + SECRET - STRIPE);
    high = half_mixed(high, secret + SECRET - STRIPE + 32);
  }
  _mm256_storeu_si256((__m256i_u *)lanes, low);
  _mm256_storeu_si256((__m256i_u *)lanes + 1, high);
}
#endif

static take_function *take_of(enum sj_processor processor) {
#if defined(__x86_64__)
  if (processor == SJ_AVX512) return take_avx512;
  if (processor == SJ_AVX2) return take_avx2;
#else
  (void)processor;
#endif
  return take_any;
}

/* --- The whole --- */

void sj_checksum_begin(struct sj_checksum_sum *sum) {
  *sum = (struct sj_checksum_sum){
      .lanes = {prime32_3, prime64_1, prime64_2, prime64_3, prime64_4, prime32_2, prime64_5, prime32_1},
      .processor = sj_processor()};
}

void sj_checksum_add(struct sj_checksum_sum *sum, const void *bytes, size_t size) {
  take_function *const take = take_of(sum->processor);
  const unsigned char *in = bytes;
  sum->size += size;
  const size_t room = WAITING - sum->waiting_size;
  if (size > room) {
    /* What follows shows that none of this is the last stripe, which has a rule of its own. */
    memcpy(sum->waiting + sum->waiting_size, in, room);
    take(sum->lanes, sum->waiting, WAITING / STRIPE, &sum->stripe);
    in += room;
    size -= room;
    sum->waiting_size = 0;
    if (size > WAITING) {
      const size_t stripes = (size - 1) / STRIPE;
      take(sum->lanes, in, stripes, &sum->stripe);
      in += stripes * STRIPE;
      size -= stripes * STRIPE;
      /* The last stripe may need what lies before it. */
      memcpy(sum->waiting + WAITING - STRIPE, in - STRIPE, STRIPE);
    }
  }
  if (size > 0) memcpy(sum->waiting + sum->waiting_size, in, size);
  sum->waiting_size += size;
}

uint64_t sj_checksum_end(const struct sj_checksum_sum *sum) {
  if (sum->size <= SHORT_MOST) return of_short(sum->waiting, (size_t)sum->size);
  uint64_t lanes[LANES];
  unsigned char last[STRIPE];
  size_t stripe = sum->stripe;
  const size_t waiting = sum->waiting_size, before = waiting < STRIPE ? STRIPE - waiting : 0;
  memcpy(lanes, sum->lanes, sizeof lanes);
  take_any(lanes, sum->waiting, (waiting - 1) / STRIPE, &stripe);
  memcpy(last, sum->waiting + WAITING - before, before);
  memcpy(last + before, sum->waiting + waiting - (STRIPE - before), STRIPE - before);
  take_stripe(lanes, last, secret + SECRET - STRIPE - 7);
  uint64_t result = sum->size * prime64_1;
  for (size_t i = 0; i < LANES; i += 2)
    result += fold(lanes[i] ^ read64(secret + 11 + 8 * i), lanes[i + 1] ^ read64(secret + 19 + 8 * i));
  return avalanche(result);
}

uint64_t sj_checksum(const void *bytes, size_t size) {
  struct sj_checksum_sum sum;
  sj_checksum_begin(&sum);
  sj_checksum_add(&sum, bytes, size);
  return sj_checksum_end(&sum);
}
