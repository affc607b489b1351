#include "stats/histogram.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/base.h"

/* The window always covers whole octaves, so that it grows rarely, and never the octaves of exponent 0 (zero and
 * subnormal numbers) and 2047 (infinity and NaN). */
enum { OCTAVE = 1 << SJ_HISTOGRAM_SUBBITS, FIRST_CELL = OCTAVE, END_CELL = 2047 * OCTAVE };

enum { CELL_SHIFT = 52 - SJ_HISTOGRAM_SUBBITS };

static double double_of(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static double middle(uint32_t cell) {
  return double_of((uint64_t)cell << CELL_SHIFT | UINT64_C(1) << (CELL_SHIFT - 1));
}

double sj_histogram_cell_low(uint32_t cell) { return double_of((uint64_t)cell << CELL_SHIFT); }

double sj_histogram_cell_high(uint32_t cell) { return double_of(((uint64_t)cell + 1) << CELL_SHIFT); }

void sj_histogram_destroy(struct sj_histogram *h) {
  free(h->counts);
  *h = (struct sj_histogram){0};
}

/* The whole octaves that hold both the present window and the cells low ... high. */
struct window {
  uint32_t first, length;
};
static struct window window_with(const struct sj_histogram *h, uint32_t low, uint32_t high) {
  uint32_t first = low / OCTAVE * OCTAVE, end = (high / OCTAVE + 1) * OCTAVE;
  if (h->length > 0 && h->first < first) first = h->first;
  if (h->length > 0 && h->first + h->length > end) end = h->first + h->length;
  return (struct window){.first = first, .length = end - first};
}

/* Moves the counts into `counts`, zeroed and one longer than the window `to`, which contains the present one. */
static void move_into(struct sj_histogram *h, struct window to, uint64_t *counts) {
  if (h->length > 0) memcpy(counts + (h->first - to.first), h->counts, h->length * sizeof *counts);
  free(h->counts);
  h->counts = counts;
  h->first = to.first;
  h->length = to.length;
}

void sj_histogram_add_slow(struct sj_histogram *h, double value) {
  assert(value >= 0 && value <= DBL_MAX);
  if (!(value >= 0 && value <= DBL_MAX)) return;
  if (value < DBL_MIN) {
    h->zeros++;
    return;
  }
  const uint32_t cell = sj_histogram_cell(value);
  const struct window wanted = window_with(h, cell, cell);
  move_into(h, wanted, sj_allocate_array(wanted.length + 1, sizeof(uint64_t)));
  h->counts[cell - h->first]++;
}

/* Adds up to MANY values without a branch that depends on them: those outside the window are counted in the place
 * behind it. Mostly they are all zeros; if not, they are added one by one. */
enum { MANY = 64 };
static void add_some(struct sj_histogram *h, const double *values, uint32_t count) {
  int32_t places[MANY];
  const int32_t first = (int32_t)h->first, length = (int32_t)h->length;
  uint64_t *const counts = h->counts;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    const int32_t place = (int32_t)(bits >> CELL_SHIFT) - first;
    places[i] = place >= 0 && place < length ? place : length;
  }
  for (uint32_t i = 0; i < count; i++) counts[places[i]]++;
  const uint64_t outsiders = counts[length];
  if (outsiders == 0) return;
  counts[length] = 0;
  uint64_t zeros = 0;
  for (uint32_t i = 0; i < count; i++) zeros += values[i] == 0;
  h->zeros += zeros;
  if (zeros == outsiders) return;
  for (uint32_t i = 0; i < count; i++)
    if (places[i] == length && values[i] != 0) sj_histogram_add(h, values[i]);
}

void sj_histogram_add_many(struct sj_histogram *h, const double *values, size_t count) {
  while (count > 0 && h->length == 0) { /* no window yet */
    sj_histogram_add(h, *values++);
    count--;
  }
  for (; count > 0;) {
    const uint32_t some = count < MANY ? (uint32_t)count : MANY;
    add_some(h, values, some);
    values += some;
    count -= some;
  }
}

uint64_t sj_histogram_total(const struct sj_histogram *h) {
  uint64_t total = h->zeros;
  for (uint32_t i = 0; i < h->length; i++) total += h->counts[i];
  return total;
}

bool sj_histogram_merge(struct sj_histogram *into, const struct sj_histogram *from) {
  if (from->length > 0) {
    const struct window wanted = window_with(into, from->first, from->first + from->length - 1);
    if (wanted.length != into->length) {
      uint64_t *const counts = calloc(wanted.length + 1, sizeof *counts);
      if (!counts) return false;
      move_into(into, wanted, counts);
    }
    for (uint32_t i = 0; i < from->length; i++) into->counts[from->first - into->first + i] += from->counts[i];
  }
  into->zeros += from->zeros;
  return true;
}

/* Walks the order statistics upwards: `below` values lie in the cells before `next`. */
struct walk {
  const struct sj_histogram *histogram;
  uint64_t below;
  uint32_t next;
  double value; /* of the cell before `next`; 0 while in the zeros */
};

/* The order statistic number `rank` (0 is the smallest) of at least rank + 1; ranks must not decrease from call to
 * call. */
static double order_statistic(struct walk *w, uint64_t rank) {
  if (w->below > rank) return w->value;
  const struct sj_histogram *const h = w->histogram;
  while (w->below <= rank && w->next < h->length) w->below += h->counts[w->next++];
  w->value = middle(h->first + w->next - 1); /* it holds the value: the sum went over the rank there */
  return w->value;
}

static double clamp(double value, double min, double max) {
  if (value < min) return min;
  if (value > max) return max;
  return value;
}

/* One quantile, by a walk that has not gone beyond its rank. */
static double quantile(struct walk *walk, uint64_t total, double p, double min, double max) {
  if (!(p >= 0 && p <= 1)) return NAN;
  /* Of more than 2^53 values the greatest rank, as a double, may lie above it. */
  const double last = (double)(total - 1), rank = p * last;
  const uint64_t whole = rank < last ? (uint64_t)rank : total - 1;
  /* The outermost order statistics are known exactly. */
  if (whole >= total - 1 && max >= 0) return max;
  const double middle_low = order_statistic(walk, whole);
  const double low = whole == 0 && min >= 0 ? min : clamp(middle_low, min, max);
  const double part = rank - (double)whole;
  if (part == 0) return low;
  struct walk ahead = *walk;
  const double middle_high = order_statistic(&ahead, whole + 1);
  const double high = whole + 1 == total - 1 && max >= 0 ? max : clamp(middle_high, min, max);
  return low + part * (high - low);
}

void sj_histogram_quantiles(const struct sj_histogram *h, const double *p, size_t count, double min, double max,
                            double *values) {
  const uint64_t total = sj_histogram_total(h);
  struct walk walk = {.histogram = h, .below = h->zeros};
  for (size_t i = 0; i < count; i++) values[i] = total > 0 ? quantile(&walk, total, p[i], min, max) : (double)NAN;
}

double sj_histogram_quantile(const struct sj_histogram *h, double p, double min, double max) {
  double value;
  sj_histogram_quantiles(h, &p, 1, min, max, &value);
  return value;
}

double sj_histogram_share_below(const struct sj_histogram *h, double x) {
  const uint64_t total = sj_histogram_total(h);
  if (total == 0 || isnan(x)) return NAN;
  if (x < 0) return 0;
  if (x > DBL_MAX) return 1;
  const uint32_t cell = sj_histogram_cell(x);
  uint64_t below = h->zeros;
  double inside = 0;
  for (uint32_t i = 0; i < h->length && h->first + i <= cell; i++) {
    if (h->first + i < cell) {
      below += h->counts[i];
    } else {
      uint64_t bits;
      memcpy(&bits, &x, sizeof bits);
      const double part = (double)(bits & ((UINT64_C(1) << CELL_SHIFT) - 1)) / (double)(UINT64_C(1) << CELL_SHIFT);
      inside = part * (double)h->counts[i];
    }
  }
  return ((double)below + inside) / (double)total;
}
