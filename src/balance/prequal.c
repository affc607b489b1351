/* Prequal: probing to reduce queueing and latency. Wydrowski, Kleinberg, Rumble and Archer, "Load is not what you
 * should balance: introducing Prequal" (NSDI 2024; arXiv 2312.10172).
 *
 * Each request sends `probes` of them (on average) to members drawn without replacement, and waits for none. An answer
 * has the member's requests in flight and how long a request would take now (load_latency.h). The pool keeps the last
 * `pool` answers, one a member, for at most `age`; an answer serves so many requests as its reuse budget says
 * (prequal.h, rounded up or down at random to be that on average), and has a request in flight more after each. After
 * each request `removals` answers are taken out, in turn the oldest and the worst.
 *
 * A member is hot if it has more requests in flight than the quantile `cutoff` of those in recent answers. The request
 * goes to the cold member with the least latency, or, where all are hot, to the one with the fewest in flight; the
 * worst is the hot one with most in flight, or, where none is, the cold one with the longest latency. With cutoff 0 all
 * are hot, with 1 none. With fewer than two answers in the pool the request goes to any member.
 *
 * The paper's values: pool 16, 3 probes, 1 removal, age 1 s, delta 1, cutoff 2^-0.25. Where it is silent: the quantile
 * (nearest rank) is that of the last 128 answers; a member that has not finished anything has latency 0; the first
 * answer taken out is the oldest; a lost probe is no answer, and no probes go out while no requests do. */
#include "balance/prequal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "balance/allowed.h"

enum { RECENT = 128, LEAST_ANSWERS = 2 };

struct answer {
  uint32_t channel, uses;
  double in_flight, latency, came;
};
struct prequal {
  struct answer *answers; /* in the order they came */
  uint32_t count;
  uint32_t recent_count, recent_next;
  double recent[RECENT], sorted[RECENT]; /* requests in flight of the last answers: a ring, and in order */
  double probes_due, removals_due;
  bool worst_next;
  double budget;
  struct sj_stream stream;
};

double sj_prequal_reuse_budget(const struct sj_prequal *settings, uint32_t members) {
  const double gained = (1 - (double)settings->pool / members) * settings->probes - settings->removals;
  if (!(gained > 0)) return NAN;
  const double budget = (1 + settings->delta) / gained;
  return budget > 1 ? budget : 1;
}

static uint32_t needs(const struct sj_policy *spec) {
  (void)spec;
  return SJ_NEEDS_PROBES | SJ_NEEDS_PROBE_REPORTS | SJ_NEEDS_LOAD_LATENCY;
}

static bool create(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  struct prequal *const state = policy->memory;
  const double budget = sj_prequal_reuse_budget(&policy->spec->prequal, balancer->channel_count);
  state->budget = isnan(budget) ? 1 : budget; /* refused when the model is read, but a fault may change figures */
  sj_stream_seed(&state->stream, balancer->key, 0);
  state->answers = calloc(policy->spec->prequal.pool, sizeof *state->answers);
  return state->answers != NULL;
}

static void destroy(struct sj_balancer *balancer, struct sj_policy_state *policy) {
  (void)balancer;
  free(((struct prequal *)policy->memory)->answers);
}

/* ---- the distribution of requests in flight ---- */

/* The first place in `sorted` whose value is at least x. */
static uint32_t place_of(const struct prequal *state, double x) {
  uint32_t low = 0, high = state->recent_count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (state->sorted[middle] >= x)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

static void note_in_flight(struct prequal *state, double in_flight) {
  if (state->recent_count == RECENT) {
    const uint32_t gone = place_of(state, state->recent[state->recent_next]);
    memmove(&state->sorted[gone], &state->sorted[gone + 1], (RECENT - 1 - gone) * sizeof *state->sorted);
    state->recent_count--;
  }
  const uint32_t place = place_of(state, in_flight);
  memmove(&state->sorted[place + 1], &state->sorted[place], (state->recent_count - place) * sizeof *state->sorted);
  state->sorted[place] = in_flight;
  state->recent[state->recent_next] = in_flight;
  state->recent_next = (state->recent_next + 1) % RECENT;
  state->recent_count++;
}

/* What a member must have more than, to be hot. */
static double hot_above(const struct prequal *state, double cutoff) {
  if (cutoff <= 0) return -INFINITY;
  if (cutoff >= 1 || state->recent_count == 0) return INFINITY;
  const double rank = ceil(cutoff * state->recent_count);
  return state->sorted[rank < 1 ? 0 : (uint32_t)rank - 1];
}

/* ---- the pool ---- */

static void take_out(struct prequal *state, uint32_t i) {
  state->count--;
  memmove(&state->answers[i], &state->answers[i + 1], (state->count - i) * sizeof *state->answers);
}

static void take_out_channel(struct prequal *state, uint32_t channel) {
  for (uint32_t i = 0; i < state->count; i++)
    if (state->answers[i].channel == channel) {
      take_out(state, i);
      return;
    }
}

static void add(struct prequal *state, const struct sj_policy *spec, uint32_t channel, const struct sj_ended *ended) {
  const struct sj_report *const report = ended->report;
  note_in_flight(state, report->in_flight);
  take_out_channel(state, channel);
  if (state->count == spec->prequal.pool) take_out(state, 0);
  const double whole = floor(state->budget);
  const bool one_more = sj_stream_uniform(&state->stream) < state->budget - whole;
  state->answers[state->count++] = (struct answer){.channel = channel,
                                                   .uses = (uint32_t)whole + one_more,
                                                   .in_flight = report->in_flight,
                                                   .latency = isnan(report->load_latency) ? 0 : report->load_latency,
                                                   .came = ended->now};
}

static void take_out_old(struct prequal *state, double now, double age) {
  uint32_t old = 0;
  while (old < state->count && now - state->answers[old].came > age) old++;
  if (old == 0) return;
  state->count -= old;
  memmove(state->answers, state->answers + old, state->count * sizeof *state->answers);
}

/* Whether a is better than b, for hot above `hot`. */
static bool better(const struct answer *a, const struct answer *b, double hot) {
  const bool a_hot = a->in_flight > hot, b_hot = b->in_flight > hot;
  if (a_hot != b_hot) return b_hot;
  return a_hot ? a->in_flight < b->in_flight : a->latency < b->latency;
}

static void take_out_worst(struct prequal *state, double hot) {
  uint32_t worst = 0;
  for (uint32_t i = 1; i < state->count; i++)
    if (better(&state->answers[worst], &state->answers[i], hot)) worst = i;
  take_out(state, worst);
}

static void remove_some(struct prequal *state, const struct sj_prequal *settings, double hot) {
  for (state->removals_due += settings->removals; state->removals_due >= 1; state->removals_due--) {
    if (state->count == 0) continue;
    if (state->worst_next)
      take_out_worst(state, hot);
    else
      take_out(state, 0);
    state->worst_next = !state->worst_next;
  }
}

/* ---- requests and probes ---- */

static void send_probes(struct sj_balancer *balancer, struct prequal *state, const struct sj_policy *spec,
                        const struct sj_turn *turn) {
  state->probes_due += spec->prequal.probes;
  const double due = floor(state->probes_due);
  state->probes_due -= due;
  const uint32_t count = due < turn->choices.count ? (uint32_t)due : turn->choices.count;
  sj_choices_sample(&turn->choices, count, turn->stream, balancer->scratch);
  for (uint32_t i = 0; i < count; i++) sj_balancer_want_probe(balancer, balancer->scratch[i], NULL, 0);
}

/* The best answer of a member that may be picked; `count` if there is none. */
static uint32_t best_answer(struct sj_balancer *balancer, const struct prequal *state, const struct sj_turn *turn,
                            double hot) {
  sj_allowed_mark(balancer, &turn->choices);
  uint32_t best = state->count;
  for (uint32_t i = 0; i < state->count; i++) {
    if (!sj_allowed(balancer, &turn->choices, state->answers[i].channel)) continue;
    if (best == state->count || better(&state->answers[i], &state->answers[best], hot)) best = i;
  }
  return best;
}

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  struct prequal *const state = policy->memory;
  const struct sj_prequal *const settings = &policy->spec->prequal;
  take_out_old(state, turn->now, settings->age);
  const double hot = hot_above(state, settings->cutoff);
  const uint32_t best = state->count < LEAST_ANSWERS ? state->count : best_answer(balancer, state, turn, hot);
  if (best == state->count) {
    *channel = sj_choice_at_random(turn);
  } else {
    struct answer *const answer = &state->answers[best];
    *channel = answer->channel;
    answer->in_flight++;
    if (--answer->uses == 0) take_out(state, best);
  }
  remove_some(state, settings, hot);
  send_probes(balancer, state, policy->spec, turn);
  return SJ_PICKED;
}

static void ended(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t channel,
                  const struct sj_ended *ended, const struct sj_probe *probe) {
  (void)balancer;
  if (probe && ended->end == SJ_END_OK && ended->report && !isnan(ended->report->in_flight))
    add(policy->memory, policy->spec, channel, ended);
}

static void replaced(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t member) {
  for (uint32_t i = 0; i < balancer->channel_count; i++)
    if (balancer->channels[i].member == member) take_out_channel(policy->memory, i);
}

const struct sj_policy_operations sj_policy_prequal = {.size = sizeof(struct prequal),
                                                       .needs = needs,
                                                       .create = create,
                                                       .destroy = destroy,
                                                       .pick = pick,
                                                       .ended = ended,
                                                       .replaced = replaced};
