/* Models and their chains from text, for the tests of solving. */
#ifndef TESTS_SOLVE_LOADING_H
#define TESTS_SOLVE_LOADING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/build.h"

/* The model, the caller's to destroy; fails the test with the message if it does not load. */
static inline struct sj_model *load(const char *text) {
  static const char *const directories[] = {NULL};
  const struct sj_model_options options = {0};
  struct sj_error error;
  struct sj_model *model = NULL;
  if (sj_model_load_text("test.lua", text, strlen(text), directories, NULL, &options, &model, &error) != SJ_OK)
    fail_msg("%s", error.message);
  return model;
}

#endif
