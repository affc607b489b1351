/* One value: is the expectation met there? */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "find/find.h"
#include "model/bound.h"
#include "results/results.h"
#include "stats/interval.h"

enum sj_status sj_find_load(const struct search *search, double value, struct sj_model **model,
                            struct sj_error *error) {
  const struct sj_find_options *const options = search->options;
  char number[32];
  char *const text = sj_format("%s=%s", options->path, sj_number_text(value, number));
  enum sj_status status;
  if (options->load) {
    status = options->load(options->context, text, model, error);
  } else {
    const size_t count = options->model.override_count;
    const char **const overrides = sj_allocate_array(count + 1, sizeof *overrides);
    for (size_t i = 0; i < count; i++) overrides[i] = options->model.overrides[i];
    overrides[count] = text;
    struct sj_model_options how = options->model;
    how.overrides = overrides;
    how.override_count = count + 1;
    status = sj_model_load(options->file, &how, model, error);
    free(overrides);
  }
  free(text);
  return status;
}

static double confidence(const struct search *search) {
  double looks = 1;
  for (uint64_t runs = search->find->first_runs; runs < search->find->most_runs; runs *= 2) looks++;
  return 1 - 0.05 / looks;
}

/* An expectation "== x" is about every run, and so certain. */
static enum sj_find_verdict equality(const struct search *search, const struct sj_results *results, size_t metric) {
  for (size_t i = 0; i < results->run_count; i++)
    if (results->runs[i].values[metric] != search->bound) return SJ_FIND_NOT_MET;
  return SJ_FIND_MET;
}

static enum sj_find_verdict judge(const struct search *search, const struct sj_results *results, bool exact,
                                  struct sj_figure *figure) {
  const size_t metric = sj_results_find(results, search->find->metric);
  *figure = metric == SIZE_MAX ? (struct sj_figure){NAN, NAN} : sj_results_figure(results, metric);
  if (isnan(figure->value)) return SJ_FIND_NOT_MET;
  if (search->comparison == SJ_EQUAL) return equality(search, results, metric);
  const bool holds = sj_bound_holds(figure->value, search->comparison, search->bound);
  const enum sj_find_verdict verdict = holds ? SJ_FIND_MET : SJ_FIND_NOT_MET;
  if (exact || results->metrics[metric].reduction != SJ_REDUCE_MEAN) return verdict;
  double *const values = sj_allocate_array(results->run_count, sizeof *values), mean, half_width;
  for (size_t i = 0; i < results->run_count; i++) values[i] = results->runs[i].values[metric];
  sj_interval(values, results->run_count, confidence(search), &mean, &half_width);
  free(values);
  const double distance = fabs(mean - search->bound);
  return half_width == 0 || distance > half_width ? verdict : SJ_FIND_UNDECIDED;
}

static void add_point(struct sj_find *find, struct sj_find_point point) {
  find->points = sj_reallocate_array(find->points, find->point_count + 1, sizeof *find->points);
  size_t place = find->point_count++;
  for (; place > 0 && find->points[place - 1].value > point.value; place--)
    find->points[place] = find->points[place - 1];
  find->points[place] = point;
}

/* Runs until the answer is certain or the runs are used up. */
static enum sj_status run_until_decided(struct search *search, const struct sj_model *model, struct sj_results *results,
                                        struct sj_find_point *point, struct sj_error *error) {
  const struct sj_find_options *const options = search->options;
  const bool exact = model->run.nothing_random;
  if (!exact && search->find->first_runs < 2) sj_find_settle_runs(search->find, search->options, SJ_FIND_RUNS);
  const uint32_t most = exact ? 1 : search->find->most_runs;
  struct sj_simulate_options simulate = options->simulate;
  for (simulate.runs = exact ? 1 : search->find->first_runs;;) {
    enum sj_status status =
        options->on_begin ? options->on_begin(options->context, results, simulate.runs, error) : SJ_OK;
    if (status == SJ_OK) status = sj_simulate_run(model, &simulate, results, error);
    if (status != SJ_OK) return status;
    point->verdict = judge(search, results, exact, &point->figure);
    point->runs = results->run_count;
    if (point->verdict != SJ_FIND_UNDECIDED || simulate.runs >= most) return SJ_OK;
    simulate.runs = simulate.runs < most / 2 ? 2 * simulate.runs : most;
  }
}

static enum sj_status run_point(struct search *search, const struct sj_model *model, struct sj_results *results,
                                struct sj_find_point *point, struct sj_error *error) {
  const struct sj_find_options *const options = search->options;
  const enum sj_status status = run_until_decided(search, model, results, point, error);
  if (!options->on_end || (status != SJ_OK && status != SJ_INTERRUPTED)) return status;
  const enum sj_status ended = options->on_end(options->context, results, error);
  return ended == SJ_OK ? status : ended;
}

enum sj_status sj_find_try(struct search *search, double value, struct sj_error *error) {
  struct sj_model *model = NULL;
  struct sj_results *results = NULL;
  struct sj_find *const find = search->find;
  struct sj_find_point point = {.value = value};
  if (search->options->on_point) search->options->on_point(search->options->context, value);
  enum sj_status status = sj_find_load(search, value, &model, error);
  if (status == SJ_OK) {
    status = sj_simulate_prepare(model, &search->options->simulate, &results, error);
    if (status == SJ_INVALID) status = SJ_FAILED; /* not the value's fault */
  }
  if (status == SJ_OK) status = run_point(search, model, results, &point, error);
  if (results) {
    find->wall_seconds += results->wall_seconds;
    for (size_t i = 0; i < results->run_count; i++) point.events += results->runs[i].events;
    find->events += point.events;
    find->seed = results->seed;
    memcpy(find->time_unit, results->time_unit, sizeof find->time_unit);
  }
  if (status == SJ_OK) add_point(find, point);
  sj_results_destroy(results);
  sj_model_destroy(model);
  return status;
}
