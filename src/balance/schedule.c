#include "balance/schedule.h"

#include <assert.h>
#include <stdlib.h>

bool sj_schedule_create(struct sj_schedule *schedule, uint32_t capacity) {
  *schedule = (struct sj_schedule){.capacity = capacity};
  schedule->heap = calloc(capacity, sizeof *schedule->heap);
  return schedule->heap != NULL;
}

void sj_schedule_destroy(struct sj_schedule *schedule) {
  free(schedule->heap);
  *schedule = (struct sj_schedule){0};
}

void sj_schedule_clear(struct sj_schedule *schedule) {
  schedule->now = 0;
  schedule->count = 0;
  schedule->added = 0;
}

static bool before(const struct sj_schedule_entry *a, const struct sj_schedule_entry *b) {
  return a->deadline != b->deadline ? a->deadline < b->deadline : a->order < b->order;
}

void sj_schedule_add(struct sj_schedule *schedule, uint32_t index, double wait) {
  assert(schedule->count < schedule->capacity);
  const struct sj_schedule_entry entry = {.deadline = schedule->now + wait, .order = schedule->added++, .index = index};
  uint32_t hole = schedule->count++;
  while (hole > 0) {
    const uint32_t parent = (hole - 1) / 2;
    if (!before(&entry, &schedule->heap[parent])) break;
    schedule->heap[hole] = schedule->heap[parent];
    hole = parent;
  }
  schedule->heap[hole] = entry;
}

uint32_t sj_schedule_take(struct sj_schedule *schedule) {
  assert(schedule->count > 0);
  const struct sj_schedule_entry first = schedule->heap[0];
  const struct sj_schedule_entry last = schedule->heap[--schedule->count];
  uint32_t hole = 0;
  for (;;) {
    uint32_t child = 2 * hole + 1;
    if (child >= schedule->count) break;
    if (child + 1 < schedule->count && before(&schedule->heap[child + 1], &schedule->heap[child])) child++;
    if (!before(&schedule->heap[child], &last)) break;
    schedule->heap[hole] = schedule->heap[child];
    hole = child;
  }
  schedule->heap[hole] = last;
  schedule->now = first.deadline;
  return first.index;
}
