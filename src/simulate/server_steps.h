/* Steps in a request's life at a server that happen with every request, for those who do them: server.c and plain.c. */
#ifndef SJ_SIMULATE_SERVER_STEPS_H
#define SJ_SIMULATE_SERVER_STEPS_H

#include "simulate/engine.h"

static inline void record_visit(struct server_statistics *s, const struct attempt *attempt, double now) {
  visits_add(s, attempt->arrived, attempt->started, now);
  if (__builtin_expect(!s->apis, 1)) return;
  struct sample *const api = &s->apis[3 * (size_t)attempt->api];
  sample_add(&api[0], now - attempt->arrived);
  sample_add(&api[1], attempt->started - attempt->arrived);
  sample_add(&api[2], now - attempt->started);
}

static inline void count_members(struct server_statistics *s, const struct server *server, double now, int in_system) {
  const double elapsed = now - s->members_since;
  s->full_area += elapsed * s->full_members;
  s->empty_area += elapsed * s->empty_members;
  s->members_since = now;
  const uint32_t after = server->in_system;
  const uint32_t before = after - (uint32_t)in_system;
  s->empty_members += (uint32_t)(after == 0) - (uint32_t)(before == 0);
  s->full_members += (uint32_t)(after >= server->capacity) - (uint32_t)(before >= server->capacity);
}

static inline void count_into(struct server_statistics *s, double now, int in_system, int waiting, int busy) {
  if (in_system) sj_gauge_set(&s->in_system, now, s->in_system.level + (uint32_t)in_system);
  if (waiting) sj_gauge_set(&s->waiting, now, s->waiting.level + (uint32_t)waiting);
  if (busy) sj_gauge_set(&s->busy, now, s->busy.level + (uint32_t)busy);
}

/* Changes the levels by the given amounts, -1, 0 or 1 each (busy: any), and accounts for the time before. */
static inline void count_levels(struct server *server, double now, int in_system, int waiting, int busy) {
  server->in_system += (uint32_t)in_system;
  server->waiting += (uint32_t)waiting;
  server->busy += (uint32_t)busy;
  if (__builtin_expect(server->levels_follow, 1)) {
    if (in_system) {
      count_into(server->statistics, now, in_system, 0, 0);
      if (__builtin_expect(server->counted_apart, 0) && server->own) count_into(server->own, now, in_system, 0, 0);
    }
    return;
  }
  count_into(server->statistics, now, in_system, waiting, busy);
  if (!server->counted_apart) return;
  if (server->publisher) sj_publish_levels(server, now, in_system);
  if (server->statistics->members_counted && in_system) count_members(server->statistics, server, now, in_system);
  if (!server->own) return;
  count_into(server->own, now, in_system, waiting, busy);
  if (server->own->members_counted && in_system) count_members(server->own, server, now, in_system);
}

/* The work that an attempt brings, in time of a server at pace 1. */
static inline double draw_work(struct engine *engine, struct server *server, struct attempt *attempt) {
  if (engine->plain) { /* `number` counts the stages of a pipeline, the first being 1 */
    const uint64_t root = attempt->request->lineage;
    const uint64_t lineage = attempt->number == 0 ? root : stage_lineage(root, attempt->number - 1);
    return sj_draw_at(server->work[attempt->api], server->service_key, lineage, 0);
  }
  if (__builtin_expect(server->particular, 0)) return sj_particular_work(engine, server, attempt);
  return sj_draw_at(server->work[attempt->api], server->service_key, attempt_lineage(attempt),
                    attempt->request->recorded);
}

/* Begins service; levels are the caller's to count. */
static inline void start_service(struct engine *engine, struct server *server, struct attempt *attempt) {
  attempt->started = engine->now;
  attempt->place = PLACE_SERVED;
  attempt->flags |= ATTEMPT_THREAD;
  const double duration = draw_work(engine, server, attempt) * server->stretch;
  attempt->event = sj_event_schedule(&engine->events, engine->now + duration, EVENT_SERVED, attempt, false);
  if (__builtin_expect(!engine->listed, 1)) return;
  attempt->done_at = engine->now + duration;
  sj_attempt_list_add(&server->working, attempt);
}

static inline bool join_queue(struct engine *engine, struct server *server, struct attempt *attempt) {
  attempt->place = PLACE_WAITING;
  if (server->discipline != SJ_FIFO) return sj_queue_push(engine, server, attempt);
  struct queue *const queue = &server->queue;
  attempt->next = NULL;
  attempt->previous = queue->tail;
  if (queue->tail)
    queue->tail->next = attempt;
  else
    queue->head = attempt;
  queue->tail = attempt;
  queue->count++;
  return true;
}

/* The next; there must be one. */
static inline struct attempt *leave_queue(struct engine *engine, struct server *server) {
  if (server->discipline != SJ_FIFO) return sj_queue_pop(engine, server);
  struct queue *const queue = &server->queue;
  struct attempt *const attempt = queue->head;
  queue->head = attempt->next;
  if (queue->head)
    queue->head->previous = NULL;
  else
    queue->tail = NULL;
  queue->count--;
  return attempt;
}

/* An attempt arrives. */
static inline void receive(struct engine *engine, struct server *server, struct attempt *attempt) {
  attempt->arrived = engine->now;
  if (__builtin_expect(server->in_system >= server->room, 0)) {
    sj_server_receive_with_care(engine, server, attempt);
  } else if (server->busy < server->threads) {
    count_levels(server, engine->now, 1, 0, 1);
    start_service(engine, server, attempt);
  } else if (join_queue(engine, server, attempt)) {
    count_levels(server, engine->now, 1, 1, 0);
  }
}

/* The thread goes from this attempt to the next one waiting, if there is one. `in_system` is the change of that level:
 * -1 if the attempt leaves. The server must be simple. */
static inline void pass_thread_on(struct engine *engine, struct server *server, struct attempt *attempt,
                                  int in_system) {
  attempt->flags &= (uint8_t)~ATTEMPT_THREAD;
  if (server->queue.count > 0) {
    struct attempt *const next = leave_queue(engine, server);
    count_levels(server, engine->now, in_system, -1, 0);
    start_service(engine, server, next);
  } else {
    count_levels(server, engine->now, in_system, 0, -1);
  }
}

/* An attempt's service is over: it is recorded and leaves, and the next one begins. */
static inline void finish_service(struct engine *engine, struct server *server, struct attempt *attempt, bool ok) {
  const double now = engine->now;
  const bool counted = attempt->request->flags & REQUEST_COUNTED;
  if (counted)
    record_visit(server->statistics, attempt, now);
  else
    cell_visits_add(server->statistics, now - attempt->arrived);
  server->statistics->in_window += engine->counting && ok;
  if (__builtin_expect(server->counted_apart, 0)) {
    if (server->publisher) sj_publish_finished(server, now, now - attempt->arrived, ok);
    if (server->own && counted) record_visit(server->own, attempt, now);
    if (server->own) server->own->in_window += engine->counting && ok;
  }
  if (__builtin_expect(!server->simple || server->busy > server->threads, 0)) {
    sj_server_leave(engine, server, attempt);
    return;
  }
  if (!(attempt->flags & ATTEMPT_THREAD)) { /* it gave its thread up when it called others */
    count_levels(server, now, -1, 0, 0);
    return;
  }
  pass_thread_on(engine, server, attempt, -1);
}

#endif
