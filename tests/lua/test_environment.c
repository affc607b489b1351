/* The environment from the side of the program that uses it. */
#include <locale.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
/* After the others, as cmocka wants it. */
#include <cmocka.h>
#include <lauxlib.h>

#include "base/base.h"
#include "model/lua/environment.h"

static struct sj_lua *make(const struct sj_lua_limits *limits) {
  struct sj_lua *environment = NULL;
  assert_int_equal(sj_lua_create(limits, &environment, NULL), SJ_OK);
  return environment;
}

static enum sj_status run(struct sj_lua *environment, const char *text, struct sj_error *error) {
  return sj_lua_run(environment, "model.lua", text, strlen(text), error);
}

/* Runs a text that must end well. */
static void run_well(struct sj_lua *environment, const char *text) {
  struct sj_error error = {{0}};
  if (run(environment, text, &error)) fail_msg("%s", error.message);
}

static void run_badly(struct sj_lua *environment, const char *text, enum sj_status expected, const char *message) {
  struct sj_error error = {{0}};
  const int top = lua_gettop(sj_lua_state(environment));
  assert_int_equal(run(environment, text, &error), expected);
  assert_string_equal(error.message, message);
  assert_int_equal(lua_gettop(sj_lua_state(environment)), top);
}

static lua_Integer global_integer(struct sj_lua *environment, const char *name) {
  lua_State *const L = sj_lua_state(environment);
  lua_getglobal(L, name);
  assert_true(lua_isinteger(L, -1));
  const lua_Integer value = lua_tointeger(L, -1);
  lua_pop(L, 1);
  return value;
}

/* ---- functions and values of the program ---- */

static int note_line(lua_State *L) {
  *(int *)lua_touserdata(L, lua_upvalueindex(1)) = sj_lua_line(L);
  lua_pushstring(L, sj_lua_file(sj_lua_of(L)));
  return 1;
}

static int open_note_line(lua_State *L) {
  lua_pushcclosure(L, note_line, 1);
  lua_setglobal(L, "server");
  return 0;
}

static void test_functions_of_ours(void **state) {
  (void)state;
  struct sj_lua *const environment = make(NULL);
  assert_ptr_equal(sj_lua_of(sj_lua_state(environment)), environment);
  assert_string_equal(sj_lua_file(environment), "");
  int line = 0;
  assert_int_equal(sj_lua_protect(environment, open_note_line, &line, 0, NULL), SJ_OK);
  run_well(environment, "local x = 1\n\nlocal name = server(\n  'db')\nassert(name == 'model.lua')");
  assert_int_equal(line, 3);
  run_well(environment, "('x'):gsub('x', server)");
  assert_int_equal(line, 1);
  assert_int_equal(sj_lua_line(sj_lua_state(environment)), 0);
  sj_lua_destroy(environment);
  sj_lua_destroy(NULL);
}

static int open_values(lua_State *L) {
  sj_lua_push_metatable(L, "distribution");
  lua_pop(L, 1);
  lua_newuserdatauv(L, 8, 0);
  luaL_setmetatable(L, "distribution");
  lua_setglobal(L, "d");
  lua_newtable(L);
  luaL_setmetatable(L, "distribution");
  lua_setglobal(L, "t");
  return 0;
}

static void test_values_of_ours(void **state) {
  (void)state;
  struct sj_lua *const environment = make(NULL);
  assert_int_equal(sj_lua_protect(environment, open_values, NULL, 0, NULL), SJ_OK);
  assert_int_equal(sj_lua_protect(environment, open_values, NULL, 0, NULL), SJ_OK);
  run_well(environment,
           "assert(getmetatable(d) == false and tostring(d) == 'distribution' and tostring(t) == 'distribution')");
  run_badly(environment, "setmetatable(t, {})", SJ_INVALID, "model.lua:1: cannot change a protected metatable");
  run_badly(environment, "local x = d + 1", SJ_INVALID,
            "model.lua:1: attempt to perform arithmetic on a distribution value (global 'd')");
  run_badly(environment, "local x = d.rate", SJ_INVALID,
            "model.lua:1: attempt to index a distribution value (global 'd')");
  sj_lua_destroy(environment);
}

static int sorted_keys(lua_State *L) {
  const lua_Integer count = sj_lua_push_sorted_keys(L, 1);
  lua_pushinteger(L, count);
  return 2;
}

static int open_sorted_keys(lua_State *L) {
  lua_pushcfunction(L, sorted_keys);
  lua_setglobal(L, "sorted_keys");
  return 0;
}

static void test_sorted_keys(void **state) {
  (void)state;
  struct sj_lua *const environment = make(NULL);
  assert_int_equal(sj_lua_protect(environment, open_sorted_keys, NULL, 0, NULL), SJ_OK);
  run_well(
      environment,
      "local expected = {-math.huge, math.mininteger, -1, -0.5, 0, 0.5, 1, 2, 9007199254740992, 9007199254740993,\n"
      "  math.maxinteger, 2^63, math.huge, '', '\\0', 'A', 'a', 'a\\0', 'aa', 'b', '\\255', false, true}\n"
      "local t = {}\n"
      "for i = #expected, 1, -1 do t[expected[i]] = i end\n"
      "local keys, count = sorted_keys(t)\n"
      "assert(count == #expected and #keys == count)\n"
      "for i, key in ipairs(keys) do assert(key == expected[i] and math.type(key) == math.type(expected[i])) end\n"
      "local i = 0\n"
      "for key, value in pairs(t) do i = i + 1 assert(rawequal(key, expected[i]) and value == i) end\n"
      "assert(i == count)\n"
      "local key = next(t)\n"
      "for i = 1, count do assert(key == expected[i]) key = next(t, key) end\n"
      "assert(key == nil and next({}) == nil and next({}, 5) == nil)\n"
      "keys, count = sorted_keys({})\n"
      "assert(count == 0)");
  sj_lua_destroy(environment);
}

/* ---- budgets ---- */

static int make_function(lua_State *L, const char *name) {
  lua_getglobal(L, name);
  return luaL_ref(L, LUA_REGISTRYINDEX);
}

static void test_calls(void **state) {
  (void)state;
  struct sj_lua *const environment = make(NULL);
  lua_State *const L = sj_lua_state(environment);
  struct sj_error error = {{0}};
  run_well(environment,
           "count = 0\n"
           "function add(a, b) return a + b, a - b end\n"
           "function loop() while true do count = count + 1 end end\n"
           "function fail(x) error('failed with ' .. x) end");
  const int add = make_function(L, "add"), loop = make_function(L, "loop"), fail = make_function(L, "fail");

  lua_rawgeti(L, LUA_REGISTRYINDEX, add);
  lua_pushinteger(L, 40);
  lua_pushinteger(L, 2);
  assert_int_equal(sj_lua_call(environment, 2, 2, 1000, &error), SJ_OK);
  assert_int_equal(lua_tointeger(L, -2), 42);
  assert_int_equal(lua_tointeger(L, -1), 38);
  lua_pop(L, 2);

  lua_rawgeti(L, LUA_REGISTRYINDEX, fail);
  lua_pushinteger(L, 7);
  assert_int_equal(sj_lua_call(environment, 1, 1, 1000, &error), SJ_INVALID);
  assert_string_equal(error.message, "model.lua:4: failed with 7");
  assert_int_equal(lua_gettop(L), 0);

  /* Each call has its own budget, and stops at the same instruction each time: the loop takes five or so. */
  lua_Integer counts[3] = {0};
  for (int i = 0; i < 3; i++) {
    const lua_Integer before = global_integer(environment, "count");
    lua_rawgeti(L, LUA_REGISTRYINDEX, loop);
    assert_int_equal(sj_lua_call(environment, 0, 0, 10000, &error), SJ_INVALID);
    assert_string_equal(error.message,
                        "model.lua:3: the budget of 10000 instructions is used up: is there an endless loop?");
    counts[i] = global_integer(environment, "count") - before;
  }
  assert_in_range(counts[0], 10000 / 6, 10000 / 4);
  assert_int_equal(counts[1], counts[0]);
  assert_int_equal(counts[2], counts[0]);

  /* What does not exist. */
  lua_pushnil(L);
  assert_int_equal(sj_lua_call(environment, 0, 0, 1000, &error), SJ_INVALID);
  assert_string_equal(error.message, "model.lua: attempt to call a nil value");
  sj_lua_destroy(environment);
}

static void test_loading_budget(void **state) {
  (void)state;
  const struct sj_lua_limits limits = {.instructions = 100000};
  struct sj_lua *const environment = make(&limits);
  /* One budget for all that is loaded. */
  int runs = 0;
  struct sj_error error = {{0}};
  while (run(environment, "for i = 1, 10000 do end", &error) == SJ_OK) runs++;
  assert_in_range(runs, 7, 9);
  assert_string_equal(error.message,
                      "model.lua:1: the budget of 100000 instructions is used up: is there an endless loop?");
  /* It stays used up, but calls with budgets of their own go on. */
  run_badly(environment, "local x = 1", SJ_INVALID,
            "model.lua:1: the budget of 100000 instructions is used up: is there an endless loop?");
  lua_getglobal(sj_lua_state(environment), "tostring");
  lua_pushinteger(sj_lua_state(environment), 5);
  assert_int_equal(sj_lua_call(environment, 1, 1, 1000, &error), SJ_OK);
  assert_string_equal(lua_tostring(sj_lua_state(environment), -1), "5");
  sj_lua_destroy(environment);
}

/* Calls its argument with a budget of 5000 and returns the message, or nothing. */
static int call_inside(lua_State *L) {
  struct sj_error error = {{0}};
  lua_settop(L, 1);
  if (sj_lua_call(sj_lua_of(L), 0, 0, 5000, &error) == SJ_OK) return 0;
  lua_pushstring(L, error.message);
  return 1;
}

static int open_call_inside(lua_State *L) {
  lua_pushcfunction(L, call_inside);
  lua_setglobal(L, "call_inside");
  return 0;
}

static void test_nested_budgets(void **state) {
  (void)state;
  const struct sj_lua_limits limits = {.instructions = 20000};
  struct sj_lua *const environment = make(&limits);
  assert_int_equal(sj_lua_protect(environment, open_call_inside, NULL, 0, NULL), SJ_OK);
  /* Ten inner budgets of 5000 are used up; the outer one of 20000 does not pay for them. */
  run_well(environment,
           "for i = 1, 10 do\n"
           "  local message = call_inside(function() while true do end end)\n"
           "  assert(message == 'model.lua:2: the budget of 5000 instructions is used up: is there an endless loop?')\n"
           "  assert(call_inside(function() end) == nil)\n"
           "end");
  /* An error inside is no error outside, and the outer budget still ends. */
  run_badly(environment, "assert(call_inside(function() error('x') end) == 'model.lua:1: x')\nwhile true do end",
            SJ_INVALID, "model.lua:2: the budget of 20000 instructions is used up: is there an endless loop?");
  sj_lua_destroy(environment);
}

struct events {
  int begun, ended;
};

static void on_run(void *context, bool begins) {
  struct events *const events = context;
  assert_int_equal(events->begun - events->ended, begins ? 0 : 1);
  if (begins)
    events->begun++;
  else
    events->ended++;
}

static void test_on_run(void **state) {
  (void)state;
  struct events events = {0};
  const struct sj_lua_limits limits = {.on_run = on_run, .context = &events};
  struct sj_lua *const environment = make(&limits);
  assert_int_equal(sj_lua_protect(environment, open_call_inside, NULL, 0, NULL), SJ_OK);
  const int before = events.begun;
  run_well(environment, "call_inside(function() call_inside(function() end) end)");
  assert_int_equal(events.begun, before + 1);
  run_badly(environment, "error('x')", SJ_INVALID, "model.lua:1: x");
  assert_int_equal(events.begun, before + 2);
  assert_int_equal(events.ended, before + 2);
  sj_lua_destroy(environment);
}

/* ---- memory ---- */

static void test_memory(void **state) {
  (void)state;
  const struct sj_lua_limits limits = {.memory_bytes = (size_t)4 << 20};
  struct sj_lua *const environment = make(&limits);
  for (int i = 0; i < 3; i++)
    run_badly(environment, "local t = {}\nfor i = 1, 1e7 do\n  t[i] = {}\nend", SJ_NO_MEMORY,
              "model.lua:3: the 4 MiB of memory that a model may use are used up");
  /* Garbage does not count: this makes 60 MiB of it. */
  run_well(environment, "for i = 1, 200000 do local t = {1, 2, 3, 4, i} end");
  run_well(environment, "for i = 1, 40 do local s = ('xxxxxxxxxxxxxxxx'):rep(1 << 16) end");
  for (int i = 0; i < 3; i++)
    run_badly(environment, "local s = ('x'):rep(1 << 20)\nlocal t = s .. s .. s .. s", SJ_NO_MEMORY,
              "model.lua:2: the 4 MiB of memory that a model may use are used up");
  sj_lua_destroy(environment);
  /* Too little to begin with. */
  const struct sj_lua_limits tiny = {.memory_bytes = 20000};
  struct sj_lua *none = NULL;
  assert_int_equal(sj_lua_create(&tiny, &none, NULL), SJ_NO_MEMORY);
}

/* Blocks of every size come and go; what is written stays. Ends only with all of it given back. */
static void test_blocks(void **state) {
  (void)state;
  struct sj_lua *const environment = make(NULL);
  run_well(environment,
           "local seed = 1\n"
           "local function draw(n) seed = (seed * 1103515245 + 12345) % 2147483648 return 1 + (seed >> 8) % n end\n"
           "local held = {}\n"
           "for i = 1, 60000 do\n"
           "  local place, size = draw(300), draw(draw(12) == 1 and 15000 or 700)\n"
           "  local old = held[place]\n"
           "  if old then assert(#old.s == old.size and old.s:byte(1) == old.c and old.s:byte(-1) == old.c) end\n"
           "  held[place] = {s = string.char(65 + i % 26):rep(size), size = size, c = 65 + i % 26}\n"
           "end");
  sj_lua_destroy(environment);
}

/* ---- messages ---- */

static void test_long_file_name(void **state) {
  (void)state;
  struct sj_lua *const environment = make(NULL);
  struct sj_error error = {{0}};
  for (int length = 50; length < 80; length++) {
    char name[100], expected[200];
    memset(name, 'a', (size_t)length);
    memcpy(name, "/b/", 3);
    strcpy(name + length, ".lua");
    static const char *const texts[][2] = {{"\nx = = 1", ":2: unexpected symbol near '='"},
                                           {"\n\nerror('m')", ":3: m"},
                                           {"while true do end",
                                            ":1: the budget of 1000 instructions is used up: is there "
                                            "an endless loop?"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
      const struct sj_lua_limits limits = {.instructions = 1000};
      struct sj_lua *const small = make(&limits);
      assert_int_equal(sj_lua_run(small, name, texts[i][0], strlen(texts[i][0]), &error), SJ_INVALID);
      snprintf(expected, sizeof expected, "%s%s", name, texts[i][1]);
      assert_string_equal(error.message, expected);
      sj_lua_destroy(small);
    }
  }
  /* A name that looks like a place, and one that a terminal would obey. */
  assert_int_equal(sj_lua_run(environment, "a:7: b.lua", "error('m')", 10, &error), SJ_INVALID);
  assert_string_equal(error.message, "a:7: b.lua:1: m");
  assert_int_equal(sj_lua_run(environment, "a\33[0m.lua", "error('m')", 10, &error), SJ_INVALID);
  assert_string_equal(error.message, "a\\27[0m.lua:1: m");
  /* No message wanted. */
  assert_int_equal(sj_lua_run(environment, "x", "error('m')", 10, NULL), SJ_INVALID);
  sj_lua_destroy(environment);
}

static void test_sizes_of_files(void **state) {
  (void)state;
  struct sj_error error = {{0}};
  char *const text = sj_allocate(SJ_LUA_FILE_BYTES + 1);
  memset(text, '\n', SJ_LUA_FILE_BYTES + 1);
  struct sj_lua *environment = make(NULL);
  assert_int_equal(sj_lua_run(environment, "model.lua", NULL, 0, &error), SJ_OK);
  assert_int_equal(sj_lua_run(environment, "model.lua", text, SJ_LUA_FILE_BYTES, &error), SJ_OK);
  assert_int_equal(sj_lua_run(environment, "model.lua", text, SJ_LUA_FILE_BYTES + 1, &error), SJ_INVALID);
  assert_string_equal(
      error.message,
      "model.lua:1: the file has 1048577 bytes; a model has at most 1 MiB (data go into files of their own)");
  sj_lua_destroy(environment);
  /* What makes the parser slow. */
  static const char *const parts[][3] = {{"local a\nlocal b = ", "a or ", "a"},
                                         {"local a\nif a then\n", "elseif a then\n", "end"},
                                         {"local a\nlocal b = ", "(a and a) or ", "a"},
                                         {"local a while a do ", "if a then break end ", "end"},
                                         {"do ", "goto x ", "end ::x::"},
                                         {"local f = function() end ", "f=function()a=b end ", ""}};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    struct sj_text large = {0};
    sj_text_add(&large, "%s", parts[i][0]);
    while (large.length < SJ_LUA_FILE_BYTES - 100) sj_text_add(&large, "%s", parts[i][1]);
    sj_text_add(&large, "%s", parts[i][2]);
    environment = make(NULL);
    assert_int_equal(sj_lua_run(environment, "model.lua", large.data, large.length, &error), SJ_INVALID);
    assert_string_equal(error.message,
                        "model.lua:1: the file has too many jumps (and, or, elseif, goto, break), or names and "
                        "functions, to be read");
    sj_lua_destroy(environment);
    free(large.data);
  }
  /* A large model of plain data is fine. */
  struct sj_text data = {0};
  sj_text_add(&data, "values = {");
  for (int i = 0; data.length < SJ_LUA_FILE_BYTES - 100; i++) sj_text_add(&data, "%d.25, ", i);
  sj_text_add(&data, "}");
  environment = make(NULL);
  assert_int_equal(sj_lua_run(environment, "model.lua", data.data, data.length, &error), SJ_OK);
  sj_lua_destroy(environment);
  free(data.data);
  free(text);
}

/* ---- surroundings ---- */

static void test_locale(void **state) {
  (void)state;
  static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "C.UTF-8"};
  const char *set = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && !set; i++) set = setlocale(LC_ALL, names[i]);
  struct sj_lua *const environment = make(NULL);
  run_well(environment,
           "assert(tostring(1.5) == '1.5' and tonumber('1.5') == 1.5 and ('%.1f'):format(2.5) == '2.5')\n"
           "assert('Z' < 'a' and not ('\\xe4'):match('%a') and ('\\xc4'):lower() == '\\xc4')");
  /* The program's own is back. */
  if (set) assert_string_equal(setlocale(LC_ALL, NULL), set);
  sj_lua_destroy(environment);
  setlocale(LC_ALL, "C");
}

/* Where no address space can be reserved, malloc does it all. */
static void test_little_address_space(void **state) {
  (void)state;
  const pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    unsigned long pages = 0;
    FILE *const file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%lu", &pages) != 1) _exit(3);
    fclose(file);
    const rlim_t bytes = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + ((rlim_t)600 << 20);
    const struct rlimit limit = {bytes, bytes};
    static const char text[] =
        "local t = {} for i = 1, 100000 do t[i] = {i} if i % 3 == 0 then t[i // 2] = false end end";
    struct sj_lua *environment = NULL;
    if (setrlimit(RLIMIT_AS, &limit) || sj_lua_create(NULL, &environment, NULL)) _exit(4);
    const enum sj_status status = sj_lua_run(environment, "model.lua", text, sizeof text - 1, NULL);
    sj_lua_destroy(environment);
    _exit(status == SJ_OK ? 0 : 5);
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
}

static void *work(void *context) {
  struct sj_lua *const environment = make(NULL);
  run_well(environment, "total = 0 for i = 1, 200000 do local t = {i} total = total + t[1] end");
  *(lua_Integer *)context = global_integer(environment, "total");
  sj_lua_destroy(environment);
  return NULL;
}

static void test_threads(void **state) {
  (void)state;
  enum { THREADS = 4 };
  pthread_t threads[THREADS];
  lua_Integer totals[THREADS];
  for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, work, &totals[i]), 0);
  for (int i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(totals[i], 20000100000);
  }
}

static void test_hash_seed(void **state) {
  (void)state;
  const unsigned a = sj_lua_hash_seed("x = 1", 5), b = sj_lua_hash_seed("x = 2", 5);
  assert_int_equal(a, sj_lua_hash_seed("x = 1", 5));
  assert_int_not_equal(a, b);
  assert_int_not_equal(sj_lua_hash_seed("", 0), 0);
  const struct sj_lua_limits limits = {.hash_seed = a};
  struct sj_lua *const environment = make(&limits);
  run_well(environment,
           "local t = {} for i = 1, 1000 do t['k' .. i] = i end for i = 1, 1000 do assert(t['k' .. i] == i) end");
  sj_lua_destroy(environment);
}

static void test_absent(void **state) {
  (void)state;
  assert_string_equal(sj_lua_why_absent("pcall"), "errors end the model");
  assert_null(sj_lua_why_absent("pairs"));
  struct sj_lua *const environment = make(NULL);
  /* All there is; docs/lua-environment.md says the same. */
  run_well(environment,
           "local function names(t) local list = {} for k in pairs(t) do list[#list + 1] = k end return "
           "table.concat(list, ' ') end\n"
           "assert(names(_G) == '_G _VERSION assert error getmetatable ipairs math next pairs rawequal rawget rawlen "
           "rawset '\n"
           "  .. 'select setmetatable string table tonumber tostring type', names(_G))\n"
           "assert(names(math) == 'abs ceil cos exp floor fmod huge log max maxinteger min mininteger modf pi sin sqrt "
           "tan '\n"
           "  .. 'tointeger type ult', names(math))\n"
           "assert(names(string) == 'byte char find format gmatch gsub len lower match rep reverse sub upper', "
           "names(string))\n"
           "assert(names(table) == 'concat insert move pack remove sort unpack', names(table))");
  sj_lua_destroy(environment);
}

/* Whatever the functions are given: they return or raise an error. (What a wrong access would do, the sanitizers see.)
 */
static void test_any_arguments(void **state) {
  (void)state;
  static const char text[] =
      "local values = {0, 1, -1, 2, 3.5, 100, math.mininteger, math.maxinteger, math.huge, 0 / 0, '', 'a', 'abc', "
      "'%d', '(.)',\n"
      "  '%', '10', true, false, {}, {1, 2, 3}, {x = 1}, setmetatable({}, {__index = function() return 1 end}), "
      "tostring,\n"
      "  function(...) return ... end, type, string.rep, pairs({1}), (ipairs({1})), ('x'):gmatch('.'), _G, math}\n"
      "local functions = {(pairs({1, 2})), (ipairs({})), (('abc'):gmatch('.'))}\n"
      "for _, from in ipairs({_G, math, string, table}) do\n"
      "  for name, f in pairs(from) do if type(f) == 'function' then functions[#functions + 1] = f end end\n"
      "end\n"
      "local seed\n"
      "local unpack = table.unpack\n"
      "local function draw(n) seed = (seed * 1103515245 + 12345) % 2147483648 return 1 + (seed >> 8) % n end\n"
      "function step(n)\n"
      "  seed = n\n"
      "  local a = {}\n"
      "  local count = draw(5) - 1\n"
      "  for k = 1, count do a[k] = values[draw(#values)] end\n"
      "  functions[draw(#functions)](unpack(a, 1, count))\n"
      "end\n";
  size_t well = 0, badly = 0;
  enum { ENVIRONMENTS = 100, CALLS = 300 };
  for (int i = 0; i < ENVIRONMENTS; i++) {
    const struct sj_lua_limits limits = {.memory_bytes = (size_t)32 << 20};
    struct sj_lua *const environment = make(&limits);
    lua_State *const L = sj_lua_state(environment);
    run_well(environment, text);
    const int step = make_function(L, "step");
    for (int k = 0; k < CALLS; k++) {
      struct sj_error error = {{0}};
      lua_rawgeti(L, LUA_REGISTRYINDEX, step);
      lua_pushinteger(L, i * CALLS + k);
      if (sj_lua_call(environment, 1, 0, 20000, &error) == SJ_OK)
        well++;
      else
        badly++;
      assert_int_equal(lua_gettop(L), 0);
    }
    sj_lua_destroy(environment);
  }
  assert_true(well > ENVIRONMENTS * CALLS / 10);
  assert_true(badly > ENVIRONMENTS * CALLS / 10);
}

/* Stable, whatever the comparison; sizes around powers of two. */
static void test_sort(void **state) {
  (void)state;
  struct sj_lua *const environment = make(NULL);
  run_well(environment,
           "for _, n in ipairs({0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 100, 1000}) do\n"
           "  local t, count = {}, {}\n"
           "  for i = 1, n do t[i] = {key = (i * 7919) % 13, i = i} end\n"
           "  table.sort(t, function(a, b) return a.key < b.key end)\n"
           "  assert(#t == n)\n"
           "  for i = 2, n do\n"
           "    local a, b = t[i - 1], t[i]\n"
           "    assert(a.key < b.key or a.key == b.key and a.i < b.i)\n"
           "  end\n"
           "  table.sort(t, function() return true end)\n"
           "  for i = 1, n do count[t[i].i] = (count[t[i].i] or 0) + 1 end\n"
           "  for i = 1, n do assert(count[i] == 1) end\n"
           "end");
  sj_lua_destroy(environment);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_functions_of_ours),
                                     cmocka_unit_test(test_values_of_ours),
                                     cmocka_unit_test(test_sorted_keys),
                                     cmocka_unit_test(test_calls),
                                     cmocka_unit_test(test_loading_budget),
                                     cmocka_unit_test(test_nested_budgets),
                                     cmocka_unit_test(test_on_run),
                                     cmocka_unit_test(test_memory),
                                     cmocka_unit_test(test_blocks),
                                     cmocka_unit_test(test_long_file_name),
                                     cmocka_unit_test(test_sizes_of_files),
                                     cmocka_unit_test(test_locale),
                                     cmocka_unit_test(test_threads),
                                     cmocka_unit_test(test_little_address_space),
                                     cmocka_unit_test(test_hash_seed),
                                     cmocka_unit_test(test_absent),
                                     cmocka_unit_test(test_sort),
                                     cmocka_unit_test(test_any_arguments)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
