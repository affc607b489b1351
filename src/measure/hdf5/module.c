#include "measure/hdf5_module.h"

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base.h"

/* Rows a chunk: 1 MB, which a message of many rows fills several times and one of few rows in parts. */
enum { CHUNK = 131072, MESSAGES_CHUNK = 4096 };

/* Of each message, in the group "messages". */
enum { PRODUCER, SEQUENCE, ROWS, MESSAGE_NUMBERS };

struct hdf5_file {
  char *path;
  hid_t file, group;
  size_t column_count;
  hid_t columns[SJ_TABLE_COLUMNS_MOST], numbers[MESSAGE_NUMBERS];
  hsize_t rows, messages;
  struct timespec flushed;
};

/* The innermost of the library's messages, which says what the system said. */
static herr_t first_reason(unsigned n, const H5E_error2_t *at, void *text) {
  if (n == 0 && at->desc) snprintf(text, 512, "%s", at->desc);
  return 0;
}

static enum sj_status failed(const struct hdf5_file *f, struct sj_error *error) {
  char reason[512] = "HDF5 gave no reason";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first_reason, reason);
  H5Eclear2(H5E_DEFAULT);
  return sj_error_set(error, SJ_FAILED, "%s: %s", f->path, reason);
}

/* A growing line of values, `chunk` of them stored together. -1 on failure. */
static hid_t make_line(hid_t where, const char *name, hid_t type, hsize_t chunk) {
  const hsize_t none = 0, most = H5S_UNLIMITED;
  const hid_t space = H5Screate_simple(1, &none, &most), making = H5Pcreate(H5P_DATASET_CREATE),
              using = H5Pcreate(H5P_DATASET_ACCESS);
  hid_t line = -1;
  if (space >= 0 && making >= 0 && using >= 0 && H5Pset_chunk(making, 1, &chunk) >= 0 &&
      H5Pset_fill_time(making, H5D_FILL_TIME_NEVER) >= 0 && H5Pset_chunk_cache(using, 521, 4 << 20, 1) >= 0)
    line = H5Dcreate2(where, name, type, space, H5P_DEFAULT, making, using);
  H5Pclose(using);
  H5Pclose(making);
  H5Sclose(space);
  return line;
}

static bool name_unit(hid_t line, const char *unit) {
  const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, strlen(unit));
  const hid_t attribute = H5Acreate2(line, "unit", type, space, H5P_DEFAULT, H5P_DEFAULT);
  const bool done = attribute >= 0 && H5Awrite(attribute, type, unit) >= 0;
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
  return done;
}

/* Writes `count` values behind the first `at` of a line. */
static bool extend(hid_t line, hid_t type, hsize_t at, hsize_t count, const void *values) {
  const hsize_t size = at + count;
  if (count == 0) return true;
  if (H5Dset_extent(line, &size) < 0) return false;
  const hid_t file_space = H5Dget_space(line), space = H5Screate_simple(1, &count, NULL);
  const bool done = file_space >= 0 && space >= 0 &&
                    H5Sselect_hyperslab(file_space, H5S_SELECT_SET, &at, NULL, &count, NULL) >= 0 &&
                    H5Dwrite(line, type, space, file_space, H5P_DEFAULT, values) >= 0;
  H5Sclose(space);
  H5Sclose(file_space);
  return done;
}

static hid_t memory_type(enum sj_column_type type) {
  return type == SJ_COLUMN_FLOAT64 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64;
}

static bool make_lines(struct hdf5_file *f, const struct sj_store_target *target) {
  static const char *const number_names[] = {"producer", "sequence", "rows"};
  for (size_t c = 0; c < target->column_count; c++) {
    const struct sj_column *const column = target->columns + c;
    const hid_t type = column->type == SJ_COLUMN_FLOAT64 ? H5T_IEEE_F64LE : H5T_STD_I64LE;
    f->columns[c] = make_line(f->file, column->name, type, CHUNK);
    if (f->columns[c] < 0) return false;
    if (column->type == SJ_COLUMN_TIMESTAMP && !name_unit(f->columns[c], "nanoseconds since 1970-01-01")) return false;
  }
  f->group = H5Gcreate2(f->file, "messages", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  for (size_t i = 0; i < MESSAGE_NUMBERS && f->group >= 0; i++) {
    f->numbers[i] = make_line(f->group, number_names[i], H5T_STD_U64LE, MESSAGES_CHUNK);
    if (f->numbers[i] < 0) return false;
  }
  return f->group >= 0;
}

static bool make_file(struct hdf5_file *f, const struct sj_store_target *target) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  /* What a writer that may be killed needs ("single writer, multiple readers"): the newest layout, in which nothing on
   * the disk ever refers to what is not there yet. */
  if (access >= 0 && H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST) >= 0)
    f->file = H5Fcreate(target->path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
  H5Pclose(access);
  return f->file >= 0 && make_lines(f, target) && H5Fstart_swmr_write(f->file) >= 0;
}

static bool close_file(struct hdf5_file *f) {
  bool done = true;
  for (size_t c = 0; c < f->column_count; c++) done = (f->columns[c] < 0 || H5Dclose(f->columns[c]) >= 0) && done;
  for (size_t i = 0; i < MESSAGE_NUMBERS; i++) done = (f->numbers[i] < 0 || H5Dclose(f->numbers[i]) >= 0) && done;
  done = (f->group < 0 || H5Gclose(f->group) >= 0) && done;
  return (f->file < 0 || H5Fclose(f->file) >= 0) && done;
}

static void free_file(struct hdf5_file *f) {
  free(f->path);
  free(f);
}

static enum sj_status open_file(const struct sj_store_target *target, void **state, struct sj_error *error) {
  struct hdf5_file *const f = sj_allocate(sizeof *f);
  f->path = sj_copy_string(target->path);
  f->column_count = target->column_count;
  f->file = f->group = -1;
  for (size_t c = 0; c < SJ_TABLE_COLUMNS_MOST; c++) f->columns[c] = -1;
  for (size_t i = 0; i < MESSAGE_NUMBERS; i++) f->numbers[i] = -1;
  /* Its messages are for failed(), not for standard error. */
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  clock_gettime(CLOCK_MONOTONIC, &f->flushed);
  if (make_file(f, target)) {
    *state = f;
    return SJ_OK;
  }
  const enum sj_status status = failed(f, error);
  close_file(f);
  free_file(f);
  return status;
}

/* Once a second, so that no more than that is lost with a killed store. */
static bool flush_sometimes(struct hdf5_file *f) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (now.tv_sec - f->flushed.tv_sec < 1) return true;
  f->flushed = now;
  return H5Fflush(f->file, H5F_SCOPE_LOCAL) >= 0;
}

static enum sj_status write_message(void *state, const struct sj_table *table, struct sj_table_label label,
                                    struct sj_error *error) {
  struct hdf5_file *const f = state;
  const uint64_t numbers[MESSAGE_NUMBERS] = {
      [PRODUCER] = label.producer, [SEQUENCE] = label.sequence, [ROWS] = table->rows};
  bool done = true;
  for (size_t c = 0; c < f->column_count && done; c++)
    done = extend(f->columns[c], memory_type(table->columns[c].type), f->rows, table->rows, table->values[c]);
  for (size_t i = 0; i < MESSAGE_NUMBERS && done; i++)
    done = extend(f->numbers[i], H5T_NATIVE_UINT64, f->messages, 1, numbers + i);
  if (done && flush_sometimes(f)) {
    f->rows += table->rows;
    f->messages++;
    return SJ_OK;
  }
  const enum sj_status status = failed(f, error);
  for (size_t c = 0; c < f->column_count; c++) H5Dset_extent(f->columns[c], &f->rows);
  for (size_t i = 0; i < MESSAGE_NUMBERS; i++) H5Dset_extent(f->numbers[i], &f->messages);
  return status;
}

static enum sj_status finish_file(void *state, struct sj_error *error) {
  struct hdf5_file *const f = state;
  const enum sj_status status = close_file(f) ? SJ_OK : failed(f, error);
  free_file(f);
  return status;
}

__attribute__((visibility("default"))) extern const struct sj_hdf5_module sj_hdf5_module;
const struct sj_hdf5_module sj_hdf5_module = {
    .version = SJ_HDF5_MODULE_VERSION, .store = {.open = open_file, .write = write_message, .finish = finish_file}};
