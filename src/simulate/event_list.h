/* The pending events of one run, in the order of time.
 *
 * A 4-ary heap of 16-byte keys whose four children share a cache line. A key is one unsigned 128-bit number: the bits
 * of the time (a non-negative double orders as an integer), whether it is a timer, a sequence number, and the slot
 * where handler and argument lie. So the order is total and needs no further comparison: by time; at the same instant
 * what was scheduled first, timers after everything else. Timers are timeouts, deadlines and arrivals: an answer that
 * comes just in time counts, who leaves makes room for who comes, and an instant belongs to the period (of a fault, of
 * the measured window, of a time series) that begins with it.
 *
 * Taking the first event leaves a hole at the root, which the next event to be scheduled fills: the common "take one,
 * schedule one" costs one pass down the heap, not a pass down and a pass up.
 *
 * While there are few events they are not a heap but in falling order, the first at the end: taking costs nothing and
 * scheduling a comparison or two. Turned around, that is a heap.
 *
 * One timer may lie aside, outside of all this: the next arrival of a model's first source, which is set again each
 * time it is taken. Taking is then a comparison of two keys. */
#ifndef SJ_SIMULATE_EVENT_LIST_H
#define SJ_SIMULATE_EVENT_LIST_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 sj_event_key;

enum {
  SJ_EVENT_SLOT_BITS = 24,                  /* at most 2^24 - 1 pending events */
  SJ_EVENT_NONE = 0,                        /* no event has slot 0 */
  SJ_EVENT_ASIDE = 1 << SJ_EVENT_SLOT_BITS, /* stands for the slot of the event that lies aside */
  SJ_EVENTS_FEW = 16
};

struct sj_event {
  void *argument;
  uint32_t kind; /* the user's; 0 is kept for cancelled events */
  uint32_t next_free;
};

struct sj_event_list {
  sj_event_key *heap; /* root at index 3, children of i at 4 (i - 2) ... + 3; index 2 holds the largest key there is */
  struct sj_event *slots;
  uint32_t end; /* one past the last heap index */
  uint32_t heap_capacity, slot_capacity, slot_count, free_slot;
  uint32_t taken;     /* slot of the event taken last, until another needs one; or none */
  uint32_t cancelled; /* cancelled events still in the heap */
  bool few;           /* in falling order, not a heap */
  bool hole;          /* the root is empty */
  bool overflow;      /* an event could not be kept: memory or slots ran out */
  uint64_t sequence;
  sj_event_key aside; /* of the event that lies aside; the largest key there is: none does */
  struct sj_event aside_event;
};

bool sj_event_list_create(struct sj_event_list *list); /* false: no memory */
void sj_event_list_destroy(struct sj_event_list *list);

/* Room for one more event: free slots, and places in the heap for all of them. False if that is not possible (then
 * list->overflow is set). */
bool sj_event_list_grow(struct sj_event_list *list);

/* Marks the event in `slot` (or SJ_EVENT_ASIDE) as not to happen. It must be pending. */
void sj_event_cancel(struct sj_event_list *list, uint32_t slot);

/* Fills the hole at the root with the last key; from many to few, if there are. */
void sj_event_list_close_hole(struct sj_event_list *list);

/* `key` has come up to place i, one level (4 ... 7) or two (8 ... 23) below the root, and will soon be taken: fetches
 * what it stands for, first the slot and then, one level higher, the argument. With many pending both are far from the
 * processor. */
enum { SJ_EVENTS_AHEAD = 20 };
static inline void sj_event_list_look_ahead(const struct sj_event_list *list, uint32_t i, sj_event_key key) {
  const struct sj_event *const event = &list->slots[(uint32_t)key & ((1u << SJ_EVENT_SLOT_BITS) - 1)];
  if (i >= 8) {
    __builtin_prefetch(event, 1);
    return;
  }
  const uintptr_t argument = (uintptr_t)event->argument;
  __builtin_prefetch((const void *)(argument - 64), 1); /* an attempt lies inside its request */
  __builtin_prefetch((const void *)argument, 1);
  __builtin_prefetch((const void *)(argument + 64), 1);
}

/* Moves `key` down from the root to its place. */
static inline void sj_event_list_sift_down(struct sj_event_list *list, sj_event_key key) {
  sj_event_key *const heap = list->heap;
  const uint32_t end = list->end;
  uint32_t i = 3;
  for (;;) {
    const uint32_t child = 4 * (i - 2);
    if (child + 3 < end) {
      /* The grandchildren of the four are 16 keys in a row: fetch them while these are compared. */
      __builtin_prefetch(&heap[4 * (child - 2)]);
      __builtin_prefetch(&heap[4 * (child - 2) + 8]);
      const uint32_t left = child + (heap[child + 1] < heap[child]);
      const uint32_t right = child + 2 + (heap[child + 3] < heap[child + 2]);
      const uint32_t least = heap[right] < heap[left] ? right : left;
      if (key < heap[least]) break;
      heap[i] = heap[least];
      if (i - 4 < SJ_EVENTS_AHEAD) sj_event_list_look_ahead(list, i, heap[i]);
      i = least;
    } else {
      if (child >= end) break;
      uint32_t least = child;
      for (uint32_t c = child + 1; c < end; c++)
        if (heap[c] < heap[least]) least = c;
      if (key < heap[least]) break;
      heap[i] = heap[least];
      i = least;
      break; /* a node with fewer than four children has only leaves below */
    }
  }
  heap[i] = key;
}

/* The part of scheduling that is not common: the event to come has slot `slot` and key `key`. */
void sj_event_list_insert(struct sj_event_list *list, sj_event_key key);

static inline sj_event_key sj_event_key_of(double time, bool timer, uint64_t sequence, uint32_t slot) {
  uint64_t bits;
  memcpy(&bits, &time, sizeof bits);
  const uint64_t low = (uint64_t)timer << 63 | (sequence << SJ_EVENT_SLOT_BITS & (UINT64_MAX >> 1)) | slot;
  return (sj_event_key)bits << 64 | low;
}

static inline double sj_event_time_of(sj_event_key key) {
  const uint64_t bits = (uint64_t)(key >> 64);
  double time;
  memcpy(&time, &bits, sizeof time);
  return time;
}

/* Schedules an event at `time` >= 0 and returns its slot, SJ_EVENT_NONE when it could not be kept (list->overflow). */
static inline uint32_t sj_event_schedule(struct sj_event_list *list, double time, uint32_t kind, void *argument,
                                         bool timer) {
  uint32_t slot = list->taken; /* the slot of the event that is being handled is the warmest */
  list->taken = SJ_EVENT_NONE;
  if (slot == SJ_EVENT_NONE) {
    slot = list->free_slot;
    if (__builtin_expect(slot == SJ_EVENT_NONE, 0)) {
      if (!sj_event_list_grow(list)) return SJ_EVENT_NONE;
      slot = list->free_slot;
    }
    list->free_slot = list->slots[slot].next_free;
  }
  struct sj_event *const event = &list->slots[slot];
  event->argument = argument;
  event->kind = kind;
  const sj_event_key key = sj_event_key_of(time, timer, list->sequence++, slot);
  if (__builtin_expect(list->few && list->end < 3 + SJ_EVENTS_FEW, 1)) {
    sj_event_key *place = list->heap + list->end++;
    for (; place[-1] < key; place--) place[0] = place[-1]; /* the largest key there is lies before the first */
    *place = key;
  } else if (list->hole) {
    list->hole = false;
    sj_event_list_sift_down(list, key);
  } else {
    sj_event_list_insert(list, key);
  }
  return slot;
}

#define SJ_EVENT_KEY_NONE (~(sj_event_key)0)

/* The same for a timer that is set again whenever it is taken: aside, unless another lies there. */
static inline uint32_t sj_event_schedule_aside(struct sj_event_list *list, double time, uint32_t kind, void *argument) {
  if (__builtin_expect(list->aside != SJ_EVENT_KEY_NONE, 0)) return sj_event_schedule(list, time, kind, argument, true);
  list->aside = sj_event_key_of(time, true, list->sequence++, 0);
  list->aside_event.argument = argument;
  list->aside_event.kind = kind;
  return SJ_EVENT_ASIDE;
}

/* The smallest key of those that do not lie aside; the largest key there is if there are none. */
static inline sj_event_key sj_event_list_first(struct sj_event_list *list) {
  if (list->hole) sj_event_list_close_hole(list);
  return list->heap[list->few ? list->end - 1 : 3];
}

/* Takes the event that lies aside, which must be there. */
static inline void sj_event_take_aside(struct sj_event_list *list, double *time, uint32_t *kind, void **argument) {
  *time = sj_event_time_of(list->aside);
  *kind = list->aside_event.kind;
  *argument = list->aside_event.argument;
  list->aside = SJ_EVENT_KEY_NONE;
}

/* Takes the first of the others, whose key is `key`. False if it was cancelled. */
static inline bool sj_event_take_listed(struct sj_event_list *list, sj_event_key key, double *time, uint32_t *kind,
                                        void **argument) {
  if (list->few)
    list->end--;
  else
    list->hole = true;
  if (list->taken != SJ_EVENT_NONE) {
    list->slots[list->taken].next_free = list->free_slot;
    list->free_slot = list->taken;
  }
  const uint32_t slot = (uint32_t)key & ((1u << SJ_EVENT_SLOT_BITS) - 1);
  list->taken = slot;
  const struct sj_event *const event = &list->slots[slot];
  *time = sj_event_time_of(key);
  *kind = event->kind;
  *argument = event->argument;
  if (__builtin_expect(*kind != 0, 1)) return true;
  list->cancelled--;
  return false;
}

/* Takes the first event that was not cancelled: its time, kind and argument. False if none is pending. */
static inline bool sj_event_take(struct sj_event_list *list, double *time, uint32_t *kind, void **argument) {
  for (;;) {
    const sj_event_key key = sj_event_list_first(list);
    if (list->aside < key) {
      sj_event_take_aside(list, time, kind, argument);
      return true;
    }
    if (__builtin_expect(key == SJ_EVENT_KEY_NONE, 0)) return false;
    if (sj_event_take_listed(list, key, time, kind, argument)) return true;
  }
}

#endif
