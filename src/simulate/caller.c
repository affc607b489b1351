/* Requests and their attempts, as the one who calls sees them: sending, timeouts, retries, copies, the end. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "random/elementary.h"
#include "simulate/balancing.h"
#include "simulate/caller_steps.h"
#include "simulate/closing.h"
#include "simulate/engine.h"
#include "simulate/link.h"

struct request *sj_request_create(struct engine *engine, struct caller *caller, uint64_t lineage) {
  struct request *const request = take_request(engine, caller, lineage);
  if (request) fill_rest_of_request(request);
  return request;
}

static void request_release(struct engine *engine, struct request *request) {
  if (--request->references == 0) request_gone(engine, request);
}

void sj_attempt_release(struct engine *engine, struct attempt *attempt) {
  if (attempt->flags & ATTEMPT_OUT || attempt->place != PLACE_GONE) return;
  if (attempt->children > 0) return;
  if (attempt->report) sj_balancing_forget_report(attempt);
  struct request *const request = attempt->request;
  if (!(attempt->flags & ATTEMPT_FIRST)) sj_pool_give(&engine->attempts, attempt);
  request_release(engine, request);
}

void sj_attempt_vanish(struct engine *engine, struct attempt *attempt) {
  attempt->place = PLACE_GONE;
  sj_attempt_release(engine, attempt);
}

/* --- timeouts ------------------------------------------------------------------------------------------------------
 */

static void arm_timeout(struct engine *engine, struct caller *caller, struct attempt *attempt) {
  const double patience = caller->timeout_constant
                              ? caller->timeout->location
                              : sj_draw_at(caller->timeout, caller->keys[KEY_TIMEOUT], attempt_lineage(attempt), 0);
  attempt->expires = engine->now + patience;
  if (!caller->timeout_constant) {
    attempt->timer = sj_event_schedule(&engine->events, attempt->expires, EVENT_TIMEOUT, attempt, true);
    return;
  }
  /* All wait equally long, so they expire in the order of sending: only the oldest needs an event. */
  attempt->flags |= ATTEMPT_IN_QUEUE;
  attempt->timer_next = NULL;
  attempt->timer_previous = caller->timer_tail;
  if (caller->timer_tail)
    caller->timer_tail->timer_next = attempt;
  else
    caller->timer_head = attempt;
  caller->timer_tail = attempt;
  if (caller->timer_event == SJ_EVENT_NONE)
    caller->timer_event =
        sj_event_schedule(&engine->events, caller->timer_head->expires, EVENT_TIMEOUT_QUEUE, caller, true);
}

static void disarm_timeout(struct engine *engine, struct caller *caller, struct attempt *attempt) {
  if (attempt->timer) sj_event_cancel(&engine->events, attempt->timer);
  attempt->timer = SJ_EVENT_NONE;
  if (!(attempt->flags & ATTEMPT_IN_QUEUE)) return;
  attempt->flags &= (uint8_t)~ATTEMPT_IN_QUEUE;
  if (attempt->timer_previous)
    attempt->timer_previous->timer_next = attempt->timer_next;
  else
    caller->timer_head = attempt->timer_next;
  if (attempt->timer_next)
    attempt->timer_next->timer_previous = attempt->timer_previous;
  else
    caller->timer_tail = attempt->timer_previous;
}

void sj_caller_timeouts(struct engine *engine, struct caller *caller) {
  caller->timer_event = SJ_EVENT_NONE;
  while (caller->timer_head && caller->timer_head->expires <= engine->now)
    sj_attempt_timeout(engine, caller->timer_head);
  if (caller->timer_head && caller->timer_event == SJ_EVENT_NONE)
    caller->timer_event =
        sj_event_schedule(&engine->events, caller->timer_head->expires, EVENT_TIMEOUT_QUEUE, caller, true);
}

/* --- sending -------------------------------------------------------------------------------------------------------
 */

/* Time of one message, or NAN if it is lost on the way. */
static double message_delay(struct engine *engine, const struct attempt *attempt, bool back) {
  const struct request *const request = attempt->request;
  struct caller *const caller = request->caller;
  const struct way way = {caller, request->target, attempt->place_of_link, attempt->server};
  bool lost;
  const double delay =
      sj_link_delay(engine, &way, KEY_LINK, back ? KEY_BACK : KEY_LINK, attempt_lineage(attempt), &lost);
  if (lost) return NAN;
  return back ? delay : delay + caller->spec->network.per_byte * request->size;
}

static bool flows(const struct engine *engine, const struct caller *caller, const struct request *request) {
  if (request->flags & REQUEST_STAGE || !caller->stage) return false;
  const struct sj_target *const target = &caller->spec->targets[request->target];
  const struct sj_server *const server = engine->servers[target->server].spec;
  return server->apis[target->api].forward || server->join || sj_law_given(&caller->spec->stage_timeout);
}

static inline void deliver(struct engine *engine, struct attempt *attempt) {
  const struct request *const request = attempt->request;
  struct caller *const caller = request->caller;
  attempt->event = SJ_EVENT_NONE;
  const bool withdrawn = !(attempt->flags & ATTEMPT_OUT) && caller->spec->cancel;
  if (withdrawn ||
      (engine->cuts && attempt->server && sj_fault_cuts(engine, caller, attempt->server, attempt->message_sent))) {
    sj_attempt_vanish(engine, attempt);
  } else if (flows(engine, caller, request)) {
    attempt->place = PLACE_FLOWING;
    sj_flow_begin(engine, attempt);
  } else {
    assert(attempt->server);
    receive(engine, attempt->server, attempt);
  }
}

void sj_attempt_deliver(struct engine *engine, struct attempt *attempt) { deliver(engine, attempt); }

static void send(struct engine *engine, struct request *request, bool hedge);

static void schedule_hedge(struct engine *engine, struct caller *caller, struct request *request) {
  if (!caller->spec->hedge.given || request->flags & REQUEST_HEDGED || request->hedge_event || request->tries != 1)
    return;
  const double delay = sj_hedging_delay(caller);
  if (delay < INFINITY)
    request->hedge_event = sj_event_schedule(&engine->events, engine->now + delay, EVENT_HEDGE, request, true);
}

static void attempt_failed(struct engine *engine, struct request *request, enum outcome outcome);

/* The lineage of the request's next attempt. */
static uint64_t next_lineage(const struct request *request) {
  const uint32_t number = request->attempts_made;
  return number == 0 ? request->lineage : lineage_below(request->lineage, number);
}

/* Whom to send to. A copy goes to another member than what is out, if there is one. */
static enum sj_picked choose(struct engine *engine, struct request *request, bool hedge, struct choice *choice) {
  struct caller *const caller = request->caller;
  if (flows(engine, caller, request)) return SJ_PICKED; /* its stages choose */
  choice->server = caller->only;
  if (caller->only) return SJ_PICKED;
  const uint64_t lineage = next_lineage(request);
  if (hedge && request->attempts && request->attempts->server &&
      engine->servers[request->attempts->server->index].count > 1) {
    const uint32_t avoid = request->attempts->server->member;
    const enum sj_picked picked = sj_balancing_pick(engine, request, lineage, avoid, choice);
    if (picked != SJ_PICK_NOBODY) return picked;
  }
  return sj_balancing_pick(engine, request, lineage, UINT32_MAX, choice);
}

static void count_sent(struct caller *caller, const struct request *request, bool hedge) {
  if (!(request->flags & REQUEST_COUNTED)) return;
  caller->counts->attempts++;
  if (hedge)
    caller->counts->hedges++;
  else if (request->tries > 1)
    caller->counts->retries++;
}

/* An attempt that goes through a pipeline is counted at the breaker of the member where its first stage went first. */
static void note_guarded(struct engine *engine, const struct request *request, struct attempt *attempt) {
  struct caller *const guard = request->caller->guard;
  struct attempt *const whole = guard == request->caller ? attempt : request->flow->root;
  if (!whole->guarded) sj_breaker_sent(engine, guard, request->target, whole, attempt->server);
}

static void send(struct engine *engine, struct request *request, bool hedge) {
  struct caller *const caller = request->caller;
  const struct sj_call *const spec = caller->spec;
  struct choice choice = {NULL, NO_CHANNEL, 0};
  const enum sj_picked picked = choose(engine, request, hedge, &choice);
  if (picked == SJ_PICK_LATER) {
    request->flags |= hedge ? REQUEST_WANTS_COPY : REQUEST_WANTS_ATTEMPT;
    return;
  }
  if (!hedge) request->tries++;
  struct attempt *const attempt = attempt_create(engine, request);
  if (!attempt) return;
  caller->out++;
  attempt->api = (uint16_t)spec->targets[request->target].api;
  attempt->server = choice.server;
  if (picked == SJ_PICK_NOBODY) { /* every breaker is open */
    attempt->place = PLACE_GONE;
    sj_attempt_result(engine, attempt, OUTCOME_BREAKER);
    return;
  }
  attempt->channel = choice.channel;
  attempt->place_of_link = choice.place;
  if (choice.channel != NO_CHANNEL) sj_balancing_sent(attempt);
  if (attempt->server && caller->guard->spec->breaker.given) note_guarded(engine, request, attempt);
  count_sent(caller, request, hedge);
  if (hedge) attempt->flags |= ATTEMPT_HEDGE;
  if (caller->timeout) arm_timeout(engine, caller, attempt);
  schedule_hedge(engine, caller, request);
  if (!spec->network.given) {
    deliver(engine, attempt);
    return;
  }
  const double delay = message_delay(engine, attempt, false);
  if (isnan(delay))
    sj_attempt_vanish(engine, attempt);
  else
    attempt->event = sj_event_schedule(&engine->events, engine->now + delay, EVENT_DELIVER, attempt, false);
}

/* Sends what waits for a connection while there are any. What is sent may end at once and come back here: the outer
 * call goes on with it. */
static void drain(struct engine *engine, struct caller *caller) {
  if (!caller->queue_head || caller->draining) return;
  caller->draining = true;
  while (caller->queue_head && caller->out < caller->spec->connections) {
    struct request *const request = caller->queue_head;
    caller->queue_head = request->next;
    if (!caller->queue_head) caller->queue_tail = NULL;
    request->next = NULL;
    request->flags &= ~(uint32_t)REQUEST_QUEUED;
    if (request->flags & REQUEST_OPEN) send(engine, request, false);
    request_release(engine, request);
  }
  caller->draining = false;
}

/* Sends the next attempt, as soon as a connection is free. */
static void try_now(struct engine *engine, struct request *request) {
  struct caller *const caller = request->caller;
  if (caller->spec->connections == 0 || (caller->out < caller->spec->connections && !caller->queue_head)) {
    send(engine, request, false);
    return;
  }
  request->flags |= REQUEST_QUEUED;
  request->references++;
  request->next = NULL;
  if (caller->queue_tail)
    caller->queue_tail->next = request;
  else
    caller->queue_head = request;
  caller->queue_tail = request;
  drain(engine, caller);
}

uint16_t sj_request_pick_target(const struct caller *caller, const struct request *request) {
  const struct sj_call *const spec = caller->spec;
  if (spec->target_count == 1) return 0;
  double total = 0;
  for (size_t i = 0; i < spec->target_count; i++) total += spec->targets[i].weight;
  struct sj_stream stream = stream_of(caller->keys[KEY_TARGET], request->lineage);
  double left = sj_stream_uniform(&stream) * total;
  for (size_t i = 0; i + 1 < spec->target_count; i++) {
    left -= spec->targets[i].weight;
    if (left < 0) return (uint16_t)i;
  }
  return (uint16_t)(spec->target_count - 1);
}

void sj_request_begin(struct engine *engine, struct request *request) {
  struct caller *const caller = request->caller;
  if (!(request->flags & REQUEST_STAGE)) request->target = sj_request_pick_target(caller, request);
  if (!caller->only && !flows(engine, caller, request)) sj_balancing_arrived(engine, request);
  if (caller->spec->deadline < INFINITY)
    request->deadline_event =
        sj_event_schedule(&engine->events, engine->now + caller->spec->deadline, EVENT_DEADLINE, request, true);
  try_now(engine, request);
}

/* --- the end of an attempt -----------------------------------------------------------------------------------------
 */

/* The attempt is over for its caller. */
static inline void end_attempt(struct engine *engine, struct attempt *attempt, enum sj_end end) {
  struct request *const request = attempt->request;
  struct caller *const caller = request->caller;
  assert(attempt->flags & ATTEMPT_OUT);
  attempt->flags &= (uint8_t)~ATTEMPT_OUT;
  caller->out--;
  disarm_timeout(engine, caller, attempt);
  struct attempt **link = &request->attempts;
  while (*link != attempt) link = &(*link)->sibling;
  *link = attempt->sibling;
  if (attempt->channel != NO_CHANNEL) sj_balancing_ended(engine, attempt, end);
}

static bool take_token(struct engine *engine, struct caller *caller) {
  const struct sj_token_bucket *const budget = &caller->spec->retry_budget;
  if (!budget->given) return true;
  caller->tokens = sj_bucket_tokens(budget, caller->tokens, &caller->tokens_at, engine->now);
  if (caller->tokens < 1 - 1e-9) return false;
  caller->tokens -= 1;
  return true;
}

static double backoff_delay(const struct caller *caller, const struct request *request) {
  const struct sj_backoff *const backoff = &caller->spec->backoff;
  if (!backoff->given) return 0;
  double delay = backoff->base * sj_power(backoff->factor, (double)(request->tries - 1));
  if (!(delay < backoff->max)) delay = backoff->max;
  if (backoff->jitter == SJ_JITTER_NONE) return delay;
  struct sj_stream stream = stream_of(caller->keys[KEY_BACKOFF], lineage_below(request->lineage, request->tries));
  if (backoff->jitter == SJ_JITTER_EXPONENTIAL) return delay * sj_draw_exponential(&stream);
  const double u = sj_stream_uniform(&stream);
  return backoff->jitter == SJ_JITTER_FULL ? u * delay : delay / 2 + u * delay / 2;
}

/* An attempt of an open request ended without success: another try, or the end. */
static void attempt_failed(struct engine *engine, struct request *request, enum outcome outcome) {
  struct caller *const caller = request->caller;
  if (request->attempts) return; /* a copy is still out */
  request->flags &= ~(uint32_t)REQUEST_WANTS_COPY;
  if (request->tries > caller->spec->retries) {
    sj_request_close(engine, request, outcome);
  } else if (!take_token(engine, caller)) {
    sj_request_close(engine, request, OUTCOME_BUDGET);
  } else {
    /* Also at once by way of an event: a long row of refusals at one instant must not nest. */
    const double delay = backoff_delay(caller, request);
    request->retry_event = sj_event_schedule(&engine->events, engine->now + delay, EVENT_RETRY, request, false);
    if (request->batch) sj_batch_backs_off(engine, request, delay <= 0);
  }
}

void sj_request_probed(struct engine *engine, struct request *request) {
  const uint32_t wanted = request->flags & (REQUEST_WANTS_ATTEMPT | REQUEST_WANTS_COPY);
  request->flags &= ~wanted;
  if (wanted & REQUEST_WANTS_ATTEMPT)
    try_now(engine, request);
  else if (wanted && request->attempts)
    send(engine, request, true);
}

void sj_request_retry(struct engine *engine, struct request *request) {
  request->retry_event = SJ_EVENT_NONE;
  if (request->batch)
    sj_batch_retry(engine, request);
  else
    try_now(engine, request);
}

void sj_request_send(struct engine *engine, struct request *request) { send(engine, request, false); }

void sj_request_deadline(struct engine *engine, struct request *request) {
  request->deadline_event = SJ_EVENT_NONE;
  struct caller *const caller = request->caller;
  sj_request_close(engine, request, OUTCOME_DEADLINE);
  drain(engine, caller);
}

void sj_request_hedge(struct engine *engine, struct request *request) {
  request->hedge_event = SJ_EVENT_NONE;
  struct caller *const caller = request->caller;
  const bool connected = caller->spec->connections == 0 || caller->out < caller->spec->connections;
  if (!request->attempts || !connected || !take_token(engine, caller)) return;
  request->flags |= REQUEST_HEDGED;
  send(engine, request, true);
}

/* A request one of whose attempts has timed out belongs to its server's orbit until it is closed. */
static void enter_orbit(struct engine *engine, struct request *request, struct server *server) {
  if (request->flags & REQUEST_ORBIT || !server) return;
  request->flags |= REQUEST_ORBIT;
  request->orbit_server = server;
  struct sj_gauge *const gauge = &server->statistics->orbit;
  sj_gauge_set(gauge, engine->now, gauge->level + 1);
  if (server->own) sj_gauge_set(&server->own->orbit, engine->now, server->own->orbit.level + 1);
}

static void leave_orbit(struct engine *engine, struct request *request) {
  if (!(request->flags & REQUEST_ORBIT)) return;
  request->flags &= ~(uint32_t)REQUEST_ORBIT;
  struct server *const server = request->orbit_server;
  struct sj_gauge *const gauge = &server->statistics->orbit;
  sj_gauge_set(gauge, engine->now, gauge->level - 1);
  if (server->own) sj_gauge_set(&server->own->orbit, engine->now, server->own->orbit.level - 1);
}

static void withdraw(struct engine *engine, struct attempt *attempt) {
  if (attempt->request->caller->spec->cancel && attempt->place == PLACE_WAITING && !(attempt->flags & ATTEMPT_HOST))
    sj_server_withdraw(engine, attempt);
}

void sj_attempt_timeout(struct engine *engine, struct attempt *attempt) {
  struct request *const request = attempt->request;
  struct caller *const caller = request->caller;
  attempt->timer = SJ_EVENT_NONE;
  if (request->flags & REQUEST_COUNTED) caller->counts->timeouts++;
  if (caller->spec->breaker.given) sj_breaker_ended(engine, caller, attempt, true, true);
  enter_orbit(engine, request, attempt->server);
  end_attempt(engine, attempt, SJ_END_TIMEOUT);
  attempt->flags |= ATTEMPT_TIMED_OUT;
  withdraw(engine, attempt);
  attempt_failed(engine, request, OUTCOME_TIMEOUT);
  drain(engine, caller);
  sj_attempt_release(engine, attempt);
}

static void late_answer(struct engine *engine, struct attempt *attempt, enum outcome outcome) {
  struct request *const request = attempt->request;
  if (!(attempt->flags & ATTEMPT_TIMED_OUT)) return;
  if (request->flags & REQUEST_COUNTED) request->caller->counts->late++;
  if (outcome == OUTCOME_OK && request->caller->spec->late_accept && request->flags & REQUEST_OPEN)
    sj_request_close(engine, request, OUTCOME_OK);
}

static inline void attempt_result(struct engine *engine, struct attempt *attempt, enum outcome outcome) {
  struct request *const request = attempt->request;
  struct caller *const caller = request->caller;
  attempt->place = PLACE_GONE;
  attempt->event = SJ_EVENT_NONE;
  if (!(attempt->flags & ATTEMPT_OUT)) {
    late_answer(engine, attempt, outcome);
    drain(engine, caller);
    sj_attempt_release(engine, attempt);
    return;
  }
  if (caller->spec->breaker.given)
    sj_breaker_ended(engine, caller, attempt, outcome != OUTCOME_OK, outcome != OUTCOME_BREAKER);
  if (caller->hedging && outcome == OUTCOME_OK) {
    /* A copy answers for the attempt that it was sent beside: timed from its own start it would look fast, and the more
     * copies, the more would be sent. */
    const struct attempt *const original = attempt->flags & ATTEMPT_HEDGE ? &request->first : attempt;
    sj_hedging_add(caller, engine->now - original->sent);
  }
  end_attempt(engine, attempt,
              outcome == OUTCOME_OK        ? SJ_END_OK
              : outcome == OUTCOME_REFUSED ? SJ_END_REFUSED
                                           : SJ_END_ERROR);
  if (outcome == OUTCOME_OK) {
    if (request->flags & REQUEST_STAGE) request->served_by = attempt->server;
    sj_request_close(engine, request, OUTCOME_OK);
  } else {
    if (outcome == OUTCOME_REFUSED && request->flags & REQUEST_COUNTED) caller->counts->rejected++;
    attempt_failed(engine, request, outcome);
  }
  drain(engine, caller);
  sj_attempt_release(engine, attempt);
}

void sj_attempt_result(struct engine *engine, struct attempt *attempt, enum outcome outcome) {
  attempt_result(engine, attempt, outcome);
}

void sj_attempt_direct_success(struct engine *engine, struct attempt *attempt) {
  struct request *const request = attempt->request;
  struct caller *const caller = request->caller;
  caller->out--;
  attempt->place = PLACE_GONE;
  attempt->flags &= (uint8_t)~ATTEMPT_OUT;
  request->attempts = NULL;
  request->flags &= ~(uint32_t)REQUEST_OPEN;
  if (caller->client)
    client_closed(engine, request, OUTCOME_OK);
  else if (request->parent)
    sj_server_call_closed(engine, request->parent, request->call, true);
  if (attempt->children == 0)
    request_gone(engine, request);
  else
    request_release(engine, request);
}

void sj_attempt_answer(struct engine *engine, struct attempt *attempt, enum outcome outcome) {
  const struct request *const request = attempt->request;
  struct caller *const caller = request->caller;
  if (attempt->channel != NO_CHANNEL) sj_balancing_finished(attempt);
  if (request->flags & REQUEST_STAGE) { /* no message: the request is handed on from where it is */
    if (attempt->flags & ATTEMPT_OUT && attempt->channel != NO_CHANNEL) sj_balancing_report(engine, attempt);
    sj_attempt_result(engine, attempt, outcome);
    return;
  }
  if (engine->cuts && attempt->server && sj_fault_cuts(engine, caller, attempt->server, engine->now)) {
    sj_attempt_vanish(engine, attempt);
    return;
  }
  if (attempt->flags & ATTEMPT_OUT && attempt->channel != NO_CHANNEL) sj_balancing_report(engine, attempt);
  if (!caller->spec->network.given) {
    attempt_result(engine, attempt, outcome);
    return;
  }
  const double delay = message_delay(engine, attempt, true);
  if (isnan(delay)) {
    sj_attempt_vanish(engine, attempt);
    return;
  }
  attempt->place = PLACE_TO_CALLER;
  attempt->outcome = (uint8_t)outcome;
  attempt->message_sent = engine->now;
  attempt->event = sj_event_schedule(&engine->events, engine->now + delay, EVENT_ANSWER, attempt, false);
}

void sj_attempt_answer_arrives(struct engine *engine, struct attempt *attempt) {
  attempt->event = SJ_EVENT_NONE;
  if (engine->cuts && attempt->server &&
      sj_fault_cuts(engine, attempt->request->caller, attempt->server, attempt->message_sent))
    sj_attempt_vanish(engine, attempt);
  else
    sj_attempt_result(engine, attempt, (enum outcome)attempt->outcome);
}

/* --- the end of a request ------------------------------------------------------------------------------------------
 */

static void cancel_event(struct engine *engine, uint32_t *event) {
  if (*event) sj_event_cancel(&engine->events, *event);
  *event = SJ_EVENT_NONE;
}

/* The attempts still out do not matter any more. */
static void abandon_attempts(struct engine *engine, struct request *request) {
  while (request->attempts) {
    struct attempt *const attempt = request->attempts;
    if (request->caller->spec->breaker.given) sj_breaker_ended(engine, request->caller, attempt, false, false);
    end_attempt(engine, attempt, SJ_END_ABANDONED);
    withdraw(engine, attempt);
    sj_attempt_release(engine, attempt);
  }
}

void sj_request_close(struct engine *engine, struct request *request, enum outcome outcome) {
  assert(request->flags & REQUEST_OPEN);
  request->flags &= ~(uint32_t)REQUEST_OPEN;
  cancel_event(engine, &request->deadline_event);
  cancel_event(engine, &request->retry_event);
  cancel_event(engine, &request->hedge_event);
  abandon_attempts(engine, request);
  leave_orbit(engine, request);
  if (request->errand) sj_balancing_left(request);
  if (request->flags & REQUEST_STAGE)
    sj_flow_stage_closed(engine, request, outcome);
  else if (request->caller->client)
    client_closed(engine, request, outcome);
  else if (request->parent)
    sj_server_call_closed(engine, request->parent, request->call, outcome == OUTCOME_OK);
  else if (request->batch)
    sj_batch_closed(engine, request, outcome == OUTCOME_OK);
  request_release(engine, request);
}
