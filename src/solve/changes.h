/* The smallest change of each parameter by itself that would make a server stable.
 *
 * Arrival rates and retries go down, timeouts, threads and the speed go up, the capacity goes down: each as far as it
 * makes sense, and if the server is stable there, back by bisection on the verdict to where it just is: to 0.2 %, or
 * the last whole number. Where a verdict changes more than once on the way, it is one of these places. */
#ifndef SJ_SOLVE_CHANGES_H
#define SJ_SOLVE_CHANGES_H

#include "solve/solution.h"

/* For each server that is not stable: SERVER.change.PATH.from and SERVER.change.PATH.to, NAN if no change of it is
 * enough. SJ_NO_MEMORY and SJ_INTERRUPTED without a message. */
enum sj_status sj_find_changes(const struct sj_solution *solution, struct sj_findings *findings);

#endif
