/* The store that writes a row of SQLite for a row. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "measure/store.h"

struct database {
  sqlite3 *connection;
  sqlite3_stmt *message, *sample, *begin, *commit;
  char *path;
};

static enum sj_status failed(const struct database *d, struct sj_error *error) {
  return sj_error_set(error, SJ_FAILED, "%s: %s", d->path, sqlite3_errmsg(d->connection));
}

static enum sj_status run(const struct database *d, const char *command, struct sj_error *error) {
  return sqlite3_exec(d->connection, command, NULL, NULL, NULL) == SQLITE_OK ? SJ_OK : failed(d, error);
}

static enum sj_status prepare(const struct database *d, const char *command, sqlite3_stmt **statement,
                              struct sj_error *error) {
  return sqlite3_prepare_v3(d->connection, command, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) == SQLITE_OK
             ? SJ_OK
             : failed(d, error);
}

static void close_database(struct database *d) {
  sqlite3_finalize(d->message);
  sqlite3_finalize(d->sample);
  sqlite3_finalize(d->begin);
  sqlite3_finalize(d->commit);
  sqlite3_close(d->connection);
  free(d->path);
  free(d);
}

static void add_name(struct sj_text *text, const char *name) {
  sj_text_add(text, ", \"");
  for (; *name; name++) sj_text_add(text, *name == '"' ? "\"\"" : "%c", *name);
  sj_text_add(text, "\"");
}

static enum sj_status make_tables(const struct database *d, const struct sj_store_target *target,
                                  struct sj_error *error) {
  static const char *const types[] = {" REAL", " INTEGER", " INTEGER"};
  struct sj_text command = {0};
  sj_text_add(&command,
              "CREATE TABLE messages (message INTEGER PRIMARY KEY, producer INTEGER NOT NULL, sequence INTEGER NOT "
              "NULL, rows INTEGER NOT NULL); CREATE TABLE samples (message INTEGER NOT NULL REFERENCES messages");
  for (size_t c = 0; c < target->column_count; c++) {
    add_name(&command, target->columns[c].name);
    sj_text_add(&command, "%s", types[target->columns[c].type]);
  }
  sj_text_add(&command, ")");
  const enum sj_status status = run(d, command.data, error);
  free(command.data);
  return status;
}

static enum sj_status prepare_all(struct database *d, const struct sj_store_target *target, struct sj_error *error) {
  struct sj_text command = {0};
  sj_text_add(&command, "INSERT INTO samples VALUES (?");
  for (size_t c = 0; c < target->column_count; c++) sj_text_add(&command, ", ?");
  sj_text_add(&command, ")");
  enum sj_status status = prepare(d, command.data, &d->sample, error);
  free(command.data);
  if (status == SJ_OK)
    status = prepare(d, "INSERT INTO messages (producer, sequence, rows) VALUES (?, ?, ?)", &d->message, error);
  if (status == SJ_OK) status = prepare(d, "BEGIN", &d->begin, error);
  if (status == SJ_OK) status = prepare(d, "COMMIT", &d->commit, error);
  return status;
}

static enum sj_status open_database(const struct sj_store_target *target, void **state, struct sj_error *error) {
  struct database *const d = sj_allocate(sizeof *d);
  d->path = sj_copy_string(target->path);
  enum sj_status status = SJ_OK;
  if (sqlite3_open_v2(target->path, &d->connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
    status = failed(d, error);
  /* The file has no name yet that a loss of power could spoil, so only its end waits for the disk. A journal is kept
   * all the same: it makes a message whole or absent when the store is killed. */
  if (status == SJ_OK)
    status = run(
        d, "PRAGMA page_size=16384; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=PERSIST",
        error);
  if (status == SJ_OK) status = make_tables(d, target, error);
  if (status == SJ_OK) status = prepare_all(d, target, error);
  if (status == SJ_OK)
    *state = d;
  else
    close_database(d);
  return status;
}

static bool step(sqlite3_stmt *statement) {
  const bool done = sqlite3_step(statement) == SQLITE_DONE;
  return sqlite3_reset(statement) == SQLITE_OK && done;
}

static bool insert_rows(const struct database *d, const struct sj_table *table) {
  if (sqlite3_bind_int64(d->sample, 1, sqlite3_last_insert_rowid(d->connection)) != SQLITE_OK) return false;
  for (uint64_t r = 0; r < table->rows; r++) {
    for (size_t c = 0; c < table->column_count; c++) {
      const unsigned char *const value = (const unsigned char *)table->values[c] + 8 * r;
      const int at = (int)c + 2;
      double real;
      sqlite3_int64 whole;
      memcpy(&real, value, sizeof real);
      memcpy(&whole, value, sizeof whole);
      if (table->columns[c].type == SJ_COLUMN_FLOAT64)
        sqlite3_bind_double(d->sample, at, real);
      else
        sqlite3_bind_int64(d->sample, at, whole);
    }
    if (!step(d->sample)) return false;
  }
  return true;
}

static enum sj_status write_database(void *state, const struct sj_table *table, struct sj_table_label label,
                                     struct sj_error *error) {
  struct database *const d = state;
  if (step(d->begin) && sqlite3_bind_int64(d->message, 1, (sqlite3_int64)label.producer) == SQLITE_OK &&
      sqlite3_bind_int64(d->message, 2, (sqlite3_int64)label.sequence) == SQLITE_OK &&
      sqlite3_bind_int64(d->message, 3, (sqlite3_int64)table->rows) == SQLITE_OK && step(d->message) &&
      insert_rows(d, table) && step(d->commit))
    return SJ_OK;
  const enum sj_status status = failed(d, error);
  sqlite3_exec(d->connection, "ROLLBACK", NULL, NULL, NULL);
  return status;
}

static enum sj_status finish_database(void *state, struct sj_error *error) {
  struct database *const d = state;
  const enum sj_status status = run(d, "PRAGMA journal_mode=DELETE", error);
  close_database(d);
  return status;
}

const struct sj_store sj_store_sqlite = {.open = open_database, .write = write_database, .finish = finish_database};
