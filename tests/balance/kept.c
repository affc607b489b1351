/* Every scenario of models/load-balancing.lua, a few runs, figure by figure as kept in a file.
 *
 *     kept MODEL KEPT [--keep]
 *
 * Says that nothing has changed in any of the 46 scenarios, and so notices errors that no number of the original's runs
 * could show. It does not say what is right. When random numbers are used in another way all figures change, and mean
 * nothing by that: then tests/balance/agreement must pass with 600 runs, and --keep writes the file anew.
 *
 * The file has a row for each run: the scenario, then nine figures with all their digits. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sojourn/model.h"
#include "worlds.h"

enum { RUNS = 2 };

static const uint64_t seed = 1;

static void keep(const char *path, const struct scenario *all, size_t count) {
  FILE *const file = fopen(path, "w");
  if (!file) sj_fail(path, "cannot be written");
  fprintf(file, "scenario");
  for (int f = 0; f < FIGURES; f++) fprintf(file, ",%s", sj_figure_names[f]);
  for (size_t i = 0; i < count; i++)
    for (size_t run = 0; run < RUNS; run++) {
      fprintf(file, "\n%s", all[i].name);
      for (size_t f = 0; f < FIGURES; f++) fprintf(file, ",%.17g", all[i].runs[run * FIGURES + f]);
    }
  fprintf(file, "\n");
  if (fclose(file)) sj_fail(path, "cannot be written");
}

/* How many figures of the scenario are others now; says by how much they differ, over the runs. */
static size_t compare(const struct scenario *scenario) {
  size_t changed = 0;
  for (size_t f = 0; f < FIGURES; f++) {
    double most = 0;
    for (size_t run = 0; run < RUNS; run++) {
      const double was = scenario->figures[run][f], is = scenario->runs[run * FIGURES + f];
      if (was == is || (isnan(was) && isnan(is))) continue;
      const double difference = fabs(is / was - 1);
      if (!(difference <= most)) most = difference;
    }
    if (most <= 1e-12) continue;
    printf("# %s: %s was %.10g, is %.10g in the first run\n", scenario->name, sj_figure_names[f],
           scenario->figures[0][f], scenario->runs[f]);
    changed++;
  }
  return changed;
}

/* The model's scenarios. */
static size_t list(const char *path, struct scenario *all) {
  struct sj_error error = {""};
  struct sj_model *model = NULL;
  const struct sj_model_options options = {0};
  if (sj_model_load(path, &options, &model, &error)) sj_fail(path, error.message);
  const size_t count = sj_model_scenario_count(model);
  if (count > MOST_SCENARIOS) sj_fail(path, "too many scenarios");
  for (size_t i = 0; i < count; i++)
    snprintf(all[i].name, sizeof all[i].name, "%.100s", sj_model_scenario_name(model, i));
  sj_model_destroy(model);
  return count;
}

/* What the file has of each of the model's scenarios; they must be the same. */
static void find_kept(const char *path, struct scenario *all, size_t count) {
  struct scenario *const kept = calloc(MOST_SCENARIOS, sizeof *kept);
  if (!kept) sj_fail(path, "no memory");
  if (sj_read_runs(path, kept) != count) sj_fail(path, "it has more or fewer scenarios than the model");
  for (size_t i = 0; i < count; i++) {
    size_t k = 0;
    while (k < count && strcmp(kept[k].name, all[i].name) != 0) k++;
    if (k == count || kept[k].count != RUNS) sj_fail(all[i].name, "it is not kept, or with another number of runs");
    all[i] = kept[k];
  }
  free(kept);
}

int main(int count, char **arguments) {
  if (count < 3) sj_fail("usage", "kept MODEL KEPT [--keep]");
  const bool anew = count > 3 && !strcmp(arguments[3], "--keep");
  struct scenario *const all = calloc(MOST_SCENARIOS, sizeof *all);
  if (!all) sj_fail("kept", "no memory");
  const size_t scenarios = list(arguments[1], all);
  if (!anew) find_kept(arguments[2], all, scenarios);
  size_t changed = 0, figures = 0;
  for (size_t i = 0; i < scenarios; i++) {
    sj_simulate_scenario(arguments[1], RUNS, &seed, &all[i]);
    const size_t different = anew ? 0 : compare(&all[i]);
    changed += different > 0;
    figures += different;
  }
  if (anew) keep(arguments[2], all, scenarios);
  printf("%s 1 - no figure has changed: %zu of %zu in %zu of %zu scenarios have\n1..1\n", figures ? "not ok" : "ok",
         figures, scenarios * FIGURES, changed, scenarios);
  for (size_t i = 0; i < scenarios; i++) free(all[i].runs);
  free(all);
  return figures == 0 ? 0 : 1;
}
