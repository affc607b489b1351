/* The yardstick: M/M/1 as a person would write it by hand in C for speed alone, a heap of events with callbacks.
 *
 *   baseline_heap [JOBS [LOAD [SEED [HEAP]]]]        HEAP: binary (default) | four | hold
 *
 * A job is two events (an arrival, the end of a service); each takes the earliest event off the heap, calls the
 * function it names through a pointer, and draws and schedules what follows. Draws are xoshiro256++ and the ziggurat,
 * from one stream for arrivals and one for services. The queue is a ring buffer of arrival times. There are no
 * statistics; the sum of sojourn times is kept as proof that the work was done (its mean must be near 1 / (1 - LOAD)),
 * and the same seed gives the same sum whatever the heap.
 *
 * Three event lists, of which bench/run takes the fastest on the day:
 *   binary  entries of 24 bytes (time, function, argument); take with the hole moved down, put with the hole moved up
 *   four    four children a node; entries of 16 bytes (time, slot), the function and its argument in a side table
 *   hold    binary, but taking leaves the hole at the root, and the next put fills it: one sift where there were two
 *
 * Prints one line of JSON. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "random/stream.h"
#include "random/ziggurat.h"

struct world;
typedef void (*callback)(struct world *world, void *argument);

struct event {
  double time;
  callback call;
  void *argument;
};

struct four_entry {
  double time;
  uint64_t slot;
};

enum { CAPACITY = 1024 }; /* M/M/1 never has more than two events pending; a user's heap would not know that */

struct world {
  double now;
  struct event *heap;
  struct four_entry *four;
  struct event *slots;
  uint32_t *free_slots;
  size_t count, free_count;
  bool hole;

  struct sj_stream arrivals, services;
  double interval, service;
  double *ring; /* arrival times of those in the system, the one in service first */
  size_t ring_mask, head, present;
  uint64_t to_arrive;
  double sojourn_sum;
};

static void *allocate(size_t size) {
  void *const p = aligned_alloc(64, (size + 63) / 64 * 64);
  if (!p) {
    fputs("out of memory\n", stderr);
    exit(3);
  }
  return p;
}

/* ---- binary heap ---- */

static inline void binary_up(struct event *heap, size_t i, struct event e) {
  while (i > 0) {
    const size_t parent = (i - 1) / 2;
    if (heap[parent].time <= e.time) break;
    heap[i] = heap[parent];
    i = parent;
  }
  heap[i] = e;
}

static inline void binary_down(struct event *heap, size_t count, struct event e) {
  size_t i = 0;
  for (;;) {
    size_t child = 2 * i + 1;
    if (child >= count) break;
    if (child + 1 < count && heap[child + 1].time < heap[child].time) child++;
    if (e.time <= heap[child].time) break;
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = e;
}

static inline void binary_put(struct world *w, double time, callback call, void *argument) {
  binary_up(w->heap, w->count++, (struct event){time, call, argument});
}

static inline struct event binary_take(struct world *w) {
  const struct event first = w->heap[0];
  const struct event last = w->heap[--w->count];
  if (w->count > 0) binary_down(w->heap, w->count, last);
  return first;
}

/* ---- binary heap whose root may be a hole ---- */

static inline void hold_put(struct world *w, double time, callback call, void *argument) {
  const struct event e = {time, call, argument};
  if (w->hole) {
    w->hole = false;
    binary_down(w->heap, w->count, e);
  } else {
    binary_up(w->heap, w->count++, e);
  }
}

static inline struct event hold_take(struct world *w) {
  if (w->hole) {
    const struct event last = w->heap[--w->count];
    if (w->count > 0) binary_down(w->heap, w->count, last);
  }
  w->hole = true;
  return w->heap[0];
}

/* ---- four-ary heap, functions and arguments aside ---- */

static inline void four_put(struct world *w, double time, callback call, void *argument) {
  const uint32_t slot = w->free_slots[--w->free_count];
  w->slots[slot] = (struct event){time, call, argument};
  struct four_entry *const heap = w->four;
  size_t i = w->count++;
  while (i > 0) {
    const size_t parent = (i - 1) / 4;
    if (heap[parent].time <= time) break;
    heap[i] = heap[parent];
    i = parent;
  }
  heap[i] = (struct four_entry){time, slot};
}

static inline struct event four_take(struct world *w) {
  struct four_entry *const heap = w->four;
  const struct four_entry first = heap[0];
  const struct four_entry last = heap[--w->count];
  const size_t count = w->count;
  size_t i = 0;
  for (;;) {
    const size_t child = 4 * i + 1;
    if (child >= count) break;
    const size_t end = child + 4 < count ? child + 4 : count;
    size_t least = child;
    for (size_t j = child + 1; j < end; j++)
      if (heap[j].time < heap[least].time) least = j;
    if (last.time <= heap[least].time) break;
    heap[i] = heap[least];
    i = least;
  }
  heap[i] = last;
  w->free_slots[w->free_count++] = (uint32_t)first.slot;
  return w->slots[first.slot];
}

/* ---- the queue ---- */

static void ring_grow(struct world *w) {
  const size_t size = w->ring_mask + 1;
  double *const ring = allocate(2 * size * sizeof *ring);
  for (size_t i = 0; i < size; i++) ring[i] = w->ring[(w->head + i) & w->ring_mask];
  free(w->ring);
  w->ring = ring;
  w->head = 0;
  w->ring_mask = 2 * size - 1;
}

static inline void ring_enter(struct world *w, double time) {
  if (w->present > w->ring_mask) ring_grow(w);
  w->ring[(w->head + w->present++) & w->ring_mask] = time;
}

static inline double ring_leave(struct world *w) {
  const double arrived = w->ring[w->head++ & w->ring_mask];
  w->head &= w->ring_mask;
  w->present--;
  return arrived;
}

/* The model and its loop, once for each event list, so that put and take are inlined as a person would have them. */
#define MODEL(LIST, PENDING)                                                                             \
  static void LIST##_complete(struct world *w, void *argument) {                                         \
    w->sojourn_sum += w->now - ring_leave(w);                                                            \
    if (w->present > 0)                                                                                  \
      LIST##_put(w, w->now + w->service * sj_draw_exponential(&w->services), LIST##_complete, argument); \
  }                                                                                                      \
  static void LIST##_arrive(struct world *w, void *argument) {                                           \
    if (--w->to_arrive > 0)                                                                              \
      LIST##_put(w, w->now + w->interval * sj_draw_exponential(&w->arrivals), LIST##_arrive, argument);  \
    ring_enter(w, w->now);                                                                               \
    if (w->present == 1)                                                                                 \
      LIST##_put(w, w->now + w->service * sj_draw_exponential(&w->services), LIST##_complete, argument); \
  }                                                                                                      \
  static uint64_t LIST##_run(struct world *w) {                                                          \
    uint64_t events = 0;                                                                                 \
    LIST##_put(w, w->interval *sj_draw_exponential(&w->arrivals), LIST##_arrive, w);                     \
    while (PENDING) {                                                                                    \
      const struct event e = LIST##_take(w);                                                             \
      w->now = e.time;                                                                                   \
      e.call(w, e.argument);                                                                             \
      events++;                                                                                          \
    }                                                                                                    \
    return events;                                                                                       \
  }

MODEL(binary, w->count > 0)
MODEL(hold, w->count > (w->hole ? 1u : 0u))
MODEL(four, w->count > 0)

int main(int argc, char **argv) {
  const uint64_t jobs = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
  const double load = argc > 2 ? strtod(argv[2], NULL) : 0.8;
  const uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
  const char *const list = argc > 4 ? argv[4] : "binary";
  uint64_t (*const run)(struct world *) = strcmp(list, "binary") == 0 ? binary_run
                                          : strcmp(list, "hold") == 0 ? hold_run
                                          : strcmp(list, "four") == 0 ? four_run
                                                                      : NULL;
  if (jobs == 0 || !(load > 0 && load < 1) || !run) {
    fprintf(stderr, "usage: %s [JOBS [LOAD [SEED [binary|hold|four]]]]\n", argv[0]);
    return 2;
  }

  struct world *const w = allocate(sizeof *w);
  *w = (struct world){.interval = 1 / load, .service = 1, .to_arrive = jobs, .ring_mask = 63};
  w->heap = allocate(CAPACITY * sizeof *w->heap);
  w->four = allocate(CAPACITY * sizeof *w->four);
  w->slots = allocate(CAPACITY * sizeof *w->slots);
  w->free_slots = allocate(CAPACITY * sizeof *w->free_slots);
  for (uint32_t i = 0; i < CAPACITY; i++) w->free_slots[w->free_count++] = CAPACITY - 1 - i;
  w->ring = allocate((w->ring_mask + 1) * sizeof *w->ring);
  sj_stream_seed(&w->arrivals, seed, 0);
  sj_stream_seed(&w->services, seed, 1);

  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  const uint64_t events = run(w);
  clock_gettime(CLOCK_MONOTONIC, &end);
  const double seconds = (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
  printf("{\"jobs\": %" PRIu64 ", \"events\": %" PRIu64
         ", \"seconds\": %.6f, \"jobs_per_s\": %.0f, "
         "\"mean_sojourn\": %.17g}\n",
         jobs, events, seconds, (double)jobs / seconds, w->sojourn_sum / (double)jobs);
  free(w->ring);
  free(w->free_slots);
  free(w->slots);
  free(w->four);
  free(w->heap);
  free(w);
  return 0;
}
