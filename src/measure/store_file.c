/* The store that writes Arrow's file format. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "measure/store.h"
#include "measure/table_format.h"

struct arrow_file {
  struct sj_store_target target;
  char *path;
  struct sj_column *columns;
  uint64_t size; /* of what is complete */
  unsigned char *blocks;
  size_t block_count, block_capacity;
  struct sj_batch_head head; /* of tables of `rows` rows */
  uint64_t rows;
};

/* Behind what is complete. Where that fails, all of it is cut off again. */
static enum sj_status append(struct arrow_file *f, struct iovec *parts, size_t count, struct sj_error *error) {
  uint64_t size = f->size;
  while (count > 0) {
    const ssize_t written = pwritev(f->target.descriptor, parts, (int)(count < IOV_MAX ? count : IOV_MAX), (off_t)size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int reason = errno;
      const char *const kept = ftruncate(f->target.descriptor, (off_t)f->size) == 0 ? "" : " (the last part is torn)";
      return sj_error_set(error, SJ_FAILED, "%s: %s%s", f->path, strerror(reason), kept);
    }
    size += (uint64_t)written;
    size_t left = (size_t)written;
    for (; count > 0 && left >= parts->iov_len; count--) left -= (parts++)->iov_len;
    if (count > 0) {
      parts->iov_base = (char *)parts->iov_base + left;
      parts->iov_len -= left;
    }
  }
  f->size = size;
  return SJ_OK;
}

static struct iovec part(const void *bytes, size_t size) {
  return (struct iovec){.iov_base = (void *)(uintptr_t)bytes, .iov_len = size};
}

static void free_file(struct arrow_file *f) {
  free(f->head.bytes.data);
  free(f->blocks);
  free(f->columns);
  free(f->path);
  free(f);
}

static enum sj_status open_file(const struct sj_store_target *target, void **state, struct sj_error *error) {
  struct arrow_file *const f = sj_allocate(sizeof *f);
  f->target = *target;
  f->path = sj_copy_string(target->path);
  f->columns = sj_allocate_array(target->column_count, sizeof *f->columns);
  memcpy(f->columns, target->columns, target->column_count * sizeof *f->columns);
  sj_batch_message(target->column_count, f->rows, &f->head);
  struct sj_text start = {0};
  sj_text_add_bytes(&start, SJ_ARROW_MAGIC "\0", SJ_FILE_HEAD);
  sj_schema_message(f->columns, target->column_count, SJ_FILE_HEAD, &start);
  struct iovec parts = part(start.data, start.length);
  const enum sj_status status = append(f, &parts, 1, error);
  free(start.data);
  if (status == SJ_OK)
    *state = f;
  else
    free_file(f);
  return status;
}

/* Room for one more block; the footer can hold as many as an int32 can count bytes. */
static enum sj_status grow_blocks(struct arrow_file *f, struct sj_error *error) {
  if (f->block_count < f->block_capacity) return SJ_OK;
  const size_t capacity = f->block_capacity ? 2 * f->block_capacity : 1024;
  if (capacity * SJ_BLOCK_SIZE > INT32_MAX / 2 + (size_t)INT32_MAX / 4)
    return sj_error_set(error, SJ_FAILED, "%s: a file of Arrow's cannot hold more messages than these %zu", f->path,
                        f->block_count);
  unsigned char *const blocks = realloc(f->blocks, capacity * SJ_BLOCK_SIZE);
  if (!blocks) return sj_error_set(error, SJ_NO_MEMORY, "%s: no memory for the list of messages", f->path);
  f->blocks = blocks;
  f->block_capacity = capacity;
  return SJ_OK;
}

static enum sj_status write_file(void *state, const struct sj_table *table, struct sj_table_label label,
                                 struct sj_error *error) {
  static const unsigned char zeros[SJ_TABLE_ALIGNMENT];
  struct arrow_file *const f = state;
  enum sj_status status = grow_blocks(f, error);
  if (status != SJ_OK) return status;
  if (table->rows != f->rows) {
    free(f->head.bytes.data);
    f->rows = table->rows;
    sj_batch_message(f->target.column_count, f->rows, &f->head);
  }
  const uint64_t start = f->size;
  const size_t values = table->rows * 8, padding = sj_padded_column(table->rows) - values;
  struct iovec parts[1 + 2 * SJ_TABLE_COLUMNS_MOST];
  size_t count = 0;
  sj_label_write(&f->head, label, (unsigned char *)f->head.bytes.data);
  parts[count++] = part(f->head.bytes.data, f->head.bytes.length);
  for (size_t c = 0; c < table->column_count; c++) {
    parts[count++] = part(table->values[c], values);
    parts[count++] = part(zeros, padding);
  }
  status = append(f, parts, count, error);
  if (status == SJ_OK)
    sj_block_write(f->blocks + SJ_BLOCK_SIZE * f->block_count++, start, f->head.bytes.length, f->head.body_size);
  return status;
}

static enum sj_status finish_file(void *state, struct sj_error *error) {
  struct arrow_file *const f = state;
  struct sj_text footer = {0};
  unsigned char tail[SJ_FILE_TAIL];
  size_t footer_size;
  sj_file_footer(f->columns, f->target.column_count, f->block_count, &footer, &footer_size);
  sj_file_tail(footer_size, tail);
  struct iovec parts[] = {part(footer.data, footer.length), part(f->blocks, f->block_count * SJ_BLOCK_SIZE),
                          part(tail, sizeof tail)};
  const enum sj_status status = append(f, parts, 3, error);
  free(footer.data);
  free_file(f);
  return status;
}

const struct sj_store sj_store_file = {.open = open_file, .write = write_file, .finish = finish_file};
