#include "plot/engines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "plot/source.h"
#include "plot/units.h"

bool sj_are_engines(const struct sj_results *const *results, size_t count) {
  return count == 2 && strcmp(results[0]->engine, "simulate") == 0 && strcmp(results[1]->engine, "solve") == 0;
}

const char sj_engines_calibrate_note[] =
    "a chain with an orbit stands for the clients' timeouts and retries, it does not follow each of them: "
    "`sojourn solve --calibrate` fits it to the simulation and says how good that gets";

bool sj_engines_may_calibrate(const struct sj_agreement *agreements, size_t count, size_t servers) {
  bool orbit = false;
  for (size_t i = 0; i < count; i++) orbit = orbit || strstr(agreements[i].metric, ".orbit.");
  return orbit && servers == 1;
}

double sj_engines_half_widths(const struct sj_agreement *agreement) {
  const struct sj_figure difference = agreement->difference.absolute;
  if (isnan(agreement->difference.p) || !(difference.ci95 > 0)) return difference.value == 0 ? 0 : (double)NAN;
  return difference.value / difference.ci95;
}

/* ---- what the charts share ---- */

struct pair {
  const struct sj_results *simulated, *solved;
  struct sj_agreement *agreements;
  size_t count;
  struct sj_charts *charts;
};

static struct sj_chart *chart_of(const struct pair *pair, const char *component, const char *kind, const char *title,
                                 const char *remark) {
  const char *const model = pair->simulated->model ? pair->simulated->model : "", *const slash = strrchr(model, '/');
  char *const name = *component ? sj_format("engines.%s.%s", component, kind) : sj_format("engines.%s", kind);
  char *const subtitle =
      sj_format("%s; %zu runs simulated; %s", slash ? slash + 1 : model, sj_results_run_count(pair->simulated), remark);
  struct sj_chart *const chart = sj_chart_create(name, title, subtitle);
  sj_charts_append(pair->charts, chart);
  free(name);
  free(subtitle);
  return chart;
}

static void words_below(struct sj_chart *chart, size_t count) {
  sj_axis_set(&chart->x, "", NULL, SJ_SCALE_LINEAR); /* its ticks say all */
  chart->x.low = 0.4;
  chart->x.high = (double)count + 0.6;
}

static struct sj_chart_series *add_intervals(struct sj_chart *chart, const char *name, size_t count,
                                             const double *columns) {
  return sj_chart_add(chart, SJ_INTERVALS, name, count,
                      (const double *const[]){columns, columns + count, columns + 2 * count, columns + 3 * count});
}

/* ---- how far apart ---- */

/* A difference of a figure and half of its interval; NANs: not known. */
struct apart {
  double value, half;
};

static struct apart apart_of(const struct sj_agreement *agreement, bool relative) {
  const struct sj_figure absolute = agreement->difference.absolute;
  if (isnan(agreement->difference.p)) return (struct apart){NAN, NAN};
  if (!relative) return (struct apart){sj_engines_half_widths(agreement), 1};
  return (struct apart){100 * absolute.value / fabs(agreement->solved), 100 * absolute.ci95 / fabs(agreement->solved)};
}

static double reach_of(struct apart apart) { return fabs(apart.value) + apart.half; }

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Which figures are in the chart: those that are known, but for those that agree with an interval so long that all
 * others would lie flat beside it. */
static size_t choose(const struct pair *pair, const struct apart *apart, bool *shown) {
  const double far = 20;
  double *const reach = sj_allocate_array(pair->count + 1, sizeof *reach);
  size_t known = 0, chosen = 0;
  for (size_t i = 0; i < pair->count; i++)
    if (isfinite(reach_of(apart[i]))) reach[known++] = reach_of(apart[i]);
  qsort(reach, known, sizeof *reach, ascending);
  for (size_t i = 0; i < pair->count; i++) {
    shown[i] = isfinite(reach_of(apart[i])) &&
               (pair->agreements[i].difference.distinguishable || reach_of(apart[i]) <= far * reach[known / 2]);
    chosen += shown[i];
  }
  free(reach);
  return chosen;
}

static struct sj_chart *difference_chart(const struct pair *pair, bool relative, size_t left_out) {
  if (!relative)
    return chart_of(pair, "", "half-widths", "The same, measured by how far chance moves the simulated figure",
                    "whiskers: 95 % confidence, one half width up and down");
  char *const remark = left_out > 0 ? sj_format(
                                          "whiskers: 95 %% confidence, over runs; left out: %zu never seen, or "
                                          "with intervals too long to be drawn beside the others",
                                          left_out)
                                    : sj_copy_string("whiskers: 95 % confidence, over runs");
  struct sj_chart *const chart =
      chart_of(pair, "", "differences", "How far each simulated figure is from the solved one", remark);
  free(remark);
  return chart;
}

/* Those of the shown figures that agree, or differ. */
static void add_those(const struct pair *pair, const struct apart *apart, const bool *shown, bool differs,
                      struct sj_chart *chart) {
  double *const columns = sj_allocate_array(4 * pair->count, sizeof *columns);
  double *const value = columns + pair->count, *const low = value + pair->count, *const high = low + pair->count;
  size_t place = 0, count = 0;
  for (size_t i = 0; i < pair->count; i++) {
    place += shown[i];
    if (!shown[i] || pair->agreements[i].difference.distinguishable != differs) continue;
    columns[count] = (double)place;
    value[count] = apart[i].value;
    low[count] = apart[i].value - apart[i].half;
    high[count++] = apart[i].value + apart[i].half;
  }
  if (count > 0) {
    struct sj_chart_series *const series =
        sj_chart_add(chart, SJ_INTERVALS, differs ? "differs by more than chance" : "agrees, as far as can be told",
                     count, (const double *const[]){columns, value, low, high});
    series->colour = differs;
    series->marker = differs ? SJ_DIAMOND : SJ_DISC;
  }
  free(columns);
}

static void add_differences(const struct pair *pair, bool relative) {
  struct apart *const apart = sj_allocate_array(pair->count + 1, sizeof *apart);
  bool *const shown = sj_allocate_array(pair->count + 1, sizeof *shown);
  for (size_t i = 0; i < pair->count; i++) apart[i] = apart_of(&pair->agreements[i], relative);
  const size_t count = choose(pair, apart, shown);
  if (count > 0) {
    struct sj_chart *const chart = difference_chart(pair, relative, pair->count - count);
    words_below(chart, count);
    for (size_t i = 0, place = 0; i < pair->count; i++)
      if (shown[i]) sj_axis_add_tick(&chart->x, (double)++place, pair->agreements[i].metric);
    sj_axis_set(&chart->y, "simulated minus solved", relative ? "% of the solved" : "half widths", SJ_SCALE_LINEAR);
    add_those(pair, apart, shown, false, chart);
    add_those(pair, apart, shown, true, chart);
    sj_chart_add_rule(chart, false, 0, "as solved");
    chart->rules[0].colour = 6;
    chart->rules[0].dash = 0;
  }
  free(apart);
  free(shown);
}

/* ---- figures of one unit ---- */

static const char *family_of(const struct pair *pair, const char *metric) {
  char unit[SJ_UNIT_LENGTH];
  sj_metric_unit(metric, pair->simulated->time_unit, unit);
  if (strcmp(unit, "share") == 0) return "shares";
  if (strcmp(unit, "requests") == 0) return "numbers";
  if (strncmp(unit, "requests per", strlen("requests per")) == 0) return "rates";
  return strcmp(unit, pair->simulated->time_unit) == 0 ? "times" : NULL;
}

static bool belongs(const struct pair *pair, size_t i, const char *component, const char *family) {
  const char *const metric = pair->agreements[i].metric, *const its = family_of(pair, metric);
  const size_t length = strlen(component);
  return its && strcmp(its, family) == 0 && strncmp(metric, component, length) == 0 && metric[length] == '.';
}

/* The simulated figure with its interval, beside it the solved one. */
static void add_family(const struct pair *pair, const char *component, const char *family) {
  size_t count = 0;
  double least = INFINITY, greatest = 0;
  for (size_t i = 0; i < pair->count; i++) {
    if (!belongs(pair, i, component, family)) continue;
    count++;
    least = fmin(least, fmin(pair->agreements[i].simulated.value, pair->agreements[i].solved));
    greatest = fmax(greatest, fmax(pair->agreements[i].simulated.value, pair->agreements[i].solved));
  }
  if (count < 2) return; /* the differences say it */
  const bool wide = least > 0 && greatest / least > 50;
  char *const title = sj_format("%s: %s, simulated and solved", component, family);
  struct sj_chart *const chart =
      chart_of(pair, component, family, title, "whiskers: 95 % confidence, over runs, often smaller than their point");
  char unit[SJ_UNIT_LENGTH] = "";
  words_below(chart, count);
  double *const columns = sj_allocate_array(8 * count, sizeof *columns), *const solved = columns + 4 * count;
  for (size_t i = 0, k = 0; i < pair->count; i++) {
    if (!belongs(pair, i, component, family)) continue;
    const struct sj_agreement *const a = &pair->agreements[i];
    sj_metric_unit(a->metric, pair->simulated->time_unit, unit);
    sj_axis_add_tick(&chart->x, (double)(k + 1), a->metric + strlen(component) + 1);
    columns[k] = (double)(k + 1) - 0.1;
    columns[count + k] = a->simulated.value;
    columns[2 * count + k] = a->simulated.value - a->simulated.ci95;
    columns[3 * count + k] = a->simulated.value + a->simulated.ci95;
    if (wide && columns[2 * count + k] <= 0) columns[2 * count + k] = least / 2;
    solved[k] = (double)(k + 1) + 0.1;
    solved[count + k] = a->solved;
    solved[2 * count + k] = solved[3 * count + k] = NAN;
    k++;
  }
  sj_axis_set(&chart->y, family, unit, wide ? SJ_SCALE_LOG : SJ_SCALE_LINEAR);
  if (!wide && least >= 0) chart->y.low = 0;
  struct sj_chart_series *const simulated = add_intervals(chart, "simulated", count, columns);
  simulated->colour = 0;
  simulated->marker = SJ_DISC;
  struct sj_chart_series *const exact = add_intervals(chart, "solved", count, solved);
  exact->colour = 1;
  exact->marker = SJ_DIAMOND;
  free(title);
  free(columns);
}

static void add_families(const struct pair *pair) {
  for (size_t i = 0; i < pair->count; i++) {
    const char *const metric = pair->agreements[i].metric, *const family = family_of(pair, metric);
    char *const component = sj_format("%.*s", (int)strcspn(metric, "."), metric);
    bool known = !family;
    for (size_t k = 0; k < i && !known; k++) known = belongs(pair, k, component, family);
    if (!known) add_family(pair, component, family);
    free(component);
  }
}

/* ---- how it fills ---- */

/* Levels of the simulation are those at the end of a cell. */
static void add_simulated_level(const struct sj_results *simulated, size_t series, size_t count,
                                struct sj_chart *chart) {
  double *const columns = sj_allocate_array(4 * count + simulated->run_count, sizeof *columns);
  double *const mean = columns + count, *const low = mean + count, *const high = low + count;
  for (size_t i = 0; i < count; i++) {
    double half;
    columns[i] = (double)(i + 1) * simulated->grid_step;
    sj_series_over_runs(simulated, series, i, high + count, &mean[i], &half);
    low[i] = fmax(0, mean[i] - half);
    high[i] = mean[i] + half;
    if (isnan(half)) low[i] = NAN;
  }
  if (simulated->run_count > 1)
    sj_chart_add(chart, SJ_BAND, "95 % confidence, over runs", count, (const double *const[]){columns, low, high})
        ->colour = 0;
  sj_chart_add(chart, SJ_LINE, "simulated, mean over runs", count, (const double *const[]){columns, mean})->colour = 0;
  free(columns);
}

static void add_solved_level(const struct sj_series_view *view, double end, struct sj_chart *chart) {
  double *const times = sj_allocate_array(view->count, sizeof *times);
  size_t count = 0;
  while (count < view->count && view->start + (double)count * view->step <= end * (1 + 1e-9)) {
    times[count] = view->start + (double)count * view->step;
    count++;
  }
  sj_chart_add(chart, SJ_LINE, "solved", count, (const double *const[]){times, view->values})->colour = 1;
  free(times);
}

/* As far as both go. */
static void add_filling(const struct pair *pair, const char *name, const char *server) {
  const struct sj_results *const simulated = pair->simulated;
  const size_t series = sj_results_find_series(simulated, name);
  struct sj_series_view view;
  if (series == SIZE_MAX || simulated->run_count == 0 || !simulated->runs[0].series ||
      !sj_results_series(pair->solved, name, 0, &view))
    return;
  const double end = view.start + (double)(view.count - 1) * view.step;
  size_t count = 0;
  while (count < simulated->grid_count && (double)(count + 1) * simulated->grid_step <= end * (1 + 1e-9)) count++;
  if (count < 2) return;
  char *const title = sj_format("Requests at %s over time, begun empty", server);
  struct sj_chart *const chart = chart_of(pair, server, "in_system", title, "solved: the mean of the chain");
  sj_axis_set(&chart->x, "time", simulated->time_unit, SJ_SCALE_LINEAR);
  sj_axis_set(&chart->y, "in the system", "requests", SJ_SCALE_LINEAR);
  chart->x.low = chart->y.low = 0;
  chart->x.high = fmin(end, (double)count * simulated->grid_step);
  add_simulated_level(simulated, series, count, chart);
  add_solved_level(&view, chart->x.high, chart);
  free(title);
}

static void add_fillings(const struct pair *pair) {
  for (size_t i = 0; i < pair->solved->series_count; i++) {
    char *const server = sj_component_of(pair->solved->series[i].name, "in_system");
    if (server) add_filling(pair, pair->solved->series[i].name, server);
    free(server);
  }
}

enum sj_status sj_charts_of_engines(const struct sj_results *simulated, const struct sj_results *solved,
                                    struct sj_charts *charts, struct sj_error *error) {
  struct pair pair = {.simulated = simulated, .solved = solved, .charts = charts};
  pair.agreements = sj_allocate_array(simulated->metric_count + 1, sizeof *pair.agreements);
  pair.count = sj_compare_engines(simulated, solved, pair.agreements);
  add_differences(&pair, true);
  add_differences(&pair, false);
  add_families(&pair);
  add_fillings(&pair);
  free(pair.agreements);
  const enum sj_status status = sj_charts_of_result(simulated, charts, error);
  return status == SJ_OK ? sj_charts_of_result(solved, charts, error) : status;
}
