/* The constructors of distributions, arrivals and parts; units; what happens with names that do not exist. */
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "model/lua/reader.h"

/* ---- constructors made from the tables ---- */

static const struct sj_schema *schema_of(lua_State *L) { return lua_touserdata(L, lua_upvalueindex(2)); }

static bool is_plain_table(lua_State *L, int index) { return lua_istable(L, index); }

/* Plain arguments, as many as the schema has positions for; a table of other fields may follow. */
static bool fits_positions(lua_State *L, const struct sj_schema *schema, int count, int *plain) {
  *plain = count;
  if (!schema->positional || !count) return false;
  const int most = schema->also_positional ? 2 : 1;
  if (count > 1 && is_plain_table(L, count)) *plain = count - 1;
  for (int i = 1; i <= *plain; i++)
    if (lua_isnil(L, i) || (i > 1 && is_plain_table(L, i))) return false;
  return *plain <= most && (*plain == count || schema->field_count > (size_t)most);
}

static struct sj_node *positional_node(lua_State *L, const struct sj_schema *schema, int count, int plain) {
  struct sj_arena *const arena = &sj_reader_of(L)->document->arena;
  struct sj_node *node = count > plain ? sj_reader_node(L, count, schema) : sj_reader_new_node(L, schema);
  for (int i = 1; i <= plain; i++) {
    const char *const name = i == 1 ? schema->positional : schema->also_positional;
    const struct sj_value value = sj_reader_value(L, i);
    if (sj_node_field(node, name)) sj_reader_mistake(L, "`%s` has `%s` twice", schema->name, name);
    node = sj_node_with_field(arena, node, name, value);
    sj_reader_count(L, node, &value);
  }
  return node;
}

int sj_reader_construct(lua_State *L, const struct sj_schema *schema) {
  const int count = lua_gettop(L);
  const bool empty = !schema->field_count && !schema->items;
  int plain;
  if (empty && !count) {
    sj_reader_push(L, sj_reader_new_node(L, schema));
    return 1;
  }
  if (count == 1 && !empty && is_plain_table(L, 1)) {
    sj_reader_push(L, sj_reader_node(L, 1, schema));
    return 1;
  }
  if (fits_positions(L, schema, count, &plain)) {
    sj_reader_push(L, positional_node(L, schema, count, plain));
    return 1;
  }
  const struct sj_node *const given = sj_reader_check(L, 1);
  if (!given || given->schema != &sj_schema_unknown) {
    const char *const what = count > 1 ? "more than one argument" : sj_reader_describe(L, 1);
    sj_reader_mistake(L, "`%s` is written %s, got %s", schema->name, schema->example, what);
  }
  return sj_reader_push_unknown(L);
}

static int construct(lua_State *L) { return sj_reader_construct(L, schema_of(L)); }

static int per_member(lua_State *L) {
  struct sj_reader *const reader = sj_reader_of(L);
  if (reader->in_per_member) {
    sj_reader_mistake(L, "`per_member` cannot stand inside the function of another");
    return sj_reader_push_unknown(L);
  }
  lua_settop(L, 2);
  const struct sj_value law = sj_reader_value(L, 1);
  const struct sj_node *const drawn = sj_reader_check(L, 1);
  if (drawn && drawn->schema == &sj_schema_unknown) return sj_reader_push_unknown(L);
  const bool fits = law.kind == SJ_VALUE_NUMBER || (drawn && sj_node_family(drawn) == SJ_FAMILY_DISTRIBUTION &&
                                                    drawn->schema != &sj_schema_per_member);
  if (!fits || !lua_isfunction(L, 2)) {
    const char *const what = sj_reader_describe(L, fits ? 2 : 1);
    sj_reader_mistake(L, "`per_member` is written %s, got %s", sj_schema_per_member.example, what);
    return sj_reader_push_unknown(L);
  }
  struct sj_node *const symbol = sj_reader_new_node(L, &sj_schema_symbol);
  symbol->symbol = ++reader->symbol_count;
  symbol->symbolic = true;
  struct sj_node *const node = sj_reader_new_node(L, &sj_schema_per_member);
  node->symbol = symbol->symbol;
  node->items = sj_arena_array(&reader->document->arena, 2, sizeof *node->items);
  node->item_count = 2;
  node->items[0] = law;
  sj_reader_count(L, node, &law);
  sj_reader_push(L, symbol);
  reader->in_per_member = true;
  lua_call(L, 1, 1);
  reader->in_per_member = false;
  node->items[1] = sj_reader_value(L, -1);
  sj_reader_count(L, node, &node->items[1]);
  const struct sj_node *const body = sj_reader_check(L, -1);
  const enum sj_family family = body ? sj_node_family(body) : SJ_FAMILY_TABLE;
  if (family == SJ_FAMILY_UNKNOWN) return sj_reader_push_unknown(L);
  if (node->items[1].kind != SJ_VALUE_NUMBER && family != SJ_FAMILY_DISTRIBUTION && family != SJ_FAMILY_SYMBOL) {
    const char *const what = sj_reader_describe(L, -1);
    sj_reader_mistake(L, "the function of `per_member` returns a distribution or a number, not %s", what);
    return sj_reader_push_unknown(L);
  }
  sj_reader_push(L, node);
  return 1;
}

/* ---- units ---- */

const char *const sj_time_words[] = {"us", "ms", "s", "minute", "hour", NULL};

bool sj_time_word_seconds(const char *name, double *seconds) {
  static const double factors[] = {1e-6, 1e-3, 1, 60, 3600};
  for (size_t i = 0; sj_time_words[i]; i++) {
    if (strcmp(name, sj_time_words[i]) != 0) continue;
    *seconds = factors[i];
    return true;
  }
  return false;
}

/* Quotients of whole numbers, so that a unit in itself is exactly 1 and ms in us exactly 1000. */
static double in_unit(double word_seconds, double unit_seconds) {
  const double word_us = nearbyint(word_seconds * 1e6), unit_us = nearbyint(unit_seconds * 1e6);
  return word_us / unit_us;
}

static int push_time_word(lua_State *L, const char *name, double seconds) {
  struct sj_reader *const reader = sj_reader_of(L);
  if (!reader->time_word_line) reader->time_word_line = sj_lua_line(L);
  if (isnan(reader->seconds)) {
    sj_reader_mistake(L, "`%s` means nothing in a model whose time unit is \"%s\"", name, reader->time_unit);
    return sj_reader_push_unknown(L);
  }
  lua_pushnumber(L, in_unit(seconds, reader->seconds));
  return 1;
}

static void open_sizes(lua_State *L) {
  static const struct {
    const char *name;
    lua_Integer bytes;
  } sizes[] = {{"KB", 1000}, {"MB", 1000000}, {"GB", 1000000000}, {"KiB", 1024}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    lua_pushinteger(L, sizes[i].bytes);
    lua_setglobal(L, sizes[i].name);
  }
}

/* ---- names that do not exist ---- */

/* The nearest global name, or NULL; leaves things on the stack that keep it alive. */
static const char *nearest_global(lua_State *L, const char *name) {
  const char *const best = sj_nearest(name, sj_time_words);
  lua_pushglobaltable(L);
  const lua_Integer count = sj_lua_push_sorted_keys(L, -1);
  const char **const names = lua_newuserdatauv(L, ((size_t)count + 2) * sizeof *names, 0);
  size_t used = 0;
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, -2, i);
    if (lua_type(L, -1) == LUA_TSTRING) names[used++] = lua_tostring(L, -1);
    lua_pop(L, 1); /* the list of keys keeps it */
  }
  if (best) names[used++] = best;
  names[used] = NULL;
  return sj_nearest(name, names);
}

static int missing_name(lua_State *L) {
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  const char *const name = lua_tostring(L, 2);
  double seconds;
  if (sj_time_word_seconds(name, &seconds)) return push_time_word(L, name, seconds);
  const char *const nearest = nearest_global(L, name);
  if (nearest)
    sj_reader_mistake(L, "`%s` is not defined; did you mean `%s`?", name, nearest);
  else
    sj_reader_mistake(L, "`%s` is not defined", name);
  return sj_reader_push_unknown(L);
}

/* Words that stand for themselves: `random`, `in_flight`, `server_rtt`. */
static bool is_value(const struct sj_schema *schema) {
  const bool family = schema->family == SJ_FAMILY_POLICY || schema->family == SJ_FAMILY_COST ||
                      schema->family == SJ_FAMILY_FIGURE || schema == &sj_schema_server_rtt;
  return family && sj_schema_is_word(schema);
}

static int push_word(lua_State *L) {
  sj_reader_push(L, sj_reader_new_node(L, schema_of(L)));
  return 1;
}

void sj_reader_open_constructors(lua_State *L, struct sj_reader *reader) {
  for (size_t i = 0; sj_schema_at(i); i++) {
    const struct sj_schema *const schema = sj_schema_at(i);
    if (schema->family == SJ_FAMILY_COMPONENT || schema->family == SJ_FAMILY_SETTING) continue;
    lua_pushlightuserdata(L, reader);
    lua_pushlightuserdata(L, (void *)(uintptr_t)schema);
    if (is_value(schema)) {
      lua_pushcclosure(L, push_word, 2);
      lua_call(L, 0, 1);
    } else {
      lua_pushcclosure(L, construct, 2);
    }
    lua_setglobal(L, schema->name);
  }
  sj_reader_global(L, reader, "per_member", per_member);
  open_sizes(L);
  lua_pushglobaltable(L);
  lua_createtable(L, 0, 2);
  lua_pushlightuserdata(L, reader);
  lua_pushcclosure(L, missing_name, 1);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, false);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}
