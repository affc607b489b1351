/* A server's member: arrival, waiting, service, calls, the end; in the order of src/simulate/server.c. */
#include "solve/compose/walk.h"

static const struct part *part_of(const struct walk *walk, uint32_t kind) {
  return &walk->network->parts[kind_of(walk->network, kind)->part];
}

static bool shares(const struct part *part) { return part->spec->discipline == SJ_PROCESSOR_SHARING; }

/* Begins service: the thread is taken. */
void sj_server_serve(struct walk *walk, uint32_t number, uint32_t member) {
  const struct kind *const kind = kind_of(walk->network, number);
  const struct part *const part = part_of(walk, number);
  const struct service *const service = service_of(walk->network, kind);
  const struct sj_phases *const phases = &service->phases;
  walk->levels[level_of(part, member)].busy++;
  const uint32_t phase = sj_walk_begin_phase(walk, phases);
  walk->slots[kind->first_phase[member] + phase]++;
  if (phase < phases->count) return;
  const double outcomes[] = {phases->at_once - service->at_once_failing, service->at_once_failing};
  const bool ok = sj_walk_choose(walk, 2, outcomes) == 0;
  struct due *const due = sj_walk_later(walk, DUE_SERVED);
  due->kind_number = number;
  due->member = member;
  due->ok = ok;
}

static void serve_waiting(struct walk *walk, const struct part *part, uint32_t member) {
  struct level *const level = &walk->levels[level_of(part, member)];
  while (level->busy < part->threads && level->waiting > 0)
    sj_server_serve(walk, sj_line_leave(walk, part, member), member);
}

bool sj_server_takes(struct walk *walk, uint32_t number, uint32_t member) {
  const struct part *const part = part_of(walk, number);
  struct level *const level = &walk->levels[level_of(part, member)];
  if (level->in_system >= part->capacity || !sj_part_admits(walk, part, member)) return false;
  level->in_system++;
  if (part->spec->kind == SJ_BATCHER) {
    walk->slots[kind_of(walk->network, number)->waiting[member]]++;
    sj_batches_look(walk, number, member);
  } else if (shares(part) || level->busy < part->threads) {
    sj_server_serve(walk, number, member);
  } else {
    sj_line_join(walk, number, member);
  }
  return true;
}

/* The request leaves, with its thread if it still has that; who waits is served; then the answer goes out. */
static void finish(struct walk *walk, uint32_t number, uint32_t member, bool threaded, bool ok) {
  const struct kind *const kind = kind_of(walk->network, number);
  const struct part *const part = part_of(walk, number);
  struct level *const level = &walk->levels[level_of(part, member)];
  *(ok ? &walk->tally.completions[part->index] : &walk->tally.failures[part->index]) += 1;
  level->in_system--;
  if (threaded) level->busy--;
  serve_waiting(walk, part, member);
  const struct sj_api *const api = &part->spec->apis[kind->api];
  if (ok && api->forward && api->call_count > 0)
    sj_call_make(walk, way_of(kind, member, 0));
  else
    sj_call_ended(walk, &kind->origin, ok);
}

/* Makes the calls from number `call` on, until one is waited for; with none left, answers. */
static void go_on(struct walk *walk, uint32_t number, uint32_t member, size_t call) {
  const struct kind *const kind = kind_of(walk->network, number);
  const struct part *const part = part_of(walk, number);
  const struct sj_api *const api = &part->spec->apis[kind->api];
  for (; call < api->call_count; call++) {
    sj_call_make(walk, way_of(kind, member, call));
    if (api->calls[call].wait) return;
  }
  sj_server_calls_end(walk, number, member, true);
}

void sj_server_work_ends(struct walk *walk, uint32_t number, uint32_t member, bool ok) {
  const struct kind *const kind = kind_of(walk->network, number);
  const struct part *const part = part_of(walk, number);
  const struct sj_api *const api = &part->spec->apis[kind->api];
  if (!ok || api->call_count == 0 || api->forward) {
    finish(walk, number, member, true, ok);
    return;
  }
  if (part->spec->async) {
    walk->levels[level_of(part, member)].busy--;
    serve_waiting(walk, part, member);
  }
  if (kind->instances > 0)
    sj_parallel_start(walk, number, member);
  else
    go_on(walk, number, member, 0);
}

void sj_server_calls_end(struct walk *walk, uint32_t number, uint32_t member, bool ok) {
  finish(walk, number, member, !part_of(walk, number)->spec->async, ok);
}

void sj_server_call_ends(struct walk *walk, const struct origin *origin, bool ok) {
  const struct part *const part = part_of(walk, origin->kind);
  const struct sj_api *const api = &part->spec->apis[kind_of(walk->network, origin->kind)->api];
  if (origin->instance > 0)
    sj_parallel_call_ends(walk, origin, ok);
  else if (ok || api->calls[origin->call].optional)
    go_on(walk, origin->kind, origin->member, origin->call + 1);
  else
    sj_server_calls_end(walk, origin->kind, origin->member, false);
}
