/* The progress line on standard error, drawn only where that is a terminal. */
#ifndef SJ_CLI_PROGRESS_H
#define SJ_CLI_PROGRESS_H

#include <stdbool.h>

#include "sojourn/simulate.h"

struct sj_progress {
  bool wanted;        /* standard error is a terminal, and nobody asked for quiet */
  bool drawn;         /* the line is on the screen */
  double started;     /* seconds, monotonic */
  double share_first; /* what was done before */
  bool begun;
};

void sj_progress_start(struct sj_progress *progress, bool quiet);

/* Draws runs done, a bar, the share and the time left, once the whole has taken longer than a glance. */
void sj_progress_show(struct sj_progress *progress, const struct sj_simulate_progress *state);

/* Takes the line away again, so that what follows starts on a clean one. */
void sj_progress_end(struct sj_progress *progress);

#endif
