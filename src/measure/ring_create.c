#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "measure/ring_segment.h"
#include "measure/ring_system.h"

static enum sj_status check_options(const struct sj_ring_options *options, struct sj_error *error) {
  if (options->name) {
    enum sj_status status = sj_ring_check_name(options->name, error);
    if (status != SJ_OK) return status;
  }
  if (options->slots < 1 || options->slots > SJ_RING_SLOTS_MAX)
    return sj_error_set(error, SJ_INVALID, "a ring has 1 to %d slots, not %u", SJ_RING_SLOTS_MAX, options->slots);
  if (options->slot_bytes < 1 || options->slot_bytes > RING_SLOT_BYTES_MAX)
    return sj_error_set(error, SJ_INVALID, "a ring's slot has 1 to 2^40 bytes, not %llu",
                        (unsigned long long)options->slot_bytes);
  if (options->members > SJ_RING_MEMBERS_MAX)
    return sj_error_set(error, SJ_INVALID, "a ring has at most %d members, not %u", SJ_RING_MEMBERS_MAX,
                        options->members);
  if ((unsigned)options->order > SJ_RING_BY_HANDLE || (unsigned)options->wait > SJ_RING_WAIT_FUTEX ||
      options->mode > 0777)
    return sj_error_set(error, SJ_INVALID, "a ring's order, way of waiting or permissions are none that there are");
  if (options->hand_on && options->order != SJ_RING_ORDERED)
    return sj_error_set(error, SJ_INVALID, "only an ordered ring can hand on what a dead consumer had taken");
  return SJ_OK;
}

/* Fills a segment that is all zero. */
static void initialize(struct ring_header *header, const struct sj_ring_options *options,
                       const struct ring_layout *layout, uint32_t members) {
  memcpy(header->magic, RING_MAGIC, sizeof header->magic);
  header->version = RING_VERSION;
  header->header_bytes = sizeof *header;
  header->total_bytes = layout->total;
  header->slot_bytes = options->slot_bytes;
  header->slots = options->slots;
  header->members = members;
  header->order = (uint32_t)options->order;
  header->wait = (uint32_t)options->wait;
  header->hand_on = options->hand_on;
  header->huge_pages = options->huge_pages;
  header->creator = ring_owner_with(sj_ring_system_self(), RING_OWNER_JOINED);
  if (getrandom(&header->identity, sizeof header->identity, 0) != sizeof header->identity)
    header->identity = (uint32_t)sj_ring_system_now();
  _Atomic uint64_t *bits = (_Atomic uint64_t *)(void *)((char *)header + layout->free_bits);
  for (uint32_t slot = 0; slot < options->slots; slot++) ring_set_bits(&bits[slot / 64], UINT64_C(1) << slot % 64);
}

/* Gives the segment its name. `*again` when another process took the name meanwhile. */
static enum sj_status give_name(int descriptor, const char *name, bool *again, struct sj_error *error) {
  char from[32], to[sizeof RING_FOLDER + SJ_RING_NAME_MAX];
  snprintf(from, sizeof from, "/proc/self/fd/%d", descriptor);
  snprintf(to, sizeof to, "%s%s", RING_FOLDER, name);
  *again = false;
  if (linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW) == 0) return SJ_OK;
  *again = errno == EEXIST;
  return *again ? SJ_OK
                : sj_error_set(error, SJ_FAILED, "ring %s: cannot be given its name: %s", name, strerror(errno));
}

static void end_mapping(struct sj_ring *ring) {
  if (ring->header) munmap(ring->header, ring->layout.total);
  if (ring->descriptor >= 0) close(ring->descriptor);
}

static enum sj_status make(const struct sj_ring_options *options, struct sj_ring *ring, struct sj_error *error) {
  char what[SJ_RING_NAME_MAX + 8];
  snprintf(what, sizeof what, "ring%s%s", options->name ? " " : "", options->name ? options->name : "");
  uint32_t members = options->members ? options->members : 64;
  struct ring_layout layout = sj_ring_layout(options->slots, options->slot_bytes, members, options->huge_pages);
  bool again = true;
  while (again) {
    enum sj_status status = SJ_OK;
    if (options->name) status = sj_ring_segment_clear(options->name, ring->notice, sizeof ring->notice, error);
    if (status != SJ_OK) return status;
    again = false;
    status = sj_ring_segment_make(options, what, layout.total, &ring->descriptor, error);
    if (status != SJ_OK) {
      ring->descriptor = -1;
      return status;
    }
    void *mapping;
    status = sj_ring_segment_map(ring->descriptor, what, layout.total, options->huge_pages, &mapping, error);
    if (status != SJ_OK) return status;
    initialize(mapping, options, &layout, members);
    sj_ring_locate(ring, mapping, &layout);
    if (options->name) status = give_name(ring->descriptor, options->name, &again, error);
    if (status != SJ_OK) return status;
    if (again) {
      end_mapping(ring);
      ring->header = NULL;
      ring->descriptor = -1;
    }
  }
  return SJ_OK;
}

static struct sj_ring *new_ring(struct sj_error *error) {
  struct sj_ring *ring = calloc(1, sizeof *ring);
  if (!ring)
    sj_error_set(error, SJ_NO_MEMORY, "no memory for a ring");
  else
    ring->descriptor = -1;
  return ring;
}

static enum sj_status end_failed(struct sj_ring *ring, enum sj_status status) {
  end_mapping(ring);
  free(ring);
  return status;
}

enum sj_status sj_ring_create(const struct sj_ring_options *options, struct sj_ring **ring, struct sj_error *error) {
  enum sj_status status = check_options(options, error);
  if (status != SJ_OK) return status;
  struct sj_ring *made = new_ring(error);
  if (!made) return SJ_NO_MEMORY;
  status = make(options, made, error);
  if (status != SJ_OK) return end_failed(made, status);
  *ring = made;
  return SJ_OK;
}

/* Takes the descriptor, also when it fails. */
static enum sj_status map_checked(int descriptor, const char *what, struct sj_ring **ring, struct sj_error *error) {
  struct sj_ring *opened = new_ring(error);
  if (!opened) {
    close(descriptor);
    return SJ_NO_MEMORY;
  }
  opened->descriptor = descriptor;
  struct ring_header header;
  struct ring_layout layout;
  enum sj_status status = sj_ring_segment_check(descriptor, what, &header, &layout, error);
  if (status != SJ_OK) return end_failed(opened, status);
  void *mapping;
  status = sj_ring_segment_map(descriptor, what, layout.total, header.huge_pages != 0, &mapping, error);
  if (status != SJ_OK) return end_failed(opened, status);
  sj_ring_locate(opened, mapping, &layout);
  *ring = opened;
  return SJ_OK;
}

enum sj_status sj_ring_open(const char *name, struct sj_ring **ring, struct sj_error *error) {
  int descriptor = -1;
  enum sj_status status = sj_ring_check_name(name, error);
  if (status == SJ_OK) status = sj_ring_segment_open(name, &descriptor, error);
  if (status != SJ_OK) return status;
  if (descriptor < 0) return sj_error_set(error, SJ_FAILED, "ring %s: there is none of this name", name);
  char what[SJ_RING_NAME_MAX + 8];
  snprintf(what, sizeof what, "ring %s", name);
  return map_checked(descriptor, what, ring, error);
}

enum sj_status sj_ring_from_descriptor(int descriptor, struct sj_ring **ring, struct sj_error *error) {
  int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return sj_error_set(error, SJ_FAILED, "ring: descriptor %d: %s", descriptor, strerror(errno));
  return map_checked(copy, "ring", ring, error);
}

int sj_ring_descriptor(const struct sj_ring *ring) { return ring->descriptor; }

void sj_ring_close(struct sj_ring *ring) {
  if (!ring) return;
  end_mapping(ring);
  free(ring);
}

const char *sj_ring_notice(const struct sj_ring *ring) { return ring->notice; }
uint32_t sj_ring_slots(const struct sj_ring *ring) { return ring->slot_count; }
uint64_t sj_ring_slot_bytes(const struct sj_ring *ring) { return ring->slot_bytes; }
enum sj_ring_order sj_ring_order(const struct sj_ring *ring) { return ring->order; }
bool sj_ring_huge_pages(const struct sj_ring *ring) { return ring->header->huge_pages != 0; }
