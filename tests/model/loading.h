/* Loading models from text in tests. */
#ifndef TESTS_MODEL_LOADING_H
#define TESTS_MODEL_LOADING_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/build.h"

#define API "server 'api' { service = exponential { rate = 10 } }\n"
#define WEB "client 'web' { calls = 'api', arrivals = poisson { rate = 8 } }\n"

static inline enum sj_status try_load(const char *text, const char *override, const char *scenario,
                                      struct sj_model **model, struct sj_error *error) {
  const char *const directories[] = {MODELS, NULL};
  const char *const overrides[] = {override};
  const struct sj_model_options options = {
      .overrides = overrides, .override_count = override ? 1 : 0, .scenario = scenario};
  return sj_model_load_text("test.lua", text, strlen(text), directories, NULL, &options, model, error);
}

/* The model, to be destroyed; fails the test with the message if it does not load. */
static inline struct sj_model *load_with(const char *text, const char *override, const char *scenario) {
  struct sj_error error;
  struct sj_model *model = NULL;
  if (try_load(text, override, scenario, &model, &error)) fail_msg("%s", error.message);
  return model;
}
static inline struct sj_model *load(const char *text) { return load_with(text, NULL, NULL); }

static inline void assert_near(double value, double expected, double relative) {
  if (!(fabs(value - expected) <= relative * fabs(expected) + 1e-300)) fail_msg("%.17g is not %.17g", value, expected);
}

/* The offered load of a server. */
static inline double offered_load(const struct sj_model *model, size_t server) {
  struct sj_offered_load *const all = sj_model_offered_load(model);
  const double load = all[server].work;
  free(all);
  return load;
}

#endif
