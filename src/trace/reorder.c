#include "trace/reorder.h"

#include <assert.h>
#include <stdlib.h>

void sj_displacement_start(struct sj_displacement *d) { d->need = 1; }

void sj_displacement_end(struct sj_displacement *d) {
  free(d->emitted);
  free(d->heap);
  d->emitted = d->heap = NULL;
}

static bool grow(int64_t **instants, size_t *capacity) {
  const size_t larger = *capacity ? 2 * *capacity : 1024;
  int64_t *const moved = realloc(*instants, larger * sizeof *moved);
  if (!moved) return false;
  *instants = moved;
  *capacity = larger;
  return true;
}

static bool emit(struct sj_displacement *d, int64_t instant) {
  if (d->next == d->emitted_capacity && !grow(&d->emitted, &d->emitted_capacity)) return false;
  d->emitted[d->next] = instant;
  d->next = (d->next + 1) % SJ_REORDER_LARGEST;
  if (d->emitted_count < SJ_REORDER_LARGEST) d->emitted_count++;
  return true;
}

static int64_t *last_emitted(const struct sj_displacement *d) {
  return &d->emitted[(d->next + SJ_REORDER_LARGEST - 1) % SJ_REORDER_LARGEST];
}

static bool push(struct sj_displacement *d, int64_t instant) {
  if (d->heap_count == d->heap_capacity && !grow(&d->heap, &d->heap_capacity)) return false;
  size_t i = d->heap_count++;
  while (i > 0 && d->heap[(i - 1) / 2] > instant) {
    d->heap[i] = d->heap[(i - 1) / 2];
    i = (i - 1) / 2;
  }
  d->heap[i] = instant;
  return true;
}

static int64_t pop(struct sj_displacement *d) {
  const int64_t first = d->heap[0], moved = d->heap[--d->heap_count];
  size_t i = 0;
  for (size_t child = 1; child < d->heap_count; child = 2 * i + 1) {
    if (child + 1 < d->heap_count && d->heap[child + 1] < d->heap[child]) child++;
    if (d->heap[child] >= moved) break;
    d->heap[i] = d->heap[child];
    i = child;
  }
  d->heap[i] = moved;
  return first;
}

enum sj_displacement_verdict sj_displacement_add(struct sj_displacement *d, int64_t instant) {
  if (d->emitted_count == 0 || instant >= *last_emitted(d)) {
    if (d->need == 1) return emit(d, instant) ? SJ_DISPLACEMENT_OK : SJ_DISPLACEMENT_NO_MEMORY;
  } else {
    /* Handed out too soon: take back what arrived later than this line, with as much more room. Less than
     * SJ_REORDER_LARGEST are ever taken back, so a ring that has forgotten some is not emptied here. */
    while (d->emitted_count > 0 && *last_emitted(d) > instant) {
      if (d->need == SJ_REORDER_LARGEST) return SJ_DISPLACEMENT_TOO_LARGE;
      if (!push(d, *last_emitted(d))) return SJ_DISPLACEMENT_NO_MEMORY;
      d->next = (d->next + SJ_REORDER_LARGEST - 1) % SJ_REORDER_LARGEST;
      d->emitted_count--;
      d->need++;
    }
  }
  if (!push(d, instant)) return SJ_DISPLACEMENT_NO_MEMORY;
  if (d->heap_count == d->need && !emit(d, pop(d))) return SJ_DISPLACEMENT_NO_MEMORY;
  return SJ_DISPLACEMENT_OK;
}

static bool before(const struct sj_reorder_entry *a, const struct sj_reorder_entry *b) {
  return a->line.instant < b->line.instant || (a->line.instant == b->line.instant && a->sequence < b->sequence);
}

void sj_reorder_push(struct sj_reorder_heap *heap, const struct sj_reorder_entry *entry) {
  assert(heap->count < heap->capacity);
  struct sj_reorder_entry *const e = heap->entries;
  size_t i = heap->count++;
  for (; i > 0 && before(entry, &e[(i - 1) / 2]); i = (i - 1) / 2) e[i] = e[(i - 1) / 2];
  e[i] = *entry;
}

void sj_reorder_pop(struct sj_reorder_heap *heap, struct sj_reorder_entry *entry) {
  assert(heap->count > 0);
  struct sj_reorder_entry *const e = heap->entries;
  *entry = e[0];
  const struct sj_reorder_entry moved = e[--heap->count];
  size_t i = 0;
  for (size_t child = 1; child < heap->count; child = 2 * i + 1) {
    if (child + 1 < heap->count && before(&e[child + 1], &e[child])) child++;
    if (!before(&e[child], &moved)) break;
    e[i] = e[child];
    i = child;
  }
  e[i] = moved;
}
