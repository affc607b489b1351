/* Making and ending the discrete world. */
#include <math.h>
#include <stdlib.h>

#include "random/elementary.h"
#include "simulate/discrete/discrete.h"

uint64_t sj_failures_before(struct sj_stream *stream, double probability) {
  if (probability >= 1) return 0;
  /* Geometric. */
  const double failures = floor(sj_log(sj_stream_uniform_open(stream)) / sj_log(1 - probability));
  return failures < 1e18 ? (uint64_t)failures : (uint64_t)1e18;
}

uint32_t sj_next_at_random(struct sj_stream *stream, double probability, uint32_t tick) {
  if (probability <= 0) return UINT32_MAX;
  const uint64_t next = tick + sj_failures_before(stream, probability);
  return next < UINT32_MAX ? (uint32_t)next : UINT32_MAX;
}

/* ---- servers ---- */

static bool create_statistics(const struct sj_simulate_options *options, struct server_pool *figures) {
  const struct sj_server *const spec = figures->spec;
  figures->statistics = calloc(1, sizeof *figures->statistics);
  if (!figures->statistics) return false;
  figures->statistics->members = figures->statistics->empty_members = spec->count;
  figures->statistics->members_counted = true;
  if (!options->members || !spec->pool) return true;
  figures->member_statistics = calloc(spec->count, sizeof *figures->member_statistics);
  if (!figures->member_statistics) return false;
  for (uint32_t m = 0; m < spec->count; m++) {
    figures->member_statistics[m].members = figures->member_statistics[m].empty_members = 1;
    figures->member_statistics[m].members_counted = true;
  }
  return true;
}

static bool create_member(struct world *world, struct pool *pool, uint32_t index, uint32_t *lane) {
  struct member *const member = &pool->members[index];
  const struct engine *const engine = world->engine;
  member->pool = pool;
  member->index = index;
  member->lane = (*lane)++;
  world->members[member->lane] = member;
  if (pool->figures->member_statistics) member->own = &pool->figures->member_statistics[index];
  if (pool->spec->cold_start > 0) {
    member->warm = calloc(world->caller_count / 64 + 1, sizeof *member->warm);
    if (!member->warm) return false;
  }
  sj_stream_seed(&member->replacements, sj_stream_key(engine->seed, engine->run, pool->spec->name, "replace"), index);
  member->replaced_at = sj_next_at_random(&member->replacements, pool->replace_probability, 0);
  return sj_member_draw_laws(world, member);
}

static uint32_t ticks_of(double time, double quantum) { return (uint32_t)fmin(round(time / quantum), 1 << 30); }

static uint32_t needs_of(const struct sj_model *model, uint32_t server) {
  uint32_t needs = 0;
  for (size_t i = 0; i < model->client_count; i++)
    if (model->clients[i].call.targets[0].server == server) needs |= sj_policy_needs(&model->clients[i].call.policy);
  return needs;
}

static bool create_pool(struct world *world, size_t index, uint32_t *lane) {
  struct engine *const engine = world->engine;
  struct pool *const pool = &world->pools[index];
  const struct sj_server *const spec = &engine->model->servers[index];
  pool->spec = spec;
  pool->figures = &engine->servers[index];
  pool->figures->spec = spec;
  pool->figures->count = spec->count;
  pool->service_key = sj_stream_key(engine->seed, engine->run, spec->name, "service");
  pool->law_key = sj_stream_key(engine->seed, engine->run, spec->name, "law");
  pool->shared_by_policies.key = sj_stream_key(engine->seed, engine->run, spec->name, "policies");
  pool->probe_ticks = ticks_of(spec->probe_service, world->quantum);
  if (pool->probe_ticks == 0) pool->probe_ticks = 1;
  pool->cold_ticks = ticks_of(spec->cold_start, world->quantum);
  pool->replace_probability = spec->replace_rate * world->quantum;
  pool->members = calloc(spec->count, sizeof *pool->members);
  if (!pool->members || !create_statistics(engine->options, pool->figures) ||
      !sj_tick_laws_create(&pool->work, &spec->apis[0].work) ||
      !sj_publishers_create(&pool->publishers, &spec->publish, spec->count, world->quantum,
                            needs_of(engine->model, (uint32_t)index)))
    return false;
  for (uint32_t m = 0; m < spec->count; m++)
    if (!create_member(world, pool, m, lane)) return false;
  return true;
}

static void destroy_pool(struct world *world, struct pool *pool) {
  struct server_pool *const figures = pool->figures;
  if (!figures) return;
  for (uint32_t m = 0; pool->members && m < pool->spec->count; m++) free(pool->members[m].warm);
  free(pool->members);
  sj_publishers_destroy(&pool->publishers);
  sj_shared_destroy(&pool->shared_by_policies);
  sj_tick_laws_destroy(&pool->work);
  for (uint32_t m = 0; figures->member_statistics && m < pool->spec->count; m++)
    sj_server_statistics_clear(&figures->member_statistics[m], 1);
  if (figures->statistics) sj_server_statistics_clear(figures->statistics, 1);
  free(figures->member_statistics);
  free(figures->statistics);
  (void)world;
}

/* ---- clients ---- */

/* The members that a caller knows; NULL with `*count` of all. */
static bool draw_subset(const struct caller_pool *pool, uint32_t index, uint32_t **subset, uint32_t *count) {
  const struct sj_call *const call = &pool->spec->call;
  const uint32_t all = pool->servers->spec->count;
  *subset = NULL;
  *count = all;
  if (call->subset == 0 || (call->subset >= all && !call->subset_replacement)) return true;
  *count = call->subset;
  *subset = malloc((call->subset > all ? call->subset : all) * sizeof **subset);
  if (!*subset) return false;
  struct sj_stream stream = stream_of(pool->subset_key, lineage_below(index, 0));
  const struct sj_choices choices = {NULL, all};
  for (uint32_t i = 0; call->subset_replacement && i < call->subset; i++)
    (*subset)[i] = (uint32_t)sj_stream_below(&stream, all);
  if (!call->subset_replacement) sj_choices_sample(&choices, call->subset, &stream, *subset);
  return true;
}

static bool create_balancer(struct world *world, struct discrete_caller *caller) {
  struct caller_pool *const pool = caller->pool;
  uint32_t *members, count;
  if (!draw_subset(pool, caller->index, &members, &count)) return false;
  const struct sj_balancer_setup setup = {.policy = &pool->spec->call.policy,
                                          .members = members,
                                          .channel_count = count,
                                          .publishers = &pool->servers->publishers,
                                          .shared = &pool->servers->shared_by_policies,
                                          .caller = caller->index,
                                          .caller_count = pool->spec->count,
                                          .key = lineage_below(pool->policy_key, caller->index),
                                          .scratch = world->scratch,
                                          .scratch_costs = world->scratch_costs};
  const bool ok = sj_balancer_create(&caller->balancer, &setup);
  free(members);
  return ok;
}

static bool create_caller(struct world *world, struct caller_pool *pool, uint32_t index, uint32_t *lane) {
  struct discrete_caller *const caller = &pool->callers[index];
  caller->pool = pool;
  caller->index = index;
  caller->lane = (*lane)++;
  world->callers[caller->lane] = caller;
  if (!create_balancer(world, caller)) return false;
  const uint32_t channels = caller->balancer.channel_count;
  caller->laws = calloc(channels, sizeof *caller->laws);
  if (!caller->laws) return false;
  for (uint32_t c = 0; c < channels; c++)
    if (!sj_caller_draw_law(world, caller, c, 0)) return false;
  sj_stream_seed(&caller->redraws, sj_stream_key(world->engine->seed, world->engine->run, pool->spec->name, "redraw"),
                 index);
  sj_caller_next_redraw(caller, UINT32_MAX, channels - 1);
  return true;
}

static bool create_clients(struct world *world, size_t index, uint32_t *lane) {
  struct engine *const engine = world->engine;
  struct caller_pool *const pool = &world->clients[index];
  struct client *const figures = &engine->clients[index];
  const struct sj_client *const spec = &engine->model->clients[index];
  const uint64_t seed = engine->seed, run = engine->run;
  pool->spec = figures->spec = spec;
  pool->figures = figures;
  pool->servers = &world->pools[spec->call.targets[0].server];
  figures->statistics = calloc(1, sizeof *figures->statistics);
  if (!figures->statistics) return false;
  if (engine->options->members && spec->pool) {
    figures->members = calloc(spec->count, sizeof *figures->members);
    if (!figures->members) return false;
  }
  figures->member_key = sj_stream_key(seed, run, spec->name, "member");
  figures->lineage_key = sj_stream_key(seed, 0, spec->name, "requests");
  pool->policy_key = sj_stream_key(seed, run, spec->name, "policy");
  pool->arrived_key = sj_stream_key(seed, run, spec->name, "policy at arrival");
  pool->link_key = sj_stream_key(seed, run, spec->name, "link");
  pool->back_key = sj_stream_key(seed, run, spec->name, "back");
  pool->law_key = sj_stream_key(seed, run, spec->name, "law");
  pool->subset_key = sj_stream_key(seed, run, spec->name, "subset");
  pool->needs_ends = sj_policy_needs(&spec->call.policy) &
                     (SJ_NEEDS_LATENCIES | SJ_NEEDS_REPORTS | SJ_NEEDS_ANSWER_REPORTS | SJ_NEEDS_ENDS);
  pool->redraw_probability = fmin(spec->call.network.redraw * world->quantum, 1);
  pool->callers = calloc(spec->count, sizeof *pool->callers);
  if (!pool->callers || !sj_tick_laws_create(&pool->one_way, &spec->call.network.one_way)) return false;
  for (uint32_t m = 0; m < spec->count; m++)
    if (!create_caller(world, pool, m, lane)) return false;
  return sj_arrivals_create(engine, figures) && sj_sources_create(world, pool);
}

static void destroy_clients(struct caller_pool *pool) {
  struct client *const figures = pool->figures;
  if (!figures) return;
  for (uint32_t m = 0; pool->callers && m < pool->spec->count; m++) {
    sj_balancer_destroy(&pool->callers[m].balancer);
    free(pool->callers[m].laws);
  }
  free(pool->callers);
  sj_tick_laws_destroy(&pool->one_way);
  for (uint32_t m = 0; figures->members && m < pool->spec->count; m++) sj_client_statistics_clear(&figures->members[m]);
  if (figures->statistics) sj_client_statistics_clear(figures->statistics);
  sj_sources_destroy(pool);
  sj_arrivals_destroy(figures);
  free(figures->members);
  free(figures->statistics);
}

/* ---- the world ---- */

static uint32_t most_choices(const struct sj_model *model) {
  uint32_t most = 1;
  for (size_t i = 0; i < model->client_count; i++) {
    const struct sj_call *const call = &model->clients[i].call;
    uint32_t channels = model->servers[call->targets[0].server].count;
    if (call->subset > channels) channels = call->subset;
    const uint32_t choices = sj_policy_most_choices(&call->policy, channels);
    if (choices > most) most = choices;
  }
  return most;
}

static bool settle_time(struct world *world) {
  const struct engine *const engine = world->engine;
  const double end = ceil(engine->duration / world->quantum), last = end + ceil(engine->drain / world->quantum);
  if (!(end < UINT32_MAX / 2)) {
    sj_engine_fail(world->engine, SJ_INVALID, "%s: the run has more than 2 thousand million quanta",
                   engine->model->file);
    return false;
  }
  world->end = (uint32_t)end;
  world->last = last < UINT32_MAX / 2 ? (uint32_t)last : UINT32_MAX / 2;
  return true;
}

bool sj_world_create(struct world *world, struct engine *engine) {
  const struct sj_model *const model = engine->model;
  *world = (struct world){.engine = engine, .quantum = model->quantum, .per_time = 1 / model->quantum};
  if (!settle_time(world)) return true;
  for (size_t i = 0; i < model->server_count; i++) world->member_count += model->servers[i].count;
  for (size_t i = 0; i < model->client_count; i++) world->caller_count += model->clients[i].count;
  sj_pool_create(&world->messages, sizeof(struct message));
  engine->servers = calloc(model->server_count + 1, sizeof *engine->servers);
  engine->clients = calloc(model->client_count + 1, sizeof *engine->clients);
  world->pools = calloc(model->server_count + 1, sizeof *world->pools);
  world->clients = calloc(model->client_count + 1, sizeof *world->clients);
  world->members = calloc(world->member_count + 1, sizeof *world->members);
  world->callers = calloc(world->caller_count + 1, sizeof *world->callers);
  const uint32_t choices = most_choices(model);
  world->scratch = calloc((size_t)choices * 2, sizeof *world->scratch);
  world->scratch_costs = calloc((size_t)choices * 2, sizeof *world->scratch_costs);
  if (!engine->servers || !engine->clients || !world->pools || !world->clients || !world->members || !world->callers ||
      !world->scratch || !world->scratch_costs || !sj_calendar_create(&world->in_service, world->member_count) ||
      !sj_calendar_create(&world->under_way, world->caller_count))
    return false;
  uint32_t lane = 0;
  for (size_t i = 0; i < model->server_count; i++)
    if (!create_pool(world, i, &lane)) return false;
  lane = 0;
  for (size_t i = 0; i < model->client_count; i++)
    if (!create_clients(world, i, &lane)) return false;
  return sj_original_create(&world->original, &model->original, world->member_count);
}

void sj_world_destroy(struct world *world) {
  const struct sj_model *const model = world->engine->model;
  for (size_t i = 0; world->clients && i < model->client_count; i++) destroy_clients(&world->clients[i]);
  for (size_t i = 0; world->pools && i < model->server_count; i++) destroy_pool(world, &world->pools[i]);
  free(world->engine->servers);
  free(world->engine->clients);
  free(world->pools);
  free(world->clients);
  free(world->members);
  free(world->callers);
  free(world->scratch);
  free(world->scratch_costs);
  sj_calendar_destroy(&world->in_service);
  sj_calendar_destroy(&world->under_way);
  sj_pool_destroy(&world->messages);
  sj_original_destroy(&world->original);
}
