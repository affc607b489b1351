#include "trace/source.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

enum { BUFFER = 1 << 18, COMPRESSED = 1 << 16 };
_Static_assert((int)BUFFER > 2 * (int)SJ_SOURCE_LONGEST_LINE, "a longest line and its end must fit");

struct sj_source_inflater {
  z_stream stream;
  bool inside; /* a member was begun and not ended */
  unsigned char compressed[COMPRESSED];
};

static enum sj_status fail(const struct sj_source *source, enum sj_status status, const char *what,
                           struct sj_error *error) {
  sj_error_add(error, "%s: %s", source->name, what);
  return status;
}

static bool unchanged(const struct sj_source *source) {
  struct stat now;
  return fstat(source->fd, &now) == 0 && now.st_size == source->identity.st_size &&
         now.st_mtim.tv_sec == source->identity.st_mtim.tv_sec &&
         now.st_mtim.tv_nsec == source->identity.st_mtim.tv_nsec;
}

/* Reads up to `room` stored bytes; *count = 0 at the end of the file. */
static enum sj_status read_stored(struct sj_source *source, void *to, size_t room, size_t *count,
                                  struct sj_error *error) {
  ssize_t got;
  do got = pread(source->fd, to, room, source->position);
  while (got < 0 && errno == EINTR);
  if (got < 0) {
    sj_error_add(error, "%s: cannot be read: %s", source->name, strerror(errno));
    return SJ_FAILED;
  }
  if (!unchanged(source)) return fail(source, SJ_FAILED, "changed while it was read, expected a finished file", error);
  source->position += got;
  *count = (size_t)got;
  return SJ_OK;
}

/* Makes compressed bytes available; `stream.avail_in` stays 0 at the end of the file. */
static enum sj_status feed(struct sj_source *source, struct sj_error *error) {
  struct sj_source_inflater *const inflater = source->inflater;
  if (inflater->stream.avail_in) return SJ_OK;
  size_t count;
  const enum sj_status status = read_stored(source, inflater->compressed, COMPRESSED, &count, error);
  if (status != SJ_OK) return status;
  inflater->stream.next_in = inflater->compressed;
  inflater->stream.avail_in = (uInt)count;
  return SJ_OK;
}

/* Inflates at least one byte into `to`, or finds the end of the last member (*count = 0). */
static enum sj_status read_inflated(struct sj_source *source, void *to, size_t room, size_t *count,
                                    struct sj_error *error) {
  struct sj_source_inflater *const inflater = source->inflater;
  z_stream *const stream = &inflater->stream;
  stream->next_out = to;
  stream->avail_out = (uInt)room;
  while (stream->avail_out == (uInt)room) {
    const enum sj_status status = feed(source, error);
    if (status != SJ_OK) return status;
    if (!stream->avail_in) {
      if (inflater->inside) return fail(source, SJ_FAILED, "the gzip data is truncated, expected its end", error);
      break;
    }
    if (!inflater->inside) {
      /* gzip files may be concatenated; zlib must be told that another begins. */
      if (inflateReset(stream) != Z_OK) return fail(source, SJ_FAILED, "zlib cannot be reset", error);
      inflater->inside = true;
    }
    const int result = inflate(stream, Z_NO_FLUSH);
    if (result == Z_STREAM_END)
      inflater->inside = false;
    else if (result == Z_MEM_ERROR)
      return fail(source, SJ_NO_MEMORY, "memory ran out", error);
    else if (result != Z_OK && result != Z_BUF_ERROR)
      return fail(source, SJ_INVALID, "the gzip data is corrupt, expected whole gzip members and nothing else", error);
  }
  *count = room - stream->avail_out;
  return SJ_OK;
}

static enum sj_status fill(struct sj_source *source, struct sj_error *error) {
  if (source->begin > 0) {
    memmove(source->buffer, source->buffer + source->begin, source->end - source->begin);
    source->end -= source->begin;
    source->begin = 0;
  }
  size_t count = 0;
  char *const to = source->buffer + source->end;
  const size_t room = BUFFER - source->end;
  const enum sj_status status =
      source->inflater ? read_inflated(source, to, room, &count, error) : read_stored(source, to, room, &count, error);
  if (status != SJ_OK) return status;
  source->end += count;
  source->exhausted = count == 0;
  return SJ_OK;
}

/* Drops the rest of a line that is too long. */
static enum sj_status skip_line(struct sj_source *source, struct sj_error *error) {
  for (;;) {
    const char *const text = source->buffer + source->begin;
    const char *const newline = memchr(text, '\n', source->end - source->begin);
    if (newline) {
      source->begin += (size_t)(newline - text) + 1;
      return SJ_OK;
    }
    source->begin = source->end;
    if (source->exhausted) return SJ_OK;
    const enum sj_status status = fill(source, error);
    if (status != SJ_OK) return status;
  }
}

enum sj_status sj_source_refill(struct sj_source *source, struct sj_source_line *line, bool *more,
                                struct sj_error *error) {
  size_t searched = 0;
  *more = true;
  for (;;) {
    char *const text = source->buffer + source->begin;
    const size_t length = source->end - source->begin;
    char *newline = memchr(text + searched, '\n', length - searched);
    const size_t found = newline ? (size_t)(newline - text) : length;
    if (found > SJ_SOURCE_LONGEST_LINE) break;
    if (!newline && source->exhausted) {
      *more = length > 0;
      if (!*more) return SJ_OK;
      newline = source->buffer + source->end++; /* the byte that is always writable */
    }
    if (newline) {
      sj_source_take(source, newline, line);
      return SJ_OK;
    }
    searched = length;
    const enum sj_status status = fill(source, error);
    if (status != SJ_OK) return status;
  }
  source->line_number++;
  *line = (struct sj_source_line){NULL, 0};
  return skip_line(source, error);
}

static enum sj_status begin_gzip(struct sj_source *source, struct sj_error *error) {
  unsigned char magic[2];
  size_t count;
  const enum sj_status status = read_stored(source, magic, sizeof magic, &count, error);
  if (status != SJ_OK) return status;
  source->position = 0;
  if (count < 2 || magic[0] != 0x1f || magic[1] != 0x8b) return SJ_OK;
  struct sj_source_inflater *const inflater = malloc(sizeof *inflater);
  if (!inflater) return fail(source, SJ_NO_MEMORY, "memory ran out", error);
  memset(&inflater->stream, 0, sizeof inflater->stream);
  inflater->inside = false;
  const int gzip_only = 16;
  if (inflateInit2(&inflater->stream, MAX_WBITS + gzip_only) != Z_OK) {
    free(inflater);
    return fail(source, SJ_NO_MEMORY, "memory ran out", error);
  }
  source->inflater = inflater;
  return SJ_OK;
}

enum sj_status sj_source_create(int fd, const char *name, const struct stat *identity, struct sj_source **source,
                                struct sj_error *error) {
  struct sj_source *const created = calloc(1, sizeof *created);
  char *const buffer = malloc(BUFFER + 1);
  if (!created || !buffer) {
    free(created);
    free(buffer);
    sj_error_add(error, "%s: memory ran out", name);
    return SJ_NO_MEMORY;
  }
  created->buffer = buffer;
  created->fd = fd;
  created->name = name;
  created->identity = *identity;
  const enum sj_status status = begin_gzip(created, error);
  if (status != SJ_OK)
    sj_source_destroy(created);
  else
    *source = created;
  return status;
}

void sj_source_destroy(struct sj_source *source) {
  if (!source) return;
  if (source->inflater) inflateEnd(&source->inflater->stream);
  free(source->inflater);
  free(source->buffer);
  free(source);
}
