/* The formats of recordings: each turns one line into one request. docs/traces.md describes them for users. */
#ifndef SJ_TRACE_FORMAT_H
#define SJ_TRACE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One request. `instant` is its arrival as an integer >= 0, so that differences are exact: in ticks, or, if the parser
 * says `real_instants`, the bits of a double >= 0, which are in the same order as the doubles. Other times in the
 * model's unit; NAN where the format has no such figure. */
struct sj_trace_line {
  int64_t instant;
  double size, service, latency, wait;
};

enum sj_trace_kind { SJ_TRACE_UNKNOWN, SJ_TRACE_CSV, SJ_TRACE_COMBINED, SJ_TRACE_PGBENCH };

enum { SJ_CSV_MOST_COLUMNS = 256 };

/* What a parser knows of the file from its first line. Copied freely: each reader has its own. */
struct sj_trace_parser {
  enum sj_trace_kind kind;
  char name[16]; /* of the format, as the summary tells it */
  bool has_size, has_service, has_latency, has_wait;
  bool has_header;    /* the first line is no request */
  bool whole_seconds; /* instants are spread inside their second */
  bool real_instants; /* csv: the times do not fit into ticks */
  int32_t decimals;   /* csv: a tick is 10^-decimals of the model's unit */
  double ticks_per_unit;
  double unit_seconds;
  int column_count;                     /* csv, pgbench */
  uint8_t columns[SJ_CSV_MOST_COLUMNS]; /* csv: enum csv_column of each */
  uint64_t spread_key;                  /* combined: of the stream for whole seconds */
  char date[32];                        /* combined: the last date read, */
  int64_t date_seconds;                 /* and its time since 1970 */
  char problem[320];                    /* what is wrong with the line, what was expected */
};

enum sj_trace_verdict {
  SJ_LINE_REQUEST, /* the line holds the request */
  SJ_LINE_WRONG,   /* `problem` says why */
  SJ_LINE_RESCALE  /* csv: the parser changed its ticks; begin again with the first line */
};

/* Which format `text` (`length` bytes and a zero), a recording's first line that is not blank, looks like. */
enum sj_trace_kind sj_trace_recognize(const char *text, size_t length);

/* "csv", "combined", "pgbench", or SJ_TRACE_UNKNOWN. */
enum sj_trace_kind sj_trace_kind_named(const char *name);
const char *sj_trace_kind_name(enum sj_trace_kind kind);

/* Prepares a parser by the first line that is not blank; false with a `problem`. */
bool sj_trace_parser_start(struct sj_trace_parser *parser, enum sj_trace_kind kind, char *text, size_t length,
                           double unit_seconds, uint64_t seed);

/* Parses a line that is not blank and no header: `text` of `length` bytes and a zero byte, which the parser may write
 * on. `number` is the line's, from 1. */
enum sj_trace_verdict sj_trace_parse(struct sj_trace_parser *parser, char *text, size_t length, uint64_t number,
                                     struct sj_trace_line *line);

/* Puts what is wrong into `problem`; returns false and SJ_LINE_WRONG. */
bool sj_trace_problem(struct sj_trace_parser *parser, const char *format, ...) __attribute__((format(printf, 2, 3)));
enum sj_trace_verdict sj_trace_wrong(struct sj_trace_parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The formats' own parts of the functions above. */
bool sj_csv_recognize(const char *text);
bool sj_csv_start(struct sj_trace_parser *parser, char *text, size_t length);
enum sj_trace_verdict sj_csv_parse(struct sj_trace_parser *parser, char *text, size_t length,
                                   struct sj_trace_line *line);
bool sj_combined_recognize(const char *text);
bool sj_combined_start(struct sj_trace_parser *parser, const char *text, size_t length, uint64_t seed);
enum sj_trace_verdict sj_combined_parse(struct sj_trace_parser *parser, const char *text, size_t length,
                                        uint64_t number, struct sj_trace_line *line);
bool sj_pgbench_recognize(const char *text);
bool sj_pgbench_start(struct sj_trace_parser *parser, const char *text, size_t length);
enum sj_trace_verdict sj_pgbench_parse(struct sj_trace_parser *parser, const char *text, size_t length,
                                       struct sj_trace_line *line);

#endif
