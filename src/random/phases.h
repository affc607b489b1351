/* Laws as phase-type laws: the time that a chain of phases takes to its end (Neuts, "Matrix-Geometric Solutions in
 * Stochastic Models", 1981, chapter 2). What an exact Markov chain of a model is made of. */
#ifndef SJ_RANDOM_PHASES_H
#define SJ_RANDOM_PHASES_H

#include <stddef.h>

#include "random/distribution.h"

/* Begins in phase i with probability start[i], or ends at once with probability `at_once`; goes on from phase i to j at
 * rate[i * count + j] (diagonal 0), and ends at rate exit[i]. Zeroed it has no phases and must not be used. */
struct sj_phases {
  size_t count;
  double at_once;
  double *start, *rate, *exit;
};

/* The law exactly: exponential, Erlang, hyperexponential and phase-type laws, the constant 0, and what mixtures, sums,
 * maxima, minima and multiples make of them. Returns NULL, or, with `phases` cleared, the name in the model language of
 * the part that is not of this kind ("gamma"); "many phases" where there would be more than 2000. */
const char *sj_phases_of(const struct sj_distribution *d, struct sj_phases *phases);

/* An Erlang law. */
void sj_phases_erlang(size_t count, double mean, struct sj_phases *phases);

/* Every rate times `factor` > 0: the law is divided by it. */
void sj_phases_speed_up(struct sj_phases *phases, double factor);

/* A law of phases with the same first moments: three, as far as 20 phases can have them (Bobbio, Horvath and Telek
 * 2005), else two (Tijms 1994), else the mean alone, with the least variance that 20 phases can have. Returns how many;
 * 0, and no phases, if the law has no finite positive mean. */
unsigned sj_phases_fit(const struct sj_distribution *d, struct sj_phases *phases);

/* E[X^k] for k = 1, 2, 3: of a law that is nowhere negative (INFINITY where they do not exist); and of phases, without
 * subtractions. */
void sj_distribution_moments(const struct sj_distribution *d, double moments[3]);
void sj_phases_moments(const struct sj_phases *phases, double moments[3]);

void sj_phases_clear(struct sj_phases *phases);

#endif
