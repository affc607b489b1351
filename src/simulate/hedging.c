/* When to send a copy: after a fixed delay, or after a quantile of the caller's last 1000 answers. */
#include <math.h>
#include <stdlib.h>

#include "simulate/engine.h"

enum { WINDOW = 1000, LEAST = 100 };

struct hedging {
  uint32_t count, oldest;
  double recent[WINDOW]; /* a ring, in order of coming */
  double sorted[WINDOW];
};

bool sj_hedging_create(struct caller *caller) {
  if (isnan(caller->spec->hedge.after)) return true;
  caller->hedging = calloc(1, sizeof *caller->hedging);
  return caller->hedging != NULL;
}

void sj_hedging_destroy(struct caller *caller) {
  free(caller->hedging);
  caller->hedging = NULL;
}

/* The first place in `sorted` that is not below `value`. */
static uint32_t place_of(const struct hedging *h, double value) {
  uint32_t low = 0, high = h->count;
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (h->sorted[middle] < value)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

void sj_hedging_add(struct caller *caller, double latency) {
  struct hedging *const h = caller->hedging;
  if (h->count == WINDOW) {
    const uint32_t out = place_of(h, h->recent[h->oldest]);
    memmove(&h->sorted[out], &h->sorted[out + 1], (h->count - out - 1) * sizeof *h->sorted);
    h->count--;
    h->recent[h->oldest] = latency;
    h->oldest = (h->oldest + 1) % WINDOW;
  } else {
    h->recent[h->count] = latency;
  }
  const uint32_t in = place_of(h, latency);
  memmove(&h->sorted[in + 1], &h->sorted[in], (h->count - in) * sizeof *h->sorted);
  h->sorted[in] = latency;
  h->count++;
}

double sj_hedging_delay(const struct caller *caller) {
  const struct sj_hedge *const spec = &caller->spec->hedge;
  if (isnan(spec->after)) return spec->delay;
  const struct hedging *const h = caller->hedging;
  if (h->count < LEAST) return INFINITY;
  const double rank = spec->after * (h->count - 1);
  const uint32_t below = (uint32_t)rank;
  if (below + 1 >= h->count) return h->sorted[h->count - 1];
  return h->sorted[below] + (rank - below) * (h->sorted[below + 1] - h->sorted[below]);
}
