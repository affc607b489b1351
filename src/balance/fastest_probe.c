/* fastest_probe: probes every choice, in random order, and takes the one that answers first; where several have
 * answered, the first in that order. With `only_if_idle` an answer counts only if the server said that nothing waited
 * there; if no answer does, the one that took the least time. If every probe fails the first in the order is taken. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "balance/policy.h"

enum answer { ANSWER_NONE, ANSWER_GOOD, ANSWER_POOR, ANSWER_FAILED };

struct race {
  uint32_t channel;
  enum answer answer;
  double latency;
};
struct round {
  struct race *races; /* in the order of preference */
  uint32_t count, capacity, out;
  uint32_t first; /* position of this round's first probe: those of earlier rounds are ignored */
  bool begun;
  bool waiting; /* told to come later, and nothing has changed that */
};

static bool make_room(struct round *round, uint32_t capacity) {
  if (capacity <= round->capacity) return true;
  struct race *const races = realloc(round->races, capacity * sizeof *races);
  if (!races) return false;
  round->races = races;
  round->capacity = capacity;
  return true;
}

static bool begin(struct sj_balancer *balancer, const struct sj_turn *turn, struct round *round) {
  const uint32_t count = turn->choices.count;
  if (!make_room(round, count)) return false;
  round->count = round->out = count;
  round->begun = round->waiting = true;
  sj_choices_sample(&turn->choices, count, turn->stream, balancer->scratch);
  for (uint32_t i = 0; i < count; i++) {
    round->races[i] = (struct race){balancer->scratch[i], ANSWER_NONE, NAN};
    sj_balancer_want_probe(balancer, round->races[i].channel, turn->errand, round->first + i);
  }
  return true;
}

static void end(struct round *round) {
  round->first += round->count;
  round->count = round->out = 0;
  round->begun = round->waiting = false;
}

static bool found(const struct round *round, uint32_t *channel) {
  for (uint32_t i = 0; i < round->count; i++)
    if (round->races[i].answer == ANSWER_GOOD) {
      *channel = round->races[i].channel;
      return true;
    }
  if (round->out) return false;
  const struct race *best = &round->races[0];
  for (uint32_t i = 0; i < round->count; i++)
    if (round->races[i].answer == ANSWER_POOR && !(round->races[i].latency >= best->latency)) best = &round->races[i];
  *channel = best->channel;
  return true;
}

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  struct round *const round = sj_errand_block(turn->errand, policy);
  if (!round->begun) {
    if (begin(balancer, turn, round)) return SJ_PICK_LATER;
    balancer->no_memory = true;
    return SJ_PICK_NOBODY;
  }
  if (!found(round, channel)) return SJ_PICK_LATER;
  end(round);
  return SJ_PICKED;
}

static enum answer judge(const struct sj_policy *spec, const struct sj_ended *what) {
  if (what->end != SJ_END_OK) return ANSWER_FAILED;
  return !spec->only_if_idle || (what->report && what->report->waiting == 0) ? ANSWER_GOOD : ANSWER_POOR;
}

static void ended(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t channel,
                  const struct sj_ended *what, const struct sj_probe *probe) {
  (void)balancer;
  (void)channel;
  if (!probe || !probe->errand) return;
  struct round *const round = sj_errand_block(probe->errand, policy);
  if (probe->position < round->first || probe->position >= round->first + round->count) return;
  struct race *const race = &round->races[probe->position - round->first];
  race->answer = judge(policy->spec, what);
  if (race->answer != ANSWER_FAILED) race->latency = what->latency;
  round->out--;
}

static bool ready(struct sj_policy_state *policy, struct sj_errand *errand) {
  struct round *const round = sj_errand_block(errand, policy);
  uint32_t channel;
  if (!round->waiting || !found(round, &channel)) return false;
  round->waiting = false;
  return true;
}

static void over(struct sj_policy_state *policy, struct sj_errand *errand) { end(sj_errand_block(errand, policy)); }

static void gone(struct sj_policy_state *policy, struct sj_errand *errand) {
  const struct round *const round = sj_errand_block(errand, policy);
  free(round->races);
}

static uint32_t needs(const struct sj_policy *spec) {
  return spec->only_if_idle ? SJ_NEEDS_PROBES | SJ_NEEDS_REPORTS : SJ_NEEDS_PROBES;
}

const struct sj_policy_operations sj_policy_fastest_probe = {.errand_size = sizeof(struct round),
                                                             .pick = pick,
                                                             .ended = ended,
                                                             .ready = ready,
                                                             .errand_over = over,
                                                             .errand_gone = gone,
                                                             .needs = needs};
