#include "solve/band.h"

#include <stdlib.h>
#include <string.h>

#include "solve/multiply.h"
#include "solve/pages.h"

size_t sj_band_block(size_t bandwidth) {
  return bandwidth >= 128 ? 32 : bandwidth >= 48 ? 16 : bandwidth >= 16 ? 8 : bandwidth >= 4 ? 4 : 1;
}

static size_t width_of(size_t count, size_t bandwidth) {
  const size_t width = bandwidth + sj_band_block(bandwidth) - 1;
  return width < count ? width : count;
}

double sj_band_bytes(size_t count, size_t bandwidth) {
  return (double)count * (2 * (double)width_of(count, bandwidth) + 2) * sizeof(double);
}

static size_t entries(const struct sj_band *band) { return band->room * (2 * band->width + 1) + 1; }

enum sj_status sj_band_start(struct sj_band *band, size_t count, size_t bandwidth, bool killed) {
  if (!bandwidth) bandwidth = 1;
  *band = (struct sj_band){.count = count, .room = count, .bandwidth = bandwidth, .width = width_of(count, bandwidth)};
  band->entry = sj_pages_get(entries(band));
  band->exit = calloc(count + 1, sizeof *band->exit);
  if (killed) band->kill = calloc(count + 1, sizeof *band->kill);
  if (band->entry && band->exit && (band->kill || !killed)) return SJ_OK;
  sj_band_clear(band);
  return SJ_NO_MEMORY;
}

void sj_band_clear(struct sj_band *band) {
  sj_pages_release(band->entry, entries(band));
  free(band->exit);
  free(band->kill);
  *band = (struct sj_band){0};
}

/* A block of places [first, end) that is taken out, and those before it that it is joined to: [low, first). */
struct block {
  enum sj_processor processor;
  size_t low, first, end;
};

static size_t reach(const struct sj_band *band, size_t place) {
  return place > band->bandwidth ? place - band->bandwidth : 0;
}

/* The block's own rows: each takes in what goes through the ones taken out before it, then its rate out is the sum of
 * what is left of it. */
static enum sj_status eliminate_rows(const struct sj_band *band, const struct block *block) {
  for (size_t k = block->end; k-- > block->first;) {
    for (size_t over = block->end; --over > k;) {
      double *const through = sj_band_at(band, k, over);
      *through /= band->exit[over];
      if (*through == 0) continue;
      const size_t begin = reach(band, over);
      sj_add_multiple(block->processor, *through, sj_band_at(band, over, begin), sj_band_at(band, k, begin),
                      over - begin);
      if (band->kill) band->kill[k] += *through * band->kill[over];
    }
    double sum = band->kill ? band->kill[k] : 0;
    const double *const row = sj_band_at(band, k, 0);
    for (size_t c = reach(band, k); c < k; c++) sum += row[c];
    band->exit[k] = sum;
    if (!(sum > 0) && k > 0) return SJ_INVALID;
  }
  return SJ_OK;
}

/* Of what leaves a row before the block into its place `first` + i, the part that goes (once what goes on to places of
 * the block before is counted there) into first + j: share[i * size + j], over the rate out of it. */
static void find_shares(const struct sj_band *band, const struct block *block, double *share) {
  const size_t size = block->end - block->first;
  memset(share, 0, size * size * sizeof *share);
  for (size_t i = 0; i < size; i++) {
    double *const row = share + i * size;
    row[i] = 1;
    for (size_t over = i + 1; over-- > 0;) {
      if (row[over] == 0) continue;
      row[over] /= band->exit[block->first + over];
      sj_add_multiple(block->processor, row[over], sj_band_at(band, block->first + over, block->first), row, over);
    }
  }
}

/* The rows before it: how much of what leaves them goes into each place of the block. All of it at once, as a product
 * with the shares, which only adds up. */
static void eliminate_columns(const struct sj_band *band, const struct block *block, double *work) {
  const size_t size = block->end - block->first, rows = block->first - block->low;
  double *const share = work, *const before = share + size * size, *const packed = before + rows * size;
  find_shares(band, block, share);
  for (size_t i = 0; i < rows; i++) {
    double *const row = sj_band_at(band, block->low + i, block->first);
    memcpy(before + i * size, row, size * sizeof *row);
    memset(row, 0, size * sizeof *row);
  }
  sj_multiply_add(block->processor, rows, size, size, before, size, share, size,
                  sj_band_at(band, block->low, block->first), 2 * band->width, packed);
  for (size_t i = 0; band->kill && i < rows; i++)
    band->kill[block->low + i] +=
        sj_dot(block->processor, sj_band_at(band, block->low + i, block->first), band->kill + block->first, size);
}

enum sj_status sj_band_eliminate(struct sj_band *band, const volatile sig_atomic_t *stop) {
  return sj_band_eliminate_to(band, band->kill ? 0 : 1, stop);
}

enum sj_status sj_band_eliminate_to(struct sj_band *band, size_t last, const volatile sig_atomic_t *stop) {
  const size_t size = sj_band_block(band->bandwidth);
  const size_t for_columns = (size + band->width) * size + sj_multiply_work(size, size);
  const size_t for_product = sj_multiply_work(band->width, size);
  double *const work = malloc((for_columns > for_product ? for_columns : for_product) * sizeof *work);
  if (!work) return SJ_NO_MEMORY;
  const unsigned tiny = sj_flush_tiny();
  enum sj_status status = SJ_OK;
  struct block block = {.processor = sj_processor(), .first = band->count};
  while (block.first > last && status == SJ_OK) {
    block.end = block.first;
    block.first = block.end - last > size ? block.end - size : last;
    block.low = reach(band, block.first);
    status = eliminate_rows(band, &block);
    if (status != SJ_OK) break;
    eliminate_columns(band, &block, work);
    const size_t before = block.first - block.low;
    if (before)
      sj_multiply_add(block.processor, before, before, block.end - block.first,
                      sj_band_at(band, block.low, block.first), 2 * band->width,
                      sj_band_at(band, block.first, block.low), 2 * band->width, sj_band_at(band, block.low, block.low),
                      2 * band->width, work);
    if (stop && *stop) status = SJ_INTERRUPTED;
  }
  sj_restore_tiny(tiny);
  free(work);
  return status;
}
