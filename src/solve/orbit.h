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

/* The probability that the request that finds itself the q-th (0: none is there) times out. */
double sj_orbit_timeout_probability(const struct sj_orbit *orbit, uint32_t q);

/* State (q, o) is number q (R + 1) + o, or o (K + 1) + q if K < R: the band is the narrower one. */
size_t sj_orbit_state(const struct sj_orbit *orbit, uint32_t q, uint32_t o);
uint32_t sj_orbit_in_system(const struct sj_orbit *orbit, size_t state);
uint32_t sj_orbit_orbiting(const struct sj_orbit *orbit, size_t state);

/* The chain; SJ_NO_MEMORY without a message. */
enum sj_status sj_orbit_chain(const struct sj_orbit *orbit, struct sj_chain *chain);

#endif
