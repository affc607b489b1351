/* Access logs: host identity user [day/month/year:hour:minute:second zone] "request" status bytes, then any number of
 * quoted fields (the common format has none, the combined format referrer and user agent), then, if they were added,
 * nginx's $msec (time of completion, seconds since 1970) and $request_time (seconds). */
#include <math.h>
#include <string.h>

#include "random/stream.h"
#include "trace/date.h"
#include "trace/format.h"
#include "trace/number.h"

static const int64_t microseconds_per_second = 1000000, nanoseconds_per_second = 1000000000;
enum { DATE_LENGTH = 26 };
static const char expected[] = "host - user [22/Nov/2026:09:03:25 +0000] \"request\" status bytes ...";

static int64_t month_of(const char *text) {
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (int64_t month = 0; month < 12; month++)
    if (memcmp(text, months + 3 * month, 3) == 0) return month + 1;
  return 0;
}

/* "22/Nov/2026:09:03:25 +0000" in seconds since 1970; false if it is no such time. */
static bool read_date(const char *text, int64_t *seconds) {
  struct sj_date date = {.west = text[21] == '-', .month = month_of(text + 3)};
  if (!sj_scan_digits(text, 2, &date.day) || text[2] != '/' || text[6] != '/' ||
      !sj_scan_digits(text + 7, 4, &date.year) || text[11] != ':' || !sj_scan_digits(text + 12, 2, &date.hour) ||
      text[14] != ':' || !sj_scan_digits(text + 15, 2, &date.minute) || text[17] != ':' ||
      !sj_scan_digits(text + 18, 2, &date.second) || text[20] != ' ' || (text[21] != '+' && text[21] != '-') ||
      !sj_scan_digits(text + 22, 2, &date.zone_hours) || !sj_scan_digits(text + 24, 2, &date.zone_minutes))
    return false;
  return sj_date_seconds(&date, seconds);
}

/* The '[' of the date, or NULL: something of its shape, behind the host. A user's name may have brackets too. */
static const char *find_date(const char *text) {
  for (const char *p = text; (p = strchr(p, '[')); p++)
    if (p > text && p[-1] == ' ' && strnlen(p, DATE_LENGTH + 2) == DATE_LENGTH + 2 && p[3] == '/' &&
        p[DATE_LENGTH + 1] == ']')
      return p;
  return NULL;
}

bool sj_combined_recognize(const char *text) { return find_date(text) != NULL; }

/* What follows a quoted text, where a backslash guards the next byte; NULL if it does not end or does not begin. */
static const char *skip_quoted(const char *p) {
  if (*p++ != '"') return NULL;
  for (;;) {
    p += strcspn(p, "\"\\");
    if (*p == '"') return p + 1;
    if (!*p || !p[1]) return NULL;
    p += 2;
  }
}

/* A line, taken apart. */
struct parts {
  const char *date, *request, *status, *bytes, *more; /* NULL from the first part on that is not as it should be */
  int64_t byte_count;
};

static const char *skip_blank(const char *p) { return p && *p == ' ' ? p + 1 : NULL; }

/* Bytes sent, or - for none; NULL if it is neither. */
static const char *skip_size(const char *p, int64_t *bytes) {
  *bytes = 0;
  p = *p == '-' ? p + 1 : sj_scan_whole(p, bytes);
  return p && (*p == ' ' || !*p) ? p : NULL;
}

static void take_apart(const char *text, struct parts *parts) {
  *parts = (struct parts){.date = find_date(text)};
  if (!parts->date) return;
  parts->request = skip_blank(parts->date + DATE_LENGTH + 2);
  const char *p = parts->request ? skip_quoted(parts->request) : NULL;
  parts->status = skip_blank(p);
  int64_t status;
  if (!parts->status || !sj_scan_digits(parts->status, 3, &status)) return;
  parts->bytes = skip_blank(parts->status + 3);
  if (!parts->bytes) return;
  p = skip_size(parts->bytes, &parts->byte_count);
  while (p && p[0] == ' ' && p[1] == '"') p = skip_quoted(p + 1);
  if (p && (*p == 0 || (*p == ' ' && p[1]))) parts->more = p;
}

/* The two times at the line's end, in microseconds. */
static bool read_times(const char *p, int64_t *end, int64_t *duration) {
  struct sj_decimal number;
  const int32_t micro = 6;
  p = sj_scan_decimal(p, &number);
  if (!p || !sj_decimal_ticks(&number, micro, end)) return false;
  p = skip_blank(p);
  p = p ? sj_scan_decimal(p, &number) : NULL;
  return p && *p == 0 && sj_decimal_ticks(&number, micro, duration) && *duration <= *end;
}

/* Says what is wrong with a line. */
static enum sj_trace_verdict explain(struct sj_trace_parser *parser, const char *text, size_t length,
                                     const struct parts *parts) {
  if (strlen(text) != length) return sj_trace_wrong(parser, "a zero byte, expected text");
  char quoted[SJ_QUOTED];
  if (!parts->date) {
    sj_quote(text, length, quoted);
    return sj_trace_wrong(parser, "no time in brackets in %s, expected %s", quoted, expected);
  }
  int64_t seconds;
  if (!read_date(parts->date + 1, &seconds))
    return sj_trace_wrong(parser,
                          "the time is %s, expected one as in [22/Nov/2026:09:03:25 +0000], of the years 1970 to 2261",
                          sj_quote(parts->date, DATE_LENGTH + 2, quoted));
  if (!parts->request || !parts->status)
    return sj_trace_wrong(parser, "no quoted request behind the time, expected %s", expected);
  if (!parts->bytes)
    return sj_trace_wrong(parser, "the status is %s, expected three digits",
                          sj_quote(parts->status, strcspn(parts->status, " "), quoted));
  int64_t bytes;
  const size_t size_length = strcspn(parts->bytes, " ");
  if (!skip_size(parts->bytes, &bytes))
    return sj_trace_wrong(parser, "the size is %s, expected a number of bytes of at most 18 digits, or -",
                          sj_quote(parts->bytes, size_length, quoted));
  if (!parts->more)
    return sj_trace_wrong(parser, "%s behind the status, expected the size, quoted fields, and $msec $request_time",
                          sj_quote(parts->bytes, strlen(parts->bytes), quoted));
  if (!*parts->more)
    return sj_trace_wrong(parser, "no times at the end, expected $msec $request_time as in the first line");
  sj_quote(parts->more + 1, strlen(parts->more + 1), quoted);
  if (parser->whole_seconds)
    return sj_trace_wrong(parser, "%s at the end, expected quoted fields only, as in the first line", quoted);
  return sj_trace_wrong(parser,
                        "%s at the end, expected $msec $request_time: seconds since 1970, and seconds, with at most "
                        "six decimals",
                        quoted);
}

bool sj_combined_start(struct sj_trace_parser *parser, const char *text, size_t length, uint64_t seed) {
  struct parts parts;
  take_apart(text, &parts);
  int64_t end, duration;
  parser->whole_seconds = parts.more && *parts.more == 0;
  if (!parts.more || (*parts.more && !read_times(parts.more + 1, &end, &duration))) {
    explain(parser, text, length, &parts);
    return false;
  }
  const int64_t ticks_per_second = parser->whole_seconds ? nanoseconds_per_second : microseconds_per_second;
  parser->ticks_per_unit = (double)ticks_per_second * parser->unit_seconds;
  parser->has_size = true;
  parser->has_latency = !parser->whole_seconds;
  parser->spread_key = sj_stream_key(seed, 0, "", "whole seconds");
  if (parser->has_latency) memcpy(parser->name, "combined+msec", sizeof "combined+msec");
  return true;
}

enum sj_trace_verdict sj_combined_parse(struct sj_trace_parser *parser, const char *text, size_t length,
                                        uint64_t number, struct sj_trace_line *line) {
  struct parts parts;
  take_apart(text, &parts);
  if (!parts.more || strlen(parts.more) != (size_t)(text + length - parts.more))
    return explain(parser, text, length, &parts);
  if (memcmp(parts.date + 1, parser->date, DATE_LENGTH) != 0) {
    if (!read_date(parts.date + 1, &parser->date_seconds)) return explain(parser, text, length, &parts);
    memcpy(parser->date, parts.date + 1, DATE_LENGTH);
  }
  *line = (struct sj_trace_line){0, (double)parts.byte_count, NAN, NAN, NAN};
  if (parser->whole_seconds) {
    if (*parts.more) return explain(parser, text, length, &parts);
    struct sj_stream stream;
    sj_stream_seed(&stream, parser->spread_key, number);
    const int64_t inside = (int64_t)sj_stream_below(&stream, (uint64_t)nanoseconds_per_second);
    line->instant = parser->date_seconds * nanoseconds_per_second + inside;
    return SJ_LINE_REQUEST;
  }
  int64_t end, duration;
  if (!*parts.more || !read_times(parts.more + 1, &end, &duration)) return explain(parser, text, length, &parts);
  line->instant = end - duration;
  line->latency = (double)duration / parser->ticks_per_unit;
  return SJ_LINE_REQUEST;
}
