/* Draws from a law of whole numbers by inversion of its tabulated cdf: one random word, a guide that says where to
 * begin (Chen and Asau, "On generating random variates from an empirical distribution", AIIE Transactions 6(2), 1974),
 * and a step or two. Several times as fast as the law's own sampler, and monotone: the same uniform gives a larger
 * number under a law that is larger, so laws that differ a little draw alike.
 *
 * The table is made with the additions, multiplications and divisions of elementary.h only, in a fixed order, so it has
 * the same bits everywhere. */
#ifndef SJ_RANDOM_WHOLE_TABLE_H
#define SJ_RANDOM_WHOLE_TABLE_H

#include <stdint.h>

#include "random/distribution.h"

enum { SJ_WHOLE_TABLE_GUIDE = 256, SJ_WHOLE_TABLE_MOST = 4096 };

struct sj_whole_table {
  double first;                         /* the least value */
  uint16_t guide[SJ_WHOLE_TABLE_GUIDE]; /* the first entry whose cdf is above i / 256 */
  double cdf[];                         /* of first, first + 1, ...; the last is INFINITY */
};

/* A table of floor(offset + scale * gamma) with scale > 0, some 10 microseconds; up to where a value has a probability
 * below 2^-54, and what is left goes to the last entry. NULL for a law of another form, of more than
 * SJ_WHOLE_TABLE_MOST values, or if memory ran out: then draw as always. free() ends it. */
struct sj_whole_table *sj_whole_table_create(const struct sj_distribution *d);

/* The smallest value whose cdf is above u, 0 <= u < 1. */
static inline double sj_whole_table_at(const struct sj_whole_table *table, double u) {
  uint32_t i = table->guide[(uint32_t)(u * SJ_WHOLE_TABLE_GUIDE)];
  while (table->cdf[i] <= u) i++;
  return table->first + i;
}

#endif
