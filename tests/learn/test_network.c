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

/* Mirrored weights: the nearest to a vector, and a training that keeps them for a while. One layer's width is odd. */
static void test_mirrored_training_is_that_of_numpy(void **state) {
  (void)state;
  double states[STATES * FEATURES], parameters[200], best = INFINITY;
  struct seen seen;
  struct sj_trained trained;
  struct sj_error error;
  small_states(states);
  const struct sj_network network = small_network(parameters);
  sj_network_mirror(&network, parameters);
  for (size_t i = 0; i < network.parameter_count; i++) check_near(parameters[i], expected_mirrored[i], 1e-13, 1e-15);
  const struct sj_rollout rollout = {3, small_lengths, states};
  const struct sj_training how = {
      .epochs = EPOCHS, .linear = 25, .rate = 2e-2, .limit = 0.99, .threads = 1, .on_epoch = see, .context = &seen};
  assert_int_equal(sj_train(&network, &rollout, &how, parameters, &trained, &error), SJ_OK);
  for (size_t epoch = 0; epoch <= EPOCHS; epoch++) {
    if (expected_mirrored_losses[epoch] < best) best = expected_mirrored_losses[epoch];
    if (epoch > 0) check_near(seen.losses[epoch], best, 1e-9, 0);
  }
  check_near(trained.loss, best, 1e-9, 0);
  assert_int_equal(trained.linear, 25);
  if (trained.best_epoch == EPOCHS)
    for (size_t i = 0; i < LATENT * LATENT + LATENT; i++)
      check_near(parameters[network.transition + i], expected_mirrored_operator[i], 1e-8, 1e-10);
}

static void check_linear(const struct sj_network *network, const double *parameters, bool wanted) {
  double z[3][3], scratch[2 * 64];
  bool linear = true;
  assert_true(network->widest <= 64 && network->latent == 3 && network->features == 2);
  const double points[3][2] = {{0.3, -1.7}, {-2.2, 0.4}, {(0.3 - 2.2) / 2, (-1.7 + 0.4) / 2}};
  for (int i = 0; i < 3; i++) sj_network_encode(network, parameters, points[i], z[i], scratch);
  for (int k = 0; k < 3; k++) linear = linear && fabs(z[2][k] - (z[0][k] + z[1][k]) / 2) < 1e-12;
  double decoded[3][2];
  for (int i = 0; i < 2; i++) sj_network_decode(network, parameters, z[i], decoded[i], scratch);
  for (int k = 0; k < 3; k++) z[2][k] = (z[0][k] + z[1][k]) / 2;
  sj_network_decode(network, parameters, z[2], decoded[2], scratch);
  for (int k = 0; k < 2; k++) linear = linear && fabs(decoded[2][k] - (decoded[0][k] + decoded[1][k]) / 2) < 1e-12;
  assert_int_equal(linear, wanted);
}

/* Linear at first and as long as it shall be; its odd unit and all the others are free afterwards. */
static void test_mirrored_weights_are_linear(void **state) {
  (void)state;
  static const size_t widths[] = {11, 40}, one[] = {11, 1}, lengths[] = {60};
  double states[2 * 60];
  struct sj_error error;
  for (int t = 0; t < 60; t++) {
    states[2 * t] = exp(-0.05 * t);
    states[2 * t + 1] = states[2 * t] * states[2 * t];
  }
  const struct sj_network network = sj_network_shape(2, 3, widths, 2), narrow = sj_network_shape(2, 3, one, 2),
                          none = sj_network_shape(2, 3, NULL, 0);
  assert_true(sj_network_can_mirror(&network));
  assert_false(sj_network_can_mirror(&narrow) || sj_network_can_mirror(&none));
  double *const parameters = malloc(2 * network.parameter_count * sizeof *parameters), *const before =
                                                                                           parameters +
                                                                                           network.parameter_count;
  for (int freed = 0; freed < 2; freed++) {
    struct sj_trained trained;
    sj_network_start_mirrored(&network, 3, parameters);
    check_linear(&network, parameters, true);
    memcpy(before, parameters, network.parameter_count * sizeof *parameters);
    const struct sj_rollout rollout = {1, lengths, states};
    const struct sj_training how = {.epochs = 60, .linear = freed ? 20 : 60, .rate = 3e-3, .limit = 0.99, .threads = 1};
    assert_int_equal(sj_train(&network, &rollout, &how, parameters, &trained, &error), SJ_OK);
    assert_int_equal(trained.linear, how.linear);
    assert_true(trained.loss < 0.5 * trained.first_loss);
    check_linear(&network, parameters, !freed);
    /* The decoder's first weight of the odd unit of its second layer, which was 0. */
    const double out = parameters[network.decoder[2].weights + 10 * network.decoder[2].out];
    assert_true(freed ? out != 0 : out == 0);
  }
  free(parameters);
}

/* Where a linear network has nothing left to learn it is set free early. */
static void test_linear_training_ends_early(void **state) {
  (void)state;
  static const size_t widths[] = {8}, lengths[] = {40};
  double states[40];
  struct sj_error error;
  struct sj_trained trained;
  for (int t = 0; t < 40; t++) states[t] = t % 2; /* K's limit lets nothing follow that */
  const struct sj_network network = sj_network_shape(1, 2, widths, 1);
  double parameters[200];
  assert_true(network.parameter_count <= 200);
  sj_network_start_mirrored(&network, 3, parameters);
  const struct sj_rollout rollout = {1, lengths, states};
  const struct sj_training how = {
      .epochs = 2000, .linear = 2000, .patience = 40, .rate = 1e-2, .limit = 0.5, .threads = 1};
  assert_int_equal(sj_train(&network, &rollout, &how, parameters, &trained, &error), SJ_OK);
  assert_true(trained.linear > 10 && trained.linear < 1000);
  assert_true(trained.epochs >= trained.linear + 40);
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
      cmocka_unit_test(test_mirrored_training_is_that_of_numpy),
      cmocka_unit_test(test_mirrored_weights_are_linear),
      cmocka_unit_test(test_linear_training_ends_early),
      cmocka_unit_test(test_gradient_is_that_of_finite_differences),
      cmocka_unit_test(test_bits_do_not_depend_on_the_threads),
      cmocka_unit_test(test_divergence_halves_the_step),
      cmocka_unit_test(test_patience_and_stop_end_it),
  };
  return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
