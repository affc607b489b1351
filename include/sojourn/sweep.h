/* Many points of one model: a grid of values, or a sample for sensitivity indices; in parallel, on one machine or many.
 *
 * A point is the model with further overrides ("PATH=VALUE"), simulated or solved as by itself: a sweep and single
 * commands share a results file. All points have the same seed and run numbers (common random numbers), so that
 * differences between them are those of the values. With a results file what is there is not computed again: a sweep
 * that was interrupted or killed goes on where it was, and every finished point is in the file once.
 *
 * Under mpirun the points are shared out over the processes; docs/sweep.md tells how. */
#ifndef SOJOURN_SWEEP_H
#define SOJOURN_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sojourn/model.h"
#include "sojourn/results.h"
#include "sojourn/simulate.h"
#include "sojourn/solve.h"
#include "sojourn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sj_store;

/* A path and its values. Of a range without steps (`continuous`) a sample takes any number from `low` to `high`,
 * uniformly, or with `logarithmic` so that its logarithm is uniform. */
struct sj_sweep_axis {
  char *path;
  size_t count; /* of values; 0: a continuous range */
  char **texts; /* [count], as after the sign of an override: "0.3" */
  bool continuous, logarithmic;
  double low, high; /* of a continuous range */
  const char *unit; /* of the values, by sj_sweep_run: "time", "1/time", "requests", ..., "" of a plain number; NULL:
                       not known (a parameter). A constant of the library. */
};

/* Reads "PATH=...", where ... is one of
 *
 *   a:b:step     a, a + step, ... up to b, which belongs to it if it is met to 1e-9 steps. Values are rounded to the
 *                decimals of a and step: 0:1:0.1 has 0.3, not 0.30000000000000004. A negative step goes down.
 *   a:b:*factor  a, a factor, a factor^2, ... likewise, rounded to 12 significant digits
 *   x,y,z        these; numbers, names ("random,round_robin"), true and false. A comma in brackets or quotes is part
 *                of a value.
 *   a:b, a:b:*   any number from a to b, uniformly or by logarithm: only where `sample` allows that
 *
 * SJ_INVALID with what is wrong: no number, a step of 0 or of the wrong sign, a bound of a logarithmic range that is
 * not above 0, a value twice, more than a hundred thousand values. sj_sweep_axis_clear ends the axis in any case. */
SJ_PUBLIC enum sj_status sj_sweep_axis_read(const char *text, bool sample, struct sj_sweep_axis *axis,
                                            struct sj_error *error);
SJ_PUBLIC void sj_sweep_axis_clear(struct sj_sweep_axis *axis);

/* How far a sweep is. */
struct sj_sweep_progress {
  size_t done, kept, count; /* points; `kept` of the done ones were in the results file */
  double share;             /* of the whole, 0 ... 1; points at work count for their part */
};

enum { SJ_SWEEP_MOST_POINTS = 100000 };

struct sj_sweep_options {
  const char *file;              /* the model */
  struct sj_model_options model; /* overrides, scenario, data */
  const char *const *vary;       /* texts that sj_sweep_axis_read reads, each path once */
  size_t vary_count;             /* at least 1 */
  /* 0: a grid, every value with every other, the last path's changing fastest. Else the rows of a sample for
   * sensitivity indices, which has `samples` (vary_count + 2) points: sj_sensitivity_design. */
  uint32_t samples;
  uint64_t scramble; /* of the sample's sequence; 0: as it is */
  const char **by;   /* metrics to find indices of; NULL: the usual ones (sj_sweep_usual_metrics) */
  size_t by_count;
  bool solve;                          /* else simulate */
  struct sj_simulate_options simulate; /* csv must be NULL, its callbacks are not called; threads: of the whole sweep */
  struct sj_solve_options how;         /* with `solve` */
  struct sj_store *store;              /* keeps the results; NULL: nobody does. Under mpirun, of the first process */
  bool again;                          /* new results in any case */
  bool alone;                          /* take no notice of mpirun */
  /* Reads the model with further overrides, "PATH=VALUE" each; called from several threads. NULL: sj_model_load. */
  enum sj_status (*load)(void *context, const char *const *overrides, size_t count, struct sj_model **model,
                         struct sj_error *error);
  /* Called about ten times a second from one thread. NULL: not called. */
  void (*on_progress)(void *context, const struct sj_sweep_progress *progress);
  /* Something that the user should know while it goes on: a process died, a sentence. NULL: not called. */
  void (*on_remark)(void *context, const char *remark);
  void *context;
};
/* Everything NULL, NAN or as the model says. */
SJ_PUBLIC void sj_sweep_options_default(struct sj_sweep_options *options);

/* A point. One of both, or neither where the sweep did not get so far. */
struct sj_sweep_point {
  struct sj_results *results; /* values only: no histograms, no series */
  char *failure;              /* why there are none */
  enum sj_status status;      /* with `failure`: SJ_INVALID, the model refuses the values, or what an engine said */
};

/* A share of a metric's variance, with its 95 % interval by bootstrap. */
struct sj_sensitivity {
  double value, low, high; /* NANs: the metric does not vary */
};

struct sj_sweep {
  size_t axis_count, point_count;
  struct sj_sweep_axis *axes;
  struct sj_sweep_point *points;
  uint32_t samples;
  uint64_t scramble;         /* of the sample */
  size_t done, kept, failed; /* points */
  bool partial;              /* interrupted */
  double wall_seconds;
  /* Of a sample: of metric m and axis a at m * axis_count + a; NULL for a grid and where it is partial. */
  size_t index_count; /* metrics */
  char **index_names;
  struct sj_sensitivity *first, *total;
  size_t rows_used; /* rows of the sample all of whose points have a value; of the metric that has fewest */
  /* The same as results of the engine "sweep", as a results file keeps them: METRIC.sobol.first[PATH], .total[PATH],
   * and of each its .low and .high. NULL where `first` is. */
  struct sj_results *indices;
};

/* Does the sweep. SJ_OK: `*sweep` is the caller's, to be ended with sj_sweep_destroy; single points may have failed
 * (`failed`). SJ_INTERRUPTED: the same, with the points that were finished. SJ_INVALID: a range is wrong, a path leads
 * nowhere (with the nearest that does), the model refuses a value of an axis, there are too many points; or
 * sj_model_load's reasons. Under mpirun every process must call it alike; *sweep is NULL but in the first. There it
 * forks: a process for MPI, and in the others one for the work, which is started again if it is killed. */
SJ_PUBLIC enum sj_status sj_sweep_run(const struct sj_sweep_options *options, struct sj_sweep **sweep,
                                      struct sj_error *error);
SJ_PUBLIC void sj_sweep_destroy(struct sj_sweep *sweep); /* NULL is allowed */

/* Under mpirun, of the first process alone: what must be said to the others, who wait for it in sj_sweep_run, where it
 * cannot call that itself. Else it does nothing. */
SJ_PUBLIC void sj_sweep_call_off(void);

/* The value of an axis at a point, as text (which the caller frees) and as number (NAN where it is none). */
SJ_PUBLIC char *sj_sweep_value_text(const struct sj_sweep *sweep, size_t point, size_t axis);
SJ_PUBLIC double sj_sweep_value(const struct sj_sweep *sweep, size_t point, size_t axis);

/* All values of a point, "rate=9, threads=2"; the caller frees it. */
SJ_PUBLIC char *sj_sweep_point_text(const struct sj_sweep *sweep, size_t point);

/* The metrics that a table of such results shows when nobody says which: of each client the mean latency, its 99th
 * percentile and the share that fails; of each server what is in the system and the utilization, as far as the results
 * have them. An array of `*count` names, which belong to the results; the caller frees the array. */
SJ_PUBLIC const char **sj_sweep_usual_metrics(const struct sj_results *results, size_t *count);

/* ---- sensitivity ---- */

enum { SJ_SOBOL_DIMENSIONS = 64 };

/* The number `index` (from 0) of Sobol's sequence in `dimensions` (at most SJ_SOBOL_DIMENSIONS): each x[k] in [0, 1).
 * Direction numbers of Joe and Kuo (SIAM Journal on Scientific Computing 30, 2008: new-joe-kuo-6). With a `scramble`
 * other than 0 it is scrambled as Owen (1995) does it, by the hash of Burley (Journal of Computer Graphics Techniques
 * 9(4), 2020): the equidistribution stays, and another number gives an independent sample. */
SJ_PUBLIC void sj_sobol(uint32_t index, size_t dimensions, uint64_t scramble, double *x);

/* Point `k` of row `row` of a sample for `dimensions` parameters (at most half of SJ_SOBOL_DIMENSIONS), uniform on [0,
 * 1): k = 0 is a, k = 1 is b, k = 2 + i is a with the i-th parameter of b, where a and b are the halves of a point of
 * Sobol's sequence. */
SJ_PUBLIC void sj_sensitivity_design(uint32_t row, size_t k, size_t dimensions, uint64_t scramble, double *x);

/* Sobol's indices of a function, from its values at the points of such a sample: values[row * (dimensions + 2) + k]. A
 * row with a NAN is left out. The first-order index is the share of the variance that the parameter explains by itself
 * (Saltelli et al., Computer Physics Communications 181, 2010, table 2 (b)), the total one what it has a part in
 * (Jansen 1999; table 2 (f) there). Intervals: the 2.5 % and 97.5 % quantiles of 1,000 resamples of the rows, drawn
 * from `seed`. `first` and `total` have room for `dimensions`. Returns the number of rows used; with fewer than two, or
 * where nothing varies, all are NANs. */
SJ_PUBLIC size_t sj_sensitivity(const double *values, size_t rows, size_t dimensions, uint64_t seed,
                                struct sj_sensitivity *first, struct sj_sensitivity *total);

#ifdef __cplusplus
}
#endif
#endif
