#include "model/schema.h"

#include <math.h>
#include <string.h>

const struct sj_field_schema *sj_schema_field(const struct sj_schema *schema, const char *name) {
  for (size_t i = 0; i < schema->field_count; i++)
    if (!strcmp(schema->fields[i].name, name)) return &schema->fields[i];
  return NULL;
}

const char *sj_schema_nearest_field(const struct sj_schema *schema, const char *name) {
  enum { MOST = 64 };
  const char *names[MOST + 1];
  size_t count = 0;
  for (size_t i = 0; i < schema->field_count && count < MOST; i++)
    if (schema->fields[i].type != SJ_FIELD_LATER) names[count++] = schema->fields[i].name;
  names[count] = NULL;
  return sj_nearest(name, names);
}

static bool same(const char *word, const char *name, size_t length) {
  return word && strlen(word) == length && !memcmp(word, name, length);
}

const struct sj_schema *sj_schema_at(size_t i) {
  size_t count = 0;
  while (sj_schemas[count]) count++;
  if (i < count) return sj_schemas[i];
  i -= count;
  if (i < sj_policy_schema_count) return sj_policy_schemas[i];
  i -= sj_policy_schema_count;
  if (i < sj_cost_schema_count) return sj_cost_schemas[i];
  i -= sj_cost_schema_count;
  return i < sj_figure_schema_count ? sj_figure_schemas[i] : NULL;
}

bool sj_schema_is_word(const struct sj_schema *schema) {
  for (size_t i = 0; i < schema->field_count; i++)
    if (!schema->fields[i].fallback_text) return false;
  return true;
}

bool sj_schema_is_named(const struct sj_schema *schema, const char *name, size_t length) {
  return same(schema->name, name, length) || same(schema->also, name, length);
}

static void add_range(const struct sj_field_schema *field, const char *noun, struct sj_text *text) {
  char low[32], high[32];
  sj_number_text(field->min, low);
  sj_number_text(field->max, high);
  sj_text_add(text, "%s", noun);
  const bool bounded_below = isfinite(field->min), bounded_above = isfinite(field->max);
  if (bounded_below && bounded_above && !field->above && !field->below) {
    sj_text_add(text, " from %s to %s", low, high);
    return;
  }
  if (bounded_below) sj_text_add(text, field->above ? " above %s" : " of at least %s", low);
  if (bounded_above) {
    if (bounded_below) sj_text_add(text, ",");
    sj_text_add(text, field->below ? " below %s" : " at most %s", high);
  }
}

static void add_choices(const struct sj_field_schema *field, struct sj_text *text) {
  for (size_t i = 0; field->choices[i]; i++)
    sj_text_add(text, "%s\"%s\"", !i ? "" : field->choices[i + 1] ? ", " : " or ", field->choices[i]);
}

void sj_field_expected(const struct sj_field_schema *field, struct sj_text *text) {
  switch (field->type) {
    case SJ_FIELD_NUMBER:
      add_range(field, field->whole ? "a whole number" : "a number", text);
      break;
    case SJ_FIELD_COUNT:
    case SJ_FIELD_COUNT64:
    case SJ_FIELD_INTEGER:
      add_range(field, "a whole number", text);
      break;
    case SJ_FIELD_BOOLEAN:
      sj_text_add(text, "true or false");
      break;
    case SJ_FIELD_CHOICE:
    case SJ_FIELD_EITHER:
      add_choices(field, text);
      break;
    case SJ_FIELD_TEXT:
      sj_text_add(text, "a text");
      break;
    case SJ_FIELD_LAW:
    case SJ_FIELD_DISTRIBUTION:
      add_range(field, field->whole ? "a whole number" : "a number", text);
      sj_text_add(text, " or a distribution");
      break;
    case SJ_FIELD_POLICY:
      sj_text_add(text, SJ_TAKES_POLICY);
      break;
    case SJ_FIELD_COST:
      sj_text_add(text, SJ_TAKES_COST);
      break;
    case SJ_FIELD_PART:
      sj_text_add(text, "%s", field->takes);
      break;
    case SJ_FIELD_LATER:
      sj_text_add(text, "nothing in this version");
      break;
  }
}
