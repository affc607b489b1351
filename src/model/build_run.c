/* Settings of run and solve, and expectations. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/bound.h"
#include "model/build.h"
#include "model/metrics.h"

void sj_build_run(struct sj_builder *builder) {
  static const struct sj_node empty = {.schema = &sj_schema_run};
  const struct sj_node *const node = builder->document->run ? builder->document->run : &empty;
  const size_t length = sj_build_enter(builder, "run", SIZE_MAX);
  sj_build_fields(builder, node, &sj_schema_run, &builder->model->run);
  if (!sj_node_field(node, "runs")) builder->model->run.runs = 0;
  sj_build_leave(builder, length);
}

/* Most points of a transient. */
static const double most_steps = 1e5;

/* A mistake that two fields make together stands at `field` if it is written, else at `other`. */
static void wrong_together(struct sj_builder *builder, const struct sj_node *node, const char *field, const char *other,
                           const char *wanted, double x, double y) {
  const char *const at = sj_node_field(node, field) ? field : other;
  sj_build_wrong(builder, node, at, SIZE_MAX, sj_node_field(node, at), "`solve`: %s, got %g and %g", wanted, x, y);
}

void sj_build_solve(struct sj_builder *builder) {
  static const struct sj_node empty = {.schema = &sj_schema_solve};
  const struct sj_node *const node = builder->document->solve ? builder->document->solve : &empty;
  struct sj_solve_settings *const solve = &builder->model->solve;
  const size_t length = sj_build_enter(builder, "solve", SIZE_MAX);
  sj_build_fields(builder, node, &sj_schema_solve, solve);
  if (solve->low >= solve->high)
    wrong_together(builder, node, "low", "high", "`low` must be below `high`", solve->low, solve->high);
  if (solve->step > solve->horizon)
    wrong_together(builder, node, "step", "horizon", "`step` is at most `horizon`", solve->step, solve->horizon);
  if (solve->horizon / solve->step > most_steps)
    wrong_together(builder, node, "step", "horizon", "at most 100000 times `step` lie in `horizon`", solve->step,
                   solve->horizon);
  sj_build_leave(builder, length);
}

static void check_rank_by(struct sj_builder *builder) {
  const struct sj_model *const model = builder->model;
  if (!model->rank_by) return;
  const struct sj_value *const value = sj_node_field(builder->document->model, "rank_by");
  const char *const metric = model->rank_by + (*model->rank_by == '+' || *model->rank_by == '-');
  bool simulate, solve;
  struct sj_error error = {{0}};
  if (sj_metric_check(model, metric, &simulate, &solve, &error))
    sj_build_wrong(builder, builder->document->model, "rank_by", SIZE_MAX, value, "`model.rank_by`: %s", error.message);
}

void sj_build_expectations(struct sj_builder *builder) {
  struct sj_model *const model = builder->model;
  struct sj_document *const document = builder->document;
  model->expectations = sj_arena_array(&document->arena, document->expect_count, sizeof *model->expectations);
  for (size_t i = 0; i < document->expect_count; i++) {
    const struct sj_expect_entry *const entry = &document->expects[i];
    struct sj_expectation *const expectation = &model->expectations[model->expectation_count];
    char buffer[96];
    if (sj_build_is_unknown(&entry->value)) continue;
    expectation->metric = sj_arena_string(&document->arena, entry->metric);
    expectation->line = entry->line;
    const bool parsed = entry->value.kind == SJ_VALUE_STRING &&
                        sj_bound_parse(entry->value.as.string, &expectation->comparison, &expectation->bound);
    if (!parsed)
      sj_mistake(builder->mistakes, document->file, entry->line, NULL,
                 "`expect`: for `%s` expected <, <=, >, >= or == and a number, such as \"< 0.5\", got %s",
                 entry->metric, sj_value_describe(&entry->value, buffer));
    struct sj_error error = {{0}};
    if (sj_metric_check(model, entry->metric, &expectation->simulate, &expectation->solve, &error))
      sj_mistake(builder->mistakes, document->file, entry->line, NULL, "`expect`: %s", error.message);
    model->expectation_count++;
  }
  check_rank_by(builder);
}
