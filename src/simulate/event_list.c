#include "simulate/event_list.h"

#include <assert.h>
#include <stdlib.h>

bool sj_event_list_create(struct sj_event_list *list) {
  memset(list, 0, sizeof *list);
  list->end = 3;
  list->few = true;
  list->aside = SJ_EVENT_KEY_NONE;
  list->slot_count = 1; /* slot 0 stays unused */
  return sj_event_list_grow(list);
}

void sj_event_list_destroy(struct sj_event_list *list) {
  free(list->heap);
  free(list->slots);
  memset(list, 0, sizeof *list);
}

static bool grow_heap(struct sj_event_list *list) {
  const uint32_t capacity = list->heap_capacity ? list->heap_capacity * 2 : 64;
  sj_event_key *const heap = aligned_alloc(64, capacity * sizeof *heap);
  if (!heap) return false;
  if (list->heap) memcpy(heap, list->heap, list->end * sizeof *heap);
  free(list->heap);
  heap[2] = SJ_EVENT_KEY_NONE;
  list->heap = heap;
  list->heap_capacity = capacity;
  return true;
}

static bool grow_slots(struct sj_event_list *list) {
  const uint32_t limit = 1u << SJ_EVENT_SLOT_BITS;
  uint32_t capacity = list->slot_capacity ? list->slot_capacity * 2 : 64;
  if (capacity > limit) capacity = limit;
  if (capacity <= list->slot_capacity) return false;
  struct sj_event *const slots = reallocarray(list->slots, capacity, sizeof *slots);
  if (!slots) return false;
  list->slots = slots;
  list->slot_capacity = capacity;
  return true;
}

bool sj_event_list_grow(struct sj_event_list *list) {
  if (list->slot_count >= list->slot_capacity && !grow_slots(list)) goto failed;
  /* A few at a time, so that a table that is mostly unused is not touched. */
  uint32_t last = list->slot_count + 64;
  if (last > list->slot_capacity) last = list->slot_capacity;
  while (list->heap_capacity < last + 8)
    if (!grow_heap(list)) goto failed;
  for (uint32_t slot = last; slot-- > list->slot_count;) {
    list->slots[slot].kind = 0;
    list->slots[slot].next_free = list->free_slot;
    list->free_slot = slot;
  }
  list->slot_count = last;
  return true;
failed:
  list->overflow = true;
  return false;
}

/* From few to many: turned around, the falling order is a heap. */
static void make_heap(struct sj_event_list *list) {
  for (uint32_t i = 3, j = list->end - 1; i < j; i++, j--) {
    const sj_event_key key = list->heap[i];
    list->heap[i] = list->heap[j];
    list->heap[j] = key;
  }
  list->few = false;
}

void sj_event_list_insert(struct sj_event_list *list, sj_event_key key) {
  if (list->few) make_heap(list);
  sj_event_key *const heap = list->heap;
  uint32_t i = list->end++;
  while (i > 3) {
    const uint32_t parent = i / 4 + 2;
    if (heap[parent] < key) break;
    heap[i] = heap[parent];
    i = parent;
  }
  heap[i] = key;
}

/* Insertion sort, into falling order. */
static void make_few(struct sj_event_list *list) {
  for (uint32_t i = 4; i < list->end; i++) {
    const sj_event_key key = list->heap[i];
    uint32_t place = i;
    for (; list->heap[place - 1] < key; place--) list->heap[place] = list->heap[place - 1];
    list->heap[place] = key;
  }
  list->few = true;
}

void sj_event_list_close_hole(struct sj_event_list *list) {
  assert(list->hole && list->end > 3);
  list->hole = false;
  list->end--;
  if (list->end <= 3 + SJ_EVENTS_FEW / 4) {
    if (list->end > 3) list->heap[3] = list->heap[list->end];
    make_few(list);
  } else {
    sj_event_list_sift_down(list, list->heap[list->end]);
  }
}

/* Drops what was cancelled, so that timers that never fire do not make the heap deep. */
static void purge(struct sj_event_list *list) {
  if (list->hole) sj_event_list_close_hole(list);
  uint32_t kept = 3;
  for (uint32_t i = 3; i < list->end; i++) {
    const uint32_t slot = (uint32_t)list->heap[i] & ((1u << SJ_EVENT_SLOT_BITS) - 1);
    if (list->slots[slot].kind) {
      list->heap[kept++] = list->heap[i];
    } else {
      list->slots[slot].next_free = list->free_slot;
      list->free_slot = slot;
    }
  }
  list->end = kept;
  list->cancelled = 0;
  if (kept <= 4) list->few = true;
  if (list->few) return;
  /* Floyd's construction: sift down every inner node, the last first. */
  for (uint32_t node = (kept - 1) / 4 + 2; node >= 3; node--) {
    sj_event_key *const heap = list->heap;
    const sj_event_key key = heap[node];
    uint32_t i = node;
    for (uint32_t child = 4 * (i - 2); child < kept; child = 4 * (i - 2)) {
      uint32_t least = child;
      for (uint32_t c = child + 1; c < child + 4 && c < kept; c++)
        if (heap[c] < heap[least]) least = c;
      if (key < heap[least]) break;
      heap[i] = heap[least];
      i = least;
    }
    heap[i] = key;
  }
}

void sj_event_cancel(struct sj_event_list *list, uint32_t slot) {
  if (slot == SJ_EVENT_ASIDE) {
    assert(list->aside != SJ_EVENT_KEY_NONE);
    list->aside = SJ_EVENT_KEY_NONE;
    return;
  }
  assert(slot && list->slots[slot].kind);
  list->slots[slot].kind = 0;
  list->slots[slot].argument = NULL;
  if (++list->cancelled > 64 && list->cancelled > (list->end - 3) / 2) purge(list);
}
