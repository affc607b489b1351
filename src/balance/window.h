/* The last n values of something, with their latest, mean and exponentially weighted mean. */
#ifndef SJ_BALANCE_WINDOW_H
#define SJ_BALANCE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/chunks.h"

/* Figures of a window; NAN where it is empty: nothing is known. */
struct sj_aggregates {
  double latest, mean, ewma;
};
extern const struct sj_aggregates sj_aggregates_unknown;

/* Zero-initialize, then sj_window_create, then `memory`. What it takes grows with what was added, up to 8 bytes a
 * value. */
struct sj_window {
  double *values; /* a ring */
  uint32_t count, capacity, next;
  uint32_t most;            /* values it keeps */
  double sum;               /* taken anew each time round the ring, so that roundings do not add up */
  struct sj_chunks *memory; /* for the values; NULL: malloc */
  double ewma, gain;        /* ewma = gain * value + (1 - gain) * ewma; starts with the first value */
};

/* Keeps the last `most` >= 1 values; 0 < gain <= 1. */
void sj_window_create(struct sj_window *window, uint32_t most, double gain);
void sj_window_destroy(struct sj_window *window);
/* Forgets everything added. */
void sj_window_clear(struct sj_window *window);
/* False if memory ran out; then nothing was added. */
bool sj_window_add(struct sj_window *window, double value);

static inline double sj_window_latest(const struct sj_window *window) {
  if (!window->count) return sj_aggregates_unknown.latest;
  return window->values[window->next ? window->next - 1 : window->capacity - 1];
}
/* The mean, NAN if empty. */
static inline double sj_window_mean(const struct sj_window *window) {
  return window->count ? window->sum / window->count : sj_aggregates_unknown.mean;
}
struct sj_aggregates sj_window_aggregates(const struct sj_window *window);

#endif
