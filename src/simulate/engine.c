/* One run: making the world, the event loop, taking the figures. */
#include "simulate/engine.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/base.h"
#include "simulate/balancing.h"
#include "simulate/plain.h"

void sj_engine_out_of_memory(struct engine *engine) {
  if (engine->status != SJ_OK) return;
  engine->running = false;
  engine->status = sj_error_set(engine->error, SJ_NO_MEMORY, "out of memory at time %.6g, with %llu requests in flight",
                                engine->now, (unsigned long long)engine->open);
}

void sj_engine_fail(struct engine *engine, enum sj_status status, const char *format, ...) {
  if (engine->status != SJ_OK) return;
  char message[4096];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  engine->running = false;
  engine->status = sj_error_set(engine->error, status, "%s", message);
}

const struct sj_distribution *sj_member_law(struct engine *engine, const struct sj_law *law, uint64_t key,
                                            uint64_t number, struct sj_distribution **owned) {
  struct sj_distribution *own = NULL;
  if (law->member) {
    struct sj_stream stream;
    sj_stream_seed(&stream, key, number);
    struct sj_error error = {""};
    own = sj_law_instantiate(law, &stream, &error);
    if (!own) {
      sj_engine_fail(engine, SJ_INVALID, "%s", error.message);
      return *owned;
    }
  }
  sj_distribution_destroy(*owned);
  *owned = own;
  return own ? own : law->fixed;
}

/* --- making the world ----------------------------------------------------------------------------------------------
 */

static void fill_keys(const struct engine *engine, const char *component, const char *call, uint64_t keys[KEY_COUNT]) {
  static const char *const purposes[KEY_COUNT] = {"timeout", "backoff",    "target",       "policy", "link",
                                                  "back",    "subset",     "law",          "errand", "balancer",
                                                  "probe",   "probe back", "probe timeout"};
  for (size_t k = 0; k < KEY_COUNT; k++) {
    char *const purpose = sj_format("%s%s", call, purposes[k]);
    keys[k] = sj_stream_key(engine->seed, engine->run, component, purpose);
    free(purpose);
  }
}

void sj_client_draw_sizes(struct engine *engine, struct client *client) {
  if (!client->sizes) return;
  const uint64_t key = sj_stream_key(engine->seed, engine->run, client->spec->name, "size law");
  for (uint32_t m = 0; m < client->spec->count; m++)
    client->sizes[m] = sj_member_law(engine, &client->spec->size, key, m, &client->owned_sizes[m]);
}

static bool client_create(struct engine *engine, struct client *client, const struct sj_client *spec) {
  client->spec = spec;
  client->statistics = calloc(1, sizeof *client->statistics);
  client->callers = calloc(spec->count, sizeof *client->callers);
  if (!client->statistics || !client->callers) return false;
  if (engine->options->members && spec->pool) {
    client->members = calloc(spec->count, sizeof *client->members);
    if (!client->members) return false;
  }
  fill_keys(engine, spec->name, "", client->keys);
  client->size_key = sj_stream_key(engine->seed, engine->run, spec->name, "size");
  client->member_key = sj_stream_key(engine->seed, engine->run, spec->name, "member");
  client->lineage_key = sj_stream_key(engine->seed, 0, spec->name, "requests");
  if (sj_law_given(&spec->size)) {
    client->sizes = calloc(spec->count, sizeof *client->sizes);
    client->owned_sizes = calloc(spec->count, sizeof *client->owned_sizes);
    if (!client->sizes || !client->owned_sizes) return false;
    sj_client_draw_sizes(engine, client);
  }
  for (uint32_t m = 0; m < spec->count; m++) {
    struct caller *const caller = &client->callers[m];
    caller->client = client;
    caller->member = m;
    caller->counts = client->members ? &client->members[m].calls : &client->statistics->calls;
    caller->keys = client->keys;
    if (!sj_caller_create(engine, caller, &spec->call)) return false;
  }
  return sj_arrivals_create(engine, client);
}

static void client_destroy(struct engine *engine, struct client *client) {
  if (!client->spec) return;
  for (uint32_t m = 0; m < client->spec->count; m++) {
    if (client->callers && client->callers[m].spec) sj_caller_destroy(engine, &client->callers[m]);
    if (client->members) sj_client_statistics_clear(&client->members[m]);
    if (client->owned_sizes) sj_distribution_destroy(client->owned_sizes[m]);
  }
  if (client->statistics) sj_client_statistics_clear(client->statistics);
  sj_arrivals_destroy(client);
  free(client->callers);
  free(client->members);
  free(client->statistics);
  free(client->sizes);
  free(client->owned_sizes);
}

static bool statistics_create(const struct engine *engine, struct server_statistics *s, const struct sj_server *spec,
                              uint32_t members) {
  s->members = members;
  s->members_counted = members > 1 || engine->faulty;
  s->empty_members = members;
  if (spec->kind == SJ_BATCHER) {
    s->batching = calloc(1, sizeof *s->batching);
    if (!s->batching) return false;
  }
  if (spec->api_count <= 1) return true;
  s->apis = calloc(3 * spec->api_count, sizeof *s->apis);
  return s->apis != NULL;
}

/* A member, but for its callers: those need all servers. */
static bool create_member(struct engine *engine, struct server_pool *pool, struct server *server) {
  const struct sj_server *const spec = pool->spec;
  server->spec = spec;
  server->index = (uint32_t)(pool - engine->servers);
  server->member = (uint32_t)(server - pool->members);
  server->statistics = pool->statistics;
  if (pool->member_statistics) server->own = &pool->member_statistics[server->member];
  server->capacity = spec->capacity;
  server->pace = spec->speed;
  server->stretch = 1 / spec->speed;
  server->discipline = spec->discipline;
  server->counted_apart = pool->count > 1 || pool->member_statistics || engine->faulty;
  server->slow = 1;
  server->service_key = sj_stream_key(engine->seed, engine->run, spec->name, "service");
  server->admission_key = sj_stream_key(engine->seed, engine->run, spec->name, "admission");
  server->fail_key = sj_stream_key(engine->seed, engine->run, spec->name, "failure");
  server->failure_key = sj_stream_key(engine->seed, engine->run, spec->name, "own failure");
  server->law_key = sj_stream_key(engine->seed, engine->run, spec->name, "law");
  server->order_key = lineage_below(sj_stream_key(engine->seed, engine->run, spec->name, "order"), server->member);
  sj_stream_seed(&server->replace_stream, sj_stream_key(engine->seed, engine->run, spec->name, "replace"),
                 server->member);
  server->admissions = calloc(spec->admission_count + 1, sizeof *server->admissions);
  server->work = calloc(spec->api_count, sizeof *server->work);
  server->owned_work = calloc(spec->api_count, sizeof *server->owned_work);
  server->calls = calloc(spec->api_count, sizeof *server->calls);
  if (!server->admissions || !server->work || !server->owned_work || !server->calls) return false;
  for (size_t i = 0; i < spec->admission_count; i++) {
    server->admissions[i].tokens = spec->admissions[i].bucket.capacity;
    server->admissions[i].above_since = NAN;
    if (spec->admissions[i].kind == SJ_ADMIT_CODEL) server->codel = true;
  }
  if (spec->discipline == SJ_PROCESSOR_SHARING && !sj_sharing_create(server)) return false;
  if (spec->kind == SJ_BATCHER && !sj_batcher_create(engine, server)) return false;
  sj_server_draw_laws(engine, server);
  sj_server_simplify(server);
  return true;
}

static void destroy_member(struct engine *engine, struct server *server) {
  if (!server->spec) return;
  for (size_t a = 0; a < server->spec->api_count; a++) {
    if (server->owned_work) sj_distribution_destroy(server->owned_work[a]);
    if (!server->calls || !server->calls[a]) continue;
    for (size_t c = 0; c < server->spec->apis[a].call_count; c++)
      if (server->calls[a][c].spec) sj_caller_destroy(engine, &server->calls[a][c]);
    free(server->calls[a]);
  }
  sj_queue_destroy(server);
  sj_sharing_destroy(server);
  sj_batcher_destroy(server);
  free(server->admissions);
  free(server->work);
  free(server->owned_work);
  free(server->calls);
}

static bool pool_create(struct engine *engine, struct server_pool *pool, const struct sj_server *spec) {
  pool->spec = spec;
  pool->count = spec->count;
  pool->join_key = sj_stream_key(engine->seed, engine->run, spec->name, "join");
  pool->statistics = calloc(1, sizeof *pool->statistics);
  pool->members = calloc(spec->count, sizeof *pool->members);
  pool->call_keys = calloc(spec->api_count, sizeof *pool->call_keys);
  if (!pool->statistics || !pool->members || !pool->call_keys) return false;
  if (!statistics_create(engine, pool->statistics, spec, spec->count)) return false;
  if (engine->options->members && spec->pool) {
    pool->member_statistics = calloc(spec->count, sizeof *pool->member_statistics);
    if (!pool->member_statistics) return false;
    for (uint32_t m = 0; m < spec->count; m++)
      if (!statistics_create(engine, &pool->member_statistics[m], spec, 1)) return false;
  }
  for (uint32_t m = 0; m < spec->count; m++)
    if (!create_member(engine, pool, &pool->members[m])) return false;
  for (size_t a = 0; a < spec->api_count; a++) {
    pool->call_keys[a] = calloc(spec->apis[a].call_count * KEY_COUNT + 1, sizeof **pool->call_keys);
    if (!pool->call_keys[a]) return false;
    for (size_t c = 0; c < spec->apis[a].call_count; c++) {
      char *const call = sj_format("api %zu call %zu ", a, c);
      fill_keys(engine, spec->name, call, pool->call_keys[a] + c * KEY_COUNT);
      free(call);
    }
  }
  return true;
}

static bool make_server_callers(struct engine *engine, struct server_pool *pool, struct server *server) {
  const struct sj_server *const spec = pool->spec;
  for (size_t a = 0; a < spec->api_count; a++) {
    const struct sj_api *const api = &spec->apis[a];
    server->calls[a] = calloc(api->call_count + 1, sizeof **server->calls);
    if (!server->calls[a]) return false;
    for (size_t c = 0; c < api->call_count; c++) {
      struct caller *const caller = &server->calls[a][c];
      caller->server = server;
      caller->member = server->member;
      caller->is_stage = api->forward;
      caller->counts = api->forward ? &engine->servers[api->calls[c].targets[0].server].stages : &pool->calls;
      caller->keys = pool->call_keys[a] + c * KEY_COUNT;
      if (!sj_caller_create(engine, caller, &api->calls[c])) return false;
    }
  }
  return true;
}

static void destroy_members(struct engine *engine, struct server_pool *pool) {
  for (uint32_t m = 0; pool->members && m < pool->count; m++) destroy_member(engine, &pool->members[m]);
}

static void pool_destroy(struct server_pool *pool) {
  if (!pool->spec) return;
  const size_t apis = pool->spec->api_count;
  for (uint32_t m = 0; pool->member_statistics && m < pool->count; m++)
    sj_server_statistics_clear(&pool->member_statistics[m], apis);
  if (pool->statistics) sj_server_statistics_clear(pool->statistics, apis);
  for (size_t a = 0; pool->call_keys && a < apis; a++) free(pool->call_keys[a]);
  free(pool->call_keys);
  free(pool->members);
  free(pool->member_statistics);
  free(pool->statistics);
}

static bool plain_call(const struct sj_model *model, const struct sj_call *call) {
  return call->target_count == 1 && model->servers[call->targets[0].server].count == 1 &&
         !sj_law_given(&call->timeout) && call->retries == 0 && call->deadline == INFINITY && !call->hedge.given &&
         !call->breaker.given && call->connections == 0 && !call->network.given && !sj_law_given(&call->stage_timeout);
}

/* A server of a pipeline that hands all on to one other, and never refuses. */
static bool plain_stage(const struct sj_model *model, const struct sj_server *server) {
  return server->capacity == INFINITY && server->admission_count == 0 && !server->join &&
         server->discipline != SJ_PROCESSOR_SHARING && model->fault_count == 0;
}

static bool plain_api(const struct sj_model *model, const struct sj_server *server, const struct sj_api *api) {
  if (api->call_count == 0) return true;
  return api->forward && api->call_count == 1 && plain_call(model, &api->calls[0]) && plain_stage(model, server) &&
         plain_stage(model, &model->servers[api->calls[0].targets[0].server]);
}

/* Whether every request is one attempt at one server, or at one after the other, done when that is done: then nothing
 * else needs to be kept of it. */
static bool is_plain(const struct sj_model *model) {
  if (model->fault_count > 0) return false;
  for (size_t i = 0; i < model->client_count; i++) {
    const struct sj_client *const client = &model->clients[i];
    if (!plain_call(model, &client->call) || sj_law_given(&client->size) ||
        client->arrivals.kind == SJ_ARRIVALS_TRACE || client->arrivals.kind == SJ_ARRIVALS_CLOSED)
      return false;
  }
  for (size_t i = 0; i < model->server_count; i++) {
    const struct sj_server *const server = &model->servers[i];
    if (server->kind != SJ_SERVER || server->join || server->discipline == SJ_PROCESSOR_SHARING) return false;
    for (size_t a = 0; a < server->api_count; a++)
      if (!plain_api(model, server, &server->apis[a])) return false;
  }
  return true;
}

/* Where a thread works as long as there is something to do, and nothing interferes, in_system says all. */
static void decide_levels(struct engine *engine, struct server_pool *pool) {
  const struct sj_server *const spec = pool->spec;
  bool calls = false;
  for (size_t a = 0; a < spec->api_count; a++)
    calls = calls || (spec->apis[a].call_count > 0 && !spec->apis[a].forward);
  struct server *const server = &pool->members[0];
  if (pool->count > 1 || spec->kind == SJ_BATCHER || server->sharing || spec->join || (spec->async && calls) ||
      engine->faulty || spec->replace_rate > 0)
    return;
  server->levels_follow = true;
  pool->statistics->follows = server->threads;
  if (server->own) server->own->follows = server->threads;
}

/* In a plain model a client's latencies are the sojourn times of the server that it alone calls. */
static void measure_once(struct engine *engine) {
  const struct sj_model *const model = engine->model;
  for (size_t i = 0; i < model->client_count; i++) {
    const uint32_t server = model->clients[i].call.targets[0].server;
    size_t callers = 0;
    for (size_t c = 0; c < model->client_count; c++) callers += model->clients[c].call.targets[0].server == server;
    if (callers > 1 || engine->options->members || sj_is_stage_of_pipeline(model, server)) continue;
    engine->clients[i].latency_from = &engine->servers[server];
    engine->clients[i].statistics->latency_elsewhere = true;
  }
}

static void find_quick_servers(struct engine *engine) {
  for (size_t i = 0; i < engine->model->server_count; i++) {
    struct server *const server = &engine->servers[i].members[0];
    server->quick = server->simple && server->levels_follow && server->discipline == SJ_FIFO &&
                    !server->counted_apart && !server->publisher && !server->statistics->apis;
  }
}

static bool make_world(struct engine *engine) {
  const struct sj_model *const model = engine->model;
  engine->plain = is_plain(model);
  engine->faulty = model->fault_count > 0;
  sj_pool_create(&engine->requests, engine->plain ? offsetof(struct request, first) + offsetof(struct attempt, sibling)
                                                  : sizeof(struct request));
  sj_pool_create(&engine->attempts, sizeof(struct attempt));
  engine->servers = calloc(model->server_count + 1, sizeof *engine->servers);
  engine->clients = calloc(model->client_count + 1, sizeof *engine->clients);
  if (!engine->servers || !engine->clients || !sj_event_list_create(&engine->events) || !sj_faults_create(engine))
    return false;
  for (size_t i = 0; i < model->server_count; i++) {
    if (!pool_create(engine, &engine->servers[i], &model->servers[i])) return false;
    decide_levels(engine, &engine->servers[i]);
  }
  if (!sj_flows_create(engine)) {
    sj_engine_fail(engine, SJ_INVALID, "%s: more than 64 servers join; this engine keeps apart at most 64",
                   model->file);
    return true;
  }
  if (!sj_balancing_plan(engine)) return false;
  for (size_t i = 0; i < model->server_count; i++)
    for (uint32_t m = 0; m < engine->servers[i].count; m++)
      if (!make_server_callers(engine, &engine->servers[i], &engine->servers[i].members[m])) return false;
  for (size_t i = 0; i < model->client_count; i++)
    if (!client_create(engine, &engine->clients[i], &model->clients[i])) return false;
  if (engine->plain) {
    measure_once(engine);
    find_quick_servers(engine);
  }
  return true;
}

static void destroy_world(struct engine *engine) {
  sj_flows_destroy(engine);
  for (size_t i = 0; engine->clients && i < engine->model->client_count; i++)
    client_destroy(engine, &engine->clients[i]);
  for (size_t i = 0; engine->servers && i < engine->model->server_count; i++)
    destroy_members(engine, &engine->servers[i]);
  sj_balancing_end(engine);
  for (size_t i = 0; engine->servers && i < engine->model->server_count; i++) pool_destroy(&engine->servers[i]);
  free(engine->clients);
  free(engine->servers);
  if (engine->faults) sj_faults_destroy(engine);
  sj_event_list_destroy(&engine->events);
  sj_pool_destroy(&engine->requests);
  sj_pool_destroy(&engine->attempts);
}

static void engine_done(struct engine *engine) { engine->running = false; }

/* --- the measured window -------------------------------------------------------------------------------------------
 */

static void for_statistics(struct engine *engine, void (*visit)(struct engine *, struct server_statistics *, double)) {
  for (size_t i = 0; i < engine->model->server_count; i++) {
    struct server_pool *const pool = &engine->servers[i];
    visit(engine, pool->statistics, pool->members[0].capacity);
    for (uint32_t m = 0; pool->member_statistics && m < pool->count; m++)
      visit(engine, &pool->member_statistics[m], pool->members[m].capacity);
  }
}

static void warm_up_one(struct engine *engine, struct server_statistics *s, double capacity) {
  (void)capacity;
  sj_server_statistics_reset(s, engine->now);
}

static double quarter_end(const struct engine *engine, int quarter) {
  return engine->warmup + (engine->duration - engine->warmup) * (quarter + 1) / 4;
}

static void warm(struct engine *engine) {
  engine->counting = true;
  if (engine->now > 0) for_statistics(engine, warm_up_one);
  schedule(engine, quarter_end(engine, 0), EVENT_QUARTER, NULL);
}

static void quarter_one(struct engine *engine, struct server_statistics *s, double capacity) {
  (void)capacity;
  sj_server_statistics_quarter(s, engine->quarter, engine->now, (engine->duration - engine->warmup) / 4);
}

static void quarter(struct engine *engine) {
  if (engine->quarter == 4) return; /* the window has ended at this very time */
  for_statistics(engine, quarter_one);
  if (++engine->quarter < 4) schedule(engine, quarter_end(engine, engine->quarter), EVENT_QUARTER, NULL);
}

static void close_one(struct engine *engine, struct server_statistics *s, double capacity) {
  sj_server_statistics_close(s, capacity, engine->now, engine->duration - engine->warmup);
}

static void last_arrival(struct engine *engine) {
  /* So does the last cell, and there may be no event after this one. */
  if (engine->series && engine->grid_next + 1 == engine->results->grid_count) sj_series_cell(engine);
  while (engine->quarter < 4) { /* the last quarter ends now, whichever event came first */
    for_statistics(engine, quarter_one);
    engine->quarter++;
  }
  for_statistics(engine, close_one);
  engine->counting = false;
  engine->arriving = false;
  if ((engine->open == 0 && engine->alive == 0) || engine->pilot)
    engine_done(engine);
  else
    schedule(engine, engine->duration + engine->drain, EVENT_GIVE_UP, NULL);
}

static void grid(struct engine *engine) {
  sj_series_cell(engine);
  if (engine->grid_next < engine->results->grid_count)
    schedule(engine, engine->grid_step * (double)(engine->grid_next + 1), EVENT_GRID, NULL);
}

static void start(struct engine *engine) {
  engine->arriving = true;
  schedule(engine, engine->duration, EVENT_LAST_ARRIVAL, NULL);
  if (engine->warmup > 0)
    schedule(engine, engine->warmup, EVENT_WARM, NULL);
  else
    warm(engine);
  if (engine->series && engine->results->grid_count > 0) {
    engine->grid_step = engine->results->grid_step;
    schedule(engine, engine->grid_step, EVENT_GRID, NULL);
  }
  sj_faults_start(engine);
  for (size_t i = 0; i < engine->model->server_count; i++)
    for (uint32_t m = 0; engine->model->servers[i].replace_rate > 0 && m < engine->servers[i].count; m++) {
      struct server *const server = &engine->servers[i].members[m];
      schedule(engine, sj_draw_exponential(&server->replace_stream) / server->spec->replace_rate, EVENT_REPLACE,
               server);
    }
  for (size_t i = 0; i < engine->model->server_count; i++)
    if (engine->servers[i].spec->kind == SJ_BATCHER) sj_batcher_start(engine, &engine->servers[i].members[0]);
  for (size_t i = 0; i < engine->model->client_count; i++) sj_arrivals_start(engine, &engine->clients[i]);
}

/* --- the loop ------------------------------------------------------------------------------------------------------
 */

static void dispatch(struct engine *engine, enum event_kind kind, void *argument) {
  switch (kind) {
    case EVENT_ARRIVAL:
      sj_arrivals_happen(engine, argument);
      break;
    case EVENT_SERVED:
      sj_server_served(engine, argument);
      break;
    case EVENT_THOUGHT:
      sj_arrivals_thought(engine, argument);
      break;
    case EVENT_SHARED:
      sj_sharing_done(engine, argument);
      break;
    case EVENT_DELIVER:
      sj_attempt_deliver(engine, argument);
      break;
    case EVENT_ANSWER:
      sj_attempt_answer_arrives(engine, argument);
      break;
    case EVENT_TIMEOUT:
      sj_attempt_timeout(engine, argument);
      break;
    case EVENT_TIMEOUT_QUEUE:
      sj_caller_timeouts(engine, argument);
      break;
    case EVENT_RETRY:
      sj_request_retry(engine, argument);
      break;
    case EVENT_DEADLINE:
      sj_request_deadline(engine, argument);
      break;
    case EVENT_HEDGE:
      sj_request_hedge(engine, argument);
      break;
    case EVENT_PROBE_ARRIVES:
      sj_probe_arrives(engine, argument);
      break;
    case EVENT_PROBE_DONE:
      sj_probe_done(engine, argument);
      break;
    case EVENT_PROBE_OVER:
      sj_probe_over(engine, argument);
      break;
    case EVENT_FAULT:
      sj_fault_happen(engine, argument);
      break;
    case EVENT_REPLACE:
      sj_server_replace(engine, argument);
      break;
    case EVENT_BATCH_DUE:
    case EVENT_BATCH_ANSWERS:
    case EVENT_BATCH_SAMPLE:
      sj_batcher_happen(engine, argument, kind);
      break;
    case EVENT_GRID:
      grid(engine);
      break;
    case EVENT_QUARTER:
      quarter(engine);
      break;
    case EVENT_WARM:
      warm(engine);
      break;
    case EVENT_LAST_ARRIVAL:
      last_arrival(engine);
      break;
    case EVENT_GIVE_UP:
      engine_done(engine);
      break;
    case EVENT_CANCELLED:
      break;
  }
}

enum { EVENTS_BETWEEN_LOOKS = 1 << 15 };

/* Reports how far the run is, and looks whether it shall stop. */
static void look_up(struct engine *engine, struct engine_control *control) {
  if (engine->events.overflow) sj_engine_out_of_memory(engine);
  if (!control) return;
  double share = engine->now < engine->duration ? engine->now / engine->duration : 1;
  __atomic_store(&control->share, &share, __ATOMIC_RELAXED);
  __atomic_store_n(&control->events, engine->dispatched, __ATOMIC_RELAXED);
  if ((control->stop && *control->stop) || __atomic_load_n(&control->cancelled, __ATOMIC_RELAXED)) {
    engine->status = SJ_INTERRUPTED;
    engine->running = false;
  }
}

/* The two events of a plain request are told apart by branches of their own, and handled in line. */
static void plain_loop(struct engine *engine, struct engine_control *control) {
  struct sj_event_list *const events = &engine->events;
  uint32_t kind;
  void *argument;
  uint32_t left = EVENTS_BETWEEN_LOOKS;
  while (engine->running) {
    const sj_event_key key = sj_event_list_first(events);
    if (events->aside < key) {
      sj_event_take_aside(events, &engine->now, &kind, &argument);
      plain_arrive(engine, argument);
    } else {
      if (__builtin_expect(key == SJ_EVENT_KEY_NONE, 0)) break;
      if (!sj_event_take_listed(events, key, &engine->now, &kind, &argument)) continue;
      if (__builtin_expect(kind == EVENT_SERVED, 1))
        plain_served(engine, argument);
      else if (kind == EVENT_ARRIVAL) /* of another source, or the first */
        sj_plain_arrive(engine, argument);
      else
        dispatch(engine, (enum event_kind)kind, argument);
    }
    if (__builtin_expect(--left == 0, 0)) {
      left = EVENTS_BETWEEN_LOOKS;
      engine->dispatched += EVENTS_BETWEEN_LOOKS;
      look_up(engine, control);
    }
  }
  engine->dispatched += EVENTS_BETWEEN_LOOKS - left;
}

static void loop(struct engine *engine, struct engine_control *control) {
  uint32_t kind;
  void *argument;
  engine->running = engine->status == SJ_OK;
  if (engine->plain) {
    plain_loop(engine, control);
    return;
  }
  while (engine->running && sj_event_take(&engine->events, &engine->now, &kind, &argument)) {
    if (kind == EVENT_SERVED)
      sj_server_served(engine, argument);
    else
      dispatch(engine, (enum event_kind)kind, argument);
    if (__builtin_expect(++engine->dispatched % EVENTS_BETWEEN_LOOKS == 0, 0)) look_up(engine, control);
  }
}

/* What must hold at the end of every run, whatever the model. */
static void check_invariants(const struct engine *engine) {
#ifndef NDEBUG
  sj_balancing_check(engine);
  uint64_t unfinished = 0;
  for (size_t i = 0; i < engine->model->client_count; i++) {
    const struct client_statistics *const s = engine->clients[i].statistics;
    assert(s->completed + s->failed <= s->arrivals);
    assert(s->latency_elsewhere || s->latency.moments.count + s->latency.gathered == s->completed);
    unfinished += s->arrivals - s->completed - s->failed;
    for (uint32_t m = 0; engine->open == 0 && m < engine->clients[i].spec->count; m++)
      assert(engine->clients[i].callers[m].out == 0 && !engine->clients[i].callers[m].timer_head);
  }
  assert(unfinished <= engine->open);
  const bool empty = engine->open == 0 && engine->alive == 0;
  assert(!empty || !engine->flows);
  for (size_t i = 0; i < engine->model->server_count; i++) {
    uint64_t in_system = 0, waiting = 0, busy = 0;
    for (uint32_t m = 0; m < engine->servers[i].count; m++) {
      const struct server *const server = &engine->servers[i].members[m];
      if (server->quick) { /* it keeps no other level */
        in_system += server->in_system;
        busy += server->in_system < server->threads ? server->in_system : server->threads;
        waiting += server->in_system > server->threads ? server->in_system - server->threads : 0;
        continue;
      }
      assert(server->waiting <= server->in_system);
      assert(!empty || (server->in_system == 0 && server->waiting == 0 && server->busy == 0));
      assert(server->spec->discipline == SJ_PROCESSOR_SHARING || server->queue.count <= server->waiting);
      if (server->batcher) sj_batcher_check(server, empty);
      in_system += server->in_system;
      waiting += server->waiting;
      busy += server->busy;
    }
    const struct server_statistics *const s = engine->servers[i].statistics;
    assert(s->in_system.level == in_system && (!empty || s->orbit.level == 0));
    assert(s->follows || (s->waiting.level == waiting && s->busy.level == busy));
    assert(!s->follows || (busy == (in_system < s->follows ? in_system : s->follows) && waiting == in_system - busy));
  }
#else
  (void)engine;
#endif
}

/* Pools count their members' attempts apart when members are wanted: the pool's are the sum. */
static void add_up_members(struct engine *engine) {
  for (size_t i = 0; i < engine->model->client_count; i++) {
    struct client *const client = &engine->clients[i];
    struct call_counts *const sum = &client->statistics->calls;
    for (uint32_t m = 0; client->members && m < client->spec->count; m++) {
      const struct call_counts *const c = &client->members[m].calls;
      sum->attempts += c->attempts;
      sum->timeouts += c->timeouts;
      sum->retries += c->retries;
      sum->rejected += c->rejected;
      sum->late += c->late;
      sum->hedges += c->hedges;
    }
  }
}

enum sj_status sj_engine_run(const struct sj_model *model, const struct sj_simulate_options *options,
                             const struct sj_results *results, uint64_t run_number, struct sj_mser *pilot, FILE *csv,
                             struct engine_control *control, struct sj_run *run, struct sj_error *error) {
  struct engine *const engine = calloc(1, sizeof *engine);
  if (!engine) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  engine->model = engine->current = model;
  engine->options = options;
  engine->results = results;
  engine->seed = results->seed;
  engine->run = run_number;
  engine->warmup = pilot ? 0 : results->warmup;
  engine->duration = results->duration;
  engine->drain = results->drain;
  engine->pilot = pilot;
  engine->csv = csv;
  engine->error = error;
  engine->watched = csv || pilot || options->members;
  engine->series = run && results->series_count > 0 ? run->series : NULL;
  if (model->quantum > 0) {
    const enum sj_status status = sj_discrete_run(engine, control, run);
    free(engine);
    return status;
  }
  if (!make_world(engine)) sj_engine_out_of_memory(engine);
  if (engine->status == SJ_OK) start(engine);
  loop(engine, control);
  if (engine->events.overflow) sj_engine_out_of_memory(engine); /* since the last look */
  if (engine->status == SJ_OK && run) {
    check_invariants(engine);
    add_up_members(engine);
    run->number = run_number;
    run->events = engine->dispatched;
    run->truncated = engine->open > 0;
    sj_statistics_fill(engine, options->members, run);
  }
  const enum sj_status status = engine->status;
  destroy_world(engine);
  free(engine);
  return status;
}
