#include "sojourn/simulate.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "cli/cli.h"
#include "cli/expectations.h"
#include "cli/progress.h"
#include "model/model.h"
#include "results/results.h"

/* One run of the command. */
struct job {
  const struct sj_options *options;
  struct sj_model *model;
  struct sj_simulate_options simulate;
  struct sj_results *results;
  struct sj_progress progress;
};

static bool given(const struct job *job, enum sj_option option) { return job->options->given & option; }

static bool csv_to_stdout(const struct job *job) { return job->options->csv && !strcmp(job->options->csv, "-"); }

static void on_progress(void *context, const struct sj_simulate_progress *state) {
  sj_progress_show(&((struct job *)context)->progress, state);
}

/* A file with scenarios has no one model to simulate. */
static enum sj_status check_scenario(const struct job *job, struct sj_error *error) {
  const size_t count = sj_model_scenario_count(job->model);
  if (!count || job->options->scenario) return SJ_OK;
  sj_error_set(error, SJ_INVALID, "%s has scenarios; choose one of them:", job->options->file);
  for (size_t i = 0; i < count; i++) sj_error_add(error, "  --scenario \"%s\"", sj_model_scenario_name(job->model, i));
  return SJ_INVALID;
}

static void settings(struct job *job) {
  const struct sj_options *const options = job->options;
  struct sj_simulate_options *const simulate = &job->simulate;
  sj_simulate_options_default(simulate);
  simulate->seed_given = given(job, SJ_OPTION_SEED);
  simulate->seed = options->seed;
  simulate->runs = options->runs;
  simulate->threads = options->threads;
  simulate->duration = options->duration;
  simulate->warmup = options->warmup;
  simulate->drain = options->drain;
  simulate->members = given(job, SJ_OPTION_MEMBERS);
  simulate->series = options->output != NULL;
  simulate->stop = sj_signals_defer();
  simulate->on_progress = on_progress;
  simulate->context = job;
  sj_progress_start(&job->progress, given(job, SJ_OPTION_QUIET));
}

static enum sj_status open_csv(struct job *job, struct sj_error *error) {
  const char *const path = job->options->csv;
  if (!path) return SJ_OK;
  if (csv_to_stdout(job)) {
    job->simulate.csv = stdout;
    return SJ_OK;
  }
  struct stat model, csv;
  if (stat(job->options->file, &model) == 0 && stat(path, &csv) == 0 && model.st_dev == csv.st_dev &&
      model.st_ino == csv.st_ino)
    return sj_error_set(error, SJ_INVALID, "--csv %s would overwrite the model", path);
  job->simulate.csv = fopen(path, "w");
  if (!job->simulate.csv) return sj_error_set(error, SJ_FAILED, "%s: %s", path, strerror(errno));
  return SJ_OK;
}

static enum sj_status close_csv(struct job *job, struct sj_error *error) {
  FILE *const csv = job->simulate.csv;
  if (!csv || csv == stdout) return SJ_OK;
  job->simulate.csv = NULL;
  const bool failed_before = ferror(csv) != 0;
  errno = 0;
  if (fclose(csv) == 0 && !failed_before) return SJ_OK;
  return sj_error_set(error, SJ_FAILED, "%s: %s", job->options->csv, errno ? strerror(errno) : "write error");
}

static enum sj_exit run(const struct sj_options *options) {
  struct job job = {.options = options};
  struct sj_error error = {{0}};
  (void)check_scenario;
  (void)settings;
  (void)open_csv;
  (void)close_csv;
  (void)job;
  sj_error_set(&error, SJ_FAILED, "not yet");
  return sj_complain(SJ_FAILED, &error);
}

const struct sj_command sj_command_simulate = {
    .name = "simulate",
    .argument = "MODEL",
    .summary = "run it: discrete events, replicated, with confidence intervals",
    .help =
        "Runs the model several times, each with other random numbers, and prints every figure as its mean over the\n"
        "runs with the half width of the 95 % confidence interval. The same seed gives the same figures, whatever\n"
        "the number of threads. Exit codes: 0 done, 1 an expectation of the model is not met, 2 the command or the\n"
        "model is wrong, 3 it could not be done, 130 interrupted (finished runs are reported).\n"
        "\n"
        "Example: sojourn simulate models/mm1.lua --set web.arrivals.rate=9.5 --runs 4 -o mm1.db",
    .accepted = SJ_OPTION_SET | SJ_OPTION_SCENARIO | SJ_OPTION_SEED | SJ_OPTION_RUNS | SJ_OPTION_DURATION |
                SJ_OPTION_WARMUP | SJ_OPTION_DRAIN | SJ_OPTION_THREADS | SJ_OPTION_MEMBERS | SJ_OPTION_OUTPUT |
                SJ_OPTION_AGAIN | SJ_OPTION_JSON | SJ_OPTION_CSV | SJ_OPTION_DATA | SJ_OPTION_QUIET | SJ_OPTION_HELP,
    .run = run,
};
