/* The progress line on standard error, drawn only where that is a terminal. */
#ifndef SJ_CLI_PROGRESS_H
#define SJ_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "sojourn/simulate.h"

struct sj_progress {
  bool wanted;        /* standard error is a terminal, and nobody asked for quiet */
  bool drawn;         /* the line is on the screen */
  double started;     /* seconds, monotonic */
  double share_first; /* what was done before */
  double shown_at;    /* seconds, when an epoch was drawn last */
  bool begun;
  double part_started; /* of several simulations one after the other, the one at hand */
  char label[64];      /* what it is, "rate=9.5: "; empty if it is the only one */
};

void sj_progress_start(struct sj_progress *progress, bool quiet);

/* Draws runs done, a bar, the share, the time left and the events per second, once the whole has taken longer than a
 * glance. */
void sj_progress_show(struct sj_progress *progress, const struct sj_simulate_progress *state);

/* The same for training: epochs done, the best loss so far. At most ten times a second. */
void sj_progress_show_epoch(struct sj_progress *progress, size_t epoch, size_t epochs, double loss);

/* The same for a sweep: points done, a bar, the share, the time left. */
struct sj_sweep_progress;
void sj_progress_show_sweep(struct sj_progress *progress, const struct sj_sweep_progress *state);

/* Begins one of several simulations, of which the line says PATH=VALUE in front. */
void sj_progress_begin_part(struct sj_progress *progress, const char *path, const char *value);

/* Takes the line away again, so that what follows starts on a clean one. */
void sj_progress_end(struct sj_progress *progress);

#endif
