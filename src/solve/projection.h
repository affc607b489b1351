/* The part of a chain where anything happens: finite state projection (Munsky and Khammash 2006).
 *
 * States that are left at high rates make uniformization take short steps, and a chain often has many of them that are
 * never reached: an orbit of 200 in which there are hardly ever 30. They are left out; what goes to them ends in one
 * further state, and how much is there in the end bounds what leaving them out does. */
#ifndef SJ_SOLVE_PROJECTION_H
#define SJ_SOLVE_PROJECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "solve/uniformized.h"

struct sj_projection {
  const struct sj_chain *chain;      /* needed as long as this */
  double *exit_rate;                 /* by state */
  uint32_t *by_rate;                 /* states by falling rate out of them */
  double limit;                      /* states whose rate is above are left out; 0: nothing was projected yet */
  size_t count;                      /* states that are kept */
  uint32_t *state;                   /* [count] which */
  struct sj_uniformized uniformized; /* of them, and one more for all others */
};
enum sj_status sj_projection_start(const struct sj_chain *chain, struct sj_projection *projection);
void sj_projection_clear(struct sj_projection *projection); /* zeroed is cleared */

/* The lowest limit for which p and pi, by state, both hold at most `mass` in states above it; times 1.05. */
double sj_projection_limit(const struct sj_projection *projection, const double *p, const double *pi, double mass);

/* Projects to that limit, unless that is what it holds. SJ_NO_MEMORY without a message. */
enum sj_status sj_projection_set(struct sj_projection *projection, double limit);

/* From states to kept ones and back; whatever is not kept stands in the last of count + 1, and becomes 0. */
void sj_projection_gather(const struct sj_projection *projection, const double *p, double *kept);
void sj_projection_scatter(const struct sj_projection *projection, const double *kept, double *p);

#endif
