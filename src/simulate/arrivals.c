/* Where requests come from: the arrival processes of clients. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "random/elementary.h"
#include "simulate/caller_steps.h"
#include "simulate/engine.h"

/* --- the time of the next arrival ----------------------------------------------------------------------------------
 */

/* Goes through the states until an arrival, or until `end`: the time of whichever comes first. */
static double mmpp_until(const struct sj_arrivals *spec, struct sj_stream *stream, size_t *state, double now,
                         double end) {
  const size_t n = spec->state_count;
  for (;;) {
    const double *const row = &spec->transitions[*state * n];
    double leave = 0;
    for (size_t j = 0; j < n; j++)
      if (j != *state) leave += row[j];
    const double total = spec->rates[*state] + leave;
    if (total <= 0) return end;
    now += sj_draw_exponential(stream) / total;
    if (now >= end) return end;
    double u = sj_stream_uniform(stream) * total - spec->rates[*state];
    if (u < 0) return now;
    size_t to = *state;
    for (size_t j = 0; j < n; j++) {
      if (j == *state || row[j] <= 0) continue;
      to = j;
      u -= row[j];
      if (u < 0) break;
    }
    *state = to;
  }
}

static double next_mmpp(struct arrivals *a, double now) {
  a->before.stream = a->stream;
  a->before.state = a->state;
  a->before.time = now;
  bool any = false; /* only a fault can make all rates 0; the states go on, but nothing would end the search */
  for (size_t i = 0; i < a->spec->state_count; i++) any = any || a->spec->rates[i] > 0;
  if (!any) return INFINITY;
  return mmpp_until(a->spec, &a->stream, &a->state, now, INFINITY);
}

void sj_arrivals_go_to(struct arrivals *a, const struct sj_arrivals *spec, double time) {
  struct sj_stream stream = a->before.stream;
  a->state = a->before.state;
  mmpp_until(spec, &stream, &a->state, a->before.time, time);
  if (a->next_time == INFINITY) a->stream = stream; /* else it is further on already */
}

double sj_arrivals_piecewise_amount(const struct sj_arrivals *spec, double from, double to) {
  double amount = 0;
  for (size_t i = 0; i < spec->piece_count; i++) {
    const double begin = spec->from[i] > from ? spec->from[i] : from;
    const double end = i + 1 < spec->piece_count && spec->from[i + 1] < to ? spec->from[i + 1] : to;
    if (end > begin && spec->rates[i] > 0) amount += (end - begin) * spec->rates[i];
  }
  return amount;
}

double sj_arrivals_piecewise_time(const struct sj_arrivals *spec, double now, double *amount) {
  double left = *amount;
  for (size_t i = 0; i < spec->piece_count; i++) {
    const double end = i + 1 < spec->piece_count ? spec->from[i + 1] : INFINITY;
    if (end <= now) continue;
    const double begin = spec->from[i] > now ? spec->from[i] : now;
    if (spec->rates[i] <= 0) continue;
    const double time = begin + left / spec->rates[i];
    if (time < end) return time;
    left -= (end - begin) * spec->rates[i];
    if (left < 0) left = 0;
  }
  *amount = left;
  return INFINITY;
}

/* An arrival comes when the integral of the rate has grown by an exponential amount. */
static double next_piecewise(struct arrivals *a, double now) {
  a->standstill = sj_draw_exponential(&a->stream);
  return sj_arrivals_piecewise_time(a->spec, now, &a->standstill);
}

/* The smallest of `left` uniform times on [last, over): order statistics one by one. */
static double next_spread(struct arrivals *a) {
  if (a->left == 0) return INFINITY;
  const double u = sj_stream_uniform_open(&a->stream);
  a->last += (a->spec->over - a->last) * (1 - sj_exp(sj_log(u) / (double)a->left));
  a->left--;
  return a->last;
}

static double next_recorded(struct engine *engine, struct arrivals *a) {
  bool more = false;
  struct sj_error error = {""};
  const enum sj_status status = sj_trace_reader_next(a->reader, &a->record, &more, &error);
  if (status != SJ_OK) {
    sj_engine_fail(engine, status, "%s", error.message);
    return INFINITY;
  }
  return more ? a->origin + (a->record.arrival - a->recorded_origin) / a->spec->rate_factor : INFINITY;
}

static double next_poisson(struct arrivals *a, double now) {
  return a->spec->rate > 0 ? now + sj_draw_exponential(&a->stream) * a->mean_interval : INFINITY;
}

double sj_arrivals_next(struct engine *engine, struct arrivals *a, double now) {
  switch (a->spec->kind) {
    case SJ_ARRIVALS_POISSON:
      return next_poisson(a, now);
    case SJ_ARRIVALS_RENEWAL:
      return now + sj_draw(a->interval, &a->stream, 0);
    case SJ_ARRIVALS_MMPP:
      return next_mmpp(a, now);
    case SJ_ARRIVALS_PIECEWISE:
      return next_piecewise(a, now);
    case SJ_ARRIVALS_SPREAD:
      return next_spread(a);
    case SJ_ARRIVALS_TRACE:
      return next_recorded(engine, a);
    case SJ_ARRIVALS_CLOSED:
      break;
  }
  return INFINITY;
}

/* --- requests ------------------------------------------------------------------------------------------------------
 */

static void note_recording(struct engine *engine, struct client *client, const struct sj_trace_record *record,
                           bool counted) {
  (void)engine;
  if (!counted) return;
  if (!isnan(record->latency)) sample_add(&client->statistics->recorded_latency, record->latency);
  if (!isnan(record->wait)) sample_add(&client->statistics->recorded_wait, record->wait);
}

static void new_request(struct engine *engine, struct arrivals *a, struct customer *customer) {
  struct client *const client = a->client;
  const uint64_t number = a->number++;
  const uint64_t lineage = a->base_lineage + number;
  uint32_t member = 0;
  if (a->member >= 0) {
    member = (uint32_t)a->member;
  } else if (client->spec->count > 1) {
    struct sj_stream stream = stream_of(client->member_key, lineage);
    member = (uint32_t)sj_stream_below(&stream, client->spec->count);
  }
  struct caller *const caller = &client->callers[member];
  struct request *const request = take_request(engine, caller, lineage);
  if (!request) return;
  struct client_statistics *const own = client->members ? &client->members[member] : NULL;
  client->statistics->cell_arrivals++;
  if (engine->counting) {
    request->flags |= REQUEST_COUNTED;
    client->statistics->arrivals++;
    if (own) own->arrivals++;
  }
  engine->open++;
  request->customer = customer;
  if (a->reader) {
    request->recorded = a->record.service;
    request->size = isnan(a->record.size) ? 0 : a->record.size;
    note_recording(engine, client, &a->record, engine->counting);
  }
  if (client->sizes) {
    struct sj_stream stream = stream_of(client->size_key, lineage);
    request->size = sj_draw(client->sizes[member], &stream, 0);
  }
  begin_request(engine, request);
}

void sj_arrivals_schedule(struct engine *engine, struct arrivals *a) {
  a->event = SJ_EVENT_NONE;
  if (a->next_time < INFINITY) a->event = sj_event_schedule_aside(&engine->events, a->next_time, EVENT_ARRIVAL, a);
}

void sj_arrivals_happen(struct engine *engine, struct arrivals *a) {
  a->event = SJ_EVENT_NONE;
  if (!engine->arriving) return;
  new_request(engine, a, NULL);
  a->next_time =
      a->spec->kind == SJ_ARRIVALS_POISSON ? next_poisson(a, engine->now) : sj_arrivals_next(engine, a, engine->now);
  sj_arrivals_schedule(engine, a);
}

/* --- closed populations --------------------------------------------------------------------------------------------
 */

/* The population may have become smaller. */
static bool leaves(struct customer *customer) {
  customer->gone = customer->number >= customer->arrivals->spec->population;
  return customer->gone;
}

void sj_arrivals_think(struct engine *engine, struct customer *customer) {
  struct arrivals *const a = customer->arrivals;
  if (!engine->arriving || leaves(customer)) return;
  const double thought = sj_draw(a->interval, &customer->stream, 0);
  sj_event_schedule(&engine->events, engine->now + thought, EVENT_THOUGHT, customer, true);
}

void sj_arrivals_thought(struct engine *engine, struct customer *customer) {
  if (engine->arriving && !leaves(customer)) new_request(engine, customer->arrivals, customer);
}

bool sj_arrivals_add_customers(struct engine *engine, struct arrivals *a) {
  if (a->customer_count >= a->spec->population) return true;
  const uint32_t count = a->spec->population - a->customer_count;
  struct customers *const more = calloc(1, sizeof *more + count * sizeof *more->all);
  if (!more) return false;
  const uint64_t key = sj_stream_key(engine->seed, engine->run, a->client->spec->name, "think");
  for (uint32_t i = 0; i < count; i++) {
    struct customer *const customer = &more->all[i];
    customer->arrivals = a;
    customer->number = a->customer_count + i;
    sj_stream_seed(&customer->stream, key, (uint64_t)(a->member + 1) << 32 | customer->number);
  }
  more->count = count;
  more->next = a->customers;
  a->customers = more;
  a->customer_count += count;
  for (uint32_t i = 0; i < count; i++) sj_arrivals_think(engine, &more->all[i]);
  return true;
}

/* --- creation ------------------------------------------------------------------------------------------------------
 */

/* The stationary distribution of the modulating chain, drawn from by inversion. Elimination without subtractions
 * (Grassmann, Taksar and Heyman, Operations Research 33(5), 1985). */
static bool start_state(struct arrivals *a) {
  const size_t n = a->spec->state_count;
  double *const q = calloc(n * n + n, sizeof *q);
  if (!q) return false;
  memcpy(q, a->spec->transitions, n * n * sizeof *q);
  double *const weight = q + n * n;
  for (size_t k = n; k-- > 1;) {
    double leave = 0;
    for (size_t j = 0; j < k; j++) leave += q[k * n + j];
    for (size_t i = 0; i < k; i++) {
      if (leave > 0) q[i * n + k] /= leave;
      for (size_t j = 0; j < k; j++)
        if (j != i) q[i * n + j] += q[i * n + k] * q[k * n + j];
    }
  }
  double total = weight[0] = 1;
  for (size_t k = 1; k < n; k++) {
    for (size_t i = 0; i < k; i++) weight[k] += weight[i] * q[i * n + k];
    total += weight[k];
  }
  double u = sj_stream_uniform(&a->stream) * total;
  a->state = 0;
  for (size_t k = 0; k < n; k++) {
    a->state = k;
    u -= weight[k];
    if (u < 0) break;
  }
  free(q);
  return true;
}

static bool create_one(struct engine *engine, struct client *client, struct arrivals *a, int64_t member) {
  const struct sj_client *const spec = client->spec;
  a->client = client;
  a->spec = &spec->arrivals;
  a->member = member;
  a->next_time = INFINITY;
  a->mean_interval = 1 / a->spec->rate;
  a->standstill = NAN;
  a->base_lineage = client->lineage_key + (uint64_t)(member + 1) * UINT64_C(0xd6e8feb86659fd93);
  const uint64_t key = sj_stream_key(engine->seed, engine->run, spec->name, "arrivals");
  sj_stream_seed(&a->stream, key, (uint64_t)(member + 1));
  a->interval =
      sj_member_law(engine, &a->spec->interval, sj_stream_key(engine->seed, engine->run, spec->name, "interval law"),
                    (uint64_t)(member + 1), &a->owned_interval);
  switch (a->spec->kind) {
    case SJ_ARRIVALS_MMPP:
      return start_state(a);
    case SJ_ARRIVALS_SPREAD:
      a->left = a->spec->count;
      return true;
    case SJ_ARRIVALS_TRACE: {
      struct sj_error error = {""};
      const enum sj_status status = sj_trace_reader_create(a->spec->trace, &a->reader, &error);
      if (status != SJ_OK) sj_engine_fail(engine, status, "%s", error.message);
      return true;
    }
    case SJ_ARRIVALS_CLOSED:
    case SJ_ARRIVALS_POISSON:
    case SJ_ARRIVALS_RENEWAL:
    case SJ_ARRIVALS_PIECEWISE:
      break;
  }
  return true;
}

bool sj_arrivals_create(struct engine *engine, struct client *client) {
  const bool each = client->spec->per_client;
  client->arrivals_count = each ? client->spec->count : 1;
  client->arrivals = calloc(client->arrivals_count, sizeof *client->arrivals);
  if (!client->arrivals) return false;
  for (size_t i = 0; i < client->arrivals_count; i++)
    if (!create_one(engine, client, &client->arrivals[i], each ? (int64_t)i : -1)) return false;
  return true;
}

void sj_arrivals_destroy(struct client *client) {
  for (size_t i = 0; client->arrivals && i < client->arrivals_count; i++) {
    sj_trace_reader_destroy(client->arrivals[i].reader);
    while (client->arrivals[i].customers) {
      struct customers *const some = client->arrivals[i].customers;
      client->arrivals[i].customers = some->next;
      free(some);
    }
    sj_distribution_destroy(client->arrivals[i].owned_interval);
  }
  free(client->arrivals);
}

void sj_arrivals_start(struct engine *engine, struct client *client) {
  for (size_t i = 0; i < client->arrivals_count && engine->status == SJ_OK; i++) {
    struct arrivals *const a = &client->arrivals[i];
    if (a->spec->kind == SJ_ARRIVALS_CLOSED) {
      if (!sj_arrivals_add_customers(engine, a)) sj_engine_out_of_memory(engine);
      continue;
    }
    a->next_time = sj_arrivals_next(engine, a, 0);
    sj_arrivals_schedule(engine, a);
  }
}
