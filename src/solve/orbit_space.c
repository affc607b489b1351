#include "solve/orbit_space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "model/model.h"
#include "solve/reading.h"

/* ---- one server ---- */

struct own_orbit {
  struct sj_orbit orbit;
  double *in_time;  /* of each q */
  double *arriving; /* [client] */
};

static double lost(const struct sj_orbit *orbit, uint32_t q, uint32_t o) {
  const double giving_up = o * sj_orbit_abandon_rate(orbit);
  if (q < orbit->capacity) return giving_up;
  const double joining = orbit->retry_when_full && o < orbit->orbit ? orbit->alpha : 0;
  const double retrying = orbit->retry_when_full ? 0 : o * sj_orbit_retry_rate(orbit);
  return orbit->arrival_rate * (1 - joining) + retrying + giving_up;
}

static double orbit_server(const struct sj_space *space, size_t server, enum sj_server_quantity quantity,
                           size_t state) {
  (void)server;
  const struct sj_orbit *const orbit = &((const struct own_orbit *)space->own)->orbit;
  const uint32_t q = sj_orbit_in_system(orbit, state), o = sj_orbit_orbiting(orbit, state);
  switch (quantity) {
    case SJ_IN_SYSTEM:
      return q;
    case SJ_WAITING:
      return fmax(0, q - orbit->threads);
    case SJ_BUSY:
      return fmin(q, orbit->threads);
    case SJ_COMPLETIONS:
    case SJ_FINISHED:
      return fmin(q, orbit->threads) * orbit->service_rate;
    case SJ_LOST:
      return lost(orbit, q, o);
    case SJ_ORBIT:
      return o;
    case SJ_FULL:
    case SJ_EMPTY:
    case SJ_SERVER_QUANTITIES:
      break;
  }
  return NAN;
}

static double orbit_client(const struct sj_space *space, size_t client, enum sj_client_quantity quantity,
                           size_t state) {
  const struct own_orbit *const own = space->own;
  const struct sj_orbit *const orbit = &own->orbit;
  const uint32_t q = sj_orbit_in_system(orbit, state), o = sj_orbit_orbiting(orbit, state);
  const double arriving = own->arriving[client];
  if (quantity == SJ_ARRIVING) return arriving;
  if (quantity != SJ_ANSWERED) return NAN;
  if (q == orbit->capacity || orbit->arrival_rate == 0) return 0;
  const double share = arriving / orbit->arrival_rate;
  return share * (orbit->arrival_rate + o * sj_orbit_retry_rate(orbit)) * own->in_time[q];
}

static void orbit_describe(const struct sj_space *space, size_t state, char *text, size_t size) {
  const struct sj_orbit *const orbit = &((const struct own_orbit *)space->own)->orbit;
  snprintf(text, size, "(%u, %u)", sj_orbit_in_system(orbit, state), sj_orbit_orbiting(orbit, state));
}

static void clear_orbit(struct sj_space *space) {
  struct own_orbit *const own = space->own;
  free(own->in_time);
  free(own->arriving);
  free(own);
}

static enum sj_status make_orbit(const struct sj_model *model, const struct sj_row *row, double *arriving,
                                 const struct sj_space_options *options, struct sj_space *space,
                                 struct sj_error *error) {
  struct own_orbit *const own = sj_allocate(sizeof *own);
  const struct sj_row_server *const server = row->server;
  own->arriving = arriving;
  own->orbit = (struct sj_orbit){.capacity = server->capacity,
                                 .orbit = server->orbit,
                                 .arrival_rate = server->arrival_rate,
                                 .service_rate = server->service_rate,
                                 .timeout = server->timeout,
                                 .retries = server->retries,
                                 .threads = server->threads,
                                 .alpha = model->solve.alpha,
                                 .retry_when_full = model->solve.retry_when_full,
                                 .tail = row->tail,
                                 .arrivals = model->solve.original_arrivals ? SJ_AS_ORIGINAL : SJ_CONSERVED};
  space->kind = SJ_SPACE_ORBIT;
  space->own = own;
  space->clear_own = clear_orbit;
  space->server = orbit_server;
  space->client = orbit_client;
  space->describe = orbit_describe;
  const double states = (server->capacity + 1.0) * (server->orbit + 1.0);
  enum sj_status status =
      sj_space_check_size(options, states, 5 * states, fmin(server->capacity, server->orbit) + 2, error);
  if (status != SJ_OK) return status;
  own->in_time = malloc(((size_t)server->capacity + 1) * sizeof *own->in_time);
  if (!own->in_time) return SJ_NO_MEMORY;
  for (uint32_t q = 0; q <= server->capacity; q++) own->in_time[q] = sj_orbit_timing(&own->orbit, q).in_time;
  space->empty = sj_orbit_state(&own->orbit, 0, 0);
  space->full[0] = sj_orbit_state(&own->orbit, server->capacity, server->orbit);
  return sj_orbit_chain(&own->orbit, &space->chain);
}

/* ---- several servers ---- */

struct own_row {
  struct sj_row row;
  double *arriving; /* [client] */
  size_t *stride;   /* [server] */
};

static uint32_t local_of(const struct own_row *own, size_t i, size_t state, bool orbit) {
  const size_t width = (size_t)own->row.server[i].orbit + 1;
  const size_t local = state / own->stride[i] % (((size_t)own->row.server[i].capacity + 1) * width);
  return (uint32_t)(orbit ? local % width : local / width);
}

/* A service is the one transition that takes a request away there and changes nothing else. */
static double row_completions(const struct sj_space *space, size_t i, size_t state) {
  const struct own_row *const own = space->own;
  if (local_of(own, i, state, false) == 0) return 0;
  const size_t to = state - own->stride[i] * ((size_t)own->row.server[i].orbit + 1);
  for (size_t t = space->chain.begin[state]; t < space->chain.begin[state + 1]; t++)
    if (space->chain.to[t] == to) return space->chain.rate[t];
  return 0;
}

static double row_refused(const struct own_row *own, size_t i, size_t state) {
  struct sj_row_worker *const worker = sj_row_worker_create(&own->row);
  uint32_t *const q = sj_allocate_array(own->row.count, sizeof *q);
  for (size_t j = 0; j < own->row.count; j++) q[j] = local_of(own, j, state, false);
  const double refused = worker ? sj_row_rates(worker, q)->arrival[i] : NAN;
  free(q);
  sj_row_worker_destroy(worker);
  return refused;
}

static double row_lost(const struct sj_space *space, size_t i, size_t state) {
  const struct own_row *const own = space->own;
  const struct sj_row_server *const server = &own->row.server[i];
  const uint32_t o = local_of(own, i, state, true);
  const struct sj_orbit as_one = {.timeout = server->timeout, .retries = server->retries};
  const double giving_up = isfinite(server->timeout) ? o * sj_orbit_abandon_rate(&as_one) : 0;
  const bool full = local_of(own, i, state, false) == server->capacity && o == server->orbit;
  return giving_up + (full ? row_refused(own, i, state) : 0);
}

static double row_server(const struct sj_space *space, size_t i, enum sj_server_quantity quantity, size_t state) {
  const struct own_row *const own = space->own;
  const uint32_t q = local_of(own, i, state, false);
  switch (quantity) {
    case SJ_IN_SYSTEM:
      return q;
    case SJ_WAITING:
      return fmax(0, q - own->row.server[i].threads);
    case SJ_BUSY:
      return fmin(q, own->row.server[i].threads);
    case SJ_COMPLETIONS:
    case SJ_FINISHED:
      return row_completions(space, i, state);
    case SJ_LOST:
      return row_lost(space, i, state);
    case SJ_ORBIT:
      return isfinite(own->row.server[i].timeout) ? (double)local_of(own, i, state, true) : (double)NAN;
    case SJ_FULL:
    case SJ_EMPTY:
    case SJ_SERVER_QUANTITIES:
      break;
  }
  return NAN;
}

static double row_client(const struct sj_space *space, size_t client, enum sj_client_quantity quantity, size_t state) {
  (void)state;
  return quantity == SJ_ARRIVING ? ((const struct own_row *)space->own)->arriving[client] : NAN;
}

static void row_describe(const struct sj_space *space, size_t state, char *text, size_t size) {
  const struct own_row *const own = space->own;
  size_t length = 0;
  for (size_t i = 0; i < own->row.count && length < size; i++) {
    const int wanted = snprintf(text + length, size - length, "%s(%u, %u)", i ? ", " : "",
                                local_of(own, i, state, false), local_of(own, i, state, true));
    length += (size_t)wanted;
  }
}

static void clear_row(struct sj_space *space) {
  struct own_row *const own = space->own;
  sj_row_clear(&own->row);
  free(own->arriving);
  free(own->stride);
  free(own);
}

static enum sj_status make_row(const struct sj_row *row, double *arriving, const struct sj_space_options *options,
                               struct sj_space *space, struct sj_error *error) {
  struct own_row *const own = sj_allocate(sizeof *own);
  own->row = *row;
  own->arriving = arriving;
  own->stride = sj_allocate_array(row->count, sizeof *own->stride);
  space->kind = SJ_SPACE_ROW;
  space->own = own;
  space->clear_own = clear_row;
  space->server = row_server;
  space->client = row_client;
  space->describe = row_describe;
  sj_space_note(space,
                "this is the approximation of servers in a row: what one server hands on arrives at the next as "
                "a stream of its own, all timed-out arrivals join an orbit (alpha is 1)");
  const struct sj_row_size size = sj_row_size(row);
  const enum sj_status status = sj_space_check_size(options, size.states, size.transitions, size.bandwidth, error);
  if (status != SJ_OK) return status;
  sj_row_strides(row, own->stride);
  size_t full = 0;
  for (size_t i = 0; i < row->count; i++)
    full += own->stride[i] * (((size_t)row->server[i].capacity + 1) * ((size_t)row->server[i].orbit + 1) - 1);
  for (size_t i = 0; i < row->count; i++) space->full[i] = full;
  return sj_row_chain(row, &space->chain);
}

/* ---- both ---- */

static void name_parts(const struct sj_model *model, const struct sj_row *row, const uint32_t *index,
                       struct sj_space *space) {
  space->server_count = row->count;
  space->servers = sj_allocate_array(row->count, sizeof *space->servers);
  space->full = sj_allocate_array(row->count, sizeof *space->full);
  for (size_t i = 0; i < row->count; i++)
    space->servers[i] = (struct sj_space_server){.name = sj_copy_string(model->servers[index[i]].name),
                                                 .threads = row->server[i].threads,
                                                 .capacity = row->server[i].capacity,
                                                 .orbit = row->server[i].orbit};
  space->client_count = model->client_count;
  space->clients = sj_allocate_array(model->client_count, sizeof *space->clients);
  for (size_t c = 0; c < model->client_count; c++) space->clients[c] = sj_copy_string(model->clients[c].name);
}

enum sj_status sj_space_orbit(const struct sj_model *model, const struct sj_space_options *options,
                              struct sj_space *space, struct sj_error *error) {
  *space = (struct sj_space){.natural_order = true};
  struct sj_row row;
  uint32_t *index = NULL;
  double *const arriving = sj_allocate_array(model->client_count, sizeof *arriving);
  enum sj_status status = sj_read_row(model, options, space, arriving, &row, &index, error);
  if (status != SJ_OK) {
    free(arriving);
    sj_space_clear(space);
    return status;
  }
  name_parts(model, &row, index, space);
  free(index);
  if (model->client_count > 1)
    sj_space_note(space, "clients are merged: their rates add up, their timeouts and retries are averaged");
  if (row.count == 1) {
    status = make_orbit(model, &row, arriving, options, space, error);
    sj_row_clear(&row);
  } else {
    status = make_row(&row, arriving, options, space, error);
  }
  if (status != SJ_OK) sj_space_clear(space);
  return status;
}
