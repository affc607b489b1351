#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "results/store_internal.h"

/* Beyond this a stored grid is damage, not a wish. */
enum { LARGEST_GRID = 10000000 };

static enum sj_status no_memory(const struct sj_store *store, struct sj_error *error) {
  return sj_error_set(error, SJ_NO_MEMORY, "%s: out of memory", store->path);
}

static int by_id(const void *a, const void *b) {
  const int64_t x = ((const struct sj_store_column *)a)->id, y = ((const struct sj_store_column *)b)->id;
  return (x > y) - (x < y);
}

size_t sj_store_index_of(const struct sj_store_columns *columns, int64_t id) {
  const struct sj_store_column key = {.id = id};
  const struct sj_store_column *const found =
      columns->count > 0 ? bsearch(&key, columns->column, columns->count, sizeof key, by_id) : NULL;
  return found ? found->index : SIZE_MAX;
}

static double number_at(sqlite3_stmt *statement, int column) {
  return sqlite3_column_type(statement, column) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(statement, column);
}

static char *text_at(sqlite3_stmt *statement, int column) {
  const char *const text = (const char *)sqlite3_column_text(statement, column);
  return text ? sj_copy_string(text) : NULL;
}

/* What reading runs needs at every run. */
struct reading {
  struct sj_store *store;
  const struct sj_results *results;
  struct sj_store_columns columns[SJ_STORE_KINDS];
  sqlite3_stmt *values[SJ_STORE_KINDS];
  sqlite3_stmt *exact; /* NULL: the file has no such table */
};

static enum sj_status damaged(const struct reading *reading, const struct sj_run *run, const char *what,
                              struct sj_error *error) {
  return sj_error_set(error, SJ_FAILED, "%s: the results file is damaged: %s of run %" PRIu64, reading->store->path,
                      what, run->number);
}

/* Takes one row into `run`; `*taken` counts what a whole run has a known number of. */
static enum sj_status take_row(struct reading *reading, enum sj_store_kind kind, struct sj_run *run, size_t *taken,
                               struct sj_error *error) {
  sqlite3_stmt *const row = reading->values[kind];
  const struct sj_results *const results = reading->results;
  const size_t index = sj_store_index_of(&reading->columns[kind], sqlite3_column_int64(row, 0));
  if (index == SIZE_MAX) return SJ_OK;
  if (kind == SJ_STORE_METRICS) {
    run->values[index] = number_at(row, 1);
  } else if (kind == SJ_STORE_HISTOGRAMS) {
    const void *const bytes = sqlite3_column_blob(row, 1);
    const int size = sqlite3_column_bytes(row, 1);
    if (!bytes || !sj_histogram_deserialize(&run->histograms[index], bytes, (size_t)size)) {
      char *const what = sj_format("the histogram %s", results->histogram_names[index]);
      const enum sj_status status = damaged(reading, run, what, error);
      free(what);
      return status;
    }
  } else {
    const int64_t cell = sqlite3_column_int64(row, 2);
    if (cell < 0 || (uint64_t)cell >= results->grid_count)
      return damaged(reading, run, "a time series beyond its grid", error);
    run->series[index * results->grid_count + (size_t)cell] = number_at(row, 1);
  }
  ++*taken;
  return SJ_OK;
}

/* What solving told beside the values, if the run was solved. */
static enum sj_status read_exact(struct reading *reading, int64_t id, struct sj_run *run, struct sj_error *error) {
  if (!reading->exact) return SJ_OK;
  sqlite3_bind_int64(reading->exact, 1, id);
  bool row = false;
  enum sj_status status;
  while ((status = sj_store_step(reading->store, reading->exact, &row, error)) == SJ_OK && row) {
    const size_t index =
        sj_store_index_of(&reading->columns[SJ_STORE_METRICS], sqlite3_column_int64(reading->exact, 0));
    if (index == SIZE_MAX) continue;
    if (!run->exact && !sj_run_make_exact(reading->results, run)) {
      status = no_memory(reading->store, error);
      break;
    }
    struct sj_exact *const exact = &run->exact[index];
    exact->error = number_at(reading->exact, 1);
    exact->log10 = number_at(reading->exact, 2);
    free(exact->word);
    exact->word = text_at(reading->exact, 3);
  }
  sqlite3_reset(reading->exact);
  return status;
}

/* All that is stored of the run whose row has the number `id`; `*whole` if it has every column of the results. */
static enum sj_status read_run(struct reading *reading, int64_t id, struct sj_run *run, bool *whole,
                               struct sj_error *error) {
  const struct sj_results *const results = reading->results;
  const size_t wanted[SJ_STORE_KINDS] = {results->metric_count, results->histogram_count,
                                         results->series_count * results->grid_count};
  *whole = true;
  for (enum sj_store_kind kind = 0; kind < SJ_STORE_KINDS; kind++) {
    if (wanted[kind] == 0) continue;
    sqlite3_stmt *const statement = reading->values[kind];
    sqlite3_bind_int64(statement, 1, id);
    size_t taken = 0;
    bool row = false;
    enum sj_status status;
    while ((status = sj_store_step(reading->store, statement, &row, error)) == SJ_OK && row)
      if ((status = take_row(reading, kind, run, &taken, error)) != SJ_OK) break;
    sqlite3_reset(statement);
    if (status != SJ_OK) return status;
    if (taken != wanted[kind]) *whole = false;
  }
  const enum sj_status status =
      sj_store_heatmaps_read(reading->store, &reading->columns[SJ_STORE_SERIES], results, run, id, error);
  return status == SJ_OK ? read_exact(reading, id, run, error) : status;
}

/* Runs are sorted, and come in that order. */
static bool holds_run(const struct sj_results *results, uint64_t number) {
  for (size_t i = results->run_count; i > 0 && results->runs[i - 1].number >= number; i--)
    if (results->runs[i - 1].number == number) return true;
  return false;
}

static enum sj_status read_all(struct reading *reading, sqlite3_stmt *list, bool only_whole, struct sj_results *results,
                               struct sj_error *error) {
  bool row, again = false;
  uint64_t previous = 0;
  enum sj_status status;
  while ((status = sj_store_step(reading->store, list, &row, error)) == SJ_OK && row) {
    struct sj_run run;
    const uint64_t number = (uint64_t)sqlite3_column_int64(list, 1);
    const bool twice = again && number == previous;
    again = true;
    previous = number;
    if (!twice && holds_run(results, number)) continue;
    if (!sj_run_prepare(results, &run, number)) return no_memory(reading->store, error);
    run.events = (uint64_t)sqlite3_column_int64(list, 2);
    run.truncated = sqlite3_column_int(list, 3) != 0;
    bool whole = false;
    /* Uniqueness is the schema's promise; a file from elsewhere may lack it. */
    if (twice)
      status = damaged(reading, &run, "a second copy", error);
    else
      status = read_run(reading, sqlite3_column_int64(list, 0), &run, &whole, error);
    if (status == SJ_OK && (whole || !only_whole) && !sj_results_add_run(results, &run))
      status = no_memory(reading->store, error);
    sj_run_clear(results, &run);
    if (status != SJ_OK) return status;
  }
  return status;
}

enum sj_status sj_store_has_table(struct sj_store *store, const char *name, bool *has, struct sj_error *error) {
  sqlite3_stmt *find = NULL;
  enum sj_status status = sj_store_prepare(store, "SELECT 1 FROM sqlite_master WHERE name = ?", &find, error);
  *has = false;
  if (status != SJ_OK) return status;
  sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
  status = sj_store_step(store, find, has, error);
  sqlite3_finalize(find);
  return status;
}

static enum sj_status prepare_exact(struct reading *reading, struct sj_error *error) {
  bool has;
  const enum sj_status status = sj_store_has_table(reading->store, "exact_values", &has, error);
  if (status != SJ_OK || !has) return status;
  return sj_store_prepare(reading->store, "SELECT metric, error, log10, word FROM exact_values WHERE run = ?",
                          &reading->exact, error);
}

enum sj_status sj_store_runs_read(struct sj_store *store, int64_t result, uint64_t runs, bool whole,
                                  struct sj_results *results, struct sj_error *error) {
  static const char *const sql[SJ_STORE_KINDS] = {
      [SJ_STORE_METRICS] = "SELECT metric, value FROM metric_values WHERE run = ?",
      [SJ_STORE_HISTOGRAMS] = "SELECT histogram, bytes FROM histogram_bytes WHERE run = ?",
      [SJ_STORE_SERIES] = "SELECT series, value, cell FROM series_values WHERE run = ?",
  };
  struct reading reading = {.store = store, .results = results};
  sqlite3_stmt *list = NULL;
  enum sj_status status = sj_store_prepare(
      store, "SELECT id, number, events, truncated FROM runs WHERE result = ? AND number < ? ORDER BY number", &list,
      error);
  for (enum sj_store_kind kind = 0; kind < SJ_STORE_KINDS && status == SJ_OK; kind++) {
    status = sj_store_columns_read(store, result, results, kind, &reading.columns[kind], error);
    if (status == SJ_OK) status = sj_store_prepare(store, sql[kind], &reading.values[kind], error);
  }
  if (status == SJ_OK) status = prepare_exact(&reading, error);
  if (status == SJ_OK) {
    sqlite3_bind_int64(list, 1, result);
    sqlite3_bind_int64(list, 2, runs > INT64_MAX ? INT64_MAX : (int64_t)runs);
    status = read_all(&reading, list, whole, results, error);
  }
  sqlite3_finalize(list);
  sqlite3_finalize(reading.exact);
  for (enum sj_store_kind kind = 0; kind < SJ_STORE_KINDS; kind++) {
    sqlite3_finalize(reading.values[kind]);
    free(reading.columns[kind].column);
  }
  return status;
}

static char *text_or_empty(sqlite3_stmt *statement, int column) {
  char *const text = text_at(statement, column);
  return text ? text : sj_copy_string("");
}

enum sj_status sj_store_list(struct sj_store *store, struct sj_store_entry **entries, size_t *count,
                             struct sj_error *error) {
  *entries = NULL;
  *count = 0;
  /* The values of a point in the newest sweep that has it. */
  static const char point[] =
      "(SELECT group_concat(path || '=' || CASE typeof(value) WHEN 'text' THEN value ELSE printf('%.15g', value) END, "
      "', ') FROM (SELECT sweep_axes.path, v.value FROM"
      " sweep_values AS v JOIN sweep_axes ON sweep_axes.sweep = v.sweep AND sweep_axes.axis = v.axis WHERE (v.sweep,"
      " v.point) = (SELECT sweep, point FROM sweep_points WHERE result = results.id ORDER BY sweep DESC LIMIT 1)"
      " ORDER BY v.axis))";
  sqlite3_stmt *list;
  bool swept = false;
  enum sj_status status = sj_store_has_table(store, "sweep_points", &swept, error);
  if (status != SJ_OK) return status;
  char *const sql = sj_format(
      "SELECT id, identity, attempt, engine, version, model, scenario, created_at, seed, runs_wanted,"
      " (SELECT count(*) FROM runs WHERE runs.result = results.id), %s, %s FROM results ORDER BY id",
      swept ? point : "NULL",
      swept ? "(SELECT point FROM sweep_points WHERE result = results.id ORDER BY sweep DESC LIMIT 1)" : "NULL");
  status = sj_store_prepare(store, sql, &list, error);
  free(sql);
  if (status != SJ_OK) return status;
  size_t capacity = 0;
  bool row;
  while ((status = sj_store_step(store, list, &row, error)) == SJ_OK && row) {
    if (*count == capacity) {
      capacity = capacity > 0 ? 2 * capacity : 8;
      *entries = sj_reallocate_array(*entries, capacity, sizeof **entries);
    }
    struct sj_store_entry *const entry = &(*entries)[(*count)++];
    *entry = (struct sj_store_entry){
        .result = sqlite3_column_int64(list, 0),
        .attempt = sqlite3_column_int64(list, 2),
        .engine = text_or_empty(list, 3),
        .version = text_or_empty(list, 4),
        .model = text_or_empty(list, 5),
        .scenario = text_at(list, 6),
        .created_at = text_or_empty(list, 7),
        .seed = sj_store_column_whole(list, 8),
        .runs_wanted = (uint64_t)sqlite3_column_int64(list, 9),
        .runs = (uint64_t)sqlite3_column_int64(list, 10),
        .point = text_at(list, 11),
        .point_number = sqlite3_column_type(list, 12) == SQLITE_NULL ? -1 : sqlite3_column_int64(list, 12)};
    const char *const identity = (const char *)sqlite3_column_text(list, 1);
    snprintf(entry->identity, sizeof entry->identity, "%s", identity ? identity : "");
  }
  sqlite3_finalize(list);
  if (status != SJ_OK) {
    sj_store_list_destroy(*entries, *count);
    *entries = NULL;
    *count = 0;
  }
  return status;
}

void sj_store_list_destroy(struct sj_store_entry *entries, size_t count) {
  for (size_t i = 0; i < count; i++) {
    free(entries[i].engine);
    free(entries[i].version);
    free(entries[i].model);
    free(entries[i].scenario);
    free(entries[i].point);
    free(entries[i].created_at);
  }
  free(entries);
}

static enum sj_reduction reduction_of(const char *name) {
  if (name && strcmp(name, "min") == 0) return SJ_REDUCE_MIN;
  return name && strcmp(name, "max") == 0 ? SJ_REDUCE_MAX : SJ_REDUCE_MEAN;
}

/* Gives `results` the columns that are stored, in their order. */
static enum sj_status take_columns(struct sj_store *store, int64_t result, enum sj_store_kind kind,
                                   struct sj_results *results, struct sj_error *error) {
  static const char *const more[SJ_STORE_KINDS] = {", reduction, suppressed", "", ", unit"};
  const struct sj_store_kind_name *const name = &sj_store_kinds[kind];
  char *const sql = sj_format("SELECT name%s FROM %s WHERE result = ? ORDER BY position, id", more[kind], name->table);
  sqlite3_stmt *list;
  enum sj_status status = sj_store_prepare(store, sql, &list, error);
  free(sql);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(list, 1, result);
  bool row;
  while ((status = sj_store_step(store, list, &row, error)) == SJ_OK && row) {
    char *const column = text_or_empty(list, 0), *const detail = name->detail ? text_or_empty(list, 1) : NULL;
    const bool added = kind == SJ_STORE_METRICS      ? sj_results_add_metric(results, column, reduction_of(detail))
                       : kind == SJ_STORE_HISTOGRAMS ? sj_results_add_histogram(results, column)
                                                     : sj_results_add_series(results, column, detail);
    if (added && kind == SJ_STORE_METRICS)
      results->metrics[results->metric_count - 1].suppressed = sqlite3_column_int(list, 2) != 0;
    free(column);
    free(detail);
    if (!added) {
      status = no_memory(store, error);
      break;
    }
  }
  sqlite3_finalize(list);
  return status;
}

static enum sj_status take_notes(struct sj_store *store, int64_t result, struct sj_results *results,
                                 struct sj_error *error) {
  sqlite3_stmt *list;
  enum sj_status status =
      sj_store_prepare(store, "SELECT text FROM notes WHERE result = ? ORDER BY position", &list, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(list, 1, result);
  bool row;
  while ((status = sj_store_step(store, list, &row, error)) == SJ_OK && row) {
    const char *const text = (const char *)sqlite3_column_text(list, 0);
    if (!sj_results_add_note(results, "%s", text ? text : "")) {
      status = no_memory(store, error);
      break;
    }
  }
  sqlite3_finalize(list);
  return status;
}

/* The text that a later table keeps of the result, if the file has that table. */
static enum sj_status take_json(struct sj_store *store, const char *table, const char *sql, int64_t result, char **json,
                                struct sj_error *error) {
  bool has, row = false;
  enum sj_status status = sj_store_has_table(store, table, &has, error);
  if (status != SJ_OK || !has) return status;
  sqlite3_stmt *find;
  status = sj_store_prepare(store, sql, &find, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(find, 1, result);
  status = sj_store_step(store, find, &row, error);
  if (status == SJ_OK && row) *json = text_at(find, 0);
  sqlite3_finalize(find);
  return status;
}

static enum sj_status take_picture(struct sj_store *store, int64_t result, struct sj_results *results,
                                   struct sj_error *error) {
  return take_json(store, "pictures", "SELECT json FROM pictures WHERE result = ?", result, &results->picture, error);
}

static enum sj_status take_question(struct sj_store *store, int64_t result, struct sj_results *results,
                                    struct sj_error *error) {
  return take_json(store, "questions", "SELECT json FROM questions WHERE result = ?", result, &results->question,
                   error);
}

/* The settings, from a row of results. */
static enum sj_status take_result(struct sj_store *store, sqlite3_stmt *row, struct sj_results **results,
                                  uint64_t *runs_wanted, struct sj_error *error) {
  char *const engine = text_or_empty(row, 0), *const model = text_or_empty(row, 1), *const scenario = text_at(row, 2);
  struct sj_results *const made = sj_results_create(engine, model, scenario);
  free(engine);
  free(model);
  free(scenario);
  if (!made) return no_memory(store, error);
  *results = made;
  made->seed = sj_store_column_whole(row, 3);
  made->duration = number_at(row, 4);
  made->warmup = number_at(row, 5);
  made->drain = number_at(row, 6);
  made->warmup_found = sqlite3_column_int(row, 7) != 0;
  const char *const unit = (const char *)sqlite3_column_text(row, 8);
  snprintf(made->time_unit, sizeof made->time_unit, "%s", unit ? unit : "");
  made->canonical = text_at(row, 9);
  *runs_wanted = (uint64_t)sqlite3_column_int64(row, 10);
  made->wall_seconds = number_at(row, 11);
  made->grid_start = number_at(row, 12);
  made->grid_step = number_at(row, 13);
  const int64_t cells = sqlite3_column_int64(row, 14);
  if (cells < 0 || cells > LARGEST_GRID)
    return sj_error_set(error, SJ_FAILED, "%s: the results file is damaged: a grid of %" PRId64 " cells", store->path,
                        cells);
  made->grid_count = (size_t)cells;
  return SJ_OK;
}

static enum sj_status take_rest(struct sj_store *store, int64_t result, enum sj_store_kind kinds,
                                struct sj_results *results, struct sj_error *error) {
  enum sj_status status = SJ_OK;
  for (enum sj_store_kind kind = 0; kind < kinds && status == SJ_OK; kind++)
    status = take_columns(store, result, kind, results, error);
  if (status == SJ_OK && kinds == SJ_STORE_KINDS) status = sj_store_heatmaps_name(store, result, results, error);
  if (status == SJ_OK) status = take_notes(store, result, results, error);
  if (status == SJ_OK && kinds == SJ_STORE_KINDS) status = take_picture(store, result, results, error);
  if (status == SJ_OK) status = take_question(store, result, results, error);
  if (status == SJ_OK) status = sj_store_runs_read(store, result, UINT64_MAX, false, results, error);
  return status;
}

static enum sj_status load(struct sj_store *store, int64_t result, enum sj_store_kind kinds,
                           struct sj_results **results, struct sj_error *error) {
  *results = NULL;
  sqlite3_stmt *find;
  enum sj_status status = sj_store_prepare(
      store,
      "SELECT engine, model, scenario, seed, duration, warmup, drain, warmup_found, time_unit, canonical,"
      " runs_wanted, wall_seconds, grid_start, grid_step, grid_count FROM results WHERE id = ?",
      &find, error);
  if (status != SJ_OK) return status;
  sqlite3_bind_int64(find, 1, result);
  struct sj_results *loaded = NULL;
  uint64_t runs_wanted = 0;
  bool row;
  status = sj_store_step(store, find, &row, error);
  if (status == SJ_OK && !row)
    status = sj_error_set(error, SJ_FAILED, "%s: holds no result number %" PRId64, store->path, result);
  if (status == SJ_OK) status = take_result(store, find, &loaded, &runs_wanted, error);
  sqlite3_finalize(find);
  if (!loaded) return status;
  if (status == SJ_OK) status = take_rest(store, result, kinds, loaded, error);
  if (status != SJ_OK) {
    sj_results_destroy(loaded);
    return status;
  }
  loaded->partial = loaded->run_count < runs_wanted;
  *results = loaded;
  return SJ_OK;
}

enum sj_status sj_store_load(struct sj_store *store, int64_t result, struct sj_results **results,
                             struct sj_error *error) {
  return load(store, result, SJ_STORE_KINDS, results, error);
}

enum sj_status sj_store_load_metrics(struct sj_store *store, int64_t result, struct sj_results **results,
                                     struct sj_error *error) {
  return load(store, result, SJ_STORE_METRICS + 1, results, error);
}
