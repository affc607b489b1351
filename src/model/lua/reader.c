#include "model/lua/reader.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/path.h"

static int open_reader(lua_State *L) {
  struct sj_reader *const reader = lua_touserdata(L, 1);
  sj_reader_open_values(L, reader);
  sj_reader_open_declarations(L, reader);
  sj_reader_open_constructors(L, reader); /* last: it makes unknown names an error */
  return 0;
}

/* The number after "FILE:". */
static int line_of(const char *file, const char *message) {
  const size_t length = strlen(file);
  return !strncmp(message, file, length) && message[length] == ':' ? (int)strtol(message + length + 1, NULL, 10) : 0;
}

/* What Lua says becomes one of the mistakes, so that those found before it are reported too. */
static enum sj_status absorb(struct sj_reader *reader, enum sj_status status, struct sj_error *error) {
  if (status != SJ_INVALID) return status;
  reader->document->incomplete = true;
  sj_mistake_text(reader->mistakes, line_of(reader->document->file, error->message), error->message);
  return SJ_OK;
}

static void report_pending(const struct sj_reader *reader) {
  for (size_t i = 0; i < reader->pending_count; i++) {
    const struct sj_pending *const pending = &reader->pending[i];
    if (!pending->done)
      sj_mistake(reader->mistakes, reader->document->file, pending->line, NULL,
                 "%s \"%s\" lacks its table: it is written %s", pending->schema->name, pending->name,
                 pending->schema->example);
  }
}

static void apply_settings(struct sj_reader *reader) {
  for (size_t i = 0; i < reader->setting_count; i++) {
    const struct sj_setting *const setting = &reader->settings[i];
    struct sj_error error = {{0}};
    if (sj_path_set(reader->document, setting->path, setting->value, &error))
      sj_mistake(reader->mistakes, reader->document->file, setting->value.line, NULL, "%s", error.message);
  }
}

enum sj_status sj_reader_run(struct sj_lua *lua, struct sj_reader *reader, const char *text, size_t length,
                             struct sj_error *error) {
  struct sj_document *const document = reader->document;
  const size_t before = reader->mistakes->count;
  enum sj_status status = sj_lua_protect(lua, open_reader, reader, 0, error);
  if (status) return status;
  status = absorb(reader, sj_lua_run(lua, document->file, text, length, error), error);
  if (status || reader->mistakes->count > before || reader->scenario_function == LUA_NOREF) return status;
  reader->in_scenario = true;
  lua_rawgeti(sj_lua_state(lua), LUA_REGISTRYINDEX, reader->scenario_function);
  status = absorb(reader, sj_lua_call(lua, 0, 0, 0, error), error);
  if (!status) apply_settings(reader);
  return status;
}

static void note_reading(struct sj_document *document, const struct sj_lua_limits *limits, size_t scenario,
                         const struct sj_overrides *overrides) {
  struct sj_reading *const reading = &document->reading;
  reading->scenario = scenario;
  if (limits) {
    reading->instructions = limits->instructions;
    reading->memory_bytes = limits->memory_bytes;
    reading->hash_seed = limits->hash_seed;
  }
  if (!overrides) return;
  const char **const texts = sj_arena_array(&document->arena, overrides->count, sizeof *texts);
  for (size_t i = 0; i < overrides->count; i++) texts[i] = sj_arena_string(&document->arena, overrides->texts[i]);
  reading->overrides = texts;
  reading->override_count = overrides->count;
}

enum sj_status sj_read_document(const char *file, const char *text, size_t length, const struct sj_lua_limits *limits,
                                size_t scenario, struct sj_overrides *overrides, struct sj_mistakes *mistakes,
                                struct sj_document **document, struct sj_error *error) {
  struct sj_error own;
  if (!error) error = &own;
  struct sj_document *const made = sj_allocate(sizeof *made);
  made->file = sj_arena_string(&made->arena, file);
  char *const source = sj_arena_take(&made->arena, length + 1);
  if (length) memcpy(source, text, length);
  made->source = source;
  made->source_length = length;
  note_reading(made, limits, scenario, overrides);
  struct sj_reader reader = {.document = made,
                             .mistakes = mistakes,
                             .overrides = overrides,
                             .seconds = 1,
                             .time_unit = "s",
                             .wanted_scenario = scenario,
                             .scenario_function = LUA_NOREF};
  struct sj_lua *lua = NULL;
  struct sj_lua_limits within = limits ? *limits : (struct sj_lua_limits){0};
  if (!within.hash_seed) within.hash_seed = sj_lua_hash_seed(text, length);
  enum sj_status status = sj_lua_create(&within, &lua, error);
  if (!status) status = sj_reader_run(lua, &reader, text, length, error);
  if (!status && !made->incomplete) report_pending(&reader);
  sj_lua_destroy(lua);
  if (status) {
    sj_document_destroy(made);
    return status;
  }
  *document = made;
  return SJ_OK;
}
