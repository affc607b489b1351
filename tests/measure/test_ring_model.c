/* The ring's protocol, step by step: small programs in all orders with few unforced changes, and in many at random. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "measure/ring_layout.h"
#include "ring_model.h"

static uint64_t thoroughness = 1;

/* A message's bytes tell whether it is whole. */
static void write_one(struct model_run *run, struct sj_ring_member *member) {
  struct sj_ring_message message;
  if (sj_ring_claim(member, SJ_RING_FOREVER, &message) != SJ_RING_OK) model_fail("claim");
  uint64_t number = run->made++, *words = message.data;
  words[0] = number;
  ring_step();
  words[1] = ~number;
  message.bytes = 16;
  if (sj_ring_publish(member, &message) != SJ_RING_OK) model_fail("publish");
  run->published++;
  run->given[number] = message.handle.sequence + 1;
  if (run->ring->order == SJ_RING_BY_HANDLE) run->handles[run->handle_count++] = message.handle;
}

static void read_taken(struct model_run *run, struct sj_ring_member *member, struct sj_ring_message *message) {
  const uint64_t *words = message->data;
  uint64_t number = words[0], sequence = message->handle.sequence + 1;
  if (sequence <= run->last[member->index] && run->ring->order == SJ_RING_ORDERED) run->out_of_order = true;
  run->last[member->index] = sequence;
  if (number < run->made) run->got[number] = sequence;
  ring_step();
  if (message->bytes != 16 || number >= run->made || words[1] != ~number)
    run->corrupt = true;
  else
    run->reads[number]++;
  if (sj_ring_release(member, message) != SJ_RING_OK) model_fail("release");
}

static void read_one(struct model_run *run, struct sj_ring_member *member) {
  struct sj_ring_message message;
  if (sj_ring_take(member, SJ_RING_FOREVER, &message) != SJ_RING_OK) model_fail("take");
  read_taken(run, member, &message);
}

static void write_two(struct model_run *run, struct sj_ring_member *member) {
  for (int i = 0; i < 2; i++) write_one(run, member);
}
static void write_four(struct model_run *run, struct sj_ring_member *member) {
  for (int i = 0; i < 4; i++) write_one(run, member);
}
static void read_two(struct model_run *run, struct sj_ring_member *member) {
  for (int i = 0; i < 2; i++) read_one(run, member);
}
static void read_four(struct model_run *run, struct sj_ring_member *member) {
  for (int i = 0; i < 4; i++) read_one(run, member);
}

/* Takes what handles there are, each once in vain when another was first. */
static void read_handles(struct model_run *run, struct sj_ring_member *member) {
  struct sj_ring_message message;
  for (uint64_t i = 0; i < run->handle_count; i++) {
    enum sj_ring_result result = sj_ring_take_handle(member, &run->handles[i], &message);
    if (result == SJ_RING_OK)
      read_taken(run, member, &message);
    else if (result != SJ_RING_STALE)
      model_fail("take_handle");
  }
}

static void reclaim(struct model_run *run, struct sj_ring_member *member) {
  (void)run;
  sj_ring_reclaim(member, NULL);
  sj_ring_reclaim(member, NULL);
}

static void expect(bool right, const char *what) {
  if (!right) model_fail(what);
}

static uint64_t drain(struct model_run *run) {
  uint64_t drained = 0;
  struct sj_ring_message message;
  for (; sj_ring_take(run->witness, 0, &message) == SJ_RING_OK; drained++) read_taken(run, run->witness, &message);
  return drained;
}

/* What must be true whatever happened. */
static void check(struct model_run *run) {
  bool someone_died = false, someone_sleeps = false;
  for (int i = 0; i < ACTORS_MOST; i++) someone_sleeps = someone_sleeps || run->asleep[i];
  for (int i = 0; i < ACTORS_MOST; i++) someone_died = someone_died || (run->killed[i] && !run->asleep[i]);
  struct sj_ring_statistics s;
  sj_ring_statistics_read(run->ring, &s);
  // Who sleeps for good has nothing to wait for but the dead: no message, or no free slot.
  uint64_t left = drain(run);
  expect(!someone_sleeps || left == 0 || s.free == 0, "one sleeps though there is what he waits for");
  sj_ring_reclaim(run->witness, NULL);
  if (run->ring->order == SJ_RING_BY_HANDLE) read_handles(run, run->witness);
  drain(run);
  uint32_t expired = sj_ring_expire(run->witness, 0, false);
  sj_ring_statistics_read(run->ring, &s);
  expect(!run->corrupt, "a payload was not whole");
  expect(s.free == s.slots, "a slot stayed in use");
  expect(sj_ring_in_use(run->ring) == 0, "a free slot is not found");
  expect(s.claims == s.publications + s.lost_claimed || run->ring->order == SJ_RING_BY_HANDLE,
         "slots claimed are not those published and lost");
  uint64_t read = 0, twice = 0;
  for (uint64_t i = 0; i < run->made; i++) read += run->reads[i] > 0, twice += run->reads[i] > 1;
  expect(!run->out_of_order, "one read what is older than what he had read");
  for (uint64_t i = 0; i < run->made; i++)
    expect(run->got[i] == 0 || run->given[i] == 0 || run->got[i] == run->given[i] || s.handed_on > 0,
           "a message was taken in another's place");
  expect(twice <= s.handed_on, "a message was read twice");
  expect(read + s.lost_taken + expired >= run->published, "a message was lost");
  expect(read <= s.claims - s.lost_claimed, "a message was read that was not published");
  if (run->ring->hand_on) expect(read == s.publications, "a message was not handed on");
  if (!someone_died) {
    expect(read == run->made && s.lost_claimed + s.lost_taken + s.handed_on == 0, "something lost without a death");
    for (int i = 0; i < RING_EVENTS; i++)
      expect(run->ring->header->events[i].sleepers[0] == 0, "a sleeper stays counted");
  }
  struct sj_ring_message message;
  for (uint32_t i = 0; i < s.slots; i++)
    expect(sj_ring_claim(run->witness, 0, &message) == SJ_RING_OK, "a slot cannot be had");
}

static void explore(struct model_script script, int changes, int kills, bool random) {
  script.options.slot_bytes = 16;
  script.options.members = 6;
  script.options.wait = SJ_RING_WAIT_FUTEX;
  script.changes = changes;
  script.kills = kills;
  script.random = random;
  if (random) script.paths = 5000 * thoroughness;
  uint64_t paths = model_explore(&script, check);
  print_message("# %llu %s with %d changes and %d kills\n", (unsigned long long)paths,
                random ? "random paths" : "paths, which are all,", changes, kills);
  assert_true(paths > 20);
}

/* Everything that few changes and deaths can do; then at random with many. */
static void all_and_random(struct model_script script) {
  explore(script, 1, 0, false);
  explore(script, 0, 1, false);
  if (thoroughness > 1) {
    explore(script, 2, 0, false);
    explore(script, 1, 1, false);
    explore(script, 0, 2, false);
  }
  if (thoroughness > 100) {
    explore(script, 3, 0, false);
    explore(script, 2, 1, false);
    explore(script, 1, 2, false);
  }
  explore(script, 30, 0, true);
  explore(script, 30, 2, true);
}

static void test_one_slot(void **state) {
  (void)state;
  all_and_random((struct model_script){.options = {.slots = 1}, .actors = 2, .act = {write_two, read_two}});
}

static void test_producers(void **state) {
  (void)state;
  all_and_random((struct model_script){.options = {.slots = 2}, .actors = 3, .act = {write_two, write_two, read_four}});
}

static void test_consumers(void **state) {
  (void)state;
  all_and_random((struct model_script){.options = {.slots = 2}, .actors = 3, .act = {write_four, read_two, read_two}});
}

static void test_handed_on(void **state) {
  (void)state;
  all_and_random((struct model_script){
      .options = {.slots = 2, .hand_on = true}, .actors = 4, .act = {write_two, read_one, read_one, reclaim}});
}

static void test_reclaimers(void **state) {
  (void)state;
  all_and_random(
      (struct model_script){.options = {.slots = 2}, .actors = 4, .act = {write_two, read_two, reclaim, reclaim}});
}

static void test_by_handle(void **state) {
  (void)state;
  all_and_random((struct model_script){.options = {.slots = 3, .order = SJ_RING_BY_HANDLE},
                                       .actors = 4,
                                       .act = {write_two, write_one, read_handles, read_handles}});
}

int main(int count, char **arguments) {
  if (count > 1) thoroughness = strtoull(arguments[1], NULL, 10);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_slot),  cmocka_unit_test(test_producers),  cmocka_unit_test(test_consumers),
      cmocka_unit_test(test_handed_on), cmocka_unit_test(test_reclaimers), cmocka_unit_test(test_by_handle),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
