#include <float.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "results/json.h"
#include "sample.h"

static json_t *parsed(const struct sj_results *results, const char *command) {
  json_t *const document = sj_results_json(results, command);
  assert_non_null(document);
  char *const text = sj_json_text(document);
  assert_non_null(text);
  json_error_t error;
  json_t *const back = json_loads(text, JSON_REJECT_DUPLICATES, &error);
  if (!back) print_error("%s at line %d\n", error.text, error.line);
  assert_non_null(back);
  assert_true(json_equal(back, document));
  free(text);
  json_decref(document);
  return back;
}

static void add_run(struct sj_results *results, uint64_t number) {
  struct sj_run run;
  sample_run(results, number, &run);
  assert_true(sj_results_add_run(results, &run));
}

static double number_at(const json_t *document, const char *metric, const char *member) {
  const json_t *const value = json_object_get(json_object_get(json_object_get(document, "metrics"), metric), member);
  assert_true(json_is_real(value));
  return json_real_value(value);
}

static void the_contract(void **state) {
  (void)state;
  struct sj_results *const results = sample_results(NULL, 3);
  results->wall_seconds = 0.41;
  results->partial = true;
  add_run(results, 0);
  add_run(results, 2);
  assert_true(sj_results_add_note(results, "a \"note\""));
  results->metrics[4].suppressed = true;
  json_t *const document = parsed(results, NULL);
  static const char *const members[] = {"sojourn", "command",      "model",   "scenario",  "seed",     "runs",
                                        "partial", "wall_seconds", "events",  "time_unit", "duration", "warmup",
                                        "drain",   "notes",        "metrics", "series"};
  size_t i = 0;
  const char *name;
  json_t *value;
  json_object_foreach(document, name, value) { assert_string_equal(name, members[i++]); }
  assert_int_equal(i, sizeof members / sizeof *members);
  assert_string_equal(json_string_value(json_object_get(document, "sojourn")), SJ_VERSION);
  assert_string_equal(json_string_value(json_object_get(document, "command")), "simulate");
  assert_string_equal(json_string_value(json_object_get(document, "model")), "models/sample.lua");
  assert_true(json_is_null(json_object_get(document, "scenario")));
  assert_int_equal(json_integer_value(json_object_get(document, "seed")), 3);
  assert_int_equal(json_integer_value(json_object_get(document, "runs")), 2);
  assert_true(json_is_true(json_object_get(document, "partial")));
  assert_true(json_real_value(json_object_get(document, "wall_seconds")) == 0.41);
  assert_int_equal(json_integer_value(json_object_get(document, "events")), 2 * 1000000000000 + 0 + 2);
  assert_string_equal(json_string_value(json_array_get(json_object_get(document, "notes"), 0)), "a \"note\"");

  /* metric 0 is (run + 1) / 3: 1/3 and 1, mean 2/3, t(0.975, 1) * (2/3) / sqrt(2) / sqrt(2), t = tan(0.475 pi) */
  assert_true(fabs(number_at(document, "web.figure0", "value") - 2.0 / 3) < 1e-15);
  assert_true(fabs(number_at(document, "web.figure0", "ci95") - tan(0.475 * 3.14159265358979323846) / 3) < 1e-10);
  const json_t *const metrics = json_object_get(document, "metrics");
  const json_t *const runs = json_object_get(json_object_get(metrics, "web.figure0"), "runs");
  assert_int_equal(json_array_size(runs), 2);
  assert_true(json_real_value(json_array_get(runs, 0)) == 1.0 / 3 && json_real_value(json_array_get(runs, 1)) == 1);
  /* metrics 1 and 2 are minimum and maximum, 5 does not exist, 6 is infinite, 4 suppressed */
  assert_true(number_at(document, "web.figure1", "value") == 1.0 / 4);
  assert_true(number_at(document, "web.figure2", "value") == 3.0 / 5);
  const char *const nulls[][2] = {{"web.figure1", "ci95"}, {"web.figure2", "ci95"},  {"web.figure5", "value"},
                                  {"web.figure5", "ci95"}, {"web.figure6", "value"}, {"web.figure4", "value"},
                                  {"web.figure4", "ci95"}};
  for (i = 0; i < sizeof nulls / sizeof *nulls; i++)
    assert_true(json_is_null(json_object_get(json_object_get(metrics, nulls[i][0]), nulls[i][1])));
  assert_true(json_is_null(json_array_get(json_object_get(json_object_get(metrics, "web.figure4"), "runs"), 0)));
  i = 0;
  json_object_foreach((json_t *)metrics, name, value) { assert_string_equal(name, results->metrics[i++].name); }
  assert_int_equal(i, SAMPLE_METRICS);

  const json_t *const series = json_object_get(json_object_get(document, "series"), "web.goodput");
  assert_string_equal(json_string_value(json_object_get(series, "unit")), "requests/time");
  assert_true(json_real_value(json_object_get(series, "start")) == 12.5);
  assert_true(json_real_value(json_object_get(series, "step")) == 0.5);
  const json_t *const values = json_object_get(series, "values");
  assert_int_equal(json_array_size(values), SAMPLE_GRID);
  assert_true(json_real_value(json_array_get(values, 9)) == 1000 + 1 + 3); /* mean of runs 0 and 2, sqrt(9) */
  assert_true(json_is_null(json_array_get(values, 7)));
  json_decref(document);
  sj_results_destroy(results);
}

static void one_run_has_no_interval(void **state) {
  (void)state;
  struct sj_results *const results = sample_results("burst", UINT64_MAX);
  const size_t series = results->series_count;
  results->series_count = 0;
  add_run(results, 0);
  json_t *const document = parsed(results, "sweep");
  assert_string_equal(json_string_value(json_object_get(document, "command")), "sweep");
  assert_string_equal(json_string_value(json_object_get(document, "scenario")), "burst");
  assert_string_equal(json_string_value(json_object_get(document, "seed")), "18446744073709551615");
  assert_null(json_object_get(document, "series"));
  const json_t *const metric = json_object_get(json_object_get(document, "metrics"), "web.figure0");
  assert_true(json_is_null(json_object_get(metric, "ci95")));
  json_decref(document);
  results->series_count = series;
  sj_results_destroy(results);
}

static void solved_figures_have_a_value_alone(void **state) {
  (void)state;
  struct sj_results *const results = sj_results_create("solve", "a.lua", NULL);
  assert_true(sj_results_add_metric(results, "db.full", SJ_REDUCE_MEAN));
  struct sj_run run;
  assert_true(sj_run_prepare(results, &run, 0));
  run.values[0] = 0.25;
  assert_true(sj_results_add_run(results, &run));
  json_t *const document = parsed(results, NULL);
  const json_t *const metric = json_object_get(json_object_get(document, "metrics"), "db.full");
  assert_int_equal(json_object_size(metric), 1);
  assert_true(json_real_value(json_object_get(metric, "value")) == 0.25);
  json_decref(document);
  sj_results_destroy(results);
}

static void solved_figures_tell_their_error(void **state) {
  (void)state;
  static const char *const names[] = {"db.full", "db.hitting.full_to_empty.mean", "db.verdict", "spectrum[9].re"};
  struct sj_results *const results = sj_results_create("solve", "a.lua", NULL);
  for (size_t i = 0; i < 4; i++) assert_true(sj_results_add_metric(results, names[i], SJ_REDUCE_MEAN));
  struct sj_run run;
  assert_true(sj_run_prepare(results, &run, 0) && sj_run_make_exact(results, &run));
  run.values[0] = 0.25;
  run.exact[0].error = 1e-13;
  run.values[1] = INFINITY;
  run.exact[1].log10 = 312.5;
  run.exact[2].word = strdup("stable");
  run.values[3] = -2;
  run.exact[3].error = 1e-3;
  assert_true(sj_results_add_run(results, &run));
  json_t *const metrics = sj_results_json_metrics(results);
  char *const text = json_dumps(metrics, JSON_COMPACT);
  assert_string_equal(text,
                      "{\"db.full\":{\"value\":0.25,\"error\":1e-13},"
                      "\"db.hitting.full_to_empty.mean\":{\"value\":null,\"log10\":312.5},"
                      "\"db.verdict\":{\"value\":\"stable\"},"
                      "\"spectrum[9].re\":{\"value\":-2.0,\"error\":0.001,\"doubtful\":true}}");
  free(text);
  json_decref(metrics);
  sj_results_destroy(results);
}

static void numbers_keep_all_digits(void **state) {
  (void)state;
  static const double numbers[] = {0.1, 1.0 / 3, DBL_MAX, DBL_MIN, DBL_TRUE_MIN, 123456789.123456789, -0.5, 1e22};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    json_t *const array = json_array();
    json_array_append_new(array, sj_json_number(numbers[i]));
    char *const text = sj_json_text(array);
    double back;
    assert_int_equal(sscanf(text, "[ %lf", &back), 1);
    assert_true(back == numbers[i]);
    free(text);
    json_decref(array);
  }
}

static void any_bytes_become_utf8(void **state) {
  (void)state;
#define BAD "\xef\xbf\xbd"
  static const char *const known[][2] = {{"plain", "plain"},
                                         {"µs ± € 𝛿", "µs ± € 𝛿"},
                                         {"\xff", BAD},
                                         {"a\x80z", "a" BAD "z"},
                                         {"\xc3", BAD},
                                         {"\xc0\xaf", BAD BAD},                 /* overlong */
                                         {"\xed\xa0\x80", BAD BAD BAD},         /* a surrogate */
                                         {"\xf4\x90\x80\x80", BAD BAD BAD BAD}, /* past U+10FFFF */
                                         {"\xe2\x82", BAD BAD},
                                         {"\x01\n\"", "\x01\n\""}};
#undef BAD
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    json_t *const string = sj_json_string(known[i][0]);
    assert_string_equal(json_string_value(string), known[i][1]);
    json_decref(string);
  }
  json_t *const null = sj_json_string(NULL);
  assert_true(json_is_null(null));
}

static void small_things_stand_on_one_line(void **state) {
  (void)state;
  json_t *const document = json_pack("{s:s, s:{s:{s:f, s:[f, n]}}, s:[], s:[{s:i}]}", "a", "b", "metrics", "m", "value",
                                     0.5, "runs", 0.25, "empty", "list", "x", 1);
  char *const text = sj_json_text(document);
  assert_string_equal(
      text,
      "{\n  \"a\": \"b\",\n  \"metrics\": {\n    \"m\": {\"value\": 0.5, \"runs\": [0.25, null]}\n  },\n"
      "  \"empty\": [],\n  \"list\": [{\"x\": 1}]\n}\n");
  free(text);
  json_decref(document);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_contract),
      cmocka_unit_test(one_run_has_no_interval),
      cmocka_unit_test(solved_figures_have_a_value_alone),
      cmocka_unit_test(solved_figures_tell_their_error),
      cmocka_unit_test(numbers_keep_all_digits),
      cmocka_unit_test(any_bytes_become_utf8),
      cmocka_unit_test(small_things_stand_on_one_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
