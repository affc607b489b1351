/* Which of several systems is best, and what can be told apart: a ranking with confidence intervals, paired differences
 * over runs that share their random numbers, scores.
 *
 * The systems are struct sj_alternative (sojourn/simulate.h), run together:
 *
 *   sj_simulate_prepare_all(alternatives, count, options, error)
 *   sj_simulate_run_all(alternatives, count, options, error)
 *   sj_compare_rank(alternatives, count, metric, direction, ranks)
 *
 * Nothing here changes results or keeps anything; any number of threads may call. */
#ifndef SOJOURN_COMPARE_H
#define SOJOURN_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "sojourn/results.h"
#include "sojourn/simulate.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sj_direction { SJ_DIRECTION_UNKNOWN, SJ_LOW_IS_GOOD, SJ_HIGH_IS_GOOD };

/* What is good, from a metric's name: little latency, waiting, failures, retries, refusals, growth, deviation; much
 * goodput, throughput, completions. Unknown for the others (utilization, arrivals, batch sizes): it depends. */
SJ_PUBLIC enum sj_direction sj_compare_direction(const char *metric);

/* A difference of two systems in one metric, over the `pairs` runs that both have. */
struct sj_difference {
  size_t pairs;
  struct sj_figure absolute; /* mean of the differences of the pairs, 95 % by Student's t */
  struct sj_figure relative; /* ratio of the means, minus 1; NAN where the other's mean is 0 */
  double p;                  /* of "there is none", two-sided, by itself */
  double adjusted_p;         /* the same corrected by Holm over all differences made together */
  bool distinguishable;      /* adjusted_p < 0.05 */
};

/* A place in the ranking. Of those without a number (a queue that grows without limit has no mean wait), which come
 * last in the order of the alternatives, and of the first, `above` is NANs and not distinguishable. */
struct sj_rank {
  size_t alternative; /* its index */
  struct sj_figure figure;
  struct sj_difference above; /* this one minus the one ranked above it */
};

/* Ranks by the metric's mean over the runs, best first, ties in the order of the alternatives; `direction` must be
 * known. The differences to the neighbour above are corrected over all neighbours. Neighbours are found by the same
 * figures, and lie closer than a pair picked at random, so two that are told apart are apart; that all places are right
 * is not said. `ranks` has room for `count`. */
SJ_PUBLIC void sj_compare_rank(const struct sj_alternative *alternatives, size_t count, const char *metric,
                               enum sj_direction direction, struct sj_rank *ranks);

/* Each alternative minus the one at index `base`, corrected over the count - 1 of them. `differences` has room for
 * `count`; the base's own is NANs. */
SJ_PUBLIC void sj_compare_against(const struct sj_alternative *alternatives, size_t count, const char *metric,
                                  size_t base, struct sj_difference *differences);

/* A metric by which alternatives get points. */
struct sj_criterion {
  const char *metric;
  enum sj_direction direction; /* known */
};

/* Points by quintiles. Of each alternative and criterion the figure is that of a reasonably bad run: the mean over the
 * runs plus one standard deviation (minus, where high is good). The best fifth of the alternatives gets 5 points, the
 * worst 1 (fifths as pandas.qcut divides them, equal figures alike); one without the figure gets none. `points` has
 * room for count x criterion_count, by alternative, and `totals` for count. */
SJ_PUBLIC void sj_compare_score(const struct sj_alternative *alternatives, size_t count,
                                const struct sj_criterion *criteria, size_t criterion_count, int *points, int *totals);

/* One metric as two engines have it. */
struct sj_agreement {
  const char *metric; /* the results' */
  struct sj_figure simulated;
  double solved;
  struct sj_difference difference; /* simulated minus solved, over the runs; the p-value is of "they are the same" */
};

/* Holds what `simulate` found of a model against what `solve` found of it: every metric that both have a number for, in
 * the order of the simulation. The differences are corrected over all of them. Where the simulation only has zeros and
 * the solution a number, there is no p-value: it may be too rare to be seen. Returns how many there are; `agreements`
 * has room for sj_results_metric_count(simulated). */
SJ_PUBLIC size_t sj_compare_engines(const struct sj_results *simulated, const struct sj_results *solved,
                                    struct sj_agreement *agreements);

/* ---- before and after ---- */

/* How a figure changed from one version of a service to the next. */
enum sj_outcome {
  SJ_OUTCOME_SAME,        /* all of the difference's interval lies within the floor */
  SJ_OUTCOME_BETTER,      /* the difference is real and larger than the floor */
  SJ_OUTCOME_WORSE,       /* likewise */
  SJ_OUTCOME_INCONCLUSIVE /* it may be either: more runs would tell */
};

/* What is too small to matter: a difference of at most `relative` of the figure before, or of at most `absolute`. */
struct sj_floor {
  double relative, absolute;
};

struct sj_metric_change {
  const char *metric; /* of the results before */
  enum sj_direction direction;
  struct sj_figure before, after;
  struct sj_difference difference; /* after minus before, `pairs` 0 where the runs are not paired */
  bool vanished;                   /* there was a number, and now a queue that grows without limit leaves none */
  enum sj_outcome outcome;
};

/* Whether runs of both share their random numbers, so that they are compared pair by pair: both simulated, with the
 * same seed. */
SJ_PUBLIC bool sj_compare_paired(const struct sj_results *before, const struct sj_results *after);

/* The difference in one metric, which the results before must have: by the pairs of runs, else by Welch's t. What was
 * solved has its error for an interval. `outcome` is left to sj_compare_judge. */
SJ_PUBLIC struct sj_metric_change sj_compare_change(const struct sj_results *before, const struct sj_results *after,
                                                    const char *metric, enum sj_direction direction);

/* Judges the differences that were made together. A difference is real if its 95 % interval excludes zero and if it
 * still is one after Holm's correction over all of them, so that with nothing changed a false alarm comes in at most
 * one of twenty comparisons, however many metrics there are. Returns how many are worse. */
SJ_PUBLIC size_t sj_compare_judge(struct sj_metric_change *changes, size_t count, struct sj_floor floor);

#ifdef __cplusplus
}
#endif
#endif
