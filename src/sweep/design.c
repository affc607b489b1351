/* What the points of a sweep are. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "model/model.h"
#include "model/path.h"
#include "sweep/sweep.h"

enum sj_status sj_sweep_design(const struct sj_sweep_options *options, struct sj_sweep *sweep, struct sj_error *error) {
  if (!options->vary_count)
    return sj_error_set(error, SJ_INVALID, "nothing varies: --vary PATH=a:b:step says what and how");
  if (options->samples && 2 * options->vary_count > SJ_SOBOL_DIMENSIONS)
    return sj_error_set(error, SJ_INVALID, "a sample varies %d paths at most, there are %zu", SJ_SOBOL_DIMENSIONS / 2,
                        options->vary_count);
  sweep->samples = options->samples;
  sweep->axes = sj_allocate_array(options->vary_count, sizeof *sweep->axes);
  double points = options->samples ? (double)options->samples * (double)(options->vary_count + 2) : 1;
  for (size_t i = 0; i < options->vary_count; i++) {
    struct sj_sweep_axis *const axis = &sweep->axes[sweep->axis_count++];
    const enum sj_status status = sj_sweep_axis_read(options->vary[i], options->samples > 0, axis, error);
    if (status != SJ_OK) return status;
    for (size_t j = 0; j < i; j++)
      if (!strcmp(sweep->axes[j].path, axis->path))
        return sj_error_set(error, SJ_INVALID, "--vary %s was given twice", axis->path);
    if (!options->samples) points *= (double)axis->count;
  }
  if (points > SJ_SWEEP_MOST_POINTS)
    return sj_error_set(error, SJ_INVALID, "the sweep has %.0f points, %d are the most", points, SJ_SWEEP_MOST_POINTS);
  sweep->point_count = (size_t)points;
  sweep->points = sj_allocate_array(sweep->point_count, sizeof *sweep->points);
  return SJ_OK;
}

/* ---- values ---- */

static double between(const struct sj_sweep_axis *axis, double u) {
  if (axis->logarithmic) return axis->low * exp(u * log(axis->high / axis->low));
  return axis->low + u * (axis->high - axis->low);
}

/* Which of an axis's values a point of a grid has: the last axis changes fastest. */
static size_t grid_index(const struct sj_sweep *sweep, size_t point, size_t axis) {
  for (size_t i = sweep->axis_count - 1; i > axis; i--) point /= sweep->axes[i].count;
  return point % sweep->axes[axis].count;
}

/* What Sobol's sequence says of an axis at a point of a sample. */
static double uniform_at(const struct sj_sweep *sweep, size_t point, size_t axis) {
  double u[SJ_SOBOL_DIMENSIONS];
  const size_t width = sweep->axis_count + 2;
  sj_sensitivity_design((uint32_t)(point / width), point % width, sweep->axis_count, sweep->scramble, u);
  return u[axis];
}

char *sj_sweep_value_text(const struct sj_sweep *sweep, size_t point, size_t a) {
  const struct sj_sweep_axis *const axis = &sweep->axes[a];
  if (!sweep->samples) return sj_copy_string(axis->texts[grid_index(sweep, point, a)]);
  const double u = uniform_at(sweep, point, a);
  char number[32];
  if (axis->continuous) return sj_copy_string(sj_number_text(between(axis, u), number));
  return sj_copy_string(axis->texts[(size_t)(u * (double)axis->count)]);
}

double sj_sweep_value(const struct sj_sweep *sweep, size_t point, size_t axis) {
  char *const text = sj_sweep_value_text(sweep, point, axis), *end;
  const double x = strtod(text, &end);
  const bool number = end != text && !*end && isfinite(x);
  free(text);
  return number ? x : (double)NAN;
}

char *sj_sweep_point_text(const struct sj_sweep *sweep, size_t point) {
  struct sj_text text = {0};
  for (size_t a = 0; a < sweep->axis_count; a++) {
    char *const value = sj_sweep_value_text(sweep, point, a);
    sj_text_add(&text, "%s%s=%s", a ? ", " : "", sweep->axes[a].path, value);
    free(value);
  }
  return text.data;
}

/* ---- models ---- */

/* With these values instead of the options' model; NULL among them: that axis is left alone. */
static enum sj_status load_with(const struct sj_sweep_options *options, const struct sj_sweep *sweep,
                                char *const *values, struct sj_model **model, struct sj_error *error) {
  const size_t before = options->load ? 0 : options->model.override_count;
  char **const own = sj_allocate_array(sweep->axis_count, sizeof *own);
  const char **const overrides = sj_allocate_array(before + sweep->axis_count, sizeof *overrides);
  size_t count = 0, made = 0;
  for (; count < before; count++) overrides[count] = options->model.overrides[count];
  for (size_t a = 0; a < sweep->axis_count; a++) {
    if (!values[a]) continue;
    own[made] = sj_format("%s=%s", sweep->axes[a].path, values[a]);
    overrides[count++] = own[made++];
  }
  enum sj_status status;
  if (options->load) {
    status = options->load(options->context, overrides, count, model, error);
  } else {
    struct sj_model_options how = options->model;
    how.overrides = overrides;
    how.override_count = count;
    status = sj_model_load(options->file, &how, model, error);
  }
  for (size_t i = 0; i < made; i++) free(own[i]);
  free(own);
  free(overrides);
  return status;
}

static void free_texts(char **texts, size_t count) {
  for (size_t i = 0; i < count; i++) free(texts[i]);
  free(texts);
}

enum sj_status sj_sweep_load(const struct sj_sweep_options *options, const struct sj_sweep *sweep, size_t point,
                             struct sj_model **model, struct sj_error *error) {
  char **const values = sj_allocate_array(sweep->axis_count, sizeof *values);
  for (size_t a = 0; a < sweep->axis_count; a++) values[a] = sj_sweep_value_text(sweep, point, a);
  const enum sj_status status = load_with(options, sweep, values, model, error);
  free_texts(values, sweep->axis_count);
  return status;
}

/* ---- checks ---- */

static enum sj_status check_path(const struct sj_model *model, const char *path, const char **unit,
                                 struct sj_error *error) {
  const struct sj_document *const document = model->document;
  for (size_t i = 0; i < document->parameter_count; i++)
    if (!strcmp(document->parameters[i].name, path)) return SJ_OK;
  struct sj_path_target target;
  struct sj_error why;
  if (sj_path_find(document, path, &target, &why) == SJ_OK) {
    *unit = target.unit;
    return SJ_OK;
  }
  return sj_error_set(error, SJ_INVALID, "--vary %s: %.1000s", path, why.message);
}

/* A value of an axis near its beginning (`which` 0), its end, or between. */
static char *some_value(const struct sj_sweep_axis *axis, size_t which, size_t of) {
  char number[32];
  if (axis->continuous) return sj_copy_string(sj_number_text(which ? axis->high : axis->low, number));
  return sj_copy_string(axis->texts[of > 1 ? which * (axis->count - 1) / (of - 1) : 0]);
}

/* The model refuses the value if it does so with it alone, and with the first and with the last values of all other
 * axes: a value may be right only together with others. */
static enum sj_status check_value(const struct sj_sweep_options *options, const struct sj_sweep *sweep, size_t a,
                                  const char *value, struct sj_error *error) {
  enum sj_status status = SJ_OK;
  struct sj_error first = {{0}}, other;
  enum { WAYS = 3 };
  for (size_t way = 0; way < (sweep->axis_count > 1 ? WAYS : 1); way++) {
    char **const values = sj_allocate_array(sweep->axis_count, sizeof *values);
    for (size_t i = 0; i < sweep->axis_count; i++)
      values[i] = i == a ? sj_copy_string(value) : way ? some_value(&sweep->axes[i], way - 1, 2) : NULL;
    struct sj_model *model = NULL;
    status = load_with(options, sweep, values, &model, way ? &other : &first);
    sj_model_destroy(model);
    free_texts(values, sweep->axis_count);
    if (status != SJ_INVALID) break;
  }
  if (status != SJ_OK) {
    sj_error_set(error, status, "--vary %s: the model does not take the value %s:", sweep->axes[a].path, value);
    if (error) sj_error_add(error, "%.7000s", first.message);
  }
  return status;
}

enum sj_status sj_sweep_check(const struct sj_sweep_options *options, struct sj_sweep *sweep, struct sj_model **model,
                              struct sj_error *error) {
  enum { LOOKS = 9 };
  char **const none = sj_allocate_array(sweep->axis_count, sizeof *none);
  enum sj_status status = load_with(options, sweep, none, model, error);
  free(none);
  for (size_t a = 0; a < sweep->axis_count && status == SJ_OK; a++)
    status = check_path(*model, sweep->axes[a].path, &sweep->axes[a].unit, error);
  for (size_t a = 0; a < sweep->axis_count && status == SJ_OK; a++) {
    const struct sj_sweep_axis *const axis = &sweep->axes[a];
    const size_t looks = axis->continuous ? 2 : axis->count < LOOKS ? axis->count : LOOKS;
    for (size_t i = 0; i < looks && status == SJ_OK; i++) {
      char *const value = some_value(axis, i, looks);
      status = check_value(options, sweep, a, value, error);
      free(value);
    }
  }
  if (status == SJ_OK) return SJ_OK;
  sj_model_destroy(*model);
  *model = NULL;
  return status;
}

/* ---- identity ---- */

static void add_number(struct sj_text *text, const char *name, double x) {
  char number[32];
  sj_text_add(text, "%s %s\n", name, sj_number_text(x, number));
}

char *sj_sweep_definition(const struct sj_sweep_options *options, const struct sj_sweep *sweep,
                          const struct sj_model *model) {
  const struct sj_simulate_options *const simulate = &options->simulate;
  const struct sj_solve_options *const how = &options->how;
  struct sj_text text = {0};
  sj_text_add(&text, "sweep " SJ_VERSION " %s\n", options->solve ? "solve" : "simulate");
  sj_text_add(&text, "samples %" PRIu32 " scramble %" PRIu64 "\n", sweep->samples, sweep->scramble);
  for (size_t i = 0; i < options->vary_count; i++) sj_text_add(&text, "vary %s\n", options->vary[i]);
  if (options->solve) {
    add_number(&text, "horizon", how->horizon);
    add_number(&text, "step", how->step);
    sj_text_add(&text, "asked %u %d %d %d %d\n", how->eigenvalues, how->approximate, how->picture, how->changes,
                how->large);
  } else {
    sj_text_add(&text, "seed %" PRIu64 " runs %" PRIu32 "\n", simulate->seed_given ? simulate->seed : model->run.seed,
                simulate->runs ? simulate->runs : model->run.runs);
    add_number(&text, "duration", simulate->duration);
    add_number(&text, "warmup", simulate->warmup);
    add_number(&text, "drain", simulate->drain);
    add_number(&text, "step", simulate->series_step);
    sj_text_add(&text, "members %d series %d\n", simulate->members, simulate->series);
  }
  char *const canonical = sj_model_canonical(model);
  sj_text_add(&text, "%s", canonical ? canonical : "");
  free(canonical);
  return text.data;
}
