/* The functions of the closed environment against Lua's own: the same text runs in both, and both must give the same
 * values or the same complaint. What is meant to differ is in test_environment.c and hostile/. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* After the others, as cmocka wants it. */
#include <cmocka.h>
#include <lauxlib.h>
#include <lualib.h>

#include "base/base.h"
#include "model/lua/environment.h"

/* emit(...): types and values, into the text that is its upvalue. */
static int emit(lua_State *L) {
  struct sj_text *const text = lua_touserdata(L, lua_upvalueindex(1));
  for (int i = 1; i <= lua_gettop(L); i++) {
    size_t length = 0;
    sj_text_add(text, "%s", lua_isinteger(L, i) ? "integer" : luaL_typename(L, i));
    if (lua_type(L, i) == LUA_TSTRING) {
      const char *const s = lua_tolstring(L, i, &length);
      sj_text_add(text, "(%zu)", length);
      sj_text_add_bytes(text, s, length);
    } else if (lua_isinteger(L, i)) {
      sj_text_add(text, " %lld", (long long)lua_tointeger(L, i));
    } else if (lua_isnumber(L, i)) {
      sj_text_add(text, " %a", lua_tonumber(L, i));
    } else if (lua_isboolean(L, i)) {
      sj_text_add(text, " %d", lua_toboolean(L, i));
    }
    sj_text_add(text, ";");
  }
  return 0;
}

static int open_emit(lua_State *L) {
  lua_pushvalue(L, 1);
  lua_pushcclosure(L, emit, 1);
  lua_setglobal(L, "emit");
  return 0;
}

static void run_ours(const char *chunk, struct sj_text *text) {
  struct sj_lua *environment = NULL;
  struct sj_error error = {{0}};
  assert_int_equal(sj_lua_create(NULL, &environment, &error), SJ_OK);
  assert_int_equal(sj_lua_protect(environment, open_emit, text, 0, &error), SJ_OK);
  if (sj_lua_run(environment, "f", chunk, strlen(chunk), &error)) sj_text_add(text, "error %s", error.message);
  sj_lua_destroy(environment);
}

static void run_stock(const char *chunk, struct sj_text *text) {
  lua_State *const L = luaL_newstate();
  assert_non_null(L);
  luaL_openlibs(L);
  lua_pushlightuserdata(L, text);
  lua_insert(L, 1);
  open_emit(L);
  if (luaL_loadbuffer(L, chunk, strlen(chunk), "@f") || lua_pcall(L, 0, 0, 0))
    sj_text_add(text, "error %s", lua_tostring(L, -1));
  lua_close(L);
}

/* Lua's own message has no place where the error is raised by its C functions; ours always has one. */
static const char *without_place(const char *text) {
  static const char place[] = "error f:1: ";
  return text && strncmp(text, place, sizeof place - 1) == 0 ? text + sizeof place - 1 : NULL;
}

static bool check(const char *chunk) {
  struct sj_text ours = {0}, stock = {0};
  run_ours(chunk, &ours);
  run_stock(chunk, &stock);
  bool same = ours.length == stock.length && (!ours.length || memcmp(ours.data, stock.data, ours.length) == 0);
  const char *const bare = without_place(ours.data);
  if (bare && stock.data && strncmp(stock.data, "error ", 6) == 0 && strcmp(bare, stock.data + 6) == 0) same = true;
  if (!same)
    print_error("%s\n  ours:  %s\n  stock: %s\n", chunk, ours.data ? ours.data : "", stock.data ? stock.data : "");
  free(ours.data);
  free(stock.data);
  return same;
}

/* Each is emitted as it is: emit(EXPRESSION). */
static const char *const basics[] = {
    "assert(1, 2, 3)",
    "assert(false)",
    "assert(nil, 'reason')",
    "assert()",
    "error('message')",
    "error('message', 0)",
    "error('message', 2)",
    "error(42)",
    "type(1), type('x'), type(nil), type({}), type(type), type(true)",
    "type()",
    "tonumber('10'), tonumber('0x1p4'), tonumber('  12  '), tonumber('1e2'), tonumber('z', 36), tonumber('8', 8)",
    "tonumber('nan'), tonumber(''), tonumber({}), tonumber('1 2'), tonumber('7', 37)",
    "tonumber()",
    "tostring(1), tostring(1.0), tostring(-0.0), tostring(1e100), tostring(2^53), tostring(nil)",
    "tostring(true), tostring('a\\0b')",
    "tostring(setmetatable({}, {__tostring = function() return 'mine' end}))",
    "tostring(setmetatable({}, {__tostring = function() return 1 end}))",
    "tostring(setmetatable({}, {__tostring = function() return {} end}))",
    "tostring(1/0), tostring(-1/0), tostring(math.mininteger)",
    "tostring()",
    "select('#'), select('#', nil, nil), select(2, 'a', 'b', 'c'), select(-1, 'a', 'b')",
    "select(0, 1)",
    "select(-5, 1)",
    "rawequal('a', 'a'), rawequal({}, {}), rawequal(1, 1.0)",
    "rawlen({1, 2}), rawlen('abc')",
    "rawlen(5)",
    "rawget(setmetatable({}, {__index = function() return 1 end}), 'x')",
    "rawset({}, 1, 2)[1]",
    "rawset(1, 2, 3)",
    "rawset({}, nil, 1)",
    "getmetatable({}), getmetatable(setmetatable({}, {__metatable = 'locked'}))",
    "setmetatable(setmetatable({}, {__metatable = 1}), {})",
    "setmetatable({}, 1)",
    "setmetatable(1, {})",
    "setmetatable({})",
    "setmetatable({}, nil) ~= nil",
    "ipairs({})({}, 0)",
    "ipairs({})({5}, 0)",
    "ipairs()",
    "#setmetatable({}, {__len = function() return 7 end})",
    "setmetatable({}, {__call = function(self, x) return x + 1 end})(2)",
    "setmetatable({}, {__index = {x = 3}}).x",
    "setmetatable({}, {__concat = function(a, b) return 'joined' end}) .. 1",
    "'10' + 1, '3' * '4', 10 .. 20, '0x10' + 0, -'2'",
    "'a' + 1",
    "{} + 1",
    "1 < 'x'",
    "{} < {}",
    "nil .. 'x'",
    "1 // 0",
    "1 % 0",
    "1 // 0.0, 1 % math.huge, -1 % math.huge, 5 // -2, -5 % 3, 5.5 // 2",
    "1 & 1.5",
    "2^53 | 0, 1 << 63, 1 << 64, -1 >> 1, ~0",
    "math.maxinteger + 1 == math.mininteger, math.maxinteger * 2.0",
    "0x7fffffffffffffff, 9223372036854775808, 1e308 * 10, 3 | 0",
    "(nil).y",
    "(1)()",
    "'\\0a' < '\\0b', 'a' < 'a\\0', 'Z' < 'a', '' < 'a', #'a\\0b'",
    "_VERSION",
    "_G._G == _G",
};

static const char *const mathematics[] = {
    "math.abs(-3), math.abs(-3.5), math.abs(math.mininteger)",
    "math.ceil(3.2), math.ceil(-3.7), math.ceil(5), math.ceil(1e300)",
    "math.floor(3.7), math.floor(-3.2), math.floor(5), math.floor(-1e300)",
    "math.sqrt(2), math.sqrt(-1) ~= math.sqrt(-1)",
    "math.fmod(7, 3), math.fmod(-7, 3), math.fmod(7, -3), math.fmod(5.5, 2), math.fmod(math.mininteger, -1)",
    "math.fmod(1, 0)",
    "math.fmod(1, 0.0) ~= math.fmod(1, 0.0)",
    "math.modf(3.7), math.modf(-3.7), math.modf(math.huge), math.modf(5)",
    "math.max(1, 2.5, -1), math.max(3), math.min(4, 2), math.min(-0.0, 0.0)",
    "math.max()",
    "math.max(1, 'x')",
    "math.pi, math.huge, math.maxinteger, math.mininteger",
    "math.tointeger(3.0), math.tointeger(3.5), math.tointeger('8'), math.tointeger({})",
    "math.type(1), math.type(1.0), math.type('1')",
    "math.type()",
    "math.ult(1, -1), math.ult(-1, 1)",
    "math.floor('x')",
    "math.floor({})",
};

static const char *const strings[] = {
    "('abc'):byte(), ('abc'):byte(-1), ('abc'):byte(1, -1), ('abc'):byte(10), ('abc'):byte(0), ('abc'):byte(-10)",
    "('abc'):byte(2, 1), ('abc'):byte(2, 100), ('abc'):byte(-2, -1), (''):byte(), ('a\\0b'):byte(2), ('\\255'):byte()",
    "('abc'):byte(math.mininteger, math.maxinteger), ('abc'):byte(math.maxinteger), ('abc'):byte(3, math.mininteger)",
    "('x'):byte('y')",
    "string.char(), string.char(72, 105), string.char(0, 255)",
    "string.char(256)",
    "string.char(-1)",
    "('abc'):len(), #'', ('a\\0b'):len()",
    "('aBc\\200'):lower(), ('aBc\\200'):upper(), ('abc'):reverse(), (''):reverse(), ('a\\0b'):upper()",
    "string.upper()",
    "string.lower({})",
    "('abc'):sub(2), ('abc'):sub(-2), ('abc'):sub(0), ('abc'):sub(2, 2), ('abc'):sub(3, 2), ('abc'):sub(-100, 100)",
    "('abc'):sub(math.mininteger, math.maxinteger), ('abc'):sub(math.maxinteger)",
    "('abc'):sub()",
    "('ab'):rep(3), ('ab'):rep(3, ','), ('ab'):rep(0), ('ab'):rep(-5), (''):rep(10), ('ab'):rep(1, ',')",
    "(''):rep(3, '-')",
    "('ab'):rep('x')",
    "('ab'):rep(1.5)",
    "string.rep()",
    "('%d %i %5d|%-5d|%05d|%+d'):format(1, 2, 3, 4, 5, 6)",
    "('%s %10s|%-10s|%.2s'):format('abc', 'abc', 'abc', 'abc')",
    "('%s %s %s %s'):format(nil, true, 1, 1.5)",
    "('%f %.3f %e %g %a %G'):format(1.5, 2.25, 3, 4, 5, 1e20)",
    "('%x %X %#x %o %c%c'):format(255, 255, 255, 8, 72, 0)",
    "('%q %q %q'):format('a\\n\"\\0\\r1', 10, 0.1)",
    "('%q'):format(1/0)",
    "('%q'):format({})",
    "('%%'):format(), ('100%%'):format()",
    "('%d'):format('10'), ('%d'):format(3.0), ('%s'):format(0/1)",
    "('%d'):format(3.5)",
    "('%d'):format('x')",
    "('%d'):format()",
    "('%s'):format()",
    "('%y'):format(1)",
    "('%'):format(1)",
    "('%10.123f'):format(1)",
    "('%100d'):format(1)",
    "('%.20s'):format('a\\0b')",
    "('%s'):format('a\\0b')",
    "('%5s'):format('a\\0b')",
    "('%0.3d'):format(7)",
    "('%-#5s'):format('x')",
    "('%s'):format(setmetatable({}, {__tostring = function() return 'mine' end}))",
    "('%s|%s'):format(setmetatable({}, {__tostring = function() return 'a' end}), 'b')",
    "('%s'):format(setmetatable({}, {__tostring = function() return nil end}))",
    "('%99.99f'):format(-1e308)",
    "string.find('abc')",
    "('hello'):find('l'), ('hello'):find('xyz'), ('hello'):find(''), ('hello'):find('', 10), ('hello'):find('l', -2)",
    "('a.b'):find('.', 1, true), ('a.b'):find('.', 2, true), ('a+b'):find('+', 1, true), ('aa'):find('a', 3, true)",
    "('key=val'):match('(%w+)=(%w+)')",
    "('abc'):gsub('', '-')",
    "('abc'):gsub('%w', '%0%0', 2)",
    "('abc'):gsub('%w', {a = 1, b = true})",
    "('abc'):gsub('%w', {a = 'x', b = false})",
    "('abc'):gsub('(b)()', function(a, b) return a .. b end)",
    "('abc'):gsub('b', function() return {} end)",
    "('abc'):gsub('b', function() error('inside') end)",
    "('abc'):gsub('b', true)",
    "('abc'):gsub('b')",
    "('abc'):gsub('b', 5)",
    "('abc'):gsub('b', setmetatable({}, {__index = function(_, k) return k .. '!' end}))",
    "('abc'):gmatch('.')()",
    "('abc'):gmatch('.', 3)()",
    "('abc'):gmatch('.', 5)()",
    "('abc'):gmatch()",
    "('abc'):gmatch('(')()",
    "('x'):find('(' , 1), 1",
};

static const char *const tables[] = {
    "table.concat({1, 2, 3}), table.concat({'a', 'b'}, ', '), table.concat({}), table.concat({1, 2, 3}, '-', 2)",
    "table.concat({1, 2, 3}, '-', 2, 3), table.concat({1, 2, 3}, '-', 3, 2), table.concat({1.5, 'x'}, '\\0')",
    "table.concat({[math.maxinteger] = 'z'}, ',', math.maxinteger, math.maxinteger)",
    "table.concat({1, {}, 3})",
    "table.concat({1, 2}, ',', 1, 3)",
    "table.concat({1, true})",
    "table.concat(1)",
    "table.concat({}, {})",
    "(function() local t = {1, 2} table.insert(t, 3) table.insert(t, 1, 0) table.insert(t, 5, 9) return "
    "table.unpack(t) end)()",
    "table.insert({1, 2}, 4, 1)",
    "table.insert({1, 2}, 0, 1)",
    "table.insert({1, 2})",
    "table.insert({1, 2}, 1, 2, 3)",
    "table.insert({1}, 'x', 2)",
    "table.insert(nil, 1)",
    "(function() local t = {1, 2, 3} return table.remove(t), table.remove(t, 1), #t, table.remove(t), table.remove(t), "
    "#t end)()",
    "table.remove({1, 2, 3}, 4), table.remove({}, 0), table.remove({}), table.remove({[0] = 5}, 0)",
    "table.unpack(table.move({1, 2, 3}, 1, 3, 2))",
    "table.unpack(table.move({1, 2, 3}, 2, 3, 1))",
    "table.unpack(table.move({1, 2, 3}, 1, 3, 3, {9, 9}))",
    "table.unpack(table.move({1, 2, 3}, 1, 0, 5))",
    "table.unpack(table.move({1, 2, 3, 4, 5}, 1, 3, 2, {}), 1, 5)",
    "table.move({}, 1, 2, math.maxinteger)",
    "table.move({}, math.mininteger, 0, 1)",
    "table.move({}, 1, 2)",
    "table.move({}, 1, 2, 3, 4)",
    "table.pack(1, nil, 3).n, table.pack().n, table.pack(1, nil, 3)[3]",
    "table.unpack({1, 2, 3}), table.unpack({1, 2, 3}, 2), table.unpack({1, 2, 3}, -1, 1), table.unpack({}, 1, 2)",
    "table.unpack({1, 2}, 3, 1), table.unpack({1, 2}, math.maxinteger, math.maxinteger)",
    "table.unpack({}, 1, 1e8)",
    "table.unpack({}, math.mininteger, math.maxinteger)",
    "table.unpack({}, 0, math.maxinteger)",
    "(function() local t = {3, 1, 2} table.sort(t) return table.unpack(t) end)()",
    "(function() local t = {3, 1.5, -2, 10, 0} table.sort(t, function(a, b) return a > b end) return table.unpack(t) "
    "end)()",
    "(function() local t = {'b', 'a', 'C', '', 'a\\0'} table.sort(t) return table.concat(t, ',') end)()",
    "(function() local t = {} for i = 1, 300 do t[i] = (i * 7919) % 307 end table.sort(t) return table.concat(t, ',') "
    "end)()",
    "(function() local t = {} table.sort(t) return #t end)()",
    "table.sort({1, 2}, 5)",
    "table.sort(5)",
    "table.sort({{}, {}}, function(a, b) return a.x < b.x end)",
};

static void check_all(const char *const *expressions, size_t count) {
  size_t differences = 0;
  for (size_t i = 0; i < count; i++) {
    char *const chunk = sj_format("emit(%s)", expressions[i]);
    differences += !check(chunk);
    free(chunk);
  }
  assert_int_equal(differences, 0);
}

static void test_basics(void **state) {
  (void)state;
  check_all(basics, sizeof basics / sizeof *basics);
}
static double number_of(const char *expression) {
  char *const chunk = sj_format("emit(%s)", expression);
  struct sj_text text = {0};
  run_ours(chunk, &text);
  free(chunk);
  if (!text.data || strncmp(text.data, "number ", 7) != 0) fail_msg("%s: %s", expression, text.data);
  const double value = strtod(text.data + 7, NULL);
  free(text.data);
  return value;
}

/* The functions that are not Lua's own, against the C library: at most one unit in the last place apart. */
static void check_elementary(const char *name, double (*function)(double)) {
  char expression[80];
  static const double special[] = {0.0, 1.0, 0.5, 2.0, 1e-300, 5e-324, 1e300, 700.0, -700.0, 1e22, 3.141592653589793,
                                   1e-9};
  for (int i = 0; i < 60; i++) {
    const double x = i < 48 ? (i - 20) * 0.37 + 1e-3 : special[i - 48];
    snprintf(expression, sizeof expression, "math.%s(%a)", name, x);
    const double ours = number_of(expression), theirs = function(x);
    if (isnan(theirs) ? !isnan(ours)
                      : ours != theirs && ours != nextafter(theirs, INFINITY) && ours != nextafter(theirs, -INFINITY))
      fail_msg("%s is %a, not %a", expression, ours, theirs);
  }
}

static void test_mathematics(void **state) {
  (void)state;
  check_all(mathematics, sizeof mathematics / sizeof *mathematics);
  check_elementary("exp", exp);
  check_elementary("log", log);
  check_elementary("sin", sin);
  check_elementary("cos", cos);
  check_elementary("tan", tan);
  /* Where there is one right answer. */
  assert_true(check("emit(math.log(8, 2), math.log(2^-1074, 2), math.log(1000, 10), math.log(1e22, 10), math.exp(0))"));
  assert_true(
      check("emit(math.log(0), math.log(math.huge), math.exp(math.huge), math.exp(-math.huge), math.exp(-1000))"));
  assert_true(check("emit(math.log(1), math.sin(0), math.cos(0), math.tan(0), math.log(0, 2), math.log(27, 3))"));
  assert_true(check("emit(math.exp('1') ~= nil, math.log('x'))"));
  assert_true(check("emit(math.sin())"));
  assert_true(isnan(number_of("math.log(-1)")) && isnan(number_of("math.sin(math.huge)")));
  assert_true(isnan(number_of("math.exp(0/0)")) && isnan(number_of("math.log(0/0)")) &&
              isnan(number_of("math.log(2, -1)")));
}
static void test_strings(void **state) {
  (void)state;
  check_all(strings, sizeof strings / sizeof *strings);
}
static void test_tables(void **state) {
  (void)state;
  check_all(tables, sizeof tables / sizeof *tables);
}

/* Statements and mistakes of syntax. */
static void test_statements(void **state) {
  (void)state;
  static const char *const chunks[] = {
      "local s = 0 for i = 1, 10 do if i % 2 == 0 then goto continue end s = s + i ::continue:: end emit(s)",
      "for i = 3, 1, -1 do emit(i) end for x = 0, 1, 0.25 do emit(x) end",
      "for i = 1, 2, 0 do end",
      "for i = 'a', 2 do end",
      "local t = {} for i, v in ipairs({5, 6, nil, 8}) do t[#t + 1] = v end emit(#t, t[1])",
      "local t = {10, 20, x = 1} for k, v in pairs({10, 20, 30}) do emit(k, v) end",
      ("local mt = {__pairs = function(t) return function(_, k) if not k then return 1, 'one' end end, t, nil end}\n"
       "for k, v in pairs(setmetatable({}, mt)) do emit(k, v) end"),
      "for k in pairs() do end",
      "emit(next({}), next({5}), next({x = 1}))",
      "next()",
      "local function f(...) return select('#', ...), ... end emit(f(1, nil, 3))",
      "local a <const> = 5 emit(a)",
      "local a <const> = 5 a = 6",
      "x = = 1",
      "x = 'unfinished",
      "x = [[unfinished",
      "for",
      "goto nowhere",
      "::a:: ::a::",
      "break",
      "return 1 emit(2)",
      "x = 0x",
      "x = '\\q'",
      "x = '\\u{110000000}'",
      "local t = {}\n\n\nt.x.y = 1",
      "local t = {}\nlocal function deep()\n  t.x.y = 1\nend\n\ndeep()",
      "emit(1)\nemit(2)\nerror('third')",
      "local a; a.b = 1",
  };
  size_t differences = 0;
  for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) differences += !check(chunks[i]);
  assert_int_equal(differences, 0);
}

/* Where ours say it better: 5.4.4 counts the argument wrongly, or does not name the function that was called. */
static void test_better_messages(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"emit(('x').y)", "error f:1: `string.y` is not defined"},
      {"emit(('x'):formt(1))", "error f:1: `string.formt` is not defined; did you mean `string.format`?"},
      {"emit(math.sqr(2))", "error f:1: `math.sqr` is not defined; did you mean `math.sqrt`?"},
      {"tabel.insert({}, 1)", "error f:1: `tabel` is not defined; did you mean `table`?"},
      {"emit(rawget(_G, 'nothing'), math[1], _G[1])", "nil;nil;nil;"},
      {"table.remove({1, 2, 3}, 5)", "error f:1: bad argument #2 to 'remove' (position out of bounds)"},
      {"table.remove({1, 2, 3}, 0)", "error f:1: bad argument #2 to 'remove' (position out of bounds)"},
      {"table.remove({1, 2, 3}, -1)", "error f:1: bad argument #2 to 'remove' (position out of bounds)"},
      {"table.unpack()", "error f:1: bad argument #1 to 'unpack' (table expected, got no value)"},
      {"for k in pairs(nil) do end", "error f:1: bad argument #1 to 'pairs' (table expected, got nil)"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sj_text text = {0};
    run_ours(cases[i][0], &text);
    assert_string_equal(text.data, cases[i][1]);
    free(text.data);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_basics),     cmocka_unit_test(test_mathematics),
                                     cmocka_unit_test(test_strings),    cmocka_unit_test(test_tables),
                                     cmocka_unit_test(test_statements), cmocka_unit_test(test_better_messages)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
