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
  if (a->next_time < INFINITY) sj_event_schedule_aside(&engine->events, a->next_time, EVENT_ARRIVAL, a);
}

/* A quick server: nothing is kept of an attempt but its times, its place in the queue, and (drawn as it comes, when
 * there is time for it) its work; and of the server how many are there. */
static inline void quick_start(struct engine *engine, const struct server *server, struct attempt *attempt,
                               double work) {
  attempt->started = engine->now;
  sj_event_schedule(&engine->events, engine->now + work * server->stretch, EVENT_SERVED, attempt, false);
}

static inline void quick_receive(struct engine *engine, struct server *server, struct attempt *attempt) {
  attempt->arrived = engine->now;
  if (__builtin_expect(server->in_system >= server->room, 0)) {
    sj_server_receive_with_care(engine, server, attempt);
    return;
  }
  const double work = draw_work(engine, server, attempt);
  const uint32_t before = server->in_system++;
  sj_gauge_set(&server->statistics->in_system, engine->now, before + 1);
  if (before < server->threads) {
    quick_start(engine, server, attempt, work);
    return;
  }
  attempt->started = work;
  struct queue *const queue = &server->queue;
  if (before > server->threads)
    queue->tail->next = attempt;
  else
    queue->head = attempt;
  queue->tail = attempt;
}

static inline void quick_finish(struct engine *engine, struct server *server, const struct request *request) {
  struct server_statistics *const s = server->statistics;
  const struct attempt *const attempt = &request->first;
  if (request->flags & REQUEST_COUNTED)
    visits_add(s, attempt->arrived, attempt->started, engine->now);
  else
    cell_visits_add(s, engine->now - attempt->arrived);
  s->in_window += engine->counting;
  const uint32_t after = --server->in_system;
  sj_gauge_set(&s->in_system, engine->now, after);
  if (after < server->threads) return;
  struct attempt *const next = server->queue.head;
  if (after > server->threads) server->queue.head = next->next;
  quick_start(engine, server, next, next->started);
}

static inline void plain_receive(struct engine *engine, struct server *server, struct attempt *attempt) {
  if (__builtin_expect(server->quick, 1))
    quick_receive(engine, server, attempt);
  else
    receive(engine, server, attempt);
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
  plain_receive(engine, attempt->server, attempt);
}

static inline __attribute__((always_inline)) void plain_served(struct engine *engine, struct attempt *attempt) {
  struct request *const request = (struct request *)(void *)((char *)attempt - offsetof(struct request, first));
  struct server *const server = attempt->server;
  if (__builtin_expect(server->quick, 1))
    quick_finish(engine, server, request);
  else
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
      plain_receive(engine, attempt->server, attempt);
      return;
    }
  }
  note_closed(engine, request, OUTCOME_OK);
  sj_pool_give(&engine->requests, request);
}

#endif
