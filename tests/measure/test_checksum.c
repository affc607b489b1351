/* The checksum against xxHash's own numbers, in every way it is computed, and what it must notice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* After the others, as cmocka wants it. */
#include <cmocka.h>

#include "measure/checksum.h"

enum { LONGEST = 100001 };

/* xxhash.xxh3_64_intdigest of Python's xxhash 3.2.0 for the first so many bytes of make_bytes(). */
static const struct {
  size_t size;
  uint64_t checksum;
} known[] = {
    {0, 0x2d06800538d394c2},    {1, 0xc44bdff4074eecdb},    {2, 0x1ca5cfa6a6d57dc2},     {3, 0xa1c4a8259b827291},
    {4, 0xbb4e3d89ee0b271d},    {8, 0x79d02238b80e37b1},    {9, 0xf64cecc4271ff461},     {16, 0x222e9aead6bddd51},
    {17, 0x47aad6b375eb4bba},   {32, 0x774140158f21ff0a},   {33, 0x537e7ed26d825e92},    {64, 0x70a70e66815e67e5},
    {65, 0x4b4ce7050eeb9559},   {96, 0xa97f9ae93c0ff67a},   {97, 0x0dd88db1bbaf7326},    {128, 0x421a9c905c6e66ba},
    {129, 0x9e2414800f83768a},  {144, 0xb851aacca23ec7b6},  {240, 0xb714c5fd22744964},   {241, 0xbc424a2c480dd281},
    {255, 0x155baa5891f7606f},  {256, 0x2d040b1ab40f0d78},  {257, 0xd0515fbec69efb50},   {512, 0x17ec4809d1a9ad43},
    {513, 0x8f6e87d203da15b7},  {1024, 0x1fd15e7d36f5e1bc}, {1025, 0xfe08e5a874d23fd2},  {1088, 0x0ac7cf3a6009bab5},
    {1089, 0xb246626fdf150fcb}, {4096, 0x84d9e7ce664c8217}, {65536, 0x32152aa15c5ff65a}, {100001, 0xb737ec717d90e8bb},
};

static unsigned char *make_bytes(void) {
  unsigned char *const bytes = malloc(LONGEST);
  assert_non_null(bytes);
  for (uint64_t i = 0; i < LONGEST; i++) bytes[i] = (unsigned char)(i * 2654435761U >> 13);
  return bytes;
}

static uint64_t in_pieces(enum sj_processor processor, const unsigned char *bytes, size_t size, size_t piece) {
  struct sj_checksum_sum sum;
  sj_checksum_begin(&sum);
  sum.processor = processor;
  for (size_t at = 0; at < size; at += piece) sj_checksum_add(&sum, bytes + at, size - at < piece ? size - at : piece);
  return sj_checksum_end(&sum);
}

static void known_numbers(void **state) {
  (void)state;
  unsigned char *const bytes = make_bytes();
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    assert_int_equal(sj_checksum(bytes, known[i].size), known[i].checksum);
  free(bytes);
}

static void every_way(void **state) {
  (void)state;
  unsigned char *const bytes = make_bytes();
  static const size_t pieces[] = {1, 7, 63, 64, 65, 255, 256, 257, 320, 1000, 4096, LONGEST};
  for (int p = SJ_ANY_PROCESSOR; p <= (int)sj_processor(); p++)
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
      for (size_t j = 0; j < sizeof pieces / sizeof *pieces; j++)
        assert_int_equal(in_pieces((enum sj_processor)p, bytes, known[i].size, pieces[j]), known[i].checksum);
  free(bytes);
}

static void any_alignment(void **state) {
  (void)state;
  unsigned char *const bytes = make_bytes(), *const moved = malloc(LONGEST + 64);
  assert_non_null(moved);
  for (size_t by = 0; by < 64; by += 3) {
    memcpy(moved + by, bytes, 4096);
    assert_int_equal(sj_checksum(moved + by, 4096), 0x84d9e7ce664c8217);
  }
  free(moved);
  free(bytes);
}

static void a_sum_goes_on(void **state) {
  (void)state;
  unsigned char *const bytes = make_bytes();
  struct sj_checksum_sum sum;
  sj_checksum_begin(&sum);
  sj_checksum_add(&sum, bytes, 1024);
  const struct sj_checksum_sum common = sum;
  assert_int_equal(sj_checksum_end(&sum), 0x1fd15e7d36f5e1bc);
  sj_checksum_add(&sum, bytes + 1024, 1);
  assert_int_equal(sj_checksum_end(&sum), 0xfe08e5a874d23fd2);
  sum = common;
  sj_checksum_add(&sum, bytes + 1024, LONGEST - 1024);
  assert_int_equal(sj_checksum_end(&sum), 0xb737ec717d90e8bb);
  free(bytes);
}

enum { SIZE = 65536 };

static void exchange(unsigned char *bytes, size_t a, size_t b, size_t size) {
  for (size_t i = 0; i < size; i++) {
    const unsigned char kept = bytes[a + i];
    bytes[a + i] = bytes[b + i];
    bytes[b + i] = kept;
  }
}

/* What a ring that is wrong would deliver: parts of the slot's last message, of no message, at the wrong place. Round
 * numbers as payload, whose low bits are all zero, are the hard case for a sum. */
static void damage_is_noticed(void **state) {
  (void)state;
  double *const fresh = malloc(SIZE), *const old = malloc(SIZE), *const torn = malloc(SIZE);
  assert_true(fresh && old && torn);
  for (size_t i = 0; i < SIZE / sizeof *fresh; i++) {
    fresh[i] = (double)(i / 8);
    old[i] = (double)(i / 8) + 2;
  }
  const uint64_t right = sj_checksum(fresh, SIZE);
  for (size_t size = 64; size <= SIZE / 2; size *= 2)
    for (size_t at = 0; at + 2 * size <= SIZE; at += SIZE / 8 > size ? SIZE / 8 : size) {
      memcpy(torn, fresh, SIZE);
      memcpy((unsigned char *)torn + at, (unsigned char *)old + at, size);
      assert_int_not_equal(sj_checksum(torn, SIZE), right);
      memcpy(torn, fresh, SIZE);
      memset((unsigned char *)torn + at + size, 0, size);
      assert_int_not_equal(sj_checksum(torn, SIZE), right);
      memcpy(torn, fresh, SIZE);
      exchange((unsigned char *)torn, at, at + size, size);
      assert_int_not_equal(sj_checksum(torn, SIZE), right);
    }
  free(torn);
  free(old);
  free(fresh);
}

/* Every single byte counts. */
static void each_byte_counts(void **state) {
  (void)state;
  unsigned char *const bytes = make_bytes();
  const size_t size = 2500;
  const uint64_t right = sj_checksum(bytes, size);
  for (size_t i = 0; i < size; i++) {
    bytes[i] ^= (unsigned char)(1 << i % 8);
    assert_int_not_equal(sj_checksum(bytes, size), right);
    bytes[i] ^= (unsigned char)(1 << i % 8);
  }
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_numbers), cmocka_unit_test(every_way),         cmocka_unit_test(any_alignment),
      cmocka_unit_test(a_sum_goes_on), cmocka_unit_test(damage_is_noticed), cmocka_unit_test(each_byte_counts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
