#include "worlds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/results.h"
#include "sojourn/model.h"
#include "sojourn/simulate.h"

enum { LONGEST_LINE = 1024 };

const char *const sj_figure_names[FIGURES] = {
    "mean_latency",      "stdev_latency",         "p50", "p90", "p99", "p99.9", "mean_utilization",
    "stdev_utilization", "mean_stdev_utilization"};

void sj_fail(const char *what, const char *message) {
  printf("Bail out! %s: %s\n", what, message);
  exit(1);
}

static struct scenario *find(struct scenario *all, size_t *count, const char *name) {
  for (size_t i = 0; i < *count; i++)
    if (!strcmp(all[i].name, name)) return &all[i];
  if (*count == MOST_SCENARIOS) sj_fail(name, "too many scenarios");
  snprintf(all[*count].name, sizeof all[*count].name, "%.100s", name);
  return &all[(*count)++];
}

size_t sj_read_runs(const char *path, struct scenario *all) {
  FILE *const file = fopen(path, "r");
  if (!file) sj_fail(path, "cannot be read");
  char line[LONGEST_LINE];
  size_t count = 0;
  for (bool header = true; fgets(line, sizeof line, file); header = false) {
    char *at = strchr(line, ',');
    if (header || !at) continue;
    *at++ = 0;
    struct scenario *const scenario = find(all, &count, line);
    if (scenario->count == MOST_ROWS) sj_fail(path, "too many rows of a scenario");
    double *const row = scenario->figures[scenario->count++];
    for (int i = 0; i < FIGURES; i++) {
      char *end;
      row[i] = strtod(at, &end);
      if (end == at || (*end != ',' && *end != '\n')) sj_fail(path, "a row lacks a figure");
      at = end + 1;
    }
  }
  fclose(file);
  return count;
}

/* The metric's place among those of the results. */
static size_t column_of(const struct sj_results *results, const char *figure) {
  char name[64];
  snprintf(name, sizeof name, "original.%s", figure);
  size_t column = 0;
  while (column < results->metric_count && strcmp(results->metrics[column].name, name) != 0) column++;
  if (column == results->metric_count) sj_fail(name, "the model does not give it");
  return column;
}

double sj_simulate_scenario(const char *model_path, uint32_t runs, const uint64_t *seed, struct scenario *scenario) {
  const struct sj_model_options model_options = {.scenario = scenario->name};
  struct sj_simulate_options options;
  struct sj_error error = {""};
  struct sj_model *model = NULL;
  struct sj_results *results = NULL;
  sj_simulate_options_default(&options);
  options.runs = runs;
  options.seed_given = seed != NULL;
  options.seed = seed ? *seed : 0;
  if (sj_model_load(model_path, &model_options, &model, &error) ||
      sj_simulate_prepare(model, &options, &results, &error) || sj_simulate_run(model, &options, results, &error))
    sj_fail(scenario->name, error.message);
  scenario->run_count = runs;
  scenario->runs = malloc(sizeof(double) * FIGURES * runs);
  if (!scenario->runs) sj_fail(scenario->name, "no memory");
  for (size_t f = 0; f < FIGURES; f++) {
    const size_t column = column_of(results, sj_figure_names[f]);
    for (size_t run = 0; run < runs; run++) scenario->runs[run * FIGURES + f] = results->runs[run].values[column];
  }
  const double seconds = results->wall_seconds;
  sj_results_destroy(results);
  sj_model_destroy(model);
  return seconds;
}

void sj_means(const double *rows, size_t count, double *means) {
  for (size_t f = 0; f < FIGURES; f++) {
    means[f] = 0;
    for (size_t i = 0; i < count; i++) means[f] += rows[i * FIGURES + f];
    means[f] /= (double)count;
  }
}
