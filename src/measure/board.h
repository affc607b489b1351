/* What the processes of a measurement tell each other: shared memory that is made before they are forked and that
 * outlives each of them, so that what a killed one had counted is not lost. Every place has one writer. */
#ifndef SJ_MEASURE_BOARD_H
#define SJ_MEASURE_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "measure/broker.h"
#include "measure/bus.h"
#include "sojourn/measure.h"
#include "stats/histogram.h"

enum sj_board_phase { SJ_PHASE_PREPARE, SJ_PHASE_RUN, SJ_PHASE_DRAIN, SJ_PHASE_END };
enum sj_board_state { SJ_STATE_ABSENT, SJ_STATE_READY, SJ_STATE_DONE };

/* One-second windows; the last takes all that comes later. */
enum { SJ_BOARD_WINDOWS = 1 << 17, SJ_BOARD_OCTAVES = 44 };

/* Times from 2^-30 s (1 ns) to 2^14 s in the cells of sj_histogram; what is outside counts in the first or last. */
struct sj_board_times {
  uint64_t counts[SJ_BOARD_OCTAVES * (1 << SJ_HISTOGRAM_SUBBITS) + 1];
  uint64_t count, sum_ns, min_ns, max_ns;
};
void sj_board_times_add(struct sj_board_times *times, uint64_t ns);
/* A histogram in seconds that lies in the board: not to be destroyed, nor added to. */
struct sj_histogram sj_board_times_view(struct sj_board_times *times);
double sj_board_times_quantile(struct sj_board_times *times, double p); /* s; NAN: none */
double sj_board_times_mean(const struct sj_board_times *times);         /* s; NAN: none */

struct sj_board_producer {
  _Atomic uint32_t state, incarnation;
  _Atomic uint64_t sent;           /* handed to the bus; the next sequence */
  _Atomic uint64_t dropped;        /* with --drop */
  _Atomic uint64_t waits, wait_ns; /* for room */
  _Atomic uint64_t unsent;         /* due before the end, and not sent by then */
  /* The schedule, where the next incarnation goes on: messages that were due, and when the next is. */
  _Atomic uint64_t due, next_ns;
  struct sj_board_times generation; /* to make a message, once there was room */
};

struct sj_board_window {
  uint64_t bytes, messages, bus_bytes;
};

struct sj_board_store {
  _Atomic uint32_t state, incarnation;
  _Atomic uint64_t alive_ns;                             /* when it last looked around */
  _Atomic uint64_t received, duplicated, corrupt, stale; /* stale: handles whose message was taken or given up before */
  _Atomic uint64_t bus_messages, bus_bytes, control, statistics;
  _Atomic uint64_t under_way_ns; /* bus: sum over messages of the time each was on its way within the run */
  _Atomic uint64_t expired;      /* shm: slots given up since their handle was lost */
  _Atomic uint32_t complete;     /* every producer's last message is known and behind us */
  _Atomic uint32_t ended[SJ_MEASURE_PRODUCERS_MAX]; /* that producer's end was received */
  struct sj_board_times latency, service, transit;  /* transit: from published to received */
  struct sj_board_window windows[SJ_BOARD_WINDOWS];
};

struct sj_board {
  _Atomic uint32_t phase;
  _Atomic uint64_t start_ns, stop_ns;
  _Atomic uint64_t accident_ns; /* when a process was last found dead */
  _Atomic uint32_t broker_state;
  _Atomic uint64_t in_flight_max;                 /* bus */
  char in[SJ_BUS_ENDPOINT], out[SJ_BUS_ENDPOINT]; /* the broker's addresses */
  struct sj_broker_counts broker;
  /* The first thing that could not be done. */
  _Atomic uint32_t failed;
  uint32_t failure_status;
  char failure[1024];
  struct sj_board_producer producers[SJ_MEASURE_PRODUCERS_MAX];
  struct sj_board_store store;
  /* A bit for each message received: of producer p and sequence s, that of s modulo 2^30. */
  uint64_t *seen[SJ_MEASURE_PRODUCERS_MAX];
};

/* Makes it for so many producers. SJ_NO_MEMORY. Shared with processes forked later. */
enum sj_status sj_board_create(unsigned producers, struct sj_board **board, struct sj_error *error);
void sj_board_destroy(struct sj_board *board); /* NULL is allowed */

/* Marks message `sequence` of a producer as received; false if it was. */
bool sj_board_see(struct sj_board *board, unsigned producer, uint64_t sequence);

/* Says that something could not be done; only the first one is kept. */
void sj_board_fail(struct sj_board *board, enum sj_status status, const char *message);

#define SJ_LOAD(place) atomic_load_explicit(&(place), memory_order_acquire)
#define SJ_STORE(place, value) atomic_store_explicit(&(place), value, memory_order_release)
/* For places with one writer. */
#define SJ_ADD(place, value) \
  atomic_store_explicit(&(place), atomic_load_explicit(&(place), memory_order_relaxed) + (value), memory_order_release)

#endif
