/* The numbers of recordings against strtod, which rounds correctly, and against exact integers. */
#include "random/stream.h"
#include "recording.h"
#include "trace/number.h"

static void check_value(const char *text) {
  struct sj_decimal number;
  const char *const end = sj_scan_decimal(text, &number);
  if (!end || *end) fail_msg("%s is not read to its end", text);
  const double value = sj_decimal_value(&number), expected = strtod(text, NULL);
  if (!(value == expected)) fail_msg("%s is read as %.17g, not %.17g", text, value, expected);
}

static void values(void **state) {
  (void)state;
  static const char *const texts[] = {
      "0", "0.0", "-0", "+7", "-12.5", ".5", "5.", "1e3", "1E-3", "1.5e+2", "00012.500", "9007199254740993",
      "9007199254740992.5", "18446744073709551615", "18446744073709551616", "99999999999999999999999",
      "0.1234567890123456789", "0.12345678901234567890123456789", "123456789012345678901234567890e-20", "1e22", "1e23",
      "1e308", "1.7976931348623157e308", "1e309", "4.9e-324", "2e-324", "1e-400", "1e999999999999", "1e-999999999999",
      "0.000000000000000000000000000000001", "1795338205.877123", "0.30000000000000004", "5e-1", "4503599627370496.5",
      "4503599627370497.5", "0.500000000000000166533453693773481063544750213623046875",
      /* exactly between two doubles, with 19 digits: the case that rounding twice gets wrong */
      "9007199254740993.000", "9007199254740993.001", "9007199254740992.999", "900719925474099.3000"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) check_value(texts[i]);
}

/* Half way between neighbouring doubles, and a last digit to either side of it. */
static void halves(void **state) {
  (void)state;
  struct sj_stream stream;
  sj_stream_seed(&stream, 1, 2);
  for (int i = 0; i < 20000; i++) {
    const uint64_t even = (UINT64_C(1) << 53) + 2 * sj_stream_below(&stream, UINT64_C(1) << 52);
    const int decimals = (int)sj_stream_below(&stream, 4);
    char text[64];
    for (int64_t off = -1; off <= 1; off++) {
      uint64_t scale = 1;
      for (int k = 0; k < decimals; k++) scale *= 10;
      const uint64_t scaled = (even + 1) * scale + (uint64_t)off;
      snprintf(text, sizeof text, "%llu.%0*llu", (unsigned long long)(scaled / scale), decimals,
               (unsigned long long)(scaled % scale));
      if (decimals == 0) *strchr(text, '.') = 0;
      check_value(text);
    }
  }
}

static void random_values(void **state) {
  (void)state;
  struct sj_stream stream;
  sj_stream_seed(&stream, 3, 4);
  for (int i = 0; i < 200000; i++) {
    const uint64_t bits = sj_stream_next(&stream);
    const int length = 1 + (int)sj_stream_below(&stream, 19), decimals = (int)sj_stream_below(&stream, 25);
    char text[96];
    double x;
    switch (i % 4) {
      case 0: /* as programs print doubles: 17 digits */
        snprintf(text, sizeof text, "%.17g", (double)(bits >> 11) * 0x1p-53 * pow(10, decimals - 6));
        break;
      case 1: /* any double */
        memcpy(&x, &bits, sizeof x);
        x = fabs(x);
        snprintf(text, sizeof text, "%.*g", length, isfinite(x) ? x : 1.0);
        break;
      case 2: /* digits and a point anywhere */
        snprintf(text, sizeof text, "%llu.%llu", (unsigned long long)(bits >> (length * 3)),
                 (unsigned long long)sj_stream_below(&stream, UINT64_C(1) << 62));
        break;
      default:
        snprintf(text, sizeof text, "%llue%d", (unsigned long long)(bits >> (length * 3)), decimals - 30);
    }
    check_value(text);
  }
}

/* 64 bits and a power of ten: where rounding first to 64 bits and then to 53 goes wrong once in 4096. */
static void long_mantissas(void **state) {
  (void)state;
  struct sj_stream stream;
  sj_stream_seed(&stream, 5, 6);
  for (int i = 0; i < 300000; i++) {
    const uint64_t mantissa = sj_stream_next(&stream) | UINT64_C(1) << 63;
    const int decimals = 1 + (int)sj_stream_below(&stream, 24);
    char text[64];
    snprintf(text, sizeof text, "%llue-%d", (unsigned long long)mantissa / (i % 2 ? 10 : 1), decimals);
    check_value(text);
  }
}

static void not_numbers(void **state) {
  (void)state;
  static const char *const texts[] = {"", ".", "-", "+", "e5", "1e", "1e+", "nan", "inf", "-inf", "x1", " 1", "+-1"};
  struct sj_decimal number;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) assert_null(sj_scan_decimal(texts[i], &number));
  const char *const hexadecimal = "0x10";
  assert_ptr_equal(sj_scan_decimal(hexadecimal, &number), hexadecimal + 1);
}

static void ticks(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int32_t decimals;
    bool fits;
    int64_t ticks;
  } cases[] = {{"1795338205.877", 6, true, 1795338205877000},
               {"0.000001", 6, true, 1},
               {"0.0000001", 6, false, 0},
               {"1e3", 0, true, 1000},
               {"1.5e-2", 3, true, 15},
               {"9223372036854775807", 0, true, INT64_MAX},
               {"9223372036854775808", 0, false, 0},
               {"9.223372036854775807", 18, true, INT64_MAX},
               {"0", 18, true, 0},
               {"-0.0", 3, true, 0},
               {"-1", 3, false, 0},
               {"1e300", 3, false, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sj_decimal number;
    assert_non_null(sj_scan_decimal(cases[i].text, &number));
    int64_t result = 0;
    assert_int_equal(sj_decimal_ticks(&number, cases[i].decimals, &result), cases[i].fits);
    if (cases[i].fits) assert_int_equal(result, cases[i].ticks);
  }
}

static void whole_numbers(void **state) {
  (void)state;
  int64_t value;
  const char *const longest = "999999999999999999", *const longer = "1000000000000000000";
  assert_ptr_equal(sj_scan_whole(longest, &value), longest + 18);
  assert_int_equal(value, 999999999999999999);
  assert_null(sj_scan_whole(longer, &value));
  assert_null(sj_scan_whole("-1", &value));
  assert_null(sj_scan_whole("", &value));
}

static void quotes(void **state) {
  (void)state;
  char buffer[SJ_QUOTED];
  assert_string_equal(sj_quote("a\tb\x80\x1b[31m", 9, buffer), "`a?b??[31m`");
  assert_string_equal(sj_quote("1234567890123456789012345678901234567890", 40, buffer),
                      "`1234567890123456789012345678901234567890`");
  assert_string_equal(sj_quote("12345678901234567890123456789012345678901", 41, buffer),
                      "`1234567890123456789012345678901234567890...`");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(values),        cmocka_unit_test(halves),
                                     cmocka_unit_test(random_values), cmocka_unit_test(long_mantissas),
                                     cmocka_unit_test(not_numbers),   cmocka_unit_test(ticks),
                                     cmocka_unit_test(whole_numbers), cmocka_unit_test(quotes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
