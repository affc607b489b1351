/* The search by the public interface; the command's tests hold its answers against theory. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model_file.h"
#include "sojourn/find.h"

static struct sj_find *search(const struct sj_find_options *options) {
  struct sj_find *find = NULL;
  struct sj_error error = {""};
  if (sj_find_search(options, &find, &error) != SJ_OK) fprintf(stderr, "%s\n", error.message);
  assert_non_null(find);
  return find;
}

static struct sj_find_options question(const struct model_file *file) {
  struct sj_find_options options;
  sj_find_options_default(&options);
  options.file = file->path;
  options.model.scenario = "as it is";
  options.path = "api.threads";
  options.such_that = "api.utilization.mean < 0.2";
  return options;
}

static void answers(void **state) {
  (void)state;
  struct model_file file;
  write_model(&file, mm1);
  struct sj_find_options options = question(&file);
  struct sj_find *find = search(&options);
  assert_int_equal(find->outcome, SJ_FIND_BRACKET);
  assert_true(!find->largest && find->whole && find->met == 3 && find->not_met == 2 && find->undecided == 0);
  assert_string_equal(find->metric, "api.utilization.mean");
  assert_string_equal(find->expected, "< 0.2");
  assert_true(find->first_runs == 4 && find->most_runs == 32 && find->seed == 1);
  sj_find_destroy(find);
  /* The same of a law's parameter, whose answer is known: utilization 5 / rate. */
  options.path = "api.service.rate";
  options.tolerance = 0.05;
  find = search(&options);
  assert_true(!find->whole && !find->largest && find->not_met < 25 && find->met > 25);
  assert_true(find->not_met > 22 && find->met < 28);
  sj_find_destroy(find);
  options.most_runs = 4;
  find = search(&options);
  for (size_t i = 0; i < find->point_count; i++) assert_int_equal(find->points[i].runs, 4);
  sj_find_destroy(find);
  unlink(file.path);
}

struct asked {
  size_t begun, ended, points;
  uint32_t runs;
  volatile sig_atomic_t stop;
};
static enum sj_status begin(void *context, struct sj_results *results, uint32_t runs, struct sj_error *error) {
  (void)error;
  struct asked *const asked = context;
  asked->begun++;
  assert_true(sj_results_run_count(results) <= runs);
  asked->runs = runs;
  return SJ_OK;
}
static enum sj_status end(void *context, const struct sj_results *results, struct sj_error *error) {
  (void)error;
  struct asked *const asked = context;
  asked->ended++;
  if (!asked->stop) assert_int_equal(sj_results_run_count(results), asked->runs);
  return SJ_OK;
}
static void point(void *context, double value) {
  struct asked *const asked = context;
  (void)value;
  if (++asked->points == 2) asked->stop = 1;
}

static void callbacks_and_interruption(void **state) {
  (void)state;
  struct model_file file;
  write_model(&file, mm1);
  struct asked asked = {0};
  struct sj_find_options options = question(&file);
  options.on_begin = begin;
  options.on_end = end;
  options.context = &asked;
  struct sj_find *find = search(&options);
  assert_int_equal(asked.ended, find->point_count);
  assert_true(asked.begun >= asked.ended);
  sj_find_destroy(find);
  asked = (struct asked){0};
  options.on_point = point;
  options.simulate.stop = &asked.stop;
  struct sj_error error;
  assert_int_equal(sj_find_search(&options, &find, &error), SJ_INTERRUPTED);
  assert_true(find->partial && find->point_count == 1);
  sj_find_destroy(find);
  unlink(file.path);
}

static void mistakes(void **state) {
  (void)state;
  struct model_file file;
  write_model(&file, mm1);
  struct sj_find *find;
  struct sj_error error;
  struct sj_find_options options = question(&file);
  options.such_that = "api.utilization.mean below 0.2";
  assert_int_equal(sj_find_search(&options, &find, &error), SJ_INVALID);
  assert_null(find);
  options = question(&file);
  options.path = "api.thread";
  assert_int_equal(sj_find_search(&options, &find, &error), SJ_INVALID);
  assert_non_null(strstr(error.message, "did you mean `api.threads`?"));
  options = question(&file);
  options.low = 0;
  options.high = 2;
  assert_int_equal(sj_find_search(&options, &find, &error), SJ_INVALID);
  assert_non_null(strstr(error.message, "expected a whole number of at least 1"));
  options = question(&file);
  options.file = "/nowhere/m.lua";
  assert_int_equal(sj_find_search(&options, &find, &error), SJ_FAILED);
  unlink(file.path);
  sj_find_destroy(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(answers),
      cmocka_unit_test(callbacks_and_interruption),
      cmocka_unit_test(mistakes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
