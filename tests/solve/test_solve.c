/* Whole models, solved: held against tests/solve/data/chain.json, which other programs computed (60-digit arithmetic
 * where it says so), against theory in closed form, and against themselves. */
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "loading.h"
#include "results/results.h"
#include "sojourn/solve.h"

static struct sj_results *solve_with(const char *text, const struct sj_solve_options *options) {
  struct sj_model *const model = load(text);
  struct sj_results *results = NULL;
  struct sj_error error = {{0}};
  if (sj_solve(model, options, &results, &error) != SJ_OK) fail_msg("%s\n%s", text, error.message);
  sj_model_destroy(model);
  return results;
}

static struct sj_results *solve(const char *text) {
  struct sj_solve_options options;
  sj_solve_options_default(&options);
  return solve_with(text, &options);
}

/* Wrong models, with the whole message. */
static void assert_refused(const char *text, const struct sj_solve_options *options, enum sj_status expected,
                           const char *message) {
  struct sj_model *const model = load(text);
  struct sj_results *results = NULL;
  struct sj_error error = {{0}};
  const enum sj_status status = sj_solve(model, options, &results, &error);
  assert_string_equal(error.message, message);
  assert_int_equal(status, expected);
  assert_null(results);
  sj_model_destroy(model);
}

static void assert_close(const struct sj_results *results, const char *name, double expected, double tolerance) {
  const double value = sj_results_value(results, name);
  if (!(fabs(value - expected) <= tolerance * fabs(expected)))
    fail_msg("%s is %.15g, expected %.15g", name, value, expected);
}

static const char *word_of(const struct sj_results *results, const char *name) {
  const size_t index = sj_results_find(results, name);
  assert_true(index != SIZE_MAX);
  return sj_results_exact(results, index).word;
}

/* ---- chain.json ---- */

static json_t *reference(const char *kind, const char *name) {
  static json_t *whole;
  json_error_t error;
  if (!whole) whole = json_load_file(DATA "/chain.json", 0, &error);
  assert_non_null(whole);
  json_t *const found = json_object_get(json_object_get(whole, kind), name);
  assert_non_null(found);
  return found;
}

static double number(const json_t *object, const char *key) {
  const json_t *const value = json_object_get(object, key);
  assert_true(json_is_number(value));
  return json_number_value(value);
}

static double first(const json_t *object, const char *key) {
  return json_number_value(json_array_get(json_object_get(object, key), 0));
}

/* The model of a case; with `split`, its client as three that call alike. */
static char *model_of(const json_t *c, bool split) {
  struct sj_text text = {0};
  sj_text_add(&text,
              "server 'db' { service = exponential { rate = %.17g }, capacity = %.0f, orbit = %.0f, threads = %.0f }\n",
              first(c, "service_rates"), number(c, "capacity"), number(c, "orbit"), number(c, "threads"));
  const double shares[] = {split ? 0.5 : 1, 0.3, 0.2};
  for (int i = 0; i < (split ? 3 : 1); i++)
    sj_text_add(
        &text,
        "client 'web%d' { calls = 'db', arrivals = poisson { rate = %.17g }, timeout = %.17g, retries = %.0f }\n", i,
        shares[i] * first(c, "arrival_rates"), first(c, "timeouts"), first(c, "retries"));
  sj_text_add(&text, "solve { timeout_tail = '%s', arrivals = '%s', alpha = %.17g, retry_when_full = %s }\n",
              json_string_value(json_object_get(c, "timeout_tail")), json_string_value(json_object_get(c, "arrivals")),
              number(c, "alpha"), json_is_true(json_object_get(c, "retry_when_full")) ? "true" : "false");
  return text.data;
}

static const struct {
  const char *key, *metric;
  double tolerance;
} figures[] = {{"mean_in_system", "db.in_system.mean", 1e-9},
               {"std_in_system", "db.in_system.std", 1e-9},
               {"mean_orbit", "db.orbit.mean", 1e-9},
               {"p_full", "db.full", 1e-9},
               {"p_empty_queue", "db.empty", 1e-9},
               {"throughput", "db.throughput", 1e-9},
               {"latency_little", "db.sojourn.mean", 1e-9},
               {"lambda2", "spectrum[1].re", 1e-7},
               {"mixing_time_bound_log2_100", "mixing_time.bound", 1e-7},
               {"drain_full_to_empty", "db.hitting.full_to_empty.mean", 1e-9},
               {"full_to_no_queue_any_orbit", "db.hitting.full_to_no_queue.mean", 1e-9},
               {"full_to_low", "db.hitting.full_to_low.mean", 1e-9},
               {"empty_to_high", "db.hitting.empty_to_high.mean", 1e-9}};

static void assert_case(const char *name, bool split) {
  const json_t *const c = reference("one", name);
  char *const text = model_of(c, split);
  struct sj_results *const results = solve(text);
  for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
    assert_close(results, figures[i].metric, number(c, figures[i].key), figures[i].tolerance);
  for (size_t i = 0; i < results->metric_count; i++)
    if (strncmp(results->metrics[i].name, "db.", 3) == 0) assert_false(sj_results_exact(results, i).doubtful);
  sj_results_destroy(results);
  free(text);
}

static void cases_of_one_server(void **state) {
  (void)state;
  static const char *const names[] = {"readme_original", "small_original", "small_conserved", "readme_default",
                                      "retry_when_full"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) assert_case(names[i], false);
}

static void several_clients_are_merged(void **state) {
  (void)state;
  assert_case("small_conserved", true);
}

static void case_of_a_row(void **state) {
  (void)state;
  const json_t *const c = reference("row", "aws");
  struct sj_results *const results = solve(
      "server 'front' { service = exponential { rate = 2.8 }, capacity = 9, orbit = 2,\n"
      "  calls = { { 'back', timeout = 5, retries = 3 } } }\n"
      "server 'back' { service = exponential { rate = 2.8 }, capacity = 9, orbit = 2 }\n"
      "client 'web' { calls = 'front', arrivals = poisson { rate = 0.5 }, timeout = 5, retries = 5 }\n"
      "solve { timeout_tail = 'chebyshev' }\n");
  static const char *const servers[] = {"front", "back"};
  for (size_t i = 0; i < 2; i++) {
    char name[64];
    snprintf(name, sizeof name, "%s.in_system.mean", servers[i]);
    assert_close(results, name, json_number_value(json_array_get(json_object_get(c, "mean_in_system"), i)), 1e-9);
    snprintf(name, sizeof name, "%s.orbit.mean", servers[i]);
    assert_close(results, name, json_number_value(json_array_get(json_object_get(c, "mean_orbit"), i)), 1e-9);
  }
  assert_close(results, "spectrum[1].re", number(c, "lambda2"), 1e-7);
  assert_close(results, "front.hitting.full_to_empty.mean", number(c, "drain_full_to_empty"), 1e-9);
  sj_results_destroy(results);
}

/* ---- theory ---- */

/* M/M/1/K: geometric probabilities, eigenvalues -(l + m) + 2 sqrt(l m) cos(k pi / (K + 1)) (Morse 1958), hitting times
 * of a birth-death chain as sums of ratios. */
static void queue_with_a_limit(void **state) {
  (void)state;
  const double l = 5, m = 10, rho = l / m;
  enum { K = 30 };
  struct sj_results *const results = solve(
      "server 'db' { service = exponential { rate = 10 }, capacity = 30 }\n"
      "client 'web' { calls = 'db', arrivals = poisson { rate = 5 } }\n");
  double sum = 0, mean = 0, p[K + 1];
  for (int q = 0; q <= K; q++) sum += p[q] = pow(rho, q);
  for (int q = 0; q <= K; q++) mean += q * p[q] / sum;
  assert_close(results, "db.in_system.mean", mean, 1e-9);
  assert_close(results, "db.full", p[K] / sum, 1e-9);
  assert_close(results, "db.empty", p[0] / sum, 1e-9);
  assert_close(results, "db.throughput", l * (1 - p[K] / sum), 1e-9);
  assert_close(results, "db.lost.rate", l * p[K] / sum, 1e-9);
  assert_close(results, "web.goodput", l * (1 - p[K] / sum), 1e-9);
  for (int k = 1; k < 10; k++) {
    char name[32];
    snprintf(name, sizeof name, "spectrum[%d].re", k);
    assert_close(results, name, -(l + m) + 2 * sqrt(l * m) * cos(k * acos(-1) / (K + 1)), 1e-8);
  }
  double down = 0, up = 0;
  for (int q = 1; q <= K; q++) /* from q to q - 1 */
    for (int j = q; j <= K; j++) down += pow(rho, j - q) / m;
  const int high = (int)floor(0.9 * (K + 1) + 1e-9);
  for (int q = 0; q < high; q++) /* from q to q + 1 */
    for (int j = 0; j <= q; j++) up += pow(rho, j - q) / l;
  assert_close(results, "db.hitting.full_to_empty.mean", down, 1e-9);
  assert_close(results, "db.hitting.empty_to_high.mean", up, 1e-9);
  assert_string_equal(word_of(results, "db.verdict"), "stable");
  sj_results_destroy(results);
}

/* Past 10^308 there is the logarithm: (m / l)^700 and more. */
static void times_beyond_a_double(void **state) {
  (void)state;
  struct sj_results *const results = solve(
      "server 'db' { service = exponential { rate = 10 }, capacity = 1999 }\n"
      "client 'web' { calls = 'db', arrivals = poisson { rate = 5 } }\n");
  const size_t index = sj_results_find(results, "db.hitting.empty_to_high.mean");
  const int high = 1800;
  /* sum over q < high of sum over j <= q of 2^(q - j) / 5 = (2^(high + 1) - high - 2) / 5 */
  const double expected = (high + 1) * log10(2) - log10(5);
  assert_true(isinf(sj_results_figure(results, index).value));
  const double found = sj_results_exact(results, index).log10;
  if (!(fabs(found - expected) < 1e-9)) fail_msg("10^%.12f, expected 10^%.12f", found, expected);
  sj_results_destroy(results);
}

/* With room for one nobody ever joins the orbit: M/M/1/1, whose full state (1, R) is left for good. */
static void states_that_are_left_for_good(void **state) {
  (void)state;
  struct sj_results *const results = solve(
      "server 'db' { service = exponential { rate = 10 }, capacity = 1, orbit = 3 }\n"
      "client 'web' { calls = 'db', arrivals = poisson { rate = 5 }, timeout = 3, retries = 4 }\n");
  assert_close(results, "db.in_system.mean", 1.0 / 3, 1e-12);
  assert_close(results, "spectrum[1].re", -15, 1e-9);
  assert_string_equal(word_of(results, "db.verdict"), "stable");
  assert_true(sj_results_value(results, "db.orbit.mean") == 0);
  /* The orbit empties at 1 / (5 * 3) for each in it that gives up or, while nobody is there, retries. */
  assert_true(sj_results_value(results, "db.hitting.full_to_empty.mean") > 1);
  sj_results_destroy(results);
}

/* ---- through a fault ---- */

#define SLOW_FAULT                                                       \
  "server 'db' { service = exponential { rate = 10 }, capacity = 20 }\n" \
  "client 'web' { calls = 'db', arrivals = poisson { rate = 5 } }\n"

static double point(const struct sj_results *results, const char *series, size_t index) {
  struct sj_series_view view;
  assert_true(sj_results_series(results, series, 0, &view));
  assert_true(index < view.count);
  return view.values[index];
}

/* A rate of 0 from 10 to 12: nobody comes, and what is there is served. Twice the work is half the speed. */
static void faults_change_the_rates(void **state) {
  (void)state;
  struct sj_results *const usual = solve(SLOW_FAULT "solve { horizon = 20, step = 1 }");
  struct sj_results *const scaled = solve(SLOW_FAULT
                                          "solve { horizon = 20, step = 1 }\n"
                                          "fault { at = 10, lasts = 2, scale = { ['web.arrivals.rate'] = 4 } }");
  struct sj_results *const set = solve(SLOW_FAULT
                                       "solve { horizon = 20, step = 1 }\n"
                                       "fault { at = 10, lasts = 2, set = { ['web.arrivals.rate'] = 20 } }");
  struct sj_results *const slow = solve(SLOW_FAULT
                                        "solve { horizon = 20, step = 1 }\n"
                                        "fault { at = 10, lasts = 2, slow = 'db', by = 4 }");
  for (size_t i = 0; i <= 10; i++)
    assert_true(fabs(point(scaled, "db.in_system", i) - point(usual, "db.in_system", i)) < 1e-9);
  assert_true(point(scaled, "db.in_system", 12) > 10 && point(slow, "db.in_system", 12) > 4);
  for (size_t i = 0; i <= 20; i++)
    assert_true(fabs(point(scaled, "db.in_system", i) - point(set, "db.in_system", i)) < 1e-9);
  assert_close(scaled, "db.fault.in_system.mean", point(scaled, "db.in_system", 12), 1e-9);
  assert_true(sj_results_value(scaled, "db.recovery.mean") > 1);
  /* It forgets: the last point is the steady state's. */
  assert_true(fabs(point(usual, "db.in_system", 20) - sj_results_value(usual, "db.in_system.mean")) < 1e-6);
  sj_results_destroy(usual);
  sj_results_destroy(scaled);
  sj_results_destroy(set);
  sj_results_destroy(slow);
}

/* At the end of a long fault the system is where it would always be at these rates. */
static void a_long_fault_has_a_steady_state(void **state) {
  (void)state;
  struct sj_results *const faulty =
      solve(SLOW_FAULT "fault { at = 10, lasts = 50000, scale = { ['web.arrivals.rate'] = 1.6 } }");
  struct sj_results *const always = solve(
      "server 'db' { service = exponential { rate = 10 }, capacity = 20 }\n"
      "client 'web' { calls = 'db', arrivals = poisson { rate = 8 } }\n");
  assert_close(faulty, "db.fault.in_system.mean", sj_results_value(always, "db.in_system.mean"), 1e-9);
  sj_results_destroy(faulty);
  sj_results_destroy(always);
}

static void faults_that_are_left_out(void **state) {
  (void)state;
  struct sj_results *const results = solve(SLOW_FAULT "fault { at = 10, lasts = 2, crash = 'db' }");
  bool said = false;
  for (size_t i = 0; i < sj_results_note_count(results); i++)
    said = said ||
           strcmp(sj_results_note(results, i),
                  "the transient leaves the fault of line 3 out: only `set`, `scale` and `slow` change rates") == 0;
  assert_true(said);
  assert_true(sj_results_find(results, "db.recovery.mean") == SIZE_MAX);
  sj_results_destroy(results);
}

/* ---- what would help, and the picture ---- */

static struct sj_results *solve_case(const char *name, const char *more, bool changes, bool picture) {
  struct sj_solve_options options;
  sj_solve_options_default(&options);
  options.changes = changes;
  options.picture = picture;
  char *const text = model_of(reference("one", name), false), *const whole = sj_format("%s%s", text, more);
  struct sj_results *const results = solve_with(whole, &options);
  free(text);
  free(whole);
  return results;
}

/* The value of a parameter in place of the case's own. */
static const char *verdict_at(const char *parameter, double value) {
  const char *const format =
      strcmp(parameter, "web0.timeout") == 0
          ? "server 'db' { service = exponential { rate = 10 }, capacity = 49, orbit = 9 }\n"
            "client 'web0' { calls = 'db', arrivals = poisson { rate = 9 }, timeout = %.17g, retries = 3 }\n"
            "solve { timeout_tail = 'chebyshev' }\n"
          : "server 'db' { service = exponential { rate = 10 }, capacity = 49, orbit = 9 }\n"
            "client 'web0' { calls = 'db', arrivals = poisson { rate = %.17g }, timeout = 3, retries = 3 }\n"
            "solve { timeout_tail = 'chebyshev' }\n";
  char text[512];
  snprintf(text, sizeof text, format, value);
  struct sj_results *const results = solve(text);
  const char *const word = strcmp(word_of(results, "db.verdict"), "stable") == 0 ? "stable" : "not stable";
  sj_results_destroy(results);
  return word;
}

static void changes_are_the_smallest(void **state) {
  (void)state;
  struct sj_results *const results = solve_case("small_conserved", "", true, false);
  assert_string_equal(word_of(results, "db.verdict"), "metastable");
  static const char *const parameters[] = {"web0.arrivals.rate", "web0.timeout"};
  for (size_t i = 0; i < 2; i++) {
    char from[64], to[64];
    snprintf(from, sizeof from, "db.change.%s.from", parameters[i]);
    snprintf(to, sizeof to, "db.change.%s.to", parameters[i]);
    const double now = sj_results_value(results, from), enough = sj_results_value(results, to);
    assert_true(now == (i ? 3 : 9));
    assert_string_equal(verdict_at(parameters[i], enough), "stable");
    assert_string_equal(verdict_at(parameters[i], enough * pow(now / enough, 0.05)), "not stable");
  }
  assert_true(sj_results_value(results, "db.change.db.threads.to") == 2);
  assert_true(sj_results_value(results, "db.change.db.capacity.to") < 49);
  sj_results_destroy(results);
  struct sj_results *const stable = solve_case("retry_when_full", "", true, false);
  assert_string_equal(word_of(stable, "db.verdict"), "stable");
  for (size_t i = 0; i < stable->metric_count; i++) assert_null(strstr(stable->metrics[i].name, ".change."));
  sj_results_destroy(stable);
}

static void pictures(void **state) {
  (void)state;
  struct sj_results *const results = solve_case("readme_default", "", false, true);
  json_t *const list = json_loads(results->picture, 0, NULL);
  assert_int_equal(json_array_size(list), 1);
  const json_t *const points = json_object_get(json_array_get(list, 0), "fixed_points");
  assert_int_equal(json_array_size(points), 3);
  static const char *const kinds[] = {"attractor", "saddle", "attractor"};
  for (size_t i = 0; i < 3; i++)
    assert_string_equal(json_string_value(json_object_get(json_array_get(points, i), "kind")), kinds[i]);
  json_decref(list);
  sj_results_destroy(results);
}

/* ---- what is refused, what is asked ---- */

/* A low regime in which most orbits are next to impossible: its gap is beyond Arnoldi's method, and is bounded instead.
 * The orbit is hardly used there, so that a smaller one has the same low regime, whose gap is found. */
static const char *const storm =
    "server \"api\" { service = exponential { rate = 20 }, threads = 4, capacity = 80,"
    " orbit = %d }"
    " client \"web\" { calls = \"api\", arrivals = poisson { rate = 60 }, timeout = 0.5,"
    " retries = 3 } solve { alpha = %g }";

static struct sj_results *solve_storm(int orbit, double alpha) {
  char *const text = sj_format(storm, orbit, alpha);
  struct sj_results *const results = solve(text);
  free(text);
  return results;
}

static void a_gap_that_is_not_found_is_bounded(void **state) {
  (void)state;
  struct sj_results *const smaller = solve_storm(60, 1), *const larger = solve_storm(80, 1);
  const double known = sj_results_value(smaller, "api.verdict.low.relaxation_time"),
               bound = sj_results_value(larger, "api.verdict.low.relaxation_time");
  assert_string_equal(word_of(smaller, "api.verdict"), "metastable");
  assert_string_equal(word_of(larger, "api.verdict"), "metastable");
  assert_true(bound >= known && bound < 20 * known);
  assert_close(larger, "api.verdict.low.exit_time", sj_results_value(smaller, "api.verdict.low.exit_time"), 1e-3);
  sj_results_destroy(smaller);
  sj_results_destroy(larger);
}

static bool has_note(const struct sj_results *results, const char *part) {
  for (size_t i = 0; i < results->note_count; i++)
    if (strstr(results->notes[i], part)) return true;
  return false;
}

/* With room for 10 who retry the chain gets out much sooner than with room for 60, and says that it may. */
static void an_orbit_that_is_too_small_is_said(void **state) {
  (void)state;
  struct sj_results *const small = solve_storm(10, 0.25), *const large = solve_storm(60, 0.25);
  assert_true(has_note(small, "the orbit of `api` is full "));
  assert_true(has_note(small, "try --set api.orbit=50"));
  assert_false(has_note(large, "the orbit of `api` is full "));
  assert_true(sj_results_value(large, "api.hitting.full_to_low.mean") >
              2 * sj_results_value(small, "api.hitting.full_to_low.mean"));
  sj_results_destroy(small);
  sj_results_destroy(large);
}

static void too_large_for_the_memory(void **state) {
  (void)state;
  struct sj_solve_options options;
  sj_solve_options_default(&options);
  char *const text = model_of(reference("one", "readme_default"), false);
  struct sj_model *const model = load(text);
  struct sj_results *results = NULL;
  struct sj_error error = {{0}};
  options.most_bytes = 4e6;
  assert_int_equal(sj_solve(model, &options, &results, &error), SJ_OK);
  const double in_system = sj_results_value(results, "db.in_system.mean");
  sj_results_destroy(results);
  options.most_bytes = 2e6; /* room for the chain, not for its factors */
  assert_int_equal(sj_solve(model, &options, &results, &error), SJ_OK);
  assert_true(fabs(sj_results_value(results, "db.in_system.mean") / in_system - 1) < 1e-11);
  assert_true(isnan(sj_results_value(results, "mixing_time")));
  sj_results_destroy(results);
  options.most_bytes = 2e5; /* for nothing but the chain */
  assert_int_equal(sj_solve(model, &options, &results, &error), SJ_NO_MEMORY);
  assert_string_equal(error.message,
                      "test.lua: the chain has 2000 states in a band of 21; solving it would take about 357 kB, more "
                      "than the 200 kB that it may (--memory)");
  options.most_bytes = 1e5;
  assert_int_equal(sj_solve(model, &options, &results, &error), SJ_NO_MEMORY);
  assert_non_null(strstr(error.message, "test.lua: the chain would have 2000 states"));
  sj_model_destroy(model);
  free(text);
}

static void bad_options(void **state) {
  (void)state;
  struct sj_solve_options options;
  sj_solve_options_default(&options);
  options.horizon = -1;
  assert_refused(SLOW_FAULT, &options, SJ_INVALID, "the horizon must be positive and finite, got -1");
  options.horizon = 5;
  options.step = 6;
  assert_refused(SLOW_FAULT, &options, SJ_INVALID, "the step must be above 0 and at most the horizon (5), got 6");
}

static void interrupted(void **state) {
  (void)state;
  volatile sig_atomic_t stop = 1;
  struct sj_solve_options options;
  sj_solve_options_default(&options);
  options.stop = &stop;
  char *const text = model_of(reference("one", "readme_default"), false);
  assert_refused(text, &options, SJ_INTERRUPTED, "interrupted");
  free(text);
}

/* The identity is that of what is found: the same before and after, another for another question. */
static void identity(void **state) {
  (void)state;
  struct sj_solve_options options;
  sj_solve_options_default(&options);
  struct sj_model *const model = load(SLOW_FAULT);
  struct sj_results *asked = NULL, *found = NULL, *other = NULL;
  assert_int_equal(sj_solve_prepare(model, &options, &asked, NULL), SJ_OK);
  assert_int_equal(sj_solve(model, &options, &found, NULL), SJ_OK);
  assert_string_equal(asked->canonical, found->canonical);
  options.eigenvalues = 3;
  assert_int_equal(sj_solve_prepare(model, &options, &other, NULL), SJ_OK);
  assert_string_not_equal(asked->canonical, other->canonical);
  sj_results_destroy(asked);
  sj_results_destroy(found);
  sj_results_destroy(other);
  sj_model_destroy(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cases_of_one_server),
      cmocka_unit_test(several_clients_are_merged),
      cmocka_unit_test(case_of_a_row),
      cmocka_unit_test(queue_with_a_limit),
      cmocka_unit_test(times_beyond_a_double),
      cmocka_unit_test(faults_change_the_rates),
      cmocka_unit_test(states_that_are_left_for_good),
      cmocka_unit_test(faults_that_are_left_out),
      cmocka_unit_test(a_long_fault_has_a_steady_state),
      cmocka_unit_test(a_gap_that_is_not_found_is_bounded),
      cmocka_unit_test(an_orbit_that_is_too_small_is_said),
      cmocka_unit_test(too_large_for_the_memory),
      cmocka_unit_test(bad_options),
      cmocka_unit_test(interrupted),
      cmocka_unit_test(identity),
      cmocka_unit_test(changes_are_the_smallest),
      cmocka_unit_test(pictures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
