/* Starts the processes of a measurement, watches them, starts again what was killed, and ends them. */
#ifndef SJ_MEASURE_SUPERVISOR_H
#define SJ_MEASURE_SUPERVISOR_H

#include "measure/roles.h"

enum sj_role { SJ_ROLE_BROKER, SJ_ROLE_STORE, SJ_ROLE_PRODUCER, SJ_ROLE_ALL, SJ_ROLES };

/* What only who watches knows. */
struct sj_watched {
  double cpu_s, wall_s;        /* of all processes, from the start until producers were told to stop */
  unsigned restarts[SJ_ROLES]; /* by role */
  int last_signal[SJ_ROLES];   /* that killed one of them, 0: none */
  bool interrupted, gave_up;   /* gave_up: the store made no headway at the end */
};

/* Runs the whole measurement. SJ_FAILED: a process could not do its work, or was killed again and again. All processes
 * have ended in any case. */
enum sj_status sj_supervise(const struct sj_measurement *measurement, struct sj_watched *watched,
                            struct sj_error *error);

#endif
