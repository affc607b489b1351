/* Today's load-balancing policies: what the tables cannot say of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "balance/maglev.h"
#include "balance/prequal.h"
#include "model/build.h"

/* ---- parts ---- */

static void read_weights(struct sj_builder *builder, const struct sj_node *node, struct sj_policy *policy) {
  const struct sj_value *const value = sj_node_field(node, "weights");
  if (!value || sj_build_is_unknown(value)) return;
  const struct sj_node *const list = value->kind == SJ_VALUE_NODE ? value->as.node : NULL;
  const char *const expected = sj_schema_field(&sj_schema_least_requests, "weights")->takes;
  if (!list || list->schema != &sj_schema_table || !list->item_count || list->field_count) {
    sj_build_expected(builder, node, "weights", SIZE_MAX, value, expected);
    return;
  }
  double *const weights = sj_arena_array(&builder->document->arena, list->item_count, sizeof *weights);
  const size_t length = sj_build_enter(builder, "weights", SIZE_MAX);
  for (size_t i = 0; i < list->item_count; i++) {
    const struct sj_value *const item = &list->items[i];
    weights[i] = item->kind == SJ_VALUE_NUMBER ? item->as.number : NAN;
    if (!(weights[i] > 0 && weights[i] <= 1e9) && !sj_build_is_unknown(item))
      sj_build_expected(builder, list, NULL, i, item, "a number above 0, at most 1e9");
  }
  sj_build_leave(builder, length);
  policy->weights = weights;
  policy->weight_count = list->item_count;
}

void sj_build_policy_parts(struct sj_builder *builder, const struct sj_node *node, struct sj_policy *policy) {
  if (policy->kind == SJ_POLICY_LEAST_REQUESTS) read_weights(builder, node, policy);
  if (policy->kind == SJ_POLICY_POWER_OF_CHOICES)
    policy->cost = (struct sj_cost){.kind = policy->sees_servers ? SJ_COST_ACTUAL : SJ_COST_CLIENT_IN_FLIGHT,
                                    .figure = SJ_FIGURE_IN_FLIGHT};
}

void sj_policy_weights_text(const struct sj_policy *policy, struct sj_text *text) {
  char number[32];
  if (!policy->weight_count) {
    sj_text_add(text, "none");
    return;
  }
  sj_text_add(text, "{");
  for (size_t i = 0; i < policy->weight_count; i++)
    sj_text_add(text, "%s%s", i ? ", " : "", sj_number_text(policy->weights[i], number));
  sj_text_add(text, "}");
}

/* ---- checks that take the called pool ---- */

struct check {
  struct sj_builder *builder;
  const struct sj_node *node;
  const struct sj_call *call;
  uint32_t members; /* that each caller knows */
};

#define WRONG(check, ...) sj_build_wrong((check)->builder, (check)->node, "policy", SIZE_MAX, NULL, __VA_ARGS__)

static void check_prequal(const struct check *check, const struct sj_prequal *settings) {
  if (!isnan(sj_prequal_reuse_budget(settings, check->members))) return;
  char probes[32], removals[32];
  WRONG(check,
        "`%s.policy`: prequal's pool would run dry: with pool %u of %u members, probes %s and removals %s, "
        "(1 - pool / members) probes - removals is not above 0",
        check->builder->path.data, settings->pool, check->members, sj_number_text(settings->probes, probes),
        sj_number_text(settings->removals, removals));
}

static void check_maglev(const struct check *check, uint32_t table) {
  if (!sj_is_prime(table))
    WRONG(check, "`%s.policy`: expected a prime for maglev's table, got %u", check->builder->path.data, table);
  else if (table < check->members)
    WRONG(check, "`%s.policy`: maglev's table has %u places, too few for %u members", check->builder->path.data, table,
          check->members);
}

/* Policies that go by a caller's place among all callers, and a member's among all members. */
static void check_whole(const struct check *check, const struct sj_policy *policy, const struct sj_policy *outer) {
  const char *const name = sj_policy_schemas[policy->kind]->name;
  if (check->call->subset)
    WRONG(check, "`%s.policy`: %s goes by all members of a pool, it cannot be with `subset`", check->builder->path.data,
          name);
  else if (outer && outer->kind != SJ_POLICY_WITH_PROBES)
    WRONG(check, "`%s.policy`: %s goes by all members of a pool, it cannot be inside %s", check->builder->path.data,
          name, sj_policy_schemas[outer->kind]->name);
}

static void check_one(const struct check *check, const struct sj_policy *policy, const struct sj_policy *outer) {
  if (policy->kind == SJ_POLICY_PREQUAL) check_prequal(check, &policy->prequal);
  if (policy->kind == SJ_POLICY_MAGLEV) check_maglev(check, policy->hashing.table);
  if (policy->kind == SJ_POLICY_APERTURE || policy->kind == SJ_POLICY_JOIN_IDLE_QUEUE)
    check_whole(check, policy, outer);
  /* It asks again when probes come back, and its zone would be drawn anew. */
  if (policy->kind == SJ_POLICY_FASTEST_PROBE && outer && outer->kind == SJ_POLICY_ZONE_AWARE)
    WRONG(check, "`%s.policy`: fastest_probe inside zone_aware is not in this version", check->builder->path.data);
}

void sj_check_policy(struct sj_builder *builder, const struct sj_node *node, const struct sj_call *call) {
  struct check check = {.builder = builder, .node = node, .call = call};
  for (size_t t = 0; t < call->target_count; t++) {
    const uint32_t count = builder->model->servers[call->targets[t].server].count;
    const bool some = call->subset && (call->subset < count || call->subset_replacement);
    check.members = some ? call->subset : count;
    const size_t before = builder->mistakes->count;
    const struct sj_policy *outer = NULL;
    for (const struct sj_policy *policy = &call->policy; policy; outer = policy, policy = policy->inner)
      check_one(&check, policy, outer);
    if (builder->mistakes->count > before) return;
  }
}
