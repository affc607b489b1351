/* The reference of docs/language.md, from the tables. */
#include <stdlib.h>
#include <string.h>

#include "model/schema.h"

/* Vertical bars would end a table's cell. */
static void add_cell(struct sj_text *text, const char *s) {
  sj_text_add(text, " ");
  for (; *s; s++) {
    if (*s == '|') sj_text_add(text, "\\");
    sj_text_add_bytes(text, s, 1);
  }
  sj_text_add(text, " |");
}

static void add_field(struct sj_text *text, const struct sj_field_schema *field) {
  if (field->type == SJ_FIELD_LATER) return;
  sj_text_add(text, "| `%s` |", field->name);
  struct sj_text takes = {0};
  sj_field_expected(field, &takes);
  add_cell(text, takes.data);
  free(takes.data);
  add_cell(text, field->unit);
  add_cell(text, !field->fallback_text ? "required" : field->fallback_text);
  add_cell(text, field->comment);
  sj_text_add(text, "\n");
}

static void add_schema(struct sj_text *text, const struct sj_schema *schema) {
  sj_text_add(text, "\n#### `%s`\n\n%s\n", schema->example, schema->comment);
  bool any = false;
  for (size_t i = 0; i < schema->field_count; i++) any = any || schema->fields[i].type != SJ_FIELD_LATER;
  if (!any) return;
  sj_text_add(text, "\n| field | takes | unit | default | meaning |\n| --- | --- | --- | --- | --- |\n");
  for (size_t i = 0; i < schema->field_count; i++) add_field(text, &schema->fields[i]);
}

static const char *group_of(const struct sj_schema *schema) {
  switch (schema->family) {
    case SJ_FAMILY_COMPONENT:
    case SJ_FAMILY_SETTING:
      return "Declarations";
    case SJ_FAMILY_ARRIVALS:
      return "Arrivals";
    case SJ_FAMILY_DISTRIBUTION:
      return "Distributions";
    case SJ_FAMILY_POLICY:
      return "Load-balancing policies";
    case SJ_FAMILY_COST:
    case SJ_FAMILY_FIGURE:
      return "Costs that policies rank by";
    case SJ_FAMILY_TABLE:
    case SJ_FAMILY_SYMBOL:
    case SJ_FAMILY_BACKOFF:
    case SJ_FAMILY_BUCKET:
    case SJ_FAMILY_ADMISSION:
    case SJ_FAMILY_LINK:
    case SJ_FAMILY_UNKNOWN:
      break;
  }
  return "Parts";
}

void sj_schema_reference(struct sj_text *text) {
  const char *group = "";
  for (size_t i = 0; sj_schema_at(i); i++) {
    const struct sj_schema *const schema = sj_schema_at(i);
    if (strcmp(group, group_of(schema)) != 0) {
      group = group_of(schema);
      sj_text_add(text, "\n### %s\n", group);
    }
    add_schema(text, schema);
  }
  sj_text_add(text, "\n### Tables inside\n");
  for (size_t i = 0; sj_schema_plain_tables[i]; i++) {
    const struct sj_schema *const schema = sj_schema_plain_tables[i];
    struct sj_schema named = *schema;
    char *const example = sj_format("%s: %s", schema->name, schema->example);
    named.example = example;
    add_schema(text, &named);
    free(example);
  }
}

void sj_policy_table(struct sj_text *text) {
  sj_text_add(text, "| policy | picks | must know | published |\n| --- | --- | --- | --- |\n");
  for (size_t i = 0; i < sj_policy_schema_count; i++) {
    sj_text_add(text, "| `%s` |", sj_policy_schemas[i]->name);
    add_cell(text, sj_policy_schemas[i]->comment);
    add_cell(text, sj_policy_notes[i].knows);
    add_cell(text, sj_policy_notes[i].source);
    sj_text_add(text, "\n");
  }
}
