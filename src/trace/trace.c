#include "trace/trace.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stats/moments.h"
#include "trace/format.h"
#include "trace/number.h"
#include "trace/reorder.h"
#include "trace/source.h"

enum { MOST_MISTAKES = 20 };

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

struct sj_trace_reader {
  const struct sj_trace *trace;
  struct sj_source *source;
  struct sj_trace_parser parser;
  struct sj_reorder_heap heap;
  uint64_t lines;
  int64_t previous;
  bool header_passed, file_ended, done;
};

/* From instant a to instant b, in the model's unit. */
static double span(const struct sj_trace_parser *parser, int64_t a, int64_t b) {
  if (!parser->real_instants) return (double)(b - a) / parser->ticks_per_unit;
  double from, to;
  memcpy(&from, &a, sizeof from);
  memcpy(&to, &b, sizeof to);
  return to - from;
}

static bool no_memory(const struct sj_trace *trace, struct sj_error *error) {
  sj_error_add(error, "%s: memory ran out", trace->name);
  return false;
}

/* What replayed requests have in common, added up. */
struct totals {
  int64_t first, last;
  struct sj_moments service, size;
};

static void add_request(struct totals *totals, const struct sj_trace_parser *parser, const struct sj_trace_line *line) {
  if (line->instant < totals->first) totals->first = line->instant;
  if (line->instant > totals->last) totals->last = line->instant;
  if (parser->has_service) sj_moments_add(&totals->service, line->service);
  if (parser->has_size) sj_moments_add(&totals->size, line->size);
}

static void summarize(struct sj_trace *trace, const struct totals *totals, uint64_t count) {
  const struct sj_trace_parser *const parser = &trace->parser;
  struct sj_trace_summary *const summary = &trace->summary;
  const double mean = parser->has_service ? sj_moments_mean(&totals->service) : NAN;
  trace->origin = totals->first;
  summary->count = count;
  summary->end = span(parser, totals->first, totals->last);
  summary->has_size = parser->has_size;
  summary->has_service = parser->has_service;
  summary->has_latency = parser->has_latency;
  summary->has_wait = parser->has_wait;
  summary->service_mean = mean;
  summary->service_cv = parser->has_service && mean > 0 ? sj_moments_std(&totals->service) / mean : NAN;
  summary->size_mean = parser->has_size ? sj_moments_mean(&totals->size) : NAN;
  summary->whole_seconds = parser->whole_seconds;
  memcpy(summary->format, parser->name, sizeof summary->format);
}

/* The first pass. */
struct pass {
  struct sj_trace *trace;
  struct sj_source *source;
  struct sj_displacement displacement;
  struct totals totals;
  int mistakes;
  bool started, again;
  struct sj_error *error;
};

static void mistake(struct pass *pass, const char *what) {
  sj_error_add(pass->error, "%s:%llu: %s", pass->trace->name, (unsigned long long)pass->source->line_number, what);
  pass->mistakes++;
}

/* Finds the format by the first line. */
static bool start(struct pass *pass, char *text, size_t length) {
  struct sj_trace *const trace = pass->trace;
  const char *const wanted = trace->options.format;
  const enum sj_trace_kind seen = sj_trace_recognize(text, length);
  enum sj_trace_kind kind = seen;
  if (wanted) {
    kind = sj_trace_kind_named(wanted);
    if (seen != SJ_TRACE_UNKNOWN && seen != kind) {
      char what[96];
      snprintf(what, sizeof what, "this looks like %s, expected %s as the format says", sj_trace_kind_name(seen),
               sj_trace_kind_name(kind));
      mistake(pass, what);
      return false;
    }
  } else if (kind == SJ_TRACE_UNKNOWN) {
    const char *const csv = strstr(trace->name, ".csv");
    if (csv && (strcmp(csv, ".csv") == 0 || strcmp(csv, ".csv.gz") == 0)) kind = SJ_TRACE_CSV;
  }
  if (kind == SJ_TRACE_UNKNOWN) {
    char quoted[SJ_QUOTED], what[256];
    snprintf(what, sizeof what,
             "no known kind of recording begins with %s, expected a csv header with `time`, an access log in the "
             "combined format, or pgbench's per-transaction log",
             sj_quote(text, length, quoted));
    mistake(pass, what);
    return false;
  }
  pass->started = true;
  if (sj_trace_parser_start(&trace->parser, kind, text, length, trace->options.unit_seconds, trace->options.seed))
    return true;
  mistake(pass, trace->parser.problem);
  return false;
}

/* Takes one line of the first pass; false if the pass is over, because of a mistake after which no line makes sense
 * (counted), because the ticks changed (`again`), or for want of memory. */
static bool take(struct pass *pass, const struct sj_source_line *line) {
  struct sj_trace *const trace = pass->trace;
  if (!line->text) {
    mistake(pass, "a line of more than 65536 bytes, expected a request");
    return pass->started;
  }
  if (line->length == 0) return true;
  if (!pass->started) {
    if (!start(pass, line->text, line->length)) return false;
    if (trace->parser.has_header) return true;
  }
  struct sj_trace_line request;
  const enum sj_trace_verdict verdict =
      sj_trace_parse(&trace->parser, line->text, line->length, pass->source->line_number, &request);
  if (verdict == SJ_LINE_WRONG) mistake(pass, trace->parser.problem);
  if (verdict == SJ_LINE_RESCALE) pass->again = true;
  if (verdict != SJ_LINE_REQUEST) return verdict == SJ_LINE_WRONG;
  trace->lines++;
  if (pass->mistakes) return true;
  add_request(&pass->totals, &trace->parser, &request);
  switch (sj_displacement_add(&pass->displacement, request.instant)) {
    case SJ_DISPLACEMENT_OK:
      return true;
    case SJ_DISPLACEMENT_NO_MEMORY:
      return no_memory(trace, pass->error);
    case SJ_DISPLACEMENT_TOO_LARGE:
      break;
  }
  mistake(pass,
          "this request arrived before more than a million of the lines above, expected an order close to that of "
          "arrival or of completion (sort the file by time)");
  return false;
}

/* Reads all lines. The ticks of a csv may turn out too coarse on the way: then *again. */
static enum sj_status read_all(struct pass *pass) {
  struct sj_trace *const trace = pass->trace;
  struct sj_error *const error = pass->error;
  enum sj_status status = sj_source_create(trace->fd, trace->name, &trace->identity, &pass->source, error);
  if (status != SJ_OK) return status;
  if (!sj_displacement_start(&pass->displacement)) return no_memory(trace, error), SJ_NO_MEMORY;
  const size_t messages = error ? strlen(error->message) : 0;
  trace->lines = 0;
  struct sj_source_line line;
  for (bool more = true;;) {
    status = sj_source_next(pass->source, &line, &more, error);
    if (status != SJ_OK || !more) break;
    const int before = pass->mistakes;
    if (!take(pass, &line)) {
      if (pass->again) {
        if (error) error->message[messages] = 0;
        return SJ_OK;
      }
      if (pass->mistakes == before) return SJ_NO_MEMORY;
      break;
    }
    if (pass->mistakes == MOST_MISTAKES) break;
  }
  return pass->mistakes && status != SJ_NO_MEMORY ? SJ_INVALID : status;
}

static enum sj_status first_pass(struct sj_trace *trace, struct sj_error *error) {
  bool header_known = false;
  for (;;) {
    struct pass pass = {.trace = trace, .error = error, .totals = {.first = INT64_MAX, .last = INT64_MIN}};
    /* Begun again for other ticks, the parser keeps what it has learnt. */
    pass.started = header_known;
    enum sj_status status = read_all(&pass);
    trace->capacity = pass.displacement.need;
    sj_displacement_end(&pass.displacement);
    sj_source_destroy(pass.source);
    header_known = pass.started;
    if (status == SJ_OK && pass.again) continue;
    if (status != SJ_OK) return status;
    if (trace->lines == 0) {
      sj_error_add(error,
                   pass.started ? "%s: a header and no requests, expected at least one line below it"
                                : "%s: empty, expected a recording",
                   trace->name);
      return SJ_INVALID;
    }
    trace->first = pass.totals.first;
    summarize(trace, &pass.totals, trace->lines);
    return SJ_OK;
  }
}

static enum sj_status hash(struct sj_trace *trace, struct sj_error *error) {
  enum { CHUNK = 1 << 16 };
  unsigned char *const chunk = malloc(CHUNK);
  if (!chunk) return no_memory(trace, error), SJ_NO_MEMORY;
  SHA2_CTX context;
  SHA256Init(&context);
  off_t position = 0;
  ssize_t got;
  for (;;) {
    got = pread(trace->fd, chunk, CHUNK, position);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    SHA256Update(&context, chunk, (size_t)got);
    position += got;
  }
  free(chunk);
  if (got < 0) {
    sj_error_add(error, "%s: cannot be read: %s", trace->name, strerror(errno));
    return SJ_FAILED;
  }
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256Final(digest, &context);
  for (size_t i = 0; i < sizeof digest; i++) snprintf(trace->summary.sha256 + 2 * i, 3, "%02x", (unsigned)digest[i]);
  return SJ_OK;
}

static bool cuts(const struct sj_trace_options *options) { return !isnan(options->from) || !isnan(options->to); }

static bool too_early(const struct sj_trace *trace, int64_t instant) {
  return span(&trace->parser, trace->first, instant) < trace->options.from; /* false for NAN */
}

static bool too_late(const struct sj_trace *trace, int64_t instant) {
  return span(&trace->parser, trace->first, instant) >= trace->options.to;
}

static enum sj_status changed(const struct sj_trace *trace, struct sj_error *error) {
  return sj_error_set(error, SJ_FAILED, "%s: changed while it was read, expected a finished file", trace->name);
}

/* Reads the next line of the file into the heap, or finds its end. */
static enum sj_status read_line(struct sj_trace_reader *reader, struct sj_error *error) {
  const struct sj_trace *const trace = reader->trace;
  struct sj_source_line text;
  bool more;
  do {
    const enum sj_status status = sj_source_next(reader->source, &text, &more, error);
    if (status != SJ_OK) return SJ_FAILED;
    if (!more) {
      reader->file_ended = true;
      return reader->lines == trace->lines ? SJ_OK : changed(trace, error);
    }
    if (!text.text) return changed(trace, error);
    if (text.length && reader->parser.has_header && !reader->header_passed) {
      reader->header_passed = true;
      text.length = 0;
    }
  } while (text.length == 0);
  struct sj_reorder_entry entry = {.sequence = reader->source->line_number};
  if (sj_trace_parse(&reader->parser, text.text, text.length, entry.sequence, &entry.line) != SJ_LINE_REQUEST)
    return changed(trace, error);
  reader->lines++;
  sj_reorder_push(&reader->heap, &entry);
  return SJ_OK;
}

/* The next request in order of arrival, of the whole recording. */
static enum sj_status next_line(struct sj_trace_reader *reader, struct sj_trace_line *line, bool *more,
                                struct sj_error *error) {
  while (!reader->file_ended && reader->heap.count < reader->heap.capacity) {
    const enum sj_status status = read_line(reader, error);
    if (status != SJ_OK) return status;
  }
  *more = reader->heap.count > 0;
  if (!*more) return SJ_OK;
  struct sj_reorder_entry entry;
  sj_reorder_pop(&reader->heap, &entry);
  if (entry.line.instant < reader->previous) return changed(reader->trace, error);
  reader->previous = entry.line.instant;
  *line = entry.line;
  return SJ_OK;
}

/* Counts and adds up what lies between `from` and `to`. */
static enum sj_status measure_cut(struct sj_trace *trace, struct sj_error *error) {
  struct sj_trace_reader *reader;
  enum sj_status status = sj_trace_reader_create(trace, &reader, error);
  if (status != SJ_OK) return status;
  struct totals totals = {.first = INT64_MAX, .last = INT64_MIN};
  uint64_t count = 0;
  struct sj_trace_line line;
  for (bool more = true;;) {
    status = next_line(reader, &line, &more, error);
    if (status != SJ_OK || !more || too_late(trace, line.instant)) break;
    if (too_early(trace, line.instant)) continue;
    add_request(&totals, &trace->parser, &line);
    count++;
  }
  sj_trace_reader_destroy(reader);
  if (status != SJ_OK) return status;
  if (count == 0) {
    sj_error_add(error, "%s: no request between from and to, expected a part of 0 to %.9g", trace->name,
                 trace->summary.end);
    return SJ_INVALID;
  }
  summarize(trace, &totals, count);
  return SJ_OK;
}

static enum sj_status check_options(const struct sj_trace *trace, struct sj_error *error) {
  const struct sj_trace_options *const options = &trace->options;
  assert(options->unit_seconds > 0 && isfinite(options->unit_seconds));
  if (options->format && sj_trace_kind_named(options->format) == SJ_TRACE_UNKNOWN) {
    char quoted[SJ_QUOTED];
    sj_error_add(error, "%s: the format is %s, expected csv, combined or pgbench", trace->name,
                 sj_quote(options->format, strlen(options->format), quoted));
    return SJ_INVALID;
  }
  if (options->from < 0) {
    sj_error_add(error, "%s: from is %.9g, expected a time from 0 on", trace->name, options->from);
    return SJ_INVALID;
  }
  if (options->to <= (isnan(options->from) ? 0 : options->from)) {
    sj_error_add(error, "%s: to is %.9g, expected a time after %.9g", trace->name, options->to,
                 isnan(options->from) ? 0 : options->from);
    return SJ_INVALID;
  }
  return SJ_OK;
}

static enum sj_status examine(struct sj_trace *trace, struct sj_error *error) {
  enum sj_status status = check_options(trace, error);
  if (status != SJ_OK) return status;
  if (fstat(trace->fd, &trace->identity) != 0) {
    sj_error_add(error, "%s: cannot be read: %s", trace->name, strerror(errno));
    return SJ_FAILED;
  }
  if (!S_ISREG(trace->identity.st_mode)) {
    sj_error_add(error, "%s: not a regular file, expected one (a pipe can be read only once)", trace->name);
    return SJ_FAILED;
  }
  status = first_pass(trace, error);
  if (status == SJ_OK) status = hash(trace, error);
  if (status == SJ_OK && cuts(&trace->options)) status = measure_cut(trace, error);
  return status;
}

enum sj_status sj_trace_open(int fd, const char *name, const struct sj_trace_options *options, struct sj_trace **result,
                             struct sj_error *error) {
  if (error) error->message[0] = 0;
  struct sj_trace *const trace = calloc(1, sizeof *trace);
  char *const copy = strdup(name);
  if (!trace || !copy) {
    free(trace);
    free(copy);
    close(fd);
    return sj_error_set(error, SJ_NO_MEMORY, "%s: memory ran out", name);
  }
  trace->fd = fd;
  trace->name = copy;
  trace->options = *options;
  const enum sj_status status = examine(trace, error);
  trace->options.format = NULL; /* the caller's */
  if (status == SJ_OK)
    *result = trace;
  else
    sj_trace_close(trace);
  return status;
}

void sj_trace_close(struct sj_trace *trace) {
  if (!trace) return;
  close(trace->fd);
  free(trace->name);
  free(trace);
}

const struct sj_trace_summary *sj_trace_summary_of(const struct sj_trace *trace) { return &trace->summary; }

const char *sj_trace_name(const struct sj_trace *trace) { return trace->name; }

enum sj_status sj_trace_reader_create(const struct sj_trace *trace, struct sj_trace_reader **result,
                                      struct sj_error *error) {
  if (error) error->message[0] = 0;
  struct sj_trace_reader *const reader = calloc(1, sizeof *reader);
  if (!reader) return no_memory(trace, error), SJ_NO_MEMORY;
  reader->trace = trace;
  reader->parser = trace->parser;
  reader->heap.capacity = trace->capacity;
  reader->heap.entries = calloc(trace->capacity, sizeof *reader->heap.entries);
  enum sj_status status = SJ_OK;
  if (!reader->heap.entries) status = (no_memory(trace, error), SJ_NO_MEMORY);
  if (status == SJ_OK) status = sj_source_create(trace->fd, trace->name, &trace->identity, &reader->source, error);
  if (status == SJ_OK)
    *result = reader;
  else
    sj_trace_reader_destroy(reader);
  return status;
}

enum sj_status sj_trace_reader_next(struct sj_trace_reader *reader, struct sj_trace_record *record, bool *more,
                                    struct sj_error *error) {
  const struct sj_trace *const trace = reader->trace;
  struct sj_trace_line line;
  if (error) error->message[0] = 0;
  *more = false;
  while (!reader->done) {
    bool found;
    const enum sj_status status = next_line(reader, &line, &found, error);
    if (status != SJ_OK) {
      reader->done = true;
      return status;
    }
    if (!found || too_late(trace, line.instant)) {
      reader->done = true;
    } else if (!too_early(trace, line.instant)) {
      *more = true;
      *record = (struct sj_trace_record){.arrival = span(&trace->parser, trace->origin, line.instant),
                                         .size = line.size,
                                         .service = line.service,
                                         .latency = line.latency,
                                         .wait = line.wait};
      return SJ_OK;
    }
  }
  return SJ_OK;
}

void sj_trace_reader_destroy(struct sj_trace_reader *reader) {
  if (!reader) return;
  sj_source_destroy(reader->source);
  free(reader->heap.entries);
  free(reader);
}
