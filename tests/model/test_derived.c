/* What follows from a model: arrival rates, run settings, offered load, whether anything is random. */
#include "loading.h"

#include "base/base.h"

static struct sj_model *load_arrivals(const char *arrivals) {
  char *const text = sj_format(API "client 'web' { calls = 'api', arrivals = %s }\n", arrivals);
  struct sj_model *const model = load(text);
  free(text);
  return model;
}

static void kinds_rates_and_durations(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum sj_arrivals_kind kind;
    enum sj_run_kind run;
    double rate, duration; /* NAN: not looked at */
  } cases[] = {
      {"poisson { rate = 8 }", SJ_ARRIVALS_POISSON, SJ_RUN_STEADY, 8, 12500},
      {"renewal { interval = uniform { min = 0, max = 1 } }", SJ_ARRIVALS_RENEWAL, SJ_RUN_STEADY, 2, 50000},
      {"every(0.25)", SJ_ARRIVALS_RENEWAL, SJ_RUN_STEADY, 4, 25000},
      /* Two thirds of the time in state 1: 2/3 * 1 + 1/3 * 10 = 4. */
      {"mmpp { rates = {1, 10}, transitions = { {7, 1}, {2, 0} } }", SJ_ARRIVALS_MMPP, SJ_RUN_STEADY, 4, 25000},
      /* A ring of three states left at rates 1, 2 and 3: in them 6/11, 3/11 and 2/11 of the time. */
      {"mmpp { rates = {11, 22, 33}, transitions = { {0, 1, 0}, {0, 0, 2}, {3, 0, 0} } }", SJ_ARRIVALS_MMPP,
       SJ_RUN_STEADY, 6 + 6 + 6, 1e5 / 18},
      /* 10 s without, 100 a second for 500 s, then 50 a second: 10^5 at 10 + 500 + 1000. */
      {"piecewise { {10, 100}, {510, 50} }", SJ_ARRIVALS_PIECEWISE, SJ_RUN_TERMINATING, 1e5 / 1510, 1510},
      {"piecewise { {0, 1000}, {200, 1} }", SJ_ARRIVALS_PIECEWISE, SJ_RUN_TERMINATING, 1000, 100},
      {"piecewise { {0, 5}, {20, 0} }", SJ_ARRIVALS_PIECEWISE, SJ_RUN_TERMINATING, 5, 20},
      {"spread { count = 600, over = 60 }", SJ_ARRIVALS_SPREAD, SJ_RUN_TERMINATING, 10, 60},
      /* Five users, each 0.4 s thinking and 0.1 s in service: at most 10 a second. */
      {"closed { population = 5, think = exponential { mean = 0.4 } }", SJ_ARRIVALS_CLOSED, SJ_RUN_STEADY, NAN, 1e4},
      /* Two of them: at most 4 a second, for they are never both in service for long. */
      {"closed { population = 2, think = exponential { mean = 0.4 } }", SJ_ARRIVALS_CLOSED, SJ_RUN_STEADY, NAN, 25000},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sj_model *const model = load_arrivals(cases[i].text);
    print_message("# %s\n", cases[i].text);
    assert_int_equal(model->clients[0].arrivals.kind, cases[i].kind);
    assert_int_equal(model->run.kind, cases[i].run);
    if (isnan(cases[i].rate))
      assert_true(isnan(model->clients[0].arrivals.mean_rate));
    else
      assert_near(model->clients[0].arrivals.mean_rate, cases[i].rate, 1e-12);
    assert_near(model->run.duration, cases[i].duration, 1e-12);
    assert_near(model->run.drain, 10 * model->run.duration, 1e-15);
    if (model->run.kind == SJ_RUN_TERMINATING) assert_true(model->run.warmup == 0);
    sj_model_destroy(model);
  }
}

static void arrivals_as_written(void **state) {
  (void)state;
  struct sj_model *model = load_arrivals("mmpp { rates = {1, 10}, transitions = { {7, 1}, {2, 9} } }");
  const struct sj_arrivals *arrivals = &model->clients[0].arrivals;
  assert_int_equal(arrivals->state_count, 2);
  assert_true(arrivals->rates[0] == 1 && arrivals->rates[1] == 10);
  assert_true(arrivals->transitions[0] == 0 && arrivals->transitions[1] == 1 && arrivals->transitions[2] == 2 &&
              arrivals->transitions[3] == 0);
  sj_model_destroy(model);
  model = load_arrivals("piecewise { {1, 5}, {2.5, 0} }");
  arrivals = &model->clients[0].arrivals;
  assert_true(arrivals->piece_count == 2 && arrivals->from[1] == 2.5 && arrivals->rates[0] == 5);
  sj_model_destroy(model);
  model = load_arrivals("closed { population = 7, think = 3 }");
  assert_int_equal(model->clients[0].arrivals.population, 7);
  assert_true(model->clients[0].arrivals.interval.fixed->location == 3);
  sj_model_destroy(model);
  model = load_arrivals("spread { count = 1e10, over = 5 }");
  assert_true(model->clients[0].arrivals.count == UINT64_C(10000000000) && model->clients[0].arrivals.over == 5);
  sj_model_destroy(model);
}

/* The figures of the recording are those stated where it comes from: 45,692 transactions, the last due 19.97 s after
 * the first, service mean 1.499 ms and cv 0.36, offered load 0.86. */
static void recording(void **state) {
  (void)state;
  struct sj_model *const model = load(
      "model { time_unit = 'ms' }\n"
      "server 'postgres' { threads = 4, service = recorded() }\n"
      "client 'pgbench' { calls = 'postgres', arrivals = trace {\n"
      "  file = 'data/pgbench-4-connections.log.gz', rate_factor = 2 } }\n");
  const struct sj_arrivals *const arrivals = &model->clients[0].arrivals;
  const struct sj_trace_summary *const summary = sj_trace_summary_of(arrivals->trace);
  assert_int_equal(summary->count, 45692);
  assert_true(summary->has_service && !summary->has_size);
  assert_near(summary->service_mean, 1.499, 1e-3);
  assert_true(arrivals->rate_factor == 2);
  assert_int_equal(model->run.kind, SJ_RUN_TERMINATING);
  assert_near(model->run.duration, 19970 / 2.0, 1e-4);
  assert_true(model->run.duration > summary->end / 2 && nextafter(model->run.duration, 0) <= summary->end / 2);
  assert_near(arrivals->mean_rate, 2 * 2.2881, 1e-3);
  assert_near(offered_load(model, 0), 2 * 0.8576, 1e-3);
  assert_int_equal(model->servers[0].apis[0].work.fixed->kind, SJ_RECORDED);
  assert_true(model->run.nothing_random && model->run.runs == 1);
  sj_model_destroy(model);
}

static void part_of_a_recording(void **state) {
  (void)state;
  struct sj_model *const model = load(
      "server 'postgres' { service = 2 * recorded() + 0.001 }\n"
      "client 'pgbench' { calls = 'postgres', arrivals = trace {\n"
      "  file = 'data/pgbench-1-connection.log.gz', format = 'pgbench', from = 1, to = 2 } }\n");
  const struct sj_trace_summary *const summary = sj_trace_summary_of(model->clients[0].arrivals.trace);
  /* 749 a second: five deviations. */
  assert_in_range(summary->count, 749 - 137, 749 + 137);
  assert_true(summary->end <= 1 && summary->end > 0.98);
  assert_near(offered_load(model, 0), (double)summary->count / summary->end * (2 * summary->service_mean + 0.001),
              1e-12);
  sj_model_destroy(model);
}

static void settings_win_over_defaults(void **state) {
  (void)state;
  struct sj_model *model =
      load(API WEB
           "run { duration = 10000, warmup = 100, drain = 500, runs = 3, seed = 42, kind = 'steady' }\n"
           "fault { at = 1, lasts = 1, crash = 'api' }\n");
  assert_true(model->run.duration == 10000 && model->run.warmup == 100 && model->run.drain == 500);
  assert_true(model->run.runs == 3 && model->run.seed == 42 && model->run.kind == SJ_RUN_STEADY);
  sj_model_destroy(model);
  model = load(API WEB "run { kind = 'terminating' }\n");
  assert_true(model->run.kind == SJ_RUN_TERMINATING && model->run.warmup == 0);
  sj_model_destroy(model);
  model = load(API WEB "fault { at = 1, lasts = 1, crash = 'api' }\nfault { at = 99999, crash = 'api' }\n");
  assert_true(model->run.kind == SJ_RUN_TERMINATING);
  assert_int_equal(model->note_count, 1);
  assert_string_equal(model->notes[0], "The fault at 99999 comes after the end of arrivals.");
  sj_model_destroy(model);
}

static void what_is_random(void **state) {
  (void)state;
#define CLOCK "client 'web' { calls = 'api', arrivals = every(1) "
  static const struct {
    bool random;
    const char *text;
  } cases[] = {
      {false, "server 'api' { service = 0.5 }\n" CLOCK "}"},
      {true, "server 'api' { service = exponential { mean = 0.5 } }\n" CLOCK "}"},
      {false, "server 'api' { service = empirical { values = {1} } }\n" CLOCK "}"},
      {true, "server 'api' { service = 0.5 }\nclient 'web' { calls = 'api', arrivals = poisson { rate = 1 } }"},
      {true,
       "server 'api' { service = 0.5 }\nclient 'web' { calls = 'api', arrivals = spread { count = 5, over = 1 } }"},
      {true, "server 'api' { service = 0.5 }\nclient 'web' { calls = 'api', arrivals = piecewise { {0, 1} } }"},
      {false,
       "server 'api' { service = 0.5 }\nclient 'web' { calls = 'api', arrivals = closed { population = 2, think = 1 } "
       "}"},
      {true, "server 'api' { service = 0.5, discipline = 'random' }\n" CLOCK "}"},
      {false, "server 'api' { service = 0.5, discipline = 'priority' }\n" CLOCK "}"},
      {true, "server 'api' { service = 0.5, count = 2 }\n" CLOCK "}"},
      {false, "server 'api' { service = 0.5, count = 2 }\n" CLOCK ", policy = round_robin }"},
      {true, "server 'api' { service = 0.5, count = 3 }\n" CLOCK ", policy = round_robin, subset = 2 }"},
      {true, "server 'api' { service = 0.5, count = 2, replace = { rate = 1 } }\n" CLOCK ", policy = round_robin }"},
      {true,
       "server 'api' { service = 0.5, capacity = 9, admission = throttle { above = 0, admit = 0.5 } }\n" CLOCK "}"},
      {false,
       "server 'api' { service = 0.5, capacity = 9, admission = throttle { above = 0, admit = 1 } }\n" CLOCK "}"},
      {true, "server 'api' { service = 0.5, threads = uniform_int { min = 1, max = 2 } }\n" CLOCK "}"},
      {true,
       "server 'api' { service = per_member(uniform { min = 1, max = 2 }, function(x) return x end) }\n" CLOCK "}"},
      {true, "server 'api' { service = 0.5 }\n" CLOCK ", count = 2 }"},
      {false, "server 'api' { service = 0.5 }\n" CLOCK ", count = 2, per_client = true }"},
      {true, "server 'api' { service = 0.5 }\n" CLOCK ", network = link { rtt = 1, loss = 0.1 } }"},
      {true, "server 'api' { service = 0.5 }\n" CLOCK ", network = link { rtt = exponential { mean = 1 } } }"},
      {false, "server 'api' { service = 0.5 }\n" CLOCK ", network = link { rtt = 1 } }"},
      {true, "server 'api' { service = 0.5 }\n" CLOCK
             ", retries = 1, backoff = exponential_backoff { base = 1, jitter = 'full' } }"},
      {false, "server 'api' { service = 0.5 }\n" CLOCK ", retries = 1, backoff = exponential_backoff { base = 1 } }"},
      {true, "server 'api' { service = 0.5 }\n" CLOCK ", size = exponential { mean = 1 } }"},
      {true, "server 'api' { service = 0.5 }\n" CLOCK ", timeout = exponential { mean = 1 } }"},
      {true,
       "server 'api' { service = 0.5 }\nserver 'b' { service = 1 }\nclient 'web' { calls = { {1, 'api'}, {1, 'b'} }, "
       "arrivals = every(1) }"},
      {true,
       "server 'api' { service = 0.5 }\nserver 'b' { service = 1, calls = { { 'api', timeout = exponential { mean "
       "= 1 } } } }\nclient 'web' { calls = 'b', arrivals = every(1) }"},
      {true,
       "server 'api' { service = 0.5 }\n" CLOCK "} fault { at = 1, lasts = exponential { mean = 1 }, crash = 'api' }"},
      {true, "server 'api' { service = 0.5 }\n" CLOCK "} fault { every = 5, lasts = 1, fail = 'api', ratio = 0.5 }"},
      {false, "server 'api' { service = 0.5 }\n" CLOCK "} fault { at = 1, lasts = 1, crash = 'api' }"},
      {true, "server 'api' { service = 0.5 }\n" CLOCK "} fault { at = 1, lasts = 1, fail = 'api', ratio = 0.5 }"},
      {false, "server 'api' { service = 0.5 }\n" CLOCK "} fault { at = 1, lasts = 1, fail = 'api' }"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    print_message("# %s\n", cases[i].text);
    struct sj_model *const model = load(cases[i].text);
    assert_int_equal(model->run.nothing_random, !cases[i].random);
    assert_int_equal(model->run.runs, cases[i].random ? 8 : 1);
    sj_model_destroy(model);
  }
}

static void assert_load(const char *text, const char *server, double expected) {
  struct sj_model *const model = load(text);
  for (size_t i = 0; i < model->server_count; i++) {
    if (strcmp(model->servers[i].name, server) != 0) continue;
    if (isnan(expected))
      assert_true(isnan(offered_load(model, i)));
    else
      assert_near(offered_load(model, i), expected, 1e-9);
    sj_model_destroy(model);
    return;
  }
  fail();
}

static void offered_loads(void **state) {
  (void)state;
  /* One server: rate * mean / (threads * speed * members). */
  assert_load(
      "server 'a' { service = exponential { mean = 0.5 }, threads = 4, speed = 2, count = 3 }\n"
      "client 'c' { calls = 'a', arrivals = poisson { rate = 12 } }",
      "a", 12 * 0.5 / (4 * 2 * 3));
  /* Retries and timeouts do not count: first attempts only. */
  assert_load(
      "server 'a' { service = 0.2 }\n"
      "client 'c' { calls = 'a', arrivals = poisson { rate = 4 }, timeout = 0.1, retries = 9 }",
      "a", 0.8);
  /* Weights, several clients, several apis: 0.25 * 8 * 0.1 + 0.75 * 8 * 0.02 + 3 * 0.02. */
  static const char shares[] =
      "server 'a' { apis = { slow = 0.1, fast = 0.02 } }\n"
      "client 'c' { calls = { {1, 'a.slow'}, {3, 'a.fast'} }, arrivals = poisson { rate = 8 } }\n"
      "client 'd' { calls = 'a.fast', arrivals = every(1), count = 3, per_client = true }\n";
  assert_load(shares, "a", 0.2 + 0.12 + 0.06);
  /* Downstream: b is called twice by a and once by c; d by b half the time. */
  static const char tree[] =
      "server 'a' { service = 0.1, calls = { 'b', 'b', 'c' } }\n"
      "server 'c' { service = 0.1, calls = 'b' }\n"
      "server 'b' { service = 0.01, calls = { { { {1, 'd'}, {1, 'e'} } } } }\n"
      "server 'd' { service = 0.1 }\nserver 'e' { service = 0.1 }\n"
      "client 'w' { calls = 'a', arrivals = poisson { rate = 2 } }\n";
  assert_load(tree, "a", 0.2);
  assert_load(tree, "c", 0.2);
  assert_load(tree, "b", 3 * 2 * 0.01);
  assert_load(tree, "d", 1.5 * 2 * 0.1);
  /* A pipeline whose branches join: once a request; without the join twice. */
  static const char diamond[] =
      "server 'a' { service = 0.1, forward = { 'b', 'c' } }\n"
      "server 'b' { service = 0.1, forward = 'd' }\nserver 'c' { service = 0.1, forward = 'd' }\n"
      "server 'd' { service = 0.1%s }\nclient 'w' { calls = 'a', arrivals = poisson { rate = 2 } }\n";
  char text[1000];
  snprintf(text, sizeof text, diamond, ", join = true");
  assert_load(text, "d", 0.2);
  snprintf(text, sizeof text, diamond, "");
  assert_load(text, "d", 0.4);
  /* A join behind a call: as often as the call is made, here three times a request. */
  static const char called[] =
      "server 'f' { service = 0.1, calls = { 'a', 'a', 'a' } }\n"
      "server 'a' { service = 0.1, forward = { 'b', 'c' } }\n"
      "server 'b' { service = 0.1, forward = 'd' }\nserver 'c' { service = 0.1, forward = 'd' }\n"
      "server 'd' { service = 0.1, join = true }\nclient 'w' { calls = 'f', arrivals = poisson { rate = 1 } }\n";
  assert_load(called, "d", 0.3);
  /* A closed loop: known only by simulation. Whoever it does not reach is not touched by that. */
  static const char closed[] =
      "server 'a' { service = 0.1 }\nserver 'b' { service = 0.1 }\n"
      "client 'w' { calls = 'a', arrivals = closed { population = 3, think = 1 } }\n"
      "client 'x' { calls = 'b', arrivals = poisson { rate = 1 } }\n";
  assert_load(closed, "a", NAN);
  assert_load(closed, "b", 0.1);
  /* Drawn threads: 1 or 3 with equal chance. */
  assert_load(
      "server 'a' { service = 0.1, threads = empirical { values = {1, 3} } }\n"
      "client 'c' { calls = 'a', arrivals = poisson { rate = 10 } }",
      "a", 0.5);
  /* A drawn mean that is uniform on 1 ... 3. */
  assert_load(
      "server 'a' { service = per_member(uniform { min = 1, max = 3 }, function(m) return exponential { mean = m } "
      "end) }\nclient 'c' { calls = 'a', arrivals = poisson { rate = 0.1 } }",
      "a", 0.2);
}

static void assert_all_of_load(const char *text, double work, double held, double peak) {
  struct sj_model *const model = load(text);
  struct sj_offered_load *const all = sj_model_offered_load(model);
  assert_near(all[0].work, work, 1e-9);
  assert_near(all[0].held, held, 1e-9);
  assert_near(all[0].peak, peak, 1e-9);
  free(all);
  sj_model_destroy(model);
}

/* The time for which threads are held for calls: of the first server in each model, by hand. */
static void threads_held_for_calls(void **state) {
  (void)state;
#define TEXT(a, b)                                                                           \
  "server 'a' { service = 0.1, threads = 2, calls = { " a " }" b                             \
  " }\n"                                                                                     \
  "server 'b' { service = 0.2, speed = 2, calls = { 'd' } }\nserver 'd' { service = 0.3 }\n" \
  "store 's' { latency = 0.5, per_byte = 0.01 }\n"                                           \
  "client 'w' { calls = 'a', arrivals = piecewise { {0, 2}, {100, 6} }, size = 10 }\nrun { duration = 200 }\n"
  /* Four a second on average, six at the peak, two threads; b and d together answer after 0.4. */
  assert_all_of_load(TEXT("'b'", ""), 0.2, 0.8, 1.5);
  assert_all_of_load(TEXT("'b', 'd'", ""), 0.2, 2 * 0.7, 3 * 0.8);
  assert_all_of_load(TEXT("'b', 'd'", ", order = 'parallel'"), 0.2, 2 * 0.4, 3 * 0.5);
  assert_all_of_load(TEXT("'b'", ", async = true"), 0.2, 0, 0.3);
  assert_all_of_load(TEXT("{ 'b', wait = false }, 'd'", ""), 0.2, 0.6, 1.2);
  assert_all_of_load(TEXT("{ 'b', timeout = 0.25, retries = 3 }", ""), 0.2, 0.5, 3 * 0.35);
  assert_all_of_load(TEXT("{ 'b', network = link { rtt = 0.1 } }", ""), 0.2, 1, 3 * 0.6);
  assert_all_of_load(TEXT("'s'", ""), 0.2, 2 * 0.6, 3 * 0.7);
  assert_all_of_load(TEXT("{ { {1, 'b'}, {3, 'd'} } }", ""), 0.2, 2 * 0.325, 3 * 0.425);
#undef TEXT
}

/* A chain of 2000 layers of two servers, each calling both of the next: 2^2000 paths, done at once. */
static void deep_graphs_are_quick(void **state) {
  (void)state;
  static const char text[] =
      "local n = 2000\n"
      "for i = 1, n do for _, s in ipairs { 'a', 'b' } do\n"
      "  local next = i < n and { { { {1, 'a' .. i + 1}, {1, 'b' .. i + 1} } } } or nil\n"
      "  server(s .. i) { service = 0.1, calls = next }\n"
      "end end\n"
      "client 'w' { calls = { {1, 'a1'}, {1, 'b1'} }, arrivals = poisson { rate = 4 } }\n";
  struct sj_model *const model = load(text);
  for (size_t i = 0; i < model->server_count; i++) assert_near(offered_load(model, i), 0.2, 1e-9);
  sj_model_destroy(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(kinds_rates_and_durations),
      cmocka_unit_test(arrivals_as_written),
      cmocka_unit_test(recording),
      cmocka_unit_test(part_of_a_recording),
      cmocka_unit_test(settings_win_over_defaults),
      cmocka_unit_test(what_is_random),
      cmocka_unit_test(offered_loads),
      cmocka_unit_test(threads_held_for_calls),
      cmocka_unit_test(deep_graphs_are_quick),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
