/* What a server answers a probe that asks how long a request would take now: the median latency of recent requests that
 * arrived when about as many were in flight as are now.
 *
 * Wydrowski, Kleinberg, Rumble and Archer, "Load is not what you should balance: introducing Prequal" (NSDI 2024),
 * section 4 ("load signals"): each latency is recorded with the number of requests in flight at its arrival; the answer
 * is the median of those recorded at or near the current number. The paper leaves open how many are kept and what is
 * near; here it is the last 128, and the least distance 0, 1, 2, 4, ... at which there are 5, else all. */
#ifndef SJ_BALANCE_LOAD_LATENCY_H
#define SJ_BALANCE_LOAD_LATENCY_H

#include <stdbool.h>
#include <stdint.h>

enum { SJ_LOAD_LATENCIES = 128, SJ_LOAD_LATENCY_ENOUGH = 5 };

/* Requests that have come and not gone: how many were there before each. */
struct sj_load_arrival {
  double time;
  uint32_t in_flight;
};

/* Zero-initialize. 2 KiB a server, and 24 bytes for each request it ever had at once. */
struct sj_load_latency {
  uint64_t total; /* that finished; a ring of the last of them: */
  uint32_t in_flight[SJ_LOAD_LATENCIES];
  double latency[SJ_LOAD_LATENCIES];
  uint64_t before[SJ_LOAD_LATENCIES]; /* how many had finished with the one before that had met as many; 0: none */
  uint64_t *newest;                   /* the same of the last one, by how many it had met; `levels` of them */
  uint32_t levels;
  struct sj_load_arrival *arrivals; /* a ring, in the order of time */
  uint32_t arrival_first, arrival_count, arrival_capacity;
};

/* A request comes at `now` and finds `in_flight` others. False: no memory. */
bool sj_load_latency_arrived(struct sj_load_latency *load, double now, uint32_t in_flight);
/* One that came `latency` ago has gone; which one is found by its time. O(log in flight). False: no memory. */
bool sj_load_latency_finished(struct sj_load_latency *load, double now, double latency);
/* Records a latency with the number in flight at its arrival. False: no memory. */
bool sj_load_latency_add(struct sj_load_latency *load, uint32_t in_flight, double latency);

/* The median near `in_flight`; NAN if nothing has finished yet. Of an even number the lower of the two in the middle.
 */
double sj_load_latency_median(const struct sj_load_latency *load, uint32_t in_flight);

/* Starts over: the server is another now. */
void sj_load_latency_clear(struct sj_load_latency *load);
void sj_load_latency_destroy(struct sj_load_latency *load);

#endif
