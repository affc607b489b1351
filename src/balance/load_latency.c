#include "balance/load_latency.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Arrivals that are kept beyond twice those in flight: enough for a server where a few overtake many. */
enum { ARRIVALS_MORE = 60 };

static struct sj_load_arrival *arrival(const struct sj_load_latency *load, uint32_t i) {
  return &load->arrivals[(load->arrival_first + i) & (load->arrival_capacity - 1)];
}

static bool grow(struct sj_load_latency *load) {
  const uint32_t capacity = load->arrival_capacity ? 2 * load->arrival_capacity : 64;
  struct sj_load_arrival *const arrivals = malloc(capacity * sizeof *arrivals);
  if (!arrivals) return false;
  for (uint32_t i = 0; i < load->arrival_count; i++) arrivals[i] = *arrival(load, i);
  free(load->arrivals);
  load->arrivals = arrivals;
  load->arrival_capacity = capacity;
  load->arrival_first = 0;
  return true;
}

bool sj_load_latency_arrived(struct sj_load_latency *load, double now, uint32_t in_flight) {
  while (load->arrival_count > 2 * (uint64_t)in_flight + ARRIVALS_MORE) {
    load->arrival_first = (load->arrival_first + 1) & (load->arrival_capacity - 1);
    load->arrival_count--;
  }
  if (load->arrival_count == load->arrival_capacity && !grow(load)) return false;
  *arrival(load, load->arrival_count++) = (struct sj_load_arrival){.time = now, .in_flight = in_flight};
  return true;
}

bool sj_load_latency_finished(struct sj_load_latency *load, double now, double latency) {
  if (load->arrival_count == 0) return true;
  /* now - (now - time) may differ from the time in the last digit. */
  const double time = now - latency;
  uint32_t low = 0, high = load->arrival_count - 1;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (arrival(load, middle)->time >= time)
      high = middle;
    else
      low = middle + 1;
  }
  if (low > 0 && time - arrival(load, low - 1)->time < fabs(arrival(load, low)->time - time)) low--;
  return sj_load_latency_add(load, arrival(load, low)->in_flight, latency);
}

static bool grow_levels(struct sj_load_latency *load, uint32_t in_flight) {
  uint64_t levels = load->levels ? load->levels : 16;
  while (levels <= in_flight) levels *= 2;
  uint64_t *const newest = realloc(load->newest, levels * sizeof *newest);
  if (!newest) return false;
  memset(newest + load->levels, 0, (levels - load->levels) * sizeof *newest);
  load->newest = newest;
  load->levels = (uint32_t)levels;
  return true;
}

bool sj_load_latency_add(struct sj_load_latency *load, uint32_t in_flight, double latency) {
  if (in_flight >= load->levels && !grow_levels(load, in_flight)) return false;
  load->samples[load->total++ % SJ_LOAD_LATENCIES] =
      (struct sj_load_sample){.latency = latency, .before = load->newest[in_flight], .in_flight = in_flight};
  load->newest[in_flight] = load->total;
  return true;
}

/* ---- the median nearby ---- */

/* Adds the latencies of those that met `in_flight` to `count` others in `near`. */
static uint32_t collect_level(const struct sj_load_latency *load, uint32_t in_flight, double *near, uint32_t count) {
  uint64_t at = load->newest[in_flight];
  for (int i = 0; i < SJ_LOAD_LATENCY_MOST && at && load->total - at < SJ_LOAD_LATENCIES; i++) {
    const struct sj_load_sample *const sample = &load->samples[(at - 1) % SJ_LOAD_LATENCIES];
    near[count++] = sample->latency;
    at = sample->before;
  }
  return count;
}

/* Those that met at most `distance` more or less: level by level, or, where there are many of these, those that are
 * known.
 */
static uint32_t collect(const struct sj_load_latency *load, uint32_t in_flight, uint32_t distance, double *near) {
  uint32_t count = 0;
  if (distance < SJ_LOAD_LATENCIES / 2) {
    const uint32_t from = in_flight > distance ? in_flight - distance : 0;
    for (uint32_t level = from; level < load->levels && level <= in_flight + distance; level++)
      count = collect_level(load, level, near, count);
    return count;
  }
  const uint64_t kept = load->total < SJ_LOAD_LATENCIES ? load->total : SJ_LOAD_LATENCIES;
  for (uint64_t at = load->total - kept + 1; at <= load->total; at++) {
    const uint32_t other = load->samples[(at - 1) % SJ_LOAD_LATENCIES].in_flight;
    const uint32_t between = other > in_flight ? other - in_flight : in_flight - other;
    if (between <= distance && load->newest[other] == at) count = collect_level(load, other, near, count);
  }
  return count;
}

/* The k-th smallest of `values`, which it reorders (Hoare's selection). */
static double smallest(double *values, uint32_t count, uint32_t k) {
  uint32_t low = 0, high = count - 1;
  while (low < high) {
    const double pivot = values[low + (high - low) / 2];
    uint32_t i = low, j = high;
    for (;;) {
      while (values[i] < pivot) i++;
      while (pivot < values[j]) j--;
      if (i >= j) break;
      const double value = values[i];
      values[i++] = values[j];
      values[j--] = value;
    }
    if (k <= j)
      high = j;
    else
      low = j + 1;
  }
  return values[k];
}

double sj_load_latency_median(const struct sj_load_latency *load, uint32_t in_flight) {
  if (load->total == 0) return NAN;
  double near[SJ_LOAD_LATENCIES];
  const uint32_t enough = load->total < SJ_LOAD_LATENCY_ENOUGH ? (uint32_t)load->total : SJ_LOAD_LATENCY_ENOUGH;
  uint32_t count = collect(load, in_flight, 0, near);
  for (uint32_t distance = 1; count<enough; distance = distance> UINT32_MAX / 2 ? UINT32_MAX : 2 * distance)
    count = collect(load, in_flight, distance, near);
  return smallest(near, count, (count - 1) / 2);
}

void sj_load_latency_clear(struct sj_load_latency *load) {
  load->total = 0;
  load->arrival_first = load->arrival_count = 0;
  if (load->levels) memset(load->newest, 0, load->levels * sizeof *load->newest);
}

void sj_load_latency_destroy(struct sj_load_latency *load) {
  free(load->arrivals);
  free(load->newest);
  *load = (struct sj_load_latency){0};
}
