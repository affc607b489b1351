/* The same script gives the same bytes in every process: each has its own addresses, clock and seed of hashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>
/* After the others, as cmocka wants it. */
#include <cmocka.h>
#include <lauxlib.h>

#include "base/base.h"
#include "model/lua/environment.h"

enum { PROCESSES = 20 };
static const char *program, *script;

/* ---- The child: runs the script and writes what it emits ---- */

static int emit(lua_State *L) {
  for (int i = 1, count = lua_gettop(L); i <= count; i++) {
    size_t length = 0;
    const char *const text = sj_lua_text(L, i, &length);
    fwrite(text, 1, length, stdout);
    fputc('\t', stdout);
    lua_settop(L, count);
  }
  fputc('\n', stdout);
  return 0;
}

static int open_emit(lua_State *L) {
  lua_pushcfunction(L, emit);
  lua_setglobal(L, "emit");
  return 0;
}

/* Runs a text in an environment of its own and writes what became of it. */
static void run(const char *name, const char *text, size_t length, uint64_t instructions, size_t memory) {
  struct sj_lua *environment = NULL;
  struct sj_error error = {{0}};
  const struct sj_lua_limits limits = {.instructions = instructions, .memory_bytes = memory};
  if (sj_lua_create(&limits, &environment, &error) || sj_lua_protect(environment, open_emit, NULL, 0, &error)) exit(3);
  const enum sj_status status = sj_lua_run(environment, name, text, length, &error);
  printf("%s: status %d %s\n", name, (int)status, status ? error.message : "");
  sj_lua_destroy(environment);
}

static int child(const char *path) {
  FILE *const file = fopen(path, "rb");
  static char text[1 << 16];
  const size_t length = file ? fread(text, 1, sizeof text, file) : 0;
  if (file) fclose(file);
  if (!length) return 3;
  run("script", text, length, 0, 0);
  /* How far a loop comes before each limit. */
  static const char count[] = "n = 0 while true do n = n + 1 if n % 1000 == 0 then emit(n) end end";
  run("count", count, sizeof count - 1, 3000000, 0);
  static const char fill[] =
      "local t, n = {}, 0 while true do n = n + 1 t[n] = {n} if n % 1000 == 0 then emit(n) end end";
  run("fill", fill, sizeof fill - 1, 0, (size_t)16 << 20);
  static const char recurse[] = "local function f(n) if n % 1000 == 0 then emit(n) end return 1 + f(n + 1) end f(1)";
  run("recurse", recurse, sizeof recurse - 1, 0, 0);
  return 0;
}

/* ---- The parent ---- */

static struct sj_text output_of_child(int number) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  const pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    /* Addresses at random, even if this process was started without; and another size of what lies above the stack. */
    const int before = personality(0xffffffff);
    if (before != -1) personality((unsigned long)before & ~(unsigned long)ADDR_NO_RANDOMIZE);
    char *const filler = sj_allocate((size_t)number * 100 + 2);
    memset(filler, 'x', (size_t)number * 100 + 1);
    setenv("FILLER", filler, 1);
    if (number % 2) setenv("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX2_Usable,-FMA_Usable", 1);
    execl(program, program, "--child", script, (char *)NULL);
    _exit(4);
  }
  close(ends[1]);
  struct sj_text text = {0};
  char bytes[65536];
  ssize_t count;
  while ((count = read(ends[0], bytes, sizeof bytes)) > 0) sj_text_add_bytes(&text, bytes, (size_t)count);
  close(ends[0]);
  int status = 0;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_int_equal(status, 0);
  return text;
}

static void test_processes(void **state) {
  (void)state;
  struct sj_text first = output_of_child(0);
  assert_true(first.length > 10000);
  /* It ran to its end, and met each limit. */
  assert_non_null(strstr(first.data, "script: status 0"));
  assert_non_null(strstr(first.data, "count: status 2 count:1: the budget"));
  assert_non_null(strstr(first.data, "fill: status 4 fill:1: the 16 MiB"));
  assert_non_null(strstr(first.data, "recurse: status 2 recurse:1: stack overflow"));
  for (int i = 1; i < PROCESSES; i++) {
    struct sj_text other = output_of_child(i);
    size_t same = 0;
    while (same < first.length && same < other.length && first.data[same] == other.data[same]) same++;
    if (same < first.length || same < other.length)
      fail_msg("process %d differs at byte %zu: %.80s | %.80s", i, same, first.data + same, other.data + same);
    free(other.data);
  }
  free(first.data);
}

int main(int count, char **arguments) {
  if (count == 3 && !strcmp(arguments[1], "--child")) return child(arguments[2]);
  if (count != 2) return 2;
  program = arguments[0];
  script = arguments[1];
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_processes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
