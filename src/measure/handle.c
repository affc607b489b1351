#include <string.h>

#include "measure/bus.h"

enum { MAGIC_SIZE = 4, VERSION = 1, CHECKED = 96 };
static const unsigned char magic[MAGIC_SIZE] = {'S', 'j', 'B', 'h'};

static void put(unsigned char *bytes, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)(value >> 8 * i);
}

static uint64_t get(const unsigned char *bytes, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; i++) value |= (uint64_t)bytes[i] << 8 * i;
  return value;
}

/* FNV-1a by words: it only has to notice damage. */
static uint64_t checksum(const unsigned char *bytes) {
  uint64_t sum = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < CHECKED; i += 8) sum = (sum ^ get(bytes + i, 8)) * UINT64_C(0x100000001b3);
  return sum ^ sum >> 32;
}

void sj_bus_handle_encode(const struct sj_bus_handle *handle, unsigned char bytes[SJ_BUS_HANDLE]) {
  memcpy(bytes, magic, sizeof magic);
  bytes[4] = VERSION;
  bytes[5] = handle->kind;
  put(bytes + 6, handle->producer, 2);
  put(bytes + 8, handle->incarnation, 4);
  put(bytes + 12, handle->ring, 4);
  put(bytes + 16, handle->slot, 4);
  put(bytes + 20, 0, 4);
  put(bytes + 24, handle->sequence, 8);
  put(bytes + 32, handle->intended_ns, 8);
  put(bytes + 40, handle->claimed_ns, 8);
  put(bytes + 48, handle->published_ns, 8);
  put(bytes + 56, handle->generation, 8);
  put(bytes + 64, handle->publication, 8);
  put(bytes + 72, handle->bytes, 8);
  put(bytes + 80, handle->checksum, 8);
  put(bytes + 88, handle->value, 8);
  put(bytes + CHECKED, checksum(bytes), 8);
}

bool sj_bus_handle_decode(const unsigned char *bytes, size_t size, struct sj_bus_handle *handle) {
  *handle = (struct sj_bus_handle){0};
  if (size < SJ_BUS_HANDLE || memcmp(bytes, magic, sizeof magic) != 0 || bytes[4] != VERSION) return false;
  if (bytes[5] > SJ_BUS_STATISTICS || get(bytes + CHECKED, 8) != checksum(bytes)) return false;
  *handle = (struct sj_bus_handle){.kind = bytes[5],
                                   .producer = (uint16_t)get(bytes + 6, 2),
                                   .incarnation = (uint32_t)get(bytes + 8, 4),
                                   .ring = (uint32_t)get(bytes + 12, 4),
                                   .slot = (uint32_t)get(bytes + 16, 4),
                                   .sequence = get(bytes + 24, 8),
                                   .intended_ns = get(bytes + 32, 8),
                                   .claimed_ns = get(bytes + 40, 8),
                                   .published_ns = get(bytes + 48, 8),
                                   .generation = get(bytes + 56, 8),
                                   .publication = get(bytes + 64, 8),
                                   .bytes = get(bytes + 72, 8),
                                   .checksum = get(bytes + 80, 8),
                                   .value = get(bytes + 88, 8)};
  return true;
}
