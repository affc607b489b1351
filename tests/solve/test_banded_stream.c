/* Elimination in two passes: against closed forms, and against the elimination that keeps its factors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "solve/banded_stream.h"
#include "solve/eliminate.h"
#include "solve/orbit.h"

static double relative(struct sj_scaled a, struct sj_scaled b) {
  return a.fraction == b.fraction && a.exponent == b.exponent ? 0 : fabs(sj_scaled_double(sj_scaled_divide(a, b)) - 1);
}

static void assert_near(double found, double expected, double tolerance) {
  if (fabs(found - expected) <= tolerance) return;
  fail_msg("%.17g is not within %g of %.17g", found, tolerance, expected);
}

/* M/M/1/K with arrivals at rate 1 and service at rate 2. */
static size_t queue_row(const void *context, size_t i, uint32_t *to, double *rate) {
  const size_t last = *(const size_t *)context;
  size_t count = 0;
  if (i < last) {
    to[count] = (uint32_t)i + 1;
    rate[count++] = 1;
  }
  if (i > 0) {
    to[count] = (uint32_t)i - 1;
    rate[count++] = 2;
  }
  return count;
}

static const size_t queue_last = 5000;
static const struct sj_generator queue = {.count = 5001, .most = 2, .context = &queue_last, .row = queue_row};

/* pi_i = 2^-(i + 1), far below what a double holds; from i to 0 it takes i (1 / (2 - 1)) but for the far end, which is
 * 2^-5000 away from being felt at i < 4000. */
static void test_queue(void **state) {
  (void)state;
  struct sj_scaled *const pi = calloc(queue.count, sizeof *pi), *const hits = calloc(queue.count, sizeof *hits);
  assert_int_equal(sj_generator_bandwidth(&queue), 1);
  const struct sj_stream_results results = {.pi = pi, .hits = hits, .targets = 1};
  assert_int_equal(sj_stream_solve(&queue, 1, false, NULL, &results), SJ_OK);
  for (size_t i = 0; i < queue.count; i++) assert_true(relative(pi[i], sj_scaled_of(1, -(int64_t)i - 1)) < 1e-12);
  assert_true(hits[0].fraction == 0);
  for (size_t i = 1; i < 4000; i++) assert_true(relative(hits[i], sj_scaled((double)i)) < 1e-12);
  free(pi);
  free(hits);
}

/* Against the drift: from i to i + 1 takes 2^(i + 1) - 1, so from 0 to n 2^(n + 1) - 2 - n. */
static void test_against_the_drift(void **state) {
  (void)state;
  struct sj_scaled *const hits = calloc(queue.count, sizeof *hits);
  const struct sj_stream_results results = {.hits = hits, .targets = 1};
  assert_int_equal(sj_stream_solve(&queue, 1, true, NULL, &results), SJ_OK);
  assert_true(relative(hits[0], sj_scaled_of(1, 5001)) < 1e-11);
  assert_true(relative(hits[4999], sj_scaled_of(1, 5000)) < 1e-11);
  assert_true(hits[5000].fraction == 0);
  free(hits);
}

/* The README's chain, as far as the border between segments is concerned the same as one with ten million states. */
static const struct sj_orbit orbit = {.capacity = 99,
                                      .orbit = 19,
                                      .arrival_rate = 9.5,
                                      .service_rate = 10,
                                      .timeout = 3,
                                      .retries = 4,
                                      .threads = 1,
                                      .alpha = 0.25};

static void compare(bool reversed, size_t targets) {
  struct sj_chain chain;
  struct sj_orbit_rows rows;
  struct sj_generator generator;
  struct sj_factors *factors;
  assert_int_equal(sj_orbit_chain(&orbit, &chain), SJ_OK);
  assert_int_equal(sj_orbit_rows_start(&orbit, &rows), SJ_OK);
  sj_orbit_generator(&rows, &generator);
  const struct sj_order order = {.bandwidth = sj_generator_bandwidth(&generator)};
  assert_int_equal(order.bandwidth, 21);
  assert_int_equal(sj_factors_create(&chain, NULL, &order, reversed, NULL, &factors), SJ_OK);
  struct sj_scaled *const all = calloc(4 * chain.count, sizeof *all), *const pi = all, *const hits = all + chain.count;
  assert_int_equal(sj_stationary(factors, all + 2 * chain.count), SJ_OK);
  assert_int_equal(sj_hitting_times(factors, targets, all + 3 * chain.count, NULL), SJ_OK);
  const struct sj_stream_results results = {pi, hits, targets};
  assert_int_equal(sj_stream_solve(&generator, order.bandwidth, reversed, NULL, &results), SJ_OK);
  for (size_t i = 0; i < 2 * chain.count; i++) assert_true(relative(all[i], all[i + 2 * chain.count]) < 1e-12);
  if (!reversed && targets == 1) {
    double in_system = 0;
    for (size_t i = 0; i < chain.count; i++) in_system += sj_scaled_double(pi[i]) * sj_orbit_in_system(&orbit, i);
    assert_near(in_system, 95.762194731, 1e-9);
    assert_near(sj_scaled_double(hits[chain.count - 1]) / 1874924534.42, 1, 1e-11);
  }
  free(all);
  sj_factors_destroy(factors);
  sj_orbit_rows_clear(&rows);
  sj_chain_clear(&chain);
}

static void test_orbit(void **state) {
  (void)state;
  compare(false, 1);
  compare(false, 20);
  compare(true, 1);
}

/* Targets that fill several segments. */
static void test_many_targets(void **state) {
  (void)state;
  compare(false, 1000);
  compare(true, 777);
}

static size_t one_way_row(const void *context, size_t i, uint32_t *to, double *rate) {
  (void)context;
  to[0] = (uint32_t)i + 1;
  rate[0] = 1;
  return i + 1 < 400 ? 1 : 0;
}

static void test_refused(void **state) {
  (void)state;
  const struct sj_generator one_way = {.count = 400, .most = 1, .row = one_way_row};
  struct sj_scaled *const pi = calloc(400, sizeof *pi);
  const struct sj_stream_results results = {.pi = pi};
  assert_int_equal(sj_stream_solve(&one_way, 1, false, NULL, &results), SJ_INVALID);
  const volatile sig_atomic_t stop = 1;
  assert_int_equal(sj_stream_solve(&queue, 1, false, &stop, &results), SJ_INTERRUPTED);
  free(pi);
}

/* Ten million states of bandwidth 101: less than 100 MB besides the results. */
static void test_memory(void **state) {
  (void)state;
  assert_true(sj_stream_bytes(10000000, 101) < 1e8);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_queue),   cmocka_unit_test(test_against_the_drift),
                                     cmocka_unit_test(test_orbit),   cmocka_unit_test(test_many_targets),
                                     cmocka_unit_test(test_refused), cmocka_unit_test(test_memory)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
