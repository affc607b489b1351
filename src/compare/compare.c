#include "sojourn/compare.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/base.h"
#include "model/model.h"
#include "results/results.h"
#include "stats/moments.h"
#include "stats/paired.h"

static const double level = 0.95;

static struct sj_figure figure_of(const struct sj_results *results, const char *metric) {
  const size_t index = sj_results_find(results, metric);
  return index == SIZE_MAX ? (struct sj_figure){NAN, NAN} : sj_results_figure(results, index);
}

static const struct sj_difference no_difference = {
    .absolute = {NAN, NAN}, .relative = {NAN, NAN}, .p = NAN, .adjusted_p = NAN};

/* The figures of the runs that both have: `x` and `base` have room for as many as the first has. */
static size_t pair_up(const struct sj_results *a, size_t metric_a, const struct sj_results *b, size_t metric_b,
                      double *x, double *base) {
  size_t count = 0;
  for (size_t i = 0, j = 0; i < a->run_count && j < b->run_count;) {
    const uint64_t m = a->runs[i].number, n = b->runs[j].number;
    if (m == n) {
      x[count] = a->runs[i].values[metric_a];
      base[count++] = b->runs[j].values[metric_b];
    }
    i += m <= n;
    j += n <= m;
  }
  return count;
}

/* A run in which nothing is random needs no second one to be sure. */
static bool is_exact(const struct sj_alternative *alternative) {
  return alternative->model && alternative->model->run.nothing_random;
}

static struct sj_difference difference_of(const struct sj_alternative *a, const struct sj_alternative *b,
                                          const char *metric) {
  struct sj_difference difference = no_difference;
  if (isnan(figure_of(a->results, metric).value) || isnan(figure_of(b->results, metric).value)) return difference;
  double *const x = sj_allocate_array(2 * a->results->run_count, sizeof *x), *const base = x + a->results->run_count;
  difference.pairs = pair_up(a->results, sj_results_find(a->results, metric), b->results,
                             sj_results_find(b->results, metric), x, base);
  const struct sj_paired paired = sj_paired_compare(x, base, difference.pairs, level);
  free(x);
  difference.absolute = (struct sj_figure){paired.difference, paired.half_width};
  difference.relative = (struct sj_figure){paired.ratio, paired.ratio_half_width};
  difference.p = paired.p;
  if (difference.pairs == 1 && is_exact(a) && is_exact(b)) difference.p = paired.difference == 0 ? 1 : 0;
  return difference;
}

/* Corrects the differences that were made together; `stride` bytes lie between one and the next. */
static void correct(struct sj_difference *first, size_t count, size_t stride) {
  double *const p = sj_allocate_array(count, sizeof *p);
  for (size_t i = 0; i < count; i++) p[i] = ((struct sj_difference *)(void *)((char *)first + i * stride))->p;
  sj_holm(p, count);
  for (size_t i = 0; i < count; i++) {
    struct sj_difference *const difference = (struct sj_difference *)(void *)((char *)first + i * stride);
    difference->adjusted_p = p[i];
    difference->distinguishable = p[i] < 1 - level;
  }
  free(p);
}

static bool is_better(double a, double b, enum sj_direction direction) {
  return direction == SJ_HIGH_IS_GOOD ? a > b : a < b;
}

void sj_compare_rank(const struct sj_alternative *alternatives, size_t count, const char *metric,
                     enum sj_direction direction, struct sj_rank *ranks) {
  for (size_t i = 0; i < count; i++) {
    const struct sj_rank rank = {
        .alternative = i, .figure = figure_of(alternatives[i].results, metric), .above = no_difference};
    size_t place = i;
    while (place > 0 && (is_better(rank.figure.value, ranks[place - 1].figure.value, direction) ||
                         (isnan(ranks[place - 1].figure.value) && !isnan(rank.figure.value)))) {
      ranks[place] = ranks[place - 1];
      place--;
    }
    ranks[place] = rank;
  }
  for (size_t i = 1; i < count; i++)
    ranks[i].above =
        difference_of(&alternatives[ranks[i].alternative], &alternatives[ranks[i - 1].alternative], metric);
  if (count > 1) correct(&ranks[1].above, count - 1, sizeof *ranks);
}

void sj_compare_against(const struct sj_alternative *alternatives, size_t count, const char *metric, size_t base,
                        struct sj_difference *differences) {
  for (size_t i = 0; i < count; i++)
    differences[i] = i == base ? no_difference : difference_of(&alternatives[i], &alternatives[base], metric);
  correct(differences, count, sizeof *differences);
}

/* Of every run to the one number that holds. Roundings alone are no difference. */
static struct sj_difference difference_to(const struct sj_results *results, size_t metric, double exact) {
  struct sj_difference difference = no_difference;
  const size_t count = results->run_count;
  double *const x = sj_allocate_array(2 * count + 1, sizeof *x), *const base = x + count;
  for (size_t i = 0; i < count; i++) {
    x[i] = results->runs[i].values[metric];
    base[i] = fabs(x[i] - exact) <= 1e-12 * fabs(exact) ? x[i] : exact;
  }
  const struct sj_paired paired = sj_paired_compare(x, base, count, level);
  free(x);
  difference.pairs = count;
  difference.absolute = (struct sj_figure){paired.difference, paired.half_width};
  difference.relative = (struct sj_figure){paired.ratio, paired.ratio_half_width};
  bool seen = exact == 0;
  for (size_t i = 0; i < count; i++) seen = seen || results->runs[i].values[metric] != 0;
  difference.p = seen ? paired.p : (double)NAN;
  return difference;
}

size_t sj_compare_engines(const struct sj_results *simulated, const struct sj_results *solved,
                          struct sj_agreement *agreements) {
  size_t count = 0;
  for (size_t i = 0; i < simulated->metric_count; i++) {
    const struct sj_figure figure = sj_results_figure(simulated, i);
    const double exact = sj_results_value(solved, simulated->metrics[i].name);
    if (isnan(figure.value) || !isfinite(exact)) continue;
    agreements[count++] = (struct sj_agreement){.metric = simulated->metrics[i].name,
                                                .simulated = figure,
                                                .solved = exact,
                                                .difference = difference_to(simulated, i, exact)};
  }
  if (count) correct(&agreements[0].difference, count, sizeof *agreements);
  return count;
}

/* Oriented so that small is good. */
static double reasonably_bad_run(const struct sj_results *results, const struct sj_criterion *criterion) {
  const size_t metric = sj_results_find(results, criterion->metric);
  if (metric == SIZE_MAX || isnan(sj_results_figure(results, metric).value)) return NAN;
  struct sj_moments moments = {0};
  for (size_t i = 0; i < results->run_count; i++) sj_moments_add(&moments, results->runs[i].values[metric]);
  const double mean = sj_moments_mean(&moments), deviation = moments.count > 1 ? sj_moments_std(&moments) : 0;
  return criterion->direction == SJ_HIGH_IS_GOOD ? deviation - mean : mean + deviation;
}

void sj_compare_score(const struct sj_alternative *alternatives, size_t count, const struct sj_criterion *criteria,
                      size_t criterion_count, int *points, int *totals) {
  double *const figures = sj_allocate_array(count, sizeof *figures);
  int *const fifths = sj_allocate_array(count, sizeof *fifths);
  for (size_t i = 0; i < count; i++) totals[i] = 0;
  for (size_t c = 0; c < criterion_count; c++) {
    for (size_t i = 0; i < count; i++) figures[i] = reasonably_bad_run(alternatives[i].results, &criteria[c]);
    sj_quintiles(figures, count, fifths);
    for (size_t i = 0; i < count; i++) {
      points[i * criterion_count + c] = fifths[i] ? 6 - fifths[i] : 0;
      totals[i] += points[i * criterion_count + c];
    }
  }
  free(figures);
  free(fifths);
}
