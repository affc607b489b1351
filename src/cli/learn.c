#include "sojourn/learn.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base.h"
#include "cli/cli.h"
#include "cli/expectations.h"
#include "cli/learn.h"
#include "cli/page.h"
#include "cli/progress.h"
#include "learn/report.h"
#include "model/model.h"
#include "results/json.h"
#include "results/results.h"
#include "results/store.h"
#include "results/table.h"
#include "sojourn/simulate.h"

/* In the order of their texts in sj_options.own. */
enum own {
  METHOD,
  FEATURES,
  SERVER,
  TOGETHER,
  TIME_COLUMN,
  RUN_COLUMN,
  STEP,
  GAP,
  TEST_SHARE,
  LATENT,
  WIDTHS,
  EPOCHS,
  PATIENCE,
  LINEAR,
  RATE,
  LIMIT,
  DELAYS,
  DEGREE,
  RADIAL,
  RIDGE,
  SAVE,
  PREDICT,
  HORIZON,
  NO_SOLVE
};
static const struct sj_own_option own[] = {
    {"--method", "NAME", "autoencoder (default) or edmd, extended dynamic mode decomposition"},
    {"--features", "A,B,...", "columns, or series of the model, to learn (default: all; of a model --server)"},
    {"--server", "NAME", "of a model, its in_system and sojourn (default: each server, by itself)"},
    {"--together", NULL, "of a model: all servers' in_system and all clients' latency, in one"},
    {"--time-column", "NAME", "the column with the time (default: time)"},
    {"--run-column", "NAME", "the column that tells runs apart (default: each file is one run)"},
    {"--step", "T", "of the grid (default: the median distance of the samples; of runs a thousandth)"},
    {"--gap", "T", "between samples further apart nothing is known (default: three steps)"},
    {"--test-share", "X", "share of the runs held out for the test, the last ones (default: 0.25)"},
    {"--latent", "N", "autoencoder: size of the latent state (default: 20)"},
    {"--widths", "N,N,...", "autoencoder: the encoder's hidden layers, or none (default: 100,500)"},
    {"--epochs", "N", "autoencoder: at most (default: 1000)"},
    {"--patience", "N", "autoencoder: end after so many epochs without progress, 0 never (default: 200)"},
    {"--linear", "X", "autoencoder: share of the epochs, the first, to keep the network linear (default: 0.7)"},
    {"--rate", "X", "autoencoder: step of the optimizer, Adam (default: 1e-4)"},
    {"--limit", "X", "autoencoder: of the spectral norm of the step in latent space (default: 0.99)"},
    {"--delays", "N", "edmd: earlier states beside the present one (default: 1)"},
    {"--degree", "N", "edmd: of the monomials of the present state (default: 1)"},
    {"--radial", "N", "edmd: radial functions of the present state (default: 0)"},
    {"--ridge", "X", "edmd: penalty of large coefficients (default: 1e-10)"},
    {"--save", "FILE", "write the learned model to a file"},
    {"--predict", "FILE", "do not learn: predict DATA with the model of that file"},
    {"--horizon", "T", "predict up to there (default: as long as the data)"},
    {"--no-solve", NULL, "of a model: do not solve it to have the exact figures beside the learned ones"},
    {NULL, NULL, NULL},
};

/* What is learned by itself; see sj_learn_subject. */
struct sj_subject {
  struct sj_trajectories *trajectories; /* its own; or NULL, the job's */
  struct sj_learned *model;
};

/* One run of the command. Lists point into texts that are the job's. */
struct job {
  const struct sj_options *options;
  struct sj_reading reading;
  struct sj_learn_options learn;
  double horizon;
  char *features_text;
  const char **features;
  size_t widths[8];
  struct sj_model *model;  /* MODEL; NULL for data */
  struct sj_model *stored; /* that of a results file; NULL if it cannot be had again, which `why_not` tells */
  char *why_not;
  struct sj_trajectories *trajectories;
  struct sj_subject *subjects;
  size_t subject_count;      /* learned so far */
  struct sj_learned *loaded; /* --predict */
  struct sj_results *results;
  struct sj_store *store;
  struct sj_progress progress;
  double started_s;
};

static bool given(const struct job *job, uint64_t option) { return job->options->given & option; }

static double monotonic_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- settings ---- */

static enum sj_status whole(const struct job *job, enum own option, uint64_t least, uint64_t most, size_t *n,
                            struct sj_error *error) {
  const char *const text = job->options->own[option];
  uint64_t value = *n;
  const enum sj_status status = text ? sj_read_whole(own[option].name, text, least, most, &value, error) : SJ_OK;
  *n = (size_t)value;
  return status;
}

static enum sj_status number(const struct job *job, enum own option, bool zero, double *x, struct sj_error *error) {
  const char *const text = job->options->own[option];
  return text ? sj_read_positive(own[option].name, text, zero, x, error) : SJ_OK;
}

static enum sj_status read_method(struct job *job, struct sj_error *error) {
  const char *const text = job->options->own[METHOD];
  if (!text || !strcmp(text, "autoencoder")) return SJ_OK;
  if (strcmp(text, "edmd") != 0)
    return sj_error_set(error, SJ_INVALID, "--method %s: expected autoencoder or edmd", text);
  job->learn.method = SJ_LEARN_EDMD;
  return SJ_OK;
}

static enum sj_status read_widths(struct job *job, struct sj_error *error) {
  const char *text = job->options->own[WIDTHS];
  enum { MOST = sizeof job->widths / sizeof *job->widths };
  if (!text) return SJ_OK;
  job->learn.widths = job->widths;
  job->learn.width_count = 0;
  if (!strcmp(text, "none")) return SJ_OK;
  for (;;) {
    const size_t length = strcspn(text, ",");
    char *const part = sj_format("%.*s", (int)length, text);
    uint64_t n = 0;
    const bool room = job->learn.width_count < MOST;
    const enum sj_status status = room ? sj_read_whole("--widths", part, 1, 100000, &n, error)
                                       : sj_error_set(error, SJ_INVALID, "--widths: expected at most %d", MOST);
    free(part);
    if (status != SJ_OK) return status;
    job->widths[job->learn.width_count++] = (size_t)n;
    if (!text[length]) return SJ_OK;
    text += length + 1;
  }
}

static enum sj_status read_features(struct job *job, struct sj_error *error) {
  if (!job->options->own[FEATURES]) return SJ_OK;
  job->features_text = sj_copy_string(job->options->own[FEATURES]);
  for (char *part = job->features_text; part;) {
    char *const comma = strchr(part, ',');
    if (comma) *comma = 0;
    if (!*part) return sj_error_set(error, SJ_INVALID, "--features %s: an empty name", job->options->own[FEATURES]);
    job->features = sj_reallocate_array(job->features, job->reading.feature_count + 1, sizeof *job->features);
    job->features[job->reading.feature_count++] = part;
    part = comma ? comma + 1 : NULL;
  }
  job->reading.features = job->features;
  return SJ_OK;
}

static enum sj_status read_test_share(struct job *job, struct sj_error *error) {
  const enum sj_status status = number(job, TEST_SHARE, true, &job->reading.test_share, error);
  if (status == SJ_OK && job->reading.test_share >= 1)
    return sj_error_set(error, SJ_INVALID, "--test-share %s: expected less than 1", job->options->own[TEST_SHARE]);
  return status;
}

/* What one method does not know would silently do nothing. */
static enum sj_status check_method(const struct job *job, struct sj_error *error) {
  const bool edmd = job->learn.method == SJ_LEARN_EDMD;
  for (int i = LATENT; i <= RIDGE; i++)
    if (job->options->own[i] && (i >= DELAYS) != edmd)
      return sj_error_set(error, SJ_INVALID, "%s is for --method %s", own[i].name, edmd ? "autoencoder" : "edmd");
  if (!job->options->own[PREDICT]) return SJ_OK;
  for (int i = METHOD; i <= SAVE; i++)
    if (job->options->own[i] && i != TIME_COLUMN && i != RUN_COLUMN && i != GAP)
      return sj_error_set(error, SJ_INVALID, "%s and --predict: the model of that file is learned already",
                          own[i].name);
  return SJ_OK;
}

/* Three ways to say what is learned together. */
static enum sj_status check_choice(const struct job *job, struct sj_error *error) {
  const char *const *const own_texts = job->options->own;
  if (own_texts[FEATURES] && (own_texts[SERVER] || own_texts[TOGETHER]))
    return sj_error_set(error, SJ_INVALID, "--features names all there is to learn: expected no %s beside it",
                        own[own_texts[SERVER] ? SERVER : TOGETHER].name);
  if (own_texts[SERVER] && own_texts[TOGETHER])
    return sj_error_set(error, SJ_INVALID, "--server takes one, --together all: expected one of the two");
  return SJ_OK;
}

static enum sj_status settings(struct job *job, struct sj_error *error) {
  const struct sj_options *const options = job->options;
  struct sj_learn_options *const learn = &job->learn;
  sj_reading_default(&job->reading);
  sj_learn_options_default(learn);
  job->horizon = NAN;
  job->reading.time_column = options->own[TIME_COLUMN];
  job->reading.run_column = options->own[RUN_COLUMN];
  job->reading.server = options->own[SERVER];
  if (given(job, SJ_OPTION_SEED)) learn->seed = options->seed;
  learn->threads = options->threads;
  enum sj_status status = read_method(job, error);
  if (status == SJ_OK) status = read_features(job, error);
  if (status == SJ_OK) status = read_widths(job, error);
  if (status == SJ_OK) status = read_test_share(job, error);
  if (status == SJ_OK) status = number(job, STEP, false, &job->reading.step, error);
  if (status == SJ_OK) status = number(job, GAP, false, &job->reading.gap, error);
  if (status == SJ_OK) status = number(job, HORIZON, false, &job->horizon, error);
  if (status == SJ_OK) status = number(job, LINEAR, true, &learn->linear, error);
  if (status == SJ_OK && learn->linear > 1)
    status = sj_error_set(error, SJ_INVALID, "--linear %s: expected a share from 0 to 1", job->options->own[LINEAR]);
  if (status == SJ_OK) status = number(job, RATE, false, &learn->rate, error);
  if (status == SJ_OK) status = number(job, LIMIT, false, &learn->limit, error);
  if (status == SJ_OK) status = number(job, RIDGE, true, &learn->ridge, error);
  if (status == SJ_OK) status = whole(job, LATENT, 1, SJ_MOST_LATENT, &learn->latent, error);
  if (status == SJ_OK) status = whole(job, EPOCHS, 0, 1000000000, &learn->epochs, error);
  if (status == SJ_OK) status = whole(job, PATIENCE, 0, 1000000000, &learn->patience, error);
  if (status == SJ_OK) status = whole(job, DELAYS, 0, SJ_MOST_LATENT, &learn->delays, error);
  if (status == SJ_OK) status = whole(job, DEGREE, 1, 16, &learn->degree, error);
  if (status == SJ_OK) status = whole(job, RADIAL, 0, SJ_MOST_LATENT, &learn->radial, error);
  if (status == SJ_OK) status = check_choice(job, error);
  return status == SJ_OK ? check_method(job, error) : status;
}

/* ---- trajectories ---- */

static bool is_stored(const struct job *job) { return !job->model && sj_store_is_database(job->options->file); }

/* Whether the model is solved, too, to have exact figures beside the learned ones. */
static bool looks_beside(const struct job *job) {
  return (job->model || is_stored(job)) && !job->options->own[NO_SOLVE];
}

static bool ends_with(const char *name, const char *ending) {
  const size_t length = strlen(name), end = strlen(ending);
  return length >= end && strcmp(name + length - end, ending) == 0;
}

static void on_progress(void *context, const struct sj_simulate_progress *state) {
  sj_progress_show(&((struct job *)context)->progress, state);
}

static enum sj_status from_results(struct job *job, const struct sj_results *results, struct sj_error *error) {
  return (job->options->own[TOGETHER] ? sj_trajectories_from_results : sj_trajectories_by_server)(
      results, &job->reading, &job->trajectories, error);
}

static enum sj_status simulate(struct job *job, struct sj_error *error) {
  struct sj_simulate_options how;
  struct sj_results *results = NULL;
  enum sj_status status = sj_check_scenario(job->options, job->model, error);
  if (status != SJ_OK) return status;
  sj_settings(job->options, &how);
  how.series = true;
  how.series_step = job->reading.step;
  how.warmup = 0; /* the beginning is what there is to learn from */
  how.stop = job->learn.stop;
  how.on_progress = on_progress;
  how.context = job;
  status = sj_simulate_prepare(job->model, &how, &results, error);
  if (status == SJ_OK) status = sj_simulate_run(job->model, &how, results, error);
  sj_progress_end(&job->progress);
  job->reading.step = NAN; /* it is that of the series */
  if (status == SJ_OK) status = from_results(job, results, error);
  sj_results_destroy(results);
  return status;
}

/* The newest simulation with series in a results file. */
static enum sj_status from_store(struct job *job, struct sj_error *error) {
  const char *const wanted = job->options->scenario_count ? job->options->scenarios[0] : NULL;
  struct sj_store *store = NULL;
  struct sj_store_entry *entries = NULL;
  struct sj_results *results = NULL;
  size_t count = 0;
  enum sj_status status = sj_store_open(job->options->file, SJ_STORE_READ, &store, error);
  if (status == SJ_OK) status = sj_store_list(store, &entries, &count, error);
  for (size_t i = count; i-- > 0 && status == SJ_OK && !results;) {
    if (strcmp(entries[i].engine, "simulate") != 0) continue;
    if (wanted && (!entries[i].scenario || strcmp(entries[i].scenario, wanted) != 0)) continue;
    status = sj_store_load(store, entries[i].result, &results, error);
    if (status != SJ_OK || results->series_count > 0) continue;
    sj_results_destroy(results);
    results = NULL;
  }
  if (status == SJ_OK && !results)
    status = sj_error_set(error, SJ_INVALID, "%s: no simulation with time series%s%s", job->options->file,
                          wanted ? " of the scenario " : "", wanted ? wanted : "");
  if (status == SJ_OK) status = from_results(job, results, error);
  if (status == SJ_OK && results && looks_beside(job)) {
    struct sj_error why;
    if (sj_model_from_canonical(results->model, results->canonical, results->duration, &job->stored, &why) != SJ_OK)
      job->why_not = sj_copy_string(why.message);
  }
  sj_results_destroy(results);
  sj_store_list_destroy(entries, count);
  sj_store_close(store);
  return status;
}

static enum sj_status check_data_options(const struct job *job, bool data, struct sj_error *error) {
  const struct sj_options *const options = job->options;
  if (!data && options->file_count > 1)
    return sj_error_set(error, SJ_INVALID, "expected one model or results file, got %s and %s", options->files[0],
                        options->files[1]);
  for (int i = SERVER; i <= TOGETHER; i++)
    if (data && options->own[i])
      return sj_error_set(error, SJ_INVALID, "%s is for models and results files, and %s is none", own[i].name,
                          options->file);
  for (int i = TIME_COLUMN; i <= GAP; i++)
    if (!data && i != STEP && options->own[i])
      return sj_error_set(error, SJ_INVALID, "%s is for data of columns, and %s is none", own[i].name, options->file);
  const uint64_t of_models = SJ_OPTION_SET | SJ_OPTION_RUNS | SJ_OPTION_DURATION | SJ_OPTION_DATA;
  if (!job->model && (options->given & of_models))
    return sj_error_set(error, SJ_INVALID, "--set, --runs, --duration and --data are for models, and %s is none",
                        options->file);
  return SJ_OK;
}

static enum sj_status get_trajectories(struct job *job, struct sj_error *error) {
  const bool stored = is_stored(job), data = !job->model && !stored;
  enum sj_status status = check_data_options(job, data, error);
  if (status != SJ_OK) return status;
  if (job->model) return simulate(job, error);
  if (stored) return from_store(job, error);
  if (given(job, SJ_OPTION_SCENARIO))
    return sj_error_set(error, SJ_INVALID, "--scenario is for models and results files, and %s is none",
                        job->options->file);
  return sj_trajectories_read(job->options->files, job->options->file_count, &job->reading, &job->trajectories, error);
}

/* ---- the results file ---- */

static enum sj_status load_kept(struct job *job, struct sj_error *error) {
  struct sj_results *const asked =
      sj_learn_results_prepare(&job->learn, job->trajectories, job->horizon, looks_beside(job));
  if (!asked) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  const enum sj_status status = sj_load_kept(job->store, asked, &job->results, error);
  sj_results_destroy(asked);
  return status;
}

/* ---- learning ---- */

static void on_epoch(void *context, size_t epoch, size_t epochs, double loss) {
  sj_progress_show_epoch(&((struct job *)context)->progress, epoch, epochs, loss);
}

static enum sj_status check_save(const struct job *job, struct sj_error *error) {
  const struct sj_trajectories *const from = job->trajectories;
  if (!job->options->own[SAVE] || from->group_count <= 1) return SJ_OK;
  return sj_error_set(error, SJ_INVALID,
                      "--save: %zu servers are learned each by itself, %s, %s%s; expected --server with one, or "
                      "--together",
                      from->group_count, from->groups[0].server, from->groups[1].server,
                      from->group_count > 2 ? ", ..." : "");
}

static struct sj_trajectories *trajectories_of(const struct job *job, size_t subject) {
  return job->subjects[subject].trajectories ? job->subjects[subject].trajectories : job->trajectories;
}

static enum sj_status learn_one(struct job *job, size_t index, struct sj_error *error) {
  const struct sj_trajectories *const all = job->trajectories;
  struct sj_subject *const subject = &job->subjects[index];
  if (all->group_count > 0) subject->trajectories = sj_trajectories_select(all, &all->groups[index]);
  if (all->group_count > 0 && !subject->trajectories) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  sj_progress_start(&job->progress, given(job, SJ_OPTION_QUIET));
  const enum sj_status status = sj_learn_train(trajectories_of(job, index), &job->learn, &subject->model, error);
  sj_progress_end(&job->progress);
  job->subject_count += subject->model != NULL;
  return status;
}

static enum sj_status learn(struct job *job, struct sj_error *error) {
  const size_t groups = job->trajectories->group_count, count = groups > 0 ? groups : 1;
  job->learn.on_epoch = on_epoch;
  job->learn.context = job;
  job->subjects = sj_allocate_array(count, sizeof *job->subjects);
  enum sj_status status = check_save(job, error);
  for (size_t i = 0; i < count && status == SJ_OK; i++) status = learn_one(job, i, error);
  const bool interrupted = status == SJ_INTERRUPTED;
  if (status != SJ_OK && !interrupted) return status;
  for (size_t i = job->subject_count; i < groups; i++)
    sj_trajectories_note(job->trajectories, "%s is not learned", job->trajectories->groups[i].server);
  if (job->options->own[SAVE]) status = sj_learned_save(job->subjects[0].model, job->options->own[SAVE], error);
  return interrupted && status == SJ_OK ? SJ_INTERRUPTED : status;
}

static enum sj_status use_loaded(struct job *job) {
  job->subjects = sj_allocate_array(1, sizeof *job->subjects);
  job->subjects[0].model = job->loaded;
  job->loaded = NULL;
  job->subject_count = 1;
  return SJ_OK;
}

/* Features and step are those of the model of the file, whatever else is in the data. */
static enum sj_status load_learned(struct job *job, struct sj_error *error) {
  const enum sj_status status = sj_learned_load(job->options->own[PREDICT], &job->loaded, error);
  if (status != SJ_OK) return status;
  const size_t count = sj_learned_feature_count(job->loaded);
  job->features = sj_reallocate_array(job->features, count, sizeof *job->features);
  for (size_t i = 0; i < count; i++) job->features[i] = sj_learned_feature(job->loaded, i);
  job->reading.features = job->features;
  job->reading.feature_count = count;
  job->reading.step = sj_learned_step(job->loaded);
  job->reading.any_length = true;
  job->reading.test_share = 1; /* all of it is a test */
  return SJ_OK;
}

static enum sj_status make_results(struct job *job, struct sj_error *error) {
  const struct sj_trajectories *const all = job->trajectories;
  struct sj_solved_beside solved = {0};
  struct sj_learn_subject *const subjects = sj_allocate_array(job->subject_count, sizeof *subjects);
  for (size_t i = 0; i < job->subject_count; i++)
    subjects[i] = (struct sj_learn_subject){.name = all->group_count > 0 ? all->groups[i].server : NULL,
                                            .model = job->subjects[i].model,
                                            .trajectories = trajectories_of(job, i)};
  const struct sj_model *const model = job->model ? job->model : job->stored;
  if (looks_beside(job) && model) sj_solve_beside(model, all, subjects, job->subject_count, job->learn.stop, &solved);
  const char *const why_not = solved.why_not ? solved.why_not : job->why_not;
  char *const note = why_not ? sj_format("no exact figures beside the learned ones: %s", why_not) : NULL;
  const enum sj_status status = sj_learn_report(all, subjects, job->subject_count, job->horizon, looks_beside(job),
                                                solved.figures, solved.count, note, &job->results, error);
  free(note);
  free(subjects);
  sj_solved_beside_clear(&solved);
  return status;
}

static enum sj_status compute(struct job *job, struct sj_error *error) {
  enum sj_status status = job->options->own[PREDICT] ? load_learned(job, error) : SJ_OK;
  if (status == SJ_OK) status = get_trajectories(job, error);
  if (status == SJ_OK && job->options->output)
    status = sj_store_open(job->options->output, SJ_STORE_WRITE, &job->store, error);
  const bool look = job->store && !given(job, SJ_OPTION_AGAIN) && !job->options->own[SAVE] && !job->loaded;
  if (status == SJ_OK && look) status = load_kept(job, error);
  if (status != SJ_OK || job->results) return status;
  status = job->loaded ? use_loaded(job) : learn(job, error);
  const bool interrupted = status == SJ_INTERRUPTED;
  if (status != SJ_OK && !interrupted) return status;
  status = make_results(job, error);
  if (status != SJ_OK) return status;
  job->results->wall_seconds = monotonic_s() - job->started_s;
  if (job->store) status = sj_keep(job->store, given(job, SJ_OPTION_AGAIN), job->results, error);
  return interrupted && status == SJ_OK ? SJ_INTERRUPTED : status;
}

/* ---- what is printed ---- */

static enum sj_status export_csv(const struct job *job, struct sj_error *error) {
  FILE *csv;
  const enum sj_status status = sj_csv_open(job->options, &csv, error);
  if (status != SJ_OK || !csv) return status;
  sj_learn_write_rows(job->results, csv);
  return sj_csv_close(job->options, &csv, error);
}

static enum sj_status print_json(const struct job *job, struct sj_error *error) {
  json_t *const document = sj_results_json(job->results, "learn");
  if (document && job->model && job->model->expectation_count)
    json_object_set_new(document, "expectations", sj_expectations_json(job->model, job->results));
  char *const text = document ? sj_json_text(document) : NULL;
  if (text) sj_print(text);
  free(text);
  json_decref(document);
  return text ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}

static enum sj_exit report(const struct job *job) {
  const bool json = given(job, SJ_OPTION_JSON);
  const bool table = !json && !given(job, SJ_OPTION_QUIET) && !sj_csv_to_stdout(job->options);
  struct sj_error error;
  enum sj_status status = export_csv(job, &error);
  if (status == SJ_OK && json) status = print_json(job, &error);
  if (status != SJ_OK) return sj_complain(status, &error);
  if (table) {
    struct sj_text text = {0};
    sj_results_table(job->results, &text);
    if (text.data) sj_print(text.data);
    free(text.data);
  }
  const bool met =
      !job->model || sj_expectations_report(job->model, job->results, table ? stdout : NULL, table ? NULL : stderr);
  if (table && job->options->own[SAVE]) printf("Saved in %s\n", job->options->own[SAVE]);
  if (table && job->store) printf("Kept in %s\n", job->options->output);
  status = sj_page_report(job->options, (const struct sj_results *const[]){job->results}, 1, NULL, !table, &error);
  if (status != SJ_OK) return sj_complain(status, &error);
  return met ? SJ_EXIT_DONE : SJ_EXIT_UNMET;
}

static enum sj_exit report_interrupted(const struct job *job) {
  if (job->results) report(job);
  fflush(stdout);
  fprintf(stderr, "sojourn: interrupted; %s\n",
          job->results ? "what was learned so far is reported" : "nothing was learned yet");
  return SJ_EXIT_INTERRUPTED;
}

static enum sj_exit carry_out(struct job *job) {
  struct sj_error error = {{0}};
  enum sj_status status = settings(job, &error);
  if (status == SJ_OK) {
    job->learn.stop = sj_signals_defer();
    sj_progress_start(&job->progress, given(job, SJ_OPTION_QUIET));
    status = sj_page_check(job->options, &error);
    if (status == SJ_OK) status = compute(job, &error);
    sj_progress_end(&job->progress);
  }
  const bool any = job->results && (status == SJ_OK || status == SJ_INTERRUPTED);
  const enum sj_status asked =
      any ? sj_page_ask(job->options, job->model, job->results, NULL, NULL, job->store, &error) : SJ_OK;
  if (asked != SJ_OK) status = asked;
  if (status == SJ_OK) return report(job);
  if (status == SJ_INTERRUPTED) return report_interrupted(job);
  return sj_complain(status, &error);
}

static enum sj_exit run(const struct sj_options *options) {
  struct job job = {.options = options, .started_s = monotonic_s()};
  enum sj_exit code = ends_with(options->file, ".lua") ? sj_read_model(options, &job.model) : SJ_EXIT_DONE;
  if (code == SJ_EXIT_DONE) code = carry_out(&job);
  sj_store_close(job.store);
  sj_results_destroy(job.results);
  for (size_t i = 0; job.subjects && i < (job.trajectories->group_count ? job.trajectories->group_count : 1); i++) {
    sj_learned_destroy(job.subjects[i].model);
    sj_trajectories_destroy(job.subjects[i].trajectories);
  }
  free(job.subjects);
  free(job.why_not);
  sj_learned_destroy(job.loaded);
  sj_trajectories_destroy(job.trajectories);
  sj_model_destroy(job.stored);
  sj_model_destroy(job.model);
  free(job.features);
  free(job.features_text);
  return code;
}

const struct sj_command sj_command_learn = {
    .name = "learn",
    .argument = "DATA|MODEL|RESULTS",
    .summary = "settling times from trajectories",
    .help =
        "Learns how the state of a system moves from one step to the next, from recorded metrics (comma-separated\n"
        "values with a column of times, plain or gzip), from a model, which it simulates first, or from the time\n"
        "series of a results file: how long the system takes to settle after a disturbance, its time constants, and\n"
        "what it will do. Of a model with a fault, the time before it and the time after it are two trajectories,\n"
        "and each server is learned by itself.\n"
        "The same seed gives the same figures, whatever the number of threads. Exit codes: 0 done, 1 an expectation\n"
        "of the model is not met, 2 the command, the model or the data are wrong, 3 it could not be done, 130\n"
        "interrupted (the best so far is reported).\n"
        "\n"
        "Example: sojourn learn metrics.csv --features queue,latency --save web.model\n"
        "Example: sojourn learn today.csv --predict web.model --horizon 600 --csv -\n"
        "Example: sojourn learn models/fault-recovery.lua --method edmd",
    .accepted = SJ_OPTION_SET | SJ_OPTION_SCENARIO | SJ_OPTION_SEED | SJ_OPTION_RUNS | SJ_OPTION_DURATION |
                SJ_OPTION_THREADS | SJ_OPTION_OUTPUT | SJ_OPTION_AGAIN | SJ_OPTION_JSON | SJ_OPTION_CSV |
                SJ_OPTION_DATA | SJ_OPTION_QUIET | SJ_OPTION_HELP | SJ_OPTION_HTML,
    .own = own,
    .several_files = true,
    .run = run,
};
