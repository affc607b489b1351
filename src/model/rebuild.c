/* From the canonical form back to a model, by way of a text in the model language. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"

struct writer {
  struct sj_text text;
};

static void add_string(struct writer *w, const char *string) {
  sj_text_add(&w->text, "\"");
  for (; *string; string++) {
    const unsigned char c = (unsigned char)*string;
    if (c < 32 || c == '"' || c == '\\')
      sj_text_add(&w->text, "\\%03u", c);
    else
      sj_text_add_bytes(&w->text, string, 1);
  }
  sj_text_add(&w->text, "\"");
}

static void add_scalar(struct writer *w, const json_t *value) {
  if (json_is_string(value))
    add_string(w, json_string_value(value));
  else if (json_is_boolean(value))
    sj_text_add(&w->text, json_is_true(value) ? "true" : "false");
  else
    sj_text_add(&w->text, "%.17g", json_number_value(value));
}

/* What is null is left out: so it was not given. */
static void add_field(struct writer *w, const char *name, const json_t *value) {
  if (!json_is_string(value) && !json_is_boolean(value) && !json_is_number(value)) return;
  sj_text_add(&w->text, " %s = ", name);
  add_scalar(w, value);
  sj_text_add(&w->text, ",");
}

/* A law is a number, or an expression as the language has it. */
static void add_law(struct writer *w, const char *name, const json_t *law) {
  if (json_is_string(law))
    sj_text_add(&w->text, " %s = %s,", name, json_string_value(law));
  else
    add_field(w, name, law);
}

static void add_fields(struct writer *w, const json_t *from, const char *const *names) {
  for (; *names; names++) add_field(w, *names, json_object_get(from, *names));
}

static void add_named_table(struct writer *w, const char *name, const char *constructor, const json_t *from,
                            const char *const *names) {
  if (!json_is_object(from)) return;
  sj_text_add(&w->text, " %s = %s {", name, constructor);
  add_fields(w, from, names);
  sj_text_add(&w->text, " },");
}

static void add_target(struct writer *w, const json_t *target) {
  const char *const server = json_string_value(json_object_get(target, "server")), *const api = json_string_value(
                                                                                       json_object_get(target, "api"));
  char *const name = sj_format("%s%s%s", server ? server : "", api ? "." : "", api ? api : "");
  add_string(w, name);
  free(name);
}

/* "server.api", or { {weight, "server.api"}, ... }. */
static void add_targets(struct writer *w, const json_t *targets) {
  if (json_array_size(targets) == 1) {
    add_target(w, json_array_get(targets, 0));
    return;
  }
  for (size_t i = 0; i < json_array_size(targets); i++) {
    const json_t *const target = json_array_get(targets, i);
    sj_text_add(&w->text, "%s{ %.17g, ", i ? ", " : "", json_number_value(json_object_get(target, "weight")));
    add_target(w, target);
    sj_text_add(&w->text, " }");
  }
}

static void add_call(struct writer *w, const json_t *call) {
  static const char *const plain[] = {"retries", "deadline", "cancel", "late", "connections", "priority", NULL},
                           *const backoff[] = {"base", "factor", "max", "jitter", NULL},
                           *const bucket[] = {"capacity", "rate", NULL};
  add_law(w, "timeout", json_object_get(call, "timeout"));
  add_fields(w, call, plain);
  add_named_table(w, "backoff", "exponential_backoff", json_object_get(call, "backoff"), backoff);
  add_named_table(w, "retry_budget", "token_bucket", json_object_get(call, "retry_budget"), bucket);
}

static void add_numbers(struct writer *w, const json_t *list, size_t from, size_t count) {
  for (size_t i = from; i < from + count; i++)
    sj_text_add(&w->text, "%s%.17g", i > from ? ", " : "", json_number_value(json_array_get(list, i)));
}

static void add_mmpp(struct writer *w, const json_t *arrivals) {
  const json_t *const rates = json_object_get(arrivals, "rates"), *const transitions =
                                                                      json_object_get(arrivals, "transitions");
  const size_t states = json_array_size(rates);
  sj_text_add(&w->text, " rates = {");
  add_numbers(w, rates, 0, states);
  sj_text_add(&w->text, "}, transitions = {");
  for (size_t i = 0; i < states; i++) {
    sj_text_add(&w->text, "{");
    add_numbers(w, transitions, i * states, states);
    sj_text_add(&w->text, "},");
  }
  sj_text_add(&w->text, "}");
}

static void add_arrivals(struct writer *w, const json_t *arrivals) {
  static const char *const plain[] = {"rate", "population", "count", "over", NULL};
  const char *const kind = json_string_value(json_object_get(arrivals, "kind"));
  sj_text_add(&w->text, " arrivals = %s {", kind ? kind : "");
  add_fields(w, arrivals, plain);
  add_law(w, "interval", json_object_get(arrivals, "interval"));
  add_law(w, "think", json_object_get(arrivals, "think"));
  if (json_object_get(arrivals, "transitions")) add_mmpp(w, arrivals);
  sj_text_add(&w->text, " },");
}

static void add_client(struct writer *w, const json_t *client) {
  const json_t *const targets = json_object_get(client, "targets");
  sj_text_add(&w->text, "client ");
  add_scalar(w, json_object_get(client, "name"));
  sj_text_add(&w->text, " { calls = {");
  add_targets(w, targets);
  sj_text_add(&w->text, ",");
  add_law(w, "stage_timeout", json_object_get(client, "stage_timeout"));
  if (json_number_value(json_object_get(client, "stage_retries")) > 0)
    add_field(w, "stage_retries", json_object_get(client, "stage_retries"));
  sj_text_add(&w->text, " },");
  if (json_is_true(json_object_get(client, "pool"))) add_field(w, "count", json_object_get(client, "count"));
  add_field(w, "per_client", json_is_true(json_object_get(client, "per_client")) ? json_true() : NULL);
  add_arrivals(w, json_object_get(client, "arrivals"));
  add_call(w, client);
  sj_text_add(&w->text, " }\n");
}

static void add_stages(struct writer *w, const json_t *api) {
  const json_t *const forward = json_object_get(api, "forward"), *const calls =
                                                                     forward ? forward : json_object_get(api, "calls");
  if (json_array_size(calls) == 0) return;
  sj_text_add(&w->text, " %s = {", forward ? "forward" : "calls");
  for (size_t i = 0; i < json_array_size(calls); i++) {
    static const char *const own[] = {"wait", "optional", NULL};
    const json_t *const call = json_array_get(calls, i);
    sj_text_add(&w->text, " { ");
    add_targets(w, json_object_get(call, "targets"));
    sj_text_add(&w->text, ",");
    if (forward) {
      add_law(w, "timeout", json_object_get(call, "stage_timeout"));
      add_field(w, "retries", json_object_get(call, "stage_retries"));
    } else {
      add_call(w, call);
      add_fields(w, call, own);
    }
    sj_text_add(&w->text, " },");
  }
  sj_text_add(&w->text, " },");
  if (!forward) add_field(w, "order", json_object_get(api, "order"));
}

static void add_apis(struct writer *w, const json_t *apis) {
  const json_t *const first = json_array_get(apis, 0);
  if (json_array_size(apis) == 1 && !json_is_string(json_object_get(first, "name"))) {
    add_law(w, "service", json_object_get(first, "work"));
    add_stages(w, first);
    return;
  }
  sj_text_add(&w->text, " apis = {");
  for (size_t i = 0; i < json_array_size(apis); i++) {
    const json_t *const api = json_array_get(apis, i);
    sj_text_add(&w->text, " [");
    add_scalar(w, json_object_get(api, "name"));
    sj_text_add(&w->text, "] = {");
    add_law(w, "work", json_object_get(api, "work"));
    add_stages(w, api);
    sj_text_add(&w->text, " },");
  }
  sj_text_add(&w->text, " },");
}

static void add_server(struct writer *w, const json_t *server) {
  static const char *const plain[] = {"capacity", "discipline", "refuse", "async", "join", "speed", "orbit", NULL},
                           *const settings[] = {"capacity", "rate", "above", "admit", "target", "interval", NULL};
  const json_t *const admission = json_object_get(server, "admission");
  sj_text_add(&w->text, "server ");
  add_scalar(w, json_object_get(server, "name"));
  sj_text_add(&w->text, " {");
  if (json_is_true(json_object_get(server, "pool"))) add_field(w, "count", json_object_get(server, "count"));
  add_law(w, "threads", json_object_get(server, "threads"));
  add_fields(w, server, plain);
  add_apis(w, json_object_get(server, "apis"));
  if (json_array_size(admission) > 0) sj_text_add(&w->text, " admission = {");
  for (size_t i = 0; i < json_array_size(admission); i++) {
    const json_t *const item = json_array_get(admission, i);
    const char *const kind = json_string_value(json_object_get(item, "kind"));
    sj_text_add(&w->text, " %s {", kind ? kind : "");
    add_fields(w, item, settings);
    sj_text_add(&w->text, " },");
  }
  if (json_array_size(admission) > 0) sj_text_add(&w->text, " },");
  sj_text_add(&w->text, " }\n");
}

static void add_changes(struct writer *w, const json_t *changes, const char *how) {
  size_t count = 0;
  for (size_t i = 0; i < json_array_size(changes); i++) {
    const json_t *const change = json_array_get(changes, i), *const value = json_object_get(change, how);
    if (!value) continue;
    if (count++ == 0) sj_text_add(&w->text, " %s = {", how);
    sj_text_add(&w->text, " [");
    add_scalar(w, json_object_get(change, "path"));
    sj_text_add(&w->text, "]");
    add_law(w, "", value);
  }
  if (count > 0) sj_text_add(&w->text, " },");
}

/* Faults that change figures; what they do in a chain is known of no other. */
static void add_fault(struct writer *w, const json_t *fault) {
  const json_t *const changes = json_object_get(fault, "changes");
  sj_text_add(&w->text, "fault {");
  add_field(w, "at", json_object_get(fault, "at"));
  add_law(w, "lasts", json_object_get(fault, "lasts"));
  add_changes(w, changes, "set");
  add_changes(w, changes, "scale");
  sj_text_add(&w->text, " }\n");
}

static char *model_text(const json_t *canonical, double duration) {
  struct writer w = {0};
  size_t i;
  const json_t *item;
  sj_text_add(&w.text, "model {");
  add_field(&w, "time_unit", json_object_get(canonical, "time_unit"));
  sj_text_add(&w.text, " }\nrun { duration = %.17g,", duration);
  add_field(&w, "kind", json_object_get(canonical, "kind"));
  sj_text_add(&w.text, " }\n");
  json_array_foreach(json_object_get(canonical, "servers"), i, item) { add_server(&w, item); }
  json_array_foreach(json_object_get(canonical, "clients"), i, item) { add_client(&w, item); }
  json_array_foreach(json_object_get(canonical, "faults"), i, item) { add_fault(&w, item); }
  return w.text.data;
}

enum sj_status sj_model_from_canonical(const char *name, const char *canonical, double duration,
                                       struct sj_model **model, struct sj_error *error) {
  static const char *const no_data[] = {NULL};
  json_t *const document = json_loads(canonical, 0, NULL);
  char *const text = document ? model_text(document, duration) : NULL;
  struct sj_error why = {{0}};
  *model = NULL;
  json_decref(document);
  const enum sj_status status =
      text ? sj_model_load_text(name, text, strlen(text), no_data, NULL, NULL, model, &why) : SJ_INVALID;
  free(text);
  char *const again = status == SJ_OK ? sj_model_canonical(*model) : NULL;
  const bool same = again && strcmp(again, canonical) == 0;
  free(again);
  if (same) return SJ_OK;
  sj_model_destroy(*model);
  *model = NULL;
  return sj_error_set(error, status == SJ_NO_MEMORY ? status : SJ_INVALID,
                      "%s: the model cannot be made again from the results: %.*s", name,
                      (int)strcspn(why.message, "\n"), *why.message ? why.message : "it has more than is read here");
}
