#include "balance/window.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct sj_aggregates sj_aggregates_unknown = {NAN, NAN, NAN};

void sj_window_create(struct sj_window *window, uint32_t most, double gain) {
  assert(most >= 1 && gain > 0 && gain <= 1);
  *window = (struct sj_window){.most = most, .gain = gain};
}

void sj_window_destroy(struct sj_window *window) {
  if (window->memory)
    sj_chunks_give(window->memory, window->values, window->capacity * sizeof *window->values);
  else
    free(window->values);
  window->values = NULL;
  window->count = window->capacity = window->next = 0;
}

void sj_window_clear(struct sj_window *window) {
  window->count = window->next = 0;
  window->sum = 0;
}

static double *resize(struct sj_window *window, uint32_t capacity) {
  if (!window->memory) return realloc(window->values, capacity * sizeof *window->values);
  double *const values = sj_chunks_take(window->memory, capacity * sizeof *values);
  if (!values || !window->values) return values;
  memcpy(values, window->values, window->count * sizeof *values);
  sj_chunks_give(window->memory, window->values, window->capacity * sizeof *values);
  return values;
}

/* Only a ring that was never full grows, so its values lie in the order they came. */
static bool grow(struct sj_window *window) {
  uint32_t capacity = window->capacity ? 2 * window->capacity : 8;
  if (capacity > window->most) capacity = window->most;
  double *const values = resize(window, capacity);
  if (!values) return false;
  window->values = values;
  window->next = window->count;
  window->capacity = capacity;
  return true;
}

bool sj_window_add(struct sj_window *window, double value) {
  if (window->count == window->capacity && window->capacity < window->most && !grow(window)) return false;
  window->ewma = window->count ? window->gain * value + (1 - window->gain) * window->ewma : value;
  if (window->count == window->capacity)
    window->sum -= window->values[window->next];
  else
    window->count++;
  window->sum += value;
  window->values[window->next++] = value;
  if (window->next < window->capacity) return true;
  if (window->capacity == window->most) {
    window->next = 0;
    window->sum = 0;
    for (uint32_t i = 0; i < window->count; i++) window->sum += window->values[i];
  }
  return true;
}

struct sj_aggregates sj_window_aggregates(const struct sj_window *window) {
  if (!window->count) return sj_aggregates_unknown;
  return (struct sj_aggregates){sj_window_latest(window), sj_window_mean(window), window->ewma};
}
