/* Every wrong model in tests/model/wrong gets exactly the message that its own last lines state:
 *
 *   --@ --set PATH=VALUE     loaded with this override; or --@ --scenario NAME
 *   --! status 3             SJ_FAILED is expected, not SJ_INVALID
 *   --! :2: `threads` ...    a line of the message; where it begins with ":" or ": " the file's name comes before
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"
#include "sojourn/model.h"

static char *read_whole(const char *path) {
  FILE *const file = fopen(path, "rb");
  assert_non_null(file);
  char *const text = sj_allocate(1 << 16);
  const size_t length = fread(text, 1, (1 << 16) - 1, file);
  assert_true(length > 0 && length < (1 << 16) - 1);
  fclose(file);
  return text;
}

struct expectation {
  char override[200], scenario[200];
  enum sj_status status;
  struct sj_text message;
};

static void read_expectation(const char *name, char *text, struct expectation *expected) {
  expected->status = SJ_INVALID;
  char *rest = NULL;
  for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    if (!strncmp(line, "--@ --set ", 10)) snprintf(expected->override, sizeof expected->override, "%s", line + 10);
    if (!strncmp(line, "--@ --scenario ", 15)) snprintf(expected->scenario, sizeof expected->scenario, "%s", line + 15);
    if (strncmp(line, "--! ", 4) != 0) continue;
    line += 4;
    if (!strcmp(line, "status 3")) {
      expected->status = SJ_FAILED;
      continue;
    }
    sj_text_add(&expected->message, "%s%s%s", expected->message.length ? "\n" : "", *line == ':' ? name : "", line);
  }
}

static void gets_its_message(void **state) {
  const char *const name = *state;
  char *const text = read_whole(name);
  struct expectation expected = {.status = SJ_INVALID};
  read_expectation(name, text, &expected);
  assert_non_null(expected.message.data);
  const char *const overrides[] = {expected.override};
  const struct sj_model_options options = {.overrides = overrides,
                                           .override_count = *expected.override ? 1 : 0,
                                           .scenario = *expected.scenario ? expected.scenario : NULL};
  struct sj_error error;
  struct sj_model *model = (void *)&options;
  const enum sj_status status = sj_model_load(name, &options, &model, &error);
  if (!status) fail_msg("%s loads", name);
  assert_string_equal(error.message, expected.message.data);
  assert_int_equal(status, expected.status);
  assert_null(model);
  free(expected.message.data);
  free(text);
}

static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

int main(void) {
  if (chdir(WRONG_MODELS) != 0) return 1;
  DIR *const folder = opendir(".");
  if (!folder) return 1;
  char *names[1000] = {0};
  size_t count = 0;
  for (const struct dirent *entry = readdir(folder); entry && count < 1000; entry = readdir(folder)) {
    const size_t length = strlen(entry->d_name);
    if (length > 4 && !strcmp(entry->d_name + length - 4, ".lua")) names[count++] = sj_copy_string(entry->d_name);
  }
  closedir(folder);
  qsort(names, count, sizeof *names, compare);
  static struct CMUnitTest tests[1000];
  for (size_t i = 0; i < count; i++)
    tests[i] = (struct CMUnitTest){.name = names[i], .test_func = gets_its_message, .initial_state = names[i]};
  const int failed = _cmocka_run_group_tests("wrong models", tests, count, NULL, NULL);
  for (size_t i = 0; i < count; i++) free(names[i]);
  return failed;
}
