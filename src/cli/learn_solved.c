/* What solving knows of the model that was learned from: beside the learned figures, to hold them against. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cli/learn.h"
#include "results/results.h"
#include "sojourn/solve.h"

/* Learning ends with a chain that is solved at a glance; a larger one is for `sojourn solve`. */
static const double most_bytes = 5e8;

static void add(struct sj_solved_beside *solved, double value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void add(struct sj_solved_beside *solved, double value, const char *format, ...) {
  char name[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(name, sizeof name, format, arguments);
  va_end(arguments);
  solved->figures = sj_reallocate_array(solved->figures, solved->count + 1, sizeof *solved->figures);
  solved->figures[solved->count++] = (struct sj_beside){sj_copy_string(name), value};
}

static bool is_server_level(const char *feature) {
  static const char ending[] = ".in_system";
  const size_t length = strlen(feature);
  return length >= sizeof ending && strcmp(feature + length - (sizeof ending - 1), ending) == 0;
}

/* When the exact transient of a feature stays within each limit of its exact mean, from a trajectory's start on, and to
 * its end: the transient goes on into the next fault, but for the last. */
static void add_settling(struct sj_solved_beside *solved, const struct sj_learned *model,
                         const struct sj_results *exact, const struct sj_trajectory *trajectory, size_t index,
                         size_t feature, bool last) {
  const char *const name = model->features[feature];
  struct sj_series_view view;
  char *const mean_name = sj_format("%s.mean", name);
  const double mean = sj_results_value(exact, mean_name);
  free(mean_name);
  if (isnan(mean) || !sj_results_series(exact, name, 0, &view)) return;
  const size_t first = (size_t)(trajectory->start / model->step + 0.5);
  const size_t left = first < view.count ? view.count - first : 0,
               wanted = (last ? (size_t)SJ_SETTLING_LONGER : 1) * trajectory->length,
               count = left < wanted ? left : wanted;
  for (size_t k = 0; k < SJ_SETTLING_LIMITS; k++) {
    char limit[32];
    sj_number_text(sj_settling_limits[k], limit);
    const double settled =
        sj_settled_from(view.values + first, count, 1, mean, sj_settling_limits[k] * model->deviation[feature]);
    add(solved, model->step * settled, "trajectory[%zu].%s.settling[%s].exact", index, name, limit);
  }
}

static double horizon_of(const struct sj_trajectories *trajectories) {
  double horizon = trajectories->step;
  for (size_t i = 0; i < trajectories->count; i++) {
    const struct sj_trajectory *const item = &trajectories->items[i];
    const double end = item->start + SJ_SETTLING_LONGER * (double)item->length * trajectories->step;
    if (end > horizon) horizon = end;
  }
  return horizon;
}

static void add_subject(struct sj_solved_beside *solved, const struct sj_results *exact,
                        const struct sj_learn_subject *subject) {
  const struct sj_trajectories *const trajectories = subject->trajectories;
  double last = 0;
  for (size_t i = 0; i < trajectories->count; i++)
    if (trajectories->items[i].start > last) last = trajectories->items[i].start;
  for (size_t i = 0; i < trajectories->count && i < SJ_MOST_SHOWN; i++)
    for (size_t f = 0; f < subject->model->feature_count; f++)
      if (is_server_level(subject->model->features[f]))
        add_settling(solved, subject->model, exact, &trajectories->items[i], i, f,
                     trajectories->items[i].start >= last);
}

void sj_solve_beside(const struct sj_model *model, const struct sj_trajectories *trajectories,
                     const struct sj_learn_subject *subjects, size_t count, const volatile sig_atomic_t *stop,
                     struct sj_solved_beside *solved) {
  static const char *const names[] = {"relaxation_time", "mixing_time", "mixing_time.bound"};
  struct sj_solve_options how;
  struct sj_results *exact = NULL;
  struct sj_error error = {{0}};
  *solved = (struct sj_solved_beside){0};
  sj_solve_options_default(&how);
  how.step = trajectories->step;
  how.horizon = horizon_of(trajectories);
  how.most_bytes = most_bytes;
  how.stop = stop;
  if (sj_solve(model, &how, &exact, &error) != SJ_OK || !exact) {
    /* Of several reasons the first. */
    solved->why_not = sj_format("%.*s", (int)strcspn(error.message, "\n"), error.message);
    return;
  }
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (sj_results_find(exact, names[i]) != SIZE_MAX) add(solved, sj_results_value(exact, names[i]), "%s", names[i]);
  for (size_t i = 0; i < count; i++) add_subject(solved, exact, &subjects[i]);
  sj_results_destroy(exact);
}

void sj_solved_beside_clear(struct sj_solved_beside *solved) {
  for (size_t i = 0; i < solved->count; i++) free(solved->figures[i].name);
  free(solved->figures);
  free(solved->why_not);
  *solved = (struct sj_solved_beside){0};
}
