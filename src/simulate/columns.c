/* The metrics of a run: their names, and their values. One walk over the model does both, so that they cannot disagree.
 */
#include <math.h>
#include <stdlib.h>

#include "base/base.h"
#include "simulate/engine.h"
#include "simulate/original.h"

struct walk {
  struct sj_results *results; /* naming: where the columns go; NULL when filling */
  struct sj_run *run;         /* filling */
  size_t value, histogram;
  double window; /* length of the measured window */
  bool failed;
};

static void put(struct walk *walk, const char *prefix, const char *name, enum sj_reduction reduction, double value) {
  if (!walk->results) {
    walk->run->values[walk->value++] = value;
    return;
  }
  char *const full = sj_format("%s.%s", prefix, name);
  if (!sj_results_add_metric(walk->results, full, reduction)) walk->failed = true;
  free(full);
}

static void put_mean(struct walk *walk, const char *prefix, const char *name, double value) {
  put(walk, prefix, name, SJ_REDUCE_MEAN, value);
}

enum { QUANTILES = 5 };
static const char *const quantile_names[QUANTILES] = {"p50", "p90", "p95", "p99", "p99.9"};
static const double quantile_shares[QUANTILES] = {0.5, 0.9, 0.95, 0.99, 0.999};

static void put_sample(struct walk *walk, const char *prefix, const char *name, struct sample *sample) {
  char *const full = sj_format("%s.%s", prefix, name);
  const struct sj_moments *const m = &sample->moments;
  if (!walk->results) sj_sample_settle(sample);
  const bool any = m->count > 0;
  put_mean(walk, full, "mean", sj_moments_mean(m));
  put_mean(walk, full, "std", sj_moments_std(m));
  put(walk, full, "min", SJ_REDUCE_MIN, any ? m->min : NAN);
  put(walk, full, "max", SJ_REDUCE_MAX, any ? m->max : NAN);
  double quantiles[QUANTILES] = {0};
  if (!walk->results) sj_histogram_quantiles(&sample->histogram, quantile_shares, QUANTILES, m->min, m->max, quantiles);
  for (size_t i = 0; i < QUANTILES; i++) put_mean(walk, full, quantile_names[i], quantiles[i]);
  if (walk->results) {
    if (!sj_results_add_histogram(walk->results, full)) walk->failed = true;
  } else {
    walk->run->histograms[walk->histogram++] = sample->histogram;
    sample->histogram = (struct sj_histogram){0}; /* it has moved */
  }
  free(full);
}

static void put_count(struct walk *walk, const char *prefix, const char *name, uint64_t count, uint64_t arrivals) {
  char *const full = sj_format("%s.%s", prefix, name);
  if (walk->results) {
    if (!sj_results_add_metric(walk->results, full, SJ_REDUCE_MEAN)) walk->failed = true;
  } else {
    walk->run->values[walk->value++] = (double)count;
  }
  put_mean(walk, full, "ratio", arrivals ? (double)count / (double)arrivals : NAN);
  put_mean(walk, full, "rate", (double)count / walk->window);
  free(full);
}

static void put_calls(struct walk *walk, const char *prefix, const struct call_counts *c, uint64_t arrivals) {
  put_count(walk, prefix, "attempts", c->attempts, arrivals);
  put_count(walk, prefix, "timeouts", c->timeouts, arrivals);
  put_count(walk, prefix, "retries", c->retries, arrivals);
  put_count(walk, prefix, "rejected", c->rejected, arrivals);
  put_count(walk, prefix, "late", c->late, arrivals);
  put_count(walk, prefix, "hedges", c->hedges, arrivals);
}

static void put_client(struct walk *walk, const char *name, const struct sj_client *client,
                       struct client_statistics *s) {
  static const struct {
    const char *name;
    enum outcome outcome;
  } reasons[] = {{"failed.timeout", OUTCOME_TIMEOUT}, {"failed.refused", OUTCOME_REFUSED},
                 {"failed.error", OUTCOME_ERROR},     {"failed.breaker", OUTCOME_BREAKER},
                 {"failed.budget", OUTCOME_BUDGET},   {"failed.deadline", OUTCOME_DEADLINE}};
  put_sample(walk, name, "latency", &s->latency);
  put_count(walk, name, "arrivals", s->arrivals, s->arrivals);
  put_count(walk, name, "completed", s->completed, s->arrivals);
  put_count(walk, name, "failed", s->failed, s->arrivals);
  put_count(walk, name, "unfinished", s->arrivals - s->completed - s->failed, s->arrivals);
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    put_count(walk, name, reasons[i].name, s->failed_by[reasons[i].outcome], s->arrivals);
  put_calls(walk, name, &s->calls, s->arrivals);
  put_mean(walk, name, "goodput", (double)s->in_window / walk->window);
  if (client->arrivals.kind != SJ_ARRIVALS_TRACE) return;
  const struct sj_trace_summary *const summary = sj_trace_summary_of(client->arrivals.trace);
  if (summary->has_latency) put_sample(walk, name, "recorded.latency", &s->recorded_latency);
  if (summary->has_wait) put_sample(walk, name, "recorded.wait", &s->recorded_wait);
}

static void put_server(struct walk *walk, const char *name, const struct sj_server *server,
                       struct server_statistics *s) {
  static const char *const kinds[3] = {"sojourn", "wait", "service"};
  if (!walk->results) sj_visits_settle(s);
  put_mean(walk, name, "in_system.mean", s->window.in_system[0]);
  put_mean(walk, name, "in_system.std", s->window.in_system[1]);
  put(walk, name, "in_system.max", SJ_REDUCE_MAX, s->window.in_system[2]);
  put_mean(walk, name, "waiting.mean", s->window.waiting[0]);
  put_mean(walk, name, "waiting.std", s->window.waiting[1]);
  put(walk, name, "waiting.max", SJ_REDUCE_MAX, s->window.waiting[2]);
  put_sample(walk, name, "sojourn", &s->sojourn);
  put_sample(walk, name, "wait", &s->wait);
  put_sample(walk, name, "service", &s->service);
  struct sample nothing = {.gathered = 0};
  for (size_t a = 0; server->api_count > 1 && a < server->api_count; a++) {
    char *const full = sj_format("%s.%s", name, server->apis[a].name);
    for (size_t k = 0; k < 3; k++) put_sample(walk, full, kinds[k], s->apis ? &s->apis[3 * a + k] : &nothing);
    free(full);
  }
  put_mean(walk, name, "utilization.mean", s->window.utilization);
  put_mean(walk, name, "full", s->window.full);
  put_mean(walk, name, "empty", s->window.empty);
  put_mean(walk, name, "throughput", s->window.throughput);
  put_mean(walk, name, "dropped", (double)s->dropped);
  put_mean(walk, name, "orbit.mean", s->window.orbit[0]);
  put_mean(walk, name, "orbit.std", s->window.orbit[1]);
  put_mean(walk, name, "growth", s->window.growth);
}

/* The figures of a batcher's batches and levels. */
static void put_batches(struct walk *walk, const char *batcher, const struct sj_server *server,
                        struct batcher_statistics *s) {
  static const char *const levels[LEVELS] = {"pending", "current", "in_flight", "unacknowledged"};
  put_mean(walk, batcher, "batch.count", (double)(s->requests.moments.count + s->requests.gathered));
  put_sample(walk, batcher, "batch.requests", &s->requests);
  put_sample(walk, batcher, "batch.bytes", &s->bytes);
  put_sample(walk, batcher, "batch.latency", &s->latency);
  for (size_t i = 0; i < LEVELS; i++) {
    char *const level = sj_format("%s.%s", batcher, levels[i]);
    put_mean(walk, level, "mean", s->window[i][0]);
    put(walk, level, "max", SJ_REDUCE_MAX, s->window[i][1]);
    put_mean(walk, level, "p95", s->window[i][2]);
    free(level);
  }
  put_mean(walk, batcher, "retried", (double)s->retried);
  put_mean(walk, batcher, "abandoned", (double)s->abandoned);
  for (uint32_t k = 1; k <= sj_batcher_retry_metrics(server); k++) {
    char *const retries = sj_format("retries[%u]", k);
    put_mean(walk, batcher, retries, (double)s->retries[k - 1]);
    free(retries);
  }
  const double sent = (double)(s->sent[BATCH_BY_SIZE] + s->sent[BATCH_BY_TIME] + s->sent[BATCH_BY_IDLENESS]);
  put_mean(walk, batcher, "flush.size", (double)s->sent[BATCH_BY_SIZE] / sent);
  put_mean(walk, batcher, "flush.time", (double)s->sent[BATCH_BY_TIME] / sent);
  put_mean(walk, batcher, "flush.idle", (double)s->sent[BATCH_BY_IDLENESS] / sent);
}

/* What came and what became of it, over the whole run. */
static void put_balance(struct walk *walk, const char *batcher, const struct batcher_statistics *s) {
  const struct requests_and_bytes *const gone[] = {&s->answered, &s->failed, &s->lost, &s->withdrawn};
  static const char *const names[] = {"answered", "failed", "lost", "withdrawn"};
  struct requests_and_bytes left = s->received;
  put_mean(walk, batcher, "received", (double)s->received.requests);
  put_mean(walk, batcher, "received.bytes", s->received.bytes);
  for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
    char *const bytes = sj_format("%s.bytes", names[i]);
    put_mean(walk, batcher, names[i], (double)gone[i]->requests);
    put_mean(walk, batcher, bytes, gone[i]->bytes);
    free(bytes);
    left.requests -= gone[i]->requests;
    left.bytes -= gone[i]->bytes;
  }
  put_mean(walk, batcher, "left", (double)left.requests);
  put_mean(walk, batcher, "left.bytes", left.requests ? left.bytes : 0);
}

static void put_in_system(struct walk *walk, const char *name, const struct server_statistics *s) {
  put_mean(walk, name, "in_system.mean", s->window.in_system[0]);
  put_mean(walk, name, "in_system.std", s->window.in_system[1]);
  put(walk, name, "in_system.max", SJ_REDUCE_MAX, s->window.in_system[2]);
}

/* The levels as they were when they were looked at. */
static void put_sampled(struct walk *walk, struct batcher_statistics *s) {
  static const char *const names[LEVELS] = {"original.pending", "original.current", "original.in_flight",
                                            "original.unacknowledged"};
  for (size_t i = 0; i < LEVELS; i++) {
    struct sample *const sample = &s->sampled[i];
    const struct sj_moments *const m = &sample->moments;
    if (!walk->results) sj_sample_settle(sample);
    put_mean(walk, names[i], "mean", sj_moments_mean(m));
    put(walk, names[i], "max", SJ_REDUCE_MAX, m->count ? m->max : NAN);
    put_mean(walk, names[i], "p95",
             walk->results ? 0 : sj_histogram_quantile(&sample->histogram, 0.95, m->min, m->max));
  }
}

static void put_batcher(struct walk *walk, const char *name, const struct sj_server *server,
                        struct server_statistics *s) {
  struct batcher_statistics none = {0};
  struct batcher_statistics *const batching = s->batching ? s->batching : &none;
  put_batches(walk, name, server, batching);
  put_sample(walk, name, "wait", &s->wait);
  put_sample(walk, name, "sojourn", &s->sojourn);
  put_in_system(walk, name, s);
  put_balance(walk, name, batching);
  put_mean(walk, name, "throughput", s->window.throughput);
  put_mean(walk, name, "dropped", (double)s->dropped);
  put_mean(walk, name, "growth", s->window.growth);
  if (server->batcher.sample_every > 0) put_sampled(walk, batching);
}

/* What a store's requests come to in a month, if they go on as in the measured window. */
static void put_bill(struct walk *walk, const char *name, const struct sj_model *model,
                     const struct server_statistics *s) {
  const double seconds = walk->window * model->seconds, months = seconds / SJ_SECONDS_PER_MONTH;
  const double requests = (double)s->store_requests / months, bytes = s->store_bytes / months;
  put_mean(walk, name, "requests.per_second", (double)s->store_requests / seconds);
  put_mean(walk, name, "requests.per_month", requests);
  put_mean(walk, name, "bytes.per_month", bytes);
  if (!model->price.given) return;
  const double of_requests = requests / 1000 * model->price.per_1000_requests,
               of_bytes = bytes / 1e9 * model->price.per_GB;
  put_mean(walk, name, "cost.per_month", of_requests + of_bytes);
  put_mean(walk, name, "cost.requests.per_month", of_requests);
  put_mean(walk, name, "cost.bytes.per_month", of_bytes);
}

static void put_store(struct walk *walk, const char *name, const struct sj_model *model, struct server_statistics *s) {
  if (!walk->results) sj_visits_settle(s);
  put_sample(walk, name, "latency", &s->sojourn);
  put_in_system(walk, name, s);
  put_mean(walk, name, "requests", (double)s->store_requests);
  put_mean(walk, name, "requests.rate", (double)s->store_requests / walk->window);
  put_mean(walk, name, "failures", (double)s->failures);
  put_mean(walk, name, "failures.ratio", s->store_requests ? (double)s->failures / (double)s->store_requests : NAN);
  put_mean(walk, name, "failures.rate", (double)s->failures / walk->window);
  put_mean(walk, name, "bytes", s->store_bytes);
  put_mean(walk, name, "bytes.rate", s->store_bytes / walk->window);
  put_mean(walk, name, "throughput", s->window.throughput);
  put_mean(walk, name, "dropped", (double)s->dropped);
  put_mean(walk, name, "growth", s->window.growth);
  if (!isnan(model->seconds)) put_bill(walk, name, model, s);
}

bool sj_is_stage_of_pipeline(const struct sj_model *model, uint32_t index) {
  for (size_t i = 0; i < model->server_count; i++)
    for (size_t a = 0; a < model->servers[i].api_count; a++) {
      const struct sj_api *const api = &model->servers[i].apis[a];
      for (size_t c = 0; api->forward && c < api->call_count; c++)
        for (size_t t = 0; t < api->calls[c].target_count; t++)
          if (api->calls[c].targets[t].server == index) return true;
    }
  for (size_t a = 0; a < model->servers[index].api_count; a++)
    if (model->servers[index].apis[a].forward) return true;
  return false;
}

static void put_original(struct walk *walk, const struct sj_model *model, const struct engine *engine) {
  double figures[ORIGINAL_FIGURES] = {0};
  if (engine) sj_original_figures(engine->original, model->quantum, figures);
  for (size_t i = 0; i < ORIGINAL_FIGURES; i++) put_mean(walk, "original", sj_original_names[i], figures[i]);
}

static void walk_model(struct walk *walk, const struct sj_model *model, const struct engine *engine, bool members) {
  struct client_statistics no_client = {0};
  struct server_statistics no_server = {0};
  for (size_t i = 0; i < model->client_count; i++) {
    const struct sj_client *const client = &model->clients[i];
    put_client(walk, client->name, client, engine ? engine->clients[i].statistics : &no_client);
    for (uint32_t m = 0; members && client->pool && m < client->count; m++) {
      char *const name = sj_format("%s[%u]", client->name, m);
      put_client(walk, name, client, engine ? &engine->clients[i].members[m] : &no_client);
      free(name);
    }
  }
  for (size_t i = 0; i < model->server_count; i++) {
    const struct sj_server *const server = &model->servers[i];
    const struct server_pool *const pool = engine ? &engine->servers[i] : NULL;
    struct server_statistics *const statistics = pool ? pool->statistics : &no_server;
    uint64_t visits = 0;
    if (server->kind == SJ_BATCHER)
      put_batcher(walk, server->name, server, statistics);
    else if (server->kind == SJ_STORE)
      put_store(walk, server->name, model, statistics);
    else
      put_server(walk, server->name, server, statistics);
    const struct call_counts none = {0};
    if (pool && server->kind == SJ_BATCHER)
      for (size_t k = 0; k < BATCH_REASONS; k++) visits += statistics->batching->sent[k];
    else if (pool)
      visits = statistics->sojourn.moments.count;
    char *name = sj_format("%s.calls", server->name);
    if (calls_others(server)) put_calls(walk, name, pool ? &pool->calls : &none, visits);
    free(name);
    name = sj_format("%s.stage", server->name);
    if (sj_is_stage_of_pipeline(model, (uint32_t)i)) put_calls(walk, name, pool ? &pool->stages : &none, visits);
    free(name);
    for (uint32_t m = 0; members && server->pool && m < server->count; m++) {
      name = sj_format("%s[%u]", server->name, m);
      put_server(walk, name, server, pool ? &pool->member_statistics[m] : &no_server);
      free(name);
    }
  }
  if (model->original.given) put_original(walk, model, engine);
}

struct series_name {
  const char *name, *unit;
};

static bool name_series(struct sj_results *results, const struct sj_model *model) {
  static const struct series_name of_client[SERIES_PER_CLIENT] = {{"arrivals", "requests/time"},
                                                                  {"goodput", "requests/time"},
                                                                  {"failed", "requests/time"},
                                                                  {"latency", "time"}},
                                  of_server[SERIES_PER_SERVER] = {{"in_system", "requests"},
                                                                  {"waiting", "requests"},
                                                                  {"utilization", "share"},
                                                                  {"sojourn", "time"}},
                                  of_batcher[SERIES_PER_BATCHER] = {{"pending", "requests"},
                                                                    {"current", "requests"},
                                                                    {"in_flight", "batches"},
                                                                    {"in_flight.limit", "batches"},
                                                                    {"unacknowledged", "requests"},
                                                                    {"in_system", "requests"},
                                                                    {"sojourn", "time"}},
                                  of_store[SERIES_PER_STORE] = {{"in_system", "requests"},
                                                                {"requests", "requests/time"},
                                                                {"failures", "requests/time"},
                                                                {"latency", "time"}};
  bool ok = true;
  for (size_t i = 0; i < model->client_count; i++)
    for (size_t k = 0; k < SERIES_PER_CLIENT; k++) {
      char *const name = sj_format("%s.%s", model->clients[i].name, of_client[k].name);
      ok = sj_results_add_series(results, name, of_client[k].unit) && ok;
      if (k == SERIES_LATENCY) ok = ok && sj_results_add_heatmap(results, results->series_count - 1);
      free(name);
    }
  for (size_t i = 0; i < model->server_count; i++) {
    const enum sj_server_kind kind = model->servers[i].kind;
    const size_t count = kind == SJ_BATCHER ? SERIES_PER_BATCHER
                         : kind == SJ_STORE ? SERIES_PER_STORE
                                            : SERIES_PER_SERVER;
    for (size_t k = 0; k < count; k++) {
      const struct series_name *const series = kind == SJ_BATCHER ? &of_batcher[k]
                                               : kind == SJ_STORE ? &of_store[k]
                                                                  : &of_server[k];
      char *const name = sj_format("%s.%s", model->servers[i].name, series->name);
      ok = sj_results_add_series(results, name, series->unit) && ok;
      free(name);
    }
  }
  return ok;
}

bool sj_statistics_name(struct sj_results *results, const struct sj_model *model, bool members, bool series) {
  struct walk walk = {.results = results, .window = 1};
  walk_model(&walk, model, NULL, members);
  return !walk.failed && (!series || name_series(results, model));
}

/* The latencies that were measured elsewhere. */
static void copy_latencies(struct engine *engine) {
  for (size_t i = 0; i < engine->model->client_count; i++) {
    const struct client *const client = &engine->clients[i];
    if (!client->latency_from) continue;
    const struct sample *const from = &client->latency_from->statistics->sojourn;
    struct sample *const to = &client->statistics->latency;
    sj_visits_settle(client->latency_from->statistics);
    to->moments = from->moments;
    if (!sj_histogram_merge(&to->histogram, &from->histogram)) sj_engine_out_of_memory(engine);
  }
}

void sj_statistics_fill(struct engine *engine, bool members, struct sj_run *run) {
  struct walk walk = {.run = run, .window = engine->duration - engine->warmup};
  copy_latencies(engine);
  walk_model(&walk, engine->model, engine, members);
}

/* A cell of the time series ends: values are those of the cell (rates, mean latency, utilization) or of its end
 * (levels). */
void sj_series_cell(struct engine *engine) {
  const size_t cells = engine->results->grid_count, cell = engine->grid_next++;
  if (cell >= cells) return;
  double *at = engine->series + cell;
  const double step = engine->grid_step;
  for (size_t i = 0; i < engine->model->client_count; i++) {
    struct client_statistics *const s = engine->clients[i].statistics;
    const double figures[SERIES_PER_CLIENT] = {(double)s->cell_arrivals / step, (double)s->cell_completed / step,
                                               (double)s->cell_failed / step,
                                               s->cell_completed ? s->cell_latency / (double)s->cell_completed : NAN};
    for (size_t k = 0; k < SERIES_PER_CLIENT; k++, at += cells) *at = figures[k];
    s->cell_arrivals = s->cell_completed = s->cell_failed = 0;
    s->cell_latency = 0;
  }
  for (size_t i = 0; i < engine->model->server_count; i++) {
    struct server_statistics *const s = engine->servers[i].statistics;
    if (engine->servers[i].spec->kind == SJ_BATCHER) {
      const struct sj_gauge *const levels = s->batching->levels;
      const uint32_t most = engine->servers[i].spec->batcher.in_flight;
      const double figures[SERIES_PER_BATCHER] = {levels[LEVEL_PENDING].level,
                                                  levels[LEVEL_CURRENT].level,
                                                  levels[LEVEL_IN_FLIGHT].level,
                                                  most ? (double)most : (double)NAN,
                                                  levels[LEVEL_UNACKNOWLEDGED].level,
                                                  s->in_system.level,
                                                  sj_cell_sojourn(s)};
      for (size_t k = 0; k < SERIES_PER_BATCHER; k++, at += cells) *at = figures[k];
      continue;
    }
    if (engine->servers[i].spec->kind == SJ_STORE) {
      const double figures[SERIES_PER_STORE] = {s->in_system.level, (double)s->cell_requests / step,
                                                (double)s->cell_failures / step, sj_cell_sojourn(s)};
      for (size_t k = 0; k < SERIES_PER_STORE; k++, at += cells) *at = figures[k];
      s->cell_requests = s->cell_failures = 0;
      continue;
    }
    const double busy = sj_server_statistics_busy(s, engine->now);
    const double threads = s->threads_area + (engine->now - s->threads_since) * s->threads;
    const double figures[SERIES_PER_SERVER] = {
        s->in_system.level,
        s->follows ? (s->in_system.level > s->follows ? s->in_system.level - s->follows : 0) : s->waiting.level,
        threads > s->cell_threads ? (busy - s->cell_busy) / (threads - s->cell_threads) : NAN, sj_cell_sojourn(s)};
    s->cell_busy = busy;
    s->cell_threads = threads;
    for (size_t k = 0; k < SERIES_PER_SERVER; k++, at += cells) *at = figures[k];
  }
  sj_over_time_cell(engine, cell);
}
