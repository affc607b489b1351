#include <stdlib.h>
#include <sys/prctl.h>

#include "base/base.h"
#include "measure/clock.h"
#include "measure/pacing.h"
#include "measure/payload.h"
#include "measure/roles.h"

enum { POLL_NS = 200000, CHECK_MS = 50, END_AGAIN_MS = 200, SPIN_NS = 50000 };

struct producer {
  const struct sj_measurement *measurement;
  const struct sj_measure_options *options;
  struct sj_board *board;
  struct sj_board_producer *place;
  unsigned index;
  uint32_t incarnation;
  struct sj_bus_publisher *publisher;
  struct sj_ring_member *member;
  struct sj_payload *payload;
  struct sj_pacing pacing;
  void *discarded;    /* where messages are made for which there is no slot */
  uint64_t share;     /* of options->messages; 0: no end */
  uint64_t second_ns; /* when statistics are due */
  uint64_t intended_ns;
  bool broken;
};

static bool running(const struct producer *producer) { return SJ_LOAD(producer->board->phase) == SJ_PHASE_RUN; }

static struct sj_bus_handle handle_of(const struct producer *producer, enum sj_bus_kind kind, uint64_t sequence,
                                      uint64_t value) {
  const uint64_t now = sj_now_ns();
  return (struct sj_bus_handle){.kind = (uint8_t)kind,
                                .producer = (uint16_t)producer->index,
                                .incarnation = producer->incarnation,
                                .sequence = sequence,
                                .value = value,
                                .intended_ns = now,
                                .claimed_ns = now,
                                .published_ns = now};
}

/* False when the run ended before there was room. */
static bool send(struct producer *producer, const struct sj_bus_handle *handle, bool with_payload) {
  for (;;) {
    const enum sj_bus_outcome outcome = sj_bus_send(producer->publisher, handle, with_payload, CHECK_MS);
    if (outcome == SJ_BUS_DONE) return true;
    producer->broken = outcome == SJ_BUS_BROKEN;
    if (producer->broken || SJ_LOAD(producer->board->phase) == SJ_PHASE_END) return false;
  }
}

static void send_statistics(struct producer *producer, uint64_t now) {
  const struct sj_board_producer *const place = producer->place;
  const uint64_t values[] = {SJ_LOAD(place->sent), SJ_LOAD(place->dropped), SJ_LOAD(place->waits)};
  if (now < producer->second_ns) return;
  producer->second_ns = now + SJ_SECOND_NS;
  for (uint64_t i = 0; i < 3; i++) {
    const struct sj_bus_handle handle = handle_of(producer, SJ_BUS_STATISTICS, SJ_STATISTIC_SENT + i, values[i]);
    sj_bus_send(producer->publisher, &handle, false, 0); /* what finds no room is superseded in a second */
  }
}

static uint64_t generate(struct producer *producer, uint64_t sequence, void *place) {
  const uint64_t begun = sj_now_ns();
  const uint64_t checksum = sj_payload_write(producer->payload, sequence, place);
  sj_board_times_add(&producer->place->generation, sj_now_ns() - begun);
  return checksum;
}

/* Makes the message all the same: what it is made from does not wait for room. */
static void drop(struct producer *producer) {
  if (!producer->pacing.open) generate(producer, SJ_LOAD(producer->place->sent), producer->discarded);
  SJ_ADD(producer->place->dropped, 1);
}

/* ---- payload in the ring ---- */

/* A slot; false when there is none and the message is dropped, or the run has ended. */
static bool claim(struct producer *producer, struct sj_ring_message *message) {
  if (sj_ring_claim(producer->member, 0, message) == SJ_RING_OK) return true;
  if (producer->options->drop) {
    drop(producer);
    return false;
  }
  const uint64_t begun = sj_now_ns();
  enum sj_ring_result result = SJ_RING_TIMEOUT;
  while (result == SJ_RING_TIMEOUT && running(producer))
    result = sj_ring_claim(producer->member, (int64_t)CHECK_MS * 1000000, message);
  SJ_ADD(producer->place->waits, 1);
  SJ_ADD(producer->place->wait_ns, sj_now_ns() - begun);
  return result == SJ_RING_OK;
}

static void through_ring(struct producer *producer) {
  struct sj_ring_message message;
  if (!claim(producer, &message)) return;
  const uint64_t sequence = SJ_LOAD(producer->place->sent);
  struct sj_bus_handle handle = handle_of(producer, SJ_BUS_DATA, sequence, 0);
  if (producer->pacing.open) handle.intended_ns = producer->intended_ns;
  message.bytes = producer->measurement->message_bytes;
  handle.bytes = message.bytes;
  handle.checksum = generate(producer, sequence, message.data);
  handle.published_ns = sj_now_ns();
  if (sj_ring_publish(producer->member, &message) != SJ_RING_OK) return; /* held for dead: the slot is not ours */
  handle.ring = message.handle.ring;
  handle.slot = message.handle.slot;
  handle.generation = message.handle.generation;
  handle.publication = message.handle.sequence;
  SJ_ADD(producer->place->sent, 1); /* before the bus has it: killed in between, it is lost, not sent twice */
  send(producer, &handle, false);
}

/* ---- payload on the bus ---- */

static void over_bus(struct producer *producer) {
  const uint64_t sequence = SJ_LOAD(producer->place->sent);
  struct sj_bus_handle handle = handle_of(producer, SJ_BUS_DATA, sequence, 0);
  if (producer->pacing.open) handle.intended_ns = producer->intended_ns;
  void *const place = sj_bus_payload(producer->publisher, producer->measurement->message_bytes);
  producer->broken = !place;
  if (!place) return;
  handle.bytes = producer->measurement->message_bytes;
  handle.checksum = generate(producer, sequence, place);
  handle.claimed_ns = handle.published_ns = sj_now_ns();
  SJ_ADD(producer->place->sent, 1);
  const enum sj_bus_outcome outcome = sj_bus_send(producer->publisher, &handle, true, 0);
  producer->broken = outcome == SJ_BUS_BROKEN;
  if (outcome != SJ_BUS_WAITING) return;
  bool sent = false;
  if (producer->options->drop) {
    SJ_ADD(producer->place->dropped, 1);
  } else {
    sent = send(producer, &handle, true);
    SJ_ADD(producer->place->waits, 1);
    SJ_ADD(producer->place->wait_ns, sj_now_ns() - handle.claimed_ns);
  }
  if (!sent) SJ_STORE(producer->place->sent, sequence);
}

/* ---- the run ---- */

/* Waits until the next message is due; false when none is due any more. */
static bool wait_for_turn(struct producer *producer) {
  struct sj_board_producer *const place = producer->place;
  if (!running(producer)) return false;
  if (producer->share && SJ_LOAD(place->due) >= producer->share) return false;
  if (producer->pacing.open) {
    producer->intended_ns = SJ_LOAD(place->next_ns);
    if (producer->intended_ns >= SJ_LOAD(producer->board->stop_ns)) return false;
    const uint64_t spin = producer->options->wait == SJ_MEASURE_WAIT_SPIN ? SPIN_NS : 0;
    for (uint64_t now = sj_now_ns(); now < producer->intended_ns && running(producer); now = sj_now_ns()) {
      const uint64_t most = now + (uint64_t)CHECK_MS * 1000000;
      if (producer->intended_ns - now > spin)
        sj_sleep_until(producer->intended_ns - spin < most ? producer->intended_ns - spin : most);
    }
    SJ_STORE(place->next_ns, sj_pacing_next(&producer->pacing, producer->intended_ns));
  } else if (sj_now_ns() >= SJ_LOAD(producer->board->stop_ns)) {
    return false;
  }
  SJ_ADD(place->due, 1);
  return running(producer);
}

static void produce(struct producer *producer) {
  while (!producer->broken && wait_for_turn(producer)) {
    if (producer->member)
      through_ring(producer);
    else
      over_bus(producer);
    send_statistics(producer, sj_now_ns());
  }
}

static enum sj_status prepare(struct producer *producer, struct sj_bus *bus, struct sj_error *error) {
  const struct sj_measurement *const measurement = producer->measurement;
  enum sj_status status =
      sj_payload_create(producer->options, producer->index, producer->incarnation, &producer->payload, error);
  if (status == SJ_OK && measurement->ring) status = sj_ring_join(measurement->ring, &producer->member, error);
  if (status == SJ_OK)
    status = sj_bus_publisher_create(bus, producer->board->in, measurement->most, &producer->publisher, error);
  if (status != SJ_OK) return status;
  if (measurement->ring && producer->options->drop) producer->discarded = malloc(measurement->message_bytes);
  if (measurement->ring && producer->options->drop && !producer->discarded)
    return sj_error_set(error, SJ_NO_MEMORY, "out of memory");
  sj_pacing_start(&producer->pacing, producer->options, producer->index, producer->incarnation);
  if (producer->options->messages)
    producer->share = producer->options->messages / producer->options->producers +
                      (producer->index < producer->options->messages % producer->options->producers);
  enum sj_bus_outcome outcome = SJ_BUS_WAITING;
  while (outcome == SJ_BUS_WAITING && SJ_LOAD(producer->board->phase) != SJ_PHASE_END)
    outcome = sj_bus_publisher_ready(producer->publisher, CHECK_MS);
  producer->broken = outcome == SJ_BUS_BROKEN;
  return SJ_OK;
}

/* What was due before the end and could not be sent by then. */
static void count_unsent(struct producer *producer) {
  struct sj_board_producer *const place = producer->place;
  const uint64_t stop_ns = SJ_LOAD(producer->board->stop_ns), due = SJ_LOAD(place->due);
  uint64_t next_ns = SJ_LOAD(place->next_ns), unsent = 0;
  while (producer->pacing.open && next_ns < stop_ns && (!producer->share || due + unsent < producer->share)) {
    next_ns = sj_pacing_next(&producer->pacing, next_ns);
    unsent++;
  }
  SJ_STORE(place->unsent, unsent);
}

/* Says so again and again: a broker that is killed takes what it holds with it. */
static void end(struct producer *producer) {
  const uint64_t sent = SJ_LOAD(producer->place->sent);
  uint64_t next = 0;
  count_unsent(producer);
  SJ_STORE(producer->place->state, SJ_STATE_DONE);
  while (!producer->broken && SJ_LOAD(producer->board->phase) != SJ_PHASE_END) {
    const uint64_t now = sj_now_ns();
    const struct sj_bus_handle handle = handle_of(producer, SJ_BUS_CONTROL, SJ_CONTROL_END, sent);
    if (now >= next && sj_bus_send(producer->publisher, &handle, false, 0) == SJ_BUS_DONE)
      next = now + (uint64_t)END_AGAIN_MS * 1000000;
    sj_sleep_until(now + 10 * POLL_NS);
  }
}

enum sj_status sj_role_producer(const struct sj_measurement *measurement, struct sj_bus *bus, unsigned index,
                                struct sj_error *error) {
  struct producer *const producer = sj_allocate(sizeof *producer);
  *producer = (struct producer){.measurement = measurement,
                                .options = measurement->options,
                                .board = measurement->board,
                                .place = &measurement->board->producers[index],
                                .index = index};
  producer->incarnation = SJ_LOAD(producer->place->incarnation);
  prctl(PR_SET_TIMERSLACK, 1UL);
  enum sj_status status = prepare(producer, bus, error);
  if (status == SJ_OK && !producer->broken) {
    const struct sj_bus_handle start = handle_of(producer, SJ_BUS_CONTROL, SJ_CONTROL_START, producer->incarnation);
    send(producer, &start, false);
    SJ_STORE(producer->place->state, SJ_STATE_READY);
    while (SJ_LOAD(producer->board->phase) == SJ_PHASE_PREPARE) sj_sleep_until(sj_now_ns() + POLL_NS);
    producer->second_ns = SJ_LOAD(producer->board->start_ns) + SJ_SECOND_NS;
    if (SJ_LOAD(producer->place->next_ns) == 0)
      SJ_STORE(producer->place->next_ns,
               sj_pacing_first(&producer->pacing, producer->options, index, SJ_LOAD(producer->board->start_ns)));
    produce(producer);
    end(producer);
  }
  if (status == SJ_OK && producer->broken) status = sj_error_set(error, SJ_FAILED, "the message bus does not send");
  sj_bus_publisher_destroy(producer->publisher);
  sj_ring_leave(producer->member);
  sj_payload_destroy(producer->payload);
  free(producer->discarded);
  free(producer);
  return status;
}
