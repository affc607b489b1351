/* One message after the other from one process to another, as fast as it goes, or at a pace to measure the time from
 * publication to being seen:
 *
 *   handoff WAY BYTES header|every MILLISECONDS     prints messages a second
 *   handoff WAY BYTES latency MILLISECONDS          prints the median and the 99th percentile, in ns
 *
 * WAY: ring (waits as it chooses), spin, futex (a ring of four slots, or of 1,024 below 4 kB, that waits so); flag (one
 * buffer and one flag, both spinning: the least there can be); zeromq (PUSH and PULL over ipc); pipe; memcpy (one
 * process copies, nobody reads).
 *
 * In every way the producer writes all bytes of each message, by a memcpy from a buffer of its own. `header`: the
 * consumer reads the first 16 bytes; `every`: it adds up all words, and the sum must be right. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef HAVE_ZEROMQ
#include <zmq.h>
#endif

#include "sojourn/ring.h"

enum { LATENCIES = 1 << 16, PACE_NS = 5000 };

enum reading { HEADER, EVERY, LATENCY };

struct shared {
  _Alignas(64) _Atomic int flag;  /* 1: the buffer is full */
  _Alignas(64) _Atomic bool stop; /* the producer ends */
  _Atomic bool wrong;
  _Alignas(64) uint64_t received;
  _Alignas(4096) char buffer[]; /* of the way `flag` */
};

struct run {
  const struct way *way;
  size_t bytes;
  enum reading reading;
  uint64_t sum; /* of a message's words but the first two */
  char *source; /* what the producer copies from */
  char *target; /* where the consumer copies to, in ways that copy */
  struct shared *shared;
  struct sj_ring *ring;
  struct sj_ring_member *member;
  void *context, *socket;
  int pipe[2];
};

/* Each writes or reads one message; false: it did not come. */
struct way {
  const char *name;
  void (*prepare)(struct run *run); /* before the fork */
  void (*begin)(struct run *run, bool producer);
  bool (*put)(struct run *run);
  bool (*get)(struct run *run);
  enum sj_ring_wait wait;
};

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* The first word is when it was written, just before it is handed over. */
static void write_message(const struct run *run, void *to) {
  memcpy(to, run->source, run->bytes);
  if (run->reading != LATENCY) return;
  uint64_t now = now_ns();
  memcpy(to, &now, sizeof now);
}

static uint64_t latencies[LATENCIES];
static size_t latency_count;

static void read_message(const struct run *run, const void *from) {
  const uint64_t *words = from;
  if (run->reading == LATENCY && latency_count < LATENCIES) latencies[latency_count++] = now_ns() - words[0];
  if (run->reading == HEADER && words[1] != 1) atomic_store(&run->shared->wrong, true);
  if (run->reading != EVERY) return;
  uint64_t sum = 0;
  for (size_t i = 2; i < run->bytes / sizeof *words; i++) sum += words[i];
  if (sum != run->sum) atomic_store(&run->shared->wrong, true);
}

static void nothing(struct run *run) { (void)run; }
static void nothing_to_begin(struct run *run, bool producer) { (void)run, (void)producer; }

static bool put_memcpy(struct run *run) {
  write_message(run, run->shared->buffer);
  __asm__ volatile("" ::: "memory");  // or the compiler copies once
  return true;
}

static bool put_flag(struct run *run) {
  while (atomic_load_explicit(&run->shared->flag, memory_order_acquire) != 0)
    if (atomic_load_explicit(&run->shared->stop, memory_order_relaxed)) return false;
  write_message(run, run->shared->buffer);
  atomic_store_explicit(&run->shared->flag, 1, memory_order_release);
  return true;
}

static bool get_flag(struct run *run) {
  while (atomic_load_explicit(&run->shared->flag, memory_order_acquire) != 1)
    if (atomic_load_explicit(&run->shared->stop, memory_order_relaxed)) return false;
  read_message(run, run->shared->buffer);
  atomic_store_explicit(&run->shared->flag, 0, memory_order_release);
  return true;
}

static void prepare_ring(struct run *run) {
  struct sj_error error;
  struct sj_ring_options options = {
      .slots = run->bytes < 4096 ? 1024 : 4, .slot_bytes = run->bytes, .wait = run->way->wait};
  if (sj_ring_create(&options, &run->ring, &error) != SJ_OK) fail(error.message);
}

static void begin_ring(struct run *run, bool producer) {
  struct sj_error error;
  (void)producer;
  if (sj_ring_join(run->ring, &run->member, &error) != SJ_OK) fail(error.message);
}

static bool put_ring(struct run *run) {
  struct sj_ring_message message;
  if (sj_ring_claim(run->member, 10000000, &message) != SJ_RING_OK) return false;
  message.bytes = run->bytes;
  write_message(run, message.data);
  return sj_ring_publish(run->member, &message) == SJ_RING_OK;
}

static bool get_ring(struct run *run) {
  struct sj_ring_message message;
  if (sj_ring_take(run->member, 10000000, &message) != SJ_RING_OK) return false;
  read_message(run, message.data);
  return sj_ring_release(run->member, &message) == SJ_RING_OK;
}

static void prepare_pipe(struct run *run) {
  if (pipe(run->pipe) != 0) fail("pipe");
  fcntl(run->pipe[1], F_SETPIPE_SZ, 1 << 20);  // the most an ordinary user may have
}

static void begin_pipe(struct run *run, bool producer) { close(run->pipe[producer ? 0 : 1]); }

static bool put_pipe(struct run *run) {
  if (run->reading == LATENCY) write_message(run, run->source);
  for (size_t done = 0; done < run->bytes;) {
    ssize_t more = write(run->pipe[1], run->source + done, run->bytes - done);
    if (more <= 0) return false;
    done += (size_t)more;
  }
  return true;
}

static bool get_pipe(struct run *run) {
  for (size_t done = 0; done < run->bytes;) {
    ssize_t more = read(run->pipe[0], run->target + done, run->bytes - done);
    if (more <= 0) return false;
    done += (size_t)more;
  }
  read_message(run, run->target);
  return true;
}

#ifdef HAVE_ZEROMQ
static void begin_zeromq(struct run *run, bool producer) {
  char address[64];
  snprintf(address, sizeof address, "ipc://@sojourn-handoff-%d", producer ? getpid() : getppid());
  run->context = zmq_ctx_new();
  run->socket = zmq_socket(run->context, producer ? ZMQ_PUSH : ZMQ_PULL);
  int linger = 0, patience = 10, high_water = 4;
  if (run->bytes < 4096) high_water = 1000;
  zmq_setsockopt(run->socket, ZMQ_LINGER, &linger, sizeof linger);
  zmq_setsockopt(run->socket, ZMQ_RCVTIMEO, &patience, sizeof patience);
  zmq_setsockopt(run->socket, ZMQ_SNDTIMEO, &patience, sizeof patience);
  zmq_setsockopt(run->socket, ZMQ_SNDHWM, &high_water, sizeof high_water);
  zmq_setsockopt(run->socket, ZMQ_RCVHWM, &high_water, sizeof high_water);
  if ((producer ? zmq_bind : zmq_connect)(run->socket, address) != 0) fail(address);
}

static bool put_zeromq(struct run *run) {
  zmq_msg_t message;
  zmq_msg_init_size(&message, run->bytes);
  write_message(run, zmq_msg_data(&message));
  if (zmq_msg_send(&message, run->socket, 0) >= 0) return true;
  zmq_msg_close(&message);
  return false;
}

static bool get_zeromq(struct run *run) {
  zmq_msg_t message;
  zmq_msg_init(&message);
  bool came = zmq_msg_recv(&message, run->socket, 0) >= 0;
  if (came) read_message(run, zmq_msg_data(&message));
  zmq_msg_close(&message);
  return came;
}
#endif

static const struct way ways[] = {
    {"ring", prepare_ring, begin_ring, put_ring, get_ring, SJ_RING_WAIT_AUTO},
    {"spin", prepare_ring, begin_ring, put_ring, get_ring, SJ_RING_WAIT_SPIN},
    {"futex", prepare_ring, begin_ring, put_ring, get_ring, SJ_RING_WAIT_FUTEX},
    {"flag", nothing, nothing_to_begin, put_flag, get_flag, SJ_RING_WAIT_SPIN},
    {"pipe", prepare_pipe, begin_pipe, put_pipe, get_pipe, SJ_RING_WAIT_FUTEX},
#ifdef HAVE_ZEROMQ
    {"zeromq", nothing, begin_zeromq, put_zeromq, get_zeromq, SJ_RING_WAIT_FUTEX},
#endif
    {"memcpy", nothing, nothing_to_begin, put_memcpy, NULL, SJ_RING_WAIT_SPIN},
};

static void produce(struct run *run) {
  run->way->begin(run, true);
  uint64_t next = now_ns();
  while (!atomic_load_explicit(&run->shared->stop, memory_order_relaxed)) {
    if (run->reading == LATENCY) {
      next += PACE_NS;
      while (now_ns() < next) continue;
    }
    run->way->put(run);
  }
  sj_ring_leave(run->member);
}

static int compare(const void *a, const void *b) {
  const uint64_t *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

/* A tenth of the time passes before counting begins. */
static double count_messages(struct run *run, bool (*step)(struct run *run), uint64_t ns) {
  uint64_t begin = now_ns(), end = begin + ns + ns / 10, count = 0, now = begin;
  bool warm = false;
  while (now < end) {
    for (int i = 0; i < (run->bytes < 65536 ? 64 : 1); i++) count += step(run);
    now = now_ns();
    if (!warm && now - begin >= ns / 10) {
      warm = true;
      begin = now;
      count = 0;
      latency_count = 0;
    }
  }
  return now > begin ? (double)count * 1e9 / (double)(now - begin) : 0;
}

static void measure(struct run *run, uint64_t ns) {
  double rate;
  if (run->way->get) {
    pid_t parent = getpid(), consumer = fork();
    if (consumer != 0) {
      signal(SIGPIPE, SIG_IGN);
      produce(run);
      waitpid(consumer, NULL, 0);
      return;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) return;
    run->way->begin(run, false);
    rate = count_messages(run, run->way->get, ns);
  } else {
    rate = count_messages(run, run->way->put, ns);
  }
  atomic_store(&run->shared->stop, true);
  if (atomic_load(&run->shared->wrong)) {
    fputs("handoff: a message was not read as it was written\n", stderr);
    return;
  }
  if (run->reading == LATENCY) {
    if (latency_count == 0) latencies[latency_count++] = UINT64_MAX;
    qsort(latencies, latency_count, sizeof latencies[0], compare);
    printf("%llu %llu\n", (unsigned long long)latencies[latency_count / 2],
           (unsigned long long)latencies[latency_count * 99 / 100]);
  } else {
    printf("%.1f\n", rate);
  }
}

int main(int count, char **arguments) {
  if (count != 5) return fputs("usage: handoff WAY BYTES header|every|latency MILLISECONDS\n", stderr), 2;
  struct run run = {.bytes = strtoull(arguments[2], NULL, 10) / 8 * 8};
  for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
    if (strcmp(arguments[1], ways[i].name) == 0) run.way = &ways[i];
  if (!run.way || run.bytes < 16) return fputs("handoff: no such way, or fewer than 16 bytes\n", stderr), 2;
  run.reading = strcmp(arguments[3], "every") == 0 ? EVERY : strcmp(arguments[3], "latency") == 0 ? LATENCY : HEADER;
  run.shared = mmap(NULL, sizeof *run.shared + run.bytes, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  run.source = aligned_alloc(4096, (run.bytes + 4095) / 4096 * 4096);
  run.target = aligned_alloc(4096, (run.bytes + 4095) / 4096 * 4096);
  if (run.shared == MAP_FAILED || !run.source || !run.target) fail("memory");
  uint64_t *words = (uint64_t *)(void *)run.source;
  for (size_t i = 0; i < run.bytes / 8; i++) words[i] = i;
  for (size_t i = 2; i < run.bytes / 8; i++) run.sum += words[i];
  memset(run.target, 0, run.bytes);
  run.way->prepare(&run);
  measure(&run, strtoull(arguments[4], NULL, 10) * 1000000);
  return 0;
}
