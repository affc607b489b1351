#include "model/path.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- steps: "arrivals", "[2]" ---- */

enum { MOST_STEPS = 32, LONGEST_NAME = 256, MOST_CANDIDATES = 96 };

struct step {
  char name[LONGEST_NAME]; /* empty: an item */
  size_t item;             /* from 0 */
};
struct steps {
  struct step list[MOST_STEPS];
  size_t count;
};

static bool parse_item(const char **at, struct step *step) {
  char *end;
  if (!isdigit((unsigned char)(*at)[1])) return false;
  const unsigned long number = strtoul(*at + 1, &end, 10);
  if (*end != ']' || !number) return false;
  step->item = number - 1;
  *at = end + 1;
  return true;
}

static bool parse(const char *path, struct steps *steps) {
  steps->count = 0;
  for (const char *at = path; *at;) {
    if (steps->count == MOST_STEPS) return false;
    struct step *const step = &steps->list[steps->count++];
    step->name[0] = 0;
    if (*at == '[') {
      if (!steps->count || !parse_item(&at, step)) return false;
    } else {
      const size_t length = strcspn(at, ".[");
      if (!length || length >= LONGEST_NAME) return false;
      memcpy(step->name, at, length);
      step->name[length] = 0;
      at += length;
    }
    if (*at == '.' && !*++at) return false;
  }
  return steps->count > 0;
}

static void add_step(struct sj_text *text, const struct step *step) {
  if (!*step->name)
    sj_text_add(text, "[%zu]", step->item + 1);
  else
    sj_text_add(text, "%s%s", text->length ? "." : "", step->name);
}

/* ---- where a path begins ---- */

/* The place in the document that holds the node a path begins with, or NULL. `*used` steps lead to it. */
static const struct sj_node **root_of(struct sj_document *document, const struct steps *steps, size_t *used) {
  const char *const name = steps->list[0].name;
  *used = 1;
  for (size_t i = 0; i < document->component_count; i++)
    if (!strcmp(document->components[i]->name, name)) return &document->components[i];
  if (!strcmp(name, "run")) return &document->run;
  if (!strcmp(name, "model")) return &document->model;
  if (!strcmp(name, "solve")) return &document->solve;
  if (!strcmp(name, "price")) return &document->price;
  *used = 2;
  if (!strcmp(name, "fault") && steps->count > 1 && !*steps->list[1].name &&
      steps->list[1].item < document->fault_count)
    return &document->faults[steps->list[1].item];
  return NULL;
}

static enum sj_status unknown_root(const struct sj_document *document, const char *name, struct sj_error *error) {
  const char **const names =
      sj_allocate_array(document->component_count + document->parameter_count + 3, sizeof *names);
  size_t count = 0;
  for (size_t i = 0; i < document->component_count; i++) names[count++] = document->components[i]->name;
  for (size_t i = 0; i < document->parameter_count; i++) names[count++] = document->parameters[i].name;
  names[count++] = "run";
  names[count++] = "solve";
  const char *const nearest = sj_nearest(name, names);
  if (nearest)
    sj_error_set(error, SJ_INVALID, "there is no parameter or component `%s`; did you mean `%s`?", name, nearest);
  else
    sj_error_set(error, SJ_INVALID, "there is no parameter or component `%s`", name);
  free(names);
  return SJ_INVALID;
}

/* ---- one step ---- */

/* Where a step leads from a node. */
struct hop {
  const struct sj_value *value; /* NULL: not written */
  const struct sj_field_schema *field;
  const struct sj_schema *expected; /* of a plain table found there */
};

static const struct sj_schema *schema_of(const struct sj_node *node, const struct sj_schema *expected) {
  return node->schema == &sj_schema_table && expected ? expected : node->schema;
}

static bool is_arithmetic(const struct sj_node *node) {
  return node->item_count && !node->schema->items && node->schema->family == SJ_FAMILY_DISTRIBUTION;
}

static bool hop_from(const struct sj_node *node, const struct sj_schema *schema, const struct step *step,
                     struct hop *hop) {
  *hop = (struct hop){0};
  if (!*step->name) {
    if (is_arithmetic(node) || step->item >= node->item_count) return false;
    hop->value = &node->items[step->item];
    hop->expected = schema->items;
    return true;
  }
  hop->field = sj_schema_field(schema, step->name);
  if (hop->field && hop->field->type == SJ_FIELD_LATER) return false;
  hop->value = sj_node_field(node, step->name);
  hop->expected = hop->field ? hop->field->part : schema->any_field;
  return hop->field || hop->value;
}

/* In an api written as a table `rate` is the rate of its work. */
static bool is_inside_work(const struct sj_node *node, const struct sj_schema *schema, const struct step *step) {
  const struct sj_value *const work = schema == &sj_schema_api ? sj_node_field(node, "work") : NULL;
  return work && *step->name && work->kind == SJ_VALUE_NODE && !sj_schema_field(schema, step->name);
}

static enum sj_status unknown_step(const struct sj_node *node, const struct sj_schema *schema,
                                   const struct steps *steps, size_t i, struct sj_error *error) {
  struct sj_text before = {0}, whole = {0};
  for (size_t j = 0; j <= i; j++) {
    if (j < i) add_step(&before, &steps->list[j]);
    add_step(&whole, &steps->list[j]);
  }
  const char *names[MOST_CANDIDATES + 1];
  size_t count = 0;
  for (size_t j = 0; j < node->field_count && count < MOST_CANDIDATES; j++) names[count++] = node->fields[j].name;
  for (size_t j = 0; j < schema->field_count && count < MOST_CANDIDATES; j++)
    if (schema->fields[j].type != SJ_FIELD_LATER) names[count++] = schema->fields[j].name;
  names[count] = NULL;
  const char *const nearest = *steps->list[i].name ? sj_nearest(steps->list[i].name, names) : NULL;
  if (is_arithmetic(node))
    sj_error_set(
        error, SJ_INVALID,
        "`%s` does not exist: a number inside arithmetic has no path; make it a `param`, or set `%s` as a whole",
        whole.data, before.data);
  else if (nearest)
    sj_error_set(error, SJ_INVALID, "`%s` does not exist; did you mean `%s.%s`?", whole.data, before.data, nearest);
  else
    sj_error_set(error, SJ_INVALID, "`%s` does not exist", whole.data);
  free(before.data);
  free(whole.data);
  return SJ_INVALID;
}

static enum sj_status not_a_node(const struct steps *steps, size_t i, const struct hop *hop, struct sj_error *error) {
  struct sj_text whole = {0}, rest = {0};
  for (size_t j = 0; j <= i; j++) add_step(&whole, &steps->list[j]);
  for (size_t j = i + 1; j < steps->count; j++) add_step(&rest, &steps->list[j]);
  char number[32];
  if (!hop->value)
    sj_error_set(error, SJ_INVALID, "`%s` is not given in the model, so it has no `%s`", whole.data, rest.data);
  else if (hop->value->kind == SJ_VALUE_NUMBER)
    sj_error_set(error, SJ_INVALID, "`%s` is the number %s and has no `%s`", whole.data,
                 sj_number_text(hop->value->as.number, number), rest.data);
  else
    sj_error_set(error, SJ_INVALID, "`%s` has no `%s`", whole.data, rest.data);
  free(whole.data);
  free(rest.data);
  return SJ_INVALID;
}

/* ---- walking and rebuilding ---- */

/* What to do with the value at the path's end. */
struct edit {
  struct sj_arena *arena; /* NULL: only look */
  struct sj_value value;
  struct sj_path_target *found;
};

static struct sj_node *with_item(struct sj_arena *arena, const struct sj_node *node, size_t item,
                                 struct sj_value value) {
  struct sj_node *const copy = sj_node_copy(arena, node);
  copy->items[item] = value;
  return copy;
}

static const struct sj_node *replaced(const struct edit *edit, const struct sj_node *node, const struct step *step,
                                      const struct hop *hop, struct sj_value value) {
  if (!*step->name) return with_item(edit->arena, node, step->item, value);
  if (hop->field && hop->field->instead)
    node = sj_node_with_field(edit->arena, node, hop->field->instead, (struct sj_value){.kind = SJ_VALUE_NONE});
  return sj_node_with_field(edit->arena, node, step->name, value);
}

/* The unit after a step: of "mean" in a law for a service that of the service. */
static const char *unit_after(const struct sj_schema *schema, const struct hop *hop, const char *before) {
  static const char *const as_drawn[] = {"mean", "std", "min", "max", "scale", "value", "p50", "p99"};
  if (!hop->field) return before;
  for (size_t i = 0; schema->family == SJ_FAMILY_DISTRIBUTION && i < sizeof as_drawn / sizeof *as_drawn; i++)
    if (!strcmp(hop->field->name, as_drawn[i])) return before;
  if (hop->field->unit && *hop->field->unit) return hop->field->unit;
  return hop->field->type == SJ_FIELD_PART ? NULL : "";
}

static enum sj_status follow(const struct edit *edit, const struct sj_node *node, const struct sj_schema *expected,
                             const struct steps *steps, size_t i, const struct sj_node **result,
                             struct sj_error *error) {
  const struct sj_schema *const schema = schema_of(node, expected);
  const struct step *const step = &steps->list[i];
  if (is_inside_work(node, schema, step)) {
    const struct sj_node *inner = NULL;
    edit->found->unit = sj_schema_field(schema, "work")->unit;
    const enum sj_status status = follow(edit, sj_node_field(node, "work")->as.node, NULL, steps, i, &inner, error);
    if (!status && edit->arena) *result = sj_node_with_field(edit->arena, node, "work", sj_value_node(inner));
    return status;
  }
  struct hop hop;
  if (!hop_from(node, schema, step, &hop)) return unknown_step(node, schema, steps, i, error);
  edit->found->unit = unit_after(schema, &hop, edit->found->unit);
  if (i + 1 == steps->count) {
    *edit->found = (struct sj_path_target){.field = hop.field, .unit = edit->found->unit};
    if (hop.value) edit->found->value = *hop.value;
    if (edit->arena) *result = replaced(edit, node, step, &hop, edit->value);
    return SJ_OK;
  }
  if (!hop.value || hop.value->kind != SJ_VALUE_NODE) return not_a_node(steps, i, &hop, error);
  const struct sj_node *inner = NULL;
  const enum sj_status status = follow(edit, hop.value->as.node, hop.expected, steps, i + 1, &inner, error);
  if (!status && edit->arena) {
    struct sj_value value = *hop.value;
    value.as.node = inner;
    const struct hop same = {0};
    *result = replaced(edit, node, step, &same, value);
  }
  return status;
}

static enum sj_status walk(struct sj_document *document, const char *path, struct edit *edit, struct sj_error *error) {
  struct steps steps;
  if (!parse(path, &steps))
    return sj_error_set(error, SJ_INVALID, "`%s` is not a path such as `web.arrivals.rate`", path);
  size_t used;
  const struct sj_node **const root = root_of(document, &steps, &used);
  if (!root) return unknown_root(document, steps.list[0].name, error);
  if (used >= steps.count) return sj_error_set(error, SJ_INVALID, "`%s` is not a field; name one of its fields", path);
  static const struct sj_node empty_run = {.schema = &sj_schema_run}, empty_model = {.schema = &sj_schema_model},
                              empty_price = {.schema = &sj_schema_price}, empty_solve = {.schema = &sj_schema_solve};
  const struct sj_node *const node = *root                      ? *root
                                     : root == &document->run   ? &empty_run
                                     : root == &document->solve ? &empty_solve
                                     : root == &document->price ? &empty_price
                                                                : &empty_model;
  const struct sj_node *result = NULL;
  const enum sj_status status = follow(edit, node, NULL, &steps, used, &result, error);
  if (!status && edit->arena) *root = result;
  return status;
}

enum sj_status sj_path_find(const struct sj_document *document, const char *path, struct sj_path_target *target,
                            struct sj_error *error) {
  struct edit edit = {.found = target};
  *target = (struct sj_path_target){0};
  /* Without an arena nothing is changed. */
  return walk((struct sj_document *)document, path, &edit, error);
}

enum sj_status sj_path_set(struct sj_document *document, const char *path, struct sj_value value,
                           struct sj_error *error) {
  struct sj_path_target found = {0};
  struct edit edit = {.arena = &document->arena, .value = value, .found = &found};
  return walk(document, path, &edit, error);
}

/* ---- scaling ---- */

static const struct sj_node *scaled_law(struct sj_arena *arena, const struct sj_node *node, double factor, int line) {
  if (node->schema == &sj_schema_per_member) {
    struct sj_node *const copy = sj_node_copy(arena, node);
    if (copy->items[1].kind == SJ_VALUE_NUMBER)
      copy->items[1].as.number *= factor;
    else
      copy->items[1].as.node = scaled_law(arena, copy->items[1].as.node, factor, line);
    return copy;
  }
  struct sj_node *const product = sj_arena_take(arena, sizeof *product);
  *product = (struct sj_node){.schema = &sj_schema_multiply, .line = line, .item_count = 2, .symbolic = node->symbolic};
  product->items = sj_arena_array(arena, 2, sizeof *product->items);
  product->items[0] = sj_value_number(factor);
  product->items[1] = sj_value_node(node);
  return product;
}

enum sj_status sj_path_scale(struct sj_document *document, const char *path, double factor, const char *origin,
                             int line, struct sj_error *error) {
  struct sj_path_target found = {0};
  const enum sj_status status = sj_path_find(document, path, &found, error);
  if (status) return status;
  struct sj_value value = found.value;
  const bool is_number = found.field && (found.field->type == SJ_FIELD_NUMBER || found.field->type == SJ_FIELD_COUNT ||
                                         found.field->type == SJ_FIELD_COUNT64 ||
                                         found.field->type == SJ_FIELD_INTEGER || found.field->type == SJ_FIELD_LAW);
  if (value.kind == SJ_VALUE_NONE && is_number && isfinite(found.field->fallback))
    value = sj_value_number(found.field->fallback);
  if (value.kind == SJ_VALUE_NUMBER) {
    value.as.number *= factor;
  } else if (value.kind == SJ_VALUE_NODE && value.as.node->schema->family == SJ_FAMILY_DISTRIBUTION) {
    value.as.node = scaled_law(&document->arena, value.as.node, factor, line);
  } else {
    return sj_error_set(error, SJ_INVALID, "`%s` is not a number or a distribution and cannot be scaled", path);
  }
  value.origin = origin;
  value.line = line;
  return sj_path_set(document, path, value, error);
}
