#include "results/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "results/store_internal.h"

enum { PATIENCE_MS = 60 * 1000 };

static const char *first_words(int code) {
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      return "not a results file (it is not a SQLite database)";
    case SQLITE_CORRUPT:
      return "the results file is damaged";
    case SQLITE_FULL:
      return "no space left on the disk; the runs stored before are safe";
    case SQLITE_READONLY:
      return "cannot be written, it is read-only";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process has kept it locked for a minute";
    default:
      return NULL;
  }
}

enum sj_status sj_store_failure(const struct sj_store *store, struct sj_error *error) {
  const int code = sqlite3_extended_errcode(store->database);
  const int cause = sqlite3_system_errno(store->database);
  const char *const words = first_words(code);
  if ((code & 0xff) == SQLITE_NOMEM) return sj_error_set(error, SJ_NO_MEMORY, "%s: out of memory", store->path);
  if (code == SQLITE_READONLY_DIRECTORY || code == SQLITE_READONLY_CANTINIT)
    return sj_error_set(error, SJ_FAILED, "%s: cannot be written: its folder is read-only, and the journal lies there",
                        store->path);
  if (code == SQLITE_READONLY_ROLLBACK)
    return sj_error_set(error, SJ_FAILED,
                        "%s: a command was interrupted while writing to it; make file and folder writable once, so that"
                        " the unfinished run can be undone",
                        store->path);
  if (words) return sj_error_set(error, SJ_FAILED, "%s: %s", store->path, words);
  const bool system = (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_IOERR;
  if (system && cause == ENOSPC) return sj_error_set(error, SJ_FAILED, "%s: %s", store->path, first_words(SQLITE_FULL));
  if (system && cause != 0)
    return sj_error_set(error, SJ_FAILED, "%s: cannot be %s: %s", store->path,
                        (code & 0xff) == SQLITE_CANTOPEN ? "opened" : "read or written", strerror(cause));
  return sj_error_set(error, SJ_FAILED, "%s: %s", store->path, sqlite3_errmsg(store->database));
}

enum sj_status sj_store_execute(struct sj_store *store, const char *sql, struct sj_error *error) {
  return sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK ? SJ_OK : sj_store_failure(store, error);
}

enum sj_status sj_store_prepare(struct sj_store *store, const char *sql, sqlite3_stmt **statement,
                                struct sj_error *error) {
  const int code = sqlite3_prepare_v2(store->database, sql, -1, statement, NULL);
  return code == SQLITE_OK ? SJ_OK : sj_store_failure(store, error);
}

enum sj_status sj_store_get_kept(struct sj_store *store, const char *sql, sqlite3_stmt **statement,
                                 struct sj_error *error) {
  size_t i = 0;
  while (i < SJ_STORE_KEPT && store->kept[i].sql && store->kept[i].sql != sql) i++;
  assert(i < SJ_STORE_KEPT);
  *statement = store->kept[i].statement;
  if (*statement) return SJ_OK;
  const enum sj_status status = sj_store_prepare(store, sql, statement, error);
  if (status != SJ_OK) return status;
  store->kept[i].sql = sql;
  store->kept[i].statement = *statement;
  return SJ_OK;
}

void sj_store_put_back(sqlite3_stmt *statement) {
  if (!statement) return;
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

enum sj_status sj_store_step(struct sj_store *store, sqlite3_stmt *statement, bool *row, struct sj_error *error) {
  const int code = sqlite3_step(statement);
  *row = code == SQLITE_ROW;
  return code == SQLITE_ROW || code == SQLITE_DONE ? SJ_OK : sj_store_failure(store, error);
}

enum sj_status sj_store_once(struct sj_store *store, sqlite3_stmt *statement, struct sj_error *error) {
  bool row;
  const enum sj_status status = sj_store_step(store, statement, &row, error);
  sqlite3_reset(statement);
  return status;
}

enum sj_status sj_store_run_kept(struct sj_store *store, const char *sql, struct sj_error *error) {
  sqlite3_stmt *statement;
  enum sj_status status = sj_store_get_kept(store, sql, &statement, error);
  if (status == SJ_OK) status = sj_store_once(store, statement, error);
  return status;
}

static double monotonic_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Moves what the write-ahead log holds into the file itself if that was not done for a second. It costs two syncs, so
 * doing it after each of many short runs would take longer than the runs. A failure does no harm: the log stays. */
static void checkpoint(struct sj_store *store) {
  enum { PERIOD_S = 1 };
  if (!store->logging || monotonic_s() - store->checkpointed_s < PERIOD_S) return;
  sqlite3_wal_checkpoint_v2(store->database, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
  store->checkpointed_s = monotonic_s();
}

enum sj_status sj_store_start(struct sj_store *store, struct sj_error *error) {
  static const char start[] = "BEGIN IMMEDIATE";
  const enum sj_status status = store->depth > 0 ? SJ_OK : sj_store_run_kept(store, start, error);
  if (status == SJ_OK) store->depth++;
  return status;
}

enum sj_status sj_store_end(struct sj_store *store, enum sj_status status, struct sj_error *error) {
  static const char commit[] = "COMMIT";
  assert(store->depth > 0);
  if (--store->depth > 0) return status;
  if (status == SJ_OK) status = sj_store_run_kept(store, commit, error);
  if (status == SJ_OK) {
    checkpoint(store);
    return SJ_OK;
  }
  memset(store->octaves, 0, sizeof store->octaves);
  store->has_exact = false;
  sj_store_columns_forget(store, 0);
  /* After some failures (disk full) SQLite has undone it already. */
  if (!sqlite3_get_autocommit(store->database)) sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
  return status;
}

/* The first column of a one-row query. */
static enum sj_status ask(struct sj_store *store, const char *sql, int64_t *answer, struct sj_error *error) {
  sqlite3_stmt *statement;
  bool row = false;
  enum sj_status status = sj_store_prepare(store, sql, &statement, error);
  if (status == SJ_OK) status = sj_store_step(store, statement, &row, error);
  *answer = status == SJ_OK && row ? sqlite3_column_int64(statement, 0) : 0;
  sqlite3_finalize(statement);
  return status;
}

/* Whether the database is ours, empty, or neither (then the status is SJ_FAILED). */
static enum sj_status recognise(struct sj_store *store, bool *empty, struct sj_error *error) {
  int64_t application, version, tables;
  enum sj_status status = ask(store, "PRAGMA application_id", &application, error);
  if (status == SJ_OK) status = ask(store, "PRAGMA user_version", &version, error);
  if (status == SJ_OK) status = ask(store, "SELECT count(*) FROM sqlite_master", &tables, error);
  if (status != SJ_OK) return status;
  *empty = application == 0 && version == 0 && tables == 0;
  if (*empty) return SJ_OK;
  if (application != SJ_STORE_APPLICATION_ID)
    return sj_error_set(error, SJ_FAILED, "%s: a SQLite database, but not a results file", store->path);
  if (version > SJ_STORE_SCHEMA_VERSION)
    return sj_error_set(error, SJ_FAILED,
                        "%s: written by a newer version of sojourn (schema %" PRId64 ", this version knows up to %d)",
                        store->path, version, (int)SJ_STORE_SCHEMA_VERSION);
  return SJ_OK;
}

static enum sj_status make_tables(struct sj_store *store, struct sj_error *error) {
  enum sj_status status = sj_store_start(store, error);
  if (status != SJ_OK) return status;
  /* Another process may have been faster. */
  bool empty;
  status = recognise(store, &empty, error);
  if (status == SJ_OK && empty) {
    char *const sql =
        sj_format("%s%s%sINSERT INTO meta VALUES ('schema_version', '%d'), ('made_by', 'sojourn " SJ_VERSION
                  "');"
                  "PRAGMA application_id = %d; PRAGMA user_version = %d",
                  sj_store_tables, sj_store_views, sj_store_heatmap_tables, (int)SJ_STORE_SCHEMA_VERSION,
                  (int)SJ_STORE_APPLICATION_ID, (int)SJ_STORE_SCHEMA_VERSION);
    status = sj_store_execute(store, sql, error);
    free(sql);
  }
  return sj_store_end(store, status, error);
}

static const char empty_file[] = "%s: holds no results (it is empty)";

/* SQLite would say less clearly why it cannot. */
static enum sj_status make_file(const char *path, struct sj_error *error) {
  const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return sj_error_set(error, SJ_FAILED, "%s: cannot be made: %s", path, strerror(errno));
  close(file);
  return SJ_OK;
}

/* What SQLite would not say clearly, or would not refuse at all. */
static enum sj_status look_before(const char *path, enum sj_store_mode mode, struct sj_error *error) {
  struct stat found;
  if (stat(path, &found) != 0) {
    if (errno == ENOENT && mode == SJ_STORE_WRITE) return make_file(path, error);
    return sj_error_set(error, SJ_FAILED, "%s: %s", path, strerror(errno));
  }
  if (S_ISDIR(found.st_mode)) return sj_error_set(error, SJ_FAILED, "%s: is a folder, not a results file", path);
  if (!S_ISREG(found.st_mode)) return sj_error_set(error, SJ_FAILED, "%s: not a regular file", path);
  if (found.st_size == 0 && mode == SJ_STORE_READ) return sj_error_set(error, SJ_FAILED, empty_file, path);
  return SJ_OK;
}

/* Whether all who may write to the file share this machine's memory, which the write-ahead log needs. */
static bool is_local(const char *path) {
  /* From statfs(2): ext2 to ext4, XFS, Btrfs, tmpfs, overlayfs, ZFS, F2FS, bcachefs. */
  static const long local[] = {0xef53,     0x58465342, 0x9123683e, 0x01021994,
                               0x794c7630, 0x2fc12fc1, 0xf2f52010, 0xca451a4e};
  struct statfs found;
  if (statfs(path, &found) != 0) return false;
  for (size_t i = 0; i < sizeof local / sizeof *local; i++)
    if ((long)found.f_type == local[i]) return true;
  return false;
}

static bool is_logging(struct sj_store *store, const char *pragma) {
  sqlite3_stmt *statement;
  bool row = false;
  if (sj_store_prepare(store, pragma, &statement, NULL) != SJ_OK) return false;
  const bool done = sj_store_step(store, statement, &row, NULL) == SJ_OK && row;
  const char *const mode = done ? (const char *)sqlite3_column_text(statement, 0) : NULL;
  const bool logging = mode && strcmp(mode, "wal") == 0;
  sqlite3_finalize(statement);
  return logging;
}

/* Chooses how the runs to come are written. A file that someone else has open stays as it is: both ways are safe. What
 * a row refers to was written just before, so nobody need look for it at each row. The log is emptied by the clock
 * (checkpoint); its pages count only where it grows by more than 64 MB a second. */
static enum sj_status start_writing(struct sj_store *store, struct sj_error *error) {
  store->logging = is_local(store->path) && is_logging(store, "PRAGMA journal_mode = WAL");
  store->checkpointed_s = monotonic_s();
  return sj_store_execute(
      store,
      store->logging ? "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF; PRAGMA wal_autocheckpoint = 16384"
                     : "PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF",
      error);
}

/* Leaves a plain file with nothing beside it, unless others still use it: then the last one does. */
static void make_plain(struct sj_store *store) {
  if (sqlite3_db_readonly(store->database, "main") != 0 || !is_logging(store, "PRAGMA journal_mode")) return;
  sqlite3_busy_timeout(store->database, 0);
  sqlite3_exec(store->database, "PRAGMA query_only = OFF; PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
}

static enum sj_status connect_to(struct sj_store *store, enum sj_store_mode mode, struct sj_error *error) {
  /* To SQLite names that begin with ":" or "file:" are special. Reading opens for writing too where it may:
   * only so can the remains of a process that was killed while writing be undone. */
  char *const name = sj_format("%s%s", store->path[0] == '/' ? "" : "./", store->path);
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (mode == SJ_STORE_WRITE ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(name, &store->database, flags, NULL);
  free(name);
  if (!store->database) return sj_error_set(error, SJ_NO_MEMORY, "%s: out of memory", store->path);
  if (code != SQLITE_OK) return sj_store_failure(store, error);
  sqlite3_busy_timeout(store->database, PATIENCE_MS);
  /* A results file may come from anywhere. */
  sqlite3_db_config(store->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(store->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  if (mode == SJ_STORE_WRITE && sqlite3_db_readonly(store->database, "main") == 1)
    return sj_error_set(error, SJ_FAILED, "%s: %s", store->path, first_words(SQLITE_READONLY));
  /* In one transaction: another process may be making the tables just now. */
  bool empty = false;
  enum sj_status status = sj_store_execute(store, "BEGIN", error);
  if (status != SJ_OK) return status;
  store->depth = 1;
  status = sj_store_end(store, recognise(store, &empty, error), error);
  if (status != SJ_OK) return status;
  if (mode == SJ_STORE_READ)
    return empty ? sj_error_set(error, SJ_FAILED, empty_file, store->path)
                 : sj_store_execute(store, "PRAGMA query_only = ON", error);
  if (empty) status = make_tables(store, error);
  return status == SJ_OK ? start_writing(store, error) : status;
}

enum sj_status sj_store_open(const char *path, enum sj_store_mode mode, struct sj_store **store,
                             struct sj_error *error) {
  *store = NULL;
  enum sj_status status = look_before(path, mode, error);
  if (status != SJ_OK) return status;
  struct sj_store *const made = sj_allocate(sizeof *made);
  made->path = sj_copy_string(path);
  status = connect_to(made, mode, error);
  if (status == SJ_OK)
    *store = made;
  else
    sj_store_close(made);
  return status;
}

void sj_store_close(struct sj_store *store) {
  if (!store) return;
  for (size_t i = 0; i < SJ_STORE_KEPT; i++) sqlite3_finalize(store->kept[i].statement);
  sj_store_columns_forget(store, 0);
  free(store->known);
  if (store->database) make_plain(store);
  sqlite3_close(store->database);
  free(store->path);
  free(store);
}

bool sj_store_is_database(const char *path) {
  static const char magic[16] = "SQLite format 3";
  char start[sizeof magic];
  const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return false;
  const ssize_t got = read(file, start, sizeof start);
  close(file);
  return got == (ssize_t)sizeof start && memcmp(start, magic, sizeof magic) == 0;
}

void sj_results_identity(const struct sj_results *results, char hex[65]) {
  char duration[32], warmup[32], drain[32];
  /* The canonical text comes last, so that nothing in it can look like another field. */
  char *const text = sj_format("%s\n" SJ_VERSION "\n%" PRIu64 "\n%s\n%s\n%s\n%s", results->engine, results->seed,
                               sj_number_text(results->duration, duration), sj_number_text(results->warmup, warmup),
                               sj_number_text(results->drain, drain), results->canonical ? results->canonical : "");
  sj_sha256_hex(text, strlen(text), hex);
  free(text);
}

void sj_store_bind_whole(sqlite3_stmt *statement, int place, uint64_t x) {
  char digits[32];
  if (x <= INT64_MAX) {
    sqlite3_bind_int64(statement, place, (int64_t)x);
  } else {
    snprintf(digits, sizeof digits, "%" PRIu64, x);
    sqlite3_bind_text(statement, place, digits, -1, SQLITE_TRANSIENT);
  }
}

uint64_t sj_store_column_whole(sqlite3_stmt *statement, int column) {
  if (sqlite3_column_type(statement, column) == SQLITE_TEXT)
    return strtoull((const char *)sqlite3_column_text(statement, column), NULL, 10);
  return (uint64_t)sqlite3_column_int64(statement, column);
}
