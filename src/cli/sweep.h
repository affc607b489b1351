/* What the files of `sojourn sweep` share. */
#ifndef SJ_CLI_SWEEP_H
#define SJ_CLI_SWEEP_H

#include <jansson.h>
#include <stdio.h>

#include "base/base.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "sojourn/store.h"
#include "sojourn/sweep.h"

struct sj_sweep_job {
  const struct sj_options *options;
  struct sj_model *model; /* without the varied values: its expectations */
  struct sj_sweep_options how;
  struct sj_store *store;
  struct sj_sweep *sweep;
  struct sj_progress progress;
  const char **columns; /* metrics of the table: --by's, or the usual ones */
  size_t column_count;
};

/* The first point that has results; NULL: none has. */
const struct sj_results *sj_sweep_any(const struct sj_sweep *sweep);

/* How many of the model's expectations are about figures that the engine gives, and how many of those do not hold at a
 * point. */
size_t sj_sweep_checked(const struct sj_sweep_job *job);
size_t sj_sweep_unmet(const struct sj_sweep_job *job, size_t point);

/* sweep_table.c: what people read. */
void sj_sweep_table(const struct sj_sweep_job *job, struct sj_text *text);

/* sweep_export.c: the JSON document (NULL if memory ran out), and the rows of --csv. */
json_t *sj_sweep_json(const struct sj_sweep_job *job);
void sj_sweep_csv(const struct sj_sweep_job *job, FILE *csv);

/* sweep_page.c: notes what was asked with the first point that has results, for a page; makes the page of --html, if
 * that was given, and says so unless `silent`. */
enum sj_status sj_sweep_ask(const struct sj_sweep_job *job, struct sj_error *error);
enum sj_status sj_sweep_page(const struct sj_sweep_job *job, bool silent, struct sj_error *error);

#endif
