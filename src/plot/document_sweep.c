/* What a sweep tells: which parameters matter, as far as their intervals say so, and where figures are least and
 * greatest. */
#include <math.h>
#include <stdlib.h>

#include "plot/document_parts.h"
#include "plot/varied_parts.h"

/* ---- which parameters matter ---- */

/* Shares lie in 0 to 1, whatever chance adds to an estimate. */
static double percent(double share) { return 100 * fmin(1, fmax(0, share)); }

/* Whether the axis has at most a twentieth of the variance, for sure. */
static bool is_idle(const struct sj_varied *varied, const char *metric, size_t axis) {
  return sj_varied_total(varied, metric, axis).high < 0.05;
}

/* Leaves those of `order` that may have the largest total index: whose interval reaches that of the first. Total
 * indices add up to at least 1, so that the largest of d is at least 1 / d. */
static size_t contenders(const struct sj_varied *varied, const char *metric, const size_t *order, size_t *chosen) {
  const struct sj_sensitivity top = sj_varied_total(varied, metric, order[0]);
  size_t count = 0;
  for (size_t k = 0; k < varied->axis_count; k++)
    if (k == 0 || !(sj_varied_total(varied, metric, order[k]).high < fmax(top.low, 1 / (double)varied->axis_count)))
      chosen[count++] = order[k];
  return count;
}

static void add_idle(const struct sj_varied *varied, const char *metric, const size_t *order, struct sj_text *text) {
  double most = 0;
  size_t count = 0;
  for (size_t k = 1; k < varied->axis_count; k++) {
    if (!is_idle(varied, metric, order[k])) continue;
    sj_text_add(text, "%s%s", count++ > 0 ? ", " : ". It hardly depends on ", varied->paths[order[k]]);
    most = fmax(most, sj_varied_total(varied, metric, order[k]).high);
  }
  if (count > 0) sj_text_add(text, " (at most %.0f %%%s)", fmax(1, ceil(percent(most))), count > 1 ? " each" : "");
}

/* One parameter has a larger part than any other. */
static void add_clear(const struct sj_varied *varied, const char *metric, const size_t *order, json_t *answers) {
  const struct sj_sensitivity total = sj_varied_total(varied, metric, order[0]),
                              first = sj_varied_first(varied, metric, order[0]);
  struct sj_text text = {0};
  sj_text_add(
      &text,
      "%s depends most on %s, which has a part in %.0f %% of its variance (95 %%: %.0f to %.0f %%) and explains "
      "%.0f %% by itself (%.0f to %.0f %%)",
      metric, varied->paths[order[0]], percent(total.value), percent(total.low), percent(total.high),
      percent(first.value), percent(first.low), percent(first.high));
  if (first.high < total.low) sj_text_add(&text, "; the rest of its part is together with others");
  add_idle(varied, metric, order, &text);
  sj_document_add_answer(answers, "plain", text.data);
}

/* It cannot be told which of the `count` chosen has the largest part. */
static void add_open(const struct sj_varied *varied, const char *metric, const size_t *order, const size_t *chosen,
                     size_t count, json_t *answers) {
  struct sj_text text = {0};
  sj_text_add(&text, "%s: which of ", metric);
  for (size_t k = 0; k < count; k++) {
    const struct sj_sensitivity total = sj_varied_total(varied, metric, chosen[k]);
    sj_text_add(&text, "%s%s (a part in %.0f to %.0f %%%s)",
                k == 0          ? ""
                : k + 1 < count ? ", "
                                : " and ",
                varied->paths[chosen[k]], percent(total.low), percent(total.high), k == 0 ? " of its variance" : "");
  }
  sj_text_add(&text, " matters most cannot be told from this sample");
  add_idle(varied, metric, order, &text);
  sj_document_add_answer(answers, "unsure", text.data);
}

/* Says what matters for a figure. Returns the axis that matters most, SIZE_MAX if several may: that is `open`. */
static size_t add_sensitivity(const struct sj_varied *varied, const char *metric, json_t *answers, json_t *open) {
  size_t *const order = sj_varied_by_total(varied, metric);
  size_t *const chosen = sj_allocate_array(varied->axis_count, sizeof *chosen);
  const size_t count = contenders(varied, metric, order, chosen), best = count == 1 ? order[0] : SIZE_MAX;
  if (count == 1)
    add_clear(varied, metric, order, answers);
  else
    add_open(varied, metric, order, chosen, count, open);
  free(chosen);
  free(order);
  return best;
}

/* For how many figures an axis matters most, and the first of them. */
struct winner {
  size_t wins;
  char *metric;
};

static char *sum_up(const struct sj_varied *varied, const struct winner *winners, size_t told) {
  struct sj_text text = {0};
  size_t known = 0;
  for (size_t axis = 0; axis < varied->axis_count; axis++) {
    const struct winner *const its = &winners[axis];
    if (its->wins == 0) continue;
    sj_text_add(&text, "%s%s%s", known > 0 ? ", " : "", varied->paths[axis], known > 0 ? "" : " matters most");
    known += its->wins;
    if (its->wins == told && told > 1)
      sj_text_add(&text, ", for all %zu figures", told);
    else if (its->wins == 1)
      sj_text_add(&text, " for %s", its->metric);
    else
      sj_text_add(&text, " for %zu figures", its->wins);
  }
  if (known == 0) sj_text_add(&text, "Which parameter matters most cannot be told from this sample");
  if (known > 0 && known < told) sj_text_add(&text, "; for %zu of %zu figures it cannot be told", told - known, told);
  return text.data;
}

/* A sentence for each figure, first those of which something can be said. Returns what they have in common, a new
 * string; NULL: there are no indices. */
static char *add_sensitivities(const struct sj_varied *varied, json_t *answers) {
  struct winner *const winners = sj_allocate_array(varied->axis_count, sizeof *winners);
  size_t told = 0;
  json_t *const open = json_array();
  const size_t count = varied->axis_count > 1 ? sj_varied_index_count(varied) : 0;
  for (size_t i = 0; i < count; i++) {
    char *const metric = sj_varied_indexed(varied, i);
    if (!isnan(sj_varied_total(varied, metric, 0).value)) {
      const size_t most = add_sensitivity(varied, metric, answers, open);
      told++;
      if (most != SIZE_MAX && winners[most].wins++ == 0) winners[most].metric = sj_copy_string(metric);
    }
    free(metric);
  }
  json_array_extend(answers, open);
  json_decref(open);
  char *const headline = told > 0 ? sum_up(varied, winners, told) : NULL;
  for (size_t axis = 0; axis < varied->axis_count; axis++) free(winners[axis].metric);
  free(winners);
  return headline;
}

/* ---- where figures are least and greatest ---- */

static void add_extremes(const struct sj_document_source *source, json_t *answers) {
  const struct sj_varied *const varied = source->varied;
  for (size_t m = 0; m < source->results[0]->metric_count; m++) {
    const char *const metric = source->results[0]->metrics[m].name;
    size_t least = SIZE_MAX, greatest = SIZE_MAX;
    if (!sj_varied_wants(metric)) continue;
    double *const figures = sj_varied_figures(varied, metric);
    for (size_t i = 0; i < source->count; i++) {
      if (!isfinite(figures[i])) continue;
      if (least == SIZE_MAX || figures[i] < figures[least]) least = i;
      if (greatest == SIZE_MAX || figures[i] > figures[greatest]) greatest = i;
    }
    free(figures);
    if (least == greatest) continue;
    char *const low = sj_document_figure(source->results[least], metric), *const at_low =
                                                                              sj_varied_point_text(varied, least);
    char *const high = sj_document_figure(source->results[greatest], metric), *const at_high = sj_varied_point_text(
                                                                                  varied, greatest);
    sj_document_add_answer(answers, "plain",
                           sj_format("%s goes from %s (%s) to %s (%s)", metric, low, at_low, high, at_high));
    free(low);
    free(high);
    free(at_low);
    free(at_high);
  }
}

char *sj_document_add_sweep(const struct sj_document_source *source, json_t *answers) {
  const struct sj_varied *const varied = source->varied;
  struct sj_text paths = {0};
  for (size_t axis = 0; axis < varied->axis_count; axis++)
    sj_text_add(&paths, "%s%s", axis > 0 ? ", " : "", varied->paths[axis]);
  char *const matters = add_sensitivities(varied, answers);
  add_extremes(source, answers);
  char *const headline = matters
                             ? sj_format("%s (%zu points of %s)", matters, source->count, paths.data)
                             : sj_format("%zu point%s of %s", source->count, source->count == 1 ? "" : "s", paths.data);
  free(matters);
  free(paths.data);
  return headline;
}
