/* math: what is a function of its arguments alone. */
#include <lauxlib.h>
#include <lualib.h>

#include "model/lua/internal.h"

void sj_lua_open_mathematics(lua_State *L) {
  static const char *const kept[] = {"abs",        "ceil", "cos", "exp",       "floor", "fmod", "huge",
                                     "log",        "max",  "min", "modf",      "pi",    "sin",  "maxinteger",
                                     "mininteger", "sqrt", "tan", "tointeger", "type",  "ult"};
  lua_pushcfunction(L, luaopen_math);
  lua_call(L, 0, 1);
  lua_createtable(L, 0, (int)(sizeof kept / sizeof *kept));
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    lua_getfield(L, -2, kept[i]);
    lua_setfield(L, -2, kept[i]);
  }
  sj_lua_guard(L, "math.");
  lua_setglobal(L, "math");
  lua_pop(L, 1);
}
