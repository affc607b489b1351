/* sojourn simulate --find. */
#include "sojourn/find.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/find.h"
#include "cli/progress.h"
#include "model/model.h"
#include "results/json.h"
#include "results/results.h"
#include "results/store.h"
#include "results/table.h"

struct job {
  const struct sj_options *options;
  struct sj_store *store;
  int64_t result; /* of the point at hand */
  struct sj_progress progress;
};

static bool given(const struct job *job, uint64_t option) { return job->options->given & option; }

/* ---- what the search asks for ---- */

static enum sj_status load(void *context, const char *override, struct sj_model **model, struct sj_error *error) {
  const struct job *const job = context;
  return sj_read_point(job->options, override, model, error);
}

static enum sj_status on_begin(void *context, struct sj_results *results, uint32_t runs, struct sj_error *error) {
  struct job *const job = context;
  if (!job->store) return SJ_OK;
  /* Asked for again it is a new result at its first look only. */
  const bool again = given(job, SJ_OPTION_AGAIN) && results->run_count == 0;
  return sj_store_begin(job->store, results, runs, again, &job->result, error);
}

static enum sj_status on_run(void *context, const struct sj_results *results, const struct sj_run *run,
                             struct sj_error *error) {
  const struct job *const job = context;
  return job->store ? sj_store_add_run(job->store, job->result, results, run, error) : SJ_OK;
}

static enum sj_status on_end(void *context, const struct sj_results *results, struct sj_error *error) {
  const struct job *const job = context;
  return job->store ? sj_store_finish(job->store, job->result, results, error) : SJ_OK;
}

static void on_progress(void *context, const struct sj_simulate_progress *state) {
  sj_progress_show(&((struct job *)context)->progress, state);
}

static void on_point(void *context, double value) {
  struct job *const job = context;
  char number[32];
  sj_progress_begin_part(&job->progress, job->options->find, sj_number_text(value, number));
}

/* ---- report ---- */

static const char *word_of(enum sj_find_verdict verdict) {
  return verdict == SJ_FIND_MET ? "met" : verdict == SJ_FIND_NOT_MET ? "not met" : "undecided";
}

static void add_points(const struct sj_find *find, const char *path, struct sj_text *text) {
  struct sj_grid grid = {0};
  char number[32];
  sj_grid_start(&grid, 4);
  sj_grid_add(&grid, path);
  sj_grid_add(&grid, find->metric);
  sj_grid_add(&grid, "runs");
  sj_grid_add(&grid, "");
  for (size_t i = 0; i < find->point_count; i++) {
    const struct sj_find_point *const point = &find->points[i];
    sj_grid_add(&grid, sj_number_text(point->value, number));
    sj_grid_add_figure(&grid, point->figure, 1);
    snprintf(number, sizeof number, "%zu", point->runs);
    sj_grid_add(&grid, number);
    sj_grid_add(&grid, word_of(point->verdict));
  }
  sj_grid_print(&grid, 2, text);
  sj_grid_clear(&grid);
}

static bool any_null(const struct sj_find *find) {
  for (size_t i = 0; i < find->point_count; i++)
    if (isnan(find->points[i].figure.value)) return true;
  return false;
}

/* How near it came, and whether the parameter makes a difference at all. */
static void add_nearest(const struct sj_find *find, const char *path, struct sj_text *text) {
  const bool low_is_good = *find->expected == '<';
  const double alike = 0.01;
  size_t best = SIZE_MAX, same = 0;
  for (size_t i = 0; i < find->point_count; i++) {
    const double value = find->points[i].figure.value;
    if (isnan(value)) continue;
    const double so_far = best == SIZE_MAX ? NAN : find->points[best].figure.value;
    if (isnan(so_far) || (low_is_good ? value < so_far : value > so_far)) best = i;
  }
  if (best == SIZE_MAX || *find->expected == '=') return;
  const double nearest = find->points[best].figure.value;
  char at[32];
  sj_text_add(text, ";\nthe nearest is %.4g at %s = %s", nearest, path, sj_number_text(find->points[best].value, at));
  for (size_t i = 0; i < find->point_count; i++)
    same += fabs(find->points[i].figure.value - nearest) <= alike * fabs(nearest);
  if (same >= 3 && 2 * same > find->point_count)
    sj_text_add(text, ", and most of the others come as near: something else is in the way");
}

/* The answer in a sentence or two, without a newline at the end. */
static char *answer(const struct sj_find *find, const char *path) {
  char met[32], not_met[32];
  if (find->outcome == SJ_FIND_BRACKET) {
    sj_number_text(find->met, met);
    sj_number_text(find->not_met, not_met);
    struct sj_text text = {0};
    sj_text_add(&text, "%s %s holds at %s = %s and not at %s%s", find->metric, find->expected, path, met, not_met,
                find->most_runs > 1 ? ", each with 95 % confidence" : "");
    if (find->undecided)
      sj_text_add(&text, ";\nbetween them %zu value%s cannot be told from the bound with %" PRIu32 " runs",
                  find->undecided, find->undecided == 1 ? "" : "s", find->most_runs);
    return text.data;
  }
  sj_number_text(find->points[0].value, met);
  sj_number_text(find->points[find->point_count - 1].value, not_met);
  if (find->outcome == SJ_FIND_NEVER_MET) {
    struct sj_text text = {0};
    sj_text_add(&text, "%s %s is met for certain at no %s from %s to %s", find->metric, find->expected, path, met,
                not_met);
    add_nearest(find, path, &text);
    return text.data;
  }
  return sj_format("%s %s is not broken for certain at any %s from %s to %s", find->metric, find->expected, path, met,
                   not_met);
}

static void add_refusal(const char *why, const char *side, struct sj_text *text) {
  if (why) sj_text_add(text, "no %s values were tried: %s\n", side, why);
}

static void print_table(const struct job *job, const struct sj_find *find) {
  const char *const path = job->options->find;
  char number[32], other[32];
  struct sj_text text = {0};
  sj_text_add(&text, "%s", job->options->file);
  if (job->options->scenario_count) sj_text_add(&text, ", scenario %s", job->options->scenarios[0]);
  if (find->outcome == SJ_FIND_BRACKET && !find->partial)
    sj_text_add(&text, ": the %s %s with", find->largest ? "largest" : "smallest", path);
  else
    sj_text_add(&text, ": the %s with", path);
  sj_text_add(&text, " %s %s\n%" PRIu32, find->metric, find->expected, find->first_runs);
  if (find->most_runs > find->first_runs) sj_text_add(&text, " to %" PRIu32, find->most_runs);
  sj_figure_text((struct sj_figure){(double)find->events, NAN}, 1, number, other);
  sj_text_add(&text, " run%s each, seed %" PRIu64 "; %s events\n\n", find->most_runs == 1 ? "" : "s", find->seed,
              number);
  add_points(find, path, &text);
  if (any_null(find)) sj_text_add(&text, "- there is no such number, which is not met\n");
  if (!find->partial) {
    char *const sentence = answer(find, path);
    sj_text_add(&text, "\n%s\n", sentence);
    free(sentence);
    if (find->outcome != SJ_FIND_BRACKET) {
      add_refusal(find->refused_below, "lower", &text);
      add_refusal(find->refused_above, "higher", &text);
    }
  }
  if (job->store) sj_text_add(&text, "Kept in %s\n", job->options->output);
  sj_print(text.data);
  free(text.data);
}

static json_t *point_json(const struct sj_find_point *point) {
  json_t *const object = json_object();
  json_object_set_new(object, "at", sj_json_number(point->value));
  json_object_set_new(object, "value", sj_json_number(point->figure.value));
  json_object_set_new(object, "ci95", sj_json_number(point->figure.ci95));
  json_object_set_new(object, "runs", json_integer((json_int_t)point->runs));
  json_object_set_new(object, "met",
                      point->verdict == SJ_FIND_UNDECIDED ? json_null() : json_boolean(point->verdict == SJ_FIND_MET));
  return object;
}

static json_t *find_json(const struct job *job, const struct sj_find *find) {
  static const char *const outcomes[] = {
      [SJ_FIND_BRACKET] = "found", [SJ_FIND_NEVER_MET] = "never met", [SJ_FIND_ALWAYS_MET] = "always met"};
  const bool found = find->outcome == SJ_FIND_BRACKET && !find->partial;
  json_t *const object = json_object(), *const points = json_array();
  json_object_set_new(object, "path", sj_json_string(job->options->find));
  json_object_set_new(object, "metric", sj_json_string(find->metric));
  json_object_set_new(object, "expected", sj_json_string(find->expected));
  json_object_set_new(object, "outcome", find->partial ? json_null() : json_string(outcomes[find->outcome]));
  json_object_set_new(object, "answer", found ? json_string(find->largest ? "largest" : "smallest") : json_null());
  json_object_set_new(object, "met", found ? sj_json_number(find->met) : json_null());
  json_object_set_new(object, "not_met", found ? sj_json_number(find->not_met) : json_null());
  json_object_set_new(object, "undecided", found ? json_integer((json_int_t)find->undecided) : json_null());
  json_object_set_new(object, "first_runs", json_integer(find->first_runs));
  json_object_set_new(object, "most_runs", json_integer(find->most_runs));
  for (size_t i = 0; i < find->point_count; i++) json_array_append_new(points, point_json(&find->points[i]));
  json_object_set_new(object, "points", points);
  return object;
}

static enum sj_status print_json(const struct job *job, const struct sj_find *find, struct sj_error *error) {
  json_t *const document = json_object();
  json_object_set_new(document, "sojourn", json_string(SJ_VERSION));
  json_object_set_new(document, "command", json_string("simulate"));
  json_object_set_new(document, "model", sj_json_string(job->options->file));
  json_object_set_new(document, "scenario",
                      sj_json_string(job->options->scenario_count ? job->options->scenarios[0] : NULL));
  json_object_set_new(document, "seed", sj_json_whole(find->seed));
  json_object_set_new(document, "partial", json_boolean(find->partial));
  json_object_set_new(document, "wall_seconds", sj_json_number(find->wall_seconds));
  json_object_set_new(document, "events", sj_json_whole(find->events));
  json_object_set_new(document, "time_unit", sj_json_string(find->time_unit));
  json_object_set_new(document, "find", find_json(job, find));
  char *const text = sj_json_text(document);
  if (text) sj_print(text);
  free(text);
  json_decref(document);
  return text ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}

static enum sj_exit report(const struct job *job, const struct sj_find *find) {
  struct sj_error error;
  const bool table = !given(job, SJ_OPTION_JSON) && !given(job, SJ_OPTION_QUIET);
  if (given(job, SJ_OPTION_JSON) && print_json(job, find, &error) != SJ_OK) return sj_complain(SJ_NO_MEMORY, &error);
  if (table) print_table(job, find);
  if (find->partial || find->outcome == SJ_FIND_BRACKET) return SJ_EXIT_DONE;
  if (!table) {
    char *const sentence = answer(find, job->options->find);
    fprintf(stderr, "sojourn: %s\n", sentence);
    free(sentence);
  }
  return find->outcome == SJ_FIND_NEVER_MET ? SJ_EXIT_UNMET : SJ_EXIT_FAILED;
}

static enum sj_status search(struct job *job, struct sj_find **find, struct sj_error *error) {
  const struct sj_options *const options = job->options;
  struct sj_find_options how;
  sj_find_options_default(&how);
  sj_settings(options, &how.simulate);
  how.simulate.stop = sj_signals_defer();
  how.simulate.on_run = on_run;
  how.simulate.on_progress = on_progress;
  how.simulate.context = job;
  how.file = options->file;
  how.model = (struct sj_model_options){.overrides = options->overrides,
                                        .override_count = options->override_count,
                                        .scenario = options->scenario_count ? options->scenarios[0] : NULL,
                                        .data_directory = options->data};
  how.path = options->find;
  how.such_that = options->such_that;
  how.low = options->between_low;
  how.high = options->between_high;
  how.load = load;
  how.on_begin = on_begin;
  how.on_end = on_end;
  how.on_point = on_point;
  how.context = job;
  sj_progress_start(&job->progress, given(job, SJ_OPTION_QUIET));
  enum sj_status status = options->output ? sj_store_open(options->output, SJ_STORE_WRITE, &job->store, error) : SJ_OK;
  if (status == SJ_OK) status = sj_find_search(&how, find, error);
  sj_progress_end(&job->progress);
  return status;
}

enum sj_exit sj_find_command(const struct sj_options *options) {
  struct job job = {.options = options};
  struct sj_find *find = NULL;
  struct sj_error error = {{0}};
  const enum sj_status status = search(&job, &find, &error);
  enum sj_exit code;
  if (status == SJ_OK) {
    code = report(&job, find);
  } else if (status == SJ_INTERRUPTED && find) {
    if (find->point_count) report(&job, find);
    fflush(stdout);
    fprintf(stderr, "sojourn: interrupted; %zu value%s tried%s\n", find->point_count,
            find->point_count == 1 ? " was" : "s were", job.store ? "; the same command goes on from there" : "");
    code = SJ_EXIT_INTERRUPTED;
  } else {
    code = sj_complain(status, &error);
  }
  sj_find_destroy(find);
  sj_store_close(job.store);
  return code;
}
