/* The bus: the form of a handle, byte by byte; that nothing is dropped however slow the reader; that sockets outlive a
 * broker. Publishers, broker and subscribers are threads with a bus of their own each, as processes have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measure/broker.h"
#include "measure/bus.h"
#include "measure/clock.h"

static const struct sj_bus_handle example = {.kind = SJ_BUS_DATA,
                                             .producer = 0x0102,
                                             .incarnation = 3,
                                             .ring = 0xdeadbeef,
                                             .slot = 5,
                                             .sequence = 0x1122334455667788,
                                             .intended_ns = 7,
                                             .claimed_ns = 8,
                                             .published_ns = 9,
                                             .generation = 10,
                                             .publication = 11,
                                             .bytes = 16000,
                                             .checksum = 0xfedcba9876543210,
                                             .value = 12};

static void test_handle_bytes(void **state) {
  (void)state;
  /* By hand from the table in bus.h; the checksum is FNV-1a by 64-bit words, folded. */
  static const unsigned char expected[96] = {
      'S',  'j',  'B',  'h',  1,    0,    2,    1,    3,    0,    0,    0,    0xef, 0xbe, 0xad, 0xde, 5,  0, 0, 0,
      0,    0,    0,    0,    0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 7,    0,    0,    0,    0,  0, 0, 0,
      8,    0,    0,    0,    0,    0,    0,    0,    9,    0,    0,    0,    0,    0,    0,    0,    10, 0, 0, 0,
      0,    0,    0,    0,    11,   0,    0,    0,    0,    0,    0,    0,    0x80, 0x3e, 0,    0,    0,  0, 0, 0,
      0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe, 12,   0,    0,    0,    0,    0,    0,    0};
  unsigned char bytes[SJ_BUS_HANDLE];
  sj_bus_handle_encode(&example, bytes);
  assert_memory_equal(bytes, expected, sizeof expected);
  struct sj_bus_handle back;
  assert_true(sj_bus_handle_decode(bytes, sizeof bytes, &back));
  assert_memory_equal(&back, &example, sizeof back);
}

static void test_handle_damaged(void **state) {
  (void)state;
  unsigned char bytes[SJ_BUS_HANDLE];
  struct sj_bus_handle back;
  sj_bus_handle_encode(&example, bytes);
  assert_false(sj_bus_handle_decode(bytes, sizeof bytes - 1, &back));
  for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    assert_false(sj_bus_handle_decode(bytes, sizeof bytes, &back));
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
  }
}

/* ---- a broker in a thread ---- */

struct broker {
  struct sj_bus *bus;
  struct sj_broker *broker;
  struct sj_broker_settings settings;
  struct sj_broker_counts counts;
  int control[2];
  pthread_t thread;
};

static void *forward(void *argument) {
  struct broker *const b = argument;
  struct sj_error error;
  return (void *)(intptr_t)sj_broker_run(b->broker, &error);
}

static void start(struct broker *b, const char *in, const char *out, unsigned most) {
  struct sj_error error = {{0}};
  b->settings = (struct sj_broker_settings){.most = most, .counts = &b->counts};
  snprintf(b->settings.in, sizeof b->settings.in, "%s", in);
  snprintf(b->settings.out, sizeof b->settings.out, "%s", out);
  assert_int_equal(pipe(b->control), 0);
  b->settings.control = b->control[0];
  if (sj_bus_open(&b->bus, &error) != SJ_OK || sj_broker_create(b->bus, &b->settings, &b->broker, &error) != SJ_OK)
    fail_msg("%s", error.message);
  assert_int_equal(pthread_create(&b->thread, NULL, forward, b), 0);
}

static void stop(struct broker *b) {
  void *status;
  assert_int_equal(write(b->control[1], "T", 1), 1);
  pthread_join(b->thread, &status);
  assert_int_equal((intptr_t)status, SJ_OK);
  sj_broker_destroy(b->broker);
  sj_bus_close(b->bus);
  close(b->control[0]);
  close(b->control[1]);
}

struct peer {
  struct sj_bus *bus;
  struct sj_bus_publisher *publisher;
  struct sj_bus_subscriber *subscriber;
};

static struct peer join(const char *endpoint, bool publishes, unsigned most) {
  struct peer peer = {0};
  struct sj_error error = {{0}};
  enum sj_status status = sj_bus_open(&peer.bus, &error);
  if (status == SJ_OK && publishes)
    status = sj_bus_publisher_create(peer.bus, endpoint, most, &peer.publisher, &error);
  else if (status == SJ_OK)
    status = sj_bus_subscriber_create(peer.bus, endpoint, most, &peer.subscriber, &error);
  if (status != SJ_OK) fail_msg("%s", error.message);
  return peer;
}

static void leave(struct peer *peer) {
  sj_bus_publisher_destroy(peer->publisher);
  sj_bus_subscriber_destroy(peer->subscriber);
  sj_bus_close(peer->bus);
}

static void wait_ready(const struct peer *peer) {
  for (int i = 0; i < 200; i++)
    if (sj_bus_publisher_ready(peer->publisher, 50) == SJ_BUS_DONE) return;
  fail_msg("no subscription came");
}

enum { MESSAGES = 3000, MOST = 4, PAYLOAD = 20000 };

static void *publish_all(void *argument) {
  struct peer *const peer = argument;
  static char no_memory[] = "no memory", not_sent[] = "not sent";
  for (uint64_t i = 0; i < MESSAGES; i++) {
    const struct sj_bus_handle handle = {.kind = SJ_BUS_DATA, .sequence = i, .bytes = PAYLOAD};
    void *const payload = sj_bus_payload(peer->publisher, PAYLOAD);
    if (!payload) return no_memory;
    memset(payload, (int)(i % 251), PAYLOAD);
    enum sj_bus_outcome outcome = SJ_BUS_WAITING;
    for (int k = 0; k < 1000 && outcome == SJ_BUS_WAITING; k++)
      outcome = sj_bus_send(peer->publisher, &handle, true, 20);
    if (outcome != SJ_BUS_DONE) return not_sent;
  }
  return NULL;
}

static void receive_all(const struct peer *peer) {
  for (uint64_t i = 0; i < MESSAGES; i++) {
    struct sj_bus_arrival arrival;
    assert_int_equal(sj_bus_receive(peer->subscriber, 10000, &arrival), SJ_BUS_DONE);
    assert_true(arrival.good);
    assert_int_equal(arrival.handle.sequence, i);
    assert_int_equal(arrival.payload_bytes, PAYLOAD);
    assert_int_equal(((const unsigned char *)arrival.payload)[PAYLOAD - 1], i % 251);
    if (i == 10) usleep(300000); /* every queue fills up */
    if (i % 100 == 50) usleep(1000);
  }
}

static void nothing_dropped(const char *in, const char *out) {
  struct broker broker = {0};
  pthread_t thread;
  void *problem;
  start(&broker, in, out, MOST);
  struct peer reader = join(broker.settings.out, false, MOST), writer = join(broker.settings.in, true, MOST);
  wait_ready(&writer);
  assert_int_equal(pthread_create(&thread, NULL, publish_all, &writer), 0);
  receive_all(&reader);
  pthread_join(thread, &problem);
  if (problem) fail_msg("%s", (const char *)problem);
  assert_int_equal(atomic_load(&broker.counts.messages), MESSAGES);
  assert_true(atomic_load(&broker.counts.full) > 0); /* it was full, or this shows nothing */
  leave(&writer);
  leave(&reader);
  stop(&broker);
}

static void test_nothing_dropped_ipc(void **state) { nothing_dropped(((char **)*state)[0], ((char **)*state)[1]); }
static void test_nothing_dropped_tcp(void **state) {
  (void)state;
  nothing_dropped("tcp://127.0.0.1:*", "tcp://127.0.0.1:*");
}

/* A queue that is full says so, and the message can be sent later. */
static void test_full(void **state) {
  char **const at = *state;
  struct broker broker = {0};
  start(&broker, at[0], at[1], MOST);
  struct peer reader = join(at[1], false, MOST), writer = join(at[0], true, MOST);
  wait_ready(&writer);
  assert_int_equal(write(broker.control[1], "P", 1), 1);
  uint64_t sent = 0;
  struct sj_bus_arrival arrival;
  const size_t bytes = 1 << 20; /* more than the sockets of the system keep */
  for (; sent < 1000; sent++) {
    const struct sj_bus_handle handle = {.kind = SJ_BUS_DATA, .sequence = sent};
    assert_non_null(sj_bus_payload(writer.publisher, bytes));
    if (sj_bus_send(writer.publisher, &handle, true, 200) == SJ_BUS_WAITING) break;
  }
  assert_in_range(sent, MOST, 100);
  assert_int_equal(write(broker.control[1], "R", 1), 1);
  for (uint64_t i = 0; i < sent; i++) {
    assert_int_equal(sj_bus_receive(reader.subscriber, 10000, &arrival), SJ_BUS_DONE);
    assert_int_equal(arrival.handle.sequence, i);
  }
  const struct sj_bus_handle last = {.kind = SJ_BUS_DATA, .sequence = sent};
  assert_int_equal(sj_bus_send(writer.publisher, &last, true, 5000), SJ_BUS_DONE);
  assert_int_equal(sj_bus_receive(reader.subscriber, 10000, &arrival), SJ_BUS_DONE);
  assert_int_equal(arrival.handle.sequence, sent);
  leave(&writer);
  leave(&reader);
  stop(&broker);
}

static void test_broker_restarted(void **state) {
  char **const at = *state;
  struct broker first = {0}, second = {0};
  struct sj_bus_arrival arrival;
  start(&first, at[0], at[1], MOST);
  struct peer reader = join(at[1], false, MOST), writer = join(at[0], true, MOST);
  wait_ready(&writer);
  const struct sj_bus_handle before = {.kind = SJ_BUS_DATA, .sequence = 1}, between = {.sequence = 2},
                             after = {.sequence = 3};
  assert_int_equal(sj_bus_send(writer.publisher, &before, false, 1000), SJ_BUS_DONE);
  assert_int_equal(sj_bus_receive(reader.subscriber, 10000, &arrival), SJ_BUS_DONE);
  stop(&first);
  usleep(50000);
  assert_int_equal(sj_bus_send(writer.publisher, &between, false, 1000), SJ_BUS_DONE); /* kept until there is one */
  start(&second, at[0], at[1], MOST);
  assert_int_equal(sj_bus_send(writer.publisher, &after, false, 1000), SJ_BUS_DONE);
  for (uint64_t i = 2; i <= 3; i++) {
    assert_int_equal(sj_bus_receive(reader.subscriber, 10000, &arrival), SJ_BUS_DONE);
    assert_int_equal(arrival.handle.sequence, i);
  }
  leave(&writer);
  leave(&reader);
  stop(&second);
}

/* While nobody subscribes, nothing is lost: the broker does not read. */
static void test_no_subscriber(void **state) {
  char **const at = *state;
  struct broker broker = {0};
  struct sj_bus_arrival arrival;
  start(&broker, at[0], at[1], MOST);
  struct peer writer = join(at[0], true, MOST);
  wait_ready(&writer);
  for (uint64_t i = 0; i < MOST; i++) {
    const struct sj_bus_handle handle = {.kind = SJ_BUS_DATA, .sequence = i};
    assert_int_equal(sj_bus_send(writer.publisher, &handle, false, 1000), SJ_BUS_DONE);
  }
  usleep(100000);
  struct peer reader = join(at[1], false, MOST);
  for (uint64_t i = 0; i < MOST; i++) {
    assert_int_equal(sj_bus_receive(reader.subscriber, 10000, &arrival), SJ_BUS_DONE);
    assert_int_equal(arrival.handle.sequence, i);
  }
  leave(&writer);
  leave(&reader);
  stop(&broker);
}

int main(void) {
  char folder[] = "/tmp/sojourn-bus-XXXXXX", in[64], out[64], *endpoints[] = {in, out};
  if (!mkdtemp(folder)) return 1;
  snprintf(in, sizeof in, "ipc://%s/in", folder);
  snprintf(out, sizeof out, "ipc://%s/out", folder);
  const struct CMUnitTest handles[] = {cmocka_unit_test(test_handle_bytes), cmocka_unit_test(test_handle_damaged)};
  const struct CMUnitTest all[] = {cmocka_unit_test(test_handle_bytes),
                                   cmocka_unit_test(test_handle_damaged),
                                   cmocka_unit_test_prestate(test_nothing_dropped_ipc, endpoints),
                                   cmocka_unit_test(test_nothing_dropped_tcp),
                                   cmocka_unit_test_prestate(test_full, endpoints),
                                   cmocka_unit_test_prestate(test_broker_restarted, endpoints),
                                   cmocka_unit_test_prestate(test_no_subscriber, endpoints)};
  const int failed = sj_bus_built() ? cmocka_run_group_tests_name("bus", all, NULL, NULL)
                                    : cmocka_run_group_tests_name("bus", handles, NULL, NULL);
  unlink(in + 6);
  unlink(out + 6);
  rmdir(folder);
  return failed;
}
