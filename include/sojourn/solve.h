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

/* Zero-initialized but for NANs, as sj_solve_options_default makes it, it means: everything as the model says. */
struct sj_solve_options {
  double horizon, step; /* of the transient, model time units; NAN: the model's */
  unsigned eigenvalues; /* how many, that of the steady state included; 0: ten, or three where each takes long (from
                           20,000 states on) */
  bool approximate;     /* what is not phase-type is fitted by its first three moments */
  bool picture;         /* drift field, stationary density and level sets of the hitting time, too */
  bool changes;         /* the smallest change of each parameter that makes it stable, too */
  bool large;           /* by PETSc and SLEPc, which are for chains too large for elimination, even where it would do */
  double most_bytes;    /* the most memory that it may take; NAN: three quarters of what is free */
  /* Non-zero ends it. NULL: never. */
  const volatile sig_atomic_t *stop;
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

#ifdef __cplusplus
}
#endif
#endif
