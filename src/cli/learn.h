/* What the files of `sojourn learn` share. */
#ifndef SJ_CLI_LEARN_H
#define SJ_CLI_LEARN_H

#include <signal.h>
#include <stdio.h>

#include "learn/report.h"
#include "sojourn/model.h"

/* Figures of the exact solution; or why there is none. */
struct sj_solved_beside {
  struct sj_beside *figures;
  size_t count;
  char *why_not; /* NULL: it was solved */
};

/* Solves the model that the trajectories come from, with its transient as far as settling times are looked for, of each
 * subject's features. */
void sj_solve_beside(const struct sj_model *model, const struct sj_trajectories *trajectories,
                     const struct sj_learn_subject *subjects, size_t count, const volatile sig_atomic_t *stop,
                     struct sj_solved_beside *solved);
void sj_solved_beside_clear(struct sj_solved_beside *solved);

/* Comma-separated values: a row for each state of each trajectory with the time since its start, then each series of
 * it.
 */
void sj_learn_write_rows(const struct sj_results *results, FILE *out);

#endif
