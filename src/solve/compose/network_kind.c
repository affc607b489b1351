/* The kinds of requests: those that the sources make, and those that serving them makes. */
#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "solve/compose/network.h"

enum { MOST_KINDS = 20000 };

static const struct origin nobody = {.kind = NONE, .source = NONE};

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

static bool same_origin(const struct origin *a, const struct origin *b) {
  return a->kind == b->kind && a->member == b->member && a->call == b->call && a->source == b->source &&
         a->instance == b->instance && a->requests == b->requests && a->retry == b->retry && a->target == b->target &&
         a->tries == b->tries;
}

/* The most that can be at one member: every one is let in, is its source's, or is made for another one. */
static uint32_t bound_of(const struct network *network, const struct part *part, const struct origin *origin) {
  uint32_t bound = part->capacity;
  if (origin->source != NONE && network->sources[origin->source].closed)
    bound = least(bound, network->sources[origin->source].copies);
  if (origin->kind == NONE) return bound;
  const struct kind *const above = kind_of(network, origin->kind);
  if (origin->instance > 0) return least(bound, 1);
  if (origin->requests == 0) return least(bound, above->bound);
  const uint32_t in_flight = network->parts[above->part].spec->batcher.in_flight;
  if (above->bound != NO_LIMIT) bound = least(bound, above->bound / origin->requests);
  return in_flight ? least(bound, in_flight) : bound;
}

/* The number of the kind, which is made if there is none like it. */
static uint32_t kind_number(struct network *network, const struct sj_target *target, const struct origin *origin,
                            int32_t priority) {
  struct part *const part = &network->parts[target->server];
  const uint32_t api = part->api_like[target->api];
  for (size_t i = 0; i < part->kind_count; i++) {
    const struct kind *const kind = kind_of(network, part->kinds[i]);
    if (kind->api == api && kind->priority == priority && same_origin(&kind->origin, origin)) return part->kinds[i];
  }
  if (network->kind_count == network->kind_capacity) {
    network->kind_capacity += network->kind_capacity / 2 + 16;
    network->kinds = sj_reallocate_array(network->kinds, network->kind_capacity, sizeof *network->kinds);
  }
  const uint32_t number = (uint32_t)network->kind_count++;
  network->kinds[number] = (struct kind){.part = target->server,
                                         .api = api,
                                         .origin = *origin,
                                         .priority = priority,
                                         .service = api,
                                         .bound = bound_of(network, part, origin),
                                         .number = (uint32_t)part->kind_count};
  part->kinds = sj_reallocate_array(part->kinds, part->kind_count + 1, sizeof *part->kinds);
  part->kinds[part->kind_count++] = number;
  return number;
}

static void check_policy(struct network *network, const struct sj_call *call, const char *name, bool own_view) {
  const struct sj_policy *const policy = &call->policy;
  switch (policy->kind) {
    case SJ_POLICY_RANDOM:
    case SJ_POLICY_PICK_FIRST:
    case SJ_POLICY_ROUND_ROBIN:
      return;
    case SJ_POLICY_JOIN_SHORTEST_QUEUE:
      if (policy->sees_servers || own_view) return;
      break;
    case SJ_POLICY_LEAST_COST:
    case SJ_POLICY_POWER_OF_CHOICES:
      if (policy->cost.kind == SJ_COST_ACTUAL && policy->cost.figure == SJ_FIGURE_IN_FLIGHT) return;
      if (policy->cost.kind == SJ_COST_CLIENT_IN_FLIGHT && own_view) return;
      break;
    case SJ_POLICY_LEAST_REQUESTS:
      if (policy->weight_count == 0 && own_view) return;
      break;
    default:
      break;
  }
  sj_network_obstacle(network, call->line, "policy of `%s`: it goes by more than the chain's state tells", name);
}

/* Whether a request there may fail after it was let in. */
static bool may_fail_inside(const struct network *network, const struct sj_target *target) {
  const struct sj_server *const spec = network->parts[target->server].spec;
  return spec->kind == SJ_BATCHER || spec->apis[target->api].call_count > 0 ||
         (spec->kind == SJ_STORE && spec->store.failure > 0);
}

/* What is tried again after it has failed inside must be told apart by its tries. */
static size_t tries_apart(const struct network *network, const struct sj_call *call, bool *retried) {
  *retried = false;
  for (size_t t = 0; t < call->target_count && call->retries > 0; t++)
    *retried = *retried || may_fail_inside(network, &call->targets[t]);
  return *retried && !sj_retries_endless(call) ? call->retries + 1 : 1;
}

static void make_way(struct network *network, struct way *way, const char *caller, const struct sj_call *call,
                     const struct origin *origin, int32_t inherited) {
  *way = (struct way){.call = call, .origin = *origin, .turn = NONE};
  const int32_t priority = !network->priorities ? 0 : call->priority_given ? call->priority : inherited;
  sj_network_pauses(network, way, caller);
  if (network->obstacles) return;
  bool retried;
  way->tries = tries_apart(network, call, &retried);
  way->kinds = sj_allocate_array(kinds_at(way), sizeof *way->kinds);
  for (uint32_t t = 0; t < call->target_count; t++)
    for (uint32_t tries = 0; tries < way->tries; tries++) {
      struct origin own = *origin;
      if (retried) {
        own.retry = way;
        own.target = t;
        own.tries = tries;
      }
      way->kinds[t * way->tries + tries] = kind_number(network, &call->targets[t], &own, priority);
    }
}

static bool any_priorities(const struct sj_model *model) {
  for (size_t i = 0; i < model->server_count; i++)
    if (model->servers[i].discipline == SJ_PRIORITY) return true;
  return false;
}

static bool picks(const struct network *network, const struct sj_call *call) {
  for (size_t t = 0; t < call->target_count; t++)
    if (network->parts[call->targets[t].server].members > 1) return true;
  return false;
}

static void start_source(struct network *network, uint32_t index) {
  struct source *const source = &network->sources[index];
  const struct sj_client *const client = source->client;
  source->ways = sj_allocate_array(source->member_count, sizeof *source->ways);
  if (picks(network, &client->call)) check_policy(network, &client->call, client->name, true);
  for (size_t m = 0; m < source->member_count; m++) {
    /* `call` tells the requests of members apart, where these count their own. */
    const uint32_t member = source->members_differ ? (uint32_t)m : 0;
    const struct origin origin = {.kind = NONE, .call = member, .source = source->account};
    make_way(network, &source->ways[m], client->name, &client->call, &origin, client->call.priority);
  }
}

static void check_calls(struct network *network, const struct sj_server *server, const struct sj_api *api) {
  for (size_t c = 0; c < api->call_count; c++) {
    if (picks(network, &api->calls[c])) check_policy(network, &api->calls[c], server->name, false);
    const bool retries = api->calls[c].retries > 0 || api->calls[c].stage_retries > 0;
    if (api->forward && retries)
      sj_network_obstacle(network, server->line, "retries of stages after `%s` are not in this version", server->name);
  }
  if (api->forward && api->call_count > 1)
    sj_network_obstacle(network, server->line,
                        "`%s` hands requests on to several at once: branches are not in this version", server->name);
}

static struct way *new_way(struct network *network, const struct part *part, const struct sj_call *call,
                           const struct origin *origin, int32_t priority) {
  struct way *const way = sj_allocate(sizeof *way);
  make_way(network, way, part->spec->name, call, origin, priority);
  return way;
}

/* ---- calls in parallel ---- */

static bool is_parallel(const struct sj_api *api) {
  bool waits = false;
  for (size_t c = 0; c < api->call_count; c++) waits = waits || api->calls[c].wait;
  return api->parallel && !api->forward && api->call_count > 1 && waits;
}

static bool may_fail(const struct network *network, const struct sj_call *call) {
  for (size_t t = 0; t < call->target_count; t++) {
    const struct part *const part = &network->parts[call->targets[t].server];
    if (part->capacity != NO_LIMIT || part->spec->admission_count > 0) return true;
    if (may_fail_inside(network, &call->targets[t])) return true;
  }
  return false;
}

/* What is left behind cannot be told apart from the rest of what it has made. */
static void check_orphans(struct network *network, const struct sj_server *server, const struct sj_call *call) {
  for (size_t t = 0; t < call->target_count; t++) {
    const struct sj_server *const below = network->parts[call->targets[t].server].spec;
    const struct sj_api *const api = &below->apis[call->targets[t].api];
    if ((api->forward && api->call_count > 0) || is_parallel(api))
      sj_network_obstacle(network, server->line,
                          "`%s` calls `%s` in parallel, which hands on or calls in parallel itself, and may be left "
                          "behind when another call fails: that is not in this version",
                          server->name, below->name);
    for (size_t c = 0; c < api->call_count; c++)
      if (api->calls[c].wait) check_orphans(network, server, &api->calls[c]);
  }
}

static uint32_t most_instances(struct network *network, const struct part *part, const struct kind *kind,
                               const struct sj_api *api) {
  enum { MOST_INSTANCES = 12, MOST_PARALLEL = 16 };
  const bool by_threads = !part->spec->async && part->spec->discipline != SJ_PROCESSOR_SHARING;
  const uint32_t most = by_threads ? least(part->threads, kind->bound) : kind->bound;
  if (most <= MOST_INSTANCES && api->call_count <= MOST_PARALLEL) return most;
  sj_network_obstacle(network, part->spec->line,
                      "`%s` waits for calls in parallel: at most %d requests at a time that wait for at most %d can be "
                      "told apart",
                      part->spec->name, MOST_INSTANCES, MOST_PARALLEL);
  return 1;
}

static void make_parallel_calls(struct network *network, uint32_t number, const struct part *part,
                                const struct sj_api *api) {
  const size_t calls = api->call_count;
  const int32_t priority = network->kinds[number].priority;
  struct kind *const kind = kind_of(network, number);
  kind->instances = most_instances(network, part, kind, api);
  for (size_t c = 0; c < calls; c++)
    kind->leaves_orphans |= api->calls[c].wait && !api->calls[c].optional && may_fail(network, &api->calls[c]);
  const size_t instances = kind->instances, all = calls * (instances + (kind->leaves_orphans ? 1 : 0));
  for (size_t c = 0; c < calls && kind->leaves_orphans; c++) check_orphans(network, part->spec, &api->calls[c]);
  struct way **const ways = kind->ways = sj_allocate_array(part->members * all, sizeof(struct way *));
  kind->way_count = all;
  for (uint32_t m = 0; m < part->members; m++)
    for (size_t i = 0; i < all && !network->obstacles; i++) {
      const bool orphan = i >= calls * instances;
      const size_t c = orphan ? i - calls * instances : i / instances;
      const struct origin waits = {
          .kind = number, .member = m, .call = (uint32_t)c, .source = NONE, .instance = (uint32_t)(i % instances) + 1};
      const struct origin *const origin = orphan || !api->calls[c].wait ? &nobody : &waits;
      ways[m * all + i] = new_way(network, part, &api->calls[c], origin, priority);
    }
}

static void make_calls(struct network *network, uint32_t number) {
  const struct part *const part = &network->parts[network->kinds[number].part];
  const struct sj_api *const api = &part->spec->apis[network->kinds[number].api];
  const size_t calls = api->call_count;
  check_calls(network, part->spec, api);
  if (is_parallel(api)) {
    make_parallel_calls(network, number, part, api);
    return;
  }
  struct way **const ways = sj_allocate_array(part->members * calls, sizeof(struct way *));
  network->kinds[number].ways = ways;
  network->kinds[number].way_count = calls;
  for (uint32_t m = 0; m < part->members; m++)
    for (size_t c = 0; c < calls && !network->obstacles; c++) {
      const struct kind kind = network->kinds[number]; /* the array may move */
      const struct origin waits = {.kind = number, .member = m, .call = (uint32_t)c, .source = NONE};
      const struct origin *const origin = api->forward ? &kind.origin : api->calls[c].wait ? &waits : &nobody;
      ways[m * calls + c] = new_way(network, part, &api->calls[c], origin, kind.priority);
    }
}

/* ---- batchers ---- */

/* The size of every request, if all have the same; NAN if not. */
static double common_size(const struct sj_model *model) {
  double size = NAN;
  for (size_t i = 0; i < model->client_count; i++) {
    const struct sj_law *const law = &model->clients[i].size;
    double here = 0;
    if (law->member) return NAN;
    if (law->fixed && law->fixed->kind != SJ_CONSTANT) return NAN;
    if (law->fixed) here = law->fixed->location;
    if (i > 0 && here != size) return NAN;
    size = here;
  }
  return size;
}

/* How many requests make a batch full; NO_LIMIT: none is. */
static uint32_t full_batch(struct network *network, const struct sj_server *spec) {
  const uint32_t count = spec->batcher.count ? spec->batcher.count : NO_LIMIT;
  if (isinf(spec->batcher.bytes)) return count;
  const double size = common_size(network->model);
  if (isnan(size))
    sj_network_obstacle(network, spec->line, "flush by bytes of `%s`: requests differ in size", spec->name);
  if (!(size > 0)) return count;
  const double by_bytes = ceil(spec->batcher.bytes / size);
  return by_bytes < (double)count ? (uint32_t)by_bytes : count;
}

static void check_store(struct network *network, const struct sj_target *target) {
  const struct sj_server *const store = network->parts[target->server].spec;
  const double size = common_size(network->model);
  if (store->kind == SJ_STORE && store->store.per_byte > 0 && size != 0)
    sj_network_obstacle(network, store->line, "`%s`: the time that bytes take is not phase-type", store->name);
}

static void make_batches(struct network *network, uint32_t number) {
  struct part *const part = &network->parts[network->kinds[number].part];
  const struct sj_server *const spec = part->spec;
  const struct sj_call *const call = &spec->apis[0].calls[0];
  part->most_in_batch = full_batch(network, spec);
  const uint32_t most = least(part->most_in_batch, network->kinds[number].bound);
  if (part->kind_count > 1)
    sj_network_obstacle(network, spec->line, "`%s`: requests that differ in one batch are not in this version",
                        spec->name);
  if (isinf(spec->batcher.after) && !spec->batcher.when_idle && part->most_in_batch == NO_LIMIT)
    sj_network_obstacle(network, spec->line, "`%s`: nothing makes a batch due, as requests have no size", spec->name);
  if (network->kinds[number].bound == NO_LIMIT)
    sj_network_obstacle(network, spec->line, "`%s`: an unbounded queue; give it a `capacity`", spec->name);
  if (network->obstacles) return;
  struct way **const ways = sj_allocate_array((size_t)part->members * most, sizeof(struct way *));
  network->kinds[number].ways = ways;
  network->kinds[number].way_count = most;
  for (size_t t = 0; t < call->target_count; t++) check_store(network, &call->targets[t]);
  if (picks(network, call)) check_policy(network, call, spec->name, false);
  for (uint32_t m = 0; m < part->members; m++)
    for (uint32_t n = 1; n <= most; n++) {
      const struct origin origin = {.kind = number, .member = m, .source = NONE, .requests = n};
      struct way *const way = ways[(size_t)m * most + n - 1] = sj_allocate(sizeof *way);
      make_way(network, way, spec->name, call, &origin, call->priority);
    }
}

/* ---- bounds and lines ---- */

static void find_bound(struct network *network, struct part *part) {
  uint64_t sum = 0;
  for (size_t i = 0; i < part->kind_count; i++) {
    const uint32_t bound = kind_of(network, part->kinds[i])->bound;
    sum = bound == NO_LIMIT || sum >= NO_LIMIT ? NO_LIMIT : sum + bound;
  }
  part->bound = sum < part->capacity ? (uint32_t)sum : part->capacity;
  if (part->bound == NO_LIMIT)
    sj_network_obstacle(network, part->spec->line, "`%s`: an unbounded queue; give it a `capacity`", part->spec->name);
}

static int by_priority(const void *a, const void *b) {
  const int32_t x = ((const struct line *)a)->priority, y = ((const struct line *)b)->priority;
  return (x > y) - (x < y);
}

static struct line *line_of(struct part *part, int32_t priority) {
  for (size_t i = 0; i < part->line_count; i++)
    if (part->lines[i].priority == priority) return &part->lines[i];
  return NULL;
}

static void make_lines(struct network *network, struct part *part) {
  const bool by_level = part->spec->discipline == SJ_PRIORITY;
  part->lines = sj_allocate_array(part->kind_count, sizeof *part->lines);
  for (size_t i = 0; i < part->kind_count; i++) {
    const int32_t priority = by_level ? kind_of(network, part->kinds[i])->priority : 0;
    struct line *line = line_of(part, priority);
    if (!line) {
      line = &part->lines[part->line_count++];
      *line = (struct line){.priority = priority};
    }
    line->kind_count++;
  }
  qsort(part->lines, part->line_count, sizeof *part->lines, by_priority);
  for (size_t i = 0; i < part->line_count; i++)
    part->lines[i].counted = part->lines[i].kind_count == 1 || part->spec->discipline == SJ_RANDOM_ORDER;
  for (size_t i = 0; i < part->kind_count; i++) {
    struct kind *const kind = kind_of(network, part->kinds[i]);
    kind->line = (uint32_t)(line_of(part, by_level ? kind->priority : 0) - part->lines);
  }
}

void sj_network_kinds(struct network *network) {
  const struct sj_model *const model = network->model;
  network->priorities = any_priorities(model);
  for (size_t s = 0; s < network->source_count; s++) start_source(network, (uint32_t)s);
  for (uint32_t k = 0; k < network->kind_count && !network->obstacles; k++) {
    if (model->servers[network->kinds[k].part].kind == SJ_BATCHER)
      make_batches(network, k);
    else
      make_calls(network, k);
    if (network->kind_count > MOST_KINDS)
      sj_network_obstacle(network, 1, "more than %d kinds of requests, by where they come from", MOST_KINDS);
  }
  for (size_t i = 0; i < model->server_count; i++) find_bound(network, &network->parts[i]);
  if (network->obstacles) return;
  for (size_t i = 0; i < model->server_count; i++) make_lines(network, &network->parts[i]);
}
