#include "cli/expectations.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "model/bound.h"
#include "results/json.h"
#include "results/table.h"

struct sj_checked sj_expectation_check(const struct sj_expectation *expectation, const struct sj_results *results) {
  struct sj_checked checked = {SJ_NOT_CHECKED, {NAN, NAN}, false, results->engine};
  const size_t metric = sj_results_find(results, expectation->metric);
  if (metric == SIZE_MAX) {
    /* A name that this engine gives, but not for this model and these options, has no value. */
    const bool given = strcmp(results->engine, "solve") == 0 ? expectation->solve : expectation->simulate;
    if (given) checked.verdict = SJ_NOT_MET;
    return checked;
  }
  checked.figure = sj_results_figure(results, metric);
  /* Comparisons with NAN are false: no value, not met. */
  checked.verdict =
      sj_bound_holds(checked.figure.value, expectation->comparison, expectation->bound) ? SJ_MET : SJ_NOT_MET;
  const double distance = fabs(checked.figure.value - expectation->bound);
  checked.uncertain = distance < checked.figure.ci95 || distance < sj_results_exact(results, metric).error;
  return checked;
}

static char *bound_text(const struct sj_expectation *expectation) {
  char bound[32];
  return sj_format("%s %s", sj_comparison_sign(expectation->comparison), sj_number_text(expectation->bound, bound));
}

static void add_figure(const struct sj_checked *checked, struct sj_text *line) {
  char value[32], half_width[32];
  sj_figure_text(checked->figure, 1, value, half_width);
  sj_text_add(line, " (it is %s%s%s%s)", value, *half_width ? " ± " : "", half_width,
              checked->uncertain ? ", which reaches across the bound" : "");
}

char *sj_expectation_line(const struct sj_expectation *expectation, const struct sj_checked *checked) {
  static const char *const words[] = {[SJ_MET] = "met", [SJ_NOT_MET] = "not met", [SJ_NOT_CHECKED] = "not checked"};
  struct sj_text line = {0};
  char *const text = bound_text(expectation);
  sj_text_add(&line, "expectation %s: %s %s", words[checked->verdict], expectation->metric, text);
  free(text);
  if (checked->verdict == SJ_NOT_CHECKED)
    sj_text_add(&line, " (%s does not give it)", checked->engine);
  else if (isnan(checked->figure.value))
    sj_text_add(&line, " (there is no such number here)");
  else
    add_figure(checked, &line);
  return line.data;
}

bool sj_expectations_report(const struct sj_model *model, const struct sj_results *results, FILE *all, FILE *unmet) {
  bool good = true;
  for (size_t i = 0; i < model->expectation_count; i++) {
    const struct sj_checked checked = sj_expectation_check(&model->expectations[i], results);
    char *const line = sj_expectation_line(&model->expectations[i], &checked);
    if (all) fprintf(all, "%s\n", line);
    if (checked.verdict == SJ_NOT_MET) {
      good = false;
      if (unmet) fprintf(unmet, "sojourn: %s\n", line);
    }
    free(line);
  }
  return good;
}

json_t *sj_expectations_json(const struct sj_model *model, const struct sj_results *results) {
  json_t *const list = json_array();
  for (size_t i = 0; i < model->expectation_count; i++) {
    const struct sj_expectation *const expectation = &model->expectations[i];
    const struct sj_checked checked = sj_expectation_check(expectation, results);
    char *const bound = bound_text(expectation);
    json_t *const entry = json_object();
    json_object_set_new(entry, "metric", sj_json_string(expectation->metric));
    json_object_set_new(entry, "expected", sj_json_string(bound));
    json_object_set_new(entry, "value", sj_json_number(checked.figure.value));
    json_object_set_new(entry, "met",
                        checked.verdict == SJ_NOT_CHECKED ? json_null() : json_boolean(checked.verdict == SJ_MET));
    json_object_set_new(entry, "uncertain", json_boolean(checked.uncertain));
    json_array_append_new(list, entry);
    free(bound);
  }
  return list;
}
