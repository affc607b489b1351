/* The end of a request, and of a client's as the statistics see it. */
#ifndef SJ_SIMULATE_CLOSING_H
#define SJ_SIMULATE_CLOSING_H

#include "simulate/engine.h"

static inline void count_closed(struct client_statistics *s, double latency, enum outcome outcome, bool counted,
                                bool in_window) {
  if (outcome == OUTCOME_OK) {
    s->in_window += in_window;
    s->cell_completed++;
    s->cell_latency += latency;
    if (!counted) {
      uncounted_add(s, latency);
      return;
    }
    s->completed++;
    if (!s->latency_elsewhere) sample_add(&s->latency, latency);
  } else {
    s->cell_failed++;
    if (!counted) return;
    s->failed++;
    s->failed_by[outcome]++;
  }
}

/* The same for what few runs want: members apart, rows, a pilot's latencies. */
static void watch_closed(struct engine *engine, struct request *request, double latency, enum outcome outcome) {
  struct client *const client = request->caller->client;
  const bool counted = request->flags & REQUEST_COUNTED;
  if (client->members)
    count_closed(&client->members[request->caller->member], latency, outcome, counted, engine->counting);
  if (engine->csv && counted) sj_csv_row(engine, request, outcome);
  if (engine->pilot && outcome == OUTCOME_OK)
    sj_mser_add(&engine->pilot[client - engine->clients], engine->now, latency);
}

/* Counts the request, writes its row, and ends the run if it was the last. */
static inline void note_closed(struct engine *engine, struct request *request, enum outcome outcome) {
  struct client *const client = request->caller->client;
  const double latency = engine->now - request->arrival;
  const bool counted = request->flags & REQUEST_COUNTED;
  count_closed(client->statistics, latency, outcome, counted, engine->counting);
  if (__builtin_expect(engine->watched, 0)) watch_closed(engine, request, latency, outcome);
  engine->open--;
  if (__builtin_expect(!engine->arriving, 0) && engine->open == 0 && engine->plain) engine->running = false;
}

/* The same, and who waited for it thinks. Not in a plain model. */
static inline void client_closed(struct engine *engine, struct request *request, enum outcome outcome) {
  note_closed(engine, request, outcome);
  if (request->customer) sj_arrivals_think(engine, request->customer);
}

/* Nothing is left of it anywhere. */
static inline void request_gone(struct engine *engine, struct request *request) {
  sj_pool_give(&engine->requests, request);
  engine->alive--;
  if (__builtin_expect(!engine->arriving, 0) && engine->alive == 0) engine->running = false;
}

#endif
