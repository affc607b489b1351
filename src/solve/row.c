#include "solve/row.h"

#include <math.h>
#include <stdlib.h>

void sj_row_clear(struct sj_row *row) {
  free(row->server);
  free(row->calls);
  free(row->waited);
  *row = (struct sj_row){0};
}

/* ---- states ---- */

static size_t local_states(const struct sj_row_server *server) {
  return ((size_t)server->capacity + 1) * ((size_t)server->orbit + 1);
}

/* Counted first, q before o: what moves slowest is the server with the longest queue beside its orbit. */
static size_t slowest_server(const struct sj_row *row) {
  size_t slowest = 0;
  double least = INFINITY;
  for (size_t i = 0; i < row->count; i++) {
    const double distance = (row->server[i].orbit + 2.0) / (double)local_states(&row->server[i]);
    if (distance >= least) continue;
    least = distance;
    slowest = i;
  }
  return slowest;
}

struct sj_row_size sj_row_size(const struct sj_row *row) {
  struct sj_row_size size = {.states = 1};
  for (size_t i = 0; i < row->count; i++) size.states *= (double)local_states(&row->server[i]);
  const struct sj_row_server *const slowest = &row->server[slowest_server(row)];
  size.transitions = 5 * (double)row->count * size.states;
  size.bandwidth = size.states / (double)local_states(slowest) * (slowest->orbit + 2.0);
  return size;
}

void sj_row_strides(const struct sj_row *row, size_t *stride) {
  const size_t slowest = slowest_server(row);
  size_t product = 1;
  for (size_t i = row->count; i-- > 0;) {
    if (i == slowest) continue;
    stride[i] = product;
    product *= local_states(&row->server[i]);
  }
  stride[slowest] = product;
}

size_t sj_row_state(const struct sj_row *row, const uint32_t *q, const uint32_t *o) {
  const size_t slowest = slowest_server(row);
  size_t state = 0;
  for (size_t turn = 0; turn <= row->count; turn++) {
    const size_t i = turn ? turn - 1 : slowest;
    if (turn && i == slowest) continue;
    state = state * local_states(&row->server[i]) + (size_t)q[i] * ((size_t)row->server[i].orbit + 1) + o[i];
  }
  return state;
}

static void split_one(const struct sj_row *row, size_t i, size_t local, uint32_t *q, uint32_t *o) {
  q[i] = (uint32_t)(local / ((size_t)row->server[i].orbit + 1));
  o[i] = (uint32_t)(local % ((size_t)row->server[i].orbit + 1));
}

void sj_row_split(const struct sj_row *row, size_t state, uint32_t *q, uint32_t *o) {
  const size_t slowest = slowest_server(row);
  for (size_t i = row->count; i-- > 0;) {
    if (i == slowest) continue;
    split_one(row, i, state % local_states(&row->server[i]), q, o);
    state /= local_states(&row->server[i]);
  }
  split_one(row, slowest, state, q, o);
}

/* ---- rates ---- */

struct sj_row_worker {
  const struct sj_row *row;
  double *visits; /* v(i, j), [i * count + j] */
  double *mean, *variance;
  bool *certain;
  struct sj_row_rates rates;
};

static double calls(const struct sj_row *row, size_t i, size_t j) { return row->calls[i * row->count + j]; }
static double waited(const struct sj_row *row, size_t i, size_t j) { return row->waited[i * row->count + j]; }

/* A server that joins is visited once however many branches lead there. */
static void find_visits(const struct sj_row *row, double *visits) {
  for (size_t i = 0; i < row->count; i++) {
    double *const of = visits + i * row->count;
    for (size_t j = i + 1; j < row->count; j++) {
      of[j] = waited(row, i, j);
      for (size_t k = i + 1; k < j; k++) {
        const double by = of[k] * waited(row, k, j);
        of[j] = row->server[j].join ? fmax(of[j], by) : of[j] + by;
      }
    }
  }
}

struct sj_row_worker *sj_row_worker_create(const struct sj_row *row) {
  const size_t count = row->count;
  struct sj_row_worker *const worker = calloc(1, sizeof *worker);
  if (!worker) return NULL;
  worker->row = row;
  worker->visits = calloc(count * (count + 4) + 1, sizeof *worker->visits);
  worker->certain = calloc(count + 1, sizeof *worker->certain);
  worker->rates.timing = calloc(count + 1, sizeof *worker->rates.timing);
  if (!worker->visits || !worker->certain || !worker->rates.timing) {
    sj_row_worker_destroy(worker);
    return NULL;
  }
  worker->mean = worker->visits + count * count;
  worker->variance = worker->mean + count;
  worker->rates.arrival = worker->variance + count;
  worker->rates.service = worker->rates.arrival + count;
  find_visits(row, worker->visits);
  return worker;
}

void sj_row_worker_destroy(struct sj_row_worker *worker) {
  if (!worker) return;
  free(worker->visits);
  free(worker->certain);
  free(worker->rates.timing);
  free(worker);
}

static double own_service(const struct sj_row_server *server, double q) {
  return server->service_rate * fmin(q, server->threads);
}

static void find_services(struct sj_row_worker *worker, const uint32_t *q) {
  const struct sj_row *const row = worker->row;
  for (size_t i = 0; i < row->count; i++) {
    double rate = own_service(&row->server[i], q[i]);
    for (size_t j = i + 1; j < row->count && row->server[i].held; j++) {
      const double visits = worker->visits[i * row->count + j];
      if (visits > 0) rate = fmin(rate, own_service(&row->server[j], q[j] + 1.0) / visits);
    }
    worker->rates.service[i] = rate;
  }
}

static void find_arrivals(struct sj_row_worker *worker) {
  const struct sj_row *const row = worker->row;
  double *const arrival = worker->rates.arrival;
  for (size_t j = 0; j < row->count; j++) {
    double from_above = row->server[j].join ? INFINITY : 0;
    for (size_t i = 0; i < j; i++) {
      if (!(calls(row, i, j) > 0)) continue;
      const double stream = calls(row, i, j) * fmin(arrival[i], worker->rates.service[i]);
      from_above = row->server[j].join ? fmin(from_above, stream) : from_above + stream;
    }
    arrival[j] = row->server[j].arrival_rate + (isfinite(from_above) ? from_above : 0);
  }
}

/* Adds the time of what is called `often` times: so many whole times, and once more with the probability left. */
static void add_time(double often, double mean, double variance, double *total_mean, double *total_variance) {
  const double whole = floor(often), chance = often - whole;
  *total_mean += often * mean;
  *total_variance += often * variance + chance * (1 - chance) * mean * mean;
}

/* Of a request that is the last in each server: the time until its answer, from the last server to the first. */
static void find_times(struct sj_row_worker *worker, const uint32_t *q) {
  const struct sj_row *const row = worker->row;
  const size_t count = row->count;
  double *const mean = worker->mean, *const variance = worker->variance;
  for (size_t i = count; i-- > 0;) {
    const double rate = own_service(&row->server[i], q[i]);
    double after_mean = 0, after_variance = 0;
    bool certain = q[i] == 0;
    for (size_t j = i + 1; j < count; j++) {
      const double often = waited(row, i, j);
      if (!(often > 0)) continue;
      certain = certain || worker->certain[j];
      if (row->server[i].parallel) {
        if (often * mean[j] <= after_mean) continue;
        after_mean = after_variance = 0;
      }
      add_time(often, mean[j], variance[j], &after_mean, &after_variance);
    }
    worker->certain[i] = certain;
    mean[i] = (q[i] ? q[i] / rate : 0) + after_mean;
    variance[i] = (q[i] ? q[i] / (rate * rate) : 0) + after_variance;
  }
}

static struct sj_timing timing_of(const struct sj_row_worker *worker, size_t i, uint32_t q) {
  const struct sj_row *const row = worker->row;
  const struct sj_row_server *const server = &row->server[i];
  if (isinf(server->timeout)) return (struct sj_timing){0, 1};
  if (row->empty_times_out && (server->timeout_covers_own ? q == 0 : worker->certain[i]))
    return (struct sj_timing){1, 0};
  if (server->timeout_covers_own) return sj_timing(row->tail, q, own_service(server, q), server->timeout);
  const double mean = worker->mean[i], variance = worker->variance[i];
  if (mean == 0) return (struct sj_timing){0, 1};
  return sj_timing(row->tail, mean * mean / variance, mean / variance, server->timeout);
}

const struct sj_row_rates *sj_row_rates(struct sj_row_worker *worker, const uint32_t *q) {
  find_services(worker, q);
  find_arrivals(worker);
  find_times(worker, q);
  for (size_t i = 0; i < worker->row->count; i++) worker->rates.timing[i] = timing_of(worker, i, q[i]);
  return &worker->rates;
}

/* ---- the chain ---- */

struct building {
  const struct sj_row *row;
  struct sj_chain *chain;
  size_t *stride;
  size_t state; /* whose row is being added */
  enum sj_status status;
};

static void go(struct building *b, size_t i, int64_t dq, int64_t d_o, double rate) {
  if (b->status != SJ_OK) return;
  const int64_t step = (dq * ((int64_t)b->row->server[i].orbit + 1) + d_o) * (int64_t)b->stride[i];
  b->status = sj_chain_add(b->chain, (size_t)((int64_t)b->state + step), rate);
}

static void add_server(struct building *b, const struct sj_row_rates *rates, size_t i, uint32_t q, uint32_t o) {
  const struct sj_row_server *const server = &b->row->server[i];
  const bool room = q < server->capacity, orbit_has_room = o < server->orbit;
  const double arrival = rates->arrival[i], late = rates->timing[i].late, in_time = rates->timing[i].in_time;
  const bool orbits = isfinite(server->timeout);
  const struct sj_orbit as_one = {.timeout = server->timeout, .retries = server->retries};
  const double retry = orbits ? o * sj_orbit_retry_rate(&as_one) : 0;
  if (room) go(b, i, 1, 0, arrival * (orbit_has_room ? in_time : 1) + retry * late);
  if (room && orbit_has_room) go(b, i, 1, 1, arrival * late);
  if (!room && orbit_has_room) go(b, i, 0, 1, arrival);
  if (room && o > 0) go(b, i, 1, -1, retry * in_time);
  if (o > 0 && orbits) go(b, i, 0, -1, o * sj_orbit_abandon_rate(&as_one));
  if (q > 0) go(b, i, -1, 0, rates->service[i]);
}

enum sj_status sj_row_chain(const struct sj_row *row, struct sj_chain *chain) {
  const struct sj_row_size size = sj_row_size(row);
  const size_t states = (size_t)size.states;
  *chain = (struct sj_chain){0};
  struct sj_row_worker *const worker = sj_row_worker_create(row);
  uint32_t *const counts = calloc(2 * row->count + 1, sizeof *counts);
  uint32_t *const q = counts, *const o = counts ? counts + row->count : NULL;
  struct building b = {.row = row, .chain = chain, .stride = calloc(row->count + 1, sizeof *b.stride)};
  b.status = worker && counts && b.stride ? sj_chain_start(chain, states, (size_t)size.transitions) : SJ_NO_MEMORY;
  if (b.status == SJ_OK) sj_row_strides(row, b.stride);
  for (; b.state < states && b.status == SJ_OK; b.state++) {
    sj_row_split(row, b.state, q, o);
    const struct sj_row_rates *const rates = sj_row_rates(worker, q);
    for (size_t i = 0; i < row->count; i++) add_server(&b, rates, i, q[i], o[i]);
    sj_chain_end_row(chain);
  }
  free(counts);
  free(b.stride);
  sj_row_worker_destroy(worker);
  if (b.status != SJ_OK) sj_chain_clear(chain);
  return b.status;
}
