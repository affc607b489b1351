/* What the files of this folder share. */
#ifndef SJ_MODEL_LUA_INTERNAL_H
#define SJ_MODEL_LUA_INTERNAL_H

#include <locale.h>
#include <stdbool.h>

#include "model/lua/environment.h"

/* What a call may still spend. */
struct budget {
  int64_t left;
  uint64_t limit; /* what it began with, for the message */
  bool exhausted; /* the error was raised */
};

struct sj_lua {
  lua_State *L;
  locale_t locale; /* "C": numbers and the order of strings must not follow the user's */
  struct budget budget;
  uint64_t cost; /* of one instruction */
  int interval;  /* instructions between two calls of the hook */
  size_t memory_limit, memory_used;
  size_t longest_string; /* that was ever made */
  const void *stack;     /* the block that is Lua's stack, and its size */
  size_t stack_bytes;
  int allocations;      /* the first few, to recognize the stack by */
  bool memory_exceeded; /* an allocation was refused since the call began */
  bool loading;         /* the parser is at work; `line` is where it reads */
  int line;             /* where the budget or the memory ran out; 0 unknown */
  char *file;
  char short_file[LUA_IDSIZE]; /* as Lua's messages abbreviate it */
};

void *sj_lua_allocate(void *context, void *block, size_t old_size, size_t new_size);
/* Sets the hook's interval by what is left and what an instruction costs. */
void sj_lua_set_interval(struct sj_lua *environment);

/* Each puts its functions into the global table; called once, protected. */
void sj_lua_open_basics(lua_State *L);
void sj_lua_open_order(lua_State *L); /* pairs and next */
void sj_lua_open_mathematics(lua_State *L);
void sj_lua_open_strings(lua_State *L);
void sj_lua_open_tables(lua_State *L);
/* Puts find, gmatch, gsub and match into the table on top of the stack. */
void sj_lua_add_patterns(lua_State *L);

#endif
