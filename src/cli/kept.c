/* Results of one run, solved or learned, in a results file. */
#include "cli/cli.h"
#include "results/results.h"
#include "results/store_sweep.h"

enum sj_status sj_load_kept(struct sj_store *store, const struct sj_results *asked, struct sj_results **results,
                            struct sj_error *error) {
  char identity[65];
  int64_t found = 0;
  *results = NULL;
  sj_results_identity(asked, identity);
  const enum sj_status status = sj_store_find(store, identity, &found, error);
  return status == SJ_OK && found ? sj_store_load(store, found, results, error) : status;
}

enum sj_status sj_keep(struct sj_store *store, bool again, struct sj_results *results, struct sj_error *error) {
  int64_t result;
  enum sj_status status = sj_store_begin(store, results, 1, again, &result, error);
  if (status == SJ_OK) status = sj_store_add_run(store, result, results, &results->runs[0], error);
  if (status == SJ_OK) status = sj_store_finish(store, result, results, error);
  return status;
}
