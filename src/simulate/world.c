/* The world of a run, made from a model before its first event: servers, clients, what of the short ways they may take.
 */
#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "simulate/balancing.h"
#include "simulate/engine.h"

static void fill_keys(const struct engine *engine, const char *component, const char *call, uint64_t keys[KEY_COUNT]) {
  static const char *const purposes[KEY_COUNT] = {"timeout", "backoff",    "target",        "policy", "link",
                                                  "back",    "subset",     "law",           "errand", "balancer",
                                                  "probe",   "probe back", "probe timeout", "redraw"};
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
  server->first_rtt = server->rtt;
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
  if (pool->statistics) pool->statistics->in_cells = engine->series != NULL;
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
    if (server->kind != SJ_SERVER || server->cold_start > 0 || server->replace_requeue || server->join ||
        server->discipline == SJ_PROCESSOR_SHARING)
      return false;
    for (size_t a = 0; a < server->api_count; a++)
      if (!plain_api(model, server, &server->apis[a])) return false;
  }
  return true;
}

/* Where a thread works as long as there is something to do, and nothing interferes, in_system says all. */
static void decide_levels(struct engine *engine, struct server_pool *pool) {
  const struct sj_server *const spec = pool->spec;
  struct server *const server = &pool->members[0];
  if (pool->count > 1 || spec->kind == SJ_BATCHER || server->sharing || spec->join ||
      (spec->async && calls_others(spec)) || engine->faulty || spec->replace_rate > 0)
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

bool sj_engine_make_world(struct engine *engine) {
  const struct sj_model *const model = engine->model;
  engine->plain = is_plain(model);
  engine->faulty = model->fault_count > 0;
  engine->listed = engine->faulty;
  for (size_t i = 0; i < model->server_count; i++) engine->listed |= model->servers[i].replace_requeue;
  sj_pool_create(&engine->requests, engine->plain ? offsetof(struct request, first) + offsetof(struct attempt, children)
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

void sj_engine_destroy_world(struct engine *engine) {
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
