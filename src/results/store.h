/* The results file: a SQLite database that is added to, never overwritten. docs/results-file.md has its tables.
 *
 * A run is written in one transaction of a rollback journal, so a process killed at any instant leaves a file that
 * opens and holds all finished runs, alone, without a file beside it that matters (the write-ahead log, SQLite's other
 * way, keeps the newest runs in a second file, and does not work on the network file systems that clusters share).
 * Several processes may write to one file: each waits up to a minute for the others.
 *
 * A store may be used from one thread at a time. Failures are SJ_FAILED, with a message that begins with the file's
 * name: not there, a directory, not readable, read-only, not a SQLite database, another program's database, of a newer
 * version, damaged, disk full, held by another process for more than a minute. */
#ifndef SJ_RESULTS_STORE_H
#define SJ_RESULTS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "results/results.h"
#include "sojourn/status.h"

struct sj_store;

enum sj_store_mode {
  SJ_STORE_READ, /* the file must be there; nothing is changed */
  SJ_STORE_WRITE /* made if it is not there; an empty file becomes a results file */
};

/* Opens the results file at `path`. On SJ_OK `*store` is the caller's, to be ended with sj_store_close. */
enum sj_status sj_store_open(const char *path, enum sj_store_mode mode, struct sj_store **store,
                             struct sj_error *error);
void sj_store_close(struct sj_store *store); /* NULL is allowed */

/* True if the file at `path` begins as a SQLite database does: what `sojourn show FILE` asks to tell results from a
 * model. False also if it cannot be read. */
bool sj_store_is_database(const char *path);

/* What a result is identified by: the SHA-256, in hexadecimal, of the engine and this program's version, the canonical
 * model, and the seed, duration, warm-up and drain in their shortest exact notation. */
void sj_results_identity(const struct sj_results *results, char hex[65]);

/* Writing. Prepare results (columns and settings; no runs), begin, compute what is missing, store each run, finish:
 *
 *   sj_store_begin(store, results, runs, again, &result, error)
 *   sj_store_add_run(store, result, results, run, error)    once a new run, in any order
 *   sj_store_finish(store, result, results, error)
 */

/* Finds the result that `results` identifies, or makes it; with `again` makes a new one in any case. Of a result that
 * was there, the runs with numbers below `runs` that hold all columns of `results` are loaded into it; runs that lack a
 * column (a time series, say, that the earlier command did not collect) are to be computed again. `runs` is kept as the
 * number asked for, which tells a partial result, and so is the largest such number. */
enum sj_status sj_store_begin(struct sj_store *store, struct sj_results *results, uint64_t runs, bool again,
                              int64_t *result, struct sj_error *error);

/* Stores a run, all of it or nothing. Of a run that is there already, only what it lacks is added, so it does not
 * matter if two processes store the same. The shape of `run` is that of `results`, which `result` was begun with. */
enum sj_status sj_store_add_run(struct sj_store *store, int64_t result, const struct sj_results *results,
                                const struct sj_run *run, struct sj_error *error);

/* Stores what is known at the end: the notes in place of earlier ones, and the time it took in addition to earlier. */
enum sj_status sj_store_finish(struct sj_store *store, int64_t result, const struct sj_results *results,
                               struct sj_error *error);

/* One result of a file, as a list shows it. Strings are owned by it. */
struct sj_store_entry {
  int64_t result; /* its number in the file */
  char identity[65];
  int64_t attempt;                           /* 0, and one more each time it was asked for again */
  char *engine, *version, *model, *scenario; /* scenario NULL if none */
  char *created_at;                          /* UTC, "2026-01-31 23:59:59" */
  uint64_t seed, runs, runs_wanted;
};

/* All results of the file in the order they were made; an array that sj_store_list_destroy ends. */
enum sj_status sj_store_list(struct sj_store *store, struct sj_store_entry **entries, size_t *count,
                             struct sj_error *error);
void sj_store_list_destroy(struct sj_store_entry *entries, size_t count);

/* One result with all its runs, which is the caller's (sj_results_destroy). partial is set when fewer runs are there
 * than were asked for. */
enum sj_status sj_store_load(struct sj_store *store, int64_t result, struct sj_results **results,
                             struct sj_error *error);

/* What `sojourn show FILE` prints, as new strings that the caller frees. _list_text: one line a result; _tables_text:
 * the list's line and the tables of each (one result: `result`; all: 0). */
enum sj_status sj_store_list_text(struct sj_store *store, char **text, struct sj_error *error);
enum sj_status sj_store_tables_text(struct sj_store *store, int64_t result, char **text, struct sj_error *error);

/* What `sojourn show FILE --csv -` prints: a header, then one row for each (result, run, metric), numbers in their
 * shortest exact notation, empty where there is none. Results are ordered by what identifies them, not by when they
 * were made, and nothing depends on time or place (models are named without their folder): files that hold the same
 * results give the same bytes. Written row by row; SJ_FAILED also if `out` cannot be written. */
enum sj_status sj_store_csv(struct sj_store *store, FILE *out, struct sj_error *error);
/* The same as a new string that the caller frees. */
enum sj_status sj_store_csv_text(struct sj_store *store, char **text, struct sj_error *error);

#endif
