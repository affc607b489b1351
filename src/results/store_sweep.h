/* Sweeps in a results file: which results belong together, and the values that their points have. The results
 * themselves are kept as any (sojourn/store.h). */
#ifndef SJ_RESULTS_STORE_SWEEP_H
#define SJ_RESULTS_STORE_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "results/store.h"

/* What is known of a sweep before its first point. Strings are the caller's. */
struct sj_store_sweep {
  const char *engine, *model, *scenario; /* scenario NULL if none */
  const char *definition;                /* all that the points follow from: identifies the sweep */
  uint64_t samples;                      /* 0: a grid */
  uint64_t points;                       /* wanted */
  size_t axis_count;
  const char *const *paths; /* [axis_count] */
  const bool *logarithmic;  /* [axis_count] */
  const char *const *units; /* [axis_count]: as field schemas have them; NULL: not known */
};

/* Finds the newest sweep of that definition, or makes it; with `again` makes a new one in any case. */
enum sj_status sj_store_begin_sweep(struct sj_store *store, const struct sj_store_sweep *sweep, bool again, int64_t *id,
                                    struct sj_error *error);

/* The result of a finished point; 0 if it is not finished. */
enum sj_status sj_store_find_point(struct sj_store *store, int64_t sweep, uint64_t point, int64_t *result,
                                   struct sj_error *error);

/* Keeps that point `point` of the sweep is finished: its result, and its value of each axis as text, stored as a number
 * where it is one. Of a point that is there already nothing changes. */
enum sj_status sj_store_add_point(struct sj_store *store, int64_t sweep, uint64_t point, int64_t result,
                                  const char *const *values, size_t count, struct sj_error *error);

/* Keeps which result holds the sweep's indices. */
enum sj_status sj_store_add_indices(struct sj_store *store, int64_t sweep, int64_t result, struct sj_error *error);

/* The newest result of that identity that has runs; 0: there is none. */
enum sj_status sj_store_find(struct sj_store *store, const char *identity, int64_t *result, struct sj_error *error);

#endif
