/* The model as JSON: for people's programs (sj_model_json) and as its identity (sj_model_canonical). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"
#include "model/expression.h"

/* ---- JSON ---- */

struct json {
  struct sj_text text;
  bool first; /* nothing yet in the innermost object or array */
  bool canonical;
  const struct sj_model *model;
  const struct sj_offered_load *load; /* by server; NULL if canonical */
};

static void quote(struct json *j, const char *s) {
  sj_text_add(&j->text, "\"");
  for (; *s; s++) {
    const unsigned char c = (unsigned char)*s;
    if (c == '"' || c == '\\')
      sj_text_add(&j->text, "\\%c", c);
    else if (c < 32)
      sj_text_add(&j->text, "\\u%04x", c);
    else
      sj_text_add_bytes(&j->text, s, 1);
  }
  sj_text_add(&j->text, "\"");
}

static void key(struct json *j, const char *name) {
  if (!j->first) sj_text_add(&j->text, ",");
  j->first = false;
  if (!name) return;
  quote(j, name);
  sj_text_add(&j->text, ":");
}

static void begin(struct json *j, const char *name, char bracket) {
  key(j, name);
  sj_text_add(&j->text, "%c", bracket);
  j->first = true;
}
static void end(struct json *j, char bracket) {
  sj_text_add(&j->text, "%c", bracket);
  j->first = false;
}

static void number(struct json *j, const char *name, double x) {
  char buffer[32];
  key(j, name);
  sj_text_add(&j->text, "%s", isfinite(x) ? sj_number_text(x, buffer) : "null");
}
static void boolean(struct json *j, const char *name, bool yes) {
  key(j, name);
  sj_text_add(&j->text, yes ? "true" : "false");
}
static void string(struct json *j, const char *name, const char *s) {
  key(j, name);
  if (s)
    quote(j, s);
  else
    sj_text_add(&j->text, "null");
}
/* A count in which 0 stands for "no limit". */
static void limit(struct json *j, const char *name, uint32_t n) { number(j, name, n ? (double)n : (double)INFINITY); }

static void expression(struct json *j, const char *name, const struct sj_value *value) {
  if (value->kind == SJ_VALUE_NODE && value->as.node->schema == &sj_schema_constant)
    value = sj_node_field(value->as.node, "value");
  if (value->kind == SJ_VALUE_NUMBER) {
    number(j, name, value->as.number);
    return;
  }
  if (value->kind == SJ_VALUE_BOOLEAN) {
    boolean(j, name, value->as.boolean);
    return;
  }
  if (value->kind == SJ_VALUE_STRING) {
    string(j, name, value->as.string);
    return;
  }
  struct sj_text text = {0};
  sj_expression_text(j->model->document->resources, value, j->canonical, &text);
  string(j, name, text.data);
  free(text.data);
}

static void law_of(struct json *j, const char *name, const void *law) {
  const struct sj_law_record *const record = law ? sj_build_law_record(j->model, law) : NULL;
  if (record) {
    expression(j, name, &record->expression);
  } else if (law) {
    number(j, name, ((const struct sj_distribution *)law)->location); /* a default: always a constant */
  } else {
    string(j, name, NULL);
  }
}
static void law(struct json *j, const char *name, const struct sj_law *l) {
  law_of(j, name, l->fixed ? (const void *)l->fixed : (const void *)l->member);
}

static void numbers(struct json *j, const char *name, size_t count, const double *values) {
  begin(j, name, '[');
  for (size_t i = 0; i < count; i++) number(j, NULL, values[i]);
  end(j, ']');
}

/* ---- components ---- */

static void describe_targets(struct json *j, const struct sj_call *call) {
  begin(j, "targets", '[');
  double sum = 0;
  for (size_t i = 0; i < call->target_count; i++) sum += call->targets[i].weight;
  for (size_t i = 0; i < call->target_count; i++) {
    const struct sj_server *const server = &j->model->servers[call->targets[i].server];
    begin(j, NULL, '{');
    string(j, "server", server->name);
    string(j, "api", server->apis[call->targets[i].api].name);
    /* Only proportions matter; they are shares in the identity, so that 2 : 2 and 1 : 1 are the same. */
    number(j, "weight", j->canonical ? call->targets[i].weight / sum : call->targets[i].weight);
    end(j, '}');
  }
  end(j, ']');
}

static void describe_bucket(struct json *j, const char *name, const struct sj_token_bucket *bucket) {
  if (!bucket->given) {
    string(j, name, NULL);
    return;
  }
  begin(j, name, '{');
  number(j, "capacity", bucket->capacity);
  number(j, "rate", bucket->rate);
  end(j, '}');
}

static void describe_guards(struct json *j, const struct sj_call *call) {
  static const char *const jitters[] = {"none", "full", "equal", "exponential"};
  if (call->backoff.given) {
    begin(j, "backoff", '{');
    number(j, "base", call->backoff.base);
    number(j, "factor", call->backoff.factor);
    number(j, "max", call->backoff.max);
    string(j, "jitter", jitters[call->backoff.jitter]);
    end(j, '}');
  } else {
    string(j, "backoff", NULL);
  }
  describe_bucket(j, "retry_budget", &call->retry_budget);
  if (call->breaker.given) {
    begin(j, "circuit_breaker", '{');
    number(j, "failures", call->breaker.failures);
    number(j, "window", call->breaker.window);
    number(j, "open_for", call->breaker.open_for);
    end(j, '}');
  } else {
    string(j, "circuit_breaker", NULL);
  }
  if (call->hedge.given) {
    begin(j, "hedge", '{');
    number(j, "after", call->hedge.after);
    number(j, "delay", call->hedge.delay);
    end(j, '}');
  } else {
    string(j, "hedge", NULL);
  }
}

static void describe_link(struct json *j, const struct sj_link *link) {
  if (!link->given) {
    string(j, "network", NULL);
    return;
  }
  begin(j, "network", '{');
  law(j, "rtt", &link->rtt);
  law(j, "one_way", &link->one_way);
  number(j, "per_byte", link->per_byte);
  number(j, "loss", link->loss);
  if (link->redraw > 0) number(j, "redraw", link->redraw);
  end(j, '}');
}

static void describe_call(struct json *j, const struct sj_call *call) {
  describe_targets(j, call);
  law(j, "timeout", &call->timeout);
  number(j, "retries", call->retries);
  number(j, "deadline", call->deadline);
  describe_guards(j, call);
  boolean(j, "cancel", call->cancel);
  string(j, "late", call->late_accept ? "accept" : "drop");
  limit(j, "connections", call->connections);
  if (call->priority_given)
    number(j, "priority", call->priority);
  else
    string(j, "priority", NULL);
  limit(j, "subset", call->subset);
  boolean(j, "subset_replacement", call->subset_replacement);
  struct sj_text policy = {0};
  sj_policy_text(&call->policy, &policy);
  string(j, "policy", policy.data);
  free(policy.data);
  if (call->until_served) string(j, "in_flight_until", "served");
  describe_link(j, &call->network);
  law(j, "stage_timeout", &call->stage_timeout);
  number(j, "stage_retries", call->stage_retries);
}

static void describe_trace(struct json *j, const struct sj_arrivals *arrivals) {
  const struct sj_trace_summary *const summary = sj_trace_summary_of(arrivals->trace);
  string(j, "sha256", summary->sha256);
  string(j, "format", summary->format);
  number(j, "from", arrivals->replay_from);
  number(j, "to", arrivals->replay_to);
  number(j, "rate_factor", arrivals->rate_factor);
  number(j, "requests", (double)summary->count);
  number(j, "end", summary->end);
  if (!j->canonical) string(j, "file", sj_trace_name(arrivals->trace));
}

static void describe_arrivals(struct json *j, const struct sj_arrivals *arrivals) {
  static const char *const kinds[] = {"poisson", "renewal", "mmpp", "piecewise", "closed", "spread", "trace"};
  begin(j, "arrivals", '{');
  string(j, "kind", kinds[arrivals->kind]);
  switch (arrivals->kind) {
    case SJ_ARRIVALS_POISSON:
      number(j, "rate", arrivals->rate);
      break;
    case SJ_ARRIVALS_RENEWAL:
      law(j, "interval", &arrivals->interval);
      break;
    case SJ_ARRIVALS_MMPP:
      numbers(j, "rates", arrivals->state_count, arrivals->rates);
      numbers(j, "transitions", arrivals->state_count * arrivals->state_count, arrivals->transitions);
      break;
    case SJ_ARRIVALS_PIECEWISE:
      numbers(j, "from", arrivals->piece_count, arrivals->from);
      numbers(j, "rates", arrivals->piece_count, arrivals->rates);
      break;
    case SJ_ARRIVALS_CLOSED:
      number(j, "population", arrivals->population);
      law(j, "think", &arrivals->interval);
      break;
    case SJ_ARRIVALS_SPREAD:
      number(j, "count", (double)arrivals->count);
      number(j, "over", arrivals->over);
      break;
    case SJ_ARRIVALS_TRACE:
      describe_trace(j, arrivals);
      break;
  }
  if (!j->canonical) number(j, "mean_rate", arrivals->mean_rate);
  end(j, '}');
}

static void describe_client(struct json *j, const struct sj_client *client) {
  begin(j, NULL, '{');
  string(j, "name", client->name);
  boolean(j, "pool", client->pool);
  number(j, "count", client->count);
  boolean(j, "per_client", client->per_client);
  describe_arrivals(j, &client->arrivals);
  law(j, "size", &client->size);
  describe_call(j, &client->call);
  end(j, '}');
}

static void describe_admission(struct json *j, const struct sj_admission *admission) {
  static const char *const kinds[] = {"token_bucket", "throttle", "codel", "max_in_flight"};
  begin(j, NULL, '{');
  string(j, "kind", kinds[admission->kind]);
  switch (admission->kind) {
    case SJ_ADMIT_TOKEN_BUCKET:
      number(j, "capacity", admission->bucket.capacity);
      number(j, "rate", admission->bucket.rate);
      break;
    case SJ_ADMIT_THROTTLE:
      number(j, "above", admission->above);
      number(j, "admit", admission->admit);
      break;
    case SJ_ADMIT_CODEL:
      number(j, "target", admission->target);
      number(j, "interval", admission->interval);
      break;
    case SJ_ADMIT_MAX_IN_FLIGHT:
      number(j, "limit", admission->limit);
      break;
  }
  end(j, '}');
}

static void describe_api(struct json *j, const struct sj_api *api) {
  begin(j, NULL, '{');
  string(j, "name", api->name);
  law(j, "work", &api->work);
  string(j, "order", api->parallel ? "parallel" : "sequence");
  begin(j, api->forward ? "forward" : "calls", '[');
  for (size_t i = 0; i < api->call_count; i++) {
    begin(j, NULL, '{');
    describe_call(j, &api->calls[i]);
    boolean(j, "wait", api->calls[i].wait);
    boolean(j, "optional", api->calls[i].optional);
    end(j, '}');
  }
  end(j, ']');
  end(j, '}');
}

static const char *stability(double load) {
  return isnan(load) ? "unknown" : load < 1 ? "stable" : load > 1 ? "overloaded" : "saturated";
}

static void describe_batcher(struct json *j, const struct sj_server *server) {
  const struct sj_batcher *const batcher = &server->batcher;
  begin(j, NULL, '{');
  string(j, "name", server->name);
  string(j, "kind", "batcher");
  number(j, "after", batcher->after);
  number(j, "bytes", batcher->bytes);
  limit(j, "count", batcher->count);
  boolean(j, "when_idle", batcher->when_idle);
  limit(j, "in_flight", batcher->in_flight);
  boolean(j, "ordered", batcher->ordered);
  number(j, "capacity", server->capacity);
  begin(j, "call", '{');
  describe_call(j, &server->apis[0].calls[0]);
  end(j, '}');
  boolean(j, "timer_rounds", batcher->timer_rounds);
  boolean(j, "timer_forgets", batcher->timer_forgets);
  boolean(j, "one_batch_per_answer", batcher->one_batch_per_answer);
  number(j, "retry_polls", batcher->retry_polls);
  boolean(j, "abandoned_vanish", batcher->abandoned_vanish);
  number(j, "sample_every", batcher->sample_every);
  struct sj_batcher_limit most;
  if (!j->canonical && sj_derive_batcher_limit(j->model, server, &most)) {
    begin(j, "limit", '{');
    number(j, "rate", most.rate);
    number(j, "requests", most.requests);
    number(j, "bytes", most.bytes);
    number(j, "time", most.time);
    end(j, '}');
  }
  end(j, '}');
}

static void describe_store(struct json *j, const struct sj_server *server) {
  begin(j, NULL, '{');
  string(j, "name", server->name);
  string(j, "kind", "store");
  law(j, "latency", &server->apis[0].work);
  number(j, "per_byte", server->store.per_byte);
  number(j, "failure", server->store.failure);
  number(j, "failure_slowdown", server->store.failure_slowdown);
  end(j, '}');
}

static void describe_pid(struct json *j, const struct sj_pid_settings *pid) {
  begin(j, "pid", '{');
  number(j, "kp", pid->proportional);
  number(j, "ki", pid->integral);
  number(j, "kd", pid->derivative);
  number(j, "margin", pid->margin);
  number(j, "ceiling", pid->ceiling);
  end(j, '}');
}

/* What only load balancing looks at, where it is not as always. */
static void describe_reporting(struct json *j, const struct sj_server *server) {
  if (server->replace_requeue) boolean(j, "replace_requeue", true);
  if (sj_law_given(&server->rtt)) law(j, "rtt", &server->rtt);
  if (server->cold_start > 0) number(j, "cold_start", server->cold_start);
  if (server->probe_service > 0) number(j, "probe_service", server->probe_service);
  const struct sj_publish *const publish = &server->publish;
  const struct sj_pid_settings *const pid = &publish->pid;
  if (publish->window == 100 && publish->ewma == 0.2 && pid->proportional == 1 && pid->integral == 1.0 / 50 &&
      pid->derivative == 5 && pid->margin == 10 && pid->ceiling == 80)
    return;
  begin(j, "publish", '{');
  number(j, "window", publish->window);
  number(j, "ewma", publish->ewma);
  describe_pid(j, pid);
  end(j, '}');
}

static void describe_server(struct json *j, size_t index) {
  static const char *const disciplines[] = {"fifo", "lifo", "random", "priority", "ps"};
  const struct sj_server *const server = &j->model->servers[index];
  if (server->kind != SJ_SERVER) {
    (server->kind == SJ_BATCHER ? describe_batcher : describe_store)(j, server);
    return;
  }
  begin(j, NULL, '{');
  string(j, "name", server->name);
  boolean(j, "pool", server->pool);
  number(j, "count", server->count);
  law(j, "threads", &server->threads);
  number(j, "capacity", server->capacity);
  string(j, "discipline", disciplines[server->discipline]);
  begin(j, "apis", '[');
  for (size_t i = 0; i < server->api_count; i++) describe_api(j, &server->apis[i]);
  end(j, ']');
  begin(j, "admission", '[');
  for (size_t i = 0; i < server->admission_count; i++) describe_admission(j, &server->admissions[i]);
  end(j, ']');
  string(j, "refuse", server->refuse_silent ? "silent" : "answer");
  boolean(j, "async", server->async);
  boolean(j, "join", server->join);
  number(j, "speed", server->speed);
  number(j, "replace_rate", server->replace_rate);
  describe_reporting(j, server);
  number(j, "orbit", server->orbit);
  if (!j->canonical) {
    const struct sj_offered_load *const load = &j->load[index];
    number(j, "offered_load", load->work);
    if (load->held > 0) number(j, "held_for_calls", load->held);
    string(j, "stability", stability(load->work + load->held));
  }
  end(j, '}');
}

static void describe_place(struct json *j, const char *name, const struct sj_place *place) {
  begin(j, name, '{');
  string(j, place->is_client ? "client" : "server",
         place->is_client ? j->model->clients[place->index].name : j->model->servers[place->index].name);
  number(j, "member", place->member < 0 ? NAN : (double)place->member);
  end(j, '}');
}

static void describe_fault(struct json *j, const struct sj_fault *fault) {
  static const char *const kinds[] = {"change", "crash", "stall", "slow", "cut", "fail"};
  begin(j, NULL, '{');
  string(j, "kind", kinds[fault->kind]);
  number(j, "at", fault->at);
  law_of(j, "every", fault->every);
  law_of(j, "lasts", fault->lasts);
  if (fault->kind != SJ_FAULT_CHANGE) describe_place(j, "place", &fault->place);
  if (fault->kind == SJ_FAULT_CUT) describe_place(j, "other", &fault->other);
  limit(j, "members", fault->members);
  if (fault->kind == SJ_FAULT_SLOW) number(j, "by", fault->factor);
  if (fault->kind == SJ_FAULT_FAIL) number(j, "ratio", fault->ratio);
  if (fault->kind == SJ_FAULT_CRASH) string(j, "lost", fault->lost_error ? "error" : "silent");
  begin(j, "changes", '[');
  for (size_t i = 0; i < fault->change_count; i++) {
    const struct sj_change *const change = &fault->changes[i];
    begin(j, NULL, '{');
    string(j, "path", change->path);
    if (change->scale)
      number(j, "scale", change->factor);
    else
      expression(j, "set", change->value);
    end(j, '}');
  }
  end(j, ']');
  end(j, '}');
}

/* ---- the rest ---- */

static void describe_run(struct json *j) {
  const struct sj_run_settings *const run = &j->model->run;
  begin(j, "run", '{');
  number(j, "duration", run->duration);
  number(j, "warmup", run->warmup);
  number(j, "drain", run->drain);
  number(j, "runs", run->runs);
  number(j, "seed", (double)run->seed);
  boolean(j, "nothing_random", run->nothing_random);
  end(j, '}');
}

static void describe_solve(struct json *j, const struct sj_solve_settings *solve) {
  begin(j, "solve", '{');
  string(j, "timeout_tail", solve->chebyshev_tail ? "chebyshev" : "exact");
  string(j, "tail_of_empty", solve->empty_times_out ? "certain" : "zero");
  string(j, "arrivals", solve->original_arrivals ? "original" : "conserved");
  number(j, "alpha", solve->alpha);
  boolean(j, "retry_when_full", solve->retry_when_full);
  number(j, "horizon", solve->horizon);
  number(j, "step", solve->step);
  number(j, "low", solve->low);
  number(j, "high", solve->high);
  number(j, "metastable_factor", solve->metastable_factor);
  number(j, "phases", solve->phases);
  end(j, '}');
}

static void describe_surroundings(struct json *j) {
  const struct sj_model *const model = j->model;
  string(j, "file", model->file);
  string(j, "title", model->title);
  if (model->rank_by) string(j, "rank_by", model->rank_by);
  string(j, "scenario", model->scenario);
  begin(j, "scenarios", '[');
  for (size_t i = 0; i < model->scenario_count; i++) string(j, NULL, model->scenarios[i]);
  end(j, ']');
  begin(j, "parameters", '{');
  for (size_t i = 0; i < model->document->parameter_count; i++)
    expression(j, model->document->parameters[i].name, &model->document->parameters[i].value);
  end(j, '}');
  describe_run(j);
  describe_solve(j, &j->model->solve);
  static const char *const comparisons[] = {"<", "<=", ">", ">=", "=="};
  begin(j, "expect", '[');
  for (size_t i = 0; i < model->expectation_count; i++) {
    begin(j, NULL, '{');
    string(j, "metric", model->expectations[i].metric);
    string(j, "comparison", comparisons[model->expectations[i].comparison]);
    number(j, "bound", model->expectations[i].bound);
    end(j, '}');
  }
  end(j, ']');
  begin(j, "notes", '[');
  for (size_t i = 0; i < model->note_count; i++) string(j, NULL, model->notes[i]);
  end(j, ']');
}

static bool has_function(const struct sj_call *call) {
  for (const struct sj_policy *policy = &call->policy; policy; policy = policy->inner)
    if (policy->kind == SJ_POLICY_FUNCTION) return true;
  return false;
}

static bool calls_functions(const struct sj_model *model) {
  for (size_t i = 0; i < model->client_count; i++)
    if (has_function(&model->clients[i].call)) return true;
  for (size_t i = 0; i < model->server_count; i++)
    for (size_t a = 0; a < model->servers[i].api_count; a++)
      for (size_t c = 0; c < model->servers[i].apis[a].call_count; c++)
        if (has_function(&model->servers[i].apis[a].calls[c])) return true;
  return false;
}

/* What a function does follows from its text and from what that refers to, which may stand anywhere in the file and
 * depend on the parameters and on the scenario: all of it is part of the identity. */
static void describe_functions(struct json *j) {
  const struct sj_document *const document = j->model->document;
  if (!calls_functions(j->model)) return;
  char hash[65];
  sj_sha256_hex(document->source, document->source_length, hash);
  begin(j, "functions", '{');
  string(j, "file", hash);
  string(j, "scenario", j->model->scenario);
  begin(j, "parameters", '{');
  for (size_t i = 0; i < document->parameter_count; i++)
    expression(j, document->parameters[i].name, &document->parameters[i].value);
  end(j, '}');
  end(j, '}');
}

/* Names of models with different figures differ; what cannot change a figure (title, file, expectations, comments) and
 * what an engine can be told otherwise (duration, warm-up, drain, runs, seed: they are part of a result's identity by
 * themselves) is left out of the canonical form. */
static char *describe(const struct sj_model *model, bool canonical, const struct sj_solve_settings *solve) {
  struct sj_offered_load *const load = canonical ? NULL : sj_model_offered_load(model);
  struct json j = {.canonical = canonical, .model = model, .first = true, .load = load};
  begin(&j, NULL, '{');
  if (!canonical) describe_surroundings(&j);
  string(&j, "time_unit", model->time_unit);
  if (canonical) describe_functions(&j);
  if (model->quantum > 0) number(&j, "quantum", model->quantum);
  if (model->overlapping_states) boolean(&j, "overlapping_states", true);
  if (model->original.given) {
    begin(&j, "original", '{');
    number(&j, "every", model->original.every);
    number(&j, "after", model->original.after);
    end(&j, '}');
  }
  string(&j, "kind", model->run.kind == SJ_RUN_STEADY ? "steady" : "terminating");
  if (model->price.given) {
    begin(&j, "price", '{');
    number(&j, "per_1000_requests", model->price.per_1000_requests);
    number(&j, "per_GB", model->price.per_GB);
    end(&j, '}');
  }
  begin(&j, "clients", '[');
  for (size_t i = 0; i < model->client_count; i++) describe_client(&j, &model->clients[i]);
  end(&j, ']');
  begin(&j, "servers", '[');
  for (size_t i = 0; i < model->server_count; i++) describe_server(&j, i);
  end(&j, ']');
  begin(&j, "faults", '[');
  for (size_t i = 0; i < model->fault_count; i++) describe_fault(&j, &model->faults[i]);
  end(&j, ']');
  if (solve) describe_solve(&j, solve);
  end(&j, '}');
  free(load);
  return j.text.data;
}

char *sj_model_json(const struct sj_model *model) { return describe(model, false, NULL); }
char *sj_model_canonical(const struct sj_model *model) { return describe(model, true, NULL); }
char *sj_model_canonical_to_solve(const struct sj_model *model, const struct sj_solve_settings *solve) {
  return describe(model, true, solve);
}
