/* The uniformized chain: P = I + Q / rate, where rate is the largest one out of a state, laid out so that p P is quick.
 *
 * In most chains the states are numbered so that a transition adds or takes one of few numbers: an arrival + 1, a
 * retry R, ... Transitions are therefore kept by diagonals of P, which needs no indices and runs in whole vectors;
 * what lies on sparsely filled diagonals is kept by the state that it leads to. */
#ifndef SJ_SOLVE_UNIFORMIZED_H
#define SJ_SOLVE_UNIFORMIZED_H

#include <stdbool.h>
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
  bool sink;    /* the last state is never left, and there are others; steps into it are on no diagonal */
  /* How far a step may lead towards lower and towards higher numbers, but for steps into the sink. */
  size_t back, forth;
};
enum sj_status sj_uniformized_create(const struct sj_chain *chain, struct sj_uniformized *uniformized);
void sj_uniformized_clear(struct sj_uniformized *uniformized); /* zeroed is cleared */

/* y = x P, and sum += weight * y unless `sum` is NULL. x, y and sum, each by state, do not overlap. */
void sj_uniformized_step(const struct sj_uniformized *uniformized, const double *x, double *y, double weight,
                         double *sum);
/* The window of a vector that is 0 in states below `low` and from `high` on, but for the sink. */
struct sj_window {
  size_t low, high;
};
/* Several steps, at most SJ_STEPS: x becomes x P^steps, `other` x P^(steps - 1), and sum += weight[k] times what it is
 * after step k + 1 for each of them; weight may be NULL. `other` must be 0 outside of the window of x, which becomes
 * that of both. The sums are the same as step by step, in the same order; but what a step reads of P is used for all
 * of them while it is in the cache. */
enum { SJ_STEPS = 8 };
void sj_uniformized_steps(const struct sj_uniformized *uniformized, size_t steps, double **x, double **other,
                          struct sj_window *window, const double *weight, double *sum);
/* y = x Q. */
void sj_uniformized_flow(const struct sj_uniformized *uniformized, const double *x, double *y);

#endif
