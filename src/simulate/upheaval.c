/* What befalls a server member from outside: other pace, standing still, crashing, replacement, changed figures. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "simulate/balancing.h"
#include "simulate/engine.h"

/* Takes the work in progress off the clock: done_at becomes the work left, in time at pace 1. */
static void suspend(struct engine *engine, struct server *server) {
  for (struct attempt *a = server->working; a; a = a->next) {
    a->done_at = (a->done_at - engine->now) * server->pace;
    sj_event_cancel(&engine->events, a->event);
    a->event = SJ_EVENT_NONE;
  }
}

/* Puts it back, at the pace of now. */
static void proceed(struct engine *engine, struct server *server) {
  for (struct attempt *a = server->working; a; a = a->next) {
    a->done_at = engine->now + a->done_at / server->pace;
    a->event = sj_event_schedule(&engine->events, a->done_at, EVENT_SERVED, a, false);
  }
}

void sj_server_simplify(struct server *server) {
  server->simple = !server->down && !server->stalled && server->spec->admission_count == 0 && !server->spec->join &&
                   !server->sharing && !server->batcher;
  server->particular = sj_work_is_particular(server->spec);
  server->ends_well = server->fail_ratio == 0 && server->spec->kind != SJ_STORE && !calls_others(server->spec);
  server->room = !server->simple ? 0 : server->capacity < UINT32_MAX ? (uint32_t)ceil(server->capacity) : UINT32_MAX;
}

void sj_server_set_pace(struct engine *engine, struct server *server) {
  const double pace = server->spec->speed / server->slow;
  if (pace == server->pace) return;
  if (server->sharing) {
    sj_sharing_settle(engine, server);
    server->pace = pace;
    server->stretch = 1 / pace;
    sj_sharing_rate_changed(engine, server);
    return;
  }
  if (!server->stalled) suspend(engine, server);
  server->pace = pace;
  server->stretch = 1 / pace;
  if (!server->stalled) proceed(engine, server);
}

void sj_server_stall(struct engine *engine, struct server *server) {
  if (server->stalled == 0) {
    if (server->sharing)
      sj_sharing_settle(engine, server);
    else
      suspend(engine, server);
  }
  server->stalled++;
  if (server->sharing) sj_sharing_rate_changed(engine, server);
  sj_server_simplify(server);
}

void sj_server_resume(struct engine *engine, struct server *server) {
  if (server->sharing) sj_sharing_settle(engine, server);
  server->stalled--;
  sj_server_simplify(server);
  if (server->stalled) return;
  if (server->sharing)
    sj_sharing_rate_changed(engine, server);
  else
    proceed(engine, server);
  sj_server_go_on(engine, server);
  sj_server_start_waiting(engine, server);
  if (server->batcher) sj_batcher_resume(engine, server);
}

/* One that a crash took: it is no longer here, and the caller learns it by an error or by silence. */
static void lose(struct engine *engine, struct server *server, struct attempt *attempt, bool answer_error) {
  if (attempt->event) {
    sj_event_cancel(&engine->events, attempt->event);
    attempt->event = SJ_EVENT_NONE;
  }
  const int waiting = attempt->place == PLACE_WAITING || attempt->place == PLACE_JOINING ? -1 : 0;
  sj_server_count(server, engine->now, -1, waiting, 0);
  attempt->flags &= (uint8_t)~ATTEMPT_THREAD;
  sj_server_dismiss(engine, attempt, OUTCOME_ERROR, !answer_error);
}

void sj_server_crash(struct engine *engine, struct server *server, bool answer_error) {
  server->down++;
  sj_server_simplify(server);
  server->lives++;
  if (server->batcher) {
    sj_batcher_crash(engine, server, answer_error);
    return;
  }
  /* Nothing starts while it is emptied: it is down, and its threads are counted as free at the end. */
  sj_server_count(server, engine->now, 0, 0, -(int)server->busy);
  server->sharers = 0;
  struct attempt *attempt;
  while (server->queue.count > 0) lose(engine, server, sj_queue_pop(engine, server), answer_error);
  while (server->sharing && (attempt = sj_sharing_take_any(engine, server)))
    lose(engine, server, attempt, answer_error);
  while ((attempt = server->working)) {
    sj_attempt_list_remove(&server->working, attempt);
    lose(engine, server, attempt, answer_error);
  }
  while ((attempt = server->other)) {
    sj_attempt_list_remove(&server->other, attempt);
    lose(engine, server, attempt, answer_error);
  }
  for (size_t i = 0; i < server->spec->admission_count; i++) {
    server->admissions[i].above_since = NAN;
    server->admissions[i].dropping = false;
  }
  sj_balancing_replaced(engine, server);
}

/* One draw of a law of the member; `fallback` without one. `number` is of the law, `draw` of the draw. */
static double draw_figure(struct engine *engine, struct server *server, const struct sj_law *law, uint64_t number,
                          uint64_t draw, double fallback) {
  struct sj_distribution *owned = NULL;
  const struct sj_distribution *const distribution = sj_member_law(engine, law, server->law_key, number, &owned);
  struct sj_stream stream = stream_of(server->law_key, draw);
  const double drawn = distribution ? sj_draw(distribution, &stream, 0) : fallback;
  sj_distribution_destroy(owned);
  return drawn;
}

/* The number of threads that a law's draw means. */
static uint32_t whole_threads(double drawn) {
  const double rounded = round(drawn);
  return rounded < 1 ? 1 : rounded > 1e9 ? 1000000000u : (uint32_t)rounded;
}

static void set_threads(struct engine *engine, struct server *server, uint32_t threads) {
  if (threads == server->threads) return;
  if (server->sharing) sj_sharing_settle(engine, server);
  const double change = (double)threads - (double)server->threads;
  sj_server_statistics_threads(server->statistics, engine->now, change);
  if (server->own) sj_server_statistics_threads(server->own, engine->now, change);
  server->threads = threads;
  if (server->publisher) sj_publish_levels(server, engine->now, 0);
  if (!server->sharing) return;
  const uint32_t busy = server->sharers < threads ? server->sharers : threads;
  sj_server_count(server, engine->now, 0, 0, (int)busy - (int)server->busy);
  sj_sharing_rate_changed(engine, server);
}

void sj_server_draw_laws(struct engine *engine, struct server *server) {
  const struct sj_server *const spec = server->spec;
  /* A member's draws: its laws are numbered, its replacements shift the numbers. */
  const uint64_t base = (server->replacements * engine->servers[server->index].count + server->member) * 4096;
  for (size_t i = 0; i < spec->api_count; i++)
    server->work[i] = sj_member_law(engine, &spec->apis[i].work, server->law_key, base + 1 + i, &server->owned_work[i]);
  const double threads = draw_figure(engine, server, &spec->threads, base, base + 4095, NAN);
  if (!isnan(threads)) set_threads(engine, server, whole_threads(threads));
  server->rtt = draw_figure(engine, server, &spec->rtt, base + 4094, base + 4093, 0);
}

/* The threads are too few for all in service: those that began last are waiting again, each before the one that began
 * before it, and will start over. Who holds a thread while its calls are out keeps it. */
static void put_back(struct engine *engine, struct server *server) {
  struct attempt *first = NULL; /* of them */
  uint32_t left = server->busy > server->threads ? server->busy - server->threads : 0;
  for (struct attempt *a = server->working; a && left > 0; a = a->next, left--) first = a;
  for (struct attempt *a = first, *next; a; a = next) {
    next = a->previous;
    sj_attempt_list_remove(&server->working, a);
    if (a->event) sj_event_cancel(&engine->events, a->event);
    a->event = SJ_EVENT_NONE;
    a->flags &= (uint8_t)~ATTEMPT_THREAD;
    if (a->begun_again < UINT8_MAX) a->begun_again++;
    a->place = PLACE_WAITING;
    if (!sj_queue_put_back(engine, server, a)) return;
    sj_server_count(server, engine->now, 0, 1, -1);
  }
}

void sj_server_replace(struct engine *engine, struct server *server) {
  server->replacements++;
  server->lives++;
  sj_server_draw_laws(engine, server);
  if (server->spec->replace_requeue && !server->sharing) put_back(engine, server);
  sj_balancing_replaced(engine, server);
  sj_server_start_waiting(engine, server);
  schedule(engine, engine->now + sj_draw_exponential(&server->replace_stream) / server->spec->replace_rate,
           EVENT_REPLACE, server);
}

void sj_server_changed(struct engine *engine, struct server *server, const struct sj_server *spec) {
  const struct sj_server *const before = server->spec;
  for (size_t i = 0; i < spec->admission_count && i < before->admission_count; i++) {
    struct admission *const state = &server->admissions[i];
    if (before->admissions[i].kind == SJ_ADMIT_TOKEN_BUCKET)
      state->tokens = sj_bucket_tokens(&before->admissions[i].bucket, state->tokens, &state->at, engine->now);
  }
  server->spec = spec;
  if (spec->capacity != server->capacity) {
    sj_server_statistics_capacity(server->statistics, server->in_system, server->capacity, spec->capacity, engine->now);
    if (server->own)
      sj_server_statistics_capacity(server->own, server->in_system, server->capacity, spec->capacity, engine->now);
    server->capacity = spec->capacity;
  }
  sj_server_draw_laws(engine, server);
  sj_server_set_pace(engine, server);
  for (size_t api = 0; api < spec->api_count; api++)
    for (size_t call = 0; call < spec->apis[api].call_count; call++)
      sj_caller_changed(engine, &server->calls[api][call], &spec->apis[api].calls[call]);
  sj_server_simplify(server);
  sj_server_start_waiting(engine, server);
  if (server->batcher) sj_batcher_changed(engine, server);
}
