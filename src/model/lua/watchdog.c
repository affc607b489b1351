#include "model/lua/watchdog.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"

struct sj_watchdog {
  pthread_t thread;
  sem_t disarmed;
  struct timespec deadline; /* CLOCK_MONOTONIC */
  char *message;            /* complete: the thread that fires must not need the heap, somebody may hold its lock */
  size_t length;
};

static void *watch(void *context) {
  struct sj_watchdog *const watchdog = context;
  while (sem_clockwait(&watchdog->disarmed, CLOCK_MONOTONIC, &watchdog->deadline) < 0) {
    if (errno == EINTR) continue;
    const ssize_t written = write(STDERR_FILENO, watchdog->message, watchdog->length);
    (void)written;
    _exit(2);
  }
  return NULL;
}

enum sj_status sj_watchdog_arm(const char *file, double seconds, struct sj_watchdog **watchdog,
                               struct sj_error *error) {
  struct sj_watchdog *const w = sj_allocate(sizeof *w);
  w->message = sj_format("%s: the model's code ran for more than %g s and was ended: is there an endless loop?\n", file,
                         seconds);
  w->length = strlen(w->message);
  sem_init(&w->disarmed, 0, 0);
  clock_gettime(CLOCK_MONOTONIC, &w->deadline);
  const double whole = floor(seconds);
  w->deadline.tv_sec += (time_t)whole;
  w->deadline.tv_nsec += (long)((seconds - whole) * 1e9);
  if (w->deadline.tv_nsec >= 1000000000) w->deadline.tv_sec++, w->deadline.tv_nsec -= 1000000000;
  /* Signals belong to the program's own threads. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int failure = pthread_create(&w->thread, NULL, watch, w);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failure) {
    sem_destroy(&w->disarmed);
    free(w->message);
    free(w);
    return sj_error_set(error, SJ_FAILED, "no thread for the watchdog: %s", strerror(failure));
  }
  *watchdog = w;
  return SJ_OK;
}

void sj_watchdog_disarm(struct sj_watchdog *watchdog) {
  if (!watchdog) return;
  sem_post(&watchdog->disarmed);
  pthread_join(watchdog->thread, NULL);
  sem_destroy(&watchdog->disarmed);
  free(watchdog->message);
  free(watchdog);
}
