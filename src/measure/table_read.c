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

/* `at` is where the schema's message, or the footer, starts. */
static enum sj_status read_field(const struct sj_flat *flat, const struct sj_flat_table *field, size_t at,
                                 struct sj_column *column, struct sj_error *error) {
  const unsigned char *name, *children;
  size_t length, child_count;
  struct sj_flat_table dictionary;
  bool encoded;
  *column = (struct sj_column){.type = SJ_COLUMN_FLOAT64};
  if (!sj_flat_vector(flat, field, SJ_FIELD_NAME, 1, &name, &length) ||
      !sj_flat_vector(flat, field, SJ_FIELD_CHILDREN, 4, &children, &child_count) ||
      !sj_flat_table(flat, field, SJ_FIELD_DICTIONARY, &dictionary, &encoded))
    return refuse(at, "a field of the schema is damaged", error);
  if (length < 1 || length > SJ_TABLE_NAME_MOST || memchr(name, 0, length))
    return refuse(at, "a column's name is empty or longer than 63 bytes", error);
  memcpy(column->name, name, length);
  if (child_count > 0 || encoded || !read_type(flat, field, &column->type))
    return sj_error_set(error, SJ_INVALID,
                        "Arrow message at byte %zu: column `%s` is of another type, expected float64, int64 or "
                        "timestamp[ns] without a time zone",
                        at, column->name);
  return SJ_OK;
}

static enum sj_status read_schema(const struct sj_flat *flat, const struct sj_flat_table *schema, size_t at,
                                  size_t *count, struct sj_column *columns, struct sj_error *error) {
  const unsigned char *fields;
  if (!is(flat, schema, SJ_SCHEMA_ENDIANNESS, 2, 0, SJ_ARROW_BIG_ENDIAN))
    return refuse(at, "in the byte order of another machine", error);
  if (!sj_flat_vector(flat, schema, SJ_SCHEMA_FIELDS, 4, &fields, count))
    return refuse(at, "its metadata is damaged", error);
  if (*count < 1 || *count > SJ_TABLE_COLUMNS_MOST) return refuse(at, "no columns, or more than 32 of them", error);
  for (size_t c = 0; c < *count; c++) {
    struct sj_flat_table field;
    if (!sj_flat_element(flat, fields, c, &field)) return refuse(at, "its metadata is damaged", error);
    const enum sj_status status = read_field(flat, &field, at, columns + c, error);
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

/* The schema that a stream starts with; `*end` is where it ends. */
static enum sj_status begin_stream(const unsigned char *bytes, size_t size, size_t at, size_t *end, size_t *count,
                                   struct sj_column *columns, struct sj_error *error) {
  struct message m = {0};
  enum found found;
  const enum sj_status status = find_message(bytes, size, at, &m, &found, error);
  if (status != SJ_OK) return status;
  if (found != FOUND) return refuse(at, "the schema is missing or cut", error);
  if (m.type != SJ_ARROW_SCHEMA) return refuse(at, "not the schema, which comes first", error);
  *end = message_end(bytes, &m);
  return read_schema(&m.metadata, &m.header, at, count, columns, error);
}

/* The footer of a file, if it has one. */
static bool find_footer(const unsigned char *bytes, size_t size, struct sj_flat *footer) {
  if (size < SJ_FILE_HEAD + SJ_FILE_TAIL) return false;
  const unsigned char *const tail = bytes + size - SJ_FILE_TAIL;
  const size_t length = (size_t)sj_flat_get(tail, 4);
  if (memcmp(tail + 4, SJ_ARROW_MAGIC, SJ_ARROW_MAGIC_SIZE) != 0 || length > size - SJ_FILE_HEAD - SJ_FILE_TAIL)
    return false;
  *footer = (struct sj_flat){.bytes = tail - length, .size = length};
  return true;
}

static enum sj_status read_footer(const struct sj_flat *footer, struct sj_table_stream *stream,
                                  struct sj_error *error) {
  const size_t at = (size_t)(footer->bytes - stream->bytes);
  const unsigned char *dictionaries;
  size_t dictionary_count;
  struct sj_flat_table root, schema;
  bool there;
  if (!sj_flat_root(footer, &root) || !sj_flat_table(footer, &root, SJ_FOOTER_SCHEMA, &schema, &there) || !there ||
      !sj_flat_vector(footer, &root, SJ_FOOTER_DICTIONARIES, SJ_BLOCK_SIZE, &dictionaries, &dictionary_count) ||
      !sj_flat_vector(footer, &root, SJ_FOOTER_BATCHES, SJ_BLOCK_SIZE, &stream->blocks, &stream->block_count))
    return sj_error_set(error, SJ_INVALID, "Arrow file: the footer at byte %zu is damaged", at);
  stream->footed = true;
  stream->size = at;
  return read_schema(footer, &schema, at, &stream->column_count, stream->columns, error);
}

enum sj_status sj_table_stream_begin(const void *bytes, size_t size, struct sj_table_stream *stream,
                                     struct sj_error *error) {
  struct sj_flat footer;
  *stream = (struct sj_table_stream){.bytes = bytes, .size = size};
  if (starts_file(bytes, size)) {
    /* Some writers of files leave out the stream's schema, so where there is a footer it is believed. */
    if (find_footer(bytes, size, &footer)) return read_footer(&footer, stream, error);
    stream->at = SJ_FILE_HEAD;
  }
  return begin_stream(bytes, size, stream->at, &stream->at, &stream->column_count, stream->columns, error);
}

/* The batch that the footer names next. */
static enum sj_status find_block(struct sj_table_stream *stream, struct message *m, bool *more,
                                 struct sj_error *error) {
  enum found found = CUT;
  *more = stream->block < stream->block_count;
  if (!*more) return SJ_OK;
  const uint64_t offset = sj_flat_get(stream->blocks + SJ_BLOCK_SIZE * stream->block++, 8);
  enum sj_status status = SJ_OK;
  if (offset <= stream->size) status = find_message(stream->bytes, stream->size, (size_t)offset, m, &found, error);
  if (status != SJ_OK || found == FOUND) return status;
  return sj_error_set(error, SJ_INVALID, "Arrow file: the footer names a batch at byte %llu, where none is",
                      (unsigned long long)offset);
}

/* The message that lies next. */
static enum sj_status find_next(struct sj_table_stream *stream, struct message *m, bool *more, struct sj_error *error) {
  enum found found;
  const enum sj_status status = find_message(stream->bytes, stream->size, stream->at, m, &found, error);
  if (status != SJ_OK) return status;
  stream->cut = found == CUT;
  *more = found == FOUND;
  if (*more) stream->at = message_end(stream->bytes, m);
  return SJ_OK;
}

enum sj_status sj_table_stream_next(struct sj_table_stream *stream, struct sj_table *table, bool *more,
                                    struct sj_error *error) {
  struct message m = {0};
  *more = false;
  enum sj_status status = stream->footed ? find_block(stream, &m, more, error) : find_next(stream, &m, more, error);
  if (status != SJ_OK || !*more) return status;
  table->column_count = stream->column_count;
  memcpy(table->columns, stream->columns, stream->column_count * sizeof *stream->columns);
  status = read_batch(&m, table, error);
  *more = status == SJ_OK;
  return status;
}

enum sj_status sj_table_read(const void *bytes, size_t size, struct sj_table *table, struct sj_error *error) {
  struct message m = {0};
  enum found found;
  size_t at = 0;
  enum sj_status status = begin_stream(bytes, size, 0, &at, &table->column_count, table->columns, error);
  if (status == SJ_OK) status = find_message(bytes, size, at, &m, &found, error);
  if (status == SJ_OK && found != FOUND) status = refuse(at, "the record batch is missing or cut", error);
  if (status == SJ_OK) status = read_batch(&m, table, error);
  if (status != SJ_OK) return status;
  at = message_end(bytes, &m);
  status = find_message(bytes, size, at, &m, &found, error);
  if (status == SJ_OK && (found != AT_END || at + SJ_MESSAGE_HEAD != size))
    status = refuse(at, "the end of the stream and of the bytes was expected", error);
  return status;
}
