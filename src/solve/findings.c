#include "solve/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "results/results.h"

static char *formatted(const char *format, va_list arguments) {
  char *text = NULL;
  return vasprintf(&text, format, arguments) < 0 ? sj_copy_string("") : text;
}

/* A new figure; there are few. */
static struct sj_finding *append(struct sj_findings *findings, char *name) {
  if (findings->count == findings->capacity) {
    findings->capacity = findings->capacity > 0 ? 2 * findings->capacity : 64;
    findings->list = sj_reallocate_array(findings->list, findings->capacity, sizeof *findings->list);
  }
  struct sj_finding *const finding = &findings->list[findings->count++];
  *finding = (struct sj_finding){.value = NAN, .error = NAN, .log10 = NAN};
  finding->name = name;
  return finding;
}

void sj_findings_add(struct sj_findings *findings, double value, double error, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  struct sj_finding *const finding = append(findings, formatted(format, arguments));
  va_end(arguments);
  finding->value = value;
  finding->error = error;
}

void sj_findings_add_scaled(struct sj_findings *findings, struct sj_scaled value, double relative_error,
                            const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  struct sj_finding *const finding = append(findings, formatted(format, arguments));
  va_end(arguments);
  finding->value = sj_scaled_double(value);
  if (isfinite(finding->value)) finding->error = relative_error * fabs(finding->value);
  if (value.fraction != 0) finding->log10 = sj_scaled_log10(value);
}

void sj_findings_add_word(struct sj_findings *findings, const char *word, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  struct sj_finding *const finding = append(findings, formatted(format, arguments));
  va_end(arguments);
  finding->word = sj_copy_string(word);
}

void sj_findings_note(struct sj_findings *findings, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  findings->notes = sj_reallocate_array(findings->notes, findings->note_count + 1, sizeof *findings->notes);
  findings->notes[findings->note_count++] = formatted(format, arguments);
  va_end(arguments);
}

double *sj_findings_add_series(struct sj_findings *findings, const char *unit, const char *format, ...) {
  double *const values = malloc((findings->points > 0 ? findings->points : 1) * sizeof *values);
  if (!values) return NULL;
  for (size_t i = 0; i < findings->points; i++) values[i] = NAN;
  va_list arguments;
  va_start(arguments, format);
  char *const name = formatted(format, arguments);
  va_end(arguments);
  findings->series = sj_reallocate_array(findings->series, findings->series_count + 1, sizeof *findings->series);
  findings->series[findings->series_count++] =
      (struct sj_finding_series){.name = name, .unit = sj_copy_string(unit), .values = values};
  return values;
}

void sj_findings_clear(struct sj_findings *findings) {
  for (size_t i = 0; i < findings->count; i++) {
    free(findings->list[i].name);
    free(findings->list[i].word);
  }
  for (size_t i = 0; i < findings->series_count; i++) {
    free(findings->series[i].name);
    free(findings->series[i].unit);
    free(findings->series[i].values);
  }
  for (size_t i = 0; i < findings->note_count; i++) free(findings->notes[i]);
  free(findings->list);
  free(findings->series);
  free(findings->notes);
  free(findings->picture);
  *findings = (struct sj_findings){0};
}

static bool add_columns(const struct sj_findings *findings, struct sj_results *results) {
  bool ok = true;
  for (size_t i = 0; i < findings->count && ok; i++)
    ok = sj_results_add_metric(results, findings->list[i].name, SJ_REDUCE_MEAN);
  for (size_t i = 0; i < findings->series_count && ok; i++)
    ok = sj_results_add_series(results, findings->series[i].name, findings->series[i].unit);
  for (size_t i = 0; i < findings->note_count && ok; i++) ok = sj_results_add_note(results, "%s", findings->notes[i]);
  if (findings->picture && ok) {
    results->picture = strdup(findings->picture);
    ok = results->picture != NULL;
  }
  results->grid_start = 0;
  results->grid_step = findings->grid_step;
  results->grid_count = findings->points;
  return ok;
}

enum sj_status sj_findings_into_results(const struct sj_findings *findings, struct sj_results *results) {
  struct sj_run run = {0};
  bool ok = add_columns(findings, results) && sj_run_prepare(results, &run, 0) && sj_run_make_exact(results, &run);
  for (size_t i = 0; ok && i < findings->count; i++) {
    const struct sj_finding *const finding = &findings->list[i];
    run.values[i] = finding->value;
    run.exact[i] = (struct sj_exact){finding->error, finding->log10, finding->word ? strdup(finding->word) : NULL};
    ok = !finding->word || run.exact[i].word;
  }
  for (size_t s = 0; ok && s < findings->series_count; s++)
    memcpy(run.series + s * findings->points, findings->series[s].values, findings->points * sizeof *run.series);
  ok = ok && sj_results_add_run(results, &run);
  if (!ok) sj_run_clear(results, &run);
  return ok ? SJ_OK : SJ_NO_MEMORY;
}
