#include "messages.h"

#include <stdlib.h>
#include <string.h>

#include "measure/checksum.h"

const struct sj_column columns[COLUMNS] = {
    {"timestamp", SJ_COLUMN_TIMESTAMP}, {"value", SJ_COLUMN_FLOAT64}, {"count", SJ_COLUMN_INT64}};

int64_t timestamp_of(uint64_t producer, uint64_t sequence, uint64_t row) {
  return (int64_t)(1700000000123456789 + producer * 1000000000 + sequence * 1000000 + row);
}

double value_of(uint64_t producer, uint64_t sequence, uint64_t row) {
  return (double)producer + (double)sequence / 16 - (double)row / 1024;
}

int64_t count_of(uint64_t producer, uint64_t sequence, uint64_t row) {
  return ((int64_t)1 << 62) - (int64_t)(1000 * producer + 100 * sequence + row);
}

static void put(unsigned char *at, const void *value) { memcpy(at, value, 8); }

struct sj_sink_message make_message(uint64_t rows, uint64_t producer, uint64_t sequence) {
  struct sj_table_layout *layout;
  struct sj_error error;
  if (sj_table_layout_create(columns, COLUMNS, rows, &layout, &error) != SJ_OK) abort();
  const size_t size = sj_table_size(layout);
  unsigned char *const bytes = malloc(size);
  if (!bytes) abort();
  memset(bytes, 0xa5, size);
  const struct sj_table_label label = {.producer = producer, .sequence = sequence};
  sj_table_begin(layout, label, bytes);
  for (uint64_t r = 0; r < rows; r++) {
    const int64_t timestamp = timestamp_of(producer, sequence, r), count = count_of(producer, sequence, r);
    const double value = value_of(producer, sequence, r);
    put(bytes + sj_table_offset(layout, 0) + 8 * r, &timestamp);
    put(bytes + sj_table_offset(layout, 1) + 8 * r, &value);
    put(bytes + sj_table_offset(layout, 2) + 8 * r, &count);
  }
  sj_table_layout_destroy(layout);
  return (struct sj_sink_message){.bytes = bytes, .size = size, .label = label, .checksum = sj_checksum(bytes, size)};
}

void free_message(struct sj_sink_message *message) {
  free((void *)(uintptr_t)message->bytes);
  *message = (struct sj_sink_message){0};
}
