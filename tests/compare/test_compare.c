/* Several models run together and ranked, by the public interface. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model_file.h"
#include "sojourn/compare.h"

enum { COUNT = 4 };

struct fixture {
  struct sj_model *models[COUNT];
  struct sj_alternative alternatives[COUNT];
  struct sj_simulate_options options;
};

static void prepare(struct fixture *f) {
  static const char *const names[COUNT] = {"too slow", "as it is", "fast", "as it is"};
  struct model_file file;
  write_model(&file, mm1);
  for (size_t i = 0; i < COUNT; i++) {
    f->models[i] = load_scenario(&file, names[i]);
    f->alternatives[i] = (struct sj_alternative){.model = f->models[i]};
  }
  unlink(file.path);
  sj_simulate_options_default(&f->options);
  f->options.threads = 3;
  struct sj_error error;
  assert_int_equal(sj_simulate_prepare_all(f->alternatives, COUNT, &f->options, &error), SJ_OK);
}

static void clear(struct fixture *f) {
  for (size_t i = 0; i < COUNT; i++) {
    sj_results_destroy(f->alternatives[i].results);
    sj_model_destroy(f->models[i]);
  }
}

static void run_all(struct fixture *f) {
  struct sj_error error;
  assert_int_equal(sj_simulate_run_all(f->alternatives, COUNT, &f->options, &error), SJ_OK);
}

static void ranks_and_differences(void **state) {
  (void)state;
  struct fixture f;
  prepare(&f);
  run_all(&f);
  struct sj_rank ranks[COUNT];
  sj_compare_rank(f.alternatives, COUNT, "web.latency.mean", SJ_LOW_IS_GOOD, ranks);
  const size_t wanted[COUNT] = {2, 1, 3, 0};
  for (size_t i = 0; i < COUNT; i++) assert_int_equal(ranks[i].alternative, wanted[i]);
  assert_true(isnan(ranks[0].above.absolute.value) && !ranks[0].above.distinguishable);
  assert_true(ranks[1].above.distinguishable && ranks[1].above.absolute.value > 0 && ranks[1].above.pairs == 4);
  assert_true(ranks[2].above.absolute.value == 0 && ranks[2].above.p == 1 && !ranks[2].above.distinguishable);
  assert_true(isnan(ranks[3].figure.value) && isnan(ranks[3].above.p) && !ranks[3].above.distinguishable);
  struct sj_difference differences[COUNT];
  sj_compare_against(f.alternatives, COUNT, "web.latency.mean", 2, differences);
  assert_true(isnan(differences[0].p) && isnan(differences[2].p));
  assert_true(differences[1].absolute.value == ranks[1].above.absolute.value);
  assert_true(differences[1].p == ranks[1].above.p && differences[1].adjusted_p == 2 * differences[1].p);
  sj_compare_rank(f.alternatives, COUNT, "web.latency.mean", SJ_HIGH_IS_GOOD, ranks);
  assert_int_equal(ranks[2].alternative, 2);
  assert_int_equal(ranks[3].alternative, 0);
  sj_compare_rank(f.alternatives, COUNT, "no.such.metric", SJ_LOW_IS_GOOD, ranks);
  for (size_t i = 0; i < COUNT; i++) assert_true(ranks[i].alternative == i && isnan(ranks[i].figure.value));
  clear(&f);
}

/* Runs of different numbers are no pairs. */
static void pairs_are_runs_of_one_number(void **state) {
  (void)state;
  struct fixture f;
  prepare(&f);
  struct sj_error error;
  f.options.runs = 3;
  assert_int_equal(sj_simulate_run(f.models[1], &f.options, f.alternatives[1].results, &error), SJ_OK);
  f.options.runs = 5;
  assert_int_equal(sj_simulate_run(f.models[2], &f.options, f.alternatives[2].results, &error), SJ_OK);
  struct sj_difference differences[2];
  sj_compare_against(f.alternatives + 1, 2, "web.latency.mean", 0, differences);
  assert_int_equal(differences[1].pairs, 3);
  double sum = 0;
  for (size_t r = 0; r < 3; r++)
    sum += sj_results_run_value(f.alternatives[2].results, "web.latency.mean", r) -
           sj_results_run_value(f.alternatives[1].results, "web.latency.mean", r);
  assert_true(fabs(differences[1].absolute.value - sum / 3) < 1e-15);
  clear(&f);
}

static void scores(void **state) {
  (void)state;
  struct fixture f;
  prepare(&f);
  run_all(&f);
  const struct sj_criterion criteria[] = {{"web.latency.mean", SJ_LOW_IS_GOOD}, {"api.empty", SJ_HIGH_IS_GOOD}};
  int points[COUNT * 2], totals[COUNT];
  sj_compare_score(f.alternatives, COUNT, criteria, 2, points, totals);
  assert_int_equal(points[0], 0); /* no such number */
  assert_int_equal(points[1], 1);
  assert_int_equal(points[4], 5);
  assert_int_equal(points[5], 5);
  assert_int_equal(points[2], points[6]);
  assert_int_equal(totals[0], 1);
  assert_int_equal(totals[2], 10);
  assert_int_equal(totals[1], points[2] + points[3]);
  clear(&f);
}

struct counted {
  size_t calls;
  const struct sj_results *last;
  uint32_t wanted;
};
static enum sj_status count_run(void *context, const struct sj_results *results, const struct sj_run *run,
                                struct sj_error *error) {
  (void)run;
  (void)error;
  struct counted *const counted = context;
  counted->calls++;
  counted->last = results;
  return SJ_OK;
}
static void note_progress(void *context, const struct sj_simulate_progress *progress) {
  ((struct counted *)context)->wanted = progress->runs_wanted;
}

/* What is there is not computed again; the callbacks see all; values_only leaves the values. */
static void only_what_is_missing(void **state) {
  (void)state;
  struct fixture f;
  struct counted counted = {0};
  prepare(&f);
  struct sj_error error;
  f.options.on_run = count_run;
  f.options.on_progress = note_progress;
  f.options.context = &counted;
  f.options.values_only = true;
  assert_int_equal(sj_simulate_run(f.models[3], &f.options, f.alternatives[3].results, &error), SJ_OK);
  assert_int_equal(counted.calls, 4);
  assert_ptr_equal(counted.last, f.alternatives[3].results);
  run_all(&f);
  assert_int_equal(counted.calls, 16);
  assert_int_equal(counted.wanted, 16);
  for (size_t i = 0; i < 4; i++)
    assert_true(sj_results_run_value(f.alternatives[1].results, "web.latency.p99", i) ==
                sj_results_run_value(f.alternatives[3].results, "web.latency.p99", i));
  clear(&f);
}

static void mistakes_name_the_first_scenario(void **state) {
  (void)state;
  struct fixture f;
  prepare(&f);
  struct sj_error error;
  struct sj_alternative again[COUNT];
  memcpy(again, f.alternatives, sizeof again);
  f.options.warmup = 1000;
  assert_int_equal(sj_simulate_prepare_all(again, COUNT, &f.options, &error), SJ_INVALID);
  for (size_t i = 0; i < COUNT; i++) assert_null(again[i].results);
  assert_non_null(strstr(error.message, "the warm-up (1000) must be shorter"));
  assert_non_null(strstr(error.message, "\n(in scenario \"too slow\")"));
  f.options.csv = stdout;
  assert_int_equal(sj_simulate_run_all(f.alternatives, COUNT, &f.options, &error), SJ_INVALID);
  clear(&f);
}

static void directions(void **state) {
  (void)state;
  static const char *const low[] = {"web.latency.p99",
                                    "web.failed.ratio",
                                    "web.failed.timeout.rate",
                                    "api.wait.mean",
                                    "api.goodput.sojourn.p99",
                                    "db[3].in_system.mean",
                                    "web.retries",
                                    "api.growth",
                                    "original.mean_latency",
                                    "original.p99.9",
                                    "original.stdev_utilization"};
  static const char *const high[] = {"web.goodput", "api.throughput", "web.completed.ratio"};
  static const char *const unknown[] = {
      "api.utilization.mean", "web.arrivals.rate", "api.service.mean", "latency",
      "latency.arrivals",     "api.empty",         "web.attempts",     "original.mean_utilization"};
  for (size_t i = 0; i < sizeof low / sizeof *low; i++) assert_int_equal(sj_compare_direction(low[i]), SJ_LOW_IS_GOOD);
  for (size_t i = 0; i < sizeof high / sizeof *high; i++)
    assert_int_equal(sj_compare_direction(high[i]), SJ_HIGH_IS_GOOD);
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
    assert_int_equal(sj_compare_direction(unknown[i]), SJ_DIRECTION_UNKNOWN);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ranks_and_differences),
      cmocka_unit_test(pairs_are_runs_of_one_number),
      cmocka_unit_test(scores),
      cmocka_unit_test(only_what_is_missing),
      cmocka_unit_test(directions),
      cmocka_unit_test(mistakes_name_the_first_scenario),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
