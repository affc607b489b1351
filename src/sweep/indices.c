/* The sensitivity indices of a sample's metrics. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "results/store_sweep.h"
#include "sweep/sweep.h"

static bool ends_with(const char *text, const char *ending) {
  const size_t length = strlen(text), more = strlen(ending);
  return length > more && !strcmp(text + length - more, ending);
}

const char **sj_sweep_usual_metrics(const struct sj_results *results, size_t *count) {
  static const char *const endings[] = {
      ".latency.mean", ".verdict",        ".latency.p99",      ".failed.ratio",
      ".goodput",      ".in_system.mean", ".utilization.mean", ".hitting.full_to_low.mean"};
  const char **const names = sj_allocate_array(results->metric_count + 1, sizeof *names);
  *count = 0;
  for (size_t e = 0; e < sizeof endings / sizeof *endings; e++)
    for (size_t i = 0; i < results->metric_count; i++) {
      const char *const name = results->metrics[i].name;
      const size_t component = strlen(name) - (ends_with(name, endings[e]) ? strlen(endings[e]) : 0);
      /* Of components themselves: not of their apis, batches or recordings. */
      if (component == strlen(name) || memchr(name, '.', component) || memchr(name, '[', component)) continue;
      names[(*count)++] = name;
    }
  return names;
}

/* The figures of a metric at all points. */
static double *values_of(const struct sj_sweep *sweep, const char *metric) {
  double *const values = sj_allocate_array(sweep->point_count, sizeof *values);
  for (size_t i = 0; i < sweep->point_count; i++)
    values[i] = sweep->points[i].results ? sj_results_value(sweep->points[i].results, metric) : (double)NAN;
  return values;
}

static const struct sj_results *first_results(const struct sj_sweep *sweep) {
  for (size_t i = 0; i < sweep->point_count; i++)
    if (sweep->points[i].results) return sweep->points[i].results;
  return NULL;
}

static void choose(const struct sj_sweep_options *options, struct sj_sweep *sweep, const struct sj_results *results) {
  size_t count = options->by_count;
  const char **const usual = options->by ? NULL : sj_sweep_usual_metrics(results, &count);
  const char **const names = usual ? usual : options->by;
  sweep->index_names = sj_allocate_array(count, sizeof *sweep->index_names);
  for (size_t i = 0; names && i < count; i++) {
    const char *const name = names[i];
    const size_t index = sj_results_find(results, name);
    if (usual && index != SIZE_MAX && sj_results_exact(results, index).word) continue;
    sweep->index_names[sweep->index_count++] = sj_copy_string(name);
  }
  free(usual);
}

/* ---- as results ---- */

static bool add_columns(const struct sj_sweep *sweep, struct sj_results *results) {
  static const char *const orders[] = {"first", "total"}, *const ends[] = {"", ".low", ".high"};
  bool ok = true;
  for (size_t m = 0; m < sweep->index_count; m++)
    for (size_t o = 0; o < 2; o++)
      for (size_t a = 0; a < sweep->axis_count; a++)
        for (size_t e = 0; e < 3; e++) {
          char *const name =
              sj_format("%s.sobol.%s[%s]%s", sweep->index_names[m], orders[o], sweep->axes[a].path, ends[e]);
          ok = ok && sj_results_add_metric(results, name, SJ_REDUCE_MEAN);
          free(name);
        }
  return ok;
}

static void fill_run(const struct sj_sweep *sweep, struct sj_run *run) {
  size_t at = 0;
  for (size_t m = 0; m < sweep->index_count; m++)
    for (size_t o = 0; o < 2; o++)
      for (size_t a = 0; a < sweep->axis_count; a++) {
        const struct sj_sensitivity *const index = &(o ? sweep->total : sweep->first)[m * sweep->axis_count + a];
        run->values[at++] = index->value;
        run->values[at++] = index->low;
        run->values[at++] = index->high;
      }
}

/* Results of the engine "sweep": one run whose metrics are the indices. */
static struct sj_results *indices_as_results(const struct sj_sweeping *s) {
  const struct sj_sweep *const sweep = s->sweep;
  struct sj_results *const results = sj_results_create("sweep", s->options->file, s->options->model.scenario);
  struct sj_run run = {0};
  if (!results) return NULL;
  const struct sj_results *const point = first_results(sweep);
  results->seed = point->seed;
  results->duration = results->warmup = results->drain = NAN;
  memcpy(results->time_unit, point->time_unit, sizeof results->time_unit);
  results->canonical = sj_copy_string(s->definition);
  bool ok = add_columns(sweep, results) && sj_run_prepare(results, &run, 0);
  if (ok) {
    fill_run(sweep, &run);
    ok = sj_results_add_note(results, "Sobol indices of %u rows of a sample, %zu of them used", sweep->samples,
                             sweep->rows_used) &&
         sj_results_add_run(results, &run);
  }
  if (ok) return results;
  sj_results_destroy(results);
  return NULL;
}

static enum sj_status keep_indices(struct sj_sweeping *s, struct sj_error *error) {
  struct sj_results *const results = s->sweep->indices;
  int64_t result;
  enum sj_status status = sj_store_begin(s->store, results, 1, s->options->again, &result, error);
  if (status == SJ_OK) status = sj_store_add_run(s->store, result, results, &results->runs[0], error);
  if (status == SJ_OK) status = sj_store_finish(s->store, result, results, error);
  if (status == SJ_OK) status = sj_store_add_indices(s->store, s->stored, result, error);
  return status;
}

enum sj_status sj_sweep_find_indices(struct sj_sweeping *s, struct sj_error *error) {
  struct sj_sweep *const sweep = s->sweep;
  const struct sj_results *const results = first_results(sweep);
  if (!sweep->samples || !results) return SJ_OK;
  choose(s->options, sweep, results);
  const size_t count = sweep->index_count * sweep->axis_count;
  sweep->first = sj_allocate_array(count + 1, sizeof *sweep->first);
  sweep->total = sj_allocate_array(count + 1, sizeof *sweep->total);
  sweep->rows_used = sweep->samples;
  for (size_t m = 0; m < sweep->index_count; m++) {
    double *const values = values_of(sweep, sweep->index_names[m]);
    const size_t at = m * sweep->axis_count;
    const size_t used = sj_sensitivity(values, sweep->samples, sweep->axis_count, sweep->scramble, sweep->first + at,
                                       sweep->total + at);
    if (used < sweep->rows_used) sweep->rows_used = used;
    free(values);
  }
  sweep->indices = indices_as_results(s);
  if (!sweep->indices) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  return s->store ? keep_indices(s, error) : SJ_OK;
}
