#include "life.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"
#include "sojourn/results.h"

static const char never[] =
    "\nserver \"never-called\" { service = 1 }"
    "\nfault { at = 1e9, lasts = 1, slow = \"never-called\", by = 2 }\n";

enum { WATCHED = 1, FAULTY = 2, WAYS = 4 };

static void check_metrics(const struct life *life, const struct sj_results *results, int way) {
  for (size_t i = 0; i < sizeof life->metrics / sizeof *life->metrics && life->metrics[i].name; i++) {
    const char *const name = life->metrics[i].name;
    const double expected = life->metrics[i].value;
    if (sj_results_find(results, name) == SIZE_MAX) {
      if (strchr(name, '[') && !(way & WATCHED)) continue; /* members were not asked for */
      fail_msg("there is no metric %s", name);
    }
    const double value = sj_results_value(results, name);
    if (value == expected || (isnan(value) && isnan(expected))) continue;
    fail_msg("%s is %.17g, expected %.17g%s%s", name, value, expected, way & WATCHED ? "; members, series" : "",
             way & FAULTY ? "; with a fault that never comes" : "");
  }
}

static void run_one_way(const struct life *life, const struct scratch *scratch, int way) {
  char *const text = malloc(strlen(life->model) + sizeof never);
  assert_non_null(text);
  strcpy(text, life->model);
  if (way & FAULTY) strcat(text, never);
  scratch_write(scratch, "model.lua", text);
  free(text);
  struct sj_model *const model = scratch_load(scratch);
  struct sj_simulate_options options;
  sj_simulate_options_default(&options);
  options.runs = 1;
  options.threads = 1;
  options.members = options.series = way & WATCHED;
  char *rows;
  struct sj_results *const results = scratch_run(model, &options, &rows);
  rows_from_column(rows, 1);
  if (life->rows && strcmp(rows, life->rows) != 0)
    fail_msg("rows\n%sexpected\n%s%s%s", rows, life->rows, way & WATCHED ? "members, series\n" : "",
             way & FAULTY ? "with a fault that never comes\n" : "");
  check_metrics(life, results, way);
  free(rows);
  sj_results_destroy(results);
  sj_model_destroy(model);
}

void check_life(void **state) {
  const struct life *const life = *state;
  struct scratch scratch;
  scratch_create(&scratch);
  if (life->trace) scratch_write(&scratch, "trace.csv", life->trace);
  const bool discrete = strstr(life->model, "quantum"); /* knows no faults */
  for (int way = 0; way < (discrete ? FAULTY : WAYS); way++) run_one_way(life, &scratch, way);
  scratch_destroy(&scratch);
}
