#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "solve/transient.h"

static const double pi_number = 3.14159265358979323846;

/* M/M/1/K: the chain, and its spectral expansion. The symmetrized generator has the eigenvectors
 * sin((n + 1) t) - sqrt(service / arrival) sin(n t), t = s pi / (K + 1) (Morse 1958). */
struct queue {
  size_t capacity;
  double arrival, service;
  double *pi;
  struct sj_spectrum spectrum;
};

static struct sj_chain queue_chain(const struct queue *queue) {
  struct sj_chain chain;
  assert_int_equal(sj_chain_start(&chain, queue->capacity + 1, 2 * queue->capacity), SJ_OK);
  for (size_t n = 0; n <= queue->capacity; n++) {
    if (n > 0) assert_int_equal(sj_chain_add(&chain, n - 1, queue->service), SJ_OK);
    if (n < queue->capacity) assert_int_equal(sj_chain_add(&chain, n + 1, queue->arrival), SJ_OK);
    sj_chain_end_row(&chain);
  }
  return chain;
}

static struct queue queue_of(size_t capacity, double arrival, double service) {
  const size_t states = capacity + 1;
  struct queue q = {capacity, arrival, service, calloc(states, sizeof(double)), {0}};
  double sum = 0;
  for (size_t n = 0; n < states; n++) sum += q.pi[n] = pow(arrival / service, (double)n);
  for (size_t n = 0; n < states; n++) q.pi[n] /= sum;
  q.spectrum.count = states;
  q.spectrum.value = calloc(states, sizeof *q.spectrum.value);
  q.spectrum.left = calloc(states * states, sizeof(double));
  q.spectrum.right = calloc(states * states, sizeof(double));
  for (size_t s = 1; s < states; s++) {
    const double angle = (double)s * pi_number / (double)states;
    double *const left = q.spectrum.left + s * states, *const right = q.spectrum.right + s * states;
    double length = 0, most = 0;
    for (size_t n = 0; n < states; n++) {
      const double u = sin((double)(n + 1) * angle) - sqrt(service / arrival) * sin((double)n * angle);
      length += u * u;
      left[n] = u * sqrt(q.pi[n]);
      right[n] = u / sqrt(q.pi[n]);
      most = fmax(most, fabs(right[n]));
    }
    for (size_t n = 0; n < states; n++) {
      right[n] /= most;
      left[n] *= most / length;
    }
    q.spectrum.value[s].re = -arrival - service + 2 * sqrt(arrival * service) * cos(angle);
    q.spectrum.value[s].error = 1e-15 * -q.spectrum.value[s].re;
  }
  return q;
}

static void queue_end(struct queue *queue) {
  free(queue->pi);
  free(queue->spectrum.value);
  free(queue->spectrum.left);
  free(queue->spectrum.right);
}

/* The distribution at `time` of the queue that starts with `from` in it. */
static void queue_distribution(const struct queue *queue, size_t from, double time, double *p) {
  const size_t states = queue->capacity + 1;
  for (size_t n = 0; n < states; n++) {
    p[n] = queue->pi[n];
    for (size_t s = 1; s < states; s++)
      p[n] += exp(queue->spectrum.value[s].re * time) * queue->spectrum.right[s * states + from] *
              queue->spectrum.left[s * states + n];
  }
}

/* The 1-norm of p minus that. */
static double queue_difference(const struct queue *queue, size_t from, double time, const double *p) {
  double expected[256], difference = 0;
  assert_true(queue->capacity < 256);
  queue_distribution(queue, from, time, expected);
  for (size_t n = 0; n <= queue->capacity; n++) difference += fabs(p[n] - expected[n]);
  return difference;
}

static void two_states(void **state) {
  (void)state;
  static const double rates[][2] = {{1, 2}, {1e-6, 3}, {1e3, 1e-3}, {1e-11, 1e-9}};
  static const double times[] = {0, 1e-9, 0.1, 1, 17, 1e3};
  for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
    const double a = rates[r][0], b = rates[r][1];
    struct sj_chain chain;
    struct sj_transient transient;
    assert_int_equal(sj_chain_start(&chain, 2, 2), SJ_OK);
    assert_int_equal(sj_chain_add(&chain, 1, a), SJ_OK);
    sj_chain_end_row(&chain);
    assert_int_equal(sj_chain_add(&chain, 0, b), SJ_OK);
    sj_chain_end_row(&chain);
    assert_int_equal(sj_transient_start(&transient, &chain, NULL, NULL), SJ_OK);
    for (size_t k = 0; k < sizeof times / sizeof *times; k++) {
      double p[] = {1, 0}, error = -1;
      assert_int_equal(sj_transient_advance(&transient, p, times[k], &error), SJ_OK);
      const double expected = a / (a + b) * -expm1(-(a + b) * times[k]);
      assert_true(error >= 0 && error < 1.001e-10);
      assert_true(fabs(p[1] - expected) + fabs(p[0] - (1 - expected)) <= error + 4e-16);
    }
    sj_transient_clear(&transient);
    sj_chain_clear(&chain);
  }
}

/* Few and many steps; with pi, all or some eigenvectors, or nothing known. */
static void full_queue(void **state) {
  (void)state;
  static const double times[] = {0.01, 1, 20, 300, 1e4, 1e6};
  struct queue queue = queue_of(40, 9, 10);
  struct sj_chain chain = queue_chain(&queue);
  for (size_t known = 0; known < 4; known++) {
    struct sj_spectrum spectrum = queue.spectrum;
    if (known < 3) spectrum.count = 8;
    struct sj_transient transient;
    assert_int_equal(sj_transient_start(&transient, &chain, known > 1 ? &spectrum : NULL, known > 0 ? queue.pi : NULL),
                     SJ_OK);
    double p[41] = {0}, now = 0, error, errors = 0;
    p[40] = 1;
    for (size_t k = 0; k < sizeof times / sizeof *times; k++) {
      const size_t before = transient.products;
      assert_int_equal(sj_transient_advance(&transient, p, times[k] - now, &error), SJ_OK);
      now = times[k];
      errors += error;
      assert_true(error < 1e-8);
      assert_true(queue_difference(&queue, 40, now, p) <= errors + 1e-13);
      /* By 300 what has not died out is known, but for pi alone. */
      if (now >= 1e4) assert_in_range(transient.products - before, 0, known > 1 ? 0 : 20000);
    }
    sj_transient_clear(&transient);
  }
  sj_chain_clear(&chain);
  queue_end(&queue);
}

/* Components that fail, each by itself: binomial. The rates out fall to 0 on the way. */
static void pure_death(void **state) {
  (void)state;
  enum { COUNT = 60 };
  struct sj_chain chain;
  assert_int_equal(sj_chain_start(&chain, COUNT + 1, COUNT), SJ_OK);
  for (size_t n = 0; n <= COUNT; n++) {
    if (n > 0) assert_int_equal(sj_chain_add(&chain, n - 1, 0.25 * (double)n), SJ_OK);
    sj_chain_end_row(&chain);
  }
  struct sj_transient transient;
  assert_int_equal(sj_transient_start(&transient, &chain, NULL, NULL), SJ_OK);
  static const double times[] = {0.1, 2, 15, 70, 5000};
  for (size_t k = 0; k < sizeof times / sizeof *times; k++) {
    double p[COUNT + 1] = {0}, error = -1, difference = 0;
    p[COUNT] = 1;
    assert_int_equal(sj_transient_advance(&transient, p, times[k], &error), SJ_OK);
    for (size_t n = 0; n <= COUNT; n++) {
      const double choose = lgamma(COUNT + 1) - lgamma((double)n + 1) - lgamma((double)(COUNT - n) + 1);
      const double log_alive = -0.25 * times[k], log_dead = log(-expm1(log_alive));
      difference += fabs(p[n] - exp(choose + (double)n * log_alive + (double)(COUNT - n) * log_dead));
    }
    assert_true(error < 2e-10);
    assert_true(difference <= error + 1e-12);
  }
  sj_transient_clear(&transient);
  sj_chain_clear(&chain);
}

/* A ring that is gone round one way: the number of steps is Poisson, the eigenvalues are exp(2 pi i k / n) - 1. */
static void ring(void **state) {
  (void)state;
  enum { COUNT = 12, SHOWN = 7 };
  struct sj_chain chain;
  assert_int_equal(sj_chain_start(&chain, COUNT, COUNT), SJ_OK);
  double pi[COUNT], left[COUNT][COUNT] = {{0}}, right[COUNT][COUNT] = {{0}};
  struct sj_eigenvalue value[COUNT] = {{0}};
  for (size_t i = 0; i < COUNT; i++) {
    pi[i] = 1.0 / COUNT;
    assert_int_equal(sj_chain_add(&chain, (i + 1) % COUNT, 1), SJ_OK);
    sj_chain_end_row(&chain);
  }
  for (size_t k = 1; k < COUNT; k += 2) {
    const double angle = 2 * pi_number / COUNT * (double)((k + 1) / 2);
    for (size_t i = 0; i < COUNT; i++) {
      right[k][i] = cos(angle * (double)i);
      left[k][i] = cos(angle * (double)i) / COUNT;
      if (k + 1 == COUNT) continue;
      right[k + 1][i] = sin(angle * (double)i);
      left[k + 1][i] = -sin(angle * (double)i) / COUNT;
    }
    value[k] = (struct sj_eigenvalue){cos(angle) - 1, sin(angle), 1e-15};
    if (k + 1 < COUNT) value[k + 1] = (struct sj_eigenvalue){cos(angle) - 1, -sin(angle), 1e-15};
  }
  value[COUNT - 1].im = 0;
  struct sj_spectrum spectrum = {SHOWN, value, &right[0][0], &left[0][0]};
  struct sj_transient transient;
  assert_int_equal(sj_transient_start(&transient, &chain, &spectrum, pi), SJ_OK);
  for (int late = 0; late < 2; late++) {
    const double time = late ? 60 : 20;
    double p[COUNT] = {0}, expected[COUNT] = {0}, error = -1, difference = 0;
    p[3] = 1;
    for (size_t n = 0; n < 400; n++)
      expected[(3 + n) % COUNT] += exp((double)n * log(time) - time - lgamma((double)n + 1));
    assert_int_equal(sj_transient_advance(&transient, p, 0.5 * time, NULL), SJ_OK);
    assert_int_equal(sj_transient_advance(&transient, p, 0.5 * time, &error), SJ_OK);
    for (size_t i = 0; i < COUNT; i++) difference += fabs(p[i] - expected[i]);
    assert_true(error < 2e-10);
    assert_true(difference < 2 * error + 1e-12);
  }
  /* The rest falls as exp(-(1 - cos(4 * 2 pi / 12)) t), so it must not have taken all 40 steps and those for safety. */
  assert_true(transient.products < 160);
  sj_transient_clear(&transient);
  sj_chain_clear(&chain);
}

/* Krylov's steps alone, against the expansion. */
static void krylov_steps(void **state) {
  (void)state;
  struct queue queue = queue_of(120, 8, 10);
  struct sj_chain chain = queue_chain(&queue);
  struct sj_uniformized uniformized;
  struct sj_krylov krylov;
  assert_int_equal(sj_uniformized_create(&chain, &uniformized), SJ_OK);
  assert_int_equal(sj_krylov_create(&uniformized, &krylov), SJ_OK);
  double p[121] = {0}, error = 0, left = 200;
  p[100] = 1;
  size_t steps = 0;
  for (; left > 0; steps++) {
    double step;
    assert_int_equal(sj_krylov_step(&krylov, p, left, 1e-11, &step, &error), SJ_OK);
    assert_true(step > 0);
    left -= step;
  }
  assert_true(error < 200 * 1.001e-11);
  assert_true(queue_difference(&queue, 100, 200, p) < 200 * 1e-11 + 1e-12);
  assert_true(steps < 150); /* uniformization takes 3600 products: 120 such steps */
  sj_krylov_clear(&krylov);
  sj_uniformized_clear(&uniformized);
  sj_chain_clear(&chain);
  queue_end(&queue);
}

static double mixing_of(const struct sj_chain *chain, const struct sj_spectrum *spectrum, const double *pi,
                        const double *p, double distance) {
  struct sj_transient transient;
  assert_int_equal(sj_transient_start(&transient, chain, spectrum, pi), SJ_OK);
  double time = -1;
  assert_int_equal(sj_mixing_time(&transient, p, distance, &time), SJ_OK);
  sj_transient_clear(&transient);
  return time;
}

static void near(double found, double expected, double tolerance) {
  if (!(fabs(found / expected - 1) <= tolerance)) print_error("# found %.15g, expected %.15g\n", found, expected);
  assert_true(fabs(found / expected - 1) <= tolerance);
}

static void mixing(void **state) {
  (void)state;
  /* One arrival at most: two states, where the distance is known. */
  struct queue two = queue_of(1, 2, 3);
  struct sj_chain chain = queue_chain(&two);
  const double start[] = {1, 0}, settled[] = {0.6, 0.4};
  near(mixing_of(&chain, NULL, two.pi, start, 0.01), log(0.4 / 0.01) / 5, 1e-7);
  near(mixing_of(&chain, &two.spectrum, two.pi, start, 1e-4), log(0.4 / 1e-4) / 5, 1e-7);
  assert_true(mixing_of(&chain, NULL, two.pi, settled, 0.01) == 0);
  assert_true(isnan(mixing_of(&chain, NULL, NULL, start, 0.01)));
  sj_chain_clear(&chain);
  queue_end(&two);

  struct queue queue = queue_of(50, 9, 10);
  chain = queue_chain(&queue);
  double p[51] = {0};
  p[50] = 1;
  const double time = mixing_of(&chain, NULL, queue.pi, p, 0.01);
  struct sj_spectrum some = queue.spectrum;
  some.count = 6;
  near(mixing_of(&chain, &some, queue.pi, p, 0.01), time, 1e-7);
  /* At that time, by the expansion: the distance from pi is twice 0.01 in the 1-norm. */
  near(queue_difference(&queue, 50, time, queue.pi), 0.02, 1e-6);
  sj_chain_clear(&chain);
  queue_end(&queue);
}

/* Two wells with a rate of 1e-11 between them: what is left to the second eigenvector takes no products. */
static void deep_wells(void **state) {
  (void)state;
  struct sj_chain chain;
  const double slow = 1e-11;
  assert_int_equal(sj_chain_start(&chain, 4, 8), SJ_OK);
  static const double rates[4][4] = {{0, 3, 0, 0}, {2, 0, 1e-11, 0}, {0, 1e-11, 0, 2}, {0, 0, 3, 0}};
  for (size_t i = 0; i < 4; i++) {
    for (size_t j = 0; j < 4; j++) assert_int_equal(sj_chain_add(&chain, j, rates[i][j]), SJ_OK);
    sj_chain_end_row(&chain);
  }
  /* By symmetry the difference of the wells is a chain of two states with killing: value^2 + (5 + 2 slow) value + 6
   * slow. */
  const double b = 5 + 2 * slow, value = -2 * 6 * slow / (b + sqrt(b * b - 24 * slow));
  const double pi[] = {0.2, 0.3, 0.3, 0.2};
  const double inner = 3 / (3 + value); /* x of state 0 is `inner` times x of state 1 */
  const double x[] = {1, 1 / inner, -1 / inner, -1};
  double right[8] = {0}, left[8] = {0}, product = 0;
  for (size_t i = 0; i < 4; i++) product += pi[i] * x[i] * x[i];
  for (size_t i = 0; i < 4; i++) {
    right[4 + i] = x[i];
    left[4 + i] = pi[i] * x[i] / product;
  }
  struct sj_eigenvalue values[] = {{0, 0, 0}, {value, 0, 1e-15 * -value}};
  struct sj_spectrum spectrum = {2, values, right, left};
  struct sj_transient transient;
  assert_int_equal(sj_transient_start(&transient, &chain, &spectrum, pi), SJ_OK);
  double p[] = {1, 0, 0, 0}, time = -1, error = -1;
  assert_int_equal(sj_mixing_time(&transient, p, 0.01, &time), SJ_OK);
  near(time, log(0.5 / 0.01) / -value, 1e-6);
  assert_int_equal(sj_transient_advance(&transient, p, 1e11, &error), SJ_OK);
  assert_true(error < 1e-9);
  near(p[0] + p[1], 0.5 + 0.5 * exp(value * 1e11), 1e-9);
  assert_true(transient.products < 2000);
  sj_transient_clear(&transient);
  sj_chain_clear(&chain);
}

/* A queue beside independent users who come at rate 3 and stay for 1 each on average: from none, their number is
 * Poisson. There is room for 100, who would leave at rate 100, but there are hardly ever 30: the others are left out.
 */
static void projected(void **state) {
  (void)state;
  enum { CAPACITY = 20, ROOM = 100, ROW = ROOM + 1, STATES = (CAPACITY + 1) * ROW };
  struct queue queue = queue_of(CAPACITY, 9, 10);
  struct sj_chain chain;
  double *const pi = calloc(STATES, sizeof *pi), *const p = calloc(STATES, sizeof *p);
  assert_int_equal(sj_chain_start(&chain, STATES, 4 * (size_t)STATES), SJ_OK);
  for (size_t n = 0; n <= CAPACITY; n++)
    for (size_t k = 0; k <= ROOM; k++) {
      const size_t i = n * ROW + k;
      if (n > 0) assert_int_equal(sj_chain_add(&chain, i - ROW, queue.service), SJ_OK);
      if (n < CAPACITY) assert_int_equal(sj_chain_add(&chain, i + ROW, queue.arrival), SJ_OK);
      if (k > 0) assert_int_equal(sj_chain_add(&chain, i - 1, (double)k), SJ_OK);
      if (k < ROOM) assert_int_equal(sj_chain_add(&chain, i + 1, 3), SJ_OK);
      sj_chain_end_row(&chain);
      pi[i] = queue.pi[n] * exp((double)k * log(3) - 3 - lgamma((double)k + 1));
    }
  struct sj_transient transient;
  assert_int_equal(sj_transient_start(&transient, &chain, NULL, pi), SJ_OK);
  p[5 * ROW] = 1;
  double now = 0, error = 0, errors = 0;
  for (int step = 0; step < 4; step++) {
    assert_int_equal(sj_transient_advance(&transient, p, 0.5, &error), SJ_OK);
    now += 0.5;
    errors += error;
    const double mean = 3 * -expm1(-now);
    double number[CAPACITY + 1], difference = 0;
    queue_distribution(&queue, 5, now, number);
    for (size_t i = 0; i < STATES; i++) {
      const double k = (double)(i % ROW);
      difference += fabs(p[i] - number[i / ROW] * exp(k * log(mean) - mean - lgamma(k + 1)));
    }
    assert_true(error < 2e-10);
    assert_true(difference <= errors + 1e-12);
  }
  assert_true(transient.projection.count > 0 && transient.projection.count < STATES / 2);
  sj_transient_clear(&transient);
  sj_chain_clear(&chain);
  free(pi);
  free(p);
  queue_end(&queue);
}

/* A chain of `states` states in which most transitions lead at most 37 further and some (with `jumps`) anywhere; the
 * last state is never left. */
static struct sj_chain leaking_chain(size_t states, bool jumps) {
  struct sj_chain chain;
  uint32_t x = 1;
  assert_int_equal(sj_chain_start(&chain, states, 5 * states), SJ_OK);
  for (size_t i = 0; i < states; i++) {
    const size_t to[] = {i + 1, i + 37, i - 36, states - 1, (x = x * 1664525 + 1013904223) % states};
    for (size_t k = 0; k < sizeof to / sizeof *to && i + 1 < states; k++) {
      x = x * 1664525 + 1013904223;
      if (to[k] >= states || (k == 3 && x % 16 > 1) || (k == 4 && !(jumps && x % 128 < 2))) continue;
      assert_int_equal(sj_chain_add(&chain, to[k], 1 + x % 1000 / 1000.0), SJ_OK);
    }
    sj_chain_end_row(&chain);
  }
  return chain;
}

/* Several steps at once, from a few states on, are bit for bit the same as one after the other. */
static void several_steps(void **state) {
  (void)state;
  enum { STATES = 5000 };
  for (int jumps = 0; jumps < 2; jumps++) {
    struct sj_chain chain = leaking_chain(STATES, jumps);
    struct sj_uniformized u;
    assert_int_equal(sj_uniformized_create(&chain, &u), SJ_OK);
    assert_true(u.sink && (jumps || (u.back == 36 && u.forth == 37)));
    double *const room = calloc(6 * STATES, sizeof *room), weight[SJ_STEPS];
    double *x = room, *other = room + STATES, *const sum = room + 2 * STATES;
    double *one = room + 3 * STATES, *next = room + 4 * STATES, *const its_sum = room + 5 * STATES;
    for (size_t i = 1000; i < 1010; i++) x[i] = one[i] = 1.0 / (double)(i - 990);
    struct sj_window window = {1000, 1010};
    for (size_t steps = 1, done = 0; done < 100; done += steps, steps = steps % SJ_STEPS + 1) {
      for (size_t k = 0; k < steps; k++) {
        weight[k] = 1.0 / (double)(done + k + 3);
        sj_uniformized_step(&u, one, next, weight[k], its_sum);
        double *const swap = one;
        one = next;
        next = swap;
      }
      sj_uniformized_steps(&u, steps, &x, &other, &window, weight, sum);
      assert_memory_equal(x, one, STATES * sizeof *x);
      assert_memory_equal(sum, its_sum, STATES * sizeof *x);
      for (size_t i = 0; i + 1 < STATES; i++) assert_true((i >= window.low && i < window.high) || other[i] == 0);
    }
    assert_true(x[STATES - 1] > 0.1); /* it has leaked */
    free(room);
    sj_uniformized_clear(&u);
    sj_chain_clear(&chain);
  }
}

static void stops_and_gives_up(void **state) {
  (void)state;
  struct queue queue = queue_of(10, 9, 10);
  struct sj_chain chain = queue_chain(&queue);
  struct sj_transient transient;
  assert_int_equal(sj_transient_start(&transient, &chain, NULL, NULL), SJ_OK);
  volatile sig_atomic_t stop = 1;
  double p[11] = {1};
  transient.stop = &stop;
  assert_int_equal(sj_transient_advance(&transient, p, 10, NULL), SJ_INTERRUPTED);
  transient.stop = NULL;
  memset(p, 0, sizeof p);
  p[0] = 1;
  transient.most_products = transient.products + 20;
  assert_int_equal(sj_transient_advance(&transient, p, 10, NULL), SJ_FAILED);
  sj_transient_clear(&transient);
  sj_chain_clear(&chain);
  queue_end(&queue);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_states),    cmocka_unit_test(full_queue),
      cmocka_unit_test(pure_death),    cmocka_unit_test(ring),
      cmocka_unit_test(krylov_steps),  cmocka_unit_test(mixing),
      cmocka_unit_test(deep_wells),    cmocka_unit_test(projected),
      cmocka_unit_test(several_steps), cmocka_unit_test(stops_and_gives_up),
  };
  return cmocka_run_group_tests_name("transient", tests, NULL, NULL);
}
