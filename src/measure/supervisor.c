#include "measure/supervisor.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "measure/clock.h"
#include "measure/payload.h"

/* MOST_RESTARTS: of all processes; a role that is killed so often before it is ready never will be. */
enum { TICK_MS = 10, MOST_PROCESSES = SJ_MEASURE_PRODUCERS_MAX + 2, MOST_RESTARTS = 1000 };
static const double ready_s = 60, settle_s = 0.2, headway_s = 10, stopped_s = 60, close_s = 600;

struct process {
  enum sj_role role;
  unsigned index; /* of a producer */
  pid_t pid;      /* 0: ended */
  double cpu_before;
};

struct supervisor {
  const struct sj_measurement *measurement;
  const struct sj_measure_options *options;
  struct sj_board *board;
  struct sj_watched *watched;
  struct process processes[MOST_PROCESSES];
  unsigned count;
  int control; /* the broker's, -1: none */
  double cpu_of_dead, own_before;
  bool timing; /* CPU time counts */
  uint64_t second_ns, started_ns;
  struct sj_measure_second last;
};

static const char *const names[SJ_ROLES] = {"broker", "store", "producer", "measurement"};

static double seconds_since(uint64_t then_ns) { return (double)(sj_now_ns() - then_ns) / 1e9; }

/* ---- a child ---- */

static enum sj_status act(const struct supervisor *supervisor, const struct process *process, int control,
                          struct sj_error *error) {
  const struct sj_measurement *const measurement = supervisor->measurement;
  if (process->role == SJ_ROLE_ALL) return sj_role_all(measurement, control, error);
  struct sj_bus *bus = NULL;
  enum sj_status status = sj_bus_open(&bus, error);
  if (status != SJ_OK) return status;
  if (process->role == SJ_ROLE_BROKER)
    status = sj_role_broker(measurement, bus, control, error);
  else if (process->role == SJ_ROLE_STORE)
    status = sj_role_store(measurement, bus, error);
  else
    status = sj_role_producer(measurement, bus, process->index, error);
  sj_bus_close(bus);
  return status;
}

static _Noreturn void live(const struct supervisor *supervisor, const struct process *process, pid_t parent,
                           int control) {
  struct sj_error error = {{0}};
  char name[16];
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1); /* it died before it could be said */
  signal(SIGINT, SIG_IGN);           /* a terminal sends it to all; the parent decides */
  signal(SIGTERM, SIG_DFL);
  snprintf(name, sizeof name, "sojourn-%.7s", names[process->role]);
  prctl(PR_SET_NAME, name);
  const enum sj_status status = act(supervisor, process, control, &error);
  if (status != SJ_OK) sj_board_fail(supervisor->board, status, error.message);
  _exit(status == SJ_OK ? 0 : 1); /* what the parent has buffered is the parent's to write */
}

static bool controlled(enum sj_role role) { return role == SJ_ROLE_BROKER || role == SJ_ROLE_ALL; }

static enum sj_status start(struct supervisor *supervisor, struct process *process, struct sj_error *error) {
  int ends[2] = {-1, -1};
  if (controlled(process->role) && pipe(ends) != 0)
    return sj_error_set(error, SJ_FAILED, "no pipe can be made: %s", strerror(errno));
  const pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    if (ends[1] >= 0) close(ends[1]);
    if (supervisor->control >= 0) close(supervisor->control);
    live(supervisor, process, parent, ends[0]);
  }
  if (ends[0] >= 0) close(ends[0]);
  if (pid < 0) {
    if (ends[1] >= 0) close(ends[1]);
    return sj_error_set(error, SJ_FAILED, "no process can be started: %s", strerror(errno));
  }
  if (controlled(process->role)) {
    if (supervisor->control >= 0) close(supervisor->control);
    supervisor->control = ends[1];
  }
  process->pid = pid;
  process->cpu_before = 0;
  return SJ_OK;
}

/* ---- CPU time ---- */

static double cpu_of(pid_t pid) {
  clockid_t clock;
  struct timespec time;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void start_timing(struct supervisor *supervisor) {
  for (unsigned i = 0; i < supervisor->count; i++)
    supervisor->processes[i].cpu_before = cpu_of(supervisor->processes[i].pid);
  supervisor->own_before = cpu_of(0);
  supervisor->timing = true;
}

static void stop_timing(struct supervisor *supervisor) {
  double cpu = supervisor->cpu_of_dead + cpu_of(0) - supervisor->own_before;
  for (unsigned i = 0; i < supervisor->count; i++)
    if (supervisor->processes[i].pid) cpu += cpu_of(supervisor->processes[i].pid) - supervisor->processes[i].cpu_before;
  supervisor->watched->cpu_s = cpu;
  supervisor->watched->wall_s = seconds_since(SJ_LOAD(supervisor->board->start_ns));
  supervisor->timing = false;
}

/* ---- watching ---- */

static enum sj_status failure(const struct supervisor *supervisor, struct sj_error *error) {
  if (SJ_LOAD(supervisor->board->failed) != 2) return SJ_OK;
  return sj_error_set(error, (enum sj_status)supervisor->board->failure_status, "%s", supervisor->board->failure);
}

static void forget_readiness(struct sj_board *board, const struct process *process) {
  if (process->role == SJ_ROLE_BROKER || process->role == SJ_ROLE_ALL) SJ_STORE(board->broker_state, SJ_STATE_ABSENT);
  if (process->role == SJ_ROLE_STORE || process->role == SJ_ROLE_ALL) {
    SJ_STORE(board->store.state, SJ_STATE_ABSENT);
    SJ_ADD(board->store.incarnation, 1);
  }
  for (unsigned i = 0; i < SJ_MEASURE_PRODUCERS_MAX; i++) {
    if (process->role != SJ_ROLE_ALL && (process->role != SJ_ROLE_PRODUCER || i != process->index)) continue;
    SJ_STORE(board->producers[i].state, SJ_STATE_ABSENT);
    SJ_ADD(board->producers[i].incarnation, 1);
  }
}

/* One that was killed is started again, as long as there is a run to take part in. */
static enum sj_status bury(struct supervisor *supervisor, struct process *process, int status,
                           const struct rusage *usage, struct sj_error *error) {
  struct sj_watched *const watched = supervisor->watched;
  if (supervisor->timing)
    supervisor->cpu_of_dead += (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
                               1e-6 * (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) - process->cpu_before;
  process->pid = 0;
  const enum sj_status failed = failure(supervisor, error);
  if (failed != SJ_OK) return failed;
  if (SJ_LOAD(supervisor->board->phase) == SJ_PHASE_END) return SJ_OK;
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
    return sj_error_set(error, SJ_FAILED, "the %s ended with exit code %d", names[process->role], WEXITSTATUS(status));
  watched->last_signal[process->role] = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (++watched->restarts[process->role] > MOST_RESTARTS)
    return sj_error_set(error, SJ_FAILED, "the %s was killed %d times, the last time by signal %d",
                        names[process->role], MOST_RESTARTS, watched->last_signal[process->role]);
  SJ_STORE(supervisor->board->accident_ns, sj_now_ns());
  forget_readiness(supervisor->board, process);
  return start(supervisor, process, error);
}

static enum sj_status look_after(struct supervisor *supervisor, struct sj_error *error) {
  for (unsigned i = 0; i < supervisor->count; i++) {
    struct process *const process = &supervisor->processes[i];
    struct rusage usage;
    int status = 0;
    if (process->pid == 0 || wait4(process->pid, &status, WNOHANG, &usage) != process->pid) continue;
    const enum sj_status outcome = bury(supervisor, process, status, &usage, error);
    if (outcome != SJ_OK) return outcome;
  }
  return failure(supervisor, error);
}

static bool asked_to_stop(struct supervisor *supervisor) {
  const volatile sig_atomic_t *const stop = supervisor->options->stop;
  if (stop && *stop) supervisor->watched->interrupted = true;
  return supervisor->watched->interrupted;
}

static uint64_t sum_sent(const struct sj_board *board, uint64_t *dropped) {
  uint64_t sent = 0;
  *dropped = 0;
  for (unsigned i = 0; i < SJ_MEASURE_PRODUCERS_MAX; i++) {
    sent += SJ_LOAD(board->producers[i].sent);
    *dropped += SJ_LOAD(board->producers[i].dropped);
  }
  return sent;
}

static void tell(struct supervisor *supervisor) {
  const uint64_t now = sj_now_ns();
  struct sj_board *const board = supervisor->board;
  struct sj_measure_second second = {.time = seconds_since(SJ_LOAD(board->start_ns))};
  if (now < supervisor->second_ns) return;
  supervisor->second_ns += SJ_SECOND_NS;
  if (!supervisor->options->on_second) return;
  const double passed = second.time - supervisor->last.time;
  second.sent = sum_sent(board, &second.dropped);
  second.received = SJ_LOAD(board->store.received);
  second.corrupt = SJ_LOAD(board->store.corrupt);
  second.rate = (double)(second.received - supervisor->last.received) / passed;
  second.throughput = second.rate * (double)(supervisor->options->rows * SJ_PAYLOAD_ROW);
  second.p99 = sj_board_times_quantile(&board->store.latency, 0.99);
  second.queue = (double)(second.sent - second.received);
  if (supervisor->measurement->ring) second.queue = sj_ring_in_use(supervisor->measurement->ring);
  for (int role = 0; role < SJ_ROLES; role++) second.restarts += supervisor->watched->restarts[role];
  supervisor->last = second;
  supervisor->options->on_second(supervisor->options->context, &second);
}

static void rest(void) { sj_sleep_until(sj_now_ns() + (uint64_t)TICK_MS * 1000000); }

/* ---- phases ---- */

static bool all_ready(const struct supervisor *supervisor) {
  const struct sj_board *const board = supervisor->board;
  if (SJ_LOAD(board->broker_state) != SJ_STATE_READY || SJ_LOAD(board->store.state) != SJ_STATE_READY) return false;
  for (unsigned i = 0; i < supervisor->options->producers; i++)
    if (SJ_LOAD(board->producers[i].state) != SJ_STATE_READY) return false;
  return true;
}

static enum sj_status wait_until_ready(struct supervisor *supervisor, bool broker_only, struct sj_error *error) {
  const uint64_t begun = sj_now_ns();
  for (;;) {
    const enum sj_status status = look_after(supervisor, error);
    if (status != SJ_OK) return status;
    if (asked_to_stop(supervisor)) return SJ_INTERRUPTED;
    if (broker_only ? SJ_LOAD(supervisor->board->broker_state) == SJ_STATE_READY : all_ready(supervisor)) return SJ_OK;
    if (seconds_since(begun) > ready_s)
      return sj_error_set(error, SJ_FAILED, "the processes of the measurement were not ready within %.0f s", ready_s);
    sj_sleep_until(sj_now_ns() + 1000000);
  }
}

static struct process *add(struct supervisor *supervisor, enum sj_role role, unsigned index) {
  struct process *const process = &supervisor->processes[supervisor->count++];
  *process = (struct process){.role = role, .index = index};
  return process;
}

static enum sj_status begin(struct supervisor *supervisor, struct sj_error *error) {
  if (supervisor->options->transport == SJ_TRANSPORT_INPROC) {
    const enum sj_status status = start(supervisor, add(supervisor, SJ_ROLE_ALL, 0), error);
    return status == SJ_OK ? wait_until_ready(supervisor, false, error) : status;
  }
  enum sj_status status = start(supervisor, add(supervisor, SJ_ROLE_BROKER, 0), error);
  /* The others need its address. */
  if (status == SJ_OK) status = wait_until_ready(supervisor, true, error);
  if (status == SJ_OK) status = start(supervisor, add(supervisor, SJ_ROLE_STORE, 0), error);
  for (unsigned i = 0; i < supervisor->options->producers && status == SJ_OK; i++)
    status = start(supervisor, add(supervisor, SJ_ROLE_PRODUCER, i), error);
  return status == SJ_OK ? wait_until_ready(supervisor, false, error) : status;
}

static bool producers_done(const struct supervisor *supervisor) {
  for (unsigned i = 0; i < supervisor->options->producers; i++)
    if (SJ_LOAD(supervisor->board->producers[i].state) != SJ_STATE_DONE) return false;
  return true;
}

static enum sj_status run(struct supervisor *supervisor, struct sj_error *error) {
  struct sj_board *const board = supervisor->board;
  const uint64_t now = sj_now_ns();
  const uint64_t stop_ns = now + (uint64_t)(supervisor->options->duration * 1e9);
  start_timing(supervisor);
  supervisor->second_ns = now + SJ_SECOND_NS;
  SJ_STORE(board->stop_ns, stop_ns);
  SJ_STORE(board->start_ns, now);
  SJ_STORE(board->phase, SJ_PHASE_RUN);
  enum sj_status status = SJ_OK;
  /* Only so many messages end it early: a schedule whose last message is sent lasts as long as was asked for. */
  const bool counted = supervisor->options->messages > 0;
  while (status == SJ_OK && sj_now_ns() < stop_ns && !asked_to_stop(supervisor) &&
         !(counted && producers_done(supervisor))) {
    status = look_after(supervisor, error);
    tell(supervisor);
    rest();
  }
  if (sj_now_ns() < stop_ns) SJ_STORE(board->stop_ns, sj_now_ns());
  stop_timing(supervisor);
  SJ_STORE(board->phase, SJ_PHASE_DRAIN);
  return status;
}

/* Until the store has all there is. A store that is stopped may go on in a while; one that runs and gets nothing will
 * get nothing. */
static enum sj_status drain(struct supervisor *supervisor, struct sj_error *error) {
  struct sj_board *const board = supervisor->board;
  uint64_t received = 0, dropped, headway_ns = sj_now_ns(), complete_ns = 0;
  for (;;) {
    const enum sj_status status = look_after(supervisor, error);
    if (status != SJ_OK) return status;
    if (SJ_LOAD(board->store.received) != received) {
      received = SJ_LOAD(board->store.received);
      headway_ns = sj_now_ns();
      complete_ns = 0;
    }
    if (SJ_LOAD(board->store.complete)) {
      if (complete_ns == 0) complete_ns = sj_now_ns();
      /* What a dead producer had sent may come in behind the end that its successor sent. */
      const bool all = received + SJ_LOAD(board->store.corrupt) >= sum_sent(board, &dropped);
      if (all || seconds_since(complete_ns) > settle_s) return SJ_OK;
    }
    const bool stopped = seconds_since(SJ_LOAD(board->store.alive_ns)) > 1;
    supervisor->watched->gave_up = seconds_since(headway_ns) > (stopped ? stopped_s : headway_s);
    if (supervisor->watched->gave_up) return SJ_OK;
    sj_sleep_until(sj_now_ns() + 1000000);
  }
}

/* Ends all processes, those that do not end by themselves by force. */
static enum sj_status finish(struct supervisor *supervisor, bool at_once, struct sj_error *error) {
  const uint64_t begun = sj_now_ns();
  enum sj_status status = SJ_OK;
  SJ_STORE(supervisor->board->phase, SJ_PHASE_END);
  if (supervisor->control >= 0 && !at_once) (void)!write(supervisor->control, "T", 1);
  for (bool any = true; any;) {
    any = false;
    const double passed = seconds_since(begun);
    for (unsigned i = 0; i < supervisor->count; i++) {
      struct process *const process = &supervisor->processes[i];
      if (process->pid == 0) continue;
      any = true;
      const bool patient = process->role == SJ_ROLE_STORE || process->role == SJ_ROLE_ALL;
      const bool stuck = patient && seconds_since(SJ_LOAD(supervisor->board->store.alive_ns)) > stopped_s;
      if (at_once || supervisor->watched->gave_up || passed > (patient ? close_s : 10) || (stuck && passed > stopped_s))
        kill(process->pid, SIGKILL);
    }
    const enum sj_status looked = look_after(supervisor, error);
    if (looked != SJ_OK && status == SJ_OK) status = looked;
    if (any) sj_sleep_until(sj_now_ns() + 1000000);
  }
  if (supervisor->control >= 0) close(supervisor->control);
  return status;
}

enum sj_status sj_supervise(const struct sj_measurement *measurement, struct sj_watched *watched,
                            struct sj_error *error) {
  struct supervisor *const supervisor = sj_allocate(sizeof *supervisor);
  *watched = (struct sj_watched){0};
  *supervisor = (struct supervisor){.measurement = measurement,
                                    .options = measurement->options,
                                    .board = measurement->board,
                                    .watched = watched,
                                    .control = -1};
  /* Where it is ignored, as it may be from who started us, children vanish without a word. */
  const struct sigaction usual = {.sa_handler = SIG_DFL};
  struct sigaction before;
  sigaction(SIGCHLD, &usual, &before);
  enum sj_status status = begin(supervisor, error);
  if (status == SJ_OK) status = run(supervisor, error);
  if (status == SJ_OK) status = drain(supervisor, error);
  struct sj_error late;
  const enum sj_status finished = finish(supervisor, status != SJ_OK, &late);
  if (status == SJ_OK && finished != SJ_OK) status = sj_error_set(error, finished, "%s", late.message);
  sigaction(SIGCHLD, &before, NULL);
  free(supervisor);
  return status == SJ_OK && watched->interrupted ? SJ_INTERRUPTED : status;
}
