/* What may happen in a state, each after an exponential time, and how it begins. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "solve/compose/walk.h"

enum { MOST_STEPS = 100000 };

/* ---- levels ---- */

/* Notes those who wait in lines that are not counted. */
static void read_lines(struct walk *walk, const uint32_t *slots, struct level *levels, const struct part *part) {
  for (size_t i = 0; i < part->line_count; i++)
    for (uint32_t m = 0; m < part->members && part->lines[i].first; m++) {
      const uint32_t length = part->bound > part->threads ? part->bound - part->threads : 0;
      const uint32_t *const places = slots + part->lines[i].first[m];
      for (uint32_t j = 0; j < length && places[j]; j++) {
        walk->waiting[kind_of(walk->network, part->kinds[places[j] - 1])->first_token + m]++;
        levels[level_of(part, m)].waiting++;
      }
    }
}

static void read_kind(struct walk *walk, const uint32_t *slots, struct level *levels, const struct kind *kind,
                      uint32_t member) {
  const struct network *const network = walk->network;
  const struct part *const part = &network->parts[kind->part];
  struct level *const level = &levels[level_of(part, member)];
  const size_t phases = service_of(network, kind)->phases.count;
  if (kind->instances) walk->calling[kind->first_token + member] += sj_parallel_waiting(kind, member, slots);
  const uint32_t calling = walk->calling[kind->first_token + member];
  uint32_t served = 0, waiting = 0;
  for (size_t i = 0; i < phases; i++) served += slots[kind->first_phase[member] + i];
  if (kind->waiting[member] != NONE) waiting = slots[kind->waiting[member]];
  if (part->spec->kind != SJ_BATCHER) level->waiting += waiting;
  const uint32_t all = served + calling + waiting + walk->waiting[kind->first_token + member];
  level->in_system += all;
  level->busy += served + (part->spec->async ? 0 : calling);
  if (kind->origin.kind == NONE || kind->origin.instance > 0) return;
  const struct kind *const above = kind_of(network, kind->origin.kind);
  const uint32_t requests = kind->origin.requests;
  walk->calling[above->first_token + kind->origin.member] += requests ? requests * all : all;
  if (requests) levels[level_of(&network->parts[above->part], kind->origin.member)].slots += all;
}

void sj_walk_levels(struct walk *walk, const uint32_t *slots, struct level *levels) {
  const struct network *const network = walk->network;
  memset(levels, 0, network->level_count * sizeof *levels);
  memset(walk->waiting, 0, 2 * network->token_count * sizeof *walk->waiting);
  for (size_t i = 0; i < network->model->server_count; i++) read_lines(walk, slots, levels, &network->parts[i]);
  for (size_t i = 0; i < network->paused_count; i++) {
    const struct origin *const origin = &network->paused[i]->origin;
    if (origin->kind != NONE && origin->instance == 0)
      walk->calling[kind_of(network, origin->kind)->first_token + origin->member] +=
          sj_way_paused(network->paused[i], slots);
  }
  /* Calls come after what they are made for. */
  for (size_t k = network->kind_count; k-- > 0;) {
    const struct kind *const kind = &network->kinds[k];
    for (uint32_t m = 0; m < network->parts[kind->part].members; m++) read_kind(walk, slots, levels, kind, m);
  }
}

/* ---- clocks ---- */

static void add(struct clocks *clocks, struct clock clock) {
  if (!(clock.rate > 0)) return;
  if (clocks->count == clocks->capacity) {
    clocks->capacity = 2 * clocks->capacity + 32;
    clocks->all = sj_reallocate_array(clocks->all, clocks->capacity, sizeof *clocks->all);
  }
  clocks->all[clocks->count++] = clock;
}

/* The clocks of `here` that are in phase `i` of a law, each at `pace`. */
static void add_phase(struct clocks *clocks, const struct sj_phases *phases, uint32_t i, double pace,
                      struct clock clock, enum clock_kind moves) {
  clock.from = i;
  clock.rate = pace * phases->exit[i];
  add(clocks, clock);
  clock.kind = moves;
  for (size_t j = 0; j < phases->count; j++) {
    clock.to = (uint32_t)j;
    clock.rate = pace * phases->rate[i * phases->count + j];
    add(clocks, clock);
  }
}

static void find_at_source(const struct network *network, uint32_t number, const uint32_t *slots,
                           struct clocks *clocks) {
  const struct source *const source = &network->sources[number];
  for (uint32_t i = 0; i < source->phases.count; i++)
    if (slots[source->first_phase + i])
      add_phase(clocks, &source->phases, i, slots[source->first_phase + i],
                (struct clock){.kind = CLOCK_ARRIVAL, .number = number}, CLOCK_SOURCE_MOVES);
}

static void find_at_kind(const struct network *network, uint32_t number, uint32_t member, const uint32_t *slots,
                         const struct level *levels, struct clocks *clocks) {
  const struct kind *const kind = kind_of(network, number);
  const struct part *const part = &network->parts[kind->part];
  const struct sj_phases *const phases = &service_of(network, kind)->phases;
  const uint32_t busy = levels[level_of(part, member)].busy;
  const bool shared = part->spec->discipline == SJ_PROCESSOR_SHARING && busy > part->threads;
  const double pace = shared ? (double)part->threads / busy : 1;
  for (uint32_t i = 0; i < phases->count; i++) {
    const uint32_t here = slots[kind->first_phase[member] + i];
    if (here)
      add_phase(clocks, phases, i, here * pace,
                (struct clock){.kind = CLOCK_SERVED, .number = number, .member = member}, CLOCK_SERVICE_MOVES);
  }
}

static void find_at_part(const struct network *network, uint32_t number, const uint32_t *slots, struct clocks *clocks) {
  const struct part *const part = &network->parts[number];
  for (uint32_t m = 0; m < part->members; m++) {
    for (uint32_t i = 0; i < part->spec->admission_count; i++) {
      if (!part->buckets[i]) continue;
      const uint32_t slot = part->buckets[i][m];
      if (slots[slot] < network->slots[slot].high)
        add(clocks, (struct clock){.kind = CLOCK_BUCKET,
                                   .number = number,
                                   .member = m,
                                   .from = i,
                                   .rate = sj_bucket_refill_rate(network, part, i)});
    }
    if (!part->timer || slots[part->timer[m]] == erlang_phases(network)) continue;
    if (slots[kind_of(network, part->kinds[0])->waiting[m]])
      add(clocks, (struct clock){.kind = CLOCK_TIMER,
                                 .number = number,
                                 .member = m,
                                 .rate = erlang_phases(network) / part->spec->batcher.after});
  }
}

static void find_at_way(const struct way *way, const uint32_t *slots, struct clocks *clocks) {
  for (uint32_t t = 0; t < way->call->target_count; t++)
    for (uint32_t j = 0; j < way->pauses.count; j++) {
      const struct sj_phases *const law = &way->pauses.laws[j];
      const uint32_t *const here = slots + way->paused[t * way->pauses.count + j];
      const struct clock clock = {.kind = CLOCK_PAUSE, .way = way, .target = t, .retry = j};
      for (uint32_t i = 0; i < law->count; i++)
        if (here[i]) add_phase(clocks, law, i, here[i], clock, CLOCK_PAUSE_MOVES);
    }
}

void sj_clocks_find(const struct network *network, const uint32_t *slots, const struct level *levels,
                    struct clocks *clocks) {
  clocks->count = 0;
  for (uint32_t s = 0; s < network->source_count; s++) find_at_source(network, s, slots, clocks);
  for (uint32_t k = 0; k < network->kind_count; k++)
    for (uint32_t m = 0; m < network->parts[network->kinds[k].part].members; m++)
      find_at_kind(network, k, m, slots, levels, clocks);
  for (uint32_t i = 0; i < network->model->server_count; i++)
    if (network->parts[i].kind_count) find_at_part(network, i, slots, clocks);
  for (size_t i = 0; i < network->paused_count; i++) find_at_way(network->paused[i], slots, clocks);
}

/* ---- what happens ---- */

static void timer_moves(struct walk *walk, uint32_t number, uint32_t member) {
  const struct part *const part = &walk->network->parts[number];
  if (++walk->slots[part->timer[member]] == erlang_phases(walk->network)) sj_batches_look(walk, part->kinds[0], member);
}

static void pause_moves(struct walk *walk, const struct clock *clock) {
  const struct way *const way = clock->way;
  uint32_t *const here = walk->slots + way->paused[clock->target * way->pauses.count + clock->retry];
  here[clock->from]--;
  if (clock->kind == CLOCK_PAUSE_MOVES)
    here[clock->to]++;
  else
    sj_call_try(walk, way, clock->target, way->pauses.endless ? 0 : clock->retry + 1);
}

void sj_clock_happen(struct walk *walk, const struct clock *clock) {
  const struct network *const network = walk->network;
  uint32_t *const slots = walk->slots;
  switch (clock->kind) {
    case CLOCK_SOURCE_MOVES:
      slots[network->sources[clock->number].first_phase + clock->from]--;
      slots[network->sources[clock->number].first_phase + clock->to]++;
      break;
    case CLOCK_ARRIVAL:
      sj_source_arrival(walk, clock->number, clock->from);
      break;
    case CLOCK_SERVICE_MOVES:
      slots[kind_of(network, clock->number)->first_phase[clock->member] + clock->from]--;
      slots[kind_of(network, clock->number)->first_phase[clock->member] + clock->to]++;
      break;
    case CLOCK_SERVED: {
      const struct kind *const kind = kind_of(network, clock->number);
      slots[kind->first_phase[clock->member] + clock->from]--;
      sj_server_work_ends(walk, clock->number, clock->member, clock->from < service_of(network, kind)->failing);
      break;
    }
    case CLOCK_BUCKET:
      slots[network->parts[clock->number].buckets[clock->from][clock->member]]++;
      break;
    case CLOCK_TIMER:
      timer_moves(walk, clock->number, clock->member);
      break;
    case CLOCK_PAUSE_MOVES:
    case CLOCK_PAUSE:
      pause_moves(walk, clock);
      break;
  }
  sj_walk_finish(walk);
}

static void happen_later(struct walk *walk, const struct due *due) {
  switch (due->kind) {
    case DUE_SERVED: {
      const struct kind *const kind = kind_of(walk->network, due->kind_number);
      walk->slots[kind->first_phase[due->member] + service_of(walk->network, kind)->phases.count]--;
      sj_server_work_ends(walk, due->kind_number, due->member, due->ok);
      break;
    }
    case DUE_RETRY:
      sj_call_try(walk, due->way, due->target, due->tries);
      break;
    case DUE_THOUGHT:
      sj_source_request(walk, due->member);
      break;
    case DUE_BATCH:
      sj_batch_answers(walk, due->kind_number, due->member, due->requests, due->ok);
      break;
  }
}

void sj_walk_finish(struct walk *walk) {
  while (walk->queue_first < walk->queue_end && !walk->endless) {
    const struct due due = walk->queue[walk->queue_first++];
    if (++walk->steps > MOST_STEPS) walk->endless = true;
    happen_later(walk, &due);
  }
}
