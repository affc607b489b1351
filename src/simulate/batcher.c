/* A batcher: requests wait, leave together in batches, and are answered together. See batcher.h, and model.h for the
 * rules.
 *
 * Only requests at the head of the queue make a batch, a batch that is to be sent again goes before new ones, and every
 * event that may free a slot or make a batch due ends in a look at both: so nothing overtakes and nothing stalls. The
 * flaws that a spec may ask for take parts of that away. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "simulate/engine.h"

enum batch_state {
  BATCH_SENT,      /* an attempt is out: it holds a slot */
  BATCH_BACKS_OFF, /* waits for its retry */
  BATCH_IN_LINE,   /* the wait is over, but there is no slot */
  BATCH_DONE       /* closed, its requests not yet answered: the batcher stands still, or keeps the order */
};

struct batch {
  struct batch *next, *previous; /* in the order of sending */
  struct batch *line_next;
  struct request *request; /* NULL once closed */
  struct attempt *head;    /* its requests, by `next` */
  uint32_t count;
  enum batch_state state;
  bool counted, ok;
  double bytes, sent;
};

struct waiting {
  struct attempt *head, *tail;
  uint32_t count;
  double bytes;
};

struct batcher {
  struct waiting current; /* from which batches are taken */
  struct waiting apart;   /* one_batch_per_answer: came at the limit */
  double began;           /* timer_forgets: when `current` began to fill */
  struct sj_pool pool;
  struct batch *first, *last; /* not yet answered */
  struct batch *line_first, *line_last;
  uint32_t on_the_way; /* batches that hold a slot */
  uint32_t held;       /* requests in batches that are sent or done */
  uint32_t timer;      /* EVENT_BATCH_DUE, or SJ_EVENT_NONE */
  double timer_at;
  uint64_t lineage_key, number; /* of the next batch */
  uint64_t samples;
  bool looking;
  bool answering; /* EVENT_BATCH_ANSWERS is pending */
};

/* What has happened that makes it worth looking. */
enum cause { CAUSE_ARRIVAL, CAUSE_TIMER, CAUSE_ANSWER, CAUSE_FAILURE, CAUSE_OTHER };

/* --- queues --------------------------------------------------------------------------------------------------------
 */

static void append(struct waiting *queue, struct attempt *attempt) {
  attempt->next = NULL;
  attempt->previous = queue->tail;
  if (queue->tail)
    queue->tail->next = attempt;
  else
    queue->head = attempt;
  queue->tail = attempt;
  queue->count++;
  queue->bytes += attempt->request->size;
}

static void take_out(struct waiting *queue, struct attempt *attempt) {
  if (attempt->previous)
    attempt->previous->next = attempt->next;
  else
    queue->head = attempt->next;
  if (attempt->next)
    attempt->next->previous = attempt->previous;
  else
    queue->tail = attempt->previous;
  queue->count--;
  queue->bytes = queue->count > 0 ? queue->bytes - attempt->request->size : 0; /* no rounding is left behind */
}

static const struct sj_batcher *spec_of(const struct server *server) { return &server->spec->batcher; }

static bool has_slot(const struct server *server) {
  const uint32_t most = spec_of(server)->in_flight;
  return most == 0 || server->batcher->on_the_way < most;
}

static struct batcher_statistics *statistics_of(const struct server *server) { return server->statistics->batching; }

static void count(struct requests_and_bytes *sum, const struct attempt *attempt) {
  sum->requests++;
  sum->bytes += attempt->request->size;
}

static void set_level(struct sj_gauge *gauge, double now, uint32_t level) {
  if (gauge->level != level) sj_gauge_set(gauge, now, level);
}

static void note_levels(const struct engine *engine, const struct server *server) {
  const struct batcher *const b = server->batcher;
  struct sj_gauge *const levels = statistics_of(server)->levels;
  const bool apart = spec_of(server)->one_batch_per_answer, slot = has_slot(server);
  const uint32_t waiting = b->current.count;
  set_level(&levels[LEVEL_PENDING], engine->now, apart ? b->apart.count : slot ? 0 : waiting);
  set_level(&levels[LEVEL_CURRENT], engine->now, apart || slot ? waiting : 0);
  set_level(&levels[LEVEL_IN_FLIGHT], engine->now, b->on_the_way);
  set_level(&levels[LEVEL_UNACKNOWLEDGED], engine->now, waiting + b->apart.count + b->held);
}

/* --- sending -------------------------------------------------------------------------------------------------------
 */

/* Why the waiting requests are a batch that is due, or BATCH_REASONS. */
static int due(const struct engine *engine, const struct server *server, bool by_time) {
  const struct batcher *const b = server->batcher;
  const struct sj_batcher *const spec = spec_of(server);
  if (b->current.count == 0) return BATCH_REASONS;
  if (b->current.bytes >= spec->bytes || (spec->count > 0 && b->current.count >= spec->count)) return BATCH_BY_SIZE;
  if (spec->when_idle) return BATCH_BY_IDLENESS;
  if (!by_time) return BATCH_REASONS;
  const double start = spec->timer_forgets ? b->began : b->current.head->arrived;
  const bool over = spec->timer_rounds ? engine->now - start >= spec->after : engine->now >= start + spec->after;
  return over ? BATCH_BY_TIME : BATCH_REASONS;
}

/* Takes requests from the head, at least one, until the batch is full or none is left. */
static void fill(struct engine *engine, struct server *server, struct batch *batch) {
  struct batcher *const b = server->batcher;
  const struct sj_batcher *const spec = spec_of(server);
  struct attempt *last;
  batch->count = 0;
  batch->bytes = 0;
  batch->head = b->current.head;
  batch->counted = batch->head->request->flags & REQUEST_COUNTED;
  do {
    last = b->current.head;
    take_out(&b->current, last);
    last->place = PLACE_SERVED;
    last->started = engine->now;
    batch->bytes += last->request->size;
    batch->count++;
    if (last->request->flags & REQUEST_COUNTED) sample_add(&server->statistics->wait, engine->now - last->arrived);
  } while (b->current.head && batch->bytes < spec->bytes && (spec->count == 0 || batch->count < spec->count));
  last->next = NULL;
  b->began = engine->now;
}

static void send_batch(struct engine *engine, struct server *server, int reason) {
  struct batcher *const b = server->batcher;
  struct batch *const batch = sj_pool_take(&b->pool);
  struct request *const request =
      batch ? sj_request_create(engine, &server->calls[0][0], lineage_below(b->lineage_key, b->number++)) : NULL;
  if (!request) {
    sj_engine_out_of_memory(engine);
    return;
  }
  fill(engine, server, batch);
  batch->state = BATCH_SENT;
  batch->request = request;
  batch->sent = engine->now;
  batch->next = batch->line_next = NULL;
  batch->previous = b->last;
  if (b->last)
    b->last->next = batch;
  else
    b->first = batch;
  b->last = batch;
  b->on_the_way++;
  b->held += batch->count;
  if (batch->counted) statistics_of(server)->sent[reason]++;
  request->batch = batch;
  request->size = batch->bytes;
  request->flags = REQUEST_OPEN | (batch->counted ? REQUEST_COUNTED : 0);
  sj_request_begin(engine, request);
}

static void send_again(struct engine *engine, struct server *server, struct batch *batch) {
  batch->state = BATCH_SENT;
  server->batcher->on_the_way++;
  server->batcher->held += batch->count;
  sj_request_send(engine, batch->request);
}

static void send_line(struct engine *engine, struct server *server) {
  struct batcher *const b = server->batcher;
  while (b->line_first && has_slot(server) && engine->running) {
    struct batch *const batch = b->line_first;
    b->line_first = batch->line_next;
    if (!b->line_first) b->line_last = NULL;
    send_again(engine, server, batch);
  }
}

/* The flaw one_batch_per_answer: what came at the limit follows an answer, until one batch is sent. */
static void send_one(struct engine *engine, struct server *server, enum cause cause, bool by_time) {
  struct batcher *const b = server->batcher;
  while (cause == CAUSE_ANSWER && b->apart.count > 0 && has_slot(server)) {
    struct attempt *const attempt = b->apart.head;
    take_out(&b->apart, attempt);
    if (b->current.count == 0) b->began = engine->now;
    attempt->index = 0;
    append(&b->current, attempt);
    /* Each is long due by its own arrival, but a batch that counts its age from here on may fill. */
    const int reason = due(engine, server, spec_of(server)->timer_forgets);
    if (reason == BATCH_REASONS) continue;
    send_batch(engine, server, reason);
    return;
  }
  const int reason = has_slot(server) ? due(engine, server, by_time) : BATCH_REASONS;
  if (reason != BATCH_REASONS) send_batch(engine, server, reason);
}

/* Sets the timer to when the head will be due. One that comes too early looks, and sets itself again. */
static void arm(struct engine *engine, struct server *server) {
  struct batcher *const b = server->batcher;
  const struct sj_batcher *const spec = spec_of(server);
  if (b->current.count == 0 || spec->timer_forgets || isinf(spec->after) || !has_slot(server)) return;
  const double at = b->current.head->arrived + spec->after;
  if (at <= engine->now) return; /* rounding has missed it */
  if (b->timer && b->timer_at <= at) return;
  if (b->timer) sj_event_cancel(&engine->events, b->timer);
  b->timer_at = at;
  b->timer = sj_event_schedule(&engine->events, at, EVENT_BATCH_DUE, server, true);
}

/* Asserts that the batcher does not sleep: what waits is not due, or has no slot, and when it will be due is noted. */
static void check_awake(const struct engine *engine, const struct server *server) {
#ifndef NDEBUG
  const struct batcher *const b = server->batcher;
  const struct sj_batcher *const spec = spec_of(server);
  if (spec->timer_forgets || spec->timer_rounds || spec->one_batch_per_answer || spec->retry_polls > 0) return;
  if (server->stalled || server->down || !engine->running || !has_slot(server)) return;
  assert(!b->line_first && due(engine, server, true) == BATCH_REASONS);
  assert(b->current.count == 0 || (b->timer && b->timer_at <= b->current.head->arrived + spec->after));
#else
  (void)engine;
  (void)server;
#endif
}

/* Sends what is to be sent. What is sent may end at once and come back here: the outer look goes on with it. */
static void look(struct engine *engine, struct server *server, enum cause cause) {
  struct batcher *const b = server->batcher;
  if (b->looking || server->stalled || server->down) return;
  b->looking = true;
  const struct sj_batcher *const spec = spec_of(server);
  const bool by_time = !spec->timer_forgets || cause == CAUSE_ARRIVAL || cause == CAUSE_TIMER;
  send_line(engine, server);
  if (spec->one_batch_per_answer) {
    send_one(engine, server, cause, by_time);
  } else {
    int reason;
    while (has_slot(server) && engine->running && (reason = due(engine, server, by_time)) != BATCH_REASONS) {
      send_batch(engine, server, reason);
      send_line(engine, server);
    }
  }
  b->looking = false;
  arm(engine, server);
  check_awake(engine, server);
  note_levels(engine, server);
}

/* --- arrivals ------------------------------------------------------------------------------------------------------
 */

void sj_batcher_receive(struct engine *engine, struct server *server, struct attempt *attempt) {
  struct batcher *const b = server->batcher;
  const struct sj_batcher *const spec = spec_of(server);
  const bool apart = spec->one_batch_per_answer && !has_slot(server);
  attempt->place = PLACE_WAITING;
  attempt->index = apart;
  if (b->current.count == 0) b->began = engine->now;
  append(apart ? &b->apart : &b->current, attempt);
  count(&statistics_of(server)->received, attempt);
  look(engine, server, CAUSE_ARRIVAL);
  if (spec->timer_forgets && b->current.count == 1 && b->apart.count == 0 && !isinf(spec->after))
    sj_event_schedule(&engine->events, engine->now + spec->after, EVENT_BATCH_DUE, server, true);
  note_levels(engine, server);
}

static void timer(struct engine *engine, struct server *server) {
  if (!spec_of(server)->timer_forgets) server->batcher->timer = SJ_EVENT_NONE;
  look(engine, server, CAUSE_TIMER);
}

void sj_batcher_withdraw(struct engine *engine, struct server *server, struct attempt *attempt) {
  struct batcher *const b = server->batcher;
  take_out(attempt->index ? &b->apart : &b->current, attempt);
  count(&statistics_of(server)->withdrawn, attempt);
  look(engine, server, CAUSE_OTHER);
  note_levels(engine, server);
}

/* --- answers -------------------------------------------------------------------------------------------------------
 */

static void answer_one(struct engine *engine, struct server *server, struct attempt *attempt, bool ok) {
  struct server_statistics *const s = server->statistics;
  const bool vanishes = !ok && spec_of(server)->abandoned_vanish;
  if (ok && server->fail_ratio > 0) {
    struct sj_stream stream = stream_of(server->fail_key, attempt_lineage(attempt));
    ok = sj_stream_uniform(&stream) >= server->fail_ratio;
  }
  count(ok ? &s->batching->answered : &s->batching->failed, attempt);
  cell_visits_add(s, engine->now - attempt->arrived);
  if (attempt->request->flags & REQUEST_COUNTED) sample_add(&s->sojourn, engine->now - attempt->arrived);
  s->in_window += engine->counting && ok;
  if (vanishes)
    sj_server_dismiss(engine, attempt, OUTCOME_ERROR, true);
  else
    sj_server_answer(engine, attempt, ok ? OUTCOME_OK : OUTCOME_ERROR);
}

static void unlink_batch(struct batcher *b, struct batch *batch) {
  if (batch->previous)
    batch->previous->next = batch->next;
  else
    b->first = batch->next;
  if (batch->next)
    batch->next->previous = batch->previous;
  else
    b->last = batch->previous;
}

/* Answers the requests of a batch that is done. */
static void answer_batch(struct engine *engine, struct server *server, struct batch *batch) {
  struct batcher *const b = server->batcher;
  struct attempt *attempt = batch->head;
  const bool ok = batch->ok;
  unlink_batch(b, batch);
  b->held -= batch->count;
  sj_server_count(server, engine->now, -(int)batch->count, 0, 0);
  sj_pool_give(&b->pool, batch);
  while (attempt) {
    struct attempt *const next = attempt->next;
    answer_one(engine, server, attempt, ok);
    attempt = next;
  }
}

/* Those whose turn it is, beginning with `batch`. */
static void answer_done(struct engine *engine, struct server *server, struct batch *batch) {
  struct batcher *const b = server->batcher;
  if (!spec_of(server)->ordered) {
    answer_batch(engine, server, batch);
    return;
  }
  while (b->first && b->first->state == BATCH_DONE) answer_batch(engine, server, b->first);
}

static void record_batch(const struct engine *engine, struct server *server, const struct batch *batch) {
  struct batcher_statistics *const s = statistics_of(server);
  if (!batch->counted) return;
  if (!batch->ok) {
    s->abandoned++;
    return;
  }
  sample_add(&s->requests, batch->count);
  sample_add(&s->bytes, batch->bytes);
  sample_add(&s->latency, engine->now - batch->sent);
}

/* Answers all that may be. */
static void answer_all(struct engine *engine, struct server *server) {
  struct batcher *const b = server->batcher;
  for (struct batch *batch = b->first; batch && !server->stalled;) {
    if (batch->state == BATCH_DONE) {
      answer_done(engine, server, batch);
      batch = b->first; /* others may have ended meanwhile */
    } else {
      batch = spec_of(server)->ordered ? NULL : batch->next;
    }
  }
}

/* A batch that is refused as it is sent ends in the middle of what made it due: a request's arrival, or somebody's end
 * of patience. Whoever is at that, maybe about a request of this very batch, must come to its end first. */
static void answer_soon(struct engine *engine, struct server *server) {
  struct batcher *const b = server->batcher;
  if (!b->answering) schedule(engine, engine->now, EVENT_BATCH_ANSWERS, server);
  b->answering = true;
}

void sj_batch_closed(struct engine *engine, struct request *request, bool ok) {
  struct server *const server = request->caller->server;
  struct batcher *const b = server->batcher;
  struct batch *const batch = request->batch;
  assert(batch->state == BATCH_SENT);
  request->batch = NULL;
  batch->request = NULL;
  b->on_the_way--;
  batch->state = BATCH_DONE;
  batch->ok = ok;
  record_batch(engine, server, batch);
  if (b->looking)
    answer_soon(engine, server);
  else if (!server->stalled)
    answer_done(engine, server, batch);
  look(engine, server, ok ? CAUSE_ANSWER : CAUSE_FAILURE);
  note_levels(engine, server);
}

/* --- retries -------------------------------------------------------------------------------------------------------
 */

void sj_batch_backs_off(struct engine *engine, struct request *request, bool at_once) {
  struct server *const server = request->caller->server;
  struct batcher *const b = server->batcher;
  struct batch *const batch = request->batch;
  struct batcher_statistics *const s = statistics_of(server);
  batch->state = BATCH_BACKS_OFF;
  b->on_the_way--;
  b->held -= batch->count;
  if (batch->counted) {
    if (request->tries == 1) s->retried++;
    if (request->tries <= MOST_RETRIES_COUNTED) s->retries[request->tries - 1]++;
  }
  if (!at_once) look(engine, server, CAUSE_FAILURE); /* else the slot is kept for it */
  note_levels(engine, server);
}

void sj_batch_retry(struct engine *engine, struct request *request) {
  struct server *const server = request->caller->server;
  struct batcher *const b = server->batcher;
  struct batch *const batch = request->batch;
  const double polls = spec_of(server)->retry_polls;
  if (polls > 0) {
    if (has_slot(server) && !server->stalled)
      send_again(engine, server, batch);
    else
      request->retry_event = sj_event_schedule(&engine->events, engine->now + polls, EVENT_RETRY, request, false);
    note_levels(engine, server);
    return;
  }
  batch->state = BATCH_IN_LINE;
  batch->line_next = NULL;
  if (b->line_last)
    b->line_last->line_next = batch;
  else
    b->line_first = batch;
  b->line_last = batch;
  look(engine, server, CAUSE_OTHER);
  note_levels(engine, server);
}

/* --- what befalls it -----------------------------------------------------------------------------------------------
 */

static void lose(struct engine *engine, struct server *server, struct attempt *attempt, bool answer_error) {
  while (attempt) {
    struct attempt *const next = attempt->next;
    sj_server_count(server, engine->now, -1, 0, 0);
    count(&statistics_of(server)->lost, attempt);
    sj_server_dismiss(engine, attempt, OUTCOME_ERROR, !answer_error);
    attempt = next;
  }
}

void sj_batcher_crash(struct engine *engine, struct server *server, bool answer_error) {
  struct batcher *const b = server->batcher;
  struct attempt *const current = b->current.head, *const apart = b->apart.head;
  struct batch *batch = b->first;
  b->current = b->apart = (struct waiting){0};
  b->first = b->last = b->line_first = b->line_last = NULL;
  b->on_the_way = b->held = 0;
  while (batch) {
    struct batch *const next = batch->next;
    struct attempt *const head = batch->head;
    struct request *const request = batch->request;
    sj_pool_give(&b->pool, batch);
    if (request) {
      request->batch = NULL; /* what comes back is nobody's */
      sj_request_close(engine, request, OUTCOME_ERROR);
    }
    lose(engine, server, head, answer_error);
    batch = next;
  }
  lose(engine, server, current, answer_error);
  lose(engine, server, apart, answer_error);
  note_levels(engine, server);
}

void sj_batcher_resume(struct engine *engine, struct server *server) {
  answer_all(engine, server);
  look(engine, server, CAUSE_ANSWER);
  note_levels(engine, server);
}

void sj_batcher_changed(struct engine *engine, struct server *server) {
  look(engine, server, CAUSE_OTHER);
  note_levels(engine, server);
}

/* --- creation, sampling, the end -----------------------------------------------------------------------------------
 */

bool sj_batcher_create(struct engine *engine, struct server *server) {
  struct batcher *const b = calloc(1, sizeof *b);
  server->batcher = b;
  if (!b) return false;
  sj_pool_create(&b->pool, sizeof(struct batch));
  b->lineage_key = sj_stream_key(engine->seed, 0, server->spec->name, "batches");
  return true;
}

void sj_batcher_destroy(struct server *server) {
  if (!server->batcher) return;
  sj_pool_destroy(&server->batcher->pool);
  free(server->batcher);
}

void sj_batcher_start(struct engine *engine, struct server *server) {
  if (spec_of(server)->sample_every > 0) schedule(engine, 0, EVENT_BATCH_SAMPLE, server);
}

static void look_at_levels(struct engine *engine, struct server *server) {
  struct batcher_statistics *const s = statistics_of(server);
  for (size_t i = 0; i < LEVELS; i++) sample_add(&s->sampled[i], s->levels[i].level);
  const double next = spec_of(server)->sample_every * (double)++server->batcher->samples;
  if (next < engine->duration) schedule(engine, next, EVENT_BATCH_SAMPLE, server);
}

void sj_batcher_happen(struct engine *engine, struct server *server, unsigned kind) {
  if (kind == EVENT_BATCH_DUE) {
    timer(engine, server);
  } else if (kind == EVENT_BATCH_SAMPLE) {
    look_at_levels(engine, server);
  } else {
    server->batcher->answering = false;
    answer_all(engine, server);
    note_levels(engine, server);
  }
}

void sj_batcher_check(const struct server *server, bool empty) {
#ifndef NDEBUG
  const struct batcher *const b = server->batcher;
  const struct batcher_statistics *const s = statistics_of(server);
  uint64_t requests = b->current.count + b->apart.count, sent = 0;
  double bytes = b->current.bytes + b->apart.bytes;
  for (const struct batch *batch = b->first; batch; batch = batch->next) {
    requests += batch->count;
    bytes += batch->bytes;
    sent += batch->state == BATCH_SENT;
  }
  assert(requests == server->in_system && sent == b->on_the_way);
  assert(!empty || (requests == 0 && !b->first && !b->line_first && b->held == 0));
  assert(s->received.requests ==
         s->answered.requests + s->failed.requests + s->lost.requests + s->withdrawn.requests + requests);
  const double gone = s->answered.bytes + s->failed.bytes + s->lost.bytes + s->withdrawn.bytes;
  assert(fabs(s->received.bytes - gone - bytes) <= 1e-9 * s->received.bytes);
#else
  (void)server;
  (void)empty;
#endif
}
