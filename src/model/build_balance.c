/* Load balancing: policies, costs, what servers publish. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"
#include "model/lua/program.h"

enum { DEEPEST_POLICY = 8 };

static size_t find_schema(const struct sj_schema *const *schemas, size_t count, const struct sj_schema *schema) {
  size_t i = 0;
  while (i < count && schemas[i] != schema) i++;
  return i;
}

/* ---- costs ---- */

/* What the cost is of: `in_flight`, `utilization("mean")`. */
static bool read_figure(struct sj_builder *builder, const struct sj_node *node, struct sj_cost *cost) {
  const struct sj_value *const value = sj_node_field(node, "of");
  if (!value || sj_build_is_unknown(value)) return false;
  const struct sj_node *const figure = value->kind == SJ_VALUE_NODE ? value->as.node : NULL;
  const size_t kind = figure ? find_schema(sj_figure_schemas, sj_figure_schema_count, figure->schema) : SIZE_MAX;
  if (kind >= sj_figure_schema_count) {
    struct sj_text expected = {0};
    sj_field_expected(sj_schema_field(node->schema, "of"), &expected);
    sj_build_expected(builder, node, "of", SIZE_MAX, value, expected.data);
    free(expected.data);
    return false;
  }
  cost->figure = (enum sj_reported)kind;
  const size_t length = sj_build_enter(builder, figure->schema->name, SIZE_MAX);
  sj_build_fields(builder, figure, figure->schema, cost);
  sj_build_leave(builder, length);
  return true;
}

bool sj_build_cost(struct sj_builder *builder, const struct sj_node *node, const char *field,
                   const struct sj_value *value, struct sj_cost *cost) {
  if (sj_build_is_unknown(value)) return false;
  const struct sj_node *const given = value->kind == SJ_VALUE_NODE ? value->as.node : NULL;
  const size_t kind = given ? find_schema(sj_cost_schemas, sj_cost_schema_count, given->schema) : SIZE_MAX;
  if (kind >= sj_cost_schema_count) {
    sj_build_expected(builder, node, field, SIZE_MAX, value, SJ_TAKES_COST);
    return false;
  }
  cost->kind = (enum sj_cost_kind)kind;
  const size_t length = sj_build_enter(builder, field, SIZE_MAX);
  sj_build_fields(builder, given, given->schema, cost);
  const bool fits = cost->kind < SJ_COST_REPORTED || read_figure(builder, given, cost);
  sj_build_leave(builder, length);
  return fits;
}

/* ---- policies ---- */

/* The schema of a policy given as a node, or by the name of one that needs nothing more. */
static size_t policy_kind(const struct sj_value *value) {
  if (value->kind == SJ_VALUE_NODE)
    return find_schema(sj_policy_schemas, sj_policy_schema_count, value->as.node->schema);
  for (size_t i = 0; value->kind == SJ_VALUE_STRING && i < sj_policy_schema_count; i++)
    if (!strcmp(sj_policy_schemas[i]->name, value->as.string) && sj_schema_is_word(sj_policy_schemas[i])) return i;
  return sj_policy_schema_count;
}

static void wrong_policy(struct sj_builder *builder, const struct sj_node *node, const char *field,
                         const struct sj_value *value) {
  const char *names[64];
  size_t count = 0;
  for (size_t i = 0; i < sj_policy_schema_count && count < 63; i++) names[count++] = sj_policy_schemas[i]->name;
  names[count] = NULL;
  const char *nearest = value->kind == SJ_VALUE_STRING ? sj_nearest(value->as.string, names) : NULL;
  if (nearest && !strcmp(nearest, value->as.string)) nearest = NULL; /* it needs more than its name */
  const size_t length = sj_build_enter(builder, field, SIZE_MAX);
  char buffer[96];
  if (nearest)
    sj_build_wrong(builder, node, field, SIZE_MAX, value,
                   "`%s`: expected " SJ_TAKES_POLICY ", got %s; did you mean %s?", builder->path.data,
                   sj_value_describe(value, buffer), nearest);
  else
    sj_build_wrong(builder, node, field, SIZE_MAX, value, "`%s`: expected " SJ_TAKES_POLICY ", got %s",
                   builder->path.data, sj_value_describe(value, buffer));
  sj_build_leave(builder, length);
}

/* What the file never names its functions cannot ask for. */
static bool read_function(struct sj_builder *builder, const struct sj_node *node, const char *field,
                          const struct sj_value *value, struct sj_policy *policy) {
  const struct sj_document *const document = builder->document;
  if (builder->model->quantum > 0) {
    const size_t length = sj_build_enter(builder, field, SIZE_MAX);
    sj_build_wrong(builder, node, field, SIZE_MAX, value,
                   "`%s`: a policy as a function is not in this version in discrete time (`quantum` above 0)",
                   builder->path.data);
    sj_build_leave(builder, length);
    return false;
  }
  policy->kind = SJ_POLICY_FUNCTION;
  policy->function = value->as.function;
  policy->sees_latencies = sj_document_names(document, "latency");
  policy->sees_reports = sj_document_names(document, "report");
  policy->sees_expected_latency = sj_document_names(document, "expected_latency");
  policy->sees_pid_weight = sj_document_names(document, "pid_weight");
  return true;
}

static bool read_policy(struct sj_builder *builder, const struct sj_node *node, const char *field,
                        const struct sj_value *value, struct sj_policy *policy) {
  static const struct sj_node empty = {.schema = &sj_schema_table};
  if (sj_build_is_unknown(value)) return false;
  if (value->kind == SJ_VALUE_FUNCTION) return read_function(builder, node, field, value, policy);
  const size_t kind = policy_kind(value);
  if (kind >= sj_policy_schema_count) {
    wrong_policy(builder, node, field, value);
    return false;
  }
  policy->kind = (enum sj_policy_kind)kind;
  const struct sj_node *const given = value->kind == SJ_VALUE_NODE ? value->as.node : &empty;
  /* A bare word stands nowhere; what it lacks is missed where it is used. */
  struct sj_node placed = *given;
  if (!placed.line && !placed.owner) placed.line = sj_document_line(builder->document, node, field, SIZE_MAX);
  const size_t length = sj_build_enter(builder, field, SIZE_MAX);
  policy->place = sj_stream_key(0, 0, builder->path.data, "policy");
  const bool shallow = given->depth <= DEEPEST_POLICY;
  if (shallow) {
    sj_build_fields(builder, &placed, sj_policy_schemas[kind], policy);
    sj_build_policy_parts(builder, &placed, policy);
  } else {
    sj_build_wrong(builder, node, field, SIZE_MAX, value, "`%s`: policies are nested too deeply", builder->path.data);
  }
  sj_build_leave(builder, length);
  return shallow;
}

bool sj_build_inner_policy(struct sj_builder *builder, const struct sj_node *node, const struct sj_field_schema *field,
                           const struct sj_value *value, const struct sj_policy **policy) {
  struct sj_policy *const inner = sj_arena_take(&builder->document->arena, sizeof *inner);
  *policy = inner;
  return read_policy(builder, node, field->name, value, inner);
}

void sj_build_policy(struct sj_builder *builder, const struct sj_node *node, struct sj_policy *policy) {
  const struct sj_value *const value = sj_node_field(node, "policy");
  if (value) read_policy(builder, node, "policy", value, policy);
}

/* ---- as text ---- */

static void figure_text(const struct sj_cost *cost, struct sj_text *text) {
  static const char *const aggregates[] = {"latest", "mean", "ewma"};
  const struct sj_schema *const schema = sj_figure_schemas[cost->figure];
  sj_text_add(text, "%s", schema->name);
  if (schema->also_positional)
    sj_text_add(text, "(\"%s\", \"%s\")", aggregates[cost->aggregate], aggregates[cost->of_rate]);
  else if (schema->positional)
    sj_text_add(text, "(\"%s\")", aggregates[cost->aggregate]);
}

static void cost_text(const struct sj_cost *cost, struct sj_text *text) {
  static const char *const aggregates[] = {"latest", "mean", "ewma"};
  sj_text_add(text, "%s", sj_cost_schemas[cost->kind]->name);
  if (cost->kind == SJ_COST_CLIENT_LATENCY) sj_text_add(text, "(\"%s\")", aggregates[cost->aggregate]);
  if (cost->kind < SJ_COST_REPORTED) return;
  sj_text_add(text, "(");
  figure_text(cost, text);
  sj_text_add(text, ")");
}

static void field_text(const struct sj_field_schema *field, const struct sj_policy *policy, struct sj_text *text) {
  if (field->type == SJ_FIELD_PART) {
    sj_policy_weights_text(policy, text);
    return;
  }
  const void *const at = (const char *)policy + field->offset;
  char number[32];
  if (field->type == SJ_FIELD_COST)
    cost_text(at, text);
  else if (field->type == SJ_FIELD_POLICY)
    sj_policy_text(*(const struct sj_policy *const *)at, text);
  else if (field->type == SJ_FIELD_COUNT && *(const uint32_t *)at == 0)
    sj_text_add(text, "%s", field->fallback_text); /* no number: "all" */
  else if (field->type == SJ_FIELD_COUNT)
    sj_text_add(text, "%u", *(const uint32_t *)at);
  else if (field->type == SJ_FIELD_BOOLEAN)
    sj_text_add(text, "%s", *(const bool *)at ? "true" : "false");
  else if (field->type == SJ_FIELD_NUMBER)
    sj_text_add(text, "%s", sj_number_text(*(const double *)at, number));
  else if (field->type == SJ_FIELD_EITHER)
    sj_text_add(text, "\"%s\"", field->choices[*(const bool *)at]);
  else if (field->type == SJ_FIELD_CHOICE)
    sj_text_add(text, "\"%s\"", field->choices[*(const unsigned *)at]);
}

void sj_policy_text(const struct sj_policy *policy, struct sj_text *text) {
  if (policy->kind == SJ_POLICY_FUNCTION) {
    sj_text_add(text, "function (line %d)", policy->function->line);
    return;
  }
  const struct sj_schema *const schema = sj_policy_schemas[policy->kind];
  sj_text_add(text, "%s", schema->name);
  for (size_t i = 0; i < schema->field_count; i++) {
    sj_text_add(text, "%s%s=", i ? ", " : "{", schema->fields[i].name);
    field_text(&schema->fields[i], policy, text);
  }
  if (schema->field_count) sj_text_add(text, "}");
}

/* ---- what servers publish ---- */

void sj_build_publish(struct sj_builder *builder, const struct sj_node *server, struct sj_publish *publish) {
  static const struct sj_node empty = {.schema = &sj_schema_table};
  const struct sj_node *part = sj_build_part(builder, server, "publish", &sj_schema_publish);
  if (!part) part = &empty;
  const size_t length = sj_build_enter(builder, "publish", SIZE_MAX);
  sj_build_fields(builder, part, &sj_schema_publish, publish);
  const struct sj_node *pid = sj_build_part(builder, part, "pid", &sj_schema_pid);
  if (!pid) pid = &empty;
  const size_t inner = sj_build_enter(builder, "pid", SIZE_MAX);
  sj_build_fields(builder, pid, &sj_schema_pid, &publish->pid);
  sj_build_leave(builder, inner);
  sj_build_leave(builder, length);
}

void sj_build_original(struct sj_builder *builder, const struct sj_node *model, struct sj_original *original) {
  const struct sj_node *const part = sj_build_part(builder, model, "original", &sj_schema_original);
  if (!part) return;
  const size_t length = sj_build_enter(builder, "original", SIZE_MAX);
  sj_build_fields(builder, part, &sj_schema_original, original);
  original->given = true;
  sj_build_leave(builder, length);
}
