/* Charts of what was simulated. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "plot/source.h"
#include "plot/ticks.h"
#include "stats/interval.h"

/* ---- distributions ---- */

/* The runs' histograms of the index as one; ended by sj_histogram_destroy. */
static struct sj_histogram together(const struct sj_results *results, size_t index) {
  struct sj_histogram all = {0};
  for (size_t r = 0; r < results->run_count; r++)
    if (results->runs[r].histograms && !sj_histogram_merge(&all, &results->runs[r].histograms[index])) break;
  return all;
}

static double quantile(const struct sj_histogram *histogram, double p) {
  return sj_histogram_quantile(histogram, p, NAN, NAN);
}

static double figure(const struct sj_source *source, const char *component, const char *ending) {
  char *const name = sj_format("%s.%s", component, ending);
  const double value = sj_results_value(source->results, name);
  free(name);
  return value;
}

/* The mean and the 95th percentile as the tables have them, where they have them. */
static void add_marks(const struct sj_source *source, struct sj_chart *chart, const char *histogram, const char *unit) {
  static const char *const endings[] = {"mean", "p95"}, *const words[] = {"mean", "95th percentile"};
  for (size_t i = 0; i < 2; i++) {
    const double at = figure(source, histogram, endings[i]);
    if (!isfinite(at)) continue;
    char number[48];
    sj_short_text(at, number);
    char *const name = sj_format("%s %s %s", words[i], number, unit);
    sj_chart_add_rule(chart, true, at, name);
    free(name);
  }
}

enum { BINS = 60 };

/* Bins of equal width on the axis as it is drawn, from the least value (or 0 if that is near) to the 99.9th percentile.
 * Counted things that are few have a bin each. */
static void add_bins(struct sj_chart *chart, const struct sj_histogram *histogram, bool whole) {
  const uint64_t total = sj_histogram_total(histogram);
  double low = quantile(histogram, 0), high = quantile(histogram, 0.999);
  if (!(high > low)) high = low > 0 ? low * 1.1 : 1;
  const bool logarithmic = chart->x.scale == SJ_SCALE_LOG;
  if (logarithmic)
    low = quantile(histogram, 0.001);
  else if (low < high / 10 && !whole)
    low = 0;
  size_t count = BINS;
  if (whole) {
    const double stride = ceil((high - low + 1) / BINS);
    low = floor(low + 0.5) - 0.5;
    count = (size_t)ceil((high + 0.5 - low) / stride);
    high = low + (double)count * stride;
  }
  double left[BINS + 2], right[BINS + 2], height[BINS + 2];
  if (count > BINS + 2) count = BINS + 2;
  for (size_t i = 0; i < count; i++) {
    const double a = (double)i / (double)count, b = (double)(i + 1) / (double)count;
    left[i] = logarithmic ? low * pow(high / low, a) : low + a * (high - low);
    right[i] = logarithmic ? low * pow(high / low, b) : low + b * (high - low);
    const double below = i == 0 && !logarithmic ? 0 : sj_histogram_share_below(histogram, left[i]);
    height[i] = total > 0 ? 100 * (sj_histogram_share_below(histogram, right[i]) - below) : (double)NAN;
  }
  /* Pale, so that marks stand out. */
  sj_chart_add(chart, SJ_BARS, NULL, count, (const double *const[]){left, right, height})->colour = 5;
  chart->y.low = 0;
  chart->x.low = left[0];
  chart->x.high = right[count - 1];
}

static void add_histogram(const struct sj_source *source, struct sj_charts *charts, const char *histogram_name,
                          const char *component, const char *kind, const char *title, const char *label,
                          const char *unit, const struct sj_histogram *histogram) {
  struct sj_chart *const chart = sj_source_chart(source, charts, component, kind, title);
  const bool whole = strcmp(unit, "requests") == 0;
  sj_axis_set(&chart->x, label, unit, !whole && sj_histogram_is_wide(histogram) ? SJ_SCALE_LOG : SJ_SCALE_LINEAR);
  sj_axis_set(&chart->y, "share of all, per bar", "%", SJ_SCALE_LINEAR);
  add_bins(chart, histogram, whole);
  add_marks(source, chart, histogram_name, unit);
}

/* ---- percentiles ---- */

/* Where p is drawn: each further nine is as wide as the one before. */
static double tail(double p) { return -log10(1 - p); }

static void tail_ticks(struct sj_chart *chart, double end) {
  static const struct {
    double p;
    const char *label;
  } ticks[] = {{0, "0"},        {0.5, "50"},       {0.9, "90"},         {0.99, "99"},
               {0.999, "99.9"}, {0.9999, "99.99"}, {0.99999, "99.999"}, {0.999999, "99.9999"}};
  for (size_t i = 0; i < sizeof ticks / sizeof *ticks; i++)
    if (tail(ticks[i].p) <= end + 1e-9) sj_axis_add_tick(&chart->x, tail(ticks[i].p), ticks[i].label);
}

/* The curve goes as far as ten values of all runs lie beyond it. */
static void add_percentiles(const struct sj_source *source, struct sj_charts *charts, const char *client, size_t index,
                            const struct sj_histogram *all) {
  enum { POINTS = 121 };
  const struct sj_results *const results = source->results;
  const double total = (double)sj_histogram_total(all), end = fmin(6, log10(total / 10));
  if (!(end >= 1)) return;
  double x[POINTS], mean[POINTS], low[POINTS], high[POINTS];
  double *const runs = sj_allocate_array(results->run_count, sizeof *runs);
  for (size_t i = 0; i < POINTS; i++) {
    double half;
    x[i] = end * (double)i / (POINTS - 1);
    for (size_t r = 0; r < results->run_count; r++)
      runs[r] =
          results->runs[r].histograms ? quantile(&results->runs[r].histograms[index], 1 - pow(10, -x[i])) : (double)NAN;
    sj_interval(runs, results->run_count, 0.95, &mean[i], &half);
    low[i] = fmax(mean[i] - half, 0);
    high[i] = mean[i] + half;
    if (isnan(half)) low[i] = high[i] = NAN;
  }
  free(runs);
  struct sj_chart *const chart = sj_source_chart(source, charts, client, "percentiles", "Latency of * by percentile");
  const bool logarithmic = sj_histogram_is_wide(all);
  sj_axis_set(&chart->x, "requests answered at least this fast", "%", SJ_SCALE_LINEAR);
  sj_axis_set(&chart->y, "latency", results->time_unit, logarithmic ? SJ_SCALE_LOG : SJ_SCALE_LINEAR);
  tail_ticks(chart, end);
  chart->y.low = logarithmic ? quantile(all, 0.05) / 2 : 0;
  if (results->run_count > 1) {
    struct sj_chart_series *const band =
        sj_chart_add(chart, SJ_BAND, "95 % confidence, over runs", POINTS, (const double *const[]){x, low, high});
    band->colour = 0;
  }
  sj_chart_add(chart, SJ_LINE, "mean over runs", POINTS, (const double *const[]){x, mean})->colour = 0;
}

static void add_distribution(const struct sj_source *source, struct sj_charts *charts, const char *name,
                             const char *client, const struct sj_histogram *all) {
  enum { POINTS = 201 };
  struct sj_chart *const chart =
      sj_source_chart(source, charts, client, "distribution", "Latency of *, cumulative distribution");
  const bool logarithmic = sj_histogram_is_wide(all);
  sj_axis_set(&chart->x, "latency", source->results->time_unit, logarithmic ? SJ_SCALE_LOG : SJ_SCALE_LINEAR);
  sj_axis_set(&chart->y, "requests answered within this time", "%", SJ_SCALE_LINEAR);
  chart->y.low = 0;
  chart->y.high = 100;
  static const double end = 0.9995;
  const double low = logarithmic ? quantile(all, 0.0005) : 0, high = quantile(all, end);
  double x[POINTS], share[POINTS];
  for (size_t i = 0; i < POINTS; i++) {
    const double part = (double)i / (POINTS - 1);
    x[i] = logarithmic ? low * pow(high / low, part) : low + part * (high - low);
    share[i] = 100 * sj_histogram_share_below(all, x[i]);
  }
  share[POINTS - 1] = fmax(share[POINTS - 1], 100 * end); /* where all lie in one cell it is somewhere in that */
  if (!logarithmic) chart->x.low = 0;
  sj_chart_add(chart, SJ_LINE, "all runs together", POINTS, (const double *const[]){x, share});
  add_marks(source, chart, name, source->results->time_unit);
}

static void add_latency(const struct sj_source *source, struct sj_charts *charts, const char *name, size_t index,
                        const struct sj_histogram *all) {
  char *const client = sj_component_of(name, "latency");
  if (client && sj_source_component(source, "clients", client)) {
    add_histogram(source, charts, name, client, "latency", "Latency of *", "latency", source->results->time_unit, all);
    add_percentiles(source, charts, client, index, all);
    add_distribution(source, charts, name, client, all);
  }
  free(client);
}

static void add_batches(const struct sj_source *source, struct sj_charts *charts, const char *name,
                        const struct sj_histogram *all) {
  static const struct {
    const char *ending, *kind, *title, *label, *unit;
  } kinds[] = {{"batch.requests", "batches", "How many requests a batch of * has", "requests in a batch", "requests"},
               {"batch.bytes", "batch-bytes", "How large a batch of * is", "size of a batch", "bytes"}};
  for (size_t k = 0; k < 2; k++) {
    char *const batcher = sj_component_of(name, kinds[k].ending);
    if (batcher)
      add_histogram(source, charts, name, batcher, kinds[k].kind, kinds[k].title, kinds[k].label, kinds[k].unit, all);
    free(batcher);
  }
}

/* ---- over time ---- */

void sj_series_over_runs(const struct sj_results *results, size_t series, size_t cell, double *values, double *mean,
                         double *half) {
  size_t count = 0;
  for (size_t r = 0; r < results->run_count; r++) {
    const double *const its = results->runs[r].series;
    const double value = its ? its[series * results->grid_count + cell] : (double)NAN;
    if (isfinite(value)) values[count++] = value;
  }
  sj_interval(values, count, 0.95, mean, half);
}

static size_t find_series(const struct sj_results *results, const char *component, const char *ending) {
  char *const name = sj_format("%s.%s", component, ending);
  const size_t found = sj_results_find_series(results, name);
  free(name);
  return found;
}

/* What a series' value belongs to: levels are those at the end of a cell, means those of all of it (with a confidence
 * band where there are runs enough). */
enum moment { END_OF_CELL, MEAN_OF_CELL, MEAN_WITH_BAND };

static void add_line(const struct sj_results *results, struct sj_chart *chart, size_t series, const char *name,
                     enum moment moment, double factor) {
  const size_t count = results->grid_count;
  double *const columns = sj_allocate_array(4 * count + results->run_count, sizeof *columns);
  double *const x = columns, *const mean = x + count, *const low = mean + count, *const high = low + count;
  for (size_t i = 0; i < count; i++) {
    double half;
    x[i] = results->grid_start + ((double)i + (moment == END_OF_CELL ? 1 : 0.5)) * results->grid_step;
    sj_series_over_runs(results, series, i, high + count, &mean[i], &half);
    mean[i] *= factor;
    low[i] = fmax(mean[i] - half * factor, 0);
    high[i] = mean[i] + half * factor;
    if (isnan(half)) low[i] = high[i] = NAN;
  }
  unsigned colour = 0;
  for (size_t i = 0; i < chart->series_count; i++) colour += chart->series[i].kind == SJ_LINE;
  if (moment == MEAN_WITH_BAND && results->run_count > 1)
    sj_chart_add(chart, SJ_BAND, "95 % confidence, over runs", count, (const double *const[]){x, low, high})->colour =
        colour;
  sj_chart_add(chart, SJ_LINE, name, count, (const double *const[]){x, mean})->colour = colour;
  free(columns);
}

static struct sj_chart *time_chart(const struct sj_source *source, struct sj_charts *charts, const char *component,
                                   const char *kind, const char *title) {
  const struct sj_results *const results = source->results;
  const double end = results->grid_start + (double)results->grid_count * results->grid_step;
  struct sj_chart *const chart = sj_source_chart(source, charts, component, kind, title);
  sj_source_time_axis(source, chart, end);
  chart->y.low = 0;
  sj_source_add_faults(source, chart, end);
  return chart;
}

/* Whether no run has a value in some cell. */
static bool has_gaps(const struct sj_results *results, size_t series) {
  for (size_t i = 0; i < results->grid_count; i++) {
    bool any = false;
    for (size_t r = 0; r < results->run_count && !any; r++)
      any = results->runs[r].series && isfinite(results->runs[r].series[series * results->grid_count + i]);
    if (!any) return true;
  }
  return false;
}

static void add_latency_over_time(const struct sj_source *source, struct sj_charts *charts, const char *name,
                                  size_t series) {
  char *const client = sj_component_of(name, "latency");
  if (!client) return;
  struct sj_chart *const chart =
      time_chart(source, charts, client, "latency-over-time", "Latency of *, by the time of the answer");
  sj_axis_set(&chart->y, "latency", source->results->time_unit, SJ_SCALE_LINEAR);
  const char *const words =
      has_gaps(source->results, series) ? "mean over runs; none where nothing was answered" : "mean over runs";
  add_line(source->results, chart, series, words, MEAN_WITH_BAND, 1);
  sj_charts_add_latency_map(source, charts, client, series);
  sj_charts_add_latency_spread(source, charts, client, series);
  free(client);
}

static void add_queue(const struct sj_source *source, struct sj_charts *charts, const char *name, size_t series) {
  /* A server's, and a batcher's. */
  static const struct {
    const char *ending, *name;
  } more[] = {{"waiting", "of them waiting"}, {"pending", "pending"}, {"current", "in the current batch"}};
  char *const server = sj_component_of(name, "in_system");
  if (!server) return;
  struct sj_chart *const chart = time_chart(source, charts, server, "queue", "Requests at * over time, mean over runs");
  sj_axis_set(&chart->y, "number", "requests", SJ_SCALE_LINEAR);
  add_line(source->results, chart, series, "in the system", END_OF_CELL, 1);
  for (size_t k = 0; k < sizeof more / sizeof *more; k++) {
    const size_t other = find_series(source->results, server, more[k].ending);
    if (other != SIZE_MAX) add_line(source->results, chart, other, more[k].name, END_OF_CELL, 1);
  }
  const json_t *const capacity = json_object_get(sj_source_component(source, "servers", server), "capacity");
  if (json_is_number(capacity)) {
    const double limit = json_number_value(capacity);
    char number[48];
    sj_short_text(limit, number);
    char *const words = sj_format("capacity %s", number);
    double low, high;
    sj_chart_range(chart, &chart->y, &low, &high);
    /* A limit that is far away would press everything else flat. */
    if (limit < 5 * high) sj_chart_add_rule(chart, false, limit, words);
    free(words);
  }
  free(server);
}

/* What a batcher has out at its store, and how much it may. */
static void add_in_flight(const struct sj_source *source, struct sj_charts *charts, const char *name, size_t series) {
  char *const batcher = sj_component_of(name, "in_flight");
  if (!batcher) return;
  struct sj_chart *const chart =
      time_chart(source, charts, batcher, "in-flight", "Batches of * in flight over time, mean over runs");
  sj_axis_set(&chart->y, "number", "batches", SJ_SCALE_LINEAR);
  add_line(source->results, chart, series, "in flight", END_OF_CELL, 1);
  const size_t limit = find_series(source->results, batcher, "in_flight.limit");
  if (limit != SIZE_MAX && !has_gaps(source->results, limit))
    add_line(source->results, chart, limit, "limit", END_OF_CELL, 1);
  free(batcher);
}

struct load {
  size_t series;
  double mean;
};

static int busier_first(const void *a, const void *b) {
  const struct load *const x = a, *const y = b;
  if (x->mean != y->mean) return x->mean > y->mean ? -1 : 1;
  return (x->series > y->series) - (x->series < y->series);
}

/* All servers in one chart, the busiest if they are many. */
static void add_utilization(const struct sj_source *source, struct sj_charts *charts) {
  enum { MOST = 6 };
  const struct sj_results *const results = source->results;
  struct load *const loads = sj_allocate_array(results->series_count + 1, sizeof *loads);
  size_t count = 0;
  for (size_t i = 0; i < results->series_count; i++) {
    char *const server = sj_component_of(results->series[i].name, "utilization");
    if (!server) continue;
    const double mean = figure(source, server, "utilization.mean");
    loads[count++] = (struct load){.series = i, .mean = isfinite(mean) ? mean : -1};
    free(server);
  }
  qsort(loads, count, sizeof *loads, busier_first);
  if (count > 0) {
    struct sj_chart *const chart = time_chart(source, charts, "", "utilization",
                                              count > MOST ? "Utilization of the six busiest servers, mean over runs"
                                                           : "Utilization over time, mean over runs");
    sj_axis_set(&chart->y, "threads that are busy", "%", SJ_SCALE_LINEAR);
    chart->y.high = 100;
    for (size_t k = 0; k < count && k < MOST; k++) {
      char *const server = sj_component_of(results->series[loads[k].series].name, "utilization");
      add_line(results, chart, loads[k].series, server, MEAN_OF_CELL, 100);
      free(server);
    }
  }
  free(loads);
}

void sj_charts_simulated(const struct sj_source *source, struct sj_charts *charts) {
  const struct sj_results *const results = source->results;
  for (size_t h = 0; h < results->histogram_count && results->runs[0].histograms; h++) {
    struct sj_histogram all = together(results, h);
    if (sj_histogram_total(&all) > 0) {
      add_latency(source, charts, results->histogram_names[h], h, &all);
      add_batches(source, charts, results->histogram_names[h], &all);
    }
    sj_histogram_destroy(&all);
  }
  sj_charts_add_stages(source, charts);
  if (results->grid_count < 2 || !results->runs[0].series) return;
  for (size_t i = 0; i < results->series_count; i++) {
    add_latency_over_time(source, charts, results->series[i].name, i);
    add_queue(source, charts, results->series[i].name, i);
    add_in_flight(source, charts, results->series[i].name, i);
  }
  add_utilization(source, charts);
}
