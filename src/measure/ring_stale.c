#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "measure/ring_segment.h"
#include "measure/ring_system.h"

/* The number of a living process that uses the segment, or 0. */
static uint32_t living_user(const struct sj_ring *ring) {
  if (sj_ring_system_alive(ring->header->creator)) return ring_owner_pid(ring->header->creator);
  for (uint32_t i = 0; i < ring->member_count; i++) {
    uint64_t word = ring_load(&ring->owners[i].word);
    if (ring_owner_state(word) == RING_OWNER_JOINED && sj_ring_system_alive(word)) return ring_owner_pid(word);
  }
  return 0;
}

static uint32_t unread_messages(const struct sj_ring *ring) {
  uint32_t unread = 0;
  for (uint32_t i = 0; i < ring->slot_count; i++) {
    enum ring_state state = ring_word_state(ring_load(&ring->slots[i].word));
    if (state == RING_PUBLISHED || state == RING_TAKEN) unread++;
  }
  return unread;
}

/* Whether the name still stands for the open file. */
static bool same_file(const char *path, int descriptor) {
  struct stat named, opened;
  return lstat(path, &named) == 0 && fstat(descriptor, &opened) == 0 && named.st_ino == opened.st_ino &&
         named.st_dev == opened.st_dev;
}

static enum sj_status remove_if_dead(const char *name, int descriptor, const char *what, char *notice,
                                     size_t notice_size, struct sj_error *error) {
  struct ring_header header;
  struct ring_layout layout;
  enum sj_status status = sj_ring_segment_check(descriptor, what, &header, &layout, error);
  if (status != SJ_OK) return status;
  void *mapping = mmap(NULL, layout.total, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (mapping == MAP_FAILED) return sj_error_set(error, SJ_FAILED, "%s: cannot be mapped: %s", what, strerror(errno));
  struct sj_ring ring = {0};
  sj_ring_locate(&ring, mapping, &layout);
  uint32_t user = living_user(&ring), creator = ring_owner_pid(ring.header->creator), unread = unread_messages(&ring);
  munmap(mapping, layout.total);
  if (user != 0 && user == creator)
    return sj_error_set(error, SJ_FAILED, "%s: in use: process %u made it and is running", what, user);
  if (user != 0)
    return sj_error_set(error, SJ_FAILED, "%s: in use by process %u (process %u made it and has ended)", what, user,
                        creator);
  char path[sizeof RING_FOLDER + SJ_RING_NAME_MAX];
  snprintf(path, sizeof path, "%s%s", RING_FOLDER, name);
  if (same_file(path, descriptor) && unlink(path) != 0 && errno != ENOENT)
    return sj_error_set(error, SJ_FAILED, "%s: left over by process %u, which has ended, but cannot be removed: %s",
                        what, creator, strerror(errno));
  snprintf(notice, notice_size, "%s: removed what process %u had left, which has ended; %u unread messages were in it",
           what, creator, unread);
  return SJ_OK;
}

enum sj_status sj_ring_segment_clear(const char *name, char *notice, size_t notice_size, struct sj_error *error) {
  int descriptor = -1;
  enum sj_status status = sj_ring_segment_open(name, &descriptor, error);
  if (status != SJ_OK || descriptor < 0) return status;
  char what[SJ_RING_NAME_MAX + 8];
  snprintf(what, sizeof what, "ring %s", name);
  // Of several that start at once and find the same remains, one removes them: the others must not remove what it
  // makes.
  if (flock(descriptor, LOCK_EX) != 0)
    status = sj_error_set(error, SJ_FAILED, "%s: cannot be locked: %s", what, strerror(errno));
  if (status == SJ_OK) status = remove_if_dead(name, descriptor, what, notice, notice_size, error);
  close(descriptor);
  return status;
}

enum sj_status sj_ring_unlink(const char *name, struct sj_error *error) {
  int descriptor = -1;
  enum sj_status status = sj_ring_check_name(name, error);
  if (status == SJ_OK) status = sj_ring_segment_open(name, &descriptor, error);
  if (status != SJ_OK || descriptor < 0) return status;
  char magic[8] = "", path[sizeof RING_FOLDER + SJ_RING_NAME_MAX];
  snprintf(path, sizeof path, "%s%s", RING_FOLDER, name);
  if (pread(descriptor, magic, sizeof magic, 0) != sizeof magic || memcmp(magic, RING_MAGIC, sizeof magic) != 0)
    status = sj_error_set(error, SJ_FAILED, "ring %s: not a ring: another program's file", name);
  else if (unlink(path) != 0 && errno != ENOENT)
    status = sj_error_set(error, SJ_FAILED, "ring %s: cannot be removed: %s", name, strerror(errno));
  close(descriptor);
  return status;
}
