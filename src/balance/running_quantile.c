#include "balance/running_quantile.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

bool sj_running_quantile_create(struct sj_running_quantile *q, uint32_t capacity, double p) {
  *q = (struct sj_running_quantile){.p = p, .capacity = capacity};
  q->values = malloc(capacity * sizeof *q->values);
  q->counts = calloc(SJ_COUNTED_VALUES, sizeof *q->counts);
  if (!q->values || !q->counts) return false;
  for (uint32_t i = 0; i < capacity; i++) q->values[i] = NAN;
  return true;
}

void sj_running_quantile_destroy(struct sj_running_quantile *q) {
  free(q->values);
  free(q->counts);
  free(q->heap);
  free(q->position);
  *q = (struct sj_running_quantile){0};
}

static uint32_t rank(const struct sj_running_quantile *q) { return (uint32_t)(q->p * (q->count - 1)); }

/* ---- counters ---- */

static bool is_counted(double value) { return value >= 0 && value < SJ_COUNTED_VALUES && value == (uint32_t)value; }

static void count(struct sj_running_quantile *q, uint32_t place, uint32_t value) {
  if (!isnan(q->values[place])) {
    const uint32_t before = (uint32_t)q->values[place];
    q->counts[before]--;
    q->below -= before < q->pointer;
  } else {
    q->count++;
  }
  q->values[place] = value;
  q->counts[value]++;
  q->below += value < q->pointer;
  const uint32_t wanted = rank(q);
  while (q->below > wanted) q->below -= q->counts[--q->pointer];
  while (q->below + q->counts[q->pointer] <= wanted) q->below += q->counts[q->pointer++];
}

static double counted_quantile(const struct sj_running_quantile *q, double share) {
  if (share <= 0 || q->below + q->counts[q->pointer] > rank(q) + 1) return q->pointer;
  uint32_t next = q->pointer + 1;
  while (!q->counts[next]) next++;
  return q->pointer + share * (next - q->pointer);
}

/* ---- heaps ---- */

/* Node n of a heap (0 is its top) lies at index n, or, of the high one, capacity - 1 - n. */
static uint32_t index_of(const struct sj_running_quantile *q, bool high, uint32_t node) {
  return high ? q->capacity - 1 - node : node;
}

static void put(struct sj_running_quantile *q, bool high, uint32_t node, uint32_t place) {
  const uint32_t index = index_of(q, high, node);
  q->heap[index] = place;
  q->position[place] = index;
}

/* Whether a belongs above b. */
static bool before(bool high, double a, double b) { return high ? a < b : a > b; }

static void sift(struct sj_running_quantile *q, bool high, uint32_t node, uint32_t count) {
  const uint32_t place = q->heap[index_of(q, high, node)];
  const double value = q->values[place];
  while (node > 0) {
    const uint32_t parent = (node - 1) / 2, other = q->heap[index_of(q, high, parent)];
    if (!before(high, value, q->values[other])) break;
    put(q, high, node, other);
    node = parent;
  }
  for (uint32_t child = 2 * node + 1; child < count; child = 2 * node + 1) {
    uint32_t other = q->heap[index_of(q, high, child)];
    if (child + 1 < count) {
      const uint32_t sibling = q->heap[index_of(q, high, child + 1)];
      if (before(high, q->values[sibling], q->values[other])) {
        other = sibling;
        child++;
      }
    }
    if (!before(high, q->values[other], value)) break;
    put(q, high, node, other);
    node = child;
  }
  put(q, high, node, place);
}

/* Moves the top of one heap to the other. */
static void move_top(struct sj_running_quantile *q, bool from_high) {
  const uint32_t high_count = q->count - q->low_count;
  const uint32_t left = (from_high ? high_count : q->low_count) - 1;
  const uint32_t top = q->heap[index_of(q, from_high, 0)], last = q->heap[index_of(q, from_high, left)];
  if (left) {
    put(q, from_high, 0, last);
    sift(q, from_high, 0, left);
  }
  const uint32_t other = from_high ? q->low_count : high_count;
  put(q, !from_high, other, top);
  q->low_count += from_high ? 1 : UINT32_MAX;
  sift(q, !from_high, other, other + 1);
}

static uint32_t wanted_low(const struct sj_running_quantile *q) { return rank(q) + 1; }

/* After one number has changed: what lies in the wrong heap is the top of it. */
static void exchange_tops(struct sj_running_quantile *q) {
  const uint32_t high_count = q->count - q->low_count;
  if (!q->low_count || !high_count) return;
  const uint32_t low = q->heap[0], high = q->heap[q->capacity - 1];
  if (q->values[low] <= q->values[high]) return;
  put(q, false, 0, high);
  put(q, true, 0, low);
  sift(q, false, 0, q->low_count);
  sift(q, true, 0, high_count);
}

static void heap_set(struct sj_running_quantile *q, uint32_t place, double value) {
  const bool fresh = isnan(q->values[place]);
  if (!fresh && q->values[place] == value) return;
  q->values[place] = value;
  if (fresh) {
    q->count++;
    put(q, false, q->low_count++, place);
  }
  const bool high = q->position[place] >= q->low_count;
  const uint32_t node = high ? q->capacity - 1 - q->position[place] : q->position[place];
  sift(q, high, node, high ? q->count - q->low_count : q->low_count);
  exchange_tops(q);
  const uint32_t wanted = wanted_low(q);
  if (q->low_count > wanted) move_top(q, false);
  if (q->low_count < wanted) move_top(q, true);
}

static bool begin_heaps(struct sj_running_quantile *q) {
  uint32_t *const heap = calloc(q->capacity, sizeof *heap), *const position = calloc(q->capacity, sizeof *position);
  if (!heap || !position) {
    free(heap);
    free(position);
    return false;
  }
  free(q->counts);
  q->counts = NULL;
  q->heap = heap;
  q->position = position;
  q->count = q->low_count = 0;
  for (uint32_t i = 0; i < q->capacity; i++) {
    const double value = q->values[i];
    q->values[i] = NAN;
    if (!isnan(value)) heap_set(q, i, value);
  }
  return true;
}

bool sj_running_quantile_set(struct sj_running_quantile *q, uint32_t place, double value) {
  assert(place < q->capacity);
  if (q->counts && is_counted(value)) {
    count(q, place, (uint32_t)value);
    return true;
  }
  if (q->counts && !begin_heaps(q)) return false;
  heap_set(q, place, value);
  return true;
}

double sj_running_quantile_get(const struct sj_running_quantile *q) {
  if (!q->count) return NAN;
  const double at = q->p * (q->count - 1), share = at - floor(at);
  if (q->counts) return counted_quantile(q, share);
  const double low = q->values[q->heap[0]];
  if (share <= 0 || q->low_count == q->count) return low;
  return low + share * (q->values[q->heap[q->capacity - 1]] - low);
}
