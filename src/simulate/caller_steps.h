/* The beginning of a request and of an attempt, in line for those who make many.
 *
 * A *brief* request is one of which at first only those fields are filled in that a success needs: with nothing between
 * caller and server, and nothing to watch. Nobody reads the others until something goes wrong; then, before anything
 * else, `complete` fills them in, and it goes on as any other request. */
#ifndef SJ_SIMULATE_CALLER_STEPS_H
#define SJ_SIMULATE_CALLER_STEPS_H

#include "simulate/engine.h"
#include "simulate/server_steps.h"

/* --- fields, in two parts ------------------------------------------------------------------------------------------
 */

static inline void fill_request(struct request *request, struct caller *caller, uint64_t lineage, double now) {
  request->caller = caller;
  request->parent = NULL;
  request->arrival = now;
  request->lineage = lineage;
  request->priority = caller->spec->priority;
  request->call = 0;
  request->target = 0;
  request->flags = REQUEST_OPEN;
  request->recorded = request->size = 0;
}

static inline void fill_rest_of_request(struct request *request) {
  request->attempts = NULL;
  request->next = NULL;
  request->tries = 0;
  request->references = 1;
  request->flow = NULL;
  request->batch = NULL;
  request->orbit_server = NULL;
  request->served_by = NULL;
  request->errand = NULL;
  request->deadline_event = request->retry_event = request->hedge_event = SJ_EVENT_NONE;
  request->attempts_made = 0;
}

static inline void fill_attempt(struct attempt *attempt, struct request *request, uint32_t number) {
  attempt->request = request;
  attempt->number = number;
  attempt->flags = ATTEMPT_OUT | (number == 0 ? ATTEMPT_FIRST : 0);
  attempt->children = 0;
  attempt->next_call = 0;
  attempt->answered = false;
}

/* And makes it one of its request's. */
static inline void fill_rest_of_attempt(struct attempt *attempt, double now) {
  attempt->event = SJ_EVENT_NONE;
  attempt->timer_next = attempt->timer_previous = NULL;
  attempt->merged = NULL;
  attempt->guarded = NULL;
  attempt->flow = NULL;
  attempt->report = NULL;
  attempt->timer = SJ_EVENT_NONE;
  attempt->channel = NO_CHANNEL;
  attempt->begun_again = 0;
  attempt->outcome = OUTCOME_OK;
  attempt->finished = false;
  attempt->sent = attempt->message_sent = now;
  struct request *const request = attempt->request;
  request->references++;
  request->attempts_made++;
  attempt->sibling = request->attempts;
  request->attempts = attempt;
}

/* --- requests ------------------------------------------------------------------------------------------------------
 */

/* Only its short form is filled in. NULL: no memory. */
static inline struct request *take_request(struct engine *engine, struct caller *caller, uint64_t lineage) {
  struct request *const request = sj_pool_take(&engine->requests);
  if (__builtin_expect(!request, 0)) {
    sj_engine_out_of_memory(engine);
    return NULL;
  }
  engine->alive++;
  fill_request(request, caller, lineage, engine->now);
  return request;
}

static inline struct attempt *attempt_create(struct engine *engine, struct request *request) {
  const uint32_t number = request->attempts_made;
  struct attempt *const attempt = number == 0 ? &request->first : sj_pool_take(&engine->attempts);
  if (__builtin_expect(!attempt, 0)) {
    sj_engine_out_of_memory(engine);
    return NULL;
  }
  fill_attempt(attempt, request, number);
  fill_rest_of_attempt(attempt, engine->now);
  attempt->server = NULL;
  attempt->place = PLACE_TO_SERVER;
  return attempt;
}

/* A brief request, sent already, becomes one like others. */
static inline void complete(struct request *request) {
  if (!(request->flags & REQUEST_BRIEF)) return;
  request->flags &= ~(uint32_t)REQUEST_BRIEF;
  struct attempt *const attempt = &request->first;
  const uint32_t channel = request->caller->only ? NO_CHANNEL : attempt->channel;
  fill_rest_of_request(request);
  fill_rest_of_attempt(attempt, request->arrival);
  attempt->channel = channel;
  request->tries = 1;
  request->caller->out++;
}

/* The request is sent straight in: that of a caller with one member to call, or a brief one. */
static inline void send_in(struct engine *engine, struct request *request) {
  struct caller *const caller = request->caller;
  struct attempt *const attempt = &request->first;
  if (request->flags & REQUEST_COUNTED) caller->counts->attempts++;
  receive(engine, attempt->server, attempt);
}

static inline void begin_brief(struct engine *engine, struct request *request) {
  struct caller *const caller = request->caller;
  struct attempt *const attempt = &request->first;
  request->flags |= REQUEST_BRIEF;
  fill_attempt(attempt, request, 0);
  attempt->server = caller->only;
  attempt->api = caller->only_api;
  if (attempt->server || sj_balancing_begin(engine, attempt)) {
    send_in(engine, request);
    return;
  }
  request->flags &= ~(uint32_t)REQUEST_BRIEF; /* nobody can be picked */
  fill_rest_of_request(request);
  sj_request_begin(engine, request);
}

static inline void begin_direct(struct engine *engine, struct request *request) {
  struct caller *const caller = request->caller;
  request->tries = 1;
  struct attempt *const attempt = attempt_create(engine, request);
  if (!attempt) return;
  caller->out++;
  attempt->server = caller->only;
  attempt->api = caller->only_api;
  send_in(engine, request);
}

/* For one of which only the short form is filled in. */
static inline void begin_request(struct engine *engine, struct request *request) {
  if (request->caller->brief) {
    begin_brief(engine, request);
    return;
  }
  fill_rest_of_request(request);
  if (request->caller->direct)
    begin_direct(engine, request);
  else
    sj_request_begin(engine, request);
}

#endif
