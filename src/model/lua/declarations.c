/* What declares: server, client, model, run, solve, fault, expect, param, scenario, set. */
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/lua/reader.h"

#define APPEND(document, list, counter, room) \
  sj_document_grow(document, &(document)->list, &(document)->counter, &(document)->room, sizeof *(document)->list)

/* ---- components ---- */

static void add_component(lua_State *L, const struct sj_schema *schema, const char *name, int table) {
  struct sj_document *const document = sj_reader_of(L)->document;
  struct sj_node *const node = sj_reader_node(L, table, schema);
  node->name = name;
  *(const struct sj_node **)APPEND(document, components, component_count, component_capacity) = node;
}

/* Called with the table: the second half of `server "name" { ... }`. */
static int finish_component(lua_State *L) {
  struct sj_reader *const reader = sj_reader_of(L);
  struct sj_pending *const pending = &reader->pending[lua_tointeger(L, lua_upvalueindex(2))];
  pending->done = true;
  if (!lua_istable(L, 1)) {
    const char *const what = sj_reader_describe(L, 1);
    sj_reader_mistake(L, "`%s` is written %s, got %s after the name", pending->schema->name, pending->schema->example,
                      what);
    return 0;
  }
  add_component(L, pending->schema, pending->name, 1);
  return 0;
}

static int start_component(lua_State *L, const struct sj_schema *schema) {
  struct sj_reader *const reader = sj_reader_of(L);
  struct sj_document *const document = reader->document;
  if (lua_type(L, 1) != LUA_TSTRING) {
    const char *const what = sj_reader_describe(L, 1);
    sj_reader_mistake(L, "`%s` is written %s, got %s instead of a name", schema->name, schema->example, what);
    return sj_reader_push_unknown(L);
  }
  size_t length;
  const char *const name = lua_tolstring(L, 1, &length);
  if (!length || strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != length)
    sj_reader_mistake(L, "a component's name is made of letters, digits, _ and -, got \"%s\"", name);
  if (length > 200) return luaL_error(L, "a component's name has at most 200 letters");
  const char *const kept = sj_arena_string(&document->arena, name);
  if (lua_istable(L, 2)) {
    add_component(L, schema, kept, 2);
    return 0;
  }
  const size_t index = reader->pending_count;
  *(struct sj_pending *)sj_document_grow(document, &reader->pending, &reader->pending_count, &reader->pending_capacity,
                                         sizeof(struct sj_pending)) =
      (struct sj_pending){.name = kept, .schema = schema, .line = sj_lua_line(L)};
  lua_pushlightuserdata(L, reader);
  lua_pushinteger(L, (lua_Integer)index);
  lua_pushcclosure(L, finish_component, 2);
  return 1;
}
static int server(lua_State *L) { return start_component(L, &sj_schema_server); }
static int client(lua_State *L) { return start_component(L, &sj_schema_client); }
static int batcher(lua_State *L) { return start_component(L, &sj_schema_batcher); }
static int store(lua_State *L) { return start_component(L, &sj_schema_store); }

/* ---- settings ---- */

static bool takes_table(lua_State *L, const char *word, const char *example) {
  if (lua_istable(L, 1) && lua_gettop(L) == 1) return true;
  const char *const what = lua_gettop(L) > 1 ? "more than one argument" : sj_reader_describe(L, 1);
  sj_reader_mistake(L, "`%s` is written %s, got %s", word, example, what);
  return false;
}

static int model(lua_State *L) {
  struct sj_reader *const reader = sj_reader_of(L);
  struct sj_document *const document = reader->document;
  if (!takes_table(L, "model", sj_schema_model.example)) return 0;
  const struct sj_node *const node = sj_reader_node(L, 1, &sj_schema_model);
  if (document->model) {
    sj_reader_mistake(L, "`model` is given twice, first on line %d", document->model->line);
    return 0;
  }
  if (reader->in_scenario) {
    sj_reader_mistake(L, "`model` stands outside of scenarios");
    return 0;
  }
  if (document->component_count || reader->pending_count)
    sj_reader_mistake(L, "`model` comes before the components, the first of which is on line %d",
                      document->component_count ? document->components[0]->line : reader->pending[0].line);
  document->model = node;
  const struct sj_value *const unit = sj_node_field(node, "time_unit");
  if (!unit) return 0;
  if (unit->kind != SJ_VALUE_STRING || !*unit->as.string || strlen(unit->as.string) >= sizeof reader->time_unit) {
    lua_getfield(L, 1, "time_unit");
    const char *const what = sj_reader_describe(L, -1);
    sj_reader_mistake(L,
                      "`model.time_unit`: expected \"us\", \"ms\", \"s\", \"minute\", \"hour\" or a name of at most "
                      "15 letters, got %s",
                      what);
    return 0;
  }
  if (reader->time_word_line)
    sj_reader_mistake(L, "`time_unit` comes before the first time word, which is on line %d", reader->time_word_line);
  snprintf(reader->time_unit, sizeof reader->time_unit, "%s", unit->as.string);
  if (!sj_time_word_seconds(unit->as.string, &reader->seconds)) reader->seconds = NAN;
  return 0;
}

/* `run` and `solve`: given once, and once more in a scenario, which changes what it names and leaves the rest. */
static int changeable(lua_State *L, const struct sj_schema *schema, const struct sj_node **setting) {
  struct sj_reader *const reader = sj_reader_of(L);
  struct sj_document *const document = reader->document;
  if (!takes_table(L, schema->name, schema->example)) return 0;
  const struct sj_node *const node = sj_reader_node(L, 1, schema);
  if (!*setting) {
    *setting = node;
    return 0;
  }
  if (!reader->in_scenario) {
    sj_reader_mistake(L, "`%s` is given twice, first on line %d", schema->name, (*setting)->line);
    return 0;
  }
  for (size_t i = 0; i < node->field_count; i++) {
    struct sj_value value = node->fields[i].value;
    value.line = sj_document_line(document, node, node->fields[i].name, SIZE_MAX);
    *setting = sj_node_with_field(&document->arena, *setting, node->fields[i].name, value);
  }
  return 0;
}
static int run(lua_State *L) { return changeable(L, &sj_schema_run, &sj_reader_of(L)->document->run); }
static int solve(lua_State *L) { return changeable(L, &sj_schema_solve, &sj_reader_of(L)->document->solve); }

static int price(lua_State *L) {
  struct sj_document *const document = sj_reader_of(L)->document;
  if (!takes_table(L, "price", sj_schema_price.example)) return 0;
  const struct sj_node *const node = sj_reader_node(L, 1, &sj_schema_price);
  if (document->price)
    sj_reader_mistake(L, "`price` is given twice, first on line %d", document->price->line);
  else
    document->price = node;
  return 0;
}

static int fault(lua_State *L) {
  struct sj_document *const document = sj_reader_of(L)->document;
  if (!takes_table(L, "fault", sj_schema_fault.example)) return 0;
  const struct sj_node *const node = sj_reader_node(L, 1, &sj_schema_fault);
  *(const struct sj_node **)APPEND(document, faults, fault_count, fault_capacity) = node;
  return 0;
}

static int expect(lua_State *L) {
  struct sj_document *const document = sj_reader_of(L)->document;
  if (!takes_table(L, "expect", "expect{ [\"client.latency.p99\"] = \"< 0.5\" }")) return 0;
  const struct sj_schema *const plain = &sj_schema_table;
  struct sj_node *const node = sj_reader_node(L, 1, plain);
  static const struct sj_schema named = {.name = "expect", .family = SJ_FAMILY_SETTING};
  node->schema = &named;
  for (size_t i = 0; i < node->field_count; i++)
    *(struct sj_expect_entry *)APPEND(document, expects, expect_count, expect_capacity) =
        (struct sj_expect_entry){.metric = node->fields[i].name,
                                 .value = node->fields[i].value,
                                 .line = sj_document_line(document, node, node->fields[i].name, SIZE_MAX)};
  if (node->item_count) sj_reader_mistake(L, "`expect` is written expect{ [\"client.latency.p99\"] = \"< 0.5\" }");
  return 0;
}

/* ---- param ---- */

/* The last override of that name: the text after "=", or NULL. All of the name count as used. */
static const char *override_of(struct sj_overrides *overrides, const char *name, size_t *which) {
  const char *found = NULL;
  const size_t length = strlen(name);
  for (size_t i = 0; overrides && i < overrides->count; i++) {
    const char *const text = overrides->texts[i];
    if (strncmp(text, name, length) != 0 || text[length] != '=') continue;
    overrides->used[i] = true;
    *which = i;
    found = text + length + 1;
  }
  return found;
}

/* Pushes the value that an override gives to a parameter with the default at index 2; false if its type is wrong. */
static bool push_overridden(lua_State *L, const char *text) {
  if (lua_type(L, 2) == LUA_TSTRING) {
    lua_pushstring(L, text);
    return true;
  }
  if (lua_type(L, 2) == LUA_TBOOLEAN) {
    const bool yes = !strcmp(text, "true");
    lua_pushboolean(L, yes);
    return yes || !strcmp(text, "false");
  }
  if (!lua_stringtonumber(L, text)) {
    lua_pushnil(L);
    return false;
  }
  if (lua_isinteger(L, -1) && !lua_isinteger(L, 2)) {
    lua_pushnumber(L, lua_tonumber(L, -1));
    lua_remove(L, -2);
  }
  return isfinite(lua_tonumber(L, -1));
}

static int param(lua_State *L) {
  struct sj_reader *const reader = sj_reader_of(L);
  struct sj_document *const document = reader->document;
  static const char example[] = "param(\"name\", default, \"what it is\")";
  const int type = lua_type(L, 2);
  lua_settop(L, 3);
  if (lua_type(L, 1) != LUA_TSTRING || (type != LUA_TNUMBER && type != LUA_TSTRING && type != LUA_TBOOLEAN) ||
      (!lua_isnil(L, 3) && lua_type(L, 3) != LUA_TSTRING)) {
    sj_reader_mistake(L, "`param` is written %s, with a number, a text, true or false as the default", example);
    lua_settop(L, 2);
    return 1;
  }
  const char *const name = lua_tostring(L, 1);
  for (size_t i = 0; i < document->parameter_count; i++)
    if (!strcmp(document->parameters[i].name, name))
      sj_reader_mistake(L, "the parameter `%s` is declared twice, first on line %d", name,
                        document->parameters[i].line);
  size_t which = 0;
  const char *const text = override_of(reader->overrides, name, &which);
  if (text && !push_overridden(L, text)) {
    char origin[200];
    snprintf(origin, sizeof origin, "--set %s", reader->overrides->texts[which]);
    sj_mistake(reader->mistakes, document->file, 0, origin, "the parameter `%s` is %s, got \"%s\"", name,
               type == LUA_TNUMBER ? "a number" : "true or false", text);
    lua_pop(L, 1);
    lua_pushvalue(L, 2);
  } else if (!text) {
    lua_pushvalue(L, 2);
  }
  struct sj_parameter *const parameter = APPEND(document, parameters, parameter_count, parameter_capacity);
  parameter->name = sj_arena_string(&document->arena, name);
  parameter->comment = lua_isnil(L, 3) ? NULL : sj_arena_string(&document->arena, lua_tostring(L, 3));
  parameter->value = sj_reader_value(L, -1);
  parameter->line = sj_lua_line(L);
  return 1;
}

/* ---- scenario and set ---- */

static int scenario(lua_State *L) {
  struct sj_reader *const reader = sj_reader_of(L);
  struct sj_document *const document = reader->document;
  lua_settop(L, 2);
  if (lua_type(L, 1) != LUA_TSTRING || !lua_rawlen(L, 1) || !lua_isfunction(L, 2)) {
    sj_reader_mistake(L, "`scenario` is written scenario(\"name\", function() ... end)");
    return 0;
  }
  const char *const name = lua_tostring(L, 1);
  if (reader->in_scenario) {
    sj_reader_mistake(L, "a scenario cannot stand inside another");
    return 0;
  }
  for (size_t i = 0; i < document->scenario_count; i++) {
    if (strcmp(document->scenarios[i], name) != 0) continue;
    sj_reader_mistake(L, "the scenario \"%s\" is declared twice", name);
    return 0;
  }
  if (document->scenario_count == reader->wanted_scenario) {
    lua_pushvalue(L, 2);
    reader->scenario_function = luaL_ref(L, LUA_REGISTRYINDEX);
  }
  *(const char **)APPEND(document, scenarios, scenario_count, scenario_capacity) =
      sj_arena_string(&document->arena, name);
  return 0;
}

static int set(lua_State *L) {
  struct sj_reader *const reader = sj_reader_of(L);
  struct sj_document *const document = reader->document;
  if (!reader->in_scenario) {
    sj_reader_mistake(L, "`set` changes a component inside a scenario; outside, write the value where it belongs");
    return 0;
  }
  if (!takes_table(L, "set", "set{ [\"path\"] = value }")) return 0;
  struct sj_node *const node = sj_reader_node(L, 1, &sj_schema_table);
  static const struct sj_schema named = {.name = "set", .family = SJ_FAMILY_SETTING};
  node->schema = &named;
  for (size_t i = 0; i < node->field_count; i++) {
    struct sj_setting *const setting = sj_document_grow(document, &reader->settings, &reader->setting_count,
                                                        &reader->setting_capacity, sizeof *reader->settings);
    setting->path = node->fields[i].name;
    setting->value = node->fields[i].value;
    setting->value.line = sj_document_line(document, node, node->fields[i].name, SIZE_MAX);
  }
  if (node->item_count) sj_reader_mistake(L, "`set` is written set{ [\"path\"] = value }");
  return 0;
}

void sj_reader_open_declarations(lua_State *L, struct sj_reader *reader) {
  sj_reader_global(L, reader, "server", server);
  sj_reader_global(L, reader, "servers", server);
  sj_reader_global(L, reader, "client", client);
  sj_reader_global(L, reader, "clients", client);
  sj_reader_global(L, reader, "batcher", batcher);
  sj_reader_global(L, reader, "store", store);
  sj_reader_global(L, reader, "price", price);
  sj_reader_global(L, reader, "model", model);
  sj_reader_global(L, reader, "run", run);
  sj_reader_global(L, reader, "solve", solve);
  sj_reader_global(L, reader, "fault", fault);
  sj_reader_global(L, reader, "expect", expect);
  sj_reader_global(L, reader, "param", param);
  sj_reader_global(L, reader, "scenario", scenario);
  sj_reader_global(L, reader, "set", set);
}
