/* Discrete time where chance plays a part: what scenarios share, what threads must not change, what replacement does.
 */
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
#include "results/results.h"
#include "rows.h"
#include "scratch.h"
#include "sojourn/model.h"
#include "sojourn/results.h"

#define WORLD(policy)                                                                              \
  "model { quantum = 1 }\nrun { duration = 300, runs = 2, kind = \"terminating\" }\n"              \
  "servers \"db\" { count = 8, threads = 1000, service = exponential { mean = 9 } }\n"             \
  "clients \"web\" { count = 5, calls = \"db\", arrivals = poisson { rate = 6 }, policy = " policy \
  ",\n  network = link { one_way = uniform { min = 1, max = 7 } } }\n"

/* Rows by arrival; those of one tick by latency. */
static int compare(const void *a, const void *b) {
  const struct row *const x = a, *const y = b;
  if (x->run != y->run) return x->run < y->run ? -1 : 1;
  if (x->arrival != y->arrival) return x->arrival < y->arrival ? -1 : 1;
  if (x->member != y->member) return x->member < y->member ? -1 : 1;
  return (x->latency > y->latency) - (x->latency < y->latency);
}

static struct rows sorted(const char *model) {
  const struct rows rows = rows_of(model, 0);
  qsort(rows.list, rows.count, sizeof *rows.list, compare);
  return rows;
}

/* Whoever serves it, a request comes when it came, takes the work and the ways it took. */
static void policies_share_requests(void **state) {
  (void)state;
  struct rows a = sorted(WORLD("random")), b = sorted(WORLD("round_robin"));
  assert_true(a.count > 3000 && a.count == b.count);
  for (size_t i = 0; i < a.count; i++) assert_int_equal(compare(&a.list[i], &b.list[i]), 0);
  rows_destroy(&a);
  rows_destroy(&b);
}

/* The same arrivals as in continuous time, each in the tick that it falls into. */
static void ticks_of_the_same_process(void **state) {
  (void)state;
  struct rows ticks = rows_by_arrival(WORLD("random"), 0);
  struct rows times = rows_by_arrival(
      "run { duration = 300, runs = 2, kind = \"terminating\" }\nserver \"db\" { service = 1 }\n"
      "clients \"web\" { count = 5, calls = \"db\", arrivals = poisson { rate = 6 } }\n",
      0);
  assert_int_equal(ticks.count, times.count);
  for (size_t i = 0; i < times.count; i++) assert_true(ticks.list[i].arrival == floor(times.list[i].arrival));
  rows_destroy(&ticks);
  rows_destroy(&times);
}

static struct sj_results *run(const char *text, uint32_t threads, bool series) {
  struct scratch scratch;
  scratch_create(&scratch);
  scratch_write(&scratch, "model.lua", text);
  struct sj_model *const model = scratch_load(&scratch);
  scratch_destroy(&scratch);
  struct sj_simulate_options options;
  sj_simulate_options_default(&options);
  options.threads = threads;
  options.series = series;
  struct sj_results *const results = scratch_run(model, &options, NULL);
  sj_model_destroy(model);
  return results;
}

/* Every kind of policy, in a world with everything that changes. */
#define BUSY(policy)                                                                                         \
  "model { quantum = 1, overlapping_states = true, original = { every = 5, after = 10 } }\n"                 \
  "run { duration = 120, runs = 4, drain = 100 }\n"                                                          \
  "local function G(m) return floor(1 + gamma { shape = m - 2/3, scale = 1 }) end\n"                         \
  "servers \"db\" { count = 8, threads = G(9), service = per_member(G(5), G), rtt = G(2), cold_start = 4,\n" \
  "  probe_service = 1, replace = { rate = 0.02, requeue = true } }\n"                                       \
  "clients \"web\" { count = 5, subset = 4, subset_replacement = true, calls = \"db\",\n"                    \
  "  arrivals = spread { count = 1200, over = 120 }, in_flight_until = \"served\",\n"                        \
  "  network = link { one_way = per_member((server_rtt + G(2)) / 2, G), redraw = 0.02 },\n"                  \
  "  policy = " policy " }\n"

static const char *const busy[] = {
    BUSY("random"),
    BUSY("least_cost { cost = client_latency(\"ewma\"), choices = 2 }"),
    BUSY("weighted { cost = reported(capacity(\"mean\", \"ewma\")) }"),
    BUSY("weighted { cost = actual(pid_weight), negative = true }"),
    BUSY("hot_cold { rank = reported(expected_latency), health = reported(utilization(\"latest\")) }"),
    BUSY("pid_weighted"),
    BUSY("subset_of(fastest_probe { only_if_idle = true }, 3, { replacement = true })"),
    BUSY("with_probes(hot_cold { rank = client_latency(\"mean\"), health = client_in_flight }, { at_most_idle = true "
         "})"),
};

/* Many different laws, drawn again and again. */
static const char many_laws[] =
    "model { quantum = 1 }\nrun { duration = 100, runs = 4, kind = \"terminating\" }\n"
    "servers \"db\" { count = 300, service = per_member(uniform { min = 1, max = 9 }, function(x)\n"
    "  return exponential { mean = x } end), replace = { rate = 0.05 } }\n"
    "clients \"web\" { count = 3, calls = \"db\", arrivals = poisson { rate = 20 }, network = link {\n"
    "  one_way = per_member(uniform { min = 1, max = 3 }, function(x) return 1 + exponential { mean = x } end),\n"
    "  redraw = 0.05 } }\n";

static void threads_change_nothing(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof busy / sizeof *busy; i++) {
    struct sj_results *const one = run(busy[i], 1, true), *const many = run(busy[i], 4, true);
    assert_int_equal(one->run_count, 4);
    for (size_t r = 0; r < 4; r++) {
      assert_memory_equal(one->runs[r].values, many->runs[r].values, one->metric_count * sizeof(double));
      assert_memory_equal(one->runs[r].series, many->runs[r].series,
                          one->series_count * one->grid_count * sizeof(double));
      assert_true(one->runs[r].values[0] != one->runs[(r + 1) % 4].values[0]);
    }
    sj_results_destroy(one);
    sj_results_destroy(many);
  }
}

/* Everything that came is done, and was somewhere meanwhile: Little's law, exactly, as nothing is left in the end. */
static void laws_come_and_go(void **state) {
  (void)state;
  struct sj_results *const one = run(many_laws, 1, false), *const many = run(many_laws, 4, false);
  for (size_t r = 0; r < 4; r++)
    assert_memory_equal(one->runs[r].values, many->runs[r].values, one->metric_count * sizeof(double));
  /* 5 and half a tick for rounding up below one and half, as far as that goes; none waits for long. */
  const double service = sj_results_value(one, "db.service.mean");
  assert_true(service > 4.9 && service < 5.6);
  sj_results_destroy(one);
  sj_results_destroy(many);
}

static void nothing_is_lost(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof busy / sizeof *busy; i++) {
    struct sj_results *const results = run(busy[i], 1, false);
    for (size_t r = 0; r < 4; r++) {
      const double *const values = results->runs[r].values;
      assert_int_equal(values[sj_results_find(results, "web.arrivals")], 1200);
      const double completed = values[sj_results_find(results, "web.completed")];
      /* What is left had been answered when the run ended. */
      const double unfinished = values[sj_results_find(results, "web.unfinished")];
      if (!(completed > 600 && completed + unfinished == 1200))
        fail_msg("%s: %g completed, %g not", busy[i], completed, unfinished);
    }
    sj_results_destroy(results);
  }
  struct sj_results *const long_run =
      run("model { quantum = 1 }\nrun { duration = 400, runs = 3, kind = \"terminating\" }\n"
          "servers \"db\" { count = 3, threads = 2, service = exponential { mean = 4 } }\n"
          "client \"web\" { calls = \"db\", arrivals = piecewise { {0, 1}, {300, 0} },\n"
          "  policy = least_cost { cost = client_in_flight } }\n",
          0, false);
  for (size_t r = 0; r < 3; r++) {
    const double *const values = long_run->runs[r].values;
    const double sojourns =
        values[sj_results_find(long_run, "db.sojourn.mean")] * values[sj_results_find(long_run, "web.completed")];
    const double present = values[sj_results_find(long_run, "db.in_system.mean")] * 400;
    assert_true(fabs(sojourns - present) < 1e-6 * present);
  }
  sj_results_destroy(long_run);
}

/* A member that in every tick has one thread or two, and two requests for ever. Those that a new member has no thread
 * for wait half of the time if they are put back, and never after they began if not. */
static void replacement_puts_back(void **state) {
  (void)state;
  for (int requeue = 0; requeue < 2; requeue++) {
    char *const text = sj_format(
        "model { quantum = 1 }\nrun { duration = 1000, drain = 0, runs = 1 }\n"
        "server \"db\" { service = 1e6, threads = uniform_int { min = 1, max = 2 },\n"
        "  replace = { rate = 1, requeue = %s } }\n"
        "client \"web\" { calls = \"db\", arrivals = spread { count = 2, over = 1 } }\n",
        requeue ? "true" : "false");
    struct sj_results *const results = run(text, 1, false);
    const double waiting = sj_results_value(results, "db.waiting.mean");
    assert_true(requeue ? fabs(waiting - 0.5) < 0.07 : waiting < 0.02);
    sj_results_destroy(results);
    free(text);
  }
}

/* Each tick with probability 1/4: over 2000 ticks 500 new works of the one member, each time 1 or 3 ticks. */
static void replacement_draws_anew(void **state) {
  (void)state;
  struct sj_results *const results =
      run("model { quantum = 1 }\nrun { duration = 2000, runs = 1 }\n"
          "server \"db\" { threads = 10, service = per_member(uniform_int { min = 0, max = 1 }, function(x)\n"
          "  return constant(1 + 2 * x) end), replace = { rate = 0.25 } }\n"
          "client \"web\" { calls = \"db\", arrivals = every(1) }\n",
          1, false);
  assert_true(fabs(sj_results_value(results, "db.service.mean") - 2) < 0.2);
  assert_true(sj_results_value(results, "db.service.min") == 1 && sj_results_value(results, "db.service.max") == 3);
  sj_results_destroy(results);
}

/* The same of a channel. */
static void links_are_drawn_anew(void **state) {
  (void)state;
  for (int redraw = 0; redraw < 2; redraw++) {
    char *const text = sj_format(
        "model { quantum = 1 }\nrun { duration = 2000, runs = 1 }\nserver \"db\" { threads = 10, service = 1, rtt = 4 "
        "}\n"
        "client \"web\" { calls = \"db\", arrivals = every(1), network = link {\n"
        "  one_way = per_member(server_rtt / 2 + uniform_int { min = 0, max = 1 }, function(x)\n"
        "    return constant(x) end), redraw = %s } }\n",
        redraw ? "0.25" : "0");
    struct sj_results *const results = run(text, 1, false);
    /* Two ways of 2 or 3 ticks, the last of the one being the first of service, which is the first of the other. */
    const double least = sj_results_value(results, "web.latency.min");
    const double most = sj_results_value(results, "web.latency.max");
    assert_true(redraw ? least == 3 && most == 5 : least == most && (least == 3 || least == 5));
    sj_results_destroy(results);
    free(text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(policies_share_requests), cmocka_unit_test(ticks_of_the_same_process),
      cmocka_unit_test(threads_change_nothing),  cmocka_unit_test(laws_come_and_go),
      cmocka_unit_test(nothing_is_lost),         cmocka_unit_test(replacement_puts_back),
      cmocka_unit_test(replacement_draws_anew),  cmocka_unit_test(links_are_drawn_anew),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
