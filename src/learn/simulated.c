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

/* The faults whose time is fixed, by time. A fault that stays ends at infinity; one that also begins with the run is
 * how the system always is, and none. */
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
    if (begin <= 0 && !json_is_number(lasts)) continue;
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

static const char level[] = ".in_system";

static bool has_series(const struct sj_results *results, int length, const char *component, const char *series) {
  struct sj_series_view view;
  char *const name = sj_format("%.*s.%s", length, component, series);
  const bool found = sj_results_series(results, name, 0, &view);
  free(name);
  return found;
}

/* Names of series, and which of them are whose. */
struct choice {
  char **features;
  size_t count;
  struct sj_trajectory_group *groups;
  size_t group_count;
};

static void choose(struct choice *choice, char *feature) {
  choice->features = sj_reallocate_array(choice->features, choice->count + 1, sizeof *choice->features);
  choice->features[choice->count++] = feature;
}

static void choice_clear(struct choice *choice) {
  for (size_t i = 0; i < choice->count; i++) free(choice->features[i]);
  for (size_t i = 0; i < choice->group_count; i++) free(choice->groups[i].server);
  free(choice->features);
  free(choice->groups);
}

/* Every server's level and every client's latency (a store, too, has a latency, and a level). */
static void choose_all(const struct sj_results *results, struct choice *choice) {
  for (size_t i = 0; i < results->series_count; i++) {
    const char *const name = results->series[i].name, *const dot = strrchr(name, '.');
    if (ends_with(name, level) ||
        (ends_with(name, ".latency") && !has_series(results, (int)(dot - name), name, "in_system")))
      choose(choice, sj_copy_string(name));
  }
}

/* A server's level and how long requests are there; a file of an earlier version lacks that. */
static void choose_server(const struct sj_results *results, const char *server, struct choice *choice) {
  static const char *const times[] = {"sojourn", "latency"};
  const int length = (int)strlen(server);
  choice->groups = sj_reallocate_array(choice->groups, choice->group_count + 1, sizeof *choice->groups);
  struct sj_trajectory_group *const group = &choice->groups[choice->group_count++];
  *group = (struct sj_trajectory_group){.server = sj_copy_string(server), .first = choice->count};
  choose(choice, sj_format("%s%s", server, level));
  for (size_t i = 0; i < 2; i++)
    if (has_series(results, length, server, times[i])) {
      choose(choice, sj_format("%s.%s", server, times[i]));
      break;
    }
  group->count = choice->count - group->first;
}

static void choose_each_server(const struct sj_results *results, struct choice *choice) {
  for (size_t i = 0; i < results->series_count; i++) {
    const char *const name = results->series[i].name;
    if (!ends_with(name, level)) continue;
    char *const server = sj_format("%.*s", (int)(strlen(name) - strlen(level)), name);
    choose_server(results, server, choice);
    free(server);
  }
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
                      "%s has no series `%.100s`; there are NAME.in_system, NAME.waiting, NAME.utilization and "
                      "NAME.sojourn of servers, NAME.latency, NAME.arrivals, NAME.goodput and NAME.failed of clients",
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

/* ---- servers where there is nothing to learn ---- */

static size_t cell_at(const struct maker *maker, double time) {
  const struct sj_results *const results = maker->results;
  const double cells = (time - results->grid_start) / results->grid_step;
  return cells < 1 ? 0 : cells > (double)results->grid_count ? results->grid_count : (size_t)cells;
}

/* NULL: it has what learning takes. */
static const char *trouble(const struct maker *maker, const double *means, size_t feature) {
  const size_t features = maker->made->feature_count,
               middle = cell_at(maker, (maker->parts[0].begin + maker->parts[0].end) / 2);
  double low = INFINITY, high = -INFINITY;
  for (size_t i = 0; i < maker->part_count; i++)
    for (size_t cell = cell_at(maker, maker->parts[i].begin); cell < cell_at(maker, maker->parts[i].end); cell++) {
      const double mean = means[cell * features + feature];
      if (mean < low) low = mean;
      if (mean > high) high = mean;
    }
  if (isnan(means[(middle > 0 ? middle - 1 : 0) * features + feature])) return "is not known early on";
  return high > low ? NULL : "never changes";
}

/* Leaves the groups out that cannot be learned; no trajectory is made yet. */
static enum sj_status drop_groups(struct maker *maker, size_t from, size_t to, struct sj_error *error) {
  struct sj_trajectories *const made = maker->made;
  double *const means = maker->part_count > 0 ? averages(maker, from, to) : NULL;
  if (maker->part_count > 0 && !means) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  size_t groups = 0, features = 0;
  for (size_t g = 0; means && g < made->group_count; g++) {
    struct sj_trajectory_group group = made->groups[g];
    const char *why = NULL;
    size_t f = group.first;
    while (f < group.first + group.count && !(why = trouble(maker, means, f))) f++;
    if (why) {
      sj_trajectories_note(made, "%s is left out: %s %s", group.server, made->features[f], why);
      free(group.server);
      for (f = group.first; f < group.first + group.count; f++) free(made->features[f]);
      continue;
    }
    memmove(made->features + features, made->features + group.first, group.count * sizeof *made->features);
    group.first = features;
    features += group.count;
    made->groups[groups++] = group;
  }
  free(means);
  if (!means) return SJ_OK;
  made->group_count = groups;
  made->feature_count = features;
  return groups > 0
             ? SJ_OK
             : sj_error_set(error, SJ_INVALID, "%s: no server has anything to learn: %s", made->source, made->notes[0]);
}

static enum sj_status make(struct maker *maker, struct sj_error *error) {
  const struct sj_results *const results = maker->results;
  const size_t runs = sj_results_run_count(results);
  memcpy(maker->made->time_unit, results->time_unit, sizeof maker->made->time_unit);
  enum sj_status status = choose_step(maker, error);
  if (status != SJ_OK) return status;
  split(maker);
  maker->held = sj_held_out(runs, maker->reading->test_share);
  if (maker->made->group_count > 0)
    status = drop_groups(maker, 0, runs > maker->held ? runs - maker->held : runs, error);
  if (status == SJ_OK) status = add_trajectories(maker, 0, runs - maker->held, false, error);
  if (status == SJ_OK) status = add_trajectories(maker, runs - maker->held, runs, true, error);
  if (status == SJ_OK && maker->made->count == 0)
    return sj_error_set(error, SJ_INVALID, "%s: no part without a fault has two steps", results->model);
  return status;
}

static enum sj_status from_results(const struct sj_results *results, const struct sj_reading *reading, bool apart,
                                   struct sj_trajectories **trajectories, struct sj_error *error) {
  *trajectories = NULL;
  if (sj_results_run_count(results) == 0 || results->series_count == 0 || !results->runs[0].series)
    return sj_error_set(error, SJ_INVALID, "%s: results without time series, as `simulate -o` collects them",
                        results->model);
  struct choice choice = {0};
  if (reading->feature_count > 0)
    for (size_t i = 0; i < reading->feature_count; i++) choose(&choice, sj_copy_string(reading->features[i]));
  else if (reading->server)
    choose_server(results, reading->server, &choice);
  else
    (apart ? choose_each_server : choose_all)(results, &choice);
  struct maker maker = {.results = results, .reading = reading};
  enum sj_status status = check_features(results, (const char *const *)choice.features, choice.count, error);
  if (status == SJ_OK) {
    maker.made = sj_trajectories_create(results->model, (const char *const *)choice.features, choice.count);
    if (choice.group_count > 1) {
      maker.made->groups = choice.groups;
      maker.made->group_count = choice.group_count;
      choice.groups = NULL;
      choice.group_count = 0;
    }
    status = make(&maker, error);
  }
  choice_clear(&choice);
  free(maker.parts);
  if (status == SJ_OK)
    *trajectories = maker.made;
  else
    sj_trajectories_destroy(maker.made);
  return status;
}

enum sj_status sj_trajectories_from_results(const struct sj_results *results, const struct sj_reading *reading,
                                            struct sj_trajectories **trajectories, struct sj_error *error) {
  return from_results(results, reading, false, trajectories, error);
}

enum sj_status sj_trajectories_by_server(const struct sj_results *results, const struct sj_reading *reading,
                                         struct sj_trajectories **trajectories, struct sj_error *error) {
  return from_results(results, reading, true, trajectories, error);
}
