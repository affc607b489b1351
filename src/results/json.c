#include "results/json.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "stats/interval.h"

/* Length of the UTF-8 sequence that `s` begins with, 0 if it is none (RFC 3629: no overlong forms, no surrogates, at
 * most U+10FFFF). */
static size_t utf8_length(const unsigned char *s) {
  if (s[0] < 0x80) return 1;
  const size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
  if (s[0] < 0xc2 || s[0] > 0xf4) return 0;
  for (size_t i = 1; i < length; i++)
    if ((s[i] & 0xc0) != 0x80) return 0;
  if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f)) return 0;
  if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f)) return 0;
  return length;
}

static char *valid_utf8(const char *text) {
  struct sj_text valid = {0};
  sj_text_add_bytes(&valid, "", 0);
  while (*text) {
    const size_t length = utf8_length((const unsigned char *)text);
    if (length > 0)
      sj_text_add_bytes(&valid, text, length);
    else
      sj_text_add_bytes(&valid, "\xef\xbf\xbd", 3);
    text += length > 0 ? length : 1;
  }
  return valid.data;
}

json_t *sj_json_string(const char *text) {
  if (!text) return json_null();
  char *const valid = valid_utf8(text);
  json_t *const string = json_string(valid);
  free(valid);
  return string;
}

json_t *sj_json_number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

/* The seed and counts of events, which are unsigned. */
json_t *sj_json_whole(uint64_t x) {
  if (x <= INT64_MAX) return json_integer((json_int_t)x);
  char digits[32];
  snprintf(digits, sizeof digits, "%llu", (unsigned long long)x);
  return json_string(digits);
}

int sj_json_set(json_t *object, const char *name, json_t *value) {
  char *const valid = valid_utf8(name);
  const int failed = json_object_set_new(object, valid, value);
  free(valid);
  return failed;
}

/* Solved, not sampled: each metric has one value, and no interval. */
static bool is_exact(const struct sj_results *results) { return strcmp(results->engine, "solve") == 0; }

static json_t *exact_metric(const struct sj_results *results, size_t index) {
  const struct sj_exact_figure exact = sj_results_exact(results, index);
  const double value = sj_results_figure(results, index).value;
  json_t *const object = json_object();
  int failed = sj_json_set(object, "value", exact.word ? sj_json_string(exact.word) : sj_json_number(value));
  if (!isnan(exact.log10)) failed |= sj_json_set(object, "log10", sj_json_number(exact.log10));
  if (!isnan(exact.error)) failed |= sj_json_set(object, "error", sj_json_number(exact.error));
  if (exact.doubtful) failed |= sj_json_set(object, "doubtful", json_true());
  if (!failed) return object;
  json_decref(object);
  return NULL;
}

static json_t *metric(const struct sj_results *results, size_t index) {
  if (is_exact(results)) return exact_metric(results, index);
  const struct sj_figure figure = sj_results_figure(results, index);
  json_t *const object = json_object();
  const bool suppressed = results->metrics[index].suppressed;
  int failed = sj_json_set(object, "value", sj_json_number(figure.value));
  json_t *const runs = json_array();
  for (size_t i = 0; i < results->run_count; i++)
    failed |= json_array_append_new(runs, sj_json_number(suppressed ? (double)NAN : results->runs[i].values[index]));
  failed |= sj_json_set(object, "ci95", sj_json_number(figure.ci95));
  failed |= sj_json_set(object, "runs", runs);
  if (!failed) return object;
  json_decref(object);
  return NULL;
}

json_t *sj_results_json_metrics(const struct sj_results *results) {
  json_t *const metrics = json_object();
  int failed = 0;
  for (size_t i = 0; i < results->metric_count; i++)
    failed |= sj_json_set(metrics, results->metrics[i].name, metric(results, i));
  if (!failed) return metrics;
  json_decref(metrics);
  return NULL;
}

/* The mean over the runs that have a value at `cell`, and its interval. */
static struct sj_figure series_figure(const struct sj_results *results, size_t index, size_t cell, double *scratch) {
  size_t count = 0;
  for (size_t i = 0; i < results->run_count; i++) {
    const double value = results->runs[i].series[index * results->grid_count + cell];
    if (!isnan(value)) scratch[count++] = value;
  }
  struct sj_figure figure;
  sj_interval(scratch, count, 0.95, &figure.value, &figure.ci95);
  return figure;
}

static json_t *one_series(const struct sj_results *results, size_t index) {
  json_t *const object = json_object(), *const values = json_array(),
                *const intervals = is_exact(results) ? NULL : json_array();
  double *const scratch = sj_allocate_array(results->run_count, sizeof *scratch);
  int failed = sj_json_set(object, "unit", sj_json_string(results->series[index].unit));
  failed |= sj_json_set(object, "start", sj_json_number(results->grid_start));
  failed |= sj_json_set(object, "step", sj_json_number(results->grid_step));
  for (size_t cell = 0; cell < results->grid_count; cell++) {
    const struct sj_figure figure = series_figure(results, index, cell, scratch);
    failed |= json_array_append_new(values, sj_json_number(figure.value));
    if (intervals) failed |= json_array_append_new(intervals, sj_json_number(figure.ci95));
  }
  free(scratch);
  failed |= sj_json_set(object, "values", values);
  if (intervals) failed |= sj_json_set(object, "ci95", intervals);
  if (!failed) return object;
  json_decref(object);
  return NULL;
}

json_t *sj_results_json_series(const struct sj_results *results) {
  json_t *const series = json_object();
  int failed = 0;
  for (size_t i = 0; i < results->series_count; i++)
    failed |= sj_json_set(series, results->series[i].name, one_series(results, i));
  if (!failed) return series;
  json_decref(series);
  return NULL;
}

json_t *sj_results_json(const struct sj_results *results, const char *command) {
  uint64_t events = 0;
  for (size_t i = 0; i < results->run_count; i++) events += results->runs[i].events;
  json_t *const notes = json_array(), *const document = json_object();
  int failed = 0;
  for (size_t i = 0; i < results->note_count; i++)
    failed |= json_array_append_new(notes, sj_json_string(results->notes[i]));
  failed |= sj_json_set(document, "sojourn", json_string(SJ_VERSION));
  failed |= sj_json_set(document, "command", sj_json_string(command ? command : results->engine));
  failed |= sj_json_set(document, "model", sj_json_string(results->model));
  failed |= sj_json_set(document, "scenario", sj_json_string(results->scenario));
  failed |= sj_json_set(document, "seed", sj_json_whole(results->seed));
  failed |= sj_json_set(document, "runs", sj_json_whole(results->run_count));
  failed |= sj_json_set(document, "partial", json_boolean(results->partial));
  failed |= sj_json_set(document, "wall_seconds", sj_json_number(results->wall_seconds));
  failed |= sj_json_set(document, "events", sj_json_whole(events));
  failed |= sj_json_set(document, "time_unit", sj_json_string(results->time_unit));
  failed |= sj_json_set(document, "duration", sj_json_number(results->duration));
  failed |= sj_json_set(document, "warmup", sj_json_number(results->warmup));
  failed |= sj_json_set(document, "drain", sj_json_number(results->drain));
  failed |= sj_json_set(document, "notes", notes);
  failed |= sj_json_set(document, "metrics", sj_results_json_metrics(results));
  const bool forgotten = results->run_count > 0 && !results->runs[0].series;
  if (results->series_count > 0 && !forgotten)
    failed |= sj_json_set(document, "series", sj_results_json_series(results));
  if (results->picture) failed |= sj_json_set(document, "picture", json_loads(results->picture, 0, NULL));
  if (!failed) return document;
  json_decref(document);
  return NULL;
}

/* How deep containers nest below `value`, counted up to 3. */
/* NOLINTNEXTLINE(misc-no-recursion): JSON nests */
static int height(const json_t *value) {
  int most = 0;
  const char *name;
  json_t *child;
  size_t i;
  json_object_foreach((json_t *)value, name, child) {
    const int below = height(child);
    if (below > most) most = below;
    if (most >= 2) return 3;
  }
  json_array_foreach((json_t *)value, i, child) {
    const int below = height(child);
    if (below > most) most = below;
    if (most >= 2) return 3;
  }
  return json_is_object(value) || json_is_array(value) ? most + 1 : 0;
}

static int add_to_text(const char *bytes, size_t length, void *text) {
  sj_text_add_bytes(text, bytes, length);
  return 0;
}

static int add_compact(const json_t *value, struct sj_text *text) {
  return json_dump_callback(value, add_to_text, text, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
}

/* NOLINTNEXTLINE(misc-no-recursion): JSON nests */
static int add_indented(const json_t *value, int indent, struct sj_text *text) {
  if (height(value) <= 2 && indent > 0) return add_compact(value, text);
  int failed = 0;
  const char *name, *separator = "";
  json_t *child;
  size_t i;
  sj_text_add(text, json_is_object(value) ? "{" : "[");
  json_object_foreach((json_t *)value, name, child) {
    sj_text_add(text, "%s\n%*s", separator, indent + 2, "");
    json_t *const key = json_string(name);
    failed |= !key || add_compact(key, text);
    json_decref(key);
    sj_text_add(text, ": ");
    failed |= add_indented(child, indent + 2, text);
    separator = ",";
  }
  json_array_foreach((json_t *)value, i, child) {
    sj_text_add(text, "%s\n%*s", separator, indent + 2, "");
    failed |= add_indented(child, indent + 2, text);
    separator = ",";
  }
  sj_text_add(text, "\n%*s%s", indent, "", json_is_object(value) ? "}" : "]");
  return failed;
}

char *sj_json_text(const json_t *document) {
  struct sj_text text = {0};
  if (add_indented(document, 0, &text)) {
    free(text.data);
    return NULL;
  }
  sj_text_add(&text, "\n");
  return text.data;
}
