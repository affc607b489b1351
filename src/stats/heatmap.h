/* A heat map: how values are spread over time. Time is cut into columns, values into logarithmic cells: 16 an octave,
 * each 32 cells of a histogram. Any range, mergeable; a cell is 1/16 of its octave wide, 3 to 6 % of its value. Zero
 * has a cell of its own; what must not be added to a histogram must not be added here. */
#ifndef SJ_STATS_HEATMAP_H
#define SJ_STATS_HEATMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/histogram.h"

enum { SJ_HEATMAP_SUBBITS = 4, SJ_HEATMAP_COLUMNS = 100 };
enum { SJ_HEATMAP_SHIFT = SJ_HISTOGRAM_SUBBITS - SJ_HEATMAP_SUBBITS };

struct sj_heatmap {
  uint64_t *counts; /* [column][row], length + 1 rows: row 0 counts zeros, row 1 + i the cell first + i */
  size_t columns;   /* 0: nothing is known, which is not the same as nothing counted */
  uint32_t first, length;
};

/* Time comes in `cells` equal cells; a column is so many of them, all of the same number but the last, which may be
 * shorter, that there are at most SJ_HEATMAP_COLUMNS; and that many columns there are. */
static inline size_t sj_heatmap_cells_of_column(size_t cells) {
  return cells > SJ_HEATMAP_COLUMNS ? (cells - 1) / SJ_HEATMAP_COLUMNS + 1 : 1;
}
static inline size_t sj_heatmap_columns(size_t cells) {
  const size_t each = sj_heatmap_cells_of_column(cells);
  return cells / each + (cells % each > 0);
}

/* Zero-initialize a map; start it with nothing counted; destroy frees what it holds and leaves it unknown. Where memory
 * runs out, the program ends (base/base.h). */
void sj_heatmap_start(struct sj_heatmap *map, size_t columns);
void sj_heatmap_destroy(struct sj_heatmap *map);

/* The counts of a column, length + 1 of them, and their sum. */
static inline uint64_t *sj_heatmap_column(const struct sj_heatmap *map, size_t column) {
  return map->counts + column * (map->length + 1);
}
uint64_t sj_heatmap_total(const struct sj_heatmap *map, size_t column);

/* Adds to a column: a value; all that a histogram counts; a column of another map. */
void sj_heatmap_add_slow(struct sj_heatmap *map, size_t column, double value);
static inline void sj_heatmap_add(struct sj_heatmap *map, size_t column, double value) {
  const uint32_t cell = (sj_histogram_cell(value) >> SJ_HEATMAP_SHIFT) - map->first;
  if (__builtin_expect(cell < map->length, 1))
    sj_heatmap_column(map, column)[1 + cell]++;
  else
    sj_heatmap_add_slow(map, column, value);
}
void sj_heatmap_add_histogram(struct sj_heatmap *map, size_t column, const struct sj_histogram *histogram);
void sj_heatmap_add_column(struct sj_heatmap *map, size_t column, const struct sj_heatmap *from, size_t its);

/* Adds all of `from`, which has as many columns, or is unknown; an unknown map becomes a copy. */
void sj_heatmap_merge(struct sj_heatmap *into, const struct sj_heatmap *from);

/* Takes from each column the one before it: of columns that count all up to their end, what is their own is left. */
void sj_heatmap_subtract_previous(struct sj_heatmap *map);

/* The lower bound of a row, which is the upper one of the row before: 0 of row 0. */
double sj_heatmap_bound(uint32_t first, size_t row);

/* A column as bytes, for storage: the byte 1 (the version), then numbers as LEB128. They walk over the cells from 0,
 * zero's own, on (16 is the first above): an even number 2 n counts n values in the cell and goes to the next, an odd
 * one 2 k + 1 passes over k empty cells. The buffer is malloc'd; NULL if memory ran out. Deserialization adds what the
 * buffer holds to a column; it checks everything, and false means a corrupt buffer, of which parts may have been added.
 * Equal columns have equal bytes, and the other way round. */
unsigned char *sj_heatmap_serialize(const struct sj_heatmap *map, size_t column, size_t *size);
bool sj_heatmap_deserialize(struct sj_heatmap *map, size_t column, const unsigned char *data, size_t size);

#endif
