/* A banded generator, and its elimination in place. Chains are eliminated in parts: triangles.h.
 *
 * Rows and columns are places 0 ... count - 1; a transition joins places at most `bandwidth` apart. After the
 * elimination from the last place to place 1 (or 0, with killing), row p holds
 *   left of the diagonal   L(p, c), c < p: the rates at which the chain, watched only on places up to p, goes from p to
 * c, right of the diagonal  U(p, c), c > p: the rate from p to c, watched on places up to c, over the rate out of c, so
 * that -Q = (I - U) S (I - L / S) with S = diag(exit). What stands on the diagonal means nothing. */
#ifndef SJ_SOLVE_BAND_H
#define SJ_SOLVE_BAND_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "sojourn/status.h"

struct sj_band {
  size_t count, bandwidth;
  size_t room;   /* `count` at first: there is memory for so many rows */
  size_t width;  /* places kept on either side of the diagonal: the bandwidth, and room for the blocks */
  double *entry; /* [count][2 width + 1] */
  double *exit;  /* [count]: the rate out of each place when it was taken out; 0 for one that was not */
  double *kill;  /* [count], or NULL: the rate out into nowhere, as elimination adds to it */
};

/* How many places are taken out at a time, and the bytes that a band takes. */
size_t sj_band_block(size_t bandwidth);
double sj_band_bytes(size_t count, size_t bandwidth);

/* An empty band (no transitions). SJ_NO_MEMORY without a message. */
enum sj_status sj_band_start(struct sj_band *band, size_t count, size_t bandwidth, bool killed);
void sj_band_clear(struct sj_band *band);

static inline double *sj_band_at(const struct sj_band *band, size_t row, size_t column) {
  return band->entry + row * 2 * band->width + column + band->width;
}

/* SJ_INVALID: some place cannot reach the ones before it, nor be killed. SJ_INTERRUPTED: *stop (NULL: never). Both
 * without a message. */
enum sj_status sj_band_eliminate(struct sj_band *band, const volatile sig_atomic_t *stop);
/* The same, down to place `last`: those before it keep what is left of the chain, among themselves. */
enum sj_status sj_band_eliminate_to(struct sj_band *band, size_t last, const volatile sig_atomic_t *stop);

#endif
