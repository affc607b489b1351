#include "ring_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "measure/ring_layout.h"
#include "measure/ring_system.h"

enum { STACK_BYTES = 128 << 10, CHOICES_MOST = 4000, STEPS_MOST = 20000, SLICE_NS = 20000000, SLICES_MOST = 6 };
enum { MAIN = -1 };

struct actor {
  ucontext_t context;
  char *stack;
  struct sj_ring_member *member, fresh;
  bool ended;
  const _Atomic uint32_t *sleeps_on;
};

/* The path at work: what was chosen, of how many, one after the other. */
static struct {
  const struct model_script *script;
  struct model_run run;
  struct actor actors[ACTORS_MOST];
  ucontext_t main;
  int current, next; /* an actor; next: who goes on, or MAIN: the scheduler chooses */
  int changes, kills, steps, slices;
  uint64_t now, random;
  uint16_t chosen[CHOICES_MOST], of[CHOICES_MOST];
  int choices, planned; /* of which so many are given */
  char log[4096];
} model = {.current = MAIN};

void model_fail(const char *what) {
  fprintf(stderr, "after %d choices, %d steps, %d changes, %d kills: %s\n%s\n", model.choices, model.steps,
          model.changes, model.kills, what, model.log);
  fail();
}

static uint64_t random_number(void) {
  model.random ^= model.random << 13;
  model.random ^= model.random >> 7;
  return model.random ^= model.random << 17;
}

/* One of `count` alternatives. */
static int choose(int count) {
  if (count == 1) return 0;
  if (model.script->random) return (int)(random_number() % (uint64_t)count);
  if (model.choices == CHOICES_MOST) model_fail("too many choices");
  int i = model.choices++;
  if (i >= model.planned) model.chosen[i] = 0;
  model.of[i] = (uint16_t)count;
  return model.chosen[i];
}

/* The next path in order: the last choice that has an alternative left takes it. */
static bool next_path(void) {
  if (model.script->random) return true;
  while (model.choices > 0 && model.chosen[model.choices - 1] + 1 == model.of[model.choices - 1]) model.choices--;
  if (model.choices == 0) return false;
  model.chosen[model.choices - 1]++;
  model.planned = model.choices;
  return true;
}

static bool can_go(int i) {
  const struct actor *actor = &model.actors[i];
  return !actor->ended && !actor->sleeps_on && !model.run.killed[i];
}

static void leave_to(int next) {
  struct actor *actor = &model.actors[model.current];
  model.next = next;
  swapcontext(&actor->context, &model.main);
}

static void note(const char *event, int i) {
  size_t length = strlen(model.log);
  snprintf(model.log + length, sizeof model.log - length, "step %d: %s %d\n", model.steps, event, i);
}

/* In a random path most steps change nothing, or none would get far. */
static bool quiet(void) { return model.script->random && random_number() % 8 != 0; }

void ring_step(void) {
  if (model.current == MAIN) return;
  if (++model.steps > STEPS_MOST) model_fail("no end: somebody waits for another's step");
  bool again = true;
  while (again && !quiet()) {
    int me = model.current, others[ACTORS_MOST], count = 0;
    for (int i = 0; i < (int)model.script->actors && model.changes < model.script->changes; i++)
      if (i != me && can_go(i)) others[count++] = i;
    bool may_kill = model.kills < model.script->kills;
    int choice = choose(1 + count + may_kill);
    again = choice != 0;
    if (choice == 0) continue;
    if (choice <= count) {
      model.changes++;
      note("change to", others[choice - 1]);
      leave_to(others[choice - 1]);
    } else {
      model.kills++;
      model.run.killed[me] = true;
      note("killed", me);
      leave_to(MAIN);
    }
  }
}

/* ---- the system, as the ring sees it: actor i is process 1000 + i, the witness process 999 ---- */

static uint64_t word_of(int i) { return (uint64_t)(1000 + i) << 10 | UINT64_C(1) << 32; }

uint64_t sj_ring_system_self(void) { return word_of(model.current); }

bool sj_ring_system_alive(uint64_t word) {
  ring_step();
  int i = (int)ring_owner_pid(word) - 1000;
  return i < 0 || !model.run.killed[i];
}

uint64_t sj_ring_system_now(void) { return ++model.now; }

void sj_ring_system_sleep(_Atomic uint32_t *version, uint32_t seen, uint64_t ns) {
  (void)ns;
  ring_step();
  if (*version != seen) return;
  note("asleep", model.current);
  model.actors[model.current].sleeps_on = version;
  leave_to(MAIN);
}

bool sj_ring_system_wake(_Atomic uint32_t *version) {
  ring_step();
  int asleep[ACTORS_MOST], count = 0;
  for (int i = 0; i < (int)model.script->actors; i++)
    if (model.actors[i].sleeps_on == version && !model.run.killed[i]) asleep[count++] = i;
  if (count == 0) return false;
  int woken = asleep[choose(count)];
  note("woken", woken);
  model.actors[woken].sleeps_on = NULL;
  return true;
}

/* ---- one path ---- */

static void act(int i) {
  model.script->act[i](&model.run, model.actors[i].member);
  note("ended", i);
  model.actors[i].ended = true;
  leave_to(MAIN);
}

static void prepare_actors(void) {
  for (int i = 0; i < (int)model.script->actors; i++) {
    struct actor *actor = &model.actors[i];
    *actor->member = actor->fresh;
    actor->ended = false;
    actor->sleeps_on = NULL;
    getcontext(&actor->context);
    actor->context.uc_stack.ss_sp = actor->stack;
    actor->context.uc_stack.ss_size = STACK_BYTES;
    makecontext(&actor->context, (void (*)(void))act, 1, i);
  }
}

/* Nobody can go on: who sleeps does so until the end of his slice, and looks for the dead. */
static bool let_slices_end(void) {
  bool asleep = false;
  for (int i = 0; i < (int)model.script->actors; i++)
    asleep = asleep || (model.actors[i].sleeps_on && !model.run.killed[i]);
  if (!asleep) return false;
  if (model.kills == 0) model_fail("a wake-up was lost");
  if (++model.slices > SLICES_MOST) return false;
  model.now += SLICE_NS + 1;
  for (int i = 0; i < (int)model.script->actors; i++) model.actors[i].sleeps_on = NULL;
  return true;
}

static void run_path(void) {
  prepare_actors();
  model.choices = model.changes = model.kills = model.steps = model.slices = 0;
  model.log[0] = 0;
  model.next = MAIN;
  for (;;) {
    int ready[ACTORS_MOST], count = 0;
    for (int i = 0; i < (int)model.script->actors; i++)
      if (can_go(i)) ready[count++] = i;
    if (count == 0) {
      if (let_slices_end()) continue;
      break;
    }
    model.current = model.next != MAIN && can_go(model.next) ? model.next : ready[choose(count)];
    model.next = MAIN;
    note("goes on", model.current);
    swapcontext(&model.main, &model.actors[model.current].context);
    model.current = MAIN;
  }
  for (int i = 0; i < (int)model.script->actors; i++) {
    model.run.asleep[i] = !model.actors[i].ended && !model.run.killed[i];
    if (model.run.asleep[i]) model.run.killed[i] = true;  // its slots are to be found as those of the dead
  }
}

/* Each path begins with the same bytes. */
static void reset(const struct model_run *fresh, const void *segment) {
  memcpy(fresh->ring->header, segment, fresh->ring->layout.total);
  model.run = *fresh;
  model.now = 1000;
}

static void join_all(struct model_run *fresh, const struct model_script *script) {
  struct sj_error error;
  for (int i = 0; i < (int)script->actors; i++) {
    struct actor *actor = &model.actors[i];
    assert_int_equal(sj_ring_join(fresh->ring, &actor->member, &error), SJ_OK);
    uint64_t word = word_of(i) | RING_OWNER_JOINED;
    ring_store(&actor->member->owner->word, word);
    actor->member->word = word;
    actor->fresh = *actor->member;
    actor->stack = malloc(STACK_BYTES);
    assert_non_null(actor->stack);
  }
  assert_int_equal(sj_ring_join(fresh->ring, &fresh->witness, &error), SJ_OK);
}

uint64_t model_explore(const struct model_script *script, void (*check)(struct model_run *run)) {
  struct model_run fresh = {0};
  struct sj_error error;
  model.script = script;
  model.random = 88172645463325252;
  model.planned = 0;
  if (sj_ring_create(&script->options, &fresh.ring, &error) != SJ_OK) fail_msg("%s", error.message);
  join_all(&fresh, script);
  void *segment = malloc(fresh.ring->layout.total);
  assert_non_null(segment);
  memcpy(segment, fresh.ring->header, fresh.ring->layout.total);
  struct sj_ring_member witness = *fresh.witness;
  uint64_t paths = 0;
  do {
    reset(&fresh, segment);
    *fresh.witness = witness;
    run_path();
    check(&model.run);
    paths++;
  } while (next_path() && (script->paths == 0 || paths < script->paths));
  for (int i = 0; i < (int)script->actors; i++) {
    free(model.actors[i].stack);
    sj_ring_leave(model.actors[i].member);
  }
  sj_ring_leave(fresh.witness);
  sj_ring_close(fresh.ring);
  free(segment);
  return paths;
}
