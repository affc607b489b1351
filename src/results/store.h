/* The results file, for the command line: what it holds, listed, loaded and printed. Opening and writing it are public:
 * sojourn/store.h. */
#ifndef SJ_RESULTS_STORE_H
#define SJ_RESULTS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "results/results.h"
#include "sojourn/status.h"
#include "sojourn/store.h"

/* True if the file at `path` begins as a SQLite database does: what `sojourn show FILE` asks to tell results from a
 * model. False also if it cannot be read. */
bool sj_store_is_database(const char *path);

/* Starts and ends a transaction: what is written between the two is there as a whole or not at all. They may be nested;
 * then the outermost counts, and what fails inside must be handed on to it. Ending commits if `status` is SJ_OK, else
 * undoes it; it returns `status`, or why it could not commit. */
enum sj_status sj_store_start(struct sj_store *store, struct sj_error *error);
enum sj_status sj_store_end(struct sj_store *store, enum sj_status status, struct sj_error *error);

/* What a result is identified by: the SHA-256, in hexadecimal, of the engine and this program's version, the canonical
 * model, and the seed, duration, warm-up and drain in their shortest exact notation. */
void sj_results_identity(const struct sj_results *results, char hex[65]);

/* One result of a file, as a list shows it. Strings are owned by it. */
struct sj_store_entry {
  int64_t result; /* its number in the file */
  char identity[65];
  int64_t attempt;                           /* 0, and one more each time it was asked for again */
  char *engine, *version, *model, *scenario; /* scenario NULL if none */
  char *point;                               /* of a sweep's point its values, "rate=9, threads=2"; NULL: of no sweep */
  int64_t point_number;                      /* the number of that point; -1: of no sweep */
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

/* The same without the histograms, time series and picture, which are most of the work. */
enum sj_status sj_store_load_metrics(struct sj_store *store, int64_t result, struct sj_results **results,
                                     struct sj_error *error);

/* Keeps results->question with the newest result of that identity, in place of what was asked there before. Without a
 * question, or such a result, nothing happens. */
enum sj_status sj_store_keep_question(struct sj_store *store, const struct sj_results *results, struct sj_error *error);

/* What `sojourn show FILE` prints, as new strings that the caller frees. _list_text: one line a result; _tables_text:
 * the list's line and the tables of each (one result: `result`; all: 0). */
enum sj_status sj_store_list_text(struct sj_store *store, char **text, struct sj_error *error);
enum sj_status sj_store_tables_text(struct sj_store *store, int64_t result, char **text, struct sj_error *error);

/* What `sojourn show FILE --markdown` prints: of one result, or of all (0), a heading and a table of all metrics with
 * their intervals, in Markdown (GitHub's tables). And what `--sql` prints: the statements that made the tables and
 * views of this file. New strings that the caller frees. */
enum sj_status sj_store_markdown(struct sj_store *store, int64_t result, char **text, struct sj_error *error);
enum sj_status sj_store_sql(struct sj_store *store, char **text, struct sj_error *error);

/* What `sojourn show FILE --csv -` prints: a header, then one row for each (result, run, metric), numbers in their
 * shortest exact notation, empty where there is none; of what was solved also the error and the logarithm. Results are
 * ordered by what identifies them, not by when they were made, and nothing depends on time or place (models are named
 * without their folder): files that hold the same results give the same bytes. Written row by row; SJ_FAILED also if
 * `out` cannot be written. */
enum sj_status sj_store_csv(struct sj_store *store, FILE *out, struct sj_error *error);
/* The same as a new string that the caller frees. */
enum sj_status sj_store_csv_text(struct sj_store *store, char **text, struct sj_error *error);

#endif
