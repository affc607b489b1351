/* The store's process: it receives, verifies and keeps messages, and counts all that the measurement tells. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "measure/clock.h"
#include "measure/payload.h"
#include "measure/roles.h"
#include "measure/sink.h"

enum { CHECK_MS = 50, SPIN_NS = 20000 };
/* After an accident: when nothing came for so long, or so much later at the latest, what had not come is lost. */
static const uint64_t quiet_ns = SJ_SECOND_NS, late_ns = 5 * SJ_SECOND_NS;

struct storing {
  const struct sj_measurement *measurement;
  const struct sj_measure_options *options;
  struct sj_board *board;
  struct sj_board_store *place;
  struct sj_bus_subscriber *subscriber;
  struct sj_ring_member *member;
  struct sj_sink *sink;
  uint64_t start_ns, stop_ns; /* 0: not known yet */
  uint64_t last_ns;           /* when a message came last */
  uint64_t handled_ns;        /* the accident that was cleaned up after */
};

/* "path/name.arrow" of the first incarnation, "path/name-1.arrow" of the next one. */
static char *path_of(const struct sj_measure_options *options, uint32_t incarnation) {
  if (!options->store_path) return NULL;
  if (incarnation == 0) return sj_copy_string(options->store_path);
  const char *const slash = strrchr(options->store_path, '/');
  const char *const dot = strrchr(slash ? slash : options->store_path, '.');
  const int stem = dot ? (int)(dot - options->store_path) : (int)strlen(options->store_path);
  return sj_format("%.*s-%u%s", stem, options->store_path, incarnation, dot ? dot : "");
}

/* The time in [from, to] that lies within the run. */
static uint64_t within(const struct storing *storing, uint64_t from, uint64_t to) {
  const uint64_t stop_ns = SJ_LOAD(storing->board->stop_ns);
  if (from < storing->start_ns) from = storing->start_ns;
  if (to > stop_ns) to = stop_ns;
  return to > from ? to - from : 0;
}

static struct sj_board_window *window_at(struct storing *storing, uint64_t now) {
  const uint64_t start_ns = SJ_LOAD(storing->board->start_ns);
  if (start_ns == 0 || now < start_ns) return NULL;
  const uint64_t second = (now - start_ns) / SJ_SECOND_NS;
  return &storing->place->windows[second < SJ_BOARD_WINDOWS ? second : SJ_BOARD_WINDOWS - 1];
}

static void count_in_flight(struct storing *storing) {
  uint64_t sent = 0;
  for (unsigned i = 0; i < storing->options->producers; i++) sent += SJ_LOAD(storing->board->producers[i].sent);
  const uint64_t gone = SJ_LOAD(storing->place->received) + SJ_LOAD(storing->place->corrupt);
  if (sent > gone && sent - gone > SJ_LOAD(storing->board->in_flight_max))
    SJ_STORE(storing->board->in_flight_max, sent - gone);
}

static void count_received(struct storing *storing, const struct sj_bus_handle *handle, uint64_t came, uint64_t done) {
  struct sj_board_store *const place = storing->place;
  if (!sj_board_see(storing->board, handle->producer, handle->sequence)) {
    SJ_ADD(place->duplicated, 1);
    return;
  }
  sj_board_times_add(&place->latency, done > handle->intended_ns ? done - handle->intended_ns : 0);
  sj_board_times_add(&place->service, done - came);
  sj_board_times_add(&place->transit, came > handle->published_ns ? came - handle->published_ns : 0);
  SJ_ADD(place->under_way_ns, within(storing, handle->claimed_ns, done));
  if (!storing->member) count_in_flight(storing);
  SJ_ADD(place->received, 1);
  struct sj_board_window *const window = window_at(storing, done);
  if (!window) return;
  window->bytes += storing->options->rows * SJ_PAYLOAD_ROW;
  window->messages++;
}

/* Verifies and keeps a message whose bytes are at hand. */
static enum sj_status keep(struct storing *storing, const struct sj_bus_handle *handle, const void *bytes, size_t size,
                           struct sj_error *error) {
  const struct sj_sink_message message = {
      .bytes = bytes, .size = size, .label = {handle->producer, handle->sequence}, .checksum = handle->checksum};
  const enum sj_status status = sj_sink_write(storing->sink, &message, error);
  if (status == SJ_INVALID) SJ_ADD(storing->place->corrupt, 1);
  return status;
}

static enum sj_status from_ring(struct storing *storing, const struct sj_bus_handle *handle, uint64_t came,
                                struct sj_error *error) {
  const struct sj_ring_handle ring_handle = {.ring = handle->ring,
                                             .slot = handle->slot,
                                             .generation = handle->generation,
                                             .sequence = handle->publication,
                                             .bytes = handle->bytes};
  struct sj_ring_message message;
  const enum sj_ring_result result = sj_ring_take_handle(storing->member, &ring_handle, &message);
  if (result == SJ_RING_STALE) SJ_ADD(storing->place->stale, 1);
  if (result == SJ_RING_FORGED || result == SJ_RING_MISUSED) SJ_ADD(storing->place->corrupt, 1);
  if (result != SJ_RING_OK) return SJ_OK;
  const enum sj_status status = keep(storing, handle, message.data, message.bytes, error);
  const uint64_t done = sj_now_ns();
  sj_ring_release(storing->member, &message);
  if (status == SJ_OK) count_received(storing, handle, came, done);
  return status == SJ_INVALID ? SJ_OK : status;
}

static enum sj_status take(struct storing *storing, const struct sj_bus_arrival *arrival, uint64_t came,
                           struct sj_error *error) {
  const struct sj_bus_handle *const handle = &arrival->handle;
  struct sj_board_store *const place = storing->place;
  SJ_ADD(place->bus_messages, 1);
  SJ_ADD(place->bus_bytes, arrival->bytes);
  struct sj_board_window *const window = window_at(storing, came);
  if (window) window->bus_bytes += arrival->bytes;
  if (!arrival->good || handle->producer >= storing->options->producers) {
    SJ_ADD(place->corrupt, 1);
    return SJ_OK;
  }
  if (handle->kind == SJ_BUS_CONTROL) SJ_ADD(place->control, 1);
  if (handle->kind == SJ_BUS_CONTROL && handle->sequence == SJ_CONTROL_END) SJ_STORE(place->ended[handle->producer], 1);
  if (handle->kind == SJ_BUS_STATISTICS) SJ_ADD(place->statistics, 1);
  if (handle->kind != SJ_BUS_DATA) return SJ_OK;
  storing->last_ns = came;
  if (handle->ring && storing->member) return from_ring(storing, handle, came, error);
  const enum sj_status status = keep(storing, handle, arrival->payload, arrival->payload_bytes, error);
  if (status == SJ_OK) count_received(storing, handle, came, sj_now_ns());
  return status == SJ_INVALID ? SJ_OK : status;
}

/* Frees slots whose handles a dead process took with it. */
static void clean_up(struct storing *storing, uint64_t now) {
  const uint64_t accident = SJ_LOAD(storing->board->accident_ns);
  if (!storing->member || accident == storing->handled_ns) return;
  if (SJ_LOAD(storing->board->broker_state) != SJ_STATE_READY) storing->last_ns = now; /* handles wait for it */
  const uint64_t since = accident > storing->last_ns ? accident : storing->last_ns;
  if (now < since + quiet_ns && now < accident + late_ns) return;
  sj_ring_reclaim(storing->member, NULL);
  SJ_ADD(storing->place->expired, sj_ring_expire(storing->member, (int64_t)(now - accident), false));
  storing->handled_ns = accident;
}

static void look_for_end(struct storing *storing) {
  bool all = SJ_LOAD(storing->board->phase) >= SJ_PHASE_DRAIN, ended = true;
  uint64_t sent = 0;
  for (unsigned i = 0; i < storing->options->producers && all; i++) {
    all = SJ_LOAD(storing->board->producers[i].state) == SJ_STATE_DONE;
    ended = ended && SJ_LOAD(storing->place->ended[i]);
    sent += SJ_LOAD(storing->board->producers[i].sent);
  }
  const uint64_t gone = SJ_LOAD(storing->place->received) + SJ_LOAD(storing->place->corrupt);
  SJ_STORE(storing->place->complete, all && (ended || gone >= sent));
}

/* Waits for a message as --wait says. */
static enum sj_bus_outcome receive(struct storing *storing, bool crowded, struct sj_bus_arrival *arrival) {
  enum sj_bus_outcome outcome = sj_bus_receive(storing->subscriber, 0, arrival);
  const enum sj_measure_wait wait = storing->options->wait;
  if (outcome != SJ_BUS_WAITING) return outcome;
  const bool spin = wait == SJ_MEASURE_WAIT_SPIN || (wait == SJ_MEASURE_WAIT_AUTO && !crowded);
  const uint64_t end = sj_now_ns() + (wait == SJ_MEASURE_WAIT_SPIN ? (uint64_t)CHECK_MS * 1000000 : SPIN_NS);
  while (spin && outcome == SJ_BUS_WAITING && sj_now_ns() < end)
    outcome = sj_bus_receive(storing->subscriber, 0, arrival);
  if (outcome != SJ_BUS_WAITING || wait == SJ_MEASURE_WAIT_SPIN) return outcome;
  return sj_bus_receive(storing->subscriber, CHECK_MS, arrival);
}

static enum sj_status store(struct storing *storing, struct sj_error *error) {
  /* Producers, broker, ZeroMQ's own thread, and us. */
  const bool crowded = storing->options->producers + 3 > (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
  while (SJ_LOAD(storing->board->phase) != SJ_PHASE_END) {
    struct sj_bus_arrival arrival;
    const enum sj_bus_outcome outcome = receive(storing, crowded, &arrival);
    const uint64_t now = sj_now_ns();
    storing->start_ns = SJ_LOAD(storing->board->start_ns);
    SJ_STORE(storing->place->alive_ns, now);
    if (outcome == SJ_BUS_BROKEN) return sj_error_set(error, SJ_FAILED, "the message bus does not receive");
    if (outcome == SJ_BUS_DONE) {
      const enum sj_status status = take(storing, &arrival, now, error);
      if (status != SJ_OK) return status;
    }
    clean_up(storing, now);
    if (SJ_LOAD(storing->board->phase) >= SJ_PHASE_DRAIN) look_for_end(storing);
  }
  return SJ_OK;
}

static enum sj_status prepare(struct storing *storing, struct sj_bus *bus, struct sj_error *error) {
  const struct sj_measurement *const measurement = storing->measurement;
  char *const path = path_of(storing->options, SJ_LOAD(storing->place->incarnation));
  enum sj_status status = sj_sink_open((enum sj_sink_kind)storing->options->store, path, sj_payload_columns,
                                       SJ_PAYLOAD_COLUMNS, &storing->sink, error);
  free(path);
  if (status == SJ_OK && measurement->ring) status = sj_ring_join(measurement->ring, &storing->member, error);
  if (status == SJ_OK)
    status = sj_bus_subscriber_create(bus, storing->board->out, measurement->most, &storing->subscriber, error);
  if (status == SJ_OK && storing->member) sj_ring_reclaim(storing->member, NULL);
  return status;
}

enum sj_status sj_role_store(const struct sj_measurement *measurement, struct sj_bus *bus, struct sj_error *error) {
  struct storing *const storing = sj_allocate(sizeof *storing);
  *storing = (struct storing){.measurement = measurement,
                              .options = measurement->options,
                              .board = measurement->board,
                              .place = &measurement->board->store};
  enum sj_status status = prepare(storing, bus, error);
  if (status == SJ_OK) {
    SJ_STORE(storing->place->state, SJ_STATE_READY);
    status = store(storing, error);
  }
  sj_bus_subscriber_destroy(storing->subscriber);
  const enum sj_status closed = sj_sink_close(storing->sink, status == SJ_OK ? error : NULL);
  if (status == SJ_OK) status = closed;
  sj_ring_leave(storing->member);
  SJ_STORE(storing->place->state, SJ_STATE_DONE);
  free(storing);
  return status;
}
