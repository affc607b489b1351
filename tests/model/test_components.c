/* Every construct of the language arrives in the struct as it was written. */
#include "loading.h"

static void smallest_model_has_the_defaults(void **state) {
  (void)state;
  struct sj_model *const model = load(API WEB);
  assert_int_equal(model->server_count, 1);
  assert_int_equal(model->client_count, 1);
  const struct sj_server *const server = &model->servers[0];
  assert_string_equal(server->name, "api");
  assert_int_equal(server->count, 1);
  assert_false(server->pool);
  assert_true(server->threads.fixed->location == 1);
  assert_true(isinf(server->capacity));
  assert_int_equal(server->discipline, SJ_FIFO);
  assert_int_equal(server->api_count, 1);
  assert_null(server->apis[0].name);
  assert_int_equal(server->apis[0].work.fixed->kind, SJ_EXPONENTIAL);
  assert_true(server->apis[0].work.fixed->location == 0.1);
  assert_int_equal(server->apis[0].call_count, 0);
  assert_int_equal(server->admission_count, 0);
  assert_false(server->refuse_silent || server->async || server->join);
  assert_true(server->speed == 1 && server->replace_rate == 0 && isnan(server->orbit));
  const struct sj_client *const client = &model->clients[0];
  const struct sj_call *const call = &client->call;
  assert_false(sj_law_given(&client->size) || sj_law_given(&call->timeout) || sj_law_given(&call->stage_timeout));
  assert_int_equal(call->target_count, 1);
  assert_true(call->targets[0].weight == 1);
  assert_true(isinf(call->deadline) && call->retries == 0 && call->connections == 0 && call->subset == 0);
  assert_false(call->backoff.given || call->retry_budget.given || call->breaker.given || call->hedge.given);
  assert_false(call->cancel || call->late_accept || call->network.given || call->subset_replacement);
  assert_true(call->priority == 0 && call->priority_given && call->wait);
  assert_int_equal(call->policy.kind, SJ_POLICY_RANDOM);
  assert_int_equal(client->arrivals.kind, SJ_ARRIVALS_POISSON);
  assert_true(client->arrivals.rate == 8 && client->arrivals.mean_rate == 8);
  assert_string_equal(model->time_unit, "s");
  assert_true(model->seconds == 1);
  assert_null(model->title);
  assert_int_equal(model->run.kind, SJ_RUN_STEADY);
  assert_true(model->run.duration == 12500 && model->run.drain == 125000 && isnan(model->run.warmup));
  assert_true(model->run.runs == 8 && model->run.seed == 1 && !model->run.nothing_random);
  assert_near(offered_load(model, 0), 0.8, 1e-15);
  sj_model_destroy(model);
}

/* The server of the language page, but for what it calls. */
static void server_with_everything(void **state) {
  (void)state;
  struct sj_model *const model = load(
      "server 'disk' { apis = { read = 1*ms, write = exponential { rate = 500 } } }\n"
      "server 'log' { apis = { append = 0.1*ms } }\n"
      "server 'db' {\n"
      "  threads = 4, capacity = 100, discipline = 'lifo',\n"
      "  apis = {\n"
      "    read   = exponential { rate = 50 },\n"
      "    insert = { work = exponential { rate = 10 },\n"
      "               calls = { { 'disk.write', timeout = 0.5, retries = 3 }, { 'log.append', wait = false },\n"
      "                         { 'disk.read', optional = true } },\n"
      "               order = 'parallel' } },\n"
      "  admission = { token_bucket { capacity = 10, rate = 5 }, throttle { above = 0.9, admit = 0.5 },\n"
      "                codel { target = 5*ms, interval = 100*ms }, max_in_flight(64) },\n"
      "  refuse = 'silent', async = true, speed = 1.5, orbit = 20, count = 40, replace = { rate = 0.002 } }\n"
      "client 'web' { calls = 'db.insert', arrivals = poisson { rate = 8 } }\n");
  const struct sj_server *const db = &model->servers[2];
  assert_string_equal(db->name, "db");
  assert_true(db->threads.fixed->location == 4 && db->capacity == 100 && db->speed == 1.5 && db->orbit == 20);
  assert_int_equal(db->discipline, SJ_LIFO);
  assert_true(db->refuse_silent && db->async && db->pool && db->count == 40 && db->replace_rate == 0.002);
  assert_int_equal(db->api_count, 2);
  assert_string_equal(db->apis[0].name, "insert"); /* by name, whatever the order in the file */
  assert_string_equal(db->apis[1].name, "read");
  const struct sj_api *const insert = &db->apis[0];
  assert_true(insert->parallel && !insert->forward);
  assert_int_equal(insert->call_count, 3);
  assert_int_equal(insert->calls[0].targets[0].server, 0);
  assert_int_equal(insert->calls[0].targets[0].api, 1);
  assert_true(insert->calls[0].timeout.fixed->location == 0.5 && insert->calls[0].retries == 3);
  assert_true(insert->calls[0].wait && !insert->calls[0].optional && isinf(insert->calls[0].deadline));
  assert_false(insert->calls[0].priority_given);
  assert_int_equal(insert->calls[1].targets[0].server, 1);
  assert_false(insert->calls[1].wait);
  assert_int_equal(insert->calls[2].targets[0].api, 0);
  assert_true(insert->calls[2].optional);
  assert_int_equal(db->admission_count, 4);
  assert_int_equal(db->admissions[0].kind, SJ_ADMIT_TOKEN_BUCKET);
  assert_true(db->admissions[0].bucket.given && db->admissions[0].bucket.capacity == 10 &&
              db->admissions[0].bucket.rate == 5);
  assert_int_equal(db->admissions[1].kind, SJ_ADMIT_THROTTLE);
  assert_true(db->admissions[1].above == 0.9 && db->admissions[1].admit == 0.5);
  assert_int_equal(db->admissions[2].kind, SJ_ADMIT_CODEL);
  assert_true(db->admissions[2].target == 0.005 && db->admissions[2].interval == 0.1);
  assert_int_equal(db->admissions[3].kind, SJ_ADMIT_MAX_IN_FLIGHT);
  assert_int_equal(db->admissions[3].limit, 64);
  sj_model_destroy(model);
}

static void client_with_everything(void **state) {
  (void)state;
  struct sj_model *const model = load(
      "servers 'db' { apis = { insert = 0.1, read = 0.01 }, count = 20 }\n"
      "clients 'web' {\n"
      "  calls = { {0.7, 'db.insert'}, {0.3, 'db.read'} },\n"
      "  arrivals = poisson { rate = 9.5 },\n"
      "  size = uniform { min = 500, max = 10*KiB },\n"
      "  timeout = 3, retries = 4, deadline = 20,\n"
      "  backoff = exponential_backoff { base = 0.1, factor = 3, max = 10, jitter = 'full' },\n"
      "  retry_budget = token_bucket { capacity = 100, rate = 1 },\n"
      "  circuit_breaker = { failures = 0.5, window = 10, open_for = 5 },\n"
      "  hedge = { after = 0.95 }, cancel = true, late = 'accept', connections = 100, priority = -3,\n"
      "  count = 40, subset = 12, per_client = true, policy = round_robin,\n"
      "  network = link { rtt = 2*ms + exponential{mean=1*ms}, per_byte = 1e-9, loss = 0.01 } }\n");
  const struct sj_client *const web = &model->clients[0];
  const struct sj_call *const call = &web->call;
  assert_true(web->pool && web->count == 40 && web->per_client);
  assert_int_equal(call->target_count, 2);
  assert_true(call->targets[0].weight == 0.7 && call->targets[0].api == 0);
  assert_true(call->targets[1].weight == 0.3 && call->targets[1].api == 1);
  assert_near(sj_distribution_mean(web->size.fixed), (500 + 10240) / 2.0, 1e-15);
  assert_true(call->timeout.fixed->location == 3 && call->retries == 4 && call->deadline == 20);
  assert_true(call->backoff.given && call->backoff.base == 0.1 && call->backoff.factor == 3 && call->backoff.max == 10);
  assert_int_equal(call->backoff.jitter, SJ_JITTER_FULL);
  assert_true(call->retry_budget.given && call->retry_budget.capacity == 100 && call->retry_budget.rate == 1);
  assert_true(call->breaker.given && call->breaker.failures == 0.5 && call->breaker.window == 10 &&
              call->breaker.open_for == 5);
  assert_true(call->hedge.given && call->hedge.after == 0.95 && isnan(call->hedge.delay));
  assert_true(call->cancel && call->late_accept && call->connections == 100 && call->subset == 12);
  assert_true(call->priority == -3 && call->priority_given);
  assert_int_equal(call->policy.kind, SJ_POLICY_ROUND_ROBIN);
  assert_true(call->network.given && call->network.per_byte == 1e-9 && call->network.loss == 0.01);
  assert_near(sj_distribution_mean(call->network.rtt.fixed), 0.003, 1e-12);
  assert_false(sj_law_given(&call->network.one_way));
  assert_near(web->arrivals.mean_rate, 40 * 9.5, 1e-15);
  sj_model_destroy(model);
}

static void backoff_and_hedge_defaults(void **state) {
  (void)state;
  struct sj_model *const model = load(API
                                      "client 'web' { calls = 'api', arrivals = poisson { rate = 8 },\n"
                                      "  backoff = exponential_backoff { base = 1, jitter = 'equal' },\n"
                                      "  hedge = { delay = 50*ms }, policy = 'round_robin',\n"
                                      "  network = link { one_way = 1*ms } }\n");
  const struct sj_call *const call = &model->clients[0].call;
  assert_true(call->backoff.factor == 2 && isinf(call->backoff.max));
  assert_int_equal(call->backoff.jitter, SJ_JITTER_EQUAL);
  assert_true(isnan(call->hedge.after) && call->hedge.delay == 0.05);
  assert_int_equal(call->policy.kind, SJ_POLICY_ROUND_ROBIN);
  assert_true(call->network.one_way.fixed->location == 0.001 && !sj_law_given(&call->network.rtt));
  sj_model_destroy(model);
}

static void calls_in_all_forms(void **state) {
  (void)state;
  struct sj_model *const model =
      load(API
           "server 'one' { service = 1, calls = 'api' }\n"
           "server 'two' { service = 1, calls = { 'api', 'one' }, order = 'parallel' }\n"
           "server 'split' { service = 1, calls = { { { {1, 'one'}, {3, 'two'} }, retries = 2, priority = 7,\n"
           "  hedge = { after = 0.5 }, retry_budget = token_bucket { capacity = 1, rate = 0 } } } }\n"
           "client 'web' { calls = { 'split' }, arrivals = poisson { rate = 1 } }\n");
  assert_int_equal(model->servers[1].apis[0].call_count, 1);
  assert_int_equal(model->servers[2].apis[0].call_count, 2);
  assert_true(model->servers[2].apis[0].parallel);
  assert_int_equal(model->servers[2].apis[0].calls[1].targets[0].server, 1);
  const struct sj_call *const split = &model->servers[3].apis[0].calls[0];
  assert_int_equal(split->target_count, 2);
  assert_true(split->targets[0].weight == 1 && split->targets[1].weight == 3 && split->targets[1].server == 2);
  assert_true(split->retries == 2 && split->priority == 7 && split->priority_given && split->hedge.after == 0.5);
  assert_true(split->retry_budget.given && split->retry_budget.rate == 0);
  assert_int_equal(model->clients[0].call.targets[0].server, 3);
  sj_model_destroy(model);
}

static void pipelines(void **state) {
  (void)state;
  struct sj_model *const model = load(
      "server 'a' { apis = { x = { work = 1, forward = { { 'b', timeout = 0.9, retries = 3 }, 'c' } } } }\n"
      "server 'b' { service = 1, forward = { { 'd', timeout = exponential { mean = 2 }, policy = round_robin,\n"
      "  network = link { rtt = 1 }, priority = 2 } } }\n"
      "server 'c' { service = 1, forward = 'd' }\n"
      "server 'd' { service = 1, join = true, count = 2 }\n"
      "client 'web' { calls = { 'a', stage_timeout = 1, stage_retries = 3 }, arrivals = poisson { rate = 0.1 } }\n");
  const struct sj_api *const a = &model->servers[0].apis[0];
  assert_true(a->forward && a->call_count == 2);
  assert_true(a->calls[0].stage_timeout.fixed->location == 0.9 && a->calls[0].stage_retries == 3);
  assert_false(sj_law_given(&a->calls[0].timeout) || a->calls[0].retries);
  assert_false(sj_law_given(&a->calls[1].stage_timeout) || a->calls[1].stage_retries);
  assert_int_equal(a->calls[1].targets[0].server, 2);
  const struct sj_call *const b = &model->servers[1].apis[0].calls[0];
  assert_int_equal(b->stage_timeout.fixed->kind, SJ_EXPONENTIAL);
  assert_int_equal(b->policy.kind, SJ_POLICY_ROUND_ROBIN);
  assert_true(b->network.given && b->priority_given && b->priority == 2);
  assert_true(model->servers[2].apis[0].forward && model->servers[3].join);
  const struct sj_call *const web = &model->clients[0].call;
  assert_true(web->stage_timeout.fixed->location == 1 && web->stage_retries == 3 && web->target_count == 1);
  sj_model_destroy(model);
}

static void disciplines(void **state) {
  (void)state;
  static const char *const words[] = {"fifo", "lifo", "random", "priority", "ps"};
  for (int i = 0; i < 5; i++) {
    char text[200];
    snprintf(text, sizeof text, "server 'api' { service = 1, discipline = '%s' }\n" WEB, words[i]);
    struct sj_model *const model = load(text);
    assert_int_equal(model->servers[0].discipline, i);
    sj_model_destroy(model);
  }
}

static void faults_of_all_kinds(void **state) {
  (void)state;
  struct sj_model *const model = load(
      "server 'db' { service = 0.01, count = 4 }\n"
      "client 'web' { calls = 'db', arrivals = poisson { rate = 9.5 }, retries = 1 }\n"
      "fault { at = 4500, lasts = 100, set = { ['web.arrivals.rate'] = 95, ['web.retries'] = 4 },\n"
      "        scale = { ['db.service'] = 3 } }\n"
      "fault { at = 10, lasts = 5, crash = 'db' }\n"
      "fault { at = 10, lasts = 5, crash = 'db', lost = 'error' }\n"
      "fault { at = 11, stall = 'db[3]' }\n"
      "fault { at = 10, lasts = uniform { min = 1, max = 2 }, slow = 'db', by = 4 }\n"
      "fault { at = 10, lasts = 5, cut = { 'web', 'db[0]' } }\n"
      "fault { at = 10, lasts = 5, fail = 'db', ratio = 0.1 }\n"
      "fault { at = 10, lasts = 5, fail = 'db' }\n"
      "fault { every = exponential { mean = 20 }, lasts = exponential { mean = 2 }, crash = 'db', members = 1 }\n");
  const struct sj_fault *const f = model->faults;
  assert_int_equal(model->fault_count, 9);
  assert_int_equal(f[0].kind, SJ_FAULT_CHANGE);
  assert_true(f[0].at == 4500 && f[0].lasts->location == 100 && !f[0].every && f[0].change_count == 3);
  assert_string_equal(f[0].changes[0].path, "web.arrivals.rate");
  assert_false(f[0].changes[0].scale);
  assert_string_equal(f[0].changes[2].path, "db.service");
  assert_true(f[0].changes[2].scale && f[0].changes[2].factor == 3);
  assert_int_equal(f[1].kind, SJ_FAULT_CRASH);
  assert_true(f[1].place.index == 0 && !f[1].place.is_client && f[1].place.member == -1 && f[1].members == 0);
  assert_true(!f[1].lost_error && f[2].lost_error);
  assert_int_equal(f[3].kind, SJ_FAULT_STALL);
  assert_true(f[3].place.member == 3 && f[3].at == 11 && !f[3].lasts);
  assert_int_equal(f[4].kind, SJ_FAULT_SLOW);
  assert_true(f[4].factor == 4 && sj_distribution_mean(f[4].lasts) == 1.5);
  assert_int_equal(f[5].kind, SJ_FAULT_CUT);
  assert_true(f[5].place.is_client && !f[5].other.is_client && f[5].other.member == 0);
  assert_true(f[6].kind == SJ_FAULT_FAIL && f[6].ratio == 0.1 && f[7].ratio == 1);
  assert_true(isnan(f[8].at) && f[8].every->location == 20 && f[8].members == 1);
  assert_int_equal(f[8].line, 12);
  sj_model_destroy(model);
}

static void expectations(void **state) {
  (void)state;
  struct sj_model *const model = load(
      "server 'db' { apis = { read = 0.01, insert = 0.01 }, count = 2 }\n"
      "client 'web' { calls = 'db.read', arrivals = poisson { rate = 9 } }\n"
      "expect { ['web.latency.p99.9'] = '< 0.5' }\n"
      "expect { ['web.failed.timeout.ratio'] = '<= 0.001' }\n"
      "expect { ['db.in_system.mean'] = '>0' }\n"
      "expect { ['db[1].read.sojourn.p50'] = ' >= -1e-3 ' }\n"
      "expect { ['spectrum[1].re'] = '== 0' }\n"
      "expect { ['settling[0.05].mean'] = '< 3' }\n");
  static const struct {
    enum sj_comparison comparison;
    double bound;
    bool simulate, solve;
  } expected[] = {{SJ_LESS, 0.5, true, false}, {SJ_LESS_EQUAL, 0.001, true, false},
                  {SJ_GREATER, 0, true, true}, {SJ_GREATER_EQUAL, -1e-3, true, false},
                  {SJ_EQUAL, 0, false, true},  {SJ_LESS, 3, false, false}};
  assert_int_equal(model->expectation_count, 6);
  for (size_t i = 0; i < 6; i++) {
    assert_int_equal(model->expectations[i].comparison, expected[i].comparison);
    assert_true(model->expectations[i].bound == expected[i].bound);
    assert_int_equal(model->expectations[i].simulate, expected[i].simulate);
    assert_int_equal(model->expectations[i].solve, expected[i].solve);
    assert_int_equal(model->expectations[i].line, 3 + i);
  }
  sj_model_destroy(model);
}

/* What the file computes: loops, functions, tables and names before their declaration. */
static void file_is_a_program(void **state) {
  (void)state;
  struct sj_model *const model = load(
      "local fields = { service = exponential { mean = 0.01 } }\n"
      "client('web', { calls = 's3', arrivals = every(1) })\n"
      "for i = 1, 5 do server('s' .. i)(fields) end\n"
      "local shared = link { rtt = 1*ms }\n"
      "for _, name in ipairs { 'x', 'y' } do\n"
      "  client(name) { calls = 's1', arrivals = every(2), network = shared }\n"
      "end\n");
  assert_int_equal(model->server_count, 5);
  assert_int_equal(model->client_count, 3);
  assert_int_equal(model->clients[0].call.targets[0].server, 2);
  assert_true(model->clients[1].call.network.given && model->clients[2].call.network.given);
  assert_string_equal(model->servers[4].name, "s5");
  assert_int_equal(model->servers[4].line, 3);
  sj_model_destroy(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(smallest_model_has_the_defaults),
      cmocka_unit_test(server_with_everything),
      cmocka_unit_test(client_with_everything),
      cmocka_unit_test(backoff_and_hedge_defaults),
      cmocka_unit_test(calls_in_all_forms),
      cmocka_unit_test(pipelines),
      cmocka_unit_test(disciplines),
      cmocka_unit_test(faults_of_all_kinds),
      cmocka_unit_test(expectations),
      cmocka_unit_test(file_is_a_program),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
