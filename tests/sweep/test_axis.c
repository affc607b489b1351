/* From the text of --vary to values. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sojourn/sweep.h"

/* The values, joined by blanks. */
static void reads(const char *text, bool sample, const char *path, const char *values) {
  struct sj_sweep_axis axis;
  struct sj_error error = {""};
  const enum sj_status status = sj_sweep_axis_read(text, sample, &axis, &error);
  if (status != SJ_OK) fprintf(stderr, "%s\n", error.message);
  assert_int_equal(status, SJ_OK);
  char joined[1024] = "";
  for (size_t i = 0; i < axis.count; i++)
    snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%s", i ? " " : "", axis.texts[i]);
  assert_string_equal(axis.path, path);
  assert_string_equal(joined, values);
  sj_sweep_axis_clear(&axis);
}

static void refuses(const char *text, bool sample, const char *why) {
  struct sj_sweep_axis axis;
  struct sj_error error = {""};
  assert_int_equal(sj_sweep_axis_read(text, sample, &axis, &error), SJ_INVALID);
  if (!strstr(error.message, why)) fprintf(stderr, "%s\n", error.message);
  assert_non_null(strstr(error.message, why));
  sj_sweep_axis_clear(&axis);
}

static void linear_ranges(void **state) {
  (void)state;
  reads("rate=5:9:1", false, "rate", "5 6 7 8 9");
  reads("a.b[2].c=9:5:-2", false, "a.b[2].c", "9 7 5");
  reads("x=0:1:0.1", false, "x", "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1");
  reads("x=-0.3:0.3:0.1", false, "x", "-0.3 -0.2 -0.1 0 0.1 0.2 0.3");
  reads("x=1:2:0.3", false, "x", "1 1.3 1.6 1.9");
  reads("x=1e-3:5e-3:1e-3", false, "x", "0.001 0.002 0.003 0.004 0.005");
  reads("x=1e3:3e3:1e3", false, "x", "1000 2000 3000");
  reads("x=2:2:1", false, "x", "2");
  reads("x=1:2:5", false, "x", "1");
  /* The end belongs to it within 1e-9 of a step, and not beyond. */
  reads("x=0:0.9999999999:0.1", false, "x", "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1");
  reads("x=0:0.9999999:0.1", false, "x", "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9");
}

static void no_drift(void **state) {
  (void)state;
  struct sj_sweep_axis axis;
  struct sj_error error;
  assert_int_equal(sj_sweep_axis_read("x=0:100:0.01", false, &axis, &error), SJ_OK);
  assert_int_equal(axis.count, 10001);
  for (size_t i = 0; i < axis.count; i++) {
    char expected[32];
    snprintf(expected, sizeof expected, "%zu.%02zu", i / 100, i % 100);
    assert_true(strtod(axis.texts[i], NULL) == strtod(expected, NULL));
    assert_true(strlen(axis.texts[i]) <= strlen(expected));
  }
  sj_sweep_axis_clear(&axis);
}

static void factors(void **state) {
  (void)state;
  reads("x=1:1000:*10", false, "x", "1 10 100 1000");
  reads("x=0.001:10:*10", false, "x", "0.001 0.01 0.1 1 10");
  reads("x=8:1:*0.5", false, "x", "8 4 2 1");
  reads("x=1:10:*3", false, "x", "1 3 9");
  reads("x=1:1.331:*1.1", false, "x", "1 1.1 1.21 1.331");
}

static void lists(void **state) {
  (void)state;
  reads("x=1,2.50,4", false, "x", "1 2.5 4");
  reads("policy=random,round_robin", false, "policy", "random round_robin");
  reads("x=true,false", false, "x", "true false");
  reads("x=7", false, "x", "7");
  reads("x=f(1,2),{3,4},\"a,b\"", false, "x", "f(1,2) {3,4} \"a,b\"");
}

static void samples(void **state) {
  (void)state;
  struct sj_sweep_axis axis;
  struct sj_error error;
  assert_int_equal(sj_sweep_axis_read("x=2:5", true, &axis, &error), SJ_OK);
  assert_true(axis.continuous && !axis.logarithmic && axis.count == 0 && axis.low == 2 && axis.high == 5);
  sj_sweep_axis_clear(&axis);
  assert_int_equal(sj_sweep_axis_read("x=1e-3:1:*", true, &axis, &error), SJ_OK);
  assert_true(axis.continuous && axis.logarithmic && axis.low == 1e-3 && axis.high == 1);
  sj_sweep_axis_clear(&axis);
  reads("x=1:3:1", true, "x", "1 2 3");
}

static void wrong(void **state) {
  (void)state;
  refuses("x", false, "expected PATH=");
  refuses("=1,2", false, "expected PATH=");
  refuses("x=1:2:0", false, "the step is 0");
  refuses("x=1:2:-1", false, "away");
  refuses("x=2:1:1", false, "away");
  refuses("x=1:10:*0.5", false, "away");
  refuses("x=1:10:*1", false, "factor");
  refuses("x=1:10:*-2", false, "factor");
  refuses("x=0:10:*2", false, "above 0");
  refuses("x=1:2", false, "--sobol");
  refuses("x=1:2:*", false, "--sobol");
  refuses("x=2:2", true, "below");
  refuses("x=-1:2:*", true, "above 0");
  refuses("x=1:2:a", false, "expected PATH=a:b:step");
  refuses("x=1:nan:1", false, "expected PATH=a:b:step");
  refuses("x=1:2:3:4", false, "expected PATH=a:b:step");
  refuses("x=1:inf:1", false, "expected PATH=a:b:step");
  refuses("x=0:1:1e-9", false, "hundred thousand");
  refuses("x=1,2,", false, "missing");
  refuses("x=", false, "missing");
  refuses("x=1,2,1.0", false, "twice");
  refuses("x=1:1.5:0.0000000000000000000000000000000000000000000001", false, "hundred thousand");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(linear_ranges), cmocka_unit_test(no_drift), cmocka_unit_test(factors),
      cmocka_unit_test(lists),         cmocka_unit_test(samples),  cmocka_unit_test(wrong),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
