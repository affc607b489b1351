#include "model/build.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- messages ---- */

size_t sj_build_enter(struct sj_builder *builder, const char *name, size_t item) {
  const size_t length = builder->path.length;
  if (name)
    sj_text_add(&builder->path, "%s%s", length ? "." : "", name);
  else
    sj_text_add(&builder->path, "[%zu]", item + 1);
  return length;
}

void sj_build_leave(struct sj_builder *builder, size_t length) {
  builder->path.length = length;
  builder->path.data[length] = 0;
}

const char *sj_value_describe(const struct sj_value *value, char buffer[96]) {
  char number[32];
  switch (value ? value->kind : SJ_VALUE_NONE) {
    case SJ_VALUE_NONE:
      return "nothing";
    case SJ_VALUE_BOOLEAN:
      return value->as.boolean ? "true" : "false";
    case SJ_VALUE_NUMBER:
      if (isnan(value->as.number)) return "nan"; /* without the sign that some processors give it */
      snprintf(buffer, 96, "%s", sj_number_text(value->as.number, number));
      return buffer;
    case SJ_VALUE_STRING:
      snprintf(buffer, 96, "\"%.80s\"", value->as.string);
      return buffer;
    case SJ_VALUE_NODE:
      if (value->as.node->schema == &sj_schema_table && !value->as.node->field_count) {
        snprintf(buffer, 96, value->as.node->item_count ? "a list of %zu" : "an empty table",
                 value->as.node->item_count);
        return buffer;
      }
      if (value->as.node->symbolic) return sj_schema_symbol.name;
      if (value->as.node->item_count && value->as.node->schema->family == SJ_FAMILY_DISTRIBUTION &&
          !value->as.node->schema->items)
        return "a distribution";
      return value->as.node->schema->name;
    case SJ_VALUE_FUNCTION:
      return "a function";
    case SJ_VALUE_OTHER:
      break;
  }
  return value->as.string;
}

static void place_of(const struct sj_builder *builder, const struct sj_node *node, const char *field, size_t item,
                     const struct sj_value *value, int *line, const char **origin) {
  *origin = value ? value->origin : NULL;
  *line = value && value->line ? value->line : sj_document_line(builder->document, node, field, item);
}

void sj_build_wrong(struct sj_builder *builder, const struct sj_node *node, const char *field, size_t item,
                    const struct sj_value *value, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  int line;
  const char *origin;
  place_of(builder, node, field, item, value, &line, &origin);
  sj_mistake(builder->mistakes, builder->document->file, line, origin, "%s", text);
}

void sj_build_expected(struct sj_builder *builder, const struct sj_node *node, const char *field, size_t item,
                       const struct sj_value *value, const char *expected) {
  char buffer[96];
  const bool shown = field || item != SIZE_MAX;
  const size_t length = shown ? sj_build_enter(builder, field, item) : builder->path.length;
  sj_build_wrong(builder, node, field, item, value, "`%s`: expected %s, got %s", builder->path.data, expected,
                 sj_value_describe(value, buffer));
  if (shown) sj_build_leave(builder, length);
}

void sj_build_note(struct sj_builder *builder, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  struct sj_model *const model = builder->model;
  for (size_t i = 0; i < model->note_count; i++)
    if (!strcmp(model->notes[i], text)) return;
  char **const notes = sj_arena_array(&builder->document->arena, model->note_count + 1, sizeof *notes);
  if (model->note_count) memcpy(notes, model->notes, model->note_count * sizeof *notes);
  notes[model->note_count++] = sj_arena_string(&builder->document->arena, text);
  model->notes = notes;
}

bool sj_build_is_unknown(const struct sj_value *value) {
  return value && value->kind == SJ_VALUE_NODE && value->as.node->schema == &sj_schema_unknown;
}

/* ---- reading by the tables ---- */

void sj_build_known(struct sj_builder *builder, const struct sj_node *node, const struct sj_schema *schema) {
  for (size_t i = 0; i < node->field_count; i++) {
    const char *const name = node->fields[i].name;
    const struct sj_value *const value = &node->fields[i].value;
    const struct sj_field_schema *const field = sj_schema_field(schema, name);
    if (field && field->type == SJ_FIELD_LATER)
      sj_build_wrong(builder, node, name, SIZE_MAX, value, "`%s` is not in this version", name);
    if (field || schema->any_field) continue;
    const char *const nearest = sj_schema_nearest_field(schema, name);
    if (nearest)
      sj_build_wrong(builder, node, name, SIZE_MAX, value, "`%s` is not a field of %s; did you mean `%s`?", name,
                     schema->name, nearest);
    else
      sj_build_wrong(builder, node, name, SIZE_MAX, value, "`%s` is not a field of %s, which is written %s", name,
                     schema->name, schema->example);
  }
  if (node->item_count && !schema->items && !sj_build_is_unknown(&node->items[0]))
    sj_build_wrong(builder, node, NULL, 0, &node->items[0], "%s has no list, it is written %s", schema->name,
                   schema->example);
}

static bool in_range(const struct sj_field_schema *field, double x) {
  if (isnan(x)) return false;
  if (field->above ? x <= field->min : x < field->min) return false;
  return field->below ? x < field->max : x <= field->max;
}

static void wrong_type(struct sj_builder *builder, const struct sj_node *node, const struct sj_field_schema *field,
                       const struct sj_value *value) {
  struct sj_text expected = {0};
  sj_field_expected(field, &expected);
  sj_build_expected(builder, node, field->name, SIZE_MAX, value, expected.data);
  free(expected.data);
}

static bool is_whole(const struct sj_field_schema *field) {
  return field->whole || field->type == SJ_FIELD_COUNT || field->type == SJ_FIELD_COUNT64 ||
         field->type == SJ_FIELD_INTEGER;
}

static bool check_number(struct sj_builder *builder, const struct sj_node *node, const struct sj_field_schema *field,
                         const struct sj_value *value) {
  const bool fits = value->kind == SJ_VALUE_NUMBER && in_range(field, value->as.number) &&
                    (!is_whole(field) || isinf(value->as.number) || value->as.number == floor(value->as.number));
  if (!fits) wrong_type(builder, node, field, value);
  return fits;
}

static void store_number(const struct sj_field_schema *field, double x, void *target) {
  void *const at = (char *)target + field->offset;
  switch (field->type) {
    case SJ_FIELD_NUMBER:
      *(double *)at = x;
      break;
    case SJ_FIELD_COUNT:
      *(uint32_t *)at = (uint32_t)x;
      break;
    case SJ_FIELD_COUNT64:
      *(uint64_t *)at = (uint64_t)x;
      break;
    case SJ_FIELD_INTEGER:
      *(int32_t *)at = (int32_t)x;
      break;
    case SJ_FIELD_CHOICE:
      *(unsigned *)at = (unsigned)x;
      break;
    case SJ_FIELD_BOOLEAN:
    case SJ_FIELD_EITHER:
      *(bool *)at = x != 0;
      break;
    case SJ_FIELD_TEXT:
    case SJ_FIELD_LAW:
    case SJ_FIELD_DISTRIBUTION:
    case SJ_FIELD_POLICY:
    case SJ_FIELD_COST:
    case SJ_FIELD_PART:
    case SJ_FIELD_LATER:
      break;
  }
}

static bool read_choice(struct sj_builder *builder, const struct sj_node *node, const struct sj_field_schema *field,
                        const struct sj_value *value, void *target) {
  for (size_t i = 0; value->kind == SJ_VALUE_STRING && field->choices[i]; i++) {
    if (strcmp(field->choices[i], value->as.string) != 0) continue;
    if (field->offset != SJ_NO_OFFSET) store_number(field, (double)i, target);
    return true;
  }
  const char *const nearest = value->kind == SJ_VALUE_STRING ? sj_nearest(value->as.string, field->choices) : NULL;
  if (!nearest) {
    wrong_type(builder, node, field, value);
    return false;
  }
  const size_t length = sj_build_enter(builder, field->name, SIZE_MAX);
  sj_build_wrong(builder, node, field->name, SIZE_MAX, value, "`%s`: \"%.80s\" is not known; did you mean \"%s\"?",
                 builder->path.data, value->as.string, nearest);
  sj_build_leave(builder, length);
  return false;
}

static bool read_law(struct sj_builder *builder, const struct sj_node *node, const struct sj_field_schema *field,
                     const struct sj_value *value, void *target) {
  struct sj_law law = {0};
  const bool recorded = target == NULL || !strcmp(field->name, "work");
  const size_t length = sj_build_enter(builder, field->name, SIZE_MAX);
  const bool fits = sj_build_law(builder, node, field, value, recorded, &law);
  sj_build_leave(builder, length);
  if (!fits) return false;
  if (field->type == SJ_FIELD_LAW)
    *(struct sj_law *)(void *)((char *)target + field->offset) = law;
  else
    *(const struct sj_distribution **)(void *)((char *)target + field->offset) = law.fixed;
  return true;
}

bool sj_build_field(struct sj_builder *builder, const struct sj_node *node, const struct sj_field_schema *field,
                    void *target) {
  const struct sj_value *const value = sj_node_field(node, field->name);
  if (!value || sj_build_is_unknown(value)) return false;
  switch (field->type) {
    case SJ_FIELD_NUMBER:
    case SJ_FIELD_COUNT:
    case SJ_FIELD_COUNT64:
    case SJ_FIELD_INTEGER:
      if (!check_number(builder, node, field, value)) return false;
      if (target) store_number(field, value->as.number, target);
      return true;
    case SJ_FIELD_BOOLEAN:
      if (value->kind != SJ_VALUE_BOOLEAN) {
        wrong_type(builder, node, field, value);
        return false;
      }
      if (target) store_number(field, value->as.boolean, target);
      return true;
    case SJ_FIELD_CHOICE:
    case SJ_FIELD_EITHER:
      return read_choice(builder, node, field, value, target);
    case SJ_FIELD_TEXT:
      if (value->kind != SJ_VALUE_STRING || !*value->as.string) {
        wrong_type(builder, node, field, value);
        return false;
      }
      if (target)
        *(char **)(void *)((char *)target + field->offset) =
            sj_arena_string(&builder->document->arena, value->as.string);
      return true;
    case SJ_FIELD_POLICY:
      return target && sj_build_inner_policy(builder, node, field, value,
                                             (const struct sj_policy **)(void *)((char *)target + field->offset));
    case SJ_FIELD_COST:
      return target && sj_build_cost(builder, node, field->name, value,
                                     (struct sj_cost *)(void *)((char *)target + field->offset));
    case SJ_FIELD_LAW:
    case SJ_FIELD_DISTRIBUTION:
      return read_law(builder, node, field, value, target);
    case SJ_FIELD_PART:
    case SJ_FIELD_LATER:
      break;
  }
  return false;
}

bool sj_build_misspelt(const struct sj_node *node, const struct sj_schema *schema, const char *name) {
  for (size_t i = 0; i < node->field_count; i++) {
    if (sj_schema_field(schema, node->fields[i].name)) continue;
    const char *const nearest = sj_schema_nearest_field(schema, node->fields[i].name);
    if (nearest && !strcmp(nearest, name)) return true;
  }
  return false;
}

void sj_build_lacks(struct sj_builder *builder, const struct sj_node *node, const struct sj_schema *schema,
                    const char *name, const char *expected) {
  if (!sj_build_misspelt(node, schema, name))
    sj_build_wrong(builder, node, NULL, SIZE_MAX, NULL, "`%s` lacks `%s`: expected %s", builder->path.data, name,
                   expected);
}

/* A default in the model's unit, if that is a real one. */
static void default_in_seconds(struct sj_builder *builder, const struct sj_node *node, const struct sj_schema *schema,
                               const struct sj_field_schema *field, void *target) {
  store_number(field, field->fallback / builder->model->seconds, target);
  if (sj_node_field(node, field->name) || !isnan(builder->model->seconds)) return;
  char *const expected =
      sj_format("a time; its default of %s means nothing in %s", field->fallback_text, builder->model->time_unit);
  sj_build_lacks(builder, node, schema, field->name, expected);
  free(expected);
}

void sj_build_fields(struct sj_builder *builder, const struct sj_node *node, const struct sj_schema *schema,
                     void *target) {
  sj_build_known(builder, node, schema);
  for (size_t i = 0; i < schema->field_count; i++) {
    const struct sj_field_schema *const field = &schema->fields[i];
    const struct sj_value *const value = sj_node_field(node, field->name);
    if (!value && !field->fallback_text) {
      struct sj_text expected = {0};
      sj_field_expected(field, &expected);
      sj_build_lacks(builder, node, schema, field->name, expected.data);
      free(expected.data);
    }
    if (field->offset == SJ_NO_OFFSET) continue;
    if (field->in_seconds) {
      default_in_seconds(builder, node, schema, field, target);
      if (value) sj_build_field(builder, node, field, target);
      continue;
    }
    if (field->type != SJ_FIELD_LAW && field->type != SJ_FIELD_DISTRIBUTION &&
        (field->type == SJ_FIELD_NUMBER || isfinite(field->fallback)))
      store_number(field, field->fallback, target);
    if (value) sj_build_field(builder, node, field, target);
  }
}

const struct sj_node *sj_build_part(struct sj_builder *builder, const struct sj_node *node, const char *field,
                                    const struct sj_schema *schema) {
  const struct sj_value *const value = sj_node_field(node, field);
  if (!value || sj_build_is_unknown(value)) return NULL;
  const struct sj_schema *const wanted = schema->family == SJ_FAMILY_TABLE ? &sj_schema_table : schema;
  if (value->kind == SJ_VALUE_NODE && value->as.node->schema == wanted) return value->as.node;
  sj_build_expected(builder, node, field, SIZE_MAX, value, schema->example);
  return NULL;
}

/* ---- the whole ---- */

static int compare_names(const void *a, const void *b) {
  const struct sj_name_index *const x = a, *const y = b;
  const int order = strcmp(x->name, y->name);
  return order ? order : (x->index > y->index) - (x->index < y->index);
}

static void report_duplicates(struct sj_builder *builder) {
  struct sj_document *const document = builder->document;
  const size_t count = document->component_count;
  struct sj_name_index *const names = sj_arena_array(&document->arena, count, sizeof *names);
  for (size_t i = 0; i < count; i++) names[i] = (struct sj_name_index){document->components[i]->name, (uint32_t)i};
  if (count) qsort(names, count, sizeof *names, compare_names);
  for (size_t i = 1; i < count; i++) {
    if (strcmp(names[i].name, names[i - 1].name) != 0) continue;
    const struct sj_node *const node = document->components[names[i].index];
    sj_build_wrong(builder, node, NULL, SIZE_MAX, NULL, "the name `%s` is taken, by the %s on line %d", node->name,
                   document->components[names[i - 1].index]->schema->name,
                   document->components[names[i - 1].index]->line);
  }
}

static void count_components(struct sj_builder *builder) {
  struct sj_document *const document = builder->document;
  struct sj_model *const model = builder->model;
  struct sj_arena *const arena = &document->arena;
  for (size_t i = 0; i < document->component_count; i++)
    if (document->components[i]->schema == &sj_schema_client)
      model->client_count++;
    else
      model->server_count++;
  model->servers = sj_arena_array(arena, model->server_count, sizeof *model->servers);
  model->clients = sj_arena_array(arena, model->client_count, sizeof *model->clients);
  builder->server_nodes = sj_arena_array(arena, model->server_count, sizeof *builder->server_nodes);
  builder->client_nodes = sj_arena_array(arena, model->client_count, sizeof *builder->client_nodes);
  builder->server_names = sj_arena_array(arena, model->server_count, sizeof *builder->server_names);
  builder->client_names = sj_arena_array(arena, model->client_count, sizeof *builder->client_names);
  for (size_t i = 0; i < document->component_count; i++) {
    const struct sj_node *const node = document->components[i];
    const bool server = node->schema != &sj_schema_client;
    size_t *const count = server ? &builder->server_name_count : &builder->client_name_count;
    (server ? builder->server_nodes : builder->client_nodes)[*count] = node;
    (server ? builder->server_names : builder->client_names)[*count] =
        (struct sj_name_index){node->name, (uint32_t)*count};
    char *const name = sj_arena_string(arena, node->name);
    if (server)
      model->servers[*count].name = name;
    else
      model->clients[*count].name = name;
    (*count)++;
  }
  if (model->server_count)
    qsort(builder->server_names, model->server_count, sizeof *builder->server_names, compare_names);
  if (model->client_count)
    qsort(builder->client_names, model->client_count, sizeof *builder->client_names, compare_names);
}

static void read_settings(struct sj_builder *builder) {
  static const struct sj_node empty = {.schema = &sj_schema_model};
  struct sj_model *const model = builder->model;
  const struct sj_node *const node = builder->document->model ? builder->document->model : &empty;
  const size_t length = sj_build_enter(builder, "model", SIZE_MAX);
  sj_build_fields(builder, node, &sj_schema_model, model);
  const struct sj_value *const unit = sj_node_field(node, "time_unit");
  /* Its form was checked when it was read: the time words depend on it. */
  const char *const name = unit && unit->kind == SJ_VALUE_STRING ? unit->as.string : "s";
  if (unit && unit->origin)
    sj_build_wrong(builder, node, "time_unit", SIZE_MAX, unit, "`model.time_unit` is not a number to override");
  snprintf(model->time_unit, sizeof model->time_unit, "%s", name);
  static const char *const words[] = {"us", "ms", "s", "minute", "hour", NULL};
  static const double seconds[] = {1e-6, 1e-3, 1, 60, 3600};
  model->seconds = NAN;
  for (size_t i = 0; words[i]; i++)
    if (!strcmp(words[i], name)) model->seconds = seconds[i];
  sj_build_original(builder, node, &model->original);
  sj_build_leave(builder, length);
  sj_build_price(builder);
  sj_build_solve(builder);
}

void sj_build_model(struct sj_document *document, struct sj_resources *resources, const char *scenario,
                    const struct sj_model *base, struct sj_mistakes *mistakes, struct sj_model **result) {
  struct sj_model *const model = sj_allocate(sizeof *model);
  struct sj_builder builder = {
      .document = document, .model = model, .mistakes = mistakes, .resources = resources, .base = base};
  document->resources = resources;
  model->document = document;
  model->file = sj_arena_string(&document->arena, document->file);
  model->scenario = scenario ? sj_arena_string(&document->arena, scenario) : NULL;
  model->scenario_count = document->scenario_count;
  model->scenarios = sj_arena_array(&document->arena, document->scenario_count, sizeof *model->scenarios);
  for (size_t i = 0; i < document->scenario_count; i++)
    model->scenarios[i] = sj_arena_string(&document->arena, document->scenarios[i]);
  sj_text_add(&builder.path, "%s", "");
  report_duplicates(&builder);
  count_components(&builder);
  read_settings(&builder);
  if (base)
    model->run = base->run;
  else
    sj_build_run(&builder);
  sj_build_servers(&builder);
  sj_build_server_calls(&builder);
  sj_build_clients(&builder);
  if (!base) {
    sj_build_faults(&builder);
    if (!document->incomplete) sj_build_expectations(&builder);
  }
  sj_build_index_laws(document);
  if (!mistakes->count) sj_check_world(&builder);
  if (!mistakes->count) sj_check_graph(&builder);
  if (!mistakes->count) sj_derive(&builder);
  free(builder.path.data);
  if (mistakes->count) {
    sj_model_destroy(model);
    *result = NULL;
    return;
  }
  *result = model;
}
