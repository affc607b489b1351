#include "solve/sweep.h"

#include "solve/multiply.h"

/* The numbers within reach, as doubles in units of 2^exponent. */
struct window {
  double *value;
  int64_t exponent;
  size_t low, high; /* those still needed */
};

enum { SPAN = 300 }; /* of a new number's exponent, on either side of the unit */

static void change_unit(struct window *w, int64_t exponent) {
  const int64_t shift = w->exponent - exponent;
  const int limited = shift > 4000 ? 4000 : shift < -4000 ? -4000 : (int)shift;
  for (size_t i = w->low; i < w->high; i++)
    if (w->value[i] != 0) w->value[i] = ldexp(w->value[i], limited);
  w->exponent = exponent;
}

/* Makes room for a number of this exponent: a large one changes the unit, a small one only if all others are small. */
static void fit(struct window *w, int64_t exponent) {
  if (exponent > w->exponent + SPAN) {
    change_unit(w, exponent);
  } else if (exponent < w->exponent - SPAN) {
    double largest = 0;
    for (size_t i = w->low; i < w->high; i++)
      if (fabs(w->value[i]) > largest) largest = fabs(w->value[i]);
    const struct sj_scaled least = sj_scaled_of(largest, w->exponent);
    if (largest == 0)
      w->exponent = exponent;
    else if (least.exponent < w->exponent - SPAN)
      change_unit(w, least.exponent > exponent ? least.exponent : exponent);
  }
}

/* A number to be kept, as it is in the window. */
static double kept(struct window *w, struct sj_scaled x) {
  if (x.fraction == 0) return 0;
  fit(w, x.exponent);
  return sj_scaled_shifted(x, -w->exponent);
}

static struct sj_scaled sum_of(const struct window *w, double sum, struct sj_scaled more) {
  return sj_scaled_add(sj_scaled_of(sum, w->exponent), more);
}

static size_t before(const struct sj_band *band, size_t place, size_t least) {
  const size_t low = place > band->bandwidth ? place - band->bandwidth : 0;
  return low > least ? low : least;
}
static size_t after(const struct sj_band *band, size_t place, size_t most) {
  const size_t high = place + band->bandwidth + 1;
  return high < most ? high : most;
}

/* The processor does not guess where the next row begins; it is told some rows ahead. */
static void fetch(const double *entries, size_t count) {
  for (size_t i = 0; i < count; i += 8) __builtin_prefetch(entries + i);
}
enum { AHEAD = 2 };

void sj_sweep_collect_down(const struct sj_sweep *sweep, size_t first, size_t last, size_t limit,
                           const struct sj_scaled *b, struct sj_scaled *x) {
  const struct sj_band *const band = sweep->band;
  const enum sj_processor processor = sj_processor();
  const unsigned tiny = sj_flush_tiny();
  struct window w = {.value = sweep->work};
  for (size_t p = last; p-- > first;) {
    const size_t low = p + 1 > limit ? p + 1 : limit, high = after(band, p, last);
    w.low = low < high ? low : high;
    w.high = high;
    if (p >= first + AHEAD && low < high) fetch(sj_band_at(band, p - AHEAD, low - AHEAD), high - low);
    const double sum = low < high ? sj_dot(processor, sj_band_at(band, p, low), w.value + low, high - low) : 0;
    x[p] = sum_of(&w, sum, b[p]);
    if (p >= limit) w.value[p] = kept(&w, x[p]);
  }
  sj_restore_tiny(tiny);
}

/* Numbers that are known before the sweep. */
static void load(struct window *w, const struct sj_scaled *x, size_t low, size_t high) {
  w->low = w->high = low;
  for (size_t i = low; i < high; i++) {
    w->value[i] = kept(w, x[i]);
    w->high = i + 1;
  }
}

void sj_sweep_collect_up(const struct sj_sweep *sweep, size_t first, size_t last, size_t limit,
                         const struct sj_scaled *b, struct sj_scaled *x) {
  const struct sj_band *const band = sweep->band;
  const enum sj_processor processor = sj_processor();
  const unsigned tiny = sj_flush_tiny();
  struct window w = {.value = sweep->work};
  load(&w, x, before(band, first, limit), first);
  for (size_t p = first; p < last; p++) {
    const size_t low = before(band, p, limit);
    w.low = low;
    w.high = p;
    if (p + AHEAD < last && low < p) fetch(sj_band_at(band, p + AHEAD, low + AHEAD), p - low);
    const double sum = low < p ? sj_dot(processor, sj_band_at(band, p, low), w.value + low, p - low) : 0;
    const struct sj_scaled all = sum_of(&w, sum, b[p]);
    x[p] = sj_scaled_of(all.fraction / band->exit[p], all.exponent);
    w.value[p] = kept(&w, x[p]);
  }
  sj_restore_tiny(tiny);
}

void sj_sweep_spread_down(const struct sj_sweep *sweep, size_t bottom, size_t first, size_t last,
                          const struct sj_scaled *b, struct sj_scaled *y) {
  const struct sj_band *const band = sweep->band;
  const enum sj_processor processor = sj_processor();
  const unsigned tiny = sj_flush_tiny();
  struct window w = {.value = sweep->work};
  for (size_t p = bottom; p < last; p++) w.value[p] = 0;
  for (size_t p = last; p-- > bottom;) {
    y[p] = sum_of(&w, w.value[p], b[p]);
    if (p < first) continue;
    w.low = before(band, p, bottom);
    w.high = p;
    const double factor = kept(&w, sj_scaled_of(y[p].fraction / band->exit[p], y[p].exponent));
    if (p >= first + AHEAD && w.low >= AHEAD) fetch(sj_band_at(band, p - AHEAD, w.low - AHEAD), p - w.low);
    if (factor != 0) sj_add_multiple(processor, factor, sj_band_at(band, p, w.low), w.value + w.low, p - w.low);
  }
  sj_restore_tiny(tiny);
}

void sj_sweep_spread_up(const struct sj_sweep *sweep, size_t first, size_t middle, size_t last,
                        const struct sj_scaled *b, struct sj_scaled *y) {
  const struct sj_band *const band = sweep->band;
  const enum sj_processor processor = sj_processor();
  const unsigned tiny = sj_flush_tiny();
  struct window w = {.value = sweep->work};
  for (size_t p = first; p < last; p++) w.value[p] = 0;
  for (size_t p = first; p < last; p++) {
    const size_t low = p + 1 > middle ? p + 1 : middle;
    y[p] = p < middle ? b[p] : sum_of(&w, w.value[p], b[p]);
    w.high = after(band, p, last);
    w.low = low < w.high ? low : w.high;
    const double factor = kept(&w, y[p]);
    if (factor != 0 && low < w.high)
      sj_add_multiple(processor, factor, sj_band_at(band, p, low), w.value + low, w.high - low);
    if (p + AHEAD < last && low < w.high) fetch(sj_band_at(band, p + AHEAD, low + AHEAD), w.high - low);
  }
  sj_restore_tiny(tiny);
}
