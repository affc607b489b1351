#include "model/lua/program.h"

#include <ctype.h>
#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "model/document.h"
#include "model/lua/reader.h"
#include "model/lua/views.h"

struct sj_program {
  struct sj_lua *lua;
  struct sj_reader reader;
  struct sj_overrides overrides;
  struct sj_mistakes mistakes;
  struct sj_document document; /* a second one, of no use but for the constructors */
  struct sj_views views;
};

static int open_views(lua_State *L) {
  sj_views_open(L, lua_touserdata(L, 1));
  return 0;
}

static enum sj_status begin(struct sj_program *program, const struct sj_document *document, struct sj_error *error) {
  const struct sj_reading *const reading = &document->reading;
  const struct sj_lua_limits limits = {
      .instructions = reading->instructions, .memory_bytes = reading->memory_bytes, .hash_seed = reading->hash_seed};
  enum sj_status status = sj_lua_create(&limits, &program->lua, error);
  if (!status) status = sj_reader_run(program->lua, &program->reader, document->source, document->source_length, error);
  if (!status) status = sj_mistakes_report(&program->mistakes, error);
  if (!status) status = sj_lua_protect(program->lua, open_views, &program->views, 0, error);
  return status;
}

enum sj_status sj_program_create(const struct sj_document *document, struct sj_program **program,
                                 struct sj_error *error) {
  const struct sj_reading *const reading = &document->reading;
  struct sj_program *const made = sj_allocate(sizeof *made);
  made->document.file = sj_arena_string(&made->document.arena, document->file);
  made->document.source = document->source;
  made->document.source_length = document->source_length;
  made->overrides = (struct sj_overrides){
      reading->overrides, reading->override_count,
      sj_arena_array(&made->document.arena, reading->override_count, sizeof *made->overrides.used)};
  made->reader = (struct sj_reader){.document = &made->document,
                                    .mistakes = &made->mistakes,
                                    .overrides = &made->overrides,
                                    .seconds = 1,
                                    .time_unit = "s",
                                    .wanted_scenario = reading->scenario,
                                    .scenario_function = LUA_NOREF,
                                    .keeps_functions = true};
  const enum sj_status status = begin(made, document, error);
  if (status) {
    sj_program_destroy(made);
    return status;
  }
  *program = made;
  return SJ_OK;
}

void sj_program_destroy(struct sj_program *program) {
  if (!program) return;
  sj_lua_destroy(program->lua);
  sj_mistakes_clear(&program->mistakes);
  sj_arena_clear(&program->document.arena);
  free(program);
}

/* What the function returned, at the top of the stack, as a choice. */
static enum sj_status read_choice(struct sj_program *program, const struct sj_function *function, uint32_t count,
                                  uint32_t *choice, struct sj_error *error) {
  lua_State *const L = sj_lua_state(program->lua);
  int whole = 0;
  const lua_Integer chosen = lua_type(L, -1) == LUA_TNUMBER ? lua_tointegerx(L, -1, &whole) : 0;
  if (whole && chosen >= 1 && chosen <= (lua_Integer)count) {
    lua_pop(L, 1);
    *choice = (uint32_t)(chosen - 1);
    return SJ_OK;
  }
  char number[32] = "";
  const bool is_number = lua_type(L, -1) == LUA_TNUMBER;
  /* nan without the sign that some processors give it */
  if (is_number && !isnan(lua_tonumber(L, -1))) sj_number_text(lua_tonumber(L, -1), number);
  const char *const got = is_number ? *number ? number : "nan" : lua_isnil(L, -1) ? "nothing" : luaL_typename(L, -1);
  const enum sj_status status = sj_error_set(
      error, SJ_INVALID,
      "%s:%d: a policy's function returns which choice it takes, a whole number from 1 to "
      "%lu, got %s%s",
      program->document.file, function->line, (unsigned long)count, is_number || lua_isnil(L, -1) ? "" : "a ", got);
  lua_pop(L, 1);
  return status;
}

enum sj_status sj_program_pick(struct sj_program *program, const struct sj_function *function,
                               const struct sj_program_request *request, const struct sj_program_choices *choices,
                               double now, struct sj_stream *stream, uint32_t *choice, struct sj_error *error) {
  lua_State *const L = sj_lua_state(program->lua);
  program->views.request = request;
  program->views.choices = choices;
  program->reader.stream = stream;
  lua_rawgeti(L, LUA_REGISTRYINDEX, program->reader.functions[function->number]);
  sj_views_push(L, &program->views);
  lua_pushnumber(L, now);
  enum sj_status status = sj_lua_call(
      program->lua, 3, 1, SJ_PROGRAM_INSTRUCTIONS + SJ_PROGRAM_INSTRUCTIONS_A_CHOICE * choices->count, error);
  program->views.choices = NULL;
  program->reader.stream = NULL;
  if (!status && program->mistakes.count) {
    lua_pop(L, 1);
    return sj_mistakes_report(&program->mistakes, error);
  }
  return status ? status : read_choice(program, function, choices->count, choice, error);
}

bool sj_document_names(const struct sj_document *document, const char *name) {
  const size_t length = strlen(name);
  const char *const end = document->source + document->source_length;
  for (const char *at = document->source; at && at < end; at++) {
    at = memmem(at, (size_t)(end - at), name, length);
    if (!at) return false;
    const bool begins = at == document->source || (!isalnum((unsigned char)at[-1]) && at[-1] != '_');
    const bool ends = at + length == end || (!isalnum((unsigned char)at[length]) && at[length] != '_');
    if (begins && ends) return true;
  }
  return false;
}
