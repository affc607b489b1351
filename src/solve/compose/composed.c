#include "solve/compose/composed.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* The last two count members. */
enum { LEVEL_IN_SYSTEM, LEVEL_WAITING, LEVEL_BUSY, LEVEL_FULL, LEVEL_EMPTY, LEVELS };
enum { RATE_COMPLETIONS, RATE_LOST, RATE_FINISHED, SERVER_RATES };
enum { RATE_ARRIVED, RATE_ANSWERED, SOURCE_RATES };

/* Levels of a state: LEVELS for each server, then requests open of each source. Rates: SERVER_RATES for each server,
 * SOURCE_RATES for each source. */
struct sj_composed {
  size_t servers, sources, count, capacity;
  uint32_t *levels;
  double *rates;
  uint32_t *source_of;    /* [client]: the first of ... */
  uint32_t *sources_of;   /* [client]: ... so many */
  double *share_of;       /* [client] */
  bool *fails_late;       /* [source]: some of its requests fail after they were let in */
  uint32_t *members;      /* [server] */
  uint32_t *most;         /* [server]: capacity of each member */
  bool *queues;           /* [server]: it has threads, and who finds none waits */
  uint64_t *fingerprints; /* of states, where levels do not tell them apart; else NULL */
};

static size_t level_width(const struct sj_composed *c) { return LEVELS * c->servers + c->sources; }
static size_t rate_width(const struct sj_composed *c) { return SERVER_RATES * c->servers + SOURCE_RATES * c->sources; }

/* ---- what is asked ---- */

static double server_quantity(const struct sj_space *space, size_t server, enum sj_server_quantity quantity,
                              size_t state) {
  const struct sj_composed *const c = space->own;
  const uint32_t *const levels = c->levels + state * level_width(c) + LEVELS * server;
  const double *const rates = c->rates + state * rate_width(c) + SERVER_RATES * server;
  switch (quantity) {
    case SJ_IN_SYSTEM:
      return levels[LEVEL_IN_SYSTEM];
    case SJ_WAITING:
      return c->queues[server] ? levels[LEVEL_WAITING] : (double)NAN;
    case SJ_BUSY:
      return c->queues[server] ? levels[LEVEL_BUSY] : (double)NAN;
    case SJ_COMPLETIONS:
      return rates[RATE_COMPLETIONS];
    case SJ_LOST:
      return rates[RATE_LOST];
    case SJ_FINISHED:
      return rates[RATE_FINISHED];
    case SJ_FULL:
      if (c->members[server] == 1 && c->most[server] == space->servers[server].capacity) return NAN;
      return (double)levels[LEVEL_FULL] / c->members[server];
    case SJ_EMPTY:
      if (c->members[server] == 1) return NAN;
      return (double)levels[LEVEL_EMPTY] / c->members[server];
    case SJ_ORBIT:
    case SJ_SERVER_QUANTITIES:
      break;
  }
  return NAN;
}

static double source_quantity(const struct sj_composed *c, size_t source, enum sj_client_quantity quantity,
                              size_t state) {
  const double *const rates = c->rates + state * rate_width(c) + SERVER_RATES * c->servers + SOURCE_RATES * source;
  switch (quantity) {
    case SJ_OPEN:
      if (c->fails_late[source]) return NAN;
      return c->levels[state * level_width(c) + LEVELS * c->servers + source];
    case SJ_ANSWERED:
      return rates[RATE_ANSWERED];
    case SJ_ARRIVING:
      return rates[RATE_ARRIVED];
    case SJ_CLIENT_QUANTITIES:
      break;
  }
  return NAN;
}

static double client_quantity(const struct sj_space *space, size_t client, enum sj_client_quantity quantity,
                              size_t state) {
  const struct sj_composed *const c = space->own;
  double sum = 0;
  for (size_t i = 0; i < c->sources_of[client]; i++)
    sum += source_quantity(c, c->source_of[client] + i, quantity, state);
  return c->share_of[client] * sum;
}

static void describe(const struct sj_space *space, size_t state, char *text, size_t size) {
  const struct sj_composed *const c = space->own;
  size_t length = 0;
  if (size > 0) *text = 0;
  if (c->fingerprints) length = (size_t)snprintf(text, size, "#%016" PRIx64 " ", c->fingerprints[state]);
  for (size_t i = 0; i < c->servers && length < size; i++) {
    const uint32_t in_system = c->levels[state * level_width(c) + LEVELS * i + LEVEL_IN_SYSTEM];
    const int wanted = snprintf(text + length, size - length, "%s%s %u%s", i ? ", " : "(", space->servers[i].name,
                                in_system, i + 1 == c->servers ? ")" : "");
    length += wanted > 0 ? (size_t)wanted : 0;
  }
}

static void clear(struct sj_space *space) {
  struct sj_composed *const c = space->own;
  free(c->levels);
  free(c->rates);
  free(c->source_of);
  free(c->sources_of);
  free(c->share_of);
  free(c->fails_late);
  free(c->members);
  free(c->most);
  free(c->queues);
  free(c->fingerprints);
  free(c);
}

/* ---- making it ---- */

struct sj_composed *sj_composed_create(const struct network *network, struct sj_space *space) {
  const struct sj_model *const model = network->model;
  struct sj_composed *const c = sj_allocate(sizeof *c);
  c->servers = model->server_count;
  c->sources = network->source_count;
  c->source_of = sj_allocate_array(model->client_count, sizeof *c->source_of);
  c->sources_of = sj_allocate_array(model->client_count, sizeof *c->sources_of);
  c->share_of = sj_allocate_array(model->client_count, sizeof *c->share_of);
  c->fails_late = sj_allocate_array(network->source_count, sizeof *c->fails_late);
  c->queues = sj_allocate_array(model->server_count, sizeof *c->queues);
  c->members = sj_allocate_array(model->server_count, sizeof *c->members);
  c->most = sj_allocate_array(model->server_count, sizeof *c->most);
  for (size_t i = 0; i < model->server_count; i++) {
    c->queues[i] = model->servers[i].kind == SJ_SERVER;
    c->members[i] = network->parts[i].members;
    c->most[i] = network->parts[i].capacity;
  }
  for (uint32_t s = 0; s < network->source_count; s++)
    for (size_t i = 0; i < network->sources[s].client_count; i++) {
      const uint32_t client = network->sources[s].clients[i];
      if (c->sources_of[client]++ == 0) c->source_of[client] = s;
      c->share_of[network->sources[s].clients[i]] = network->sources[s].shares[i];
    }
  space->own = c;
  space->clear_own = clear;
  space->server = server_quantity;
  space->client = client_quantity;
  space->describe = describe;
  space->servers = sj_allocate_array(model->server_count, sizeof *space->servers);
  space->full = sj_allocate_array(model->server_count, sizeof *space->full);
  space->clients = sj_allocate_array(model->client_count, sizeof *space->clients);
  for (; space->server_count < model->server_count; space->server_count++) {
    const struct part *const part = &network->parts[space->server_count];
    space->servers[space->server_count] = (struct sj_space_server){
        .name = sj_copy_string(part->spec->name),
        .threads = part->threads == NO_LIMIT ? INFINITY : (double)part->threads * part->members};
  }
  for (; space->client_count < model->client_count; space->client_count++)
    space->clients[space->client_count] = sj_copy_string(model->clients[space->client_count].name);
  return c;
}

static enum sj_status make_room(struct sj_composed *c) {
  if (c->count < c->capacity) return SJ_OK;
  const size_t capacity = c->capacity + c->capacity / 2 + 256;
  uint32_t *const levels = reallocarray(c->levels, capacity * level_width(c), sizeof *levels);
  if (levels) c->levels = levels;
  double *const rates = reallocarray(c->rates, capacity * rate_width(c), sizeof *rates);
  if (rates) c->rates = rates;
  if (!levels || !rates) return SJ_NO_MEMORY;
  c->capacity = capacity;
  return SJ_OK;
}

/* Of each source, the requests that nobody inside has made. */
static void count_open(const struct network *network, const struct walk *walk, const uint32_t *slots, uint32_t *open) {
  for (size_t i = 0; i < network->paused_count; i++)
    if (network->paused[i]->origin.source != NONE)
      open[network->paused[i]->origin.source] += sj_way_paused(network->paused[i], slots);
  for (size_t k = 0; k < network->kind_count; k++) {
    const struct kind *const kind = &network->kinds[k];
    if (kind->origin.source == NONE) continue;
    const size_t phases = service_of(network, kind)->phases.count;
    for (uint32_t m = 0; m < network->parts[kind->part].members; m++) {
      uint32_t here = walk->waiting[kind->first_token + m] + walk->calling[kind->first_token + m];
      if (kind->waiting[m] != NONE) here += slots[kind->waiting[m]];
      for (size_t i = 0; i < phases; i++) here += slots[kind->first_phase[m] + i];
      open[kind->origin.source] += here;
    }
  }
}

enum sj_status sj_composed_begin_state(struct sj_composed *c, const struct network *network, struct walk *walk,
                                       const uint32_t *slots, const struct level *levels) {
  if (make_room(c) != SJ_OK) return SJ_NO_MEMORY;
  uint32_t *const mine = c->levels + c->count * level_width(c);
  memset(mine, 0, level_width(c) * sizeof *mine);
  for (size_t i = 0; i < c->servers; i++) {
    const struct part *const part = &network->parts[i];
    for (uint32_t m = 0; m < part->members; m++) {
      const struct level *const level = &levels[level_of(part, m)];
      mine[LEVELS * i + LEVEL_IN_SYSTEM] += level->in_system;
      mine[LEVELS * i + LEVEL_WAITING] += level->waiting;
      mine[LEVELS * i + LEVEL_FULL] += level->in_system >= part->capacity;
      mine[LEVELS * i + LEVEL_EMPTY] += level->in_system == 0;
      if (part->spec->kind != SJ_BATCHER)
        mine[LEVELS * i + LEVEL_BUSY] += level->busy < part->threads ? level->busy : part->threads;
    }
  }
  count_open(network, walk, slots, mine + LEVELS * c->servers);
  double *const rates = c->rates + c->count * rate_width(c);
  for (size_t i = 0; i < rate_width(c); i++) rates[i] = 0;
  c->count++;
  return SJ_OK;
}

void sj_composed_count(struct sj_composed *c, const struct walk *walk, const struct clock *clock, double rate) {
  double *const rates = c->rates + (c->count - 1) * rate_width(c);
  for (size_t i = 0; i < c->servers; i++) {
    rates[SERVER_RATES * i + RATE_COMPLETIONS] += rate * walk->tally.completions[i];
    rates[SERVER_RATES * i + RATE_LOST] += rate * walk->tally.lost[i];
    rates[SERVER_RATES * i + RATE_FINISHED] += rate * (walk->tally.completions[i] + walk->tally.failures[i]);
  }
  for (size_t s = 0; s < c->sources; s++) {
    const bool comes = clock->kind == CLOCK_ARRIVAL && walk->network->sources[clock->number].account == s;
    if (walk->tally.failed[s] > 0 && !comes) c->fails_late[s] = true;
    rates[SERVER_RATES * c->servers + SOURCE_RATES * s + RATE_ARRIVED] += rate * walk->tally.arrived[s];
    rates[SERVER_RATES * c->servers + SOURCE_RATES * s + RATE_ANSWERED] += rate * walk->tally.answered[s];
  }
}

double sj_composed_bytes(const struct sj_composed *c) {
  return (double)c->capacity * ((double)level_width(c) * sizeof *c->levels + (double)rate_width(c) * sizeof *c->rates);
}

/* Whether only this server holds anything. */
static bool alone(const struct sj_composed *c, const uint32_t *levels, size_t server) {
  for (size_t i = 0; i < c->servers; i++)
    if (i != server && levels[LEVELS * i + LEVEL_IN_SYSTEM]) return false;
  return true;
}

static void find_full(const struct sj_composed *c, struct sj_space *space, size_t server) {
  uint32_t most = 0;
  for (size_t n = 0; n < c->count; n++) {
    const uint32_t here = c->levels[n * level_width(c) + LEVELS * server + LEVEL_IN_SYSTEM];
    if (here > most) most = here;
  }
  space->servers[server].capacity = most;
  space->full[server] = SIZE_MAX;
  for (size_t n = 0; n < c->count && space->full[server] == SIZE_MAX; n++) {
    const uint32_t *const levels = c->levels + n * level_width(c);
    if (levels[LEVELS * server + LEVEL_IN_SYSTEM] == most && alone(c, levels, server)) space->full[server] = n;
  }
}

/* Whether no two states have the same requests everywhere. */
static enum sj_status levels_differ(const struct sj_space *space, const struct sj_composed *c, bool *differ) {
  struct states levels;
  uint32_t *const low = sj_allocate_array(2 * c->servers + 1, sizeof *low), *const high = low + c->servers;
  for (size_t i = 0; i < c->servers; i++) high[i] = space->servers[i].capacity;
  sj_states_create(&levels, c->servers, low, high);
  enum sj_status status = SJ_OK;
  size_t number, n = 0;
  for (; n < c->count && levels.count == n && status == SJ_OK; n++) {
    for (size_t i = 0; i < c->servers; i++) low[i] = c->levels[n * level_width(c) + LEVELS * i + LEVEL_IN_SYSTEM];
    status = sj_states_number(&levels, low, &number);
  }
  *differ = levels.count == c->count;
  sj_states_clear(&levels);
  free(low);
  return status;
}

enum sj_status sj_composed_finish(struct sj_space *space, const struct states *states) {
  struct sj_composed *const c = space->own;
  for (size_t i = 0; i < c->servers; i++) find_full(c, space, i);
  for (size_t i = 0; i < space->client_count; i++)
    if (c->fails_late[c->source_of[i]])
      sj_space_note(space, "%s: some of its requests fail after they were let in; its latency is left out",
                    space->clients[i]);
  space->empty = 0;
  bool differ = false;
  const enum sj_status status = levels_differ(space, c, &differ);
  if (status != SJ_OK || differ) return status;
  c->fingerprints = malloc(c->count * sizeof *c->fingerprints);
  if (!c->fingerprints) return SJ_NO_MEMORY;
  for (size_t n = 0; n < c->count; n++) c->fingerprints[n] = sj_states_fingerprint(states, n);
  return SJ_OK;
}
