#include "measure/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "measure/ring_segment.h"

static const char prefix[] = "sojourn-run-";
/* In the folder, a symbolic link to the segment's name: it is there whole or not at all. */
static const char segment_link[] = "segment";
/* A folder younger than this may not be locked yet. */
enum { YOUNG_S = 10, LONGEST_FOLDER = 36 };

static const char *temporary(void) {
  const char *const wanted = getenv("TMPDIR");
  return wanted && *wanted == '/' && strlen(wanted) < LONGEST_FOLDER && access(wanted, W_OK | X_OK) == 0 ? wanted
                                                                                                         : "/tmp";
}

/* Everything in the folder, which has no folders, and the folder. */
static void remove_folder(int parent, const char *name) {
  const int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *const list = folder >= 0 ? fdopendir(folder) : NULL;
  if (!list) {
    if (folder >= 0) close(folder);
    return;
  }
  for (const struct dirent *entry = readdir(list); entry; entry = readdir(list))
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) unlinkat(folder, entry->d_name, 0);
  closedir(list);
  unlinkat(parent, name, AT_REMOVEDIR);
}

/* Whether the run that made this folder is over: nobody holds its lock. One that was made just now is asked for by its
 * process, as its lock may still be to come. */
static bool abandoned(int parent, const char *name) {
  struct stat status;
  const int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return false;
  bool over = fstat(folder, &status) == 0 && status.st_uid == geteuid() && flock(folder, LOCK_EX | LOCK_NB) == 0;
  if (over && time(NULL) - status.st_mtime < YOUNG_S) {
    const long process = strtol(name + sizeof prefix - 1, NULL, 10);
    over = process > 0 && kill((pid_t)process, 0) != 0 && errno == ESRCH;
  }
  close(folder);
  return over;
}

/* One that is in use again stays: its new run has a folder of its own. */
static void remove_segment(int parent, const char *name, struct sj_place *place) {
  char path[SJ_PLACE_PATH + sizeof segment_link], segment[SJ_RING_NAME_MAX + 1];
  struct sj_error ignored;
  snprintf(path, sizeof path, "%.*s/%s", SJ_PLACE_PATH - 1, name, segment_link);
  const ssize_t length = readlinkat(parent, path, segment, sizeof segment);
  if (length <= 0 || (size_t)length == sizeof segment) return;
  segment[length] = '\0';
  if (sj_ring_check_name(segment, &ignored) == SJ_OK)
    sj_ring_segment_clear(segment, place->notice, sizeof place->notice, &ignored);
}

static void remove_abandoned(const char *where, struct sj_place *place) {
  DIR *const list = opendir(where);
  if (!list) return;
  for (const struct dirent *entry = readdir(list); entry; entry = readdir(list))
    if (strncmp(entry->d_name, prefix, sizeof prefix - 1) == 0 && abandoned(dirfd(list), entry->d_name)) {
      remove_segment(dirfd(list), entry->d_name, place);
      remove_folder(dirfd(list), entry->d_name);
    }
  closedir(list);
}

enum sj_status sj_place_make(struct sj_place *place, const char *segment, struct sj_error *error) {
  const char *const where = temporary();
  *place = (struct sj_place){.lock = -1};
  remove_abandoned(where, place);
  snprintf(place->path, sizeof place->path, "%s/%s%ld-XXXXXX", where, prefix, (long)getpid());
  if (!mkdtemp(place->path))
    return sj_error_set(error, SJ_FAILED, "%s: no folder can be made there for sockets: %s", where, strerror(errno));
  place->lock = open(place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool locked = place->lock >= 0 && flock(place->lock, LOCK_EX | LOCK_NB) == 0;
  if (locked && (!segment || symlinkat(segment, place->lock, segment_link) == 0)) return SJ_OK;
  sj_error_set(error, SJ_FAILED, "%s: it cannot be %s: %s", place->path, locked ? "written to" : "locked",
               strerror(errno));
  sj_place_remove(place);
  return SJ_FAILED;
}

void sj_place_remove(struct sj_place *place) {
  if (*place->path) remove_folder(AT_FDCWD, place->path);
  if (place->lock >= 0) close(place->lock);
  *place = (struct sj_place){.lock = -1};
}
