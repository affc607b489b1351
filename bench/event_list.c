/* The engine's event list against what a person would use instead, at a fixed number of pending events.
 *
 *   event_list PENDING [ROUNDS [HOLDS]]
 *
 * Two patterns. `hold` is the classic one (Jones, "An empirical comparison of priority-queue and event-set
 * implementations", CACM 29(4), 1986): take the first event, draw an exponential increment, put it back. `stream` is
 * what a server without queue asks of the list: an arrival puts the next arrival and its own end of service, an end
 * puts nothing; PENDING services are under way on average. Both are in equilibrium from the start.
 *
 * Three lists: the engine's (src/simulate/event_list.h); a binary heap of 24-byte entries (time, function, argument);
 * a calendar queue (Brown, "Calendar queues", CACM 31(10), 1988) of sorted linked lists with the width and the number
 * of days set from the pattern, which is what its resizing would arrive at. They take turns for ROUNDS rounds of HOLDS
 * events, with the same draws; that the clocks agree to the last bit in the end is checked. Prints one line of JSON
 * with medians in nanoseconds of
 * processor time an event. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "random/stream.h"
#include "random/ziggurat.h"
#include "simulate/event_list.h"

enum { ENDS = 1, ARRIVES = 2 };

static void *allocate(size_t size) {
  void *const p = aligned_alloc(64, (size + 63) / 64 * 64);
  if (!p) {
    fputs("out of memory\n", stderr);
    exit(3);
  }
  return p;
}

/* ---- binary heap ---- */

struct entry {
  double time;
  void *argument;
  uint32_t kind, unused;
};
struct binary {
  struct entry *heap;
  size_t count;
};

static inline void binary_put(struct binary *b, double time, uint32_t kind, void *argument) {
  size_t i = b->count++;
  while (i > 0 && b->heap[(i - 1) / 2].time > time) {
    b->heap[i] = b->heap[(i - 1) / 2];
    i = (i - 1) / 2;
  }
  b->heap[i] = (struct entry){time, argument, kind, 0};
}

static inline void binary_take(struct binary *b, double *time, uint32_t *kind, void **argument) {
  *time = b->heap[0].time;
  *kind = b->heap[0].kind;
  *argument = b->heap[0].argument;
  const struct entry last = b->heap[--b->count];
  size_t i = 0;
  for (;;) {
    size_t child = 2 * i + 1;
    if (child >= b->count) break;
    if (child + 1 < b->count && b->heap[child + 1].time < b->heap[child].time) child++;
    if (last.time <= b->heap[child].time) break;
    b->heap[i] = b->heap[child];
    i = child;
  }
  b->heap[i] = last;
}

/* ---- calendar queue ---- */

struct node {
  double time;
  struct node *next;
  void *argument;
  uint32_t kind;
};
struct calendar {
  struct node **days, *free_nodes;
  uint64_t mask, day; /* day: number of the one that is looked at, counted from time 0 */
  double width, days_per_time;
};

static inline void calendar_put(struct calendar *c, double time, uint32_t kind, void *argument) {
  struct node *const node = c->free_nodes;
  c->free_nodes = node->next;
  struct node **place = &c->days[(uint64_t)(time * c->days_per_time) & c->mask];
  while (*place && (*place)->time <= time) place = &(*place)->next;
  *node = (struct node){time, *place, argument, kind};
  *place = node;
}

static inline void calendar_take(struct calendar *c, double *time, uint32_t *kind, void **argument) {
  struct node *first;
  for (;; c->day++) {
    first = c->days[c->day & c->mask];
    if (first && (uint64_t)(first->time * c->days_per_time) == c->day) break;
  }
  c->days[c->day & c->mask] = first->next;
  *time = first->time;
  *kind = first->kind;
  *argument = first->argument;
  first->next = c->free_nodes;
  c->free_nodes = first;
}

/* ---- the engine's ---- */

static inline void engine_put(struct sj_event_list *list, double time, uint32_t kind, void *argument) {
  sj_event_schedule(list, time, kind, argument, false);
}

static inline void engine_take(struct sj_event_list *list, double *time, uint32_t *kind, void **argument) {
  sj_event_take(list, time, kind, argument);
}

/* ---- patterns ---- */

struct world {
  struct sj_stream stream;
  double now;
  uintptr_t sum; /* of arguments, so that they are read */
};

#define PATTERNS(LIST)                                                                                 \
  static void LIST##_fill(struct world *w, LIST##_list *list, uint64_t pending) {                      \
    for (uint64_t i = 0; i < pending; i++) LIST##_put(list, sj_draw_exponential(&w->stream), ENDS, w); \
  }                                                                                                    \
  static void LIST##_hold(struct world *w, LIST##_list *list, uint64_t events, double interval) {      \
    (void)interval;                                                                                    \
    for (uint64_t i = 0; i < events; i++) {                                                            \
      uint32_t kind = 0;                                                                               \
      void *argument = NULL;                                                                           \
      LIST##_take(list, &w->now, &kind, &argument);                                                    \
      w->sum += (uintptr_t)argument + kind;                                                            \
      LIST##_put(list, w->now + sj_draw_exponential(&w->stream), kind, argument);                      \
    }                                                                                                  \
  }                                                                                                    \
  static void LIST##_stream(struct world *w, LIST##_list *list, uint64_t events, double interval) {    \
    for (uint64_t i = 0; i < events; i++) {                                                            \
      uint32_t kind = 0;                                                                               \
      void *argument = NULL;                                                                           \
      LIST##_take(list, &w->now, &kind, &argument);                                                    \
      w->sum += (uintptr_t)argument + kind;                                                            \
      if (kind == ARRIVES) {                                                                           \
        LIST##_put(list, w->now + interval * sj_draw_exponential(&w->stream), ARRIVES, argument);      \
        LIST##_put(list, w->now + sj_draw_exponential(&w->stream), ENDS, argument);                    \
      }                                                                                                \
    }                                                                                                  \
  }

typedef struct sj_event_list engine_list;
typedef struct binary binary_list;
typedef struct calendar calendar_list;
PATTERNS(engine)
PATTERNS(binary)
PATTERNS(calendar)

static double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); /* what other programs take is not counted */
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int compare_doubles(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(const double *values, size_t count) {
  double *const sorted = allocate(count * sizeof *sorted);
  memcpy(sorted, values, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, compare_doubles);
  const double m = count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
  free(sorted);
  return m;
}

enum { ENGINE, BINARY, CALENDAR, LISTS };

static void measure(const char *pattern, uint64_t pending, uint64_t rounds, uint64_t holds) {
  const bool stream = strcmp(pattern, "stream") == 0;
  const double interval = 1 / (double)pending;
  /* In the stream pattern the number of services under way is Poisson; 3 more of everything per cent and some. */
  const uint64_t most = pending + pending / 8 + 1000;

  struct sj_event_list list;
  if (!sj_event_list_create(&list)) exit(3);
  struct binary heap = {allocate(most * sizeof *heap.heap), 0};
  struct calendar calendar = {.mask = 1};
  while (calendar.mask + 1 < pending) calendar.mask = 2 * calendar.mask + 1;
  calendar.days = calloc(calendar.mask + 1, sizeof *calendar.days);
  if (!calendar.days) exit(3);
  /* Brown: three times the mean distance of neighbours near the front. */
  calendar.width = 3.0 / (double)pending;
  calendar.days_per_time = 1 / calendar.width;
  struct node *const nodes = allocate(most * sizeof *nodes);
  for (uint64_t i = 0; i < most; i++) nodes[i].next = i + 1 < most ? &nodes[i + 1] : NULL;
  calendar.free_nodes = nodes;

  struct world worlds[LISTS] = {{.now = 0}};
  for (int i = 0; i < LISTS; i++) sj_stream_seed(&worlds[i].stream, 1, pending);
  engine_fill(&worlds[ENGINE], &list, pending);
  binary_fill(&worlds[BINARY], &heap, pending);
  calendar_fill(&worlds[CALENDAR], &calendar, pending);
  if (stream) {
    engine_put(&list, 0, ARRIVES, &worlds[ENGINE]);
    binary_put(&heap, 0, ARRIVES, &worlds[BINARY]);
    calendar_put(&calendar, 0, ARRIVES, &worlds[CALENDAR]);
  }

  double *const ns[LISTS] = {allocate(rounds * 8), allocate(rounds * 8), allocate(rounds * 8)};
  /* The first round only shuffles memory to where it ends up. */
  for (uint64_t round = 0; round <= rounds; round++) {
    const uint64_t events = round == 0 ? 3 * pending + holds : holds;
    double times[LISTS + 1];
    times[ENGINE] = seconds_now();
    (stream ? engine_stream : engine_hold)(&worlds[ENGINE], &list, events, interval);
    times[BINARY] = seconds_now();
    (stream ? binary_stream : binary_hold)(&worlds[BINARY], &heap, events, interval);
    times[CALENDAR] = seconds_now();
    (stream ? calendar_stream : calendar_hold)(&worlds[CALENDAR], &calendar, events, interval);
    times[LISTS] = seconds_now();
    if (round > 0)
      for (int i = 0; i < LISTS; i++) ns[i][round - 1] = 1e9 * (times[i + 1] - times[i]) / (double)events;
  }
  if (worlds[ENGINE].now != worlds[BINARY].now || worlds[ENGINE].now != worlds[CALENDAR].now) {
    fprintf(stderr, "event_list: the lists disagree: %.17g, %.17g, %.17g\n", worlds[ENGINE].now, worlds[BINARY].now,
            worlds[CALENDAR].now);
    exit(1);
  }
  printf("{\"pattern\": \"%s\", \"pending\": %" PRIu64 ", \"events\": %" PRIu64
         ", \"engine_ns\": %.2f, \"binary_ns\": %.2f, \"calendar_ns\": %.2f}\n",
         pattern, pending, rounds * holds, median(ns[ENGINE], rounds), median(ns[BINARY], rounds),
         median(ns[CALENDAR], rounds));
  for (int i = 0; i < LISTS; i++) free(ns[i]);
  free(nodes);
  free(calendar.days);
  free(heap.heap);
  sj_event_list_destroy(&list);
}

int main(int argc, char **argv) {
  const uint64_t pending = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
  const uint64_t rounds = argc > 2 ? strtoull(argv[2], NULL, 10) : 7;
  const uint64_t holds = argc > 3 ? strtoull(argv[3], NULL, 10) : 300000;
  if (pending == 0 || pending > 10000000 || rounds == 0 || holds == 0) {
    fprintf(stderr, "usage: %s PENDING [ROUNDS [HOLDS]]\n", argv[0]);
    return 2;
  }
  measure("hold", pending, rounds, holds);
  measure("stream", pending, rounds, holds);
  return 0;
}
