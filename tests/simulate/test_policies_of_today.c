/* The policies of today in running models: that each does what it is for, and that every one of them stands everything
 * else that a model can have. Shares of chance lie within five standard deviations at fixed seeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"
#include "sojourn/model.h"
#include "sojourn/results.h"

static struct sj_results *run_text(const char *text, uint32_t threads, char **rows) {
  struct scratch scratch;
  scratch_create(&scratch);
  scratch_write(&scratch, "model.lua", text);
  struct sj_model *const model = scratch_load(&scratch);
  struct sj_simulate_options options;
  sj_simulate_options_default(&options);
  options.members = true;
  options.threads = threads;
  struct sj_results *const results = scratch_run(model, &options, rows);
  sj_model_destroy(model);
  scratch_destroy(&scratch);
  return results;
}

static struct sj_results *run_with(const char *format, const char *policy) {
  char text[2000];
  snprintf(text, sizeof text, format, policy);
  return run_text(text, 1, NULL);
}

static double value(const struct sj_results *results, const char *name) {
  if (sj_results_find(results, name) == SIZE_MAX) fail_msg("there is no metric %s", name);
  return sj_results_value(results, name);
}

static double member(const struct sj_results *results, unsigned i, const char *metric) {
  char name[64];
  snprintf(name, sizeof name, "api[%u].%s", i, metric);
  return value(results, name);
}

/* ---- what they are for ---- */

/* Member 0 is three times as slow: utilizations even out, so it serves a third of what the others do. */
static void weighted_round_robin_evens_out_utilization(void **state) {
  (void)state;
  struct sj_results *const results = run_with(
      "server \"api\" { count = 4, threads = 8, service = exponential { mean = 1 } }\n"
      "client \"web\" { calls = \"api\", arrivals = poisson { rate = 13 }, policy = %s }\n"
      "fault { at = 0, slow = \"api[0]\", by = 3 } run { duration = 3000, runs = 1, kind = \"terminating\" }\n",
      "weighted_round_robin");
  for (unsigned i = 0; i < 4; i++) assert_true(fabs(member(results, i, "utilization.mean") - 0.487) < 0.04);
  assert_true(fabs(member(results, 0, "throughput") / 13 - 0.1) < 0.01);
  sj_results_destroy(results);
}

/* Member 0 refuses at once, which looks fast. */
static void success_latency_avoids_what_fails_fast(void **state) {
  (void)state;
  static const char format[] =
      "server \"api\" { count = 4, threads = 8, service = exponential { mean = 1 } }\n"
      "client \"web\" { calls = \"api\", arrivals = poisson { rate = 5 }, timeout = 9, network = link { rtt = 0.01 }, "
      "policy = %s "
      "}\n"
      "fault { at = 20, crash = \"api[0]\" } run { duration = 1000, runs = 1, kind = \"terminating\" }\n";
  struct sj_results *const deceived = run_with(format, "peak_ewma { choices = 4 }");
  struct sj_results *const wise = run_with(format, "success_latency { choices = 4 }");
  assert_true(value(deceived, "web.failed.ratio") > 0.6);
  assert_true(value(wise, "web.failed.ratio") < 0.02);
  sj_results_destroy(deceived);
  sj_results_destroy(wise);
}

/* A member ten times as slow gets 1/40 of the requests at random, and nearly none by Prequal and by peak EWMA. */
static void slow_members_are_avoided(void **state) {
  (void)state;
  static const char format[] =
      "server \"api\" { count = 40, threads = 4, service = exponential { mean = 0.02 }, probe_service = 0.0001 }\n"
      "client \"web\" { calls = \"api\", arrivals = poisson { rate = 3000 }, network = link { rtt = 0.001 },\n"
      "  policy = %s }\n"
      "fault { at = 0, slow = \"api[7]\", by = 10 } run { duration = 20, runs = 1, kind = \"terminating\" }\n";
  static const struct {
    const char *policy;
    double least, most;
  } cases[] = {{"random", 0.02, 0.03},
               {"prequal", 0, 0.007},
               {"peak_ewma { choices = 4, decay = 1 }", 0, 0.007},
               {"success_latency { choices = 4 }", 0, 0.007},
               {"join_shortest_queue", 0, 0.012}};
  double latency[5];
  for (int c = 0; c < 5; c++) {
    struct sj_results *const results = run_with(format, cases[c].policy);
    const double share = value(results, "api[7].throughput") / 3000;
    latency[c] = value(results, "web.latency.p99");
    if (c > 0 && !(share <= cases[c].most && latency[c] < 0.5 * latency[0]))
      fail_msg("%s: share %g, 99 %% within %g", cases[c].policy, share, latency[c]);
    sj_results_destroy(results);
  }
}

/* True queues: whoever sees them keeps the longest far shorter than chance does. */
static void queues_that_are_seen_stay_short(void **state) {
  (void)state;
  static const char format[] =
      "server \"api\" { count = 20, service = exponential { mean = 1 } }\n"
      "client \"web\" { count = 4, calls = \"api\", arrivals = poisson { rate = 18 }, policy = %s }\n"
      "run { duration = 2000, runs = 1, kind = \"terminating\" }\n";
  static const char *const policies[] = {"random", "power_of_choices { sees = \"servers\" }", "join_idle_queue",
                                         "join_shortest_queue { sees = \"servers\" }"};
  double latency[4];
  for (int p = 0; p < 4; p++) {
    struct sj_results *const results = run_with(format, policies[p]);
    latency[p] = value(results, "web.latency.mean");
    sj_results_destroy(results);
  }
  /* Random splitting is M/M/1 at 0.9: 10. */
  assert_true(fabs(latency[0] - 10) < 2);
  assert_true(latency[1] < 0.4 * latency[0] && latency[2] < 0.5 * latency[0]);
  assert_true(latency[3] < 0.8 * latency[1]);
}

/* 24 callers that send alike: subsets dealt out, and rings, offer all 12 servers the same; drawn ones do not. */
static void subsets_offer_servers_the_same(void **state) {
  (void)state;
  static const char format[] =
      "server \"api\" { count = 12, threads = 50, service = 0.01 }\n"
      "client \"web\" { count = 24, per_client = true, calls = \"api\", arrivals = every(0.1), policy = %s }\n"
      "run { duration = 200, runs = 1, kind = \"terminating\" }\n";
  static const char *const even[] = {"caller_subset(round_robin, 3)", "aperture { size = 3 }",
                                     "caller_subset(random, { size = 3, how = \"aperture\" })"};
  for (int p = 0; p < 3; p++) {
    struct sj_results *const results = run_with(format, even[p]);
    for (unsigned i = 0; i < 12; i++) {
      const double throughput = member(results, i, "throughput");
      if (!(fabs(throughput - 20) < 5 * sqrt(20 / 200.))) fail_msg("%s: %g at member %u", even[p], throughput, i);
    }
    sj_results_destroy(results);
  }
  struct sj_results *const results = run_with(format, "caller_subset(round_robin, { size = 3, how = \"random\" })");
  double least = INFINITY, most = 0;
  for (unsigned i = 0; i < 12; i++) {
    least = fmin(least, member(results, i, "throughput"));
    most = fmax(most, member(results, i, "throughput"));
  }
  assert_true(most > 1.4 * least);
  sj_results_destroy(results);
}

/* Four callers in three zones, so zone 0 has half of them, and six servers, two in each: all serve the same, and zone 1
 * keeps its own. */
static void zones_offer_servers_the_same(void **state) {
  (void)state;
  struct sj_results *const results = run_with(
      "server \"api\" { count = 6, threads = 50, service = 0.01 }\n"
      "client \"web\" { count = 4, per_client = true, calls = \"api\", arrivals = every(0.1), policy = %s }\n"
      "run { duration = 500, runs = 1, kind = \"terminating\" }\n",
      "zone_aware(random, 3)");
  for (unsigned i = 0; i < 6; i++) assert_true(fabs(member(results, i, "throughput") - 40 / 6.) < 5 * sqrt(6.7 / 500.));
  sj_results_destroy(results);
}

/* One key makes one server of many, unless loads are bounded; many keys spread as evenly as the table. */
static void keys_meet_at_their_server(void **state) {
  (void)state;
  static const char format[] =
      "server \"api\" { count = 10, threads = 100, service = exponential { mean = 0.1 } }\n"
      "client \"web\" { calls = \"api\", arrivals = poisson { rate = 200 }, policy = %s }\n"
      "run { duration = 100, runs = 1, kind = \"terminating\" }\n";
  static const char *const policies[] = {"maglev { keys = 1 }", "bounded_hash { keys = 1 }", "maglev",
                                         "bounded_hash { load_factor = 1.05 }"};
  static const double most_shares[] = {1.01, 0.2, 0.115, 0.125};
  for (int p = 0; p < 4; p++) {
    struct sj_results *const results = run_with(format, policies[p]);
    double most = 0;
    for (unsigned i = 0; i < 10; i++) most = fmax(most, member(results, i, "throughput") / 200);
    if (!(most < most_shares[p] && (p > 0 || most > 0.98)))
      fail_msg("%s: the most at a member is %g", policies[p], most);
    sj_results_destroy(results);
  }
}

/* ---- all of them under everything ---- */

static const char *const every_policy[] = {
    "power_of_choices",
    "power_of_choices { sees = \"servers\", choices = 3 }",
    "join_shortest_queue",
    "join_shortest_queue { sees = \"servers\" }",
    "join_idle_queue",
    "join_idle_queue { callers = 3 }",
    "least_requests",
    "least_requests { weights = { 1, 3, 2 }, active_request_bias = 2 }",
    "peak_ewma",
    "success_latency",
    "weighted_round_robin { blackout = 1, update = 0.5, expiry = 5 }",
    "prequal { pool = 4 }",
    "bounded_hash",
    "bounded_hash { keys = 20, zipf = 1.1 }",
    "maglev { table = 251 }",
    "maglev { keys = 20, zipf = 1.1 }",
    "aperture",
    "aperture { size = 2 }",
    "zone_aware(least_requests { weights = { 1, 2 } }, { zones = 3, least_members = 2 })",
    "zone_aware(join_shortest_queue, 2)",
    "zone_aware(weighted_round_robin { blackout = 1 }, 4)",
    "caller_subset(prequal { pool = 4 }, 4)",
    "caller_subset(with_probes(peak_ewma), { size = 5, how = \"aperture\" })",
    "caller_subset(join_shortest_queue, { size = 3, how = \"random\" })",
    "caller_subset(fastest_probe, 3)",
    "with_probes(join_idle_queue)",
    "subset_of(least_requests { weights = { 1, 2 } }, 3)",
    "subset_of(maglev, 4)"};
enum { POLICIES = sizeof every_policy / sizeof *every_policy };

static void every_request_is_accounted_for(const struct sj_results *results, const char *policy) {
  const double arrivals = value(results, "web.arrivals"), completed = value(results, "web.completed");
  const double failed = value(results, "web.failed"), unfinished = value(results, "web.unfinished");
  if (!(arrivals > 100 && completed > 0.3 * arrivals && fabs(arrivals - completed - failed - unfinished) < 1e-6))
    fail_msg("%s: %g came, %g done, %g failed, %g left", policy, arrivals, completed, failed, unfinished);
}

/* Timeouts, retries, breakers, hedges, lost messages, replaced, crashed, stalled and slow members, refusals; the same
 * on one thread and on two. */
static void policies_stand_everything(void **state) {
  (void)state;
  static const char format[] =
      "server \"api\" { count = 8, threads = 2, capacity = 12, service = exponential { mean = 0.1 },\n"
      "  replace = { rate = 0.05 }, probe_service = 0.002 }\n"
      "client \"web\" { count = 5, calls = \"api\", arrivals = poisson { rate = 110 }, timeout = 0.5, retries = 2,\n"
      "  circuit_breaker = { failures = 0.3, window = 2, open_for = 1 }, hedge = { delay = 0.3 }, cancel = true,\n"
      "  network = link { rtt = exponential { mean = 0.01 }, loss = 0.01 }, policy = %s }\n"
      "fault { at = 3, lasts = 2, crash = \"api[1]\" } fault { at = 4, lasts = 3, stall = \"api[2]\" }\n"
      "fault { at = 6, lasts = 3, slow = \"api\", by = 2, members = 3 } fault { at = 7, lasts = 2, fail = \"api\", "
      "ratio = 0.3 }\n"
      "fault { at = 8, lasts = 1, crash = \"api\" }\n"
      "run { duration = 12, runs = 2, kind = \"terminating\", drain = 20 }\n";
  for (int p = 0; p < POLICIES; p++) {
    char text[2000], *rows[2];
    snprintf(text, sizeof text, format, every_policy[p]);
    for (uint32_t threads = 1; threads <= 2; threads++) {
      struct sj_results *const results = run_text(text, threads, &rows[threads - 1]);
      every_request_is_accounted_for(results, every_policy[p]);
      sj_results_destroy(results);
    }
    assert_string_equal(rows[0], rows[1]);
    free(rows[0]);
    free(rows[1]);
  }
}

/* In discrete time, between servers, and in pipelines. */
static void policies_run_elsewhere(void **state) {
  (void)state;
  static const char discrete[] =
      "model { quantum = 0.01 }\n"
      "server \"api\" { count = 8, threads = 2, service = floor(exponential { mean = 0.1 } * 100) / 100 + 0.01,\n"
      "  replace = { rate = 0.1 }, probe_service = 0.01 }\n"
      "client \"web\" { count = 5, calls = \"api\", arrivals = poisson { rate = 80 },\n"
      "  network = link { one_way = 0.01 }, policy = %s }\n"
      "run { duration = 10, runs = 1, kind = \"terminating\" }\n";
  static const char between[] =
      "server \"front\" { count = 4, threads = 20, service = 0.001, calls = { { \"api\", timeout = 2, policy = %s } } "
      "}\n"
      "server \"api\" { count = 8, threads = 2, service = exponential { mean = 0.1 } }\n"
      "client \"web\" { count = 5, calls = \"front\", arrivals = poisson { rate = 80 } }\n"
      "run { duration = 10, runs = 1, kind = \"terminating\" }\n";
  static const char pipeline[] =
      "server \"front\" { count = 4, threads = 20, service = 0.001, forward = { { \"api\", timeout = 2, policy = %s } "
      "} }\n"
      "server \"api\" { count = 8, threads = 2, service = exponential { mean = 0.1 } }\n"
      "client \"web\" { count = 5, calls = \"front\", arrivals = poisson { rate = 80 }, timeout = 5 }\n"
      "run { duration = 10, runs = 1, kind = \"terminating\" }\n";
  static const char *const worlds[] = {discrete, between, pipeline};
  for (int p = 0; p < POLICIES; p++)
    for (int w = 0; w < 3; w++) {
      struct sj_results *const results = run_with(worlds[w], every_policy[p]);
      every_request_is_accounted_for(results, every_policy[p]);
      sj_results_destroy(results);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(weighted_round_robin_evens_out_utilization),
      cmocka_unit_test(success_latency_avoids_what_fails_fast),
      cmocka_unit_test(slow_members_are_avoided),
      cmocka_unit_test(queues_that_are_seen_stay_short),
      cmocka_unit_test(subsets_offer_servers_the_same),
      cmocka_unit_test(zones_offer_servers_the_same),
      cmocka_unit_test(keys_meet_at_their_server),
      cmocka_unit_test(policies_stand_everything),
      cmocka_unit_test(policies_run_elsewhere),
  };
  return cmocka_run_group_tests_name("policies of today", tests, NULL, NULL);
}
