/* What the two files of the search share. */
#ifndef SJ_FIND_FIND_H
#define SJ_FIND_FIND_H

#include "model/model.h"
#include "sojourn/find.h"

struct search {
  const struct sj_find_options *options;
  struct sj_find *find;
  enum sj_comparison comparison;
  double bound;
  double tolerance;
  double first_events; /* of a run at the values it starts from, the most */
  struct sj_error *error;
};

/* The runs of the first look, and at most. A model in which nothing is random gets one; where some value makes it
 * random, SJ_FIND_RUNS as everywhere. */
enum { SJ_FIND_RUNS = 8 };
void sj_find_settle_runs(struct sj_find *find, const struct sj_find_options *options, uint32_t first);

/* Reads the model with the parameter at `value`. */
enum sj_status sj_find_load(const struct search *search, double value, struct sj_model **model, struct sj_error *error);

/* Tries `value` and puts the point in its place; SJ_INVALID if the model refuses the value. */
enum sj_status sj_find_try(struct search *search, double value, struct sj_error *error);

#endif
