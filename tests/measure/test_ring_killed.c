/* Producers and consumers are processes that a parent kills (SIGKILL) wherever they are, and replaces, some hundred
 * times. Afterwards every message must be accounted for: a log in shared memory, kept beside the ring, knows what was
 * published and what was read. Who is killed and how long he lives is drawn from a fixed seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sojourn/ring.h"

enum { MESSAGES = 1 << 22, PRODUCERS = 3, CONSUMERS = 2, LIVES = 4096, WORDS = 600, KILLS = 150 };

/* Shared by all; each message's entries are written by one process at a time. */
struct log {
  _Atomic uint64_t next;                       /* the number of the next message */
  _Atomic uint8_t published[MESSAGES];         /* its publication returned */
  _Atomic uint8_t read[MESSAGES];              /* how often it was read to the end */
  _Atomic uint64_t corrupt, disordered, wrong; /* payloads; order of one producer at one consumer; results of calls */
  _Atomic bool stop;                           /* producers end */
};

struct payload {
  uint64_t id, life, words, word[WORDS];
};

struct setting {
  struct sj_ring_options options;
  int bus[2]; /* by handle: they go from 0 to 1 */
};

static struct log *book;

static uint64_t mix(uint64_t x) {
  x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
  return x ^ x >> 31;
}

static void pause_ns(uint64_t ns) {
  struct timespec time = {.tv_nsec = (long)ns};
  nanosleep(&time, NULL);
}

/* Some messages are held for long, or few would be killed with one in hand. */
static void linger(uint64_t id) {
  if (mix(id) % 8 == 0) pause_ns(30000);
}

static void produce(struct sj_ring_member *member, const struct setting *setting, uint64_t life) {
  struct sj_ring_message message;
  while (!atomic_load(&book->stop)) {
    if (sj_ring_claim(member, 10000000, &message) != SJ_RING_OK) continue;
    struct payload *payload = message.data;
    uint64_t id = atomic_fetch_add(&book->next, 1);
    if (id >= MESSAGES) return;
    *payload = (struct payload){.id = id, .life = life, .words = mix(id) % (WORDS + 1)};
    for (uint64_t i = 0; i < payload->words; i++) payload->word[i] = mix(id * WORDS + i);
    message.bytes = offsetof(struct payload, word) + payload->words * sizeof payload->word[0];
    linger(id);
    if (sj_ring_publish(member, &message) != SJ_RING_OK) atomic_fetch_add(&book->wrong, 1);
    atomic_store(&book->published[id], 1);
    if (setting->options.order == SJ_RING_BY_HANDLE &&
        send(setting->bus[0], &message.handle, sizeof message.handle, 0) != sizeof message.handle)
      atomic_fetch_add(&book->wrong, 1);
  }
}

static bool get(struct sj_ring_member *member, const struct setting *setting, struct sj_ring_message *message) {
  if (setting->options.order == SJ_RING_ORDERED) return sj_ring_take(member, 10000000, message) == SJ_RING_OK;
  struct sj_ring_handle handle;
  if (recv(setting->bus[1], &handle, sizeof handle, 0) != sizeof handle) return false;
  if (sj_ring_take_handle(member, &handle, message) == SJ_RING_OK) return true;
  atomic_fetch_add(&book->wrong, 1);
  return false;
}

static void read_message(const struct sj_ring_message *message, uint64_t last[LIVES], bool ordered) {
  const struct payload *payload = message->data;
  linger(payload->id + 1);
  bool right = payload->id < MESSAGES && payload->life < LIVES && payload->words == mix(payload->id) % (WORDS + 1) &&
               message->bytes == offsetof(struct payload, word) + payload->words * sizeof payload->word[0];
  for (uint64_t i = 0; right && i < payload->words; i++) right = payload->word[i] == mix(payload->id * WORDS + i);
  if (!right) {
    atomic_fetch_add(&book->corrupt, 1);
    return;
  }
  if (ordered && payload->id + 1 <= last[payload->life]) atomic_fetch_add(&book->disordered, 1);
  last[payload->life] = payload->id + 1;
  atomic_fetch_add(&book->read[payload->id], 1);
}

static void consume(struct sj_ring_member *member, const struct setting *setting) {
  static uint64_t last[LIVES];
  struct sj_ring_message message;
  bool ordered = setting->options.order == SJ_RING_ORDERED && !setting->options.hand_on;
  for (;;) {
    if (!get(member, setting, &message)) {
      if (atomic_load(&book->stop)) return;
      continue;
    }
    read_message(&message, last, ordered);
    if (sj_ring_release(member, &message) != SJ_RING_OK) atomic_fetch_add(&book->wrong, 1);
  }
}

static pid_t start(struct sj_ring *ring, const struct setting *setting, bool producer, uint64_t life) {
  pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct sj_ring_member *member;
  struct sj_error error;
  if (sj_ring_join(ring, &member, &error) != SJ_OK) {
    fprintf(stderr, "%s\n", error.message);
    _exit(1);
  }
  if (producer)
    produce(member, setting, life);
  else
    consume(member, setting);
  sj_ring_leave(member);
  _exit(0);
}

/* Kills one after the other; returns how many producers it killed. */
static uint64_t kill_many(struct sj_ring *ring, const struct setting *setting, pid_t pid[PRODUCERS + CONSUMERS]) {
  uint64_t life = PRODUCERS, random = 20240607, killed = 0;
  for (int i = 0; i < KILLS; i++) {
    random = mix(random + UINT64_C(0x9e3779b97f4a7c15));
    pause_ns(100000 + random % 4000000);
    uint64_t victim = (random >> 32) % (PRODUCERS + CONSUMERS);
    kill(pid[victim], SIGKILL);
    if (random >> 63) pause_ns(3000000);  // now and then it is found before its parent has waited for it
    int status;
    assert_int_equal(waitpid(pid[victim], &status, 0), pid[victim]);
    assert_true(WIFSIGNALED(status) || atomic_load(&book->next) >= MESSAGES);
    if (victim < PRODUCERS) killed++;
    pid[victim] = start(ring, setting, victim < PRODUCERS, life++);
  }
  return killed;
}

/* Ends the others, then reads what is left, as one more consumer. */
static void finish(struct sj_ring *ring, const struct setting *setting, const pid_t pid[PRODUCERS + CONSUMERS]) {
  atomic_store(&book->stop, true);
  for (int i = 0; i < PRODUCERS + CONSUMERS; i++) {
    int status;
    if (i >= PRODUCERS && setting->options.order == SJ_RING_BY_HANDLE) kill(pid[i], SIGKILL);
    assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  }
  struct sj_ring_member *member;
  struct sj_error error;
  assert_int_equal(sj_ring_join(ring, &member, &error), SJ_OK);
  sj_ring_reclaim(member, NULL);
  if (setting->options.order == SJ_RING_BY_HANDLE) shutdown(setting->bus[0], SHUT_WR);
  consume(member, setting);
  if (setting->options.order == SJ_RING_BY_HANDLE) sj_ring_expire(member, 0, false);
  sj_ring_leave(member);
}

struct account {
  uint64_t published, read, twice;
};

static struct account add_up(void) {
  struct account account = {0};
  for (uint64_t id = 0; id < MESSAGES && id < atomic_load(&book->next); id++) {
    uint8_t times = atomic_load(&book->read[id]);
    account.published += atomic_load(&book->published[id]);
    account.read += times > 0;
    account.twice += times > 1;
  }
  return account;
}

static void check(struct sj_ring *ring, const struct setting *setting, uint64_t killed) {
  struct account account = add_up();
  struct sj_ring_statistics s;
  sj_ring_statistics_read(ring, &s);
  print_message(
      "# %llu published, %llu read, %llu twice; lost %llu claimed, %llu taken, %llu published; %llu handed on; "
      "%llu sleeps, %llu wakes\n",
      (unsigned long long)s.publications, (unsigned long long)account.read, (unsigned long long)account.twice,
      (unsigned long long)s.lost_claimed, (unsigned long long)s.lost_taken, (unsigned long long)s.lost_published,
      (unsigned long long)s.handed_on, (unsigned long long)s.sleeps, (unsigned long long)s.wakes);
  assert_int_equal(atomic_load(&book->corrupt), 0);
  assert_int_equal(atomic_load(&book->disordered), 0);
  assert_int_equal(atomic_load(&book->wrong), 0);
  assert_int_equal(s.free, s.slots);
  assert_int_equal(sj_ring_in_use(ring), 0);
  assert_int_equal(s.members, 0);
  assert_true(account.published > KILLS);
  if (setting->options.order == SJ_RING_ORDERED) {
    // Two counts that know nothing of each other: the slots' generations and the order's end.
    assert_int_equal(s.claims, s.publications + s.lost_claimed);
    assert_true(account.published <= s.publications && s.publications <= account.published + killed);
  }
  // Only what was in a dead consumer's hands, or on the bus in none, may be missing.
  assert_true(account.read <= s.claims - s.lost_claimed);
  assert_true(account.read >= account.published - s.lost_taken - s.lost_published);
  if (setting->options.hand_on) assert_int_equal(account.read, s.publications);
  assert_true(account.twice <= s.handed_on);
  assert_true(s.lost_claimed + s.lost_taken + s.handed_on > 0);  // some did die with a slot
}

static void run(struct setting setting) {
  alarm(60);
  book = mmap(NULL, sizeof *book, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert_ptr_not_equal(book, MAP_FAILED);
  struct sj_ring *ring;
  struct sj_error error;
  setting.options.slot_bytes = sizeof(struct payload);
  if (sj_ring_create(&setting.options, &ring, &error) != SJ_OK) fail_msg("%s", error.message);
  if (setting.options.order == SJ_RING_BY_HANDLE)
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, setting.bus), 0);
  pid_t pid[PRODUCERS + CONSUMERS];
  for (uint64_t i = 0; i < PRODUCERS + CONSUMERS; i++) pid[i] = start(ring, &setting, i < PRODUCERS, i);
  uint64_t killed = kill_many(ring, &setting, pid);
  finish(ring, &setting, pid);
  check(ring, &setting, killed);
  if (setting.options.order == SJ_RING_BY_HANDLE) close(setting.bus[0]), close(setting.bus[1]);
  sj_ring_close(ring);
  munmap(book, sizeof *book);
  alarm(0);
}

static void test_ordered(void **state) {
  (void)state;
  run((struct setting){.options = {.slots = 5}});
}

static void test_handed_on(void **state) {
  (void)state;
  run((struct setting){.options = {.slots = 8, .hand_on = true, .wait = SJ_RING_WAIT_FUTEX}});
}

static void test_by_handle(void **state) {
  (void)state;
  run((struct setting){.options = {.slots = 70, .order = SJ_RING_BY_HANDLE}});
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_ordered), cmocka_unit_test(test_handed_on),
                                     cmocka_unit_test(test_by_handle)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
