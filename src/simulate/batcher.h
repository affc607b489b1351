/* What a batcher and a store count, and the steps of their lives that others take. Private to src/simulate.
 *
 * A batcher is a server whose members have a struct batcher: requests wait in it, and leave in batches. A batch is a
 * request of the batcher's own (of the one call that its spec has) to its target, with its timeouts, retries and
 * copies; the requests in it are answered when that is closed. A batch holds a slot while an attempt of it is out. */
#ifndef SJ_SIMULATE_BATCHER_H
#define SJ_SIMULATE_BATCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "simulate/statistics.h"

struct attempt;
struct batcher;
struct engine;
struct request;
struct server;

/* Why a batch was sent. */
enum { BATCH_BY_SIZE, BATCH_BY_TIME, BATCH_BY_IDLENESS, BATCH_REASONS };
enum { MOST_RETRIES_COUNTED = 10 };
/* Waiting because every slot is taken; waiting for the batch to fill; batches on the way; all requests held, without
 * those of batches that wait for a retry. */
enum { LEVEL_PENDING, LEVEL_CURRENT, LEVEL_IN_FLIGHT, LEVEL_UNACKNOWLEDGED, LEVELS };

struct requests_and_bytes {
  uint64_t requests;
  double bytes;
};

struct batcher_statistics {
  struct sj_gauge levels[LEVELS];
  struct sample requests, bytes, latency; /* of answered batches whose first request is counted */
  uint64_t sent[BATCH_REASONS];           /* likewise, and the next three */
  uint64_t retried, abandoned, retries[MOST_RETRIES_COUNTED];
  struct requests_and_bytes received, answered, failed, lost, withdrawn; /* over the whole run */
  struct sample sampled[LEVELS];
  double window[LEVELS][3]; /* mean, max, 95 % quantile over the measured window, taken at its end */
};

void sj_batcher_statistics_account(struct batcher_statistics *s, double now);
void sj_batcher_statistics_reset(struct batcher_statistics *s, double now);
void sj_batcher_statistics_close(struct batcher_statistics *s, double now);
void sj_batcher_statistics_clear(struct batcher_statistics *s);

bool sj_batcher_create(struct engine *engine, struct server *server); /* false: no memory */
void sj_batcher_destroy(struct server *server);
void sj_batcher_start(struct engine *engine, struct server *server);
/* The attempt has been let in and counted. */
void sj_batcher_receive(struct engine *engine, struct server *server, struct attempt *attempt);
/* One of those that wait is not wanted any more; levels of the server are the caller's to count. */
void sj_batcher_withdraw(struct engine *engine, struct server *server, struct attempt *attempt);
/* One of its events, EVENT_BATCH_...: its timer; batches that ended as they were sent are answered; its levels are
 * looked at. `kind` is an enum event_kind. */
void sj_batcher_happen(struct engine *engine, struct server *server, unsigned kind);

/* Steps of a batch's request, which has its `batch` set: it waits for a retry (at once, or after a while); the wait is
 * over; it is closed. */
void sj_batch_backs_off(struct engine *engine, struct request *request, bool at_once);
void sj_batch_retry(struct engine *engine, struct request *request);
void sj_batch_closed(struct engine *engine, struct request *request, bool ok);

/* What befalls it: a crash takes all it holds, and what it has sent is forgotten; after a stall; other figures. */
void sj_batcher_crash(struct engine *engine, struct server *server, bool answer_error);
void sj_batcher_resume(struct engine *engine, struct server *server);
void sj_batcher_changed(struct engine *engine, struct server *server);

/* Asserts what must hold at the end of a run: nothing was made or lost on the way. `empty`: nothing is left. */
void sj_batcher_check(const struct server *server, bool empty);

/* store.c: the time that a store takes for an attempt whose service begins; notes in it whether it will fail. */
double sj_store_time(struct engine *engine, struct server *server, struct attempt *attempt);

#endif
