#include "measure/broker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "measure/bus_internal.h"

/* Messages forwarded before the control channel is looked at again; how long one may wait for room meanwhile. */
enum { BURST = 256, WAIT_MS = 100, CLOSED_MS = 10 };

struct sj_broker {
  struct sj_bus *bus;
  struct sj_broker_settings settings;
  void *in, *out;
  zmq_msg_t held; /* received, not sent yet */
  bool holds, paused, ended;
  unsigned subscribers;
};

static bool learn_endpoint(struct sj_bus *bus, void *socket, char endpoint[SJ_BUS_ENDPOINT]) {
  char found[SJ_BUS_ENDPOINT] = "";
  size_t size = sizeof found;
  if (strncmp(endpoint, "tcp://", 6) != 0) return true;
  if (bus->zeromq.getsockopt(socket, ZMQ_LAST_ENDPOINT, found, &size) != 0) return false;
  memcpy(endpoint, found, sizeof found);
  return true;
}

enum sj_status sj_broker_create(struct sj_bus *bus, struct sj_broker_settings *settings, struct sj_broker **broker,
                                struct sj_error *error) {
  struct sj_broker *const made = sj_allocate(sizeof *made);
  *made = (struct sj_broker){.bus = bus, .settings = *settings};
  *broker = made;
  bus->zeromq.msg_init(&made->held);
  made->out = sj_bus_socket(bus, ZMQ_XPUB, true, settings->out, settings->most, error);
  if (made->out) made->in = sj_bus_socket(bus, ZMQ_XSUB, true, settings->in, settings->most, error);
  if (!made->in) return SJ_FAILED;
  if (!learn_endpoint(bus, made->in, settings->in) || !learn_endpoint(bus, made->out, settings->out))
    return sj_error_set(error, SJ_FAILED, "the message bus does not tell its address");
  made->settings = *settings;
  sj_bus_set(bus, made->out, ZMQ_SNDTIMEO, WAIT_MS);
  /* One subscription of its own that stays: publishers always have somebody to wait for. */
  static const char subscription[] = "\1" SJ_BUS_TOPIC;
  if (bus->zeromq.send(made->in, subscription, sizeof subscription - 1, 0) < 0)
    return sj_error_set(error, SJ_FAILED, "the message bus: %s", bus->zeromq.strerror(bus->zeromq.reason()));
  return SJ_OK;
}

void sj_broker_destroy(struct sj_broker *broker) {
  if (!broker) return;
  broker->bus->zeromq.msg_close(&broker->held);
  if (broker->in) broker->bus->zeromq.close(broker->in);
  if (broker->out) broker->bus->zeromq.close(broker->out);
  free(broker);
}

static void obey(struct sj_broker *broker) {
  char commands[16];
  const ssize_t count = read(broker->settings.control, commands, sizeof commands);
  if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) broker->ended = true;
  for (ssize_t i = 0; i < count; i++) {
    if (commands[i] == 'T') broker->ended = true;
    if (commands[i] == 'P') broker->paused = true;
    if (commands[i] == 'R') broker->paused = false;
  }
}

static void look_at_control(struct sj_broker *broker) {
  struct pollfd control = {.fd = broker->settings.control, .events = POLLIN};
  if (poll(&control, 1, 0) > 0) obey(broker);
}

/* Subscriptions and their ends, which ZeroMQ tells once a topic. */
static void look_at_subscribers(struct sj_broker *broker) {
  const struct sj_zeromq *const zeromq = &broker->bus->zeromq;
  zmq_msg_t message;
  zeromq->msg_init(&message);
  while (zeromq->msg_recv(&message, broker->out, ZMQ_DONTWAIT) > 0) {
    const unsigned char first = *(const unsigned char *)zeromq->msg_data(&message);
    if (first == 1) broker->subscribers++;
    if (first == 0 && broker->subscribers > 0) broker->subscribers--;
  }
  zeromq->msg_close(&message);
}

/* Sends what is held; false if there is no room, or nobody to send it to. */
static bool send_held(struct sj_broker *broker) {
  const struct sj_zeromq *const zeromq = &broker->bus->zeromq;
  look_at_subscribers(broker); /* one that has gone leaves a message for nobody, which would be dropped */
  if (broker->subscribers == 0) return false;
  const size_t bytes = zeromq->msg_size(&broker->held);
  if (zeromq->msg_send(&broker->held, broker->out, ZMQ_DONTWAIT) < 0) {
    atomic_fetch_add_explicit(&broker->settings.counts->full, 1, memory_order_relaxed);
    if (zeromq->msg_send(&broker->held, broker->out, 0) < 0) return false;
  }
  broker->holds = false;
  atomic_fetch_add_explicit(&broker->settings.counts->messages, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&broker->settings.counts->bytes, bytes, memory_order_relaxed);
  return true;
}

static bool receive(struct sj_broker *broker) {
  broker->holds = broker->bus->zeromq.msg_recv(&broker->held, broker->in, ZMQ_DONTWAIT) >= 0;
  return broker->holds;
}

/* A socket that nobody reads from does not tell new publishers of its subscription, unless it is looked at. */
static void greet_publishers(struct sj_broker *broker) {
  int events;
  size_t size = sizeof events;
  broker->bus->zeromq.getsockopt(broker->in, ZMQ_EVENTS, &events, &size);
}

static bool failed(const struct sj_broker *broker) {
  const int reason = broker->bus->zeromq.reason();
  return reason != EAGAIN && reason != EINTR;
}

enum sj_status sj_broker_run(struct sj_broker *broker, struct sj_error *error) {
  const struct sj_zeromq *const zeromq = &broker->bus->zeromq;
  while (!broker->ended) {
    zmq_pollitem_t items[] = {{.fd = broker->settings.control, .events = ZMQ_POLLIN},
                              {.socket = broker->out, .events = ZMQ_POLLIN},
                              {.socket = broker->in, .events = ZMQ_POLLIN}};
    const bool open = broker->subscribers > 0 && !broker->paused;
    const bool read = open && !broker->holds;
    const long wait_ms = !open ? CLOSED_MS : broker->holds ? 0 : WAIT_MS;
    if (zeromq->poll(items, read ? 3 : 2, wait_ms) < 0 && failed(broker))
      return sj_error_set(error, SJ_FAILED, "the message bus: %s", zeromq->strerror(zeromq->reason()));
    look_at_control(broker);
    look_at_subscribers(broker);
    if (!open) greet_publishers(broker);
    if (broker->paused || broker->subscribers == 0) continue;
    for (int i = 0; i < BURST && (broker->holds || receive(broker)); i++)
      if (!send_held(broker)) break;
  }
  return SJ_OK;
}
