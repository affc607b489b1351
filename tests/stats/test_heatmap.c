/* The heat map: its cells against arithmetic that knows nothing of bits, its bytes against damage. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random/stream.h"
#include "stats/heatmap.h"

static void columns_are_at_most_100_and_cover_all_cells(void **state) {
  (void)state;
  for (size_t cells = 1; cells <= 20000; cells++) {
    const size_t each = sj_heatmap_cells_of_column(cells), columns = sj_heatmap_columns(cells);
    assert_true(columns >= 1 && columns <= SJ_HEATMAP_COLUMNS);
    assert_true((columns - 1) * each < cells && cells <= columns * each);
    /* No finer choice would have done. */
    assert_true(each == 1 || (cells + each - 2) / (each - 1) > SJ_HEATMAP_COLUMNS);
  }
  assert_int_equal(sj_heatmap_columns(1000), 100);
  assert_int_equal(sj_heatmap_columns(101), 51);
}

/* Which sixteenth of which octave a value lies in. */
static void sixteenth(double value, double *low, double *high) {
  int exponent;
  const double fraction = frexp(value, &exponent); /* in [0.5, 1) */
  const double part = floor(32 * fraction - 16);
  *low = ldexp(16 + part, exponent - 5);
  *high = ldexp(17 + part, exponent - 5);
}

static double value_of(struct sj_stream *stream) { return exp2(60 * sj_stream_uniform(stream) - 40); }

static void values_lie_in_their_rows(void **state) {
  (void)state;
  enum { VALUES = 20000, COLUMNS = 7 };
  struct sj_heatmap map = {0};
  struct sj_stream stream;
  sj_stream_seed(&stream, 1, 2);
  sj_heatmap_start(&map, COLUMNS);
  double *const values = malloc(VALUES * sizeof *values);
  for (size_t i = 0; i < VALUES; i++) {
    values[i] = i % 50 == 0   ? 0
                : i % 77 == 0 ? ldexp(1 + (double)(i % 16) / 16, (int)(i % 30) - 15)
                              : value_of(&stream);
    sj_heatmap_add(&map, i % COLUMNS, values[i]);
  }
  for (size_t c = 0; c < COLUMNS; c++)
    assert_int_equal(sj_heatmap_total(&map, c), (VALUES - c + COLUMNS - 1) / COLUMNS);
  for (size_t row = 0; row <= map.length; row++) {
    const double low = sj_heatmap_bound(map.first, row), high = sj_heatmap_bound(map.first, row + 1);
    uint64_t wanted[COLUMNS] = {0};
    for (size_t i = 0; i < VALUES; i++) {
      double its_low = 0, its_high = 0;
      if (values[i] > 0) sixteenth(values[i], &its_low, &its_high);
      if (its_low == low && (row > 0) == (values[i] > 0)) {
        assert_true(row == 0 || its_high == high);
        wanted[i % COLUMNS]++;
      }
    }
    for (size_t c = 0; c < COLUMNS; c++) assert_int_equal(sj_heatmap_column(&map, c)[row], wanted[c]);
  }
  free(values);
  sj_heatmap_destroy(&map);
}

static void a_histogram_counts_as_its_values(void **state) {
  (void)state;
  struct sj_heatmap by_value = {0}, by_histogram = {0};
  struct sj_histogram histogram = {0};
  struct sj_stream stream;
  sj_stream_seed(&stream, 3, 4);
  sj_heatmap_start(&by_value, 3);
  sj_heatmap_start(&by_histogram, 3);
  /* Column by column what is there by then; what is left after subtraction is each column's own. */
  for (size_t c = 0; c < 3; c++) {
    for (int i = 0; i < 500; i++) {
      const double value = i % 100 == 7 ? 0 : value_of(&stream);
      sj_heatmap_add(&by_value, c, value);
      sj_histogram_add(&histogram, value);
    }
    sj_heatmap_add_histogram(&by_histogram, c, &histogram);
  }
  assert_int_equal(sj_heatmap_total(&by_histogram, 2), 1500);
  sj_heatmap_subtract_previous(&by_histogram);
  for (size_t c = 0; c < 3; c++) {
    assert_int_equal(sj_heatmap_total(&by_histogram, c), 500);
    size_t size, other_size;
    unsigned char *const bytes = sj_heatmap_serialize(&by_value, c, &size);
    unsigned char *const others = sj_heatmap_serialize(&by_histogram, c, &other_size);
    assert_int_equal(size, other_size);
    assert_memory_equal(bytes, others, size);
    free(bytes);
    free(others);
  }
  struct sj_heatmap sum = {0}, none = {0};
  sj_heatmap_merge(&sum, &none);
  assert_int_equal(sum.columns, 0);
  sj_heatmap_merge(&sum, &by_value);
  sj_heatmap_merge(&sum, &by_histogram);
  for (size_t c = 0; c < 3; c++) assert_int_equal(sj_heatmap_total(&sum, c), 1000);
  sj_heatmap_destroy(&sum);
  sj_heatmap_destroy(&by_value);
  sj_heatmap_destroy(&by_histogram);
  sj_histogram_destroy(&histogram);
}

/* 3 zeros; 1 and 2 values of [1, 1.0625) and [1.0625, 1.125), cells 16368 and 16369: 1 is 2^(1023 - 1023). */
static const unsigned char known[] = {1, 6, 0xdf, 0xff, 1, 2, 4};

static void bytes_are_as_documented(void **state) {
  (void)state;
  struct sj_heatmap map = {0}, read = {0};
  sj_heatmap_start(&map, 2);
  for (int i = 0; i < 3; i++) sj_heatmap_add(&map, 1, 0);
  sj_heatmap_add(&map, 1, 1);
  sj_heatmap_add(&map, 1, 1.0625);
  sj_heatmap_add(&map, 1, 1.12);
  size_t size;
  unsigned char *bytes = sj_heatmap_serialize(&map, 1, &size);
  assert_int_equal(size, sizeof known);
  assert_memory_equal(bytes, known, size);
  free(bytes);
  bytes = sj_heatmap_serialize(&map, 0, &size);
  assert_int_equal(size, 1);
  free(bytes);
  sj_heatmap_start(&read, 2);
  assert_true(sj_heatmap_deserialize(&read, 1, known, sizeof known));
  assert_int_equal(sj_heatmap_total(&read, 0), 0);
  assert_int_equal(sj_heatmap_total(&read, 1), 6);
  assert_int_equal(sj_heatmap_column(&read, 1)[0], 3);
  assert_true(read.length == 16 && sj_heatmap_bound(read.first, 1) == 1 && sj_heatmap_column(&read, 1)[2] == 2);
  sj_heatmap_destroy(&map);
  sj_heatmap_destroy(&read);
}

static void damage_is_refused(void **state) {
  (void)state;
  static const struct {
    size_t size;
    unsigned char bytes[8];
  } bad[] = {
      {0, {0}},                         /* nothing */
      {1, {2}},                         /* another version */
      {2, {1, 0}},                      /* counts none */
      {2, {1, 1}},                      /* passes over none */
      {2, {1, 7}},                      /* ends with empty cells */
      {4, {1, 7, 7, 2}},                /* twice empty cells */
      {3, {1, 0x82, 0}},                /* a number too long */
      {2, {1, 0x82}},                   /* a number cut */
      {3, {1, 7, 2}},                   /* cell 3: below the smallest value */
      {5, {1, 0xff, 0xff, 0xff, 0x7f}}, /* beyond the greatest */
      {6, {1, 0xe1, 0xff, 3, 2, 2}},    /* cell 32752, of infinity */
      {7, {1, 0xdf, 0xff, 3, 2, 2, 2}}, /* from cell 32751 on into it */
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct sj_heatmap map = {0};
    sj_heatmap_start(&map, 1);
    assert_false(sj_heatmap_deserialize(&map, 0, bad[i].bytes, bad[i].size));
    sj_heatmap_destroy(&map);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(columns_are_at_most_100_and_cover_all_cells),
                                     cmocka_unit_test(values_lie_in_their_rows),
                                     cmocka_unit_test(a_histogram_counts_as_its_values),
                                     cmocka_unit_test(bytes_are_as_documented), cmocka_unit_test(damage_is_refused)};
  return cmocka_run_group_tests_name("stats.heatmap", tests, NULL, NULL);
}
