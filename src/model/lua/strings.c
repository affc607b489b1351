/* string: Lua's own functions where the work is short, ours elsewhere. */
#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

#include "model/lua/internal.h"

enum {
  MOST_BYTES = 1 << 24, /* that rep makes */
  MOST_VALUES = 50000   /* that byte puts on the stack */
};

/* A stock function, the upvalue, whose time is in its first argument's length. */
static int by_length(lua_State *L) {
  size_t length;
  luaL_checklstring(L, 1, &length);
  sj_lua_charge(L, 1 + length / 4);
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

static int string_char(lua_State *L) {
  sj_lua_charge(L, (uint64_t)lua_gettop(L) + 1);
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

static int string_rep(lua_State *L) {
  size_t length, separator_length;
  const char *const s = luaL_checklstring(L, 1, &length);
  const lua_Integer count = luaL_checkinteger(L, 2);
  const char *const separator = luaL_optlstring(L, 3, "", &separator_length);
  if (count <= 0 || length + separator_length == 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  if (length + separator_length > MOST_BYTES || (size_t)count > MOST_BYTES / (length + separator_length))
    return luaL_error(L, "string.rep makes strings of at most 16 MiB");
  sj_lua_charge(L, (uint64_t)count);
  luaL_Buffer buffer;
  luaL_buffinitsize(L, &buffer, (size_t)count * (length + separator_length));
  for (lua_Integer i = 0; i < count; i++) {
    if (i) luaL_addlstring(&buffer, separator, separator_length);
    luaL_addlstring(&buffer, s, length);
  }
  luaL_pushresult(&buffer);
  return 1;
}

/* A place in a string of `length` bytes counted from its start: a negative one counts from the end; 0 is before it. */
static lua_Integer from_start(lua_Integer place, size_t length) {
  if (place >= 0) return place;
  return place < -(lua_Integer)length ? 0 : (lua_Integer)length + place + 1;
}

static int string_byte(lua_State *L) {
  size_t length;
  const char *const s = luaL_checklstring(L, 1, &length);
  const lua_Integer given = luaL_optinteger(L, 2, 1);
  lua_Integer first = from_start(given, length);
  if (first < 1) first = 1;
  lua_Integer last = from_start(luaL_optinteger(L, 3, given), length);
  if (last > (lua_Integer)length) last = (lua_Integer)length;
  if (first > last) return 0;
  if (last - first >= MOST_VALUES) return luaL_error(L, "string slice too long");
  const int count = (int)(last - first) + 1;
  luaL_checkstack(L, count, "string slice too long");
  sj_lua_charge(L, (uint64_t)count);
  for (int i = 0; i < count; i++) lua_pushinteger(L, (unsigned char)s[first - 1 + i]);
  return count;
}

/* The stock function writes addresses for %p, and for %s of what has no text of its own. */
static int string_format(lua_State *L) {
  size_t length;
  const char *const format = luaL_checklstring(L, 1, &length);
  const int given = lua_gettop(L);
  uint64_t steps = 1 + length;
  int argument = 1;
  for (const char *p = format; p < format + length; p++) {
    if (*p != '%') continue;
    p++;
    if (*p == '%') continue;
    p += strspn(p, "-+ #0123456789.");
    if (*p == 'p') return luaL_error(L, "string.format has no '%%p' here: addresses differ from run to run");
    if (++argument > given) break;
    if (*p == 's' && lua_type(L, argument) != LUA_TSTRING) {
      sj_lua_text(L, argument, NULL);
      lua_replace(L, argument);
      lua_settop(L, given);
    }
    if (lua_type(L, argument) == LUA_TSTRING) steps += lua_rawlen(L, argument) * (*p == 'q' ? 4 : 1);
  }
  sj_lua_charge(L, steps);
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* Puts the stock function `name`, wrapped, into the table on top; the stock library is below it. */
static void wrap(lua_State *L, const char *name, lua_CFunction wrapper) {
  lua_getfield(L, -2, name);
  lua_pushcclosure(L, wrapper, 1);
  lua_setfield(L, -2, name);
}

void sj_lua_open_strings(lua_State *L) {
  static const luaL_Reg functions[] = {{"byte", string_byte}, {"rep", string_rep}, {NULL, NULL}};
  lua_pushcfunction(L, luaopen_string);
  lua_call(L, 0, 1);
  lua_createtable(L, 0, 16);
  luaL_setfuncs(L, functions, 0);
  sj_lua_add_patterns(L);
  wrap(L, "char", string_char);
  wrap(L, "format", string_format);
  wrap(L, "lower", by_length);
  wrap(L, "reverse", by_length);
  wrap(L, "upper", by_length);
  lua_getfield(L, -2, "len");
  lua_setfield(L, -2, "len");
  lua_getfield(L, -2, "sub");
  lua_setfield(L, -2, "sub");
  /* ("x"):rep must not reach the stock library. */
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, false);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 2);
  sj_lua_guard(L, "string.");
  lua_setglobal(L, "string");
  lua_pop(L, 1);
}
