/* Exact chains of models without timeouts: whatever is made of exponential and phase-type laws, and bounded.
 *
 * Sources, servers, pools, batchers and admissions each give what they are made of as small whole numbers and what may
 * happen in them (network.h, walk.h); the composer explores what can be reached from the empty state, breadth first.
 * What happens is what `simulate` does, step by step (src/simulate), so both engines answer the same question:
 *
 * - sources: Poisson, Markov-modulated, renewal with phase-type intervals, closed with phase-type thoughts; several;
 * - servers: threads, capacity, every discipline (processor sharing with exponential service), several apis, speed,
 *   pools; requests that wait are told apart where their future differs, and counted where it does not;
 * - policies: random, round_robin, pick_first, weighted targets; join_shortest_queue, power_of_choices and least_cost
 * by what is in flight, least_requests. Members that may be exchanged are not told apart;
 * - calls: in sequence or parallel, with the thread held or `async`, fire and forget, optional; pipelines without
 *   branches; retries of what failed, at once or after an exponential backoff (retrial queues);
 * - admissions: throttle, max_in_flight; token buckets, approximately;
 * - batchers by count or bytes of equal requests, when idle, in_flight; stores with failures; `after`, approximately.
 *
 * Everything else is refused by name. With options->approximate laws that are not phase-type are fitted
 * (random/phases.h), and what is deterministic becomes an Erlang law; a note tells of each. */
#ifndef SJ_SOLVE_COMPOSE_H
#define SJ_SOLVE_COMPOSE_H

#include "solve/space.h"

/* SJ_INVALID with a line FILE:LINE for each thing that cannot be solved; SJ_NO_MEMORY when the space has grown past
 * options->most_bytes, with how far it came. The space does not need the model any more. In every case
 * sj_space_clear. */
enum sj_status sj_space_compose(const struct sj_model *model, const struct sj_space_options *options,
                                struct sj_space *space, struct sj_error *error);

#endif
