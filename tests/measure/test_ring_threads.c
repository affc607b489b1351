/* Many threads at one ring, for the thread sanitizer as much as for what is counted: each message read once, whole, and
 * those of one producer in their order. Payloads are plain memory: without the ring's order they would race. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sojourn/ring.h"

enum { PRODUCERS = 3, CONSUMERS = 3, EACH = 8000, WORDS = 16, BUS = 64 };

struct hall {
  struct sj_ring *ring;
  uint8_t read[PRODUCERS * EACH]; /* each written by who read it */
  _Atomic uint64_t taken, wrong;
  struct sj_ring_handle bus[BUS]; /* by handle */
  int bus_count;
  pthread_mutex_t mutex;
};

struct worker {
  struct hall *hall;
  pthread_t thread;
  uint64_t number;
  const char *problem;
};

/* Ends the consumers and the watcher too. */
static void *failed(struct worker *worker, const char *problem) {
  worker->problem = problem;
  atomic_store(&worker->hall->taken, PRODUCERS * EACH);
  return NULL;
}

/* Puts a handle on the bus, or takes the newest; false when it is full, or empty. */
static bool use_bus(struct hall *hall, struct sj_ring_handle *handle, bool put) {
  pthread_mutex_lock(&hall->mutex);
  bool possible = put ? hall->bus_count < BUS : hall->bus_count > 0;
  if (possible && put)
    hall->bus[hall->bus_count++] = *handle;
  else if (possible)
    *handle = hall->bus[--hall->bus_count];
  pthread_mutex_unlock(&hall->mutex);
  return possible;
}

static void *produce(void *argument) {
  struct worker *worker = argument;
  struct hall *hall = worker->hall;
  struct sj_ring_member *member;
  struct sj_ring_message message;
  if (sj_ring_join(hall->ring, &member, NULL) != SJ_OK) return failed(worker, "join");
  for (uint64_t i = 0; i < EACH; i++) {
    if (sj_ring_claim(member, SJ_RING_FOREVER, &message) != SJ_RING_OK) return failed(worker, "claim");
    uint64_t *words = message.data, number = worker->number * EACH + i;
    if (i % 100 == 7) {  // now and then one thinks better of it
      words[0] = UINT64_MAX;
      if (sj_ring_abandon(member, &message) != SJ_RING_OK) return failed(worker, "abandon");
      if (sj_ring_claim(member, SJ_RING_FOREVER, &message) != SJ_RING_OK) return failed(worker, "claim again");
      words = message.data;
    }
    for (uint64_t k = 0; k < WORDS; k++) words[k] = number * WORDS + k;
    message.bytes = WORDS * sizeof *words;
    if (sj_ring_publish(member, &message) != SJ_RING_OK) return failed(worker, "publish");
    if (sj_ring_order(hall->ring) == SJ_RING_BY_HANDLE && !use_bus(hall, &message.handle, true))
      return failed(worker, "bus");
  }
  sj_ring_leave(member);
  return NULL;
}

static bool get(struct hall *hall, struct sj_ring_member *member, struct sj_ring_message *message) {
  if (sj_ring_order(hall->ring) == SJ_RING_ORDERED) return sj_ring_take(member, 20000000, message) == SJ_RING_OK;
  struct sj_ring_handle handle;
  if (!use_bus(hall, &handle, false)) return false;
  bool taken = sj_ring_take_handle(member, &handle, message) == SJ_RING_OK;
  struct sj_ring_message again;
  if (!taken || sj_ring_take_handle(member, &handle, &again) != SJ_RING_STALE) atomic_fetch_add(&hall->wrong, 1);
  return taken;
}

static void *consume(void *argument) {
  struct worker *worker = argument;
  struct hall *hall = worker->hall;
  struct sj_ring_member *member;
  struct sj_ring_message message;
  uint64_t next[PRODUCERS] = {0};
  if (sj_ring_join(hall->ring, &member, NULL) != SJ_OK) return failed(worker, "join");
  while (atomic_load(&hall->taken) < PRODUCERS * EACH) {
    if (!get(hall, member, &message)) continue;
    atomic_fetch_add(&hall->taken, 1);
    const uint64_t *words = message.data;
    uint64_t number = words[0] / WORDS;
    if (number >= PRODUCERS * EACH || message.bytes != WORDS * sizeof *words) return failed(worker, "payload");
    for (uint64_t k = 0; k < WORDS; k++)
      if (words[k] != number * WORDS + k) return failed(worker, "payload");
    hall->read[number]++;
    if (sj_ring_order(hall->ring) == SJ_RING_ORDERED && number < next[number / EACH]) return failed(worker, "order");
    next[number / EACH] = number + 1;
    if (sj_ring_release(member, &message) != SJ_RING_OK) return failed(worker, "release");
  }
  sj_ring_leave(member);
  return NULL;
}

/* Looks on while all work. */
static void *watch(void *argument) {
  struct worker *worker = argument;
  struct hall *hall = worker->hall;
  struct sj_ring_statistics s;
  while (atomic_load(&hall->taken) < PRODUCERS * EACH) {
    sj_ring_statistics_read(hall->ring, &s);
    if (s.free + s.claimed + s.published + s.taken != s.slots || sj_ring_in_use(hall->ring) > s.slots)
      return failed(worker, "states");
  }
  return NULL;
}

static void run(struct sj_ring_options options) {
  struct hall hall = {.mutex = PTHREAD_MUTEX_INITIALIZER};
  struct sj_error error;
  options.slot_bytes = WORDS * sizeof(uint64_t);
  if (sj_ring_create(&options, &hall.ring, &error) != SJ_OK) fail_msg("%s", error.message);
  struct worker workers[PRODUCERS + CONSUMERS + 1];
  for (uint64_t i = 0; i < PRODUCERS + CONSUMERS + 1; i++) {
    workers[i] = (struct worker){.hall = &hall, .number = i};
    void *(*work)(void *) = i < PRODUCERS ? produce : i < PRODUCERS + CONSUMERS ? consume : watch;
    assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
  }
  for (int i = 0; i < PRODUCERS + CONSUMERS + 1; i++) {
    assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    if (workers[i].problem) fail_msg("thread %d: %s", i, workers[i].problem);
  }
  for (int i = 0; i < PRODUCERS * EACH; i++) assert_int_equal(hall.read[i], 1);
  struct sj_ring_statistics s;
  sj_ring_statistics_read(hall.ring, &s);
  assert_int_equal(hall.wrong, 0);
  assert_int_equal(s.free, s.slots);
  assert_int_equal(s.releases, PRODUCERS * EACH);
  assert_int_equal(s.takes, PRODUCERS * EACH);
  assert_int_equal(s.claims, s.publications + s.abandoned);
  assert_int_equal(s.abandoned, PRODUCERS * (EACH / 100));
  assert_true(s.in_use_max <= s.slots && s.in_use_max > 0);
  sj_ring_close(hall.ring);
}

static void test_ordered(void **state) {
  (void)state;
  run((struct sj_ring_options){.slots = 7});
}

static void test_one_slot(void **state) {
  (void)state;
  run((struct sj_ring_options){.slots = 1, .wait = SJ_RING_WAIT_FUTEX});
}

static void test_many_slots(void **state) {
  (void)state;
  run((struct sj_ring_options){.slots = 130, .members = 100, .wait = SJ_RING_WAIT_FUTEX});
}

static void test_by_handle(void **state) {
  (void)state;
  run((struct sj_ring_options){.slots = BUS, .order = SJ_RING_BY_HANDLE});
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_ordered), cmocka_unit_test(test_one_slot),
                                     cmocka_unit_test(test_many_slots), cmocka_unit_test(test_by_handle)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
