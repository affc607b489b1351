/* Messages as Arrow IPC: what the writer makes and the reader takes, and what Apache Arrow's library wrote (data/, made
 * by js/write.mjs). That the library reads what the writer makes is in test_readers.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* After the others, as cmocka wants it. */
#include <cmocka.h>

#include "measure/table.h"
#include "messages.h"

static int64_t whole_at(const struct sj_table *table, size_t c, uint64_t r) {
  int64_t value;
  memcpy(&value, (const unsigned char *)table->values[c] + 8 * r, sizeof value);
  return value;
}

static double real_at(const struct sj_table *table, size_t c, uint64_t r) {
  double value;
  memcpy(&value, (const unsigned char *)table->values[c] + 8 * r, sizeof value);
  return value;
}

static void written_is_read(void **state) {
  (void)state;
  static const uint64_t rows[] = {0, 1, 7, 8, 9, 1000, 5000};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct sj_sink_message message = make_message(rows[i], UINT64_MAX - i, 12345 + i);
    struct sj_table table;
    struct sj_error error = {{0}};
    assert_int_equal(sj_table_read(message.bytes, message.size, &table, &error), SJ_OK);
    assert_int_equal(table.rows, rows[i]);
    assert_int_equal(table.column_count, COLUMNS);
    assert_true(table.labelled && table.label.producer == UINT64_MAX - i && table.label.sequence == 12345 + i);
    for (size_t c = 0; c < COLUMNS; c++) {
      assert_string_equal(table.columns[c].name, columns[c].name);
      assert_int_equal(table.columns[c].type, columns[c].type);
    }
    for (uint64_t r = 0; r < rows[i]; r++) {
      assert_int_equal(whole_at(&table, 0, r), timestamp_of(message.label.producer, message.label.sequence, r));
      assert_true(real_at(&table, 1, r) == value_of(message.label.producer, message.label.sequence, r));
      assert_int_equal(whole_at(&table, 2, r), count_of(message.label.producer, message.label.sequence, r));
    }
    free_message(&message);
  }
}

/* Where the layout says that columns are is where the reader finds them, on whole lines of the cache. */
static void columns_are_aligned(void **state) {
  (void)state;
  for (size_t count = 1; count <= SJ_TABLE_COLUMNS_MOST; count++) {
    struct sj_column many[SJ_TABLE_COLUMNS_MOST] = {0};
    struct sj_table_layout *layout;
    struct sj_table table;
    struct sj_error error = {{0}};
    for (size_t c = 0; c < count; c++) {
      snprintf(many[c].name, sizeof many[c].name, "%.*s%zu", (int)(c % 60),
               "a name of some length, which moves what follows it .........", c);
      many[c].type = (enum sj_column_type)(c % 3);
    }
    assert_int_equal(sj_table_layout_create(many, count, 11, &layout, &error), SJ_OK);
    unsigned char *const slot = malloc(sj_table_size(layout));
    assert_non_null(slot);
    memset(slot, 0xff, sj_table_size(layout));
    sj_table_begin(layout, (struct sj_table_label){1, 2}, slot);
    assert_int_equal(sj_table_read(slot, sj_table_size(layout), &table, &error), SJ_OK);
    for (size_t c = 0; c < count; c++) {
      assert_int_equal(sj_table_offset(layout, c) % SJ_TABLE_ALIGNMENT, 0);
      assert_ptr_equal(table.values[c], slot + sj_table_offset(layout, c));
      assert_string_equal(table.columns[c].name, many[c].name);
    }
    free(slot);
    sj_table_layout_destroy(layout);
  }
}

/* Two messages of the same content have the same bytes, whatever was in the slot before. */
static void every_byte_is_written(void **state) {
  (void)state;
  struct sj_table_layout *layout;
  struct sj_error error;
  assert_int_equal(sj_table_layout_create(columns, COLUMNS, 3, &layout, &error), SJ_OK);
  const size_t size = sj_table_size(layout);
  unsigned char *const slots[] = {malloc(size), malloc(size)};
  for (size_t i = 0; i < 2; i++) {
    assert_non_null(slots[i]);
    memset(slots[i], i ? 0xff : 0, size);
    for (size_t c = 0; c < COLUMNS; c++) memset(slots[i] + sj_table_offset(layout, c), 1, 3 * 8);
    sj_table_begin(layout, (struct sj_table_label){3, 4}, slots[i]);
  }
  assert_memory_equal(slots[0], slots[1], size);
  free(slots[0]);
  free(slots[1]);
  sj_table_layout_destroy(layout);
}

static void wrong_columns(void **state) {
  (void)state;
  struct sj_table_layout *layout = NULL;
  struct sj_error error;
  struct sj_column two[2] = {{"x", SJ_COLUMN_INT64}, {"x", SJ_COLUMN_INT64}};
  assert_int_equal(sj_table_layout_create(two, 0, 1, &layout, &error), SJ_INVALID);
  assert_int_equal(sj_table_layout_create(two, SJ_TABLE_COLUMNS_MOST + 1, 1, &layout, &error), SJ_INVALID);
  assert_string_equal(error.message, "a table of 33 columns, expected 1 to 32");
  assert_int_equal(sj_table_layout_create(two, 2, 1, &layout, &error), SJ_INVALID);
  assert_string_equal(error.message, "column `x` is there twice");
  two[1].name[0] = 0;
  assert_int_equal(sj_table_layout_create(two, 2, 1, &layout, &error), SJ_INVALID);
  assert_string_equal(error.message, "column 2: the name must have 1 to 63 bytes");
  memset(two[1].name, 'y', sizeof two[1].name);
  assert_int_equal(sj_table_layout_create(two, 2, 1, &layout, &error), SJ_INVALID);
  assert_int_equal(sj_table_layout_create(two, 1, ((uint64_t)1 << 40) + 1, &layout, &error), SJ_INVALID);
  assert_null(layout);
}

/* --- Bytes that are not as they should be --- */

/* All that the reader says about a table must lie in the bytes. */
static void check_inside(const unsigned char *bytes, size_t size, const struct sj_table *table) {
  assert_in_range(table->column_count, 1, SJ_TABLE_COLUMNS_MOST);
  for (size_t c = 0; c < table->column_count; c++) {
    const unsigned char *const values = table->values[c];
    assert_true(values >= bytes && table->rows <= size / 8 && table->rows * 8 <= (size_t)(bytes + size - values));
  }
}

/* Cut anywhere, a message is refused; the bytes are exactly as many as were allocated, so that a sanitizer sees more.
 */
static void cut_messages(void **state) {
  (void)state;
  struct sj_sink_message message = make_message(3, 1, 2);
  for (size_t size = 0; size < message.size; size++) {
    unsigned char *const part = malloc(size ? size : 1);
    struct sj_table table;
    struct sj_error error = {{0}};
    assert_non_null(part);
    memcpy(part, message.bytes, size);
    assert_int_equal(sj_table_read(part, size, &table, &error), SJ_INVALID);
    assert_true(strncmp(error.message, "Arrow message at byte ", 22) == 0);
    free(part);
  }
  free_message(&message);
}

/* With any byte changed it is refused, or what is found is inside of it. */
static void changed_messages(void **state) {
  (void)state;
  struct sj_sink_message message = make_message(3, 1, 2);
  unsigned char *const bytes = (unsigned char *)(uintptr_t)message.bytes;
  size_t refused = 0;
  static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
  for (size_t i = 0; i < message.size; i++)
    for (size_t v = 0; v < sizeof values; v++) {
      const unsigned char kept = bytes[i];
      struct sj_table table;
      struct sj_error error;
      bytes[i] = values[v];
      if (sj_table_read(bytes, message.size, &table, &error) == SJ_OK)
        check_inside(bytes, message.size, &table);
      else
        refused++;
      bytes[i] = kept;
    }
  assert_true(refused > 200);
  free_message(&message);
}

static void more_than_a_message(void **state) {
  (void)state;
  struct sj_sink_message message = make_message(3, 1, 2);
  unsigned char *const longer = calloc(1, message.size + 8);
  struct sj_table table;
  struct sj_error error;
  assert_non_null(longer);
  memcpy(longer, message.bytes, message.size);
  assert_int_equal(sj_table_read(longer, message.size + 8, &table, &error), SJ_INVALID);
  assert_non_null(strstr(error.message, "the end of the stream and of the bytes was expected"));
  free(longer);
  free_message(&message);
}

/* --- What Apache Arrow's library wrote --- */

struct file {
  unsigned char *bytes;
  size_t size;
};

static struct file load(const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", DATA, name);
  FILE *const file = fopen(path, "rb");
  assert_non_null(file);
  struct file loaded = {.bytes = malloc(4096)};
  assert_non_null(loaded.bytes);
  loaded.size = fread(loaded.bytes, 1, 4096, file);
  fclose(file);
  assert_in_range(loaded.size, 200, 4000);
  return loaded;
}

/* The batches of rows 0 ... 4 and 5 ... 7, as far as they are there; returns how many rows. */
static uint64_t read_batches(const struct file *file, bool *cut) {
  struct sj_table_stream stream;
  struct sj_table table;
  struct sj_error error = {{0}};
  bool more = true;
  uint64_t rows = 0;
  if (sj_table_stream_begin(file->bytes, file->size, &stream, &error) != SJ_OK) fail_msg("%s", error.message);
  assert_int_equal(stream.column_count, COLUMNS);
  while (sj_table_stream_next(&stream, &table, &more, &error) == SJ_OK && more) {
    assert_int_equal(table.rows, rows == 0 ? 5 : 3);
    assert_false(table.labelled);
    for (uint64_t r = 0; r < table.rows; r++, rows++) {
      assert_int_equal(whole_at(&table, 0, r), 1700000000123456789 + (int64_t)rows);
      assert_true(real_at(&table, 1, r) == (double)rows / 8);
      assert_int_equal(whole_at(&table, 2, r), -(int64_t)rows);
    }
    for (size_t c = 0; c < COLUMNS; c++) {
      assert_string_equal(table.columns[c].name, columns[c].name);
      assert_int_equal(table.columns[c].type, columns[c].type);
    }
  }
  assert_string_equal(error.message, "");
  *cut = stream.cut;
  return rows;
}

static void library_wrote(void **state) {
  (void)state;
  static const char *const names[] = {"two-batches.arrows", "two-batches.arrow"};
  for (size_t i = 0; i < 2; i++) {
    struct file file = load(names[i]);
    bool cut;
    assert_int_equal(read_batches(&file, &cut), 8);
    assert_false(cut);
    free(file.bytes);
  }
}

/* Cut anywhere behind its schema, it gives the batches that are whole and says that it was cut. */
static void library_wrote_and_was_killed(void **state) {
  (void)state;
  struct file file = load("two-batches.arrows");
  size_t seen[9] = {0};
  for (size_t size = file.size - 1; size >= 300; size--) {
    bool cut;
    struct file part = {.bytes = malloc(size), .size = size};
    assert_non_null(part.bytes);
    memcpy(part.bytes, file.bytes, size);
    const uint64_t rows = read_batches(&part, &cut);
    assert_true(rows <= 8 && cut);
    seen[rows]++;
    free(part.bytes);
  }
  assert_true(seen[0] > 0 && seen[5] > 0 && seen[8] > 0);
  free(file.bytes);
}

/* Any byte of a file changed: an error, or batches that are inside of it. */
static void changed_files(void **state) {
  (void)state;
  struct file file = load("two-batches.arrow");
  size_t refused = 0;
  for (size_t i = 0; i < file.size; i++)
    for (unsigned v = 0; v < 256; v += 51) {
      const unsigned char kept = file.bytes[i];
      struct sj_table_stream stream;
      struct sj_table table;
      struct sj_error error;
      bool more = true;
      file.bytes[i] = (unsigned char)v;
      enum sj_status status = sj_table_stream_begin(file.bytes, file.size, &stream, &error);
      while (status == SJ_OK && (status = sj_table_stream_next(&stream, &table, &more, &error)) == SJ_OK && more)
        check_inside(file.bytes, file.size, &table);
      refused += status != SJ_OK;
      file.bytes[i] = kept;
    }
  assert_true(refused > 200);
  free(file.bytes);
}

static void library_wrote_other_types(void **state) {
  (void)state;
  static const struct {
    const char *name, *why;
  } cases[] = {{"nulls.arrows", "a column with nulls"},     {"float32.arrows", "column `x` is of another type"},
               {"text.arrows", "column `x` is of another"}, {"dictionary.arrows", "column `x` is of another type"},
               {"milliseconds.arrows", "of another type"},  {"zone.arrows", "timestamp[ns] without a time zone"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct file file = load(cases[i].name);
    struct sj_table table;
    struct sj_error error = {{0}};
    assert_int_equal(sj_table_read(file.bytes, file.size, &table, &error), SJ_INVALID);
    if (!strstr(error.message, cases[i].why)) fail_msg("%s: %s", cases[i].name, error.message);
    free(file.bytes);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(written_is_read),
      cmocka_unit_test(columns_are_aligned),
      cmocka_unit_test(every_byte_is_written),
      cmocka_unit_test(wrong_columns),
      cmocka_unit_test(cut_messages),
      cmocka_unit_test(changed_messages),
      cmocka_unit_test(more_than_a_message),
      cmocka_unit_test(library_wrote),
      cmocka_unit_test(library_wrote_and_was_killed),
      cmocka_unit_test(library_wrote_other_types),
      cmocka_unit_test(changed_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
