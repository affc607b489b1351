/* One quantile of a set of numbers that are replaced one by one, in O(log n) a replacement and O(1) a look.
 *
 * Each number has a place of its own, by which it is replaced. As long as all are small whole numbers (counts of
 * requests), there is a counter for each value, and a pointer that moves with the quantile: a replacement takes as many
 * steps as the pointer moves, one at most as a rule. From the first other number on there are two heaps: `low` has the
 * largest of the numbers up to the quantile's rank on top, `high` the smallest above it. */
#ifndef SJ_BALANCE_RUNNING_QUANTILE_H
#define SJ_BALANCE_RUNNING_QUANTILE_H

#include <stdbool.h>
#include <stdint.h>

enum { SJ_COUNTED_VALUES = 4096 };

struct sj_running_quantile {
  double p;
  uint32_t count, capacity;
  double *values; /* [place]; NAN: not in the set */
  /* Counters; NULL from the first number that is not counted. */
  uint32_t *counts;        /* [value] */
  uint32_t pointer, below; /* the number at the rank, and how many are smaller */
  /* Heaps, of together `count` numbers; NULL before. */
  uint32_t low_count;
  uint32_t *heap;     /* places: `low` from the front; `high` from the back, its top last */
  uint32_t *position; /* [place]: in `heap` */
};

/* Room for places 0 ... capacity - 1; the set is empty. 0 <= p <= 1. False: no memory. */
bool sj_running_quantile_create(struct sj_running_quantile *q, uint32_t capacity, double p);
void sj_running_quantile_destroy(struct sj_running_quantile *q);

/* Puts `value` (not NAN) at `place`, instead of what was there. False: no memory; nothing has changed. */
bool sj_running_quantile_set(struct sj_running_quantile *q, uint32_t place, double value);

/* By linear interpolation between order statistics at rank p (count - 1), as sj_histogram_quantile; NAN if empty. */
double sj_running_quantile_get(const struct sj_running_quantile *q);

#endif
