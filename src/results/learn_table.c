/* What was learned, as tables. */
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/table.h"

enum { MOST_MODES = 8, MOST_TRAJECTORIES = 2, MOST_FEATURES = 16, MOST_LIMITS = 16, NAME_WIDTH = 15 };

static double value_of(const struct sj_results *results, const char *format, ...) __attribute__((format(printf, 2, 3)));
static double value_of(const struct sj_results *results, const char *format, ...) {
  char name[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(name, sizeof name, format, arguments);
  va_end(arguments);
  return sj_results_value(results, name);
}

static void add_number(struct sj_grid *grid, double value, const char *unit_of_nothing) {
  if (isnan(value))
    sj_grid_add(grid, unit_of_nothing);
  else
    sj_grid_add_figure(grid, (struct sj_figure){value, NAN}, 1);
}

static void print(struct sj_grid *grid, struct sj_text *text) {
  sj_grid_print(grid, 2, text);
  sj_grid_clear(grid);
}

/* The server whose figures begin at metric `index`, of several; NULL: none begin there. The caller frees it. */
static char *server_at(const struct sj_results *results, size_t index) {
  static const char end[] = ".error.train";
  const char *const name = results->metrics[index].name;
  const size_t length = strlen(name), ending = sizeof end - 1;
  if (length <= ending || strcmp(name + length - ending, end) != 0) return NULL;
  return sj_format("%.*s", (int)(length - ending), name);
}

static bool is_by_server(const struct sj_results *results) {
  for (size_t i = 0; i < results->metric_count; i++) {
    char *const server = server_at(results, i);
    free(server);
    if (server) return true;
  }
  return false;
}

/* Of several servers, each learned by itself, a row. */
static void add_servers(const struct sj_results *results, struct sj_text *text) {
  struct sj_grid grid = {0};
  bool trained = false;
  sj_grid_start(&grid, 6);
  for (size_t i = 0; i < 6; i++)
    sj_grid_add(&grid,
                (const char *[]){"server", "error", "held out", "time constant", "settles to 0.1", "to 0.01"}[i]);
  for (size_t i = 0; i < results->metric_count; i++) {
    static const char *const figures[] = {"error.train", "error.test", "time_constant[0]", "settling[0.1].mean",
                                          "settling[0.01].mean"};
    char *const server = server_at(results, i);
    if (!server) continue;
    trained = trained || !isnan(value_of(results, "%s.training.epochs", server));
    sj_grid_add(&grid, server);
    for (size_t k = 0; k < sizeof figures / sizeof *figures; k++)
      add_number(&grid, value_of(results, "%s.%s", server, figures[k]), k == 2 ? "grows" : "-");
    free(server);
  }
  sj_text_add(text, "%s\n%s, each server by itself, seed %llu\n\n", results->model,
              trained ? "Koopman autoencoder" : "extended dynamic mode decomposition",
              (unsigned long long)results->seed);
  if (results->partial) sj_text_add(text, "partial: the training was interrupted\n\n");
  print(&grid, text);
  sj_text_add(text, "  (error: root mean square, in deviations of a feature; times in %s)\n", results->time_unit);
}

static void add_data(const struct sj_results *results, struct sj_text *text) {
  const bool trained = !isnan(value_of(results, "training.epochs"));
  struct sj_grid grid = {0};
  sj_text_add(text, "%s\n%s, seed %llu\n\n", results->model,
              trained ? "Koopman autoencoder" : "extended dynamic mode decomposition",
              (unsigned long long)results->seed);
  if (results->partial) sj_text_add(text, "partial: the training was interrupted\n\n");
  sj_grid_start(&grid, 4);
  sj_grid_add(&grid, "");
  sj_grid_add(&grid, "trajectories");
  sj_grid_add(&grid, "states");
  sj_grid_add(&grid, "error");
  static const char *const rows[2][2] = {{"train", "learned from"}, {"test", "held out"}};
  for (int i = 0; i < 2; i++) {
    sj_grid_add(&grid, rows[i][1]);
    add_number(&grid, value_of(results, "trajectories.%s", rows[i][0]), "-");
    add_number(&grid, value_of(results, "states.%s", rows[i][0]), "-");
    add_number(&grid, value_of(results, "error.%s", rows[i][0]), "-");
  }
  print(&grid, text);
  sj_text_add(text, "  (error: root mean square, in deviations of a feature)\n");
  if (trained)
    sj_text_add(text, "  loss %.4g at first, %.4g at the best epoch, %.0f of %.0f\n",
                value_of(results, "training.first_loss"), value_of(results, "training.loss"),
                value_of(results, "training.best_epoch"), value_of(results, "training.epochs"));
}

/* A row for each eigenvalue, or pair of them. */
static void add_modes(const struct sj_results *results, struct sj_text *text) {
  const double turn = 6.283185307179586;
  struct sj_grid grid = {0};
  char heading[64];
  sj_grid_start(&grid, 5);
  sj_grid_add(&grid, "mode");
  sj_grid_add(&grid, "re");
  sj_grid_add(&grid, "im");
  snprintf(heading, sizeof heading, "time constant (%s)", results->time_unit);
  sj_grid_add(&grid, heading);
  snprintf(heading, sizeof heading, "period (%s)", results->time_unit);
  sj_grid_add(&grid, heading);
  for (size_t k = 0, shown = 0; shown < MOST_MODES; k++) {
    const double re = value_of(results, "spectrum[%zu].re", k), im = value_of(results, "spectrum[%zu].im", k);
    char label[32], width[64];
    if (isnan(re)) break;
    if (im < 0) continue; /* the other one of the pair before */
    snprintf(label, sizeof label, "%zu", k);
    sj_grid_add(&grid, label);
    snprintf(label, sizeof label, "%.5f", re);
    sj_grid_add(&grid, label);
    *width = 0;
    if (im > 0) snprintf(width, sizeof width, "±%.5f", im);
    sj_grid_add(&grid, width);
    add_number(&grid, value_of(results, "time_constant[%zu]", k), "grows");
    add_number(&grid, im > 0 ? results->grid_step * turn / atan2(im, re) : (double)NAN, "");
    shown++;
  }
  sj_text_add(text, "\nmodes of one step of %g %s, by modulus\n", results->grid_step, results->time_unit);
  print(&grid, text);
}

/* The limits of the settling times, from their names, as they stand. */
static size_t limits_of(const struct sj_results *results, char limits[MOST_LIMITS][16]) {
  size_t count = 0;
  for (size_t i = 0; i < results->metric_count && count < MOST_LIMITS; i++) {
    int end = 0;
    if (sscanf(results->metrics[i].name, "trajectory[0].%*[^[][%15[^]]].recorded%n", limits[count], &end) != 1 ||
        end == 0)
      continue;
    for (size_t k = 0; k < count; k++)
      if (strcmp(limits[k], limits[count]) == 0) return count; /* the next feature */
    count++;
  }
  return count;
}

static void add_settling(const struct sj_results *results, char limits[MOST_LIMITS][16], size_t count,
                         struct sj_text *text) {
  static const char *const rows[][2] = {{"mean", "mean"}, {"std", "deviation"}, {"bound", "bound"}};
  struct sj_grid grid = {0};
  if (count == 0 || sj_results_find(results, "settling[1].mean") == SIZE_MAX) return;
  sj_grid_start(&grid, count + 1);
  sj_grid_add(&grid, "within");
  for (size_t k = 0; k < count; k++) sj_grid_add(&grid, limits[k]);
  for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
    sj_grid_add(&grid, rows[row][1]);
    for (size_t k = 0; k < count; k++)
      add_number(&grid, value_of(results, "settling[%s].%s", limits[k], rows[row][0]), "-");
  }
  sj_text_add(text, "\nsettling times of the latent state (%s), from each trajectory's start\n", results->time_unit);
  print(&grid, text);
}

/* The features, from the names of the first trajectory's series. */
static size_t features_of(const struct sj_results *results, char *features[MOST_FEATURES]) {
  static const char start[] = "trajectory[0].", end[] = ".recorded";
  size_t count = 0;
  for (size_t i = 0; i < results->series_count && count < MOST_FEATURES; i++) {
    const char *const name = results->series[i].name;
    const size_t length = strlen(name), around = sizeof start + sizeof end - 2;
    if (length <= around || strncmp(name, start, sizeof start - 1) != 0 ||
        strcmp(name + length - (sizeof end - 1), end) != 0)
      continue;
    features[count++] = sj_format("%.*s", (int)(length - around), name + sizeof start - 1);
  }
  return count;
}

static void add_feature_settling(const struct sj_results *results, char limits[MOST_LIMITS][16], size_t count,
                                 struct sj_text *text) {
  static const char *const kinds[] = {"recorded", "predicted", "exact"};
  char *features[MOST_FEATURES];
  const size_t feature_count = features_of(results, features);
  struct sj_grid grid = {0};
  sj_grid_start(&grid, count + 1);
  sj_grid_add(&grid, "within");
  for (size_t k = 0; k < count; k++) sj_grid_add(&grid, limits[k]);
  for (size_t i = 0; i < MOST_TRAJECTORIES && count > 0; i++)
    for (size_t f = 0; f < feature_count; f++)
      for (size_t kind = 0; kind < 3; kind++) {
        char *const first = sj_format("trajectory[%zu].%s.settling[%s].%s", i, features[f], limits[0], kinds[kind]);
        const bool there = sj_results_find(results, first) != SIZE_MAX;
        free(first);
        if (!there) continue;
        char *const label = sj_format("%zu %.*s %s", i, NAME_WIDTH, features[f], kinds[kind]);
        sj_grid_add(&grid, label);
        free(label);
        for (size_t k = 0; k < count; k++)
          add_number(&grid,
                     value_of(results, "trajectory[%zu].%s.settling[%s].%s", i, features[f], limits[k], kinds[kind]),
                     "-");
      }
  if (count > 0) {
    sj_text_add(text, "\nsettling times of each trajectory's features (%s), within deviations\n", results->time_unit);
    sj_grid_print(&grid, 2, text);
  }
  sj_grid_clear(&grid);
  for (size_t f = 0; f < feature_count; f++) free(features[f]);
}

static void add_exact(const struct sj_results *results, struct sj_text *text) {
  static const char *const names[] = {"relaxation_time", "mixing_time", "mixing_time.bound"};
  bool any = false;
  struct sj_grid grid = {0};
  sj_grid_start(&grid, 2);
  sj_grid_add(&grid, "");
  sj_grid_add(&grid, results->time_unit);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (sj_results_find(results, names[i]) == SIZE_MAX) continue;
    any = true;
    sj_grid_add(&grid, names[i]);
    add_number(&grid, sj_results_value(results, names[i]), "-");
  }
  if (any) {
    sj_text_add(text, "\nsolved exactly\n");
    sj_grid_print(&grid, 2, text);
  }
  sj_grid_clear(&grid);
}

void sj_learn_table(const struct sj_results *results, struct sj_text *text) {
  char limits[MOST_LIMITS][16];
  const size_t count = limits_of(results, limits);
  if (is_by_server(results)) {
    add_servers(results, text);
  } else {
    add_data(results, text);
    add_modes(results, text);
    add_settling(results, limits, count, text);
  }
  add_feature_settling(results, limits, count, text);
  add_exact(results, text);
  if (results->note_count > 0) sj_text_add(text, "\n");
  for (size_t i = 0; i < results->note_count; i++) sj_note_text(results->notes[i], text);
}
