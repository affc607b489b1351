/* Meeting: how the processes of a launcher learn where the first of them listens. */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/module.h"
#include "sweep/launch.h"

static const char file_name[] = "libsojourn-sweep-mpi.so";

static enum sj_status load(const struct sj_meet_module **module, struct sj_error *error) {
  char path[PATH_MAX];
  if (!sj_module_find(file_name, path))
    return sj_error_set(
        error, SJ_FAILED,
        "mpirun started several processes, but this sojourn was built without MPI (there is no %s), so "
        "that each would do the whole sweep by itself. Run it without mpirun, or install libopenmpi-dev "
        "and build it again",
        file_name);
  /* Open MPI's own modules look for its symbols among those of all. */
  void *const handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (!handle) return sj_error_set(error, SJ_FAILED, "the module for MPI cannot be loaded: %s", dlerror());
  *module = dlsym(handle, SJ_MEET_MODULE_SYMBOL);
  if (*module && (*module)->version == SJ_MEET_MODULE_VERSION) return SJ_OK;
  return sj_error_set(error, SJ_FAILED, "%s is not this sojourn's module for MPI", path);
}

/* What the process that did it tells the one that waits. */
struct answer {
  struct sj_meeting meeting;
  enum sj_status status;
  struct sj_error error;
};

static void meet_there(const struct sj_meeting *meeting, struct answer *answer) {
  const struct sj_meet_module *module = NULL;
  answer->meeting = *meeting;
  answer->status = load(&module, &answer->error);
  if (answer->status == SJ_OK && module)
    answer->status = module->meet(&answer->meeting, sizeof answer->meeting, &answer->error);
}

static bool read_all(int file, void *to, size_t size) {
  for (char *at = to; size > 0;) {
    const ssize_t got = read(file, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= (size_t)got;
  }
  return true;
}

static bool write_all(int file, const void *from, size_t size) {
  for (const char *at = from; size > 0;) {
    const ssize_t put = write(file, at, size);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    at += put;
    size -= (size_t)put;
  }
  return true;
}

enum sj_status sj_meet(struct sj_meeting *meeting, struct sj_error *error) {
  struct answer *const answer = calloc(1, sizeof *answer);
  int ends[2];
  if (!answer || pipe(ends) != 0) {
    free(answer);
    return sj_error_set(error, SJ_FAILED, "no pipe: %s", strerror(errno));
  }
  fflush(NULL);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    meet_there(meeting, answer);
    const bool written = write_all(ends[1], answer, sizeof *answer);
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  const bool answered = child > 0 && read_all(ends[0], answer, sizeof *answer);
  close(ends[0]);
  int how = 0;
  while (child > 0 && waitpid(child, &how, 0) < 0 && errno == EINTR) {
  }
  enum sj_status status = answered ? answer->status : SJ_FAILED;
  if (!answered)
    sj_error_set(error, SJ_FAILED, "MPI did not start: the process that should learn the addresses ended");
  else if (status == SJ_OK)
    *meeting = answer->meeting;
  else if (error)
    *error = answer->error;
  free(answer);
  return status;
}
