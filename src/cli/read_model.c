#include <stdio.h>

#include "cli/cli.h"
#include "model/build.h"
#include "model/lua/environment.h"
#include "model/lua/watchdog.h"
#include "sojourn/model.h"

struct guard {
  const char *file;
  struct sj_watchdog *watchdog;
};

/* Not around all of the loading: large recordings may take their time. Where no thread can be had for the watchdog the
 * model's budget must do. */
static void on_run(void *context, bool begins) {
  struct guard *const guard = context;
  if (begins) {
    sj_watchdog_arm(guard->file, SJ_WATCHDOG_SECONDS, &guard->watchdog, NULL);
  } else {
    sj_watchdog_disarm(guard->watchdog);
    guard->watchdog = NULL;
  }
}

enum sj_exit sj_read_model(const struct sj_options *options, struct sj_model **model) {
  const struct sj_model_options how = {.overrides = options->overrides,
                                       .override_count = options->override_count,
                                       .scenario = options->scenario,
                                       .data_directory = options->data};
  struct sj_error error = {{0}};
  struct guard guard = {.file = options->file};
  const struct sj_lua_limits limits = {.on_run = on_run, .context = &guard};
  const enum sj_status status = sj_model_load_within(options->file, &limits, &how, model, &error);
  if (status == SJ_OK) return SJ_EXIT_DONE;
  fprintf(stderr, "%s\n", error.message);
  return sj_exit_of(status);
}
