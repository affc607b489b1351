/* What the fuzz targets of the trace readers share: an input becomes a file in memory, is opened, and what can be
 * opened is read to its end; what is promised about it is checked. */
#ifndef TESTS_FUZZ_TRACE_H
#define TESTS_FUZZ_TRACE_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trace/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROMISED(condition)                                           \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      abort();                                                        \
    }                                                                 \
  } while (0)

static inline int fuzz_file(const uint8_t *data, size_t size) {
  const int fd = memfd_create("input", MFD_CLOEXEC);
  PROMISED(fd >= 0 && write(fd, data, size) == (ssize_t)size);
  return fd;
}

static inline struct sj_trace *fuzz_open(int fd, const char *format, double from, double to) {
  const struct sj_trace_options options = {format, from, to, 1e-3, 1};
  struct sj_error error;
  struct sj_trace *trace = NULL;
  const enum sj_status status = sj_trace_open(fd, "input", &options, &trace, &error);
  PROMISED((status == SJ_OK) == (trace != NULL));
  if (trace) return trace;
  PROMISED(memchr(error.message, 0, sizeof error.message) && strncmp(error.message, "input:", 6) == 0);
  for (const char *p = error.message; *p; p++) PROMISED(*p == '\n' || (*p >= 0x20 && *p < 0x7f));
  return NULL;
}

/* The sum of all figures, so that two ways to the same recording can be compared. */
static inline double fuzz_read(const struct sj_trace *trace) {
  const struct sj_trace_summary *const s = sj_trace_summary_of(trace);
  struct sj_error error;
  struct sj_trace_reader *reader;
  PROMISED(sj_trace_reader_create(trace, &reader, &error) == SJ_OK);
  double previous = 0, sum = 0;
  uint64_t count = 0;
  for (bool more;; count++) {
    struct sj_trace_record r;
    PROMISED(sj_trace_reader_next(reader, &r, &more, &error) == SJ_OK);
    if (!more) break;
    PROMISED(isfinite(r.arrival) && r.arrival >= previous && (count > 0 || r.arrival == 0));
    PROMISED(s->has_size ? isfinite(r.size) && r.size >= 0 : isnan(r.size));
    PROMISED(s->has_service ? isfinite(r.service) && r.service >= 0 : isnan(r.service));
    PROMISED(s->has_latency ? isfinite(r.latency) && r.latency >= 0 : isnan(r.latency));
    PROMISED(s->has_wait ? isfinite(r.wait) && r.wait >= 0 : isnan(r.wait));
    previous = r.arrival;
    sum += r.arrival + (s->has_size ? r.size : 0) + (s->has_service ? r.service : 0);
  }
  PROMISED(count == s->count && count > 0 && previous == s->end);
  PROMISED(!s->has_service || s->service_mean >= 0);
  sj_trace_reader_destroy(reader);
  return sum;
}

/* One input: as a whole, and its part from 1 to 10^6. */
static inline void fuzz_trace(const uint8_t *data, size_t size, const char *format) {
  struct sj_trace *const all = fuzz_open(fuzz_file(data, size), format, NAN, NAN);
  struct sj_trace *const part = fuzz_open(fuzz_file(data, size), format, 1, 1e6);
  PROMISED(all || !part);
  if (all) fuzz_read(all);
  if (part) {
    fuzz_read(part);
    PROMISED(sj_trace_summary_of(part)->count <= sj_trace_summary_of(all)->count);
  }
  sj_trace_close(part);
  sj_trace_close(all);
}

#endif
