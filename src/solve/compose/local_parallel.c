/* Calls in parallel: a request waits for several at once, and is told apart from others that do. When one of them fails
 * and must not, the request is over; what it still has out becomes requests that nobody waits for, where they are. */
#include <assert.h>

#include "solve/compose/walk.h"

/* In a slot: not all calls are made yet. */
#define STARTING (UINT32_C(1) << 31)

static uint32_t *slot_of(struct walk *walk, const struct kind *kind, uint32_t member, uint32_t instance) {
  return &walk->slots[kind->first_instance[member] + instance];
}

uint32_t sj_parallel_waiting(const struct kind *kind, uint32_t member, const uint32_t *slots) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < kind->instances; i++) count += slots[kind->first_instance[member] + i] != 0;
  return count;
}

void sj_parallel_start(struct walk *walk, uint32_t number, uint32_t member) {
  const struct kind *const kind = kind_of(walk->network, number);
  const struct sj_api *const api = &walk->network->parts[kind->part].spec->apis[kind->api];
  uint32_t instance = 0;
  while (instance < kind->instances && *slot_of(walk, kind, member, instance)) instance++;
  assert(instance < kind->instances);
  uint32_t *const slot = slot_of(walk, kind, member, instance);
  *slot = STARTING;
  for (size_t c = 0; c < api->call_count; c++) {
    if (api->calls[c].wait) *slot |= UINT32_C(1) << c;
    sj_call_make(walk, parallel_way(kind, member, c, instance));
    if (!*slot) return; /* that call has failed, and all is over */
  }
  *slot &= ~STARTING;
  if (!*slot) sj_server_calls_end(walk, number, member, true);
}

/* ---- what is left behind ---- */

static void give_up_way(struct walk *walk, const struct way *from, const struct way *to);

/* Requests of kind `from` at the member become ones of kind `to`, which differs only in whom they answer. */
static void give_up_kind(struct walk *walk, uint32_t from, uint32_t to, uint32_t member) {
  const struct kind *const a = kind_of(walk->network, from), *const b = kind_of(walk->network, to);
  const struct part *const part = &walk->network->parts[a->part];
  uint32_t *const slots = walk->slots;
  const size_t phases = phase_slots(service_of(walk->network, a));
  for (size_t i = 0; i < phases; i++) {
    slots[b->first_phase[member] + i] += slots[a->first_phase[member] + i];
    slots[a->first_phase[member] + i] = 0;
  }
  if (a->waiting[member] != NONE) {
    slots[b->waiting[member]] += slots[a->waiting[member]];
    slots[a->waiting[member]] = 0;
  }
  const struct line *const line = &part->lines[a->line];
  for (uint32_t i = 0; line->first && i < walk->levels[level_of(part, member)].waiting; i++)
    if (slots[line->first[member] + i] == a->number + 1) slots[line->first[member] + i] = b->number + 1;
  for (size_t i = walk->queue_first; i < walk->queue_end; i++) {
    struct due *const due = &walk->queue[i];
    if (due->kind != DUE_RETRY && due->kind != DUE_THOUGHT && due->kind_number == from && due->member == member)
      due->kind_number = to;
  }
  for (size_t c = 0; c < a->way_count; c++)
    if (way_of(a, member, c)->origin.kind == from) give_up_way(walk, way_of(a, member, c), way_of(b, member, c));
}

static void give_up_way(struct walk *walk, const struct way *from, const struct way *to) {
  for (size_t k = 0; k < kinds_at(from); k++)
    for (uint32_t m = 0; m < walk->network->parts[kind_of(walk->network, from->kinds[k])->part].members; m++)
      give_up_kind(walk, from->kinds[k], to->kinds[k], m);
  for (size_t i = walk->queue_first; i < walk->queue_end; i++)
    if (walk->queue[i].kind == DUE_RETRY && walk->queue[i].way == from) walk->queue[i].way = to;
  for (size_t i = 0; from->paused && i < from->call->target_count * from->pauses.count; i++)
    for (size_t j = 0; j < from->pauses.laws[i % from->pauses.count].count; j++) {
      walk->slots[to->paused[i] + j] += walk->slots[from->paused[i] + j];
      walk->slots[from->paused[i] + j] = 0;
    }
}

void sj_parallel_call_ends(struct walk *walk, const struct origin *origin, bool ok) {
  const struct kind *const kind = kind_of(walk->network, origin->kind);
  const struct sj_api *const api = &walk->network->parts[kind->part].spec->apis[kind->api];
  const uint32_t instance = origin->instance - 1;
  uint32_t *const slot = slot_of(walk, kind, origin->member, instance);
  *slot &= ~(UINT32_C(1) << origin->call);
  if (ok || api->calls[origin->call].optional) {
    if (!*slot) sj_server_calls_end(walk, origin->kind, origin->member, true);
    return;
  }
  const uint32_t left = *slot & ~STARTING;
  *slot = 0;
  for (size_t c = 0; c < api->call_count; c++)
    if (left >> c & 1)
      give_up_way(walk, parallel_way(kind, origin->member, c, instance),
                  orphan_way(kind, origin->member, c, api->call_count));
  sj_server_calls_end(walk, origin->kind, origin->member, false);
}
