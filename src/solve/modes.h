/* What known eigenvectors explain of a distribution: p = pi + sum c_k y_k + rest, c_k = p x_k. In time the k-th part
 * goes as exp(value_k t), and the 1-norm of the rest can only fall, for a generator's semigroup contracts. So the rest
 * now bounds what leaving it out does at any later time, whatever the eigenvectors were. */
#ifndef SJ_SOLVE_MODES_H
#define SJ_SOLVE_MODES_H

#include <complex.h>
#include <stddef.h>

#include "solve/spectrum.h"
#include "solve/uniformized.h"

/* The eigenvalues that it uses: real ones and the first of each complex pair. */
struct sj_mode {
  double _Complex value;
  double error;  /* of the value, as spectrum.h estimates it */
  double defect; /* |y Q - value y|_1 */
  double stray;  /* estimate of the share of other eigenvectors in y: by its sum, which is 0, and by the defect */
  double norm;   /* |y|_1 */
  size_t number; /* in the spectrum */
};
struct sj_modes {
  const struct sj_spectrum *spectrum;
  const double *pi;
  size_t states, count;
  struct sj_mode *mode;
  size_t used;            /* set by sj_modes_split: of these */
  double _Complex *share; /* [count] is c_k */
  double *rest;           /* [states] room */
};

/* `pi` by state; `spectrum` may be NULL: then there is pi alone. All three are needed as long as the modes. */
enum sj_status sj_modes_create(const struct sj_uniformized *uniformized, const struct sj_spectrum *spectrum,
                               const double *pi, struct sj_modes *modes);
void sj_modes_clear(struct sj_modes *modes); /* zeroed is cleared */

/* Splits p by pi and the slowest `used` modes, so many that the total is least of the 1-norm of the rest and of what
 * the modes' own errors amount to in the 1-norm within `time`: for each the lesser of a bound by its defect and an
 * estimate by its error. Returns that total. (Fast modes may have vectors so long that their shares are all rounding.)
 */
double sj_modes_split(struct sj_modes *modes, const double *p, double time);

/* p += weight pi + sum of share_k factor[k] y_k. */
void sj_modes_add(const struct sj_modes *modes, double weight, const double _Complex *factor, double *p);

#endif
