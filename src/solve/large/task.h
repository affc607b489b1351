/* What the parts of the module share: one call of it, in PETSc's terms. */
#ifndef SJ_SOLVE_LARGE_TASK_H
#define SJ_SOLVE_LARGE_TASK_H

#include <petscmat.h>

#include "solve/large_module.h"

/* PETSc's own errors travel as its error codes, from function to function (PetscCall), and their text comes to
 * `petsc_message` by the error handler. What is not PETSc's fault is `status` and `error`, by fail(); then the error
 * code is PETSC_ERR_USER. */
struct task {
  const struct sj_generator *generator;
  struct sj_large_options options; /* most_bytes: rank 0's, so that all decide alike */
  enum sj_status status;
  struct sj_error *error;
  char petsc_message[512];
  PetscInt first, end; /* the rows of this rank */
  const bool *pinned;  /* by state: pinned, too; NULL: none */
  uint32_t *to;        /* room for one row */
  double *rate;
};

/* Notes a failure, and returns the error code to return. The same on all ranks, or on one alone. */
PetscErrorCode sj_task_fail(struct task *task, enum sj_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Runs `work` with PETSc's errors caught, and makes status and message those of all ranks. */
enum sj_status sj_task_run(const struct sj_generator *generator, const struct sj_large_options *options,
                           PetscErrorCode (*work)(struct task *task, void *context), void *context,
                           struct sj_error *error);

/* -Q, each rank its own rows. With a pin (>= 0) the row and the column of that state are replaced by those of the unit
 * matrix, and so are those of task->pinned: a nonsingular M-matrix if one of them can be reached from everywhere. */
PetscErrorCode sj_large_assemble(struct task *task, PetscInt pin, Mat *matrix);

/* A vector to rank 0 (`values`, by state; NULL elsewhere), and back. */
PetscErrorCode sj_large_gather(Vec vector, double *values);
PetscErrorCode sj_large_scatter(const double *values, Vec vector);

/* MUMPS's factors of `matrix`; those of the transposed come with them. If they would take more than most_bytes:
 * SJ_NO_MEMORY where the method is direct, else *factors = NULL. */
PetscErrorCode sj_large_factor(struct task *task, Mat matrix, Mat *factors);

/* Whether MUMPS can be used for this chain: known if the method says so, else asked for. */
PetscErrorCode sj_large_choose(struct task *task, enum sj_large_method *method);

enum sj_status sj_large_module_stationary(const struct sj_generator *generator, const struct sj_large_options *options,
                                          double *pi, struct sj_certificate *certificate, struct sj_error *error);
enum sj_status sj_large_module_spectrum(const struct sj_generator *generator, const struct sj_large_options *options,
                                        size_t wanted, struct sj_spectrum *spectrum, struct sj_error *error);
enum sj_status sj_large_module_hitting(const struct sj_generator *generator, const struct sj_large_options *options,
                                       const bool *target, double *mean, double *error_bound, struct sj_error *error);
enum sj_status sj_large_module_transient(const struct sj_generator *generator, const struct sj_large_options *options,
                                         double time, double *p, double *apart, struct sj_error *error);

/* The stationary distribution as far as it comes, without any certificate. */
PetscErrorCode sj_large_rough_stationary(struct task *task, enum sj_large_method method, Vec *pi);

/* What remains to be known of a distribution once it is there: how the flows across the cuts balance. */
PetscErrorCode sj_large_check_cuts(struct task *task, Vec pi, struct sj_certificate *certificate, bool *balanced);

#endif
