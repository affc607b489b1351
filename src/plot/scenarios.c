/* Charts of scenarios side by side. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "plot/source.h"
#include "plot/units.h"

static const char *name_of(const struct sj_results *results) { return results->scenario ? results->scenario : "-"; }

static const char *base_name(const char *path) {
  const char *const slash = path ? strrchr(path, '/') : NULL;
  return slash ? slash + 1 : path ? path : "";
}

static char *subtitle(const struct sj_results *const *scenarios, size_t count) {
  size_t least = SIZE_MAX;
  for (size_t i = 0; i < count; i++)
    if (scenarios[i]->run_count < least) least = scenarios[i]->run_count;
  return sj_format(
      "%s; %zu scenarios, %zu runs of each; boxes: quartiles over runs, whiskers: 1.5 times their distance",
      base_name(scenarios[0]->model), count, least);
}

static bool ends(const char *name, const char *ending) {
  const size_t length = strlen(name), its = strlen(ending);
  return length >= its && strcmp(name + length - its, ending) == 0;
}

struct sj_chart *sj_chart_of_metric(const struct sj_results *const *scenarios, size_t count, const char *metric) {
  for (size_t i = 0; i < count; i++)
    if (sj_results_find(scenarios[i], metric) == SIZE_MAX) return NULL;
  char *const name = sj_format("scenarios.%s", metric), *const title = sj_format("%s by scenario", metric);
  char *const under = subtitle(scenarios, count), unit[SJ_UNIT_LENGTH];
  sj_metric_unit(metric, scenarios[0]->time_unit, unit);
  struct sj_chart *const chart = sj_chart_create(name, title, under);
  sj_axis_set(&chart->x, "", NULL, SJ_SCALE_LINEAR); /* its ticks say all */
  sj_axis_set(&chart->y, metric, *unit ? unit : NULL, SJ_SCALE_LINEAR);
  chart->x.low = 0.4;
  chart->x.high = (double)count + 0.6;
  double *columns[SJ_CHART_COLUMNS];
  for (size_t c = 0; c < SJ_CHART_COLUMNS; c++) columns[c] = sj_allocate_array(count, sizeof *columns[c]);
  for (size_t i = 0; i < count; i++) {
    const struct sj_results *const results = scenarios[i];
    double *const values = sj_allocate_array(results->run_count + 1, sizeof *values), box[5];
    for (size_t r = 0; r < results->run_count; r++) values[r] = sj_results_run_value(results, metric, r);
    sj_box(values, results->run_count, box);
    columns[0][i] = (double)(i + 1);
    for (size_t k = 0; k < 5; k++) columns[k + 1][i] = box[k];
    sj_axis_add_tick(&chart->x, (double)(i + 1), name_of(results));
    free(values);
  }
  sj_chart_add(chart, SJ_BOXES, NULL, count, (const double *const *)columns);
  for (size_t c = 0; c < SJ_CHART_COLUMNS; c++) free(columns[c]);
  free(name);
  free(title);
  free(under);
  return chart;
}

/* A figure that is the same nothing everywhere is not worth a picture. */
static bool shows_something(const struct sj_chart *chart) {
  for (size_t i = 0; i < chart->series[0].count; i++)
    if (isfinite(chart->series[0].columns[3][i]) && chart->series[0].columns[5][i] != 0) return true;
  return false;
}

static bool wanted(const char *metric) {
  static const char *const endings[] = {".latency.mean", ".latency.p50", ".latency.p95",
                                        ".latency.p99",  ".goodput",     ".failed.ratio"};
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
    if (ends(metric, endings[i]) && !strstr(metric, ".batch.")) return true;
  return ends(metric, ".utilization.mean");
}

static const struct sj_histogram *histogram_of(const struct sj_results *results, size_t run, const char *name) {
  for (size_t h = 0; h < results->histogram_count; h++)
    if (strcmp(results->histogram_names[h], name) == 0)
      return results->runs[run].histograms ? &results->runs[run].histograms[h] : NULL;
  return NULL;
}

static bool merge(const struct sj_results *results, const char *name, struct sj_histogram *all) {
  for (size_t r = 0; r < results->run_count; r++) {
    const struct sj_histogram *const its = histogram_of(results, r, name);
    if (!its || !sj_histogram_merge(all, its)) return false;
  }
  return sj_histogram_total(all) > 0;
}

/* Cumulative distributions in one chart; of more scenarios than lines that can be told apart, none. */
static void add_distributions(const struct sj_results *const *scenarios, size_t count, const char *histogram,
                              struct sj_charts *charts) {
  enum { MOST = 7, POINTS = 201 };
  struct sj_histogram all[MOST] = {{0}};
  bool known = count <= MOST, wide = false;
  double low = INFINITY, high = 0;
  for (size_t i = 0; known && i < count; i++) {
    known = merge(scenarios[i], histogram, &all[i]);
    low = fmin(low, known ? sj_histogram_quantile(&all[i], 0.01, NAN, NAN) : low);
    wide = wide || (known && sj_histogram_is_wide(&all[i]));
    high = fmax(high, known ? sj_histogram_quantile(&all[i], 0.999, NAN, NAN) : high);
  }
  if (known && high > low) {
    if (!wide) low = 0;
    char *const client = sj_component_of(histogram, "latency");
    char *const name = sj_format("scenarios.%s.distribution", client);
    char *const title = sj_format("Latency of %s by scenario, cumulative distribution", client);
    char *const under = sj_format("%s; all runs together", base_name(scenarios[0]->model));
    struct sj_chart *const chart = sj_chart_create(name, title, under);
    sj_axis_set(&chart->x, "latency", scenarios[0]->time_unit, wide ? SJ_SCALE_LOG : SJ_SCALE_LINEAR);
    if (!wide) chart->x.low = 0;
    sj_axis_set(&chart->y, "requests answered within this time", "%", SJ_SCALE_LINEAR);
    chart->y.low = 0;
    chart->y.high = 100;
    for (size_t i = 0; i < count; i++) {
      double x[POINTS], share[POINTS];
      for (size_t k = 0; k < POINTS; k++) {
        const double part = (double)k / (POINTS - 1);
        x[k] = wide ? low * pow(high / low, part) : high * part;
        share[k] = 100 * sj_histogram_share_below(&all[i], x[k]);
      }
      sj_chart_add(chart, SJ_LINE, name_of(scenarios[i]), POINTS, (const double *const[]){x, share});
    }
    sj_charts_append(charts, chart);
    free(client);
    free(name);
    free(title);
    free(under);
  }
  for (size_t i = 0; i < MOST; i++) sj_histogram_destroy(&all[i]);
}

void sj_charts_of_scenarios(const struct sj_results *const *scenarios, size_t count, struct sj_charts *charts) {
  for (size_t m = 0; m < scenarios[0]->metric_count; m++) {
    const char *const metric = scenarios[0]->metrics[m].name;
    struct sj_chart *const chart = wanted(metric) ? sj_chart_of_metric(scenarios, count, metric) : NULL;
    if (chart && shows_something(chart))
      sj_charts_append(charts, chart);
    else
      sj_chart_destroy(chart);
  }
  char *const under = sj_format("%s; means over runs", base_name(scenarios[0]->model));
  struct sj_chart *const stages = sj_chart_of_stages(scenarios, count, under);
  if (stages) sj_charts_append(charts, stages);
  free(under);
  for (size_t h = 0; h < scenarios[0]->histogram_count; h++) {
    const char *const name = scenarios[0]->histogram_names[h];
    char *const client = sj_component_of(name, "latency");
    if (client) add_distributions(scenarios, count, name, charts);
    free(client);
  }
  sj_charts_add_scenarios_over_time(scenarios, count, charts);
}
