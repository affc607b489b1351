#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "results/store_internal.h"

static const char *reduction_name(enum sj_reduction reduction) {
  if (reduction == SJ_REDUCE_MIN) return "min";
  return reduction == SJ_REDUCE_MAX ? "max" : "mean";
}

static enum sj_status insert_result(struct sj_store *store, const struct sj_results *results, const char *identity,
                                    int64_t attempt, int64_t *result, struct sj_error *error) {
  sqlite3_stmt *insert;
  const enum sj_status status = sj_store_prepare(
      store,
      "INSERT INTO results (identity, attempt, engine, version, model, scenario, seed, duration, warmup, drain,"
      " warmup_found, time_unit, canonical, runs_wanted)"
      " VALUES (?, ?, ?, '" SJ_VERSION "', ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
      &insert, error);
  if (status != SJ_OK) return status;
  int place = 0;
  sqlite3_bind_text(insert, ++place, identity, -1, SQLITE_STATIC);
  sqlite3_bind_int64(insert, ++place, attempt);
  sqlite3_bind_text(insert, ++place, results->engine, -1, SQLITE_STATIC);
  sqlite3_bind_text(insert, ++place, results->model, -1, SQLITE_STATIC);
  sqlite3_bind_text(insert, ++place, results->scenario, -1, SQLITE_STATIC); /* NULL binds NULL */
  sj_store_bind_whole(insert, ++place, results->seed);
  sqlite3_bind_double(insert, ++place, results->duration);
  sqlite3_bind_double(insert, ++place, results->warmup);
  sqlite3_bind_double(insert, ++place, results->drain);
  sqlite3_bind_int(insert, ++place, results->warmup_found);
  sqlite3_bind_text(insert, ++place, results->time_unit, -1, SQLITE_STATIC);
  sqlite3_bind_text(insert, ++place, results->canonical ? results->canonical : "", -1, SQLITE_STATIC);
  const enum sj_status done = sj_store_once(store, insert, error);
  sqlite3_finalize(insert);
  *result = sqlite3_last_insert_rowid(store->database);
  return done;
}

/* The newest result of that identity, or a new one. */
static enum sj_status find_or_insert(struct sj_store *store, const struct sj_results *results, bool again,
                                     int64_t *result, struct sj_error *error) {
  char identity[65];
  sj_results_identity(results, identity);
  sqlite3_stmt *find;
  enum sj_status status = sj_store_prepare(
      store, "SELECT id, attempt FROM results WHERE identity = ? ORDER BY attempt DESC LIMIT 1", &find, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_text(find, 1, identity, -1, SQLITE_STATIC);
  bool row = false;
  status = sj_store_step(store, find, &row, error);
  *result = row ? sqlite3_column_int64(find, 0) : 0;
  const int64_t attempt = row ? sqlite3_column_int64(find, 1) + 1 : 0;
  sqlite3_finalize(find);
  if (status != SJ_OK || (row && !again)) return status;
  return insert_result(store, results, identity, attempt, result, error);
}

static enum sj_status update_result(struct sj_store *store, int64_t result, uint64_t runs,
                                    const struct sj_results *results, struct sj_error *error) {
  sqlite3_stmt *update;
  enum sj_status status =
      sj_store_prepare(store, "UPDATE results SET runs_wanted = max(runs_wanted, ?2) WHERE id = ?1", &update, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(update, 1, result);
  sqlite3_bind_int64(update, 2, (int64_t)runs);
  status = sj_store_once(store, update, error);
  sqlite3_finalize(update);
  if (status != SJ_OK || results->series_count == 0) return status;
  status = sj_store_prepare(
      store, "UPDATE results SET grid_start = ?2, grid_step = ?3, grid_count = ?4 WHERE id = ?1 AND grid_count = 0",
      &update, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(update, 1, result);
  sqlite3_bind_double(update, 2, results->grid_start);
  sqlite3_bind_double(update, 3, results->grid_step);
  sqlite3_bind_int64(update, 4, (int64_t)results->grid_count);
  status = sj_store_once(store, update, error);
  sqlite3_finalize(update);
  return status;
}

/* Inserts the columns that are not stored yet. Positions become those of `results`; columns that only an earlier
 * command had come behind. */
static enum sj_status write_columns(struct sj_store *store, int64_t result, const struct sj_results *results,
                                    enum sj_store_kind kind, struct sj_error *error) {
  struct sj_store_columns columns;
  enum sj_status status = sj_store_columns_read(store, result, results, kind, &columns, error);
  if (status != SJ_OK) return status;
  free(columns.column);
  if (columns.complete) return SJ_OK;
  const struct sj_store_kind_name *const name = &sj_store_kinds[kind];
  const size_t count = sj_store_column_count(results, kind);
  char *const move =
      sj_format("UPDATE %s SET position = position + %zu WHERE result = %" PRId64, name->table, count, result);
  status = sj_store_execute(store, move, error);
  free(move);
  if (status != SJ_OK) return status;
  char *const sql = sj_format(
      "INSERT INTO %s (result, position, name%s%s) VALUES (?1, ?2, ?3%s)"
      " ON CONFLICT (result, name) DO UPDATE SET position = excluded.position",
      name->table, name->detail ? ", " : "", name->detail ? name->detail : "", name->detail ? ", ?4" : "");
  sqlite3_stmt *insert;
  status = sj_store_prepare(store, sql, &insert, error);
  free(sql);
  for (size_t i = 0; i < count && status == SJ_OK; i++) {
    sqlite3_bind_int64(insert, 1, result);
    sqlite3_bind_int64(insert, 2, (int64_t)i);
    sqlite3_bind_text(insert, 3, sj_store_column_name(results, kind, i), -1, SQLITE_STATIC);
    if (kind == SJ_STORE_METRICS)
      sqlite3_bind_text(insert, 4, reduction_name(results->metrics[i].reduction), -1, SQLITE_STATIC);
    if (kind == SJ_STORE_SERIES) sqlite3_bind_text(insert, 4, results->series[i].unit, -1, SQLITE_STATIC);
    status = sj_store_once(store, insert, error);
  }
  sqlite3_finalize(insert);
  return status;
}

enum sj_status sj_store_begin(struct sj_store *store, struct sj_results *results, uint64_t runs, bool again,
                              int64_t *result, struct sj_error *error) {
  enum sj_status status = sj_store_execute(store, "BEGIN IMMEDIATE", error);
  if (status != SJ_OK) return status;
  status = find_or_insert(store, results, again, result, error);
  if (status == SJ_OK) status = update_result(store, *result, runs, results, error);
  for (enum sj_store_kind kind = 0; kind < SJ_STORE_KINDS && status == SJ_OK; kind++)
    status = write_columns(store, *result, results, kind, error);
  if (status == SJ_OK && results->heatmap_count > 0) status = sj_store_execute(store, sj_store_heatmap_tables, error);
  status = sj_store_end(store, status, error);
  if (status != SJ_OK) return status;
  return sj_store_runs_read(store, *result, runs, true, results, error);
}

/* The run's row, which may be there. */
static enum sj_status write_run(struct sj_store *store, int64_t result, const struct sj_run *run, int64_t *id,
                                struct sj_error *error) {
  static const char insert[] = "INSERT OR IGNORE INTO runs (result, number, events, truncated) VALUES (?, ?, ?, ?)";
  static const char find[] = "SELECT id FROM runs WHERE result = ? AND number = ?";
  sqlite3_stmt *statement;
  enum sj_status status = sj_store_get_kept(store, insert, &statement, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(statement, 1, result);
  sqlite3_bind_int64(statement, 2, (int64_t)run->number);
  sqlite3_bind_int64(statement, 3, (int64_t)run->events);
  sqlite3_bind_int(statement, 4, run->truncated);
  status = sj_store_once(store, statement, error);
  sj_store_put_back(statement);
  if (status == SJ_OK) status = sj_store_get_kept(store, find, &statement, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(statement, 1, result);
  sqlite3_bind_int64(statement, 2, (int64_t)run->number);
  bool row = false;
  status = sj_store_step(store, statement, &row, error);
  *id = row ? sqlite3_column_int64(statement, 0) : 0;
  sj_store_put_back(statement);
  return status;
}

enum sj_status sj_store_note_octave(struct sj_store *store, uint32_t octave, struct sj_error *error) {
  static const char sql[] = "INSERT OR IGNORE INTO octaves VALUES (?, ?)";
  const uint64_t bit = UINT64_C(1) << octave % 64;
  if (store->octaves[octave / 64] & bit) return SJ_OK;
  store->octaves[octave / 64] |= bit;
  sqlite3_stmt *insert;
  enum sj_status status = sj_store_get_kept(store, sql, &insert, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(insert, 1, octave);
  sqlite3_bind_double(insert, 2, sj_histogram_cell_low(octave << SJ_HISTOGRAM_SUBBITS));
  status = sj_store_once(store, insert, error);
  sj_store_put_back(insert);
  return status;
}

static enum sj_status write_octaves(struct sj_store *store, const struct sj_histogram *histogram,
                                    struct sj_error *error) {
  enum { OCTAVE = 1 << SJ_HISTOGRAM_SUBBITS };
  enum sj_status status = SJ_OK;
  for (uint32_t i = 0; i < histogram->length && status == SJ_OK; i += OCTAVE)
    status = sj_store_note_octave(store, (histogram->first + i) / OCTAVE, error);
  return status;
}

static enum sj_status write_histogram(struct sj_store *store, sqlite3_stmt *insert,
                                      const struct sj_histogram *histogram, struct sj_error *error) {
  size_t size;
  unsigned char *const bytes = sj_histogram_serialize(histogram, &size);
  if (!bytes) return sj_error_set(error, SJ_NO_MEMORY, "%s: out of memory", store->path);
  sqlite3_bind_blob64(insert, 3, bytes, size, SQLITE_STATIC);
  const enum sj_status status = sj_store_once(store, insert, error);
  sqlite3_bind_null(insert, 3);
  free(bytes);
  return status;
}

static enum sj_status write_series(struct sj_store *store, sqlite3_stmt *insert, const double *values, size_t count,
                                   struct sj_error *error) {
  enum sj_status status = SJ_OK;
  for (size_t cell = 0; cell < count && status == SJ_OK; cell++) {
    sqlite3_bind_int64(insert, 3, (int64_t)cell);
    sqlite3_bind_double(insert, 4, values[cell]);
    status = sj_store_once(store, insert, error);
  }
  return status;
}

static void bind_number(sqlite3_stmt *statement, int place, double x) {
  if (isnan(x))
    sqlite3_bind_null(statement, place);
  else
    sqlite3_bind_double(statement, place, x);
}

/* What solving tells beside the values. Files of earlier versions have no table for it. */
static enum sj_status write_exact(struct sj_store *store, int64_t result, const struct sj_results *results,
                                  const struct sj_run *run, int64_t id, struct sj_error *error) {
  if (!run->exact) return SJ_OK;
  struct sj_store_columns columns;
  enum sj_status status = sj_store_columns_read(store, result, results, SJ_STORE_METRICS, &columns, error);
  if (status != SJ_OK) return status;
  sqlite3_stmt *insert = NULL;
  status = sj_store_execute(store, sj_store_exact_tables, error);
  if (status == SJ_OK)
    status = sj_store_prepare(store, "INSERT OR IGNORE INTO exact_values VALUES (?, ?, ?, ?, ?)", &insert, error);
  for (size_t i = 0; i < columns.count && status == SJ_OK; i++) {
    const size_t index = columns.column[i].index;
    if (index == SIZE_MAX) continue;
    sqlite3_bind_int64(insert, 1, id);
    sqlite3_bind_int64(insert, 2, columns.column[i].id);
    bind_number(insert, 3, run->exact[index].error);
    bind_number(insert, 4, run->exact[index].log10);
    sqlite3_bind_text(insert, 5, run->exact[index].word, -1, SQLITE_STATIC);
    status = sj_store_once(store, insert, error);
  }
  sqlite3_finalize(insert);
  free(columns.column);
  return status;
}

/* All values of one kind that the run has. */
static enum sj_status write_values(struct sj_store *store, int64_t result, const struct sj_results *results,
                                   const struct sj_run *run, int64_t id, enum sj_store_kind kind,
                                   struct sj_error *error) {
  static const char *const sql[SJ_STORE_KINDS] = {
      [SJ_STORE_METRICS] = "INSERT OR IGNORE INTO metric_values VALUES (?, ?, ?)",
      [SJ_STORE_HISTOGRAMS] = "INSERT OR IGNORE INTO histogram_bytes VALUES (?, ?, ?)",
      [SJ_STORE_SERIES] = "INSERT OR IGNORE INTO series_values VALUES (?, ?, ?, ?)",
  };
  struct sj_store_columns columns;
  enum sj_status status = sj_store_columns_read(store, result, results, kind, &columns, error);
  if (status != SJ_OK) return status;
  sqlite3_stmt *insert = NULL;
  status = sj_store_get_kept(store, sql[kind], &insert, error);
  for (size_t i = 0; i < columns.count && status == SJ_OK; i++) {
    const size_t index = columns.column[i].index;
    if (index == SIZE_MAX) continue;
    sqlite3_bind_int64(insert, 1, id);
    sqlite3_bind_int64(insert, 2, columns.column[i].id);
    if (kind == SJ_STORE_METRICS) {
      sqlite3_bind_double(insert, 3, run->values[index]);
      status = sj_store_once(store, insert, error);
    } else if (kind == SJ_STORE_HISTOGRAMS) {
      status = write_histogram(store, insert, &run->histograms[index], error);
      if (status == SJ_OK) status = write_octaves(store, &run->histograms[index], error);
    } else {
      status = write_series(store, insert, run->series + index * results->grid_count, results->grid_count, error);
    }
  }
  sj_store_put_back(insert);
  free(columns.column);
  return status;
}

enum sj_status sj_store_add_run(struct sj_store *store, int64_t result, const struct sj_results *results,
                                const struct sj_run *run, struct sj_error *error) {
  enum sj_status status = sj_store_execute(store, "BEGIN IMMEDIATE", error);
  if (status != SJ_OK) return status;
  int64_t id;
  status = write_run(store, result, run, &id, error);
  for (enum sj_store_kind kind = 0; kind < SJ_STORE_KINDS && status == SJ_OK; kind++)
    status = write_values(store, result, results, run, id, kind, error);
  if (status == SJ_OK) status = sj_store_heatmaps_write(store, result, results, run, id, error);
  if (status == SJ_OK) status = write_exact(store, result, results, run, id, error);
  status = sj_store_end(store, status, error);
  if (status == SJ_OK) sj_store_checkpoint(store);
  return status;
}

static enum sj_status write_notes(struct sj_store *store, int64_t result, const struct sj_results *results,
                                  struct sj_error *error) {
  sqlite3_stmt *statement;
  enum sj_status status = sj_store_prepare(store, "DELETE FROM notes WHERE result = ?", &statement, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(statement, 1, result);
  status = sj_store_once(store, statement, error);
  sqlite3_finalize(statement);
  if (status == SJ_OK) status = sj_store_prepare(store, "INSERT INTO notes VALUES (?, ?, ?)", &statement, error);
  if (status != SJ_OK) return status;
  for (size_t i = 0; i < results->note_count && status == SJ_OK; i++) {
    sqlite3_bind_int64(statement, 1, result);
    sqlite3_bind_int64(statement, 2, (int64_t)i);
    sqlite3_bind_text(statement, 3, results->notes[i], -1, SQLITE_STATIC);
    status = sj_store_once(store, statement, error);
  }
  sqlite3_finalize(statement);
  return status;
}

static enum sj_status write_picture(struct sj_store *store, int64_t result, const struct sj_results *results,
                                    struct sj_error *error) {
  if (!results->picture) return SJ_OK;
  sqlite3_stmt *insert;
  enum sj_status status = sj_store_execute(store, sj_store_exact_tables, error);
  if (status == SJ_OK) status = sj_store_prepare(store, "INSERT OR IGNORE INTO pictures VALUES (?, ?)", &insert, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(insert, 1, result);
  sqlite3_bind_text(insert, 2, results->picture, -1, SQLITE_STATIC);
  status = sj_store_once(store, insert, error);
  sqlite3_finalize(insert);
  return status;
}

static enum sj_status write_suppressed(struct sj_store *store, int64_t result, const struct sj_results *results,
                                       struct sj_error *error) {
  sqlite3_stmt *update;
  enum sj_status status = sj_store_prepare(
      store, "UPDATE metrics SET suppressed = ?3 WHERE result = ?1 AND name = ?2 AND suppressed <> ?3", &update, error);
  if (status != SJ_OK) return status;
  for (size_t i = 0; i < results->metric_count && status == SJ_OK; i++) {
    sqlite3_bind_int64(update, 1, result);
    sqlite3_bind_text(update, 2, results->metrics[i].name, -1, SQLITE_STATIC);
    sqlite3_bind_int(update, 3, results->metrics[i].suppressed);
    status = sj_store_once(store, update, error);
  }
  sqlite3_finalize(update);
  return status;
}

/* Whether the file holds runs that `results` does not: then what it says about them stays. */
static enum sj_status holds_more(struct sj_store *store, int64_t result, const struct sj_results *results, bool *more,
                                 struct sj_error *error) {
  sqlite3_stmt *count;
  enum sj_status status = sj_store_prepare(store, "SELECT count(*) FROM runs WHERE result = ?", &count, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(count, 1, result);
  bool row;
  status = sj_store_step(store, count, &row, error);
  *more = status == SJ_OK && row && (uint64_t)sqlite3_column_int64(count, 0) > results->run_count;
  sqlite3_finalize(count);
  return status;
}

enum sj_status sj_store_finish(struct sj_store *store, int64_t result, const struct sj_results *results,
                               struct sj_error *error) {
  enum sj_status status = sj_store_execute(store, "BEGIN IMMEDIATE", error);
  if (status != SJ_OK) return status;
  sqlite3_stmt *update;
  status = sj_store_prepare(store, "UPDATE results SET wall_seconds = wall_seconds + ?2 WHERE id = ?1", &update, error);
  if (status == SJ_OK) {
    sqlite3_bind_int64(update, 1, result);
    sqlite3_bind_double(update, 2, isfinite(results->wall_seconds) ? results->wall_seconds : 0);
    status = sj_store_once(store, update, error);
    sqlite3_finalize(update);
  }
  bool more = false;
  if (status == SJ_OK) status = holds_more(store, result, results, &more, error);
  if (status == SJ_OK && !more) status = write_notes(store, result, results, error);
  if (status == SJ_OK && !more) status = write_suppressed(store, result, results, error);
  if (status == SJ_OK) status = write_picture(store, result, results, error);
  return sj_store_end(store, status, error);
}

enum sj_status sj_store_keep_question(struct sj_store *store, const struct sj_results *results,
                                      struct sj_error *error) {
  if (!results->question) return SJ_OK;
  char identity[65];
  sj_results_identity(results, identity);
  sqlite3_stmt *insert;
  enum sj_status status = sj_store_execute(store, sj_store_question_table, error);
  if (status == SJ_OK)
    status = sj_store_prepare(store,
                              "INSERT OR REPLACE INTO questions SELECT id, ?2 FROM results WHERE identity = ?1"
                              " ORDER BY attempt DESC LIMIT 1",
                              &insert, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_text(insert, 1, identity, -1, SQLITE_STATIC);
  sqlite3_bind_text(insert, 2, results->question, -1, SQLITE_STATIC);
  status = sj_store_once(store, insert, error);
  sqlite3_finalize(insert);
  return status;
}
