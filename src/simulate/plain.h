/* Requests of which nothing needs to be kept but when they came: one attempt, at one server (or handed on from one to
 * the next), done when it is done there. What other files do in steps that may be apart in time or go wrong is here in
 * one piece; most simple queues are models of this kind. */
#ifndef SJ_SIMULATE_PLAIN_H
#define SJ_SIMULATE_PLAIN_H

#include <math.h>

#include "simulate/closing.h"
#include "simulate/engine.h"
#include "simulate/server_steps.h"

static inline void schedule_next(struct engine *engine, struct arrivals *a) {
  if (a->spec->kind == SJ_ARRIVALS_POISSON)
    a->next_time = engine->now + sj_draw_exponential(&a->stream) * a->mean_interval;
  else
    a->next_time = sj_arrivals_next(engine, a, engine->now);
  if (a->next_time < INFINITY) sj_event_schedule(&engine->events, a->next_time, EVENT_ARRIVAL, a, true);
}

static inline uint32_t pick_member(struct engine *engine, const struct arrivals *a, uint64_t lineage) {
  (void)engine;
  if (a->member >= 0) return (uint32_t)a->member;
  struct sj_stream stream = stream_of(a->client->member_key, lineage);
  return (uint32_t)sj_stream_below(&stream, a->client->spec->count);
}

static inline __attribute__((always_inline)) void plain_arrive(struct engine *engine, struct arrivals *a) {
  if (!engine->arriving) return;
  schedule_next(engine, a); /* first of all: it takes the place of this event */
  struct request *const request = sj_pool_take(&engine->requests);
  if (__builtin_expect(!request, 0)) {
    sj_engine_out_of_memory(engine);
    return;
  }
  struct client *const client = a->client;
  const uint64_t lineage = a->base_lineage + a->number++;
  const uint32_t member = client->spec->count > 1 ? pick_member(engine, a, lineage) : 0;
  struct caller *const caller = &client->callers[member];
  request->caller = caller;
  request->arrival = engine->now;
  request->lineage = lineage;
  request->priority = caller->spec->priority;
  request->flags = REQUEST_OPEN;
  struct attempt *const attempt = &request->first;
  attempt->request = request;
  attempt->server = caller->only;
  attempt->api = caller->only_api;
  attempt->number = attempt->server->spec->apis[attempt->api].forward;
  attempt->flags = ATTEMPT_OUT | ATTEMPT_FIRST;
  engine->open++;
  client->statistics->cell_arrivals++;
  if (engine->counting) {
    request->flags = REQUEST_OPEN | REQUEST_COUNTED;
    client->statistics->arrivals++;
    caller->counts->attempts++;
    if (__builtin_expect(client->members != NULL, 0)) client->members[member].arrivals++;
    if (attempt->number) engine->servers[attempt->server->index].stages.attempts++;
  }
  receive(engine, attempt->server, attempt);
}

static inline __attribute__((always_inline)) void plain_served(struct engine *engine, struct attempt *attempt) {
  struct request *const request = attempt->request;
  struct server *const server = attempt->server;
  finish_service(engine, server, attempt, true);
  if (attempt->number) {
    const struct sj_api *const api = &server->spec->apis[attempt->api];
    if (api->forward) {
      const struct sj_target *const target = &api->calls[0].targets[0];
      struct server_pool *const pool = &engine->servers[target->server];
      if (request->flags & REQUEST_COUNTED) pool->stages.attempts++;
      attempt->number++;
      attempt->api = (uint16_t)target->api;
      attempt->server = &pool->members[0];
      receive(engine, attempt->server, attempt);
      return;
    }
  }
  note_closed(engine, request, OUTCOME_OK);
  sj_pool_give(&engine->requests, request);
}

#endif
