/* What a chain looks like from one server's (requests in the system, requests in the orbit): drift field, fixed points,
 * stationary density, level sets; as data for drawing. */
#ifndef SJ_SOLVE_PICTURE_H
#define SJ_SOLVE_PICTURE_H

#include <jansson.h>
#include <stddef.h>

#include "solve/field.h"
#include "solve/scaled.h"
#include "solve/space.h"

/* By state; NULL for what is not wanted or not known. */
struct sj_picture_input {
  const struct sj_scaled *pi;        /* the stationary distribution */
  const struct sj_scaled *to_empty;  /* the mean time until nothing is anywhere */
  const struct sj_scaled *committor; /* the probability of being in the high regime before the low one: levels.h */
  double low, high;                  /* the regimes: at most `low`, at least `high` in the system; NAN: none */
};

/* Arrays are [q * field.rows + o]; what a point has several states for is their mean: plane.h. Without a state it is
 * NAN, the density 0. */
struct sj_picture {
  char *server;
  double low, high;
  struct sj_drift_field field;
  double *density, *log10_density; /* the probability of the point; the logarithm does not underflow */
  double *log10_to_empty;          /* -INFINITY at the empty state; NULL if not given */
  double *committor;               /* NULL if not given */
  size_t fixed_point_count;
  struct sj_fixed_point *fixed_points;
};

/* SJ_NO_MEMORY without a message. Zeroed is cleared. */
enum sj_status sj_picture_create(const struct sj_space *space, size_t server, const struct sj_picture_input *input,
                                 struct sj_picture *picture);
void sj_picture_clear(struct sj_picture *picture);

/* One JSON object, to be released by the caller; NULL if memory ran out:
 *
 *     { "server": "api", "low": 10, "high": 90, "q": [0, 1, ...], "o": [0, 1, ...],
 *       "drift": { "q": [[...], ...], "o": [[...], ...] }, "density": [[...], ...], "log10_density": [[...], ...],
 *       "log10_to_empty": [[...], ...], "committor": [[...], ...],
 *       "fixed_points": [ { "q": 0.95, "o": 0.01, "kind": "attractor", "focus": false,
 *                           "eigenvalues": [ { "re": -10, "im": 0 }, ... ] }, ... ] }
 *
 * The inner lists are over o, the outer ones over q. Of a longer side only every k-th point is there, and the last, so
 * that there are at most `most` (at least 2) and one more; fixed points are those of the whole grid. What does not
 * exist is null. */
json_t *sj_picture_json(const struct sj_picture *picture, size_t most);

#endif
