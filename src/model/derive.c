/* What follows from the model: rates, run settings, whether anything is random. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"
#include "model/graph.h"

enum { EXPECTED_ARRIVALS = 100000, QUANTILES = 200, DRAWS = 20000 };

/* ---- means of laws ---- */

/* The mean of an expression in which recorded() has a known mean; NAN where that is not enough. */
static double expression_mean(struct sj_resources *resources, const struct sj_value *value, double recorded) {
  if (value->kind == SJ_VALUE_NUMBER) return value->as.number;
  const struct sj_node *const node = value->as.node;
  if (node->schema == &sj_schema_recorded) return recorded;
  struct sj_distribution *const d = sj_build_distribution(resources, value, 0, NAN, NULL, NULL);
  if (!d) return NAN;
  const bool known = !sj_distribution_uses_recorded(d);
  const double mean = known ? sj_distribution_mean(d) : NAN;
  sj_distribution_destroy(d);
  if (known || !node->item_count) return mean;
  const double a = expression_mean(resources, &node->items[0], recorded);
  const double b = node->item_count > 1 ? expression_mean(resources, &node->items[1], recorded) : 0;
  if (node->schema == &sj_schema_add) return a + b;
  if (node->schema == &sj_schema_subtract) return a - b;
  if (node->schema == &sj_schema_multiply) return a * b; /* one of them is a number */
  if (node->schema == &sj_schema_divide) return a / b;
  if (node->schema == &sj_schema_negate) return -a;
  return NAN;
}

/* A law whose quantiles cost little: one constructor, shifted or rounded. Those of sums and of maxima are found
 * numerically, which takes too long for a figure that is only shown. */
static bool is_simple(const struct sj_value *value) {
  if (value->kind != SJ_VALUE_NODE || value->as.node->symbolic) return true;
  const struct sj_node *const node = value->as.node;
  if (node->schema->items || !strcmp(node->schema->name, "phase_type")) return false;
  size_t laws = 0;
  for (size_t i = 0; i < node->item_count; i++) {
    const struct sj_value *const item = &node->items[i];
    if (!is_simple(item)) return false;
    laws += item->kind == SJ_VALUE_NODE && !item->as.node->symbolic;
  }
  return laws <= 1;
}

/* Points that stand for the law: the middles of parts of equal probability, or else many draws, always the same. */
struct points {
  const struct sj_distribution *law;
  bool simple;
  int count;
  struct sj_stream stream;
};
static struct points points_of(const struct sj_distribution *d, bool simple) {
  struct points points = {.law = d, .simple = simple, .count = simple ? QUANTILES : DRAWS};
  sj_stream_seed(&points.stream, 0, 0);
  return points;
}
static double point(struct points *points, int i) {
  if (points->simple) return sj_distribution_quantile(points->law, (i + 0.5) / points->count);
  return sj_draw(points->law, &points->stream, NAN);
}

static double mean_of_law(const struct sj_distribution *d, bool simple) {
  (void)simple;
  return sj_distribution_mean(d);
}

static double threads_of(double drawn) {
  const double rounded = round(drawn);
  return rounded < 1 ? 1 : rounded;
}

static double mean_threads(const struct sj_distribution *d, bool simple) {
  if (d->kind == SJ_CONSTANT) return threads_of(d->location);
  struct points points = points_of(d, simple);
  double sum = 0;
  for (int i = 0; i < points.count; i++) sum += threads_of(point(&points, i));
  return sum / points.count;
}

/* The mean of a figure over what a member's parameter can be. */
static double member_average(const struct sj_model *model, const struct sj_member_law *member,
                             double (*figure)(const struct sj_distribution *, bool)) {
  const struct sj_law_record *const record = sj_build_law_record(model, member);
  const bool simple = is_simple(&record->expression.as.node->items[0]), inner = is_simple(&member->body);
  struct points points = points_of(member->drawn, simple);
  if (!inner) points.count = QUANTILES; /* each figure takes a while */
  double sum = 0;
  for (int i = 0; i < points.count; i++) {
    struct sj_distribution *const d =
        sj_build_distribution(member->resources, &member->body, member->symbol, point(&points, i), NULL, NULL);
    sum += d ? figure(d, inner) : NAN;
    sj_distribution_destroy(d);
    if (isnan(sum)) return NAN;
  }
  return sum / points.count;
}

double sj_law_mean(const struct sj_model *model, const struct sj_law *law, double recorded) {
  if (law->member && sj_distribution_uses_recorded(law->member->drawn)) return NAN; /* server_rtt */
  if (law->member) return member_average(model, law->member, mean_of_law);
  if (!law->fixed) return NAN;
  if (!sj_distribution_uses_recorded(law->fixed)) return sj_distribution_mean(law->fixed);
  const struct sj_law_record *const record = sj_build_law_record(model, law->fixed);
  return record ? expression_mean(model->document->resources, &record->expression, recorded) : NAN;
}

double sj_law_threads_mean(const struct sj_model *model, const struct sj_law *law) {
  if (law->member) return member_average(model, law->member, mean_threads);
  const struct sj_law_record *const record = sj_build_law_record(model, law->fixed);
  return mean_threads(law->fixed, is_simple(&record->expression));
}

/* ---- arrival rates ---- */

/* The stationary mean rate of an MMPP: elimination without subtractions (Grassmann, Taksar and Heyman 1985). */
static double mmpp_rate(const struct sj_arrivals *arrivals) {
  const size_t n = arrivals->state_count;
  double *const q = sj_allocate_array(n * n, sizeof *q), *const p = sj_allocate_array(n, sizeof *p);
  memcpy(q, arrivals->transitions, n * n * sizeof *q);
  for (size_t k = n - 1; k > 0; k--) {
    double out = 0;
    for (size_t j = 0; j < k; j++) out += q[k * n + j];
    for (size_t i = 0; i < k; i++) {
      q[i * n + k] /= out;
      for (size_t j = 0; j < k; j++)
        if (i != j) q[i * n + j] += q[i * n + k] * q[k * n + j];
    }
  }
  double sum = p[0] = 1, rate = arrivals->rates[0];
  for (size_t k = 1; k < n; k++) {
    for (size_t i = 0; i < k; i++) p[k] += p[i] * q[i * n + k];
    sum += p[k];
    rate += p[k] * arrivals->rates[k];
  }
  free(q);
  free(p);
  return rate / sum;
}

/* The rate of one process that needs no duration to be known; NAN for piecewise and closed. */
static double process_rate(const struct sj_model *model, const struct sj_arrivals *arrivals) {
  switch (arrivals->kind) {
    case SJ_ARRIVALS_POISSON:
      return arrivals->rate;
    case SJ_ARRIVALS_RENEWAL:
      return 1 / sj_law_mean(model, &arrivals->interval, NAN);
    case SJ_ARRIVALS_MMPP:
      return mmpp_rate(arrivals);
    case SJ_ARRIVALS_SPREAD:
      return (double)arrivals->count / arrivals->over;
    case SJ_ARRIVALS_TRACE: {
      const struct sj_trace_summary *const summary = sj_trace_summary_of(arrivals->trace);
      return summary->end > 0 ? (double)summary->count / summary->end * arrivals->rate_factor : NAN;
    }
    case SJ_ARRIVALS_PIECEWISE:
    case SJ_ARRIVALS_CLOSED:
      break;
  }
  return NAN;
}

/* Expected arrivals of a piecewise process up to `t`. */
static double piecewise_expected(const struct sj_arrivals *arrivals, double t) {
  double sum = 0;
  for (size_t i = 0; i < arrivals->piece_count && arrivals->from[i] < t; i++) {
    const double end = i + 1 < arrivals->piece_count && arrivals->from[i + 1] < t ? arrivals->from[i + 1] : t;
    sum += arrivals->rates[i] * (end - arrivals->from[i]);
  }
  return sum;
}

/* How many requests a time a closed client can make at most: the bounds of an empty and of a saturated system. */
static double closed_rate(const struct sj_model *model, const struct sj_graph *graph, const struct sj_client *client) {
  double *const visits = sj_allocate_array(graph->count, sizeof *visits);
  double *const work = sj_allocate_array(model->server_count, sizeof *work);
  sj_graph_visits(model, graph, &client->call, visits);
  double cycle = sj_law_mean(model, &client->arrivals.interval, NAN);
  for (size_t i = 0; i < graph->count; i++) {
    if (visits[i] <= 0) continue;
    const struct sj_server *const server = &model->servers[graph->server[i]];
    work[graph->server[i]] += visits[i] * sj_law_mean(model, &server->apis[graph->api[i]].work, NAN) / server->speed;
  }
  double most = INFINITY;
  for (size_t i = 0; i < model->server_count; i++) {
    if (!(work[i] > 0)) continue;
    cycle += work[i];
    const double bound = model->servers[i].count * sj_law_threads_mean(model, &model->servers[i].threads) / work[i];
    if (bound < most) most = bound;
  }
  free(visits);
  free(work);
  const double rate = client->arrivals.population / cycle;
  return rate < most ? rate : most;
}

static double members_with_arrivals(const struct sj_client *client) { return client->per_client ? client->count : 1; }

/* ---- run settings ---- */

static bool has_story(const struct sj_model *model) {
  if (model->fault_count) return true;
  for (size_t i = 0; i < model->client_count; i++) {
    const enum sj_arrivals_kind kind = model->clients[i].arrivals.kind;
    if (kind == SJ_ARRIVALS_TRACE || kind == SJ_ARRIVALS_PIECEWISE || kind == SJ_ARRIVALS_SPREAD) return true;
  }
  return false;
}

/* Expected arrivals of all clients up to t, where `steady` is the rate of those that have one. */
static double expected_until(const struct sj_model *model, double steady, double t) {
  double sum = steady * t;
  for (size_t i = 0; i < model->client_count; i++)
    if (model->clients[i].arrivals.kind == SJ_ARRIVALS_PIECEWISE)
      sum += members_with_arrivals(&model->clients[i]) * piecewise_expected(&model->clients[i].arrivals, t);
  return sum;
}

static double last_change(const struct sj_model *model) {
  double last = 0;
  for (size_t i = 0; i < model->client_count; i++) {
    const struct sj_arrivals *const arrivals = &model->clients[i].arrivals;
    if (arrivals->kind == SJ_ARRIVALS_PIECEWISE) last = fmax(last, arrivals->from[arrivals->piece_count - 1]);
  }
  return last;
}

/* The time until which 10^5 arrivals are expected; NAN if they never come. */
static double expected_duration(const struct sj_model *model, double steady) {
  const double last = last_change(model), at_last = expected_until(model, steady, last);
  const double rate = expected_until(model, steady, last + 1) - at_last;
  if (at_last < EXPECTED_ARRIVALS)
    return rate > 0 ? last + (EXPECTED_ARRIVALS - at_last) / rate : at_last > 0 ? last : NAN;
  double low = 0, high = last;
  for (int i = 0; i < 200 && low < high; i++) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (expected_until(model, steady, middle) < EXPECTED_ARRIVALS)
      low = middle;
    else
      high = middle;
  }
  return high;
}

/* The end of what is replayed or spread; 0 if there is none. */
static double recorded_end(const struct sj_model *model) {
  double end = 0;
  for (size_t i = 0; i < model->client_count; i++) {
    const struct sj_arrivals *const arrivals = &model->clients[i].arrivals;
    if (arrivals->kind == SJ_ARRIVALS_SPREAD) end = fmax(end, arrivals->over);
    if (arrivals->kind == SJ_ARRIVALS_TRACE)
      end = fmax(end, nextafter(sj_trace_summary_of(arrivals->trace)->end / arrivals->rate_factor, INFINITY));
  }
  return end;
}

static void derive_rates(struct sj_builder *builder, const struct sj_graph *graph) {
  struct sj_model *const model = builder->model;
  double steady = 0;
  for (size_t i = 0; i < model->client_count; i++) {
    struct sj_client *const client = &model->clients[i];
    client->arrivals.mean_rate = process_rate(model, &client->arrivals) * members_with_arrivals(client);
    double rate = client->arrivals.mean_rate;
    if (client->arrivals.kind == SJ_ARRIVALS_CLOSED)
      rate = closed_rate(model, graph, client) * members_with_arrivals(client);
    if (isfinite(rate)) steady += rate;
  }
  if (isnan(model->run.duration)) {
    const double end = recorded_end(model);
    model->run.duration = end > 0 ? end : expected_duration(model, steady);
  }
  for (size_t i = 0; i < model->client_count; i++) {
    struct sj_client *const client = &model->clients[i];
    if (client->arrivals.kind == SJ_ARRIVALS_PIECEWISE)
      client->arrivals.mean_rate = members_with_arrivals(client) *
                                   piecewise_expected(&client->arrivals, model->run.duration) / model->run.duration;
  }
}

/* ---- whether anything is random ---- */

static bool law_random(const struct sj_law *law) {
  return law->member || (law->fixed && sj_distribution_is_random(law->fixed));
}

static bool call_random(const struct sj_model *model, const struct sj_call *call) {
  if (call->target_count > 1 || law_random(&call->timeout) || law_random(&call->stage_timeout)) return true;
  if (call->network.given &&
      (call->network.loss > 0 || law_random(&call->network.rtt) || law_random(&call->network.one_way)))
    return true;
  const bool retries = call->retries > 0;
  if (retries && call->backoff.given && call->backoff.jitter != SJ_JITTER_NONE && call->backoff.base > 0) return true;
  for (size_t i = 0; i < call->target_count; i++) {
    const uint32_t members = model->servers[call->targets[i].server].count;
    const enum sj_policy_kind kind = call->policy.kind;
    const bool fixed = kind == SJ_POLICY_ROUND_ROBIN || kind == SJ_POLICY_PICK_FIRST;
    if (members > 1 && (!fixed || (call->subset && (call->subset < members || call->subset_replacement)))) return true;
  }
  return false;
}

static bool arrivals_random(const struct sj_client *client) {
  if (client->count > 1 && !client->per_client) return true; /* each to a random member */
  switch (client->arrivals.kind) {
    case SJ_ARRIVALS_RENEWAL:
    case SJ_ARRIVALS_CLOSED:
      return law_random(&client->arrivals.interval);
    case SJ_ARRIVALS_TRACE:
      return false;
    case SJ_ARRIVALS_POISSON:
    case SJ_ARRIVALS_MMPP:
    case SJ_ARRIVALS_PIECEWISE:
    case SJ_ARRIVALS_SPREAD:
      break;
  }
  return true;
}

static bool server_random(const struct sj_model *model, const struct sj_server *server) {
  if (server->store.failure > 0 && server->store.failure < 1) return true;
  if (law_random(&server->threads) || law_random(&server->rtt) || server->discipline == SJ_RANDOM_ORDER ||
      server->replace_rate > 0)
    return true;
  for (size_t i = 0; i < server->admission_count; i++)
    if (server->admissions[i].kind == SJ_ADMIT_THROTTLE && server->admissions[i].admit > 0 &&
        server->admissions[i].admit < 1)
      return true;
  for (size_t i = 0; i < server->api_count; i++) {
    if (law_random(&server->apis[i].work)) return true;
    for (size_t j = 0; j < server->apis[i].call_count; j++)
      if (call_random(model, &server->apis[i].calls[j])) return true;
  }
  return false;
}

static bool fault_random(const struct sj_fault *fault) {
  if (fault->every || (fault->lasts && sj_distribution_is_random(fault->lasts)) || fault->members) return true;
  /* What a change makes random is not looked into: it counts as random. */
  return fault->kind == SJ_FAULT_CHANGE || (fault->kind == SJ_FAULT_FAIL && fault->ratio > 0 && fault->ratio < 1);
}

static bool anything_random(const struct sj_model *model) {
  for (size_t i = 0; i < model->client_count; i++)
    if (arrivals_random(&model->clients[i]) || law_random(&model->clients[i].size) ||
        call_random(model, &model->clients[i].call))
      return true;
  for (size_t i = 0; i < model->server_count; i++)
    if (server_random(model, &model->servers[i])) return true;
  for (size_t i = 0; i < model->fault_count; i++)
    if (fault_random(&model->faults[i])) return true;
  return false;
}

/* ---- all together ---- */

static void check_warmup(struct sj_builder *builder, const struct sj_node *node) {
  struct sj_run_settings *const run = &builder->model->run;
  const struct sj_value *const warmup = node ? sj_node_field(node, "warmup") : NULL;
  if (run->kind == SJ_RUN_TERMINATING) {
    if (warmup && run->warmup > 0)
      sj_build_wrong(builder, node, "warmup", SIZE_MAX, warmup, "`run.warmup`: a terminating run has none%s",
                     sj_node_field(node, "kind")
                         ? ""
                         : " (a fault, trace, piecewise or spread arrivals make it one; or give kind = \"steady\")");
    run->warmup = 0;
  } else if (warmup && run->warmup >= run->duration) {
    char given[32], end[32];
    sj_build_wrong(builder, node, "warmup", SIZE_MAX, warmup,
                   "`run.warmup`: expected less than the duration, %s, got %s", sj_number_text(run->duration, end),
                   sj_number_text(run->warmup, given));
  }
}

static void derive_run(struct sj_builder *builder) {
  struct sj_model *const model = builder->model;
  const struct sj_node *const node = builder->document->run;
  struct sj_run_settings *const run = &model->run;
  if (!(run->duration > 0 && isfinite(run->duration)))
    sj_mistake(builder->mistakes, model->file, node ? node->line : 0, NULL,
               "the model has no arrivals from which a duration follows: give run{duration=}");
  if (!node || !sj_node_field(node, "kind")) run->kind = has_story(model) ? SJ_RUN_TERMINATING : SJ_RUN_STEADY;
  check_warmup(builder, node);
  if (isnan(run->drain)) run->drain = 10 * run->duration;
  run->nothing_random = !anything_random(model);
  if (!run->runs && run->nothing_random)
    sj_build_note(builder, "Nothing in this model is random, so every run would be the same: there is one.");
  if (!run->runs) run->runs = run->nothing_random ? 1 : 8;
  char at[32];
  for (size_t i = 0; i < model->fault_count; i++)
    if (model->faults[i].at >= run->duration)
      sj_build_note(builder, "The fault at %s comes after the end of arrivals.",
                    sj_number_text(model->faults[i].at, at));
}

void sj_derive(struct sj_builder *builder) {
  struct sj_graph graph;
  sj_graph_create(builder->model, &graph);
  derive_rates(builder, &graph);
  if (!builder->base) derive_run(builder);
  sj_graph_clear(&graph);
}
