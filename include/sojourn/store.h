/* Keeping results: a SQLite database that is added to, never overwritten. docs/results-file.md has its tables.
 *
 * A run is written in one transaction, so a process killed at any instant leaves a file that opens and holds all
 * finished runs. On a local disk SQLite's write-ahead log is used while writing (0.1 to 0.4 ms a run and 0.3 ms more
 * for each time series of a thousand cells, where the rollback journal's four syncs take 20 ms); its contents move into
 * the file once a second, or when they reach 64 MB, and when the file is closed the log is gone. What a killed process
 * leaves in FILE-wal belongs to FILE; the next to open FILE moves it in. Elsewhere (network file systems, where the log
 * is unsafe) it is the rollback journal. Several processes may write to one file: each waits up to a minute for the
 * others.
 *
 * A store may be used from one thread at a time; sj_simulate_run's on_run keeps to that. Failures are SJ_FAILED, with a
 * message that begins with the file's name: not there, a directory, not readable, read-only, not a SQLite database,
 * another program's database, of a newer version, damaged, disk full, held by another process for more than a minute.
 *
 * To keep what a simulation finds, and to compute only what is not kept yet:
 *
 *   sj_simulate_prepare(model, options, &results, error)
 *   sj_store_begin(store, results, runs, false, &result, error)    loads the runs that are there
 *   sj_simulate_run(model, options, results, error)                options.on_run calls sj_store_add_run
 *   sj_store_finish(store, result, results, error)
 */
#ifndef SOJOURN_STORE_H
#define SOJOURN_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "sojourn/export.h"
#include "sojourn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sj_results;
struct sj_run;
struct sj_store;

enum sj_store_mode {
  SJ_STORE_READ, /* the file must be there; nothing is changed */
  SJ_STORE_WRITE /* made if it is not there; an empty file becomes a results file */
};

/* Opens the results file at `path`. On SJ_OK `*store` is the caller's, to be ended with sj_store_close. */
SJ_PUBLIC enum sj_status sj_store_open(const char *path, enum sj_store_mode mode, struct sj_store **store,
                                       struct sj_error *error);
SJ_PUBLIC void sj_store_close(struct sj_store *store); /* NULL is allowed */

/* Finds the result that `results` identifies, or makes it; with `again` makes a new one in any case. Of a result that
 * was there, the runs with numbers below `runs` that hold all columns of `results` are loaded into it; runs that lack a
 * column (a time series, say, that the earlier command did not collect) are to be computed again. `runs` is kept as the
 * number asked for, which tells a partial result, and so is the largest such number. Runs that `results` holds already
 * are left as they are: with a larger `runs` it may be called again. */
SJ_PUBLIC enum sj_status sj_store_begin(struct sj_store *store, struct sj_results *results, uint64_t runs, bool again,
                                        int64_t *result, struct sj_error *error);

/* Stores a run, all of it or nothing. Of a run that is there already, only what it lacks is added, so it does not
 * matter if two processes store the same. The shape of `run` is that of `results`, which `result` was begun with. */
SJ_PUBLIC enum sj_status sj_store_add_run(struct sj_store *store, int64_t result, const struct sj_results *results,
                                          const struct sj_run *run, struct sj_error *error);

/* Stores what is known at the end: the time it took in addition to earlier; and, unless the file holds more runs than
 * `results`, its notes and which metrics have no meaning over these runs, in place of earlier ones. */
SJ_PUBLIC enum sj_status sj_store_finish(struct sj_store *store, int64_t result, const struct sj_results *results,
                                         struct sj_error *error);

#ifdef __cplusplus
}
#endif
#endif
