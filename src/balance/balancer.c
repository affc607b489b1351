#include "balance/balancer.h"

#include <assert.h>
#include <stdlib.h>

#include "balance/policy.h"

/* ---- creation ---- */

static void destroy_policy(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  if (!policy) return;
  destroy_policy(balancer, policy->inner);
  if (policy->operations->destroy && policy->memory) policy->operations->destroy(balancer, policy);
  free(policy->memory);
  free(policy);
}

/* Errand blocks are aligned for anything. */
static size_t aligned(size_t size) { return (size + 15) / 16 * 16; }

static struct sj_policy_state *create_policy(struct sj_balancer *balancer, const struct sj_policy *spec) {
  struct sj_policy_state *const policy = calloc(1, sizeof *policy);
  if (!policy) return NULL;
  policy->spec = spec;
  policy->operations = sj_policy_operations(spec->kind);
  policy->errand_offset = balancer->errand_size;
  balancer->errand_size += aligned(policy->operations->errand_size);
  bool ok = true;
  if (policy->operations->size) ok = (policy->memory = calloc(1, policy->operations->size)) != NULL;
  if (ok && policy->operations->create) ok = policy->operations->create(balancer, policy);
  if (ok && spec->inner) ok = (policy->inner = create_policy(balancer, spec->inner)) != NULL;
  if (ok) return policy;
  destroy_policy(balancer, policy);
  return NULL;
}

/* Twins, which only a subset drawn with replacement has, get the name of the first. */
static bool name_channels(struct sj_balancer *balancer, const uint32_t *members) {
  uint32_t most = 0;
  for (uint32_t i = 0; i < balancer->channel_count; i++) {
    balancer->channels[i].member = members ? members[i] : i;
    balancer->channels[i].name = i;
    balancer->channels[i].latency = sj_aggregates_unknown;
    balancer->channels[i].reported_in_flight = sj_aggregates_unknown.latest;
    if (balancer->channels[i].member > most) most = balancer->channels[i].member;
  }
  if (!members) return true;
  uint32_t *const first = calloc((size_t)most + 1, sizeof *first); /* + 1; 0: none yet */
  if (!first) return false;
  for (uint32_t i = 0; i < balancer->channel_count; i++) {
    struct sj_channel *const channel = &balancer->channels[i];
    if (!first[channel->member]) first[channel->member] = i + 1;
    channel->name = first[channel->member] - 1;
  }
  free(first);
  return true;
}

bool sj_balancer_create(struct sj_balancer *balancer, const struct sj_balancer_setup *setup) {
  *balancer = (struct sj_balancer){.channel_count = setup->channel_count,
                                   .publishers = setup->publishers,
                                   .shared = setup->shared,
                                   .all_members = setup->members == NULL,
                                   .needs = sj_policy_needs(setup->policy),
                                   .caller = setup->caller,
                                   .caller_count = setup->caller_count,
                                   .key = setup->key,
                                   .program = setup->program,
                                   .pool_name = setup->pool_name,
                                   .error = setup->error,
                                   .scratch = setup->scratch,
                                   .scratch_costs = setup->scratch_costs};
  assert(setup->publishers || !(balancer->needs & (SJ_NEEDS_ANY_REPORTS | SJ_NEEDS_LIVE)));
  balancer->memory = setup->memory ? setup->memory : &balancer->own_memory;
  balancer->channels = sj_chunks_take(balancer->memory, setup->channel_count * sizeof *balancer->channels);
  if (!balancer->channels || !name_channels(balancer, setup->members)) return false;
  balancer->policy = create_policy(balancer, setup->policy);
  return balancer->policy != NULL;
}

static void errand_over(struct sj_balancer *balancer, struct sj_errand *errand) {
  for (struct sj_policy_state *policy = balancer->policy; policy; policy = policy->inner)
    if (policy->operations->errand_over) policy->operations->errand_over(policy, errand);
  if (errand->previous)
    errand->previous->next = errand->next;
  else
    balancer->errands = errand->next;
  if (errand->next) errand->next->previous = errand->previous;
  errand->next = balancer->spare;
  balancer->spare = errand;
}

static void errands_gone(struct sj_balancer *balancer) {
  while (balancer->errands) errand_over(balancer, balancer->errands);
  while (balancer->spare) {
    struct sj_errand *const errand = balancer->spare;
    balancer->spare = errand->next;
    for (struct sj_policy_state *policy = balancer->policy; policy; policy = policy->inner)
      if (policy->operations->errand_gone) policy->operations->errand_gone(policy, errand);
    free(errand);
  }
}

void sj_balancer_destroy(struct sj_balancer *balancer) {
  errands_gone(balancer);
  destroy_policy(balancer, balancer->policy);
  for (uint32_t i = 0; balancer->channels && i < balancer->channel_count; i++) {
    struct sj_channel *const channel = &balancer->channels[i];
    if (channel->report) sj_report_release(&balancer->publishers->reports, channel->report);
    if (channel->latencies) sj_window_destroy(channel->latencies);
  }
  sj_chunks_destroy(&balancer->own_memory);
  free(balancer->probes);
  *balancer = (struct sj_balancer){0};
}

/* ---- requests ---- */

struct sj_errand *sj_balancer_arrived(struct sj_balancer *balancer, const struct sj_turn *turn, void *owner) {
  struct sj_errand *errand = balancer->spare;
  if (errand)
    balancer->spare = errand->next;
  else
    errand = calloc(1, sizeof *errand + balancer->errand_size);
  if (!errand) return NULL;
  errand->owner = owner;
  errand->references = 1;
  errand->previous = NULL;
  errand->next = balancer->errands;
  if (errand->next) errand->next->previous = errand;
  balancer->errands = errand;
  struct sj_turn own = *turn;
  own.errand = errand;
  if (own.choices.count > 0) sj_policy_arrived(balancer, balancer->policy, &own);
  return errand;
}

void *sj_errand_owner(const struct sj_errand *errand) { return errand->owner; }

static void release_errand(struct sj_balancer *balancer, struct sj_errand *errand) {
  if (--errand->references == 0) errand_over(balancer, errand);
}

void sj_balancer_left(struct sj_balancer *balancer, struct sj_errand *errand) {
  if (!errand) return;
  errand->owner = NULL;
  release_errand(balancer, errand);
}

enum sj_picked sj_balancer_pick(struct sj_balancer *balancer, const struct sj_turn *turn, uint32_t *channel) {
  if (turn->choices.count == 0) return SJ_PICK_NOBODY;
  return sj_policy_pick(balancer, balancer->policy, turn, channel);
}

void sj_balancer_count(struct sj_balancer *balancer, uint32_t channel, bool sent) {
  for (struct sj_policy_state *policy = balancer->policy; policy; policy = policy->inner)
    if (policy->operations->counted) policy->operations->counted(balancer, policy, channel, sent);
}

/* ---- probes ---- */

static bool grow_probes(struct sj_balancer *balancer) {
  const uint32_t capacity = balancer->probe_capacity ? 2 * balancer->probe_capacity : 16;
  struct sj_probe *const probes = realloc(balancer->probes, capacity * sizeof *probes);
  if (!probes) return false;
  balancer->probes = probes;
  balancer->probe_capacity = capacity;
  return true;
}

void sj_balancer_want_probe(struct sj_balancer *balancer, uint32_t channel, struct sj_errand *errand,
                            uint32_t position) {
  if (balancer->probe_count == balancer->probe_capacity && !grow_probes(balancer)) {
    balancer->no_memory = true;
    return;
  }
  balancer->probes[balancer->probe_count++] =
      (struct sj_probe){.channel = channel, .position = position, .errand = errand};
  if (errand) errand->references++;
  sj_balancer_sent(balancer, channel);
}

bool sj_balancer_next_probe(struct sj_balancer *balancer, struct sj_probe *probe) {
  if (balancer->probe_head == balancer->probe_count) return false;
  *probe = balancer->probes[balancer->probe_head++];
  if (balancer->probe_head == balancer->probe_count) balancer->probe_head = balancer->probe_count = 0;
  return true;
}

/* ---- ends ---- */

static bool keep_latency(struct sj_balancer *balancer, struct sj_channel *channel, double latency, double gain) {
  if (!channel->latencies) {
    channel->latencies = sj_chunks_take(balancer->memory, sizeof *channel->latencies);
    if (!channel->latencies) return false;
    sj_window_create(channel->latencies, SJ_CHANNEL_LATENCIES, gain);
    channel->latencies->memory = balancer->memory;
  }
  const bool kept = sj_window_add(channel->latencies, latency);
  channel->latency = sj_window_aggregates(channel->latencies);
  return kept;
}

static void note_end(struct sj_balancer *balancer, uint32_t channel, const struct sj_ended *ended,
                     const struct sj_probe *probe) {
  struct sj_channel *const c = &balancer->channels[channel];
  if (balancer->needs & SJ_NEEDS_LATENCIES && ended->end == SJ_END_OK &&
      !keep_latency(balancer, c, ended->latency, SJ_CHANNEL_GAIN))
    balancer->no_memory = true;
  if (balancer->needs & SJ_NEEDS_REPORTS && ended->report) {
    struct sj_report *const last = c->report;
    c->report = sj_report_hold(ended->report);
    c->reported_in_flight = c->report->in_flight;
    sj_report_release(&balancer->publishers->reports, last);
  }
  for (struct sj_policy_state *policy = balancer->policy; policy; policy = policy->inner)
    if (policy->operations->ended) policy->operations->ended(balancer, policy, channel, ended, probe);
}

void sj_balancer_ended(struct sj_balancer *balancer, uint32_t channel, const struct sj_ended *ended) {
  note_end(balancer, channel, ended, NULL);
}

struct sj_errand *sj_balancer_probe_ended(struct sj_balancer *balancer, const struct sj_probe *probe,
                                          const struct sj_ended *ended) {
  note_end(balancer, probe->channel, ended, probe);
  struct sj_errand *const errand = probe->errand;
  if (!errand) return NULL;
  bool ready = false;
  if (errand->owner)
    for (struct sj_policy_state *policy = balancer->policy; policy && !ready; policy = policy->inner)
      ready = policy->operations->ready && policy->operations->ready(policy, errand);
  release_errand(balancer, errand);
  return ready ? errand : NULL;
}

void sj_balancer_replaced(struct sj_balancer *balancer, uint32_t member) {
  for (struct sj_policy_state *policy = balancer->policy; policy; policy = policy->inner)
    if (policy->operations->replaced) policy->operations->replaced(balancer, policy, member);
}
