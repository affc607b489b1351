/* Model files of `sojourn learn`: any bytes, with and without the checksum that they ought to have, are either refused
 * with a message or become a model whose file is loaded again. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "learn/model_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
  if (!ok) abort();
}

static void parse(const char *bytes, size_t length) {
  struct sj_learned *model, *again;
  struct sj_error error = {{0}};
  if (sj_learned_parse(bytes, length, "input", &model, &error) != SJ_OK) {
    check(!model && strncmp(error.message, "input: ", 7) == 0);
    return;
  }
  struct sj_text written = {0};
  sj_learned_write(model, &written);
  check(sj_learned_parse(written.data, written.length, "input", &again, &error) == SJ_OK);
  const size_t history = sj_learned_history(model) * sj_learned_feature_count(model);
  if (sj_learned_latent(model) < 100 && history < 1000) {
    double *const start = calloc(history, sizeof *start), *const end = calloc(history, sizeof *end);
    check(sj_learned_predict(model, start, 1, end, &error) == SJ_OK);
    free(start);
    free(end);
  }
  free(written.data);
  sj_learned_destroy(again);
  sj_learned_destroy(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sj_text bytes = {0};
  sj_text_add_bytes(&bytes, (const char *)data, size);
  parse(bytes.data, size);
  if (size > 32) {
    bytes.length = size - 32;
    sj_learned_seal(&bytes);
    parse(bytes.data, bytes.length);
  }
  free(bytes.data);
  return 0;
}
