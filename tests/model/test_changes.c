/* Overrides, parameters, scenarios, variants for faults, and the canonical form. */
#include "loading.h"

#include "base/base.h"

static const char system_text[] =
    "local rate = param('rate', 9.5, 'requests per second')\n"
    "local shared = exponential { rate = 50 }\n"
    "server 'api' { apis = { read = shared, insert = { work = exponential { rate = 10 },\n"
    "  calls = { { 'log', timeout = 0.5 } } } }, threads = 4,\n"
    "  admission = { max_in_flight(64), token_bucket { capacity = 10, rate = 5 } } }\n"
    "server 'log' { service = shared }\n"
    "server 'slow' { service = 0.1 + exponential { mean = 1 } }\n"
    "client 'web' { calls = { {1, 'api.insert'}, {3, 'api.read'} }, arrivals = poisson { rate = rate },\n"
    "  network = link { rtt = 1 } }\n"
    "client 'beat' { calls = 'slow', arrivals = every(5) }\n"
    "fault { at = 4500, lasts = 100, crash = 'log' }\n";

static double law(const struct sj_law *l) { return sj_distribution_mean(l->fixed); }

/* Each path, a value, and where it must have arrived. */
static void overrides_reach_fields(void **state) {
  (void)state;
  struct sj_model *m;
#define ARRIVES(override, condition)                                        \
  m = load_with(system_text, override, NULL);                               \
  if (!(condition)) fail_msg("%s: %s does not hold", override, #condition); \
  sj_model_destroy(m)
  ARRIVES("rate=3", m->clients[0].arrivals.rate == 3);
  ARRIVES("web.arrivals.rate=4", m->clients[0].arrivals.rate == 4);
  ARRIVES("web.retries=3", m->clients[0].call.retries == 3);
  ARRIVES("web.timeout=2.5", law(&m->clients[0].call.timeout) == 2.5);
  ARRIVES("web.cancel=true", m->clients[0].call.cancel);
  ARRIVES("web.late=accept", m->clients[0].call.late_accept);
  ARRIVES("web.policy=round_robin", m->clients[0].call.policy.kind == SJ_POLICY_ROUND_ROBIN);
  ARRIVES("web.calls=api.read", m->clients[0].call.target_count == 1 && m->clients[0].call.targets[0].api == 1);
  ARRIVES("web.calls[2][1]=7", m->clients[0].call.targets[1].weight == 7);
  ARRIVES("web.network.loss=0.5", m->clients[0].call.network.loss == 0.5);
  ARRIVES("api.threads=8", law(&m->servers[0].threads) == 8);
  ARRIVES("api.capacity=1e2", m->servers[0].capacity == 100);
  ARRIVES("api.apis.insert.rate=20", law(&m->servers[0].apis[0].work) == 0.05);
  ARRIVES("api.apis.insert.work.rate=20", law(&m->servers[0].apis[0].work) == 0.05);
  ARRIVES("api.apis.insert.work=0.25", law(&m->servers[0].apis[0].work) == 0.25);
  ARRIVES("api.apis.insert.calls[1].timeout=9", law(&m->servers[0].apis[0].calls[0].timeout) == 9);
  ARRIVES("api.apis.insert.calls[1].retries=9", m->servers[0].apis[0].calls[0].retries == 9);
  ARRIVES("api.apis.insert.order=parallel", m->servers[0].apis[0].parallel);
  ARRIVES("api.admission[1].limit=3", m->servers[0].admissions[0].limit == 3);
  ARRIVES("api.admission[2].rate=3", m->servers[0].admissions[1].bucket.rate == 3);
  ARRIVES("slow.service=2", law(&m->servers[2].apis[0].work) == 2);
  ARRIVES("beat.arrivals.interval=7", law(&m->clients[1].arrivals.interval) == 7);
  ARRIVES("run.duration=70", m->run.duration == 70);
  ARRIVES("run.seed=70", m->run.seed == 70);
  ARRIVES("model.title=Other", !strcmp(m->title, "Other"));
  ARRIVES("fault[1].at=7", m->faults[0].at == 7);
  /* A mean in place of a rate: the other one goes. */
  ARRIVES("log.service.mean=4", law(&m->servers[1].apis[0].work) == 4);
  ARRIVES("web.network.one_way=4",
          law(&m->clients[0].call.network.one_way) == 4 && !sj_law_given(&m->clients[0].call.network.rtt));
  /* What two places share in the file changes in one of them only. */
  ARRIVES("log.service.rate=10", law(&m->servers[1].apis[0].work) == 0.1 && law(&m->servers[0].apis[1].work) == 0.02);
}

static void later_overrides_win_and_parameters_come_first(void **state) {
  (void)state;
  static const char text[] =
      "local r = param('web', 5)\nlocal on = param('on', false)\nlocal name = param('name', 'api')\n"
      "local n = param('n', 3)\n"
      "server(name) { service = 0.1, threads = n // 2, async = on }\n"
      "client 'web' { calls = name, arrivals = poisson { rate = r } }\n";
  const char *const overrides[] = {
      "web=6", "on=true", "name=other", "n=5", "web=7", "web.arrivals.rate=8", "web.arrivals.rate=9", "other.speed=2"};
  const char *const directories[] = {NULL};
  struct sj_error error;
  for (size_t count = 0; count <= 8; count++) {
    const struct sj_model_options options = {.overrides = overrides, .override_count = count};
    struct sj_model *model;
    if (sj_model_load_text("t.lua", text, strlen(text), directories, NULL, &options, &model, &error))
      fail_msg("%s", error.message);
    static const double rates[] = {5, 6, 6, 6, 6, 7, 8, 9, 9};
    assert_true(model->clients[0].arrivals.rate == rates[count]);
    assert_int_equal(model->servers[0].async, count >= 2);
    assert_string_equal(model->servers[0].name, count >= 3 ? "other" : "api");
    assert_true(model->servers[0].threads.fixed->location == (count >= 4 ? 2 : 1));
    assert_true(model->servers[0].speed == (count == 8 ? 2 : 1));
    sj_model_destroy(model);
  }
}

static const char scenarios_text[] = API WEB
    "local counter = 0\n"
    "run { seed = 5, runs = 2 }\n"
    "scenario('as is', function() counter = counter + 1 end)\n"
    "scenario('aggressive retries', function()\n"
    "  counter = counter + 1\n"
    "  set { ['web.retries'] = 9 + counter, ['web.policy'] = round_robin, ['web.backoff'] = exponential_backoff { base "
    "= 1 } }\n"
    "  run { seed = 6 }\n"
    "end)\n"
    "scenario('second server', function()\n"
    "  server 'db' { service = 0.01 }\n"
    "  client 'app' { calls = 'db', arrivals = poisson { rate = 3 } }\n"
    "  set { ['api.service.rate'] = 100, ['db.threads'] = 2 }\n"
    "  fault { at = 5, lasts = 5, crash = 'db' }\n"
    "  expect { ['app.latency.mean'] = '< 3' }\n"
    "end)\n";

static void scenarios(void **state) {
  (void)state;
  struct sj_model *model = load(scenarios_text);
  assert_int_equal(sj_model_scenario_count(model), 3);
  assert_string_equal(sj_model_scenario_name(model, 0), "as is");
  assert_string_equal(sj_model_scenario_name(model, 1), "aggressive retries");
  assert_string_equal(sj_model_scenario_name(model, 2), "second server");
  assert_null(sj_model_scenario_name(model, 3));
  assert_null(model->scenario);
  assert_true(model->clients[0].call.retries == 0 && model->server_count == 1 && model->run.seed == 5);
  sj_model_destroy(model);
  model = load_with(scenarios_text, NULL, "as is");
  assert_string_equal(model->scenario, "as is");
  assert_int_equal(model->clients[0].call.retries, 0);
  sj_model_destroy(model);
  /* What one scenario's function changes, another does not see: counter is 1, not 2. */
  model = load_with(scenarios_text, NULL, "aggressive retries");
  assert_int_equal(model->clients[0].call.retries, 10);
  assert_int_equal(model->clients[0].call.policy.kind, SJ_POLICY_ROUND_ROBIN);
  assert_true(model->clients[0].call.backoff.given && model->run.seed == 6 && model->run.runs == 2);
  sj_model_destroy(model);
  /* An override comes after what the scenario sets. */
  model = load_with(scenarios_text, "web.retries=2", "aggressive retries");
  assert_int_equal(model->clients[0].call.retries, 2);
  sj_model_destroy(model);
  model = load_with(scenarios_text, "db.threads=3", "second server");
  assert_int_equal(model->server_count, 2);
  assert_near(model->servers[0].apis[0].work.fixed->location, 0.01, 1e-15);
  assert_true(model->servers[1].threads.fixed->location == 3);
  assert_true(model->fault_count == 1 && model->expectation_count == 1 && model->client_count == 2);
  sj_model_destroy(model);
  /* A path that only one scenario has is fine where none is asked for, and not in another. */
  model = load_with(scenarios_text, "db.threads=3", NULL);
  sj_model_destroy(model);
  struct sj_error error;
  assert_int_equal(try_load(scenarios_text, "db.threads=3", "as is", &model, &error), SJ_INVALID);
}

static void everything_in_scenarios(void **state) {
  (void)state;
  static const char text[] =
      "client 'web' { calls = 'api', arrivals = poisson { rate = 8 } }\n"
      "scenario('one', function() server 'api' { service = 0.1 } end)\n"
      "scenario('two', function() server 'api' { service = 0.1, threads = 2 } end)\n";
  struct sj_model *model = load(text);
  assert_true(sj_model_scenario_count(model) == 2 && model->server_count == 0 && model->client_count == 0);
  char *const shown = sj_model_text(model), *const json = sj_model_json(model),
              *const canonical = sj_model_canonical(model);
  assert_non_null(strstr(shown, "\"one\", \"two\""));
  assert_non_null(json);
  assert_non_null(canonical);
  free(shown);
  free(json);
  free(canonical);
  sj_model_destroy(model);
  model = load_with(text, NULL, "two");
  assert_true(model->servers[0].threads.fixed->location == 2);
  sj_model_destroy(model);
}

/* ---- variants ---- */

static void variants(void **state) {
  (void)state;
  struct sj_model *const model = load(
      API
      "server 'db' { service = exponential { mean = 2 }, threads = 3, apis = nil, count = 2 }\n"
      "servers 'pool' { service = per_member(4, function(x) return exponential { mean = x } end), count = 2 }\n"
      "client 'web' { calls = { {1, 'api'}, {1, 'db'}, {1, 'pool'} }, arrivals = poisson { rate = 8 }, retries = 2 }\n"
      "client 'replay' { calls = 'api', arrivals = trace { file = 'data/pgbench-1-connection.log.gz', to = 1 } }\n"
      "fault { at = 5, lasts = 10, set = { ['web.arrivals.rate'] = 80, ['web.timeout'] = 4, ['db.service'] = 3 } }\n"
      "fault { at = 6, lasts = 10, scale = { ['web.arrivals.rate'] = 10, ['db.service'] = 2, ['db.speed'] = 0.5,\n"
      "  ['web.retries'] = 2, ['pool.service'] = 3, ['replay.arrivals.rate_factor'] = 2 } }\n"
      "fault { at = 7, lasts = 10, set = { ['web.arrivals.rate'] = 50 } }\n");
  const struct sj_change *changes[16];
  size_t count = 0;
  for (size_t i = 0; i < 3; i++)
    for (size_t j = 0; j < model->faults[i].change_count; j++) changes[count++] = &model->faults[i].changes[j];
  const size_t first = model->faults[0].change_count, second = first + model->faults[1].change_count;
  struct sj_error error;
  struct sj_model *variant;
  assert_int_equal(sj_model_variant(model, changes, first, &variant, &error), SJ_OK);
  assert_true(variant->clients[0].arrivals.rate == 80 && variant->clients[0].call.timeout.fixed->location == 4);
  assert_true(variant->servers[1].apis[0].work.fixed->location == 3);
  assert_true(variant->clients[1].arrivals.trace == model->clients[1].arrivals.trace);
  assert_true(variant->run.duration == model->run.duration && variant->run.kind == model->run.kind);
  sj_model_destroy(variant);
  /* Factors multiply what is there by then: after the set, and a later set wins. */
  assert_int_equal(sj_model_variant(model, changes, second, &variant, &error), SJ_OK);
  assert_true(variant->clients[0].arrivals.rate == 800 && variant->clients[0].call.retries == 4);
  assert_true(variant->servers[1].apis[0].work.fixed->location == 6 && variant->servers[1].speed == 0.5);
  assert_true(variant->clients[1].arrivals.rate_factor == 2);
  struct sj_stream stream = {{1, 2, 3, 4}};
  struct sj_distribution *const d = sj_law_instantiate(&variant->servers[2].apis[0].work, &stream, &error);
  assert_near(sj_distribution_mean(d), 12, 1e-12);
  sj_distribution_destroy(d);
  sj_model_destroy(variant);
  assert_int_equal(sj_model_variant(model, changes, count, &variant, &error), SJ_OK);
  assert_true(variant->clients[0].arrivals.rate == 50);
  sj_model_destroy(variant);
  assert_int_equal(sj_model_variant(model, changes + first, second - first, &variant, &error), SJ_OK);
  assert_near(sj_distribution_mean(variant->servers[1].apis[0].work.fixed), 4, 1e-15);
  assert_near(sj_distribution_variance(variant->servers[1].apis[0].work.fixed), 16, 1e-15);
  sj_model_destroy(variant);
  /* Nothing in force: the model itself. */
  assert_int_equal(sj_model_variant(model, changes, 0, &variant, &error), SJ_OK);
  char *const a = sj_model_canonical(model), *const b = sj_model_canonical(variant);
  assert_string_equal(a, b);
  free(a);
  free(b);
  sj_model_destroy(variant);
  sj_model_destroy(model);
}

static void variants_can_be_impossible_together(void **state) {
  (void)state;
  struct sj_model *const model = load(API
                                      "client 'web' { calls = 'api', arrivals = poisson { rate = 8 },\n"
                                      "  hedge = { after = 0.5 } }\n"
                                      "fault { at = 5, lasts = 10, scale = { ['web.hedge.after'] = 1.5 } }\n"
                                      "fault { at = 5, lasts = 10, scale = { ['web.hedge.after'] = 1.5 } }\n");
  const struct sj_change *const changes[] = {model->faults[0].changes, model->faults[1].changes};
  struct sj_error error;
  struct sj_model *variant;
  assert_int_equal(sj_model_variant(model, changes, 1, &variant, &error), SJ_OK);
  sj_model_destroy(variant);
  assert_int_equal(sj_model_variant(model, changes, 2, &variant, &error), SJ_INVALID);
  assert_null(variant);
  assert_string_equal(error.message,
                      "test.lua:5: `web.hedge.after`: expected a number of at least 0.5, below 1, got 1.125");
  sj_model_destroy(model);
}

/* ---- the canonical form ---- */

static char *canonical(const char *text) {
  struct sj_model *const model = load(text);
  char *const result = sj_model_canonical(model);
  sj_model_destroy(model);
  return result;
}

static void assert_same(const char *a, const char *b, bool same) {
  char *const x = canonical(a), *const y = canonical(b);
  if (same)
    assert_string_equal(x, y);
  else
    assert_string_not_equal(x, y);
  free(x);
  free(y);
}

static void equal_models_have_equal_bytes(void **state) {
  (void)state;
  static const char *const equal[][2] = {
      {API WEB, WEB API},
      {API WEB, "-- a comment\nmodel { title = 'x' }\nrun { seed = 3, duration = 7, runs = 4 }\n" API WEB
                "expect { ['web.latency.mean'] = '< 3' }\nlocal p = param('p', 3, 'comment')\n"},
      {API WEB,
       "server 'api' { service = exponential { mean = 1/10 }, threads = 1, capacity = math.huge,\n"
       "  discipline = 'fifo', refuse = 'answer', async = false, speed = 1, join = false }\n"
       "client 'web' { arrivals = poisson { rate = 8 }, calls = { 'api' }, retries = 0, cancel = false,\n"
       "  policy = random, priority = 0, late = 'drop' }\n"},
      {"server 'api' { service = 5 }\n" WEB, "server 'api' { service = constant(5) }\n" WEB},
      {"server 'api' { service = 5, admission = max_in_flight(3) }\n" WEB,
       "server 'api' { service = 5, admission = { max_in_flight { limit = 3 } } }\n" WEB},
      {"server 'api' { apis = { a = 1, b = { work = 2 } } }\nclient 'web' { calls = { {1, 'api.a'}, {3, 'api.b'} }, "
       "arrivals "
       "= every(2) }\n",
       "client 'web' { arrivals = renewal { interval = 2 }, calls = { {2, 'api.a'}, {6, 'api.b'} } }\n"
       "server 'api' { apis = { b = 2, a = 1 } }\n"},
      {"server 'api' { service = erlang { k = 2, rate = 4 } }\n" WEB,
       "server 'api' { service = erlang { mean = 0.5, k = 2 } }\n" WEB},
      {"server 'api' { service = empirical { values = {1, 2} } }\n" WEB,
       "local v = {} for i = 1, 2 do v[i] = i end\nserver 'api' { service = empirical { values = v } }\n" WEB},
      {"server 'api' { service = per_member(2, function(a) return exponential { mean = a } end) }\n" WEB,
       "local x = per_member(1, function(b) return b end)\n"
       "server 'api' { service = per_member(2, function(b) return exponential { mean = b } end) }\n" WEB},
  };
  for (size_t i = 0; i < sizeof equal / sizeof *equal; i++) assert_same(equal[i][0], equal[i][1], true);
}

#define CHOOSING(body) \
  "client 'web' { calls = 'api', arrivals = poisson { rate = 8 }, policy = function(r, choices) " body " end }\n"

/* A function does what its file, the parameters and the scenario make of it. */
static void functions_are_identified(void **state) {
  (void)state;
  static const char text[] = API "local which = param('which', 1)\n" CHOOSING(
      "return which") "scenario('one', function() which = 1 end) scenario('two', function() which = 2 end)\n";
  static const char *const ways[][2] = {{NULL, NULL}, {"which=2", NULL}, {NULL, "one"}, {NULL, "two"}};
  char *forms[4];
  for (int i = 0; i < 4; i++) {
    struct sj_model *const model = load_with(text, ways[i][0], ways[i][1]);
    forms[i] = sj_model_canonical(model);
    sj_model_destroy(model);
    for (int j = 0; j < i; j++) assert_string_not_equal(forms[i], forms[j]);
  }
  for (int i = 0; i < 4; i++) free(forms[i]);
  assert_same(API CHOOSING("return 1"), API CHOOSING("return 1"), true);
}

static void different_models_have_different_bytes(void **state) {
  (void)state;
  static const char *const different[] = {
      API WEB,
      "server 'api' { service = exponential { rate = 11 } }\n" WEB,
      "server 'api' { service = exponential { rate = 10 }, threads = 2 }\n" WEB,
      "server 'api' { service = exponential { rate = 10 }, count = 1 }\n" WEB,
      "server 'api' { service = exponential { rate = 10 }, refuse = 'silent' }\n" WEB,
      "server 'api' { service = gamma { shape = 1, scale = 0.1 } }\n" WEB,
      "server 'api' { service = empirical { values = {1, 2} } }\n" WEB,
      "server 'api' { service = empirical { values = {1, 3} } }\n" WEB,
      "server 'api' { service = max(1, exponential { mean = 1 }) }\n" WEB,
      "server 'api' { service = min(1, exponential { mean = 1 }) }\n" WEB,
      "server 'api' { service = 1 + exponential { mean = 1 } }\n" WEB,
      "server 'api' { service = 2 * exponential { mean = 1 } }\n" WEB,
      "server 'api' { service = (1 + exponential { mean = 1 }) * 2 }\n" WEB,
      "server 'api' { service = 1 + exponential { mean = 1 } * 2 }\n" WEB,
      "model { time_unit = 'ms' }\n" API WEB,
      API "client 'web' { calls = 'api', arrivals = poisson { rate = 9 } }\n",
      API "client 'web' { calls = 'api', arrivals = every(1/8) }\n",
      API "client 'web' { calls = 'api', arrivals = poisson { rate = 8 }, retries = 1 }\n",
      API "client 'web' { calls = 'api', arrivals = poisson { rate = 8 }, timeout = 1 }\n",
      API "client 'web' { calls = 'api', arrivals = poisson { rate = 8 }, network = link { rtt = 0 } }\n",
      API "client 'web' { calls = 'api', arrivals = poisson { rate = 8 }, hedge = { delay = 1 } }\n",
      "server 'db' { service = 0.001 }\nclient 'web' { calls = 'db', arrivals = trace { file = "
      "'data/pgbench-1-connection.log.gz', from = 1, to = 3 } }\n",
      "server 'db' { service = 0.001 }\nclient 'web' { calls = 'db', arrivals = trace { file = "
      "'data/pgbench-1-connection.log.gz', from = 1, to = 3.0001 } }\n",
      API WEB "run { kind = 'terminating' }\n",
      API WEB "fault { at = 1, lasts = 1, crash = 'api' }\n",
      API WEB "fault { at = 2, lasts = 1, crash = 'api' }\n",
      API WEB "fault { at = 1, lasts = 1, set = { ['web.retries'] = 1 } }\n",
      API WEB "fault { at = 1, lasts = 1, set = { ['web.retries'] = 2 } }\n",
      API WEB "fault { at = 1, lasts = 1, scale = { ['web.retries'] = 2 } }\n",
      API CHOOSING("return 1"),
      API CHOOSING("return #choices"),
      API "local last = 2\n" CHOOSING("return last"),
      API "local last = 1\n" CHOOSING("return last"),
  };
  enum { COUNT = sizeof different / sizeof *different };
  char *forms[COUNT];
  for (size_t i = 0; i < COUNT; i++) forms[i] = canonical(different[i]);
  for (size_t i = 0; i < COUNT; i++)
    for (size_t j = 0; j < i; j++) assert_string_not_equal(forms[i], forms[j]);
  for (size_t i = 0; i < COUNT; i++) free(forms[i]);
}

/* The recording by its hash, whatever it is called; nothing of the file system in the text. */
static void no_paths_in_the_canonical_form(void **state) {
  (void)state;
  char *const form = canonical(
      "server 'db' { service = recorded() }\n"
      "client 'web' { calls = 'db', arrivals = trace { file = 'data/pgbench-1-connection.log.gz' } }\n");
  assert_null(strstr(form, "pgbench-1"));
  assert_null(strstr(form, "test.lua"));
  assert_null(strchr(form, '/'));
  assert_non_null(strstr(form, "\"sha256\":\""));
  free(form);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(overrides_reach_fields),
      cmocka_unit_test(later_overrides_win_and_parameters_come_first),
      cmocka_unit_test(scenarios),
      cmocka_unit_test(everything_in_scenarios),
      cmocka_unit_test(variants),
      cmocka_unit_test(variants_can_be_impossible_together),
      cmocka_unit_test(equal_models_have_equal_bytes),
      cmocka_unit_test(different_models_have_different_bytes),
      cmocka_unit_test(functions_are_identified),
      cmocka_unit_test(no_paths_in_the_canonical_form),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
