/* What the results file remembers of the columns of results. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "results/store_internal.h"
#include "store_folder.h"

static void begin(struct sj_store *store, uint64_t seed, struct sj_results **results, int64_t *result) {
  *results = sample_results(NULL, seed);
  assert_int_equal(sj_store_begin(store, *results, 2, false, result, NULL), SJ_OK);
}

/* A sweep whose points fail after their first run finishes none of them. Its memory has a limit, and a result that is
 * forgotten meanwhile is written to all the same. */
static void given_up_results_are_forgotten(void **state) {
  (void)state;
  struct sj_store *const store = opened("a.db", SJ_STORE_WRITE);
  struct sj_results *first, *other, *loaded;
  int64_t result, its;
  begin(store, 1, &first, &result);
  store_runs(store, result, first, 0, 1);
  assert_int_equal(sj_store_start(store, NULL), SJ_OK); /* in one go, which is faster */
  for (uint64_t seed = 2; seed < SJ_STORE_MOST_KNOWN + 10; seed++) {
    begin(store, seed, &other, &its);
    store_runs(store, its, other, 0, 1);
    sj_results_destroy(other);
    assert_true(store->known_count <= SJ_STORE_MOST_KNOWN);
  }
  assert_int_equal(sj_store_end(store, SJ_OK, NULL), SJ_OK);
  store_runs(store, result, first, 1, 2);
  assert_int_equal(sj_store_load(store, result, &loaded, NULL), SJ_OK);
  assert_int_equal(loaded->run_count, 2);
  for (size_t i = 0; i < 2; i++) assert_true(sample_is_whole(loaded, &loaded->runs[i]));
  sj_results_destroy(loaded);
  sj_results_destroy(first);
  sj_store_close(store);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(given_up_results_are_forgotten)};
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
