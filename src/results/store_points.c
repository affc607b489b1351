#include "results/store_points.h"

#include <stdlib.h>

#include "base/base.h"
#include "results/store_internal.h"

/* A number in as many digits as tell it from others: SQLite's own text of it has 15. */
static char *text_at(sqlite3_stmt *row, int column) {
  char number[32];
  if (sqlite3_column_type(row, column) == SQLITE_FLOAT)
    return sj_copy_string(sj_number_text(sqlite3_column_double(row, column), number));
  const char *const text = (const char *)sqlite3_column_text(row, column);
  return sj_copy_string(text ? text : "");
}

/* Files without a sweep lack its tables. */
static enum sj_status find_sweep(struct sj_store *store, int64_t result, int64_t *sweep, struct sj_store_points *points,
                                 struct sj_error *error) {
  sqlite3_stmt *find;
  bool row = false;
  *sweep = 0;
  enum sj_status status =
      sj_store_prepare(store, "SELECT 1 FROM sqlite_master WHERE name = 'sweep_points'", &find, error);
  if (status != SJ_OK) return status;
  status = sj_store_step(store, find, &row, error);
  sqlite3_finalize(find);
  if (status != SJ_OK || !row) return status;
  status = sj_store_prepare(store,
                            "SELECT id, samples, indices, points FROM sweeps WHERE indices = ?1 OR id IN"
                            " (SELECT sweep FROM sweep_points WHERE result = ?1) ORDER BY id DESC LIMIT 1",
                            &find, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(find, 1, result);
  status = sj_store_step(store, find, &row, error);
  if (status == SJ_OK && row) {
    *sweep = sqlite3_column_int64(find, 0);
    points->samples = (uint64_t)sqlite3_column_int64(find, 1);
    points->indices = sqlite3_column_int64(find, 2); /* NULL is 0 */
    points->wanted = (size_t)sqlite3_column_int64(find, 3);
  }
  sqlite3_finalize(find);
  return status;
}

enum sj_status sj_store_has_units(struct sj_store *store, bool *there, struct sj_error *error) {
  sqlite3_stmt *find;
  const enum sj_status status =
      sj_store_prepare(store, "SELECT 1 FROM pragma_table_info('sweep_axes') WHERE name = 'unit'", &find, error);
  if (status != SJ_OK) return status;
  const enum sj_status done = sj_store_step(store, find, there, error);
  sqlite3_finalize(find);
  return done;
}

static enum sj_status read_axes(struct sj_store *store, int64_t sweep, struct sj_store_points *points,
                                struct sj_error *error) {
  sqlite3_stmt *list;
  bool row, units;
  enum sj_status status = sj_store_has_units(store, &units, error);
  if (status != SJ_OK) return status;
  char *const sql =
      sj_format("SELECT path, logarithmic, %s FROM sweep_axes WHERE sweep = ? ORDER BY axis", units ? "unit" : "NULL");
  status = sj_store_prepare(store, sql, &list, error);
  free(sql);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(list, 1, sweep);
  while ((status = sj_store_step(store, list, &row, error)) == SJ_OK && row) {
    const size_t count = points->axis_count + 1;
    points->paths = sj_reallocate_array(points->paths, count, sizeof *points->paths);
    points->logarithmic = sj_reallocate_array(points->logarithmic, count, sizeof *points->logarithmic);
    points->units = sj_reallocate_array(points->units, count, sizeof *points->units);
    points->paths[points->axis_count] = text_at(list, 0);
    points->units[points->axis_count] = sqlite3_column_type(list, 2) == SQLITE_NULL ? NULL : text_at(list, 2);
    points->logarithmic[points->axis_count] = sqlite3_column_int(list, 1) != 0;
    points->axis_count = count;
  }
  sqlite3_finalize(list);
  return status;
}

/* A point's values come one after the other. */
static enum sj_status read_values(struct sj_store *store, int64_t sweep, struct sj_store_points *points,
                                  struct sj_error *error) {
  sqlite3_stmt *list;
  bool row;
  size_t values = 0;
  enum sj_status status = sj_store_prepare(
      store,
      "SELECT p.result, v.value"
      " FROM sweep_points AS p JOIN sweep_values AS v ON v.sweep = p.sweep AND v.point = p.point"
      " WHERE p.sweep = ? AND EXISTS (SELECT 1 FROM runs WHERE runs.result = p.result) ORDER BY p.point, v.axis",
      &list, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(list, 1, sweep);
  while ((status = sj_store_step(store, list, &row, error)) == SJ_OK && row) {
    points->texts = sj_reallocate_array(points->texts, values + 1, sizeof *points->texts);
    points->texts[values++] = text_at(list, 1);
    if (values % points->axis_count != 1 && points->axis_count > 1) continue;
    points->results = sj_reallocate_array(points->results, points->count + 1, sizeof *points->results);
    points->results[points->count++] = sqlite3_column_int64(list, 0);
  }
  sqlite3_finalize(list);
  if (values == points->count * points->axis_count) return status;
  /* Of the last point something is missing. */
  for (size_t i = 0; i < values; i++) free(points->texts[i]);
  points->count = 0;
  return status == SJ_OK ? sj_error_set(error, SJ_FAILED, "%s: the values of a sweep are damaged", store->path)
                         : status;
}

enum sj_status sj_store_points_read(struct sj_store *store, int64_t result, struct sj_store_points *points,
                                    struct sj_error *error) {
  *points = (struct sj_store_points){0};
  int64_t sweep;
  enum sj_status status = find_sweep(store, result, &sweep, points, error);
  if (status == SJ_OK && sweep) status = read_axes(store, sweep, points, error);
  if (status == SJ_OK && points->axis_count > 0) status = read_values(store, sweep, points, error);
  return status;
}

void sj_store_points_clear(struct sj_store_points *points) {
  for (size_t i = 0; i < points->axis_count; i++) {
    free(points->paths[i]);
    free(points->units[i]);
  }
  free(points->units);
  for (size_t i = 0; i < points->count * points->axis_count; i++) free(points->texts[i]);
  free(points->paths);
  free(points->logarithmic);
  free(points->texts);
  free(points->results);
  *points = (struct sj_store_points){0};
}
