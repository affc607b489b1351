#include "cli/stages.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* The line appears once the whole has taken longer than a glance, and is drawn anew so often. */
static const double glance_s = 0.4, pause_s = 0.2;

static double now_s(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void draw(const struct sj_stages *stages, double elapsed) {
  fprintf(stderr, "\r\033[K%s", stages->stage);
  if (!isnan(stages->share)) fprintf(stderr, " %.0f %%", 100 * stages->share);
  fprintf(stderr, "  %.0f s", elapsed);
  fflush(stderr);
}

static void *show(void *context) {
  struct sj_stages *const stages = context;
  const double started = now_s(CLOCK_MONOTONIC);
  bool drawn = false;
  pthread_mutex_lock(&stages->lock);
  for (double wait = glance_s; !stages->over; wait = pause_s) {
    const double until = now_s(CLOCK_REALTIME) + wait;
    const struct timespec then = {(time_t)until, (long)(1e9 * (until - floor(until)))};
    while (!stages->over && pthread_cond_timedwait(&stages->changed, &stages->lock, &then) == 0) {
    }
    if (stages->over || !stages->stage) continue;
    draw(stages, now_s(CLOCK_MONOTONIC) - started);
    drawn = true;
  }
  pthread_mutex_unlock(&stages->lock);
  if (drawn) fputs("\r\033[K", stderr);
  fflush(stderr);
  return NULL;
}

void sj_stages_start(struct sj_stages *stages, bool quiet) {
  *stages = (struct sj_stages){.share = NAN};
  if (quiet || !isatty(STDERR_FILENO)) return;
  pthread_mutex_init(&stages->lock, NULL);
  pthread_cond_init(&stages->changed, NULL);
  stages->running = pthread_create(&stages->thread, NULL, show, stages) == 0;
}

void sj_stages_set(struct sj_stages *stages, const char *stage, double share) {
  if (!stages->running) return;
  pthread_mutex_lock(&stages->lock);
  stages->stage = stage;
  stages->share = share;
  pthread_mutex_unlock(&stages->lock);
}

void sj_stages_end(struct sj_stages *stages) {
  if (!stages->running) return;
  pthread_mutex_lock(&stages->lock);
  stages->over = true;
  pthread_cond_signal(&stages->changed);
  pthread_mutex_unlock(&stages->lock);
  pthread_join(stages->thread, NULL);
  stages->running = false;
}
