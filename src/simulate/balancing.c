/* Balancers in continuous time. */
#include "simulate/balancing.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/lua/program.h"
#include "simulate/link.h"

/* The balancer of one caller for one pool. */
struct balancing {
  struct sj_balancer balancer;
  struct caller *caller;
  struct server_pool *pool;
  size_t target; /* the first of the caller's that is of this pool */
  struct balancing *next;
  uint64_t probes; /* sent so far */
  uint32_t attempts_out, probes_out;
};

struct probe {
  struct balancing *balancing;
  struct sj_probe inner;
  struct server *server;
  struct sj_report *report; /* that comes back with the answer, held */
  uint64_t lineage;
  double sent, expires, message_sent;
  uint8_t end;
  bool finished; /* it is not in flight any more, though its answer is under way */
};

static bool balanced(const struct sj_call *call) {
  return call->policy.kind != SJ_POLICY_RANDOM && call->policy.kind != SJ_POLICY_ROUND_ROBIN;
}

/* --- what the model needs ------------------------------------------------------------------------------------------
 */

static uint32_t known_members(const struct sj_model *model, const struct sj_call *call, uint32_t server) {
  const uint32_t count = model->servers[server].count;
  if (call->subset == 0 || (call->subset >= count && !call->subset_replacement)) return count;
  return call->subset;
}

static bool has_function(const struct sj_policy *policy) {
  for (; policy; policy = policy->inner)
    if (policy->kind == SJ_POLICY_FUNCTION) return true;
  return false;
}

/* The functions of the model, once for the run. */
static void start_program(struct engine *engine) {
  struct sj_error error = {""};
  const enum sj_status status = sj_program_create(engine->model->document, &engine->program, &error);
  if (status) sj_engine_fail(engine, status, "%s", error.message);
}

static void plan_call(struct engine *engine, const struct sj_call *call) {
  for (size_t t = 0; t < call->target_count; t++) {
    const uint32_t known = known_members(engine->model, call, call->targets[t].server);
    if (known > engine->most_known) engine->most_known = known;
  }
  if (!balanced(call)) return;
  if (has_function(&call->policy) && !engine->program) start_program(engine);
  for (size_t t = 0; t < call->target_count; t++) {
    const uint32_t server = call->targets[t].server;
    struct server_pool *const pool = &engine->servers[server];
    if (pool->count == 1 && call->target_count == 1 && !call->breaker.given) continue;
    pool->policy_needs |= sj_policy_needs(&call->policy);
    const uint32_t most = sj_policy_most_choices(&call->policy, known_members(engine->model, call, server));
    if (most > engine->most_choices) engine->most_choices = most;
  }
}

static bool measure(struct engine *engine, struct server_pool *pool) {
  pool->shared_by_policies.key = sj_stream_key(engine->seed, engine->run, pool->spec->name, "policies");
  if (!(pool->policy_needs & (SJ_NEEDS_ANY_REPORTS | SJ_NEEDS_LIVE))) return true;
  pool->publishers = calloc(1, sizeof *pool->publishers);
  if (!pool->publishers ||
      !sj_publishers_create(pool->publishers, &pool->spec->publish, pool->count, 0, pool->policy_needs))
    return false;
  for (uint32_t m = 0; m < pool->count; m++) {
    struct server *const server = &pool->members[m];
    server->engine = engine;
    server->publisher = &pool->publishers->members[m];
    server->counted_apart = true;
    sj_publisher_levels(server->publisher, 0, server->threads, 0, 0, 0);
  }
  return true;
}

bool sj_balancing_plan(struct engine *engine) {
  const struct sj_model *const model = engine->model;
  for (size_t i = 0; i < model->client_count; i++) plan_call(engine, &model->clients[i].call);
  for (size_t i = 0; i < model->server_count; i++)
    for (size_t a = 0; a < model->servers[i].api_count; a++)
      for (size_t c = 0; c < model->servers[i].apis[a].call_count; c++)
        plan_call(engine, &model->servers[i].apis[a].calls[c]);
  engine->scratch = calloc((size_t)engine->most_known + 1, sizeof *engine->scratch);
  if (!engine->scratch) return false;
  if (engine->most_choices > 0) {
    engine->choice_scratch = calloc(2 * (size_t)engine->most_choices, sizeof *engine->choice_scratch);
    engine->cost_scratch = calloc(2 * (size_t)engine->most_choices, sizeof *engine->cost_scratch);
    if (!engine->choice_scratch || !engine->cost_scratch) return false;
  }
  sj_pool_create(&engine->probes, sizeof(struct probe));
  for (size_t i = 0; i < model->server_count; i++)
    if (!measure(engine, &engine->servers[i])) return false;
  return true;
}

void sj_balancing_end(struct engine *engine) {
  for (size_t i = 0; engine->servers && i < engine->model->server_count; i++) {
    struct server_pool *const pool = &engine->servers[i];
    sj_shared_destroy(&pool->shared_by_policies);
    if (pool->publishers) sj_publishers_destroy(pool->publishers);
    free(pool->publishers);
  }
  sj_program_destroy(engine->program);
  free(engine->scratch);
  free(engine->choice_scratch);
  free(engine->cost_scratch);
  sj_chunks_destroy(&engine->balancing_memory);
  sj_pool_destroy(&engine->probes);
}

void sj_publish_levels(struct server *server, double now, int arrived) {
  if (arrived > 0) sj_publisher_arrived(server->publisher, now);
  if (server->publisher->pool->no_memory) sj_engine_out_of_memory(server->engine);
  sj_publisher_levels(server->publisher, now, server->threads, server->busy, server->in_system, server->waiting);
}

void sj_publish_finished(struct server *server, double now, double sojourn, bool ok) {
  sj_publisher_finished(server->publisher, now, sojourn);
  if (!ok) sj_publisher_failed(server->publisher);
}

/* --- the balancers -------------------------------------------------------------------------------------------------
 */

static uint32_t caller_count(const struct engine *engine, const struct caller *caller) {
  return caller->client ? caller->client->spec->count : engine->servers[caller->server->index].count;
}

static struct balancing *create(struct engine *engine, struct caller *caller, size_t target) {
  struct balancing *const b = sj_chunks_take(&engine->balancing_memory, sizeof *b);
  if (!b) return NULL;
  b->caller = caller;
  b->pool = &engine->servers[caller->spec->targets[target].server];
  b->target = target;
  const struct subset *const subset = caller->subsets ? &caller->subsets[target] : NULL;
  const struct sj_balancer_setup setup = {
      .policy = &caller->spec->policy,
      .members = subset ? subset->members : NULL,
      .channel_count = subset && subset->members ? subset->count : b->pool->count,
      .publishers = b->pool->publishers,
      .shared = &b->pool->shared_by_policies,
      .caller = caller->member,
      .caller_count = caller_count(engine, caller),
      .key = lineage_below(caller->keys[KEY_BALANCER], lineage_below(caller->member, target)),
      .memory = &engine->balancing_memory,
      .program = engine->program,
      .pool_name = b->pool->spec->name,
      .error = engine->error,
      .scratch = engine->choice_scratch,
      .scratch_costs = engine->cost_scratch};
  if (!sj_balancer_create(&b->balancer, &setup)) {
    sj_balancer_destroy(&b->balancer);
    return NULL;
  }
  b->next = b->pool->balancings;
  b->pool->balancings = b;
  caller->balancings[target] = b;
  return b;
}

static struct balancing *find_or_make(struct engine *engine, struct caller *caller, size_t target) {
  const size_t first = first_target(caller, target);
  if (!caller->balancings)
    caller->balancings = caller->spec->target_count == 1
                             ? &caller->only_balancing
                             : calloc(caller->spec->target_count, sizeof(struct balancing *));
  struct balancing *const known = caller->balancings ? caller->balancings[first] : NULL;
  if (known) return known;
  struct balancing *const made = caller->balancings ? create(engine, caller, first) : NULL;
  if (!made) sj_engine_out_of_memory(engine);
  return made;
}

static inline struct balancing *balancing_of(struct engine *engine, struct caller *caller, size_t target) {
  return caller->only_balancing ? caller->only_balancing : find_or_make(engine, caller, target);
}

static inline struct balancing *balancing_of_attempt(const struct attempt *attempt) {
  const struct caller *const caller = attempt->request->caller;
  if (caller->only_balancing) return caller->only_balancing;
  return caller->balancings[first_target(caller, attempt->request->target)];
}

void sj_balancing_destroy(struct caller *caller) {
  for (size_t t = 0; caller->balancings && t < caller->spec->target_count; t++) {
    struct balancing *const b = caller->balancings[t];
    if (!b) continue;
    struct balancing **link = &b->pool->balancings;
    while (*link != b) link = &(*link)->next;
    *link = b->next;
    sj_balancer_destroy(&b->balancer);
  }
  if (caller->balancings != &caller->only_balancing) free(caller->balancings);
}

/* --- picking -------------------------------------------------------------------------------------------------------
 */

static bool may_pick(struct engine *engine, const struct request *request, uint32_t member, uint32_t avoid) {
  if (member == avoid) return false;
  struct caller *const guard = request->caller->guard;
  return !guard->spec->breaker.given || sj_breaker_allows(engine, guard, request->target, member);
}

/* The members that may be picked of `known` (NULL: of all): their places in that list. */
static struct sj_choices open_members(struct engine *engine, const struct request *request, const uint32_t *known,
                                      uint32_t count, uint32_t avoid) {
  if (avoid == UINT32_MAX && request->caller->guard->open_breakers == 0) return (struct sj_choices){NULL, count};
  struct sj_choices choices = {engine->scratch, 0};
  for (uint32_t i = 0; i < count; i++)
    if (may_pick(engine, request, known ? known[i] : i, avoid)) engine->scratch[choices.count++] = i;
  return choices;
}

/* The policies that need to know nothing, without a balancer. */
static enum sj_picked pick_blindly(struct engine *engine, struct request *request, uint64_t lineage, uint32_t avoid,
                                   struct choice *choice) {
  struct caller *const caller = request->caller;
  struct server_pool *const pool = &engine->servers[caller->spec->targets[request->target].server];
  const struct subset *const subset = caller->subsets ? &caller->subsets[request->target] : NULL;
  const uint32_t *const known = subset ? subset->members : NULL;
  const struct sj_choices choices = open_members(engine, request, known, known ? subset->count : pool->count, avoid);
  if (choices.count == 0) return SJ_PICK_NOBODY;
  uint32_t i = 0;
  if (caller->spec->policy.kind == SJ_POLICY_ROUND_ROBIN) {
    i = (uint32_t)(caller->turn++ % choices.count);
  } else if (choices.count > 1) {
    struct sj_stream stream = stream_of(caller->keys[KEY_POLICY], lineage);
    i = (uint32_t)sj_stream_below(&stream, choices.count);
  }
  i = sj_choice(&choices, i);
  choice->server = &pool->members[known ? known[i] : i];
  choice->place = i;
  return SJ_PICKED;
}

static struct sj_choices open_channels(struct engine *engine, const struct balancing *b, const struct request *request,
                                       uint32_t avoid) {
  const struct sj_balancer *const balancer = &b->balancer;
  if (avoid == UINT32_MAX && b->caller->guard->open_breakers == 0)
    return (struct sj_choices){NULL, balancer->channel_count};
  struct sj_choices choices = {engine->scratch, 0};
  for (uint32_t i = 0; i < balancer->channel_count; i++)
    if (may_pick(engine, request, balancer->channels[i].member, avoid)) engine->scratch[choices.count++] = i;
  return choices;
}

/* Ends the run where the balancer failed. */
static void check(struct engine *engine, const struct sj_balancer *balancer) {
  if (balancer->no_memory) sj_engine_out_of_memory(engine);
  if (!balancer->status || engine->status) return;
  engine->status = balancer->status; /* the message is in engine->error already */
  engine->running = false;
}

static void send_probes(struct engine *engine, struct balancing *b);

/* The branches of one request must meet at a server that joins. */
static bool meets(const struct server_pool *pool, const struct request *request) {
  return pool->join && request->flags & REQUEST_STAGE && pool->count > 1;
}

/* Of a client's request: which of its source's, from 1. Others have a number of their own too, that counts nothing. */
static uint64_t number_of(const struct request *request) {
  const struct client *const client = request->caller->client;
  if (!client || request->flags & REQUEST_STAGE) return request->lineage >> 11; /* a whole number in Lua */
  const struct arrivals *const source = &client->arrivals[client->spec->per_client ? request->caller->member : 0];
  return request->lineage - source->base_lineage + 1;
}

enum sj_picked sj_balancing_pick(struct engine *engine, struct request *request, uint64_t lineage, uint32_t avoid,
                                 struct choice *choice) {
  struct caller *const caller = request->caller;
  struct server_pool *const pool = &engine->servers[caller->spec->targets[request->target].server];
  if (meets(pool, request)) {
    struct sj_stream stream = stream_of(pool->join_key, attempt_lineage(request->flow->root));
    const uint32_t member = (uint32_t)sj_stream_below(&stream, pool->count);
    choice->server = &pool->members[member];
    choice->place = sj_link_place(caller, request->target, member);
    return SJ_PICKED;
  }
  if (!balanced(caller->spec)) return pick_blindly(engine, request, lineage, avoid, choice);
  struct balancing *const b = balancing_of(engine, caller, request->target);
  if (!b) return SJ_PICK_NOBODY;
  struct sj_stream stream = stream_of(caller->keys[KEY_POLICY], lineage);
  const struct sj_turn turn = {.now = engine->now,
                               .stream = &stream,
                               .choices = open_channels(engine, b, request, avoid),
                               .errand = request->errand,
                               .key = sj_mix(request->lineage),
                               .size = request->size,
                               .number = number_of(request),
                               .attempt = request->attempts_made + 1};
  uint32_t channel = 0;
  const enum sj_picked picked = sj_balancer_pick(&b->balancer, &turn, &channel);
  check(engine, &b->balancer);
  if (picked == SJ_PICKED)
    *choice = (struct choice){&pool->members[b->balancer.channels[channel].member], channel, channel};
  send_probes(engine, b);
  return picked;
}

void sj_balancing_arrived(struct engine *engine, struct request *request) {
  struct caller *const caller = request->caller;
  if (!balanced(caller->spec) || meets(&engine->servers[caller->spec->targets[request->target].server], request))
    return;
  struct balancing *const b = balancing_of(engine, caller, request->target);
  if (!b || !sj_balancer_has_errands(&b->balancer)) return;
  struct sj_stream stream = stream_of(caller->keys[KEY_ERRAND], request->lineage);
  const struct sj_turn turn = {.now = engine->now,
                               .stream = &stream,
                               .choices = open_channels(engine, b, request, UINT32_MAX),
                               .key = sj_mix(request->lineage)};
  request->errand = sj_balancer_arrived(&b->balancer, &turn, request);
  if (!request->errand) sj_engine_out_of_memory(engine);
  check(engine, &b->balancer);
  send_probes(engine, b);
}

void sj_balancing_left(struct request *request) {
  struct caller *const caller = request->caller;
  struct balancing *const b = caller->balancings[first_target(caller, request->target)];
  sj_balancer_left(&b->balancer, request->errand);
  request->errand = NULL;
}

/* --- attempts ------------------------------------------------------------------------------------------------------
 */

void sj_balancing_sent(struct attempt *attempt) {
  struct balancing *const b = balancing_of_attempt(attempt);
  b->attempts_out++;
  sj_balancer_sent(&b->balancer, attempt->channel);
}

void sj_balancing_finished(struct attempt *attempt) {
  if (!attempt->request->caller->spec->until_served || !(attempt->flags & ATTEMPT_OUT)) return;
  struct balancing *const b = balancing_of_attempt(attempt);
  attempt->finished = true;
  b->attempts_out--;
  sj_balancer_over(&b->balancer, attempt->channel);
}

void sj_balancing_ended(struct engine *engine, struct attempt *attempt, enum sj_end end) {
  struct balancing *const b = balancing_of_attempt(attempt);
  if (!attempt->finished) {
    b->attempts_out--;
    sj_balancer_over(&b->balancer, attempt->channel);
  }
  if (!(b->balancer.needs & (SJ_NEEDS_LATENCIES | SJ_NEEDS_REPORTS | SJ_NEEDS_ANSWER_REPORTS | SJ_NEEDS_ENDS))) return;
  const bool answered = end == SJ_END_OK || end == SJ_END_REFUSED || end == SJ_END_ERROR;
  const struct sj_ended ended = {.end = end,
                                 .now = engine->now,
                                 .latency = engine->now - attempt->sent,
                                 .report = answered ? attempt->report : NULL};
  sj_balancer_ended(&b->balancer, attempt->channel, &ended);
  check(engine, &b->balancer);
  send_probes(engine, b);
}

/* What the server says with its answer, where one of `needs` is. */
static struct sj_report *report_of(struct engine *engine, const struct balancing *b, const struct server *server,
                                   uint32_t needs) {
  if (!(b->balancer.needs & needs) || server->down) return NULL;
  struct sj_report *const report = sj_publisher_report(server->publisher, engine->now);
  return sj_report_hold(report);
}

void sj_balancing_report(struct engine *engine, struct attempt *attempt) {
  if (attempt->report) return;
  attempt->report =
      report_of(engine, balancing_of_attempt(attempt), attempt->server, SJ_NEEDS_REPORTS | SJ_NEEDS_ANSWER_REPORTS);
}

void sj_balancing_forget_report(struct attempt *attempt) {
  sj_report_release(&balancing_of_attempt(attempt)->pool->publishers->reports, attempt->report);
  attempt->report = NULL;
}

bool sj_balancing_begin(struct engine *engine, struct attempt *attempt) {
  struct request *const request = attempt->request;
  request->errand = NULL;
  request->attempts_made = 0;
  struct choice choice = {NULL, NO_CHANNEL, 0};
  if (sj_balancing_pick(engine, request, request->lineage, UINT32_MAX, &choice) != SJ_PICKED) return false;
  attempt->server = choice.server;
  attempt->channel = choice.channel;
  attempt->sent = engine->now;
  attempt->report = NULL;
  attempt->finished = false;
  if (choice.channel != NO_CHANNEL) sj_balancing_sent(attempt);
  return true;
}

void sj_balancing_succeeded(struct engine *engine, struct attempt *attempt) {
  if (attempt->channel == NO_CHANNEL) return;
  sj_balancing_report(engine, attempt);
  sj_balancing_ended(engine, attempt, SJ_END_OK);
  if (attempt->report) sj_balancing_forget_report(attempt);
}

void sj_balancing_replaced(struct engine *engine, struct server *server) {
  if (server->publisher) sj_publisher_replaced(server->publisher, engine->now);
  for (struct balancing *b = engine->servers[server->index].balancings; b; b = b->next) {
    sj_balancer_replaced(&b->balancer, server->member);
    check(engine, &b->balancer);
    send_probes(engine, b);
  }
}

/* --- probes --------------------------------------------------------------------------------------------------------
 */

static double probe_service(const struct probe *probe) { return probe->server->spec->probe_service; }

static void drop_report(struct probe *probe) {
  if (probe->report) sj_report_release(&probe->balancing->pool->publishers->reports, probe->report);
  probe->report = NULL;
}

/* The probe's next event, or its timeout if that comes first: then what happens to it does not matter any more. */
static void schedule_probe(struct engine *engine, struct probe *probe, double time, enum event_kind kind) {
  if (time >= probe->expires) {
    probe->end = SJ_END_TIMEOUT;
    drop_report(probe);
    time = probe->expires;
    kind = EVENT_PROBE_OVER;
  }
  schedule(engine, time, kind, probe);
}

/* Nothing comes back. */
static void lose_probe(struct engine *engine, struct probe *probe, double would_come) {
  probe->end = probe->expires < INFINITY ? SJ_END_TIMEOUT : SJ_END_ERROR;
  schedule(engine, probe->expires < INFINITY ? probe->expires : would_come, EVENT_PROBE_OVER, probe);
}

/* The time of its message there or back. */
static double probe_delay(struct engine *engine, const struct probe *probe, size_t direction, bool *lost) {
  const struct balancing *const b = probe->balancing;
  const struct way way = {b->caller, b->target, probe->inner.channel, probe->server};
  return sj_link_delay(engine, &way, KEY_PROBE, direction, probe->lineage, lost);
}

static void send_probe(struct engine *engine, struct balancing *b, const struct sj_probe *inner) {
  struct probe *const probe = sj_pool_take(&engine->probes);
  if (!probe) {
    sj_engine_out_of_memory(engine);
    return;
  }
  struct caller *const caller = b->caller;
  b->probes_out++;
  *probe = (struct probe){.balancing = b,
                          .inner = *inner,
                          .server = &b->pool->members[b->balancer.channels[inner->channel].member],
                          .lineage = lineage_below(lineage_below(caller->member, b->target), b->probes++),
                          .sent = engine->now,
                          .message_sent = engine->now,
                          .expires = INFINITY};
  if (caller->timeout)
    probe->expires = engine->now + sj_draw_at(caller->timeout, caller->keys[KEY_PROBE_TIMEOUT], probe->lineage, 0);
  bool lost;
  const double delay = probe_delay(engine, probe, KEY_PROBE, &lost);
  if (lost)
    lose_probe(engine, probe, engine->now + 2 * delay + probe_service(probe));
  else
    schedule_probe(engine, probe, engine->now + delay, EVENT_PROBE_ARRIVES);
}

static void send_probes(struct engine *engine, struct balancing *b) {
  struct sj_probe probe;
  while (sj_balancer_next_probe(&b->balancer, &probe)) send_probe(engine, b, &probe);
}

static bool cut(const struct engine *engine, const struct probe *probe, double since) {
  return engine->cuts && sj_fault_cuts(engine, probe->balancing->caller, probe->server, since);
}

static void not_in_flight(struct probe *probe) {
  probe->balancing->probes_out--;
  sj_balancer_over(&probe->balancing->balancer, probe->inner.channel);
}

static void answer_probe(struct engine *engine, struct probe *probe, enum sj_end end) {
  if (probe->balancing->caller->spec->until_served) {
    not_in_flight(probe);
    probe->finished = true;
  }
  bool lost;
  const double delay = probe_delay(engine, probe, KEY_PROBE_BACK, &lost);
  probe->message_sent = engine->now;
  probe->end = (uint8_t)end;
  if (lost || cut(engine, probe, engine->now)) {
    lose_probe(engine, probe, engine->now + delay);
    return;
  }
  if (end == SJ_END_OK)
    probe->report = report_of(engine, probe->balancing, probe->server, SJ_NEEDS_REPORTS | SJ_NEEDS_PROBE_REPORTS);
  schedule_probe(engine, probe, engine->now + delay, EVENT_PROBE_OVER);
}

void sj_probe_arrives(struct engine *engine, struct probe *probe) {
  struct server *const server = probe->server;
  if (cut(engine, probe, probe->message_sent)) {
    lose_probe(engine, probe, engine->now + (engine->now - probe->sent) + probe_service(probe));
    return;
  }
  if (server->down) {
    answer_probe(engine, probe, SJ_END_ERROR);
    return;
  }
  if (server->spec->cold_start > 0) sj_server_meets(engine, server, probe->balancing->caller, probe->balancing->target);
  schedule_probe(engine, probe, engine->now + probe_service(probe), EVENT_PROBE_DONE);
}

void sj_probe_done(struct engine *engine, struct probe *probe) {
  const struct server *const server = probe->server;
  if (server->stalled)
    lose_probe(engine, probe, engine->now + (engine->now - probe->sent));
  else
    answer_probe(engine, probe, server->down ? SJ_END_ERROR : SJ_END_OK);
}

void sj_probe_over(struct engine *engine, struct probe *probe) {
  struct balancing *const b = probe->balancing;
  if (probe->end == SJ_END_OK && cut(engine, probe, probe->message_sent)) {
    if (probe->expires < INFINITY) { /* it still waits */
      drop_report(probe);
      lose_probe(engine, probe, probe->expires);
      return;
    }
    probe->end = SJ_END_ERROR;
  }
  const struct sj_ended ended = {.end = (enum sj_end)probe->end,
                                 .now = engine->now,
                                 .latency = engine->now - probe->sent,
                                 .report = probe->end == SJ_END_OK ? probe->report : NULL};
  if (!probe->finished) not_in_flight(probe);
  struct sj_errand *const errand = sj_balancer_probe_ended(&b->balancer, &probe->inner, &ended);
  check(engine, &b->balancer);
  drop_report(probe);
  sj_pool_give(&engine->probes, probe);
  send_probes(engine, b);
  if (errand) sj_request_probed(engine, sj_errand_owner(errand));
}

/* --- at the end ----------------------------------------------------------------------------------------------------
 */

void sj_balancing_check(const struct engine *engine) {
  for (size_t i = 0; i < engine->model->server_count; i++)
    for (const struct balancing *b = engine->servers[i].balancings; b; b = b->next) {
      uint64_t in_flight = 0;
      for (uint32_t c = 0; c < b->balancer.channel_count; c++) in_flight += b->balancer.channels[c].in_flight;
      assert(in_flight == (uint64_t)b->attempts_out + b->probes_out);
      assert(b->attempts_out <= b->caller->out || b->caller->brief); /* which does not count them */
      (void)in_flight;
    }
}
