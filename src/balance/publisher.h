/* The server's side of reports: what its members measure of themselves.
 *
 * Time is cut into slots; each slot yields one value of each quantity, and the windows hold those of the last `slots`
 * slots. In discrete time a slot is one quantum and the engine closes it (sj_publisher_step). In continuous time a slot
 * is a hundredth of the window, a value is the time average over it, and slots are closed as time goes on, by whichever
 * call comes first after their end.
 *
 * The expected latency (the notebook's) is read from a map of requests in flight to the mean latency last seen with
 * that many: linear between the known points, the nearest beyond them, at the mean number in flight of the window. */
#ifndef SJ_BALANCE_PUBLISHER_H
#define SJ_BALANCE_PUBLISHER_H

#include <stdbool.h>
#include <stdint.h>

#include "balance/load_latency.h"
#include "balance/pid.h"
#include "balance/queue_lengths.h"
#include "balance/report.h"
#include "model/model.h"

struct sj_publishers;

/* What happened in one slot. */
struct sj_slot {
  double utilization; /* per cent of the threads */
  double in_flight, waiting;
  uint64_t arrivals;
  double latency_sum; /* of those that finished */
  uint64_t finished;
  uint64_t failed; /* of these, with an error */
};

/* Latencies by requests in flight. */
struct sj_latency_map {
  double *at;     /* [in flight]; NAN: never seen */
  uint64_t *seen; /* the same as bits */
  uint32_t capacity;
};

/* One member. */
struct sj_publisher {
  struct sj_publishers *pool;
  struct sj_window utilization, request_rate, in_flight, latency;
  struct sj_latency_map map;
  struct sj_load_latency *load; /* with SJ_NEEDS_LOAD_LATENCY, else NULL */
  struct sj_window error_rate;  /* with SJ_NEEDS_ERRORS */
  struct sj_pid pid;
  struct sj_report *report; /* the one published last; the blank one before the first and after a replacement */
  /* Continuous time: levels since `since`, and the slot that is open. */
  double slot_end, since, busy_area, in_flight_area, waiting_area;
  uint32_t threads, busy, level, queue;
  uint64_t arrivals, finished, failed;
  double latency_sum;
  bool stale; /* something changed since the report was made */
};

/* All members of a called pool. */
struct sj_publishers {
  const struct sj_publish *settings;
  uint32_t needs; /* SJ_NEEDS_... of the policies that look */
  uint32_t count;
  bool continuous;
  uint32_t slots;      /* of a window */
  double slot_length;  /* time */
  double mean_sum;     /* of the means of the windows of utilization that are not empty ... */
  uint32_t mean_count; /* ... and how many these are */
  struct sj_publisher *members;
  struct sj_report_pool reports;
  struct sj_report *blank;
  struct sj_queue_lengths *lengths; /* with SJ_NEEDS_LENGTHS, else NULL */
  bool no_memory;                   /* something could not be kept; the engine ends the run */
};

/* `quantum` > 0: discrete time with that step; 0: continuous. `settings` must outlive it. False: no memory (what was
 * made is destroyed by sj_publishers_destroy all the same). */
bool sj_publishers_create(struct sj_publishers *pool, const struct sj_publish *settings, uint32_t count, double quantum,
                          uint32_t needs);
void sj_publishers_destroy(struct sj_publishers *pool);

/* Discrete time: closes the slot that ends at `now` and publishes what follows from it. The PID steps after the window
 * of utilization of all members before it in this step, and before its own, as the order of calls has it. False: no
 * memory. */
bool sj_publisher_step(struct sj_publisher *member, double now, const struct sj_slot *slot);

/* Continuous time: an arrival came; `sojourn` later it was finished; the levels are now these. Call the last after
 * every change, and at the start; of an arrival, after saying that it came. */
void sj_publisher_arrived(struct sj_publisher *member, double now);
void sj_publisher_finished(struct sj_publisher *member, double now, double sojourn);
/* The one that was finished last is answered with an error; only with SJ_NEEDS_ERRORS. */
void sj_publisher_failed(struct sj_publisher *member);
void sj_publisher_levels(struct sj_publisher *member, double now, uint32_t threads, uint32_t busy, uint32_t in_flight,
                         uint32_t waiting);

/* What the member says now; a reference of its own, to be held by whoever keeps it. In continuous time the levels
 * (in_flight, waiting) are those of this moment, the rest is of the slots that have ended. */
struct sj_report *sj_publisher_report(struct sj_publisher *member, double now);

/* The member is replaced: windows, map, PID and report start over. */
void sj_publisher_replaced(struct sj_publisher *member, double now);

#endif
