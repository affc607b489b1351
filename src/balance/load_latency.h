/* What a server answers a probe that asks how long a request would take now: the median latency of recent requests that
 * arrived when about as many were in flight as are now.
 *
 * Wydrowski, Kleinberg, Rumble and Archer, "Load is not what you should balance: introducing Prequal" (NSDI 2024),
 * section 4 ("load signals"): each latency is recorded with the number of requests in flight at its arrival; the answer
 * is the median of those recorded at or near the current number. The paper leaves open how many are kept and what is
 * near; here it is the last 128, of each number in flight the last 9 of these, and the least distance 0, 1, 2, 4, ...
 * at which there are 5, else all. */
#ifndef SJ_BALANCE_LOAD_LATENCY_H
#define SJ_BALANCE_LOAD_LATENCY_H

#include <stdbool.h>
#include <stdint.h>

enum { SJ_LOAD_LATENCIES = 128, SJ_LOAD_LATENCY_ENOUGH = 5, SJ_LOAD_LATENCY_MOST = 9 };

/* One that has come, and how many there were before it. */
struct sj_load_arrival {
  double time;
  uint32_t in_flight;
};
/* One that has finished. */
struct sj_load_sample {
  double latency;
  uint64_t before; /* how many had finished with the last that had met as many; 0: none */
  uint32_t in_flight;
};

/* Zero-initialize. 3 KiB a server, and up to 40 bytes for each request it ever had at once. */
struct sj_load_latency {
  uint64_t total; /* that finished; a ring of the last of them: */
  struct sj_load_sample samples[SJ_LOAD_LATENCIES];
  uint64_t *newest; /* as `before`, of the last one, by how many it had met; `levels` of them */
  uint32_t levels;
  struct sj_load_arrival *arrivals; /* a ring, in the order of time */
  uint32_t arrival_first, arrival_count, arrival_capacity;
};

/* A request comes at `now` and finds `in_flight` others. False: no memory. */
bool sj_load_latency_arrived(struct sj_load_latency *load, double now, uint32_t in_flight);
/* One that came `latency` ago has gone; which one is found by its time (one that was overtaken by so many that its
 * arrival is forgotten, by the oldest that is not). O(log in flight). False: no memory. */
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
