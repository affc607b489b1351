/* What a policy is made of; private to this folder.
 *
 * A policy is a table of operations over a state of its own. One that wraps another (subset_of, with_probes) has it as
 * `inner` and calls sj_policy_pick on it, with other choices. */
#ifndef SJ_BALANCE_POLICY_H
#define SJ_BALANCE_POLICY_H

#include "balance/balancer.h"
#include "balance/cost.h"

struct sj_policy_operations;

struct sj_policy_state {
  const struct sj_policy *spec;
  const struct sj_policy_operations *operations;
  struct sj_policy_state *inner; /* NULL if it wraps none */
  void *memory;                  /* `size` bytes, zeroed at creation; NULL for size 0 */
  size_t errand_offset;
};

/* Those that are NULL are not called. All may set balancer->no_memory. */
struct sj_policy_operations {
  size_t size, errand_size;
  bool hands_on;                                   /* `arrived` only calls that of `inner` */
  uint32_t (*needs)(const struct sj_policy *spec); /* beyond those of inner and the needs of no cost */
  bool (*create)(struct sj_balancer *balancer, struct sj_policy_state *policy); /* false: no memory */
  void (*destroy)(struct sj_balancer *balancer, struct sj_policy_state *policy);
  void (*arrived)(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn);
  enum sj_picked (*pick)(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                         uint32_t *channel); /* turn->choices.count is at least 1 */
  /* An attempt or a probe (then `probe` is set, also where it is an errand's) ended; channels are up to date. */
  void (*ended)(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t channel,
                const struct sj_ended *ended, const struct sj_probe *probe);
  /* The request is over, and its errand may serve another: the block is as good as new, but may keep memory. */
  void (*errand_over)(struct sj_policy_state *policy, struct sj_errand *errand);
  /* What the block keeps is given back. */
  void (*errand_gone)(struct sj_policy_state *policy, struct sj_errand *errand);
  /* After `ended` of one of its probes: whether the errand, which was told to come later, may be picked for now. */
  bool (*ready)(struct sj_policy_state *policy, struct sj_errand *errand);
  void (*replaced)(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t member);
  /* With SJ_NEEDS_COUNTS: a request or probe was sent there, or is over; the channel is up to date. */
  void (*counted)(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t channel, bool sent);
};

/* The operations of a kind; policy.c holds the table. */
const struct sj_policy_operations *sj_policy_operations(enum sj_policy_kind kind);

/* Picks by `policy`, wherever it is in the tree. */
enum sj_picked sj_policy_pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                              uint32_t *channel);

/* What is kept for one request: a block for each policy of the tree that wants one. */
struct sj_errand {
  void *owner;
  struct sj_errand *next, *previous; /* of balancer->errands */
  uint32_t references;               /* the request's, and one a probe that is not over */
  _Alignas(16) char memory[];
};
/* The policy's block in an errand: `errand_size` bytes, zeroed when it was made. */
static inline void *sj_errand_block(struct sj_errand *errand, const struct sj_policy_state *policy) {
  return errand->memory + policy->errand_offset;
}

/* Asks for a probe of `channel`. It counts as in flight from now on. */
void sj_balancer_want_probe(struct sj_balancer *balancer, uint32_t channel, struct sj_errand *errand,
                            uint32_t position);

/* Calls `arrived` of the policy, wherever it is in the tree. */
void sj_policy_arrived(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn);

/* The cost of each choice, in their order, into `costs`. */
void sj_costs_of_choices(const struct sj_balancer *balancer, const struct sj_cost *cost, const struct sj_turn *turn,
                         double *costs);

/* One of the choices, uniformly. */
uint32_t sj_choice_at_random(const struct sj_turn *turn);

/* An index drawn with probability proportional to weights[i] >= 0; uniform if all are 0. */
uint32_t sj_draw_weighted(const double *weights, uint32_t count, struct sj_stream *stream);

extern const struct sj_policy_operations sj_policy_random, sj_policy_round_robin, sj_policy_pick_first,
    sj_policy_function, sj_policy_least_cost, sj_policy_weighted, sj_policy_hot_cold, sj_policy_pid_weighted,
    sj_policy_fastest_probe, sj_policy_with_probes, sj_policy_subset_of, sj_policy_join_shortest_queue,
    sj_policy_join_idle_queue, sj_policy_least_requests, sj_policy_peak_ewma, sj_policy_success_latency,
    sj_policy_weighted_round_robin, sj_policy_prequal, sj_policy_bounded_hash, sj_policy_maglev, sj_policy_aperture,
    sj_policy_zone_aware, sj_policy_caller_subset;

#endif
