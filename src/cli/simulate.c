#include "sojourn/simulate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/expectations.h"
#include "cli/find.h"
#include "cli/page.h"
#include "cli/progress.h"
#include "model/model.h"
#include "results/json.h"
#include "results/results.h"
#include "results/store.h"
#include "results/table.h"

/* One run of the command. */
struct job {
  const struct sj_options *options;
  struct sj_model *model;
  struct sj_simulate_options simulate;
  struct sj_results *results;
  uint32_t runs_wanted;
  size_t runs_kept; /* found in the results file */
  struct sj_store *store;
  int64_t result; /* its number in the store */
  struct sj_progress progress;
};

static bool given(const struct job *job, uint64_t option) { return job->options->given & option; }

static void on_progress(void *context, const struct sj_simulate_progress *state) {
  sj_progress_show(&((struct job *)context)->progress, state);
}

static enum sj_status on_run(void *context, const struct sj_results *results, const struct sj_run *run,
                             struct sj_error *error) {
  struct job *const job = context;
  return job->store ? sj_store_add_run(job->store, job->result, results, run, error) : SJ_OK;
}

static void settings(struct job *job) {
  const struct sj_options *const options = job->options;
  struct sj_simulate_options *const simulate = &job->simulate;
  sj_settings(options, simulate);
  job->runs_wanted = options->runs ? options->runs : job->model->run.runs;
  /* Of thousands of runs the histograms, series and heat maps would fill the memory. */
  simulate->values_only = options->output && !options->html && !given(job, SJ_OPTION_JSON);
  simulate->stop = sj_signals_defer();
  simulate->on_run = on_run;
  simulate->on_progress = on_progress;
  simulate->context = job;
  sj_progress_start(&job->progress, given(job, SJ_OPTION_QUIET));
}

/* What the results file holds already need not be computed. */
static enum sj_status open_store(struct job *job, struct sj_error *error) {
  if (!job->options->output) return SJ_OK;
  return sj_store_open(job->options->output, SJ_STORE_WRITE, &job->store, error);
}

static enum sj_status begin_result(struct job *job, struct sj_error *error) {
  if (!job->store) return SJ_OK;
  const enum sj_status status =
      sj_store_begin(job->store, job->results, job->runs_wanted, given(job, SJ_OPTION_AGAIN), &job->result, error);
  job->runs_kept = sj_results_run_count(job->results);
  for (size_t r = 0; r < job->runs_kept && job->simulate.values_only; r++)
    sj_run_keep_values(job->results, &job->results->runs[r]);
  return status;
}

/* Computes what is missing; SJ_OK or SJ_INTERRUPTED with results to report, or what went wrong. */
static enum sj_status compute(struct job *job, struct sj_error *error) {
  enum sj_status status = open_store(job, error);
  if (status == SJ_OK) status = sj_simulate_prepare(job->model, &job->simulate, &job->results, error);
  if (status == SJ_OK) status = begin_result(job, error);
  if (status == SJ_OK) status = sj_csv_open(job->options, &job->simulate.csv, error);
  if (status != SJ_OK) return status;
  if (job->simulate.csv && job->runs_kept && !given(job, SJ_OPTION_QUIET))
    fprintf(stderr, "sojourn: --csv has no rows of the %zu runs that %s held already\n", job->runs_kept,
            job->options->output);
  status = sj_simulate_run(job->model, &job->simulate, job->results, error);
  sj_progress_end(&job->progress);
  const enum sj_status closed =
      sj_csv_close(job->options, &job->simulate.csv, status == SJ_OK || status == SJ_INTERRUPTED ? error : NULL);
  if (status != SJ_OK && status != SJ_INTERRUPTED) return status;
  if (closed != SJ_OK) return closed;
  const enum sj_status stored = job->store ? sj_store_finish(job->store, job->result, job->results, error) : SJ_OK;
  const enum sj_status asked =
      stored == SJ_OK ? sj_page_ask(job->options, job->model, job->results, NULL, NULL, job->store, error) : stored;
  return asked == SJ_OK ? status : asked;
}

static enum sj_status print_json(const struct job *job, struct sj_error *error) {
  json_t *const document = sj_results_json(job->results, "simulate");
  if (document && job->model->expectation_count)
    json_object_set_new(document, "expectations", sj_expectations_json(job->model, job->results));
  char *const text = document ? sj_json_text(document) : NULL;
  if (text) sj_print(text);
  free(text);
  json_decref(document);
  return text ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}

static void print_table(const struct job *job) {
  struct sj_text text = {0};
  sj_results_table(job->results, &text);
  if (text.data) sj_print(text.data);
  free(text.data);
}

/* Prints what was found; the exit code for a simulation that was not interrupted. */
static enum sj_exit report(const struct job *job) {
  const bool json = given(job, SJ_OPTION_JSON);
  const bool table = !json && !given(job, SJ_OPTION_QUIET) && !sj_csv_to_stdout(job->options);
  struct sj_error error;
  if (json && print_json(job, &error) != SJ_OK) return sj_complain(SJ_NO_MEMORY, &error);
  if (table) print_table(job);
  /* Each unmet expectation is named, even where there is no table to name it in. */
  const bool met = sj_expectations_report(job->model, job->results, table ? stdout : NULL, table ? NULL : stderr);
  if (table && job->store) printf("Kept in %s\n", job->options->output);
  const bool any = sj_results_run_count(job->results) > 0;
  const enum sj_status status =
      sj_page_report(job->options, (const struct sj_results *const[]){job->results}, any, NULL, !table, &error);
  if (status != SJ_OK) return sj_complain(status, &error);
  return met ? SJ_EXIT_DONE : SJ_EXIT_UNMET;
}

static enum sj_exit report_interrupted(const struct job *job) {
  const size_t done = job->results ? sj_results_run_count(job->results) : 0;
  if (done || (job->results && given(job, SJ_OPTION_JSON))) report(job);
  fflush(stdout);
  fprintf(stderr, "sojourn: interrupted; %zu of %" PRIu32 " runs are done%s\n", done, job->runs_wanted,
          job->store ? "; the same command goes on from there" : "");
  return SJ_EXIT_INTERRUPTED;
}

static enum sj_exit simulate(struct job *job) {
  struct sj_error error = {{0}};
  enum sj_status status = sj_check_scenario(job->options, job->model, &error);
  if (status == SJ_OK) status = sj_page_check(job->options, &error);
  if (status == SJ_OK) {
    settings(job);
    status = compute(job, &error);
    sj_progress_end(&job->progress);
  }
  if (status == SJ_OK) return report(job);
  if (status == SJ_INTERRUPTED) return report_interrupted(job);
  return sj_complain(status, &error);
}

/* The search reads the model itself, once for each value. */
static enum sj_exit find(struct job *job) {
  struct sj_error error = {{0}};
  const enum sj_status status = sj_check_scenario(job->options, job->model, &error);
  return status == SJ_OK ? sj_find_command(job->options) : sj_complain(status, &error);
}

static enum sj_exit run(const struct sj_options *options) {
  struct job job = {.options = options};
  enum sj_exit code = sj_read_model(options, &job.model);
  if (code == SJ_EXIT_DONE) code = options->find ? find(&job) : simulate(&job);
  sj_store_close(job.store);
  sj_results_destroy(job.results);
  sj_model_destroy(job.model);
  return code;
}

const struct sj_command sj_command_simulate = {
    .name = "simulate",
    .argument = "MODEL",
    .summary = "run it: discrete events, confidence intervals",
    .help =
        "Runs the model several times, each with other random numbers, and prints every figure as its mean over the\n"
        "runs with the half width of the 95 % confidence interval. The same seed gives the same figures, whatever\n"
        "the number of threads. Exit codes: 0 done, 1 an expectation of the model is not met, 2 the command or the\n"
        "model is wrong, 3 it could not be done, 130 interrupted (finished runs are reported).\n"
        "\n"
        "With --find the value of one parameter or field is searched where an expectation begins or ends to hold: the\n"
        "largest arrival rate, the smallest number of threads. Runs are added where the interval holds the bound, so\n"
        "that both ends of the bracket that is reported are certain. Exit code 1: it is never met.\n"
        "\n"
        "Example: sojourn simulate models/mm1.lua --set web.arrivals.rate=9.5 --runs 4 -o mm1.db\n"
        "Example: sojourn simulate models/mm1.lua --find web.arrivals.rate --such-that \"web.latency.p99 < 2\"",
    .accepted = SJ_OPTION_SET | SJ_OPTION_SCENARIO | SJ_OPTION_SEED | SJ_OPTION_RUNS | SJ_OPTION_DURATION |
                SJ_OPTION_WARMUP | SJ_OPTION_DRAIN | SJ_OPTION_THREADS | SJ_OPTION_MEMBERS | SJ_OPTION_OUTPUT |
                SJ_OPTION_AGAIN | SJ_OPTION_JSON | SJ_OPTION_CSV | SJ_OPTION_DATA | SJ_OPTION_QUIET | SJ_OPTION_HELP |
                SJ_OPTION_FIND | SJ_OPTION_SUCH_THAT | SJ_OPTION_BETWEEN | SJ_OPTION_HTML,
    .run = run,
};
