/* The loader: any bytes as a model. A first line "--set PATH=VALUE" is an override, "--scenario NAME" a scenario. What
 * loads must also be shown, written as JSON, give the same canonical form twice, and have a variant for each fault. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"
#include "model/lua/environment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What follows `word` on the first line, in `buffer`; NULL if the line does not begin with it. */
static const char *first_line(const uint8_t *data, size_t size, const char *word, char buffer[200]) {
  const size_t length = strlen(word);
  const uint8_t *const end = memchr(data, '\n', size);
  if (!end || size < length || memcmp(data, word, length) != 0) return NULL;
  snprintf(buffer, 200, "%.*s", (int)(end - data - (ptrdiff_t)length), (const char *)data + length);
  return buffer;
}

static void use(const struct sj_model *model) {
  char *const text = sj_model_text(model), *const json = sj_model_json(model);
  char *const once = sj_model_canonical(model), *const twice = sj_model_canonical(model);
  assert(text && json && !strcmp(once, twice));
  free(text);
  free(json);
  free(once);
  free(twice);
  for (size_t i = 0; i < model->fault_count; i++) {
    for (size_t j = 0; j < model->faults[i].change_count; j++) {
      const struct sj_change *const change = &model->faults[i].changes[j];
      struct sj_model *variant = NULL;
      struct sj_error error;
      sj_model_variant(model, &change, 1, &variant, &error);
      sj_model_destroy(variant);
    }
  }
}

static void draw(const struct sj_model *model) {
  struct sj_stream stream;
  sj_stream_seed(&stream, 1, 1);
  for (size_t i = 0; i < model->server_count; i++)
    for (size_t j = 0; j < model->servers[i].api_count; j++) {
      struct sj_error error;
      struct sj_distribution *const d = sj_law_instantiate(&model->servers[i].apis[j].work, &stream, &error);
      sj_distribution_destroy(d);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const directories[] = {NULL};
  static const struct sj_lua_limits limits = {.instructions = 200000, .memory_bytes = 64 << 20};
  char override[200], scenario[200];
  const char *const overrides[] = {first_line(data, size, "--set ", override)};
  const struct sj_model_options options = {.overrides = overrides,
                                           .override_count = overrides[0] ? 1 : 0,
                                           .scenario = first_line(data, size, "--scenario ", scenario)};
  struct sj_model *model = NULL;
  struct sj_error error;
  const enum sj_status status =
      sj_model_load_text("model.lua", (const char *)data, size, directories, &limits, &options, &model, &error);
  assert((status == SJ_OK) == (model != NULL));
  assert(status == SJ_OK || *error.message);
  if (status) return 0;
  use(model);
  draw(model);
  sj_model_destroy(model);
  return 0;
}
