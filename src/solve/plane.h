/* The states of a chain seen as points (q, o) of one server: requests in the system and in its orbit. */
#ifndef SJ_SOLVE_PLANE_H
#define SJ_SOLVE_PLANE_H

#include <stddef.h>

#include "solve/scaled.h"
#include "solve/space.h"

/* Point (q, o) is number q * rows + o. One row without orbits. */
struct sj_plane {
  size_t states, columns, rows;
  size_t *point;              /* [states] */
  const struct sj_scaled *pi; /* the stationary distribution, by state; NULL: none */
  struct sj_scaled *density;  /* [columns * rows]: of the point; all 0 without pi */
};

/* `pi` is needed as long as the plane. SJ_NO_MEMORY without a message. */
enum sj_status sj_plane_create(const struct sj_space *space, size_t server, const struct sj_scaled *pi,
                               struct sj_plane *plane);
void sj_plane_clear(struct sj_plane *plane);

/* The mean of a figure over the states of each point, weighted by the stationary distribution; where no state of a
 * point is ever visited, all weigh alike. NAN where a point has no state. `figure` may be asked more than once for a
 * state. The means are in numbers of any size until `as_double` turns them into what goes to `mean` [columns * rows].
 * SJ_NO_MEMORY without a message. */
enum sj_status sj_plane_means(const struct sj_plane *plane,
                              struct sj_scaled (*figure)(const void *context, size_t state), const void *context,
                              double (*as_double)(struct sj_scaled mean), double *mean);

#endif
