#include "measure/ring_segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum sj_status sj_ring_check_name(const char *name, struct sj_error *error) {
  size_t length = name ? strlen(name) : 0;
  if (length == 0 || length > SJ_RING_NAME_MAX || name[0] == '.')
    return sj_error_set(error, SJ_INVALID, "a ring's name has 1 to %d characters and does not begin with a dot",
                        SJ_RING_NAME_MAX);
  for (size_t i = 0; i < length; i++) {
    bool letter = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z');
    if (!letter && !(name[i] >= '0' && name[i] <= '9') && !strchr("._-", name[i]))
      return sj_error_set(error, SJ_INVALID, "\"%s\" is no name for a ring: expected letters, digits and . _ -", name);
  }
  return SJ_OK;
}

/* So that the first messages do not pay for page faults; where the kernel cannot, they do. */
static void populate(void *place, uint64_t bytes) {
#ifdef MADV_POPULATE_WRITE
  (void)madvise(place, bytes, MADV_POPULATE_WRITE);
#else
  (void)place, (void)bytes;
#endif
}

static double megabytes(uint64_t bytes) { return (double)bytes / 1e6; }

/* Huge pages are given to who touches memory through a mapping that asked for them; what is there already stays small.
 */
static void touch_huge_pages(int descriptor, uint64_t bytes) {
  void *place = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (place == MAP_FAILED) return;
  if (madvise(place, bytes, MADV_HUGEPAGE) == 0) populate(place, bytes);
  munmap(place, bytes);
}

/* Takes all memory of the file now: what is not there would kill who touches it later (SIGBUS). */
static enum sj_status take_memory(int descriptor, const char *what, bool named, bool huge_pages, uint64_t bytes,
                                  struct sj_error *error) {
  struct statvfs system;
  bool known = named && fstatvfs(descriptor, &system) == 0;
  uint64_t available = known ? (uint64_t)system.f_bavail * system.f_frsize : UINT64_MAX;
  int failure = available < bytes ? ENOSPC : 0;
  if (!failure && ftruncate(descriptor, (off_t)bytes) != 0) failure = errno;
  if (!failure && huge_pages) touch_huge_pages(descriptor, bytes);
  while (!failure) {
    int result = posix_fallocate(descriptor, 0, (off_t)bytes);
    if (result == 0) return SJ_OK;
    if (result != EINTR) failure = result;
  }
  if (failure == ENOSPC && known)
    return sj_error_set(error, SJ_FAILED, "%s: shared memory is full: the ring takes %.1f MB, in %s are %.1f MB free",
                        what, megabytes(bytes), RING_FOLDER, megabytes(available));
  return sj_error_set(error, SJ_FAILED, "%s: cannot take %.1f MB of shared memory: %s", what, megabytes(bytes),
                      strerror(failure));
}

static enum sj_status make_memfd(const char *what, uint64_t bytes, bool huge_pages, int *descriptor,
                                 struct sj_error *error) {
  unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  if (huge_pages) {
    *descriptor = memfd_create("sojourn-ring", flags | MFD_HUGETLB);
    if (*descriptor >= 0 && take_memory(*descriptor, what, false, false, bytes, NULL) == SJ_OK) return SJ_OK;
    if (*descriptor >= 0) close(*descriptor);  // none are set aside; transparent ones may do
  }
  *descriptor = memfd_create("sojourn-ring", flags);
  if (*descriptor < 0) return sj_error_set(error, SJ_FAILED, "%s: no memory file: %s", what, strerror(errno));
  enum sj_status status = take_memory(*descriptor, what, false, huge_pages, bytes, error);
  if (status != SJ_OK) close(*descriptor);
  return status;
}

enum sj_status sj_ring_segment_make(const struct sj_ring_options *options, const char *what, uint64_t bytes,
                                    int *descriptor, struct sj_error *error) {
  if (!options->name) {
    enum sj_status status = make_memfd(what, bytes, options->huge_pages, descriptor, error);
    if (status == SJ_OK) fcntl(*descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
    return status;
  }
  mode_t mode = options->mode ? (mode_t)options->mode : 0600;
  *descriptor = open(RING_FOLDER, O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
  if (*descriptor < 0) return sj_error_set(error, SJ_FAILED, "%s: cannot be made: %s", what, strerror(errno));
  enum sj_status status = take_memory(*descriptor, what, true, options->huge_pages, bytes, error);
  if (status == SJ_OK && fchmod(*descriptor, mode) != 0)  // the file mode mask is not meant
    status = sj_error_set(error, SJ_FAILED, "%s: cannot set its permissions: %s", what, strerror(errno));
  if (status != SJ_OK) close(*descriptor);
  return status;
}

enum sj_status sj_ring_segment_map(int descriptor, const char *what, uint64_t bytes, bool huge_pages, void **mapping,
                                   struct sj_error *error) {
  void *place = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (place == MAP_FAILED)
    return sj_error_set(error, errno == ENOMEM ? SJ_NO_MEMORY : SJ_FAILED, "%s: cannot map %.1f MB: %s", what,
                        megabytes(bytes), strerror(errno));
  if (huge_pages) (void)madvise(place, bytes, MADV_HUGEPAGE);
  populate(place, bytes);
  *mapping = place;
  return SJ_OK;
}

static bool sizes_fit(const struct ring_header *header, struct ring_layout *layout) {
  if (header->slots < 1 || header->slots > SJ_RING_SLOTS_MAX || header->members < 1 ||
      header->members > SJ_RING_MEMBERS_MAX || header->slot_bytes < 1 || header->slot_bytes > RING_SLOT_BYTES_MAX ||
      header->order > SJ_RING_BY_HANDLE || header->wait > SJ_RING_WAIT_FUTEX)
    return false;
  *layout = sj_ring_layout(header->slots, header->slot_bytes, header->members, header->huge_pages != 0);
  return header->header_bytes == sizeof *header && layout->total == header->total_bytes;
}

enum sj_status sj_ring_segment_check(int descriptor, const char *what, struct ring_header *header,
                                     struct ring_layout *layout, struct sj_error *error) {
  struct stat file;
  if (fstat(descriptor, &file) != 0) return sj_error_set(error, SJ_FAILED, "%s: %s", what, strerror(errno));
  if (!S_ISREG(file.st_mode)) return sj_error_set(error, SJ_FAILED, "%s: not a ring: not a segment of memory", what);
  memset(header, 0, sizeof *header);
  ssize_t length = pread(descriptor, header, sizeof *header, 0);
  size_t identified = offsetof(struct ring_header, total_bytes);
  if (length < (ssize_t)identified || memcmp(header->magic, RING_MAGIC, sizeof header->magic) != 0)
    return sj_error_set(error, SJ_FAILED, "%s: not a ring: another program's file", what);
  if (header->version != RING_VERSION)
    return sj_error_set(error, SJ_FAILED, "%s: a ring of version %u; this program knows version %d", what,
                        header->version, RING_VERSION);
  if (length < (ssize_t)sizeof *header || (uint64_t)file.st_size < header->total_bytes)
    return sj_error_set(error, SJ_FAILED, "%s: damaged: it has %lld bytes, but should have %llu", what,
                        (long long)file.st_size, (unsigned long long)header->total_bytes);
  if (!sizes_fit(header, layout))
    return sj_error_set(error, SJ_FAILED, "%s: damaged: the sizes in its header do not fit together", what);
  return SJ_OK;
}

enum sj_status sj_ring_segment_open(const char *name, int *descriptor, struct sj_error *error) {
  char path[sizeof RING_FOLDER + SJ_RING_NAME_MAX];
  snprintf(path, sizeof path, "%s%s", RING_FOLDER, name);
  *descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (*descriptor >= 0 || errno == ENOENT) return SJ_OK;
  struct stat file;
  if (errno == EACCES && stat(path, &file) == 0)
    return sj_error_set(error, SJ_FAILED, "ring %s: permission denied: it belongs to user %u, with mode %04o", name,
                        file.st_uid, file.st_mode & 07777);
  return sj_error_set(error, SJ_FAILED, "ring %s: cannot be opened: %s", name, strerror(errno));
}
