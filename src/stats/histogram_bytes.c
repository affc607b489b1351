#include <stdlib.h>

#include "stats/histogram.h"
#include "stats/leb128.h"

enum { VERSION = 1, OCTAVE = 1 << SJ_HISTOGRAM_SUBBITS, FIRST_CELL = OCTAVE, END_CELL = 2047 * OCTAVE };

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
  unsigned char *const data = cell ? malloc(1 + SJ_LEB128_LONGEST * (1 + 2 * cells)) : NULL;
  if (data) {
    size_t length = 0;
    data[length++] = VERSION;
    length += sj_leb128_put(data + length, h->zeros);
    uint32_t expected = FIRST_CELL;
    for (size_t k = 0; k < cells; k++) {
      length += sj_leb128_put(data + length, h->first + cell[k] - expected);
      length += sj_leb128_put(data + length, h->counts[cell[k]]);
      expected = h->first + cell[k] + 1;
    }
    *size = length;
  }
  free(cell);
  return data;
}

/* Takes one occupied cell, the first that can be being `expected`, and counts it into `total`. */
static bool take_cell(struct sj_leb128_reader *r, uint32_t expected, uint64_t *total, uint32_t *cell, uint64_t *count) {
  uint64_t skip;
  if (!sj_leb128_take(r, &skip) || !sj_leb128_take(r, count)) return false;
  if (expected >= END_CELL || skip >= END_CELL - expected) return false;
  if (*count == 0 || *count > UINT64_MAX - *total) return false;
  *total += *count;
  *cell = expected + (uint32_t)skip;
  return true;
}

bool sj_histogram_deserialize(struct sj_histogram *h, const unsigned char *data, size_t size) {
  if (size < 2 || data[0] != VERSION) return false;
  struct sj_leb128_reader reader = {.at = data + 1, .end = data + size};
  struct sj_histogram read = {0};
  if (!sj_leb128_take(&reader, &read.zeros)) return false;
  uint64_t count, total = read.zeros;
  uint32_t cell, first = 0, last = 0, expected = FIRST_CELL;
  const struct sj_leb128_reader cells = reader;
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
