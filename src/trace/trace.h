/* Recordings of requests: arrival time, and where the format has them size, service time, measured latency and waiting.
 *
 * A trace is opened once, in a first pass that checks every line, counts, hashes, and finds how far lines are from the
 * order of arrival (logs are written at completion); any number of threads then read it as streams in the order of
 * arrival, in memory that does not grow with its length. */
#ifndef SJ_TRACE_TRACE_H
#define SJ_TRACE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "sojourn/status.h"

struct sj_trace;
struct sj_trace_reader;

/* One request. Figures that the recording does not have are NAN; times in the trace's unit (see open), sizes in bytes.
 */
struct sj_trace_record {
  double arrival; /* from the first arrival that is replayed; >= 0, not decreasing */
  double size, service;
  double latency, wait; /* as measured */
};

/* How to read it. */
struct sj_trace_options {
  const char *format; /* "csv", "combined", "pgbench"; NULL: by the file's name and content */
  double from,
      to; /* replay [from, to) only, counted from the recording's first arrival, in recorded time; NAN: no bound */
  double unit_seconds; /* of the model's time unit: recorded seconds are divided by it. A csv's times are already in the
                          model's unit */
  uint64_t seed;       /* for spreading whole seconds (combined logs without $msec) */
};

/* What the first pass found. Means are over the replayed requests; NAN where the recording has no such figure. */
struct sj_trace_summary {
  uint64_t count; /* requests replayed; at least 1 */
  double end;     /* the last arrival */
  bool has_size, has_service, has_latency, has_wait;
  double service_mean, service_cv, size_mean;
  bool whole_seconds; /* times were spread uniformly inside their second */
  char format[16];    /* "combined+msec" etc. */
  char sha256[65];    /* of the file's bytes as stored */
};

/* Opens and checks the recording behind the descriptor `fd`, which the trace owns from then on, also when it fails.
 * `name` is for messages (copied). Gzip is recognised by content. Formats: see docs/traces.md. SJ_INVALID: NAME:LINE,
 * what was wrong, what was expected (up to twenty lines); SJ_FAILED: it cannot be read, or is truncated. Streams need
 * pread on fd: a regular file. */
enum sj_status sj_trace_open(int fd, const char *name, const struct sj_trace_options *options, struct sj_trace **trace,
                             struct sj_error *error);
void sj_trace_close(struct sj_trace *trace); /* NULL is fine; after its readers */

const struct sj_trace_summary *sj_trace_summary_of(const struct sj_trace *trace);
const char *sj_trace_name(const struct sj_trace *trace);

/* A stream over the trace from its first request. Several may be open at once, one thread each. */
enum sj_status sj_trace_reader_create(const struct sj_trace *trace, struct sj_trace_reader **reader,
                                      struct sj_error *error);
/* The next request in order of arrival: SJ_OK with *more = true; *more = false at the end. SJ_FAILED if the file
 * changed or cannot be read any more. */
enum sj_status sj_trace_reader_next(struct sj_trace_reader *reader, struct sj_trace_record *record, bool *more,
                                    struct sj_error *error);
void sj_trace_reader_destroy(struct sj_trace_reader *reader);

#endif
