/* The basic functions: Lua's own where they can neither hang nor show an address, ours elsewhere. */
#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

#include "base/base.h"
#include "model/lua/internal.h"

const char *sj_lua_text(lua_State *L, int index, size_t *length) {
  index = lua_absindex(L, index);
  if (luaL_callmeta(L, index, "__tostring")) {
    if (!lua_isstring(L, -1)) luaL_error(L, "'__tostring' must return a string");
    return lua_tolstring(L, -1, length);
  }
  switch (lua_type(L, index)) {
    case LUA_TNUMBER:
    case LUA_TSTRING:
    case LUA_TNIL:
    case LUA_TBOOLEAN:
      return luaL_tolstring(L, index, length);
    default:
      if (luaL_getmetafield(L, index, "__name") == LUA_TSTRING) return lua_tolstring(L, -1, length);
      lua_pushstring(L, luaL_typename(L, index));
      return lua_tolstring(L, -1, length);
  }
}

static int basic_tostring(lua_State *L) {
  luaL_checkany(L, 1);
  sj_lua_text(L, 1, NULL);
  return 1;
}

/* The upvalue is the stock function, which reads a string to its end. */
static int basic_tonumber(lua_State *L) {
  if (lua_type(L, 1) == LUA_TSTRING) sj_lua_charge(L, 1 + lua_rawlen(L, 1) / 2);
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* Refuses what the collector would run or look at by itself: a finalizer meets no budget, and a weak table shows when
 * garbage was collected. */
static int basic_setmetatable(lua_State *L) {
  const int type = lua_type(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "cannot change a protected metatable");
  static const char *const refused[] = {"__gc", "__close", "__mode"};
  for (size_t i = 0; type == LUA_TTABLE && i < sizeof refused / sizeof *refused; i++) {
    lua_pushstring(L, refused[i]);
    if (lua_rawget(L, 2) != LUA_TNIL) return luaL_error(L, "a model's metatable has no %s", refused[i]);
    lua_pop(L, 1);
  }
  lua_settop(L, 2);
  lua_setmetatable(L, 1);
  return 1;
}

void sj_lua_push_metatable(lua_State *L, const char *name) {
  if (!luaL_newmetatable(L, name)) return;
  lua_pushboolean(L, false);
  lua_setfield(L, -2, "__metatable");
}

/* What a plain Lua has and a model does not. */
static const char *const absent[][2] = {
    {"print", "a model does not print; what it declares is shown by `sojourn show`"},
    {"pcall", "errors end the model"},
    {"xpcall", "errors end the model"},
    {"load", "a model is one file"},
    {"loadstring", "a model is one file"},
    {"loadfile", "a model is one file"},
    {"dofile", "a model is one file"},
    {"require", "a model is one file"},
    {"package", "a model is one file"},
    {"coroutine", "a model has no coroutines"},
    {"debug", "a model is closed"},
    {"io", "a model is closed; data files are named where data are wanted"},
    {"os", "a model is closed"},
    {"utf8", "a model has no utf8 functions"},
    {"collectgarbage", "a model cannot see its memory"},
    {"warn", "a model does not print"},
    {"math.random", "a model is the same in every run; what is drawn is declared as a distribution"},
    {"math.randomseed", "a model is the same in every run; the seed is given with --seed or run { seed = ... }"},
    {"string.dump", "a model is text"},
    {"string.pack", "a model has no binary data"},
    {"string.packsize", "a model has no binary data"},
    {"string.unpack", "a model has no binary data"},
};

const char *sj_lua_why_absent(const char *name) {
  for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
    if (strcmp(name, absent[i][0]) == 0) return absent[i][1];
  return NULL;
}

/* The upvalue is what stands before the names of this table: "", "math.". */
static int unknown_name(lua_State *L) {
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  const char *const prefix = lua_tostring(L, lua_upvalueindex(1));
  const char *const name = lua_tostring(L, 2);
  const char *const full = lua_pushfstring(L, "%s%s", prefix, name);
  const char *const why = sj_lua_why_absent(full);
  if (why) return luaL_error(L, "there is no `%s` here: %s", full, why);
  const lua_Integer count = sj_lua_push_sorted_keys(L, 1);
  const char **const candidates = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *candidates, 0);
  size_t used = 0;
  for (lua_Integer i = 1; i <= count; i++) {
    if (lua_rawgeti(L, -2, i) == LUA_TSTRING) candidates[used++] = lua_tostring(L, -1);
    lua_pop(L, 1);
  }
  candidates[used] = NULL;
  sj_lua_charge(L, (uint64_t)used * 64);
  const char *const nearest = sj_nearest(name, candidates);
  if (nearest) return luaL_error(L, "`%s` is not defined; did you mean `%s%s`?", full, prefix, nearest);
  return luaL_error(L, "`%s` is not defined", full);
}

void sj_lua_guard(lua_State *L, const char *prefix) {
  lua_createtable(L, 0, 2);
  lua_pushstring(L, prefix);
  lua_pushcclosure(L, unknown_name, 1);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, false);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
}

/* The iterator is an upvalue: one object, as all functions are (see sj_lua_settle_functions). */
static int next_index(lua_State *L) {
  const lua_Integer place = (lua_Integer)((lua_Unsigned)luaL_checkinteger(L, 2) + 1);
  lua_pushinteger(L, place);
  return lua_geti(L, 1, place) == LUA_TNIL ? 1 : 2;
}

static int basic_ipairs(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}

static void settle_functions_of(lua_State *L, int table, bool nested) {
  const lua_Integer count = sj_lua_push_keys(L, table, false);
  const int keys = lua_gettop(L);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, keys, i);
    lua_pushvalue(L, -1);
    lua_rawget(L, table);
    if (nested && lua_istable(L, -1) && !lua_rawequal(L, -1, table)) {
      settle_functions_of(L, lua_gettop(L), false);
    } else if (lua_iscfunction(L, -1) && !lua_getupvalue(L, -1, 1)) {
      lua_pushnil(L);
      lua_pushcclosure(L, lua_tocfunction(L, -2), 1);
      lua_replace(L, -2);
      lua_rawset(L, table);
    }
    lua_settop(L, keys);
  }
  lua_settop(L, keys - 1);
}

void sj_lua_settle_functions(lua_State *L) {
  lua_pushglobaltable(L);
  settle_functions_of(L, lua_gettop(L), true);
  lua_pop(L, 1);
}

void sj_lua_open_basics(lua_State *L) {
  static const char *const kept[] = {"assert", "error",  "getmetatable", "rawequal", "rawget",
                                     "rawlen", "rawset", "select",       "type"};
  /* The stock library fills a table that only we see. */
  lua_pushglobaltable(L);
  lua_newtable(L);
  lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  lua_pushcfunction(L, luaopen_base);
  lua_call(L, 0, 0);
  lua_pushglobaltable(L);
  lua_pushvalue(L, -2);
  lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    lua_getfield(L, -1, kept[i]);
    lua_setfield(L, -3, kept[i]);
  }
  lua_getfield(L, -1, "tonumber");
  lua_pushcclosure(L, basic_tonumber, 1);
  lua_setfield(L, -3, "tonumber");
  lua_pop(L, 1);
  static const luaL_Reg ours[] = {{"tostring", basic_tostring}, {"setmetatable", basic_setmetatable}, {NULL, NULL}};
  luaL_setfuncs(L, ours, 0);
  lua_pushnil(L);
  lua_pushcclosure(L, next_index, 1);
  lua_pushcclosure(L, basic_ipairs, 1);
  lua_setfield(L, -2, "ipairs");
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "_G");
  lua_pushliteral(L, LUA_VERSION);
  lua_setfield(L, -2, "_VERSION");
  sj_lua_guard(L, "");
  lua_pop(L, 1);
  sj_lua_open_order(L);
}
