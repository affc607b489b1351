/* A generator eliminated from both ends towards a block in the middle, which is then small and dense.
 *
 * Places are those of `down`. The block [low, high) is as long as the band is wide, so that nothing joins the places
 * above it to those below. Elimination of the ones above does not depend on where it stops: their rows of `down` are
 * what is needed, those below have theirs in `up`, and what both leave to the block follows from the rows next to it.
 */
#include <stdlib.h>

#include "solve/factors.h"
#include "solve/multiply.h"
#include "solve/sweep.h"

struct sj_pinned {
  const struct sj_factors *down, *up;
  size_t count, low, high, pin;
  struct sj_band middle;                    /* the pinned place and the first of the block have changed places */
  bool borrowed;                            /* `middle` is another one's */
  struct sj_scaled *above, *below, *inside; /* by place of down, of up, of the middle */
  double *work;
};

void sj_pinned_destroy(struct sj_pinned *pinned) {
  if (!pinned) return;
  if (!pinned->borrowed) sj_band_clear(&pinned->middle);
  free(pinned->above);
  free(pinned->below);
  free(pinned->inside);
  free(pinned->work);
  free(pinned);
}

/* Where place `low + i` stands in the middle, and the other way round. */
static size_t swapped(const struct sj_pinned *pinned, size_t i) {
  const size_t pin = pinned->pin - pinned->low;
  return i == 0 ? pin : i == pin ? 0 : i;
}

/* What goes through the places of one side that are next to the block. `block` is where it begins in that side's own
 * places; `dense` has its rows and columns in these places. */
static void add_side(const struct sj_triangles *side, size_t block, size_t size, double *dense) {
  const enum sj_processor processor = sj_processor();
  const size_t end = block + size;
  for (size_t k = end; k < side->count && k < end + side->bandwidth; k++) {
    const size_t first = k - side->bandwidth > block ? k - side->bandwidth : block;
    for (size_t i = first; i < end; i++) {
      const double share = *sj_triangles_right(side, i, k);
      if (share != 0)
        sj_add_multiple(processor, share, sj_triangles_left(side, k, first),
                        dense + (i - block) * size + (first - block), end - first);
    }
  }
}

static enum sj_status make_middle(struct sj_pinned *pinned) {
  const size_t size = pinned->high - pinned->low;
  const struct sj_factors *const down = pinned->down;
  double *const dense = calloc(2 * size * size, sizeof *dense), *const mirrored = dense ? dense + size * size : NULL;
  if (!dense) return SJ_NO_MEMORY;
  for (size_t p = pinned->low; p < pinned->high; p++) {
    const size_t i = sj_factors_state(down, p);
    for (size_t t = down->chain->begin[i]; t < down->chain->begin[i + 1]; t++) {
      const size_t q = sj_factors_place(down, down->chain->to[t]);
      if (q >= pinned->low && q < pinned->high)
        dense[(p - pinned->low) * size + (q - pinned->low)] = down->chain->rate[t];
    }
  }
  const unsigned tiny = sj_flush_tiny();
  add_side(&down->triangles, pinned->low, size, dense);
  add_side(&pinned->up->triangles, pinned->count - pinned->high, size, mirrored);
  sj_restore_tiny(tiny);
  enum sj_status status = sj_band_start(&pinned->middle, size, size - 1, false);
  if (status == SJ_OK) {
    for (size_t i = 0; i < size; i++)
      for (size_t j = 0; j < size; j++)
        *sj_band_at(&pinned->middle, swapped(pinned, i), swapped(pinned, j)) =
            dense[i * size + j] + mirrored[(size - 1 - i) * size + (size - 1 - j)];
    status = sj_band_eliminate(&pinned->middle, NULL);
  }
  free(dense);
  return status;
}

static bool make_room(struct sj_pinned *pinned) {
  pinned->above = calloc(pinned->count, sizeof *pinned->above);
  pinned->below = calloc(pinned->count, sizeof *pinned->below);
  pinned->inside = calloc(pinned->high - pinned->low, sizeof *pinned->inside);
  pinned->work = calloc(pinned->count, sizeof *pinned->work);
  return pinned->above && pinned->below && pinned->inside && pinned->work;
}

enum sj_status sj_pinned_create(const struct sj_factors *down, const struct sj_factors *up, size_t state,
                                struct sj_pinned **out) {
  *out = NULL;
  struct sj_pinned *const pinned = calloc(1, sizeof *pinned);
  if (!pinned) return SJ_NO_MEMORY;
  const size_t count = down->triangles.count, size = down->triangles.bandwidth;
  pinned->down = down;
  pinned->up = up;
  pinned->count = count;
  pinned->pin = sj_factors_place(down, state);
  if (count <= 2 * size) {
    pinned->high = count;
  } else {
    pinned->low = pinned->pin > size / 2 ? pinned->pin - size / 2 : 0;
    if (pinned->low > count - size) pinned->low = count - size;
    pinned->high = pinned->low + size;
  }
  enum sj_status status = make_room(pinned) ? make_middle(pinned) : SJ_NO_MEMORY;
  if (status == SJ_OK)
    *out = pinned;
  else
    sj_pinned_destroy(pinned);
  return status;
}

enum sj_status sj_pinned_share(const struct sj_pinned *pinned, struct sj_pinned **out) {
  struct sj_pinned *const other = calloc(1, sizeof *other);
  *out = NULL;
  if (!other) return SJ_NO_MEMORY;
  *other = *pinned;
  other->borrowed = true;
  if (make_room(other))
    *out = other;
  else
    sj_pinned_destroy(other);
  return *out ? SJ_OK : SJ_NO_MEMORY;
}

/* x to both sides; the block's part goes with the side above. */
static void spread_out(struct sj_pinned *pinned, const double *x) {
  for (size_t p = 0; p < pinned->count; p++) {
    const struct sj_scaled value = sj_scaled(x[sj_factors_state(pinned->down, p)]);
    pinned->above[p] = p >= pinned->low ? value : (struct sj_scaled){0};
    pinned->below[pinned->count - 1 - p] = p < pinned->low ? value : (struct sj_scaled){0};
  }
}

static void to_middle(struct sj_pinned *pinned) {
  for (size_t p = pinned->low; p < pinned->high; p++)
    pinned->inside[swapped(pinned, p - pinned->low)] =
        sj_scaled_add(pinned->above[p], pinned->below[pinned->count - 1 - p]);
}

static void from_middle(struct sj_pinned *pinned) {
  pinned->inside[0] = (struct sj_scaled){0};
  for (size_t p = pinned->low; p < pinned->high; p++)
    pinned->above[p] = pinned->below[pinned->count - 1 - p] = pinned->inside[swapped(pinned, p - pinned->low)];
}

/* The solution as doubles in a unit of its own. */
static void bring_in(const struct sj_pinned *pinned, double *y, int64_t *exponent) {
  int64_t largest = INT64_MIN;
  for (size_t p = 0; p < pinned->count; p++) {
    const struct sj_scaled x = p >= pinned->low ? pinned->above[p] : pinned->below[pinned->count - 1 - p];
    if (x.fraction != 0 && x.exponent > largest) largest = x.exponent;
  }
  *exponent = largest == INT64_MIN ? 0 : largest;
  for (size_t p = 0; p < pinned->count; p++) {
    const struct sj_scaled x = p >= pinned->low ? pinned->above[p] : pinned->below[pinned->count - 1 - p];
    y[sj_factors_state(pinned->down, p)] = sj_scaled_shifted(x, -*exponent);
  }
}

void sj_pinned_solve(struct sj_pinned *pinned, const double *x, double *y, int64_t *exponent) {
  const size_t count = pinned->count, low = pinned->low, high = pinned->high, size = high - low;
  const struct sj_sweep down = sj_sweep_of_triangles(&pinned->down->triangles, pinned->work);
  const struct sj_sweep up = sj_sweep_of_triangles(&pinned->up->triangles, pinned->work);
  const struct sj_sweep middle = sj_sweep_of_band(&pinned->middle, pinned->work);
  spread_out(pinned, x);
  sj_sweep_collect_down(&down, low, count, high, pinned->above, pinned->above);
  sj_sweep_collect_down(&up, count - high, count, count - low, pinned->below, pinned->below);
  to_middle(pinned);
  sj_sweep_collect_down(&middle, 1, size, 1, pinned->inside, pinned->inside);
  sj_sweep_collect_up(&middle, 1, size, 1, pinned->inside, pinned->inside);
  from_middle(pinned);
  sj_sweep_collect_up(&down, high, count, low, pinned->above, pinned->above);
  sj_sweep_collect_up(&up, count - low, count, count - high, pinned->below, pinned->below);
  bring_in(pinned, y, exponent);
}

static void divide_by_exit(const double *exit, size_t first, size_t count, struct sj_scaled *y) {
  for (size_t p = first; p < count; p++) y[p] = sj_scaled_of(y[p].fraction / exit[p], y[p].exponent);
}

void sj_pinned_solve_left(struct sj_pinned *pinned, const double *x, double *y, int64_t *exponent) {
  const size_t count = pinned->count, low = pinned->low, high = pinned->high, size = high - low;
  const struct sj_sweep down = sj_sweep_of_triangles(&pinned->down->triangles, pinned->work);
  const struct sj_sweep up = sj_sweep_of_triangles(&pinned->up->triangles, pinned->work);
  const struct sj_sweep middle = sj_sweep_of_band(&pinned->middle, pinned->work);
  spread_out(pinned, x);
  sj_sweep_spread_down(&down, low, high, count, pinned->above, pinned->above);
  sj_sweep_spread_down(&up, count - high, count - low, count, pinned->below, pinned->below);
  to_middle(pinned);
  sj_sweep_spread_down(&middle, 1, 1, size, pinned->inside, pinned->inside);
  divide_by_exit(middle.exit, 1, size, pinned->inside);
  sj_sweep_spread_up(&middle, 1, 1, size, pinned->inside, pinned->inside);
  from_middle(pinned);
  divide_by_exit(down.exit, high, count, pinned->above);
  divide_by_exit(up.exit, count - low, count, pinned->below);
  sj_sweep_spread_up(&down, low, high, count, pinned->above, pinned->above);
  sj_sweep_spread_up(&up, count - high, count - low, count, pinned->below, pinned->below);
  bring_in(pinned, y, exponent);
}
