/* The second part of a tick: the servers. */
#include <math.h>
#include <stdlib.h>

#include "simulate/discrete/discrete.h"

/* A draw of a law that is fixed, or known at once. */
static double draw_fixed(const struct sj_law *law, struct sj_stream *stream) {
  return law->fixed ? sj_draw(law->fixed, stream, 0) : 0;
}

static double draw_law(struct world *world, const struct sj_law *law, struct sj_stream *stream) {
  if (!law->member) return draw_fixed(law, stream);
  struct sj_error error = {""};
  struct sj_distribution *const own = sj_law_instantiate(law, stream, &error);
  if (!own) {
    sj_engine_fail(world->engine, SJ_INVALID, "%s", error.message);
    return 0;
  }
  const double x = sj_draw(own, stream, 0);
  sj_distribution_destroy(own);
  return x;
}

bool sj_member_draw_laws(struct world *world, struct member *member) {
  struct pool *const pool = member->pool;
  const uint64_t number = member->replacement_count * pool->spec->count + member->index;
  struct sj_stream stream = stream_of(pool->law_key, number);
  const double threads = fmax(1, round(draw_law(world, &pool->spec->threads, &stream)));
  const double before = member->threads;
  member->threads = threads < UINT32_MAX ? (uint32_t)threads : UINT32_MAX;
  sj_tick_law_release(&pool->work, member->work);
  member->work = sj_tick_law_draw(world->engine, &pool->work, &stream, 0);
  member->rtt = draw_law(world, &pool->spec->rtt, &stream);
  const double now = world->tick * world->quantum;
  sj_server_statistics_threads(pool->figures->statistics, now, member->threads - before);
  if (member->own) sj_server_statistics_threads(member->own, now, member->threads - before);
  return member->work != NULL || world->engine->status != SJ_OK;
}

/* ---- replacement ---- */

static int compare_sequence(const void *a, const void *b) {
  const uint32_t x = (*(struct message *const *)a)->sequence, y = (*(struct message *const *)b)->sequence;
  return (x > y) - (x < y);
}

/* Takes those who began last out of service, so that no more are in it than there are threads: each goes to the head
 * of the queue, before the one that began before it. */
static bool put_back(struct world *world, struct member *member) {
  struct calendar *const calendar = &world->in_service;
  struct message **const all = malloc(member->in_service * sizeof(struct message *));
  if (!all) return false;
  uint32_t count = 0;
  for (uint32_t slot = 0; slot < calendar->length; slot++) {
    struct message_queue *const due = calendar_at(calendar, slot, member->lane);
    while (due->head) all[count++] = queue_pop(due);
  }
  qsort(all, count, sizeof *all, compare_sequence);
  for (uint32_t i = 0; i < count; i++)
    if (i < member->threads)
      queue_push(calendar_at(calendar, all[i]->due, member->lane), all[i]);
    else
      queue_push_front(&member->queue, all[i]);
  member->in_service = member->threads;
  free(all);
  return true;
}

static void replace(struct world *world, struct member *member) {
  struct pool *const pool = member->pool;
  member->replacement_count++;
  sj_member_draw_laws(world, member);
  if (member->warm)
    for (uint32_t i = 0; i < world->caller_count / 64 + 1; i++) member->warm[i] = 0;
  sj_publisher_replaced(&pool->publishers.members[member->index], world->tick * world->quantum);
  if (pool->spec->replace_requeue && member->in_service > member->threads && !put_back(world, member))
    sj_engine_out_of_memory(world->engine);
  member->replaced_at = sj_next_at_random(&member->replacements, pool->replace_probability, world->tick + 1);
  for (uint32_t c = 0; c < world->caller_count; c++)
    if (world->callers[c]->pool->servers == pool) sj_balancer_replaced(&world->callers[c]->balancer, member->index);
}

/* ---- service ---- */

static uint32_t work_of(struct world *world, struct member *member, const struct message *message) {
  struct pool *const pool = member->pool;
  uint32_t ticks = pool->probe_ticks;
  if (!message->probe) {
    const uint64_t number = message->starts ? lineage_below(message->lineage, message->starts) : message->lineage;
    ticks = sj_tick_law_ticks(member->work, pool->service_key, number, world->per_time, member->rtt);
  }
  if (!member->warm) return ticks;
  uint64_t *const word = &member->warm[message->caller / 64], bit = UINT64_C(1) << message->caller % 64;
  const bool cold = !(*word & bit);
  *word |= bit;
  return cold && !message->probe ? ticks + pool->cold_ticks : ticks;
}

static void serve(struct world *world, struct member *member) {
  while (member->queue.count && member->in_service < member->threads) {
    struct message *const message = queue_pop(&member->queue);
    message->started = world->tick;
    message->due = world->tick + work_of(world, member, message) - 1;
    message->sequence = member->sequence++;
    if (message->starts < UINT8_MAX) message->starts++;
    member->in_service++;
    if (!sj_calendar_put(&world->in_service, world->tick, member->lane, message))
      sj_engine_out_of_memory(world->engine);
  }
}

static void note_served(struct world *world, struct member *member, const struct message *message) {
  struct server_statistics *const both[] = {member->pool->figures->statistics, member->own};
  for (int i = 0; i < 2 && both[i]; i++) {
    both[i]->in_window += world->engine->counting;
    cell_visits_add(both[i], (world->tick - message->queued) * world->quantum);
    if (!message->counted) continue;
    sample_add(&both[i]->sojourn, (world->tick - message->queued) * world->quantum);
    sample_add(&both[i]->wait, (message->started - 1 - message->queued) * world->quantum);
    sample_add(&both[i]->service, (world->tick - message->started + 1) * world->quantum);
  }
}

/* Answers what is due, with the report as it was at the tick before. */
static void finish(struct world *world, struct member *member, struct sj_slot *slot) {
  struct sj_report *const report = member->pool->publishers.members[member->index].report;
  struct message_queue *const due = calendar_at(&world->in_service, world->tick, member->lane);
  while (due->head) {
    struct message *const message = queue_pop(due);
    struct discrete_caller *const caller = world->callers[message->caller];
    slot->finished++;
    slot->latency_sum += (world->tick - message->queued) * world->quantum;
    member->in_service--;
    world->engine->dispatched++;
    note_served(world, member, message);
    message->answered = true;
    message->report = sj_report_hold(report);
    if (caller->pool->spec->call.until_served) {
      sj_balancer_over(&caller->balancer, message->channel);
      world->unfinished--;
    }
    sj_message_send(world, message);
  }
}

/* ---- levels ---- */

static void note_levels(struct world *world, struct server_statistics *statistics, uint32_t present, uint32_t serving,
                        uint32_t empty) {
  const double now = world->tick * world->quantum;
  sj_gauge_set(&statistics->in_system, now, present);
  sj_gauge_set(&statistics->waiting, now, present - serving);
  sj_gauge_set(&statistics->busy, now, serving);
  if (empty == statistics->empty_members) return;
  sj_server_statistics_capacity(statistics, 0, INFINITY, INFINITY, now); /* accounts for the time until now */
  statistics->empty_members = empty;
}

static void step(struct world *world, struct member *member, uint32_t *empty) {
  struct pool *const pool = member->pool;
  if (member->replaced_at == world->tick) replace(world, member);
  serve(world, member);
  const uint32_t serving = member->in_service, present = serving + member->queue.count;
  pool->present += present;
  pool->serving += serving;
  *empty += present == 0;
  if (member->own) note_levels(world, member->own, present, serving, present == 0);
  struct sj_slot slot = {.utilization = 100.0 * serving / member->threads, .arrivals = member->arrivals};
  member->arrivals = 0;
  finish(world, member, &slot);
  slot.waiting = member->queue.count;
  slot.in_flight = slot.waiting + member->in_service;
  if (!sj_publisher_step(&pool->publishers.members[member->index], world->tick * world->quantum, &slot))
    sj_engine_out_of_memory(world->engine);
}

void sj_members_step(struct world *world) {
  for (size_t i = 0; i < world->engine->model->server_count; i++) {
    struct pool *const pool = &world->pools[i];
    uint32_t empty = 0;
    pool->present = pool->serving = 0;
    for (uint32_t m = 0; m < pool->spec->count; m++) step(world, &pool->members[m], &empty);
    note_levels(world, pool->figures->statistics, pool->present, pool->serving, empty);
  }
}
