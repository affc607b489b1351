/* The network, its gradient and its training, held against numpy, finite differences, and themselves on other numbers
 * of threads. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "expected.h"
#include "learn/blas.h"
#include "learn/train.h"

static const size_t small_widths[] = {5, 4}, small_lengths[] = {9, 7, 5};
enum { FEATURES = 2, LATENT = 3, STATES = 9 + 7 + 5, EPOCHS = 60 };

static void check_near(double got, double wanted, double relative, double absolute) {
  if (fabs(got - wanted) <= absolute + relative * fabs(wanted)) return;
  fail_msg("got %.17g, wanted %.17g", got, wanted);
}

/* The same as in expected.py. */
static void small_states(double *states) {
  size_t n = 0;
  for (size_t i = 0; i < 3; i++)
    for (size_t t = 0; t < small_lengths[i]; t++)
      for (size_t f = 0; f < FEATURES; f++, n++) states[n] = cos(0.3 * (double)n + (double)f) * exp(-0.1 * (double)t);
  states[3 * FEATURES + 1] = states[(9 + 5) * FEATURES] = NAN;
}

static struct sj_network small_network(double *parameters) {
  const struct sj_network network = sj_network_shape(FEATURES, LATENT, small_widths, 2);
  assert_true(network.parameter_count < 200);
  for (size_t i = 0; i < network.parameter_count; i++) parameters[i] = 0.6 * sin(1 + 3.7 * (double)i);
  for (size_t i = 0; i < LATENT * LATENT; i++) parameters[network.transition + i] = i % (LATENT + 1) ? 0 : 1.1;
  for (size_t i = 0; i < LATENT; i++) parameters[network.offset + i] = 0;
  return network;
}

static void test_loss_and_gradient_are_those_of_numpy(void **state) {
  (void)state;
  double states[STATES * FEATURES], parameters[200], gradient[200];
  small_states(states);
  const struct sj_network network = small_network(parameters);
  const struct sj_rollout rollout = {3, small_lengths, states};
  struct sj_network_work *const work = sj_network_work_create(&network, &rollout, 1);
  assert_int_equal(network.parameter_count, sizeof expected_gradient / sizeof *expected_gradient);
  check_near(sj_network_loss(work, parameters, gradient), expected_losses[0], 1e-13, 0);
  for (size_t i = 0; i < network.parameter_count; i++) check_near(gradient[i], expected_gradient[i], 1e-11, 1e-15);
  check_near(sj_network_loss(work, parameters, NULL), expected_losses[0], 1e-13, 0);
  sj_network_work_destroy(work);
}

struct seen {
  double losses[EPOCHS + 1];
};

static void see(void *context, size_t epoch, size_t epochs, double loss) {
  assert_int_equal(epochs, EPOCHS);
  ((struct seen *)context)->losses[epoch] = loss;
}

static void test_training_is_that_of_numpy(void **state) {
  (void)state;
  double states[STATES * FEATURES], parameters[200], best = expected_losses[0];
  struct seen seen;
  struct sj_trained trained;
  struct sj_error error;
  small_states(states);
  const struct sj_network network = small_network(parameters);
  const struct sj_rollout rollout = {3, small_lengths, states};
  const struct sj_training how = {
      .epochs = EPOCHS, .rate = 2e-2, .limit = 0.99, .threads = 1, .on_epoch = see, .context = &seen};
  assert_int_equal(sj_train(&network, &rollout, &how, parameters, &trained, &error), SJ_OK);
  size_t best_epoch = 0;
  for (size_t epoch = 1; epoch <= EPOCHS; epoch++) {
    if (expected_losses[epoch] < best) {
      best = expected_losses[epoch];
      best_epoch = epoch;
    }
    check_near(seen.losses[epoch], best, 1e-9, 0);
  }
  check_near(trained.loss, best, 1e-9, 0);
  check_near(trained.first_loss, expected_losses[0], 1e-13, 0);
  assert_int_equal(trained.epochs, EPOCHS);
  assert_int_equal(trained.best_epoch, best_epoch);
  assert_int_equal(trained.halvings, 0);
  assert_true(best < 0.5 * expected_losses[0]);
  if (best_epoch == EPOCHS)
    for (size_t i = 0; i < LATENT * LATENT + LATENT; i++)
      check_near(parameters[network.transition + i], expected_operator[i], 1e-8, 1e-10);
  assert_true(sj_spectral_norm(LATENT, parameters + network.transition) <= 0.99 * (1 + 1e-12));
}

/* Larger than a block, so that lanes and threads come in. */
struct large {
  struct sj_network network;
  size_t lengths[3];
  double *states, *parameters;
};

static void make_large(struct large *large) {
  static const size_t widths[] = {20, 40};
  const size_t total = 700 + 433 + 1;
  large->network = sj_network_shape(3, 6, widths, 2);
  large->lengths[0] = 700;
  large->lengths[1] = 1;
  large->lengths[2] = 433;
  large->states = malloc(3 * total * sizeof(double));
  large->parameters = malloc(large->network.parameter_count * sizeof(double));
  for (size_t i = 0; i < 3 * total; i++) large->states[i] = sin(0.01 * (double)(i / 3) + (double)(i % 3));
  large->states[3 * 800] = NAN;
  sj_network_start(&large->network, 7, large->parameters);
}

static void free_large(struct large *large) {
  free(large->states);
  free(large->parameters);
}

static void test_gradient_is_that_of_finite_differences(void **state) {
  (void)state;
  struct large large;
  make_large(&large);
  const struct sj_rollout rollout = {3, large.lengths, large.states};
  struct sj_network_work *const work = sj_network_work_create(&large.network, &rollout, 2);
  const size_t count = large.network.parameter_count;
  double *const gradient = malloc(count * sizeof *gradient), *const spare = malloc(count * sizeof *spare), largest = 0;
  sj_network_loss(work, large.parameters, gradient);
  for (size_t i = 0; i < count; i++) largest = fmax(largest, fabs(gradient[i]));
  memcpy(spare, large.parameters, count * sizeof *spare);
  for (size_t i = 0; i < count; i += 23) {
    const double h = 1e-6;
    spare[i] = large.parameters[i] + h;
    const double up = sj_network_loss(work, spare, NULL);
    spare[i] = large.parameters[i] - h;
    const double down = sj_network_loss(work, spare, NULL);
    spare[i] = large.parameters[i];
    check_near(gradient[i], (up - down) / (2 * h), 1e-4, 1e-6 * largest);
  }
  sj_network_work_destroy(work);
  free(gradient);
  free(spare);
  free_large(&large);
}

static void test_bits_do_not_depend_on_the_threads(void **state) {
  (void)state;
  double *first = NULL;
  struct sj_trained first_trained = {0};
  for (unsigned threads = 1; threads <= 8; threads = threads == 1 ? 2 : threads == 2 ? 3 : threads + 5) {
    struct large large;
    make_large(&large);
    const struct sj_rollout rollout = {3, large.lengths, large.states};
    const struct sj_training how = {.epochs = 12, .rate = 1e-2, .limit = 0.99, .threads = threads};
    struct sj_trained trained;
    struct sj_error error;
    assert_int_equal(sj_train(&large.network, &rollout, &how, large.parameters, &trained, &error), SJ_OK);
    if (!first) {
      first = malloc(large.network.parameter_count * sizeof *first);
      memcpy(first, large.parameters, large.network.parameter_count * sizeof *first);
      first_trained = trained;
      assert_true(trained.loss < trained.first_loss);
    }
    assert_memory_equal(first, large.parameters, large.network.parameter_count * sizeof *first);
    assert_memory_equal(&first_trained, &trained, sizeof trained);
    free_large(&large);
  }
  free(first);
}

static void test_divergence_halves_the_step(void **state) {
  (void)state;
  struct large large;
  make_large(&large);
  const struct sj_rollout rollout = {3, large.lengths, large.states};
  const struct sj_training how = {.epochs = 100, .rate = 30, .limit = 0.99, .threads = 1};
  struct sj_trained trained;
  struct sj_error error;
  assert_int_equal(sj_train(&large.network, &rollout, &how, large.parameters, &trained, &error), SJ_OK);
  assert_true(trained.halvings > 0);
  assert_true(trained.rate < 30);
  assert_true(trained.loss <= trained.first_loss);
  struct sj_network_work *const work = sj_network_work_create(&large.network, &rollout, 1);
  const double loss = sj_network_loss(work, large.parameters, NULL);
  assert_memory_equal(&loss, &trained.loss, sizeof loss);
  sj_network_work_destroy(work);
  free_large(&large);
}

static void test_patience_and_stop_end_it(void **state) {
  (void)state;
  struct large large;
  make_large(&large);
  const struct sj_rollout rollout = {3, large.lengths, large.states};
  struct sj_training how = {.epochs = 1000, .rate = 1e-12, .limit = 0.99, .threads = 1, .patience = 5};
  struct sj_trained trained;
  struct sj_error error;
  assert_int_equal(sj_train(&large.network, &rollout, &how, large.parameters, &trained, &error), SJ_OK);
  assert_true(trained.patient);
  assert_int_equal(trained.epochs, 5);
  const volatile sig_atomic_t stop = 1;
  how.stop = &stop;
  assert_int_equal(sj_train(&large.network, &rollout, &how, large.parameters, &trained, &error), SJ_OK);
  assert_true(trained.interrupted);
  assert_int_equal(trained.epochs, 0);
  free_large(&large);
}

static void test_start(void **state) {
  (void)state;
  static const size_t widths[] = {100, 500};
  const struct sj_network network = sj_network_shape(2, 20, widths, 2);
  double *const a = malloc(network.parameter_count * sizeof *a), *const b = malloc(network.parameter_count * sizeof *b);
  /* 2-100-500-20, K and b, 20-500-100-2. */
  assert_int_equal(network.parameter_count, 300 + 50500 + 10020 + 420 + 10500 + 50100 + 202);
  sj_network_start(&network, 1, a);
  sj_network_start(&network, 1, b);
  assert_memory_equal(a, b, network.parameter_count * sizeof *a);
  sj_network_start(&network, 2, b);
  assert_memory_not_equal(a, b, network.parameter_count * sizeof *a);
  for (size_t i = 0; i < 400; i++) assert_true(a[network.transition + i] == (i % 21 ? 0 : 0.8));
  for (size_t i = 0; i < 20; i++) assert_true(a[network.offset + i] == 0);
  double squares = 0;
  for (size_t i = 0; i < 50000; i++) {
    const double weight = a[network.encoder[1].weights + i];
    assert_true(fabs(weight) < 0.1);
    squares += weight * weight;
  }
  check_near(squares / 50000, 0.01 / 3, 0.03, 0);
  free(a);
  free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_start),
      cmocka_unit_test(test_loss_and_gradient_are_those_of_numpy),
      cmocka_unit_test(test_training_is_that_of_numpy),
      cmocka_unit_test(test_gradient_is_that_of_finite_differences),
      cmocka_unit_test(test_bits_do_not_depend_on_the_threads),
      cmocka_unit_test(test_divergence_halves_the_step),
      cmocka_unit_test(test_patience_and_stop_end_it),
  };
  return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
