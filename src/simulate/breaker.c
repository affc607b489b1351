/* Circuit breakers: one for each caller and server member, over a sliding window of time. */
#include <stdlib.h>

#include "simulate/engine.h"

enum { LEAST_ATTEMPTS = 10 };

struct ending {
  double time;
  bool failed;
};

struct breaker {
  struct ending *endings; /* a ring of those in the window */
  uint32_t first, count, capacity, failed;
  bool open, probing;
  double opened;
};

bool sj_breakers_create(struct engine *engine, struct caller *caller) {
  (void)engine;
  caller->breakers = calloc(caller->spec->target_count, sizeof *caller->breakers);
  return caller->breakers != NULL;
}

void sj_breakers_destroy(struct engine *engine, struct caller *caller) {
  if (!caller->breakers) return;
  for (size_t t = 0; t < caller->spec->target_count; t++) {
    if (!caller->breakers[t]) continue;
    const uint32_t members = engine->servers[caller->spec->targets[t].server].count;
    for (uint32_t m = 0; m < members; m++) free(caller->breakers[t][m].endings);
    free(caller->breakers[t]);
  }
  free(caller->breakers);
  caller->breakers = NULL;
}

/* Targets that are apis of one server share its members' breakers: those of the first of them. */
static struct breaker *find(struct engine *engine, struct caller *caller, size_t target, uint32_t member) {
  const uint32_t server = caller->spec->targets[target].server;
  size_t first = 0;
  while (caller->spec->targets[first].server != server) first++;
  if (!caller->breakers[first]) caller->breakers[first] = calloc(engine->servers[server].count, sizeof(struct breaker));
  if (!caller->breakers[first]) {
    sj_engine_out_of_memory(engine);
    return NULL;
  }
  return &caller->breakers[first][member];
}

bool sj_breaker_allows(struct engine *engine, struct caller *caller, size_t target, uint32_t member) {
  const struct breaker *const breaker = find(engine, caller, target, member);
  if (!breaker || !breaker->open) return true;
  return !breaker->probing && engine->now - breaker->opened >= caller->spec->breaker.open_for;
}

void sj_breaker_sent(struct engine *engine, struct caller *caller, size_t target, struct attempt *attempt,
                     struct server *server) {
  attempt->guarded = server;
  struct breaker *const breaker = find(engine, caller, target, server->member);
  if (!breaker || !breaker->open) return;
  breaker->probing = true;
  attempt->flags |= ATTEMPT_PROBE;
}

static void forget_old(struct breaker *breaker, double before) {
  while (breaker->count > 0 && breaker->endings[breaker->first].time < before) {
    breaker->failed -= breaker->endings[breaker->first].failed;
    breaker->first = (breaker->first + 1) % breaker->capacity;
    breaker->count--;
  }
}

static bool add(struct breaker *breaker, struct ending ending) {
  if (breaker->count == breaker->capacity) {
    const uint32_t capacity = breaker->capacity ? breaker->capacity * 2 : 16;
    struct ending *const endings = calloc(capacity, sizeof *endings);
    if (!endings) return false;
    for (uint32_t i = 0; i < breaker->count; i++)
      endings[i] = breaker->endings[(breaker->first + i) % breaker->capacity];
    free(breaker->endings);
    breaker->endings = endings;
    breaker->first = 0;
    breaker->capacity = capacity;
  }
  breaker->endings[(breaker->first + breaker->count++) % breaker->capacity] = ending;
  breaker->failed += ending.failed;
  return true;
}

static void probe_ended(struct caller *caller, struct breaker *breaker, bool failed, bool known, double now) {
  breaker->probing = false;
  if (!known) return; /* withdrawn before its end: the next attempt probes again */
  breaker->count = breaker->failed = 0;
  breaker->open = failed;
  if (failed)
    breaker->opened = now;
  else
    caller->open_breakers--;
}

void sj_breaker_ended(struct engine *engine, struct caller *caller, struct attempt *attempt, bool failed, bool known) {
  if (!attempt->guarded) return;
  const struct sj_circuit_breaker *const spec = &caller->spec->breaker;
  struct breaker *const breaker = find(engine, caller, attempt->request->target, attempt->guarded->member);
  if (!breaker) return;
  if (attempt->flags & ATTEMPT_PROBE) {
    attempt->flags &= (uint8_t)~ATTEMPT_PROBE;
    probe_ended(caller, breaker, failed, known, engine->now);
    return;
  }
  if (!known || breaker->open) return;
  forget_old(breaker, engine->now - spec->window);
  if (!add(breaker, (struct ending){engine->now, failed})) {
    sj_engine_out_of_memory(engine);
    return;
  }
  if (breaker->count >= LEAST_ATTEMPTS && breaker->failed >= spec->failures * breaker->count) {
    breaker->open = true;
    caller->open_breakers++;
    breaker->opened = engine->now;
  }
}
