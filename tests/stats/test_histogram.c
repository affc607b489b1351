#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "expected.h"
#include "stats/histogram.h"

enum { LATENCIES = sizeof latencies_us / sizeof *latencies_us };

static void add_latencies(struct sj_histogram *h, int from, int to) {
  for (int i = from; i < to; i++) sj_histogram_add(h, latencies_us[i] * 1e-6);
}

static void assert_same(const struct sj_histogram *a, const struct sj_histogram *b) {
  size_t size_a, size_b;
  unsigned char *const bytes_a = sj_histogram_serialize(a, &size_a), *const bytes_b =
                                                                         sj_histogram_serialize(b, &size_b);
  assert_int_equal(size_a, size_b);
  assert_memory_equal(bytes_a, bytes_b, size_a);
  free(bytes_a);
  free(bytes_b);
}

static void one_value_reads_back_within_a_tenth_of_a_percent(void **state) {
  (void)state;
  double worst = 0;
  for (double value = 1e-300; value < 1e300; value *= 1.000977 * 1.37) {
    struct sj_histogram h = {0};
    sj_histogram_add(&h, value);
    const double read = sj_histogram_quantile(&h, 0.5, NAN, NAN);
    worst = fmax(worst, fabs(read - value) / value);
    const uint32_t cell = sj_histogram_cell(value);
    assert_true(sj_histogram_cell_low(cell) <= value && value < sj_histogram_cell_high(cell));
    assert_true(sj_histogram_cell_high(cell) == sj_histogram_cell_low(cell + 1));
    sj_histogram_destroy(&h);
  }
  assert_true(worst <= 1.0 / 1024);
  /* and the bound is nearly reached, so the grid is not finer than documented */
  assert_true(worst > 0.9 / 1024);
}

static void edges_of_the_range(void **state) {
  (void)state;
  struct sj_histogram h = {0};
  assert_true(isnan(sj_histogram_quantile(&h, 0.5, NAN, NAN)));
  assert_true(isnan(sj_histogram_share_below(&h, 1)));
  const double values[] = {0, -0.0, DBL_TRUE_MIN, DBL_MIN, 1, DBL_MAX};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) sj_histogram_add(&h, values[i]);
  assert_int_equal(h.zeros, 3);
  assert_int_equal(sj_histogram_total(&h), 6);
  assert_true(h.length == 2046 * 512 && h.first == 512); /* 8 MiB at the very most */
  assert_true(sj_histogram_quantile(&h, 0, 0, DBL_MAX) == 0);
  assert_true(sj_histogram_quantile(&h, 0.4, 0, DBL_MAX) == 0);
  assert_true(fabs(sj_histogram_quantile(&h, 0.6, 0, DBL_MAX) / DBL_MIN - 1) < 1e-3);
  assert_true(fabs(sj_histogram_quantile(&h, 0.8, 0, DBL_MAX) - 1) < 1e-3);
  assert_true(sj_histogram_quantile(&h, 1, 0, DBL_MAX) == DBL_MAX);
  assert_true(isnan(sj_histogram_quantile(&h, -0.1, 0, 1)) && isnan(sj_histogram_quantile(&h, 1.1, 0, 1)));
  assert_true(isfinite(sj_histogram_quantile(&h, 1, NAN, NAN)));
  assert_true(sj_histogram_share_below(&h, -1) == 0);
  assert_true(sj_histogram_share_below(&h, 0) == 0.5);
  assert_true(sj_histogram_share_below(&h, INFINITY) == 1);
  sj_histogram_destroy(&h);
  assert_true(h.counts == NULL && h.length == 0);
}

static void quantiles_are_numpys(void **state) {
  (void)state;
  struct sj_histogram h = {0};
  add_latencies(&h, 0, LATENCIES);
  const size_t count = sizeof probabilities / sizeof *probabilities;
  const double min = latency_quantiles[0], max = latency_quantiles[count - 1];
  for (size_t i = 0; i < count; i++) {
    const double q = sj_histogram_quantile(&h, probabilities[i], min, max);
    assert_true(fabs(q / latency_quantiles[i] - 1) <= 1.0 / 1024);
  }
  assert_true(sj_histogram_quantile(&h, 0, min, max) == min);
  assert_true(sj_histogram_quantile(&h, 1, min, max) == max);
  /* The share below a bound inside a cell of n values is within n / total. */
  const double bounds[] = {0.002, 0.005, 0.020};
  for (size_t i = 0; i < 3; i++) {
    const uint32_t cell = sj_histogram_cell(bounds[i]) - h.first;
    const double in_cell = cell < h.length ? (double)h.counts[cell] : 0;
    assert_true(fabs(sj_histogram_share_below(&h, bounds[i]) - latency_shares[i]) <= in_cell / LATENCIES + 1e-15);
  }
  sj_histogram_destroy(&h);
}

/* Several in one pass, also where their ranks meet, against the sorted values themselves. */
static void quantiles_together(void **state) {
  (void)state;
  static const double shares[] = {0, 0.1, 0.5, 0.51, 0.9, 0.99, 0.999, 1};
  enum { SHARES = sizeof shares / sizeof *shares, MOST = 40 };
  for (size_t n = 1; n <= MOST; n++) {
    struct sj_histogram h = {0};
    double sorted[MOST], got[SHARES];
    for (size_t i = 0; i < n; i++) {
      sorted[i] = i < 3 ? 0 : floor((double)i / 2); /* zeros, then pairs of equal ones, exact in a cell's middle */
      sj_histogram_add(&h, sorted[i]);
    }
    sj_histogram_quantiles(&h, shares, SHARES, sorted[0], sorted[n - 1], got);
    for (size_t k = 0; k < SHARES; k++) {
      const double rank = shares[k] * (double)(n - 1), low = sorted[(size_t)rank],
                   high = sorted[(size_t)rank + (rank > floor(rank))],
                   wanted = low + (rank - floor(rank)) * (high - low);
      assert_true(fabs(got[k] - wanted) <= wanted / 1024 * (1 + 1e-12));
      assert_true(got[k] == sj_histogram_quantile(&h, shares[k], sorted[0], sorted[n - 1]));
    }
    sj_histogram_destroy(&h);
  }
}

static void as_many_values_as_can_be(void **state) {
  (void)state;
  struct sj_histogram h = {.zeros = UINT64_MAX};
  assert_true(sj_histogram_quantile(&h, 1, NAN, NAN) == 0 && sj_histogram_quantile(&h, 0.999, NAN, NAN) == 0);
}

static void few_values(void **state) {
  (void)state;
  struct sj_histogram h = {0};
  sj_histogram_add(&h, 3.3);
  assert_true(sj_histogram_quantile(&h, 0.99, 3.3, 3.3) == 3.3);
  sj_histogram_add(&h, 1.1);
  assert_true(sj_histogram_quantile(&h, 0.5, 1.1, 3.3) == 1.1 + 0.5 * (3.3 - 1.1));
  sj_histogram_add(&h, 2.2);
  assert_true(fabs(sj_histogram_quantile(&h, 0.5, 1.1, 3.3) / 2.2 - 1) <= 1.0 / 1024);
  sj_histogram_destroy(&h);
  for (int i = 0; i < 5; i++) sj_histogram_add(&h, 0);
  assert_true(sj_histogram_quantile(&h, 0.5, 0, 0) == 0);
  assert_true(sj_histogram_share_below(&h, 1) == 1);
  sj_histogram_destroy(&h);
}

static void share_is_linear_inside_a_cell(void **state) {
  (void)state;
  struct sj_histogram h = {0};
  for (int i = 0; i < 4; i++) sj_histogram_add(&h, 1); /* the cell [1, 1 + 1/512) */
  assert_true(sj_histogram_share_below(&h, 1 + 0.25 / 512) == 0.25);
  assert_true(sj_histogram_share_below(&h, 1 + 1.0 / 512) == 1);
  assert_true(sj_histogram_share_below(&h, 0.999) == 0);
  sj_histogram_destroy(&h);
}

static void merged_is_all_added(void **state) {
  (void)state;
  struct sj_histogram all = {0}, low = {0}, high = {0}, empty = {0};
  add_latencies(&all, 0, LATENCIES);
  add_latencies(&low, 0, 300);
  add_latencies(&high, 300, LATENCIES);
  for (int i = 0; i < 10; i++) {
    const double value = i < 5 ? 0 : pow(10, 3 * i);
    sj_histogram_add(&all, value);
    sj_histogram_add(i % 2 ? &low : &high, value);
  }
  struct sj_histogram other = {0};
  assert_true(sj_histogram_merge(&other, &high) && sj_histogram_merge(&other, &low));
  assert_true(sj_histogram_merge(&low, &high) && sj_histogram_merge(&low, &empty));
  assert_same(&low, &all);
  assert_same(&other, &all);
  assert_int_equal(sj_histogram_total(&low), LATENCIES + 10);
  sj_histogram_destroy(&all);
  sj_histogram_destroy(&low);
  sj_histogram_destroy(&high);
  sj_histogram_destroy(&other);
}

/* Adding many at once gives the same cells, also where the window moves between zeros. */
static void many_at_once(void **state) {
  (void)state;
  double values[LATENCIES + 40];
  size_t count = 0;
  for (int i = 0; i < LATENCIES; i++) {
    if (i % 25 == 0)
      values[count++] = i % 50 == 0 ? 0 : i % 75 == 0 ? -0.0 : i % 125 == 0 ? 1e-310 : pow(2, i / 10.0 - 30);
    values[count++] = latencies_us[i] * 1e-6;
  }
  assert_true(count <= sizeof values / sizeof *values);
  struct sj_histogram single = {0}, many = {0}, pieces = {0};
  for (size_t i = 0; i < count; i++) sj_histogram_add(&single, values[i]);
  sj_histogram_add_many(&many, values, count);
  for (size_t i = 0; i < count; i += 7) sj_histogram_add_many(&pieces, values + i, count - i < 7 ? count - i : 7);
  sj_histogram_add_many(&many, values, 0);
  assert_true(single.zeros > 20);
  assert_same(&single, &many);
  assert_same(&single, &pieces);
  sj_histogram_destroy(&single);
  sj_histogram_destroy(&many);
  sj_histogram_destroy(&pieces);
}

static void serialization_round_trip(void **state) {
  (void)state;
  struct sj_histogram h = {0}, read = {0};
  assert_same(&h, &read);
  for (int round = 0; round < 4; round++) {
    if (round == 1) sj_histogram_add(&h, 0);
    if (round == 2) add_latencies(&h, 0, LATENCIES);
    if (round == 3) {
      sj_histogram_add(&h, DBL_MIN);
      sj_histogram_add(&h, DBL_MAX);
      h.counts[512 * 30] += UINT64_C(1) << 62;
    }
    size_t size;
    unsigned char *const bytes = sj_histogram_serialize(&h, &size);
    assert_true(sj_histogram_deserialize(&read, bytes, size));
    free(bytes);
    assert_same(&h, &read);
    assert_int_equal(sj_histogram_total(&h), sj_histogram_total(&read));
    for (int i = 0; i <= 10; i++)
      if (sj_histogram_total(&h) > 0)
        assert_true(sj_histogram_quantile(&h, i / 10.0, NAN, NAN) == sj_histogram_quantile(&read, i / 10.0, NAN, NAN));
  }
  sj_histogram_destroy(&h);
  sj_histogram_destroy(&read);
}

/* The bytes as the header describes them, written by hand: 300 zeros, two values in [1, 1 + 1/512), one in the next
 * cell but one. The cell of 1 is 1023 * 512, the first there can be 512. */
static void serialization_is_the_documented_one(void **state) {
  (void)state;
  struct sj_histogram h = {0};
  for (int i = 0; i < 300; i++) sj_histogram_add(&h, 0);
  sj_histogram_add(&h, 1);
  sj_histogram_add(&h, 1.001);
  sj_histogram_add(&h, 1 + 2.5 / 512);
  enum { skip = 1022 * 512 };
  const unsigned char wanted[] = {
      1, 128 | 300 % 128, 300 / 128, 128 | skip % 128, 128 | skip / 128 % 128, skip / 128 / 128, 2, 1, 1};
  size_t size;
  unsigned char *const bytes = sj_histogram_serialize(&h, &size);
  assert_int_equal(size, sizeof wanted);
  assert_memory_equal(bytes, wanted, size);
  free(bytes);
  sj_histogram_destroy(&h);
}

static void corrupt_bytes_are_refused(void **state) {
  (void)state;
  struct sj_histogram h = {0};
  add_latencies(&h, 0, 50);
  size_t size;
  unsigned char *const bytes = sj_histogram_serialize(&h, &size);
  struct sj_histogram read = {0};
  sj_histogram_add(&read, 7);
  size_t refused = 0;
  for (size_t cut = 0; cut < size; cut++) refused += !sj_histogram_deserialize(&read, bytes, cut);
  assert_true(refused >= size / 2); /* a cut between cells is a smaller histogram */
  free(bytes);
  sj_histogram_destroy(&read);
  sj_histogram_add(&read, 7);
#define REFUSED(...)                                                                 \
  assert_false(sj_histogram_deserialize(&read, (const unsigned char[]){__VA_ARGS__}, \
                                        sizeof(const unsigned char[]){__VA_ARGS__}))
  assert_false(sj_histogram_deserialize(&read, NULL, 0));
  REFUSED(1);                                                       /* no count of zeros */
  REFUSED(2, 0);                                                    /* another version */
  REFUSED(1, 128);                                                  /* a number without end */
  REFUSED(1, 128, 0);                                               /* longer than it needs */
  REFUSED(1, 0, 5);                                                 /* a cell without a count */
  REFUSED(1, 0, 5, 0);                                              /* an empty cell */
  REFUSED(1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2);       /* 65 bits */
  REFUSED(1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 1); /* total of 2^64 */
  REFUSED(1, 0, 128, 248, 63, 1);                                   /* the cell of infinity */
  REFUSED(1, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 1); /* far beyond */
#undef REFUSED
  assert_int_equal(sj_histogram_total(&read), 1); /* untouched by what was refused */
  assert_true(sj_histogram_deserialize(&read, (const unsigned char[]){1, 0, 255, 247, 63, 1}, 6)); /* of the largest */
  assert_true(sj_histogram_cell_low(sj_histogram_cell(DBL_MAX)) <= sj_histogram_quantile(&read, 0.5, NAN, NAN));
  sj_histogram_destroy(&read);
  sj_histogram_destroy(&h);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_value_reads_back_within_a_tenth_of_a_percent),
      cmocka_unit_test(edges_of_the_range),
      cmocka_unit_test(quantiles_are_numpys),
      cmocka_unit_test(quantiles_together),
      cmocka_unit_test(as_many_values_as_can_be),
      cmocka_unit_test(few_values),
      cmocka_unit_test(share_is_linear_inside_a_cell),
      cmocka_unit_test(merged_is_all_added),
      cmocka_unit_test(many_at_once),
      cmocka_unit_test(serialization_round_trip),
      cmocka_unit_test(serialization_is_the_documented_one),
      cmocka_unit_test(corrupt_bytes_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
