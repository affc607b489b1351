/* A folder for a model's files, and runs of what lies there. */
#ifndef TESTS_SIMULATE_SCRATCH_H
#define TESTS_SIMULATE_SCRATCH_H

#include "sojourn/simulate.h"

struct scratch {
  char folder[64], model[128];
};

void scratch_create(struct scratch *scratch);
void scratch_write(const struct scratch *scratch, const char *file, const char *text);
void scratch_destroy(const struct scratch *scratch);

/* Loads "model.lua" of the folder; fails the test with the message if that is not possible. */
struct sj_model *scratch_load(const struct scratch *scratch);
/* Runs it; fails the test likewise. `rows`: where the text of --csv goes, to be freed; or NULL. */
struct sj_results *scratch_run(const struct sj_model *model, struct sj_simulate_options *options, char **rows);

/* The rows without the header and the first `skip` columns. Overwrites the text. */
char *rows_from_column(char *rows, int skip);

#endif
