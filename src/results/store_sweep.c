#include "results/store_sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "results/store_internal.h"

/* The first column of the first row, 0 without one, of a statement that the store keeps. What is bound is the caller's
 * work. */
static enum sj_status first_number_kept(struct sj_store *store, sqlite3_stmt *statement, int64_t *number,
                                        struct sj_error *error) {
  bool row = false;
  const enum sj_status status = sj_store_step(store, statement, &row, error);
  *number = status == SJ_OK && row ? sqlite3_column_int64(statement, 0) : 0;
  sj_store_put_back(statement);
  return status;
}

/* The same of a statement that ends here. */
static enum sj_status first_number(struct sj_store *store, sqlite3_stmt *statement, int64_t *number,
                                   struct sj_error *error) {
  const enum sj_status status = first_number_kept(store, statement, number, error);
  sqlite3_finalize(statement);
  return status;
}

static enum sj_status run_once(struct sj_store *store, sqlite3_stmt *statement, struct sj_error *error) {
  const enum sj_status status = sj_store_once(store, statement, error);
  sqlite3_finalize(statement);
  return status;
}

static enum sj_status insert_sweep(struct sj_store *store, const struct sj_store_sweep *sweep, const char *identity,
                                   int64_t attempt, int64_t *id, struct sj_error *error) {
  sqlite3_stmt *insert;
  enum sj_status status = sj_store_prepare(
      store,
      "INSERT INTO sweeps (identity, attempt, engine, model, scenario, samples, points) VALUES (?, ?, ?, ?, ?, ?, ?)",
      &insert, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_text(insert, 1, identity, -1, SQLITE_STATIC);
  sqlite3_bind_int64(insert, 2, attempt);
  sqlite3_bind_text(insert, 3, sweep->engine, -1, SQLITE_STATIC);
  sqlite3_bind_text(insert, 4, sweep->model, -1, SQLITE_STATIC);
  sqlite3_bind_text(insert, 5, sweep->scenario, -1, SQLITE_STATIC); /* NULL binds NULL */
  sqlite3_bind_int64(insert, 6, (int64_t)sweep->samples);
  sqlite3_bind_int64(insert, 7, (int64_t)sweep->points);
  status = run_once(store, insert, error);
  *id = sqlite3_last_insert_rowid(store->database);
  for (size_t i = 0; i < sweep->axis_count && status == SJ_OK; i++) {
    status = sj_store_prepare(
        store, "INSERT INTO sweep_axes (sweep, axis, path, logarithmic, unit) VALUES (?, ?, ?, ?, ?)", &insert, error);
    if (status != SJ_OK) break;
    sqlite3_bind_int64(insert, 1, *id);
    sqlite3_bind_int64(insert, 2, (int64_t)i);
    sqlite3_bind_text(insert, 3, sweep->paths[i], -1, SQLITE_STATIC);
    sqlite3_bind_int(insert, 4, sweep->logarithmic[i]);
    sqlite3_bind_text(insert, 5, sweep->units[i], -1, SQLITE_STATIC);
    status = run_once(store, insert, error);
  }
  return status;
}

static enum sj_status find_or_insert(struct sj_store *store, const struct sj_store_sweep *sweep, bool again,
                                     int64_t *id, struct sj_error *error) {
  char identity[65];
  sqlite3_stmt *find;
  int64_t found = 0, attempts = 0;
  sj_sha256_hex(sweep->definition, strlen(sweep->definition), identity);
  enum sj_status status =
      sj_store_prepare(store, "SELECT id FROM sweeps WHERE identity = ? ORDER BY attempt DESC LIMIT 1", &find, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_text(find, 1, identity, -1, SQLITE_STATIC);
  status = first_number(store, find, &found, error);
  if (status == SJ_OK && found && !again) {
    *id = found;
    return SJ_OK;
  }
  if (status == SJ_OK) status = sj_store_prepare(store, "SELECT count(*) FROM sweeps WHERE identity = ?", &find, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_text(find, 1, identity, -1, SQLITE_STATIC);
  status = first_number(store, find, &attempts, error);
  return status == SJ_OK ? insert_sweep(store, sweep, identity, attempts, id, error) : status;
}

/* Files of earlier versions lack the column. */
static enum sj_status add_units(struct sj_store *store, struct sj_error *error) {
  bool there;
  const enum sj_status status = sj_store_has_units(store, &there, error);
  if (status != SJ_OK || there) return status;
  return sj_store_execute(store, "ALTER TABLE sweep_axes ADD COLUMN unit TEXT", error);
}

enum sj_status sj_store_begin_sweep(struct sj_store *store, const struct sj_store_sweep *sweep, bool again, int64_t *id,
                                    struct sj_error *error) {
  enum sj_status status = sj_store_start(store, error);
  if (status != SJ_OK) return status;
  *id = 0;
  status = sj_store_execute(store, sj_store_sweep_tables, error);
  if (status == SJ_OK) status = add_units(store, error);
  if (status == SJ_OK) status = find_or_insert(store, sweep, again, id, error);
  return sj_store_end(store, status, error);
}

enum sj_status sj_store_find_point(struct sj_store *store, int64_t sweep, uint64_t point, int64_t *result,
                                   struct sj_error *error) {
  static const char sql[] = "SELECT result FROM sweep_points WHERE sweep = ? AND point = ?";
  sqlite3_stmt *find;
  *result = 0;
  const enum sj_status status = sj_store_get_kept(store, sql, &find, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(find, 1, sweep);
  sqlite3_bind_int64(find, 2, (int64_t)point);
  return first_number_kept(store, find, result, error);
}

/* As a number where the text is one. */
static void bind_value(sqlite3_stmt *statement, int place, const char *text) {
  char *end;
  const double x = strtod(text, &end);
  if (end != text && !*end && isfinite(x))
    sqlite3_bind_double(statement, place, x);
  else
    sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC);
}

static enum sj_status insert_point(struct sj_store *store, int64_t sweep, uint64_t point, int64_t result,
                                   const char *const *values, size_t count, struct sj_error *error) {
  static const char of_point[] = "INSERT OR IGNORE INTO sweep_points VALUES (?, ?, ?)",
                    of_value[] = "INSERT OR IGNORE INTO sweep_values VALUES (?, ?, ?, ?)";
  sqlite3_stmt *insert;
  enum sj_status status = sj_store_get_kept(store, of_point, &insert, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(insert, 1, sweep);
  sqlite3_bind_int64(insert, 2, (int64_t)point);
  sqlite3_bind_int64(insert, 3, result);
  status = sj_store_once(store, insert, error);
  if (status == SJ_OK) status = sj_store_get_kept(store, of_value, &insert, error);
  if (status != SJ_OK) return status;
  for (size_t i = 0; i < count && status == SJ_OK; i++) {
    sqlite3_bind_int64(insert, 1, sweep);
    sqlite3_bind_int64(insert, 2, (int64_t)point);
    sqlite3_bind_int64(insert, 3, (int64_t)i);
    bind_value(insert, 4, values[i]);
    status = sj_store_once(store, insert, error);
  }
  sj_store_put_back(insert);
  return status;
}

enum sj_status sj_store_add_point(struct sj_store *store, int64_t sweep, uint64_t point, int64_t result,
                                  const char *const *values, size_t count, struct sj_error *error) {
  const enum sj_status status = sj_store_start(store, error);
  if (status != SJ_OK) return status;
  return sj_store_end(store, insert_point(store, sweep, point, result, values, count, error), error);
}

enum sj_status sj_store_add_indices(struct sj_store *store, int64_t sweep, int64_t result, struct sj_error *error) {
  sqlite3_stmt *update;
  const enum sj_status status = sj_store_prepare(store, "UPDATE sweeps SET indices = ? WHERE id = ?", &update, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(update, 1, result);
  sqlite3_bind_int64(update, 2, sweep);
  return run_once(store, update, error);
}

enum sj_status sj_store_find(struct sj_store *store, const char *identity, int64_t *result, struct sj_error *error) {
  static const char sql[] =
      "SELECT id FROM results WHERE identity = ? AND EXISTS (SELECT 1 FROM runs WHERE runs.result = results.id)"
      " ORDER BY attempt DESC LIMIT 1";
  sqlite3_stmt *find;
  *result = 0;
  const enum sj_status status = sj_store_get_kept(store, sql, &find, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_text(find, 1, identity, -1, SQLITE_STATIC);
  return first_number_kept(store, find, result, error);
}
