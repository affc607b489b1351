/* The watchdog ends a process, so each case is a child. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
/* After the others, as cmocka wants it. */
#include <cmocka.h>

#include "model/lua/environment.h"
#include "model/lua/watchdog.h"

/* Runs `body` in a child; returns its exit code (-1: a signal), and what it wrote to standard error. */
static int in_child(void (*body)(void), char *written, size_t room) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  const pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    body();
    _exit(77);
  }
  close(ends[1]);
  size_t length = 0;
  ssize_t count;
  while ((count = read(ends[0], written + length, room - 1 - length)) > 0) length += (size_t)count;
  written[length] = 0;
  close(ends[0]);
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void arm_and_loop(void) {
  struct sj_watchdog *watchdog = NULL;
  if (sj_watchdog_arm("models/slow.lua", 0.2, &watchdog, NULL)) _exit(78);
  for (volatile unsigned i = 0;; i++) continue;
}

static void arm_and_sleep(void) {
  struct sj_watchdog *watchdog = NULL;
  if (sj_watchdog_arm("x", 0.2, &watchdog, NULL)) _exit(78);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  sleep(60);
}

/* A chain of two thousand __index tables takes microseconds an instruction, which no budget sees. */
static void arm_and_run(void) {
  static const char text[] =
      "local first = {} local t = first "
      "for i = 1, 1900 do local n = {} setmetatable(t, {__index = n}) t = n end "
      "t.x = 1 "
      "while true do local x = first.x end";
  struct sj_watchdog *watchdog = NULL;
  struct sj_lua *environment = NULL;
  if (sj_watchdog_arm("chain.lua", 0.3, &watchdog, NULL) || sj_lua_create(NULL, &environment, NULL)) _exit(78);
  sj_lua_run(environment, "chain.lua", text, sizeof text - 1, NULL);
}

static void disarm_in_time(void) {
  struct sj_watchdog *watchdog = NULL;
  if (sj_watchdog_arm("x", 0.1, &watchdog, NULL)) _exit(78);
  sj_watchdog_disarm(watchdog);
  usleep(300000);
}

static void test_fires(void **state) {
  (void)state;
  char written[400];
  assert_int_equal(in_child(arm_and_loop, written, sizeof written), 2);
  assert_string_equal(
      written, "models/slow.lua: the model's code ran for more than 0.2 s and was ended: is there an endless loop?\n");
  assert_int_equal(in_child(arm_and_sleep, written, sizeof written), 2);
}

static void test_ends_a_model(void **state) {
  (void)state;
  char written[400];
  assert_int_equal(in_child(arm_and_run, written, sizeof written), 2);
  assert_non_null(strstr(written, "chain.lua: the model's code ran for more than 0.3 s"));
}

static void test_disarmed(void **state) {
  (void)state;
  char written[400];
  assert_int_equal(in_child(disarm_in_time, written, sizeof written), 77);
  assert_string_equal(written, "");
  sj_watchdog_disarm(NULL);
}

/* A disarm comes back at once, not at the deadline. */
static void test_disarm_is_quick(void **state) {
  (void)state;
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (int i = 0; i < 20; i++) {
    struct sj_watchdog *watchdog = NULL;
    assert_int_equal(sj_watchdog_arm("x", SJ_WATCHDOG_SECONDS, &watchdog, NULL), SJ_OK);
    sj_watchdog_disarm(watchdog);
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  assert_true(end.tv_sec - start.tv_sec <= 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_fires), cmocka_unit_test(test_ends_a_model),
                                     cmocka_unit_test(test_disarmed), cmocka_unit_test(test_disarm_is_quick)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
