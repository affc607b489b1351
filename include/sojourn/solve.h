/* Solving a model: its Markov chain, exactly. Steady state, spectrum, hitting times, transient, verdict. */
#ifndef SOJOURN_SOLVE_H
#define SOJOURN_SOLVE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "sojourn/model.h"
#include "sojourn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sj_results;

/* How an orbit's chain is bent to what was simulated, and how good that got. */
enum { SJ_CALIBRATION_FIGURES = 5 };
struct sj_calibration {
  double alpha;                 /* share of timed-out new arrivals that join the orbit */
  double arrival_factor;        /* the effective rate of arrivals over the model's */
  double timeout_factor;        /* likewise of the timeout */
  double misfit_before, misfit; /* root mean square of (solved - simulated) / tolerance over the figures */
  size_t evaluations;           /* chains that were solved for it */
  bool at_bound;                /* some parameter went as far as it may: the fit is not to be relied on */
  size_t figure_count;
  struct sj_calibration_figure {
    const char *quantity;         /* of the server:
               "empty_to_high"       mean time until the high regime is reached; compared by its logarithm
               "low.in_system.mean"  requests in the system while in the low regime
               "high.in_system.mean", "high.orbit.mean", "high.full"  while in the high one */
    double simulated, half_width; /* 95 %; NAN with one run */
    double tolerance;             /* the half width, and a twentieth of the range (a tenth of the time) */
    double before, after;         /* as solved without and with calibration */
  } figures[SJ_CALIBRATION_FIGURES];
};

/* How far solving is, for a progress display. */
struct sj_solve_progress {
  const char *stage; /* what it is at, "elimination"; stays valid */
  double share;      /* of the stage, 0 ... 1; NAN: not known */
};

/* Zero-initialized but for NANs, as sj_solve_options_default makes it, it means: everything as the model says. */
struct sj_solve_options {
  double horizon, step; /* of the transient, model time units; NAN: the model's */
  unsigned eigenvalues; /* how many, that of the steady state included; 0: ten, or three where each takes long (from
                           20,000 states on) */
  bool approximate;     /* what is not phase-type is fitted by its first three moments */
  bool picture;         /* drift field, stationary density and level sets of the hitting time, too */
  bool changes;         /* the smallest change of each parameter that makes it stable, too */
  bool large;           /* by PETSc and SLEPc, which are for chains too large for elimination, even where it would do */
  bool alone;           /* take no notice of mpirun: this process solves it, without PETSc where there is an mpirun */
  double most_bytes;    /* the most memory that it may take; NAN: three quarters of what is free */
  const struct sj_calibration *calibration; /* of one server with an orbit; NULL: the model as it is */
  /* Non-zero ends it. NULL: never. */
  const volatile sig_atomic_t *stop;
  /* Called from the thread that solves when a stage begins, and while it goes on if its share is known. NULL: not
   * called. */
  void (*on_progress)(void *context, const struct sj_solve_progress *progress);
  void *context;
};
SJ_PUBLIC void sj_solve_options_default(struct sj_solve_options *options);

/* Results without any figure, for what identifies them alone: whether a results file holds what solving would find. The
 * caller's, as of sj_solve. SJ_INVALID: options that cannot be. */
SJ_PUBLIC enum sj_status sj_solve_prepare(const struct sj_model *model, const struct sj_solve_options *options,
                                          struct sj_results **results, struct sj_error *error);

/* Solves `model`. On SJ_OK `*results` is the caller's, to be ended with sj_results_destroy: one run, with the metrics
 * of docs/metastability.md and the transients as series. SJ_INVALID: FILE:LINE and what of the model cannot be solved;
 * SJ_NO_MEMORY: the chain is too large, with its size, found before it is made (where only what elimination keeps is,
 * the steady state is found in other ways, and fewer figures; a note says which); SJ_FAILED: a solver did not converge,
 * or what it found is not certified. Under mpirun every process must call it alike; *results is NULL but in the first;
 * SJ_INTERRUPTED. */
SJ_PUBLIC enum sj_status sj_solve(const struct sj_model *model, const struct sj_solve_options *options,
                                  struct sj_results **results, struct sj_error *error);

/* How long the cells of the simulation's series should be to see when the high regime is reached: half of what the
 * server takes for a request, in the model's time unit. Errors as sj_solve_calibrate. */
SJ_PUBLIC enum sj_status sj_calibration_step(const struct sj_model *model, const struct sj_solve_options *options,
                                             double *step, struct sj_error *error);

/* Fits the chain of one server with an orbit to what was simulated of the same model from the empty system on, faults
 * left out, without a warm-up and with series: alpha, the effective rate of arrivals and the effective timeout, by the
 * figures above (those regimes that the simulation was in), by least squares (Nelder and Mead's simplex from several
 * points). Figures of the regimes are apart from each other because a run that fell into the high one some time is in
 * no steady state. SJ_INVALID: the model is not solved by such a chain, or `simulated` lacks the figures; else as
 * sj_solve. */
SJ_PUBLIC enum sj_status sj_solve_calibrate(const struct sj_model *model, const struct sj_results *simulated,
                                            const struct sj_solve_options *options, struct sj_calibration *calibration,
                                            struct sj_error *error);

#ifdef __cplusplus
}
#endif
#endif
