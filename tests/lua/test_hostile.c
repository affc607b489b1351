/* Files that try to hang, to eat the memory, to look out or to fool the reader of a message.
 *
 * Beside each hostile/NAME.lua is NAME.expected: a line with what must come of it (fine, invalid, no memory) and the
 * exact message. One that hangs runs into the time limit of its part (meson.build). Arguments: the folder, and which
 * part of how many to run. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* After the others, as cmocka wants it. */
#include <cmocka.h>

#include "base/base.h"
#include "model/lua/environment.h"

static struct sj_text read_file(const char *path) {
  FILE *const file = fopen(path, "rb");
  if (!file) fail_msg("%s cannot be read", path);
  struct sj_text text = {0};
  char bytes[4096];
  size_t count;
  while ((count = fread(bytes, 1, sizeof bytes, file))) sj_text_add_bytes(&text, bytes, count);
  fclose(file);
  return text;
}

static const char *outcome(enum sj_status status) {
  return status == SJ_OK ? "fine" : status == SJ_INVALID ? "invalid" : status == SJ_NO_MEMORY ? "no memory" : "?";
}

static int nothing(lua_State *L) {
  (void)L;
  return 0;
}

static void test_file(void **state) {
  const char *const path = *state;
  char *const expected_path = sj_format("%.*s.expected", (int)strlen(path) - 4, path);
  struct sj_text text = read_file(path), expected = read_file(expected_path);
  struct sj_lua *environment = NULL;
  struct sj_error error = {{0}};
  assert_int_equal(sj_lua_create(NULL, &environment, &error), SJ_OK);
  const enum sj_status status = sj_lua_run(environment, strrchr(path, '/') + 1, text.data, text.length, &error);
  char *const found = sj_format("%s\n%s%s", outcome(status), status ? error.message : "", status ? "\n" : "");
  assert_string_equal(found, expected.data);
  /* What is left can be used, with a budget of its own. */
  lua_pushcfunction(sj_lua_state(environment), nothing);
  assert_int_equal(sj_lua_call(environment, 0, 0, 1000, &error), SJ_OK);
  sj_lua_destroy(environment);
  free(found);
  free(text.data);
  free(expected.data);
  free(expected_path);
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  const size_t part = strtoul(arguments[2], NULL, 10), parts = strtoul(arguments[3], NULL, 10);
  char *const pattern = sj_format("%s/*.lua", arguments[1]);
  glob_t files;
  if (glob(pattern, 0, NULL, &files) || !parts) return 2;
  struct CMUnitTest *const tests = sj_allocate_array(files.gl_pathc, sizeof *tests);
  size_t used = 0;
  for (size_t i = part; i < files.gl_pathc; i += parts)
    tests[used++] = (struct CMUnitTest){
        .name = strrchr(files.gl_pathv[i], '/') + 1, .test_func = test_file, .initial_state = files.gl_pathv[i]};
  const int failed = _cmocka_run_group_tests("hostile", tests, used, NULL, NULL);
  free(tests);
  globfree(&files);
  free(pattern);
  return failed;
}
