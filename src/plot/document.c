#include "plot/document.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plot/chart_json.h"
#include "plot/document_parts.h"
#include "plot/engines.h"
#include "plot/ticks.h"
#include "results/json.h"
#include "results/table.h"

enum { MOST_CHARTS = 80, DIGITS = 7 };

const char *sj_document_scenario(const struct sj_results *results) {
  if (strcmp(results->engine, "measure") == 0) return results->model; /* its name tells its parameters */
  return results->scenario ? results->scenario : "-";
}

const char *sj_document_label(const struct sj_document_source *source, size_t index) {
  if (source->engines) return index == 0 ? "simulated" : "solved";
  return sj_document_scenario(source->results[index]);
}

const char *sj_document_kind(const struct sj_document_source *source) {
  return source->engines ? "engine" : source->scenarios ? "scenario" : "measurement";
}

static const char *base_name(const char *path) {
  const char *const slash = path ? strrchr(path, '/') : NULL;
  return slash ? slash + 1 : path ? path : "";
}

/* ---- what was asked ---- */

static const char *engine_words(const struct sj_document_source *source) {
  const struct sj_results *const results = source->results[0];
  if (source->engines) return "simulated and solved, side by side";
  if (source->scenarios) return "scenarios compared by simulation";
  if (source->varied && strcmp(results->engine, "solve") == 0) return "a sweep, each point solved";
  if (source->varied) return "a sweep, each point simulated";
  if (strcmp(results->engine, "simulate") == 0) return "simulated, event by event";
  if (strcmp(results->engine, "solve") == 0) return "solved as a Markov chain";
  if (strcmp(results->engine, "learn") == 0) return "learned from trajectories";
  if (strcmp(results->engine, "measure") == 0) return "measured";
  return results->engine;
}

static void add_fact(json_t *facts, const char *name, char *value) {
  json_t *const fact = json_array();
  json_array_append_new(fact, json_string(name));
  json_array_append_new(fact, sj_json_string(value));
  json_array_append_new(facts, fact);
  free(value);
}

static void add_runs(const struct sj_results *results, bool several, json_t *facts) {
  char duration[48], warmup[48];
  sj_short_text(results->duration, duration);
  sj_short_text(results->warmup, warmup);
  add_fact(facts, "runs",
           sj_format("%zu of %s %s each%s", results->run_count, duration, results->time_unit,
                     results->partial ? " (partial: it was interrupted)" : ""));
  if (several && results->warmup_found) return; /* each has its own */
  add_fact(facts, "warm-up",
           sj_format("%s %s%s", warmup, results->time_unit, results->warmup_found ? ", found by MSER-5" : ""));
}

static json_t *facts_of(const struct sj_document_source *source) {
  const struct sj_results *const results = source->results[0];
  json_t *const facts = json_array();
  const bool measured = strcmp(results->engine, "measure") == 0;
  if (measured && source->count > 1)
    add_fact(facts, "measurements", sj_format("%zu", source->count));
  else
    add_fact(facts, measured ? "what" : "model", sj_copy_string(results->model ? results->model : ""));
  if (source->varied && source->varied->wanted > source->count)
    add_fact(facts, "points", sj_format("%zu of %zu that were asked for", source->count, source->varied->wanted));
  else if (source->varied)
    add_fact(facts, "points", sj_format("%zu", source->count));
  if (source->scenarios)
    add_fact(facts, "scenarios", sj_format("%zu", source->count));
  else if (results->scenario)
    add_fact(facts, "scenario", sj_copy_string(results->scenario));
  add_fact(facts, "how", sj_copy_string(engine_words(source)));
  const json_t *const changes = json_object_get(source->questions[0], "changes");
  struct sj_text text = {0};
  for (size_t i = 0; i < json_array_size(changes); i++)
    sj_text_add(&text, "%s%s", i > 0 ? ", " : "", json_string_value(json_array_get(changes, i)));
  if (text.data) add_fact(facts, "changed in it", text.data);
  if (strcmp(results->engine, "simulate") == 0) add_runs(results, source->count > 1 && !source->engines, facts);
  if (strcmp(results->engine, "solve") != 0) add_fact(facts, "seed", sj_format("%" PRIu64, results->seed));
  add_fact(facts, "made by", sj_copy_string("sojourn " SJ_VERSION));
  return facts;
}

/* The canonical model, in lines. */
static json_t *model_of(const struct sj_document_source *source) {
  const bool one = source->count == 1 || source->engines; /* of several points there is no one model */
  char *const text = source->model && one ? json_dumps(source->model, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) : NULL;
  json_t *const json = sj_json_string(text);
  free(text);
  return json;
}

static json_t *report_of(const struct sj_document_source *source) {
  enum { MOST = 12 };
  json_t *const list = json_array();
  for (size_t i = 0; i < source->count && source->count <= MOST && !source->varied; i++) {
    struct sj_text text = {0};
    sj_results_table(source->results[i], &text);
    json_t *const part = json_object();
    json_object_set_new(part, "name",
                        source->count > 1 ? sj_json_string(sj_document_label(source, i))
                                          : sj_json_string(source->results[i]->scenario));
    json_object_set_new(part, "text", sj_json_string(text.data ? text.data : ""));
    json_array_append_new(list, part);
    free(text.data);
  }
  return list;
}

static bool all_have(const struct sj_document_source *source, const char *note) {
  for (size_t i = 0; i < source->count; i++) {
    bool has = false;
    for (size_t k = 0; k < source->results[i]->note_count && !has; k++)
      has = strcmp(source->results[i]->notes[k], note) == 0;
    if (!has) return false;
  }
  return true;
}

static json_t *notes_of(const struct sj_document_source *source) {
  json_t *const notes = json_array();
  const struct sj_results *const indices = source->varied ? source->varied->indices : NULL;
  for (size_t k = 0; indices && k < indices->note_count; k++)
    json_array_append_new(notes, sj_json_string(indices->notes[k]));
  for (size_t i = 0; i < source->count; i++)
    for (size_t k = 0; k < source->results[i]->note_count; k++) {
      const char *const note = source->results[i]->notes[k];
      if (source->varied && !all_have(source, note)) continue; /* it is of one point */
      bool known = false;
      for (size_t n = 0; n < json_array_size(notes) && !known; n++)
        known = strcmp(json_string_value(json_array_get(notes, n)), note) == 0;
      if (!known) json_array_append_new(notes, sj_json_string(note));
    }
  return notes;
}

/* ---- charts ---- */

/* What is behind the component's name: "queue" of "52.queue". */
static const char *kind_of(const struct sj_chart *chart) {
  const char *const dot = strrchr(chart->name, '.');
  return dot ? dot + 1 : chart->name;
}

/* Which are on the page, where there are too many: the first of each kind, then the second of each, and so on, so that
 * no kind is missing. A new array. */
static bool *choose(const struct sj_charts *charts) {
  bool *const chosen = sj_allocate_array(charts->count + 1, sizeof *chosen);
  size_t *const before = sj_allocate_array(charts->count + 1, sizeof *before); /* others of its kind */
  size_t count = 0;
  for (size_t i = 0; i < charts->count; i++) {
    chosen[i] = false;
    before[i] = 0;
    for (size_t k = 0; k < i; k++) before[i] += strcmp(kind_of(charts->charts[k]), kind_of(charts->charts[i])) == 0;
  }
  const size_t most = charts->count < MOST_CHARTS ? charts->count : MOST_CHARTS;
  for (size_t round = 0; count < most; round++)
    for (size_t i = 0; i < charts->count && count < most; i++)
      if (before[i] == round) {
        chosen[i] = true;
        count++;
      }
  free(before);
  return chosen;
}

static json_t *charts_of(const struct sj_charts *charts, const bool *chosen) {
  json_t *const list = json_array();
  for (size_t i = 0; i < charts->count; i++)
    if (chosen[i]) json_array_append_new(list, sj_chart_json(charts->charts[i]));
  return list;
}

static json_t *left_out(const struct sj_charts *charts, const bool *chosen) {
  json_t *const list = json_array();
  for (size_t i = 0; i < charts->count; i++)
    if (!chosen[i]) json_array_append_new(list, sj_json_string(charts->charts[i]->name));
  return list;
}

static json_t *palette(void) {
  enum { COLOURS = 7 };
  json_t *const list = json_array();
  for (unsigned i = 0; i < COLOURS; i++) json_array_append_new(list, json_string(sj_chart_colour(i)));
  return list;
}

static size_t length_of(const json_t *document) {
  return json_dumpb(document, NULL, 0, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
}

/* ---- the whole ---- */

/* A point may be one of other sweeps too, or of a single command that was given later: such questions are not those of
 * this sweep. */
static bool is_of_sweep(const json_t *question, size_t points) {
  const json_t *const its = json_object_get(json_object_get(question, "sweep"), "points");
  return json_is_integer(its) && json_integer_value(its) == (json_int_t)points;
}

static void open_source(struct sj_document_source *source, const struct sj_results *const *results, size_t count,
                        const struct sj_varied *varied) {
  *source = (struct sj_document_source){.results = results, .count = count, .varied = varied};
  source->questions = sj_allocate_array(count, sizeof *source->questions);
  for (size_t i = 0; i < count; i++) {
    json_t *const question = results[i]->question ? json_loads(results[i]->question, 0, NULL) : NULL;
    if (varied && !is_of_sweep(question, count))
      json_decref(question);
    else
      source->questions[i] = question;
  }
  if (results[0]->canonical) source->model = json_loads(results[0]->canonical, 0, NULL);
  source->engines = !varied && sj_are_engines(results, count);
  source->scenarios = count > 1 && !varied && !source->engines && strcmp(results[0]->engine, "measure") != 0;
  if (!source->engines) return;
  source->agreements = sj_allocate_array(results[0]->metric_count + 1, sizeof *source->agreements);
  source->agreement_count = sj_compare_engines(results[0], results[1], source->agreements);
}

static void close_source(struct sj_document_source *source) {
  for (size_t i = 0; i < source->count; i++) json_decref(source->questions[i]);
  free(source->questions);
  free(source->agreements);
  json_decref(source->model);
}

static json_t *text_of(const json_t *question, const char *member) {
  json_t *const value = json_object_get(question, member);
  return json_is_string(value) ? json_incref(value) : json_null();
}

json_t *sj_document(const struct sj_results *const *results, size_t count, const struct sj_varied *varied,
                    struct sj_charts *charts, size_t most_bytes) {
  static const size_t points[] = {4000, 2000, 1000, 500, 250, 100, 40};
  struct sj_document_source source;
  open_source(&source, results, count, varied);
  json_t *const document = json_object();
  bool *const chosen = choose(charts);
  const bool suite = count > 1 && strcmp(results[0]->engine, "measure") == 0;
  char *const title =
      sj_format("%s: %s", suite ? "A suite of messages" : base_name(results[0]->model), engine_words(&source));
  json_object_set_new(document, "sojourn", json_string(SJ_VERSION));
  json_object_set_new(document, "title", sj_json_string(title));
  json_object_set_new(document, "engine", sj_json_string(results[0]->engine));
  json_object_set_new(document, "facts", facts_of(&source));
  sj_document_add_answers(&source, document);
  json_object_set_new(document, "command", text_of(source.questions[0], "command"));
  json_object_set_new(document, "source", text_of(source.questions[0], "source"));
  json_object_set_new(document, "model", model_of(&source));
  json_object_set_new(document, "report", report_of(&source));
  json_object_set_new(document, "palette", palette());
  json_object_set_new(document, "left_out", left_out(charts, chosen));
  json_object_set_new(document, "tables", sj_document_tables(&source));
  json_object_set_new(document, "notes", notes_of(&source));
  for (size_t k = 0; k < sizeof points / sizeof *points; k++) {
    for (size_t i = 0; i < charts->count; i++) sj_chart_thin(charts->charts[i], points[k]);
    json_object_set_new(document, "charts", charts_of(charts, chosen));
    if (length_of(document) <= most_bytes) break;
  }
  free(title);
  free(chosen);
  close_source(&source);
  return document;
}

char *sj_document_text(const json_t *document) {
  char *const plain = json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
  if (!plain) return NULL;
  struct sj_text text = {0};
  for (const char *c = plain; *c;) {
    const size_t length = strcspn(c, "<");
    sj_text_add_bytes(&text, c, length);
    c += length;
    if (*c) sj_text_add(&text, "\\u003c");
    c += *c != 0;
  }
  free(plain);
  return text.data;
}
