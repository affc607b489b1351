/* The eigenvalues of a generator that lie nearest to 0: how fast the chain forgets.
 *
 * Each comes with an error estimate: its structured condition number, that of relative changes of the rates with the
 * diagonal following (sum |y_i| q_ij |x_j - x_i| / |y x|, x and y the right and left eigenvectors), times the rounding
 * of the elimination, plus the residual. What a deep well does to the ordinary condition number does not matter here.
 */
#ifndef SJ_SOLVE_SPECTRUM_H
#define SJ_SOLVE_SPECTRUM_H

#include <stdbool.h>
#include <stddef.h>

#include "solve/chain.h"
#include "solve/eliminate.h"

struct sj_eigenvalue {
  double re, im;
  double error; /* estimated, of |value|, absolute; what is over 1e-6 of the value is not to be trusted */
};

struct sj_spectrum {
  size_t count; /* eigenvalues found: value[0] is 0, then by falling real part; pairs stand together */
  struct sj_eigenvalue *value;
  /* Eigenvectors of value[k] for k >= 1, [k * states + i]: right ones (functions of the state) with largest |x| = 1,
   * left ones (measures, by state) with y x = 1. Of a complex pair, the k-th holds the real part, the k + 1st the
   * imaginary part, of the one with positive imaginary part (so that y x = 1 in complex numbers, y not conjugated). */
  double *right, *left;
};

/* The `wanted` eigenvalues nearest to 0, 0 included; fewer if the chain has fewer or they do not converge. `pi` sums to
 * 1, by state. SJ_NO_MEMORY and SJ_FAILED (the second one did not converge) without a message. */
enum sj_status sj_spectrum_find(const struct sj_chain *chain, struct sj_pinned *pinned, const struct sj_scaled *pi,
                                size_t wanted, struct sj_spectrum *spectrum);
void sj_spectrum_clear(struct sj_spectrum *spectrum);

#endif
