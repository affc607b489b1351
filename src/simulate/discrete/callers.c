/* The first and the third part of a tick: requests come, callers pick and send, messages arrive. */
#include <math.h>
#include <stdlib.h>

#include "simulate/discrete/discrete.h"

/* Numbers below a request's lineage that its own messages do not take. */
#define PROBES UINT64_C(0x40000)

bool sj_caller_draw_law(struct world *world, struct discrete_caller *caller, uint32_t channel, uint64_t number) {
  struct caller_pool *const pool = caller->pool;
  const struct member *const member = &pool->servers->members[caller->balancer.channels[channel].member];
  struct sj_stream stream = stream_of(pool->law_key, lineage_below(lineage_below(caller->index, channel), number));
  struct tick_law *const law = sj_tick_law_draw(world->engine, &pool->one_way, &stream, member->rtt);
  sj_tick_law_release(&pool->one_way, caller->laws[channel]);
  caller->laws[channel] = law;
  return law != NULL || world->engine->status != SJ_OK;
}

/* Channels take turns at chance within a tick, so the next to be drawn anew is found by one draw for all. */
void sj_caller_next_redraw(struct discrete_caller *caller, uint32_t tick, uint32_t channel) {
  const double probability = caller->pool->redraw_probability;
  const uint32_t channels = caller->balancer.channel_count;
  caller->redrawn_at = UINT32_MAX;
  if (probability <= 0) return;
  uint64_t steps = 1;
  if (probability < 1) steps = sj_failures_before(&caller->redraws, probability) + 1;
  const uint64_t place = channel + steps; /* counted on from the tick's first channel */
  const uint64_t ahead = place / channels;
  if (ahead > UINT32_MAX / 2) return;
  caller->redrawn_at = tick + (uint32_t)ahead;
  caller->redrawn = (uint32_t)(place % channels);
}

/* ---- messages ---- */

void sj_message_send(struct world *world, struct message *message) {
  struct discrete_caller *const caller = world->callers[message->caller];
  struct caller_pool *const pool = caller->pool;
  const struct member *const member = &pool->servers->members[caller->balancer.channels[message->channel].member];
  const uint64_t key = message->answered ? pool->back_key : pool->link_key;
  message->due = world->tick - 1 +
                 sj_tick_law_ticks(caller->laws[message->channel], key, message->lineage, world->per_time, member->rtt);
  if (!sj_calendar_put(&world->under_way, world->tick, message->caller, message))
    sj_engine_out_of_memory(world->engine);
}

static struct message *new_message(struct world *world, struct discrete_caller *caller, uint64_t lineage) {
  struct message *const message = sj_pool_take(&world->messages);
  if (!message) {
    sj_engine_out_of_memory(world->engine);
    return NULL;
  }
  *message = (struct message){
      .lineage = lineage, .caller = caller->lane, .arrival = world->tick, .counted = world->engine->counting};
  return message;
}

/* Sends the probes that the policy wants, until it wants no more. */
static void send_probes(struct world *world, struct discrete_caller *caller) {
  struct sj_probe probe;
  if (caller->balancer.no_memory) sj_engine_out_of_memory(world->engine);
  while (sj_balancer_next_probe(&caller->balancer, &probe)) {
    const uint64_t lineage =
        lineage_below(lineage_below(caller->pool->policy_key, caller->index), PROBES + caller->probes++);
    struct message *const message = new_message(world, caller, lineage);
    if (!message) return;
    message->probe = true;
    message->channel = probe.channel;
    message->position = probe.position;
    message->errand = probe.errand;
    world->unfinished++;
    sj_message_send(world, message);
  }
}

/* ---- requests come ---- */

/* What the recording says of itself. */
static void note_recording(struct client_statistics *statistics, const struct arrivals *arrivals) {
  if (!arrivals->reader) return;
  if (!isnan(arrivals->record.latency)) sample_add(&statistics->recorded_latency, arrivals->record.latency);
  if (!isnan(arrivals->record.wait)) sample_add(&statistics->recorded_wait, arrivals->record.wait);
}

void sj_caller_arrive(struct world *world, struct caller_pool *pool, struct arrivals *arrivals) {
  struct engine *const engine = world->engine;
  struct client *const figures = pool->figures;
  const uint64_t lineage = arrivals->base_lineage + arrivals->number++;
  uint32_t index = 0;
  if (arrivals->member >= 0) {
    index = (uint32_t)arrivals->member;
  } else if (pool->spec->count > 1) {
    struct sj_stream stream = stream_of(figures->member_key, lineage);
    index = (uint32_t)sj_stream_below(&stream, pool->spec->count);
  }
  struct discrete_caller *const caller = &pool->callers[index];
  struct message *const message = new_message(world, caller, lineage);
  if (!message) return;
  engine->open++;
  if (!pool->spec->call.until_served) world->unfinished++;
  figures->statistics->cell_arrivals++;
  if (engine->counting) {
    struct client_statistics *const both[] = {figures->statistics, figures->members ? &figures->members[index] : NULL};
    for (int i = 0; i < 2 && both[i]; i++) {
      both[i]->arrivals++;
      both[i]->calls.attempts++;
    }
    note_recording(figures->statistics, arrivals);
  }
  queue_push(&caller->waiting, message);
  if (!sj_balancer_has_errands(&caller->balancer)) return;
  struct sj_stream stream = stream_of(pool->arrived_key, lineage);
  const struct sj_turn turn = {.now = world->tick * world->quantum,
                               .stream = &stream,
                               .choices = {NULL, caller->balancer.channel_count},
                               .key = lineage};
  message->errand = sj_balancer_arrived(&caller->balancer, &turn, message);
  if (!message->errand) sj_engine_out_of_memory(engine);
  send_probes(world, caller);
}

/* ---- picking ---- */

static bool pick(struct world *world, struct discrete_caller *caller, struct message *message) {
  struct caller_pool *const pool = caller->pool;
  struct sj_stream stream = stream_of(pool->policy_key, message->lineage);
  const struct sj_turn turn = {.now = world->tick * world->quantum,
                               .stream = &stream,
                               .choices = {NULL, caller->balancer.channel_count},
                               .errand = message->errand,
                               .key = message->lineage};
  const enum sj_picked picked = sj_balancer_pick(&caller->balancer, &turn, &message->channel);
  send_probes(world, caller);
  if (picked != SJ_PICKED) return false;
  sj_balancer_sent(&caller->balancer, message->channel);
  if (pool->spec->call.until_served) world->unfinished++;
  message->sent = world->tick;
  sj_message_send(world, message);
  return true;
}

static void pick_all(struct world *world, struct discrete_caller *caller) {
  struct message_queue later = {0};
  while (caller->waiting.count && world->engine->status == SJ_OK) {
    struct message *const message = queue_pop(&caller->waiting);
    if (!pick(world, caller, message)) queue_push(&later, message);
  }
  caller->waiting = later;
}

/* ---- messages arrive ---- */

static void queue_at_server(struct world *world, struct discrete_caller *caller, struct message *message) {
  struct member *const member = &caller->pool->servers->members[caller->balancer.channels[message->channel].member];
  message->queued = world->tick;
  member->arrivals++;
  queue_push(&member->queue, message);
}

static void note_completed(struct world *world, struct discrete_caller *caller, const struct message *message) {
  struct engine *const engine = world->engine;
  struct client *const figures = caller->pool->figures;
  const double latency = (world->tick - message->arrival) * world->quantum;
  struct client_statistics *const both[] = {figures->statistics,
                                            figures->members ? &figures->members[caller->index] : NULL};
  engine->open--;
  if (!caller->pool->spec->call.until_served) world->unfinished--;
  for (int i = 0; i < 2 && both[i]; i++) {
    both[i]->in_window += engine->counting;
    both[i]->cell_completed++;
    both[i]->cell_latency += latency;
    if (!message->counted) {
      uncounted_add(both[i], latency);
      continue;
    }
    both[i]->completed++;
    sample_add(&both[i]->latency, latency);
  }
  if (engine->pilot) sj_mser_add(&engine->pilot[figures - engine->clients], engine->now, latency);
  if (engine->csv && message->counted)
    sj_csv_values(engine, figures->spec->name, caller->index, message->arrival * world->quantum, latency, OUTCOME_OK,
                  1);
}

/* What a caller takes for the latency: with overlapping states a tick for each change of state is counted twice. */
static double known_latency(const struct world *world, const struct message *message) {
  if (!world->engine->model->overlapping_states)
    return (world->tick - (message->probe ? message->arrival : message->sent)) * world->quantum;
  return sj_original_latency(world->tick - message->arrival, message->probe) * world->quantum;
}

static void complete(struct world *world, struct discrete_caller *caller, struct message *message) {
  struct sj_balancer *const balancer = &caller->balancer;
  const struct caller_pool *const pool = caller->pool;
  if (world->recorded)
    sj_original_note(&world->original, world->tick < world->end, message->probe, world->tick - message->arrival,
                     pool->servers->members[balancer->channels[message->channel].member].lane,
                     message->report->utilization.latest);
  if (!pool->spec->call.until_served) {
    sj_balancer_over(balancer, message->channel);
    world->unfinished -= message->probe;
  }
  const struct sj_ended ended = {SJ_END_OK, world->tick * world->quantum, known_latency(world, message),
                                 message->report};
  if (message->probe) {
    const struct sj_probe probe = {message->channel, message->position, message->errand};
    sj_balancer_probe_ended(balancer, &probe, &ended);
  } else {
    if (pool->needs_ends) sj_balancer_ended(balancer, message->channel, &ended);
    sj_balancer_left(balancer, message->errand);
    note_completed(world, caller, message);
  }
  send_probes(world, caller);
  sj_report_release(&pool->servers->publishers.reports, message->report);
  sj_pool_give(&world->messages, message);
}

static void receive(struct world *world, struct discrete_caller *caller) {
  /* What is sent meanwhile may be due at once, and may move the calendar. */
  while (calendar_at(&world->under_way, world->tick, caller->lane)->head && world->engine->status == SJ_OK) {
    struct message *const message = queue_pop(calendar_at(&world->under_way, world->tick, caller->lane));
    world->engine->dispatched++;
    if (message->answered)
      complete(world, caller, message);
    else
      queue_at_server(world, caller, message);
  }
}

void sj_callers_step(struct world *world) {
  for (uint32_t lane = 0; lane < world->caller_count && world->engine->status == SJ_OK; lane++) {
    struct discrete_caller *const caller = world->callers[lane];
    if (caller->waiting.count) pick_all(world, caller);
    while (caller->redrawn_at == world->tick && world->engine->status == SJ_OK) {
      sj_caller_draw_law(world, caller, caller->redrawn, (uint64_t)world->tick + 1);
      sj_caller_next_redraw(caller, world->tick, caller->redrawn);
    }
    receive(world, caller);
  }
}
