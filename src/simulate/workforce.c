/* Replications: runs of one model or of several in parallel, results in the order of their numbers. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "simulate/engine.h"

struct job {
  struct part *part;
  uint64_t number;
  FILE *csv; /* its rows, until those before it are written */
  bool finished;
};

/* One of the models and what is known of it. */
struct part {
  const struct sj_model *model;
  struct sj_results *results;
  uint32_t runs;
  double busy_s; /* what its runs took, all threads together */
};

struct workforce {
  const struct sj_simulate_options *options;
  struct part *parts;
  size_t part_count;
  struct job *jobs; /* by number of the run, then by part: the parts advance together */
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

static double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

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
  struct sj_results *const results = job->part->results;
  force->events_done += run->events;
  if (force->options->on_run) {
    const enum sj_status status = force->options->on_run(force->options->context, results, run, &error);
    if (status != SJ_OK) give_up(force, status, &error);
  }
  if (force->options->values_only) sj_run_keep_values(results, run);
  if (!sj_results_add_run(results, run)) {
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
  const struct part *const part = job->part;
  if (!sj_run_prepare(part->results, run, job->number)) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  if (force->options->csv) {
    job->csv = tmpfile();
    if (!job->csv) return sj_error_set(error, SJ_FAILED, "no room for the csv file's rows in the temporary folder");
  }
  const enum sj_status status =
      sj_engine_run(part->model, force->options, part->results, job->number, NULL, job->csv, control, run, error);
  if (status != SJ_OK && status != SJ_INTERRUPTED && force->part_count > 1 && part->model->scenario)
    sj_error_add(error, "(in scenario \"%s\")", part->model->scenario);
  return status;
}

static void *work(void *argument) {
  struct worker *const worker = argument;
  struct workforce *const force = worker->force;
  struct engine_control *const control = &force->controls[worker->index];
  pthread_mutex_lock(&force->lock);
  while (force->next_job < force->job_count && force->status == SJ_OK) {
    /* A short run is over before it looks. */
    if (sj_stop_wanted(force->options->stop)) {
      give_up(force, SJ_INTERRUPTED, NULL);
      break;
    }
    struct job *const job = &force->jobs[force->next_job++];
    pthread_mutex_unlock(&force->lock);
    struct sj_run run = {0};
    struct sj_error error = {""};
    const double begin_s = now_s();
    const enum sj_status status = do_job(force, job, control, &run, &error);
    const double busy_s = now_s() - begin_s;
    pthread_mutex_lock(&force->lock);
    double none = 0;
    __atomic_store(&control->share, &none, __ATOMIC_RELAXED);
    __atomic_store_n(&control->events, 0, __ATOMIC_RELAXED);
    job->part->busy_s += busy_s;
    if (status == SJ_OK) {
      deliver(force, job, &run);
    } else {
      give_up(force, status, &error);
      sj_run_clear(job->part->results, &run);
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

/* Waits for the workers, and reports ten times a second; once at least, also if they are done already. */
static void supervise(struct workforce *force) {
  pthread_mutex_lock(&force->lock);
  if (force->workers_left == 0 && force->options->on_progress) report(force);
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

/* Lists the runs that are missing. */
static bool list_jobs(struct workforce *force) {
  uint32_t most = 0;
  size_t all = 0;
  for (size_t i = 0; i < force->part_count; i++) {
    if (force->parts[i].runs > most) most = force->parts[i].runs;
    all += force->parts[i].runs;
  }
  force->jobs = calloc(all ? all : 1, sizeof *force->jobs);
  if (!force->jobs) return false;
  for (uint32_t number = 0; number < most; number++)
    for (size_t i = 0; i < force->part_count; i++) {
      struct part *const part = &force->parts[i];
      if (number >= part->runs) continue;
      if (has_run(part->results, number))
        force->done_before++;
      else
        force->jobs[force->job_count++] = (struct job){.part = part, .number = number};
    }
  return true;
}

/* Each part gets its share of the time that passed. */
static void conclude(struct workforce *force, double elapsed_s) {
  double busy_s = 0;
  for (size_t i = 0; i < force->part_count; i++) busy_s += force->parts[i].busy_s;
  for (size_t i = 0; i < force->part_count; i++) {
    const struct part *const part = &force->parts[i];
    part->results->wall_seconds += busy_s > 0 ? elapsed_s * part->busy_s / busy_s : 0;
    part->results->partial = part->results->run_count < part->runs;
    if (!part->results->partial) sj_judge_growth(part->model, part->results);
  }
}

static enum sj_status run_parts(struct workforce *force) {
  const double begin_s = now_s();
  if (!list_jobs(force)) return sj_error_set(force->error, SJ_NO_MEMORY, "out of memory");
  force->worker_count = worker_count(force->options, force->job_count);
  force->controls = calloc(force->worker_count + 1, sizeof *force->controls);
  if (!force->controls) {
    free(force->jobs);
    return sj_error_set(force->error, SJ_NO_MEMORY, "out of memory");
  }
  for (size_t i = 0; i < force->worker_count; i++) force->controls[i].stop = force->options->stop;
  pthread_mutex_init(&force->lock, NULL);
  pthread_cond_init(&force->changed, NULL);
  if (force->options->csv) sj_csv_header(force->options->csv);
  if (force->job_count > 0) employ(force);
  pthread_cond_destroy(&force->changed);
  pthread_mutex_destroy(&force->lock);
  for (size_t i = 0; i < force->job_count; i++)
    if (force->jobs[i].csv) fclose(force->jobs[i].csv);
  free(force->jobs);
  free(force->controls);
  conclude(force, now_s() - begin_s);
  return force->status;
}

enum sj_status sj_simulate_run_all(const struct sj_alternative *alternatives, size_t count,
                                   const struct sj_simulate_options *options, struct sj_error *error) {
  if (options->csv && count > 1)
    return sj_error_set(error, SJ_INVALID, "rows of requests are of one model, there are %zu", count);
  struct part *const parts = calloc(count ? count : 1, sizeof *parts);
  if (!parts) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  for (size_t i = 0; i < count; i++)
    parts[i] = (struct part){.model = alternatives[i].model,
                             .results = alternatives[i].results,
                             .runs = options->runs ? options->runs : alternatives[i].model->run.runs};
  struct workforce force = {.options = options, .parts = parts, .part_count = count, .error = error};
  const enum sj_status status = run_parts(&force);
  free(parts);
  return status;
}

enum sj_status sj_simulate_run(const struct sj_model *model, const struct sj_simulate_options *options,
                               struct sj_results *results, struct sj_error *error) {
  const struct sj_alternative only = {model, results};
  return sj_simulate_run_all(&only, 1, options, error);
}

/* ---- pilots in parallel ---- */

struct preparation {
  struct sj_alternative *alternatives;
  size_t count, next;
  const struct sj_simulate_options *options;
  size_t failed; /* the first that failed; count: none */
  enum sj_status status;
  struct sj_error *error;
  pthread_mutex_t lock;
};

/* Alternatives are taken in order, so whichever thread is faster the failure reported is that of the first. */
static void *prepare_some(void *argument) {
  struct preparation *const all = argument;
  pthread_mutex_lock(&all->lock);
  while (all->next < all->count && all->failed == all->count) {
    const size_t i = all->next++;
    const bool stop = sj_stop_wanted(all->options->stop);
    pthread_mutex_unlock(&all->lock);
    struct sj_error error = {""};
    struct sj_results *results = NULL;
    const enum sj_status status =
        stop ? SJ_INTERRUPTED : sj_simulate_prepare(all->alternatives[i].model, all->options, &results, &error);
    pthread_mutex_lock(&all->lock);
    all->alternatives[i].results = results;
    if (status == SJ_OK || i > all->failed) continue;
    all->failed = i;
    all->status = status;
    const char *const scenario = all->alternatives[i].model->scenario;
    if (status != SJ_INTERRUPTED && scenario) sj_error_add(&error, "(in scenario \"%s\")", scenario);
    if (all->error) *all->error = error;
  }
  pthread_mutex_unlock(&all->lock);
  return NULL;
}

enum sj_status sj_simulate_prepare_all(struct sj_alternative *alternatives, size_t count,
                                       const struct sj_simulate_options *options, struct sj_error *error) {
  struct preparation all = {
      .alternatives = alternatives, .count = count, .options = options, .failed = count, .error = error};
  for (size_t i = 0; i < count; i++) alternatives[i].results = NULL;
  const size_t helpers = count > 0 ? worker_count(options, count) - 1 : 0;
  pthread_t *const threads = sj_allocate_array(helpers, sizeof *threads);
  pthread_mutex_init(&all.lock, NULL);
  size_t started = 0;
  while (started < helpers && pthread_create(&threads[started], NULL, prepare_some, &all) == 0) started++;
  prepare_some(&all);
  for (size_t i = 0; i < started; i++) pthread_join(threads[i], NULL);
  pthread_mutex_destroy(&all.lock);
  free(threads);
  for (size_t i = 0; i < count && all.status != SJ_OK; i++) {
    sj_results_destroy(alternatives[i].results);
    alternatives[i].results = NULL;
  }
  return all.status;
}
