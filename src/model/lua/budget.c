/* The two limits: instructions and memory. */
#include <lauxlib.h>

#include "model/lua/internal.h"

enum {
  HOOK_INTERVAL = 1000,
  BYTES_PER_STEP = 64, /* a gigabyte allocated and filled takes about as long as 16 million instructions */
  SEARCH_STEP = 16,    /* bytes in use that a full collection visits in the time of an instruction */
  STACK_BYTES = 1 << 20,
  STACK_EXTRA = 80 /* bytes of Lua's stack beyond the size that it doubles */
};

/* An instruction can compare two strings, read one as a number, or copy all of a function's variable arguments: no hook
 * sees how long that takes, so that the longest string and the size of the stack stand for the worst it can do. */
static uint64_t instruction_cost(const struct sj_lua *environment) {
  uint64_t cost = 1;
  if (environment->longest_string > 16384) cost += environment->longest_string / 64;
  if (environment->stack_bytes > 16384) cost += environment->stack_bytes / 1024;
  return cost;
}

static void spend(struct sj_lua *environment, uint64_t steps) {
  const int64_t left = environment->budget.left;
  const int64_t lowest = INT64_MIN / 2;
  environment->budget.left = steps > INT64_MAX / 2 || left < lowest ? lowest : left - (int64_t)steps;
}

int sj_lua_line(lua_State *L) {
  lua_Debug activation;
  for (int level = 0; lua_getstack(L, level, &activation); level++) {
    lua_getinfo(L, "l", &activation);
    if (activation.currentline > 0) return activation.currentline;
  }
  return 0;
}

static void exhaust(lua_State *L) {
  struct sj_lua *const environment = sj_lua_of(L);
  if (!environment->budget.exhausted && !environment->loading) environment->line = sj_lua_line(L);
  environment->budget.exhausted = true;
  sj_lua_set_interval(environment);
  luaL_error(L, "the budget is used up"); /* the caller of Lua words it */
}

static void on_count(lua_State *L, lua_Debug *activation) {
  (void)activation;
  struct sj_lua *const environment = sj_lua_of(L);
  spend(environment, (uint64_t)environment->interval * environment->cost);
  if (environment->budget.left <= 0) exhaust(L);
}

/* Once the budget is used up every instruction meets the hook, so that no __close metamethod can begin to run while the
 * error unwinds the stack. */
void sj_lua_set_interval(struct sj_lua *environment) {
  const int64_t affordable = environment->budget.left / (int64_t)environment->cost;
  environment->interval = affordable > HOOK_INTERVAL ? HOOK_INTERVAL : affordable < 1 ? 1 : (int)affordable;
  lua_sethook(environment->L, on_count, LUA_MASKCOUNT, environment->interval);
}

void sj_lua_charge(lua_State *L, uint64_t steps) {
  struct sj_lua *const environment = sj_lua_of(L);
  spend(environment, steps);
  if (environment->budget.left <= 0) exhaust(L);
}

static void update_cost(struct sj_lua *environment) {
  const uint64_t cost = instruction_cost(environment);
  if (cost == environment->cost) return;
  environment->cost = cost;
  if (environment->L) sj_lua_set_interval(environment);
}

static void *refuse(struct sj_lua *environment, enum limit limit) {
  /* Lua collects all garbage and asks again: that is the price. */
  spend(environment, environment->memory.used / SEARCH_STEP);
  if (!environment->loading && environment->L) environment->line = sj_lua_line(environment->L);
  environment->refused = limit;
  return NULL;
}

/* Lua's own limit of a million values lets one instruction take minutes: t() where t's __call is t. Its stack grows by
 * moving to a new block of twice the size. */
static bool grows_stack(const struct sj_lua *environment, const void *block, size_t old_size, size_t new_size) {
  if (new_size <= STACK_BYTES || !environment->stack) return false;
  return block == environment->stack ||
         (!block && old_size == 0 && new_size == 2 * (environment->stack_bytes - STACK_EXTRA) + STACK_EXTRA);
}

/* lua_newstate asks for the state, then for the stack of its main thread. */
static bool is_first_stack(struct sj_lua *environment, void *block, size_t size) {
  if (environment->stack) return false;
  if (environment->state) {
    sj_lua_fix_seed(environment, environment->state, environment->state_bytes);
    return true;
  }
  environment->state = block;
  environment->state_bytes = size;
  return false;
}

static void set_stack(struct sj_lua *environment, const void *block, size_t size) {
  environment->stack = block;
  environment->stack_bytes = size;
  update_cost(environment);
}

void *sj_lua_allocate(void *context, void *block, size_t old_size, size_t new_size) {
  struct sj_lua *const environment = context;
  if (new_size == 0) {
    /* When the stack has moved, nothing was allocated since the block that it moved to. */
    if (block && block == environment->stack) set_stack(environment, environment->newest, environment->newest_bytes);
    return sj_lua_memory_resize(&environment->memory, block, block ? old_size : 0, 0);
  }
  if (grows_stack(environment, block, old_size, new_size)) return refuse(environment, LIMIT_STACK);
  const bool is_stack = block && block == environment->stack;
  void *const result = sj_lua_memory_resize(&environment->memory, block, block ? old_size : 0, new_size);
  if (!result) return refuse(environment, environment->memory.limited ? LIMIT_MEMORY : LIMIT_SYSTEM);
  spend(environment, new_size / BYTES_PER_STEP);
  environment->newest = result;
  environment->newest_bytes = new_size;
  if (is_stack || is_first_stack(environment, result, new_size)) {
    set_stack(environment, result, new_size);
  } else if (!block && old_size == LUA_TSTRING && new_size > environment->longest_string) {
    environment->longest_string = new_size;
    update_cost(environment);
  }
  return result;
}
