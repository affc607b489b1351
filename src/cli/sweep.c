#include "cli/sweep.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/expectations.h"
#include "cli/page.h"
#include "model/metrics.h"
#include "model/model.h"
#include "results/json.h"
#include "results/results.h"
#include "solve/large.h"

/* The command's own options, in the order of `own`. */
enum { VARY, SIMULATE, SOLVE, SOBOL, SCRAMBLE, BY, SERIES };

static bool given(const struct sj_sweep_job *job, uint64_t option) { return job->options->given & option; }

const struct sj_results *sj_sweep_any(const struct sj_sweep *sweep) {
  for (size_t i = 0; i < sweep->point_count; i++)
    if (sweep->points[i].results) return sweep->points[i].results;
  return NULL;
}

size_t sj_sweep_checked(const struct sj_sweep_job *job) {
  const struct sj_results *const any = sj_sweep_any(job->sweep);
  size_t checked = 0;
  for (size_t i = 0; i < job->model->expectation_count && any; i++)
    checked += sj_expectation_check(&job->model->expectations[i], any).verdict != SJ_NOT_CHECKED;
  return checked;
}

size_t sj_sweep_unmet(const struct sj_sweep_job *job, size_t point) {
  const struct sj_results *const results = job->sweep->points[point].results;
  size_t unmet = 0;
  for (size_t i = 0; i < job->model->expectation_count && results; i++)
    unmet += sj_expectation_check(&job->model->expectations[i], results).verdict == SJ_NOT_MET;
  return unmet;
}

/* ---- what is asked ---- */

static enum sj_status check_options(const struct sj_sweep_job *job, struct sj_error *error) {
  const struct sj_options *const options = job->options;
  const uint64_t simulation =
      SJ_OPTION_SEED | SJ_OPTION_RUNS | SJ_OPTION_DURATION | SJ_OPTION_WARMUP | SJ_OPTION_DRAIN | SJ_OPTION_MEMBERS;
  const uint64_t solution =
      SJ_OPTION_HORIZON | SJ_OPTION_STEP | SJ_OPTION_EIGENVALUES | SJ_OPTION_APPROXIMATE | SJ_OPTION_MEMORY;
  if (options->own[SIMULATE] && options->own[SOLVE])
    return sj_error_set(error, SJ_INVALID, "--simulate and --solve: expected one of them");
  if (options->own[SOLVE] && (options->given & simulation))
    return sj_error_set(error, SJ_INVALID,
                        "--seed, --runs, --duration, --warmup, --drain and --members are for --simulate");
  if (!options->own[SOLVE] && (options->given & solution))
    return sj_error_set(error, SJ_INVALID,
                        "--horizon, --step, --eigenvalues, --approximate and --memory are for --solve");
  if (options->own[SCRAMBLE] && !options->own[SOBOL])
    return sj_error_set(error, SJ_INVALID, "--scramble needs --sobol N");
  if (!options->repeated[VARY].count)
    return sj_error_set(error, SJ_INVALID,
                        "nothing varies: give --vary PATH=a:b:step, as in --vary web.arrivals.rate=6:9:0.5");
  return SJ_OK;
}

/* The metrics of --by, which the engine must give. */
static enum sj_status check_metrics(const struct sj_sweep_job *job, struct sj_error *error) {
  const struct sj_texts *const by = &job->options->repeated[BY];
  for (size_t i = 0; i < by->count; i++) {
    bool simulate, solve;
    struct sj_error why;
    if (sj_metric_check(job->model, by->texts[i], &simulate, &solve, &why) != SJ_OK)
      return sj_error_set(error, SJ_INVALID, "--by %s: %.1000s", by->texts[i], why.message);
    if (!(job->how.solve ? solve : simulate))
      return sj_error_set(error, SJ_INVALID, "--by %s: %s does not give it", by->texts[i],
                          job->how.solve ? "solve" : "simulate");
  }
  return SJ_OK;
}

static enum sj_status load(void *context, const char *const *overrides, size_t count, struct sj_model **model,
                           struct sj_error *error) {
  const struct sj_sweep_job *const job = context;
  return sj_read_with(job->options, overrides, count, model, error);
}

static void on_progress(void *context, const struct sj_sweep_progress *state) {
  sj_progress_show_sweep(&((struct sj_sweep_job *)context)->progress, state);
}

static void on_remark(void *context, const char *remark) {
  struct sj_sweep_job *const job = context;
  sj_progress_end(&job->progress);
  if (!given(job, SJ_OPTION_QUIET)) fprintf(stderr, "sojourn: %s\n", remark);
}

static enum sj_status settings(struct sj_sweep_job *job, struct sj_error *error) {
  const struct sj_options *const options = job->options;
  struct sj_sweep_options *const how = &job->how;
  uint64_t samples = 0;
  sj_sweep_options_default(how);
  how->file = options->file;
  how->model.scenario = options->scenario_count ? options->scenarios[0] : NULL;
  how->vary = options->repeated[VARY].texts;
  how->vary_count = options->repeated[VARY].count;
  how->by = options->repeated[BY].texts;
  how->by_count = options->repeated[BY].count;
  enum sj_status status = SJ_OK;
  if (options->own[SOBOL]) status = sj_read_whole("--sobol", options->own[SOBOL], 2, UINT32_MAX, &samples, error);
  if (status == SJ_OK && options->own[SCRAMBLE])
    status = sj_read_whole("--scramble", options->own[SCRAMBLE], 0, UINT64_MAX, &how->scramble, error);
  how->samples = (uint32_t)samples;
  how->solve = options->own[SOLVE];
  sj_settings(options, &how->simulate);
  how->simulate.series = options->own[SERIES];
  how->how.horizon = options->horizon;
  how->how.step = options->step;
  how->how.eigenvalues = options->eigenvalues;
  how->how.approximate = given(job, SJ_OPTION_APPROXIMATE);
  how->how.most_bytes = options->memory;
  how->again = given(job, SJ_OPTION_AGAIN);
  how->load = load;
  how->on_progress = on_progress;
  how->on_remark = on_remark;
  how->context = job;
  return status;
}

/* ---- doing it ---- */

static enum sj_status open_files(struct sj_sweep_job *job, FILE **csv, struct sj_error *error) {
  const char *const output = job->options->output;
  enum sj_status status = sj_page_check(job->options, error);
  if (status == SJ_OK && output) status = sj_store_open(output, SJ_STORE_WRITE, &job->store, error);
  job->how.store = job->store;
  return status == SJ_OK ? sj_csv_open(job->options, csv, error) : status;
}

/* Under mpirun the first process alone has the files and speaks. */
static enum sj_status compute(struct sj_sweep_job *job, FILE **csv, struct sj_error *error) {
  const bool first = sj_large_launched_rank() == 0;
  job->how.simulate.stop = job->how.how.stop = sj_signals_defer();
  sj_progress_start(&job->progress, given(job, SJ_OPTION_QUIET) || !first);
  enum sj_status status = first ? open_files(job, csv, error) : SJ_OK;
  if (status == SJ_OK)
    status = sj_sweep_run(&job->how, &job->sweep, error);
  else
    sj_sweep_call_off();
  sj_progress_end(&job->progress);
  return status;
}

static enum sj_status print_json(const struct sj_sweep_job *job, struct sj_error *error) {
  json_t *const document = sj_sweep_json(job);
  char *const text = document ? sj_json_text(document) : NULL;
  if (text) sj_print(text);
  free(text);
  json_decref(document);
  return text ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}

/* The first failure if all points have the same one: then it is not the points' fault. */
static const struct sj_sweep_point *common_failure(const struct sj_sweep *sweep) {
  for (size_t i = 0; i < sweep->point_count; i++)
    if (!sweep->points[i].failure || strcmp(sweep->points[i].failure, sweep->points[0].failure) != 0) return NULL;
  return sweep->points;
}

/* Names what did not work; the exit code that follows. */
static enum sj_exit report_failures(const struct sj_sweep_job *job) {
  enum { NAMED = 5 };
  const struct sj_sweep *const sweep = job->sweep;
  const struct sj_sweep_point *const common = common_failure(sweep);
  if (common) {
    struct sj_error error;
    sj_error_set(&error, common->status, "%s", common->failure);
    return sj_complain_of_model(job->options, common->status, &error);
  }
  enum sj_exit code = SJ_EXIT_DONE;
  size_t named = 0;
  for (size_t i = 0; i < sweep->point_count; i++) {
    const struct sj_sweep_point *const point = &sweep->points[i];
    if (!point->failure) continue;
    if (point->status != SJ_INVALID || code == SJ_EXIT_DONE) code = sj_exit_of(point->status);
    if (named++ >= NAMED) continue;
    char *const where = sj_sweep_point_text(sweep, i);
    fprintf(stderr, "sojourn: no results at %s: %s\n", where, point->failure);
    free(where);
  }
  if (named > NAMED) fprintf(stderr, "sojourn: and at %zu more points\n", named - NAMED);
  return code;
}

static enum sj_exit report_expectations(const struct sj_sweep_job *job, bool table) {
  const size_t checked = sj_sweep_checked(job), all = job->model->expectation_count;
  const char *const engine = job->how.solve ? "solve" : "simulate";
  size_t points = 0;
  if (checked < all && table)
    printf("expectations: %zu of %zu not checked (%s does not give it)\n", all - checked, all, engine);
  if (!checked) return SJ_EXIT_DONE;
  for (size_t i = 0; i < job->sweep->point_count; i++) points += sj_sweep_unmet(job, i) > 0;
  if (table)
    printf("expectations: met at %zu of %zu points\n", job->sweep->done - points, job->sweep->done);
  else if (points)
    fprintf(stderr, "sojourn: expectations are not met at %zu of %zu points\n", points, job->sweep->done);
  return points ? SJ_EXIT_UNMET : SJ_EXIT_DONE;
}

static enum sj_exit report(struct sj_sweep_job *job, FILE **csv) {
  const bool json = given(job, SJ_OPTION_JSON);
  const bool table = !json && !given(job, SJ_OPTION_QUIET) && !sj_csv_to_stdout(job->options);
  const struct sj_results *const any = sj_sweep_any(job->sweep);
  struct sj_error error;
  if (any && !job->how.by_count) {
    job->columns = sj_sweep_usual_metrics(any, &job->column_count);
  } else {
    job->column_count = job->how.by_count;
    job->columns = sj_allocate_array(job->column_count, sizeof *job->columns);
    for (size_t i = 0; i < job->column_count; i++) job->columns[i] = job->how.by[i];
  }
  if (*csv) sj_sweep_csv(job, *csv);
  const enum sj_status closed = sj_csv_close(job->options, csv, &error);
  if (closed != SJ_OK) return sj_complain(closed, &error);
  if (json && print_json(job, &error) != SJ_OK) return sj_complain(SJ_NO_MEMORY, &error);
  if (table && any) {
    struct sj_text text = {0};
    sj_sweep_table(job, &text);
    sj_print(text.data);
    free(text.data);
  }
  const enum sj_exit unmet = any ? report_expectations(job, table) : SJ_EXIT_DONE;
  if (table && any && job->store) printf("Kept in %s\n", job->options->output);
  enum sj_status status = sj_sweep_ask(job, &error);
  if (status == SJ_OK) status = sj_sweep_page(job, !table, &error);
  if (status != SJ_OK) return sj_complain(status, &error);
  fflush(stdout);
  const enum sj_exit failed = report_failures(job);
  return failed != SJ_EXIT_DONE ? failed : unmet;
}

static enum sj_exit report_interrupted(struct sj_sweep_job *job, FILE **csv) {
  const struct sj_sweep *const sweep = job->sweep;
  if (sweep && (sweep->done || given(job, SJ_OPTION_JSON))) report(job, csv);
  fflush(stdout);
  if (sweep)
    fprintf(stderr, "sojourn: interrupted; %zu of %zu points are done%s\n", sweep->done, sweep->point_count,
            job->store ? "; the same command goes on from there" : "");
  return SJ_EXIT_INTERRUPTED;
}

static enum sj_exit sweep(struct sj_sweep_job *job) {
  struct sj_error error = {{0}};
  FILE *csv = NULL;
  enum sj_status status = sj_check_scenario(job->options, job->model, &error);
  if (status == SJ_OK) status = check_options(job, &error);
  if (status == SJ_OK) status = settings(job, &error);
  if (status == SJ_OK) status = check_metrics(job, &error);
  if (status == SJ_OK) status = compute(job, &csv, &error);
  enum sj_exit code;
  if (status == SJ_OK)
    code = job->sweep ? report(job, &csv) : SJ_EXIT_DONE; /* the first process has it */
  else if (status == SJ_INTERRUPTED)
    code = report_interrupted(job, &csv);
  else
    code = sj_complain_of_model(job->options, status, &error);
  sj_csv_close(job->options, &csv, NULL);
  return code;
}

static enum sj_exit run(const struct sj_options *options) {
  struct sj_sweep_job job = {.options = options};
  enum sj_exit code = sj_read_model(options, &job.model);
  if (code == SJ_EXIT_DONE) code = sweep(&job);
  sj_store_close(job.store);
  sj_sweep_destroy(job.sweep);
  sj_model_destroy(job.model);
  free(job.columns);
  return code;
}

static const struct sj_own_option own[] = {
    [VARY] = {"--vary", "PATH=a:b:step", "the values of a parameter or field: a range, or PATH=x,y,z (repeatable)"},
    [SIMULATE] = {"--simulate", NULL, "simulate each point (the default)"},
    [SOLVE] = {"--solve", NULL, "solve each point instead"},
    [SOBOL] = {"--sobol", "N", "no grid but a sample of N rows, for sensitivity indices"},
    [SCRAMBLE] = {"--scramble", "N", "another sample for another N (default: 1; 0: not scrambled)"},
    [BY] = {"--by", "METRIC", "a column of the table, a metric of the indices (repeatable)"},
    [SERIES] = {"--series", NULL, "keep the time series of each run too, which takes much room"},
    {NULL, NULL, NULL},
};

const struct sj_command sj_command_sweep = {
    .name = "sweep",
    .argument = "MODEL",
    .summary = "a grid or sample of parameters, in parallel",
    .help =
        "Simulates (or with --solve: solves) the model at every point of a grid: each value of one --vary with each "
        "of\n"
        "the others. All points have the same random numbers. A range is a:b:step (ends included), a:b:*factor, or a\n"
        "list x,y,z. With -o FILE.db finished points are kept, and a sweep that was interrupted or killed goes on "
        "where\n"
        "it was when the same command is given again.\n"
        "\n"
        "With --sobol N the points are a sample of N rows from which Sobol's indices are found: the share of a "
        "figure's\n"
        "variance that each parameter explains by itself (first) and has a part in (total). A range may then be a:b.\n"
        "\n"
        "Under mpirun the points are shared out over all processes: mpirun -n 8 sojourn sweep MODEL ... -o FILE.db\n"
        "\n"
        "Example: sojourn sweep models/mm1.lua --vary web.arrivals.rate=5:9:1 -o mm1.db\n"
        "Example: sojourn sweep models/mm1.lua --solve --sobol 256 --vary web.arrivals.rate=5:8",
    .accepted = SJ_OPTION_SET | SJ_OPTION_SCENARIO | SJ_OPTION_SEED | SJ_OPTION_RUNS | SJ_OPTION_DURATION |
                SJ_OPTION_WARMUP | SJ_OPTION_DRAIN | SJ_OPTION_THREADS | SJ_OPTION_MEMBERS | SJ_OPTION_OUTPUT |
                SJ_OPTION_AGAIN | SJ_OPTION_JSON | SJ_OPTION_CSV | SJ_OPTION_DATA | SJ_OPTION_QUIET | SJ_OPTION_HELP |
                SJ_OPTION_HORIZON | SJ_OPTION_STEP | SJ_OPTION_EIGENVALUES | SJ_OPTION_APPROXIMATE | SJ_OPTION_MEMORY |
                SJ_OPTION_HTML,
    .own = own,
    .repeatable_own = 1 << VARY | 1 << BY,
    .run = run,
};
