#include <math.h>
#include <stdlib.h>

#include "solve/large/task.h"

/* By value of one coordinate: flow up across the cut above it, flow down, and the probability of the value itself. */
struct cuts {
  size_t values;
  double *up, *down, *mass;
};

static void add_flows(struct task *task, size_t which, const PetscScalar *pi, struct cuts *cuts) {
  const struct sj_generator *const g = task->generator;
  for (PetscInt i = task->first; i < task->end; i++) {
    const double p = pi[i - task->first];
    const size_t from = sj_generator_value(g, which, (size_t)i);
    cuts->mass[from] += p;
    if (!(p > 0)) continue;
    const size_t count = g->row(g->context, (size_t)i, task->to, task->rate);
    for (size_t t = 0; t < count; t++) {
      const size_t to = sj_generator_value(g, which, task->to[t]);
      const double flow = p * task->rate[t];
      for (size_t v = from; v < to; v++) cuts->up[v] += flow;
      for (size_t v = to; v < from; v++) cuts->down[v] += flow;
    }
  }
}

static bool judge(const struct task *task, size_t which, const struct cuts *cuts, struct sj_certificate *c) {
  bool balanced = true;
  double below = 0, above = 0;
  for (size_t v = 0; v < cuts->values; v++) above += cuts->mass[v];
  for (size_t v = 0; v + 1 < cuts->values; v++) {
    below += cuts->mass[v];
    above -= cuts->mass[v];
    const double through = cuts->up[v] + cuts->down[v], imbalance = fabs(cuts->up[v] - cuts->down[v]) / through;
    if (!(through > 0)) continue;
    const double smaller = fmax(0, fmin(below, above));
    c->cuts++;
    if (imbalance > c->imbalance_of_all) c->imbalance_of_all = imbalance;
    /* So much probability could be on the wrong side. */
    if (imbalance * smaller > task->options.error) balanced = false;
    if (smaller < task->options.error) continue;
    c->trusted++;
    if (imbalance < c->imbalance) continue;
    c->imbalance = imbalance;
    c->cut_coordinate = which;
    c->cut_value = v;
  }
  return balanced;
}

PetscErrorCode sj_large_check_cuts(struct task *task, Vec pi, struct sj_certificate *certificate, bool *balanced) {
  const size_t coordinates = task->generator->coordinates;
  const PetscScalar *value;
  PetscCall(VecGetArrayRead(pi, &value));
  *balanced = true;
  for (size_t which = 0; which < (coordinates ? coordinates : 1); which++) {
    struct cuts cuts = {.values = sj_generator_values(task->generator, which)};
    double *const mine = calloc(6 * cuts.values, sizeof *mine);
    if (!mine) return PETSC_ERR_MEM;
    cuts.up = mine;
    cuts.down = mine + cuts.values;
    cuts.mass = mine + 2 * cuts.values;
    add_flows(task, which, value, &cuts);
    MPI_Allreduce(mine, mine + 3 * cuts.values, (int)(3 * cuts.values), MPI_DOUBLE, MPI_SUM, PETSC_COMM_WORLD);
    cuts.up += 3 * cuts.values;
    cuts.down += 3 * cuts.values;
    cuts.mass += 3 * cuts.values;
    if (!judge(task, which, &cuts, certificate)) *balanced = false;
    free(mine);
  }
  PetscCall(VecRestoreArrayRead(pi, &value));
  return 0;
}
