#include "sojourn/solve.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "cli/calibration.h"
#include "cli/cli.h"
#include "cli/engines.h"
#include "cli/expectations.h"
#include "cli/page.h"
#include "cli/stages.h"
#include "model/model.h"
#include "results/json.h"
#include "results/results.h"
#include "results/store.h"
#include "results/table.h"
#include "solve/large.h"

/* One run of the command. */
struct job {
  const struct sj_options *options;
  struct sj_model *model;
  struct sj_solve_options solve;
  struct sj_results *results;
  struct sj_store *store;
  struct sj_calibration calibration; /* with --calibrate */
  struct sj_stages stages;
};

static bool given(const struct job *job, uint64_t option) { return job->options->given & option; }

static void on_progress(void *context, const struct sj_solve_progress *progress) {
  sj_stages_set(context, progress->stage, progress->share);
}

static void settings(struct job *job) {
  const struct sj_options *const options = job->options;
  struct sj_solve_options *const solve = &job->solve;
  sj_solve_options_default(solve);
  solve->horizon = options->horizon;
  solve->step = options->step;
  solve->eigenvalues = options->eigenvalues;
  solve->approximate = given(job, SJ_OPTION_APPROXIMATE);
  solve->picture = given(job, SJ_OPTION_PICTURE);
  solve->changes = given(job, SJ_OPTION_CHANGES);
  solve->large = given(job, SJ_OPTION_LARGE);
  solve->most_bytes = options->memory;
  solve->stop = sj_signals_defer();
  solve->on_progress = on_progress;
  solve->context = &job->stages;
}

/* ---- the results file ---- */

static enum sj_status load_kept(struct job *job, struct sj_error *error) {
  struct sj_results *asked = NULL;
  enum sj_status status = sj_solve_prepare(job->model, &job->solve, &asked, error);
  if (status == SJ_OK) status = sj_load_kept(job->store, asked, &job->results, error);
  sj_results_destroy(asked);
  return status;
}

/* Solves it, unless the results file holds what would be found. */
static enum sj_status compute(struct job *job, struct sj_error *error) {
  enum sj_status status = SJ_OK;
  /* Of several processes the first alone has the file, and all must work on it. */
  const bool alone = sj_large_launched() < 2;
  if (job->options->output && sj_large_launched_rank() == 0) {
    status = sj_store_open(job->options->output, SJ_STORE_WRITE, &job->store, error);
    if (status == SJ_OK && alone && !given(job, SJ_OPTION_AGAIN)) status = load_kept(job, error);
    if (status != SJ_OK || job->results) return status;
  }
  sj_stages_start(&job->stages, given(job, SJ_OPTION_QUIET) || sj_large_launched_rank() != 0);
  status = sj_solve(job->model, &job->solve, &job->results, error);
  sj_stages_end(&job->stages);
  if (status == SJ_OK && job->store && job->results)
    status = sj_keep(job->store, given(job, SJ_OPTION_AGAIN) || !alone, job->results, error);
  return status;
}

/* ---- what is printed ---- */

/* A row for each point of the transient, a column for each series. */
static void write_csv(const struct sj_results *results, FILE *out) {
  struct sj_text row = {0};
  sj_text_add(&row, "time");
  for (size_t s = 0; s < results->series_count; s++) {
    sj_text_add(&row, ",");
    sj_text_add_csv(&row, results->series[s].name);
  }
  fprintf(out, "%s\n", row.data);
  for (size_t point = 0; point < results->grid_count; point++) {
    row.length = 0;
    sj_text_add_csv_number(&row, results->grid_start + (double)point * results->grid_step);
    for (size_t s = 0; s < results->series_count; s++) {
      sj_text_add(&row, ",");
      sj_text_add_csv_number(&row, results->runs[0].series[s * results->grid_count + point]);
    }
    fprintf(out, "%s\n", row.data);
  }
  free(row.data);
}

static enum sj_status export_csv(const struct job *job, struct sj_error *error) {
  FILE *csv;
  const enum sj_status status = sj_csv_open(job->options, &csv, error);
  if (status != SJ_OK || !csv) return status;
  if (job->results->run_count > 0 && job->results->runs[0].series) write_csv(job->results, csv);
  return sj_csv_close(job->options, &csv, error);
}

static enum sj_status print_json(const struct job *job, struct sj_error *error) {
  json_t *const document = sj_results_json(job->results, "solve");
  if (document && job->model->expectation_count)
    json_object_set_new(document, "expectations", sj_expectations_json(job->model, job->results));
  if (document && job->solve.calibration)
    json_object_set_new(document, "calibration", sj_calibration_json(job->solve.calibration));
  char *const text = document ? sj_json_text(document) : NULL;
  if (text) sj_print(text);
  free(text);
  json_decref(document);
  return text ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}

/* What someone should know who takes the report at its word. */
static void add_advice(const struct job *job, struct sj_text *text) {
  bool orbit = false;
  for (size_t i = 0; i < job->results->metric_count && !orbit; i++) {
    const char *const dot = strstr(job->results->metrics[i].name, ".orbit.mean");
    orbit = dot && !isnan(sj_results_figure(job->results, i).value);
  }
  if (orbit && !job->solve.calibration)
    sj_note_text(
        "an orbit stands for the clients' timeouts and retries, with a share alpha of those who retry that no "
        "model says: `sojourn compare --engines` holds this against a simulation, `--calibrate` fits it to one",
        text);
  const double horizon = isnan(job->options->horizon) ? job->model->solve.horizon : job->options->horizon;
  double first = INFINITY;
  for (size_t i = 0; i < job->model->fault_count; i++) first = fmin(first, job->model->faults[i].at);
  if (first > horizon && isfinite(first)) {
    char *const note =
        sj_format("the transient ends at %g, before the model's fault at %g: --horizon goes further", horizon, first);
    sj_note_text(note, text);
    free(note);
  }
}

static enum sj_exit report(const struct job *job) {
  if (!job->results) return SJ_EXIT_DONE; /* the first process has them */
  const bool json = given(job, SJ_OPTION_JSON);
  const bool table = !json && !given(job, SJ_OPTION_QUIET) && !sj_csv_to_stdout(job->options);
  struct sj_error error;
  enum sj_status status = export_csv(job, &error);
  if (status == SJ_OK && json) status = print_json(job, &error);
  if (status != SJ_OK) return sj_complain(status, &error);
  if (table) {
    struct sj_text text = {0};
    if (job->solve.calibration) sj_calibration_table(job->solve.calibration, &text);
    sj_results_table(job->results, &text);
    add_advice(job, &text);
    sj_print(text.data);
    free(text.data);
  }
  const bool met = sj_expectations_report(job->model, job->results, table ? stdout : NULL, table ? NULL : stderr);
  if (table && job->store) printf("Kept in %s\n", job->options->output);
  status = sj_page_report(job->options, (const struct sj_results *const[]){job->results}, 1, NULL, !table, &error);
  if (status != SJ_OK) return sj_complain(status, &error);
  return met ? SJ_EXIT_DONE : SJ_EXIT_UNMET;
}

/* What the options of a simulation are for. */
static enum sj_status check_options(const struct job *job, struct sj_error *error) {
  const uint64_t simulation =
      SJ_OPTION_SEED | SJ_OPTION_RUNS | SJ_OPTION_DURATION | SJ_OPTION_DRAIN | SJ_OPTION_THREADS;
  if (!given(job, SJ_OPTION_CALIBRATE) && (job->options->given & simulation))
    return sj_error_set(error, SJ_INVALID,
                        "solve has no runs; --seed, --runs, --duration, --drain and --threads are for the "
                        "simulation of --calibrate");
  if (given(job, SJ_OPTION_CALIBRATE) && job->options->output)
    return sj_error_set(error, SJ_INVALID, "-o does not go with --calibrate: what it finds depends on a simulation");
  return SJ_OK;
}

static enum sj_status calibrate(struct job *job, struct sj_error *error) {
  struct sj_results *simulated = NULL;
  double step;
  enum sj_status status = sj_calibration_step(job->model, &job->solve, &step, error);
  if (status != SJ_OK) return status;
  const double duration = isnan(job->options->duration) ? job->model->run.duration : job->options->duration;
  const double most_cells = 2e5;
  status = sj_simulate_steady(job->options, job->model, fmax(step, duration / most_cells), &simulated, error);
  if (status == SJ_OK) status = sj_solve_calibrate(job->model, simulated, &job->solve, &job->calibration, error);
  if (status == SJ_OK) job->solve.calibration = &job->calibration;
  sj_results_destroy(simulated);
  return status;
}

/* Vectors over the states come and go: what one leaves is given to the next, by all threads, and not handed back to the
 * kernel, which would have to zero it again. */
static void keep_memory(void) {
#if defined(__GLIBC__)
  enum { LARGEST = 32 * 1024 * 1024, AT_ONCE = 1024 * 1024 };
  mallopt(M_MMAP_THRESHOLD, LARGEST);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  mallopt(M_TOP_PAD, AT_ONCE);
  mallopt(M_ARENA_MAX, 1);
#endif
}

static enum sj_exit solve(struct job *job) {
  struct sj_error error = {{0}};
  enum sj_status status = sj_check_scenario(job->options, job->model, &error);
  if (status == SJ_OK) status = check_options(job, &error);
  if (status == SJ_OK) status = sj_page_check(job->options, &error);
  if (status == SJ_OK) {
    settings(job);
    if (given(job, SJ_OPTION_CALIBRATE)) status = calibrate(job, &error);
    if (status == SJ_OK) status = compute(job, &error);
    if (status == SJ_OK && job->results)
      status = sj_page_ask(job->options, job->model, job->results, NULL, NULL, job->store, &error);
  }
  return status == SJ_OK ? report(job) : sj_complain_of_model(job->options, status, &error);
}

static enum sj_exit run(const struct sj_options *options) {
  struct job job = {.options = options};
  keep_memory();
  enum sj_exit code = sj_read_model(options, &job.model);
  if (code == SJ_EXIT_DONE) code = solve(&job);
  sj_store_close(job.store);
  sj_results_destroy(job.results);
  sj_model_destroy(job.model);
  return code;
}

const struct sj_command sj_command_solve = {
    .name = "solve",
    .argument = "MODEL",
    .summary = "the Markov chain: hitting times, verdict",
    .help =
        "Turns the model into a Markov chain and computes its figures, with no randomness and no intervals: the "
        "steady\n"
        "state, how fast the system forgets, how long it takes to drain, and whether a disturbance can take it down "
        "for\n"
        "long (metastable) or it is simply overloaded. A model with timeouts becomes a chain of requests in the "
        "system\n"
        "and requests that may retry; any other is solved exactly. Each figure has an error estimate. Exit codes: 0\n"
        "done, 1 an expectation of the model is not met, 2 the command or the model is wrong (what cannot be solved "
        "is\n"
        "named), 3 it could not be done, 130 interrupted.\n"
        "\n"
        "Example: sojourn solve models/retry-storm.lua --set client.arrivals.rate=8 --changes",
    .accepted = SJ_OPTION_SET | SJ_OPTION_SCENARIO | SJ_OPTION_OUTPUT | SJ_OPTION_AGAIN | SJ_OPTION_JSON |
                SJ_OPTION_CSV | SJ_OPTION_DATA | SJ_OPTION_QUIET | SJ_OPTION_HELP | SJ_OPTION_HORIZON | SJ_OPTION_STEP |
                SJ_OPTION_EIGENVALUES | SJ_OPTION_CHANGES | SJ_OPTION_PICTURE | SJ_OPTION_APPROXIMATE |
                SJ_OPTION_MEMORY | SJ_OPTION_CALIBRATE | SJ_OPTION_SEED | SJ_OPTION_RUNS | SJ_OPTION_DURATION |
                SJ_OPTION_DRAIN | SJ_OPTION_THREADS | SJ_OPTION_LARGE | SJ_OPTION_HTML,
    .run = run,
};
