/* Writes the results file that test_results_file.py reads: FILE, with two results of three and one runs. */
#include "results/store.h"
#include "sample.h"

static enum sj_status store(struct sj_store *store, const char *scenario, uint64_t runs, struct sj_error *error) {
  struct sj_results *const results = sample_results(scenario, 1);
  int64_t result;
  enum sj_status status = sj_store_begin(store, results, runs, false, &result, error);
  for (uint64_t number = 0; number < runs && status == SJ_OK; number++) {
    struct sj_run run;
    sample_run(results, number, &run);
    status = sj_store_add_run(store, result, results, &run, error);
    if (!sj_results_add_run(results, &run)) status = SJ_NO_MEMORY;
  }
  sj_results_add_note(results, "A note.");
  if (status == SJ_OK) status = sj_store_finish(store, result, results, error);
  sj_results_destroy(results);
  return status;
}

int main(int argc, char **argv) {
  struct sj_store *file;
  struct sj_error error = {{0}};
  enum sj_status status = argc == 2 ? sj_store_open(argv[1], SJ_STORE_WRITE, &file, &error) : SJ_INVALID;
  if (status == SJ_OK) {
    status = store(file, "burst", 3, &error);
    if (status == SJ_OK) status = store(file, NULL, 1, &error);
    sj_store_close(file);
  }
  fprintf(stderr, "%s\n", error.message);
  return (int)status;
}
