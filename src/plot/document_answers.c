/* The answer first: expectations, the ranking, the verdict, how long it takes to settle; else the main figures. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/document_parts.h"
#include "plot/source.h"
#include "plot/ticks.h"
#include "plot/units.h"
#include "results/json.h"
#include "results/solved.h"
#include "results/table.h"
#include "sojourn/simulate.h"

enum { MOST_COMPONENTS = 8 };

static json_t *answer(const char *state, const char *text) {
  json_t *const object = json_object();
  json_object_set_new(object, "state", json_string(state));
  json_object_set_new(object, "text", sj_json_string(text));
  return object;
}

void sj_document_add_answer(json_t *answers, const char *state, char *text) {
  json_array_append_new(answers, answer(state, text));
  free(text);
}

char *sj_document_figure(const struct sj_results *results, const char *metric) {
  char value[32], half[32], unit[SJ_UNIT_LENGTH];
  const size_t index = sj_results_find(results, metric);
  if (index == SIZE_MAX) return sj_copy_string("-");
  const struct sj_exact_figure exact = sj_results_exact(results, index);
  if (exact.word) return sj_copy_string(exact.word);
  const struct sj_figure figure = sj_results_figure(results, index);
  if (isnan(figure.value)) return sj_copy_string("-");
  sj_figure_text(figure, 1, value, half);
  sj_metric_unit(metric, results->time_unit, unit);
  if (strcmp(unit, "share") == 0) *unit = 0;
  return sj_format("%s%s%s%s%s", value, *half ? " ± " : "", half, *unit ? " " : "", unit);
}

/* ---- expectations ---- */

struct count {
  size_t met, unmet, unsure, unchecked;
};

static void add_expectations(const struct sj_document_source *source, json_t *answers, struct count *count) {
  for (size_t r = 0; r < source->count; r++) {
    const json_t *const list = json_object_get(source->questions[r], "expectations");
    for (size_t i = 0; i < json_array_size(list); i++) {
      const json_t *const entry = json_array_get(list, i), *const met = json_object_get(entry, "met");
      const char *const line = json_string_value(json_object_get(entry, "line"));
      const bool unsure = json_is_true(json_object_get(entry, "uncertain"));
      const char *const state = json_is_null(met) ? "plain" : unsure ? "unsure" : json_is_true(met) ? "good" : "bad";
      count->met += json_is_true(met);
      count->unmet += json_is_false(met);
      count->unchecked += json_is_null(met);
      count->unsure += unsure;
      if (source->scenarios)
        sj_document_add_answer(answers, state,
                               sj_format("%s: %s", sj_document_scenario(source->results[r]), line ? line : ""));
      else
        sj_document_add_answer(answers, state, sj_copy_string(line ? line : ""));
    }
  }
}

static char *expectations_headline(const struct count *count, const char **state) {
  const size_t all = count->met + count->unmet;
  if (all == 0) return NULL;
  *state = count->unmet > 0 ? "bad" : count->unsure > 0 ? "unsure" : "good";
  if (count->unmet > 0)
    return sj_format("%zu of %zu expectation%s %s not met", count->unmet, all, all == 1 ? "" : "s",
                     count->unmet == 1 ? "is" : "are");
  return sj_format("%s met%s", all == 1 ? "The expectation is" : "All expectations are",
                   count->unsure > 0 ? ", but by less than chance moves the figures" : "");
}

/* Of a sweep it is known at how many points they are met. */
static char *sweep_expectations(const struct sj_document_source *source, const char **state) {
  const json_t *const sweep = json_object_get(source->questions[0], "sweep"), *const met =
                                                                                  json_object_get(sweep, "met");
  if (!json_is_integer(met)) return NULL;
  const size_t points = (size_t)json_integer_value(met);
  *state = points < source->count ? "bad" : "good";
  return sj_format("The expectations are met at %s%zu of them", points == source->count ? "all " : "", points);
}

/* ---- a comparison ---- */

static char *default_by(const struct sj_results *results) {
  for (size_t i = 0; i < results->metric_count; i++) {
    char *const client = sj_component_of(results->metrics[i].name, "goodput");
    char *const by = client ? sj_format("%s.latency.p99", client) : NULL;
    free(client);
    if (by && sj_results_find(results, by) != SIZE_MAX) return by;
    free(by);
  }
  return NULL;
}

void sj_document_rank(const struct sj_document_source *source, struct sj_document_ranking *ranking) {
  const json_t *const compare = json_object_get(source->questions[0], "compare");
  const char *const by = json_string_value(json_object_get(compare, "by"));
  const char *const against = json_string_value(json_object_get(compare, "against"));
  *ranking = (struct sj_document_ranking){.against = SIZE_MAX};
  ranking->by = by ? sj_copy_string(by) : default_by(source->results[0]);
  if (!ranking->by) return;
  ranking->direction = sj_compare_direction(ranking->by);
  if (compare)
    ranking->direction = json_is_true(json_object_get(compare, "high_is_good")) ? SJ_HIGH_IS_GOOD : SJ_LOW_IS_GOOD;
  if (ranking->direction == SJ_DIRECTION_UNKNOWN) ranking->direction = SJ_LOW_IS_GOOD;
  ranking->alternatives = sj_allocate_array(source->count, sizeof *ranking->alternatives);
  ranking->ranks = sj_allocate_array(source->count, sizeof *ranking->ranks);
  for (size_t i = 0; i < source->count; i++) {
    ranking->alternatives[i].results = (struct sj_results *)source->results[i]; /* only read */
    if (against && strcmp(sj_document_scenario(source->results[i]), against) == 0) ranking->against = i;
  }
  sj_compare_rank(ranking->alternatives, source->count, ranking->by, ranking->direction, ranking->ranks);
}

void sj_document_ranking_clear(struct sj_document_ranking *ranking) {
  free(ranking->by);
  free(ranking->alternatives);
  free(ranking->ranks);
  *ranking = (struct sj_document_ranking){0};
}

/* The first, and with whom it shares the place as far as can be told. */
static char *add_ranking(const struct sj_document_source *source, json_t *answers) {
  enum { SHOWN = 5 };
  struct sj_document_ranking ranking;
  sj_document_rank(source, &ranking);
  char *headline = NULL;
  for (size_t k = 0; ranking.ranks && k < source->count && k < SHOWN; k++) {
    const struct sj_results *const results = source->results[ranking.ranks[k].alternative];
    if (isnan(ranking.ranks[k].figure.value)) { /* from here on no scenario has one */
      if (k == 0) headline = sj_format("No scenario has a %s", ranking.by);
      sj_document_add_answer(answers, "plain",
                             sj_format("%s: has no %s, not ranked", sj_document_scenario(results), ranking.by));
      continue;
    }
    char *const figure = sj_document_figure(results, ranking.by);
    const bool apart = k == 0 || ranking.ranks[k].above.distinguishable;
    if (k == 0) {
      const bool alone =
          source->count > 1 && (ranking.ranks[1].above.distinguishable || isnan(ranking.ranks[1].figure.value));
      headline = sj_format("%s %s: %s%s", ranking.direction == SJ_HIGH_IS_GOOD ? "Highest" : "Lowest", ranking.by,
                           sj_document_scenario(results), alone ? "" : "; the next cannot be told apart from it");
    }
    sj_document_add_answer(answers, "plain",
                           sj_format("%zu. %s: %s %s%s", k + 1, sj_document_scenario(results), ranking.by, figure,
                                     apart ? "" : " (cannot be told apart from the one above)"));
    free(figure);
  }
  sj_document_ranking_clear(&ranking);
  return headline;
}

/* ---- measurements ---- */

/* The metric of the best point, in words; nothing if it was not measured. */
static void add_measured(const struct sj_results *results, struct sj_text *text, const char *metric, double scale,
                         const char *before, const char *after) {
  const double value = scale * sj_results_value(results, metric);
  if (!isfinite(value)) return;
  char number[48];
  sj_short_text(value, number);
  sj_text_add(text, "%s%s%s%s", text->length > 0 ? "; " : "", before, number, after);
}

static void add_rates(const struct sj_results *results, json_t *answers) {
  char average[32], peak[32], bus[32];
  sj_rate_text(sj_results_value(results, "throughput.avg"), average);
  sj_rate_text(sj_results_value(results, "throughput.peak"), peak);
  sj_rate_text(sj_results_value(results, "control.throughput"), bus);
  sj_document_add_answer(
      answers, "plain",
      sj_format("payload: %s on average, %s in the best second; over the bus %s", average, peak, bus));
}

static char *add_measurement(const struct sj_document_source *source, json_t *answers) {
  const struct sj_results *best = source->results[0];
  for (size_t i = 1; i < source->count; i++)
    if (sj_results_value(source->results[i], "throughput.avg") > sj_results_value(best, "throughput.avg"))
      best = source->results[i];
  add_rates(best, answers);
  struct sj_text text = {0};
  add_measured(best, &text, "messages.rate", 1, "", " messages a second");
  add_measured(best, &text, "latency.p99", 1e3, "99 of 100 of them are read within ",
               " ms of when they were to be sent");
  add_measured(best, &text, "cpu.utilization", 1, "", " cores are busy");
  if (text.data) sj_document_add_answer(answers, "plain", sj_copy_string(text.data));
  free(text.data);
  const double lost = sj_results_value(best, "messages.lost"), corrupt = sj_results_value(best, "messages.corrupt");
  if (lost == 0 && corrupt == 0)
    sj_document_add_answer(answers, "good", sj_copy_string("no message was lost or corrupt"));
  else if (isfinite(lost + corrupt))
    sj_document_add_answer(answers, "bad", sj_format("%.0f messages were lost, %.0f were corrupt", lost, corrupt));
  char average[32];
  sj_rate_text(sj_results_value(best, "throughput.avg"), average);
  return sj_format("%s of payload%s%s", average, source->count > 1 ? " at the best point: " : "",
                   source->count > 1 ? best->model : "");
}

/* ---- what was solved ---- */

static char *add_verdicts(const struct sj_results *results, json_t *answers, const char **state) {
  char *headline = NULL;
  for (size_t i = 0; i < results->metric_count; i++) {
    char *const server = sj_component_of(results->metrics[i].name, "verdict");
    const char *const word = server ? sj_results_exact(results, i).word : NULL;
    if (word) {
      const char *const its = strcmp(word, "stable") == 0 ? "good" : "bad";
      struct sj_text text = {0};
      sj_solved_verdict(results, server, &text);
      for (size_t k = 0; k < text.length; k++)
        if (text.data[k] == '\n') text.data[k] = ' ';
      sj_document_add_answer(answers, its, text.data);
      if (!headline || strcmp(*state, "good") == 0) {
        free(headline);
        headline = sj_format("Server %s is %s", server, word);
        *state = its;
      }
    }
    free(server);
  }
  return headline;
}

/* ---- what was learned ---- */

static char *add_learned(const struct sj_results *results, json_t *answers) {
  static const char *const limits[] = {"0.1", "0.5"};
  char *headline = NULL;
  for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
    char *const mean = sj_format("settling[%s].mean", limits[k]);
    if (isfinite(sj_results_value(results, mean))) {
      char *const figure = sj_document_figure(results, mean);
      char *const text =
          sj_format("After a disturbance it settles to within %s of its rest after %s", limits[k], figure);
      if (!headline) headline = sj_copy_string(text);
      sj_document_add_answer(answers, "plain", text);
      free(figure);
    }
    free(mean);
  }
  if (sj_results_find(results, "error.test") != SIZE_MAX) {
    char *const figure = sj_document_figure(results, "error.test");
    sj_document_add_answer(answers, "plain",
                           sj_format("What it predicts of trajectories that it has not seen is off by %s", figure));
    free(figure);
  }
  return headline;
}

/* ---- main figures ---- */

static void add_client(const struct sj_results *results, const char *client, json_t *answers) {
  static const struct {
    const char *ending, *words;
  } parts[] = {{"failed.ratio", "share that fails"},
               {"goodput", "answered"},
               {"latency.mean", "mean latency of those"},
               {"latency.p99", "99 of 100 of them are faster than"}};
  struct sj_text text = {0};
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
    char *const metric = sj_format("%s.%s", client, parts[k].ending);
    if (isfinite(sj_results_value(results, metric))) {
      char *const figure = sj_document_figure(results, metric);
      sj_text_add(&text, "%s%s %s", text.length > 0 ? "; " : "", parts[k].words, figure);
      free(figure);
    }
    free(metric);
  }
  if (text.data) sj_document_add_answer(answers, "plain", sj_format("%s: %s", client, text.data));
  free(text.data);
}

/* What fails comes first: latencies are of what is answered. */
static char *client_headline(const struct sj_results *results, const char *client) {
  char *const failed = sj_format("%s.failed.ratio", client), *const slow = sj_format("%s.latency.p99", client);
  const double share = sj_results_value(results, failed);
  char *const figure = sj_document_figure(results, slow);
  char *headline = NULL;
  if (share > 0.9995 && share < 1)
    headline = sj_format("Nearly all requests of %s fail", client);
  else if (share > 0.005)
    headline = sj_format("%.3g %% of the requests of %s fail", 100 * share, client);
  else if (isfinite(sj_results_value(results, slow)))
    headline = sj_format("99 of 100 requests of %s are answered within %s", client, figure);
  free(failed);
  free(slow);
  free(figure);
  return headline;
}

static char *add_clients(const struct sj_results *results, json_t *answers) {
  char *headline = NULL;
  size_t shown = 0;
  for (size_t i = 0; i < results->metric_count && shown < MOST_COMPONENTS; i++) {
    char *const client = sj_component_of(results->metrics[i].name, "goodput");
    if (client) {
      add_client(results, client, answers);
      if (!headline) headline = client_headline(results, client);
      shown++;
    }
    free(client);
  }
  return headline;
}

static void add_those(json_t *told, const json_t *expectations, bool wrong) {
  for (size_t i = 0; i < json_array_size(expectations); i++) {
    json_t *const entry = json_array_get(expectations, i);
    const char *const state = json_string_value(json_object_get(entry, "state"));
    if ((strcmp(state, "bad") == 0 || strcmp(state, "unsure") == 0) == wrong) json_array_append(told, entry);
  }
}

void sj_document_add_answers(const struct sj_document_source *source, json_t *document) {
  const struct sj_results *const results = source->results[0];
  json_t *const answers = json_array();
  const char *state = "plain", *expected = "plain";
  struct count count = {0};
  json_t *const expectations = json_array();
  if (!source->varied && !source->engines) add_expectations(source, expectations, &count);
  char *headline = source->varied ? sweep_expectations(source, &expected) : expectations_headline(&count, &expected);
  char *found = NULL;
  if (source->engines)
    found = sj_document_add_engines(source, answers, &state);
  else if (source->scenarios)
    found = add_ranking(source, answers);
  else if (source->varied)
    found = sj_document_add_sweep(source, answers);
  else if (strcmp(results->engine, "measure") == 0)
    found = add_measurement(source, answers);
  else if (strcmp(results->engine, "solve") == 0)
    found = add_verdicts(results, answers, &state);
  else if (strcmp(results->engine, "learn") == 0)
    found = add_learned(results, answers);
  if (!found && json_array_size(answers) == 0) found = add_clients(results, answers);
  if (headline && found && (source->scenarios || source->varied)) {
    char *const both = sj_format("%s. %s", found, headline);
    free(headline);
    headline = both;
  }
  if (headline) state = expected;
  /* What went wrong is told first; of a comparison the ranking before what went well. */
  json_t *const told = json_array();
  add_those(told, expectations, true);
  if (source->scenarios) json_array_extend(told, answers);
  add_those(told, expectations, false);
  if (!source->scenarios) json_array_extend(told, answers);
  json_object_set_new(document, "headline", sj_json_string(headline ? headline : found ? found : "What was found"));
  json_object_set_new(document, "state", json_string(state));
  json_object_set_new(document, "answers", told);
  json_decref(expectations);
  json_decref(answers);
  free(headline);
  free(found);
}
