/* Running a model: discrete events, replicated, with confidence intervals. */
#ifndef SOJOURN_SIMULATE_H
#define SOJOURN_SIMULATE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sojourn/model.h"
#include "sojourn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sj_results;
struct sj_run;

/* How far a simulation is, for a progress display. */
struct sj_simulate_progress {
  uint32_t runs_done, runs_wanted; /* runs_done counts those found done at the start too */
  double share;                    /* of the whole, 0 ... 1 */
  uint64_t events;                 /* dispatched so far, about */
};

/* Zero-initialized but for NANs, as sj_simulate_options_default makes it, it means: everything as the model says. */
struct sj_simulate_options {
  bool seed_given;
  uint64_t seed;
  uint32_t runs;                  /* 0: the model's */
  double duration, warmup, drain; /* NAN: the model's; model time units */
  uint32_t threads;               /* 0: all cores */
  bool members;                   /* metrics of each member of a pool too */
  bool series;                    /* collect time series (1,000 cells) */
  double series_step;             /* of their cells; NAN: a thousandth of the duration */
  bool values_only;               /* forget a run's histograms and series once on_run has had it: saves memory */
  FILE *csv;                      /* one row a request, in order of run and completion; NULL: none */
  /* Non-zero ends the simulation: finished runs are reported as partial. Threads look at it, so another than the one
   * that called, or a signal's handler, sets it by __atomic_store_n. NULL: never. */
  const volatile sig_atomic_t *stop;
  /* Called after each finished run, from one thread at a time, in order of completion (not of number); `context` is
   * handed through. A status other than SJ_OK ends the simulation with it. NULL: not called. */
  enum sj_status (*on_run)(void *context, const struct sj_results *results, const struct sj_run *run,
                           struct sj_error *error);
  /* Called from a worker thread about ten times a second. NULL: not called. */
  void (*on_progress)(void *context, const struct sj_simulate_progress *progress);
  void *context;
};
SJ_PUBLIC void sj_simulate_options_default(struct sj_simulate_options *options);

/* Prepares results of the right shape: settings resolved (a steady model's warm-up is found here by a pilot of run 0),
 * columns named, no runs. The caller may then add runs that it kept from before (sj_store_begin does) and hands the
 * results to sj_simulate_run, which computes the missing ones. */
SJ_PUBLIC enum sj_status sj_simulate_prepare(const struct sj_model *model, const struct sj_simulate_options *options,
                                             struct sj_results **results, struct sj_error *error);

/* Computes the runs 0 ... runs - 1 that `results` does not hold yet. SJ_OK: all there. SJ_INTERRUPTED: `stop` was set;
 * finished runs are there and sj_results_partial is true. */
SJ_PUBLIC enum sj_status sj_simulate_run(const struct sj_model *model, const struct sj_simulate_options *options,
                                         struct sj_results *results, struct sj_error *error);

/* One of several models that are looked at together, and what is found of it. */
struct sj_alternative {
  const struct sj_model *model;
  struct sj_results *results;
};

/* sj_simulate_prepare for each of the `count` models, their pilots in parallel. On SJ_OK every `results` is the
 * caller's; otherwise all are NULL, and the error is that of the first model (in their order) that failed. */
SJ_PUBLIC enum sj_status sj_simulate_prepare_all(struct sj_alternative *alternatives, size_t count,
                                                 const struct sj_simulate_options *options, struct sj_error *error);

/* sj_simulate_run for all of them in one go: every (model, run) pair that is missing is computed by one pool of
 * threads, run 0 of all models first, then run 1, so that an interruption leaves them about equally far. The same seed
 * and run number mean the same random numbers in each (common random numbers). on_run tells the models apart by their
 * results; progress counts all runs; wall_seconds is divided among the models by the work they took. With several
 * models options->csv must be NULL (SJ_INVALID). */
SJ_PUBLIC enum sj_status sj_simulate_run_all(const struct sj_alternative *alternatives, size_t count,
                                             const struct sj_simulate_options *options, struct sj_error *error);

#ifdef __cplusplus
}
#endif
#endif
