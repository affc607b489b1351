/* The lines of a file, plain or gzip, read with pread so that several sources share one descriptor. */
#ifndef SJ_TRACE_SOURCE_H
#define SJ_TRACE_SOURCE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "sojourn/status.h"

/* The longest line; a longer one is skipped and reported. Access logs stay far below it: servers refuse request lines
 * beyond 8 KiB to 64 KiB. */
enum { SJ_SOURCE_LONGEST_LINE = 1 << 16 };

struct sj_source_inflater;

/* `line_number` is that of the line last handed out, from 1. The rest is the source's own. */
struct sj_source {
  uint64_t line_number;
  char *buffer; /* the unread part is [begin, end); one byte more than `end` is always writable */
  size_t begin, end;
  int fd;
  const char *name;
  struct stat identity; /* of the file when it was opened first: any difference means that it changed */
  off_t position;
  bool exhausted;
  struct sj_source_inflater *inflater; /* NULL for a plain file */
};

/* A line without its end ("\n" or "\r\n"), writable, with a zero byte after it, until the next call. `text` is NULL for
 * a line that was longer than SJ_SOURCE_LONGEST_LINE. */
struct sj_source_line {
  char *text;
  size_t length;
};

/* Starts at the beginning of `fd`, which stays the caller's, as does `name` (for messages). `identity` is what fstat
 * said when the file was first seen. SJ_FAILED: it cannot be read, or changed; SJ_NO_MEMORY. */
enum sj_status sj_source_create(int fd, const char *name, const struct stat *identity, struct sj_source **source,
                                struct sj_error *error);
void sj_source_destroy(struct sj_source *source); /* NULL is fine */

/* sj_source_next where the buffer holds no whole line. */
enum sj_status sj_source_refill(struct sj_source *source, struct sj_source_line *line, bool *more,
                                struct sj_error *error);

/* Hands out the unread part up to `newline`. */
static inline void sj_source_take(struct sj_source *source, char *newline, struct sj_source_line *line) {
  char *const text = source->buffer + source->begin;
  char *const last = newline > text && newline[-1] == '\r' ? newline - 1 : newline;
  *last = 0;
  line->text = text;
  line->length = (size_t)(last - text);
  source->begin += (size_t)(newline - text) + 1;
  source->line_number++;
}

/* The next line; *more = false at the end. The last line may lack its end. SJ_FAILED: unreadable, changed, or a gzip
 * file that is truncated; SJ_INVALID: a gzip file that is corrupt, or has something else after it. Failures add a line
 * to `error` and keep what it held. */
static inline enum sj_status sj_source_next(struct sj_source *source, struct sj_source_line *line, bool *more,
                                            struct sj_error *error) {
  assert(source);
  char *const text = source->buffer + source->begin;
  char *const newline = memchr(text, '\n', source->end - source->begin);
  if (!newline || newline - text > SJ_SOURCE_LONGEST_LINE) return sj_source_refill(source, line, more, error);
  sj_source_take(source, newline, line);
  *more = true;
  return SJ_OK;
}

#endif
