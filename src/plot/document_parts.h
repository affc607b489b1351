/* What the files that make the document share. */
#ifndef SJ_PLOT_DOCUMENT_PARTS_H
#define SJ_PLOT_DOCUMENT_PARTS_H

#include <jansson.h>

#include "base/base.h"
#include "plot/varied.h"
#include "results/results.h"
#include "sojourn/compare.h"

struct sj_document_source {
  const struct sj_results *const *results;
  size_t count;
  const struct sj_varied *varied;  /* NULL: no sweep */
  bool scenarios;                  /* several, to be ranked */
  bool engines;                    /* a simulation and what was solved */
  struct sj_agreement *agreements; /* of both engines */
  size_t agreement_count;
  json_t **questions; /* parsed; NULL where there is none */
  json_t *model;      /* of the first, parsed; NULL: not known */
};

/* document_answers.c: sets "headline", "state" and "answers". */
void sj_document_add_answers(const struct sj_document_source *source, json_t *document);

/* Appends an answer; the text is taken over. `state` as in plot/document.h. */
void sj_document_add_answer(json_t *answers, const char *state, char *text);

/* document_sweep.c: what a sweep tells; returns its headline, a new string. */
char *sj_document_add_sweep(const struct sj_document_source *source, json_t *answers);

/* document_engines.c: whether the engines agree; returns the headline, a new string, and its state. */
char *sj_document_add_engines(const struct sj_document_source *source, json_t *answers, const char **state);

/* document_tables.c: the member "tables". */
json_t *sj_document_tables(const struct sj_document_source *source);

/* Of a comparison: what it ranks by (a new string; NULL: nothing to rank by), the ranks (to be freed), and the index of
 * the scenario that the others are held against (SIZE_MAX: none). */
struct sj_document_ranking {
  char *by;
  enum sj_direction direction;
  size_t against;
  struct sj_alternative *alternatives;
  struct sj_rank *ranks;
};
void sj_document_rank(const struct sj_document_source *source, struct sj_document_ranking *ranking);
void sj_document_ranking_clear(struct sj_document_ranking *ranking);

/* "0.501 ± 0.003 s"; "-" for what does not exist. A new string. */
char *sj_document_figure(const struct sj_results *results, const char *metric);
const char *sj_document_scenario(const struct sj_results *results);
/* What tells this one of several from the others, and what that is: "scenario", "engine". */
const char *sj_document_label(const struct sj_document_source *source, size_t index);
const char *sj_document_kind(const struct sj_document_source *source);

#endif
