#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/base.h"

static int open_beneath(int directory, const char *name, int flags) {
  struct open_how how = {.flags = (unsigned)(flags | O_CLOEXEC), .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  long result;
  int attempts = 0;
  do {
    result = syscall(SYS_openat2, directory, name, &how, sizeof how);
    /* EAGAIN: something was renamed on the way of a "..", the kernel cannot tell whether it stayed below. */
  } while (result < 0 && (errno == EINTR || (errno == EAGAIN && ++attempts < 100)));
  return (int)result;
}

/* 0, or an errno; EISDIR and ENOTSUP for what is not a regular file. */
static int open_regular(int directory, const char *name, int *descriptor) {
  struct stat status;
  /* To open a device can have effects of its own, so look first; look again in case it was exchanged since. */
  const int flags[] = {O_PATH, O_RDONLY | O_NONBLOCK | O_NOCTTY};
  for (size_t i = 0; i < 2; i++) {
    const int opened = open_beneath(directory, name, flags[i]);
    if (opened < 0) return errno;
    const int failure = fstat(opened, &status) < 0 ? errno
                        : S_ISDIR(status.st_mode)  ? EISDIR
                        : !S_ISREG(status.st_mode) ? ENOTSUP
                                                   : 0;
    if (i == 0 || failure)
      close(opened);
    else
      *descriptor = opened;
    if (failure) return failure;
  }
  return 0;
}

static enum sj_status describe(const char *role, const char *name, const char *const *directories, int failure,
                               struct sj_error *error) {
  switch (failure) {
    case EXDEV:
      return sj_error_set(error, SJ_INVALID, "%s `%s`: outside the model's folder%s", role, name,
                          directories[1] ? " and the data folder" : "");
    case EISDIR:
      return sj_error_set(error, SJ_INVALID, "%s `%s`: a folder, expected a regular file", role, name);
    case ENOTSUP:
    case ENXIO:
      return sj_error_set(error, SJ_INVALID, "%s `%s`: not a regular file", role, name);
    case ENOSYS:
    case EPERM:
      return sj_error_set(
          error, SJ_FAILED,
          "%s `%s`: the system has no openat2, or a container forbids it (Linux 5.6 or newer is needed)", role, name);
    case ENOENT:
    case ENOTDIR: {
      struct sj_text places = {0};
      for (size_t i = 0; directories[i]; i++) sj_text_add(&places, "%s%s", i ? " or " : "", directories[i]);
      sj_error_set(error, SJ_FAILED, "%s `%s`: not found in %s", role, name, places.data);
      free(places.data);
      return SJ_FAILED;
    }
    default:
      return sj_error_set(error, SJ_FAILED, "%s `%s`: %s", role, name, strerror(failure));
  }
}

enum sj_status sj_open_below(const char *role, const char *name, const char *const *directories, int *descriptor,
                             struct sj_error *error) {
  if (!*name) return sj_error_set(error, SJ_INVALID, "%s: the name is empty", role);
  int reason = ENOENT;
  for (size_t i = 0; directories[i]; i++) {
    const int directory = open(directories[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return sj_error_set(error, SJ_FAILED, "folder `%s`: %s", directories[i], strerror(errno));
    const int failure = open_regular(directory, name, descriptor);
    close(directory);
    if (!failure) return SJ_OK;
    if (reason == ENOENT || reason == ENOTDIR) reason = failure;
  }
  return describe(role, name, directories, reason, error);
}

/* ---- writing ---- */

static bool write_all(int descriptor, const char *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    const ssize_t n = write(descriptor, bytes + done, length - done);
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) done += (size_t)n;
  }
  return true;
}

static int open_beside(const char *path, char **name) {
  enum { ATTEMPTS = 100 };
  for (int i = 0; i < ATTEMPTS; i++) {
    free(*name);
    *name = sj_format("%s.%ld-%d", path, (long)getpid(), i);
    const int descriptor = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0 || errno != EEXIST) return descriptor;
  }
  return -1;
}

enum sj_status sj_replace_file(const char *path, const char *bytes, size_t length, struct sj_error *error) {
  char *beside = NULL;
  const int descriptor = open_beside(path, &beside);
  int reason = descriptor < 0 ? errno : 0;
  if (descriptor >= 0) {
    if (!write_all(descriptor, bytes, length) || fsync(descriptor) != 0) reason = errno;
    if (close(descriptor) != 0 && !reason) reason = errno;
    if (!reason && rename(beside, path) != 0) reason = errno;
    if (reason) unlink(beside);
  }
  free(beside);
  return reason ? sj_error_set(error, SJ_FAILED, "%s: %s", path, strerror(reason)) : SJ_OK;
}
