#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/expectations.h"
#include "cli/sweep.h"
#include "model/model.h"
#include "results/json.h"
#include "results/results.h"

/* ---- JSON ---- */

static json_t *value_json(const struct sj_sweep *sweep, size_t point, size_t axis) {
  const double x = sj_sweep_value(sweep, point, axis);
  if (!isnan(x)) return sj_json_number(x);
  char *const text = sj_sweep_value_text(sweep, point, axis);
  json_t *const value = sj_json_string(text);
  free(text);
  return value;
}

static json_t *axes_json(const struct sj_sweep_job *job) {
  json_t *const axes = json_array();
  for (size_t a = 0; a < job->sweep->axis_count; a++) {
    json_t *const axis = json_object();
    json_object_set_new(axis, "path", sj_json_string(job->sweep->axes[a].path));
    json_object_set_new(axis, "asked", sj_json_string(job->how.vary[a]));
    json_array_append_new(axes, axis);
  }
  return axes;
}

static json_t *point_json(const struct sj_sweep_job *job, size_t i) {
  const struct sj_sweep *const sweep = job->sweep;
  const struct sj_sweep_point *const point = &sweep->points[i];
  json_t *const object = json_object(), *const values = json_object(), *const notes = json_array();
  for (size_t a = 0; a < sweep->axis_count; a++) sj_json_set(values, sweep->axes[a].path, value_json(sweep, i, a));
  json_object_set_new(object, "values", values);
  for (size_t n = 0; point->results && n < point->results->note_count; n++)
    json_array_append_new(notes, sj_json_string(point->results->notes[n]));
  json_object_set_new(object, "notes", notes);
  if (point->failure) json_object_set_new(object, "failure", sj_json_string(point->failure));
  if (point->results) json_object_set_new(object, "metrics", sj_results_json_metrics(point->results));
  if (point->results && job->model->expectation_count)
    json_object_set_new(object, "expectations", sj_expectations_json(job->model, point->results));
  return object;
}

static json_t *index_json(const struct sj_sensitivity *index) {
  json_t *const object = json_object(), *const interval = json_array();
  json_object_set_new(object, "value", sj_json_number(index->value));
  json_array_append_new(interval, sj_json_number(index->low));
  json_array_append_new(interval, sj_json_number(index->high));
  json_object_set_new(object, "interval95", interval);
  return object;
}

static json_t *sensitivity_json(const struct sj_sweep *sweep) {
  json_t *const metrics = json_object();
  for (size_t m = 0; m < sweep->index_count; m++) {
    json_t *const paths = json_object();
    for (size_t a = 0; a < sweep->axis_count; a++) {
      json_t *const both = json_object();
      json_object_set_new(both, "first", index_json(&sweep->first[m * sweep->axis_count + a]));
      json_object_set_new(both, "total", index_json(&sweep->total[m * sweep->axis_count + a]));
      sj_json_set(paths, sweep->axes[a].path, both);
    }
    sj_json_set(metrics, sweep->index_names[m], paths);
  }
  return metrics;
}

/* Over all points: the fewest runs, the sum of the events. */
static void add_totals(const struct sj_sweep *sweep, json_t *document) {
  size_t runs = SIZE_MAX;
  uint64_t events = 0;
  for (size_t i = 0; i < sweep->point_count; i++) {
    const struct sj_results *const results = sweep->points[i].results;
    if (!results) continue;
    if (results->run_count < runs) runs = results->run_count;
    for (size_t r = 0; r < results->run_count; r++) events += results->runs[r].events;
  }
  json_object_set_new(document, "runs", json_integer(runs == SIZE_MAX ? 0 : (json_int_t)runs));
  json_object_set_new(document, "partial", json_boolean(sweep->partial));
  json_object_set_new(document, "wall_seconds", sj_json_number(sweep->wall_seconds));
  json_object_set_new(document, "events", sj_json_whole(events));
}

json_t *sj_sweep_json(const struct sj_sweep_job *job) {
  const struct sj_sweep *const sweep = job->sweep;
  const struct sj_results *const any = sj_sweep_any(sweep);
  json_t *const document = json_object(), *const points = json_array();
  json_object_set_new(document, "sojourn", json_string(SJ_VERSION));
  json_object_set_new(document, "command", json_string("sweep"));
  json_object_set_new(document, "engine", json_string(job->how.solve ? "solve" : "simulate"));
  json_object_set_new(document, "model", sj_json_string(job->options->file));
  json_object_set_new(document, "scenario", sj_json_string(job->how.model.scenario));
  json_object_set_new(document, "seed", any ? sj_json_whole(any->seed) : json_null());
  add_totals(sweep, document);
  json_object_set_new(document, "time_unit", sj_json_string(any ? any->time_unit : NULL));
  json_object_set_new(document, "vary", axes_json(job));
  json_object_set_new(document, "samples", sweep->samples ? sj_json_whole(sweep->samples) : json_null());
  if (sweep->first) json_object_set_new(document, "sensitivity", sensitivity_json(sweep));
  for (size_t i = 0; i < sweep->point_count; i++)
    if (sweep->points[i].results || sweep->points[i].failure) json_array_append_new(points, point_json(job, i));
  if (json_object_set_new(document, "points", points) == 0) return document;
  json_decref(document);
  return NULL;
}

/* ---- CSV ---- */

/* The metrics that any point has, in the order of their first appearance; the caller frees the array. */
static const char **all_metrics(const struct sj_sweep *sweep, size_t *count) {
  const char **names = NULL;
  *count = 0;
  for (size_t i = 0; i < sweep->point_count; i++) {
    const struct sj_results *const results = sweep->points[i].results;
    if (!results) continue;
    names = sj_reallocate_array(names, *count + results->metric_count, sizeof *names);
    const bool first = *count == 0;
    for (size_t m = 0; m < results->metric_count; m++) {
      const char *const name = results->metrics[m].name;
      /* Nearly always all points have the same, in the same order. */
      bool known = !first && m < *count && !strcmp(names[m], name);
      for (size_t k = 0; !first && !known && k < *count; k++) known = !strcmp(names[k], name);
      if (!known) names[(*count)++] = name;
    }
  }
  return names;
}

static void add_value(const struct sj_results *results, size_t run, const char *name, size_t guess,
                      struct sj_text *row) {
  const bool guessed = guess < results->metric_count && !strcmp(results->metrics[guess].name, name);
  const size_t metric = guessed ? guess : sj_results_find(results, name);
  sj_text_add(row, ",");
  if (metric == SIZE_MAX || results->metrics[metric].suppressed) return;
  const struct sj_exact *const exact = results->runs[run].exact;
  if (exact && exact[metric].word)
    sj_text_add_csv(row, exact[metric].word);
  else
    sj_text_add_csv_number(row, results->runs[run].values[metric]);
}

void sj_sweep_csv(const struct sj_sweep_job *job, FILE *csv) {
  const struct sj_sweep *const sweep = job->sweep;
  size_t count;
  const char **const names = all_metrics(sweep, &count);
  struct sj_text row = {0};
  sj_text_add(&row, "point");
  for (size_t a = 0; a < sweep->axis_count; a++) {
    /* Some paths are metrics' names, too. */
    char *const name = sj_format("vary.%s", sweep->axes[a].path);
    sj_text_add(&row, ",");
    sj_text_add_csv(&row, name);
    free(name);
  }
  sj_text_add(&row, ",run");
  for (size_t k = 0; k < count; k++) {
    sj_text_add(&row, ",");
    sj_text_add_csv(&row, names[k]);
  }
  fprintf(csv, "%s\n", row.data);
  for (size_t i = 0; i < sweep->point_count; i++) {
    const struct sj_results *const results = sweep->points[i].results;
    for (size_t r = 0; results && r < results->run_count; r++) {
      row.length = 0;
      sj_text_add(&row, "%zu", i);
      for (size_t a = 0; a < sweep->axis_count; a++) {
        char *const value = sj_sweep_value_text(sweep, i, a);
        sj_text_add(&row, ",");
        sj_text_add_csv(&row, value);
        free(value);
      }
      sj_text_add(&row, ",%" PRIu64, results->runs[r].number);
      for (size_t k = 0; k < count; k++) add_value(results, r, names[k], k, &row);
      fprintf(csv, "%s\n", row.data);
    }
  }
  free(row.data);
  free(names);
}
