/* Scenarios over time: what a fault does to each of them, and how long. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "plot/source.h"

/* As many lines as can be told apart. */
enum { MOST = 7 };

/* `part` is where in a cell its value belongs: 1 at its end. False if there is nothing. */
static bool add_line(struct sj_chart *chart, const struct sj_results *results, size_t series, double part) {
  const size_t count = results->grid_count;
  double *const x = sj_allocate_array(2 * count + results->run_count + 1, sizeof *x), *const y = x + count, half;
  bool any = false;
  for (size_t i = 0; i < count; i++) {
    x[i] = results->grid_start + ((double)i + part) * results->grid_step;
    sj_series_over_runs(results, series, i, y + count, &y[i], &half);
    any = any || isfinite(y[i]);
  }
  if (any)
    sj_chart_add(chart, SJ_LINE, results->scenario ? results->scenario : "-", count, (const double *const[]){x, y});
  free(x);
  return any;
}

static double end_of(const struct sj_results *results) {
  return results->grid_start + (double)results->grid_count * results->grid_step;
}

/* "scenarios.COMPONENT.KIND" of the series "COMPONENT.ENDING", where every scenario has it. */
static void add_chart(const struct sj_source *source, const struct sj_results *const *scenarios, size_t count,
                      const char *series, const char *ending, const char *kind, struct sj_charts *charts) {
  const bool queue = strcmp(ending, "in_system") == 0;
  char *const component = sj_component_of(series, ending);
  size_t index[MOST];
  bool all = component && sj_source_component(source, queue ? "servers" : "clients", component);
  for (size_t i = 0; i < count && all; i++) {
    index[i] = sj_results_find_series(scenarios[i], series);
    all = index[i] != SIZE_MAX;
  }
  if (all) {
    char *const name = sj_format("scenarios.%s.%s", component, kind);
    char *const title =
        sj_format(queue ? "Requests at %s over time, by scenario" : "Latency of %s over time, by scenario", component);
    struct sj_chart *const chart = sj_chart_create(name, title, source->subtitle);
    double end = 0;
    for (size_t i = 0; i < count; i++) end = fmax(end, end_of(scenarios[i]));
    sj_source_time_axis(source, chart, end);
    sj_axis_set(&chart->y, queue ? "number" : "latency", queue ? "requests" : source->results->time_unit,
                SJ_SCALE_LINEAR);
    chart->y.low = 0;
    sj_source_add_faults(source, chart, end);
    bool any = false;
    for (size_t i = 0; i < count; i++) any = add_line(chart, scenarios[i], index[i], queue ? 1 : 0.5) || any;
    if (any)
      sj_charts_append(charts, chart);
    else
      sj_chart_destroy(chart);
    free(name);
    free(title);
  }
  free(component);
}

void sj_charts_add_scenarios_over_time(const struct sj_results *const *scenarios, size_t count,
                                       struct sj_charts *charts) {
  struct sj_source source;
  struct sj_error ignored;
  if (count > MOST || sj_source_open(scenarios[0], &source, &ignored) != SJ_OK) return;
  /* Without a fault a time is like any other. */
  if (json_array_size(json_object_get(source.model, "faults")) > 0) {
    free(source.subtitle);
    const char *const model = scenarios[0]->model ? scenarios[0]->model : "", *const slash = strrchr(model, '/');
    source.subtitle = sj_format("%s; means over runs", slash ? slash + 1 : model);
    for (size_t i = 0; i < scenarios[0]->series_count; i++) {
      const char *const name = scenarios[0]->series[i].name;
      add_chart(&source, scenarios, count, name, "latency", "latency-over-time", charts);
      add_chart(&source, scenarios, count, name, "in_system", "queue", charts);
    }
  }
  sj_source_close(&source);
}
