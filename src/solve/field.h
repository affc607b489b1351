/* The drift field of one server: where its (requests in the system, requests in the orbit) tend to go, and where they
 * come to rest.
 *
 * At a point (q, o) of the grid the field is the expected change of q and of o per time, from the chain's own rates;
 * between four of them it is bilinear. Of a chain that knows more than (q, o) of one server it is the mean over the
 * states of a point, weighted by the stationary distribution. Of one without orbits it has a single row, o = 0. */
#ifndef SJ_SOLVE_FIELD_H
#define SJ_SOLVE_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "solve/plane.h"
#include "solve/space.h"

struct sj_drift_field {
  size_t columns, rows;      /* q = 0 ... columns - 1, o = 0 ... rows - 1 */
  double *drift_q, *drift_o; /* [q * rows + o]; NAN where there is no state */
};

/* SJ_NO_MEMORY without a message. */
enum sj_status sj_drift_field_create(const struct sj_space *space, const struct sj_plane *plane,
                                     struct sj_drift_field *field);
void sj_drift_field_clear(struct sj_drift_field *field);

enum sj_fixed_kind {
  SJ_ATTRACTOR,
  SJ_SADDLE,
  SJ_REPELLER,
  SJ_UNDECIDED /* the linear part does not tell: one of its eigenvalues is 0 */
};

struct sj_fixed_point {
  double q, o;
  enum sj_fixed_kind kind;
  bool focus;          /* turns around it: the eigenvalues are complex */
  double re[2], im[2]; /* the eigenvalues of the linear part; on an edge that cells share, of the mean of theirs. Of a
                          grid with one row or column there is one, and the second is NAN */
};

/* All points with no drift, those on the boundary included, sorted by q, then o: `*points` of them, to be freed by the
 * caller. In each cell they are the roots of a quadratic; what is found from several cells that share an edge is given
 * once. Where the field vanishes along a whole curve, none of the curve's points is given. SJ_NO_MEMORY without a
 * message. */
enum sj_status sj_fixed_points(const struct sj_drift_field *field, struct sj_fixed_point **points, size_t *count);

/* "attractor" */
const char *sj_fixed_kind_name(enum sj_fixed_kind kind);

#endif
