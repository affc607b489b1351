/* The beginning of a request and of an attempt, in line for those who make many. */
#ifndef SJ_SIMULATE_CALLER_STEPS_H
#define SJ_SIMULATE_CALLER_STEPS_H

#include "simulate/engine.h"
#include "simulate/server_steps.h"

static inline struct request *new_request_of(struct engine *engine, struct caller *caller, uint64_t lineage) {
  struct request *const request = sj_pool_take(&engine->requests);
  if (__builtin_expect(!request, 0)) {
    sj_engine_out_of_memory(engine);
    return NULL;
  }
  engine->alive++;
  request->caller = caller;
  request->parent = NULL;
  request->attempts = NULL;
  request->next = NULL;
  request->arrival = engine->now;
  request->lineage = lineage;
  request->tries = 0;
  request->priority = caller->spec->priority;
  request->references = 1;
  request->call = 0;
  request->target = 0;
  request->flags = REQUEST_OPEN;
  request->recorded = request->size = 0;
  request->flow = NULL;
  request->batch = NULL;
  request->orbit_server = NULL;
  request->served_by = NULL;
  request->customer = NULL;
  request->errand = NULL;
  request->deadline_event = request->retry_event = request->hedge_event = SJ_EVENT_NONE;
  request->attempts_made = 0;
  return request;
}

static inline struct attempt *attempt_create(struct engine *engine, struct request *request) {
  const uint32_t number = request->attempts_made++;
  struct attempt *const attempt = number == 0 ? &request->first : sj_pool_take(&engine->attempts);
  if (__builtin_expect(!attempt, 0)) {
    sj_engine_out_of_memory(engine);
    return NULL;
  }
  attempt->request = request;
  attempt->server = NULL;
  attempt->event = SJ_EVENT_NONE;
  attempt->number = number;
  attempt->place = PLACE_TO_SERVER;
  attempt->flags = ATTEMPT_OUT | (number == 0 ? ATTEMPT_FIRST : 0);
  request->references++;
  attempt->timer_next = attempt->timer_previous = NULL;
  attempt->merged = NULL;
  attempt->guarded = NULL;
  attempt->flow = NULL;
  attempt->report = NULL;
  attempt->timer = SJ_EVENT_NONE;
  attempt->children = 0;
  attempt->channel = NO_CHANNEL;
  attempt->next_call = 0;
  attempt->begun_again = 0;
  attempt->outcome = OUTCOME_OK;
  attempt->answered = attempt->finished = false;
  attempt->sent = attempt->message_sent = engine->now;
  attempt->sibling = request->attempts;
  request->attempts = attempt;
  return attempt;
}

/* The request of a direct caller is sent straight in. */
static inline void begin_direct(struct engine *engine, struct request *request) {
  struct caller *const caller = request->caller;
  request->tries = 1;
  struct attempt *const attempt = attempt_create(engine, request);
  if (!attempt) return;
  caller->out++;
  attempt->server = caller->only;
  attempt->api = caller->only_api;
  if (request->flags & REQUEST_COUNTED) caller->counts->attempts++;
  receive(engine, attempt->server, attempt);
}

static inline void begin_request(struct engine *engine, struct request *request) {
  if (request->caller->direct)
    begin_direct(engine, request);
  else
    sj_request_begin(engine, request);
}

#endif
