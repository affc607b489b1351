/* A controller that turns a server's distance from the utilization it should have into its weight. */
#ifndef SJ_BALANCE_PID_H
#define SJ_BALANCE_PID_H

#include <stdbool.h>

#include "model/model.h"

/* One running sum. Zero-initialize. */
struct sj_pid {
  double weight;
  double integral; /* of all errors so far */
  double previous; /* the last error */
};

/* The velocity-free form of the notebook: with e = target - utilization, weight += kp e + ki (sum of all e, this one
 * included) + kd (e - previous e). */
static inline void sj_pid_step(struct sj_pid *pid, const struct sj_pid_settings *settings, double error) {
  pid->integral += error;
  pid->weight += settings->proportional * error + settings->integral * pid->integral +
                 settings->derivative * (error - pid->previous);
  pid->previous = error;
}

/* What the utilization (per cent) of each should be, from the mean of those that are known: that mean, plus
 * `margin` where it is under `ceiling`. */
static inline double sj_pid_target(const struct sj_pid_settings *settings, double mean) {
  return mean < settings->ceiling ? mean + settings->margin : mean;
}

#endif
