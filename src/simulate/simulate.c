/* Replications: the pilot that finds the warm-up, runs in parallel, results in the order of their numbers. */
#include "sojourn/simulate.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "simulate/engine.h"

enum { GRID_CELLS = 1000 };

void sj_simulate_options_default(struct sj_simulate_options *options) {
  *options = (struct sj_simulate_options){.duration = NAN, .warmup = NAN, .drain = NAN};
}

static enum sj_status check(double value, double least, const char *name, struct sj_error *error) {
  if (value >= least && value < INFINITY) return SJ_OK;
  return sj_error_set(error, SJ_INVALID, "%s must be a number of at least %g, got %g", name, least, value);
}

/* The window and the seed, as the options and the model say. */
static enum sj_status settle(const struct sj_model *model, const struct sj_simulate_options *options,
                             struct sj_results *results, struct sj_error *error) {
  const struct sj_run_settings *const run = &model->run;
  results->seed = options->seed_given ? options->seed : run->seed;
  results->duration = isnan(options->duration) ? run->duration : options->duration;
  results->drain =
      isnan(options->drain) ? isnan(options->duration) ? run->drain : 10 * options->duration : options->drain;
  results->warmup = isnan(options->warmup) ? run->warmup : options->warmup;
  if (!(results->duration > 0 && results->duration < INFINITY))
    return sj_error_set(error, SJ_INVALID, "the duration must be positive and finite, got %g", results->duration);
  enum sj_status status = check(results->drain, 0, "the drain", error);
  if (status != SJ_OK || isnan(results->warmup)) return status;
  status = check(results->warmup, 0, "the warm-up", error);
  if (status != SJ_OK) return status;
  if (results->warmup >= results->duration)
    return sj_error_set(error, SJ_INVALID, "the warm-up (%g) must be shorter than the duration (%g)", results->warmup,
                        results->duration);
  return SJ_OK;
}

/* The expected number of arrivals up to `time`, all clients together; INFINITY if unknown. */
static double arrivals_until(const struct sj_model *model, double time) {
  double rate = 0;
  for (size_t i = 0; i < model->client_count; i++) rate += model->clients[i].arrivals.mean_rate;
  return isnan(rate) ? INFINITY : rate * time;
}

/* Looks at run 0 up to `until`, only to see when it has warmed up: the latest of the clients' answers. */
static enum sj_status look_at_run_0(const struct sj_model *model, const struct sj_simulate_options *options,
                                    const struct sj_results *results, double until, double *warmup, bool *at_limit,
                                    struct sj_error *error) {
  struct sj_mser *const observed = calloc(model->client_count + 1, sizeof *observed);
  if (!observed) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  struct engine_control control = {.stop = options->stop};
  struct sj_results shortened = *results;
  shortened.duration = until;
  const enum sj_status status = sj_engine_run(model, options, &shortened, 0, observed, NULL, &control, NULL, error);
  *warmup = 0;
  *at_limit = false;
  for (size_t i = 0; i < model->client_count; i++) {
    int limit = 0;
    const double found = status == SJ_OK ? sj_mser_warmup(&observed[i], &limit) : 0;
    if (found > *warmup) *warmup = found;
    if (limit) *at_limit = true;
    sj_mser_destroy(&observed[i]);
  }
  free(observed);
  return status;
}

/* A warm-up does not get longer with the run: its beginning is enough, unless the warm-up fills half of that. */
static enum sj_status find_warmup(const struct sj_model *model, const struct sj_simulate_options *options,
                                  struct sj_results *results, struct sj_error *error) {
  static const double enough_arrivals = 2e5;
  double until = results->duration, warmup = 0;
  bool at_limit = false;
  while (arrivals_until(model, until) > 2 * enough_arrivals && arrivals_until(model, until) < INFINITY) until /= 2;
  for (;; until *= 2) {
    if (until > results->duration) until = results->duration;
    const enum sj_status status = look_at_run_0(model, options, results, until, &warmup, &at_limit, error);
    if (status != SJ_OK) return status;
    if (until == results->duration || !at_limit) break;
  }
  results->warmup = warmup < results->duration / 2 ? warmup : results->duration / 2;
  results->warmup_found = true;
  bool ok =
      sj_results_add_note(results, "warm-up of %.4g %s found by MSER-5 on run 0", results->warmup, results->time_unit);
  if (at_limit)
    ok = sj_results_add_note(results,
                             "the warm-up was still going on after half of run 0: the system may not be steady, or "
                             "needs a longer duration") &&
         ok;
  return ok ? SJ_OK : sj_error_set(error, SJ_NO_MEMORY, "out of memory");
}

enum sj_status sj_simulate_prepare(const struct sj_model *model, const struct sj_simulate_options *options,
                                   struct sj_results **out, struct sj_error *error) {
  struct sj_results *const results = sj_results_create("simulate", model->file, model->scenario);
  *out = NULL;
  if (!results) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  memcpy(results->time_unit, model->time_unit, sizeof results->time_unit);
  results->canonical = sj_model_canonical(model);
  enum sj_status status = settle(model, options, results, error);
  if (!results->canonical) results->canonical = sj_copy_string("{}");
  bool ok = results->canonical != NULL;
  for (size_t i = 0; i < model->note_count; i++) ok = sj_results_add_note(results, "%s", model->notes[i]) && ok;
  if (options->series) {
    results->grid_step = results->duration / GRID_CELLS;
    results->grid_count = GRID_CELLS;
  }
  ok = ok && sj_statistics_name(results, model, options->members, options->series);
  if (status == SJ_OK && !ok) status = sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  if (status == SJ_OK && isnan(results->warmup)) status = find_warmup(model, options, results, error);
  if (status != SJ_OK) {
    sj_results_destroy(results);
    return status;
  }
  *out = results;
  return SJ_OK;
}

/* --- runs in parallel ----------------------------------------------------------------------------------------------
 */

struct job {
  uint64_t number;
  FILE *csv; /* its rows, until those before it are written */
  bool finished;
};

struct workforce {
  const struct sj_model *model;
  const struct sj_simulate_options *options;
  struct sj_results *results;
  struct job *jobs;
  size_t job_count, next_job, next_csv, done_before;
  size_t worker_count, workers_left;
  struct engine_control *controls; /* [worker] */
  uint64_t events_done;
  pthread_mutex_t lock; /* over everything but the controls' atomics */
  pthread_cond_t changed;
  enum sj_status status;
  struct sj_error *error;
};

struct worker {
  struct workforce *force;
  size_t index;
};

static bool copy_rows(FILE *from, FILE *to) {
  char buffer[1 << 16];
  /* What the temporary folder had no room for shows only here, and rewind would forget it. */
  if (fflush(from) != 0 || ferror(from)) return false;
  rewind(from);
  for (;;) {
    const size_t n = fread(buffer, 1, sizeof buffer, from);
    if (n == 0) return !ferror(from);
    if (fwrite(buffer, 1, n, to) != n) return false;
  }
}

/* Writes the rows of the finished runs whose turn it is. */
static bool flush_rows(struct workforce *force) {
  while (force->next_csv < force->job_count && force->jobs[force->next_csv].finished) {
    struct job *const job = &force->jobs[force->next_csv++];
    if (!job->csv) continue;
    if (!copy_rows(job->csv, force->options->csv)) return false; /* errno says why; the caller ends everything */
    fclose(job->csv);
    job->csv = NULL;
  }
  return true;
}

/* Notes the first thing that went wrong, and tells the others to stop. */
static void give_up(struct workforce *force, enum sj_status status, const struct sj_error *error) {
  if (force->status == SJ_OK || (force->status == SJ_INTERRUPTED && status != SJ_INTERRUPTED)) {
    force->status = status;
    if (force->error && error) *force->error = *error;
  }
  for (size_t i = 0; i < force->worker_count; i++)
    __atomic_store_n(&force->controls[i].cancelled, true, __ATOMIC_RELAXED);
}

/* A finished run takes its place. The lock is held. */
static void deliver(struct workforce *force, struct job *job, struct sj_run *run) {
  struct sj_error error = {""};
  force->events_done += run->events;
  if (force->options->on_run) {
    const enum sj_status status = force->options->on_run(force->options->context, force->results, run, &error);
    if (status != SJ_OK) give_up(force, status, &error);
  }
  if (!sj_results_add_run(force->results, run)) {
    sj_error_set(&error, SJ_NO_MEMORY, "out of memory");
    give_up(force, SJ_NO_MEMORY, &error);
  }
  job->finished = true;
  if (!flush_rows(force)) {
    sj_error_set(&error, SJ_FAILED, "the csv file cannot be written: %s", strerror(errno));
    give_up(force, SJ_FAILED, &error);
  }
}

static enum sj_status do_job(struct workforce *force, struct job *job, struct engine_control *control,
                             struct sj_run *run, struct sj_error *error) {
  if (!sj_run_prepare(force->results, run, job->number)) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  if (force->options->csv) {
    job->csv = tmpfile();
    if (!job->csv) return sj_error_set(error, SJ_FAILED, "no room for the csv file's rows in the temporary folder");
  }
  return sj_engine_run(force->model, force->options, force->results, job->number, NULL, job->csv, control, run, error);
}

static void *work(void *argument) {
  struct worker *const worker = argument;
  struct workforce *const force = worker->force;
  struct engine_control *const control = &force->controls[worker->index];
  pthread_mutex_lock(&force->lock);
  while (force->next_job < force->job_count && force->status == SJ_OK) {
    struct job *const job = &force->jobs[force->next_job++];
    pthread_mutex_unlock(&force->lock);
    struct sj_run run = {0};
    struct sj_error error = {""};
    const enum sj_status status = do_job(force, job, control, &run, &error);
    pthread_mutex_lock(&force->lock);
    double none = 0;
    __atomic_store(&control->share, &none, __ATOMIC_RELAXED);
    __atomic_store_n(&control->events, 0, __ATOMIC_RELAXED);
    if (status == SJ_OK) {
      deliver(force, job, &run);
    } else {
      give_up(force, status, &error);
      sj_run_clear(force->results, &run);
    }
  }
  force->workers_left--;
  pthread_cond_signal(&force->changed);
  pthread_mutex_unlock(&force->lock);
  return NULL;
}

static void report(struct workforce *force) {
  struct sj_simulate_progress progress = {.runs_wanted = (uint32_t)(force->job_count + force->done_before)};
  size_t finished = 0;
  for (size_t i = 0; i < force->job_count; i++) finished += force->jobs[i].finished;
  progress.runs_done = (uint32_t)(finished + force->done_before);
  double share = (double)progress.runs_done;
  progress.events = force->events_done;
  for (size_t i = 0; i < force->worker_count; i++) {
    double part;
    __atomic_load(&force->controls[i].share, &part, __ATOMIC_RELAXED);
    share += part;
    progress.events += __atomic_load_n(&force->controls[i].events, __ATOMIC_RELAXED);
  }
  progress.share = progress.runs_wanted ? share / progress.runs_wanted : 1;
  force->options->on_progress(force->options->context, &progress);
}

/* Waits for the workers, and reports ten times a second. */
static void supervise(struct workforce *force) {
  pthread_mutex_lock(&force->lock);
  while (force->workers_left > 0) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 100000000;
    if (until.tv_nsec >= 1000000000) {
      until.tv_nsec -= 1000000000;
      until.tv_sec++;
    }
    pthread_cond_timedwait(&force->changed, &force->lock, &until);
    if (force->options->on_progress) report(force);
  }
  pthread_mutex_unlock(&force->lock);
}

static size_t worker_count(const struct sj_simulate_options *options, size_t jobs) {
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  size_t count = options->threads ? options->threads : cores > 0 ? (size_t)cores : 1;
  return count < jobs ? count : jobs;
}

static bool has_run(const struct sj_results *results, uint64_t number) {
  for (size_t i = 0; i < results->run_count; i++)
    if (results->runs[i].number == number) return true;
  return false;
}

static void employ(struct workforce *force) {
  pthread_t *const threads = sj_allocate_array(force->worker_count, sizeof *threads);
  struct worker *const workers = sj_allocate_array(force->worker_count, sizeof *workers);
  size_t started = 0;
  force->workers_left = force->worker_count;
  for (size_t i = 0; i < force->worker_count; i++) {
    workers[i] = (struct worker){force, i};
    if (pthread_create(&threads[started], NULL, work, &workers[i]) == 0)
      started++;
    else
      __atomic_fetch_sub(&force->workers_left, 1, __ATOMIC_RELAXED);
  }
  if (started == 0) { /* no threads to be had: do it here */
    force->workers_left = 1;
    work(&workers[0]);
  }
  supervise(force);
  for (size_t i = 0; i < started; i++) pthread_join(threads[i], NULL);
  free(threads);
  free(workers);
}

enum sj_status sj_simulate_run(const struct sj_model *model, const struct sj_simulate_options *options,
                               struct sj_results *results, struct sj_error *error) {
  const uint32_t runs = options->runs ? options->runs : model->run.runs;
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  struct workforce force = {.model = model, .options = options, .results = results, .error = error, .status = SJ_OK};
  force.jobs = calloc(runs, sizeof *force.jobs);
  if (!force.jobs) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  for (uint32_t i = 0; i < runs; i++)
    if (has_run(results, i))
      force.done_before++;
    else
      force.jobs[force.job_count++].number = i;
  force.worker_count = worker_count(options, force.job_count);
  force.controls = calloc(force.worker_count + 1, sizeof *force.controls);
  if (!force.controls) {
    free(force.jobs);
    return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  }
  for (size_t i = 0; i < force.worker_count; i++) force.controls[i].stop = options->stop;
  pthread_mutex_init(&force.lock, NULL);
  pthread_cond_init(&force.changed, NULL);
  if (options->csv) sj_csv_header(options->csv);
  if (force.job_count > 0) employ(&force);
  pthread_cond_destroy(&force.changed);
  pthread_mutex_destroy(&force.lock);
  for (size_t i = 0; i < force.job_count; i++)
    if (force.jobs[i].csv) fclose(force.jobs[i].csv);
  free(force.jobs);
  free(force.controls);
  clock_gettime(CLOCK_MONOTONIC, &end);
  results->wall_seconds += (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
  results->partial = results->run_count < runs;
  if (force.status == SJ_OK) sj_judge_growth(model, results);
  return force.status;
}
