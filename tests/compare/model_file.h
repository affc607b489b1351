/* A model in a file that is gone at the end. */
#ifndef TESTS_COMPARE_MODEL_FILE_H
#define TESTS_COMPARE_MODEL_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sojourn/model.h"

static const char mm1[] =
    "server \"api\" { service = exponential { rate = 10 } }\n"
    "client \"web\" { calls = \"api\", arrivals = poisson { rate = 5 } }\n"
    "run { duration = 200, warmup = 10, runs = 4 }\n"
    "scenario(\"as it is\", function() end)\n"
    "scenario(\"fast\", function() set { [\"api.service.rate\"] = 20 } end)\n"
    "scenario(\"too slow\", function() set { [\"api.service.rate\"] = 2 } end)\n";

struct model_file {
  char path[32];
};

static void write_model(struct model_file *file, const char *text) {
  snprintf(file->path, sizeof file->path, "/tmp/sojourn-test-XXXXXX");
  const int descriptor = mkstemp(file->path);
  if (descriptor < 0 || write(descriptor, text, strlen(text)) != (ssize_t)strlen(text)) abort();
  close(descriptor);
}

static inline struct sj_model *load_scenario(const struct model_file *file, const char *scenario) {
  struct sj_model *model = NULL;
  struct sj_error error;
  const struct sj_model_options options = {.scenario = scenario, .scenario_only = true};
  if (sj_model_load(file->path, &options, &model, &error) == SJ_OK) return model;
  fprintf(stderr, "%s\n", error.message);
  abort();
}

#endif
