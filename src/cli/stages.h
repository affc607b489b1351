/* The progress line of a computation that goes through stages: what it is at, and for how long. */
#ifndef SJ_CLI_STAGES_H
#define SJ_CLI_STAGES_H

#include <pthread.h>
#include <stdbool.h>

/* Drawn by a thread of its own, since a stage may take long without a word. */
struct sj_stages {
  bool running; /* the thread is there: standard error is a terminal, and nobody asked for quiet */
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  /* under the lock */
  const char *stage; /* NULL: not begun */
  double share;      /* NAN: not known */
  bool over;
};

void sj_stages_start(struct sj_stages *stages, bool quiet);
/* Any thread may say so; `stage` must stay valid. */
void sj_stages_set(struct sj_stages *stages, const char *stage, double share);
/* Takes the line away again. May be called again. */
void sj_stages_end(struct sj_stages *stages);

#endif
