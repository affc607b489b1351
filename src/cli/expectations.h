/* What the model's `expect { … }` says of results. */
#ifndef SJ_CLI_EXPECTATIONS_H
#define SJ_CLI_EXPECTATIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "model/model.h"
#include "results/results.h"

enum sj_verdict {
  SJ_MET,
  SJ_NOT_MET,    /* the value says so, or there is no value */
  SJ_NOT_CHECKED /* this engine does not give the metric */
};

/* How one expectation fares. */
struct sj_checked {
  enum sj_verdict verdict;
  struct sj_figure figure; /* NANs if there is none */
  bool uncertain;          /* the bound lies inside the 95 % interval: another seed may say otherwise; or, of what was
                              solved, inside the error */
  const char *engine;      /* of the results, which it belongs to */
};
struct sj_checked sj_expectation_check(const struct sj_expectation *expectation, const struct sj_results *results);
/* "expectation met: web.failed == 0 (it is 0)", as a new string. */
char *sj_expectation_line(const struct sj_expectation *expectation, const struct sj_checked *checked);

/* Checks all of them; true if none is unmet. Prints a line each to `all`, and those not met to `unmet`; NULL: nowhere.
 */
bool sj_expectations_report(const struct sj_model *model, const struct sj_results *results, FILE *all, FILE *unmet);

/* The same for the JSON document: [{ "metric", "expected": "< 0.5", "value", "met": true, false or null (not checked),
 * "uncertain" }, ...]. */
json_t *sj_expectations_json(const struct sj_model *model, const struct sj_results *results);

#endif
