/* Linear systems with the pinned generator, direct or iterative. */
#ifndef SJ_SOLVE_LARGE_SOLVER_H
#define SJ_SOLVE_LARGE_SOLVER_H

#include <petscksp.h>

#include "solve/large/task.h"

struct solver {
  struct task *task;
  Mat matrix;  /* -Q, pinned */
  Mat factors; /* MUMPS's; NULL: GMRES */
  KSP ksp;     /* prepared for the systems last solved: */
  bool transposed;
  unsigned iterations; /* so far */
};

/* Assembles and factors; AUTOMATIC must have been decided. */
PetscErrorCode sj_solver_start(struct task *task, enum sj_large_method method, PetscInt pin, struct solver *solver);
PetscErrorCode sj_solver_end(struct solver *solver);

/* Solves with the transposed matrix (stationary distributions) or with it as it is (hitting times); x is where GMRES
 * starts. *reached is how small the residual became against b in the 2-norm: `residual` or less if it went well, which
 * is all that is sure; direct solves are refined once. SJ_INTERRUPTED. */
PetscErrorCode sj_solver_solve(struct solver *solver, bool transposed, Vec b, Vec x, double residual, double *reached);

#endif
