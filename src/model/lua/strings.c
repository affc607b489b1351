/* string. */
#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

#include "model/lua/internal.h"

static int string_rep(lua_State *L) {
  size_t length, separator_length;
  const char *const s = luaL_checklstring(L, 1, &length);
  const lua_Integer n = luaL_checkinteger(L, 2);
  const char *const separator = luaL_optlstring(L, 3, "", &separator_length);
  if (n <= 0 || length + separator_length == 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  const size_t limit = (size_t)1 << 24;
  if (length + separator_length > limit || (size_t)n > limit / (length + separator_length))
    return luaL_error(L, "string.rep makes strings of at most 16 MiB");
  sj_lua_charge(L, (uint64_t)n);
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  for (lua_Integer i = 0; i < n; i++) {
    luaL_addlstring(&buffer, s, length);
    if (i + 1 < n) luaL_addlstring(&buffer, separator, separator_length);
  }
  luaL_pushresult(&buffer);
  return 1;
}

void sj_lua_open_strings(lua_State *L) {
  static const char *const kept[] = {"len",  "lower",  "reverse", "sub",   "upper",  "byte",
                                     "char", "format", "find",    "match", "gmatch", "gsub"};
  lua_pushcfunction(L, luaopen_string);
  lua_call(L, 0, 1);
  lua_createtable(L, 0, 16);
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    lua_getfield(L, -2, kept[i]);
    lua_setfield(L, -2, kept[i]);
  }
  lua_pushcfunction(L, string_rep);
  lua_setfield(L, -2, "rep");
  /* ("x"):rep must not reach the stock library. */
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, false);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 2);
  lua_setglobal(L, "string");
  lua_pop(L, 1);
}
