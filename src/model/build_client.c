#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"

/* Whom it calls: a name, a weighted list, or { "name", stage_timeout = ... }. */
static void read_target_list(struct sj_builder *builder, const struct sj_node *node, struct sj_call *call) {
  const struct sj_value *const value = sj_node_field(node, "calls");
  if (!value || sj_build_is_unknown(value)) return;
  if (value->kind == SJ_VALUE_NODE && value->as.node->schema == &sj_schema_table) {
    const size_t length = sj_build_enter(builder, "calls", SIZE_MAX);
    sj_build_fields(builder, value->as.node, &sj_schema_target_list, call);
    sj_build_leave(builder, length);
  }
  sj_build_targets(builder, node, "calls", SIZE_MAX, value, call);
}

void sj_build_clients(struct sj_builder *builder) {
  for (size_t i = 0; i < builder->model->client_count; i++) {
    struct sj_client *const client = &builder->model->clients[i];
    const struct sj_node *const node = builder->client_nodes[i];
    const size_t length = sj_build_enter(builder, node->name, SIZE_MAX);
    client->line = node->line;
    client->pool = sj_node_field(node, "count") != NULL;
    sj_build_fields(builder, node, &sj_schema_client, client);
    client->call.line = node->line;
    client->call.wait = true;
    read_target_list(builder, node, &client->call);
    sj_build_call(builder, node, &sj_schema_client, &client->call);
    client->call.priority_given = true;
    sj_build_arrivals(builder, node, &client->arrivals);
    sj_build_leave(builder, length);
  }
}
