/* The parts that a measurement rests on, each alone: the schedule, times, the map of received messages, messages and
 * their checksum, the folder of sockets, the model that is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure/board.h"
#include "measure/checksum.h"
#include "measure/pacing.h"
#include "measure/payload.h"
#include "measure/place.h"
#include "measure/report.h"
#include "measure/sink.h"
#include "sojourn/model.h"
#include "sojourn/simulate.h"

static struct sj_error problem;

/* ---- the schedule ---- */

/* Even: producers take turns, one message each 1 / rate, without drift. */
static void test_even(void **state) {
  (void)state;
  struct sj_measure_options options;
  sj_measure_options_default(&options);
  options.rate = 700;
  options.even = true;
  for (unsigned p = 0; p < 3; p++) {
    struct sj_pacing pacing;
    sj_pacing_start(&pacing, &options, p, 0);
    uint64_t due = sj_pacing_first(&pacing, &options, p, 1000000000);
    for (int i = 0; i < 7000; i++) {
      assert_true(fabs((double)due - (1e9 + 1e9 / 700 * (p + 1 + 3.0 * i))) < 2);
      due = sj_pacing_next(&pacing, due);
    }
  }
}

/* Poisson: exponential distances, by mean, variance and Kolmogorov's distance; streams of producers differ. */
static void test_poisson(void **state) {
  (void)state;
  enum { COUNT = 20000 };
  struct sj_measure_options options;
  sj_measure_options_default(&options);
  options.rate = 900; /* of one of three: 300 */
  struct sj_pacing pacing, other;
  sj_pacing_start(&pacing, &options, 0, 0);
  sj_pacing_start(&other, &options, 1, 0);
  assert_true(sj_pacing_first(&other, &options, 1, 0) != sj_pacing_first(&pacing, &options, 0, 0));
  double sum = 0, squares = 0;
  uint64_t due = 0, below = 0;
  for (int i = 0; i < COUNT; i++) {
    const uint64_t next = sj_pacing_next(&pacing, due);
    const double x = (double)(next - due) / 1e9 * 300;
    due = next;
    sum += x;
    squares += x * x;
    below += x < log(2); /* the median */
  }
  assert_true(fabs(sum / COUNT - 1) < 4 / sqrt(COUNT));
  assert_true(fabs(squares / COUNT - 2) < 4 * sqrt(20.0 / COUNT));
  assert_true(fabs((double)below / COUNT - 0.5) < 4 * 0.5 / sqrt(COUNT));
}

/* ---- the board ---- */

static void test_times(void **state) {
  (void)state;
  struct sj_board_times *const times = calloc(1, sizeof *times);
  assert_true(isnan(sj_board_times_quantile(times, 0.5)) && isnan(sj_board_times_mean(times)));
  for (uint64_t i = 1; i <= 1001; i++) sj_board_times_add(times, i * 1000);
  assert_true(fabs(sj_board_times_mean(times) - 501e-6) < 1e-12);
  assert_true(fabs(sj_board_times_quantile(times, 0.5) / 501e-6 - 1) < 1e-3);
  assert_true(fabs(sj_board_times_quantile(times, 0.95) / 951e-6 - 1) < 1e-3);
  assert_true(sj_board_times_quantile(times, 1) == 1001e-6);
  sj_board_times_add(times, 0); /* what is outside counts at the end */
  sj_board_times_add(times, UINT64_MAX / 2);
  const struct sj_histogram view = sj_board_times_view(times);
  assert_int_equal(sj_histogram_total(&view), 1003);
  free(times);
}

static void test_seen(void **state) {
  (void)state;
  struct sj_board *board = NULL;
  assert_int_equal(sj_board_create(2, &board, &problem), SJ_OK);
  for (uint64_t s = 0; s < 100000; s += 3) assert_true(sj_board_see(board, 0, s));
  for (uint64_t s = 0; s < 100000; s++) assert_int_equal(sj_board_see(board, 0, s), s % 3 != 0);
  assert_true(sj_board_see(board, 1, 3)); /* another producer's */
  const uint64_t round = UINT64_C(1) << 30;
  assert_true(sj_board_see(board, 0, round)); /* the map begins anew */
  assert_true(sj_board_see(board, 0, round + 1));
  assert_false(sj_board_see(board, 0, round + 1));
  sj_board_destroy(board);
}

/* ---- messages ---- */

/* What a producer writes is what the store accepts, for sizes around the pieces it is written in; one bit off is not.
 */
static void test_payload(void **state) {
  (void)state;
  static const uint64_t rows[] = {1, 2, 2047, 2048, 2049, 10000};
  for (int source = 0; source < 3; source++)
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
      struct sj_measure_options options;
      sj_measure_options_default(&options);
      options.rows = rows[i];
      options.source = (enum sj_payload_source)source;
      struct sj_payload *payload = NULL;
      struct sj_sink *sink = NULL;
      assert_int_equal(sj_payload_create(&options, 2, 0, &payload, &problem), SJ_OK);
      assert_int_equal(sj_sink_open(SJ_SINK_MEMORY, NULL, sj_payload_columns, SJ_PAYLOAD_COLUMNS, &sink, &problem),
                       SJ_OK);
      const size_t size = sj_payload_size(payload);
      unsigned char *const bytes = aligned_alloc(64, (size + 63) / 64 * 64);
      const uint64_t checksum = sj_payload_write(payload, 7, bytes);
      assert_int_equal(checksum, sj_checksum(bytes, size));
      struct sj_sink_message message = {.bytes = bytes, .size = size, .label = {2, 7}, .checksum = checksum};
      assert_int_equal(sj_sink_write(sink, &message, &problem), SJ_OK);
      struct sj_table table;
      assert_int_equal(sj_table_read(bytes, size, &table, &problem), SJ_OK);
      const double *const values = table.values[1];
      for (uint64_t r = 0; r < rows[i]; r++) assert_true(values[r] >= 0 && values[r] < 1);
      if (source != SJ_PAYLOAD_CONSTANT && rows[i] > 100) assert_true(values[0] != values[99]);
      bytes[size / 2] ^= 1;
      assert_int_equal(sj_sink_write(sink, &message, &problem), SJ_INVALID);
      free(bytes);
      sj_sink_discard(sink);
      sj_payload_destroy(payload);
    }
}

/* ---- the folder ---- */

static bool exists(const char *path) {
  struct stat status;
  return stat(path, &status) == 0;
}

static void test_place(void **state) {
  (void)state;
  char folder[] = "/tmp/sjpl-XXXXXX";
  assert_non_null(mkdtemp(folder));
  setenv("TMPDIR", folder, 1);
  struct sj_place first, second;
  int channel[2];
  char left[SJ_PLACE_PATH];
  assert_int_equal(pipe(channel), 0);
  /* A process that ends without a word leaves its folder, with something in it. */
  const pid_t child = fork();
  if (child == 0) {
    if (sj_place_make(&first, NULL, &problem) != SJ_OK) _exit(1);
    char *const socket = malloc(2 * SJ_PLACE_PATH);
    snprintf(socket, 2 * SJ_PLACE_PATH, "%s/in", first.path);
    const int file = open(socket, O_CREAT | O_WRONLY, 0600);
    _exit(file < 0 || write(channel[1], first.path, sizeof first.path) != sizeof first.path);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  assert_int_equal(read(channel[0], left, sizeof left), sizeof left);
  assert_true(exists(left));
  assert_int_equal(sj_place_make(&first, NULL, &problem), SJ_OK);
  assert_false(exists(left)); /* the dead one's is gone */
  assert_int_equal(sj_place_make(&second, NULL, &problem), SJ_OK);
  assert_true(exists(first.path)); /* the living one's is not */
  sj_place_remove(&first);
  sj_place_remove(&second);
  assert_int_equal(rmdir(folder), 0);
  unsetenv("TMPDIR");
  close(channel[0]);
  close(channel[1]);
}

/* ---- the model ---- */

/* A measurement as it could have been: times of a law that is known, twice as long and 1 us for twice the rows. */
static struct sj_results *made_up(uint64_t rows) {
  static const char *const names[] = {"generation", "transit", "service"};
  struct sj_measure_options options;
  sj_measure_options_default(&options);
  options.rows = rows;
  options.rate = 100;
  struct sj_results *const results = sj_measure_prepare(&options);
  struct sj_run run;
  assert_non_null(results);
  assert_true(sj_run_prepare(results, &run, 0));
  for (size_t i = 0; i < results->metric_count; i++) run.values[i] = 1;
  for (int k = 0; k < 3; k++) {
    double sum = 0;
    size_t at = 0;
    char name[32];
    while (strcmp(results->histogram_names[at], names[k]) != 0) at++;
    for (int i = 0; i < 1000; i++) {
      const double x = (1e-6 + 2e-9 * (double)rows * (k + 1)) * (0.5 + i / 999.0);
      sj_histogram_add(&run.histograms[at], x);
      sum += x;
    }
    snprintf(name, sizeof name, "%s.mean", names[k]);
    run.values[sj_results_find(results, name)] = sum / 1000;
  }
  run.values[sj_results_find(results, "parameters.payload")] = (double)rows;
  run.values[sj_results_find(results, "parameters.producers")] = 3;
  run.values[sj_results_find(results, "parameters.rate")] = 100;
  run.values[sj_results_find(results, "cpu.utilization")] = 0.4; /* 4 ms a message */
  run.values[sj_results_find(results, "messages.rate")] = 100;
  assert_true(sj_results_add_run(results, &run));
  return results;
}

static double simulated(const char *text, const char *override, const char *name) {
  const struct sj_model_options reading = {.overrides = &override, .override_count = 1};
  struct sj_model *model = NULL;
  struct sj_results *results = NULL;
  struct sj_simulate_options options;
  char path[] = "/tmp/sjmodel-XXXXXX.lua";
  const int file = mkstemps(path, 4);
  assert_true(write(file, text, strlen(text)) == (ssize_t)strlen(text));
  close(file);
  sj_simulate_options_default(&options);
  options.duration = 300;
  options.runs = 1;
  if (sj_model_load(path, &reading, &model, &problem) != SJ_OK ||
      sj_simulate_prepare(model, &options, &results, &problem) != SJ_OK ||
      sj_simulate_run(model, &options, results, &problem) != SJ_OK)
    fail_msg("%s", problem.message);
  const double value = sj_results_value(results, name);
  sj_results_destroy(results);
  sj_model_destroy(model);
  unlink(path);
  return value;
}

static void test_model(void **state) {
  (void)state;
  struct sj_results *points[] = {made_up(100000), made_up(50000), made_up(1000)};
  char *text = NULL;
  assert_int_equal(sj_measure_model((const struct sj_results *const *)points, 3, &text, &problem), SJ_OK);
  /* The laws were linear in the rows, so the fit finds them. */
  double base, per_row;
  const char *const fitted = strstr(text, "local service_fitted = lognormal { mean = ");
  assert_non_null(fitted);
  assert_int_equal(sscanf(fitted, "local service_fitted = lognormal { mean = %lf + %lf", &base, &per_row), 2);
  assert_true(fabs(base / 1e-6 - 1) < 1e-3 && fabs(per_row / 6e-9 - 1) < 1e-4);
  /* The mean of the measured law is that of the times. */
  assert_true(fabs(simulated(text, "cores=0", "store.service.mean") / (1e-6 + 6e-9 * 100000) - 1) < 0.01);
  assert_true(fabs(simulated(text, "cores=0", "messages.arrivals.rate") / 100 - 1) < 0.05);
  /* A message takes 4 ms of all processes, so 100 of them keep 0.2 of two cores busy. */
  assert_true(fabs(simulated(text, "cores=2", "machine.utilization.mean") / 0.2 - 1) < 0.05);
  free(text);
  assert_int_equal(sj_measure_model(NULL, 0, &text, &problem), SJ_INVALID);
  for (int i = 0; i < 3; i++) sj_results_destroy(points[i]);
}

static void test_refused(void **state) {
  (void)state;
  struct sj_measure_options options;
  struct sj_results *results;
  sj_measure_options_default(&options);
  options.producers = 65;
  assert_int_equal(sj_measure_run(&options, &results, &problem), SJ_INVALID);
  sj_measure_options_default(&options);
  options.rows = 0;
  assert_int_equal(sj_measure_run(&options, &results, &problem), SJ_INVALID);
  sj_measure_options_default(&options);
  options.duration = NAN;
  assert_int_equal(sj_measure_run(&options, &results, &problem), SJ_INVALID);
  sj_measure_options_default(&options);
  options.store = SJ_MEASURE_FILE;
  assert_int_equal(sj_measure_run(&options, &results, &problem), SJ_INVALID);
  assert_null(results);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_even),    cmocka_unit_test(test_poisson),
                                     cmocka_unit_test(test_times),   cmocka_unit_test(test_seen),
                                     cmocka_unit_test(test_payload), cmocka_unit_test(test_place),
                                     cmocka_unit_test(test_model),   cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests_name("measure_parts", tests, NULL, NULL);
}
