/* Faults: when they begin and end, whom they befall, and what they change. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "simulate/engine.h"

/* --- whom ----------------------------------------------------------------------------------------------------------
 */

static uint32_t pool_size(const struct engine *engine, const struct sj_place *place) {
  return place->is_client ? engine->model->clients[place->index].count : engine->model->servers[place->index].count;
}

/* Settles the members of `place` that this occurrence befalls. */
static void choose_members(struct engine *engine, struct fault_state *fault) {
  const struct sj_fault *const spec = fault->spec;
  const uint32_t count = pool_size(engine, &spec->place);
  if (spec->place.member >= 0) {
    fault->members[0] = (uint32_t)spec->place.member;
    fault->member_count = 1;
    return;
  }
  for (uint32_t i = 0; i < count; i++) fault->members[i] = i;
  fault->member_count = count;
  if (spec->members == 0 || spec->members >= count) return;
  for (uint32_t i = 0; i < spec->members; i++) {
    const uint32_t j = i + (uint32_t)sj_stream_below(&fault->stream, count - i);
    const uint32_t member = fault->members[j];
    fault->members[j] = fault->members[i];
    fault->members[i] = member;
  }
  fault->member_count = spec->members;
}

static bool befalls(const struct fault_state *fault, uint32_t member) {
  for (uint32_t i = 0; i < fault->member_count; i++)
    if (fault->members[i] == member) return true;
  return false;
}

/* --- cuts ----------------------------------------------------------------------------------------------------------
 */

static bool is_other(const struct sj_fault *spec, bool is_client, uint32_t index, uint32_t member) {
  return spec->other.is_client == is_client && spec->other.index == index &&
         (spec->other.member < 0 || spec->other.member == member);
}

static bool is_place(const struct fault_state *fault, bool is_client, uint32_t index, uint32_t member) {
  const struct sj_place *const place = &fault->spec->place;
  return place->is_client == is_client && place->index == index && befalls(fault, member);
}

bool sj_fault_cuts(const struct engine *engine, const struct caller *caller, const struct server *server,
                   double since) {
  const bool is_client = caller->client != NULL;
  const uint32_t index = is_client ? (uint32_t)(caller->client - engine->clients) : caller->server->index;
  for (size_t i = 0; i < engine->model->fault_count; i++) {
    const struct fault_state *const fault = &engine->faults[i];
    if (fault->spec->kind != SJ_FAULT_CUT) continue;
    if (!fault->active && !(fault->ended > since)) continue;
    if ((is_place(fault, is_client, index, caller->member) &&
         is_other(fault->spec, false, server->index, server->member)) ||
        (is_place(fault, false, server->index, server->member) &&
         is_other(fault->spec, is_client, index, caller->member)))
      return true;
  }
  return false;
}

/* --- changed figures -----------------------------------------------------------------------------------------------
 */

/* The model with all changes in force, made when first needed. */
static const struct sj_model *changed_model(struct engine *engine) {
  if (engine->active_change_count == 0) return engine->model;
  for (struct variant *v = engine->variants; v; v = v->next) {
    if (v->fault_count != engine->active_change_count) continue;
    size_t i = 0;
    while (i < v->fault_count && v->faults[i] == engine->active_changes[i]) i++;
    if (i == v->fault_count) return v->model;
  }
  size_t count = 0;
  for (size_t i = 0; i < engine->active_change_count; i++) count += engine->active_changes[i]->spec->change_count;
  const struct sj_change **const changes = calloc(count ? count : 1, sizeof *changes);
  struct variant *const v = calloc(1, sizeof *v);
  struct fault_state **const faults = calloc(engine->active_change_count, sizeof *faults);
  if (!changes || !v || !faults) {
    free(changes);
    free(v);
    free(faults);
    sj_engine_out_of_memory(engine);
    return engine->current;
  }
  size_t n = 0;
  for (size_t i = 0; i < engine->active_change_count; i++) {
    faults[i] = engine->active_changes[i];
    for (size_t c = 0; c < faults[i]->spec->change_count; c++) changes[n++] = &faults[i]->spec->changes[c];
  }
  struct sj_error error = {""};
  const enum sj_status status = sj_model_variant(engine->model, changes, count, &v->model, &error);
  free(changes);
  if (status != SJ_OK) {
    free(v);
    free(faults);
    sj_engine_fail(engine, status, "%s", error.message);
    return engine->current;
  }
  v->faults = faults;
  v->fault_count = engine->active_change_count;
  v->next = engine->variants;
  engine->variants = v;
  return v->model;
}

static void apply_changes(struct engine *engine) {
  const struct sj_model *const model = changed_model(engine);
  if (model == engine->current) return;
  const struct sj_model *const before = engine->current;
  engine->current = model;
  for (size_t i = 0; i < model->server_count; i++) {
    engine->servers[i].spec = &model->servers[i];
    for (uint32_t m = 0; m < engine->servers[i].count; m++)
      sj_server_changed(engine, &engine->servers[i].members[m], &model->servers[i]);
  }
  for (size_t i = 0; i < model->client_count; i++) {
    struct client *const client = &engine->clients[i];
    client->spec = &model->clients[i];
    for (uint32_t m = 0; m < client->spec->count; m++)
      sj_caller_changed(engine, &client->callers[m], &client->spec->call);
    sj_client_draw_sizes(engine, client);
    sj_arrivals_changed(engine, client, &before->clients[i]);
  }
}

static void change_begins(struct engine *engine, struct fault_state *fault) {
  engine->active_changes[engine->active_change_count++] = fault;
  apply_changes(engine);
}

static void change_ends(struct engine *engine, struct fault_state *fault) {
  size_t kept = 0;
  for (size_t i = 0; i < engine->active_change_count; i++)
    if (engine->active_changes[i] != fault) engine->active_changes[kept++] = engine->active_changes[i];
  engine->active_change_count = kept;
  apply_changes(engine);
}

/* --- beginning and end ---------------------------------------------------------------------------------------------
 */

static void crash_ends(struct engine *engine, struct server *server) {
  (void)engine;
  server->down--;
  sj_server_simplify(server);
}

/* Products over the faults in force, from scratch, so that nothing is left of those that ended. */
static void recompute(struct engine *engine, struct server *server) {
  double slow = 1, pass = 1;
  for (size_t i = 0; i < engine->model->fault_count; i++) {
    const struct fault_state *const fault = &engine->faults[i];
    if (!fault->active || fault->spec->place.is_client || fault->spec->place.index != server->index ||
        !befalls(fault, server->member))
      continue;
    if (fault->spec->kind == SJ_FAULT_SLOW) slow *= fault->spec->factor;
    if (fault->spec->kind == SJ_FAULT_FAIL) pass *= 1 - fault->spec->ratio;
  }
  server->fail_ratio = 1 - pass;
  server->slow = slow;
  sj_server_simplify(server);
  sj_server_set_pace(engine, server);
}

static void befall(struct engine *engine, struct fault_state *fault, bool begins) {
  const struct sj_fault *const spec = fault->spec;
  if (spec->kind == SJ_FAULT_CHANGE) {
    if (begins)
      change_begins(engine, fault);
    else
      change_ends(engine, fault);
    return;
  }
  if (spec->kind == SJ_FAULT_CUT || spec->place.is_client) return;
  for (uint32_t i = 0; i < fault->member_count; i++) {
    struct server *const server = &engine->servers[spec->place.index].members[fault->members[i]];
    switch (spec->kind) {
      case SJ_FAULT_CRASH:
        if (begins)
          sj_server_crash(engine, server, spec->lost_error);
        else
          crash_ends(engine, server);
        break;
      case SJ_FAULT_STALL:
        if (begins)
          sj_server_stall(engine, server);
        else
          sj_server_resume(engine, server);
        break;
      case SJ_FAULT_SLOW:
      case SJ_FAULT_FAIL:
        recompute(engine, server);
        break;
      case SJ_FAULT_CHANGE:
      case SJ_FAULT_CUT:
        break;
    }
  }
}

static double draw_time(const struct sj_distribution *law, struct fault_state *fault) {
  const double drawn = sj_draw(law, &fault->stream, 0);
  return drawn > 0 ? drawn : 0;
}

void sj_fault_happen(struct engine *engine, struct fault_state *fault) {
  const struct sj_fault *const spec = fault->spec;
  if (!fault->active) {
    if (spec->kind != SJ_FAULT_CHANGE) choose_members(engine, fault);
    fault->active = true;
    fault->started = engine->now;
    if (spec->lasts) schedule(engine, engine->now + draw_time(spec->lasts, fault), EVENT_FAULT, fault);
    befall(engine, fault, true);
    return;
  }
  fault->active = false;
  fault->ended = engine->now;
  if (spec->every) schedule(engine, engine->now + draw_time(spec->every, fault), EVENT_FAULT, fault);
  befall(engine, fault, false);
}

/* --- creation ------------------------------------------------------------------------------------------------------
 */

bool sj_faults_create(struct engine *engine) {
  const size_t count = engine->model->fault_count;
  engine->faults = calloc(count ? count : 1, sizeof *engine->faults);
  engine->active_changes = calloc(count ? count : 1, sizeof *engine->active_changes);
  if (!engine->faults || !engine->active_changes) return false;
  const uint64_t key = sj_stream_key(engine->seed, engine->run, "", "faults");
  for (size_t i = 0; i < count; i++) {
    struct fault_state *const fault = &engine->faults[i];
    const struct sj_fault *const spec = &engine->model->faults[i];
    fault->spec = spec;
    fault->ended = NAN;
    sj_stream_seed(&fault->stream, key, i);
    if (spec->kind != SJ_FAULT_CHANGE) {
      const uint32_t size = pool_size(engine, &spec->place);
      fault->members = calloc(size ? size : 1, sizeof *fault->members);
      if (!fault->members) return false;
    }
    if (spec->kind == SJ_FAULT_CUT) engine->cuts++;
  }
  return true;
}

void sj_faults_start(struct engine *engine) {
  for (size_t i = 0; i < engine->model->fault_count; i++) {
    struct fault_state *const fault = &engine->faults[i];
    schedule(engine, fault->spec->every ? draw_time(fault->spec->every, fault) : fault->spec->at, EVENT_FAULT, fault);
  }
}

void sj_faults_destroy(struct engine *engine) {
  for (size_t i = 0; engine->faults && i < engine->model->fault_count; i++) free(engine->faults[i].members);
  free(engine->faults);
  free(engine->active_changes);
  while (engine->variants) {
    struct variant *const v = engine->variants;
    engine->variants = v->next;
    sj_model_destroy(v->model);
    free(v->faults);
    free(v);
  }
}
