#include <math.h>
#include <stdlib.h>

#include "solve/large/solver.h"
#include "solve/large/window.h"

/* One stationary distribution, from one pin. */
struct solution {
  PetscInt pin;
  Vec pi;
  double bound, residual, reached;
  bool converged; /* if not, its bound is infinite, and it is no witness against another one */
};

struct stationary {
  double *pi;
  struct sj_certificate *certificate;
};

/* b = the rates out of the pin, and 1 for the pin itself: pi is 1 there. */
static PetscErrorCode right_hand_side(struct task *task, PetscInt pin, Vec b) {
  const struct sj_generator *const g = task->generator;
  PetscCall(VecSet(b, 0));
  if (pin >= task->first && pin < task->end) {
    const size_t count = g->row(g->context, (size_t)pin, task->to, task->rate);
    for (size_t t = 0; t < count; t++) PetscCall(VecSetValue(b, (PetscInt)task->to[t], task->rate[t], INSERT_VALUES));
    PetscCall(VecSetValue(b, pin, 1, INSERT_VALUES));
  }
  PetscCall(VecAssemblyBegin(b));
  PetscCall(VecAssemblyEnd(b));
  return 0;
}

/* The unit roundoff, times what adding up a row or a column and multiplying it out may cost of it. */
static double roundoff(const struct task *task) { return 0x1p-53 * 2 * (double)(task->generator->most + 4); }

/* The least (-Q h)(i) off the pin, with what rounding may have added taken off; NAN or less than 0: h proves nothing.
 */
static PetscErrorCode least_descent(struct solver *solver, PetscInt pin, Vec h, Vec work, Vec exit, double *least) {
  const struct task *const task = solver->task;
  const PetscScalar *value, *product, *rate;
  PetscCall(MatMult(solver->matrix, h, work));
  PetscCall(VecGetArrayRead(h, &value));
  PetscCall(VecGetArrayRead(work, &product));
  PetscCall(VecGetArrayRead(exit, &rate));
  double mine = INFINITY;
  for (PetscInt i = task->first; i < task->end; i++) {
    const PetscInt k = i - task->first;
    const double sure = product[k] - 2 * roundoff(task) * rate[k] * fabs(value[k]);
    if (i != pin && !(sure > mine)) mine = sure;
    if (!(value[k] >= 0)) mine = -INFINITY;
  }
  PetscCall(VecRestoreArrayRead(h, &value));
  PetscCall(VecRestoreArrayRead(work, &product));
  PetscCall(VecRestoreArrayRead(exit, &rate));
  MPI_Allreduce(&mine, least, 1, MPI_DOUBLE, MPI_MIN, PETSC_COMM_WORLD);
  return 0;
}

/* h with (-Q h)(i) >= 1 off the pin, by as loose a solution as does; *found = false: there is none to be had. */
static PetscErrorCode hitting_times(struct solver *solver, PetscInt pin, Vec h, Vec exit, bool *found) {
  Vec b, work;
  double residual = 1e-3, reached = 1, least = 0;
  PetscCall(VecDuplicate(h, &b));
  PetscCall(VecDuplicate(h, &work));
  PetscCall(VecSet(b, 1));
  PetscCall(VecSet(h, 0));
  if (pin >= solver->task->first && pin < solver->task->end) PetscCall(VecSetValue(b, pin, 0, INSERT_VALUES));
  PetscCall(VecAssemblyBegin(b));
  PetscCall(VecAssemblyEnd(b));
  for (*found = false; !*found && residual > 1e-8; residual *= 0.03) {
    PetscCall(sj_solver_solve(solver, false, b, h, residual, &reached));
    PetscCall(least_descent(solver, pin, h, work, exit, &least));
    *found = least > 0.1;
    if (solver->factors || reached > residual) break;
  }
  if (*found) PetscCall(VecScale(h, 1 / least));
  PetscCall(VecDestroy(&b));
  PetscCall(VecDestroy(&work));
  return 0;
}

/* Sums over the states off the pin of |r| and what it may be off by rounding, plain and times h. */
static PetscErrorCode weigh_residual(struct task *task, PetscInt pin, Vec r, Vec x, Vec h, Vec exit, double sums[4]) {
  const PetscScalar *residual, *value, *time, *rate;
  PetscCall(VecGetArrayRead(r, &residual));
  PetscCall(VecGetArrayRead(x, &value));
  PetscCall(VecGetArrayRead(h, &time));
  PetscCall(VecGetArrayRead(exit, &rate));
  double mine[4] = {0};
  for (PetscInt i = task->first; i < task->end; i++) {
    const PetscInt k = i - task->first;
    if (i == pin) continue;
    const double flow = rate[k] * fabs(value[k]), size = fabs(residual[k]);
    mine[0] += size;
    mine[1] += flow;
    mine[2] += (size + 2 * roundoff(task) * flow) * time[k];
    mine[3] += fabs(value[k]);
  }
  PetscCall(VecRestoreArrayRead(r, &residual));
  PetscCall(VecRestoreArrayRead(x, &value));
  PetscCall(VecRestoreArrayRead(h, &time));
  PetscCall(VecRestoreArrayRead(exit, &rate));
  MPI_Allreduce(mine, sums, 4, MPI_DOUBLE, MPI_SUM, PETSC_COMM_WORLD);
  sums[3] += 1; /* the pin's own */
  return 0;
}

/* Both systems; see large.h for what they show. */
static PetscErrorCode solve_pinned(struct solver *solver, struct solution *s) {
  struct task *const task = solver->task;
  Vec b, r, h, exit;
  bool found = false;
  double sums[4] = {0};
  PetscCall(MatCreateVecs(solver->matrix, &s->pi, &b));
  PetscCall(VecDuplicate(b, &r));
  PetscCall(VecDuplicate(b, &exit));
  PetscCall(MatGetDiagonal(solver->matrix, exit));
  PetscCall(right_hand_side(task, s->pin, b));
  if (!solver->factors) PetscCall(sj_large_window(task, s->pin, s->pi));
  PetscCall(sj_solver_solve(solver, true, b, s->pi, task->options.residual, &s->reached));
  PetscCall(MatMultTranspose(solver->matrix, s->pi, r));
  PetscCall(VecAYPX(r, -1, b));
  PetscCall(VecDestroy(&b));
  PetscCall(VecDuplicate(r, &h));
  if (solver->factors || s->reached <= task->options.residual)
    PetscCall(hitting_times(solver, s->pin, h, exit, &found));
  PetscCall(weigh_residual(task, s->pin, r, s->pi, h, exit, sums));
  s->residual = sums[0] / sums[1];
  s->bound = found ? 2 * sums[2] / sums[3] : INFINITY;
  PetscCall(VecDestroy(&h));
  PetscCall(VecDestroy(&r));
  PetscCall(VecDestroy(&exit));
  return 0;
}

/* No probability is negative: to cut them off at 0 brings them nearer to the truth. */
static PetscErrorCode normalize(Vec pi) {
  PetscScalar *value, sum;
  PetscInt count;
  PetscCall(VecGetLocalSize(pi, &count));
  PetscCall(VecGetArray(pi, &value));
  for (PetscInt k = 0; k < count; k++)
    if (!(value[k] > 0)) value[k] = 0;
  PetscCall(VecRestoreArray(pi, &value));
  PetscCall(VecSum(pi, &sum));
  PetscCall(VecScale(pi, 1 / sum));
  return 0;
}

static PetscErrorCode solve_from(struct task *task, enum sj_large_method method, PetscInt pin, struct solution *s,
                                 struct sj_certificate *certificate) {
  struct solver solver;
  *s = (struct solution){.pin = pin, .bound = INFINITY};
  PetscCall(sj_solver_start(task, method, pin, &solver));
  const PetscErrorCode code = solve_pinned(&solver, s);
  certificate->iterations += solver.iterations;
  PetscCall(sj_solver_end(&solver));
  PetscCall(code);
  s->converged = method != SJ_LARGE_ITERATIVE || s->reached <= task->options.residual;
  return normalize(s->pi);
}

/* Two states in which the chain often is, one from each start; different ones. */
static PetscErrorCode find_pins(struct task *task, PetscInt pins[2]) {
  size_t found[2] = {0};
  for (int k = 0; k < 2; k++)
    if (sj_generator_walk(task->generator, task->options.start[k], 0, &found[k]) != SJ_OK) return PETSC_ERR_MEM;
  if (found[1] == found[0] && sj_generator_walk(task->generator, found[0], 1000, &found[1]) != SJ_OK)
    return PETSC_ERR_MEM;
  if (found[1] == found[0]) found[1] = (found[0] + 1) % task->generator->count;
  pins[0] = (PetscInt)found[0];
  pins[1] = (PetscInt)found[1];
  return 0;
}

PetscErrorCode sj_large_rough_stationary(struct task *task, enum sj_large_method method, Vec *pi) {
  struct solver solver;
  PetscInt pins[2];
  Vec b;
  double reached = 1;
  PetscCall(find_pins(task, pins));
  PetscCall(sj_solver_start(task, method, pins[1], &solver));
  PetscCall(MatCreateVecs(solver.matrix, pi, &b));
  PetscCall(right_hand_side(task, pins[1], b));
  if (!solver.factors) PetscCall(sj_large_window(task, pins[1], *pi));
  PetscCall(sj_solver_solve(&solver, true, b, *pi, task->options.residual, &reached));
  PetscCall(VecDestroy(&b));
  PetscCall(sj_solver_end(&solver));
  return normalize(*pi);
}

static PetscErrorCode judge(struct task *task, struct solution s[2], bool both, struct sj_certificate *c) {
  bool balanced = false;
  const int best = both && s[1].bound < s[0].bound;
  c->bound = s[best].bound;
  c->residual = s[best].residual;
  c->pin = (size_t)s[best].pin;
  c->second_bound = c->apart = NAN;
  bool agree = true;
  if (both) {
    Vec difference;
    PetscReal norm;
    PetscCall(VecDuplicate(s[0].pi, &difference));
    PetscCall(VecWAXPY(difference, -1, s[0].pi, s[1].pi));
    PetscCall(VecNorm(difference, NORM_1, &norm));
    PetscCall(VecDestroy(&difference));
    c->apart = norm;
    c->second_bound = s[!best].bound;
    c->second_pin = (size_t)s[!best].pin;
    agree = norm <= s[0].bound + s[1].bound;
  }
  PetscCall(sj_large_check_cuts(task, s[best].pi, c, &balanced));
  c->holds = agree && balanced && c->bound <= task->options.error;
  return 0;
}

static PetscErrorCode report(struct task *task, const struct sj_certificate *c) {
  if (c->holds) return 0;
  char text[400];
  sj_certificate_text(c, text, sizeof text);
  const char *why = "its error could not be shown to be small enough";
  /* The sum of two distributions that share no state is 2. */
  if (isinf(c->bound) && c->apart > 1)
    why =
        "begun in two places it ends in two regimes, and it leaves one of them so seldom that roundings hide how "
        "often: elimination alone can tell (--memory)";
  if (c->bound <= task->options.error)
    why = c->apart > c->bound + c->second_bound ? "two solutions contradict each other" : "flows do not balance";
  return sj_task_fail(task, SJ_FAILED, "the stationary distribution of %zu states is not certified, as %s. %s",
                      task->generator->count, why, text);
}

static PetscErrorCode work(struct task *task, void *context) {
  const struct stationary *const out = context;
  struct sj_certificate *const c = out->certificate;
  struct solution s[2] = {{0}};
  PetscInt pins[2];
  *c = (struct sj_certificate){.method = SJ_LARGE_AUTOMATIC};
  PetscCall(sj_large_choose(task, &c->method));
  PetscCall(find_pins(task, pins));
  PetscCall(solve_from(task, c->method, pins[0], &s[0], c));
  const bool both = !task->options.once || !(s[0].bound <= task->options.error);
  if (both) PetscCall(solve_from(task, c->method, pins[1], &s[1], c));
  if (!s[0].converged && !s[1].converged)
    return sj_task_fail(task, SJ_FAILED,
                        "GMRES did not converge: after %u iterations the residual is still %.1e of the right-hand side "
                        "(%.1e is wanted)",
                        c->iterations, fmin(s[0].reached, s[1].reached), task->options.residual);
  PetscCall(judge(task, s, both, c));
  PetscCall(sj_large_gather(s[both && s[1].bound < s[0].bound].pi, out->pi));
  PetscCall(VecDestroy(&s[0].pi));
  PetscCall(VecDestroy(&s[1].pi));
  return report(task, c);
}

/* NOLINTBEGIN(readability-non-const-parameter): what is written is written through `out` */
enum sj_status sj_large_module_stationary(const struct sj_generator *generator, const struct sj_large_options *options,
                                          double *pi, struct sj_certificate *certificate, struct sj_error *error) {
  struct stationary out = {pi, certificate};
  return sj_task_run(generator, options, work, &out, error);
}
/* NOLINTEND(readability-non-const-parameter) */
