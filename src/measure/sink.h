/* Stores: where received messages go. Each verifies every message first: it reads each byte.
 *
 * One sink belongs to one thread. A sink that writes a file writes PATH.part and renames it to PATH at
 * sj_sink_close; a PATH that exists is refused. A store that was killed leaves PATH.part, in which is:
 *
 *   Arrow    all messages whose write had returned; it lacks the footer, so read it as a stream from byte 8 on, or with
 *            sj_table_stream_begin;
 *   HDF5     all messages up to the last flush, which is once a second as long as messages come; after
 *            `h5clear -s PATH.part`;
 *   SQLite   all messages whose write had returned, each whole; open it with PATH.part-journal beside it.
 *
 * That is after a killed process. After a loss of power what had not reached the disk is missing as well, and SQLite's
 * PATH.part may be damaged. docs/message-format.md has what is in each file. */
#ifndef SJ_MEASURE_SINK_H
#define SJ_MEASURE_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "measure/table.h"
#include "sojourn/status.h"

/* memory: verifies and forgets. file: Arrow's file format, a record batch a message, which has its label as metadata.
 * hdf5: a dataset a column with all messages' rows in the order of arrival, and of each message its
 * "messages/producer", "messages/sequence" and "messages/rows". sqlite: a table `samples` with a row a row, and
 * `messages`. */
enum sj_sink_kind { SJ_SINK_MEMORY, SJ_SINK_FILE, SJ_SINK_HDF5, SJ_SINK_SQLITE };

struct sj_sink;

/* A message as it was received. */
struct sj_sink_message {
  const void *bytes; /* a whole message (measure/table.h) */
  size_t size;
  struct sj_table_label label; /* what its handle says; must be what it says itself */
  uint64_t checksum;           /* sj_checksum of the bytes when they were sent */
};

/* "memory", "file", "hdf5", "sqlite" to its kind; SJ_INVALID, with the names there are and the nearest, for others. */
enum sj_status sj_sink_kind_named(const char *name, enum sj_sink_kind *kind, struct sj_error *error);
const char *sj_sink_kind_name(enum sj_sink_kind kind);

/* Opens a sink for messages of these columns. `path` is NULL for memory. SJ_INVALID: no path, or it exists already;
 * SJ_FAILED: the file cannot be made, PATH.part is there (from a killed store: the message says so), or this sojourn
 * was built without HDF5. */
enum sj_status sj_sink_open(enum sj_sink_kind kind, const char *path, const struct sj_column *columns,
                            size_t column_count, struct sj_sink **sink, struct sj_error *error);

/* Verifies the message, and stores it. The bytes are not needed once it returns. SJ_INVALID: the message is corrupt
 * (its checksum or label differs, it is no Arrow stream, or not of these columns); nothing of it was stored, and the
 * sink goes on. SJ_FAILED: it could not be stored (disk full ...): nothing of it was stored, and later messages are
 * refused with the same error; sj_sink_close still keeps what was stored before. */
enum sj_status sj_sink_write(struct sj_sink *sink, const struct sj_sink_message *message, struct sj_error *error);

/* What it has verified and stored so far. `file_bytes` is 0 for memory. */
struct sj_sink_count {
  uint64_t messages, payload_bytes, corrupt, file_bytes;
};
struct sj_sink_count sj_sink_counted(const struct sj_sink *sink);

/* Finishes the file, has it on the disk, gives it its name, and frees the sink, whatever the outcome. SJ_FAILED: that
 * could not be done; PATH.part stays. NULL is fine. */
enum sj_status sj_sink_close(struct sj_sink *sink, struct sj_error *error);

/* Frees the sink and removes its file: nothing is to be kept. NULL is fine. */
void sj_sink_discard(struct sj_sink *sink);

#endif
