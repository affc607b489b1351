/* The tables of the page: the ranking, clients, servers, all figures. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/document_parts.h"
#include "plot/engines.h"
#include "plot/source.h"
#include "plot/units.h"
#include "results/json.h"
#include "results/table.h"

enum { MOST_ROWS = 3000 };

/* ---- tables and cells ---- */

static json_t *table(json_t *tables, const char *caption) {
  json_t *const object = json_object();
  json_object_set_new(object, "caption", sj_json_string(caption));
  json_object_set_new(object, "columns", json_array());
  json_object_set_new(object, "rows", json_array());
  json_array_append_new(tables, object);
  return object;
}

static void add_column(json_t *object, const char *label, const char *unit, bool number) {
  json_t *const column = json_object();
  json_object_set_new(column, "label", sj_json_string(label));
  json_object_set_new(column, "unit", unit && *unit ? sj_json_string(unit) : json_null());
  json_object_set_new(column, "number", json_boolean(number));
  json_array_append_new(json_object_get(object, "columns"), column);
}

static json_t *add_row(json_t *object) {
  json_t *const row = json_array();
  json_array_append_new(json_object_get(object, "rows"), row);
  return row;
}

static void add_text(json_t *row, const char *text) { json_array_append_new(row, sj_json_string(text)); }

static void add_cell(json_t *row, double value, const char *text, const char *half_width) {
  json_t *const cell = json_array();
  json_array_append_new(cell, sj_json_number(value));
  json_array_append_new(cell, sj_json_string(text));
  json_array_append_new(cell, sj_json_string(half_width));
  json_array_append_new(row, cell);
}

static void add_number(json_t *row, double value) {
  char text[32], half[32];
  sj_figure_text((struct sj_figure){value, NAN}, 1, text, half);
  add_cell(row, value, text, "");
}

static void add_figure(json_t *row, struct sj_figure figure) {
  char text[32], half[32];
  sj_figure_text(figure, 1, text, half);
  add_cell(row, figure.value, text, half);
}

/* A word, a number that a double cannot hold, or a number. */
static void add_metric(json_t *row, const struct sj_results *results, size_t index) {
  const struct sj_exact_figure exact = sj_results_exact(results, index);
  const struct sj_figure figure = sj_results_figure(results, index);
  char text[48];
  if (exact.word) {
    add_cell(row, NAN, exact.word, "");
  } else if (!isnan(exact.log10) && (isinf(figure.value) || figure.value == 0)) {
    snprintf(text, sizeof text, "10^%.2f", exact.log10);
    add_cell(row, isinf(figure.value) ? 1.7976931348623157e308 : 0, text, "");
  } else {
    add_figure(row, figure);
  }
}

/* ---- components ---- */

/* The components of a kind are those that have the metric `mark`. */
struct kind {
  const char *caption, *word, *mark;
  const char *endings[10];
};

static const struct kind kinds[] = {
    {"Clients",
     "client",
     "goodput",
     {"arrivals.rate", "goodput", "failed.ratio", "latency.mean", "latency.p50", "latency.p95", "latency.p99",
      "latency.p99.9"}},
    {"Servers",
     "server",
     "waiting.mean",
     {"utilization.mean", "in_system.mean", "waiting.mean", "orbit.mean", "wait.mean", "sojourn.mean", "throughput",
      "full"}},
};

static bool any_has(const struct sj_document_source *source, const struct kind *kind, const char *ending) {
  for (size_t r = 0; r < source->count; r++)
    for (size_t i = 0; i < source->results[r]->metric_count; i++) {
      char *const component = sj_component_of(source->results[r]->metrics[i].name, kind->mark);
      char *const name = component ? sj_format("%s.%s", component, ending) : NULL;
      const bool has = name && isfinite(sj_results_value(source->results[r], name));
      free(component);
      free(name);
      if (has) return true;
    }
  return false;
}

static void add_component(const struct sj_document_source *source, size_t which, const char *component,
                          const struct kind *kind, const bool *shown, json_t *object) {
  const struct sj_results *const results = source->results[which];
  json_t *const row = add_row(object);
  if (source->count > 1) add_text(row, sj_document_label(source, which));
  add_text(row, component);
  for (size_t k = 0; kind->endings[k]; k++) {
    if (!shown[k]) continue;
    char *const name = sj_format("%s.%s", component, kind->endings[k]);
    const size_t index = sj_results_find(results, name);
    if (index == SIZE_MAX)
      add_cell(row, NAN, "-", "");
    else
      add_metric(row, results, index);
    free(name);
  }
}

static void add_kind(const struct sj_document_source *source, const struct kind *kind, json_t *tables) {
  bool shown[10] = {false}, any = false;
  for (size_t k = 0; kind->endings[k]; k++) {
    shown[k] = any_has(source, kind, kind->endings[k]);
    any = any || shown[k];
  }
  if (!any) return;
  json_t *const object = table(tables, kind->caption);
  if (source->count > 1) add_column(object, sj_document_kind(source), NULL, false);
  add_column(object, kind->word, NULL, false);
  for (size_t k = 0; kind->endings[k]; k++) {
    char unit[SJ_UNIT_LENGTH];
    char *const as_metric = sj_format("x.%s", kind->endings[k]);
    sj_metric_unit(as_metric, source->results[0]->time_unit, unit);
    if (shown[k]) add_column(object, kind->endings[k], unit, true);
    free(as_metric);
  }
  for (size_t r = 0; r < source->count; r++)
    for (size_t i = 0; i < source->results[r]->metric_count; i++) {
      char *const component = sj_component_of(source->results[r]->metrics[i].name, kind->mark);
      if (component && json_array_size(json_object_get(object, "rows")) < MOST_ROWS)
        add_component(source, r, component, kind, shown, object);
      free(component);
    }
}

/* ---- the ranking ---- */

static void add_difference(json_t *row, const struct sj_difference *difference) {
  add_figure(row, difference->absolute);
  add_number(row, difference->adjusted_p);
  add_text(row, isnan(difference->adjusted_p) ? "" : difference->distinguishable ? "yes" : "no");
}

static void add_ranking(const struct sj_document_source *source, json_t *tables) {
  struct sj_document_ranking ranking;
  sj_document_rank(source, &ranking);
  if (ranking.ranks) {
    char *const caption =
        sj_format("Ranking by %s, %s first", ranking.by, ranking.direction == SJ_HIGH_IS_GOOD ? "highest" : "lowest");
    char unit[SJ_UNIT_LENGTH];
    sj_metric_unit(ranking.by, source->results[0]->time_unit, unit);
    json_t *const object = table(tables, caption);
    add_column(object, "rank", NULL, true);
    add_column(object, "scenario", NULL, false);
    add_column(object, ranking.by, unit, true);
    add_column(object, "difference to the one above", unit, true);
    add_column(object, "p-value, corrected", NULL, true);
    add_column(object, "told apart", NULL, false);
    for (size_t k = 0; k < source->count; k++) {
      json_t *const row = add_row(object);
      add_number(row, isnan(ranking.ranks[k].figure.value) ? (double)NAN : (double)(k + 1));
      add_text(row, sj_document_scenario(source->results[ranking.ranks[k].alternative]));
      add_figure(row, ranking.ranks[k].figure);
      add_difference(row, &ranking.ranks[k].above);
    }
    free(caption);
  }
  sj_document_ranking_clear(&ranking);
}

static void add_against(const struct sj_document_source *source, json_t *tables) {
  struct sj_document_ranking ranking;
  sj_document_rank(source, &ranking);
  if (ranking.against != SIZE_MAX) {
    struct sj_difference *const differences = sj_allocate_array(source->count, sizeof *differences);
    sj_compare_against(ranking.alternatives, source->count, ranking.by, ranking.against, differences);
    char *const caption =
        sj_format("Differences in %s to %s", ranking.by, sj_document_scenario(source->results[ranking.against]));
    char unit[SJ_UNIT_LENGTH];
    sj_metric_unit(ranking.by, source->results[0]->time_unit, unit);
    json_t *const object = table(tables, caption);
    add_column(object, "scenario", NULL, false);
    add_column(object, "difference", unit, true);
    add_column(object, "p-value, corrected", NULL, true);
    add_column(object, "told apart", NULL, false);
    for (size_t i = 0; i < source->count; i++) {
      if (i == ranking.against) continue;
      json_t *const row = add_row(object);
      add_text(row, sj_document_scenario(source->results[i]));
      add_difference(row, &differences[i]);
    }
    free(caption);
    free(differences);
  }
  sj_document_ranking_clear(&ranking);
}

/* ---- both engines ---- */

static const char *verdict_of(const struct sj_document_source *source, const struct sj_agreement *a) {
  if (a->difference.distinguishable) return "differs";
  if (!isnan(a->difference.p)) return "agrees";
  return source->results[0]->run_count > 1 ? "not seen" : "not tested";
}

static void add_side_by_side(const struct sj_document_source *source, json_t *tables) {
  json_t *const object = table(tables, "The figures of both, side by side");
  add_column(object, "figure", NULL, false);
  add_column(object, "simulated", NULL, true);
  add_column(object, "solved", NULL, true);
  add_column(object, "unit", NULL, false);
  add_column(object, "difference", "% of the solved", true);
  add_column(object, "difference", "half widths", true);
  add_column(object, "p-value", "corrected", true);
  add_column(object, "verdict", NULL, false);
  for (size_t i = 0; i < source->agreement_count; i++) {
    const struct sj_agreement *const a = &source->agreements[i];
    char unit[SJ_UNIT_LENGTH];
    json_t *const row = add_row(object);
    add_text(row, a->metric);
    add_figure(row, a->simulated);
    add_number(row, a->solved);
    add_text(row, sj_metric_unit(a->metric, source->results[0]->time_unit, unit));
    add_number(row, 100 * a->difference.relative.value);
    add_number(row, sj_engines_half_widths(a));
    add_number(row, a->difference.adjusted_p);
    add_text(row, verdict_of(source, a));
  }
}

/* ---- all figures ---- */

static void add_all(const struct sj_document_source *source, json_t *tables) {
  json_t *const object = table(tables, "All figures");
  json_int_t left_out = 0;
  if (source->count > 1) add_column(object, sj_document_kind(source), NULL, false);
  add_column(object, "figure", NULL, false);
  add_column(object, "value", NULL, true);
  add_column(object, "unit", NULL, false);
  for (size_t r = 0; r < source->count; r++) {
    const struct sj_results *const results = source->results[r];
    for (size_t i = 0; i < results->metric_count; i++) {
      if (json_array_size(json_object_get(object, "rows")) >= MOST_ROWS) {
        left_out++;
        continue;
      }
      char unit[SJ_UNIT_LENGTH];
      json_t *const row = add_row(object);
      if (source->count > 1) add_text(row, sj_document_label(source, r));
      add_text(row, results->metrics[i].name);
      add_metric(row, results, i);
      add_text(row, sj_metric_unit(results->metrics[i].name, results->time_unit, unit));
    }
  }
  json_object_set_new(object, "filter", json_true());
  json_object_set_new(object, "left_out", json_integer(left_out));
}

/* ---- measurements ---- */

static void add_measurements(const struct sj_document_source *source, json_t *tables) {
  static const struct {
    const char *metric, *label, *unit;
    double scale;
  } columns[] = {
      {"parameters.producers", "producers", "", 1},   {"parameters.payload", "payload", "rows of 16 bytes", 1},
      {"throughput.avg", "throughput", "MB/s", 1e-6}, {"throughput.peak", "best second", "MB/s", 1e-6},
      {"messages.rate", "messages", "per s", 1},      {"latency.p50", "latency.p50", "ms", 1e3},
      {"latency.p95", "latency.p95", "ms", 1e3},      {"latency.p99", "latency.p99", "ms", 1e3},
      {"cpu.utilization", "cores", "busy", 1},        {"messages.lost", "lost", "messages", 1}};
  enum { COLUMNS = sizeof columns / sizeof *columns };
  json_t *const object = table(tables, source->count > 1 ? "Measurements" : "The measurement");
  for (size_t k = 0; k < COLUMNS; k++) add_column(object, columns[k].label, columns[k].unit, true);
  for (size_t i = 0; i < source->count && i < MOST_ROWS; i++) {
    json_t *const row = add_row(object);
    for (size_t k = 0; k < COLUMNS; k++)
      add_number(row, columns[k].scale * sj_results_value(source->results[i], columns[k].metric));
  }
}

/* ---- a sweep ---- */

static void add_points(const struct sj_document_source *source, json_t *tables) {
  const struct sj_varied *const varied = source->varied;
  const struct sj_results *const first = source->results[0];
  json_t *const object = table(tables, "Points");
  for (size_t axis = 0; axis < varied->axis_count; axis++) add_column(object, varied->paths[axis], NULL, true);
  for (size_t m = 0; m < first->metric_count; m++) {
    char unit[SJ_UNIT_LENGTH];
    if (sj_varied_wants(first->metrics[m].name))
      add_column(object, first->metrics[m].name, sj_metric_unit(first->metrics[m].name, first->time_unit, unit), true);
  }
  for (size_t i = 0; i < source->count && i < MOST_ROWS; i++) {
    json_t *const row = add_row(object);
    for (size_t axis = 0; axis < varied->axis_count; axis++) {
      const char *const text = varied->texts[i * varied->axis_count + axis];
      char *end;
      const double number = strtod(text, &end);
      add_cell(row, *text && !*end ? number : (double)NAN, text, "");
    }
    for (size_t m = 0; m < first->metric_count; m++) {
      if (!sj_varied_wants(first->metrics[m].name)) continue;
      const size_t index = sj_results_find(source->results[i], first->metrics[m].name);
      if (index == SIZE_MAX)
        add_cell(row, NAN, "-", "");
      else
        add_metric(row, source->results[i], index);
    }
  }
  json_object_set_new(object, "left_out",
                      json_integer(source->count > MOST_ROWS ? (json_int_t)source->count - MOST_ROWS : 0));
}

static void add_sensitivity(json_t *row, struct sj_sensitivity index) {
  const double numbers[] = {index.value, index.low, index.high};
  for (size_t k = 0; k < 3; k++) {
    char text[32];
    snprintf(text, sizeof text, "%.3f", numbers[k] + 0.0);
    add_cell(row, numbers[k], isnan(numbers[k]) ? "-" : text, "");
  }
}

/* Of a sample: Sobol's indices, by figure the largest first. */
static void add_indices(const struct sj_varied *varied, json_t *tables) {
  static const char *const labels[] = {"first order: by itself", "95 %, from", "95 %, to",
                                       "total: with others too", "95 %, from", "95 %, to"};
  const size_t count = sj_varied_index_count(varied);
  if (count == 0) return;
  json_t *const object = table(tables, "Which parameters matter: Sobol's indices, shares of a figure's variance");
  add_column(object, "figure", NULL, false);
  add_column(object, "parameter", NULL, false);
  for (size_t k = 0; k < 6; k++) add_column(object, labels[k], NULL, true);
  for (size_t i = 0; i < count; i++) {
    char *const metric = sj_varied_indexed(varied, i);
    size_t *const order = sj_varied_by_total(varied, metric);
    for (size_t k = 0; k < varied->axis_count; k++) {
      json_t *const row = add_row(object);
      add_text(row, metric);
      add_text(row, varied->paths[order[k]]);
      add_sensitivity(row, sj_varied_first(varied, metric, order[k]));
      add_sensitivity(row, sj_varied_total(varied, metric, order[k]));
    }
    free(order);
    free(metric);
  }
}

json_t *sj_document_tables(const struct sj_document_source *source) {
  json_t *const tables = json_array();
  if (source->varied) {
    add_indices(source->varied, tables);
    add_points(source, tables);
    return tables;
  }
  if (source->engines) add_side_by_side(source, tables);
  if (source->scenarios) {
    add_ranking(source, tables);
    add_against(source, tables);
  }
  if (strcmp(source->results[0]->engine, "measure") == 0) add_measurements(source, tables);
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) add_kind(source, &kinds[k], tables);
  add_all(source, tables);
  return tables;
}
