/* Sweeps by the public interface. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "expected.h"
#include "results/store.h"
#include "sojourn/sweep.h"

static const char text[] =
    "server \"api\" { service = exponential { rate = 10 }, capacity = 120 }\n"
    "client \"web\" { calls = \"api\", arrivals = poisson { rate = 5 } }\n"
    "run { duration = 100, warmup = 10, runs = 3 }\n";

struct fixture {
  char model[32], file[48];
  struct sj_sweep_options options;
};

static int make(void **state) {
  struct fixture *const f = calloc(1, sizeof *f);
  snprintf(f->model, sizeof f->model, "/tmp/sojourn-test-XXXXXX");
  const int descriptor = mkstemp(f->model);
  if (descriptor < 0 || write(descriptor, text, strlen(text)) != (ssize_t)strlen(text)) abort();
  close(descriptor);
  snprintf(f->file, sizeof f->file, "%s.db", f->model);
  sj_sweep_options_default(&f->options);
  f->options.file = f->model;
  f->options.simulate.threads = 3;
  f->options.alone = true;
  *state = f;
  return 0;
}

static int end(void **state) {
  struct fixture *const f = *state;
  unlink(f->model);
  unlink(f->file);
  free(f);
  return 0;
}

static struct sj_sweep *done(const struct sj_sweep_options *options) {
  struct sj_sweep *sweep = NULL;
  struct sj_error error = {""};
  const enum sj_status status = sj_sweep_run(options, &sweep, &error);
  if (status != SJ_OK) fprintf(stderr, "%s\n", error.message);
  assert_int_equal(status, SJ_OK);
  return sweep;
}

static void grid(void **state) {
  const struct fixture *const f = *state;
  struct sj_sweep_options options = f->options;
  const char *const vary[] = {"web.arrivals.rate=4:6:1", "api.threads=1,2"};
  options.vary = vary;
  options.vary_count = 2;
  struct sj_sweep *const sweep = done(&options);
  assert_true(sweep->point_count == 6 && sweep->done == 6 && sweep->kept == 0 && !sweep->first);
  static const double expected[][2] = {{4, 1}, {4, 2}, {5, 1}, {5, 2}, {6, 1}, {6, 2}};
  for (size_t i = 0; i < 6; i++) {
    assert_true(sj_sweep_value(sweep, i, 0) == expected[i][0] && sj_sweep_value(sweep, i, 1) == expected[i][1]);
    const struct sj_results *const results = sweep->points[i].results;
    assert_int_equal(sj_results_run_count(results), 3);
    /* The point is what the model with these overrides gives, run for run. */
    char rate[64], threads[64];
    snprintf(rate, sizeof rate, "web.arrivals.rate=%g", expected[i][0]);
    snprintf(threads, sizeof threads, "api.threads=%g", expected[i][1]);
    const char *const overrides[] = {rate, threads};
    const struct sj_model_options how = {.overrides = overrides, .override_count = 2};
    struct sj_model *model;
    struct sj_results *alone;
    struct sj_error error;
    assert_int_equal(sj_model_load(f->model, &how, &model, &error), SJ_OK);
    assert_int_equal(sj_simulate_prepare(model, &options.simulate, &alone, &error), SJ_OK);
    assert_int_equal(sj_simulate_run(model, &options.simulate, alone, &error), SJ_OK);
    for (size_t r = 0; r < 3; r++)
      assert_true(sj_results_run_value(results, "web.latency.mean", r) ==
                  sj_results_run_value(alone, "web.latency.mean", r));
    sj_results_destroy(alone);
    sj_model_destroy(model);
  }
  char *const where = sj_sweep_point_text(sweep, 3);
  assert_string_equal(where, "web.arrivals.rate=5, api.threads=2");
  free(where);
  sj_sweep_destroy(sweep);
}

/* M/M/1, solved: the indices of the mean latency are those of 1 / (mu - lambda), by quadrature. */
static void sensitivity(void **state) {
  const struct fixture *const f = *state;
  struct sj_sweep_options options = f->options;
  const char *const vary[] = {"web.arrivals.rate=4:7", "api.service.rate=10:11"};
  const char *by[] = {"web.latency.mean"};
  options.vary = vary;
  options.vary_count = 2;
  options.samples = 64;
  options.solve = true;
  options.by = by;
  options.by_count = 1;
  struct sj_sweep *const sweep = done(&options);
  assert_true(sweep->point_count == 256 && sweep->index_count == 1 && sweep->rows_used == 64);
  for (size_t i = 0; i < sweep->point_count; i++) {
    const double rate = sj_sweep_value(sweep, i, 0), service = sj_sweep_value(sweep, i, 1);
    assert_true(rate >= 4 && rate < 7 && service >= 10 && service < 11);
    assert_true(fabs(sj_results_value(sweep->points[i].results, "web.latency.mean") * (service - rate) - 1) < 1e-9);
  }
  for (size_t a = 0; a < 2; a++) {
    assert_true(fabs(sweep->first[a].value - mm1_first[a]) < 0.05);
    assert_true(fabs(sweep->total[a].value - mm1_total[a]) < 0.05);
    assert_true(sweep->first[a].low < mm1_first[a] && mm1_first[a] < sweep->first[a].high);
    assert_true(sweep->total[a].low < mm1_total[a] && mm1_total[a] < sweep->total[a].high);
  }
  sj_sweep_destroy(sweep);
}

static char *csv_of(const char *path) {
  struct sj_store *store;
  struct sj_error error;
  char *csv = NULL;
  assert_int_equal(sj_store_open(path, SJ_STORE_READ, &store, &error), SJ_OK);
  assert_int_equal(sj_store_csv_text(store, &csv, &error), SJ_OK);
  sj_store_close(store);
  return csv;
}

static volatile sig_atomic_t stop;

static void stop_soon(void *context, const struct sj_sweep_progress *progress) {
  (void)context;
  if (progress->done) __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
}

/* Interrupted and gone on with, the file and the sweep are those of one that was not. */
static void interrupted(void **state) {
  const struct fixture *const f = *state;
  struct sj_sweep_options options = f->options;
  const char *const vary[] = {"web.arrivals.rate=4:9:0.25"};
  struct sj_error error;
  struct sj_sweep *sweep = NULL;
  options.vary = vary;
  options.vary_count = 1;
  options.simulate.duration = 20000;
  options.simulate.threads = 1;
  options.simulate.stop = &stop;
  options.on_progress = stop_soon;
  assert_int_equal(sj_store_open(f->file, SJ_STORE_WRITE, &options.store, &error), SJ_OK);
  assert_int_equal(sj_sweep_run(&options, &sweep, &error), SJ_INTERRUPTED);
  const size_t before = sweep->done;
  assert_true(sweep->partial && before < 21 && before > 0);
  sj_sweep_destroy(sweep);
  options.on_progress = NULL;
  __atomic_store_n(&stop, 0, __ATOMIC_RELAXED);
  sweep = done(&options);
  assert_true(sweep->done == 21 && sweep->kept == before);
  sj_sweep_destroy(sweep);
  sweep = done(&options);
  assert_int_equal(sweep->kept, 21);
  sj_sweep_destroy(sweep);
  sj_store_close(options.store);
  char *const csv = csv_of(f->file);
  unlink(f->file);
  assert_int_equal(sj_store_open(f->file, SJ_STORE_WRITE, &options.store, &error), SJ_OK);
  sj_sweep_destroy(done(&options));
  sj_store_close(options.store);
  char *const undisturbed = csv_of(f->file);
  assert_string_equal(csv, undisturbed);
  free(csv);
  free(undisturbed);
}

/* What the file holds of another model is not taken for this one's. */
static void changed_model(void **state) {
  const struct fixture *const f = *state;
  struct sj_sweep_options options = f->options;
  const char *const vary[] = {"web.arrivals.rate=4,5"};
  struct sj_error error;
  options.vary = vary;
  options.vary_count = 1;
  assert_int_equal(sj_store_open(f->file, SJ_STORE_WRITE, &options.store, &error), SJ_OK);
  struct sj_sweep *sweep = done(&options);
  const double before = sj_results_value(sweep->points[0].results, "web.latency.mean");
  sj_sweep_destroy(sweep);
  const char *const overrides[] = {"api.service.rate=20"};
  options.model.overrides = overrides;
  options.model.override_count = 1;
  sweep = done(&options);
  assert_int_equal(sweep->kept, 0);
  assert_true(sj_results_value(sweep->points[0].results, "web.latency.mean") < before);
  sj_sweep_destroy(sweep);
  sj_store_close(options.store);
}

static void refuses(const struct fixture *f, const char *const *vary, size_t count, const char *why) {
  struct sj_sweep_options options = f->options;
  struct sj_sweep *sweep = NULL;
  struct sj_error error = {""};
  options.vary = vary;
  options.vary_count = count;
  assert_int_equal(sj_sweep_run(&options, &sweep, &error), SJ_INVALID);
  if (!strstr(error.message, why)) fprintf(stderr, "%s\n", error.message);
  assert_non_null(strstr(error.message, why));
  assert_null(sweep);
}

static void wrong(void **state) {
  const struct fixture *const f = *state;
  refuses(f, NULL, 0, "nothing varies");
  refuses(f, (const char *const[]){"web.arivals.rate=1:2:1"}, 1, "web.arrivals");
  refuses(f, (const char *const[]){"web.arrivals.rate=1,2", "web.arrivals.rate=3,4"}, 2, "twice");
  refuses(f, (const char *const[]){"web.arrivals.rate=-3:3:1"}, 1, "does not take the value -3");
  refuses(f, (const char *const[]){"web.arrivals.rate=1:1000:1", "api.threads=1:1000:1"}, 2, "1000000 points");
}

/* A point that cannot be solved is the only one without results. */
static void single_failures(void **state) {
  const struct fixture *const f = *state;
  struct sj_sweep_options options = f->options;
  const char *const vary[] = {"web.arrivals.rate=4,5", "api.capacity=3,300000"};
  options.vary = vary;
  options.vary_count = 2;
  options.solve = true;
  options.how.most_bytes = 1e6;
  struct sj_sweep *const sweep = done(&options);
  assert_true(sweep->done == 2 && sweep->failed == 2);
  for (size_t i = 0; i < 4; i++) assert_true(!sweep->points[i].results == (i % 2 == 1));
  for (size_t i = 1; i < 4; i += 2) assert_true(sweep->points[i].failure && sweep->points[i].status != SJ_OK);
  sj_sweep_destroy(sweep);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(grid, make, end),
      cmocka_unit_test_setup_teardown(sensitivity, make, end),
      cmocka_unit_test_setup_teardown(interrupted, make, end),
      cmocka_unit_test_setup_teardown(wrong, make, end),
      cmocka_unit_test_setup_teardown(changed_model, make, end),
      cmocka_unit_test_setup_teardown(single_failures, make, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
