/* A run of the discrete world: tick after tick, and the statistics' windows. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "simulate/discrete/discrete.h"

/* ---- the measured window ---- */

static void for_statistics(struct world *world, void (*visit)(struct engine *, struct server_statistics *)) {
  for (size_t i = 0; i < world->engine->model->server_count; i++) {
    struct server_pool *const figures = world->pools[i].figures;
    visit(world->engine, figures->statistics);
    for (uint32_t m = 0; figures->member_statistics && m < figures->count; m++)
      visit(world->engine, &figures->member_statistics[m]);
  }
}

static void warm(struct engine *engine, struct server_statistics *s) { sj_server_statistics_reset(s, engine->now); }

static void quarter(struct engine *engine, struct server_statistics *s) {
  sj_server_statistics_quarter(s, engine->quarter, engine->now, (engine->duration - engine->warmup) / 4);
}

static void end_window(struct engine *engine, struct server_statistics *s) {
  sj_server_statistics_close(s, INFINITY, engine->now, engine->duration - engine->warmup);
}

/* What ends up to `until`, each at its own time: within a tick all levels stay what they are. */
static void pass_time(struct world *world, double until) {
  struct engine *const engine = world->engine;
  const double length = engine->duration - engine->warmup;
  while (engine->series && engine->grid_next < engine->results->grid_count &&
         engine->grid_step * (double)(engine->grid_next + 1) <= until) {
    engine->now = engine->grid_step * (double)(engine->grid_next + 1);
    sj_series_cell(engine);
  }
  if (!engine->counting && engine->arriving && engine->warmup <= until) {
    engine->now = engine->warmup;
    engine->counting = true;
    if (engine->warmup > 0) for_statistics(world, warm);
  }
  while (engine->counting && engine->quarter < 4 && engine->warmup + length * (engine->quarter + 1) / 4 <= until) {
    engine->now = engine->warmup + length * (engine->quarter + 1) / 4;
    for_statistics(world, quarter);
    engine->quarter++;
  }
  if (engine->arriving && engine->duration <= until) {
    engine->now = engine->duration;
    /* The last cell ends with the run, though its end may be rounded up beyond it. */
    if (engine->series && engine->grid_next + 1 == engine->results->grid_count) sj_series_cell(engine);
    for (; engine->quarter < 4; engine->quarter++) for_statistics(world, quarter);
    for_statistics(world, end_window);
    engine->counting = engine->arriving = false;
  }
  engine->now = until;
}

/* ---- the loop ---- */

static void look_up(struct engine *engine, struct engine_control *control) {
  if (!control) return;
  double share = engine->now < engine->duration ? engine->now / engine->duration : 1;
  __atomic_store(&control->share, &share, __ATOMIC_RELAXED);
  __atomic_store_n(&control->events, engine->dispatched, __ATOMIC_RELAXED);
  if (sj_stop_wanted(control->stop) || __atomic_load_n(&control->cancelled, __ATOMIC_RELAXED))
    engine->status = SJ_INTERRUPTED;
}

static bool goes_on(const struct world *world) {
  if (world->engine->status != SJ_OK) return false;
  if (world->tick < world->end) return true;
  return !world->engine->pilot && world->tick < world->last && world->unfinished > 0;
}

static void loop(struct world *world, struct engine_control *control) {
  struct engine *const engine = world->engine;
  engine->arriving = true;
  engine->grid_step = engine->results->grid_step;
  if (!sj_over_time_start(engine)) sj_engine_out_of_memory(engine);
  for (; goes_on(world); world->tick++) {
    pass_time(world, world->tick * world->quantum);
    world->recorded = sj_original_wants(&world->original, engine->now);
    if (world->tick < world->end) sj_sources_step(world);
    sj_members_step(world);
    sj_callers_step(world);
    if (world->original.no_memory) sj_engine_out_of_memory(engine);
    look_up(engine, control);
  }
  if (engine->arriving && engine->status == SJ_OK) pass_time(world, engine->duration);
}

enum sj_status sj_discrete_run(struct engine *engine, struct engine_control *control, struct sj_run *run) {
  struct world *const world = calloc(1, sizeof *world);
  if (!world) {
    sj_engine_out_of_memory(engine);
    return engine->status;
  }
  if (!sj_world_create(world, engine)) sj_engine_out_of_memory(engine);
  if (engine->status == SJ_OK) loop(world, control);
  if (engine->status == SJ_OK && run) {
    run->number = engine->run;
    run->events = engine->dispatched;
    run->truncated = engine->open > 0;
    engine->original = &world->original;
    sj_statistics_fill(engine, engine->options->members, run);
  }
  sj_world_destroy(world);
  free(world);
  return engine->status;
}
