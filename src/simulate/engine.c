/* One run: the measured window, the event loop, taking the figures. */
#include "simulate/engine.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/base.h"
#include "simulate/balancing.h"
#include "simulate/link.h"
#include "simulate/plain.h"

void sj_engine_out_of_memory(struct engine *engine) {
  if (engine->status != SJ_OK) return;
  engine->running = false;
  engine->status = sj_error_set(engine->error, SJ_NO_MEMORY, "out of memory at time %.6g, with %llu requests in flight",
                                engine->now, (unsigned long long)engine->open);
}

void sj_engine_fail(struct engine *engine, enum sj_status status, const char *format, ...) {
  if (engine->status != SJ_OK) return;
  char message[4096];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  engine->running = false;
  engine->status = sj_error_set(engine->error, status, "%s", message);
}

const struct sj_distribution *sj_member_law_with(struct engine *engine, const struct sj_law *law, uint64_t key,
                                                 uint64_t number, double server_rtt, struct sj_distribution **owned) {
  struct sj_distribution *own = NULL;
  if (law->member) {
    struct sj_stream stream;
    sj_stream_seed(&stream, key, number);
    struct sj_error error = {""};
    own = sj_law_with_parameter(law, sj_law_draw_parameter(law, &stream, server_rtt), &error);
    if (!own) {
      sj_engine_fail(engine, SJ_INVALID, "%s", error.message);
      return *owned;
    }
  }
  sj_distribution_destroy(*owned);
  *owned = own;
  return own ? own : law->fixed;
}

const struct sj_distribution *sj_member_law(struct engine *engine, const struct sj_law *law, uint64_t key,
                                            uint64_t number, struct sj_distribution **owned) {
  return sj_member_law_with(engine, law, key, number, NAN, owned);
}

static void engine_done(struct engine *engine) { engine->running = false; }

/* --- the measured window -------------------------------------------------------------------------------------------
 */

static void for_statistics(struct engine *engine, void (*visit)(struct engine *, struct server_statistics *, double)) {
  for (size_t i = 0; i < engine->model->server_count; i++) {
    struct server_pool *const pool = &engine->servers[i];
    visit(engine, pool->statistics, pool->members[0].capacity);
    for (uint32_t m = 0; pool->member_statistics && m < pool->count; m++)
      visit(engine, &pool->member_statistics[m], pool->members[m].capacity);
  }
}

static void warm_up_one(struct engine *engine, struct server_statistics *s, double capacity) {
  (void)capacity;
  sj_server_statistics_reset(s, engine->now);
}

static double quarter_end(const struct engine *engine, int quarter) {
  return engine->warmup + (engine->duration - engine->warmup) * (quarter + 1) / 4;
}

static void warm(struct engine *engine) {
  engine->counting = true;
  if (engine->now > 0) for_statistics(engine, warm_up_one);
  schedule(engine, quarter_end(engine, 0), EVENT_QUARTER, NULL);
}

static void quarter_one(struct engine *engine, struct server_statistics *s, double capacity) {
  (void)capacity;
  sj_server_statistics_quarter(s, engine->quarter, engine->now, (engine->duration - engine->warmup) / 4);
}

static void quarter(struct engine *engine) {
  if (engine->quarter == 4) return; /* the window has ended at this very time */
  for_statistics(engine, quarter_one);
  if (++engine->quarter < 4) schedule(engine, quarter_end(engine, engine->quarter), EVENT_QUARTER, NULL);
}

static void close_one(struct engine *engine, struct server_statistics *s, double capacity) {
  sj_server_statistics_close(s, capacity, engine->now, engine->duration - engine->warmup);
}

static void last_arrival(struct engine *engine) {
  /* So does the last cell, and there may be no event after this one. */
  if (engine->series && engine->grid_next + 1 == engine->results->grid_count) sj_series_cell(engine);
  while (engine->quarter < 4) { /* the last quarter ends now, whichever event came first */
    for_statistics(engine, quarter_one);
    engine->quarter++;
  }
  for_statistics(engine, close_one);
  engine->counting = false;
  engine->arriving = false;
  if ((engine->open == 0 && engine->alive == 0) || engine->pilot)
    engine_done(engine);
  else
    schedule(engine, engine->duration + engine->drain, EVENT_GIVE_UP, NULL);
}

static void grid(struct engine *engine) {
  sj_series_cell(engine);
  if (engine->grid_next < engine->results->grid_count)
    schedule(engine, engine->grid_step * (double)(engine->grid_next + 1), EVENT_GRID, NULL);
}

static void start(struct engine *engine) {
  engine->arriving = true;
  schedule(engine, engine->duration, EVENT_LAST_ARRIVAL, NULL);
  if (engine->warmup > 0)
    schedule(engine, engine->warmup, EVENT_WARM, NULL);
  else
    warm(engine);
  if (engine->series && engine->results->grid_count > 0) {
    engine->grid_step = engine->results->grid_step;
    schedule(engine, engine->grid_step, EVENT_GRID, NULL);
  }
  if (!sj_over_time_start(engine)) sj_engine_out_of_memory(engine);
  sj_faults_start(engine);
  for (size_t i = 0; i < engine->model->server_count; i++)
    for (uint32_t m = 0; engine->model->servers[i].replace_rate > 0 && m < engine->servers[i].count; m++) {
      struct server *const server = &engine->servers[i].members[m];
      schedule(engine, sj_draw_exponential(&server->replace_stream) / server->spec->replace_rate, EVENT_REPLACE,
               server);
    }
  for (size_t i = 0; i < engine->model->server_count; i++)
    if (engine->servers[i].spec->kind == SJ_BATCHER) sj_batcher_start(engine, &engine->servers[i].members[0]);
  for (size_t i = 0; i < engine->model->client_count; i++) sj_arrivals_start(engine, &engine->clients[i]);
}

/* --- the loop ------------------------------------------------------------------------------------------------------
 */

static void dispatch(struct engine *engine, enum event_kind kind, void *argument) {
  switch (kind) {
    case EVENT_ARRIVAL:
      sj_arrivals_happen(engine, argument);
      break;
    case EVENT_SERVED:
      sj_server_served(engine, argument);
      break;
    case EVENT_THOUGHT:
      sj_arrivals_thought(engine, argument);
      break;
    case EVENT_SHARED:
      sj_sharing_done(engine, argument);
      break;
    case EVENT_DELIVER:
      sj_attempt_deliver(engine, argument);
      break;
    case EVENT_ANSWER:
      sj_attempt_answer_arrives(engine, argument);
      break;
    case EVENT_TIMEOUT:
      sj_attempt_timeout(engine, argument);
      break;
    case EVENT_TIMEOUT_QUEUE:
      sj_caller_timeouts(engine, argument);
      break;
    case EVENT_RETRY:
      sj_request_retry(engine, argument);
      break;
    case EVENT_DEADLINE:
      sj_request_deadline(engine, argument);
      break;
    case EVENT_HEDGE:
      sj_request_hedge(engine, argument);
      break;
    case EVENT_PROBE_ARRIVES:
      sj_probe_arrives(engine, argument);
      break;
    case EVENT_PROBE_DONE:
      sj_probe_done(engine, argument);
      break;
    case EVENT_PROBE_OVER:
      sj_probe_over(engine, argument);
      break;
    case EVENT_FAULT:
      sj_fault_happen(engine, argument);
      break;
    case EVENT_REDRAW:
      sj_link_redraw(engine, argument);
      break;
    case EVENT_REPLACE:
      sj_server_replace(engine, argument);
      break;
    case EVENT_BATCH_DUE:
    case EVENT_BATCH_ANSWERS:
    case EVENT_BATCH_SAMPLE:
      sj_batcher_happen(engine, argument, kind);
      break;
    case EVENT_GRID:
      grid(engine);
      break;
    case EVENT_QUARTER:
      quarter(engine);
      break;
    case EVENT_WARM:
      warm(engine);
      break;
    case EVENT_LAST_ARRIVAL:
      last_arrival(engine);
      break;
    case EVENT_GIVE_UP:
      engine_done(engine);
      break;
    case EVENT_CANCELLED:
      break;
  }
}

enum { EVENTS_BETWEEN_LOOKS = 1 << 15 };

/* Reports how far the run is, and looks whether it shall stop. */
static void look_up(struct engine *engine, struct engine_control *control) {
  if (engine->events.overflow) sj_engine_out_of_memory(engine);
  if (!control) return;
  double share = engine->now < engine->duration ? engine->now / engine->duration : 1;
  __atomic_store(&control->share, &share, __ATOMIC_RELAXED);
  __atomic_store_n(&control->events, engine->dispatched, __ATOMIC_RELAXED);
  if (sj_stop_wanted(control->stop) || __atomic_load_n(&control->cancelled, __ATOMIC_RELAXED)) {
    engine->status = SJ_INTERRUPTED;
    engine->running = false;
  }
}

/* Takes one event after the other. The two events of most requests are told apart by branches of their own, and those
 * of a plain one handled in line. */
static inline __attribute__((always_inline)) void take_events(struct engine *engine, struct engine_control *control,
                                                              bool plain) {
  struct sj_event_list *const events = &engine->events;
  uint32_t kind;
  void *argument;
  uint32_t left = EVENTS_BETWEEN_LOOKS;
  while (engine->running) {
    const sj_event_key key = sj_event_list_first(events);
    if (events->aside < key) {
      sj_event_take_aside(events, &engine->now, &kind, &argument);
      plain ? plain_arrive(engine, argument) : sj_arrivals_happen(engine, argument);
    } else {
      if (__builtin_expect(key == SJ_EVENT_KEY_NONE, 0)) break;
      if (!sj_event_take_listed(events, key, &engine->now, &kind, &argument)) continue;
      if (__builtin_expect(kind == EVENT_SERVED, 1))
        plain ? plain_served(engine, argument) : sj_server_served(engine, argument);
      else if (plain && kind == EVENT_ARRIVAL) /* of another source, or the first */
        sj_plain_arrive(engine, argument);
      else
        dispatch(engine, (enum event_kind)kind, argument);
    }
    if (__builtin_expect(--left == 0, 0)) {
      left = EVENTS_BETWEEN_LOOKS;
      engine->dispatched += EVENTS_BETWEEN_LOOKS;
      look_up(engine, control);
    }
  }
  engine->dispatched += EVENTS_BETWEEN_LOOKS - left;
}

/* A function of its own, or the compiler finds it too large to put all in line. */
static __attribute__((noinline)) void take_plain_events(struct engine *engine, struct engine_control *control) {
  take_events(engine, control, true);
}

static void loop(struct engine *engine, struct engine_control *control) {
  engine->running = engine->status == SJ_OK;
  if (engine->plain)
    take_plain_events(engine, control);
  else
    take_events(engine, control, false);
}

/* What must hold at the end of every run, whatever the model. */
static void check_invariants(const struct engine *engine) {
#ifndef NDEBUG
  sj_balancing_check(engine);
  uint64_t unfinished = 0;
  for (size_t i = 0; i < engine->model->client_count; i++) {
    const struct client_statistics *const s = engine->clients[i].statistics;
    assert(s->completed + s->failed <= s->arrivals);
    assert(s->latency_elsewhere || s->latency.moments.count + s->latency.gathered == s->completed);
    unfinished += s->arrivals - s->completed - s->failed;
    for (uint32_t m = 0; engine->open == 0 && m < engine->clients[i].spec->count; m++)
      assert(engine->clients[i].callers[m].out == 0 && !engine->clients[i].callers[m].timer_head);
  }
  assert(unfinished <= engine->open);
  const bool empty = engine->open == 0 && engine->alive == 0;
  assert(!empty || !engine->flows);
  for (size_t i = 0; i < engine->model->server_count; i++) {
    uint64_t in_system = 0, waiting = 0, busy = 0;
    for (uint32_t m = 0; m < engine->servers[i].count; m++) {
      const struct server *const server = &engine->servers[i].members[m];
      if (server->quick) { /* it keeps no other level */
        in_system += server->in_system;
        busy += server->in_system < server->threads ? server->in_system : server->threads;
        waiting += server->in_system > server->threads ? server->in_system - server->threads : 0;
        continue;
      }
      assert(server->waiting <= server->in_system);
      assert(!empty || (server->in_system == 0 && server->waiting == 0 && server->busy == 0));
      assert(server->spec->discipline == SJ_PROCESSOR_SHARING || server->queue.count <= server->waiting);
      if (server->batcher) sj_batcher_check(server, empty);
      in_system += server->in_system;
      waiting += server->waiting;
      busy += server->busy;
    }
    const struct server_statistics *const s = engine->servers[i].statistics;
    assert(s->in_system.level == in_system && (!empty || s->orbit.level == 0));
    assert(s->follows || (s->waiting.level == waiting && s->busy.level == busy));
    assert(!s->follows || (busy == (in_system < s->follows ? in_system : s->follows) && waiting == in_system - busy));
  }
#else
  (void)engine;
#endif
}

/* Pools count their members' attempts apart when members are wanted: the pool's are the sum. */
static void add_up_members(struct engine *engine) {
  for (size_t i = 0; i < engine->model->client_count; i++) {
    struct client *const client = &engine->clients[i];
    struct call_counts *const sum = &client->statistics->calls;
    for (uint32_t m = 0; client->members && m < client->spec->count; m++) {
      const struct call_counts *const c = &client->members[m].calls;
      sum->attempts += c->attempts;
      sum->timeouts += c->timeouts;
      sum->retries += c->retries;
      sum->rejected += c->rejected;
      sum->late += c->late;
      sum->hedges += c->hedges;
    }
  }
}

enum sj_status sj_engine_run(const struct sj_model *model, const struct sj_simulate_options *options,
                             const struct sj_results *results, uint64_t run_number, struct sj_mser *pilot, FILE *csv,
                             struct engine_control *control, struct sj_run *run, struct sj_error *error) {
  struct engine *const engine = calloc(1, sizeof *engine);
  if (!engine) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  engine->model = engine->current = model;
  engine->options = options;
  engine->results = results;
  engine->seed = results->seed;
  engine->run = run_number;
  engine->warmup = pilot ? 0 : results->warmup;
  engine->duration = results->duration;
  engine->drain = results->drain;
  engine->pilot = pilot;
  engine->csv = csv;
  engine->error = error;
  engine->watched = csv || pilot || options->members;
  engine->series = run && results->series_count > 0 ? run->series : NULL;
  engine->heatmaps = engine->series ? run->heatmaps : NULL;
  if (model->quantum > 0) {
    const enum sj_status status = sj_discrete_run(engine, control, run);
    free(engine);
    return status;
  }
  if (!sj_engine_make_world(engine)) sj_engine_out_of_memory(engine);
  if (engine->status == SJ_OK) start(engine);
  loop(engine, control);
  if (engine->events.overflow) sj_engine_out_of_memory(engine); /* since the last look */
  if (engine->status == SJ_OK && run) {
    check_invariants(engine);
    add_up_members(engine);
    run->number = run_number;
    run->events = engine->dispatched;
    run->truncated = engine->open > 0;
    sj_statistics_fill(engine, options->members, run);
  }
  const enum sj_status status = engine->status;
  sj_engine_destroy_world(engine);
  free(engine);
  return status;
}
