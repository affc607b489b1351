#include "measure/ring_system.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "measure/ring_layout.h"

struct process {
  bool ended;
  uint32_t start;
};

/* Fields of /proc/PID/stat (proc(5)), counted from 1; the second may hold anything, and ends with the last ')'. */
enum { FIELD_STATE = 3, FIELD_THREADS = 20, FIELD_START = 22 };

static bool read_process(uint32_t pid, struct process *process) {
  char path[32], text[1024];
  snprintf(path, sizeof path, "/proc/%u/stat", pid);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return false;
  text[length] = 0;
  const char *at = strrchr(text, ')');
  if (!at || strlen(at) < 3) return false;
  char state = at[2];
  at += 1;
  unsigned long long threads = 0;
  for (int field = FIELD_STATE; field <= FIELD_START && at; field++) {
    if (field == FIELD_THREADS) threads = strtoull(at, NULL, 10);
    if (field == FIELD_START) process->start = (uint32_t)strtoull(at, NULL, 10);
    at = strchr(at + 1, ' ');
    if (!at && field < FIELD_START) return false;
  }
  // A leading thread that ended before others looks like a process not waited for, but counts more than itself.
  process->ended = state == 'X' || (state == 'Z' && threads <= 1);
  return true;
}

uint64_t sj_ring_system_self(void) {
  uint32_t pid = (uint32_t)getpid();
  struct process process = {0};
  if (!read_process(pid, &process)) process.start = 0;
  return (uint64_t)(pid & ((1U << RING_PID_BITS) - 1)) << 10 | (uint64_t)process.start << 32;
}

bool sj_ring_system_alive(uint64_t owner_word) {
  uint32_t pid = ring_owner_pid(owner_word), start = (uint32_t)(owner_word >> 32);
  if (pid == 0 || (kill((pid_t)pid, 0) != 0 && errno == ESRCH)) return false;
  struct process process;
  if (start == 0 || !read_process(pid, &process)) return kill((pid_t)pid, 0) == 0 || errno != ESRCH;
  return !process.ended && process.start == start;
}

uint64_t sj_ring_system_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Without FUTEX_PRIVATE_FLAG, which is for the threads of one process. */
void sj_ring_system_sleep(_Atomic uint32_t *version, uint32_t seen, uint64_t ns) {
  struct timespec time = {.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};
  syscall(SYS_futex, version, FUTEX_WAIT, seen, &time, NULL, 0);
}

bool sj_ring_system_wake(_Atomic uint32_t *version) {
  return syscall(SYS_futex, version, FUTEX_WAKE, 1, NULL, NULL, 0) > 0;
}
