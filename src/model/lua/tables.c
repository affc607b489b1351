/* table. */
#include <lauxlib.h>
#include <lualib.h>

#include "model/lua/internal.h"

void sj_lua_open_tables(lua_State *L) {
  static const char *const kept[] = {"concat", "insert", "pack", "remove", "unpack", "sort"};
  lua_pushcfunction(L, luaopen_table);
  lua_call(L, 0, 1);
  lua_createtable(L, 0, 16);
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    lua_getfield(L, -2, kept[i]);
    lua_setfield(L, -2, kept[i]);
  }
  lua_setglobal(L, "table");
  lua_pop(L, 1);
}
