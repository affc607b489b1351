/* Results as bytes: back they are the same; cut or changed bytes are refused, or are other results, but no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "results/pack.h"
#include "sample.h"

static struct sj_text packed(const struct sj_results *results) {
  struct sj_text bytes = {0};
  sj_pack_results(&bytes, results);
  for (size_t r = 0; r < results->run_count; r++) sj_pack_run(&bytes, results, &results->runs[r]);
  return bytes;
}

static struct sj_results *sample(void) {
  struct sj_results *const results = sample_results("busy", UINT64_MAX);
  results->metrics[4].suppressed = true;
  results->picture = strdup("[]");
  assert_true(sj_results_add_note(results, "a note, %d %%", 5));
  for (uint64_t number = 0; number < 3; number++) {
    struct sj_run run;
    sample_run(results, number, &run);
    if (number == 2) {
      assert_true(sj_run_make_exact(results, &run));
      run.exact[3] = (struct sj_exact){.error = 1e-9, .log10 = 400, .word = strdup("metastable")};
      sj_run_keep_values(results, &run);
    }
    assert_true(sj_results_add_run(results, &run));
  }
  return results;
}

static void comes_back(void **state) {
  (void)state;
  struct sj_results *const results = sample();
  struct sj_text bytes = packed(results);
  struct sj_packed reading = {.at = bytes.data, .left = bytes.length};
  struct sj_results *const other = sj_unpack_results(&reading);
  assert_non_null(other);
  for (size_t r = 0; r < 3; r++) {
    struct sj_run run;
    assert_true(sj_unpack_run(&reading, other, &run));
    assert_true(sj_results_add_run(other, &run));
  }
  assert_true(reading.left == 0 && !reading.bad);
  struct sj_text again = packed(other);
  assert_int_equal(again.length, bytes.length);
  assert_memory_equal(again.data, bytes.data, bytes.length);
  assert_true(other->metrics[4].suppressed && other->seed == UINT64_MAX && other->runs[1].truncated);
  assert_true(sample_same(other->runs[1].values[9], sample_value(1, 9)) && isnan(other->runs[1].values[5]));
  assert_string_equal(other->runs[2].exact[3].word, "metastable");
  assert_string_equal(other->notes[0], "a note, 5 %");
  assert_null(other->runs[2].histograms);
  assert_int_equal(sj_histogram_total(&other->runs[1].histograms[0]), 302);
  assert_true(sample_same_heatmap(&other->runs[1].heatmaps[0], &results->runs[1].heatmaps[0]));
  assert_null(other->runs[2].heatmaps);
  free(bytes.data);
  free(again.data);
  sj_results_destroy(results);
  sj_results_destroy(other);
}

/* Reads what may be anything. */
static bool reads(const char *data, size_t length) {
  struct sj_packed reading = {.at = data, .left = length};
  struct sj_results *const results = sj_unpack_results(&reading);
  bool good = results != NULL;
  for (size_t r = 0; r < 3 && good; r++) {
    struct sj_run run;
    good = sj_unpack_run(&reading, results, &run);
    if (good) sj_run_clear(results, &run);
  }
  sj_results_destroy(results);
  return good;
}

static void cut_and_changed(void **state) {
  (void)state;
  struct sj_results *const results = sample();
  struct sj_text bytes = packed(results);
  assert_true(reads(bytes.data, bytes.length));
  for (size_t length = 0; length < bytes.length; length += 1 + length / 50) {
    char *const part = malloc(length + 1); /* of that size, so that reading beyond shows */
    memcpy(part, bytes.data, length);
    assert_false(reads(part, length));
    free(part);
  }
  for (size_t i = 0; i < bytes.length; i += 1 + i / 200) {
    const char before = bytes.data[i];
    bytes.data[i] = (char)~before;
    reads(bytes.data, bytes.length);
    bytes.data[i] = before;
  }
  free(bytes.data);
  sj_results_destroy(results);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(comes_back), cmocka_unit_test(cut_and_changed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
