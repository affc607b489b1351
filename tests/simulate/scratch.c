#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sojourn/model.h"
#include "sojourn/results.h"

static const char *const files[] = {"model.lua", "trace.csv"};

void scratch_create(struct scratch *scratch) {
  const char *const root = getenv("TMPDIR");
  snprintf(scratch->folder, sizeof scratch->folder, "%s/sojourn-XXXXXX", root && strlen(root) < 40 ? root : "/tmp");
  assert_non_null(mkdtemp(scratch->folder));
  snprintf(scratch->model, sizeof scratch->model, "%s/model.lua", scratch->folder);
}

void scratch_write(const struct scratch *scratch, const char *file, const char *text) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", scratch->folder, file);
  FILE *const out = fopen(path, "w");
  assert_non_null(out);
  assert_true(fputs(text, out) >= 0);
  assert_int_equal(fclose(out), 0);
}

void scratch_destroy(const struct scratch *scratch) {
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", scratch->folder, files[i]);
    unlink(path);
  }
  rmdir(scratch->folder);
}

struct sj_model *scratch_load(const struct scratch *scratch) {
  struct sj_error error = {""};
  const struct sj_model_options options = {0};
  struct sj_model *model = NULL;
  if (sj_model_load(scratch->model, &options, &model, &error) != SJ_OK) fail_msg("%s", error.message);
  return model;
}

struct sj_results *scratch_run(const struct sj_model *model, struct sj_simulate_options *options, char **rows) {
  struct sj_error error = {""};
  struct sj_results *results = NULL;
  size_t length = 0;
  if (rows) {
    *rows = NULL;
    options->csv = open_memstream(rows, &length);
    assert_non_null(options->csv);
  }
  enum sj_status status = sj_simulate_prepare(model, options, &results, &error);
  if (status == SJ_OK) status = sj_simulate_run(model, options, results, &error);
  if (rows) {
    assert_int_equal(fclose(options->csv), 0);
    options->csv = NULL;
  }
  if (status != SJ_OK) fail_msg("%s", error.message);
  return results;
}

char *rows_from_column(char *rows, int skip) {
  char *out = rows;
  const char *line = strchr(rows, '\n') + 1;
  while (*line) {
    const char *const end = strchr(line, '\n') + 1;
    for (int i = 0; i < skip; i++) line = strchr(line, ',') + 1;
    memmove(out, line, (size_t)(end - line));
    out += end - line;
    line = end;
  }
  *out = 0;
  return rows;
}
