#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"
#include "results/store_internal.h"
#include "results/store_points.h"
#include "results/store_sweep.h"
#include "sample.h"

static char folder[] = "/tmp/sojourn-failures-XXXXXX";

static int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) ? chmod(folder, 0755) : -1;
}

static int remove_folder(void **state) {
  (void)state;
  char command[64];
  snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command);
}

static const char *path_of(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void write_file(const char *name, const void *bytes, size_t length) {
  FILE *const file = fopen(path_of(name), "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, length, file), length);
  fclose(file);
}

/* A file with one result of `runs` runs. */
static void make_file(const char *name, uint64_t runs) {
  struct sj_store *store;
  assert_int_equal(sj_store_open(path_of(name), SJ_STORE_WRITE, &store, NULL), SJ_OK);
  struct sj_results *const results = sample_results(NULL, 1);
  int64_t result;
  assert_int_equal(sj_store_begin(store, results, runs, false, &result, NULL), SJ_OK);
  for (uint64_t number = results->run_count; number < runs; number++) {
    struct sj_run run;
    sample_run(results, number, &run);
    assert_int_equal(sj_store_add_run(store, result, results, &run, NULL), SJ_OK);
    sj_run_clear(results, &run);
  }
  sj_results_destroy(results);
  sj_store_close(store);
}

static void execute(const char *name, const char *sql) {
  sqlite3 *database;
  assert_int_equal(sqlite3_open(path_of(name), &database), SQLITE_OK);
  char *message = NULL;
  sqlite3_exec(database, sql, NULL, NULL, &message);
  if (message) print_error("%s\n", message);
  assert_null(message);
  sqlite3_close(database);
}

static enum sj_status load_all(struct sj_store *store, struct sj_error *error) {
  struct sj_store_entry *entries;
  size_t count;
  enum sj_status status = sj_store_list(store, &entries, &count, error);
  for (size_t i = 0; i < count && status == SJ_OK; i++) {
    struct sj_results *loaded;
    status = sj_store_load(store, entries[i].result, &loaded, error);
    sj_results_destroy(loaded);
  }
  sj_store_list_destroy(entries, count);
  return status;
}

/* Opening, or loading everything, fails with PATH and exactly these words. */
static void fails(const char *name, enum sj_store_mode mode, const char *words) {
  struct sj_store *store;
  struct sj_error error = {{0}};
  enum sj_status status = sj_store_open(path_of(name), mode, &store, &error);
  if (status == SJ_OK) {
    status = load_all(store, &error);
    sj_store_close(store);
  }
  char *const wanted = sj_format("%s: %s", path_of(name), words);
  assert_int_equal(status, SJ_FAILED);
  assert_string_equal(error.message, wanted);
  free(wanted);
}

static void what_is_not_a_results_file(void **state) {
  (void)state;
  fails("missing.db", SJ_STORE_READ, "No such file or directory");
  fails("nowhere/a.db", SJ_STORE_READ, "No such file or directory");
  fails("nowhere/a.db", SJ_STORE_WRITE, "cannot be made: No such file or directory");
  assert_int_equal(mkdir(path_of("folder"), 0755), 0);
  fails("folder", SJ_STORE_READ, "is a folder, not a results file");
  fails("folder", SJ_STORE_WRITE, "is a folder, not a results file");
  assert_int_equal(mkfifo(path_of("pipe"), 0644), 0);
  fails("pipe", SJ_STORE_READ, "not a regular file");
  assert_false(sj_store_is_database(path_of("pipe")));
  write_file("model.lua",
             "client 'web' { rate = 1 } -- long enough to be read as a header of a hundred bytes, "
             "were it one, which it is not, as everyone can see ....................",
             150);
  fails("model.lua", SJ_STORE_READ, "not a results file (it is not a SQLite database)");
  fails("model.lua", SJ_STORE_WRITE, "not a results file (it is not a SQLite database)");
  assert_false(sj_store_is_database(path_of("model.lua")));
  write_file("empty", "", 0);
  fails("empty", SJ_STORE_READ, "holds no results (it is empty)");
  make_file("empty", 1); /* but it can become one */
  execute("other.db", "CREATE TABLE mine (a); INSERT INTO mine VALUES (1)");
  fails("other.db", SJ_STORE_READ, "a SQLite database, but not a results file");
  fails("other.db", SJ_STORE_WRITE, "a SQLite database, but not a results file");
  execute("bare.db", "PRAGMA user_version = 3");
  fails("bare.db", SJ_STORE_WRITE, "a SQLite database, but not a results file");
  make_file("newer.db", 1);
  execute("newer.db", "PRAGMA user_version = 2");
  fails("newer.db", SJ_STORE_READ, "written by a newer version of sojourn (schema 2, this version knows up to 1)");
  fails("newer.db", SJ_STORE_WRITE, "written by a newer version of sojourn (schema 2, this version knows up to 1)");
}

static uint32_t big_endian(const unsigned char *at, size_t count) {
  uint32_t number = 0;
  for (size_t i = 0; i < count; i++) number = number << 8 | at[i];
  return number;
}

/* A sweep of three axes whose values fill several pages, each with parts of points at its ends. */
static void make_sweep(const char *name, uint64_t points) {
  static const char *const paths[] = {"a", "b", "c"}, *const units[] = {NULL, NULL, NULL};
  static const bool logarithmic[3];
  const struct sj_store_sweep sweep = {.engine = "simulate",
                                       .model = "m.lua",
                                       .definition = "d",
                                       .points = points,
                                       .axis_count = 3,
                                       .paths = paths,
                                       .logarithmic = logarithmic,
                                       .units = units};
  struct sj_store *store;
  int64_t id;
  make_file(name, 1);
  assert_int_equal(sj_store_open(path_of(name), SJ_STORE_WRITE, &store, NULL), SJ_OK);
  assert_int_equal(sj_store_begin_sweep(store, &sweep, false, &id, NULL), SJ_OK);
  for (uint64_t point = 0; point < points; point++)
    assert_int_equal(
        sj_store_add_point(store, id, point, 1, (const char *const[]){"1.5", "a longer value", "x"}, 3, NULL), SJ_OK);
  sj_store_close(store);
}

/* Whichever page of them is damaged, what was read so far is let go of. */
static void values_of_a_sweep_that_end_early(void **state) {
  (void)state;
  enum { PAGE = 4096 };
  make_sweep("sweep.db", 400);
  sqlite3 *database;
  sqlite3_stmt *find;
  assert_int_equal(sqlite3_open(path_of("sweep.db"), &database), SQLITE_OK);
  sqlite3_prepare_v2(database, "SELECT rootpage FROM sqlite_master WHERE name = 'sweep_values'", -1, &find, NULL);
  assert_int_equal(sqlite3_step(find), SQLITE_ROW);
  const off_t root = (sqlite3_column_int(find, 0) - 1) * (off_t)PAGE;
  sqlite3_finalize(find);
  sqlite3_close(database);
  /* https://www.sqlite.org/fileformat2.html: an interior page of an index, and the pages below it */
  unsigned char page[PAGE];
  const int file = open(path_of("sweep.db"), O_RDWR | O_CLOEXEC);
  assert_int_equal(pread(file, page, PAGE, root), PAGE);
  assert_int_equal(page[0], 2);
  const uint32_t children = big_endian(page + 3, 2);
  assert_true(children > 4);
  for (uint32_t i = 0; i < children; i++) {
    const off_t child = (big_endian(page + big_endian(page + 12 + 2 * (size_t)i, 2), 4) - 1) * (off_t)PAGE;
    unsigned char kind;
    assert_int_equal(pread(file, &kind, 1, child), 1);
    assert_int_equal(pwrite(file, "\xff", 1, child), 1);
    struct sj_store *store;
    struct sj_store_points points;
    struct sj_error error;
    assert_int_equal(sj_store_open(path_of("sweep.db"), SJ_STORE_READ, &store, NULL), SJ_OK);
    assert_int_equal(sj_store_points_read(store, 1, &points, &error), SJ_FAILED);
    assert_non_null(strstr(error.message, "the results file is damaged"));
    sj_store_points_clear(&points);
    sj_store_close(store);
    assert_int_equal(pwrite(file, &kind, 1, child), 1);
  }
  close(file);
}

static void names_are_never_special(void **state) {
  (void)state;
  char before[1024];
  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir(folder), 0);
  struct sj_store *store;
  assert_int_equal(sj_store_open(":memory:", SJ_STORE_WRITE, &store, NULL), SJ_OK);
  sj_store_close(store);
  assert_int_equal(access("./:memory:", F_OK), 0);
  assert_int_equal(sj_store_open("file:x?mode=memory", SJ_STORE_WRITE, &store, NULL), SJ_OK);
  sj_store_close(store);
  assert_int_equal(access("file:x?mode=memory", F_OK), 0);
  struct sj_error error = {{0}};
  assert_int_equal(sj_store_open("", SJ_STORE_WRITE, &store, &error), SJ_FAILED);
  assert_string_equal(error.message, ": cannot be made: No such file or directory");
  assert_int_equal(chdir(before), 0);
}

static void damage_is_named(void **state) {
  (void)state;
  make_file("bytes.db", 4);
  execute("bytes.db",
          "UPDATE histogram_bytes SET bytes = x'01800000' WHERE run = (SELECT id FROM runs WHERE number = 2)");
  fails("bytes.db", SJ_STORE_READ, "the results file is damaged: the histogram web.latency of run 2");
  make_file("grid.db", 1);
  execute("grid.db", "UPDATE results SET grid_count = 1000000000000");
  fails("grid.db", SJ_STORE_READ, "the results file is damaged: a grid of 1000000000000 cells");
  make_file("cell.db", 1);
  execute("cell.db", "UPDATE series_values SET cell = 50 WHERE cell = 49");
  fails("cell.db", SJ_STORE_READ, "the results file is damaged: a time series beyond its grid of run 0");
  make_file("table.db", 1);
  execute("table.db", "DROP VIEW figures; DROP TABLE metric_values");
  fails("table.db", SJ_STORE_READ, "no such table: metric_values");
  make_file("cut.db", 20);
  struct stat found;
  assert_int_equal(stat(path_of("cut.db"), &found), 0);
  assert_int_equal(truncate(path_of("cut.db"), found.st_size / 2), 0);
  fails("cut.db", SJ_STORE_READ, "the results file is damaged");
}

/* Bytes overwritten anywhere: an error or results, never a crash. (The sanitizers look on.) */
static void any_damage_is_survived(void **state) {
  (void)state;
  make_file("whole.db", 2);
  FILE *const file = fopen(path_of("whole.db"), "rb");
  static unsigned char bytes[1 << 20];
  const size_t length = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  assert_true(length > 10000 && length < sizeof bytes);
  uint64_t noise = 1;
  int refused = 0;
  for (int round = 0; round < 60; round++) {
    static unsigned char broken[1 << 20];
    memcpy(broken, bytes, length);
    for (int i = 0; i < 40; i++) {
      noise = noise * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      broken[100 + (noise >> 33) % (length - 100)] ^= (unsigned char)(noise >> 20 | 1);
    }
    write_file("broken.db", broken, length);
    struct sj_store *store;
    struct sj_error error = {{0}};
    enum sj_status status = sj_store_open(path_of("broken.db"), SJ_STORE_READ, &store, &error);
    if (status == SJ_OK) {
      status = load_all(store, &error);
      sj_store_close(store);
    }
    refused += status != SJ_OK;
    if (status != SJ_OK) assert_non_null(strstr(error.message, "broken.db"));
  }
  assert_true(refused > 0);
}

/* Runs `check` in a process that is not root; passes if it returns. */
static void as_nobody(void (*check)(void)) {
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && setuid(65534) != 0) _exit(3);
    check();
    _exit(0);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

/* In the child a failed cmocka assertion cannot be reported, so these end the process themselves. */
static void must_fail(const char *name, enum sj_store_mode mode, const char *words) {
  struct sj_store *store;
  struct sj_error error = {{0}};
  const enum sj_status status = sj_store_open(path_of(name), mode, &store, &error);
  char *const wanted = sj_format("%s: %s", path_of(name), words);
  if (status == SJ_FAILED && strcmp(error.message, wanted) == 0) {
    free(wanted);
    return;
  }
  fprintf(stderr, "# got  %s\n# want %s\n", error.message, wanted);
  _exit(1);
}

static void must_open(const char *name) {
  struct sj_store *store;
  struct sj_error error = {{0}};
  char *text;
  if (sj_store_open(path_of(name), SJ_STORE_READ, &store, &error) == SJ_OK &&
      sj_store_csv_text(store, &text, &error) == SJ_OK && strlen(text) > 1000) {
    free(text);
    sj_store_close(store);
    return;
  }
  fprintf(stderr, "# got  %s\n", error.message);
  _exit(1);
}

static void permissions_are_said(void) {
  must_fail("secret.db", SJ_STORE_READ, "cannot be opened: Permission denied");
  must_fail("secret.db", SJ_STORE_WRITE, "cannot be opened: Permission denied");
  must_fail("fixed.db", SJ_STORE_WRITE, "cannot be written, it is read-only");
  must_open("fixed.db");
  must_open("closed/in.db");
  must_fail("closed/new.db", SJ_STORE_WRITE, "cannot be made: Permission denied");
  must_fail("closed/empty.db", SJ_STORE_WRITE,
            "cannot be written: its folder is read-only, and the journal lies there");
}

static void what_may_not_be_read_or_written(void **state) {
  (void)state;
  make_file("secret.db", 1);
  assert_int_equal(chmod(path_of("secret.db"), 0), 0);
  make_file("fixed.db", 1);
  assert_int_equal(chmod(path_of("fixed.db"), 0444), 0);
  assert_int_equal(mkdir(path_of("closed"), 0755), 0);
  make_file("closed/in.db", 1);
  write_file("closed/empty.db", "", 0);
  assert_int_equal(chmod(path_of("closed/empty.db"), 0666), 0);
  assert_int_equal(chmod(path_of("closed"), 0555), 0);
  as_nobody(permissions_are_said);
}

static void sleep_ms(long ms) {
  const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
  nanosleep(&pause, NULL);
}

/* Stores runs 0 ... count - 1, telling each stored one to `told`. For use in a child. */
static void store_in_child(const char *name, uint64_t count, int told) {
  struct sj_store *store;
  struct sj_error error = {{0}};
  struct sj_results *const results = sample_results(NULL, 1);
  int64_t result;
  if (sj_store_open(path_of(name), SJ_STORE_WRITE, &store, &error) != SJ_OK) _exit(1);
  if (sj_store_begin(store, results, count, false, &result, &error) != SJ_OK) _exit(2);
  for (size_t i = 0; i < results->run_count; i++)
    if (!sample_is_whole(results, &results->runs[i])) _exit(3);
  for (uint64_t number = 0; number < count; number++) {
    bool there = false;
    for (size_t i = 0; i < results->run_count; i++) there |= results->runs[i].number == number;
    if (there) continue;
    struct sj_run run;
    sample_run(results, number, &run);
    if (sj_store_add_run(store, result, results, &run, &error) != SJ_OK) {
      fprintf(stderr, "# %s\n", error.message);
      _exit(4);
    }
    sj_run_clear(results, &run);
    if (told >= 0 && write(told, &number, sizeof number) != sizeof number) _exit(5);
  }
  sj_store_close(store);
  sj_results_destroy(results);
}

static size_t whole_runs(const char *name) {
  struct sj_store *store;
  struct sj_error error = {{0}};
  if (sj_store_open(path_of(name), SJ_STORE_READ, &store, &error) != SJ_OK) {
    if (strstr(error.message, ": holds no results (it is empty)")) return 0; /* killed while making the tables */
    fail_msg("%s", error.message);
  }
  struct sj_store_entry *entries;
  size_t count;
  assert_int_equal(sj_store_list(store, &entries, &count, &error), SJ_OK);
  assert_true(count <= 1);
  size_t runs = 0;
  if (count == 1) {
    struct sj_results *loaded;
    if (sj_store_load(store, entries[0].result, &loaded, &error) != SJ_OK) fail_msg("%s", error.message);
    for (size_t i = 0; i < loaded->run_count; i++) assert_true(sample_is_whole(loaded, &loaded->runs[i]));
    runs = loaded->run_count;
    sj_results_destroy(loaded);
  }
  sj_store_list_destroy(entries, count);
  sj_store_close(store);
  return runs;
}

/* Twenty times: a process stores runs until SIGKILL comes, at another instant each time. Every run it had reported is
 * in the file, whole, and the next process goes on from there. */
static void killed_at_any_instant(void **state) {
  (void)state;
  uint64_t noise = 5;
  size_t before = 0;
  int progressed = 0;
  for (int round = 0; round < 20; round++) {
    int told[2];
    assert_int_equal(pipe(told), 0);
    const pid_t child = fork();
    if (child == 0) {
      store_in_child("killed.db", 1000000, told[1]);
      _exit(0);
    }
    close(told[1]);
    noise = noise * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint64_t number, reported = 0;
    /* Every other time not before it has begun, however slow the machine; else also while it opens or makes the file.
     */
    if (round % 2 == 1 && read(told[0], &number, sizeof number) == sizeof number) reported++;
    sleep_ms(round < 8 ? 3 * round : (long)(noise >> 40) % 60);
    kill(child, SIGKILL);
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    while (read(told[0], &number, sizeof number) == sizeof number) reported++;
    close(told[0]);
    struct stat found;
    if (stat(path_of("killed.db"), &found) != 0 || found.st_size == 0) continue;
    const size_t after = whole_runs("killed.db");
    assert_true(after >= before + reported);
    assert_true(after <= before + reported + 1); /* stored, and killed before it could say so */
    progressed += after > before;
    before = after;
    assert_int_equal(access(path_of("killed.db-wal"), F_OK), -1);
  }
  assert_true(progressed >= 10);
  /* A process that ends as it should leaves one plain file. */
  make_file("killed.db", before + 1);
  assert_int_equal(access(path_of("killed.db-wal"), F_OK), -1);
  assert_int_equal(access(path_of("killed.db-journal"), F_OK), -1);
  assert_int_equal(whole_runs("killed.db"), before + 1);
}

/* The same with the rollback journal, as on a network file system: the file may then not leave that mode. */
static void killed_with_the_rollback_journal(void **state) {
  (void)state;
  make_file("journal.db", 1);
  size_t before = 1;
  for (int round = 0; round < 8; round++) {
    const pid_t child = fork();
    if (child == 0) {
      struct sj_store *store;
      struct sj_results *const results = sample_results(NULL, 1);
      int64_t result;
      if (sj_store_open(path_of("journal.db"), SJ_STORE_WRITE, &store, NULL) != SJ_OK) _exit(1);
      if (sj_store_execute(store, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL", NULL) != SJ_OK) _exit(2);
      store->logging = false;
      if (sj_store_begin(store, results, 1000000, false, &result, NULL) != SJ_OK) _exit(3);
      for (uint64_t number = results->run_count;; number++) {
        struct sj_run run;
        sample_run(results, number, &run);
        if (sj_store_add_run(store, result, results, &run, NULL) != SJ_OK) _exit(4);
        sj_run_clear(results, &run);
      }
    }
    sleep_ms(100 + 37 * round);
    kill(child, SIGKILL);
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    const size_t after = whole_runs("journal.db");
    assert_true(after >= before);
    before = after;
  }
  assert_true(before > 3);
}

/* Two processes store the same result at the same time. */
static void two_processes_store_nothing_twice(void **state) {
  (void)state;
  pid_t children[2];
  for (int i = 0; i < 2; i++) {
    children[i] = fork();
    if (children[i] == 0) {
      store_in_child("shared.db", 60, -1);
      _exit(0);
    }
  }
  for (int i = 0; i < 2; i++) {
    int status;
    waitpid(children[i], &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
  }
  assert_int_equal(whole_runs("shared.db"), 60);
  assert_int_equal(access(path_of("shared.db-wal"), F_OK), -1);
}

/* Stores runs until it fails, which must be for want of space; the file then holds what was stored. */
static int store_until_full(const char *path, int64_t most_pages) {
  struct sj_store *store;
  struct sj_error error = {{0}};
  struct sj_results *const results = sample_results(NULL, 1);
  int64_t result;
  if (sj_store_open(path, SJ_STORE_WRITE, &store, &error) != SJ_OK) return 1;
  if (most_pages > 0) {
    char *const pragma = sj_format("PRAGMA max_page_count = %d", (int)most_pages);
    sj_store_execute(store, pragma, NULL);
    free(pragma);
  }
  if (sj_store_begin(store, results, 100000, false, &result, &error) != SJ_OK) return 2;
  uint64_t number = 0;
  enum sj_status status = SJ_OK;
  for (; status == SJ_OK && number < 100000; number++) {
    struct sj_run run;
    sample_run(results, number, &run);
    status = sj_store_add_run(store, result, results, &run, &error);
    sj_run_clear(results, &run);
  }
  sj_store_close(store);
  sj_results_destroy(results);
  char *const wanted = sj_format("%s: no space left on the disk; the runs stored before are safe", path);
  const bool said = status == SJ_FAILED && strcmp(error.message, wanted) == 0;
  if (!said) fprintf(stderr, "# got  %s\n# want %s\n", error.message, wanted);
  free(wanted);
  if (!said) return 3;
  struct sj_results *loaded = NULL;
  if (sj_store_open(path, SJ_STORE_READ, &store, &error) != SJ_OK) return 4;
  status = sj_store_load(store, result, &loaded, &error);
  sj_store_close(store);
  if (status != SJ_OK || loaded->run_count != number - 1 || number < 3) return 5;
  for (size_t i = 0; i < loaded->run_count; i++)
    if (!sample_is_whole(loaded, &loaded->runs[i])) return 6;
  sj_results_destroy(loaded);
  return 0;
}

static void full_database(void **state) {
  (void)state;
  char path[128];
  snprintf(path, sizeof path, "%s", path_of("limited.db"));
  assert_int_equal(store_until_full(path, 100), 0);
}

/* A disk of 600 KB, where a file system can be mounted. */
static void full_disk(void **state) {
  (void)state;
  assert_int_equal(mkdir(path_of("disk"), 0755), 0);
  char disk[128], path[160];
  snprintf(disk, sizeof disk, "%s", path_of("disk"));
  snprintf(path, sizeof path, "%s/full.db", disk);
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0) _exit(77);
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) _exit(77);
    if (mount("tmpfs", disk, "tmpfs", 0, "size=600k") != 0) _exit(77);
    _exit(store_until_full(path, 0));
  }
  int status;
  waitpid(child, &status, 0);
  assert_true(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) skip();
  assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_not_a_results_file),
      cmocka_unit_test(values_of_a_sweep_that_end_early),
      cmocka_unit_test(names_are_never_special),
      cmocka_unit_test(damage_is_named),
      cmocka_unit_test(any_damage_is_survived),
      cmocka_unit_test(what_may_not_be_read_or_written),
      cmocka_unit_test(killed_at_any_instant),
      cmocka_unit_test(killed_with_the_rollback_journal),
      cmocka_unit_test(two_processes_store_nothing_twice),
      cmocka_unit_test(full_database),
      cmocka_unit_test(full_disk),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
