/* The seed of string hashes.
 *
 * Lua draws it from the clock and from addresses. The order of pairs does not depend on it here, but the length of a
 * table with holes does (through the moments at which the table is laid out anew), and the interface offers no way to
 * set it. So this file reaches into Lua's state, once, at the moment when the seed is drawn and no string exists yet:
 * it looks for the beginning of Lua's global_State as lstate.h of Lua 5.4.4 lays it out, and writes only
 * where every field has the value that lua_newstate has just given it. With another layout nothing matches and nothing
 * is written: the length of such tables then differs from run to run (tests/lua/test_reproducible.c shows whether it
 * does). */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "model/lua/internal.h"

struct value {
  union {
    lua_Integer integer;
    void *pointer;
  } content;
  unsigned char type;
};

struct global_state {
  lua_Alloc allocate;
  void *context;
  ptrdiff_t total_bytes, debt;
  size_t estimate, last_atomic;
  void *strings;
  int string_count, string_size;
  struct value registry, nil;
  unsigned seed;
};

void sj_lua_fix_seed(const struct sj_lua *environment, void *state, size_t state_bytes) {
  enum { NIL = 0, INTEGER = 3 };
  for (size_t place = 0; place + sizeof(struct global_state) <= state_bytes; place += sizeof(void *)) {
    struct global_state global;
    memcpy(&global, (char *)state + place, sizeof global);
    if (global.allocate != sj_lua_allocate || global.context != environment) continue;
    if (global.total_bytes != (ptrdiff_t)state_bytes || global.strings || global.string_count || global.string_size)
      return;
    if (global.registry.type != NIL || global.nil.type != INTEGER || global.nil.content.integer != 0) return;
    global.seed = environment->hash_seed;
    memcpy((char *)state + place, &global, sizeof global);
    return;
  }
}

unsigned sj_lua_hash_seed(const char *text, size_t length) {
  char hex[65];
  sj_sha256_hex(text, length, hex);
  hex[8] = 0;
  return (unsigned)strtoul(hex, NULL, 16) | 1;
}
