#include "balance/publisher.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "balance/balancer.h"

enum { CONTINUOUS_SLOTS = 100, MOST_MAPPED = 1 << 20 };

/* ---- expected latency ---- */

static bool map_grow(struct sj_latency_map *map, uint32_t in_flight) {
  uint32_t capacity = map->capacity ? map->capacity : 256;
  while (capacity <= in_flight) capacity *= 2;
  double *const at = realloc(map->at, capacity * sizeof *at);
  if (at) map->at = at;
  uint64_t *const seen = realloc(map->seen, capacity / 64 * sizeof *seen);
  if (seen) map->seen = seen;
  if (!at || !seen) return false;
  for (uint32_t i = map->capacity / 64; i < capacity / 64; i++) seen[i] = 0;
  map->capacity = capacity;
  return true;
}

static bool map_set(struct sj_latency_map *map, uint32_t in_flight, double latency) {
  if (in_flight >= MOST_MAPPED) return true;
  if (in_flight >= map->capacity && !map_grow(map, in_flight)) return false;
  map->at[in_flight] = latency;
  map->seen[in_flight / 64] |= UINT64_C(1) << in_flight % 64;
  return true;
}

/* The greatest known point at or below `in_flight`; -1: none. */
static int64_t map_below(const struct sj_latency_map *map, uint32_t in_flight) {
  uint32_t word = in_flight / 64;
  uint64_t bits = map->seen[word] & (~UINT64_C(0) >> (63 - in_flight % 64));
  while (!bits && word > 0) bits = map->seen[--word];
  return bits ? (int64_t)word * 64 + 63 - __builtin_clzll(bits) : -1;
}

/* The least known point at or above `in_flight`; -1: none. */
static int64_t map_above(const struct sj_latency_map *map, uint32_t in_flight) {
  uint32_t word = in_flight / 64;
  uint64_t bits = map->seen[word] & (~UINT64_C(0) << in_flight % 64);
  while (!bits && word + 1 < map->capacity / 64) bits = map->seen[++word];
  return bits ? (int64_t)word * 64 + __builtin_ctzll(bits) : -1;
}

static double map_at(const struct sj_latency_map *map, double in_flight) {
  if (!map->capacity || isnan(in_flight)) return NAN;
  const double last = map->capacity - 1;
  const double x = in_flight < last ? in_flight : last;
  const int64_t low = map_below(map, (uint32_t)x), high = map_above(map, (uint32_t)ceil(x));
  if (low < 0) return high < 0 ? NAN : map->at[high];
  if (high <= low) return map->at[low];
  const double share = (x - (double)low) / (double)(high - low);
  return map->at[low] + share * (map->at[high] - map->at[low]);
}

static void map_clear(struct sj_latency_map *map) {
  for (uint32_t i = 0; i < map->capacity / 64; i++) map->seen[i] = 0;
}

/* ---- creation ---- */

bool sj_publishers_create(struct sj_publishers *pool, const struct sj_publish *settings, uint32_t count, double quantum,
                          uint32_t needs) {
  *pool = (struct sj_publishers){.settings = settings, .needs = needs, .count = count, .continuous = quantum <= 0};
  pool->slots = pool->continuous ? CONTINUOUS_SLOTS : (uint32_t)fmax(1, round(settings->window / quantum));
  pool->slot_length = pool->continuous ? settings->window / CONTINUOUS_SLOTS : quantum;
  pool->blank = sj_report_create(&pool->reports);
  pool->members = calloc(count, sizeof *pool->members);
  if (!pool->blank || !pool->members) return false;
  if (needs & SJ_NEEDS_LENGTHS) {
    pool->lengths = calloc(1, sizeof *pool->lengths);
    if (!pool->lengths || !sj_queue_lengths_create(pool->lengths, count)) return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    struct sj_publisher *const member = &pool->members[i];
    member->pool = pool;
    member->report = sj_report_hold(pool->blank);
    member->slot_end = pool->slot_length;
    sj_window_create(&member->utilization, pool->slots, settings->ewma);
    sj_window_create(&member->request_rate, pool->slots, settings->ewma);
    sj_window_create(&member->in_flight, pool->slots, settings->ewma);
    sj_window_create(&member->latency, pool->slots, settings->ewma);
    sj_window_create(&member->error_rate, pool->slots, settings->ewma);
    if (needs & SJ_NEEDS_LOAD_LATENCY && !(member->load = calloc(1, sizeof *member->load))) return false;
  }
  return true;
}

void sj_publishers_destroy(struct sj_publishers *pool) {
  for (uint32_t i = 0; pool->members && i < pool->count; i++) {
    struct sj_publisher *const member = &pool->members[i];
    sj_window_destroy(&member->utilization);
    sj_window_destroy(&member->request_rate);
    sj_window_destroy(&member->in_flight);
    sj_window_destroy(&member->latency);
    sj_window_destroy(&member->error_rate);
    if (member->load) sj_load_latency_destroy(member->load);
    free(member->load);
    free(member->map.at);
    free(member->map.seen);
  }
  free(pool->members);
  if (pool->lengths) sj_queue_lengths_destroy(pool->lengths);
  free(pool->lengths);
  sj_report_pool_destroy(&pool->reports);
  *pool = (struct sj_publishers){0};
}

/* ---- what both kinds of time share ---- */

/* The mean over members of their means, without what roundings a running sum would gather: taken anew at the first
 * member's step. */
static void sum_means(struct sj_publishers *pool) {
  pool->mean_sum = 0;
  pool->mean_count = 0;
  for (uint32_t i = 0; i < pool->count; i++) {
    if (!pool->members[i].utilization.count) continue;
    pool->mean_sum += sj_window_mean(&pool->members[i].utilization);
    pool->mean_count++;
  }
}

static void step_pid(struct sj_publisher *member, double utilization) {
  struct sj_publishers *const pool = member->pool;
  if (!pool->mean_count) return;
  const struct sj_pid_settings *const settings = &pool->settings->pid;
  const double target = sj_pid_target(settings, pool->mean_sum / pool->mean_count);
  sj_pid_step(&member->pid, settings, target - utilization);
}

/* Takes the slot into windows, map and PID; `in_flight` is the level at its end. */
static bool take_slot(struct sj_publisher *member, const struct sj_slot *slot, uint32_t in_flight) {
  struct sj_publishers *const pool = member->pool;
  const bool pid = pool->needs & SJ_NEEDS_PID;
  if (pid && member == pool->members) sum_means(pool);
  if (pid) step_pid(member, slot->utilization);
  if (pid && member->utilization.count) pool->mean_sum -= sj_window_mean(&member->utilization);
  if (pid && !member->utilization.count) pool->mean_count++;
  bool ok = sj_window_add(&member->utilization, slot->utilization);
  if (pid) pool->mean_sum += sj_window_mean(&member->utilization);
  ok &= sj_window_add(&member->request_rate, (double)slot->arrivals / pool->slot_length);
  ok &= sj_window_add(&member->in_flight, slot->in_flight);
  if (pool->needs & SJ_NEEDS_ERRORS) ok &= sj_window_add(&member->error_rate, (double)slot->failed / pool->slot_length);
  if (slot->finished) {
    const double latency = slot->latency_sum / (double)slot->finished;
    ok &= sj_window_add(&member->latency, latency);
    if (pool->needs & SJ_NEEDS_EXPECTED) ok &= map_set(&member->map, in_flight, latency);
  }
  return ok;
}

static void fill_report(const struct sj_publisher *member, struct sj_report *report) {
  report->mean_in_flight = sj_window_mean(&member->in_flight);
  report->utilization = sj_window_aggregates(&member->utilization);
  report->request_rate = sj_window_aggregates(&member->request_rate);
  report->latency = sj_window_aggregates(&member->latency);
  if (member->pool->needs & SJ_NEEDS_EXPECTED) report->expected_latency = map_at(&member->map, report->mean_in_flight);
  if (member->pool->needs & SJ_NEEDS_PID) report->pid_weight = member->pid.weight;
  if (member->pool->needs & SJ_NEEDS_ERRORS) report->error_rate = sj_window_aggregates(&member->error_rate);
  if (member->load) report->load_latency = sj_load_latency_median(member->load, (uint32_t)report->in_flight);
}

static struct sj_report *publish(struct sj_publisher *member, double now, double in_flight, double waiting) {
  struct sj_report *const report = sj_report_create(&member->pool->reports);
  if (!report) return NULL;
  report->published = now;
  report->in_flight = in_flight;
  report->waiting = waiting;
  fill_report(member, report);
  sj_report_release(&member->pool->reports, member->report);
  member->report = report;
  return report;
}

void sj_publisher_replaced(struct sj_publisher *member, double now) {
  struct sj_publishers *const pool = member->pool;
  if (pool->needs & SJ_NEEDS_PID && member->utilization.count) {
    pool->mean_sum -= sj_window_mean(&member->utilization);
    pool->mean_count--;
  }
  sj_window_clear(&member->utilization);
  sj_window_clear(&member->request_rate);
  sj_window_clear(&member->in_flight);
  sj_window_clear(&member->latency);
  sj_window_clear(&member->error_rate);
  if (member->load) sj_load_latency_clear(member->load);
  map_clear(&member->map);
  member->pid = (struct sj_pid){0};
  sj_report_release(&pool->reports, member->report);
  member->report = sj_report_hold(pool->blank);
  member->slot_end = now + pool->slot_length;
  member->since = now;
  member->busy_area = member->in_flight_area = member->waiting_area = 0;
  member->arrivals = member->finished = member->failed = 0;
  member->latency_sum = 0;
  member->stale = false;
}

/* ---- discrete time ---- */

bool sj_publisher_step(struct sj_publisher *member, double now, const struct sj_slot *slot) {
  if (!take_slot(member, slot, (uint32_t)slot->in_flight)) return false;
  struct sj_publishers *const pool = member->pool;
  if (pool->lengths) sj_queue_lengths_set(pool->lengths, (uint32_t)(member - pool->members), (uint32_t)slot->in_flight);
  if (member->load && slot->finished &&
      !sj_load_latency_add(member->load, (uint32_t)slot->in_flight, slot->latency_sum / (double)slot->finished))
    return false;
  return publish(member, now, slot->in_flight, slot->waiting) != NULL;
}

/* ---- continuous time ---- */

static void account(struct sj_publisher *member, double until) {
  const double lasted = until - member->since;
  member->busy_area += lasted * member->busy;
  member->in_flight_area += lasted * member->level;
  member->waiting_area += lasted * member->queue;
  member->since = until;
}

/* Closes the slots that have ended. One that stood still for a whole window has the same in all of them, so no more
 * than a window's slots need be gone through. */
static void advance(struct sj_publisher *member, double now) {
  const struct sj_publishers *const pool = member->pool;
  if (!(pool->needs & SJ_NEEDS_WINDOWS)) return;
  while (member->slot_end <= now) {
    account(member, member->slot_end);
    const struct sj_slot slot = {
        .utilization = member->threads ? 100 * member->busy_area / (member->threads * pool->slot_length) : 0,
        .in_flight = member->in_flight_area / pool->slot_length,
        .waiting = member->waiting_area / pool->slot_length,
        .arrivals = member->arrivals,
        .latency_sum = member->latency_sum,
        .finished = member->finished,
        .failed = member->failed};
    take_slot(member, &slot, member->level);
    member->busy_area = member->in_flight_area = member->waiting_area = 0;
    member->arrivals = member->finished = member->failed = 0;
    member->latency_sum = 0;
    member->slot_end += pool->slot_length;
    member->stale = true;
    const double behind = floor((now - member->slot_end) / pool->slot_length) - pool->slots;
    if (behind > 0 && !(pool->needs & SJ_NEEDS_PID)) {
      member->slot_end += behind * pool->slot_length;
      member->since = member->slot_end - pool->slot_length;
    }
  }
}

void sj_publisher_arrived(struct sj_publisher *member, double now) {
  advance(member, now);
  member->arrivals++;
  if (member->load && !sj_load_latency_arrived(member->load, now, member->level)) member->pool->no_memory = true;
}

void sj_publisher_finished(struct sj_publisher *member, double now, double sojourn) {
  advance(member, now);
  member->finished++;
  member->latency_sum += sojourn;
  if (member->load && !sj_load_latency_finished(member->load, now, sojourn)) member->pool->no_memory = true;
}

void sj_publisher_failed(struct sj_publisher *member) { member->failed++; }

void sj_publisher_levels(struct sj_publisher *member, double now, uint32_t threads, uint32_t busy, uint32_t in_flight,
                         uint32_t waiting) {
  advance(member, now);
  account(member, now);
  member->threads = threads;
  member->busy = busy;
  member->level = in_flight;
  member->queue = waiting;
  member->stale = true;
  struct sj_publishers *const pool = member->pool;
  if (pool->lengths) sj_queue_lengths_set(pool->lengths, (uint32_t)(member - pool->members), in_flight);
}

struct sj_report *sj_publisher_report(struct sj_publisher *member, double now) {
  if (member->pool->continuous) advance(member, now);
  if (!member->stale) return member->report;
  struct sj_report *const report = publish(member, now, member->level, member->queue);
  member->stale = false;
  return report ? report : member->report;
}
