/* One server with an orbit: the chain of (requests in the system, requests that timed out and may retry).
 *
 * State (q, o), 0 <= q <= K, 0 <= o <= R. An arrival that will time out (with probability p(q), as it finds itself the
 * q-th) joins queue and orbit; in the orbit it retries at rate a and gives up at rate d. docs/metastability.md has the
 * table of transitions. The same program as Metafor's, whose qsize and orbit_size are K + 1 and R + 1. */
#ifndef SJ_SOLVE_ORBIT_H
#define SJ_SOLVE_ORBIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "solve/chain.h"

enum sj_timeout_tail { SJ_TAIL_EXACT, SJ_TAIL_CHEBYSHEV };
enum sj_orbit_arrivals { SJ_CONSERVED, SJ_AS_ORIGINAL };

struct sj_orbit {
  uint32_t capacity, orbit; /* K, R */
  double arrival_rate;      /* all clients together */
  double service_rate;      /* of one thread */
  double timeout, retries;  /* the clients' means, weighted by their rates; retries may be fractional */
  double threads;
  double alpha; /* share of timed-out new arrivals that join the orbit */
  bool retry_when_full;
  enum sj_timeout_tail tail;
  enum sj_orbit_arrivals arrivals;
};

/* Rates at which one orbiting request retries and gives up. */
double sj_orbit_retry_rate(const struct sj_orbit *orbit);
double sj_orbit_abandon_rate(const struct sj_orbit *orbit);

/* The probabilities that a time with a gamma law of this shape and rate exceeds `timeout`, and that it does not: each
 * by itself, so that neither loses digits where the other is nearly 1. Shape 0: it is in time. By Chebyshev's bound:
 * (deviation / spare)^2 with spare = timeout - mean, and 1 where that is more. */
struct sj_timing {
  double late, in_time;
};
struct sj_timing sj_timing(enum sj_timeout_tail tail, double shape, double rate, double timeout);

/* The same of a request that finds itself the q-th: it takes q services at rate min(q, threads) service_rate, which is
 * Erlang's law. */
struct sj_timing sj_orbit_timing(const struct sj_orbit *orbit, uint32_t q);

/* State (q, o) is number q (R + 1) + o, or o (K + 1) + q if K < R: the band is the narrower one. */
size_t sj_orbit_state(const struct sj_orbit *orbit, uint32_t q, uint32_t o);
uint32_t sj_orbit_in_system(const struct sj_orbit *orbit, size_t state);
uint32_t sj_orbit_orbiting(const struct sj_orbit *orbit, size_t state);

/* No more transitions than this. */
size_t sj_orbit_transitions(const struct sj_orbit *orbit);

/* The chain; SJ_NO_MEMORY without a message. A server with capacity 0 is always full. */
enum sj_status sj_orbit_chain(const struct sj_orbit *orbit, struct sj_chain *chain);

#endif
