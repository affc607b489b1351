/* The closed environment that model files run in: Lua 5.4 with nothing to reach, nothing to see that differs from run
 * to run, and an end to everything. docs/lua-environment.md lists what a model finds in it.
 *
 * - Closed: no file, network, clock, process, address or source of randomness. Only text is loaded, no bytecode.
 * - Reproducible: pairs and next go in the order of keys, tostring shows no address, sort has no random pivot.
 * - Bounded: a budget of instructions, to which the C functions of the environment charge their own steps, and a limit
 * of memory.
 *
 * One environment belongs to one thread at a time; any number of them exist side by side. */
#ifndef SJ_MODEL_LUA_ENVIRONMENT_H
#define SJ_MODEL_LUA_ENVIRONMENT_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sojourn/status.h"

struct sj_lua;

/* What an environment may use. Zero means the default. */
struct sj_lua_limits {
  uint64_t instructions; /* of the loading budget, see below; default SJ_LUA_INSTRUCTIONS */
  size_t memory_bytes;   /* that Lua holds at once; default SJ_LUA_MEMORY_BYTES */
  unsigned hash_seed;    /* of the hashes of strings; sj_lua_hash_seed gives one that a file cannot aim at */
  /* Called with true when the model's code begins to run (the outermost of the three functions below) and with false
   * when it has ended; for a watchdog. */
  void (*on_run)(void *context, bool begins);
  void *context;
};
#define SJ_LUA_INSTRUCTIONS UINT64_C(100000000)
#define SJ_LUA_MEMORY_BYTES ((size_t)1 << 30)
/* The longest file that sj_lua_run takes: the parser is not under the budget. */
#define SJ_LUA_FILE_BYTES ((size_t)1 << 20)

/* A seed that follows from the text of the model: the same in every run, and no file can be made of strings that all
 * collide (Lua would search through them at each use, outside the budget). Never 0. */
unsigned sj_lua_hash_seed(const char *text, size_t length);

/* Makes an environment with the basic functions in its global table. `limits` may be NULL. On SJ_OK `*environment` is
 * the caller's, to be ended with sj_lua_destroy. SJ_NO_MEMORY otherwise. */
enum sj_status sj_lua_create(const struct sj_lua_limits *limits, struct sj_lua **environment, struct sj_error *error);

/* Ends an environment and everything in it; NULL is allowed. Runs no code of the model. */
void sj_lua_destroy(struct sj_lua *environment);

/* The Lua state of an environment and back. Functions of the Lua API that can raise an error (that allocate, index
 * through metamethods, call) may be used only inside one of the three functions that follow. */
lua_State *sj_lua_state(struct sj_lua *environment);
struct sj_lua *sj_lua_of(lua_State *L);

/* ---- Running -------------------------------------------------------------------------------------------------------
 * All three run Lua under a budget. `instructions` is a budget of its own for this call; 0 draws on the environment's
 * loading budget (or, inside another call, on that call's). An instruction of Lua's machine counts 1; 64 bytes
 * allocated count 1; a step of a C function of the environment counts 1; and where an instruction may have to look
 * through much memory (a string or a stack of more than 16 KiB has been made) it counts more.
 *
 * They return SJ_OK; SJ_INVALID with "FILE:LINE: ..." for mistakes of syntax, errors at run time and a budget used up;
 * or SJ_NO_MEMORY with "FILE:LINE: ..." for memory used up. After an error the environment can be used again. */

/* Runs `function` with `context` as its only argument, a light userdata: lua_touserdata(L, 1). It may use the whole API
 * and raise errors; what it returns is dropped. This is how constructors get into the environment:
 *   static int open_model(lua_State *L) { lua_pushcfunction(L, server); lua_setglobal(L, "server"); return 0; }
 *   sj_lua_protect(environment, open_model, NULL, 0, error); */
enum sj_status sj_lua_protect(struct sj_lua *environment, lua_CFunction function, void *context, uint64_t instructions,
                              struct sj_error *error);

/* Runs the `length` bytes at `text` as a file named `file` (copied; for messages). A byte order mark and a first line
 * that starts with # are skipped. */
enum sj_status sj_lua_run(struct sj_lua *environment, const char *file, const char *text, size_t length,
                          struct sj_error *error);

/* Calls the value below the top `arguments` values of the stack with these, as lua_pcall does: they are replaced by
 * exactly `results` values (not LUA_MULTRET), or by nothing on failure. To put the function there:
 *   lua_rawgeti(L, LUA_REGISTRYINDEX, reference), which needs no protection; numbers likewise. */
enum sj_status sj_lua_call(struct sj_lua *environment, int arguments, int results, uint64_t instructions,
                           struct sj_error *error);

/* ---- For C functions that Lua calls --------------------------------------------------------------------------------
 */

/* Takes `steps` from the budget of the running call, and raises the error if that uses it up. For every loop whose
 * length the model decides, before the loop or in it. */
void sj_lua_charge(lua_State *L, uint64_t steps);

/* The line of the model that is running: of the innermost Lua function. 0 if there is none. */
int sj_lua_line(lua_State *L);

/* The name of the file that runs or ran last, "" before that; valid until the next sj_lua_run. */
const char *sj_lua_file(const struct sj_lua *environment);

/* Makes the metatable `name` for values of our own, pushes it, and keeps it under `name` in the registry for
 * luaL_setmetatable and luaL_checkudata. Models cannot see or replace it (getmetatable gives false, setmetatable
 * fails), and error messages call such values `name`. If it exists already it is just pushed. */
void sj_lua_push_metatable(lua_State *L, const char *name);

/* Why a name of plain Lua is not here ("print", "math.random"), a clause to follow "there is no `NAME` here: "; NULL if
 * it is none of these. For those who replace the metatable of the global table, which says this by default. */
const char *sj_lua_why_absent(const char *name);

/* The value at `index` as text, pushed, as the environment's tostring gives it: no addresses, __tostring and __name
 * respected. Returns it as lua_tolstring does. */
const char *sj_lua_text(lua_State *L, int index, size_t *length);

/* Pushes an array of the keys of the table at `index` in their fixed order: numbers, strings by their bytes, booleans.
 * Returns how many there are. Raises an error if there is a key of another type. For walking through what the model
 * gave: lua_next's order differs from run to run. */
lua_Integer sj_lua_push_sorted_keys(lua_State *L, int index);

#endif
