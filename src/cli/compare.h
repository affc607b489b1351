/* What the files of `sojourn compare` share: the scenarios, what was found of them, and how that is told. */
#ifndef SJ_CLI_COMPARE_H
#define SJ_CLI_COMPARE_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "base/base.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "sojourn/compare.h"
#include "sojourn/store.h"

struct sj_contest {
  const struct sj_options *options;
  struct sj_model *common; /* without a scenario: their names */
  size_t count;            /* of scenarios, in the order of the file */
  const char **names;
  struct sj_model **models;
  struct sj_alternative *alternatives;
  uint64_t *runs_wanted;
  struct sj_store *store;
  int64_t *stored; /* their numbers in the store */
  struct sj_progress progress;

  /* What is asked. */
  char *client; /* whose latency and failures are shown */
  char *by;
  enum sj_direction direction;
  size_t against; /* SIZE_MAX: none */
  struct sj_criterion *criteria;
  char **criterion_names;
  size_t criterion_count; /* 0: no scores */

  /* What is found. */
  struct sj_rank *ranks;
  struct sj_difference *differences; /* to `against`, by alternative; NULL without */
  int *points, *totals;              /* as sj_compare_score makes them; NULL without */
};

/* compare_question.c: reads --scenario, --by, --against and --score. Of the first two before the scenarios' models are
 * read, of the others after it. */
enum sj_status sj_contest_choose(struct sj_contest *contest, struct sj_error *error);
enum sj_status sj_contest_ask(struct sj_contest *contest, struct sj_error *error);

/* compare_table.c: what people read. */
void sj_contest_table(const struct sj_contest *contest, struct sj_text *text);

/* compare_export.c: whether scenarios set different seeds, and what is to be said then. */
bool sj_contest_has_seeds(const struct sj_contest *contest);
extern const char sj_contest_seeds_note[];

/* The JSON document (NULL if memory ran out), and the rows of --csv. */
json_t *sj_contest_json(const struct sj_contest *contest);
void sj_contest_csv(const struct sj_contest *contest, FILE *csv);

#endif
