/* Earliest deadline first: whom to take next when each of several is due in proportion to a weight.
 *
 * Every entry has a deadline; the one with the earliest is taken and comes back one period later, where its period is
 * one over its weight. So in any stretch each is taken in proportion to its weight, and evenly spread. This is the
 * scheduler of gRPC's weighted_round_robin (gRFC A58, 2023, "Earliest Deadline First (EDF) Scheduler") and of Envoy's
 * weighted policies (envoy/source/common/upstream/edf_scheduler.h, 2017); the time it counts in is its own. */
#ifndef SJ_BALANCE_SCHEDULE_H
#define SJ_BALANCE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

struct sj_schedule_entry {
  double deadline;
  uint32_t order; /* of adding; between equal deadlines the one added first goes first */
  uint32_t index;
};

/* A binary heap of 16 bytes an entry. */
struct sj_schedule {
  double now; /* the deadline of the entry taken last */
  uint32_t count, capacity, added;
  struct sj_schedule_entry *heap;
};

/* Room for `capacity` entries. False: no memory. */
bool sj_schedule_create(struct sj_schedule *schedule, uint32_t capacity);
void sj_schedule_destroy(struct sj_schedule *schedule);
/* Forgets all entries and starts at time 0. */
void sj_schedule_clear(struct sj_schedule *schedule);
/* Adds `index`, due `wait` after the entry taken last. O(log n). */
void sj_schedule_add(struct sj_schedule *schedule, uint32_t index, double wait);
/* Takes out the entry that is due first and returns its index; there must be one. O(log n). */
uint32_t sj_schedule_take(struct sj_schedule *schedule);

#endif
