#include "learn/trajectories.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static const double usual_share = 0.25;

void sj_reading_default(struct sj_reading *reading) {
  *reading = (struct sj_reading){.step = NAN, .gap = NAN, .test_share = NAN};
}

struct sj_trajectories *sj_trajectories_create(const char *source, const char *const *features, size_t feature_count) {
  struct sj_trajectories *const made = sj_allocate(sizeof *made);
  made->source = sj_copy_string(source);
  made->feature_count = feature_count;
  made->features = sj_allocate_array(feature_count, sizeof *made->features);
  for (size_t i = 0; i < feature_count; i++) made->features[i] = sj_copy_string(features[i]);
  memcpy(made->time_unit, "s", sizeof "s");
  return made;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the states become the trajectory's */
void sj_trajectories_append(struct sj_trajectories *trajectories, const char *name, double start, double *states,
                            size_t length, bool held_out) {
  trajectories->items = sj_reallocate_array(trajectories->items, trajectories->count + 1, sizeof *trajectories->items);
  trajectories->items[trajectories->count++] = (struct sj_trajectory){
      .name = sj_copy_string(name), .start = start, .states = states, .length = length, .held_out = held_out};
}

void sj_trajectories_note(struct sj_trajectories *trajectories, const char *format, ...) {
  char *text = NULL;
  va_list arguments;
  va_start(arguments, format);
  if (vasprintf(&text, format, arguments) < 0) text = NULL;
  va_end(arguments);
  if (!text) return;
  trajectories->notes =
      sj_reallocate_array(trajectories->notes, trajectories->note_count + 1, sizeof *trajectories->notes);
  trajectories->notes[trajectories->note_count++] = text;
}

struct sj_trajectories *sj_trajectories_select(const struct sj_trajectories *trajectories,
                                               const struct sj_trajectory_group *group) {
  struct sj_trajectories *const made = sj_trajectories_create(
      trajectories->source, (const char *const *)trajectories->features + group->first, group->count);
  memcpy(made->time_unit, trajectories->time_unit, sizeof made->time_unit);
  made->step = trajectories->step;
  for (size_t i = 0; i < trajectories->count; i++) {
    const struct sj_trajectory *const item = &trajectories->items[i];
    double *const states = malloc((item->length * group->count + 1) * sizeof *states);
    if (!states) {
      sj_trajectories_destroy(made);
      return NULL;
    }
    for (size_t t = 0; t < item->length; t++)
      memcpy(states + t * group->count, item->states + t * trajectories->feature_count + group->first,
             group->count * sizeof *states);
    sj_trajectories_append(made, item->name, item->start, states, item->length, item->held_out);
  }
  return made;
}

size_t sj_held_out(size_t count, double share) {
  const double wanted = isnan(share) ? usual_share : share;
  const size_t held = (size_t)(wanted * (double)count + 1e-9);
  return held < count ? held : count;
}

void sj_trajectories_hold_out(struct sj_trajectories *trajectories, double share) {
  const size_t held = sj_held_out(trajectories->count, share);
  for (size_t i = 0; i < trajectories->count; i++) trajectories->items[i].held_out = i + held >= trajectories->count;
}

enum sj_status sj_trajectories_add(struct sj_trajectories **trajectories, const char *const *features,
                                   size_t feature_count, double step, const double *states, size_t length,
                                   bool held_out, struct sj_error *error) {
  struct sj_trajectories *made = *trajectories;
  if (feature_count == 0 || length == 0 || !(step > 0) || !isfinite(step))
    return sj_error_set(error, SJ_INVALID, "expected a feature, a state and a step above 0 at least");
  if (made && (made->feature_count != feature_count || made->step != step))
    return sj_error_set(error, SJ_INVALID, "trajectories of %zu features and a step of %g cannot be added to others",
                        feature_count, step);
  for (size_t i = 0; i < feature_count * length; i++)
    if (isinf(states[i])) return sj_error_set(error, SJ_INVALID, "state %zu is infinite", i / feature_count);
  for (size_t i = 0; i < feature_count; i++)
    if (isnan(states[i])) return sj_error_set(error, SJ_INVALID, "the first state of a trajectory must be known");
  double *const copy = malloc(feature_count * length * sizeof *copy);
  if (!copy) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  memcpy(copy, states, feature_count * length * sizeof *copy);
  if (!made) {
    made = *trajectories = sj_trajectories_create("memory", features, feature_count);
    made->step = step;
  }
  char name[32];
  snprintf(name, sizeof name, "%zu", made->count);
  sj_trajectories_append(made, name, 0, copy, length, held_out);
  return SJ_OK;
}

void sj_trajectories_destroy(struct sj_trajectories *trajectories) {
  if (!trajectories) return;
  for (size_t i = 0; i < trajectories->count; i++) {
    free(trajectories->items[i].name);
    free(trajectories->items[i].states);
  }
  for (size_t i = 0; i < trajectories->feature_count; i++) free(trajectories->features[i]);
  for (size_t i = 0; i < trajectories->note_count; i++) free(trajectories->notes[i]);
  for (size_t i = 0; i < trajectories->group_count; i++) free(trajectories->groups[i].server);
  free(trajectories->groups);
  free(trajectories->notes);
  free(trajectories->features);
  free(trajectories->items);
  free(trajectories->source);
  free(trajectories);
}

size_t sj_trajectories_count(const struct sj_trajectories *trajectories) { return trajectories->count; }

size_t sj_trajectories_feature_count(const struct sj_trajectories *trajectories) { return trajectories->feature_count; }

const char *sj_trajectories_feature(const struct sj_trajectories *trajectories, size_t feature) {
  return feature < trajectories->feature_count ? trajectories->features[feature] : NULL;
}

double sj_trajectories_step(const struct sj_trajectories *trajectories) { return trajectories->step; }

const double *sj_trajectories_states(const struct sj_trajectories *trajectories, size_t index, size_t *length,
                                     bool *held_out) {
  const struct sj_trajectory *const item = &trajectories->items[index];
  *length = item->length;
  if (held_out) *held_out = item->held_out;
  return item->states;
}

void sj_trajectories_hash(const struct sj_trajectories *trajectories, char hex[65]) {
  struct sj_text all = {0};
  char number[32], part[65];
  sj_text_add(&all, "%s\n", sj_number_text(trajectories->step, number));
  for (size_t i = 0; i < trajectories->feature_count; i++) sj_text_add(&all, "%s\n", trajectories->features[i]);
  for (size_t i = 0; i < trajectories->count; i++) {
    const struct sj_trajectory *const item = &trajectories->items[i];
    sj_sha256_hex(item->states, item->length * trajectories->feature_count * sizeof *item->states, part);
    sj_text_add(&all, "%s %d %s\n", item->name, item->held_out, part);
  }
  sj_sha256_hex(all.data, all.length, hex);
  free(all.data);
}

static bool all_known(const double *values, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (isnan(values[i])) return false;
  return true;
}

double *sj_resample(const struct sj_samples *samples, size_t feature_count, double step, double gap, double *start,
                    size_t *length) {
  const double rounding = 1e-6 * step;
  size_t first = 0;
  *length = 0;
  while (first < samples->count && !all_known(samples->values + first * feature_count, feature_count)) first++;
  if (first == samples->count) return NULL;
  *start = samples->times[first];
  const size_t points = (size_t)((samples->times[samples->count - 1] - *start + rounding) / step) + 1;
  double *const states = malloc(points * feature_count * sizeof *states);
  if (!states) return NULL;
  size_t at = first;
  for (size_t i = 0; i < points; i++) {
    const double time = *start + (double)i * step;
    while (at + 1 < samples->count && samples->times[at + 1] <= time + rounding) at++;
    const bool known = time - samples->times[at] <= gap;
    for (size_t f = 0; f < feature_count; f++)
      states[i * feature_count + f] = known ? samples->values[at * feature_count + f] : (double)NAN;
  }
  *length = points;
  return states;
}
