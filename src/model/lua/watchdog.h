/* The last resort against a model whose code does not end.
 *
 * The budget of sj_lua_run ends every loop of a model, but not what Lua does in one step (docs/lua-environment.md names
 * the cases). A command that would rather end than hang arms the watchdog while a model's code runs:
 * sj_lua_limits.on_run says when that is. To arm it around all of sj_model_load would end the reading of large
 * recordings too. It ends the whole process: only cli/ may use it. */
#ifndef SJ_MODEL_LUA_WATCHDOG_H
#define SJ_MODEL_LUA_WATCHDOG_H

#include "sojourn/status.h"

/* What a model's code may take, in seconds of the clock on the wall. */
#define SJ_WATCHDOG_SECONDS 12.0

struct sj_watchdog;

/* Arms: unless disarmed within `seconds`, the process writes "FILE: the model's code ran for more than N s ..." to
 * standard error and ends at once with exit code 2, whatever its other threads do. `file` is copied. SJ_FAILED if no
 * thread could be started: then nothing is armed. */
enum sj_status sj_watchdog_arm(const char *file, double seconds, struct sj_watchdog **watchdog, struct sj_error *error);

/* Disarms and frees; NULL is allowed. After the return the process is safe. */
void sj_watchdog_disarm(struct sj_watchdog *watchdog);

#endif
