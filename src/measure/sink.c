#include "measure/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "measure/checksum.h"
#include "measure/store.h"

static const char *const names[] = {
    [SJ_SINK_MEMORY] = "memory", [SJ_SINK_FILE] = "file", [SJ_SINK_HDF5] = "hdf5", [SJ_SINK_SQLITE] = "sqlite", NULL};
static const struct sj_store *const stores[] = {
    [SJ_SINK_FILE] = &sj_store_file, [SJ_SINK_HDF5] = &sj_store_hdf5, [SJ_SINK_SQLITE] = &sj_store_sqlite};

struct sj_sink {
  size_t column_count;
  struct sj_column columns[SJ_TABLE_COLUMNS_MOST];
  struct sj_sink_count count;
  const struct sj_store *store; /* NULL for memory, which needs none of what follows */
  void *state;
  char *path, *part;
  int descriptor;
  bool failed;
  struct sj_error failure;
};

enum sj_status sj_sink_kind_named(const char *name, enum sj_sink_kind *kind, struct sj_error *error) {
  for (size_t i = 0; names[i]; i++)
    if (strcmp(name, names[i]) == 0) {
      *kind = (enum sj_sink_kind)i;
      return SJ_OK;
    }
  const char *const nearest = sj_nearest(name, names);
  return sj_error_set(error, SJ_INVALID, "no store is called `%s`%s%s%s (there are memory, file, hdf5, sqlite)", name,
                      nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
}

const char *sj_sink_kind_name(enum sj_sink_kind kind) { return names[kind]; }

/* --- Opening --- */

static enum sj_status make_file(struct sj_sink *sink, struct sj_error *error) {
  struct stat status;
  if (lstat(sink->path, &status) == 0)
    return sj_error_set(error, SJ_INVALID, "%s: is there already, and a store overwrites nothing", sink->path);
  sink->descriptor = open(sink->part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (sink->descriptor >= 0) return SJ_OK;
  if (errno == EEXIST)
    return sj_error_set(
        error, SJ_FAILED,
        "%s: is there from a store that still runs or was killed; keep it by another name, or remove it", sink->part);
  return sj_error_set(error, SJ_FAILED, "%s: %s", sink->part, strerror(errno));
}

static void free_sink(struct sj_sink *sink) {
  if (sink->descriptor >= 0) close(sink->descriptor);
  free(sink->part);
  free(sink->path);
  free(sink);
}

static enum sj_status open_store(struct sj_sink *sink, struct sj_error *error) {
  enum sj_status status = make_file(sink, error);
  if (status != SJ_OK) return status;
  const struct sj_store_target target = {
      .path = sink->part, .descriptor = sink->descriptor, .columns = sink->columns, .column_count = sink->column_count};
  status = sink->store->open(&target, &sink->state, error);
  if (status != SJ_OK) unlink(sink->part);
  return status;
}

enum sj_status sj_sink_open(enum sj_sink_kind kind, const char *path, const struct sj_column *columns,
                            size_t column_count, struct sj_sink **sink, struct sj_error *error) {
  enum sj_status status = sj_columns_check(columns, column_count, error);
  if (status != SJ_OK) return status;
  if (kind != SJ_SINK_MEMORY && (!path || !*path))
    return sj_error_set(error, SJ_INVALID, "the store `%s` needs the path of a file", names[kind]);
  struct sj_sink *const s = sj_allocate(sizeof *s);
  s->descriptor = -1;
  s->column_count = column_count;
  memcpy(s->columns, columns, column_count * sizeof *columns);
  if (kind != SJ_SINK_MEMORY) {
    s->store = stores[kind];
    s->path = sj_copy_string(path);
    s->part = sj_format("%s.part", path);
    status = open_store(s, error);
  }
  if (status == SJ_OK)
    *sink = s;
  else
    free_sink(s);
  return status;
}

/* --- Messages --- */

static bool same_columns(const struct sj_sink *sink, const struct sj_table *table) {
  if (table->column_count != sink->column_count) return false;
  for (size_t c = 0; c < sink->column_count; c++)
    if (table->columns[c].type != sink->columns[c].type || strcmp(table->columns[c].name, sink->columns[c].name) != 0)
      return false;
  return true;
}

static enum sj_status verify(const struct sj_sink *sink, const struct sj_sink_message *message, struct sj_table *table,
                             struct sj_error *error) {
  const unsigned long long producer = message->label.producer, sequence = message->label.sequence;
  const uint64_t checksum = sj_checksum(message->bytes, message->size);
  if (checksum != message->checksum)
    return sj_error_set(error, SJ_INVALID,
                        "message %llu of producer %llu is corrupt: its checksum is %016llx, expected %016llx", sequence,
                        producer, (unsigned long long)checksum, (unsigned long long)message->checksum);
  struct sj_error why = {{0}};
  if (sj_table_read(message->bytes, message->size, table, &why) != SJ_OK)
    return sj_error_set(error, SJ_INVALID, "message %llu of producer %llu: %.512s", sequence, producer, why.message);
  if (!table->labelled || table->label.producer != producer || table->label.sequence != sequence)
    return sj_error_set(error, SJ_INVALID, "message %llu of producer %llu: says it is message %llu of producer %llu",
                        sequence, producer, (unsigned long long)table->label.sequence,
                        (unsigned long long)table->label.producer);
  if (!same_columns(sink, table))
    return sj_error_set(error, SJ_INVALID, "message %llu of producer %llu: has other columns than the store", sequence,
                        producer);
  return SJ_OK;
}

enum sj_status sj_sink_write(struct sj_sink *sink, const struct sj_sink_message *message, struct sj_error *error) {
  if (sink->failed) return sj_error_set(error, SJ_FAILED, "%s", sink->failure.message);
  struct sj_table table;
  table.rows = table.column_count = 0;
  enum sj_status status = verify(sink, message, &table, error);
  if (status != SJ_OK) {
    sink->count.corrupt++;
    return status;
  }
  if (sink->store) status = sink->store->write(sink->state, &table, message->label, &sink->failure);
  if (status != SJ_OK) {
    sink->failed = true;
    return sj_error_set(error, status, "%s", sink->failure.message);
  }
  sink->count.messages++;
  sink->count.payload_bytes += table.rows * 8 * table.column_count;
  return SJ_OK;
}

struct sj_sink_count sj_sink_counted(const struct sj_sink *sink) {
  struct sj_sink_count count = sink->count;
  struct stat status;
  if (sink->descriptor >= 0 && fstat(sink->descriptor, &status) == 0) count.file_bytes = (uint64_t)status.st_size;
  return count;
}

/* --- Closing --- */

/* Never takes the place of a file that came to be there meanwhile, where the file system can do that. */
static bool give_name(const struct sj_sink *sink) {
  if (renameat2(AT_FDCWD, sink->part, AT_FDCWD, sink->path, RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  return access(sink->path, F_OK) != 0 && rename(sink->part, sink->path) == 0;
}

/* The new name survives a loss of power as well. */
static bool sync_folder(const char *path) {
  char *const folder = sj_copy_string(path), *const slash = strrchr(folder, '/');
  if (slash) slash[slash == folder] = 0;
  const int descriptor = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  free(folder);
  if (descriptor < 0) return false;
  const bool done = fsync(descriptor) == 0 || errno == EINVAL;
  close(descriptor);
  return done;
}

enum sj_status sj_sink_close(struct sj_sink *sink, struct sj_error *error) {
  if (!sink) return SJ_OK;
  enum sj_status status = SJ_OK;
  if (sink->store) {
    status = sink->store->finish(sink->state, error);
    if (status == SJ_OK && fsync(sink->descriptor) != 0)
      status = sj_error_set(error, SJ_FAILED, "%s: %s", sink->part, strerror(errno));
    if (status == SJ_OK && (!give_name(sink) || !sync_folder(sink->path)))
      status = sj_error_set(error, SJ_FAILED, "%s: %s", sink->path, strerror(errno));
  }
  free_sink(sink);
  return status;
}

void sj_sink_discard(struct sj_sink *sink) {
  if (!sink) return;
  struct sj_error ignored;
  if (sink->store) {
    sink->store->finish(sink->state, &ignored);
    unlink(sink->part);
  }
  free_sink(sink);
}
