/* Keeping what is found in the process that has the results file. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "results/store_sweep.h"
#include "sweep/sweep.h"

/* Only figures are needed from now on. */
static void keep_values(struct sj_results *results) {
  for (size_t r = 0; r < results->run_count; r++) sj_run_keep_values(results, &results->runs[r]);
}

/* The point has its results. The lock is held. */
static void take_results(struct sj_sweeping *s, size_t point, struct sj_results *results) {
  struct sj_sweep_point *const p = &s->sweep->points[point];
  keep_values(results);
  /* Of a hundred thousand points they would fill the memory. The first one's model is that of the report. */
  free(results->picture);
  results->picture = NULL;
  if (point > 0) {
    free(results->canonical);
    results->canonical = NULL;
  }
  sj_results_destroy(p->results);
  p->results = results;
  s->sweep->done++;
}

static enum sj_status add_point(struct sj_sweeping *s, size_t point, struct sj_error *error) {
  const struct sj_sweep *const sweep = s->sweep;
  char **const values = sj_allocate_array(sweep->axis_count, sizeof *values);
  for (size_t a = 0; a < sweep->axis_count; a++) values[a] = sj_sweep_value_text(sweep, point, a);
  const enum sj_status status = sj_store_add_point(s->store, s->stored, point, s->results[point],
                                                   (const char *const *)values, sweep->axis_count, error);
  for (size_t a = 0; a < sweep->axis_count; a++) free(values[a]);
  free(values);
  return status;
}

/* The finished result of that point in the file, if it is still that of the model; NULL: there is none. */
static enum sj_status load_point(struct sj_sweeping *s, size_t point, const char *canonical, const char *identity,
                                 struct sj_results **results, struct sj_error *error) {
  int64_t result = 0;
  enum sj_status status = sj_store_find_point(s->store, s->stored, point, &result, error);
  if (status == SJ_OK && !result && identity && !s->options->again)
    status = sj_store_find(s->store, identity, &result, error);
  if (status != SJ_OK || !result) return status;
  status = sj_store_load_metrics(s->store, result, results, error);
  if (status != SJ_OK) return status;
  const bool same = (*results)->canonical && !strcmp((*results)->canonical, canonical);
  if (same && !(*results)->partial && (*results)->run_count) {
    s->results[point] = result;
    return SJ_OK;
  }
  sj_results_destroy(*results);
  *results = NULL;
  return SJ_OK;
}

static enum sj_status recall(void *context, size_t point, const char *canonical, const char *identity, bool *there,
                             struct sj_error *error) {
  struct sj_sweeping *const s = context;
  struct sj_results *results = NULL;
  *there = false;
  if (!s->store) return SJ_OK;
  pthread_mutex_lock(&s->lock);
  enum sj_status status = load_point(s, point, canonical, identity, &results, error);
  if (status == SJ_OK && results) {
    status = add_point(s, point, error);
    take_results(s, point, results);
    s->sweep->kept++;
    *there = true;
  }
  pthread_mutex_unlock(&s->lock);
  return status;
}

static enum sj_status begin(void *context, size_t point, struct sj_results *results, uint32_t runs,
                            struct sj_error *error) {
  struct sj_sweeping *const s = context;
  if (!s->store) return SJ_OK;
  pthread_mutex_lock(&s->lock);
  const bool again = s->options->again && !s->results[point];
  const enum sj_status status = sj_store_begin(s->store, results, runs, again, &s->results[point], error);
  keep_values(results);
  pthread_mutex_unlock(&s->lock);
  return status;
}

static enum sj_status add_run(void *context, size_t point, const struct sj_results *results, const struct sj_run *run,
                              struct sj_error *error) {
  struct sj_sweeping *const s = context;
  if (!s->store) return SJ_OK;
  pthread_mutex_lock(&s->lock);
  const enum sj_status status = sj_store_add_run(s->store, s->results[point], results, run, error);
  pthread_mutex_unlock(&s->lock);
  return status;
}

static enum sj_status store_finished(struct sj_sweeping *s, size_t point, struct sj_results *results,
                                     struct sj_error *error) {
  enum sj_status status = sj_store_start(s->store, error);
  if (status != SJ_OK) return status;
  if (s->options->solve) {
    status = sj_store_begin(s->store, results, 1, s->options->again && !s->results[point], &s->results[point], error);
    if (status == SJ_OK) status = sj_store_add_run(s->store, s->results[point], results, &results->runs[0], error);
  }
  if (status == SJ_OK) status = sj_store_finish(s->store, s->results[point], results, error);
  if (status == SJ_OK) status = add_point(s, point, error);
  return sj_store_end(s->store, status, error);
}

static enum sj_status finish(void *context, size_t point, struct sj_results *results, struct sj_error *error) {
  struct sj_sweeping *const s = context;
  pthread_mutex_lock(&s->lock);
  const enum sj_status status = s->store ? store_finished(s, point, results, error) : SJ_OK;
  take_results(s, point, results);
  pthread_mutex_unlock(&s->lock);
  return status;
}

static enum sj_status fail(void *context, size_t point, enum sj_status why, const char *message,
                           struct sj_error *error) {
  struct sj_sweeping *const s = context;
  (void)error;
  pthread_mutex_lock(&s->lock);
  struct sj_sweep_point *const p = &s->sweep->points[point];
  p->failure = sj_copy_string(message);
  p->status = why;
  s->sweep->failed++;
  pthread_mutex_unlock(&s->lock);
  return SJ_OK;
}

void sj_sweep_keep_here(struct sj_sweeping *sweeping) {
  sweeping->keeper = (struct sj_keeper){recall, begin, add_run, finish, fail, sweeping};
}
