/* table: on the tables' own fields, without metamethods, so that how long each takes follows from its arguments. */
#include <lauxlib.h>

#include "model/lua/internal.h"

enum {
  MOVE_STEPS = 3, /* each about the time of an instruction */
  COMPARISON_STEPS = 6,
  MOST_VALUES = 50000, /* that unpack puts on the stack */
  MOST_BYTES = 1 << 24 /* that concat makes */
};

/* How many integers first ... last are, of which the budget pays for each. */
static uint64_t charge_range(lua_State *L, lua_Integer first, lua_Integer last) {
  if (first > last) return 0;
  const uint64_t count = (uint64_t)last - (uint64_t)first;
  sj_lua_charge(L, count);
  return count + 1;
}

static int table_concat(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  size_t separator_length;
  const char *const separator = luaL_optlstring(L, 2, "", &separator_length);
  const lua_Integer first = luaL_optinteger(L, 3, 1);
  const lua_Integer last = luaL_opt(L, luaL_checkinteger, 4, (lua_Integer)lua_rawlen(L, 1));
  const uint64_t count = charge_range(L, first, last);
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  for (uint64_t i = 0; i < count; i++) {
    const lua_Integer place = first + (lua_Integer)i;
    if (i) luaL_addlstring(&buffer, separator, separator_length);
    lua_rawgeti(L, 1, place);
    if (!lua_isstring(L, -1))
      return luaL_error(L, "invalid value (%s) at index %I in table for 'concat'", luaL_typename(L, -1),
                        (LUAI_UACINT)place);
    luaL_addvalue(&buffer);
    if (luaL_bufflen(&buffer) > MOST_BYTES) return luaL_error(L, "table.concat makes strings of at most 16 MiB");
  }
  luaL_pushresult(&buffer);
  return 1;
}

static int table_insert(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  const lua_Integer end = (lua_Integer)lua_rawlen(L, 1) + 1;
  lua_Integer place = end;
  if (lua_gettop(L) == 3) {
    place = luaL_checkinteger(L, 2);
    luaL_argcheck(L, place >= 1 && place <= end, 2, "position out of bounds");
    sj_lua_charge(L, (uint64_t)(end - place) * MOVE_STEPS);
    for (lua_Integer i = end; i > place; i--) {
      lua_rawgeti(L, 1, i - 1);
      lua_rawseti(L, 1, i);
    }
  } else if (lua_gettop(L) != 2) {
    return luaL_error(L, "wrong number of arguments to 'insert'");
  }
  lua_rawseti(L, 1, place);
  return 0;
}

static int table_remove(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  const lua_Integer size = (lua_Integer)lua_rawlen(L, 1);
  lua_Integer place = luaL_optinteger(L, 2, size);
  /* One past the end is allowed, and so is 0 in an empty table. */
  if (lua_gettop(L) > 1)
    luaL_argcheck(L, (place >= 1 && place <= size + 1) || (size == 0 && place == 0), 2, "position out of bounds");
  lua_rawgeti(L, 1, place);
  if (place < size) sj_lua_charge(L, (uint64_t)(size - place) * MOVE_STEPS);
  for (; place < size; place++) {
    lua_rawgeti(L, 1, place + 1);
    lua_rawseti(L, 1, place);
  }
  lua_pushnil(L);
  lua_rawseti(L, 1, place);
  return 1;
}

static int table_move(lua_State *L) {
  const int target = lua_isnoneornil(L, 5) ? 1 : 5;
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, target, LUA_TTABLE);
  const lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3), to = luaL_checkinteger(L, 4);
  if (last >= first) {
    luaL_argcheck(L, first > 0 || last < LUA_MAXINTEGER + first, 3, "too many elements to move");
    luaL_argcheck(L, to <= LUA_MAXINTEGER - (last - first), 4, "destination wrap around");
    const lua_Integer count = (lua_Integer)charge_range(L, first, last);
    /* Backwards where the target overlaps the end of the source. */
    const bool backwards = to > first && to <= last && (target == 1 || lua_rawequal(L, 1, target));
    for (lua_Integer i = 0; i < count; i++) {
      const lua_Integer offset = backwards ? count - 1 - i : i;
      lua_rawgeti(L, 1, first + offset);
      lua_rawseti(L, target, to + offset);
    }
  }
  lua_pushvalue(L, target);
  return 1;
}

static int table_pack(lua_State *L) {
  const int count = lua_gettop(L);
  sj_lua_charge(L, (uint64_t)count);
  lua_createtable(L, count, 1);
  lua_insert(L, 1);
  for (int i = count; i >= 1; i--) lua_rawseti(L, 1, i);
  lua_pushinteger(L, count);
  lua_setfield(L, 1, "n");
  return 1;
}

static int table_unpack(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  const lua_Integer first = luaL_optinteger(L, 2, 1);
  const lua_Integer last = luaL_opt(L, luaL_checkinteger, 3, (lua_Integer)lua_rawlen(L, 1));
  if (first > last) return 0;
  if ((uint64_t)last - (uint64_t)first >= MOST_VALUES || !lua_checkstack(L, (int)(last - first + 1)))
    return luaL_error(L, "too many results to unpack");
  const int count = (int)charge_range(L, first, last);
  for (int i = 0; i < count; i++) lua_rawgeti(L, 1, first + i);
  return count;
}

/* ---- Sorting ---- */

/* Whether the value on top is less than the one below it. */
static bool top_is_less(lua_State *L) {
  sj_lua_charge(L, COMPARISON_STEPS * sj_lua_of(L)->cost);
  if (lua_isnil(L, 2)) return lua_compare(L, -1, -2, LUA_OPLT);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, -2);
  lua_pushvalue(L, -4);
  lua_call(L, 2, 1);
  const bool less = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return less;
}

/* Merges the sorted runs [low, middle) and [middle, high) of the table at `from` into that at `to`. */
static void merge(lua_State *L, int from, int to, lua_Integer low, lua_Integer middle, lua_Integer high) {
  lua_Integer left = low, right = middle;
  for (lua_Integer place = low; place < high; place++) {
    bool take_right = left >= middle;
    if (left < middle && right < high) {
      lua_rawgeti(L, from, left);
      lua_rawgeti(L, from, right);
      take_right = top_is_less(L);
      lua_pop(L, 2);
    }
    lua_rawgeti(L, from, take_right ? right++ : left++);
    lua_rawseti(L, to, place);
  }
}

static void copy_range(lua_State *L, int from, int to, lua_Integer count) {
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, from, i);
    lua_rawseti(L, to, i);
  }
}

/* A merge sort: unlike the stock quicksort it is stable, needs n log n comparisons whatever the comparison says, and
 * draws no pivot from the clock. It works on copies, so that a comparison that changes the table does no harm. */
static int table_sort(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  const lua_Integer count = (lua_Integer)lua_rawlen(L, 1);
  luaL_argcheck(L, count < INT32_MAX, 1, "array too big");
  if (count < 2) return 0;
  sj_lua_charge(L, (uint64_t)count * 2);
  lua_createtable(L, (int)count, 0);
  lua_createtable(L, (int)count, 0);
  int from = 3, to = 4;
  copy_range(L, 1, from, count);
  for (lua_Integer width = 1; width < count; width *= 2) {
    sj_lua_charge(L, (uint64_t)count);
    for (lua_Integer low = 1; low <= count; low += 2 * width) {
      const lua_Integer middle = low + width < count + 1 ? low + width : count + 1;
      const lua_Integer high = low + 2 * width < count + 1 ? low + 2 * width : count + 1;
      merge(L, from, to, low, middle, high);
    }
    const int spare = from;
    from = to;
    to = spare;
  }
  copy_range(L, from, 1, count);
  return 0;
}

void sj_lua_open_tables(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"concat", table_concat}, {"insert", table_insert}, {"move", table_move},     {"pack", table_pack},
      {"remove", table_remove}, {"sort", table_sort},     {"unpack", table_unpack}, {NULL, NULL}};
  luaL_newlib(L, functions);
  sj_lua_guard(L, "table.");
  lua_setglobal(L, "table");
}
