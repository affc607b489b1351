#include "simulate/statistics.h"

#include <math.h>
#include <stdlib.h>

#include "simulate/batcher.h"

static void add_many(struct sample *sample, const double *values, uint32_t count) {
  sj_moments_add_many(&sample->moments, values, count);
  sj_histogram_add_many(&sample->histogram, values, count);
}

void sj_sample_settle(struct sample *sample) {
  add_many(sample, sample->values, sample->gathered);
  sample->gathered = 0;
}

static void visits_into_cell(struct server_statistics *s) {
  struct visits *const visits = &s->visits;
  for (uint32_t i = visits->cell_from; i < visits->gathered; i++)
    cell_visits_add(s, visits->left[i] - visits->arrived[i]);
  visits->cell_from = visits->gathered;
}

double sj_cell_sojourn(struct server_statistics *s) {
  visits_into_cell(s);
  const double mean = s->cell_visits ? s->cell_sojourn / (double)s->cell_visits : (double)NAN;
  s->cell_visits = 0;
  s->cell_sojourn = 0;
  return mean;
}

void sj_visits_settle(struct server_statistics *s) {
  struct visits *const visits = &s->visits;
  const uint32_t count = visits->gathered;
  if (count == 0) return;
  if (s->in_cells) visits_into_cell(s);
  visits->cell_from = 0;
  double times[SAMPLE_GATHERED];
  for (uint32_t i = 0; i < count; i++) times[i] = visits->left[i] - visits->arrived[i];
  add_many(&s->sojourn, times, count);
  for (uint32_t i = 0; i < count; i++) times[i] = visits->started[i] - visits->arrived[i];
  add_many(&s->wait, times, count);
  for (uint32_t i = 0; i < count; i++) times[i] = visits->left[i] - visits->started[i];
  add_many(&s->service, times, count);
  visits->gathered = 0;
}

static void sample_clear(struct sample *sample) { sj_histogram_destroy(&sample->histogram); }

void sj_uncounted_add(struct client_statistics *s, double latency) { sj_heatmap_add(s->uncounted, 0, latency); }

void sj_client_statistics_clear(struct client_statistics *s) {
  if (s->uncounted) sj_heatmap_destroy(s->uncounted);
  free(s->uncounted);
  sample_clear(&s->latency);
  sample_clear(&s->recorded_latency);
  sample_clear(&s->recorded_wait);
}

void sj_server_statistics_clear(struct server_statistics *s, size_t api_count) {
  sample_clear(&s->sojourn);
  sample_clear(&s->wait);
  sample_clear(&s->service);
  for (size_t i = 0; s->apis && i < 3 * api_count; i++) sample_clear(&s->apis[i]);
  if (s->batching) sj_batcher_statistics_clear(s->batching);
  free(s->batching);
  free(s->apis);
  sj_gauge_destroy(&s->in_system);
  sj_gauge_destroy(&s->waiting);
  sj_gauge_destroy(&s->busy);
  sj_gauge_destroy(&s->orbit);
}

static void account_members(struct server_statistics *s, double now) {
  const double elapsed = now - s->members_since;
  s->full_area += elapsed * s->full_members;
  s->empty_area += elapsed * s->empty_members;
  s->members_since = now;
}

void sj_server_statistics_account(struct server_statistics *s, double now) {
  sj_gauge_set(&s->in_system, now, s->in_system.level);
  sj_gauge_set(&s->waiting, now, s->waiting.level);
  sj_gauge_set(&s->busy, now, s->busy.level);
  sj_gauge_set(&s->orbit, now, s->orbit.level);
  s->threads_area += (now - s->threads_since) * s->threads;
  s->threads_since = now;
  account_members(s, now);
  if (s->batching) sj_batcher_statistics_account(s->batching, now);
}

void sj_server_statistics_reset(struct server_statistics *s, double now) {
  sj_server_statistics_account(s, now);
  sj_gauge_reset(&s->in_system, now);
  sj_gauge_reset(&s->waiting, now);
  sj_gauge_reset(&s->busy, now);
  sj_gauge_reset(&s->orbit, now);
  s->threads_area = s->full_area = s->empty_area = 0;
  s->cell_busy = s->cell_threads = s->quarter_area = 0;
  s->in_window = s->failures = s->store_requests = 0;
  s->store_bytes = 0;
  if (s->batching) sj_batcher_statistics_reset(s->batching, now);
}

void sj_server_statistics_threads(struct server_statistics *s, double now, double change) {
  s->threads_area += (now - s->threads_since) * s->threads;
  s->threads_since = now;
  s->threads += change;
}

void sj_server_statistics_capacity(struct server_statistics *s, uint32_t in_system, double before, double after,
                                   double now) {
  account_members(s, now);
  s->full_members += (uint32_t)(in_system >= after) - (uint32_t)(in_system >= before);
}

void sj_server_statistics_quarter(struct server_statistics *s, int quarter, double now, double quarter_length) {
  sj_gauge_set(&s->in_system, now, s->in_system.level);
  const double area = sj_gauge_area(&s->in_system);
  s->quarter_mean[quarter] = (area - s->quarter_area) / quarter_length;
  s->quarter_area = area;
}

static void add_time(struct sj_gauge *gauge, uint32_t level, double time) {
  if (level >= gauge->capacity) sj_gauge_grow(gauge, level);
  gauge->time_at[level] += time;
}

/* Waiting and busy from in_system, which decides them. */
static void follow(struct server_statistics *s) {
  const struct sj_gauge *const from = &s->in_system;
  sj_gauge_reset(&s->waiting, s->in_system.since);
  sj_gauge_reset(&s->busy, s->in_system.since);
  for (uint32_t n = 0; n < from->capacity; n++) {
    if (from->time_at[n] == 0) continue;
    add_time(&s->busy, n < s->follows ? n : s->follows, from->time_at[n]);
    add_time(&s->waiting, n < s->follows ? 0 : n - s->follows, from->time_at[n]);
  }
}

double sj_server_statistics_busy(const struct server_statistics *s, double now) {
  const struct sj_gauge *const from = s->follows ? &s->in_system : &s->busy;
  const uint32_t most = s->follows ? s->follows : UINT32_MAX;
  const double current = (now - from->since) * (from->level < most ? from->level : most);
  if (!s->follows) return sj_gauge_area(from) + current;
  double area = 0, below = 0;
  for (uint32_t n = 0; n < from->capacity && n < most; n++) {
    area += n * from->time_at[n];
    below += from->time_at[n];
  }
  const double accounted = s->threads_area / s->threads + (from->since - s->threads_since);
  return area + most * (accounted > below ? accounted - below : 0) + current;
}

static void close_gauge(const struct sj_gauge *gauge, double figures[3]) {
  figures[0] = sj_gauge_mean(gauge);
  figures[1] = sj_gauge_std(gauge);
  figures[2] = sj_gauge_max(gauge);
}

void sj_server_statistics_close(struct server_statistics *s, double capacity, double now, double window) {
  sj_server_statistics_account(s, now);
  if (s->follows) follow(s);
  close_gauge(&s->in_system, s->window.in_system);
  close_gauge(&s->waiting, s->window.waiting);
  s->window.orbit[0] = sj_gauge_mean(&s->orbit);
  s->window.orbit[1] = sj_gauge_std(&s->orbit);
  s->window.utilization = s->threads_area > 0 ? sj_gauge_area(&s->busy) / s->threads_area : NAN;
  if (s->members_counted) {
    s->window.full = s->full_area / (window * s->members);
    s->window.empty = s->empty_area / (window * s->members);
  } else {
    s->window.full = capacity < UINT32_MAX ? sj_gauge_share_from(&s->in_system, (uint32_t)ceil(capacity)) : 0;
    s->window.empty = sj_gauge_share_at(&s->in_system, 0);
  }
  if (s->batching) sj_batcher_statistics_close(s->batching, now);
  s->window.throughput = (double)s->in_window / window;
  /* From the middle of the first quarter to the middle of the last. */
  s->window.growth = (s->quarter_mean[3] - s->quarter_mean[0]) / (0.75 * window);
}
