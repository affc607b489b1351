/* The 60 chains of data/chains.txt, and what is true of them (data/make_chains.py). */
#ifndef TESTS_SOLVE_REFERENCE_CHAIN_H
#define TESTS_SOLVE_REFERENCE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "solve/chain.h"
#include "solve/scaled.h"

enum { MOST_STATES = 64, MOST_TIMES = 2 };

struct reference_chain {
  int number;
  char kind[32];
  struct sj_chain chain;
  struct sj_scaled pi[MOST_STATES];
  /* To state 0 and to the last one; `reached`: from everywhere. */
  bool reached[2];
  struct sj_scaled mean[2][MOST_STATES], deviation[2][MOST_STATES];
  struct sj_scaled re[MOST_STATES], im[MOST_STATES]; /* eigenvalues by falling real part */
  size_t times;
  double time[MOST_TIMES], moved[MOST_TIMES][MOST_STATES]; /* where it is then that starts in state 0 */
};

/* False at the end of the file. Ends the program with a message if the file is not what it should be. */
bool reference_chain_read(FILE *file, struct reference_chain *reference);
void reference_chain_clear(struct reference_chain *reference);

/* |found / expected - 1|, 0 if both are 0. */
double relative_difference(struct sj_scaled found, struct sj_scaled expected);

#endif
