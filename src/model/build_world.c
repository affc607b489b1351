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

/* ---- both ---- */

static bool uses_server_rtt(const struct sj_law *law) {
  const struct sj_distribution *const drawn = law->member ? law->member->drawn : law->fixed;
  return drawn && sj_distribution_uses_recorded(drawn);
}

static void check_server_rtt_of(struct sj_builder *builder, const struct sj_node *node, const char *field,
                                const struct sj_law *law, const struct sj_call *call) {
  if (!uses_server_rtt(law)) return;
  for (size_t t = 0; t < call->target_count; t++) {
    const struct sj_server *const server = &builder->model->servers[call->targets[t].server];
    if (!sj_law_given(&server->rtt))
      sj_build_wrong(builder, part_of(node, "network"), field, SIZE_MAX, NULL,
                     "`%s.network.%s`: server_rtt is that of `%s`, which has no `rtt`", builder->path.data, field,
                     server->name);
    else if (server->apis[call->targets[t].api].forward || server->join || sj_law_given(&call->stage_timeout))
      sj_build_wrong(builder, part_of(node, "network"), field, SIZE_MAX, NULL,
                     "`%s.network.%s`: server_rtt is not in this version on the way into a pipeline: `%s` hands "
                     "requests on, and which member it will be is not known when they are sent",
                     builder->path.data, field, server->name);
  }
}

/* `node` is what the link is a part of; the path is its. */
static void check_server_rtt(struct sj_builder *builder, const struct sj_node *node, const struct sj_call *call) {
  check_server_rtt_of(builder, node, "rtt", &call->network.rtt, call);
  check_server_rtt_of(builder, node, "one_way", &call->network.one_way, call);
}

/* ---- discrete time ---- */

static const char discrete[] = "discrete time (`quantum` above 0)";

static void check_discrete_arrivals(struct sj_builder *builder, const struct sj_node *node) {
  const struct sj_node *const arrivals = part_of(node, "arrivals");
  if (!arrivals || strcmp(arrivals->schema->name, "closed") != 0) return;
  sj_build_wrong(builder, node, "arrivals", SIZE_MAX, NULL, "`%s.arrivals`: closed is not in this version in %s",
                 node->name, discrete);
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

/* The calls of `node`, in its `field`. */
static void check_continuous_calls(struct sj_builder *builder, const struct sj_node *node, const char *field,
                                   const struct sj_api *api) {
  const struct sj_node *const list = part_of(node, field);
  for (size_t i = 0; list && i < list->item_count && i < api->call_count; i++) {
    if (list->items[i].kind != SJ_VALUE_NODE) continue;
    const size_t length = sj_build_enter(builder, field, SIZE_MAX);
    sj_build_enter(builder, NULL, i);
    check_server_rtt(builder, list->items[i].as.node, &api->calls[i]);
    sj_build_leave(builder, length);
  }
}

static void check_continuous_server(struct sj_builder *builder, const struct sj_node *node,
                                    const struct sj_server *server) {
  const struct sj_node *const apis = part_of(node, "apis");
  const size_t length = sj_build_enter(builder, node->name, SIZE_MAX);
  for (size_t a = 0; a < server->api_count; a++) {
    const struct sj_api *const api = &server->apis[a];
    const struct sj_node *const part = apis && api->name ? part_of(apis, api->name) : node;
    const size_t inner = builder->path.length;
    if (part != node) {
      sj_build_enter(builder, "apis", SIZE_MAX);
      sj_build_enter(builder, api->name, SIZE_MAX);
    }
    if (part) check_continuous_calls(builder, part, api->forward ? "forward" : "calls", api);
    sj_build_leave(builder, inner);
  }
  sj_build_leave(builder, length);
}

static void check_continuous(struct sj_builder *builder) {
  static const char *const of_model[] = {"overlapping_states", "original", NULL};
  const struct sj_model *const model = builder->model;
  const size_t outer = sj_build_enter(builder, "model", SIZE_MAX);
  refuse(builder, builder->document->model, of_model, "continuous time (`quantum` 0)");
  sj_build_leave(builder, outer);
  for (size_t i = 0; i < model->client_count; i++) {
    const size_t length = sj_build_enter(builder, builder->client_nodes[i]->name, SIZE_MAX);
    check_server_rtt(builder, builder->client_nodes[i], &model->clients[i].call);
    sj_build_leave(builder, length);
  }
  for (size_t i = 0; i < model->server_count; i++)
    check_continuous_server(builder, builder->server_nodes[i], &model->servers[i]);
}

void sj_check_world(struct sj_builder *builder) {
  if (builder->model->quantum > 0)
    check_discrete(builder);
  else
    check_continuous(builder);
}
