#include <math.h>
#include <slepceps.h>
#include <stdlib.h>
#include <string.h>

#include "solve/large/task.h"

/* What one run found: of -Q or of its transpose, nearest to 0 first. */
struct run {
  EPS solver;
  PetscInt found;
  double *re, *im, *residual; /* of -Q: re >= 0 */
};

struct spectrum {
  size_t wanted;
  struct sj_spectrum *spectrum;
  double *scale; /* at rank 0: the roots of pi */
};

/* -Q becomes D (-Q) D^-1 with D the roots of the stationary distribution, which makes it symmetric if the chain is
 * reversible, and other chains less far from normal: without, the eigenvalues of a long queue come out wrong in the
 * third digit, with tiny residuals. Whatever D is, the eigenvalues are the same; what is too small for the method is
 * raised. */
static PetscErrorCode balance(struct task *task, enum sj_large_method method, Mat matrix, struct spectrum *spectrum) {
  Vec root, inverse;
  PetscScalar *value;
  PetscReal largest;
  PetscInt count;
  int rank;
  PetscCall(sj_large_rough_stationary(task, method, &root));
  PetscCall(VecMax(root, NULL, &largest));
  const double least = method == SJ_LARGE_DIRECT ? 1e-280 : 1e-12;
  PetscCall(VecGetLocalSize(root, &count));
  PetscCall(VecGetArray(root, &value));
  for (PetscInt k = 0; k < count; k++) value[k] = largest > 0 ? sqrt(fmax(value[k] / largest, least)) : 1;
  PetscCall(VecRestoreArray(root, &value));
  PetscCall(VecDuplicate(root, &inverse));
  PetscCall(VecCopy(root, inverse));
  PetscCall(VecReciprocal(inverse));
  PetscCall(MatDiagonalScale(matrix, root, inverse));
  PetscCall(VecDestroy(&inverse));
  MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  if (rank == 0) spectrum->scale = malloc((task->generator->count + 1) * sizeof *spectrum->scale);
  if (rank == 0 && !spectrum->scale) return PETSC_ERR_MEM;
  PetscCall(sj_large_gather(root, spectrum->scale));
  return VecDestroy(&root);
}

static PetscErrorCode set_inner_solver(struct task *task, enum sj_large_method method, EPS solver) {
  ST transformation;
  KSP inner;
  PC preconditioner;
  int ranks;
  MPI_Comm_size(PETSC_COMM_WORLD, &ranks);
  PetscCall(EPSGetST(solver, &transformation));
  PetscCall(STSetType(transformation, STSINVERT));
  PetscCall(STGetKSP(transformation, &inner));
  PetscCall(KSPGetPC(inner, &preconditioner));
  if (method == SJ_LARGE_DIRECT) {
    PetscCall(KSPSetType(inner, KSPPREONLY));
    PetscCall(PCSetType(preconditioner, PCLU));
    return PCFactorSetMatSolverType(preconditioner, MATSOLVERMUMPS);
  }
  PetscCall(KSPSetType(inner, KSPGMRES));
  PetscCall(KSPGMRESSetRestart(inner, (PetscInt)task->options.restart));
  PetscCall(PCSetType(preconditioner, ranks > 1 ? PCBJACOBI : PCILU));
  PetscCall(KSPSetTolerances(inner, task->options.residual, PETSC_DEFAULT, PETSC_DEFAULT,
                             (PetscInt)task->options.iterations));
  return KSPSetErrorIfNotConverged(inner, PETSC_FALSE);
}

/* Eigenvalues of -Q nearest to -shift: -Q + shift is a nonsingular M-matrix. `start` tells the two runs' starts apart.
 */
static PetscErrorCode run(struct task *task, enum sj_large_method method, Mat matrix, double shift, PetscInt wanted,
                          unsigned long start, struct run *run) {
  Vec first;
  PetscRandom random;
  const PetscInt count = (PetscInt)task->generator->count;
  PetscCall(EPSCreate(PETSC_COMM_WORLD, &run->solver));
  PetscCall(EPSSetOperators(run->solver, matrix, NULL));
  PetscCall(EPSSetProblemType(run->solver, EPS_NHEP));
  PetscCall(EPSSetType(run->solver, EPSKRYLOVSCHUR));
  PetscCall(EPSSetTarget(run->solver, -shift));
  PetscCall(EPSSetWhichEigenpairs(run->solver, EPS_TARGET_MAGNITUDE));
  const PetscInt asked = wanted < count ? wanted : count, space = 3 * asked + 20;
  PetscCall(EPSSetDimensions(run->solver, asked, space < count ? space : count, PETSC_DEFAULT));
  PetscCall(EPSSetTolerances(run->solver, 1e-12, 500));
  PetscCall(set_inner_solver(task, method, run->solver));
  PetscCall(MatCreateVecs(matrix, &first, NULL));
  PetscCall(PetscRandomCreate(PETSC_COMM_WORLD, &random));
  PetscCall(PetscRandomSetSeed(random, start));
  PetscCall(PetscRandomSeed(random));
  PetscCall(VecSetRandom(first, random));
  PetscCall(EPSSetInitialSpace(run->solver, 1, &first));
  PetscCall(PetscRandomDestroy(&random));
  PetscCall(VecDestroy(&first));
  PetscCall(EPSSolve(run->solver));
  PetscCall(EPSGetConverged(run->solver, &run->found));
  /* Half of a pair is none. */
  if (run->found > (PetscInt)wanted + 1) run->found = (PetscInt)wanted + 1;
  run->re = calloc(3 * (size_t)run->found + 1, sizeof *run->re);
  if (!run->re) return PETSC_ERR_MEM;
  run->im = run->re + run->found;
  run->residual = run->im + run->found;
  for (PetscInt k = 0; k < run->found; k++) {
    PetscCall(EPSGetEigenvalue(run->solver, k, &run->re[k], &run->im[k]));
    PetscCall(EPSComputeError(run->solver, k, EPS_ERROR_ABSOLUTE, &run->residual[k]));
  }
  return 0;
}

static PetscErrorCode run_end(struct run *run) {
  free(run->re);
  return EPSDestroy(&run->solver);
}

/* The second-smallest size of what was found: the gap, roughly. 0 without one. */
static double gap_of(const struct run *run) {
  double least = INFINITY, second = INFINITY;
  for (PetscInt k = 0; k < run->found; k++) {
    const double size = hypot(run->re[k], run->im[k]);
    if (size < least) {
      second = least;
      least = size;
    } else if (size < second) {
      second = size;
    }
  }
  return isfinite(second) ? second : 0;
}

/* The eigenvalue of `other` nearest to this one, and how far it is. */
static PetscInt nearest(const struct run *other, double re, double im, double *distance) {
  PetscInt best = -1;
  *distance = INFINITY;
  for (PetscInt k = 0; k < other->found; k++) {
    const double d = hypot(other->re[k] - re, other->im[k] - im);
    if (d >= *distance) continue;
    *distance = d;
    best = k;
  }
  return best;
}

static int by_real_part(const void *a, const void *b, void *context) {
  const struct run *const run = context;
  const PetscInt i = *(const PetscInt *)a, j = *(const PetscInt *)b;
  if (run->re[i] != run->re[j]) return run->re[i] < run->re[j] ? -1 : 1;
  return (i > j) - (i < j); /* pairs stay together */
}

/* Vectors of one run's value k, or of a pair's k and k + 1, to two rows (at rank 0). The pair's is that of the value of
 * -Q with positive imaginary part, so that the conjugate is wanted. */
static PetscErrorCode get_vectors(const struct run *run, PetscInt k, size_t count, double *re, double *im) {
  Mat matrix;
  Vec x, y;
  PetscCall(EPSGetOperators(run->solver, &matrix, NULL));
  PetscCall(MatCreateVecs(matrix, &x, &y));
  PetscCall(EPSGetEigenvector(run->solver, k, x, y));
  PetscCall(sj_large_gather(x, re));
  if (run->im[k] != 0) PetscCall(sj_large_gather(y, im));
  for (size_t i = 0; im && i < count; i++) im[i] = run->im[k] > 0 ? -im[i] : im[i];
  PetscCall(VecDestroy(&x));
  PetscCall(VecDestroy(&y));
  return 0;
}

/* Back from D (-Q) D^-1 to -Q. */
static void unbalance(const double *root, size_t count, double *x, double *xi, double *y, double *yi) {
  for (size_t i = 0; i < count; i++) {
    x[i] /= root[i];
    y[i] *= root[i];
    if (!xi) continue;
    xi[i] /= root[i];
    yi[i] *= root[i];
  }
}

/* Makes the largest |x| 1 and y x = 1; a pair's imaginary parts are `xi` and `yi`, else NULL. Rank 0 has them. */
static void scale(size_t count, double *x, double *xi, double *y, double *yi) {
  double largest = 0, re = 0, im = 0;
  for (size_t i = 0; i < count; i++) largest = fmax(largest, xi ? hypot(x[i], xi[i]) : fabs(x[i]));
  if (!(largest > 0)) return;
  for (size_t i = 0; i < count; i++) {
    x[i] /= largest;
    if (xi) xi[i] /= largest;
    re += y[i] * x[i] - (xi ? yi[i] * xi[i] : 0);
    if (xi) im += y[i] * xi[i] + yi[i] * x[i];
  }
  const double square = re * re + im * im;
  for (size_t i = 0; i < count; i++) {
    const double a = y[i], b = yi ? yi[i] : 0;
    y[i] = (a * re + b * im) / square;
    if (yi) yi[i] = (b * re - a * im) / square;
  }
}

static PetscErrorCode copy_vectors(const struct task *task, const struct run *right, PetscInt k, const struct run *left,
                                   PetscInt other, size_t place, const struct spectrum *in) {
  struct sj_spectrum *const out = in->spectrum;
  const size_t n = task->generator->count;
  const bool pair = right->im[k] != 0, here = out->right != NULL;
  double *const x = here ? out->right + place * n : NULL, *const y = here ? out->left + place * n : NULL;
  double *const xi = pair && here ? x + n : NULL, *const yi = pair && here ? y + n : NULL;
  PetscCall(get_vectors(right, k, n, x, xi));
  PetscCall(get_vectors(left, other, n, y, yi));
  if (here) unbalance(in->scale, n, x, xi, y, yi);
  if (here) scale(n, x, xi, y, yi);
  return 0;
}

/* Sorted, each held against the other run's, with their vectors. */
static PetscErrorCode collect(struct task *task, const struct run *right, const struct run *left, size_t wanted,
                              const struct spectrum *in) {
  struct sj_spectrum *const out = in->spectrum;
  const size_t found = (size_t)right->found, n = task->generator->count;
  int rank;
  MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  PetscInt *const order = malloc((found + 1) * sizeof *order);
  out->value = calloc(found + 2, sizeof *out->value);
  if (rank == 0) out->right = calloc((found + 2) * n, sizeof *out->right);
  if (rank == 0) out->left = calloc((found + 2) * n, sizeof *out->left);
  PetscErrorCode code = order && out->value && (rank || (out->right && out->left)) ? 0 : PETSC_ERR_MEM;
  for (size_t k = 0; !code && k < found; k++) order[k] = (PetscInt)k;
  if (!code) qsort_r(order, found, sizeof *order, by_real_part, (void *)right);
  for (size_t s = 0; !code && s < found && out->count < wanted; s++) {
    const PetscInt k = order[s];
    double apart = 0;
    const PetscInt other = nearest(left, right->re[k], right->im[k], &apart);
    const double error = other < 0 ? INFINITY : apart + right->residual[k] + left->residual[other];
    out->value[out->count] = (struct sj_eigenvalue){-right->re[k], right->im[k] != 0 ? fabs(right->im[k]) : 0, error};
    if (!s) out->value[0] = (struct sj_eigenvalue){0, 0, 0};
    const bool pair = right->im[k] != 0 && s + 1 < found;
    if (s && other >= 0) code = copy_vectors(task, right, k, left, other, out->count, in);
    out->count++;
    if (!pair) continue;
    out->value[out->count] = (struct sj_eigenvalue){-right->re[k], -fabs(right->im[k]), error};
    out->count++, s++;
  }
  free(order);
  return code;
}

static PetscErrorCode report(struct task *task, const struct run *right, const struct run *left,
                             const struct sj_spectrum *out) {
  if (out->count < 2)
    return sj_task_fail(task, SJ_FAILED, "the spectrum did not converge: %d and %d eigenvalues in two runs",
                        right->found, left->found);
  const struct sj_eigenvalue *const second = &out->value[1];
  const double size = hypot(second->re, second->im);
  if (second->error <= task->options.error * size) return 0;
  double apart;
  const PetscInt other = nearest(left, -second->re, -second->im, &apart);
  return sj_task_fail(
      task, SJ_FAILED,
      "the second eigenvalue is not certified: two runs give %.10g and %.10g, with residuals that add up "
      "to %.1e",
      second->re, other < 0 ? NAN : -left->re[other], second->error - apart);
}

static PetscErrorCode fastest(Mat matrix, double *rate) {
  Vec diagonal;
  PetscCall(MatCreateVecs(matrix, &diagonal, NULL));
  PetscCall(MatGetDiagonal(matrix, diagonal));
  PetscCall(VecMax(diagonal, NULL, rate));
  return VecDestroy(&diagonal);
}

static PetscErrorCode work(struct task *task, void *context) {
  struct spectrum *const in = context;
  Mat matrix, transposed;
  struct run rough = {0}, right = {0}, left = {0};
  enum sj_large_method method;
  double rate = 0;
  const PetscInt wanted = (PetscInt)(in->wanted < 2 ? 2 : in->wanted);
  *in->spectrum = (struct sj_spectrum){0};
  PetscCall(sj_large_choose(task, &method));
  PetscCall(sj_large_assemble(task, -1, &matrix));
  PetscCall(fastest(matrix, &rate));
  PetscCall(balance(task, method, matrix, in));
  PetscCall(run(task, method, matrix, 1e-6 * rate, 2, 1, &rough));
  /* Shifts as far from 0 as the second one is: near enough to it, and not so near to 0 that it hides all else. */
  const double gap = fmax(gap_of(&rough), 1e-12 * rate);
  PetscCall(run(task, method, matrix, 0.5 * gap, wanted, 2, &right));
  PetscCall(MatTranspose(matrix, MAT_INITIAL_MATRIX, &transposed));
  PetscCall(run(task, method, transposed, gap, wanted + 1, 3, &left));
  PetscErrorCode code = collect(task, &right, &left, (size_t)wanted, in);
  if (!code) code = report(task, &right, &left, in->spectrum);
  PetscCall(run_end(&rough));
  PetscCall(run_end(&right));
  PetscCall(run_end(&left));
  PetscCall(MatDestroy(&transposed));
  PetscCall(MatDestroy(&matrix));
  return code;
}

enum sj_status sj_large_module_spectrum(const struct sj_generator *generator, const struct sj_large_options *options,
                                        size_t wanted, struct sj_spectrum *spectrum, struct sj_error *error) {
  struct spectrum in = {wanted, spectrum, NULL};
  const enum sj_status status = sj_task_run(generator, options, work, &in, error);
  free(in.scale);
  return status;
}
