/* Trajectories from the time series of simulated results. */
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "learn/trajectories.h"
#include "results/results.h"

/* A part of the run without a fault: the cells that end in [begin, end]. */
struct part {
  double begin, end;
  char name[64];
};

struct maker {
  const struct sj_results *results;
  const struct sj_reading *reading;
  struct sj_trajectories *made;
  size_t stride; /* cells of the series in one step */
  size_t held;   /* runs held out */
  struct part *parts;
  size_t part_count;
};

struct fault {
  double at, end;
};

static int by_time(const void *a, const void *b) {
  const double x = ((const struct fault *)a)->at, y = ((const struct fault *)b)->at;
  return (x > y) - (x < y);
}

/* The faults whose time is fixed, by time. A fault that stays ends at infinity. */
static struct fault *fixed_faults(const struct sj_results *results, size_t *count, size_t *random) {
  json_t *const model = results->canonical ? json_loads(results->canonical, 0, NULL) : NULL;
  const json_t *const list = json_object_get(model, "faults");
  struct fault *const faults = sj_allocate_array(json_array_size(list) + 1, sizeof *faults);
  *count = *random = 0;
  for (size_t i = 0; i < json_array_size(list); i++) {
    const json_t *const item = json_array_get(list, i), *const at = json_object_get(item, "at"),
                        *const lasts = json_object_get(item, "lasts");
    if (!json_is_number(at) || !(json_is_number(lasts) || json_is_null(lasts) || !lasts)) {
      ++*random;
      continue;
    }
    const double begin = json_number_value(at);
    faults[(*count)++] =
        (struct fault){begin, json_is_number(lasts) ? begin + json_number_value(lasts) : (double)INFINITY};
  }
  json_decref(model);
  if (*count > 0) qsort(faults, *count, sizeof *faults, by_time);
  return faults;
}

static void add_part(struct maker *maker, double begin, double end, size_t faults_before, size_t faults) {
  struct part *const part = &maker->parts[maker->part_count];
  if (!(end > begin)) return;
  *part = (struct part){.begin = begin, .end = end};
  if (faults == 0)
    snprintf(part->name, sizeof part->name, "the whole run");
  else if (faults == 1)
    snprintf(part->name, sizeof part->name, "%s the fault", faults_before ? "after" : "before");
  else
    snprintf(part->name, sizeof part->name, faults_before ? "after fault %zu" : "before the faults", faults_before);
  maker->part_count++;
}

static void split(struct maker *maker) {
  size_t count, random;
  struct fault *const faults = fixed_faults(maker->results, &count, &random);
  maker->parts = sj_allocate_array(count + 1, sizeof *maker->parts);
  double begin = 0;
  for (size_t i = 0; i < count && isfinite(begin); i++) {
    add_part(maker, begin, faults[i].at, i, count);
    if (faults[i].end > begin) begin = faults[i].end;
  }
  if (isfinite(begin))
    add_part(maker, begin, maker->results->duration, count, count);
  else
    sj_trajectories_note(maker->made, "a fault that stays changes the system: what comes after it is left out");
  if (random > 0)
    sj_trajectories_note(maker->made,
                         "faults at random times are part of the trajectories, which are averages over runs");
  free(faults);
}

/* ---- features ---- */

static bool ends_with(const char *name, const char *ending) {
  const size_t length = strlen(name), end = strlen(ending);
  return length > end && strcmp(name + length - end, ending) == 0;
}

static char **usual_features(const struct sj_results *results, size_t *count) {
  char **const features = sj_allocate_array(results->series_count + 1, sizeof *features);
  *count = 0;
  for (size_t i = 0; i < results->series_count; i++)
    if (ends_with(results->series[i].name, ".in_system") || ends_with(results->series[i].name, ".latency"))
      features[(*count)++] = sj_copy_string(results->series[i].name);
  return features;
}

static enum sj_status no_series(const struct sj_results *results, const char *name, struct sj_error *error) {
  const char **const names = sj_allocate_array(results->series_count + 1, sizeof *names);
  for (size_t i = 0; i < results->series_count; i++) names[i] = results->series[i].name;
  const char *const nearest = sj_nearest(name, names);
  free(names);
  if (nearest)
    return sj_error_set(error, SJ_INVALID, "%s has no series `%.100s`; did you mean `%s`?", results->model, name,
                        nearest);
  return sj_error_set(error, SJ_INVALID,
                      "%s has no series `%.100s`; there are NAME.in_system, NAME.waiting and NAME.utilization of "
                      "servers, NAME.latency, NAME.arrivals, NAME.goodput and NAME.failed of clients",
                      results->model, name);
}

static enum sj_status check_features(const struct sj_results *results, const char *const *features, size_t count,
                                     struct sj_error *error) {
  struct sj_series_view view;
  for (size_t i = 0; i < count; i++)
    if (!sj_results_series(results, features[i], 0, &view)) return no_series(results, features[i], error);
  return count > 0 ? SJ_OK : sj_error_set(error, SJ_INVALID, "%s has no series to learn from", results->model);
}

/* ---- averages ---- */

/* The means over runs `from` ... `to` - 1: features x cells. Where no run has a value it stays what it was before, also
 * what it was in a fault; NAN before the first. NULL: no memory. */
static double *averages(const struct maker *maker, size_t from, size_t to) {
  const size_t cells = maker->results->grid_count, features = maker->made->feature_count;
  double *const means = calloc(cells * features + 1, sizeof *means);
  uint32_t *const counts = calloc(cells + 1, sizeof *counts);
  for (size_t f = 0; means && counts && f < features; f++) {
    memset(counts, 0, cells * sizeof *counts);
    for (size_t run = from; run < to; run++) {
      struct sj_series_view view;
      if (!sj_results_series(maker->results, maker->made->features[f], run, &view)) continue;
      for (size_t cell = 0; cell < cells; cell++) {
        if (isnan(view.values[cell])) continue;
        means[cell * features + f] += view.values[cell];
        counts[cell]++;
      }
    }
    for (size_t cell = 0; cell < cells; cell++) {
      double *const mean = &means[cell * features + f];
      *mean = counts[cell] > 0 ? *mean / counts[cell] : cell > 0 ? mean[-(ptrdiff_t)features] : (double)NAN;
    }
  }
  if (!counts) free(means);
  free(counts);
  return counts ? means : NULL;
}

/* A part's states, from the first cell on where all features have a value. */
static enum sj_status add_trajectory(struct maker *maker, const struct part *part, const double *means, bool held_out,
                                     struct sj_error *error) {
  const struct sj_results *const results = maker->results;
  const size_t features = maker->made->feature_count;
  const double cell_step = results->grid_step, rounding = 1e-9 * maker->made->step;
  double *const states = malloc((results->grid_count + 1) * features * sizeof *states);
  if (!states) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  size_t length = 0;
  double start = NAN;
  for (size_t cell = maker->stride - 1; cell < results->grid_count; cell += maker->stride) {
    const double time = results->grid_start + (double)(cell + 1) * cell_step;
    if (time < part->begin - rounding || time > part->end + rounding) continue;
    double *const state = states + length * features;
    bool known = true;
    for (size_t f = 0; f < features; f++) {
      state[f] = means[cell * features + f];
      known = known && !isnan(state[f]);
    }
    if (!known) continue;
    if (length++ == 0) start = time;
  }
  if (length < (maker->reading->any_length ? 1 : 2)) {
    free(states);
    sj_trajectories_note(maker->made, "%s is shorter than one step and is left out", part->name);
    return SJ_OK;
  }
  sj_trajectories_append(maker->made, part->name, start, states, length, held_out);
  return SJ_OK;
}

/* Those of runs `from` ... `to` - 1, a part each. */
static enum sj_status add_trajectories(struct maker *maker, size_t from, size_t to, bool held_out,
                                       struct sj_error *error) {
  if (from == to) return SJ_OK;
  double *const means = averages(maker, from, to);
  enum sj_status status = means ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  for (size_t i = 0; i < maker->part_count && status == SJ_OK; i++)
    status = add_trajectory(maker, &maker->parts[i], means, held_out, error);
  free(means);
  return status;
}

static enum sj_status choose_step(struct maker *maker, struct sj_error *error) {
  const double cell = maker->results->grid_step, wanted = maker->reading->step;
  maker->stride = 1;
  if (!isnan(wanted)) {
    maker->stride = (size_t)(wanted / cell + 0.5);
    if (maker->stride < 1 || fabs((double)maker->stride * cell - wanted) > 1e-6 * wanted)
      return sj_error_set(error, SJ_INVALID, "--step %g: the series of %s have a step of %g, expected a multiple of it",
                          wanted, maker->results->model, cell);
  }
  maker->made->step = (double)maker->stride * cell;
  return SJ_OK;
}

static enum sj_status make(struct maker *maker, struct sj_error *error) {
  const struct sj_results *const results = maker->results;
  const size_t runs = sj_results_run_count(results);
  memcpy(maker->made->time_unit, results->time_unit, sizeof maker->made->time_unit);
  enum sj_status status = choose_step(maker, error);
  if (status != SJ_OK) return status;
  split(maker);
  maker->held = sj_held_out(runs, maker->reading->test_share);
  status = add_trajectories(maker, 0, runs - maker->held, false, error);
  if (status == SJ_OK) status = add_trajectories(maker, runs - maker->held, runs, true, error);
  if (status == SJ_OK && maker->made->count == 0)
    return sj_error_set(error, SJ_INVALID, "%s: no part without a fault has two steps", results->model);
  return status;
}

enum sj_status sj_trajectories_from_results(const struct sj_results *results, const struct sj_reading *reading,
                                            struct sj_trajectories **trajectories, struct sj_error *error) {
  *trajectories = NULL;
  if (sj_results_run_count(results) == 0 || results->series_count == 0 || !results->runs[0].series)
    return sj_error_set(error, SJ_INVALID, "%s: results without time series, as `simulate -o` collects them",
                        results->model);
  size_t count = reading->feature_count;
  char **const usual = count == 0 ? usual_features(results, &count) : NULL;
  const char *const *const features = usual ? (const char *const *)usual : reading->features;
  struct maker maker = {.results = results, .reading = reading};
  enum sj_status status = check_features(results, features, count, error);
  if (status == SJ_OK) {
    maker.made = sj_trajectories_create(results->model, features, count);
    status = make(&maker, error);
  }
  for (size_t i = 0; usual && i < count; i++) free(usual[i]);
  free(usual);
  free(maker.parts);
  if (status == SJ_OK)
    *trajectories = maker.made;
  else
    sj_trajectories_destroy(maker.made);
  return status;
}
