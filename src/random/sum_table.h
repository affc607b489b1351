/* The tails of a sum as piecewise polynomials.
 *
 * One value of a sum's cdf is an integral; where a sum is part of another sum, or of a maximum whose mean is wanted, it
 * is asked for hundreds of times, and so on at each level. A table makes the cost of a level additive. */
#ifndef SJ_RANDOM_SUM_TABLE_H
#define SJ_RANDOM_SUM_TABLE_H

#include "random/tails.h"

/* The tails of the sum `n`, from its table, which is made at the first call; to about 1e-11 relative in the smaller
 * tail, or 1e-16 absolute where it is not heavy. Any number of threads. */
struct tails sj_tails_tabulated(const struct node *n, double x, unsigned how);

void sj_sum_table_destroy(struct sum_table *table); /* NULL is fine */

#endif
