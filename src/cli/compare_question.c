/* What is to be compared, by what. */
#include <stdlib.h>
#include <string.h>

#include "cli/compare.h"
#include "model/metrics.h"
#include "model/model.h"

/* ---- scenarios ---- */

static size_t find_name(const struct sj_contest *c, const char *name) {
  for (size_t i = 0; i < c->count; i++)
    if (!strcmp(c->names[i], name)) return i;
  return SIZE_MAX;
}

/* Complains about a name that is none of the chosen. */
static enum sj_status unknown_scenario(const struct sj_contest *c, const char *option, const char *name,
                                       struct sj_error *error) {
  const char **const candidates = sj_allocate_array(c->count + 1, sizeof *candidates);
  for (size_t i = 0; i < c->count; i++) candidates[i] = c->names[i];
  const char *const nearest = sj_nearest(name, candidates);
  free(candidates);
  if (nearest)
    return sj_error_set(error, SJ_INVALID, "%s \"%s\": there is no such scenario; did you mean \"%s\"?", option, name,
                        nearest);
  sj_error_set(error, SJ_INVALID, "%s \"%s\": there is no such scenario; there are:", option, name);
  for (size_t i = 0; i < c->count; i++) sj_error_add(error, "  \"%s\"", c->names[i]);
  return SJ_INVALID;
}

static bool is_asked_for(const struct sj_options *options, const char *name) {
  if (!options->scenario_count) return true;
  for (size_t i = 0; i < options->scenario_count; i++)
    if (!strcmp(options->scenarios[i], name)) return true;
  return false;
}

enum sj_status sj_contest_choose(struct sj_contest *c, struct sj_error *error) {
  const struct sj_options *const options = c->options;
  const size_t all = sj_model_scenario_count(c->common);
  if (!all)
    return sj_error_set(error, SJ_INVALID,
                        "%s has no scenarios to compare; scenario(\"NAME\", function() ... end) makes one",
                        options->file);
  c->names = sj_allocate_array(all, sizeof *c->names);
  for (size_t i = 0; i < all; i++) c->names[i] = sj_model_scenario_name(c->common, i);
  c->count = all;
  for (size_t i = 0; i < options->scenario_count; i++) {
    const char *const name = options->scenarios[i];
    if (find_name(c, name) == SIZE_MAX) return unknown_scenario(c, "--scenario", name, error);
    for (size_t j = 0; j < i; j++)
      if (!strcmp(options->scenarios[j], name))
        return sj_error_set(error, SJ_INVALID, "--scenario \"%s\" was given twice", name);
  }
  c->count = 0;
  for (size_t i = 0; i < all; i++)
    if (is_asked_for(options, c->names[i])) c->names[c->count++] = c->names[i];
  c->against = options->against ? find_name(c, options->against) : SIZE_MAX;
  if (options->against && c->against == SIZE_MAX) return unknown_scenario(c, "--against", options->against, error);
  return SJ_OK;
}

/* ---- metrics ---- */

/* Whether simulate gives the metric for one of the scenarios at least. */
static enum sj_status check_metric(const struct sj_contest *c, const char *option, const char *metric,
                                   struct sj_error *error) {
  struct sj_error first = {{0}}, other;
  bool simulate = false, solve, known = false;
  for (size_t i = 0; i < c->count && !simulate; i++)
    known |= sj_metric_check(c->models[i], metric, &simulate, &solve, i ? &other : &first) == SJ_OK;
  if (!known) return sj_error_set(error, SJ_INVALID, "%s %s: %.1000s", option, metric, first.message);
  if (!simulate) return sj_error_set(error, SJ_INVALID, "%s %s: simulate does not give it", option, metric);
  if (strchr(metric, '[') && !(c->options->given & SJ_OPTION_MEMBERS))
    return sj_error_set(error, SJ_INVALID, "%s %s: figures of a pool's members need --members", option, metric);
  return SJ_OK;
}

/* "METRIC", or "+METRIC" (much of it is good) or "-METRIC" (little of it is). */
static enum sj_status read_metric(const struct sj_contest *c, const char *option, const char *text, char **metric,
                                  enum sj_direction *direction, struct sj_error *error) {
  const bool sign = *text == '+' || *text == '-';
  const enum sj_status status = check_metric(c, option, text + sign, error);
  if (status != SJ_OK) return status;
  *direction = *text == '+' ? SJ_HIGH_IS_GOOD : *text == '-' ? SJ_LOW_IS_GOOD : sj_compare_direction(text);
  if (*direction == SJ_DIRECTION_UNKNOWN)
    return sj_error_set(error, SJ_INVALID, "%s %s: is high good or low? Say %s +%s (high is) or %s -%s (low is)",
                        option, text, option, text, option, text);
  *metric = sj_copy_string(text + sign);
  return SJ_OK;
}

static bool ends_with(const char *text, const char *ending) {
  const size_t length = strlen(text), more = strlen(ending);
  return length >= more && !strcmp(text + length - more, ending);
}

/* The client that the metric is of, else the first there is. */
static char *client_of(const struct sj_contest *c, const char *metric) {
  const size_t length = metric ? strcspn(metric, ".[") : 0;
  const char *first = NULL;
  for (size_t i = 0; i < c->count; i++)
    for (size_t j = 0; j < c->models[i]->client_count; j++) {
      const char *const name = c->models[i]->clients[j].name;
      if (!first) first = name;
      if (length && strlen(name) == length && !strncmp(name, metric, length)) return sj_copy_string(name);
    }
  return first ? sj_copy_string(first) : NULL;
}

static enum sj_status ask_by(struct sj_contest *c, struct sj_error *error) {
  const char *const by = c->options->by ? c->options->by : c->count ? c->models[0]->rank_by : NULL;
  const char *const said = c->options->by ? "--by" : "rank_by";
  c->client = client_of(c, by && (*by == '+' || *by == '-') ? by + 1 : by);
  if (!by) {
    if (!c->client)
      return sj_error_set(error, SJ_INVALID, "%s has no client to rank by; give --by METRIC", c->options->file);
    c->by = sj_format("%s.latency.p99", c->client);
    c->direction = SJ_LOW_IS_GOOD;
    return SJ_OK;
  }
  const enum sj_status status = read_metric(c, said, by, &c->by, &c->direction, error);
  if (status == SJ_OK && (ends_with(c->by, ".min") || ends_with(c->by, ".max")))
    return sj_error_set(error, SJ_INVALID,
                        "%s %s: an extreme over all runs has no confidence interval to rank by; take a percentile or "
                        "the mean",
                        said, c->by);
  return status;
}

static void add_criterion(struct sj_contest *c, char *metric, enum sj_direction direction) {
  c->criteria = sj_reallocate_array(c->criteria, c->criterion_count + 1, sizeof *c->criteria);
  c->criterion_names = sj_reallocate_array(c->criterion_names, c->criterion_count + 1, sizeof *c->criterion_names);
  c->criterion_names[c->criterion_count] = metric;
  c->criteria[c->criterion_count++] = (struct sj_criterion){metric, direction};
}

/* The figures of the original comparison where the model gives them, else those like them. */
static void usual_criteria(struct sj_contest *c) {
  static const char *const original[] = {"mean_latency",           "stdev_latency",     "p99",
                                         "mean_stdev_utilization", "stdev_utilization", NULL};
  static const char *const usual[] = {"latency.mean", "latency.std", "latency.p99", "failed.ratio", NULL};
  struct sj_error ignored;
  const bool there = check_metric(c, "", "original.mean_latency", &ignored) == SJ_OK;
  for (const char *const *name = there ? original : usual; *name; name++)
    if (there || c->client) add_criterion(c, sj_format("%s.%s", there ? "original" : c->client, *name), SJ_LOW_IS_GOOD);
}

static enum sj_status ask_score(struct sj_contest *c, struct sj_error *error) {
  if (!c->options->score) return SJ_OK;
  for (size_t i = 0; i < c->options->score_by_count; i++) {
    char *metric = NULL;
    enum sj_direction direction;
    const enum sj_status status = read_metric(c, "--score-by", c->options->score_by[i], &metric, &direction, error);
    if (status != SJ_OK) return status;
    add_criterion(c, metric, direction);
  }
  if (!c->criterion_count) usual_criteria(c);
  if (!c->criterion_count)
    return sj_error_set(error, SJ_INVALID, "%s has no client to score by; give --score-by METRIC", c->options->file);
  return SJ_OK;
}

enum sj_status sj_contest_ask(struct sj_contest *c, struct sj_error *error) {
  const enum sj_status status = ask_by(c, error);
  return status == SJ_OK ? ask_score(c, error) : status;
}
