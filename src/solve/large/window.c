#include "solve/large/window.h"

#include <math.h>
#include <petscksp.h>
#include <stdlib.h>

/* States within so many jumps of where flow is lost are added; twice as many each time. */
enum { FIRST_RINGS = 16, MOST_ROUNDS = 40 };
/* What a factor of a chain in a plane takes for each state, about. */
static const double bytes_per_state = 3000;

struct window {
  struct task *task;
  PetscInt pin, *place; /* [states of the chain]: in `state`; -1: outside */
  PetscInt *state;      /* [most] */
  size_t count, most;
  PetscScalar *x; /* [most]: what was found last, of the first `solved` states */
  size_t solved;
  double *lost; /* [states of the chain]: what flows to a state outside; 0 elsewhere */
};

static size_t row_of(const struct window *w, PetscInt i) {
  const struct sj_generator *const g = w->task->generator;
  return g->row(g->context, (size_t)i, w->task->to, w->task->rate);
}

static void add(struct window *w, PetscInt i) {
  if (w->place[i] >= 0 || w->count == w->most) return;
  w->place[i] = (PetscInt)w->count;
  w->state[w->count++] = i;
}

/* The states up to `rings` jumps from those from number `from` on. */
static void widen(struct window *w, size_t from, size_t rings) {
  for (size_t ring = 0; ring < rings; ring++) {
    const size_t end = w->count;
    for (size_t k = from; k < end; k++) {
      const size_t count = row_of(w, w->state[k]);
      for (size_t t = 0; t < count; t++) add(w, (PetscInt)w->task->to[t]);
    }
    from = end;
  }
}

/* One row of the pinned generator, transposed: to the column. Of the pin nothing but 1. */
static PetscErrorCode fill(const struct window *w, Mat matrix, Vec b) {
  const PetscScalar one = 1;
  for (size_t k = 0; k < w->count; k++) {
    const PetscInt i = w->state[k], column = (PetscInt)k;
    const size_t count = row_of(w, i);
    double sum = 0;
    for (size_t t = 0; t < count; t++) {
      const PetscInt to = (PetscInt)w->task->to[t], row = w->place[to];
      const PetscScalar value = -w->task->rate[t];
      sum += w->task->rate[t];
      if (to == w->pin || row < 0) continue;
      if (i == w->pin)
        PetscCall(VecSetValue(b, row, -value, INSERT_VALUES));
      else
        PetscCall(MatSetValues(matrix, 1, &row, 1, &column, &value, INSERT_VALUES));
    }
    const PetscScalar diagonal = i == w->pin ? 1 : sum;
    PetscCall(MatSetValues(matrix, 1, &column, 1, &column, &diagonal, INSERT_VALUES));
  }
  PetscCall(VecSetValue(b, w->place[w->pin], one, INSERT_VALUES));
  PetscCall(VecAssemblyBegin(b));
  PetscCall(VecAssemblyEnd(b));
  PetscCall(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  return MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY);
}

static PetscErrorCode count_columns(const struct window *w, PetscInt *entries) {
  for (size_t k = 0; k < w->count; k++) entries[k] = 1;
  for (size_t k = 0; k < w->count; k++) {
    const size_t count = row_of(w, w->state[k]);
    for (size_t t = 0; t < count; t++)
      if (w->place[w->task->to[t]] >= 0) entries[w->place[w->task->to[t]]]++;
  }
  return 0;
}

static PetscErrorCode assemble(const struct window *w, Mat *matrix, Vec *b, Vec *x) {
  PetscInt *const entries = malloc((w->count + 1) * sizeof *entries);
  if (!entries) return PETSC_ERR_MEM;
  PetscErrorCode code = count_columns(w, entries);
  if (!code) code = MatCreateSeqAIJ(PETSC_COMM_SELF, (PetscInt)w->count, (PetscInt)w->count, 0, entries, matrix);
  free(entries);
  PetscCall(code);
  PetscCall(MatCreateVecs(*matrix, x, b));
  PetscCall(VecSet(*b, 0));
  return fill(w, *matrix, *b);
}

/* By MUMPS, refined once. */
static PetscErrorCode solve(struct window *w) {
  Mat matrix;
  Vec b, x;
  KSP ksp;
  PC pc;
  const PetscScalar *value;
  PetscCall(assemble(w, &matrix, &b, &x));
  PetscCall(KSPCreate(PETSC_COMM_SELF, &ksp));
  PetscCall(KSPSetOperators(ksp, matrix, matrix));
  PetscCall(KSPSetType(ksp, KSPRICHARDSON));
  PetscCall(KSPGetPC(ksp, &pc));
  PetscCall(PCSetType(pc, PCLU));
  PetscCall(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS));
  PetscCall(KSPSetTolerances(ksp, 0, 0, PETSC_DEFAULT, 2));
  PetscCall(KSPSetConvergenceTest(ksp, KSPConvergedSkip, NULL, NULL));
  PetscCall(KSPSolve(ksp, b, x));
  PetscCall(VecGetArrayRead(x, &value));
  for (size_t k = 0; k < w->count; k++) w->x[k] = value[k] > 0 ? value[k] : 0;
  w->solved = w->count;
  PetscCall(VecRestoreArrayRead(x, &value));
  PetscCall(KSPDestroy(&ksp));
  PetscCall(VecDestroy(&b));
  PetscCall(VecDestroy(&x));
  return MatDestroy(&matrix);
}

/* What flows out of the window: a residual that the chain would have with it. Adds the states that count of it; false:
 * it is small enough, or there is no room for more. */
static bool grow(struct window *w, double most_lost, size_t rings) {
  const size_t before = w->count;
  double sum = 0;
  for (size_t k = 0; k < before; k++) {
    const size_t count = row_of(w, w->state[k]);
    for (size_t t = 0; t < count; t++)
      if (w->place[w->task->to[t]] < 0) {
        w->lost[w->task->to[t]] += w->x[k] * w->task->rate[t];
        sum += w->x[k] * w->task->rate[t];
      }
  }
  for (size_t k = 0; k < before && sum > most_lost; k++) {
    const size_t count = row_of(w, w->state[k]);
    for (size_t t = 0; t < count; t++)
      if (w->lost[w->task->to[t]] > most_lost / (double)before) add(w, (PetscInt)w->task->to[t]);
  }
  for (size_t k = 0; k < before; k++) {
    const size_t count = row_of(w, w->state[k]);
    for (size_t t = 0; t < count; t++) w->lost[w->task->to[t]] = 0;
  }
  widen(w, before, rings);
  return w->count > before && w->count < w->most;
}

static PetscErrorCode search(struct window *w) {
  double squares = 1;
  const size_t count = row_of(w, w->pin);
  for (size_t t = 0; t < count; t++) squares += w->task->rate[t] * w->task->rate[t];
  const double most_lost = w->task->options.residual * sqrt(squares) / 4;
  size_t rings = FIRST_RINGS;
  add(w, w->pin);
  widen(w, 0, rings);
  for (int round = 0; round < MOST_ROUNDS && w->count < w->most; round++, rings *= 2) {
    const volatile sig_atomic_t *const stop = w->task->options.stop;
    if (stop && *stop) return 0;
    PetscCall(solve(w));
    if (!grow(w, most_lost, rings)) return 0;
  }
  return 0;
}

static PetscErrorCode find(struct task *task, PetscInt pin, Vec x) {
  const size_t states = task->generator->count;
  struct window w = {.task = task, .pin = pin};
  const double room = task->options.most_bytes / 2 / bytes_per_state;
  w.most = states / 4;
  if (room < (double)w.most) w.most = (size_t)room;
  w.place = malloc((states + 1) * sizeof *w.place);
  w.lost = calloc(states + 1, sizeof *w.lost);
  w.state = malloc((w.most + 1) * sizeof *w.state);
  w.x = malloc((w.most + 1) * sizeof *w.x);
  PetscErrorCode code = w.place && w.lost && w.state && w.x ? 0 : PETSC_ERR_MEM;
  for (size_t i = 0; !code && i < states; i++) w.place[i] = -1;
  if (!code && w.most > 0) code = search(&w);
  if (!code) code = VecSetValues(x, (PetscInt)w.solved, w.state, w.x, INSERT_VALUES);
  free(w.place);
  free(w.lost);
  free(w.state);
  free(w.x);
  return code;
}

PetscErrorCode sj_large_window(struct task *task, PetscInt pin, Vec x) {
  int rank;
  MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  PetscCall(VecSet(x, 0));
  /* Without it the solver starts from nothing: no error of anybody's. */
  if (rank == 0 && find(task, pin, x)) task->petsc_message[0] = 0;
  PetscCall(VecAssemblyBegin(x));
  return VecAssemblyEnd(x);
}
