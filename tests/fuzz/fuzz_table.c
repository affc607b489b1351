/* Messages and files of Arrow's: any bytes are either refused with a message, or what is found lies in them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "measure/checksum.h"
#include "measure/sink.h"
#include "measure/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
  if (!ok) abort();
}

/* Every value is read, so that a sanitizer sees one that is outside. */
static void check_table(const struct sj_table *table, const uint8_t *data, size_t size) {
  check(table->column_count >= 1 && table->column_count <= SJ_TABLE_COLUMNS_MOST);
  for (size_t c = 0; c < table->column_count; c++) {
    const size_t length = strlen(table->columns[c].name);
    check(length >= 1 && length <= SJ_TABLE_NAME_MOST && *sj_column_type_name(table->columns[c].type));
    check(table->rows <= size / 8 && (const uint8_t *)table->values[c] >= data);
    const volatile uint64_t sum = sj_checksum(table->values[c], table->rows * 8);
    (void)sum;
  }
}

/* A message that is read is stored, where its columns can be. */
static void store(const struct sj_table *table, const uint8_t *data, size_t size) {
  struct sj_sink *sink;
  struct sj_error error = {{0}};
  if (sj_sink_open(SJ_SINK_MEMORY, NULL, table->columns, table->column_count, &sink, &error) != SJ_OK) return;
  const struct sj_sink_message message = {
      .bytes = data, .size = size, .label = table->label, .checksum = sj_checksum(data, size)};
  check(sj_sink_write(sink, &message, &error) == (table->labelled ? SJ_OK : SJ_INVALID));
  check(sj_sink_close(sink, &error) == SJ_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sj_table table;
  struct sj_table_stream stream;
  struct sj_error error = {{0}};
  bool more = true;
  if (sj_table_read(data, size, &table, &error) == SJ_OK) {
    check_table(&table, data, size);
    store(&table, data, size);
  } else {
    check(strncmp(error.message, "Arrow message at byte ", 22) == 0);
  }
  enum sj_status status = sj_table_stream_begin(data, size, &stream, &error);
  /* A footer can name the same batch again and again. */
  for (int batches = 0; status == SJ_OK && more && batches < 100; batches++) {
    status = sj_table_stream_next(&stream, &table, &more, &error);
    if (status == SJ_OK && more) check_table(&table, data, size);
  }
  return 0;
}
