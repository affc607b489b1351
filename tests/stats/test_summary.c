#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "expected.h"
#include "stats/gauge.h"
#include "stats/moments.h"
#include "stats/mser.h"

enum { LATENCIES = sizeof latencies_us / sizeof *latencies_us };

static int near(double a, double b, double relative) { return fabs(a - b) <= relative * fabs(b); }

static void moments_are_numpys(void **state) {
  (void)state;
  struct sj_moments m = {0};
  assert_true(isnan(sj_moments_mean(&m)) && isnan(sj_moments_variance(&m)));
  for (int i = 0; i < LATENCIES; i++) sj_moments_add(&m, latencies_us[i] * 1e-6);
  assert_int_equal(m.count, LATENCIES);
  assert_true(near(sj_moments_mean(&m), latency_mean, 1e-14));
  assert_true(near(sj_moments_variance(&m), latency_variance, 1e-12));
  assert_true(near(sj_moments_std(&m), sqrt(latency_variance), 1e-12));
  const size_t last = sizeof probabilities / sizeof *probabilities - 1;
  assert_true(m.min == latency_quantiles[0] && m.max == latency_quantiles[last]);
}

static void many_at_once_are_numpys_too(void **state) {
  (void)state;
  double values[LATENCIES];
  for (int i = 0; i < LATENCIES; i++) values[i] = latencies_us[i] * 1e-6;
  const size_t last = sizeof probabilities / sizeof *probabilities - 1;
  for (size_t piece = 1; piece <= LATENCIES; piece = piece * 3 + 1) {
    struct sj_moments m = {0};
    for (size_t i = 0; i < LATENCIES; i += piece)
      sj_moments_add_many(&m, values + i, LATENCIES - i < piece ? LATENCIES - i : piece);
    sj_moments_add_many(&m, values, 0);
    assert_int_equal(m.count, LATENCIES);
    assert_true(near(sj_moments_mean(&m), latency_mean, 1e-14));
    assert_true(near(sj_moments_variance(&m), latency_variance, 1e-12));
    assert_true(m.min == latency_quantiles[0] && m.max == latency_quantiles[last]);
  }
}

/* 10^9 + {1, ..., 7}: mean 10^9 + 4, variance 14/3. Sums of squares about zero would lose all digits. */
static void moments_do_not_cancel(void **state) {
  (void)state;
  struct sj_moments m = {0};
  for (int i = 0; i < 7; i++) sj_moments_add(&m, 1e9 + (i * 3 + 2) % 7 + 1);
  assert_true(sj_moments_mean(&m) == 1e9 + 4);
  assert_true(near(sj_moments_variance(&m), 14.0 / 3, 1e-14));
  struct sj_moments constant = {0};
  sj_moments_add(&constant, 0.1);
  assert_true(isnan(sj_moments_variance(&constant)));
  for (int i = 0; i < 1000; i++) sj_moments_add(&constant, 0.1);
  assert_true(sj_moments_variance(&constant) == 0 && sj_moments_mean(&constant) == 0.1);
}

static void moments_merge(void **state) {
  (void)state;
  struct sj_moments parts[3] = {0}, merged = {0}, empty = {0};
  for (int i = 0; i < LATENCIES; i++) sj_moments_add(&parts[i < 10 ? 0 : i < 11 ? 1 : 2], 1e6 + latencies_us[i] * 1e-6);
  sj_moments_merge(&merged, &empty);
  assert_int_equal(merged.count, 0);
  for (int i = 0; i < 3; i++) sj_moments_merge(&merged, &parts[i]);
  sj_moments_merge(&merged, &empty);
  assert_int_equal(merged.count, LATENCIES);
  assert_true(near(sj_moments_mean(&merged) - 1e6, latency_mean, 1e-7)); /* 1e6 has 1e-10 left for the rest */
  assert_true(near(sj_moments_variance(&merged), latency_variance, 1e-6));
  const size_t last = sizeof probabilities / sizeof *probabilities - 1;
  assert_true(merged.min == 1e6 + latency_quantiles[0] && merged.max == 1e6 + latency_quantiles[last]);
}

/* Levels by hand: 0 for 1, 2 for 3, 1 for 4, 20 for 2 time units. */
static void gauge_by_hand(void **state) {
  (void)state;
  struct sj_gauge g = {0};
  assert_true(isnan(sj_gauge_mean(&g)) && isnan(sj_gauge_max(&g)) && isnan(sj_gauge_quantile(&g, 0.5)));
  sj_gauge_reset(&g, 100);
  sj_gauge_set(&g, 101, 2);
  sj_gauge_set(&g, 104, 50);
  sj_gauge_set(&g, 104, 1); /* a level of no duration */
  sj_gauge_set(&g, 108, 20);
  sj_gauge_set(&g, 110, 20);
  const double mean = (3 * 2 + 4 * 1 + 2 * 20) / 10.0;
  assert_true(near(sj_gauge_mean(&g), mean, 1e-15));
  assert_true(sj_gauge_area(&g) == 50);
  const double variance = (1 * 25 + 3 * 9 + 4 * 16 + 2 * 225) / 10.0;
  assert_true(near(sj_gauge_std(&g), sqrt(variance), 1e-15));
  assert_true(sj_gauge_max(&g) == 20);
  assert_true(sj_gauge_share_at(&g, 1) == 0.4 && sj_gauge_share_at(&g, 50) == 0 && sj_gauge_share_at(&g, 1000000) == 0);
  assert_true(sj_gauge_share_from(&g, 2) == 0.5 && sj_gauge_share_from(&g, 0) == 1);
  const double quantiles[][2] = {{0, 0}, {0.1, 0}, {0.11, 1}, {0.5, 1}, {0.51, 2}, {0.8, 2}, {0.81, 20}, {1, 20}};
  for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
    assert_true(sj_gauge_quantile(&g, quantiles[i][0]) == quantiles[i][1]);
  /* A warm-up ends: the level stays, the past goes. */
  sj_gauge_reset(&g, 111);
  assert_true(isnan(sj_gauge_mean(&g)) && isnan(sj_gauge_std(&g)) && isnan(sj_gauge_share_from(&g, 1)));
  sj_gauge_set(&g, 115, 0);
  assert_true(sj_gauge_mean(&g) == 20 && sj_gauge_std(&g) == 0 && sj_gauge_quantile(&g, 0) == 20);
  /* A level far beyond grows the table, which keeps what it has. */
  sj_gauge_set(&g, 119, 3000000);
  sj_gauge_set(&g, 120, 0);
  assert_true(near(sj_gauge_mean(&g), (4 * 20 + 3e6) / 9, 1e-14));
  assert_true(sj_gauge_max(&g) == 3e6);
  sj_gauge_destroy(&g);
  assert_true(g.time_at == NULL);
}

static void mser_finds_the_documented_minimum(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof truncations / sizeof *truncations; i++) {
    struct sj_mser m = {0};
    uint64_t noise = truncations[i].seed;
    double x = truncations[i].start;
    for (size_t n = 0; n < truncations[i].count; n++) {
      noise = noise * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      x = truncations[i].coefficient * x + ((double)(noise >> 11) * 0x1p-53 - 0.5);
      sj_mser_add(&m, 1000 + 0.25 * (double)n, x);
    }
    int at_limit = -1;
    const double warmup = sj_mser_warmup(&m, &at_limit);
    assert_int_equal(m.batch_size, truncations[i].batch);
    assert_int_equal(m.batch_count, truncations[i].batches);
    assert_true(warmup == 1000 + 0.25 * (double)truncations[i].kept);
    assert_int_equal(at_limit, truncations[i].d == truncations[i].batches / 2);
    sj_mser_destroy(&m);
  }
}

static void mser_with_little_or_growing_data(void **state) {
  (void)state;
  struct sj_mser m = {0};
  int at_limit = -1;
  assert_true(sj_mser_warmup(&m, &at_limit) == 0 && at_limit == 0);
  for (int i = 0; i < 99; i++) sj_mser_add(&m, 5 + i, i);
  assert_true(sj_mser_warmup(&m, &at_limit) == 0 && at_limit == 0); /* 19 batches */
  for (int i = 99; i < 200; i++) sj_mser_add(&m, 5 + i, i);
  /* A line has no stationary part: the half is cut off, and said so. */
  assert_true(sj_mser_warmup(&m, &at_limit) == 105 && at_limit == 1);
  sj_mser_destroy(&m);
  for (int i = 0; i < 200; i++) sj_mser_add(&m, 7 + i, 0.1);
  assert_true(sj_mser_warmup(&m, NULL) == 7); /* nothing to cut */
  sj_mser_destroy(&m);
}

static void mser_memory_is_bounded(void **state) {
  (void)state;
  struct sj_mser m = {0};
  for (uint64_t i = 0; i < 5000000; i++) sj_mser_add(&m, (double)i, i < 100000 ? 2 : (double)(i % 2));
  assert_true(m.batch_count <= SJ_MSER_BATCHES && m.batch_count * 2 >= SJ_MSER_BATCHES);
  assert_int_equal(m.batch_size, 160);
  assert_true(sj_mser_warmup(&m, NULL) == 100000);
  sj_mser_destroy(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments_are_numpys),
      cmocka_unit_test(many_at_once_are_numpys_too),
      cmocka_unit_test(moments_do_not_cancel),
      cmocka_unit_test(moments_merge),
      cmocka_unit_test(gauge_by_hand),
      cmocka_unit_test(mser_finds_the_documented_minimum),
      cmocka_unit_test(mser_with_little_or_growing_data),
      cmocka_unit_test(mser_memory_is_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
