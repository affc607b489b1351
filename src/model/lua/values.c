/* Lua values as values of the document, and the arithmetic of distributions. */
#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/lua/reader.h"

#define METATABLE "model value"
enum { DEEPEST = 24, MOST_BYTES = 1 << 29 };
/* A part of a law takes about 100 bytes and 3 us once it is built: 50 instructions each allow two million of them. */
enum { DEEPEST_LAW = 200, LARGEST_LAW = 10000, LARGEST_TABLE = 10000000, COST_OF_PART = 50 };

struct box {
  const struct sj_node *node;
};

struct sj_reader *sj_reader_of(lua_State *L) {
  return lua_touserdata(L, lua_upvalueindex(1));
}

void sj_reader_mistake(lua_State *L, const char *format, ...) {
  struct sj_reader *const reader = sj_reader_of(L);
  va_list arguments;
  va_start(arguments, format);
  const char *const text = lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  sj_mistake(reader->mistakes, reader->document->file, sj_lua_line(L), NULL, "%s", text);
  lua_pop(L, 1);
}

enum sj_family sj_node_family(const struct sj_node *node) {
  return node->symbolic ? SJ_FAMILY_SYMBOL : node->schema->family;
}

const struct sj_node *sj_reader_check(lua_State *L, int index) {
  const struct box *const box = luaL_testudata(L, index, METATABLE);
  return box ? box->node : NULL;
}

void sj_reader_push(lua_State *L, const struct sj_node *node) {
  struct box *const box = lua_newuserdatauv(L, sizeof *box, 0);
  box->node = node;
  luaL_setmetatable(L, METATABLE);
}

int sj_reader_push_unknown(lua_State *L) {
  sj_reader_push(L, sj_reader_new_node(L, &sj_schema_unknown));
  return 1;
}

const char *sj_reader_describe(lua_State *L, int index) {
  const struct sj_node *const node = sj_reader_check(L, index);
  if (node) return lua_pushfstring(L, "%s", node->symbolic ? sj_schema_symbol.name : node->schema->name);
  switch (lua_type(L, index)) {
    case LUA_TNONE:
    case LUA_TNIL:
      return lua_pushliteral(L, "nothing");
    case LUA_TNUMBER: {
      char number[32];
      return lua_pushstring(L, sj_number_text(lua_tonumber(L, index), number));
    }
    case LUA_TSTRING:
      return lua_pushfstring(L, "\"%s\"", lua_tostring(L, index));
    case LUA_TBOOLEAN:
      return lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
    default:
      return lua_pushfstring(L, "a %s", luaL_typename(L, index));
  }
}

/* ---- conversion ---- */

struct sj_node *sj_reader_new_node(lua_State *L, const struct sj_schema *schema) {
  struct sj_document *const document = sj_reader_of(L)->document;
  if (document->arena.used > MOST_BYTES) luaL_error(L, "the model has too many parts");
  sj_lua_charge(L, 10);
  struct sj_node *const node = sj_arena_take(&document->arena, sizeof *node);
  node->schema = schema;
  node->line = sj_lua_line(L);
  node->size = node->depth = 1;
  return node;
}

void sj_reader_count(lua_State *L, struct sj_node *node, const struct sj_value *value) {
  if (value->kind != SJ_VALUE_NODE) return;
  const struct sj_node *const part = value->as.node;
  sj_lua_charge(L, (uint64_t)COST_OF_PART * part->size);
  node->size += part->size;
  if (part->depth >= node->depth) node->depth = (uint16_t)(part->depth + 1);
  const bool is_law = node->schema->family == SJ_FAMILY_DISTRIBUTION || node->symbolic;
  if (is_law && (node->depth > DEEPEST_LAW || node->size > LARGEST_LAW))
    luaL_error(L, "the law is too large: it has more than %d parts or %d levels", (int)LARGEST_LAW, (int)DEEPEST_LAW);
  if (node->size > LARGEST_TABLE)
    luaL_error(L, "the table is too large: it has more than %d parts", (int)LARGEST_TABLE);
}

static struct sj_value convert(lua_State *L, int index, int depth);

static const char *text_of(lua_State *L, int index) {
  size_t length;
  const char *const text = lua_tolstring(L, index, &length);
  if (memchr(text, 0, length)) sj_reader_mistake(L, "a text must not contain a zero byte");
  sj_lua_charge(L, length / 64);
  return sj_arena_string(&sj_reader_of(L)->document->arena, text);
}

static int compare_fields(const void *a, const void *b) {
  return strcmp(((const struct sj_field *)a)->name, ((const struct sj_field *)b)->name);
}

/* The key on top of the value at the top of the stack: is it one of the items 1 ... count? Reports what is neither an
 * item nor a name. */
static bool is_item(lua_State *L, size_t count) {
  if (lua_isinteger(L, -2)) {
    const lua_Integer key = lua_tointeger(L, -2);
    if (key >= 1 && (lua_Unsigned)key <= count) return true;
    char number[32];
    sj_reader_mistake(L, "a list begins at 1 and has no gaps; [%s] is outside of it",
                      sj_number_text((double)key, number));
    return true;
  }
  if (lua_type(L, -2) == LUA_TSTRING) return false;
  const char *const what = sj_reader_describe(L, -2);
  sj_reader_mistake(L, "%s cannot name a field", what);
  lua_pop(L, 1);
  return true;
}

static size_t count_names(lua_State *L, int index, size_t items) {
  size_t names = 0;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    sj_lua_charge(L, 1);
    names += !is_item(L, items);
  }
  return names;
}

static void fill_node(lua_State *L, int index, struct sj_node *node, int depth) {
  if (depth > DEEPEST) {
    sj_reader_mistake(L, "tables are nested too deeply");
    return;
  }
  luaL_checkstack(L, 8, "too many nested tables");
  struct sj_arena *const arena = &sj_reader_of(L)->document->arena;
  index = lua_absindex(L, index);
  node->item_count = (size_t)lua_rawlen(L, index);
  const size_t names = count_names(L, index, node->item_count);
  if (arena->used + (names + node->item_count) * sizeof(struct sj_field) > MOST_BYTES)
    luaL_error(L, "the model has too many parts");
  node->items = sj_arena_array(arena, node->item_count, sizeof *node->items);
  node->fields = sj_arena_array(arena, names, sizeof *node->fields);
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
    if (lua_type(L, -2) == LUA_TSTRING && node->field_count < names)
      node->fields[node->field_count++].name = text_of(L, -2);
  if (names) qsort(node->fields, names, sizeof *node->fields, compare_fields);
  for (size_t i = 0; i < node->field_count + node->item_count; i++) {
    const bool named = i < node->field_count;
    const size_t item = i - node->field_count;
    if (named) {
      lua_pushstring(L, node->fields[i].name);
      lua_rawget(L, index);
    } else {
      lua_rawgeti(L, index, (lua_Integer)item + 1);
    }
    const struct sj_value value = convert(L, -1, depth + 1);
    if (value.kind == SJ_VALUE_NODE && value.as.node->schema == &sj_schema_table && !value.as.node->owner) {
      struct sj_node *const inner = (struct sj_node *)value.as.node; /* made just now */
      inner->owner = node;
      inner->owner_field = named ? node->fields[i].name : NULL;
      inner->owner_item = named ? SIZE_MAX : item;
    }
    if (named)
      node->fields[i].value = value;
    else
      node->items[item] = value;
    sj_reader_count(L, node, &value);
    lua_pop(L, 1);
  }
}

/* Functions get numbers in the order in which they are met, so that another reading of the file finds them again. */
static struct sj_value function_of(lua_State *L, int index) {
  struct sj_reader *const reader = sj_reader_of(L);
  struct sj_document *const document = reader->document;
  if (document->arena.used > MOST_BYTES) luaL_error(L, "the model has too many parts");
  sj_lua_charge(L, COST_OF_PART);
  struct sj_function *const function = sj_arena_take(&document->arena, sizeof *function);
  lua_Debug activation;
  lua_pushvalue(L, index);
  lua_getinfo(L, ">S", &activation);
  *function = (struct sj_function){reader->function_count, activation.linedefined, activation.lastlinedefined};
  reader->function_count++;
  if (reader->keeps_functions) {
    lua_pushvalue(L, index);
    const int reference = luaL_ref(L, LUA_REGISTRYINDEX);
    *(int *)sj_document_grow(document, &reader->functions, &reader->kept_count, &reader->kept_capacity, sizeof(int)) =
        reference;
  }
  return (struct sj_value){.kind = SJ_VALUE_FUNCTION, .as.function = function};
}

static struct sj_value convert(lua_State *L, int index, int depth) {
  struct sj_value value = {.kind = SJ_VALUE_NONE};
  switch (lua_type(L, index)) {
    case LUA_TNONE:
    case LUA_TNIL:
      break;
    case LUA_TBOOLEAN:
      value.kind = SJ_VALUE_BOOLEAN;
      value.as.boolean = lua_toboolean(L, index);
      break;
    case LUA_TNUMBER:
      value.kind = SJ_VALUE_NUMBER;
      value.as.number = lua_tonumber(L, index);
      break;
    case LUA_TSTRING:
      value.kind = SJ_VALUE_STRING;
      value.as.string = text_of(L, index);
      break;
    case LUA_TTABLE: {
      struct sj_node *const node = sj_reader_new_node(L, &sj_schema_table);
      fill_node(L, index, node, depth);
      return sj_value_node(node);
    }
    case LUA_TFUNCTION:
      if (!lua_iscfunction(L, index)) return function_of(L, index);
      value.kind = SJ_VALUE_OTHER;
      value.as.string = "a function";
      break;
    default: {
      const struct sj_node *const node = sj_reader_check(L, index);
      if (node) return sj_value_node(node);
      value.kind = SJ_VALUE_OTHER;
      value.as.string = "something strange";
    }
  }
  return value;
}

struct sj_value sj_reader_value(lua_State *L, int index) {
  return convert(L, index, 0);
}

struct sj_node *sj_reader_node(lua_State *L, int index, const struct sj_schema *schema) {
  struct sj_node *const node = sj_reader_new_node(L, schema);
  fill_node(L, index, node, 0);
  return node;
}

/* ---- arithmetic ---- */

static bool is_unknown(const struct sj_value *value) {
  return value->kind == SJ_VALUE_NODE && value->as.node->schema == &sj_schema_unknown;
}
static bool is_number(const struct sj_value *value) {
  return value->kind == SJ_VALUE_NUMBER ||
         (value->kind == SJ_VALUE_NODE && sj_node_family(value->as.node) == SJ_FAMILY_SYMBOL);
}
static bool is_distribution(const struct sj_value *value) {
  return value->kind == SJ_VALUE_NODE && sj_node_family(value->as.node) == SJ_FAMILY_DISTRIBUTION;
}
static bool is_per_member(const struct sj_value *value) {
  return value->kind == SJ_VALUE_NODE && value->as.node->schema == &sj_schema_per_member;
}

static const struct sj_node *operation(lua_State *L, const struct sj_schema *schema, const struct sj_value *operands,
                                       size_t count) {
  struct sj_node *const node = sj_reader_new_node(L, schema);
  struct sj_arena *const arena = &sj_reader_of(L)->document->arena;
  node->items = sj_arena_array(arena, count, sizeof *node->items);
  node->item_count = count;
  node->symbolic = true;
  for (size_t i = 0; i < count; i++) {
    node->items[i] = operands[i];
    sj_reader_count(L, node, &operands[i]);
    node->symbolic = node->symbolic && is_number(&operands[i]);
  }
  return node;
}

/* Arithmetic with a per_member law is arithmetic with the law that its function gives. */
static const struct sj_node *inside_per_member(lua_State *L, const struct sj_schema *schema, struct sj_value *operands,
                                               size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!is_per_member(&operands[i])) continue;
    struct sj_arena *const arena = &sj_reader_of(L)->document->arena;
    struct sj_node *const node = sj_node_copy(arena, operands[i].as.node);
    operands[i] = node->items[1];
    for (size_t j = i + 1; j < count; j++) {
      if (!is_per_member(&operands[j])) continue;
      sj_reader_mistake(L, "`%s` takes at most one per_member", schema->name);
      return sj_reader_new_node(L, &sj_schema_unknown);
    }
    node->items[1] = sj_value_node(operation(L, schema, operands, count));
    sj_reader_count(L, node, &node->items[1]);
    return node;
  }
  return operation(L, schema, operands, count);
}

static int arithmetic(lua_State *L, const struct sj_schema *schema, size_t count) {
  struct sj_value operands[2] = {{0}};
  for (size_t i = 0; i < count; i++) {
    operands[i] = sj_reader_value(L, (int)i + 1);
    if (is_unknown(&operands[i])) return sj_reader_push_unknown(L);
  }
  for (size_t i = 0; i < count; i++) {
    if (is_number(&operands[i]) || is_distribution(&operands[i])) continue;
    const char *const what = sj_reader_describe(L, (int)i + 1);
    sj_reader_mistake(L, "`%s` takes numbers and distributions, not %s", schema->name, what);
    return sj_reader_push_unknown(L);
  }
  if (schema == &sj_schema_multiply && is_distribution(&operands[0]) && is_distribution(&operands[1])) {
    sj_reader_mistake(L, "a distribution can be multiplied by a number, not by a distribution");
    return sj_reader_push_unknown(L);
  }
  if (schema == &sj_schema_divide && is_distribution(&operands[1])) {
    sj_reader_mistake(L, "one cannot divide by a distribution");
    return sj_reader_push_unknown(L);
  }
  sj_reader_push(L, inside_per_member(L, schema, operands, count));
  return 1;
}

static int add(lua_State *L) { return arithmetic(L, &sj_schema_add, 2); }
static int subtract(lua_State *L) { return arithmetic(L, &sj_schema_subtract, 2); }
static int multiply(lua_State *L) { return arithmetic(L, &sj_schema_multiply, 2); }
static int divide(lua_State *L) { return arithmetic(L, &sj_schema_divide, 2); }
static int negate(lua_State *L) { return arithmetic(L, &sj_schema_negate, 1); }

static int no_such_operation(lua_State *L) {
  for (int i = 1; i <= 2; i++) {
    const struct sj_node *const node = sj_reader_check(L, i);
    if (node && node->schema == &sj_schema_unknown) return sj_reader_push_unknown(L);
  }
  sj_reader_mistake(L, "distributions and drawn parameters take part in + - * / max min round floor ceil only");
  return sj_reader_push_unknown(L);
}

static int compare(lua_State *L) {
  for (int i = 1; i <= 2; i++) {
    const struct sj_node *const node = sj_reader_check(L, i);
    if (node && node->schema == &sj_schema_unknown) {
      lua_pushboolean(L, false);
      return 1;
    }
  }
  for (int i = 1; i <= 2; i++) {
    const struct sj_node *const node = sj_reader_check(L, i);
    if (node && sj_node_family(node) == SJ_FAMILY_SYMBOL)
      return luaL_error(L, "a drawn parameter has no value yet and cannot be compared");
  }
  const char *const what = sj_reader_describe(L, sj_reader_check(L, 1) ? 1 : 2);
  return luaL_error(L, "%s cannot be compared", what);
}

static int equal(lua_State *L) {
  for (int i = 1; i <= 2; i++) {
    const struct sj_node *const node = sj_reader_check(L, i);
    if (node && sj_node_family(node) == SJ_FAMILY_SYMBOL) return compare(L);
  }
  lua_pushboolean(L, false);
  return 1;
}

static int read_field(lua_State *L) {
  const struct sj_node *const node = sj_reader_check(L, 1);
  if (node && node->schema != &sj_schema_unknown) {
    const char *const what = sj_reader_describe(L, 1);
    sj_reader_mistake(L, "the fields of %s cannot be read", what);
  }
  return sj_reader_push_unknown(L);
}

static int write_field(lua_State *L) {
  const char *const what = sj_reader_describe(L, 1);
  return luaL_error(L, "%s cannot be changed once it is made", what);
}

/* random() in a policy's function: [0, 1), 1 ... n, or m ... n, as plain Lua's math.random. */
static int draw(lua_State *L, struct sj_stream *stream) {
  const int count = lua_gettop(L) - 1;
  if (!count) {
    lua_pushnumber(L, sj_stream_uniform(stream));
    return 1;
  }
  const lua_Integer low = count > 1 ? luaL_checkinteger(L, 2) : 1, high = luaL_checkinteger(L, count > 1 ? 3 : 2);
  if (count > 2 || low > high) return luaL_error(L, "expected random(), random(n) or random(m, n) with m <= n");
  const uint64_t range = (uint64_t)high - (uint64_t)low + 1;
  const uint64_t drawn = (uint64_t)low + (range ? sj_stream_below(stream, range) : sj_stream_next(stream));
  lua_pushinteger(L, (lua_Integer)drawn);
  return 1;
}

static int call(lua_State *L) {
  const struct sj_node *const node = sj_reader_check(L, 1);
  if (node && node->schema->family == SJ_FAMILY_POLICY && !strcmp(node->schema->name, "random")) {
    struct sj_stream *const stream = sj_reader_of(L)->stream;
    if (stream) return draw(L, stream);
    sj_reader_mistake(L,
                      "random() draws only while a policy's function runs; a model's file is the same at every "
                      "reading");
    return sj_reader_push_unknown(L);
  }
  if (node && node->schema->family == SJ_FAMILY_POLICY && node->schema->field_count && !node->field_count) {
    lua_remove(L, 1); /* `fastest_probe{...}`: the word is a policy by itself, and a constructor */
    return sj_reader_construct(L, node->schema);
  }
  if (node && node->schema != &sj_schema_unknown) sj_reader_mistake(L, "%s cannot be called", node->schema->name);
  return sj_reader_push_unknown(L);
}

static int describe(lua_State *L) {
  sj_reader_describe(L, 1);
  return 1;
}

static int length(lua_State *L) {
  const struct sj_node *const node = sj_reader_check(L, 1);
  if (node && node->schema != &sj_schema_unknown) {
    const char *const what = sj_reader_describe(L, 1);
    return luaL_error(L, "%s has no length", what);
  }
  lua_pushinteger(L, 0);
  return 1;
}

/* ---- max, min, round, floor, ceil ---- */

static void push_rounded(lua_State *L, double x) {
  lua_Integer integer;
  if (lua_numbertointeger(x, &integer))
    lua_pushinteger(L, integer);
  else
    lua_pushnumber(L, x);
}

static int extreme(lua_State *L, const struct sj_schema *schema) {
  const int count = lua_gettop(L);
  if (!count) return luaL_error(L, "`%s` takes at least one argument", schema->name);
  bool plain = true;
  for (int i = 1; i <= count; i++) plain = plain && lua_isnumber(L, i) && lua_type(L, i) == LUA_TNUMBER;
  if (plain) {
    int best = 1;
    for (int i = 2; i <= count; i++)
      if (lua_compare(L, schema == &sj_schema_max ? best : i, schema == &sj_schema_max ? i : best, LUA_OPLT)) best = i;
    lua_pushvalue(L, best);
    return 1;
  }
  /* From the left, two at a time: the arithmetic looks at the indices 1 and 2. */
  for (int top = count; top > 1; top--) {
    arithmetic(L, schema, 2);
    lua_replace(L, 1);
    lua_settop(L, top);
    lua_remove(L, 2);
  }
  return 1;
}
static int maximum(lua_State *L) { return extreme(L, &sj_schema_max); }
static int minimum(lua_State *L) { return extreme(L, &sj_schema_min); }

static int rounded(lua_State *L, const struct sj_schema *schema, double (*function)(double)) {
  if (lua_gettop(L) != 1) return luaL_error(L, "`%s` takes one argument", schema->name);
  if (lua_type(L, 1) != LUA_TNUMBER) return arithmetic(L, schema, 1);
  push_rounded(L, function(lua_tonumber(L, 1)));
  return 1;
}
static int round_half_away(lua_State *L) { return rounded(L, &sj_schema_round, round); }
static int round_down(lua_State *L) { return rounded(L, &sj_schema_floor, floor); }
static int round_up(lua_State *L) { return rounded(L, &sj_schema_ceil, ceil); }

void sj_reader_global(lua_State *L, struct sj_reader *reader, const char *name, lua_CFunction function) {
  lua_pushlightuserdata(L, reader);
  lua_pushcclosure(L, function, 1);
  lua_setglobal(L, name);
}

void sj_reader_open_values(lua_State *L, struct sj_reader *reader) {
  static const luaL_Reg operators[] = {{"__add", add},
                                       {"__sub", subtract},
                                       {"__mul", multiply},
                                       {"__div", divide},
                                       {"__unm", negate},
                                       {"__idiv", no_such_operation},
                                       {"__mod", no_such_operation},
                                       {"__pow", no_such_operation},
                                       {"__band", no_such_operation},
                                       {"__bor", no_such_operation},
                                       {"__bxor", no_such_operation},
                                       {"__bnot", no_such_operation},
                                       {"__shl", no_such_operation},
                                       {"__shr", no_such_operation},
                                       {"__concat", no_such_operation},
                                       {"__lt", compare},
                                       {"__le", compare},
                                       {"__eq", equal},
                                       {"__index", read_field},
                                       {"__newindex", write_field},
                                       {"__call", call},
                                       {"__len", length},
                                       {"__tostring", describe},
                                       {NULL, NULL}};
  sj_lua_push_metatable(L, METATABLE);
  lua_pushlightuserdata(L, reader);
  luaL_setfuncs(L, operators, 1);
  lua_pop(L, 1);
  sj_reader_global(L, reader, "max", maximum);
  sj_reader_global(L, reader, "min", minimum);
  sj_reader_global(L, reader, "round", round_half_away);
  sj_reader_global(L, reader, "floor", round_down);
  sj_reader_global(L, reader, "ceil", round_up);
}
