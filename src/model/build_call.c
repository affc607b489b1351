/* What clients and servers' calls have in common. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"

/* ---- targets ---- */

static int compare_name(const void *name, const void *entry) {
  return strcmp(name, ((const struct sj_name_index *)entry)->name);
}

static const struct sj_name_index *find_name(const struct sj_name_index *names, size_t count, const char *name) {
  return count ? bsearch(name, names, count, sizeof *names, compare_name) : NULL;
}

static const char *nearest_server(const struct sj_builder *builder, const char *name) {
  const size_t count = builder->model->server_count;
  const char **const names = sj_allocate_array(count + 1, sizeof *names);
  for (size_t i = 0; i < count; i++) names[i] = builder->model->servers[i].name;
  const char *const nearest = sj_nearest(name, names);
  free(names);
  return nearest;
}

static void add_api_names(const struct sj_server *server, struct sj_text *text) {
  for (size_t i = 0; i < server->api_count; i++)
    sj_text_add(text, "%s`%s.%s`",
                !i                          ? ""
                : i + 1 < server->api_count ? ", "
                                            : " or ",
                server->name, server->apis[i].name);
}

/* The api named, or the only one if `name` is NULL. Returns false with a report. */
static bool find_api(struct sj_builder *builder, const struct sj_node *node, const char *field, size_t item,
                     const struct sj_value *value, struct sj_target *target, const char *name) {
  const struct sj_server *const server = &builder->model->servers[target->server];
  if (!server->api_count) return true; /* reported where it is declared */
  if (!name && server->api_count == 1) return true;
  for (size_t i = 0; name && i < server->api_count; i++) {
    if (!server->apis[i].name || strcmp(server->apis[i].name, name) != 0) continue;
    target->api = (uint32_t)i;
    return true;
  }
  if (!server->apis[0].name) {
    sj_build_wrong(builder, node, field, item, value, "`%s`: `%s` has no apis by name, call it `%s`",
                   builder->path.data, server->name, server->name);
    return false;
  }
  struct sj_text names = {0};
  add_api_names(server, &names);
  if (name)
    sj_build_wrong(builder, node, field, item, value, "`%s`: `%s` has no api `%s`; call %s", builder->path.data,
                   server->name, name, names.data);
  else
    sj_build_wrong(builder, node, field, item, value, "`%s`: `%s` has several apis; call %s", builder->path.data,
                   server->name, names.data);
  free(names.data);
  return false;
}

static bool find_target(struct sj_builder *builder, const struct sj_node *node, const char *field, size_t item,
                        const struct sj_value *value, struct sj_target *target) {
  char name[256];
  const char *const whole = value->as.string, *const dot = strchr(whole, '.');
  const size_t length = dot ? (size_t)(dot - whole) : strlen(whole);
  if (length >= sizeof name) return false;
  memcpy(name, whole, length);
  name[length] = 0;
  const struct sj_name_index *const found = find_name(builder->server_names, builder->model->server_count, name);
  if (found) {
    target->server = found->index;
    return find_api(builder, node, field, item, value, target, dot ? dot + 1 : NULL);
  }
  if (find_name(builder->client_names, builder->model->client_count, name)) {
    sj_build_wrong(builder, node, field, item, value, "`%s`: `%s` is a client; only servers can be called",
                   builder->path.data, name);
    return false;
  }
  if (builder->document->incomplete) return false;
  const char *const nearest = nearest_server(builder, name);
  if (nearest)
    sj_build_wrong(builder, node, field, item, value, "`%s`: there is no server `%s`; did you mean `%s`?",
                   builder->path.data, name, nearest);
  else
    sj_build_wrong(builder, node, field, item, value, "`%s`: there is no server `%s`", builder->path.data, name);
  return false;
}

static void add_target(struct sj_builder *builder, struct sj_call *call, struct sj_target target) {
  struct sj_target *const targets = sj_arena_array(&builder->document->arena, call->target_count + 1, sizeof *targets);
  if (call->target_count) memcpy(targets, call->targets, call->target_count * sizeof *targets);
  targets[call->target_count++] = target;
  call->targets = targets;
}

static void weighted_targets(struct sj_builder *builder, const struct sj_node *list, struct sj_call *call) {
  for (size_t i = 0; i < list->item_count; i++) {
    const struct sj_value *const value = &list->items[i];
    if (sj_build_is_unknown(value)) continue;
    const struct sj_node *const pair = value->kind == SJ_VALUE_NODE ? value->as.node : NULL;
    if (!pair || pair->schema != &sj_schema_table || pair->item_count != 2 || pair->items[1].kind != SJ_VALUE_STRING) {
      sj_build_expected(builder, list, NULL, i, value, "{weight, \"server\"}");
      continue;
    }
    const size_t length = sj_build_enter(builder, NULL, i);
    if (pair->field_count)
      sj_build_wrong(builder, pair, pair->fields[0].name, SIZE_MAX, NULL,
                     "`%s`: expected {weight, \"server\"}, got a field `%s`", builder->path.data, pair->fields[0].name);
    struct sj_target target = {0};
    target.weight = pair->items[0].kind == SJ_VALUE_NUMBER ? pair->items[0].as.number : NAN;
    if (!(target.weight > 0 && isfinite(target.weight)))
      sj_build_expected(builder, pair, NULL, 0, &pair->items[0], "a weight above 0");
    else if (find_target(builder, pair, NULL, 1, &pair->items[1], &target))
      add_target(builder, call, target);
    sj_build_leave(builder, length);
  }
}

void sj_build_targets(struct sj_builder *builder, const struct sj_node *node, const char *field, size_t item,
                      const struct sj_value *value, struct sj_call *call) {
  if (sj_build_is_unknown(value)) return;
  const size_t length = sj_build_enter(builder, field, item);
  const struct sj_node *const list =
      value->kind == SJ_VALUE_NODE && value->as.node->schema == &sj_schema_table ? value->as.node : NULL;
  if (value->kind == SJ_VALUE_STRING) {
    struct sj_target target = {.weight = 1};
    if (find_target(builder, node, field, item, value, &target)) add_target(builder, call, target);
  } else if (list && list->item_count == 1 && list->items[0].kind == SJ_VALUE_STRING) {
    struct sj_target target = {.weight = 1};
    if (find_target(builder, list, NULL, 0, &list->items[0], &target)) add_target(builder, call, target);
  } else if (list && list->item_count) {
    weighted_targets(builder, list, call);
  } else {
    char buffer[96];
    sj_build_wrong(builder, node, field, item, value,
                   "`%s`: expected \"server\", \"server.api\" or { {weight, \"server\"}, ... }, got %s",
                   builder->path.data, list ? "an empty table" : sj_value_describe(value, buffer));
  }
  sj_build_leave(builder, length);
}

/* ---- parts ---- */

static void read_link(struct sj_builder *builder, const struct sj_node *node, struct sj_link *link) {
  const struct sj_node *const part = sj_build_part(builder, node, "network", &sj_schema_link);
  if (!part) return;
  const size_t length = sj_build_enter(builder, "network", SIZE_MAX);
  sj_build_fields(builder, part, &sj_schema_link, link);
  link->given = true;
  if (sj_node_field(part, "rtt") && sj_node_field(part, "one_way"))
    sj_build_wrong(builder, part, NULL, SIZE_MAX, NULL, "`%s`: a link takes `rtt` or `one_way`, not both",
                   builder->path.data);
  sj_build_leave(builder, length);
}

static void read_backoff(struct sj_builder *builder, const struct sj_node *node, struct sj_backoff *backoff) {
  const struct sj_node *const part = sj_build_part(builder, node, "backoff", &sj_schema_exponential_backoff);
  if (!part) return;
  const size_t length = sj_build_enter(builder, "backoff", SIZE_MAX);
  sj_build_fields(builder, part, &sj_schema_exponential_backoff, backoff);
  backoff->given = true;
  sj_build_leave(builder, length);
}

static void read_budget(struct sj_builder *builder, const struct sj_node *node, struct sj_token_bucket *bucket) {
  const struct sj_node *const part = sj_build_part(builder, node, "retry_budget", &sj_schema_token_bucket);
  if (!part) return;
  const size_t length = sj_build_enter(builder, "retry_budget", SIZE_MAX);
  sj_build_fields(builder, part, &sj_schema_token_bucket, bucket);
  bucket->given = true;
  sj_build_leave(builder, length);
}

static void read_breaker(struct sj_builder *builder, const struct sj_node *node, struct sj_circuit_breaker *breaker) {
  const struct sj_node *const part = sj_build_part(builder, node, "circuit_breaker", &sj_schema_breaker);
  if (!part) return;
  const size_t length = sj_build_enter(builder, "circuit_breaker", SIZE_MAX);
  sj_build_fields(builder, part, &sj_schema_breaker, breaker);
  breaker->given = true;
  sj_build_leave(builder, length);
}

static void read_hedge(struct sj_builder *builder, const struct sj_node *node, struct sj_hedge *hedge) {
  const struct sj_node *const part = sj_build_part(builder, node, "hedge", &sj_schema_hedge);
  if (!part) return;
  const size_t length = sj_build_enter(builder, "hedge", SIZE_MAX);
  sj_build_fields(builder, part, &sj_schema_hedge, hedge);
  hedge->given = true;
  if (!sj_node_field(part, "after") == !sj_node_field(part, "delay"))
    sj_build_wrong(builder, part, NULL, SIZE_MAX, NULL, "`%s`: a hedge takes `after` or `delay`%s", builder->path.data,
                   sj_node_field(part, "after") ? ", not both" : "");
  sj_build_leave(builder, length);
}

static bool in_schema(const struct sj_schema *schema, const char *name) {
  return sj_schema_field(schema, name) != NULL;
}

void sj_build_call(struct sj_builder *builder, const struct sj_node *node, const struct sj_schema *schema,
                   struct sj_call *call) {
  call->priority_given = sj_node_field(node, "priority") != NULL;
  const size_t mistakes = builder->mistakes->count;
  sj_build_policy(builder, node, &call->policy);
  if (builder->mistakes->count == mistakes) sj_check_policy(builder, node, call);
  read_link(builder, node, &call->network);
  if (!in_schema(schema, "backoff")) return;
  read_backoff(builder, node, &call->backoff);
  read_budget(builder, node, &call->retry_budget);
  read_breaker(builder, node, &call->breaker);
  read_hedge(builder, node, &call->hedge);
}
