#include <stdio.h>

#include "cli/cli.h"
#include "model/lua/watchdog.h"
#include "sojourn/model.h"

enum sj_exit sj_read_model(const struct sj_options *options, struct sj_model **model) {
  const struct sj_model_options how = {.overrides = options->overrides,
                                       .override_count = options->override_count,
                                       .scenario = options->scenario,
                                       .data_directory = options->data};
  struct sj_error error = {{0}};
  struct sj_watchdog *watchdog = NULL;
  enum sj_status status = sj_watchdog_arm(options->file, SJ_WATCHDOG_SECONDS, &watchdog, &error);
  if (status == SJ_OK) status = sj_model_load(options->file, &how, model, &error);
  sj_watchdog_disarm(watchdog);
  if (status == SJ_OK) return SJ_EXIT_DONE;
  fprintf(stderr, "%s\n", error.message);
  return sj_exit_of(status);
}
