#include <stdio.h>

#include "cli/cli.h"
#include "model/lua/watchdog.h"
#include "sojourn/model.h"

static enum sj_exit read_model(const char *file, const struct sj_model_options *how, struct sj_model **model) {
  struct sj_error error = {{0}};
  struct sj_watchdog *watchdog = NULL;
  enum sj_status status = sj_watchdog_arm(file, SJ_WATCHDOG_SECONDS, &watchdog, &error);
  if (status == SJ_OK) status = sj_model_load(file, how, model, &error);
  sj_watchdog_disarm(watchdog);
  if (status == SJ_OK) return SJ_EXIT_DONE;
  fprintf(stderr, "%s\n", error.message);
  return sj_exit_of(status);
}

static struct sj_model_options how_to(const struct sj_options *options, const char *scenario) {
  return (struct sj_model_options){.overrides = options->overrides,
                                   .override_count = options->override_count,
                                   .scenario = scenario,
                                   .data_directory = options->data};
}

enum sj_exit sj_read_model(const struct sj_options *options, struct sj_model **model) {
  const struct sj_model_options how = how_to(options, options->scenario_count ? options->scenarios[0] : NULL);
  return read_model(options->file, &how, model);
}

enum sj_exit sj_read_common(const struct sj_options *options, struct sj_model **model) {
  const struct sj_model_options how = how_to(options, NULL);
  return read_model(options->file, &how, model);
}

enum sj_exit sj_read_scenario(const struct sj_options *options, const char *scenario, struct sj_model **model) {
  struct sj_model_options how = how_to(options, scenario);
  how.scenario_only = true;
  return read_model(options->file, &how, model);
}
