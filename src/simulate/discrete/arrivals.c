/* When requests come: the continuous engine's processes, seen in ticks. */
#include <math.h>
#include <stdlib.h>

#include "simulate/discrete/discrete.h"

/* Up to here the draws take no longer than what they cause. */
enum { MOST_SPREAD = 50000000, MOST_SPREAD_TICKS = 100000000 };

/* A number that is spread comes in any order within a tick, so counting draws is enough: no need to draw in order. */
static bool count_spread(const struct world *world, struct arrivals *arrivals, uint32_t **counts) {
  const double per_tick = arrivals->spec->over / world->quantum;
  *counts = calloc(world->end + 1, sizeof **counts);
  if (!*counts) return false;
  for (uint64_t i = 0; i < arrivals->spec->count; i++) {
    const double tick = sj_stream_uniform(&arrivals->stream) * per_tick;
    if (tick < world->end) (*counts)[(uint32_t)tick]++;
  }
  return true;
}

bool sj_sources_create(struct world *world, struct caller_pool *pool) {
  const struct client *const client = pool->figures;
  pool->spread = calloc(client->arrivals_count, sizeof *pool->spread);
  if (!pool->spread) return false;
  for (size_t i = 0; i < client->arrivals_count && world->engine->status == SJ_OK; i++) {
    struct arrivals *const arrivals = &client->arrivals[i];
    if (arrivals->spec->kind != SJ_ARRIVALS_SPREAD || arrivals->spec->count > MOST_SPREAD ||
        world->end > MOST_SPREAD_TICKS)
      arrivals->next_time = sj_arrivals_next(world->engine, arrivals, 0);
    else if (!count_spread(world, arrivals, &pool->spread[i]))
      return false;
  }
  return true;
}

void sj_sources_destroy(struct caller_pool *pool) {
  for (size_t i = 0; pool->spread && i < pool->figures->arrivals_count; i++) free(pool->spread[i]);
  free(pool->spread);
}

static void step(struct world *world, struct caller_pool *pool, struct arrivals *arrivals) {
  struct engine *const engine = world->engine;
  const double until = (world->tick + 1) * world->quantum;
  while (arrivals->next_time < until && arrivals->next_time < engine->duration && engine->status == SJ_OK) {
    sj_caller_arrive(world, pool, arrivals);
    arrivals->next_time = sj_arrivals_next(engine, arrivals, arrivals->next_time);
  }
}

void sj_sources_step(struct world *world) {
  for (size_t i = 0; i < world->engine->model->client_count; i++) {
    struct caller_pool *const pool = &world->clients[i];
    for (size_t k = 0; k < pool->figures->arrivals_count; k++) {
      struct arrivals *const arrivals = &pool->figures->arrivals[k];
      if (!pool->spread[k]) step(world, pool, arrivals);
      for (uint32_t n = pool->spread[k] ? pool->spread[k][world->tick] : 0; n > 0; n--)
        sj_caller_arrive(world, pool, arrivals);
    }
  }
}
