#include <stdlib.h>

#include "simulate/discrete/discrete.h"

enum { FIRST_LENGTH = 64 };

bool sj_calendar_create(struct calendar *calendar, uint32_t lanes) {
  calendar->length = FIRST_LENGTH;
  calendar->lanes = lanes;
  calendar->slots = calloc((size_t)FIRST_LENGTH * lanes + 1, sizeof *calendar->slots);
  return calendar->slots != NULL;
}

void sj_calendar_destroy(struct calendar *calendar) { free(calendar->slots); }

static bool grow(struct calendar *calendar, uint32_t ahead) {
  struct calendar larger = *calendar;
  while (larger.length <= ahead) larger.length *= 2;
  larger.slots = calloc((size_t)larger.length * larger.lanes + 1, sizeof *larger.slots);
  if (!larger.slots) return false;
  /* All messages of a slot are due at the same tick. */
  for (size_t slot = 0; slot < (size_t)calendar->length * calendar->lanes; slot++) {
    const struct message_queue *const queue = &calendar->slots[slot];
    if (queue->head) *calendar_at(&larger, queue->head->due, (uint32_t)(slot % calendar->lanes)) = *queue;
  }
  free(calendar->slots);
  *calendar = larger;
  return true;
}

bool sj_calendar_put(struct calendar *calendar, uint32_t now, uint32_t lane, struct message *message) {
  const uint32_t ahead = message->due - now;
  if (ahead >= calendar->length && (ahead > UINT32_MAX / 4 || !grow(calendar, ahead))) return false;
  queue_push(calendar_at(calendar, message->due, lane), message);
  return true;
}
