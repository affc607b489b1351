/* What the kinds of sinks have to do, each in a file of its own; measure/sink.c does what they have in common. */
#ifndef SJ_MEASURE_STORE_H
#define SJ_MEASURE_STORE_H

#include "measure/table.h"
#include "sojourn/status.h"

/* Where a store writes: an empty file that was just made, and stays open in `descriptor` until after `finish`. */
struct sj_store_target {
  const char *path;
  int descriptor;
  const struct sj_column *columns;
  size_t column_count;
};

struct sj_store {
  enum sj_status (*open)(const struct sj_store_target *target, void **state, struct sj_error *error);
  /* All of the table or, where that fails, nothing. Not called again after it failed. */
  enum sj_status (*write)(void *state, const struct sj_table *table, struct sj_table_label label,
                          struct sj_error *error);
  /* Completes the file and frees the state, whatever the outcome. Also called after a failed write. */
  enum sj_status (*finish)(void *state, struct sj_error *error);
};

extern const struct sj_store sj_store_file, sj_store_sqlite, sj_store_hdf5;

#endif
