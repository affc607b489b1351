/* Policies as functions: what they see, what they may do, what becomes of their mistakes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* After the others, as cmocka wants it. */
#include <cmocka.h>

#include "base/base.h"
#include "model/document.h"
#include "model/lua/program.h"
#include "model/lua/reader.h"

/* A document and its program; the functions are in the field `policy` of its clients, in order. */
struct loaded {
  struct sj_document *document;
  struct sj_program *program;
};

static struct loaded load(const char *text, const char *override, size_t scenario) {
  struct loaded loaded = {0};
  struct sj_error error = {""};
  bool used = false;
  struct sj_overrides overrides = {&override, override ? 1 : 0, &used};
  struct sj_mistakes mistakes = {0};
  assert_int_equal(sj_read_document("model.lua", text, strlen(text), NULL, scenario, &overrides, &mistakes,
                                    &loaded.document, &error),
                   SJ_OK);
  if (sj_mistakes_report(&mistakes, &error)) fail_msg("%s", error.message);
  sj_mistakes_clear(&mistakes);
  if (sj_program_create(loaded.document, &loaded.program, &error)) fail_msg("%s", error.message);
  return loaded;
}

static void unload(struct loaded *loaded) {
  sj_program_destroy(loaded->program);
  sj_document_destroy(loaded->document);
}

static const struct sj_function *function_of(const struct loaded *loaded, size_t client) {
  const struct sj_value *const value = sj_node_field(loaded->document->components[client], "policy");
  assert_non_null(value);
  assert_int_equal(value->kind, SJ_VALUE_FUNCTION);
  return value->as.function;
}

/* Choice i is member 2 i, has i in flight, and of each other figure (its number) + i / 10 + (its aggregate) / 100. */
static double read(const void *context, uint32_t choice, enum sj_choice_figure figure, enum sj_aggregate aggregate) {
  (void)context;
  if (figure == SJ_CHOICE_MEMBER) return 2 * choice;
  if (figure == SJ_CHOICE_IN_FLIGHT) return choice;
  if (choice == 2) return NAN; /* of the third nothing is known */
  return (double)figure + choice / 10.0 + (double)aggregate / 100.0;
}

static const struct sj_program_choices three = {
    .count = 3, .pool = "db", .is_pool = true, .keeps_latencies = true, .keeps_reports = true, .read = read};

static enum sj_status pick_of(const struct loaded *loaded, size_t client, const struct sj_program_choices *choices,
                              uint32_t *choice, struct sj_error *error) {
  struct sj_stream stream;
  sj_stream_seed(&stream, 1, 2);
  const struct sj_program_request request = {.size = 100, .number = 7, .attempt = 2};
  return sj_program_pick(loaded->program, function_of(loaded, client), &request, choices, 12.5, &stream, choice, error);
}

#define POLICY(body) "client 'web' { policy = function(request, choices, now)\n" body "\nend }"

static void check_pick(const char *body, uint32_t expected) {
  struct loaded loaded = load(body, NULL, SIZE_MAX);
  struct sj_error error = {""};
  uint32_t choice = UINT32_MAX;
  if (pick_of(&loaded, 0, &three, &choice, &error)) fail_msg("%s: %s", body, error.message);
  if (choice != expected) fail_msg("%s chose %u, expected %u", body, choice, expected);
  unload(&loaded);
}

static void check_mistake_of(const char *body, const struct sj_program_choices *choices, const char *message) {
  struct loaded loaded = load(body, NULL, SIZE_MAX);
  struct sj_error error = {""};
  uint32_t choice = UINT32_MAX;
  assert_int_equal(pick_of(&loaded, 0, choices, &choice, &error), SJ_INVALID);
  assert_string_equal(error.message, message);
  unload(&loaded);
}

static void check_mistake(const char *body, const char *message) { check_mistake_of(body, &three, message); }

static void test_views(void **state) {
  (void)state;
  check_pick(POLICY("return 2"), 1);
  check_pick(POLICY("return 3.0"), 2);
  check_pick(POLICY("return #choices"), 2);
  check_pick(POLICY("return choices[3].in_flight"), 1);
  check_pick(POLICY("return choices[2].member"), 1);
  check_pick(POLICY("return choices[3].name == 'db[4]' and 1 or 2"), 0);
  check_pick(POLICY("return now == 12.5 and request.size == 100 and request.number == 7 and request.attempt"), 1);
  check_pick(POLICY("return choices[4] == nil and choices[0] == nil and choices[1.5] == nil and 3 or 1"), 2);
  check_pick(POLICY("local n = 0; for i, c in ipairs(choices) do n = n + i end; return n == 6 and 3 or 1"), 2);
  check_pick(POLICY("return choices[1].latency.latest == 2 and choices[2].latency.latest == 2.1 and\n"
                    "  choices[1].latency.mean == 2.01 and choices[1].latency.ewma == 2.02 and 3 or 1"),
             2);
  check_pick(POLICY("local r = choices[1].report; return r.age == 3 and r.in_flight == 4 and r.queue == 5 and\n"
                    "  r.utilization.latest == 6 and r.request_rate.mean == 7.01 and r.latency.ewma == 8.02 and\n"
                    "  r.expected_latency == 9 and r.pid_weight == 10 and 3 or 1"),
             2);
  check_pick(POLICY("local c = choices[3]; return c.latency.mean == nil and c.report.age == nil and 3 or 1"), 2);
  check_pick(POLICY("return tostring(choices[1]):find('0x') and 1 or 2"), 1);
}

static void test_random(void **state) {
  (void)state;
  struct sj_stream stream;
  sj_stream_seed(&stream, 1, 2);
  const double first = sj_stream_uniform(&stream);
  const uint64_t second = 1 + sj_stream_below(&stream, 6), third = 3 + sj_stream_below(&stream, 4);
  char body[400];
  snprintf(body, sizeof body,
           POLICY("return random() == %.17g and random(6) == %llu and random(3, 6) == %llu and 3 or 1"), first,
           (unsigned long long)second, (unsigned long long)third);
  check_pick(body, 2);
  check_mistake(POLICY("return random(0)"), "model.lua:2: expected random(), random(n) or random(m, n) with m <= n");
}

/* What is kept lives as long as the program, which begins from the loaded file. */
static void test_state(void **state) {
  (void)state;
  static const char text[] =
      "local turn = 0\n"
      "local function next_one(request, choices) turn = turn % #choices + 1; return turn end\n"
      "client 'a' { policy = next_one }\n"
      "client 'b' { policy = next_one }\n"
      "client 'c' { policy = function() return turn end }\n"
      "turn = 1";
  struct loaded loaded = load(text, NULL, SIZE_MAX);
  for (int again = 0; again < 2; again++) {
    static const uint32_t expected[] = {1, 2, 0, 0, 1};
    static const size_t callers[] = {0, 1, 0, 2, 0};
    for (size_t i = 0; i < 5; i++) {
      uint32_t choice;
      struct sj_error error;
      assert_int_equal(pick_of(&loaded, callers[i], &three, &choice, &error), SJ_OK);
      assert_int_equal(choice, expected[i]);
    }
    sj_program_destroy(loaded.program);
    assert_int_equal(sj_program_create(loaded.document, &loaded.program, NULL), SJ_OK);
  }
  unload(&loaded);
}

/* As the model was read: with its overrides and its scenario. */
static void test_reading(void **state) {
  (void)state;
  static const char text[] =
      "local which = param('which', 1)\n"
      "client 'web' { policy = function() return which end }\n"
      "scenario('other', function() which = which + 1 end)";
  for (int way = 0; way < 3; way++) {
    struct loaded loaded = load(text, way ? "which=2" : NULL, way == 2 ? 0 : SIZE_MAX);
    uint32_t choice;
    struct sj_error error;
    assert_int_equal(pick_of(&loaded, 0, &three, &choice, &error), SJ_OK);
    assert_int_equal(choice, way);
    unload(&loaded);
  }
}

#define RETURNS "model.lua:1: a policy's function returns which choice it takes, a whole number from 1 to 3, got "

static void test_mistakes(void **state) {
  (void)state;
  check_mistake(POLICY(""), RETURNS "nothing");
  check_mistake(POLICY("return 0"), RETURNS "0");
  check_mistake(POLICY("return 4"), RETURNS "4");
  check_mistake(POLICY("return 1.5"), RETURNS "1.5");
  check_mistake(POLICY("return 0/0"), RETURNS "nan");
  check_mistake(POLICY("return '1'"), RETURNS "a string");
  check_mistake(POLICY("return choices[1]"), RETURNS "a userdata");
  check_mistake(POLICY("local c = choices[5]\nreturn c.in_flight"),
                "model.lua:3: attempt to index a nil value (local 'c')");
  check_mistake(POLICY("return choices[1].inflight"),
                "model.lua:2: a choice has no field `inflight`; did you mean `in_flight`?");
  check_mistake(POLICY("return choices[1].zzz"), "model.lua:2: a choice has no field `zzz`");
  check_mistake(POLICY("return choices[1].report.quue"),
                "model.lua:2: a choice's report has no field `quue`; did you mean `queue`?");
  check_mistake(POLICY("return choices[1].latency.median"),
                "model.lua:2: a figure over time has no field `median`; did you mean `mean`?");
  check_mistake(POLICY("return request.age"), "model.lua:2: the request has no field `age`");
  check_mistake(POLICY("return choices.best"),
                "model.lua:2: the choices are numbered: choices[1] ... choices[#choices]");
  check_mistake(POLICY("request.size = 1"), "model.lua:2: the request cannot be changed");
  check_mistake(POLICY("choices[1] = nil"), "model.lua:2: the choices cannot be changed");
  check_mistake(POLICY("choices[1].in_flight = 0"), "model.lua:2: a choice cannot be changed");
  check_mistake(POLICY("choices[1].report.age = 0"), "model.lua:2: a choice's report cannot be changed");
  check_mistake(POLICY("error('no idea')"), "model.lua:2: no idea");
  check_mistake(POLICY("return lenght"), "model.lua:2: `lenght` is not defined");
  check_mistake(POLICY("server 'more' {}; server(7); return 1"),
                "model.lua:2: `server` is written server \"name\" { service= }, got 7 instead of a name");
  check_mistake(POLICY("while true do end"),
                "model.lua:2: the budget of 103000 instructions is used up: is there an endless loop?");
  struct sj_program_choices bare = three;
  bare.keeps_latencies = bare.keeps_reports = false;
  check_mistake_of(POLICY("return choices[1]['lat' .. 'ency'].mean"), &bare,
                   "model.lua:2: `latency` is kept only where the file spells it out");
  check_mistake_of(POLICY("return choices[1]['rep' .. 'ort'].age"), &bare,
                   "model.lua:2: `report` is kept only where the file spells it out");
}

/* After a mistake, and after a call, nothing is left open. */
static void test_after_the_call(void **state) {
  (void)state;
  static const char text[] =
      "local kept\n"
      "client 'a' { policy = function(request, choices) kept = choices[1]; return 1 end }\n"
      "client 'b' { policy = function(request, choices) return kept.in_flight + 2 end }\n"
      "client 'c' { policy = function() error('no') end }";
  struct loaded loaded = load(text, NULL, SIZE_MAX);
  struct sj_error error;
  uint32_t choice;
  for (int i = 0; i < 100; i++) {
    assert_int_equal(pick_of(&loaded, 0, &three, &choice, &error), SJ_OK);
    assert_int_equal(pick_of(&loaded, 1, &three, &choice, &error), SJ_OK);
    assert_int_equal(choice, 1);
    assert_int_equal(pick_of(&loaded, 2, &three, &choice, &error), SJ_INVALID);
    assert_string_equal(error.message, "model.lua:4: no");
  }
  unload(&loaded);
}

static void test_names(void **state) {
  (void)state;
  static const char text[] = "client 'web' { policy = function(r, c) local latency_of = c[1].report; return 1 end }";
  struct loaded loaded = load(text, NULL, SIZE_MAX);
  assert_true(sj_document_names(loaded.document, "report"));
  assert_true(sj_document_names(loaded.document, "client"));
  assert_true(sj_document_names(loaded.document, "end"));
  assert_false(sj_document_names(loaded.document, "latency"));
  assert_false(sj_document_names(loaded.document, "lien"));
  unload(&loaded);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_views),   cmocka_unit_test(test_random),   cmocka_unit_test(test_state),
      cmocka_unit_test(test_reading), cmocka_unit_test(test_mistakes), cmocka_unit_test(test_after_the_call),
      cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
