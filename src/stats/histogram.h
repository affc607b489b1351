/* A histogram of non-negative doubles on a log-linear grid: 512 cells an octave, any range, mergeable.
 *
 * A cell is 1/512 of its octave wide and stands for its middle, so a value read back is within 0.098 % of the one
 * added. The cell of a value is read off its bits: no logarithm. Zero has a cell of its own; values below 2^-1022 count
 * as zero; +inf, negative values and NaN must not be added (assert in debug builds). Memory grows with the range seen:
 * 4 KiB an octave, so 8 MiB where both 1e-300 and 1e300 were added. */
#ifndef SJ_STATS_HISTOGRAM_H
#define SJ_STATS_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sj_histogram {
  uint64_t *counts; /* cells first ... first + length - 1, and one place more, which is 0 */
  uint32_t first, length;
  uint64_t zeros;
};

enum { SJ_HISTOGRAM_SUBBITS = 9 };

static inline uint32_t sj_histogram_cell(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (uint32_t)(bits >> (52 - SJ_HISTOGRAM_SUBBITS));
}

/* Zero-initialize a histogram to create it; destroy frees what it holds and leaves it empty. */
void sj_histogram_destroy(struct sj_histogram *h);

/* Adds `value` where the range must grow first, or the value is zero or subnormal; aborts if memory runs out. */
void sj_histogram_add_slow(struct sj_histogram *h, double value);

static inline void sj_histogram_add(struct sj_histogram *h, double value) {
  const uint32_t cell = sj_histogram_cell(value) - h->first;
  if (__builtin_expect(cell < h->length, 1))
    h->counts[cell]++;
  else
    sj_histogram_add_slow(h, value);
}

/* Adds `count` values: the same cells as one by one, without a misprediction where zeros are common. */
void sj_histogram_add_many(struct sj_histogram *h, const double *values, size_t count);

/* Number of values added (a pass over the cells). */
uint64_t sj_histogram_total(const struct sj_histogram *h);

/* Adds all of `from` to `into`. Returns false if memory ran out (then `into` is unchanged). */
bool sj_histogram_merge(struct sj_histogram *into, const struct sj_histogram *from);

/* The quantile p in [0, 1] by linear interpolation between order statistics at rank p (n - 1), as numpy and R's type 7
 * do, where an order statistic is its cell's middle; clamped to [min, max], the exact extremes the caller knows from
 * the moments, which are also the first and the last order statistic; NANs where they are not known. NAN if empty. */
double sj_histogram_quantile(const struct sj_histogram *h, double p, double min, double max);
/* Those of `count` values of p, which ascend, into `values`: in one pass. */
void sj_histogram_quantiles(const struct sj_histogram *h, const double *p, size_t count, double min, double max,
                            double *values);

/* Lower bound, upper bound of a cell (as sj_histogram_cell numbers them). */
double sj_histogram_cell_low(uint32_t cell);
double sj_histogram_cell_high(uint32_t cell);

/* Share of values <= x, interpolated linearly inside x's cell. */
double sj_histogram_share_below(const struct sj_histogram *h, double x);

/* Compact, portable serialization for storage: the byte 1 (the version); the zeros; then for each occupied cell in
 * ascending order how many empty ones lie between it and the one before (512 is the first there can be), and its count.
 * All numbers are LEB128: seven bits a byte, lowest first, the eighth bit set in all but the last, no longer than need
 * be. The buffer is malloc'd; NULL if memory ran out. Deserialization replaces `h` (initialized before); it checks
 * everything, returns false on a corrupt buffer (a fuzzed parser) or if memory ran out, and then leaves `h` alone.
 * Equal histograms have equal bytes, and the other way round. */
unsigned char *sj_histogram_serialize(const struct sj_histogram *h, size_t *size);
bool sj_histogram_deserialize(struct sj_histogram *h, const unsigned char *data, size_t size);

#endif
