/* One quantile of a set of numbers that are replaced one by one, in O(log n) a replacement and O(1) a look.
 *
 * Two heaps: `low` has the largest of the numbers up to the quantile's rank on top, `high` the smallest above it. Each
 * number has a place of its own, by which it is replaced. */
#ifndef SJ_BALANCE_RUNNING_QUANTILE_H
#define SJ_BALANCE_RUNNING_QUANTILE_H

#include <stdbool.h>
#include <stdint.h>

struct sj_running_quantile {
  double p;
  uint32_t count, capacity;
  uint32_t low_count; /* of the heaps together there are `count` */
  double *values;     /* [place] */
  uint32_t *heap;     /* places: `low` from the front; `high` from the back, its top last */
  uint32_t *position; /* [place]: in `heap`; UINT32_MAX: not in the set */
};

/* Room for places 0 ... capacity - 1; the set is empty. 0 <= p <= 1. False: no memory. */
bool sj_running_quantile_create(struct sj_running_quantile *q, uint32_t capacity, double p);
void sj_running_quantile_destroy(struct sj_running_quantile *q);

/* Puts `value` (not NAN) at `place`, instead of what was there. */
void sj_running_quantile_set(struct sj_running_quantile *q, uint32_t place, double value);

/* By linear interpolation between order statistics at rank p (count - 1), as sj_histogram_quantile; NAN if empty. */
double sj_running_quantile_get(const struct sj_running_quantile *q);

#endif
