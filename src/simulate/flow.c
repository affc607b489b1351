/* Pipelines: a request is handed from server to server, branches out, and comes together again at joins.
 *
 * A flow begins with the attempt (its root) that was sent to a server which forwards. Each stage is a request of its
 * own, with its own timeout and retries, to one server; its success opens the stages after it. The root is answered
 * when no stage is left: with success if some branch came to the end of the pipeline, with the last failure otherwise.
 *
 * At a server that joins, the first branch to come stands there for all of them (the host). It goes on when no other
 * stage of the flow is left that could still come to this server. */
#include <assert.h>
#include <stdlib.h>

#include "simulate/engine.h"

static void count_reach(struct engine *engine, struct flow *flow, uint32_t server, int change) {
  for (uint64_t reach = engine->servers[server].reach; reach; reach &= reach - 1)
    flow->joins[__builtin_ctzll(reach)].live += (uint32_t)change;
}

static uint32_t stage_server(const struct request *stage) { return stage->caller->spec->targets[stage->target].server; }

static void begin_stage(struct engine *engine, struct flow *flow, struct caller *caller, uint16_t target) {
  const struct request *const origin = flow->root->request;
  const uint64_t lineage = stage_lineage(attempt_lineage(flow->root), flow->stages++);
  struct request *const stage = sj_request_create(engine, caller, lineage);
  if (!stage) return;
  stage->flags = REQUEST_OPEN | REQUEST_STAGE | (origin->flags & REQUEST_COUNTED);
  stage->flow = flow;
  stage->target = target == UINT16_MAX ? sj_request_pick_target(caller, stage) : target;
  stage->recorded = origin->recorded;
  stage->size = origin->size;
  stage->priority = caller->spec->priority_given ? caller->spec->priority : origin->priority;
  flow->live++;
  count_reach(engine, flow, stage_server(stage), 1);
  sj_request_begin(engine, stage);
}

/* The hosts that wait for nobody any more are served. */
static void release_hosts(struct engine *engine, struct flow *flow) {
  for (size_t j = 0; j < engine->join_count; j++) {
    struct attempt *const host = flow->joins[j].host;
    if (!host || host->place != PLACE_JOINING || flow->joins[j].live > 0) continue;
    struct server *const server = host->server;
    sj_attempt_list_remove(&server->other, host);
    sj_server_count(server, engine->now, 0, -1, 0);
    sj_server_offer(engine, server, host);
  }
}

static void end_flow(struct engine *engine, struct flow *flow) {
  if (flow->previous)
    flow->previous->next = flow->next;
  else
    engine->flows = flow->next;
  if (flow->next) flow->next->previous = flow->previous;
  for (size_t j = 0; j < engine->join_count; j++)
    if (flow->joins[j].host) flow->joins[j].host->flow = NULL; /* it will be too late */
  struct attempt *const root = flow->root;
  const enum outcome outcome = flow->reached_end ? OUTCOME_OK : (enum outcome)flow->failure;
  const bool silent = flow->silent && !flow->reached_end;
  free(flow);
  root->flow = NULL;
  if (silent)
    sj_attempt_vanish(engine, root);
  else
    sj_attempt_answer(engine, root, outcome);
}

/* One more thing to do with `flow` before it may end. */
static void hold(struct flow *flow) { flow->live++; }
static void let_go(struct engine *engine, struct flow *flow) {
  if (--flow->live == 0) end_flow(engine, flow);
}

void sj_flow_begin(struct engine *engine, struct attempt *root) {
  struct flow *const flow = calloc(1, sizeof *flow + engine->join_count * sizeof flow->joins[0]);
  if (!flow) {
    sj_engine_out_of_memory(engine);
    return;
  }
  flow->root = root;
  flow->next = engine->flows;
  if (engine->flows) engine->flows->previous = flow;
  engine->flows = flow;
  root->flow = flow;
  hold(flow);
  begin_stage(engine, flow, root->request->caller->stage, root->request->target);
  release_hosts(engine, flow);
  let_go(engine, flow);
}

void sj_flow_stage_closed(struct engine *engine, struct request *stage, enum outcome outcome) {
  struct flow *const flow = stage->flow;
  const uint32_t index = stage_server(stage);
  const struct server_pool *const pool = &engine->servers[index];
  const uint32_t api_index = stage->caller->spec->targets[stage->target].api;
  const struct sj_api *const api = &pool->spec->apis[api_index];
  const uint32_t own_join = pool->join;
  hold(flow);
  flow->live--; /* this stage; the hold keeps the flow */
  if (outcome == OUTCOME_OK) {
    /* Branches that were joined go on as one: the first to be answered opens the next stages. */
    const bool first = own_join == 0 || !flow->joins[own_join - 1].passed;
    if (own_join) flow->joins[own_join - 1].passed = true;
    if (first && api->forward)
      for (size_t c = 0; c < api->call_count; c++)
        begin_stage(engine, flow, &stage->served_by->calls[api_index][c], UINT16_MAX);
    else if (first)
      flow->reached_end = true;
  } else {
    flow->failure = (uint8_t)outcome;
    flow->silent = outcome != OUTCOME_ERROR && outcome != OUTCOME_BREAKER && pool->spec->refuse_silent;
  }
  /* It cannot come to any join any more; its own was settled if it has come there. */
  for (uint64_t reach = pool->reach; reach; reach &= reach - 1) {
    const uint32_t j = (uint32_t)__builtin_ctzll(reach);
    if (own_join == j + 1 && stage->flags & REQUEST_ARRIVED) continue;
    flow->joins[j].live--;
  }
  release_hosts(engine, flow);
  let_go(engine, flow);
}

/* The stage has come to the join and is not waited for any more. */
static void note_arrival(struct flow *flow, uint32_t join, struct request *stage) {
  if (stage->flags & REQUEST_ARRIVED) return;
  stage->flags |= REQUEST_ARRIVED;
  flow->joins[join].live--;
}

bool sj_flow_merge(struct engine *engine, struct attempt *attempt) {
  struct request *const stage = attempt->request;
  struct flow *const flow = stage->flow;
  const uint32_t join = engine->servers[attempt->server->index].join - 1;
  struct attempt *const host = flow->joins[join].host;
  if (!host) return false;
  attempt->place = PLACE_JOINING;
  attempt->merged = host->merged;
  host->merged = attempt;
  note_arrival(flow, join, stage);
  release_hosts(engine, flow);
  return true;
}

void sj_flow_join(struct engine *engine, struct attempt *attempt) {
  struct request *const stage = attempt->request;
  struct flow *const flow = stage->flow;
  const uint32_t join = engine->servers[attempt->server->index].join - 1;
  flow->joins[join].host = attempt;
  attempt->flow = flow;
  attempt->flags |= ATTEMPT_HOST;
  attempt->place = PLACE_JOINING;
  sj_attempt_list_add(&attempt->server->other, attempt);
  sj_server_count(attempt->server, engine->now, 0, 1, 0);
  note_arrival(flow, join, stage);
  release_hosts(engine, flow);
}

void sj_flow_host_gone(struct engine *engine, struct attempt *host) {
  if (!host->flow) return;
  host->flow->joins[engine->servers[host->server->index].join - 1].host = NULL;
  host->flow = NULL;
}

void sj_flows_destroy(struct engine *engine) {
  while (engine->flows) {
    struct flow *const flow = engine->flows;
    engine->flows = flow->next;
    free(flow);
  }
}

bool sj_flows_create(struct engine *engine) {
  const size_t count = engine->model->server_count;
  for (size_t i = 0; i < count; i++) {
    if (!engine->servers[i].spec->join) continue;
    if (engine->join_count == 64) return false;
    engine->servers[i].join = (uint32_t)++engine->join_count;
    engine->servers[i].reach |= UINT64_C(1) << (engine->join_count - 1);
  }
  /* What a server's next stages may come to, it may come to: as many rounds as the longest pipeline has stages. */
  for (bool changed = engine->join_count > 0; changed;) {
    changed = false;
    for (size_t i = 0; i < count; i++) {
      uint64_t reach = engine->servers[i].reach;
      const struct sj_server *const spec = engine->servers[i].spec;
      for (size_t a = 0; a < spec->api_count; a++)
        for (size_t c = 0; spec->apis[a].forward && c < spec->apis[a].call_count; c++)
          for (size_t t = 0; t < spec->apis[a].calls[c].target_count; t++)
            reach |= engine->servers[spec->apis[a].calls[c].targets[t].server].reach;
      changed = changed || reach != engine->servers[i].reach;
      engine->servers[i].reach = reach;
    }
  }
  return true;
}
