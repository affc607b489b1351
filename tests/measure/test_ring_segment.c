/* What the ring does with segments that are missing, foreign, damaged, old, stale, forbidden or too large. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "measure/ring_layout.h"
#include "sojourn/ring.h"

static struct sj_error problem;
static char name[64], path[96];

static int set_up(void **state) {
  (void)state;
  snprintf(name, sizeof name, "sojourn-test-%d", getpid());
  snprintf(path, sizeof path, "/dev/shm/%s", name);
  unlink(path);
  problem.message[0] = 0;
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  unlink(path);
  rmdir(path);
  return 0;
}

static struct sj_ring_options named(void) {
  return (struct sj_ring_options){.name = name, .slots = 4, .slot_bytes = 1000};
}

static struct sj_ring *create(void) {
  struct sj_ring_options options = named();
  struct sj_ring *ring = NULL;
  if (sj_ring_create(&options, &ring, &problem) != SJ_OK) fail_msg("%s", problem.message);
  return ring;
}

static void assert_message(enum sj_status expected, enum sj_status status, const char *part) {
  if (status != expected || !strstr(problem.message, part))
    fail_msg("status %d, \"%s\": expected %d and \"%s\"", (int)status, problem.message, (int)expected, part);
  problem.message[0] = 0;
}

static void assert_refused(const char *part) {
  struct sj_ring *ring;
  assert_message(SJ_FAILED, sj_ring_open(name, &ring, &problem), part);
}

static void assert_not_created(const char *part) {
  struct sj_ring *ring;
  struct sj_ring_options options = named();
  assert_message(SJ_FAILED, sj_ring_create(&options, &ring, &problem), part);
}

static void test_options(void **state) {
  (void)state;
  struct sj_ring *ring;
  const struct {
    struct sj_ring_options options;
    const char *message;
  } wrong[] = {
      {{.slots = 0, .slot_bytes = 1}, "1 to 65536 slots, not 0"},
      {{.slots = 65537, .slot_bytes = 1}, "1 to 65536 slots, not 65537"},
      {{.slots = 1, .slot_bytes = 0}, "1 to 2^40 bytes, not 0"},
      {{.slots = 1, .slot_bytes = UINT64_MAX}, "1 to 2^40 bytes"},
      {{.slots = 1, .slot_bytes = 1, .members = 1023}, "at most 1022 members, not 1023"},
      {{.slots = 1, .slot_bytes = 1, .order = SJ_RING_BY_HANDLE, .hand_on = true}, "only an ordered ring can hand on"},
      {{.slots = 1, .slot_bytes = 1, .mode = 01777}, "permissions"},
      {{.slots = 1, .slot_bytes = 1, .name = ""}, "1 to 200 characters"},
      {{.slots = 1, .slot_bytes = 1, .name = ".."}, "not begin with a dot"},
      {{.slots = 1, .slot_bytes = 1, .name = "a/b"}, "\"a/b\" is no name"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    assert_message(SJ_INVALID, sj_ring_create(&wrong[i].options, &ring, &problem), wrong[i].message);
  assert_message(SJ_INVALID, sj_ring_open("no/name", &ring, &problem), "is no name");
  assert_message(SJ_INVALID, sj_ring_unlink(NULL, &problem), "1 to 200 characters");
}

static void test_by_name(void **state) {
  (void)state;
  assert_refused("there is none of this name");
  mode_t mask = umask(077);
  struct sj_ring_options options = named();
  options.mode = 0660;
  struct sj_ring *made, *opened;
  assert_int_equal(sj_ring_create(&options, &made, &problem), SJ_OK);
  umask(mask);
  struct stat file;
  assert_int_equal(stat(path, &file), 0);
  assert_int_equal(file.st_mode & 07777, 0660);
  assert_true((uint64_t)file.st_blocks * 512 >= (uint64_t)file.st_size);  // all memory is taken
  assert_int_equal(sj_ring_open(name, &opened, &problem), SJ_OK);
  assert_int_equal(sj_ring_slots(opened), 4);
  assert_int_equal(sj_ring_slot_bytes(opened), 1000);
  assert_int_equal(sj_ring_order(opened), SJ_RING_ORDERED);
  assert_string_equal(sj_ring_notice(made), "");
  struct sj_ring_member *producer, *consumer;
  assert_int_equal(sj_ring_join(made, &producer, &problem), SJ_OK);
  assert_int_equal(sj_ring_join(opened, &consumer, &problem), SJ_OK);
  struct sj_ring_message message;
  assert_int_equal(sj_ring_claim(producer, 0, &message), SJ_RING_OK);
  memcpy(message.data, "there", message.bytes = 5);
  assert_int_equal(sj_ring_publish(producer, &message), SJ_RING_OK);
  assert_int_equal(sj_ring_unlink(name, &problem), SJ_OK);  // who has it keeps it
  assert_int_equal(sj_ring_take(consumer, 0, &message), SJ_RING_OK);
  assert_memory_equal(message.data, "there", 5);
  sj_ring_leave(producer);
  sj_ring_leave(consumer);
  sj_ring_close(made);
  sj_ring_close(opened);
  assert_int_equal(sj_ring_unlink(name, &problem), SJ_OK);
}

static void test_by_descriptor(void **state) {
  (void)state;
  struct sj_ring *made, *opened;
  struct sj_ring_options options = {.slots = 2, .slot_bytes = 100, .huge_pages = true};
  assert_int_equal(sj_ring_create(&options, &made, &problem), SJ_OK);
  assert_true(sj_ring_huge_pages(made));
  int descriptor = dup(sj_ring_descriptor(made));
  assert_int_not_equal(ftruncate(descriptor, 0), 0);  // sealed: nobody takes the memory away
  assert_int_equal(sj_ring_from_descriptor(descriptor, &opened, &problem), SJ_OK);
  sj_ring_close(made);
  sj_ring_close(opened);
  close(descriptor);
  assert_message(SJ_FAILED, sj_ring_from_descriptor(descriptor, &opened, &problem), "Bad file descriptor");
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  assert_message(SJ_FAILED, sj_ring_from_descriptor(ends[0], &opened, &problem), "not a segment of memory");
  close(ends[0]);
  close(ends[1]);
}

/* Writes a file of this content where the ring should be. */
static void put_file(const void *content, size_t bytes) {
  int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  assert_true(file >= 0);
  assert_int_equal(write(file, content, bytes), (ssize_t)bytes);
  close(file);
}

static void test_foreign(void **state) {
  (void)state;
  char text[10000] = "some other program's\n";
  for (size_t bytes = 0; bytes <= sizeof text; bytes += 2500) {
    put_file(text, bytes);
    assert_refused("not a ring: another program's file");
    assert_not_created("not a ring: another program's file");
    assert_message(SJ_FAILED, sj_ring_unlink(name, &problem), "not a ring: another program's file");
    struct stat file;
    assert_int_equal(stat(path, &file), 0);  // it is still there
    assert_int_equal(file.st_size, bytes);
  }
  unlink(path);
  assert_int_equal(mkdir(path, 0700), 0);
  assert_refused("Is a directory");
  assert_not_created("Is a directory");
  rmdir(path);
  assert_int_equal(mkfifo(path, 0600), 0);
  assert_refused("not a segment of memory");
  unlink(path);
  assert_int_equal(symlink("/etc/passwd", path), 0);
  assert_refused("symbolic links");
}

static void overwrite(size_t offset, uint32_t value) {
  int file = open(path, O_WRONLY);
  assert_int_equal(pwrite(file, &value, sizeof value, (off_t)offset), sizeof value);
  close(file);
}

static void test_damaged(void **state) {
  (void)state;
  sj_ring_close(create());
  struct stat file;
  assert_int_equal(stat(path, &file), 0);
  char expected[100];
  overwrite(offsetof(struct ring_header, version), 77);
  assert_refused("a ring of version 77; this program knows version 1");
  assert_not_created("a ring of version 77; this program knows version 1");
  overwrite(offsetof(struct ring_header, version), RING_VERSION);
  overwrite(offsetof(struct ring_header, slots), 5);
  assert_refused("damaged: the sizes in its header do not fit together");
  overwrite(offsetof(struct ring_header, slots), 0);
  assert_refused("damaged: the sizes in its header do not fit together");
  overwrite(offsetof(struct ring_header, slots), 4);
  overwrite(offsetof(struct ring_header, order), 9);
  assert_refused("damaged: the sizes in its header do not fit together");
  overwrite(offsetof(struct ring_header, order), 0);
  struct sj_ring *ring;
  assert_int_equal(sj_ring_open(name, &ring, &problem), SJ_OK);
  sj_ring_close(ring);
  for (off_t bytes = 100; bytes < file.st_size; bytes += file.st_size / 3) {
    assert_int_equal(truncate(path, bytes), 0);
    snprintf(expected, sizeof expected, "damaged: it has %lld bytes, but should have %lld", (long long)bytes,
             (long long)file.st_size);
    if (bytes > (off_t)sizeof(struct ring_header))
      assert_refused(expected);
    else
      assert_refused("damaged: it has 100 bytes");
    sj_ring_unlink(name, &problem);
    sj_ring_close(create());
  }
}

/* In a child that is nobody where the test is the superuser, whom no permission stops. Exit status 0: as it should be.
 */
static void test_permissions(void **state) {
  (void)state;
  struct sj_ring *ring = create();
  if (geteuid() != 0) assert_int_equal(chmod(path, 0), 0);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && seteuid(65534) != 0) _exit(9);
    struct sj_ring *other;
    struct sj_ring_options options = named();
    char expected[200];
    snprintf(expected, sizeof expected, "ring %s: permission denied: it belongs to user %u, with mode %04o", name,
             getuid(), getuid() == 0 ? 0600 : 0);
    if (sj_ring_open(name, &other, &problem) != SJ_FAILED || strcmp(problem.message, expected) != 0) _exit(1);
    if (sj_ring_create(&options, &other, &problem) != SJ_FAILED || strcmp(problem.message, expected) != 0) _exit(2);
    _exit(0);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  sj_ring_close(ring);
}

static void test_too_large(void **state) {
  (void)state;
  struct statvfs system;
  assert_int_equal(statvfs("/dev/shm", &system), 0);
  struct sj_ring *ring;
  struct sj_ring_options options = named();
  options.slot_bytes = (uint64_t)system.f_blocks * system.f_frsize / 4 + 4096;
  assert_message(SJ_FAILED, sj_ring_create(&options, &ring, &problem), "shared memory is full: the ring takes ");
  assert_int_not_equal(access(path, F_OK), 0);
}

/* On a /dev/shm of its own with 1 MB, where the system lets the test have one. */
static void test_full(void **state) {
  (void)state;
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) != 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=1m") != 0)
      _exit(77);
    struct sj_ring *ring, *second;
    struct sj_ring_options options = named();
    options.slot_bytes = 200000;  // 0.8 MB
    if (sj_ring_create(&options, &ring, &problem) != SJ_OK) _exit(1);
    options.name = "another";
    if (sj_ring_create(&options, &second, &problem) != SJ_FAILED) _exit(2);
    if (!strstr(problem.message, "ring another: shared memory is full: the ring takes 0.8 MB, in /dev/shm/ are 0.2 MB"))
      _exit(3);
    for (int i = 0; i < 4; i++) memset((char *)ring->payloads + i * 200704, 1, 200704);  // all of the first is there
    _exit(access("/dev/shm/another", F_OK) == 0 ? 4 : 0);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) skip();
  assert_int_equal(status, 0);
}

/* Starts a process that makes the ring, or joins it, publishes a message, says so and sleeps. */
static pid_t start_user(bool creator) {
  int ready[2];
  assert_int_equal(pipe(ready), 0);
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    struct sj_ring_options options = named();
    struct sj_ring *ring;
    struct sj_ring_member *member;
    struct sj_ring_message message;
    if ((creator ? sj_ring_create(&options, &ring, &problem) : sj_ring_open(name, &ring, &problem)) != SJ_OK ||
        sj_ring_join(ring, &member, &problem) != SJ_OK || sj_ring_claim(member, 0, &message) != SJ_RING_OK ||
        sj_ring_publish(member, &message) != SJ_RING_OK || write(ready[1], "", 1) != 1)
      _exit(1);
    for (;;) pause();
  }
  char byte;
  assert_int_equal(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  close(ready[1]);
  return child;
}

static void end_user(pid_t user) {
  kill(user, SIGKILL);
  assert_int_equal(waitpid(user, NULL, 0), user);
}

static void test_stale(void **state) {
  (void)state;
  char expected[400];
  pid_t creator = start_user(true), other = start_user(false);
  snprintf(expected, sizeof expected, "ring %s: in use: process %d made it and is running", name, creator);
  assert_not_created(expected);
  kill(creator, SIGKILL);
  snprintf(expected, sizeof expected, "ring %s: in use by process %d (process %d made it and has ended)", name, other,
           creator);
  siginfo_t information;
  assert_int_equal(waitid(P_PID, (id_t)creator, &information, WEXITED | WNOWAIT), 0);
  assert_not_created(expected);  // though its parent has not waited for it
  end_user(creator);
  assert_not_created(expected);
  end_user(other);
  struct sj_ring *ring = create();
  snprintf(expected, sizeof expected,
           "ring %s: removed what process %d had left, which has ended; 2 unread messages were in it", name, creator);
  assert_string_equal(sj_ring_notice(ring), expected);
  assert_not_created("in use");  // this one is
  sj_ring_close(ring);
}

/* Several find the same remains: one gets the name, the others are told. Status 0: made, 1: refused. */
static void test_race(void **state) {
  (void)state;
  for (int round = 0; round < 15; round++) {
    end_user(start_user(true));
    int start[2], end[2], leave[2];
    assert_int_equal(pipe(start), 0);
    assert_int_equal(pipe(end), 0);
    assert_int_equal(pipe(leave), 0);
    fflush(NULL);
    for (int i = 0; i < 4; i++)
      if (fork() == 0) {
        struct sj_ring_options options = named();
        struct sj_ring *ring;
        char byte;
        if (read(start[0], &byte, 1) != 1) _exit(9);
        enum sj_status status = sj_ring_create(&options, &ring, &problem);
        byte = (char)(status == SJ_OK ? 'm' : status == SJ_FAILED && strstr(problem.message, "in use") ? 'r' : '?');
        if (write(end[1], &byte, 1) != 1 || read(leave[0], &byte, 1) != 1) _exit(9);
        _exit(0);
      }
    char result[4], word[32];
    assert_int_equal(write(start[1], "1234", 4), 4);
    for (int i = 0; i < 4; i++) assert_int_equal(read(end[0], &result[i], 1), 1);
    int made = 0, refused = 0;
    for (int i = 0; i < 4; i++) made += result[i] == 'm', refused += result[i] == 'r';
    snprintf(word, sizeof word, "%d+%d", made, refused);
    assert_string_equal(word, "1+3");
    assert_int_equal(write(leave[1], "1234", 4), 4);
    while (wait(NULL) > 0) continue;
    close(start[0]), close(start[1]), close(end[0]), close(end[1]);
    close(leave[0]), close(leave[1]);
  }
}

/* A process that makes and removes the ring is killed anywhere: the next can always make it. */
static void test_killed_while_making(void **state) {
  (void)state;
  for (int round = 0; round < 60; round++) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
      for (;;) {
        struct sj_ring *ring;
        struct sj_ring_options options = named();
        if (sj_ring_create(&options, &ring, &problem) != SJ_OK) _exit(1);
        sj_ring_close(ring);
        if (round % 2 && sj_ring_unlink(name, &problem) != SJ_OK) _exit(2);
        if (round % 2 == 0) unlink(path);
      }
    struct timespec time = {.tv_nsec = 1000000 + round * 77777 % 1000000};
    nanosleep(&time, NULL);
    kill(child, SIGKILL);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    sj_ring_close(create());
    assert_int_equal(sj_ring_unlink(name, &problem), SJ_OK);
  }
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(test_options), TEST(test_by_name),     TEST(test_by_descriptor),      TEST(test_foreign),
      TEST(test_damaged), TEST(test_permissions), TEST(test_too_large),          TEST(test_full),
      TEST(test_stale),   TEST(test_race),        TEST(test_killed_while_making)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
