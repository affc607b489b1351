/* Where an expectation begins or ends to hold: the largest arrival rate with a p99 under a target, the smallest number
 * of threads, by bisection over any number of a model.
 *
 * Each value tried is a simulation with the same seed and run numbers (common random numbers), as `sojourn simulate
 * --set PATH=VALUE` does it. At a value the expectation is met or not met when the bound lies outside the confidence
 * interval of the metric's mean; while it lies inside, the runs are doubled, up to a limit; then the value is
 * undecided. The intervals are so much wider than 95 % that all looks at one value together have that confidence
 * (Bonferroni). A metric without a value (the latency of a queue that grows without limit) is not met, as everywhere.
 *
 * It is taken for granted that the expectation holds on one side of the answer and fails on the other. */
#ifndef SOJOURN_FIND_H
#define SOJOURN_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sojourn/model.h"
#include "sojourn/results.h"
#include "sojourn/simulate.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sj_find_verdict {
  SJ_FIND_MET,
  SJ_FIND_NOT_MET,
  SJ_FIND_UNDECIDED /* cannot be told from the bound with the most runs */
};

/* A value that was tried. */
struct sj_find_point {
  double value;
  struct sj_figure figure; /* of the metric; NAN if there is no such number, which is not met */
  size_t runs;
  uint64_t events; /* of all its runs */
  enum sj_find_verdict verdict;
};

enum sj_find_outcome {
  SJ_FIND_BRACKET,   /* found: met at one end, not met at the other */
  SJ_FIND_NEVER_MET, /* at no value that was tried */
  SJ_FIND_ALWAYS_MET /* at every one, or none is certainly not met */
};

struct sj_find_options {
  const char *file;                    /* the model */
  struct sj_model_options model;       /* overrides, scenario, data */
  struct sj_simulate_options simulate; /* csv must be NULL; its callbacks get its own context */
  const char *path;                    /* as in an override: a parameter or the path of a number */
  const char *such_that;               /* "web.latency.p99 < 0.5" */
  double low, high;                    /* where to look first; NANs: half to twice the model's own value */
  uint32_t most_runs;                  /* a value; 0: eight times the runs of the first look */
  double tolerance;                    /* of the answer, relative; 0: 0.001 */
  /* Reads the model with one more override ("PATH=VALUE"); NULL: sj_model_load. */
  enum sj_status (*load)(void *context, const char *override, struct sj_model **model, struct sj_error *error);
  /* Results that were prepared, or are to get more runs, for which `runs` are wanted in all: runs that are kept may be
   * added. NULL: not called. */
  enum sj_status (*on_begin)(void *context, struct sj_results *results, uint32_t runs, struct sj_error *error);
  /* The runs are there (or fewer, after an interruption). NULL: not called. */
  enum sj_status (*on_end)(void *context, const struct sj_results *results, struct sj_error *error);
  /* A value is about to be tried. NULL: not called. */
  void (*on_point)(void *context, double value);
  void *context;
};
/* Everything NULL, NAN or as the model says. */
SJ_PUBLIC void sj_find_options_default(struct sj_find_options *options);

/* What was found; sj_find_destroy ends it. */
struct sj_find {
  enum sj_find_outcome outcome;
  char *metric;
  char *expected;      /* "< 0.5" */
  bool largest;        /* met below, not met above: the answer is the largest value; else the smallest */
  double met, not_met; /* the bracket: the nearest values to the answer that are decided */
  size_t undecided;    /* values between them that cannot be told from the bound */
  bool whole;          /* only whole numbers were tried */
  uint32_t first_runs, most_runs;
  struct sj_find_point *points; /* by value */
  size_t point_count;
  char *refused_below, *refused_above; /* why no lower or higher values were tried; NULL if there is no reason */
  uint64_t seed, events;
  double wall_seconds;
  char time_unit[16];
  bool partial; /* interrupted: only the points are valid */
};

/* Searches. The bracket grows by factors of two until it holds the answer, twelve times at most to each side, or as far
 * as the model accepts values, or until a run has a hundred times the events of the first value's; then it is halved
 * down to the tolerance (for whole numbers: to neighbours), or until what is left between its ends cannot be told from
 * the bound.
 *
 * SJ_OK: `*find` is the caller's. SJ_INTERRUPTED: the same, with the points that were finished. SJ_INVALID: `such_that`
 * is no expectation, the path leads nowhere or to no number without `low` and `high`, the model refuses the values to
 * start from, or there are fewer than two runs of something random. */
SJ_PUBLIC enum sj_status sj_find_search(const struct sj_find_options *options, struct sj_find **find,
                                        struct sj_error *error);
SJ_PUBLIC void sj_find_destroy(struct sj_find *find); /* NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
