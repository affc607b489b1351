/* Recordings that are none, and the exact message each gets. */
#include "recording.h"

#define TEXT(text) text, sizeof(text) - 1
#define CSV "time,size,service\n"
#define PGBENCH "0 1 3157 0 1795338099 953558 79\n"
#define ACCESS "h - - [22/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\""

static void check_file(int fd, const char *name, const struct sj_trace_options *options, enum sj_status status,
                       const char *message) {
  struct sj_error error;
  memset(&error, 'x', sizeof error);
  struct sj_trace *trace = NULL;
  const enum sj_status got = sj_trace_open(fd, name, options, &trace, &error);
  if (got == SJ_OK) fail_msg("no mistake found, expected %s", message);
  assert_string_equal(error.message, message);
  assert_int_equal(got, status);
  assert_null(trace);
  assert_int_equal(fcntl(fd, F_GETFD), -1); /* it was taken, and closed */
}

static void check_text(const char *text, size_t length, const char *format, const char *message) {
  struct sj_trace_options options = whole();
  options.format = format;
  check_file(file_of(text, length), "log", &options, SJ_INVALID, message);
  /* Compressed, the same mistakes are on the same lines. */
  size_t compressed_length;
  unsigned char *const compressed = compress_gzip(text, length, &compressed_length);
  check_file(file_of(compressed, compressed_length), "log", &options, SJ_INVALID, message);
  free(compressed);
}

static void wrong_lines(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t length;
    const char *format, *message;
  } cases[] = {
      {TEXT(""), NULL, "log:1: empty, expected a recording"},
      {TEXT("\n\n\r\n"), NULL, "log:1: empty, expected a recording"},
      {TEXT("time\n"), NULL, "log:1: a header and no requests, expected at least one line below it"},
      {TEXT("time,service\r\n\r\n"), NULL, "log:1: a header and no requests, expected at least one line below it"},
      {TEXT("hello world\n"), NULL,
       "log:1: no known kind of recording begins with `hello world`, expected a csv header with `time`, an access log "
       "in the combined format, or pgbench's per-transaction log"},
      {TEXT("\000\001\002\n"), NULL,
       "log:1: no known kind of recording begins with `???`, expected a csv header with `time`, an access log in the "
       "combined format, or pgbench's per-transaction log"},
      {TEXT("\377\376\000A\n"), NULL,
       "log:1: no known kind of recording begins with `???A`, expected a csv header with `time`, an access log in the "
       "combined format, or pgbench's per-transaction log"},
      {TEXT("a,b\n1,2\n"), "csv",
       "log:1: no column `time` in the header `a,b`, expected `time` and any of `size`, `service`, `latency` and "
       "`wait`, separated by commas"},
      {TEXT("Time,Size\n1,2\n"), "csv", "log:1: column `Time`, expected `time` or a name less like it"},
      {TEXT("time;size\n1;2\n"), "csv",
       "log:1: no column `time` in the header `time;size`, expected `time` and any of `size`, `service`, `latency` and "
       "`wait`, separated by commas"},
      {TEXT("time,sise\n1,2\n"), NULL, "log:1: column `sise`, expected `size` or a name less like it"},
      {TEXT("time,size,time\n1,2,3\n"), NULL, "log:1: column `time` twice, expected it once"},
      {TEXT("time,\"size\n1,2\n"), "csv",
       "log:1: a quoted name that does not end where it should, expected `\"` and then a comma or the line's end"},
      {TEXT("time,\"a\"b\n1,2\n"), NULL,
       "log:1: a quoted name that does not end where it should, expected `\"` and then a comma or the line's end"},
      {TEXT("time\n1\n"), "pgbench", "log:1: this looks like csv, expected pgbench as the format says"},
      {TEXT(PGBENCH), "csv", "log:1: this looks like pgbench, expected csv as the format says"},
      {TEXT(ACCESS "\n"), "pgbench", "log:1: this looks like combined, expected pgbench as the format says"},
      {TEXT("time\n1\n"), "xml", "log: the format is `xml`, expected csv, combined or pgbench"},
      {TEXT(CSV "1,2\n"), NULL, "log:2: 2 columns, expected 3 as in the header"},
      {TEXT(CSV "1,2,3,4\n"), NULL, "log:2: 4 columns, expected 3 as in the header"},
      {TEXT(CSV "x,2,3\n"), NULL, "log:2: `time` is `x`, expected a number"},
      {TEXT(CSV ",2,3\n"), NULL, "log:2: `time` is empty, expected a number"},
      {TEXT(CSV "1,,3\n"), NULL, "log:2: `size` is empty, expected a number"},
      {TEXT(CSV "nan,2,3\n"), NULL, "log:2: `time` is `nan`, expected a number"},
      {TEXT(CSV "1,inf,3\n"), NULL, "log:2: `size` is `inf`, expected a number"},
      {TEXT(CSV "1,2,-0.5\n"), NULL, "log:2: `service` is `-0.5`, expected a number that is not negative"},
      {TEXT(CSV "-1,2,3\n"), NULL, "log:2: `time` is `-1`, expected a number that is not negative"},
      {TEXT(CSV "1,2,1e20\n"), NULL, "log:2: `service` is `1e20`, expected at most 1e19"},
      {TEXT(CSV "1e300,2,3\n"), NULL, "log:2: `time` is `1e300`, expected at most 1e19"},
      {TEXT(CSV "1,1e999,3\n"), NULL, "log:2: `size` is `1e999`, expected at most 1e19"},
      {TEXT(CSV "1 2,2,3\n"), NULL, "log:2: `time` is `1 2`, expected a number"},
      {TEXT(CSV "1,2,0x10\n"), NULL, "log:2: `service` is `0x10`, expected a number"},
      {TEXT(CSV "1,2,\"3\n"), NULL,
       "log:2: a quoted field that does not end where it should, expected `\"` and then a comma or the line's end"},
      {TEXT(CSV "1,2,\"3\"4\n"), NULL,
       "log:2: a quoted field that does not end where it should, expected `\"` and then a comma or the line's end"},
      {TEXT(CSV "1,2,3;\n"), NULL, "log:2: `service` is `3;`, expected a number"},
      {TEXT(CSV "1,2\000,3\n"), NULL, "log:2: a zero byte, expected text"},
      {TEXT(CSV "1,2,3\000\n"), NULL, "log:2: a zero byte, expected text"},
      {TEXT(CSV "1,2,3\n1,2,\342\210\236\n"), NULL, "log:3: `service` is `???`, expected a number"},
      {TEXT(CSV "1,2,3\n4,x,5\n6,7,8\n9,y,10\n"), NULL,
       "log:3: `size` is `x`, expected a number\nlog:5: `size` is `y`, expected a number"},
      {TEXT(CSV "1,2,3\n\"\n"), NULL,
       "log:3: a quoted field that does not end where it should, expected `\"` and then a comma or the line's end"},
      {TEXT(PGBENCH "0 2 3157 0 1795338099\n"), NULL, "log:2: 5 columns, expected 7 as in the first line"},
      {TEXT(PGBENCH "0 2 3157 0 1795338099 953558\n"), NULL, "log:2: 6 columns, expected 7 as in the first line"},
      {TEXT("0 1 3157 0\n"), "pgbench",
       "log:1: 4 columns, expected 6 to 8 numbers: client, transaction, latency, script, end in seconds and "
       "microseconds, and with --rate the schedule lag"},
      {TEXT(PGBENCH "0 2 3157 0 1795338099 1953558 79\n"), NULL,
       "log:2: end (microseconds) is 1953558, expected less than 1000000"},
      {TEXT(PGBENCH "0 2 79 0 1795338099 953558 3157\n"), NULL,
       "log:2: the schedule lag, 3157, is larger than the latency, 79, expected a latency that counts from the "
       "scheduled start"},
      {TEXT(PGBENCH "0 2 skipped 0 1795338099 953558 79\n"), NULL,
       "log:2: a transaction that was `skipped`: its arrival was not recorded, expected a latency in microseconds "
       "(record without --latency-limit and failures, or remove such lines)"},
      {TEXT("0 2 failed 0 1795338099 953558 79\n"), NULL,
       "log:1: a transaction that was `failed`: its arrival was not recorded, expected a latency in microseconds "
       "(record without --latency-limit and failures, or remove such lines)"},
      {TEXT(PGBENCH "0 2 3157.5 0 1795338099 953558 79\n"), NULL,
       "log:2: latency is `3157.5`, expected a whole number of at most 18 digits"},
      {TEXT(PGBENCH "0 2 -3157 0 1795338099 953558 79\n"), NULL,
       "log:2: latency is `-3157`, expected a whole number of at most 18 digits"},
      {TEXT(PGBENCH "0 2 1795338099953559 0 1795338099 953558 79\n"), NULL,
       "log:2: latency is 1795338099953559 microseconds, expected an arrival after 1970"},
      {TEXT(PGBENCH "0 2 3157 0 999999999999999999 953558 79\n"), NULL,
       "log:2: end (seconds) is 999999999999999999, expected seconds since 1970"},
      {TEXT(PGBENCH "0 2 3157 0 9999999999999999999 953558 79\n"), NULL,
       "log:2: end (seconds) is `9999999999999999999`, expected a whole number of at most 18 digits"},
      {TEXT("1345828501 5601 1542744 483552416 61 2573\n"), NULL,
       "log:1: client is 1345828501, expected less than 1000000 (an aggregated log, --aggregate-interval, does not "
       "tell when requests arrived)"},
      {TEXT(PGBENCH "nan 2 3157 0 1795338099 953558 79\n"), NULL,
       "log:2: client is `nan`, expected a whole number of at most 18 digits"},
      {TEXT(PGBENCH "0 2 3157 0 1795338099 953558 79\000\n"), NULL, "log:2: a zero byte, expected text"},
      {TEXT(PGBENCH "0 2 3157 0 1795338099 953558 79,\n"), NULL,
       "log:2: schedule lag is `79,`, expected a whole number of at most 18 digits"},
      {TEXT(ACCESS "\nh - - [22/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\" 1795338205.877 0.000\n"),
       NULL, "log:2: `1795338205.877 0.000` at the end, expected quoted fields only, as in the first line"},
      {TEXT(ACCESS " 1795338205.877 0.000\nh - - [22/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n"),
       NULL, "log:2: no times at the end, expected $msec $request_time as in the first line"},
      {TEXT(ACCESS " 1795338205.877\n"), NULL,
       "log:1: `1795338205.877` at the end, expected $msec $request_time: seconds since 1970, and seconds, with at "
       "most six decimals"},
      {TEXT(ACCESS " 1795338205.877 0.000\nh - - [22/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\" "
                   "1795338205.877 -0.001\n"),
       NULL,
       "log:2: `1795338205.877 -0.001` at the end, expected $msec $request_time: seconds since 1970, and seconds, with "
       "at most six decimals"},
      {TEXT(ACCESS " 1795338205.877 1795338205.878\n"), NULL,
       "log:1: `1795338205.877 1795338205.878` at the end, expected $msec $request_time: seconds since 1970, and "
       "seconds, with at most six decimals"},
      {TEXT(ACCESS " 1795338205.8770001 0.1\n"), NULL,
       "log:1: `1795338205.8770001 0.1` at the end, expected $msec $request_time: seconds since 1970, and seconds, "
       "with at most six decimals"},
      {TEXT(ACCESS "\nh - - [31/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n"), NULL,
       "log:2: the time is `[31/Nov/2026:09:03:25 +0000]`, expected one as in [22/Nov/2026:09:03:25 +0000], of the "
       "years 1970 to 2261"},
      {TEXT(ACCESS "\nh - - [22/Nvo/2026:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n"), NULL,
       "log:2: the time is `[22/Nvo/2026:09:03:25 +0000]`, expected one as in [22/Nov/2026:09:03:25 +0000], of the "
       "years 1970 to 2261"},
      {TEXT(ACCESS "\nh - - [22/Nov/1969:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n"), NULL,
       "log:2: the time is `[22/Nov/1969:09:03:25 +0000]`, expected one as in [22/Nov/2026:09:03:25 +0000], of the "
       "years 1970 to 2261"},
      {TEXT(ACCESS "\nh - - [22/Nov/2262:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n"), NULL,
       "log:2: the time is `[22/Nov/2262:09:03:25 +0000]`, expected one as in [22/Nov/2026:09:03:25 +0000], of the "
       "years 1970 to 2261"},
      {TEXT(ACCESS "\nh - - [22/Nov/2026:24:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n"), NULL,
       "log:2: the time is `[22/Nov/2026:24:03:25 +0000]`, expected one as in [22/Nov/2026:09:03:25 +0000], of the "
       "years 1970 to 2261"},
      {TEXT(ACCESS "\nh - - [29/Feb/2023:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n"), NULL,
       "log:2: the time is `[29/Feb/2023:09:03:25 +0000]`, expected one as in [22/Nov/2026:09:03:25 +0000], of the "
       "years 1970 to 2261"},
      {TEXT(ACCESS "\nh - - [29/Feb/2100:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n"), NULL,
       "log:2: the time is `[29/Feb/2100:09:03:25 +0000]`, expected one as in [22/Nov/2026:09:03:25 +0000], of the "
       "years 1970 to 2261"},
      {TEXT(ACCESS "\nh - - [22/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1\" OK 5 \"-\" \"-\"\n"), NULL,
       "log:2: the status is `OK`, expected three digits"},
      {TEXT(ACCESS "\nh - - [22/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5k \"-\" \"-\"\n"), NULL,
       "log:2: the size is `5k`, expected a number of bytes of at most 18 digits, or -"},
      {TEXT(ACCESS "\nh - - [22/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1\" 200 -5 \"-\" \"-\"\n"), NULL,
       "log:2: the size is `-5`, expected a number of bytes of at most 18 digits, or -"},
      {TEXT(ACCESS "\nh - - [22/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1 200 5 \"-\" \"-\"\n"), NULL,
       "log:2: no quoted request behind the time, expected host - user [22/Nov/2026:09:03:25 +0000] \"request\" status "
       "bytes ..."},
      {TEXT(ACCESS "\nh - - [22/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\n"), NULL,
       "log:2: `5 \"-\" \"-` behind the status, expected the size, quoted fields, and $msec $request_time"},
      {TEXT(ACCESS "\nh - - [22/Nov/2026:09:03:25 +0000] GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n"), NULL,
       "log:2: no quoted request behind the time, expected host - user [22/Nov/2026:09:03:25 +0000] \"request\" status "
       "bytes ..."},
      {TEXT(ACCESS "\ngarbage\n"), NULL,
       "log:2: no time in brackets in `garbage`, expected host - user [22/Nov/2026:09:03:25 +0000] \"request\" status "
       "bytes ..."},
      {TEXT(ACCESS "\nh - - [22/Nov/2026:09:03:25 +0\n"), NULL,
       "log:2: no time in brackets in `h - - [22/Nov/2026:09:03:25 +0`, expected host - user [22/Nov/2026:09:03:25 "
       "+0000] \"request\" status bytes ..."},
      {TEXT(ACCESS "\nh - -\000 [22/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n"), NULL,
       "log:2: a zero byte, expected text"},
      {TEXT("h - - [22/Nov/2026:09:03:25 +0000] \"GET / HTTP/1.1\"  200 5 \"-\" \"-\"\n"), NULL,
       "log:1: the status is ``, expected three digits"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check_text(cases[i].text, cases[i].length, cases[i].format, cases[i].message);
}

/* After twenty the reading stops. */
static void many_mistakes(void **state) {
  (void)state;
  char text[512] = "time\n", message[4096] = "";
  for (int i = 0; i < 25; i++) {
    strcat(text, i == 3 ? "7\n" : "x\n");
    if (i != 3 && i < 21)
      snprintf(message + strlen(message), sizeof message - strlen(message),
               "%slog:%d: `time` is `x`, expected a number", i ? "\n" : "", i + 2);
  }
  check_text(text, strlen(text), NULL, message);
}

static void long_lines(void **state) {
  (void)state;
  enum { LONG = 70000 };
  char *const text = malloc(2 * LONG + 64);
  memset(text, '9', LONG);
  strcpy(text + LONG, "\n");
  check_text(text, LONG + 1, NULL, "log:1: a line of more than 65536 bytes, expected a request");
  memcpy(text, "time\n", 5);
  strcpy(text + LONG, "\n1\nx\n");
  check_text(text, strlen(text), NULL,
             "log:2: a line of more than 65536 bytes, expected a request\nlog:4: `time` is `x`, expected a number");
  /* Longer than the buffer, and the last. */
  char *const huge = malloc(1 << 20);
  memset(huge, 'a', 1 << 20);
  memcpy(huge, "time\n", 5);
  check_text(huge, 1 << 20, NULL, "log:2: a line of more than 65536 bytes, expected a request");
  /* 65536 bytes are a line like any other. */
  struct recording recording;
  const struct sj_trace_options options = whole();
  strcpy(huge, "x,time\n");
  memset(huge + 7, 'a', 65534);
  strcpy(huge + 7 + 65534, ",1\nb,2\n");
  huge[7] = 'b';
  memmove(huge + 8, huge + 9, strlen(huge + 8));
  assert_int_equal(strcspn(huge + 7, "\n"), 65535);
  read_text(&recording, huge, &options);
  assert_true(recording.count == 2 && recording.records[1].arrival == 1);
  end_recording(&recording);
  free(huge);
  free(text);
}

static void many_columns(void **state) {
  (void)state;
  char text[4096] = "time";
  for (int i = 0; i < 255; i++) snprintf(text + strlen(text), 16, ",c%d", i);
  struct recording recording;
  const struct sj_trace_options options = whole();
  const size_t header = strlen(text);
  strcat(text, "\n1");
  for (int i = 0; i < 255; i++) strcat(text, ",");
  read_text(&recording, text, &options);
  assert_int_equal(recording.count, 1);
  end_recording(&recording);
  strcpy(text + header, ",more\n1\n");
  check_text(text, strlen(text), NULL, "log:1: more than 256 columns, expected fewer");
}

/* Of the names, only those that say csv matter. */
static void names(void **state) {
  (void)state;
  const struct sj_trace_options options = whole();
  check_file(file_of_text("a,b\n1,2\n"), "folder/a.csv", &options, SJ_INVALID,
             "folder/a.csv:1: no column `time` in the header `a,b`, expected `time` and any of `size`, `service`, "
             "`latency` and `wait`, separated by commas");
  check_file(file_of_text("tine\n1\n"), "a.csv.gz", &options, SJ_INVALID,
             "a.csv.gz:1: column `tine`, expected `time` or a name less like it");
  check_file(file_of_text("tine\n1\n"), "a.csv.txt", &options, SJ_INVALID,
             "a.csv.txt:1: no known kind of recording begins with `tine`, expected a csv header with `time`, an access "
             "log in the combined format, or pgbench's per-transaction log");
}

static void out_of_order(void **state) {
  (void)state;
  const size_t lines = 1 << 20;
  char *const text = malloc(2 * lines + 16);
  strcpy(text, "time\n");
  for (size_t i = 0; i < lines; i++) memcpy(text + 5 + 2 * i, "2\n", 2);
  strcpy(text + 5 + 2 * lines, "1\n");
  const struct sj_trace_options options = whole();
  check_file(file_of_text(text), "log", &options, SJ_INVALID,
             "log:1048578: more than a million of the lines above arrived after this one, expected an order close to "
             "that of arrival or of completion (sort the file by time)");
  free(text);
}

static void compressed_data(void **state) {
  (void)state;
  const struct sj_trace_options options = whole();
  size_t length;
  const char *const text = "time\n1\n2\n3\n4\n5\n6\n7\n";
  unsigned char *const good = compress_gzip(text, strlen(text), &length);
  unsigned char *const bad = malloc(2 * length + 16);
  /* Cut anywhere but before the second byte of the magic number, behind which it is gzip no more. */
  for (size_t cut = 2; cut < length; cut++)
    check_file(file_of(good, cut), "log.gz", &options, SJ_FAILED,
               "log.gz: the gzip data is truncated, expected its end");
  /* Any bit of the checksum or the length. */
  for (size_t byte = length - 8; byte < length; byte++)
    for (int bit = 0; bit < 8; bit++) {
      memcpy(bad, good, length);
      bad[byte] ^= (unsigned char)(1 << bit);
      check_file(file_of(bad, length), "log.gz", &options, SJ_INVALID,
                 "log.gz: the gzip data is corrupt, expected whole gzip members and nothing else");
    }
  memcpy(bad, good, length);
  strcpy((char *)bad + length, "rubbish");
  check_file(file_of(bad, length + 7), "log.gz", &options, SJ_INVALID,
             "log.gz: the gzip data is corrupt, expected whole gzip members and nothing else");
  memcpy(bad + length, good, length - 3);
  check_file(file_of(bad, 2 * length - 3), "log.gz", &options, SJ_INVALID,
             "log.gz:9: `time` is `time`, expected a number\nlog.gz: the gzip data is truncated, expected its end");
  free(bad);
  free(good);
  /* What was wrong before the end is told too. */
  unsigned char *const wrong = compress_gzip("time\nx\n", 7, &length);
  check_file(file_of(wrong, length - 1), "log.gz", &options, SJ_INVALID,
             "log.gz:2: `time` is `x`, expected a number\nlog.gz: the gzip data is truncated, expected its end");
  free(wrong);
}

static void no_regular_files(void **state) {
  (void)state;
  const struct sj_trace_options options = whole();
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  check_file(ends[0], "pipe", &options, SJ_FAILED,
             "pipe: not a regular file, expected one (a pipe can be read only once)");
  close(ends[1]);
  check_file(open("/", O_RDONLY | O_DIRECTORY), "/", &options, SJ_FAILED,
             "/: not a regular file, expected one (a pipe can be read only once)");
  check_file(-1, "closed", &options, SJ_FAILED, "closed: cannot be read: Bad file descriptor");
  FILE *const file = tmpfile();
  assert_non_null(file);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
  const int write_only = open(path, O_WRONLY);
  fclose(file);
  assert_true(write_only >= 0);
  check_file(write_only, "secret", &options, SJ_FAILED, "secret: cannot be read: Bad file descriptor");
}

static void wrong_parts(void **state) {
  (void)state;
  static const struct {
    double from, to;
    const char *message;
  } cases[] = {
      {-1, NAN, "log: from is -1, expected a time from 0 on"},
      {5, 5, "log: to is 5, expected a time after 5"},
      {5, 2, "log: to is 2, expected a time after 5"},
      {NAN, 0, "log: to is 0, expected a time after 0"},
      {1, 2, "log: no request between from and to, expected a part of 0 to 3.5"},
      {3.75, NAN, "log: no request between from and to, expected a part of 0 to 3.5"},
      {INFINITY, NAN, "log: no request between from and to, expected a part of 0 to 3.5"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sj_trace_options options = whole();
    options.from = cases[i].from;
    options.to = cases[i].to;
    check_file(file_of_text("time\n10\n13.5\n"), "log", &options, SJ_INVALID, cases[i].message);
  }
}

/* No room for a message is no reason to fall over. */
static void without_error(void **state) {
  (void)state;
  const struct sj_trace_options options = whole();
  struct sj_trace *trace;
  assert_int_equal(sj_trace_open(file_of_text("x"), "log", &options, &trace, NULL), SJ_INVALID);
  assert_int_equal(sj_trace_open(file_of_text("time\n1\n"), "log", &options, &trace, NULL), SJ_OK);
  struct sj_trace_reader *reader;
  assert_int_equal(sj_trace_reader_create(trace, &reader, NULL), SJ_OK);
  sj_trace_reader_destroy(reader);
  sj_trace_reader_destroy(NULL);
  sj_trace_close(trace);
  sj_trace_close(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(wrong_lines),     cmocka_unit_test(many_mistakes),
                                     cmocka_unit_test(long_lines),      cmocka_unit_test(many_columns),
                                     cmocka_unit_test(names),           cmocka_unit_test(out_of_order),
                                     cmocka_unit_test(compressed_data), cmocka_unit_test(no_regular_files),
                                     cmocka_unit_test(wrong_parts),     cmocka_unit_test(without_error)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
