/* Trajectories beside what the model makes of them. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "learn/report.h"

/* The last state of the first history that is known whole; SIZE_MAX: there is none. */
static size_t first_history(const struct sj_learned *model, const struct sj_trajectory *trajectory) {
  const size_t features = model->feature_count, history = sj_learned_history(model);
  size_t known = 0;
  for (size_t t = 0; t < trajectory->length; t++) {
    bool whole = true;
    for (size_t f = 0; f < features; f++) whole = whole && !isnan(trajectory->states[t * features + f]);
    known = whole ? known + 1 : 0;
    if (known == history) return t;
  }
  return SIZE_MAX;
}

enum sj_status sj_course_make(const struct sj_learned *model, const struct sj_trajectory *trajectory, size_t length,
                              struct sj_course *course) {
  const size_t features = model->feature_count, n = model->latent, history = sj_learned_history(model);
  *course = (struct sj_course){.length = length, .start = first_history(model, trajectory)};
  course->predicted = malloc((length * features + 1) * sizeof *course->predicted);
  course->latent = malloc((length * n + 1) * sizeof *course->latent);
  double *const scratch = malloc(sj_learned_scratch(model) * sizeof *scratch);
  enum sj_status status = course->predicted && course->latent && scratch ? SJ_OK : SJ_NO_MEMORY;
  if (course->start >= length) course->start = SIZE_MAX;
  for (size_t i = 0; status == SJ_OK && i < length * features; i++) course->predicted[i] = NAN;
  for (size_t i = 0; status == SJ_OK && i < length * n; i++) course->latent[i] = NAN;
  if (status == SJ_OK && course->start != SIZE_MAX) {
    const size_t start = course->start;
    const double *const from = trajectory->states + (start + 1 - history) * features;
    sj_learned_encode(model, from, course->latent + start * n, scratch);
    sj_learned_decode(model, course->latent + start * n, course->predicted + start * features, scratch);
    status = sj_learned_roll(model, from, length - start - 1, course->predicted + (start + 1) * features,
                             course->latent + (start + 1) * n);
  }
  free(scratch);
  return status;
}

void sj_course_clear(struct sj_course *course) {
  free(course->predicted);
  free(course->latent);
  *course = (struct sj_course){0};
}

void sj_course_errors(const struct sj_learned *model, const struct sj_trajectory *trajectory,
                      const struct sj_course *course, double *squares, size_t *count) {
  const size_t features = model->feature_count;
  if (course->start == SIZE_MAX) return;
  const size_t end = (trajectory->length < course->length ? trajectory->length : course->length) * features;
  for (size_t i = (course->start + 1) * features; i < end; i++) {
    if (isnan(trajectory->states[i])) continue;
    const double error = (course->predicted[i] - trajectory->states[i]) / model->deviation[i % features];
    *squares += error * error;
    ++*count;
  }
}

double sj_settled_from(const double *values, size_t count, size_t stride, double rest, double limit) {
  size_t settled = 0;
  bool any = false;
  for (size_t i = 0; i < count; i++) {
    const double value = values[i * stride];
    if (isnan(value)) continue;
    any = true;
    if (!(fabs(value - rest) <= limit)) {
      settled = i + 1;
      any = false;
    }
  }
  return any ? (double)settled : (double)NAN;
}
