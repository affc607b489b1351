/* Reading trajectories from comma-separated values, inside of sj_trajectories_read. */
#ifndef SJ_LEARN_SAMPLES_H
#define SJ_LEARN_SAMPLES_H

#include "sojourn/learn.h"

/* sj_trajectories_read of one file that is open already; `name` is for messages, and `descriptor` stays the caller's.
 */
enum sj_status sj_trajectories_read_descriptor(int descriptor, const char *name, const struct sj_reading *reading,
                                               struct sj_trajectories **trajectories, struct sj_error *error);

#endif
