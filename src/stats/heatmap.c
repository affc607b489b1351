#include "stats/heatmap.h"

#include <assert.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "stats/leb128.h"

enum { VERSION = 1, OCTAVE = 1 << SJ_HEATMAP_SUBBITS, FIRST_CELL = OCTAVE, END_CELL = 2047 * OCTAVE };

void sj_heatmap_start(struct sj_heatmap *map, size_t columns) {
  sj_heatmap_destroy(map);
  map->columns = columns;
  map->counts = sj_allocate_array(columns, sizeof *map->counts);
}

void sj_heatmap_destroy(struct sj_heatmap *map) {
  free(map->counts);
  *map = (struct sj_heatmap){0};
}

/* Widens the window by whole octaves until it holds the cells low ... high. */
static void make_room(struct sj_heatmap *map, uint32_t low, uint32_t high) {
  uint32_t first = low / OCTAVE * OCTAVE, end = (high / OCTAVE + 1) * OCTAVE;
  if (map->length > 0 && map->first < first) first = map->first;
  if (map->length > 0 && map->first + map->length > end) end = map->first + map->length;
  if (end - first == map->length) return;
  struct sj_heatmap wider = {.columns = map->columns, .first = first, .length = end - first};
  wider.counts = sj_allocate_array(map->columns * (wider.length + 1), sizeof *wider.counts);
  for (size_t c = 0; c < map->columns; c++) {
    const uint64_t *const from = sj_heatmap_column(map, c);
    uint64_t *const to = sj_heatmap_column(&wider, c);
    to[0] = from[0];
    if (map->length > 0) memcpy(to + 1 + (map->first - first), from + 1, map->length * sizeof *to);
  }
  sj_heatmap_destroy(map);
  *map = wider;
}

/* The place of a cell, zero's own being 0, in a column. */
static uint64_t *place(struct sj_heatmap *map, size_t column, uint32_t cell) {
  if (cell > 0) make_room(map, cell, cell);
  return sj_heatmap_column(map, column) + (cell > 0 ? 1 + cell - map->first : 0);
}

void sj_heatmap_add_slow(struct sj_heatmap *map, size_t column, double value) {
  assert(value >= 0 && value <= DBL_MAX);
  if (!(value >= 0 && value <= DBL_MAX)) return;
  ++*place(map, column, value < DBL_MIN ? 0 : sj_histogram_cell(value) >> SJ_HEATMAP_SHIFT);
}

void sj_heatmap_add_histogram(struct sj_heatmap *map, size_t column, const struct sj_histogram *histogram) {
  enum { FINE = 1 << SJ_HEATMAP_SHIFT };
  const uint32_t first = histogram->first / FINE, length = histogram->length / FINE; /* whole octaves */
  if (length > 0) make_room(map, first, first + length - 1);
  uint64_t *const counts = sj_heatmap_column(map, column);
  counts[0] += histogram->zeros;
  for (uint32_t i = 0; i < length; i++) {
    uint64_t sum = 0;
    for (uint32_t k = 0; k < FINE; k++) sum += histogram->counts[i * FINE + k];
    counts[1 + (first - map->first) + i] += sum;
  }
}

void sj_heatmap_add_column(struct sj_heatmap *map, size_t column, const struct sj_heatmap *from, size_t its) {
  if (from->length > 0) make_room(map, from->first, from->first + from->length - 1);
  const uint64_t *const counts = sj_heatmap_column(from, its);
  uint64_t *const sum = sj_heatmap_column(map, column);
  sum[0] += counts[0];
  for (uint32_t i = 0; i < from->length; i++) sum[1 + (from->first - map->first) + i] += counts[1 + i];
}

void sj_heatmap_merge(struct sj_heatmap *into, const struct sj_heatmap *from) {
  if (from->columns == 0) return;
  if (into->columns == 0) sj_heatmap_start(into, from->columns);
  assert(into->columns == from->columns);
  for (size_t c = 0; c < from->columns; c++) sj_heatmap_add_column(into, c, from, c);
}

void sj_heatmap_subtract_previous(struct sj_heatmap *map) {
  for (size_t c = map->columns; c-- > 1;) {
    const uint64_t *const before = sj_heatmap_column(map, c - 1);
    uint64_t *const counts = sj_heatmap_column(map, c);
    for (uint32_t row = 0; row <= map->length; row++) counts[row] -= before[row];
  }
}

uint64_t sj_heatmap_total(const struct sj_heatmap *map, size_t column) {
  const uint64_t *const counts = sj_heatmap_column(map, column);
  uint64_t total = 0;
  for (uint32_t row = 0; row <= map->length; row++) total += counts[row];
  return total;
}

double sj_heatmap_bound(uint32_t first, size_t row) {
  return row == 0 ? 0 : sj_histogram_cell_low((first + (uint32_t)row - 1) << SJ_HEATMAP_SHIFT);
}

unsigned char *sj_heatmap_serialize(const struct sj_heatmap *map, size_t column, size_t *size) {
  const uint64_t *const counts = sj_heatmap_column(map, column);
  size_t rows = 0;
  for (uint32_t row = 0; row <= map->length; row++) rows += counts[row] > 0;
  unsigned char *const data = malloc(1 + 2 * SJ_LEB128_LONGEST * rows);
  if (!data) return NULL;
  size_t length = 0;
  data[length++] = VERSION;
  uint32_t expected = 0;
  for (uint32_t row = 0; row <= map->length; row++) {
    if (counts[row] == 0) continue;
    const uint32_t cell = row > 0 ? map->first + row - 1 : 0;
    if (cell > expected) length += sj_leb128_put(data + length, 2 * (uint64_t)(cell - expected) + 1);
    length += sj_leb128_put(data + length, 2 * counts[row]);
    expected = cell + 1;
  }
  *size = length;
  return data;
}

bool sj_heatmap_deserialize(struct sj_heatmap *map, size_t column, const unsigned char *data, size_t size) {
  if (size < 1 || data[0] != VERSION) return false;
  struct sj_leb128_reader reader = {.at = data + 1, .end = data + size};
  uint64_t number, cell = 0;
  bool passed = false;
  while (reader.at < reader.end) {
    if (!sj_leb128_take(&reader, &number) || number < 2) return false;
    if (number % 2 == 1) {
      if (passed || number / 2 >= END_CELL - cell) return false;
      cell += number / 2;
      passed = true;
      continue;
    }
    if (cell >= END_CELL || (cell > 0 && cell < FIRST_CELL)) return false;
    uint64_t *const count = place(map, column, (uint32_t)cell);
    if (__builtin_add_overflow(*count, number / 2, count)) return false;
    cell++;
    passed = false;
  }
  return !passed;
}
