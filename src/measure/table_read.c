#include <stdlib.h>
#include <string.h>

#include "measure/flat.h"
#include "measure/table.h"
#include "measure/table_format.h"

/* One message of a stream. */
struct message {
  size_t at; /* for error messages */
  struct sj_flat metadata;
  struct sj_flat_table table, header;
  uint64_t type;
  const unsigned char *body;
  size_t body_size;
};

static enum sj_status refuse(size_t at, const char *what, struct sj_error *error) {
  return sj_error_set(error, SJ_INVALID, "Arrow message at byte %zu: %s", at, what);
}

static bool starts_file(const unsigned char *bytes, size_t size) {
  return size >= SJ_FILE_HEAD && memcmp(bytes, SJ_ARROW_MAGIC, SJ_ARROW_MAGIC_SIZE) == 0;
}

/* Where the footer of a file starts; its size where it has none. */
static size_t file_end(const unsigned char *bytes, size_t size) {
  if (size < SJ_FILE_HEAD + SJ_FILE_TAIL) return size;
  const unsigned char *const tail = bytes + size - SJ_FILE_TAIL;
  if (memcmp(tail + 4, SJ_ARROW_MAGIC, SJ_ARROW_MAGIC_SIZE) != 0) return size;
  const uint64_t footer = sj_flat_get(tail, 4);
  return footer <= size - SJ_FILE_HEAD - SJ_FILE_TAIL ? size - SJ_FILE_TAIL - (size_t)footer : size;
}

/* Outcomes of looking for a message other than an error. */
enum found { FOUND, AT_END, CUT };

static enum sj_status read_metadata(struct message *m, struct sj_error *error) {
  uint64_t version = 0;
  bool there;
  if (!sj_flat_root(&m->metadata, &m->table) ||
      !sj_flat_scalar(&m->metadata, &m->table, SJ_MESSAGE_VERSION, 2, &version) ||
      !sj_flat_scalar(&m->metadata, &m->table, SJ_MESSAGE_HEADER_TYPE, 1, &m->type) ||
      !sj_flat_table(&m->metadata, &m->table, SJ_MESSAGE_HEADER, &m->header, &there) || !there)
    return refuse(m->at, "its metadata is damaged", error);
  if (version != SJ_ARROW_V4 && version != SJ_ARROW_V5)
    return refuse(m->at, "metadata of another version, expected V4 or V5", error);
  return SJ_OK;
}

/* The message at `at`; on FOUND its body is whole. */
static enum sj_status find_message(const unsigned char *bytes, size_t size, size_t at, struct message *m,
                                   enum found *found, struct sj_error *error) {
  *found = CUT;
  *m = (struct message){.at = at};
  if (size - at < SJ_MESSAGE_HEAD) return SJ_OK;
  if (sj_flat_get(bytes + at, 4) != 0xffffffff) return refuse(at, "none starts there", error);
  const uint64_t length = sj_flat_get(bytes + at + 4, 4);
  if (length == 0) {
    *found = AT_END;
    return SJ_OK;
  }
  if (length > INT32_MAX) return refuse(at, "the length of its metadata is negative", error);
  const size_t left = size - at - SJ_MESSAGE_HEAD;
  if (length > left) return SJ_OK;
  m->metadata = (struct sj_flat){.bytes = bytes + at + SJ_MESSAGE_HEAD, .size = (size_t)length};
  uint64_t body_size = 0;
  const enum sj_status status = read_metadata(m, error);
  if (status != SJ_OK) return status;
  if (!sj_flat_scalar(&m->metadata, &m->table, SJ_MESSAGE_BODY_LENGTH, 8, &body_size) || body_size > INT64_MAX)
    return refuse(at, "its metadata is damaged", error);
  if (body_size > left - length) return SJ_OK;
  m->body = m->metadata.bytes + length;
  m->body_size = (size_t)body_size;
  *found = FOUND;
  return SJ_OK;
}

static size_t message_end(const unsigned char *bytes, const struct message *m) {
  return (size_t)(m->body - bytes) + m->body_size;
}

/* --- The schema --- */

/* A scalar field that must have this value; absent, it has `otherwise`. */
static bool is(const struct sj_flat *flat, const struct sj_flat_table *table, size_t field, size_t size,
               uint64_t otherwise, uint64_t expected) {
  uint64_t value = otherwise;
  return sj_flat_scalar(flat, table, field, size, &value) && value == expected;
}

static bool read_type(const struct sj_flat *flat, const struct sj_flat_table *field, enum sj_column_type *type) {
  uint64_t union_type = 0;
  struct sj_flat_table of;
  const unsigned char *zone;
  size_t zone_length;
  bool there;
  if (!sj_flat_scalar(flat, field, SJ_FIELD_TYPE_TYPE, 1, &union_type) ||
      !sj_flat_table(flat, field, SJ_FIELD_TYPE, &of, &there) || !there)
    return false;
  if (union_type == SJ_ARROW_FLOAT) {
    *type = SJ_COLUMN_FLOAT64;
    return is(flat, &of, 0, 2, 0, SJ_ARROW_DOUBLE);
  }
  if (union_type == SJ_ARROW_INT) {
    *type = SJ_COLUMN_INT64;
    return is(flat, &of, SJ_INT_WIDTH, 4, 0, 64) && is(flat, &of, SJ_INT_SIGNED, 1, 0, 1);
  }
  *type = SJ_COLUMN_TIMESTAMP;
  return union_type == SJ_ARROW_TIMESTAMP && is(flat, &of, 0, 2, 0, SJ_ARROW_NANOSECOND) &&
         sj_flat_vector(flat, &of, 1, 1, &zone, &zone_length) && zone_length == 0;
}

static enum sj_status read_field(const struct message *m, const struct sj_flat_table *field, struct sj_column *column,
                                 struct sj_error *error) {
  const unsigned char *name, *children;
  size_t length, child_count;
  struct sj_flat_table dictionary;
  bool encoded;
  *column = (struct sj_column){.type = SJ_COLUMN_FLOAT64};
  if (!sj_flat_vector(&m->metadata, field, SJ_FIELD_NAME, 1, &name, &length) ||
      !sj_flat_vector(&m->metadata, field, SJ_FIELD_CHILDREN, 4, &children, &child_count) ||
      !sj_flat_table(&m->metadata, field, SJ_FIELD_DICTIONARY, &dictionary, &encoded))
    return refuse(m->at, "a field of the schema is damaged", error);
  if (length < 1 || length > SJ_TABLE_NAME_MOST || memchr(name, 0, length))
    return refuse(m->at, "a column's name is empty or longer than 63 bytes", error);
  memcpy(column->name, name, length);
  if (child_count > 0 || encoded || !read_type(&m->metadata, field, &column->type))
    return sj_error_set(error, SJ_INVALID,
                        "Arrow message at byte %zu: column `%s` is of another type, expected float64, int64 or "
                        "timestamp[ns] without a time zone",
                        m->at, column->name);
  return SJ_OK;
}

static enum sj_status read_schema(const struct message *m, size_t *count, struct sj_column *columns,
                                  struct sj_error *error) {
  const unsigned char *fields;
  if (m->type != SJ_ARROW_SCHEMA) return refuse(m->at, "not the schema, which comes first", error);
  if (!is(&m->metadata, &m->header, SJ_SCHEMA_ENDIANNESS, 2, 0, SJ_ARROW_BIG_ENDIAN))
    return refuse(m->at, "in the byte order of another machine", error);
  if (!sj_flat_vector(&m->metadata, &m->header, SJ_SCHEMA_FIELDS, 4, &fields, count))
    return refuse(m->at, "its metadata is damaged", error);
  if (*count < 1 || *count > SJ_TABLE_COLUMNS_MOST) return refuse(m->at, "no columns, or more than 32 of them", error);
  for (size_t c = 0; c < *count; c++) {
    struct sj_flat_table field;
    if (!sj_flat_element(&m->metadata, fields, c, &field)) return refuse(m->at, "its metadata is damaged", error);
    const enum sj_status status = read_field(m, &field, columns + c, error);
    if (status != SJ_OK) return status;
  }
  return SJ_OK;
}

/* --- A batch --- */

static bool read_number(const unsigned char *digits, size_t length, uint64_t *number) {
  *number = 0;
  for (size_t i = 0; i < length; i++) {
    const unsigned digit = (unsigned)digits[i] - '0';
    if (digit > 9 || __builtin_mul_overflow(*number, 10, number) || __builtin_add_overflow(*number, digit, number))
      return false;
  }
  return length > 0;
}

static bool read_label(const struct message *m, struct sj_table *table) {
  const unsigned char *pairs, *key, *value;
  size_t count, key_length, length;
  bool has_producer = false, has_sequence = false;
  if (!sj_flat_vector(&m->metadata, &m->table, SJ_MESSAGE_METADATA, 4, &pairs, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    struct sj_flat_table pair;
    if (!sj_flat_element(&m->metadata, pairs, i, &pair) ||
        !sj_flat_vector(&m->metadata, &pair, SJ_PAIR_KEY, 1, &key, &key_length) ||
        !sj_flat_vector(&m->metadata, &pair, SJ_PAIR_VALUE, 1, &value, &length))
      return false;
    if (key_length != 8) continue;
    if (memcmp(key, "producer", 8) == 0) has_producer = read_number(value, length, &table->label.producer);
    if (memcmp(key, "sequence", 8) == 0) has_sequence = read_number(value, length, &table->label.sequence);
  }
  table->labelled = has_producer && has_sequence;
  if (!table->labelled) table->label = (struct sj_table_label){0};
  return true;
}

/* A buffer that lies in the body and has at least `least` bytes. */
static bool read_buffer(const struct message *m, const unsigned char *buffer, uint64_t least,
                        const unsigned char **start) {
  const uint64_t offset = sj_flat_get(buffer, 8), length = sj_flat_get(buffer + 8, 8);
  if (offset > m->body_size || length > m->body_size - offset || length < least) return false;
  *start = m->body + offset;
  return true;
}

static enum sj_status read_columns(const struct message *m, struct sj_table *table, struct sj_error *error) {
  const unsigned char *nodes, *buffers;
  size_t node_count, buffer_count;
  if (!sj_flat_vector(&m->metadata, &m->header, SJ_BATCH_NODES, SJ_NODE_SIZE, &nodes, &node_count) ||
      !sj_flat_vector(&m->metadata, &m->header, SJ_BATCH_BUFFERS, SJ_BUFFER_SIZE, &buffers, &buffer_count))
    return refuse(m->at, "its metadata is damaged", error);
  if (node_count != table->column_count || buffer_count != 2 * table->column_count)
    return refuse(m->at, "not as many columns as the schema says", error);
  for (size_t c = 0; c < table->column_count; c++) {
    const unsigned char *const node = nodes + c * SJ_NODE_SIZE, *bitmap, *values;
    if (sj_flat_get(node, 8) != table->rows) return refuse(m->at, "a column of another length", error);
    if (sj_flat_get(node + 8, 8) != 0) return refuse(m->at, "a column with nulls, expected none", error);
    if (!read_buffer(m, buffers + 2 * c * SJ_BUFFER_SIZE, 0, &bitmap) ||
        !read_buffer(m, buffers + (2 * c + 1) * SJ_BUFFER_SIZE, table->rows * 8, &values))
      return refuse(m->at, "a column does not lie in the message", error);
    table->values[c] = values;
  }
  return SJ_OK;
}

/* The table's columns are known from the schema. */
static enum sj_status read_batch(const struct message *m, struct sj_table *table, struct sj_error *error) {
  struct sj_flat_table compression;
  bool compressed;
  uint64_t rows = 0;
  if (m->type != SJ_ARROW_RECORD_BATCH)
    return refuse(m->at, "not a record batch (a dictionary, a tensor or a schema)", error);
  table->labelled = false;
  table->label = (struct sj_table_label){0};
  if (!sj_flat_scalar(&m->metadata, &m->header, SJ_BATCH_LENGTH, 8, &rows) ||
      !sj_flat_table(&m->metadata, &m->header, SJ_BATCH_COMPRESSION, &compression, &compressed) ||
      !read_label(m, table))
    return refuse(m->at, "its metadata is damaged", error);
  if (compressed) return refuse(m->at, "compressed, expected plain values", error);
  if (rows > m->body_size / 8) return refuse(m->at, "a column does not lie in the message", error);
  table->rows = rows;
  return read_columns(m, table, error);
}

/* --- Streams --- */

enum sj_status sj_table_stream_begin(const void *bytes, size_t size, struct sj_table_stream *stream,
                                     struct sj_error *error) {
  *stream = (struct sj_table_stream){.bytes = bytes, .size = size};
  if (starts_file(bytes, size)) {
    stream->at = SJ_FILE_HEAD;
    stream->size = file_end(bytes, size);
    stream->footed = stream->size < size;
  }
  struct message m;
  enum found found;
  enum sj_status status = find_message(bytes, stream->size, stream->at, &m, &found, error);
  if (status == SJ_OK && found != FOUND) status = refuse(stream->at, "the schema is missing or cut", error);
  if (status == SJ_OK) status = read_schema(&m, &stream->column_count, stream->columns, error);
  if (status == SJ_OK) stream->at = message_end(bytes, &m);
  return status;
}

enum sj_status sj_table_stream_next(struct sj_table_stream *stream, struct sj_table *table, bool *more,
                                    struct sj_error *error) {
  struct message m;
  enum found found;
  *more = false;
  enum sj_status status = find_message(stream->bytes, stream->size, stream->at, &m, &found, error);
  if (status != SJ_OK) return status;
  if (found == AT_END) return SJ_OK;
  if (found == CUT) {
    stream->cut = !stream->footed || stream->at < stream->size;
    return SJ_OK;
  }
  table->column_count = stream->column_count;
  memcpy(table->columns, stream->columns, stream->column_count * sizeof *stream->columns);
  status = read_batch(&m, table, error);
  if (status != SJ_OK) return status;
  stream->at = message_end(stream->bytes, &m);
  *more = true;
  return SJ_OK;
}

enum sj_status sj_table_read(const void *bytes, size_t size, struct sj_table *table, struct sj_error *error) {
  struct message m;
  enum found found;
  enum sj_status status = find_message(bytes, size, 0, &m, &found, error);
  if (status == SJ_OK && found != FOUND) status = refuse(0, "the schema is missing or cut", error);
  if (status == SJ_OK) status = read_schema(&m, &table->column_count, table->columns, error);
  if (status != SJ_OK) return status;
  size_t at = message_end(bytes, &m);
  status = find_message(bytes, size, at, &m, &found, error);
  if (status == SJ_OK && found != FOUND) status = refuse(at, "the record batch is missing or cut", error);
  if (status == SJ_OK) status = read_batch(&m, table, error);
  if (status != SJ_OK) return status;
  at = message_end(bytes, &m);
  status = find_message(bytes, size, at, &m, &found, error);
  if (status == SJ_OK && (found != AT_END || at + SJ_MESSAGE_HEAD != size))
    status = refuse(at, "the end of the stream and of the bytes was expected", error);
  return status;
}
