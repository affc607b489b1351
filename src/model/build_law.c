/* Laws: from expressions to distributions. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/build.h"

/* ---- checking an expression ---- */

static bool is_symbolic(const struct sj_value *value) {
  return value->kind == SJ_VALUE_NODE && (value->as.node->symbolic || sj_build_is_unknown(value));
}

static void check_list_of_numbers(struct sj_builder *builder, const struct sj_node *node, const char *field,
                                  size_t item, const struct sj_value *value) {
  if (sj_build_is_unknown(value)) return;
  if (value->kind != SJ_VALUE_NODE || value->as.node->schema != &sj_schema_table || value->as.node->field_count) {
    sj_build_expected(builder, node, field, item, value, "a list of numbers");
    return;
  }
  const size_t length = sj_build_enter(builder, field, item);
  const struct sj_node *const list = value->as.node;
  for (size_t i = 0; i < list->item_count; i++)
    if (!is_symbolic(&list->items[i]) &&
        (list->items[i].kind != SJ_VALUE_NUMBER || !isfinite(list->items[i].as.number)))
      sj_build_expected(builder, list, NULL, i, &list->items[i], "a number");
  sj_build_leave(builder, length);
}

static void check_pairs(struct sj_builder *builder, const struct sj_node *node) {
  const bool mixture = !strcmp(node->schema->name, "mixture");
  if (!node->item_count)
    sj_build_wrong(builder, node, NULL, SIZE_MAX, NULL, "%s is empty; it is written %s", node->schema->name,
                   node->schema->example);
  for (size_t i = 0; i < node->item_count; i++) {
    const struct sj_value *const item = &node->items[i];
    if (sj_build_is_unknown(item)) continue;
    const struct sj_node *const pair = item->kind == SJ_VALUE_NODE ? item->as.node : NULL;
    if (!pair || pair->schema != &sj_schema_table || pair->item_count != 2 || pair->field_count) {
      sj_build_expected(builder, node, NULL, i, item, mixture ? "{weight, law}" : "{p, rate}");
      continue;
    }
    const size_t length = sj_build_enter(builder, NULL, i);
    const double least = 0, first = pair->items[0].kind == SJ_VALUE_NUMBER ? pair->items[0].as.number : NAN;
    if (!is_symbolic(&pair->items[0]) && !(first >= least && isfinite(first)))
      sj_build_expected(builder, pair, NULL, 0, &pair->items[0],
                        mixture ? "a weight of at least 0" : "a probability from 0 to 1");
    if (mixture)
      sj_build_check_law(builder, &pair->items[1]);
    else if (!is_symbolic(&pair->items[1]) && !(pair->items[1].kind == SJ_VALUE_NUMBER && pair->items[1].as.number > 0))
      sj_build_expected(builder, pair, NULL, 1, &pair->items[1], "a rate above 0");
    sj_build_leave(builder, length);
  }
}

static void check_alternatives(struct sj_builder *builder, const struct sj_node *node) {
  const bool rate = sj_node_field(node, "rate"), mean = sj_node_field(node, "mean");
  const bool misspelt = sj_build_misspelt(node, node->schema, "rate") || sj_build_misspelt(node, node->schema, "mean");
  if (!misspelt && sj_schema_field(node->schema, "rate") && sj_schema_field(node->schema, "mean") && rate == mean)
    sj_build_wrong(builder, node, NULL, SIZE_MAX, NULL, "%s takes %s: it is written %s", node->schema->name,
                   rate ? "one of `rate` and `mean`, not both" : "`rate` or `mean`", node->schema->example);
  if (!strcmp(node->schema->name, "lognormal")) {
    static const char *const pairs[][2] = {{"mu", "sigma"}, {"mean", "cv"}, {"p50", "p99"}};
    size_t whole = 0, given = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
      const bool first = sj_node_field(node, pairs[i][0]), second = sj_node_field(node, pairs[i][1]);
      whole += first && second;
      given += (size_t)first + second;
    }
    if (whole != 1 || given != 2)
      sj_build_wrong(builder, node, NULL, SIZE_MAX, NULL,
                     "lognormal takes `mu` and `sigma`, or `mean` and `cv`, or `p50` and `p99`");
  }
  if (node->schema == &sj_schema_empirical) {
    const bool values = sj_node_field(node, "values"), file = sj_node_field(node, "file");
    if (values == file || file != !!sj_node_field(node, "column"))
      sj_build_wrong(builder, node, NULL, SIZE_MAX, NULL, "empirical takes `values`, or `file` and `column`");
  }
}

static void check_constructor(struct sj_builder *builder, const struct sj_node *node) {
  const struct sj_schema *const schema = node->schema;
  sj_build_known(builder, node, schema);
  for (size_t i = 0; i < schema->field_count; i++) {
    const struct sj_field_schema *const field = &schema->fields[i];
    const struct sj_value *const value = sj_node_field(node, field->name);
    if (!value && !field->fallback_text) {
      char *const written = sj_format("it written %s", schema->example);
      sj_build_lacks(builder, node, schema, field->name, written);
      free(written);
    } else if (value && field->type == SJ_FIELD_PART) {
      if (!strcmp(field->name, "T")) continue;
      check_list_of_numbers(builder, node, field->name, SIZE_MAX, value);
    } else if (value && !is_symbolic(value)) {
      sj_build_field(builder, node, field, NULL);
    }
  }
  check_alternatives(builder, node);
  if (schema->items) check_pairs(builder, node);
  const struct sj_value *const matrix = sj_node_field(node, "T");
  if (!matrix || strcmp(schema->name, "phase_type") != 0 || sj_build_is_unknown(matrix)) return;
  if (matrix->kind != SJ_VALUE_NODE || matrix->as.node->schema != &sj_schema_table) {
    sj_build_expected(builder, node, "T", SIZE_MAX, matrix, "a square matrix of rates");
    return;
  }
  const size_t length = sj_build_enter(builder, "T", SIZE_MAX);
  for (size_t i = 0; i < matrix->as.node->item_count; i++)
    check_list_of_numbers(builder, matrix->as.node, NULL, i, &matrix->as.node->items[i]);
  sj_build_leave(builder, length);
}

static bool is_law(const struct sj_value *value) {
  return value->kind == SJ_VALUE_NUMBER ||
         (value->kind == SJ_VALUE_NODE &&
          (value->as.node->symbolic || value->as.node->schema->family == SJ_FAMILY_DISTRIBUTION));
}

void sj_build_check_law(struct sj_builder *builder, const struct sj_value *value) {
  if (!is_law(value) || value->kind == SJ_VALUE_NUMBER || value->as.node->symbolic) return;
  const struct sj_node *const node = value->as.node;
  /* Inside an expression paths mean nothing; the constructor's name tells where. */
  struct sj_text outer = builder->path;
  builder->path = (struct sj_text){0};
  sj_text_add(&builder->path, "%s", node->schema->name);
  const bool constructor = node->schema->field_count || node->schema->items || !node->item_count;
  if (constructor)
    check_constructor(builder, node);
  else
    for (size_t i = 0; i < node->item_count; i++) sj_build_check_law(builder, &node->items[i]);
  free(builder->path.data);
  builder->path = outer;
}

/* ---- building it ---- */

double sj_build_number(const struct sj_value *value, uint32_t symbol, double x) {
  if (!value) return NAN;
  if (value->kind == SJ_VALUE_NUMBER) return value->as.number;
  if (value->kind != SJ_VALUE_NODE || !value->as.node->symbolic) return NAN;
  const struct sj_node *const node = value->as.node;
  if (node->schema == &sj_schema_symbol) return node->symbol == symbol ? x : NAN;
  const double a = sj_build_number(&node->items[0], symbol, x);
  const double b = node->item_count > 1 ? sj_build_number(&node->items[1], symbol, x) : 0;
  if (isnan(a) || isnan(b)) return NAN;
  if (node->schema == &sj_schema_add) return a + b;
  if (node->schema == &sj_schema_subtract) return a - b;
  if (node->schema == &sj_schema_multiply) return a * b;
  if (node->schema == &sj_schema_divide) return a / b;
  if (node->schema == &sj_schema_negate) return -a;
  if (node->schema == &sj_schema_max) return a > b ? a : b;
  if (node->schema == &sj_schema_min) return a < b ? a : b;
  if (node->schema == &sj_schema_round) return round(a);
  if (node->schema == &sj_schema_floor) return floor(a);
  return ceil(a);
}

struct context {
  struct sj_resources *resources;
  uint32_t symbol;
  double x;
  const struct sj_node **place;
  struct sj_error *error;
};

static struct sj_distribution *build(const struct context *c, const struct sj_value *value);

static double parameter(const struct context *c, const struct sj_node *node, const char *name) {
  return sj_build_number(sj_node_field(node, name), c->symbol, c->x);
}

static struct sj_distribution *fail(const struct context *c, const char *message) {
  sj_error_set(c->error, SJ_INVALID, "%s", message);
  return NULL;
}

/* The mean from `rate` or `mean`, where `per_rate` is the mean at rate 1. */
static double mean_of(const struct context *c, const struct sj_node *node, double per_rate) {
  if (sj_node_field(node, "mean")) return parameter(c, node, "mean");
  return per_rate / parameter(c, node, "rate");
}

static struct sj_distribution *build_erlang(const struct context *c, const struct sj_node *node) {
  const double k = parameter(c, node, "k");
  if (!(k >= 1 && k <= 1e9 && k == floor(k))) return fail(c, "erlang: k must be a whole number of at least 1");
  return sj_distribution_erlang((uint64_t)k, mean_of(c, node, k), c->error);
}

static struct sj_distribution *build_lognormal(const struct context *c, const struct sj_node *node) {
  if (sj_node_field(node, "mu"))
    return sj_distribution_lognormal(parameter(c, node, "mu"), parameter(c, node, "sigma"), c->error);
  if (sj_node_field(node, "p50"))
    return sj_distribution_lognormal_p50_p99(parameter(c, node, "p50"), parameter(c, node, "p99"), c->error);
  return sj_distribution_lognormal_mean_cv(parameter(c, node, "mean"), parameter(c, node, "cv"), c->error);
}

/* Fills `numbers` with a list's; false if it is not as long or has something else. */
static bool read_list(const struct context *c, const struct sj_value *value, size_t count, double *numbers) {
  if (value->kind != SJ_VALUE_NODE || value->as.node->item_count != count) return false;
  for (size_t i = 0; i < count; i++) {
    numbers[i] = sj_build_number(&value->as.node->items[i], c->symbol, c->x);
    if (isnan(numbers[i])) return false;
  }
  return true;
}

static struct sj_distribution *build_phase_type(const struct context *c, const struct sj_node *node) {
  const struct sj_value *const alpha = sj_node_field(node, "alpha"), *const matrix = sj_node_field(node, "T");
  const size_t count = alpha->as.node->item_count;
  if (!count) return fail(c, "phase_type: alpha is empty");
  if (matrix->kind != SJ_VALUE_NODE || matrix->as.node->item_count != count || count > 1000)
    return fail(c, "phase_type: T must have a row for each phase of alpha");
  double *const numbers = sj_allocate_array(count * (count + 1), sizeof *numbers);
  bool fits = read_list(c, alpha, count, numbers);
  for (size_t i = 0; fits && i < count; i++)
    fits = read_list(c, &matrix->as.node->items[i], count, numbers + count * (i + 1));
  struct sj_distribution *const made = fits ? sj_distribution_phase_type(count, numbers, numbers + count, c->error)
                                            : fail(c, "phase_type: T must be square, with a number for each phase");
  free(numbers);
  return made;
}

static struct sj_distribution *build_hyperexponential(const struct context *c, const struct sj_node *node) {
  const size_t count = node->item_count;
  double *const probabilities = sj_allocate_array(2 * count, sizeof *probabilities), *const rates =
                                                                                         probabilities + count;
  for (size_t i = 0; i < count; i++) {
    const struct sj_node *const pair = node->items[i].as.node;
    probabilities[i] = sj_build_number(&pair->items[0], c->symbol, c->x);
    rates[i] = sj_build_number(&pair->items[1], c->symbol, c->x);
  }
  struct sj_distribution *const made = sj_distribution_hyperexponential(count, probabilities, rates, c->error);
  free(probabilities);
  return made;
}

static struct sj_distribution *build_mixture(const struct context *c, const struct sj_node *node) {
  const size_t count = node->item_count;
  double *const weights = sj_allocate_array(count, sizeof *weights);
  struct sj_distribution **const parts = sj_allocate_array(count, sizeof(struct sj_distribution *));
  bool fits = true;
  for (size_t i = 0; fits && i < count; i++) {
    const struct sj_node *const pair = node->items[i].as.node;
    weights[i] = sj_build_number(&pair->items[0], c->symbol, c->x);
    parts[i] = build(c, &pair->items[1]);
    fits = parts[i];
  }
  struct sj_distribution *made = NULL;
  if (fits)
    made = sj_distribution_mixture(count, weights, parts, c->error);
  else
    for (size_t i = 0; i < count; i++) sj_distribution_destroy(parts[i]);
  free(weights);
  free(parts);
  return made;
}

static struct sj_distribution *build_empirical(const struct context *c, const struct sj_node *node) {
  const struct sj_value *const list = sj_node_field(node, "values");
  if (list) {
    const size_t count = list->as.node->item_count;
    double *const values = sj_allocate_array(count, sizeof *values);
    struct sj_distribution *const made = read_list(c, list, count, values)
                                             ? sj_distribution_empirical(count, values, c->error)
                                             : fail(c, "empirical: values must be numbers");
    free(values);
    return made;
  }
  const double *values;
  size_t count;
  if (sj_resources_column(c->resources, sj_node_field(node, "file")->as.string,
                          sj_node_field(node, "column")->as.string, &values, &count, c->error))
    return NULL;
  return sj_distribution_empirical(count, values, c->error);
}

static struct sj_distribution *build_constructor(const struct context *c, const struct sj_node *node) {
  const char *const name = node->schema->name;
  struct sj_error *const error = c->error;
  if (!strcmp(name, "constant")) return sj_distribution_constant(parameter(c, node, "value"), error);
  if (!strcmp(name, "exponential")) return sj_distribution_exponential(mean_of(c, node, 1), error);
  if (!strcmp(name, "erlang")) return build_erlang(c, node);
  if (!strcmp(name, "gamma"))
    return sj_distribution_gamma(parameter(c, node, "shape"), parameter(c, node, "scale"), error);
  if (!strcmp(name, "uniform"))
    return sj_distribution_uniform(parameter(c, node, "min"), parameter(c, node, "max"), error);
  if (!strcmp(name, "uniform_int"))
    return sj_distribution_uniform_int(parameter(c, node, "min"), parameter(c, node, "max"), error);
  if (!strcmp(name, "normal"))
    return sj_distribution_normal(parameter(c, node, "mean"), parameter(c, node, "std"), error);
  if (!strcmp(name, "lognormal")) return build_lognormal(c, node);
  if (!strcmp(name, "weibull"))
    return sj_distribution_weibull(parameter(c, node, "shape"), parameter(c, node, "scale"), error);
  if (!strcmp(name, "pareto"))
    return sj_distribution_pareto(parameter(c, node, "shape"), parameter(c, node, "scale"), error);
  if (!strcmp(name, "hyperexponential")) return build_hyperexponential(c, node);
  if (!strcmp(name, "mixture")) return build_mixture(c, node);
  if (!strcmp(name, "phase_type")) return build_phase_type(c, node);
  if (!strcmp(name, "empirical")) return build_empirical(c, node);
  /* Both are figures that come from elsewhere with each draw. */
  if (!strcmp(name, "recorded") || !strcmp(name, "server_rtt")) return sj_distribution_recorded(error);
  return fail(c, "`per_member` cannot stand inside another law");
}

static struct sj_distribution *build_sum(const struct context *c, struct sj_distribution *a, struct sj_distribution *b,
                                         double sign) {
  if (b && sign < 0) b = sj_distribution_shifted(0, -1, b, c->error);
  if (a && b) return sj_distribution_combine(SJ_SUM, a, b, c->error);
  sj_distribution_destroy(a);
  sj_distribution_destroy(b);
  return NULL;
}

static struct sj_distribution *build_scaled(const struct context *c, const struct sj_value *law, double factor) {
  if (!isfinite(factor))
    return fail(c, "a distribution can be multiplied by finite numbers only, and not divided by 0");
  struct sj_distribution *const d = build(c, law);
  return d ? sj_distribution_shifted(0, factor, d, c->error) : NULL;
}

static struct sj_distribution *build_arithmetic(const struct context *c, const struct sj_node *node) {
  const struct sj_schema *const schema = node->schema;
  const struct sj_value *const a = &node->items[0], *const b = &node->items[node->item_count - 1];
  if (schema == &sj_schema_negate) return build_scaled(c, a, -1);
  if (schema == &sj_schema_divide) return build_scaled(c, a, 1 / sj_build_number(b, c->symbol, c->x));
  if (schema == &sj_schema_multiply) {
    const double left = sj_build_number(a, c->symbol, c->x);
    return isnan(left) ? build_scaled(c, a, sj_build_number(b, c->symbol, c->x)) : build_scaled(c, b, left);
  }
  struct sj_distribution *const left = build(c, a);
  if (!left) return NULL;
  if (schema == &sj_schema_round) return sj_distribution_rounded(SJ_ROUND, left, c->error);
  if (schema == &sj_schema_floor) return sj_distribution_rounded(SJ_FLOOR, left, c->error);
  if (schema == &sj_schema_ceil) return sj_distribution_rounded(SJ_CEIL, left, c->error);
  struct sj_distribution *const right = build(c, b);
  if (schema == &sj_schema_add) return build_sum(c, left, right, 1);
  if (schema == &sj_schema_subtract) return build_sum(c, left, right, -1);
  if (right) return sj_distribution_combine(schema == &sj_schema_max ? SJ_MAX : SJ_MIN, left, right, c->error);
  sj_distribution_destroy(left);
  return NULL;
}

static struct sj_distribution *build(const struct context *c, const struct sj_value *value) {
  if (value->kind == SJ_VALUE_NUMBER) return sj_distribution_constant(value->as.number, c->error);
  if (!is_law(value)) return fail(c, "this is not a distribution");
  const struct sj_node *const node = value->as.node;
  const struct sj_node *const outer = *c->place;
  if (node->line) *c->place = node;
  struct sj_distribution *made;
  if (node->symbolic) {
    const double x = sj_build_number(value, c->symbol, c->x);
    made = isnan(x) ? fail(c, "a drawn parameter is used outside of the function it belongs to")
                    : sj_distribution_constant(x, c->error);
  } else if (node->schema->field_count || node->schema->items || !node->item_count ||
             node->schema == &sj_schema_per_member) {
    made = build_constructor(c, node);
  } else {
    made = build_arithmetic(c, node);
  }
  if (made) *c->place = outer;
  return made;
}

struct sj_distribution *sj_build_distribution(struct sj_resources *resources, const struct sj_value *value,
                                              uint32_t symbol, double x, const struct sj_node **place,
                                              struct sj_error *error) {
  const struct sj_node *nowhere = NULL;
  const struct context context = {resources, symbol, x, place ? place : &nowhere, error};
  return build(&context, value);
}

/* ---- laws of the model ---- */

static struct sj_law_record *keep(struct sj_builder *builder, const struct sj_value *value) {
  struct sj_law_record *const record = sj_arena_take(&builder->document->arena, sizeof *record);
  record->expression = *value;
  record->next = builder->document->laws;
  builder->document->laws = record;
  return record;
}

void sj_build_free_laws(struct sj_document *document) {
  for (struct sj_law_record *record = document->laws; record; record = record->next) {
    sj_distribution_destroy(record->distribution);
    if (record->member) sj_distribution_destroy(record->member->drawn);
  }
  document->laws = NULL;
}

static const void *law_of(const struct sj_law_record *record) {
  return record->distribution ? (const void *)record->distribution : (const void *)record->member;
}

/* Addresses serve to find a law again, never to order anything that is seen. */
static int compare_addresses(uintptr_t a, uintptr_t b) { return (a > b) - (a < b); }
static int compare_records(const void *a, const void *b) {
  return compare_addresses((uintptr_t)law_of(*(struct sj_law_record *const *)a),
                           (uintptr_t)law_of(*(struct sj_law_record *const *)b));
}
static int compare_law(const void *law, const void *record) {
  return compare_addresses((uintptr_t)law, (uintptr_t)law_of(*(struct sj_law_record *const *)record));
}

void sj_build_index_laws(struct sj_document *document) {
  size_t count = 0;
  for (const struct sj_law_record *record = document->laws; record; record = record->next) count++;
  document->law_index = sj_arena_array(&document->arena, count, sizeof(struct sj_law_record *));
  document->law_count = 0;
  for (struct sj_law_record *record = document->laws; record; record = record->next)
    document->law_index[document->law_count++] = record;
  if (count) qsort(document->law_index, count, sizeof(struct sj_law_record *), compare_records);
}

const struct sj_law_record *sj_build_law_record(const struct sj_model *model, const void *law) {
  const struct sj_document *const document = model->document;
  if (!law || !document->law_count) return NULL;
  struct sj_law_record *const *const found =
      bsearch(law, document->law_index, document->law_count, sizeof(struct sj_law_record *), compare_law);
  return found ? *found : NULL;
}

/* What is wrong with a built law as a value of `field`; NULL if nothing. */
static char *range_problem(const struct sj_field_schema *field, const struct sj_distribution *d) {
  const double least = sj_distribution_min(d), most = sj_distribution_max(d);
  /* What is rounded and raised to the minimum where it is drawn (threads) cannot be too small. */
  const double minimum = field->whole ? 0 : field->min;
  char number[32];
  if (least < minimum)
    return sj_format("a draw of this law can be %s%s", isinf(least) ? "as low as one likes" : "",
                     isinf(least) ? "" : sj_number_text(least, number));
  if (field->above && most <= field->min)
    return sj_format("a draw of this law is always %s", sj_number_text(most, number));
  return NULL;
}

static void report_law(struct sj_builder *builder, const struct sj_node *node, const struct sj_value *value,
                       const struct sj_node *place, const struct sj_error *error, enum sj_status status) {
  const int line = value->line ? value->line : place ? place->line : 0;
  const int found = line ? line : sj_document_line(builder->document, node, NULL, SIZE_MAX);
  if (status == SJ_FAILED)
    sj_mistake_unreadable(builder->mistakes, builder->document->file, found, value->origin, error->message);
  else
    sj_mistake(builder->mistakes, builder->document->file, found, value->origin, "%s", error->message);
}

static bool mentions(const struct sj_value *value, const struct sj_schema *schema) {
  if (value->kind != SJ_VALUE_NODE) return false;
  const struct sj_node *const node = value->as.node;
  if (node->schema == schema) return true;
  for (size_t i = 0; i < node->item_count; i++)
    if (mentions(&node->items[i], schema)) return true;
  return false;
}

/* Does the symbol of another per_member function than `own` occur? */
static bool has_foreign_symbol(const struct sj_value *value, uint32_t own) {
  if (value->kind != SJ_VALUE_NODE) return false;
  const struct sj_node *const node = value->as.node;
  if (node->schema == &sj_schema_symbol) return node->symbol != own;
  if (node->schema == &sj_schema_per_member) own = node->symbol;
  for (size_t i = 0; i < node->item_count; i++)
    if (has_foreign_symbol(&node->items[i], own)) return true;
  for (size_t i = 0; i < node->field_count; i++)
    if (has_foreign_symbol(&node->fields[i].value, own)) return true;
  return false;
}

static bool expect_range(struct sj_builder *builder, const struct sj_node *node, const struct sj_field_schema *field,
                         const struct sj_value *value, const struct sj_distribution *d) {
  char *const problem = range_problem(field, d);
  if (!problem) return true;
  struct sj_text expected = {0};
  sj_field_expected(field, &expected);
  sj_build_wrong(builder, node, field->name, SIZE_MAX, value, "`%s`: expected %s, but %s", builder->path.data,
                 expected.data, problem);
  free(expected.data);
  free(problem);
  return false;
}

/* What server_rtt may be, for the example of a law. */
#define EXAMPLE_RTT 1.0

static bool build_member_law(struct sj_builder *builder, const struct sj_node *node,
                             const struct sj_field_schema *field, const struct sj_value *value, struct sj_law *law) {
  const struct sj_node *const per_member = value->as.node, *place = NULL;
  struct sj_error error = {{0}};
  if (field->type == SJ_FIELD_DISTRIBUTION) {
    sj_build_wrong(builder, node, field->name, SIZE_MAX, value, "`%s`: a law `per_member` has no meaning here",
                   builder->path.data);
    return false;
  }
  struct sj_distribution *const drawn =
      sj_build_distribution(builder->resources, &per_member->items[0], 0, NAN, &place, &error);
  if (!drawn) {
    report_law(builder, node, value, place ? place : per_member, &error, SJ_INVALID);
    return false;
  }
  if (mentions(&per_member->items[0], &sj_schema_recorded)) {
    sj_build_wrong(builder, per_member, NULL, SIZE_MAX, NULL, "a parameter cannot be drawn from recorded()");
    sj_distribution_destroy(drawn);
    return false;
  }
  /* The law that follows from the first draw is an example that must be possible. */
  struct sj_stream stream;
  sj_stream_seed(&stream, 0, 0);
  const double x = sj_draw(drawn, &stream, EXAMPLE_RTT);
  struct sj_distribution *const example =
      sj_build_distribution(builder->resources, &per_member->items[1], per_member->symbol, x, &place, &error);
  const bool fits = example && expect_range(builder, node, field, value, example);
  if (!example) report_law(builder, node, value, place ? place : per_member, &error, SJ_INVALID);
  sj_distribution_destroy(example);
  if (!fits) {
    sj_distribution_destroy(drawn);
    return false;
  }
  struct sj_member_law *const member = sj_arena_take(&builder->document->arena, sizeof *member);
  *member = (struct sj_member_law){.drawn = drawn,
                                   .body = per_member->items[1],
                                   .symbol = per_member->symbol,
                                   .resources = builder->resources,
                                   .least = field->whole ? 0 : field->min,
                                   .what = sj_arena_string(&builder->document->arena, builder->path.data)};
  keep(builder, value)->member = member;
  law->member = member;
  return true;
}

static bool constant_fits(const struct sj_field_schema *field, double x) {
  return isfinite(x) && (field->above ? x > field->min : x >= field->min) && x <= field->max &&
         (!field->whole || x == floor(x));
}

bool sj_build_law(struct sj_builder *builder, const struct sj_node *node, const struct sj_field_schema *field,
                  const struct sj_value *value, bool recorded_allowed, struct sj_law *law) {
  if (sj_build_is_unknown(value)) return false;
  if (!is_law(value) || (value->kind == SJ_VALUE_NUMBER && !constant_fits(field, value->as.number))) {
    struct sj_text expected = {0};
    sj_field_expected(field, &expected);
    char buffer[96];
    sj_build_wrong(builder, node, field->name, SIZE_MAX, value, "`%s`: expected %s, got %s", builder->path.data,
                   expected.data, sj_value_describe(value, buffer));
    free(expected.data);
    return false;
  }
  const size_t before = builder->mistakes->count;
  sj_build_check_law(builder, value);
  if (builder->mistakes->count > before) return false;
  const bool of_link = field == sj_schema_field(&sj_schema_link, field->name);
  const bool discrete = builder->model->quantum > 0;
  if (!of_link && mentions(value, &sj_schema_server_rtt)) {
    sj_build_wrong(builder, node, field->name, SIZE_MAX, value,
                   "`%s`: server_rtt is for the laws of a link, it has no meaning here", builder->path.data);
    return false;
  }
  if (discrete && mentions(value, &sj_schema_recorded)) {
    sj_build_wrong(builder, node, field->name, SIZE_MAX, value,
                   "`%s`: recorded() is not in this version in discrete time (`quantum` above 0)", builder->path.data);
    return false;
  }
  if (!recorded_allowed && mentions(value, &sj_schema_recorded)) {
    sj_build_wrong(builder, node, field->name, SIZE_MAX, value,
                   "`%s`: recorded() is the service time of a server, it has no meaning here", builder->path.data);
    return false;
  }
  if (has_foreign_symbol(value, 0)) {
    sj_build_wrong(builder, node, field->name, SIZE_MAX, value,
                   "`%s`: a drawn parameter is used outside of the function it belongs to", builder->path.data);
    return false;
  }
  if (value->kind == SJ_VALUE_NODE && value->as.node->schema == &sj_schema_per_member)
    return build_member_law(builder, node, field, value, law);
  struct sj_error error = {{0}};
  const struct sj_node *place = NULL;
  struct sj_distribution *const d = sj_build_distribution(builder->resources, value, 0, NAN, &place, &error);
  if (!d) {
    report_law(builder, node, value, place, &error, SJ_INVALID);
    return false;
  }
  keep(builder, value)->distribution = d;
  if (!expect_range(builder, node, field, value, d)) return false;
  law->fixed = d;
  return true;
}
