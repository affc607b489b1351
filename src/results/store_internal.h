/* What the files of the results file share: the connection, its failures, and the columns of a stored result. */
#ifndef SJ_RESULTS_STORE_INTERNAL_H
#define SJ_RESULTS_STORE_INTERNAL_H

#include <sqlite3.h>

#include "results/store.h"

enum { SJ_STORE_SCHEMA_VERSION = 1, SJ_STORE_KEPT = 48, SJ_STORE_MOST_KNOWN = 1024 };
/* "SjRn": marks the database as ours in its header (PRAGMA application_id). */
enum { SJ_STORE_APPLICATION_ID = 0x536a526e };

/* The three kinds of columns that results have. */
enum sj_store_kind { SJ_STORE_METRICS, SJ_STORE_HISTOGRAMS, SJ_STORE_SERIES, SJ_STORE_KINDS };

/* Which column of `results` each stored one is, sorted by id; `index` is SIZE_MAX for one that `results` lacks. */
struct sj_store_columns {
  size_t count;
  struct sj_store_column {
    int64_t id;
    size_t index;
  } * column;
  size_t wanted; /* columns of `results` */
  bool complete; /* all of them are stored */
};

struct sj_store {
  sqlite3 *database;
  char *path;
  bool logging;                /* the write-ahead log is in use */
  uint64_t octaves[2048 / 64]; /* bit o: octave o has its row, by this process; asking SQLite again costs more */
  /* Statements that are needed for every run: preparing them would take as long as executing them. */
  struct {
    const char *sql;
    sqlite3_stmt *statement;
  } kept[SJ_STORE_KEPT];
  double checkpointed_s; /* when its contents were last moved into the file, by the monotonic clock */
  unsigned depth;        /* of sj_store_start */
  bool has_exact;        /* sj_store_exact_tables was executed */
  /* The columns of results that are being written to, SJ_STORE_MOST_KNOWN of them at most. */
  struct sj_store_known {
    int64_t result;
    struct sj_store_columns columns[SJ_STORE_KINDS];
  } * known;
  size_t known_count, known_capacity;
};

/* The statements that make an empty database a results file, but for application_id and user_version. */
extern const char sj_store_tables[], sj_store_views[];
/* Makes the tables of what is solved in a file that lacks them. */
extern const char sj_store_exact_tables[];
/* Likewise the table of what was asked. */
extern const char sj_store_question_table[];
/* The same of heat maps. */
extern const char sj_store_heatmap_tables[];
/* The same of sweeps. */
extern const char sj_store_sweep_tables[];
/* Whether the file's sweeps say the units of their parameters. */
enum sj_status sj_store_has_units(struct sj_store *store, bool *there, struct sj_error *error);
/* Whether the file has a table: those of earlier versions lack some. */
enum sj_status sj_store_has_table(struct sj_store *store, const char *name, bool *has, struct sj_error *error);

/* Describes SQLite's last failure; always a status other than SJ_OK. */
enum sj_status sj_store_failure(const struct sj_store *store, struct sj_error *error);

enum sj_status sj_store_execute(struct sj_store *store, const char *sql, struct sj_error *error);
/* The statement is the caller's (sqlite3_finalize). */
enum sj_status sj_store_prepare(struct sj_store *store, const char *sql, sqlite3_stmt **statement,
                                struct sj_error *error);
/* The same of a statement that the store keeps until it is closed: the caller gives it back with sj_store_put_back.
 * `sql` is told by its address; nobody may have the statement already. */
enum sj_status sj_store_get_kept(struct sj_store *store, const char *sql, sqlite3_stmt **statement,
                                 struct sj_error *error);
void sj_store_put_back(sqlite3_stmt *statement); /* NULL is allowed */
/* Takes a step; `*row` tells whether there is one. */
enum sj_status sj_store_step(struct sj_store *store, sqlite3_stmt *statement, bool *row, struct sj_error *error);
/* Executes a statement without rows and makes it ready for the next time. */
enum sj_status sj_store_once(struct sj_store *store, sqlite3_stmt *statement, struct sj_error *error);

/* The same of a statement that the store keeps, without parameters. */
enum sj_status sj_store_run_kept(struct sj_store *store, const char *sql, struct sj_error *error);

struct sj_store_kind_name {
  const char *table;  /* of the columns: id, result, position, name, and the detail */
  const char *detail; /* the column that says more, or NULL */
};
extern const struct sj_store_kind_name sj_store_kinds[SJ_STORE_KINDS];
size_t sj_store_column_count(const struct sj_results *results, enum sj_store_kind kind);
const char *sj_store_column_name(const struct sj_results *results, enum sj_store_kind kind, size_t index);

/* Reads them; free(columns->column) ends them. */
enum sj_status sj_store_columns_read(struct sj_store *store, int64_t result, const struct sj_results *results,
                                     enum sj_store_kind kind, struct sj_store_columns *columns, struct sj_error *error);

/* The same of all kinds, without those that `results` lacks. The store remembers them, as reading them at each run
 * would cost as much as writing it: valid until the next call. Names are taken to be those of the last time if there
 * are as many. */
enum sj_status sj_store_columns_get(struct sj_store *store, int64_t result, const struct sj_results *results,
                                    const struct sj_store_columns **columns, struct sj_error *error);
/* Forgets those of a result; 0: of all. */
void sj_store_columns_forget(struct sj_store *store, int64_t result);
/* Which column of the results the stored one of that id is; SIZE_MAX: none. */
size_t sj_store_index_of(const struct sj_store_columns *columns, int64_t id);

/* Loads the runs below `runs`. With `whole`, only those that hold every column of `results`; else what is not there
 * stays NAN. */
enum sj_status sj_store_runs_read(struct sj_store *store, int64_t result, uint64_t runs, bool whole,
                                  struct sj_results *results, struct sj_error *error);

/* Notes the lower bound of a histogram's octave, which the views need. */
enum sj_status sj_store_note_octave(struct sj_store *store, uint32_t octave, struct sj_error *error);

/* Gives the series that are loaded their heat maps where the file has some; writes those of a run, whose row has the
 * number `id`; reads those of a run, each unless the file has none of it. */
enum sj_status sj_store_heatmaps_name(struct sj_store *store, int64_t result, struct sj_results *results,
                                      struct sj_error *error);
enum sj_status sj_store_heatmaps_write(struct sj_store *store, const struct sj_store_columns *series,
                                       const struct sj_results *results, const struct sj_run *run, int64_t id,
                                       struct sj_error *error);
enum sj_status sj_store_heatmaps_read(struct sj_store *store, const struct sj_store_columns *series,
                                      const struct sj_results *results, struct sj_run *run, int64_t id,
                                      struct sj_error *error);

/* Whole numbers that may pass 2^63 - 1 are stored as text there. */
void sj_store_bind_whole(sqlite3_stmt *statement, int place, uint64_t x);
uint64_t sj_store_column_whole(sqlite3_stmt *statement, int column);

#endif
