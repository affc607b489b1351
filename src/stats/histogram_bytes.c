#include <stdlib.h>

#include "stats/histogram.h"

enum { VERSION = 1, OCTAVE = 1 << SJ_HISTOGRAM_SUBBITS, FIRST_CELL = OCTAVE, END_CELL = 2047 * OCTAVE };
enum { LONGEST_NUMBER = 10 }; /* bytes of a 64-bit number, seven bits each */

static size_t put_number(unsigned char *at, uint64_t number) {
  size_t length = 0;
  while (number >= 128) {
    at[length++] = (unsigned char)(number | 128);
    number >>= 7;
  }
  at[length++] = (unsigned char)number;
  return length;
}

/* The cells that are not empty, into `cell`, which has room for all. Nothing predicts where they are, so there is no
 * branch. */
static size_t list_cells(const struct sj_histogram *h, uint32_t *cell) {
  size_t count = 0;
  for (uint32_t i = 0; i < h->length; i++) {
    cell[count] = i;
    count += h->counts[i] > 0;
  }
  return count;
}

unsigned char *sj_histogram_serialize(const struct sj_histogram *h, size_t *size) {
  uint32_t *const cell = malloc((h->length + 1) * sizeof *cell);
  const size_t cells = cell ? list_cells(h, cell) : 0;
  unsigned char *const data = cell ? malloc(1 + LONGEST_NUMBER * (1 + 2 * cells)) : NULL;
  if (data) {
    size_t length = 0;
    data[length++] = VERSION;
    length += put_number(data + length, h->zeros);
    uint32_t expected = FIRST_CELL;
    for (size_t k = 0; k < cells; k++) {
      length += put_number(data + length, h->first + cell[k] - expected);
      length += put_number(data + length, h->counts[cell[k]]);
      expected = h->first + cell[k] + 1;
    }
    *size = length;
  }
  free(cell);
  return data;
}

struct reader {
  const unsigned char *at, *end;
};

/* Takes one number; false at the end of the data, past 64 bits, and for a text longer than the number needs: each
 * histogram has exactly one serialization. */
static bool take_number(struct reader *r, uint64_t *number) {
  *number = 0;
  for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
    const unsigned char byte = *r->at++;
    if (shift == 63 && byte > 1) return false;
    *number |= (uint64_t)(byte & 127) << shift;
    if (byte < 128) return byte != 0 || shift == 0;
  }
  return false;
}

/* Takes one occupied cell, the first that can be being `expected`, and counts it into `total`. */
static bool take_cell(struct reader *r, uint32_t expected, uint64_t *total, uint32_t *cell, uint64_t *count) {
  uint64_t skip;
  if (!take_number(r, &skip) || !take_number(r, count)) return false;
  if (expected >= END_CELL || skip >= END_CELL - expected) return false;
  if (*count == 0 || *count > UINT64_MAX - *total) return false;
  *total += *count;
  *cell = expected + (uint32_t)skip;
  return true;
}

bool sj_histogram_deserialize(struct sj_histogram *h, const unsigned char *data, size_t size) {
  if (size < 2 || data[0] != VERSION) return false;
  struct reader reader = {.at = data + 1, .end = data + size};
  struct sj_histogram read = {0};
  if (!take_number(&reader, &read.zeros)) return false;
  uint64_t count, total = read.zeros;
  uint32_t cell, first = 0, last = 0, expected = FIRST_CELL;
  const struct reader cells = reader;
  while (reader.at < reader.end) {
    if (!take_cell(&reader, expected, &total, &cell, &count)) return false;
    if (expected == FIRST_CELL) first = cell;
    last = cell;
    expected = cell + 1;
  }
  if (expected > FIRST_CELL) {
    read.first = first / OCTAVE * OCTAVE;
    read.length = (last / OCTAVE + 1) * OCTAVE - read.first;
    read.counts = calloc(read.length, sizeof *read.counts);
    if (!read.counts) return false;
    reader = cells;
    total = read.zeros;
    for (expected = FIRST_CELL; reader.at < reader.end; expected = cell + 1) {
      if (!take_cell(&reader, expected, &total, &cell, &count)) break;
      read.counts[cell - read.first] = count;
    }
  }
  sj_histogram_destroy(h);
  *h = read;
  return true;
}
