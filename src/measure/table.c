#include "measure/table.h"

#include <stdlib.h>
#include <string.h>

#include "measure/flat.h"
#include "measure/table_format.h"

static const uint64_t rows_most = (uint64_t)1 << 40;

const unsigned char sj_arrow_end[SJ_MESSAGE_HEAD] = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0};

const char *sj_column_type_name(enum sj_column_type type) {
  static const char *const names[] = {"float64", "int64", "timestamp[ns]"};
  return names[type];
}

enum sj_status sj_columns_check(const struct sj_column *columns, size_t count, struct sj_error *error) {
  if (count < 1 || count > SJ_TABLE_COLUMNS_MOST)
    return sj_error_set(error, SJ_INVALID, "a table of %zu columns, expected 1 to %d", count, SJ_TABLE_COLUMNS_MOST);
  for (size_t c = 0; c < count; c++) {
    if (!memchr(columns[c].name, 0, sizeof columns[c].name) || !*columns[c].name)
      return sj_error_set(error, SJ_INVALID, "column %zu: the name must have 1 to %d bytes", c + 1, SJ_TABLE_NAME_MOST);
    if ((unsigned)columns[c].type > SJ_COLUMN_TIMESTAMP)
      return sj_error_set(error, SJ_INVALID, "column `%s`: of no known type", columns[c].name);
    for (size_t d = 0; d < c; d++)
      if (strcmp(columns[c].name, columns[d].name) == 0)
        return sj_error_set(error, SJ_INVALID, "column `%s` is there twice", columns[c].name);
  }
  return SJ_OK;
}

size_t sj_padded_column(uint64_t rows) {
  return (rows * 8 + SJ_TABLE_ALIGNMENT - 1) / SJ_TABLE_ALIGNMENT * SJ_TABLE_ALIGNMENT;
}

/* --- Metadata --- */

static size_t add_type(struct sj_text *t, enum sj_column_type type) {
  size_t fields[2];
  if (type == SJ_COLUMN_INT64) {
    const size_t at = sj_flat_add_table(t, (const unsigned char[]){4, 1}, 2, fields);
    sj_flat_put(t, fields[SJ_INT_WIDTH], 64, 4);
    sj_flat_put(t, fields[SJ_INT_SIGNED], 1, 1);
    return at;
  }
  const size_t at = sj_flat_add_table(t, (const unsigned char[]){2}, 1, fields);
  sj_flat_put(t, fields[0], type == SJ_COLUMN_FLOAT64 ? SJ_ARROW_DOUBLE : SJ_ARROW_NANOSECOND, 2);
  return at;
}

static size_t add_field(struct sj_text *t, const struct sj_column *column) {
  static const unsigned char union_types[] = {SJ_ARROW_FLOAT, SJ_ARROW_INT, SJ_ARROW_TIMESTAMP};
  size_t fields[6];
  const size_t at = sj_flat_add_table(t, (const unsigned char[]){4, 0, 1, 4, 0, 4}, 6, fields);
  sj_flat_put(t, fields[SJ_FIELD_TYPE_TYPE], union_types[column->type], 1);
  sj_flat_refer(t, fields[SJ_FIELD_NAME], sj_flat_add_string(t, column->name));
  sj_flat_refer(t, fields[SJ_FIELD_TYPE], add_type(t, column->type));
  sj_flat_refer(t, fields[SJ_FIELD_CHILDREN], sj_flat_add_vector(t, 0, 4, 4));
  return at;
}

static size_t add_schema(struct sj_text *t, const struct sj_column *columns, size_t count) {
  size_t fields[2];
  const size_t at = sj_flat_add_table(t, (const unsigned char[]){2, 4}, 2, fields);
  sj_flat_put(t, fields[SJ_SCHEMA_ENDIANNESS], SJ_ARROW_BIG_ENDIAN, 2);
  const size_t vector = sj_flat_add_vector(t, count, 4, 4);
  sj_flat_refer(t, fields[SJ_SCHEMA_FIELDS], vector);
  for (size_t c = 0; c < count; c++) sj_flat_refer(t, vector + 4 + 4 * c, add_field(t, columns + c));
  return at;
}

/* A message's head and its table, the header still missing; returns where to put that. */
static size_t begin_message(struct sj_text *t, unsigned header_type, uint64_t body_size, bool labelled,
                            size_t *metadata) {
  size_t fields[5];
  const size_t root = sj_flat_add_root(t);
  const size_t at = sj_flat_add_table(t, (const unsigned char[]){2, 1, 4, 8, labelled ? 4 : 0}, 5, fields);
  sj_flat_refer(t, root, at);
  sj_flat_put(t, fields[SJ_MESSAGE_VERSION], SJ_ARROW_V5, 2);
  sj_flat_put(t, fields[SJ_MESSAGE_HEADER_TYPE], header_type, 1);
  sj_flat_put(t, fields[SJ_MESSAGE_BODY_LENGTH], body_size, 8);
  if (metadata) *metadata = fields[SJ_MESSAGE_METADATA];
  return fields[SJ_MESSAGE_HEADER];
}

/* The finished metadata behind its head, padded so that `before` bytes, head and metadata fill whole lines. */
static void end_message(struct sj_text *metadata, size_t before, struct sj_text *bytes) {
  const size_t used = before + SJ_MESSAGE_HEAD + metadata->length;
  const size_t padding = (SJ_TABLE_ALIGNMENT - used % SJ_TABLE_ALIGNMENT) % SJ_TABLE_ALIGNMENT;
  const size_t start = bytes->length;
  static const char zeros[SJ_TABLE_ALIGNMENT];
  sj_text_add_bytes(bytes, (const char *)sj_arrow_end, SJ_MESSAGE_HEAD);
  sj_flat_put(bytes, start + 4, metadata->length + padding, 4);
  sj_text_add_bytes(bytes, metadata->data, metadata->length);
  sj_text_add_bytes(bytes, zeros, padding);
  free(metadata->data);
}

void sj_schema_message(const struct sj_column *columns, size_t count, size_t before, struct sj_text *bytes) {
  struct sj_text metadata = {0};
  const size_t header = begin_message(&metadata, SJ_ARROW_SCHEMA, 0, false, NULL);
  sj_flat_refer(&metadata, header, add_schema(&metadata, columns, count));
  end_message(&metadata, before, bytes);
}

/* Returns the position of the first digit. */
static size_t add_pair(struct sj_text *t, size_t element, const char *key) {
  size_t fields[2];
  sj_flat_refer(t, element, sj_flat_add_table(t, (const unsigned char[]){4, 4}, 2, fields));
  sj_flat_refer(t, fields[SJ_PAIR_KEY], sj_flat_add_string(t, key));
  const size_t value = sj_flat_add_string(t, "00000000000000000000");
  sj_flat_refer(t, fields[SJ_PAIR_VALUE], value);
  return value + 4;
}

static size_t add_batch(struct sj_text *t, size_t column_count, uint64_t rows) {
  size_t fields[3];
  const size_t at = sj_flat_add_table(t, (const unsigned char[]){8, 4, 4}, 3, fields);
  sj_flat_put(t, fields[SJ_BATCH_LENGTH], rows, 8);
  const size_t nodes = sj_flat_add_vector(t, column_count, SJ_NODE_SIZE, 8);
  sj_flat_refer(t, fields[SJ_BATCH_NODES], nodes);
  for (size_t c = 0; c < column_count; c++) sj_flat_put(t, nodes + 4 + SJ_NODE_SIZE * c, rows, 8);
  /* Of each column a bitmap of what is not null, left empty as nothing is, and the values. */
  const size_t buffers = sj_flat_add_vector(t, 2 * column_count, SJ_BUFFER_SIZE, 8);
  sj_flat_refer(t, fields[SJ_BATCH_BUFFERS], buffers);
  for (size_t c = 0; c < column_count; c++) {
    const size_t bitmap = buffers + 4 + 2 * SJ_BUFFER_SIZE * c, values = bitmap + SJ_BUFFER_SIZE;
    sj_flat_put(t, bitmap, c * sj_padded_column(rows), 8);
    sj_flat_put(t, values, c * sj_padded_column(rows), 8);
    sj_flat_put(t, values + 8, rows * 8, 8);
  }
  return at;
}

void sj_batch_message(size_t column_count, uint64_t rows, struct sj_batch_head *head) {
  struct sj_text metadata = {0};
  size_t label = 0;
  *head = (struct sj_batch_head){.body_size = column_count * sj_padded_column(rows)};
  const size_t header = begin_message(&metadata, SJ_ARROW_RECORD_BATCH, head->body_size, true, &label);
  sj_flat_refer(&metadata, header, add_batch(&metadata, column_count, rows));
  const size_t pairs = sj_flat_add_vector(&metadata, 2, 4, 4);
  sj_flat_refer(&metadata, label, pairs);
  head->producer = SJ_MESSAGE_HEAD + add_pair(&metadata, pairs + 4, "producer");
  head->sequence = SJ_MESSAGE_HEAD + add_pair(&metadata, pairs + 8, "sequence");
  end_message(&metadata, 0, &head->bytes);
}

static void write_digits(unsigned char *at, uint64_t number) {
  for (size_t i = SJ_LABEL_DIGITS; i-- > 0; number /= 10) at[i] = (unsigned char)('0' + number % 10);
}

void sj_label_write(const struct sj_batch_head *head, struct sj_table_label label, unsigned char *at) {
  write_digits(at + head->producer, label.producer);
  write_digits(at + head->sequence, label.sequence);
}

void sj_file_footer(const struct sj_column *columns, size_t column_count, size_t count, struct sj_text *bytes,
                    size_t *footer_size) {
  struct sj_text footer = {0};
  size_t fields[4];
  const size_t root = sj_flat_add_root(&footer);
  sj_flat_refer(&footer, root, sj_flat_add_table(&footer, (const unsigned char[]){2, 4, 4, 4}, 4, fields));
  sj_flat_put(&footer, fields[SJ_FOOTER_VERSION], SJ_ARROW_V5, 2);
  sj_flat_refer(&footer, fields[SJ_FOOTER_SCHEMA], add_schema(&footer, columns, column_count));
  sj_flat_refer(&footer, fields[SJ_FOOTER_DICTIONARIES], sj_flat_add_vector(&footer, 0, SJ_BLOCK_SIZE, 8));
  /* The blocks last, so that they can be written from where they are. */
  const size_t blocks = sj_flat_add_vector(&footer, 0, SJ_BLOCK_SIZE, 8);
  sj_flat_refer(&footer, fields[SJ_FOOTER_BATCHES], blocks);
  sj_flat_put(&footer, blocks, count, 4);
  *footer_size = footer.length + count * SJ_BLOCK_SIZE;
  sj_text_add_bytes(bytes, (const char *)sj_arrow_end, SJ_MESSAGE_HEAD);
  sj_text_add_bytes(bytes, footer.data, footer.length);
  free(footer.data);
}

static void write_number(unsigned char *at, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; i++) at[i] = (unsigned char)(value >> (8 * i));
}

void sj_block_write(unsigned char *block, uint64_t offset, size_t metadata_size, uint64_t body_size) {
  write_number(block, offset, 8);
  write_number(block + 8, metadata_size, 8);
  write_number(block + 16, body_size, 8);
}

void sj_file_tail(size_t footer_size, unsigned char tail[SJ_FILE_TAIL]) {
  write_number(tail, footer_size, 4);
  memcpy(tail + 4, SJ_ARROW_MAGIC, SJ_ARROW_MAGIC_SIZE);
}

/* --- Layouts --- */

struct sj_table_layout {
  size_t column_count;
  uint64_t rows;
  size_t size;
  struct sj_text prefix; /* up to the first column */
  size_t batch_at;       /* of it the schema */
  struct sj_batch_head head;
};

enum sj_status sj_table_layout_create(const struct sj_column *columns, size_t column_count, uint64_t rows,
                                      struct sj_table_layout **layout, struct sj_error *error) {
  const enum sj_status status = sj_columns_check(columns, column_count, error);
  if (status != SJ_OK) return status;
  if (rows > rows_most)
    return sj_error_set(error, SJ_INVALID, "a table of %llu rows, expected at most 2^40", (unsigned long long)rows);
  struct sj_table_layout *const l = sj_allocate(sizeof *l);
  l->column_count = column_count;
  l->rows = rows;
  sj_schema_message(columns, column_count, 0, &l->prefix);
  l->batch_at = l->prefix.length;
  sj_batch_message(column_count, rows, &l->head);
  sj_text_add_bytes(&l->prefix, l->head.bytes.data, l->head.bytes.length);
  l->size = l->prefix.length + l->head.body_size + SJ_MESSAGE_HEAD;
  *layout = l;
  return SJ_OK;
}

void sj_table_layout_destroy(struct sj_table_layout *layout) {
  if (!layout) return;
  free(layout->prefix.data);
  free(layout->head.bytes.data);
  free(layout);
}

size_t sj_table_size(const struct sj_table_layout *layout) { return layout->size; }

size_t sj_table_offset(const struct sj_table_layout *layout, size_t c) {
  return layout->prefix.length + c * sj_padded_column(layout->rows);
}

void sj_table_begin(const struct sj_table_layout *layout, struct sj_table_label label, void *slot) {
  unsigned char *const bytes = slot;
  memcpy(bytes, layout->prefix.data, layout->prefix.length);
  sj_label_write(&layout->head, label, bytes + layout->batch_at);
  const size_t values = layout->rows * 8, padding = sj_padded_column(layout->rows) - values;
  for (size_t c = 0; c < layout->column_count; c++) memset(bytes + sj_table_offset(layout, c) + values, 0, padding);
  memcpy(bytes + layout->size - SJ_MESSAGE_HEAD, sj_arrow_end, SJ_MESSAGE_HEAD);
}
