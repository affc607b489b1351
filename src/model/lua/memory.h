/* The memory of one Lua state: limited, and the same addresses in every run.
 *
 * Lua hashes tables and functions that are keys by the low half of their address, and the layout of a hash can be seen
 * (in the length of a table with holes). So small blocks, which all such objects are, come from slabs in an arena whose
 * address is a multiple of 4 GiB: the low half of each address follows from what was allocated before. Large blocks,
 * which are only ever the insides of objects, come from malloc. */
#ifndef SJ_MODEL_LUA_MEMORY_H
#define SJ_MODEL_LUA_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

enum { SJ_LUA_SIZE_CLASSES = 33 };
struct slab;

struct sj_lua_memory {
  size_t limit;            /* of `used`; set before use */
  size_t used;             /* bytes of slabs that hold something, and of large blocks */
  bool limited;            /* what was refused last was refused for the limit, not by the system */
  char *base, *end;        /* the arena; NULL if there was no room for one: malloc does it all */
  char *committed, *fresh; /* usable up to, used up to */
  struct slab *empty;      /* slabs to use again */
  size_t empty_count;
  struct slab *partial[SJ_LUA_SIZE_CLASSES]; /* slabs with free blocks */
};

/* `memory` is zeroed but for its limit. The end unmaps everything that is in the arena. */
void sj_lua_memory_begin(struct sj_lua_memory *memory);
void sj_lua_memory_end(struct sj_lua_memory *memory);

/* As realloc; a new size of 0 frees. `old_size` is what was asked for, 0 for a NULL block. NULL if the limit or the
 * system's memory is reached; a block that shrinks is always kept. */
void *sj_lua_memory_resize(struct sj_lua_memory *memory, void *block, size_t old_size, size_t new_size);

#endif
