/* Are the original's runs and ours samples of the same distributions? Judged by all scenarios together, where single
 * ones have too few runs to tell.
 *
 * Within a scenario each figure of all runs is replaced by its normal score: the standard normal quantile of its rank
 * among them (van der Waerden; ties have their mean rank), so heavy tails and units do not matter. z is the mean of the
 * original's scores less that of ours, in units of its deviation. Then
 *
 *   each figure   the sum of its z over scenarios, whichever its sign (a stratified rank test; van Elteren 1960)
 *   all figures   the sum of the squares of all z
 *   contrasts     for a world that is wrong in a known way: the sum over scenarios and figures of weight times
 *                 difference, where the weights say in which direction that world differs from ours, and are those of
 *                 a linear discriminant. It is small if the original is where that error of ours would leave it.
 *
 * p of each is the share of random exchanges, within scenarios, between the original's runs and ours after which it is
 * at least as extreme. That is exact for any number of runs: of a right program p is at most x with probability x. */
#ifndef SJ_TESTS_BALANCE_POOLED_H
#define SJ_TESTS_BALANCE_POOLED_H

#include "worlds.h"

enum { MOST_CONTRASTS = 8, POOLED = FIGURES + 1 + MOST_CONTRASTS };

struct contrast {
  const char *path;
  struct scenario *weights; /* a row for each scenario where it differs */
  size_t count;
};

/* Of the scenarios that have runs: p of each figure, of all of them, of each contrast. */
void sj_pooled_test(const struct scenario *all, size_t count, const struct contrast *contrasts, size_t contrast_count,
                    uint64_t rounds, double p[POOLED]);

#endif
