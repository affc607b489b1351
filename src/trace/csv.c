/* Comma-separated values (RFC 4180, but a field ends on its line): a header with `time` and optionally `size`,
 * `service`, `latency` and `wait`; other columns are passed over. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/base.h"
#include "trace/field.h"
#include "trace/format.h"
#include "trace/number.h"

enum csv_column { OTHER, TIME, SIZE, SERVICE, LATENCY, WAIT, COLUMN_KINDS };
static const char *const names[] = {"time", "size", "service", "latency", "wait", NULL}; /* of TIME ... WAIT */

/* Beyond any duration, instant or size that means something: nanoseconds since 1970 are 1.8e18. */
static const double largest = 1e19;
enum { MOST_DECIMALS = 18 };

static enum csv_column kind_of(const struct sj_field *field) {
  for (int kind = TIME; kind < COLUMN_KINDS; kind++)
    if (sj_field_is(field, names[kind - TIME])) return (enum csv_column)kind;
  return OTHER;
}

bool sj_csv_recognize(const char *text) {
  for (const char *p = sj_after_mark(text);; p++) {
    const struct sj_field field = sj_read_field(p);
    if (!field.next) return false;
    if (sj_field_is(&field, names[0])) return true;
    p = field.next;
    if (!*p) return false;
  }
}

/* A name that is nearly that of a column which is missing is a slip, and would silently change what is replayed. */
static bool check_slips(struct sj_trace_parser *parser, const char *header, const bool seen[COLUMN_KINDS]) {
  for (const char *p = header;; p++) {
    const struct sj_field field = sj_read_field(p);
    char name[16] = "", quoted[SJ_QUOTED];
    if (field.length < sizeof name) memcpy(name, field.text, field.length);
    const char *const nearest = kind_of(&field) == OTHER && name[0] ? sj_nearest(name, names) : NULL;
    for (int kind = TIME; nearest && kind < COLUMN_KINDS; kind++)
      if (nearest == names[kind - TIME] && !seen[kind])
        return sj_trace_problem(parser, "column %s, expected `%s` or a name less like it",
                                sj_quote(field.text, field.length, quoted), nearest);
    p = field.next;
    if (!*p) return true;
  }
}

bool sj_csv_start(struct sj_trace_parser *parser, char *text, size_t length) {
  if (strlen(text) != length) return sj_trace_problem(parser, "a zero byte, expected text");
  const char *const header = sj_after_mark(text);
  bool seen[COLUMN_KINDS] = {false};
  for (const char *p = header;; p++) {
    const struct sj_field field = sj_read_field(p);
    if (!field.next)
      return sj_trace_problem(
          parser, "a quoted name that does not end where it should, expected `\"` and then a comma or the line's end");
    if (parser->column_count == SJ_CSV_MOST_COLUMNS)
      return sj_trace_problem(parser, "more than %d columns, expected fewer", SJ_CSV_MOST_COLUMNS);
    const enum csv_column kind = kind_of(&field);
    if (kind != OTHER && seen[kind])
      return sj_trace_problem(parser, "column `%s` twice, expected it once", names[kind - TIME]);
    seen[kind] = true;
    parser->columns[parser->column_count++] = (uint8_t)kind;
    p = field.next;
    if (!*p) break;
  }
  if (!check_slips(parser, header, seen)) return false;
  if (!seen[TIME]) {
    char quoted[SJ_QUOTED];
    return sj_trace_problem(parser,
                            "no column `time` in the header %s, expected `time` and any of `size`, `service`, "
                            "`latency` and `wait`, separated by commas",
                            sj_quote(header, strlen(header), quoted));
  }
  parser->has_header = true;
  parser->has_size = seen[SIZE];
  parser->has_service = seen[SERVICE];
  parser->has_latency = seen[LATENCY];
  parser->has_wait = seen[WAIT];
  parser->ticks_per_unit = 1;
  return true;
}

/* Says what is wrong with a line whose fields are not numbers between commas. */
static enum sj_trace_verdict explain(struct sj_trace_parser *parser, const char *text, size_t length) {
  if (strlen(text) != length) return sj_trace_wrong(parser, "a zero byte, expected text");
  int count = 0;
  for (const char *p = text;; p++) {
    const struct sj_field field = sj_read_field(p);
    if (!field.next)
      return sj_trace_wrong(
          parser, "a quoted field that does not end where it should, expected `\"` and then a comma or the line's end");
    count++;
    p = field.next;
    if (!*p) break;
  }
  if (count != parser->column_count)
    return sj_trace_wrong(parser, "%d columns, expected %d as in the header", count, parser->column_count);
  const char *p = text;
  for (int i = 0; i < count; i++, p++) {
    const struct sj_field field = sj_read_field(p);
    const enum csv_column kind = (enum csv_column)parser->columns[i];
    p = field.next;
    if (kind == OTHER) continue;
    const char *const name = names[kind - TIME];
    if (field.length == 0) return sj_trace_wrong(parser, "`%s` is empty, expected a number", name);
    struct sj_decimal number;
    char quoted[SJ_QUOTED];
    sj_quote(field.text, field.length, quoted);
    if (sj_scan_decimal(field.text, &number) != field.text + field.length)
      return sj_trace_wrong(parser, "`%s` is %s, expected a number", name, quoted);
    if (number.negative && number.mantissa)
      return sj_trace_wrong(parser, "`%s` is %s, expected a number that is not negative", name, quoted);
    if (sj_decimal_value(&number) > largest)
      return sj_trace_wrong(parser, "`%s` is %s, expected at most 1e19", name, quoted);
  }
  return sj_trace_wrong(parser, "not a line of csv, expected numbers separated by commas");
}

/* The instant of a `time`; false if the ticks had to change: finer ones as long as 63 bits suffice, then doubles. */
static bool read_instant(struct sj_trace_parser *parser, const struct sj_decimal *number, int64_t *instant) {
  if (parser->real_instants) {
    const double value = sj_decimal_value(number);
    memcpy(instant, &value, sizeof value);
    return true;
  }
  if (sj_decimal_ticks(number, parser->decimals, instant)) return true;
  if (!number->cut && number->decimals > parser->decimals && number->decimals <= MOST_DECIMALS) {
    parser->decimals = number->decimals;
    parser->ticks_per_unit = (double)sj_power_of_ten(parser->decimals);
  } else {
    parser->real_instants = true;
  }
  return false;
}

enum sj_trace_verdict sj_csv_parse(struct sj_trace_parser *parser, char *text, size_t length,
                                   struct sj_trace_line *line) {
  *line = (struct sj_trace_line){0, NAN, NAN, NAN, NAN};
  double *const figures[] = {
      [SIZE] = &line->size, [SERVICE] = &line->service, [LATENCY] = &line->latency, [WAIT] = &line->wait};
  struct sj_decimal time = {0};
  const char *p = text;
  for (int i = 0; i < parser->column_count; i++, p++) {
    const enum csv_column kind = (enum csv_column)parser->columns[i];
    if (kind == OTHER) {
      p = sj_read_field(p).next;
      if (!p) return explain(parser, text, length);
    } else {
      struct sj_decimal number;
      p = sj_skip_blanks(p);
      const bool quoted = *p == '"';
      p = sj_scan_decimal(p + quoted, &number);
      if (!p || (quoted && *p != '"') || (number.negative && number.mantissa)) return explain(parser, text, length);
      p = sj_skip_blanks(p + quoted);
      if (kind == TIME) {
        time = number;
      } else {
        *figures[kind] = sj_decimal_value(&number);
        if (*figures[kind] > largest) return explain(parser, text, length);
      }
    }
    if (*p != (i + 1 < parser->column_count ? ',' : 0)) return explain(parser, text, length);
  }
  if (p - 1 != text + length) return explain(parser, text, length);
  if (read_instant(parser, &time, &line->instant)) {
    if (!parser->real_instants || sj_decimal_value(&time) <= largest) return SJ_LINE_REQUEST;
    return explain(parser, text, length);
  }
  return sj_decimal_value(&time) <= largest ? SJ_LINE_RESCALE : explain(parser, text, length);
}
