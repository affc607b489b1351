#include "measure/flat.h"

#include <string.h>

static void add_zeros(struct sj_text *text, size_t count) {
  static const char zeros[64];
  while (count > 0) {
    const size_t now = count < sizeof zeros ? count : sizeof zeros;
    sj_text_add_bytes(text, zeros, now);
    count -= now;
  }
}

/* Zeros until `ahead` bytes further on is a multiple of `alignment`. */
static void pad_before(struct sj_text *text, size_t ahead, size_t alignment) {
  add_zeros(text, (alignment - (text->length + ahead) % alignment) % alignment);
}

void sj_flat_put(struct sj_text *text, size_t at, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; i++) text->data[at + i] = (char)(unsigned char)(value >> (8 * i));
}

void sj_flat_refer(struct sj_text *text, size_t at, size_t target) { sj_flat_put(text, at, target - at, 4); }

size_t sj_flat_add_root(struct sj_text *text) {
  const size_t at = text->length;
  add_zeros(text, 4);
  return at;
}

size_t sj_flat_add_table(struct sj_text *text, const unsigned char *sizes, size_t count, size_t *fields) {
  const size_t vtable_size = 4 + 2 * count;
  pad_before(text, vtable_size, 8);
  const size_t vtable = text->length, table = vtable + vtable_size;
  size_t end = 4;
  add_zeros(text, vtable_size);
  for (size_t i = 0; i < count; i++) {
    if (sizes[i] == 0) continue;
    end = (end + sizes[i] - 1) / sizes[i] * sizes[i];
    sj_flat_put(text, vtable + 4 + 2 * i, end, 2);
    fields[i] = table + end;
    end += sizes[i];
  }
  add_zeros(text, end);
  sj_flat_put(text, vtable, vtable_size, 2);
  sj_flat_put(text, vtable + 2, end, 2);
  sj_flat_put(text, table, vtable_size, 4);
  return table;
}

size_t sj_flat_add_vector(struct sj_text *text, size_t count, size_t size, size_t alignment) {
  pad_before(text, 4, alignment < 4 ? 4 : alignment);
  const size_t at = text->length;
  add_zeros(text, 4 + count * size);
  sj_flat_put(text, at, count, 4);
  return at;
}

size_t sj_flat_add_string(struct sj_text *text, const char *string) {
  const size_t length = strlen(string), at = sj_flat_add_vector(text, length + 1, 1, 4);
  sj_flat_put(text, at, length, 4);
  memcpy(text->data + at + 4, string, length);
  return at;
}

/* --- Reading --- */

uint64_t sj_flat_get(const unsigned char *bytes, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; i++) value |= (uint64_t)bytes[i] << (8 * i);
  return value;
}

static bool inside(const struct sj_flat *flat, size_t at, size_t size) {
  return at <= flat->size && size <= flat->size - at;
}

/* The table at `at`. Its vtable lies before or behind it. */
static bool read_table(const struct sj_flat *flat, size_t at, struct sj_flat_table *table) {
  if (!inside(flat, at, 4)) return false;
  const int64_t vtable = (int64_t)at - (int32_t)(uint32_t)sj_flat_get(flat->bytes + at, 4);
  if (vtable < 0 || !inside(flat, (size_t)vtable, 4)) return false;
  *table = (struct sj_flat_table){.at = at,
                                  .size = sj_flat_get(flat->bytes + vtable + 2, 2),
                                  .vtable = (size_t)vtable,
                                  .vtable_size = sj_flat_get(flat->bytes + vtable, 2)};
  return table->vtable_size >= 4 && table->size >= 4 && inside(flat, table->vtable, table->vtable_size) &&
         inside(flat, at, table->size);
}

/* Where the `size` bytes of a field lie; 0 for an absent one. */
static bool find_field(const struct sj_flat *flat, const struct sj_flat_table *table, size_t field, size_t size,
                       size_t *at) {
  *at = 0;
  const size_t entry = 4 + 2 * field;
  if (entry + 2 > table->vtable_size) return true;
  const size_t offset = sj_flat_get(flat->bytes + table->vtable + entry, 2);
  if (offset == 0) return true;
  *at = table->at + offset;
  return offset >= 4 && offset + size <= table->size;
}

/* What the distance stored at `at` leads to; at least four bytes are there. */
static bool follow(const struct sj_flat *flat, size_t at, size_t *target) {
  *target = at + sj_flat_get(flat->bytes + at, 4);
  return inside(flat, *target, 4);
}

bool sj_flat_root(const struct sj_flat *flat, struct sj_flat_table *table) {
  size_t at;
  return inside(flat, 0, 4) && follow(flat, 0, &at) && read_table(flat, at, table);
}

bool sj_flat_scalar(const struct sj_flat *flat, const struct sj_flat_table *table, size_t field, size_t size,
                    uint64_t *value) {
  size_t at;
  if (!find_field(flat, table, field, size, &at)) return false;
  if (at) *value = sj_flat_get(flat->bytes + at, size);
  return true;
}

bool sj_flat_table(const struct sj_flat *flat, const struct sj_flat_table *table, size_t field,
                   struct sj_flat_table *inner, bool *there) {
  size_t at, target;
  if (!find_field(flat, table, field, 4, &at)) return false;
  *there = at != 0;
  return !at || (follow(flat, at, &target) && read_table(flat, target, inner));
}

bool sj_flat_vector(const struct sj_flat *flat, const struct sj_flat_table *table, size_t field, size_t size,
                    const unsigned char **elements, size_t *count) {
  size_t at, target;
  *elements = NULL;
  *count = 0;
  if (!find_field(flat, table, field, 4, &at)) return false;
  if (!at) return true;
  if (!follow(flat, at, &target)) return false;
  *count = sj_flat_get(flat->bytes + target, 4);
  *elements = flat->bytes + target + 4;
  return *count <= (flat->size - target - 4) / size;
}

bool sj_flat_element(const struct sj_flat *flat, const unsigned char *elements, size_t i, struct sj_flat_table *inner) {
  size_t target;
  return follow(flat, (size_t)(elements - flat->bytes) + 4 * i, &target) && read_table(flat, target, inner);
}
