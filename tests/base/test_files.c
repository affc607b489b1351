/* Opening data files below a folder, and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
/* After the others, as cmocka wants it. */
#include <cmocka.h>

#include "base/base.h"
#include "base/files.h"

static char root[] = "/tmp/sojourn-files-XXXXXX";

static char *path_of(const char *name) { return sj_format("%s/%s", root, name); }

static void write_file(const char *name, const char *text) {
  char *const path = path_of(name);
  FILE *const file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
  free(path);
}

static void make_link(const char *target, const char *name) {
  char *const path = path_of(name);
  assert_int_equal(symlink(target, path), 0);
  free(path);
}

static void make_folder(const char *name) {
  char *const path = path_of(name);
  assert_int_equal(mkdir(path, 0755), 0);
  free(path);
}

/*  ROOT/secret
 *  ROOT/model/{a.csv, sub/b.csv, links ...}
 *  ROOT/data/{a.csv, c.csv} */
static int set_up(void **state) {
  (void)state;
  assert_non_null(mkdtemp(root));
  assert_int_equal(chmod(root, 0755), 0);
  make_folder("model");
  make_folder("model/sub");
  make_folder("data");
  write_file("secret", "secret");
  write_file("model/a.csv", "model a");
  write_file("model/sub/b.csv", "model b");
  write_file("model/forbidden.csv", "x");
  write_file("data/a.csv", "data a");
  write_file("data/c.csv", "data c");
  make_link("a.csv", "model/inside");
  make_link("sub/../sub/b.csv", "model/winding");
  make_link("../secret", "model/outside");
  make_link("/etc/passwd", "model/absolute");
  make_link("loop", "model/loop");
  make_link("..", "model/up");
  make_link("missing", "model/dangling");
  char *path = path_of("model/pipe");
  assert_int_equal(mkfifo(path, 0600), 0);
  free(path);
  path = path_of("model/forbidden.csv");
  assert_int_equal(chmod(path, 0), 0);
  free(path);
  path = path_of("model/socket");
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%.100s", path);
  const int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof address), 0);
  close(descriptor);
  free(path);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  char *const command = sj_format("rm -rf %s", root);
  const int result = system(command);
  free(command);
  return result;
}

/* Opens `name` below model/ and, if `with_data`, data/; `expected` is the content, or what sj_error says with ROOT for
 * the folder. */
static void check(const char *name, int with_data, enum sj_status status, const char *expected) {
  char *const model = path_of("model"), *const data = path_of("data");
  const char *const directories[] = {model, with_data ? data : NULL, NULL};
  struct sj_error error = {{0}};
  int descriptor = -1;
  const enum sj_status found = sj_open_below("data file", name, directories, &descriptor, &error);
  struct sj_text text = {0};
  if (found == SJ_OK) {
    char bytes[100];
    const ssize_t count = read(descriptor, bytes, sizeof bytes);
    assert_true(count >= 0);
    sj_text_add_bytes(&text, bytes, (size_t)count);
    close(descriptor);
  } else {
    assert_int_equal(descriptor, -1);
    const char *rest = error.message;
    for (const char *at; (at = strstr(rest, root)); rest = at + strlen(root))
      sj_text_add(&text, "%.*sROOT", (int)(at - rest), rest);
    sj_text_add(&text, "%s", rest);
  }
  assert_string_equal(text.data, expected);
  assert_int_equal(found, status);
  free(text.data);
  free(model);
  free(data);
}

static void test_found(void **state) {
  (void)state;
  check("a.csv", 0, SJ_OK, "model a");
  check("./a.csv", 0, SJ_OK, "model a");
  check("sub/b.csv", 0, SJ_OK, "model b");
  check("sub/../a.csv", 0, SJ_OK, "model a");
  check("inside", 0, SJ_OK, "model a");
  check("winding", 0, SJ_OK, "model b");
  /* The model's folder comes first. */
  check("a.csv", 1, SJ_OK, "model a");
  check("c.csv", 1, SJ_OK, "data c");
}

static void test_missing(void **state) {
  (void)state;
  check("c.csv", 0, SJ_FAILED, "data file `c.csv`: not found in ROOT/model");
  check("d.csv", 1, SJ_FAILED, "data file `d.csv`: not found in ROOT/model or ROOT/data");
  check("dangling", 0, SJ_FAILED, "data file `dangling`: not found in ROOT/model");
  check("a.csv/x", 0, SJ_FAILED, "data file `a.csv/x`: not found in ROOT/model");
  check("", 0, SJ_INVALID, "data file: the name is empty");
}

static void test_outside(void **state) {
  (void)state;
  check("../secret", 0, SJ_INVALID, "data file `../secret`: outside the model's folder");
  check("../secret", 1, SJ_INVALID, "data file `../secret`: outside the model's folder and the data folder");
  check("/etc/passwd", 0, SJ_INVALID, "data file `/etc/passwd`: outside the model's folder");
  check("sub/../../secret", 0, SJ_INVALID, "data file `sub/../../secret`: outside the model's folder");
  check("outside", 0, SJ_INVALID, "data file `outside`: outside the model's folder");
  check("absolute", 0, SJ_INVALID, "data file `absolute`: outside the model's folder");
  check("up/secret", 0, SJ_INVALID, "data file `up/secret`: outside the model's folder");
  /* Also when it leads back. */
  check("../model/a.csv", 0, SJ_INVALID, "data file `../model/a.csv`: outside the model's folder");
  check("loop", 0, SJ_FAILED, "data file `loop`: Too many levels of symbolic links");
}

static void test_not_regular(void **state) {
  (void)state;
  check("sub", 0, SJ_INVALID, "data file `sub`: a folder, expected a regular file");
  check(".", 0, SJ_INVALID, "data file `.`: a folder, expected a regular file");
  check("pipe", 0, SJ_INVALID, "data file `pipe`: not a regular file");
  check("socket", 0, SJ_INVALID, "data file `socket`: not a regular file");
}

static void test_devices(void **state) {
  (void)state;
  static const char *const directories[] = {"/dev", NULL};
  struct sj_error error = {{0}};
  int descriptor = -1;
  assert_int_equal(sj_open_below("data file", "zero", directories, &descriptor, &error), SJ_INVALID);
  assert_string_equal(error.message, "data file `zero`: not a regular file");
  assert_int_equal(sj_open_below("data file", "tty", directories, &descriptor, &error), SJ_INVALID);
  assert_string_equal(error.message, "data file `tty`: not a regular file");
}

static void test_permissions(void **state) {
  (void)state;
  /* Root may read everything: be somebody else for a moment. */
  const int is_root = geteuid() == 0;
  if (is_root) assert_int_equal(seteuid(65534), 0);
  check("forbidden.csv", 0, SJ_FAILED, "data file `forbidden.csv`: Permission denied");
  if (is_root) assert_int_equal(seteuid(0), 0);
}

static void test_folders(void **state) {
  (void)state;
  struct sj_error error = {{0}};
  int descriptor = -1;
  static const char *const missing[] = {"/no/such/folder", NULL};
  assert_int_equal(sj_open_below("data file", "x", missing, &descriptor, &error), SJ_FAILED);
  assert_string_equal(error.message, "folder `/no/such/folder`: No such file or directory");
  static const char *const no_folder[] = {"/etc/passwd", NULL};
  assert_int_equal(sj_open_below("data file", "x", no_folder, &descriptor, &error), SJ_FAILED);
  assert_string_equal(error.message, "folder `/etc/passwd`: Not a directory");
}

/* No descriptor is left open, whatever happens. */
static void test_no_leak(void **state) {
  (void)state;
  const int before = open("/dev/null", O_RDONLY);
  close(before);
  test_found(state);
  test_missing(state);
  test_outside(state);
  test_not_regular(state);
  const int after = open("/dev/null", O_RDONLY);
  close(after);
  assert_int_equal(after, before);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_found),   cmocka_unit_test(test_missing),
                                     cmocka_unit_test(test_outside), cmocka_unit_test(test_not_regular),
                                     cmocka_unit_test(test_devices), cmocka_unit_test(test_permissions),
                                     cmocka_unit_test(test_folders), cmocka_unit_test(test_no_leak)};
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
