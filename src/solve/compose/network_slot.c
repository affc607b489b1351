/* The slots of the state, laid out member by member. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "solve/compose/network.h"

enum { MOST_SLOTS = 1000000 };

static uint32_t add_slot(struct network *network, uint32_t low, uint32_t high) {
  if (network->slot_count == network->slot_capacity) {
    network->slot_capacity += network->slot_capacity / 2 + 64;
    network->slots = sj_reallocate_array(network->slots, network->slot_capacity, sizeof *network->slots);
  }
  network->slots[network->slot_count] = (struct slot){low, high};
  if (network->slot_count == MOST_SLOTS)
    sj_network_obstacle(network, 1, "a state would be more than %d numbers", MOST_SLOTS);
  return (uint32_t)network->slot_count++;
}

uint32_t sj_network_add_slots(struct network *network, size_t count, uint32_t high) {
  const uint32_t first = (uint32_t)network->slot_count;
  for (size_t i = 0; i < count && !network->obstacles; i++) add_slot(network, 0, high);
  return first;
}

static void lay_out_source(struct network *network, struct source *source) {
  const bool fixed = !source->closed && source->phases.count == 1;
  if (fixed)
    source->first_phase = add_slot(network, source->copies, source->copies);
  else
    source->first_phase = sj_network_add_slots(network, source->phases.count, source->copies);
}

/* ---- whose turn it is, and who is alike ---- */

static uint32_t greatest_common_divisor(uint32_t a, uint32_t b) { return b ? greatest_common_divisor(b, a % b) : a; }

/* Turns are counted over all targets, so up to a common multiple of their members. */
static uint32_t count_turns(struct network *network, const struct sj_call *call) {
  uint64_t turns = 1;
  for (size_t t = 0; t < call->target_count; t++) {
    const uint32_t members = network->parts[call->targets[t].server].members;
    assert(members > 0 && turns > 0);
    turns = turns / greatest_common_divisor((uint32_t)turns, members) * members;
    if (turns > 1000000) {
      sj_network_obstacle(network, call->line, "round robin over pools of so many members");
      return 1;
    }
  }
  return (uint32_t)turns;
}

static void lay_out_way(struct network *network, struct way *way, uint32_t *shared) {
  const struct sj_call *const call = way->call;
  const bool in_turn = call->policy.kind == SJ_POLICY_ROUND_ROBIN;
  for (size_t t = 0; t < call->target_count; t++)
    if (in_turn || call->policy.kind == SJ_POLICY_PICK_FIRST) network->parts[call->targets[t].server].asymmetric = true;
  sj_network_pause_slots(network, way);
  if (!in_turn) return;
  way->turns = count_turns(network, call);
  if (way->turns == 1) return;
  if (*shared == NONE) *shared = add_slot(network, 0, way->turns - 1);
  way->turn = *shared;
}

static size_t call_number(const struct sj_server *spec, uint32_t api, size_t call) {
  for (uint32_t a = 0; a < api; a++) call += spec->apis[a].call_count;
  return call;
}

static void lay_out_ways(struct network *network, uint32_t number) {
  const struct kind *const kind = kind_of(network, number);
  struct part *const part = &network->parts[kind->part];
  for (uint32_t m = 0; m < part->members; m++)
    for (size_t i = 0; i < kind->way_count; i++) {
      struct way *const way = kind->ways[m * kind->way_count + i];
      const size_t call = call_number(part->spec, kind->api, (size_t)(way->call - part->spec->apis[kind->api].calls));
      lay_out_way(network, way, &part->turns[m * part->turn_count + call]);
      if (way->turn != NONE || way->origin.kind == number) part->asymmetric = true;
    }
}

/* ---- members ---- */

static void lay_out_kind(struct network *network, const struct part *part, struct kind *kind, uint32_t member) {
  const struct service *const service = &part->services[kind->service];
  const bool waits = part->spec->kind == SJ_BATCHER ||
                     (part->spec->kind == SJ_SERVER && part->spec->discipline != SJ_PROCESSOR_SHARING);
  const uint32_t served =
      part->spec->discipline != SJ_PROCESSOR_SHARING && part->threads < kind->bound ? part->threads : kind->bound;
  kind->first_phase[member] = sj_network_add_slots(network, service->phases.count, served);
  if (service->phases.at_once > 0) add_slot(network, 0, 0); /* nobody stays there */
  if (kind->instances) {
    if (!kind->first_instance) kind->first_instance = sj_allocate_array(part->members, sizeof *kind->first_instance);
    const uint32_t all_out = (UINT32_C(1) << part->spec->apis[kind->api].call_count) - 1;
    kind->first_instance[member] = sj_network_add_slots(network, kind->instances, all_out);
  }
  if (!waits || !part->lines[kind->line].counted) return;
  const bool batcher = part->spec->kind == SJ_BATCHER;
  const uint32_t most = batcher ? part->bound : part->bound > part->threads ? part->bound - part->threads : 0;
  kind->waiting[member] = add_slot(network, 0, most < kind->bound ? most : kind->bound);
}

static void lay_out_line(struct network *network, const struct part *part, struct line *line, uint32_t member) {
  if (line->counted || part->spec->kind != SJ_SERVER || part->spec->discipline == SJ_PROCESSOR_SHARING) return;
  const uint32_t length = part->bound > part->threads ? part->bound - part->threads : 0;
  if (!line->first) line->first = sj_allocate_array(part->members, sizeof *line->first);
  line->first[member] = sj_network_add_slots(network, length, (uint32_t)part->kind_count);
}

static void lay_out_bucket(struct network *network, struct part *part, size_t admission, uint32_t member) {
  const struct sj_admission *const spec = &part->spec->admissions[admission];
  if (spec->kind != SJ_ADMIT_TOKEN_BUCKET) return;
  const char *const name = part->spec->name;
  if (!network->options->approximate)
    sj_network_obstacle(network, part->spec->line,
                        "token bucket of `%s`: it fills evenly, not at random; `--approximate` lets it fill in %u "
                        "exponential steps a token (`solve.phases`)",
                        name, erlang_phases(network));
  else
    sj_network_note(network, "token bucket of %s: it fills in %u exponential steps a token, instead of evenly", name,
                    erlang_phases(network));
  if (!part->buckets[admission])
    part->buckets[admission] = sj_allocate_array(part->members, sizeof *part->buckets[admission]);
  const double steps = round(spec->bucket.capacity * erlang_phases(network));
  part->buckets[admission][member] = add_slot(network, 0, steps < 1e9 ? (uint32_t)steps : 1000000000);
}

static void lay_out_timer(struct network *network, struct part *part, uint32_t member) {
  const struct sj_batcher *const spec = &part->spec->batcher;
  if (part->spec->kind != SJ_BATCHER || spec->when_idle || isinf(spec->after) || spec->after <= 0) return;
  const char *const name = part->spec->name;
  if (!network->options->approximate)
    sj_network_obstacle(network, part->spec->line,
                        "`after` of `%s`: a constant time is not phase-type; `--approximate` makes it an Erlang law of "
                        "%u phases (`solve.phases`)",
                        name, erlang_phases(network));
  else
    sj_network_note(network,
                    "`after` of %s: an Erlang law of %u phases; it begins anew for what a full batch leaves behind",
                    name, erlang_phases(network));
  if (!part->timer) part->timer = sj_allocate_array(part->members, sizeof *part->timer);
  part->timer[member] = add_slot(network, 0, erlang_phases(network));
}

static void lay_out_part(struct network *network, struct part *part) {
  const size_t admissions = part->spec->admission_count;
  part->buckets = sj_allocate_array(admissions, sizeof *part->buckets);
  part->member_slots = (uint32_t)network->slot_count;
  for (size_t i = 0; i < part->kind_count; i++) {
    struct kind *const kind = kind_of(network, part->kinds[i]);
    kind->first_token = (uint32_t)network->token_count;
    network->token_count += part->members;
    kind->first_phase = sj_allocate_array(part->members, sizeof *kind->first_phase);
    kind->waiting = sj_allocate_array(part->members, sizeof *kind->waiting);
    for (uint32_t m = 0; m < part->members; m++) kind->waiting[m] = NONE;
  }
  for (uint32_t m = 0; m < part->members && !network->obstacles; m++) {
    for (size_t i = 0; i < part->kind_count; i++) lay_out_kind(network, part, kind_of(network, part->kinds[i]), m);
    for (size_t i = 0; i < part->line_count; i++) lay_out_line(network, part, &part->lines[i], m);
    for (size_t i = 0; i < admissions; i++) lay_out_bucket(network, part, i, m);
    lay_out_timer(network, part, m);
    if (m == 0) part->member_stride = (uint32_t)network->slot_count - part->member_slots;
  }
}

void sj_network_slots(struct network *network) {
  for (size_t s = 0; s < network->source_count && !network->obstacles; s++) {
    struct source *const source = &network->sources[s];
    lay_out_source(network, source);
    for (size_t m = 0; m < source->member_count; m++) {
      uint32_t own = NONE;
      lay_out_way(network, &source->ways[m], &own);
    }
  }
  for (uint32_t k = 0; k < network->kind_count && !network->obstacles; k++) lay_out_ways(network, k);
  for (size_t i = 0; i < network->model->server_count && !network->obstacles; i++)
    lay_out_part(network, &network->parts[i]);
}
