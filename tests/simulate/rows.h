/* The rows of --csv, read back. */
#ifndef TESTS_SIMULATE_ROWS_H
#define TESTS_SIMULATE_ROWS_H

#include <stddef.h>

#include "sojourn/simulate.h"

struct row {
  unsigned run, member, attempts;
  char client[32], outcome[16];
  double arrival, latency;
};

struct rows {
  struct row *list;
  size_t count;
  struct sj_results *results;
};

/* Runs a model's text `runs` times (0: as it says); in order of run, and of closing. */
struct rows rows_of(const char *model, unsigned runs);
/* The same in order of run, client and arrival. */
struct rows rows_by_arrival(const char *model, unsigned runs);
void rows_destroy(struct rows *rows);

#endif
