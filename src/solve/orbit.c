#include "solve/orbit.h"

#include <math.h>
#include <stdlib.h>

#include "random/special.h"

double sj_orbit_retry_rate(const struct sj_orbit *orbit) {
  return orbit->retries / ((orbit->retries + 1) * orbit->timeout);
}

double sj_orbit_abandon_rate(const struct sj_orbit *orbit) { return 1 / ((orbit->retries + 1) * orbit->timeout); }

static struct sj_timing chebyshev(double mean, double deviation, double timeout) {
  const double spare = timeout - mean;
  if (!(spare > deviation)) return (struct sj_timing){1, 0};
  const double ratio = deviation / spare;
  return (struct sj_timing){ratio * ratio, (spare - deviation) * (spare + deviation) / (spare * spare)};
}

struct sj_timing sj_timing(enum sj_timeout_tail tail, double shape, double rate, double timeout) {
  if (shape == 0) return (struct sj_timing){0, 1};
  if (tail == SJ_TAIL_CHEBYSHEV) return chebyshev(shape / rate, sqrt(shape) / rate, timeout);
  return (struct sj_timing){sj_gamma_q(shape, rate * timeout), sj_gamma_p(shape, rate * timeout)};
}

struct sj_timing sj_orbit_timing(const struct sj_orbit *orbit, uint32_t q) {
  return sj_timing(orbit->tail, q, fmin(q, orbit->threads) * orbit->service_rate, orbit->timeout);
}

static bool orbit_is_longer(const struct sj_orbit *orbit) { return orbit->capacity < orbit->orbit; }

size_t sj_orbit_state(const struct sj_orbit *orbit, uint32_t q, uint32_t o) {
  if (orbit_is_longer(orbit)) return (size_t)o * ((size_t)orbit->capacity + 1) + q;
  return (size_t)q * ((size_t)orbit->orbit + 1) + o;
}

uint32_t sj_orbit_in_system(const struct sj_orbit *orbit, size_t state) {
  if (orbit_is_longer(orbit)) return (uint32_t)(state % ((size_t)orbit->capacity + 1));
  return (uint32_t)(state / ((size_t)orbit->orbit + 1));
}

uint32_t sj_orbit_orbiting(const struct sj_orbit *orbit, size_t state) {
  if (orbit_is_longer(orbit)) return (uint32_t)(state / ((size_t)orbit->capacity + 1));
  return (uint32_t)(state % ((size_t)orbit->orbit + 1));
}

/* A chain being built; `timing` of each q. The first failure is kept. */
struct building {
  const struct sj_orbit *orbit;
  struct sj_chain *chain;
  const struct sj_timing *timing;
  double retry, abandon;
  enum sj_status status;
};

static void go(struct building *b, uint32_t q, uint32_t o, double rate) {
  if (b->status == SJ_OK) b->status = sj_chain_add(b->chain, sj_orbit_state(b->orbit, q, o), rate);
}

static void add_empty(struct building *b, uint32_t o) {
  go(b, 1, o, b->orbit->arrival_rate);
  if (o == 0) return;
  go(b, 0, o - 1, o * b->abandon);
  go(b, 1, o - 1, o * b->retry);
}

static void add_between(struct building *b, uint32_t q, uint32_t o) {
  const struct sj_orbit *const orbit = b->orbit;
  const struct sj_timing of_q = b->timing[q];
  const double rate = orbit->arrival_rate;
  const double joining = o < orbit->orbit ? orbit->alpha * of_q.late : 0;
  /* 1 - joining, without loss where that is near 0. */
  const double not_joining = joining > 0 ? 1 - orbit->alpha + orbit->alpha * of_q.in_time : 1;
  const double entering = orbit->arrivals == SJ_AS_ORIGINAL ? rate : rate * not_joining;
  if (joining > 0) go(b, q + 1, o + 1, rate * joining);
  go(b, q + 1, o, entering + o * b->retry * of_q.late);
  if (o > 0) {
    go(b, q + 1, o - 1, o * b->retry * of_q.in_time);
    go(b, q, o - 1, o * b->abandon);
  }
  go(b, q - 1, o, fmin(q, orbit->threads) * orbit->service_rate);
}

static void add_full(struct building *b, uint32_t o) {
  const struct sj_orbit *const orbit = b->orbit;
  const uint32_t full = orbit->capacity;
  if (full > 0) go(b, full - 1, o, fmin(full + 1.0, orbit->threads) * orbit->service_rate);
  if (o > 0) go(b, full, o - 1, o * (orbit->retry_when_full ? b->abandon : b->retry + b->abandon));
  if (orbit->retry_when_full && o < orbit->orbit)
    go(b, full, o + 1, orbit->alpha * (orbit->arrival_rate + o * b->retry));
}

enum sj_status sj_orbit_chain(const struct sj_orbit *orbit, struct sj_chain *chain) {
  const size_t states = ((size_t)orbit->capacity + 1) * ((size_t)orbit->orbit + 1);
  *chain = (struct sj_chain){0};
  struct sj_timing *const of_q = malloc(((size_t)orbit->capacity + 1) * sizeof *of_q);
  if (!of_q) return SJ_NO_MEMORY;
  for (uint32_t q = 0; q <= orbit->capacity; q++) of_q[q] = sj_orbit_timing(orbit, q);
  struct building b = {.orbit = orbit,
                       .chain = chain,
                       .timing = of_q,
                       .retry = sj_orbit_retry_rate(orbit),
                       .abandon = sj_orbit_abandon_rate(orbit)};
  b.status = sj_chain_start(chain, states, sj_orbit_transitions(orbit));
  for (size_t i = 0; i < states && b.status == SJ_OK; i++) {
    const uint32_t q = sj_orbit_in_system(orbit, i), o = sj_orbit_orbiting(orbit, i);
    if (q == orbit->capacity)
      add_full(&b, o);
    else if (q == 0)
      add_empty(&b, o);
    else
      add_between(&b, q, o);
    sj_chain_end_row(chain);
  }
  free(of_q);
  if (b.status != SJ_OK) sj_chain_clear(chain);
  return b.status;
}

size_t sj_orbit_transitions(const struct sj_orbit *orbit) {
  return 5 * ((size_t)orbit->capacity + 1) * ((size_t)orbit->orbit + 1);
}
