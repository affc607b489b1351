/* Before and after: is it a regression? */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "results/results.h"
#include "sojourn/compare.h"
#include "stats/paired.h"

static const double level = 0.95;

bool sj_compare_paired(const struct sj_results *before, const struct sj_results *after) {
  return !strcmp(before->engine, "simulate") && !strcmp(after->engine, "simulate") && before->seed == after->seed;
}

/* The figures of a metric in every run. */
static double *values_of(const struct sj_results *results, size_t metric) {
  double *const values = sj_allocate_array(results->run_count, sizeof *values);
  for (size_t i = 0; i < results->run_count; i++) values[i] = results->runs[i].values[metric];
  return values;
}

/* Moves the values of runs that both have to the front of each array; returns how many. */
static size_t pair_up(const struct sj_results *a, double *x, const struct sj_results *b, double *y) {
  size_t count = 0;
  for (size_t i = 0, j = 0; i < a->run_count && j < b->run_count;) {
    const uint64_t m = a->runs[i].number, n = b->runs[j].number;
    if (m == n) {
      x[count] = x[i];
      y[count++] = y[j];
    }
    i += m <= n;
    j += n <= m;
  }
  return count;
}

static double error_of(const struct sj_results *results, size_t metric) {
  const double error = sj_results_exact(results, metric).error;
  return isnan(error) ? 0 : error;
}

/* Both solved: the errors are the interval. */
static struct sj_paired exact_difference(const struct sj_results *before, size_t old, const struct sj_results *after,
                                         size_t now) {
  const double a = sj_results_figure(before, old).value, b = sj_results_figure(after, now).value;
  const double error = error_of(before, old) + error_of(after, now);
  return (struct sj_paired){.difference = b - a,
                            .half_width = error,
                            .ratio = a != 0 ? b / a - 1 : (double)NAN,
                            .ratio_half_width = a != 0 ? error / fabs(a) : (double)NAN,
                            .p = fabs(b - a) <= error ? 1 : 0};
}

static struct sj_paired difference_of(const struct sj_results *before, size_t old, const struct sj_results *after,
                                      size_t now, size_t *pairs) {
  *pairs = 0;
  if (!strcmp(before->engine, "solve") && !strcmp(after->engine, "solve"))
    return exact_difference(before, old, after, now);
  double *const x = values_of(before, old), *const y = values_of(after, now);
  struct sj_paired found;
  const bool paired = sj_compare_paired(before, after);
  if (paired) *pairs = pair_up(before, x, after, y);
  if (*pairs > 1 || (paired && *pairs == 1 && before->run_count == 1 && after->run_count == 1))
    found = sj_paired_compare(y, x, *pairs, level);
  else
    found = sj_unpaired_compare(y, after->run_count, x, before->run_count, level);
  free(x);
  free(y);
  return found;
}

struct sj_metric_change sj_compare_change(const struct sj_results *before, const struct sj_results *after,
                                          const char *metric, enum sj_direction direction) {
  const size_t old = sj_results_find(before, metric), now = sj_results_find(after, metric);
  const struct sj_figure none = {NAN, NAN};
  struct sj_metric_change change = {.metric = before->metrics[old].name,
                                    .direction = direction,
                                    .before = sj_results_figure(before, old),
                                    .after = now == SIZE_MAX ? none : sj_results_figure(after, now),
                                    .difference = {.absolute = none, .relative = none, .p = NAN, .adjusted_p = NAN},
                                    .outcome = SJ_OUTCOME_INCONCLUSIVE};
  if (isnan(change.before.value)) return change;
  change.vanished = now != SIZE_MAX && isnan(change.after.value) && after->metrics[now].suppressed;
  if (isnan(change.after.value)) return change;
  const struct sj_paired found = difference_of(before, old, after, now, &change.difference.pairs);
  change.difference.absolute = (struct sj_figure){found.difference, found.half_width};
  change.difference.relative = (struct sj_figure){found.ratio, found.ratio_half_width};
  change.difference.p = found.p;
  return change;
}

static enum sj_outcome judge(const struct sj_metric_change *change, struct sj_floor floor) {
  const struct sj_figure d = change->difference.absolute;
  if (change->vanished) return SJ_OUTCOME_WORSE;
  if (isnan(d.value) || isnan(d.ci95)) return SJ_OUTCOME_INCONCLUSIVE;
  const double allowed = fmax(floor.absolute, floor.relative * fabs(change->before.value));
  if (fabs(d.value) + d.ci95 <= allowed) return SJ_OUTCOME_SAME;
  if (fabs(d.value) <= d.ci95 || !change->difference.distinguishable || fabs(d.value) <= allowed)
    return d.value == 0 && d.ci95 == 0 ? SJ_OUTCOME_SAME : SJ_OUTCOME_INCONCLUSIVE;
  const bool good = change->direction == SJ_HIGH_IS_GOOD ? d.value > 0 : d.value < 0;
  return good ? SJ_OUTCOME_BETTER : SJ_OUTCOME_WORSE;
}

size_t sj_compare_judge(struct sj_metric_change *changes, size_t count, struct sj_floor floor) {
  double *const p = sj_allocate_array(count, sizeof *p);
  size_t worse = 0;
  for (size_t i = 0; i < count; i++) p[i] = changes[i].difference.p;
  sj_holm(p, count);
  for (size_t i = 0; i < count; i++) {
    struct sj_difference *const difference = &changes[i].difference;
    difference->adjusted_p = p[i];
    difference->distinguishable = p[i] < 1 - level;
    changes[i].outcome = judge(&changes[i], floor);
    worse += changes[i].outcome == SJ_OUTCOME_WORSE;
  }
  free(p);
  return worse;
}
