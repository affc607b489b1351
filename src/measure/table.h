/* Messages: flat tables as Arrow IPC, written in place and read in place.
 *
 * A message is one complete stream of Arrow's format (format version V5, little-endian): a schema, one record batch,
 * the end of the stream. Any Arrow library reads it by itself. Its columns are float64, int64 or timestamp[ns] (since
 * 1970-01-01, no time zone), none has nulls. For given columns and a given number of rows only the columns' values and
 * the two numbers of the label differ from one message to the next; so a layout, made once, holds all other bytes.
 * Each column starts at a multiple of 64 bytes from the message's start. docs/message-format.md has every byte.
 *
 * Formats: the Arrow columnar format, sections "IPC Streaming Format" and "IPC File Format", and its schemas
 * Schema.fbs, Message.fbs and File.fbs, encoded as FlatBuffers. */
#ifndef SJ_MEASURE_TABLE_H
#define SJ_MEASURE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sojourn/status.h"

enum sj_column_type { SJ_COLUMN_FLOAT64, SJ_COLUMN_INT64, SJ_COLUMN_TIMESTAMP }; /* 8 bytes a value, each of them */

enum { SJ_TABLE_COLUMNS_MOST = 32, SJ_TABLE_NAME_MOST = 63, SJ_TABLE_ALIGNMENT = 64 };

struct sj_column {
  char name[SJ_TABLE_NAME_MOST + 1]; /* UTF-8, zero-terminated, not empty, each name once */
  enum sj_column_type type;
};

/* Who made a message, and which of its messages it is. Carried inside the message, as metadata of its record batch
 * (keys "producer" and "sequence", decimal). */
struct sj_table_label {
  uint64_t producer, sequence;
};

/* --- Writing ----------------------------------------------------------------------------------------------------- */

/* All that messages of the same columns and number of rows have in common. Constant after it was made: any number of
 * threads (and, after fork, processes) may use one. */
struct sj_table_layout;

/* Makes the layout of tables of `rows` rows (0 ... 2^40) of these 1 ... SJ_TABLE_COLUMNS_MOST columns.
 * sj_table_layout_destroy ends it. SJ_INVALID: the columns or the rows are not as they must be. SJ_NO_MEMORY. */
enum sj_status sj_table_layout_create(const struct sj_column *columns, size_t column_count, uint64_t rows,
                                      struct sj_table_layout **layout, struct sj_error *error);
void sj_table_layout_destroy(struct sj_table_layout *layout); /* NULL is fine */

/* Bytes of a whole message: what a slot must have room for. */
size_t sj_table_size(const struct sj_table_layout *layout);

/* Where the values of column `c` start, in bytes from the start of the message; a multiple of SJ_TABLE_ALIGNMENT. */
size_t sj_table_offset(const struct sj_table_layout *layout, size_t c);

/* Writes every byte of a message to `slot` (sj_table_size bytes, of any alignment) but the values of its columns: a
 * few hundred bytes, whatever the number of rows. Before or after it the caller writes `rows` values to
 * slot + sj_table_offset(layout, c) for each column, in the machine's byte order; then the message is complete. */
void sj_table_begin(const struct sj_table_layout *layout, struct sj_table_label label, void *slot);

/* --- Reading ----------------------------------------------------------------------------------------------------- */

/* One record batch of a stream: where its values lie. Nothing is copied; it is valid as long as the bytes are. */
struct sj_table {
  uint64_t rows;
  size_t column_count;
  struct sj_column columns[SJ_TABLE_COLUMNS_MOST];
  const void *values[SJ_TABLE_COLUMNS_MOST]; /* `rows` values of 8 bytes; aligned to 8 if the stream's start is */
  bool labelled;                             /* whether the batch says who made it: then `label` does */
  struct sj_table_label label;
};

/* Reads a message of one record batch: a whole stream as sj_table_begin makes it, or another program's of the same
 * types. Safe on any bytes: nothing outside of `bytes` is read, whatever they are. SJ_INVALID: it is not such a stream,
 * has nulls, other types, dictionaries, compressed buffers, none or several batches; the message says what and at which
 * byte. A few hundred nanoseconds, whatever the number of rows. */
enum sj_status sj_table_read(const void *bytes, size_t size, struct sj_table *table, struct sj_error *error);

/* Reads a stream of any number of batches, or a whole file of Arrow's file format (told apart by its first bytes):
 *
 *   struct sj_table_stream stream;
 *   status = sj_table_stream_begin(bytes, size, &stream, error);
 *   while (status == SJ_OK && (status = sj_table_stream_next(&stream, &table, &more, error)) == SJ_OK && more) ...
 *
 * The batches come in the order in which they lie. A file that has no end (its writer was killed) gives the batches
 * that are whole and then ends with `cut` set: that is no error. The fields are private but `cut`. */
struct sj_table_stream {
  const unsigned char *bytes;
  size_t size, at;
  size_t column_count;
  struct sj_column columns[SJ_TABLE_COLUMNS_MOST];
  bool footed;
  bool cut; /* the last message is not whole, or the mark of the stream's end is missing */
};

/* SJ_INVALID as for sj_table_read. A cut within the schema is an error. */
enum sj_status sj_table_stream_begin(const void *bytes, size_t size, struct sj_table_stream *stream,
                                     struct sj_error *error);
/* The next batch; `*more` is false at the end, and then `table` was not written. */
enum sj_status sj_table_stream_next(struct sj_table_stream *stream, struct sj_table *table, bool *more,
                                    struct sj_error *error);

/* Whether a table can have these columns: SJ_INVALID says what is wrong with them. */
enum sj_status sj_columns_check(const struct sj_column *columns, size_t count, struct sj_error *error);

/* "float64", "int64", "timestamp[ns]". */
const char *sj_column_type_name(enum sj_column_type type);

#endif
