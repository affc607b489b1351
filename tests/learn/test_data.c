/* Trajectories from files and from results. */
#include <stdio.h>
#include <unistd.h>

#include "systems.h"

#include "learn/samples.h"
#include "learn/trajectories.h"
#include "results/results.h"

#include <sys/mman.h>

static int file_of(const char *text) {
  const int descriptor = memfd_create("csv", MFD_CLOEXEC);
  assert_true(write(descriptor, text, strlen(text)) == (ssize_t)strlen(text));
  return descriptor;
}

static struct sj_trajectories *read_text(const char *text, const struct sj_reading *reading) {
  struct sj_reading usual;
  struct sj_error error = {{0}};
  struct sj_trajectories *trajectories = NULL;
  sj_reading_default(&usual);
  const int descriptor = file_of(text);
  if (sj_trajectories_read_descriptor(descriptor, "m.csv", reading ? reading : &usual, &trajectories, &error) != SJ_OK)
    fail_msg("%s", error.message);
  close(descriptor);
  return trajectories;
}

static void refused(const char *text, const struct sj_reading *reading, const char *message) {
  struct sj_reading usual;
  struct sj_error error = {{0}};
  struct sj_trajectories *trajectories = NULL;
  sj_reading_default(&usual);
  const int descriptor = file_of(text);
  assert_int_equal(
      sj_trajectories_read_descriptor(descriptor, "m.csv", reading ? reading : &usual, &trajectories, &error),
      SJ_INVALID);
  assert_null(trajectories);
  close(descriptor);
  if (strcmp(error.message, message) != 0) fail_msg("got\n%s\nwanted\n%s", error.message, message);
}

static void check_states(const struct sj_trajectories *trajectories, size_t index, const double *wanted, size_t count) {
  size_t length;
  const double *const states = sj_trajectories_states(trajectories, index, &length, NULL);
  assert_int_equal(length * sj_trajectories_feature_count(trajectories), count);
  for (size_t i = 0; i < count; i++)
    if (isnan(wanted[i]) ? !isnan(states[i]) : states[i] != wanted[i])
      fail_msg("value %zu is %g, wanted %g", i, states[i], wanted[i]);
}

static void test_regular_samples(void **state) {
  (void)state;
  struct sj_trajectories *const t = read_text(
      "\xef\xbb\xbftime, \"queue\" ,latency\r\n0.1,1,10\r\n0.2,2.5,2e1\r\n\r\n0.30000000000000004,-3,+.5\r\n", NULL);
  assert_string_equal(sj_trajectories_feature(t, 0), "queue");
  assert_string_equal(sj_trajectories_feature(t, 1), "latency");
  assert_null(sj_trajectories_feature(t, 2));
  check_near(sj_trajectories_step(t), 0.1, 1e-12);
  const double wanted[] = {1, 10, 2.5, 20, -3, 0.5};
  check_states(t, 0, wanted, 6);
  sj_trajectories_destroy(t);
}

static void test_uneven_samples_and_gaps(void **state) {
  (void)state;
  /* A step of 1; at 2 and 3 the sample at 1.5 holds; at 6, 7 nothing is known; the field at 9 is empty, at 10 both are
   * there. The first sample lacks b, so the grid begins at the second. */
  struct sj_trajectories *const t =
      read_text("time,a,b\n-1,0,\n0,1,5\n1,2,6\n1.5,3,7\n4,4,8\n9,5,\n10,6,9\n11,7,10\n12,8,11\n13,9,12\n", NULL);
  const double n = NAN;
  const double wanted[] = {1, 5, 2, 6, 3, 7, 3, 7, 4, 8, 4, 8, 4, 8, 4, 8, n, n, 5, n, 6, 9, 7, 10, 8, 11, 9, 12};
  check_near(sj_trajectories_step(t), 1, 0);
  check_states(t, 0, wanted, sizeof wanted / sizeof *wanted);
  assert_non_null(strstr(t->notes[0], "3 of 28 values lie in gaps"));
  sj_trajectories_destroy(t);
}

static void test_runs_and_chosen_columns(void **state) {
  (void)state;
  static const char *const features[] = {"c", "a"};
  struct sj_reading reading;
  sj_reading_default(&reading);
  reading.time_column = "t";
  reading.run_column = "run";
  reading.features = features;
  reading.feature_count = 2;
  reading.step = 2;
  reading.test_share = 0.5;
  struct sj_trajectories *const t = read_text(
      "run,t,a,word,c\n"
      "x,0,1,hello,10\ny,0,5,,50\nx,2,2,there,20\ny,2,6,x,60\nx,4,3,,30\n",
      &reading);
  bool held_out;
  size_t length;
  assert_int_equal(sj_trajectories_count(t), 2);
  check_states(t, 0, (const double[]){10, 1, 20, 2, 30, 3}, 6);
  check_states(t, 1, (const double[]){50, 5, 60, 6}, 4);
  sj_trajectories_states(t, 0, &length, &held_out);
  assert_false(held_out);
  sj_trajectories_states(t, 1, &length, &held_out);
  assert_true(held_out);
  sj_trajectories_destroy(t);
}

static void test_dates(void **state) {
  (void)state;
  /* Half a second apart, over the end of a leap day, in several zones. */
  struct sj_trajectories *const t = read_text(
      "time,a\n2028-02-29T23:59:59Z,1\n2028-02-29 23:59:59.500,2\n"
      "2028-03-01T01:00:00+01:00,3\n\"2028-02-29T19:00:00.50-0500\",4\n",
      NULL);
  check_near(sj_trajectories_step(t), 0.5, 0);
  assert_true(t->items[0].start == 1835481599);
  check_states(t, 0, (const double[]){1, 2, 3, 4}, 4);
  sj_trajectories_destroy(t);
  refused("time,a\n2027-02-29T00:00:00Z,1\n2027-02-28T24:00:00Z,1\n2027-02-28T12:00Z,1\n", NULL,
          "m.csv:2: `time` is `2027-02-29T00:00:00Z`, expected a number, or a date as 2026-11-22T09:03:25Z\n"
          "m.csv:3: `time` is `2027-02-28T24:00:00Z`, expected a number, or a date as 2026-11-22T09:03:25Z\n"
          "m.csv:4: `time` is `2027-02-28T12:00Z`, expected a number, or a date as 2026-11-22T09:03:25Z");
}

static void test_mistakes_by_line(void **state) {
  (void)state;
  refused("time,a\n0,1\n1,x\n2,NaN\nnow,4\n,5\n4,5,6\n3,1e999\n", NULL,
          "m.csv:3: `a` is `x`, expected a number\n"
          "m.csv:4: `a` is `NaN`, expected a number\n"
          "m.csv:5: `time` is `now`, expected a number, or a date as 2026-11-22T09:03:25Z\n"
          "m.csv:6: `time` is empty, expected a number, or a date as 2026-11-22T09:03:25Z\n"
          "m.csv:7: 3 columns, expected 2 as in the header\n"
          "m.csv:8: `a` is `1e999`, expected a number that a double holds");
  refused("time,a\n0,1\n2,1\n2,1\n1,1\n", NULL,
          "m.csv:4: `time` is 2, expected more than the 2 of the run's row before (--run-column tells runs apart)\n"
          "m.csv:5: `time` is 1, expected more than the 2 of the run's row before (--run-column tells runs apart)");
  refused("", NULL, "m.csv: an empty file, expected a header with `time`");
  refused("time,a\n", NULL, "m.csv: a header alone, expected rows of samples");
  refused("when,a\n0,1\n", NULL, "m.csv:1: no column `time`; there are `when`, `a` (--time-column names it)");
  refused("time\n0\n", NULL, "m.csv:1: no column beside the time, expected features to learn");
  refused("time,\"a\n0,1\n", NULL, "m.csv:1: no header of at most 1024 names between commas, which was expected");
  refused("time,a\n0,\"1\n", NULL,
          "m.csv:2: a quoted field that does not end where it should, expected a quote and then a comma");
  refused("time,a\n0,1\n", NULL, "m.csv: no run has two samples, expected a step (--step)");
  refused("time,a\n0,\n1,\n", NULL, "m.csv: no run is as long as one step of 1 with all features");
  static const char *const features[] = {"a", "b"};
  struct sj_reading reading;
  sj_reading_default(&reading);
  reading.features = features;
  reading.feature_count = 2;
  refused("time,a\n0,1\n", &reading, "m.csv:1: no column `b`; there are `time`, `a` (--features names those to learn)");
  reading.feature_count = 1;
  reading.step = 1e-9;
  refused("time,a\n0,1\n1000,1\n", &reading, "m.csv: 1e+12 steps of 1e-09, expected a larger step (--step)");
  char many[1024] = "time,a\n";
  for (int i = 0; i < 30; i++) strcat(many, "x,1\n");
  struct sj_error error = {{0}};
  struct sj_trajectories *t = NULL;
  sj_reading_default(&reading);
  const int descriptor = file_of(many);
  assert_int_equal(sj_trajectories_read_descriptor(descriptor, "m.csv", &reading, &t, &error), SJ_INVALID);
  close(descriptor);
  size_t lines = 1;
  for (const char *p = error.message; *p; p++) lines += *p == '\n';
  assert_int_equal(lines, 20);
}

/* Two runs of four cells of 1 s: one fault from 1 to 2, so that cells 0, and 1 to 3, are without. */
static struct sj_results *simulated(const char *canonical) {
  struct sj_results *const results = sj_results_create("simulate", "m.lua", NULL);
  static const double values[3][8] = {
      {0, 1, 2, 3, NAN, 10, NAN, 30}, {2, 3, 4, 5, 8, 20, NAN, 50}, {7, 7, 7, 8, 7, 7, 7, 7}};
  results->canonical = strdup(canonical);
  results->duration = 4;
  results->grid_step = 1;
  results->grid_count = 4;
  strcpy(results->time_unit, "min");
  assert_true(sj_results_add_series(results, "q.in_system", "requests"));
  assert_true(sj_results_add_series(results, "c.latency", "time"));
  for (uint64_t number = 0; number < 3; number++) {
    struct sj_run run;
    assert_true(sj_run_prepare(results, &run, number));
    memcpy(run.series, values[number], sizeof values[number]);
    assert_true(sj_results_add_run(results, &run));
  }
  return results;
}

static void test_simulated(void **state) {
  (void)state;
  struct sj_results *results = simulated("{\"faults\":[{\"at\":1,\"lasts\":1}]}");
  struct sj_reading reading;
  struct sj_trajectories *t;
  struct sj_error error;
  sj_reading_default(&reading);
  reading.test_share = 0.34;
  reading.any_length = true;
  assert_int_equal(sj_trajectories_from_results(results, &reading, &t, &error), SJ_OK);
  assert_int_equal(sj_trajectories_count(t), 4);
  assert_string_equal(sj_trajectories_feature(t, 0), "q.in_system");
  /* Cell 0 ends at 1: before the fault, and the mean over runs 0 and 1 (the latency of run 1 alone). Cell 1 ends with
   * the fault; in cell 2 no run has a latency: it stays 15. */
  check_states(t, 0, (const double[]){1, 8}, 2);
  check_states(t, 1, (const double[]){2, 15, 3, 15, 4, 40}, 6);
  check_states(t, 2, (const double[]){7, 7}, 2);
  check_states(t, 3, (const double[]){7, 7, 7, 7, 8, 7}, 6);
  assert_false(t->items[1].held_out);
  assert_true(t->items[3].held_out);
  assert_string_equal(t->items[1].name, "after the fault");
  assert_string_equal(t->time_unit, "min");
  sj_trajectories_destroy(t);
  reading.step = 2;
  assert_int_equal(sj_trajectories_from_results(results, &reading, &t, &error), SJ_OK);
  check_near(sj_trajectories_step(t), 2, 0);
  check_states(t, 0, (const double[]){2, 15, 4, 40}, 4);
  sj_trajectories_destroy(t);
  reading.step = 1.5;
  assert_int_equal(sj_trajectories_from_results(results, &reading, &t, &error), SJ_INVALID);
  static const char *const misspelt[] = {"q.in_sistem"};
  reading.step = NAN;
  reading.features = misspelt;
  reading.feature_count = 1;
  assert_int_equal(sj_trajectories_from_results(results, &reading, &t, &error), SJ_INVALID);
  assert_string_equal(error.message, "m.lua has no series `q.in_sistem`; did you mean `q.in_system`?");
  sj_results_destroy(results);
  /* Where nothing is answered after the fault, the latency is what it was in it. */
  results = simulated("{\"faults\":[{\"at\":1,\"lasts\":2}]}");
  sj_reading_default(&reading);
  reading.test_share = 0.34;
  reading.any_length = true;
  assert_int_equal(sj_trajectories_from_results(results, &reading, &t, &error), SJ_OK);
  check_states(t, 1, (const double[]){3, 15, 4, 40}, 4);
  sj_trajectories_destroy(t);
  sj_results_destroy(results);
  sj_reading_default(&reading);
  reading.test_share = 0;
  results = simulated("{\"faults\":[{\"at\":2,\"lasts\":null},{\"at\":null,\"lasts\":1}]}");
  assert_int_equal(sj_trajectories_from_results(results, &reading, &t, &error), SJ_OK);
  assert_int_equal(sj_trajectories_count(t), 1);
  check_states(t, 0, (const double[]){3, 7.5, 11.0 / 3, 37.0 / 3}, 4);
  assert_int_equal(t->note_count, 2);
  sj_trajectories_destroy(t);
  sj_results_destroy(results);
}

static void test_hash_tells_data_apart(void **state) {
  (void)state;
  char first[65], second[65];
  struct sj_trajectories *t = read_text("time,a\n0,1\n1,2\n2,3\n", NULL);
  sj_trajectories_hash(t, first);
  sj_trajectories_destroy(t);
  t = read_text("time,a\n0,1\n1,2\n2,4\n", NULL);
  sj_trajectories_hash(t, second);
  assert_string_not_equal(first, second);
  sj_trajectories_destroy(t);
  t = read_text("a , time\n1,0\n2,1\n3,2.0\n", NULL);
  sj_trajectories_hash(t, second);
  assert_string_equal(first, second);
  sj_trajectories_destroy(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_regular_samples),
      cmocka_unit_test(test_uneven_samples_and_gaps),
      cmocka_unit_test(test_runs_and_chosen_columns),
      cmocka_unit_test(test_mistakes_by_line),
      cmocka_unit_test(test_dates),
      cmocka_unit_test(test_simulated),
      cmocka_unit_test(test_hash_tells_data_apart),
  };
  return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
