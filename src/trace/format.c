#include "trace/format.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [SJ_TRACE_UNKNOWN] = "unknown",
    [SJ_TRACE_CSV] = "csv",
    [SJ_TRACE_COMBINED] = "combined",
    [SJ_TRACE_PGBENCH] = "pgbench",
};

enum sj_trace_kind sj_trace_kind_named(const char *name) {
  for (int kind = SJ_TRACE_CSV; kind <= SJ_TRACE_PGBENCH; kind++)
    if (strcmp(name, names[kind]) == 0) return (enum sj_trace_kind)kind;
  return SJ_TRACE_UNKNOWN;
}

const char *sj_trace_kind_name(enum sj_trace_kind kind) { return names[kind]; }

enum sj_trace_kind sj_trace_recognize(const char *text, size_t length) {
  if (strlen(text) != length) return SJ_TRACE_UNKNOWN;
  if (sj_pgbench_recognize(text)) return SJ_TRACE_PGBENCH;
  if (sj_combined_recognize(text)) return SJ_TRACE_COMBINED;
  if (sj_csv_recognize(text)) return SJ_TRACE_CSV;
  return SJ_TRACE_UNKNOWN;
}

bool sj_trace_parser_start(struct sj_trace_parser *parser, enum sj_trace_kind kind, char *text, size_t length,
                           double unit_seconds, uint64_t seed) {
  *parser = (struct sj_trace_parser){.kind = kind, .unit_seconds = unit_seconds};
  snprintf(parser->name, sizeof parser->name, "%s", names[kind]);
  switch (kind) {
    case SJ_TRACE_CSV:
      return sj_csv_start(parser, text, length);
    case SJ_TRACE_COMBINED:
      return sj_combined_start(parser, text, length, seed);
    case SJ_TRACE_PGBENCH:
      return sj_pgbench_start(parser, text, length);
    case SJ_TRACE_UNKNOWN:
      break;
  }
  return sj_trace_problem(parser, "no known kind of recording");
}

enum sj_trace_verdict sj_trace_parse(struct sj_trace_parser *parser, char *text, size_t length, uint64_t number,
                                     struct sj_trace_line *line) {
  switch (parser->kind) {
    case SJ_TRACE_CSV:
      return sj_csv_parse(parser, text, length, line);
    case SJ_TRACE_COMBINED:
      return sj_combined_parse(parser, text, length, number, line);
    case SJ_TRACE_PGBENCH:
      return sj_pgbench_parse(parser, text, length, line);
    case SJ_TRACE_UNKNOWN:
      break;
  }
  return sj_trace_wrong(parser, "no known kind of recording");
}

bool sj_trace_problem(struct sj_trace_parser *parser, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(parser->problem, sizeof parser->problem, format, arguments);
  va_end(arguments);
  return false;
}

enum sj_trace_verdict sj_trace_wrong(struct sj_trace_parser *parser, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(parser->problem, sizeof parser->problem, format, arguments);
  va_end(arguments);
  return SJ_LINE_WRONG;
}
