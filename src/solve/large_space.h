/* What can be found of a model whose chain is too large for elimination that keeps its factors. */
#ifndef SJ_SOLVE_LARGE_SPACE_H
#define SJ_SOLVE_LARGE_SPACE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "solve/eliminate.h"
#include "solve/large.h"
#include "solve/space.h"

/* Zeroed is cleared. What stands by state is there at rank 0 only. */
struct sj_large_solution {
  struct sj_large *large; /* the module; NULL: it was not needed, or it is not there */
  unsigned rank;
  struct sj_scaled *pi; /* the stationary distribution, by state */
  double error;         /* of it: relative in each state if streamed, else of the sum of all */
  bool streamed;        /* by elimination in two passes; else `certificate` holds */
  struct sj_certificate certificate;
  struct sj_spectrum spectrum; /* count 0: none that can be trusted */
  char how[600];               /* for the reader: by which method, and what the certificate says */
  char no_spectrum[600];       /* why there is none */
};

struct sj_large_wanted {
  const struct sj_order *order; /* the narrowest known */
  size_t eigenvalues;
  bool module; /* by PETSc and SLEPc even if elimination in two passes would do */
  bool alone;  /* other processes of an mpirun do not take part, and the module cannot be had */
  double most_bytes;
  const volatile sig_atomic_t *stop;
};

/* Whether elimination in two passes is a matter of minutes. */
bool sj_large_can_stream(size_t count, size_t bandwidth);

/* The stationary distribution, by elimination in two passes where that can be, else by the module; under mpirun always
 * by the module. The spectrum by the module; it is not an error if there is none. Under mpirun all processes must call
 * it with the same space. SJ_FAILED: the module is wanted and is not there, a solver did not converge, or the
 * distribution is not certified; SJ_NO_MEMORY; SJ_INTERRUPTED. All with a message. */
enum sj_status sj_large_solve(const struct sj_space *space, const struct sj_large_wanted *wanted,
                              struct sj_large_solution *solution, struct sj_error *error);
/* What follows is of a chain that sj_large_solve has solved, by elimination in two passes where it did so itself, else
 * by the module; under mpirun all processes must call it alike, with `mean` and `p` (by state) at rank 0, NULL at the
 * others. Errors as there, SJ_FAILED also where a result is not certified. */

/* Whether some hitting times are a matter of minutes. */
bool sj_large_can_hit(const struct sj_space *space, const struct sj_large_wanted *wanted,
                      const struct sj_large_solution *solution);
/* The mean time until one of the states with `target` is reached, and the largest relative error of one. SJ_FAILED also
 * where two passes would do it, but the targets are not the first or the last of the order. */
enum sj_status sj_large_hit(const struct sj_space *space, const struct sj_large_wanted *wanted,
                            const struct sj_large_solution *solution, const bool *target, struct sj_scaled *mean,
                            double *relative_error, struct sj_error *error);
/* p becomes p exp(Q time), by the module alone; `chain` may be another one than the space's. `*wrong`: of p, in the
 * 1-norm. */
enum sj_status sj_large_advance(const struct sj_large_solution *solution, const struct sj_large_wanted *wanted,
                                const struct sj_chain *chain, double time, double *p, double *wrong,
                                struct sj_error *error);

void sj_large_solution_clear(struct sj_large_solution *solution);

#endif
