/* fastest_probe: probes every choice, in random order, and takes the one that answers first; where several have
 * answered, the first in that order. If every probe fails the first in that order is taken. */
#include <stdlib.h>
#include <string.h>

#include "balance/policy.h"

enum { ANSWER_NONE, ANSWER_OK, ANSWER_FAILED };

struct round {
  uint32_t *channels; /* in the order of preference; NULL: not probed yet */
  uint8_t *answers;   /* [probe] */
  uint32_t count, out;
  uint32_t first; /* position of this round's first probe: those of earlier rounds are ignored */
  bool waiting;   /* told to come later, and nothing has changed that */
};

static uint32_t candidates(const struct sj_balancer *balancer, const struct sj_policy *spec, const struct sj_turn *turn,
                           uint32_t *list) {
  uint32_t count = 0;
  for (uint32_t i = 0; spec->only_if_idle && i < turn->choices.count; i++) {
    const uint32_t channel = sj_choice(&turn->choices, i);
    if (!balancer->channels[channel].in_flight) list[count++] = channel;
  }
  if (count) return count;
  for (uint32_t i = 0; i < turn->choices.count; i++) list[i] = sj_choice(&turn->choices, i);
  return turn->choices.count;
}

static bool begin(struct sj_balancer *balancer, const struct sj_policy *spec, const struct sj_turn *turn,
                  struct round *round) {
  round->channels = malloc(turn->choices.count * (sizeof(uint32_t) + 1));
  if (!round->channels) return false;
  const struct sj_choices idle = {balancer->scratch, candidates(balancer, spec, turn, balancer->scratch)};
  round->answers = (uint8_t *)(round->channels + turn->choices.count);
  round->count = round->out = idle.count;
  round->waiting = true;
  memset(round->answers, ANSWER_NONE, round->count);
  sj_choices_sample(&idle, idle.count, turn->stream, round->channels);
  for (uint32_t i = 0; i < round->count; i++)
    sj_balancer_want_probe(balancer, round->channels[i], turn->errand, round->first + i);
  return true;
}

static void end(struct round *round) {
  round->first += round->count;
  free(round->channels);
  round->channels = NULL;
  round->count = round->out = 0;
  round->waiting = false;
}

static bool found(const struct round *round, uint32_t *channel) {
  for (uint32_t i = 0; i < round->count; i++)
    if (round->answers[i] == ANSWER_OK) {
      *channel = round->channels[i];
      return true;
    }
  if (round->out) return false;
  *channel = round->channels[0];
  return true;
}

static enum sj_picked pick(struct sj_balancer *balancer, struct sj_policy_state *policy, const struct sj_turn *turn,
                           uint32_t *channel) {
  struct round *const round = sj_errand_block(turn->errand, policy);
  if (!round->channels) {
    if (begin(balancer, policy->spec, turn, round)) return SJ_PICK_LATER;
    balancer->no_memory = true;
    return SJ_PICK_NOBODY;
  }
  if (!found(round, channel)) return SJ_PICK_LATER;
  end(round);
  return SJ_PICKED;
}

static void ended(struct sj_balancer *balancer, struct sj_policy_state *policy, uint32_t channel,
                  const struct sj_ended *what, const struct sj_probe *probe) {
  (void)balancer;
  (void)channel;
  if (!probe || !probe->errand) return;
  struct round *const round = sj_errand_block(probe->errand, policy);
  if (probe->position < round->first || probe->position >= round->first + round->count) return;
  round->answers[probe->position - round->first] = what->end == SJ_END_OK ? ANSWER_OK : ANSWER_FAILED;
  round->out--;
}

static bool ready(struct sj_policy_state *policy, struct sj_errand *errand) {
  struct round *const round = sj_errand_block(errand, policy);
  uint32_t channel;
  if (!round->waiting || !found(round, &channel)) return false;
  round->waiting = false;
  return true;
}

static void gone(struct sj_policy_state *policy, struct sj_errand *errand) { end(sj_errand_block(errand, policy)); }

static uint32_t needs(const struct sj_policy *spec) {
  (void)spec;
  return SJ_NEEDS_PROBES;
}

const struct sj_policy_operations sj_policy_fastest_probe = {.errand_size = sizeof(struct round),
                                                             .pick = pick,
                                                             .ended = ended,
                                                             .ready = ready,
                                                             .errand_gone = gone,
                                                             .needs = needs};
