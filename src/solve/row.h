/* Servers that call each other, each with an orbit: an approximation.
 *
 * State: (q, o) of every server, as in orbit.h. A server does not hand a request on: what goes on downstream arrives
 * there as a stream of its own, at the rate at which it is served upstream now. In a row of servers 0 ... n - 1 whose
 * requests wait for all that follow (docs/metastability.md):
 * - server i serves at s_i = min(service_i min(q_i, c_i), min over j > i of service_j min(q_j + 1, c_j)): a thread is
 *   held until what it called has answered;
 * - it gets arrivals at Lambda_i = lambda_i + A_i, with A_0 = 0 and A_(k + 1) = min(A_k + lambda_k, s_k);
 * - a request times out with the probability that a gamma law exceeds its timeout (or by Chebyshev's bound) that has
 * the mean and the variance of the services of all that are in servers i ... n - 1. Every request that times out joins
 * the orbit (alpha = 1), and every arrival enters once.
 *
 * Any graph without a cycle instead of the row:
 * - server j is called `calls` times a request of i, in the mean: A_j = sum over i of calls(i, j) min(A_i + lambda_i,
 *   s_i). At a server that joins the branches of a request it is the least of these instead of the sum.
 * - of these `waited` are part of a request's answer. From them follows how often j is visited in all for a request of
 *   i, v(i, j), and s_i is also at most service_j min(q_j + 1, c_j) / v(i, j), unless i's threads are free meanwhile.
 * - the time of a request of i is its own plus that of what it calls, one after the other, each call made with
 *   probability `waited` (or so many times in a row, if over 1); if it calls them at once, that of the branch with the
 *   largest mean. */
#ifndef SJ_SOLVE_ROW_H
#define SJ_SOLVE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "solve/chain.h"
#include "solve/orbit.h"

struct sj_row_server {
  uint32_t capacity, orbit;
  double arrival_rate; /* from clients */
  double service_rate, threads;
  double timeout, retries; /* means of its callers', weighted by their rates; INFINITY: nobody has one */
  bool timeout_covers_own; /* the timeout is of this server's queue and service alone, not of what it calls */
  bool held;               /* threads are held until the waited calls are answered */
  bool parallel;           /* calls are made at once */
  bool join;               /* starts a request when all its branches are here */
};

struct sj_row {
  size_t count;
  struct sj_row_server *server; /* callers before those they call */
  double *calls, *waited;       /* [caller * count + callee] */
  enum sj_timeout_tail tail;
  bool empty_times_out; /* a timeout is certain where one of the servers it covers is empty, as the original has it;
                           else an empty server adds nothing */
};

/* How many states and, at most, transitions there are, and the largest distance of two that a transition joins. */
struct sj_row_size {
  double states, transitions, bandwidth;
};
struct sj_row_size sj_row_size(const struct sj_row *row);

/* The number of a state and back: the server whose turn comes last in counting is the one that makes the band
 * narrowest. `q` and `o` are by server. */
/* The state's local numbers, q (R + 1) + o of each server, times these, added up. */
void sj_row_strides(const struct sj_row *row, size_t *stride);
size_t sj_row_state(const struct sj_row *row, const uint32_t *q, const uint32_t *o);
void sj_row_split(const struct sj_row *row, size_t state, uint32_t *q, uint32_t *o);

void sj_row_clear(struct sj_row *row); /* frees its arrays; zeroed is cleared */

/* The rates in one state, by server. */
struct sj_row_rates {
  double *arrival, *service; /* Lambda_i, s_i */
  struct sj_timing *timing;
};
/* `row` and `work` are kept as long as `rates` are used; NULL if memory ran out. */
struct sj_row_worker;
struct sj_row_worker *sj_row_worker_create(const struct sj_row *row);
void sj_row_worker_destroy(struct sj_row_worker *worker);
/* Valid until the next call. */
const struct sj_row_rates *sj_row_rates(struct sj_row_worker *worker, const uint32_t *q);

/* The chain; SJ_NO_MEMORY without a message. */
enum sj_status sj_row_chain(const struct sj_row *row, struct sj_chain *chain);

#endif
