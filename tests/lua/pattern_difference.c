#include "pattern_difference.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum use { FIND, FIND_PLAIN, MATCH, GMATCH, GSUB_TEXT, GSUB_TABLE, GSUB_FUNCTION, USES };
static const char *const use_names[] = {"find",      "find plain", "match",        "gmatch",
                                        "gsub text", "gsub table", "gsub function"};

struct use_of_case {
  const struct pattern_case *c;
  enum use use;
  struct sj_text results;
};

lua_State *stock_create(void) {
  lua_State *const L = luaL_newstate();
  if (L) luaL_requiref(L, "string", luaopen_string, 1);
  if (L) lua_pop(L, 1);
  return L;
}

static void add_results(lua_State *L, struct sj_text *results, int first) {
  for (int i = first; i <= lua_gettop(L); i++) {
    size_t length = 0;
    sj_text_add(results, "%s ", luaL_typename(L, i));
    if (lua_isinteger(L, i))
      sj_text_add(results, "%lld", (long long)lua_tointeger(L, i));
    else if (lua_type(L, i) == LUA_TSTRING) {
      const char *const s = lua_tolstring(L, i, &length);
      sj_text_add(results, "%zu:", length);
      sj_text_add_bytes(results, s, length);
    }
    sj_text_add(results, ";");
  }
}

/* Gives back the first capture twice for the first match, then in turn nothing, false, a number. */
static int replace(lua_State *L) {
  const lua_Integer call = lua_tointeger(L, lua_upvalueindex(1));
  lua_pushinteger(L, call + 1);
  lua_replace(L, lua_upvalueindex(1));
  switch (call % 4) {
    case 0:
      lua_pushvalue(L, 1);
      lua_pushvalue(L, 1);
      lua_concat(L, 2);
      return 1;
    case 1:
      return 0;
    case 2:
      lua_pushboolean(L, false);
      return 1;
    default:
      lua_pushinteger(L, lua_gettop(L));
      return 1;
  }
}

static void push_replacement(lua_State *L, const struct use_of_case *u) {
  if (u->use == GSUB_TEXT) {
    lua_pushlstring(L, u->c->replacement, u->c->replacement_length);
  } else if (u->use == GSUB_TABLE) {
    lua_newtable(L);
    lua_pushliteral(L, "<A>");
    lua_setfield(L, -2, "a");
    lua_pushinteger(L, 7);
    lua_rawseti(L, -2, 1);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "b");
  } else {
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, replace, 1);
  }
}

static int use(lua_State *L) {
  struct use_of_case *const u = lua_touserdata(L, 1);
  static const char *const functions[] = {"find", "find", "match", "gmatch", "gsub", "gsub", "gsub"};
  lua_getglobal(L, "string");
  lua_getfield(L, -1, functions[u->use]);
  const int base = lua_gettop(L);
  lua_pushlstring(L, u->c->subject, u->c->subject_length);
  lua_pushlstring(L, u->c->pattern, u->c->pattern_length);
  if (u->use >= GSUB_TEXT) {
    push_replacement(L, u);
    if (u->c->most >= 0) lua_pushinteger(L, u->c->most);
  } else {
    lua_pushinteger(L, u->c->start);
    if (u->use == FIND_PLAIN) lua_pushboolean(L, true);
  }
  lua_call(L, lua_gettop(L) - base, LUA_MULTRET);
  if (u->use != GMATCH) {
    add_results(L, &u->results, base);
    return 0;
  }
  for (int i = 0; i < 40; i++) {
    lua_settop(L, base);
    lua_pushvalue(L, base);
    lua_call(L, 0, LUA_MULTRET);
    add_results(L, &u->results, base + 1);
    if (lua_gettop(L) == base) break;
  }
  return 0;
}

static char *difference(const struct use_of_case *u, const char *ours, const char *stocks) {
  struct sj_text text = {0};
  sj_text_add(&text, "%s: subject \"", use_names[u->use]);
  sj_text_add_bytes(&text, u->c->subject, u->c->subject_length);
  sj_text_add(&text, "\" pattern \"");
  sj_text_add_bytes(&text, u->c->pattern, u->c->pattern_length);
  sj_text_add(&text, "\" replacement \"");
  sj_text_add_bytes(&text, u->c->replacement, u->c->replacement_length);
  sj_text_add(&text, "\" start %lld most %lld\n  ours:  %s\n  stock: %s", (long long)u->c->start, (long long)u->c->most,
              ours, stocks);
  return text.data;
}

static bool same(const struct sj_text *a, const struct sj_text *b) {
  return a->length == b->length && (a->length == 0 || memcmp(a->data, b->data, a->length) == 0);
}

char *pattern_difference(struct sj_lua *environment, lua_State *stock, const struct pattern_case *c, uint64_t budget,
                         size_t *left_out) {
  char *result = NULL;
  for (int i = 0; i < USES && !result; i++) {
    struct use_of_case ours = {.c = c, .use = (enum use)i}, stocks = ours;
    struct sj_error error = {{0}};
    const enum sj_status status = sj_lua_protect(environment, use, &ours, budget, &error);
    if (status && strstr(error.message, "instructions is used up")) {
      ++*left_out;
      free(ours.results.data);
      continue;
    }
    if (status) sj_text_add(&ours.results, "error %s", error.message);
    lua_pushcfunction(stock, use);
    lua_pushlightuserdata(stock, &stocks);
    if (lua_pcall(stock, 1, 0, 0)) sj_text_add(&stocks.results, "error %s", lua_tostring(stock, -1));
    lua_settop(stock, 0);
    if (!same(&ours.results, &stocks.results))
      result =
          difference(&ours, ours.results.data ? ours.results.data : "", stocks.results.data ? stocks.results.data : "");
    free(ours.results.data);
    free(stocks.results.data);
  }
  return result;
}
