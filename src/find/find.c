/* The search: a bracket that grows until it holds the answer, then shrinks around it. */
#include "find/find.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "model/bound.h"
#include "model/metrics.h"
#include "model/path.h"

enum { MOST_GROWTHS = 12, MOST_NARROWINGS = 6, MOST_HALVINGS = 200 };

void sj_find_options_default(struct sj_find_options *options) {
  *options = (struct sj_find_options){.low = NAN, .high = NAN};
  sj_simulate_options_default(&options->simulate);
}

/* ---- the question ---- */

/* "METRIC < BOUND" */
static enum sj_status read_such_that(struct search *search, const struct sj_model *model) {
  const char *const text = search->options->such_that;
  const size_t lead = strspn(text, " "), length = strcspn(text + lead, " <>=");
  const char *const rest = text + lead + length;
  if (!length || !sj_bound_parse(rest, &search->comparison, &search->bound))
    return sj_error_set(search->error, SJ_INVALID,
                        "--such-that %s: expected a metric, one of < <= > >= == and a number, as in \"web.latency.p99 "
                        "< 0.5\"; times are in the model's unit, %s",
                        text, model->time_unit);
  struct sj_find *const find = search->find;
  find->metric = sj_format("%.*s", (int)length, text + lead);
  char number[32];
  find->expected = sj_format("%s %s", sj_comparison_sign(search->comparison), sj_number_text(search->bound, number));
  struct sj_error why;
  bool simulate, solve;
  if (sj_metric_check(model, find->metric, &simulate, &solve, &why) != SJ_OK)
    return sj_error_set(search->error, SJ_INVALID, "--such-that: %.1000s", why.message);
  if (!simulate) return sj_error_set(search->error, SJ_INVALID, "--such-that: simulate does not give %s", find->metric);
  if (strchr(find->metric, '[') && !search->options->simulate.members)
    return sj_error_set(search->error, SJ_INVALID, "--such-that: figures of a pool's members need --members");
  return SJ_OK;
}

/* The number that the model has there; NAN if it has none. */
static enum sj_status value_now(const struct search *search, const struct sj_model *model, double *value) {
  const struct sj_document *const document = model->document;
  const char *const path = search->options->path;
  struct sj_path_target target = {.field = NULL};
  struct sj_error why;
  *value = NAN;
  bool parameter = false;
  for (size_t i = 0; i < document->parameter_count && !parameter; i++) {
    parameter = !strcmp(document->parameters[i].name, path);
    if (parameter) target.value = document->parameters[i].value;
  }
  if (!parameter && sj_path_find(document, path, &target, &why) != SJ_OK)
    return sj_error_set(search->error, SJ_INVALID, "--find: %.1000s", why.message);
  if (target.value.kind == SJ_VALUE_NUMBER)
    *value = target.value.as.number;
  else if (target.value.kind == SJ_VALUE_NONE && target.field)
    *value = target.field->fallback;
  if (!isfinite(*value)) *value = NAN;
  return SJ_OK;
}

static bool is_possible(const struct search *search, double value) {
  struct sj_model *model = NULL;
  struct sj_error ignored;
  const bool possible = sj_find_load(search, value, &model, &ignored) == SJ_OK;
  sj_model_destroy(model);
  return possible;
}

/* Only whole numbers are possible if neither neighbour of a whole one is. */
static bool is_whole(const struct search *search, double value) {
  const double near = 0x1p-20;
  return value == floor(value) && is_possible(search, value) && !is_possible(search, value + near) &&
         !is_possible(search, value - near);
}

void sj_find_settle_runs(struct sj_find *find, const struct sj_find_options *options, uint32_t first) {
  enum { TIMES = 8 };
  find->first_runs = first;
  find->most_runs = options->most_runs > first ? options->most_runs : first;
  if (!options->most_runs && first > 1) find->most_runs = TIMES * first;
}

static enum sj_status settle_runs(struct search *search, const struct sj_model *model) {
  const uint32_t asked = search->options->simulate.runs;
  const bool exact = model->run.nothing_random;
  const uint32_t first = exact ? 1 : asked ? asked : model->run.runs;
  if (first < 2 && !exact)
    return sj_error_set(search->error, SJ_INVALID,
                        "--find needs at least 2 runs, or it cannot tell what is certain; --runs says how many");
  sj_find_settle_runs(search->find, search->options, first);
  return SJ_OK;
}

/* ---- the bracket ---- */

struct bracket {
  bool met, not_met;  /* there are such points */
  bool found, rising; /* two decided differently; rising: not met at the lower */
  size_t low, high;   /* their indices */
  size_t undecided;   /* points between them */
};

/* The first two decided points, from below, that differ. */
static struct bracket look(const struct sj_find *find) {
  struct bracket bracket = {0};
  size_t last = SIZE_MAX;
  for (size_t i = 0; i < find->point_count; i++) {
    const enum sj_find_verdict verdict = find->points[i].verdict;
    if (verdict == SJ_FIND_UNDECIDED) continue;
    bracket.met |= verdict == SJ_FIND_MET;
    bracket.not_met |= verdict == SJ_FIND_NOT_MET;
    if (last != SIZE_MAX && find->points[last].verdict != verdict && !bracket.found) {
      bracket.found = true;
      bracket.rising = verdict == SJ_FIND_MET;
      bracket.low = last;
      bracket.high = i;
      bracket.undecided = i - last - 1;
    }
    last = i;
  }
  return bracket;
}

static char **refusal(struct sj_find *find, bool up) { return up ? &find->refused_above : &find->refused_below; }

/* As far as the model goes from `inside` towards `outside`, which it refuses. */
static double furthest_possible(const struct search *search, double inside, double outside) {
  enum { STEPS = 20 };
  for (int i = 0; i < STEPS; i++) {
    const double middle = search->find->whole ? floor((inside + outside) / 2) : (inside + outside) / 2;
    if (middle == inside || middle == outside) break;
    if (is_possible(search, middle))
      inside = middle;
    else
      outside = middle;
  }
  return inside;
}

/* The next value beyond the points tried, to one side. */
static double beyond(const struct sj_find *find, bool up) {
  const double low = find->points[0].value, high = find->points[find->point_count - 1].value;
  const double step = high - low > 1 ? high - low : 1;
  if (up) return high > 0 ? 2 * high : high + step;
  if (low > 0) return find->whole ? floor(low / 2) : low / 2;
  return low < 0 || find->whole ? low - step : low;
}

static double events_a_run(const struct sj_find_point *point) {
  return point->runs ? (double)point->events / (double)point->runs : 0;
}

/* A rate that doubles again and again takes ever longer, and in overload the memory too. */
static bool is_dear(const struct search *search, const struct sj_find_point *point) {
  enum { DEAR = 100 };
  return events_a_run(point) > DEAR * fmax(search->first_events, 1000);
}

/* Goes one step to one side; `*end` when there is nothing more. */
static enum sj_status grow(struct search *search, bool up, bool *end) {
  struct sj_find *const find = search->find;
  const struct sj_find_point *const outermost = &find->points[up ? find->point_count - 1 : 0];
  const double edge = outermost->value;
  double next = beyond(find, up);
  if (!*end && is_dear(search, outermost)) {
    *refusal(find, up) = sj_copy_string("they would take more than a hundred times as long");
    *end = true;
  }
  if (*end || next == edge || !isfinite(next)) {
    *end = true;
    return SJ_OK;
  }
  struct sj_error why = {{0}};
  enum sj_status status = sj_find_try(search, next, &why);
  if (status == SJ_INVALID) {
    *end = true;
    *refusal(find, up) = sj_copy_string(why.message);
    next = furthest_possible(search, edge, next);
    if (next == edge) return SJ_OK;
    status = sj_find_try(search, next, &why);
  }
  if (status != SJ_OK && search->error) *search->error = why;
  return status;
}

static enum sj_status grow_until_found(struct search *search) {
  bool ends[2] = {false, false};
  for (int i = 0; i < 2 * MOST_GROWTHS && !(ends[0] && ends[1]); i++) {
    if (look(search->find).found) break;
    const bool up = i % 2 == 0;
    const enum sj_status status = grow(search, up, &ends[up]);
    if (status != SJ_OK) return status;
  }
  return SJ_OK;
}

/* A number near the middle with as few digits as can be. */
static double middle_of(const struct sj_find *find, double low, double high) {
  const double middle = low / 2 + high / 2, room = (high - low) / 4;
  if (find->whole) return floor(middle);
  for (int digits = 1; digits < 17; digits++) {
    char text[32];
    snprintf(text, sizeof text, "%.*g", digits, middle);
    const double rounded = strtod(text, NULL);
    if (fabs(rounded - middle) <= room) return rounded;
  }
  return middle;
}

/* Whether there is anything to try between the two. */
static bool is_wide(const struct search *search, double low, double high) {
  if (search->find->whole) return high - low > 1;
  return high - low > search->tolerance * fmax(fabs(low), fabs(high));
}

/* The next value to try, NAN if the bracket is as narrow as it gets: the middle, or where some are undecided that of
 * the wider gap between them and an end. */
static double next_value(const struct search *search, const struct bracket *bracket) {
  const struct sj_find *const find = search->find;
  double low = find->points[bracket->low].value, high = find->points[bracket->high].value;
  if (bracket->undecided) {
    const double first = find->points[bracket->low + 1].value, last = find->points[bracket->high - 1].value;
    if (first - low > high - last)
      high = first;
    else
      low = last;
  }
  return is_wide(search, low, high) ? middle_of(find, low, high) : NAN;
}

static enum sj_status shrink(struct search *search) {
  int narrowings = 0;
  for (int i = 0; i < MOST_HALVINGS; i++) {
    const struct bracket bracket = look(search->find);
    if (bracket.undecided && ++narrowings > MOST_NARROWINGS) break;
    const double value = next_value(search, &bracket);
    if (isnan(value)) break;
    const enum sj_status status = sj_find_try(search, value, search->error);
    if (status != SJ_OK) return status;
  }
  return SJ_OK;
}

static void conclude(struct sj_find *find) {
  const struct bracket bracket = look(find);
  if (!bracket.found) {
    find->outcome = bracket.not_met ? SJ_FIND_NEVER_MET : SJ_FIND_ALWAYS_MET;
    return;
  }
  const double low = find->points[bracket.low].value, high = find->points[bracket.high].value;
  find->outcome = SJ_FIND_BRACKET;
  find->largest = !bracket.rising;
  find->met = bracket.rising ? high : low;
  find->not_met = bracket.rising ? low : high;
  find->undecided = bracket.undecided;
}

/* ---- all of it ---- */

static enum sj_status start(struct search *search, double now) {
  double values[2] = {search->options->low, search->options->high};
  size_t count = 2;
  if (isnan(values[0]) || isnan(values[1])) {
    if (isnan(now) || now == 0)
      return sj_error_set(search->error, SJ_INVALID,
                          "--find %s: the model has no number there to start from; say where to look with --between "
                          "A:B",
                          search->options->path);
    values[0] = now;
    count = 1;
  }
  search->find->whole = is_whole(search, values[0]);
  for (size_t i = 0; i < count; i++) {
    const enum sj_status status = sj_find_try(search, values[i], search->error);
    if (status != SJ_OK) return status;
    search->first_events = fmax(search->first_events, events_a_run(&search->find->points[i]));
  }
  return SJ_OK;
}

static enum sj_status search_all(struct search *search, const struct sj_model *model) {
  double now;
  enum sj_status status = read_such_that(search, model);
  if (status == SJ_OK) status = value_now(search, model, &now);
  if (status == SJ_OK) status = settle_runs(search, model);
  if (status == SJ_OK) status = start(search, now);
  if (status == SJ_OK) status = grow_until_found(search);
  if (status == SJ_OK && look(search->find).found) status = shrink(search);
  if (status == SJ_OK) conclude(search->find);
  return status;
}

enum sj_status sj_find_search(const struct sj_find_options *options, struct sj_find **find, struct sj_error *error) {
  struct sj_model *model = NULL;
  *find = NULL;
  enum sj_status status = sj_model_load(options->file, &options->model, &model, error);
  if (status != SJ_OK) return status;
  struct sj_find *const found = sj_allocate(sizeof *found);
  struct search search = {.options = options,
                          .find = found,
                          .tolerance = options->tolerance > 0 ? options->tolerance : 1e-3,
                          .error = error};
  status = search_all(&search, model);
  sj_model_destroy(model);
  found->partial = status == SJ_INTERRUPTED;
  if (status == SJ_OK || status == SJ_INTERRUPTED)
    *find = found;
  else
    sj_find_destroy(found);
  return status;
}

void sj_find_destroy(struct sj_find *find) {
  if (!find) return;
  free(find->metric);
  free(find->expected);
  free(find->points);
  free(find->refused_below);
  free(find->refused_above);
  free(find);
}
