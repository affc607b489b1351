/* Discrete and continuous time are two worlds, and each knows parts of the language that the other does not: they are
 * refused by name, where they are written. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"

/* Refuses each of `words` that `node` has; `world` says where. */
static void refuse(struct sj_builder *builder, const struct sj_node *node, const char *const *words,
                   const char *world) {
  for (; *words; words++) {
    const struct sj_value *const value = node ? sj_node_field(node, *words) : NULL;
    if (!value) continue;
    const size_t length = sj_build_enter(builder, *words, SIZE_MAX);
    sj_build_wrong(builder, node, *words, SIZE_MAX, value, "`%s` is not in this version in %s", builder->path.data,
                   world);
    sj_build_leave(builder, length);
  }
}

static const struct sj_node *part_of(const struct sj_node *node, const char *field) {
  const struct sj_value *const value = sj_node_field(node, field);
  return value && value->kind == SJ_VALUE_NODE ? value->as.node : NULL;
}

static void refuse_in_part(struct sj_builder *builder, const struct sj_node *node, const char *field,
                           const char *const *words, const char *world) {
  const size_t length = sj_build_enter(builder, field, SIZE_MAX);
  refuse(builder, part_of(node, field), words, world);
  sj_build_leave(builder, length);
}

/* ---- discrete time ---- */

static const char discrete[] = "discrete time (`quantum` above 0)";

static void check_discrete_arrivals(struct sj_builder *builder, const struct sj_node *node) {
  const struct sj_node *const arrivals = part_of(node, "arrivals");
  if (!arrivals || strcmp(arrivals->schema->name, "closed") != 0) return;
  sj_build_wrong(builder, node, "arrivals", SIZE_MAX, NULL, "`%s.arrivals`: closed is not in this version in %s",
                 node->name, discrete);
}

static bool uses_server_rtt(const struct sj_law *law) {
  const struct sj_distribution *const drawn = law->member ? law->member->drawn : law->fixed;
  return drawn && sj_distribution_uses_recorded(drawn);
}

static void check_server_rtt(struct sj_builder *builder, const struct sj_node *node, const struct sj_call *call) {
  const struct sj_server *const server = &builder->model->servers[call->targets[0].server];
  if (!uses_server_rtt(&call->network.one_way) || sj_law_given(&server->rtt)) return;
  sj_build_wrong(builder, part_of(node, "network"), "one_way", SIZE_MAX, NULL,
                 "`%s.network.one_way`: server_rtt is that of `%s`, which has no `rtt`", node->name, server->name);
}

static void check_discrete_client(struct sj_builder *builder, const struct sj_node *node,
                                  const struct sj_client *client) {
  static const char *const words[] = {"timeout",         "retries", "deadline", "backoff", "retry_budget",
                                      "circuit_breaker", "hedge",   "cancel",   "late",    "connections",
                                      "priority",        "size",    NULL};
  static const char *const of_link[] = {"rtt", "per_byte", "loss", NULL};
  static const char *const of_calls[] = {"stage_timeout", "stage_retries", NULL};
  const size_t length = sj_build_enter(builder, node->name, SIZE_MAX);
  refuse(builder, node, words, discrete);
  refuse_in_part(builder, node, "network", of_link, discrete);
  refuse_in_part(builder, node, "calls", of_calls, discrete);
  check_discrete_arrivals(builder, node);
  if (client->call.target_count > 1)
    sj_build_wrong(builder, node, "calls", SIZE_MAX, NULL, "`%s.calls`: a weighted list is not in this version in %s",
                   node->name, discrete);
  if (client->call.target_count) check_server_rtt(builder, node, &client->call);
  sj_build_leave(builder, length);
}

static void check_discrete(struct sj_builder *builder) {
  static const char *const words[] = {"apis",   "calls", "forward", "order", "capacity", "discipline", "admission",
                                      "refuse", "async", "join",    "speed", "orbit",    NULL};
  const struct sj_model *const model = builder->model;
  for (size_t i = 0; i < model->client_count; i++)
    check_discrete_client(builder, builder->client_nodes[i], &model->clients[i]);
  for (size_t i = 0; i < model->server_count; i++) {
    const struct sj_node *const node = builder->server_nodes[i];
    const size_t length = sj_build_enter(builder, node->name, SIZE_MAX);
    refuse(builder, node, words, discrete);
    if (model->servers[i].replace_rate * model->quantum > 1)
      sj_build_wrong(builder, node, "replace", SIZE_MAX, NULL,
                     "`%s.replace.rate` times the quantum is a probability, at most 1", node->name);
    sj_build_leave(builder, length);
  }
  for (size_t i = 0; i < builder->document->fault_count; i++)
    sj_build_wrong(builder, builder->document->faults[i], NULL, SIZE_MAX, NULL, "faults are not in this version in %s",
                   discrete);
}

/* ---- continuous time ---- */

static const char continuous[] = "continuous time (`quantum` 0)";

static void check_continuous_calls(struct sj_builder *builder, const struct sj_node *node, const char *field) {
  static const char *const words[] = {"in_flight_until", NULL};
  static const char *const of_link[] = {"redraw", NULL};
  const struct sj_node *const list = part_of(node, field);
  for (size_t i = 0; list && i < list->item_count; i++) {
    if (list->items[i].kind != SJ_VALUE_NODE) continue;
    const size_t length = sj_build_enter(builder, field, SIZE_MAX);
    sj_build_enter(builder, NULL, i);
    refuse(builder, list->items[i].as.node, words, continuous);
    refuse_in_part(builder, list->items[i].as.node, "network", of_link, continuous);
    sj_build_leave(builder, length);
  }
}

static void check_continuous(struct sj_builder *builder) {
  static const char *const of_model[] = {"overlapping_states", "original", NULL};
  static const char *const of_client[] = {"in_flight_until", NULL};
  static const char *const of_link[] = {"redraw", NULL};
  static const char *const of_server[] = {"rtt", "cold_start", NULL};
  static const char *const of_replace[] = {"requeue", NULL};
  const struct sj_model *const model = builder->model;
  const size_t outer = sj_build_enter(builder, "model", SIZE_MAX);
  refuse(builder, builder->document->model, of_model, continuous);
  sj_build_leave(builder, outer);
  for (size_t i = 0; i < model->client_count; i++) {
    const size_t length = sj_build_enter(builder, builder->client_nodes[i]->name, SIZE_MAX);
    refuse(builder, builder->client_nodes[i], of_client, continuous);
    refuse_in_part(builder, builder->client_nodes[i], "network", of_link, continuous);
    sj_build_leave(builder, length);
  }
  for (size_t i = 0; i < model->server_count; i++) {
    const struct sj_node *const node = builder->server_nodes[i], *const apis = part_of(node, "apis");
    const size_t length = sj_build_enter(builder, node->name, SIZE_MAX);
    refuse(builder, node, of_server, continuous);
    refuse_in_part(builder, node, "replace", of_replace, continuous);
    check_continuous_calls(builder, node, "calls");
    check_continuous_calls(builder, node, "forward");
    for (size_t a = 0; apis && a < apis->field_count; a++) {
      const struct sj_node *const api = part_of(apis, apis->fields[a].name);
      if (!api || api->schema != &sj_schema_table) continue;
      const size_t inner = sj_build_enter(builder, "apis", SIZE_MAX);
      sj_build_enter(builder, apis->fields[a].name, SIZE_MAX);
      check_continuous_calls(builder, api, "calls");
      check_continuous_calls(builder, api, "forward");
      sj_build_leave(builder, inner);
    }
    sj_build_leave(builder, length);
  }
}

void sj_check_world(struct sj_builder *builder) {
  if (builder->model->quantum > 0)
    check_discrete(builder);
  else
    check_continuous(builder);
}
