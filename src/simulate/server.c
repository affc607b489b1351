/* A server member: arrival, waiting, service, calls, the end. What befalls it from outside (stalls, crashes, changes)
 * is in upheaval.c. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "simulate/caller_steps.h"
#include "simulate/closing.h"
#include "simulate/engine.h"
#include "simulate/server_steps.h"

void sj_server_count(struct server *server, double now, int in_system, int waiting, int busy) {
  count_levels(server, now, in_system, waiting, busy);
}

void sj_attempt_list_add(struct attempt **list, struct attempt *attempt) {
  attempt->previous = NULL;
  attempt->next = *list;
  if (*list) (*list)->previous = attempt;
  *list = attempt;
}

void sj_attempt_list_remove(struct attempt **list, struct attempt *attempt) {
  if (attempt->previous)
    attempt->previous->next = attempt->next;
  else
    *list = attempt->next;
  if (attempt->next) attempt->next->previous = attempt->previous;
}

/* Under processor sharing as many threads are busy as requests hold a share, up to all. */
static int sharing_busy_change(const struct server *server, uint32_t holders) {
  const uint32_t busy = holders < server->threads ? holders : server->threads;
  return (int)busy - (int)server->busy;
}

static void share(struct engine *engine, struct server *server, struct attempt *attempt) {
  attempt->started = engine->now;
  attempt->place = PLACE_SERVED;
  attempt->flags |= ATTEMPT_THREAD;
  server->sharers++;
  count_levels(server, engine->now, 0, 0, sharing_busy_change(server, server->sharers));
  sj_sharing_add(engine, server, attempt, draw_work(engine, server, attempt));
}

static void refuse(struct engine *engine, struct server *server, struct attempt *attempt) {
  if (attempt->request->flags & REQUEST_COUNTED && !server->down) {
    server->statistics->dropped++;
    if (server->own) server->own->dropped++;
  }
  if (engine->plain)
    sj_plain_refused(engine, server, attempt);
  else
    sj_server_dismiss(engine, attempt, OUTCOME_REFUSED, server->spec->refuse_silent);
}

void sj_server_offer(struct engine *engine, struct server *server, struct attempt *attempt) {
  if (server->sharing) {
    share(engine, server, attempt);
  } else if (server->busy < server->threads && !server->stalled) {
    count_levels(server, engine->now, 0, 0, 1);
    start_service(engine, server, attempt);
  } else if (join_queue(engine, server, attempt)) {
    count_levels(server, engine->now, 0, 1, 0);
  }
}

void sj_server_receive_with_care(struct engine *engine, struct server *server, struct attempt *attempt) {
  if (server->simple) { /* it is full */
    refuse(engine, server, attempt);
    return;
  }
  if (server->down) {
    refuse(engine, server, attempt);
    return;
  }
  const struct server_pool *const pool = &engine->servers[server->index];
  if (pool->join && sj_flow_merge(engine, attempt)) return; /* its request is here already */
  if (server->in_system >= server->capacity || !sj_admission_admits(engine, server, attempt)) {
    refuse(engine, server, attempt);
    return;
  }
  count_levels(server, engine->now, 1, 0, 0);
  if (server->batcher)
    sj_batcher_receive(engine, server, attempt);
  else if (pool->join)
    sj_flow_join(engine, attempt);
  else
    sj_server_offer(engine, server, attempt);
}

/* The next who waits and is not dropped by CoDel, or NULL. Dropped ones leave the system on the way. */
static struct attempt *next_waiting(struct engine *engine, struct server *server) {
  while (server->queue.count > 0) {
    struct attempt *const attempt = leave_queue(engine, server);
    if (__builtin_expect(!server->codel, 1) || !sj_admission_drops(engine, server, attempt)) return attempt;
    count_levels(server, engine->now, -1, -1, 0);
    refuse(engine, server, attempt);
  }
  return NULL;
}

void sj_server_start_waiting(struct engine *engine, struct server *server) {
  if (server->sharing) return;
  while (server->busy < server->threads && !server->stalled && server->queue.count > 0) {
    struct attempt *const attempt = next_waiting(engine, server);
    if (!attempt) return;
    count_levels(server, engine->now, 0, -1, 1);
    start_service(engine, server, attempt);
  }
}

/* The thread (or share) that the attempt holds is free again. */
static void release_thread(struct engine *engine, struct server *server, struct attempt *attempt) {
  if (!(attempt->flags & ATTEMPT_THREAD)) return;
  attempt->flags &= (uint8_t)~ATTEMPT_THREAD;
  if (server->sharing) {
    server->sharers--;
    sj_sharing_leave(engine, server);
    count_levels(server, engine->now, 0, 0, sharing_busy_change(server, server->sharers));
    return;
  }
  count_levels(server, engine->now, 0, 0, -1);
}

void sj_server_dismiss(struct engine *engine, struct attempt *attempt, enum outcome outcome, bool silent) {
  complete(attempt->request);
  attempt->answered = true;
  if (attempt->flags & ATTEMPT_HOST) sj_flow_host_gone(engine, attempt);
  while (attempt) {
    struct attempt *const next = attempt->merged;
    attempt->merged = NULL;
    if (silent)
      sj_attempt_vanish(engine, attempt);
    else
      sj_attempt_answer(engine, attempt, outcome);
    attempt = next;
  }
}

void sj_server_answer(struct engine *engine, struct attempt *attempt, enum outcome outcome) {
  complete(attempt->request);
  if (outcome == OUTCOME_OK && attempt->request->caller->direct && attempt->number == 0 && !attempt->merged) {
    attempt->answered = true;
    sj_attempt_direct_success(engine, attempt);
    return;
  }
  sj_server_dismiss(engine, attempt, outcome, false);
}

void sj_server_leave(struct engine *engine, struct server *server, struct attempt *attempt) {
  release_thread(engine, server, attempt);
  count_levels(server, engine->now, -1, 0, 0);
  sj_server_start_waiting(engine, server);
}

static inline void make_call(struct engine *engine, struct attempt *parent) {
  const uint16_t index = parent->next_call++;
  struct server *const server = parent->server;
  struct caller *const caller = server->calls[parent->api] + index;
  const struct request *const above = parent->request;
  struct request *const request =
      take_request(engine, caller, lineage_below(attempt_lineage(parent), UINT64_C(0x10000) + index));
  if (!request) return;
  request->call = index;
  request->flags |= above->flags & REQUEST_COUNTED;
  request->recorded = above->recorded;
  request->size = above->size;
  request->priority = caller->spec->priority_given ? caller->spec->priority : above->priority;
  request->parent = caller->spec->wait ? parent : NULL;
  if (request->parent) parent->children++;
  begin_request(engine, request);
}

static void calls_finished(struct engine *engine, struct attempt *attempt, enum outcome outcome) {
  if (engine->listed) sj_attempt_list_remove(&attempt->server->other, attempt);
  sj_server_finish(engine, attempt, outcome);
}

/* The same for several calls, or one that is not waited for. A call may be closed before request_begin returns, so the
 * attempt counts as one of its own children meanwhile. */
static __attribute__((noinline)) void advance_many_calls(struct engine *engine, struct attempt *attempt,
                                                         const struct sj_api *api) {
  attempt->children++;
  while (!attempt->answered && attempt->next_call < api->call_count && (api->parallel || attempt->children == 1))
    make_call(engine, attempt);
  attempt->children--;
  if (attempt->answered) {
    sj_attempt_release(engine, attempt);
  } else if (attempt->next_call == api->call_count && attempt->children == 0 && attempt->place == PLACE_CALLING) {
    calls_finished(engine, attempt, OUTCOME_OK);
  }
}

/* Makes the calls that are due: all at once, or one after the other; with none left, answers. */
static inline void advance_calls(struct engine *engine, struct attempt *attempt, const struct sj_api *api) {
  if (attempt->next_call + 1u == api->call_count && api->calls[attempt->next_call].wait)
    make_call(engine, attempt); /* its end is the end of all: nothing is left to do here */
  else
    advance_many_calls(engine, attempt, api);
}

static const struct sj_api *api_of(const struct attempt *attempt) { return &attempt->server->spec->apis[attempt->api]; }

/* What follows for who made the call. True: it is done, and has succeeded. */
static bool call_closed(struct engine *engine, struct attempt *parent, uint16_t call, bool ok) {
  parent->children--;
  if (__builtin_expect(parent->answered, 0)) {
    sj_attempt_release(engine, parent);
    return false;
  }
  struct server *const server = parent->server;
  const struct sj_api *const api = api_of(parent);
  if (parent->place == PLACE_HELD) return false; /* has failed already, and waits to say so */
  if (ok && parent->next_call == api->call_count && parent->children == 0 && !server->stalled) {
    if (engine->listed) sj_attempt_list_remove(&server->other, parent);
    return true;
  }
  if (ok || api->calls[call].optional) {
    if (!server->stalled) advance_calls(engine, parent, api);
  } else if (server->stalled) {
    parent->place = PLACE_HELD;
  } else {
    calls_finished(engine, parent, OUTCOME_ERROR);
  }
  return false;
}

/* A brief request has succeeded: all that follows, in short. The attempt that called, or NULL. */
static struct attempt *close_brief(struct engine *engine, struct request *request) {
  assert(request->first.children == 0);
  struct attempt *const parent = request->parent;
  if (!request->caller->only) sj_balancing_succeeded(engine, &request->first);
  if (request->caller->client) client_closed(engine, request, OUTCOME_OK);
  request_gone(engine, request);
  return parent;
}

/* An attempt has succeeded; with the last call of another so has that one. */
static void finish_well(struct engine *engine, struct attempt *attempt) {
  for (;;) {
    finish_service(engine, attempt->server, attempt, true);
    struct request *const request = attempt->request;
    if (!(request->flags & REQUEST_BRIEF)) break;
    const uint16_t call = request->call;
    attempt = close_brief(engine, request);
    if (!attempt || !call_closed(engine, attempt, call, true)) return;
  }
  sj_server_answer(engine, attempt, OUTCOME_OK);
}

void sj_server_finish(struct engine *engine, struct attempt *attempt, enum outcome outcome) {
  if (outcome == OUTCOME_OK) {
    finish_well(engine, attempt);
    return;
  }
  attempt->server->statistics->cell_failures++;
  if (engine->counting) attempt->server->statistics->failures++;
  finish_service(engine, attempt->server, attempt, false);
  sj_server_answer(engine, attempt, outcome);
}

void sj_server_call_closed(struct engine *engine, struct attempt *parent, uint16_t call, bool ok) {
  if (call_closed(engine, parent, call, ok)) finish_well(engine, parent);
}

void sj_server_go_on(struct engine *engine, struct server *server) {
  for (;;) {
    struct attempt *a = server->other;
    while (a && a->place != PLACE_HELD && !(a->place == PLACE_CALLING && a->children == 0)) a = a->next;
    if (!a || server->stalled) return;
    if (a->place == PLACE_HELD) {
      calls_finished(engine, a, OUTCOME_ERROR);
    } else {
      advance_calls(engine, a, api_of(a));
    }
  }
}

/* The work of one who calls is done. */
static void begin_calls(struct engine *engine, struct attempt *attempt, const struct sj_api *api) {
  struct server *const server = attempt->server;
  attempt->place = PLACE_CALLING;
  if (engine->listed) sj_attempt_list_add(&server->other, attempt);
  if (server->sharing && !server->spec->async) sj_sharing_rate_changed(engine, server); /* the others go on */
  if (server->spec->async) {
    if (server->simple && server->busy <= server->threads && attempt->flags & ATTEMPT_THREAD) {
      pass_thread_on(engine, server, attempt, 0);
    } else {
      release_thread(engine, server, attempt);
      sj_server_start_waiting(engine, server);
    }
  }
  advance_calls(engine, attempt, api);
}

/* Whether its work ends in an error. */
static bool work_failed(const struct server *server, const struct attempt *attempt) {
  if (server->fail_ratio > 0) {
    struct sj_stream stream = stream_of(server->fail_key, attempt_lineage(attempt));
    if (sj_stream_uniform(&stream) < server->fail_ratio) return true;
  }
  return server->spec->kind == SJ_STORE && attempt->outcome != OUTCOME_OK;
}

static inline void work_done(struct engine *engine, struct attempt *attempt) {
  const struct server *const server = attempt->server;
  if (server->ends_well) {
    finish_well(engine, attempt);
    return;
  }
  if (__builtin_expect(server->fail_ratio > 0 || server->spec->kind == SJ_STORE, 0) && work_failed(server, attempt)) {
    sj_server_finish(engine, attempt, OUTCOME_ERROR);
    return;
  }
  const struct sj_api *const api = api_of(attempt);
  if (api->call_count == 0 || api->forward)
    finish_well(engine, attempt);
  else
    begin_calls(engine, attempt, api);
}

void sj_server_work_done(struct engine *engine, struct attempt *attempt) { work_done(engine, attempt); }

void sj_server_served(struct engine *engine, struct attempt *attempt) {
  attempt->event = SJ_EVENT_NONE;
  if (engine->listed) sj_attempt_list_remove(&attempt->server->working, attempt);
  work_done(engine, attempt);
}

void sj_server_withdraw(struct engine *engine, struct attempt *attempt) {
  assert(attempt->place == PLACE_WAITING);
  struct server *const server = attempt->server;
  if (server->batcher) {
    count_levels(server, engine->now, -1, 0, 0);
    attempt->place = PLACE_GONE;
    sj_batcher_withdraw(engine, server, attempt);
    return;
  }
  sj_queue_remove(server, attempt);
  count_levels(server, engine->now, -1, -1, 0);
  attempt->place = PLACE_GONE;
}
