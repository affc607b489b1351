/* pgbench's per-transaction log (PostgreSQL documentation, pgbench, "Per-Transaction Logging"): client_id
 * transaction_no time script_no time_epoch time_us [schedule_lag] [retries]. */
#include <math.h>
#include <string.h>

#include "trace/format.h"
#include "trace/number.h"

enum { FEWEST = 6, MOST = 8, WITH_LAG = 7 };
enum { CLIENT, TRANSACTION, LATENCY, SCRIPT, END_SECONDS, END_MICROSECONDS, LAG, RETRIES };
static const int64_t microseconds_per_second = 1000000;
/* An aggregated log (--aggregate-interval) has as many columns, but begins with a time since 1970. */
static const int64_t most_clients = 1000000;

static const char *const column_names[MOST] = {"client",        "transaction",        "latency",      "script",
                                               "end (seconds)", "end (microseconds)", "schedule lag", "retries"};

struct field {
  const char *text;
  size_t length;
};

/* Splits at blanks; returns the number of fields, of which at most MOST are stored. */
static int split(const char *text, struct field fields[MOST]) {
  int count = 0;
  for (const char *p = text; *p;) {
    const size_t blanks = strspn(p, " \t");
    p += blanks;
    const size_t length = strcspn(p, " \t");
    if (length == 0) break;
    if (count < MOST) fields[count] = (struct field){p, length};
    count++;
    p += length;
  }
  return count;
}

static bool is_whole(const struct field *field) {
  int64_t value;
  return sj_scan_whole(field->text, &value) == field->text + field->length;
}

static bool starts_with(const struct field *field, const char *word) {
  return field->length == strlen(word) && memcmp(field->text, word, field->length) == 0;
}

/* pgbench writes a word in place of the latency of a transaction that was not done. */
static bool is_not_done(const struct field *field) {
  return starts_with(field, "skipped") || starts_with(field, "failed") || starts_with(field, "serialization") ||
         starts_with(field, "deadlock");
}

bool sj_pgbench_recognize(const char *text) {
  struct field fields[MOST];
  const int count = split(text, fields);
  if (count < FEWEST || count > MOST) return false;
  for (int i = 0; i < count; i++)
    if (!is_whole(&fields[i]) && !(i == LATENCY && is_not_done(&fields[i]))) return false;
  return true;
}

bool sj_pgbench_start(struct sj_trace_parser *parser, const char *text, size_t length) {
  struct field fields[MOST];
  const int count = split(text, fields);
  if (strlen(text) != length || count < FEWEST || count > MOST)
    return sj_trace_problem(parser,
                            "%d columns, expected 6 to 8 numbers: client, transaction, latency, script, end in seconds "
                            "and microseconds, and with --rate the schedule lag",
                            count);
  parser->column_count = count;
  parser->has_service = parser->has_latency = true;
  parser->has_wait = count >= WITH_LAG;
  parser->ticks_per_unit = (double)microseconds_per_second * parser->unit_seconds;
  return true;
}

/* Says what is wrong with a line that is not `column_count` whole numbers. */
static enum sj_trace_verdict explain(struct sj_trace_parser *parser, const char *text, size_t length) {
  if (strlen(text) != length) return sj_trace_wrong(parser, "a zero byte, expected text");
  struct field fields[MOST];
  const int count = split(text, fields);
  if (count != parser->column_count)
    return sj_trace_wrong(parser, "%d columns, expected %d as in the first line", count, parser->column_count);
  char quoted[SJ_QUOTED];
  for (int i = 0; i < count; i++) {
    if (is_whole(&fields[i])) continue;
    sj_quote(fields[i].text, fields[i].length, quoted);
    if (i == LATENCY && is_not_done(&fields[i]))
      return sj_trace_wrong(parser,
                            "a transaction that was %s: its arrival was not recorded, expected a latency in "
                            "microseconds (record without --latency-limit and failures, or remove such lines)",
                            quoted);
    return sj_trace_wrong(parser, "%s is %s, expected a whole number of at most 18 digits", column_names[i], quoted);
  }
  return sj_trace_wrong(parser, "not a line of pgbench's log, expected numbers separated by blanks");
}

enum sj_trace_verdict sj_pgbench_parse(struct sj_trace_parser *parser, const char *text, size_t length,
                                       struct sj_trace_line *line) {
  int64_t v[MOST] = {0};
  const char *p = text;
  for (int i = 0; i < parser->column_count; i++) {
    while (*p == ' ' || *p == '\t') p++;
    p = sj_scan_whole(p, &v[i]);
    if (!p || (*p && *p != ' ' && *p != '\t')) return explain(parser, text, length);
  }
  while (*p == ' ' || *p == '\t') p++;
  if (p != text + length) return explain(parser, text, length);

  if (v[CLIENT] >= most_clients)
    return sj_trace_wrong(parser,
                          "client is %lld, expected less than 1000000 (an aggregated log, --aggregate-interval, does "
                          "not tell when requests arrived)",
                          (long long)v[CLIENT]);
  if (v[END_MICROSECONDS] >= microseconds_per_second)
    return sj_trace_wrong(parser, "end (microseconds) is %lld, expected less than 1000000",
                          (long long)v[END_MICROSECONDS]);
  if (v[END_SECONDS] > INT64_MAX / microseconds_per_second - 1)
    return sj_trace_wrong(parser, "end (seconds) is %lld, expected seconds since 1970", (long long)v[END_SECONDS]);
  if (v[LAG] > v[LATENCY])
    return sj_trace_wrong(parser,
                          "the schedule lag, %lld, is larger than the latency, %lld, expected a latency that counts "
                          "from the scheduled start",
                          (long long)v[LAG], (long long)v[LATENCY]);
  const int64_t end = v[END_SECONDS] * microseconds_per_second + v[END_MICROSECONDS];
  if (v[LATENCY] > end)
    return sj_trace_wrong(parser, "latency is %lld microseconds, expected an arrival after 1970",
                          (long long)v[LATENCY]);
  line->instant = end - v[LATENCY];
  line->size = NAN;
  line->latency = (double)v[LATENCY] / parser->ticks_per_unit;
  line->service = (double)(v[LATENCY] - v[LAG]) / parser->ticks_per_unit;
  line->wait = parser->has_wait ? (double)v[LAG] / parser->ticks_per_unit : NAN;
  return SJ_LINE_REQUEST;
}
