/* The one clock of a measurement: CLOCK_MONOTONIC in whole nanoseconds, the same for all processes of a machine. */
#ifndef SJ_MEASURE_CLOCK_H
#define SJ_MEASURE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define SJ_SECOND_NS UINT64_C(1000000000)

static inline uint64_t sj_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * SJ_SECOND_NS + (uint64_t)now.tv_nsec;
}

/* Sleeps until then, or until a signal comes. */
static inline void sj_sleep_until(uint64_t when_ns) {
  const struct timespec when = {.tv_sec = (time_t)(when_ns / SJ_SECOND_NS), .tv_nsec = (long)(when_ns % SJ_SECOND_NS)};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}

#endif
