#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "solved.h"

static const double pi_number = 3.14159265358979323846;

/* Rates up and down from state n of a birth-death chain. */
struct line {
  size_t states;
  double (*up)(size_t n, double parameter), (*down)(size_t n, double parameter);
  double parameter;
};

static struct sj_chain line_chain(const struct line *line) {
  struct sj_chain chain;
  assert_int_equal(sj_chain_start(&chain, line->states, 2 * line->states), SJ_OK);
  for (size_t n = 0; n < line->states; n++) {
    if (n > 0) assert_int_equal(sj_chain_add(&chain, n - 1, line->down(n, line->parameter)), SJ_OK);
    if (n + 1 < line->states) assert_int_equal(sj_chain_add(&chain, n + 1, line->up(n, line->parameter)), SJ_OK);
    sj_chain_end_row(&chain);
  }
  return chain;
}

static double one(size_t n, double parameter) { return (void)n, (void)parameter, 1.0; }
static double given(size_t n, double parameter) { return (void)n, parameter; }
static double each(size_t n, double parameter) { return (void)parameter, (double)n; }

static void near(const char *what, double found, double expected, double tolerance) {
  const double off = fabs(found / expected - 1);
  if (!(off <= tolerance)) print_error("# %s: %.17g, expected %.17g, off by %.3g\n", what, found, expected, off);
  assert_true(off <= tolerance);
}

/* log10 of both; the tolerance is relative to the number itself. */
static void near_log10(const char *what, struct sj_scaled found, double expected, double tolerance) {
  const double off = fabs(sj_scaled_log10(found) - expected) * log(10);
  if (!(off <= tolerance))
    print_error("# %s: 10^%.17g, expected 10^%.17g, off by %.3g\n", what, sj_scaled_log10(found), expected, off);
  assert_true(off <= tolerance);
}

/* The k-th eigenvalue is `re` + `im` i, within 1e-8 and what is said of its error. */
static void is_eigenvalue(const struct sj_spectrum *spectrum, size_t k, double re, double im) {
  assert_in_range(k, 1, spectrum->count - 1);
  const struct sj_eigenvalue *const value = &spectrum->value[k];
  const double off = hypot(value->re - re, value->im - im), modulus = hypot(re, im);
  const bool fine = off <= value->error + 4 * DBL_EPSILON * modulus && off <= 1e-8 * modulus;
  if (!fine)
    print_error("# eigenvalue %zu: %.17g %+.17g i, expected %.17g %+.17g i, off by %.3g of it, said to be %.3g\n", k,
                value->re, value->im, re, im, off / modulus, value->error / modulus);
  assert_true(fine);
}

/* -arrival - service + 2 sqrt(arrival service) cos(s pi / (K + 1)) (Morse 1958), here with arrivals at rate 1. */
static void queue_spectrum(void **state) {
  (void)state;
  static const size_t capacities[] = {1, 2, 7, 30, 100, 200};
  static const double services[] = {0.5, 0.9, 1, 1.1, 1.25, 2, 5};
  enum { WANTED = 10 };
  for (size_t c = 0; c < sizeof capacities / sizeof *capacities; c++)
    for (size_t r = 0; r < sizeof services / sizeof *services; r++) {
      const struct line line = {capacities[c] + 1, one, given, services[r]};
      struct sj_chain chain = line_chain(&line);
      struct solved solved;
      solve_chain(&chain, WANTED, &solved);
      assert_int_equal(solved.spectrum.count, line.states < WANTED ? line.states : WANTED);
      for (size_t s = 1; s < solved.spectrum.count; s++) {
        const double half = sin((double)s * pi_number / (double)line.states / 2), root = sqrt(services[r]);
        is_eigenvalue(&solved.spectrum, s, -(1 - root) * (1 - root) - 4 * root * half * half, 0);
      }
      solved_clear(&solved);
      sj_chain_clear(&chain);
    }
}

/* What an M/M/1 queue relaxes at, (sqrt(service) - sqrt(arrival))^2, is what a long one has nearly. */
static void queue_relaxation(void **state) {
  (void)state;
  const double service = 1.25, root = sqrt(service);
  const struct line line = {601, one, given, service};
  struct sj_chain chain = line_chain(&line);
  struct solved solved;
  solve_chain(&chain, 2, &solved);
  const double half = sin(pi_number / 601 / 2), gap = (root - 1) * (root - 1);
  is_eigenvalue(&solved.spectrum, 1, -gap - 4 * root * half * half, 0);
  near("gap of M/M/1", -solved.spectrum.value[1].re, gap, 3e-3);
  solved_clear(&solved);
  sj_chain_clear(&chain);
}

/* Particles that change sides at rates 1 and `parameter` (Ehrenfest): eigenvalues -k (1 + parameter), binomial. */
enum { PARTICLES = 100 };
static double ehrenfest_up(size_t n, double parameter) { return parameter * (double)(PARTICLES - n); }

static void ehrenfest(void **state) {
  (void)state;
  static const double rates[] = {0.02, 0.3, 1, 4};
  for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
    const struct line line = {PARTICLES + 1, ehrenfest_up, each, rates[r]};
    struct sj_chain chain = line_chain(&line);
    struct solved solved;
    solve_chain(&chain, 10, &solved);
    for (size_t k = 1; k < 10; k++) is_eigenvalue(&solved.spectrum, k, -(double)k * (1 + rates[r]), 0);
    for (size_t n = 0; n <= PARTICLES; n++) {
      const double choose = lgamma(PARTICLES + 1) - lgamma((double)n + 1) - lgamma((double)(PARTICLES - n) + 1);
      const double expected = choose + (double)n * log(rates[r]) - PARTICLES * log1p(rates[r]);
      near_log10("binomial probability", solved.pi[n], expected / log(10), 1e-11);
    }
    solved_clear(&solved);
    sj_chain_clear(&chain);
  }
}

/* Round a ring one way: exp(2 pi i k / n) - 1. */
static void ring(void **state) {
  (void)state;
  enum { COUNT = 40 };
  struct sj_chain chain;
  assert_int_equal(sj_chain_start(&chain, COUNT, COUNT), SJ_OK);
  for (size_t i = 0; i < COUNT; i++) {
    assert_int_equal(sj_chain_add(&chain, (i + 1) % COUNT, 1), SJ_OK);
    sj_chain_end_row(&chain);
  }
  struct solved solved;
  solve_chain(&chain, 9, &solved);
  assert_int_equal(solved.spectrum.count, 9);
  for (size_t k = 1; k < 9; k++) {
    const double angle = 2 * pi_number / COUNT * (double)((k + 1) / 2), half = sin(angle / 2);
    is_eigenvalue(&solved.spectrum, k, -2 * half * half, k % 2 ? sin(angle) : -sin(angle));
  }
  solved_clear(&solved);
  sj_chain_clear(&chain);
}

/* Two wells joined at a slow rate: by symmetry value^2 + (5 + 2 slow) value + 6 slow = 0 for the difference. */
static void wells(void **state) {
  (void)state;
  static const double slow[] = {1e-3, 1e-11, 1e-20, 1e-30, 1e-100, 1e-250};
  for (size_t s = 0; s < sizeof slow / sizeof *slow; s++) {
    const double rates[4][4] = {{0, 3, 0, 0}, {2, 0, slow[s], 0}, {0, slow[s], 0, 2}, {0, 0, 3, 0}};
    struct sj_chain chain;
    assert_int_equal(sj_chain_start(&chain, 4, 6), SJ_OK);
    for (size_t i = 0; i < 4; i++) {
      for (size_t j = 0; j < 4; j++) assert_int_equal(sj_chain_add(&chain, j, rates[i][j]), SJ_OK);
      sj_chain_end_row(&chain);
    }
    struct solved solved;
    solve_chain(&chain, 4, &solved);
    const double b = 5 + 2 * slow[s], root = sqrt(b * b - 24 * slow[s]);
    is_eigenvalue(&solved.spectrum, 1, -12 * slow[s] / (b + root), 0);
    if (slow[s] > 1e-20) { /* beyond that the others are lost in the rounding of the second */
      is_eigenvalue(&solved.spectrum, 2, -5, 0);
      is_eigenvalue(&solved.spectrum, 3, -(b + root) / 2, 0);
    }
    solved_clear(&solved);
    sj_chain_clear(&chain);
  }
}

/* An M/M/1 queue fills against a ratio of rates r in (r (r^n - 1) / (r - 1) - n) / (r - 1) on average. */
static void filling_times(void **state) {
  (void)state;
  static const double ratios[] = {1.5, 10, 1e5, 1e25};
  enum { STATES = 201 };
  struct sj_scaled mean[STATES], deviation[STATES];
  for (size_t k = 0; k < sizeof ratios / sizeof *ratios; k++) {
    const double r = ratios[k];
    for (size_t n = 2; n < STATES; n += 99) {
      const struct line line = {n + 1, one, given, r};
      struct sj_chain chain = line_chain(&line);
      struct solved solved;
      solve_chain(&chain, 0, &solved);
      assert_int_equal(sj_hitting_times(solved.up, 1, mean, deviation), SJ_OK);
      const double power = (double)n * log10(r), rest = -(1 + (double)n * (r - 1) / r) * pow(10, -power);
      const double expected = power + log10(r) - 2 * log10(r - 1) + log1p(rest) / log(10);
      near_log10("filling time", mean[0], expected, 1e-10);
      /* It is exponential but for the way: the deviation of a sum of exponential times, most of it in one. */
      if (power > 30) near_log10("its deviation", deviation[0], expected, 1e-10);
      solved_clear(&solved);
      sj_chain_clear(&chain);
    }
  }
}

/* Down passages of a birth-death chain one by one, of mean w_n and variance v_n, in numbers of any size:
 * w_n = (1 + up w_{n+1}) / down, v_n = 1 / (rate down) + up / down v_{n+1} + up / rate (w_{n+1} + w_n)^2. */
static double alternating_up(size_t n, double parameter) { return n % 3 == 1 ? 2 * parameter : parameter / 3; }
static double alternating_down(size_t n, double parameter) { return (void)parameter, n % 2 ? 0.7 : 1.9; }

static void draining_times(void **state) {
  (void)state;
  static const double rates[] = {0.1, 1, 3, 2e3, 4e8};
  enum { STATES = 120 };
  for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
    const struct line line = {STATES, alternating_up, alternating_down, rates[k]};
    struct sj_chain chain = line_chain(&line);
    struct solved solved;
    solve_chain(&chain, 0, &solved);
    struct sj_scaled mean[STATES], deviation[STATES], w = {0}, v = {0}, all = {0}, variance = {0};
    assert_int_equal(sj_hitting_times(solved.down, 1, mean, deviation), SJ_OK);
    /* From the last one to n - 1, for which the passages add up. */
    for (size_t n = STATES - 1; n > 0; n--) {
      const double up = n + 1 < STATES ? alternating_up(n, rates[k]) : 0, down = alternating_down(n, rates[k]);
      const struct sj_scaled before = w;
      w = sj_scaled_divide(sj_scaled_add(sj_scaled(1), sj_scaled_multiply(sj_scaled(up), w)), sj_scaled(down));
      const struct sj_scaled both = sj_scaled_add(w, before);
      v = sj_scaled_add(sj_scaled_multiply(sj_scaled(up / down), v),
                        sj_scaled_multiply(sj_scaled(up / (up + down)), sj_scaled_multiply(both, both)));
      v = sj_scaled_add(v, sj_scaled(1 / ((up + down) * down)));
      all = sj_scaled_add(all, w);
      variance = sj_scaled_add(variance, v);
    }
    near_log10("draining time", mean[STATES - 1], sj_scaled_log10(all), 2e-12);
    near_log10("its deviation", deviation[STATES - 1], sj_scaled_log10(variance) / 2, 2e-12);
    near_log10("the first passage", mean[1], sj_scaled_log10(w), 2e-12);
    near_log10("its deviation", deviation[1], sj_scaled_log10(v) / 2, 2e-12);
    solved_clear(&solved);
    sj_chain_clear(&chain);
  }
}

/* Erlang's loss formula, by its recursion B_c = a B_{c-1} / (c + a B_{c-1}). */
static void erlang_loss(void **state) {
  (void)state;
  static const size_t servers[] = {1, 4, 20, 200};
  static const double offered[] = {0.01, 1, 15, 180, 400};
  for (size_t c = 0; c < sizeof servers / sizeof *servers; c++)
    for (size_t k = 0; k < sizeof offered / sizeof *offered; k++) {
      const struct line line = {servers[c] + 1, given, each, offered[k]};
      struct sj_chain chain = line_chain(&line);
      struct solved solved;
      solve_chain(&chain, 0, &solved);
      struct sj_scaled loss = sj_scaled(1);
      for (size_t n = 1; n <= servers[c]; n++) {
        const struct sj_scaled carried = sj_scaled_multiply(sj_scaled(offered[k]), loss);
        loss = sj_scaled_divide(carried, sj_scaled_add(sj_scaled((double)n), carried));
      }
      near_log10("Erlang's loss", solved.pi[servers[c]], sj_scaled_log10(loss), 1e-12);
      solved_clear(&solved);
      sj_chain_clear(&chain);
    }
}

/* M/M/1/1 with retries at rate `retry` each (Falin and Templeton 1997, 1.2): with n in the orbit,
 * P(idle) is proportional to load^n / (n! retry^n) (arrival)(arrival + retry) ... (arrival + (n - 1) retry), and
 * P(busy) to load (arrival + n retry) / arrival times that. A finite orbit, whose arrivals are lost when it is full,
 * has the same proportions. */
static void retrial_queue(void **state) {
  (void)state;
  enum { ORBIT = 300 };
  const double arrival = 0.6, retry = 0.05;
  struct sj_chain chain;
  assert_int_equal(sj_chain_start(&chain, 2 * (ORBIT + 1), 6 * ORBIT), SJ_OK);
  for (size_t n = 0; n <= ORBIT; n++) {
    assert_int_equal(sj_chain_add(&chain, 2 * n + 1, arrival), SJ_OK);
    if (n) assert_int_equal(sj_chain_add(&chain, 2 * n - 1, (double)n * retry), SJ_OK);
    sj_chain_end_row(&chain);
    assert_int_equal(sj_chain_add(&chain, 2 * n, 1), SJ_OK);
    if (n < ORBIT) assert_int_equal(sj_chain_add(&chain, 2 * n + 3, arrival), SJ_OK);
    sj_chain_end_row(&chain);
  }
  struct solved solved;
  solve_chain(&chain, 0, &solved);
  /* Unbounded it sums up to (1 - load)^-(1 + arrival / retry); what is beyond 300 is below 1e-30. */
  double idle = (1 + arrival / retry) * log(1 - arrival);
  for (size_t n = 0; n <= ORBIT; n++) {
    near_log10("idle", solved.pi[2 * n], idle / log(10), 1e-11);
    const double busy = idle + log(arrival + (double)n * retry);
    near_log10("busy", solved.pi[2 * n + 1], busy / log(10), 1e-11);
    idle += log(arrival * (arrival + (double)n * retry) / ((double)(n + 1) * retry));
  }
  solved_clear(&solved);
  sj_chain_clear(&chain);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(queue_spectrum), cmocka_unit_test(queue_relaxation),
      cmocka_unit_test(ehrenfest),      cmocka_unit_test(ring),
      cmocka_unit_test(wells),          cmocka_unit_test(filling_times),
      cmocka_unit_test(draining_times), cmocka_unit_test(erlang_loss),
      cmocka_unit_test(retrial_queue),
  };
  return cmocka_run_group_tests_name("theory", tests, NULL, NULL);
}
