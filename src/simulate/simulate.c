/* What precedes the runs: settings, and the pilot that finds the warm-up. */
#include "sojourn/simulate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "simulate/engine.h"

enum { GRID_CELLS = 1000, MOST_CELLS = 10000000 };

void sj_simulate_options_default(struct sj_simulate_options *options) {
  *options = (struct sj_simulate_options){.duration = NAN, .warmup = NAN, .drain = NAN, .series_step = NAN};
}

static enum sj_status check(double value, double least, const char *name, struct sj_error *error) {
  if (value >= least && value < INFINITY) return SJ_OK;
  return sj_error_set(error, SJ_INVALID, "%s must be a number of at least %g, got %g", name, least, value);
}

/* The window and the seed, as the options and the model say. */
static enum sj_status settle(const struct sj_model *model, const struct sj_simulate_options *options,
                             struct sj_results *results, struct sj_error *error) {
  const struct sj_run_settings *const run = &model->run;
  results->seed = options->seed_given ? options->seed : run->seed;
  results->duration = isnan(options->duration) ? run->duration : options->duration;
  results->drain =
      isnan(options->drain) ? isnan(options->duration) ? run->drain : 10 * options->duration : options->drain;
  results->warmup = isnan(options->warmup) ? run->warmup : options->warmup;
  if (!(results->duration > 0 && results->duration < INFINITY))
    return sj_error_set(error, SJ_INVALID, "the duration must be positive and finite, got %g", results->duration);
  enum sj_status status = check(results->drain, 0, "the drain", error);
  if (status != SJ_OK || isnan(results->warmup)) return status;
  status = check(results->warmup, 0, "the warm-up", error);
  if (status != SJ_OK) return status;
  if (results->warmup >= results->duration)
    return sj_error_set(error, SJ_INVALID, "the warm-up (%g) must be shorter than the duration (%g)", results->warmup,
                        results->duration);
  return SJ_OK;
}

/* The expected number of arrivals up to `time`, all clients together; INFINITY if unknown. */
static double arrivals_until(const struct sj_model *model, double time) {
  double rate = 0;
  for (size_t i = 0; i < model->client_count; i++) rate += model->clients[i].arrivals.mean_rate;
  return isnan(rate) ? INFINITY : rate * time;
}

/* Looks at run 0 up to `until`, only to see when it has warmed up: the latest of the clients' answers. */
static enum sj_status look_at_run_0(const struct sj_model *model, const struct sj_simulate_options *options,
                                    const struct sj_results *results, double until, double *warmup, bool *at_limit,
                                    struct sj_error *error) {
  struct sj_mser *const observed = calloc(model->client_count + 1, sizeof *observed);
  if (!observed) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  struct engine_control control = {.stop = options->stop};
  struct sj_results shortened = *results;
  shortened.duration = until;
  const enum sj_status status = sj_engine_run(model, options, &shortened, 0, observed, NULL, &control, NULL, error);
  *warmup = 0;
  *at_limit = false;
  for (size_t i = 0; i < model->client_count; i++) {
    int limit = 0;
    const double found = status == SJ_OK ? sj_mser_warmup(&observed[i], &limit) : 0;
    if (found > *warmup) *warmup = found;
    if (limit) *at_limit = true;
    sj_mser_destroy(&observed[i]);
  }
  free(observed);
  return status;
}

/* A warm-up does not get longer with the run: its beginning is enough, unless the warm-up fills half of that. */
static enum sj_status find_warmup(const struct sj_model *model, const struct sj_simulate_options *options,
                                  struct sj_results *results, struct sj_error *error) {
  static const double enough_arrivals = 2e5;
  double until = results->duration, warmup = 0;
  bool at_limit = false;
  while (arrivals_until(model, until) > 2 * enough_arrivals && arrivals_until(model, until) < INFINITY) until /= 2;
  for (;; until *= 2) {
    if (until > results->duration) until = results->duration;
    const enum sj_status status = look_at_run_0(model, options, results, until, &warmup, &at_limit, error);
    if (status != SJ_OK) return status;
    if (until == results->duration || !at_limit) break;
  }
  results->warmup = warmup < results->duration / 2 ? warmup : results->duration / 2;
  results->warmup_found = true;
  bool ok =
      sj_results_add_note(results, "warm-up of %.4g %s found by MSER-5 on run 0", results->warmup, results->time_unit);
  if (at_limit)
    ok = sj_results_add_note(results,
                             "the warm-up was still going on after half of run 0: the system may not be steady, or "
                             "needs a longer duration") &&
         ok;
  return ok ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}

/* The cells of the time series: whole ones, up to the duration. */
static enum sj_status choose_grid(const struct sj_simulate_options *options, struct sj_results *results,
                                  struct sj_error *error) {
  results->grid_step = results->duration / GRID_CELLS;
  results->grid_count = GRID_CELLS;
  if (!(options->series_step > 0)) return SJ_OK;
  const double cells = results->duration / options->series_step;
  if (!(cells >= 1 && cells <= MOST_CELLS))
    return sj_error_set(error, SJ_INVALID, "a duration of %g has %.3g steps of %g, expected 1 to %d", results->duration,
                        cells, options->series_step, MOST_CELLS);
  results->grid_step = options->series_step;
  results->grid_count = (size_t)(cells * (1 + 1e-12));
  return SJ_OK;
}

enum sj_status sj_simulate_prepare(const struct sj_model *model, const struct sj_simulate_options *options,
                                   struct sj_results **out, struct sj_error *error) {
  struct sj_results *const results = sj_results_create("simulate", model->file, model->scenario);
  *out = NULL;
  if (!results) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  memcpy(results->time_unit, model->time_unit, sizeof results->time_unit);
  results->canonical = sj_model_canonical(model);
  enum sj_status status = settle(model, options, results, error);
  if (!results->canonical) results->canonical = sj_copy_string("{}");
  bool ok = results->canonical != NULL;
  for (size_t i = 0; i < model->note_count; i++) ok = sj_results_add_note(results, "%s", model->notes[i]) && ok;
  if (status == SJ_OK && options->series) status = choose_grid(options, results, error);
  ok = ok && sj_statistics_name(results, model, options->members, options->series);
  if (status == SJ_OK && !ok) status = sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  if (status == SJ_OK && isnan(results->warmup)) status = find_warmup(model, options, results, error);
  if (status != SJ_OK) {
    sj_results_destroy(results);
    return status;
  }
  *out = results;
  return SJ_OK;
}
