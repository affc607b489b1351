#include "model/lua/environment.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "model/lua/internal.h"

/* ---- Life ---- */

static int open_environment(lua_State *L) {
  sj_lua_open_basics(L);
  sj_lua_open_mathematics(L);
  sj_lua_open_strings(L);
  sj_lua_open_tables(L);
  return 0;
}

enum sj_status sj_lua_create(const struct sj_lua_limits *limits, struct sj_lua **environment, struct sj_error *error) {
  struct sj_lua *const e = calloc(1, sizeof *e);
  if (!e) return sj_error_set(error, SJ_NO_MEMORY, "memory ran out");
  e->budget.limit = limits && limits->instructions ? limits->instructions : SJ_LUA_INSTRUCTIONS;
  e->budget.left = e->budget.limit > INT64_MAX ? INT64_MAX : (int64_t)e->budget.limit;
  e->memory.limit = limits && limits->memory_bytes ? limits->memory_bytes : SJ_LUA_MEMORY_BYTES;
  e->hash_seed = limits && limits->hash_seed ? limits->hash_seed : 1;
  e->cost = 1;
  if (limits) {
    e->on_run = limits->on_run;
    e->context = limits->context;
  }
  e->file = sj_copy_string("");
  e->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  sj_lua_memory_begin(&e->memory);
  e->L = lua_newstate(sj_lua_allocate, e);
  if (!e->L || !e->locale) {
    sj_lua_destroy(e);
    return sj_error_set(error, SJ_NO_MEMORY, "memory ran out");
  }
  *(struct sj_lua **)lua_getextraspace(e->L) = e;
  const struct budget loading = e->budget;
  const enum sj_status status = sj_lua_protect(e, open_environment, NULL, UINT64_C(1000000), error);
  e->budget = loading;
  if (status) {
    sj_lua_destroy(e);
    return status;
  }
  *environment = e;
  return SJ_OK;
}

void sj_lua_destroy(struct sj_lua *environment) {
  if (!environment) return;
  if (environment->L) {
    lua_State *const L = environment->L;
    lua_sethook(L, NULL, 0, 0);
    environment->L = NULL;
    lua_close(L);
  }
  sj_lua_memory_end(&environment->memory);
  if (environment->locale) freelocale(environment->locale);
  free(environment->file);
  free(environment);
}

lua_State *sj_lua_state(struct sj_lua *environment) { return environment->L; }

struct sj_lua *sj_lua_of(lua_State *L) {
  return *(struct sj_lua **)lua_getextraspace(L);
}

const char *sj_lua_file(const struct sj_lua *environment) { return environment->file; }

/* ---- Messages ---- */

/* How many bytes of `message` are a place in our file: "FILE:LINE:", 0 if there is none. */
static size_t place_length(const struct sj_lua *environment, const char *message) {
  const size_t name = strlen(environment->short_file);
  if (!name || strncmp(message, environment->short_file, name) != 0 || message[name] != ':') return 0;
  const size_t digits = strspn(message + name + 1, "0123456789");
  return digits && message[name + 1 + digits] == ':' ? name + 1 + digits + 1 : 0;
}

/* What is thrown becomes a text with a place, while the stack still shows it. */
static int describe(lua_State *L) {
  const struct sj_lua *const environment = sj_lua_of(L);
  if (lua_type(L, 1) == LUA_TNUMBER)
    lua_tostring(L, 1);
  else if (lua_type(L, 1) != LUA_TSTRING)
    lua_pushfstring(L, "the error thrown is not a text but a %s value", luaL_typename(L, 1));
  const int line = sj_lua_line(L);
  if (line && !place_length(environment, lua_tostring(L, -1)))
    lua_pushfstring(L, "%s:%d: %s", environment->short_file, line, lua_tostring(L, -1));
  return 1;
}

/* Appends Lua's text to a report: what a terminal would obey becomes an escape. */
static void add_readable(struct sj_text *report, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    const unsigned char c = (unsigned char)bytes[i];
    if ((c < 32 && c != '\n' && c != '\t') || c == 127)
      sj_text_add(report, "\\%d", c);
    else
      sj_text_add_bytes(report, bytes + i, 1);
  }
}

static enum sj_status report_message(struct sj_lua *environment, struct sj_error *error) {
  size_t length = 0;
  const char *message = lua_tolstring(environment->L, -1, &length);
  if (!message) message = "unknown error";
  struct sj_text report = {0};
  const size_t place = place_length(environment, message);
  add_readable(&report, environment->file, strlen(environment->file));
  if (place) {
    const size_t name = strlen(environment->short_file);
    add_readable(&report, message + name, place - name);
  } else if (environment->loading) {
    sj_text_add(&report, ":%d: ", environment->line);
  } else if (*environment->file) {
    sj_text_add(&report, ": ");
  }
  const size_t room = sizeof error->message;
  add_readable(&report, message + place, length - place > room ? room : length - place);
  sj_error_set(error, SJ_INVALID, "%s", report.data);
  if (error && report.length >= room) memcpy(error->message + room - 4, "...", 4);
  free(report.data);
  return SJ_INVALID;
}

static enum sj_status report_limit(const struct sj_lua *environment, enum sj_status status, struct sj_error *error,
                                   const char *message) {
  if (environment->line > 0)
    return sj_error_set(error, status, "%s:%d: %s", environment->file, environment->line, message);
  return sj_error_set(error, status, "%s%s%s", environment->file, *environment->file ? ": " : "", message);
}

static enum sj_status report(struct sj_lua *environment, int status, struct sj_error *error) {
  char message[160];
  if (status == LUA_ERRMEM && environment->refused == LIMIT_STACK)
    return report_limit(environment, SJ_INVALID, error, "stack overflow: is there an endless recursion?");
  if (status == LUA_ERRMEM && environment->refused == LIMIT_SYSTEM)
    return report_limit(environment, SJ_NO_MEMORY, error, "the memory of this machine is used up");
  if (status == LUA_ERRMEM && environment->refused == LIMIT_MEMORY) {
    snprintf(message, sizeof message, "the %zu MiB of memory that a model may use are used up",
             environment->memory.limit >> 20);
    return report_limit(environment, SJ_NO_MEMORY, error, message);
  }
  if (environment->budget.exhausted) {
    snprintf(message, sizeof message, "the budget of %" PRIu64 " instructions is used up: is there an endless loop?",
             environment->budget.limit);
    return report_limit(environment, SJ_INVALID, error, message);
  }
  return report_message(environment, error);
}

/* ---- Running ---- */

enum sj_status sj_lua_call(struct sj_lua *environment, int arguments, int results, uint64_t instructions,
                           struct sj_error *error) {
  lua_State *const L = environment->L;
  if (!lua_checkstack(L, LUA_MINSTACK)) {
    lua_pop(L, arguments + 1);
    return sj_error_set(error, SJ_NO_MEMORY, "%s: the stack is used up", environment->file);
  }
  const struct budget outer = environment->budget;
  if (instructions)
    environment->budget =
        (struct budget){.left = instructions > INT64_MAX ? INT64_MAX : (int64_t)instructions, .limit = instructions};
  environment->refused = LIMIT_NONE;
  sj_lua_set_interval(environment);
  const locale_t locale = uselocale(environment->locale);
  const int function = lua_gettop(L) - arguments;
  lua_pushcfunction(L, describe);
  lua_insert(L, function);
  if (environment->running++ == 0 && environment->on_run) environment->on_run(environment->context, true);
  const int status = lua_pcall(L, arguments, results, function);
  if (--environment->running == 0 && environment->on_run) environment->on_run(environment->context, false);
  lua_remove(L, function);
  uselocale(locale);
  const enum sj_status result = status ? report(environment, status, error) : SJ_OK;
  environment->loading = false;
  if (status) lua_pop(L, 1);
  if (instructions) {
    environment->budget = outer;
    sj_lua_set_interval(environment);
  }
  return result;
}

enum sj_status sj_lua_protect(struct sj_lua *environment, lua_CFunction function, void *context, uint64_t instructions,
                              struct sj_error *error) {
  lua_State *const L = environment->L;
  if (!lua_checkstack(L, LUA_MINSTACK))
    return sj_error_set(error, SJ_NO_MEMORY, "%s: the stack is used up", environment->file);
  lua_pushcfunction(L, function);
  lua_pushlightuserdata(L, context);
  return sj_lua_call(environment, 1, 0, instructions, error);
}

struct source {
  struct sj_lua *environment;
  const char *text;
  size_t length;
};

/* Hands the file over line by line: a parser that fails without a place is about where it reads. */
static const char *read_line(lua_State *L, void *context, size_t *size) {
  (void)L;
  struct source *const source = context;
  if (!source->length) return NULL;
  const char *const line = source->text;
  const char *const end = memchr(line, '\n', source->length);
  *size = end ? (size_t)(end - line) + 1 : source->length;
  source->text += *size;
  source->length -= *size;
  source->environment->line++;
  return line;
}

static int run_source(lua_State *L) {
  struct source *const source = lua_touserdata(L, 1);
  struct sj_lua *const environment = source->environment;
  const char *const name = lua_pushfstring(L, "@%s", environment->file);
  sj_lua_settle_functions(L);
  environment->loading = true;
  environment->line = 0;
  if (lua_load(L, read_line, source, name, "t")) return lua_error(L);
  environment->loading = false;
  lua_call(L, 0, 0);
  return 0;
}

/* As luaO_chunkid does for a file. */
static void abbreviate(char *short_file, const char *file) {
  const size_t length = strlen(file);
  if (length < LUA_IDSIZE)
    memcpy(short_file, file, length + 1);
  else
    snprintf(short_file, LUA_IDSIZE, "...%s", file + length - (LUA_IDSIZE - 4));
}

enum sj_status sj_lua_run(struct sj_lua *environment, const char *file, const char *text, size_t length,
                          struct sj_error *error) {
  free(environment->file);
  environment->file = sj_copy_string(file);
  abbreviate(environment->short_file, file);
  if (length > SJ_LUA_FILE_BYTES)
    return sj_error_set(error, SJ_INVALID,
                        "%s:1: the file has %zu bytes; a model has at most 1 MiB (data go into files of "
                        "their own)",
                        file, length);
  if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3, length -= 3;
  if (length && text[0] == '#') {
    const char *const end = memchr(text, '\n', length);
    length = end ? length - (size_t)(end - text) : 0;
    text = end;
  }
  if (length && text[0] == LUA_SIGNATURE[0])
    return sj_error_set(error, SJ_INVALID, "%s:1: this is a compiled Lua file, a model is a text", file);
  const uint64_t steps = sj_lua_parser_steps(text, length);
  if (environment->budget.left > 0) {
    if (steps > (uint64_t)environment->budget.left)
      return sj_error_set(
          error, SJ_INVALID,
          "%s:1: the file has too many jumps (and, or, elseif, goto, break), or names and functions, to be read", file);
    environment->budget.left -= (int64_t)steps;
  }
  struct source source = {environment, text, length};
  return sj_lua_protect(environment, run_source, &source, 0, error);
}
