/* Sharing out the points. */
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "base/module.h"
#include "results/store_sweep.h"
#include "sweep/launch.h"

void sj_sweep_options_default(struct sj_sweep_options *options) {
  *options = (struct sj_sweep_options){.scramble = 1};
  sj_simulate_options_default(&options->simulate);
  sj_solve_options_default(&options->how);
}

static double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

uint32_t sj_sweep_threads(const struct sj_sweep_options *options) {
  cpu_set_t set;
  if (options->simulate.threads) return options->simulate.threads;
  long cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  /* Several processes that are not tied to cores of their own share the machine. */
  const unsigned here = options->alone ? 0 : sj_launched_here();
  const long share = here ? sysconf(_SC_NPROCESSORS_ONLN) / (long)here : cores;
  if (share < cores) cores = share;
  return cores > 0 ? (uint32_t)cores : 1;
}

/* ---- the queue ---- */

bool sj_sweep_take_now(struct sj_sweeping *s, size_t *point) {
  if (s->over || s->first == s->last) return false;
  *point = s->queue[s->first++];
  s->out++;
  return true;
}

/* The last points get several threads each: nobody else is waiting for them. */
static uint32_t threads_for(const struct sj_sweeping *s) {
  const size_t left = s->last - s->first + 1;
  const uint32_t threads = left < s->threads ? (uint32_t)(s->threads / left) : 1;
  return threads ? threads : 1;
}

bool sj_sweep_take(struct sj_sweeping *s, size_t *point, uint32_t *threads) {
  pthread_mutex_lock(&s->lock);
  while (!s->over && s->first == s->last && s->out) pthread_cond_wait(&s->changed, &s->lock);
  *threads = threads_for(s);
  const bool taken = sj_sweep_take_now(s, point);
  pthread_mutex_unlock(&s->lock);
  return taken;
}

void sj_sweep_return(struct sj_sweeping *s) {
  s->out--;
  pthread_cond_broadcast(&s->changed);
}

void sj_sweep_retry(struct sj_sweeping *s, size_t point) {
  enum { MOST_TRIES = 3 };
  if (++s->tries[point] < MOST_TRIES) {
    s->queue[s->last++] = point;
  } else {
    struct sj_sweep_point *const p = &s->sweep->points[point];
    p->failure = sj_format("three processes died over it");
    p->status = SJ_FAILED;
    s->sweep->failed++;
  }
  sj_sweep_return(s);
}

void sj_sweep_give_up(struct sj_sweeping *s, enum sj_status status, const struct sj_error *error) {
  if (s->status == SJ_OK || (s->status == SJ_INTERRUPTED && status != SJ_INTERRUPTED)) {
    s->status = status;
    if (s->error && error) *s->error = *error;
  }
  s->over = true;
  __atomic_store_n(&s->stop, 1, __ATOMIC_RELAXED);
  pthread_cond_broadcast(&s->changed);
}

/* ---- threads ---- */

struct worker {
  struct sj_sweeping *sweeping;
  struct sj_sweep_slot *slot;
};

static void *work(void *argument) {
  struct worker *const worker = argument;
  struct sj_sweeping *const s = worker->sweeping;
  size_t point;
  uint32_t threads;
  while (sj_sweep_take(s, &point, &threads)) {
    struct sj_error error = {{0}};
    const enum sj_status status = sj_sweep_compute(worker->slot, point, threads, &error);
    pthread_mutex_lock(&s->lock);
    if (status != SJ_OK) sj_sweep_give_up(s, status, &error);
    sj_sweep_return(s);
    pthread_mutex_unlock(&s->lock);
  }
  pthread_mutex_lock(&s->lock);
  s->workers_left--;
  pthread_cond_broadcast(&s->changed);
  pthread_mutex_unlock(&s->lock);
  return NULL;
}

static void report(struct sj_sweeping *s) {
  const struct sj_sweep *const sweep = s->sweep;
  if (!s->options->on_progress) return;
  struct sj_sweep_progress progress = {
      .done = sweep->done + sweep->failed, .kept = sweep->kept, .count = sweep->point_count};
  double share = (double)progress.done;
  for (size_t i = 0; i < s->slot_count; i++) {
    double part;
    __atomic_load(&s->slots[i].share, &part, __ATOMIC_RELAXED);
    share += part;
  }
  progress.share = progress.count ? share / (double)progress.count : 1;
  s->options->on_progress(s->options->context, &progress);
}

static struct timespec in_a_tenth(void) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 100000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  return until;
}

static bool is_past(const struct timespec *until) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec > until->tv_sec || (now.tv_sec == until->tv_sec && now.tv_nsec >= until->tv_nsec);
}

/* Waits for the workers, passes on the wish to stop, and reports ten times a second, however often points are done. The
 * lock is held. */
static void supervise(struct sj_sweeping *s) {
  const volatile sig_atomic_t *const stop = s->options->solve ? s->options->how.stop : s->options->simulate.stop;
  struct timespec until = in_a_tenth();
  while (s->workers_left > 0 || (!s->over && (s->out || s->first < s->last))) {
    pthread_cond_timedwait(&s->changed, &s->lock, &until);
    if (stop && __atomic_load_n(stop, __ATOMIC_RELAXED) && !s->over) sj_sweep_give_up(s, SJ_INTERRUPTED, NULL);
    if (!is_past(&until)) continue;
    report(s);
    until = in_a_tenth();
  }
  report(s);
}

static void employ(struct sj_sweeping *s) {
  const size_t count = s->slot_count;
  pthread_t *const threads = sj_allocate_array(count, sizeof *threads);
  struct worker *const workers = sj_allocate_array(count, sizeof *workers);
  size_t started = 0;
  s->workers_left = count;
  for (size_t i = 0; i < count; i++) {
    s->slots[i] =
        (struct sj_sweep_slot){.options = s->options, .sweep = s->sweep, .keeper = &s->keeper, .stop = &s->stop};
    workers[i] = (struct worker){s, &s->slots[i]};
    if (pthread_create(&threads[started], NULL, work, &workers[i]) == 0) started++;
  }
  pthread_mutex_lock(&s->lock);
  s->workers_left -= count - started;
  pthread_mutex_unlock(&s->lock);
  if (started == 0) { /* no threads to be had: do it here */
    s->workers_left = 1;
    work(&workers[0]);
  }
  pthread_mutex_lock(&s->lock);
  supervise(s);
  pthread_mutex_unlock(&s->lock);
  for (size_t i = 0; i < started; i++) pthread_join(threads[i], NULL);
  free(threads);
  free(workers);
}

/* ---- all of it ---- */

static enum sj_status begin_store(struct sj_sweeping *s, struct sj_error *error) {
  const struct sj_sweep *const sweep = s->sweep;
  if (!s->store) return SJ_OK;
  const char **const paths = sj_allocate_array(2 * sweep->axis_count, sizeof *paths),
                     **const units = paths + sweep->axis_count;
  bool *const logarithmic = sj_allocate_array(sweep->axis_count, sizeof *logarithmic);
  for (size_t a = 0; a < sweep->axis_count; a++) {
    paths[a] = sweep->axes[a].path;
    units[a] = sweep->axes[a].unit;
    logarithmic[a] = sweep->axes[a].logarithmic;
  }
  const struct sj_store_sweep record = {.engine = s->options->solve ? "solve" : "simulate",
                                        .model = s->options->file,
                                        .scenario = s->options->model.scenario,
                                        .definition = s->definition,
                                        .samples = sweep->samples,
                                        .points = sweep->point_count,
                                        .axis_count = sweep->axis_count,
                                        .paths = paths,
                                        .units = units,
                                        .logarithmic = logarithmic};
  const enum sj_status status = sj_store_begin_sweep(s->store, &record, s->options->again, &s->stored, error);
  free(paths);
  free(logarithmic);
  return status;
}

/* With other processes, of which there are `workers` threads at least, if there is a `listener`. */
static enum sj_status compute(struct sj_sweeping *s, int listener, const struct sj_meeting *meeting,
                              struct sj_error *error) {
  const size_t count = s->sweep->point_count;
  enum { MOST_TRIES = 3 };
  s->queue = sj_allocate_array(MOST_TRIES * count, sizeof *s->queue);
  s->tries = sj_allocate_array(count, sizeof *s->tries);
  s->results = sj_allocate_array(count, sizeof *s->results);
  for (size_t i = 0; i < count; i++) s->queue[s->last++] = i;
  s->threads = sj_sweep_threads(s->options);
  s->slot_count = s->threads < count ? s->threads : count;
  s->slots = sj_allocate_array(s->slot_count, sizeof *s->slots);
  s->error = error;
  pthread_mutex_init(&s->lock, NULL);
  pthread_cond_init(&s->changed, NULL);
  sj_sweep_keep_here(s);
  struct sj_server *server = NULL;
  enum sj_status status = SJ_OK;
  if (listener >= 0) status = sj_serve_begin(s, listener, meeting, sj_launched() - 1, &server, error);
  if (status == SJ_OK) employ(s);
  sj_serve_end(server);
  pthread_cond_destroy(&s->changed);
  pthread_mutex_destroy(&s->lock);
  free(s->queue);
  free(s->tries);
  free(s->results);
  free(s->slots);
  return status == SJ_OK ? s->status : status;
}

/* Finds the other processes, whatever became of this one so far: they all wait for each other there. */
static enum sj_status meet(enum sj_status status, int *listener, struct sj_meeting *meeting, struct sj_error *error) {
  struct sj_error why = {{0}};
  if (status == SJ_OK && sj_launched_rank() == 0) status = sj_wire_listen(listener, meeting, error);
  const enum sj_status met = sj_meet(meeting, &why);
  if (status != SJ_OK) return status;
  if (met != SJ_OK && error) *error = why;
  return met;
}

static enum sj_status sweep_all(struct sj_sweeping *s, bool launched, struct sj_error *error) {
  struct sj_model *model = NULL;
  struct sj_meeting meeting = {0};
  int listener = -1;
  enum sj_status status = sj_sweep_design(s->options, s->sweep, error);
  if (status == SJ_OK) status = sj_sweep_check(s->options, s->sweep, &model, error);
  if (status == SJ_OK) s->definition = sj_sweep_definition(s->options, s->sweep, model);
  sj_model_destroy(model);
  const bool first = !launched || sj_launched_rank() == 0;
  if (status == SJ_OK && first) status = begin_store(s, error);
  if (launched) status = meet(status, &listener, &meeting, error);
  if (status == SJ_OK && first) status = compute(s, listener, &meeting, error);
  if (status == SJ_OK && first) status = sj_sweep_find_indices(s, error);
  if (status == SJ_OK && !first && meeting.valid)
    status = sj_work_for(s->options, s->sweep, &meeting, s->definition, error);
  if (listener >= 0) close(listener);
  free(s->definition);
  return status;
}

void sj_sweep_call_off(void) {
  struct sj_meeting none = {0};
  if (sj_launched() > 1 && sj_launched_rank() == 0) sj_meet(&none, NULL);
}

enum sj_status sj_sweep_run(const struct sj_sweep_options *options, struct sj_sweep **sweep, struct sj_error *error) {
  const double begin_s = now_s();
  const bool launched = !options->alone && sj_launched() > 1, first = !launched || sj_launched_rank() == 0;
  struct sj_sweep *const made = sj_allocate(sizeof *made);
  struct sj_sweeping sweeping = {.options = options, .sweep = made, .store = options->store};
  made->scramble = options->scramble;
  *sweep = NULL;
  const enum sj_status status = sweep_all(&sweeping, launched, error);
  made->partial = status == SJ_INTERRUPTED;
  made->wall_seconds = now_s() - begin_s;
  if (first && (status == SJ_OK || status == SJ_INTERRUPTED))
    *sweep = made;
  else
    sj_sweep_destroy(made);
  return status;
}

void sj_sweep_destroy(struct sj_sweep *sweep) {
  if (!sweep) return;
  for (size_t i = 0; i < sweep->axis_count; i++) sj_sweep_axis_clear(&sweep->axes[i]);
  for (size_t i = 0; i < sweep->point_count; i++) {
    sj_results_destroy(sweep->points[i].results);
    free(sweep->points[i].failure);
  }
  for (size_t i = 0; i < sweep->index_count; i++) free(sweep->index_names[i]);
  free(sweep->index_names);
  free(sweep->first);
  free(sweep->total);
  sj_results_destroy(sweep->indices);
  free(sweep->axes);
  free(sweep->points);
  free(sweep);
}
