#include "model/expression.h"

#include <stdlib.h>
#include <string.h>

#include "model/resources.h"
#include "model/schema.h"

struct writer {
  struct sj_resources *resources;
  bool canonical;
  struct sj_text *text;
};

static void write_value(const struct writer *w, const struct sj_value *value, int outer);

static void write_number(const struct writer *w, double x) {
  char number[32];
  sj_text_add(w->text, "%s", sj_number_text(x, number));
}

/* ---- arithmetic ---- */

/* How tightly an operator binds: a looser one inside a tighter one needs parentheses. */
enum { LOOSE = 0, SUM = 1, PRODUCT = 2, TIGHT = 3 };

static void write_infix(const struct writer *w, const struct sj_node *node, int outer) {
  const bool sum = node->schema == &sj_schema_add || node->schema == &sj_schema_subtract;
  const int own = sum ? SUM : PRODUCT;
  /* The right side of - and / needs parentheses where the left does not. */
  const bool associative = node->schema == &sj_schema_add || node->schema == &sj_schema_multiply;
  const bool bracketed = w->canonical || own < outer;
  if (bracketed) sj_text_add(w->text, "(");
  write_value(w, &node->items[0], own);
  sj_text_add(w->text, " %s ", node->schema->name);
  write_value(w, &node->items[1], associative ? own : own + 1);
  if (bracketed) sj_text_add(w->text, ")");
}

static void write_operation(const struct writer *w, const struct sj_node *node, int outer) {
  if (node->schema == &sj_schema_negate) {
    const size_t before = w->text->length + 1;
    sj_text_add(w->text, "-");
    write_value(w, &node->items[0], TIGHT);
    if (w->text->data[before] != '-') return;
    /* Two in a row would begin a comment. */
    char *const operand = sj_copy_string(w->text->data + before);
    w->text->length = before;
    sj_text_add(w->text, "(%s)", operand);
    free(operand);
  } else if (strchr("+-*/", node->schema->name[0])) {
    write_infix(w, node, outer);
  } else {
    sj_text_add(w->text, "%s(", node->schema->name);
    for (size_t i = 0; i < node->item_count; i++) {
      if (i) sj_text_add(w->text, ", ");
      write_value(w, &node->items[i], LOOSE);
    }
    sj_text_add(w->text, ")");
  }
}

/* ---- constructors ---- */

static void write_data(const struct writer *w, const struct sj_node *node) {
  const struct sj_value *const list = sj_node_field(node, "values"), *const file = sj_node_field(node, "file");
  const double *values = NULL;
  double *own = NULL;
  size_t count = 0;
  if (list && list->kind == SJ_VALUE_NODE) {
    count = list->as.node->item_count;
    own = sj_allocate_array(count, sizeof *own);
    for (size_t i = 0; i < count; i++) own[i] = list->as.node->items[i].as.number;
    values = own;
  } else if (file) {
    sj_resources_column(w->resources, file->as.string, sj_node_field(node, "column")->as.string, &values, &count, NULL);
  }
  if (w->canonical) {
    char hex[65];
    sj_sha256_hex(values, count * sizeof *values, hex);
    sj_text_add(w->text, "empirical{sha256=\"%s\"}", hex);
  } else if (file) {
    sj_text_add(w->text, "empirical{file=\"%s\", column=\"%s\"} of %zu values", file->as.string,
                sj_node_field(node, "column")->as.string, count);
  } else {
    sj_text_add(w->text, "empirical of %zu values", count);
  }
  free(own);
}

/* exponential and erlang in terms of their mean. */
static bool write_by_mean(const struct writer *w, const struct sj_node *node) {
  const struct sj_value *const rate = sj_node_field(node, "rate"), *const k = sj_node_field(node, "k");
  if (!w->canonical || !rate || rate->kind != SJ_VALUE_NUMBER || (k && k->kind != SJ_VALUE_NUMBER)) return false;
  sj_text_add(w->text, "%s{", node->schema->name);
  if (k) {
    sj_text_add(w->text, "k=");
    write_number(w, k->as.number);
    sj_text_add(w->text, ", ");
  }
  sj_text_add(w->text, "mean=");
  write_number(w, (k ? k->as.number : 1) / rate->as.number);
  sj_text_add(w->text, "}");
  return true;
}

static void write_table(const struct writer *w, const struct sj_node *node) {
  sj_text_add(w->text, "{");
  for (size_t i = 0; i < node->item_count; i++) {
    if (i) sj_text_add(w->text, ", ");
    write_value(w, &node->items[i], LOOSE);
  }
  bool first = !node->item_count;
  for (size_t i = 0; i < node->field_count; i++) {
    sj_text_add(w->text, "%s%s=", first ? "" : ", ", node->fields[i].name);
    first = false;
    write_value(w, &node->fields[i].value, LOOSE);
  }
  sj_text_add(w->text, "}");
}

/* Fields in the order of the tables, so that the file's does not matter. */
static void write_fields(const struct writer *w, const struct sj_node *node) {
  sj_text_add(w->text, "{");
  bool first = true;
  for (size_t i = 0; i < node->schema->field_count; i++) {
    const struct sj_value *const value = sj_node_field(node, node->schema->fields[i].name);
    if (!value) continue;
    sj_text_add(w->text, "%s%s=", first ? "" : ", ", node->schema->fields[i].name);
    first = false;
    write_value(w, value, LOOSE);
  }
  sj_text_add(w->text, "}");
}

/* Whether every field has a position: then they are written as arguments. */
static bool by_position(const struct sj_node *node) {
  const struct sj_schema *const schema = node->schema;
  if (!schema->positional || !node->field_count) return false;
  for (size_t i = 0; i < node->field_count; i++) {
    const char *const name = node->fields[i].name;
    const bool also = schema->also_positional && !strcmp(name, schema->also_positional);
    if (strcmp(name, schema->positional) != 0 && !also) return false;
  }
  return sj_node_field(node, schema->positional) != NULL;
}

static void write_positions(const struct writer *w, const struct sj_node *node) {
  sj_text_add(w->text, "(");
  write_value(w, sj_node_field(node, node->schema->positional), LOOSE);
  if (node->field_count > 1) {
    sj_text_add(w->text, ", ");
    write_value(w, sj_node_field(node, node->schema->also_positional), LOOSE);
  }
  sj_text_add(w->text, ")");
}

static void write_per_member(const struct writer *w, const struct sj_node *node) {
  sj_text_add(w->text, "per_member(");
  write_value(w, &node->items[0], LOOSE);
  sj_text_add(w->text, ", x -> ");
  write_value(w, &node->items[1], LOOSE);
  sj_text_add(w->text, ")");
}

static void write_node(const struct writer *w, const struct sj_node *node, int outer) {
  const struct sj_schema *const schema = node->schema;
  if (schema == &sj_schema_symbol) {
    sj_text_add(w->text, "x");
  } else if (schema == &sj_schema_per_member) {
    write_per_member(w, node);
  } else if (schema == &sj_schema_recorded) {
    sj_text_add(w->text, "recorded()");
  } else if (schema == &sj_schema_empirical) {
    write_data(w, node);
  } else if (schema == &sj_schema_constant) {
    write_value(w, sj_node_field(node, "value"), outer);
  } else if (schema == &sj_schema_table) {
    write_table(w, node);
  } else if (!node->field_count && sj_schema_is_word(schema) && !node->item_count && !schema->items) {
    sj_text_add(w->text, "%s", schema->name);
  } else if (node->item_count && !schema->items) {
    write_operation(w, node, outer);
  } else if (!write_by_mean(w, node)) {
    sj_text_add(w->text, "%s", schema->name);
    if (by_position(node))
      write_positions(w, node);
    else if (schema->field_count)
      write_fields(w, node);
    else
      write_table(w, node);
  }
}

static void write_value(const struct writer *w, const struct sj_value *value, int outer) {
  switch (value->kind) {
    case SJ_VALUE_NUMBER:
      write_number(w, value->as.number);
      break;
    case SJ_VALUE_BOOLEAN:
      sj_text_add(w->text, "%s", value->as.boolean ? "true" : "false");
      break;
    case SJ_VALUE_STRING:
      sj_text_add(w->text, "\"%s\"", value->as.string);
      break;
    case SJ_VALUE_NODE:
      write_node(w, value->as.node, outer);
      break;
    case SJ_VALUE_FUNCTION:
      sj_text_add(w->text, "function (line %d)", value->as.function->line);
      break;
    case SJ_VALUE_NONE:
    case SJ_VALUE_OTHER:
      sj_text_add(w->text, "nil");
      break;
  }
}

void sj_expression_text(struct sj_resources *resources, const struct sj_value *value, bool canonical,
                        struct sj_text *text) {
  const struct writer writer = {resources, canonical, text};
  write_value(&writer, value, LOOSE);
}
