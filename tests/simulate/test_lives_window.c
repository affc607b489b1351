/* Who is counted, and over what time: warm-up, window, drain, time series. By hand. */
#include "life.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "scratch.h"
#include "sojourn/model.h"
#include "sojourn/results.h"

#define WEB "client \"web\" { calls = \"db\", arrivals = trace { file = \"trace.csv\", format = \"csv\" } }\n"

/* Those that arrive in [4, 8): at 4 and 6. The one at 3 leaves at 5.5 and counts in the goodput and the throughput, as
 * does the one at 4; that at 6 ends at 8.5. */
static const struct life warm_up = {
    "server \"db\" { service = recorded() } run { duration = 8, warmup = 4, kind = \"steady\" }\n" WEB,
    "time,service\n0,1\n3,2.5\n4,1\n6,2.5\n8,1\n9,1\n",
    "web,0,4,2.5,ok,1\nweb,0,6,3,ok,1\n",
    /* service 3-5.5, 5.5-6.5, 6.5-9 */
    {{"web.arrivals", 2},
     {"web.arrivals.rate", 0.5},
     {"web.completed", 2},
     {"web.completed.rate", 0.5},
     {"web.goodput", 0.5},
     {"web.latency.mean", 2.75},
     {"web.attempts", 2},
     {"db.throughput", 0.5},
     {"db.utilization.mean", 1},
     {"db.in_system.mean", (2 * 1.5 + 0.5 + 2 * 0.5 + 1.5) / 4},
     {"db.waiting.mean", 2.0 / 4},
     {"db.sojourn.mean", 2.75},
     {"db.wait.max", 1.5},
     {"db.in_system.max", 2},
     {"db.empty", 0}}};

/* The most there was before the window does not show in it. */
static const struct life maximum_in_the_window = {
    "server \"db\" { service = 1 } run { duration = 16, warmup = 8, kind = \"steady\" }\n" WEB,
    "time,service\n0,0\n0,0\n0,0\n9,0\n9.5,0\n",
    NULL,
    {{"db.in_system.max", 2}, {"db.waiting.max", 1}, {"web.completed", 2}, {"web.goodput", 0.25}}};

/* Refused before the window: not counted. */
static const struct life refused_in_the_warm_up = {
    "server \"db\" { capacity = 1, service = 2 } run { duration = 16, warmup = 8, kind = \"steady\" }\n" WEB,
    "time,service\n0,0\n1,0\n9,0\n10,0\n10.5,0\n",
    NULL,
    {{"db.dropped", 2}, {"web.failed", 2}, {"web.arrivals", 3}, {"db.full", 2.0 / 8}}};

/* What is not done 2 after the last arrival is left. */
static const struct life drain = {
    "server \"db\" { service = 3 } run { duration = 8, drain = 2 }\n" WEB,
    "time,service\n0,0\n4,0\n6.5,0\n7.5,0\n",
    /* done at 3, 7, 10; then 13 is too late. At the end of the drain what is done at 10 still counts. */
    "web,0,0,3,ok,1\nweb,0,4,3,ok,1\nweb,0,6.5,3.5,ok,1\n",
    {{"web.unfinished", 1},
     {"web.unfinished.ratio", 0.25},
     {"web.arrivals", 4},
     {"web.completed", 3},
     {"web.completed.rate", 3.0 / 8},
     {"web.goodput", 0.25},
     {"db.throughput", 0.25}}};

static const struct life no_drain = {"server \"db\" { service = 3 } run { duration = 8, drain = 0 }\n" WEB,
                                     "time,service\n0,0\n4,0\n6.5,0\n",
                                     "web,0,0,3,ok,1\nweb,0,4,3,ok,1\n",
                                     {{"web.unfinished", 1}, {"db.utilization.mean", 7.0 / 8}}};

/* A request that arrives at the window's end is not of it. */
static const struct life ends_of_the_window = {
    "server \"db\" { service = 1 } run { duration = 8, warmup = 2, kind = \"steady\" }\n"
    "client \"web\" { calls = \"db\", arrivals = every(2) }\n",
    NULL,
    "web,0,2,1,ok,1\nweb,0,4,1,ok,1\nweb,0,6,1,ok,1\n",
    {{"web.arrivals", 3}, {"db.utilization.mean", 0.5}, {"db.empty", 0.5}}};

static const struct life nothing_happens = {
    "server \"db\" { service = 1 } run { duration = 8, kind = \"terminating\" }\n"
    "client \"web\" { calls = \"db\", arrivals = every(20) }\n",
    NULL,
    "",
    {{"web.arrivals", 0},
     {"web.latency.mean", NAN},
     {"web.completed.ratio", NAN},
     {"web.latency.p99", NAN},
     {"db.in_system.mean", 0},
     {"db.sojourn.mean", NAN},
     {"db.empty", 1},
     {"db.utilization.mean", 0}}};

/* --- time series: 1,000 cells ------------------------------------------------------------------------------------
 */

static double cell(const struct sj_results *results, const char *name, size_t i) {
  struct sj_series_view view;
  assert_true(sj_results_series(results, name, 0, &view));
  assert_int_equal(view.count, 1000);
  assert_true(view.step == 1 && view.start == 0);
  return view.values[i];
}

static void series_of(const char *more, double warmup) {
  struct scratch scratch;
  scratch_create(&scratch);
  scratch_write(&scratch, "trace.csv", "time,service\n0,2.5\n0.5,1\n5,0.25\n5.5,1\n6.25,0.25\n999.5,4\n");
  char text[512];
  snprintf(text, sizeof text, "server \"db\" { service = recorded(), capacity = 2 } run { duration = 1000 }\n%s%s", WEB,
           more);
  scratch_write(&scratch, "model.lua", text);
  struct sj_model *const model = scratch_load(&scratch);
  struct sj_simulate_options options;
  sj_simulate_options_default(&options);
  options.series = true;
  options.warmup = warmup;
  struct sj_results *const r = scratch_run(model, &options, NULL);
  /* service on [0, 2.5), [2.5, 3.5), [5, 5.25), [5.5, 6.5), [6.5, 6.75), [999.5, 1003.5) */
  static const struct {
    size_t cell;
    double arrivals, goodput, failed, latency, in_system, waiting, utilization;
  } expected[] = {{0, 2, 0, 0, NAN, 2, 1, 1},     {1, 0, 0, 0, NAN, 2, 1, 1}, {2, 0, 1, 0, 2.5, 1, 0, 1},
                  {3, 0, 1, 0, 3, 0, 0, 0.5},     {4, 0, 0, 0, NAN, 0, 0, 0}, {5, 2, 1, 0, 0.25, 1, 0, 0.75},
                  {6, 1, 2, 0, 0.75, 0, 0, 0.75}, {7, 0, 0, 0, NAN, 0, 0, 0}, {998, 0, 0, 0, NAN, 0, 0, 0},
                  {999, 1, 0, 0, NAN, 1, 0, 0.5}};
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    const size_t at = expected[i].cell;
    const double values[] = {cell(r, "web.arrivals", at),   cell(r, "web.goodput", at),  cell(r, "web.failed", at),
                             cell(r, "web.latency", at),    cell(r, "db.in_system", at), cell(r, "db.waiting", at),
                             cell(r, "db.utilization", at), cell(r, "db.sojourn", at)};
    const double wanted[] = {expected[i].arrivals,  expected[i].goodput, expected[i].failed,      expected[i].latency,
                             expected[i].in_system, expected[i].waiting, expected[i].utilization, expected[i].latency};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++)
      if (!(fabs(values[k] - wanted[k]) < 1e-9 || (isnan(values[k]) && isnan(wanted[k]))))
        fail_msg("cell %zu, series %zu: %g, expected %g", at, k, values[k], wanted[k]);
  }
  sj_results_destroy(r);
  sj_model_destroy(model);
  scratch_destroy(&scratch);
}

static void time_series(void **state) {
  (void)state;
  series_of("", 0);
  series_of("", 2.75); /* the first two requests, one of which is in service then, are not counted */
  series_of("fault { at = 1e6, lasts = 1, slow = \"db\", by = 2 }\n", 0);
}

/* Where nothing but one server makes a request wait, the server's sojourn times, gathered some at a time, are the
 * client's latencies, added up one by one. */
static void sojourn_times_are_latencies(void **state) {
  (void)state;
  static const char *const mores[] = {"", "fault { at = 1e6, lasts = 1, slow = \"db\", by = 2 }\n"};
  struct scratch scratch;
  scratch_create(&scratch);
  for (int i = 0; i < 4; i++) {
    char text[512];
    snprintf(text, sizeof text,
             "server \"db\" { service = exponential { rate = 30 }, threads = 2 }\n"
             "client \"web\" { calls = \"db\", arrivals = poisson { rate = 50 } }\nrun { duration = 1000 }\n%s",
             mores[i / 2]);
    scratch_write(&scratch, "model.lua", text);
    struct sj_model *const model = scratch_load(&scratch);
    struct sj_simulate_options options;
    sj_simulate_options_default(&options);
    options.series = true;
    options.warmup = i % 2 ? 330.3 : 0;
    struct sj_results *const r = scratch_run(model, &options, NULL);
    for (size_t at = 0; at < 1000; at++)
      if (!(fabs(cell(r, "db.sojourn", at) / cell(r, "web.latency", at) - 1) < 1e-12))
        fail_msg("cell %zu: %.17g, expected %.17g", at, cell(r, "db.sojourn", at), cell(r, "web.latency", at));
    sj_results_destroy(r);
    sj_model_destroy(model);
  }
  scratch_destroy(&scratch);
}

/* The last cell ends with the window, whether or not anything is left to be done then; and who comes at the end of one
 * cell belongs to the next. */
static void last_cell(void **state) {
  (void)state;
  struct scratch scratch;
  scratch_create(&scratch);
  for (int i = 0; i < 2; i++) {
    scratch_write(&scratch, "model.lua",
                  i ? "server \"db\" { service = 5 } client \"web\" { calls = \"db\", arrivals = every(400) }\n"
                      "run { duration = 1000, kind = \"terminating\" }"
                    : "server \"db\" { service = 700 } client \"web\" { calls = \"db\", arrivals = every(400) }\n"
                      "run { duration = 1000, kind = \"terminating\" }");
    struct sj_model *const model = scratch_load(&scratch);
    struct sj_simulate_options options;
    sj_simulate_options_default(&options);
    options.series = true;
    struct sj_results *const r = scratch_run(model, &options, NULL);
    assert_true(cell(r, "web.arrivals", 399) == 0 && cell(r, "web.arrivals", 400) == 1);
    assert_true(cell(r, "web.arrivals", 799) == 0 && cell(r, "web.arrivals", 800) == 1);
    assert_true(cell(r, "web.arrivals", 999) == 0);
    assert_true(cell(r, "db.in_system", 999) == (i ? 0 : 2));
    assert_true(cell(r, "db.utilization", 999) == (i ? 0 : 1));
    sj_results_destroy(r);
    sj_model_destroy(model);
  }
  scratch_destroy(&scratch);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      LIFE(warm_up),
      LIFE(maximum_in_the_window),
      LIFE(refused_in_the_warm_up),
      LIFE(drain),
      LIFE(no_drain),
      LIFE(ends_of_the_window),
      LIFE(nothing_happens),
      cmocka_unit_test(time_series),
      cmocka_unit_test(sojourn_times_are_latencies),
      cmocka_unit_test(last_cell),
  };
  return cmocka_run_group_tests_name("the measured window", tests, NULL, NULL);
}
