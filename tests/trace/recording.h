/* What the tests of recordings share: recordings out of memory, compressed or not, and reading them whole. */
#ifndef TESTS_TRACE_RECORDING_H
#define TESTS_TRACE_RECORDING_H

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "trace/trace.h"

/* Everything, in seconds. */
static inline struct sj_trace_options whole(void) {
  return (struct sj_trace_options){NULL, (double)NAN, (double)NAN, 1.0, 1};
}

/* A regular file without a name that holds `length` bytes. */
static inline int file_of(const void *bytes, size_t length) {
  const int fd = memfd_create("recording", MFD_CLOEXEC);
  assert_true(fd >= 0);
  for (size_t done = 0; done < length;) {
    const ssize_t written = write(fd, (const char *)bytes + done, length - done);
    assert_true(written > 0);
    done += (size_t)written;
  }
  return fd;
}

static inline int file_of_text(const char *text) { return file_of(text, strlen(text)); }

/* One gzip member of `bytes`; the caller frees it. */
static inline unsigned char *compress_gzip(const void *bytes, size_t length, size_t *compressed) {
  z_stream stream = {0};
  assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  const size_t room = deflateBound(&stream, length) + 64;
  unsigned char *const result = malloc(room);
  assert_non_null(result);
  union {
    const void *in;
    unsigned char *next;
  } input = {bytes};
  stream.next_in = input.next;
  stream.avail_in = (uInt)length;
  stream.next_out = result;
  stream.avail_out = (uInt)room;
  assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
  *compressed = room - stream.avail_out;
  deflateEnd(&stream);
  return result;
}

struct recording {
  struct sj_trace *trace;
  struct sj_trace_record *records;
  size_t count;
};

/* Reads all that an open trace replays. */
static inline void read_trace(struct recording *recording) {
  struct sj_error error;
  const size_t wanted = sj_trace_summary_of(recording->trace)->count;
  recording->records = calloc(wanted, sizeof *recording->records);
  recording->count = 0;
  struct sj_trace_reader *reader;
  assert_int_equal(sj_trace_reader_create(recording->trace, &reader, &error), SJ_OK);
  for (;;) {
    bool more;
    struct sj_trace_record record;
    if (sj_trace_reader_next(reader, &record, &more, &error) != SJ_OK) fail_msg("%s", error.message);
    if (!more) break;
    assert_true(recording->count < wanted);
    recording->records[recording->count++] = record;
  }
  sj_trace_reader_destroy(reader);
  assert_int_equal(recording->count, wanted);
}

static inline void read_file(struct recording *recording, int fd, const char *name,
                             const struct sj_trace_options *options) {
  struct sj_error error;
  if (sj_trace_open(fd, name, options, &recording->trace, &error) != SJ_OK) fail_msg("%s", error.message);
  read_trace(recording);
}

static inline void read_text(struct recording *recording, const char *text, const struct sj_trace_options *options) {
  read_file(recording, file_of_text(text), "recording", options);
}

static inline int open_data(const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", DATA_DIRECTORY, name);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  assert_true(fd >= 0);
  return fd;
}

static inline void end_recording(struct recording *recording) {
  free(recording->records);
  sj_trace_close(recording->trace);
}

/* Whether two doubles have the same bits. */
static inline bool same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

static inline void assert_same_records(const struct recording *a, const struct recording *b) {
  assert_int_equal(a->count, b->count);
  for (size_t i = 0; i < a->count; i++)
    if (memcmp(&a->records[i], &b->records[i], sizeof a->records[i]) != 0) fail_msg("record %zu differs", i);
}

#endif
