/* Opening the data files that a model names; writing files at once. */
#ifndef SJ_BASE_FILES_H
#define SJ_BASE_FILES_H

#include <stddef.h>

#include "sojourn/status.h"

/* Opens the regular file `name` for reading, below the first of `directories` (ended by NULL, at least one) that has
 * it. Below means that no step of the way leaves the directory: not "..", not an absolute name, not a symbolic link
 * (one that stays below is followed). The kernel sees to that (openat2, Linux 5.6), so that nobody can change the way
 * while it is gone. Nothing else than a regular file is ever opened, not even for a moment. `role` says in messages
 * what the file is for: "data file". On SJ_OK `*descriptor` is the caller's to close.
 *
 * SJ_INVALID: the name leads out of the folders, or to something that is not a regular file; SJ_FAILED: it is not
 * there, may not be read, or the kernel lacks openat2. The message has no place; the caller knows the line. */
enum sj_status sj_open_below(const char *role, const char *name, const char *const *directories, int *descriptor,
                             struct sj_error *error);

/* Writes the file at `path` so that at any instant the old one is there, or the new one whole: beside it, as
 * PATH.PROCESS-NUMBER, which is then renamed. What may be read and written is as of any new file. SJ_FAILED: it cannot
 * be written; nothing is left. */
enum sj_status sj_replace_file(const char *path, const char *bytes, size_t length, struct sj_error *error);

#endif
