/* One point of a sweep. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "model/model.h"
#include "results/store.h"
#include "sweep/sweep.h"

/* A point at work. */
struct effort {
  struct sj_sweep_slot *slot;
  size_t point;
  enum sj_status kept; /* what the keeper said last */
  struct sj_error *error;
};

static enum sj_status on_run(void *context, const struct sj_results *results, const struct sj_run *run,
                             struct sj_error *error) {
  struct effort *const effort = context;
  const struct sj_keeper *const keeper = effort->slot->keeper;
  effort->kept = keeper->add_run(keeper->context, effort->point, results, run, error);
  return effort->kept;
}

static void on_progress(void *context, const struct sj_simulate_progress *progress) {
  struct effort *const effort = context;
  double share = progress->share;
  __atomic_store(&effort->slot->share, &share, __ATOMIC_RELAXED);
}

static bool is_stopped(const struct effort *effort) {
  return effort->slot->stop && __atomic_load_n(effort->slot->stop, __ATOMIC_RELAXED);
}

/* What an engine said is the point's failure; what the keeper said is everybody's. */
static enum sj_status settle(struct effort *effort, enum sj_status status, const struct sj_error *why) {
  const struct sj_keeper *const keeper = effort->slot->keeper;
  if (status == SJ_OK) return SJ_OK;
  if (effort->kept != SJ_OK || status == SJ_INTERRUPTED) {
    if (effort->error) *effort->error = *why;
    return status;
  }
  return keeper->fail(keeper->context, effort->point, status, why->message, effort->error);
}

static enum sj_status finish(struct effort *effort, struct sj_results *results, struct sj_error *error) {
  const struct sj_keeper *const keeper = effort->slot->keeper;
  effort->kept = keeper->finish(keeper->context, effort->point, results, error);
  return effort->kept;
}

static enum sj_status recall(struct effort *effort, const char *canonical, const char *identity, bool *there,
                             struct sj_error *error) {
  const struct sj_keeper *const keeper = effort->slot->keeper;
  effort->kept = keeper->recall(keeper->context, effort->point, canonical, identity, there, error);
  return effort->kept;
}

static enum sj_status simulate(struct effort *effort, const struct sj_model *model, uint32_t threads,
                               struct sj_error *error) {
  const struct sj_keeper *const keeper = effort->slot->keeper;
  struct sj_simulate_options options = effort->slot->options->simulate;
  struct sj_results *results = NULL;
  options.threads = threads;
  options.values_only = true;
  options.stop = effort->slot->stop;
  options.on_run = on_run;
  options.on_progress = on_progress;
  options.context = effort;
  char *const canonical = sj_model_canonical(model);
  bool there = false;
  enum sj_status status = recall(effort, canonical ? canonical : "{}", NULL, &there, error);
  free(canonical);
  if (status != SJ_OK || there) return status;
  status = sj_simulate_prepare(model, &options, &results, error);
  if (status != SJ_OK) return status;
  status = keeper->begin(keeper->context, effort->point, results, options.runs ? options.runs : model->run.runs, error);
  effort->kept = status;
  if (status == SJ_OK) status = sj_simulate_run(model, &options, results, error);
  if (status == SJ_OK) return finish(effort, results, error);
  sj_results_destroy(results);
  return status;
}

static enum sj_status solve(struct effort *effort, const struct sj_model *model, struct sj_error *error) {
  struct sj_solve_options options = effort->slot->options->how;
  struct sj_results *results = NULL;
  char identity[65];
  bool there = false;
  options.stop = effort->slot->stop;
  options.alone = true;
  enum sj_status status = sj_solve_prepare(model, &options, &results, error);
  if (status != SJ_OK) return status;
  sj_results_identity(results, identity);
  status = recall(effort, results->canonical ? results->canonical : "", identity, &there, error);
  sj_results_destroy(results);
  if (status != SJ_OK || there) return status;
  status = sj_solve(model, &options, &results, error);
  return status == SJ_OK ? finish(effort, results, error) : status;
}

enum sj_status sj_sweep_compute(struct sj_sweep_slot *slot, size_t point, uint32_t threads, struct sj_error *error) {
  struct effort effort = {.slot = slot, .point = point, .error = error};
  struct sj_model *model = NULL;
  struct sj_error why = {{0}};
  double none = 0;
  __atomic_store(&slot->share, &none, __ATOMIC_RELAXED);
  enum sj_status status =
      is_stopped(&effort) ? SJ_INTERRUPTED : sj_sweep_load(slot->options, slot->sweep, point, &model, &why);
  if (status == SJ_OK)
    status = slot->options->solve ? solve(&effort, model, &why) : simulate(&effort, model, threads, &why);
  sj_model_destroy(model);
  status = settle(&effort, status, &why);
  __atomic_store(&slot->share, &none, __ATOMIC_RELAXED);
  return status;
}
