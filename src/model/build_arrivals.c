#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"

static bool number_in_list(const struct sj_value *value, double least, bool above, double *number) {
  if (value->kind != SJ_VALUE_NUMBER || !isfinite(value->as.number)) return false;
  *number = value->as.number;
  return above ? *number > least : *number >= least;
}

/* A list of rates of at least 0; returns how many, 0 after a report. */
static size_t read_rates(struct sj_builder *builder, const struct sj_node *node, const char *field, size_t item,
                         const struct sj_value *value, size_t skip, double **rates) {
  if (sj_build_is_unknown(value)) return 0;
  const struct sj_node *const list = value->kind == SJ_VALUE_NODE ? value->as.node : NULL;
  if (!list || list->schema != &sj_schema_table || !list->item_count || list->field_count) {
    sj_build_expected(builder, node, field, item, value, "a list of rates");
    return 0;
  }
  *rates = sj_arena_array(&builder->document->arena, list->item_count, sizeof **rates);
  const size_t length = sj_build_enter(builder, field, item);
  size_t good = 0;
  for (size_t i = 0; i < list->item_count; i++) {
    if (i == skip || number_in_list(&list->items[i], 0, false, &(*rates)[i]))
      good++;
    else
      sj_build_expected(builder, list, NULL, i, &list->items[i], "a rate of at least 0");
  }
  sj_build_leave(builder, length);
  if (skip < list->item_count) (*rates)[skip] = 0;
  return good == list->item_count ? good : 0;
}

/* From each state every other must be reachable, else the stationary distribution is not one. */
static bool is_irreducible(size_t count, const double *rates) {
  for (size_t start = 0; start < count; start++) {
    bool *const seen = sj_allocate_array(count, sizeof *seen);
    size_t *const stack = sj_allocate_array(count, sizeof *stack);
    size_t depth = 1, reached = 1;
    stack[0] = start;
    seen[start] = true;
    while (depth) {
      const size_t i = stack[--depth];
      for (size_t j = 0; j < count; j++) {
        if (seen[j] || rates[i * count + j] <= 0) continue;
        seen[j] = true;
        stack[depth++] = j;
        reached++;
      }
    }
    free(seen);
    free(stack);
    if (reached < count) return false;
  }
  return true;
}

static void read_mmpp(struct sj_builder *builder, const struct sj_node *node, struct sj_arrivals *arrivals) {
  const struct sj_value *const rates = sj_node_field(node, "rates"), *const transitions =
                                                                         sj_node_field(node, "transitions");
  if (!rates || !transitions) return;
  const size_t count = read_rates(builder, node, "rates", SIZE_MAX, rates, SIZE_MAX, &arrivals->rates);
  const struct sj_node *const matrix = transitions->kind == SJ_VALUE_NODE ? transitions->as.node : NULL;
  if (!count || sj_build_is_unknown(transitions)) return;
  if (!matrix || matrix->schema != &sj_schema_table || matrix->item_count != count || count > 1000) {
    char expected[80];
    snprintf(expected, sizeof expected, "a matrix of %zu rows, one for each of `rates`", count);
    sj_build_expected(builder, node, "transitions", SIZE_MAX, transitions, expected);
    return;
  }
  arrivals->state_count = count;
  arrivals->transitions = sj_arena_array(&builder->document->arena, count * count, sizeof *arrivals->transitions);
  const size_t length = sj_build_enter(builder, "transitions", SIZE_MAX);
  bool fits = true;
  for (size_t i = 0; i < count; i++) {
    double *row = NULL;
    const struct sj_value *const value = &matrix->items[i];
    const bool wrong_length = value->kind == SJ_VALUE_NODE && value->as.node->schema == &sj_schema_table &&
                              value->as.node->item_count != count;
    if (wrong_length)
      sj_build_wrong(builder, matrix, NULL, i, value, "`%s[%zu]`: expected %zu rates, got %zu", builder->path.data,
                     i + 1, count, value->as.node->item_count);
    fits = !wrong_length && read_rates(builder, matrix, NULL, i, value, i, &row) == count && fits;
    if (fits) memcpy(arrivals->transitions + i * count, row, count * sizeof *row);
  }
  if (fits && !is_irreducible(count, arrivals->transitions))
    sj_build_wrong(builder, node, "transitions", SIZE_MAX, transitions,
                   "`%s`: every state must lead to every other, directly or not", builder->path.data);
  sj_build_leave(builder, length);
}

static void read_piecewise(struct sj_builder *builder, const struct sj_node *node, struct sj_arrivals *arrivals) {
  const size_t count = node->item_count;
  if (!count) {
    sj_build_wrong(builder, node, NULL, SIZE_MAX, NULL, "`%s`: piecewise is empty; it is written %s",
                   builder->path.data, node->schema->example);
    return;
  }
  arrivals->from = sj_arena_array(&builder->document->arena, count, sizeof *arrivals->from);
  arrivals->rates = sj_arena_array(&builder->document->arena, count, sizeof *arrivals->rates);
  arrivals->piece_count = count;
  for (size_t i = 0; i < count; i++) {
    const struct sj_value *const value = &node->items[i];
    if (sj_build_is_unknown(value)) continue;
    const struct sj_node *const pair = value->kind == SJ_VALUE_NODE ? value->as.node : NULL;
    if (!pair || pair->schema != &sj_schema_table || pair->item_count != 2 || pair->field_count) {
      sj_build_expected(builder, node, NULL, i, value, "{from, rate}");
      continue;
    }
    const size_t length = sj_build_enter(builder, NULL, i);
    if (!number_in_list(&pair->items[0], 0, false, &arrivals->from[i]))
      sj_build_expected(builder, pair, NULL, 0, &pair->items[0], "a time of at least 0");
    if (!number_in_list(&pair->items[1], 0, false, &arrivals->rates[i]))
      sj_build_expected(builder, pair, NULL, 1, &pair->items[1], "a rate of at least 0");
    sj_build_leave(builder, length);
    char before[32], now[32];
    if (i && arrivals->from[i] <= arrivals->from[i - 1])
      sj_build_wrong(builder, node, NULL, i, value, "`%s[%zu]`: the times must increase, but %s comes after %s",
                     builder->path.data, i + 1, sj_number_text(arrivals->from[i], now),
                     sj_number_text(arrivals->from[i - 1], before));
  }
}

/* A message of a data file may have several lines, each with its own place in that file. */
static void data_file_wrong(struct sj_builder *builder, const struct sj_node *node, const struct sj_value *value,
                            enum sj_status status, struct sj_error *error) {
  const int line = value->line ? value->line : sj_document_line(builder->document, node, "file", SIZE_MAX);
  char *rest = NULL;
  for (char *text = strtok_r(error->message, "\n", &rest); text; text = strtok_r(NULL, "\n", &rest)) {
    if (status == SJ_FAILED)
      sj_mistake_unreadable(builder->mistakes, builder->document->file, line, value->origin, text);
    else
      sj_mistake(builder->mistakes, builder->document->file, line, value->origin, "%s", text);
  }
}

static double number_field(struct sj_builder *builder, const struct sj_node *node, const char *name) {
  const struct sj_value *const value = sj_node_field(node, name);
  if (!value || !sj_build_field(builder, node, sj_schema_field(node->schema, name), NULL)) return NAN;
  return value->as.number;
}

static void read_trace(struct sj_builder *builder, const struct sj_node *node, struct sj_arrivals *arrivals) {
  const struct sj_value *const file = sj_node_field(node, "file"), *const format = sj_node_field(node, "format");
  const size_t before = builder->mistakes->count;
  const struct sj_schema *const schema = node->schema;
  if (file) sj_build_field(builder, node, sj_schema_field(schema, "file"), NULL);
  if (format) sj_build_field(builder, node, sj_schema_field(schema, "format"), NULL);
  struct sj_trace_options options = {.format = format && format->kind == SJ_VALUE_STRING ? format->as.string : NULL,
                                     .from = number_field(builder, node, "from"),
                                     .to = number_field(builder, node, "to"),
                                     .unit_seconds = builder->model->seconds,
                                     .seed = builder->model->run.seed};
  if (options.to <= options.from)
    sj_build_wrong(builder, node, "to", SIZE_MAX, sj_node_field(node, "to"), "`%s`: `to` must be after `from`",
                   builder->path.data);
  if (!file || sj_build_is_unknown(file) || builder->mistakes->count > before) return;
  /* Recorded times are seconds; a unit of another name is taken as one. */
  if (isnan(options.unit_seconds)) options.unit_seconds = 1;
  arrivals->replay_from = options.from;
  arrivals->replay_to = options.to;
  struct sj_error error = {{0}};
  const enum sj_status status =
      sj_resources_trace(builder->resources, file->as.string, &options, &arrivals->trace, &error);
  if (status) {
    data_file_wrong(builder, node, file, status, &error);
    return;
  }
  const struct sj_trace_summary *const summary = sj_trace_summary_of(arrivals->trace);
  if (isnan(builder->model->seconds) && strcmp(summary->format, "csv") != 0)
    sj_build_wrong(builder, node, NULL, SIZE_MAX, NULL,
                   "`%s`: a recording in seconds needs a time unit of known length, not \"%s\"", builder->path.data,
                   builder->model->time_unit);
  if (summary->whole_seconds)
    sj_build_note(builder, "The times in %s are whole seconds; arrivals are spread uniformly inside each.",
                  file->as.string);
}

static bool kind_of(const char *name, enum sj_arrivals_kind *kind) {
  static const struct {
    const char *name;
    enum sj_arrivals_kind kind;
  } kinds[] = {{"poisson", SJ_ARRIVALS_POISSON},     {"renewal", SJ_ARRIVALS_RENEWAL}, {"every", SJ_ARRIVALS_RENEWAL},
               {"mmpp", SJ_ARRIVALS_MMPP},           {"closed", SJ_ARRIVALS_CLOSED},   {"spread", SJ_ARRIVALS_SPREAD},
               {"piecewise", SJ_ARRIVALS_PIECEWISE}, {"trace", SJ_ARRIVALS_TRACE}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (strcmp(kinds[i].name, name) != 0) continue;
    *kind = kinds[i].kind;
    return true;
  }
  return false;
}

void sj_build_arrivals(struct sj_builder *builder, const struct sj_node *client, struct sj_arrivals *arrivals) {
  const struct sj_value *const value = sj_node_field(client, "arrivals");
  if (!value || sj_build_is_unknown(value)) return;
  if (value->kind != SJ_VALUE_NODE || value->as.node->schema->family != SJ_FAMILY_ARRIVALS ||
      !kind_of(value->as.node->schema->name, &arrivals->kind)) {
    sj_build_expected(builder, client, "arrivals", SIZE_MAX, value, "an arrival process, such as poisson{rate=}");
    return;
  }
  const struct sj_node *const node = value->as.node;
  const size_t length = sj_build_enter(builder, "arrivals", SIZE_MAX);
  arrivals->rate_factor = 1;
  sj_build_fields(builder, node, node->schema, arrivals);
  switch (arrivals->kind) {
    case SJ_ARRIVALS_MMPP:
      read_mmpp(builder, node, arrivals);
      break;
    case SJ_ARRIVALS_PIECEWISE:
      read_piecewise(builder, node, arrivals);
      break;
    case SJ_ARRIVALS_TRACE:
      read_trace(builder, node, arrivals);
      break;
    case SJ_ARRIVALS_POISSON:
    case SJ_ARRIVALS_RENEWAL:
    case SJ_ARRIVALS_CLOSED:
    case SJ_ARRIVALS_SPREAD:
      break;
  }
  sj_build_leave(builder, length);
}
