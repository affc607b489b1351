/* How cdf, quantile, moments and sums see a distribution: private to this folder. */
#ifndef SJ_RANDOM_TAILS_H
#define SJ_RANDOM_TAILS_H

#include "random/node.h"
#include "random/quadrature.h"

enum {
  SJ_STRICT = 1, /* for the tails: P(X < x) and P(X >= x) instead of P(X <= x) and P(X > x) */
  SJ_ABOVE = 2,  /* for the quantile: the probability counts from above, so that the far tail keeps its digits */
  /* What is asked for is asked for often, within an integral: sums are looked up in a table (see sum_table.h) instead
   * of being integrated each time. Not for the cdf and the quantile a user asks for, which would wait for the table. */
  SJ_TABULATED = 4
};

/* P(X <= x) and P(X > x). Not for trees with SJ_RECORDED. */
struct tails sj_tails(const struct sj_distribution *d, double x, unsigned how);
struct tails sj_tails_phase_type(const struct node *n, double x);
struct tails sj_tails_sum(const struct node *n, double x, unsigned how); /* never from the node's own table */

/* The smallest x with P(X <= x) >= p, or with P(X > x) <= p if SJ_ABOVE. 0 <= p <= 1; the ends of the support for 0 and
 * 1. */
double sj_tails_quantile(const struct sj_distribution *d, double p, unsigned how);

/* P(X = x) > 0 for some x. */
bool sj_has_atoms(const struct sj_distribution *d);

/* The a for which P(X > x) (if not `upper`, P(X < -x)) falls like x^-a; INFINITY for all that falls faster. */
double sj_tail_index(const struct sj_distribution *d, bool upper);

/* A sum occurs in the tree. */
bool sj_has_sums(const struct sj_distribution *d);

/* For s > 0 the largest y with o + s y <= x, for s < 0 the smallest, in floating-point arithmetic (if `strict`, < x):
 * so that an atom y of a law is found again at the x = o + s y that a draw of it becomes. */
double sj_inverse_shift(double offset, double scale, double x, bool strict);

/* Solves -T x = b for b >= 0 by taking out one phase after the other. `rates` (off the diagonal) and `exit` are
 * destroyed; `b` becomes x. */
void sj_phase_type_solve(size_t count, double *rates, double *exit, double *b);
/* First two moments of a phase-type law. */
void sj_phase_type_moments(const struct node *n, double *mean, double *variance);

/* Points on the line, sorted, each once. */
struct marks {
  double *points;
  size_t count, capacity;
  size_t limit;  /* no more than this many are collected */
  bool overflow; /* there were more */
};
/* Collects the points where the cdf is not analytic (atoms, ends, kinks; integers up to where less than 1e-20 is left),
 * and, if there is room, some quantiles that show on what scale it changes. The caller frees `points`. */
void sj_marks_collect(const struct sj_distribution *d, struct marks *m);
void sj_marks_add(struct marks *m, double x); /* nothing if x is not finite */
void sj_marks_sort(struct marks *m);
void sj_marks_free(struct marks *m);

#endif
