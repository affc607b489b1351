/* The eliminated chain's factors as the sweeps read them: no more than what they need, row after row.
 *
 * Elimination works in a band (band.h) of as many rows as fit into the second-level cache; rows that are done move on
 * to here. */
#ifndef SJ_SOLVE_TRIANGLES_H
#define SJ_SOLVE_TRIANGLES_H

#include <stddef.h>

#include "solve/band.h"

/* Row p of `left` has L(p, p - bandwidth) ... L(p, p - 1), of `right` U(p, p + 1) ... U(p, p + bandwidth); what lies
 * outside of the places is there, and means nothing. */
struct sj_triangles {
  size_t count, bandwidth;
  double *left, *right; /* [count][bandwidth]; the rows of `right` begin at its second element */
  double *exit;         /* [count]: as in struct sj_band */
};

/* The bytes that they take, and making them. */
double sj_triangles_bytes(size_t count, size_t bandwidth);

/* Writes the rates out of place p into its row: row[c - p] is that to place c. */
typedef void sj_fill_row(const void *context, size_t p, double *row);

/* Eliminates the chain of `count` places that `fill` gives, each row once, from the last place to place 1, or with
 * `kill`, the rates into nowhere by place (NULL: none), to place 0; these change. Errors as sj_band_eliminate. Zeroed
 * is cleared. */
enum sj_status sj_triangles_create(size_t count, size_t bandwidth, double *kill, sj_fill_row *fill, const void *context,
                                   const volatile sig_atomic_t *stop, struct sj_triangles *triangles);
void sj_triangles_clear(struct sj_triangles *triangles);

static inline const double *sj_triangles_left(const struct sj_triangles *t, size_t p, size_t c) {
  return t->left + p * t->bandwidth + (c + t->bandwidth - p);
}
static inline const double *sj_triangles_right(const struct sj_triangles *t, size_t p, size_t c) {
  return t->right + p * t->bandwidth + (c - p);
}

#endif
