/* The uniformized chain: P = I + Q / rate, where rate is the largest one out of a state, laid out so that p P is quick.
 *
 * In most chains the states are numbered so that a transition adds or takes one of few numbers: an arrival + 1, a
 * retry R, ... Transitions are therefore kept by diagonals of P, which needs no indices and runs in whole vectors;
 * what lies on sparsely filled diagonals is kept by the state that it leads to. */
#ifndef SJ_SOLVE_UNIFORMIZED_H
#define SJ_SOLVE_UNIFORMIZED_H

#include <stddef.h>
#include <stdint.h>

#include "solve/chain.h"

struct sj_uniformized {
  size_t count;
  double rate;  /* the largest rate out of a state; 0: nothing ever happens */
  double *stay; /* [count] the probability that a step leads from the state to itself */
  size_t diagonals;
  ptrdiff_t *offset; /* [diagonals] state after the step minus state before it */
  double *entry;     /* [d * count + j]: the probability of a step from j - offset[d] to j */
  /* The others: into state row[r] from from[begin[r]] ... from[begin[r + 1] - 1]. */
  size_t rows, *begin;
  uint32_t *row, *from;
  double *probability;
  size_t terms; /* the most products that are added up for one state: what its rounding follows from */
};
enum sj_status sj_uniformized_create(const struct sj_chain *chain, struct sj_uniformized *uniformized);
void sj_uniformized_clear(struct sj_uniformized *uniformized); /* zeroed is cleared */

/* y = x P, and sum += weight * y unless `sum` is NULL. x, y and sum, each by state, do not overlap. */
void sj_uniformized_step(const struct sj_uniformized *uniformized, const double *x, double *y, double weight,
                         double *sum);
/* y = x Q. */
void sj_uniformized_flow(const struct sj_uniformized *uniformized, const double *x, double *y);

#endif
