#include "sojourn/solve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base.h"
#include "results/results.h"
#include "solve/changes.h"
#include "solve/solution.h"

void sj_solve_options_default(struct sj_solve_options *options) {
  *options = (struct sj_solve_options){.horizon = NAN, .step = NAN, .most_bytes = NAN};
}

static double monotonic_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The model with what was asked of it: two that differ in nothing here have the same results. */
static char *identity_of(const struct sj_solution *s) {
  char *const canonical = sj_model_canonical_to_solve(s->model, &s->settings);
  char *const identity =
      sj_format("%.*s,\"asked\":{\"eigenvalues\":%u,\"approximate\":%s,\"picture\":%s,\"changes\":%s%s}}",
                (int)strlen(canonical) - 1, canonical, s->options.eigenvalues,
                s->options.approximate ? "true" : "false", s->options.picture ? "true" : "false",
                s->options.changes ? "true" : "false", s->options.large ? ",\"large\":true" : "");
  free(canonical);
  return identity;
}

static enum sj_status prepare(const struct sj_solution *s, struct sj_results **results, struct sj_error *error) {
  struct sj_results *const made = sj_results_create("solve", s->model->file, s->model->scenario);
  if (!made) return sj_solution_failed(s, SJ_NO_MEMORY, error);
  memcpy(made->time_unit, s->model->time_unit, sizeof made->time_unit);
  made->canonical = identity_of(s);
  made->duration = made->warmup = made->drain = NAN;
  *results = made;
  return SJ_OK;
}

enum sj_status sj_solve_prepare(const struct sj_model *model, const struct sj_solve_options *options,
                                struct sj_results **results, struct sj_error *error) {
  struct sj_solution solution;
  *results = NULL;
  const enum sj_status status = sj_solution_settle(model, options, &solution, error);
  return status == SJ_OK ? prepare(&solution, results, error) : status;
}

static void add_notes(const struct sj_solution *s, struct sj_findings *findings) {
  static const char *const kinds[] = {"one server with an orbit of requests that timed out",
                                      "servers in a row or graph, each with an orbit: an approximation",
                                      "the exact chain of the model's components"};
  sj_findings_note(findings, "solved as %s: %zu states, %zu transitions", kinds[s->space.kind], s->space.chain.count,
                   s->space.chain.end);
  for (size_t i = 0; i < s->space.note_count; i++) sj_findings_note(findings, "%s", s->space.notes[i]);
  for (size_t i = 0; i < s->model->note_count; i++) sj_findings_note(findings, "%s", s->model->notes[i]);
  if (!s->is_large && !s->eliminated.up)
    sj_findings_note(findings, "some states are left for good: the spectrum is that of the others, of the long run");
  if (!s->is_large && s->spectrum.count < 2 && s->space.chain.count > 1)
    sj_findings_note(findings, "the eigenvalues did not converge: no spectrum, and no verdict that rests on it");
}

/* Of a large chain; under mpirun by all processes, of which the first keeps what is found. */
static enum sj_status find_large(struct sj_solution *s, struct sj_findings *findings, struct sj_error *error) {
  enum sj_status status = sj_solution_judge_large(s, findings, error);
  if (status != SJ_OK) return status;
  if (s->large.rank == 0) {
    add_notes(s, findings);
    sj_findings_note(findings, "not by one elimination, but by %s", s->large.how);
    if (s->large.no_spectrum[0]) sj_findings_note(findings, "no spectrum: %s", s->large.no_spectrum);
    if (s->options.picture || s->options.changes)
      sj_findings_note(findings, "no picture and no changes (--picture, --changes) of a chain this large");
    sj_find_measures(s, findings);
    status = sj_find_times(s, findings);
    sj_find_gap(s, findings);
  }
  if (status != SJ_OK) return sj_solution_failed(s, status, error);
  return sj_find_story(s, findings, error);
}

/* All that needs the eliminated chain and its spectrum. */
static enum sj_status find_rest(struct sj_solution *s, struct sj_mixing *mixing, struct sj_findings *findings,
                                struct sj_error *error) {
  enum sj_status status = sj_solution_judge(s, error);
  if (status != SJ_OK) return status;
  add_notes(s, findings);
  sj_find_measures(s, findings);
  status = sj_find_times(s, findings);
  if (status == SJ_OK) status = sj_find_spectrum(s, mixing, findings);
  if (status == SJ_OK && s->options.picture) status = sj_find_pictures(s, findings);
  if (status == SJ_OK && s->options.changes) status = sj_find_changes(s, findings);
  if (status != SJ_OK) return sj_solution_failed(s, status, error);
  return sj_find_story(s, findings, error);
}

static enum sj_status find_all(struct sj_solution *s, struct sj_findings *findings, struct sj_error *error) {
  enum sj_status status = sj_solution_eliminate(s, error);
  if (status == SJ_OK && s->is_large) return find_large(s, findings, error);
  if (status == SJ_OK) status = sj_solution_decompose(s, error);
  if (status != SJ_OK) return status;
  struct sj_mixing *const mixing = sj_mixing_begin(s);
  status = mixing ? find_rest(s, mixing, findings, error) : sj_solution_failed(s, SJ_NO_MEMORY, error);
  sj_mixing_end(mixing);
  return status;
}

enum sj_status sj_solve(const struct sj_model *model, const struct sj_solve_options *options,
                        struct sj_results **results, struct sj_error *error) {
  const double started = monotonic_s();
  struct sj_solution solution;
  struct sj_findings findings = {0};
  *results = NULL;
  enum sj_status status = sj_solution_settle(model, options, &solution, error);
  if (status != SJ_OK) return status;
  status = find_all(&solution, &findings, error);
  if (status == SJ_OK && solution.large.rank > 0) { /* the first process has it all */
    sj_solution_clear(&solution);
    return SJ_OK;
  }
  if (status == SJ_OK) status = prepare(&solution, results, error);
  if (status == SJ_OK && *results && sj_findings_into_results(&findings, *results) != SJ_OK)
    status = sj_solution_failed(&solution, SJ_NO_MEMORY, error);
  if (status == SJ_OK && *results) {
    (*results)->wall_seconds = monotonic_s() - started;
  } else {
    sj_results_destroy(*results);
    *results = NULL;
  }
  sj_findings_clear(&findings);
  sj_solution_clear(&solution);
  return status;
}
