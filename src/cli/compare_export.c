#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/compare.h"
#include "cli/expectations.h"
#include "results/json.h"
#include "results/results.h"

const char sj_contest_seeds_note[] =
    "the scenarios have seeds of their own: their runs share no random numbers, and differences need more of them";

bool sj_contest_has_seeds(const struct sj_contest *c) {
  for (size_t i = 1; i < c->count; i++)
    if (c->alternatives[i].results->seed != c->alternatives[0].results->seed) return true;
  return false;
}

/* ---- JSON ---- */

static const char *word_of(enum sj_direction direction) { return direction == SJ_HIGH_IS_GOOD ? "high" : "low"; }

static json_t *difference_json(const struct sj_difference *difference) {
  json_t *const object = json_object();
  json_object_set_new(object, "value", sj_json_number(difference->absolute.value));
  json_object_set_new(object, "ci95", sj_json_number(difference->absolute.ci95));
  json_object_set_new(object, "relative", sj_json_number(difference->relative.value));
  json_object_set_new(object, "relative_ci95", sj_json_number(difference->relative.ci95));
  json_object_set_new(object, "runs", json_integer((json_int_t)difference->pairs));
  json_object_set_new(object, "p", sj_json_number(difference->p));
  json_object_set_new(object, "p_holm", sj_json_number(difference->adjusted_p));
  json_object_set_new(object, "distinguishable", json_boolean(difference->distinguishable));
  return object;
}

static json_t *ranking_json(const struct sj_contest *c) {
  json_t *const list = json_array();
  for (size_t place = 0; place < c->count; place++) {
    const struct sj_rank *const rank = &c->ranks[place];
    json_t *const object = json_object();
    const bool numbered = !isnan(rank->figure.value);
    json_object_set_new(object, "rank", numbered ? json_integer((json_int_t)place + 1) : json_null());
    json_object_set_new(object, "scenario", sj_json_string(c->names[rank->alternative]));
    json_object_set_new(object, "value", sj_json_number(rank->figure.value));
    json_object_set_new(object, "ci95", sj_json_number(rank->figure.ci95));
    json_object_set_new(object, "to_above", numbered && place > 0 ? difference_json(&rank->above) : json_null());
    json_array_append_new(list, object);
  }
  return list;
}

static json_t *against_json(const struct sj_contest *c) {
  json_t *const object = json_object(), *const all = json_object();
  for (size_t i = 0; i < c->count; i++)
    if (i != c->against) sj_json_set(all, c->names[i], difference_json(&c->differences[i]));
  json_object_set_new(object, "scenario", sj_json_string(c->names[c->against]));
  json_object_set_new(object, "differences", all);
  return object;
}

static json_t *score_json(const struct sj_contest *c) {
  json_t *const object = json_object(), *const all = json_object();
  json_object_set_new(object, "kind", json_string("quintile"));
  for (size_t i = 0; i < c->count; i++) {
    json_t *const points = json_object(), *const scenario = json_object();
    for (size_t k = 0; k < c->criterion_count; k++)
      json_object_set_new(points, c->criteria[k].metric, json_integer(c->points[i * c->criterion_count + k]));
    json_object_set_new(scenario, "total", json_integer(c->totals[i]));
    json_object_set_new(scenario, "points", points);
    sj_json_set(all, c->names[i], scenario);
  }
  json_object_set_new(object, "scenarios", all);
  return object;
}

/* What simulate prints of one, but for what stands above all of them. */
static json_t *scenario_json(const struct sj_contest *c, size_t i) {
  static const char *const common[] = {"sojourn", "command", "model", "series"};
  json_t *const object = sj_results_json(c->alternatives[i].results, "compare");
  for (size_t k = 0; object && k < sizeof common / sizeof *common; k++) json_object_del(object, common[k]);
  if (object && c->models[i]->expectation_count)
    json_object_set_new(object, "expectations", sj_expectations_json(c->models[i], c->alternatives[i].results));
  return object;
}

/* Figures over all scenarios: the fewest runs, the sums of the rest. */
static void add_totals(const struct sj_contest *c, json_t *document) {
  size_t runs = SIZE_MAX;
  uint64_t events = 0;
  double wall_seconds = 0;
  bool partial = false;
  for (size_t i = 0; i < c->count; i++) {
    const struct sj_results *const results = c->alternatives[i].results;
    if (results->run_count < runs) runs = results->run_count;
    for (size_t r = 0; r < results->run_count; r++) events += results->runs[r].events;
    wall_seconds += results->wall_seconds;
    partial |= results->partial;
  }
  json_object_set_new(document, "runs", json_integer((json_int_t)runs));
  json_object_set_new(document, "partial", json_boolean(partial));
  json_object_set_new(document, "wall_seconds", sj_json_number(wall_seconds));
  json_object_set_new(document, "events", json_integer((json_int_t)events));
}

json_t *sj_contest_json(const struct sj_contest *c) {
  const struct sj_results *const first = c->alternatives[0].results;
  json_t *const document = json_object(), *const scenarios = json_object(), *const by = json_object(),
                *const notes = json_array();
  json_object_set_new(document, "sojourn", json_string(SJ_VERSION));
  json_object_set_new(document, "command", json_string("compare"));
  json_object_set_new(document, "model", sj_json_string(first->model));
  json_object_set_new(document, "scenario", json_null());
  json_object_set_new(document, "seed", sj_json_whole(first->seed));
  add_totals(c, document);
  json_object_set_new(document, "time_unit", sj_json_string(first->time_unit));
  if (sj_contest_has_seeds(c)) json_array_append_new(notes, json_string(sj_contest_seeds_note));
  json_object_set_new(document, "notes", notes);
  json_object_set_new(by, "metric", sj_json_string(c->by));
  json_object_set_new(by, "good", json_string(word_of(c->direction)));
  json_object_set_new(document, "by", by);
  json_object_set_new(document, "ranking", ranking_json(c));
  if (c->differences) json_object_set_new(document, "against", against_json(c));
  if (c->points) json_object_set_new(document, "score", score_json(c));
  int failed = 0;
  for (size_t i = 0; i < c->count; i++) failed |= sj_json_set(scenarios, c->names[i], scenario_json(c, i));
  failed |= json_object_set_new(document, "scenarios", scenarios);
  if (!failed) return document;
  json_decref(document);
  return NULL;
}

/* ---- CSV ---- */

/* The metrics that any scenario has, in the order of their first appearance; the caller frees the array. */
static const char **all_metrics(const struct sj_contest *c, size_t *count) {
  const char **names = NULL;
  *count = 0;
  for (size_t i = 0; i < c->count; i++) {
    const struct sj_results *const results = c->alternatives[i].results;
    names = sj_reallocate_array(names, *count + results->metric_count, sizeof *names);
    for (size_t m = 0; m < results->metric_count; m++) {
      const char *const name = results->metrics[m].name;
      bool known = i > 0 && sj_results_find(c->alternatives[0].results, name) != SIZE_MAX;
      for (size_t k = 0; i > 1 && !known && k < *count; k++) known = !strcmp(names[k], name);
      if (!known) names[(*count)++] = name;
    }
  }
  return names;
}

void sj_contest_csv(const struct sj_contest *c, FILE *csv) {
  size_t count;
  const char **const names = all_metrics(c, &count);
  size_t *const columns = sj_allocate_array(count, sizeof *columns);
  struct sj_text row = {0};
  sj_text_add(&row, "scenario,run");
  for (size_t k = 0; k < count; k++) {
    sj_text_add(&row, ",");
    sj_text_add_csv(&row, names[k]);
  }
  fprintf(csv, "%s\n", row.data);
  for (size_t i = 0; i < c->count; i++) {
    const struct sj_results *const results = c->alternatives[i].results;
    for (size_t k = 0; k < count; k++) columns[k] = sj_results_find(results, names[k]);
    for (size_t r = 0; r < results->run_count; r++) {
      row.length = 0;
      sj_text_add_csv(&row, c->names[i]);
      sj_text_add(&row, ",%" PRIu64, results->runs[r].number);
      for (size_t k = 0; k < count; k++) {
        sj_text_add(&row, ",");
        if (columns[k] != SIZE_MAX && !results->metrics[columns[k]].suppressed)
          sj_text_add_csv_number(&row, results->runs[r].values[columns[k]]);
      }
      fprintf(csv, "%s\n", row.data);
    }
  }
  free(row.data);
  free(columns);
  free(names);
}
