/* Charts of what was solved. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "plot/source.h"
#include "plot/ticks.h"
#include "results/solved.h"

/* ---- the picture: solve/picture.h ---- */

static double number_of(const json_t *value) { return json_is_number(value) ? json_number_value(value) : (double)NAN; }

static double *numbers_of(const json_t *list, size_t count) {
  double *const numbers = sj_allocate_array(count > 0 ? count : 1, sizeof *numbers);
  for (size_t i = 0; i < count; i++) numbers[i] = number_of(json_array_get(list, i));
  return numbers;
}

/* The grid whose values are the member `name`, of `picture` or of one of its parts; empty if it is not there. */
static struct sj_chart_grid grid_of(const json_t *picture, const json_t *values) {
  struct sj_chart_grid grid = {0};
  const json_t *const q = json_object_get(picture, "q"), *const o = json_object_get(picture, "o");
  const size_t columns = json_array_size(q), rows = json_array_size(o);
  if (!json_is_array(values) || columns == 0 || rows == 0) return grid;
  grid =
      (struct sj_chart_grid){.columns = columns, .rows = rows, .x = numbers_of(q, columns), .y = numbers_of(o, rows)};
  grid.value = sj_allocate_array(columns * rows, sizeof *grid.value);
  for (size_t i = 0; i < columns; i++)
    for (size_t j = 0; j < rows; j++)
      grid.value[i * rows + j] = number_of(json_array_get(json_array_get(values, i), j));
  return grid;
}

static void clear_grid(struct sj_chart_grid *grid) {
  free(grid->x);
  free(grid->y);
  free(grid->value);
}

static void picture_axes(struct sj_chart *chart) {
  sj_axis_set(&chart->x, "in the system", "requests", SJ_SCALE_LINEAR);
  sj_axis_set(&chart->y, "in the orbit, to retry", "requests", SJ_SCALE_LINEAR);
}

static void add_fixed_points(struct sj_chart *chart, const json_t *picture) {
  static const struct {
    const char *kind, *name;
    enum sj_marker marker;
    unsigned colour;
  } kinds[] = {{"attractor", "attractor", SJ_DISC, 2},
               {"saddle", "saddle", SJ_DIAMOND, 1},
               {"repeller", "repeller", SJ_CIRCLE, 0},
               {"undecided", "fixed point of undecided kind", SJ_SQUARE, 6}};
  const json_t *const points = json_object_get(picture, "fixed_points");
  const size_t count = json_array_size(points);
  double *const q = numbers_of(NULL, count), *const o = numbers_of(NULL, count);
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    size_t its = 0;
    for (size_t i = 0; i < count; i++) {
      const json_t *const point = json_array_get(points, i);
      const char *const kind = json_string_value(json_object_get(point, "kind"));
      if (!kind || strcmp(kind, kinds[k].kind) != 0) continue;
      q[its] = number_of(json_object_get(point, "q"));
      o[its++] = number_of(json_object_get(point, "o"));
    }
    if (its == 0) continue;
    struct sj_chart_series *const series =
        sj_chart_add(chart, SJ_POINTS, kinds[k].name, its, (const double *const[]){q, o});
    series->marker = kinds[k].marker;
    series->colour = kinds[k].colour;
  }
  free(q);
  free(o);
}

static void add_regimes(struct sj_chart *chart, const json_t *picture) {
  static const char *const members[] = {"low", "high"};
  for (size_t i = 0; i < 2; i++) {
    const double at = number_of(json_object_get(picture, members[i]));
    if (isnan(at)) continue;
    char number[48];
    sj_short_text(at, number);
    struct sj_text name = {0};
    sj_text_add(&name, i == 0 ? "low regime: up to %s" : "high regime: from %s", number);
    sj_chart_add_rule(chart, true, at, name.data);
    chart->rules[chart->rule_count - 1].colour = 6; /* black: it is drawn over maps of any colour */
    chart->rules[chart->rule_count - 1].dash = i == 0 ? 2 : 6;
    free(name.data);
  }
}

/* Every how many-th place of a side has an arrow. */
static size_t stride_of(size_t count, size_t most) { return (count + most - 1) / most; }

/* Turns changes per time into what is drawn. Only the direction is to scale: speeds differ by orders of magnitude, so
 * the length grows with the logarithm of the speed, from a third of a cell to nearly all of it. Speed and direction are
 * those on the chart, in cells between arrows; an arrow's middle is its place. */
static void shape_arrows(size_t count, double cell_x, double cell_y, double *x, double *y, double *dx, double *dy) {
  double slowest = INFINITY, fastest = 0;
  for (size_t k = 0; k < count; k++) {
    const double speed = hypot(dx[k] / cell_x, dy[k] / cell_y);
    slowest = fmin(slowest, speed);
    fastest = fmax(fastest, speed);
  }
  slowest = fmax(slowest, fastest / 1000);
  for (size_t k = 0; k < count; k++) {
    const double speed = hypot(dx[k] / cell_x, dy[k] / cell_y);
    const double share = fastest > slowest ? fmax(0, log(speed / slowest) / log(fastest / slowest)) : 1;
    const double length = (0.3 + 0.6 * share) / speed;
    dx[k] *= length;
    dy[k] *= length;
    x[k] -= dx[k] / 2;
    y[k] -= dy[k] / 2;
  }
}

static void add_arrows(struct sj_chart *chart, const json_t *picture) {
  enum { ACROSS = 26, UP = 14 };
  const json_t *const drift = json_object_get(picture, "drift");
  struct sj_chart_grid q = grid_of(picture, json_object_get(drift, "q"));
  struct sj_chart_grid o = grid_of(picture, json_object_get(drift, "o"));
  const size_t places = q.columns * q.rows;
  if (places > 0 && o.columns > 0) {
    const size_t stride_x = stride_of(q.columns, ACROSS), stride_y = stride_of(q.rows, UP);
    const double cell_x = q.columns > 1 ? (q.x[1] - q.x[0]) * (double)stride_x : 1;
    const double cell_y = q.rows > 1 ? (q.y[1] - q.y[0]) * (double)stride_y : 1;
    double *const x = sj_allocate_array(4 * places, sizeof *x);
    double *const y = x + places, *const dx = y + places, *const dy = dx + places;
    size_t count = 0;
    for (size_t i = 0; i < q.columns; i += stride_x) {
      for (size_t j = 0; j < q.rows; j += stride_y) {
        const size_t p = i * q.rows + j;
        if (!(hypot(q.value[p], o.value[p]) > 0)) continue;
        x[count] = q.x[i];
        y[count] = q.y[j];
        dx[count] = q.value[p];
        dy[count++] = o.value[p];
      }
    }
    shape_arrows(count, cell_x, cell_y, x, y, dx, dy);
    sj_chart_add(chart, SJ_ARROWS, "mean drift, longer: faster", count, (const double *const[]){x, y, dx, dy});
    free(x);
  }
  clear_grid(&q);
  clear_grid(&o);
}

static void range_of(const struct sj_chart_grid *grid, double *low, double *high) {
  *low = INFINITY;
  *high = -INFINITY;
  for (size_t p = 0; p < grid->columns * grid->rows; p++) {
    if (!isfinite(grid->value[p])) continue;
    *low = fmin(*low, grid->value[p]);
    *high = fmax(*high, grid->value[p]);
  }
}

/* Levels of a time known by its decimal logarithm: 1, 2 and 5 times powers of ten where they are few, else powers of
 * ten, else every so many of them. */
static void add_time_levels(struct sj_chart_series *series, double low, double high, const char *unit) {
  static const double parts[3][3] = {{0, 0.30103, 0.69897}, {0, 0.47712, NAN}, {0, NAN, NAN}};
  const double decades = high - low;
  const size_t which = decades < 1.5 ? 0 : decades < 4 ? 1 : 2;
  const int stride = decades <= 10 ? 1 : (int)ceil(decades / 10);
  for (int p = (int)floor(low); p <= (int)ceil(high); p++) {
    for (size_t k = 0; p % stride == 0 && k < 3 && !isnan(parts[which][k]); k++) {
      const double at = p + parts[which][k];
      if (at <= low || at >= high) continue;
      char number[48], label[64];
      sj_short_text(round(pow(10, at - p)), number);
      if (fabs(at) < 300)
        sj_short_text(round(pow(10, at - p)) * pow(10, p), number);
      else
        sj_power_text(p, false, number);
      snprintf(label, sizeof label, "%s %s", number, unit);
      sj_series_add_level(series, at, label);
    }
  }
}

/* Says in the legend of the last series from where to where its levels go: where lines are close they have no label. */
static void name_levels(struct sj_chart *chart) {
  struct sj_chart_series *const series = &chart->series[chart->series_count - 1];
  if (series->level_count == 0) return;
  const char *const first = series->levels[0].label, *const last = series->levels[series->level_count - 1].label;
  char *const name = series->level_count > 1 ? sj_format("%s, %s to %s", series->name, first, last)
                                             : sj_format("%s, %s", series->name, first);
  free(series->name);
  series->name = name;
}

static void add_field(const struct sj_source *source, const json_t *picture, const char *server,
                      struct sj_charts *charts) {
  struct sj_chart *const chart =
      sj_source_chart(source, charts, server, "field", "Server *: mean drift and stationary density");
  picture_axes(chart);
  struct sj_chart_grid density = grid_of(picture, json_object_get(picture, "log10_density"));
  struct sj_chart_grid times = grid_of(picture, json_object_get(picture, "log10_to_empty"));
  double low, high;
  range_of(&density, &low, &high);
  sj_axis_set(&chart->colours, "stationary probability", NULL, SJ_SCALE_LOG);
  chart->colours.high = 0;
  if (density.columns > 0) sj_chart_add_grid(chart, SJ_HEAT_MAP, NULL, &density);
  add_arrows(chart, picture);
  range_of(&times, &low, &high);
  if (times.columns > 1 && times.rows > 1 && low < high) {
    add_time_levels(sj_chart_add_grid(chart, SJ_CONTOURS, "mean time until empty", &times), low, high,
                    source->results->time_unit);
    name_levels(chart);
  }
  add_regimes(chart, picture);
  add_fixed_points(chart, picture);
  clear_grid(&density);
  clear_grid(&times);
}

static const char committor_title[] = "Server *: the probability of going high before low";

static void add_committor(const struct sj_source *source, const json_t *picture, const char *server,
                          struct sj_charts *charts) {
  static const double levels[] = {1e-4, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9};
  struct sj_chart_grid grid = grid_of(picture, json_object_get(picture, "committor"));
  if (grid.columns > 0) {
    struct sj_chart *const chart = sj_source_chart(source, charts, server, "committor", committor_title);
    picture_axes(chart);
    sj_axis_set(&chart->colours, "probability of high before low", NULL, SJ_SCALE_LINEAR);
    chart->colours.low = 0;
    chart->colours.high = 1;
    chart->diverging = true;
    sj_chart_add_grid(chart, SJ_HEAT_MAP, NULL, &grid);
    struct sj_chart_series *const contours = sj_chart_add_grid(chart, SJ_CONTOURS, "equal probability", &grid);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
      char label[48];
      sj_short_text(levels[i], label);
      sj_series_add_level(contours, levels[i], label);
    }
    name_levels(chart);
    add_regimes(chart, picture);
    add_fixed_points(chart, picture);
  }
  clear_grid(&grid);
}

/* ---- the picture of a server without an orbit: a line takes the place of the plane ---- */

static struct sj_chart *line_chart(const struct sj_source *source, const json_t *picture, const char *server,
                                   const char *kind, const char *title, struct sj_charts *charts) {
  struct sj_chart *const chart = sj_source_chart(source, charts, server, kind, title);
  sj_axis_set(&chart->x, "in the system", "requests", SJ_SCALE_LINEAR);
  add_regimes(chart, picture);
  return chart;
}

static void add_line_field(const struct sj_source *source, const json_t *picture, const char *server,
                           struct sj_charts *charts) {
  struct sj_chart_grid drift = grid_of(picture, json_object_get(json_object_get(picture, "drift"), "q"));
  struct sj_chart *const chart = line_chart(source, picture, server, "field", "Server *: mean drift", charts);
  char *const unit = sj_format("requests per %s", source->results->time_unit);
  sj_axis_set(&chart->y, "mean change", unit, SJ_SCALE_LINEAR);
  sj_chart_add(chart, SJ_LINE, "mean drift", drift.columns, (const double *const[]){drift.x, drift.value})->colour = 0;
  add_fixed_points(chart, picture);
  free(unit);
  clear_grid(&drift);
}

static void add_line_density(const struct sj_source *source, const json_t *picture, const char *server,
                             struct sj_charts *charts) {
  struct sj_chart_grid density = grid_of(picture, json_object_get(picture, "density"));
  struct sj_chart *const chart =
      line_chart(source, picture, server, "density", "Server *: how many are in the system", charts);
  sj_axis_set(&chart->y, "stationary probability", NULL, SJ_SCALE_LOG);
  struct sj_chart_series *const points =
      sj_chart_add(chart, SJ_POINTS, NULL, density.columns, (const double *const[]){density.x, density.value});
  points->marker = SJ_DISC;
  points->colour = 0;
  clear_grid(&density);
}

static void add_line_committor(const struct sj_source *source, const json_t *picture, const char *server,
                               struct sj_charts *charts) {
  struct sj_chart_grid committor = grid_of(picture, json_object_get(picture, "committor"));
  if (committor.columns > 0) {
    struct sj_chart *const chart = line_chart(source, picture, server, "committor", committor_title, charts);
    sj_axis_set(&chart->y, "probability of high before low", NULL, SJ_SCALE_LINEAR);
    sj_chart_add(chart, SJ_LINE, NULL, committor.columns, (const double *const[]){committor.x, committor.value})
        ->colour = 0;
  }
  clear_grid(&committor);
}

static void add_picture(const struct sj_source *source, const json_t *picture, const char *server,
                        struct sj_charts *charts) {
  if (json_array_size(json_object_get(picture, "o")) > 1) {
    add_field(source, picture, server, charts);
    add_committor(source, picture, server, charts);
  } else {
    add_line_field(source, picture, server, charts);
    add_line_density(source, picture, server, charts);
    add_line_committor(source, picture, server, charts);
  }
}

static enum sj_status add_pictures(const struct sj_source *source, struct sj_charts *charts, struct sj_error *error) {
  if (!source->results->picture) return SJ_OK;
  json_error_t why;
  json_t *const pictures = json_loads(source->results->picture, 0, &why);
  if (!pictures) return sj_error_set(error, SJ_FAILED, "the picture kept in the results is damaged: %s", why.text);
  size_t i;
  const json_t *picture;
  json_array_foreach(pictures, i, picture) {
    const char *const server = json_string_value(json_object_get(picture, "server"));
    if (server) add_picture(source, picture, server, charts);
  }
  json_decref(pictures);
  return SJ_OK;
}

/* ---- the transient ---- */

/* The series of the only run, and its times: the value at a point belongs to that moment. */
static bool series_of(const struct sj_source *source, const char *component, const char *ending, double *times,
                      struct sj_series_view *view) {
  char *const name = sj_format("%s.%s", component, ending);
  const bool found = sj_results_series(source->results, name, 0, view) && view->count > 0;
  for (size_t i = 0; found && i < view->count; i++) times[i] = view->start + (double)i * view->step;
  free(name);
  return found;
}

static void add_transient(const struct sj_source *source, const char *server, struct sj_charts *charts) {
  static const struct {
    const char *ending, *name;
  } lines[] = {{"in_system", "in the system, on average"}, {"orbit", "in the orbit, to retry, on average"}};
  const struct sj_results *const results = source->results;
  const double end = results->grid_start + (double)(results->grid_count - 1) * results->grid_step;
  double *const times = sj_allocate_array(results->grid_count, sizeof *times);
  struct sj_series_view view;
  struct sj_chart *const chart =
      sj_source_chart(source, charts, server, "transient", "Server *: how it fills and empties, begun empty");
  sj_source_time_axis(source, chart, end);
  sj_axis_set(&chart->y, "number", "requests", SJ_SCALE_LINEAR);
  chart->y.low = 0;
  for (size_t k = 0; k < 2; k++)
    if (series_of(source, server, lines[k].ending, times, &view))
      sj_chart_add(chart, SJ_LINE, lines[k].name, view.count, (const double *const[]){times, view.values});
  sj_source_add_faults(source, chart, end);
  if (series_of(source, server, "full", times, &view)) {
    struct sj_chart *const full =
        sj_source_chart(source, charts, server, "full", "Server *: the probability that it is full, begun empty");
    sj_source_time_axis(source, full, end);
    sj_axis_set(&full->y, "probability that it is full", NULL, SJ_SCALE_LOG);
    full->y.high = 1;
    full->y.low = 1e-12;
    double *const shown = sj_allocate_array(view.count, sizeof *shown);
    double lowest = 1;
    for (size_t i = 0; i < view.count; i++) {
      shown[i] = view.values[i] >= 1e-12 ? view.values[i] : (double)NAN;
      if (shown[i] < lowest) lowest = shown[i];
    }
    full->y.low = pow(10, floor(log10(lowest / 1.0001)));
    sj_chart_add(full, SJ_LINE, "probability that it is full", view.count, (const double *const[]){times, shown});
    sj_source_add_faults(source, full, end);
    free(shown);
  }
  free(times);
}

/* ---- the spectrum ---- */

static void add_spectrum(const struct sj_source *source, struct sj_charts *charts) {
  enum { MOST = 1000 };
  double rate[MOST], turning[MOST];
  size_t count = 0;
  for (size_t k = 1; count < MOST; k++) {
    char name[32];
    snprintf(name, sizeof name, "spectrum[%zu].re", k);
    if (sj_results_find(source->results, name) == SIZE_MAX) break;
    rate[count] = -sj_results_value(source->results, name);
    snprintf(name, sizeof name, "spectrum[%zu].im", k);
    turning[count] = sj_results_value(source->results, name);
    if (rate[count] > 0 && isfinite(turning[count])) count++;
  }
  if (count == 0) return;
  struct sj_chart *const chart =
      sj_source_chart(source, charts, "", "spectrum", "How fast disturbances fade: the chain's eigenvalues λ");
  char *const unit = sj_format("1/%s", source->results->time_unit);
  sj_axis_set(&chart->x, "rate of decay, −Re λ", unit, SJ_SCALE_LOG);
  sj_axis_set(&chart->y, "angular frequency, Im λ", unit, SJ_SCALE_LINEAR);
  struct sj_chart_series *const points =
      sj_chart_add(chart, SJ_POINTS, "eigenvalues other than 0", count, (const double *const[]){rate, turning});
  points->marker = SJ_DISC;
  const double slowest = sj_results_value(source->results, "spectral_gap");
  if (slowest > 0) {
    char words[64];
    sj_duration_text(1 / slowest, -log10(slowest), source->results->time_unit, words);
    char *const name = sj_format("the slowest: relaxation time %s", words);
    sj_chart_add_rule(chart, true, slowest, name);
    free(name);
  }
  free(unit);
}

enum sj_status sj_charts_solved(const struct sj_source *source, struct sj_charts *charts, struct sj_error *error) {
  const struct sj_results *const results = source->results;
  const enum sj_status status = add_pictures(source, charts, error);
  for (size_t i = 0; i < results->series_count && results->grid_count > 1 && results->runs[0].series; i++) {
    char *const server = sj_component_of(results->series[i].name, "in_system");
    if (server) add_transient(source, server, charts);
    free(server);
  }
  add_spectrum(source, charts);
  return status;
}
