/* Processor sharing: all present are served at once, each at the rate min(1, threads / n).
 *
 * Virtual time runs at that rate, so a request that came at virtual time v with work w is done at v + w whoever comes
 * or goes. A binary heap orders them by that. Requests that hold a share without working (they wait for calls) count in
 * n. */
#include <stdlib.h>

#include "simulate/engine.h"

struct share {
  double finish; /* in virtual time */
  uint64_t sequence;
  struct attempt *attempt;
};

struct sharing {
  double virtual_now, since; /* the virtual time at real time `since` */
  uint64_t sequence;
  uint32_t count, capacity;
  uint32_t idle; /* hold a share without working */
  uint32_t event;
  struct share *heap;
};

bool sj_sharing_create(struct server *server) {
  server->sharing = calloc(1, sizeof *server->sharing);
  return server->sharing != NULL;
}

void sj_sharing_destroy(struct server *server) {
  if (!server->sharing) return;
  free(server->sharing->heap);
  free(server->sharing);
  server->sharing = NULL;
}

static double rate(const struct server *server) {
  const struct sharing *const sharing = server->sharing;
  const uint32_t present = sharing->count + sharing->idle;
  if (server->stalled || present == 0) return 0;
  return present <= server->threads ? server->pace : server->pace * server->threads / present;
}

/* Brings virtual time up to now; must be called before anything that `rate` depends on changes. */
static void advance(struct engine *engine, struct server *server, double at_rate) {
  struct sharing *const sharing = server->sharing;
  sharing->virtual_now += (engine->now - sharing->since) * at_rate;
  sharing->since = engine->now;
}

static void reschedule(struct engine *engine, struct server *server) {
  struct sharing *const sharing = server->sharing;
  if (sharing->event) sj_event_cancel(&engine->events, sharing->event);
  sharing->event = SJ_EVENT_NONE;
  const double r = rate(server);
  if (sharing->count == 0 || r <= 0) return;
  double wait = (sharing->heap[0].finish - sharing->virtual_now) / r;
  if (wait < 0) wait = 0;
  sharing->event = sj_event_schedule(&engine->events, engine->now + wait, EVENT_SHARED, server, false);
}

static bool before(const struct share *a, const struct share *b) {
  return a->finish < b->finish || (a->finish == b->finish && a->sequence < b->sequence);
}

static bool push(struct sharing *sharing, struct share share) {
  if (sharing->count == sharing->capacity) {
    const uint32_t capacity = sharing->capacity ? sharing->capacity * 2 : 16;
    struct share *const heap = reallocarray(sharing->heap, capacity, sizeof *heap);
    if (!heap) return false;
    sharing->heap = heap;
    sharing->capacity = capacity;
  }
  uint32_t i = sharing->count++;
  while (i > 0 && before(&share, &sharing->heap[(i - 1) / 2])) {
    sharing->heap[i] = sharing->heap[(i - 1) / 2];
    i = (i - 1) / 2;
  }
  sharing->heap[i] = share;
  return true;
}

static struct attempt *pop(struct sharing *sharing) {
  struct attempt *const first = sharing->heap[0].attempt;
  const struct share last = sharing->heap[--sharing->count];
  uint32_t i = 0;
  for (;;) {
    uint32_t child = 2 * i + 1;
    if (child >= sharing->count) break;
    if (child + 1 < sharing->count && before(&sharing->heap[child + 1], &sharing->heap[child])) child++;
    if (!before(&sharing->heap[child], &last)) break;
    sharing->heap[i] = sharing->heap[child];
    i = child;
  }
  if (sharing->count) sharing->heap[i] = last;
  return first;
}

void sj_sharing_add(struct engine *engine, struct server *server, struct attempt *attempt, double work) {
  struct sharing *const sharing = server->sharing;
  advance(engine, server, rate(server));
  const struct share share = {sharing->virtual_now + work, sharing->sequence++, attempt};
  if (!push(sharing, share)) {
    sj_engine_out_of_memory(engine);
    return;
  }
  reschedule(engine, server);
}

void sj_sharing_done(struct engine *engine, struct server *server) {
  struct sharing *const sharing = server->sharing;
  sharing->event = SJ_EVENT_NONE;
  /* Rounding must not leave the first one a trifle short of its finish: the event means it is done. */
  sharing->virtual_now = sharing->heap[0].finish;
  sharing->since = engine->now;
  struct attempt *const attempt = pop(sharing);
  sharing->idle++; /* until it leaves or its calls are over */
  if (sharing->count == 0) sharing->virtual_now = 0;
  sj_server_work_done(engine, attempt);
}

void sj_sharing_leave(struct engine *engine, struct server *server) {
  advance(engine, server, rate(server));
  server->sharing->idle--;
  reschedule(engine, server);
}

void sj_sharing_rate_changed(struct engine *engine, struct server *server) { reschedule(engine, server); }

void sj_sharing_settle(struct engine *engine, struct server *server) { advance(engine, server, rate(server)); }

struct attempt *sj_sharing_take_any(struct engine *engine, struct server *server) {
  struct sharing *const sharing = server->sharing;
  if (sharing->count == 0) {
    if (sharing->event) sj_event_cancel(&engine->events, sharing->event);
    *sharing = (struct sharing){
        .heap = sharing->heap, .capacity = sharing->capacity, .since = engine->now, .sequence = sharing->sequence};
    return NULL;
  }
  return pop(sharing);
}
