/* Whether the simulation and the chain agree: which figures do, which do not, and by how much. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/document_parts.h"
#include "plot/engines.h"
#include "plot/ticks.h"
#include "plot/units.h"
#include "results/table.h"

/* How a figure fares. */
enum fate { WITHIN, OUTSIDE, DIFFERS, UNSEEN };

static enum fate fate_of(const struct sj_agreement *agreement) {
  if (agreement->difference.distinguishable) return DIFFERS;
  if (isnan(agreement->difference.p)) return UNSEEN;
  return fabs(sj_engines_half_widths(agreement)) > 1 ? OUTSIDE : WITHIN;
}

static size_t count_of(const struct sj_document_source *source, enum fate fate) {
  size_t count = 0;
  for (size_t i = 0; i < source->agreement_count; i++) count += fate_of(&source->agreements[i]) == fate;
  return count;
}

/* "+1.5 %, 2.3 half widths of the interval". */
static void add_distance(const struct sj_agreement *agreement, struct sj_text *text) {
  const double relative = agreement->difference.relative.value, widths = sj_engines_half_widths(agreement);
  char number[48];
  sj_short_text(fabs(100 * relative), number);
  if (isfinite(relative)) sj_text_add(text, "%s%s %%", relative < 0 ? "−" : "+", number);
  if (isfinite(widths)) sj_text_add(text, "%s%.1f half widths", isfinite(relative) ? ", " : "", fabs(widths));
}

static void add_names(const struct sj_document_source *source, enum fate fate, bool distances, struct sj_text *text) {
  size_t count = 0;
  for (size_t i = 0; i < source->agreement_count; i++) {
    const struct sj_agreement *const its = &source->agreements[i];
    if (fate_of(its) != fate) continue;
    sj_text_add(text, "%s%s", count++ > 0 ? ", " : "", its->metric);
    if (!distances) continue;
    sj_text_add(text, " (");
    add_distance(its, text);
    sj_text_add(text, ")");
  }
}

static void add_differing(const struct sj_document_source *source, const struct sj_agreement *its, json_t *answers) {
  char solved[32], none[32], unit[SJ_UNIT_LENGTH];
  struct sj_text text = {0};
  char *const simulated = sj_document_figure(source->results[0], its->metric);
  sj_figure_text((struct sj_figure){its->solved, NAN}, 1, solved, none);
  sj_metric_unit(its->metric, source->results[0]->time_unit, unit);
  sj_text_add(&text, "%s differs: simulated %s, solved %s%s%s: ", its->metric, simulated, solved,
              *unit && strcmp(unit, "share") != 0 ? " " : "", strcmp(unit, "share") != 0 ? unit : "");
  add_distance(its, &text);
  sj_document_add_answer(answers, "bad", text.data);
  free(simulated);
}

static int farther_first(const void *a, const void *b) {
  const struct sj_agreement *const x = *(const struct sj_agreement *const *)a, *const y = *(
                                                                                   const struct sj_agreement *const *)b;
  const double its = fabs(sj_engines_half_widths(x)), other = fabs(sj_engines_half_widths(y));
  if (its != other) return its > other || isnan(other) ? -1 : 1;
  return strcmp(x->metric, y->metric);
}

static void add_all_differing(const struct sj_document_source *source, json_t *answers) {
  const struct sj_agreement **const list = sj_allocate_array(source->agreement_count + 1, sizeof *list);
  size_t count = 0;
  for (size_t i = 0; i < source->agreement_count; i++)
    if (fate_of(&source->agreements[i]) == DIFFERS) list[count++] = &source->agreements[i];
  qsort(list, count, sizeof *list, farther_first);
  for (size_t i = 0; i < count; i++) add_differing(source, list[i], answers);
  free(list);
}

/* How small a difference could have been seen at all. */
static void add_sight(const struct sj_document_source *source, json_t *answers) {
  const struct sj_agreement *best = NULL, *worst = NULL;
  double least = INFINITY, most = 0;
  for (size_t i = 0; i < source->agreement_count; i++) {
    const struct sj_agreement *const its = &source->agreements[i];
    const double share = its->simulated.ci95 / fabs(its->solved);
    if (fate_of(its) == UNSEEN || !isfinite(share)) continue;
    if (share < least) best = its;
    if (share > most) worst = its;
    least = fmin(least, share);
    most = fmax(most, share);
  }
  if (!best || !worst || best == worst) return;
  char low[48], high[48];
  sj_short_text(100 * least, low);
  sj_short_text(100 * most, high);
  sj_document_add_answer(answers, "plain",
                         sj_format("What is smaller than the interval is not seen: from %s %% of the figure (%s) to %s "
                                   "%% (%s). More runs see more",
                                   low, best->metric, high, worst->metric));
}

static size_t servers_of(const struct sj_document_source *source) {
  return json_array_size(json_object_get(source->model, "servers"));
}

static void add_fate(const struct sj_document_source *source, enum fate fate, const char *state, const char *words,
                     bool distances, json_t *answers) {
  const size_t count = count_of(source, fate);
  if (count == 0) return;
  struct sj_text text = {0};
  sj_text_add(&text, "%zu figure%s %s: ", count, count == 1 ? "" : "s", words);
  add_names(source, fate, distances, &text);
  sj_document_add_answer(answers, state, text.data);
}

char *sj_document_add_engines(const struct sj_document_source *source, json_t *answers, const char **state) {
  const size_t differing = count_of(source, DIFFERS), unseen = count_of(source, UNSEEN);
  const size_t tested = source->agreement_count - unseen;
  add_all_differing(source, answers);
  add_fate(source, WITHIN, "good", "within the 95 % interval of the simulation", false, answers);
  add_fate(source, OUTSIDE, "plain",
           "outside of it (one in twenty is expected there), not far enough to be told from chance among so many looks",
           true, answers);
  if (source->results[0]->run_count > 1)
    add_fate(source, UNSEEN, "unsure", "never seen in the simulation, maybe too rare", false, answers);
  if (differing > 0 && sj_engines_may_calibrate(source->agreements, source->agreement_count, servers_of(source)))
    sj_document_add_answer(answers, "plain", sj_copy_string(sj_engines_calibrate_note));
  add_sight(source, answers);
  *state = differing > 0 ? "bad" : tested > 0 ? "good" : "unsure";
  if (source->agreement_count == 0) return sj_copy_string("The engines have no figure in common");
  if (tested == 0) return sj_copy_string("Nothing can be told from one run: how much it scatters is not known");
  if (differing == 0) return sj_format("All %zu figures agree, as far as these runs can tell", tested);
  return sj_format("%zu of %zu figures differ by more than chance", differing, tested);
}
