#include "sojourn/measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "measure/clock.h"
#include "measure/payload.h"
#include "measure/place.h"
#include "measure/report.h"

void sj_measure_options_default(struct sj_measure_options *options) {
  *options = (struct sj_measure_options){.producers = 3, .rows = 500000, .duration = 10, .seed = 1, .ceilings = true};
}

enum { QUEUE_BYTES = 16000000, QUEUE_MOST = 64 };

/* One slot for each producer to write and one to read are the least with which nobody waits for long. More only help
 * small messages, of which many are under way; of large ones they are more memory than the caches hold. */
static struct sj_measure_options resolved(const struct sj_measure_options *options) {
  struct sj_measure_options o = *options;
  if (o.queue > 0 || o.rows == 0 || o.producers > SJ_MEASURE_PRODUCERS_MAX) return o;
  const uint64_t slots = QUEUE_BYTES / SJ_PAYLOAD_ROW / o.rows;
  o.queue = slots > QUEUE_MOST ? QUEUE_MOST : (unsigned)slots;
  if (o.queue <= o.producers) o.queue = o.producers + 1;
  return o;
}

struct sj_results *sj_measure_results_prepare(const struct sj_measure_options *options) {
  const struct sj_measure_options o = resolved(options);
  return sj_measure_prepare(&o);
}

static enum sj_status check(const struct sj_measure_options *o, struct sj_error *error) {
  if (o->producers < 1 || o->producers > SJ_MEASURE_PRODUCERS_MAX)
    return sj_error_set(error, SJ_INVALID, "expected 1 to %d producers, got %u", SJ_MEASURE_PRODUCERS_MAX,
                        o->producers);
  if (o->rows < 1 || o->rows > UINT64_C(1) << 30)
    return sj_error_set(error, SJ_INVALID, "expected a payload of 1 to 2^30 rows");
  if (!(o->duration > 0) || o->duration > SJ_BOARD_WINDOWS - 1)
    return sj_error_set(error, SJ_INVALID, "expected a duration above 0 s and of at most %d s, got %g s",
                        SJ_BOARD_WINDOWS - 1, o->duration);
  if (!(o->rate >= 0) || !isfinite(o->rate)) return sj_error_set(error, SJ_INVALID, "expected a rate of at least 0");
  if (o->queue < 1 || o->queue > SJ_RING_SLOTS_MAX)
    return sj_error_set(error, SJ_INVALID, "expected a queue of 1 to %d", SJ_RING_SLOTS_MAX);
  if ((o->store == SJ_MEASURE_MEMORY) != !o->store_path)
    return sj_error_set(error, SJ_INVALID, "a store in memory has no path, any other has one");
  return SJ_OK;
}

static enum sj_status make_ring(const struct sj_measure_options *options, size_t message_bytes, struct sj_ring **ring,
                                struct sj_error *error) {
  static const enum sj_ring_wait waits[] = {SJ_RING_WAIT_AUTO, SJ_RING_WAIT_SPIN, SJ_RING_WAIT_FUTEX};
  const struct sj_ring_options wanted = {.name = options->segment,
                                         .slots = options->queue,
                                         .slot_bytes = message_bytes,
                                         .members = options->producers + 8,
                                         .order = SJ_RING_BY_HANDLE,
                                         .wait = waits[options->wait],
                                         .huge_pages = true};
  const double needed = (double)message_bytes * options->queue;
  const double there = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
  if (needed > 0.75 * there)
    return sj_error_set(error, SJ_FAILED,
                        "%u slots of %zu bytes are %.3g GB, more than three quarters of the memory "
                        "there is, %.3g GB: expected fewer slots (--queue) or rows (--payload)",
                        options->queue, message_bytes, needed / 1e9, there / 1e9);
  return sj_ring_create(&wanted, ring, error);
}

static void set_addresses(const struct sj_measure_options *options, const struct sj_place *place,
                          struct sj_board *board) {
  switch (options->transport) {
    case SJ_TRANSPORT_TCP:
      snprintf(board->in, sizeof board->in, "tcp://127.0.0.1:*");
      snprintf(board->out, sizeof board->out, "tcp://127.0.0.1:*");
      break;
    case SJ_TRANSPORT_INPROC:
      snprintf(board->in, sizeof board->in, "inproc://in");
      snprintf(board->out, sizeof board->out, "inproc://out");
      break;
    default:
      snprintf(board->in, sizeof board->in, "ipc://%s/in", place->path);
      snprintf(board->out, sizeof board->out, "ipc://%s/out", place->path);
  }
}

struct job {
  struct sj_measurement measurement;
  struct sj_place place;
  struct sj_watched watched;
  struct sj_ceilings ceilings;
};

static enum sj_status prepare(struct job *job, const struct sj_measure_options *options, struct sj_error *error) {
  struct sj_payload *payload = NULL;
  struct sj_measurement *const measurement = &job->measurement;
  enum sj_status status = sj_payload_create(options, 0, 0, &payload, error);
  if (status == SJ_OK) measurement->message_bytes = sj_payload_size(payload);
  sj_payload_destroy(payload);
  /* A handle's queue is bounded by the ring; a payload's by the bus. */
  measurement->most = options->transport == SJ_TRANSPORT_SHM ? options->queue + 1000 : options->queue;
  if (status == SJ_OK) status = sj_board_create(options->producers, &measurement->board, error);
  if (status == SJ_OK) status = sj_place_make(&job->place, options->segment, error);
  if (status == SJ_OK) set_addresses(options, &job->place, measurement->board);
  if (status == SJ_OK && options->transport == SJ_TRANSPORT_SHM)
    status = make_ring(options, measurement->message_bytes, &measurement->ring, error);
  return status;
}

static enum sj_status measure(struct job *job, const struct sj_measure_options *options, struct sj_results **results,
                              struct sj_error *error) {
  struct sj_results *const made = sj_measure_prepare(options);
  if (!made) return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  if (options->ceilings) job->ceilings = sj_ceilings_measure(job->measurement.message_bytes, options->queue);
  const uint64_t begun = sj_now_ns();
  const enum sj_status outcome = sj_supervise(&job->measurement, &job->watched, error);
  enum sj_status status = outcome;
  /* Interrupted before it began, it has nothing to report. */
  const bool any = SJ_LOAD(job->measurement.board->start_ns) > 0;
  if (any && (outcome == SJ_OK || outcome == SJ_INTERRUPTED))
    status = sj_measure_report(&job->measurement, &job->watched, &job->ceilings, made, error);
  if (*job->place.notice) sj_results_add_note(made, "%s", job->place.notice);
  made->wall_seconds = (double)(sj_now_ns() - begun) / 1e9;
  if (status == SJ_OK) {
    *results = made;
    return outcome;
  }
  sj_results_destroy(made);
  return status;
}

enum sj_status sj_measure_run(const struct sj_measure_options *asked, struct sj_results **results,
                              struct sj_error *error) {
  const struct sj_measure_options whole = resolved(asked), *const options = &whole;
  struct job job = {.measurement = {.options = options}, .place = {.lock = -1}, .ceilings = {(double)NAN, (double)NAN}};
  enum sj_status status = check(options, error);
  *results = NULL;
  if (status == SJ_OK && !sj_bus_built()) {
    struct sj_bus *none;
    status = sj_bus_open(&none, error);
  }
  if (status == SJ_OK) status = prepare(&job, options, error);
  if (status == SJ_OK) status = measure(&job, options, results, error);
  sj_ring_close(job.measurement.ring);
  if (job.measurement.ring && options->segment) sj_ring_unlink(options->segment, NULL);
  sj_place_remove(&job.place);
  sj_board_destroy(job.measurement.board);
  return status;
}
