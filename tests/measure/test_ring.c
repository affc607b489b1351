/* One member after the other: what each call does, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_in_order)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
