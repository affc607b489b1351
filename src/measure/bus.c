#include "measure/bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "measure/bus_internal.h"

/* How long what was sent may still take after its socket was closed. */
enum { LINGER_MS = 5000, RECONNECT_MS = 10 };

struct sj_bus_publisher {
  struct sj_bus *bus;
  void *socket;
  zmq_msg_t payload;
  bool has_payload;
  int wait_ms; /* as the socket knows it */
};

struct sj_bus_subscriber {
  struct sj_bus *bus;
  void *socket;
  zmq_msg_t message;
  int wait_ms;
};

bool sj_bus_built(void) { return true; }

enum sj_status sj_bus_open(struct sj_bus **bus, struct sj_error *error) {
  struct sj_bus *const made = sj_allocate(sizeof *made);
  const enum sj_status status = sj_zeromq_load(&made->zeromq, error);
  if (status == SJ_OK) made->context = made->zeromq.ctx_new();
  if (made->context) {
    *bus = made;
    return SJ_OK;
  }
  free(made);
  return status == SJ_OK ? sj_error_set(error, SJ_FAILED, "the message bus cannot be opened: %s", strerror(errno))
                         : status;
}

void sj_bus_close(struct sj_bus *bus) {
  if (!bus) return;
  bus->zeromq.ctx_term(bus->context);
  free(bus);
}

void sj_bus_set(struct sj_bus *bus, void *socket, int option, int value) {
  bus->zeromq.setsockopt(socket, option, &value, sizeof value);
}

void *sj_bus_socket(struct sj_bus *bus, int type, bool bound, const char *endpoint, unsigned most,
                    struct sj_error *error) {
  const struct sj_zeromq *const zeromq = &bus->zeromq;
  void *const socket = zeromq->socket(bus->context, type);
  if (!socket) {
    sj_error_set(error, SJ_FAILED, "the message bus: %s", zeromq->strerror(zeromq->reason()));
    return NULL;
  }
  sj_bus_set(bus, socket, ZMQ_SNDHWM, (int)most);
  sj_bus_set(bus, socket, ZMQ_RCVHWM, (int)most);
  sj_bus_set(bus, socket, ZMQ_LINGER, LINGER_MS);
  sj_bus_set(bus, socket, ZMQ_RECONNECT_IVL, RECONNECT_MS);
  if (type == ZMQ_XPUB || type == ZMQ_PUB) sj_bus_set(bus, socket, ZMQ_XPUB_NODROP, 1);
  if ((bound ? zeromq->bind(socket, endpoint) : zeromq->connect(socket, endpoint)) == 0) return socket;
  sj_error_set(error, SJ_FAILED, "the message bus cannot use %s: %s", endpoint, zeromq->strerror(zeromq->reason()));
  zeromq->close(socket);
  return NULL;
}

static void set_wait(struct sj_bus *bus, void *socket, int option, int *known, int wait_ms) {
  if (*known == wait_ms) return;
  sj_bus_set(bus, socket, option, wait_ms);
  *known = wait_ms;
}

/* ---- publishing ---- */

enum sj_status sj_bus_publisher_create(struct sj_bus *bus, const char *endpoint, unsigned most,
                                       struct sj_bus_publisher **publisher, struct sj_error *error) {
  /* XPUB, unlike PUB, tells when somebody subscribes. */
  void *const socket = sj_bus_socket(bus, ZMQ_XPUB, false, endpoint, most, error);
  if (!socket) return SJ_FAILED;
  struct sj_bus_publisher *const made = sj_allocate(sizeof *made);
  *made = (struct sj_bus_publisher){.bus = bus, .socket = socket, .wait_ms = -1};
  *publisher = made;
  return SJ_OK;
}

void sj_bus_publisher_destroy(struct sj_bus_publisher *publisher) {
  if (!publisher) return;
  if (publisher->has_payload) publisher->bus->zeromq.msg_close(&publisher->payload);
  publisher->bus->zeromq.close(publisher->socket);
  free(publisher);
}

enum sj_bus_outcome sj_bus_publisher_ready(struct sj_bus_publisher *publisher, int wait_ms) {
  const struct sj_zeromq *const zeromq = &publisher->bus->zeromq;
  zmq_msg_t message;
  zeromq->msg_init(&message);
  sj_bus_set(publisher->bus, publisher->socket, ZMQ_RCVTIMEO, wait_ms);
  const int received = zeromq->msg_recv(&message, publisher->socket, 0);
  const bool subscription = received > 0 && *(const unsigned char *)zeromq->msg_data(&message) == 1;
  const int reason = received < 0 ? zeromq->reason() : 0;
  zeromq->msg_close(&message);
  if (subscription) return SJ_BUS_DONE;
  return received >= 0 || reason == EAGAIN || reason == EINTR ? SJ_BUS_WAITING : SJ_BUS_BROKEN;
}

void *sj_bus_payload(struct sj_bus_publisher *publisher, size_t bytes) {
  const struct sj_zeromq *const zeromq = &publisher->bus->zeromq;
  if (publisher->has_payload) zeromq->msg_close(&publisher->payload);
  publisher->has_payload = zeromq->msg_init_size(&publisher->payload, SJ_BUS_HANDLE + bytes) == 0;
  return publisher->has_payload ? (unsigned char *)zeromq->msg_data(&publisher->payload) + SJ_BUS_HANDLE : NULL;
}

enum sj_bus_outcome sj_bus_send(struct sj_bus_publisher *publisher, const struct sj_bus_handle *handle,
                                bool with_payload, int wait_ms) {
  const struct sj_zeromq *const zeromq = &publisher->bus->zeromq;
  unsigned char bytes[SJ_BUS_HANDLE];
  int sent = -1;
  if (wait_ms > 0) set_wait(publisher->bus, publisher->socket, ZMQ_SNDTIMEO, &publisher->wait_ms, wait_ms);
  sj_bus_handle_encode(handle, bytes);
  if (with_payload) {
    memcpy(zeromq->msg_data(&publisher->payload), bytes, sizeof bytes);
    sent = zeromq->msg_send(&publisher->payload, publisher->socket, wait_ms > 0 ? 0 : ZMQ_DONTWAIT);
    publisher->has_payload = sent < 0;
  } else {
    sent = zeromq->send(publisher->socket, bytes, sizeof bytes, wait_ms > 0 ? 0 : ZMQ_DONTWAIT);
  }
  if (sent >= 0) return SJ_BUS_DONE;
  const int reason = zeromq->reason();
  return reason == EAGAIN || reason == EINTR ? SJ_BUS_WAITING : SJ_BUS_BROKEN;
}

/* ---- receiving ---- */

enum sj_status sj_bus_subscriber_create(struct sj_bus *bus, const char *endpoint, unsigned most,
                                        struct sj_bus_subscriber **subscriber, struct sj_error *error) {
  void *const socket = sj_bus_socket(bus, ZMQ_SUB, false, endpoint, most, error);
  if (!socket) return SJ_FAILED;
  bus->zeromq.setsockopt(socket, ZMQ_SUBSCRIBE, SJ_BUS_TOPIC, sizeof SJ_BUS_TOPIC - 1);
  sj_bus_set(bus, socket, ZMQ_LINGER, 0);
  struct sj_bus_subscriber *const made = sj_allocate(sizeof *made);
  *made = (struct sj_bus_subscriber){.bus = bus, .socket = socket, .wait_ms = -1};
  bus->zeromq.msg_init(&made->message);
  *subscriber = made;
  return SJ_OK;
}

void sj_bus_subscriber_destroy(struct sj_bus_subscriber *subscriber) {
  if (!subscriber) return;
  subscriber->bus->zeromq.msg_close(&subscriber->message);
  subscriber->bus->zeromq.close(subscriber->socket);
  free(subscriber);
}

enum sj_bus_outcome sj_bus_receive(struct sj_bus_subscriber *subscriber, int wait_ms, struct sj_bus_arrival *arrival) {
  const struct sj_zeromq *const zeromq = &subscriber->bus->zeromq;
  if (wait_ms > 0) set_wait(subscriber->bus, subscriber->socket, ZMQ_RCVTIMEO, &subscriber->wait_ms, wait_ms);
  const int received = zeromq->msg_recv(&subscriber->message, subscriber->socket, wait_ms > 0 ? 0 : ZMQ_DONTWAIT);
  *arrival = (struct sj_bus_arrival){.good = false};
  if (received < 0) {
    const int reason = zeromq->reason();
    return reason == EAGAIN || reason == EINTR ? SJ_BUS_WAITING : SJ_BUS_BROKEN;
  }
  const unsigned char *const bytes = zeromq->msg_data(&subscriber->message);
  arrival->bytes = zeromq->msg_size(&subscriber->message);
  arrival->good = sj_bus_handle_decode(bytes, arrival->bytes, &arrival->handle);
  if (arrival->bytes > SJ_BUS_HANDLE) {
    arrival->payload = bytes + SJ_BUS_HANDLE;
    arrival->payload_bytes = arrival->bytes - SJ_BUS_HANDLE;
  }
  return SJ_BUS_DONE;
}
