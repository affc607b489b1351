#include "plot/source.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "plot/ticks.h"

void sj_charts_append(struct sj_charts *charts, struct sj_chart *chart) {
  charts->charts = sj_reallocate_array(charts->charts, charts->count + 1, sizeof *charts->charts);
  charts->charts[charts->count++] = chart;
}

void sj_charts_clear(struct sj_charts *charts) {
  for (size_t i = 0; i < charts->count; i++) sj_chart_destroy(charts->charts[i]);
  free(charts->charts);
  *charts = (struct sj_charts){0};
}

bool sj_histogram_is_wide(const struct sj_histogram *histogram) {
  const double low = sj_histogram_quantile(histogram, 0.05, NAN, NAN);
  return low > 0 &&
         sj_histogram_quantile(histogram, 0.999, NAN, NAN) > 30 * sj_histogram_quantile(histogram, 0.5, NAN, NAN);
}

char *sj_component_of(const char *name, const char *ending) {
  const size_t length = strlen(name), behind = strlen(ending);
  if (length <= behind + 1 || name[length - behind - 1] != '.' || strcmp(name + length - behind, ending) != 0)
    return NULL;
  return sj_format("%.*s", (int)(length - behind - 1), name);
}

const json_t *sj_source_component(const struct sj_source *source, const char *list, const char *name) {
  size_t i;
  const json_t *component;
  json_array_foreach(json_object_get(source->model, list), i, component) {
    const char *const its = json_string_value(json_object_get(component, "name"));
    if (its && strcmp(its, name) == 0) return component;
  }
  return NULL;
}

/* ---- what is drawn, in words ---- */

/* "web 6 per s" for the clients whose rate is a number; nothing of many. */
static void add_loads(const struct sj_source *source, struct sj_text *text) {
  const json_t *const clients = json_object_get(source->model, "clients");
  if (json_array_size(clients) > 3) return;
  size_t i;
  const json_t *client;
  json_array_foreach(clients, i, client) {
    const json_t *const rate = json_object_get(json_object_get(client, "arrivals"), "rate");
    const char *const name = json_string_value(json_object_get(client, "name"));
    if (!name || !json_is_number(rate)) continue;
    char number[48];
    sj_short_text(json_number_value(rate), number);
    sj_text_add(text, ", %s %s per %s", name, number, source->results->time_unit);
  }
}

static char *describe(const struct sj_source *source) {
  const struct sj_results *const results = source->results;
  const char *const model = results->model ? results->model : "", *const slash = strrchr(model, '/');
  const bool solved = strcmp(results->engine, "solve") == 0;
  struct sj_text text = {0};
  sj_text_add(&text, "%s", slash ? slash + 1 : model);
  if (results->scenario) sj_text_add(&text, ", %s", results->scenario);
  add_loads(source, &text);
  if (solved) {
    sj_text_add(&text, "; solved");
  } else {
    char duration[48];
    sj_short_text(results->duration, duration);
    sj_text_add(&text, "; %zu run%s of %s %s, seed %" PRIu64 "%s", results->run_count,
                results->run_count == 1 ? "" : "s", duration, results->time_unit, results->seed,
                results->partial ? ", partial" : "");
  }
  return text.data;
}

enum sj_status sj_source_open(const struct sj_results *results, struct sj_source *source, struct sj_error *error) {
  *source = (struct sj_source){.results = results};
  if (results->canonical) {
    json_error_t why;
    source->model = json_loads(results->canonical, 0, &why);
    if (!source->model) return sj_error_set(error, SJ_FAILED, "the model kept in the results is damaged: %s", why.text);
  }
  source->subtitle = describe(source);
  return SJ_OK;
}

void sj_source_close(struct sj_source *source) {
  json_decref(source->model);
  free(source->subtitle);
}

struct sj_chart *sj_source_chart(const struct sj_source *source, struct sj_charts *charts, const char *component,
                                 const char *kind, const char *title) {
  char *const name = *component ? sj_format("%s.%s", component, kind) : sj_copy_string(kind);
  struct sj_text text = {0};
  for (const char *c = title; *c; c++) {
    if (*c == '*')
      sj_text_add(&text, "%s", component);
    else
      sj_text_add_bytes(&text, c, 1);
  }
  struct sj_chart *const chart = sj_chart_create(name, text.data, source->subtitle);
  free(name);
  free(text.data);
  sj_charts_append(charts, chart);
  return chart;
}

/* ---- time ---- */

void sj_source_add_faults(const struct sj_source *source, struct sj_chart *chart, double end) {
  enum { MOST = 20 };
  size_t i;
  const json_t *fault;
  bool named = false;
  json_array_foreach(json_object_get(source->model, "faults"), i, fault) {
    const json_t *const start = json_object_get(fault, "at"), *const lasting = json_object_get(fault, "lasts");
    if (!json_is_number(start) || !json_is_number(lasting) || i >= MOST) continue;
    const double every = json_number_value(json_object_get(fault, "every"));
    double at = json_number_value(start);
    for (int k = 0; k < MOST && at < end; k++, at += every) {
      sj_chart_add_span(chart, at, fmin(end, at + json_number_value(lasting)), named ? NULL : "the model's fault");
      named = true;
      if (!(every > 0)) break;
    }
  }
}

void sj_source_time_axis(const struct sj_source *source, struct sj_chart *chart, double end) {
  sj_axis_set(&chart->x, "time", source->results->time_unit, SJ_SCALE_LINEAR);
  chart->x.low = 0;
  chart->x.high = end;
}

enum sj_status sj_charts_of_result(const struct sj_results *results, struct sj_charts *charts, struct sj_error *error) {
  struct sj_source source;
  enum sj_status status = sj_source_open(results, &source, error);
  if (status == SJ_OK && results->run_count > 0) {
    if (strcmp(results->engine, "solve") == 0)
      status = sj_charts_solved(&source, charts, error);
    else if (strcmp(results->engine, "learn") == 0)
      sj_charts_learned(&source, charts);
    else if (strcmp(results->engine, "measure") == 0)
      sj_charts_measured(&source, charts);
    else
      sj_charts_simulated(&source, charts);
  }
  sj_source_close(&source);
  return status;
}
