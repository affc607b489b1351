#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"

/* ---- admission, replacement ---- */

static bool read_admission(struct sj_builder *builder, const struct sj_node *node, const char *field, size_t item,
                           const struct sj_value *value, struct sj_admission *admission) {
  if (sj_build_is_unknown(value)) return false;
  const struct sj_schema *const schema = value->kind == SJ_VALUE_NODE ? value->as.node->schema : NULL;
  void *target = admission;
  if (schema == &sj_schema_token_bucket) {
    admission->kind = SJ_ADMIT_TOKEN_BUCKET;
    admission->bucket.given = true;
    target = &admission->bucket;
  } else if (schema == &sj_schema_throttle) {
    admission->kind = SJ_ADMIT_THROTTLE;
  } else if (schema == &sj_schema_codel) {
    admission->kind = SJ_ADMIT_CODEL;
  } else if (schema == &sj_schema_max_in_flight) {
    admission->kind = SJ_ADMIT_MAX_IN_FLIGHT;
  } else {
    sj_build_expected(builder, node, field, item, value,
                      "token_bucket, throttle, codel, max_in_flight or a list of them");
    return false;
  }
  const size_t length = sj_build_enter(builder, field, item);
  sj_build_fields(builder, value->as.node, schema, target);
  sj_build_leave(builder, length);
  return true;
}

static void check_throttle(struct sj_builder *builder, const struct sj_node *node, const struct sj_server *server) {
  for (size_t i = 0; i < server->admission_count; i++)
    if (server->admissions[i].kind == SJ_ADMIT_THROTTLE && isinf(server->capacity))
      sj_build_wrong(builder, node, "admission", SIZE_MAX, NULL,
                     "`%s`: throttle needs a `capacity`, of which its `above` is a share", builder->path.data);
}

static void read_admissions(struct sj_builder *builder, const struct sj_node *node, struct sj_server *server) {
  const struct sj_value *const value = sj_node_field(node, "admission");
  if (!value) return;
  const struct sj_node *const list =
      value->kind == SJ_VALUE_NODE && value->as.node->schema == &sj_schema_table ? value->as.node : NULL;
  const size_t count = list ? list->item_count : 1;
  server->admissions = sj_arena_array(&builder->document->arena, count, sizeof *server->admissions);
  if (list) {
    const size_t length = sj_build_enter(builder, "admission", SIZE_MAX);
    sj_build_known(builder, list, &sj_schema_admissions);
    for (size_t i = 0; i < count; i++)
      server->admission_count +=
          read_admission(builder, list, NULL, i, &list->items[i], &server->admissions[server->admission_count]);
    sj_build_leave(builder, length);
  } else {
    server->admission_count = read_admission(builder, node, "admission", SIZE_MAX, value, server->admissions);
  }
  check_throttle(builder, node, server);
}

static void read_replacement(struct sj_builder *builder, const struct sj_node *node, struct sj_server *server) {
  const struct sj_node *const part = sj_build_part(builder, node, "replace", &sj_schema_replace);
  if (!part) return;
  const size_t length = sj_build_enter(builder, "replace", SIZE_MAX);
  sj_build_fields(builder, part, &sj_schema_replace, server);
  sj_build_leave(builder, length);
}

/* ---- apis ---- */

/* A law, or a table { work = law, calls = ... }. */
static void read_api(struct sj_builder *builder, const struct sj_node *apis, const struct sj_field *entry,
                     struct sj_api *api) {
  api->name = sj_arena_string(&builder->document->arena, entry->name);
  const struct sj_value *const value = &entry->value;
  if (sj_build_is_unknown(value)) return;
  const size_t length = sj_build_enter(builder, entry->name, SIZE_MAX);
  if (value->kind == SJ_VALUE_NODE && value->as.node->schema == &sj_schema_table) {
    sj_build_fields(builder, value->as.node, &sj_schema_api, api);
  } else {
    struct sj_field_schema work = *sj_schema_field(&sj_schema_api, "work");
    work.name = entry->name;
    sj_build_law(builder, apis, &work, value, true, &api->work);
  }
  sj_build_leave(builder, length);
}

static void read_apis(struct sj_builder *builder, const struct sj_node *node, struct sj_server *server) {
  const struct sj_node *const apis = sj_build_part(builder, node, "apis", &sj_schema_apis);
  if (!apis) return;
  const size_t length = sj_build_enter(builder, "apis", SIZE_MAX);
  if (!apis->field_count && !apis->item_count)
    sj_build_wrong(builder, apis, NULL, SIZE_MAX, NULL, "`%s` is empty", builder->path.data);
  if (apis->item_count)
    sj_build_wrong(builder, apis, NULL, 0, NULL, "`%s`: apis have names: %s", builder->path.data,
                   sj_schema_apis.example);
  server->apis = sj_arena_array(&builder->document->arena, apis->field_count, sizeof *server->apis);
  server->api_count = apis->field_count;
  for (size_t i = 0; i < apis->field_count; i++) {
    if (strpbrk(apis->fields[i].name, ".[] ") || !*apis->fields[i].name)
      sj_build_wrong(builder, apis, apis->fields[i].name, SIZE_MAX, NULL,
                     "`%s`: an api's name has no dots, brackets or spaces, got \"%s\"", builder->path.data,
                     apis->fields[i].name);
    read_api(builder, apis, &apis->fields[i], &server->apis[i]);
  }
  sj_build_leave(builder, length);
}

static void read_service(struct sj_builder *builder, const struct sj_node *node, struct sj_server *server) {
  const struct sj_value *const service = sj_node_field(node, "service"), *const apis = sj_node_field(node, "apis");
  if (!service == !apis) {
    if (service)
      sj_build_wrong(builder, node, "apis", SIZE_MAX, NULL, "`%s` takes `service` or `apis`, not both",
                     builder->path.data);
    else
      sj_build_lacks(builder, node, &sj_schema_server, "service",
                     "the time that its work takes, a number or a distribution (or `apis`)");
    if (!service) return;
  }
  if (apis) {
    read_apis(builder, node, server);
    static const char *const words[] = {"calls", "forward", "order"};
    for (size_t i = 0; i < 3; i++)
      if (sj_node_field(node, words[i]))
        sj_build_wrong(builder, node, words[i], SIZE_MAX, NULL,
                       "`%s.%s` goes with `service`; with `apis` it belongs to one of them", builder->path.data,
                       words[i]);
    return;
  }
  server->apis = sj_arena_array(&builder->document->arena, 1, sizeof *server->apis);
  server->api_count = 1;
  struct sj_field_schema work = *sj_schema_field(&sj_schema_api, "work");
  work.name = "service";
  const size_t length = sj_build_enter(builder, "service", SIZE_MAX);
  sj_build_law(builder, node, &work, service, true, &server->apis[0].work);
  sj_build_leave(builder, length);
  const struct sj_field_schema *const order = sj_schema_field(&sj_schema_server, "order");
  sj_build_field(builder, node, order, &server->apis[0]);
}

/* Fields that belong to the api are read with it. */
static void read_fields(struct sj_builder *builder, const struct sj_node *node, struct sj_server *server) {
  sj_build_known(builder, node, &sj_schema_server);
  struct sj_law one = {0};
  for (size_t i = 0; i < sj_schema_server.field_count; i++) {
    const struct sj_field_schema *const field = &sj_schema_server.fields[i];
    if (field->offset == SJ_NO_OFFSET || !strcmp(field->name, "order")) continue;
    sj_build_field(builder, node, field, server);
  }
  if (sj_law_given(&server->threads)) return;
  const struct sj_value threads = sj_value_number(1);
  sj_build_law(builder, node, sj_schema_field(&sj_schema_server, "threads"), &threads, false, &one);
  server->threads = one;
}

void sj_build_servers(struct sj_builder *builder) {
  for (size_t i = 0; i < builder->model->server_count; i++) {
    struct sj_server *const server = &builder->model->servers[i];
    const struct sj_node *const node = builder->server_nodes[i];
    const size_t length = sj_build_enter(builder, node->name, SIZE_MAX);
    server->line = node->line;
    server->count = 1;
    server->pool = sj_node_field(node, "count") != NULL;
    server->capacity = INFINITY;
    server->speed = 1;
    server->orbit = NAN;
    if (node->schema == &sj_schema_batcher) {
      sj_build_batcher(builder, node, server);
    } else if (node->schema == &sj_schema_store) {
      sj_build_store(builder, node, server);
    } else {
      read_fields(builder, node, server);
      read_service(builder, node, server);
      read_admissions(builder, node, server);
      read_replacement(builder, node, server);
      sj_build_publish(builder, node, &server->publish);
    }
    sj_build_leave(builder, length);
  }
}

/* ---- calls ---- */

/* One entry of `calls` or `forward`: a name, or { target, fields ... }. */
static void read_call(struct sj_builder *builder, const struct sj_node *list, size_t item, bool forward,
                      struct sj_call *call) {
  const struct sj_value *const value = &list->items[item];
  const struct sj_schema *const schema = forward ? &sj_schema_stage : &sj_schema_call;
  static const struct sj_node empty = {.schema = &sj_schema_table};
  const struct sj_node *node = &empty;
  const size_t length = builder->path.length;
  if (value->kind == SJ_VALUE_NODE && value->as.node->schema == &sj_schema_table) {
    node = value->as.node;
    sj_build_enter(builder, NULL, item);
    if (node->item_count != 1)
      sj_build_wrong(builder, node, NULL, SIZE_MAX, NULL, "`%s`: a call is written %s", builder->path.data,
                     schema->example);
    else
      sj_build_targets(builder, node, NULL, 0, &node->items[0], call);
  } else if (value->kind == SJ_VALUE_STRING) {
    sj_build_targets(builder, list, NULL, item, value, call);
    sj_build_enter(builder, NULL, item);
  } else {
    if (!sj_build_is_unknown(value)) sj_build_expected(builder, list, NULL, item, value, schema->example);
    return;
  }
  sj_build_fields(builder, node, schema, call);
  sj_build_call(builder, node, schema, call);
  sj_build_leave(builder, length);
}

static void read_calls(struct sj_builder *builder, const struct sj_node *node, struct sj_api *api, int line) {
  const struct sj_value *const calls = sj_node_field(node, "calls"), *const forward = sj_node_field(node, "forward");
  if (calls && forward)
    sj_build_wrong(builder, node, "forward", SIZE_MAX, NULL, "`%s` takes `calls` or `forward`, not both",
                   builder->path.data);
  if (forward && sj_node_field(node, "order"))
    sj_build_wrong(builder, node, "order", SIZE_MAX, NULL,
                   "`%s.order` is that of calls; `forward` hands on to all at once", builder->path.data);
  const struct sj_value *const value = forward ? forward : calls;
  const char *const field = forward ? "forward" : "calls";
  if (!value || sj_build_is_unknown(value)) return;
  const struct sj_schema *const schema = forward ? &sj_schema_stages : &sj_schema_calls;
  const struct sj_node *list = value->kind == SJ_VALUE_NODE ? value->as.node : NULL;
  struct sj_value only = *value;
  struct sj_node single = {.schema = &sj_schema_table, .line = line, .items = &only, .item_count = 1};
  if (value->kind == SJ_VALUE_STRING) list = &single;
  if (!list || list->schema != &sj_schema_table || !list->item_count || list->field_count) {
    if (list && list->field_count && list->item_count)
      sj_build_wrong(builder, node, field, SIZE_MAX, value, "`%s.%s` is a list of calls, also if it is one: %s",
                     builder->path.data, field, schema->example);
    else
      sj_build_expected(builder, node, field, SIZE_MAX, value, schema->example);
    return;
  }
  api->forward = forward != NULL;
  api->call_count = list->item_count;
  api->calls = sj_arena_array(&builder->document->arena, api->call_count, sizeof *api->calls);
  const size_t length = sj_build_enter(builder, field, SIZE_MAX);
  for (size_t i = 0; i < api->call_count; i++) {
    api->calls[i].wait = true;
    api->calls[i].deadline = INFINITY;
    api->calls[i].line = line;
    read_call(builder, list, i, api->forward, &api->calls[i]);
  }
  sj_build_leave(builder, length);
}

void sj_build_server_calls(struct sj_builder *builder) {
  for (size_t i = 0; i < builder->model->server_count; i++) {
    struct sj_server *const server = &builder->model->servers[i];
    const struct sj_node *const node = builder->server_nodes[i];
    const size_t length = sj_build_enter(builder, node->name, SIZE_MAX);
    const struct sj_value *const value = sj_node_field(node, "apis");
    if (server->kind == SJ_BATCHER) {
      sj_build_batcher_call(builder, node, server);
    } else if (server->kind == SJ_SERVER && !value && server->api_count) {
      read_calls(builder, node, &server->apis[0], node->line);
    } else if (value && value->kind == SJ_VALUE_NODE && value->as.node->schema == &sj_schema_table) {
      const struct sj_node *const apis = value->as.node;
      const size_t inner = sj_build_enter(builder, "apis", SIZE_MAX);
      for (size_t j = 0; j < apis->field_count; j++) {
        const struct sj_value *const api = &apis->fields[j].value;
        if (api->kind != SJ_VALUE_NODE || api->as.node->schema != &sj_schema_table) continue;
        const size_t deeper = sj_build_enter(builder, apis->fields[j].name, SIZE_MAX);
        read_calls(builder, api->as.node, &server->apis[j], node->line);
        sj_build_leave(builder, deeper);
      }
      sj_build_leave(builder, inner);
    }
    sj_build_leave(builder, length);
  }
}
