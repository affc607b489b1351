/* The transport inproc: broker, store and producers as threads of one process. */
#include <pthread.h>
#include <stdlib.h>

#include "base/base.h"
#include "measure/clock.h"
#include "measure/roles.h"

struct part {
  const struct sj_measurement *measurement;
  struct sj_bus *bus;
  int role; /* below 0: the broker, 0: the store, else a producer */
  int control;
  pthread_t thread;
  bool started;
};

static void *act(void *argument) {
  const struct part *const part = argument;
  struct sj_error error = {{0}};
  enum sj_status status;
  if (part->role < 0)
    status = sj_role_broker(part->measurement, part->bus, part->control, &error);
  else if (part->role == 0)
    status = sj_role_store(part->measurement, part->bus, &error);
  else
    status = sj_role_producer(part->measurement, part->bus, (unsigned)part->role - 1, &error);
  if (status != SJ_OK) sj_board_fail(part->measurement->board, status, error.message);
  return NULL;
}

static bool begin(struct part *part, const struct part *like, int role) {
  *part = *like;
  part->role = role;
  part->started = pthread_create(&part->thread, NULL, act, part) == 0;
  if (!part->started) sj_board_fail(part->measurement->board, SJ_FAILED, "no thread can be started");
  return part->started;
}

enum sj_status sj_role_all(const struct sj_measurement *measurement, int control, struct sj_error *error) {
  const int count = (int)measurement->options->producers + 2;
  struct part *const parts = sj_allocate_array((size_t)count, sizeof *parts);
  struct part like = {.measurement = measurement, .control = control};
  enum sj_status status = sj_bus_open(&like.bus, error);
  if (status != SJ_OK) {
    free(parts);
    return status;
  }
  bool good = begin(&parts[0], &like, -1);
  while (good && SJ_LOAD(measurement->board->broker_state) != SJ_STATE_READY && !SJ_LOAD(measurement->board->failed))
    sj_sleep_until(sj_now_ns() + 1000000);
  for (int i = 1; i < count && good; i++) good = begin(&parts[i], &like, i - 1);
  for (int i = count - 1; i >= 0; i--)
    if (parts[i].started) pthread_join(parts[i].thread, NULL);
  sj_bus_close(like.bus);
  free(parts);
  return SJ_OK;
}
