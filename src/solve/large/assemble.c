#include <petscvec.h>
#include <stdlib.h>

#include "solve/large/task.h"

/* How many entries of each of its rows lie in this rank's own columns, and how many outside. */
static void count_entries(struct task *task, PetscInt *own, PetscInt *others) {
  const struct sj_generator *const g = task->generator;
  for (PetscInt i = task->first; i < task->end; i++) {
    const size_t count = g->row(g->context, (size_t)i, task->to, task->rate);
    own[i - task->first] = 1;
    others[i - task->first] = 0;
    for (size_t t = 0; t < count; t++) {
      const PetscInt j = (PetscInt)task->to[t];
      (j >= task->first && j < task->end ? own : others)[i - task->first]++;
    }
  }
}

static bool is_pinned(const struct task *task, PetscInt i, PetscInt pin) {
  return i == pin || (task->pinned && task->pinned[i]);
}

static PetscErrorCode fill_row(struct task *task, Mat matrix, PetscInt i, PetscInt pin) {
  const struct sj_generator *const g = task->generator;
  const PetscScalar one = 1;
  if (is_pinned(task, i, pin)) return MatSetValues(matrix, 1, &i, 1, &i, &one, INSERT_VALUES);
  const size_t count = g->row(g->context, (size_t)i, task->to, task->rate);
  double sum = 0;
  for (size_t t = 0; t < count; t++) {
    const PetscInt j = (PetscInt)task->to[t];
    const PetscScalar value = -task->rate[t];
    sum += task->rate[t];
    if (!is_pinned(task, j, pin)) PetscCall(MatSetValues(matrix, 1, &i, 1, &j, &value, INSERT_VALUES));
  }
  return MatSetValues(matrix, 1, &i, 1, &i, &sum, INSERT_VALUES);
}

PetscErrorCode sj_large_assemble(struct task *task, PetscInt pin, Mat *matrix) {
  const PetscInt count = (PetscInt)task->generator->count;
  Mat m;
  PetscCall(MatCreate(PETSC_COMM_WORLD, &m));
  PetscCall(MatSetSizes(m, PETSC_DECIDE, PETSC_DECIDE, count, count));
  PetscCall(MatSetType(m, MATAIJ));
  PetscCall(MatSetUp(m));
  PetscCall(MatGetOwnershipRange(m, &task->first, &task->end));
  const size_t rows = (size_t)(task->end - task->first);
  PetscInt *const own = malloc((2 * rows + 1) * sizeof *own);
  if (!own) return PETSC_ERR_MEM;
  count_entries(task, own, own + rows);
  PetscErrorCode code = MatSeqAIJSetPreallocation(m, 0, own);
  if (!code) code = MatMPIAIJSetPreallocation(m, 0, own, 0, own + rows);
  free(own);
  PetscCall(code);
  for (PetscInt i = task->first; i < task->end; i++) PetscCall(fill_row(task, m, i, pin));
  PetscCall(MatAssemblyBegin(m, MAT_FINAL_ASSEMBLY));
  PetscCall(MatAssemblyEnd(m, MAT_FINAL_ASSEMBLY));
  *matrix = m;
  return 0;
}

static PetscErrorCode move(Vec vector, double *values, ScatterMode mode) {
  VecScatter scatter;
  Vec all;
  PetscScalar *data;
  PetscInt count;
  PetscCall(VecScatterCreateToZero(vector, &scatter, &all));
  PetscCall(VecGetLocalSize(all, &count)); /* 0 but at rank 0 */
  PetscCall(VecGetArray(all, &data));
  if (mode == SCATTER_REVERSE && count) PetscCall(PetscArraycpy(data, values, (size_t)count));
  PetscCall(VecRestoreArray(all, &data));
  Vec from = mode == SCATTER_FORWARD ? vector : all, to = mode == SCATTER_FORWARD ? all : vector;
  PetscCall(VecScatterBegin(scatter, from, to, INSERT_VALUES, mode));
  PetscCall(VecScatterEnd(scatter, from, to, INSERT_VALUES, mode));
  PetscCall(VecGetArray(all, &data));
  if (mode == SCATTER_FORWARD && count && values) PetscCall(PetscArraycpy(values, data, (size_t)count));
  PetscCall(VecRestoreArray(all, &data));
  PetscCall(VecScatterDestroy(&scatter));
  PetscCall(VecDestroy(&all));
  return 0;
}

PetscErrorCode sj_large_gather(Vec vector, double *values) { return move(vector, values, SCATTER_FORWARD); }
PetscErrorCode sj_large_scatter(const double *values, Vec vector) {
  return move(vector, (double *)values, SCATTER_REVERSE); /* only read */
}

/* MUMPS's numbers: ICNTL(14), by how many per cent more memory than estimated may be used; INFOG(17), the estimate for
 * all processes together, in millions of bytes; INFOG(1), negative: what went wrong, with INFOG(2). */
enum { MUMPS_RELAXATION = 14, MUMPS_ESTIMATE = 17, MUMPS_ERROR = 1, MUMPS_DETAIL = 2 };

static PetscErrorCode analyze(Mat matrix, Mat *factors, double *bytes) {
  MatFactorInfo info;
  PetscInt millions = 0;
  PetscCall(MatGetFactor(matrix, MATSOLVERMUMPS, MAT_FACTOR_LU, factors));
  PetscCall(MatMumpsSetIcntl(*factors, MUMPS_RELAXATION, 40));
  PetscCall(MatFactorInfoInitialize(&info));
  PetscCall(MatLUFactorSymbolic(*factors, matrix, NULL, NULL, &info));
  PetscCall(MatMumpsGetInfog(*factors, MUMPS_ESTIMATE, &millions));
  *bytes = 1e6 * millions;
  return 0;
}

PetscErrorCode sj_large_factor(struct task *task, Mat matrix, Mat *factors) {
  double bytes = 0;
  PetscCall(analyze(matrix, factors, &bytes));
  if (bytes > task->options.most_bytes) {
    PetscCall(MatDestroy(factors));
    if (task->options.method == SJ_LARGE_DIRECT)
      return sj_task_fail(
          task, SJ_NO_MEMORY,
          "MUMPS asks for %.1f GB for %zu states, and %.1f GB may be used: the iterative method needs less",
          bytes / 1e9, task->generator->count, task->options.most_bytes / 1e9);
    return 0;
  }
  MatFactorInfo info;
  MatFactorError failed;
  PetscCall(MatFactorInfoInitialize(&info));
  PetscCall(MatLUFactorNumeric(*factors, matrix, &info));
  PetscCall(MatFactorGetError(*factors, &failed));
  if (!failed) return 0;
  PetscInt number = 0, detail = 0;
  PetscCall(MatMumpsGetInfog(*factors, MUMPS_ERROR, &number));
  PetscCall(MatMumpsGetInfog(*factors, MUMPS_DETAIL, &detail));
  PetscCall(MatDestroy(factors));
  return sj_task_fail(task, failed == MAT_FACTOR_OUTMEMORY ? SJ_NO_MEMORY : SJ_FAILED,
                      "MUMPS could not factor the generator of %zu states: INFOG(1) = %d, INFOG(2) = %d",
                      task->generator->count, number, detail);
}

/* To ask MUMPS for its estimate takes longer than GMRES where there are more states. */
enum { MOST_ASKED = 3000000 };

PetscErrorCode sj_large_choose(struct task *task, enum sj_large_method *method) {
  *method = task->options.method;
  if (*method != SJ_LARGE_AUTOMATIC) return 0;
  *method = SJ_LARGE_ITERATIVE;
  if (task->generator->count > MOST_ASKED) return 0;
  Mat matrix, factors;
  double bytes = 0;
  PetscCall(sj_large_assemble(task, 0, &matrix));
  PetscCall(analyze(matrix, &factors, &bytes));
  *method = bytes > task->options.most_bytes ? SJ_LARGE_ITERATIVE : SJ_LARGE_DIRECT;
  PetscCall(MatDestroy(&factors));
  PetscCall(MatDestroy(&matrix));
  return 0;
}
