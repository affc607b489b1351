/* The bus of a program that was built without ZeroMQ: it says so. */
#include "measure/broker.h"
#include "measure/bus.h"

bool sj_bus_built(void) { return false; }

enum sj_status sj_bus_open(struct sj_bus **bus, struct sj_error *error) {
  (void)bus;
  return sj_error_set(
      error, SJ_FAILED,
      "this sojourn was built without ZeroMQ, which carries the messages. Install libzmq3-dev and build "
      "it again");
}

/* Nothing of the rest can be reached without a bus. */
void sj_bus_close(struct sj_bus *bus) { (void)bus; }

enum sj_status sj_bus_publisher_create(struct sj_bus *bus, const char *endpoint, unsigned most,
                                       struct sj_bus_publisher **publisher, struct sj_error *error) {
  (void)endpoint, (void)most, (void)publisher;
  return sj_bus_open(&bus, error);
}
void sj_bus_publisher_destroy(struct sj_bus_publisher *publisher) { (void)publisher; }
enum sj_bus_outcome sj_bus_publisher_ready(struct sj_bus_publisher *publisher, int wait_ms) {
  (void)publisher, (void)wait_ms;
  return SJ_BUS_BROKEN;
}
void *sj_bus_payload(struct sj_bus_publisher *publisher, size_t bytes) {
  (void)publisher, (void)bytes;
  return NULL;
}
enum sj_bus_outcome sj_bus_send(struct sj_bus_publisher *publisher, const struct sj_bus_handle *handle,
                                bool with_payload, int wait_ms) {
  (void)publisher, (void)handle, (void)with_payload, (void)wait_ms;
  return SJ_BUS_BROKEN;
}
enum sj_status sj_bus_subscriber_create(struct sj_bus *bus, const char *endpoint, unsigned most,
                                        struct sj_bus_subscriber **subscriber, struct sj_error *error) {
  (void)endpoint, (void)most, (void)subscriber;
  return sj_bus_open(&bus, error);
}
void sj_bus_subscriber_destroy(struct sj_bus_subscriber *subscriber) { (void)subscriber; }
enum sj_bus_outcome sj_bus_receive(struct sj_bus_subscriber *subscriber, int wait_ms, struct sj_bus_arrival *arrival) {
  (void)subscriber, (void)wait_ms, (void)arrival;
  return SJ_BUS_BROKEN;
}

enum sj_status sj_broker_create(struct sj_bus *bus, struct sj_broker_settings *settings, struct sj_broker **broker,
                                struct sj_error *error) {
  (void)settings, (void)broker;
  return sj_bus_open(&bus, error);
}
enum sj_status sj_broker_run(struct sj_broker *broker, struct sj_error *error) {
  (void)broker;
  struct sj_bus *bus;
  return sj_bus_open(&bus, error);
}
void sj_broker_destroy(struct sj_broker *broker) { (void)broker; }
