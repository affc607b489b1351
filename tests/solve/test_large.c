/* The module for large chains, on small ones: against closed forms and elimination, and what it says when it must not
 * be believed. Run by one process and, by mpirun, by two: then rank 0 looks at what comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solve/banded_stream.h"
#include "solve/eliminate.h"
#include "solve/large.h"
#include "solve/orbit.h"

static const double pi_number = 3.14159265358979323846;

/* A chain on 0 ... last whose rates up and down are functions of the state. */
struct line {
  size_t last;
  double (*up)(size_t i);
  double (*down)(size_t i);
};

static size_t line_row(const void *context, size_t i, uint32_t *to, double *rate) {
  const struct line *const line = context;
  size_t count = 0;
  if (i < line->last) {
    to[count] = (uint32_t)i + 1;
    rate[count++] = line->up(i);
  }
  if (i > 0) {
    to[count] = (uint32_t)i - 1;
    rate[count++] = line->down(i);
  }
  return count;
}

static size_t line_value(const void *context, size_t which, size_t i) {
  (void)context, (void)which;
  return i;
}

static struct sj_generator generator_of(const struct line *line) {
  return (struct sj_generator){
      .count = line->last + 1, .most = 2, .context = line, .row = line_row, .coordinates = 1, .coordinate = line_value};
}

static double one(size_t i) {
  (void)i;
  return 1;
}
static double two(size_t i) {
  (void)i;
  return 2;
}
static const struct line queue = {120, one, two}; /* M/M/1/120 */

/* Twenty sources, on for 1/2 and off for 1 on average. */
static double go_on(size_t i) { return 20 - (double)i; }
static double go_off(size_t i) { return 2 * (double)i; }
static const struct line sources = {20, go_on, go_off};

/* Two wells: at 0, thirty steps deep, and at the other end, sixty steps deep, which holds all but 2^-30 of it. Beside
 * it goes something that has nothing to do with it, on 0 ... 4, so that ILU is not exact. */
enum { ASIDE = 5 };
static double from_top_up(size_t i) { return i < 30 ? 1 : 2; }
static double from_top_down(size_t i) { return i <= 30 ? 2 : 1; }
static const struct line wells = {90, from_top_up, from_top_down};

static void assert_near(double found, double expected, double tolerance) {
  if (fabs(found - expected) <= tolerance) return;
  fail_msg("%.17g is not within %g of %.17g", found, tolerance, expected);
}

static size_t aside_row(const void *context, size_t i, uint32_t *to, double *rate) {
  const size_t k = i % ASIDE;
  size_t count = line_row(context, i / ASIDE, to, rate);
  for (size_t t = 0; t < count; t++) to[t] = to[t] * ASIDE + (uint32_t)k;
  if (k > 0) {
    to[count] = (uint32_t)i - 1;
    rate[count++] = 1.5;
  }
  if (k + 1 < ASIDE) {
    to[count] = (uint32_t)i + 1;
    rate[count++] = 1;
  }
  return count;
}
static const struct sj_generator wells_aside = {.count = 91 * ASIDE, .most = 4, .context = &wells, .row = aside_row};

static struct sj_large *large;
static bool root;

static int open_module(void **state) {
  (void)state;
#ifdef MODULE
  struct sj_error error = {""};
  if (sj_large_open(MODULE, &large, &error) != SJ_OK) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  root = sj_large_rank(large) == 0;
#endif
  return 0;
}

static int close_module(void **state) {
  (void)state;
  sj_large_close(large);
  return 0;
}

static void need_module(void) {
  if (!large) skip();
}

static double *room(size_t count) { return root ? calloc(count, sizeof(double)) : NULL; }

static double geometric(size_t i) { return ldexp(1, -(int)i - 1) / (1 - ldexp(1, -121)); }

static void check_queue(enum sj_large_method method) {
  need_module();
  const struct sj_generator generator = generator_of(&queue);
  const struct sj_large_options options = {.method = method};
  struct sj_certificate c;
  struct sj_error error = {""};
  double *const pi = room(generator.count);
  assert_int_equal(sj_large_stationary(large, &generator, &options, pi, &c, &error), SJ_OK);
  assert_true(c.holds && c.method == method && c.bound < 1e-6 && c.second_bound < 1e-6 && c.imbalance < 1e-3);
  assert_true(c.apart <= c.bound + c.second_bound && c.trusted > 5 && c.pin != c.second_pin);
  double wrong = 0;
  for (size_t i = 0; root && i < generator.count; i++) wrong += fabs(pi[i] - geometric(i));
  assert_true(wrong <= c.bound);
  free(pi);
}

static void test_queue_direct(void **state) {
  (void)state;
  check_queue(SJ_LARGE_DIRECT);
}
static void test_queue_iterative(void **state) {
  (void)state;
  check_queue(SJ_LARGE_ITERATIVE);
}

/* As the original's README has it, in the small: two regimes, and drained after 2160.7 on average. */
static const struct sj_orbit orbit = {.capacity = 49,
                                      .orbit = 9,
                                      .arrival_rate = 9,
                                      .service_rate = 10,
                                      .timeout = 3,
                                      .retries = 3,
                                      .threads = 1,
                                      .alpha = 0.25,
                                      .tail = SJ_TAIL_CHEBYSHEV,
                                      .arrivals = SJ_AS_ORIGINAL};

static void eliminated(struct sj_scaled *pi) {
  struct sj_chain chain;
  struct sj_factors *factors;
  assert_int_equal(sj_orbit_chain(&orbit, &chain), SJ_OK);
  const struct sj_order order = {.bandwidth = 11};
  assert_int_equal(sj_factors_create(&chain, NULL, &order, false, NULL, &factors), SJ_OK);
  assert_int_equal(sj_stationary(factors, pi), SJ_OK);
  sj_factors_destroy(factors);
  sj_chain_clear(&chain);
}

static void check_orbit(enum sj_large_method method) {
  need_module();
  struct sj_orbit_rows rows;
  struct sj_generator generator;
  struct sj_scaled exact[500];
  struct sj_certificate c;
  struct sj_error error = {""};
  const struct sj_large_options options = {.method = method};
  assert_int_equal(sj_orbit_rows_start(&orbit, &rows), SJ_OK);
  sj_orbit_generator(&rows, &generator);
  eliminated(exact);
  double *const pi = room(generator.count), wrong = 0, in_system = 0;
  assert_int_equal(sj_large_stationary(large, &generator, &options, pi, &c, &error), SJ_OK);
  for (size_t i = 0; root && i < generator.count; i++) {
    wrong += fabs(pi[i] - sj_scaled_double(exact[i]));
    in_system += pi[i] * sj_orbit_in_system(&orbit, i);
  }
  assert_true(c.holds && wrong <= c.bound);
  if (root) assert_near(in_system, 42.3595007504, 1e-5);
  free(pi);
  sj_orbit_rows_clear(&rows);
}

static void test_orbit_direct(void **state) {
  (void)state;
  check_orbit(SJ_LARGE_AUTOMATIC); /* which is MUMPS: it fits */
}
static void test_orbit_iterative(void **state) {
  (void)state;
  check_orbit(SJ_LARGE_ITERATIVE);
}

/* Both starts are in the lesser well. GMRES ends with a residual of next to nothing, and a distribution that is wrong
 * from beginning to end: no certificate. */
static void test_wrong_well(void **state) {
  (void)state;
  need_module();
  const struct sj_large_options options = {.method = SJ_LARGE_ITERATIVE, .start = {0, 9}};
  struct sj_certificate c;
  struct sj_error error = {""};
  double *const pi = room(wells_aside.count), left = 0;
  assert_int_equal(sj_large_stationary(large, &wells_aside, &options, pi, &c, &error), SJ_FAILED);
  for (size_t i = 0; root && i < 30 * ASIDE; i++) left += pi[i];
  assert_true(!root || left > 0.99);
  assert_true(!c.holds && c.residual < 1e-9 && c.bound > 1e-3);
  assert_non_null(strstr(error.message, "not certified"));
  assert_non_null(strstr(error.message, "could not be shown"));
  free(pi);
}

/* With a start in each it is the other pin that proves it. */
static void test_right_well(void **state) {
  (void)state;
  need_module();
  const struct sj_large_options options = {.method = SJ_LARGE_DIRECT, .start = {0, wells_aside.count - 1}};
  struct sj_certificate c;
  struct sj_error error = {""};
  double *const pi = room(wells_aside.count);
  assert_int_equal(sj_large_stationary(large, &wells_aside, &options, pi, &c, &error), SJ_OK);
  assert_true(c.holds && c.pin > 80 * ASIDE && c.second_pin < 10 * ASIDE);
  double end = 0;
  for (size_t k = 0; root && k < ASIDE; k++) end += pi[90 * ASIDE + k];
  if (root) assert_near(end, 0.5, 1e-6);
  free(pi);
}

/* Two wells alike, sixty steps deep: 2^60 times as long in one as it takes to climb a step. */
static double alike_up(size_t i) { return i < 60 ? 1 : 2; }
static double alike_down(size_t i) { return i <= 60 ? 2 : 1; }
static const struct line twins = {120, alike_up, alike_down};
static const struct sj_generator twins_aside = {.count = 121 * ASIDE, .most = 4, .context = &twins, .row = aside_row};

/* Begun in each of them it finds two answers, each with next to no residual, and says that neither can be shown. */
static void test_two_regimes(void **state) {
  (void)state;
  need_module();
  const struct sj_large_options options = {.method = SJ_LARGE_ITERATIVE, .start = {0, twins_aside.count - 1}};
  struct sj_certificate c;
  struct sj_error error = {""};
  double *const pi = room(twins_aside.count);
  assert_int_equal(sj_large_stationary(large, &twins_aside, &options, pi, &c, &error), SJ_FAILED);
  assert_true(!c.holds && isinf(c.bound) && c.apart > 1.9 && c.residual < 1e-9);
  assert_non_null(strstr(error.message, "two regimes"));
  free(pi);
}

/* A server that cannot keep up, with a third of its room's worth of requests in the orbit: from a start that is nearly
 * the answer, GMRES has little left to do. */
static void test_window(void **state) {
  (void)state;
  need_module();
  const struct sj_orbit busy = {.capacity = 99,
                                .orbit = 99,
                                .arrival_rate = 57,
                                .service_rate = 50,
                                .timeout = 1.1,
                                .retries = 3,
                                .threads = 1,
                                .alpha = 0.25,
                                .tail = SJ_TAIL_EXACT};
  struct sj_orbit_rows rows;
  struct sj_generator generator;
  struct sj_certificate c;
  struct sj_error error = {""};
  const struct sj_large_options options = {.method = SJ_LARGE_ITERATIVE, .once = true, .start = {0, 9999}};
  assert_int_equal(sj_orbit_rows_start(&busy, &rows), SJ_OK);
  sj_orbit_generator(&rows, &generator);
  struct sj_scaled *const exact = calloc(generator.count, sizeof *exact);
  const struct sj_stream_results results = {.pi = exact};
  assert_int_equal(sj_stream_solve(&generator, sj_generator_bandwidth(&generator), false, NULL, &results), SJ_OK);
  double *const pi = room(generator.count), wrong = 0, orbiting = 0;
  assert_int_equal(sj_large_stationary(large, &generator, &options, pi, &c, &error), SJ_OK);
  for (size_t i = 0; root && i < generator.count; i++) {
    wrong += fabs(pi[i] - sj_scaled_double(exact[i]));
    orbiting += pi[i] * sj_orbit_orbiting(&busy, i);
  }
  assert_true(c.holds && wrong <= c.bound && c.iterations < 40);
  assert_true(!root || orbiting > 20);
  free(exact);
  free(pi);
  sj_orbit_rows_clear(&rows);
}

static void test_does_not_converge(void **state) {
  (void)state;
  need_module();
  struct sj_orbit_rows rows;
  struct sj_generator generator;
  struct sj_certificate c;
  struct sj_error error = {""};
  assert_int_equal(sj_orbit_rows_start(&orbit, &rows), SJ_OK);
  sj_orbit_generator(&rows, &generator);
  double *const pi = room(generator.count);
  const struct sj_large_options few = {.method = SJ_LARGE_ITERATIVE, .iterations = 2};
  assert_int_equal(sj_large_stationary(large, &generator, &few, pi, &c, &error), SJ_FAILED);
  assert_non_null(strstr(error.message, "GMRES did not converge: after 4 iterations"));
  const volatile sig_atomic_t stop = 1;
  const struct sj_large_options stopped = {.method = SJ_LARGE_ITERATIVE, .stop = &stop};
  assert_int_equal(sj_large_stationary(large, &generator, &stopped, pi, &c, &error), SJ_INTERRUPTED);
  const struct sj_large_options little = {.method = SJ_LARGE_DIRECT, .most_bytes = 1};
  assert_int_equal(sj_large_stationary(large, &generator, &little, pi, &c, &error), SJ_NO_MEMORY);
  assert_non_null(strstr(error.message, "MUMPS asks for"));
  assert_non_null(strstr(error.message, "500 states"));
  free(pi);
  sj_orbit_rows_clear(&rows);
}

/* From n, all that wait are served one after the other: each takes 1 at rates 1 and 2, but for the last of the room. */
static void check_draining(enum sj_large_method method) {
  need_module();
  const struct sj_generator generator = generator_of(&queue);
  const struct sj_large_options options = {.method = method};
  struct sj_error error = {""};
  bool *const target = calloc(generator.count, sizeof *target);
  double *const mean = room(generator.count), bound = 1, exact = 0;
  target[0] = true;
  assert_int_equal(sj_large_hitting(large, &generator, &options, target, mean, &bound, &error), SJ_OK);
  assert_true(bound < 1e-6);
  for (size_t i = 1; root && i <= 120; i++) {
    exact += 1 - ldexp(1, -(int)(121 - i));
    assert_near(mean[i] / exact, 1, bound);
  }
  assert_true(!root || mean[0] == 0);
  free(target);
  free(mean);
}

static void test_draining(void **state) {
  (void)state;
  check_draining(SJ_LARGE_DIRECT);
  check_draining(SJ_LARGE_ITERATIVE);
}

/* From one well to the other: so long that roundings hide it. */
static void test_hidden_time(void **state) {
  (void)state;
  need_module();
  const struct sj_large_options options = {.method = SJ_LARGE_DIRECT};
  struct sj_error error = {""};
  bool *const target = calloc(twins_aside.count, sizeof *target);
  double *const mean = room(twins_aside.count), bound = 0;
  target[twins_aside.count - 1] = true;
  assert_int_equal(sj_large_hitting(large, &twins_aside, &options, target, mean, &bound, &error), SJ_FAILED);
  assert_true(bound > 1);
  assert_non_null(strstr(error.message, "not certified"));
  free(target);
  free(mean);
}

/* -(1 + 2) + 2 sqrt(2) cos(k pi / 121), k = 1 ...; and what an eigenvector is. */
static void test_spectrum(void **state) {
  (void)state;
  need_module();
  const struct sj_generator generator = generator_of(&queue);
  const struct sj_large_options options = {.method = SJ_LARGE_DIRECT};
  struct sj_spectrum s;
  struct sj_error error = {""};
  assert_int_equal(sj_large_spectrum(large, &generator, &options, 4, &s, &error), SJ_OK);
  assert_true(s.count >= 4 && s.value[0].re == 0);
  for (size_t k = 1; k < 4; k++) {
    assert_near(s.value[k].re, -3 + 2 * sqrt(2) * cos((double)k * pi_number / 121), 1e-10);
    assert_true(s.value[k].im == 0 && s.value[k].error < 1e-9);
    const size_t n = generator.count;
    const double *const x = s.right + k * n, *const y = s.left + k * n;
    double product = 0;
    for (size_t i = 0; root && i < n; i++) {
      const double up = i < 120 ? x[i + 1] - x[i] : 0, down = i > 0 ? x[i - 1] - x[i] : 0;
      assert_near(up + 2 * down, s.value[k].re * x[i], 1e-9);
      product += x[i] * y[i];
    }
    if (root) assert_near(product, 1, 1e-9);
  }
  sj_spectrum_clear(&s);
}

/* Of the orbit's chain, some are complex: (Q x)_i = value x_i in complex numbers. */
static void test_complex_pairs(void **state) {
  (void)state;
  need_module();
  struct sj_orbit_rows rows;
  struct sj_generator generator;
  struct sj_spectrum s;
  struct sj_error error = {""};
  const struct sj_large_options options = {.method = SJ_LARGE_DIRECT};
  assert_int_equal(sj_orbit_rows_start(&orbit, &rows), SJ_OK);
  sj_orbit_generator(&rows, &generator);
  assert_int_equal(sj_large_spectrum(large, &generator, &options, 12, &s, &error), SJ_OK);
  assert_near(s.value[1].re, -0.01195208889, 1e-10);
  size_t pairs = 0;
  const size_t n = generator.count;
  for (size_t k = 1; k + 1 < s.count; k++) {
    if (!(s.value[k].im > 0)) continue;
    pairs++;
    assert_true(s.value[k + 1].im == -s.value[k].im && s.value[k + 1].re == s.value[k].re);
    const double *const re = s.right + k * n, *const im = re + n;
    for (size_t i = 0; root && i < n; i++) {
      uint32_t to[SJ_ORBIT_MOST];
      double rate[SJ_ORBIT_MOST], sum[2] = {0};
      const size_t count = generator.row(generator.context, i, to, rate);
      for (size_t t = 0; t < count; t++) {
        sum[0] += rate[t] * (re[to[t]] - re[i]);
        sum[1] += rate[t] * (im[to[t]] - im[i]);
      }
      assert_near(sum[0], s.value[k].re * re[i] - s.value[k].im * im[i], 1e-8);
      assert_near(sum[1], s.value[k].re * im[i] + s.value[k].im * re[i], 1e-8);
    }
  }
  assert_true(pairs > 0);
  sj_spectrum_clear(&s);
  sj_orbit_rows_clear(&rows);
}

/* Each source is on with probability (1 - exp(-3 t)) / 3: the binomial law. */
static void test_transient(void **state) {
  (void)state;
  need_module();
  const struct sj_generator generator = generator_of(&sources);
  struct sj_error error = {""};
  double *const p = room(generator.count), apart = 1;
  if (root) p[0] = 1;
  assert_int_equal(sj_large_transient(large, &generator, NULL, 0.4, p, &apart, &error), SJ_OK);
  assert_true(apart < 1e-9);
  const double on = (1 - exp(-1.2)) / 3;
  for (size_t k = 0; root && k <= 20; k++) {
    const double ways = exp(lgamma(21) - lgamma((double)k + 1) - lgamma(21 - (double)k));
    assert_near(p[k], ways * pow(on, (double)k) * pow(1 - on, 20 - (double)k), 1e-10);
  }
  free(p);
}

static void test_absent(void **state) {
  (void)state;
  struct sj_large *none;
  struct sj_error error = {""};
  char *const launched = getenv("OMPI_COMM_WORLD_SIZE");
  if (launched) skip();
  assert_int_equal(sj_large_launched(), 0);
  assert_int_equal(sj_large_open("/no/such/module.so", &none, &error), SJ_FAILED);
  assert_non_null(strstr(error.message, "was built without PETSc and SLEPc"));
  assert_non_null(strstr(error.message, "/no/such/module.so"));
  setenv("OMPI_COMM_WORLD_SIZE", "3", 1);
  assert_int_equal(sj_large_launched(), 3);
  assert_int_equal(sj_large_open("/no/such/module.so", &none, &error), SJ_FAILED);
  assert_non_null(strstr(error.message, "mpirun started 3 processes"));
  unsetenv("OMPI_COMM_WORLD_SIZE");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_absent),          cmocka_unit_test(test_queue_direct),
                                     cmocka_unit_test(test_queue_iterative), cmocka_unit_test(test_orbit_direct),
                                     cmocka_unit_test(test_orbit_iterative), cmocka_unit_test(test_wrong_well),
                                     cmocka_unit_test(test_right_well),      cmocka_unit_test(test_two_regimes),
                                     cmocka_unit_test(test_window),          cmocka_unit_test(test_draining),
                                     cmocka_unit_test(test_hidden_time),     cmocka_unit_test(test_does_not_converge),
                                     cmocka_unit_test(test_spectrum),        cmocka_unit_test(test_complex_pairs),
                                     cmocka_unit_test(test_transient)};
  return cmocka_run_group_tests(tests, open_module, close_module);
}
