/* Policies that go by the key of a request: consistent hashing with bounded loads (hash_ring.h), and Maglev (maglev.h).
 * Where the member of a key may not be picked, both go on to the next on their circle, so that its keys spread over the
 * others and come back to it. Callers that know all members share one table. */
#include <stdlib.h>

#include "balance/allowed.h"
#include "balance/hash_ring.h"
#include "balance/keys.h"
#include "balance/maglev.h"
#include "balance/shared.h"

/* One of the two, and the keys. */
struct table {
  struct sj_keys keys;
  struct sj_hash_ring ring;
  struct sj_maglev maglev;
  uint64_t salt;
};
struct hashing {
  struct table *table; /* of all callers, or `own` */
  struct table own;
  uint64_t in_flight; /* of all channels */
};

static void destroy_table(void *memory) {
  struct table *const table = memory;
  sj_keys_destroy(&table->keys);
  sj_hash_ring_destroy(&table->ring);
  sj_maglev_destroy(&table->maglev);
}

static bool fill(const struct sj_balancer *balancer, const struct sj_policy *spec, struct table *table) {
  const struct sj_hashing *const hashing = &spec->hashing;
  const uint32_t count = balancer->channel_count;
  table->salt = balancer->shared ? balancer->shared->key : 0;
  uint32_t *const names = malloc(count * sizeof *names);
  for (uint32_t i = 0; names && i < count; i++) names[i] = balancer->channels[i].member;
  const bool ok =
      names && sj_keys_create(&table->keys, hashing->keys, hashing->zipf) &&
      (spec->kind == SJ_POLICY_MAGLEV ? sj_maglev_create(&table->maglev, count, names, hashing->table, table->salt)
                                      : sj_hash_ring_create(&table->ring, count, names, hashing->points, table->salt));
  free(names);
  return ok;
}

static bool create(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  struct hashing *const state = policy->memory;
  state->table = &state->own;
  bool made = true;
  if (balancer->shared && balancer->all_members)
    state->table = sj_shared_part(balancer->shared, policy->spec->place, sizeof *state->table, destroy_table, &made);
  if (!state->table) return false;
  return !made || fill(balancer, policy->spec, state->table);
}

static void destroy(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  (void)balancer;
  destroy_table(&((struct hashing *)policy->memory)->own);
}

static uint64_t hash_of(const struct table *table, const struct sj_turn *turn) {
  return sj_key_hash(table->salt + 1, sj_keys_of(&table->keys, table->salt, turn->key));
}

/* ---- bounded loads ---- */

static uint32_t bounded_needs(const struct sj_policy *spec) {
  (void)spec;
  return SJ_NEEDS_COUNTS;
}

static void bounded_counted(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t channel, bool sent) {
  (void)balancer;
  (void)channel;
  struct hashing *const state = policy->memory;
  if (sent)
    state->in_flight++;
  else
    state->in_flight--;
}

static enum sj_picked bounded_pick(struct sj_balancer *balancer, struct sj_policy_state *policy,
                                   const struct sj_turn *turn, uint32_t *channel) {
  const struct hashing *const state = policy->memory;
  const struct sj_hash_ring *const ring = &state->table->ring;
  const uint64_t most = sj_bounded_load(policy->spec->hashing.load_factor, state->in_flight, turn->choices.count);
  sj_allowed_mark(balancer, &turn->choices);
  uint32_t point = sj_hash_ring_find(ring, hash_of(state->table, turn)), first_allowed = UINT32_MAX;
  for (uint32_t i = 0; i < ring->count; i++, point = sj_hash_ring_next(ring, point)) {
    *channel = sj_hash_ring_member(ring, point);
    if (!sj_allowed(balancer, &turn->choices, *channel)) continue;
    if (balancer->channels[*channel].in_flight < most) return SJ_PICKED;
    if (first_allowed == UINT32_MAX) first_allowed = *channel;
  }
  /* All that may be picked are full, which takes channels in the list more than once. */
  *channel = first_allowed;
  return SJ_PICKED;
}

const struct sj_policy_operations sj_policy_bounded_hash = {.size = sizeof(struct hashing),
                                                            .needs = bounded_needs,
                                                            .create = create,
                                                            .destroy = destroy,
                                                            .pick = bounded_pick,
                                                            .counted = bounded_counted};

/* ---- Maglev ---- */

static enum sj_picked maglev_pick(struct sj_balancer *balancer, struct sj_policy_state *policy,
                                  const struct sj_turn *turn, uint32_t *channel) {
  const struct hashing *const state = policy->memory;
  const struct sj_maglev *const maglev = &state->table->maglev;
  sj_allowed_mark(balancer, &turn->choices);
  uint32_t place = sj_maglev_find(maglev, hash_of(state->table, turn));
  do {
    *channel = maglev->table[place];
    place = sj_maglev_next(maglev, place);
  } while (!sj_allowed(balancer, &turn->choices, *channel));
  return SJ_PICKED;
}

const struct sj_policy_operations sj_policy_maglev = {
    .size = sizeof(struct hashing), .create = create, .destroy = destroy, .pick = maglev_pick};
