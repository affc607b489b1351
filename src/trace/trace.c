#include "trace/trace.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stats/moments.h"
#include "trace/internal.h"
#include "trace/number.h"

enum { MOST_MISTAKES = 20 };

double sj_trace_span(const struct sj_trace_parser *parser, int64_t a, int64_t b) {
  if (!parser->real_instants) return (double)(b - a) / parser->ticks_per_unit;
  double from, to;
  memcpy(&from, &a, sizeof from);
  memcpy(&to, &b, sizeof to);
  return to - from;
}

enum sj_status sj_trace_no_memory(const struct sj_trace *trace, struct sj_error *error) {
  sj_error_add(error, "%s: memory ran out", trace->name);
  return SJ_NO_MEMORY;
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
  summary->end = sj_trace_span(parser, totals->first, totals->last);
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

/* The first pass. `status` is SJ_INVALID from the first mistake on; it goes on, to find more of them. */
struct pass {
  struct sj_trace *trace;
  struct sj_source *source;
  struct sj_displacement displacement;
  struct totals totals;
  struct sj_error *error;
  enum sj_status status;
  int mistakes;
  bool started, header_passed;
  bool again; /* the ticks of a csv turned out too coarse, or too fine */
};

static void mistake(struct pass *pass, const char *what) {
  sj_error_add(pass->error, "%s:%llu: %s", pass->trace->name, (unsigned long long)pass->source->line_number, what);
  pass->status = SJ_INVALID;
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

/* Takes one line; false if the pass is over. */
static bool take(struct pass *pass, const struct sj_source_line *line) {
  struct sj_trace *const trace = pass->trace;
  if (!line->text) {
    mistake(pass, "a line of more than 65536 bytes, expected a request");
    return pass->started;
  }
  if (line->length == 0) return true;
  if (!pass->started && !start(pass, line->text, line->length)) return false;
  if (trace->parser.has_header && !pass->header_passed) {
    pass->header_passed = true;
    return true;
  }
  struct sj_trace_line request;
  switch (sj_trace_parse(&trace->parser, line->text, line->length, pass->source->line_number, &request)) {
    case SJ_LINE_REQUEST:
      break;
    case SJ_LINE_WRONG:
      mistake(pass, trace->parser.problem);
      return true;
    case SJ_LINE_RESCALE:
      pass->again = true;
      return false;
  }
  if (pass->mistakes) return true;
  trace->lines++;
  add_request(&pass->totals, &trace->parser, &request);
  switch (sj_displacement_add(&pass->displacement, request.instant)) {
    case SJ_DISPLACEMENT_OK:
      return true;
    case SJ_DISPLACEMENT_NO_MEMORY:
      pass->status = sj_trace_no_memory(trace, pass->error);
      return false;
    case SJ_DISPLACEMENT_TOO_LARGE:
      break;
  }
  mistake(pass,
          "more than a million of the lines above arrived after this one, expected an order close to that of arrival "
          "or of completion (sort the file by time)");
  return false;
}

static void read_all(struct pass *pass) {
  struct sj_trace *const trace = pass->trace;
  struct sj_error *const error = pass->error;
  trace->lines = 0;
  sj_displacement_start(&pass->displacement);
  pass->status = sj_source_create(trace->fd, trace->name, &trace->identity, &pass->source, error);
  bool more = pass->status == SJ_OK;
  while (more && pass->mistakes < MOST_MISTAKES) {
    struct sj_source_line line;
    const enum sj_status status = sj_source_next(pass->source, &line, &more, error);
    if (status != SJ_OK) {
      if (!pass->mistakes) pass->status = status;
      return;
    }
    if (more && !take(pass, &line)) return;
  }
}

static enum sj_status first_pass(struct sj_trace *trace, struct sj_error *error) {
  bool started = false;
  for (;;) {
    struct pass pass = {.trace = trace,
                        .error = error,
                        .totals = {.first = INT64_MAX, .last = INT64_MIN},
                        .started = started}; /* begun again, the parser keeps what it has learnt */
    read_all(&pass);
    trace->capacity = pass.displacement.need;
    sj_displacement_end(&pass.displacement);
    sj_source_destroy(pass.source);
    if (pass.again) {
      if (error) error->message[0] = 0;
      started = true;
      continue;
    }
    if (pass.status != SJ_OK) return pass.status;
    if (trace->lines == 0) {
      sj_error_add(error,
                   pass.started ? "%s:1: a header and no requests, expected at least one line below it"
                                : "%s:1: empty, expected a recording",
                   trace->name);
      return SJ_INVALID;
    }
    trace->first = pass.totals.first;
    summarize(trace, &pass.totals, trace->lines);
    return SJ_OK;
  }
}

static bool cuts(const struct sj_trace_options *options) { return !isnan(options->from) || !isnan(options->to); }

/* Counts and adds up what lies between `from` and `to`. */
static enum sj_status measure_cut(struct sj_trace *trace, struct sj_error *error) {
  struct sj_trace_reader *reader;
  enum sj_status status = sj_trace_reader_create(trace, &reader, error);
  if (status != SJ_OK) return status;
  struct totals totals = {.first = INT64_MAX, .last = INT64_MIN};
  uint64_t count = 0;
  struct sj_trace_line line;
  for (bool more = true;;) {
    status = sj_trace_next_line(reader, &line, &more, error);
    if (status != SJ_OK || !more || sj_trace_too_late(trace, line.instant)) break;
    if (sj_trace_too_early(trace, line.instant)) continue;
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
  struct sj_trace_hash hash;
  sj_trace_hash_start(&hash, trace->fd, trace->identity.st_size);
  status = first_pass(trace, error);
  const int failure = sj_trace_hash_end(&hash);
  memcpy(trace->summary.sha256, hash.hex, sizeof hash.hex);
  if (status == SJ_OK && failure) {
    sj_error_add(error, "%s: cannot be read: %s", trace->name, strerror(failure));
    return SJ_FAILED;
  }
  if (status == SJ_OK && cuts(&trace->options)) status = measure_cut(trace, error);
  return status;
}

enum sj_status sj_trace_open(int fd, const char *name, const struct sj_trace_options *options, struct sj_trace **trace,
                             struct sj_error *error) {
  if (error) error->message[0] = 0;
  struct sj_trace *const opened = calloc(1, sizeof *opened);
  char *const copy = strdup(name);
  if (!opened || !copy) {
    free(opened);
    free(copy);
    close(fd);
    return sj_error_set(error, SJ_NO_MEMORY, "%s: memory ran out", name);
  }
  opened->fd = fd;
  opened->name = copy;
  opened->options = *options;
  const enum sj_status status = examine(opened, error);
  opened->options.format = NULL; /* the caller's */
  if (status == SJ_OK)
    *trace = opened;
  else
    sj_trace_close(opened);
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
