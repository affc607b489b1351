/* Streams over a recording whose first pass is done. */
#include <math.h>
#include <stdlib.h>

#include "trace/internal.h"

struct sj_trace_reader {
  const struct sj_trace *trace;
  struct sj_source *source;
  struct sj_trace_parser parser;
  struct sj_reorder_heap heap;
  uint64_t lines;
  int64_t previous;
  bool header_passed, file_ended, done;
};

bool sj_trace_too_early(const struct sj_trace *trace, int64_t instant) {
  return sj_trace_span(&trace->parser, trace->first, instant) < trace->options.from; /* false for NAN */
}

bool sj_trace_too_late(const struct sj_trace *trace, int64_t instant) {
  return sj_trace_span(&trace->parser, trace->first, instant) >= trace->options.to;
}

static enum sj_status changed(const struct sj_trace *trace, struct sj_error *error) {
  sj_error_set(error, SJ_FAILED, "%s: changed while it was read, expected a finished file", trace->name);
  return SJ_FAILED;
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

enum sj_status sj_trace_next_line(struct sj_trace_reader *reader, struct sj_trace_line *line, bool *more,
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

enum sj_status sj_trace_reader_create(const struct sj_trace *trace, struct sj_trace_reader **reader,
                                      struct sj_error *error) {
  if (error) error->message[0] = 0;
  struct sj_trace_reader *const created = calloc(1, sizeof *created);
  if (!created) return sj_trace_no_memory(trace, error);
  created->trace = trace;
  created->parser = trace->parser;
  created->heap.capacity = trace->capacity;
  created->heap.entries = calloc(trace->capacity, sizeof *created->heap.entries);
  enum sj_status status = SJ_OK;
  if (!created->heap.entries) status = sj_trace_no_memory(trace, error);
  if (status == SJ_OK) status = sj_source_create(trace->fd, trace->name, &trace->identity, &created->source, error);
  if (status == SJ_OK)
    *reader = created;
  else
    sj_trace_reader_destroy(created);
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
    const enum sj_status status = sj_trace_next_line(reader, &line, &found, error);
    if (status != SJ_OK) {
      reader->done = true;
      return status;
    }
    if (!found || sj_trace_too_late(trace, line.instant)) {
      reader->done = true;
    } else if (!sj_trace_too_early(trace, line.instant)) {
      *more = true;
      *record = (struct sj_trace_record){.arrival = sj_trace_span(&trace->parser, trace->origin, line.instant),
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
