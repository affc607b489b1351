#include "rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scratch.h"
#include "sojourn/model.h"
#include "sojourn/results.h"

struct rows rows_of(const char *text, unsigned runs) {
  struct scratch scratch;
  scratch_create(&scratch);
  scratch_write(&scratch, "model.lua", text);
  struct sj_model *const model = scratch_load(&scratch);
  scratch_destroy(&scratch);
  struct sj_simulate_options options;
  sj_simulate_options_default(&options);
  options.runs = runs;
  options.members = true;
  char *csv;
  struct rows rows = {.results = scratch_run(model, &options, &csv)};
  sj_model_destroy(model);
  size_t lines = 0;
  for (const char *p = csv; *p; p++) lines += *p == '\n';
  rows.list = calloc(lines, sizeof *rows.list);
  assert_non_null(rows.list);
  for (const char *p = strchr(csv, '\n') + 1; *p; p = strchr(p, '\n') + 1) {
    struct row *const r = &rows.list[rows.count++];
    assert_int_equal(sscanf(p, "%u,%31[^,],%u,%lf,%lf,%15[^,],%u\n", &r->run, r->client, &r->member, &r->arrival,
                            &r->latency, r->outcome, &r->attempts),
                     7);
  }
  free(csv);
  return rows;
}

static int by_arrival(const void *a, const void *b) {
  const struct row *const x = a, *const y = b;
  if (x->run != y->run) return x->run < y->run ? -1 : 1;
  const int clients = strcmp(x->client, y->client);
  if (clients) return clients;
  return x->arrival < y->arrival ? -1 : x->arrival > y->arrival;
}

struct rows rows_by_arrival(const char *model, unsigned runs) {
  const struct rows rows = rows_of(model, runs);
  qsort(rows.list, rows.count, sizeof *rows.list, by_arrival);
  return rows;
}

void rows_destroy(struct rows *rows) {
  free(rows->list);
  sj_results_destroy(rows->results);
}
