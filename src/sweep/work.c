/* A process of several that is not the first: takes points, sends back what it finds. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "results/pack.h"
#include "sweep/launch.h"

/* A thread and its connection. */
struct hand {
  struct sj_sweep_slot slot;
  struct sj_keeper keeper;
  int socket;
  struct sj_text message; /* the last one received */
  pthread_t thread;
  bool works, done; /* done: atomic */
};

static const struct timespec glance = {.tv_nsec = 50000000};

static enum sj_status gone(struct sj_error *error) {
  return sj_error_set(error, SJ_INTERRUPTED, "the first process is gone");
}

/* ---- what the computation asks of the keeper ---- */

static enum sj_status ask(struct hand *hand, enum sj_message kind, struct sj_text *rest, enum sj_message expected,
                          struct sj_error *error) {
  enum sj_message answer;
  bool good = sj_wire_send(hand->socket, kind, rest);
  free(rest->data);
  if (good && expected) good = sj_wire_receive(hand->socket, &answer, &hand->message) && answer == expected;
  return good ? SJ_OK : gone(error);
}

static struct sj_packed answer_of(const struct hand *hand) {
  return (struct sj_packed){.at = hand->message.data, .left = hand->message.length};
}

static enum sj_status recall(void *context, size_t point, const char *canonical, const char *identity, bool *there,
                             struct sj_error *error) {
  struct hand *const hand = context;
  struct sj_text rest = {0};
  sj_pack_whole(&rest, point);
  sj_pack_text(&rest, canonical);
  sj_pack_text(&rest, identity);
  const enum sj_status status = ask(hand, SJ_RECALL, &rest, SJ_RECALLED, error);
  struct sj_packed answer = answer_of(hand);
  *there = status == SJ_OK && sj_unpack_whole(&answer) != 0;
  return status;
}

static enum sj_status begin(void *context, size_t point, struct sj_results *results, uint32_t runs,
                            struct sj_error *error) {
  struct hand *const hand = context;
  struct sj_text rest = {0};
  sj_pack_whole(&rest, point);
  sj_pack_whole(&rest, runs);
  sj_pack_results(&rest, results);
  const enum sj_status status = ask(hand, SJ_BEGIN, &rest, SJ_BEGUN, error);
  if (status != SJ_OK) return status;
  struct sj_packed answer = answer_of(hand);
  for (uint64_t left = sj_unpack_whole(&answer); left > 0; left--) {
    struct sj_run run;
    if (!sj_unpack_run(&answer, results, &run) || !sj_results_add_run(results, &run)) return gone(error);
  }
  return SJ_OK;
}

static enum sj_status add_run(void *context, size_t point, const struct sj_results *results, const struct sj_run *run,
                              struct sj_error *error) {
  struct sj_text rest = {0};
  sj_pack_whole(&rest, point);
  sj_pack_run(&rest, results, run);
  return ask(context, SJ_RUN, &rest, (enum sj_message)0, error);
}

static enum sj_status finish(void *context, size_t point, struct sj_results *results, struct sj_error *error) {
  struct sj_text rest = {0};
  sj_pack_whole(&rest, point);
  sj_pack_results(&rest, results);
  sj_pack_whole(&rest, results->run_count);
  for (size_t i = 0; i < results->run_count; i++) sj_pack_run(&rest, results, &results->runs[i]);
  sj_results_destroy(results);
  return ask(context, SJ_FINISH, &rest, (enum sj_message)0, error);
}

static enum sj_status fail(void *context, size_t point, enum sj_status why, const char *message,
                           struct sj_error *error) {
  struct sj_text rest = {0};
  sj_pack_whole(&rest, point);
  sj_pack_whole(&rest, why);
  sj_pack_text(&rest, message);
  return ask(context, SJ_FAIL, &rest, (enum sj_message)0, error);
}

/* ---- threads ---- */

static void *work(void *argument) {
  struct hand *const hand = argument;
  enum sj_message kind;
  while (sj_wire_send(hand->socket, SJ_TAKE, NULL) && sj_wire_receive(hand->socket, &kind, &hand->message) &&
         kind == SJ_POINT) {
    struct sj_packed bytes = answer_of(hand);
    const uint64_t point = sj_unpack_whole(&bytes);
    if (bytes.bad || point >= hand->slot.sweep->point_count) break;
    if (sj_sweep_compute(&hand->slot, (size_t)point, 1, NULL) != SJ_OK) break;
  }
  /* Whatever ended it, the first process must not wait for its point. */
  shutdown(hand->socket, SHUT_RDWR);
  __atomic_store_n(&hand->done, true, __ATOMIC_RELEASE);
  return NULL;
}

static enum sj_status greet(struct hand *hand, const struct sj_meeting *meeting, const char *hash,
                            struct sj_error *error) {
  enum sj_message kind;
  struct sj_text rest = {0};
  const enum sj_status status = sj_wire_connect(meeting, &hand->socket, error);
  if (status != SJ_OK) return status;
  sj_text_add_bytes(&rest, (const char *)meeting->token, sizeof meeting->token);
  sj_pack_text(&rest, hash);
  const bool answered =
      sj_wire_send(hand->socket, SJ_HELLO, &rest) && sj_wire_receive(hand->socket, &kind, &hand->message);
  free(rest.data);
  if (!answered) return gone(error);
  if (kind == SJ_WELCOME) return SJ_OK;
  struct sj_packed bytes = answer_of(hand);
  char *const why = sj_unpack_text(&bytes);
  sj_error_set(error, SJ_FAILED, "the first process refuses this one: %s", why ? why : "it does not know it");
  free(why);
  return SJ_FAILED;
}

/* Whether the first process has hung up on this thread. */
static bool is_hung_up(const struct hand *hand) {
  struct pollfd polled = {.fd = hand->socket, .events = POLLRDHUP};
  return poll(&polled, 1, 0) == 1 && (polled.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

/* All threads of the process. */
struct crew {
  struct hand *hands;
  size_t count;
  const volatile sig_atomic_t *wish; /* to stop; may be NULL */
  volatile sig_atomic_t stop;        /* what the computations look at */
};

static void pass_on_wish(struct crew *crew) {
  if (!crew->wish || !__atomic_load_n(crew->wish, __ATOMIC_RELAXED)) return;
  __atomic_store_n(&crew->stop, 1, __ATOMIC_RELAXED);
  /* A thread that waits for a point would not see it. */
  for (size_t i = 0; i < crew->count; i++)
    if (crew->hands[i].works) shutdown(crew->hands[i].socket, SHUT_RDWR);
}

/* Until all are done; a wish to stop and a lost connection are passed on. */
static void look_after(struct crew *crew) {
  for (;;) {
    bool all = true;
    for (size_t i = 0; i < crew->count; i++) {
      const struct hand *const hand = &crew->hands[i];
      if (!hand->works || __atomic_load_n(&hand->done, __ATOMIC_ACQUIRE)) continue;
      all = false;
      if (is_hung_up(hand)) __atomic_store_n(&crew->stop, 1, __ATOMIC_RELAXED);
    }
    pass_on_wish(crew);
    if (all) return;
    nanosleep(&glance, NULL);
  }
}

static enum sj_status work_here(const struct sj_sweep_options *options, const struct sj_sweep *sweep,
                                const struct sj_meeting *meeting, const char *definition, struct sj_error *error) {
  const size_t count = sj_sweep_threads(options);
  struct hand *const hands = sj_allocate_array(count, sizeof *hands);
  struct crew crew = {
      .hands = hands, .count = count, .wish = options->solve ? options->how.stop : options->simulate.stop};
  char hash[65];
  enum sj_status status = SJ_OK;
  sj_sha256_hex(definition, strlen(definition), hash);
  for (size_t i = 0; i < count && status == SJ_OK; i++) {
    struct hand *const hand = &hands[i];
    hand->socket = -1;
    hand->keeper = (struct sj_keeper){recall, begin, add_run, finish, fail, hand};
    hand->slot =
        (struct sj_sweep_slot){.options = options, .sweep = sweep, .keeper = &hand->keeper, .stop = &crew.stop};
    status = greet(hand, meeting, hash, error);
    hand->works = status == SJ_OK && pthread_create(&hand->thread, NULL, work, hand) == 0;
  }
  look_after(&crew);
  for (size_t i = 0; i < count; i++) {
    if (hands[i].works) pthread_join(hands[i].thread, NULL);
    if (hands[i].socket >= 0 && hands[i].keeper.begin) close(hands[i].socket);
    free(hands[i].message.data);
  }
  free(hands);
  /* Whether that was by its end or its death, the first process says. */
  return status == SJ_INTERRUPTED ? SJ_OK : status;
}

/* ---- the process that looks after the one that works ---- */

static void say(const struct sj_sweep_options *options, const char *remark) {
  if (options->on_remark) options->on_remark(options->context, remark);
}

/* Waits for the child, and passes a wish to stop on. */
static int wait_for(pid_t child, const volatile sig_atomic_t *wish) {
  int how = 0;
  bool told = false;
  for (;;) {
    const pid_t ended = waitpid(child, &how, WNOHANG);
    if (ended != 0) return how;
    if (!told && wish && __atomic_load_n(wish, __ATOMIC_RELAXED)) {
      kill(child, SIGTERM);
      told = true;
    }
    nanosleep(&glance, NULL);
  }
}

enum sj_status sj_work_for(const struct sj_sweep_options *options, const struct sj_sweep *sweep,
                           const struct sj_meeting *meeting, const char *definition, struct sj_error *error) {
  enum { MOST_DEATHS = 10 };
  const volatile sig_atomic_t *const wish = options->solve ? options->how.stop : options->simulate.stop;
  for (int deaths = 0; deaths < MOST_DEATHS; deaths++) {
    const pid_t parent = getpid(), child = fork();
    if (child < 0) break;
    if (child == 0) {
      struct sj_error why = {{0}};
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent) _exit(0);
      const enum sj_status status = work_here(options, sweep, meeting, definition, &why);
      if (status != SJ_OK) say(options, why.message);
      _exit(0);
    }
    const int how = wait_for(child, wish);
    if (!WIFSIGNALED(how) || (wish && __atomic_load_n(wish, __ATOMIC_RELAXED))) return SJ_OK;
    char *const remark =
        sj_format("process %d was ended by signal %d (%s)", (int)child, WTERMSIG(how), strsignal(WTERMSIG(how)));
    say(options, remark);
    free(remark);
  }
  return work_here(options, sweep, meeting, definition, error);
}
