/* What must hold in any model: random models of all features. In debug builds the engine's own assertions look on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "random_model.h"
#include "results/results.h"
#include "scratch.h"
#include "sojourn/model.h"

#ifdef NDEBUG
enum { MODELS = 320 };
#else
enum { MODELS = 120 };
#endif
static const double most_seconds = 12; /* on a busy machine or under a sanitizer as many as fit, but at least some */
enum { LEAST_MODELS = 40 };

struct sample {
  const struct random_model *model;
  const struct sj_results *results;
  uint64_t seed;
};

static double value(const struct sample *s, size_t run, const char *component, const char *metric) {
  char name[256];
  snprintf(name, sizeof name, "%s.%s", component, metric);
  if (sj_results_find(s->results, name) == SIZE_MAX) fail_msg("there is no %s in\n%s", name, s->model->text);
  return sj_results_run_value(s->results, name, run);
}

static bool near(double a, double b) { return fabs(a - b) <= 1e-9 * (1 + fabs(a) + fabs(b)); }

#define REQUIRE(condition)                                                                                            \
  do {                                                                                                                \
    if (!(condition))                                                                                                 \
      fail_msg("seed %llu, run %zu, %s: " #condition "\n%s", (unsigned long long)s->seed, run, name, s->model->text); \
  } while (0)

static void check_client(const struct sample *s, size_t run, const char *name) {
  static const char *const reasons[] = {"timeout", "refused", "error", "breaker", "budget", "deadline"};
  const double arrivals = value(s, run, name, "arrivals"), completed = value(s, run, name, "completed");
  const double failed = value(s, run, name, "failed"), unfinished = value(s, run, name, "unfinished");
  double by_reason = 0;
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
    char metric[32];
    snprintf(metric, sizeof metric, "failed.%s", reasons[i]);
    by_reason += value(s, run, name, metric);
  }
  REQUIRE(arrivals == completed + failed + unfinished);
  REQUIRE(failed == by_reason);
  REQUIRE(unfinished >= 0 && unfinished <= arrivals);
  const double attempts = value(s, run, name, "attempts"), retries = value(s, run, name, "retries");
  const double hedges = value(s, run, name, "hedges"), timeouts = value(s, run, name, "timeouts");
  REQUIRE(retries + hedges <= attempts);
  REQUIRE(attempts - retries - hedges <= arrivals); /* first attempts; a breaker or a connection may prevent one */
  REQUIRE(timeouts + value(s, run, name, "rejected") <= attempts);
  REQUIRE(value(s, run, name, "late") <= timeouts);
  if (completed > 0) REQUIRE(value(s, run, name, "latency.min") >= 0);
}

/* Little's law, run by run: time in the server is counted twice, by the clock and by the requests. */
static void check_server(const struct sample *s, size_t run, const char *name, double threads) {
  const double window = s->results->duration - s->results->warmup;
  const double area = value(s, run, name, "in_system.mean") * window,
               waiting = value(s, run, name, "waiting.mean") * window;
  REQUIRE(area >= 0 && waiting >= 0 && waiting <= area + 1e-9);
  REQUIRE(value(s, run, name, "in_system.max") >= value(s, run, name, "waiting.max"));
  REQUIRE(value(s, run, name, "empty") <= 1 + 1e-9 && value(s, run, name, "full") <= 1 + 1e-9);
  if (!s->model->ends_empty || s->model->loses || s->results->runs[run].truncated) return;
  char part[128];
  double sums[3];
  static const char *const kinds[] = {"sojourn", "wait", "service"};
  for (size_t k = 0; k < 3; k++) {
    snprintf(part, sizeof part, "%s.%s", name, kinds[k]);
    size_t h = 0;
    while (strcmp(s->results->histogram_names[h], part) != 0) h++;
    const uint64_t count = sj_histogram_total(&s->results->runs[run].histograms[h]);
    sums[k] = count ? (double)count * value(s, run, part, "mean") : 0;
  }
  REQUIRE(near(sums[0], sums[1] + sums[2]));
  REQUIRE(near(area, sums[0]));
  REQUIRE(near(waiting, sums[1]));
  if (threads > 0) REQUIRE(near(value(s, run, name, "utilization.mean") * threads * window, sums[2]));
}

/* What the members of a pool count adds up to what the pool counts. */
static void check_members(const struct sample *s, size_t run, const char *name, bool client) {
  static const char *const of_client[] = {"arrivals", "completed", "failed", "unfinished", "attempts", "timeouts",
                                          "retries",  "rejected",  "late",   "hedges",     "goodput",  NULL};
  static const char *const of_server[] = {"in_system.mean", "waiting.mean", "throughput",
                                          "dropped",        "orbit.mean",   NULL};
  char first[64];
  snprintf(first, sizeof first, "%s[0].%s", name, client ? "arrivals" : "throughput");
  if (sj_results_find(s->results, first) == SIZE_MAX) return;
  for (const char *const *metric = client ? of_client : of_server; *metric; metric++) {
    double sum = 0;
    for (int member = 0;; member++) {
      char full[128];
      snprintf(full, sizeof full, "%s[%d].%s", name, member, *metric);
      if (sj_results_find(s->results, full) == SIZE_MAX) break;
      sum += sj_results_run_value(s->results, full, run);
    }
    REQUIRE(near(sum, value(s, run, name, *metric)));
  }
}

static void check_rows(const struct sample *s, const char *rows) {
  const char *const name = "rows";
  double closed = 0, lines = 0;
  size_t run = 0;
  for (const char *p = rows; (p = strchr(p, '\n')); p++) lines++;
  for (run = 0; run < s->results->run_count; run++)
    for (int i = 0; i < 4; i++) {
      char client[32];
      snprintf(client, sizeof client, "c%d.failed", i);
      if (sj_results_find(s->results, client) == SIZE_MAX) break;
      client[2] = 0;
      closed += value(s, run, client, "completed") + value(s, run, client, "failed");
    }
  run = 0;
  REQUIRE(lines == closed + 1);
}

static void check_all(const struct sample *s) {
  for (size_t run = 0; run < s->results->run_count; run++) {
    char name[24];
    for (int i = 0;; i++) {
      snprintf(name, sizeof name, "c%d", i);
      char full[64];
      snprintf(full, sizeof full, "%s.arrivals", name);
      if (sj_results_find(s->results, full) == SIZE_MAX) break;
      check_client(s, run, name);
      check_members(s, run, name, true);
    }
    for (int i = 0; i < s->model->servers; i++) {
      snprintf(name, sizeof name, "s%d", i);
      check_server(s, run, name, s->model->threads[i]);
      check_members(s, run, name, false);
    }
  }
}

static void require_same_run(const struct sample *s, const struct sj_results *other, size_t run) {
  const struct sj_run *const a = &s->results->runs[run], *b = NULL;
  for (size_t i = 0; i < other->run_count; i++)
    if (other->runs[i].number == a->number) b = &other->runs[i];
  assert_non_null(b);
  if (a->events != b->events)
    fail_msg("seed %llu, run %zu: other events\n%s", (unsigned long long)s->seed, run, s->model->text);
  for (size_t i = 0; i < s->results->metric_count; i++)
    if (memcmp(&a->values[i], &b->values[i], sizeof(double)) != 0 && !(isnan(a->values[i]) && isnan(b->values[i])))
      fail_msg("seed %llu, run %zu: %s is %.17g, and another time %.17g\n%s", (unsigned long long)s->seed, run,
               s->results->metrics[i].name, a->values[i], b->values[i], s->model->text);
  for (size_t h = 0; h < s->results->histogram_count; h++) {
    const struct sj_histogram *const x = &a->histograms[h], *const y = &b->histograms[h];
    if (x->zeros != y->zeros || x->first != y->first || x->length != y->length ||
        (x->length && memcmp(x->counts, y->counts, x->length * sizeof *x->counts) != 0))
      fail_msg("seed %llu, run %zu: another histogram %s", (unsigned long long)s->seed, run,
               s->results->histogram_names[h]);
  }
  const size_t points = s->results->series_count * s->results->grid_count;
  for (size_t i = 0; i < points; i++)
    if (memcmp(&a->series[i], &b->series[i], sizeof(double)) != 0 && !(isnan(a->series[i]) && isnan(b->series[i])))
      fail_msg("seed %llu, run %zu: another time series %s", (unsigned long long)s->seed, run,
               s->results->series[i / s->results->grid_count].name);
}

/* All runs again, by two threads; run 0 alone; run 2 where 0 and 1 are there already; the model loaded anew. */
static void check_repeated(const struct sample *s, const struct scratch *scratch, const struct sj_model *model,
                           const char *rows) {
  struct sj_simulate_options options;
  struct sj_error error = {""};
  sj_simulate_options_default(&options);
  options.members = options.series = true;
  options.threads = 2;
  char *again;
  struct sj_results *const two = scratch_run(model, &options, &again);
  for (size_t run = 0; run < s->results->run_count; run++) require_same_run(s, two, run);
  if (strcmp(rows, again) != 0) fail_msg("seed %llu: other rows with two threads", (unsigned long long)s->seed);
  free(again);

  struct sj_model *const anew = scratch_load(scratch);
  options.runs = 1;
  struct sj_results *const alone = scratch_run(anew, &options, NULL);
  require_same_run(s, alone, 0);

  struct sj_results *rest = NULL;
  options.runs = 3;
  assert_int_equal(sj_simulate_prepare(anew, &options, &rest, &error), SJ_OK);
  for (int i = 0; i < 2; i++) assert_true(sj_results_add_run(rest, &two->runs[i]));
  assert_int_equal(sj_simulate_run(anew, &options, rest, &error), SJ_OK);
  assert_int_equal(rest->run_count, 3);
  require_same_run(s, rest, 2);

  sj_results_destroy(rest);
  sj_results_destroy(alone);
  sj_results_destroy(two);
  sj_model_destroy(anew);
}

/* What is watched changes nothing of what is seen. */
static void check_unwatched(const struct sample *s, const struct sj_model *model) {
  struct sj_simulate_options options;
  sj_simulate_options_default(&options);
  options.runs = 1;
  struct sj_results *const plain = scratch_run(model, &options, NULL);
  for (size_t i = 0; i < plain->metric_count; i++) {
    const size_t other = sj_results_find(s->results, plain->metrics[i].name);
    assert_true(other != SIZE_MAX);
    const double a = plain->runs[0].values[i], b = s->results->runs[0].values[other];
    if (memcmp(&a, &b, sizeof a) != 0 && !(isnan(a) && isnan(b)))
      fail_msg("seed %llu: %s is %.17g, and with members, series and rows %.17g\n%s", (unsigned long long)s->seed,
               plain->metrics[i].name, a, b, s->model->text);
  }
  sj_results_destroy(plain);
}

static void check_model(const struct scratch *scratch, uint64_t seed) {
  struct random_model *const random = malloc(sizeof *random);
  assert_non_null(random);
  random_model_make(random, seed);
  scratch_write(scratch, "model.lua", random->text);
  struct sj_model *model = NULL;
  struct sj_error error = {""};
  const struct sj_model_options none = {0};
  if (sj_model_load(scratch->model, &none, &model, &error) != SJ_OK)
    fail_msg("seed %llu: %s\n%s", (unsigned long long)seed, error.message, random->text);
  struct sj_simulate_options options;
  sj_simulate_options_default(&options);
  options.members = options.series = true;
  options.threads = 1;
  char *rows;
  struct sj_results *const results = scratch_run(model, &options, &rows);
  const struct sample sample = {random, results, seed};
  check_all(&sample);
  check_rows(&sample, rows);
  check_repeated(&sample, scratch, model, rows);
  check_unwatched(&sample, model);
  free(rows);
  sj_results_destroy(results);
  sj_model_destroy(model);
  free(random);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void random_models(void **state) {
  (void)state;
  struct scratch scratch;
  scratch_create(&scratch);
  scratch_write(&scratch, "trace.csv", random_model_trace);
  const char *const only = getenv("SOJOURN_TEST_SEED");
  const double begin = seconds();
  uint64_t seed = only ? strtoull(only, NULL, 10) : 1;
  const uint64_t end = only ? seed + 1 : MODELS + 1;
  for (; seed < end && (seed <= LEAST_MODELS || seconds() - begin < most_seconds); seed++) check_model(&scratch, seed);
  print_message("# %llu models\n", (unsigned long long)seed - 1);
  scratch_destroy(&scratch);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(random_models)};
  return cmocka_run_group_tests_name("invariants", tests, NULL, NULL);
}
