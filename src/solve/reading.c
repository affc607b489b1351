#include "solve/reading.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "model/graph.h"
#include "random/node.h"

/* ---- refusals ---- */

struct reading {
  const struct sj_model *model;
  const struct sj_space_options *options;
  struct sj_space *space;
  struct sj_error *error;
  bool refused; /* at least one line was written */
};

/* Adds a line, and returns false; what follows may add more. */
static bool refuse(struct reading *r, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
static bool refuse(struct reading *r, int line, const char *format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  r->refused = true;
  sj_error_add(r->error, "%s:%d: %s", r->model->file, line, text);
  return false;
}

/* The law's own name in the model. */
static const char *name_of(const struct sj_law *law) {
  return law->fixed ? sj_distribution_kind_name(law->fixed->kind) : "per_member";
}

/* The mean, if it will do: NAN where there is none. */
static double mean_of(const struct sj_law *law) {
  const double mean = law->fixed ? sj_distribution_mean(law->fixed) : NAN;
  return isfinite(mean) ? mean : NAN;
}

/* ---- what callers may have ---- */

static bool check_call(struct reading *r, const char *caller, const struct sj_call *call, int line) {
  const struct {
    bool given;
    const char *field, *what;
  } parts[] = {{call->hedge.given, "hedge", "second copies of a request"},
               {call->breaker.given, "circuit_breaker", "circuit breakers"},
               {call->retry_budget.given, "retry_budget", "retry budgets"},
               {call->network.given && call->network.loss > 0, "network.loss", "lost messages"}};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (parts[i].given)
      return refuse(r, line, "`%s.%s`: a chain with timeouts knows no %s; leave it out or simulate", caller,
                    parts[i].field, parts[i].what);
  const struct {
    bool given;
    const char *what;
  } left_out[] = {{call->backoff.given, "backoff"},
                  {isfinite(call->deadline), "deadline"},
                  {call->connections > 0, "connections"},
                  {call->cancel, "cancel"},
                  {call->late_accept, "late"},
                  {call->network.given, "network"}};
  for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
    if (left_out[i].given) sj_space_note(r->space, "`%s.%s` is not in the chain", caller, left_out[i].what);
  return true;
}

static bool read_timeout(struct reading *r, const char *caller, const struct sj_law *law, int line, double *timeout) {
  *timeout = INFINITY;
  if (!sj_law_given(law)) return true;
  *timeout = mean_of(law);
  if (law->fixed && law->fixed->kind == SJ_CONSTANT) return true;
  if (!(*timeout > 0))
    return refuse(r, line, "`%s` timeout of `%s`: a chain with timeouts needs a constant one, and its mean is unknown",
                  name_of(law), caller);
  if (!r->options->approximate)
    return refuse(r, line,
                  "`%s` timeout of `%s`: a chain with timeouts needs a constant one; `--approximate` takes its mean",
                  name_of(law), caller);
  sj_space_note(r->space, "the `%s` timeout of `%s` was replaced by its mean", name_of(law), caller);
  return true;
}

static bool read_arrivals(struct reading *r, const struct sj_client *client, double *rate) {
  static const char *const names[] = {
      [SJ_ARRIVALS_POISSON] = "poisson",     [SJ_ARRIVALS_RENEWAL] = "renewal", [SJ_ARRIVALS_MMPP] = "mmpp",
      [SJ_ARRIVALS_PIECEWISE] = "piecewise", [SJ_ARRIVALS_CLOSED] = "closed",   [SJ_ARRIVALS_SPREAD] = "spread",
      [SJ_ARRIVALS_TRACE] = "trace"};
  const struct sj_arrivals *const arrivals = &client->arrivals;
  const char *const name = names[arrivals->kind];
  *rate = arrivals->mean_rate;
  const struct sj_distribution *const interval = arrivals->interval.fixed;
  if (arrivals->kind == SJ_ARRIVALS_POISSON) return true;
  if (arrivals->kind == SJ_ARRIVALS_RENEWAL && interval && interval->kind == SJ_EXPONENTIAL) return true;
  const bool has_rate = arrivals->kind == SJ_ARRIVALS_RENEWAL || arrivals->kind == SJ_ARRIVALS_MMPP;
  if (!has_rate || !isfinite(*rate))
    return refuse(r, client->line, "`%s` arrivals of `%s` cannot be solved with timeouts; expected `poisson`", name,
                  client->name);
  if (!r->options->approximate)
    return refuse(r, client->line,
                  "`%s` arrivals of `%s`: a chain with timeouts needs Poisson ones; `--approximate` takes their rate",
                  name, client->name);
  sj_space_note(r->space, "the `%s` arrivals of `%s` were replaced by Poisson ones of the same rate", name,
                client->name);
  return true;
}

/* ---- what servers may have ---- */

static bool check_admission(struct reading *r, const struct sj_server *server) {
  static const char *const names[] = {[SJ_ADMIT_TOKEN_BUCKET] = "token_bucket",
                                      [SJ_ADMIT_THROTTLE] = "throttle",
                                      [SJ_ADMIT_CODEL] = "codel",
                                      [SJ_ADMIT_MAX_IN_FLIGHT] = "max_in_flight"};
  if (!server->admission_count) return true;
  return refuse(r, server->line,
                "`%s` of `%s`: a chain with timeouts refuses only when the queue is full; leave it out or simulate",
                names[server->admissions[0].kind], server->name);
}

static bool check_server(struct reading *r, const struct sj_server *server) {
  if (server->kind != SJ_SERVER)
    return refuse(r, server->line, "`%s` is a %s: it cannot be solved with timeouts", server->name,
                  server->kind == SJ_BATCHER ? "batcher" : "store");
  if (server->pool)
    return refuse(r, server->line,
                  "`%s` is a pool: with timeouts only single servers can be solved; take one member with its share of "
                  "the arrivals, or simulate",
                  server->name);
  if (isinf(server->capacity))
    return refuse(r, server->line, "`%s` has an unbounded queue: a chain needs a finite one; expected `capacity`",
                  server->name);
  if (!server->threads.fixed || server->threads.fixed->kind != SJ_CONSTANT)
    return refuse(r, server->line, "`%s.threads` is drawn: a chain needs a number", server->name);
  if (server->replace_rate > 0)
    return refuse(r, server->line, "`%s.replace`: with timeouts only servers that stay can be solved", server->name);
  if (server->discipline != SJ_FIFO)
    sj_space_note(r->space, "who waits how long in `%s` is taken from `fifo`", server->name);
  return check_admission(r, server);
}

/* One thread's rate: from the mean of the apis' work, weighted by `use`. */
static bool read_service(struct reading *r, const struct sj_server *server, const double *use, double *rate) {
  double sum = 0, total = 0, first = NAN;
  bool mixed = false;
  for (size_t i = 0; i < server->api_count; i++) {
    const struct sj_law *const work = &server->apis[i].work;
    if (!(use[i] > 0)) continue;
    const double mean = mean_of(work);
    if (!(mean > 0))
      return refuse(r, server->line, "`%s` service of `%s`: a chain needs a mean over 0", name_of(work), server->name);
    if (!work->fixed || work->fixed->kind != SJ_EXPONENTIAL) {
      if (!r->options->approximate)
        return refuse(r, server->line,
                      "`%s` service of `%s`%s: a chain with timeouts needs an exponential one; `--approximate` takes "
                      "its mean",
                      name_of(work), server->name, server->discipline == SJ_PROCESSOR_SHARING ? ", which is `ps`" : "");
      sj_space_note(r->space, "the `%s` service of `%s` was replaced by an exponential one of the same mean",
                    name_of(work), server->name);
    }
    if (isnan(first)) first = mean;
    mixed = mixed || fabs(mean - first) > 1e-12 * first;
    sum += use[i] * mean;
    total += use[i];
  }
  if (mixed && !r->options->approximate)
    return refuse(r, server->line,
                  "the apis of `%s` take different times: a chain with timeouts needs one exponential service; "
                  "`--approximate` takes the mean",
                  server->name);
  if (mixed) sj_space_note(r->space, "the apis of `%s` were replaced by one of the mean service", server->name);
  *rate = server->speed / (mixed ? sum / total : first);
  return true;
}

/* ---- the graph of servers ---- */

/* What is known of a server while callers are gone through. */
struct merged {
  double weight, timeout, retries; /* sums, weighted */
  double with_timeout;             /* weight that has one */
  size_t callers, callers_with_timeout, callers_own;
  double arrivals, entering; /* rate from clients; requests that come to it, by use, the branches of a join apart */
};

struct network {
  struct reading r;
  struct sj_graph graph;
  double *use;      /* [node]: how often it is called, by the clients' rates, or alike where these are 0 */
  double *rate;     /* [client] */
  double *weight;   /* [client]: how much its calls count in means */
  size_t *place;    /* [model server]: in the row; SIZE_MAX: not reached */
  uint32_t *server; /* [place] */
  struct merged *merged;
  struct sj_row *row;
};

static double total_weight(const struct sj_call *call) {
  double sum = 0;
  for (size_t t = 0; t < call->target_count; t++) sum += call->targets[t].weight;
  return sum;
}

/* One caller of a server: `weight` of its calls go there. */
static bool merge(struct network *n, const char *caller, const struct sj_call *call, int line, bool forward,
                  uint32_t server, double weight) {
  struct merged *const m = &n->merged[n->place[server]];
  const bool by_stage = sj_law_given(&call->stage_timeout) || call->stage_retries > 0 || forward;
  if (by_stage && (sj_law_given(&call->timeout) || call->retries > 0))
    return refuse(&n->r, line,
                  "`%s` has a `stage_timeout` or `stage_retries` beside its `timeout` and `retries`: the chain keeps "
                  "one orbit a server; leave one of both out or simulate",
                  caller);
  double timeout = INFINITY;
  if (!read_timeout(&n->r, caller, by_stage ? &call->stage_timeout : &call->timeout, line, &timeout)) return false;
  const uint32_t retries = by_stage ? call->stage_retries : call->retries;
  const bool given = isfinite(timeout);
  if (!given && retries > 0)
    return refuse(&n->r, line,
                  "`%s` has retries but no timeout: nothing would say how long a request is in the orbit; expected a "
                  "`timeout`",
                  caller);
  if (m->callers && given != (m->callers_with_timeout > 0))
    return refuse(&n->r, line, "`%s` calls `%s` with%s a timeout, others with%s one; expected one for all or for none",
                  caller, n->r.model->servers[server].name, given ? "" : "out", given ? "out" : "");
  if (given && m->callers && by_stage != (m->callers_own > 0))
    return refuse(&n->r, line, "`%s` has a timeout for `%s` alone, others one for all that follows; expected one kind",
                  caller, n->r.model->servers[server].name);
  m->callers++;
  m->callers_with_timeout += given;
  m->callers_own += by_stage && given;
  m->weight += weight;
  m->timeout += given ? weight * timeout : 0;
  m->retries += weight * retries;
  return true;
}

static void merge_clients(struct network *n) {
  const struct sj_model *const model = n->r.model;
  for (size_t c = 0; c < model->client_count; c++) {
    const struct sj_client *const client = &model->clients[c];
    const struct sj_call *const call = &client->call;
    bool ok = check_call(&n->r, client->name, call, client->line);
    for (size_t t = 0; t < call->target_count && ok; t++) {
      const double share = call->targets[t].weight / total_weight(call);
      if (!(share > 0)) continue;
      struct merged *const m = &n->merged[n->place[call->targets[t].server]];
      m->arrivals += n->rate[c] * share;
      m->entering += n->weight[c] * share;
      ok = merge(n, client->name, call, client->line, false, call->targets[t].server, n->weight[c] * share);
    }
  }
}

/* The calls of one api, which is `share` of what its server is called for. */
static void merge_api(struct network *n, uint32_t s, const struct sj_api *api, double use, double share) {
  const struct sj_server *const server = &n->r.model->servers[s];
  struct sj_row *const row = n->row;
  const size_t i = n->place[s];
  size_t waited = 0;
  for (size_t k = 0; k < api->call_count; k++) {
    const struct sj_call *const call = &api->calls[k];
    const int line = call->line ? call->line : server->line;
    bool ok = check_call(&n->r, server->name, call, line);
    const bool waits = api->forward || call->wait;
    waited += waits;
    for (size_t t = 0; t < call->target_count && ok; t++) {
      const double part = call->targets[t].weight / total_weight(call);
      const size_t j = n->place[call->targets[t].server];
      if (!(part > 0)) continue;
      row->calls[i * row->count + j] += share * part;
      if (waits) row->waited[i * row->count + j] += share * part;
      n->merged[j].entering += use * part;
      ok = merge(n, server->name, call, line, api->forward, call->targets[t].server, use * part);
    }
  }
  if (waited > 1 && (api->parallel || api->forward)) row->server[i].parallel = true;
  if (waited && !api->forward && !server->async) row->server[i].held = true;
}

static double use_of_server(const struct network *n, uint32_t s) {
  double sum = 0;
  for (size_t a = 0; a < n->r.model->servers[s].api_count; a++) sum += n->use[n->graph.base[s] + a];
  return sum;
}

static void merge_servers(struct network *n) {
  for (size_t i = 0; i < n->row->count; i++) {
    const uint32_t s = n->server[i];
    const struct sj_server *const server = &n->r.model->servers[s];
    for (size_t a = 0; a < server->api_count; a++) {
      const double use = n->use[n->graph.base[s] + a];
      if (use > 0) merge_api(n, s, &server->apis[a], use, use / use_of_server(n, s));
    }
  }
}

/* From here on every server is filled in from what its callers said. */
static void fill_server(struct network *n, size_t i) {
  const uint32_t s = n->server[i];
  const struct sj_server *const server = &n->r.model->servers[s];
  const struct merged *const m = &n->merged[i];
  struct sj_row_server *const out = &n->row->server[i];
  const bool ok = check_server(&n->r, server);
  if (!read_service(&n->r, server, n->use + n->graph.base[s], &out->service_rate) || !ok) return;
  const bool orbits = m->callers_with_timeout > 0;
  const double orbit = !orbits ? 0 : isnan(server->orbit) ? fmin(20, server->capacity) : server->orbit;
  if (server->capacity >= UINT32_MAX || orbit >= UINT32_MAX) {
    refuse(&n->r, server->line, "`%s`: a chain numbers at most %u requests in the system or the orbit", server->name,
           UINT32_MAX - 1);
    return;
  }
  out->capacity = (uint32_t)server->capacity;
  out->orbit = (uint32_t)orbit;
  out->arrival_rate = m->arrivals;
  out->threads = fmax(1, round(server->threads.fixed->location));
  out->timeout = orbits ? m->timeout / m->weight : INFINITY;
  out->retries = orbits ? m->retries / m->weight : 0;
  out->timeout_covers_own = m->callers_own > 0;
  out->join = server->join && use_of_server(n, s) < m->entering * (1 - 1e-9);
}

/* Of a model that is refused anyway: that the chain would be too large without what it is refused for, too. */
static void add_size(struct network *n) {
  double states = 1;
  char text[32];
  for (size_t i = 0; i < n->row->count; i++) {
    const struct sj_server *const server = &n->r.model->servers[n->server[i]];
    states *= (server->capacity + 1) * (1 + (isnan(server->orbit) ? fmin(20, server->capacity) : server->orbit));
  }
  if (states < (double)UINT32_MAX || isinf(states)) return;
  sj_number_text(states, text);
  refuse(&n->r, n->r.model->servers[n->server[0]].line,
         "and as it is the chain would have %s states, one for each number of requests in each of %zu servers and "
         "their orbits: make `capacity` and `orbit` smaller, or simulate",
         text, n->row->count);
}

/* ---- which servers, and in which order ---- */

/* Servers that are reached, each when all that call it are placed; false if some call each other in a circle. */
static bool place_servers(struct network *n) {
  const struct sj_model *const model = n->r.model;
  size_t reached = 0;
  for (uint32_t s = 0; s < model->server_count; s++) reached += use_of_server(n, s) > 0;
  bool *const waits = sj_allocate_array(model->server_count, sizeof *waits);
  for (size_t placed = 0; placed < reached; placed++) {
    for (uint32_t s = 0; s < model->server_count; s++) waits[s] = false;
    for (size_t node = 0; node < n->graph.count; node++) {
      const uint32_t s = n->graph.server[node];
      const struct sj_api *const api = &model->servers[s].apis[n->graph.api[node]];
      for (size_t k = 0; n->use[node] > 0 && n->place[s] == SIZE_MAX && k < api->call_count; k++)
        for (size_t t = 0; t < api->calls[k].target_count; t++) waits[api->calls[k].targets[t].server] = true;
    }
    uint32_t next = 0;
    while (next < model->server_count && (waits[next] || n->place[next] != SIZE_MAX || !(use_of_server(n, next) > 0)))
      next++;
    if (next == model->server_count) break;
    n->place[next] = n->row->count;
    n->server[n->row->count++] = next;
  }
  free(waits);
  return n->row->count == reached;
}

static void read_rates(struct network *n) {
  const struct sj_model *const model = n->r.model;
  double total = 0;
  for (size_t c = 0; c < model->client_count; c++) {
    if (!read_arrivals(&n->r, &model->clients[c], &n->rate[c])) n->rate[c] = 1; /* to look at the rest, too */
    total += n->rate[c];
  }
  /* A client that makes no requests must not change which states there are, only weigh next to nothing: a fault may
   * bring it back. */
  for (size_t c = 0; c < model->client_count; c++) n->weight[c] = total > 0 ? fmax(n->rate[c], 1e-30 * total) : 1;
  double *const visits = sj_allocate_array(n->graph.count, sizeof *visits);
  for (size_t c = 0; c < model->client_count; c++) {
    sj_graph_visits(model, &n->graph, &model->clients[c].call, visits);
    for (size_t node = 0; node < n->graph.count; node++) n->use[node] += n->weight[c] * visits[node];
  }
  free(visits);
}

static void note_unreached(const struct network *n) {
  for (size_t s = 0; s < n->r.model->server_count; s++)
    if (n->place[s] == SIZE_MAX)
      sj_space_note(n->r.space, "`%s` is never called and is left out", n->r.model->servers[s].name);
}

static void read_network(struct network *n) {
  const struct sj_model *const model = n->r.model;
  read_rates(n);
  for (size_t s = 0; s < model->server_count; s++) n->place[s] = SIZE_MAX;
  if (!place_servers(n)) {
    refuse(&n->r, model->servers[0].line, "servers call each other in a circle: that cannot be solved");
    return;
  }
  note_unreached(n);
  n->row->server = sj_allocate_array(n->row->count, sizeof *n->row->server);
  n->row->calls = sj_allocate_array(n->row->count * n->row->count, sizeof *n->row->calls);
  n->row->waited = sj_allocate_array(n->row->count * n->row->count, sizeof *n->row->waited);
  merge_clients(n);
  merge_servers(n);
  for (size_t i = 0; i < n->row->count; i++) fill_server(n, i);
  if (n->r.refused) add_size(n);
}

enum sj_status sj_read_row(const struct sj_model *model, const struct sj_space_options *options, struct sj_space *space,
                           double *arriving, struct sj_row *row, uint32_t **index, struct sj_error *error) {
  *row = (struct sj_row){.tail = model->solve.chebyshev_tail ? SJ_TAIL_CHEBYSHEV : SJ_TAIL_EXACT,
                         .empty_times_out = model->solve.empty_times_out};
  struct network n = {.r = {.model = model, .options = options, .space = space, .error = error}, .row = row};
  n.rate = arriving;
  sj_graph_create(model, &n.graph);
  n.use = sj_allocate_array(n.graph.count, sizeof *n.use);
  n.weight = sj_allocate_array(model->client_count, sizeof *n.weight);
  n.place = sj_allocate_array(model->server_count, sizeof *n.place);
  n.server = sj_allocate_array(model->server_count, sizeof *n.server);
  n.merged = sj_allocate_array(model->server_count, sizeof *n.merged);
  if (error) error->message[0] = 0;
  read_network(&n);
  sj_graph_clear(&n.graph);
  free(n.use);
  free(n.weight);
  free(n.place);
  free(n.merged);
  if (!n.r.refused) {
    *index = n.server;
    return SJ_OK;
  }
  free(n.server);
  sj_row_clear(row);
  return SJ_INVALID;
}
