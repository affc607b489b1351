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

/* ---- many small rows ---- */

#define FIVE(row) row ", " row ", " row ", " row ", " row
#define TEN(row) FIVE(row) ", " FIVE(row)

/* A statement that inserts one row, and one that inserts a block of them: a row of a block takes a third of the time.
 */
struct insertion {
  const char *one, *block;
  size_t rows; /* of the block */
};

#define INSERTION(into, row, conflict) \
  { into row conflict, into TEN(row) conflict, 10 }
#define KEEP_PLACE " ON CONFLICT (result, name) DO UPDATE SET position = excluded.position"
static const struct insertion column_rows[SJ_STORE_KINDS] = {
    [SJ_STORE_METRICS] =
        INSERTION("INSERT INTO metrics (result, position, name, reduction) VALUES ", "(?, ?, ?, ?)", KEEP_PLACE),
    [SJ_STORE_HISTOGRAMS] =
        INSERTION("INSERT INTO histograms (result, position, name) VALUES ", "(?, ?, ?)", KEEP_PLACE),
    [SJ_STORE_SERIES] =
        INSERTION("INSERT INTO series (result, position, name, unit) VALUES ", "(?, ?, ?, ?)", KEEP_PLACE),
};
static const struct insertion metric_rows = INSERTION("INSERT OR IGNORE INTO metric_values VALUES ", "(?, ?, ?)", "");
/* Most series have a thousand cells. */
static const struct insertion series_rows = {"INSERT OR IGNORE INTO series_values VALUES (?, ?, ?, ?)",
                                             "INSERT OR IGNORE INTO series_values VALUES " FIVE(TEN("(?, ?, ?, ?)")),
                                             50};

/* The statement for the first of `left` rows, which the store keeps; `*rows` says how many it inserts. */
static enum sj_status get_insertion(struct sj_store *store, const struct insertion *insertion, size_t left,
                                    size_t *rows, sqlite3_stmt **insert, struct sj_error *error) {
  *rows = left < insertion->rows ? 1 : insertion->rows;
  return sj_store_get_kept(store, *rows == 1 ? insertion->one : insertion->block, insert, error);
}

/* ---- a result ---- */

static enum sj_status insert_result(struct sj_store *store, const struct sj_results *results, const char *identity,
                                    int64_t attempt, int64_t *result, struct sj_error *error) {
  static const char sql[] =
      "INSERT INTO results (identity, attempt, engine, version, model, scenario, seed, duration, warmup, drain,"
      " warmup_found, time_unit, canonical, runs_wanted)"
      " VALUES (?, ?, ?, '" SJ_VERSION "', ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)";
  sqlite3_stmt *insert;
  const enum sj_status status = sj_store_get_kept(store, sql, &insert, error);
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
  sj_store_put_back(insert);
  *result = sqlite3_last_insert_rowid(store->database);
  return done;
}

/* The newest result of that identity, or a new one. */
static enum sj_status find_or_insert(struct sj_store *store, const struct sj_results *results, bool again,
                                     int64_t *result, bool *is_new, struct sj_error *error) {
  static const char sql[] = "SELECT id, attempt FROM results WHERE identity = ? ORDER BY attempt DESC LIMIT 1";
  char identity[65];
  sj_results_identity(results, identity);
  sqlite3_stmt *find;
  enum sj_status status = sj_store_get_kept(store, sql, &find, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_text(find, 1, identity, -1, SQLITE_STATIC);
  bool row = false;
  status = sj_store_step(store, find, &row, error);
  *result = row ? sqlite3_column_int64(find, 0) : 0;
  const int64_t attempt = row ? sqlite3_column_int64(find, 1) + 1 : 0;
  sj_store_put_back(find);
  *is_new = !row || again;
  if (status != SJ_OK || !*is_new) return status;
  return insert_result(store, results, identity, attempt, result, error);
}

static enum sj_status update_result(struct sj_store *store, int64_t result, uint64_t runs,
                                    const struct sj_results *results, struct sj_error *error) {
  static const char wanted[] = "UPDATE results SET runs_wanted = max(runs_wanted, ?2) WHERE id = ?1";
  static const char grid[] =
      "UPDATE results SET grid_start = ?2, grid_step = ?3, grid_count = ?4 WHERE id = ?1 AND grid_count = 0";
  sqlite3_stmt *update;
  enum sj_status status = sj_store_get_kept(store, wanted, &update, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(update, 1, result);
  sqlite3_bind_int64(update, 2, (int64_t)runs);
  status = sj_store_once(store, update, error);
  if (status != SJ_OK || results->series_count == 0) return status;
  status = sj_store_get_kept(store, grid, &update, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(update, 1, result);
  sqlite3_bind_double(update, 2, results->grid_start);
  sqlite3_bind_double(update, 3, results->grid_step);
  sqlite3_bind_int64(update, 4, (int64_t)results->grid_count);
  return sj_store_once(store, update, error);
}

/* Inserts the columns of `results`; those that are there get the positions that they have in it. */
static enum sj_status insert_columns(struct sj_store *store, int64_t result, const struct sj_results *results,
                                     enum sj_store_kind kind, struct sj_error *error) {
  const size_t count = sj_store_column_count(results, kind);
  enum sj_status status = SJ_OK;
  for (size_t i = 0; i < count && status == SJ_OK;) {
    sqlite3_stmt *insert;
    size_t rows;
    int place = 0;
    status = get_insertion(store, &column_rows[kind], count - i, &rows, &insert, error);
    for (; rows > 0 && status == SJ_OK; rows--, i++) {
      sqlite3_bind_int64(insert, ++place, result);
      sqlite3_bind_int64(insert, ++place, (int64_t)i);
      sqlite3_bind_text(insert, ++place, sj_store_column_name(results, kind, i), -1, SQLITE_STATIC);
      if (kind == SJ_STORE_METRICS)
        sqlite3_bind_text(insert, ++place, reduction_name(results->metrics[i].reduction), -1, SQLITE_STATIC);
      if (kind == SJ_STORE_SERIES) sqlite3_bind_text(insert, ++place, results->series[i].unit, -1, SQLITE_STATIC);
    }
    if (status == SJ_OK) status = sj_store_once(store, insert, error);
    sj_store_put_back(insert);
  }
  return status;
}

/* Stores the columns that are not there yet. Positions become those of `results`; columns that only an earlier command
 * had come behind. */
static enum sj_status add_columns(struct sj_store *store, int64_t result, const struct sj_results *results,
                                  enum sj_store_kind kind, struct sj_error *error) {
  struct sj_store_columns columns;
  enum sj_status status = sj_store_columns_read(store, result, results, kind, &columns, error);
  if (status != SJ_OK) return status;
  free(columns.column);
  if (columns.complete) return SJ_OK;
  char *const move = sj_format("UPDATE %s SET position = position + %zu WHERE result = %" PRId64,
                               sj_store_kinds[kind].table, columns.wanted, result);
  status = sj_store_execute(store, move, error);
  free(move);
  return status == SJ_OK ? insert_columns(store, result, results, kind, error) : status;
}

enum sj_status sj_store_begin(struct sj_store *store, struct sj_results *results, uint64_t runs, bool again,
                              int64_t *result, struct sj_error *error) {
  bool is_new = false;
  enum sj_status status = sj_store_start(store, error);
  if (status != SJ_OK) return status;
  status = find_or_insert(store, results, again, result, &is_new, error);
  if (status == SJ_OK) status = update_result(store, *result, runs, results, error);
  for (enum sj_store_kind kind = 0; kind < SJ_STORE_KINDS && status == SJ_OK; kind++)
    status = (is_new ? insert_columns : add_columns)(store, *result, results, kind, error);
  if (status == SJ_OK && results->heatmap_count > 0) status = sj_store_execute(store, sj_store_heatmap_tables, error);
  status = sj_store_end(store, status, error);
  if (status != SJ_OK) return status;
  sj_store_columns_forget(store, *result);
  return is_new ? SJ_OK : sj_store_runs_read(store, *result, runs, true, results, error);
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
  *id = sqlite3_last_insert_rowid(store->database);
  if (status != SJ_OK || sqlite3_changes(store->database) > 0) return status;
  status = sj_store_get_kept(store, find, &statement, error);
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

static enum sj_status write_histograms(struct sj_store *store, const struct sj_store_columns *columns,
                                       const struct sj_run *run, int64_t id, struct sj_error *error) {
  static const char cells[] = "INSERT OR IGNORE INTO histogram_bytes VALUES (?, ?, ?)";
  sqlite3_stmt *insert = NULL;
  enum sj_status status = sj_store_get_kept(store, cells, &insert, error);
  for (size_t i = 0; i < columns->count && status == SJ_OK; i++) {
    const size_t index = columns->column[i].index;
    if (index == SIZE_MAX) continue;
    sqlite3_bind_int64(insert, 1, id);
    sqlite3_bind_int64(insert, 2, columns->column[i].id);
    status = write_histogram(store, insert, &run->histograms[index], error);
    if (status == SJ_OK) status = write_octaves(store, &run->histograms[index], error);
  }
  sj_store_put_back(insert);
  return status;
}

static enum sj_status write_metrics(struct sj_store *store, const struct sj_store_columns *columns,
                                    const struct sj_run *run, int64_t id, struct sj_error *error) {
  enum sj_status status = SJ_OK;
  for (size_t i = 0; i < columns->count && status == SJ_OK;) {
    sqlite3_stmt *insert;
    int place = 0;
    size_t rows;
    status = get_insertion(store, &metric_rows, columns->count - i, &rows, &insert, error);
    for (; rows > 0 && status == SJ_OK; rows--, i++) {
      sqlite3_bind_int64(insert, ++place, id);
      sqlite3_bind_int64(insert, ++place, columns->column[i].id);
      sqlite3_bind_double(insert, ++place, run->values[columns->column[i].index]); /* NAN binds NULL */
    }
    if (status == SJ_OK) status = sj_store_once(store, insert, error);
  }
  return status;
}

static enum sj_status write_one_series(struct sj_store *store, int64_t id, int64_t series, const double *values,
                                       size_t count, struct sj_error *error) {
  enum sj_status status = SJ_OK;
  for (size_t cell = 0; cell < count && status == SJ_OK;) {
    sqlite3_stmt *insert;
    int place = 0;
    size_t rows;
    status = get_insertion(store, &series_rows, count - cell, &rows, &insert, error);
    for (; rows > 0 && status == SJ_OK; rows--, cell++) {
      sqlite3_bind_int64(insert, ++place, id);
      sqlite3_bind_int64(insert, ++place, series);
      sqlite3_bind_int64(insert, ++place, (int64_t)cell);
      sqlite3_bind_double(insert, ++place, values[cell]);
    }
    if (status == SJ_OK) status = sj_store_once(store, insert, error);
  }
  return status;
}

static enum sj_status write_series(struct sj_store *store, const struct sj_store_columns *columns,
                                   const struct sj_run *run, size_t cells, int64_t id, struct sj_error *error) {
  enum sj_status status = SJ_OK;
  for (size_t i = 0; i < columns->count && status == SJ_OK; i++)
    status = write_one_series(store, id, columns->column[i].id, run->series + columns->column[i].index * cells, cells,
                              error);
  return status;
}

/* Makes the tables of what is solved, which files of earlier versions lack. */
static enum sj_status make_exact(struct sj_store *store, struct sj_error *error) {
  if (store->has_exact) return SJ_OK;
  const enum sj_status status = sj_store_execute(store, sj_store_exact_tables, error);
  store->has_exact = status == SJ_OK;
  return status;
}

static void bind_number(sqlite3_stmt *statement, int place, double x) {
  if (isnan(x))
    sqlite3_bind_null(statement, place);
  else
    sqlite3_bind_double(statement, place, x);
}

/* What solving tells beside the values. */
static enum sj_status write_exact(struct sj_store *store, const struct sj_store_columns *columns,
                                  const struct sj_run *run, int64_t id, struct sj_error *error) {
  static const char sql[] = "INSERT OR IGNORE INTO exact_values VALUES (?, ?, ?, ?, ?)";
  if (!run->exact) return SJ_OK;
  sqlite3_stmt *insert = NULL;
  enum sj_status status = make_exact(store, error);
  if (status == SJ_OK) status = sj_store_get_kept(store, sql, &insert, error);
  for (size_t i = 0; i < columns->count && status == SJ_OK; i++) {
    const struct sj_exact *const exact = &run->exact[columns->column[i].index];
    sqlite3_bind_int64(insert, 1, id);
    sqlite3_bind_int64(insert, 2, columns->column[i].id);
    bind_number(insert, 3, exact->error);
    bind_number(insert, 4, exact->log10);
    sqlite3_bind_text(insert, 5, exact->word, -1, SQLITE_STATIC);
    status = sj_store_once(store, insert, error);
  }
  sj_store_put_back(insert);
  return status;
}

static enum sj_status write_values(struct sj_store *store, int64_t result, const struct sj_results *results,
                                   const struct sj_run *run, int64_t id, struct sj_error *error) {
  const struct sj_store_columns *columns;
  enum sj_status status = sj_store_columns_get(store, result, results, &columns, error);
  if (status == SJ_OK) status = write_metrics(store, &columns[SJ_STORE_METRICS], run, id, error);
  if (status == SJ_OK) status = write_histograms(store, &columns[SJ_STORE_HISTOGRAMS], run, id, error);
  if (status == SJ_OK) status = write_series(store, &columns[SJ_STORE_SERIES], run, results->grid_count, id, error);
  if (status == SJ_OK) status = sj_store_heatmaps_write(store, &columns[SJ_STORE_SERIES], results, run, id, error);
  if (status == SJ_OK) status = write_exact(store, &columns[SJ_STORE_METRICS], run, id, error);
  return status;
}

enum sj_status sj_store_add_run(struct sj_store *store, int64_t result, const struct sj_results *results,
                                const struct sj_run *run, struct sj_error *error) {
  enum sj_status status = sj_store_start(store, error);
  if (status != SJ_OK) return status;
  int64_t id;
  status = write_run(store, result, run, &id, error);
  if (status == SJ_OK) status = write_values(store, result, results, run, id, error);
  return sj_store_end(store, status, error);
}

static enum sj_status write_notes(struct sj_store *store, int64_t result, const struct sj_results *results,
                                  struct sj_error *error) {
  static const char delete[] = "DELETE FROM notes WHERE result = ?", insert[] = "INSERT INTO notes VALUES (?, ?, ?)";
  sqlite3_stmt *statement;
  enum sj_status status = sj_store_get_kept(store, delete, &statement, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(statement, 1, result);
  status = sj_store_once(store, statement, error);
  if (status == SJ_OK) status = sj_store_get_kept(store, insert, &statement, error);
  if (status != SJ_OK) return status;
  for (size_t i = 0; i < results->note_count && status == SJ_OK; i++) {
    sqlite3_bind_int64(statement, 1, result);
    sqlite3_bind_int64(statement, 2, (int64_t)i);
    sqlite3_bind_text(statement, 3, results->notes[i], -1, SQLITE_STATIC);
    status = sj_store_once(store, statement, error);
  }
  sj_store_put_back(statement);
  return status;
}

static enum sj_status write_picture(struct sj_store *store, int64_t result, const struct sj_results *results,
                                    struct sj_error *error) {
  static const char sql[] = "INSERT OR IGNORE INTO pictures VALUES (?, ?)";
  if (!results->picture) return SJ_OK;
  sqlite3_stmt *insert;
  enum sj_status status = make_exact(store, error);
  if (status == SJ_OK) status = sj_store_get_kept(store, sql, &insert, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(insert, 1, result);
  sqlite3_bind_text(insert, 2, results->picture, -1, SQLITE_STATIC);
  status = sj_store_once(store, insert, error);
  sj_store_put_back(insert);
  return status;
}

/* A number about the result, from a statement with one parameter. */
static enum sj_status count(struct sj_store *store, const char *sql, int64_t result, uint64_t *number,
                            struct sj_error *error) {
  sqlite3_stmt *statement;
  enum sj_status status = sj_store_get_kept(store, sql, &statement, error);
  if (status != SJ_OK) return status;
  bool row = false;
  sqlite3_bind_int64(statement, 1, result);
  status = sj_store_step(store, statement, &row, error);
  *number = status == SJ_OK && row ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
  sj_store_put_back(statement);
  return status;
}

static enum sj_status write_suppressed(struct sj_store *store, int64_t result, const struct sj_results *results,
                                       struct sj_error *error) {
  static const char stored[] = "SELECT count(*) FROM metrics WHERE result = ? AND suppressed",
                    sql[] = "UPDATE metrics SET suppressed = ?3 WHERE result = ?1 AND name = ?2 AND suppressed <> ?3";
  uint64_t before;
  sqlite3_stmt *update;
  enum sj_status status = count(store, stored, result, &before, error);
  if (status == SJ_OK) status = sj_store_get_kept(store, sql, &update, error);
  if (status != SJ_OK) return status;
  for (size_t i = 0; i < results->metric_count && status == SJ_OK; i++) {
    if (!results->metrics[i].suppressed && before == 0) continue; /* as it is there */
    sqlite3_bind_int64(update, 1, result);
    sqlite3_bind_text(update, 2, results->metrics[i].name, -1, SQLITE_STATIC);
    sqlite3_bind_int(update, 3, results->metrics[i].suppressed);
    status = sj_store_once(store, update, error);
  }
  sj_store_put_back(update);
  return status;
}

static enum sj_status add_time(struct sj_store *store, int64_t result, double seconds, struct sj_error *error) {
  static const char sql[] = "UPDATE results SET wall_seconds = wall_seconds + ?2 WHERE id = ?1";
  sqlite3_stmt *update;
  const enum sj_status status = sj_store_get_kept(store, sql, &update, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(update, 1, result);
  sqlite3_bind_double(update, 2, isfinite(seconds) ? seconds : 0);
  return sj_store_once(store, update, error);
}

enum sj_status sj_store_finish(struct sj_store *store, int64_t result, const struct sj_results *results,
                               struct sj_error *error) {
  static const char runs[] = "SELECT count(*) FROM runs WHERE result = ?";
  enum sj_status status = sj_store_start(store, error);
  if (status != SJ_OK) return status;
  uint64_t held = 0;
  status = add_time(store, result, results->wall_seconds, error);
  if (status == SJ_OK) status = count(store, runs, result, &held, error);
  /* Where the file holds runs that `results` does not, what it says about them stays. */
  const bool all = held <= results->run_count;
  if (status == SJ_OK && all) status = write_notes(store, result, results, error);
  if (status == SJ_OK && all) status = write_suppressed(store, result, results, error);
  if (status == SJ_OK) status = write_picture(store, result, results, error);
  sj_store_columns_forget(store, result);
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
