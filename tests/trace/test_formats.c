/* What each format may look like, and what is read out of it. */
#include <time.h>

#include "recording.h"

static const struct sj_trace_summary *summary_of(const struct recording *recording) {
  return sj_trace_summary_of(recording->trace);
}

/* `text` holds these arrivals, to the bit. */
static void check_arrivals(const char *text, const double *arrivals, size_t count) {
  struct recording recording;
  const struct sj_trace_options options = whole();
  read_text(&recording, text, &options);
  assert_int_equal(recording.count, count);
  for (size_t i = 0; i < count; i++)
    if (!same(recording.records[i].arrival, arrivals[i]))
      fail_msg("%s: arrival %zu is %.17g, not %.17g", text, i, recording.records[i].arrival, arrivals[i]);
  assert_true(same(summary_of(&recording)->end, arrivals[count - 1]));
  end_recording(&recording);
}

#define ARRIVALS(...) ((const double[]){__VA_ARGS__}), sizeof((const double[]){__VA_ARGS__}) / sizeof(double)

static void csv_columns(void **state) {
  (void)state;
  struct recording recording;
  const struct sj_trace_options options = whole();
  read_text(&recording,
            "wait,host,time,latency,size,service\n"
            "0.25,a,10,1.5,100,1.25\n"
            "0.5,\"b, \"\"c\"\"\",11.5,2.5,300,2\n",
            &options);
  const struct sj_trace_record *const r = recording.records;
  assert_true(r[0].arrival == 0 && r[0].wait == 0.25 && r[0].latency == 1.5 && r[0].size == 100 &&
              r[0].service == 1.25);
  assert_true(r[1].arrival == 1.5 && r[1].wait == 0.5 && r[1].latency == 2.5 && r[1].size == 300 && r[1].service == 2);
  const struct sj_trace_summary *const s = summary_of(&recording);
  assert_true(s->has_size && s->has_service && s->has_latency && s->has_wait && !s->whole_seconds);
  assert_string_equal(s->format, "csv");
  assert_true(s->count == 2 && s->end == 1.5 && s->size_mean == 200 && s->service_mean == 1.625);
  assert_true(fabs(s->service_cv - sqrt(0.28125) / 1.625) < 1e-15);
  assert_string_equal(sj_trace_name(recording.trace), "recording");
  end_recording(&recording);
}

static void csv_absent_columns(void **state) {
  (void)state;
  struct recording recording;
  const struct sj_trace_options options = whole();
  read_text(&recording, "time\n1\n2\n", &options);
  const struct sj_trace_record *const r = &recording.records[1];
  assert_true(isnan(r->size) && isnan(r->service) && isnan(r->latency) && isnan(r->wait));
  const struct sj_trace_summary *const s = summary_of(&recording);
  assert_false(s->has_size || s->has_service || s->has_latency || s->has_wait);
  assert_true(isnan(s->service_mean) && isnan(s->service_cv) && isnan(s->size_mean));
  end_recording(&recording);
}

/* Writers differ. */
static void csv_spellings(void **state) {
  (void)state;
  check_arrivals("time\r\n1\r\n2.5\r\n", ARRIVALS(0, 1.5));
  check_arrivals("time\n1\n2.5", ARRIVALS(0, 1.5));
  check_arrivals("\xef\xbb\xbftime,size\n1,2\n2.5,3\n", ARRIVALS(0, 1.5));
  check_arrivals("\"time\" , x\n \"1\" , y\n\t2.5\t,\n", ARRIVALS(0, 1.5));
  check_arrivals("\n\ntime\n\n1\n\n+2.5\n\n", ARRIVALS(0, 1.5));
  check_arrivals("time\n1e0\n25.e-1\n", ARRIVALS(0, 1.5));
  check_arrivals("x,time\n\"\"\"\",1\n\",\",2.5\n", ARRIVALS(0, 1.5));
}

/* Decimal times are subtracted before they are rounded: 100.3 - 100.1 is 0.2, not 0.20000000000000284. */
static void csv_times_are_exact(void **state) {
  (void)state;
  check_arrivals("time\n100.1\n100.3\n", ARRIVALS(0, 0.2));
  check_arrivals("time\n1795338205.877\n1795338205.878001\n1795338206\n", ARRIVALS(0, 0.001001, 0.123));
  check_arrivals("time\n1795338205877123456\n1795338205877123457\n", ARRIVALS(0, 1));
  check_arrivals("time\n0\n0.1\n0.25\n1e-7\n", ARRIVALS(0, 1e-7, 0.1, 0.25));
  check_arrivals("time\n0.000000000000000001\n2\n", ARRIVALS(0, 2));
  /* More digits than ticks hold: doubles, as in any other program. */
  check_arrivals("time\n0\n0.12345678901234567\n98765.43210987654\n",
                 ARRIVALS(0, 0.12345678901234567, 98765.43210987654));
  check_arrivals("time\n0\n1e18\n1e19\n", ARRIVALS(0, 1e18, 1e19));
  check_arrivals("time\n1.5\n1e-30\n", ARRIVALS(0, 1.5));
}

static void csv_is_put_in_order(void **state) {
  (void)state;
  struct recording recording;
  const struct sj_trace_options options = whole();
  read_text(&recording, "time,size\n3,1\n1,2\n2,3\n1,4\n5,5\n3,6\n", &options);
  static const double sizes[] = {2, 4, 3, 1, 6, 5};
  for (size_t i = 0; i < 6; i++) assert_true(recording.records[i].size == sizes[i]);
  end_recording(&recording);
}

static void model_units(void **state) {
  (void)state;
  struct recording recording;
  struct sj_trace_options options = whole();
  options.unit_seconds = 1e-3;
  const char *const log =
      "0 1 3157 0 1795338099 953558 79\n0 2 2304 0 1795338099 954794 1085\n0 3 788 0 1795338099 957343 75\n";
  read_text(&recording, log, &options);
  const struct sj_trace_record *const r = recording.records;
  assert_true(same(r[0].arrival, 0) && same(r[1].arrival, 2.089) && same(r[2].arrival, 6.154));
  assert_true(same(r[0].latency, 3.157) && same(r[0].wait, 0.079) && same(r[0].service, 3.078));
  end_recording(&recording);
  read_text(&recording, "time\n1\n3\n", &options);
  assert_true(recording.records[1].arrival == 2); /* a csv is in the model's unit already */
  end_recording(&recording);
}

static void pgbench_variants(void **state) {
  (void)state;
  struct recording recording;
  const struct sj_trace_options options = whole();
  /* Without --rate: a closed loop, whose transactions start when they are sent. */
  read_text(&recording, "0 1 1500 0 1795338099 953558\n1 1 1000 0 1795338099 953600\n", &options);
  const struct sj_trace_record *r = recording.records;
  assert_true(same(r[1].arrival, 0.000542) && same(r[1].latency, 0.001) && same(r[1].service, 0.001));
  assert_true(isnan(r[0].wait) && isnan(r[0].size));
  const struct sj_trace_summary *const s = summary_of(&recording);
  assert_true(s->has_service && s->has_latency && !s->has_wait && !s->has_size);
  end_recording(&recording);
  /* With --max-tries: a column more. */
  read_text(&recording, "0 1 1500 0 1795338099 953558 500 2\n", &options);
  r = recording.records;
  assert_true(same(r[0].service, 0.001) && same(r[0].wait, 0.0005) && summary_of(&recording)->has_wait);
  end_recording(&recording);
  check_arrivals("0\t1\t1500  0 1795338099 953558 500 \r\n0 2 1500 0 1795338100 3558 500\r\n", ARRIVALS(0, 0.05));
}

static void formats_are_found(void **state) {
  (void)state;
  static const struct {
    const char *text, *format;
  } cases[] = {
      {"time\n1\n", "csv"},
      {"a;b,\"time\"\n1,2\n", "csv"},
      {"0 1 1500 0 1795338099 953558\n", "pgbench"},
      {"h - - [22/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n", "combined"},
      {"h - - [22/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5\n", "combined"},
      {"h - - [22/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\" 1795338205.877 0.003\n",
       "combined+msec"},
  };
  static const char *const named[] = {"csv", "csv", "pgbench", "combined", "combined", "combined"};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (int name_it = 0; name_it < 2; name_it++) {
      struct recording recording;
      struct sj_trace_options options = whole();
      options.format = name_it ? named[i] : NULL;
      read_text(&recording, cases[i].text, &options);
      assert_string_equal(summary_of(&recording)->format, cases[i].format);
      end_recording(&recording);
    }
}

static void access_log_fields(void **state) {
  (void)state;
  struct recording recording;
  const struct sj_trace_options options = whole();
  read_text(
      &recording,
      "::1 - - [22/Nov/2026:09:03:25 +0000] \"GET /\\\"a\\\\ HTTP/1.1\" 200 1354 \"-\" \"x\" 1795338205.877 0.002\n"
      "h - a [b] c [22/Nov/2026:09:03:25 +0000] \"\" 400 - \"\" \"\" \"10.0.0.1\" 1795338205.8765 0.001\n"
      "h - - [22/Nov/2026:09:03:25 +0000] \"\\x16\\x03\" 499 0 1795338205.879000 0\n",
      &options);
  const struct sj_trace_record *const r = recording.records;
  assert_true(same(r[0].arrival, 0) && r[0].size == 1354 && same(r[0].latency, 0.002));
  assert_true(same(r[1].arrival, 0.0005) && r[1].size == 0 && same(r[1].latency, 0.001));
  assert_true(same(r[2].arrival, 0.004) && r[2].size == 0 && same(r[2].latency, 0));
  assert_true(isnan(r[0].service) && isnan(r[0].wait));
  const struct sj_trace_summary *const s = summary_of(&recording);
  assert_true(s->has_size && s->has_latency && !s->has_service && !s->has_wait && !s->whole_seconds);
  end_recording(&recording);
}

/* The C library's calendar against the reader's: all second differences from one date, spread or not, are those of
 * timegm to within the second. */
static void access_log_dates(void **state) {
  (void)state;
  static const char *const zones[] = {"+0000", "-0800", "+0530", "+1400"};
  static const int64_t zone_seconds[] = {0, -8 * 3600, 5 * 3600 + 30 * 60, 14 * 3600};
  const struct sj_trace_options options = whole();
  for (int year = 1971; year < 2262; year += year < 2100 ? 1 : 23)
    for (int month = 0; month < 12; month++) {
      const size_t zone = (size_t)(year + month) % 4;
      struct tm date = {.tm_year = year - 1900,
                        .tm_mon = month + 1,
                        .tm_mday = 0,
                        .tm_hour = 23,
                        .tm_min = month,
                        .tm_sec = 59}; /* the last day of the month */
      const int64_t seconds = timegm(&date) - zone_seconds[zone];
      char stamp[64], text[256];
      strftime(stamp, sizeof stamp, "%d/%b/%Y:%H:%M:%S", &date);
      snprintf(text, sizeof text, "h - - [01/Jan/1970:00:00:00 +0000] \"\" 200 1\nh - - [%s %s] \"\" 200 1\n", stamp,
               zones[zone]);
      struct recording recording;
      read_text(&recording, text, &options);
      assert_true(fabs(recording.records[1].arrival - (double)seconds) < 1);
      assert_true(summary_of(&recording)->whole_seconds);
      end_recording(&recording);
    }
}

static void leap_days(void **state) {
  (void)state;
  check_arrivals(
      "h - - [29/Feb/2000:00:00:00 +0000] \"\" 200 1 951782400 0\n"
      "h - - [29/Feb/2096:23:59:60 +0000] \"\" 200 1 951782401.5 0\n",
      ARRIVALS(0, 1.5));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(csv_columns),
                                     cmocka_unit_test(csv_absent_columns),
                                     cmocka_unit_test(csv_spellings),
                                     cmocka_unit_test(csv_times_are_exact),
                                     cmocka_unit_test(csv_is_put_in_order),
                                     cmocka_unit_test(model_units),
                                     cmocka_unit_test(pgbench_variants),
                                     cmocka_unit_test(formats_are_found),
                                     cmocka_unit_test(access_log_fields),
                                     cmocka_unit_test(access_log_dates),
                                     cmocka_unit_test(leap_days)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
