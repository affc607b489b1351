/* The observables of extended dynamic mode decomposition, and their linear step by least squares.
 *
 * z = (the present state, the `delays` states before it, monomials of the present state of degrees 2 ... `degree`,
 * `radial` radial functions exp(-|x - c|^2 / (2 w^2)) of it). The present state comes first, so that decoding is taking
 * the first components. States are normalized. The constant is no component; it is the offset b. */
#ifndef SJ_LEARN_DICTIONARY_H
#define SJ_LEARN_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>

#include "learn/network.h"
#include "sojourn/status.h"

struct sj_dictionary {
  size_t features, delays, degree, radial;
  double *centres; /* features x radial; owned; NULL if radial = 0 */
  double width;    /* w */
};

/* How many components z has; 0 if more than `most`. */
size_t sj_dictionary_size(const struct sj_dictionary *dictionary, size_t most);

/* z of a history: features x (delays + 1), the present last. */
void sj_dictionary_lift(const struct sj_dictionary *dictionary, const double *history, double *z);

/* Chooses the centres among the states, each as far from those before it as can be, and the width, their mean distance
 * to the nearest other. False: no memory. */
bool sj_dictionary_place(struct sj_dictionary *dictionary, const struct sj_rollout *rollout);

/* K (by columns) and b that minimize the sum of |z(t+1) - K z(t) - b|^2 over all t whose states are known, plus
 * `ridge` times the number of t times K's squared entries. SJ_INVALID: fewer t than components (`*pairs` of them);
 * SJ_FAILED, SJ_NO_MEMORY; without messages. */
enum sj_status sj_dictionary_fit(const struct sj_dictionary *dictionary, const struct sj_rollout *rollout, double ridge,
                                 double *transition, double *offset, size_t *pairs);

#endif
