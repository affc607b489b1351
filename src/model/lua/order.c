/* pairs and next in an order that does not depend on hashes. */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "model/lua/internal.h"

/* A key: numbers come first, by value, then strings by their bytes, then false, true. The string is the table's. */
struct key {
  enum { NUMBER, STRING, BOOLEAN } kind;
  bool integer;
  long double number;
  const char *bytes;
  size_t length;
};

/* long double holds every lua_Integer and every lua_Number exactly. */
_Static_assert(sizeof(long double) > sizeof(double), "integers and floats are compared as long double");

static int compare(const void *left, const void *right) {
  const struct key *const a = left, *const b = right;
  if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
  if (a->kind != STRING) return (a->number > b->number) - (a->number < b->number);
  const int order = memcmp(a->bytes, b->bytes, a->length < b->length ? a->length : b->length);
  return order ? order : (a->length > b->length) - (a->length < b->length);
}

/* Reads the value at `index`, which must stay alive as long as the key. */
static void read_key(lua_State *L, int index, struct key *key) {
  *key = (struct key){0};
  switch (lua_type(L, index)) {
    case LUA_TNUMBER:
      key->kind = NUMBER;
      key->integer = lua_isinteger(L, index);
      key->number = key->integer ? (long double)lua_tointeger(L, index) : (long double)lua_tonumber(L, index);
      break;
    case LUA_TSTRING:
      key->kind = STRING;
      key->bytes = lua_tolstring(L, index, &key->length);
      break;
    case LUA_TBOOLEAN:
      key->kind = BOOLEAN;
      key->number = lua_toboolean(L, index);
      break;
    default:
      luaL_error(L, "only a table whose keys are numbers, strings and booleans can be gone through in order");
  }
}

lua_Integer sj_lua_push_keys(lua_State *L, int index, bool charge) {
  index = lua_absindex(L, index);
  luaL_checkstack(L, 8, NULL);
  lua_Integer count = 0;
  lua_pushnil(L);
  while (lua_next(L, index)) {
    lua_pop(L, 1);
    count++;
  }
  uint64_t steps = 8;
  for (lua_Integer n = count; n; n /= 2) steps += 8;
  if (charge) sj_lua_charge(L, (uint64_t)count * steps);
  lua_createtable(L, count > INT32_MAX ? INT32_MAX : (int)count, 0);
  struct key *const keys = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *keys, 0);
  const int sorted = lua_gettop(L) - 1;
  lua_Integer place = 0;
  lua_pushnil(L);
  while (lua_next(L, index)) {
    lua_pop(L, 1);
    read_key(L, -1, &keys[place++]);
  }
  qsort(keys, (size_t)count, sizeof *keys, compare);
  for (lua_Integer i = 0; i < count; i++) {
    const struct key *const key = &keys[i];
    if (key->kind == STRING)
      lua_pushlstring(L, key->bytes, key->length);
    else if (key->kind == BOOLEAN)
      lua_pushboolean(L, key->number > 0);
    else if (key->integer)
      lua_pushinteger(L, (lua_Integer)key->number);
    else
      lua_pushnumber(L, (lua_Number)key->number);
    lua_rawseti(L, sorted, i + 1);
  }
  lua_settop(L, sorted);
  return count;
}

lua_Integer sj_lua_push_sorted_keys(lua_State *L, int index) { return sj_lua_push_keys(L, index, true); }

/* Upvalues: the sorted keys, and how far it is. Keys that were removed since are left out. */
static int next_sorted(lua_State *L) {
  lua_Integer place = lua_tointeger(L, lua_upvalueindex(2));
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  for (;;) {
    place++;
    const int type = lua_rawgeti(L, lua_upvalueindex(1), place);
    if (type == LUA_TNIL) return 1;
    lua_pushvalue(L, -1);
    if (lua_rawget(L, 1) != LUA_TNIL) break;
    lua_settop(L, 1);
    sj_lua_charge(L, 1);
  }
  lua_pushinteger(L, place);
  lua_replace(L, lua_upvalueindex(2));
  return 2;
}

static int basic_pairs(lua_State *L) {
  luaL_checkany(L, 1);
  if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
    lua_pushvalue(L, 1);
    lua_call(L, 1, 3);
    return 3;
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  sj_lua_push_sorted_keys(L, 1);
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, next_sorted, 2);
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}

/* The smallest key above the given one: no state, so each step looks at the whole table. */
static int basic_next(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  struct key given = {0}, best = {0}, key;
  const bool first = lua_isnil(L, 2);
  if (!first) read_key(L, 2, &given);
  bool found = false;
  uint64_t steps = 0;
  lua_pushnil(L); /* 3: the best key */
  lua_pushnil(L);
  while (lua_next(L, 1)) {
    lua_pop(L, 1);
    steps++;
    read_key(L, -1, &key);
    if ((!first && compare(&key, &given) <= 0) || (found && compare(&key, &best) >= 0)) continue;
    best = key;
    found = true;
    lua_pushvalue(L, -1);
    lua_replace(L, 3);
  }
  sj_lua_charge(L, steps * 16);
  lua_settop(L, 3);
  if (!found) return 1;
  lua_pushvalue(L, 3);
  lua_rawget(L, 1);
  return 2;
}

void sj_lua_open_order(lua_State *L) {
  lua_pushcfunction(L, basic_pairs);
  lua_setglobal(L, "pairs");
  lua_pushcfunction(L, basic_next);
  lua_setglobal(L, "next");
}
