#include <math.h>
#include <slepcmfn.h>

#include "solve/large/task.h"

struct transient {
  double time, *p, *apart;
};

/* Steps by Krylov's exponential of `directions` (Expokit: Sidje 1998). */
static PetscErrorCode advance(struct task *task, Mat matrix, double time, PetscInt directions, Vec p) {
  MFN solver;
  FN exponential;
  MFNConvergedReason reason;
  PetscInt iterations;
  Vec result;
  PetscCall(VecDuplicate(p, &result));
  PetscCall(MFNCreate(PETSC_COMM_WORLD, &solver));
  PetscCall(MFNSetOperator(solver, matrix));
  PetscCall(MFNGetFN(solver, &exponential));
  PetscCall(FNSetType(exponential, FNEXP));
  PetscCall(FNSetScale(exponential, -time, 1)); /* the matrix is -Q */
  PetscCall(MFNSetType(solver, MFNEXPOKIT));
  const PetscInt count = (PetscInt)task->generator->count;
  PetscCall(MFNSetDimensions(solver, directions < count ? directions : count));
  PetscCall(MFNSetTolerances(solver, 1e-13, (PetscInt)task->options.iterations));
  PetscCall(MFNSolveTranspose(solver, p, result));
  PetscCall(MFNGetConvergedReason(solver, &reason));
  PetscCall(MFNGetIterationNumber(solver, &iterations));
  PetscCall(VecCopy(result, p));
  PetscCall(MFNDestroy(&solver));
  PetscCall(VecDestroy(&result));
  if (reason <= 0)
    return sj_task_fail(task, SJ_FAILED,
                        "the transient did not converge: Krylov's exponential did not reach time %g in %d steps", time,
                        iterations);
  return 0;
}

static PetscErrorCode compare(Vec p, Vec again, double *apart) {
  PetscReal norm;
  PetscScalar sum;
  PetscCall(VecAXPY(again, -1, p));
  PetscCall(VecNorm(again, NORM_1, &norm));
  PetscCall(VecSum(p, &sum));
  *apart = norm + fabs(1 - sum);
  return 0;
}

static PetscErrorCode work(struct task *task, void *context) {
  const struct transient *const out = context;
  Mat matrix;
  Vec p, again;
  double apart = 0;
  PetscCall(sj_large_assemble(task, -1, &matrix));
  PetscCall(MatCreateVecs(matrix, &p, &again));
  PetscCall(sj_large_scatter(out->p, p));
  PetscCall(VecCopy(p, again));
  PetscCall(advance(task, matrix, out->time, 30, p));
  for (int half = 0; half < 2; half++) PetscCall(advance(task, matrix, out->time / 2, 40, again));
  PetscCall(compare(p, again, &apart));
  PetscCall(sj_large_gather(p, out->p));
  if (out->apart) *out->apart = apart;
  PetscCall(VecDestroy(&p));
  PetscCall(VecDestroy(&again));
  PetscCall(MatDestroy(&matrix));
  if (apart <= task->options.error) return 0;
  return sj_task_fail(
      task, SJ_FAILED,
      "the transient is not certified: solved twice, to time %g at once and in two halves, it differs by "
      "%.1e (at most %.1e is wanted)",
      out->time, apart, task->options.error);
}

/* NOLINTBEGIN(readability-non-const-parameter): what is written is written through `out` */
enum sj_status sj_large_module_transient(const struct sj_generator *generator, const struct sj_large_options *options,
                                         double time, double *p, double *apart, struct sj_error *error) {
  struct transient out = {time, p, apart};
  return sj_task_run(generator, options, work, &out, error);
}
/* NOLINTEND(readability-non-const-parameter) */
