#include "solve/large/solver.h"

/* As PETSc's own test, and ends when *stop is set at any rank. */
static PetscErrorCode converged(KSP ksp, PetscInt iteration, PetscReal norm, KSPConvergedReason *reason,
                                void *context) {
  struct solver *const solver = context;
  PetscReal relative, absolute, divergence;
  PetscInt most;
  PetscCall(KSPGetTolerances(ksp, &relative, &absolute, &divergence, &most));
  *reason = KSP_CONVERGED_ITERATING;
  if (norm != norm)
    *reason = KSP_DIVERGED_NANORINF;
  else if (norm <= absolute)
    *reason = KSP_CONVERGED_RTOL;
  const volatile sig_atomic_t *const stop = solver->task->options.stop;
  if (iteration % 8) return 0;
  int mine = stop && *stop, any = 0;
  MPI_Allreduce(&mine, &any, 1, MPI_INT, MPI_MAX, PETSC_COMM_WORLD);
  if (any) *reason = KSP_DIVERGED_BREAKDOWN;
  if (any) solver->task->status = SJ_INTERRUPTED;
  return 0;
}

/* Stationary distributions need few steps from ILU, hitting times hundreds, but few from algebraic multigrid (which
 * cannot be transposed). Without that it is the method that does not start again after some steps. */
static PetscErrorCode choose_method(struct solver *solver, bool transposed) {
  PC pc;
  int ranks;
  MPI_Comm_size(PETSC_COMM_WORLD, &ranks);
  PetscCall(KSPGetPC(solver->ksp, &pc));
  PetscCall(KSPSetType(solver->ksp, KSPGMRES));
  PetscCall(KSPGMRESSetRestart(solver->ksp, (PetscInt)solver->task->options.restart));
#ifdef PETSC_HAVE_HYPRE
  if (!transposed) return PCSetType(pc, PCHYPRE); /* BoomerAMG */
#else
  if (!transposed) PetscCall(KSPSetType(solver->ksp, KSPBCGSL));
#endif
  return PCSetType(pc, ranks > 1 ? PCBJACOBI : PCILU);
}

/* Multigrid that has not done it by then will not do it: some ten cycles are usual for three digits of the residual. */
enum { MOST_CYCLES = 60, MOST_CYCLES_EXACTLY = 300 };

static PetscInt most_iterations(const struct solver *solver, bool transposed, double residual) {
  const unsigned most = solver->task->options.iterations;
#ifdef PETSC_HAVE_HYPRE
  const unsigned cycles = residual < 1e-8 ? MOST_CYCLES_EXACTLY : MOST_CYCLES;
  if (!transposed && most > cycles) return (PetscInt)cycles;
#else
  (void)transposed, (void)residual;
#endif
  return (PetscInt)most;
}

static PetscErrorCode prepare(struct solver *solver, bool transposed) {
  if (solver->ksp && solver->transposed == transposed) return 0;
  PetscCall(KSPDestroy(&solver->ksp));
  solver->transposed = transposed;
  PetscCall(KSPCreate(PETSC_COMM_WORLD, &solver->ksp));
  PetscCall(KSPSetOperators(solver->ksp, solver->matrix, solver->matrix));
  PetscCall(choose_method(solver, transposed));
  /* The residual it goes by is then the true one. */
  PetscCall(KSPSetPCSide(solver->ksp, PC_RIGHT));
  PetscCall(KSPSetNormType(solver->ksp, KSP_NORM_UNPRECONDITIONED));
  PetscCall(KSPSetInitialGuessNonzero(solver->ksp, PETSC_TRUE));
  return KSPSetConvergenceTest(solver->ksp, converged, solver, NULL);
}

PetscErrorCode sj_solver_start(struct task *task, enum sj_large_method method, PetscInt pin, struct solver *solver) {
  *solver = (struct solver){.task = task};
  PetscCall(sj_large_assemble(task, pin, &solver->matrix));
  if (method != SJ_LARGE_DIRECT) return 0;
  task->options.method = SJ_LARGE_DIRECT;
  return sj_large_factor(task, solver->matrix, &solver->factors);
}

PetscErrorCode sj_solver_end(struct solver *solver) {
  PetscCall(KSPDestroy(&solver->ksp));
  PetscCall(MatDestroy(&solver->factors));
  PetscCall(MatDestroy(&solver->matrix));
  return 0;
}

/* r = b - A x, or with A transposed. */
static PetscErrorCode residual_of(const struct solver *solver, bool transposed, Vec b, Vec x, Vec r) {
  PetscCall((transposed ? MatMultTranspose : MatMult)(solver->matrix, x, r));
  PetscCall(VecAYPX(r, -1, b));
  return 0;
}

static PetscErrorCode solve_directly(struct solver *solver, bool transposed, Vec b, Vec x, double *reached) {
  PetscErrorCode (*const solve)(Mat, Vec, Vec) = transposed ? MatSolveTranspose : MatSolve;
  Vec r, correction;
  PetscReal norm, of_b;
  PetscCall(VecDuplicate(b, &r));
  PetscCall(VecDuplicate(b, &correction));
  PetscCall(solve(solver->factors, b, x));
  PetscCall(residual_of(solver, transposed, b, x, r));
  PetscCall(solve(solver->factors, r, correction));
  PetscCall(VecAXPY(x, 1, correction));
  PetscCall(residual_of(solver, transposed, b, x, r));
  PetscCall(VecNorm(r, NORM_2, &norm));
  PetscCall(VecNorm(b, NORM_2, &of_b));
  *reached = norm / of_b;
  PetscCall(VecDestroy(&r));
  PetscCall(VecDestroy(&correction));
  return 0;
}

PetscErrorCode sj_solver_solve(struct solver *solver, bool transposed, Vec b, Vec x, double residual, double *reached) {
  if (solver->factors) return solve_directly(solver, transposed, b, x, reached);
  PetscCall(prepare(solver, transposed));
  PetscReal of_b, norm;
  PetscInt iterations;
  const PetscInt most = most_iterations(solver, transposed, residual);
  PetscCall(VecNorm(b, NORM_2, &of_b));
  PetscCall(KSPSetTolerances(solver->ksp, PETSC_DEFAULT, residual * of_b, PETSC_DEFAULT, most));
  PetscCall((transposed ? KSPSolveTranspose : KSPSolve)(solver->ksp, b, x));
  PetscCall(KSPGetIterationNumber(solver->ksp, &iterations));
  PetscCall(KSPGetResidualNorm(solver->ksp, &norm));
  solver->iterations += (unsigned)iterations;
  *reached = norm / of_b;
  if (solver->task->status == SJ_INTERRUPTED) return sj_task_fail(solver->task, SJ_INTERRUPTED, "interrupted");
  return 0;
}
