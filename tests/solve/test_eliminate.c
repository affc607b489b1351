/* Elimination and its sweeps on a chain of many parts: two independent M/M/1/K queues side by side, whose stationary
 * distribution is a product, whose eigenvalues are sums, and whose hitting times of one queue's levels are those of a
 * birth-death chain, all in closed form. The rarer states have probabilities below 10^-120. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "solve/eliminated.h"

static const double pi_number = 3.14159265358979323846;

/* State (n, m) is number n (SIDE + 1) + m: n is the longer queue, nearly always empty, m the shorter one. */
enum { LONG = 119, SIDE = 59, STATES = (LONG + 1) * (SIDE + 1) };
static const double long_arrival = 1, long_service = 10, side_arrival = 8, side_service = 10;

static size_t number(size_t n, size_t m) { return n * (SIDE + 1) + m; }

static struct sj_chain two_queues(void) {
  struct sj_chain chain;
  assert_int_equal(sj_chain_start(&chain, STATES, 4 * (size_t)STATES), SJ_OK);
  for (size_t n = 0; n <= LONG; n++)
    for (size_t m = 0; m <= SIDE; m++) {
      if (n > 0) assert_int_equal(sj_chain_add(&chain, number(n - 1, m), long_service), SJ_OK);
      if (m > 0) assert_int_equal(sj_chain_add(&chain, number(n, m - 1), side_service), SJ_OK);
      if (m < SIDE) assert_int_equal(sj_chain_add(&chain, number(n, m + 1), side_arrival), SJ_OK);
      if (n < LONG) assert_int_equal(sj_chain_add(&chain, number(n + 1, m), long_arrival), SJ_OK);
      sj_chain_end_row(&chain);
    }
  return chain;
}

struct fixture {
  struct sj_chain chain;
  struct sj_eliminated eliminated;
};

static void start(struct fixture *f) {
  struct sj_order order;
  f->chain = two_queues();
  assert_int_equal(sj_eliminated_order(&f->chain, true, 0, &order), SJ_OK);
  assert_int_equal(order.bandwidth, SIDE + 1);
  assert_int_equal(sj_eliminated_create(&f->chain, order, NULL, &f->eliminated), SJ_OK);
  assert_non_null(f->eliminated.up);
}

static void end(struct fixture *f) {
  sj_eliminated_clear(&f->eliminated);
  sj_chain_clear(&f->chain);
}

static void near(double found, double expected, double relative) {
  if (!(fabs(found / expected - 1) <= relative)) fail_msg("found %.17g, expected %.17g", found, expected);
}

static void product_form(void **state) {
  (void)state;
  struct fixture f;
  start(&f);
  const struct sj_scaled *const pi = f.eliminated.pi;
  for (size_t n = 0; n <= LONG; n++)
    for (size_t m = 0; m <= SIDE; m++) {
      const struct sj_scaled here = pi[number(n, m)];
      if (n > 0)
        near(sj_scaled_double(sj_scaled_divide(here, pi[number(n - 1, m)])), long_arrival / long_service, 1e-12);
      if (m > 0)
        near(sj_scaled_double(sj_scaled_divide(here, pi[number(n, m - 1)])), side_arrival / side_service, 1e-12);
    }
  assert_true(sj_scaled_log10(pi[STATES - 1]) < -120);
  assert_true(f.eliminated.roundings < 1e-11);
  end(&f);
}

/* Sums of the powers 0 ... most of x. */
static struct sj_scaled powers(double x, size_t most) {
  struct sj_scaled sum = {0}, power = sj_scaled(1);
  for (size_t k = 0; k <= most; k++) {
    sum = sj_scaled_add(sum, power);
    power = sj_scaled_multiply(power, sj_scaled(x));
  }
  return sum;
}

/* One level down takes the long queue sum rho^k / service over k up to where it is full, one level up sum rho^-k /
 * arrival down to where it is empty; from any m. */
static void levels_down_and_up(void **state) {
  (void)state;
  struct fixture f;
  start(&f);
  const double rho = long_arrival / long_service;
  bool *const target = calloc(STATES, sizeof *target);
  struct sj_scaled *const mean = calloc(STATES, sizeof *mean), *const deviation = calloc(STATES, sizeof *deviation);
  enum { LEVEL = 40 };
  for (size_t i = 0; i < STATES; i++) target[i] = i < number(LEVEL + 1, 0);
  assert_int_equal(sj_passage(&f.eliminated, target, mean, deviation), SJ_OK);
  struct sj_scaled expected = {0};
  for (size_t n = LEVEL + 1; n <= LONG; n++) {
    expected = sj_scaled_add(expected, sj_scaled_divide(powers(rho, LONG - n), sj_scaled(long_service)));
    for (size_t m = 0; m <= SIDE; m++) near(sj_scaled_double(sj_scaled_divide(mean[number(n, m)], expected)), 1, 1e-12);
  }
  for (size_t i = 0; i < STATES; i++) target[i] = i >= number(LONG, 0);
  assert_int_equal(sj_passage(&f.eliminated, target, mean, deviation), SJ_OK);
  expected = (struct sj_scaled){0};
  for (size_t n = LONG; n-- > 0;) {
    expected = sj_scaled_add(expected, sj_scaled_divide(powers(1 / rho, n), sj_scaled(long_arrival)));
    for (size_t m = 0; m <= SIDE; m++) near(sj_scaled_double(sj_scaled_divide(mean[number(n, m)], expected)), 1, 1e-12);
  }
  /* A rare event is exponential: it deviates by its mean. */
  near(sj_scaled_double(sj_scaled_divide(deviation[0], mean[0])), 1, 1e-9);
  free(target);
  free(mean);
  free(deviation);
  end(&f);
}

static void slowest_is_the_shorter_queue(void **state) {
  (void)state;
  struct fixture f;
  start(&f);
  struct sj_spectrum spectrum;
  assert_int_equal(sj_eliminated_spectrum(&f.eliminated, 4, &spectrum), SJ_OK);
  assert_int_equal(spectrum.count, 4);
  for (size_t s = 1; s < 4; s++) {
    const double angle = (double)s * pi_number / (SIDE + 1);
    near(spectrum.value[s].re, -side_arrival - side_service + 2 * sqrt(side_arrival * side_service) * cos(angle), 1e-9);
    assert_true(spectrum.value[s].im == 0);
  }
  sj_spectrum_clear(&spectrum);
  end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(product_form),
      cmocka_unit_test(levels_down_and_up),
      cmocka_unit_test(slowest_is_the_shorter_queue),
  };
  return cmocka_run_group_tests_name("eliminate", tests, NULL, NULL);
}
