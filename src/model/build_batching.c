/* Batchers and stores, and what stores cost. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"

enum { STORE_THREADS = 1000000000 };

static void one_api(struct sj_builder *builder, struct sj_server *server) {
  server->apis = sj_arena_array(&builder->document->arena, 1, sizeof *server->apis);
  server->api_count = 1;
}

/* ---- batcher ---- */

static void read_flush(struct sj_builder *builder, const struct sj_node *node, struct sj_batcher *batcher) {
  const struct sj_node *const part = sj_build_part(builder, node, "flush", &sj_schema_flush);
  if (!part) return;
  const size_t length = sj_build_enter(builder, "flush", SIZE_MAX);
  const size_t before = builder->mistakes->count;
  sj_build_fields(builder, part, &sj_schema_flush, batcher);
  if (builder->mistakes->count == before && isinf(batcher->after) && !batcher->when_idle)
    sj_build_wrong(builder, part, NULL, SIZE_MAX, NULL,
                   "`%s` needs `after` or `when_idle`: else the last requests would wait for ever", builder->path.data);
  sj_build_leave(builder, length);
}

/* `sample_every` names its metrics without the batcher. */
static void check_sampling(struct sj_builder *builder, const struct sj_node *node, const struct sj_server *server) {
  if (!(server->batcher.sample_every > 0)) return;
  for (const struct sj_server *other = builder->model->servers; other < server; other++)
    if (other->batcher.sample_every > 0)
      sj_build_wrong(builder, node, "sample_every", SIZE_MAX, NULL,
                     "`%s.sample_every`: `%s` has it already, and the metrics `original.*` have room for one batcher",
                     builder->path.data, other->name);
}

void sj_build_batcher(struct sj_builder *builder, const struct sj_node *node, struct sj_server *server) {
  server->kind = SJ_BATCHER;
  server->batcher.after = server->batcher.bytes = INFINITY;
  sj_build_fields(builder, node, &sj_schema_batcher, server);
  read_flush(builder, node, &server->batcher);
  check_sampling(builder, node, server);
  one_api(builder, server);
}

void sj_build_batcher_call(struct sj_builder *builder, const struct sj_node *node, struct sj_server *server) {
  struct sj_call *const call = sj_arena_array(&builder->document->arena, 1, sizeof *call);
  call->wait = call->priority_given = true;
  call->deadline = INFINITY;
  call->line = node->line;
  for (size_t i = 0; i < sj_schema_sending.field_count; i++) {
    const struct sj_field_schema *const field = &sj_schema_sending.fields[i];
    if (field->offset != SJ_NO_OFFSET) sj_build_field(builder, node, field, call);
  }
  sj_build_call(builder, node, &sj_schema_sending, call);
  call->priority_given = true;
  const struct sj_value *const target = sj_node_field(node, "target");
  if (target && target->kind == SJ_VALUE_STRING)
    sj_build_targets(builder, node, "target", SIZE_MAX, target, call);
  else if (target && !sj_build_is_unknown(target))
    sj_build_expected(builder, node, "target", SIZE_MAX, target, sj_schema_field(&sj_schema_batcher, "target")->takes);
  server->apis[0].calls = call;
  server->apis[0].call_count = call->target_count ? 1 : 0; /* without one there was a mistake */
}

/* ---- store ---- */

void sj_build_store(struct sj_builder *builder, const struct sj_node *node, struct sj_server *server) {
  server->kind = SJ_STORE;
  sj_build_fields(builder, node, &sj_schema_store, server);
  one_api(builder, server);
  struct sj_field_schema latency = *sj_schema_field(&sj_schema_store, "latency");
  const struct sj_value *const value = sj_node_field(node, "latency");
  const size_t length = sj_build_enter(builder, "latency", SIZE_MAX);
  if (value && !sj_build_is_unknown(value)) sj_build_law(builder, node, &latency, value, false, &server->apis[0].work);
  sj_build_leave(builder, length);
  const struct sj_value threads = sj_value_number(STORE_THREADS);
  sj_build_law(builder, node, sj_schema_field(&sj_schema_server, "threads"), &threads, false, &server->threads);
}

/* ---- price ---- */

void sj_build_price(struct sj_builder *builder) {
  const struct sj_node *const node = builder->document->price;
  if (!node) return;
  const size_t length = sj_build_enter(builder, "price", SIZE_MAX);
  sj_build_fields(builder, node, &sj_schema_price, &builder->model->price);
  builder->model->price.given = true;
  if (isnan(builder->model->seconds))
    sj_build_wrong(builder, node, NULL, SIZE_MAX, NULL,
                   "`price` needs a time unit that is one: costs are per month, and a \"%s\" has no length",
                   builder->model->time_unit);
  bool any = false;
  for (size_t i = 0; i < builder->document->component_count; i++)
    any = any || builder->document->components[i]->schema == &sj_schema_store;
  if (!any && !builder->document->incomplete)
    sj_build_wrong(builder, node, NULL, SIZE_MAX, NULL, "`price` is that of stores, and the model has none");
  sj_build_leave(builder, length);
}
