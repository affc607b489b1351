/* Results of one run, solved or learned, in a results file. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "results/results.h"
#include "results/store.h"

enum sj_status sj_load_kept(struct sj_store *store, const struct sj_results *asked, struct sj_results **results,
                            struct sj_error *error) {
  struct sj_store_entry *entries = NULL;
  size_t count = 0;
  char identity[65];
  *results = NULL;
  sj_results_identity(asked, identity);
  enum sj_status status = sj_store_list(store, &entries, &count, error);
  int64_t found = 0, attempt = -1;
  for (size_t i = 0; status == SJ_OK && i < count; i++) {
    if (strcmp(entries[i].identity, identity) != 0 || !entries[i].runs || entries[i].attempt <= attempt) continue;
    found = entries[i].result;
    attempt = entries[i].attempt;
  }
  if (status == SJ_OK && attempt >= 0) status = sj_store_load(store, found, results, error);
  sj_store_list_destroy(entries, count);
  return status;
}

enum sj_status sj_keep(struct sj_store *store, bool again, struct sj_results *results, struct sj_error *error) {
  int64_t result;
  enum sj_status status = sj_store_begin(store, results, 1, again, &result, error);
  if (status == SJ_OK) status = sj_store_add_run(store, result, results, &results->runs[0], error);
  if (status == SJ_OK) status = sj_store_finish(store, result, results, error);
  return status;
}
