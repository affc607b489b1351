/* What becomes of the slots and the place of a process that was killed, in each state one after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "measure/ring_layout.h"
#include "measure/ring_system.h"
#include "sojourn/ring.h"

static struct sj_error problem;

static struct sj_ring *create(struct sj_ring_options options) {
  struct sj_ring *ring = NULL;
  if (sj_ring_create(&options, &ring, &problem) != SJ_OK) fail_msg("%s", problem.message);
  return ring;
}

static struct sj_ring_member *join(struct sj_ring *ring) {
  struct sj_ring_member *member = NULL;
  if (sj_ring_join(ring, &member, &problem) != SJ_OK) fail_msg("%s", problem.message);
  return member;
}

static struct sj_ring_statistics statistics_of(const struct sj_ring *ring) {
  struct sj_ring_statistics statistics;
  sj_ring_statistics_read(ring, &statistics);
  return statistics;
}

/* What a child does before it sleeps for ever. */
enum deed { CLAIM_TWO, PUBLISH, TAKE, JOIN, SLEEP_FOR_MESSAGE };

static void do_deed(struct sj_ring *ring, enum deed deed) {
  struct sj_ring_member *member;
  struct sj_ring_message message;
  if (sj_ring_join(ring, &member, &problem) != SJ_OK) _exit(1);
  if (deed == CLAIM_TWO)
    for (int i = 0; i < 2; i++)
      if (sj_ring_claim(member, 0, &message) != SJ_RING_OK) _exit(2);
  if (deed == PUBLISH &&
      (sj_ring_claim(member, 0, &message) != SJ_RING_OK || sj_ring_publish(member, &message) != SJ_RING_OK))
    _exit(3);
  if (deed == TAKE && sj_ring_take(member, 0, &message) != SJ_RING_OK) _exit(4);
}

static pid_t start(struct sj_ring *ring, enum deed deed) {
  int ready[2];
  assert_int_equal(pipe(ready), 0);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    do_deed(ring, deed);
    if (write(ready[1], "", 1) != 1) _exit(5);
    struct sj_ring_member *member;
    struct sj_ring_message message;
    if (deed == SLEEP_FOR_MESSAGE && sj_ring_join(ring, &member, &problem) == SJ_OK)
      sj_ring_take(member, SJ_RING_FOREVER, &message);
    for (;;) pause();
  }
  char byte;
  close(ready[1]);
  assert_int_equal(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  return child;
}

static void end(pid_t child) {
  kill(child, SIGKILL);
  assert_int_equal(waitpid(child, NULL, 0), child);
}

static void kill_after(struct sj_ring *ring, enum deed deed) { end(start(ring, deed)); }

static void publish(struct sj_ring_member *member, char value) {
  struct sj_ring_message message;
  assert_int_equal(sj_ring_claim(member, 0, &message), SJ_RING_OK);
  *(char *)message.data = value;
  message.bytes = 1;
  assert_int_equal(sj_ring_publish(member, &message), SJ_RING_OK);
}

static void assert_next(struct sj_ring_member *member, char value) {
  struct sj_ring_message message;
  assert_int_equal(sj_ring_take(member, 0, &message), SJ_RING_OK);
  assert_int_equal(message.bytes, 1);
  assert_int_equal(*(char *)message.data, value);
  assert_int_equal(sj_ring_release(member, &message), SJ_RING_OK);
}

static void test_claimed(void **state) {
  (void)state;
  struct sj_ring *ring = create((struct sj_ring_options){.slots = 3, .slot_bytes = 1});
  struct sj_ring_member *member = join(ring);
  pid_t child = start(ring, CLAIM_TWO);
  struct sj_ring_loss loss;
  sj_ring_reclaim(member, &loss);
  assert_int_equal(loss.members, 0);
  kill(child, SIGSTOP);  // late, not dead
  sj_ring_reclaim(member, &loss);
  assert_int_equal(loss.members, 0);
  assert_int_equal(sj_ring_in_use(ring), 2);
  end(child);
  sj_ring_reclaim(member, &loss);
  assert_int_equal(loss.members, 1);
  assert_int_equal(loss.claimed, 2);
  assert_int_equal(sj_ring_in_use(ring), 0);
  struct sj_ring_owner owner;
  assert_true(sj_ring_owner_read(ring, 1, &owner));
  assert_int_equal(owner.pid, child);
  assert_true(owner.died && !owner.joined);
  assert_int_equal(owner.claims, 2);
  assert_int_equal(owner.lost_claimed, 2);
  assert_int_equal(statistics_of(ring).lost_claimed, 2);
  assert_int_equal(statistics_of(ring).dead_members, 1);
  sj_ring_reclaim(member, &loss);
  assert_int_equal(loss.members, 0);  // once
  sj_ring_leave(member);
  sj_ring_close(ring);
}

static void test_taken(void **state) {
  (void)state;
  for (int hand_on = 0; hand_on < 2; hand_on++) {
    struct sj_ring *ring = create((struct sj_ring_options){.slots = 4, .slot_bytes = 1, .hand_on = hand_on != 0});
    struct sj_ring_member *member = join(ring);
    for (char c = 'a'; c < 'd'; c++) publish(member, c);
    kill_after(ring, TAKE);
    struct sj_ring_loss loss;
    sj_ring_reclaim(member, &loss);
    assert_int_equal(loss.taken, !hand_on);
    assert_int_equal(loss.handed_on, hand_on);
    publish(member, 'd');
    assert_next(member, 'b');
    assert_next(member, 'c');
    if (hand_on) assert_next(member, 'a');
    assert_next(member, 'd');
    struct sj_ring_message message;
    assert_int_equal(sj_ring_take(member, 0, &message), SJ_RING_TIMEOUT);
    struct sj_ring_statistics s = statistics_of(ring);
    assert_int_equal(s.lost_taken, !hand_on);
    assert_int_equal(s.handed_on, hand_on);
    assert_int_equal(s.publications, 4);
    assert_int_equal(s.free, 4);
    sj_ring_leave(member);
    sj_ring_close(ring);
  }
}

static void test_published(void **state) {
  (void)state;
  struct sj_ring *ring = create((struct sj_ring_options){.slots = 3, .slot_bytes = 1});
  struct sj_ring_member *member = join(ring);
  publish(member, 'a');
  kill_after(ring, PUBLISH);
  struct sj_ring_loss loss;
  sj_ring_reclaim(member, &loss);
  assert_int_equal(loss.orphaned, 1);
  publish(member, 'c');
  assert_next(member, 'a');
  struct sj_ring_message message;
  assert_int_equal(sj_ring_take(member, 0, &message), SJ_RING_OK);  // the dead one's, where it was in the order
  assert_int_equal(message.bytes, 0);
  assert_int_equal(message.handle.sequence, 1);
  sj_ring_release(member, &message);
  assert_next(member, 'c');
  sj_ring_leave(member);
  sj_ring_close(ring);
}

static void test_published_by_handle(void **state) {
  (void)state;
  struct sj_ring *ring = create((struct sj_ring_options){.slots = 3, .slot_bytes = 1, .order = SJ_RING_BY_HANDLE});
  struct sj_ring_member *member = join(ring);
  publish(member, 'a');
  kill_after(ring, PUBLISH);
  kill_after(ring, PUBLISH);
  struct sj_ring_loss loss;
  sj_ring_reclaim(member, &loss);
  assert_int_equal(loss.orphaned, 2);
  // The handle of one was underway and comes now.
  const struct ring_slot *slot = &ring->slots[1];
  struct sj_ring_handle handle = {.ring = ring->header->identity, .slot = 1, .generation = 1, .sequence = 1};
  struct sj_ring_message message;
  assert_int_equal(ring_word_owner(ring_load(&slot->word)), RING_NOBODY);
  assert_int_equal(sj_ring_take_handle(member, &handle, &message), SJ_RING_OK);
  sj_ring_release(member, &message);
  assert_int_equal(sj_ring_expire(member, 0, true), 1);  // that of the other never will
  assert_int_equal(statistics_of(ring).published, 1);
  assert_int_equal(statistics_of(ring).lost_published, 1);
  sj_ring_leave(member);
  sj_ring_close(ring);
}

/* Who waits finds the dead himself. */
static void test_waiting_for_the_dead(void **state) {
  (void)state;
  for (int wait = SJ_RING_WAIT_AUTO; wait <= SJ_RING_WAIT_FUTEX; wait++) {
    struct sj_ring *ring =
        create((struct sj_ring_options){.slots = 2, .slot_bytes = 1, .wait = (enum sj_ring_wait)wait});
    struct sj_ring_member *member = join(ring);
    kill_after(ring, CLAIM_TWO);
    struct sj_ring_message message;
    assert_int_equal(sj_ring_claim(member, SJ_RING_FOREVER, &message), SJ_RING_OK);
    assert_int_equal(statistics_of(ring).lost_claimed, 2);
    sj_ring_leave(member);
    sj_ring_close(ring);
  }
}

static void test_places_of_the_dead(void **state) {
  (void)state;
  struct sj_ring *ring = create((struct sj_ring_options){.slots = 2, .slot_bytes = 1, .members = 2});
  for (int i = 0; i < 4; i++) kill_after(ring, JOIN);
  struct sj_ring_member *first = join(ring), *second = join(ring);
  assert_int_equal(statistics_of(ring).members, 2);
  assert_int_equal(statistics_of(ring).dead_members, 4);
  sj_ring_leave(first);
  sj_ring_leave(second);
  sj_ring_close(ring);
}

/* A sleeper that is gone costs nothing after its death was noticed. */
static void test_sleeper(void **state) {
  (void)state;
  struct sj_ring *ring = create((struct sj_ring_options){.slots = 9, .slot_bytes = 1, .wait = SJ_RING_WAIT_FUTEX});
  struct sj_ring_member *member = join(ring);
  pid_t child = start(ring, SLEEP_FOR_MESSAGE);
  while (ring_load(&ring->header->events[RING_EVENT_PUBLISHED].sleepers[0]) == 0) usleep(100);
  usleep(3000);
  kill(child, SIGSTOP);
  end(child);
  sj_ring_reclaim(member, NULL);
  assert_int_equal(ring_load(&ring->header->events[RING_EVENT_PUBLISHED].sleepers[0]), 0);
  publish(member, 'a');
  assert_int_equal(statistics_of(ring).wakes, 0);
  sj_ring_leave(member);
  sj_ring_close(ring);
}

static void *wait_for_ever(void *nothing) {
  for (;;) pause();
  return nothing;
}

/* Whether a process lives: of this one, of one with its number and another start, of one that ended and was not waited
 * for, of one whose first thread ended. */
static void test_alive(void **state) {
  (void)state;
  uint64_t self = sj_ring_system_self();
  assert_int_equal(ring_owner_pid(self), getpid());
  assert_true(sj_ring_system_alive(self));
  assert_false(sj_ring_system_alive(self + (UINT64_C(1) << 32)));  // the number is used anew
  assert_false(sj_ring_system_alive(0));
  int words[2];
  assert_int_equal(pipe(words), 0);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    uint64_t word = sj_ring_system_self();
    pthread_t thread;
    if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0 || write(words[1], &word, sizeof word) != sizeof word)
      _exit(1);
    pthread_exit(NULL);
  }
  uint64_t word;
  assert_int_equal(read(words[0], &word, sizeof word), sizeof word);
  close(words[0]);
  close(words[1]);
  usleep(20000);
  assert_true(sj_ring_system_alive(word));
  kill(child, SIGKILL);
  siginfo_t information;
  assert_int_equal(waitid(P_PID, (id_t)child, &information, WEXITED | WNOWAIT), 0);
  assert_int_equal(kill(child, 0), 0);  // its number is still there
  assert_false(sj_ring_system_alive(word));
  assert_int_equal(waitpid(child, NULL, 0), child);
  assert_false(sj_ring_system_alive(word));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_claimed),
      cmocka_unit_test(test_taken),
      cmocka_unit_test(test_published),
      cmocka_unit_test(test_published_by_handle),
      cmocka_unit_test(test_waiting_for_the_dead),
      cmocka_unit_test(test_places_of_the_dead),
      cmocka_unit_test(test_sleeper),
      cmocka_unit_test(test_alive),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
