/* math: what is a function of its arguments alone, and gives the same bits on every processor.
 *
 * The C library's exp, log, sin, cos and tan choose another code path where the processor has fused multiplications,
 * and differ in the last bit then (sin for 7 arguments of 10,000). So exp and log are those of the samplers, and the
 * others are computed with long double, which has one code path, and rounded once. The operator ^ calls the C library's
 * pow from inside Lua: it stays as it is. */
#include <lauxlib.h>
#include <lualib.h>
#include <math.h>

#include "model/lua/internal.h"
#include "random/elementary.h"

static double natural_logarithm(double x) {
  if (isnormal(x) && x > 0) return sj_log(x);
  return x > 0 && isfinite(x) ? (double)logl(x) : log(x);
}

static int math_log(lua_State *L) {
  const double x = luaL_checknumber(L, 1);
  if (lua_isnoneornil(L, 2)) {
    lua_pushnumber(L, natural_logarithm(x));
    return 1;
  }
  /* The bases in which whole results are expected. */
  const double base = luaL_checknumber(L, 2);
  if (base == 2)
    lua_pushnumber(L, (double)log2l(x));
  else if (base == 10)
    lua_pushnumber(L, (double)log10l(x));
  else
    lua_pushnumber(L, (double)(logl(x) / logl(base)));
  return 1;
}

static int math_exp(lua_State *L) {
  const double x = luaL_checknumber(L, 1);
  lua_pushnumber(L, isnan(x) ? x : sj_exp(x));
  return 1;
}

static int math_sin(lua_State *L) {
  lua_pushnumber(L, (double)sinl(luaL_checknumber(L, 1)));
  return 1;
}

static int math_cos(lua_State *L) {
  lua_pushnumber(L, (double)cosl(luaL_checknumber(L, 1)));
  return 1;
}

static int math_tan(lua_State *L) {
  lua_pushnumber(L, (double)tanl(luaL_checknumber(L, 1)));
  return 1;
}

void sj_lua_open_mathematics(lua_State *L) {
  static const char *const kept[] = {"abs", "ceil", "floor", "fmod",       "huge",       "max", "min",      "modf",
                                     "pi",  "sqrt", "type",  "maxinteger", "mininteger", "ult", "tointeger"};
  static const luaL_Reg ours[] = {{"cos", math_cos}, {"exp", math_exp}, {"log", math_log},
                                  {"sin", math_sin}, {"tan", math_tan}, {NULL, NULL}};
  lua_pushcfunction(L, luaopen_math);
  lua_call(L, 0, 1);
  lua_createtable(L, 0, (int)(sizeof kept / sizeof *kept));
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    lua_getfield(L, -2, kept[i]);
    lua_setfield(L, -2, kept[i]);
  }
  luaL_setfuncs(L, ours, 0);
  sj_lua_guard(L, "math.");
  lua_setglobal(L, "math");
  lua_pop(L, 1);
}
