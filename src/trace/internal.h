/* What the files that open a recording and read it share. */
#ifndef SJ_TRACE_INTERNAL_H
#define SJ_TRACE_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "trace/format.h"
#include "trace/reorder.h"
#include "trace/source.h"
#include "trace/trace.h"

struct sj_trace {
  int fd;
  char *name;
  struct stat identity;
  struct sj_trace_options options;
  struct sj_trace_parser parser; /* as the first pass left it; readers copy it */
  struct sj_trace_summary summary;
  int64_t first;   /* instant of the recording's first arrival */
  int64_t origin;  /* of the first that is replayed */
  uint64_t lines;  /* requests in the file */
  size_t capacity; /* of a reader's heap */
};

/* The time from instant a to instant b, in the model's unit. Whole ticks are subtracted before anything is rounded. */
double sj_trace_span(const struct sj_trace_parser *parser, int64_t a, int64_t b);

/* Outside the part that is replayed. */
bool sj_trace_too_early(const struct sj_trace *trace, int64_t instant);
bool sj_trace_too_late(const struct sj_trace *trace, int64_t instant);

/* The next request of the whole recording in order of arrival, as sj_trace_reader_next hands out those replayed. */
enum sj_status sj_trace_next_line(struct sj_trace_reader *reader, struct sj_trace_line *line, bool *more,
                                  struct sj_error *error);

/* Adds a message and returns SJ_NO_MEMORY. */
enum sj_status sj_trace_no_memory(const struct sj_trace *trace, struct sj_error *error);

/* The SHA-256 of the file behind `fd`, as hexadecimal digits: begun on a thread of its own if the file is large, since
 * it takes as long as parsing does. */
struct sj_trace_hash {
  pthread_t thread;
  bool threaded;
  int fd;
  int failure; /* errno, or 0 */
  char hex[65];
};
void sj_trace_hash_start(struct sj_trace_hash *hash, int fd, int64_t size);
/* Waits for it. 0, or the errno of the failure. */
int sj_trace_hash_end(struct sj_trace_hash *hash);

#endif
