/* Charts of what was learned: trajectories, latent states, settling times, the operator's eigenvalues. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "plot/source.h"
#include "plot/units.h"

/* Trajectories that are drawn: more look alike. */
enum { MOST_TRAJECTORIES = 4, MOST_FEATURES = 8, MOST_LATENT = 7 };

struct course {
  size_t count;
  double *time;
};

static void add_course(const struct sj_source *source, struct sj_chart *chart, const struct course *course,
                       const char *series, const char *name) {
  struct sj_series_view view;
  if (!sj_results_series(source->results, series, 0, &view) || view.count != course->count) return;
  sj_chart_add(chart, SJ_LINE, name, view.count, (const double *const[]){course->time, view.values});
}

/* The last moment at which the series has a value: trajectories differ in length. */
static double end_of(const struct sj_source *source, const char *series) {
  struct sj_series_view view;
  double end = 0;
  if (!sj_results_series(source->results, series, 0, &view)) return 0;
  for (size_t i = 0; i < view.count; i++)
    if (isfinite(view.values[i])) end = view.start + (double)i * view.step;
  return end;
}

static void time_axis(const struct sj_source *source, struct sj_chart *chart, double end) {
  sj_axis_set(&chart->x, "time since the trajectory's start", source->results->time_unit, SJ_SCALE_LINEAR);
  chart->x.low = 0;
  if (end > 0) chart->x.high = end;
}

/* "queue.in_system" of the series "trajectory[0].queue.in_system.recorded"; NULL for others. */
static char *feature_of(const char *series, size_t trajectory) {
  char prefix[48];
  const int length = snprintf(prefix, sizeof prefix, "trajectory[%zu].", trajectory);
  return strncmp(series, prefix, (size_t)length) == 0 ? sj_component_of(series + length, "recorded") : NULL;
}

/* Features are series of a simulation ("queue.in_system") or columns of a recording, whose units nobody knows. */
static const char *unit_of_feature(const struct sj_results *results, const char *feature, char unit[SJ_UNIT_LENGTH]) {
  static const char *const times[] = {"latency", "sojourn"}, *const rates[] = {"arrivals", "goodput", "failed"};
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
    char *const component = sj_component_of(feature, times[i]);
    free(component);
    if (component) return results->time_unit;
  }
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
    char *const component = sj_component_of(feature, rates[i]);
    free(component);
    if (!component) continue;
    snprintf(unit, SJ_UNIT_LENGTH, "requests per %s", results->time_unit);
    return unit;
  }
  char *const as_metric = sj_format("%s.mean", feature);
  sj_metric_unit(as_metric, results->time_unit, unit);
  free(as_metric);
  return *unit ? unit : "in its own unit";
}

static void add_prediction(const struct sj_source *source, struct sj_charts *charts, const struct course *course,
                           size_t trajectory, const char *feature) {
  char *const recorded = sj_format("trajectory[%zu].%s.recorded", trajectory, feature);
  char *const predicted = sj_format("trajectory[%zu].%s.predicted", trajectory, feature);
  char *const kind = sj_format("trajectory-%zu", trajectory);
  char *const title = sj_format("*, trajectory %zu: recorded and predicted", trajectory);
  struct sj_chart *const chart = sj_source_chart(source, charts, feature, kind, title);
  time_axis(source, chart, fmax(end_of(source, recorded), end_of(source, predicted)));
  char unit[SJ_UNIT_LENGTH];
  sj_axis_set(&chart->y, feature, unit_of_feature(source->results, feature, unit), SJ_SCALE_LINEAR);
  add_course(source, chart, course, recorded, "recorded");
  add_course(source, chart, course, predicted, "predicted");
  free(recorded);
  free(predicted);
  free(kind);
  free(title);
}

/* The first of the latent state's numbers: as many as there are lines that can be told apart. */
static void add_latent(const struct sj_source *source, struct sj_charts *charts, const struct course *course,
                       size_t trajectory) {
  char *const component = sj_format("trajectory-%zu", trajectory);
  struct sj_chart *chart = NULL;
  for (size_t k = 0; k < MOST_LATENT; k++) {
    char *const series = sj_format("trajectory[%zu].latent[%zu]", trajectory, k);
    char name[32];
    snprintf(name, sizeof name, "z[%zu]", k);
    const double end = end_of(source, series);
    if (end > 0 && !chart) {
      char *const title = sj_format("Latent state of trajectory %zu", trajectory);
      chart = sj_source_chart(source, charts, component, "latent", title);
      time_axis(source, chart, end);
      sj_axis_set(&chart->y, "latent state", "no unit", SJ_SCALE_LINEAR);
      free(title);
    }
    if (chart) add_course(source, chart, course, series, name);
    free(series);
  }
  free(component);
}

/* Settling times of the latent state over the limit: their mean over trajectories, its spread, and the bound. */
static void add_settling(const struct sj_source *source, struct sj_charts *charts) {
  enum { MOST = 32 };
  const struct sj_results *const results = source->results;
  double limit[MOST], mean[MOST], low[MOST], high[MOST], bound[MOST];
  size_t count = 0;
  for (size_t i = 0; i < results->metric_count && count < MOST; i++) {
    static const char beginning[] = "settling[", ending[] = "].mean";
    const char *const name = results->metrics[i].name;
    char *end;
    if (strncmp(name, beginning, strlen(beginning)) != 0) continue;
    const double at = strtod(name + strlen(beginning), &end);
    if (strcmp(end, ending) != 0) continue;
    char *const prefix = sj_format("%.*s", (int)(strlen(name) - strlen("mean")), name);
    char *const deviation = sj_format("%sstd", prefix), *const most = sj_format("%sbound", prefix);
    limit[count] = at;
    mean[count] = sj_results_figure(results, i).value;
    const double spread = sj_results_value(results, deviation);
    low[count] = fmax(0, mean[count] - spread);
    high[count] = mean[count] + spread;
    bound[count++] = sj_results_value(results, most);
    free(prefix);
    free(deviation);
    free(most);
  }
  if (count < 2) return;
  struct sj_chart *const chart =
      sj_source_chart(source, charts, "", "settling", "How long it takes to settle, by what counts as settled");
  sj_axis_set(&chart->x, "distance from rest that counts as settled", "of the latent state", SJ_SCALE_LOG);
  sj_axis_set(&chart->y, "settling time", results->time_unit, SJ_SCALE_LINEAR);
  chart->y.low = 0;
  sj_chart_add(chart, SJ_BAND, "one standard deviation", count, (const double *const[]){limit, low, high})->colour = 0;
  sj_chart_add(chart, SJ_LINE, "mean over trajectories", count, (const double *const[]){limit, mean})->colour = 0;
  sj_chart_add(chart, SJ_LINE, "bound", count, (const double *const[]){limit, bound})->colour = 1;
}

static void add_modes(const struct sj_source *source, struct sj_charts *charts) {
  enum { MOST = 1000, CIRCLE = 181 };
  double re[MOST], im[MOST], x[CIRCLE], y[CIRCLE];
  size_t count = 0;
  for (; count < MOST; count++) {
    char name[48];
    snprintf(name, sizeof name, "spectrum[%zu].re", count);
    if (sj_results_find(source->results, name) == SIZE_MAX) break;
    re[count] = sj_results_value(source->results, name);
    snprintf(name, sizeof name, "spectrum[%zu].im", count);
    im[count] = sj_results_value(source->results, name);
  }
  if (count == 0) return;
  const double turn = 6.283185307179586;
  for (size_t i = 0; i < CIRCLE; i++) {
    x[i] = cos(turn * (double)i / (CIRCLE - 1));
    y[i] = sin(turn * (double)i / (CIRCLE - 1));
  }
  struct sj_chart *const chart =
      sj_source_chart(source, charts, "", "modes", "Eigenvalues of one step: inside the circle it settles");
  sj_axis_set(&chart->x, "real part", "no unit", SJ_SCALE_LINEAR);
  sj_axis_set(&chart->y, "imaginary part", "no unit", SJ_SCALE_LINEAR);
  sj_chart_add(chart, SJ_LINE, "unit circle", CIRCLE, (const double *const[]){x, y})->colour = 6;
  struct sj_chart_series *const points =
      sj_chart_add(chart, SJ_POINTS, "eigenvalues", count, (const double *const[]){re, im});
  points->marker = SJ_DISC;
  points->colour = 0;
  chart->same_scale = true;
}

void sj_charts_learned(const struct sj_source *source, struct sj_charts *charts) {
  const struct sj_results *const results = source->results;
  add_settling(source, charts);
  add_modes(source, charts);
  if (results->grid_count > 1 && results->runs[0].series) {
    struct course course = {results->grid_count, sj_allocate_array(results->grid_count, sizeof(double))};
    for (size_t i = 0; i < course.count; i++) course.time[i] = results->grid_start + (double)i * results->grid_step;
    for (size_t t = 0; t < MOST_TRAJECTORIES; t++) {
      size_t features = 0;
      for (size_t s = 0; s < results->series_count && features < MOST_FEATURES; s++) {
        char *const feature = feature_of(results->series[s].name, t);
        if (feature) add_prediction(source, charts, &course, t, feature);
        features += feature != NULL;
        free(feature);
      }
      add_latent(source, charts, &course, t);
    }
    free(course.time);
  }
}
