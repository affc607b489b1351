/* What the files of this folder share. */
#ifndef SJ_MODEL_LUA_INTERNAL_H
#define SJ_MODEL_LUA_INTERNAL_H

#include <locale.h>
#include <stdbool.h>

#include "model/lua/environment.h"
#include "model/lua/memory.h"

/* What a call may still spend. */
struct budget {
  int64_t left;
  uint64_t limit; /* what it began with, for the message */
  bool exhausted; /* the error was raised */
};

/* Why an allocation was refused. */
enum limit { LIMIT_NONE, LIMIT_MEMORY, LIMIT_SYSTEM, LIMIT_STACK };

struct sj_lua {
  lua_State *L;
  locale_t locale; /* "C": numbers and the order of strings must not follow the user's */
  struct budget budget;
  uint64_t cost; /* of one instruction */
  int interval;  /* instructions between two calls of the hook */
  struct sj_lua_memory memory;
  unsigned hash_seed;
  void (*on_run)(void *context, bool begins);
  void *context;
  int running;           /* calls inside each other */
  size_t longest_string; /* that was ever made */
  const void *stack;     /* the block that is Lua's stack, and its size */
  size_t stack_bytes;
  const void *newest; /* the block that was allocated last, and its size */
  size_t newest_bytes;
  void *state; /* the first block that lua_newstate asks for, and its size */
  size_t state_bytes;
  enum limit refused; /* the last refusal since the call began */
  bool loading;       /* the parser is at work; `line` is where it reads */
  int line;           /* where the budget or the memory ran out; 0 unknown */
  char *file;
  char short_file[LUA_IDSIZE]; /* as Lua's messages abbreviate it */
};

void *sj_lua_allocate(void *context, void *block, size_t old_size, size_t new_size);
/* Takes chance out of the hashes of strings. To be called when lua_newstate asks for its second block, with its first.
 */
void sj_lua_fix_seed(const struct sj_lua *environment, void *state, size_t state_bytes);
/* Sets the hook's interval by what is left and what an instruction costs. */
void sj_lua_set_interval(struct sj_lua *environment);

/* Steps that reading this text may take at worst. */
uint64_t sj_lua_parser_steps(const char *text, size_t length);

/* sj_lua_push_sorted_keys, with or without taking its steps from the budget. */
lua_Integer sj_lua_push_keys(lua_State *L, int index, bool charge);

/* Turns the C functions in the global table, and in the tables there, into closures: objects with an address in the
 * arena, while that of a plain C function, as a key, would differ from run to run. */
void sj_lua_settle_functions(lua_State *L);

/* Makes reading a field that the table on top does not have an error, with the nearest name; `prefix` is what stands
 * before its names in a model. */
void sj_lua_guard(lua_State *L, const char *prefix);

/* Each puts its functions into the global table; called once, protected. */
void sj_lua_open_basics(lua_State *L);
void sj_lua_open_order(lua_State *L); /* pairs and next */
void sj_lua_open_mathematics(lua_State *L);
void sj_lua_open_strings(lua_State *L);
void sj_lua_open_tables(lua_State *L);
/* Puts find, gmatch, gsub and match into the table on top of the stack. */
void sj_lua_add_patterns(lua_State *L);

#endif
