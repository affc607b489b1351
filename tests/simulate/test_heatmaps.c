/* Heat maps of clients' latencies: in each column as many answers as the time series count there, of which the mean is
 * the series'; whatever way the engine takes to measure a latency, and however many cells there are. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "results/results.h"
#include "scratch.h"

/* One client alone with its server: the latency is the server's sojourn time, measured once. Two clients: each its own.
 * Faults and retries: the long way. Discrete time: another engine. A batcher; no thread at all (latency 0). */
static const struct {
  const char *model, *clients[3];
  double duration;
} worlds[] = {
    {"server 'api' { service = exponential { rate = 10 } }\n"
     "client 'web' { calls = 'api', arrivals = poisson { rate = 8 } }\n",
     {"web"},
     400},
    {"server 'api' { service = exponential { rate = 10 } }\n"
     "client 'web' { calls = 'api', arrivals = poisson { rate = 3 } }\n"
     "client 'other' { calls = 'api', arrivals = poisson { rate = 3 } }\n",
     {"web", "other"},
     400},
    {"server 'api' { service = exponential { rate = 10 }, capacity = 30 }\n"
     "client 'web' { calls = 'api', arrivals = poisson { rate = 7 }, timeout = 2, retries = 3 }\n"
     "fault { at = 100, lasts = 20, slow = 'api', by = 3 }\n",
     {"web"},
     400},
    {"model { quantum = 0.01 }\n"
     "server 'api' { service = exponential { rate = 10 } }\n"
     "client 'web' { calls = 'api', arrivals = poisson { rate = 5 } }\n",
     {"web"},
     200},
    /* A thousandth of the duration times a thousand is more than the duration, and nothing is left to do then. */
    {"model { quantum = 1 }\n"
     "server 'api' { service = 1 }\n"
     "client 'web' { calls = 'api', arrivals = every(50) }\n",
     {"web"},
     2007},
    {"store 'disk' { latency = exponential { mean = 0.2 } }\n"
     "batcher 'batcher' { target = 'disk', flush = { after = 0.5, count = 4 } }\n"
     "client 'web' { calls = 'batcher', arrivals = poisson { rate = 6 } }\n",
     {"web"},
     400},
    {"server 'api' { service = 0, threads = 2 }\n"
     "client 'web' { calls = 'api', arrivals = poisson { rate = 6 } }\n",
     {"web"},
     100},
};

static const double *series_of(const struct sj_results *results, const char *client, const char *ending, size_t run) {
  char *const name = sj_format("%s.%s", client, ending);
  struct sj_series_view view;
  assert_true(sj_results_series(results, name, run, &view));
  free(name);
  return view.values;
}

static void agree(const struct sj_results *results, const char *client, size_t run) {
  char *const name = sj_format("%s.latency", client);
  struct sj_heatmap_view map;
  assert_true(sj_results_heatmap(results, name, run, &map));
  free(name);
  const double *const rates = series_of(results, client, "goodput", run);
  const double *const means = series_of(results, client, "latency", run);
  const size_t cells = results->grid_count, each = sj_heatmap_cells_of_column(cells);
  assert_int_equal(map.columns, sj_heatmap_columns(cells));
  assert_true(fabs(map.step - (double)each * results->grid_step) < 1e-12 * map.step);
  for (size_t c = 0; c < map.columns; c++) {
    uint64_t answered = 0, counted = 0;
    double low = 0, high = 0, sum = 0;
    for (size_t i = c * each; i < (c + 1) * each && i < cells; i++) {
      const double its = rint(rates[i] * results->grid_step);
      answered += (uint64_t)its;
      if (its > 0) sum += its * means[i];
    }
    for (size_t row = 0; row < map.rows; row++) {
      const uint64_t count = map.counts[c * map.rows + row];
      counted += count;
      low += (double)count * sj_heatmap_row_bound(&map, row);
      if (row > 0) high += (double)count * sj_heatmap_row_bound(&map, row + 1);
    }
    assert_int_equal(counted, answered);
    assert_true(low <= sum * (1 + 1e-12) && sum <= high * (1 + 1e-12));
  }
}

static void columns_count_what_the_series_do(void **state) {
  struct scratch *const scratch = *state;
  /* 1000 cells, and other numbers: fewer than columns, not a multiple, and one that leaves an end of the run out. */
  static const double steps[] = {NAN, 1, 0.3, 7, 33};
  for (size_t w = 0; w < sizeof worlds / sizeof *worlds; w++) {
    scratch_write(scratch, "model.lua", worlds[w].model);
    struct sj_model *const model = scratch_load(scratch);
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
      struct sj_simulate_options options;
      sj_simulate_options_default(&options);
      options.duration = worlds[w].duration;
      options.warmup = worlds[w].duration / 4; /* what is not counted is in time series all the same */
      options.drain = 100;
      options.runs = 2;
      options.series = true;
      options.members = s == 1;
      options.series_step = steps[s];
      struct sj_results *const results = scratch_run(model, &options, NULL);
      for (size_t run = 0; run < 2; run++)
        for (size_t k = 0; worlds[w].clients[k]; k++) agree(results, worlds[w].clients[k], run);
      sj_results_destroy(results);
    }
    sj_model_destroy(model);
  }
}

/* Heat maps look; they do not touch. */
static void figures_stay_the_same(void **state) {
  struct scratch *const scratch = *state;
  scratch_write(scratch, "model.lua", worlds[2].model);
  struct sj_model *const model = scratch_load(scratch);
  struct sj_results *made[3];
  for (size_t i = 0; i < 3; i++) {
    struct sj_simulate_options options;
    sj_simulate_options_default(&options);
    options.duration = 500;
    options.warmup = 50;
    options.runs = 4;
    options.series = i > 0;
    options.threads = i == 1 ? 1 : 2;
    made[i] = scratch_run(model, &options, NULL);
  }
  for (size_t r = 0; r < 4; r++) {
    for (size_t m = 0; m < made[0]->metric_count; m++) {
      const double with = made[1]->runs[r].values[m], without = made[0]->runs[r].values[m];
      assert_true(with == without || (isnan(with) && isnan(without)));
    }
    assert_int_equal(made[0]->heatmap_count, 0);
    /* The same map by one thread and by two. */
    const struct sj_heatmap *const one = &made[1]->runs[r].heatmaps[0], *const two = &made[2]->runs[r].heatmaps[0];
    assert_true(one->columns == 100 && two->columns == 100 && one->first == two->first && one->length == two->length);
    assert_memory_equal(one->counts, two->counts, 100 * (one->length + 1) * sizeof *one->counts);
  }
  for (size_t i = 0; i < 3; i++) sj_results_destroy(made[i]);
  sj_model_destroy(model);
}

static void values_only_forgets_them(void **state) {
  struct scratch *const scratch = *state;
  scratch_write(scratch, "model.lua", worlds[0].model);
  struct sj_model *const model = scratch_load(scratch);
  struct sj_simulate_options options;
  sj_simulate_options_default(&options);
  options.duration = 100;
  options.series = options.values_only = true;
  struct sj_results *const results = scratch_run(model, &options, NULL);
  struct sj_heatmap_view view;
  assert_null(results->runs[0].heatmaps);
  assert_false(sj_results_heatmap(results, "web.latency", 0, &view));
  sj_results_destroy(results);
  sj_model_destroy(model);
}

static int set_up(void **state) {
  static struct scratch scratch;
  scratch_create(&scratch);
  *state = &scratch;
  return 0;
}

static int tear_down(void **state) {
  scratch_destroy(*state);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(columns_count_what_the_series_do),
                                     cmocka_unit_test(figures_stay_the_same),
                                     cmocka_unit_test(values_only_forgets_them)};
  return cmocka_run_group_tests_name("simulate.heatmaps", tests, set_up, tear_down);
}
