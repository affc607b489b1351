#include <math.h>

#include "solve/large/solver.h"

struct hitting {
  const bool *target;
  double *mean, *error_bound;
};

/* How far (-Q h)(i) is from 1 off the targets, at the most, with what roundings may hide. */
static PetscErrorCode check(struct solver *solver, Vec h, double *off) {
  const struct task *const task = solver->task;
  const PetscScalar *value, *product, *rate;
  /* The unit roundoff, times what adding up a row and multiplying it out may cost of it. */
  const double roundoff = 0x1p-53 * 2 * (double)(task->generator->most + 4);
  Vec image, exit;
  PetscCall(VecDuplicate(h, &image));
  PetscCall(VecDuplicate(h, &exit));
  PetscCall(MatMult(solver->matrix, h, image));
  PetscCall(MatGetDiagonal(solver->matrix, exit));
  PetscCall(VecGetArrayRead(h, &value));
  PetscCall(VecGetArrayRead(image, &product));
  PetscCall(VecGetArrayRead(exit, &rate));
  double mine = 0;
  for (PetscInt i = task->first; i < task->end; i++) {
    const PetscInt k = i - task->first;
    if (task->pinned[i]) continue;
    const double here = fabs(product[k] - 1) + 2 * roundoff * rate[k] * fabs(value[k]);
    if (!(here <= mine)) mine = isnan(here) ? INFINITY : here;
  }
  PetscCall(VecRestoreArrayRead(h, &value));
  PetscCall(VecRestoreArrayRead(image, &product));
  PetscCall(VecRestoreArrayRead(exit, &rate));
  MPI_Allreduce(&mine, off, 1, MPI_DOUBLE, MPI_MAX, PETSC_COMM_WORLD);
  PetscCall(VecDestroy(&image));
  return VecDestroy(&exit);
}

/* 1 off the targets, 0 on them. */
static PetscErrorCode right_hand_side(const struct task *task, Vec b) {
  PetscScalar *value;
  PetscCall(VecGetArray(b, &value));
  for (PetscInt i = task->first; i < task->end; i++) value[i - task->first] = task->pinned[i] ? 0 : 1;
  return VecRestoreArray(b, &value);
}

static PetscErrorCode report(struct task *task, double reached, double bound) {
  if (bound <= task->options.error) return 0;
  return sj_task_fail(task, SJ_FAILED,
                      "hitting times are not certified: they may be off by %.1e of themselves (at most %.1e is wanted; "
                      "the residual is %.1e of the right-hand side)",
                      bound, task->options.error, reached);
}

static PetscErrorCode work(struct task *task, void *context) {
  const struct hitting *const out = context;
  struct solver solver;
  enum sj_large_method method;
  Vec b, h;
  double reached = 1, off = INFINITY;
  PetscCall(sj_large_choose(task, &method));
  task->pinned = out->target;
  PetscCall(sj_solver_start(task, method, -1, &solver));
  PetscCall(MatCreateVecs(solver.matrix, &h, &b));
  PetscCall(right_hand_side(task, b));
  PetscCall(VecSet(h, 0));
  PetscCall(sj_solver_solve(&solver, false, b, h, task->options.residual, &reached));
  PetscCall(check(&solver, h, &off));
  *out->error_bound = off < 1 ? off / (1 - off) : INFINITY;
  PetscCall(sj_large_gather(h, out->mean));
  PetscCall(VecDestroy(&b));
  PetscCall(VecDestroy(&h));
  PetscCall(sj_solver_end(&solver));
  return report(task, reached, *out->error_bound);
}

/* NOLINTBEGIN(readability-non-const-parameter): what is written is written through `out` */
enum sj_status sj_large_module_hitting(const struct sj_generator *generator, const struct sj_large_options *options,
                                       const bool *target, double *mean, double *error_bound, struct sj_error *error) {
  struct hitting out = {target, mean, error_bound};
  return sj_task_run(generator, options, work, &out, error);
}
/* NOLINTEND(readability-non-const-parameter) */
