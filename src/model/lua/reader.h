/* From the text of a model to its document: the constructors that a file calls, in the closed environment. */
#ifndef SJ_MODEL_LUA_READER_H
#define SJ_MODEL_LUA_READER_H

#include <lua.h>

#include "model/document.h"
#include "model/lua/environment.h"
#include "model/mistakes.h"
#include "model/schema.h"
#include "random/stream.h"

/* "PATH=VALUE" texts of the command line, and which of them were taken by a `param`. */
struct sj_overrides {
  const char *const *texts;
  size_t count;
  bool *used;
};

/* One `path = value` of a scenario's `set`. */
struct sj_setting {
  const char *path;
  struct sj_value value;
};

struct sj_pending {
  const char *name;
  const struct sj_schema *schema;
  int line;
  bool done;
};

/* What the constructors share while a file is read. */
struct sj_reader {
  struct sj_document *document;
  struct sj_mistakes *mistakes;
  struct sj_overrides *overrides;
  double seconds;     /* of the model's time unit; NAN for a unit of its own name */
  char time_unit[16]; /* as given */
  int time_word_line; /* where a time word was first used; 0: not yet */
  size_t wanted_scenario;
  int scenario_function; /* its reference in the registry; LUA_NOREF if it was not there */
  bool in_scenario, in_per_member;
  uint32_t symbol_count;
  struct sj_pending *pending; /* components whose table has not come yet */
  size_t pending_count, pending_capacity;
  struct sj_setting *settings;
  size_t setting_count, setting_capacity;
  uint32_t function_count; /* met so far */
  bool keeps_functions;    /* for calling them: */
  int *functions;          /* their references in the registry, by number */
  size_t kept_count, kept_capacity;
  struct sj_stream *stream; /* of random(), while a policy's function runs; else NULL */
};

/* Reads `length` bytes at `text` as the file `file`, within `limits` (may be NULL) and, if `scenario` is not SIZE_MAX,
 * runs that scenario's function on top. `*document` is the caller's. Mistakes are added to `mistakes`; reading goes on
 * after them where it can. SJ_OK also where there were mistakes; SJ_NO_MEMORY if the model used up its memory, with
 * `error` set. What a scenario sets is applied. */
enum sj_status sj_read_document(const char *file, const char *text, size_t length, const struct sj_lua_limits *limits,
                                size_t scenario, struct sj_overrides *overrides, struct sj_mistakes *mistakes,
                                struct sj_document **document, struct sj_error *error);

/* Opens the environment for a model's file and runs the text and the scenario's function, as sj_read_document does;
 * mistakes are added to reader->mistakes. */
enum sj_status sj_reader_run(struct sj_lua *lua, struct sj_reader *reader, const char *text, size_t length,
                             struct sj_error *error);

/* ---- shared by the files of the reader ---- */

/* The reader of the calling function: its first upvalue. */
struct sj_reader *sj_reader_of(lua_State *L);
/* Adds a mistake at the line that runs. */
void sj_reader_mistake(lua_State *L, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The Lua value at `index` as a value of the document. */
struct sj_value sj_reader_value(lua_State *L, int index);
/* A node of `schema` made of the table at `index`. */
struct sj_node *sj_reader_node(lua_State *L, int index, const struct sj_schema *schema);
/* A node without fields. */
struct sj_node *sj_reader_new_node(lua_State *L, const struct sj_schema *schema);
/* What a constructor makes of the arguments that are on the stack: pushes the node, or the unknown one with a report.
 * Returns 1. */
int sj_reader_construct(lua_State *L, const struct sj_schema *schema);
/* Counts `value` as a part of `node`. Parts are shared, so that a few lines can make a tree of any size: it is charged
 * for as if it were written out, and laws have a limit of their own, for they are walked through recursively. */
void sj_reader_count(lua_State *L, struct sj_node *node, const struct sj_value *value);
void sj_reader_push(lua_State *L, const struct sj_node *node);
/* Pushes the value that stands for something already reported. Returns 1. */
int sj_reader_push_unknown(lua_State *L);
/* The node behind the value at `index`, or NULL. */
const struct sj_node *sj_reader_check(lua_State *L, int index);
/* What to call the value at `index` in a message: "a table", "exponential", "3". Pushes it. */
const char *sj_reader_describe(lua_State *L, int index);

/* SJ_FAMILY_SYMBOL for arithmetic that yields a number. */
enum sj_family sj_node_family(const struct sj_node *node);

/* Each puts its names into the global table. The reader is at index 1 as a light userdata. */
void sj_reader_open_values(lua_State *L, struct sj_reader *reader);
void sj_reader_open_constructors(lua_State *L, struct sj_reader *reader);
void sj_reader_open_declarations(lua_State *L, struct sj_reader *reader);
/* Makes `function` with the reader as its upvalue the global `name`. */
void sj_reader_global(lua_State *L, struct sj_reader *reader, const char *name, lua_CFunction function);

/* The factor of a time word ("ms" is 0.001 in a model in seconds); false if `name` is none. */
bool sj_time_word_seconds(const char *name, double *seconds);
extern const char *const sj_time_words[];

#endif
