/* The catalogue against the engine: what `expect` may name is what a simulation gives, and nothing else. */
#include "loading.h"

#include "base/base.h"
#include "model/metrics.h"
#include "results/results.h"
#include "sojourn/simulate.h"

static const char everything[] =
    "server 'a' { apis = { x = { work = 0.01, calls = 'b' }, y = 0.01 } }\n"
    "server 'b' { service = 0.01, count = 3 }\n"
    "server 'one' { apis = { only = 0.01 } }\n"
    "server 'p' { service = 0.01, forward = { 'q', 'r' } }\n"
    "server 'q' { service = 0.01, forward = 'r' }\nserver 'r' { service = 0.01, join = true }\n"
    "server 'd' { service = recorded() }\n"
    "client 'u' { calls = { {1, 'a.x'}, {1, 'one'} }, arrivals = poisson { rate = 1 }, count = 2 }\n"
    "client 'v' { calls = 'p', arrivals = every(1) }\n"
    "client 'w' { calls = 'd', arrivals = trace { file = 'data/pgbench-1-connection.log.gz', to = 1 } }\n"
    "client 'x' { calls = 'b', arrivals = trace { file = 'data/nginx-access.log.gz', to = 1 } }\n";

static const char discrete[] =
    "model { quantum = 1, original = { every = 3 } }\n"
    "server 'a' { service = 1, count = 2 }\n"
    "client 'u' { calls = 'a', arrivals = every(1), count = 2 }\n";

static void every_column_is_in_the_catalogue(const char *text, size_t least) {
  struct sj_model *const model = load(text);
  struct sj_simulate_options options;
  sj_simulate_options_default(&options);
  options.members = true;
  struct sj_results *results = NULL;
  struct sj_error error;
  if (sj_simulate_prepare(model, &options, &results, &error)) fail_msg("%s", error.message);
  assert_true(results->metric_count > least);
  for (size_t i = 0; i < results->metric_count; i++) {
    bool simulate, solve;
    if (sj_metric_check(model, results->metrics[i].name, &simulate, &solve, &error)) fail_msg("%s", error.message);
    if (!simulate) fail_msg("%s", results->metrics[i].name);
  }
  sj_results_destroy(results);
  sj_model_destroy(model);
}

static void every_name_has_a_column(const char *text) {
  struct sj_model *const model = load(text);
  struct sj_simulate_options options;
  sj_simulate_options_default(&options);
  options.members = true;
  struct sj_results *results = NULL;
  struct sj_error error;
  if (sj_simulate_prepare(model, &options, &results, &error)) fail_msg("%s", error.message);
  size_t count;
  char *const names = sj_metric_names(model, &count);
  const char *name = names;
  for (size_t i = 0; i < count; i++, name += strlen(name) + 1) {
    const char *const brackets = strstr(name, "[]");
    char *const full =
        brackets ? sj_format("%.*s[1]%s", (int)(brackets - name), name, brackets + 2) : sj_copy_string(name);
    if (sj_results_find(results, full) == SIZE_MAX) fail_msg("no column %s", full);
    free(full);
  }
  free(names);
  sj_results_destroy(results);
  sj_model_destroy(model);
}

static void every_column_has_a_name_in_the_catalogue(void **state) {
  (void)state;
  every_column_is_in_the_catalogue(everything, 500);
  every_column_is_in_the_catalogue(discrete, 200);
}

static void every_name_in_the_catalogue_has_a_column(void **state) {
  (void)state;
  every_name_has_a_column(everything);
  every_name_has_a_column(discrete);
}

static void names_of_the_solver(void **state) {
  (void)state;
  struct sj_model *const model = load(API WEB);
  static const char *const names[] = {"api.lost.rate",   "api.hitting.full_to_empty.mean",
                                      "spectral_gap",    "mixing_time.bound",
                                      "spectrum[12].im", "api.full",
                                      "web.latency.mean"};
  struct sj_error error;
  bool simulate, solve;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    assert_int_equal(sj_metric_check(model, names[i], &simulate, &solve, &error), SJ_OK);
    assert_true(solve);
  }
  static const char *const wrong[] = {
      "spectrum[].re", "spectrum[x].re",      "spectrum.re", "api..full",  "api.full.", "",
      "[0]",           "web.latency.mean[0]", "api[0].full", "web.dropped"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_int_equal(sj_metric_check(model, wrong[i], &simulate, &solve, &error), SJ_INVALID);
  sj_model_destroy(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_column_has_a_name_in_the_catalogue),
      cmocka_unit_test(every_name_in_the_catalogue_has_a_column),
      cmocka_unit_test(names_of_the_solver),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
