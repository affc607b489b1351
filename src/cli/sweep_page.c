/* The report page of a sweep, and what it asked, which the results file keeps with the first point that has results. */
#include <stdlib.h>

#include "cli/expectations.h"
#include "cli/page.h"
#include "cli/sweep.h"
#include "model/model.h"
#include "results/results.h"

/* Gives the point's results their canonical model again, without which the results file does not know them: a sweep
 * forgets it, as of many points it is large. */
static enum sj_status remember(const struct sj_sweep_job *job, size_t point, struct sj_error *error) {
  const struct sj_sweep *const sweep = job->sweep;
  struct sj_results *const results = sweep->points[point].results;
  if (results->canonical) return SJ_OK;
  char **const overrides = sj_allocate_array(sweep->axis_count, sizeof *overrides);
  struct sj_model *model = NULL;
  for (size_t a = 0; a < sweep->axis_count; a++) {
    char *const value = sj_sweep_value_text(sweep, point, a);
    overrides[a] = sj_format("%s=%s", sweep->axes[a].path, value);
    free(value);
  }
  const enum sj_status status =
      sj_read_with(job->options, (const char *const *)overrides, sweep->axis_count, &model, error);
  if (status == SJ_OK) {
    free(results->canonical);
    results->canonical = sj_model_canonical(model);
  }
  for (size_t a = 0; a < sweep->axis_count; a++) free(overrides[a]);
  free(overrides);
  sj_model_destroy(model);
  return status;
}

enum sj_status sj_sweep_ask(const struct sj_sweep_job *job, struct sj_error *error) {
  const struct sj_sweep *const sweep = job->sweep;
  size_t first = SIZE_MAX;
  json_int_t points = 0, met = 0;
  if (!job->store && !job->options->html) return SJ_OK;
  for (size_t i = 0; i < sweep->point_count; i++) {
    if (!sweep->points[i].results) continue;
    if (first == SIZE_MAX) first = i;
    points++;
    met += sj_sweep_unmet(job, i) == 0;
  }
  if (first == SIZE_MAX) return SJ_OK;
  const enum sj_status status = job->store ? remember(job, first, error) : SJ_OK;
  if (status != SJ_OK) return status;
  json_t *const about = json_object();
  json_object_set_new(about, "points", json_integer(points));
  if (sj_sweep_checked(job) > 0) json_object_set_new(about, "met", json_integer(met));
  return sj_page_ask(job->options, job->model, sweep->points[first].results, "sweep", about, job->store, error);
}

enum sj_status sj_sweep_page(const struct sj_sweep_job *job, bool silent, struct sj_error *error) {
  const struct sj_sweep *const sweep = job->sweep;
  const size_t axes = sweep->axis_count;
  const struct sj_results **const results = sj_allocate_array(sweep->point_count, sizeof *results);
  const char **const paths = sj_allocate_array(2 * axes, sizeof *paths), **const units = paths + axes;
  bool *const logarithmic = sj_allocate_array(axes, sizeof *logarithmic);
  char **const texts = sj_allocate_array(sweep->point_count * axes, sizeof *texts);
  struct sj_varied varied = {.axis_count = axes,
                             .wanted = sweep->point_count,
                             .paths = paths,
                             .units = units,
                             .logarithmic = logarithmic,
                             .texts = (const char *const *)texts,
                             .sample = sweep->samples > 0,
                             .indices = sweep->indices,
                             .results = results};
  for (size_t a = 0; a < axes; a++) {
    paths[a] = sweep->axes[a].path;
    units[a] = sweep->axes[a].unit;
    logarithmic[a] = sweep->axes[a].logarithmic;
  }
  for (size_t i = 0; i < sweep->point_count; i++) {
    if (!sweep->points[i].results) continue;
    for (size_t a = 0; a < axes; a++) texts[varied.count * axes + a] = sj_sweep_value_text(sweep, i, a);
    results[varied.count++] = sweep->points[i].results;
  }
  const enum sj_status status = sj_page_report(job->options, results, varied.count, &varied, silent, error);
  for (size_t i = 0; i < varied.count * axes; i++) free(texts[i]);
  free(texts);
  free(logarithmic);
  free(paths);
  free(results);
  return status;
}
