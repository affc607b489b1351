/* Measuring the machine: real messages from producer processes through shared memory or a message bus to a store.
 *
 *   sj_measure_options_default(&options)
 *   sj_measure_run(&options, &results, error)            throughput, latency, queue, CPU, loss
 *   sj_measure_model(points, count, &text, error)        the same system as a model that sj_simulate_run takes
 *
 * Each producer, the broker of the bus and the store are processes that sj_measure_run forks, so call it before the
 * program starts threads (with inproc they are threads of one such process). Producers make tables of two columns,
 * `timestamp` and `value`, 16 bytes a row, as Arrow messages; with SJ_TRANSPORT_SHM they write them into slots of a
 * ring (sojourn/ring.h) and only a handle goes over the bus; with the others the message itself does. The store
 * verifies every byte of every message. docs/measure.md tells how to read the figures. */
#ifndef SOJOURN_MEASURE_H
#define SOJOURN_MEASURE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sojourn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sj_results;

enum sj_transport { SJ_TRANSPORT_SHM, SJ_TRANSPORT_IPC, SJ_TRANSPORT_TCP, SJ_TRANSPORT_INPROC };
enum sj_measure_store { SJ_MEASURE_MEMORY, SJ_MEASURE_FILE, SJ_MEASURE_HDF5, SJ_MEASURE_SQLITE };
enum sj_measure_wait { SJ_MEASURE_WAIT_AUTO, SJ_MEASURE_WAIT_SPIN, SJ_MEASURE_WAIT_FUTEX };
enum sj_payload_source { SJ_PAYLOAD_RANDOM, SJ_PAYLOAD_CONSTANT, SJ_PAYLOAD_COPY };

enum { SJ_MEASURE_PRODUCERS_MAX = 64 };

/* What is seen of a measurement each second while it runs. */
struct sj_measure_second {
  double time;       /* since the start, s */
  double throughput; /* bytes of payload verified in this second */
  double rate;       /* messages verified in this second */
  double p99;        /* of the latencies so far, s; NAN: none yet */
  double queue;      /* messages under way, now */
  uint64_t sent, received, dropped, corrupt, restarts;
};

/* What to measure; sj_measure_options_default gives what is said here. */
struct sj_measure_options {
  enum sj_transport transport; /* SJ_TRANSPORT_SHM */
  unsigned producers;          /* 3 */
  uint64_t rows;               /* of a message, 16 bytes each: 500000 */
  double duration;             /* s: 10 */
  uint64_t messages;           /* end after so many of all producers, even before `duration`; 0: no such end */
  double rate;                 /* messages per second of all producers together; 0: as fast as possible */
  bool even;                   /* with `rate`: at equal distances; else a Poisson process, which is the default */
  enum sj_measure_store store; /* SJ_MEASURE_MEMORY */
  const char *store_path;      /* of the other stores: a file that is not there yet */
  unsigned queue; /* slots of the ring; on the bus messages kept at each stage. 0: what holds 16 MB, from one more than
                     there are producers to 64 */
  enum sj_measure_wait wait;     /* SJ_MEASURE_WAIT_AUTO */
  bool drop;                     /* a full queue drops the newest message instead of making its producer wait: false */
  enum sj_payload_source source; /* SJ_PAYLOAD_RANDOM */
  uint64_t seed;                 /* of values and arrivals: 1 */
  const char *segment; /* shm: name of the segment in /dev/shm; NULL: it has none and nothing can stay behind */
  bool ceilings;       /* measure memcpy and reading on this machine, too: true */
  const volatile sig_atomic_t *stop; /* non-zero ends the measurement with what there is; NULL: never */
  /* Called each second; NULL: not called. */
  void (*on_second)(void *context, const struct sj_measure_second *second);
  void *context;
};
SJ_PUBLIC void sj_measure_options_default(struct sj_measure_options *options);

/* Results without a run, by which a results file finds the ones it holds (sojourn/store.h). NULL: no memory. */
SJ_PUBLIC struct sj_results *sj_measure_results_prepare(const struct sj_measure_options *options);

/* Measures. On SJ_OK and SJ_INTERRUPTED (what was measured until then, marked partial; NULL if it had not begun) the
 * results are the caller's.
 * SJ_INVALID: an option is out of range. SJ_FAILED: the bus, the ring or the store's file cannot be had, or a process
 * ended again and again; all processes are gone then, too. A producer, broker or store that is killed meanwhile is
 * started again; what was lost is in messages.lost and in the notes. */
SJ_PUBLIC enum sj_status sj_measure_run(const struct sj_measure_options *options, struct sj_results **results,
                                        struct sj_error *error);

/* A model of what was measured, as the text of a Lua file that the caller frees: producers and the store as servers,
 * with service laws fitted to the measured times. Of several results, which may differ in the size of the payload only,
 * the times as functions of the size. */
SJ_PUBLIC enum sj_status sj_measure_model(const struct sj_results *const *points, size_t count, char **text,
                                          struct sj_error *error);

#ifdef __cplusplus
}
#endif
#endif
