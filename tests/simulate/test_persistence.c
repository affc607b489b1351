/* models/persistence.lua with --set original=1 against the program that it comes from: data/persistence.csv has the
 * results of that program, 40 runs of each configuration.
 *
 * For each configuration and figure: of 10^5 random subsets of our 1000 runs, of the reference's size, p is the share
 * whose mean is as far from our mean as the reference's mean is, or further. Every p must be at least 10^-3.
 *
 * Of 100 runs the subsets would scatter less about the whole than other runs do (40 of 100 are not independent of the
 * 100, whose own mean is uncertain too: a factor of 1.5), and equal programs would fail a figure in 3 % of cases. With
 * 1000 the factor is 1.04.
 *
 * With SOJOURN_TEST_SEED=N another seed; SOJOURN_TEST_SHOW=1 prints every figure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "random/stream.h"
#include "results/results.h"
#include "sojourn/model.h"
#include "sojourn/simulate.h"

enum { RUNS = 1000, SUBSETS = 100000, CONFIGURATIONS = 5, COLUMNS = 40, MOST_ROWS = 250 };
static const double least_p = 1e-3;

static const struct {
  const char *column, *metric;
  double scale;
} figures[] = {{"mean_ms", "commits.latency.mean", 1e3},
               {"median_ms", "commits.latency.p50", 1e3},
               {"p95_ms", "commits.latency.p95", 1e3},
               {"p99_ms", "commits.latency.p99", 1e3},
               {"avg_commits_per_batch", "persistence.batch.requests.mean", 1},
               {"avg_batch_kb", "persistence.batch.bytes.mean", 1.0 / 1024},
               {"avg_queue_depth", "original.unacknowledged.mean", 1},
               {"retries1", "persistence.retries[1]", 1}};
enum { FIGURES = sizeof figures / sizeof *figures };

static const struct {
  const char *scenario;
  int in_flight;
  double timeout_ms;
} configurations[CONFIGURATIONS] = {{"5 in flight", 5, 5},
                                    {"10 in flight", 10, 5},
                                    {"20 in flight", 20, 5},
                                    {"10 in flight, 2 ms", 10, 2},
                                    {"10 in flight, 10 ms", 10, 10}};

/* --- the reference -------------------------------------------------------------------------------------------------
 */

struct table {
  char *text;
  char *names[COLUMNS];
  char *cells[MOST_ROWS][COLUMNS];
  size_t columns, rows;
};

/* The fields of one line, which is cut up. A quoted field may have commas. */
static size_t split(char *line, char **fields) {
  size_t count = 0;
  for (char *at = line; at && count < COLUMNS;) {
    const bool quoted = *at == '"';
    fields[count++] = at + quoted;
    char *const end = quoted ? strchr(at + 1, '"') : at;
    if (quoted) *end = 0;
    at = strchr(quoted ? end + 1 : at, ',');
    if (at) *at++ = 0;
  }
  return count;
}

static void read_table(struct table *table) {
  FILE *const file = fopen(REFERENCE, "rb");
  assert_non_null(file);
  table->text = sj_allocate(1 << 17);
  assert_true(fread(table->text, 1, (1 << 17) - 1, file) > 0);
  fclose(file);
  char *rest = NULL;
  table->columns = split(strtok_r(table->text, "\r\n", &rest), table->names);
  for (char *line; (line = strtok_r(NULL, "\r\n", &rest)) && table->rows < MOST_ROWS;)
    assert_int_equal(split(line, table->cells[table->rows++]), table->columns);
}

static double cell(const struct table *table, size_t row, const char *column) {
  for (size_t i = 0; i < table->columns; i++)
    if (!strcmp(table->names[i], column)) return strtod(table->cells[row][i], NULL);
  fail_msg("the reference has no column %s", column);
  return NAN;
}

/* The mean of a column over the runs of a configuration; `*count` of them. */
static double reference_mean(const struct table *table, size_t configuration, const char *column, size_t *count) {
  double sum = 0;
  *count = 0;
  for (size_t row = 0; row < table->rows; row++) {
    if (cell(table, row, "max_in_flight") != configurations[configuration].in_flight ||
        cell(table, row, "timeout_ms") != configurations[configuration].timeout_ms)
      continue;
    sum += cell(table, row, column);
    (*count)++;
  }
  return sum / (double)*count;
}

/* --- ours ----------------------------------------------------------------------------------------------------------
 */

static struct sj_results *simulate(const char *scenario) {
  static const char *const overrides[] = {"original=1"};
  const struct sj_model_options as = {.overrides = overrides, .override_count = 1, .scenario = scenario};
  const char *const seed = getenv("SOJOURN_TEST_SEED");
  struct sj_error error;
  struct sj_model *model;
  if (sj_model_load(MODELS "/persistence.lua", &as, &model, &error)) fail_msg("%s", error.message);
  struct sj_simulate_options options;
  sj_simulate_options_default(&options);
  options.runs = RUNS;
  options.seed_given = seed != NULL;
  options.seed = seed ? strtoull(seed, NULL, 10) : 0;
  struct sj_results *results;
  if (sj_simulate_prepare(model, &options, &results, &error) || sj_simulate_run(model, &options, results, &error))
    fail_msg("%s", error.message);
  sj_model_destroy(model);
  return results;
}

/* Random subsets of the runs: the first `size` of `order` after each shuffle. */
static void draw_subset(struct sj_stream *stream, size_t size, uint16_t order[RUNS]) {
  for (size_t i = 0; i < size; i++) {
    const size_t j = i + (size_t)sj_stream_below(stream, RUNS - i);
    const uint16_t kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
}

/* p of every figure. `deviation`: how far the reference's mean is from ours. */
static void find_p(double (*values)[RUNS], const double *mean, const double *deviation, size_t size, double *p) {
  struct sj_stream stream;
  sj_stream_seed(&stream, 1, 1);
  uint16_t order[RUNS];
  size_t further[FIGURES] = {0};
  for (uint16_t i = 0; i < RUNS; i++) order[i] = i;
  for (size_t s = 0; s < SUBSETS; s++) {
    draw_subset(&stream, size, order);
    for (size_t f = 0; f < FIGURES; f++) {
      double sum = 0;
      for (size_t i = 0; i < size; i++) sum += values[f][order[i]];
      further[f] += fabs(sum / (double)size - mean[f]) >= deviation[f];
    }
  }
  for (size_t f = 0; f < FIGURES; f++) p[f] = (double)further[f] / SUBSETS;
}

static void agrees(void **state) {
  const size_t c = (size_t)(*(const int *)*state);
  struct table *const table = sj_allocate(sizeof *table);
  read_table(table);
  struct sj_results *const results = simulate(configurations[c].scenario);
  static double values[FIGURES][RUNS];
  double mean[FIGURES] = {0}, deviation[FIGURES], reference[FIGURES], p[FIGURES];
  size_t size = 0, wrong = 0;
  for (size_t f = 0; f < FIGURES; f++) {
    const size_t metric = sj_results_find(results, figures[f].metric);
    if (metric == SIZE_MAX) fail_msg("there is no %s", figures[f].metric);
    for (size_t i = 0; i < RUNS; i++) values[f][i] = results->runs[i].values[metric] * figures[f].scale;
    for (size_t i = 0; i < RUNS; i++) mean[f] += values[f][i] / RUNS;
    reference[f] = reference_mean(table, c, figures[f].column, &size);
    deviation[f] = fabs(reference[f] - mean[f]);
  }
  assert_int_equal(size, 40);
  find_p(values, mean, deviation, size, p);
  for (size_t f = 0; f < FIGURES; f++) {
    if (p[f] < least_p || getenv("SOJOURN_TEST_SHOW"))
      print_message("# %s: %s is %.5g, the reference has %.5g, p = %.5f\n", configurations[c].scenario,
                    figures[f].column, mean[f], reference[f], p[f]);
    wrong += !(p[f] >= least_p);
  }
  assert_int_equal(wrong, 0);
  sj_results_destroy(results);
  free(table->text);
  free(table);
}

int main(void) {
  static int numbers[CONFIGURATIONS];
  struct CMUnitTest tests[CONFIGURATIONS];
  for (int i = 0; i < CONFIGURATIONS; i++) {
    numbers[i] = i;
    tests[i] = (struct CMUnitTest){configurations[i].scenario, agrees, NULL, NULL, &numbers[i]};
  }
  return cmocka_run_group_tests_name("persistence", tests, NULL, NULL);
}
