/* Which chain a model becomes, what its states mean, and what is refused. */
#include "loading.h"
#include "reference.h"

#include "model/model.h"
#include "solve/orbit.h"
#include "solve/space.h"

#define SERVER "server 'api' { service = exponential { rate = 10 }, capacity = 9, orbit = 4 }\n"
#define CLIENT "client 'web' { calls = 'api', arrivals = poisson { rate = 8 }, timeout = 3, retries = 4 }\n"

static enum sj_status make(const char *text, bool approximate, double most_bytes, struct sj_space *space,
                           struct sj_error *error) {
  struct sj_model *const model = load(text);
  const struct sj_space_options options = {.approximate = approximate, .most_bytes = most_bytes};
  error->message[0] = 0;
  const enum sj_status status = sj_space_create(model, &options, space, error);
  sj_model_destroy(model);
  return status;
}

static struct sj_space space_of(const char *text, bool approximate) {
  struct sj_space space;
  struct sj_error error;
  if (make(text, approximate, INFINITY, &space, &error) != SJ_OK) fail_msg("%s", error.message);
  return space;
}

static void assert_refused(const char *text, enum sj_status expected, double most_bytes, const char *message) {
  struct sj_space space;
  struct sj_error error;
  const enum sj_status status = make(text, false, most_bytes, &space, &error);
  assert_string_equal(error.message, message);
  assert_int_equal(status, expected);
}

static void assert_note(const struct sj_space *space, size_t index, const char *note) {
  assert_true(index < space->note_count);
  assert_string_equal(space->notes[index], note);
}

static void assert_same_chain(const struct sj_chain *chain, const struct sj_orbit *orbit) {
  struct sj_chain expected;
  assert_int_equal(sj_orbit_chain(orbit, &expected), SJ_OK);
  assert_int_equal(chain->count, expected.count);
  assert_int_equal(chain->end, expected.end);
  for (size_t t = 0; t < expected.end; t++) {
    assert_int_equal(chain->to[t], expected.to[t]);
    assert_within(chain->rate[t], expected.rate[t], 1e-14 * expected.rate[t]);
  }
  sj_chain_clear(&expected);
}

/* ---- one server ---- */

static const struct sj_orbit plain = {.capacity = 9,
                                      .orbit = 4,
                                      .arrival_rate = 8,
                                      .service_rate = 10,
                                      .timeout = 3,
                                      .retries = 4,
                                      .threads = 1,
                                      .alpha = 0.25};

static void test_one_server(void **state) {
  (void)state;
  struct sj_space space = space_of(SERVER CLIENT, false);
  assert_int_equal(space.kind, SJ_SPACE_ORBIT);
  assert_true(space.natural_order);
  assert_int_equal(space.server_count, 1);
  assert_string_equal(space.servers[0].name, "api");
  assert_int_equal(space.servers[0].capacity, 9);
  assert_int_equal(space.servers[0].orbit, 4);
  assert_string_equal(space.clients[0], "web");
  assert_int_equal(space.note_count, 0);
  assert_same_chain(&space.chain, &plain);
  char text[64];
  space.describe(&space, space.full[0], text, sizeof text);
  assert_string_equal(text, "(9, 4)");
  space.describe(&space, space.empty, text, sizeof text);
  assert_string_equal(text, "(0, 0)");
  sj_space_clear(&space);
}

static void test_settings(void **state) {
  (void)state;
  struct sj_space space = space_of(
      "server 'api' { service = exponential { mean = 0.2 }, speed = 2, threads = 3, capacity "
      "= 50 }\n" CLIENT
      "solve { timeout_tail = 'chebyshev', arrivals = 'original', alpha "
      "= 0.5, retry_when_full = true }",
      false);
  struct sj_orbit orbit = plain;
  orbit.capacity = 50;
  orbit.orbit = 20; /* the default */
  orbit.threads = 3;
  orbit.alpha = 0.5;
  orbit.retry_when_full = true;
  orbit.tail = SJ_TAIL_CHEBYSHEV;
  orbit.arrivals = SJ_AS_ORIGINAL;
  assert_same_chain(&space.chain, &orbit);
  sj_space_clear(&space);
  space = space_of("server 'api' { service = exponential { rate = 10 }, capacity = 9 }\n" CLIENT, false);
  orbit = plain;
  orbit.orbit = 9; /* no more than there is room for */
  assert_same_chain(&space.chain, &orbit);
  sj_space_clear(&space);
}

/* Rates add up; timeouts and retries are averaged by them. */
static void test_merged_clients(void **state) {
  (void)state;
  struct sj_space space =
      space_of(SERVER
               "client 'a' { calls = 'api', arrivals = poisson { rate = 6 }, timeout = 2, retries = 1 }\n"
               "clients 'b' { count = 4, calls = 'api', arrivals = poisson { rate = 2 }, timeout = 6, retries = 3 }\n",
               false);
  struct sj_orbit orbit = plain;
  orbit.timeout = 3;
  orbit.retries = 1.5;
  assert_same_chain(&space.chain, &orbit);
  assert_note(&space, 0, "clients are merged: their rates add up, their timeouts and retries are averaged");
  assert_within(space.client(&space, 0, SJ_ARRIVING, 7), 6, 0);
  assert_within(space.client(&space, 1, SJ_ARRIVING, 7), 2, 0);
  sj_space_clear(&space);
}

/* Every request is answered in time, lost, or timed out for good: summed over the transitions out of a state, what
 * comes is what goes. */
static void test_requests_are_accounted_for(void **state) {
  (void)state;
  for (int again = 0; again < 2; again++) {
    struct sj_space space = space_of(
        again ? SERVER CLIENT "solve { retry_when_full = true, alpha = 1 }" : SERVER CLIENT "solve { alpha = 1 }",
        false);
    struct sj_orbit orbit = plain;
    orbit.alpha = 1;
    for (size_t i = 0; i < space.chain.count; i++) {
      const double q = space.server(&space, 0, SJ_IN_SYSTEM, i), o = space.server(&space, 0, SJ_ORBIT, i);
      assert_within(space.server(&space, 0, SJ_BUSY, i), fmin(q, 1), 0);
      assert_within(space.server(&space, 0, SJ_WAITING, i), fmax(q - 1, 0), 0);
      assert_within(space.server(&space, 0, SJ_COMPLETIONS, i), 10 * fmin(q, 1), 0);
      double orbit_grows = 0;
      for (size_t t = space.chain.begin[i]; t < space.chain.begin[i + 1]; t++)
        orbit_grows += space.chain.rate[t] * (space.server(&space, 0, SJ_ORBIT, space.chain.to[t]) - o);
      const double answered = space.client(&space, 0, SJ_ANSWERED, i), lost = space.server(&space, 0, SJ_LOST, i);
      /* Timed-out arrivals that find the orbit full are served and forgotten; retries that find a full queue and come
       * again add one. */
      const double late = sj_orbit_timing(&orbit, (uint32_t)q).late;
      const double forgotten = o >= 4 && q < 9 ? 8 * late : 0;
      const double added = again && q >= 9 && o < 4 ? o * sj_orbit_retry_rate(&orbit) : 0;
      assert_within(orbit_grows, 8 + added - answered - lost - forgotten, 1e-12);
    }
    assert_true(isnan(space.client(&space, 0, SJ_OPEN, 0)));
    sj_space_clear(&space);
  }
}

static void test_idle_client(void **state) {
  (void)state;
  struct sj_space space =
      space_of(SERVER
               "client 'web' { calls = 'api', arrivals = mmpp { rates = { 0, 8 }, transitions = { { 0, 1 }, { 1, "
               "0 } } }, timeout = 3, retries = 4 }\n",
               true);
  struct sj_orbit orbit = plain;
  orbit.arrival_rate = 4;
  assert_same_chain(&space.chain, &orbit);
  assert_note(&space, 0, "the `mmpp` arrivals of `web` were replaced by Poisson ones of the same rate");
  sj_space_clear(&space);
}

static void test_approximated(void **state) {
  (void)state;
  struct sj_space space = space_of(
      "server 'api' { apis = { a = gamma { shape = 2, scale = 0.05 }, b = 0.1 }, capacity = "
      "9, orbit = 4, discipline = 'lifo' }\n"
      "client 'web' { calls = { { 1, 'api.a' }, { 3, 'api.b' } }, arrivals = poisson { rate "
      "= 8 }, timeout = uniform { min = 2, max = 4 }, retries = 4, deadline = 99 }\n",
      true);
  assert_same_chain(&space.chain, &plain);
  assert_note(&space, 0, "`web.deadline` is not in the chain");
  assert_note(&space, 1, "the `uniform` timeout of `web` was replaced by its mean");
  sj_space_clear(&space);
}

/* ---- several servers ---- */

static void test_row(void **state) {
  (void)state;
  struct sj_space space = space_of(
      "server 'unused' { service = 1 }\n"
      "server 'back' { service = exponential { rate = 2.8 }, capacity = 9, orbit = 2 }\n"
      "server 'front' { service = exponential { rate = 2.8 }, capacity = 9, orbit = 2, calls = { { 'back', "
      "timeout = 5, retries = 3 } } }\n"
      "client 'web' { calls = 'front', arrivals = poisson { rate = 0.5 }, timeout = 5, retries = 5 }\n"
      "solve { timeout_tail = 'chebyshev' }",
      false);
  assert_int_equal(space.kind, SJ_SPACE_ROW);
  assert_int_equal(space.chain.count, 900);
  assert_string_equal(space.servers[0].name, "front");
  assert_string_equal(space.servers[1].name, "back");
  assert_note(&space, 0, "`unused` is never called and is left out");
  assert_note(
      &space, 1,
      "this is the approximation of servers in a row: what one server hands on arrives at the next as a stream of "
      "its own, all timed-out arrivals join an orbit (alpha is 1)");
  char text[64];
  space.describe(&space, space.full[1], text, sizeof text);
  assert_string_equal(text, "(9, 2), (9, 2)");
  /* At (2, 1), (3, 2): held by nothing, both serve at 2.8; all arrivals go on. */
  size_t at = 0;
  for (size_t i = 0; i < 900; i++) {
    space.describe(&space, i, text, sizeof text);
    if (!strcmp(text, "(2, 1), (3, 2)")) at = i;
  }
  assert_within(space.server(&space, 0, SJ_COMPLETIONS, at), 2.8, 1e-15);
  assert_within(space.server(&space, 0, SJ_IN_SYSTEM, at), 2, 0);
  assert_within(space.server(&space, 0, SJ_LOST, at), 1.0 / 30, 1e-15);
  assert_within(space.server(&space, 1, SJ_ORBIT, at), 2, 0);
  assert_within(space.server(&space, 1, SJ_LOST, at), 2 / 20.0, 1e-15);
  assert_within(space.server(&space, 1, SJ_LOST, space.full[1]), 0.5 + 2 / 20.0, 1e-15);
  assert_within(space.client(&space, 0, SJ_ARRIVING, at), 0.5, 0);
  sj_space_clear(&space);
}

/* A pipeline with a fork and a join, by stage timeouts: the server that joins gets one stream, and has no orbit. */
static void test_pipeline(void **state) {
  (void)state;
  struct sj_space space = space_of(
      "server 'gate' { service = exponential { rate = 4 }, capacity = 2, forward = { { 'a', timeout = 1, retries = 1 "
      "}, { "
      "'b', timeout = 1 } } }\n"
      "server 'a' { service = exponential { rate = 3 }, capacity = 2, orbit = 1, forward = { 'end' } }\n"
      "server 'b' { service = exponential { rate = 1 }, capacity = 2, orbit = 1, forward = { 'end' } }\n"
      "server 'end' { service = exponential { rate = 2 }, capacity = 1, join = true }\n"
      "client 'web' { calls = { 'gate' }, arrivals = poisson { rate = 5 } }\n",
      false);
  assert_int_equal(space.chain.count, 3 * 6 * 6 * 2);
  assert_string_equal(space.servers[3].name, "end");
  assert_true(isnan(space.server(&space, 3, SJ_ORBIT, 0)));
  assert_within(space.server(&space, 1, SJ_ORBIT, 0), 0, 0);
  /* All full: what is refused at the end is the least of the branches, which b serves. */
  assert_within(space.server(&space, 3, SJ_LOST, space.full[0]), 1, 1e-15);
  assert_within(space.server(&space, 0, SJ_LOST, space.full[0]), 5, 1e-15);
  assert_within(space.server(&space, 0, SJ_COMPLETIONS, space.full[0]), 4, 1e-15);
  sj_space_clear(&space);
}

/* Nobody waits for the log: neither its service nor its full queue hold the front's threads. */
static void test_fire_and_forget(void **state) {
  (void)state;
  for (int waits = 0; waits < 2; waits++) {
    char text[512];
    snprintf(
        text, sizeof text,
        "server 'front' { service = exponential { rate = 3 }, capacity = 2, orbit = 1, calls = { { 'log', wait = %s }, "
        "'back' } }\n"
        "server 'back' { service = exponential { rate = 4 }, capacity = 1 }\n"
        "server 'log' { service = exponential { rate = 0.25 }, capacity = 2 }\n"
        "client 'web' { calls = 'front', arrivals = poisson { rate = 1 }, timeout = 5 }\n",
        waits ? "true" : "false");
    struct sj_space space = space_of(text, false);
    assert_int_equal(space.chain.count, 3 * 2 * 2 * 3);
    assert_string_equal(space.servers[2].name, "log");
    assert_within(space.server(&space, 0, SJ_COMPLETIONS, space.full[0]), waits ? 0.25 : 3, 1e-15);
    assert_within(space.server(&space, 2, SJ_LOST, space.full[0]), waits ? 0.25 : 1, 1e-15);
    sj_space_clear(&space);
  }
}

/* ---- refused ---- */

static void test_refusals(void **state) {
  (void)state;
#define WEB "client 'web' { calls = 'api', arrivals = poisson { rate = 8 }, "
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"server 'api' { service = exponential { rate = 10 } }\n" CLIENT,
       "test.lua:1: `api` has an unbounded queue: a chain needs a finite one; expected `capacity`"},
      {"server 'api' { service = gamma { shape = 2, scale = 1 }, capacity = 9 }\n" CLIENT,
       "test.lua:1: `gamma` service of `api`: a chain with timeouts needs an exponential one; `--approximate` takes "
       "its "
       "mean"},
      {"server 'api' { service = 0.1, capacity = 9, discipline = 'ps' }\n" CLIENT,
       "test.lua:1: `constant` service of `api`, which is `ps`: a chain with timeouts needs an exponential one; "
       "`--approximate` takes its mean"},
      {"server 'api' { apis = { a = exponential { rate = 1 }, b = exponential { rate = 2 } }, capacity = 9 }\n"
       "client 'web' { calls = { { 1, 'api.a' }, { 1, 'api.b' } }, arrivals = poisson { rate = 8 }, timeout = 3 }",
       "test.lua:1: the apis of `api` take different times: a chain with timeouts needs one exponential service; "
       "`--approximate` takes the mean"},
      {"server 'api' { service = exponential { rate = 10 }, capacity = 9, count = 2 }\n" CLIENT,
       "test.lua:1: `api` is a pool: with timeouts only single servers can be solved; take one member with its share "
       "of the arrivals, or simulate"},
      {"server 'api' { service = exponential { rate = 10 }, capacity = 9, admission = codel { target = 1, interval = 9 "
       "} "
       "}\n" CLIENT,
       "test.lua:1: `codel` of `api`: a chain with timeouts refuses only when the queue is full; leave it out or "
       "simulate"},
      {SERVER WEB "retries = 2 }\n",
       "test.lua:2: `web` has retries but no timeout: nothing would say how long a request is in the orbit; expected a "
       "`timeout`"},
      {SERVER CLIENT "client 'batch' { calls = 'api', arrivals = poisson { rate = 1 } }\n",
       "test.lua:3: `batch` calls `api` without a timeout, others with one; expected one for all or for none"},
      {SERVER WEB "timeout = exponential { mean = 3 } }\n",
       "test.lua:2: `exponential` timeout of `web`: a chain with timeouts needs a constant one; `--approximate` takes "
       "its "
       "mean"},
      {SERVER WEB "timeout = 3, hedge = { after = 0.9 } }\n",
       "test.lua:2: `web.hedge`: a chain with timeouts knows no second copies of a request; leave it out or simulate"},
      {SERVER WEB "timeout = 3, circuit_breaker = { failures = 0.5, window = 10, open_for = 5 } }\n",
       "test.lua:2: `web.circuit_breaker`: a chain with timeouts knows no circuit breakers; leave it out or simulate"},
      {SERVER WEB "timeout = 3, retries = 1, retry_budget = token_bucket { capacity = 1, rate = 1 } }\n",
       "test.lua:2: `web.retry_budget`: a chain with timeouts knows no retry budgets; leave it out or simulate"},
      {SERVER WEB "timeout = 3, network = link { one_way = 1, loss = 0.1 } }\n",
       "test.lua:2: `web.network.loss`: a chain with timeouts knows no lost messages; leave it out or simulate"},
      {SERVER "client 'web' { calls = 'api', arrivals = piecewise { { 0, 1 }, { 9, 2 } }, timeout = 3 }\n",
       "test.lua:2: `piecewise` arrivals of `web` cannot be solved with timeouts; expected `poisson`"},
      {SERVER "client 'web' { calls = 'api', arrivals = every(2), timeout = 3 }\n",
       "test.lua:2: `renewal` arrivals of `web`: a chain with timeouts needs Poisson ones; `--approximate` takes their "
       "rate"},
      {SERVER "client 'web' { calls = 'api', arrivals = closed { population = 5, think = exponential { mean = 1 } }, "
              "timeout = 3 }\n",
       "test.lua:2: `closed` arrivals of `web` cannot be solved with timeouts; expected `poisson`"},
      {"server 'a' { service = exponential { rate = 1 }, capacity = 2, forward = { 'b' } }\n"
       "server 'b' { service = exponential { rate = 1 }, capacity = 2 }\n"
       "client 'web' { calls = { 'a', stage_timeout = 1 }, arrivals = poisson { rate = 1 }, timeout = 3 }\n",
       "test.lua:3: `web` has a `stage_timeout` or `stage_retries` beside its `timeout` and `retries`: the chain keeps "
       "one orbit a server; leave one of both out or simulate"},
      /* All of it in one go. */
      {"server 'api' { service = 0.1 }\n"
       "client 'web' { calls = 'api', arrivals = every(2), timeout = 3, hedge = { after = 0.9 } }\n",
       "test.lua:2: `renewal` arrivals of `web`: a chain with timeouts needs Poisson ones; `--approximate` takes their "
       "rate\n"
       "test.lua:2: `web.hedge`: a chain with timeouts knows no second copies of a request; leave it out or simulate\n"
       "test.lua:1: `api` has an unbounded queue: a chain needs a finite one; expected `capacity`\n"
       "test.lua:1: `constant` service of `api`: a chain with timeouts needs an exponential one; `--approximate` takes "
       "its "
       "mean"},
      {"model { quantum = 1 }\nserver 'api' { service = 1 }\nclient 'web' { calls = 'api', arrivals = poisson { rate = "
       "0.1 } }",
       "test.lua:1: a model in discrete time (`quantum`) cannot be solved"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_refused(cases[i].text, SJ_INVALID, INFINITY, cases[i].message);
}

static void test_size(void **state) {
  (void)state;
#define BIG(capacity) \
  "server 'api' { service = exponential { rate = 10 }, capacity = " capacity ", orbit = 99 }\n" CLIENT
  struct sj_space space;
  struct sj_error error;
  assert_int_equal(make(BIG("99999"), false, 1e9, &space, &error), SJ_NO_MEMORY);
  const double bytes = sj_space_bytes(1e7, 5e7, 101);
  char expected[256];
  snprintf(
      expected, sizeof expected,
      "the chain would have 10000000 states and 50000000 transitions; eliminated, with a band of 101, it would take "
      "about %.3g GB, more than the 1 GB that it may",
      bytes / 1e9);
  assert_string_equal(error.message, expected);
  assert_true(bytes > 1e7 * 2 * 101 * 8 && bytes < 1e7 * 4 * 101 * 8);
  assert_int_equal(make(BIG("99999999"), false, INFINITY, &space, &error), SJ_NO_MEMORY);
  assert_non_null(strstr(error.message, "the chain would have 10000000000 states"));
  assert_non_null(strstr(error.message, "at most 4294967294 states can be numbered"));
}

/* A pipeline with branches and the timeouts of stages. */
/* clang-format off */
#define STAGE(name, next) \
  "server '" name "' { service = exponential { rate = 2 }, capacity = CAPACITY, orbit = 2, join = '" name "' == 'd'" \
  next " }\n"
#define GRAPH(client) \
  STAGE("a", ", forward = { { 'b', timeout = 3, retries = 1 }, { 'c', timeout = 3 } }") \
  STAGE("b", ", forward = { { 'd', timeout = 3 } }") \
  STAGE("c", ", forward = { { 'd', timeout = 3 } }") \
  STAGE("d", "") \
  "client 'web' { calls = { 'a', stage_timeout = 3, stage_retries = 1 }, arrivals = poisson { rate = 2 }" client "}\n"
/* clang-format on */

/* What is refused says how large the chain would be even without that; what is too large says what makes it smaller. */
static void test_call_graph(void **state) {
  (void)state;
  struct sj_space space;
  struct sj_error error = {""};
  assert_int_equal(make("local CAPACITY = 300\n" GRAPH(", timeout = 36"), false, 1e9, &space, &error), SJ_INVALID);
  assert_non_null(strstr(error.message, "one orbit a server; leave one of both out or simulate"));
  assert_non_null(strstr(error.message, "and as it is the chain would have 664891837281 states"));
  assert_non_null(strstr(error.message, "make `capacity` and `orbit` smaller, or simulate"));
  sj_space_clear(&space);
  assert_int_equal(make("local CAPACITY = 300\n" GRAPH(""), false, 1e9, &space, &error), SJ_NO_MEMORY);
  assert_non_null(strstr(error.message, "the chain would have 664891837281 states"));
  assert_non_null(strstr(error.message, "A smaller `capacity` or `orbit` makes it smaller; `simulate` has no such"));
  sj_space_clear(&space);
  assert_int_equal(make("local CAPACITY = 3\n" GRAPH(""), false, INFINITY, &space, &error), SJ_OK);
  assert_int_equal(space.chain.count, 12 * 12 * 12 * 12);
  sj_space_clear(&space);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_server),
                                     cmocka_unit_test(test_settings),
                                     cmocka_unit_test(test_merged_clients),
                                     cmocka_unit_test(test_requests_are_accounted_for),
                                     cmocka_unit_test(test_idle_client),
                                     cmocka_unit_test(test_approximated),
                                     cmocka_unit_test(test_row),
                                     cmocka_unit_test(test_pipeline),
                                     cmocka_unit_test(test_fire_and_forget),
                                     cmocka_unit_test(test_refusals),
                                     cmocka_unit_test(test_size),
                                     cmocka_unit_test(test_call_graph)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
