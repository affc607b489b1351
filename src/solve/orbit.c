#include "solve/orbit.h"

#include <math.h>
#include <stdlib.h>

#include "random/special.h"

double sj_orbit_retry_rate(const struct sj_orbit *orbit) {
  return orbit->retries / ((orbit->retries + 1) * orbit->timeout);
}

double sj_orbit_abandon_rate(const struct sj_orbit *orbit) { return 1 / ((orbit->retries + 1) * orbit->timeout); }

static struct sj_timing chebyshev(double mean, double deviation, double timeout) {
  const double spare = timeout - mean;
  if (!(spare > deviation)) return (struct sj_timing){1, 0};
  const double ratio = deviation / spare;
  return (struct sj_timing){ratio * ratio, (spare - deviation) * (spare + deviation) / (spare * spare)};
}

struct sj_timing sj_timing(enum sj_timeout_tail tail, double shape, double rate, double timeout) {
  if (shape == 0) return (struct sj_timing){0, 1};
  if (tail == SJ_TAIL_CHEBYSHEV) return chebyshev(shape / rate, sqrt(shape) / rate, timeout);
  return (struct sj_timing){sj_gamma_q(shape, rate * timeout), sj_gamma_p(shape, rate * timeout)};
}

struct sj_timing sj_orbit_timing(const struct sj_orbit *orbit, uint32_t q) {
  return sj_timing(orbit->tail, q, fmin(q, orbit->threads) * orbit->service_rate, orbit->timeout);
}

static bool orbit_is_longer(const struct sj_orbit *orbit) { return orbit->capacity < orbit->orbit; }

size_t sj_orbit_state(const struct sj_orbit *orbit, uint32_t q, uint32_t o) {
  if (orbit_is_longer(orbit)) return (size_t)o * ((size_t)orbit->capacity + 1) + q;
  return (size_t)q * ((size_t)orbit->orbit + 1) + o;
}

uint32_t sj_orbit_in_system(const struct sj_orbit *orbit, size_t state) {
  if (orbit_is_longer(orbit)) return (uint32_t)(state % ((size_t)orbit->capacity + 1));
  return (uint32_t)(state / ((size_t)orbit->orbit + 1));
}

uint32_t sj_orbit_orbiting(const struct sj_orbit *orbit, size_t state) {
  if (orbit_is_longer(orbit)) return (uint32_t)(state / ((size_t)orbit->capacity + 1));
  return (uint32_t)(state % ((size_t)orbit->orbit + 1));
}

/* A row being written. */
struct row {
  const struct sj_orbit_rows *rows;
  uint32_t *to;
  double *rate;
  size_t count;
};

static void go(struct row *row, uint32_t q, uint32_t o, double rate) {
  if (!(rate > 0)) return;
  row->to[row->count] = (uint32_t)sj_orbit_state(&row->rows->orbit, q, o);
  row->rate[row->count++] = rate;
}

static void add_empty(struct row *row, uint32_t o) {
  go(row, 1, o, row->rows->orbit.arrival_rate);
  if (o == 0) return;
  go(row, 0, o - 1, o * row->rows->abandon);
  go(row, 1, o - 1, o * row->rows->retry);
}

static void add_between(struct row *row, uint32_t q, uint32_t o) {
  const struct sj_orbit *const orbit = &row->rows->orbit;
  const struct sj_timing of_q = row->rows->timing[q];
  const double rate = orbit->arrival_rate, retry = row->rows->retry;
  const double joining = o < orbit->orbit ? orbit->alpha * of_q.late : 0;
  /* 1 - joining, without loss where that is near 0. */
  const double not_joining = joining > 0 ? 1 - orbit->alpha + orbit->alpha * of_q.in_time : 1;
  const double entering = orbit->arrivals == SJ_AS_ORIGINAL ? rate : rate * not_joining;
  if (joining > 0) go(row, q + 1, o + 1, rate * joining);
  go(row, q + 1, o, entering + o * retry * of_q.late);
  if (o > 0) {
    go(row, q + 1, o - 1, o * retry * of_q.in_time);
    go(row, q, o - 1, o * row->rows->abandon);
  }
  go(row, q - 1, o, fmin(q, orbit->threads) * orbit->service_rate);
}

static void add_full(struct row *row, uint32_t o) {
  const struct sj_orbit *const orbit = &row->rows->orbit;
  const uint32_t full = orbit->capacity;
  const double retry = row->rows->retry, abandon = row->rows->abandon;
  if (full > 0) go(row, full - 1, o, fmin(full + 1.0, orbit->threads) * orbit->service_rate);
  if (o > 0) go(row, full, o - 1, o * (orbit->retry_when_full ? abandon : retry + abandon));
  if (orbit->retry_when_full && o < orbit->orbit)
    go(row, full, o + 1, orbit->alpha * (orbit->arrival_rate + o * retry));
}

enum sj_status sj_orbit_rows_start(const struct sj_orbit *orbit, struct sj_orbit_rows *rows) {
  *rows = (struct sj_orbit_rows){
      .orbit = *orbit, .retry = sj_orbit_retry_rate(orbit), .abandon = sj_orbit_abandon_rate(orbit)};
  rows->timing = calloc((size_t)orbit->capacity + 1, sizeof *rows->timing);
  if (!rows->timing) return SJ_NO_MEMORY;
  for (uint32_t q = 0; q <= orbit->capacity; q++) rows->timing[q] = sj_orbit_timing(orbit, q);
  return SJ_OK;
}

void sj_orbit_rows_clear(struct sj_orbit_rows *rows) {
  free(rows->timing);
  *rows = (struct sj_orbit_rows){0};
}

/* NOLINTNEXTLINE(readability-non-const-parameter): written through `row` */
static size_t write_row(const void *context, size_t i, uint32_t *to, double *rate) {
  const struct sj_orbit_rows *const rows = context;
  struct row row = {.rows = rows, .to = to, .rate = rate};
  const uint32_t q = sj_orbit_in_system(&rows->orbit, i), o = sj_orbit_orbiting(&rows->orbit, i);
  if (q == rows->orbit.capacity)
    add_full(&row, o);
  else if (q == 0)
    add_empty(&row, o);
  else
    add_between(&row, q, o);
  return row.count;
}

static size_t coordinate(const void *context, size_t which, size_t i) {
  const struct sj_orbit_rows *const rows = context;
  return which ? sj_orbit_orbiting(&rows->orbit, i) : sj_orbit_in_system(&rows->orbit, i);
}

void sj_orbit_generator(const struct sj_orbit_rows *rows, struct sj_generator *generator) {
  const struct sj_orbit *const orbit = &rows->orbit;
  *generator = (struct sj_generator){.count = ((size_t)orbit->capacity + 1) * ((size_t)orbit->orbit + 1),
                                     .most = SJ_ORBIT_MOST,
                                     .context = rows,
                                     .row = write_row,
                                     .coordinates = 2,
                                     .coordinate = coordinate};
}

enum sj_status sj_orbit_chain(const struct sj_orbit *orbit, struct sj_chain *chain) {
  const size_t states = ((size_t)orbit->capacity + 1) * ((size_t)orbit->orbit + 1);
  uint32_t to[SJ_ORBIT_MOST];
  double rate[SJ_ORBIT_MOST];
  struct sj_orbit_rows rows;
  *chain = (struct sj_chain){0};
  enum sj_status status = sj_orbit_rows_start(orbit, &rows);
  if (status == SJ_OK) status = sj_chain_start(chain, states, sj_orbit_transitions(orbit));
  for (size_t i = 0; i < states && status == SJ_OK; i++) {
    const size_t count = write_row(&rows, i, to, rate);
    for (size_t t = 0; t < count && status == SJ_OK; t++) status = sj_chain_add(chain, to[t], rate[t]);
    sj_chain_end_row(chain);
  }
  sj_orbit_rows_clear(&rows);
  if (status != SJ_OK) sj_chain_clear(chain);
  return status;
}

size_t sj_orbit_transitions(const struct sj_orbit *orbit) {
  return SJ_ORBIT_MOST * ((size_t)orbit->capacity + 1) * ((size_t)orbit->orbit + 1);
}
