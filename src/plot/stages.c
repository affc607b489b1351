/* Where the time goes: waiting and service at each server, stacked. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "plot/source.h"

enum { MOST_SERVERS = 24, MOST_SIDE_BY_SIDE = 3 };

static double figure(const struct sj_results *results, const char *server, const char *ending) {
  char *const name = sj_format("%s.%s", server, ending);
  const double value = sj_results_value(results, name);
  free(name);
  return value;
}

/* The servers that have both parts; names are the caller's. */
static size_t servers_of(const struct sj_results *results, char *servers[MOST_SERVERS]) {
  size_t count = 0;
  for (size_t i = 0; i < results->metric_count && count < MOST_SERVERS; i++) {
    char *const server = sj_component_of(results->metrics[i].name, "wait.mean");
    if (server && isfinite(figure(results, server, "wait.mean")) && isfinite(figure(results, server, "service.mean")) &&
        !strstr(server, ".recorded"))
      servers[count++] = server;
    else
      free(server);
  }
  return count;
}

static void add_part(struct sj_chart *chart, const char *name, size_t count, const double *low, const double *high) {
  double *const left = sj_allocate_array(2 * count, sizeof *left), *const right = left + count;
  for (size_t i = 0; i < count; i++) {
    left[i] = (double)(i + 1) - 0.35;
    right[i] = (double)(i + 1) + 0.35;
  }
  sj_chart_add(chart, SJ_BLOCKS, name, count, (const double *const[]){left, right, low, high});
  free(left);
}

static void words_below(struct sj_chart *chart, size_t count, const char *label) {
  sj_axis_set(&chart->x, label, NULL, SJ_SCALE_LINEAR);
  chart->x.low = 0.4;
  chart->x.high = (double)count + 0.6;
  chart->y.low = 0;
}

void sj_charts_add_stages(const struct sj_source *source, struct sj_charts *charts) {
  char *servers[MOST_SERVERS];
  const struct sj_results *const results = source->results;
  const size_t count = servers_of(results, servers);
  if (count > 0) {
    struct sj_chart *const chart =
        sj_source_chart(source, charts, "", "stages", "Where the time goes: mean per visit, waiting and service");
    words_below(chart, count, "server");
    sj_axis_set(&chart->y, "mean time per visit", results->time_unit, SJ_SCALE_LINEAR);
    double zero[MOST_SERVERS] = {0}, wait[MOST_SERVERS], both[MOST_SERVERS];
    for (size_t i = 0; i < count; i++) {
      wait[i] = figure(results, servers[i], "wait.mean");
      both[i] = wait[i] + figure(results, servers[i], "service.mean");
      sj_axis_add_tick(&chart->x, (double)(i + 1), servers[i]);
    }
    add_part(chart, "service", count, wait, both);
    add_part(chart, "waiting", count, zero, wait);
  }
  for (size_t i = 0; i < count; i++) free(servers[i]);
}

struct sj_chart *sj_chart_of_stages(const struct sj_results *const *scenarios, size_t count, const char *subtitle) {
  char *servers[MOST_SERVERS];
  const size_t server_count = servers_of(scenarios[0], servers);
  struct sj_chart *chart = NULL;
  if (server_count > 0 && server_count <= MOST_SIDE_BY_SIDE) {
    chart = sj_chart_create("scenarios.stages", "Where the time goes, by scenario: mean per visit, by stage", subtitle);
    words_below(chart, count, "");
    sj_axis_set(&chart->y, "mean time per visit", scenarios[0]->time_unit, SJ_SCALE_LINEAR);
    double *const below = sj_allocate_array(2 * count, sizeof *below), *const above = below + count;
    for (size_t s = 0; s < count; s++)
      sj_axis_add_tick(&chart->x, (double)(s + 1), scenarios[s]->scenario ? scenarios[s]->scenario : "-");
    static const struct {
      const char *ending, *words;
    } parts[] = {{"wait.mean", "waiting at"}, {"service.mean", "service at"}};
    for (size_t part = 0; part < 2 * server_count; part++) {
      for (size_t s = 0; s < count; s++) {
        const double its = figure(scenarios[s], servers[part / 2], parts[part % 2].ending);
        above[s] = below[s] + (isfinite(its) ? its : 0);
      }
      char *const name = sj_format("%s %s", parts[part % 2].words, servers[part / 2]);
      add_part(chart, name, count, below, above);
      memcpy(below, above, count * sizeof *below);
      free(name);
    }
    free(below);
  }
  for (size_t i = 0; i < server_count; i++) free(servers[i]);
  return chart;
}
