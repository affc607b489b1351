/* Learning systems that are known. */
#include "systems.h"

#include "results/results.h"
#include "sojourn/results.h"

static struct sj_learned *train(const struct sj_trajectories *trajectories, const struct sj_learn_options *options) {
  struct sj_learned *model = NULL;
  struct sj_error error = {{0}};
  const enum sj_status status = sj_learn_train(trajectories, options, &model, &error);
  if (status != SJ_OK) fail_msg("%s", error.message);
  return model;
}

static void refused(const struct sj_trajectories *trajectories, const struct sj_learn_options *options,
                    const char *message) {
  struct sj_learned *model;
  struct sj_error error;
  assert_int_equal(sj_learn_train(trajectories, options, &model, &error), SJ_INVALID);
  assert_null(model);
  if (!strstr(error.message, message)) fail_msg("`%s` is not in `%s`", message, error.message);
}

static struct sj_learn_options edmd(size_t delays, size_t degree) {
  struct sj_learn_options options;
  sj_learn_options_default(&options);
  options.method = SJ_LEARN_EDMD;
  options.delays = delays;
  options.degree = degree;
  return options;
}

/* A linear autoencoder: no hidden layers. */
static struct sj_learn_options linear(size_t latent, double rate, size_t epochs) {
  struct sj_learn_options options;
  sj_learn_options_default(&options);
  options.latent = latent;
  options.width_count = 0;
  options.rate = rate;
  options.epochs = epochs;
  options.patience = 0;
  return options;
}

/* Eigenvalues 0.95 and 0.8 +- 0.3i; a fixed point that is not 0. */
static const double three[9] = {0.95, 0, 0, 0, 0.8, -0.3, 0, 0.3, 0.8}, offset[3] = {0.5, 1, -0.2};
/* The same in other coordinates: S three S^-1 with S = ((1,1,0),(0,1,1),(0,0,1)). */
static void mixed(double a[9]) {
  const double s[9] = {1, 1, 0, 0, 1, 1, 0, 0, 1}, inverse[9] = {1, -1, 1, 0, 1, -1, 0, 0, 1};
  double half[9] = {0};
  memset(a, 0, 9 * sizeof *a);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      for (int k = 0; k < 3; k++) half[3 * i + j] += s[3 * i + k] * three[3 * k + j];
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      for (int k = 0; k < 3; k++) a[3 * i + j] += half[3 * i + k] * inverse[3 * k + j];
}

static struct sj_trajectories *linear_system(void) {
  static const double starts[4][3] = {{20, 1, 2}, {-5, 6, 0}, {3, -4, 5}, {8, 8, -8}};
  struct sj_trajectories *trajectories = NULL;
  double a[9];
  mixed(a);
  for (int i = 0; i < 4; i++) add_linear(&trajectories, 3, a, offset, starts[i], 80, i == 3);
  return trajectories;
}

static void check_three(const struct sj_learned *model, double tolerance) {
  double re[64], im[64];
  struct sj_error error;
  assert_true(sj_learned_latent(model) <= 64);
  assert_int_equal(sj_learned_spectrum(model, re, im, &error), SJ_OK);
  check_near(re[0], 0.95, tolerance);
  assert_true(fabs(im[0]) < tolerance);
  check_near(re[1], 0.8, tolerance);
  check_near(im[1], 0.3, tolerance);
  check_near(re[2], 0.8, tolerance);
  check_near(im[2], -0.3, tolerance);
}

static void test_edmd_finds_a_linear_system(void **state) {
  (void)state;
  struct sj_trajectories *const trajectories = linear_system();
  for (size_t delays = 0; delays <= 3; delays++) {
    const struct sj_learn_options options = edmd(delays, 1);
    struct sj_learned *const model = train(trajectories, &options);
    assert_int_equal(sj_learned_latent(model), 3 * (delays + 1));
    assert_int_equal(sj_learned_history(model), delays + 1);
    check_three(model, 1e-6);
    sj_learned_destroy(model);
  }
  sj_trajectories_destroy(trajectories);
}

static void test_autoencoder_finds_a_linear_system(void **state) {
  (void)state;
  struct sj_trajectories *const trajectories = linear_system();
  const struct sj_learn_options options = linear(3, 3e-3, 20000);
  struct sj_learned *const model = train(trajectories, &options);
  check_three(model, 0.01);
  sj_learned_destroy(model);
  sj_trajectories_destroy(trajectories);
}

/* Prediction of what was held out; figures, series and identity of the results. */
static void test_results(void **state) {
  (void)state;
  struct sj_trajectories *const trajectories = linear_system();
  const struct sj_learn_options options = edmd(0, 1);
  struct sj_learned *const model = train(trajectories, &options);
  struct sj_results *results;
  struct sj_error error;
  assert_int_equal(sj_learn_results(model, trajectories, 60, &results, &error), SJ_OK);
  assert_true(sj_results_value(results, "error.train") < 1e-6);
  assert_true(sj_results_value(results, "error.test") < 1e-6);
  assert_true(sj_results_value(results, "trajectories.train") == 3);
  assert_true(sj_results_value(results, "trajectories.test") == 1);
  check_near(sj_results_value(results, "spectrum[0].re"), 0.95, 1e-6);
  check_near(sj_results_value(results, "time_constant[0]"), -0.5 / log(0.95), 1e-5);
  check_near(sj_results_value(results, "time_constant[1]"), -0.5 / log(hypot(0.8, 0.3)), 1e-5);
  /* The fixed point of the third coordinates, turned: rest = S (I - three)^-1 S^-1 c, worked out by hand:
   * y = S^-1 c = (-0.7, 1.2, -0.2); u = (-14, (0.2 * 1.2 + 0.3 * 0.2) / 0.13, (0.3 * 1.2 - 0.2 * 0.2) / 0.13). */
  const double u = (0.2 * 1.2 + 0.3 * 0.2) / 0.13, v = (0.3 * 1.2 - 0.2 * 0.2) / 0.13;
  check_near(sj_results_value(results, "a.rest"), -14 + u, 1e-6);
  check_near(sj_results_value(results, "b.rest"), u + v, 1e-6);
  check_near(sj_results_value(results, "c.rest"), v, 1e-6);
  struct sj_series_view view, predicted;
  assert_true(sj_results_series(results, "trajectory[3].b.recorded", 0, &view));
  assert_true(sj_results_series(results, "trajectory[3].b.predicted", 0, &predicted));
  assert_int_equal(view.count, 121);
  assert_true(view.step == 0.5);
  assert_true(isnan(view.values[80]) && isfinite(predicted.values[120]));
  for (size_t t = 0; t < 80; t++) assert_true(fabs(view.values[t] - predicted.values[t]) < 1e-6);
  assert_true(sj_results_series(results, "trajectory[3].latent[2]", 0, &view));
  sj_results_destroy(results);
  sj_learned_destroy(model);
  sj_trajectories_destroy(trajectories);
}

/* z(t) = 0.9^t from 1 in units of the deviation: settling times can be counted. */
static void test_settling_times(void **state) {
  (void)state;
  const double a = 0.9, c = 0.7, starts[2] = {20, -3};
  struct sj_trajectories *trajectories = NULL;
  add_linear(&trajectories, 1, &a, &c, &starts[0], 200, false);
  add_linear(&trajectories, 1, &a, &c, &starts[1], 200, false);
  const struct sj_learn_options options = edmd(0, 1);
  struct sj_learned *const model = train(trajectories, &options);
  struct sj_results *results;
  struct sj_error error;
  double sum = 0, squares = 0, deviation, count[2];
  for (int i = 0; i < 400; i++) {
    const double x = (starts[i / 200] - 7) * pow(0.9, i % 200);
    sum += x;
    squares += x * x;
  }
  deviation = sqrt(squares / 400 - (sum / 400) * (sum / 400));
  assert_int_equal(sj_learn_results(model, trajectories, NAN, &results, &error), SJ_OK);
  for (int i = 0; i < 2; i++)
    for (count[i] = 0; fabs(starts[i] - 7) * pow(0.9, count[i]) >= 0.1 * deviation;) count[i]++;
  check_near(sj_results_value(results, "settling[0.1].mean"), 0.5 * (count[0] + count[1]) / 2, 1e-12);
  check_near(sj_results_value(results, "settling[0.1].std"), 0.5 * fabs(count[0] - count[1]) / sqrt(2), 1e-9);
  check_near(sj_results_value(results, "settling[0.1].bound"), 0.5 * log(0.1 * deviation / 13) / log(0.9), 1e-4);
  check_near(sj_results_value(results, "trajectory[0].a.settling[0.1].recorded"), 0.5 * count[0], 1e-12);
  check_near(sj_results_value(results, "trajectory[0].a.settling[0.1].predicted"), 0.5 * count[0], 1e-12);
  check_near(sj_results_value(results, "trajectory[1].a.settling[0.1].predicted"), 0.5 * count[1], 1e-12);
  sj_results_destroy(results);
  sj_learned_destroy(model);
  sj_trajectories_destroy(trajectories);
}

/* x'' = -sin x - 0.2 x': solved by small Runge-Kutta steps. */
static void add_pendulum(struct sj_trajectories **trajectories, double angle, double velocity, bool held_out) {
  enum { LENGTH = 200, PARTS = 20 };
  static const char *const names[] = {"angle", "velocity"};
  double states[2 * LENGTH];
  for (size_t t = 0; t < LENGTH; t++) {
    states[2 * t] = angle;
    states[2 * t + 1] = velocity;
    for (int part = 0; part < PARTS; part++) {
      const double h = 0.1 / PARTS;
      double k[4][2], x = angle, v = velocity;
      for (int i = 0; i < 4; i++) {
        k[i][0] = v;
        k[i][1] = -sin(x) - 0.2 * v;
        const double share = i == 2 ? 1 : 0.5;
        x = angle + share * h * k[i][0];
        v = velocity + share * h * k[i][1];
      }
      angle += h / 6 * (k[0][0] + 2 * k[1][0] + 2 * k[2][0] + k[3][0]);
      velocity += h / 6 * (k[0][1] + 2 * k[1][1] + 2 * k[2][1] + k[3][1]);
    }
  }
  struct sj_error error;
  assert_int_equal(sj_trajectories_add(trajectories, names, 2, 0.1, states, LENGTH, held_out, &error), SJ_OK);
}

/* Near its rest the pendulum has the eigenvalues exp(0.1 (-0.1 +- i sqrt(0.99))); from wide swings only monomials and
 * radial functions of the state make it linear, more or less. */
static void test_damped_pendulum(void **state) {
  (void)state;
  struct sj_trajectories *trajectories = NULL;
  double re[200], im[200], plain, lifted, radial;
  struct sj_error error;
  struct sj_results *results;
  add_pendulum(&trajectories, 0.05, 0, false);
  add_pendulum(&trajectories, 0, 0.05, false);
  struct sj_learn_options options = edmd(0, 1);
  struct sj_learned *model = train(trajectories, &options);
  assert_int_equal(sj_learned_spectrum(model, re, im, &error), SJ_OK);
  check_near(re[0], exp(-0.01) * cos(0.1 * sqrt(0.99)), 1e-3);
  check_near(im[0], exp(-0.01) * sin(0.1 * sqrt(0.99)), 1e-3);
  sj_learned_destroy(model);
  sj_trajectories_destroy(trajectories);
  trajectories = NULL;
  for (int i = 0; i < 6; i++) add_pendulum(&trajectories, 2 * cos(i), 1.2 * sin(i), i == 5);
  double errors[3];
  for (int i = 0; i < 3; i++) {
    options = edmd(0, i == 1 ? 7 : 1);
    options.radial = i == 2 ? 80 : 0;
    model = train(trajectories, &options);
    assert_int_equal(sj_learn_results(model, trajectories, NAN, &results, &error), SJ_OK);
    errors[i] = sj_results_value(results, "error.test");
    sj_results_destroy(results);
    sj_learned_destroy(model);
  }
  plain = errors[0];
  lifted = errors[1];
  radial = errors[2];
  assert_true(plain > 0.1);
  assert_true(lifted < 0.3 * plain);
  assert_true(radial < 0.3 * plain);
  sj_trajectories_destroy(trajectories);
}

/* 1 / |second eigenvalue| of the chain is 6.9895 service times. */
static void test_mm1_10(void **state) {
  (void)state;
  struct sj_trajectories *trajectories = NULL;
  const struct sj_learn_options options[2] = {edmd(6, 1), linear(4, 1e-2, 3000)};
  const unsigned starts[] = {0, 10, 5, 8};
  for (int i = 0; i < 4; i++) add_mm1_10(&trajectories, starts[i], 120, i == 3);
  for (int i = 0; i < 2; i++) {
    struct sj_learned *const model = train(trajectories, &options[i]);
    struct sj_results *results;
    struct sj_error error;
    assert_int_equal(sj_learn_results(model, trajectories, NAN, &results, &error), SJ_OK);
    check_near(sj_results_value(results, "time_constant[0]"), 6.989486651898902, 0.1);
    /* (rho - 11 rho^11 + 10 rho^12 ...) : the mean of the steady state, sum of n rho^n / sum of rho^n */
    double mass = 0, mean = 0;
    for (int n = 0; n <= 10; n++) {
      mass += pow(0.5, n);
      mean += n * pow(0.5, n);
    }
    check_near(sj_results_value(results, "in_system.rest"), mean / mass, 0.02);
    sj_results_destroy(results);
    sj_learned_destroy(model);
  }
  sj_trajectories_destroy(trajectories);
}

/* The whole network, nonlinear: it predicts what it was not trained on. */
static void test_autoencoder_predicts(void **state) {
  (void)state;
  struct sj_trajectories *trajectories = NULL;
  static const size_t widths[] = {16};
  struct sj_learn_options options;
  sj_learn_options_default(&options);
  options.widths = widths;
  options.width_count = 1;
  options.latent = 3;
  options.rate = 3e-3;
  options.epochs = 1500;
  for (unsigned start = 0; start <= 10; start += 2) add_mm1_10(&trajectories, start, 60, start == 6);
  struct sj_learned *const model = train(trajectories, &options);
  struct sj_results *results;
  struct sj_error error;
  assert_int_equal(sj_learn_results(model, trajectories, NAN, &results, &error), SJ_OK);
  assert_true(sj_results_value(results, "error.train") < 0.05);
  assert_true(sj_results_value(results, "error.test") < 0.1);
  assert_true(sj_results_value(results, "training.loss") < 0.01 * sj_results_value(results, "training.first_loss"));
  double states[2 * 30], history[2] = {6, 36};
  assert_int_equal(sj_learned_predict(model, history, 30, states, &error), SJ_OK);
  struct sj_series_view view;
  assert_true(sj_results_series(results, "trajectory[3].in_system.predicted", 0, &view));
  for (size_t t = 0; t < 30; t++) check_near(states[2 * t], view.values[t + 1], 1e-12);
  history[0] = NAN;
  assert_int_equal(sj_learned_predict(model, history, 30, states, &error), SJ_INVALID);
  sj_results_destroy(results);
  sj_learned_destroy(model);
  sj_trajectories_destroy(trajectories);
}

static void test_what_cannot_be_learned(void **state) {
  (void)state;
  struct sj_trajectories *trajectories = NULL;
  static const char *const names[] = {"queue", "limit"};
  double states[2 * 15];
  struct sj_error error;
  struct sj_learn_options options;
  sj_learn_options_default(&options);
  for (int t = 0; t < 15; t++) {
    states[2 * t] = t;
    states[2 * t + 1] = 100;
  }
  assert_int_equal(sj_trajectories_add(&trajectories, names, 2, 1, states, 15, false, &error), SJ_OK);
  refused(trajectories, &options, "`limit` is constant (100 in all 15 samples)");
  sj_trajectories_destroy(trajectories);
  trajectories = NULL;
  for (int t = 0; t < 15; t++) states[2 * t + 1] = t * t;
  assert_int_equal(sj_trajectories_add(&trajectories, names, 2, 1, states, 15, false, &error), SJ_OK);
  refused(trajectories, &options, "15 states to learn from, expected more than the latent size of 20");
  options = edmd(5, 2);
  refused(trajectories, &options,
          "9 steps between known states, expected at least as many as the dictionary has "
          "functions, 15");
  options = edmd(1000, 16);
  refused(trajectories, &options, "a dictionary of more than 2048 functions");
  sj_learn_options_default(&options);
  options.rate = NAN;
  refused(trajectories, &options, "a step of Adam of nan");
  sj_trajectories_destroy(trajectories);
  trajectories = NULL;
  assert_int_equal(sj_trajectories_add(&trajectories, names, 2, 1, states, 15, true, &error), SJ_OK);
  sj_learn_options_default(&options);
  refused(trajectories, &options, "every trajectory is held out");
  states[1] = NAN;
  assert_int_equal(sj_trajectories_add(&trajectories, names, 2, 1, states, 15, true, &error), SJ_INVALID);
  states[1] = INFINITY;
  assert_int_equal(sj_trajectories_add(&trajectories, names, 2, 1, states, 15, true, &error), SJ_INVALID);
  assert_int_equal(sj_trajectories_add(&trajectories, names, 2, 2, states, 15, true, &error), SJ_INVALID);
  sj_trajectories_destroy(trajectories);
}

/* An unstable system is learned as it is, and what has no meaning then is no number. */
static void test_what_does_not_settle(void **state) {
  (void)state;
  const double a = 1.02, c = 0, start = 1;
  struct sj_trajectories *trajectories = NULL;
  add_linear(&trajectories, 1, &a, &c, &start, 100, false);
  const struct sj_learn_options options = edmd(0, 1);
  struct sj_learned *const model = train(trajectories, &options);
  struct sj_results *results;
  struct sj_error error;
  assert_int_equal(sj_learn_results(model, trajectories, NAN, &results, &error), SJ_OK);
  check_near(sj_results_value(results, "spectrum[0].re"), 1.02, 1e-6);
  assert_true(isnan(sj_results_value(results, "time_constant[0]")));
  assert_true(isnan(sj_results_value(results, "settling[0.1].mean")));
  assert_non_null(strstr(sj_results_note(results, 0), "does not settle"));
  sj_results_destroy(results);
  sj_learned_destroy(model);
  sj_trajectories_destroy(trajectories);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_edmd_finds_a_linear_system),
      cmocka_unit_test(test_autoencoder_finds_a_linear_system),
      cmocka_unit_test(test_results),
      cmocka_unit_test(test_settling_times),
      cmocka_unit_test(test_damped_pendulum),
      cmocka_unit_test(test_mm1_10),
      cmocka_unit_test(test_autoencoder_predicts),
      cmocka_unit_test(test_what_cannot_be_learned),
      cmocka_unit_test(test_what_does_not_settle),
  };
  return cmocka_run_group_tests_name("learn", tests, NULL, NULL);
}
