/* What the results file remembers of the columns of results. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"
#include "results/store_internal.h"
#include "sample.h"

static void begin(struct sj_store *store, uint64_t seed, struct sj_results **results, int64_t *result) {
  *results = sample_results(NULL, seed);
  assert_int_equal(sj_store_begin(store, *results, 2, false, result, NULL), SJ_OK);
}

static void add(struct sj_store *store, int64_t result, const struct sj_results *results, uint64_t number) {
  struct sj_run run;
  sample_run(results, number, &run);
  assert_int_equal(sj_store_add_run(store, result, results, &run, NULL), SJ_OK);
  sj_run_clear(results, &run);
}

/* A sweep whose points fail after their first run finishes none of them. Its memory has a limit, and a result that is
 * forgotten meanwhile is written to all the same. */
static void given_up_results_are_forgotten(void **state) {
  (void)state;
  char folder[] = "/tmp/sojourn-columns-XXXXXX";
  assert_non_null(mkdtemp(folder));
  char *const path = sj_format("%s/a.db", folder);
  struct sj_store *store;
  assert_int_equal(sj_store_open(path, SJ_STORE_WRITE, &store, NULL), SJ_OK);
  struct sj_results *first, *other, *loaded;
  int64_t result, its;
  begin(store, 1, &first, &result);
  add(store, result, first, 0);
  assert_int_equal(sj_store_start(store, NULL), SJ_OK); /* in one go, which is faster */
  for (uint64_t seed = 2; seed < SJ_STORE_MOST_KNOWN + 10; seed++) {
    begin(store, seed, &other, &its);
    add(store, its, other, 0);
    sj_results_destroy(other);
    assert_true(store->known_count <= SJ_STORE_MOST_KNOWN);
  }
  assert_int_equal(sj_store_end(store, SJ_OK, NULL), SJ_OK);
  add(store, result, first, 1);
  assert_int_equal(sj_store_load(store, result, &loaded, NULL), SJ_OK);
  assert_int_equal(loaded->run_count, 2);
  for (size_t i = 0; i < 2; i++) assert_true(sample_is_whole(loaded, &loaded->runs[i]));
  sj_results_destroy(loaded);
  sj_results_destroy(first);
  sj_store_close(store);
  unlink(path);
  rmdir(folder);
  free(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(given_up_results_are_forgotten)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
