/* The model as people read it: `sojourn show MODEL`. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "balance/prequal.h"
#include "model/build.h"
#include "model/expression.h"
#include "model/show_value.h"

enum { WIDTH = 80, NAME = 20, INDENT = 2 };

struct page {
  struct sj_text text;
  const struct sj_model *model;
  const struct sj_offered_load *load; /* by server */
  size_t component;                   /* of the document, where the search for the next one begins */
};

/* The node of the next client, or of the next that can be called, which come in the model's order. */
static const struct sj_node *next_node(struct page *page, bool client) {
  const struct sj_document *const document = page->model->document;
  while ((document->components[page->component]->schema == &sj_schema_client) != client) page->component++;
  return document->components[page->component++];
}

/* ---- lines ---- */

/* "  name                value", wrapped at blanks with the rest under the value. */
static void line(struct page *page, int indent, const char *name, const char *value) {
  const int column = indent + NAME;
  sj_text_add(&page->text, "%*s%-*s", indent, "", NAME, name);
  int used = column;
  if ((int)strlen(name) >= NAME) {
    sj_text_add(&page->text, " ");
    used = indent + (int)strlen(name) + 1;
  }
  bool first = true;
  while (*value) {
    const size_t word = strcspn(value, " ");
    if (!first && used + 1 + (int)word > WIDTH) {
      sj_text_add(&page->text, "\n%*s", column + 2, "");
      used = column + 2;
      first = true;
    }
    if (!first) sj_text_add(&page->text, " ");
    used += (int)word + !first;
    sj_text_add_bytes(&page->text, value, word);
    first = false;
    value += word;
    while (*value == ' ') value++;
  }
  sj_text_add(&page->text, "\n");
}

static void formatted_line(struct page *page, int indent, const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void formatted_line(struct page *page, int indent, const char *name, const char *format, ...) {
  char value[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(value, sizeof value, format, arguments);
  va_end(arguments);
  line(page, indent, name, value);
}

static void heading(struct page *page, const char *word, const char *name, uint32_t count, bool pool) {
  sj_text_add(&page->text, "\n%s \"%s\"", word, name);
  if (pool) sj_text_add(&page->text, ", a pool of %u: %s[0] to %s[%u]", count, name, name, count - 1);
  sj_text_add(&page->text, "\n");
}

/* ---- the fields of the tables ---- */

/* Figures that only load balancing looks at: shown where they are given, or in discrete time. */
static bool is_special(const struct page *page, const char *name) {
  static const char *const names[] = {"rtt", "cold_start", "probe_service", "in_flight_until", NULL};
  for (const char *const *special = names; *special; special++)
    if (!strcmp(*special, name)) return !(page->model->quantum > 0);
  return false;
}

/* The fields that an engine uses: given or at their default. Those in `skip` are shown by other code. */
static void show_fields(struct page *page, int indent, const struct sj_schema *schema, const struct sj_node *node,
                        const void *source, const char *const *skip) {
  for (size_t i = 0; i < schema->field_count; i++) {
    const struct sj_field_schema *const field = &schema->fields[i];
    bool skipped = field->type == SJ_FIELD_LATER || field->type == SJ_FIELD_PART;
    for (const char *const *word = skip; *word; word++) skipped = skipped || !strcmp(*word, field->name);
    if (skipped) continue;
    const bool given = node && sj_node_field(node, field->name);
    if (!given && is_special(page, field->name)) continue;
    struct sj_text value = {0};
    if (!sj_show_field(page->model, field, source, given, &value))
      sj_text_add(&value, "%s", field->fallback_text ? field->fallback_text : "");
    if (!given) sj_text_add(&value, " (default)");
    line(page, indent, field->name, value.data);
    free(value.data);
  }
}

/* A part that was given, on one line: "token_bucket{capacity=10, rate=5}". */
static void show_part(struct page *page, int indent, const struct sj_node *node, const char *name,
                      const char *fallback) {
  const struct sj_value *const value = node ? sj_node_field(node, name) : NULL;
  struct sj_text text = {0};
  if (value)
    sj_expression_text(page->model->document->resources, value, false, &text);
  else
    sj_text_add(&text, "%s (default)", fallback);
  line(page, indent, name, text.data);
  free(text.data);
}

static const char *const call_parts[] = {"backoff", "retry_budget", "circuit_breaker", "hedge", "policy", "network",
                                         NULL};

/* The policy with every field, given or not. */
static void show_policy(struct page *page, int indent, const struct sj_policy *policy) {
  struct sj_text text = {0};
  sj_policy_text(policy, &text);
  line(page, indent, "policy", text.data);
  free(text.data);
}

/* What follows from a policy's figures and the members that a caller knows. */
static void show_reuse_budget(struct page *page, int indent, const struct sj_call *call) {
  const uint32_t count = page->model->servers[call->targets[0].server].count;
  const uint32_t members = call->subset && (call->subset < count || call->subset_replacement) ? call->subset : count;
  for (const struct sj_policy *policy = &call->policy; policy; policy = policy->inner)
    if (policy->kind == SJ_POLICY_PREQUAL)
      formatted_line(page, indent, "reuse budget", "%.4g: so many requests by each answer",
                     sj_prequal_reuse_budget(&policy->prequal, members));
}

static void show_parts(struct page *page, int indent, const struct sj_schema *schema, const struct sj_node *node,
                       const struct sj_call *call) {
  for (const char *const *name = call_parts; *name; name++) {
    const struct sj_field_schema *const field = sj_schema_field(schema, *name);
    if (!field) continue;
    if (strcmp(*name, "policy") != 0 || !sj_node_field(node, "policy")) {
      show_part(page, indent, node, *name, field->fallback_text);
      continue;
    }
    show_policy(page, indent, &call->policy);
    show_reuse_budget(page, indent, call);
  }
}

/* ---- calls ---- */

static void add_targets(const struct page *page, const struct sj_call *call, struct sj_text *text) {
  double sum = 0;
  for (size_t i = 0; i < call->target_count; i++) sum += call->targets[i].weight;
  for (size_t i = 0; i < call->target_count; i++) {
    const struct sj_server *const server = &page->model->servers[call->targets[i].server];
    const char *const api = server->apis[call->targets[i].api].name;
    if (i) sj_text_add(text, ", ");
    sj_text_add(text, "%s%s%s", server->name, api ? "." : "", api ? api : "");
    if (call->target_count > 1) sj_text_add(text, " %.4g%%", 100 * call->targets[i].weight / sum);
  }
}

static void show_targets(struct page *page, int indent, const char *name, const struct sj_call *call) {
  struct sj_text text = {0};
  add_targets(page, call, &text);
  line(page, indent, name, text.data);
  free(text.data);
}

/* The node of call `item` in a server's `calls` or `forward`, or NULL if it is just a name. */
static const struct sj_node *call_node(const struct sj_node *owner, bool forward, size_t item) {
  const struct sj_value *const list = owner ? sj_node_field(owner, forward ? "forward" : "calls") : NULL;
  if (!list || list->kind != SJ_VALUE_NODE || item >= list->as.node->item_count) return NULL;
  const struct sj_value *const value = &list->as.node->items[item];
  return value->kind == SJ_VALUE_NODE ? value->as.node : NULL;
}

static void show_call(struct page *page, int indent, const struct sj_node *node, const struct sj_api *api,
                      size_t item) {
  const struct sj_call *const call = &api->calls[item];
  static const char *const nothing[] = {NULL};
  const struct sj_schema *const schema = api->forward ? &sj_schema_stage : &sj_schema_call;
  show_targets(page, indent, api->forward ? "forwards to" : "calls", call);
  /* Only what was written: a call has many fields, and its defaults are those of a client. */
  struct page inner = {.model = page->model};
  for (size_t i = 0; node && i < schema->field_count; i++) {
    const struct sj_field_schema *const field = &schema->fields[i];
    if (!sj_node_field(node, field->name)) continue;
    const struct sj_schema one = {.fields = field, .field_count = 1};
    if (!strcmp(field->name, "policy")) {
      show_policy(&inner, indent + INDENT, &call->policy);
      show_reuse_budget(&inner, indent + INDENT, call);
    } else if (field->type == SJ_FIELD_PART) {
      show_part(&inner, indent + INDENT, node, field->name, "");
    } else {
      show_fields(&inner, indent + INDENT, &one, node, call, nothing);
    }
  }
  if (inner.text.data) sj_text_add(&page->text, "%s", inner.text.data);
  free(inner.text.data);
}

static void show_api(struct page *page, const struct sj_node *node, const struct sj_server *server, size_t index) {
  const struct sj_api *const api = &server->apis[index];
  const struct sj_node *owner = node;
  struct sj_text work = {0};
  sj_show_law(page->model, &api->work, "time", &work);
  if (api->name) {
    char *const name = sj_format("api %s", api->name);
    line(page, INDENT, name, work.data);
    free(name);
    const struct sj_value *const value = sj_node_field(sj_node_field(node, "apis")->as.node, api->name);
    owner = value->kind == SJ_VALUE_NODE ? value->as.node : NULL;
  } else {
    line(page, INDENT, "service", work.data);
  }
  free(work.data);
  if (api->call_count > 1 && !api->forward) line(page, 2 * INDENT, "order", api->parallel ? "parallel" : "sequence");
  for (size_t i = 0; i < api->call_count; i++) show_call(page, 2 * INDENT, call_node(owner, api->forward, i), api, i);
}

/* ---- components ---- */

static void show_load(struct page *page, const struct sj_offered_load *load) {
  const double all = load->work + load->held;
  if (isnan(all)) {
    line(page, INDENT, "offered load", "unknown: it follows from the simulation");
    return;
  }
  struct sj_text text = {0};
  sj_text_add(&text, "%.4g", all);
  if (load->held > 0) sj_text_add(&text, " (work %.4g, held for calls %.4g)", load->work, load->held);
  if (all == 1)
    sj_text_add(&text, ": saturated, it just cannot keep up");
  else if (all < 1)
    sj_text_add(&text, ": stable");
  else if (load->held > 0)
    sj_text_add(&text, ": overloaded");
  else
    sj_text_add(&text, ": overloaded: %.4g > 1", all);
  if (load->peak > all * (1 + 1e-9))
    sj_text_add(&text, " on average; at the peak %.4g%s", load->peak, load->peak >= 1 ? ": overloaded" : "");
  line(page, INDENT, "offered load", text.data);
  free(text.data);
}

/* What follows from a batcher's limit. */
static void show_limit(struct page *page, const struct sj_server *batcher) {
  struct sj_batcher_limit limit;
  const char *const unit = page->model->time_unit;
  if (!sj_derive_batcher_limit(page->model, batcher, &limit)) {
    line(page, INDENT, "most it carries", "unknown: it follows from the simulation");
    return;
  }
  formatted_line(page, INDENT, "most it carries",
                 "about %.4g requests /%s, in batches of %.3g requests and %.3g bytes that hold a slot for %.3g %s",
                 limit.rate, unit, limit.requests, limit.bytes, limit.time, unit);
}

static void show_batcher(struct page *page, const struct sj_server *batcher, const struct sj_node *node) {
  static const char *const skip[] = {"timeout",
                                     "retries",
                                     "cancel",
                                     "priority",
                                     "timer_rounds",
                                     "timer_forgets",
                                     "one_batch_per_answer",
                                     "retry_polls",
                                     "abandoned_vanish",
                                     "sample_every",
                                     NULL};
  static const char *const nothing[] = {NULL};
  heading(page, "batcher", batcher->name, 1, false);
  show_targets(page, INDENT, "target", &batcher->apis[0].calls[0]);
  show_part(page, INDENT, node, "flush", "");
  show_fields(page, INDENT, &sj_schema_batcher, node, batcher, skip);
  show_fields(page, INDENT, &sj_schema_sending, node, &batcher->apis[0].calls[0], nothing);
  show_parts(page, INDENT, &sj_schema_batcher, node, &batcher->apis[0].calls[0]);
  /* Flaws only where it has them. */
  for (const char *const *word = &skip[4]; *word; word++) {
    const struct sj_schema one = {.fields = sj_schema_field(&sj_schema_batcher, *word), .field_count = 1};
    if (sj_show_number_of(one.fields, batcher) != 0) show_fields(page, INDENT, &one, node, batcher, nothing);
  }
  show_limit(page, batcher);
}

static void show_store(struct page *page, const struct sj_server *store, const struct sj_node *node) {
  static const char *const skip[] = {"latency", NULL};
  const struct sj_price *const price = &page->model->price;
  heading(page, "store", store->name, 1, false);
  struct sj_text latency = {0};
  sj_show_law(page->model, &store->apis[0].work, "time", &latency);
  line(page, INDENT, "latency", latency.data);
  free(latency.data);
  show_fields(page, INDENT, &sj_schema_store, node, store, skip);
  if (price->given)
    formatted_line(page, INDENT, "price", "%.6g per 1000 requests, %.6g per GB", price->per_1000_requests,
                   price->per_GB);
}

static void show_server(struct page *page, size_t index) {
  const struct sj_server *const server = &page->model->servers[index];
  const struct sj_node *const node = next_node(page, false);
  static const char *const skip[] = {"order", "count", NULL};
  if (server->kind != SJ_SERVER) {
    (server->kind == SJ_BATCHER ? show_batcher : show_store)(page, server, node);
    return;
  }
  heading(page, "server", server->name, server->count, server->pool);
  for (size_t i = 0; i < server->api_count; i++) show_api(page, node, server, i);
  show_fields(page, INDENT, &sj_schema_server, node, server, skip);
  show_part(page, INDENT, node, "admission", "none");
  if (server->replace_rate > 0) show_part(page, INDENT, node, "replace", "never");
  if (sj_node_field(node, "publish")) show_part(page, INDENT, node, "publish", "the defaults");
  show_load(page, &page->load[index]);
}

static void show_trace(struct page *page, const struct sj_trace *trace) {
  const struct sj_trace_summary *const summary = sj_trace_summary_of(trace);
  const char *const unit = page->model->time_unit;
  formatted_line(page, 2 * INDENT, "recording", "%s (%s), %llu requests over %.6g %s", sj_trace_name(trace),
                 summary->format, (unsigned long long)summary->count, summary->end, unit);
  if (summary->has_service)
    formatted_line(page, 2 * INDENT, "recorded service", "mean %.4g %s, cv %.4g", summary->service_mean, unit,
                   summary->service_cv);
}

static void show_client(struct page *page, const struct sj_client *client) {
  const struct sj_node *const node = next_node(page, true);
  static const char *const skip[] = {"count", "per_client", NULL};
  heading(page, "client", client->name, client->count, client->pool);
  show_targets(page, INDENT, "calls", &client->call);
  struct sj_text text = {0};
  sj_expression_text(page->model->document->resources, sj_node_field(node, "arrivals"), false, &text);
  const double rate = client->arrivals.mean_rate;
  if (!isnan(rate)) sj_text_add(&text, ": mean %.6g /%s", rate, page->model->time_unit);
  if (client->count > 1)
    sj_text_add(&text, ", %s", client->per_client ? "each member by itself" : "to a random member each");
  line(page, INDENT, "arrivals", text.data);
  free(text.data);
  if (client->arrivals.trace) show_trace(page, client->arrivals.trace);
  show_fields(page, INDENT, &sj_schema_client, node, client, skip);
  if (sj_law_given(&client->call.stage_timeout) || client->call.stage_retries) {
    const struct sj_value *const calls = sj_node_field(node, "calls");
    static const char *const nothing[] = {NULL};
    show_fields(page, INDENT, &sj_schema_target_list, calls->as.node, &client->call, nothing);
  }
  show_parts(page, INDENT, &sj_schema_client, node, &client->call);
}

/* ---- faults and the rest ---- */

static void add_place(const struct page *page, const struct sj_place *place, struct sj_text *text) {
  sj_text_add(text, "%s",
              place->is_client ? page->model->clients[place->index].name : page->model->servers[place->index].name);
  if (place->member >= 0) sj_text_add(text, "[%lld]", (long long)place->member);
}

static void add_fault(const struct page *page, const struct sj_fault *fault, struct sj_text *text) {
  static const char *const words[] = {"", "crash ", "stall ", "slow ", "cut ", "fail "};
  sj_text_add(text, "%s", words[fault->kind]);
  if (fault->kind != SJ_FAULT_CHANGE) add_place(page, &fault->place, text);
  if (fault->kind == SJ_FAULT_CUT) {
    sj_text_add(text, " from ");
    add_place(page, &fault->other, text);
  }
  if (fault->members) sj_text_add(text, ", %u random member%s", fault->members, fault->members > 1 ? "s" : "");
  if (fault->kind == SJ_FAULT_SLOW) sj_text_add(text, " by %.6g", fault->factor);
  if (fault->kind == SJ_FAULT_CRASH && fault->lost_error) sj_text_add(text, ", what is lost answers an error");
  if (fault->kind == SJ_FAULT_FAIL) sj_text_add(text, ", ratio %.6g", fault->ratio);
  for (size_t i = 0; i < fault->change_count; i++) {
    const struct sj_change *const change = &fault->changes[i];
    sj_text_add(text, "%s%s %s ", i ? ", " : "", change->path, change->scale ? "times" : "becomes");
    if (change->scale)
      sj_show_number(change->factor, text);
    else
      sj_expression_text(page->model->document->resources, change->value, false, text);
  }
}

static void show_faults(struct page *page) {
  if (page->model->fault_count) sj_text_add(&page->text, "\nfaults\n");
  for (size_t i = 0; i < page->model->fault_count; i++) {
    const struct sj_fault *const fault = &page->model->faults[i];
    struct sj_text when = {0}, what = {0};
    const struct sj_law every = {.fixed = fault->every}, lasts = {.fixed = fault->lasts};
    if (fault->every) {
      sj_text_add(&what, "every ");
      sj_show_law(page->model, &every, "time", &what);
      sj_text_add(&what, ", ");
    } else {
      sj_text_add(&when, "at ");
      sj_show_number(fault->at, &when);
      sj_text_add(&when, " %s", page->model->time_unit);
    }
    if (fault->lasts) {
      sj_text_add(&what, "for ");
      sj_show_law(page->model, &lasts, "time", &what);
      sj_text_add(&what, ": ");
    }
    add_fault(page, fault, &what);
    line(page, INDENT, when.data ? when.data : "at random", what.data);
    free(when.data);
    free(what.data);
  }
}

static void show_run(struct page *page) {
  const struct sj_run_settings *const run = &page->model->run;
  const char *const unit = page->model->time_unit;
  const struct sj_node *const node = page->model->document->run;
  sj_text_add(&page->text, "run\n");
  line(page, INDENT, "kind", run->kind == SJ_RUN_STEADY ? "steady" : "terminating");
  formatted_line(page, INDENT, "duration", "%.10g %s%s", run->duration, unit,
                 node && sj_node_field(node, "duration") ? "" : " (default)");
  if (run->kind == SJ_RUN_STEADY && isnan(run->warmup))
    line(page, INDENT, "warmup", "found from the first run (default)");
  else
    formatted_line(page, INDENT, "warmup", "%.10g %s", run->warmup, unit);
  formatted_line(page, INDENT, "drain", "at most %.10g %s%s", run->drain, unit,
                 node && sj_node_field(node, "drain") ? "" : " (default)");
  formatted_line(page, INDENT, "runs", "%u%s", run->runs, node && sj_node_field(node, "runs") ? "" : " (default)");
  formatted_line(page, INDENT, "seed", "%llu%s", (unsigned long long)run->seed,
                 node && sj_node_field(node, "seed") ? "" : " (default)");
}

static void show_solve(struct page *page) {
  static const char *const nothing[] = {NULL};
  const struct sj_node *const node = page->model->document->solve;
  if (!node) return;
  sj_text_add(&page->text, "\nsolve\n");
  show_fields(page, INDENT, &sj_schema_solve, node, &page->model->solve, nothing);
}

static void show_surroundings(struct page *page) {
  const struct sj_model *const model = page->model;
  sj_text_add(&page->text, "%s%s%s\n", model->file, model->title ? ": " : "", model->title ? model->title : "");
  if (model->scenario) sj_text_add(&page->text, "scenario \"%s\"\n", model->scenario);
  if (model->scenario_count && !model->scenario) {
    size_t used = strlen("scenarios (--scenario NAME shows one):");
    sj_text_add(&page->text, "scenarios (--scenario NAME shows one):");
    for (size_t i = 0; i < model->scenario_count; i++) {
      const size_t length = strlen(model->scenarios[i]) + strlen(" \"\",");
      const bool wraps = used + length > WIDTH;
      sj_text_add(&page->text, "%s \"%s\"%s", wraps ? "\n " : "", model->scenarios[i],
                  i + 1 < model->scenario_count ? "," : "");
      used = wraps ? length + 1 : used + length;
    }
    sj_text_add(&page->text, "\n");
  }
  sj_text_add(&page->text, "times in %s, rates per %s\n", model->time_unit, model->time_unit);
  char number[32];
  if (model->quantum > 0)
    sj_text_add(&page->text, "discrete time, in steps of %s %s\n", sj_number_text(model->quantum, number),
                model->time_unit);
  if (model->overlapping_states)
    sj_text_add(&page->text, "latencies that callers rank by count each change of state twice\n");
  if (model->original.given)
    sj_text_add(&page->text, "original figures: completions at multiples of %g %s, after %g %s\n",
                model->original.every, model->time_unit, model->original.after, model->time_unit);
  sj_text_add(&page->text, "\n");
}

static void show_parameters(struct page *page) {
  const struct sj_document *const document = page->model->document;
  if (document->parameter_count) sj_text_add(&page->text, "\nparameters\n");
  for (size_t i = 0; i < document->parameter_count; i++) {
    struct sj_text text = {0};
    sj_expression_text(document->resources, &document->parameters[i].value, false, &text);
    if (document->parameters[i].comment) sj_text_add(&text, "  (%s)", document->parameters[i].comment);
    line(page, INDENT, document->parameters[i].name, text.data);
    free(text.data);
  }
}

static void show_expectations(struct page *page) {
  static const char *const comparisons[] = {"<", "<=", ">", ">=", "=="};
  const struct sj_model *const model = page->model;
  if (model->expectation_count) sj_text_add(&page->text, "\nexpect\n");
  for (size_t i = 0; i < model->expectation_count; i++) {
    char number[32];
    formatted_line(page, INDENT, model->expectations[i].metric, "%s %s", comparisons[model->expectations[i].comparison],
                   sj_number_text(model->expectations[i].bound, number));
  }
}

char *sj_model_text(const struct sj_model *model) {
  struct page page = {.model = model};
  show_surroundings(&page);
  if (model->client_count || model->server_count) {
    show_run(&page);
    show_solve(&page);
    show_parameters(&page);
    for (size_t i = 0; i < model->client_count; i++) show_client(&page, &model->clients[i]);
    page.component = 0;
    struct sj_offered_load *const load = sj_model_offered_load(model);
    page.load = load;
    for (size_t i = 0; i < model->server_count; i++) show_server(&page, i);
    free(load);
    show_faults(&page);
    show_expectations(&page);
  }
  if (model->note_count) sj_text_add(&page.text, "\nnotes\n");
  for (size_t i = 0; i < model->note_count; i++) line(&page, INDENT, "", model->notes[i]);
  return page.text.data;
}
