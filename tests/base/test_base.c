#include <float.h>
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
#include "sojourn/status.h"

static void numbers_read_back(void **state) {
  (void)state;
  static const struct {
    double x;
    const char *text;
  } known[] = {{0, "0"},
               {0.1, "0.1"},
               {-2.5, "-2.5"},
               {10000, "10000"},
               {123456789012345, "123456789012345"},
               {1e15, "1e+15"},
               {1e30, "1e+30"},
               {0.0001, "0.0001"},
               {0.00001, "1e-05"},
               {0.1 + 0.2, "0.30000000000000004"},
               {1.0 / 3, "0.3333333333333333"},
               {5e-324, "5e-324"},
               {DBL_MAX, "1.7976931348623157e+308"},
               {DBL_MIN, "2.2250738585072014e-308"},
               {INFINITY, "inf"},
               {-INFINITY, "-inf"}};
  char buffer[32];
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    assert_string_equal(sj_number_text(known[i].x, buffer), known[i].text);
  assert_string_equal(sj_number_text(fabs((double)NAN), buffer), "nan");
  assert_string_equal(sj_length_text(12.006000000000002, buffer), "12.006");
  assert_string_equal(sj_length_text(86400000, buffer), "86400000");
  uint64_t noise = 7;
  for (int i = 0; i < 20000; i++) {
    noise = noise * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    const uint64_t bits = noise ^ noise >> 31;
    double x;
    memcpy(&x, &bits, sizeof x);
    if (!isfinite(x)) continue;
    assert_true(strtod(sj_number_text(x, buffer), NULL) == x);
    /* The digits are as few as any that read back. */
    char text[400];
    size_t fewest = 0;
    do snprintf(text, sizeof text, "%.*g", (int)++fewest, x);
    while (strtod(text, NULL) != x);
    const char *const first = buffer + strcspn(buffer, "123456789");
    size_t digits = 0;
    for (const char *c = first; *c && *c != 'e'; c++) digits += *c != '.';
    assert_true(digits == fewest || (digits <= 15 && !strchr(buffer, 'e') && strtod(buffer, NULL) == rint(x)));
  }
}

static void nearest_name(void **state) {
  (void)state;
  const char *const names[] = {"arrivals", "service", "threads", "capacity", "timeout", "time_unit", NULL};
  static const char *const known[][2] = {
      {"arivals", "arrivals"}, {"servcie", "service"}, {"Threads", "threads"}, {"capactiy", "capacity"},
      {"timeouts", "timeout"}, {"time", NULL},         {"zzz", NULL},          {"", NULL}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    const char *const found = sj_nearest(known[i][0], names);
    if (known[i][1])
      assert_string_equal(found, known[i][1]);
    else
      assert_null(found);
  }
  const char *const tied[] = {"ab", "ac", NULL};
  assert_string_equal(sj_nearest("ad", tied), "ab");
  char long_name[1000];
  memset(long_name, 'x', sizeof long_name - 1);
  long_name[sizeof long_name - 1] = 0;
  assert_null(sj_nearest(long_name, names));
}

/* FIPS 180-2, appendices B.1 to B.3, and the empty message. */
static void sha256_of_the_standard(void **state) {
  (void)state;
  char hex[65];
  sj_sha256_hex("", 0, hex);
  assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  sj_sha256_hex("abc", 3, hex);
  assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  sj_sha256_hex(two_blocks, sizeof two_blocks - 1, hex);
  assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  char *const million = malloc(1000000);
  memset(million, 'a', 1000000);
  sj_sha256_hex(million, 1000000, hex);
  assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  free(million);
}

static void text_grows(void **state) {
  (void)state;
  struct sj_text text = {0};
  for (int i = 0; i < 1000; i++) sj_text_add(&text, "%d,", i);
  assert_int_equal(text.length, 10 * 2 + 90 * 3 + 900 * 4);
  assert_int_equal(strlen(text.data), text.length);
  assert_memory_equal(text.data + text.length - 8, "998,999,", 8);
  sj_text_add_bytes(&text, "a\0b", 3);
  assert_memory_equal(text.data + text.length - 3, "a\0b", 4);
  free(text.data);
}

static void errors_add_up_and_are_cut_at_a_line(void **state) {
  (void)state;
  struct sj_error error = {{0}};
  assert_int_equal(sj_error_set(NULL, SJ_INVALID, "nowhere"), SJ_INVALID);
  assert_int_equal(sj_error_set(&error, SJ_FAILED, "%s:%d: wrong", "a.lua", 3), SJ_FAILED);
  assert_string_equal(error.message, "a.lua:3: wrong");
  sj_error_add(&error, "%s:%d: more", "a.lua", 4);
  assert_string_equal(error.message, "a.lua:3: wrong\na.lua:4: more");
  sj_error_add(NULL, "nowhere");
  for (int i = 0; i < 1000; i++) sj_error_add(&error, "line %04d", i);
  assert_true(strlen(error.message) < sizeof error.message);
  const char *const last = strrchr(error.message, '\n');
  assert_string_equal(last, "\n...");
  assert_memory_equal(last - 9, "line ", 5); /* whole lines before it */
  assert_null(strstr(error.message, "...\n..."));
  assert_true(strlen(error.message) > sizeof error.message - 20);
  char *const endless = malloc(20000);
  memset(endless, 'x', 19999);
  endless[19999] = 0;
  sj_error_set(&error, SJ_FAILED, "%s", endless);
  assert_int_equal(strlen(error.message), sizeof error.message - 1);
  assert_string_equal(strrchr(error.message, '\n'), "\n...");
  sj_error_set(&error, SJ_FAILED, "first\n%s", endless);
  assert_string_equal(error.message, "first\n...");
  error.message[0] = 0;
  sj_error_add(&error, "%s", endless);
  assert_string_equal(strrchr(error.message, '\n'), "\n...");
  free(endless);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_read_back),
      cmocka_unit_test(nearest_name),
      cmocka_unit_test(sha256_of_the_standard),
      cmocka_unit_test(text_grows),
      cmocka_unit_test(errors_add_up_and_are_cut_at_a_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
