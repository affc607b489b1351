/* Callers that wait before they try again: retrial queues. Those who wait are counted by how often they have tried, as
 * the next pause and the end depend on it; where the retries have no end to speak of and all pauses are alike, not. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "solve/compose/network.h"

enum { ENDLESS = 1000, MOST_RETRIES = 50 };

static double pause_before(const struct sj_backoff *backoff, size_t retry) {
  return fmin(backoff->max, backoff->base * pow(backoff->factor, (double)retry));
}

static void make_law(struct network *network, const struct sj_call *call, size_t retry, const char *caller,
                     struct sj_phases *phases) {
  const double pause = pause_before(&call->backoff, retry);
  struct sj_distribution *law = NULL;
  char what[128];
  snprintf(what, sizeof what, "backoff of `%s`", caller);
  switch (call->backoff.jitter) {
    case SJ_JITTER_NONE:
      law = sj_distribution_constant(pause, NULL);
      break;
    case SJ_JITTER_FULL:
      law = sj_distribution_uniform(0, pause, NULL);
      break;
    case SJ_JITTER_EQUAL:
      law = sj_distribution_uniform(pause / 2, pause, NULL);
      break;
    case SJ_JITTER_EXPONENTIAL:
      law = sj_distribution_exponential(pause, NULL);
      break;
  }
  const struct sj_law fixed = {.fixed = law};
  sj_network_law(network, &fixed, call->line, what, phases);
  sj_distribution_destroy(law);
}

/* Whether so many retries that their number does not matter come after pauses that are all alike. */
bool sj_retries_endless(const struct sj_call *call) {
  return call->retries >= ENDLESS && call->backoff.given && call->backoff.base > 0 &&
         pause_before(&call->backoff, 1) == call->backoff.base;
}

/* The servers called keep so many retrying requests apart. */
static uint32_t orbit_of(const struct network *network, const struct sj_call *call) {
  double most = 0;
  for (size_t t = 0; t < call->target_count; t++) {
    const struct part *const part = &network->parts[call->targets[t].server];
    const double room = (double)part->capacity * part->members;
    most = fmax(most, isnan(part->spec->orbit) ? fmin(20, room) : part->spec->orbit);
  }
  return (uint32_t)fmin(most, 1e9);
}

static uint32_t most_paused(struct network *network, const struct way *way, const char *caller) {
  const struct origin *const origin = &way->origin;
  if (origin->instance > 0) return 1;
  if (origin->kind != NONE) return kind_of(network, origin->kind)->bound;
  if (origin->source != NONE && network->sources[origin->source].closed) return network->sources[origin->source].copies;
  const uint32_t most = orbit_of(network, way->call);
  sj_network_note(network, "%s: at most %u of its requests wait to be tried again; others give up (`orbit`)", caller,
                  most);
  return most;
}

void sj_network_pauses(struct network *network, struct way *way, const char *caller) {
  const struct sj_call *const call = way->call;
  if (call->retries > MOST_RETRIES && !sj_retries_endless(call)) {
    sj_network_obstacle(network, call->line,
                        "`%s`: %u retries are kept apart one by one, which is too many; up to %d, or from %d on (as if "
                        "without end) after a `backoff` with `factor = 1`",
                        caller, call->retries, MOST_RETRIES, ENDLESS);
    return;
  }
  if (call->retries == 0 || !call->backoff.given || call->backoff.base <= 0) return;
  struct pauses *const pauses = &way->pauses;
  pauses->endless = sj_retries_endless(call);
  pauses->count = pauses->endless ? 1 : call->retries;
  if (pauses->endless)
    sj_network_note(network, "%s: its %u retries count as retries without end", caller, call->retries);
  pauses->laws = sj_allocate_array(pauses->count, sizeof *pauses->laws);
  for (size_t i = 0; i < pauses->count; i++) make_law(network, call, i, caller, &pauses->laws[i]);
  way->most_paused = most_paused(network, way, caller);
}

void sj_network_pause_slots(struct network *network, struct way *way) {
  if (way->pauses.count == 0) return;
  const size_t targets = way->call->target_count, pauses = way->pauses.count;
  way->paused = sj_allocate_array(targets * pauses, sizeof *way->paused);
  for (size_t i = 0; i < targets * pauses; i++)
    way->paused[i] = sj_network_add_slots(network, way->pauses.laws[i % pauses].count, way->most_paused);
  network->paused = sj_reallocate_array(network->paused, network->paused_count + 1, sizeof(struct way *));
  network->paused[network->paused_count++] = way;
}

void sj_pauses_clear(struct way *way) {
  for (size_t i = 0; i < way->pauses.count; i++) sj_phases_clear(&way->pauses.laws[i]);
  free(way->pauses.laws);
  free(way->paused);
}

uint32_t sj_way_paused(const struct way *way, const uint32_t *slots) {
  const size_t pauses = way->pauses.count;
  uint32_t sum = 0;
  for (size_t i = 0; i < way->call->target_count * pauses; i++)
    for (size_t j = 0; j < way->pauses.laws[i % pauses].count; j++) sum += slots[way->paused[i] + j];
  return sum;
}
