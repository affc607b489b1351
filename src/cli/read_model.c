#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
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

static enum sj_status read_watched(const char *file, const struct sj_model_options *how, struct sj_model **model,
                                   struct sj_error *error) {
  struct guard guard = {.file = file};
  const struct sj_lua_limits limits = {.on_run = on_run, .context = &guard};
  return sj_model_load_within(file, &limits, how, model, error);
}

static enum sj_exit read_model(const char *file, const struct sj_model_options *how, struct sj_model **model) {
  struct sj_error error = {{0}};
  const enum sj_status status = read_watched(file, how, model, &error);
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

enum sj_status sj_check_scenario(const struct sj_options *options, const struct sj_model *model,
                                 struct sj_error *error) {
  const size_t count = sj_model_scenario_count(model);
  if (!count || options->scenario_count) return SJ_OK;
  sj_error_set(error, SJ_INVALID, "%s has scenarios; choose one of them:", options->file);
  for (size_t i = 0; i < count; i++) sj_error_add(error, "  --scenario \"%s\"", sj_model_scenario_name(model, i));
  return SJ_INVALID;
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

enum sj_status sj_read_with(const struct sj_options *options, const char *const *more, size_t count,
                            struct sj_model **model, struct sj_error *error) {
  const char **const overrides = sj_allocate_array(options->override_count + count, sizeof *overrides);
  for (size_t i = 0; i < options->override_count; i++) overrides[i] = options->overrides[i];
  for (size_t i = 0; i < count; i++) overrides[options->override_count + i] = more[i];
  struct sj_model_options how = how_to(options, options->scenario_count ? options->scenarios[0] : NULL);
  how.overrides = overrides;
  how.override_count += count;
  how.scenario_only = true;
  const enum sj_status status = read_watched(options->file, &how, model, error);
  free(overrides);
  return status;
}

enum sj_status sj_read_point(const struct sj_options *options, const char *override, struct sj_model **model,
                             struct sj_error *error) {
  return sj_read_with(options, &override, 1, model, error);
}
