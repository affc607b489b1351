/* The event list against a plain calendar that cannot be wrong: one first-come-first-served row for each instant, and
 * one behind it for timers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random/stream.h"
#include "simulate/event_list.h"

enum { INSTANTS = 4096, MOST = 400000 };
static const double tick = 0.37; /* not a binary fraction: times are products, compared bit by bit */

struct pending {
  uint32_t slot, kind, next, instant;
  bool timer, cancelled;
};

/* The calendar, the event list, and who sits in which slot. Numbers of pending events start at 1. */
struct world {
  struct sj_event_list list;
  struct pending *all;
  uint32_t head[INSTANTS][2], tail[INSTANTS][2];
  uint32_t made, live, instant;
  uint32_t *occupant; /* [slot] the pending event, taken or cancelled ones too until the slot is reused */
  uint32_t *alive;    /* numbers of those neither taken nor cancelled, in no order */
  uint32_t *position; /* of each in `alive` */
  struct sj_stream stream;
};

static void create(struct world *w, uint64_t seed) {
  memset(w, 0, sizeof *w);
  assert_true(sj_event_list_create(&w->list));
  w->all = calloc(MOST + 1, sizeof *w->all);
  w->occupant = calloc(2 * MOST, sizeof *w->occupant);
  w->alive = calloc(MOST + 1, sizeof *w->alive);
  w->position = calloc(MOST + 1, sizeof *w->position);
  assert_true(w->all && w->occupant && w->alive && w->position);
  sj_stream_seed(&w->stream, seed, 0);
}

static void destroy(struct world *w) {
  sj_event_list_destroy(&w->list);
  free(w->all);
  free(w->occupant);
  free(w->alive);
  free(w->position);
  free(w);
}

static void add(struct world *w, uint32_t instant, bool timer) {
  const uint32_t number = ++w->made;
  assert_true(number <= MOST && instant < INSTANTS);
  struct pending *const p = &w->all[number];
  *p = (struct pending){.kind = 1 + number % 7, .instant = instant, .timer = timer};
  const bool aside_is_free = w->list.aside == SJ_EVENT_KEY_NONE;
  const bool aside = timer && sj_stream_below(&w->stream, 2);
  p->slot = aside ? sj_event_schedule_aside(&w->list, instant * tick, p->kind, p)
                  : sj_event_schedule(&w->list, instant * tick, p->kind, p, timer);
  assert_int_equal(p->slot == SJ_EVENT_ASIDE, aside && aside_is_free);
  if (p->slot != SJ_EVENT_ASIDE) {
    assert_true(p->slot != SJ_EVENT_NONE && p->slot < 2 * MOST);
    const uint32_t before = w->occupant[p->slot];
    if (before) assert_int_not_equal(w->all[before].slot, p->slot); /* nobody whose event is pending sat there */
    w->occupant[p->slot] = number;
  }
  if (w->tail[instant][timer])
    w->all[w->tail[instant][timer]].next = number;
  else
    w->head[instant][timer] = number;
  w->tail[instant][timer] = number;
  w->position[number] = w->live;
  w->alive[w->live++] = number;
}

static void forget(struct world *w, uint32_t number) {
  const uint32_t last = w->alive[--w->live];
  w->alive[w->position[number]] = last;
  w->position[last] = w->position[number];
}

static void cancel(struct world *w, uint32_t number) {
  struct pending *const p = &w->all[number];
  sj_event_cancel(&w->list, p->slot);
  p->cancelled = true;
  p->slot = SJ_EVENT_NONE;
  forget(w, number);
  /* What was cancelled must not outnumber what is pending for long. */
  assert_true(w->list.cancelled <= 64 || w->list.cancelled <= (w->list.end - 3) / 2);
}

/* The first by the calendar, 0 if there is none. */
static uint32_t first(struct world *w) {
  for (uint32_t i = w->instant; i < INSTANTS; i++)
    for (int timer = 0; timer < 2; timer++)
      while (w->head[i][timer]) {
        const uint32_t number = w->head[i][timer];
        w->head[i][timer] = w->all[number].next;
        if (!w->head[i][timer]) w->tail[i][timer] = 0;
        if (!w->all[number].cancelled) {
          w->instant = i;
          return number;
        }
      }
  return 0;
}

static bool take(struct world *w) {
  double time = -1;
  uint32_t kind = 0;
  void *argument = NULL;
  const bool any = sj_event_take(&w->list, &time, &kind, &argument);
  const uint32_t number = first(w);
  assert_int_equal(any, number != 0);
  if (!any) return false;
  struct pending *const p = &w->all[number];
  assert_ptr_equal(argument, p);
  assert_int_equal(kind, p->kind);
  assert_true(time == p->instant * tick);
  p->slot = SJ_EVENT_NONE;
  forget(w, number);
  return true;
}

static uint32_t below(struct world *w, uint32_t n) { return (uint32_t)sj_stream_below(&w->stream, n); }

static void add_random(struct world *w) {
  /* Most are soon, so that instants are shared; some are at this very instant. */
  const uint32_t left = INSTANTS - w->instant;
  const uint32_t span = below(w, 4) ? (left < 40 ? left : 40) : left;
  const uint32_t instant = w->instant + below(w, span);
  add(w, instant, below(w, 3) == 0);
}

static void cancel_random(struct world *w) {
  if (w->live) cancel(w, w->alive[below(w, w->live)]);
}

static void end_empty(struct world *w) {
  while (take(w)) {
  }
  assert_int_equal(w->live, 0);
  assert_false(take(w)); /* and again: empty stays empty */
  assert_int_equal(w->list.cancelled, 0);
  assert_false(w->list.overflow);
}

/* Up and down across the border between few and many, again and again. */
static void few_and_many(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 200; seed++) {
    struct world *const w = calloc(1, sizeof *w);
    assert_non_null(w);
    create(w, seed);
    uint32_t target = 8;
    for (int step = 0; step < 1500; step++) {
      if (below(w, 60) == 0) target = below(w, 3) ? below(w, 40) : below(w, 300);
      const uint32_t action = below(w, 8);
      if (action == 0)
        cancel_random(w);
      else if (w->live < target || action == 1)
        add_random(w);
      else
        take(w);
    }
    end_empty(w);
    destroy(w);
  }
}

/* From few to 100,000 and back, a third cancelled. */
static void hundred_thousand(void **state) {
  (void)state;
  struct world *const w = calloc(1, sizeof *w);
  assert_non_null(w);
  create(w, 1000);
  while (w->live < 100000) {
    add(w, below(w, INSTANTS), below(w, 4) == 0);
    if (below(w, 4) == 0) cancel_random(w);
  }
  const uint32_t slots = w->list.slot_capacity;
  for (int i = 0; i < 100000; i++) { /* take one, schedule one */
    take(w);
    add(w, w->instant + below(w, INSTANTS - w->instant), below(w, 4) == 0);
  }
  assert_int_equal(w->list.slot_capacity, slots);
  while (w->live > 5) {
    take(w);
    if (below(w, 3) == 0) cancel_random(w);
  }
  end_empty(w);
  destroy(w);
}

/* Slots and memory are bounded by what is pending at one time, not by what passes through. */
static void slots_are_reused(void **state) {
  (void)state;
  struct world *const w = calloc(1, sizeof *w);
  assert_non_null(w);
  create(w, 2000);
  for (int i = 0; i < 40; i++) add(w, 0, false);
  for (int i = 0; i < 50000; i++) {
    take(w);
    add(w, w->instant + (i % 500 == 499 ? 1 : 0), i % 3 == 0);
    /* A timeout that does not happen, with every request. */
    add(w, w->instant + 1000 < INSTANTS ? w->instant + 1000 : INSTANTS - 1, true);
    cancel(w, w->made);
  }
  assert_true(w->list.slot_capacity <= 256);
  assert_true(w->list.heap_capacity <= 256);
  end_empty(w);
  destroy(w);
}

static void cancelled_all(void **state) {
  (void)state;
  for (uint32_t n = 1; n <= 400; n += 7) {
    struct world *const w = calloc(1, sizeof *w);
    assert_non_null(w);
    create(w, n);
    for (uint32_t i = 0; i < n; i++) add(w, below(w, INSTANTS), false);
    if (n % 2) take(w); /* with a hole at the root */
    while (w->live) cancel_random(w);
    assert_false(take(w));
    add(w, INSTANTS - 1, false);
    assert_true(take(w));
    end_empty(w);
    destroy(w);
  }
}

struct draw {
  double time;
  uint32_t number;
  bool timer;
};

static int by_time(const void *a, const void *b) {
  const struct draw *const x = a, *const y = b;
  if (x->time != y->time) return x->time < y->time ? -1 : 1;
  if (x->timer != y->timer) return x->timer ? 1 : -1;
  return x->number < y->number ? -1 : 1;
}

/* Times of every size, from 0 and the least double there is to the largest, equal ones among them. */
static void times_of_any_size(void **state) {
  (void)state;
  enum { COUNT = 20000 };
  struct draw *const draws = calloc(COUNT, sizeof *draws);
  struct sj_event_list list;
  struct sj_stream stream;
  assert_non_null(draws);
  assert_true(sj_event_list_create(&list));
  sj_stream_seed(&stream, 3000, 0);
  for (uint32_t i = 0; i < COUNT; i++) {
    uint64_t bits = sj_stream_next(&stream) >> 1;
    if (bits >= UINT64_C(0x7ff0000000000000)) bits = sj_stream_below(&stream, 3); /* 0, the least, the one after */
    memcpy(&draws[i].time, &bits, sizeof bits);
    if (i > 0 && sj_stream_below(&stream, 3) == 0) draws[i].time = draws[sj_stream_below(&stream, i)].time;
    draws[i].number = i;
    draws[i].timer = sj_stream_below(&stream, 2);
    assert_int_not_equal(sj_event_schedule(&list, draws[i].time, 1 + i, NULL, draws[i].timer), SJ_EVENT_NONE);
  }
  qsort(draws, COUNT, sizeof *draws, by_time);
  for (uint32_t i = 0; i < COUNT; i++) {
    double time;
    uint32_t kind;
    void *argument;
    assert_true(sj_event_take(&list, &time, &kind, &argument));
    assert_int_equal(kind, 1 + draws[i].number);
    assert_true(time == draws[i].time);
  }
  sj_event_list_destroy(&list);
  free(draws);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(few_and_many),  cmocka_unit_test(hundred_thousand),  cmocka_unit_test(slots_are_reused),
      cmocka_unit_test(cancelled_all), cmocka_unit_test(times_of_any_size),
  };
  return cmocka_run_group_tests_name("event list", tests, NULL, NULL);
}
