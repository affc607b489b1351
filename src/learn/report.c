#include "learn/report.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "results/results.h"

enum { MOST_EIGENVALUES = 32, MOST_STEPS = 1000000 };
const double sj_settling_limits[SJ_SETTLING_LIMITS] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1};

static const double near_limit = 0.999;

struct finding {
  char *name;
  double value;
};

struct report {
  const struct sj_trajectories *all;
  const struct sj_learn_subject *subjects;
  size_t subject_count;
  double horizon;
  const struct sj_beside *beside;
  size_t beside_count;
  struct finding *findings;
  size_t finding_count;
  struct sj_course *all_courses; /* trajectories x subjects */
  size_t shown;                  /* trajectories of which there are series and settling times */
  struct sj_results *results;
  /* The subject at hand. */
  const char *name;
  const struct sj_learned *model;
  const struct sj_trajectories *trajectories;
  struct sj_course *courses; /* of each trajectory */
};

static void turn_to(struct report *report, size_t subject) {
  report->name = report->subjects[subject].name;
  report->model = report->subjects[subject].model;
  report->trajectories = report->subjects[subject].trajectories;
  report->courses = report->all_courses + subject * report->all->count;
}

/* A figure with a name of its own. */
static void add(struct report *report, double value, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add(struct report *report, double value, const char *format, ...) {
  char name[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(name, sizeof name, format, arguments);
  va_end(arguments);
  report->findings = sj_reallocate_array(report->findings, report->finding_count + 1, sizeof *report->findings);
  report->findings[report->finding_count++] = (struct finding){sj_copy_string(name), value};
}

/* A figure that each subject has: the subject's name comes first. */
static void add_own(struct report *report, double value, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add_own(struct report *report, double value, const char *format, ...) {
  char name[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(name, sizeof name, format, arguments);
  va_end(arguments);
  add(report, value, "%s%s%s", report->name ? report->name : "", report->name ? "." : "", name);
}

static void note_own(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void note_own(struct report *report, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  sj_results_add_note(report->results, "%s%s%s", report->name ? report->name : "", report->name ? ": " : "", text);
}

/* ---- what identifies the results ---- */

static void put_settings(json_t *document, const struct sj_learn_options *options) {
  if (options->method == SJ_LEARN_EDMD) {
    json_object_set_new(document, "method", json_string("edmd"));
    json_object_set_new(document, "delays", json_integer((json_int_t)options->delays));
    json_object_set_new(document, "degree", json_integer((json_int_t)options->degree));
    json_object_set_new(document, "radial", json_integer((json_int_t)options->radial));
    json_object_set_new(document, "ridge", json_real(options->ridge));
    return;
  }
  json_t *const widths = json_array();
  for (size_t i = 0; i < options->width_count; i++)
    json_array_append_new(widths, json_integer((json_int_t)options->widths[i]));
  json_object_set_new(document, "method", json_string("autoencoder"));
  json_object_set_new(document, "latent", json_integer((json_int_t)options->latent));
  json_object_set_new(document, "widths", widths);
  json_object_set_new(document, "epochs", json_integer((json_int_t)options->epochs));
  json_object_set_new(document, "patience", json_integer((json_int_t)options->patience));
  json_object_set_new(document, "linear", json_real(options->linear));
  json_object_set_new(document, "rate", json_real(options->rate));
  json_object_set_new(document, "limit", json_real(options->limit));
}

static char *identity(const struct sj_learn_options *options, const char *learned_from, const char *shown_on,
                      bool by_server, double horizon, bool looked, size_t interrupted_at) {
  json_t *const document = json_object();
  put_settings(document, options);
  json_object_set_new(document, "learned_from", json_string(learned_from));
  json_object_set_new(document, "trajectories", json_string(shown_on));
  if (by_server) json_object_set_new(document, "by", json_string("server"));
  json_object_set_new(document, "horizon", isnan(horizon) ? json_null() : json_real(horizon));
  json_object_set_new(document, "solved", json_boolean(looked));
  if (interrupted_at != SIZE_MAX)
    json_object_set_new(document, "interrupted_at", json_integer((json_int_t)interrupted_at));
  char *const text = json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(17));
  json_decref(document);
  return text;
}

static struct sj_results *prepare(const struct sj_learn_options *options, const struct sj_trajectories *trajectories,
                                  const char *learned_from, double horizon, bool looked, size_t interrupted_at) {
  struct sj_results *const results = sj_results_create("learn", trajectories->source, NULL);
  char hash[65];
  if (!results) return NULL;
  sj_trajectories_hash(trajectories, hash);
  memcpy(results->time_unit, trajectories->time_unit, sizeof results->time_unit);
  results->seed = options->seed;
  for (size_t i = 0; i < trajectories->count; i++) {
    const double length = (double)trajectories->items[i].length * trajectories->step;
    if (length > results->duration) results->duration = length;
  }
  if (horizon > results->duration) results->duration = horizon;
  results->canonical = identity(options, learned_from ? learned_from : hash, hash, trajectories->group_count > 0,
                                horizon, looked, interrupted_at);
  if (results->canonical) return results;
  sj_results_destroy(results);
  return NULL;
}

struct sj_results *sj_learn_results_prepare(const struct sj_learn_options *options,
                                            const struct sj_trajectories *trajectories, double horizon, bool looked) {
  return prepare(options, trajectories, NULL, horizon, looked, SIZE_MAX);
}

/* ---- figures ---- */

static size_t course_length(const struct report *report, size_t index) {
  const size_t length = report->trajectories->items[index].length;
  if (isnan(report->horizon)) return length;
  const size_t wanted = (size_t)(report->horizon / report->model->step + 1e-6) + 1;
  return wanted > length ? wanted : length;
}

static void add_errors(struct report *report) {
  static const char *const names[2] = {"train", "test"};
  for (int held_out = 0; held_out < 2; held_out++) {
    double squares = 0;
    size_t count = 0, trajectories = 0, states = 0;
    for (size_t i = 0; i < report->trajectories->count; i++) {
      const struct sj_trajectory *const item = &report->trajectories->items[i];
      if (item->held_out != held_out) continue;
      sj_course_errors(report->model, item, &report->courses[i], &squares, &count);
      trajectories++;
      states += item->length;
    }
    add_own(report, count > 0 ? sqrt(squares / (double)count) : (double)NAN, "error.%s", names[held_out]);
    add_own(report, (double)trajectories, "trajectories.%s", names[held_out]);
    add_own(report, (double)states, "states.%s", names[held_out]);
  }
}

static void add_training(struct report *report) {
  const struct sj_trained *const trained = &report->model->trained;
  if (report->model->method == SJ_LEARN_EDMD) return;
  add_own(report, (double)trained->epochs, "training.epochs");
  add_own(report, (double)trained->linear, "training.linear");
  add_own(report, (double)trained->best_epoch, "training.best_epoch");
  add_own(report, trained->first_loss, "training.first_loss");
  add_own(report, trained->loss, "training.loss");
  add_own(report, (double)trained->halvings, "training.halvings");
}

/* The spectral radius, or NAN. */
static enum sj_status add_spectrum(struct report *report, double *radius, struct sj_error *error) {
  const struct sj_learned *const model = report->model;
  const size_t n = model->latent;
  double *const re = sj_allocate_array(2 * n, sizeof *re), *const im = re + n;
  const enum sj_status status = sj_learned_spectrum(model, re, im, error);
  *radius = status == SJ_OK ? hypot(re[0], im[0]) : (double)NAN;
  size_t growing = 0;
  for (size_t k = 0; status == SJ_OK && k < n; k++) {
    const double modulus = hypot(re[k], im[k]);
    growing += modulus >= 1;
    if (k >= MOST_EIGENVALUES) continue;
    add_own(report, re[k], "spectrum[%zu].re", k);
    add_own(report, im[k], "spectrum[%zu].im", k);
    add_own(report, modulus < 1 ? -model->step / log(modulus) : (double)NAN, "time_constant[%zu]", k);
  }
  free(re);
  if (growing > 0)
    note_own(report,
             "%zu eigenvalue%s of modulus 1 or more: what was learned does not settle, and is no guide "
             "beyond the length of the trajectories",
             growing, growing == 1 ? "" : "s");
  const double limit = model->asked.limit;
  if (model->method == SJ_LEARN_AUTOENCODER && *radius > near_limit * limit && limit < 1)
    note_own(report,
             "the slowest mode lies at the limit of K's norm, %g: nothing slower than %.4g %s can be learned "
             "with this step (--limit, --step)",
             limit, -model->step / log(limit), model->time_unit);
  if (n > MOST_EIGENVALUES) note_own(report, "of %zu eigenvalues the %d largest are given", n, MOST_EIGENVALUES);
  return status;
}

static double deviation(const double *values, size_t count, double mean) {
  double squares = 0;
  for (size_t i = 0; i < count; i++) squares += (values[i] - mean) * (values[i] - mean);
  return count > 1 ? sqrt(squares / (double)(count - 1)) : (double)NAN;
}

static double distance(const double *a, const double *b, size_t n) {
  double squares = 0;
  for (size_t i = 0; i < n; i++) squares += (a[i] - b[i]) * (a[i] - b[i]);
  return sqrt(squares);
}

/* Settling times of z from the start of each trajectory, their mean and deviation; and the bound. */
static void add_latent_settling(struct report *report, const double *rest, double radius) {
  const struct sj_learned *const model = report->model;
  const size_t n = model->latent, count = report->trajectories->count;
  double *const times = sj_allocate_array((count + 1) * SJ_SETTLING_LIMITS, sizeof *times),
                *const scratch = sj_allocate_array(2 * n, sizeof *scratch), farthest = 0;
  size_t starts = 0;
  for (size_t i = 0; i < count; i++) {
    const struct sj_course *const course = &report->courses[i];
    double steps[SJ_SETTLING_LIMITS];
    if (course->start == SIZE_MAX) continue;
    const double *const start = course->latent + course->start * n;
    sj_learned_settle(model, start, rest, sj_settling_limits, SJ_SETTLING_LIMITS, MOST_STEPS, steps, scratch);
    for (size_t k = 0; k < SJ_SETTLING_LIMITS; k++) times[k * count + starts] = steps[k] * model->step;
    const double d = distance(start, rest, n);
    if (d > farthest) farthest = d;
    starts++;
  }
  for (size_t k = 0; k < SJ_SETTLING_LIMITS && starts > 0; k++) {
    double sum = 0;
    char limit[32];
    sj_number_text(sj_settling_limits[k], limit);
    for (size_t i = 0; i < starts; i++) sum += times[k * count + i];
    const double mean = sum / (double)starts;
    add_own(report, mean, "settling[%s].mean", limit);
    add_own(report, deviation(times + k * count, starts, mean), "settling[%s].std", limit);
    const double bound =
        farthest > sj_settling_limits[k] ? model->step * log(sj_settling_limits[k] / farthest) / log(radius) : 0;
    add_own(report, radius < 1 ? bound : (double)NAN, "settling[%s].bound", limit);
  }
  free(times);
  free(scratch);
}

/* The mean of the last quarter of what is known. */
static double last_mean(const struct sj_trajectory *item, size_t feature, size_t features) {
  double sum = 0;
  size_t count = 0;
  for (size_t t = item->length - item->length / 4 - (item->length < 4); t < item->length; t++) {
    const double x = item->states[t * features + feature];
    if (isnan(x)) continue;
    sum += x;
    count++;
  }
  return count > 0 ? sum / (double)count : (double)NAN;
}

/* Settling times of each feature of each trajectory, as recorded and as predicted. */
static enum sj_status add_feature_settling(struct report *report, const double *rest_state) {
  const struct sj_learned *const model = report->model;
  const size_t features = model->feature_count;
  for (size_t i = 0; i < report->shown; i++) {
    const struct sj_trajectory *const item = &report->trajectories->items[i];
    struct sj_course longer;
    const enum sj_status status = sj_course_make(model, item, SJ_SETTLING_LONGER * item->length, &longer);
    for (size_t f = 0; status == SJ_OK && f < features; f++) {
      const double recorded = last_mean(item, f, features);
      for (size_t k = 0; k < SJ_SETTLING_LIMITS; k++) {
        const double limit = sj_settling_limits[k] * model->deviation[f];
        char text[32];
        sj_number_text(sj_settling_limits[k], text);
        add(report, model->step * sj_settled_from(item->states + f, item->length, features, recorded, limit),
            "trajectory[%zu].%s.settling[%s].recorded", i, model->features[f], text);
        const double settled = rest_state && longer.start != SIZE_MAX
                                   ? sj_settled_from(longer.predicted + longer.start * features + f,
                                                     longer.length - longer.start, features, rest_state[f], limit)
                                   : (double)NAN;
        add(report, model->step * settled, "trajectory[%zu].%s.settling[%s].predicted", i, model->features[f], text);
      }
    }
    sj_course_clear(&longer);
    if (status != SJ_OK) return status;
  }
  return SJ_OK;
}

static enum sj_status add_settling(struct report *report, double radius) {
  const struct sj_learned *const model = report->model;
  double *const rest = sj_allocate_array(model->latent, sizeof *rest),
                *const state = sj_allocate_array(model->feature_count, sizeof *state),
                *const scratch = sj_allocate_array(sj_learned_scratch(model), sizeof *scratch);
  enum sj_status status = sj_learned_rest(model, rest);
  const bool rests = status == SJ_OK && radius < 1;
  if (rests) {
    sj_learned_decode(model, rest, state, scratch);
    for (size_t f = 0; f < model->feature_count; f++) add(report, state[f], "%s.rest", model->features[f]);
    add_latent_settling(report, rest, radius);
  }
  if (status != SJ_NO_MEMORY) status = add_feature_settling(report, rests ? state : NULL);
  free(rest);
  free(state);
  free(scratch);
  return status;
}

/* ---- series ---- */

static bool name_trajectory(struct report *report, size_t index) {
  const struct sj_learned *const model = report->model;
  bool ok = true;
  for (size_t f = 0; f < 2 * model->feature_count; f++) {
    char *const name =
        sj_format("trajectory[%zu].%s.%s", index, model->features[f / 2], f % 2 ? "predicted" : "recorded");
    ok = sj_results_add_series(report->results, name, "") && ok;
    free(name);
  }
  for (size_t k = 0; k < model->latent && k < MOST_EIGENVALUES; k++) {
    char *const name = sj_format("trajectory[%zu].%s%slatent[%zu]", index, report->name ? report->name : "",
                                 report->name ? "." : "", k);
    ok = sj_results_add_series(report->results, name, "") && ok;
    free(name);
  }
  return ok;
}

/* Returns where the next trajectory's series begin. */
static double *fill_trajectory(const struct report *report, size_t index, double *at) {
  const struct sj_learned *const model = report->model;
  const size_t features = model->feature_count, cells = report->results->grid_count;
  const struct sj_trajectory *const item = &report->trajectories->items[index];
  const struct sj_course *const course = &report->courses[index];
  for (size_t f = 0; f < 2 * features; f++, at += cells) {
    const double *const from = f % 2 ? course->predicted : item->states;
    const size_t length = f % 2 ? course->length : item->length;
    for (size_t t = 0; t < length && t < cells; t++) at[t] = from[t * features + f / 2];
  }
  for (size_t k = 0; k < model->latent && k < MOST_EIGENVALUES; k++, at += cells)
    for (size_t t = 0; t < course->length && t < cells; t++) at[t] = course->latent[t * model->latent + k];
  return at;
}

static void note_names(struct report *report) {
  const struct sj_trajectories *const from = report->all;
  struct sj_text names = {0};
  for (size_t i = 0; i < report->shown; i++)
    sj_text_add(&names, "%s %zu %s%s", i ? "," : "", i, from->items[i].name,
                from->items[i].held_out ? " (held out)" : "");
  if (names.data)
    sj_results_add_note(report->results, "traject%s:%s%s", from->count == 1 ? "ory" : "ories", names.data,
                        report->shown < from->count ? ", ..." : "");
  free(names.data);
}

static void add_notes(struct report *report) {
  const struct sj_trajectories *const from = report->all;
  note_names(report);
  for (size_t i = 0; i < from->note_count; i++) sj_results_add_note(report->results, "%s", from->notes[i]);
  if (report->shown < from->count)
    sj_results_add_note(report->results, "of %zu trajectories the first %zu have series and settling times",
                        from->count, report->shown);
}

static void add_training_notes(struct report *report) {
  const struct sj_trained *const trained = &report->model->trained;
  if (trained->halvings > 0)
    note_own(report, "training diverged %zu time%s and went on from the best with half the step, %.3g in the end",
             trained->halvings, trained->halvings == 1 ? "" : "s", trained->rate);
  if (trained->patient)
    note_own(report, "training ended after epoch %zu: no progress in %zu epochs", trained->epochs,
             report->model->asked.patience);
  if (trained->interrupted)
    note_own(report, "training was interrupted after epoch %zu of %zu: this is the best so far", trained->epochs,
             report->model->asked.epochs);
}

static enum sj_status fill(struct report *report) {
  struct sj_results *const results = report->results;
  for (size_t i = 0; i < report->shown; i++)
    if (course_length(report, i) > results->grid_count) results->grid_count = course_length(report, i);
  results->grid_step = report->model->step;
  bool ok = true;
  for (size_t i = 0; i < report->finding_count; i++)
    ok = sj_results_add_metric(results, report->findings[i].name, SJ_REDUCE_MEAN) && ok;
  for (size_t i = 0; i < report->shown * report->subject_count; i++) {
    turn_to(report, i % report->subject_count);
    ok = ok && name_trajectory(report, i / report->subject_count);
  }
  struct sj_run run = {0};
  if (!ok || !sj_run_prepare(results, &run, 0)) return SJ_NO_MEMORY;
  for (size_t i = 0; i < report->finding_count; i++) run.values[i] = report->findings[i].value;
  double *at = run.series;
  for (size_t i = 0; i < report->shown * report->subject_count; i++) {
    turn_to(report, i % report->subject_count);
    at = fill_trajectory(report, i / report->subject_count, at);
  }
  if (sj_results_add_run(results, &run)) return SJ_OK;
  sj_run_clear(results, &run);
  return SJ_NO_MEMORY;
}

static enum sj_status check_fit(const struct sj_learned *model, const struct sj_trajectories *trajectories,
                                struct sj_error *error) {
  bool same = model->feature_count == trajectories->feature_count;
  for (size_t i = 0; same && i < model->feature_count; i++)
    same = strcmp(model->features[i], trajectories->features[i]) == 0;
  if (!same)
    return sj_error_set(error, SJ_INVALID,
                        "%s: other features than those that were learned, the first of which is `%s`",
                        trajectories->source, model->features[0]);
  if (fabs(model->step - trajectories->step) > 1e-9 * model->step)
    return sj_error_set(error, SJ_INVALID, "%s: a step of %g, but what was learned has one of %g", trajectories->source,
                        trajectories->step, model->step);
  return SJ_OK;
}

/* All about the subject at hand. */
static enum sj_status find(struct report *report, struct sj_error *error) {
  double radius;
  enum sj_status status = check_fit(report->model, report->trajectories, error);
  if (status != SJ_OK) return status;
  for (size_t i = 0; i < report->trajectories->count && status == SJ_OK; i++)
    status =
        sj_course_make(report->model, &report->trajectories->items[i], course_length(report, i), &report->courses[i]);
  if (status != SJ_OK) return sj_error_set(error, status, "out of memory");
  add_errors(report);
  add_training(report);
  status = add_spectrum(report, &radius, error);
  if (status != SJ_OK) return status;
  status = add_settling(report, radius);
  return status == SJ_OK ? SJ_OK : sj_error_set(error, status, "out of memory");
}

static enum sj_status find_all(struct report *report, struct sj_error *error) {
  for (size_t i = 0; i < report->subject_count; i++) {
    turn_to(report, i);
    const enum sj_status status = find(report, error);
    if (status != SJ_OK) return status;
  }
  add_notes(report);
  for (size_t i = 0; i < report->subject_count; i++) {
    turn_to(report, i);
    add_training_notes(report);
  }
  for (size_t i = 0; i < report->beside_count; i++) add(report, report->beside[i].value, "%s", report->beside[i].name);
  return fill(report) == SJ_OK ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}

enum sj_status sj_learn_results(const struct sj_learned *model, const struct sj_trajectories *trajectories,
                                double horizon, struct sj_results **results, struct sj_error *error) {
  const struct sj_learn_subject subject = {.model = model, .trajectories = trajectories};
  return sj_learn_report(trajectories, &subject, 1, horizon, false, NULL, 0, NULL, results, error);
}

/* The results without figures. One model may come from other trajectories than it is shown on; several are those of the
 * servers. */
static struct sj_results *begin(const struct sj_trajectories *trajectories, const struct sj_learn_subject *subjects,
                                size_t count, double horizon, bool looked) {
  const struct sj_learned *const last = subjects[count - 1].model;
  return prepare(&last->asked, trajectories, trajectories->group_count > 0 ? NULL : last->source, horizon, looked,
                 last->trained.interrupted ? last->trained.epochs : SIZE_MAX);
}

enum sj_status sj_learn_report(const struct sj_trajectories *trajectories, const struct sj_learn_subject *subjects,
                               size_t subject_count, double horizon, bool looked, const struct sj_beside *beside,
                               size_t count, const char *note, struct sj_results **results, struct sj_error *error) {
  *results = NULL;
  struct report report = {.all = trajectories,
                          .subjects = subjects,
                          .subject_count = subject_count,
                          .horizon = horizon,
                          .beside = beside,
                          .beside_count = count};
  report.shown = trajectories->count < SJ_MOST_SHOWN ? trajectories->count : SJ_MOST_SHOWN;
  const size_t courses = trajectories->count * subject_count;
  report.all_courses = sj_allocate_array(courses + 1, sizeof *report.all_courses);
  report.results = begin(trajectories, subjects, subject_count, horizon, looked);
  if (report.results && note) sj_results_add_note(report.results, "%s", note);
  const enum sj_status status =
      report.results ? find_all(&report, error) : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  for (size_t i = 0; i < courses; i++) sj_course_clear(&report.all_courses[i]);
  for (size_t i = 0; i < report.finding_count; i++) free(report.findings[i].name);
  free(report.all_courses);
  free(report.findings);
  if (status == SJ_OK) {
    report.results->partial = subjects[subject_count - 1].model->trained.interrupted;
    *results = report.results;
  } else {
    sj_results_destroy(report.results);
  }
  return status;
}
