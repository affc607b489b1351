/* What the files of `sojourn learn` share. */
#ifndef SJ_CLI_LEARN_H
#define SJ_CLI_LEARN_H

#include <signal.h>

#include "learn/report.h"
#include "sojourn/model.h"

/* Figures of the exact solution; or why there is none. */
struct sj_solved_beside {
  struct sj_beside *figures;
  size_t count;
  char *why_not; /* NULL: it was solved */
};

/* Solves the model that the trajectories come from, with its transient as far as settling times are looked for. */
void sj_solve_beside(const struct sj_model *model, const struct sj_learned *learned,
                     const struct sj_trajectories *trajectories, const volatile sig_atomic_t *stop,
                     struct sj_solved_beside *solved);
void sj_solved_beside_clear(struct sj_solved_beside *solved);

#endif
