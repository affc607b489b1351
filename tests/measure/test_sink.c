/* Stores: what they refuse, and what is left when the disk is full or the store is killed. What other programs find in
 * their files is in test_readers.py. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
/* After the others, as cmocka wants it. */
#include <cmocka.h>
#include <sqlite3.h>

#include "base/base.h"
#include "measure/sink.h"
#include "messages.h"

static char folder[] = "/tmp/sojourn-sink-XXXXXX";
static const char *const kinds[] = {"file", "sqlite", "hdf5"};
enum { KINDS = sizeof kinds / sizeof *kinds, ROWS = 1000 };

static enum sj_sink_kind kind_of(const char *name) {
  enum sj_sink_kind kind;
  assert_int_equal(sj_sink_kind_named(name, &kind, NULL), SJ_OK);
  assert_string_equal(sj_sink_kind_name(kind), name);
  return kind;
}

static bool there(const char *path) { return access(path, F_OK) == 0; }

/* Each test has files of its own: PATH and PATH.part. */
struct place {
  char path[64], part[72];
};

static struct place place_of(const char *test, const char *kind) {
  struct place p;
  snprintf(p.path, sizeof p.path, "%s/%.20s.%s", folder, test, kind);
  snprintf(p.part, sizeof p.part, "%s.part", p.path);
  return p;
}

static bool missing(const char *kind, const struct sj_error *error) {
  return strcmp(kind, "hdf5") == 0 && strstr(error->message, "built without HDF5");
}

/* NULL where this kind is left out of the build. */
static struct sj_sink *open_sink(const char *kind, const char *path) {
  struct sj_sink *sink = NULL;
  struct sj_error error = {{0}};
  const enum sj_status status = sj_sink_open(kind_of(kind), path, columns, COLUMNS, &sink, &error);
  if (missing(kind, &error)) return NULL;
  if (status != SJ_OK) fail_msg("%s", error.message);
  return sink;
}

static enum sj_status send(struct sj_sink *sink, uint64_t rows, uint64_t sequence, struct sj_error *error) {
  struct sj_sink_message message = make_message(rows, 1, sequence);
  const enum sj_status status = sj_sink_write(sink, &message, error);
  free_message(&message);
  return status;
}

static void names(void **state) {
  (void)state;
  enum sj_sink_kind kind;
  struct sj_error error;
  assert_int_equal(sj_sink_kind_named("sqllite", &kind, &error), SJ_INVALID);
  assert_string_equal(error.message,
                      "no store is called `sqllite`; did you mean `sqlite`? (there are memory, file, hdf5, sqlite)");
}

static void expect_corrupt(struct sj_sink *sink, const struct sj_sink_message *message, const char *why) {
  struct sj_error error = {{0}};
  assert_int_equal(sj_sink_write(sink, message, &error), SJ_INVALID);
  if (!strstr(error.message, why)) fail_msg("%s", error.message);
}

static void corrupt_messages(void **state) {
  (void)state;
  struct sj_sink *const sink = open_sink("memory", NULL);
  struct sj_sink_message message = make_message(ROWS, 5, 6);
  unsigned char *const bytes = (unsigned char *)(uintptr_t)message.bytes;
  assert_int_equal(sj_sink_write(sink, &message, NULL), SJ_OK);
  bytes[message.size / 2] ^= 1;
  expect_corrupt(sink, &message, "message 6 of producer 5 is corrupt: its checksum is ");
  bytes[message.size / 2] ^= 1;
  struct sj_sink_message other = message;
  other.label.sequence = 7;
  expect_corrupt(sink, &other, "message 7 of producer 5: says it is message 6 of producer 5");
  other = message;
  other.size = 10;
  other.checksum = 0x21ec71bbf86ae8d7;
  expect_corrupt(sink, &other, "is corrupt");
  assert_int_equal(sj_sink_write(sink, &message, NULL), SJ_OK);
  const struct sj_sink_count count = sj_sink_counted(sink);
  assert_int_equal(count.messages, 2);
  assert_int_equal(count.corrupt, 3);
  assert_int_equal(count.payload_bytes, 2 * ROWS * 8 * COLUMNS);
  assert_int_equal(sj_sink_close(sink, NULL), SJ_OK);
  struct sj_sink *narrow;
  assert_int_equal(sj_sink_open(SJ_SINK_MEMORY, NULL, columns, 2, &narrow, NULL), SJ_OK);
  expect_corrupt(narrow, &message, "message 6 of producer 5: has other columns than the store");
  assert_int_equal(sj_sink_close(narrow, NULL), SJ_OK);
  free_message(&message);
}

static void refuses_to_overwrite(void **state) {
  (void)state;
  for (size_t k = 0; k < KINDS; k++) {
    const struct place p = place_of("refuses", kinds[k]);
    struct sj_sink *sink = NULL;
    struct sj_error error = {{0}};
    fclose(fopen(p.path, "w"));
    assert_int_equal(sj_sink_open(kind_of(kinds[k]), p.path, columns, COLUMNS, &sink, &error), SJ_INVALID);
    assert_non_null(strstr(error.message, "is there already, and a store overwrites nothing"));
    assert_false(there(p.part));
    unlink(p.path);
    fclose(fopen(p.part, "w"));
    assert_int_equal(sj_sink_open(kind_of(kinds[k]), p.path, columns, COLUMNS, &sink, &error), SJ_FAILED);
    assert_non_null(strstr(error.message, "is there from a store that still runs or was killed"));
    assert_true(there(p.part));
    assert_int_equal(sj_sink_open(kind_of(kinds[k]), NULL, columns, COLUMNS, &sink, &error), SJ_INVALID);
    assert_int_equal(sj_sink_open(kind_of(kinds[k]), "/nowhere/at/all", columns, COLUMNS, &sink, &error), SJ_FAILED);
    assert_string_equal(error.message, "/nowhere/at/all.part: No such file or directory");
    assert_null(sink);
  }
}

/* A file that came to be there while the store wrote is not overwritten either, and what was stored stays. */
static void overtaken(void **state) {
  (void)state;
  const struct place p = place_of("overtaken", "file");
  struct sj_sink *const sink = open_sink("file", p.path);
  struct sj_error error;
  assert_int_equal(send(sink, ROWS, 0, &error), SJ_OK);
  fclose(fopen(p.path, "w"));
  assert_int_equal(sj_sink_close(sink, &error), SJ_FAILED);
  assert_non_null(strstr(error.message, "File exists"));
  assert_true(there(p.part));
  struct stat status;
  assert_int_equal(stat(p.path, &status), 0);
  assert_int_equal(status.st_size, 0);
}

static void named_when_closed(void **state) {
  (void)state;
  for (size_t k = 0; k < KINDS; k++) {
    const struct place p = place_of("named", kinds[k]);
    struct sj_sink *sink = open_sink(kinds[k], p.path);
    if (!sink) continue;
    assert_true(there(p.part) && !there(p.path));
    assert_int_equal(send(sink, ROWS, 0, NULL), SJ_OK);
    assert_int_equal(sj_sink_close(sink, NULL), SJ_OK);
    assert_true(!there(p.part) && there(p.path));
    unlink(p.path);
    sink = open_sink(kinds[k], p.path);
    assert_int_equal(send(sink, ROWS, 0, NULL), SJ_OK);
    sj_sink_discard(sink);
    assert_false(there(p.part) || there(p.path));
  }
}

/* --- What is left --- */

/* The number of messages in a file that is not whole, with their rows all there. */
static uint64_t messages_in_file(const char *path) {
  const int descriptor = open(path, O_RDONLY);
  struct stat status;
  assert_int_equal(fstat(descriptor, &status), 0);
  void *const bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  assert_true(bytes != MAP_FAILED);
  close(descriptor);
  struct sj_table_stream stream;
  struct sj_table table;
  struct sj_error error = {{0}};
  bool more = false;
  uint64_t messages = 0;
  assert_int_equal(sj_table_stream_begin(bytes, (size_t)status.st_size, &stream, &error), SJ_OK);
  while (sj_table_stream_next(&stream, &table, &more, &error) == SJ_OK && more) {
    assert_true(table.labelled && table.label.producer == 1 && table.label.sequence == messages);
    double value;
    memcpy(&value, (const double *)table.values[1] + table.rows - 1, sizeof value);
    assert_true(value == value_of(1, messages, table.rows - 1));
    messages++;
  }
  assert_string_equal(error.message, "");
  munmap(bytes, (size_t)status.st_size);
  return messages;
}

static int64_t asked(sqlite3 *database, const char *question) {
  sqlite3_stmt *statement;
  assert_int_equal(sqlite3_prepare_v2(database, question, -1, &statement, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
  const int64_t answer = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return answer;
}

static uint64_t messages_in_database(const char *path) {
  sqlite3 *database;
  assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
  const int64_t messages = asked(database, "SELECT count(*) FROM messages");
  assert_int_equal(asked(database, "SELECT count(*) FROM samples"),
                   asked(database, "SELECT coalesce(sum(rows), 0) FROM messages"));
  sqlite3_close(database);
  return (uint64_t)messages;
}

static uint64_t messages_in(const char *kind, const char *path) {
  return strcmp(kind, "file") == 0 ? messages_in_file(path) : messages_in_database(path);
}

/* The limit of a file's size stands for a full disk: writing fails in the middle of a message. */
static void limit_files(rlim_t size) {
  struct rlimit limit;
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = size;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The child of a fork: its status is 0 where all was as it must be. The HDF5 library may not end at all after a failed
 * write, so an alarm is set. */
static void fill_disk(const char *kind, const struct place *p) {
  struct sj_sink *sink = NULL;
  struct sj_error error = {{0}}, again = {{0}};
  enum sj_status status = SJ_OK;
  uint64_t stored = 0;
  alarm(60);
  signal(SIGXFSZ, SIG_IGN);
  if (sj_sink_open(kind_of(kind), p->path, columns, COLUMNS, &sink, &error) != SJ_OK)
    _exit(missing(kind, &error) ? 99 : 1);
  /* HDF5 puts whole chunks of 1 MB a column at their place. */
  limit_files(strcmp(kind, "hdf5") == 0 ? 5000000 : 1000000);
  while (stored < 1000 && (status = send(sink, ROWS, stored, &error)) == SJ_OK) stored++;
  if (status != SJ_FAILED || stored < 10 || stored > 200 || !strstr(error.message, p->part)) _exit(3);
  if (send(sink, ROWS, stored, &again) != SJ_FAILED || strcmp(error.message, again.message) != 0) _exit(4);
  if (sj_sink_counted(sink).messages != stored) _exit(5);
  limit_files(RLIM_INFINITY);
  /* Now that there is room again, what was stored before is kept. */
  if (sj_sink_close(sink, &error) != SJ_OK) _exit(6);
  if (strcmp(kind, "hdf5") != 0 && messages_in(kind, p->path) != stored) _exit(7);
  _exit(0);
}

static void full_disk(void **state) {
  (void)state;
  for (size_t k = 0; k < KINDS; k++) {
    const struct place p = place_of("full", kinds[k]);
    int status;
    const pid_t child = fork();
    if (child == 0) fill_disk(kinds[k], &p);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 99) continue;
    if (status != 0) fail_msg("%s: status %d", kinds[k], status);
  }
}

/* Killed between two messages and, by the parent, at any moment. */
static void killed(void **state) {
  (void)state;
  static const char *const recoverable[] = {"file", "sqlite"};
  for (size_t k = 0; k < 2; k++) {
    const struct place p = place_of("killed", recoverable[k]);
    int told[2], status;
    assert_int_equal(pipe(told), 0);
    const pid_t child = fork();
    if (child == 0) {
      struct sj_sink *const sink = open_sink(recoverable[k], p.path);
      for (uint64_t i = 0; i < 1000000; i++)
        if (send(sink, ROWS, i, NULL) != SJ_OK || write(told[1], "", 1) != 1) _exit(1);
      _exit(2);
    }
    close(told[1]);
    char byte;
    uint64_t stored = 0;
    while (stored < 40 && read(told[0], &byte, 1) == 1) stored++;
    kill(child, SIGKILL);
    while (read(told[0], &byte, 1) == 1) stored++;
    close(told[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_false(there(p.path));
    /* All whose write returned, and perhaps one more. */
    assert_in_range(messages_in(recoverable[k], p.part), stored, stored + 1);
  }
}

static int set_up(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  char *const command = sj_format("rm -r %s", folder);
  const int status = system(command);
  free(command);
  return status;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names),     cmocka_unit_test(corrupt_messages),  cmocka_unit_test(refuses_to_overwrite),
      cmocka_unit_test(overtaken), cmocka_unit_test(named_when_closed), cmocka_unit_test(full_disk),
      cmocka_unit_test(killed),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
