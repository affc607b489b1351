/* Holds our pattern matcher against the one of Lua's string library. */
#ifndef TESTS_LUA_PATTERN_DIFFERENCE_H
#define TESTS_LUA_PATTERN_DIFFERENCE_H

#include <lua.h>
#include <stddef.h>

#include "model/lua/environment.h"

struct pattern_case {
  const char *subject, *pattern, *replacement;
  size_t subject_length, pattern_length, replacement_length;
  lua_Integer start, most; /* find's third argument; gsub's fourth */
};

/* A plain Lua state with its string library; NULL if memory ran out. */
lua_State *stock_create(void);

/* Uses find, plain find, match, gmatch and gsub (with a text, a table, a function) on the case in both. Returns NULL if
 * results and error messages are the same, else a new string that names the first difference. What needs more than
 * `budget` steps is left out: *left_out counts those. */
char *pattern_difference(struct sj_lua *environment, lua_State *stock, const struct pattern_case *c, uint64_t budget,
                         size_t *left_out);

#endif
