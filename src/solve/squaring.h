/* How a distribution of a small chain moves on over a time in which the fastest transition happens 10^10 times and
 * more: the matrix of transition probabilities over a short time, squared again and again.
 *
 * All of it is positive, and the probability to stay is what the others of its row leave, so nothing cancels: the slow
 * transitions keep their digits however fast the others are, as with elimination (Grassmann, Taksar and Heyman 1985).
 */
#ifndef SJ_SOLVE_SQUARING_H
#define SJ_SOLVE_SQUARING_H

#include <stdbool.h>
#include <stddef.h>

#include "solve/uniformized.h"

/* Whether it is less work than uniformization, and of a bearable amount. */
bool sj_squaring_pays(const struct sj_uniformized *uniformized, double time);

/* p, by state, becomes p exp(Q time). Adds an estimate of the 1-norm of what is wrong to *error. SJ_NO_MEMORY without a
 * message. */
enum sj_status sj_squaring_advance(const struct sj_uniformized *uniformized, double *p, double time, double *error);

#endif
