/* A folder of its own for the results files of a test program, and runs of the sample to fill them with. After
 * cmocka.h. */
#ifndef SJ_TESTS_RESULTS_STORE_FOLDER_H
#define SJ_TESTS_RESULTS_STORE_FOLDER_H

#include <stdlib.h>

#include "results/store.h"
#include "sample.h"

static char folder[] = "/tmp/sojourn-store-XXXXXX";

static inline int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state) {
  (void)state;
  char command[64];
  snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command);
}

static inline const char *path_of(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static inline struct sj_store *opened(const char *name, enum sj_store_mode mode) {
  struct sj_store *store = NULL;
  struct sj_error error = {{0}};
  const enum sj_status status = sj_store_open(path_of(name), mode, &store, &error);
  if (status != SJ_OK) print_error("%s\n", error.message);
  assert_int_equal(status, SJ_OK);
  return store;
}

/* Stores the runs first ... end - 1 in descending order. */
static inline void store_runs(struct sj_store *store, int64_t result, const struct sj_results *results, uint64_t first,
                              uint64_t end) {
  for (uint64_t number = end; number-- > first;) {
    struct sj_run run;
    sample_run(results, number, &run);
    assert_int_equal(sj_store_add_run(store, result, results, &run, NULL), SJ_OK);
    sj_run_clear(results, &run);
  }
}

#endif
