/* One member after the other: what each call does, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "measure/ring_layout.h"
#include "measure/ring_system.h"
#include "sojourn/ring.h"

struct fixture {
  struct sj_ring *ring;
  struct sj_ring_member *producer, *consumer;
};

static struct sj_error problem;

static struct fixture make(struct sj_ring_options options) {
  struct fixture f;
  if (sj_ring_create(&options, &f.ring, &problem) != SJ_OK) fail_msg("%s", problem.message);
  if (sj_ring_join(f.ring, &f.producer, &problem) != SJ_OK) fail_msg("%s", problem.message);
  if (sj_ring_join(f.ring, &f.consumer, &problem) != SJ_OK) fail_msg("%s", problem.message);
  return f;
}

static void end(struct fixture f) {
  sj_ring_leave(f.producer);
  sj_ring_leave(f.consumer);
  sj_ring_close(f.ring);
}

static struct sj_ring_handle publish(struct fixture f, uint64_t value) {
  struct sj_ring_message message;
  assert_int_equal(sj_ring_claim(f.producer, 0, &message), SJ_RING_OK);
  memcpy(message.data, &value, sizeof value);
  message.bytes = sizeof value;
  assert_int_equal(sj_ring_publish(f.producer, &message), SJ_RING_OK);
  return message.handle;
}

static uint64_t value_of(const struct sj_ring_message *message) {
  uint64_t value;
  assert_int_equal(message->bytes, sizeof value);
  memcpy(&value, message->data, sizeof value);
  return value;
}

static void test_in_order(void **state) {
  (void)state;
  struct fixture f = make((struct sj_ring_options){.slots = 3, .slot_bytes = 100});
  uint64_t next_in = 0, next_out = 0;
  struct sj_ring_message message;
  for (int round = 0; round < 1000; round++) {
    while (next_in - next_out < 3) assert_int_equal(publish(f, next_in).sequence, next_in), next_in++;
    assert_int_equal(sj_ring_claim(f.producer, 0, &message), SJ_RING_TIMEOUT);  // nothing unread is overwritten
    for (int i = 0; i <= round % 3; i++) {
      assert_int_equal(sj_ring_take(f.consumer, 0, &message), SJ_RING_OK);
      assert_int_equal(message.handle.sequence, next_out);
      assert_int_equal(value_of(&message), next_out++);
      assert_int_equal(sj_ring_release(f.consumer, &message), SJ_RING_OK);
    }
  }
  while (next_out < next_in) {
    assert_int_equal(sj_ring_take(f.consumer, 0, &message), SJ_RING_OK);
    assert_int_equal(value_of(&message), next_out++);
    assert_int_equal(sj_ring_release(f.consumer, &message), SJ_RING_OK);
  }
  assert_int_equal(sj_ring_take(f.consumer, 0, &message), SJ_RING_TIMEOUT);
  struct sj_ring_statistics s;
  sj_ring_statistics_read(f.ring, &s);
  assert_int_equal(s.publications, next_in);
  assert_int_equal(s.claims, next_in);
  assert_int_equal(s.releases, next_in);
  assert_int_equal(s.free, 3);
  assert_int_equal(s.in_use_max, 3);
  end(f);
}

static struct sj_ring_statistics statistics_of(const struct sj_ring *ring) {
  struct sj_ring_statistics statistics;
  sj_ring_statistics_read(ring, &statistics);
  return statistics;
}

static void test_by_handle(void **state) {
  (void)state;
  struct fixture f = make((struct sj_ring_options){.slots = 100, .slot_bytes = 8, .order = SJ_RING_BY_HANDLE});
  struct sj_ring_handle handles[100];
  struct sj_ring_message message;
  for (int round = 0; round < 3; round++) {
    for (uint64_t i = 0; i < 100; i++) handles[i] = publish(f, i);
    assert_int_equal(sj_ring_claim(f.producer, 0, &message), SJ_RING_TIMEOUT);
    for (uint64_t i = 0; i < 100; i++) {
      uint64_t k = i * 37 % 100;  // any order
      assert_int_equal(sj_ring_take_handle(f.consumer, &handles[k], &message), SJ_RING_OK);
      assert_int_equal(value_of(&message), k);
      assert_memory_equal(&message.handle, &handles[k], sizeof message.handle);
      assert_int_equal(sj_ring_take_handle(f.consumer, &handles[k], &message), SJ_RING_STALE);
      assert_int_equal(sj_ring_release(f.consumer, &message), SJ_RING_OK);
      assert_int_equal(sj_ring_take_handle(f.producer, &handles[k], &message), SJ_RING_STALE);
    }
  }
  assert_int_equal(sj_ring_take(f.consumer, 0, &message), SJ_RING_MISUSED);  // this ring has no order
  end(f);
}

static uint64_t random_number(void) {
  static uint64_t x = 88172645463325252;
  x ^= x << 13;
  x ^= x >> 7;
  return x ^= x << 17;
}

static void test_forged_handles(void **state) {
  (void)state;
  struct fixture f = make((struct sj_ring_options){.slots = 4, .slot_bytes = 64, .order = SJ_RING_BY_HANDLE});
  struct fixture other = make((struct sj_ring_options){.slots = 4, .slot_bytes = 64, .order = SJ_RING_BY_HANDLE});
  struct sj_ring_message message, claimed;
  struct sj_ring_handle good = publish(f, 7), bad;
  assert_int_equal(sj_ring_claim(f.producer, 0, &claimed), SJ_RING_OK);
  assert_int_equal(sj_ring_take_handle(f.consumer, &claimed.handle, &message), SJ_RING_FORGED);  // not published yet
  assert_int_equal(sj_ring_take_handle(other.consumer, &good, &message), SJ_RING_STALE);
#define FORGED(field, value)                                                         \
  bad = good;                                                                        \
  bad.field = (value);                                                               \
  assert_int_equal(sj_ring_take_handle(f.consumer, &bad, &message), SJ_RING_FORGED); \
  assert_int_equal(sj_ring_revoke(f.consumer, &bad), SJ_RING_FORGED)
  FORGED(slot, 4);
  FORGED(slot, 3);  // never used
  FORGED(slot, UINT32_MAX);
  FORGED(generation, 0);
  FORGED(generation, good.generation + 1);
  FORGED(generation, UINT64_MAX);
  FORGED(sequence, good.sequence + 1);
  FORGED(bytes, 9);
  FORGED(bytes, UINT64_MAX);
  for (int i = 0; i < 200000; i++) {
    bad = good;
    unsigned char *byte = (unsigned char *)&bad + random_number() % sizeof bad;
    *byte = (unsigned char)(*byte ^ (1 + random_number() % 255));
    if (i % 2) ((unsigned char *)&bad)[random_number() % sizeof bad] = (unsigned char)random_number();
    if (memcmp(&bad, &good, sizeof bad) == 0) continue;
    assert_int_not_equal(sj_ring_take_handle(f.consumer, &bad, &message), SJ_RING_OK);
  }
  assert_int_equal(sj_ring_take_handle(f.consumer, &good, &message), SJ_RING_OK);
  assert_int_equal(value_of(&message), 7);
  end(f);
  end(other);
}

static void test_misuse(void **state) {
  (void)state;
  struct fixture f = make((struct sj_ring_options){.slots = 2, .slot_bytes = 64});
  struct sj_ring_message message, nonsense;
  memset(&nonsense, 0xa5, sizeof nonsense);
  assert_int_equal(sj_ring_publish(f.producer, &nonsense), SJ_RING_MISUSED);
  assert_int_equal(sj_ring_abandon(f.producer, &nonsense), SJ_RING_MISUSED);
  assert_int_equal(sj_ring_release(f.producer, &nonsense), SJ_RING_MISUSED);
  assert_int_equal(sj_ring_claim(f.producer, 0, &message), SJ_RING_OK);
  assert_int_equal(sj_ring_publish(f.consumer, &message), SJ_RING_MISUSED);  // another's
  assert_int_equal(sj_ring_release(f.producer, &message), SJ_RING_MISUSED);  // not taken
  message.bytes = message.capacity + 1;
  assert_int_equal(sj_ring_publish(f.producer, &message), SJ_RING_MISUSED);
  message.bytes = message.capacity;
  assert_int_equal(sj_ring_publish(f.producer, &message), SJ_RING_OK);
  assert_int_equal(sj_ring_publish(f.producer, &message), SJ_RING_MISUSED);
  assert_int_equal(sj_ring_abandon(f.producer, &message), SJ_RING_MISUSED);
  assert_int_equal(sj_ring_take_handle(f.consumer, &message.handle, &nonsense), SJ_RING_MISUSED);  // it has an order
  assert_int_equal(sj_ring_take(f.consumer, 0, &message), SJ_RING_OK);
  assert_int_equal(sj_ring_release(f.producer, &message), SJ_RING_MISUSED);
  assert_int_equal(sj_ring_release(f.consumer, &message), SJ_RING_OK);
  assert_int_equal(sj_ring_release(f.consumer, &message), SJ_RING_MISUSED);
  assert_int_equal(sj_ring_claim(f.producer, 0, &message), SJ_RING_OK);
  assert_int_equal(sj_ring_abandon(f.producer, &message), SJ_RING_OK);
  struct sj_ring_statistics s = statistics_of(f.ring);
  assert_int_equal(s.claims, s.publications + s.abandoned);
  assert_int_equal(s.free, 2);
  end(f);
}

static void test_alignment(void **state) {
  (void)state;
  const uint64_t sizes[] = {1, 64, 65, 4095, 4096, 4097, 100000};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    struct fixture f = make((struct sj_ring_options){.slots = 5, .slot_bytes = sizes[i]});
    struct sj_ring_message message;
    uint64_t unit = sizes[i] < 4096 ? 64 : 4096;
    char *last = NULL;
    for (int k = 0; k < 5; k++) {
      assert_int_equal(sj_ring_claim(f.producer, 0, &message), SJ_RING_OK);
      assert_int_equal((uintptr_t)message.data % unit, 0);
      assert_true(message.capacity >= sizes[i] && message.capacity < sizes[i] + unit);
      if (last) assert_true((char *)message.data >= last + message.capacity);
      last = message.data;
      memset(message.data, 1, message.capacity);
    }
    assert_int_equal(sj_ring_in_use(f.ring), 5);
    sj_ring_leave(f.producer);  // gives all back
    assert_int_equal(sj_ring_in_use(f.ring), 0);
    assert_int_equal(statistics_of(f.ring).abandoned, 5);
    sj_ring_leave(f.consumer);
    sj_ring_close(f.ring);
  }
}

static void sleep_ms(long ms) {
  struct timespec time = {.tv_nsec = ms * 1000000};
  nanosleep(&time, NULL);
}

static void test_statistics(void **state) {
  (void)state;
  struct fixture f = make((struct sj_ring_options){.slots = 200, .slot_bytes = 8});
  struct sj_ring_message message[150];
  for (int i = 0; i < 150; i++) assert_int_equal(sj_ring_claim(f.producer, 0, &message[i]), SJ_RING_OK);
  for (int i = 10; i < 150; i++) assert_int_equal(sj_ring_abandon(f.producer, &message[i]), SJ_RING_OK);
  uint64_t begin = sj_ring_system_now(), before = statistics_of(f.ring).in_use_ns;
  sleep_ms(20);
  uint64_t still = statistics_of(f.ring).in_use_ns;
  for (int i = 0; i < 10; i++) assert_int_equal(sj_ring_abandon(f.producer, &message[i]), SJ_RING_OK);
  uint64_t passed = sj_ring_system_now() - begin;
  struct sj_ring_statistics s = statistics_of(f.ring);
  assert_int_equal(s.in_use_max, 150);
  assert_true(still - before >= 10 * UINT64_C(20000000));  // by Little: 10 slots for 20 ms
  assert_true(s.in_use_ns - before >= still - before && s.in_use_ns - before <= 10 * passed);
  assert_int_equal(statistics_of(f.ring).in_use_ns, s.in_use_ns);
  assert_int_equal(s.abandoned, 150);
  assert_int_equal(s.members, 2);
  assert_int_equal(sj_ring_claim(f.producer, 0, &message[0]), SJ_RING_OK);
  assert_int_equal(message[0].handle.slot, 0);  // the lowest is used again
  struct sj_ring_owner owner;
  assert_true(sj_ring_owner_read(f.ring, 0, &owner));
  assert_int_equal(owner.pid, getpid());
  assert_int_equal(owner.claims, 151);
  assert_true(owner.joined && !owner.died);
  assert_true(sj_ring_owner_read(f.ring, 63, &owner) && owner.pid == 0 && !owner.joined);
  assert_false(sj_ring_owner_read(f.ring, 64, &owner));
  end(f);
}

static void test_lost_handles(void **state) {
  (void)state;
  struct fixture f = make((struct sj_ring_options){.slots = 8, .slot_bytes = 8, .order = SJ_RING_BY_HANDLE});
  struct sj_ring_message message;
  struct sj_ring_handle first = publish(f, 1), second = publish(f, 2), third = publish(f, 3);
  assert_int_equal(sj_ring_take_handle(f.consumer, &third, &message), SJ_RING_OK);
  assert_int_equal(sj_ring_revoke(f.producer, &first), SJ_RING_OK);
  assert_int_equal(sj_ring_revoke(f.producer, &first), SJ_RING_STALE);
  assert_int_equal(sj_ring_revoke(f.producer, &third), SJ_RING_STALE);  // being read
  assert_int_equal(sj_ring_take_handle(f.consumer, &first, &message), SJ_RING_STALE);
  assert_int_equal(sj_ring_expire(f.consumer, INT64_C(3600000000000), false), 0);
  assert_int_equal(sj_ring_expire(f.consumer, 0, true), 0);
  assert_int_equal(sj_ring_expire(f.consumer, 0, false), 1);
  assert_int_equal(sj_ring_take_handle(f.consumer, &second, &message), SJ_RING_STALE);
  struct sj_ring_statistics s = statistics_of(f.ring);
  assert_int_equal(s.lost_published, 2);
  assert_int_equal(s.taken, 1);
  assert_int_equal(s.free, 7);
  end(f);
}

static void test_waiting(void **state) {
  (void)state;
  const enum sj_ring_wait waits[] = {SJ_RING_WAIT_AUTO, SJ_RING_WAIT_SPIN, SJ_RING_WAIT_FUTEX};
  for (int i = 0; i < 3; i++) {
    struct fixture f = make((struct sj_ring_options){.slots = 1, .slot_bytes = 8, .wait = waits[i]});
    struct sj_ring_message message;
    uint64_t begin = sj_ring_system_now();
    assert_int_equal(sj_ring_take(f.consumer, 30000000, &message), SJ_RING_TIMEOUT);
    publish(f, 0);
    assert_int_equal(sj_ring_claim(f.producer, 30000000, &message), SJ_RING_TIMEOUT);
    assert_true(sj_ring_system_now() - begin >= 60000000);
    struct sj_ring_statistics s = statistics_of(f.ring);
    assert_int_equal(s.waits_empty, 1);
    assert_int_equal(s.waits_full, 1);
    assert_int_equal(s.timeouts, 2);
    assert_int_equal(s.wakes, 0);  // nobody slept
    assert_true((s.sleeps > 0) == (waits[i] != SJ_RING_WAIT_SPIN));
    end(f);
  }
}

static void test_places(void **state) {
  (void)state;
  struct sj_ring *ring;
  struct sj_ring_options options = {.slots = 1, .slot_bytes = 1, .members = 3};
  assert_int_equal(sj_ring_create(&options, &ring, &problem), SJ_OK);
  struct sj_ring_member *members[3], *more;
  for (int round = 0; round < 600; round++) {  // more often than a place's turns are counted
    for (int i = 0; i < 3; i++) assert_int_equal(sj_ring_join(ring, &members[i], &problem), SJ_OK);
    if (round == 0) {
      assert_int_equal(sj_ring_join(ring, &more, &problem), SJ_FAILED);
      assert_string_equal(problem.message, "the ring has 3 members already");
    }
    for (int i = 0; i < 3; i++) sj_ring_leave(members[i]);
  }
  sj_ring_close(ring);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_in_order),     cmocka_unit_test(test_by_handle), cmocka_unit_test(test_forged_handles),
      cmocka_unit_test(test_misuse),       cmocka_unit_test(test_alignment), cmocka_unit_test(test_statistics),
      cmocka_unit_test(test_lost_handles), cmocka_unit_test(test_waiting),   cmocka_unit_test(test_places)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
