/* The first process of several: hands out points, keeps what comes back. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "results/pack.h"
#include "sweep/launch.h"

/* A worker's thread. */
struct guest {
  int socket;
  bool welcome; /* it knows the token */
  bool hungry;  /* it waits for a point */
  bool busy;    /* it works on `point` */
  size_t point;
  struct sj_results *results; /* of which it sends runs */
  struct sj_text buffer;
  double since; /* monotonic seconds */
};

struct sj_server {
  struct sj_sweeping *sweeping;
  int listener;
  struct sj_meeting meeting;
  char hash[65]; /* of the sweep's definition */
  unsigned workers;
  size_t guest_count, guests_ever;
  struct guest *guests;
  pthread_t thread;
  bool end; /* atomic */
};

static double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- messages ---- */

static bool is_same(const unsigned char *a, const unsigned char *b, size_t size) {
  unsigned char difference = 0;
  for (size_t i = 0; i < size; i++) difference |= a[i] ^ b[i];
  return difference == 0;
}

static bool on_hello(struct sj_server *server, struct guest *guest, struct sj_packed *bytes) {
  if (bytes->left < SJ_TOKEN ||
      !is_same((const unsigned char *)bytes->at, server->meeting.token, sizeof server->meeting.token))
    return false;
  bytes->at += SJ_TOKEN;
  bytes->left -= SJ_TOKEN;
  char *const hash = sj_unpack_text(bytes);
  const bool same = hash && !strcmp(hash, server->hash);
  free(hash);
  guest->welcome = same;
  if (same) __atomic_fetch_add(&server->guests_ever, 1, __ATOMIC_RELAXED);
  if (same) return sj_wire_send(guest->socket, SJ_WELCOME, NULL);
  struct sj_text why = {0};
  sj_pack_text(&why, "its model or its sojourn is not the first process's");
  sj_wire_send(guest->socket, SJ_REFUSED, &why);
  free(why.data);
  return false;
}

static bool on_recall(struct sj_sweeping *s, struct guest *guest, struct sj_packed *bytes, struct sj_error *error) {
  char *const canonical = sj_unpack_text(bytes), *const identity = sj_unpack_text(bytes);
  bool there = false;
  if (!canonical) bytes->bad = true;
  const enum sj_status status =
      bytes->bad ? SJ_OK : s->keeper.recall(s, guest->point, canonical, identity, &there, error);
  free(canonical);
  free(identity);
  if (status != SJ_OK) {
    pthread_mutex_lock(&s->lock);
    sj_sweep_give_up(s, status, error);
    pthread_mutex_unlock(&s->lock);
  }
  if (bytes->bad || status != SJ_OK) return false;
  struct sj_text answer = {0};
  sj_pack_whole(&answer, there);
  const bool sent = sj_wire_send(guest->socket, SJ_RECALLED, &answer);
  free(answer.data);
  if (!there) return sent;
  pthread_mutex_lock(&s->lock);
  guest->busy = false;
  sj_sweep_return(s);
  pthread_mutex_unlock(&s->lock);
  return sent;
}

/* The runs that are kept go to the worker. */
static enum sj_status on_begin(struct sj_sweeping *s, struct guest *guest, struct sj_packed *bytes, bool *sent,
                               struct sj_error *error) {
  const uint64_t runs = sj_unpack_whole(bytes);
  struct sj_results *const results = sj_unpack_results(bytes);
  if (!results) return SJ_OK;
  sj_results_destroy(guest->results);
  guest->results = results;
  const enum sj_status status = s->keeper.begin(s, guest->point, results, (uint32_t)runs, error);
  if (status != SJ_OK) return status;
  struct sj_text answer = {0};
  sj_pack_whole(&answer, results->run_count);
  for (size_t i = 0; i < results->run_count; i++) sj_pack_run(&answer, results, &results->runs[i]);
  *sent = sj_wire_send(guest->socket, SJ_BEGUN, &answer);
  free(answer.data);
  return SJ_OK;
}

static enum sj_status on_run(struct sj_sweeping *s, struct guest *guest, struct sj_packed *bytes,
                             struct sj_error *error) {
  struct sj_run run;
  if (!guest->results || !sj_unpack_run(bytes, guest->results, &run)) {
    bytes->bad = true;
    return SJ_OK;
  }
  const enum sj_status status = s->keeper.add_run(s, guest->point, guest->results, &run, error);
  sj_run_clear(guest->results, &run);
  return status;
}

static enum sj_status on_finish(struct sj_sweeping *s, struct guest *guest, struct sj_packed *bytes,
                                struct sj_error *error) {
  struct sj_results *const results = sj_unpack_results(bytes);
  bool good = results != NULL;
  for (uint64_t left = good ? sj_unpack_whole(bytes) : 0; left > 0 && good; left--) {
    struct sj_run run;
    good = sj_unpack_run(bytes, results, &run) && sj_results_add_run(results, &run);
  }
  if (!good || !results->run_count) {
    sj_results_destroy(results);
    bytes->bad = true;
    return SJ_OK;
  }
  return s->keeper.finish(s, guest->point, results, error);
}

static enum sj_status on_fail(struct sj_sweeping *s, struct guest *guest, struct sj_packed *bytes,
                              struct sj_error *error) {
  const uint64_t why = sj_unpack_whole(bytes);
  char *const message = sj_unpack_text(bytes);
  if (!message) bytes->bad = true;
  const enum sj_status status =
      message ? s->keeper.fail(s, guest->point, why == SJ_INVALID ? SJ_INVALID : SJ_FAILED, message, error) : SJ_OK;
  free(message);
  return status;
}

/* What a busy worker says. False: hang up. */
static bool on_work(struct sj_server *server, struct guest *guest, enum sj_message kind, struct sj_packed *bytes) {
  struct sj_sweeping *const s = server->sweeping;
  struct sj_error error = {{0}};
  enum sj_status status = SJ_OK;
  bool sent = true;
  if (!guest->busy || sj_unpack_whole(bytes) != guest->point) return false;
  if (kind == SJ_RECALL) return on_recall(s, guest, bytes, &error);
  if (kind == SJ_BEGIN)
    status = on_begin(s, guest, bytes, &sent, &error);
  else if (kind == SJ_RUN)
    status = on_run(s, guest, bytes, &error);
  else if (kind == SJ_FINISH)
    status = on_finish(s, guest, bytes, &error);
  else if (kind == SJ_FAIL)
    status = on_fail(s, guest, bytes, &error);
  else
    return false;
  if (bytes->bad) return false;
  pthread_mutex_lock(&s->lock);
  if (status != SJ_OK) sj_sweep_give_up(s, status, &error);
  if (kind == SJ_FINISH || kind == SJ_FAIL) {
    guest->busy = false;
    sj_sweep_return(s);
  }
  pthread_mutex_unlock(&s->lock);
  return sent && status == SJ_OK;
}

static bool on_message(struct sj_server *server, struct guest *guest, enum sj_message kind, struct sj_packed bytes) {
  if (kind == SJ_HELLO) return !guest->welcome && on_hello(server, guest, &bytes);
  if (!guest->welcome) return false;
  if (kind != SJ_TAKE) return on_work(server, guest, kind, &bytes);
  guest->hungry = !guest->busy;
  return guest->hungry;
}

/* ---- guests ---- */

/* All whole messages of the buffer. */
static bool on_bytes(struct sj_server *server, struct guest *guest) {
  enum { LONGEST_HELLO = 1024 };
  for (;;) {
    enum sj_message kind;
    struct sj_packed bytes = {0};
    if (!guest->welcome && guest->buffer.length > LONGEST_HELLO) return false;
    const size_t size = sj_wire_first(&guest->buffer, &kind, &bytes.at, &bytes.left);
    if (size == 0) return true;
    if (size == SIZE_MAX || !on_message(server, guest, kind, bytes)) return false;
    memmove(guest->buffer.data, guest->buffer.data + size, guest->buffer.length - size);
    guest->buffer.length -= size;
  }
}

static void see_off(struct sj_server *server, size_t i) {
  struct sj_sweeping *const s = server->sweeping;
  struct guest *const guest = &server->guests[i];
  if (guest->busy) {
    pthread_mutex_lock(&s->lock);
    const bool over = s->over;
    sj_sweep_retry(s, guest->point);
    pthread_mutex_unlock(&s->lock);
    char *const where = sj_sweep_point_text(s->sweep, guest->point);
    char *const remark = sj_format("a process died at work on %s; another one takes it over", where);
    if (!over && s->options->on_remark) s->options->on_remark(s->options->context, remark);
    free(remark);
    free(where);
  }
  close(guest->socket);
  sj_results_destroy(guest->results);
  free(guest->buffer.data);
  server->guests[i] = server->guests[--server->guest_count];
}

static void let_in(struct sj_server *server) {
  const int socket = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
  if (socket < 0) return;
  sj_wire_settle(socket);
  server->guests = sj_reallocate_array(server->guests, server->guest_count + 1, sizeof *server->guests);
  server->guests[server->guest_count++] = (struct guest){.socket = socket, .since = now_s()};
}

/* Gives a hungry guest a point, or tells it that there will be none. False: it is gone. */
static bool feed(struct sj_sweeping *s, struct guest *guest) {
  struct sj_text answer = {0};
  pthread_mutex_lock(&s->lock);
  guest->busy = sj_sweep_take_now(s, &guest->point);
  const bool over = s->over || (!guest->busy && s->out == 0 && s->first == s->last);
  pthread_mutex_unlock(&s->lock);
  bool sent = true;
  if (guest->busy) {
    sj_pack_whole(&answer, guest->point);
    guest->hungry = false;
    sent = sj_wire_send(guest->socket, SJ_POINT, &answer);
  } else if (over) {
    guest->hungry = false;
    sj_wire_send(guest->socket, SJ_OVER, NULL);
  }
  free(answer.data);
  return sent;
}

static void look_at(struct sj_server *server, struct pollfd *polled) {
  enum { PATIENCE_S = 10 };
  for (size_t i = server->guest_count; i-- > 0;) {
    struct guest *const guest = &server->guests[i];
    bool stays = guest->welcome || now_s() - guest->since < PATIENCE_S;
    if (stays && polled[i + 1].revents) stays = sj_wire_read(guest->socket, &guest->buffer) && on_bytes(server, guest);
    if (stays && guest->hungry) stays = feed(server->sweeping, guest);
    if (!stays) see_off(server, i);
  }
}

static void *serve(void *argument) {
  struct sj_server *const server = argument;
  enum { GLANCE_MS = 20 };
  struct pollfd *polled = NULL;
  while (!__atomic_load_n(&server->end, __ATOMIC_ACQUIRE)) {
    polled = sj_reallocate_array(polled, server->guest_count + 1, sizeof *polled);
    polled[0] = (struct pollfd){.fd = server->listener, .events = POLLIN};
    for (size_t i = 0; i < server->guest_count; i++)
      polled[i + 1] = (struct pollfd){.fd = server->guests[i].socket, .events = POLLIN};
    const size_t before = server->guest_count;
    if (poll(polled, before + 1, GLANCE_MS) < 0 && errno != EINTR) break;
    look_at(server, polled);
    if (polled[0].revents) let_in(server);
  }
  free(polled);
  return NULL;
}

/* ---- begin and end ---- */

enum sj_status sj_serve_begin(struct sj_sweeping *sweeping, int listener, const struct sj_meeting *meeting,
                              unsigned workers, struct sj_server **server, struct sj_error *error) {
  struct sj_server *const made = sj_allocate(sizeof *made);
  made->sweeping = sweeping;
  made->listener = listener;
  made->meeting = *meeting;
  made->workers = workers;
  sj_sha256_hex(sweeping->definition, strlen(sweeping->definition), made->hash);
  if (pthread_create(&made->thread, NULL, serve, made) != 0) {
    free(made);
    return sj_error_set(error, SJ_FAILED, "no thread to serve the other processes");
  }
  *server = made;
  return SJ_OK;
}

/* Those that have not come yet would find nobody: a short sweep waits for them. */
static void wait_for_all(struct sj_server *server) {
  enum { PATIENCE_S = 5, PAUSE_NS = 20000000 };
  const struct timespec pause = {.tv_nsec = PAUSE_NS};
  for (const double until = now_s() + PATIENCE_S; now_s() < until; nanosleep(&pause, NULL))
    if (__atomic_load_n(&server->guests_ever, __ATOMIC_RELAXED) >= server->workers) break;
  nanosleep(&pause, NULL);
  nanosleep(&pause, NULL);
}

void sj_serve_end(struct sj_server *server) {
  if (!server) return;
  if (server->sweeping->status == SJ_OK) wait_for_all(server);
  __atomic_store_n(&server->end, true, __ATOMIC_RELEASE);
  pthread_join(server->thread, NULL);
  for (size_t i = server->guest_count; i-- > 0;) {
    server->guests[i].busy = false;
    see_off(server, i);
  }
  free(server->guests);
  free(server);
}
