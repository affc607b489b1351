#include "solve/sweep.h"

#include <stdbool.h>

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

struct sj_sweep sj_sweep_of_band(const struct sj_band *band, double *work) {
  const double *const entry = band->entry + band->width;
  return (struct sj_sweep){band->bandwidth, 2 * band->width, entry, entry, band->exit, work};
}

struct sj_sweep sj_sweep_of_triangles(const struct sj_triangles *t, double *work) {
  const size_t b = t->bandwidth;
  return (struct sj_sweep){b, b - 1, t->left + b, t->right, t->exit, work};
}

static const double *left(const struct sj_sweep *s, size_t p, size_t c) { return s->left + p * s->step + c; }
static const double *right(const struct sj_sweep *s, size_t p, size_t c) { return s->right + p * s->step + c; }

static size_t before(const struct sj_sweep *s, size_t place, size_t least) {
  const size_t low = place > s->bandwidth ? place - s->bandwidth : 0;
  return low > least ? low : least;
}
static size_t after(const struct sj_sweep *s, size_t place, size_t most) {
  const size_t high = place + s->bandwidth + 1;
  return high < most ? high : most;
}

/* The processor does not guess where the next row begins; it is told some rows ahead. */
static void fetch(const double *entries, size_t count) {
  for (size_t i = 0; i < count; i += 8) __builtin_prefetch(entries + i);
}

/* Where the band is wide enough, four rows are done together: what they all read or write of the vector is read or
 * written once, and they do not wait for each other but for what lies between the four of them. */
enum { ROWS = 4, WIDE = 8, AHEAD = 4 };

/* Whether a number can be kept without a change of the unit. */
static bool fits(const struct window *w, struct sj_scaled x) {
  return x.fraction == 0 || (x.exponent <= w->exponent + SPAN && x.exponent >= w->exponent - SPAN);
}

/* ---- (I - U) x = b ---- */

static void collect_down_one(const struct sj_sweep *s, struct window *w, size_t p, size_t last, size_t limit,
                             const struct sj_scaled *b, struct sj_scaled *x) {
  const size_t low = p + 1 > limit ? p + 1 : limit, high = after(s, p, last);
  w->low = low < high ? low : high;
  w->high = high;
  const double sum = low < high ? sj_dot(sj_processor(), right(s, p, low), w->value + low, high - low) : 0;
  x[p] = sum_of(w, sum, b[p]);
  if (p >= limit) w->value[p] = kept(w, x[p]);
}

/* Rows p, p - 1, ...; how many of the four it did. */
static size_t collect_down_four(const struct sj_sweep *s, struct window *w, size_t p, size_t last,
                                const struct sj_scaled *b, struct sj_scaled *x) {
  const size_t low = p + 1, high = after(s, p - (ROWS - 1), last);
  const double *rows[ROWS];
  double sum[ROWS];
  for (size_t r = 0; r < ROWS; r++) rows[r] = right(s, p - r, low);
  sj_dot_4(sj_processor(), rows, w->value + low, high - low, sum);
  for (size_t r = 0; r < ROWS; r++) {
    const size_t q = p - r, end = after(s, q, last);
    for (size_t c = high; c < end; c++) sum[r] += *right(s, q, c) * w->value[c];
    for (size_t c = p; c > q; c--) sum[r] += *right(s, q, c) * w->value[c];
    w->low = q + 1;
    w->high = end;
    x[q] = sum_of(w, sum[r], b[q]);
    const bool same_unit = fits(w, x[q]);
    w->value[q] = kept(w, x[q]);
    if (!same_unit) return r + 1;
  }
  return ROWS;
}

void sj_sweep_collect_down(const struct sj_sweep *s, size_t first, size_t last, size_t limit, const struct sj_scaled *b,
                           struct sj_scaled *x) {
  const unsigned tiny = sj_flush_tiny();
  struct window w = {.value = s->work};
  for (size_t p = last; p > first;) {
    const size_t q = p - 1; /* the next place */
    if (q >= first + AHEAD + ROWS)
      for (size_t r = 0; r < ROWS; r++) fetch(right(s, q - AHEAD - r, q - AHEAD - r + 1), s->bandwidth);
    const bool four = s->bandwidth >= WIDE && q >= limit + ROWS && q >= first + ROWS && last - q > WIDE;
    if (!four) collect_down_one(s, &w, q, last, limit, b, x);
    p -= four ? collect_down_four(s, &w, q, last, b, x) : 1;
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

/* ---- S (I - L / S) x = b ---- */

static void take_up(const struct sj_sweep *s, struct window *w, size_t p, double sum, const struct sj_scaled *b,
                    struct sj_scaled *x) {
  const struct sj_scaled all = sum_of(w, sum, b[p]);
  x[p] = sj_scaled_of(all.fraction / s->exit[p], all.exponent);
}

static void collect_up_one(const struct sj_sweep *s, struct window *w, size_t p, size_t limit,
                           const struct sj_scaled *b, struct sj_scaled *x) {
  const size_t low = before(s, p, limit);
  w->low = low;
  w->high = p;
  const double sum = low < p ? sj_dot(sj_processor(), left(s, p, low), w->value + low, p - low) : 0;
  take_up(s, w, p, sum, b, x);
  w->value[p] = kept(w, x[p]);
}

static size_t collect_up_four(const struct sj_sweep *s, struct window *w, size_t p, size_t limit,
                              const struct sj_scaled *b, struct sj_scaled *x) {
  const size_t low = before(s, p + ROWS - 1, limit);
  const double *rows[ROWS];
  double sum[ROWS];
  for (size_t r = 0; r < ROWS; r++) rows[r] = left(s, p + r, low);
  sj_dot_4(sj_processor(), rows, w->value + low, p - low, sum);
  for (size_t r = 0; r < ROWS; r++) {
    const size_t q = p + r, begin = before(s, q, limit);
    for (size_t c = begin; c < low; c++) sum[r] += *left(s, q, c) * w->value[c];
    for (size_t c = p; c < q; c++) sum[r] += *left(s, q, c) * w->value[c];
    w->low = begin;
    w->high = q;
    take_up(s, w, q, sum[r], b, x);
    const bool same_unit = fits(w, x[q]);
    w->value[q] = kept(w, x[q]);
    if (!same_unit) return r + 1;
  }
  return ROWS;
}

void sj_sweep_collect_up(const struct sj_sweep *s, size_t first, size_t last, size_t limit, const struct sj_scaled *b,
                         struct sj_scaled *x) {
  const unsigned tiny = sj_flush_tiny();
  struct window w = {.value = s->work};
  load(&w, x, before(s, first, limit), first);
  for (size_t p = first; p < last;) {
    if (p + AHEAD + ROWS < last && p + AHEAD >= s->bandwidth)
      for (size_t r = 0; r < ROWS; r++) fetch(left(s, p + AHEAD + r, p + AHEAD + r - s->bandwidth), s->bandwidth);
    const bool four = s->bandwidth >= WIDE && p + ROWS <= last && p > before(s, p + ROWS - 1, limit);
    if (!four) collect_up_one(s, &w, p, limit, b, x);
    p += four ? collect_up_four(s, &w, p, limit, b, x) : 1;
  }
  sj_restore_tiny(tiny);
}

/* ---- y (I - L / S) = b ---- */

static void spread_down_one(const struct sj_sweep *s, struct window *w, size_t p, size_t bottom,
                            const struct sj_scaled *y) {
  w->low = before(s, p, bottom);
  w->high = p;
  const double factor = kept(w, sj_scaled_of(y[p].fraction / s->exit[p], y[p].exponent));
  if (factor != 0) sj_add_multiple(sj_processor(), factor, left(s, p, w->low), w->value + w->low, p - w->low);
}

/* Rows p, p - 1, ...; all four, or none if a unit would change. What row q adds to the places of the other rows is
 * added at once, the rest of all together in the end. */
static size_t spread_down_four(const struct sj_sweep *s, struct window *w, size_t p, size_t bottom,
                               const struct sj_scaled *b, struct sj_scaled *y) {
  const size_t low = before(s, p, bottom), end = p - (ROWS - 1);
  const double *rows[ROWS];
  double factor[ROWS] = {0};
  size_t done = 0;
  for (; done < ROWS; done++) {
    const size_t q = p - done;
    const struct sj_scaled sum = sum_of(w, w->value[q], b[q]);
    const struct sj_scaled x = sj_scaled_of(sum.fraction / s->exit[q], sum.exponent);
    if (!fits(w, x)) break; /* y may be b: it is not touched */
    y[q] = sum;
    factor[done] = kept(w, x);
    for (size_t c = end; c < q; c++) w->value[c] += factor[done] * *left(s, q, c);
  }
  for (size_t r = 0; r < ROWS; r++) rows[r] = left(s, p - r, low);
  sj_add_multiple_4(sj_processor(), factor, rows, w->value + low, end - low);
  for (size_t r = 1; r < done; r++)
    for (size_t c = before(s, p - r, bottom); c < low; c++) w->value[c] += factor[r] * *left(s, p - r, c);
  return done;
}

void sj_sweep_spread_down(const struct sj_sweep *s, size_t bottom, size_t first, size_t last, const struct sj_scaled *b,
                          struct sj_scaled *y) {
  const unsigned tiny = sj_flush_tiny();
  struct window w = {.value = s->work};
  for (size_t p = bottom; p < last; p++) w.value[p] = 0;
  for (size_t p = last; p > bottom;) {
    const size_t q = p - 1;
    if (q >= first + AHEAD + ROWS && q >= AHEAD + ROWS + s->bandwidth)
      for (size_t r = 0; r < ROWS; r++) fetch(left(s, q - AHEAD - r, q - AHEAD - r - s->bandwidth), s->bandwidth);
    const bool four = s->bandwidth >= WIDE && q >= first + ROWS && q - (ROWS - 1) > before(s, q, bottom);
    const size_t done = four ? spread_down_four(s, &w, q, bottom, b, y) : 0;
    p -= done;
    if (done) continue;
    y[q] = sum_of(&w, w.value[q], b[q]);
    if (q >= first) spread_down_one(s, &w, q, bottom, y);
    p--;
  }
  sj_restore_tiny(tiny);
}

/* ---- y (I - U) = b ---- */

static void spread_up_one(const struct sj_sweep *s, struct window *w, size_t p, size_t middle, size_t last,
                          const struct sj_scaled *y) {
  const size_t low = p + 1 > middle ? p + 1 : middle;
  w->high = after(s, p, last);
  w->low = low < w->high ? low : w->high;
  const double factor = kept(w, y[p]);
  if (factor != 0 && low < w->high)
    sj_add_multiple(sj_processor(), factor, right(s, p, low), w->value + low, w->high - low);
}

static size_t spread_up_four(const struct sj_sweep *s, struct window *w, size_t p, size_t last,
                             const struct sj_scaled *b, struct sj_scaled *y) {
  const size_t low = p + ROWS, high = after(s, p, last);
  const double *rows[ROWS];
  double factor[ROWS] = {0};
  size_t done = 0;
  for (; done < ROWS; done++) {
    const size_t q = p + done;
    const struct sj_scaled sum = sum_of(w, w->value[q], b[q]);
    if (!fits(w, sum)) break;
    y[q] = sum;
    factor[done] = kept(w, sum);
    for (size_t c = q + 1; c < low; c++) w->value[c] += factor[done] * *right(s, q, c);
  }
  for (size_t r = 0; r < ROWS; r++) rows[r] = right(s, p + r, low);
  sj_add_multiple_4(sj_processor(), factor, rows, w->value + low, high - low);
  for (size_t r = 1; r < done; r++)
    for (size_t c = high; c < after(s, p + r, last); c++) w->value[c] += factor[r] * *right(s, p + r, c);
  return done;
}

void sj_sweep_spread_up(const struct sj_sweep *s, size_t first, size_t middle, size_t last, const struct sj_scaled *b,
                        struct sj_scaled *y) {
  const unsigned tiny = sj_flush_tiny();
  struct window w = {.value = s->work};
  for (size_t p = first; p < last; p++) w.value[p] = 0;
  for (size_t p = first; p < last;) {
    if (p + AHEAD + ROWS < last)
      for (size_t r = 0; r < ROWS; r++) fetch(right(s, p + AHEAD + r, p + AHEAD + r + 1), s->bandwidth);
    const bool four = s->bandwidth >= WIDE && p >= middle && p + ROWS < last && after(s, p, last) > p + ROWS;
    const size_t done = four ? spread_up_four(s, &w, p, last, b, y) : 0;
    p += done;
    if (done) continue;
    y[p] = p < middle ? b[p] : sum_of(&w, w.value[p], b[p]);
    spread_up_one(s, &w, p, middle, last, y);
    p++;
  }
  sj_restore_tiny(tiny);
}
