/* FlatBuffers, as far as Arrow's metadata needs them: an encoder that writes front to back, and accessors that stay
 * inside of any bytes. Format: https://flatbuffers.dev/internals, all numbers little-endian.
 *
 * A table is a vtable (its own size, the table's size, where each field lies in the table) and the fields; a field that
 * is a table, vector or string holds the distance to it. Only distances forward are made or followed. */
#ifndef SJ_MEASURE_FLAT_H
#define SJ_MEASURE_FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

enum { SJ_FLAT_FIELDS_MOST = 8 };

/* --- Encoding. Positions are bytes from the start of the buffer; `text` grows, what was written is patched in place.
 */

/* A table whose field i takes sizes[i] bytes (1, 2, 4 or 8; 0: the field is absent and has its default), all zero.
 * Writes the position of each field to `fields`; returns the table's own. */
size_t sj_flat_add_table(struct sj_text *text, const unsigned char *sizes, size_t count, size_t *fields);
/* A vector of `count` elements of `size` bytes, all zero; its first element starts at a multiple of `alignment`.
 * Returns the vector's position; the first element is 4 bytes further on. */
size_t sj_flat_add_vector(struct sj_text *text, size_t count, size_t size, size_t alignment);
size_t sj_flat_add_string(struct sj_text *text, const char *string);
/* `size` low bytes of a number, at `at`. */
void sj_flat_put(struct sj_text *text, size_t at, uint64_t value, size_t size);
/* Field or element `at` refers to what is at `target`, which lies behind it. */
void sj_flat_refer(struct sj_text *text, size_t at, size_t target);
/* The place of the buffer's root; the first thing to add. sj_flat_refer sets it. */
size_t sj_flat_add_root(struct sj_text *text);

/* --- Reading. Every function is safe on any bytes; a `false` says that they are no such thing. */

struct sj_flat {
  const unsigned char *bytes;
  size_t size;
};
struct sj_flat_table {
  size_t at, size;
  size_t vtable, vtable_size;
};

uint64_t sj_flat_get(const unsigned char *bytes, size_t size); /* a number of `size` bytes */
bool sj_flat_root(const struct sj_flat *flat, struct sj_flat_table *table);
/* A scalar field of `size` bytes, `value` untouched where it is absent. */
bool sj_flat_scalar(const struct sj_flat *flat, const struct sj_flat_table *table, size_t field, size_t size,
                    uint64_t *value);
/* A field that is a table, vector of `size` bytes an element, or string: where, and how many. Absent: *there is false
 * (and for a vector or string the count 0). */
bool sj_flat_table(const struct sj_flat *flat, const struct sj_flat_table *table, size_t field,
                   struct sj_flat_table *inner, bool *there);
bool sj_flat_vector(const struct sj_flat *flat, const struct sj_flat_table *table, size_t field, size_t size,
                    const unsigned char **elements, size_t *count);
/* Element i of a vector of tables, whose elements were found by sj_flat_vector with a size of 4. */
bool sj_flat_element(const struct sj_flat *flat, const unsigned char *elements, size_t i, struct sj_flat_table *inner);

#endif
