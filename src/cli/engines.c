#include "cli/engines.h"

#include <math.h>
#include <stdlib.h>

#include "cli/page.h"
#include "cli/progress.h"
#include "model/model.h"
#include "plot/engines.h"
#include "results/json.h"
#include "results/results.h"
#include "results/store.h"
#include "results/table.h"
#include "sojourn/compare.h"
#include "sojourn/simulate.h"
#include "sojourn/solve.h"

/* What both found. */
struct contest {
  const struct sj_options *options;
  struct sj_model *model;
  struct sj_store *store; /* NULL: nothing is kept */
  int64_t stored;         /* the simulation's number in it */
  struct sj_results *simulated, *solved;
  struct sj_agreement *agreements;
  size_t count, differing, tested; /* tested: of which it can be told whether they agree */
};

static const char no_faults[] = "faults are left out of both: a steady state has none";

static bool given(const struct contest *c, uint64_t option) { return c->options->given & option; }

/* A steady state has no faults. */
static struct sj_model without_faults(const struct sj_model *model) {
  struct sj_model steady = *model;
  steady.fault_count = 0;
  return steady;
}

/* What a simulation reports to. */
struct listener {
  struct sj_progress progress;
  struct sj_store *store; /* NULL: nothing is kept */
  int64_t stored;
};

static void on_progress(void *context, const struct sj_simulate_progress *state) {
  sj_progress_show(&((struct listener *)context)->progress, state);
}

static enum sj_status on_run(void *context, const struct sj_results *results, const struct sj_run *run,
                             struct sj_error *error) {
  const struct listener *const listener = context;
  return listener->store ? sj_store_add_run(listener->store, listener->stored, results, run, error) : SJ_OK;
}

/* Simulates the model as the settings say, with progress; with a store only what that does not hold, whose number there
 * is `*stored`. */
static enum sj_status simulate(const struct sj_options *options, const struct sj_model *model,
                               struct sj_simulate_options settings, struct sj_store *store, int64_t *stored,
                               struct sj_results **results, struct sj_error *error) {
  struct listener listener = {.store = store};
  settings.stop = sj_signals_defer();
  settings.on_progress = on_progress;
  settings.on_run = on_run;
  settings.context = &listener;
  sj_progress_start(&listener.progress, options->given & SJ_OPTION_QUIET);
  enum sj_status status = sj_simulate_prepare(model, &settings, results, error);
  if (status == SJ_OK && store)
    status = sj_store_begin(store, *results, options->runs ? options->runs : model->run.runs,
                            options->given & SJ_OPTION_AGAIN, &listener.stored, error);
  if (status == SJ_OK) status = sj_simulate_run(model, &settings, *results, error);
  sj_progress_end(&listener.progress);
  if (stored) *stored = listener.stored;
  if (status != SJ_OK && status != SJ_INTERRUPTED) {
    sj_results_destroy(*results);
    *results = NULL;
  }
  return status;
}

enum sj_status sj_simulate_steady(const struct sj_options *options, const struct sj_model *model, double series_step,
                                  struct sj_results **results, struct sj_error *error) {
  const struct sj_model steady = without_faults(model);
  struct sj_simulate_options settings;
  sj_settings(options, &settings);
  settings.series = true;
  settings.warmup = 0;
  settings.series_step = series_step;
  return simulate(options, &steady, settings, NULL, NULL, results, error);
}

static enum sj_status solve_steady(struct contest *c, const struct sj_model *steady, struct sj_error *error) {
  struct sj_solve_options solve;
  struct sj_results *asked = NULL;
  sj_solve_options_default(&solve);
  solve.approximate = given(c, SJ_OPTION_APPROXIMATE);
  solve.stop = sj_signals_defer();
  enum sj_status status = SJ_OK;
  if (c->store && !given(c, SJ_OPTION_AGAIN)) status = sj_solve_prepare(steady, &solve, &asked, error);
  if (status == SJ_OK && asked) status = sj_load_kept(c->store, asked, &c->solved, error);
  sj_results_destroy(asked);
  if (status != SJ_OK || c->solved) return status;
  status = sj_solve(steady, &solve, &c->solved, error);
  if (status == SJ_OK && c->store) status = sj_keep(c->store, given(c, SJ_OPTION_AGAIN), c->solved, error);
  return status;
}

static enum sj_status simulate_steady(struct contest *c, const struct sj_model *steady, struct sj_error *error) {
  struct sj_simulate_options settings;
  sj_settings(c->options, &settings);
  settings.values_only = !c->options->html; /* a page has their distributions */
  const enum sj_status status = simulate(c->options, steady, settings, c->store, &c->stored, &c->simulated, error);
  if (status != SJ_OK && status != SJ_INTERRUPTED) return status;
  if (c->model->fault_count && !sj_results_add_note(c->simulated, "%s", no_faults))
    return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  const enum sj_status kept = c->store ? sj_store_finish(c->store, c->stored, c->simulated, error) : SJ_OK;
  return kept == SJ_OK ? status : kept;
}

/* What was asked, with each of the two, and in it where both are. */
static enum sj_status ask(struct contest *c, struct sj_error *error) {
  struct sj_results *const both[] = {c->simulated, c->solved};
  char identities[2][65];
  enum sj_status status = SJ_OK;
  for (size_t i = 0; i < 2; i++) sj_results_identity(both[i], identities[i]);
  for (size_t i = 0; i < 2 && status == SJ_OK; i++) {
    json_t *const pair = json_object();
    json_object_set_new(pair, "simulate", json_string(identities[0]));
    json_object_set_new(pair, "solve", json_string(identities[1]));
    status = sj_page_ask(c->options, c->model, both[i], "engines", pair, c->store, error);
  }
  return status;
}

static enum sj_status compute(struct contest *c, struct sj_error *error) {
  const struct sj_model steady = without_faults(c->model);
  enum sj_status status = sj_page_check(c->options, error);
  if (status == SJ_OK && c->options->output)
    status = sj_store_open(c->options->output, SJ_STORE_WRITE, &c->store, error);
  /* First what is quick to refuse. */
  if (status == SJ_OK) status = solve_steady(c, &steady, error);
  if (status == SJ_OK) status = simulate_steady(c, &steady, error);
  if (status == SJ_OK) status = ask(c, error);
  if (status != SJ_OK) return status;
  c->agreements = calloc(sj_results_metric_count(c->simulated) + 1, sizeof *c->agreements);
  if (!c->agreements) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  c->count = sj_compare_engines(c->simulated, c->solved, c->agreements);
  for (size_t i = 0; i < c->count; i++) {
    c->differing += c->agreements[i].difference.distinguishable;
    c->tested += isnan(c->agreements[i].difference.p) ? 0 : 1;
  }
  return SJ_OK;
}

/* ---- for people ---- */

/* "+1.5 %", or from ten times on "12.3 times". */
static void difference_text(const struct sj_agreement *agreement, char text[32]) {
  const double relative = agreement->difference.relative.value;
  if (!isfinite(relative))
    snprintf(text, 32, "-");
  else if (relative == 0)
    snprintf(text, 32, "0 %%");
  else if (relative >= 9)
    snprintf(text, 32, "%.3g times", 1 + relative);
  else
    snprintf(text, 32, "%+.2f %%", 100 * relative);
}

static void add_rows(const struct contest *c, struct sj_grid *grid) {
  static const char *const headings[] = {"", "simulated", "solved", "difference", ""};
  for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) sj_grid_add(grid, headings[i]);
  for (size_t i = 0; i < c->count; i++) {
    const struct sj_agreement *const a = &c->agreements[i];
    char solved[32], half_width[32], difference[32];
    sj_figure_text((struct sj_figure){a->solved, NAN}, 1, solved, half_width);
    difference_text(a, difference);
    sj_grid_add(grid, a->metric);
    sj_grid_add_figure(grid, a->simulated, 1);
    sj_grid_add(grid, solved);
    sj_grid_add(grid, difference);
    const char *const untested = sj_results_run_count(c->simulated) > 1 ? "not seen" : "not tested";
    sj_grid_add(grid, a->difference.distinguishable ? "differs" : isnan(a->difference.p) ? untested : "");
  }
}

static void print_table(const struct contest *c) {
  struct sj_text text = {0};
  sj_text_add(&text, "%s%s%s%s: %zu runs simulated, against what was solved\n", c->model->file,
              c->model->scenario ? ", scenario \"" : "", c->model->scenario ? c->model->scenario : "",
              c->model->scenario ? "\"" : "", sj_results_run_count(c->simulated));
  sj_text_add(&text, "(time unit %s; ± is the 95 %% interval of the mean over runs)\n\n", c->model->time_unit);
  struct sj_grid grid = {0};
  sj_grid_start(&grid, 5);
  add_rows(c, &grid);
  sj_grid_print(&grid, 0, &text);
  sj_grid_clear(&grid);
  if (!c->tested)
    sj_text_add(&text, "\nNothing can be told from one run: how much it scatters is not known.\n");
  else if (!c->differing)
    sj_text_add(&text, "\nAll %zu figures agree, as far as these runs can tell.\n", c->tested);
  else
    sj_text_add(&text, "\n%zu of %zu figures differ by more than chance (5 %% for all looks together).\n", c->differing,
                c->tested);
  if (c->tested < c->count && c->tested > 0)
    sj_text_add(&text, "%zu more were never seen in the simulation: they may be too rare.\n", c->count - c->tested);
  if (c->differing && sj_engines_may_calibrate(c->agreements, c->count, c->model->server_count))
    sj_note_text(sj_engines_calibrate_note, &text);
  if (c->model->fault_count) sj_note_text(no_faults, &text);
  for (size_t i = 0; i < sj_results_note_count(c->solved); i++) sj_note_text(sj_results_note(c->solved, i), &text);
  sj_print(text.data);
  free(text.data);
}

/* ---- for programs ---- */

static json_t *difference_json(const struct sj_difference *difference) {
  json_t *const object = json_object();
  sj_json_set(object, "value", sj_json_number(difference->absolute.value));
  sj_json_set(object, "ci95", sj_json_number(difference->absolute.ci95));
  sj_json_set(object, "relative", sj_json_number(difference->relative.value));
  sj_json_set(object, "p", sj_json_number(difference->p));
  sj_json_set(object, "p_holm", sj_json_number(difference->adjusted_p));
  sj_json_set(object, "distinguishable", json_boolean(difference->distinguishable));
  return object;
}

static json_t *agreement_json(const struct sj_agreement *agreement) {
  json_t *const object = json_object(), *const simulated = json_object(), *const solved = json_object();
  sj_json_set(simulated, "value", sj_json_number(agreement->simulated.value));
  sj_json_set(simulated, "ci95", sj_json_number(agreement->simulated.ci95));
  sj_json_set(solved, "value", sj_json_number(agreement->solved));
  sj_json_set(object, "simulate", simulated);
  sj_json_set(object, "solve", solved);
  sj_json_set(object, "difference", difference_json(&agreement->difference));
  return object;
}

static enum sj_status print_json(const struct contest *c, struct sj_error *error) {
  json_t *const document = sj_results_json(c->simulated, "compare");
  if (!document) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  json_object_del(document, "metrics");
  json_t *const notes = json_object_get(document, "notes");
  for (size_t i = 0; i < sj_results_note_count(c->solved); i++)
    json_array_append_new(notes, sj_json_string(sj_results_note(c->solved, i)));
  json_t *const engines = json_object();
  for (size_t i = 0; i < c->count; i++)
    sj_json_set(engines, c->agreements[i].metric, agreement_json(&c->agreements[i]));
  sj_json_set(document, "engines", engines);
  char *const text = sj_json_text(document);
  if (text) sj_print(text);
  free(text);
  json_decref(document);
  return text ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}

static enum sj_status write_csv(const struct contest *c, struct sj_error *error) {
  FILE *csv;
  const enum sj_status status = sj_csv_open(c->options, &csv, error);
  if (status != SJ_OK || !csv) return status;
  fprintf(csv, "metric,simulated,ci95,solved,difference,relative,p_holm,distinguishable\n");
  struct sj_text row = {0};
  for (size_t i = 0; i < c->count; i++) {
    const struct sj_agreement *const a = &c->agreements[i];
    const double numbers[] = {
        a->simulated.value,           a->simulated.ci95,       a->solved, a->difference.absolute.value,
        a->difference.relative.value, a->difference.adjusted_p};
    row.length = 0;
    sj_text_add_csv(&row, a->metric);
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
      sj_text_add(&row, ",");
      sj_text_add_csv_number(&row, numbers[k]);
    }
    fprintf(csv, "%s,%d\n", row.data, a->difference.distinguishable);
  }
  free(row.data);
  return sj_csv_close(c->options, &csv, error);
}

static enum sj_exit report(const struct contest *c) {
  struct sj_error error;
  enum sj_status status = write_csv(c, &error);
  if (status == SJ_OK && given(c, SJ_OPTION_JSON)) status = print_json(c, &error);
  if (status != SJ_OK) return sj_complain(status, &error);
  const bool table = !given(c, SJ_OPTION_JSON) && !given(c, SJ_OPTION_QUIET) && !sj_csv_to_stdout(c->options);
  if (table) print_table(c);
  if (table && c->store) printf("Kept in %s\n", c->options->output);
  const struct sj_results *const both[] = {c->simulated, c->solved};
  status = sj_page_report(c->options, both, 2, NULL, !table, &error);
  return status == SJ_OK ? SJ_EXIT_DONE : sj_complain(status, &error);
}

/* What asks for a ranking has nothing to do here. */
static enum sj_status check(const struct sj_options *options, struct sj_error *error) {
  static const struct {
    uint64_t option;
    const char *name;
  } others[] = {{SJ_OPTION_BY, "--by"},
                {SJ_OPTION_AGAINST, "--against"},
                {SJ_OPTION_SCORE, "--score"},
                {SJ_OPTION_SCORE_BY, "--score-by"},
                {SJ_OPTION_MEMBERS, "--members"}};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (options->given & others[i].option)
      return sj_error_set(error, SJ_INVALID, "%s does not go with --engines", others[i].name);
  if (options->scenario_count > 1)
    return sj_error_set(error, SJ_INVALID, "--engines compares one scenario at a time; got %zu",
                        options->scenario_count);
  return SJ_OK;
}

enum sj_exit sj_engines_command(const struct sj_options *options) {
  struct contest c = {.options = options};
  struct sj_error error = {{0}};
  enum sj_status status = check(options, &error);
  if (status != SJ_OK) return sj_complain(status, &error);
  enum sj_exit code = sj_read_model(options, &c.model);
  if (code == SJ_EXIT_DONE) {
    status = sj_check_scenario(options, c.model, &error);
    if (status == SJ_OK) status = compute(&c, &error);
    if (status == SJ_INTERRUPTED) {
      fprintf(stderr, "sojourn: interrupted; there is nothing to compare yet%s\n",
              c.store ? "; the same command goes on from there" : "");
      code = SJ_EXIT_INTERRUPTED;
    } else {
      code = status == SJ_OK ? report(&c) : sj_complain_of_model(options, status, &error);
    }
  }
  free(c.agreements);
  sj_store_close(c.store);
  sj_results_destroy(c.simulated);
  sj_results_destroy(c.solved);
  sj_model_destroy(c.model);
  return code;
}
