/* State spaces of the chains with orbits. */
#ifndef SJ_SOLVE_ORBIT_SPACE_H
#define SJ_SOLVE_ORBIT_SPACE_H

#include "solve/orbit.h"
#include "solve/space.h"

/* The chain of a model with timeouts or retries: of one server as orbit.h has it, of several as row.h does, which is
 * the approximation (a note says so). What sj_space_create says.
 *
 * Of one server, in state (q, o):
 * - completions are min(q, threads) service_rate;
 * - lost are the arrivals refused at q = K, and those who give up in the orbit, o d. Refused at q = K are new arrivals
 *   and retries; with `retry_when_full` those new arrivals are not lost that join the orbit, and no retry is. Not lost
 *   here are new arrivals that will time out and do not join the orbit, since they are served;
 * - a client is answered in time where a request does not time out: at q < K new arrivals and retries, in_time(q) of
 *   them. With several clients the orbit is divided by their rates. How many of its requests are open is not known.
 *
 * Of several servers, in each: completions at s_i; lost are those who give up in the orbit, and arrivals refused where
 * queue and orbit are full. Clients only arrive. */
enum sj_status sj_space_orbit(const struct sj_model *model, const struct sj_space_options *options,
                              struct sj_space *space, struct sj_error *error);

/* The parameters of a space of one server with an orbit; NULL of any other. */
const struct sj_orbit *sj_space_orbit_parameters(const struct sj_space *space);

#endif
