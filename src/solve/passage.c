/* Hitting times of any set of states. */
#include <stdint.h>
#include <stdlib.h>

#include "solve/eliminated.h"

static size_t state_at(const struct sj_order *order, size_t place) {
  return order->state ? order->state[place] : place;
}

/* Adds the transitions out of state i to the part, or to what is killed. */
static enum sj_status add_row(const struct sj_chain *chain, size_t i, const size_t *new_number, double *kill,
                              struct sj_chain *part) {
  for (size_t t = chain->begin[i]; t < chain->begin[i + 1]; t++) {
    const size_t to = new_number[chain->to[t]];
    enum sj_status status = SJ_OK;
    if (to != SIZE_MAX)
      status = sj_chain_add(part, to, chain->rate[t]);
    else if (kill)
      kill[new_number[i]] += chain->rate[t];
    if (status != SJ_OK) return status;
  }
  sj_chain_end_row(part);
  return SJ_OK;
}

enum sj_status sj_chain_part(const struct sj_chain *chain, const struct sj_order *order, const bool *kept,
                             struct sj_chain *part, double *kill, size_t *state_of) {
  size_t *const new_number = malloc(chain->count * sizeof *new_number);
  if (!new_number) return SJ_NO_MEMORY;
  size_t count = 0, transitions = 0;
  for (size_t place = 0; place < chain->count; place++) {
    const size_t i = state_at(order, place);
    new_number[i] = kept[i] ? count : SIZE_MAX;
    if (!kept[i]) continue;
    state_of[count++] = i;
    transitions += chain->begin[i + 1] - chain->begin[i];
  }
  enum sj_status status = sj_chain_start(part, count, transitions);
  for (size_t k = 0; k < count && status == SJ_OK; k++) {
    if (kill) kill[k] = 0;
    status = add_row(chain, state_of[k], new_number, kill, part);
  }
  free(new_number);
  if (status != SJ_OK) sj_chain_clear(part);
  return status;
}

/* What is left of the chain without its targets; where it leaves to one of them it is killed. */
struct rest {
  struct sj_chain chain;
  struct sj_order order;
  struct sj_factors *factors;
  bool *kept;
  double *kill;
  size_t *state_of;
  struct sj_scaled *mean, *deviation;
};

static bool make_rest(const struct sj_eliminated *e, const bool *target, struct rest *rest) {
  const size_t count = e->chain->count;
  rest->kept = malloc(count * sizeof *rest->kept);
  rest->kill = malloc(count * sizeof *rest->kill);
  rest->state_of = malloc(count * sizeof *rest->state_of);
  rest->mean = malloc(count * sizeof *rest->mean);
  rest->deviation = malloc(count * sizeof *rest->deviation);
  if (!rest->kept || !rest->kill || !rest->state_of || !rest->mean || !rest->deviation) return false;
  for (size_t i = 0; i < count; i++) rest->kept[i] = !target[i];
  return true;
}

static void clear_rest(struct rest *rest) {
  sj_factors_destroy(rest->factors);
  sj_order_clear(&rest->order);
  sj_chain_clear(&rest->chain);
  free(rest->kept);
  free(rest->kill);
  free(rest->state_of);
  free(rest->mean);
  free(rest->deviation);
}

static enum sj_status by_killing(const struct sj_eliminated *e, const bool *target, struct sj_scaled *mean,
                                 struct sj_scaled *deviation) {
  struct rest rest = {0};
  enum sj_status status = make_rest(e, target, &rest) ? SJ_OK : SJ_NO_MEMORY;
  if (status == SJ_OK) status = sj_chain_part(e->chain, &e->order, rest.kept, &rest.chain, rest.kill, rest.state_of);
  if (status == SJ_OK) status = sj_eliminated_order(&rest.chain, true, 0, &rest.order);
  if (status == SJ_OK) status = sj_factors_create(&rest.chain, rest.kill, &rest.order, false, e->stop, &rest.factors);
  if (status == SJ_OK) status = sj_hitting_times(rest.factors, 0, rest.mean, deviation ? rest.deviation : NULL);
  for (size_t i = 0; status == SJ_OK && i < e->chain->count; i++) {
    mean[i] = (struct sj_scaled){0};
    if (deviation) deviation[i] = (struct sj_scaled){0};
  }
  for (size_t k = 0; status == SJ_OK && k < rest.chain.count; k++) {
    mean[rest.state_of[k]] = rest.mean[k];
    if (deviation) deviation[rest.state_of[k]] = rest.deviation[k];
  }
  clear_rest(&rest);
  return status;
}

enum sj_status sj_passage(const struct sj_eliminated *e, const bool *target, struct sj_scaled *mean,
                          struct sj_scaled *deviation) {
  const size_t count = e->chain->count;
  size_t targets = 0, first = 0, last = 0;
  for (size_t i = 0; i < count; i++) targets += target[i];
  if (targets == 0) return SJ_INVALID;
  while (first < count && target[state_at(&e->order, first)]) first++;
  while (last < count && target[state_at(&e->order, count - 1 - last)]) last++;
  if (first == targets) return sj_hitting_times(e->down, targets, mean, deviation);
  if (last == targets && e->up) return sj_hitting_times(e->up, targets, mean, deviation);
  return by_killing(e, target, mean, deviation);
}
