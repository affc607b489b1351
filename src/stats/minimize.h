/* The least value of a function of a few variables that can only be looked at, without derivatives. */
#ifndef SJ_STATS_MINIMIZE_H
#define SJ_STATS_MINIMIZE_H

#include <stdbool.h>
#include <stddef.h>

enum { SJ_MINIMIZE_VARIABLES = 8 }; /* at most */

struct sj_minimize {
  size_t variables;
  /* The function; INFINITY where it has no value. `context` is handed through. */
  double (*value)(void *context, const double *x);
  void *context;
  double low[SJ_MINIMIZE_VARIABLES], high[SJ_MINIMIZE_VARIABLES]; /* x stays within */
  double step[SJ_MINIMIZE_VARIABLES];                             /* of the first simplex */
  double tolerance;                                               /* of x, in units of `step`: where to stop */
  size_t most;                                                    /* calls of the function, about */
};

/* Nelder and Mead's simplex (Computer Journal 7, 1965) from `x`, with the parameters of Lagarias et al. (SIAM Journal
 * on Optimization 9, 1998), begun again from where it ended, with half the steps, until that gains nothing. x becomes
 * the best point seen, and its value is returned; `calls` (NULL allowed) how often the function was called. A local
 * minimum: start from several points. Nothing in it is random. */
double sj_minimize(const struct sj_minimize *question, double *x, size_t *calls);

#endif
