/* The points of a sweep that a results file holds, for drawing them. */
#ifndef SJ_RESULTS_STORE_POINTS_H
#define SJ_RESULTS_STORE_POINTS_H

#include "results/store.h"

/* Owned; sj_store_points_clear ends it. */
struct sj_store_points {
  size_t axis_count, count;
  size_t wanted;    /* how many points it was to have */
  uint64_t samples; /* 0: a grid */
  char **paths;     /* [axis_count] */
  char **units;     /* [axis_count]: as field schemas have them; NULL: not known */
  bool *logarithmic;
  char **texts;     /* [count * axis_count]: the values, point by point */
  int64_t *results; /* [count]: their numbers in the file */
  int64_t indices;  /* the result that holds a sample's indices; 0: none does */
};

/* The finished points of the newest sweep that has `result` for a point, or for its indices. `count` 0: there is none.
 */
enum sj_status sj_store_points_read(struct sj_store *store, int64_t result, struct sj_store_points *points,
                                    struct sj_error *error);
void sj_store_points_clear(struct sj_store_points *points);

#endif
